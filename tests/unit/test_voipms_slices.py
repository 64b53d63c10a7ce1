"""Slices of whole days: every call once, no day missing, no answer much longer than there is room for."""

from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voipms import Cdr, Rows
from voipms.slices import BUSY_MOST, MOST_DAYS, ONE_DAY, ROOM, Busy, Seam, Slice, TooMuch, bytes_a_day, in_slices, slice_end, windows

FIRST = date(2026, 1, 1)
NO_MARGIN = timedelta(0)


def call(at: datetime, uniqueid: str = "n/a") -> Cdr:
    return Cdr(date=at, total=Decimal("0.01"), uniqueid=uniqueid)


class Exchange:
    """A VoIP.ms with so many bytes on each day, told in calls of one size.

    Attributes:
        asked: First day, last day, and whether the answer was read to its end.
    """

    def __init__(self, days: list[int], call_bytes: int) -> None:
        self.calls = [
            call(datetime.combine(FIRST + n * ONE_DAY, datetime.min.time()) + timedelta(minutes=i * 7 % 1440), "n/a" if i % 3 else str(i))
            for n, count in enumerate(days)
            for i in range(count)
        ]
        self.call_bytes = call_bytes
        self.asked: list[tuple[date, date, bool]] = []

    def ask(self, begin: date, end: date, room: int | None) -> Slice | TooMuch:
        found = [one for one in self.calls if begin <= one.date.date() <= end]
        size = len(found) * self.call_bytes
        whole = room is None or size <= room
        self.asked.append((begin, end, whole))
        if whole:
            return Slice(Rows(found), size)
        seen = found[: room // self.call_bytes + 1] if room is not None else found
        return TooMuch(len(seen) * self.call_bytes / len({one.date.date() for one in seen}))


@given(
    days=st.lists(st.integers(0, 12), min_size=1, max_size=150),
    call_bytes=st.sampled_from((1, ROOM // 1_000, ROOM // 60, ROOM // 20, ROOM // 7, ROOM // 2, 2 * ROOM)),
)
def test_every_call_is_told_once_whatever_a_day_holds(days: list[int], call_bytes: int) -> None:
    exchange, busy = Exchange(days, call_bytes), Busy()
    last = FIRST + (len(days) - 1) * ONE_DAY
    for _ in range(2):  # and again, with what was learned
        told = [one for rows in in_slices(exchange.ask, "all", FIRST, last, busy, NO_MARGIN) for one in rows]
        assert Counter(told) == Counter(exchange.calls)
    for begin, end, whole in exchange.asked:
        assert (end - begin).days < MOST_DAYS
        if whole and (end - begin).days > 1:
            size = exchange.call_bytes * sum(begin <= one.date.date() <= end for one in exchange.calls)
            assert size <= ROOM * 3 // 2


def test_an_even_account_is_asked_about_as_often_as_its_calls_fit() -> None:
    exchange, busy = Exchange([10] * 92, ROOM // 46), Busy()  # four days and a half fit
    last = FIRST + 91 * ONE_DAY
    assert sum(map(len, in_slices(exchange.ask, "all", FIRST, last, busy, NO_MARGIN))) == 920
    assert exchange.asked[0] == (FIRST, last, False)
    assert len(exchange.asked) == 1 + 31
    exchange.asked.clear()
    list(in_slices(exchange.ask, "all", FIRST, last, busy, NO_MARGIN))
    assert all(whole for _, _, whole in exchange.asked), "it is remembered"


def test_a_stop_in_the_middle_asks_nothing_more() -> None:
    exchange = Exchange([1] * 300, 1)
    next(in_slices(exchange.ask, "all", FIRST, FIRST + 299 * ONE_DAY, Busy(), NO_MARGIN))
    assert len(exchange.asked) == 1


@pytest.mark.parametrize(
    ("known", "days"),
    [(None, 92), (0.0, 92), (1.0, 92), (ROOM / 92, 92), (ROOM / 10, 10), (ROOM / 2, 2), (float(ROOM), 2), (ROOM * 9.0, 2)],
)
def test_a_slice_is_as_long_as_fits_and_two_days_at_least(known: float | None, days: int) -> None:
    assert slice_end(FIRST, FIRST + 400 * ONE_DAY, known) == FIRST + (days - 1) * ONE_DAY
    assert slice_end(FIRST, FIRST, known) == FIRST


@given(
    before=st.lists(st.integers(0, 5), max_size=12),
    after=st.lists(st.integers(0, 5), max_size=12),
    other=st.lists(st.integers(6, 9), max_size=5),
)
def test_of_equal_calls_at_a_seam_as_many_are_told_as_one_side_has_at_most(before: list[int], after: list[int], other: list[int]) -> None:
    shared = FIRST + ONE_DAY

    def of(day: date, names: list[int]) -> list[Cdr]:
        return [call(datetime.combine(day, datetime.min.time()), str(name)) for name in names]

    seam = Seam(NO_MARGIN)
    left, right = of(FIRST, other) + of(shared, before), of(shared, after) + of(shared + ONE_DAY, other)
    told = Counter(seam.fresh(Rows(left), shared)) + Counter(seam.fresh(Rows(right, 2, 1), None))
    assert told == Counter(of(FIRST, other)) + (Counter(of(shared, before)) | Counter(of(shared, after))) + Counter(
        of(shared + ONE_DAY, other)
    )


def test_what_could_not_be_read_is_not_forgotten_at_a_seam() -> None:
    seam = Seam(NO_MARGIN)
    midnight = call(datetime(2026, 1, 2))
    seam.fresh(Rows([midnight]), date(2026, 1, 2))
    fresh = seam.fresh(Rows([midnight], 2, 1), None)
    assert (fresh, fresh.unreadable, fresh.gaps) == ((), 2, 1)


def test_what_is_busy_is_forgotten_when_it_is_not_any_more_and_when_there_is_too_much_to_know() -> None:
    busy = Busy()
    busy.learn("a", float(ROOM))
    assert busy.bytes_a_day("a") == ROOM
    busy.learn("a", 1.0)
    assert busy.bytes_a_day("a") is None
    for question in range(BUSY_MOST + 5):
        busy.learn(question, float(ROOM))
    assert busy.bytes_a_day(0) is None
    assert busy.bytes_a_day(BUSY_MOST) == ROOM


def test_how_much_a_day_is_comes_from_the_days_that_were_seen() -> None:
    start = b'{"cdr":[{"date":"2026-08-01 10:00:00"},{"date": "2026-08-01 11:00:00"},{"x":1,"date":"2026-08-02 00:00:00","ca'
    assert bytes_a_day(start) == len(start) / 2
    assert bytes_a_day(b"no day") == 6


@given(st.integers(0, 1_000))
def test_windows_cover_a_range_without_a_gap_and_without_a_day_in_two(days: int) -> None:
    last = FIRST + days * ONE_DAY
    found = [begin + n * ONE_DAY for begin, end in windows(FIRST, last) for n in range((end - begin).days + 1)]
    assert found == [FIRST + n * ONE_DAY for n in range(days + 1)]
    assert all((end - begin).days < MOST_DAYS for begin, end in windows(FIRST, last))
