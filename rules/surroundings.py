"""What the picture of an outage needs to know beside the outage itself, as of the moment it is drawn. Pure values."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from rules.incidents import Incident, Member
from rules.scene import Crowd, Mute, Scope, muted_with
from rules.timing import Timing
from rules.watch import Line

PAST = timedelta(days=30)
"""How far back a message looks for earlier outages of the same."""


@dataclass(frozen=True, kw_only=True)
class Who:
    """A phone as people know it, and what was last seen of it.

    Attributes:
        name: The description, else the login.
        extension: Internal, ``""`` for none.
        client: Number of the reseller's client, ``""`` for none.
        looked_at: The last look, answered or not.
        max_expiry: The longest time its registrations may last, in seconds.
    """

    account: str
    name: str
    extension: str = ""
    client: str = ""
    line: Line
    looked_at: datetime | None = None
    max_expiry: int | None = None


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What is true around one incident. All instants are aware, in UTC.

    Attributes:
        zone: Where no reader's own zone can be had.
        who: The members, by account.
        sites: What people call a site, by its key.
        crowd: The phones of the site, of the POP, or all.
        well: How many of the crowd are registered for all that is known.
        expiring: How many phones of the site have not run out yet although they may be dead.
        expire_by: When the last of them runs out.
        elsewhere: Phones that are no part of the crowd, and how many of them are registered.
        mute: What silences everybody who is away, if anything does.
        wider: The incident that took its phones.
        sweep: The time in which every account has its turn.
        balance: US dollars, as VoIP.ms spells them; ``""`` before it was ever read.
        days_left: What it lasts, at the pace of the last days.
        past: Outages of the same in ``PAST``, this one included.
        up: Up, as a share of what is known of ``PAST``; of a single phone only.
        seen_since: When the phone, or of several any phone at all, was first seen, where that is within ``PAST``.
        address: Of this host, as VoIP.ms sees it.
        blind_since: Since when VoIP.ms cannot be seen.
    """

    now: datetime
    zone: ZoneInfo
    who: Mapping[str, Who] = field(default_factory=dict)
    sites: Mapping[str, str] = field(default_factory=dict)
    crowd: Crowd = field(default_factory=Crowd)
    well: int = 0
    expiring: int = 0
    expire_by: datetime | None = None
    elsewhere: tuple[int, int] = (0, 0)
    mute: Mute | None = None
    wider: Incident | None = None
    sweep: timedelta = timedelta()
    timing: Timing = field(default_factory=Timing)
    balance: str = ""
    days_left: int | None = None
    past: int = 1
    up: float | None = None
    seen_since: datetime | None = None
    address: str = ""
    blind_since: datetime | None = None

    def whose(self, account: str) -> Who:
        """That phone; one that is not known goes by its login."""
        return self.who.get(account) or Who(account=account, name=account, line=Line(account=account))


def silencing(mutes: Iterable[Mute], incident: Incident, channel: str, now: datetime) -> Mute | None:
    """The mute that lasts longest of those for members that are away, or for the channel; ``None`` where somebody may be heard."""
    running = [one for one in mutes if one.begins <= now and (one.until is None or now < one.until)]
    away = [muted_with(member) for member in incident.away() if member.channel == channel] or [{(Scope.ALL, ""), (Scope.CHANNEL, channel)}]
    silent = [[one for one in running if (one.scope, one.key) in keys] for keys in away]
    if not all(silent):
        return None
    return max((one for some in silent for one in some), key=lambda one: (one.until is None, one.until or now))


def renewed(line: Line, since: datetime) -> bool:
    """Whether its registration was renewed after that, so that it is certainly alive."""
    return line.expires_at is not None and line.expires_at - timedelta(seconds=line.expiry) > since


def reduced(incident: Incident, keep: Callable[[Member], bool]) -> Incident | None:
    """The incident as if it were told in one place, the channel ``""``, with those phones alone; ``None`` if none of them is kept."""
    kept = tuple(replace(member, channel="") for member in incident.members if keep(member))
    return replace(incident, members=kept) if kept or not incident.members else None
