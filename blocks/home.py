"""The Home tab: what is wrong, how the sites are, today beside a normal day, the money, what is one's own, what to ask next. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from slackblocks import Block, Button, SectionBlock, Text

from blocks.alert_parts import acknowledge, details, look_now, menu
from blocks.alert_words import Outage, how, moment, site_name, subject
from blocks.balance import PACE, lasts
from blocks.frame import (
    BlockDict,
    actions,
    button,
    clean,
    cut,
    divider,
    fact,
    header,
    money,
    mrkdwn,
    plural,
    render,
    safe,
    section,
    small,
    table,
    talk,
    when,
)
from blocks.report_plans import about, often
from blocks.rights import mention, people
from rules.access import Role
from rules.incidents import Kind
from rules.plans import Plan
from rules.scene import Mute, Scope
from rules.surroundings import Surroundings
from rules.today import Today
from rules.usual import Trend, Usual, beside

AS_OF = "as_of"
"""Id of the block that alone differs where nothing has changed."""
OUTAGES = 8
SITES = 12
MINE = 8
HEAD = ("Site", "Registered", "Away")


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """An outage in a line.

    Attributes:
        outage: With a few of its phones: sorting thousands by name takes its time, and none of them is named here.
        away: How many are not well yet.
        phones: How many there are where it is.
    """

    outage: Outage
    away: int
    phones: int


@dataclass(frozen=True, kw_only=True)
class Place:
    """A site, or several together.

    Attributes:
        name: Plain, from outside.
    """

    name: str
    phones: int
    troubled: int


@dataclass(frozen=True, kw_only=True)
class Own:
    """Something the reader has set: a report, a mute.

    Attributes:
        words: Our own mrkdwn.
        undo: What ends it, as a command line; ``""`` where the reader may not.
        label: Of the button that does.
    """

    words: str
    undo: str = ""
    label: str = ""


def own_report(number: int, plan: Plan, *, is_paused: bool, may_pause: bool) -> Own:
    """A report of the reader's, and the button that pauses or resumes it."""
    where = "to you" if plan.is_personal else f"in <#{plan.channel}>"
    state = "paused" if is_paused else f"{often(plan.schedule)}, {plan.schedule.zone},"
    word = "resume" if is_paused else "pause"
    words = f"📊  Report {number} on {safe(about(plan.scope), 60)}: {state} {where}"
    return Own(words=words, undo=f"report {word} {number}" if may_pause else "", label=word.capitalize())


def own_mute(one: Mute, around: Surroundings, *, may_unmute: bool) -> Own:
    """A mute of the reader's, and the button that ends it."""
    until = "for good" if one.until is None else f"until {when(one.until, around.zone)}"
    what = {Scope.ALL: "everything", Scope.SITE: site_name(around, one.key) or one.key}.get(one.scope, f"{one.scope.value} {one.key}")
    name = f"<#{one.key}>" if one.scope is Scope.CHANNEL else safe(what, 60)
    typed = {Scope.ALL: "all", Scope.ACCOUNT: one.key}.get(one.scope, f"{one.scope.value} {one.key}")
    return Own(words=f"🔕  Muted {name} {until}", undo=f"watch unmute {typed}" if may_unmute else "", label="Unmute")


@dataclass(frozen=True, kw_only=True)
class Home:
    """What one person sees.

    Attributes:
        admins: Slack ids of those who can change the role.
        now: Aware; the page is as of then.
        zone: The reader's.
        outages: That are not over, the longest first; or just over.
        places: Sites, those with trouble first.
        more: Sites that are not among them, and their phones.
        unseen: Phones that were never registered, or that nobody has looked at.
        blind_since: Since when VoIP.ms cannot be seen.
        today: ``None`` where the reader may not see calls.
        day: Today, in the zone of the bot.
        day_zone: That zone.
        balance: US dollars; ``None`` where the reader may not see it, or it is not known.
        days_left: What it lasts.
        own: The reader's reports and mutes.
        quick: What to ask next: a button's words and its command line.
    """

    role: Role
    admins: Sequence[str]
    now: datetime
    zone: ZoneInfo
    outages: Sequence[Trouble] = ()
    places: Sequence[Place] = ()
    more: Place | None = None
    unseen: int = 0
    blind_since: datetime | None = None
    today: Today | None = None
    day: date
    day_zone: ZoneInfo
    balance: Decimal | None = None
    days_left: int | None = None
    own: Sequence[Own] = field(default_factory=tuple)
    quick: Sequence[tuple[str, str]] = ()


def card(home: Home) -> list[BlockDict]:
    """The whole tab."""
    if home.role is Role.NONE:
        return render(_stranger(home))
    parts = [_outages(home), _places(home), _today(home), _money(home), _own(home), _ask(home)]
    shown = [part for part in parts if part]
    blocks = [header(title(home)), *_blind(home)]
    for place, part in enumerate(shown):
        blocks.extend(([divider()] if place else []) + part)
    return [*render(blocks), _as_of(home)]


def title(home: Home) -> str:
    """``2 open outages``, ``All 43 phones are registered``, ``Nothing is watched yet``; while nobody can see, that first."""
    blind = home.blind_since is not None
    running = sum(one.outage.running and not (blind and one.outage.incident.kind is Kind.API) for one in home.outages)
    if blind or running:
        return ", ".join(filter(None, ("Cannot see VoIP.ms" if blind else "", plural(running, "open outage") if running else "")))
    phones, troubled = _counts(home)
    if not phones:
        return "No phone has registered yet" if home.unseen else "Nothing is watched yet"
    if troubled:
        return f"{phones - troubled:,} of {phones:,} phones are registered, {troubled:,} being checked"
    return f"All {phones:,} phones are registered" if phones > 1 else "The only phone is registered"


def _counts(home: Home) -> tuple[int, int]:
    places = [*home.places, *([home.more] if home.more is not None else [])]
    return sum(place.phones for place in places), sum(place.troubled for place in places)


def _stranger(home: Home) -> list[Block]:
    who = people(home.admins)
    ask = f"Ask {who} for a role: viewer, operator or admin." if who else "No admin is named yet: the setting ADMINS names them."
    return [
        header("You may not ask anything yet"),
        section(f"Dialtone answers questions about this company's phones: who is registered, who called, what it cost.\n{ask}"),
        section("A role may also be yours in some channels only: ask there with `/voip help`."),
        actions(button("Who am I", "ask:whoami", "whoami")),
    ]


def _blind(home: Home) -> list[Block]:
    if home.blind_since is None:
        return []
    return [section(f"⚫  *Cannot see VoIP.ms* since {moment(home.blind_since, home.zone)}: what follows is how it was then.")]


# What is wrong


def _outages(home: Home) -> list[Block]:
    running = sorted((one for one in home.outages if one.outage.running), key=lambda one: one.outage.since)
    over = [one.outage for one in home.outages if not one.outage.running]
    ended = [one for one in over if one.members and not one.truth.absorbed_by]
    blocks: list[Block] = []
    for one in running[:OUTAGES]:
        extra = menu(one.outage) if home.role >= Role.OPERATOR else None
        blocks.append(SectionBlock(mrkdwn(_outage(home, one)), accessory=extra))
        blocks.append(actions(*_buttons(home, one.outage)))
    if len(running) > OUTAGES:
        blocks.append(section(f"and *{len(running) - OUTAGES:,} more*", button("All open outages", "ask:alerts", "alerts")))
    if ended:
        names = ", ".join(safe(subject(one), 40) for one in ended[:4])
        blocks.append(small(f"🟢  Just over: {names}{f' and {len(ended) - 4:,} more' if len(ended) > 4 else ''}"))
    return blocks


def _outage(home: Home, one: Trouble) -> str:
    """Since when, and not for how long: the page may stand for hours."""
    outage = one.outage
    count = f"all {one.phones:,} phones" if one.away == one.phones > 1 else f"{one.away:,} of {one.phones:,} phones"
    taken = f"taken by {mention(outage.incident.taken_by)}" if outage.incident.taken_by else ""
    lamp = "⚫" if outage.incident.kind is Kind.API else "🟠" if taken else "🔴"
    since = f"{how(outage)}since {moment(outage.since, home.zone)}"
    parts = (f"*{safe(subject(outage), 80)}*", count if outage.alone is None and outage.members else "", since, taken)
    return f"{lamp}  {'  ·  '.join(filter(None, parts))}"


def _buttons(home: Home, outage: Outage) -> list[Button]:
    may = acknowledge(outage.incident) if home.role >= Role.OPERATOR else []
    return [*may, look_now(outage.incident), details(outage.incident)]


# How the sites are


def _places(home: Home) -> list[Block]:
    phones, _ = _counts(home)
    if not phones:
        return [section("_No phone is watched yet. The first round begins when VoIP.ms answers._")] if not home.unseen else []
    rows = [_row(place) for place in (*home.places, *([home.more] if home.more is not None else []))]
    made, _ = table(HEAD, rows, right=(1, 2))
    below = f"{plural(home.unseen, 'phone')} never seen registered" if home.unseen else ""
    return [made, *([small(below)] if below else [])]


def _row(place: Place) -> list[str]:
    lamp = "🟢" if not place.troubled else "🔴" if place.troubled == place.phones else "🟠"
    away = f"{place.troubled:,}" if place.troubled else "–"
    return [f"{lamp} {cut(clean(place.name), 60)}", f"{place.phones - place.troubled:,} of {place.phones:,}", away]


# Today


def _today(home: Home) -> list[Block]:
    if home.today is None:
        return []
    so_far, normal = home.today.so_far, home.today.normal
    name = f"*Today* ({home.day:%a} {home.day.day} {home.day:%b}, {home.day_zone.key})"
    if so_far is None:
        return [section(f"{name}\n_Being read._", button("Calls today", "ask:calls:0", f"calls {home.day}"))]
    figures = so_far.figures
    fields: list[str | Text] = [
        fact("Calls", f"{figures.calls:,}{_normally(normal.calls if normal else None, figures.calls)}"),
        fact("Missed", f"{figures.missed:,}{_normally(normal.missed if normal else None, figures.missed)}"),
        fact("Talk time", talk(figures.seconds) if figures.seconds else "none"),
        fact("Cost", f"{money(figures.cost)}{_normally_costs(normal.cost if normal else None)}"),
    ]
    told = f"Read {moment(so_far.read_at, home.zone)}"
    if normal is not None:
        told += f"  ·  normal is a whole {home.day:%A}: the median of {plural(normal.periods, 'week')} before"
    return [section(name, button("Calls today", "ask:calls:0", f"calls {home.day}")), SectionBlock(fields=fields), small(told)]


def _normally(usual: Usual | None, value: int) -> str:
    if usual is None:
        return ""
    more = beside(value, usual).trend is Trend.MORE
    return f"  ·  {'more than ' if more else ''}normal {usual.middle:,.0f}"


def _normally_costs(usual: Usual | None) -> str:
    return f"  ·  normal {money(usual.middle)}" if usual is not None else ""


# Money


def _money(home: Home) -> list[Block]:
    if home.balance is None:
        return []
    lamp, left = "🟢", ""
    if home.balance <= 0:
        lamp, left = "🔴", ", nothing is left"
    elif home.days_left is not None:
        lamp = "🟠" if home.days_left <= 3 else "🟢"
        left = f", {lasts(home.days_left)} {PACE}"
    return [section(f"*Balance*\n{lamp}  {money(home.balance)}{left}", button("Balance", "ask:balance", "balance"))]


# One's own


def _own(home: Home) -> list[Block]:
    if not home.own:
        return []
    blocks: list[Block] = [section("*Yours*")]
    for place, one in enumerate(home.own[:MINE]):
        blocks.append(section(one.words, button(one.label, f"ask:own:{place}", one.undo) if one.undo else None))
    if len(home.own) > MINE:
        blocks.append(small(f"and {len(home.own) - MINE:,} more"))
    return blocks


# What to ask next


def _ask(home: Home) -> list[Block]:
    if not home.quick:
        return []
    return [section("*Ask*"), actions(*(button(words, f"ask:quick:{place}", line) for place, (words, line) in enumerate(home.quick)))]


def _as_of(home: Home) -> BlockDict:
    words = f"As of {when(home.now, home.zone)}, refreshed when you open it and when something changes  ·  you are: {home.role}"
    return {**render([small(words)])[0], "block_id": AS_OF}
