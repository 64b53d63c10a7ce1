"""Schedules: when a report is due, which days it covers, and what is caught up on."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.periods import Period, read
from rules.schedule import (
    MOST_AT_ONCE,
    TOO_OLD,
    Due,
    Policy,
    Rhythm,
    Schedule,
    catch_up,
    compared,
    due_on,
    dues,
    in_words,
    missing,
    next_due,
)

DAY = timedelta(days=1)
TORONTO = ZoneInfo("America/Toronto")
NOW = datetime(2026, 11, 23, 18, tzinfo=UTC)  # a Monday
AWKWARD = [time(), time(0, 30), time(1, 30), time(2, 30), time(23, 59)]
SAMPLE = (
    "America/Toronto",
    "America/St_Johns",
    "America/Havana",  # midnight comes twice
    "America/Nuuk",  # the last hour of a date is left out
    "Africa/Cairo",  # midnight is left out
    "Asia/Kolkata",
    "Australia/Lord_Howe",  # half an hour
    "Pacific/Chatham",
    "Europe/Berlin",
    "Antarctica/Troll",  # two hours
)


def daily(at: time = time(8), zone: str = "America/Toronto") -> Schedule:
    return Schedule(rhythm=Rhythm.DAILY, at=at, zone=zone)


def weekly(weekday: int = 0, at: time = time(8)) -> Schedule:
    return Schedule(rhythm=Rhythm.WEEKLY, at=at, zone="America/Toronto", weekdays=(weekday,))


def monthly(day: int = 1) -> Schedule:
    return Schedule(rhythm=Rhythm.MONTHLY, at=time(8), zone="America/Toronto", day=day)


def on(*weekdays: int) -> Schedule:
    return Schedule(rhythm=Rhythm.WEEKDAYS, at=time(7, 30), zone="America/Toronto", weekdays=weekdays)


def local(due: Due, schedule: Schedule) -> str:
    return f"{due.at.astimezone(ZoneInfo(schedule.zone)):%a %d %b %H:%M}"


# Once for each date, in order


def one_for_each_date(zone: str, at: time, first: date, last: date) -> None:
    """Each date of the zone has one report, they come in order, and none is due before its day is over."""
    name = ZoneInfo(zone)
    start, end = (datetime.combine(day, time(), UTC) for day in (first, last))
    found = list(dues(daily(at, zone), start, end))
    assert all(before.at < after.at for before, after in pairwise(found))
    days = [due.period.first for due in found]
    assert days == [days[0] + step * DAY for step in range(len(days))], "a date has no report, two, or it comes out of order"
    assert len(found) >= (last - first).days - 1
    for due in found:
        shown = due.at.astimezone(name)
        wall = datetime.combine(due.period.last + DAY, at)
        late = shown.replace(tzinfo=None) - wall
        assert timedelta() <= late <= timedelta(hours=2), "it is due at its time, or where the clocks skip that, right after"
        assert due.period.bounds(name)[1] <= due.at


@pytest.mark.parametrize("zone", SAMPLE)
@pytest.mark.parametrize("at", AWKWARD)
def test_each_date_has_one_report_whatever_the_clocks_do(zone: str, at: time) -> None:
    one_for_each_date(zone, at, date(2026, 1, 1), date(2027, 12, 31))


@pytest.mark.soak
@pytest.mark.parametrize("at", AWKWARD)
def test_each_date_of_every_zone_has_one_report(at: time) -> None:
    for zone in sorted(available_timezones()):
        one_for_each_date(zone, at, date(2026, 1, 1), date(2027, 12, 31))


def test_the_last_minute_that_greenland_skips_is_due_when_the_next_date_begins() -> None:
    """The one time in a year that a report is due on the date after its own."""
    schedule = daily(time(23, 59), "America/Nuuk")
    found = [local(due, schedule) for due in dues(schedule, datetime(2026, 3, 27, 12, tzinfo=UTC), datetime(2026, 3, 31, 12, tzinfo=UTC))]
    assert found == ["Fri 27 Mar 23:59", "Sun 29 Mar 00:00", "Sun 29 Mar 23:59", "Mon 30 Mar 23:59"]


@pytest.mark.parametrize(
    ("zone", "at", "day", "hours"),
    [
        ("America/Toronto", time(2, 30), "2026-03-08", "Sun 08 Mar 03:00"),  # skipped
        ("America/Toronto", time(1, 30), "2026-11-01", "Sun 01 Nov 01:30"),  # comes twice: the first
        ("America/Toronto", time(0, 30), "2026-03-09", "Mon 09 Mar 00:30"),
        ("Europe/Berlin", time(2, 30), "2026-10-25", "Sun 25 Oct 02:30"),
        ("America/Havana", time(0, 30), "2026-03-08", "Sun 08 Mar 01:00"),
        ("Africa/Cairo", time(), "2026-04-24", "Fri 24 Apr 01:00"),
    ],
)
def test_times_that_are_skipped_or_come_twice(zone: str, at: time, day: str, hours: str) -> None:
    due = due_on(daily(at, zone), date.fromisoformat(day))
    assert due is not None
    assert local(due, daily(at, zone)) == hours


# What is covered


@pytest.mark.parametrize(
    ("schedule", "due", "key"),
    [
        (daily(), "2026-11-24", "2026-11-23"),
        (daily(time()), "2026-11-24", "2026-11-23"),
        (weekly(), "2026-11-23", "2026-11-16..2026-11-22"),
        (weekly(4), "2026-11-27", "2026-11-16..2026-11-22"),
        (weekly(6), "2026-11-29", "2026-11-16..2026-11-22"),
        (monthly(), "2026-12-01", "2026-11"),
        (monthly(15), "2026-12-15", "2026-11"),
        (monthly(31), "2026-02-28", "2026-01"),
        (monthly(), "2027-01-01", "2026-12"),
        (on(0, 2, 4), "2026-11-25", "2026-11-23..2026-11-24"),
        (on(0, 2, 4), "2026-11-23", "2026-11-20..2026-11-22"),
        (on(0, 1, 2, 3, 4), "2026-11-24", "2026-11-23"),
        (on(0, 1, 2, 3, 4), "2026-11-23", "2026-11-20..2026-11-22"),
        (on(0), "2026-11-23", "2026-11-16..2026-11-22"),
        (on(3), "2026-11-26", "2026-11-19..2026-11-25"),
    ],
)
def test_the_days_that_a_report_covers(schedule: Schedule, due: str, key: str) -> None:
    found = due_on(schedule, date.fromisoformat(due))
    assert found is not None
    assert found.key == key


@pytest.mark.parametrize(
    ("schedule", "day"), [(weekly(), "2026-11-24"), (monthly(), "2026-11-02"), (monthly(31), "2026-03-30"), (on(0, 2), "2026-11-24")]
)
def test_other_days_have_no_report(schedule: Schedule, day: str) -> None:
    assert due_on(schedule, date.fromisoformat(day)) is None


SCHEDULES = st.one_of(
    st.builds(daily, st.times().map(lambda at: at.replace(second=0, microsecond=0)), st.sampled_from(SAMPLE)),
    st.builds(weekly, st.integers(0, 6)),
    st.builds(monthly, st.integers(1, 31)),
    st.sets(st.integers(0, 6), min_size=1).map(lambda days: on(*sorted(days))),
)
INSTANTS = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))


@given(SCHEDULES, INSTANTS)
def test_periods_follow_each_other_without_gap_or_overlap(schedule: Schedule, after: datetime) -> None:
    found = list(dues(schedule, after, after + 100 * DAY))
    assert len(found) >= 2
    for before, following in pairwise(found):
        assert before.at < following.at
        assert following.period.first == before.period.last + DAY
    assert len({due.key for due in found}) == len(found)


@given(SCHEDULES, INSTANTS, st.lists(st.integers(0, 60 * 24 * 40), max_size=8))
def test_however_often_the_clock_is_asked_nothing_is_due_twice_or_lost(schedule: Schedule, start: datetime, minutes: list[int]) -> None:
    ticks = [start, *sorted(start + timedelta(minutes=minute) for minute in minutes), start + 41 * DAY]
    in_steps = [due for before, after in pairwise(ticks) for due in dues(schedule, before, after)]
    assert in_steps == list(dues(schedule, ticks[0], ticks[-1]))


@given(SCHEDULES, INSTANTS)
def test_the_next_is_the_first_that_is_due_afterwards(schedule: Schedule, now: datetime) -> None:
    coming = next_due(schedule, now)
    assert coming.at > now
    assert list(dues(schedule, now, coming.at)) == [coming]


def test_a_clock_that_is_set_back_asks_for_nothing_again() -> None:
    done = {due.key for due in dues(daily(), NOW - 3 * DAY, NOW)}
    assert missing(daily(), NOW - 3 * DAY, NOW - timedelta(hours=1), done) == ()


def test_another_zone_or_time_asks_for_no_day_again() -> None:
    done = {due.key for due in dues(daily(), NOW - 3 * DAY, NOW)}
    for schedule in (daily(time(23)), daily(zone="Asia/Kolkata"), daily(zone="Pacific/Honolulu")):
        later = [due.key for due in missing(schedule, NOW - DAY, NOW + 2 * DAY, done)]
        assert later == [key for key in ("2026-11-23", "2026-11-24") if key in later]
        assert "2026-11-23" in later


def test_only_what_has_no_run_is_missing_in_order() -> None:
    found = missing(daily(), NOW - 4 * DAY, NOW, {"2026-11-20"})
    assert [due.key for due in found] == ["2026-11-19", "2026-11-21", "2026-11-22"]


# Down time


@pytest.mark.parametrize(
    ("policy", "run", "skipped"),
    [
        (Policy.LATEST, "22", "13 14 15 16 17 18 19 20 21"),
        (Policy.ALL, "16 17 18 19 20 21 22", "13 14 15"),
        (Policy.SKIP, "22", "13 14 15 16 17 18 19 20 21"),
    ],
)
def test_after_ten_days_down_each_policy_does_what_it_says(policy: Policy, run: str, skipped: str) -> None:
    due = list(dues(daily(), NOW - 10 * DAY, NOW))
    decided = catch_up(due, policy, NOW)
    assert [f"{one.period.first.day}" for one in decided.run] == run.split()
    assert [f"{one.period.first.day}" for one in decided.skipped] == skipped.split()


def test_what_is_more_than_twelve_hours_late_is_skipped() -> None:
    due = list(dues(daily(), NOW - DAY, NOW))
    assert catch_up(due, Policy.SKIP, due[0].at + TOO_OLD).run == tuple(due)
    assert catch_up(due, Policy.SKIP, due[0].at + TOO_OLD + timedelta(seconds=1)).skipped == tuple(due)


@given(st.integers(0, 30), st.sampled_from(Policy))
def test_every_period_is_either_run_or_skipped_and_the_newest_first_of_all(days: int, policy: Policy) -> None:
    due = tuple(dues(daily(), NOW - days * DAY, NOW))
    decided = catch_up(due, policy, NOW)
    assert (*decided.skipped, *decided.run) == due
    assert len(decided.run) <= MOST_AT_ONCE
    assert decided.run[-1:] == due[-1:]


# What is normal


@pytest.mark.parametrize(
    ("words", "earlier"),
    [
        ("2026-11-23", "2026-11-16 2026-11-09 2026-11-02 2026-10-26"),
        ("last-week", "2026-11-09..2026-11-15 2026-11-02..2026-11-08 2026-10-26..2026-11-01 2026-10-19..2026-10-25"),
        ("2026-10", "2026-09 2026-08 2026-07 2026-06"),
        ("2026-11-20..2026-11-22", "2026-11-13..2026-11-15 2026-11-06..2026-11-08 2026-10-30..2026-11-01 2026-10-23..2026-10-25"),
    ],
)
def test_a_period_is_compared_with_the_four_before_it_of_its_kind(words: str, earlier: str) -> None:
    period = read(words, date(2026, 11, 24))
    assert isinstance(period, Period)
    assert [one.words for one in compared(period)] == earlier.split()


# Words


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        (daily(), "Tue 24 Nov 08:00 EST, covering Mon 23 Nov"),
        (weekly(), "Mon 30 Nov 08:00 EST, covering Mon 23 – Sun 29 Nov"),
        (monthly(), "Tue 1 Dec 08:00 EST, covering Sun 1 – Mon 30 Nov"),
        (on(0, 2, 4), "Wed 25 Nov 07:30 EST, covering Mon 23 – Tue 24 Nov"),
    ],
)
def test_the_next_report_in_words(schedule: Schedule, words: str) -> None:
    assert in_words(next_due(schedule, NOW), TORONTO) == words


def test_a_zone_without_a_name_goes_by_its_distance() -> None:
    zone = "America/Sao_Paulo"
    assert in_words(next_due(daily(zone=zone), NOW), ZoneInfo(zone)) == "Tue 24 Nov 08:00 UTC-03:00, covering Mon 23 Nov"


WRONG: list[Callable[[], Any]] = [
    lambda: Schedule(rhythm=Rhythm.DAILY, at=time(8), zone="UTC", weekdays=(1,)),
    lambda: Schedule(rhythm=Rhythm.WEEKLY, at=time(8), zone="UTC"),
    lambda: Schedule(rhythm=Rhythm.WEEKLY, at=time(8), zone="UTC", weekdays=(0, 1)),
    lambda: Schedule(rhythm=Rhythm.WEEKDAYS, at=time(8), zone="UTC"),
    lambda: Schedule(rhythm=Rhythm.WEEKDAYS, at=time(8), zone="UTC", weekdays=(2, 0)),
    lambda: Schedule(rhythm=Rhythm.WEEKDAYS, at=time(8), zone="UTC", weekdays=(7,)),
    lambda: Schedule(rhythm=Rhythm.MONTHLY, at=time(8), zone="UTC", day=32),
    lambda: Schedule(rhythm=Rhythm.DAILY, at=time(8, tzinfo=UTC), zone="UTC"),
]


@pytest.mark.parametrize("wrong", WRONG)
def test_a_schedule_that_cannot_be_is_none(wrong: Callable[[], Any]) -> None:
    with pytest.raises(ValueError, match=r"schedule|month"):
        wrong()
