"""Today beside the same weekday of the weeks before."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from rules.today import FRESH, WEEKS, Day, Today, before
from rules.usual import Figures

MONDAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 17, tzinfo=UTC)


def day(of: date, calls: int = 10, read_at: datetime = NOON) -> Day:
    return Day(day=of, figures=Figures(calls=calls, missed=1, seconds=60, cost=Decimal("1")), read_at=read_at)


def test_the_same_weekday_of_four_weeks_is_missing_until_it_is_read() -> None:
    known = Today()
    assert known.missing(MONDAY) == (date(2026, 11, 16), date(2026, 11, 9), date(2026, 11, 2), date(2026, 10, 26))
    for earlier in before(MONDAY):
        known = known.with_earlier(day(earlier))
    assert known.missing(MONDAY) == () and known.normal is not None and known.normal.periods == WEEKS


def test_on_another_day_only_what_counts_for_it_is_of_use() -> None:
    known = Today(so_far=day(MONDAY), earlier=tuple(map(day, before(MONDAY))))
    tuesday = MONDAY + timedelta(days=1)
    assert known.of(MONDAY) == known and known.of(tuesday) == Today()
    next_week = known.of(MONDAY + timedelta(weeks=1))
    assert next_week.so_far is None and len(next_week.earlier) == WEEKS - 1, "today's own figures were not whole"


def test_it_is_read_again_when_it_is_ten_minutes_old() -> None:
    known = Today(so_far=day(MONDAY))
    assert Today().is_stale(NOON)
    assert not known.is_stale(NOON + FRESH - timedelta(seconds=1)) and known.is_stale(NOON + FRESH)


def test_nothing_is_normal_while_nothing_is_known() -> None:
    assert Today(so_far=day(MONDAY)).normal is None
