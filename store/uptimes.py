"""How the phones fared in a span of time, added up from what the watch has seen."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select

from rules.timeline import Passage, Uptime, altogether, timeline, until, uptime
from rules.timing import Timing
from rules.watch import silence
from store import lines, watch
from store.tables import transition
from store.transactions import Transaction


def uptimes(transaction: Transaction, begins: datetime, ends: datetime, now: datetime, accounts: Collection[str] | None = None) -> Uptime:
    """All phones that are watched and may not be away, together; nothing of a time that nobody watched.

    Args:
        accounts: Only these logins; ``None``: all.
    """
    silent = silence(Timing(), watch.sweep(transaction))
    chosen = [one for one in lines.every(transaction) if one.watched and not one.expect_offline]
    happened = _passages(transaction, begins)
    spells = (
        timeline(happened.get(one.account, []), one.line, begins, now, silent)
        for one in chosen
        if accounts is None or one.account in accounts
    )
    return altogether(uptime(until(some, ends)) for some in spells)


def _passages(transaction: Transaction, since: datetime) -> dict[str, list[Passage]]:
    """What changed since then for each account, in order, with the last change before it."""
    before = select(func.max(transition.c.id)).where(transition.c.at <= since).group_by(transition.c.account)
    query = select(transition).where((transition.c.at > since) | transition.c.id.in_(before))
    found: dict[str, list[Passage]] = {}
    for row in transaction.execute(query.order_by(transition.c.at, transition.c.id)):
        passage = Passage(at=row.at, before=row.before, after=row.after, cause=row.cause)
        found.setdefault(row.account, []).append(passage)
    return found
