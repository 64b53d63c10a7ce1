"""When many outages are one: a POP's, or the whole account's. Pure.

A POP's incident needs so many phones, from at least two sites, confirmed missing within ten minutes, that failures which have
nothing to do with each other would do it less than once in a million such windows; and they have to be a fifth of its phones,
where those count that are in doubt. The whole account's needs more than half of all phones, in at least two POPs.

While a wider outage seems to be under way but is not certain, further messages of its sites wait for it a little.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache
from math import exp

from rules.incidents import Incident, Kind, Member
from rules.opening import Draft
from rules.scene import Crowd
from rules.timing import Timing

STEPS = ((50, 3), (200, 4), (500, 5), (1000, 6))
"""Up to so many phones, so many missing ones; from there on the sum itself."""
PER_WINDOW = 10 / (30 * 24 * 60)
"""Outages of one phone in ten minutes when it has one in thirty days."""
RARE = 1e-6
LEAST_SITES = 2
LEAST_POPS = 2
SHARE = 0.2


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
    return sum(1 for line in draft.suspects(timing.together) if line.pop == pop)


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


def brewing(draft: Draft, incident: Incident, channel: str, timing: Timing) -> bool:
    """Whether a site's first message in the channel should wait: something wider seems to be under way, and enough was told of it there.

    The first phones of a wide outage are told at once; only what comes after ``too_many`` less one messages in ten minutes is
    held back, and no longer than it takes to see how wide it is: one round of looks, within limits.
    """
    patience = min(timing.together, max(timing.hold, draft.scene.sweep))
    if incident.kind is not Kind.SITE or not incident.running or draft.now - incident.opened_at >= patience:
        return False
    census = draft.scene.census
    places = _trouble(draft, timing)
    by_pop = {pop: sites for pop, sites in places.items() if _no_coincidence(sites, census.pops.get(pop, Crowd()))}
    told = _told_lately(draft, channel, timing)
    # one POP's message says more than those of its sites that it took over, which are counted no longer
    enough = len(told) >= too_many(census.all.phones) - 1 or any(one.kind is Kind.POP for one in told)
    return (len(by_pop) >= LEAST_POPS and enough) or any(
        sum(any(member.pop == pop for member in one.members) for one in told) >= too_many(census.pops.get(pop, Crowd()).phones) - 1
        for pop in {member.pop for member in incident.away()} & by_pop.keys()
    )


def _trouble(draft: Draft, timing: Timing) -> dict[str, list[str]]:
    """The sites, by POP, of all phones that have fallen within ten minutes, confirmed or not; each phone counts."""
    places: dict[str, list[str]] = {}
    for line in draft.suspects(timing.together):
        places.setdefault(line.pop, []).append(line.site_key)
    for incident in draft.open_ones(Kind.SITE, Kind.POP):
        for member in incident.away():
            if draft.now - member.confirmed_at <= timing.together:
                places.setdefault(member.pop, []).append(member.site)
    places.pop("", None)
    return places


def _no_coincidence(sites: list[str], crowd: Crowd) -> bool:
    return len(sites) >= too_many(crowd.phones) and len(set(sites)) >= LEAST_SITES


def _told_lately(draft: Draft, channel: str, timing: Timing) -> list[Incident]:
    """The open incidents that got their first message in that channel in the last ten minutes."""
    return [
        incident
        for incident in draft.open_ones(Kind.SITE, Kind.POP)
        if (posted := incident.telling(channel).posted_at) is not None and draft.now - posted <= timing.together
    ]
