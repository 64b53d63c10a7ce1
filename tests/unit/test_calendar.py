"""Wall clocks as instants, in every zone there is."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.calendar import Quiet, day_bounds, due_instant, next_at, quiet_until

TORONTO = ZoneInfo("America/Toronto")
ZONES = sorted(available_timezones())
SAMPLE = [
    "America/Toronto",
    "America/St_Johns",
    "America/Havana",
    "America/Nuuk",
    "America/Vancouver",
    "Europe/Berlin",
    "Europe/Helsinki",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "UTC",
]
TIMES = [time(), time(0, 30), time(1, 30), time(2), time(2, 30), time(3), time(8), time(12), time(23, 59)]
DAY = timedelta(days=1)
FIRST = date(2026, 1, 1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("day", "wall", "zone", "due"),
    [
        ("2026-11-23", time(8), "America/Toronto", "2026-11-23T13:00+00:00"),
        ("2026-07-01", time(8), "America/Toronto", "2026-07-01T12:00+00:00"),
        ("2026-03-08", time(2, 30), "America/Toronto", "2026-03-08T07:00+00:00"),
        ("2026-03-08", time(2), "America/Toronto", "2026-03-08T07:00+00:00"),
        ("2026-03-08", time(3), "America/Toronto", "2026-03-08T07:00+00:00"),
        ("2026-03-09", time(), "America/Toronto", "2026-03-09T04:00+00:00"),
        ("2026-11-01", time(1, 30), "America/Toronto", "2026-11-01T05:30+00:00"),
        ("2026-03-29", time(2, 30), "Europe/Berlin", "2026-03-29T01:00+00:00"),
        ("2026-10-25", time(2, 30), "Europe/Berlin", "2026-10-25T00:30+00:00"),
        ("2026-03-08", time(), "America/Havana", "2026-03-08T05:00+00:00"),
        ("2026-03-29", time(3, 30), "Europe/Helsinki", "2026-03-29T01:00+00:00"),
        ("2026-04-24", time(0, 15), "Africa/Cairo", "2026-04-23T22:00+00:00"),
        ("2026-10-04", time(2, 10), "Australia/Lord_Howe", "2026-10-03T15:30+00:00"),
    ],
)
def test_a_wall_time_is_due_at_its_first_instant(day: str, wall: time, zone: str, due: str) -> None:
    assert due_instant(date.fromisoformat(day), wall, ZoneInfo(zone)) == at(due)


@pytest.mark.parametrize(("day", "hours"), [("2026-03-08", 23), ("2026-11-23", 24), ("2026-11-01", 25)])
def test_a_day_has_as_many_hours_as_it_has(day: str, hours: int) -> None:
    begins, ends = day_bounds(date.fromisoformat(day), TORONTO)
    assert ends - begins == timedelta(hours=hours)
    assert begins.utcoffset() == timedelta()


def one_instant_for_each_date(zone: ZoneInfo, days: int) -> None:
    """Each date has exactly one, at or after its wall time, none is earlier than the one before, and no earlier instant would do."""
    for wall in TIMES:
        before = None
        for n in range(days):
            day = FIRST + n * DAY
            due = due_instant(day, wall, zone)
            local = due.astimezone(zone).replace(tzinfo=None)
            assert local >= datetime.combine(day, wall)
            earlier = (due - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None)
            assert earlier < datetime.combine(day, wall) or local == datetime.combine(day, wall)
            assert local.date() == day or wall == time(23, 59), "only the last minute of a date may fall on the next one"
            assert before is None or due > before
            before = due


@pytest.mark.parametrize("zone", SAMPLE)
def test_each_date_has_exactly_one_instant(zone: str) -> None:
    one_instant_for_each_date(ZoneInfo(zone), 366)


@pytest.mark.soak
@pytest.mark.parametrize("zone", ZONES)
def test_each_date_of_two_years_has_exactly_one_instant_in_every_zone(zone: str) -> None:
    one_instant_for_each_date(ZoneInfo(zone), 730)


INSTANTS = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1)).map(lambda one: one.replace(tzinfo=UTC))
WALLS = st.times().map(lambda one: one.replace(microsecond=0))


@given(INSTANTS, WALLS, st.sampled_from(SAMPLE))
def test_the_next_eight_o_clock_is_ahead_and_less_than_a_long_day_away(now: datetime, wall: time, name: str) -> None:
    due = next_at(now, wall, ZoneInfo(name))
    assert timedelta() < due - now <= timedelta(hours=25)
    assert next_at(due, wall, ZoneInfo(name)) > due


def test_until_eight_means_today_before_eight_and_tomorrow_after() -> None:
    assert next_at(at("2026-11-23T07:59-05:00"), time(8), TORONTO) == at("2026-11-23T08:00-05:00")
    assert next_at(at("2026-11-23T08:00-05:00"), time(8), TORONTO) == at("2026-11-24T08:00-05:00")


@pytest.mark.parametrize(
    ("now", "ends"),
    [
        ("2026-11-23T21:59-05:00", None),
        ("2026-11-23T22:00-05:00", "2026-11-24T07:00-05:00"),
        ("2026-11-24T06:59-05:00", "2026-11-24T07:00-05:00"),
        ("2026-11-24T07:00-05:00", None),
        ("2026-11-24T12:00-05:00", None),
        ("2026-03-08T06:30-04:00", "2026-03-08T07:00-04:00"),
    ],
)
def test_a_night_lasts_over_midnight(now: str, ends: str | None) -> None:
    night = Quiet(begins=time(22), ends=time(7), zone="America/Toronto")
    assert quiet_until(night, at(now)) == (at(ends) if ends else None)


def test_quiet_hours_of_one_day_and_of_none() -> None:
    lunch = Quiet(begins=time(12), ends=time(13), zone="America/Toronto")
    assert quiet_until(lunch, at("2026-11-23T12:30-05:00")) == at("2026-11-23T13:00-05:00")
    assert quiet_until(lunch, at("2026-11-23T00:30-05:00")) is None
    never = Quiet(begins=time(12), ends=time(12), zone="America/Toronto")
    assert quiet_until(never, at("2026-11-23T12:00-05:00")) is None


@given(INSTANTS, WALLS, WALLS, st.sampled_from(SAMPLE))
def test_quiet_hours_end_where_they_say(now: datetime, begins: time, ends: time, name: str) -> None:
    until = quiet_until(Quiet(begins=begins, ends=ends, zone=name), now)
    if until is not None:
        assert now < until <= now + timedelta(hours=25)
        assert quiet_until(Quiet(begins=begins, ends=ends, zone=name), until) is None
