"""The board from the last looks: problems first, each with its age, unknown in words, and how late a problem can be seen."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from blocks.board import Board, Watched, card, headline, rows
from rules.surroundings import Surroundings, Who
from rules.timing import Timing
from rules.watch import Line, State
from tests.outages import HEAD, LAVAL, TORONTO, named
from tests.unit.pictures import EVIL, faults, values_of, words_of
from tests.watching import NOON

AROUND = Surroundings(now=NOON, zone=TORONTO, sites={HEAD: "Head office"}, sweep=timedelta(minutes=4), timing=Timing())


def phone(n: int, state: State = State.OK, *, site: str = HEAD, age: float = 12, name: str = "", **more: Any) -> Watched:
    at = NOON - timedelta(seconds=age)
    down = None if state in (State.OK, State.UNSEEN) else NOON - timedelta(minutes=4)
    line = Line(account=f"100001_p{n}", state=state, answered_at=at, site=site, pop="5", pop_name="montreal5", nos=1, down_since=down)
    who = Who(account=line.account, name=name or named(n), extension=str(101 + n), line=line, looked_at=at)
    return replace(Watched(who=who), **more)


def board(watched: Sequence[Watched], **more: Any) -> Board:
    return Board(watched, replace(AROUND, **more))


def drawn(made: Board) -> str:
    blocks = card(made, "/voip ")
    assert faults(blocks) == []
    return words_of(blocks)


def test_all_is_well_is_said_in_one_line_with_how_late_it_would_be_seen() -> None:
    made = board([phone(n, age=12 + n) for n in range(12)])
    assert headline(made) == "All 12 phones are registered"
    words = drawn(made)
    assert "🟢  Head office" in words and "all 12 registered  ·  montreal5" in words
    assert "From looks between 12 s and 23 s old" in words and "a dropped registration is seen within 4 min and told 1 min later" in words


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
    assert headline(made) == "500 of 500 phones are missing: Ana Roy, Ben Kay, Boardroom and 497 more"
    blocks = card(made, "")
    assert faults(blocks) == [] and any(block["type"] == "table" for block in blocks) and "all in the CSV" in words_of(blocks)


def test_nobody_has_looked_yet() -> None:
    made = board([replace(phone(0), who=replace(phone(0).who, looked_at=None))])
    assert headline(made) == "0 of 1 phones are registered, 1 not looked at" and "Not looked at yet" in drawn(made)
    assert headline(board([])) == "No phone is watched" and faults(card(board([]), "")) == []


def test_the_file_has_one_row_for_each_phone_and_what_was_last_seen_of_it() -> None:
    made = board([phone(0, State.MISSING), phone(1)])
    head, first, second = rows(made, TORONTO)
    assert head[:4] == ["Name", "Extension", "Login", "State"] and len(first) == len(second) == len(head)
    assert {first[0], second[0]} == {"Front desk", "Boardroom"} and "203.0.113.7" in first and "montreal5" in second


@pytest.mark.parametrize("state", list(State))
def test_hostile_names_break_no_board(state: State) -> None:
    for count in (1, 9, 300):
        made = board([phone(n, state, name=EVIL, problem=EVIL) for n in range(count)], sites={HEAD: EVIL})
        assert faults(card(made, "/voip ")) == [] and "\n" not in headline(made)
