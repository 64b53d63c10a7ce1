"""The outbox, on both engines: what is put leaves in order, and what became of it is known."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from store import Store, Transaction, outbox
from store.outbox import Kind, Message
from store.tables import outbox as rows
from tests.databases import PostgresServer

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SETTLE = timedelta(seconds=30)
CHANNEL, OTHER = "C0ALERTS", "C0OTHER"


class Desk:
    """The outbox, each question in a transaction of its own, with a clock that a test moves."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.now = NOON

    def put(self, key: str, kind: Kind = "post", thing: str = "outage 1", channel: str = CHANNEL, **payload: Any) -> bool:
        return self.store.write(lambda transaction: outbox.put(transaction, key, channel, kind, thing, payload, self.now))

    def claim(self, worker: str = "a") -> Message | None:
        return self.store.write(lambda transaction: outbox.claim(transaction, self.now, worker))

    def claimed(self, worker: str = "a") -> Message:
        message = self.claim(worker)
        assert message is not None
        return message

    def claim_unclear(self, worker: str = "b") -> Message | None:
        return self.store.write(lambda transaction: outbox.claim_unclear(transaction, self.now, worker, SETTLE))

    def settled(self, message: Message, ts: str = "1.0") -> bool:
        return self.store.write(lambda transaction: outbox.settled(transaction, message, ts, self.now))

    def do(self, question: Callable[..., Any], *words: object) -> Any:
        return self.store.write(lambda transaction: question(transaction, *words))

    def send(self, ts: str = "1.0") -> str:
        """Claim and settle the next message, a second after the last; its key."""
        self.now += SECOND
        message = self.claimed()
        assert self.settled(message, ts)
        return message.key

    def statuses(self) -> dict[str, str]:
        with self.store.reading() as transaction:
            return {row.key: row.status for row in transaction.execute(select(rows).order_by(rows.c.id))}


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def test_what_is_put_is_claimed_once_with_all_it_needs(desk: Desk) -> None:
    assert desk.put("k1", text="Missing: desk")
    message = desk.claimed()
    assert message == Message(message.id, "k1", CHANNEL, "post", "outage 1", {"text": "Missing: desk"}, 1, NOON, None)
    assert desk.claim("b") is None
    assert desk.settled(message, "7.5")
    assert desk.claim() is None
    with desk.store.reading() as transaction:
        row = transaction.execute(select(rows)).one()
        assert outbox.parent_ts(transaction, "outage 1", CHANNEL) == "7.5"
    assert (row.status, row.ts, row.sent_at, row.claimed_by, row.error) == ("sent", "7.5", NOON, "a", None)


def test_a_key_is_one_message_however_often_it_is_put(desk: Desk) -> None:
    assert desk.put("k1", text="first")
    assert not desk.put("k1", text="second")
    assert desk.claimed().payload == {"text": "first"}
    assert not desk.put("k1", text="third")
    assert desk.statuses() == {"k1": "sending"}


def test_a_message_is_stored_with_what_caused_it_or_not_at_all(desk: Desk) -> None:
    with pytest.raises(ZeroDivisionError), desk.store.writing() as transaction:
        outbox.put(transaction, "k1", CHANNEL, "post", "outage 1", {}, NOON)
        raise ZeroDivisionError
    assert desk.claim() is None


def test_a_reply_and_an_edit_know_where_the_message_is(desk: Desk) -> None:
    desk.put("post")
    desk.put("reply", "reply")
    desk.put("edit", "update")
    message = desk.claimed()
    assert message.key == "post" and desk.claim() is None
    desk.settled(message, "7.5")
    desk.now += SECOND
    reply = desk.claimed()
    assert (reply.key, reply.parent_ts) == ("reply", "7.5")
    desk.settled(reply, "8.0")
    desk.now += SECOND
    edit = desk.claimed()
    assert (edit.key, edit.parent_ts) == ("edit", "7.5")
    desk.settled(edit, "7.5")
    with desk.store.reading() as transaction:
        assert outbox.parent_ts(transaction, "outage 1", CHANNEL) == "7.5"


def test_a_thing_has_a_message_of_its_own_in_each_channel(desk: Desk) -> None:
    for channel in (CHANNEL, OTHER):
        desk.put(f"post {channel}", channel=channel)
    assert {desk.send("1.0"), desk.send("2.0")} == {f"post {CHANNEL}", f"post {OTHER}"}
    desk.put("reply", "reply", channel=OTHER)
    desk.now += SECOND
    assert desk.claimed().parent_ts == "2.0"


def test_a_channel_gets_one_message_a_second_and_does_not_hold_up_another(desk: Desk) -> None:
    for key in ("1", "2"):
        desk.put(key, thing=key)
    desk.put("3", thing="3", channel=OTHER)
    first = desk.claimed()
    assert desk.claimed().key == "3"
    desk.settled(first)
    desk.now += SECOND * 0.9
    assert desk.claim() is None
    desk.now += SECOND * 0.1
    assert desk.claimed().key == "2"


def test_a_clock_that_is_put_back_does_not_stop_a_channel(desk: Desk) -> None:
    desk.put("1", thing="1")
    desk.send()
    desk.now -= timedelta(hours=1)
    desk.put("2", thing="2")
    assert desk.claimed().key == "2"


def test_a_message_that_slack_takes_later_holds_its_channel_until_then(desk: Desk) -> None:
    desk.put("1", thing="1")
    desk.put("2", thing="2")
    until = NOON + timedelta(seconds=20)
    assert desk.do(outbox.postponed, desk.claimed(), until, "ratelimited")
    assert desk.claim() is None
    desk.now = until - SECOND / 2
    assert desk.claim() is None
    desk.now = until
    again = desk.claimed()
    assert (again.key, again.attempt) == ("1", 2)


def test_a_message_that_slack_refuses_is_kept_as_a_dead_letter_and_holds_up_nothing(desk: Desk) -> None:
    desk.put("1", thing="1")
    desk.put("reply to 1", "reply", thing="1")
    desk.put("edit of 1", "update", thing="1")
    desk.put("2", thing="2")
    assert desk.do(outbox.refused, desk.claimed(), "channel_not_found")
    assert desk.claimed().key == "2"
    with desk.store.reading() as transaction:
        dead = outbox.dead_letters(transaction)
        assert outbox.counts(transaction) == {"new": 0, "sending": 1, "dead": 3}
    assert [(letter.key, letter.error) for letter in dead] == [
        ("edit of 1", outbox.ORPHAN),
        ("reply to 1", outbox.ORPHAN),
        ("1", "channel_not_found"),
    ]
    assert dead[2].channel == CHANNEL and dead[2].thing == "1" and dead[2].created_at == NOON


def test_what_has_no_message_to_follow_is_a_dead_letter_when_its_turn_comes(desk: Desk) -> None:
    desk.put("reply before its post", "reply")
    desk.put("post")
    desk.put("edit of nothing", "update", thing="nothing")
    assert desk.send() == "post"
    desk.now += SECOND
    assert desk.claim() is None
    assert desk.statuses() == {"reply before its post": "dead", "post": "sent", "edit of nothing": "dead"}


def test_a_thing_that_is_posted_anew_gets_its_replies_there(desk: Desk) -> None:
    """Somebody deleted the message in Slack: an edit is refused, and the thing is posted again."""
    desk.put("post")
    desk.send("1.0")
    desk.put("edit", "update")
    desk.now += SECOND
    edit = desk.claimed()
    with desk.store.writing() as transaction:
        assert outbox.refused(transaction, edit, "message_not_found")
        outbox.put(transaction, "post 2", CHANNEL, "post", "outage 1", {}, desk.now)
        outbox.put(transaction, "reply", CHANNEL, "reply", "outage 1", {}, desk.now)
    assert desk.send("2.0") == "post 2"
    desk.now += SECOND
    assert desk.claimed().parent_ts == "2.0"


def test_a_new_post_that_is_refused_leaves_the_replies_to_the_old_one(desk: Desk) -> None:
    desk.put("post")
    desk.send("1.0")
    desk.put("post 2")
    desk.put("reply", "reply")
    desk.now += SECOND
    assert desk.do(outbox.refused, desk.claimed(), "invalid_blocks")
    assert desk.claimed().parent_ts == "1.0"


# --- edits ------------------------------------------------------------------------------------------------------------


def test_an_edit_that_waits_is_overwritten_in_its_place_by_a_newer_one(desk: Desk) -> None:
    desk.put("post")
    desk.put("edit 1", "update", count=1)
    desk.put("reply", "reply")
    desk.put("edit 2", "update", count=2)
    desk.put("edit 3", "update", count=3)
    assert desk.send() == "post"
    desk.now += SECOND
    edit = desk.claimed()
    assert (edit.key, edit.payload) == ("edit 3", {"count": 3})
    desk.settled(edit)
    assert desk.send() == "reply"
    desk.now += SECOND
    assert desk.claim() is None
    assert desk.statuses() == {"post": "sent", "edit 3": "sent", "reply": "sent", "edit 1": "replaced", "edit 2": "replaced"}


def test_an_edit_of_a_thing_that_is_posted_anew_comes_after_that_post(desk: Desk) -> None:
    desk.put("post")
    desk.put("edit 1", "update")
    desk.put("post 2")
    desk.put("edit 2", "update")
    desk.put("edit 3", "update")
    assert [desk.send(), desk.send(), desk.send()] == ["post", "post 2", "edit 3"]
    assert desk.claim() is None


def test_an_older_edit_that_is_put_again_does_not_come_back(desk: Desk) -> None:
    desk.put("post")
    desk.put("edit 1", "update", count=1)
    desk.put("edit 2", "update", count=2)
    assert not desk.put("edit 1", "update", count=1)
    assert desk.send() == "post"
    assert desk.send() == "edit 2"


def test_an_edit_that_is_being_sent_is_followed_by_the_next(desk: Desk) -> None:
    desk.put("post")
    desk.send()
    desk.put("edit 1", "update")
    desk.now += SECOND
    first = desk.claimed()
    assert desk.put("edit 2", "update")
    assert desk.put("edit 3", "update")
    assert desk.claim() is None
    desk.settled(first)
    desk.now += outbox.BETWEEN_EDITS
    assert desk.send() == "edit 3"


@pytest.mark.parametrize("way", ["postponed", "unclear", "not found"])
def test_an_edit_that_comes_back_is_dropped_when_a_newer_one_waits(desk: Desk, way: str) -> None:
    desk.put("post")
    desk.send()
    desk.put("edit 1", "update")
    desk.now += SECOND
    first = desk.claimed()
    desk.put("edit 2", "update")
    match way:
        case "postponed":
            assert desk.do(outbox.postponed, first, desk.now, "ratelimited")
        case "not found":
            assert desk.do(outbox.not_found, first)
        case _:
            desk.now += SETTLE
            assert desk.claim_unclear() is None
    assert desk.statuses()["edit 1"] == "replaced"
    assert desk.send() == "edit 2"
    assert not desk.settled(first)


def test_edits_of_other_things_and_channels_do_not_overwrite_each_other(desk: Desk) -> None:
    for thing, channel in (("1", CHANNEL), ("2", CHANNEL), ("1", OTHER)):
        desk.put(f"post {thing} {channel}", thing=thing, channel=channel)
        desk.put(f"edit {thing} {channel}", "update", thing=thing, channel=channel)
    assert list(desk.statuses().values()) == ["new"] * 6


def test_an_edit_rests_for_a_while_after_the_last_one_and_what_is_of_its_thing_waits_behind_it(desk: Desk) -> None:
    desk.put("post")
    desk.put("edit 1", "update")
    desk.put("other", thing="2")
    desk.put("edit of other", "update", thing="2")
    assert [desk.send(), desk.send()] == ["post", "edit 1"]
    edited_at = desk.now
    desk.put("edit 2", "update")
    desk.put("reply", "reply")
    desk.put("third", thing="3")
    assert [desk.send(), desk.send(), desk.send()] == ["other", "edit of other", "third"]
    desk.now = edited_at + outbox.BETWEEN_EDITS - SECOND / 2
    assert desk.claim() is None
    desk.now = edited_at + outbox.BETWEEN_EDITS - SECOND
    assert [desk.send(), desk.send()] == ["edit 2", "reply"]


def test_an_edit_of_the_same_thing_in_another_channel_does_not_wait(desk: Desk) -> None:
    for channel in (CHANNEL, OTHER):
        desk.put(f"post {channel}", channel=channel)
        desk.put(f"edit {channel}", "update", channel=channel)
    sent = [desk.send() for _ in range(4)]
    assert sent == [f"post {CHANNEL}", f"edit {CHANNEL}", f"post {OTHER}", f"edit {OTHER}"]


def test_a_clock_that_is_put_back_does_not_stop_edits(desk: Desk) -> None:
    desk.put("post")
    desk.put("edit 1", "update")
    desk.send()
    desk.send()
    desk.now -= timedelta(hours=1)
    desk.put("edit 2", "update")
    assert desk.claimed().key == "edit 2"


def test_edits_put_at_the_same_time_leave_one_that_waits(desk: Desk) -> None:
    desk.put("post")
    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(lambda number: desk.put(f"edit {number}", "update"), range(16)))
    assert sorted(desk.statuses().values()) == ["new", "new", *["replaced"] * 15]


# --- what became of it at Slack -----------------------------------------------------------------------------------------


def test_what_follows_a_message_that_was_not_worth_saying_stands_for_itself(desk: Desk) -> None:
    desk.put("post")
    desk.put("reply", "reply")
    desk.put("edit", "update")
    desk.put("reply 2", "reply")
    desk.now += SECOND
    assert desk.do(outbox.skipped, desk.claimed())
    reply = desk.claimed()
    assert (reply.key, reply.kind, reply.parent_ts) == ("reply", "reply", None)
    assert desk.do(outbox.skipped, reply)
    edit = desk.claimed()
    assert (edit.key, edit.kind, edit.parent_ts) == ("edit", "post", None)
    assert desk.settled(edit, "3.0")
    desk.now += SECOND
    assert desk.claimed().parent_ts == "3.0"
    assert desk.statuses() == {"post": "skipped", "reply": "skipped", "edit": "sent", "reply 2": "sending"}
    assert not desk.do(outbox.skipped, reply)


def test_an_edit_whose_message_is_gone_becomes_the_message_in_its_place(desk: Desk) -> None:
    desk.put("post")
    desk.send("1.0")
    desk.put("edit", "update")
    desk.put("reply", "reply")
    desk.now += SECOND
    edit = desk.claimed()
    desk.put("edit 2", "update")
    assert desk.do(outbox.post_anew, edit) and not desk.do(outbox.post_anew, edit)
    anew = desk.claimed()
    assert (anew.key, anew.kind, anew.attempt) == ("edit", "post", 2)
    assert desk.settled(anew, "2.0")
    desk.now += SECOND
    reply = desk.claimed()
    assert (reply.key, reply.parent_ts) == ("reply", "2.0")
    desk.settled(reply)
    desk.now += SECOND
    assert (desk.claimed().key, desk.claim()) == ("edit 2", None)


def test_only_a_young_claim_that_is_still_ours_may_be_sent(desk: Desk) -> None:
    desk.put("1")
    message = desk.claimed()
    half = SETTLE / 2
    assert desk.do(outbox.may_be_sent, message, NOON + half - SECOND, half)
    assert not desk.do(outbox.may_be_sent, message, NOON + half, half)
    desk.now += SETTLE
    unclear = desk.claim_unclear()
    assert unclear is not None
    desk.do(outbox.not_found, unclear)
    assert not desk.do(outbox.may_be_sent, message, NOON, half)
    again = desk.claimed()
    assert desk.do(outbox.may_be_sent, again, desk.now, half) and not desk.do(outbox.may_be_sent, message, desk.now, half)


def test_what_slack_cannot_be_asked_about_is_sent_again_with_a_mark(desk: Desk) -> None:
    desk.put("1", text="Missing: desk")
    lost = desk.claimed()
    desk.now += SETTLE
    unclear = desk.claim_unclear()
    assert unclear is not None
    assert not desk.store.write(lambda transaction: outbox.not_found(transaction, lost, unsure=True))
    assert desk.store.write(lambda transaction: outbox.not_found(transaction, unclear, unsure=True))
    assert desk.claimed().payload == {"text": "Missing: desk", outbox.POSSIBLE_REPEAT: True}


# --- unclear ends -----------------------------------------------------------------------------------------------------


def test_a_sender_that_says_nothing_is_taken_over_after_the_settle_time(desk: Desk) -> None:
    desk.put("1")
    lost = desk.claimed()
    desk.now += SETTLE - SECOND
    assert desk.claim_unclear() is None
    desk.now += SECOND
    unclear = desk.claim_unclear()
    assert unclear is not None
    assert (unclear.key, unclear.claimed_at, unclear.attempt) == ("1", NOON, lost.attempt + 1)
    assert desk.claim() is None
    # whoever comes back now has lost it
    assert not desk.settled(lost)
    assert not desk.do(outbox.refused, lost, "channel_not_found")
    assert not desk.do(outbox.postponed, lost, desk.now, "ratelimited")
    assert not desk.do(outbox.not_found, lost)
    # it was found in Slack
    assert desk.settled(unclear, "7.5")
    assert desk.statuses() == {"1": "sent"}


def test_what_slack_does_not_have_is_sent_again_in_its_place(desk: Desk) -> None:
    desk.put("1", thing="1")
    desk.put("2", thing="2")
    desk.claimed()
    desk.now += SETTLE
    unclear = desk.claim_unclear()
    assert unclear is not None and desk.do(outbox.not_found, unclear)
    again = desk.claimed()
    assert (again.key, again.claimed_at, again.attempt) == ("1", desk.now, 3)


def test_a_look_is_made_by_one_worker_and_by_another_when_it_says_nothing(desk: Desk) -> None:
    desk.put("1")
    desk.claimed()
    desk.now += SETTLE
    first = desk.claim_unclear("b")
    assert first is not None and desk.claim_unclear("c") is None
    desk.now += SETTLE
    second = desk.claim_unclear("c")
    assert second is not None and second.claimed_at == NOON
    assert not desk.do(outbox.not_found, first)
    assert desk.settled(second)


def test_an_edit_that_ended_unclear_just_waits_again(desk: Desk) -> None:
    desk.put("post")
    desk.send("1.0")
    desk.put("edit", "update")
    desk.now += SECOND
    desk.claimed()
    desk.now += SETTLE
    assert desk.claim_unclear() is None
    assert desk.claimed().key == "edit"


# --- how it is, and cleaning up -----------------------------------------------------------------------------------------


def test_what_waits_longest_is_known(desk: Desk) -> None:
    with desk.store.reading() as transaction:
        assert outbox.oldest_waiting(transaction) is None
        assert outbox.counts(transaction) == {"new": 0, "sending": 0, "dead": 0}
    desk.put("1", thing="1")
    desk.now += SECOND
    desk.put("2", thing="2")
    desk.claimed()
    with desk.store.reading() as transaction:
        assert outbox.oldest_waiting(transaction) == NOON
        assert outbox.counts(transaction) == {"new": 1, "sending": 1, "dead": 0}


def test_what_ended_long_ago_is_forgotten_but_not_where_it_is_in_slack(desk: Desk) -> None:
    desk.put("post")
    desk.put("edit 1", "update")
    desk.put("edit 2", "update")
    desk.put("waits", thing="2")
    desk.send("7.5")
    desk.send()
    assert desk.do(outbox.prune, NOON + outbox.KEPT) == 0
    assert desk.do(outbox.prune, NOON + outbox.KEPT + SECOND) == 3
    assert desk.statuses() == {"waits": "new"}
    assert desk.put("reply", "reply")
    assert desk.send() == "waits"
    desk.now += SECOND
    assert desk.claimed().parent_ts == "7.5"


def test_where_a_thing_was_is_forgotten_when_nobody_asks_for_a_year(desk: Desk) -> None:
    desk.put("post")
    desk.send("7.5")
    later = desk.now + outbox.POSTED_KEPT
    desk.do(outbox.prune, later)
    assert desk.do(outbox.parent_ts, "outage 1", CHANNEL) == "7.5"
    desk.do(outbox.prune, later + SECOND)
    assert desk.do(outbox.parent_ts, "outage 1", CHANNEL) is None


def test_claims_of_many_workers_meet_at_no_message(desk: Desk) -> None:
    for number in range(40):
        desk.put(str(number), thing=str(number), channel=f"C0{number % 10}")

    def work(worker: int) -> list[str]:
        mine = []
        while message := desk.store.write(lambda transaction: outbox.claim(transaction, NOON, str(worker), between=timedelta())):
            mine.append(message.key)
            assert desk.settled(message)
        return mine

    with ThreadPoolExecutor(4) as threads:
        claimed = [key for mine in threads.map(work, range(4)) for key in mine]
    while message := desk.store.write(lambda transaction: outbox.claim(transaction, NOON, "last", between=timedelta())):
        claimed.append(message.key)
        desk.settled(message)
    assert sorted(claimed, key=int) == [str(number) for number in range(40)]


def test_a_claim_does_not_wait_for_one_that_is_being_made(postgres: PostgresServer) -> None:
    with Store(postgres.database()) as store, ThreadPoolExecutor() as other:
        desk = Desk(store)
        desk.put("1", thing="1")
        desk.put("2", thing="2", channel=OTHER)
        with store.writing() as transaction:
            first = outbox.claim(transaction, NOON, "a")
            second = other.submit(desk.claim, "b").result()
        assert first is not None and second is not None
        assert {first.key, second.key} == {"1", "2"}


def test_a_message_put_late_by_a_slow_transaction_waits_for_the_one_on_its_way(postgres: PostgresServer) -> None:
    """Numbers are given when a row is put, and rows seen when they are stored: a lower number can appear later."""
    with Store(postgres.database()) as store, ThreadPoolExecutor() as other:
        desk = Desk(store)

        def slow(transaction: Transaction) -> None:
            outbox.put(transaction, "slow", CHANNEL, "post", "slow", {}, NOON)
            assert other.submit(desk.put, "quick", thing="quick").result()
            assert other.submit(desk.claim).result()

        store.write(slow)
        assert desk.claim("b") is None
