"""What was done once stays done once, across a restart and between replicas.

Slack delivers again whenever it is unsure, also to another process or to the one that has just been started.
"""

import hashlib
import json
import threading
from collections.abc import Callable, Hashable
from datetime import datetime, timedelta

from sqlalchemy import delete

from store.engine import Store
from store.tables import done
from store.transactions import Transaction, insert

KEPT = timedelta(days=1)
PRUNED_EVERY = timedelta(minutes=5)


def first(transaction: Transaction, key: Hashable, now: datetime, kept: timedelta = KEPT) -> bool:
    """Whether the key has not been seen for as long as it is kept; once this transaction is stored, it has.

    Do what is to be done once in the same transaction: then both are stored, or neither. Of several transactions with one key
    at the same time, one is the first.

    Args:
        key: Text, a number, or a tuple of such. What it says is not stored.
    """
    mark = insert(transaction, done).values(key=_digest(key), forget_at=now + kept)
    again = mark.on_conflict_do_update(index_elements=["key"], set_={"forget_at": now + kept}, where=done.c.forget_at <= now)
    return transaction.scalar(again.returning(done.c.key)) is not None


def forget(transaction: Transaction, key: Hashable) -> None:
    """What was begun under that key could not be done: it may be done again."""
    transaction.execute(delete(done).where(done.c.key == _digest(key)))


def prune(transaction: Transaction, now: datetime) -> int:
    """Drop the keys that are no longer kept; how many."""
    return transaction.execute(delete(done).where(done.c.forget_at <= now)).rowcount


class Once:
    """Remembers what has been seen, in transactions of its own. Thread-safe.

    Args:
        clock: The time, aware.
        kept: For how long; Slack delivers again for some minutes, and what it could not deliver after a restart.
    """

    def __init__(self, store: Store, clock: Callable[[], datetime], kept: timedelta = KEPT) -> None:
        self._store = store
        self._clock = clock
        self._kept = kept
        self._prune_at: datetime | None = None
        self._lock = threading.Lock()

    def first(self, key: Hashable) -> bool:
        """Whether this is the first time; from now on it is not.

        Raises:
            Unavailable: The database cannot say.
        """
        now = self._clock()
        tidy = self._is_time_to_prune(now)

        def body(transaction: Transaction) -> bool:
            if tidy:
                prune(transaction, now)
            return first(transaction, key, now, self._kept)

        return self._store.write(body)

    def _is_time_to_prune(self, now: datetime) -> bool:
        with self._lock:
            due = self._prune_at is None or now >= self._prune_at
            if due:
                self._prune_at = now + PRUNED_EVERY
            return due


def _digest(key: Hashable) -> str:
    """The key at one length. JSON of it is the same in every process, which ``hash`` and the order of a set are not.

    Raises:
        TypeError: JSON has no word for it.
    """
    return hashlib.sha256(json.dumps(key).encode()).hexdigest()
