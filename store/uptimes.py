"""How the phones fared in a span of time, added up from what the watch has seen."""

from collections.abc import Collection
from datetime import datetime

from rules.timeline import Uptime, altogether, timeline, until, uptime
from rules.timing import Timing
from rules.watch import silence
from store import history, lines, watch
from store.transactions import Transaction


def uptimes(transaction: Transaction, begins: datetime, ends: datetime, now: datetime, accounts: Collection[str] | None = None) -> Uptime:
    """All phones that are watched and may not be away, together; nothing of a time that nobody watched.

    Args:
        accounts: Only these logins; ``None``: all.
    """
    silent = silence(Timing(), watch.sweep(transaction))
    chosen = [one for one in lines.every(transaction) if one.watched and not one.expect_offline]
    happened = history.everybodys(transaction, begins)
    spells = (
        timeline(happened.get(one.account, []), one.line, begins, now, silent)
        for one in chosen
        if accounts is None or one.account in accounts
    )
    return altogether(uptime(until(some, ends)) for some in spells)
