"""Outages as their messages see them, made by the real rules from a small fleet: what the tests of the pictures share."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from blocks.alert_words import Outage
from rules.health import Answer, Sight
from rules.incidents import OF_PHONES, Incident, Kind
from rules.scene import Crowd, Phone, to_expire
from rules.surroundings import Surroundings, Who, renewed, silencing
from rules.watch import State
from tests.watching import OFFICE, World

TORONTO = ZoneInfo("America/Toronto")
HEAD, LAVAL, HOME = "203.0.113.7", "198.51.100.20", "192.0.2.9"
NAMES = ("Front desk", "Boardroom", "Ana Roy", "Ben Kay", "Warehouse", "Fax line", "Kitchen", "Door phone", "Lab", "Stock", "Sales", "HR")


def named(n: int) -> str:
    return NAMES[n] if n < len(NAMES) else f"Phone {n + 1}"


def fleet(sites: Mapping[str, int], pop: Callable[[str], str] = lambda _: "5", client: str = "", **more: object) -> World:
    """So many phones at each site, all registered; with a channel."""
    world = World.of(dict(sites), pop, **more)
    if client:
        world.settings(*(Phone(account=account, client=client) for account in world.places))
    return world


def who_is(world: World, name: Callable[[int], str] = named) -> dict[str, Who]:
    return {
        account: Who(
            account=account,
            name=name(n),
            extension=str(101 + n),
            client=world.scene.phone(account).client,
            line=line,
            looked_at=world.now - timedelta(seconds=12),
            max_expiry=3600,
        )
        for n, (account, line) in enumerate(world.scene.lines.items())
    }


def around(world: World, incident: Incident, channel: str = OFFICE, name: Callable[[int], str] = named, **more: object) -> Surroundings:
    """What the store would say of that world."""
    scene, now = world.scene, world.now
    everybody = list(scene.lines.values())
    crowds = {
        Kind.SITE: (scene.census.sites.get(incident.key, Crowd()), [line for line in everybody if line.site_key == incident.key]),
        Kind.POP: (scene.census.pops.get(incident.key, Crowd()), [line for line in everybody if line.pop == incident.key]),
        Kind.ALL: (scene.census.all, everybody),
    }
    crowd, own = crowds.get(incident.kind, (Crowd(), []))
    others = [line for line in everybody if line not in own] if incident.kind in OF_PHONES else []
    expiring, by = to_expire([line for line in own if not renewed(line, incident.since)], incident, now)
    made = Surroundings(
        now=now,
        zone=TORONTO,
        who=who_is(world, name),
        sites={HEAD: "Head office", LAVAL: "Laval"},
        crowd=crowd,
        well=sum(line.state is State.OK for line in own),
        expiring=expiring,
        expire_by=by,
        elsewhere=(len(others), sum(line.state is State.OK for line in others)),
        mute=silencing(scene.mutes, incident, channel, now),
        wider=next((one for one in (*scene.incidents, *world.closed.values()) if one.id == incident.absorbed_by), None),
        sweep=timedelta(seconds=60),
        timing=world.timing,
        balance=scene.purse.balance,
        days_left=scene.purse.days_left,
        blind_since=scene.health.since if scene.health.sight is Sight.DOWN else None,
    )
    return replace(made, **more)  # type: ignore[arg-type]


def outage(world: World, which: int = 0, channel: str = OFFICE, **more: object) -> Outage:
    """The outage as it stands: the open ones first, then those that were closed."""
    incident = [*world.open, *(one for one in world.closed.values() if one not in world.open)][which]
    return Outage(incident, channel, around(world, incident, channel, **more))  # type: ignore[arg-type]


def blinded(world: World, reason: str, answer: Answer = Answer.ERROR) -> World:
    """VoIP.ms cannot be seen any more."""
    accounts: Iterable[str] = [*world.places, *world.places, *world.places]
    for account in accounts:
        world.wait(50)
        world.api(answer, account, reason)
    return world
