"""What was asked once is done once: Slack delivers again whenever it is unsure."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import datetime, timedelta

KEPT = timedelta(minutes=15)
MOST = 20_000


class Once:
    """Remembers what has been seen, for longer than Slack redelivers (about six minutes). Thread-safe, bounded."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._seen: OrderedDict[Hashable, datetime] = OrderedDict()
        self._lock = threading.Lock()

    def first(self, key: Hashable) -> bool:
        """Whether this is the first time; from now on it is not."""
        now = self._clock()
        with self._lock:
            while self._seen and (now - next(iter(self._seen.values())) > KEPT or len(self._seen) >= MOST):
                self._seen.popitem(last=False)
            if key in self._seen:
                return False
            self._seen[key] = now
            return True
