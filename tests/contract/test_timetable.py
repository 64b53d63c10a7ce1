"""The timetable, with the real scheduler and the real clock: small intervals, and nothing waits longer than it has to."""

import logging
import re
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from jobs import Job, timetable

SHORT = timedelta(seconds=0.02)


class Counting:
    """A tick that counts, and lets a test wait for a count."""

    def __init__(self, then: Callable[[int], object] = lambda count: None) -> None:
        self.count = 0
        self.running = 0
        self.most_running = 0
        self._then = then
        self._changed = threading.Condition()

    def __call__(self) -> None:
        with self._changed:
            self.count += 1
            self.running += 1
            self.most_running = max(self.most_running, self.running)
            self._changed.notify_all()
        try:
            self._then(self.count)
        finally:
            with self._changed:
                self.running -= 1

    def wait(self, count: int) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: self.count >= count, 10)


def job(tick: Callable[[], None], name: str = "delivery", every: timedelta = SHORT, **more: object) -> Job:
    return Job(name=name, tick=tick, every=every, **more)  # type: ignore[arg-type]


def test_every_job_ticks_at_once_and_again() -> None:
    often, seldom = Counting(), Counting()
    with timetable([job(often, "delivery"), job(seldom, "tidying", timedelta(hours=1))]) as clock:
        assert often.wait(3) and seldom.wait(1)
        well, words = clock.how_it_is()
        assert well and re.fullmatch(r"delivery \d+ s ago, tidying \d+ s ago", words)
    assert seldom.count == 1


def test_a_slow_job_delays_no_other_and_never_runs_twice_at_the_same_time() -> None:
    go = threading.Event()
    slow, quick = Counting(lambda count: go.wait(10)), Counting()
    with timetable([job(slow, "watch"), job(quick, "delivery")]):
        assert slow.wait(1) and quick.wait(5)
        assert slow.count == 1
        go.set()
        assert slow.wait(3)
    assert slow.most_running == 1


def test_after_the_end_no_tick_runs_and_the_one_that_ran_has_come_to_its_end() -> None:
    for _ in range(5):
        ended: list[int] = []
        stop = threading.Event()

        def until_told(count: int, ended: list[int] = ended, stop: threading.Event = stop) -> None:
            assert stop.wait(10)
            ended.append(count)

        slow, quick = Counting(until_told), Counting()
        with timetable([job(slow, "delivery", stop=stop.set), job(quick, "watch")]):
            assert slow.wait(1) and quick.wait(2)
        counts = slow.count, quick.count
        assert ended[:1] == [1] and slow.running == quick.running == 0
        assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("APScheduler")]
        assert (slow.count, quick.count) == counts


def test_an_error_inside_the_block_ends_the_timetable_too() -> None:
    tick = Counting()
    with pytest.raises(ZeroDivisionError), timetable([job(tick)]):
        assert tick.wait(1)
        raise ZeroDivisionError
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("APScheduler")]


def test_a_tick_that_fails_is_logged_once_and_the_next_comes(capsys: pytest.CaptureFixture[str]) -> None:
    def fail(count: int) -> None:
        if count <= 4:
            raise ValueError("the table is gone")

    tick = Counting(fail)
    with timetable([job(tick)]):
        assert tick.wait(7)
    said = capsys.readouterr().out
    assert said.count("tick failed") == 1 and "the table is gone" in said
    assert said.count("tick works again") == 1


def test_a_clock_that_stands_still_is_told() -> None:
    go = threading.Event()

    def fail(count: int) -> None:
        raise ValueError

    stuck, failing, well = Counting(lambda count: go.wait(10)), Counting(fail), Counting()
    patience = timedelta(seconds=0.2)
    jobs = [job(tick, name, patience=patience) for tick, name in ((stuck, "watch"), (failing, "reports"))]
    with timetable([*jobs, job(well, "delivery")]) as clock:
        assert clock.how_it_is()[0]
        deadline = time.monotonic() + 10
        while clock.how_it_is()[0] and time.monotonic() < deadline:
            assert well.wait(well.count + 1)
        well_now, words = clock.how_it_is()
        assert not well_now and re.fullmatch(r"watch has not run for \d+ s; reports has not run for \d+ s", words)
        go.set()
        assert stuck.wait(2)


def test_the_scheduler_keeps_quiet(caplog: pytest.LogCaptureFixture) -> None:
    slow = Counting(lambda count: threading.Event().wait(0.1))
    with caplog.at_level(logging.DEBUG), timetable([job(slow)]):
        assert slow.wait(3)
    assert [record for record in caplog.records if record.name.startswith("apscheduler")] == []
