"""The board, remembered or looked at now: problems first, each with its age, and nobody missing of whom VoIP.ms did not say "no"."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from blocks.board import OF_DEVICES, Board, Watched, card, headline, rows
from blocks.settings import Lost
from rules.registrations import Look, as_seen, devices, passed_over, saw, saw_nothing
from rules.surroundings import Surroundings, Who
from rules.timing import Timing
from rules.watch import Line, State
from tests.outages import HEAD, LAVAL, TORONTO, named
from tests.unit.pictures import EVIL, faults, values_of, words_of
from tests.watching import NOON
from voipms import Device, Registration, Rows, SubAccount

TIME_OUT = "VoIP.ms did not answer within 30 seconds."
AROUND = Surroundings(now=NOON, zone=TORONTO, sites={HEAD: "Head office"}, sweep=timedelta(minutes=4), timing=Timing())


def phone(n: int, state: State = State.OK, *, site: str = HEAD, age: float = 12, name: str = "", **more: Any) -> Watched:
    at = NOON - timedelta(seconds=age)
    down = None if state in (State.OK, State.UNSEEN) else NOON - timedelta(minutes=4)
    line = Line(account=f"100001_p{n}", state=state, answered_at=at, site=site, pop="5", pop_name="montreal5", nos=1, down_since=down)
    who = Who(account=line.account, name=name or named(n), extension=str(101 + n), line=line, looked_at=at)
    return replace(Watched(who=who), **more)


def board(watched: Sequence[Watched], **more: Any) -> Board:
    return Board(watched, replace(AROUND, **more))


ATLANTA = Device(server_name="Atlanta, GA", server_shortname="Atlanta", register_ip=HEAD, register_port="5060", rerouted="1")


def account(n: int, name: str = "") -> SubAccount:
    return SubAccount(account=f"100001_p{n}", description=name or f"Phone {n}", internal_extension=str(100 + n), auth_type="1")


def found(look: Look, **more: Any) -> Watched:
    who = Who(account=look.account, name=look.name, line=as_seen(Line(account=look.account), look), looked_at=look.looked_at)
    return Watched(who=replace(who, extension=look.extension), problem=look.problem, devices=devices(look), **more)


def answered(n: int, *some: Device, age: float = 0, name: str = "") -> Watched:
    registration = Registration(account="x", registered=bool(some), devices=Rows(some))
    return found(saw(account(n, name), registration, NOON - timedelta(seconds=age)))


def looked_at(registered: int = 0, missing: int = 0, unknown: int = 0, passed: int = 0, name: str = "") -> Board:
    """A board of looks from now."""
    n = iter(range(registered + missing + unknown + passed))
    return Board(
        [
            *(answered(next(n), ATLANTA, name=name) for _ in range(registered)),
            *(answered(next(n), age=4, name=name) for _ in range(missing)),
            *(found(saw_nothing(account(next(n), name), TIME_OUT + name, NOON)) for _ in range(unknown)),
            *(found(passed_over(account(next(n), name))) for _ in range(passed)),
        ],
        AROUND,
        live=True,
    )


def drawn(made: Board) -> str:
    blocks = card(made, "/voip ")
    assert faults(blocks) == []
    return words_of(blocks)


def test_all_is_well_is_said_in_one_line_with_how_late_it_would_be_seen() -> None:
    made = board([phone(n, age=12 + n) for n in range(12)])
    assert headline(made) == "All 12 phones are registered"
    words = drawn(made)
    assert "🟢  Head office" in words and "all 12 registered  ·  montreal5" in words
    assert (
        "As of Mon 23 Nov 2026 07:00 EST, looks between 12 s and 23 s old" in words
        and "a dropped registration is seen within 4 min and told 1 min later" in words
    )


def test_problems_come_first_each_with_its_state_age_and_a_look_now() -> None:
    made = board([phone(2), phone(0, State.MISSING), phone(1, State.SUSPECT, site=LAVAL), phone(3, State.RECOVERING)])
    assert headline(made) == "1 of 4 phones is missing: Front desk, 1 coming back, 1 suspect"
    words = drawn(made)
    assert words.index("🔴  *Front desk*  ·  ext. 101  ·  Head office\nMissing for 4 min") < words.index("🟠  *Boardroom*")
    assert "Suspect: one look said no, being checked, looked 12 s ago" in words and "Registered again a moment ago" in words
    assert values_of(card(made, ""))[:3] == ["status 100001_p0", "status 100001_p3", "status 100001_p1"]


def test_what_nobody_knows_is_unknown_in_words_with_its_reason() -> None:
    made = board([phone(0, age=3600, problem="VoIP.ms did not answer within 30 seconds."), phone(1)])
    assert headline(made) == "1 of 2 phones is registered, 1 unknown"
    assert "*Unknown* (1): these phones may be fine\nVoIP.ms did not answer within 30 seconds.\nFront desk (101)" in drawn(made)


def test_a_last_look_that_failed_says_how_old_is_what_is_said() -> None:
    words = drawn(board([phone(0, age=200, problem="VoIP.ms has an outage (HTTP 503)."), phone(1)]))
    assert "The last look at 1 phone was not answered" in words and "up to 3 min old" in words


def test_while_voipms_cannot_be_seen_that_is_said_first() -> None:
    words = drawn(board([phone(0)], blind_since=NOON - timedelta(minutes=10)))
    assert "*Cannot see VoIP.ms* since Mon 23 Nov 2026 06:50 EST: what follows is how it was then." in words


def test_who_was_never_seen_and_who_may_be_offline_is_no_problem() -> None:
    made = board([phone(0, State.UNSEEN), phone(1, State.MISSING, offline=True), phone(2)])
    assert headline(made) == "1 of 3 phones is registered, 1 never seen, 1 may be offline"
    assert "Never seen registered, silent until they are: Front desk (101)" in drawn(made) and "May be offline: Boardroom (102)" in drawn(
        made
    )


def test_many_problems_are_a_table_and_the_rest_is_counted() -> None:
    made = board([phone(n, State.MISSING) for n in range(500)])
    assert headline(made) == "All 500 phones are missing: Ana Roy, Ben Kay, Boardroom and 497 more"
    blocks = card(made, "")
    assert faults(blocks) == [] and any(block["type"] == "table" for block in blocks) and "all in the CSV" in words_of(blocks)


def test_nobody_has_looked_yet() -> None:
    made = board([replace(phone(0), who=replace(phone(0).who, looked_at=None))])
    assert headline(made) == "1 phone: 1 not looked at" and "Not looked at yet" in drawn(made)
    assert headline(board([])) == "No phone is watched" and faults(card(board([]), "")) == []


def test_where_nothing_is_known_no_site_is_called_down() -> None:
    made = board([phone(n, age=3600) for n in range(12)])
    assert headline(made) == "12 phones: 12 unknown" and "Head office" not in drawn(made) and "🔴" not in drawn(made)
    assert "🟢  Head office*\n11 of 12 registered  ·  1 not known  ·  montreal5" in drawn(
        board([phone(0, age=3600), *map(phone, range(1, 12))])
    )


def test_the_file_has_one_row_for_each_phone_and_what_was_last_seen_of_it() -> None:
    made = board([phone(0, State.MISSING), phone(1)])
    head, first, second = rows(made, TORONTO, TORONTO)
    assert head[:4] == ["Name", "Extension", "Login", "State"] and len(first) == len(second) == len(head)
    assert {first[0], second[0]} == {"Front desk", "Boardroom"} and "203.0.113.7" in first and "montreal5" in second


# Looked at now


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (looked_at(), "No phone is watched"),
        (looked_at(registered=43), "All 43 phones are registered"),
        (looked_at(registered=1), "The only phone is registered"),
        (looked_at(missing=1), "The only phone is missing: Phone 0"),
        (looked_at(registered=40, missing=3), "3 of 43 phones are missing: Phone 40, Phone 41, Phone 42"),
        (looked_at(registered=42, missing=1), "1 of 43 phones is missing: Phone 42"),
        (looked_at(registered=41, unknown=2), "41 of 43 phones are registered, 2 could not be asked"),
        (
            looked_at(registered=38, missing=1, unknown=2, passed=1200),
            "1 of 1,241 phones is missing: Phone 38, 2 could not be asked, 1,200 not looked at",
        ),
        (looked_at(unknown=43), "43 phones: 43 could not be asked"),
        (looked_at(unknown=4, passed=1), "5 phones: 4 could not be asked, 1 not looked at"),
    ],
)
def test_the_headline_says_what_is_known_and_what_is_not(made: Board, said: str) -> None:
    assert headline(made) == said


def test_a_phone_that_could_not_be_asked_is_never_shown_as_missing_and_the_reason_is_said_once() -> None:
    words = drawn(looked_at(registered=3, unknown=4))
    assert "missing" not in words.lower() and words.count(TIME_OUT) == 1
    assert "⚪  *Could not be asked* (4): these phones may be fine" in words and "Phone 3 (103), Phone 4 (104)" in words


def test_what_a_look_from_now_found_is_told_as_what_is_remembered() -> None:
    made = looked_at(registered=3, missing=1)
    words = drawn(made)
    assert "🔴  *Phone 3*  ·  ext. 103\nMissing, looked 4 s ago" in words and "🟢  Head office*\nall 3 registered  ·  Atlanta" in words
    assert values_of(card(made, "")) == ["status 100001_p3"] and "`/voip status 100` shows one in full" in words


def test_the_board_says_how_old_its_looks_are() -> None:
    def age(*ages: float) -> str:
        return drawn(Board([answered(n, ATLANTA, age=age) for n, age in enumerate(ages)], AROUND, live=True))

    assert "looks between 12 s and 58 s old" in age(58, 12) and "looks 12 s old" in age(12)
    assert "looks up to 58 s old" in age(58, 12, 0) and "looked at just now" in age(0)


def test_who_is_never_looked_at_and_what_could_not_be_read_is_in_small_print() -> None:
    made = replace(looked_at(registered=1), aside={"known by a fixed address": ["Old PBX"], "set to be ignored": ["A", "B"]}, lost=Lost(2))
    words = drawn(made)
    assert "Never looked at: 1 account known by a fixed address: Old PBX" in words and "2 accounts set to be ignored: A, B" in words
    assert "2 rows of VoIP.ms's answer could not be read" in words


def test_who_time_did_not_allow_is_told_and_a_long_list_is_cut() -> None:
    words = drawn(looked_at(missing=300, passed=300))
    assert "more, all in the CSV" in words and "*Not looked at* (300): there was no time left" in words and "and 288 more" in words


def test_the_file_of_a_look_from_now_has_a_row_for_each_device_and_one_for_a_phone_without() -> None:
    seen = msgspec.structs.replace(ATLANTA, register_ip=LAVAL, register_next=datetime(2026, 11, 23, 13, 20))
    some = looked_at(unknown=1, passed=1).watched
    made = Board([answered(8, ATLANTA, seen), answered(9, age=60), *some], AROUND, live=True)
    head, *body = rows(made, TORONTO, ZoneInfo("America/New_York"))
    assert head[:11] == next(rows(board([]), TORONTO, TORONTO))[:11] and len(set(head)) == len(head)
    fields = {field for field in Device.__struct_fields__ if field not in ("register_ip", "register_useragent")}
    assert set(OF_DEVICES) == fields, "the address and the device stand with what is remembered of them"
    named = [dict(zip(head, row, strict=True)) for row in body]
    assert [row["State"] for row in named] == ["unknown", "not looked at", "registered", "registered", "missing"]
    assert [row["Site"] for row in named] == ["", "", "", "Head office", ""] and named[2]["Address"] == LAVAL
    assert named[2]["Next registration (America/Toronto)"] == "2026-11-23 13:20:00" and named[2]["Rerouted"] == "1"
    assert named[4]["Looked at (America/Toronto)"] == "2026-11-23 06:59:00" and named[1]["Looked at (America/Toronto)"] == ""
    assert named[0]["Reason"] == TIME_OUT


# Every picture


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        *(("", counts) for counts in ((5000, 0, 0, 0), (0, 5000, 0, 0), (0, 0, 5000, 0), (1000, 1000, 1000, 2000))),
        *((EVIL, counts) for counts in ((1, 8, 6, 9), (3, 9, 2, 20))),
    ],
)
def test_no_board_of_looks_from_now_breaks_slacks_limits(name: str, counts: tuple[int, int, int, int]) -> None:
    made = looked_at(*counts, name=name)
    made = replace(made, aside={"set to be ignored": [name or "Ana"] * 5000}, around=replace(AROUND, sites={HEAD: EVIL}))
    blocks = card(made, "/voip ")
    assert faults(blocks) == [] and len(blocks) <= 40 and "\n" not in headline(made)


@pytest.mark.parametrize("state", list(State))
def test_hostile_names_break_no_board(state: State) -> None:
    for count in (1, 9, 300):
        made = board([phone(n, state, name=EVIL, problem=EVIL) for n in range(count)], sites={HEAD: EVIL})
        for one in (made, replace(made, place=EVIL)):
            assert faults(card(one, "/voip ")) == [] and "\n" not in headline(one)


@pytest.mark.parametrize("missing", [0, 1, 8, 9])
def test_the_board_of_a_place_names_those_that_are_well_where_there_is_room_for_a_table(missing: int) -> None:
    some = [phone(n, State.MISSING if n < missing else State.OK, name=f"Desk {n}") for n in range(12)]
    made = replace(board(some), place="Head office")
    assert headline(made).startswith("Head office: ")
    blocks = card(made, "/voip ")
    assert faults(blocks) == [] and sum(block["type"] == "table" for block in blocks) == 1
    assert ("Desk 11" in words_of(blocks)) is (missing <= 8) and "Look now" not in words_of(blocks[-2:])
