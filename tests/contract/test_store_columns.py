"""Values in the database, on both engines: what goes in comes out equal, or is refused."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, delete, insert, select
from sqlalchemy.exc import StatementError

from store import Store
from store.columns import Instant, Json, Words

values = Table(
    "try_values",
    MetaData(),
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("instant", Instant),
    Column("words", Words),
    Column("json", Json),
)


@pytest.fixture
def tried(store: Store) -> Iterator[Store]:
    """A store with a table of each kind of column."""
    with store.writing() as transaction:
        values.create(transaction)
    yield store
    with store.writing() as transaction:
        values.drop(transaction)


def there_and_back(store: Store, **row: object) -> dict[str, object]:
    with store.writing() as transaction:
        transaction.execute(delete(values))
        transaction.execute(insert(values).values(**row))
        return dict(transaction.execute(select(values)).mappings().one())


some_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
instants = st.datetimes(min_value=datetime(1, 1, 3), max_value=datetime(9999, 12, 29), timezones=st.timezones())


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(instants, some_json, st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00")))
def test_what_goes_in_comes_out(tried: Store, instant: datetime, json: object, words: str) -> None:
    row = there_and_back(tried, instant=instant, json=json, words=words)
    assert row["instant"] == instant.astimezone(UTC)
    assert isinstance(row["instant"], datetime) and row["instant"].tzinfo is UTC
    assert row["json"] == json
    assert row["words"] == words


def test_nothing_comes_out_as_nothing(tried: Store) -> None:
    row = there_and_back(tried, instant=None, words=None, json=None)
    assert [row[name] for name in ("instant", "words", "json")] == [None] * 3


def test_what_postgresql_cannot_hold_is_replaced_on_both(tried: Store) -> None:
    assert there_and_back(tried, words="a\x00b\ud800c")["words"] == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c"


@pytest.mark.parametrize(
    "row",
    [
        {"instant": datetime(2026, 11, 23, 12)},
        {"json": float("nan")},
        {"json": {"a": object()}},
    ],
)
def test_what_would_come_out_different_is_refused(tried: Store, row: dict[str, object]) -> None:
    with pytest.raises((StatementError, ValueError, TypeError)):
        there_and_back(tried, **row)


def test_instants_of_every_zone_sort_by_time(tried: Store) -> None:
    noon = datetime(2026, 11, 1, 12, tzinfo=UTC)
    zones = (UTC, ZoneInfo("America/St_Johns"), timezone(timedelta(hours=14)), timezone(-timedelta(hours=12)))
    given_instants = [(noon + timedelta(microseconds=n)).astimezone(zone) for n in (5, 0, 999_999, 1_000_000) for zone in zones]
    with tried.writing() as transaction:
        transaction.execute(insert(values), [{"instant": instant} for instant in given_instants])
        read = list(transaction.scalars(select(values.c.instant).order_by(values.c.instant)))
        since = list(transaction.scalars(select(values.c.instant).where(values.c.instant >= noon + timedelta(seconds=1))))
    assert read == sorted(given_instants)
    assert len(since) == len(zones)
