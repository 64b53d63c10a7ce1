"""Phone numbers: the list with where each really rings, and one with its ways, its POP and all its settings. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec
from slackblocks import Block, Button

from blocks import words
from blocks.frame import (
    BlockDict,
    actions,
    button,
    clean,
    code,
    cut,
    digits,
    header,
    listing,
    mask_within,
    phone,
    plural,
    render,
    safe,
    section,
    small,
)
from blocks.routing import KINDS, in_short, tree
from blocks.routing import masked as hidden_routing
from blocks.settings import NOTHING, WHOLE, Group, Line, Lost, Page, noted, overview, quoted, rows, settings, unread
from rules.registrations import Look, State, devices, pop_name, reaches
from rules.routing import Step, ends, is_set, loops
from voipms import Did, Server

SETTINGS = (
    Group(
        "Number",
        (
            Line("did", "Number", words.number),
            Line("description", "Description", words.as_is),
            Line("note", "Note", words.as_is),
            Line("billing_type", "Billing", words.billing),
            Line("order_date", "Ordered on", words.day),
            Line("next_billing", "Next billing", words.day),
        ),
    ),
    Group(
        "Incoming calls",
        (
            Line("routing", "Routing", words.routing, is_code=True),
            Line("failover_busy", "If busy", words.routing, is_code=True),
            Line("failover_unreachable", "If unreachable", words.routing, is_code=True),
            Line("failover_noanswer", "If nobody answers", words.routing, is_code=True),
            Line("dialtime", "Rings for", words.seconds),
            Line("voicemail", "Mailbox", words.reference),
            Line("voicemail_threshold", "Mailbox answers after", words.seconds),
            Line("pop", "POP", words.as_is),
            Line("cnam", "Looks up callers' names", words.flag),
            Line("callerid_prefix", "Put before the caller's name", words.as_is),
            Line("dialmode", "Callers' numbers are given", words.dial_mode),
            Line("e911", "Emergency calls (911)", words.flag),
        ),
    ),
    Group(
        "Text messages",
        (
            Line("sms_available", "SMS possible", words.flag),
            Line("sms_enabled", "SMS on", words.flag),
            Line("mms_available", "MMS possible", words.flag),
            Line("sms_email_enabled", "Sent on by e-mail", words.flag),
            Line("sms_email", "E-mail for SMS", words.each),
            Line("sms_forward_enabled", "Sent on to a phone", words.flag),
            Line("sms_forward", "Phone for SMS", words.number),
            Line("sms_sipaccount_enabled", "Sent on to an account", words.flag),
            Line("sms_sipaccount", "Account for SMS", words.as_is, is_code=True),
            Line("sms_url_callback_enabled", "Sent on to a web address", words.flag),
            Line("sms_url_callback_retry", "Web address tried again", words.flag),
            Line("webhook_enabled", "Webhook", words.flag),
            Line("smpp_enabled", "SMPP", words.flag),
            Line("smpp_user", "SMPP user", words.as_is, is_code=True),
        ),
    ),
    Group(
        "Reseller",
        (
            Line("reseller_account", "Reseller account", words.reference, is_code=True),
            Line("reseller_next_billing", "Client's next billing", words.day),
            Line("reseller_monthly", "Client's monthly fee", words.dollars),
            Line("reseller_minute", "Client's price a minute", words.dollars),
            Line("reseller_setup", "Client's set-up fee", words.dollars),
        ),
    ),
    Group(
        "Transcription of calls",
        (
            Line("transcribe", "Calls are transcribed", words.flag),
            Line("transcription_locale", "Spoken language", words.language),
            Line("transcription_email", "Transcripts sent to", words.each),
            Line("transcription_redaction", "Private details blacked out", words.flag),
            Line("transcription_summary", "With a summary", words.flag),
            Line("transcription_sentiment", "With the mood", words.flag),
        ),
    ),
)
_SEVERAL = {"account": "Sub-accounts", "vm": "Mailboxes", "sip": "SIP addresses", "disa": "Dial-ins (DISA)"}
HEAD = ("Number", "Description", "POP", "Where it rings")
ROUTES = ("routing", "failover_busy", "failover_unreachable", "failover_noanswer")
PRICES = frozenset(("reseller_monthly", "reseller_minute", "reseller_setup"))
_OURS = frozenset(("did", "voicemail"))
"""Numbers and ids of our own."""
MOST_PLACES = 6
"""Of a way that a call takes only when nobody answers the first."""
OTHER_WAYS = (("failover_busy", "If busy"), ("failover_unreachable", "If unreachable"), ("failover_noanswer", "If nobody answers"))


@dataclass(frozen=True, kw_only=True)
class Number:
    """A number as the list shows it."""

    did: Did
    way: Step
    pop: str


def several(kind: str) -> str:
    """Places of one kind of routing: ``Ring groups``."""
    return _SEVERAL.get(kind) or f"{KINDS.get(kind, kind)}s"


def masked(did: Did) -> Did:
    """The number with what people wrote about it, and whom it sends calls and messages on to, without whole phone numbers of others."""
    texts = {name: value for name, value in msgspec.structs.asdict(did).items() if isinstance(value, str) and name not in _OURS}
    hidden = {name: hidden_routing(value) if name in ROUTES else mask_within(value) for name, value in texts.items()}
    return msgspec.structs.replace(did, **hidden | {"sms_forward": phone(did.sms_forward, masked=True)})


def _settings(prices: bool) -> Sequence[Group]:
    """The settings that somebody may see, who may see the prices of clients or not."""
    return SETTINGS if prices else [Group(one.title, tuple(line for line in one.lines if line.field not in PRICES)) for one in SETTINGS]


# The list


def headline(numbers: Sequence[Number]) -> str:
    """``12 numbers, 1 leads nowhere``."""
    lost = sum(not ends(one.way) for one in numbers)
    all_of_them = plural(len(numbers), "number") if numbers else "No numbers"
    return f"{all_of_them}, {lost:,} {'leads' if lost == 1 else 'lead'} nowhere" if lost else all_of_them


def card(
    numbers: Sequence[Number], lost: Lost = NOTHING, notes: Sequence[str] = (), *, slash: str = "", hide: bool = False, page: Page = WHOLE
) -> list[BlockDict]:
    """The list, in the order given.

    Args:
        lost: What could not be read.
        notes: What is missing, a plain sentence each.
        slash: What precedes a command where the reader is.
        hide: Whether other people's phone numbers are masked.
    """
    shown = [replace(one, did=masked(one.did)) for one in numbers] if hide else numbers
    circles = [safe(f"{one.did.description} {phone(one.did.did)}".strip(), 80) for one in shown if loops(one.way)]
    summary = [
        "" if numbers else "VoIP.ms lists no number.",
        f"🟠  {plural(len(circles), 'number')} can send a caller in a circle: {listing(circles, 3)}" if circles else "",
    ]
    cells = [[phone(one.did.did), one.did.description, one.pop, in_short(one.way, hide)] for one in shown]
    hint = f"{code(f'{slash}numbers {numbers[0].did.did}')} shows one, and whether its POP is the one its phone uses" if numbers else ""
    return render([*overview(headline(numbers), summary, HEAD, cells, hint=hint, page=page), *noted(notes), *unread(lost)])


def csv(numbers: Sequence[Number], hide: bool = False, prices: bool = False) -> Iterator[list[str]]:
    """The list with every setting, the POP's name and where each number rings; names first."""
    shown = [masked(one.did) if hide else one.did for one in numbers]
    table = rows(_settings(prices), shown)
    yield [*next(table), "POP name", "Where it rings"]
    for row, one in zip(table, numbers, strict=True):
        yield [*row, one.pop, in_short(one.way, hide)]


# One number


def headline_of(did: Did, way: Step, hide: bool = False) -> str:
    """``Main line, (514) 555-0100: Ana (ext. 101)``."""
    did = masked(did) if hide else did
    return cut(f"{_title(did)}: {in_short(way, hide)}", 280) if ends(way) else f"{_title(did)} leads nowhere"


def _title(did: Did) -> str:
    return f"{cut(clean(did.description), 80)}, {phone(did.did)}" if did.description else phone(did.did)


def card_of(
    did: Did,
    ways: Mapping[str, Step],
    looks: Sequence[Look],
    servers: Mapping[str, Server],
    lost: Lost = NOTHING,
    notes: Sequence[str] = (),
    *,
    unasked: Collection[str] = (),
    not_checked: int = 0,
    hide: bool = False,
    prices: bool = False,
) -> list[BlockDict]:
    """One number: where it rings, whether its POP is the one its phones use, and all its settings.

    Args:
        ways: The routing and the failovers, each followed, by the field that holds it.
        looks: Live looks at the phones that ring.
        servers: POPs by their number.
        lost: What could not be read.
        notes: What is missing, a plain sentence each.
        unasked: Kinds of places whose list could not be asked for.
        not_checked: Phones that ring and nobody looked at: too many, or with nothing to register.
        hide: Whether other people's phone numbers are masked.
        prices: Whether what clients pay is shown.
    """
    did = masked(did) if hide else did
    pop = f"POP {safe(pop_words(did.pop, servers), 80)}" if did.pop else "no POP"
    others = [(name, ways[field]) for field, name in OTHER_WAYS if is_set(getattr(did, field))]
    unset = [name.lower() for field, name in OTHER_WAYS if not is_set(getattr(did, field))]
    return render(
        [
            header(cut(clean(did.description), 80) or phone(did.did)),
            section(f"{code(did.did)}  ·  {pop}"),
            tree("Where it rings", ways["routing"], hide, unasked=unasked),
            *(tree(name, way, hide, MOST_PLACES, unasked) for name, way in others),
            *([small(f"No other way is set {', '.join(unset)}")] if unset else []),
            *noted(notes),
            *_pop_check(did, looks, servers, not_checked),
            *settings(_settings(prices), did),
            *unread(lost),
            actions(*_buttons(did, looks)),
            small("Port-out PIN, web addresses of callbacks and SMPP passwords are never shown"),
        ]
    )


def pop_words(pop: str, servers: Mapping[str, Server]) -> str:
    """``Montreal 5, QC (27)``."""
    name = servers[pop].server_name if pop in servers else ""
    return f"{name} ({pop})" if name else pop


def _buttons(did: Did, looks: Sequence[Look]) -> list[Button]:
    calls = button("Calls", "ask:calls:1", f"calls number:{cut(digits(did.did), 40)}")
    return [calls, *([button("Registration", "ask:status:1", f"status {quoted(looks[0].account)}")] if len(looks) == 1 else [])]


def _pop_check(did: Did, looks: Sequence[Look], servers: Mapping[str, Server], not_checked: int) -> list[Block]:
    """Each phone that rings, as it is registered now, and what to mend where its POP is another than the number's."""
    lines = [_pop_line(did, look) for look in looks]
    astray = [look for look in looks if reaches(look, did.pop) is False]
    more = plural(not_checked, "more phone")
    aside = [small(f"Not looked at: {more}. A phone known by a fixed address registers nowhere, and not all of many are asked")]
    return [
        *([section("\n".join(("*The phones it rings, looked at now*", *lines)))] if lines else []),
        *([section(_remedy(did, looks, astray, servers))] if astray else []),
        *(aside if not_checked else []),
    ]


def _pop_line(did: Did, look: Look) -> str:
    who = f"*{safe(look.name, 40)}*"
    at = safe(listing(sorted({pop_name(device) for device in devices(look)} - {""}), 3), 60)
    match look.state, reaches(look, did.pop):
        case State.REGISTERED, True:
            return f"🟢  {who} is registered at {at}, the number's POP"
        case State.REGISTERED, False:
            return f"🟠  {who} is registered at {at}, which is not the number's POP: calls may not ring"
        case State.REGISTERED, _:
            return f"🟢  {who} is registered{f' at {at}' if at else ''}; its POP cannot be compared with the number's"
        case State.MISSING, _:
            return f"🔴  {who} is not registered: nothing rings there"
    return f"⚪  {who} is not known: {safe(look.problem, 80) or 'there was no time left'}"


def _remedy(did: Did, looks: Sequence[Look], astray: Sequence[Look], servers: Mapping[str, Server]) -> str:
    """Where all phones use one other POP the number can go there; else the phones have to come to the number."""
    pops = {device.server_pop for look in looks for device in devices(look)} - {""}
    host = servers[did.pop].server_hostname if did.pop in servers else ""
    phones = "this phone" if len(astray) == 1 else "these phones"
    move = f"let {phones} register at {code(host) if host else f'POP {safe(did.pop, 20)}'}"
    if len(pops) == 1:
        pop = safe(pop_words(next(iter(pops)), servers), 80)
        move = f"set the number's POP to {pop} in the VoIP.ms portal (_DID Numbers › Manage DIDs_), or {move}"
    return f"*To mend it:* {move}. A number rings only phones that are registered at its own POP."
