"""``audit``: who asked what, from where, and how it ended."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice

from blocks import audit as view
from blocks.frame import code, line
from blocks.settings import Page, quoted
from handlers.choosing import short, untold
from handlers.help import slash_for
from handlers.memory import Memory
from handlers.people import People
from handlers.registry import Command, Csv, Misunderstood, Registry, Reply, Request
from handlers.unanswered import UNANSWERED
from rules.access import Role
from rules.periods import LONGEST_PHRASE, BadPeriod, Period
from rules.periods import WORDS as PERIOD_WORDS
from rules.periods import read as read_period
from store import audit
from store.audit import Entry, Search
from voipms import VoipMs

CSV_MOST = 100_000
NAMES_MOST = 50
HOME = "home"
"""Stands in the audit for the *Home* tab; it is no command."""
_PERSON = re.compile(r"<@([UW][A-Z0-9]{2,})>|([UW][A-Z0-9]{6,})")


@dataclass(frozen=True)
class Typed:
    """What the words look for, and what is said of it."""

    search: Search
    period: Period | None


def audit_command(memory: Memory, people: People | None, kept_days: int, registry: Callable[[], Registry]) -> Command:
    """``audit``.

    Args:
        people: What people are called; ``None`` where nothing is ever asked: for the manifest.
        kept_days: ``AUDIT_RETENTION_DAYS``.
        registry: What can be asked.
    """

    def run(asked: Request, phones: VoipMs) -> Reply:
        """The newest entries that fit."""
        typed = read(asked, registry())
        with memory.opened.reading() as transaction:
            count = audit.count(transaction, typed.search)
            first = asked.first if asked.first < count else 0
            entries = audit.entries(transaction, typed.search, view.SHOWN, first)
        names = _names(entries, people)
        shown = [_shown(one, names) for one in entries]
        again = _again(typed)
        page = Page(f"audit {again}".strip(), first)
        card = view.card(shown, count, _in_words(typed), asked.zone, kept_days, slash_for(asked.way), page)
        return Reply(headline=view.headline(count, typed.search.refused), blocks=card, again=again, csv=bool(entries))

    def csv(asked: Request, phones: VoipMs) -> Csv:
        """All that fit."""
        typed = read(asked, registry())
        with memory.opened.reading() as transaction:
            entries = audit.entries(transaction, typed.search, CSV_MOST)
        names = _names(entries, people)
        return Csv("audit.csv", view.rows((_shown(one, names) for one in entries), asked.zone))

    return Command(
        name="audit",
        usage="[@person] [command] [period] [refused]",
        summary="Who asked what, and how it ended",
        role=Role.ADMIN,
        examples=("", "today", "refused"),
        run=run,
        csv=csv,
        details=(
            "In any order: a person, the name of a command, a period like `yesterday` or `last-week`, and `refused`.",
            "Phone numbers are masked, and what is typed into a form is never kept.",
        ),
        pages=True,
        names_places=True,
        by_itself=True,
    )


def read(asked: Request, registry: Registry) -> Typed:
    """What the words look for.

    Args:
        registry: Whose commands can be looked for.

    Raises:
        Misunderstood: Two periods, people or commands; or a word that is none of them.
    """
    left = list(asked.words)
    periods: list[Period] = []
    people: list[str] = []
    commands: list[str] = []
    refused = False
    while left:
        if count := _period(left, asked, periods):
            del left[:count]
            continue
        word = left.pop(0)
        if found := _PERSON.fullmatch(word):
            people.append(found[1] or found[2])
        elif word.lower() in ("refused", "refusals", "denied"):
            refused = True
        elif word.lower() == "me":
            people.append(asked.person)
        elif name := _command(word, registry):
            commands.append(name)
        elif word.startswith("@"):
            raise untold(word)
        else:
            raise _unknown(word, asked, registry)
    for several, what in ((periods, "period"), (people, "person"), (commands, "command")):
        if len(set(several)) > 1:
            raise Misunderstood(
                f"I can look for one {what} at a time.", f"For example {code(f'{slash_for(asked.way)}audit calls yesterday')}"
            )
    period = periods[0] if periods else None
    since, until = period.bounds(asked.zone) if period else (None, None)
    search = Search(person=people[0] if people else "", command=commands[0] if commands else "", since=since, until=until, refused=refused)
    return Typed(search, period)


def _command(word: str, registry: Registry) -> str:
    """The name of the command, however it is typed; ``""`` where there is none of that name."""
    name = word.lower().removeprefix("/").removeprefix("voip-")
    found = registry.get(name)
    return found.name if found is not None else name if name == HOME else ""


def _unknown(word: str, asked: Request, registry: Registry) -> Misunderstood:
    slash = slash_for(asked.way)
    known = (*PERIOD_WORDS, *(command.name for command in registry), HOME, "refused")
    near = get_close_matches(word.lower(), known, n=1, cutoff=0.7)
    words = " ".join(quoted(near[0] if one == word else one) for one in asked.words) if near else "@ben last-week refused"
    return Misunderstood(f"I do not know “{short(word)}”.", f"{'Did you mean' if near else 'For example'} {line(f'{slash}audit {words}')}")


def _period(left: list[str], asked: Request, periods: list[Period]) -> int:
    """How many of the first words make a period; it is added to those that were found."""
    for count in range(min(LONGEST_PHRASE, len(left)), 0, -1):
        try:
            period = read_period(" ".join(left[:count]), asked.today)
        except BadPeriod as bad:
            raise Misunderstood(str(bad), f"For example {code(bad.example)}") from None
        if period is not None:
            periods.append(period)
            return count
    return 0


def _again(typed: Typed) -> str:
    search = typed.search
    person = f"<@{search.person}>" if search.person else ""
    words = (person, search.command, typed.period.words if typed.period else "", "refused" if search.refused else "")
    return " ".join(filter(None, words))


def _in_words(typed: Typed) -> str:
    search = typed.search
    return view.looked_for(
        {
            "Who": f"<@{search.person}>" if search.person else "",
            "Command": code(search.command) if search.command else "",
            "Period": typed.period.days if typed.period else "",
            "Ended": "refused" if search.refused else "",
        }
    )


def _shown(one: Entry, names: Mapping[str, str]) -> view.Entry:
    return view.Entry(
        at=one.at,
        name=names.get(one.person, one.person),
        person=one.person,
        way=one.way,
        channel=one.channel,
        command=one.command,
        about=one.about,
        result=one.result,
        error_id=one.error_id,
    )


def _names(entries: Iterable[Entry], people: People | None) -> dict[str, str]:
    """What people are called; Slack does not like to be asked for hundreds at once, the others go by their ids."""
    some = islice(dict.fromkeys(one.person for one in entries), NAMES_MOST)
    return {person: _name(person, people) for person in some}


def _name(person: str, people: People | None) -> str:
    try:
        return people.profile(person).name or person if people is not None else person
    except UNANSWERED:
        return person
