"""Kinds of block that the workspace refuses, like tables: learnt once, by answers and by delivery, and kept across a restart."""

import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

import structlog

from store import settings
from store.engine import Store
from store.errors import StoreError

log = structlog.get_logger(__name__)

PREFIX = "slack/refuses/"
KEPT = timedelta(days=30)
"""Then they are tried again: Slack brings new blocks to one workspace after the other."""


class Refusals:
    """What this workspace refuses. Thread-safe; nothing is asked of the database but at the start and when something is learnt.

    Args:
        store: Where it is kept; without one it is known as long as the process runs.
        clock: The time, aware.
    """

    def __init__(self, store: Store | None = None, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._store = store
        self._clock = clock
        self._lock = threading.Lock()
        self._learnt: dict[str, datetime] = {}
        if store is not None:
            with store.reading() as transaction:
                self._learnt = {found.key.removeprefix(PREFIX): found.changed_at for found in settings.under(transaction, PREFIX)}

    def kinds(self) -> frozenset[str]:
        """The kinds that need not be tried."""
        since = self._clock() - KEPT
        with self._lock:
            return frozenset(kind for kind, learnt_at in self._learnt.items() if learnt_at > since)

    def learn(self, kinds: Iterable[str]) -> None:
        """Slack refused a message with these kinds of block, and took it without them. Never raises."""
        now, new = self._clock(), sorted(kinds)
        with self._lock:
            self._learnt.update(dict.fromkeys(new, now))
        if self._store is None or not new:
            return
        try:
            with self._store.writing() as transaction:
                for kind in new:
                    settings.put(transaction, PREFIX + kind, True, "", now)
        except StoreError as error:  # it will be learnt again after the next start
            log.warning("refused blocks not kept", error=str(error))
