"""Phone numbers: the list with where each really rings, and one with its ways, its POP and all its settings. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

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
from blocks.settings import Group, Line, overview, quoted, rows, settings, unread
from rules.registrations import Look, State, devices, pop_name, reaches
from rules.routing import Step, Stop, ends, id_of, is_set, kind_of, loops
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
HEAD = ("Number", "Description", "Where it rings", "POP")
MOST_LINES = 40
TREE_CHARS = 2_600
KINDS = {
    "fwd": "Forwarding",
    "vm": "Mailbox",
    "sip": "SIP address",
    "grp": "Ring group",
    "recording": "Recording",
    "queue": "Queue",
    "ivr": "Menu",
    "cb": "Callback",
    "tc": "Time condition",
    "disa": "Dial-in (DISA)",
    "did": "Number",
    "phone": "Phone",
}
SYSTEM = {
    "hangup": "hangs up",
    "echo": "echo test",
    "busy": "busy tone",
    "noservice": "says that the number is not in service",
    "disconnected": "says that the number is disconnected",
}
"""What VoIP.ms itself does with a call: the ids of ``sys:``."""
OF_TIME = ("in these hours", "at other times")
"""A time condition leads to two places, the matching one first. Source: ``getTimeConditions``."""
OTHER_WAYS = (("failover_busy", "If busy"), ("failover_unreachable", "If unreachable"), ("failover_noanswer", "If nobody answers"))


@dataclass(frozen=True, kw_only=True)
class Number:
    """A number as the list shows it."""

    did: Did
    way: Step
    pop: str


def masked(did: Did) -> Did:
    """The number without the whole phone number of the person its messages go to."""
    return msgspec.structs.replace(did, sms_forward=phone(did.sms_forward, masked=True))


# The list


def headline(numbers: Sequence[Number]) -> str:
    """``12 numbers, 1 leads nowhere``."""
    lost = sum(not ends(one.way) for one in numbers)
    all_of_them = plural(len(numbers), "number") if numbers else "No numbers"
    return f"{all_of_them}, {lost:,} {'leads' if lost == 1 else 'lead'} nowhere" if lost else all_of_them


def card(numbers: Sequence[Number], unreadable: int = 0, *, slash: str = "", hide: bool = False) -> list[BlockDict]:
    """The list, in the order given.

    Args:
        unreadable: Rows of VoIP.ms's answers that could not be read.
        slash: What precedes a command where the reader is.
        hide: Whether other people's phone numbers are masked.
    """
    circles = sum(loops(one.way) for one in numbers)
    summary = [
        "" if numbers else "VoIP.ms lists no number.",
        f"🟠  {plural(circles, 'number')} can send a caller in a circle" if circles else "",
    ]
    cells = [[phone(one.did.did), one.did.description, in_short(one.way, hide), one.pop] for one in numbers]
    hint = f"{code(f'{slash}numbers {numbers[0].did.did}')} shows one, and whether its POP is the one its phone uses" if numbers else ""
    return render([*overview(headline(numbers), summary, HEAD, cells, hint=hint), *unread(unreadable)])


def csv(numbers: Sequence[Number], hide: bool = False) -> Iterator[list[str]]:
    """The list with every setting, the POP's name and where each number rings; names first."""
    shown = [masked(one.did) if hide else one.did for one in numbers]
    table = rows(SETTINGS, shown)
    yield [*next(table), "POP name", "Where it rings"]
    for row, one in zip(table, numbers, strict=True):
        yield [*row, one.pop, in_short(one.way, hide)]


# Ways in words


def place(step: Step, hide: bool = False) -> str:
    """One place of a call's way, plain: ``Ring group Sales``, ``Ana (ext. 101)``; what is not known keeps its routing string."""
    kind, target = kind_of(step.routing), step.target
    if not is_set(step.routing):
        return "nowhere"
    if target is None:
        return _unlisted(kind, step.routing, hide)
    name = mask_within(target.name) if hide else target.name
    number = phone(target.number, hide) if target.number and target.number not in target.name else ""
    return clean(" ".join(filter(None, (KINDS.get(kind, ""), name or id_of(step.routing), number))))


def _unlisted(kind: str, routing: str, hide: bool) -> str:
    """A place that no list holds: what VoIP.ms does itself, a bare number, or the routing string as it is."""
    match kind:
        case "sys":
            return SYSTEM.get(id_of(routing).lower(), routing)
        case "phone" | "did":
            return f"{KINDS[kind]} {phone(id_of(routing), hide)}"
    return routing


def in_short(step: Step, hide: bool = False) -> str:
    """``Menu Main menu → Ana (ext. 101), Ben and 3 more``, plain."""
    first = place(step, hide)
    if not step.then:
        return first
    return f"{first} → {listing([place(end, hide) for end in ends(step)], 4) or 'nowhere'}"


def tree(step: Step, hide: bool = False) -> str:
    """The whole way as lines of mrkdwn, each place below the one that leads there."""
    lines = list(_lines(step, "", 0, hide))
    shown, used = 0, 0
    while shown < min(len(lines), MOST_LINES) and used + len(lines[shown]) < TREE_CHARS:
        used += len(lines[shown]) + 1
        shown += 1
    more = [f"… and {len(lines) - shown:,} more lines"] if shown < len(lines) else []
    return "\n".join([*lines[:shown], *more])


def _lines(step: Step, before: str, depth: int, hide: bool) -> Iterator[str]:
    indent = "\u2003" * depth + ("↳ " if depth else "")  # Slack swallows plain spaces at the beginning of a line
    says = {
        Stop.LOOP: "  🟠 comes back here: a circle",
        Stop.AGAIN: "  (shown above)",
        Stop.UNKNOWN: "  ⚪ unknown to VoIP.ms's lists",
        Stop.TOO_DEEP: "  … and further",
    }
    key = f"{safe(step.key, 20)}: " if step.key else before
    name = code(step.routing) if step.stop is Stop.UNKNOWN and kind_of(step.routing) != "did" else safe(place(step, hide), 120)
    yield f"{indent}{key}{name}{says.get(step.stop, '') if step.stop else ''}"
    in_words = OF_TIME if kind_of(step.routing) == "tc" and len(step.then) == len(OF_TIME) else ()
    for n, one in enumerate(step.then):
        yield from _lines(one, f"{in_words[n]}: " if in_words else "", depth + 1, hide)


# One number


def headline_of(did: Did, way: Step, hide: bool = False) -> str:
    """``Main line ((514) 555-0100) rings Ana (ext. 101)``."""
    where = in_short(way, hide)
    return f"{_title(did)} leads nowhere" if not ends(way) else cut(f"{_title(did)}: {clean(where)}", 280)


def _title(did: Did) -> str:
    return f"{cut(clean(did.description), 80)}, {phone(did.did)}" if did.description else phone(did.did)


def card_of(
    did: Did,
    ways: Mapping[str, Step],
    looks: Sequence[Look],
    servers: Mapping[str, Server],
    unreadable: int = 0,
    *,
    not_checked: int = 0,
    hide: bool = False,
) -> list[BlockDict]:
    """One number: where it rings, whether its POP is the one its phones use, and all its settings.

    Args:
        ways: The routing and the failovers, each followed, by the field that holds it.
        looks: Live looks at the phones that ring.
        servers: POPs by their number.
        unreadable: Rows of VoIP.ms's answers that could not be read.
        not_checked: Phones that ring and nobody looked at: too many, or with nothing to register.
        hide: Whether other people's phone numbers are masked.
    """
    pop = f"POP {safe(pop_words(did.pop, servers), 80)}" if did.pop else "no POP"
    others = [(name, ways[field]) for field, name in OTHER_WAYS if is_set(getattr(did, field))]
    unset = [name.lower() for field, name in OTHER_WAYS if not is_set(getattr(did, field))]
    return render(
        [
            header(cut(clean(did.description), 80) or phone(did.did)),
            section(f"{code(did.did)}  ·  {pop}"),
            section(f"*Where it rings*\n{tree(ways['routing'], hide)}"),
            *(section(f"*{name}*\n{tree(way, hide)}") for name, way in others),
            *([small(f"Nothing is set for: {', '.join(unset)}")] if unset else []),
            *_pop_check(did, looks, servers, not_checked),
            *settings(SETTINGS, masked(did) if hide else did),
            *unread(unreadable),
            actions(*_buttons(did, looks)),
            small("Port-out PIN, web addresses of callbacks and SMPP passwords are never shown"),
        ]
    )


def pop_words(pop: str, servers: Mapping[str, Server]) -> str:
    """``Montreal 5, QC (27)``."""
    name = servers[pop].server_name if pop in servers else ""
    return f"{name} ({pop})" if name else pop


def _buttons(did: Did, looks: Sequence[Look]) -> list[Button]:
    calls = button("Calls", "ask:calls:1", f"calls number:{did.did}")
    return [calls, *([button("Registration", "ask:status:1", f"status {quoted(looks[0].account)}")] if len(looks) == 1 else [])]


def _pop_check(did: Did, looks: Sequence[Look], servers: Mapping[str, Server], not_checked: int) -> list[Block]:
    """Each phone that rings, as it is registered now, and what to mend where its POP is another than the number's."""
    lines = [_pop_line(did, look, servers) for look in looks[:MOST_LINES]]
    astray = [look for look in looks if reaches(look, did.pop) is False]
    aside = [small(f"{plural(not_checked, 'phone')} of this number not looked at: known by a fixed address, or one of too many")]
    return [
        *([section("\n".join(("*The phones it rings, looked at now*", *lines)))] if lines else []),
        *([section(_remedy(did, looks, astray, servers))] if astray else []),
        *(aside if not_checked else []),
    ]


def _pop_line(did: Did, look: Look, servers: Mapping[str, Server]) -> str:
    who = f"*{safe(look.name, 60)}*"
    at = safe(listing(sorted({pop_name(device) for device in devices(look)} - {""}), 3), 120)
    match look.state, reaches(look, did.pop):
        case State.REGISTERED, True:
            return f"🟢  {who} is registered at {at}, the number's POP"
        case State.REGISTERED, False:
            return f"🟠  {who} is registered at {at}, the number is at {safe(pop_words(did.pop, servers), 80)}: calls may not ring"
        case State.REGISTERED, _:
            return f"🟢  {who} is registered{f' at {at}' if at else ''}; its POP cannot be compared with the number's"
        case State.MISSING, _:
            return f"🔴  {who} is not registered: nothing rings there"
    return f"⚪  {who} is not known: {safe(look.problem) or 'there was no time left'}"


def _remedy(did: Did, looks: Sequence[Look], astray: Sequence[Look], servers: Mapping[str, Server]) -> str:
    """Where all phones use one other POP the number can go there; else the phones have to come to the number."""
    pops = {device.server_pop for look in looks for device in devices(look)} - {""}
    host = servers[did.pop].server_hostname if did.pop in servers else ""
    phones = "this phone" if len(astray) == 1 else "these phones"
    move = f"let {phones} register at {code(host) if host else f'POP {safe(did.pop, 20)}'}"
    if len(pops) == 1:
        move = f"set the number's POP to {safe(pop_words(next(iter(pops)), servers), 80)} in the VoIP.ms portal (_DID Numbers › Manage DIDs_), or {move}"
    return f"*To mend it:* {move}. A number rings only phones that are registered at its own POP."
