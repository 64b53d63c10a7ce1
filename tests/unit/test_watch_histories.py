"""Random histories of a small fleet: what is told stays true, whole and said once, whatever happens."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.calendar import Quiet
from rules.health import Answer, Sight
from rules.incidents import OF_PHONES, Kind, Phase, Stand, truth
from rules.notes import About, Act, Note
from rules.outages import settle
from rules.scene import Phone, Scope, ears, stand_of
from rules.watch import Look, State
from tests.watching import OFFICE, SUPPORT, World

SITES = {"203.0.113.7": 4, "198.51.100.4": 2, "192.0.2.9": 2, "192.0.2.10": 1}
POPS = {"203.0.113.7": "1", "198.51.100.4": "1", "192.0.2.9": "2", "192.0.2.10": "2"}
ACCOUNTS = tuple(f"100000_{site}_{n}" for site, phones in SITES.items() for n in range(phones))
ABOUT_PEOPLE = (About.REMINDER, About.ESCALATION, About.DIGEST)

Event = tuple[str, int, int]
"""What happens, to whom (an index that each kind of event reads in its own way), and how many seconds pass before it."""
SECONDS = st.sampled_from([0, 1, 5, 20, 31, 61, 61, 120, 300, 601, 901, 1801, 3700, 15_000, 90_000])
KINDS = ["yes", "no", "drop", "drop", "drop site", "drop pop", "restore", "restore site", "restore pop", "restore all"]
KINDS += ["flap", "again", "absent", "delete"]
PEOPLE = ["mute account", "mute site", "mute channel", "mute all", "take", "give back", "excuse", "require", "plain"]
FAULTS = ["unknown", "error", "errors", "refused", "valid", "valids"]


def histories(kinds: list[str], most: int = 25) -> st.SearchStrategy[list[Event]]:
    return st.lists(st.tuples(st.sampled_from(kinds), st.integers(0, len(ACCOUNTS) - 1), SECONDS), max_size=most)


def fleet(*, forgetful: bool = False, quiet: bool = False) -> World:
    world = World.of(SITES, pop=lambda site: POPS[site], forgetful=forgetful)
    assert tuple(world.places) == ACCOUNTS
    nights = {OFFICE: Quiet(begins=time(7, 30), ends=time(19), zone="America/Toronto")} if quiet else {}
    routes = {(Scope.SITE, "192.0.2.9"): SUPPORT}
    world.scene = replace(world.scene, routes=routes, quiet=nights, escalations={SUPPORT: "S0PHONES"})
    return world


def happens(world: World, event: Event) -> list[Note]:
    kind, n, seconds = event
    account = ACCOUNTS[n]
    site, pop = world.places[account]
    said = world.tick(seconds)
    at_site = [one for one, (address, _) in world.places.items() if address == site]
    at_pop = [one for one, (_, its) in world.places.items() if its == pop]
    does: dict[str, Callable[[], list[Note]]] = {
        "yes": lambda: world.look(account, Look.YES),
        "no": lambda: world.look(account, Look.NO),
        "absent": lambda: world.look(account, Look.ABSENT),
        "unknown": lambda: world.look(account, Look.UNKNOWN),
        "drop": lambda: world.drop([account]),
        "drop site": lambda: world.drop(at_site),
        "drop pop": lambda: world.drop(at_pop),
        "flap": lambda: [note for _ in range(3) for note in (*world.drop([account]), *world.restore([account]))],
        "again": lambda: [*world.drop([account]), *world.restore([account]), *world.tick(1000), *world.drop([account])],
        "delete": lambda: [*world.look(account, Look.ABSENT), *world.tick(600), *world.look(account, Look.ABSENT)],
        "restore": lambda: world.restore([account]),
        "restore site": lambda: world.restore(at_site),
        "restore pop": lambda: world.restore(at_pop),
        "restore all": lambda: world.restore(ACCOUNTS),
        "mute account": lambda: world.mute(Scope.ACCOUNT, account, 600 * (n + 1)),
        "mute site": lambda: world.mute(Scope.SITE, site, 600 * (n + 1)),
        "mute channel": lambda: world.mute(Scope.CHANNEL, (OFFICE, SUPPORT)[n % 2], 600 * (n + 1)),
        "mute all": lambda: world.mute(Scope.ALL, "", 600 * (n + 1)),
        "take": lambda: world.take(f"U0{n}"),
        "give back": world.give_back,
        "excuse": lambda: world.settings(Phone(account=account, expect_offline=True)),
        "require": lambda: world.settings(Phone(account=account, required=True)),
        "plain": lambda: world.settings(Phone(account=account)),
        "error": lambda: world.api(Answer.ERROR, account),
        "errors": lambda: [note for one in ACCOUNTS[:4] for note in (*world.api(Answer.ERROR, one), *world.tick(60))],
        "refused": lambda: world.api(Answer.REFUSED, account, "ip_not_enabled"),
        "valid": lambda: world.api(Answer.VALID, account),
        "valids": lambda: [note for one in ACCOUNTS[:3] for note in world.api(Answer.VALID, one)],
    }
    return [*said, *does[kind](), *world.tick()]


# What always holds


def tells_the_truth(world: World) -> None:
    """Each message says what is true; what is away and may be heard is in a message."""
    blind = world.scene.health.sight is Sight.DOWN
    heard_by = ears(world.scene, world.now)
    for incident in world.open:
        for telling in incident.tellings:
            if telling.announced is not None:
                assert (
                    replace(telling.announced, muted=False) == world.slack[incident.id, telling.channel] == truth(incident, telling.channel)
                )
        for member in incident.away():
            waits = world.now - incident.opened_at < world.timing.hold
            if heard_by.hear_of(member) and heard_by.hear(incident, member.channel) and not blind and not waits:
                assert incident.telling(member.channel).announced is not None, member
    if not blind:
        names_each_missing_phone_once(world)


def names_each_missing_phone_once(world: World) -> None:
    named = Counter(member.account for one in world.open if one.kind in OF_PHONES for member in one.away())
    assert set(named.values()) <= {1}
    lines = world.scene.lines.values()
    down = {line.account for line in lines if stand_of(world.scene, line) in (Stand.DOWN, Stand.FLAPPING)}
    assert down <= set(named)
    assert {account for account in named if stand_of(world.scene, world.scene.lines[account]) not in (Stand.DOWN, Stand.COMING)} <= {
        line.account for line in lines if line.flapping
    }


def has_nothing_more_to_say(world: World) -> None:
    """Settled again at the same instant, the same scene says nothing and stays as it is."""
    again, notes = settle(world.scene, world.now, world.timing)
    assert notes == ()
    assert again.incidents == tuple(one for one in world.scene.incidents if one.closed_at is None)
    assert (again.held, again.serial) == (world.scene.held, world.scene.serial)


def one_incident_for_each_site(world: World) -> None:
    keys = Counter((one.kind, one.key) for one in world.open if one.kind is not Kind.DELETED)
    assert set(keys.values()) <= {1}


def nothing_is_said_twice(world: World) -> None:
    assert len({note.key for note in world.notes}) == len(world.notes)
    posts = Counter((note.incident, note.channel) for note in world.posts if note.incident)
    assert set(posts.values()) <= {1}
    after: dict[tuple[str, str], list[Note]] = {}
    for note in world.notes:
        if note.incident:
            after.setdefault((note.incident, note.channel), []).append(note)
    assert all(said[0].act is Act.POST for said in after.values()), "a message begins with itself"
    for (incident, channel), said in after.items():
        if world.slack[incident, channel].phase is Phase.ABSORBED:
            assert said[-1].act is Act.EDIT, "an absorbed message ends with the word where to look"


def check(history: list[Event], *, quiet: bool = False) -> World:
    """Runs a history and checks after each event what always holds."""
    world, mirror = fleet(quiet=quiet), fleet(forgetful=True, quiet=quiet)
    for event in history:
        began = world.now
        taken_before = {one.id for one in world.open if one.taken_by}
        said = happens(world, event)
        assert happens(mirror, event) == said, "written down and read again at each step, it says the same"
        tells_the_truth(world)
        one_incident_for_each_site(world)
        has_nothing_more_to_say(world)
        if any(one.scope is Scope.ALL and one.begins <= began and one.until and one.until > world.now for one in world.scene.mutes):
            assert all(note.act is Act.EDIT for note in said), "edits only while it is muted"
        still_taken = taken_before & {one.id for one in world.open if one.taken_by}
        if event[0] not in ("take", "give back"):
            assert not [note for note in said if note.about in ABOUT_PEOPLE and note.incident in still_taken]
    assert mirror.remembered() == world.remembered()
    nothing_is_said_twice(world)
    comes_to_an_end(world)
    return world


def comes_to_an_end(world: World) -> None:
    """Once everything is back and time passes, every incident is closed and every message says so."""
    for _ in range(3):
        world.api(Answer.VALID)
    world.tick(1000)
    world.restore(ACCOUNTS)
    world.tick(61)
    world.restore(ACCOUNTS)
    world.tick(2000)
    world.restore(ACCOUNTS)
    world.tick(2000)
    for _ in range(48):
        world.tick(3600)
    assert world.open == []
    for (incident, _), true in world.slack.items():
        assert true.closed or world.closed[incident].kind is Kind.DELETED
    assert world.scene.held == ()
    assert world.tick(400_000) == []


WITH_PEOPLE = histories(KINDS + PEOPLE)
WITH_FAULTS = histories(KINDS + PEOPLE + FAULTS)


@settings(max_examples=60)
@given(WITH_PEOPLE)
def test_whatever_phones_and_people_do_what_is_told_is_true_and_said_once(history: list[Event]) -> None:
    check(history)


@settings(max_examples=60)
@given(WITH_FAULTS)
def test_whatever_voip_ms_does_what_is_told_is_true_and_said_once(history: list[Event]) -> None:
    check(history)


@settings(max_examples=60)
@given(WITH_FAULTS)
def test_quiet_hours_change_when_it_is_said_and_not_what(history: list[Event]) -> None:
    check(history, quiet=True)


@pytest.mark.soak
@given(WITH_FAULTS, st.booleans())
def test_ten_thousand_histories_are_told_truly_and_once(history: list[Event], quiet: bool) -> None:
    check(history, quiet=quiet)


# Failed looks


@settings(max_examples=60)
@given(histories([*KINDS, "unknown", "unknown", "unknown"]))
def test_failed_looks_are_as_good_as_none(history: list[Event]) -> None:
    with_them, without = fleet(), fleet()
    for event in history:
        kind, _, seconds = event
        said = happens(with_them, event)
        assert ([*without.tick(seconds), *without.tick()] if kind == "unknown" else happens(without, event)) == said
    assert with_them.scene == without.scene


@settings(max_examples=60)
@given(histories(KINDS + FAULTS))
def test_a_failure_never_changes_what_is_told_of_phones(history: list[Event]) -> None:
    world = fleet()
    for kind, n, seconds in history:
        world.tick(seconds)
        before = {one.id: one for one in world.open if one.kind in OF_PHONES}
        told = {key: true for key, true in world.slack.items() if key[0] in before}
        happens(world, (kind, n, 0))
        if kind in ("unknown", "error", "refused") and world.scene.health.sight is Sight.DOWN:
            assert {one.id: one for one in world.open if one.kind in OF_PHONES} == before
        if kind in ("unknown", "error", "refused"):
            assert {key: true for key, true in world.slack.items() if key[0] in before} == told


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from([*FAULTS, "yes"]), st.integers(0, 8), st.sampled_from([1, 5, 20, 60, 300])), max_size=80))
def test_no_fault_of_voip_ms_ever_makes_a_phone_missing(history: list[Event]) -> None:
    world = fleet()
    for event in history:
        happens(world, event)
    assert {one.kind for one in world.open} <= {Kind.API}
    assert {line.state for line in world.scene.lines.values()} == {State.OK}
    assert len({note.incident for note in world.posts}) == len(world.posts)


def test_ten_thousand_faults_while_all_phones_are_up_are_one_message() -> None:
    world = fleet()
    answers = [Answer.ERROR, Answer.RATE_LIMIT, Answer.REFUSED, Answer.ERROR]
    for n in range(10_000):
        world.look(ACCOUNTS[n % len(ACCOUNTS)], Look.UNKNOWN)
        world.api(answers[n % 4], ACCOUNTS[n % len(ACCOUNTS)], f"fault {n % 7}")
        world.wait(2)
    assert [note.about for note in world.notes if note.act is Act.POST] == [About.OPENED]
    assert {one.kind for one in world.open} == {Kind.API}
    for _ in range(3):
        world.api(Answer.VALID)
    world.tick(timedelta(hours=1).total_seconds())
    assert world.open == []
