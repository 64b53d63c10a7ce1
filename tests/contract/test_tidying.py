"""Tidying, on both engines."""

from datetime import UTC, datetime, timedelta

from jobs.tidying import OUTBOX_KEPT, tidy
from store import Store, once, outbox

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_what_ended_long_ago_leaves_and_what_waits_stays(store: Store) -> None:
    with store.writing() as transaction:
        outbox.put(transaction, "old", "C0ALERTS", "post", "old", {}, NOON)
        sent = outbox.claim(transaction, NOON, "a")
        assert sent is not None
        outbox.settled(transaction, sent, "1.0", NOON)
        outbox.put(transaction, "waits", "C0ALERTS", "post", "waits", {}, NOON)
        once.first(transaction, "click", NOON)
    tidy(store, lambda transaction: NOON + OUTBOX_KEPT)
    with store.writing() as transaction:
        assert not outbox.put(transaction, "old", "C0ALERTS", "post", "old", {}, NOON), "still known on its last day"
    tidy(store, lambda transaction: NOON + OUTBOX_KEPT + timedelta(seconds=1))
    with store.writing() as transaction:
        assert outbox.put(transaction, "old", "C0ALERTS", "post", "old", {}, NOON)
        assert not outbox.put(transaction, "waits", "C0ALERTS", "post", "waits", {}, NOON)
        assert once.prune(transaction, NOON + timedelta(days=365)) == 0
