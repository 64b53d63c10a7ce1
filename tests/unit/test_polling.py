"""Which account is looked at next, what ``register_next`` is worth, and how fast a round is."""

import pickle
import random
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.agenda import Agenda, Choice, Why
from rules.polling import DEFAULT_EXPIRY, Offset, back_off, by_deadline, expires_at, learned, spotted, sweep
from rules.timing import Timing
from rules.watch import Line, Look, Spot, State, step
from tests.watching import NOON, spot
from voipms import Device, to_wall

TIMING = Timing()
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
NEW_YORK = ZoneInfo("America/New_York")


# The hint


def wall(at: datetime) -> datetime:
    return to_wall(at, NEW_YORK)


@pytest.mark.parametrize(
    ("ahead", "believed"),
    [(-301, False), (-300, True), (0, True), (3600, True), (3900, True), (3901, False), (86400, False)],
)
def test_a_hint_is_believed_where_it_is_possible(ahead: int, believed: bool) -> None:
    at = NOON + ahead * SECOND
    assert expires_at(wall(at), NOON, NEW_YORK, Offset()) == (at if believed else None)
    assert expires_at(None, NOON, NEW_YORK, Offset()) is None


def test_a_shorter_registration_leaves_less_to_believe() -> None:
    assert expires_at(wall(NOON + 10 * MINUTE), NOON, NEW_YORK, Offset(), longest=2 * MINUTE) is None


@pytest.mark.parametrize("hours", range(-12, 13))
def test_the_hour_of_the_wire_is_learned(hours: int) -> None:
    offset, chance = Offset(), random.Random(hours)
    for n in range(8):
        now = NOON + n * MINUTE
        end = now + chance.randint(600, 3000) * SECOND
        offset = learned(offset, wall(end - timedelta(hours=hours)), now, NEW_YORK)
    assert offset.hours == hours
    assert expires_at(wall(end - timedelta(hours=hours)), now, NEW_YORK, offset) == end


def test_a_few_strange_hints_do_not_move_the_hour_and_what_fits_no_hour_leaves_it_alone() -> None:
    offset = Offset()
    for n in range(20):
        strange = n % 4 == 0
        offset = learned(offset, wall(NOON + (40_000 if strange else 1800) * SECOND), NOON, NEW_YORK)
    assert offset.hours == 0
    for _ in range(30):
        offset = learned(offset, wall(NOON + 1800 * SECOND), NOON, NEW_YORK, longest=5 * MINUTE)
    assert offset.hours == 0
    assert len(offset.ahead) == 25


@given(st.lists(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), max_size=40))
def test_no_hint_is_ever_believed_outside_of_what_is_possible(hints: list[datetime]) -> None:
    offset = Offset()
    for hint in hints:
        offset = learned(offset, hint, NOON, NEW_YORK)
        end = expires_at(hint, NOON, NEW_YORK, offset)
        assert end is None or NOON - 5 * MINUTE <= end <= NOON + DEFAULT_EXPIRY + 5 * MINUTE


def device(address: str, pop: str = "4", ahead: int = 600) -> Device:
    return Device(register_ip=address, server_pop=pop, server_shortname="montreal5", register_next=wall(NOON + ahead * SECOND))


def test_the_device_at_the_lines_own_site_speaks_for_it_and_the_last_one_ends_it() -> None:
    line = Line(account="100000_desk", site="203.0.113.7")
    devices = [device("192.0.2.9", "1", 900), device("203.0.113.7", "4", 300), device("", "2", 100)]
    for order in (devices, devices[::-1]):
        seen = spotted(line, order, NOON, NEW_YORK, Offset(), DEFAULT_EXPIRY)
        assert seen is not None
        assert (seen.address, seen.pop, seen.pop_name) == ("203.0.113.7", "4", "montreal5")
        assert seen.expires_at == NOON + 900 * SECOND
    moved = spotted(line, devices[:1], NOON, NEW_YORK, Offset(), DEFAULT_EXPIRY)
    assert moved is not None
    assert moved.address == "192.0.2.9"
    assert spotted(line, [], NOON, NEW_YORK, Offset(), DEFAULT_EXPIRY) is None


# The pace


def test_a_round_takes_as_long_as_the_requests_need_and_never_less_than_the_interval() -> None:
    assert sweep(10, 60, MINUTE) == MINUTE
    assert sweep(900, 60, MINUTE) == 1000 * SECOND


def test_only_registrations_that_outlast_a_round_gain_from_their_deadline() -> None:
    line = Line(account="100000_desk", expires_at=NOON, expiry=3600)
    assert by_deadline(line, 3599 * SECOND)
    assert not by_deadline(line, 3600 * SECOND)
    assert not by_deadline(replace(line, expires_at=None), MINUTE)


def test_a_missing_phone_is_left_alone_for_twice_as_long_each_time() -> None:
    assert [back_off(n, MINUTE, 10 * MINUTE) / MINUTE for n in range(6)] == [1, 2, 4, 8, 10, 10]
    assert back_off(10**6, MINUTE, 10 * MINUTE) == 10 * MINUTE


# The agenda


class Desk:
    """An agenda with a fleet behind it: phones answer what ``away`` says."""

    def __init__(self, phones: int, rate: float = 60, expiry: int = 3600, site: int = 10) -> None:
        self.now = NOON
        self.away: set[str] = set()
        self.silent: set[str] = set()
        self.agenda = Agenda(TIMING, MINUTE, rate)
        self.lines: dict[str, Line] = {}
        self.expiry = expiry
        self.renewed: dict[str, datetime] = {}
        chance = random.Random(phones)
        for n in range(phones):
            account = f"100000_{n:04d}"
            self.renewed[account] = NOON - chance.randint(0, expiry - 100) * SECOND
            line = Line(account=account)
            self.lines[account] = step(line, Look.YES, NOON - MINUTE, TIMING, self._spot(account, n // site))
            self.lines[account] = replace(self.lines[account], expiry=expiry)
        self.agenda.start([(line, NOON - MINUTE) for line in self.lines.values()], NOON)
        self.taken: list[tuple[datetime, Choice]] = []
        self.site = site

    def _spot(self, account: str, site: int) -> Spot:
        return spot(f"203.0.113.{site}", "1", self.renewed[account] + self.expiry * SECOND)

    def run(self, seconds: int, gap: float = 1.0) -> list[Choice]:
        """One look a second, or as often as the gap says."""
        before = len(self.taken)
        end = self.now + seconds * SECOND
        while self.now < end:
            if choice := self.agenda.next(self.now):
                self.answer(choice)
            self.now += gap * SECOND
        return [choice for _, choice in self.taken[before:]]

    def answer(self, choice: Choice) -> None:
        self.taken.append((self.now, choice))
        line = self.lines[choice.account]
        while self.renewed[choice.account] + (self.expiry - 10) * SECOND <= self.now and choice.account not in self.silent:
            self.renewed[choice.account] += (self.expiry - 10) * SECOND
        ended = self.renewed[choice.account] + self.expiry * SECOND <= self.now
        look = Look.NO if choice.account in self.away or ended else Look.YES
        where = spot(line.site, line.pop, self.renewed[choice.account] + self.expiry * SECOND) if look is Look.YES else None
        self.lines[choice.account] = step(line, look, self.now, TIMING, where)
        self.agenda.looked(self.lines[choice.account], look, self.now)


def test_everybody_has_a_turn_in_each_round() -> None:
    desk = Desk(100, rate=60)
    desk.run(round(3 * desk.agenda.sweep.total_seconds()), gap=60 / 54)
    times: dict[str, list[datetime]] = {}
    for at, choice in desk.taken:
        times.setdefault(choice.account, []).append(at)
    gaps = [later - earlier for each in times.values() for earlier, later in pairwise(each)]
    assert len(times) == 100
    assert max(gaps) <= desk.agenda.sweep * 1.35


def test_nobody_at_rest_is_looked_at_more_often_than_the_interval() -> None:
    desk = Desk(5, rate=60)
    desk.run(600)
    counts = Counter(choice.account for _, choice in desk.taken if choice.why is Why.SWEEP)
    assert set(counts.values()) <= {9, 10, 11}


def test_a_restart_spreads_the_first_round_and_new_accounts_come_at_once() -> None:
    desk = Desk(10, rate=60)
    desk.agenda.watch(Line(account="100000_new"), NOON)
    desk.lines["100000_new"] = Line(account="100000_new")
    desk.renewed["100000_new"] = NOON
    at_once = [desk.agenda.next(NOON), desk.agenda.next(NOON)]
    assert {choice.account for choice in at_once if choice} == {"100000_0000", "100000_new"}
    assert desk.agenda.next(NOON) is None
    desk.run(60)
    assert [(at - NOON).total_seconds() for at, choice in desk.taken if choice.why is Why.SWEEP] == [n * 6 for n in range(1, 10)]


def test_an_account_that_is_being_asked_is_not_chosen_again() -> None:
    desk = Desk(3)
    chosen = [desk.agenda.next(NOON + 10 * MINUTE) for _ in range(5)]
    assert len({choice.account for choice in chosen if choice}) == 3
    assert chosen[3:] == [None, None]


def test_a_sibling_that_is_being_asked_is_not_chosen_again() -> None:
    desk = Desk(30, site=30)
    for account in list(desk.lines)[:3]:
        desk.lines[account] = step(desk.lines[account], Look.NO, NOON, TIMING)
        desk.agenda.looked(desk.lines[account], Look.NO, NOON)
    chosen = [desk.agenda.next(NOON + SECOND) for _ in range(40)]
    asked = [choice.account for choice in chosen if choice]
    assert len(asked) == len(set(asked)) == 27


def test_a_doubt_comes_first_after_twenty_and_sixty_seconds() -> None:
    desk = Desk(200)
    desk.away = {"100000_0150"}
    desk.run(400)
    looks = [(at, choice.why) for at, choice in desk.taken if choice.account == "100000_0150"]
    first = next(at for at, _ in looks if at >= NOON)
    after = [((at - first).total_seconds(), why) for at, why in looks[1:3]]
    assert after == [(20, Why.SUSPECT), (60, Why.SUSPECT)]
    assert desk.lines["100000_0150"].state is State.MISSING


def test_a_missing_phone_is_asked_less_and_less_but_once_a_round() -> None:
    desk = Desk(600)
    desk.away = {"100000_0000"}
    desk.run(4000)
    looks = [at for at, choice in desk.taken if choice.account == "100000_0000" and choice.why is Why.RECOVERY]
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(looks)]
    assert gaps[:3] == [pytest.approx(120, abs=3), pytest.approx(240, abs=3), pytest.approx(480, abs=3)]
    assert max(gaps) <= desk.agenda.sweep.total_seconds() + 3


def test_a_silent_death_is_seen_seconds_after_its_registration_ran_out() -> None:
    desk = Desk(1000)
    dead = [f"100000_{n:04d}" for n in range(0, 1000, 37)]
    desk.silent = set(dead)
    ends = {account: desk.renewed[account] + 3600 * SECOND for account in dead}
    desk.run(3700)
    seen = [line.down_since - ends[line.account] for line in desk.lines.values() if line.down_since is not None]
    assert len(seen) == len(dead)
    assert sum(seen, timedelta()) / len(seen) <= 15 * SECOND


def test_a_registration_that_ran_out_but_is_still_shown_is_asked_again_twice() -> None:
    desk = Desk(1000)
    account = "100000_0000"
    line = replace(desk.lines[account], expires_at=NOON + MINUTE)
    desk.agenda.looked(line, Look.YES, NOON)
    asked = []
    for second in range(55, 400):
        now = NOON + second * SECOND
        while (choice := desk.agenda.next(now)) is not None:
            if choice.account == account:
                asked.append((second, choice.why))
            desk.agenda.looked(line if choice.account == account else desk.lines[choice.account], Look.YES, now)
    assert asked[:4] == [(60, Why.SWEEP), (65, Why.DEADLINE), (95, Why.DEADLINE), (125, Why.DEADLINE)]
    assert all(why is Why.SWEEP for _, why in asked[4:])


def test_three_doubts_at_one_site_bring_up_the_rest_of_it_in_every_second_look() -> None:
    desk = Desk(600, site=60)
    desk.away = {f"100000_{n:04d}" for n in range(60)}
    desk.run(150)
    whys = Counter(choice.why for _, choice in desk.taken)
    assert whys[Why.SIBLING] > 20
    siblings = [n for n, (_, choice) in enumerate(desk.taken) if choice.why is Why.SIBLING]
    assert all(later - earlier >= 2 for earlier, later in pairwise(siblings))


def test_a_pop_that_restarts_is_found_much_faster_than_in_a_round() -> None:
    desk = Desk(1000, site=25)
    desk.away = set(desk.lines)
    desk.run(600)
    doubted = [line for line in desk.lines.values() if line.state is not State.OK]
    assert len(doubted) > 150


def test_several_bursts_take_turns() -> None:
    desk = Desk(400, site=100)
    desk.away = {f"100000_{n:04d}" for n in (0, 1, 2, 100, 101, 102)}
    for account in sorted(desk.away):
        desk.answer(Choice(account=account, why=Why.SWEEP))
    sites = [desk.lines[choice.account].site for choice in desk.run(12) if choice.why is Why.SIBLING]
    assert {"203.0.113.0", "203.0.113.1"} <= set(sites)


def test_three_that_come_back_bring_up_the_others() -> None:
    desk = Desk(600, site=60)
    desk.away = {f"100000_{n:04d}" for n in range(60)}
    desk.run(1500)
    assert sum(line.state is State.MISSING for line in desk.lines.values()) == 60
    desk.away = set()
    desk.run(420)
    assert sum(line.state is State.MISSING for line in desk.lines.values()) == 0


def test_a_failed_look_is_tried_again_soon_only_where_there_is_a_doubt() -> None:
    desk = Desk(2)
    first, second = desk.lines.values()
    doubtful = step(first, Look.NO, NOON, TIMING)
    desk.agenda.looked(doubtful, Look.UNKNOWN, NOON + 5 * SECOND)
    desk.agenda.looked(second, Look.UNKNOWN, NOON + 5 * SECOND)
    assert desk.agenda.next(NOON + 24 * SECOND) is None
    assert desk.agenda.next(NOON + 25 * SECOND) == Choice(account=first.account, why=Why.SUSPECT)
    assert desk.agenda.next(NOON + 64 * SECOND) is None
    assert desk.agenda.next(NOON + 65 * SECOND) == Choice(account=second.account, why=Why.SWEEP)


def test_who_is_gone_or_forgotten_is_not_asked() -> None:
    desk = Desk(3)
    first, second, third = desk.lines.values()
    desk.agenda.forget(first.account)
    desk.agenda.looked(replace(second, state=State.GONE), Look.ABSENT, NOON)
    assert [desk.agenda.next(NOON + 5 * MINUTE), desk.agenda.next(NOON + 5 * MINUTE)] == [
        Choice(account=third.account, why=Why.SWEEP),
        None,
    ]
    desk.agenda.looked(first, Look.YES, NOON)
    assert desk.agenda.figures(NOON).accounts == 1


def test_a_phone_whose_address_changes_every_day_takes_no_more_room_each_time() -> None:
    desk = Desk(1)
    (account,) = desk.lines
    room = []
    for day in range(200):
        desk.now += timedelta(days=1)
        for look in (Look.YES, Look.NO, Look.NO, Look.YES, Look.YES):  # it falls and comes back, at another address each day
            desk.now += MINUTE
            desk.agenda.next(desk.now)
            where = spot(f"203.0.113.{day}", f"{day}", None) if look is Look.YES else None
            desk.lines[account] = step(desk.lines[account], look, desk.now, TIMING, where)
            desk.agenda.looked(desk.lines[account], look, desk.now)
        room.append(len(pickle.dumps(desk.agenda)))
    assert room[-1] < room[0] + 100


def test_the_figures_say_how_the_watch_is_doing() -> None:
    desk = Desk(100, rate=60)
    desk.run(400)
    figures = desk.agenda.figures(desk.now)
    assert (figures.accounts, figures.rate, figures.by_deadline) == (100, 60, 100)
    assert figures.sweep == sweep(100, 60, MINUTE)
    assert figures.used == pytest.approx(0.9, abs=0.15)
    assert figures.oldest is not None
    assert figures.oldest <= figures.sweep * 1.5
    desk.agenda.watch(Line(account="100000_new"), desk.now)
    assert desk.agenda.figures(desk.now).oldest is None
