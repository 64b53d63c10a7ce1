"""``numbers``: the phone numbers, where each really rings, and whether it rings where its phones are."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from blocks import numbers as view
from blocks.frame import digits, phone
from blocks.settings import NOTHING, Lost, Page, lost_in
from handlers.choosing import one_of
from handlers.help import slash_for
from handlers.looking import Looks
from handlers.optional import Told, if_told
from handlers.packages import PACKAGES
from handlers.parsing import MOST_DIGITS
from handlers.registry import Command, Csv, Reply, Request
from rules.access import Role
from rules.accounts import name_of
from rules.finding import by_name
from rules.registrations import registers
from rules.routing import accounts_of, follow, kinds, loops
from voipms import Did, Rows, Server, SubAccount, Target, Voicemail, VoipMs, VoipMsError

T = TypeVar("T")
MOST_LOOKS = 10
"""Phones of one number that are looked at: each costs a request."""
NO_TIME = VoipMsError("no time left", "There was no time left.")
_WHOLE_NUMBER = re.compile(r"[+(\d][\d\s().-]{5,}\d")
LEAST_DIGITS = 4
"""Of the end of a number, for it to mean that number."""


@dataclass(frozen=True, kw_only=True)
class Map:
    """What the routing strings lead to.

    Attributes:
        targets: By routing string.
        sub_accounts: By login; empty when no routing leads to one.
        lost: What could not be read.
        unasked: The kinds whose list could not be asked for, and the sentence that says so.
    """

    targets: Mapping[str, Target]
    sub_accounts: Mapping[str, SubAccount] = field(default_factory=dict)
    lost: Lost = NOTHING
    unasked: Mapping[str, str] = field(default_factory=dict)


def numbers(asked: Request, phones: VoipMs, live: Looks) -> Reply:
    """All numbers, or one with its ways, its POP and all its settings."""
    known = phones.dids()
    if asked.words:
        return _one(asked, phones, live, known, _chosen(asked, known))
    listed, lost, notes = _listed(asked, known, phones)
    card = view.card(listed, lost, notes, slash=slash_for(asked.way), hide=asked.masked, page=Page("numbers", asked.first))
    return Reply(headline=view.headline(listed), blocks=card, again=asked.from_here(), share=True, csv=True)


def numbers_csv(asked: Request, phones: VoipMs) -> Csv:
    """The list with every setting and where each number rings."""
    return Csv("numbers.csv", view.csv(_listed(asked, phones.dids(), phones)[0], hide=asked.masked, prices=_sees_prices(asked)))


def _sees_prices(asked: Request) -> bool:
    """What clients pay is told to those who may ask for packages."""
    return asked.role >= PACKAGES.role


def _listed(asked: Request, known: Rows[Did], phones: VoipMs) -> tuple[list[view.Number], Lost, list[str]]:
    """The numbers by their digits, those that can send a caller in a circle first; what could not be read; what is missing."""
    servers, note = _servers(phones) if known else ({}, "")
    leads = _map(asked, [did.routing for did in known], known, phones)
    listed = [
        view.Number(did=did, way=follow(did.routing, leads.targets), pop=view.pop_words(did.pop, servers))
        for did in by_name(known, lambda did: did.did)
    ]
    listed.sort(key=lambda one: not loops(one.way))
    return listed, lost_in(known) + leads.lost, [*leads.unasked.values(), note]


def _servers(phones: VoipMs) -> tuple[Mapping[str, Server], str]:
    """The POPs by their number, and what is missing."""
    servers = if_told(phones.servers, Rows[Server]())
    return {server.server_pop: server for server in servers.value}, servers.note("The names of POPs are missing")


def _one(asked: Request, phones: VoipMs, live: Looks, known: Rows[Did], did: Did) -> Reply:
    leads = _map(asked, [getattr(did, route) for route in view.ROUTES], known, phones)
    ways = {route: follow(getattr(did, route), leads.targets) for route in view.ROUTES}
    rings = [login for login in accounts_of(ways["routing"]) if login in leads.sub_accounts]
    to_look_at = [leads.sub_accounts[login] for login in rings if registers(leads.sub_accounts[login])][:MOST_LOOKS]
    looks = live.at(asked, phones, to_look_at)
    servers, note = _servers(phones)
    notes = [*leads.unasked.values(), note]
    card = view.card_of(
        did,
        ways,
        looks,
        servers,
        lost_in(known) + leads.lost,
        notes,
        unasked=leads.unasked.keys(),
        not_checked=len(rings) - len(looks),
        hide=asked.masked,
        prices=_sees_prices(asked),
    )
    return Reply(headline=view.headline_of(did, ways["routing"], asked.masked), blocks=card, again=did.did, share=True)


def _chosen(asked: Request, known: Rows[Did]) -> Did:
    """The number that is meant, however it is spelled, or by its description."""
    words = " ".join(asked.words)
    typed = digits(words)
    if words.isdecimal() and len(words) >= LEAST_DIGITS:
        ends = [did for did in known if did.did.endswith(typed)]
        if len(ends) == 1:
            return ends[0]
    if _WHOLE_NUMBER.fullmatch(words) and len(typed) <= MOST_DIGITS:
        asked = replace(asked, words=(phone(typed),))
    return one_of(asked, "numbers", "number", known, _names_of)


def _names_of(did: Did) -> tuple[str, ...]:
    written = phone(did.did)
    return digits(did.did), did.did, written, did.note, did.description or written


# Where routing strings lead


def _map(asked: Request, routings: Iterable[str], known: Rows[Did], phones: VoipMs) -> Map:
    """Everything that can be reached from these routing strings, in the time there is: one request for each kind that occurs."""
    starts = list(routings)
    leads = Map(targets={f"did:{did.did}": _own(did, asked.masked) for did in known})
    looked_up: set[str] = set()
    while new := sorted(kinds(starts, leads.targets) - looked_up):
        looked_up.update(new)
        for kind in new:
            in_time = asked.clock() < asked.give_up_at
            leads = _with(leads, kind, phones) if in_time else _joined(leads, kind, Told(Rows[Target](), NO_TIME), ())
    return leads


def _own(did: Did, hide: bool) -> Target:
    """A number of ours that a call can be sent on to."""
    description = view.masked(did).description if hide else did.description
    return Target(routing=f"did:{did.did}", name=f"{phone(did.did)} {description}".strip(), leads_to=(did.routing,))


def _with(leads: Map, kind: str, phones: VoipMs) -> Map:
    """The map with everything of one kind; one list that cannot be asked for leaves the others."""
    match kind:
        case "account":
            accounts = if_told(phones.sub_accounts, Rows[SubAccount]())
            by_login = {one.account: one for one in accounts.value}
            return _joined(replace(leads, sub_accounts=by_login), kind, accounts, map(_account, accounts.value))
        case "vm":
            boxes = if_told(phones.voicemails, Rows[Voicemail]())
            found = (Target(routing=f"vm:{box.mailbox}", name=f"{box.mailbox} {box.name}".strip()) for box in boxes.value)
            return _joined(leads, kind, boxes, found)
    targets = if_told(lambda: phones.targets(kind), Rows[Target]())
    return _joined(leads, kind, targets, targets.value)


def _joined(leads: Map, kind: str, told: Told[Rows[T]], found: Iterable[Target]) -> Map:
    note = told.note(f"{view.several(kind)} could not be looked up")
    return replace(
        leads,
        targets={**leads.targets, **{target.routing: target for target in found}},
        lost=leads.lost + lost_in(told.value),
        unasked={**leads.unasked, kind: note} if note else leads.unasked,
    )


def _account(one: SubAccount) -> Target:
    extension = f" (ext. {one.internal_extension})" if one.internal_extension else ""
    return Target(routing=f"account:{one.account}", name=f"{name_of(one)}{extension}")


def numbers_command(live: Looks) -> Command:
    """``numbers``."""
    return Command(
        name="numbers",
        usage="[number]",
        summary="Phone numbers, and where each really rings",
        role=Role.VIEWER,
        examples=("",),
        run=lambda asked, phones: numbers(asked, phones, live),
        csv=numbers_csv,
        pages=True,
        in_part=True,
        details=("A number is its digits, however they are written, or its description.",),
    )
