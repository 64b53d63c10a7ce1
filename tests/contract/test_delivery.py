"""Delivery between a real outbox, on both engines, and the stand-in for Slack: what is said, where, how, and in which order."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest

from blocks.frame import render, section, table, without_tables
from jobs import Job, timetable
from jobs.outcomes import UNREACHED
from jobs.painting import Words
from playground.slack import ApiError, RateLimited, Slow
from store import Store, outbox
from store.outbox import BETWEEN_EDITS, Message
from store.refusals import Refusals
from tests.delivering import CHANNEL, OTHER, SECOND, SETTLE, Bench, bench

CARD = [*render([section("Calls yesterday")]), *render([table(["Account", "Calls"], [["desk", "3"]])[0]])]


@pytest.fixture
def desk(store: Store) -> Iterator[Bench]:
    with bench(store, admins=("U0ALICE", "U0BOB")) as made:
        yield made


# --- what is said -----------------------------------------------------------------------------------------------------


def test_a_post_its_edit_and_its_reply_arrive_with_all_they_need(desk: Bench) -> None:
    desk.put("post", thing="outage", text="Missing: desk", blocks=render([section("Missing: desk")]))
    desk.put("edit", "update", thing="outage", text="Back: desk")
    desk.put("reply", "reply", thing="outage", text="It was away for 12 min")
    desk.put("loud", "reply", thing="outage", text="It is away again", broadcast=True)
    desk.ticks(4)
    post, reply, loud = desk.messages()
    assert (post.text, post.blocks, post.edited) == ("Back: desk", [], True)
    assert post.metadata == {"event_type": "dialtone", "event_payload": {"key": "post"}}, "an edit keeps it"
    assert (reply.text, reply.thread_ts, reply.broadcast) == ("It was away for 12 min", post.ts, False)
    assert (loud.thread_ts, loud.broadcast) == (post.ts, True)
    first = next(call for call in desk.slack.calls if call.method == "chat.postMessage")
    assert not first.payload["unfurl_links"] and not first.payload["unfurl_media"]
    assert set(desk.statuses().values()) == {"sent"}


def test_a_message_is_drawn_when_it_is_sent(store: Store) -> None:
    state = {"words": "1 phone"}
    drawn: list[Message] = []

    def paint(message: Message) -> Words:
        drawn.append(message)
        return Words(text=f"Missing: {state['words']}", blocks=render([section(state["words"])]))

    with bench(store, painters={"outage": paint}) as desk:
        desk.put("post", thing="outage", draw="outage", n=1)
        desk.tick(1)
        desk.put("edit", "update", thing="outage", draw="outage", n=2)
        state["words"] = "3 phones"
        desk.tick(1)
        assert desk.texts() == ["Missing: 3 phones"]
        assert [(message.kind, message.payload["n"]) for message in drawn] == [("post", 1), ("update", 2)]


def test_what_is_no_longer_worth_saying_is_not_said(store: Store) -> None:
    with bench(store, painters={"old": lambda message: None, "new": lambda message: Words(text="Missing again", about="the desk")}) as desk:
        desk.put("post", thing="outage", draw="old")
        desk.put("early reply", "reply", thing="outage", draw="new")
        desk.put("edit", "update", thing="outage", draw="new")
        desk.put("reply", "reply", thing="outage", text="in its thread")
        desk.put("edit 2", "update", thing="outage", draw="old")
        desk.tick(1)
        desk.put("edit 3", "update", thing="outage", draw="new")
        desk.ticks(5)
        alone, post, reply = desk.messages()
        assert (alone.text, alone.thread_ts) == ("Missing again (the desk)", "")
        assert post.text == "Missing again" and reply.thread_ts == post.ts
        assert desk.statuses() == {
            "post": "skipped",
            "early reply": "sent",
            "edit 3": "sent",
            "reply": "sent",
            "edit": "replaced",
            "edit 2": "replaced",
        }


def test_a_person_as_channel_is_their_direct_message(desk: Bench) -> None:
    desk.slack.person("U0ALICE")
    for key in ("post", "post 2"):
        desk.put(key, thing="report", channel="U0ALICE")
    desk.put("edit", "update", thing="report", channel="U0ALICE", text="edited")
    desk.ticks(3)
    assert desk.texts("D0ALICE") == ["post", "edited"]
    assert desk.asked("conversations.open") == 1


@pytest.mark.parametrize("payload", [{"draw": "nothing"}, {"text": ""}, {"draw": "broken"}])
def test_a_message_that_cannot_be_drawn_is_a_dead_letter_and_holds_up_nothing(store: Store, payload: dict[str, str]) -> None:
    with bench(store, painters={"broken": lambda message: Words(text=message.payload["words"])}) as desk:
        desk.put("bad", payload=payload)
        desk.put("good")
        desk.tick()
        assert desk.texts() == ["good"] and desk.statuses() == {"bad": "dead", "good": "sent"}


def test_the_clock_delivers_what_is_put_and_what_is_put_later(store: Store) -> None:
    with bench(store) as desk:
        desk.put("1", thing="1")
        with timetable([Job(name="delivery", tick=desk.delivery.tick, every=SECOND / 50, stop=desk.delivery.stop)]) as clock:
            desk.slack.wait_for(lambda: desk.texts())
            desk.put("2", channel=OTHER)
            desk.slack.wait_for(lambda: desk.texts(OTHER))
            assert clock.how_it_is()[0]
        desk.put("3", channel="C0PHONES")
        desk.delivery.tick()
        assert desk.texts("C0PHONES") == []


# --- order and pace ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("many", [100, pytest.param(500, marks=pytest.mark.soak)])
def test_many_incidents_at_once_are_one_message_a_second_in_order_and_edits_become_few(desk: Bench, many: int) -> None:
    desk.put("0", thing="0")
    desk.tick()
    for number in range(1, many):
        desk.put(str(number), channel=CHANNEL if number % 4 else OTHER)
        desk.put(f"edit {number}", "update", thing="0", text=f"edit {number}")
    desk.ticks(3 * many // 4 + 10)
    at_once = [*desk.messages()[1:], *desk.messages(OTHER)]
    assert [int(message.text) for message in at_once] == sorted(map(int, (m.text for m in at_once)), key=lambda n: (n % 4 == 0, n))
    assert len(at_once) == many - 1 and desk.texts()[0] == f"edit {many - 1}"
    assert desk.asked("chat.update") == 1
    assert not [call.error for call in desk.slack.calls if call.error], "Slack never had to hold us back"
    for channel in (CHANNEL, OTHER):
        calls = [call.at for call in desk.slack.calls if call.payload.get("channel") == channel]
        assert all((later - earlier).total_seconds() >= 1 for earlier, later in pairwise(calls))


def test_a_message_that_changes_all_the_time_is_edited_every_five_seconds(desk: Bench) -> None:
    desk.put("post", thing="outage")
    for number in range(30):
        desk.put(f"edit {number}", "update", thing="outage", text=f"{number} phones")
        desk.tick(1)
    desk.ticks(5)
    edits = [call.at for call in desk.slack.calls if call.method == "chat.update"]
    assert 5 <= len(edits) <= 7 and all(later - earlier >= BETWEEN_EDITS for earlier, later in pairwise(edits))
    assert desk.texts() == ["29 phones"]


def test_a_channel_that_is_slow_holds_up_no_other(desk: Bench) -> None:
    desk.slack.fail(Slow(30), method="chat.postMessage")
    for channel in (CHANNEL, OTHER):
        desk.put(f"1 in {channel}", channel=channel)
    with ThreadPoolExecutor() as threads:
        tick = threads.submit(desk.delivery.tick)
        desk.slack.wait_for(lambda: desk.texts(OTHER))
        # what is put meanwhile does not wait for the slow one either
        desk.put("2", channel="C0PHONES")
        desk.slack.wait_for(lambda: desk.texts("C0PHONES"))
        assert not tick.done() and desk.texts(CHANNEL) == []
        desk.slack.close()
        tick.result()


def test_a_stop_lets_what_is_being_sent_end_and_begins_nothing(desk: Bench) -> None:
    desk.slack.fail(Slow(0.3), method="chat.postMessage")
    arrived = threading.Event()
    desk.slack.on_change(lambda kind, value: arrived.set() if kind == "arrived" else None)
    desk.put("1", thing="1")
    with ThreadPoolExecutor() as threads:
        tick = threads.submit(desk.delivery.tick)
        assert arrived.wait(5)
        desk.delivery.stop()
        desk.put("2", channel=OTHER)
        tick.result()
    assert desk.statuses() == {"1": "sent", "2": "new"}
    desk.delivery.tick()
    assert desk.texts(OTHER) == []


# --- what Slack refuses -------------------------------------------------------------------------------------------------


def test_a_message_that_slack_refuses_is_told_to_each_admin_once(desk: Bench) -> None:
    for person in ("U0ALICE", "U0BOB"):
        desk.slack.person(person)
    desk.put("lost", channel="C0OLD", thing="outage", text="Missing: desk &amp; <b>")
    desk.put("reply", "reply", channel="C0OLD", thing="outage")
    desk.put("good")
    desk.ticks(2)
    desk.restart()
    desk.ticks(2)
    assert desk.texts() == ["good"]
    for person in ("U0ALICE", "U0BOB"):
        (told,) = desk.messages(f"D{person[1:]}")
        assert told.text == "Not delivered to <#C0OLD> (is_archived): Missing: desk &amp; <b>"
        assert "archived. Bring it back" in told.words and "is_archived" in told.words
    with desk.store.reading() as transaction:
        assert [(letter.key, letter.error) for letter in outbox.dead_letters(transaction)] == [
            ("reply", outbox.ORPHAN),
            ("lost", "is_archived"),
        ]
    assert desk.delivery.how_it_is() == (True, "2 messages not taken by Slack")


def test_nobody_is_told_of_what_could_not_be_told(desk: Bench) -> None:
    """Nobody of the admins is known to Slack."""
    desk.put("lost", channel="C0NOWHERE")
    desk.ticks(5)
    statuses = desk.statuses()
    assert len(statuses) == 3 and set(statuses.values()) == {"dead"}


def test_the_same_trouble_with_the_same_thing_is_told_once(desk: Bench) -> None:
    desk.slack.person("U0ALICE")
    desk.put("post", thing="outage")
    desk.tick()
    desk.slack.fail(ApiError("is_inactive"), method="chat.update", times=None)
    for number in range(3):
        desk.put(f"edit {number}", "update", thing="outage")
        desk.ticks(6)
    assert list(desk.statuses().values()).count("dead") >= 3
    assert len(desk.messages("D0ALICE")) == 1


def test_a_table_that_slack_refuses_becomes_text_and_that_is_remembered(desk: Bench) -> None:
    desk.slack.fail(ApiError("invalid_blocks"), method="chat.postMessage")
    desk.put("1", text="Calls", blocks=CARD)
    desk.tick(1)
    assert [message.blocks for message in desk.messages()] == [without_tables(CARD)]
    desk.put("2", text="Calls", blocks=CARD)
    desk.tick(1)
    assert desk.messages()[1].blocks == without_tables(CARD)
    assert desk.asked("chat.postMessage") == 3
    assert Refusals(desk.store, lambda: desk.now).kinds() == {"table"}


def test_blocks_that_slack_refuses_in_every_form_leave_the_words(desk: Bench) -> None:
    desk.slack.fail(ApiError("invalid_blocks"), method="chat.postMessage", times=2)
    desk.put("1", text="Calls", blocks=CARD)
    desk.tick(1)
    assert [(message.text, message.blocks) for message in desk.messages()] == [("Calls", [])]
    assert desk.refusals.kinds() == frozenset(), "it was not the table"
    desk.slack.fail(ApiError("invalid_blocks"), method="chat.postMessage", times=3)
    desk.put("2", text="Calls", blocks=CARD)
    desk.tick(1)
    assert desk.statuses()["2"] == "dead"


def test_a_text_that_is_too_long_is_cut(desk: Bench) -> None:
    desk.put("post", thing="outage")
    desk.put("edit", "update", thing="outage", text="x" * 5000)
    desk.ticks(2)
    (message,) = desk.messages()
    assert 2900 < len(message.text) <= 3000 and message.text.endswith("…")


# --- what Slack takes later -----------------------------------------------------------------------------------------------


def test_a_channel_that_gets_too_much_waits_as_long_as_slack_says_and_others_do_not(desk: Bench) -> None:
    desk.slack.fail(RateLimited(7, "rate_limited"), method="chat.postMessage")
    desk.put("1", thing="1")
    desk.put("2", thing="2")
    desk.tick()
    desk.put("other", channel=OTHER)
    desk.tick(1)
    assert desk.texts(OTHER) == ["other"]
    desk.tick(5.5)
    assert desk.texts() == []
    desk.ticks(2)
    assert desk.texts() == ["1", "2"] and desk.asked("chat.postMessage") == 4


def test_a_method_that_is_asked_too_often_is_left_alone_in_the_whole_workspace(desk: Bench) -> None:
    for number, channel in enumerate((CHANNEL, OTHER)):
        desk.put(f"post {number}", thing="outage", channel=channel)
    desk.tick()
    desk.slack.fail(RateLimited(20), method="chat.update")
    for number, channel in enumerate((CHANNEL, OTHER)):
        desk.put(f"edit {number}", "update", thing="outage", channel=channel)
        desk.tick(1)
    desk.put("new", channel="C0PHONES")
    desk.ticks(10)
    assert desk.asked("chat.update") == 1 and desk.texts("C0PHONES") == ["new"]
    desk.ticks(12)
    assert [desk.texts(), desk.texts(OTHER)] == [["edit 0"], ["edit 1"]] and desk.asked("chat.update") == 3


def test_a_token_that_slack_does_not_take_loses_nothing_and_is_seen_from_outside(desk: Bench) -> None:
    assert desk.delivery.how_it_is() == (True, "nothing waits")
    desk.slack.revoke_token()
    for number in range(12):
        desk.put(str(number), channel=f"C0{number}" if number else CHANNEL)
    desk.tick(1)
    asked = len(desk.slack.calls)
    assert asked <= 8, "not every message has to find out"
    desk.tick(0.5)
    assert len(desk.slack.calls) == asked
    well, words = desk.delivery.how_it_is()
    assert not well and words.startswith("Slack says token_revoked; 12 messages on the way")
    desk.ticks(600)
    assert len(desk.slack.calls) <= asked + 8 * 15, "less and less often"
    desk.slack.heal()
    desk.ticks(70)
    assert desk.texts() == ["0"] and desk.delivery.how_it_is()[0]


def test_a_scope_that_is_missing_for_direct_messages_does_not_stop_channels(desk: Bench) -> None:
    desk.slack.person("U0ALICE")
    desk.slack.rules.scopes.discard("im:write")
    desk.put("private", channel="U0ALICE")
    desk.put("public")
    desk.ticks(10)
    assert desk.texts() == ["public"] and desk.asked("conversations.open") == 1
    assert desk.delivery.how_it_is() == (True, "Slack says missing_scope (conversations_open); 1 message on the way, the oldest for 10 s")
    desk.slack.rules.scopes.add("im:write")
    desk.ticks(30)
    assert desk.texts("D0ALICE") == ["private"] and desk.delivery.how_it_is() == (True, "nothing waits")


def test_a_slack_that_cannot_be_reached_is_no_reason_to_look_for_anything(desk: Bench, store: Store) -> None:
    nowhere = bench(store)
    with nowhere as cut_off:
        cut_off.slack.close()
        cut_off.put("1")
        cut_off.tick()
        assert cut_off.statuses() == {"1": "new"}, "the request never left, so Slack cannot have it"
        with store.reading() as transaction:
            row = transaction.exec_driver_sql("SELECT error FROM outbox").one()
        assert row.error == UNREACHED
    desk.now += SETTLE
    desk.tick()
    assert desk.texts() == ["1"]


def test_a_message_that_waits_for_long_is_seen_from_outside(desk: Bench) -> None:
    desk.slack.fail(ApiError("message_limit_exceeded"), times=None)
    desk.put("1")
    desk.tick(1)
    assert desk.delivery.how_it_is() == (True, "1 message on the way, the oldest for 1 s")
    desk.tick(15 * 60)
    assert desk.delivery.how_it_is() == (False, "1 message on the way, the oldest for 15 min")
