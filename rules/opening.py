"""The incidents while one scene is being settled: found, opened, joined, replaced. Lives for one call and does no I/O."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from rules.incidents import OF_PHONES, Incident, Kind, Member, Stand
from rules.scene import Scene, Serial, channel_of
from rules.watch import Line, State

ORDER = (Kind.API, Kind.ALL, Kind.POP, Kind.SITE, Kind.DELETED, Kind.BALANCE)
"""In which kinds are told: the widest first, so that what is absorbed points to a message that is already on its way."""


class Draft:
    """The incidents of a scene, being changed.

    Attributes:
        incidents: By id, those included that have been closed meanwhile.
        named: Accounts that an open incident says are away.
    """

    def __init__(self, scene: Scene, now: datetime) -> None:
        self.scene = scene
        self.now = now
        self.serial = scene.serial
        self._suspects: list[Line] | None = None
        self.incidents: dict[str, Incident] = {one.id: one for one in scene.incidents if one.closed_at is None}
        self.named: set[str] = {member.account for one in self.open_ones(*OF_PHONES) if one.recovered_at is None for member in one.away()}

    def open_ones(self, *kinds: Kind) -> list[Incident]:
        """Incidents of these kinds that are not closed."""
        return [one for one in self.incidents.values() if one.kind in kinds and one.closed_at is None]

    def find(self, kind: Kind, key: str = "") -> Incident | None:
        """The open incident of that kind and key; of several the latest."""
        return next((one for one in reversed(self.open_ones(kind)) if one.key == key), None)

    def in_order(self) -> Iterator[Incident]:
        """All incidents, in the order in which they are told."""
        return iter(sorted(self.incidents.values(), key=lambda one: (ORDER.index(one.kind), one.id)))

    def suspects(self, within: timedelta) -> list[Line]:
        """Lines in doubt whose first "no" is not older than that."""
        if self._suspects is None:  # found once, for it takes all lines
            self._suspects = [line for line in self.scene.lines.values() if line.state is State.SUSPECT]
        return [line for line in self._suspects if line.down_since is not None and self.now - line.down_since <= within]

    def put(self, incident: Incident) -> None:
        """Replaces the incident of that id, or adds it."""
        self.incidents[incident.id] = incident

    def open(self, kind: Kind, key: str, since: datetime) -> Incident:
        """A new incident, numbered within its day. The numbering never goes back, whatever the clock and the zone do."""
        day = max(f"{self.now.astimezone(self.scene.zone):%Y-%m%d}", self.serial.day)
        self.serial = Serial(day=day, count=self.serial.count + 1 if day == self.serial.day else 1)
        incident = Incident(
            id=f"{day}-{self.serial.count:02d}",
            kind=kind,
            key=key,
            opened_at=self.now,
            since=min(since, self.now),
            joined_at=self.now,
            critical=kind is Kind.ALL,
        )
        self.put(incident)
        return incident

    def member(self, line: Line, stand: Stand) -> Member:
        """The line as a member that joins now."""
        return Member(
            account=line.account,
            channel=channel_of(self.scene, line),
            client=self.scene.phone(line.account).client,
            site=line.site_key,
            pop=line.pop,
            since=line.down_since or self.now,
            confirmed_at=line.confirmed_at or self.now,
            stand=stand,
        )

    def moved(self, member: Member, stand: Stand) -> Member:
        """The member as it stands now; keeps account of who is named."""
        after = replace(member, stand=stand)
        if after.away:
            self.named.add(member.account)
        elif member.away:
            self.named.discard(member.account)
        return after

    def join(self, incident: Incident, *members: Member, late: bool = False) -> None:
        """Adds members to an incident; ``late`` means that they are a failure of their own."""
        incident = replace(
            incident.with_members(members),
            joined_at=self.now,
            since=min(incident.since, *(member.since for member in members)) if incident.recovered_at is None else incident.since,
        )
        if late:
            for channel in {member.channel for member in members}:
                incident = incident.with_telling(replace(incident.telling(channel), late=True))
        self.named.update(member.account for member in members if member.away)
        self.put(incident)
