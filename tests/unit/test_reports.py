"""What a report says: the whole, its parts, what stands out, and who was never called back."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.call_rows import cut_of, number_of
from rules.parts import MOST_DESTINATIONS, Part, destination_of, together
from rules.reports import About, Report, Scope, Unreturned, percent, report_of
from rules.usual import Figures, Normal, Trend, Usual, beside, figures_of, normal_of
from tests.reporting import NEW_YORK, NOON, OWNERS, ROWS, at, fee, in_pieces, incoming, outgoing, period, report, subject
from voipms import Cdr, Rows, to_utc

DENVER = ZoneInfo("America/Denver")  # its midnight lies within the hour that New York repeats
ZONES = ("America/Toronto", "America/Denver", "America/St_Johns", "Asia/Kolkata", "Asia/Kathmandu", "Pacific/Auckland", "Antarctica/Troll")


def sums(parts: tuple[Part, ...]) -> tuple[int, int, int, int, int, Decimal]:
    one = together("", parts)
    return one.answered, one.missed, one.outgoing, one.fees, one.seconds, one.cost


# The parts come to the whole


@given(
    ROWS, st.integers(1, 20), st.sampled_from(ZONES), st.sampled_from(("2026-11-23", "2026-11-22..2026-11-24", "2026-11-01..2026-11-24"))
)
def test_the_parts_of_any_report_come_to_its_whole(rows: list[Cdr], size: int, zone: str, words: str) -> None:
    about = subject(words, ZoneInfo(zone), now=datetime(2026, 11, 25, 18, tzinfo=UTC))
    made = report_of(about, in_pieces(rows, size))
    totals = made.totals
    whole = (made.incoming - totals.missed, totals.missed, made.outgoing, totals.fees, totals.seconds, totals.cost)
    for parts in (made.accounts, made.destinations, made.hours, made.columns):
        assert sums(parts) == whole
    assert totals.calls == made.incoming + made.outgoing
    assert len(made.columns) <= 20
    assert sum(one.tries for one in made.unreturned) + made.withheld <= totals.missed


@given(ROWS, st.randoms(use_true_random=False), st.integers(1, 20))
def test_the_order_in_which_rows_arrive_does_not_matter(rows: list[Cdr], random: Any, size: int) -> None:
    mixed = list(rows)
    random.shuffle(mixed)
    first, second = report(rows), report_of(subject(), in_pieces(mixed, size))
    for name in ("accounts", "destinations", "hours", "columns", "unreturned", "withheld"):
        assert getattr(first, name) == getattr(second, name)
    assert [(call.row.seconds, call.row.date) for call in first.longest] == [(call.row.seconds, call.row.date) for call in second.longest]
    assert [(call.row.total, call.row.date) for call in first.costliest] == [(call.row.total, call.row.date) for call in second.costliest]


@given(ROWS)
def test_each_hour_has_the_calls_that_began_in_it(rows: list[Cdr]) -> None:
    zone = ZoneInfo("Asia/Kathmandu")
    made = report(rows, subject("2026-11-23", zone, now=datetime(2026, 11, 25, tzinfo=UTC)))
    for hour in made.hours:
        begins = int(hour.name.partition("–")[0])
        expected = sum(
            one.total
            for one in rows
            if (local := to_utc(one.date, NEW_YORK).astimezone(zone)).date() == date(2026, 11, 23) and local.hour == begins
        )
        assert hour.cost == expected


@given(ROWS)
def test_scopes_that_part_the_accounts_part_the_report(rows: list[Cdr]) -> None:
    everything = report(rows).totals
    owners = {group.owner for group in everything.groups} | {"100001"}
    first = {login for login in owners if login in ("100001_desk", "100001_ana")}
    each = [
        report(rows, subject(scope=Scope(about=About.ACCOUNTS, keys=tuple(sorted(logins))))).totals
        for logins in (first, {login for login in owners - first if ":" not in login})
    ]
    assert sum(one.rows for one in each) == everything.rows
    assert sum((one.cost for one in each), Decimal()) == everything.cost


# Whose calls


ROWS_OF_FOUR = (
    incoming(),  # the front desk's
    incoming(did="5145550101"),  # a ring group's, so the main account's
    outgoing(),  # Ana's
    outgoing(account="100001"),
)


@pytest.mark.parametrize(
    ("scope", "sites", "calls"),
    [
        (Scope(), {}, 4),
        (Scope(about=About.ACCOUNTS, keys=("100001_desk",)), {}, 1),
        (Scope(about=About.ACCOUNTS, keys=("100001_desk", "100001_ana")), {}, 2),
        (Scope(about=About.ACCOUNTS, keys=("100001",)), {}, 2),
        (Scope(about=About.ACCOUNTS, keys=("100001_gone",)), {}, 0),
        (Scope(about=About.SITE, keys=("203.0.113.7",)), {"100001_desk": "203.0.113.7", "100001_ana": "203.0.113.8"}, 1),
        (Scope(about=About.SITE, keys=("203.0.113.7",)), {"100001": "203.0.113.7"}, 2),
        (Scope(about=About.SITE, keys=("203.0.113.9",)), {"100001_desk": "203.0.113.7"}, 0),
        (Scope(about=About.CLIENT, keys=("561115",)), {}, 4),
    ],
)
def test_a_report_is_about_its_scope(scope: Scope, sites: dict[str, str], calls: int) -> None:
    made = report(ROWS_OF_FOUR, subject(scope=scope, sites=sites))
    assert made.totals.calls == calls
    assert made.totals.in_period == 4


# Where to, and when


@pytest.mark.parametrize(
    ("destination_type", "description", "name"),
    [
        ("CAN", "Canada - Quebec", "Canada"),
        ("OUT:CAN", "Outbound - Canada", "Canada"),
        ("", "USA - New York - Manhattan", "USA"),
        ("OUT:INTL", "Outbound - Premium satellite & mobile", "Premium satellite & mobile"),
        ("INTL", "India - Mobile", "India"),
        ("CAN", "", "Canada"),
        ("OUT:USA", "Outbound", "USA"),
        ("XYZ", "", "XYZ"),
        ("", "", "Elsewhere"),
        ("IN:CAN", "Inbound DID", "Incoming"),
        ("IN:CAN", "", "Incoming"),
        ("IN:USA", "Inbound - Local Caller", "Incoming, Local Caller"),
        ("", "inbound toll-free", "Incoming, toll-free"),
        ("", "Call Recording Fee", "Fees"),
    ],
)
def test_the_place_a_call_went_to(destination_type: str, description: str, name: str) -> None:
    assert destination_of(destination_type, description) == name


def test_more_destinations_than_anybody_reads_are_one() -> None:
    made = report(outgoing(description=f"Land {place} - Mobile") for place in range(MOST_DESTINATIONS + 50))
    assert len(made.destinations) == MOST_DESTINATIONS + 1
    assert made.destinations[0].name == "Elsewhere"
    assert made.destinations[0].calls == 50


def test_a_day_has_columns_of_two_hours_that_reach_over_office_hours() -> None:
    made = report([incoming(date=at("06:10")), incoming("BUSY", date=at("07:59")), outgoing(date=at("09:00")), fee(date=at("23:59:59"))])
    assert [(one.name, one.answered, one.missed, one.outgoing, one.fees) for one in made.columns if not one.empty] == [
        ("6–8", 1, 1, 0, 0),
        ("8–10", 0, 0, 1, 0),
        ("22–24", 0, 0, 0, 1),
    ]
    assert [one.name for one in made.columns] == ["6–8", "8–10", "10–12", "12–14", "14–16", "16–18", "18–20", "20–22", "22–24"]
    assert [one.name for one in report([outgoing()]).columns] == ["8–10", "10–12", "12–14", "14–16", "16–18"]


def test_a_week_has_a_column_a_day_and_a_month_one_a_week() -> None:
    week = report([outgoing(date=at("12:00", day)) for day in (16, 22, 22)], subject("2026-11-16..2026-11-22"))
    assert [(one.name, one.calls) for one in week.columns if one.calls] == [("Mon 16", 1), ("Sun 22", 2)]
    assert len(week.columns) == 7
    month = report([outgoing(date=datetime(2026, 10, 31, 12))], subject("2026-10"))
    assert [one.name for one in month.columns] == ["1–4 Oct", "5–11 Oct", "12–18 Oct", "19–25 Oct", "26–31 Oct"]
    assert month.columns[-1].calls == 1
    assert [one.name for one in report([], subject("2026-02")).columns] == ["1 Feb", "2–8 Feb", "9–15 Feb", "16–22 Feb", "23–28 Feb"]


@pytest.mark.parametrize(
    ("words", "first", "last", "how_many"),
    [
        ("2026-07-06..2026-11-22", "6–12 Jul", "16–22 Nov", 20),
        ("2026-07-05..2026-11-22", "Jul 2026", "Nov 2026", 5),
        ("2026-01-01..2026-11-20", "Jan 2026", "Nov 2026", 11),
        ("2025-11-22..2026-11-22", "Nov 2025", "Nov 2026", 13),
    ],
)
def test_a_longer_period_has_a_column_a_week_while_a_chart_takes_them_and_then_one_a_month(
    words: str, first: str, last: str, how_many: int
) -> None:
    made = report([outgoing(date=at("12:00", 3))], subject(words))
    assert (made.columns[0].name, made.columns[-1].name, len(made.columns)) == (first, last, how_many)
    assert made.columns[-1].calls + made.columns[-3].calls == 1


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [("America/Toronto", "2026-03-08", 23), ("America/Toronto", "2026-11-01", 25), ("Antarctica/Troll", "2026-10-25", 26)],
)
def test_a_day_of_odd_length_has_all_its_calls_in_local_hours(zone: str, day: str, hours: int) -> None:
    about = subject(day, ZoneInfo(zone), now=datetime(2026, 11, 25, tzinfo=UTC))
    begins, ends = about.period.bounds(about.zone)
    assert ends - begins == timedelta(hours=hours)
    walls = [(begins + timedelta(minutes=5 + 60 * step)).astimezone(NEW_YORK).replace(tzinfo=None) for step in range(hours)]
    made = report([outgoing(date=wall) for wall in walls], about)
    assert made.totals.calls == hours
    assert sum(one.calls for one in made.hours) == sum(one.calls for one in made.columns) == hours
    if zone == "America/Toronto":
        assert {one.name: one.calls for one in made.hours}.get("1–2") == (2 if hours == 25 else 1)
        assert ("2–3" in {one.name for one in made.hours}) is (hours == 25)


def test_the_busiest_hour_is_the_first_with_the_most_calls() -> None:
    made = report([outgoing(date=at(clock)) for clock in ("09:59", "10:00", "10:59", "14:00", "14:30", "15:00")])
    assert made.busiest is not None
    assert (made.busiest.name, made.busiest.calls) == ("10–11", 2)
    assert report([fee()]).busiest is None


# What stands out


def test_the_longest_and_the_costliest_calls_are_named_and_no_fee_is_among_them() -> None:
    rows = [outgoing(seconds=place, total=Decimal(1000 - place), uniqueid=str(place)) for place in range(1, 900)]
    made = report([*rows, fee("5000", seconds=5000), outgoing("FAILED", seconds=0, total=Decimal())])
    assert [call.row.seconds for call in made.longest] == [899, 898, 897]
    assert [call.row.total for call in made.costliest] == [999, 998, 997]
    assert made.longest[0].owner == "100001_ana"


def test_of_equal_calls_the_first_stand_out_and_nothing_is_not_long() -> None:
    rows = [outgoing(date=NOON + timedelta(seconds=(place * 7) % 600)) for place in range(600)]
    assert [call.row.date for call in report(rows).longest] == [NOON + timedelta(seconds=place) for place in range(3)]
    assert report([outgoing("BUSY", seconds=0, total=Decimal())]).longest == ()


@pytest.mark.parametrize(
    ("rows", "percentage", "average"),
    [
        ((), None, None),
        ((fee(),), None, None),
        ((incoming(), outgoing("BUSY")), 50, 60),
        ((incoming(seconds=30), outgoing(seconds=61)), 100, 46),
        ((incoming("NO ANSWER"),), 0, None),
        (tuple([incoming()] * 999 + [outgoing("FAILED", seconds=0)]), 99, 60),
        (tuple([incoming("BUSY")] * 999 + [outgoing()]), 1, 60),
    ],
)
def test_how_many_were_answered_and_how_long_they_were(rows: tuple[Cdr, ...], percentage: int | None, average: int | None) -> None:
    made = report(rows)
    assert (made.answered_percent, made.average_seconds) == (percentage, average)


@given(st.integers(0, 10_000), st.integers(1, 10_000))
def test_a_share_is_never_all_or_nothing_where_it_is_neither(part: int, more: int) -> None:
    share = percent(part, part + more)
    assert share is not None
    assert (share == 0) is (part == 0)
    assert share < 100


# Nobody has called back


def waiting(*rows: Cdr) -> list[tuple[str, int]]:
    return [(one.number, one.tries) for one in report(rows).unreturned]


CALLER = "4385550177"


@pytest.mark.parametrize(
    ("rows", "still_waiting"),
    [
        ([incoming("NO ANSWER", date=at("10:00"))], [(CALLER, 1)]),
        ([incoming("BUSY", date=at("10:00")), incoming("FAILED", date=at("11:00"))], [(CALLER, 2)]),
        ([incoming("NO ANSWER", date=at("10:00")), outgoing(date=at("10:05"))], []),
        ([incoming("NO ANSWER", date=at("10:00")), outgoing(number=f"1{CALLER}", date=at("10:05"))], []),
        ([incoming("NO ANSWER", date=at("10:00")), outgoing("NO ANSWER", date=at("10:05"))], [(CALLER, 1)]),
        ([incoming("NO ANSWER", date=at("10:00")), outgoing("BUSY", date=at("10:05"))], [(CALLER, 1)]),
        ([incoming("NO ANSWER", date=at("10:00")), incoming(date=at("10:05"))], []),
        ([outgoing(date=at("09:00")), incoming("NO ANSWER", date=at("10:00"))], [(CALLER, 1)]),
        ([incoming(date=at("09:00")), incoming("NO ANSWER", date=at("10:00"))], [(CALLER, 1)]),
        ([incoming("NO ANSWER", date=at("10:00")), incoming(did="5145550101", date=at("10:00"))], []),  # two phones of one call
        ([incoming("NO ANSWER", date=at(f"{hour}:00")) for hour in (10, 12)] + [outgoing(date=at("11:00"))], [(CALLER, 1)]),
        ([incoming("NO ANSWER", date=at("10:00")), outgoing(date=at("07:30", 24))], []),  # this morning, before the report
        ([incoming("NO ANSWER", date=at("23:00", 22)), incoming(date=at("10:00"))], []),  # missed the day before: not this report's
        ([incoming("NO ANSWER", date=at("10:00")), fee(date=at("10:05"))], [(CALLER, 1)]),
        ([outgoing("NO ANSWER", date=at("10:00"))], []),
        ([incoming("NO ANSWER", callerid="01144205550104"), outgoing(number="01144205550104", date=at("13:00"))], []),
        ([incoming("NO ANSWER", callerid="+44 20 5550 0104"), outgoing(number="011442055500104", date=at("13:00"))], []),
    ],
)
def test_who_was_missed_and_not_spoken_with_since(rows: list[Cdr], still_waiting: list[tuple[str, int]]) -> None:
    assert waiting(*rows) == still_waiting
    assert waiting(*reversed(rows)) == still_waiting


def test_a_colleague_outside_the_scope_may_have_called_back() -> None:
    desk = subject(scope=Scope(about=About.ACCOUNTS, keys=("100001_desk",)))
    missed = incoming("NO ANSWER", date=at("10:00"))
    assert report([missed], desk).unreturned != ()
    assert report([missed, outgoing(date=at("11:00"))], desk).unreturned == ()
    assert report([incoming("NO ANSWER", did="5145550101")], desk).unreturned == ()


def test_callers_without_a_number_are_counted_alone() -> None:
    made = report([incoming("NO ANSWER", callerid=words) for words in ("anonymous", "", '"Private" <>', "12")])
    assert (made.unreturned, made.withheld) == ((), 4)


def test_who_waits_longest_comes_first_with_the_last_try() -> None:
    rows = [
        incoming("NO ANSWER", number="4385550188", date=at("15:00"), callerid='"New name" <4385550188>'),
        incoming("NO ANSWER", number="4385550188", date=at("09:00")),
        incoming("BUSY", date=at("10:00"), did="5145550101"),
    ]
    first, second = report(rows).unreturned
    assert first == Unreturned(
        number=CALLER, caller='"Acme Ltd" <4385550177>', at=datetime(2026, 11, 23, 15, tzinfo=UTC), tries=1, owner="grp:4768"
    )
    assert (second.caller, second.tries, second.at.hour) == ('"New name" <4385550188>', 2, 20)


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ('"John Doe" <5551112222>', "5551112222"),
        ("+1 (555) 111-2222", "5551112222"),
        ("15551112222", "5551112222"),
        ("01144205550104", "44205550104"),
        ("0114420", "0114420"),
        ("1001", "1001"),
        ("12", ""),
        ("anonymous", ""),
        ("", ""),
    ],
)
def test_a_number_is_the_same_whichever_way_it_is_written(words: str, number: str) -> None:
    assert number_of(words) == number


# The hour that comes twice, where a midnight cuts it


def repeated(*clocks: str) -> list[Cdr]:
    """Records of the night in November, in the order of their arrival."""
    return [outgoing(date=datetime.fromisoformat(f"2026-11-01T{clock}"), uniqueid=str(place)) for place, clock in enumerate(clocks)]


def calls_of(day: str, rows: list[Cdr], zone: ZoneInfo = DENVER) -> Report:
    return report(rows, subject(day, zone, now=datetime(2026, 11, 25, tzinfo=UTC)))


CHRONOLOGICAL = repeated("00:30", "01:10", "01:50", "01:05", "01:40", "02:30")
"""Two in the first pass, then two in the second."""


@pytest.mark.parametrize("order", [list, lambda rows: rows[::-1]])
def test_where_midnight_cuts_the_repeated_hour_the_order_of_arrival_decides(order: Callable[[list[Cdr]], list[Cdr]]) -> None:
    rows = order(CHRONOLOGICAL)
    before, after = calls_of("2026-10-31", rows), calls_of("2026-11-01", rows)
    assert (before.totals.calls, after.totals.calls) == (3, 3)
    assert (before.doubtful, after.doubtful) == (4, 4)
    assert sorted(call.row.uniqueid for call in after.totals.newest) == ["3", "4", "5"]
    assert [part.name for part in after.hours if part.calls] == ["0–1", "1–2"]
    assert [part.name for part in before.hours if part.calls] == ["22–23", "23–24"]


@pytest.mark.parametrize("rows", [repeated("01:10", "01:30", "01:30", "01:50"), repeated("01:10", "01:05", "01:30", "01:20")])
def test_an_order_that_tells_nothing_leaves_the_hour_to_the_day_before(rows: list[Cdr]) -> None:
    assert (calls_of("2026-10-31", rows).totals.calls, calls_of("2026-11-01", rows).totals.calls) == (4, 0)


@given(st.lists(st.integers(0, 179), max_size=30), st.integers(1, 40))
def test_no_call_of_that_night_is_lost_or_in_two_days(minutes: list[int], size: int) -> None:
    rows = [outgoing(date=datetime(2026, 11, 1) + timedelta(minutes=minute), uniqueid=str(place)) for place, minute in enumerate(minutes)]
    answered = in_pieces(rows, size)
    each = [
        report_of(subject(day, DENVER, now=datetime(2026, 11, 25, tzinfo=UTC)), answered).totals.calls
        for day in ("2026-10-31", "2026-11-01")
    ]
    assert sum(each) == len(rows)


@pytest.mark.parametrize(
    ("zone", "day", "cut_at"),
    [
        ("America/Denver", "2026-11-01", ["01:00"]),
        ("America/Denver", "2026-10-31", ["01:00"]),
        ("America/Regina", "2026-11-01", ["01:00"]),
        ("America/Toronto", "2026-11-01", []),
        ("America/Chicago", "2026-11-01", []),
        ("America/Los_Angeles", "2026-11-01", []),
        ("Asia/Kolkata", "2026-11-01", []),
        ("America/Denver", "2026-11-02", []),
    ],
)
def test_only_midnights_within_the_hour_cut_it(zone: str, day: str, cut_at: list[str]) -> None:
    cut = cut_of(period(day), ZoneInfo(zone), NEW_YORK, datetime(2026, 11, 25, tzinfo=UTC))
    assert [f"{seam.start:%H:%M}" for seam in cut.seams] == cut_at


# What is normal


def figures(calls: int, cost: str = "1") -> Figures:
    return Figures(calls=calls, missed=calls // 10, seconds=calls * 60, cost=Decimal(cost))


def test_normal_is_the_median_with_the_least_and_the_most() -> None:
    normal = normal_of([figures(200, "6.10"), figures(230, "6.30"), figures(205, "5.90"), figures(10, "0.40")])
    assert normal is not None
    assert normal.periods == 4
    assert normal.calls == Usual(middle=Decimal("202.5"), least=Decimal(10), most=Decimal(230))
    assert normal.cost == Usual(middle=Decimal("6.00"), least=Decimal("0.40"), most=Decimal("6.30"))
    assert normal_of([]) is None


@pytest.mark.parametrize(
    ("value", "earlier", "trend", "percentage"),
    [
        (210, (200, 205, 230, 220), Trend.USUAL, 1),
        (199, (200, 205, 230, 220), Trend.USUAL, 6),
        (300, (200, 205, 230, 220), Trend.MORE, 41),
        (100, (200, 205, 230, 220), Trend.LESS, 53),
        (0, (200, 205, 230, 220), Trend.LESS, 100),
        (5, (0, 0, 0, 0), Trend.MORE, None),
        (0, (0, 0, 0, 0), Trend.USUAL, None),
        (21, (20,), Trend.USUAL, 5),
        (30, (20,), Trend.MORE, 50),
    ],
)
def test_a_value_beside_what_is_usual(value: int, earlier: tuple[int, ...], trend: Trend, percentage: int | None) -> None:
    normal = normal_of([figures(calls) for calls in earlier])
    assert isinstance(normal, Normal)
    found = beside(value, normal.calls)
    assert (found.trend, found.percent) == (trend, percentage)


def test_the_figures_of_a_report_are_those_it_shows() -> None:
    totals = report([incoming(), incoming("BUSY"), fee()]).totals
    assert figures_of(totals) == Figures(calls=2, missed=1, seconds=60, cost=Decimal("0.0105"))


def test_unreadable_rows_are_counted_and_hold_up_nothing() -> None:
    made = report_of(subject(), [Rows([incoming()], 2, 3), Rows([], 1, 0)])
    assert (made.totals.calls, made.totals.unreadable, made.totals.gaps) == (1, 3, 3)


def test_answers_are_not_kept_while_the_next_is_read() -> None:
    def pieces() -> Any:
        yield Rows([incoming()])
        yield Rows([msgspec.structs.replace(incoming(), seconds=1)])

    assert report_of(subject(), pieces()).totals.calls == 2
    assert report_of(subject(), iter([Rows([outgoing()])])).subject.owners is OWNERS
