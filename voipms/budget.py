"""How many requests a minute VoIP.ms is asked.

A ``Budget`` is what the pace is given: in memory for one process; where several share one VoIP.ms login it can be a row that
they share.

Source: VoIP.ms limits requests per minute and does not publish the number; ``api_limit_exceeded`` says that it is reached.
"""

import time
from collections.abc import Callable
from typing import Protocol

FIRST_RATE = 60.0
MOST_LEARNED = 120.0
CLEAN_SECONDS = 600.0
PAUSE_SECONDS = 60.0
LEAST_OVERDRAFT = 4
ROUNDING = 1e-9


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

    Requests fall due evenly. Polling takes one when it is due. People may take as many as a third of a minute's before that: a
    minute has at most four thirds of the rate then, and polling waits until it is made up for.

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
        return max(LEAST_OVERDRAFT, int(self._rate / 3))

    def take(self, ahead: bool) -> float:
        """Spend one request, or say how many seconds to wait."""
        now = self._clock()
        if self._paused_until > now:
            return self._paused_until - now
        self._grow(now)
        gap = 60 / self._rate
        due = max(self._due, now)
        early = due - now - (gap * self.overdraft if ahead else 0)
        if early > ROUNDING:
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
