"""Many outages that are one: a POP's, the whole account's, and what waits for them."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from rules.gathering import too_many
from rules.incidents import Kind, Phase
from rules.notes import About
from rules.opening import Draft
from rules.scene import Scope
from rules.watch import Look
from tests.watching import OFFICE, SUPPORT, World, census

SEEDS = [0, 1, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(2, 40))]
"""The order in which phones are found missing."""
HOME, HEAD, WAREHOUSE = "198.51.100.4", "203.0.113.7", "192.0.2.9"


def pop_of_forty_sites() -> World:
    world = World.of({f"203.0.113.{n}": 8 if n < 20 else 7 for n in range(40)} | {HOME: 200}, pop=lambda site: "2" if site == HOME else "1")
    assert len([1 for _, pop in world.places.values() if pop == "1"]) == 300
    return world


@pytest.mark.parametrize("seed", SEEDS)
def test_a_pop_of_three_hundred_phones_at_forty_sites_is_six_messages_at_most(seed: int) -> None:
    world = pop_of_forty_sites()
    lost = [account for account, (_, pop) in world.places.items() if pop == "1"]
    random.Random(seed).shuffle(lost)
    for account in lost:
        world.look(account, Look.NO)
    world.wait(60)
    for n, account in enumerate(lost, 1):
        world.look(account, Look.NO)
        world.wait(0.5)
        pops = [one for one in world.open if one.kind is Kind.POP]
        assert len(pops) == (n >= 5), "with all the others in doubt, the fifth that is confirmed is enough"
    assert len(world.posts) <= 6
    [running] = world.open
    assert (running.kind, running.key) == (Kind.POP, "1")
    assert len(world.slack[running.id, OFFICE].down) == 300
    pointing = [true for (one, _), true in world.slack.items() if one != running.id]
    assert all((true.phase, true.absorbed_by) == (Phase.ABSORBED, running.id) for true in pointing)
    world.restore(lost)
    world.tick(1800)
    assert world.open == []


@pytest.mark.parametrize("a_second", [1.0, 0.5])
def test_a_pop_that_is_found_slowly_is_still_few_messages(a_second: float) -> None:
    """One or two looks a second: each phone is seen missing, and looked at again twice before others are."""
    world = pop_of_forty_sites()
    lost = [account for account, (_, pop) in world.places.items() if pop == "1"]
    random.Random(7).shuffle(lost)
    waiting = list(lost)
    doubts: list[tuple[float, str, int]] = []
    start = world.now
    while waiting or doubts:
        passed = (world.now - start).total_seconds()
        due = [one for one in doubts if one[0] <= passed]
        if due:
            doubts.remove(due[0])
            _, account, looks = due[0]
            world.look(account, Look.NO)
            if looks == 1:
                doubts.append((due[0][0] + 40, account, 2))
        elif waiting:
            account = waiting.pop()
            world.look(account, Look.NO)
            doubts.append((passed + 20, account, 1))
        world.tick(a_second)
    assert len(world.posts) <= 6
    assert [one.kind for one in world.open] == [Kind.POP]


def test_few_phones_of_a_large_pop_are_not_its_outage() -> None:
    world = World.of({f"203.0.113.{n}": 4 for n in range(50)})
    lost = list(world.places)[::10]
    world.drop(lost)
    assert {one.kind for one in world.open} == {Kind.SITE}
    world.tick(180)
    assert len(world.posts) == len({world.places[account][0] for account in lost}), "what waited for more is told after three minutes"


def test_one_site_is_never_its_pop() -> None:
    world = World.of({HEAD: 20, HOME: 2})
    world.drop([account for account in world.places if HEAD in account])
    assert [one.kind for one in world.open] == [Kind.SITE]


def test_who_is_in_doubt_depends_on_how_long_ago_it_began() -> None:
    world = World.of({HEAD: 3})
    accounts = sorted(world.places)
    for account in accounts:
        world.look(account, Look.NO)
        world.wait(20)
    draft = Draft(world.scene, world.now)
    for seconds, in_doubt in ((45, accounts[1:]), (60, accounts), (20, accounts[2:])):
        assert [line.account for line in draft.suspects(timedelta(seconds=seconds))] == in_doubt


def test_a_site_on_two_pops_keeps_the_phones_of_the_other_one() -> None:
    world = World.of({HEAD: 2, HOME: 2, WAREHOUSE: 2}, pop=lambda site: "1")
    lines = dict(world.scene.lines)
    other = f"100000_{HEAD}_1"
    lines[other] = replace(lines[other], pop="2")
    lines |= {f"100000_far_{n}": replace(lines[other], account=f"100000_far_{n}", site="203.0.113.99", pop="2") for n in range(20)}
    world.scene = replace(world.scene, lines=lines, census=census(lines.values(), {}))
    world.drop([f"100000_{HEAD}_0", other, f"100000_{HOME}_0", f"100000_{WAREHOUSE}_0"])
    assert {(one.kind, one.key): [member.account for member in one.members] for one in world.open} == {
        (Kind.SITE, HEAD): [other],
        (Kind.POP, "1"): [f"100000_{HEAD}_0", f"100000_{HOME}_0", f"100000_{WAREHOUSE}_0"],
    }


def test_more_than_half_of_all_phones_are_the_whole_account() -> None:
    world = World.of({HEAD: 4, HOME: 3, WAREHOUSE: 1}, pop=lambda site: {HEAD: "1", HOME: "2"}.get(site, "3"))
    phones = list(world.places)
    world.drop(phones[:6])
    [whole] = world.open
    assert (whole.kind, whole.critical) == (Kind.ALL, True)
    assert len(world.slack[whole.id, OFFICE].down) == 6
    world.drop(phones[6:])
    assert [one.id for one in world.open] == [whole.id], "further phones join it"
    world.restore(phones)
    assert world.slack[whole.id, OFFICE].phase is Phase.BACK


@pytest.mark.parametrize("seed", SEEDS)
def test_a_whole_account_that_goes_at_once_is_few_messages(seed: int) -> None:
    world = World.of({f"203.0.113.{n}": 8 for n in range(40)}, pop=lambda site: str(int(site.split(".")[-1]) % 4))
    phones = list(world.places)
    random.Random(seed).shuffle(phones)
    world.drop(phones)
    assert len(world.posts) <= 10, "a few sites, four POPs, and the one that stays"
    assert [one.kind for one in world.open] == [Kind.ALL]


def test_what_other_channels_were_told_holds_nothing_back() -> None:
    world = pop_of_forty_sites()
    last = "203.0.113.39"
    world.scene = replace(world.scene, routes={(Scope.SITE, last): SUPPORT})
    lost = [f"100000_203.0.113.{n}_0" for n in range(40)]
    world.drop(lost)
    assert [note.channel for note in world.posts] == [OFFICE] * 4 + [SUPPORT]


def test_how_long_a_message_may_wait_depends_on_how_long_a_round_takes() -> None:
    for round_time, waited in ((60, 180), (400, 400), (5000, 600)):
        world = pop_of_forty_sites()
        world.scene = replace(world.scene, sweep=timedelta(seconds=round_time))
        world.drop([f"100000_203.0.113.{n}_0" for n in range(10)])
        assert len(world.posts) == 4
        world.tick(waited - 1)
        assert len(world.posts) == 4
        world.tick(1)
        assert len(world.posts) == 10


def test_a_wide_outage_that_is_over_is_opened_again_only_by_many() -> None:
    world = World.of({HEAD: 3, HOME: 3, WAREHOUSE: 9})
    lost = [account for account in world.places if WAREHOUSE not in account]
    world.drop(lost)
    [pop] = world.open
    assert pop.kind is Kind.POP
    world.restore(lost)
    world.wait(60)
    world.drop(lost[:1])
    assert {one.kind: one.running for one in world.open} == {Kind.POP: False, Kind.SITE: True}
    world.drop(lost[1:])
    running = [one for one in world.open if one.running]
    assert [(one.id, one.episodes) for one in running] == [(pop.id, 2)]
    assert world.replies[-1].about is About.REOPENED


def test_a_phone_that_fails_before_its_pop_does_again_stays_with_its_site() -> None:
    world = World.of({HEAD: 3, HOME: 3, WAREHOUSE: 3, "192.0.2.77": 6})
    lost = [account for account in world.places if "192.0.2.77" not in account]
    world.drop(lost)
    world.restore(lost)
    world.drop(lost[:1])
    world.wait(700)
    world.drop(lost[3:])
    world.settle()
    named = {one.kind: [member.account for member in one.away()] for one in world.open if one.running}
    assert named == {Kind.SITE: lost[:1], Kind.POP: lost[3:]}


@pytest.mark.parametrize(("phones", "count"), [(1, 3), (50, 3), (51, 4), (200, 4), (300, 5), (500, 5), (1000, 6), (5000, 10)])
def test_how_many_missing_phones_are_no_coincidence(phones: int, count: int) -> None:
    assert too_many(phones) == count


def test_more_phones_never_need_fewer_missing_ones() -> None:
    needed = [too_many(phones) for phones in range(1, 20_000, 37)]
    assert needed == sorted(needed)
