"""Who may ask VoIP.ms next: people before re-checks before sweeps.

    asks ──► people     ──► a few at a time, may overdraw the budget a little ──────┐
         ──► re-checks ─┐                                                           ├──► VoIP.ms
         ──► sweeps    ─┴─► one at a time, evenly spaced, never while a person waits ┘

``Line`` decides, ``Pace`` makes threads wait for what it decides.
"""

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum

from voipms.budget import Budget, MemoryBudget
from voipms.errors import Refused, Unreachable

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


@dataclass(frozen=True, eq=False)
class Ticket:
    """One place in the line."""

    priority: Priority

    @property
    def person(self) -> bool:
        return self.priority is Priority.PERSON


class Line:
    """Who waits and who is under way; first come, first served within a class. Not thread-safe.

    Args:
        people_at_once: Requests of people that may be under way together; polling has one of its own.
    """

    def __init__(self, budget: Budget, people_at_once: int) -> None:
        self._budget = budget
        self._people_at_once = people_at_once
        self._waiting: dict[Priority, deque[Ticket]] = {priority: deque() for priority in Priority}
        self._people = self._polls = 0

    def join(self, priority: Priority) -> Ticket:
        """Stand at the end of one's class."""
        ticket = Ticket(priority)
        self._waiting[priority].append(ticket)
        return ticket

    def start(self, ticket: Ticket) -> float:
        """Leave the line for the network if it is one's turn.

        Returns:
            0 when it was, and it is paid for; else the seconds after which to try again, infinite when somebody else has to move
            first.
        """
        if any(self._waiting[higher] for higher in Priority if higher < ticket.priority) or self._waiting[ticket.priority][0] is not ticket:
            return math.inf
        if self._people >= self._people_at_once if ticket.person else self._polls:
            return math.inf
        seconds = self._budget.take(ahead=ticket.person)
        if seconds == 0:
            self._waiting[ticket.priority].popleft()
            self._under_way(ticket, +1)
        return seconds

    def leave(self, ticket: Ticket) -> None:
        """Give up waiting."""
        self._waiting[ticket.priority].remove(ticket)

    def done(self, ticket: Ticket) -> None:
        """Come back from the network."""
        self._under_way(ticket, -1)

    def _under_way(self, ticket: Ticket, more: int) -> None:
        if ticket.person:
            self._people += more
        else:
            self._polls += more


class Pace:
    """One queue in front of the network. Thread-safe.

    Args:
        per_minute: For a budget in memory: its start and ceiling; ``None`` learns.
        budget: Used in place of one in memory.
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
        self._line = Line(self._budget, people_at_once)
        self._clock = clock
        self._wait = wait
        self._changed = threading.Condition()
        self._closed = False
        self.at_once = people_at_once + 1
        """The most requests that are ever under way together."""

    @property
    def rate(self) -> float:
        """Requests a minute, as of now."""
        with self._changed:
            return self._budget.rate

    @contextmanager
    def turn(self, priority: Priority) -> Iterator[None]:
        """Wait for a turn, and hold it for one request.

        Raises:
            Refused: A person asks while VoIP.ms's limit is reached: waiting would take too long.
            Unreachable: A person waited too long, or the pace was closed.
        """
        ticket = self._enter(priority)
        try:
            yield
        finally:
            with self._changed:
                self._line.done(ticket)
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
            while (left := until - self._clock()) > 0 and not self._closed:
                self._wait(self._changed, left)
            self._refuse_when_closed()

    def close(self) -> None:
        """Send everybody away who waits, now and from now on."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _enter(self, priority: Priority) -> Ticket:
        with self._changed:
            ticket = self._line.join(priority)
            try:
                self._wait_for(ticket)
            except BaseException:
                self._line.leave(ticket)
                raise
            finally:
                self._changed.notify_all()
            return ticket

    def _wait_for(self, ticket: Ticket) -> None:
        patience_ends = self._clock() + (PATIENCE_SECONDS if ticket.person else math.inf)
        while True:
            self._refuse_when_closed()
            if ticket.person and self._budget.pause() > TOLD_AT_ONCE_SECONDS:
                raise Refused("api_limit_exceeded")
            seconds = self._line.start(ticket)
            if seconds == 0:
                return
            left = patience_ends - self._clock()
            if left <= 0:
                raise Unreachable("no turn in time", "Too many questions are waiting for VoIP.ms.", again=False)
            seconds = min(seconds, left)
            self._wait(self._changed, None if math.isinf(seconds) else seconds)

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise Unreachable("closed", "The bot is stopping, so VoIP.ms was not asked.", again=False)
