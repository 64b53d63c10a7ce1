"""The schema, brought to what this version needs: forward only, at start, in one transaction.

A revision is a file in ``migrations/versions``. The test of the migrations says what is missing when a table was changed
without one. Going back is done with the backup, not by a downgrade that has to guess what a newer version meant.

Alembic is imported where it is used: that takes a tenth of a second, which ``bot.py manifest`` need not wait for.
"""

import logging
from pathlib import Path

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from store.errors import CannotOpen, place

MIGRATIONS = Path(__file__).parent / "migrations"

LOCK = 7_461_003
"""Any number that is ours: PostgreSQL lets one process at a time migrate."""

log = structlog.get_logger("dialtone")
logging.getLogger("alembic").setLevel(logging.WARNING)


def revision_of(connection: Connection) -> str | None:
    """The revision the database is at; ``None`` when it has no tables of ours."""
    from alembic.runtime.migration import MigrationContext

    return MigrationContext.configure(connection).get_current_revision()


def newest(folder: Path = MIGRATIONS) -> str:
    """The revision this version works with."""
    from alembic.script import ScriptDirectory

    head = ScriptDirectory(str(folder)).get_current_head()
    assert head is not None
    return head


def refuse_newer(connection: Connection, folder: Path = MIGRATIONS) -> None:
    """See that this version knows the revision of the database.

    Raises:
        CannotOpen: A newer version has been at it.
    """
    from alembic.script import ScriptDirectory

    current = revision_of(connection)
    known = {script.revision for script in ScriptDirectory(str(folder)).walk_revisions()}
    if current is not None and current not in known:
        raise CannotOpen(
            f"{place(connection.engine.url)} was made by a newer Dialtone (schema {current}, this one knows up to {newest(folder)}): "
            "upgrade Dialtone, or put back the backup from before",
            for_good=True,
        )


def migrate(connection: Connection, folder: Path = MIGRATIONS) -> None:
    """Bring the schema to the newest revision, or leave it as it was.

    Args:
        connection: In a transaction of its own: exclusive on SQLite. Who calls commits.

    Raises:
        CannotOpen: The database is newer than this version, or a migration failed.
    """
    from alembic import command
    from alembic.config import Config

    if connection.dialect.name == "postgresql":
        # another replica may be migrating for as long as it takes
        connection.exec_driver_sql("SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
    refuse_newer(connection, folder)
    before, after = revision_of(connection), newest(folder)
    if before == after:
        return
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except SQLAlchemyError as error:
        words = str(getattr(error, "orig", error)).strip().splitlines()[0]
        raise CannotOpen(
            f"{place(connection.engine.url)} could not be brought to schema {after}, and is as it was: {words}", for_good=True
        ) from error
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise CannotOpen(f"{place(connection.engine.url)} could not be brought to schema {after}: rows would point nowhere", for_good=True)
    if before is not None:  # a new one is no news
        log.info("database migrated", before=before, after=after)
