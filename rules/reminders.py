"""Who has an outage, and who is reminded of it. Pure.

A reminder is due one hour, four hours and then each day after the alarm, as a reply in the thread; more than three of one channel
become one digest. If nobody takes an outage within ten minutes, the channel's group is called, where one is set. Nothing of
that happens while somebody has it, while it is muted, in quiet hours, and, for phones, while VoIP.ms cannot be seen.
"""

from dataclasses import replace
from datetime import datetime

from rules.health import Sight
from rules.incidents import Incident, Kind, Telling, truth
from rules.notes import About, Act, Note
from rules.scene import Ears, Scene, ears
from rules.telling import AWAY_PHASES, numbered
from rules.timing import Timing

MOST_REPLIES = 3


# Who has it


def taken(incident: Incident, by: str, now: datetime) -> Incident:
    """The incident after somebody asked for it. Whoever came first keeps it; one that is over cannot be taken.

    The caller reads ``taken_by`` and ``running`` from the result to say how it went, and settles.
    """
    if incident.taken_by or not incident.running or incident.kind is Kind.DELETED:
        return incident
    return replace(incident, taken_by=by, taken_at=now)


def given_back(incident: Incident) -> Incident:
    """The incident when nobody has it any more; one that is over keeps the name for its last picture."""
    return replace(incident, taken_by="", taken_at=None) if incident.running else incident


def lapsed(scene: Scene, now: datetime, timing: Timing) -> Scene:
    """The scene without acknowledgements that are a day old."""
    incidents = tuple(
        given_back(one) if one.taken_at is not None and now - one.taken_at >= timing.taken else one for one in scene.incidents
    )
    return replace(scene, incidents=incidents)


# Who is reminded


def remind(scene: Scene, now: datetime, timing: Timing) -> tuple[Scene, tuple[Note, ...]]:
    """The scene as it has to be stored, and what has to be said because time has passed."""
    heard_by = ears(scene, now)
    incidents = {one.id: one for one in scene.incidents}
    due: dict[str, list[str]] = {}
    notes: list[Note] = []
    for incident in scene.incidents:
        for telling in incident.tellings:
            if not _may_speak(scene, incident, telling, heard_by):
                continue
            if (group := scene.escalations.get(telling.channel)) and _unheard(telling, now, timing):
                said = replace(_reply(incident, telling, About.ESCALATION, now), mention=group, broadcast=True)
                after, keyed = numbered(incidents[incident.id], [said])
                told = replace(after.telling(telling.channel), escalated=True, broadcast_at=now)
                incidents[incident.id] = after.with_telling(told)
                notes.extend(keyed)
            elif _steps_due(telling, now, timing) > telling.reminders:
                due.setdefault(telling.channel, []).append(incident.id)
    for channel, ids in due.items():
        notes.extend(_reminded(incidents, channel, ids, now, timing))
    return replace(scene, incidents=tuple(incidents.values())), tuple(notes)


def _reminded(incidents: dict[str, Incident], channel: str, ids: list[str], now: datetime, timing: Timing) -> list[Note]:
    """Reminds one channel, and notes that it was done in the incidents."""
    notes: list[Note] = []
    for one in ids:
        telling = incidents[one].telling(channel)
        incident = incidents[one].with_telling(replace(telling, reminders=_steps_due(telling, now, timing)))
        if len(ids) <= MOST_REPLIES:
            incident, said = numbered(incident, [_reply(incident, telling, About.REMINDER, now)])
            notes.extend(said)
        incidents[one] = incident
    if len(ids) > MOST_REPLIES:
        key = f"digest:{channel}:{now.isoformat()}"
        notes.append(Note(key=key, act=Act.POST, about=About.DIGEST, channel=channel, at=now, incidents=tuple(ids), count=len(ids)))
    return notes


def _may_speak(scene: Scene, incident: Incident, telling: Telling, heard_by: Ears) -> bool:
    if telling.announced is None or telling.announced.phase not in AWAY_PHASES or not incident.running or incident.taken_by:
        return False
    if scene.health.sight is Sight.DOWN and incident.kind is not Kind.API and incident.kind is not Kind.BALANCE:
        return False
    own = [member for member in incident.away() if member.channel == telling.channel]
    heard = not incident.members or any(heard_by.hear_of(member) for member in own)
    return heard and heard_by.hear(incident, telling.channel)


def _unheard(telling: Telling, now: datetime, timing: Timing) -> bool:
    return not telling.escalated and telling.alarmed_at is not None and now - telling.alarmed_at >= timing.escalate


def _steps_due(telling: Telling, now: datetime, timing: Timing) -> int:
    """How many reminders should have been by now: those that were missed meanwhile are one."""
    if telling.alarmed_at is None:
        return 0
    passed = now - telling.alarmed_at
    steps = sum(1 for step in timing.reminders if passed >= step)
    last = timing.reminders[-1]
    return steps + max(0, passed // last - 1)


def _reply(incident: Incident, telling: Telling, about: About, now: datetime) -> Note:
    away = truth(incident, telling.channel).away
    return Note(key="", act=Act.REPLY, about=about, channel=telling.channel, at=now, accounts=away, count=len(away))
