"""Tidying, on both engines."""

from datetime import UTC, datetime, timedelta

from jobs.tidying import tidy
from store import Store, history, incidents, once, outbox
from tests.contract.watched_fleet import DAY, HOUR, Fleet

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_what_ended_long_ago_leaves_and_what_waits_stays(store: Store) -> None:
    with store.writing() as transaction:
        outbox.put(transaction, "old", "C0ALERTS", "post", "old", {}, NOON)
        sent = outbox.claim(transaction, NOON, "a")
        assert sent is not None
        outbox.settled(transaction, sent, "1.0", NOON)
        outbox.put(transaction, "waits", "C0ALERTS", "post", "waits", {}, NOON)
        once.first(transaction, "click", NOON)
    tidy(store, lambda transaction: NOON + outbox.KEPT)
    with store.writing() as transaction:
        assert not outbox.put(transaction, "old", "C0ALERTS", "post", "old", {}, NOON), "still known on its last day"
    tidy(store, lambda transaction: NOON + outbox.KEPT + timedelta(seconds=1))
    with store.writing() as transaction:
        assert outbox.put(transaction, "old", "C0ALERTS", "post", "old", {}, NOON)
        assert not outbox.put(transaction, "waits", "C0ALERTS", "post", "waits", {}, NOON)
        assert once.prune(transaction, NOON + timedelta(days=365)) == 0


def test_where_a_message_stands_in_slack_is_known_for_400_days(store: Store) -> None:
    with store.writing() as transaction:
        outbox.put(transaction, "old", "C0ALERTS", "post", "old", {}, NOON)
        sent = outbox.claim(transaction, NOON, "a")
        assert sent is not None
        outbox.settled(transaction, sent, "1.0", NOON)
    for days, ts in ((400, "1.0"), (401, None)):
        tidy(store, lambda transaction, days=days: NOON + days * DAY)  # type: ignore[misc]
        with store.reading() as transaction:
            assert outbox.parent_ts(transaction, "old", "C0ALERTS") == ts


def test_outages_and_what_happened_to_phones_leave_when_nobody_asks_for_them_any_more(store: Store) -> None:
    fleet = Fleet(store, {"100000_desk": "203.0.113.7"})
    fleet.drop("100000_desk")
    fleet.restore("100000_desk")
    fleet.tick(HOUR)
    for days, kept in ((399, (1, 7)), (401, (0, 1))):
        tidy(store, lambda transaction, days=days: fleet.now + days * DAY)  # type: ignore[misc]
        with store.reading() as transaction:
            outages = incidents.history(transaction, NOON - DAY)
            passages = history.passages(transaction, "100000_desk", NOON - DAY)
        assert (len(outages), len(passages)) == kept
