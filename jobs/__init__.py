"""The second door: the clock knocks. One file per job; here is the timetable that all of them run by.

APScheduler only ticks. What is due is decided by rows in the database that each tick looks at, so a tick that is lost, late or
cut short harms nothing. Each job has a thread of its own: a slow one never delays another.
"""

import logging
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from blocks.frame import ago

log = structlog.get_logger(__name__)

TOLD_EVERY = 60.0
"""Seconds until the same trouble of the same job is logged again."""


def worker() -> str:
    """A name for whoever claims work, unlike that of any other process, start or part: the host's, for people, and a random word."""
    return f"{socket.gethostname()} {secrets.token_hex(4)}"


@dataclass(frozen=True, kw_only=True)
class Job:
    """What is done again and again.

    Attributes:
        tick: Does what is due now, and returns. Never runs twice at the same time.
        every: From the beginning of one tick to that of the next; a tick that takes longer is followed by the next due one.
        patience: How long a tick may be overdue before the clock counts as stopped.
        stop: Called first when the timetable ends: a tick that runs should come to its end soon.
    """

    name: str
    tick: Callable[[], None]
    every: timedelta
    patience: timedelta = timedelta(minutes=2)
    stop: Callable[[], None] = lambda: None


class Timetable:
    """How the jobs of a running timetable are. Made by ``timetable``; thread-safe."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._jobs = jobs
        self._stopping = threading.Event()
        self._well_at = dict.fromkeys((job.name for job in jobs), time.monotonic())
        self._trouble: dict[str, tuple[str, float]] = {}

    def how_it_is(self) -> tuple[bool, str]:
        """Whether every job has come to a good end lately; and in words, when each last did."""
        now = time.monotonic()
        ages = {job.name: timedelta(seconds=now - self._well_at[job.name]) for job in self._jobs}
        late = [job.name for job in self._jobs if ages[job.name] > job.every + job.patience]
        if late:
            return False, "; ".join(f"{name} has not run for {ago(ages[name])}" for name in late)
        return True, ", ".join(f"{name} {ago(age)} ago" for name, age in ages.items())

    def run(self, job: Job) -> None:
        """One tick. What it raises is logged, and the next tick comes."""
        if self._stopping.is_set():
            return
        try:
            job.tick()
        except Exception as error:  # noqa: BLE001 - whatever it is, the next tick has to come
            self._tell(job.name, error)
        else:
            self._well_at[job.name] = time.monotonic()
            if self._trouble.pop(job.name, None):
                log.info("tick works again", job=job.name)

    def end(self) -> None:
        """From now on no tick begins, and those that run are asked to end."""
        self._stopping.set()
        for job in self._jobs:
            job.stop()

    def _tell(self, name: str, error: Exception) -> None:
        """Once, and again each minute while it lasts: a job that ticks four times a second would fill the disk."""
        kind, now = type(error).__name__, time.monotonic()
        before, told_at = self._trouble.get(name, ("", 0.0))
        if before != kind or now - told_at >= TOLD_EVERY:
            self._trouble[name] = kind, now
            log.error("tick failed", job=name, error=str(error), exc_info=error)


@contextmanager
def timetable(jobs: Sequence[Job]) -> Iterator[Timetable]:
    """The jobs ticking until the block ends, each at once and then again and again. When it has ended, nothing of it runs any more."""
    table = Timetable(jobs)
    # it would log two lines for each tick, and complain of each one that takes longer than its interval
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
    scheduler = BackgroundScheduler(
        executors={job.name: ThreadPoolExecutor(1) for job in jobs},
        job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        timezone=UTC,
    )
    for job in jobs:
        trigger = IntervalTrigger(seconds=job.every.total_seconds(), timezone=UTC)
        scheduler.add_job(table.run, trigger, (job,), id=job.name, executor=job.name, next_run_time=datetime.now(UTC))
    scheduler.start()
    try:
        yield table
    finally:
        table.end()
        # first, so that the scheduler hands nothing to a thread that is gone
        scheduler.remove_all_jobs()
        scheduler.shutdown(wait=True)
