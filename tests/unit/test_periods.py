"""Periods: what people type, in any zone, whatever length its days have."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.periods import EARLIEST, MOST_DAYS, WORDS, BadPeriod, Period, Unit, read

TODAY = date(2026, 11, 25)  # a Wednesday
DAY = timedelta(days=1)
ZONES = st.sampled_from(
    sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "posix/", "right/", "SystemV/")))
)
DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))


def asked(words: str, today: date = TODAY) -> Period:
    found = read(words, today)
    assert found is not None, words
    return found


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("today", "2026-11-25", "2026-11-25"),
        ("Yesterday", "2026-11-24", "2026-11-24"),
        ("week", "2026-11-23", "2026-11-25"),
        ("this week", "2026-11-23", "2026-11-25"),
        ("last-week", "2026-11-16", "2026-11-22"),
        ("last week", "2026-11-16", "2026-11-22"),
        ("month", "2026-11-01", "2026-11-25"),
        ("last-month", "2026-10-01", "2026-10-31"),
        ("7d", "2026-11-19", "2026-11-25"),
        ("1d", "2026-11-25", "2026-11-25"),
        ("last 30 days", "2026-10-27", "2026-11-25"),
        ("3 days", "2026-11-23", "2026-11-25"),
        ("wednesday", "2026-11-25", "2026-11-25"),
        ("last wednesday", "2026-11-18", "2026-11-18"),
        ("monday", "2026-11-23", "2026-11-23"),
        ("LAST FRIDAY", "2026-11-20", "2026-11-20"),
        ("2026-11-03", "2026-11-03", "2026-11-03"),
        ("2026-2-3", "2026-02-03", "2026-02-03"),
        ("2024-02-29", "2024-02-29", "2024-02-29"),
        ("2026-10", "2026-10-01", "2026-10-31"),
        ("2026-11", "2026-11-01", "2026-11-25"),
        ("2026-11-01..2026-11-15", "2026-11-01", "2026-11-15"),
        ("2026-11-01…2026-11-15", "2026-11-01", "2026-11-15"),
        ("2026-09..2026-10", "2026-09-01", "2026-10-31"),
        ("2026-10-15..2026-11", "2026-10-15", "2026-11-25"),
        ("2025-11-25..2026-11-25", "2025-11-25", "2026-11-25"),
        ("2026-11-01 .. 2026-11-15", "2026-11-01", "2026-11-15"),
        ("2026-11-01.. 2026-11-15", "2026-11-01", "2026-11-15"),
        ("2026-11-01-2026-11-15", "2026-11-01", "2026-11-15"),
        ("2026-11-01 - 2026-11-15", "2026-11-01", "2026-11-15"),
        ("2026-11-01 to 2026-11-15", "2026-11-01", "2026-11-15"),
        ("2026-11-20 to today", "2026-11-20", "2026-11-25"),
        ("from Sun 15 Nov 2026 to Fri 20 Nov 2026", "2026-11-15", "2026-11-20"),
        ("monday..wednesday", "2026-11-23", "2026-11-25"),
        ("thu..sat", "2026-11-19", "2026-11-21"),
        ("fri-sun", "2026-11-20", "2026-11-22"),
        ("sat..mon", "2026-11-21", "2026-11-23"),
        ("mon", "2026-11-23", "2026-11-23"),
        ("Tues", "2026-11-24", "2026-11-24"),
        ("last wed", "2026-11-18", "2026-11-18"),
        ("sun", "2026-11-22", "2026-11-22"),
        ("2w", "2026-11-12", "2026-11-25"),
        ("1 week", "2026-11-19", "2026-11-25"),
        ("2 weeks", "2026-11-12", "2026-11-25"),
        ("past 2 weeks", "2026-11-12", "2026-11-25"),
        ("in the last 7 days", "2026-11-19", "2026-11-25"),
        ("since yesterday", "2026-11-24", "2026-11-25"),
        ("since today", "2026-11-25", "2026-11-25"),
        ("Since Monday", "2026-11-23", "2026-11-25"),
        ("since last friday", "2026-11-20", "2026-11-25"),
        ("since 2026-11-20", "2026-11-20", "2026-11-25"),
        ("since 20 nov", "2026-11-20", "2026-11-25"),
        ("since Fri 20 Nov 2026", "2026-11-20", "2026-11-25"),
        ("since october", "2026-10-01", "2026-11-25"),
        ("since last week", "2026-11-16", "2026-11-25"),
        ("since last-month", "2026-10-01", "2026-11-25"),
        ("since 2025-11-25", "2025-11-25", "2026-11-25"),
        ("since monday until yesterday", "2026-11-23", "2026-11-24"),
        ("nov", "2026-11-01", "2026-11-25"),
        ("In October", "2026-10-01", "2026-10-31"),
        ("december", "2025-12-01", "2025-12-31"),
        ("sept 2025", "2025-09-01", "2025-09-30"),
        ("october..nov", "2026-10-01", "2026-11-25"),
        ("nov 15", "2026-11-15", "2026-11-15"),
        ("15 nov", "2026-11-15", "2026-11-15"),
        ("15-nov-2025", "2025-11-15", "2025-11-15"),
        ("November 3rd, 2025", "2025-11-03", "2025-11-03"),
        ("on Tue 3 Nov 2026", "2026-11-03", "2026-11-03"),
        ("30 dec", "2025-12-30", "2025-12-30"),
        ("nov 1 .. nov 15", "2026-11-01", "2026-11-15"),
        ("20 dec to 5 jan", "2025-12-20", "2026-01-05"),
    ],
)
def test_what_people_type_means_these_days(words: str, first: str, last: str) -> None:
    period = asked(words)
    assert (period.first.isoformat(), period.last.isoformat()) == (first, last)


@pytest.mark.parametrize(
    "words",
    (
        "",
        "frontdesk",
        "100001",
        "in",
        "last",
        "this",
        "2026",
        "7",
        "d",
        "514-555-0134",
        "..",
        "7dd",
        "last 7",
        "from",
        "on",
        "weeks",
        "h",
        "hours",
        "since",
        "since 101",
        "since 08:00",
        "nov 101",
        "101 nov",
        "nov 15 101",
        "front-desk",
        "a..b",
        "monday..",
        "2026-11-01..2026-11-15 101",
        "561115 2026-11-03",
    ),
)
def test_other_words_are_no_period(words: str) -> None:
    assert read(words, TODAY) is None


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("2026-02-31", "February 2026 has no day 31."),
        ("2025-02-29", "February 2025 has no day 29."),
        ("2026-11-00", "November 2026 has no day 0."),
        ("2026-13", "A year has no month 13."),
        ("2026-00-10", "A year has no month 0."),
        ("0001-01-01", "The year 0001 is not one I can look at."),
        ("9999-12-31", "The year 9999 is not one I can look at."),
        ("1999-12", "The year 1999 is not one I can look at."),
        ("2026-11-26", "The period begins in the future: today is Wed 25 Nov 2026."),
        ("2026-12", "The period begins in the future: today is Wed 25 Nov 2026."),
        ("2026-11-01..2026-11-26", "The period ends in the future: today is Wed 25 Nov 2026."),
        ("2026-11-15..2026-11-01", "The period ends before it begins."),
        ("2025-11-24..2026-11-25", "A period has at most 366 days."),
        ("feb 30", "February 2026 has no day 30."),
        ("nov 26 2026", "The period begins in the future: today is Wed 25 Nov 2026."),
        ("60 weeks", "A period has between 1 and 366 days."),
        ("2h", "A period has whole days: I do not look at hours."),
        ("24h", "A period has whole days: I do not look at hours."),
        ("48 hours", "A period has whole days: I do not look at hours."),
        ("last 2 hours", "A period has whole days: I do not look at hours."),
        ("in the past hour", "A period has whole days: I do not look at hours."),
        ("last 30 minutes", "A period has whole days: I do not look at hours."),
        ("since 2026-11-26", "The period begins in the future: today is Wed 25 Nov 2026."),
        ("since 2025-11-24", "A period has at most 366 days."),
        ("since feb 30", "February 2026 has no day 30."),
        ("0d", "A period has between 1 and 366 days."),
        ("367d", "A period has between 1 and 366 days."),
        ("999999999d", "A period has between 1 and 366 days."),
        ("11/03/2026", "Days are written year-month-day."),
        ("3.11.2026", "Days are written year-month-day."),
        ("2026-11..15", "Days are written year-month-day."),
    ],
)
def test_what_is_no_period_says_why_and_what_to_type_instead(words: str, problem: str) -> None:
    with pytest.raises(BadPeriod) as raised:
        read(words, TODAY)
    assert str(raised.value) == problem
    assert read(raised.value.example, TODAY) is not None


@given(st.text(alphabet="0123456789-./…d lastwekmonhvinc", max_size=24), DAYS)
def test_no_text_breaks_the_reading(words: str, today: date) -> None:
    try:
        period = read(words, today)
    except BadPeriod as bad:
        assert read(bad.example, today) is not None
    else:
        assert period is None or EARLIEST <= period.first <= period.last <= today


@given(st.sampled_from(WORDS), DAYS, st.integers(0, 400))
def test_the_absolute_words_mean_the_same_days_on_any_later_day(words: str, today: date, later: int) -> None:
    period = asked(words, today)
    again = asked(period.words, today + later * DAY)
    assert (again.first, again.last) == (period.first, period.last)


@given(st.sampled_from(WORDS), DAYS)
def test_the_period_before_ends_where_this_one_begins(words: str, today: date) -> None:
    period = asked(words, today)
    before = period.before()
    assert before is not None
    assert before.last == period.first - DAY
    if period.unit is not Unit.WEEK and period.unit is not Unit.MONTH:
        assert before.length == period.length
    assert before.length <= MOST_DAYS


def test_before_a_running_week_or_month_is_a_whole_one() -> None:
    assert [before.words for word in ("week", "last-week", "month", "last-month") if (before := asked(word).before())] == [
        "2026-11-16..2026-11-22",
        "2026-11-09..2026-11-15",
        "2026-10",
        "2026-09",
    ]


def test_nobody_looks_before_the_first_year() -> None:
    assert asked("2000-01").before() is None


@pytest.mark.parametrize(
    ("words", "when", "days"),
    [
        ("yesterday", "yesterday", "Tue 24 Nov"),
        ("last-week", "last week", "Mon 16 – Sun 22 Nov"),
        ("week", "this week so far", "Mon 23 – Wed 25 Nov"),
        ("30d", "in the last 30 days", "Tue 27 Oct – Wed 25 Nov"),
        ("monday", "on Mon 23 Nov 2026", "Mon 23 Nov"),
        ("2026-10", "in October 2026", "Thu 1 – Sat 31 Oct"),
        ("2026-11-01..2026-11-15", "from Sun 1 Nov to Sun 15 Nov 2026", "Sun 1 – Sun 15 Nov"),
        ("2025-12-30..2026-01-02", "from Tue 30 Dec 2025 to Fri 2 Jan 2026", "Tue 30 Dec 2025 – Fri 2 Jan 2026"),
    ],
)
def test_a_period_in_words(words: str, when: str, days: str) -> None:
    assert (asked(words).when, asked(words).days) == (when, days)


def test_days_over_a_new_year_say_both_years() -> None:
    assert asked("3d", date(2027, 1, 1)).days == "Wed 30 Dec 2026 – Fri 1 Jan 2027"


@given(DAYS, ZONES)
def test_days_of_a_zone_follow_each_other_without_gap_or_overlap(day: date, name: str) -> None:
    zone = ZoneInfo(name)
    one, following = (Period(first=first, last=first, when="") for first in (day, day + DAY))
    start, end = one.bounds(zone)
    assert following.bounds(zone)[0] == end
    assert start.astimezone(zone).date() == day or start == end  # a day that a zone has left out is empty
    assert (end - timedelta(seconds=1)).astimezone(zone).date() == day or start == end
    assert (start - timedelta(seconds=1)).astimezone(zone).date() < day


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/Toronto", "2026-03-08", 23),
        ("America/Toronto", "2026-11-01", 25),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("Australia/Lord_Howe", "2026-10-04", 23.5),
        ("Asia/Kolkata", "2026-03-08", 24),
        ("Africa/Cairo", "2026-04-24", 23),  # midnight is left out
        ("America/Havana", "2026-11-01", 25),  # midnight comes twice
    ],
)
def test_a_day_has_the_hours_it_has(zone: str, day: str, hours: float) -> None:
    start, end = asked(day).bounds(ZoneInfo(zone))
    assert (end - start) / timedelta(hours=1) == hours
