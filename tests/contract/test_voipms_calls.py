"""Call records over the wire: what is asked, in which slices, and that every row is told exactly once."""

import json
import random
import socket
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.contract.voipms_wire import Asked, Hands, Say, Wire, account, http, said, zipped
from voipms import Cdr, Priority, Refused, Unreachable, Unreadable, VoipMs
from voipms.slices import ROOM

ONE_DAY = timedelta(days=1)
# The sample of getCDR.
ROW = {
    "date": "2010-11-30 10:40:16",
    "callerid": '"John Doe" <5551112222>',
    "destination": "5551234567",
    "description": "Inbound - Local Caller",
    "account": "100000_VoIP",
    "disposition": "ANSWERED",
    "duration": "00:00:11",
    "seconds": "11",
    "rate": "0.01000000",
    "total": "0.00180000",
    "uniqueid": "128238059",
    "destination_type": "IN:USA",
    "call_logs": "Call logs for UniqueID: 999999 Routing to sub-account: 100000_VoIP Status is 'Channel not available'",
}
JOHN = Cdr(
    date=datetime(2010, 11, 30, 10, 40, 16),
    callerid='"John Doe" <5551112222>',
    destination="5551234567",
    description="Inbound - Local Caller",
    account="100000_VoIP",
    disposition="ANSWERED",
    duration="00:00:11",
    seconds=11,
    rate=Decimal("0.01000000"),
    total=Decimal("0.00180000"),
    uniqueid="128238059",
    destination_type="IN:USA",
    call_logs="Call logs for UniqueID: 999999 Routing to sub-account: 100000_VoIP Status is 'Channel not available'",
)
NOVEMBER = (date(2010, 11, 1), date(2010, 11, 30))
Rows = list[dict[str, Any]]


def days_of(asked: Asked) -> tuple[date, date]:
    return date.fromisoformat(asked["date_from"]), date.fromisoformat(asked["date_to"])


def selecting(rows: Iterable[dict[str, Any]]) -> Callable[[Asked], Say]:
    """A VoIP.ms with these calls, that selects them by their day."""
    by_day: dict[str, list[bytes]] = {}
    for row in rows:
        by_day.setdefault(row["date"][:10], []).append(json.dumps(row).encode())

    def by_question(asked: Asked) -> Say:
        begin, end = days_of(asked)
        if (end - begin).days >= 92:
            return said("invalid_daterange")
        days = [(begin + n * ONE_DAY).isoformat() for n in range((end - begin).days + 1)]
        found = [row for day in days for row in by_day.get(day, ())]
        return http(b'{"status": "success", "cdr": [' + b",".join(found) + b"]}") if found else said("no_cdr")

    return by_question


def as_told(pieces: Iterable[Iterable[Cdr]]) -> Counter[tuple[str, str]]:
    return Counter((call.date.isoformat(" "), call.uniqueid) for piece in pieces for call in piece)


def as_made(rows: Iterable[dict[str, Any]]) -> Counter[tuple[str, str]]:
    return Counter((row["date"], row["uniqueid"]) for row in rows)


def calls(first: date, last: date, a_day: int, **more: Any) -> Rows:
    """So many calls on each day, from the first second of it to the last, some of them equal to the last letter."""
    rng = random.Random(7)
    rows = []
    for n in range((last - first).days + 1):
        day = datetime.combine(first + n * ONE_DAY, datetime.min.time())
        times = [day, day + timedelta(hours=23, minutes=59, seconds=59)]
        times += [day + timedelta(seconds=rng.randrange(86_400)) for _ in range(a_day - 2)]
        rows += [{**ROW, **more, "date": at.isoformat(" "), "uniqueid": rng.choice(["n/a", str(rng.random())])} for at in times]
    return [*rows, *(row for row in rows if rng.random() < 0.2)]


# What is asked


def test_calls_are_asked_with_all_that_the_documentation_asks_for() -> None:
    with Wire(said(cdr=[ROW])) as wire, account(wire) as phones:
        (found,) = phones.cdrs(*NOVEMBER)
    assert found == (JOHN,)
    fields = {name: value.decode() for name, value in wire.asked[0].fields.items() if not name.startswith("api_")}
    assert fields == {
        "method": "getCDR",
        "date_from": "2010-11-01",
        "date_to": "2010-11-30",
        "answered": "1",
        "noanswer": "1",
        "busy": "1",
        "failed": "1",
        "timezone": "-5",
        "account": "all",
        "calltype": "all",
        "callbilling": "all",
    }


def test_filters_are_sent_as_they_are_named() -> None:
    with Wire(said("no_cdr")) as wire, account(wire, timezone_offset=5.5) as phones:
        filters = {"account": "100000_VoIP", "calltype": "outgoing", "callbilling": "billed"}
        pieces = phones.cdrs(*NOVEMBER, dispositions=frozenset(("no  answer", "BUSY")), **filters)  # type: ignore[arg-type]
        assert list(pieces) == [()]
    fields = {name: value.decode() for name, value in wire.asked[0].fields.items()}
    assert {**filters, "noanswer": "1", "busy": "1", "timezone": "5.5"}.items() <= fields.items()
    assert not fields.keys() & {"answered", "failed"}


def test_a_clients_calls_are_asked_for_that_client_and_have_no_rate() -> None:
    row = {name: value for name, value in ROW.items() if name != "rate"}
    with Wire(said(cdr=[row])) as wire, account(wire) as phones:
        (found,) = phones.reseller_cdrs("561115", *NOVEMBER)
    assert (wire.asked[0]["method"], wire.asked[0]["client"], found[0].rate) == ("getResellerCDR", "561115", None)


@pytest.mark.parametrize(
    ("ask", "why"),
    [
        (lambda phones: phones.cdrs(date(2026, 8, 2), date(2026, 8, 1)), "after the last"),
        (lambda phones: phones.reseller_cdrs("1", date(2026, 8, 2), date(2026, 8, 1)), "after the last"),
        (lambda phones: phones.cdrs(*NOVEMBER, dispositions=frozenset()), "at least one"),
        (lambda phones: phones.cdrs(*NOVEMBER, dispositions=frozenset(("MISSED",))), "dispositions are"),
    ],
)
def test_a_question_without_an_answer_is_refused_before_it_is_asked(ask: Callable[[VoipMs], object], why: str) -> None:
    with Wire(said(cdr=[])) as wire, account(wire) as phones, pytest.raises(ValueError, match=why):
        ask(phones)
    assert not wire.asked


def test_what_voipms_refuses_is_raised_when_the_calls_are_wanted() -> None:
    with Wire(said("invalid_account")) as wire, account(wire) as phones, pytest.raises(Refused):
        next(phones.cdrs(*NOVEMBER))


# What is read


@pytest.mark.parametrize(
    "odd",
    [
        {"seconds": 11},
        {"seconds": "011"},
        {"seconds": 11.0},
        {"total": 0.0018},
        {"uniqueid": 128238059},
        {"rate": ""},
        {"rate": None},
        {"rate": "nan"},
        {"callerid": None},
        {"ip": None, "useragent": None, "new_field": {"deep": [1]}},
        {"call_logs": []},
    ],
    ids=str,
)
def test_an_odd_row_among_others_is_read_like_them(odd: dict[str, Any]) -> None:
    with Wire(said(cdr=[ROW, {**ROW, **odd}])) as wire, account(wire) as phones:
        (found,) = phones.cdrs(*NOVEMBER)
    assert (len(found), found.unreadable, found[0]) == (2, 0, JOHN)
    assert (found[1].seconds, found[1].total, found[1].uniqueid) == (11, Decimal("0.0018"), "128238059")


def test_one_call_alone_may_come_without_its_list() -> None:
    with Wire(said(cdr=ROW)) as wire, account(wire) as phones:
        assert [list(piece) for piece in phones.cdrs(*NOVEMBER)] == [[JOHN]]


@pytest.mark.parametrize(
    "odd",
    [
        {"date": "0000-00-00 00:00:00"},
        {"date": "yesterday"},
        {"date": "2010-11-30T10:40:16+02:00"},
        {"total": "much"},
        {"total": "NaN"},
        {"total": "1e999999999"},
        {"total": "1e-500000000"},
        {"total": "0e-500000000"},
        {"date": "9999-12-31 23:59:59"},
        {"date": "0001-01-01 00:00:00"},
        {"total": None},
        {"seconds": "a while"},
        {"seconds": "9" * 400},
    ],
    ids=str,
)
def test_a_row_that_would_spoil_a_sum_is_counted_and_told_once(odd: dict[str, Any]) -> None:
    with Wire(said(cdr=[ROW, {**ROW, **odd}, ROW])) as wire, account(wire) as phones, capture_logs() as logged:
        (found,) = phones.cdrs(*NOVEMBER)
    assert (found, found.unreadable) == ((JOHN, JOHN), 1)
    assert [(line["event"], line["rows"]) for line in logged] == [("not all could be read", 1)]


def test_a_cut_list_of_calls_is_no_shorter_list() -> None:
    with Wire(http(b'{"status": "success", "cdr": [' + json.dumps(ROW).encode() + b",")) as wire, account(wire) as phones:
        with pytest.raises(Unreadable):
            next(phones.cdrs(*NOVEMBER))
        assert len(wire.asked) == 2


def test_a_long_zipped_answer_is_read_to_its_end() -> None:
    rows = [json.dumps({**ROW, "uniqueid": str(n)}).encode() for n in range(20_000)]
    with Wire(zipped(b'{"status": "success", "cdr": [' + b",".join(rows) + b"]}")) as wire, account(wire) as phones:
        (found,) = phones.cdrs(*NOVEMBER)
    assert [call.uniqueid for call in found] == [str(n) for n in range(20_000)]


# Slices


def test_ninety_two_days_are_one_question() -> None:
    with Wire(said("no_cdr")) as wire, account(wire) as phones:
        assert list(phones.cdrs(date(2026, 8, 1), date(2026, 10, 31))) == [()]
    assert len(wire.asked) == 1


def test_a_year_is_asked_in_slices_that_share_a_day_and_every_call_is_told_once() -> None:
    first, last = date(2025, 12, 1), date(2026, 11, 30)
    rows = calls(first, last, 5)
    with Wire(selecting(rows)) as wire, account(wire) as phones:
        told = as_told(phones.cdrs(first, last))
    assert told == as_made(rows)
    slices = [days_of(asked) for asked in wire.asked]
    assert (slices[0][0], slices[-1][1]) == (first, last)
    assert all((end - begin).days <= 91 for begin, end in slices)
    assert [begin for begin, _ in slices[1:]] == [end for _, end in slices[:-1]]
    assert len(slices) == 4


def test_what_only_one_side_of_midnight_knows_is_told() -> None:
    """The first slice's answer lacks the last call of the day that it shares with the second."""
    first, last = date(2026, 1, 1), date(2026, 6, 1)
    shared = first + 91 * ONE_DAY
    rows = calls(shared, shared, 6)
    late = {**ROW, "date": f"{shared} 23:59:59", "uniqueid": "late"}
    early = {**ROW, "date": f"{shared} 00:00:00", "uniqueid": "early"}

    def by_question(asked: Asked) -> Say:
        return said(cdr=[early, *rows] if days_of(asked)[0] == first else [*rows, late])

    with Wire(by_question) as wire, account(wire) as phones:
        told = as_told(phones.cdrs(first, last))
    assert told == as_made([early, *rows, late])


def test_calls_whose_clock_is_beyond_the_shared_day_are_told_once_as_well() -> None:
    """With another ``timezone``, the rows of the shared New York day have times of the day before or after."""
    first, last = date(2026, 1, 1), date(2026, 6, 1)
    shared = first + 91 * ONE_DAY
    rows = [{**ROW, "date": f"{shared + ONE_DAY} 03:30:00"}, {**ROW, "date": f"{shared} 04:30:00"}]
    with Wire(said(cdr=rows)) as wire, account(wire, timezone_offset=0) as phones:
        told = [call.date for piece in phones.cdrs(first, last) for call in piece]
    assert (len(told), len(wire.asked)) == (2, 2)


LONG = {"call_logs": "x" * 9_000}


def test_a_busy_account_is_left_in_the_middle_and_asked_in_slices_that_fit() -> None:
    first, last = date(2026, 8, 1), date(2026, 8, 12)
    rows = calls(first, last, 600, **LONG)
    with Wire(selecting(rows)) as wire, account(wire) as phones:
        pieces = []
        for piece in phones.cdrs(first, last):
            pieces.append(piece)
            assert sum(len(call.call_logs) for call in piece) < 1.5 * ROOM
        told = as_told(pieces)
        asked_first = len(wire.asked)
        assert told == as_made(rows)
        assert days_of(wire.asked[0]) == (first, last)
        assert days_of(wire.asked[1])[0] == first
        assert asked_first < 12

        again = as_told(phones.cdrs(first, last))
        assert again == told
        assert days_of(wire.asked[asked_first])[1] < last, "it is known to be busy now"


def test_days_that_are_each_too_long_are_read_whole() -> None:
    first, last = date(2026, 8, 1), date(2026, 8, 3)
    rows = calls(first, last, 2_600, **LONG)
    with Wire(selecting(rows)) as wire, account(wire) as phones:
        assert as_told(phones.cdrs(first, last)) == as_made(rows)
    assert [days_of(asked) for asked in wire.asked] == [
        (first, last),
        (first, first + ONE_DAY),
        (first + ONE_DAY, last),
    ]


def test_an_account_that_is_no_longer_busy_is_asked_whole_again() -> None:
    first, last = date(2026, 8, 1), date(2026, 8, 8)
    busy = selecting(calls(first, last, 600, **LONG))
    quiet = selecting(calls(first, last, 2))
    moods = [busy]

    def by_question(asked: Asked) -> Say:
        return moods[0](asked)

    with Wire(by_question) as wire, account(wire) as phones:
        list(phones.cdrs(first, last))
        moods[0] = quiet
        list(phones.cdrs(first, last))
        before = len(wire.asked)
        list(phones.cdrs(first, last))
    assert len(wire.asked) - before == 1


def test_a_copy_with_another_patience_knows_which_accounts_are_busy() -> None:
    first, last = date(2026, 8, 1), date(2026, 8, 8)
    with Wire(selecting(calls(first, last, 600, **LONG))) as wire, account(wire) as phones:
        list(phones.cdrs(first, last))
        before = len(wire.asked)
        next(phones.patient(Priority.SWEEP, 5).cdrs(first, last))
    assert days_of(wire.asked[before])[1] < last


# A range that takes too long as one whole


def slow_beyond(days: int, rows: Rows) -> Callable[[Asked], Say]:
    """A VoIP.ms that never comes to the end of an answer on more days than that."""
    told = selecting(rows)

    def by_question(asked: Asked) -> Say:
        begin, end = days_of(asked)
        return hang if (end - begin).days + 1 > days else told(asked)

    return by_question


def hang(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.recv(1)  # until the other side goes


def test_a_long_range_that_is_not_answered_in_time_is_asked_for_by_the_week() -> None:
    first, last = date(2026, 8, 1), date(2026, 8, 31)
    rows, hands = calls(first, last, 3), Hands()
    with Wire(slow_beyond(7, rows)) as wire, account(wire, hands, timeout=0.3) as phones:
        assert as_told(phones.cdrs(first, last)) == as_made(rows)
        weeks = [days_of(asked) for asked in wire.asked[1:]]
        assert days_of(wire.asked[0]) == (first, last)
        assert [begin for begin, _ in weeks] == [first + n * 6 * ONE_DAY for n in range(5)]
        wire.asked.clear()
        assert as_told(phones.cdrs(first, last)) == as_made(rows)
        assert [days_of(asked) for asked in wire.asked] == weeks, "it is remembered"
        hands.now += 3601
        wire.asked.clear()
        assert as_told(phones.cdrs(first, last)) == as_made(rows)
        assert days_of(wire.asked[0]) == (first, last), "and forgotten after an hour"


def test_where_weeks_are_not_answered_in_time_either_nobody_waits_a_third_time() -> None:
    with Wire(hang) as wire, account(wire, timeout=0.2) as phones, pytest.raises(Unreachable, match="time-out"):
        list(phones.cdrs(date(2026, 8, 1), date(2026, 8, 31)))
    assert len(wire.asked) == 2


def test_a_short_range_that_is_not_answered_in_time_is_tried_again_and_fails() -> None:
    with Wire(hang) as wire, account(wire, timeout=0.2) as phones, pytest.raises(Unreachable, match="time-out"):
        list(phones.cdrs(date(2026, 8, 1), date(2026, 8, 7)))
    assert len(wire.asked) == 2
