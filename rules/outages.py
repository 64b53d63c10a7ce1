"""Which outages there are, and what has to be said of them. Pure.

How it flows::

    a look      step(line, look, now)            → the line after it          rules/watch.py
                heard(health, answer, now)       → the health after it        rules/health.py
    any change  settle(scene, now)               → the scene after it, and notes
    the clock   settle, then remind(scene, now)  → likewise                   rules/reminders.py

``settle`` compares. It first brings the open incidents in line with the lines: members stand as their lines do, a missing phone that
no incident names joins one or opens one, wider incidents absorb smaller ones (``rules/gathering.py``), what is over is closed.
Then it compares what each channel was told with what is true now (``rules/telling.py``); the difference is the notes. What it
returned is stored in one transaction with the line that caused it: settled again, the same scene has nothing more to say.

When to call it: after a step for which ``needs_settle`` says so, after every change that people make (taken, given back, muted, a
setting), when ``changes_news`` says so of the health, and every few seconds while an incident is open, something is held
for the morning or a mute has just ended. No other look needs it.

While VoIP.ms cannot be seen, no incident of phones moves, and their messages change only by what people do.

A phone belongs to the **site** (the address) it had when it was last ok; one incident for each site. A POP's incident takes the
phones of its sites, the whole account's takes all. Each phone that is missing is named by exactly one open incident, and
each incident has one message in each channel that has phones in it (a phone has one channel).
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from rules.gathering import brewing, gathered
from rules.health import Sight
from rules.incidents import AWAY, OF_PHONES, Incident, Kind, Member, Stand
from rules.notes import About, Act, Note
from rules.opening import Draft
from rules.scene import Ears, Held, Scene, channel_of, ears, may_see, stand_of
from rules.telling import told
from rules.timing import Timing
from rules.watch import Line, State

REMEMBERED = timedelta(days=1)
"""How long a deleted account counts as told: longer than any wait before it is."""


def settle(scene: Scene, now: datetime, timing: Timing) -> tuple[Scene, tuple[Note, ...]]:
    """The scene as it has to be stored, and what has to be said, in order."""
    draft = Draft(scene, now)
    blind = scene.health.sight is Sight.DOWN
    _sight(draft, timing)
    _money(draft, timing)
    if not blind:
        _deleted(draft, timing)
        _stands(draft)
        _newly_missing(draft, timing)
        gathered(draft, timing)
        _aged(draft, timing)
    return _said(draft, ears(scene, now), blind, timing)


# The bot's own two


def _sight(draft: Draft, timing: Timing) -> None:
    health = draft.scene.health
    down = health.sight is Sight.DOWN
    _alone(draft, Kind.API, down, health.since or draft.now, health.reason, critical=health.refused, timing=timing)


def _money(draft: Draft, timing: Timing) -> None:
    purse = draft.scene.purse
    low = purse.low_since is not None
    _alone(draft, Kind.BALANCE, low, purse.low_since or draft.now, purse.balance, critical=False, timing=timing)


def _alone(draft: Draft, kind: Kind, wrong: bool, since: datetime, reason: str, *, critical: bool, timing: Timing) -> None:
    """An incident without members: opened, opened again, ended and closed by one word."""
    incident = draft.find(kind)
    if wrong and incident is None:
        draft.put(replace(draft.open(kind, "", since), reason=reason, critical=critical))
    elif wrong and incident is not None:
        draft.put(replace(_reopened(incident, since), reason=reason, critical=critical))
    elif incident is not None and incident.recovered_at is None:
        draft.put(replace(incident, recovered_at=draft.now))
    elif incident is not None:
        draft.put(_closed(incident, draft.now, timing))


# Phones


def _deleted(draft: Draft, timing: Timing) -> None:
    """Accounts that VoIP.ms no longer knows: told once, those of ten minutes in one message."""
    known = {member.account for incident in draft.open_ones(Kind.DELETED) for member in incident.members}
    for line in draft.scene.lines.values():
        fresh = line.state is State.GONE and line.changed_at is not None and draft.now - line.changed_at < REMEMBERED
        if fresh and line.account not in known and not draft.scene.phone(line.account).ignored:
            latest = draft.find(Kind.DELETED)
            joins = latest is not None and draft.now - latest.joined_at <= timing.together
            incident = latest if latest is not None and joins else draft.open(Kind.DELETED, "", draft.now)
            draft.join(incident, draft.member(line, Stand.GONE))


def _stands(draft: Draft) -> None:
    """Members stand as their lines do. The widest incident comes first: a phone that is away twice is named there."""
    lines = draft.scene.lines
    for kind in OF_PHONES:
        for incident in draft.open_ones(kind):
            if kind is not Kind.SITE and incident.recovered_at is not None:
                continue  # only another burst opens a wide incident again
            members = tuple(_standing(draft, _housed(draft, member), lines.get(member.account)) for member in incident.members)
            if members != incident.members:
                draft.put(replace(incident, members=members))


def _housed(draft: Draft, member: Member) -> Member:
    """The member with another channel, if it had none when it joined, or one that may no longer see it."""
    line = draft.scene.lines.get(member.account)
    if line is None or (member.channel and may_see(draft.scene, member.channel, line, member.site)):
        return member
    return replace(member, channel=channel_of(draft.scene, line))


def _standing(draft: Draft, member: Member, line: Line | None) -> Member:
    stand = stand_of(draft.scene, line)
    if stand is member.stand or line is None:
        return member if stand is member.stand else draft.moved(member, stand)
    if stand in AWAY and not member.away:
        named_elsewhere = member.account in draft.named
        if named_elsewhere or line.site_key != member.site or stand is Stand.COMING:
            return member
        since = line.down_since or draft.now
        member = replace(member, since=since, confirmed_at=line.confirmed_at or draft.now, back_at=None)
    elif stand is Stand.BACK:
        member = replace(member, back_at=line.up_since or draft.now)
    return draft.moved(member, stand)


def _newly_missing(draft: Draft, timing: Timing) -> None:
    """Every missing phone that no incident names joins the one that is under way, or opens its site's."""
    for line in draft.scene.lines.values():
        if line.confirmed_at is None and not line.flapping:
            continue  # the many that are well
        stand = stand_of(draft.scene, line)
        if stand not in (Stand.DOWN, Stand.FLAPPING) or line.account in draft.named:
            continue
        incident = _under_way(draft, line, timing) or draft.find(Kind.SITE, line.site_key)
        if incident is None:
            incident = draft.open(Kind.SITE, line.site_key, line.down_since or draft.now)
        draft.join(incident, draft.member(line, stand), late=draft.now - incident.joined_at > _window(draft, line, timing))


def _under_way(draft: Draft, line: Line, timing: Timing) -> Incident | None:
    """The wide incident that still grows and takes this line in."""
    census = draft.scene.census
    for kind, key, crowd in ((Kind.ALL, "", census.all), (Kind.POP, line.pop, census.pops.get(line.pop))):
        incident = draft.find(kind, key)
        expiry = timedelta(seconds=crowd.expiry) if crowd is not None else timedelta()
        if incident is not None and incident.running and draft.now - incident.joined_at <= max(timing.together, expiry):
            return incident
    return None


def _window(draft: Draft, line: Line, timing: Timing) -> timedelta:
    """How long after the last one a further phone of the site belongs to the same failure: its registration has to run out first."""
    crowd = draft.scene.census.sites.get(line.site_key)
    return max(timing.together, timedelta(seconds=max(crowd.expiry if crowd is not None else 0, line.expiry)))


def _aged(draft: Draft, timing: Timing) -> None:
    """What has recovered, what was opened again, and what is over."""
    for incident in draft.open_ones(*OF_PHONES):
        if any(incident.away()):
            draft.put(_reopened(incident, min(member.since for member in incident.away())))
        elif all(member.stand in (Stand.GONE, Stand.EXCUSED) for member in incident.members):
            draft.put(replace(incident, recovered_at=incident.recovered_at or draft.now, closed_at=draft.now))
        elif incident.recovered_at is None:
            draft.put(replace(incident, recovered_at=draft.now))
        else:
            draft.put(_closed(incident, draft.now, timing))
    for incident in draft.open_ones(Kind.DELETED):
        if draft.now - incident.joined_at >= REMEMBERED:
            draft.put(replace(incident, closed_at=draft.now))


def _reopened(incident: Incident, since: datetime) -> Incident:
    if incident.recovered_at is None:
        return incident
    # whoever had taken the outage before has not taken this one
    return replace(incident, recovered_at=None, since=since, episodes=incident.episodes + 1, taken_by="", taken_at=None)


def _closed(incident: Incident, now: datetime, timing: Timing) -> Incident:
    over = incident.recovered_at is not None and now - incident.recovered_at >= timing.reopen
    return replace(incident, closed_at=now) if over else incident


# Saying it


def _said(draft: Draft, heard_by: Ears, blind: bool, timing: Timing) -> tuple[Scene, tuple[Note, ...]]:
    notes: list[Note] = []
    held = list(draft.scene.held)
    for incident in draft.in_order():
        still = blind and incident.kind not in (Kind.API, Kind.BALANCE)
        waits = partial(brewing, draft, incident, timing=timing)
        after, said, night = told(draft.scene, incident, heard_by, draft.now, timing, waits=waits, still=still)
        draft.put(after)
        notes.extend(said)
        held.extend(one for one in night if one not in held)
    morning, held_on = _morning(draft, held, heard_by)
    incidents = tuple(draft.incidents.values())
    return replace(draft.scene, incidents=incidents, held=held_on, serial=draft.serial), (*morning, *notes)


def _morning(draft: Draft, held: Iterable[Held], heard_by: Ears) -> tuple[list[Note], tuple[Held, ...]]:
    """One summary for each channel whose night is over; a single outage that goes on has its own message and needs none."""
    by_channel: dict[str, list[str]] = {}
    for one in held:
        by_channel.setdefault(one.channel, []).append(one.incident)
    kept: list[Held] = []
    notes: list[Note] = []
    for channel, ids in by_channel.items():
        if channel in heard_by.quiet or heard_by.closed_to(channel):
            kept.extend(Held(channel=channel, incident=one) for one in ids)
            continue
        still_open = [one for one in ids if one in draft.incidents and draft.incidents[one].running]
        if len(ids) == 1 and still_open:
            continue
        notes.append(
            Note(
                key=f"night:{channel}:{ids[0]}",
                act=Act.POST,
                about=About.NIGHT,
                channel=channel,
                at=draft.now,
                incidents=tuple(ids),
                count=len(still_open),
            )
        )
    return notes, tuple(kept)
