"""What is said beside the messages of outages: replies in their threads, and words about several of them or none. Pure.

A reply is drawn from what was decided when it was put; only who a phone is, and how an outage ended since, is asked now.
"""

import re
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from slackblocks import Block, Button

from blocks.alert_words import MOST_NAMES, Outage, at_place, called, clock, counted, how, moment, names, span, subject
from blocks.frame import BlockDict, actions, button, nth, plural, render, safe, section, small
from rules.incidents import OF_PHONES, Kind, Phase
from rules.notes import About, Note
from rules.surroundings import Who
from rules.watch import State

MOST_LINES = 15
NOTHING_MORE = "This channel is no longer told of this"
_GROUP = re.compile(r"[SW][A-Z0-9]+")


# Replies


def reply_headline(note: Note, outage: Outage) -> str:
    """``Still missing: Front desk (ext. 101), for 4 h``, in one line of plain text. It never begins like the message itself."""
    what = _what(note, outage)
    match note.about:
        case About.GREW:
            return f"More are missing: {what}"
        case About.REOPENED:
            return f"Missing again: {what}" if outage.incident.kind in OF_PHONES else f"Again: {what}"
        case About.FLAPPING:
            return f"{_goes(note).capitalize()}: {what}"
        case About.ESCALATION:
            return f"Nobody has taken it for {_lasting(note, outage)}: {what}{_is(note, outage)}"
    return f"{_still(outage)}: {what}, for {_lasting(note, outage)}"


def reply_card(note: Note, outage: Outage) -> list[BlockDict]:
    """The reply in the thread of the outage's message."""
    what, who = f"*{safe(_what(note, outage), 200)}*", _who(note, outage)
    match note.about:
        case About.GREW:
            said = f"🔴  {what} are missing by now.{_below(who)}"
        case About.REOPENED:
            times = f", for the {nth(outage.incident.episodes)} time in a row" if outage.incident.episodes > 1 else ""
            said = f"🔴  {what}: {_again(outage)}{times}.{_below(who)}"
        case About.FLAPPING:
            said = f"🟠  {what} {_goes(note)}. I say no more of each time; the message above shows how it stands.{_below(who)}"
        case About.ESCALATION:
            said = f"{mention(note.mention)} nobody has taken this for {_lasting(note, outage)}: {what}{_is(note, outage)}.{_below(who)}"
        case _:
            said = f"🔴  {_still(outage)}: {what}, for {_lasting(note, outage)}. Nobody has taken it.{_below(who)}"
    return render([section(said.strip()), *_hint(note)])


def mention(group: str) -> str:
    """The call for a user group; nothing where that is no id of one."""
    return f"<!subteam^{group}>" if _GROUP.fullmatch(group) else ""


def _hint(note: Note) -> list[Block]:
    if note.about not in (About.REMINDER, About.ESCALATION):
        return []
    return [small("*Acknowledge* in the message above says that somebody is on it, and ends the reminders")]


def _one(note: Note) -> bool:
    return len(note.accounts) == 1


def _goes(note: Note) -> str:
    return "comes and goes" if _one(note) else "come and go"


def _is(note: Note, outage: Outage) -> str:
    """What is wrong with it, for a line that is read alone; ``""`` where what it is called says it."""
    if outage.incident.kind not in OF_PHONES:
        return ""
    if outage.truth.phase is Phase.FLAPPING:
        return f" {_goes(note)}"
    return " is missing" if _one(note) else " are missing"


def _what(note: Note, outage: Outage) -> str:
    """What it was about when it was put: its phone, or how many where."""
    if outage.incident.kind not in OF_PHONES:
        return subject(outage)
    if _one(note):
        return called(outage.around.whose(note.accounts[0]))
    return f"{note.count:,} of {max(outage.total, note.count):,} phones{at_place(outage)}"


def _who(note: Note, outage: Outage) -> str:
    known = [outage.around.whose(account) for account in note.accounts[:MOST_NAMES]]
    return names(known, len(note.accounts)) if len(note.accounts) > 1 else ""


def _still(outage: Outage) -> str:
    return "Still missing" if outage.incident.kind in OF_PHONES else "Still so"


def _below(who: str) -> str:
    return f"\n{who}" if who else ""


def _again(outage: Outage) -> str:
    return "missing again" if outage.incident.kind in OF_PHONES else "again"


def _lasting(note: Note, outage: Outage) -> str:
    return span(note.at - outage.incident.since)


# The end of a message


def nothing_more_card() -> list[BlockDict]:
    """What the message of an outage becomes where nothing of it may be told any more."""
    return render([section(f"⚪  {NOTHING_MORE}.")])


# Several outages


def digest_headline(outages: Sequence[Outage]) -> str:
    """``4 outages go on, and nobody has taken them``."""
    return f"{plural(len(outages), 'outage')} {'goes' if len(outages) == 1 else 'go'} on, and nobody has taken {_them(outages)}"


def digest_card(outages: Sequence[Outage]) -> list[BlockDict]:
    """One reminder for many outages."""
    return render([section(f"🔴  *{digest_headline(outages)}*\n{_lines(outages)}"), actions(_all_open())])


def night_headline(outages: Sequence[Outage], still_open: int) -> str:
    """``3 outages overnight, 1 still open``."""
    ended = f", {still_open:,} still open" if still_open else ", all over" if len(outages) > 1 else ", over"
    return f"{plural(len(outages), 'outage')} overnight{ended}"


def night_card(outages: Sequence[Outage], still_open: int) -> list[BlockDict]:
    """What happened in the quiet hours."""
    lamp = "🔴" if still_open else "🟢"
    return render([section(f"{lamp}  *{night_headline(outages, still_open)}*\n{_lines(outages)}"), actions(_all_open())])


def _them(outages: Sequence[Outage]) -> str:
    return "it" if len(outages) == 1 else "them"


def _lines(outages: Sequence[Outage]) -> str:
    made = [outage_line(outage) for outage in outages[:MOST_LINES]]
    more = len(outages) - len(made)
    return "\n".join([*made, *([f"and {more:,} more"] if more else [])])


def outage_line(outage: Outage) -> str:
    """``🟢  Head office  ·  12 phones  ·  back after 38 min, began 2:14 PM today``: one outage in a list, safe."""
    zone = outage.around.zone
    who = f"*{safe(subject(outage), 80)}*"
    if outage.running:
        count = counted(outage) if outage.alone is None and outage.members else ""
        taken = f"taken by <@{outage.incident.taken_by}>" if outage.incident.taken_by else ""
        lamp = "⚫" if outage.incident.kind is Kind.API else "🟠" if taken else "🔴"
        lasted = f"{how(outage)}for {span(outage.around.now - outage.since)}, since {moment(outage.since, zone)}"
        return f"{lamp}  {'  ·  '.join(filter(None, (who, count, lasted, taken)))}"
    count = plural(len(outage.members), "phone") if outage.alone is None and outage.members else ""
    if outage.truth.phase is Phase.BACK:
        ended = "back" if outage.incident.kind in OF_PHONES else "over"
        lasted = f"{ended} after {span(outage.lasted)}, began {moment(outage.since, zone)}"
        return f"🟢  {'  ·  '.join(filter(None, (who, count, lasted)))}"
    return f"⚪  {'  ·  '.join(filter(None, (who, count, _how_else(outage))))}"


def _how_else(outage: Outage) -> str:
    if outage.truth.absorbed_by:
        return f"part of outage {outage.truth.absorbed_by}"
    return "deleted" if outage.incident.kind is Kind.DELETED else "no longer watched"


def _all_open() -> Button:
    return button("Open outages", "ask:alerts", "alerts")


# The bot itself


def absence_headline(note: Note, who: Mapping[str, Who], zone: ZoneInfo) -> str:
    """``I was blind from 22:10 to 06:40 EST: 2 changes found, Front desk (ext. 101) is missing``."""
    assert note.since is not None and note.until is not None
    began = clock(note.since, note.at, zone).rsplit(" ", 1)[0]
    missing = [one for one in _found(note, who) if one.line.state is State.MISSING]
    what = called(missing[0]) if len(missing) == 1 else f"{len(missing):,} phones"
    still = f", {what} {'is' if len(missing) == 1 else 'are'} missing" if missing else ""
    return f"I was blind from {began} to {clock(note.until, note.at, zone)}: {_changes(note.count)}{still}"


def _found(note: Note, who: Mapping[str, Who]) -> list[Who]:
    return [who[account] for account in note.accounts if account in who]


def _changes(count: int) -> str:
    return f"{plural(count, 'change')} found" if count else "nothing has changed"


def absence_card(note: Note, who: Mapping[str, Who], zone: ZoneInfo) -> list[BlockDict]:
    """That nobody was looking, and what has changed meanwhile."""
    assert note.since is not None and note.until is not None
    known = _found(note, who)
    groups = (
        ("🔴  *Missing:* ", [one for one in known if one.line.state is State.MISSING]),
        ("🟢  *Registered:* ", [one for one in known if one.line.state is State.OK]),
        ("⚪  *No longer there:* ", [one for one in known if one.line.state is State.GONE]),
        ("⚪  *In doubt:* ", [one for one in known if one.line.state in (State.SUSPECT, State.RECOVERING, State.UNSEEN)]),
    )
    lines = "".join(f"\n{title}{names(some, len(some))}" for title, some in groups if some)
    blind = f"from {moment(note.since, zone)} to {moment(note.until, zone)} ({span(note.until - note.since)})"
    return render(
        [
            section(f"⚫  *I was blind* {blind}: {_changes(note.count)}.{lines}"),
            small("The bot was not running, or could not see VoIP.ms. Every phone has been looked at since"),
        ]
    )


# Phones that registered from elsewhere


def arrival_headline(note: Note, who: Mapping[str, Who]) -> str:
    """``Front desk (ext. 101) registered from a new network or device``."""
    if len(note.accounts) == 1:
        account = note.accounts[0]
        return f"{called(who[account]) if account in who else account} registered from a new network or device"
    return f"{plural(note.count, 'phone')} registered from new networks or devices"


def arrival_card(note: Note, who: Mapping[str, Who]) -> list[BlockDict]:
    """A quiet word about each phone: somebody took it home, or somebody has its password."""
    pairs = list(zip(note.accounts, note.details, strict=True))
    lines = [
        f"*{safe(called(who[account]) if account in who else account, 80)}*  ·  {safe(detail, 160) or 'address unknown'}"
        for account, detail in pairs[:MOST_LINES]
    ]
    more = [f"and {len(pairs) - len(lines):,} more"] if len(pairs) > len(lines) else []
    what = "New network or device" if len(pairs) == 1 else f"New network or device for {plural(len(pairs), 'phone')}"
    return render(
        [
            section("\n".join((f"⚪  {what}", *lines, *more))),
            small("If nobody moved it, somebody else may have its password: change that in the VoIP.ms portal"),
        ]
    )
