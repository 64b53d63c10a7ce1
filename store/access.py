"""Roles that admins gave, and what channels are limited to."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, or_, select

from rules.access import Grant, Role, Subject, named_admins
from rules.limits import Fence, Limits
from store.tables import fence as fences
from store.tables import grants
from store.tables import line as lines
from store.transactions import Transaction, insert


class LastAdmin(Exception):
    """Nobody would be admin any more who could undo it."""


# Roles


def every(transaction: Transaction) -> list[Grant]:
    """All that was granted, the latest first."""
    return [_grant(row) for row in transaction.execute(select(grants).order_by(grants.c.at.desc(), grants.c.id))]


def concerning(transaction: Transaction, person: str, channel: str) -> list[Grant]:
    """What was granted to the person, to the channel, and to any user group."""
    named = or_(
        and_(grants.c.subject == Subject.PERSON.value, grants.c.id == person),
        and_(grants.c.subject == Subject.CHANNEL.value, grants.c.id == channel),
        grants.c.subject == Subject.GROUP.value,
    )
    return [_grant(row) for row in transaction.execute(select(grants).where(named))]


def give(transaction: Transaction, grant: Grant, admins: Collection[str], gone: Collection[str] = ()) -> None:
    """Grant it, in place of what the same one had.

    Args:
        admins: ``ADMINS``.
        gone: People who cannot act as admin any more.

    Raises:
        LastAdmin: It would leave no admin.
    """
    row = {"role": int(grant.role), "outsiders": grant.outsiders, "by": grant.by, "at": grant.at}
    made = insert(transaction, grants).values(subject=grant.subject.value, id=grant.id, **row)
    before = _admins(transaction, admins, gone)
    transaction.execute(made.on_conflict_do_update(index_elements=["subject", "id"], set_=row))
    _see_that_one_is_left(transaction, before, admins, gone)


def take(transaction: Transaction, subject: Subject, subject_id: str, admins: Collection[str], gone: Collection[str] = ()) -> bool:
    """Take back what was granted; whether anything was.

    Raises:
        LastAdmin: It would leave no admin.
    """
    before = _admins(transaction, admins, gone)
    taken = transaction.execute(delete(grants).where(grants.c.subject == subject.value, grants.c.id == subject_id)).rowcount
    _see_that_one_is_left(transaction, before, admins, gone)
    return taken == 1


def _admins(transaction: Transaction, admins: Collection[str], gone: Collection[str]) -> frozenset[str]:
    """Who is admin by name. Their rows are kept from others until the transaction ends: two admins must not remove each other."""
    rows = transaction.execute(select(grants).where(grants.c.role == int(Role.ADMIN)).with_for_update())
    return named_admins(map(_grant, rows), admins) - frozenset(gone)


def _see_that_one_is_left(transaction: Transaction, before: frozenset[str], admins: Collection[str], gone: Collection[str]) -> None:
    if before and not _admins(transaction, admins, gone):
        raise LastAdmin


def _grant(row: Row[Any]) -> Grant:
    return Grant(subject=Subject(row.subject), id=row.id, role=Role(row.role), outsiders=row.outsiders, by=row.by, at=row.at)


# Limits


@dataclass(frozen=True, kw_only=True)
class Fenced:
    """A channel that is limited.

    Attributes:
        by: Slack's id of the admin who limited it.
    """

    channel: str
    fence: Fence
    by: str
    at: datetime


def fenced(transaction: Transaction) -> list[Fenced]:
    """All channels that are limited."""
    rows = transaction.execute(select(fences).order_by(fences.c.channel))
    return [Fenced(channel=row.channel, fence=row.value, by=row.by, at=row.at) for row in rows]


def limits(transaction: Transaction, channel: str) -> Limits | None:
    """What the channel sees; ``None``: everything."""
    fence = transaction.scalar(select(fences.c.value).where(fences.c.channel == channel)) if channel else None
    return None if fence is None else _limits(transaction, fence)


def limited_at(transaction: Transaction, channel: str) -> datetime | None:
    """When was set what the channel sees; ``None``: it sees everything."""
    at: datetime | None = transaction.scalar(select(fences.c.at).where(fences.c.channel == channel))
    return at


def all_limits(transaction: Transaction) -> dict[str, Limits]:
    """What each channel sees that is limited."""
    return {one.channel: _limits(transaction, one.fence) for one in fenced(transaction)}


def within(limits: Limits) -> ColumnElement[bool]:
    """Of accounts: whether it is within those limits."""
    return or_(lines.c.account.in_(limits.accounts), lines.c.client.in_(limits.clients))


def fence_in(transaction: Transaction, channel: str, fence: Fence, by: str, now: datetime) -> None:
    """Limit a channel, in place of what it was limited to."""
    row = {"value": fence, "by": by, "at": now}
    made = insert(transaction, fences).values(channel=channel, **row)
    transaction.execute(made.on_conflict_do_update(index_elements=["channel"], set_=row))


def set_free(transaction: Transaction, channel: str) -> bool:
    """Let a channel see everything again; whether it was limited."""
    return transaction.execute(delete(fences).where(fences.c.channel == channel)).rowcount == 1


def _limits(transaction: Transaction, fence: Fence) -> Limits:
    at_sites = transaction.scalars(select(lines.c.account).where(lines.c.site.in_(fence.sites))) if fence.sites else ()
    return fence.limits(at_sites)
