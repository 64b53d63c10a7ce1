"""The threads on which questions are answered: bounded, shared fairly among people, and apart from those that acknowledge.

a question ──► quick: who asks, may they? help, refusals ──► slow: what VoIP.ms is asked for
                 └── no room ──► an apology ◄── no room ──────┘
"""

import threading
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import TypeAlias

import structlog

log = structlog.get_logger(__name__)

Work: TypeAlias = Callable[[], None]

BUSY = "I have too many questions waiting. Please ask again in a minute."
STOPPING = "I am restarting, so this was not answered. Please ask again in a minute."
STOPPING_SECONDS = 10.0
"""In which those are told who are not answered any more."""


@dataclass(frozen=True)
class Room:
    """What a lane takes: of one person and of all, what runs and what waits together.

    Attributes:
        workers: Threads.
        running_each: What may run at once of one person.
        most_each, most: What may be there at once, of one person and of all.
    """

    workers: int
    running_each: int
    most_each: int
    most: int


QUICK = Room(workers=16, running_each=2, most_each=32, most=300)
SLOW = Room(workers=16, running_each=2, most_each=7, most=200)
APOLOGIES = Room(workers=4, running_each=1, most_each=32, most=300)
"""Whoever sends hundreds of questions is not told of every one."""


@dataclass(frozen=True)
class _Task:
    work: Work
    left: Work


class Lane:
    """Threads for which people take turns: none of them holds up the others, however much they ask. Thread-safe."""

    def __init__(self, name: str, room: Room) -> None:
        self._room = room
        self._threads = ThreadPoolExecutor(room.workers, thread_name_prefix=name)
        self._lock = threading.Lock()
        self._there: Counter[str] = Counter()
        self._running: Counter[str] = Counter()
        self._waiting: dict[str, deque[_Task]] = {}
        """By person, whose turn it is first."""
        self._closed = False

    def run(self, person: str, work: Work, left: Work) -> bool:
        """Run it soon on a thread of the lane; ``False`` when there is no room for it. Never raises, never blocks.

        Args:
            left: Called in its place when the lane is closed before its turn comes.
        """
        with self._lock:
            if self._closed or self._there[person] >= self._room.most_each or self._there.total() >= self._room.most:
                return False
            self._there[person] += 1
            self._waiting.setdefault(person, deque()).append(_Task(work, left))
            self._threads.submit(self._work)
        return True

    def close(self) -> None:
        """Let what runs come to its end, and tell the others that they are left."""
        with self._lock:
            self._closed = True
            left = [task.left for tasks in self._waiting.values() for task in tasks]
            self._waiting.clear()
        telling = ThreadPoolExecutor(self._room.workers, thread_name_prefix="left")
        wait([telling.submit(self._safely, one) for one in left], timeout=STOPPING_SECONDS)
        telling.shutdown(wait=False, cancel_futures=True)
        self._threads.shutdown(wait=True)

    def _work(self) -> None:
        """Do what may be done until there is nothing. Every task has been announced to a thread, and any of them takes it."""
        while begun := self._begin():
            person, task = begun
            self._safely(task.work)
            with self._lock:
                self._running -= Counter((person,))
                self._there -= Counter((person,))

    def _begin(self) -> tuple[str, _Task] | None:
        """The next task, of whoever had to wait longest for a turn."""
        with self._lock:
            person = next((one for one in self._waiting if self._running[one] < self._room.running_each), None)
            if person is None:
                return None
            tasks = self._waiting.pop(person)
            task = tasks.popleft()
            if tasks:
                self._waiting[person] = tasks
            self._running[person] += 1
            return person, task

    @staticmethod
    def _safely(work: Work) -> None:
        try:
            work()
        except Exception:
            log.exception("a question broke off")


class Pool:
    """A quick lane for what asks VoIP.ms nothing, a slow one for the rest, and one for apologies."""

    def __init__(self, quick: Room = QUICK, slow: Room = SLOW, apologies: Room = APOLOGIES) -> None:
        self._quick = Lane("quick", quick)
        self._slow = Lane("slow", slow)
        self._apologies = Lane("busy", apologies)

    def run(self, person: str, begin: Callable[[], Work | None], otherwise: Callable[[str], None]) -> None:
        """Take a question. Never raises, never blocks.

        Args:
            begin: Run on the quick lane; gives what is left to be done on the slow one.
            otherwise: Told, in a sentence for the person, why it was not done: there is no room, or the bot stops.
        """

        def begin_and_go_on() -> None:
            if (slow := begin()) is not None:
                self._into(self._slow, person, slow, otherwise)

        self._into(self._quick, person, begin_and_go_on, otherwise)

    def _into(self, lane: Lane, person: str, work: Work, otherwise: Callable[[str], None]) -> None:
        if lane.run(person, work, lambda: otherwise(STOPPING)):
            return
        log.warning("too many questions waiting", person=person)
        self._apologies.run(person, lambda: otherwise(BUSY), lambda: otherwise(STOPPING))

    def close(self) -> None:
        """Let what runs come to its end; who waits is told to ask again."""
        for lane in (self._quick, self._slow, self._apologies):
            lane.close()
