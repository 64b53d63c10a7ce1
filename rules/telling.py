"""What one incident has to say in each channel: told against true. Pure.

============================  =======================================================================================
announced → true              note
============================  =======================================================================================
nothing → somebody is away    ``POST``, once somebody who is not muted is away and nothing is to be waited for
posted, anything differs      ``EDIT``
back → away                   and a ``REPLY``; the channel sees it if it has heard nothing for a quarter of an hour
somebody begins to flap       and a ``REPLY``
twice as many, or over half   and a ``REPLY`` that the channel sees, at most one in a quarter of an hour
============================  =======================================================================================

Who is muted, or in quiet hours, is edited only; the message says that it is muted. What was held back is said once the silence
ends, if it is still true.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from rules.incidents import OF_PHONES, Incident, Kind, Member, Phase, Telling, Truth, truth
from rules.notes import About, Act, Note
from rules.scene import Crowd, Ears, Held, Scene, channels
from rules.timing import Timing

AWAY_PHASES = (Phase.MISSING, Phase.FLAPPING)


def told(
    scene: Scene, incident: Incident, ears: Ears, now: datetime, timing: Timing, *, waits: Callable[[str], bool], still: bool
) -> tuple[Incident, list[Note], list[Held]]:
    """The incident with what its channels have been told now, the notes that tell them, and what the night keeps.

    Args:
        waits: Whether a first message in that channel has to wait.
        still: VoIP.ms cannot be seen: edits only, and no first message.
    """
    notes: list[Note] = []
    night: list[Held] = []
    for channel in channels(scene, incident):
        if channel:
            one = _Teller(scene, incident, channel, ears, now, timing)
            incident, said = one.first() if one.telling.announced is None else one.further(still)
            if said and said[0].act is Act.POST and (still or waits(channel)):
                incident, said = one.incident, []
            if one.for_the_night():
                night.append(Held(channel=channel, incident=incident.id))
            notes.extend(said)
    return incident, notes, night


def numbered(incident: Incident, notes: Sequence[Note]) -> tuple[Incident, list[Note]]:
    """The notes with the next keys of the incident."""
    keyed = [replace(note, key=f"{incident.id}:{incident.seq + n}", incident=incident.id) for n, note in enumerate(notes, 1)]
    return replace(incident, seq=incident.seq + len(notes)), keyed


class _Teller:
    """One incident in one channel at one instant."""

    def __init__(self, scene: Scene, incident: Incident, channel: str, ears: Ears, now: datetime, timing: Timing) -> None:
        self.scene = scene
        self.incident = incident
        self.channel = channel
        self.ears = ears
        self.now = now
        self.timing = timing
        self.telling = incident.telling(channel)
        self.heard = ears.hear(incident, channel)
        news = [member for member in incident.members if member.channel == channel and self._news(member)]
        self.loud = [member for member in news if ears.hear_of(member)]
        muted = (bool(news) and not self.loud) or (ears.closed_to(channel) and incident.running)
        self.true = truth(incident, channel, muted=muted)
        if not incident.members and channel in scene.limits:
            self.true = Truth(phase=Phase.GONE)  # it is about the whole account

    def _news(self, member: Member) -> bool:
        return member.away or self.incident.kind is Kind.DELETED

    @property
    def worth_a_word(self) -> bool:
        """Whether somebody who may be heard is away."""
        return bool(self.loud) if self.incident.members else self.incident.running

    def for_the_night(self) -> bool:
        """Whether a first message is due but for the quiet hours."""
        phones = self.incident.kind in (*OF_PHONES, Kind.API)
        wanted = self.telling.announced is None and self.incident.running and self.worth_a_word and phones
        return wanted and not self.heard and self.channel in self.ears.quiet

    def first(self) -> tuple[Incident, list[Note]]:
        """The first message, if there is something to say and somebody to hear it."""
        over = self.incident.closed_at is not None or (self.incident.recovered_at is not None)
        if over or not self.heard or not self.worth_a_word:
            return self.incident, []
        telling = replace(
            self.telling,
            announced=self.true,
            posted_at=self.now,
            alarmed_at=self.now,
            broadcast_at=self.now,
            told=len(self.loud),
            late=False,
            owed=False,
        )
        return self._with(telling, [self._note(Act.POST, About.OPENED)])

    def further(self, still: bool) -> tuple[Incident, list[Note]]:
        """What changes in a message that is there."""
        before = self.telling.announced
        assert before is not None
        telling = replace(self.telling, announced=self.true)
        notes = [self._note(Act.EDIT, About.CHANGED)] if before != self.true else []
        if before.phase not in AWAY_PHASES and self.true.phase in AWAY_PHASES:
            telling = replace(telling, owed=True)
        if self.true.phase in AWAY_PHASES and self.heard and not still and self.worth_a_word:
            telling, reply = self._reply(telling, before)
            notes.extend(reply)
        return self._with(telling, notes)

    def _reply(self, telling: Telling, before: Truth) -> tuple[Telling, list[Note]]:
        quiet_for_long = telling.broadcast_at is None or self.now - telling.broadcast_at >= self.timing.broadcast
        heard = {member.account for member in self.loud}
        flaps = tuple(one for one in self.true.flapping if one in heard and one not in before.flapping)
        if telling.owed:
            about = About.FLAPPING if flaps else About.REOPENED
            telling = replace(telling, owed=False, late=False, alarmed_at=self.now, reminders=0, escalated=False, told=len(self.loud))
            return self._heard(telling, about, quiet_for_long, flaps)
        if flaps:
            return self._heard(telling, About.FLAPPING, False, flaps)
        if quiet_for_long and self._grew(telling):
            telling = replace(telling, late=False, told=max(telling.told, len(self.loud)))
            return self._heard(telling, About.GREW, True)
        return telling, []

    def _grew(self, telling: Telling) -> bool:
        count = len(self.loud)
        half = self._crowd().phones / 2
        return telling.late or count >= 2 * max(telling.told, 1) or (half > 0 and telling.told <= half < count)

    def _crowd(self) -> Crowd:
        census = self.scene.census
        match self.incident.kind:
            case Kind.SITE:
                return census.sites.get(self.incident.key, Crowd())
            case Kind.POP:
                return census.pops.get(self.incident.key, Crowd())
        return census.all

    def _heard(self, telling: Telling, about: About, broadcast: bool, of: tuple[str, ...] = ()) -> tuple[Telling, list[Note]]:
        if broadcast:
            telling = replace(telling, broadcast_at=self.now)
        return telling, [replace(self._note(Act.REPLY, about, of), broadcast=broadcast)]

    def _note(self, act: Act, about: About, of: tuple[str, ...] = ()) -> Note:
        """A note about some accounts, or about all that are away."""
        accounts = of or self.true.away
        return Note(key="", act=act, about=about, channel=self.channel, at=self.now, accounts=accounts, count=len(accounts))

    def _with(self, telling: Telling, notes: list[Note]) -> tuple[Incident, list[Note]]:
        if telling == self.telling:
            return self.incident, []
        return numbered(self.incident.with_telling(telling), notes)
