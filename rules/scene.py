"""Everything that decides what is told: lines, open incidents, and what people have set. Pure values and small questions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from rules.calendar import Quiet, quiet_until
from rules.health import Health
from rules.incidents import Incident, Kind, Member, Stand
from rules.limits import Limits
from rules.lowbalance import Purse
from rules.watch import Line, Standing, State, standing


class Scope(Enum):
    """What a mute or a route is for."""

    ACCOUNT = "account"
    SITE = "site"
    POP = "pop"
    CLIENT = "client"
    CHANNEL = "channel"
    ALL = "all"


@dataclass(frozen=True, kw_only=True)
class Mute:
    """Silence that somebody asked for.

    Attributes:
        key: Account, site's key, POP's number, client's number or channel id; ``""`` for ``Scope.ALL``.
        until: ``None``: for good.
        by: Slack's id of the person.
    """

    scope: Scope
    key: str = ""
    begins: datetime
    until: datetime | None = None
    by: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Phone:
    """What people have set for an account, and whose it is.

    Attributes:
        client: Number of the reseller's client, ``""`` for none.
        required: Missing from the start is an outage as well.
        ignored: Nobody looks at it.
        expect_offline: It is looked at, and may be away.
    """

    account: str
    client: str = ""
    required: bool = False
    ignored: bool = False
    expect_offline: bool = False

    @property
    def excused(self) -> bool:
        """Whether it may be away without a word."""
        return self.ignored or self.expect_offline


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """The phones of one site, of one POP, or all of them.

    Attributes:
        phones: How many were ever seen registered and are not excused.
        expiry: Their longest time to expiry, in seconds.
    """

    phones: int = 0
    expiry: int = 0


@dataclass(frozen=True, kw_only=True)
class Census:
    """How many phones there are, so that an outage can be measured without all lines at hand."""

    sites: Mapping[str, Crowd] = field(default_factory=dict)
    pops: Mapping[str, Crowd] = field(default_factory=dict)
    all: Crowd = Crowd()


@dataclass(frozen=True, kw_only=True)
class Held:
    """An outage that began in a channel's quiet hours."""

    channel: str
    incident: str


@dataclass(frozen=True, kw_only=True)
class Serial:
    """Where the numbering of incidents stands: ``Serial("2026-1123", 2)`` was ``2026-1123-02``."""

    day: str = ""
    count: int = 0


@dataclass(frozen=True, kw_only=True)
class Scene:
    """All that ``settle`` needs.

    Attributes:
        lines: At least every line that is ``in_trouble`` or a member of an open incident; all of them do no harm.
        census: Of all lines that were ever seen and may not be away; changes when one moves, comes or goes.
        phones: Those that differ from ``Phone(account)``.
        incidents: All that are not closed. What ``settle`` has just closed is still there once, to be stored.
        mutes: Those that are over do no harm.
        routes: Channel for a site, POP or client.
        channel: For everything else, for the API and for the balance; ``""`` while none is set.
        limits: By channel that sees only a part of the account, that part.
        quiet: Quiet hours by channel.
        escalations: By channel, Slack's id of the group that is called when nobody takes an incident.
        held: What the night brought, until the morning.
        serial: Of the latest incident.
        zone: Whose day is in the number of an incident.
        sweep: The time in which every account has its turn: how soon a wide outage shows how wide it is.
    """

    lines: Mapping[str, Line] = field(default_factory=dict)
    census: Census = Census()
    phones: Mapping[str, Phone] = field(default_factory=dict)
    incidents: tuple[Incident, ...] = ()
    mutes: tuple[Mute, ...] = ()
    routes: Mapping[tuple[Scope, str], str] = field(default_factory=dict)
    channel: str = ""
    limits: Mapping[str, Limits] = field(default_factory=dict)
    quiet: Mapping[str, Quiet] = field(default_factory=dict)
    escalations: Mapping[str, str] = field(default_factory=dict)
    health: Health = field(default_factory=Health)
    purse: Purse = field(default_factory=Purse)
    held: tuple[Held, ...] = ()
    serial: Serial = Serial()
    zone: ZoneInfo = ZoneInfo("UTC")
    sweep: timedelta = timedelta()

    @property
    def whole(self) -> str:
        """Where is told what is about the whole account; ``""`` where nobody may hear of it."""
        return "" if self.channel in self.limits else self.channel

    def phone(self, account: str) -> Phone:
        """What is set for that account."""
        return self.phones.get(account) or Phone(account=account)


def channel_of(scene: Scene, line: Line) -> str:
    """Where the line is told: its site's channel, else its client's, else its POP's, else the one for everything.

    A channel that may not see the line is passed over; ``""`` where none is left.
    """
    client = scene.phone(line.account).client
    keys = ((Scope.SITE, line.site_key), (Scope.CLIENT, client), (Scope.POP, line.pop))
    found = [*(scene.routes[key] for key in keys if key[1] and key in scene.routes), scene.channel]
    return next((one for one in found if may_see(scene, one, line)), "")


def may_see(scene: Scene, channel: str, line: Line, site: str = "") -> bool:
    """Whether that channel may see the line, or its outage that began at that site."""
    return channel not in scene.limits or scene.limits[channel].holds(line.account, scene.phone(line.account).client, site)


def stand_of(scene: Scene, line: Line | None) -> Stand:
    """How the line stands as a member of an incident; a line that is not there is no longer watched."""
    if line is None:
        return Stand.EXCUSED
    phone = scene.phones.get(line.account)
    if phone is not None and phone.excused:
        return Stand.EXCUSED
    match standing(line):
        case Standing.DOWN:
            return Stand.DOWN
        case Standing.COMING:
            return Stand.COMING
        case Standing.FLAPPING:
            return Stand.FLAPPING
        case Standing.GONE:
            return Stand.GONE
        case Standing.NEVER:
            return Stand.DOWN if phone is not None and phone.required else Stand.EXCUSED
    return Stand.BACK


def muted_with(member: Member) -> set[tuple[Scope, str]]:
    """Scopes and keys of all mutes that would silence the member."""
    return {
        (Scope.ALL, ""),
        (Scope.ACCOUNT, member.account),
        (Scope.SITE, member.site),
        (Scope.POP, member.pop),
        (Scope.CLIENT, member.client),
        (Scope.CHANNEL, member.channel),
    }


@dataclass(frozen=True)
class Ears:
    """Who must not be disturbed at one instant.

    Attributes:
        muted: What somebody has muted.
        quiet: Channels in their quiet hours.
    """

    muted: frozenset[tuple[Scope, str]]
    quiet: frozenset[str]

    def hear_of(self, member: Member) -> bool:
        """Whether the member may make itself heard, as far as mutes go."""
        return not self.muted or self.muted.isdisjoint(muted_with(member))

    def hear(self, incident: Incident, channel: str) -> bool:
        """Whether the channel may be disturbed by that incident, whoever its members are."""
        return not self.closed_to(channel) and (incident.critical or channel not in self.quiet)

    def closed_to(self, channel: str) -> bool:
        """Whether somebody has muted the whole channel, or everything."""
        return not self.muted.isdisjoint({(Scope.ALL, ""), (Scope.CHANNEL, channel)})


def ears(scene: Scene, now: datetime) -> Ears:
    """Who must not be disturbed now."""
    muted = {(one.scope, one.key) for one in scene.mutes if one.begins <= now and (one.until is None or now < one.until)}
    quiet = {channel for channel, hours in scene.quiet.items() if quiet_until(hours, now) is not None}
    return Ears(muted=frozenset(muted), quiet=frozenset(quiet))


def to_expire(lines: Iterable[Line], incident: Incident, now: datetime) -> tuple[int, datetime | None]:
    """How many phones of an incident's site are still believed to be registered, and until when: *9 more will expire by 14:35*.

    Nothing is known of them: if the whole site is dead, they are what VoIP.ms will notice next.
    """
    away = {member.account for member in incident.away()}
    ends = [
        line.expires_at
        for line in lines
        if line.site_key == incident.key and line.account not in away and line.state is State.OK and line.expires_at is not None
    ]
    ahead = [at for at in ends if at > now]
    return len(ahead), max(ahead, default=None)


def channels(scene: Scene, incident: Incident) -> list[str]:
    """The channels in which the incident is told, or was and has to be ended, in the order in which it reached them."""
    told = (one.channel for one in incident.tellings)
    if incident.kind in (Kind.API, Kind.BALANCE):
        # a message that is there is ended where it is, even if the channel for everything is another one by now
        return list(dict.fromkeys([*told, *([scene.whole] if incident.running else [])]))
    return list(dict.fromkeys([*(member.channel for member in incident.members), *told]))
