"""The parts of the Bolt glue that have a life of their own: the pool that turns away, the watchdog, what is let finish at the end."""

import threading
from collections.abc import Callable, Iterator

import pytest
from structlog.testing import capture_logs

from handlers.connection import Drain, Watchdog
from handlers.pool import Pool

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


# The pool


def test_what_does_not_fit_is_turned_away_at_once_and_what_fits_is_done(gate: threading.Event) -> None:
    pool = Pool(workers=1, queued=2)
    done: list[int] = []
    turned_away = threading.Semaphore(0)
    for number in range(3):
        pool.run(lambda number=number: done.append(number) if gate.wait(PATIENCE) else None, turned_away.release)  # type: ignore[misc]
    for _ in range(4):
        pool.run(nothing, turned_away.release)
    assert all(turned_away.acquire(timeout=PATIENCE) for _ in range(4)), "apologies wait for no worker"
    gate.set()
    pool.close()
    assert 0 in done and set(done) <= {0, 1, 2}


def test_there_is_room_again_when_something_is_done_even_when_it_broke() -> None:
    pool = Pool(workers=1, queued=0)

    def broken() -> None:
        raise ZeroDivisionError

    refused: list[bool] = []
    done = threading.Event()
    with capture_logs() as logged:
        pool.run(broken, lambda: refused.append(True))
        for _ in range(1000):
            pool.run(done.set, nothing)
            if done.wait(0.01):
                break
        pool.close()
    assert done.is_set() and refused == []
    assert "a question broke off" in [line["event"] for line in logged]


@pytest.mark.parametrize("full", [True, False])
def test_after_the_end_nothing_is_begun_and_nothing_raised(gate: threading.Event, full: bool) -> None:
    pool = Pool(workers=1, queued=0)
    if full:
        begun = threading.Event()

        def begin() -> None:
            begun.set()
            gate.wait(PATIENCE)

        pool.run(begin, nothing)
        assert begun.wait(PATIENCE)
    closing = threading.Thread(target=pool.close)
    closing.start()
    if not full:
        closing.join(PATIENCE)
    late: list[bool] = []
    pool.run(lambda: late.append(True), nothing)
    gate.set()
    closing.join(PATIENCE)
    pool.run(lambda: late.append(True), lambda: late.append(True))
    assert late == []


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
