"""PostgreSQL, for several replicas: connections that notice a dead server, and transactions that a frozen process cannot hold."""

from typing import Any

from psycopg import Connection
from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.pool import ConnectionPoolEntry

CONNECT: dict[str, Any] = {
    "application_name": "dialtone",
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
    # a pooler such as PgBouncer hands the next transaction to another session, which does not know what this one prepared
    "prepare_threshold": None,
}
"""What the URL can overrule."""

LIMITS = "SET idle_in_transaction_session_timeout = '5s'; SET lock_timeout = '10s'; SET statement_timeout = '30s'"
"""A process that is frozen inside a transaction loses it, and its locks, before the lease on its work ends."""

READING: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
"""Execution options of an engine whose transactions only read: everything as of one instant."""


def with_driver(url: URL) -> URL:
    """The URL for our driver, however the scheme is spelled."""
    return url.set(drivername="postgresql+psycopg")


def make_engine(url: URL) -> Engine:
    """An engine that sees before a transaction whether its connection still lives."""
    given = {name: value for name, value in CONNECT.items() if name not in url.query}
    engine = create_engine(
        with_driver(url), connect_args=given, pool_pre_ping=True, pool_size=5, max_overflow=20, pool_timeout=10, hide_parameters=True
    )
    event.listen(engine, "connect", _connected)
    return engine


def _connected(connection: Connection[Any], _: ConnectionPoolEntry) -> None:
    connection.autocommit = True
    connection.execute(LIMITS)
    connection.autocommit = False
