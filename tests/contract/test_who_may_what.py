"""Who may do what, and where: every command in every way, by every kind of person, in every kind of channel, against a table.

The tables stand here and not in the product: a new command, a new kind of person or a new way has to be written down to be tried.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from handlers.registry import Submitted, Way
from rules.access import Grant, Role, Subject
from rules.limits import Fence
from store import access
from tests.front_door import ADMIN, BIRCH, CLIENT, GRANTED, NOW, OPEN, SHARED, Answer, Door, opened

NONE, VIEWER, OPERATOR, ADMINS = Role.NONE, Role.VIEWER, Role.OPERATOR, Role.ADMIN


@dataclass(frozen=True)
class Needs:
    """What a command needs.

    Attributes:
        here: Whether it may be asked where only a part of the account is seen.
        line: Asks something that can be answered anywhere it may be asked.
        forms: What tells its forms from each other.
    """

    role: Role
    here: bool
    line: str = ""
    forms: tuple[str, ...] = ()


COMMANDS = {
    "help": Needs(NONE, True),
    "whoami": Needs(NONE, True),
    "status": Needs(VIEWER, True),
    "alerts": Needs(VIEWER, True),
    "accounts": Needs(VIEWER, True),
    "voicemail": Needs(VIEWER, True),
    "calls": Needs(VIEWER, True, "yesterday"),
    "numbers": Needs(VIEWER, True),
    "clients": Needs(OPERATOR, True),
    "client-calls": Needs(OPERATOR, True, f"{CLIENT} yesterday"),
    "watch": Needs(OPERATOR, False),
    "balance": Needs(OPERATOR, False),
    "packages": Needs(OPERATOR, False),
    "client-login": Needs(OPERATOR, False, forms=("",)),
    "report": Needs(ADMINS, False, "list", forms=("",)),
    "access": Needs(ADMINS, False, forms=("grant", "channel")),
    "audit": Needs(ADMINS, False),
    "doctor": Needs(ADMINS, False),
}
CSV = frozenset(("status", "alerts", "accounts", "voicemail", "calls", "numbers", "clients", "client-calls", "packages", "access", "audit"))
"""Commands with a table."""
SHARED_ONES = frozenset(("status", "alerts", "accounts", "voicemail", "calls", "numbers", "balance"))
"""Commands whose answers may be shared."""
DIRECT, HOME = "D0SOMEBODY", ""
PLACES = (OPEN, BIRCH, GRANTED, SHARED, DIRECT, HOME)
PEOPLE: dict[str, dict[str, Role]] = {
    # in the order of PLACES; BIRCH is limited, and whoever asks in it is a viewer, guests included; in GRANTED operators, without guests
    "admin by the settings": dict(zip(PLACES, (ADMINS,) * 6, strict=True)),
    "admin by grant": dict(zip(PLACES, (ADMINS,) * 6, strict=True)),
    "operator by grant": dict(zip(PLACES, (OPERATOR,) * 6, strict=True)),
    "operator by group": dict(zip(PLACES, (OPERATOR,) * 6, strict=True)),
    "viewer by grant": dict(zip(PLACES, (VIEWER,) * 6, strict=True)),
    "shut out by name": dict(zip(PLACES, (NONE,) * 6, strict=True)),
    "nobody in particular": dict(zip(PLACES, (NONE, VIEWER, OPERATOR, NONE, NONE, NONE), strict=True)),
    "guest": dict(zip(PLACES, (NONE, VIEWER, NONE, NONE, NONE, NONE), strict=True)),
    "guest by grant": dict(zip(PLACES, (VIEWER,) * 6, strict=True)),
    "guest in a group": dict(zip(PLACES, (NONE, VIEWER, NONE, NONE, NONE, NONE), strict=True)),
    "of another organisation": dict(zip(PLACES, (NONE, VIEWER, NONE, NONE, NONE, NONE), strict=True)),
    "of another organisation by grant": dict(zip(PLACES, (OPERATOR,) * 6, strict=True)),
    "bot": dict(zip(PLACES, (NONE,) * 6, strict=True)),
    "bot by grant": dict(zip(PLACES, (NONE,) * 6, strict=True)),
    "deactivated": dict(zip(PLACES, (NONE,) * 6, strict=True)),
    "deactivated admin": dict(zip(PLACES, (NONE,) * 6, strict=True)),
    "not known to Slack": dict(zip(PLACES, (NONE,) * 6, strict=True)),
}
IDS = {who: f"U0PERSON{number:02}" for number, who in enumerate(PEOPLE)} | {"admin by the settings": ADMIN}
KINDS: dict[str, dict[str, Any]] = {
    "guest": {"guest": True},
    "guest by grant": {"guest": True},
    "guest in a group": {"guest": True},
    "of another organisation": {"stranger": True},
    "of another organisation by grant": {"stranger": True},
    "bot": {"bot": True},
    "bot by grant": {"bot": True},
    "deactivated": {"gone": True},
    "deactivated admin": {"gone": True},
}
GRANTS = {
    "admin by grant": ADMINS,
    "operator by grant": OPERATOR,
    "viewer by grant": VIEWER,
    "shut out by name": NONE,
    "guest by grant": VIEWER,
    "of another organisation by grant": OPERATOR,
    "bot by grant": ADMINS,
    "deactivated admin": ADMINS,
}


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    with opened() as made:
        for who, person in IDS.items():
            if who not in ("not known to Slack", "admin by the settings"):
                made.slack.person(person, name=who, **KINDS.get(who, {}))
        made.slack.group("S0OPERATORS", "operators", [IDS["operator by group"], IDS["guest in a group"]])
        some = [Grant(subject=Subject.PERSON, id=IDS[who], role=role, by=ADMIN, at=NOW) for who, role in GRANTS.items()]
        some += [
            Grant(subject=Subject.GROUP, id="S0OPERATORS", role=OPERATOR, by=ADMIN, at=NOW),
            Grant(subject=Subject.CHANNEL, id=BIRCH, role=VIEWER, outsiders=True, by=ADMIN, at=NOW),
            Grant(subject=Subject.CHANNEL, id=GRANTED, role=OPERATOR, by=ADMIN, at=NOW),
        ]
        with made.store.writing() as transaction:
            for one in some:
                access.give(transaction, one, (ADMIN,))
            access.fence_in(transaction, BIRCH, Fence(clients=frozenset((CLIENT,))), ADMIN, NOW)
        yield made


def may(command: str, who: str, place: str) -> bool:
    """What the tables say; of whom Slack does not know, nobody can say anything."""
    if who == "not known to Slack":
        return False
    needs = COMMANDS[command]
    return PEOPLE[who][place] >= needs.role and (needs.here or place != BIRCH)


def was_allowed(answer: Answer, who: str) -> bool:
    """Whether it was; whoever Slack does not know has no role, which is told as Slack's failure."""
    return answer.allowed and not (who == "not known to Slack" and answer.entry.result == "slack")


WAYS: dict[str, Callable[[Door, str, str, str], Answer]] = {
    "slash command": lambda door, line, person, place: door.ask(line, person, place, Way.SLASH),
    "mention": lambda door, line, person, place: door.ask(line, person, place, Way.MENTION),
    "direct message": lambda door, line, person, place: door.ask(line, person, place, Way.DIRECT),
    "button": lambda door, line, person, place: door.ask(line, person, place, Way.BUTTON),
    "home": lambda door, line, person, place: door.ask(line, person, place, Way.HOME),
    "shortcut": lambda door, line, person, place: door.ask(line, person, place, Way.SHORTCUT),
}
WAYS_TO = {
    OPEN: ("slash command", "button"),
    BIRCH: ("slash command", "mention", "button"),
    GRANTED: ("slash command",),
    SHARED: ("mention",),
    DIRECT: ("direct message",),
    HOME: ("home", "shortcut"),
}


def test_every_command_every_kind_of_person_and_every_way_has_its_row(door: Door) -> None:
    registry = {command.name: command for command in door.front.registry}
    assert set(registry) == set(COMMANDS)
    assert {name for name, command in registry.items() if command.csv is not None} == CSV
    assert {name for name, command in registry.items() if command.submit is not None} == {n for n, needs in COMMANDS.items() if needs.forms}
    assert {way.value for way in Way} == {*WAYS, "form"}


@pytest.mark.parametrize("who", PEOPLE)
def test_a_line_is_answered_exactly_where_the_table_says(door: Door, who: str) -> None:
    wrong = [
        (command, place, way)
        for command, needs in COMMANDS.items()
        for place in PLACES
        for way in WAYS_TO[place]
        if was_allowed(WAYS[way](door, f"{command} {needs.line}", IDS[who], place), who) is not may(command, who, place)
    ]
    assert wrong == []


@pytest.mark.parametrize("who", PEOPLE)
def test_a_file_is_sent_and_an_answer_shared_exactly_where_the_table_says(door: Door, who: str) -> None:
    wrong = []
    for command in sorted(CSV | SHARED_ONES):
        line = f"{command} {COMMANDS[command].line}"
        for place in (OPEN, BIRCH, GRANTED):
            allowed = may(command, who, place)
            if command in CSV:
                sent = door.csv(line, IDS[who], place)
                wrong += [(command, place, "csv")] if was_allowed(sent, who) is not allowed or bool(sent.file) > allowed else []
            shared = door.share(line, IDS[who], place)
            told = shared.public is not None
            wrong += [(command, place, "share")] if told is not (allowed and command in SHARED_ONES) else []
    assert wrong == []
    assert door.share("calls yesterday", IDS[who], SHARED).public is None, "nothing is shared with another organisation"


FILLED: dict[str, dict[str, str]] = {
    "client-login": {"email": "office@birchdental.example", "password": "not-the-one"},
    "report": {},
    "access:grant": {"people": "U0NOBODY", "role": "viewer"},
    "access:channel": {"channel": "C0OTHER", "clients": CLIENT},
}


@pytest.mark.parametrize("who", PEOPLE)
def test_a_form_is_taken_and_drawn_exactly_where_the_table_says(door: Door, who: str) -> None:
    wrong = []
    for command, needs in COMMANDS.items():
        for form in needs.forms:
            submitted = Submitted(values=FILLED[f"{command}:{form}" if form else command], form=form)
            for place in (OPEN, BIRCH, DIRECT, HOME):
                answer = door.submit(command, submitted, IDS[who], place)
                wrong += [(command, form, place)] if was_allowed(answer, who) is not may(command, who, place) else []
            assert not was_allowed(door.submit(command, submitted, IDS[who], None), who), "nobody can tell where it was opened"
    with door.store.writing() as transaction:
        access.take(transaction, Subject.PERSON, "U0NOBODY", (ADMIN,))
        access.set_free(transaction, "C0OTHER")
    assert wrong == []


@pytest.mark.parametrize("who", PEOPLE)
def test_a_form_suggests_only_to_who_may_send_it(door: Door, who: str) -> None:
    command = door.front.registry.get("access")
    for place in (OPEN, BIRCH, DIRECT, HOME):
        for what in ("accounts", "clients", "mailboxes", "sites"):
            options = door.front.picks.options(IDS[who], place, command, what, "")
            assert bool(options) is may("access", who, place), (what, place)
        lines = door.front.picks.lines(IDS[who], place, door.front.registry, "")
        offered = {option["value"].split()[0] for option in lines}
        assert offered - {"voicemail"} == {name for name in ("accounts", "clients") if may(name, who, place)}, place
        assert "voicemail" not in offered or may("voicemail", who, place), place
    assert door.front.picks.options(IDS[who], None, command, "accounts", "") == []
    assert door.front.picks.lines(IDS[who], None, door.front.registry, "") == []
    assert door.front.picks.options(IDS[who], OPEN, None, "accounts", "") == []


@pytest.mark.parametrize("who", PEOPLE)
def test_a_number_in_a_message_is_looked_up_exactly_where_the_table_says(door: Door, who: str) -> None:
    for place in (OPEN, BIRCH, GRANTED, DIRECT):
        for numbers in (["5145550164"], ["5145550164", "5145550165"], []):
            question, kept = door.question("calls", IDS[who], place, Way.SHORTCUT)
            door.front.desk.look_up(question, numbers)
            answer = Answer(door.entry(), kept.message)
            assert was_allowed(answer, who) is may("calls", who, place), (place, numbers)


@pytest.mark.parametrize("who", [who for who in PEOPLE if who != "not known to Slack"])
def test_home_shows_exactly_what_the_role_may_ask(door: Door, who: str) -> None:
    blocks, role = door.front.home.blocks(IDS[who])
    assert role is PEOPLE[who][HOME]
    shown = str(blocks)
    asked = {value.split()[0] for value in values_in(blocks)}
    assert asked <= {command for command in COMMANDS if may(command, who, HOME)}
    assert ("Being read" in shown) is (role >= VIEWER) and ("Acknowledge" in shown) is (role >= OPERATOR)
    assert ("203.0.113.7" in shown) is (role >= VIEWER)


def values_in(part: Any) -> Iterator[str]:
    """Every command line behind a control."""
    if isinstance(part, dict):
        if isinstance(part.get("value"), str):
            yield part["value"]
        for one in part.values():
            yield from values_in(one)
    elif isinstance(part, list):
        for one in part:
            yield from values_in(one)


def test_with_a_default_role_full_members_have_it_and_nobody_else() -> None:
    with opened(DEFAULT_ROLE="viewer") as door:
        kinds: dict[str, dict[str, Any]] = {
            "U0MEMBER": {},
            "U0GUEST": {"guest": True},
            "U0FOREIGN": {"stranger": True},
            "U0BOT": {"bot": True},
        }
        for who, kind in kinds.items():
            door.slack.person(who, **kind)
            assert door.ask("accounts", who).allowed is (who == "U0MEMBER")
        assert not door.ask("balance", "U0MEMBER").allowed


def test_rights_are_looked_up_anew_at_each_click(door: Door) -> None:
    person = IDS["viewer by grant"]
    assert door.ask("accounts", person, way=Way.BUTTON).allowed
    with door.store.writing() as transaction:
        access.take(transaction, Subject.PERSON, person, (ADMIN,))
    assert not door.ask("accounts", person, way=Way.BUTTON).allowed and not door.csv("accounts", person).allowed
    with door.store.writing() as transaction:
        access.give(transaction, Grant(subject=Subject.PERSON, id=person, role=VIEWER, by=ADMIN, at=NOW), (ADMIN,))


def test_everything_refused_is_in_the_audit_with_who_where_and_what(door: Door) -> None:
    entry = door.ask("balance", IDS["viewer by grant"], OPEN).entry
    assert (entry.person, entry.channel, entry.way, entry.command, entry.result) == (
        IDS["viewer by grant"],
        OPEN,
        "slash command",
        "balance",
        "refused",
    )
