"""The database, on both engines: transactions that are whole, and every trouble in one clear line."""

import sqlite3
import stat
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from store import CannotOpen, NotThereYet, Store, Transaction, Unavailable, shared_now
from store import settings as kept
from store.tables import lease, setting
from tests.databases import PostgresServer, name_of

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def keep(transaction: Transaction, key: str, value: object = 1) -> None:
    kept.put(transaction, key, value, "U0ALICE", NOON)


def keys(store: Store) -> list[str]:
    with store.reading() as transaction:
        return [found.key for found in kept.under(transaction)]


def backend(transaction: Transaction) -> int:
    return int(transaction.execute(text("SELECT pg_backend_pid()")).scalar_one())


def test_what_is_written_is_there_after_a_restart(database_url: str) -> None:
    with Store(database_url) as store, store.writing() as transaction:
        keep(transaction, "a", {"b": [1, "é"]})
    with Store(database_url) as store, store.reading() as transaction:
        found = kept.get(transaction, "a")
    assert found is not None and found.value == {"b": [1, "é"]}


def test_a_transaction_that_fails_leaves_nothing(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.writing() as transaction:
        keep(transaction, "a")
        keep(transaction, "b")
        raise ZeroDivisionError
    assert keys(store) == []


def test_a_change_of_the_schema_that_fails_leaves_nothing(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.writing() as transaction:
        transaction.execute(text("CREATE TABLE half (id INTEGER)"))
        raise ZeroDivisionError
    with store.writing() as transaction:
        transaction.execute(text("CREATE TABLE half (id INTEGER)"))
        transaction.execute(text("DROP TABLE half"))


def test_reading_sees_one_instant_and_does_not_hold_up_writing(store: Store) -> None:
    with store.writing() as transaction:
        keep(transaction, "a")

    def write() -> None:
        with store.writing() as transaction:
            keep(transaction, "b")

    with store.reading() as transaction, ThreadPoolExecutor() as others:
        assert len(kept.under(transaction)) == 1
        others.submit(write).result()
        assert len(kept.under(transaction)) == 1
    assert keys(store) == ["a", "b"]


def test_reading_can_write_nothing(store: Store) -> None:
    with pytest.raises((Unavailable, SQLAlchemyError)), store.reading() as transaction:
        keep(transaction, "a")
    with store.writing() as transaction:
        keep(transaction, "b")
    assert keys(store) == ["b"]


@pytest.mark.parametrize("outer", ["reading", "writing"])
@pytest.mark.parametrize("inner", ["reading", "writing"])
def test_a_second_transaction_in_one_thread_is_a_mistake_and_not_a_deadlock(store: Store, outer: str, inner: str) -> None:
    with getattr(store, outer)(), pytest.raises(RuntimeError, match="already open in this thread"), getattr(store, inner)():
        pass
    with store.writing():
        pass


def test_a_mistake_of_ours_is_not_called_trouble_of_the_database(store: Store) -> None:
    with pytest.raises(IntegrityError), store.writing() as transaction:
        for _ in range(2):
            transaction.execute(insert(lease).values(name="poll", holder="a", epoch=1, until=NOON))


def test_an_error_quotes_no_value(store: Store) -> None:
    with pytest.raises(SQLAlchemyError) as caught, store.writing() as transaction:
        transaction.execute(text("INSERT INTO nowhere VALUES (:value)"), {"value": "5145550134"})
    assert "5145550134" not in str(caught.value)


def test_many_threads_lose_no_change(store: Store) -> None:
    with store.writing() as transaction:
        keep(transaction, "sum", 0)

    def add(transaction: Transaction) -> None:
        row = transaction.execute(select(setting.c.value).where(setting.c.key == "sum").with_for_update()).one()
        transaction.execute(update(setting).where(setting.c.key == "sum").values(value=row.value + 1))

    with ThreadPoolExecutor(8) as threads:
        for done in [threads.submit(store.write, add) for _ in range(80)]:
            done.result()
    with store.reading() as transaction:
        found = kept.get(transaction, "sum")
    assert found is not None and found.value == 80


def test_the_shared_clock_is_aware_and_about_now(store: Store) -> None:
    with store.reading() as transaction:
        assert abs(shared_now(transaction) - datetime.now(UTC)).total_seconds() < 60
        assert shared_now(transaction).tzinfo is UTC


def test_how_it_is_writes_and_says_where(store: Store, database_url: str) -> None:
    fine, words = store.how_it_is()
    assert fine and store.how_it_is() == (True, words)
    assert words.startswith("PostgreSQL at /" if database_url.startswith("postgresql") else "/")


def test_closing_twice_is_nothing(database_url: str) -> None:
    store = Store(database_url)
    store.close()
    store.close()


# --- looking beside a running bot -------------------------------------------------------------------------------------


def test_a_look_beside_a_running_bot_sees_what_is_stored(store: Store, database_url: str) -> None:
    with store.writing() as transaction:
        keep(transaction, "a")
    with Store.peek(database_url) as look:
        assert keys(look) == ["a"]
        assert look.how_it_is() == store.how_it_is()
        with pytest.raises(RuntimeError, match="only to look"), look.writing():
            pass
    with store.writing() as transaction:
        keep(transaction, "b")


def test_a_look_at_a_bot_that_stands_still_changes_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/dialtone.db"
    Store(url).close()
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with Store.peek(url) as look:
        assert look.how_it_is() == (True, f"{tmp_path}/dialtone.db")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_before_the_first_start_there_is_nothing_to_look_at_and_nothing_is_made(tmp_path: Path, postgres: PostgresServer) -> None:
    for url in (f"sqlite:///{tmp_path}/deep/er/dialtone.db", postgres.bare_database()):
        with pytest.raises(NotThereYet, match="the first start makes"):
            Store.peek(url)
    assert list(tmp_path.iterdir()) == []


# --- SQLite -----------------------------------------------------------------------------------------------------------


def test_a_file_may_have_any_name(tmp_path: Path) -> None:
    with Store(f"sqlite:///{tmp_path}/a@b@c/dialtone.db"):
        assert (tmp_path / "a@b@c" / "dialtone.db").is_file()


def test_folder_and_file_are_made_and_only_their_owner_reads_the_file(tmp_path: Path) -> None:
    with Store(f"sqlite:///{tmp_path}/deep/er/dialtone.db") as store:
        keys(store)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "deep/er").iterdir()}
    assert modes == dict.fromkeys(("dialtone.db", "dialtone.db-wal", "dialtone.db-shm", "dialtone.db.lock"), 0o600)


def test_after_closing_the_file_alone_is_the_whole_database(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/dialtone.db"
    store = Store(url)
    with Store.peek(url) as look, look.reading(), ThreadPoolExecutor() as other:
        other.submit(store.write, lambda transaction: keep(transaction, "a")).result()
    store.close()
    wal = tmp_path / "dialtone.db-wal"
    assert not wal.exists() or wal.stat().st_size == 0
    alone = tmp_path / "copy.db"
    alone.write_bytes((tmp_path / "dialtone.db").read_bytes())
    with Store(f"sqlite:///{alone}") as copy:
        assert keys(copy) == ["a"]


def test_transactions_are_those_of_a_database_that_keeps_its_word(tmp_path: Path) -> None:
    with Store(f"sqlite:///{tmp_path}/dialtone.db") as store, store.writing() as transaction:
        asked = {name: transaction.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous", "foreign_keys")}
    assert asked == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


@pytest.mark.parametrize("name", ["dialtone.db", "./dialtone.db", "link.db"])
def test_a_second_start_on_the_same_file_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "link.db").symlink_to(tmp_path / "dialtone.db")
    with Store(f"sqlite:///{tmp_path}/dialtone.db"):
        with pytest.raises(CannotOpen, match=r"dialtone\.db is in use by another Dialtone \(process \d+\)$") as refused:
            Store(f"sqlite:///{tmp_path}/{name}")
        assert refused.value.for_good
    Store(f"sqlite:///{tmp_path}/{name}").close()


def in_the_way(tmp_path: Path) -> str:
    (tmp_path / "file").touch()
    return f"sqlite:///{tmp_path}/file/dialtone.db"


def no_database(tmp_path: Path) -> str:
    (tmp_path / "dialtone.db").write_text("Dear diary, this is no database. " * 200)
    return f"sqlite:///{tmp_path}/dialtone.db"


def damaged(tmp_path: Path) -> str:
    file = tmp_path / "dialtone.db"
    Store(f"sqlite:///{file}").close()
    whole = file.read_bytes()
    file.write_bytes(whole[:100] + b"\xff" * (len(whole) - 100))
    return f"sqlite:///{file}"


def a_folder(tmp_path: Path) -> str:
    (tmp_path / "dialtone.db").mkdir()
    return f"sqlite:///{tmp_path}/dialtone.db"


ONE_AT = r"^DATABASE_URL may have one @, before the host: in the user's name and the password write @ as %40, / as %2F and \? as %3F$"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (in_the_way, r"^the folder /.*/file cannot be written: Not a directory$"),
        (no_database, r"dialtone\.db is not a database: move it away, or put the backup back$"),
        (damaged, r"dialtone\.db is damaged: put the backup back$"),
        (a_folder, r"dialtone\.db cannot be written: Is a directory$"),
        (lambda _: "sqlite://", r"^DATABASE_URL must name a file, like sqlite:///data/dialtone\.db$"),
        (lambda _: "sqlite:////", r"^DATABASE_URL must name a file, like sqlite:///data/dialtone\.db$"),
        (lambda _: "sqlite:////sys/dialtone.db", r"^the folder /sys cannot be written: [A-Z][a-z -]+$"),
        (lambda _: "mysql://db.example.com/x", r"^DATABASE_URL must begin with sqlite:/// or postgresql://$"),
        (lambda _: "postgresql://guarded:not-real@db.example.com:port/x", r"^DATABASE_URL must begin with sqlite:/// or postgresql://$"),
        (lambda _: "postgresql://guarded:not@real@127.0.0.1:1/x", ONE_AT),
        (lambda _: "postgresql://guarded:12/not@real@127.0.0.1:1/x", ONE_AT),
        (lambda _: "postgresql://guarded:12/not-real@127.0.0.1:1/x", ONE_AT),
        (lambda _: "postgresql://guarded:12?not-real@127.0.0.1:1/x", ONE_AT),
    ],
)
def test_what_cannot_be_opened_is_told_in_one_line(tmp_path: Path, make: Callable[[Path], str], words: str) -> None:
    url = make(tmp_path)
    with pytest.raises(CannotOpen, match=words) as refused:
        Store(url)
    assert refused.value.for_good
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(("make", "words"), [(in_the_way, "cannot be written"), (no_database, "is not a database"), (damaged, "damaged")])
def test_a_look_says_that_starting_would_not_work(tmp_path: Path, make: Callable[[Path], str], words: str) -> None:
    url = make(tmp_path)
    with pytest.raises(CannotOpen, match=words) as refused:
        Store.peek(url)
    assert not isinstance(refused.value, NotThereYet)


def test_a_full_disk_is_told_and_leaves_what_was_stored(tmp_path: Path) -> None:
    with Store(f"sqlite:///{tmp_path}/dialtone.db") as store:
        with store.writing() as transaction:
            keep(transaction, "a")
            size = transaction.exec_driver_sql("PRAGMA page_count").scalar_one()
            transaction.exec_driver_sql(f"PRAGMA max_page_count = {size}")
        with pytest.raises(Unavailable, match=r"dialtone\.db cannot grow: the disk is full$"), store.writing() as transaction:
            keep(transaction, "b", "x" * 100_000)
        assert keys(store) == ["a"]


def test_a_file_that_another_program_holds_is_told_after_some_tries(tmp_path: Path) -> None:
    with Store(f"sqlite:///{tmp_path}/dialtone.db") as store:
        with store.reading() as transaction:
            transaction.exec_driver_sql("PRAGMA busy_timeout = 1")
        held = sqlite3.connect(tmp_path / "dialtone.db", isolation_level=None)
        held.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable, match=r"was held by another program for too long$"):
            store.write(lambda transaction: keep(transaction, "a"))
        fine, words = store.how_it_is()
        assert not fine and words.endswith("was held by another program for too long")
        held.execute("ROLLBACK")
        held.close()
        store.write(lambda transaction: keep(transaction, "a"))
        assert keys(store) == ["a"]


# --- PostgreSQL -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "words", "for_good"),
    [
        (
            "postgresql://guarded:hunter2@/shared?host={folder}",
            "/shared does not take the login of guarded: see the user and the password in DATABASE_URL",
            True,
        ),
        ("postgresql://guarded@/shared?host={folder}", "does not take the login of guarded", True),
        ("postgresql://postgres@/nowhere?host={folder}", 'cannot be used: database "nowhere" does not exist', True),
        ("postgresql://postgres@/shared?host={folder}/nowhere", "does not answer: ", False),
        ("postgresql://guarded:hunter2@127.0.0.1:1/shared", "PostgreSQL at 127.0.0.1:1/shared does not answer: ", False),
    ],
)
def test_a_server_that_does_not_let_us_in_is_told_in_one_line(postgres: PostgresServer, url: str, words: str, for_good: bool) -> None:
    for opening in (Store, Store.peek):
        with pytest.raises(CannotOpen) as refused:
            opening(url.format(folder=postgres.folder))
        assert words in str(refused.value)
        assert "\n" not in str(refused.value) and "hunter2" not in str(refused.value)
        assert refused.value.for_good is for_good


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_is_known_by_every_spelling(postgres: PostgresServer, scheme: str) -> None:
    Store(postgres.database().replace("postgresql", scheme, 1)).close()


def test_a_connection_that_was_lost_at_rest_is_not_noticed(postgres: PostgresServer) -> None:
    url = postgres.database()
    with Store(url) as store:
        keys(store)
        postgres.cut(url)
        assert keys(store) == []
        postgres.cut(url)
        assert store.how_it_is()[0]


def test_a_transaction_whose_connection_is_lost_is_run_again(postgres: PostgresServer) -> None:
    url = postgres.database()
    tries = []

    def body(transaction: Transaction) -> None:
        tries.append(backend(transaction))
        keep(transaction, f"try {len(tries)}")
        if len(tries) == 1:
            postgres.cut(url)
        keep(transaction, "done")

    with Store(url) as store:
        store.write(body)
        assert keys(store) == ["done", "try 2"]


def test_a_connection_lost_while_committing_is_unclear_and_not_run_again(postgres: PostgresServer) -> None:
    url = postgres.database()
    tries = []

    def body(transaction: Transaction) -> None:
        keep(transaction, "a")
        tries.append(backend(transaction))
        postgres.cut(url)

    with Store(url) as store:
        with pytest.raises(Unavailable) as lost:
            store.write(body)
        assert lost.value.unclear and not lost.value.again
        assert len(tries) == 1


def test_of_two_transactions_that_wait_for_each_other_both_are_done(postgres: PostgresServer) -> None:
    both_hold_one = threading.Barrier(2)

    def crossing(first: str, second: str) -> Callable[[Transaction], int]:
        tries = []

        def body(transaction: Transaction) -> int:
            tries.append(1)
            keep(transaction, first)
            if len(tries) == 1:
                both_hold_one.wait(timeout=10)
            keep(transaction, second)
            return len(tries)

        return body

    with Store(postgres.database()) as store, ThreadPoolExecutor() as threads:
        for key in "ab":
            store.write(lambda transaction, key=key: keep(transaction, key))  # type: ignore[misc]
        tries = [threads.submit(store.write, crossing(*pair)) for pair in ("ab", "ba")]
        assert sum(done.result() for done in tries) == 3
        with store.reading() as transaction:
            assert [found.version for found in kept.under(transaction)] == [3, 3]


def test_a_server_that_takes_no_writing_is_told(postgres: PostgresServer) -> None:
    url = postgres.database()
    postgres.run(f"ALTER DATABASE {name_of(url)} SET default_transaction_read_only = on")
    try:
        with Store(url) as store:
            fine, words = store.how_it_is()
    finally:
        postgres.run(f"ALTER DATABASE {name_of(url)} RESET default_transaction_read_only")
    assert not fine
    assert words.endswith("cannot be written: it is a standby, or set to read-only")


def test_a_server_that_goes_away_is_told_and_found_again(postgres: PostgresServer) -> None:
    url = postgres.database()
    name = name_of(url)
    with Store(url) as store:
        postgres.cut(url)
        postgres.run(f"ALTER DATABASE {name} RENAME TO away")
        try:
            fine, words = store.how_it_is()
        finally:
            postgres.run(f"ALTER DATABASE away RENAME TO {name}")
        assert not fine and words.endswith("does not exist")
        assert store.how_it_is()[0]


def test_a_frozen_transaction_and_a_lock_have_their_limits(postgres: PostgresServer) -> None:
    with Store(postgres.database()) as store, store.writing() as transaction:
        limits = [
            transaction.execute(text(f"SHOW {name}")).scalar()
            for name in ("idle_in_transaction_session_timeout", "lock_timeout", "statement_timeout")
        ]
    assert limits == ["5s", "10s", "30s"]


def test_several_processes_share_one_postgresql(postgres: PostgresServer) -> None:
    url = postgres.bare_database()
    with ThreadPoolExecutor(4) as threads:
        stores = list(threads.map(lambda _: Store(url), range(4)))
    for store in stores:
        with store.reading() as transaction:
            assert transaction.scalar(select(func.count()).select_from(setting)) == 0
        store.close()
