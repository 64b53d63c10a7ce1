"""What can go wrong with the database, each as one clear line without a password in it.

StoreError
├── CannotOpen      at start; ``for_good`` when starting again would not help
│   └── NotThereYet   only looked at, and there is nothing to look at before the first start
├── Unavailable     one transaction could not be done
└── Stale           the row has been changed by somebody else since it was read
"""

import sqlite3

import psycopg
from sqlalchemy import URL
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, NotSupportedError, ProgrammingError, SQLAlchemyError

SERIALIZATION_FAILURE = "40001"
DEADLOCK = "40P01"
LOCK_NOT_AVAILABLE = "55P03"
READ_ONLY_TRANSACTION = "25006"
DISK_FULL = "53100"


class StoreError(Exception):
    """The database could not do what was asked; the text is one clear line."""


class CannotOpen(StoreError):
    """The database cannot be opened.

    Attributes:
        for_good: Trying again would not help: something has to be mended.
    """

    def __init__(self, words: str, for_good: bool) -> None:
        super().__init__(words)
        self.for_good = for_good


class NotThereYet(CannotOpen):
    """There is no database yet; the first start makes it."""


class Unavailable(StoreError):
    """A transaction could not be done: the server is away, the disk is full, a lock was held too long.

    Nothing of it is stored, unless ``unclear``.

    Attributes:
        again: The same transaction can simply be tried again.
        unclear: The connection was lost while the transaction was being committed: it may be stored or not.
    """

    def __init__(self, words: str, again: bool = False, unclear: bool = False) -> None:
        super().__init__(words)
        self.again = again
        self.unclear = unclear


class Stale(StoreError):
    """The row is no longer what it was when it was read; nothing was written."""


def place(url: URL) -> str:
    """The database in words, without login: the file, or ``PostgreSQL at db.example.com/dialtone``."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    host = url.host or str(url.query.get("host") or "this machine")
    return f"PostgreSQL at {host}{f':{url.port}' if url.port else ''}/{url.database or ''}"


def is_our_mistake(error: DBAPIError) -> bool:
    """Whether the database is well, and what we asked of it was wrong."""
    kinds = (IntegrityError, DataError, ProgrammingError, NotSupportedError)
    return isinstance(error, kinds) or _sqlite_code(error.orig) == sqlite3.SQLITE_ERROR


def may_pass(error: DBAPIError) -> bool:
    """Whether the same transaction can be tried again: it was rolled back for what others did at that moment, or the line was cut."""
    if error.connection_invalidated:
        return True
    cause = error.orig
    if isinstance(cause, psycopg.Error):
        away = cause.sqlstate is None and isinstance(cause, psycopg.OperationalError)
        return cause.sqlstate in (SERIALIZATION_FAILURE, DEADLOCK, LOCK_NOT_AVAILABLE) or (away and not needs_mending(error))
    return _sqlite_code(cause) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def needs_mending(error: SQLAlchemyError) -> bool:
    """Whether a person has to do something before it can work."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if _sqlite_code(cause) is not None:
        return _sqlite_code(cause) in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)
    return any(words in str(cause) for words in ("password", "authentication", "does not exist", "permission denied"))


def in_one_line(error: SQLAlchemyError, url: URL) -> str:
    """What happened, in words for the person who runs the bot. Neither SQL nor values nor a password."""
    where = place(url)
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        return f"{where} {_of_sqlite(cause)}"
    if isinstance(cause, psycopg.Error):
        return f"{where} {_of_postgresql(cause, url)}"
    return f"{where} cannot be used: {type(cause).__name__}"


def _of_sqlite(cause: sqlite3.Error) -> str:
    match _sqlite_code(cause):
        case sqlite3.SQLITE_NOTADB:
            return "is not a database: move it away, or put the backup back"
        case sqlite3.SQLITE_CORRUPT:
            return "is damaged: put the backup back"
        case sqlite3.SQLITE_FULL:
            return "cannot grow: the disk is full"
        case sqlite3.SQLITE_READONLY:
            return "cannot be written: the file or its folder is read-only for this user"
        case sqlite3.SQLITE_CANTOPEN:
            return "cannot be opened: see that this user may write the file and its folder"
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return "was held by another program for too long"
        case sqlite3.SQLITE_IOERR:
            return "cannot be read or written: the disk reports an error"
    return f"cannot be used: {type(cause).__name__}: {cause}"


def _sqlite_code(cause: object) -> int | None:
    """The primary result code: the low byte."""
    code = getattr(cause, "sqlite_errorcode", None)
    return code & 0xFF if isinstance(code, int) else None


def _of_postgresql(cause: psycopg.Error, url: URL) -> str:
    words = _last_words(cause)
    if "password authentication failed" in words or "no password supplied" in words:
        return f"does not take the login of {url.username or 'this user'}: see the user and the password in DATABASE_URL"
    if cause.sqlstate == READ_ONLY_TRANSACTION:
        return "cannot be written: it is a standby, or set to read-only"
    if cause.sqlstate == DISK_FULL:
        return "cannot grow: the server's disk is full"
    if cause.sqlstate in (SERIALIZATION_FAILURE, DEADLOCK, LOCK_NOT_AVAILABLE):
        return "was busy with the same rows for too long"
    if cause.sqlstate is None and isinstance(cause, psycopg.OperationalError):
        return f"cannot be used: {words}" if "does not exist" in words else f"does not answer: {words}"
    return f"cannot be used: {type(cause).__name__}: {words}"


def _last_words(cause: psycopg.Error) -> str:
    """What the server said. A detail line could quote values of a row: only the message itself."""
    said = cause.diag.message_primary or (str(cause).strip().splitlines() or [type(cause).__name__])[-1]
    return said.rpartition("FATAL:")[2].strip().removeprefix("connection failed: ")
