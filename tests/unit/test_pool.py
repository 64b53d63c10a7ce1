"""The threads of the desk: what does not fit is turned away, nobody holds up the others, and nobody is forgotten at the end."""

import threading
from collections.abc import Callable, Iterator

import pytest
from structlog.testing import capture_logs

from handlers.pool import BUSY, STOPPING, Lane, Pool, Room

PATIENCE = 10
"""Seconds after which a test gives up."""
ANA, BEN = "U0ANA", "U0BEN"


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Shut until a test opens it, and open in the end."""
    made = threading.Event()
    yield made
    made.set()


class Done:
    """What was done, in order, and a wait for so many of it."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._changed = threading.Condition()

    def __call__(self, name: str) -> None:
        with self._changed:
            self.names.append(name)
            self._changed.notify_all()

    def wait_for(self, many: int) -> list[str]:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.names) >= many, PATIENCE), self.names
            return self.names[:]


def nothing() -> None:
    pass


def holding(gate: threading.Event, begun: threading.Semaphore) -> Callable[[], None]:
    """Work that takes until the gate opens."""

    def hold() -> None:
        begun.release()
        assert gate.wait(PATIENCE)

    return hold


def test_a_person_runs_two_things_and_waits_with_the_rest_while_others_pass(gate: threading.Event) -> None:
    lane, begun, done = Lane("test", Room(workers=3, running_each=2, most_each=7, most=100)), threading.Semaphore(0), Done()
    taken = [lane.run(ANA, holding(gate, begun), nothing) for _ in range(20)]
    assert taken == [True] * 7 + [False] * 13
    assert begun.acquire(timeout=PATIENCE) and begun.acquire(timeout=PATIENCE)
    for number in range(7):
        assert lane.run(BEN, lambda number=number: done(f"ben {number}"), nothing)  # type: ignore[misc]
        done.wait_for(number + 1)
    assert not begun.acquire(blocking=False), "a third thread is never hers"
    gate.set()
    assert all(begun.acquire(timeout=PATIENCE) for _ in range(5))
    lane.close()


def test_people_take_turns(gate: threading.Event) -> None:
    lane, begun, done = Lane("test", Room(workers=1, running_each=1, most_each=5, most=100)), threading.Semaphore(0), Done()
    lane.run("U0SLOW", holding(gate, begun), nothing)
    assert begun.acquire(timeout=PATIENCE)
    for name in ("ana 1", "ana 2", "ana 3", "ben 1", "ben 2"):
        lane.run(name[:3], lambda name=name: done(name), nothing)  # type: ignore[misc]
    gate.set()
    assert done.wait_for(5) == ["ana 1", "ben 1", "ana 2", "ben 2", "ana 3"]
    lane.close()


def test_all_people_together_have_so_much_room(gate: threading.Event) -> None:
    lane, begun = Lane("test", Room(workers=1, running_each=1, most_each=2, most=3)), threading.Semaphore(0)
    assert [lane.run(f"U0{number}", holding(gate, begun), nothing) for number in range(5)] == [True, True, True, False, False]
    gate.set()
    lane.close()


def test_there_is_room_again_when_something_is_done_even_when_it_broke() -> None:
    lane, done = Lane("test", Room(workers=1, running_each=1, most_each=1, most=1)), threading.Event()

    def broken() -> None:
        raise ZeroDivisionError

    with capture_logs() as logged:
        assert lane.run(ANA, broken, nothing)
        while not lane.run(ANA, done.set, nothing):
            assert not done.wait(0.001)
        assert done.wait(PATIENCE)
        lane.close()
    assert [line["event"] for line in logged] == ["a question broke off"]


def test_what_is_left_to_do_goes_on_beside_what_is_quick(gate: threading.Event) -> None:
    pool, begun, done = Pool(), threading.Semaphore(0), Done()
    hold = holding(gate, begun)
    for _ in range(7):
        pool.run(ANA, lambda: hold, done)
    assert begun.acquire(timeout=PATIENCE) and begun.acquire(timeout=PATIENCE)
    for _ in range(10):
        pool.run(ANA, lambda: done("quick"), done)
    assert done.wait_for(10) == ["quick"] * 10
    gate.set()
    for _ in range(5):
        assert begun.acquire(timeout=PATIENCE)
    pool.close()
    assert done.names == ["quick"] * 10


def test_who_asks_far_too_much_is_told_so_no_more_often_than_there_is_room(gate: threading.Event) -> None:
    pool, begun, done = Pool(), threading.Semaphore(0), Done()
    hold = holding(gate, begun)
    told = threading.Semaphore(0)

    def turned_away(words: str) -> None:
        done(words)
        told.release()
        assert gate.wait(PATIENCE)

    for _ in range(32):
        pool.run(ANA, lambda: hold, turned_away)
    assert told.acquire(timeout=PATIENCE)
    for _ in range(200):
        pool.run(ANA, lambda: hold, turned_away)
    gate.set()
    pool.close()
    assert set(done.names) <= {BUSY, STOPPING} and done.names[0] == BUSY
    assert len(done.names) <= 32 + 7 + 32, "no lane takes more than it has room for"


def test_who_still_waits_at_the_end_is_told_to_ask_again_and_what_runs_is_done(gate: threading.Event) -> None:
    pool, begun, done = Pool(), threading.Semaphore(0), Done()

    def slow() -> None:
        begun.release()
        assert gate.wait(PATIENCE)
        done("answered")

    for _ in range(7):
        pool.run(ANA, lambda: slow, done)
    assert begun.acquire(timeout=PATIENCE) and begun.acquire(timeout=PATIENCE)
    closing = threading.Thread(target=pool.close)
    closing.start()
    assert done.wait_for(5) == [STOPPING] * 5
    gate.set()
    closing.join(PATIENCE)
    assert done.names == [STOPPING] * 5 + ["answered"] * 2


def test_after_the_end_nothing_is_begun_and_nothing_raised() -> None:
    pool, late = Pool(), Done()
    pool.close()
    pool.run(ANA, lambda: late("begun"), late)
    pool.close()
    assert late.names == []
