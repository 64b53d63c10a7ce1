"""The audit, on both engines: added to, looked through, pruned, never changed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from store import Store, audit
from store.audit import Entry, Search
from store.tables import audit as table

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def entry(minute: int = 0, **more: Any) -> Entry:
    given = {"person": "U0BOB", "channel": "C0HERE", "way": "slash command", "command": "calls", "about": "yesterday", "result": "answered"}
    return Entry(at=NOON + timedelta(minutes=minute), **{**given, **more})


def append(store: Store, *some: Entry) -> None:
    with store.writing() as transaction:
        for one in some:
            audit.append(transaction, one)


def found(store: Store, most: int = 99, **search: Any) -> list[Entry]:
    with store.reading() as transaction:
        some = audit.entries(transaction, Search(**search), most)
        assert len(some) == min(most, audit.count(transaction, Search(**search)))
        return some


def test_entries_come_back_newest_first(store: Store) -> None:
    one, other = entry(), entry(1, error_id="5D8C-01", result="fault")
    append(store, one, other)
    assert found(store) == [other, one] and found(store, 1) == [other]


@pytest.mark.parametrize(
    ("search", "minutes"),
    [
        ({"person": "U0ALICE"}, [1]),
        ({"command": "balance"}, [2]),
        ({"refused": True}, [2]),
        ({"since": NOON + timedelta(minutes=1)}, [2, 1]),
        ({"until": NOON + timedelta(minutes=2)}, [1, 0]),
        ({"person": "U0BOB", "command": "calls"}, [0]),
        ({"person": "U0NOBODY"}, []),
    ],
)
def test_what_is_looked_for_is_found(store: Store, search: dict[str, Any], minutes: list[int]) -> None:
    append(store, entry(), entry(1, person="U0ALICE"), entry(2, command="balance", result="refused"))
    assert [(one.at - NOON) // timedelta(minutes=1) for one in found(store, **search)] == minutes


def test_what_is_older_than_it_is_kept_leaves(store: Store) -> None:
    append(store, entry(), entry(1))
    assert store.write(lambda transaction: audit.prune(transaction, NOON + timedelta(minutes=1))) == 1
    assert found(store) == [entry(1)]


def test_the_database_refuses_to_change_an_entry(store: Store) -> None:
    append(store, entry())
    with pytest.raises(SQLAlchemyError, match="append-only"), store.writing() as transaction:
        transaction.execute(update(table).values(person="U0SOMEBODY"))
    assert found(store) == [entry()]
