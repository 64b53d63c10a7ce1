"""The parts of the Bolt glue that have a life of their own: the watchdog, and what is let finish at the end."""

import threading
from collections.abc import Callable, Iterator

import pytest
from structlog.testing import capture_logs

from handlers.connection import Drain, Watchdog

PATIENCE = 10
"""Seconds after which a test gives up."""


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Shut until a test opens it, and open in the end."""
    made = threading.Event()
    yield made
    made.set()


def nothing() -> None:
    pass


# The watchdog


class Line:
    """A connection that can be cut, and is made anew after so many tries."""

    def __init__(self, tries: int = 1) -> None:
        self.there = True
        self.tried = threading.Semaphore(0)
        self._tries = tries

    def connected(self) -> bool:
        return self.there

    def connect(self) -> None:
        self._tries -= 1
        self.tried.release()
        if self._tries > 0:
            raise ConnectionRefusedError
        self.there = True


@pytest.fixture
def watch() -> Iterator[Callable[[Line], Watchdog]]:
    """Watches a line, with seconds as short as can be, until the test ends."""
    watching: list[Watchdog] = []

    def begin(line: Line) -> Watchdog:
        watching.append(Watchdog(line.connected, line.connect, patience=0.01, beat=0.001))
        watching[-1].start()
        return watching[-1]

    yield begin
    for one in watching:
        one.close()


def test_a_line_that_stays_away_is_made_anew_however_often_that_fails(watch: Callable[[Line], Watchdog]) -> None:
    line = Line(tries=3)
    with capture_logs() as logged:
        watchdog = watch(line)
        assert watchdog.how_it_is() == (True, "connected")
        line.there = False
        assert all(line.tried.acquire(timeout=PATIENCE) for _ in range(3))
        watchdog.close()
    assert line.there and watchdog.how_it_is() == (True, "connected")
    events = [line["event"] for line in logged]
    assert events[:3] == ["socket lost", "socket still lost", "socket still lost"]


def test_how_long_it_is_away_is_told(watch: Callable[[Line], Watchdog]) -> None:
    line = Line(tries=1_000_000)
    watchdog = watch(line)
    line.there = False
    assert line.tried.acquire(timeout=PATIENCE)
    well, words = watchdog.how_it_is()
    assert not well and words == "not connected for 0 s"


def test_a_watchdog_that_was_closed_connects_no_more(watch: Callable[[Line], Watchdog]) -> None:
    line = Line()
    watchdog = watch(line)
    watchdog.close()
    line.there = False
    assert not line.tried.acquire(timeout=0.05) and not line.there


def test_one_that_never_began_can_be_closed() -> None:
    Watchdog(lambda: False, nothing, patience=1).close()


# The end


def test_what_was_delivered_is_acknowledged_before_the_end_and_later_things_are_left_to_slack(gate: threading.Event) -> None:
    begun, handled = threading.Event(), []

    def handle(client: object, request: object) -> None:
        begun.set()
        assert gate.wait(PATIENCE)
        handled.append(request)

    drain = Drain(handle)
    one = threading.Thread(target=drain, args=(None, "first"))
    one.start()
    assert begun.wait(PATIENCE)
    closing = threading.Thread(target=drain.close)
    closing.start()
    gate.set()
    closing.join(PATIENCE)
    assert handled == ["first"]
    drain(None, "second")  # type: ignore[arg-type]
    assert handled == ["first"]


def test_what_cannot_be_read_is_one_line_and_holds_up_nothing() -> None:
    def handle(client: object, request: object) -> None:
        raise TypeError("what was sent")

    drain = Drain(handle)
    with capture_logs() as logged:
        drain(None, None)  # type: ignore[arg-type]
    drain.close()
    assert logged == [{"event": "request cannot be read", "error": "TypeError", "log_level": "warning"}]
