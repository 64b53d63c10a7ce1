"""What a question needs to know about the transaction it runs in."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

from sqlalchemy import Connection, Table, func, select
from sqlalchemy.dialects import postgresql, sqlite

Transaction: TypeAlias = Connection
"""An open transaction: ``Store.writing`` and ``Store.reading`` give one. Outside ``store/`` it is only handed on."""

Clock: TypeAlias = Callable[[Transaction], datetime]
"""Says the time in a transaction, aware."""


def shared_now(transaction: Transaction) -> datetime:
    """The time on the one clock that all processes share, aware: the server's on PostgreSQL, this machine's on SQLite.

    Replicas run on machines whose clocks differ; a claim or a lease of one is judged by another.
    """
    if transaction.dialect.name == "sqlite":
        return datetime.now(UTC)
    now = transaction.scalar(select(func.clock_timestamp()))
    assert isinstance(now, datetime)
    return now.astimezone(UTC)


def insert(transaction: Transaction, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that knows ON CONFLICT, which both engines spell alike."""
    return sqlite.insert(table) if transaction.dialect.name == "sqlite" else postgresql.insert(table)
