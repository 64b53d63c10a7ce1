"""What happened to each account: its transitions, never changed, and the networks and devices from which it was registered."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, func, select

from rules.arrivals import LEARNING, UNSEEN_FOR, Arrival, marks
from rules.timeline import Passage, Spell, timeline
from store import lines
from store.columns import kept
from store.tables import seen, transition
from store.transactions import Transaction, insert
from voipms import Device

TOUCHED_EVERY = timedelta(hours=1)
"""That a phone is still where it was is not noted more often."""
KEPT = timedelta(days=400)
"""How long transitions are kept: longer than anybody asks for."""


# Transitions


def append(transaction: Transaction, account: str, passages: Iterable[Passage]) -> None:
    """Note what has changed."""
    rows = [{"account": account, "at": one.at, "before": one.before, "after": one.after, "cause": one.cause} for one in passages]
    if rows:
        transaction.execute(transition.insert(), rows)


def passages(transaction: Transaction, account: str, since: datetime) -> list[Passage]:
    """What changed since then, oldest first, with the last change before it."""
    mine = transition.c.account == account
    before = transaction.scalar(
        select(transition.c.id).where(mine, transition.c.at <= since).order_by(transition.c.at.desc(), transition.c.id.desc()).limit(1)
    )
    query = select(transition).where(mine, (transition.c.at > since) | (transition.c.id == before))
    return [_passage(row) for row in transaction.execute(query.order_by(transition.c.at, transition.c.id))]


def everybodys(transaction: Transaction, since: datetime) -> dict[str, list[Passage]]:
    """The same for every account to which something has happened, by login."""
    before = select(func.max(transition.c.id)).where(transition.c.at <= since).group_by(transition.c.account)
    query = select(transition).where((transition.c.at > since) | transition.c.id.in_(before))
    found: dict[str, list[Passage]] = {}
    for row in transaction.execute(query.order_by(transition.c.at, transition.c.id)):
        found.setdefault(row.account, []).append(_passage(row))
    return found


def spells(transaction: Transaction, account: str, since: datetime, now: datetime, silent: timedelta) -> tuple[Spell, ...]:
    """What the account was from ``since`` until now, without gaps; ``rules.timeline.uptime`` adds it up.

    Args:
        silent: After so long without an answer nobody knows: see ``rules.watch.unknown``.
    """
    known = lines.one(transaction, account)
    return () if known is None else timeline(passages(transaction, account, since), known.line, since, now, silent)


def began(transaction: Transaction) -> datetime | None:
    """When a phone was first seen registered, of all phones; ``None`` before one ever was."""
    first: datetime | None = transaction.scalar(select(func.min(transition.c.at)))
    return first


def prune(transaction: Transaction, now: datetime) -> int:
    """Forget what is older than anybody asks for, but for the last transition of each account; how many."""
    latest = select(func.max(transition.c.id)).group_by(transition.c.account)
    old = (transition.c.at < now - KEPT, transition.c.id.not_in(latest))
    return transaction.execute(delete(transition).where(*old)).rowcount


# From where, and with what


def met(transaction: Transaction, account: str, devices: Iterable[Device], now: datetime) -> Arrival | None:
    """Note where the account is registered, and with what; an arrival, if that is new for an account that is known for a while."""
    shown = {(kind, kept(word)): device for (kind, word), device in marks(devices).items()}
    if not shown:
        return None
    known = {(row.kind, row.word): row for row in transaction.execute(select(seen).where(seen.c.account == account))}
    for kind, word in shown:
        row = known.get((kind, word))
        if row is None or now - row.last_at >= TOUCHED_EVERY:
            _touch(transaction, account, kind, word, now)
    if not known or now - min(row.first_at for row in known.values()) < LEARNING:
        return None
    new = {
        kind: device for (kind, word), device in shown.items() if (kind, word) not in known or now - known[kind, word].last_at >= UNSEEN_FOR
    }
    device = new.get("network") or new.get("agent")
    return None if device is None else Arrival(account=account, at=now, address=device.register_ip, agent=device.register_useragent)


def _touch(transaction: Transaction, account: str, kind: str, word: str, now: datetime) -> None:
    made = insert(transaction, seen).values(account=account, kind=kind, word=word, first_at=now, last_at=now)
    transaction.execute(made.on_conflict_do_update(index_elements=["account", "kind", "word"], set_={"last_at": now}))


def _passage(row: Row[Any]) -> Passage:
    return Passage(at=row.at, before=row.before, after=row.after, cause=row.cause)
