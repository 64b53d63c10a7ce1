"""What nobody asks for any more leaves the database: messages long ended, marks of what was done once, old entries, reports, outages."""

from datetime import timedelta

import structlog

from store import Clock, Store, audit, history, incidents, once, outbox, report_runs, shared_now

log = structlog.get_logger(__name__)

AUDIT_KEPT = timedelta(days=365)
EVERY = timedelta(hours=1)


def tidy(store: Store, clock: Clock = shared_now, audit_kept: timedelta = AUDIT_KEPT) -> None:
    """Prune it, each kind in a transaction of its own: people's questions write in between.

    Args:
        audit_kept: ``AUDIT_RETENTION_DAYS``.

    Raises:
        StoreError: The database could not do it.
    """
    messages = store.write(lambda transaction: outbox.prune(transaction, clock(transaction)))
    marks = store.write(lambda transaction: once.prune(transaction, clock(transaction)))
    entries = store.write(lambda transaction: audit.prune(transaction, clock(transaction) - audit_kept))
    periods = store.write(lambda transaction: report_runs.prune(transaction, clock(transaction)))
    outages = store.write(lambda transaction: incidents.prune(transaction, clock(transaction) - history.KEPT))
    transitions = store.write(lambda transaction: history.prune(transaction, clock(transaction)))
    if messages or marks or entries or periods or outages or transitions:
        log.info(
            "database tidied",
            messages=messages,
            marks=marks,
            audit=entries,
            reports=periods,
            outages=outages,
            transitions=transitions,
        )
