"""Scheduled reports at work: exact, once and in order, through down time, set-back clocks and changed minds."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from playground.voipms import Html
from rules.calendar import due_instant
from rules.reports import About, Scope
from rules.schedule import Policy, Rhythm
from store import Store, report_runs, reports
from tests.reports_bench import ALICE, EVENING, HOUR, MORNING, Office, company, office, schedule

DAY = timedelta(days=1)
TORONTO = ZoneInfo("America/Toronto")
WEEK_BEFORE = EVENING - 4 * DAY
"""Thursday 19 November, 18:00 in Toronto."""


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Office]:
    with Store(f"sqlite:///{tmp_path}/dialtone.db") as store, office(store) as opened:
        yield opened


@pytest.fixture
def anywhere(store: Store) -> Iterator[Office]:
    """The same on each engine: for what is decided in SQL."""
    with office(store) as opened:
        yield opened


def in_books(first: date, last: date, zone: ZoneInfo) -> tuple[int, int, int, Decimal]:
    """Calls, missed, talk and cost of local days, from the company's own books."""
    calls = [call for call in company().ledger if first <= call.start.astimezone(zone).date() <= last]
    real = [call for call in calls if call.direction != "fee"]
    missed = sum(call.direction == "in" and call.disposition != "ANSWERED" for call in real)
    return len(real), missed, sum(call.seconds for call in real), sum((call.cost for call in calls), Decimal())


# On time, once, exact


def test_a_report_comes_when_it_is_due_and_says_what_the_day_came_to(made: Office) -> None:
    made.make(csv=True)
    made.at(MORNING - timedelta(seconds=30))
    assert made.messages() == []
    made.at(MORNING)
    calls, missed, _, cost = in_books(date(2026, 11, 23), date(2026, 11, 23), TORONTO)
    post, file = made.messages()
    assert post.text == f"Mon 23 Nov: {calls} calls, {missed} missed, ${cost:.2f}"
    assert file.thread_ts == post.ts and file.files[0].content.decode("utf-8-sig").startswith("Part,Name,Id,Calls")
    made.at(MORNING + HOUR)
    assert len(made.messages()) == 2


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("America/Toronto", date(2026, 11, 1)),
        ("America/St_Johns", date(2026, 11, 1)),
        ("Europe/Berlin", date(2026, 10, 25)),
        ("Australia/Sydney", date(2026, 10, 4)),
        ("Australia/Lord_Howe", date(2026, 10, 4)),
        ("Asia/Kolkata", date(2026, 11, 2)),
        ("Pacific/Chatham", date(2026, 9, 27)),
    ],
)
def test_what_was_sent_is_what_the_books_say_where_clocks_change(made: Office, zone: str, day: date) -> None:
    there = ZoneInfo(zone)
    eight = due_instant(day + DAY, schedule().at, there)
    made.now = eight - HOUR
    made.make(schedule=schedule(zone=zone))
    made.at(eight)
    figures = made.told(day.isoformat()).figures
    assert (figures.calls, figures.missed, figures.seconds, figures.cost) == in_books(day, day, there)


def test_a_week_and_a_month_are_sent_on_their_days(made: Office) -> None:
    made.now = datetime(2026, 10, 30, 12, tzinfo=UTC)
    made.make(schedule=schedule(Rhythm.WEEKLY, weekdays=(0,)))
    made.make(schedule=schedule(Rhythm.MONTHLY, day=1))
    for day in range(5):
        made.at(datetime(2026, 10, 31, 13, tzinfo=UTC) + day * DAY)
    assert [text.split(":")[0] for text in made.posts()] == ["October 2026", "Mon 26 Oct – Sun 1 Nov"]
    october = made.told("2026-10").figures
    assert (october.calls, october.missed, october.seconds, october.cost) == in_books(date(2026, 10, 1), date(2026, 10, 31), TORONTO)


def test_what_is_normal_is_read_once(made: Office) -> None:
    made.make()
    made.at(MORNING)
    assert sum(asked.method == "getCDR" for asked in made.phones.asked) == 5
    assert "normal Monday" in made.messages()[-1].words
    before = len(made.phones.asked)
    made.ask()
    made.at(made.now)
    assert sum(asked.method == "getCDR" for asked in made.phones.asked[before:]) == 1


def test_a_report_that_is_asked_for_comes_at_once_also_while_it_is_paused(anywhere: Office) -> None:
    standing = anywhere.make()
    anywhere.at(MORNING)
    anywhere.write(lambda transaction: reports.pause(transaction, standing.id, ALICE, anywhere.now))
    for _ in range(2):
        anywhere.ask()
    anywhere.at(MORNING + HOUR)
    assert len(anywhere.posts()) == 3 and len(set(anywhere.posts())) == 1


def test_an_empty_day_says_so(made: Office) -> None:
    made.make(scope=Scope(about=About.ACCOUNTS, keys=("100001_nobody",), name="Nobody"))
    made.at(MORNING)
    assert made.posts() == ["Mon 23 Nov, Nobody: no calls"]
    assert "No calls" in made.messages()[0].words


def test_reports_of_accounts_and_clients_are_about_those_alone(made: Office) -> None:
    client = next(iter(company().clients))
    made.make(scope=Scope(about=About.ACCOUNTS, keys=("100001_frontdesk",), name="Front desk"))
    made.make(scope=Scope(about=About.CLIENT, keys=(client,), name="Acme"))
    made.at(MORNING)
    first, second = made.messages()
    calls = [call for call in company().ledger if call.start.astimezone(TORONTO).date() == date(2026, 11, 23)]
    desk = sum(call.account == "100001_frontdesk" and call.direction != "fee" for call in calls)
    theirs = [call for call in calls if call.client == client]
    assert first.text.startswith(f"Mon 23 Nov, Front desk: {desk} calls")
    paid = sum((call.price for call in theirs), Decimal())
    assert f"Mon 23 Nov, Acme: {sum(call.direction != 'fee' for call in theirs)} call" in second.text and f"${paid:.2f}" in second.text
    assert "It cost us" in second.words and "Balance" in second.words and "Balance" not in first.words


def test_a_resellers_month_says_what_each_client_paid(made: Office) -> None:
    made.now = datetime(2026, 10, 31, 20, tzinfo=UTC)
    made.make(schedule=schedule(Rhythm.MONTHLY, day=1))
    made.at(datetime(2026, 11, 1, 13, tzinfo=UTC))
    words = made.messages()[0].words
    assert "Margin" in words and "Maple Legal LLP" in words


# Down time


def test_after_three_days_the_latest_report_comes_and_says_what_is_missing(anywhere: Office) -> None:
    anywhere.now = WEEK_BEFORE
    anywhere.make()
    anywhere.at(MORNING - DAY + HOUR)
    assert [text.split(":")[0] for text in anywhere.posts()] == ["Sun 22 Nov"]
    assert "No report was made of Thu 19 Nov, Fri 20 Nov, Sat 21 Nov" in anywhere.messages()[0].words
    assert anywhere.runs() == {"2026-11-19": "skipped", "2026-11-20": "skipped", "2026-11-21": "skipped", "2026-11-22": "done"}
    anywhere.at(MORNING)
    assert "No report was anywhere" not in anywhere.messages()[-1].words


def test_after_three_days_all_reports_come_the_earlier_ones_in_the_thread_of_the_latest(anywhere: Office) -> None:
    anywhere.now = WEEK_BEFORE
    number = anywhere.make(policy=Policy.ALL, csv=True).id
    anywhere.at(MORNING - DAY + HOUR)
    assert [text.split(":")[0] for text in anywhere.posts()] == ["Sun 22 Nov"]
    post = anywhere.messages()[0]
    replies = [one for one in anywhere.messages() if one.thread_ts == post.ts and not one.files]
    assert [reply.text.split(":")[0] for reply in replies] == ["Thu 19 Nov", "Fri 20 Nov", "Sat 21 Nov"]
    assert sorted(file.name for file in anywhere.slack.files) == [f"report-{number}-2026-11-{day}.csv" for day in (19, 20, 21, 22)]
    assert set(anywhere.runs().values()) == {"done"}


def test_of_more_than_seven_only_the_latest_seven_come(made: Office) -> None:
    made.now = EVENING - 20 * DAY
    made.make(policy=Policy.ALL)
    made.at(MORNING)
    assert len(made.messages()) == 7
    assert "No report was made of" in made.messages()[0].words and "and 7 more" in made.messages()[0].words


def test_late_reports_are_left_out_where_they_are_not_wanted(made: Office) -> None:
    made.now = WEEK_BEFORE
    made.make(policy=Policy.SKIP)
    made.at(MORNING - DAY - 5 * HOUR)
    assert made.messages() == []
    made.at(MORNING - DAY)
    assert [text.split(":")[0] for text in made.posts()] == ["Sun 22 Nov"]
    assert "No report was made of Thu 19 Nov, Fri 20 Nov, Sat 21 Nov" in made.messages()[0].words


def test_a_report_that_was_begun_before_the_down_time_is_decided_on_anew(anywhere: Office) -> None:
    anywhere.now = WEEK_BEFORE
    anywhere.make()
    anywhere.phones.fail(Html(503), times=None)
    anywhere.at(WEEK_BEFORE + 14 * HOUR)
    assert anywhere.runs() == {"2026-11-19": "due"}
    anywhere.phones.heal()
    anywhere.at(MORNING - DAY)
    assert anywhere.runs() == {"2026-11-19": "skipped", "2026-11-20": "skipped", "2026-11-21": "skipped", "2026-11-22": "done"}


# Changed clocks and changed minds


def test_a_clock_that_is_set_back_sends_nothing_twice(made: Office) -> None:
    made.make()
    made.at(MORNING)
    made.at(MORNING - HOUR)
    made.at(MORNING)
    made.at(MORNING + HOUR)
    assert len(made.messages()) == 1


def test_a_claim_from_before_the_clock_was_set_back_does_not_last_longer(anywhere: Office) -> None:
    anywhere.make()
    anywhere.now = MORNING + 3 * HOUR
    with anywhere.store.writing() as transaction:
        report_runs.owe(transaction, anywhere.now)
        assert report_runs.claim(transaction, anywhere.now, "somebody") is not None
    anywhere.at(MORNING)
    assert len(anywhere.messages()) == 1


def test_another_zone_sends_no_day_twice_and_leaves_none_out(made: Office) -> None:
    made.make()
    made.at(MORNING)
    made.now = MORNING + 2 * HOUR
    made.change(schedule=schedule(zone="Europe/Berlin"))
    made.at(MORNING + DAY)
    made.change(schedule=schedule(zone="America/Vancouver"))
    for hour in range(0, 72, 3):
        made.at(MORNING + DAY + hour * HOUR)
    assert list(made.runs()) == ["2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26"]
    assert [text.split(":")[0] for text in made.posts()] == ["Mon 23 Nov", "Tue 24 Nov", "Wed 25 Nov", "Thu 26 Nov"]


def test_a_time_that_is_moved_past_now_still_brings_todays_report(made: Office) -> None:
    made.make(schedule=schedule(at="09:00"))
    made.now = MORNING + timedelta(minutes=30)
    made.change(schedule=schedule(at="08:00"))
    made.at(made.now)
    assert [text.split(":")[0] for text in made.posts()] == ["Mon 23 Nov"]


def test_another_rhythm_begins_anew(made: Office) -> None:
    made.now = WEEK_BEFORE
    made.make(schedule=schedule(Rhythm.WEEKLY, weekdays=(0,)))
    made.at(MORNING - DAY)
    made.now = MORNING + 2 * HOUR
    made.change(schedule=schedule())
    made.at(made.now)
    made.at(MORNING + DAY)
    assert list(made.runs()) == ["2026-11-16..2026-11-22", "2026-11-24"]


def test_what_somebody_pauses_owes_nothing_for_that_time(anywhere: Office) -> None:
    standing = anywhere.make()
    anywhere.write(lambda transaction: reports.pause(transaction, standing.id, ALICE, anywhere.now))
    anywhere.at(MORNING)
    assert anywhere.messages() == []
    paused = anywhere.standing
    anywhere.now = MORNING + HOUR
    assert anywhere.write(lambda transaction: reports.resume(transaction, paused, anywhere.now))
    anywhere.at(MORNING + DAY)
    assert [text.split(":")[0] for text in anywhere.posts()] == ["Tue 24 Nov"]
    assert "No report" not in anywhere.messages()[0].words


def test_numbers_are_not_used_twice(anywhere: Office) -> None:
    first = anywhere.make()
    anywhere.at(MORNING)
    assert anywhere.write(lambda transaction: reports.remove(transaction, first.id))
    assert anywhere.runs() == {}
    second = anywhere.make()
    assert second.id > first.id
