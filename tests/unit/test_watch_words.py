"""Spans of time in people's words: how long something is muted, and when a channel is quiet."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.registry import Misunderstood
from handlers.watch_words import Lasting, clock_of, hours, lasting

NOW = datetime(2026, 11, 23, 15, 14, tzinfo=UTC)  # a Monday, 10:14 in Toronto
TORONTO = ZoneInfo("America/Toronto")


def toronto(day: int, hour: int = 0, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=TORONTO)


@pytest.mark.parametrize(
    ("words", "until", "at", "count"),
    [
        ("101 2h painters", NOW + timedelta(hours=2), 1, 1),
        ("101 2 hours", NOW + timedelta(hours=2), 1, 2),
        ("101 for 90 min", NOW + timedelta(minutes=90), 1, 3),
        ("101 1h30m", NOW + timedelta(minutes=90), 1, 1),
        ("101 7d", NOW + timedelta(days=7), 1, 1),
        ("101 2 weeks", NOW + timedelta(weeks=2), 1, 2),
        ("front desk for good", None, 2, 2),
        ("front desk forever", None, 2, 1),
        ("2h 101", NOW + timedelta(hours=2), 0, 1),
        ("101 until 08:00", toronto(24, 8), 1, 2),
        ("101 UNTIL 11", toronto(23, 11), 1, 2),
        ("101 until 8am painters", toronto(24, 8), 1, 2),
        ("101 until 8 pm", toronto(23, 20), 1, 3),
        ("101 until noon", toronto(23, 12), 1, 2),
        ("101 til 8am", toronto(24, 8), 1, 2),
        ("101 till 8 pm", toronto(23, 20), 1, 3),
        ("101 until morning", toronto(24, 8), 1, 2),
        ("101 til tomorrow morning", toronto(24, 8), 1, 3),
        ("101 until friday morning painters", toronto(27, 8), 1, 3),
        ("101 until 10 20 phones", toronto(24, 10), 1, 2),
        ("101 until tues", toronto(24), 1, 2),
        ("101 until tomorrow", toronto(24), 1, 2),
        ("101 until tomorrow 9:30", toronto(24, 9, 30), 1, 3),
        ("101 until mon", toronto(30), 1, 2),
        ("101 until friday 17:00", toronto(27, 17), 1, 3),
        ("101 until 2026-12-01 08:00 foo", toronto(1, 8, month=12), 1, 3),
    ],
)
def test_a_span_is_found_among_the_words(words: str, until: datetime | None, at: int, count: int) -> None:
    assert lasting(words.split(), NOW, TORONTO) == (Lasting(until), at, count)


@pytest.mark.parametrize("words", ["101", "front desk 2", "100001_desk", "203.0.113.7", "2h30", "for", ""])
def test_words_that_are_no_span_are_none(words: str) -> None:
    assert lasting(words.split(), NOW, TORONTO) is None


@pytest.mark.parametrize(
    "words",
    ["x until", "x until soon", "x til soon", "x until today 09:00", "x until 2028-01-01", "x 0m", "x 999999d", "x until 2026-13-01"],
)
def test_a_span_that_is_none_is_said_so(words: str) -> None:
    with pytest.raises(Misunderstood):
        lasting(words.split(), NOW, TORONTO)


@given(st.integers(1, 5000), st.sampled_from(["m", "min", "h", "hours", "d"]))
def test_whatever_length_is_typed_lasts_so_long(count: int, unit: str) -> None:
    length = timedelta(**{{"m": "minutes", "h": "hours", "d": "days"}[unit[0]]: count})
    for words in (["x", f"{count}{unit}"], ["x", str(count), unit]):
        if length <= timedelta(days=366):
            found = lasting(words, NOW, TORONTO)
            assert found is not None and found[0].until == NOW + length
        else:
            with pytest.raises(Misunderstood):
                lasting(words, NOW, TORONTO)


@given(st.lists(st.text(max_size=8), min_size=1, max_size=6))
def test_no_words_break_it(words: list[str]) -> None:
    try:
        found = lasting(words, NOW, TORONTO)
    except Misunderstood:
        return
    assert found is None or found[0].until is None or found[0].until > NOW


@pytest.mark.parametrize(
    ("word", "at"),
    [
        ("08:00", time(8)),
        ("8", time(8)),
        ("8am", time(8)),
        ("12am", time(0)),
        ("12pm", time(12)),
        ("22h30", time(22, 30)),
        ("7.15pm", time(19, 15)),
        ("7:15p.m.", time(19, 15)),
        ("0800", time(8)),
        ("8h", time(8)),
        ("Noon", time(12)),
        ("midnight", time(0)),
    ],
)
def test_a_time_of_day_is_read_in_every_spelling(word: str, at: time) -> None:
    assert clock_of(word) == at


@pytest.mark.parametrize("word", ["24:00", "8:60", "13pm", "0am", "evening", "-1", "8:5"])
def test_what_is_no_time_of_day_is_none(word: str) -> None:
    assert clock_of(word) is None


@pytest.mark.parametrize("words", ["22:00-07:00", "22:00 to 07:00", "from 10pm to 7am", "22 - 7", "22:00 – 7:00", "22 until 7"])
def test_quiet_hours_are_two_times(words: str) -> None:
    assert hours(words.split()) == (time(22), time(7))


@pytest.mark.parametrize("words", ["22:00", "22:00-07:00-08:00", "night", "22:00-25:00", "07:00-07:00", ""])
def test_what_are_no_quiet_hours_is_said_so(words: str) -> None:
    with pytest.raises(Misunderstood):
        hours(words.split())
