"""Call records: which rows are meant, whose they are, and that the sums are exact."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.call_rows import Cut, Direction, Filters, Outcome, Owners, cut_of, direction_of, outcome_of
from rules.calls import NEWEST, Call, Totals, add_up, matching
from rules.periods import Period, read
from voipms import Cdr, Did, Rows, to_utc

NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)
NOON = datetime(2026, 11, 24, 12, 0)
# The documented example of getCDR, at another time.
DOCUMENTED = Cdr(
    date=NOON,
    callerid='"John Doe" <5551112222>',
    destination="5551234567",
    description="Inbound - Local Caller",
    account="100000_VoIP",
    disposition="ANSWERED",
    duration="00:00:11",
    seconds=11,
    rate=Decimal("0.00000000"),
    total=Decimal("0.00000000"),
    uniqueid="128238059",
    destination_type="IN:USA",
    call_logs="Call logs for UniqueID: 999999 Routing to sub-account: 100000_VoIP",
)
OWNERS = Owners(
    [
        Did(did="5145550100", routing="account:100001_desk"),
        Did(did="5145550101", routing="grp:4768"),
        Did(did="15145550102", routing="account:100001_ana"),
        Did(did="5145550103", routing="none:"),
    ]
)


def row(**differs: Any) -> Cdr:
    return msgspec.structs.replace(DOCUMENTED, **differs)


def incoming(did: str = "5145550100", disposition: str = "ANSWERED", **differs: Any) -> Cdr:
    return row(account="100001", destination=did, disposition=disposition, **differs)


def outgoing(account: str = "100001_desk", disposition: str = "ANSWERED", **differs: Any) -> Cdr:
    words = {"description": "Canada - Quebec", "destination_type": "CAN", "destination": "4385550177", "callerid": "5145550100"}
    return row(**{**words, "account": account, "disposition": disposition, **differs})


def fee(account: str = "100001_desk", total: str = "0.002") -> Cdr:
    return row(
        account=account, description="Call Recording Fee", destination_type="", destination="4385550177", seconds=0, total=Decimal(total)
    )


def period(words: str) -> Period:
    found = read(words, date(2026, 11, 25))
    assert found is not None
    return found


def cut(words: str = "2026-11-24", zone: str = "America/New_York", wire_zone: ZoneInfo = NEW_YORK, now: datetime = NOW) -> Cut:
    return cut_of(period(words), ZoneInfo(zone), wire_zone, now)


def summed(*rows: Cdr, filters: Filters = Filters(), owners: Owners = OWNERS) -> Totals:  # noqa: B008 - a frozen value
    return add_up([Rows(rows)], cut(), filters, owners)


# Direction, outcome, fees


@pytest.mark.parametrize(
    ("destination_type", "description", "direction"),
    [
        ("IN:USA", "Inbound - Local Caller", Direction.IN),
        ("in:can", "", Direction.IN),
        ("", "Inbound DID", Direction.IN),
        ("", " INBOUND toll-free", Direction.IN),
        ("CAN", "Canada - Quebec", Direction.OUT),
        ("OUT:USA", "Outbound - USA", Direction.OUT),
        ("INTL", "India - Mobile", Direction.OUT),
        ("", "", Direction.OUT),
        ("", "Call Recording Fee", Direction.NONE),
        ("", "call recording", Direction.NONE),
        ("CAN", "Call Transcription", Direction.NONE),
        ("FEE", "", Direction.NONE),
        ("IN:USA", "Call Recording", Direction.NONE),
        ("IN:USA", "Inbound - Recording 7567", Direction.IN),
        ("USA", "USA - Coffeeville", Direction.OUT),
    ],
)
def test_the_direction_is_inferred(destination_type: str, description: str, direction: Direction) -> None:
    assert direction_of(destination_type, description) is direction


@pytest.mark.parametrize(
    ("disposition", "outcome"),
    [
        ("ANSWERED", Outcome.ANSWERED),
        (" answered ", Outcome.ANSWERED),
        ("NO ANSWER", Outcome.NO_ANSWER),
        ("NoAnswer", Outcome.NO_ANSWER),
        ("no  answer", Outcome.NO_ANSWER),
        ("Busy", Outcome.BUSY),
        ("FAILED", Outcome.FAILED),
        ("CONGESTION", Outcome.OTHER),
        ("", Outcome.OTHER),
    ],
)
def test_dispositions_are_compared_without_case_and_spaces(disposition: str, outcome: Outcome) -> None:
    assert outcome_of(disposition) is outcome


def test_fees_count_in_cost_and_not_in_calls() -> None:
    totals = summed(outgoing(total=Decimal("0.0104"), seconds=60), fee(), fee(total="0.00000001"))
    assert (totals.calls, totals.rows, totals.fees, totals.seconds) == (1, 3, 2, 60)
    assert totals.cost == Decimal("0.01240001")
    assert totals.fee_cost == Decimal("0.00200001")
    assert totals.by_outcome(Outcome.ANSWERED) == 1


def test_a_filter_on_calls_leaves_fees_out_and_one_on_the_account_does_not() -> None:
    rows = (outgoing(), fee(), fee(account="100001_ana"))
    assert summed(*rows, filters=Filters(account="100001_desk")).rows == 2
    for filters in (
        Filters(directions=frozenset((Direction.OUT,))),
        Filters(outcomes=frozenset(("answered",))),
        Filters(number="4385550177"),
        Filters(over=0),
        Filters(under=100),
    ):
        assert summed(*rows, filters=filters).rows == 1


# Whose a row is


@pytest.mark.parametrize(
    ("one", "owner"),
    [
        (incoming("5145550100"), "100001_desk"),
        (incoming("15145550100"), "100001_desk"),
        (incoming("+15145550100"), "100001_desk"),
        (incoming("5145550102"), "100001_ana"),
        (incoming("5145550101"), "grp:4768"),
        (incoming("5145550103"), "100001"),
        (incoming("5145550199"), "100001"),
        (incoming(""), "100001"),
        (row(account="100001_ben", destination="5145550100"), "100001_ben"),
        (outgoing("100001_desk", destination="5145550102"), "100001_desk"),
        (outgoing("100001"), "100001"),
        (fee("100001_ana"), "100001_ana"),
    ],
)
def test_inbound_rows_belong_to_the_phone_that_their_number_rings(one: Cdr, owner: str) -> None:
    assert [group.owner for group in summed(one).groups] == [owner]


def test_the_calls_of_a_sub_account_are_its_own_and_those_to_its_numbers() -> None:
    rows = (incoming("5145550100"), incoming("5145550101"), outgoing("100001_desk"), outgoing("100001_ana"), incoming("5145550102"))
    assert summed(*rows, filters=Filters(account="100001_desk")).calls == 2
    assert summed(*rows, filters=Filters(account="100001_desk", directions=frozenset((Direction.IN,)))).calls == 1


def test_what_no_sub_account_owns_is_the_main_accounts() -> None:
    rows = (incoming("5145550101"), incoming("5145550199"), incoming("5145550100"), outgoing("100001"), outgoing("100001_ana"))
    assert summed(*rows, filters=Filters(account="100001")).calls == 3


def test_shares_are_told_most_calls_first_and_come_to_the_whole() -> None:
    rows = [
        incoming("5145550101"),
        *[outgoing("100001_ana", total=Decimal("0.1"), seconds=7)] * 3,
        fee("100001_desk"),
        incoming("5145550100"),
    ]
    totals = summed(*rows)
    shares = totals.by_owner()
    assert [(one.owner, one.calls) for one in shares] == [("100001_ana", 3), ("100001_desk", 1), ("grp:4768", 1)]
    assert shares[0].seconds == 21
    assert sum(one.cost for one in shares) == totals.cost
    assert sum(one.calls for one in shares) == totals.calls


# Filters

EACH = (
    incoming(disposition="ANSWERED"),
    incoming(disposition="NO ANSWER", seconds=0),
    incoming(disposition="BUSY", seconds=0),
    incoming(disposition="failed", seconds=0),
    incoming(disposition="CONGESTION", seconds=0),
    outgoing(disposition="ANSWERED", seconds=61),
    outgoing(disposition="NO ANSWER", seconds=0),
    outgoing(disposition="BUSY", seconds=0),
    outgoing(disposition="FAILED", seconds=0),
)


@pytest.mark.parametrize(
    ("filters", "meant"),
    [
        (Filters(), "012345678"),
        (Filters(directions=frozenset((Direction.IN,))), "01234"),
        (Filters(directions=frozenset((Direction.OUT,))), "5678"),
        (Filters(directions=frozenset((Direction.IN, Direction.OUT))), "012345678"),
        (Filters(outcomes=frozenset(("answered",))), "05"),
        (Filters(outcomes=frozenset(("missed",))), "1234"),
        (Filters(outcomes=frozenset(("busy",))), "27"),
        (Filters(outcomes=frozenset(("failed",))), "38"),
        (Filters(outcomes=frozenset(("busy", "failed"))), "2378"),
        (Filters(outcomes=frozenset(("missed", "answered"))), "012345"),
        (Filters(outcomes=frozenset(("busy",)), directions=frozenset((Direction.OUT,))), "7"),
        (Filters(over=11), "5"),
        (Filters(over=10), "05"),
        (Filters(under=61, over=0), "0"),
        (Filters(under=11), "1234678"),
    ],
)
def test_filters_take_the_calls_they_name(filters: Filters, meant: str) -> None:
    found = [call.row for call in matching([Rows(EACH)], cut(), filters, OWNERS)]
    assert found == [EACH[int(place)] for place in meant]
    assert summed(*EACH, filters=filters).rows == len(meant)


@pytest.mark.parametrize(
    ("number", "callerid", "destination", "fits"),
    [
        ("5551112222", '"John Doe" <5551112222>', "5145550100", True),
        ("5551112222", "15551112222", "", True),
        ("5551112222", '"John Doe" <+1 555-111-2222>', "", True),
        ("2222", "JOHN DOE <5551112222>", "", True),
        ("1112", "5551112222", "", False),
        ("5551112222", "anonymous", "15551112222", True),
        ("1234", '"Unit 1234" <5551112222>', "5145550100", False),
        ("2222", '"Evil <2222" <5551113333>', "", False),
        ("5551112222", "", "", False),
    ],
)
def test_a_number_is_found_by_its_end_in_caller_id_and_destination(number: str, callerid: str, destination: str, fits: bool) -> None:
    assert summed(row(callerid=callerid, destination=destination), filters=Filters(number=number)).rows == int(fits)


# Days


def test_the_days_are_the_readers() -> None:
    los_angeles = cut("2026-11-24", "America/Los_Angeles")
    assert (los_angeles.start, los_angeles.end) == (datetime(2026, 11, 24, 3), datetime(2026, 11, 25, 3))
    rows = [row(date=datetime(2026, 11, 24, 2, 59, 59)), row(date=datetime(2026, 11, 24, 3)), row(date=datetime(2026, 11, 25, 2, 59, 59))]
    totals = add_up([Rows([*rows, row(date=datetime(2026, 11, 25, 3))])], los_angeles, Filters(), OWNERS)
    assert (totals.calls, totals.in_period) == (2, 2)


@pytest.mark.parametrize(
    ("words", "zone", "first_day", "last_day"),
    [
        ("2026-11-20", "America/New_York", "2026-11-19", "2026-11-21"),
        ("2026-11-20", "America/Los_Angeles", "2026-11-19", "2026-11-22"),
        ("2026-11-20", "Asia/Kolkata", "2026-11-18", "2026-11-21"),
        ("2026-11-25", "America/New_York", "2026-11-24", "2026-11-25"),
        ("2026-10", "America/New_York", "2026-09-30", "2026-11-01"),
    ],
)
def test_voipms_is_asked_for_a_day_more_on_each_side_but_not_for_the_future(words: str, zone: str, first_day: str, last_day: str) -> None:
    asked = cut(words, zone)
    assert (asked.first_day.isoformat(), asked.last_day.isoformat()) == (first_day, last_day)


@pytest.mark.parametrize(
    "zone", ["America/New_York", "America/Chicago", "America/Regina", "America/Bogota", "Asia/Kolkata", "Pacific/Marquesas"]
)
@pytest.mark.parametrize("change", ["2026-03-08", "2025-11-02", "2026-11-01"])
def test_a_day_on_which_clocks_change_has_the_rows_whose_instants_lie_in_it(zone: str, change: str) -> None:
    reader = ZoneInfo(zone)
    around = datetime.fromisoformat(change) - timedelta(days=1)
    walls = [around + timedelta(minutes=10 * step) for step in range(6 * 24 * 3)]
    told = [
        wall for wall in walls if to_utc(wall, NEW_YORK).astimezone(NEW_YORK).replace(tzinfo=None) == wall
    ]  # clocks never showed the others
    for day in (date.fromisoformat(change) + timedelta(days=shift) for shift in (-1, 0, 1)):
        expected = [wall for wall in told if to_utc(wall, NEW_YORK).astimezone(reader).date() == day]
        found = matching([Rows(row(date=wall) for wall in told)], cut(day.isoformat(), zone), Filters(), OWNERS)
        assert [call.row.date for call in found] == [wall for wall in expected if walls[0] <= wall]


def test_the_days_of_a_change_of_clocks_have_23_and_25_hours_of_calls() -> None:
    def calls_on(day: str) -> int:
        instants = [datetime.fromisoformat(f"{day}T00:30:00+00:00") + timedelta(hours=hours) for hours in range(-24, 60)]
        rows = Rows(row(date=at.astimezone(NEW_YORK).replace(tzinfo=None)) for at in instants)
        return add_up([rows], cut(day), Filters(), OWNERS).calls

    assert (calls_on("2026-03-08"), calls_on("2026-03-09"), calls_on("2026-11-01")) == (23, 24, 25)


# Sums

MONEY = st.decimals(min_value=-5, max_value=99_999, places=8)
ROWS = st.lists(
    st.builds(
        row,
        date=st.datetimes(datetime(2026, 11, 23, 12), datetime(2026, 11, 25, 12)).map(lambda at: at.replace(microsecond=0)),
        account=st.sampled_from(("100001", "100001_desk", "100001_ana")),
        destination=st.sampled_from(("5145550100", "5145550101", "4385550177")),
        destination_type=st.sampled_from(("IN:USA", "CAN", "")),
        description=st.sampled_from(("Inbound - Local Caller", "Canada - Quebec", "Call Recording Fee")),
        disposition=st.sampled_from(("ANSWERED", "NO ANSWER", "busy", "FAILED")),
        seconds=st.integers(0, 90_000),
        total=MONEY,
    ),
    max_size=60,
)


@given(ROWS, st.integers(1, 20), st.sampled_from(("America/New_York", "Asia/Kolkata", "America/Vancouver")))
def test_totals_equal_an_independent_sum(rows: list[Cdr], piece: int, zone: str) -> None:
    pieces = [Rows(rows[start : start + piece], unreadable=1, gaps=2) for start in range(0, len(rows), piece)]
    totals = add_up(pieces, cut("2026-11-24", zone), Filters(), OWNERS)

    calls = seconds = missed = answered = came_in = 0
    cost = Decimal()
    for one in rows:
        if one.date.replace(tzinfo=NEW_YORK).astimezone(ZoneInfo(zone)).date() != date(2026, 11, 24):
            continue
        cost += one.total
        inbound = one.description.startswith("Inbound") or (one.destination_type.startswith("IN:") and "Fee" not in one.description)
        if "Fee" in one.description:
            continue
        calls += 1
        seconds += one.seconds
        came_in += inbound
        answered += one.disposition == "ANSWERED"
        missed += inbound and one.disposition != "ANSWERED"
    assert (totals.calls, totals.seconds, totals.cost) == (calls, seconds, cost)
    assert (totals.missed, totals.by_outcome(Outcome.ANSWERED), totals.by_direction(Direction.IN)) == (missed, answered, came_in)
    assert (totals.unreadable, totals.gaps) == (len(pieces), 2 * len(pieces))
    by_outcome = sum(map(totals.by_outcome, Outcome))
    assert by_outcome == totals.by_direction(Direction.IN) + totals.by_direction(Direction.OUT) == totals.calls


@given(ROWS, st.sampled_from(("100001", "100001_desk", "100001_ana")))
def test_the_accounts_together_have_every_row_once(rows: list[Cdr], account: str) -> None:
    each = [summed(*rows, filters=Filters(account=one)) for one in ("100001", "100001_desk", "100001_ana")]
    assert sum(totals.rows for totals in each) == summed(*rows).rows
    assert sum((totals.cost for totals in each), Decimal()) == summed(*rows).cost


@given(ROWS, st.sampled_from((Filters(), Filters(outcomes=frozenset(("missed",))), Filters(over=100), Filters(account="100001_desk"))))
def test_the_file_has_the_rows_that_are_added_up(rows: list[Cdr], filters: Filters) -> None:
    found = list(matching([Rows(rows)], cut(), filters, OWNERS))
    totals = summed(*rows, filters=filters)
    assert len(found) == totals.rows
    assert sum((call.row.total for call in found), Decimal()) == totals.cost
    assert sum(call.missed for call in found) == totals.missed


def test_sums_are_exact_however_large_and_small_the_amounts() -> None:
    amounts = [Decimal("99999999999999999999.99"), Decimal("0.000000000000000000000001"), Decimal("-99999999999999999999.99")]
    assert summed(*[outgoing(total=amount) for amount in amounts]).cost == Decimal("0.000000000000000000000001")


# The newest


def shuffled(count: int) -> list[Cdr]:
    return [row(date=NOON + timedelta(seconds=(place * 7919) % count), uniqueid=str(place)) for place in range(count)]


def in_order(rows: Iterable[Cdr]) -> list[Cdr]:
    return sorted(rows, key=lambda one: one.date)


@pytest.mark.parametrize("order", [in_order, lambda rows: in_order(rows)[::-1], list])
def test_the_newest_rows_are_kept_whole_newest_first(order: Callable[[list[Cdr]], list[Cdr]]) -> None:
    rows = order(shuffled(10_000))
    totals = add_up([Rows(rows[:6_000]), Rows(rows[6_000:])], cut(), Filters(), OWNERS)
    assert [call.row for call in totals.newest] == in_order(rows)[::-1][:NEWEST]
    assert totals.rows == 10_000


def test_rows_of_one_second_keep_the_order_in_which_they_arrive() -> None:
    rows = [row(uniqueid=str(place)) for place in range(9_000)]
    assert [call.row.uniqueid for call in summed(*rows).newest] == [str(place) for place in range(NEWEST)]


def test_the_newest_are_of_those_that_are_meant_and_say_whose_they_are() -> None:
    totals = summed(incoming("5145550101", "BUSY"), outgoing(), filters=Filters(outcomes=frozenset(("missed",))))
    assert [(call.owner, call.direction, call.outcome, call.missed) for call in totals.newest] == [
        ("grp:4768", Direction.IN, Outcome.BUSY, True)
    ]


def test_nothing_comes_to_nothing() -> None:
    totals = add_up([], cut(), Filters(), OWNERS)
    assert (totals.rows, totals.calls, totals.seconds, totals.cost, totals.newest, totals.by_owner()) == (0, 0, 0, Decimal(), (), [])


def test_a_row_of_a_client_has_no_rate_and_counts_all_the_same() -> None:
    assert summed(row(rate=None, total=Decimal("0.015"))).cost == Decimal("0.015")


def test_an_outbound_call_is_never_missed() -> None:
    call = Call(row=DOCUMENTED, owner="", direction=Direction.OUT, outcome=Outcome.BUSY)
    assert not call.missed
    assert replace(call, direction=Direction.IN).missed
