"""What the tests let other processes do with a database: killed, frozen, or in each other's way."""

import sys
from datetime import UTC, datetime, timedelta

from store import Store, Transaction, leases, outbox, settings
from store.errors import StoreError
from store.leases import Lease

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def say(words: object) -> None:
    """One line to the test, at once."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def change_and_message(transaction: Transaction, number: int) -> None:
    """What belongs together: a state, and the message about it."""
    settings.put(transaction, "state", number, "U0ALICE", NOON)
    outbox.put(transaction, f"message {number}", "C0ALERTS", "post", str(number), {}, NOON)


def write_without_end(store: Store) -> None:
    """Says the number of each transaction once it is stored."""
    number = 0
    while True:
        number += 1
        with store.writing() as transaction:
            change_and_message(transaction, number)
        say(number)


def stay_inside(store: Store) -> None:
    """Says that its transaction has changed everything, and never ends it."""
    with store.writing() as transaction:
        change_and_message(transaction, 1)
        say("inside")
        sys.stdin.read()


def stay_open(store: Store) -> None:
    """Holds the database open."""
    say("open")
    sys.stdin.read()


def claim_all(store: Store) -> None:
    """Says the key of each message it claims, and settles it; until there is nothing left."""
    say("ready")
    sys.stdin.readline()
    while message := store.write(lambda transaction: outbox.claim(transaction, NOON, "child", between=timedelta())):
        say(message.key)
        store.write(lambda transaction, message=message: outbox.settled(transaction, message, "1.0", NOON))  # type: ignore[misc]
    say("")


def claim_one(store: Store) -> None:
    """Claims one message, and says nothing of it to the database."""
    message = store.write(lambda transaction: outbox.claim(transaction, NOON, "child"))
    assert message is not None
    say(message.key)
    sys.stdin.read()


def hold_lease(store: Store) -> None:
    """For each line it gets: writes as the holder of a lease, and says whether that was stored."""
    lease = store.write(lambda transaction: leases.take(transaction, "poll", "child", NOON, timedelta(seconds=10)))
    assert lease is not None
    say(lease.epoch)
    for _ in sys.stdin:
        say(work(store, lease))


def hold_lease_inside(store: Store) -> None:
    """Is in the middle of a transaction that holds the lease when it says so, and tries to end it when it gets a line.

    Its patience is a fraction of the usual, so that the test is quick.
    """
    lease = store.write(lambda transaction: leases.take(transaction, "poll", "child", NOON, timedelta(seconds=10)))
    assert lease is not None
    try:
        with store.writing() as transaction:
            transaction.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = '300ms'")
            leases.check(transaction, lease)
            settings.put(transaction, "work", "child", "U0ALICE", NOON)
            say("inside")
            sys.stdin.readline()
    except StoreError:
        say("lost")
    else:
        say("written")


def work(store: Store, lease: Lease) -> str:
    """Write what only the holder may."""
    try:
        with store.writing() as transaction:
            settings.put(transaction, "work", lease.holder, "U0ALICE", NOON)
            leases.check(transaction, lease)
    except leases.LeaseLost:
        return "lost"
    return "written"


SCENES = {
    scene.__name__: scene for scene in (write_without_end, stay_inside, stay_open, claim_all, claim_one, hold_lease, hold_lease_inside)
}


def main(scene: str, database_url: str) -> None:
    """One scene, to its end."""
    with Store(database_url) as store:
        SCENES[scene](store)
