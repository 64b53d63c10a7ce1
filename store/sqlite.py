"""SQLite as a database that keeps its word: one process for a file, and a transaction is one from its first statement on.

By default Python's driver begins a transaction only at the first change, leaves foreign keys off, and commits before a change
of the schema; SQLite itself would let a transaction that has read fail at its first write. The listeners below mend all of it.
"""

import fcntl
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from store.errors import CannotOpen, NotThereYet

BUSY_SECONDS = 5
"""How long another program (a backup, a person's ``sqlite3``) may hold the file."""

MODE = "dialtone_mode"
READING = {MODE: "reading"}
MIGRATING = {MODE: "migrating"}
"""Execution options of an engine: what its transactions are for."""


def file_of(url: URL) -> Path:
    """The file, where it really is: two names of one file are one file.

    Raises:
        CannotOpen: The URL names none.
    """
    file = Path(url.database or "").resolve()
    if not url.database or not file.name or url.database == ":memory:" or url.query:
        raise CannotOpen("DATABASE_URL must name a file, like sqlite:///data/dialtone.db", for_good=True)
    return file


class LockFile:
    """Held by the one process that has the database open. It dies with the process, however that ends.

    Raises:
        CannotOpen: Another process holds it, or the folder cannot be made or written.
    """

    def __init__(self, file: Path) -> None:
        path = file.with_name(f"{file.name}.lock")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            # there is a file of that name
            why = "Not a directory" if isinstance(error, FileExistsError) else error.strerror
            raise CannotOpen(f"the folder {file.parent} cannot be written: {why}", for_good=True) from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(self._descriptor, 20).decode("ascii", "replace").strip()
            os.close(self._descriptor)
            raise CannotOpen(f"{file} is in use by another Dialtone{f' (process {holder})' if holder else ''}", for_good=True) from None
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)

    def close(self) -> None:
        """Let the next one in. The file stays: to remove it would let two processes lock two files of one name."""
        os.close(self._descriptor)


def make_file(file: Path) -> None:
    """The file, readable for its owner alone: who was called by whom is nobody else's business.

    Raises:
        CannotOpen: It cannot be made or written.
    """
    try:
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise CannotOpen(f"{file} cannot be written: {error.strerror}", for_good=True) from error


def look_for(file: Path) -> None:
    """See that there is a file, without making it.

    Raises:
        NotThereYet: There is none, and one can be made.
        CannotOpen: There is none, and none can be made.
    """
    if file.exists():
        return
    folder = next(folder for folder in file.parents if folder.exists())
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        raise CannotOpen(f"the folder {file.parent} cannot be written", for_good=True)
    raise NotThereYet(f"{file} is not there yet: the first start makes it", for_good=False)


def make_engine(file: Path, *, only_look: bool = False) -> Engine:
    """An engine whose transactions are what they say: see ``MODE``. Without a mode they are for writing.

    Args:
        only_look: Changes nothing about the file, the way its journal is kept included.
    """
    engine = create_engine(
        URL.create("sqlite", database=str(file)), connect_args={"timeout": BUSY_SECONDS}, pool_size=5, max_overflow=20, hide_parameters=True
    )
    event.listen(engine, "connect", _connected(only_look))
    event.listen(engine, "begin", _begin)
    return engine


def _connected(only_look: bool) -> Callable[[DBAPIConnection, ConnectionPoolEntry], None]:
    def connected(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        # the driver begins nothing by itself any more: _begin does
        connection.isolation_level = None
        cursor = connection.cursor()
        if not only_look:
            cursor.execute("PRAGMA journal_mode = WAL")
        # each commit is on the disk: a message that was sent must not be forgotten with the power
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    return connected


def _begin(connection: Connection) -> None:
    match connection.get_execution_options().get(MODE):
        case "reading":
            connection.exec_driver_sql("PRAGMA query_only = ON")
            connection.exec_driver_sql("BEGIN")
        case "migrating":
            # a table that is copied and dropped to change it must not take with it the rows that point to it
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            connection.exec_driver_sql("BEGIN EXCLUSIVE")
        case _:
            connection.exec_driver_sql("PRAGMA query_only = OFF")
            # the write lock from the start: a transaction that has only read could not get it any more once others have written
            connection.exec_driver_sql("BEGIN IMMEDIATE")


def tidy(engine: Engine) -> None:
    """Write the journal back into the file, so that the file alone is the whole database."""
    # where it does not work (a full disk), the journal stays beside the file, and nothing is lost
    with suppress(sqlite3.Error, SQLAlchemyError), closing(engine.raw_connection()) as connection:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
