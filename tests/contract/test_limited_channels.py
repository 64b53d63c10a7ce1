"""A channel that is limited to a reseller client tells nothing of anybody else: not in an answer, a file, a share, a list or an error."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.company import DAYS, Company, founded
from playground.company_parts import Mailbox
from playground.voipms import BadStatus, Dropped, Html
from tests.contract.test_who_may_what import COMMANDS, CSV, SHARED_ONES
from tests.foreign import Foreign
from tests.front_door import ADMIN, BIRCH, CLIENT, NOW, OPEN, Answer, Door, opened

HERE = sorted(command for command, needs in COMMANDS.items() if needs.here)
"""Commands that may be asked in such a channel."""
ELSEWHERE = sorted(set(COMMANDS) - set(HERE))


def company(days: int = DAYS) -> Company:
    made = founded(seed=1, now=NOW, days=days)
    for number, client in (("2001", CLIENT), ("2002", "561116")):
        made.mailboxes[number] = Mailbox(
            number, f"Mailbox of {made.clients[client].company}", "12345678", f"box@{client}.example", client=client
        )
    return made


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    with opened(company()) as made:
        assert made.ask(f"access channel <#{BIRCH}> to client {CLIENT}").allowed
        yield made


@pytest.fixture(scope="module")
def foreign(door: Door) -> Foreign:
    made = Foreign(door.company, CLIENT, NOW - timedelta(days=92))
    assert len(made.tokens) > 1000
    return made


def names_of_all(made: Company) -> list[str]:
    """What a curious person would type: everything that anybody is called, and pieces of it."""
    found: dict[str, None] = {}
    for one in made.sub_accounts.values():
        found.update(dict.fromkeys((one.login, one.username, one.extension, one.description)))
    for person in made.clients.values():
        found.update(dict.fromkeys((person.client, person.email, person.company, f"{person.firstname} {person.lastname}")))
    for did in made.dids.values():
        found.update(dict.fromkeys((did.did, did.did[-4:], did.description, did.routing)))
    for box in made.mailboxes.values():
        found.update(dict.fromkeys((box.mailbox, box.name, box.email)))
    found.update(
        dict.fromkeys(("100001", "main account", "2026-1125-01", "2026-1125-02", "grp:4768", "203.0.113.7", "67", "a", "1", "harbour"))
    )
    return [name for name in found if name]


@cache
def names() -> list[str]:
    """All of them; found when the first test asks, not while the tests are collected."""
    return names_of_all(company())


def test_the_limits_are_told_from_the_whole_by_what_is_told(door: Door, foreign: Foreign) -> None:
    """Where nothing is limited, the same questions do tell of others: the search finds what it looks for."""
    for command in HERE:
        if command not in ("help", "whoami", "client-calls"):
            line = "2026-1125-01" if command == "alerts" else COMMANDS[command].line
            assert foreign.found(door.ask(f"{command} {line}", channel=OPEN).everything), command


def told_of_others(door: Door, foreign: Foreign, command: str, names: list[str]) -> dict[str, frozenset[str]]:
    """What is told of others when each of them is named."""
    told: dict[str, frozenset[str]] = {}
    for name in ["", "yesterday", "last-month", "now", "history", *names]:
        typed = f'{command} "{name}"' if " " in name else f"{command} {name}"
        for answer in _every_way(door, command, typed):
            assert answer.entry.result in ("answered", "misunderstood", "refused"), (typed, answer.everything)
            if leak := foreign.found(answer.everything, typed):
                told[typed] = leak
    return told


@pytest.mark.parametrize("command", HERE)
def test_whoever_is_named_nothing_of_others_is_told(door: Door, foreign: Foreign, command: str) -> None:
    """Some names of each kind."""
    assert told_of_others(door, foreign, command, names()[::15]) == {}


@pytest.mark.soak
@pytest.mark.parametrize("command", HERE)
def test_whatever_of_everything_is_named_nothing_of_others_is_told(door: Door, foreign: Foreign, command: str) -> None:
    assert told_of_others(door, foreign, command, names()) == {}


def _every_way(door: Door, command: str, line: str) -> Iterator[Answer]:
    yield door.ask(line, channel=BIRCH)
    if command in CSV:
        yield door.csv(line, channel=BIRCH)
    if command in SHARED_ONES:
        yield door.share(line, channel=BIRCH)


@pytest.mark.parametrize("command", ELSEWHERE)
def test_what_is_about_more_is_refused_whatever_is_named(door: Door, foreign: Foreign, command: str) -> None:
    for name in ("", "list", *names()[::12]):
        answer = door.ask(f'{command} "{name}"', channel=BIRCH)
        assert not answer.allowed and not foreign.found(answer.everything, f"{command} {name}")


def test_the_clients_own_is_told(door: Door) -> None:
    assert "Birch Dental 1" in door.ask("accounts", channel=BIRCH).everything
    assert "Birch Dental 2" in door.csv("accounts", channel=BIRCH).everything
    assert "Mailbox of Birch Dental" in door.ask("voicemail", channel=BIRCH).everything
    assert "(450) 555-0152" in door.ask("numbers", channel=BIRCH).everything
    assert "Birch Dental 1 (ext. 601) is missing" in door.ask("alerts 2026-1125-01", channel=BIRCH).everything
    assert "$8.06" in door.ask("clients birch", channel=BIRCH).everything


def test_a_client_sees_its_own_prices_and_no_cost_of_the_resellers(door: Door) -> None:
    mine = [call for call in door.company.ledger if call.client == CLIENT]
    rows = list(csv.DictReader(io.StringIO(door.csv("calls 90d", channel=BIRCH).file.decode("utf-8-sig"))))
    told = {Decimal(row["Cost"]) for row in rows}
    assert len(rows) > 50 and told <= {call.price for call in mine} and {row["Rate"] for row in rows} == {""}
    assert not told & ({call.cost for call in mine} - {call.price for call in mine})


@pytest.mark.parametrize("typed", ["", "a", "1", "bir", "delta", "561116", "front", "2"])
def test_a_list_suggests_nothing_of_others(door: Door, foreign: Foreign, typed: str) -> None:
    command = next(one for one in door.front.registry if one.name == "clients")
    for what in ("accounts", "clients", "mailboxes", "sites", "groups", "anything"):
        options = door.front.picks.options(ADMIN, BIRCH, command, what, typed)
        assert not foreign.found(str(options))
        if what in ("accounts", "clients", "mailboxes") and typed in ("", "bir"):
            assert "Birch Dental" in str(options)
    lines = door.front.picks.lines(ADMIN, BIRCH, door.front.registry, typed)
    assert not foreign.found(str(lines)) and bool(lines) is (typed in ("", "a", "1", "bir", "2"))


@pytest.mark.parametrize("command", HERE)
def test_an_error_tells_nothing_of_others(foreign: Foreign, command: str) -> None:
    with opened(company(days=2), VOIPMS_TIMEOUT="0.2") as door:
        door.ask(f"access channel <#{BIRCH}> to client {CLIENT}")
        for fault in (BadStatus("invalid_account"), Html(503), Dropped()):
            door.server.heal()
            door.server.fail(fault, times=None)
            for line in (f"{command} {COMMANDS[command].line}", f"{command} 100001_deltafreight1"):
                assert not foreign.found(door.ask(line, channel=BIRCH).everything, line)


A_NAME = st.deferred(lambda: st.sampled_from(names()))
WORDS = st.one_of(
    A_NAME,
    st.sampled_from(
        ("today", "yesterday", "90d", "month", "in", "out", "missed", "number:5145550100", "over:1s", "history", "details", "look")
    ),
    st.sampled_from(
        ("list", "now", "all", "*", "%", "'", '"', "--", "or", "and", "of", "client", "site", "account", "<!channel>", "561116")
    ),
    st.text(max_size=8),
)
LINES = st.tuples(st.sampled_from(HERE), st.lists(WORDS, max_size=5)).map(lambda pair: " ".join((pair[0], *pair[1])))


def told_nothing(line: str, door: Door, foreign: Foreign) -> None:
    command = line.split()[0]
    for answer in _every_way(door, command, line):
        assert answer.entry.result != "fault" and not foreign.found(answer.everything, line), line


@settings(max_examples=60)
@given(line=LINES)
def test_no_line_makes_it_tell_of_others(door: Door, foreign: Foreign, line: str) -> None:
    told_nothing(line, door, foreign)


@pytest.mark.soak
@given(line=LINES)
def test_no_line_of_ten_thousand_makes_it_tell_of_others(door: Door, foreign: Foreign, line: str) -> None:
    told_nothing(line, door, foreign)
