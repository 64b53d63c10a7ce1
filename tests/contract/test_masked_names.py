"""Who sees phone numbers masked sees them so wherever somebody wrote one into a name, and nothing of the balance; and what took long is
not told where it may no longer be told."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from playground.company import Company, founded
from rules.access import Grant, Role, Subject
from rules.incidents import Incident, Kind
from rules.limits import Fence
from store import access, incidents, steering
from tests.contract.test_who_may_what import COMMANDS, CSV, SHARED_ONES
from tests.front_door import ADMIN, CLIENT, NOW, OPEN, Answer, Door, opened

VIEWER, OPERATOR = "U0VERA", "U0OLAF"
PLANTED = "514-555-0177"
FOUND = re.compile(r"514\W{0,3}555\W{0,3}0177")
LINES = (
    *(command for command, needs in COMMANDS.items() if needs.role <= Role.VIEWER and command != "calls"),
    *("calls 30d", "alerts history", "alerts details 2026-1125-01", "alerts look 2026-1125-02", "alerts 100001_frontdesk"),
    *("accounts 100001_frontdesk", "accounts front", "status now", "status 100001_frontdesk", "voicemail 1001", "voicemail a"),
    *("numbers 5145550100", "numbers 5145550113"),
)
BALANCE = "2026-1125-09"


def company() -> Company:
    """One in which everything is called by a phone number, too."""
    made = founded(seed=1, now=NOW)
    for login, one in made.sub_accounts.items():
        made.sub_accounts[login] = replace(one, description=f"{one.description} {PLANTED}")
    for number, box in made.mailboxes.items():
        made.mailboxes[number] = replace(box, name=f"{box.name} {PLANTED}")
    return made


@pytest.fixture
def door() -> Iterator[Door]:
    with opened(company()) as made:
        for person, role in ((VIEWER, Role.VIEWER), (OPERATOR, Role.OPERATOR)):
            made.slack.person(person)
            grant(made, person, role)
        yield made


def grant(door: Door, person: str, role: Role) -> None:
    with door.store.writing() as transaction:
        access.give(transaction, Grant(subject=Subject.PERSON, id=person, role=role, by=ADMIN, at=NOW), (ADMIN,))


def home(door: Door, person: str) -> str:
    return json.dumps(door.front.home.blocks(person)[0], ensure_ascii=False)


def test_a_viewer_reads_no_number_in_a_name(door: Door) -> None:
    with door.store.writing() as transaction:
        steering.name_site(transaction, door.company.sub_accounts["100001_frontdesk"].site.ip, f"Office {PLANTED}", ADMIN, NOW)
    told: dict[str, bool] = {}
    for line in LINES:
        command = line.split()[0]
        told[line] = bool(FOUND.search(door.ask(line, VIEWER).everything))
        if command in CSV:
            told[f"{line}, CSV"] = bool(FOUND.search(door.csv(line, VIEWER).everything))
        if command in SHARED_ONES:
            told[f"{line}, shared by an admin"] = bool(FOUND.search(door.share(line).everything))
    told["suggested"] = bool(FOUND.search(str(door.front.picks.lines(VIEWER, OPEN, door.front.registry, ""))))
    told["home"] = bool(FOUND.search(home(door, VIEWER)))
    assert {way for way, seen in told.items() if seen} == set()


def test_an_operator_reads_it(door: Door) -> None:
    for line in ("accounts", "status now", "alerts details 2026-1125-01", "voicemail"):
        assert FOUND.search(door.ask(line, OPERATOR).everything), line
    assert FOUND.search(str(door.front.picks.lines(OPERATOR, OPEN, door.front.registry, "")))
    assert FOUND.search(home(door, OPERATOR))


def test_that_the_balance_is_low_is_for_those_who_may_ask_for_it(door: Door) -> None:
    at = NOW - timedelta(minutes=5)
    low = Incident(id=BALANCE, kind=Kind.BALANCE, reason="4.07", opened_at=at, since=at, joined_at=at)
    with door.store.writing() as transaction:
        incidents.save(transaction, [low], {})
    lines = ("alerts", "alerts history", f"alerts details {BALANCE}")
    assert [line for line in lines if BALANCE not in door.ask(line, OPERATOR).everything] == []
    seen = "".join((*(door.ask(line, VIEWER).everything for line in lines[:2]), home(door, VIEWER), door.share("alerts").everything))
    assert BALANCE not in seen and "4.07" not in seen and "alance" not in seen
    assert door.ask(lines[2], VIEWER).entry.result == "misunderstood"


def limited(door: Door) -> None:
    with door.store.writing() as transaction:
        access.fence_in(transaction, OPEN, Fence(clients=frozenset((CLIENT,))), ADMIN, NOW)


def shut_out(door: Door) -> None:
    grant(door, OPERATOR, Role.NONE)


@pytest.mark.parametrize("change", [limited, shut_out])
@pytest.mark.parametrize("way", [Door.share, Door.csv])
def test_what_changes_while_the_bot_looks_is_heeded(door: Door, way: Callable[..., Answer], change: Callable[[Door], None]) -> None:
    before = len(door.slack.files)
    door.server.on_answer(lambda asked, body: change(door))
    answer = way(door, "accounts", OPERATOR)
    assert answer.entry.result == "refused" and answer.public is None and len(door.slack.files) == before
