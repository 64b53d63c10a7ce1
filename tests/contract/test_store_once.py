"""What was done once stays done once, on both engines: across a restart, and between those who come at the same time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from store import Store, once
from store.once import KEPT, PRUNED_EVERY, Once
from store.tables import done

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def rows(store: Store) -> int:
    with store.reading() as transaction:
        return int(transaction.execute(select(func.count()).select_from(done)).scalar_one())


def test_a_second_delivery_is_not_the_first_also_after_a_restart(database_url: str) -> None:
    with Store(database_url) as store:
        seen = Once(store, Clock())
        assert seen.first(("event", "C1", "1.0"))
        assert not seen.first(("event", "C1", "1.0"))
        assert seen.first(("event", "C2", "1.0"))
    with Store(database_url) as store:
        assert not Once(store, Clock()).first(("event", "C1", "1.0"))


def test_a_key_is_what_it_says_and_of_which_kind(store: Store) -> None:
    seen = Once(store, Clock())
    assert all(seen.first(key) for key in ("1", 1, ("1",), ("1", "2"), "12", "é" * 10_000, "a\x00\ud800", None))
    assert not seen.first("é" * 10_000)
    with pytest.raises(TypeError):
        seen.first(frozenset("ab"))


def test_of_many_deliveries_at_the_same_time_one_is_the_first(store: Store) -> None:
    seen = Once(store, Clock())
    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(seen.first, ["click"] * 24)) == 1


def test_what_is_done_and_that_it_was_done_are_stored_together(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.writing() as transaction:
        assert once.first(transaction, "click", NOON)
        raise ZeroDivisionError
    with store.writing() as transaction:
        assert once.first(transaction, "click", NOON)
        assert not once.first(transaction, "click", NOON)


def test_what_could_not_be_done_may_be_done_again(store: Store) -> None:
    seen = Once(store, Clock())
    seen.first("click")
    store.write(lambda transaction: once.forget(transaction, "click"))
    assert seen.first("click")


def test_what_is_long_gone_is_forgotten(store: Store) -> None:
    clock = Clock()
    seen = Once(store, clock)
    seen.first("a")
    clock.now += KEPT - timedelta(seconds=1)
    assert not seen.first("a")
    clock.now += timedelta(seconds=1)
    assert seen.first("a")
    assert not seen.first("a")


def test_the_table_does_not_grow_for_ever(store: Store) -> None:
    clock = Clock()
    seen = Once(store, clock, kept=PRUNED_EVERY)
    for number in range(20):
        seen.first(number)
    clock.now += PRUNED_EVERY
    seen.first("later")
    assert rows(store) == 1
