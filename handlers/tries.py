"""How often somebody may guess: so many wrong tries in so much time, counted per key (a person, an e-mail address).

A try is counted *before* the question is asked and given back when it was right or could not be answered: guesses made
at the same time cannot slip past the limit together.
"""

import threading
from collections.abc import Collection
from datetime import datetime, timedelta


class Tries:
    """Wrong tries in memory. Thread-safe; time is a value; keys that are no longer needed are forgotten.

    Args:
        most: Wrong tries that are allowed for one key within ``span``.
        room: Keys remembered at once. When it is full, unknown keys have to wait: forgetting one would let its guesser go on.
    """

    def __init__(self, most: int = 5, span: timedelta = timedelta(minutes=10), room: int = 10_000) -> None:
        self._most = most
        self._span = span
        self._room = room
        self._taken: dict[str, list[datetime]] = {}
        self._lock = threading.Lock()

    @property
    def minutes(self) -> int:
        """The span in whole minutes, for people."""
        return int(self._span.total_seconds() // 60)

    def take(self, keys: Collection[str], now: datetime) -> datetime | None:
        """Count a try for each of the keys, or for none of them.

        Returns:
            ``None`` when the try may go ahead; otherwise when to try again.
        """
        with self._lock:
            self._forget(now)
            wanted = set(keys)
            full = [self._taken[key] for key in wanted if len(self._taken.get(key, ())) >= self._most]
            if full:
                return max(sorted(times)[-self._most] for times in full) + self._span
            if len(self._taken.keys() | wanted) > self._room:
                return min(max(times) for times in self._taken.values()) + self._span
            for key in wanted:
                self._taken.setdefault(key, []).append(now)
            return None

    def give_back(self, keys: Collection[str], taken_at: datetime) -> None:
        """The try that was taken at that instant was right, or could not be answered: it does not count."""
        with self._lock:
            for key in set(keys):
                times = self._taken.get(key, [])
                if taken_at in times:
                    times.remove(taken_at)
                if not times:
                    self._taken.pop(key, None)

    def left(self, keys: Collection[str], now: datetime) -> int:
        """How many wrong tries are left: the least of the keys."""
        with self._lock:
            self._forget(now)
            return min(self._most - len(self._taken.get(key, ())) for key in keys)

    def _forget(self, now: datetime) -> None:
        """Drop what is older than the span."""
        since = now - self._span
        for key, times in list(self._taken.items()):
            kept = [at for at in times if at > since]
            if kept:
                self._taken[key] = kept
            else:
                del self._taken[key]
