"""Outages, open and closed, each with all it takes to draw its message."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Text, delete, func, select, type_coerce, update

from rules.incidents import Incident, Kind
from rules.saving import from_json
from store.errors import Stale
from store.tables import incident as incidents
from store.transactions import Transaction, insert


def one(transaction: Transaction, incident_id: str) -> Incident | None:
    """The incident of that id, open or closed."""
    found: Incident | None = transaction.scalar(select(incidents.c.value).where(incidents.c.id == incident_id))
    return found


def of(transaction: Transaction, ids: Iterable[str]) -> list[Incident]:
    """Those of the incidents that there are, in the order in which they were opened."""
    return [value for value, _ in _chosen(transaction, incidents.c.id.in_(list(ids)))]


def open_ones(transaction: Transaction) -> list[Incident]:
    """All that are not closed, in the order in which they were opened."""
    return [value for value, _ in with_versions(transaction)]


def with_versions(transaction: Transaction) -> list[tuple[Incident, int]]:
    """All that are not closed, each with its version, which ``save`` wants to know."""
    return _chosen(transaction, incidents.c.closed_at.is_(None))


def are_open(transaction: Transaction) -> bool:
    """Whether there is any that is not closed."""
    return transaction.scalar(select(incidents.c.id).where(incidents.c.closed_at.is_(None)).limit(1)) is not None


def history(transaction: Transaction, since: datetime, until: datetime | None = None, most: int = 100) -> list[Incident]:
    """Those that were opened since then, open or closed, the newest first.

    Args:
        until: Only those that were opened before.
    """
    query = select(incidents.c.value).where(incidents.c.opened_at >= since)
    if until is not None:
        query = query.where(incidents.c.opened_at < until)
    newest = query.order_by(incidents.c.opened_at.desc(), func.length(incidents.c.id).desc(), incidents.c.id.desc())
    return list(transaction.scalars(newest.limit(most)))


def same(transaction: Transaction, since: datetime) -> Callable[[Kind, str], list[Incident]]:
    """Who is asked of a kind and a key for the incidents of these that were opened since then, open or closed.

    All are read at once, but only those that are asked for are made whole: there may be thousands.
    """
    texts = defaultdict[tuple[Kind, str], list[str]](list)
    for text in transaction.scalars(select(type_coerce(incidents.c.value, Text)).where(incidents.c.opened_at >= since)):
        head = from_json(_Head, text)
        texts[head.kind, head.key].append(text)
    return cache(lambda kind, key: [from_json(Incident, text) for text in texts[kind, key]])


class _Head(msgspec.Struct):
    """What tells which incidents are of the same."""

    kind: Kind
    key: str


def save(transaction: Transaction, some: Iterable[Incident], versions: Mapping[str, int]) -> None:
    """Store incidents, new ones and changed ones.

    Args:
        versions: What they had when they were read; none for a new one.

    Raises:
        Stale: One has been changed since.
    """
    for incident in some:
        row: dict[str, Any] = {"value": incident, "opened_at": incident.opened_at, "closed_at": incident.closed_at}
        version = versions.get(incident.id)
        if version is None:
            made = insert(transaction, incidents).values(id=incident.id, kind=incident.kind.value, version=1, **row)
            stored = transaction.execute(made.on_conflict_do_nothing()).rowcount
        else:
            same = (incidents.c.id == incident.id, incidents.c.version == version)
            stored = transaction.execute(update(incidents).where(*same).values(version=version + 1, **row)).rowcount
        if not stored:
            raise Stale(f"incident {incident.id} has been changed in the meantime")


def prune(transaction: Transaction, before: datetime) -> int:
    """Forget those that were closed before that; how many."""
    return transaction.execute(delete(incidents).where(incidents.c.closed_at < before)).rowcount


def _chosen(transaction: Transaction, which: ColumnElement[bool]) -> list[tuple[Incident, int]]:
    query = select(incidents.c.value, incidents.c.version).where(which)
    # the number within a day has two digits or more
    rows = transaction.execute(query.order_by(incidents.c.opened_at, func.length(incidents.c.id), incidents.c.id))
    return [(row.value, row.version) for row in rows]
