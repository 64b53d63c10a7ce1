"""Who may ask VoIP.ms next: people before re-checks before sweeps, and how many requests a minute.

``Pace`` is the queue, one for a process. How much may be asked is a ``Budget`` that it is given: in memory for one process;
where several share one VoIP.ms login it can be a row that they share.

    asks ──► people    ──► at most a few at a time, may overdraw the budget a little ─┐
         ──► re-checks ─┐                                                             ├──► VoIP.ms
         ──► sweeps    ─┴► one at a time, evenly spaced, never while a person waits  ─┘

Source: VoIP.ms limits requests per minute and does not publish the number; ``api_limit_exceeded`` says that it is reached.
"""

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Protocol

from voipms.errors import Refused, Repeat, Unreachable

FIRST_RATE = 60.0
MOST_LEARNED = 120.0
CLEAN_SECONDS = 600.0
PAUSE_SECONDS = 60.0
PEOPLE_AT_ONCE = 4
TOLD_AT_ONCE_SECONDS = 3.0
"""A person waits no longer than this for VoIP.ms to lift its limit."""
PATIENCE_SECONDS = 60.0
"""A person waits no longer than this for a turn."""


class Priority(IntEnum):
    """Lower goes first."""

    PERSON = 0
    RECHECK = 1
    SWEEP = 2


class Budget(Protocol):
    """How many requests a minute. Called by one thread at a time in each process."""

    @property
    def rate(self) -> float:
        """Requests a minute, as of now."""
        ...

    def take(self, ahead: bool) -> float:
        """Spend one request.

        Args:
            ahead: Whether the budget may be overdrawn a little: a person asks.

        Returns:
            0 when it was spent, else the seconds after which to try again.
        """
        ...

    def pause(self) -> float:
        """Seconds until VoIP.ms may be asked at all, after it said that its limit is reached; 0 otherwise."""
        ...

    def limited(self) -> None:
        """VoIP.ms said that its limit is reached."""
        ...


class MemoryBudget:
    """A budget that starts somewhere, halves when VoIP.ms's limit is reached, and grows back while it is not.

    Requests fall due evenly. Polling takes one when it is due; people may take as many as a third of a minute's before, so
    any minute has at most four thirds of the rate (and polling then waits until that is made up for).

    Args:
        per_minute: Start and ceiling. ``None``: start at 60 and learn, up to 120.
        clock: Seconds that only grow.
    """

    def __init__(self, per_minute: float | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._ceiling = MOST_LEARNED if per_minute is None else per_minute
        self._rate = FIRST_RATE if per_minute is None else per_minute
        self._due = self._paused_until = self._clean_since = clock()

    @property
    def rate(self) -> float:
        """Requests a minute, as of now."""
        return self._rate

    @property
    def overdraft(self) -> int:
        """How many requests people may spend before they are due."""
        return max(4, int(self._rate / 3))

    def take(self, ahead: bool) -> float:
        """Spend one request, or say how many seconds to wait."""
        now = self._clock()
        if self._paused_until > now:
            return self._paused_until - now
        self._grow(now)
        gap = 60 / self._rate
        due = max(self._due, now)
        early = due - now - (gap * self.overdraft if ahead else 0)
        if early > 1e-9:  # more than the rounding of the sums
            return early
        self._due = due + gap
        return 0.0

    def pause(self) -> float:
        """Seconds until VoIP.ms may be asked at all."""
        return max(0.0, self._paused_until - self._clock())

    def limited(self) -> None:
        """Halve and wait a minute; the answers of what was under way meanwhile say nothing new."""
        now = self._clock()
        if self._paused_until > now:
            return
        self._rate = max(self._rate / 2, min(1.0, self._ceiling))
        self._paused_until = self._clean_since = self._due = now + PAUSE_SECONDS

    def _grow(self, now: float) -> None:
        if now - self._clean_since >= CLEAN_SECONDS:
            self._rate = min(self._ceiling, self._rate + max(5.0, self._ceiling / 24))
            self._clean_since = now


class Pace:
    """One queue in front of the network. Thread-safe, first come first served within a class.

    Args:
        per_minute: For a budget in memory: its start and ceiling; ``None`` learns.
        budget: Used in place of one in memory.
        people_at_once: Requests of people that may be under way together; polling has one of its own.
        clock: Seconds that only grow.
        wait: Waits on the condition (which it holds) for so many seconds, or without end.
    """

    def __init__(
        self,
        per_minute: float | None = None,
        *,
        budget: Budget | None = None,
        people_at_once: int = PEOPLE_AT_ONCE,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[threading.Condition, float | None], object] = threading.Condition.wait,
    ) -> None:
        self._budget = MemoryBudget(per_minute, clock) if budget is None else budget
        self._people_at_once = people_at_once
        self._clock = clock
        self._wait = wait
        self._changed = threading.Condition()
        self._waiting: dict[Priority, deque[object]] = {priority: deque() for priority in Priority}
        self._people_under_way = self._polls_under_way = 0
        self._spent: deque[float] = deque()
        self._closed = False

    @property
    def at_once(self) -> int:
        """The most requests that are ever under way together."""
        return self._people_at_once + 1

    @property
    def rate(self) -> float:
        """Requests a minute, as of now."""
        with self._changed:
            return self._budget.rate

    @property
    def utilisation(self) -> float:
        """The last minute's requests as a share of the rate; more than 1 while people overdraw."""
        with self._changed:
            self._forget(self._clock())
            return len(self._spent) / self._budget.rate

    @contextmanager
    def turn(self, priority: Priority) -> Iterator[None]:
        """Wait for a turn, and hold it for one request.

        Raises:
            Refused: A person asks while VoIP.ms's limit is reached: waiting would take too long.
            Unreachable: A person waited too long, or the pace was closed.
        """
        self._enter(priority)
        try:
            yield
        finally:
            with self._changed:
                self._count(priority, -1)
                self._changed.notify_all()

    def limited(self) -> None:
        """VoIP.ms said that its limit is reached: everybody waits, and then goes slower."""
        with self._changed:
            self._budget.limited()
            self._changed.notify_all()

    def rest(self, seconds: float) -> None:
        """Wait before another try, without holding a turn.

        Raises:
            Unreachable: The pace was closed.
        """
        with self._changed:
            until = self._clock() + seconds
            while not self._closed and (left := until - self._clock()) > 0:
                self._wait(self._changed, left)
            self._refuse_when_closed()

    def close(self) -> None:
        """Send everybody away who waits, now and from now on."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _enter(self, priority: Priority) -> None:
        me = object()
        with self._changed:
            line = self._waiting[priority]
            line.append(me)
            patience_ends = self._clock() + (PATIENCE_SECONDS if priority is Priority.PERSON else math.inf)
            try:
                while seconds := self._seconds_to_wait(me, priority):
                    left = patience_ends - self._clock()
                    if left <= 0:
                        raise Unreachable("no turn in time", "Too many questions are waiting for VoIP.ms.", repeat=Repeat.NEVER)
                    seconds = min(seconds, left)
                    self._wait(self._changed, None if math.isinf(seconds) else seconds)
            finally:
                line.remove(me)
                self._changed.notify_all()
            self._count(priority, +1)
            now = self._clock()
            self._spent.append(now)
            self._forget(now)

    def _seconds_to_wait(self, me: object, priority: Priority) -> float:
        """0 when it is my turn, and then it is paid for; infinite when somebody else has to move first."""
        self._refuse_when_closed()
        person = priority is Priority.PERSON
        if person and self._budget.pause() > TOLD_AT_ONCE_SECONDS:
            raise Refused("api_limit_exceeded")
        before_me = any(self._waiting[higher] for higher in Priority if higher < priority)
        full = self._people_under_way >= self._people_at_once if person else self._polls_under_way > 0
        if before_me or full or self._waiting[priority][0] is not me:
            return math.inf
        return self._budget.take(ahead=person)

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise Unreachable("closed", "The bot is stopping, so VoIP.ms was not asked.", repeat=Repeat.NEVER)

    def _count(self, priority: Priority, more: int) -> None:
        if priority is Priority.PERSON:
            self._people_under_way += more
        else:
            self._polls_under_way += more

    def _forget(self, now: float) -> None:
        while self._spent and self._spent[0] <= now - 60:
            self._spent.popleft()
