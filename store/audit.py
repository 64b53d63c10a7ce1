"""Who asked what, from where, and how it ended. Rows are added, and leave with age; the database refuses to change one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, func, select

from store.tables import audit
from store.transactions import Transaction

REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One question, click or form.

    Attributes:
        person, channel: Slack's ids; ``""`` where there is no channel.
        way: How it reached us, in words: ``slash command``.
        command: Its name; ``""`` when none was meant.
        about: What it was about, phone numbers masked; never what was typed into a form that asks for a password.
        result: ``answered``, ``refused``, …
        error_id: That the person was shown.
    """

    at: datetime
    person: str
    channel: str
    way: str
    command: str
    about: str
    result: str
    error_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Search:
    """Which entries are looked for; nothing set means all.

    Attributes:
        since, until: Aware; ``until`` itself is not meant.
        refused: Only what was refused.
    """

    person: str = ""
    command: str = ""
    since: datetime | None = None
    until: datetime | None = None
    refused: bool = False


def append(transaction: Transaction, entry: Entry) -> None:
    """Add one."""
    transaction.execute(audit.insert().values({name: getattr(entry, name) for name in Entry.__dataclass_fields__}))


def entries(transaction: Transaction, search: Search, most: int, first: int = 0) -> list[Entry]:
    """Those that are looked for, the newest first, at most so many, from one of them on."""
    query = select(audit).where(*_meant(search)).order_by(audit.c.at.desc(), audit.c.id.desc()).limit(most).offset(first)
    return [_entry(row) for row in transaction.execute(query)]


def count(transaction: Transaction, search: Search) -> int:
    """How many there are of those that are looked for."""
    found: int = transaction.scalar(select(func.count()).select_from(audit).where(*_meant(search))) or 0
    return found


def prune(transaction: Transaction, before: datetime) -> int:
    """Forget what is older; how many."""
    return transaction.execute(delete(audit).where(audit.c.at < before)).rowcount


def _meant(search: Search) -> list[ColumnElement[bool]]:
    meant: list[ColumnElement[bool]] = []
    if search.person:
        meant.append(audit.c.person == search.person)
    if search.command:
        meant.append(audit.c.command == search.command)
    if search.since is not None:
        meant.append(audit.c.at >= search.since)
    if search.until is not None:
        meant.append(audit.c.at < search.until)
    if search.refused:
        meant.append(audit.c.result == REFUSED)
    return meant


def _entry(row: Row[Any]) -> Entry:
    return Entry(**{name: row._mapping[name] for name in Entry.__dataclass_fields__})
