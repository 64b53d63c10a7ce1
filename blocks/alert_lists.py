"""Outages in lists: the open ones, those of a period, every phone of one, and how one phone fared. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from slackblocks import Block

from blocks.alert_notes import outage_line
from blocks.alert_parts import details, look_now
from blocks.alert_words import Outage, added_up, called, moment, share, span, subject, window
from blocks.frame import (
    BlockDict,
    actions,
    ago,
    button,
    clean,
    clock_time,
    code,
    csv_time,
    cut,
    header,
    plural,
    render,
    safe,
    section,
    small,
    table,
)
from blocks.settings import quoted
from rules.incidents import Kind, Member, Phase, Stand
from rules.surroundings import Who
from rules.timeline import Spell, Uptime, Was, first_seen

MOST_CARDS = 8
DETAILS_HEAD = ("Phone", "Ext.", "State", "Missing since", "Last address", "POP")
DETAILS_CSV = (
    *("Phone", "Extension", "Login", "Client", "State", "Missing since", "Confirmed", "Back", "Last address", "POP", "Device"),
    *("Registration ran out", "Looked"),
)
HISTORY_HEAD = ("Began", "What", "Phones", "Lasted", "State", "Outage")
ANSWERS = "VoIP.ms answers me now."
STANDS = {
    Stand.DOWN: "missing",
    Stand.COMING: "coming back",
    Stand.FLAPPING: "comes and goes",
    Stand.BACK: "back",
    Stand.GONE: "deleted",
    Stand.EXCUSED: "no longer watched",
}


# Those that are open


def open_headline(outages: Sequence[Outage]) -> str:
    """``2 open outages: Head office, Front desk (ext. 101)``."""
    running = [outage for outage in outages if outage.running]
    if not running:
        return "No open outage"
    names = ", ".join(subject(outage) for outage in running[:3])
    more = f" and {len(running) - 3:,} more" if len(running) > 3 else ""
    return f"{plural(len(running), 'open outage')}: {names}{more}"


def open_card(outages: Sequence[Outage], watched: int, slash: str) -> list[BlockDict]:
    """All outages that are not over, the longest first; then those that have just ended.

    Args:
        watched: How many phones are looked at.
        slash: What precedes a command where the reader is.
    """
    running = sorted((outage for outage in outages if outage.running), key=lambda outage: outage.since)
    ended = [outage for outage in outages if not outage.running]
    count = plural(len(running), "open outage") if running else "No open outage"
    blocks: list[Block] = [header(count)]
    if not running:
        blocks.append(
            section(f"🟢  Nothing that is watched is missing: {plural(watched, 'phone')}." if watched else "⚪  Nothing is watched yet.")
        )
    for outage in running[:MOST_CARDS]:
        blocks.append(section(outage_line(outage), details(outage.incident)))
    if len(running) > MOST_CARDS:
        blocks.append(section("\n".join(outage_line(outage) for outage in running[MOST_CARDS : MOST_CARDS * 2])))
        more = len(running) - MOST_CARDS * 2
        blocks.extend([small(f"and {more:,} more")] if more > 0 else [])
    if ended:
        blocks.append(section("\n".join(("*Just over*", *(outage_line(outage) for outage in ended[:MOST_CARDS])))))
    blocks.append(small(f"`{slash}alerts history` shows what was, `{slash}alerts 101` how one phone fared"))
    return render(blocks)


# Those of a period


@dataclass(frozen=True, kw_only=True)
class History:
    """The outages of a period.

    Attributes:
        outages: The latest first.
        period: ``in the last 30 days``.
        began: When the watch began, where that is later than the period does.
        before: The period was over by then.
    """

    outages: Sequence[Outage]
    period: str
    began: datetime | None = None
    before: bool = False


def history_headline(history: History) -> str:
    """``12 outages in the last 30 days``."""
    if history.outages:
        return f"{plural(len(history.outages), 'outage')} {history.period}"
    return f"{'Nothing was watched' if history.before else 'No outage'} {history.period}"


def history_card(history: History, zone: ZoneInfo, slash: str) -> list[BlockDict]:
    """The outages of a period, the latest first; of a time that nobody watched it says so."""
    outages = history.outages
    blocks: list[Block] = [header(history_headline(history))]
    if outages:
        cells = [_history_row(outage, zone) for outage in outages]
        made, shown = table(HISTORY_HEAD, cells, right=(2, 3))
        more = f"and {len(cells) - shown:,} more, all in the CSV  ·  " if shown < len(cells) else ""
        blocks.extend((made, small(f"{more}times in {zone.key}  ·  {code(f'{slash}alerts {outages[0].incident.id}')} shows one in full")))
    if history.began is not None:
        blocks.append(small(f"The watch began {moment(history.began, zone)}: nothing is known of the time before"))
    return render(blocks)


def _history_row(outage: Outage, zone: ZoneInfo) -> list[str]:
    phones = f"{len(outage.members):,}" if outage.members else "–"
    lasted = "–" if outage.truth.absorbed_by else span(outage.around.now - outage.since if outage.running else outage.lasted)
    return [clock_time(outage.since, zone), subject(outage), phones, lasted, state_of(outage), outage.incident.id]


def state_of(outage: Outage) -> str:
    """How the outage stands, in a word or two."""
    match outage.truth.phase:
        case Phase.MISSING:
            return "goes on, taken" if outage.truth.taken_by else "goes on"
        case Phase.FLAPPING:
            return "comes and goes"
        case Phase.BACK:
            return "back"
        case Phase.ABSORBED:
            return f"part of {outage.truth.absorbed_by}"
    return "deleted" if outage.incident.kind is Kind.DELETED else "no longer watched"


def history_rows(outages: Iterable[Outage], zone: ZoneInfo) -> Iterator[list[str]]:
    """The same as a file, names first; times are the reader's wall clock."""
    yield [f"Began ({zone.key})", f"Over ({zone.key})", "What", "Phones", "Seconds", "State", "Taken by", "Outage"]
    for outage in outages:
        over = "" if outage.running else csv_time(outage.ended_at, zone)
        seconds = int((outage.around.now - outage.since if outage.running else outage.lasted).total_seconds())
        count, taken = str(len(outage.members)), outage.incident.taken_by
        yield [csv_time(outage.since, zone), over, subject(outage), count, str(seconds), state_of(outage), taken, outage.incident.id]


# Every phone of one


def details_headline(outage: Outage) -> str:
    """``Head office: 3 of 12 phones are missing``."""
    what, away, back = subject(outage), len(outage.away), len(outage.of(Stand.BACK))
    if not outage.members or (outage.incident.kind is Kind.DELETED and outage.alone is None):
        return what
    if outage.alone is not None:
        return f"{what} is {STANDS[outage.alone.stand]}"
    if away:
        return f"{what}: {away:,} of {outage.total:,} phones {'is' if away == 1 else 'are'} missing"
    if not back:
        return f"{what}: {state_of(outage)}"
    whole = "all" if back == len(outage.members) else f"{back:,} of"
    return f"{what}: {whole} {plural(len(outage.members), 'phone')} {'is' if back == 1 else 'are'} back"


def details_card(outage: Outage, zone: ZoneInfo) -> list[BlockDict]:
    """Every phone of an outage with its last registration, those that are away first."""
    blocks: list[Block] = [header(details_headline(outage)), section(outage_line(outage))]
    if outage.alone is not None:
        blocks.append(section(_in_full(outage, outage.alone)))
    elif outage.members:
        cells = [_details_row(outage, member, zone) for member in _away_first(outage)]
        made, shown = table(DETAILS_HEAD, cells)
        blocks.append(made)
        if shown < len(cells):
            blocks.append(small(f"and {len(cells) - shown:,} more, all in the CSV"))
    if outage.running:
        blocks.append(actions(look_now(outage.incident)))
    times = f"times in {zone.key}  ·  " if len(outage.members) > 1 else ""
    return render([*blocks, small(f"{times}as of {moment(outage.around.now, zone)}  ·  outage {outage.incident.id}")])


def _away_first(outage: Outage) -> list[Member]:
    return sorted(outage.members, key=lambda member: not member.away)


def _in_full(outage: Outage, member: Member) -> str:
    """One phone in lines: a table of one row is hard to read."""
    who, zone = outage.around.whose(member.account), outage.around.zone
    line = who.line
    lines = [
        ("Login", code(who.account)),
        ("Client", safe(who.client, 40)),
        ("Last address", safe(line.site, 60)),
        ("POP", safe(" ".join(filter(None, (line.pop_name, f"({line.pop})" if line.pop else ""))), 60)),
        ("Device", safe(line.agent, 120)),
        ("First “no”", moment(member.since, zone)),
        ("Confirmed", moment(member.confirmed_at, zone)),
        ("Back", "" if member.back_at is None else moment(member.back_at, zone)),
        *_end_of_registration(outage, member),
        ("Registers for", span(timedelta(seconds=line.expiry)) if line.expiry else ""),
        ("Looked at", "" if who.looked_at is None else f"{moment(who.looked_at, zone)}, {ago(outage.around.now - who.looked_at)} ago"),
    ]
    return "\n".join(f"*{name}*  {value}" for name, value in lines if value)


def _end_of_registration(outage: Outage, member: Member) -> Iterator[tuple[str, str]]:
    """When a missing phone's last registration ends: who signs off is missing before it."""
    ends = outage.around.whose(member.account).line.expires_at
    if member.away and ends is not None:
        yield f"Its registration {'ran' if ends <= outage.around.now else 'would run'} out", moment(ends, outage.around.zone)


def _details_row(outage: Outage, member: Member, zone: ZoneInfo) -> list[str]:
    who = outage.around.whose(member.account)
    since = clock_time(member.since, zone) if member.away else ""
    pop = who.line.pop_name or who.line.pop
    return [cut(clean(who.name), 40), who.extension, STANDS[member.stand], since, who.line.site, cut(clean(pop), 30)]


def details_rows(outage: Outage, zone: ZoneInfo) -> Iterator[list[str]]:
    """The same as a file, names first; times are the reader's wall clock."""
    timed = ("Missing since", "Confirmed", "Back", "Registration ran out", "Looked")
    yield [f"{name} ({zone.key})" if name in timed else name for name in DETAILS_CSV]
    for member in _away_first(outage):
        who = outage.around.whose(member.account)
        line = who.line
        times = [member.since, member.confirmed_at, member.back_at]
        yield [
            *(who.name, who.extension, who.account, who.client, STANDS[member.stand]),
            *(csv_time(at, zone) for at in times),
            *(line.site, line.pop_name or line.pop, line.agent, csv_time(line.expires_at, zone), csv_time(who.looked_at, zone)),
        ]


def answers_card() -> list[BlockDict]:
    """After a look at VoIP.ms itself, whose outage names no phone."""
    return render([section(f"🟢  *{ANSWERS}* The message follows once it has done so for a moment.")])


# How one phone fared


@dataclass(frozen=True, kw_only=True)
class Fared:
    """One phone over some time.

    Attributes:
        uptimes: By number of days, the shortest first.
        now: When it was asked for.
        spells: Of the time that is shown, oldest first.
        period: What that is called, ``in the last 30 days``.
    """

    who: Who
    now: datetime
    uptimes: dict[int, Uptime]
    spells: tuple[Spell, ...]
    period: str


def fared_headline(fared: Fared) -> str:
    """``Front desk (ext. 101): 99.72 % up in 30 days, 2 outages``; where it was not seen so long, ``in the 17 min since …``."""
    days = 30 if 30 in fared.uptimes else max(fared.uptimes)
    uptime = fared.uptimes[days]
    if uptime.share is None:
        return f"{called(fared.who)}: nothing is known of it in {days} days"
    within = f"{days} days" if uptime.since is None else f"the {span(fared.now - uptime.since)} since it was first seen"
    return f"{called(fared.who)}: {share(uptime)} up in {within}, {plural(uptime.outages, 'outage')}"


def fared_card(fared: Fared, zone: ZoneInfo) -> list[BlockDict]:
    """How often one phone was up, and each time that it was not."""
    who = fared.who
    # windows that begin before it was first seen say the same
    lines = dict.fromkeys(f"*{window(days, uptime, fared.now, zone)}*  {added_up(uptime)}" for days, uptime in fared.uptimes.items())
    value = quoted(who.account)
    blocks: list[Block] = [header(cut(fared_headline(fared), 150)), section("\n".join(lines)), *_spells(fared, zone)]
    buttons = [button("Look now", "ask:status:1", f"status {value}")]
    return render(
        [*blocks, actions(*buttons), small(f"{code(who.account)}  ·  time that nobody could see counts neither as up nor as down")]
    )


def _spells(fared: Fared, zone: ZoneInfo) -> list[Block]:
    """Each outage, and each time nothing was known, the latest first."""
    shown = [spell for spell in reversed(fared.spells) if spell.was in (Was.DOWN, Was.UNKNOWN)]
    since = first_seen(fared.spells)
    if not shown and all(spell.was is Was.ASIDE for spell in fared.spells):
        return [section(f"Nothing is known of it {fared.period}.")]
    seen = f"first seen {moment(since, zone)}" if since is not None else ""
    if not shown:
        return [section(f"No outage {fared.period}{seen and f' ({seen})'}.")]
    cells = [
        [
            clock_time(spell.begins, zone),
            "goes on" if spell.ends >= fared.now else clock_time(spell.ends, zone),
            span(spell.lasted),
            "missing" if spell.was is Was.DOWN else "not known",
        ]
        for spell in shown
    ]
    made, count = table(("From", "To", "Lasted", "It was"), cells, right=(2,))
    more = [small(f"and {len(cells) - count:,} more")] if count < len(cells) else []
    told = f"{fared.period[0].upper()}{fared.period[1:]}, times in {zone.key}"
    return [made, *more, small("  ·  ".join(filter(None, (told, seen))))]


def fared_rows(fared: Fared, zone: ZoneInfo) -> Iterator[list[str]]:
    """The timeline as a file, without gaps, names first; times are the reader's wall clock."""
    yield [f"From ({zone.key})", f"To ({zone.key})", "Seconds", "It was"]
    for spell in fared.spells:
        was = "not seen" if spell.was is Was.ASIDE else spell.was.value
        yield [csv_time(spell.begins, zone), csv_time(spell.ends, zone), str(int(spell.lasted.total_seconds())), was]
