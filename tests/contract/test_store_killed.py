"""Processes that are killed, frozen, or in each other's way: real ones, on both engines."""

import re
import signal
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from store import CannotOpen, Store, leases, outbox, settings
from store.tables import outbox as rows
from tests.children import Child
from tests.contract.store_child import NOON, change_and_message, main
from tests.databases import PostgresServer


def child(scene: str, url: str) -> Child:
    """A process in one scene of ``store_child``."""
    return Child(main, scene, url)


def hear(process: Child) -> str:
    """The next line it says."""
    line = process.hear()
    # the log goes where the process says things, too
    return hear(process) if "database migrated" in line else line.rstrip("\n")


def state_and_messages(url: str) -> tuple[int, list[str]]:
    with Store(url) as store, store.reading() as transaction:
        state = settings.get(transaction, "state")
        messages = [key for (key,) in transaction.execute(select(rows.c.key).order_by(rows.c.id))]
    return (int(state.value) if state else 0), messages


@pytest.mark.parametrize("heard", [1, 40])
def test_a_process_that_is_killed_loses_nothing_it_had_stored_and_leaves_nothing_by_half(database_url: str, heard: int) -> None:
    with child("write_without_end", database_url) as writer:
        for _ in range(heard):
            last = int(hear(writer))
        writer.kill()
        whole = [int(line) for line in writer.hear_all() if re.fullmatch(r"\d+", line)]
    stored = max([last, *whole])
    state, messages = state_and_messages(database_url)
    # one more can be stored than it lived to say
    assert state in (stored, stored + 1)
    assert messages == [f"message {number}" for number in range(1, state + 1)]


def test_a_process_that_is_killed_inside_a_transaction_leaves_nothing_of_it(database_url: str) -> None:
    with child("stay_inside", database_url) as writer:
        assert hear(writer) == "inside"
        writer.kill()
    assert state_and_messages(database_url) == (0, [])
    with Store(database_url) as store, store.writing() as transaction:
        change_and_message(transaction, 1)


def test_the_lock_of_a_file_dies_with_its_process(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/dialtone.db"
    with child("stay_open", url) as other:
        assert hear(other) == "open"
        with pytest.raises(CannotOpen, match=rf"is in use by another Dialtone \(process {other.pid}\)$"):
            Store(url)
        with Store.peek(url) as look:
            assert look.how_it_is()[0]
        other.kill()
        Store(url).close()


def test_a_message_whose_sender_was_killed_is_unclear_after_the_settle_time(database_url: str) -> None:
    with Store(database_url) as store, store.writing() as transaction:
        change_and_message(transaction, 1)
    with child("claim_one", database_url) as sender:
        assert hear(sender) == "message 1"
        sender.kill()
    settle = timedelta(seconds=30)
    with Store(database_url) as store, store.writing() as transaction:
        assert outbox.claim(transaction, NOON + settle, "b") is None
        assert outbox.claim_unclear(transaction, NOON + settle - timedelta(seconds=1), "b", settle) is None
        unclear = outbox.claim_unclear(transaction, NOON + settle, "b", settle)
        assert unclear is not None and (unclear.key, unclear.claimed_at) == ("message 1", NOON)


def test_two_processes_claim_each_message_once(postgres: PostgresServer) -> None:
    url = postgres.database()
    with Store(url) as store, store.writing() as transaction:
        for number in range(120):
            outbox.put(transaction, str(number), f"C0{number % 6}", "post", str(number), {}, NOON)
    with child("claim_all", url) as one, child("claim_all", url) as two:
        for process in (one, two):
            assert hear(process) == "ready"
        for process in (one, two):
            process.tell()
        claimed = [list(iter(partial(hear, process), "")) for process in (one, two)]
    for keys in claimed:
        for channel in range(6):
            in_channel = [int(key) for key in keys if int(key) % 6 == channel]
            assert in_channel == sorted(in_channel)
    with Store(url) as store, store.writing() as transaction:
        assert outbox.counts(transaction) == {"new": 0, "sending": 0, "dead": 0}
    assert sorted(int(key) for keys in claimed for key in keys) == list(range(120))


def test_a_frozen_holder_has_lost_its_lease_when_it_wakes_up(postgres: PostgresServer) -> None:
    url = postgres.database()
    with child("hold_lease", url) as holder, Store(url) as store:
        assert hear(holder) == "1"
        holder.tell()
        assert hear(holder) == "written"
        holder.send(signal.SIGSTOP)
        late = NOON + timedelta(seconds=10)
        mine = store.write(lambda transaction: leases.take(transaction, "poll", "me", late, timedelta(seconds=10)))
        assert mine is not None and mine.epoch == 2
        with store.writing() as transaction:
            settings.put(transaction, "work", "me", "U0ALICE", NOON)
            leases.check(transaction, mine)
        holder.send(signal.SIGCONT)
        holder.tell()
        assert hear(holder) == "lost"
        with store.reading() as transaction:
            done = settings.get(transaction, "work")
        assert done is not None and done.value == "me"


def test_a_holder_that_freezes_inside_a_transaction_holds_nobody_up_for_long(postgres: PostgresServer) -> None:
    url = postgres.database()
    with child("hold_lease_inside", url) as holder, Store(url) as store:
        assert hear(holder) == "inside"
        holder.send(signal.SIGSTOP)
        # waits until the server takes the frozen one's transaction away
        late = NOON + timedelta(seconds=10)
        assert store.write(lambda transaction: leases.take(transaction, "poll", "me", late, timedelta(seconds=10)))
        holder.send(signal.SIGCONT)
        holder.tell()
        assert hear(holder) == "lost"
        with store.reading() as transaction:
            assert settings.get(transaction, "work") is None
