"""What people set in Slack, on both engines."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from store import Stale, Store, settings
from store.settings import Setting

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = NOON + timedelta(minutes=1)


def put(store: Store, key: str, value: object, version: int | None = None, by: str = "U0ALICE", now: datetime = NOON) -> Setting:
    return store.write(lambda transaction: settings.put(transaction, key, value, by, now, version))


def get(store: Store, key: str) -> Setting | None:
    with store.reading() as transaction:
        return settings.get(transaction, key)


@pytest.mark.parametrize("value", [None, 0, False, "", [], {"channel": "C0ALERTS", "words": "Büro <@U1>"}])
def test_what_is_set_says_who_set_it_and_when(store: Store, value: object) -> None:
    assert get(store, "channel") is None
    assert put(store, "channel", value) == Setting("channel", value, 1, NOON, "U0ALICE") == get(store, "channel")


def test_the_newest_wins_and_versions_count(store: Store) -> None:
    put(store, "channel", "C0OLD")
    assert put(store, "channel", "C0NEW", by="U0BOB", now=LATER) == Setting("channel", "C0NEW", 2, LATER, "U0BOB")
    assert get(store, "channel") == Setting("channel", "C0NEW", 2, LATER, "U0BOB")


def test_whoever_saw_an_older_version_does_not_overwrite_a_newer_one(store: Store) -> None:
    put(store, "limits", {"a": 1}, version=0)
    put(store, "limits", {"a": 2}, version=1)
    for seen in (0, 1, 3):
        with pytest.raises(Stale, match="limits has been changed in the meantime"):
            put(store, "limits", {"a": 3}, version=seen)
    found = get(store, "limits")
    assert found is not None and (found.value, found.version) == ({"a": 2}, 2)


def test_of_several_who_change_the_same_version_one_does(store: Store) -> None:
    put(store, "limits", 0)

    def change(number: int) -> int:
        try:
            put(store, "limits", number, version=1)
        except Stale:
            return 0
        return 1

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(change, range(8))) == 1


def test_keys_are_found_by_how_they_begin(store: Store) -> None:
    for key in ("site/b", "site/a", "site%", "sit", "Site/c"):
        put(store, key, key)
    with store.reading() as transaction:
        assert [setting.key for setting in settings.under(transaction, "site/")] == ["site/a", "site/b"]
        assert [setting.key for setting in settings.under(transaction, "site%")] == ["site%"]
        assert len(settings.under(transaction)) == 5


def test_what_is_removed_is_gone_and_starts_anew(store: Store) -> None:
    put(store, "channel", "C0OLD")
    put(store, "channel", "C0NEW")
    assert store.write(lambda transaction: settings.remove(transaction, "channel"))
    assert not store.write(lambda transaction: settings.remove(transaction, "channel"))
    assert get(store, "channel") is None
    assert put(store, "channel", "C0OLD").version == 1
