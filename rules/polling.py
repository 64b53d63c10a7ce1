"""What ``register_next`` is worth, and how fast a round of looks can be. Pure.

``register_next`` says when a phone should register again: the best instant to ask whether it did. But it comes without a zone and
its meaning is not documented, so it is a hint and never proof: a strange one is not believed, and that the time has passed says
nothing about the phone.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from rules.watch import Line, Spot
from voipms import Device, to_utc

USABLE = 0.9
"""Share of the requests that planned looks may have; the rest is for people and for looks that cannot wait."""
SLACK = timedelta(minutes=5)
"""How far outside of what is possible a hint may lie and still be believed."""
DEFAULT_EXPIRY = timedelta(hours=1)
"""Where an account does not say how long its registrations may last."""
FEW, MANY = 5, 25
"""Hints that are needed to judge the hour, and that are kept."""
HOUR = 3600


# The hour of the wire


@dataclass(frozen=True, kw_only=True)
class Offset:
    """By how many hours this login's ``register_next`` is off from the zone in which it is read.

    Attributes:
        ahead: Seconds from the look to ``register_next`` as it was read, of the latest looks.
        hours: To be added to what is read.
    """

    ahead: tuple[int, ...] = ()
    hours: int = 0


def learned(offset: Offset, register_next: datetime, now: datetime, zone: ZoneInfo, longest: timedelta = DEFAULT_EXPIRY) -> Offset:
    """The offset after one more hint: the median of all has to lie between now and the longest expiry.

    Args:
        register_next: Naive, as VoIP.ms spells it.
        longest: The longest time a registration of this login may last.
    """
    ahead = (*offset.ahead, int((to_utc(register_next, zone) - now).total_seconds()))[-MANY:]
    if len(ahead) < FEW:
        return replace(offset, ahead=ahead)
    middle, most = median(ahead), longest.total_seconds()
    fitting = [hours for hours in range(-14, 15) if 0 < middle + hours * HOUR <= most]
    # of several hours that would do, the one that needs the least belief
    return Offset(ahead=ahead, hours=min(fitting, key=abs, default=0))


def expires_at(
    register_next: datetime | None, now: datetime, zone: ZoneInfo, offset: Offset, longest: timedelta = DEFAULT_EXPIRY
) -> datetime | None:
    """The instant that ``register_next`` means, in UTC; ``None`` when it is not there or cannot be believed.

    Args:
        register_next: Naive, as VoIP.ms spells it.
        longest: The longest time this account's registrations may last.
    """
    if register_next is None:
        return None
    at = to_utc(register_next, zone) + timedelta(hours=offset.hours)
    return at if now - SLACK <= at <= now + longest + SLACK else None


def spotted(line: Line, devices: Iterable[Device], now: datetime, zone: ZoneInfo, offset: Offset, longest: timedelta) -> Spot | None:
    """Where the account is registered and until when: until the last of its devices runs out. ``None`` when VoIP.ms told no device."""
    found = tuple(devices)
    ends = [at for device in found if (at := expires_at(device.register_next, now, zone, offset, longest)) is not None]
    spot = spot_of(line, found)
    return replace(spot, expires_at=max(ends, default=None)) if spot is not None else None


def spot_of(line: Line, devices: Iterable[Device]) -> Spot | None:
    """Where the account is registered; ``None`` when VoIP.ms told no device.

    Of several devices the one at the line's own site speaks for it, so that a softphone at home does not move the desk phone.
    """
    ranked = sorted(devices, key=lambda one: (one.register_ip != line.site, not one.register_ip, one.register_ip, one.server_pop))
    if not ranked:
        return None
    one = ranked[0]
    return Spot(
        address=one.register_ip,
        pop=one.server_pop,
        pop_name=one.server_shortname or one.server_name,
        agent=one.register_useragent,
    )


# The pace of the rounds


def sweep(accounts: int, rate: float, interval: timedelta) -> timedelta:
    """The time in which every account has its turn.

    Args:
        rate: Requests a minute.
        interval: Least time between two looks at one account at rest.
    """
    return max(interval, timedelta(minutes=accounts / (USABLE * rate)))


def back_off(misses: int, first: timedelta, most: timedelta) -> timedelta:
    """How long to leave a missing phone alone after so many looks that did not find it: twice as long each time."""
    return min(most, first * (1 << min(misses, 30)))


def by_deadline(line: Line, round_time: timedelta) -> bool:
    """Whether it pays to look at the account when its registration runs out: only if its turn comes more often than that.

    The looks this asks for always fit: so many accounts whose registrations last longer than a round run out less often than
    the round would look at them.
    """
    return line.expires_at is not None and timedelta(seconds=line.expiry) > round_time


@dataclass(frozen=True, kw_only=True)
class Figures:
    """How the watch is doing, for people to read.

    Attributes:
        accounts: That are watched.
        rate: Requests a minute.
        used: Share of them that was spent on looks in the last minute.
        sweep: The time in which every account has its turn: how late a dropped registration can be seen.
        oldest: Age of the oldest last look; ``None`` until each account had one.
        by_deadline: Accounts that are looked at when their registration runs out.
    """

    accounts: int
    rate: float
    used: float
    sweep: timedelta
    oldest: timedelta | None
    by_deadline: int
