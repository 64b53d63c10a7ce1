"""The message of an outage, from its first line to its end. Pure.

One message for one outage in one channel: it is drawn anew from what is true whenever it changes, so every stage is a picture of its
own. Buttons go as they stop making sense. Their values are command lines: a click is the same question as the words.
"""

from collections.abc import Sequence

from slackblocks import Block, SectionBlock

from blocks import alert_account as own
from blocks.alert_parts import acknowledge, added, details, look_now, menu, overlays
from blocks.alert_words import (
    MOST_NAMES,
    NEARLY_ALL,
    Outage,
    at_place,
    called,
    clients_of,
    clock,
    counted,
    lateness,
    likely,
    moment,
    named,
    place,
    since_when,
    site_name,
    span,
    subject,
    where_from,
)
from blocks.frame import BlockDict, actions, code, facts, mrkdwn, nth, plural, render, safe, section, small
from rules.incidents import Kind, Member, Phase, Stand
from rules.surroundings import PAST

FEW_NAMES = 6


# The lock-screen line


def headline(outage: Outage) -> str:
    """Subject, state and number in one line of plain text: ``Missing: 3 of 12 phones at Head office since 09:14 EST``."""
    match outage.incident.kind:
        case Kind.API:
            return own.headline_of_sight(outage)
        case Kind.BALANCE:
            return own.headline_of_balance(outage)
        case Kind.DELETED:
            return own.headline_of_deleted(outage)
    match outage.truth.phase:
        case Phase.BACK:
            return f"Back: {_who(outage)} after {span(outage.lasted)}"
        case Phase.ABSORBED:
            return f"Missing: {_who(outage)}, see outage {outage.truth.absorbed_by}"
        case Phase.GONE:
            return f"No longer watched: {_who(outage)}"
    return f"Missing: {_missing(outage)}{added(outage)}"


def _who(outage: Outage) -> str:
    """All phones of the outage: the only one, or how many and where."""
    if outage.alone is not None:
        return called(outage.around.whose(outage.alone.account))
    count = len(outage.members)
    return f"{'all ' if count == outage.total else ''}{plural(count, 'phone')}{at_place(outage)}"


def _missing(outage: Outage) -> str:
    away = outage.away
    since = f" since {clock(outage.since, outage.around.now, outage.around.zone)}"
    if outage.truth.phase is Phase.FLAPPING:
        return f"{_who_is_away(outage)} {'comes and goes' if len(away) == 1 else 'come and go'}"
    if len(away) == len(outage.of(Stand.COMING)):
        return f"{_who_is_away(outage)}, coming back"
    back = len(outage.members) - len(away)
    if back and back >= NEARLY_ALL * len(outage.members):
        return f"{_who_is_away(outage)}, {back:,} of {len(outage.members):,}{at_place(outage)} are back"
    return f"{_who_is_away(outage)}{since}"


def _who_is_away(outage: Outage) -> str:
    if len(outage.away) == 1:
        return called(outage.around.whose(outage.away[0].account))
    return f"{counted(outage)}{at_place(outage)}"


# The message


def card(outage: Outage) -> list[BlockDict]:
    """The message as it stands now."""
    match outage.incident.kind:
        case Kind.API:
            return render(own.sight(outage))
        case Kind.BALANCE:
            return render(own.balance(outage))
        case Kind.DELETED:
            return render(own.deleted(outage))
    match outage.truth.phase:
        case Phase.BACK:
            return render(_back(outage))
        case Phase.ABSORBED:
            return render(_absorbed(outage))
        case Phase.GONE:
            return render(_set_aside(outage))
    return render(_away(outage))


def _away(outage: Outage) -> list[Block]:
    said = "\n".join(filter(None, (_first_line(outage), _state(outage))))
    return [
        SectionBlock(mrkdwn(said), accessory=menu(outage)),
        *(_facts(outage, outage.alone) if outage.alone is not None else _lists(outage)),
        *([small(likely(outage))] if outage.of(Stand.DOWN) else []),
        *overlays(outage),
        actions(*acknowledge(outage.incident), look_now(outage.incident), details(outage.incident)),
        small(_footer(outage)),
    ]


def _first_line(outage: Outage) -> str:
    """``🔴  *Missing: Front desk*  ·  ext. 101``."""
    lamp = "🔴" if outage.of(Stand.DOWN) and not outage.truth.taken_by else "🟠"
    if outage.alone is not None:
        who = outage.around.whose(outage.alone.account)
        extra = [f"ext. {safe(who.extension, 20)}" if who.extension else "", f"client {safe(who.client, 20)}" if who.client else ""]
        return "  ·  ".join(filter(None, (f"{lamp}  *Missing: {safe(who.name, 80)}*", *extra)))
    where = safe(subject(outage), 80)
    back = len(outage.members) - len(outage.away)
    return f"{lamp}  *Missing: {where}*  ·  {counted(outage)}{f'  ·  {back:,} back' if back else ''}"


def _state(outage: Outage) -> str:
    """Since when, and what it means while it lasts."""
    zone = outage.around.zone
    since = f"*{since_when(outage.since, zone)}*"
    flapping, coming = outage.of(Stand.FLAPPING), outage.of(Stand.COMING)
    if len(flapping) == len(outage.away):
        counts = "It counts" if len(flapping) == 1 else "They count"
        return f"{_goes(outage, flapping)} since {since}. {counts} as back after {span(outage.around.timing.flap_ok)} without a break."
    if len(coming) == len(outage.away):
        them = "It is" if len(coming) == 1 else "They are"
        return f"Not registered since {since}. {them} registered again; I wait a moment to see whether it lasts."
    it = "it" if len(outage.away) == 1 else "them"
    return f"Not registered since {since}. Calls to {it} do not ring."


def _goes(outage: Outage, flapping: Sequence[Member]) -> str:
    if len(flapping) > 1:
        return "They come and go"
    downs = len(outage.around.whose(flapping[0].account).line.downs)
    return f"It comes and goes, {downs} times in {span(outage.around.timing.flap_window)}," if downs else "It comes and goes"


def _facts(outage: Outage, member: Member) -> list[Block]:
    """Where a single phone was last seen."""
    line = outage.around.whose(member.account).line
    site = site_name(outage.around, member.site)
    address = line.site if line.site_key == member.site else ""  # else it comes and goes elsewhere
    seen = " · ".join(dict.fromkeys(filter(None, (site, address))))
    through = " · ".join(filter(None, (line.pop_name or (f"POP {line.pop}" if line.pop else ""), line.agent)))
    pairs = [("Last seen at", safe(seen, 120) or "never registered"), ("Through", safe(through, 160) or "not known")]
    return facts(pairs)


def _lists(outage: Outage) -> list[Block]:
    """Who is away, by how they stand, and where."""
    groups = (
        ("", outage.of(Stand.DOWN), MOST_NAMES),
        ("*Coming back:* ", outage.of(Stand.COMING), MOST_NAMES),
        ("*Comes and goes:* ", outage.of(Stand.FLAPPING), MOST_NAMES),
        ("*Back:* ", outage.of(Stand.BACK), FEW_NAMES),
    )
    lines = [f"{title}{named(outage, some, most)}" for title, some, most in groups if some]
    if outage.incident.kind is not Kind.SITE:
        lines.append(f"*Sites:* {where_from(outage)}")
    if clients := clients_of(outage):
        lines.append(f"*Clients:* {clients}")
    return [section("\n".join(lines))]


def _footer(outage: Outage) -> str:
    incident, alone = outage.incident, outage.alone
    count, well = outage.around.elsewhere
    told = [
        f"VoIP.ms said no twice, {span(alone.confirmed_at - alone.since)} apart" if alone is not None else "",
        f"elsewhere {'all' if well == count else f'{well:,} of'} {plural(count, 'phone')} {'is' if count == 1 else 'are'} registered"
        if count
        else "",
        f"{nth(incident.episodes)} time" if incident.episodes > 1 else "",
    ]
    ids = [code(alone.account) if alone is not None else "", f"outage {incident.id}", lateness(outage)]
    first, second = ("  ·  ".join(filter(None, line)) for line in (told, ids))
    return f"{first[:1].upper()}{first[1:]}\n{second}".strip()


# How it ends


def _back(outage: Outage) -> list[Block]:
    zone = outage.around.zone
    ended = f"Gone from {moment(outage.since, zone)} to {moment(outage.ended_at, zone)}: *{span(outage.lasted)}*."
    first = _first_line_of_end("🟢", "Back", outage)
    done = [section(f"{first}\n{ended}{_first_and_last(outage)}")]
    return [*done, *([] if outage.truth.closed else [actions(details(outage.incident))]), small(_record(outage))]


def _first_line_of_end(lamp: str, state: str, outage: Outage) -> str:
    if outage.alone is not None:
        who = outage.around.whose(outage.alone.account)
        return f"{lamp}  *{state}: {safe(who.name, 80)}*{f'  ·  ext. {safe(who.extension, 20)}' if who.extension else ''}"
    count = len(outage.members)
    everybody = "all " if count == outage.total else ""
    return f"{lamp}  *{state}: {safe(subject(outage), 80)}*  ·  {everybody}{plural(count, 'phone')}"


def _first_and_last(outage: Outage) -> str:
    """Who was back first and who last, where they were not back together."""
    backs = [(member.back_at, member) for member in outage.of(Stand.BACK) if member.back_at is not None]
    if len(backs) < 2:
        return ""
    (early, first), (late, last) = min(backs, key=lambda one: one[0]), max(backs, key=lambda one: one[0])
    if late == early:
        return ""
    names = [safe(outage.around.whose(member.account).name, 40) for member in (first, last)]
    return f" First back: {names[0]}; last: {names[1]}, {span(late - early)} later."


def _record(outage: Outage) -> str:
    """Who had it, and how it compares."""
    incident, around = outage.incident, outage.around
    after = f" after {span(incident.taken_at - incident.since)}" if incident.taken_at is not None else ""
    within = f"in {PAST.days} days"
    if around.seen_since is not None:
        within = f"since {'it was first seen' if outage.alone else 'the watch began'} ({moment(around.seen_since, around.zone)})"
    told = [
        f"👤  Taken by <@{incident.taken_by}>{after}" if incident.taken_by else "",
        f"{incident.episodes} outages in a row" if incident.episodes > 1 else "",
        f"{nth(around.past) if around.past > 1 else 'first'} outage {within}",
        f"{around.up:.1%} up".replace("%", " %") if around.up is not None else "",
        f"outage {incident.id}",
    ]
    return "  ·  ".join(filter(None, told))


def _absorbed(outage: Outage) -> list[Block]:
    wider = outage.around.wider
    where = safe(place(Outage(wider, outage.channel, outage.around)), 60) if wider is not None else "a wider one"
    first = _first_line_of_end("⚪", "Missing", outage)
    return [
        section(f"{first}\nIt is part of the outage of *{where}*: see outage {outage.truth.absorbed_by} in this channel."),
        small(f"outage {outage.incident.id}"),
    ]


def _set_aside(outage: Outage) -> list[Block]:
    gone = len(outage.of(Stand.GONE))
    why = "VoIP.ms no longer knows it" if gone == len(outage.members) else "it is ignored, or may be offline"
    if len(outage.members) > 1:
        why = "VoIP.ms no longer knows them" if gone == len(outage.members) else "they are ignored, deleted, or may be offline"
    return [section(f"{_first_line_of_end('⚪', 'No longer watched', outage)}\nNothing more is told: {why}."), small(_record(outage))]
