"""The database: opened once at start, asked in short transactions."""

import os
import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from sqlalchemy import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from store import postgresql, sqlite, tables
from store.errors import CannotOpen, NotThereYet, StoreError, Unavailable, in_one_line, is_our_mistake, may_pass, needs_mending, place
from store.migrating import MIGRATIONS, migrate, newest, refuse_newer, revision_of
from store.transactions import Transaction, insert

T = TypeVar("T")

TRIES = 5
"""How often ``Store.write`` tries a transaction that was rolled back for what others did."""
TURN_SECONDS = 30.0
"""How long a writer waits for its turn on SQLite."""
QUICK_SECONDS = 2
"""How long ``Store.how_it_is`` waits."""


class Store:
    """What must survive. Thread-safe; one transaction at a time in a thread.

    SQLite is one file, for one process: a lock file beside it keeps a second one out. PostgreSQL is shared. Opening makes what is
    missing: the folder, the file, the tables; a schema of an older version is brought to this one's.

    Args:
        database_url: ``sqlite:///data/dialtone.db`` or ``postgresql://user:password@host/database``.
        migrations: The folder of the revisions.
        only_look: See ``peek``.

    Raises:
        CannotOpen: In one clear line, why not.
    """

    def __init__(self, database_url: str, *, migrations: Path = MIGRATIONS, only_look: bool = False) -> None:
        self._url = _read(database_url)
        self._migrations = migrations
        self._only_look = only_look
        self._is_sqlite = self._url.get_backend_name() == "sqlite"
        self._turn = threading.Lock()
        self._here = threading.local()
        with ExitStack() as parts:
            self._engine = self._open(parts)
            self._reader = self._engine.execution_options(**(sqlite.READING if self._is_sqlite else postgresql.READING))
            try:
                if only_look:
                    self._look()
                else:
                    self._migrate()
            except SQLAlchemyError as error:
                raise CannotOpen(in_one_line(error, self._url), needs_mending(error)) from error
            self._parts = parts.pop_all()

    @classmethod
    def peek(cls, database_url: str) -> Self:
        """Look at a database beside a running bot: no lock, nothing made, nothing migrated, nothing written.

        Raises:
            NotThereYet: There is nothing to look at before the first start.
            CannotOpen: Starting would not work either.
        """
        return cls(database_url, only_look=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @property
    def shared(self) -> bool:
        """Whether other processes may have it open too."""
        return not self._is_sqlite

    def close(self) -> None:
        """Close every connection; on SQLite the file alone is then the whole database. A second time does nothing."""
        self._parts.close()

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """A transaction: all of it is stored when the block ends, nothing of it when the block raises.

        Raises:
            Unavailable: It could not be done.
        """
        with self._writing(TURN_SECONDS) as transaction:
            yield transaction

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """A transaction that sees everything as of one instant, and can change nothing.

        Raises:
            Unavailable: It could not be done.
        """
        with self._alone_in_thread(), self._told(), self._reader.begin() as transaction:
            yield transaction

    def write(self, body: Callable[[Transaction], T]) -> T:
        """What the body returns, once its transaction is stored. Tried again when others were in the way or the line was cut.

        Args:
            body: May run several times: it does nothing but ask and change the database.

        Raises:
            Unavailable: It could not be done, also after some tries.
        """
        for tried in range(1, TRIES + 1):
            try:
                with self.writing() as transaction:
                    return body(transaction)
            except Unavailable as error:
                if not error.again or tried == TRIES:
                    raise
            # not all at once again
            time.sleep(random.uniform(0.01, 0.05) * 2**tried)  # noqa: S311 - no secret depends on it
        raise AssertionError("the last try returns or raises")

    def how_it_is(self) -> tuple[bool, str]:
        """Whether the database works, seen by writing to it; and in words. Takes seconds at most."""
        try:
            if self._only_look:
                return self._as_seen()
            with self._writing(QUICK_SECONDS) as transaction:
                if not self._is_sqlite:
                    transaction.exec_driver_sql(f"SET LOCAL lock_timeout = '{QUICK_SECONDS}s'")
                beat = insert(transaction, tables.pulse).values(id=1, beats=1)
                transaction.execute(beat.on_conflict_do_update(index_elements=["id"], set_={"beats": tables.pulse.c.beats + 1}))
        except StoreError as error:
            return False, str(error)
        return True, place(self._url)

    def _open(self, parts: ExitStack) -> Engine:
        if not self._is_sqlite:
            engine = postgresql.make_engine(self._url)
            parts.callback(engine.dispose)
            return engine
        file = sqlite.file_of(self._url)
        if self._only_look:
            sqlite.look_for(file)
        else:
            parts.callback(sqlite.LockFile(file).close)
            sqlite.make_file(file)
        engine = sqlite.make_engine(file, only_look=self._only_look)
        parts.callback(engine.dispose)
        if not self._only_look:
            parts.callback(sqlite.tidy, engine)
        return engine

    def _migrate(self) -> None:
        engine = self._engine.execution_options(**sqlite.MIGRATING) if self._is_sqlite else self._engine
        with engine.begin() as connection:
            migrate(connection, self._migrations)
        # the connection that migrated did not look at foreign keys
        self._engine.dispose()

    def _look(self) -> None:
        with self._reader.begin() as connection:
            refuse_newer(connection, self._migrations)
            if revision_of(connection) is None:
                raise NotThereYet(f"{place(self._url)} has no tables yet: the first start makes them", for_good=False)

    def _as_seen(self) -> tuple[bool, str]:
        if self._is_sqlite and not os.access(sqlite.file_of(self._url), os.W_OK):
            return False, f"{place(self._url)} cannot be written by this user"
        with self.reading() as transaction:
            before, after = revision_of(transaction), newest(self._migrations)
        return True, place(self._url) if before == after else f"{place(self._url)}, which the next start brings to schema {after}"

    @contextmanager
    def _writing(self, patience: float) -> Iterator[Transaction]:
        if self._only_look:
            raise RuntimeError("this store was opened only to look")
        with self._alone_in_thread(), self._in_turn(patience), self._told() as stage, self._engine.begin() as transaction:
            yield transaction
            stage.append("commit")

    @contextmanager
    def _alone_in_thread(self) -> Iterator[None]:
        """A second transaction in one thread would wait for the first, which waits for it."""
        if getattr(self._here, "inside", False):
            raise RuntimeError("a transaction is already open in this thread: use that one")
        self._here.inside = True
        try:
            yield
        finally:
            self._here.inside = False

    @contextmanager
    def _in_turn(self, patience: float) -> Iterator[None]:
        """On SQLite the threads that write wait for each other here: its own waiting is by sleeping, and not fair."""
        if not self._is_sqlite:
            yield
            return
        if not self._turn.acquire(timeout=patience):
            raise Unavailable(f"{place(self._url)} is busy with a long transaction")
        try:
            yield
        finally:
            self._turn.release()

    @contextmanager
    def _told(self) -> Iterator[list[str]]:
        """The trouble of the outside as ``Unavailable``; a mistake of ours as it is. The block notes that it begins to commit."""
        stage: list[str] = []
        try:
            yield stage
        except DBAPIError as error:
            if is_our_mistake(error):
                raise
            unclear = bool(stage) and error.connection_invalidated
            raise Unavailable(in_one_line(error, self._url), again=may_pass(error) and not unclear, unclear=unclear) from error
        except NoFreeConnection as error:
            raise Unavailable(f"{place(self._url)} has no free connection for us") from error


def _read(database_url: str) -> URL:
    login = database_url.partition("://")[2].rpartition("@")[0]
    if not database_url.startswith("sqlite:") and re.search(r"[@/?]", login):
        # what is taken for the host would be a piece of the password
        raise CannotOpen(
            "DATABASE_URL may have one @, before the host: in the user's name and the password write @ as %40, / as %2F and ? as %3F",
            for_good=True,
        )
    try:
        url = make_url(database_url.replace("postgres://", "postgresql://", 1) if database_url.startswith("postgres://") else database_url)
    except (ArgumentError, ValueError):
        # the text holds a password: it is neither quoted nor chained
        url = None
    if url is None or url.drivername not in ("sqlite", "postgresql", "postgresql+psycopg"):
        raise CannotOpen("DATABASE_URL must begin with sqlite:/// or postgresql://", for_good=True)
    return url
