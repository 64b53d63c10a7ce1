"""What is watched and how people have set it; and what a change comes to. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from slackblocks import Block

from blocks.alert_words import called, exact, moment, names, span, within
from blocks.frame import BlockDict, code, facts, header, listing, money, plural, render, safe, section, small
from rules.calendar import Quiet
from rules.surroundings import Who
from rules.watch import WorstCase

MOST_LINES = 12
MOST_ADVISED = 6


@dataclass(frozen=True, kw_only=True)
class Silence:
    """A mute as people read it: what is muted, in their words, safe.

    Attributes:
        unmute: What to type for a thing.
        channel: Slack's id, where it is a channel that is muted.
    """

    what: str
    until: datetime | None
    by: str = ""
    reason: str = ""
    unmute: str = ""
    channel: str = ""


@dataclass(frozen=True, kw_only=True)
class Advice:
    """Phones for which a shorter registration would help.

    Attributes:
        who: The required ones first, then those whose registrations last longest.
        expiry: The longest time for which they register.
        now, then: The longest time to an alert about a silent death, as it is and as it would be.
        advised: The registration that is advised.
    """

    who: tuple[Who, ...]
    expiry: timedelta
    now: timedelta
    then: timedelta
    advised: timedelta


@dataclass(frozen=True, kw_only=True)
class Setup:
    """All that ``watch`` shows.

    Attributes:
        watched: Phones that are looked at.
        ignored, offline, required, unseen: Phones by what is set for them, or that were never seen.
        by_address: Accounts that have nothing to register.
        channel: Where everything is told that has no place of its own, as ``<#C…>``; ``""`` while none is set.
        routes: What is told elsewhere: *site Head office*, ``<#C…>``; safe.
        quiet: Quiet hours, by channel.
        escalations: Groups, by channel.
        sites: Name and address of each site that has a name, and how many phones are there.
        confirm, low_balance: The thresholds.
        chosen: Which of them people have set.
        sweep: The time in which every account has its turn.
        rate: Requests a minute; 0 before anybody looked.
        worst: For the phones whose registrations last longest.
    """

    watched: int
    ignored: tuple[Who, ...] = ()
    offline: tuple[Who, ...] = ()
    required: tuple[Who, ...] = ()
    unseen: tuple[Who, ...] = ()
    by_address: int = 0
    channel: str = ""
    routes: tuple[tuple[str, str], ...] = ()
    quiet: tuple[tuple[str, Quiet], ...] = ()
    escalations: tuple[tuple[str, str], ...] = ()
    sites: tuple[tuple[str, str, int], ...] = ()
    mutes: tuple[Silence, ...] = ()
    confirm: timedelta
    low_balance: Decimal
    chosen: frozenset[str] = frozenset()
    sweep: timedelta = timedelta()
    rate: float = 0.0
    worst: WorstCase
    advice: Advice | None = None


def headline(setup: Setup) -> str:
    """``41 phones are watched, 2 muted``."""
    muted = f", {plural(len(setup.mutes), 'mute')}" if setup.mutes else ""
    return f"{plural(setup.watched, 'phone')} {'is' if setup.watched == 1 else 'are'} watched{muted}"


def card(setup: Setup, zone: ZoneInfo, slash: str) -> list[BlockDict]:
    """What is watched, how soon something is told and where, and what people have set."""
    return render(
        [
            header(headline(setup)),
            *_no_channel(setup, slash),
            *facts(_pairs(setup)),
            *_lines("Muted", [_silence(one, zone, slash) for one in setup.mutes]),
            *_set_aside(setup),
            *_lines("Told elsewhere", [f"{what} in {channel}" for what, channel in setup.routes]),
            *_lines("Quiet hours", [f"{channel}: {_quiet(hours)}" for channel, hours in setup.quiet]),
            *_lines("Called when nobody takes an outage", [f"{channel}: <!subteam^{group}>" for channel, group in setup.escalations]),
            *_lines(
                "Sites with a name", [f"{safe(name, 60)} is {safe(key, 60)}, {plural(count, 'phone')}" for name, key, count in setup.sites]
            ),
            *_advice(setup),
            small(f"{code(f'{slash}help watch')} shows what can be changed  ·  {code(f'{slash}alerts')} shows what is open"),
        ]
    )


def _no_channel(setup: Setup, slash: str) -> list[Block]:
    if setup.channel:
        return []
    return [section(f"🔴  *Nothing is told yet*: there is no channel for it. {code(f'{slash}watch channel #phones')} sets one.")]


def _pairs(setup: Setup) -> list[tuple[str, str]]:
    rate = f", {setup.rate:g} requests a minute" if setup.rate else ""
    return [
        ("Told in", setup.channel or "no channel"),
        ("A sign-off is told within", within(setup.worst.drop)),
        ("A silent failure is told within", within(setup.worst.silent)),
        ("Every phone has its turn in", f"{within(setup.sweep)}{rate}" if setup.sweep else "not known yet"),
        ("A “no” has to last", f"{exact(setup.confirm)}{_own(setup, 'confirm')}"),
        ("Low balance", f"under {money(setup.low_balance)}{_own(setup, 'low-balance')}"),
    ]


def _own(setup: Setup, name: str) -> str:
    return " (set here)" if name in setup.chosen else ""


def _lines(title: str, lines: Sequence[str]) -> list[Block]:
    if not lines:
        return []
    more = [f"and {len(lines) - MOST_LINES:,} more"] if len(lines) > MOST_LINES else []
    return [section("\n".join((f"*{title}*", *lines[:MOST_LINES], *more)))]


def _silence(one: Silence, zone: ZoneInfo, slash: str) -> str:
    until = "for good" if one.until is None else f"until {moment(one.until, zone)}"
    by = f" by <@{one.by}>" if one.by else ""
    reason = f": {safe(one.reason, 100)}" if one.reason else ""
    unmute = f"{code(f'{slash}watch unmute')} <#{one.channel}>" if one.channel else code(f"{slash}watch unmute {one.unmute}")
    return f"🔕  {one.what} {until}{by}{reason}  ·  {unmute}"


def _set_aside(setup: Setup) -> list[Block]:
    groups = (
        ("Ignored, nobody looks", setup.ignored),
        ("May be offline, looked at but not told", setup.offline),
        ("Required, told even if never seen", setup.required),
        ("Never seen registered, silent until they are", setup.unseen),
    )
    lines = [f"{title}: {names(some, len(some), MOST_LINES)}" for title, some in groups if some]
    if setup.by_address:
        lines.append(f"Never watched: {plural(setup.by_address, 'account')} without a password to register with")
    return _lines("Phones that are different", lines)


def _quiet(hours: Quiet) -> str:
    return f"{hours.begins:%H:%M} to {hours.ends:%H:%M}, {hours.zone}"


def _advice(setup: Setup) -> list[Block]:
    """Where a shorter registration would tell of a dead phone sooner, and by how much."""
    advice = setup.advice
    if advice is None:
        return []
    count = len(advice.who)
    known = names(advice.who, count, MOST_ADVISED)
    one = f"One that loses its power is told after up to {within(advice.now)}, since VoIP.ms believes in it until its registration runs out"
    lines = [
        f"{plural(count, 'phone')} {'registers' if count == 1 else 'register'} for up to {span(advice.expiry)} at a time: {known}.",
        f"{one}. With {span(advice.advised)} it would be *{within(advice.then)}*.",
        "It is set in the phone itself (registration expiry, register refresh). Worth it for phones that matter.",
    ]
    return _lines("A shorter registration would help", lines)


# Changes


def done_card(said: str, how_to_undo: str = "") -> list[BlockDict]:
    """What was done, in our own mrkdwn, and what undoes it."""
    return render([section(said), *([small(how_to_undo)] if how_to_undo else [])])


def phones_named(some: Sequence[Who]) -> str:
    """``Front desk (ext. 101)``, ``Front desk (101), Boardroom (110) and 6 more``; safe."""
    return f"*{safe(called(some[0]), 80)}*" if len(some) == 1 else listing([f"*{plural(len(some), 'phone')}*", names(some, len(some), 6)])
