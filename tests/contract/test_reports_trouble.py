"""Scheduled reports in trouble: places that are gone, VoIP.ms that cannot be read, records that come late, workers that die."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from playground.company import founded
from playground.slack import ApiError
from playground.voipms import BadStatus, Html
from rules.reports import About, Scope
from store import Store, report_runs, reports
from store.tables import report_run
from tests.reports_bench import ALICE, BOB, CHANNEL, HOUR, MORNING, Office, office

DAY = timedelta(days=1)
TORONTO = ZoneInfo("America/Toronto")


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Office]:
    with Store(f"sqlite:///{tmp_path}/dialtone.db") as store, office(store) as opened:
        yield opened


@pytest.fixture
def anywhere(store: Store) -> Iterator[Office]:
    """The same on each engine: for what is decided in SQL."""
    with office(store) as opened:
        yield opened


# Places that are gone


@pytest.mark.parametrize(
    ("trouble", "said"), [("archived", "is archived"), ("removed", "I am not in"), ("deleted", "is gone, or it is private")]
)
def test_a_place_that_takes_nothing_pauses_the_report_and_is_told_once(made: Office, trouble: str, said: str) -> None:
    made.make(by=BOB, csv=True)
    place = made.slack.workspace.channels[CHANNEL]
    match trouble:
        case "archived":
            place.archived = True
        case "removed":
            place.members.discard(made.slack.bot_user)
        case "deleted":
            del made.slack.workspace.channels[CHANNEL]
    for hour in (0, 1, 3, 24, 25):
        made.at(MORNING + hour * HOUR)
    for person in (made.alice, made.bob):
        (message,) = made.messages(person.dm)
        assert (
            said in message.words and "Report 1 is paused" in message.words and "the report of Mon 23 Nov was not posted" in message.words
        )
    standing = made.standing
    assert standing.paused_at is not None and standing.paused_by == "" and made.runs() == {"2026-11-23": "refused"}
    place.archived, made.slack.workspace.channels[CHANNEL] = False, place
    place.members.add(made.slack.bot_user)
    assert made.write(lambda transaction: reports.resume(transaction, standing, made.now))
    made.at(made.now)
    assert [text.split(":")[0] for text in made.posts()] == ["Tue 24 Nov"]
    assert "No report was made of Mon 23 Nov" in made.messages()[0].words


def test_a_channel_that_another_organisation_has_joined_gets_no_report_and_that_is_told_once(made: Office) -> None:
    made.make(by=BOB, csv=True)
    made.at(MORNING)
    place = made.slack.workspace.channels[CHANNEL]
    place.shared = True
    for hour in (3, 24, 25, 48):
        made.at(MORNING + hour * HOUR)
    assert [text.split(":")[0] for text in made.posts()] == ["Mon 23 Nov"]
    for person in (made.alice, made.bob):
        (message,) = made.messages(person.dm)
        assert "shared with another organisation" in message.words and "the report of Tue 24 Nov was not posted" in message.words
    standing = made.standing
    assert standing.trouble == "shared" and made.runs() == {"2026-11-23": "done", "2026-11-24": "refused"}
    place.shared = False
    made.write(lambda transaction: reports.resume(transaction, standing, made.now))
    made.at(made.now)
    assert len(made.posts()) == 2


def test_a_refused_report_comes_when_the_place_is_there_again(anywhere: Office) -> None:
    anywhere.make()
    place = anywhere.slack.workspace.channels[CHANNEL]
    place.archived = True
    anywhere.at(MORNING)
    place.archived = False
    standing = anywhere.standing
    anywhere.write(lambda transaction: reports.resume(transaction, standing, anywhere.now))
    anywhere.at(MORNING + HOUR)
    anywhere.at(MORNING + 4 * HOUR)
    assert [text.split(":")[0] for text in anywhere.posts()] == ["Mon 23 Nov"] and anywhere.runs() == {"2026-11-23": "done"}


def test_another_place_brings_a_refused_report_there(made: Office) -> None:
    made.slack.channel("C0NEW", "new")
    made.make()
    made.slack.workspace.channels[CHANNEL].archived = True
    made.at(MORNING)
    made.change(channel="C0NEW")
    made.at(MORNING + HOUR)
    assert [text.split(":")[0] for text in made.posts("C0NEW")] == ["Mon 23 Nov"] and made.standing.paused_at is None


def test_a_message_that_slack_refuses_for_itself_pauses_nothing(made: Office) -> None:
    made.make()
    made.slack.fail(ApiError("msg_too_long"), method="chat.postMessage", times=3)
    made.at(MORNING)
    assert made.standing.paused_at is None
    assert "Not delivered" in made.messages(made.alice.dm)[0].words


def test_charts_and_tables_that_are_refused_become_words_and_that_is_remembered(made: Office) -> None:
    made.make()
    made.slack.fail(ApiError("invalid_blocks"), method="chat.postMessage")
    made.at(MORNING)
    kinds = {block["type"] for block in made.messages()[0].blocks}
    assert "data_visualization" not in kinds and "table" not in kinds and "rich_text" in kinds
    assert made.bench.refusals.kinds() == {"data_visualization", "table"}
    tries = made.bench.asked("chat.postMessage")
    made.at(MORNING + DAY)
    assert made.bench.asked("chat.postMessage") == tries + 1


# Digests


def test_a_digest_is_one_persons_and_shows_whole_numbers(made: Office) -> None:
    made.make(channel=ALICE)
    made.make()
    made.at(MORNING)
    digest, report = made.messages(made.alice.dm)[0], made.messages()[0]
    assert "••" not in digest.words and "••" in report.words
    assert digest.text == report.text


def test_whoever_is_no_admin_any_more_gets_no_digest(made: Office) -> None:
    made.make(by=BOB, channel=BOB)
    made.may_have = lambda person: person != BOB
    made.at(MORNING)
    made.at(MORNING + DAY)
    assert made.messages(made.bob.dm) == []
    (told_admin,) = made.messages(made.alice.dm)
    assert "is not an admin any more" in told_admin.words and made.standing.trouble == "not_allowed"


def test_a_digest_that_was_sent_before_does_not_come_again(made: Office) -> None:
    """Its records are read again two hours later, and whoever has it is no admin then."""
    made.make(by=BOB, channel=BOB)
    made.at(MORNING)
    made.may_have = lambda person: False
    made.at(MORNING + 3 * HOUR)
    made.may_have = lambda person: True
    standing = made.standing
    made.write(lambda transaction: reports.resume(transaction, standing, made.now))
    for hour in (4, 5, 8):
        made.at(MORNING + hour * HOUR)
    assert [message.text.split(":")[0] for message in made.messages(made.bob.dm)] == ["Mon 23 Nov"]
    assert made.runs() == {"2026-11-23": "done"}


def test_a_digest_waits_while_slack_does_not_tell_who_may_have_it_and_holds_up_no_other_report(made: Office) -> None:
    def unreachable(person: str) -> bool:
        raise ConnectionResetError

    made.make(channel=ALICE)
    made.make()
    made.may_have = unreachable
    for minute in (0, 5, 10, 15, 20, 25, 30):
        made.at(MORNING + timedelta(minutes=minute))
    assert [text.split(":")[0] for text in made.posts()] == ["Mon 23 Nov"] and made.messages(made.alice.dm) == []
    assert not made.states()[1].waiting, "VoIP.ms has nothing to do with it"
    made.may_have = lambda person: True
    made.at(MORNING + timedelta(minutes=35))
    assert [text.split(":")[0] for text in made.posts(made.alice.dm)] == ["Mon 23 Nov"]


def test_a_digest_for_somebody_whom_slack_does_not_know_any_more_is_paused(made: Office) -> None:
    def unknown(person: str) -> bool:
        raise SlackApiError(
            "", SlackResponse(client=None, http_verb="GET", api_url="", req_args={}, data=answer, headers={}, status_code=200)
        )

    answer = {"ok": False, "error": "user_not_found"}
    made.make(channel=BOB)
    made.may_have = unknown
    for minute in (0, 5):
        made.at(MORNING + timedelta(minutes=minute))
    (told,) = made.messages(made.alice.dm)
    assert "Report 1 is paused" in told.words and "Slack does not know" in told.words and made.standing.trouble == "user_not_found"


# VoIP.ms cannot be read


def test_a_report_waits_for_voipms_says_so_after_half_an_hour_and_comes_complete(made: Office) -> None:
    made.make()
    made.phones.fail(Html(503), times=None)
    for minute in (0, 1, 10, 20, 29, 30, 40, 69):
        made.at(MORNING + timedelta(minutes=minute))
        assert len(made.messages()) == (1 if minute >= 30 else 0), minute
    (waiting,) = made.messages()
    assert waiting.text == "The report of Mon 23 Nov waits for VoIP.ms"
    assert "VoIP.ms has an outage (HTTP 503)" in waiting.words and "10:00 EST" in waiting.words
    made.phones.heal()
    made.at(MORNING + timedelta(minutes=75))
    assert len(made.messages()) == 2 and made.messages()[1].text.startswith("Mon 23 Nov: 192 calls")
    assert made.runs() == {"2026-11-23": "done"}


def test_after_two_hours_it_comes_incomplete_and_is_put_right(made: Office) -> None:
    made.make(csv=True)
    made.phones.fail(Html(503), times=None)
    for minute in (0, 30, 119, 120, 140):
        made.at(MORNING + timedelta(minutes=minute))
        assert len(made.messages()) == (0 if minute < 30 else 1 if minute < 120 else 2), minute
    _, post = made.messages()
    assert post.text == "Mon 23 Nov (not complete): the call records could not be read"
    assert "Not complete" in post.words and "No calls" not in post.words and "I go on trying" in post.words
    made.phones.heal()
    made.at(MORNING + timedelta(minutes=150))
    _, post, file = made.messages()
    assert post.text.startswith("Mon 23 Nov: 192 calls") and post.edited
    assert "Complete now" in post.words and "Not complete" not in post.words
    assert file.thread_ts == post.ts


def test_what_can_be_read_after_two_hours_is_said(made: Office) -> None:
    made.make()
    made.phones.fail(BadStatus("method_maintenance"), method="getDIDsInfo", times=None)
    for minute in (0, 30, 60, 120):
        made.at(MORNING + timedelta(minutes=minute))
    post = made.messages()[-1]
    assert post.text.startswith("Mon 23 Nov (not complete): 192 calls")
    assert "I could not read the phone numbers: VoIP.ms has this part of its API under maintenance" in post.words


def test_what_stands_beside_the_calls_does_not_hold_them_up(made: Office) -> None:
    made.make()
    made.phones.fail(BadStatus("method_maintenance"), method="getBalance", times=None)
    made.at(MORNING)
    (post,) = made.messages()
    assert post.text.startswith("Mon 23 Nov: 192 calls")
    assert "Could not be read: the balance" in post.words and "complete" in post.words


def test_one_report_that_cannot_be_read_holds_up_no_other(made: Office) -> None:
    made.make(scope=Scope(about=About.CLIENT, keys=("999999",), name="Gone"))
    made.make()
    made.at(MORNING)
    assert [text.split(":")[0] for text in made.posts()] == ["Mon 23 Nov"]


def test_when_voipms_is_down_many_reports_ask_it_no_more_often_than_one(made: Office) -> None:
    for _ in range(5):
        made.make()
    made.phones.fail(Html(503), times=None)
    made.at(MORNING)
    assert len(made.phones.asked) == 2, "one question, two tries"
    assert [state.waiting for state in made.states().values()] == [True] * 5


NOBODY = Scope(about=About.CLIENT, keys=(), name="Nobody")
"""No version of the bot would make a plan of it: it asks for a client and names none, and nothing can be made of that."""


def test_a_fault_of_the_bots_own_holds_up_no_other_report_and_is_told_as_its_own(made: Office) -> None:
    made.make()
    made.make(scope=NOBODY)
    for minute in (0, 5, 10, 15):
        made.at(MORNING + timedelta(minutes=minute))
        assert [text[:10] for text in made.posts()] == ["Mon 23 Nov"] and not made.states()[2].waiting
    made.at(MORNING + timedelta(minutes=20))
    _, given_up = made.messages()
    assert given_up.text == "The report of Mon 23 Nov could not be made"
    assert "Something is wrong in the bot itself, not at VoIP.ms" in given_up.words
    assert "/voip report run 2 2026-11-23" in given_up.words


def test_a_fault_of_the_bots_own_is_not_tried_for_ever(anywhere: Office) -> None:
    anywhere.make(scope=NOBODY)
    for tick in range(0, 23 * 60, 5):
        anywhere.at(MORNING + timedelta(minutes=tick))
    with anywhere.store.reading() as transaction:
        row = transaction.execute(report_run.select()).one()
    assert (row.status, row.attempt, row.work_at) == ("skipped", 5, None) and len(anywhere.messages()) == 1
    one = anywhere.standing
    anywhere.change(scope=Scope())
    anywhere.at(MORNING + DAY)
    assert one.id == anywhere.standing.id and "No report was made of Mon 23 Nov" in anywhere.messages()[-1].words


def test_a_report_that_was_not_complete_says_when_it_is_given_up(made: Office) -> None:
    made.make()
    made.phones.fail(Html(503), times=None)
    for minute in (0, 30, 120):
        made.at(MORNING + timedelta(minutes=minute))
    made.phones.heal()
    made.change(scope=NOBODY)
    for minute in range(125, 180, 5):
        made.at(MORNING + timedelta(minutes=minute))
    _, post, reply = made.messages()
    assert reply.thread_ts == post.ts and "could not be completed" in reply.words


# Records that come late


def test_records_that_come_late_are_added_and_that_is_said(tmp_path: Path) -> None:
    own = founded(seed=1, now=MORNING)
    with Store(f"sqlite:///{tmp_path}/dialtone.db") as store, office(store, own) as made:
        made.make(csv=True)
        made.at(MORNING)
        late = next(call for call in own.ledger if call.start.astimezone(TORONTO).date() == date(2026, 11, 23) and call.direction == "out")
        own.ledger.add(late._replace(start=late.start + timedelta(seconds=7), uniqueid="late-1"))
        made.at(MORNING + HOUR)
        assert made.posts()[0].startswith("Mon 23 Nov: 192 calls")
        made.at(MORNING + 2 * HOUR + timedelta(minutes=1))
        post = made.messages()[0]
        assert post.edited and post.text.startswith("Mon 23 Nov: 193 calls")
        assert "Read again, since late records came in: calls 193 instead of 192" in post.words
        assert [file.name for file in made.slack.files] == ["report-1-2026-11-23.csv", "report-1-2026-11-23-2.csv"]
        asked = len(made.phones.asked)
        made.at(MORNING + 8 * HOUR)
        assert len(made.phones.asked) == asked


def test_a_report_that_did_not_change_is_left_alone(made: Office) -> None:
    made.make()
    made.at(MORNING)
    edits = made.bench.asked("chat.update")
    made.at(MORNING + 3 * HOUR)
    assert made.bench.asked("chat.update") == edits == 0


def test_nobody_minds_when_the_second_look_fails(made: Office) -> None:
    made.make()
    made.at(MORNING)
    made.phones.fail(Html(503), times=None)
    for hour in (2, 5, 20, 30):
        made.at(MORNING + hour * HOUR)
    assert len(made.messages()) == 1 and not made.messages()[0].edited


# Several at work


def test_two_workers_make_each_report_once(anywhere: Office) -> None:
    for _ in range(3):
        anywhere.make()
    other = anywhere.worker()
    anywhere.now = MORNING
    other.tick()
    anywhere.at(MORNING)
    assert len(anywhere.posts()) == 3


def test_a_worker_that_was_frozen_writes_nothing_when_it_wakes_up(anywhere: Office) -> None:
    anywhere.make()
    with anywhere.store.writing() as transaction:
        report_runs.owe(transaction, MORNING)
        frozen = report_runs.claim(transaction, MORNING, "frozen")
    assert frozen is not None
    anywhere.at(MORNING)
    assert anywhere.messages() == []
    anywhere.at(MORNING + report_runs.LEASE)
    assert len(anywhere.messages()) == 1
    said = anywhere.told("2026-11-23")
    with anywhere.store.writing() as transaction:
        assert not report_runs.keep(transaction, frozen, anywhere.now)
        assert not report_runs.told(transaction, frozen, said, None)
        assert not report_runs.waits(transaction, frozen, None, anywhere.now, said=False)


def test_what_is_being_made_when_somebody_pauses_it_is_not_sent(anywhere: Office) -> None:
    anywhere.make()
    anywhere.now = MORNING
    pause = partial(reports.pause, number=anywhere.standing.id, by=BOB, now=MORNING)
    anywhere.phones.on_answer(lambda asked, body: anywhere.write(pause))
    anywhere.at(MORNING)
    anywhere.at(MORNING + HOUR)
    assert anywhere.messages() == [] and anywhere.runs() == {"2026-11-23": "skipped"}


def test_a_stopped_worker_leaves_its_report_to_the_next(made: Office) -> None:
    made.make()
    made.now = MORNING
    made.phones.on_answer(lambda asked, body: made.job.stop())
    made.job.tick()
    assert made.runs() == {"2026-11-23": "due"} and len(made.phones.asked) == 1
    made.restart()
    made.job = made.worker()
    with made.store.reading() as transaction:
        assert transaction.execute(report_run.select()).one().lease_until is None


def test_what_is_over_is_forgotten(anywhere: Office) -> None:
    anywhere.make()
    anywhere.at(MORNING)
    anywhere.at(MORNING + 3 * HOUR)
    with anywhere.store.writing() as transaction:
        assert report_runs.prune(transaction, MORNING + 100 * DAY) == 0
        assert report_runs.prune(transaction, MORNING + 500 * DAY) == 6
