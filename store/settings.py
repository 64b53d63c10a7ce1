"""What people set in Slack: a key, a JSON value, who set it and when. Settings of the environment are not here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, select, update

from store.errors import Stale
from store.tables import setting as settings
from store.transactions import Transaction, insert


@dataclass(frozen=True)
class Setting:
    """A value somebody set.

    Attributes:
        key: Like ``channel/site/203.0.113.7``.
        value: Any JSON value.
        version: 1 when it was first set, and one more with each change.
        changed_by: A Slack user id.
    """

    key: str
    value: Any
    version: int
    changed_at: datetime
    changed_by: str


def get(transaction: Transaction, key: str) -> Setting | None:
    """What was set, or ``None``."""
    row = transaction.execute(select(settings).where(settings.c.key == key)).first()
    return None if row is None else _setting(row)


def under(transaction: Transaction, prefix: str = "") -> list[Setting]:
    """Everything whose key begins like that, by key."""
    # not LIKE: on SQLite it takes capitals for small letters
    query = select(settings).where(func.substr(settings.c.key, 1, len(prefix)) == prefix)
    # sorted here: each engine has its own idea of the order of text
    return sorted((_setting(row) for row in transaction.execute(query)), key=lambda setting: setting.key)


def put(transaction: Transaction, key: str, value: Any, by: str, now: datetime, version: int | None = None) -> Setting:
    """Set it.

    Args:
        by: A Slack user id.
        version: The version that the person saw; 0 for none. Without it the newest wins.

    Raises:
        Stale: Somebody else has changed it since that version.
    """
    change = {"value": value, "changed_at": now, "changed_by": by}
    if version is None:
        made = insert(transaction, settings).values(key=key, version=1, **change)
        set_ = made.on_conflict_do_update(index_elements=["key"], set_={"version": settings.c.version + 1, **change})
        now_at = transaction.scalar(set_.returning(settings.c.version))
    elif version == 0:
        made = insert(transaction, settings).values(key=key, version=1, **change)
        now_at = transaction.scalar(made.on_conflict_do_nothing().returning(settings.c.version))
    else:
        same = (settings.c.key == key, settings.c.version == version)
        now_at = transaction.scalar(update(settings).where(*same).values(version=version + 1, **change).returning(settings.c.version))
    if now_at is None:
        raise Stale(f"{key} has been changed in the meantime")
    return Setting(key, value, now_at, now, by)


def remove(transaction: Transaction, key: str) -> bool:
    """Unset it; whether it was set."""
    return transaction.execute(delete(settings).where(settings.c.key == key)).rowcount == 1


def _setting(row: Row[Any]) -> Setting:
    return Setting(row.key, row.value, row.version, row.changed_at, row.changed_by)
