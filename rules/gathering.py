"""When many outages are one: a POP's, or the whole account's. Pure.

A POP's incident needs so many phones, from at least two sites, confirmed missing within ten minutes, that failures which have
nothing to do with each other would do it less than once in a million such windows; and they have to be a fifth of its phones,
where those count that are in doubt. The whole account's needs more than half of all phones, in at least two POPs.

While a wider outage seems to be under way but is not certain, further messages of smaller ones wait for it a little.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from functools import cache
from math import exp

from rules.incidents import Incident, Kind, Member
from rules.opening import Draft
from rules.scene import Crowd
from rules.timing import Timing
from rules.watch import Line, State

STEPS = ((50, 3), (200, 4), (500, 5), (1000, 6))
"""Up to so many phones, so many missing ones; from there on the sum itself."""
PER_WINDOW = 10 / (30 * 24 * 60)
"""Outages of one phone in ten minutes when it has one in thirty days."""
RARE = 1e-6
LEAST_SITES = 2
LEAST_POPS = 2
SHARE = 0.2
HALF_WAY = 0.25
"""Of all phones: from here on the whole account's outage seems to be under way."""


@cache
def too_many(phones: int) -> int:
    """How many of so many phones are missing at once only if it is one outage."""
    for most, count in STEPS:
        if phones <= most:
            return count
    expected = phones * PER_WINDOW
    count, term = 0, exp(-expected)
    fewer = term
    while 1 - fewer >= RARE:
        count += 1
        term *= expected / count
        fewer += term
    return max(count + 1, STEPS[-1][1])


def gathered(draft: Draft, timing: Timing) -> None:
    """Lets POPs absorb sites, and the whole account absorb all."""
    _pops(draft, timing)
    _whole(draft, timing)


def _pops(draft: Draft, timing: Timing) -> None:
    whole = draft.find(Kind.ALL)
    if whole is not None and whole.running:
        return
    fresh: dict[str, list[Member]] = {}
    for incident in draft.open_ones(Kind.SITE):
        for member in incident.away():
            if member.pop and draft.now - member.confirmed_at <= timing.together:
                fresh.setdefault(member.pop, []).append(member)
    for pop, members in fresh.items():
        crowd = draft.scene.census.pops.get(pop, Crowd())
        if len(members) < too_many(crowd.phones) or len({member.site for member in members}) < LEAST_SITES:
            continue
        if len(members) + _in_doubt(draft, pop, timing) >= SHARE * crowd.phones:
            sites = {member.site for member in members}
            _absorb(draft, Kind.POP, pop, lambda one, pop=pop, sites=sites: one.pop == pop and one.site in sites)  # type: ignore[misc]


def _in_doubt(draft: Draft, pop: str, timing: Timing) -> int:
    return sum(1 for line in _suspects(draft, timing) if line.pop == pop)


def _suspects(draft: Draft, timing: Timing) -> Iterable[Line]:
    """Lines whose first "no" is not old."""
    return (
        line
        for line in draft.scene.lines.values()
        if line.state is State.SUSPECT and line.down_since is not None and draft.now - line.down_since <= timing.together
    )


def _whole(draft: Draft, timing: Timing) -> None:
    whole = draft.find(Kind.ALL)
    if whole is not None and whole.running:
        return
    everybody = draft.scene.census.all
    window = max(timing.together, timedelta(seconds=everybody.expiry))
    fresh = [
        member
        for incident in draft.open_ones(Kind.SITE, Kind.POP)
        if incident.recovered_at is None
        for member in incident.away()
        if draft.now - member.confirmed_at <= window
    ]
    many = len(fresh) > everybody.phones / 2 and len(fresh) >= too_many(everybody.phones)
    if many and len({member.pop for member in fresh if member.pop}) >= LEAST_POPS:
        accounts = {member.account for member in fresh}
        touched = {one.id for one in draft.open_ones(Kind.SITE, Kind.POP) if any(member.account in accounts for member in one.away())}
        _absorb(draft, Kind.ALL, "", lambda _: True, touched)


def _absorb(draft: Draft, kind: Kind, key: str, belongs: Callable[[Member], bool], touched: set[str] | None = None) -> None:
    """Moves away members into the wide incident, opened or opened again for them. What is left without any points to it."""
    narrower = (Kind.SITE,) if kind is Kind.POP else (Kind.SITE, Kind.POP)
    taken: list[Member] = []
    emptied: list[Incident] = []
    for incident in draft.open_ones(*narrower):
        if touched is not None and incident.id not in touched:
            continue
        moving = [member for member in incident.away() if belongs(member)]
        if not moving:
            continue
        taken.extend(moving)
        gone = {member.account for member in moving}
        if all(member.account in gone for member in incident.away()):
            emptied.append(incident)
        else:
            draft.put(replace(incident, members=tuple(one for one in incident.members if one.account not in gone)))
    wide = draft.find(kind, key)
    again = wide is not None
    wide = wide or draft.open(kind, key, min(member.since for member in taken))
    draft.join(wide, *taken, late=again)
    for incident in emptied:
        draft.put(replace(incident, closed_at=draft.now, absorbed_by=wide.id))


# Waiting for the bigger one


def brewing(draft: Draft, incident: Incident, timing: Timing) -> bool:
    """Whether the incident's first message should wait: something wider seems to be under way, and enough was told of it.

    It waits no longer than ``timing.hold``. The first phones of a wide outage are told at once; only what comes after
    ``too_many`` less one messages in ten minutes is held back.
    """
    if incident.kind is Kind.ALL or not incident.running or draft.now - incident.opened_at >= timing.hold:
        return False
    if all(one.announced is not None for one in incident.tellings) and incident.tellings:
        return False
    scene = draft.scene
    if incident.kind is Kind.SITE:
        for pop in {member.pop for member in incident.away()} - {""}:
            if _seems_wide(draft, timing, scene.census.pops.get(pop, Crowd()), pop):
                return True
    return _seems_wide(draft, timing, scene.census.all, None)


def _seems_wide(draft: Draft, timing: Timing, crowd: Crowd, pop: str | None) -> bool:
    limit = too_many(crowd.phones)
    if _told_lately(draft, pop, timing) < limit - 1:
        return False
    places = [(line.site_key, line.pop) for line in _suspects(draft, timing) if pop is None or line.pop == pop]
    for incident in draft.open_ones(Kind.SITE, Kind.POP):
        places.extend(
            (member.site, member.pop)
            for member in incident.away()
            if (pop is None or member.pop == pop) and draft.now - member.confirmed_at <= timing.together
        )
    if pop is None and (len(places) <= HALF_WAY * crowd.phones or len({pop for _, pop in places}) < LEAST_POPS):
        return False
    return len(places) >= limit and len({site for site, _ in places}) >= LEAST_SITES


def _told_lately(draft: Draft, pop: str | None, timing: Timing) -> int:
    """How many incidents there got their first message in the last ten minutes."""
    return sum(
        1
        for incident in draft.open_ones(Kind.SITE, Kind.POP)
        if any(one.posted_at is not None and draft.now - one.posted_at <= timing.together for one in incident.tellings)
        and (pop is None or any(member.pop == pop for member in incident.members))
    )
