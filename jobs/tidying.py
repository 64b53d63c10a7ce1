"""What nobody asks for any more leaves the database: messages long ended, and marks of what was done once."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from store import Store, Transaction, once, outbox, shared_now

log = structlog.get_logger(__name__)

OUTBOX_KEPT = timedelta(days=30)
"""How long a message that has ended can still be looked up, dead letters included."""
EVERY = timedelta(hours=1)


def tidy(store: Store, clock: Callable[[Transaction], datetime] = shared_now) -> None:
    """Prune it, each kind in a transaction of its own: people's questions write in between.

    Raises:
        StoreError: The database could not do it.
    """
    messages = store.write(lambda transaction: outbox.prune(transaction, clock(transaction) - OUTBOX_KEPT))
    marks = store.write(lambda transaction: once.prune(transaction, clock(transaction)))
    if messages or marks:
        log.info("database tidied", messages=messages, marks=marks)
