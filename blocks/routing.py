"""The way of a call in words: one line for a table, or every place below the one that leads there. Pure."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import groupby

from slackblocks import Block, RichText, RichTextBlock, RichTextElement, RichTextList, RichTextObject, RichTextSection

from blocks.frame import clean, cut, listing, mask_within, phone
from rules.routing import Step, Stop, ends, id_of, is_set, kind_of

MOST_LINES = 30
PLACE_CHARS = 60
KINDS = {
    "fwd": "Forwarding",
    "vm": "Mailbox",
    "sip": "SIP address",
    "grp": "Ring group",
    "recording": "Recording",
    "queue": "Queue",
    "ivr": "IVR",
    "cb": "Callback",
    "ch": "Call hunting",
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
SAYS = {
    Stop.LOOP: "🟠 comes back to this: a circle",
    Stop.AGAIN: "shown above",
    Stop.UNKNOWN: "⚪ unknown: VoIP.ms does not list it",
    Stop.TOO_DEEP: "goes on from here",
}
_OURS = frozenset(("account", "did"))
"""Kinds whose ids are logins and numbers of ours, which are no secret."""
UNASKED = "⚪ could not be looked up"


def masked(routing: str) -> str:
    """A routing string without a whole phone number of somebody else."""
    return routing if kind_of(routing) in _OURS else mask_within(routing)


def place(step: Step, hide: bool = False) -> str:
    """One place of a call's way, plain: ``Ring group Sales``, ``Ana (ext. 101)``; what is not known keeps its routing string."""
    kind, target = kind_of(step.routing), step.target
    if not is_set(step.routing):
        return "nowhere"
    if target is None:
        return clean(_unlisted(kind, step.routing, hide)) or "–"
    name = target.name or id_of(step.routing)
    number = phone(target.number, hide) if target.number and target.number not in target.name else ""
    return clean(" ".join(filter(None, (KINDS.get(kind, ""), mask_within(name) if hide and kind != "did" else name, number))))


def _unlisted(kind: str, routing: str, hide: bool) -> str:
    """A place that no list holds: what VoIP.ms does itself, a bare number, or the routing string as it is."""
    match kind:
        case "sys":
            return SYSTEM.get(id_of(routing).lower(), routing)
        case "phone" | "did":
            return f"{KINDS[kind]} {phone(id_of(routing), hide)}"
        case "hidden":
            return "elsewhere, which this channel does not see"
    return masked(routing) if hide else routing


def in_short(step: Step, hide: bool = False) -> str:
    """``IVR Main menu → Ana (ext. 101), Ben, Chloé and 3 more``, plain."""
    first = place(step, hide)
    if not step.then:
        return first
    return f"{first} → {listing([place(end, hide) for end in ends(step)], 3) or 'nowhere'}"


@dataclass(frozen=True)
class _Line:
    """One place as a line: ``key`` is what leads to it, ``says`` why the call stops there."""

    depth: int
    key: str
    place: str
    says: str


def tree(title: str, step: Step, hide: bool = False, most: int = MOST_LINES, unasked: Collection[str] = ()) -> Block:
    """The whole way, ``most`` places of it, as a list in lists under a title. Rich text: no word in it is parsed.

    Args:
        unasked: Kinds of places whose list could not be asked for.
    """
    lines = list(_lines(step, "", 0, hide, unasked))
    shown = lines[:most]
    parts: list[RichTextObject] = [RichTextSection(RichText(title, bold=True))]
    parts.extend(
        RichTextList("bullet", [_item(line) for line in level], indent=depth)
        for depth, level in groupby(shown, key=lambda line: line.depth)
    )
    if len(shown) < len(lines):
        parts.append(RichTextSection(RichText(f"and {len(lines) - len(shown):,} places more")))
    return RichTextBlock(parts)


def _item(line: _Line) -> RichTextSection:
    parts: list[RichTextElement] = [RichText(f"{line.key}: ")] if line.key else []
    parts.append(RichText(line.place))
    if line.says:
        parts.append(RichText(f"  {line.says}", italic=True))
    return RichTextSection(parts)


def _lines(step: Step, key: str, depth: int, hide: bool, unasked: Collection[str]) -> Iterator[_Line]:
    says = SAYS.get(step.stop, "") if step.stop is not None else ""
    if step.stop is Stop.UNKNOWN and kind_of(step.routing) in unasked:
        says = UNASKED
    yield _Line(depth, cut(clean(step.key or key), 20), cut(place(step, hide), PLACE_CHARS), says)
    keys = OF_TIME if kind_of(step.routing) == "tc" and len(step.then) == len(OF_TIME) else ("",) * len(step.then)
    for one, below in zip(step.then, keys, strict=True):
        yield from _lines(one, below, depth + 1, hide, unasked)
