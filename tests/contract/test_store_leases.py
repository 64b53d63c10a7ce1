"""Leases, on both engines: one holder at a time, and whoever has lost one writes nothing any more."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from store import Store, leases
from store import settings as kept
from store.leases import Holder, Lease, LeaseLost

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TTL = timedelta(seconds=10)
SECOND = timedelta(seconds=1)


def take(store: Store, holder: str, now: datetime) -> Lease | None:
    return store.write(lambda transaction: leases.take(transaction, "poll", holder, now, TTL))


def taken(store: Store, holder: str, now: datetime) -> Lease:
    lease = take(store, holder, now)
    assert lease is not None
    return lease


def work(store: Store, lease: Lease) -> None:
    with store.writing() as transaction:
        kept.put(transaction, "work", lease.holder, "U0ALICE", NOON)
        leases.check(transaction, lease)


def done(store: Store) -> object:
    with store.reading() as transaction:
        found = kept.get(transaction, "work")
        return found and found.value


def test_a_lease_is_taken_by_one_until_it_ends(store: Store) -> None:
    assert taken(store, "a", NOON) == Lease("poll", "a", 1, NOON + TTL)
    assert take(store, "b", NOON + TTL - SECOND) is None
    assert taken(store, "b", NOON + TTL) == Lease("poll", "b", 2, NOON + TTL + TTL)


def test_leases_of_other_names_are_other_leases(store: Store) -> None:
    taken(store, "a", NOON)
    assert store.write(lambda transaction: leases.take(transaction, "report", "b", NOON, TTL))


def test_a_lease_that_is_renewed_stays(store: Store) -> None:
    lease = taken(store, "a", NOON)
    later = store.write(lambda transaction: leases.renew(transaction, lease, NOON + SECOND, TTL))
    assert later == Lease("poll", "a", 1, NOON + SECOND + TTL)
    assert take(store, "b", NOON + TTL) is None


def test_a_lease_that_ended_can_be_renewed_unless_somebody_took_it(store: Store) -> None:
    lease = taken(store, "a", NOON)
    late = NOON + 3 * TTL
    assert store.write(lambda transaction: leases.renew(transaction, lease, late, TTL))
    taken(store, "b", late + TTL)
    assert store.write(lambda transaction: leases.renew(transaction, lease, late + TTL, TTL)) is None


def test_a_lease_that_is_released_is_free_at_once(store: Store) -> None:
    lease = taken(store, "a", NOON)
    store.write(lambda transaction: leases.release(transaction, lease, NOON + SECOND))
    other = taken(store, "b", NOON + SECOND)
    store.write(lambda transaction: leases.release(transaction, lease, NOON + SECOND))
    assert take(store, "c", NOON + SECOND) is None
    work(store, other)


def test_whoever_has_lost_its_lease_writes_nothing(store: Store) -> None:
    old = taken(store, "a", NOON)
    work(store, old)
    new = taken(store, "b", NOON + TTL)
    work(store, new)
    with pytest.raises(LeaseLost, match="poll is done by another process now"):
        work(store, old)
    assert done(store) == "b"


def test_a_lease_is_not_taken_while_its_holder_writes(store: Store) -> None:
    """The holder is slow: its lease ends while its transaction is open."""
    lease = taken(store, "a", NOON)
    with ThreadPoolExecutor() as other:
        with store.writing() as transaction:
            leases.check(transaction, lease)
            next_one = other.submit(taken, store, "b", NOON + TTL)
            kept.put(transaction, "work", "a", "U0ALICE", NOON)
            assert not next_one.done()
        work(store, next_one.result())
    assert done(store) == "b"


def test_of_many_who_want_it_one_gets_it(store: Store) -> None:
    with ThreadPoolExecutor(8) as threads:
        got = list(threads.map(lambda name: take(store, name, NOON), "abcdefgh"))
    assert len([lease for lease in got if lease]) == 1


def test_a_holder_takes_keeps_and_lets_go(store: Store) -> None:
    one, two = Holder(store, "poll", TTL), Holder(store, "poll", TTL)
    mine = one.keep(NOON)
    assert mine is not None and two.keep(NOON) is None
    again = one.keep(NOON + TTL)
    assert again is not None and again.epoch == mine.epoch
    # one is not heard of for longer than its lease
    theirs = two.keep(NOON + 2 * TTL)
    assert theirs is not None and theirs.epoch == mine.epoch + 1
    assert one.keep(NOON + 2 * TTL) is None
    assert one.keep(NOON + 3 * TTL) is not None


def test_a_holder_lets_the_next_one_in_when_it_stops(store: Store) -> None:
    one, two = Holder(store, "poll", timedelta(hours=1)), Holder(store, "poll", TTL)
    assert one.keep() is not None and two.keep() is None
    one.release()
    one.release()
    assert two.keep() is not None


def test_a_lease_taken_without_its_holders_knowing_is_found_again(store: Store) -> None:
    """The connection was lost while it was being taken, so the holder never heard that it was."""
    taken(store, "a", NOON)
    assert taken(store, "a", NOON + SECOND).epoch == 2
