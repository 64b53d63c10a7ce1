"""What breaks between the outbox and Slack: whatever it is, each message stands in its channel exactly once."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from blocks.frame import render, section
from jobs.painting import Words
from playground.slack import ApiError, Dropped, RateLimited, Slow, Status
from playground.slack import Message as Said
from playground.slack_faults import Fault
from store import Store, outbox
from store.outbox import Kind, Message
from tests.delivering import CHANNEL, SETTLE, Bench, bench

SETTLED = SETTLE.total_seconds()
UNCLEAR: dict[str, Fault] = {
    "dropped before it was carried out": Dropped(before=True),
    "dropped after it was carried out": Dropped(before=False),
    "internal_error, not carried out": ApiError("internal_error"),
    "internal_error, carried out": ApiError("internal_error", carried_out=True),
    "fatal_error, carried out": ApiError("fatal_error", carried_out=True),
    "503, not carried out": Status(503),
    "500, carried out": Status(500, carried_out=True),
}
"""Ends after which nobody knows whether Slack has the message."""


@pytest.fixture
def desk(store: Store) -> Iterator[Bench]:
    with bench(store) as made:
        yield made


on_one_engine = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For what is about Slack, and no question of the engine."""


# --- nobody knows whether Slack has it ------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", UNCLEAR.values(), ids=UNCLEAR.keys())
def test_a_message_whose_sending_ended_unclear_is_there_once_in_its_place(desk: Bench, fault: Fault) -> None:
    desk.put("before")
    desk.put("post", thing="outage")
    desk.put("reply", "reply", thing="outage")
    desk.tick()
    desk.slack.fail(fault, method="chat.postMessage")
    desk.tick(1)
    desk.tick(SETTLED - 1)
    assert desk.statuses() == {"before": "sent", "post": "sending", "reply": "new"}, "nothing is tried before Slack must have settled"
    desk.restart()
    desk.ticks(5)
    assert desk.texts() == ["before", "post", "reply"]
    assert desk.messages()[2].thread_ts == desk.messages()[1].ts


@on_one_engine
@pytest.mark.parametrize("fault", UNCLEAR.values(), ids=UNCLEAR.keys())
@pytest.mark.parametrize("broadcast", [False, True])
def test_a_reply_is_looked_for_in_its_thread(desk: Bench, fault: Fault, broadcast: bool) -> None:
    desk.put("post", thing="outage")
    desk.tick()
    desk.slack.fail(fault, method="chat.postMessage")
    desk.put("reply", "reply", thing="outage", text="reply", broadcast=broadcast)
    desk.tick(1)
    desk.tick(SETTLED)
    desk.tick(1)
    assert desk.texts() == ["post", "reply"] and desk.messages()[1].broadcast == broadcast


@on_one_engine
@pytest.mark.parametrize("fault", UNCLEAR.values(), ids=UNCLEAR.keys())
def test_an_edit_that_ended_unclear_is_made_again_in_its_newest_form(desk: Bench, fault: Fault) -> None:
    desk.put("post", thing="outage")
    desk.put("edit 1", "update", thing="outage", text="1 phone")
    desk.tick()
    desk.slack.fail(fault, method="chat.update")
    desk.tick(1)
    desk.put("edit 2", "update", thing="outage", text="2 phones")
    desk.tick(SETTLED)
    desk.tick(1)
    assert desk.texts() == ["2 phones"]
    assert desk.asked("chat.update") == 2 and desk.asked("conversations.history") == 0


@on_one_engine
@pytest.mark.parametrize("skew", [timedelta(minutes=2), timedelta(minutes=-2)])
@pytest.mark.parametrize("carried_out", [True, False])
def test_a_clock_that_is_minutes_off_makes_no_difference(desk: Bench, skew: timedelta, carried_out: bool) -> None:
    desk.skew = skew
    desk.slack.fail(ApiError("internal_error", carried_out=carried_out), method="chat.postMessage")
    desk.put("post")
    desk.tick()
    desk.tick(SETTLED)
    desk.tick(1)
    assert desk.texts() == ["post"]


@on_one_engine
def test_a_message_is_found_among_hundreds_that_came_later(desk: Bench) -> None:
    desk.slack.rules.rate_limits = False
    desk.slack.fail(Dropped(before=False), method="chat.postMessage")
    desk.put("post")
    desk.tick()
    space = desk.slack.workspace
    for number in range(450):
        space.post(Said(channel=CHANNEL, ts=space.next_ts(), user="U0ALICE", text=f"noise {number}"))
    desk.tick(SETTLED)
    assert desk.asked("conversations.history") == 3 and desk.statuses() == {"post": "sent"}
    assert desk.texts().count("post") == 1


LOOK_FAULTS: dict[str, Fault] = {
    "503": Status(503),
    "dropped": Dropped(),
    "internal_error": ApiError("internal_error"),
    "429": RateLimited(5),
    "invalid_cursor": ApiError("invalid_cursor"),
}


@on_one_engine
@pytest.mark.parametrize("fault", LOOK_FAULTS.values(), ids=LOOK_FAULTS.keys())
@pytest.mark.parametrize("carried_out", [True, False])
def test_a_look_that_says_nothing_is_made_again_before_anything_is_posted(desk: Bench, fault: Fault, carried_out: bool) -> None:
    desk.slack.fail(ApiError("internal_error", carried_out=carried_out), method="chat.postMessage")
    desk.put("post")
    desk.tick()
    desk.slack.fail(fault, method="conversations.history")
    desk.tick(SETTLED)
    assert desk.asked("chat.postMessage") == 1
    desk.tick(SETTLED)
    desk.tick(1)
    assert desk.texts() == ["post"]


@pytest.mark.parametrize("why", ["no scope", "not in the channel"])
def test_where_slack_does_not_let_us_look_the_message_is_posted_again_with_a_mark(desk: Bench, why: str) -> None:
    words = {"text": "Missing: desk", "blocks": render([section("Missing: desk")])}
    desk.slack.fail(ApiError("internal_error", carried_out=True), method="chat.postMessage")
    desk.put("post", payload=words)
    desk.tick()
    if why == "no scope":
        desk.slack.rules.scopes.discard("channels:history")
    else:
        desk.slack.fail(ApiError("not_in_channel"), method="conversations.history")
    desk.tick(SETTLED)
    desk.tick(1)
    first, again = desk.messages()
    assert first.text == "Missing: desk" and "repeat" not in first.words.lower()
    assert again.text == "Missing: desk (possible repeat)" and "Possible repeat" in again.words
    assert desk.statuses() == {"post": "sent"}


@on_one_engine
def test_a_message_whose_blocks_slack_chokes_on_is_said_in_words_at_last(desk: Bench) -> None:
    desk.slack.fail(ApiError("internal_error"), method="chat.postMessage", times=3)
    desk.put("post", text="Missing: desk", blocks=render([section("Missing: desk")]))
    desk.put("next")
    for _ in range(4):
        desk.tick(SETTLED)
        desk.tick(1)
    desk.tick(1)
    assert [(message.text, message.blocks) for message in desk.messages()] == [("Missing: desk", []), ("next", [])]


def test_a_database_that_fails_after_the_post_does_not_make_two(postgres_desk: Bench) -> None:
    desk = postgres_desk
    desk.slack.on_change(lambda kind, value: hurt() if kind == "message" else None)

    def hurt() -> None:
        with desk.store.writing() as transaction:
            transaction.exec_driver_sql("ALTER TABLE posted RENAME TO hidden")

    desk.put("post")
    desk.tick()
    assert desk.statuses() == {"post": "sending"}
    with desk.store.writing() as transaction:
        transaction.exec_driver_sql("ALTER TABLE hidden RENAME TO posted")
    desk.tick(SETTLED)
    assert desk.texts() == ["post"] and desk.statuses() == {"post": "sent"}


@pytest.fixture
def postgres_desk(request: pytest.FixtureRequest) -> Iterator[Bench]:
    with Store(request.getfixturevalue("postgres").database()) as store, bench(store) as made:
        yield made


# --- two workers, and one that sleeps ---------------------------------------------------------------------------------------


def test_two_workers_send_each_message_once(desk: Bench) -> None:
    other = desk.worker()
    for number in range(30):
        desk.put(str(number), thing=str(number), channel=(CHANNEL, "C0REPORTS", "C0PHONES")[number % 3])
    with ThreadPoolExecutor(2) as threads:
        for _ in range(12):
            desk.now += timedelta(seconds=1)
            for tick in [threads.submit(worker.tick) for worker in (desk.delivery, other)]:
                tick.result()
    other.close()
    for place, channel in enumerate((CHANNEL, "C0REPORTS", "C0PHONES")):
        assert [int(text) for text in desk.texts(channel)] == list(range(place, 30, 3))


def test_two_workers_look_for_a_message_once(desk: Bench) -> None:
    other = desk.worker()
    desk.slack.fail(Dropped(before=True), method="chat.postMessage")
    desk.put("post")
    desk.tick()
    desk.now += SETTLE
    with ThreadPoolExecutor(2) as threads:
        for tick in [threads.submit(worker.tick) for worker in (desk.delivery, other)]:
            tick.result()
    desk.tick(1)
    other.close()
    assert desk.texts() == ["post"] and desk.asked("conversations.history") == 1


def test_a_claim_that_has_grown_old_is_not_posted_for(store: Store) -> None:
    """The process was frozen between its claim and its request: another may have taken the message over, or be about to."""
    with bench(store) as made:
        frozen = [SETTLE / 2]

        def paint(message: Message) -> Words:
            made.now += frozen.pop() if frozen else timedelta()
            return Words(text=f"try {message.attempt}")

        made.painters = {"slow": paint}
        made.restart()
        made.put("post", draw="slow")
        made.tick()
        assert made.asked("chat.postMessage") == 1 and made.texts() == ["try 2"]


def test_a_worker_that_wakes_up_after_another_has_sent_its_message_says_nothing(store: Store) -> None:
    with bench(store) as made:

        def paint(message: Message) -> Words:
            if message.attempt == 1:
                made.now += SETTLE
                other.tick()
                assert made.texts() == ["try 3"]
            return Words(text=f"try {message.attempt}")

        made.painters = {"slow": paint}
        other, asleep = made.worker(), made.worker()
        made.put("post", draw="slow")
        asleep.tick()
        for worker in (other, asleep):
            worker.close()
        assert made.texts() == ["try 3"] and made.statuses() == {"post": "sent"}


def test_an_answer_that_comes_after_another_worker_looked_is_not_counted_twice(desk: Bench) -> None:
    other = desk.worker()
    desk.slack.fail(Slow(0.3), method="chat.postMessage")
    desk.slack.on_change(lambda kind, value: setattr(desk, "now", desk.now + SETTLE) if kind == "message" else None)
    desk.put("post")
    with ThreadPoolExecutor() as threads:
        slow = threads.submit(desk.delivery.tick)
        desk.slack.wait_for(lambda: desk.texts())
        other.tick()
        slow.result()
    other.close()
    assert desk.texts() == ["post"] and desk.statuses() == {"post": "sent"}


# --- somebody deletes a message, or closes the door -------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["message_not_found", "cant_update_message", "edit_window_closed"])
def test_an_edit_of_a_message_that_cannot_be_edited_is_posted_anew(desk: Bench, word: str) -> None:
    desk.put("post", thing="outage")
    desk.tick()
    if word == "message_not_found":
        desk.delete(desk.messages()[0])
    else:
        desk.slack.fail(ApiError(word), method="chat.update")
    desk.put("edit", "update", thing="outage", text="Missing: 2 phones")
    desk.put("reply", "reply", thing="outage")
    desk.put("edit 2", "update", thing="outage", text="Missing: 3 phones")
    desk.ticks(8)
    anew, reply = desk.messages()[-2:]
    assert anew.text == "Missing: 3 phones" and anew.metadata == {"event_type": "dialtone", "event_payload": {"key": "edit 2"}}
    assert reply.thread_ts == anew.ts
    assert desk.statuses() == {"post": "sent", "edit 2": "sent", "reply": "sent", "edit": "replaced"}


@on_one_engine
@pytest.mark.parametrize("carried_out", [True, False])
def test_a_message_that_is_posted_anew_is_there_once_too(desk: Bench, carried_out: bool) -> None:
    desk.put("post", thing="outage")
    desk.tick()
    desk.delete(desk.messages()[0])
    desk.slack.fail(ApiError("internal_error", carried_out=carried_out), method="chat.postMessage")
    desk.put("edit", "update", thing="outage")
    desk.ticks(2)
    desk.tick(SETTLED)
    desk.tick(1)
    assert desk.texts() == ["edit"]


@on_one_engine
def test_an_edit_that_matters_only_to_the_message_it_edits_goes_with_it(desk: Bench) -> None:
    desk.put("post", thing="outage")
    desk.tick()
    desk.delete(desk.messages()[0])
    desk.put("edit", "update", thing="outage", text="Back: desk", anew=False)
    desk.ticks(2)
    assert desk.texts() == [] and desk.statuses() == {"post": "sent", "edit": "skipped"}


@on_one_engine
def test_a_reply_to_a_message_that_was_deleted_goes_to_the_channel_and_says_what_it_belongs_to(desk: Bench) -> None:
    desk.put("post", thing="2026-1123-02")
    desk.tick()
    desk.delete(desk.messages()[0])
    words = render([section("Still away after 1 h")])
    desk.put("reply", "reply", thing="2026-1123-02", text="Still away after 1 h", blocks=words, about="Missing: desk", broadcast=True)
    desk.put("reply 2", "reply", thing="2026-1123-02", text="Still away after 4 h")
    desk.ticks(2)
    first, second = desk.messages()
    assert (first.text, first.thread_ts, first.broadcast) == ("Still away after 1 h (Missing: desk)", "", False)
    assert "This belongs to Missing: desk, whose message is gone." in first.words
    assert (second.text, second.blocks) == ("Still away after 4 h (2026-1123-02)", [])


@on_one_engine
@pytest.mark.parametrize("carried_out", [True, False])
def test_a_reply_that_went_to_the_channel_is_looked_for_there(desk: Bench, carried_out: bool) -> None:
    desk.put("post", thing="outage")
    desk.tick()
    desk.delete(desk.messages()[0])
    desk.slack.fail(ApiError("internal_error", carried_out=carried_out), method="chat.postMessage")
    desk.put("reply", "reply", thing="outage")
    desk.tick(1)
    desk.tick(SETTLED)
    desk.tick(1)
    assert desk.texts() == ["reply (outage)"]


@on_one_engine
def test_a_thread_that_was_locked_sends_its_replies_to_the_channel(desk: Bench) -> None:
    desk.put("post", thing="outage")
    desk.tick()
    desk.slack.fail(ApiError("restricted_action_thread_locked"), method="chat.postMessage")
    desk.put("reply", "reply", thing="outage")
    desk.tick(1)
    assert [(message.text, message.thread_ts) for message in desk.messages()] == [("post", ""), ("reply (outage)", "")]


@on_one_engine
@pytest.mark.parametrize("fault", [Status(503), ApiError("internal_error"), RateLimited(3), Dropped()])
def test_a_reply_goes_into_its_thread_when_nobody_can_say_whether_that_is_there(desk: Bench, fault: Fault) -> None:
    desk.put("post", thing="outage")
    desk.tick()
    desk.slack.fail(fault, method="conversations.replies")
    desk.put("reply", "reply", thing="outage")
    desk.tick(1)
    post, reply = desk.messages()
    assert reply.thread_ts == post.ts


@on_one_engine
@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ("channel_not_found", "post"),
        ("not_in_channel", "post"),
        ("restricted_action", "reply"),
        ("is_inactive", "update"),
        ("no_text", "post"),
    ],
)
def test_a_refusal_for_good_is_a_dead_letter_at_once(desk: Bench, error: str, kind: Kind) -> None:
    desk.put("post", thing="outage")
    desk.tick()
    desk.slack.fail(ApiError(error), method="chat.update" if kind == "update" else "chat.postMessage")
    desk.put("lost", kind, thing="outage")
    desk.ticks(2)
    with desk.store.reading() as transaction:
        assert [(letter.key, letter.error) for letter in outbox.dead_letters(transaction)] == [("lost", error)]
    desk.put("next")
    desk.ticks(2)
    assert desk.texts() == ["post", "next"]
    with desk.store.reading() as transaction:
        assert outbox.dead_letters(transaction) == [], "the place takes messages again"
