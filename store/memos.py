"""What the bot itself has to remember: one JSON value under each key."""

import secrets
from collections.abc import Iterable
from typing import TypeVar

from sqlalchemy import select

from rules.saving import as_json, from_json
from store.tables import memo as memos
from store.transactions import Transaction, insert

T = TypeVar("T")

INSTALL = "install"


def get(transaction: Transaction, key: str, default: T) -> T:
    """What was remembered, a value like the default; the default when nothing was."""
    text = transaction.scalar(select(memos.c.value).where(memos.c.key == key))
    return default if text is None else from_json(type(default), text)


def texts(transaction: Transaction, keys: Iterable[str]) -> dict[str, str]:
    """What was remembered under several keys, as JSON."""
    return {row.key: row.value for row in transaction.execute(select(memos).where(memos.c.key.in_(list(keys))))}


def put(transaction: Transaction, key: str, value: object) -> None:
    """Remember it in place of what was there."""
    made = insert(transaction, memos).values(key=key, value=as_json(value).decode())
    transaction.execute(made.on_conflict_do_update(index_elements=["key"], set_={"value": made.excluded.value}))


def install_id(transaction: Transaction) -> str:
    """A random word that belongs to this database alone: what is told to Slack under it can be of no other."""
    word = secrets.token_hex(6)
    transaction.execute(insert(transaction, memos).values(key=INSTALL, value=as_json(word).decode()).on_conflict_do_nothing())
    return get(transaction, INSTALL, "")
