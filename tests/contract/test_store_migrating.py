"""The schema: migrations arrive at the tables, from every revision, wholly or not at all."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, make_url, text

from store import CannotOpen, NotThereYet, Store
from store.migrating import MIGRATIONS, newest
from store.postgresql import with_driver
from store.tables import metadata
from tests.databases import PostgresServer

REVISIONS = [script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()]


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without a table, once on each engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/dialtone.db"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.bare_database()


@contextmanager
def plain(url: str) -> Iterator[Engine]:
    """The database without any of our listeners."""
    address = make_url(url)
    engine = create_engine(address if address.get_backend_name() == "sqlite" else with_driver(address))
    try:
        yield engine
    finally:
        engine.dispose()


def differences(url: str) -> list[object]:
    """What a migration would have to change to arrive at the tables of the code."""
    with plain(url) as engine, engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, metadata))


def tables(url: str) -> list[str]:
    with plain(url) as engine:
        return sorted(inspect(engine).get_table_names())


@pytest.mark.parametrize("revision", REVISIONS)
def test_every_revision_is_brought_to_what_the_code_needs(empty_url: str, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with plain(empty_url) as engine, engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    Store(empty_url).close()
    assert differences(empty_url) == []


def test_an_empty_database_is_brought_to_what_the_code_needs(empty_url: str) -> None:
    Store(empty_url).close()
    assert differences(empty_url) == []
    assert tables(empty_url) == sorted([*metadata.tables, "alembic_version"])


def test_a_difference_would_be_found(empty_url: str) -> None:
    Store(empty_url).close()
    with plain(empty_url) as engine, engine.begin() as connection:
        connection.execute(text("DROP INDEX uq_outbox_waiting_update"))
        connection.execute(text("ALTER TABLE setting DROP COLUMN changed_by"))
    assert len(differences(empty_url)) == 2


def test_a_database_of_a_newer_version_is_refused_and_left_alone(empty_url: str) -> None:
    Store(empty_url).close()
    with plain(empty_url) as engine, engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for opening in (Store, Store.peek):
        with pytest.raises(CannotOpen) as refused:
            opening(empty_url)
        assert refused.value.for_good
        assert f"was made by a newer Dialtone (schema 9999, this one knows up to {newest()}): upgrade Dialtone" in str(refused.value)


def revisions_with(tmp_path: Path, upgrade: str) -> Path:
    """The real revisions and one more after them."""
    folder = tmp_path / "100% mine"
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "next.py").write_text(
        f"from alembic import op\nimport sqlalchemy as sa\nrevision = 'next'\ndown_revision = {newest()!r}\n\ndef upgrade():\n{upgrade}"
    )
    return folder


HALF = """\
    op.create_table("half", sa.Column("id", sa.Integer, primary_key=True))
    op.execute("INSERT INTO pulse VALUES (7, 7)")
    with op.batch_alter_table("setting") as batch:
        batch.alter_column("changed_by", nullable=True)
"""


def test_a_migration_that_fails_leaves_the_database_as_it_was(empty_url: str, tmp_path: Path) -> None:
    Store(empty_url).close()
    before = tables(empty_url)
    with pytest.raises(CannotOpen, match=r"could not be brought to schema next, and is as it was: .*nowhere") as refused:
        Store(empty_url, migrations=revisions_with(tmp_path, HALF + '    op.execute("DROP TABLE nowhere")\n'))
    assert refused.value.for_good and "\n" not in str(refused.value)
    assert tables(empty_url) == before and differences(empty_url) == []
    with Store(empty_url) as store, store.reading() as transaction:
        assert transaction.execute(text("SELECT count(*) FROM pulse")).scalar_one() == 0


def test_a_first_migration_that_fails_leaves_nothing(empty_url: str, tmp_path: Path) -> None:
    with pytest.raises(CannotOpen, match="could not be brought to schema next"):
        Store(empty_url, migrations=revisions_with(tmp_path, '    op.execute("DROP TABLE nowhere")\n'))
    assert tables(empty_url) == []
    with pytest.raises(NotThereYet):
        Store.peek(empty_url)


def test_a_migration_goes_on_where_the_last_ended_and_a_look_says_that_it_will(empty_url: str, tmp_path: Path) -> None:
    Store(empty_url).close()
    folder = revisions_with(tmp_path, HALF)
    with Store(empty_url, migrations=folder, only_look=True) as look:
        fine, words = look.how_it_is()
        assert fine and words.endswith(", which the next start brings to schema next")
    Store(empty_url, migrations=folder).close()
    assert "half" in tables(empty_url)
    with Store(empty_url, migrations=folder, only_look=True) as look:
        assert "schema" not in look.how_it_is()[1]


FAMILY = """\
    op.create_table("parent", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.Text))
    op.create_table("child", sa.Column("of", sa.Integer, sa.ForeignKey("parent.id", ondelete="CASCADE", name="fk_child")))
    op.execute("INSERT INTO parent VALUES (1, 'a')")
    op.execute("INSERT INTO child VALUES (1)")
    with op.batch_alter_table("parent") as batch:
        batch.alter_column("name", nullable=False)
"""


def test_a_table_that_is_changed_keeps_the_rows_that_point_to_it(empty_url: str, tmp_path: Path) -> None:
    with Store(empty_url, migrations=revisions_with(tmp_path, FAMILY)) as store, store.writing() as transaction:
        assert transaction.execute(text("SELECT count(*) FROM child")).scalar_one() == 1
        transaction.execute(text("DELETE FROM parent"))
        assert transaction.execute(text("SELECT count(*) FROM child")).scalar_one() == 0


def test_a_migration_that_leaves_rows_pointing_nowhere_is_undone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/dialtone.db"
    with pytest.raises(CannotOpen, match="rows would point nowhere"):
        Store(url, migrations=revisions_with(tmp_path, FAMILY + '    op.execute("DELETE FROM parent")\n'))
    assert tables(url) == []
