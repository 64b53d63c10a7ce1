"""The words that every message about an outage is made of: who, where, how many, since when, and what it probably is. Pure.

What is called a *name* here is plain text from outside; it still has to pass through ``frame.safe`` or ``frame.plain``.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from blocks.frame import ago, clean, cut, listing, plural, safe, when
from rules.advice import detection
from rules.finding import by_name
from rules.incidents import OF_PHONES, Incident, Kind, Member, Phase, Stand, Truth, truth
from rules.polling import DEFAULT_EXPIRY
from rules.surroundings import Surroundings, Who
from rules.timeline import Uptime
from rules.watch import NO_ADDRESS, worst_case
from voipms import Kind as Class
from voipms import Refused
from voipms.errors import http_error

MOST_NAMES = 20
MOST_PLACES = 6
NAME_CHARS = 40
NEARLY_ALL = 0.8
"""From this share on, those that are back are worth more words than those that are not."""
LONG = timedelta(hours=18)
"""From this age on a time of day needs its day."""


@dataclass(frozen=True)
class Outage:
    """An incident as one channel is told of it: with the phones that are told there, and no others."""

    incident: Incident
    channel: str
    around: Surroundings

    @cached_property
    def truth(self) -> Truth:
        """What its message has to say."""
        return truth(self.incident, self.channel, muted=self.around.mute is not None)

    @cached_property
    def members(self) -> tuple[Member, ...]:
        """Its phones, by name."""
        own = (member for member in self.incident.members if member.channel == self.channel)
        return tuple(by_name(own, lambda member: self.around.whose(member.account).name))

    def of(self, *stands: Stand) -> tuple[Member, ...]:
        """Those of its phones that stand so."""
        return tuple(member for member in self.members if member.stand in stands)

    @property
    def away(self) -> tuple[Member, ...]:
        """Those that are not well yet."""
        return tuple(member for member in self.members if member.away)

    @property
    def alone(self) -> Member | None:
        """Its only phone; ``None`` where there are several, or none."""
        return self.members[0] if len(self.members) == 1 else None

    @property
    def running(self) -> bool:
        """Whether its message says that something is wrong."""
        return self.truth.phase in (Phase.MISSING, Phase.FLAPPING) and not self.truth.closed

    @property
    def total(self) -> int:
        """All phones of the site, of the POP, or of the account."""
        return max(self.around.crowd.phones, len(self.members))

    @property
    def since(self) -> datetime:
        """When it began for this channel."""
        return self.alone.since if self.alone is not None else self.incident.since

    @property
    def ended_at(self) -> datetime:
        """When the last of its phones was back."""
        backs = [member.back_at for member in self.of(Stand.BACK) if member.back_at is not None]
        return max(backs, default=self.incident.recovered_at or self.around.now)

    @property
    def lasted(self) -> timedelta:
        """From its beginning to its end."""
        return self.ended_at - self.since


# Who and where


def called(who: Who) -> str:
    """``Front desk (ext. 101)``; the login where there is no name."""
    name = cut(clean(who.name) or clean(who.account), NAME_CHARS)
    return f"{name} (ext. {cut(clean(who.extension), 10)})" if who.extension else name


def site_name(around: Surroundings, key: str) -> str:
    """What people call a site, else its address; ``""`` for a phone whose address was never told."""
    return cut(clean(around.sites.get(key) or ("" if key.startswith(NO_ADDRESS) else key)), 60)


def pop_name(outage: Outage) -> str:
    """``POP montreal5``; its number where nobody told its name."""
    key = outage.incident.key
    lines = (outage.around.whose(member.account).line for member in outage.members)
    return f"POP {cut(clean(next((line.pop_name for line in lines if line.pop == key and line.pop_name), key)), 40)}"


def place(outage: Outage) -> str:
    """Where the outage is: *Head office*, *POP montreal5*, *the whole account*; ``""`` where that is not known."""
    match outage.incident.kind:
        case Kind.SITE:
            return site_name(outage.around, outage.incident.key)
        case Kind.POP:
            return pop_name(outage)
        case Kind.ALL:
            return "the whole account"
    return ""


def subject(outage: Outage) -> str:
    """What the outage is called in a list: its phone, its place, or what else it is about."""
    match outage.incident.kind:
        case Kind.API:
            return "VoIP.ms cannot be seen"
        case Kind.BALANCE:
            return "Low balance"
    if outage.alone is not None:
        return called(outage.around.whose(outage.alone.account))
    if outage.incident.kind is Kind.DELETED:
        return plural(len(outage.members), "deleted account")
    where = place(outage) or plural(len(outage.members), "phone")
    return where[0].upper() + where[1:]


def how(outage: Outage) -> str:
    """``missing `` or ``comes and goes ``, before since when; ``""`` where what it is called says it."""
    if outage.incident.kind not in OF_PHONES:
        return ""
    return "comes and goes " if outage.truth.phase is Phase.FLAPPING else "missing "


def counted(outage: Outage) -> str:
    """``all 12 phones``, ``3 of 12 phones``."""
    away, total = len(outage.away), outage.total
    return f"all {total:,} phones" if away == total and total > 1 else f"{away:,} of {total:,} phones"


def at_place(outage: Outage) -> str:
    """`` at Head office``, `` on POP montreal5``, `` of the whole account``."""
    where = place(outage)
    joined = {Kind.SITE: " at ", Kind.POP: " on ", Kind.ALL: " of "}.get(outage.incident.kind, "")
    return f"{joined}{where}" if where else ""


def named(outage: Outage, members: Sequence[Member], most: int = MOST_NAMES) -> str:
    """``Front desk (101), Boardroom (110) and 6 more``, safe."""
    shown = [_short(outage.around.whose(member.account)) for member in members[:most]]
    return listing([*shown, *[""] * (len(members) - len(shown))], most)


def names(known: Iterable[Who], count: int, most: int = MOST_NAMES) -> str:
    """The same for phones of no single outage; ``count`` may be more than are given."""
    shown = [_short(one) for one in known][:most]
    return listing([*shown, *[""] * (count - len(shown))], max(len(shown), 1))


def _short(who: Who) -> str:
    extension = f" ({safe(who.extension, 10)})" if who.extension else ""
    return f"{safe(who.name, NAME_CHARS)}{extension}"


def where_from(outage: Outage) -> str:
    """``Head office (12), Laval (8) and 12 more sites``, safe, the most phones first; of outages that are wider than a site."""
    sites = Counter(site_name(outage.around, member.site) or "address unknown" for member in outage.away)
    shown = [f"{safe(name, 60)} ({count:,})" for name, count in sites.most_common(MOST_PLACES)]
    more = len(sites) - len(shown)
    rest = f" and {plural(more, 'more site', 'more sites')}" if more else ""
    return f"{', '.join(shown)}{rest}"


def clients_of(outage: Outage) -> str:
    """``561115 (4), 561120 (1)``, safe; ``""`` where no reseller's client is touched."""
    clients = Counter(member.client for member in outage.away if member.client)
    return listing([f"{safe(client, 20)} ({count:,})" for client, count in clients.most_common()], MOST_PLACES)


# When


def span(length: timedelta) -> str:
    """``12 s``, ``4 min``, ``1 h``, ``3 h 10 min``, ``2 days``."""
    return ago(length).removesuffix(" 0 min")


def exact(length: timedelta) -> str:
    """The same for what was set, with its seconds: ``90 s`` is ``1 min 30 s``."""
    spare = length % timedelta(minutes=1)
    return span(length) if length == spare or spare < timedelta(seconds=1) else f"{span(length - spare)} {span(spare)}"


def within(length: timedelta) -> str:
    """The same for what may not be exceeded: rounded up, to seconds below a minute and to minutes above."""
    unit = timedelta(minutes=1) if length > timedelta(minutes=1) else timedelta(seconds=1)
    return span(-(-length // unit) * unit)


def clock(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """A time for a text in which Slack converts nothing: ``09:14 EST``, after a while ``Mon 23 Nov 09:14 EST``."""
    day = f"{at.astimezone(zone):%a %d %b} " if now - at >= LONG else ""
    return f"{day}{at.astimezone(zone):%H:%M %Z}"


def since_when(at: datetime, zone: ZoneInfo) -> str:
    """``2:14 PM today (4 minutes ago)``, in each reader's own zone and growing old by itself."""
    return when(at, zone, "{time} {date_short_pretty} ({ago})")


def moment(at: datetime, zone: ZoneInfo) -> str:
    """``2:14 PM today``, in each reader's own zone."""
    return when(at, zone, "{time} {date_short_pretty}")


# What it probably is, and how late it is told


def likely(outage: Outage) -> str:
    """What it probably is and what to look at, safe."""
    match outage.incident.kind:
        case Kind.POP:
            return (
                f"They share {safe(place(outage), 60)} and nothing else: most likely that server of VoIP.ms, and nothing to mend at the"
                " sites. If it lasts, point the phones that matter to another POP."
            )
        case Kind.ALL:
            return (
                "They have no site and no POP in common: most likely VoIP.ms itself, or the account. `balance` shows whether it is paid;"
                " VoIP.ms's status page may know more."
            )
    return _one_phone(outage) if len(outage.away) == 1 else _one_site(outage)


def _one_phone(outage: Outage) -> str:
    around, others = outage.around, outage.total - 1
    where = safe(place(outage), 60)
    if others < 1:
        known = f"It is the only phone at {where}" if where else "It shares its place with no other phone"
        return f"{known}: look at the phone and its cable, then at the internet connection there."
    if around.well < others:
        return f"Not all of the other {others:,} phones at {where} are well either: look at what they share."
    known = f"It alone is missing: {_the_others(others)} at {where} {'is' if others == 1 else 'are'} registered"
    if around.expiring and around.expire_by is not None:
        by = when(around.expire_by, around.zone, "{time}")
        return f"{known}. Look at this phone, its cable or its switch port. If the whole site is down, VoIP.ms will have noticed by {by}."
    return f"{known}, so look at this phone, its cable or its switch port."


def _the_others(count: int) -> str:
    return "the other phone" if count == 1 else f"the other {count:,} phones"


def _one_site(outage: Outage) -> str:
    around, away, total = outage.around, len(outage.away), outage.total
    where = safe(site_name(around, outage.incident.key), 60)
    address = safe(outage.incident.key, 60)
    behind = f"behind {address}" if address == where else f"at {where}, behind {address}"
    if away == total:
        return f"All {_number(away)} phones {behind}: most likely that site's internet or router."
    if around.expiring and around.expire_by is not None:
        by = when(around.expire_by, around.zone, "{time}")
        return (
            f"All of them are {behind}. If that site's internet or router is down, {around.expiring:,} more will expire by {by};"
            " if not, look for what these phones share."
        )
    return f"The other {total - away:,} there are registered: look for what these {away:,} share, like a switch or its power."


def _number(count: int) -> str:
    return {2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}.get(count, f"{count:,}")


def lateness(outage: Outage) -> str:
    """``a sign-off is told within 2 min, a silent failure within 1 h 2 min``: the worst case, not what was measured."""
    around = outage.around
    if outage.alone is not None:
        who = around.whose(outage.alone.account)
        worst = detection(who.line, who.max_expiry, around.sweep, around.timing).worst
    else:
        expiry = timedelta(seconds=around.crowd.expiry) if around.crowd.expiry else DEFAULT_EXPIRY
        worst = worst_case(expiry, around.sweep, around.timing)
    return f"a sign-off is told within {within(worst.drop)}, a silent failure within {within(worst.silent)}"


def share(uptime: Uptime) -> str:
    """``99.72 %``: rounded down, so that only what was always up is 100 %; ``–`` when nothing is known."""
    if uptime.share is None:
        return "–"
    return "100 %" if not uptime.down else f"{int(uptime.share * 10_000) / 100:.2f} %"


def window(days: int, uptime: Uptime, now: datetime, zone: ZoneInfo) -> str:
    """``30 days``; since when it was seen, where that is less."""
    if uptime.since is None:
        return f"{days} days"
    return f"Since it was first seen ({moment(uptime.since, zone)}: {span(now - uptime.since)})"


def added_up(uptime: Uptime) -> str:
    """``99.72 % up, 2 outages, 12 min in all``."""
    down = f"{plural(uptime.outages, 'outage')}, {span(uptime.down)} in all" if uptime.outages else "no outage"
    unknown = f"{span(uptime.unknown)} not known" if uptime.unknown >= timedelta(minutes=1) else ""
    return ", ".join(filter(None, (f"{share(uptime)} up", down, unknown)))


# VoIP.ms itself


def trouble(reason: str) -> tuple[str, str]:
    """What keeps us from seeing VoIP.ms, and what to do about it, in sentences.

    Args:
        reason: The last failure in a word or two: ``ip_not_enabled``, ``time-out``, ``HTTP 503``.
    """
    refused = Refused(reason)
    if refused.kind in (Class.CREDENTIALS, Class.ALLOW_LIST):
        return refused.tell_user, refused.next_step
    if refused.kind is Class.RATE_LIMIT:
        return "VoIP.ms takes no more questions from this account.", "Something else may be asking with the same login."
    if refused.kind is Class.MAINTENANCE:
        return refused.tell_user, ""
    if found := re.fullmatch(r"HTTP ([0-9]{3})", reason):
        error = http_error(int(found[1]))
        return error.tell_user, "" if error.again else error.next_step
    if reason.startswith(("is ", "has ", "says ")):
        return f"VoIP.ms's answer {reason}.", ""
    told = {
        "time-out": "VoIP.ms does not answer in time.",
        "not connected": "VoIP.ms cannot be connected to.",
        "DNS": "The address of VoIP.ms cannot be looked up.",
    }
    return told.get(reason, f"The last try ended with: {reason or 'no answer'}."), ""
