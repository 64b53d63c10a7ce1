"""An incident: one outage from its first missing phone to its end, and what each channel was told of it. Pure values.

An incident holds all it takes to draw its message: nothing has to be looked up that may have changed since.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum


class Kind(Enum):
    """What an incident is about."""

    SITE = "site"
    POP = "pop"
    ALL = "whole account"
    API = "api"
    BALANCE = "balance"
    DELETED = "deleted"


OF_PHONES = (Kind.ALL, Kind.POP, Kind.SITE)
"""Kinds that name missing phones, the widest first."""


class Stand(Enum):
    """How a member of an incident is now."""

    DOWN = "down"
    COMING = "coming back"
    FLAPPING = "flapping"
    BACK = "back"
    GONE = "gone"
    EXCUSED = "excused"
    """No longer watched, or expected to be offline."""


AWAY = (Stand.DOWN, Stand.COMING, Stand.FLAPPING)
"""Not well yet."""


@dataclass(frozen=True, kw_only=True)
class Member:
    """A phone of an incident. All instants are aware, in UTC.

    Attributes:
        channel: Where it is told; it stays while the incident lasts and that channel may see the phone. ``""`` while there is none.
        site: Its site's key when it joined.
        since: First "no" of its latest outage.
        confirmed_at: When that was confirmed.
        back_at: First "yes" after it.
    """

    account: str
    channel: str = ""
    client: str = ""
    site: str = ""
    pop: str = ""
    since: datetime
    confirmed_at: datetime
    stand: Stand = Stand.DOWN
    back_at: datetime | None = None

    @property
    def away(self) -> bool:
        """Whether it is not well yet."""
        return self.stand in AWAY


class Phase(Enum):
    """What an incident's message says, in one channel."""

    MISSING = "missing"
    FLAPPING = "flapping"
    BACK = "back"
    ABSORBED = "absorbed"
    GONE = "gone"


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What an incident's message in one channel has to say: whenever it differs from what was announced, that is news.

    Attributes:
        down, coming, flapping: Accounts, in order.
        members: All that ever belonged to it.
        closed: It is over for good: no buttons.
        absorbed_by: Id of the wider incident to look at instead.
        muted: Somebody has muted everybody who is away.
    """

    phase: Phase
    down: tuple[str, ...] = ()
    coming: tuple[str, ...] = ()
    flapping: tuple[str, ...] = ()
    members: int = 0
    taken_by: str = ""
    reason: str = ""
    closed: bool = False
    absorbed_by: str = ""
    muted: bool = False

    @property
    def away(self) -> tuple[str, ...]:
        """Accounts that are not well yet, those that are down first."""
        return (*self.down, *self.coming, *self.flapping)


@dataclass(frozen=True, kw_only=True)
class Telling:
    """What one channel was told of an incident.

    Attributes:
        announced: What its message says; ``None`` while there is none.
        posted_at: When it was posted.
        alarmed_at: When the outage that is running was announced: reminders count from it.
        broadcast_at: When the channel last heard of it.
        told: Phones away when it did.
        late: A phone joined that belongs to a failure of its own: worth a word.
        owed: It was opened again while nobody was to be disturbed.
        reminders: How many were due since the alarm.
        escalated: Others were called.
    """

    channel: str
    announced: Truth | None = None
    posted_at: datetime | None = None
    alarmed_at: datetime | None = None
    broadcast_at: datetime | None = None
    told: int = 0
    late: bool = False
    owed: bool = False
    reminders: int = 0
    escalated: bool = False


@dataclass(frozen=True, kw_only=True)
class Incident:
    """One outage. All instants are aware, in UTC.

    Attributes:
        id: ``2026-1123-02``.
        key: The site's key, the POP's number, or ``""``.
        since: First "no" of its first phone, or the first failure; of the latest time when it was opened again.
        joined_at: When a phone last joined.
        members: In the order in which they joined.
        reason: For the API the last failure, for the balance what is left.
        critical: Passes quiet hours.
        episodes: 1, and one more for each time it was opened again.
        recovered_at: Since when nobody is away; ``None`` while somebody is.
        closed_at: When it was over for good.
        absorbed_by: Id of the wider incident that took its phones.
        taken_by: Slack's id of the person who has it; still there when it is over, for the last picture.
        seq: How many notes it has had.
    """

    id: str
    kind: Kind
    key: str = ""
    opened_at: datetime
    since: datetime
    joined_at: datetime
    members: tuple[Member, ...] = ()
    reason: str = ""
    critical: bool = False
    episodes: int = 1
    recovered_at: datetime | None = None
    closed_at: datetime | None = None
    absorbed_by: str = ""
    taken_by: str = ""
    taken_at: datetime | None = None
    tellings: tuple[Telling, ...] = ()
    seq: int = 0

    @property
    def running(self) -> bool:
        """Whether the outage itself goes on."""
        return self.closed_at is None and self.recovered_at is None

    def away(self) -> Iterator[Member]:
        """Members that are not well yet."""
        return (member for member in self.members if member.away)

    def telling(self, channel: str) -> Telling:
        """What that channel was told; nothing yet for one that was not."""
        return next((one for one in self.tellings if one.channel == channel), Telling(channel=channel))

    def with_telling(self, telling: Telling) -> "Incident":
        """The same incident with that channel's telling replaced or added."""
        others = tuple(one for one in self.tellings if one.channel != telling.channel)
        return replace(self, tellings=(*others, telling))

    def with_members(self, members: tuple[Member, ...]) -> "Incident":
        """The same incident with these members instead of those of the same accounts, or beside the others."""
        new = {member.account: member for member in members}
        kept = tuple(new.pop(member.account, member) for member in self.members)
        return replace(self, members=(*kept, *new.values()))


def truth(incident: Incident, channel: str, *, muted: bool = False) -> Truth:
    """What the incident's message in that channel has to say now: only that channel's own phones.

    Args:
        muted: Whether somebody has muted all of them that are away.
    """
    own = [member for member in incident.members if member.channel == channel]

    def of(stand: Stand) -> tuple[str, ...]:
        return tuple(sorted(member.account for member in own if member.stand is stand))

    return Truth(
        phase=_phase(incident, own),
        down=of(Stand.GONE if incident.kind is Kind.DELETED else Stand.DOWN),
        coming=of(Stand.COMING),
        flapping=of(Stand.FLAPPING),
        members=len(own),
        taken_by=incident.taken_by,
        reason=incident.reason,
        closed=incident.closed_at is not None and incident.kind is not Kind.DELETED,
        absorbed_by=incident.absorbed_by,
        muted=muted,
    )


def _phase(incident: Incident, own: list[Member]) -> Phase:
    if incident.absorbed_by:
        return Phase.ABSORBED
    if incident.kind not in OF_PHONES:
        if incident.kind is Kind.DELETED:
            return Phase.GONE
        return Phase.MISSING if incident.recovered_at is None else Phase.BACK
    stands = {member.stand for member in own}
    if stands & {Stand.DOWN, Stand.COMING}:
        return Phase.MISSING
    if Stand.FLAPPING in stands:
        return Phase.FLAPPING
    return Phase.BACK if Stand.BACK in stands else Phase.GONE
