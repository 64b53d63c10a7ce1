"""Reports against the books of a simulated company, in every zone whose clocks change in 2026 and in those between the hours.

The sums are made here, from the instants of the calls, with nothing of the code under test. What it gets is what the real client
reads over HTTP from the simulated VoIP.ms, whose days and clocks are New York's.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import pytest

from blocks.reports import Around, card
from playground.calls import Call
from playground.company import Company, founded
from playground.voipms import VoipMsServer
from rules.call_rows import Filters, Owners, cut_of
from rules.periods import Period
from rules.reports import Report, Scope, Subject, report_of
from tests.unit.pictures import words_of
from voipms import Cdr, Pace, Rows, VoipMs

NEW_YORK = ZoneInfo("America/New_York")
DAY = timedelta(days=1)
SECOND_PASS = (datetime(2026, 11, 1, 6, tzinfo=UTC), datetime(2026, 11, 1, 7, tzinfo=UTC))
"""When New York's clock ran through 01:00 to 02:00 again: nothing on the wire tells it from the hour before."""
BETWEEN_HOURS = (
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Asia/Yangon",
    "Australia/Adelaide",
    "Australia/Darwin",
    "Australia/Eucla",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "Pacific/Chatham",
    "Pacific/Marquesas",
)
SIX_HOURS_WEST = ("America/Denver", "America/Regina", "America/Mexico_City", "Pacific/Galapagos", "America/Costa_Rica")
"""Zones whose midnight of the first of November lies between the two passes."""


@dataclass
class Season:
    """Ninety days of the company, and what its VoIP.ms answers for each of New York's days."""

    company: Company
    phones: VoipMs
    answers: dict[date, Rows[Cdr]] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        return self.company.founded_at

    def answer(self, day: date) -> Rows[Cdr]:
        if day not in self.answers:
            self.answers[day] = Rows(row for piece in self.phones.cdrs(day, day) for row in piece)
        return self.answers[day]


@pytest.fixture(scope="module")
def seasons() -> Iterator[tuple[Season, Season]]:
    """Spring and autumn of 2026."""
    spring, autumn = (founded(seed=1, now=datetime(2026, month, day, 12, tzinfo=UTC)) for month, day in ((5, 1), (11, 25)))
    with (
        VoipMsServer(spring, clock=spring.founded_at.timestamp) as first,
        VoipMsServer(autumn, clock=autumn.founded_at.timestamp) as second,
    ):
        yield (
            Season(spring, VoipMs(first.username, first.password, url=first.url, pace=Pace(per_minute=60_000))),
            Season(autumn, VoipMs(second.username, second.password, url=second.url, pace=Pace(per_minute=60_000))),
        )


@cache
def changes(zone: str) -> tuple[date, ...]:
    """The days of 2026 on which the zone's clocks change."""
    name = ZoneInfo(zone)

    def offset(at: datetime) -> timedelta | None:
        return at.astimezone(name).utcoffset()

    noons = [datetime(2026, 1, 1, 12, tzinfo=UTC) + day * DAY for day in range(365)]
    changed = [noon for noon in noons if offset(noon) != offset(noon + DAY)]
    hours = [
        next(hour for hour in (noon + timedelta(hours=step) for step in range(1, 25)) if offset(hour) != offset(noon)) for noon in changed
    ]
    return tuple(hour.astimezone(name).date() for hour in hours)


def days_around(dates: tuple[date, ...]) -> list[date]:
    return sorted({one + shift * DAY for one in dates for shift in (-1, 0, 1)})


def made(season: Season, zone: ZoneInfo, day: date) -> Report:
    """The report of a day as the bot makes it, from the answers it would ask for."""
    period = Period(first=day, last=day, when="")
    cut = cut_of(period, zone, NEW_YORK, season.now)
    owners = Owners(season.phones.dids())
    subject = Subject(period=period, scope=Scope(), zone=zone, wire_zone=NEW_YORK, cut=cut, filters=Filters(), owners=owners)
    asked = [cut.first_day + shift * DAY for shift in range((cut.last_day - cut.first_day).days + 1)]
    return report_of(subject, map(season.answer, asked))


# The books' own sums


def of_day(season: Season, zone: ZoneInfo, day: date) -> list[Call]:
    return [call for call in season.company.ledger if call.start.astimezone(zone).date() == day]


def in_books(calls: list[Call]) -> dict[str, object]:
    """What the calls come to."""
    real = [call for call in calls if call.direction != "fee"]
    return {
        "calls": len(real),
        "in": sum(call.direction == "in" for call in real),
        "missed": sum(call.direction == "in" and call.disposition != "ANSWERED" for call in real),
        "answered": sum(call.disposition == "ANSWERED" for call in real),
        "seconds": sum(call.seconds for call in real),
        "cost": sum((call.cost for call in calls), Decimal()),
        "fees": len(calls) - len(real),
    }


def in_report(report: Report) -> dict[str, object]:
    totals = report.totals
    return {
        "calls": totals.calls,
        "in": report.incoming,
        "missed": totals.missed,
        "answered": report.answered,
        "seconds": totals.seconds,
        "cost": totals.cost,
        "fees": totals.fees,
    }


def by_login(calls: list[Call]) -> dict[str, tuple[int, Decimal]]:
    shares: dict[str, tuple[int, Decimal]] = defaultdict(lambda: (0, Decimal()))
    for call in calls:
        count, cost = shares[call.account]
        shares[call.account] = (count + (call.direction != "fee"), cost + call.cost)
    return dict(shares)


def accounts_of(report: Report) -> dict[str, tuple[int, Decimal]]:
    """The report's accounts; what a ring group or a menu had is the main account's in the books."""
    shares: dict[str, tuple[int, Decimal]] = defaultdict(lambda: (0, Decimal()))
    for part in report.accounts:
        login = part.name if ":" not in part.name else "100001"
        count, cost = shares[login]
        shares[login] = (count + part.calls, cost + part.cost)
    return dict(shares)


def by_two_hours(calls: list[Call], zone: ZoneInfo) -> dict[str, int]:
    columns: dict[str, int] = defaultdict(int)
    for call in calls:
        if call.direction != "fee":
            hour = call.start.astimezone(zone).hour // 2 * 2
            columns[f"{hour}–{hour + 2}"] += 1
    return dict(columns)


def agrees(season: Season, zone_name: str, day: date) -> None:
    """The report of the day is what the books say."""
    zone = ZoneInfo(zone_name)
    calls = of_day(season, zone, day)
    report = made(season, zone, day)
    assert in_report(report) == in_books(calls), (zone_name, day)
    assert accounts_of(report) == by_login(calls), (zone_name, day)
    if not any(SECOND_PASS[0] <= call.start < SECOND_PASS[1] for call in calls):
        assert {part.name: part.calls for part in report.columns if part.calls} == by_two_hours(calls, zone), (zone_name, day)
    assert not report.doubtful


def agrees_around(seasons: tuple[Season, Season], zone: str, days: list[date]) -> int:
    """How many days were held against the books: those that are in them, and that no midnight cuts where the wire cannot tell."""
    held = 0
    for season in seasons:
        first = season.now.date() - 88 * DAY
        for day in days:
            if first <= day < season.now.date() and not cut_by_midnight(zone, day):
                agrees(season, zone, day)
                held += 1
    return held


def cut_by_midnight(zone: str, day: date) -> bool:
    """Whether the day begins or ends within the hour that comes twice on the wire."""
    name = ZoneInfo(zone)
    edges = (datetime.combine(one, datetime.min.time(), name).astimezone(UTC) for one in (day, day + DAY))
    return any(SECOND_PASS[0] - timedelta(hours=1) < edge < SECOND_PASS[1] for edge in edges)


def one_of_each() -> list[str]:
    """One zone for each way in which clocks change in 2026."""
    ways: dict[tuple[object, ...], str] = {}
    for zone in sorted(available_timezones()):
        if changes(zone):
            name = ZoneInfo(zone)
            offsets = (datetime(2026, month, 15, tzinfo=UTC).astimezone(name).utcoffset() for month in (1, 7))
            ways.setdefault((*changes(zone), *offsets), zone)
    return list(ways.values())


def test_totals_are_those_of_the_books_where_clocks_change(seasons: tuple[Season, Season]) -> None:
    held = sum(agrees_around(seasons, zone, days_around(changes(zone))) for zone in one_of_each())
    assert held > 150


@pytest.mark.soak
def test_totals_are_those_of_the_books_in_every_zone_whose_clocks_change(seasons: tuple[Season, Season]) -> None:
    zones = [zone for zone in sorted(available_timezones()) if changes(zone)]
    assert len(zones) > 150
    for zone in zones:
        assert agrees_around(seasons, zone, days_around((*changes(zone), date(2026, 3, 8), date(2026, 11, 1)))), zone


@pytest.mark.parametrize("zone", BETWEEN_HOURS)
def test_totals_are_those_of_the_books_between_the_hours(seasons: tuple[Season, Season], zone: str) -> None:
    days = days_around((*changes(zone), date(2026, 3, 8), date(2026, 11, 1)))
    assert agrees_around(seasons, zone, days) >= 6


@pytest.mark.parametrize("zone", SIX_HOURS_WEST)
def test_only_the_hour_that_comes_twice_is_in_doubt_where_midnight_cuts_it(seasons: tuple[Season, Season], zone: str) -> None:
    """The simulated VoIP.ms sorts by the clock, so that the order tells nothing: the second pass counts on the day before."""
    name, (_, autumn) = ZoneInfo(zone), seasons
    night = [date(2026, 10, 31), date(2026, 11, 1)]
    assert all(cut_by_midnight(zone, day) for day in night)
    reports = [made(autumn, name, day) for day in night]
    books = [of_day(autumn, name, day) for day in night]
    again = [call for call in books[1] if SECOND_PASS[0] <= call.start < SECOND_PASS[1]]
    assert again
    assert in_report(reports[0]) == in_books([*books[0], *again])
    assert in_report(reports[1]) == in_books([call for call in books[1] if call not in again])
    for report in reports:
        words = words_of(card(report, Around(names={}, read_at=autumn.now)))
        assert f"clock ran from 01:00 to 02:00 on 1 Nov twice, and the day of {zone} changes in between" in words
    others = days_around((date(2026, 11, 1), *(one for one in changes(zone) if one > date(2026, 9, 1))))
    assert agrees_around((autumn, autumn), zone, others) >= 2
