"""What transitions say of a span of time: up, down, and what nobody knows."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from rules.advice import detection
from rules.polling import DEFAULT_EXPIRY
from rules.timeline import BLIND, Passage, Spell, Uptime, Was, altogether, passages_of, timeline, uptime
from rules.timing import Timing
from rules.watch import Line, Look, State, step
from tests.watching import NOON, spot

TIMING = Timing()
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
SILENT = 15 * MINUTE


def followed(*looks: tuple[float, Look]) -> tuple[Line, list[Passage]]:
    """A line and what was noted of it, after looks at so many minutes past noon."""
    line = Line(account="100000_desk")
    noted: list[Passage] = []
    for minutes, look in looks:
        now = NOON + minutes * MINUTE
        after = step(line, look, now, TIMING, spot("203.0.113.7") if look is Look.YES else None)
        if look is not Look.UNKNOWN:
            noted.extend(passages_of(line, after, now, SILENT, look.value))
        line = after
    return line, noted


def told(line: Line, noted: list[Passage], since: float, until: float) -> list[tuple[str, float, float]]:
    """The spells, in minutes past noon."""
    kept = [at for at in noted if at.at > NOON + since * MINUTE]
    before = [at for at in noted if at.at <= NOON + since * MINUTE][-1:]
    spells = timeline([*before, *kept], line, NOON + since * MINUTE, NOON + until * MINUTE, SILENT)
    return [(spell.was.value, (spell.begins - NOON) / MINUTE, (spell.ends - NOON) / MINUTE) for spell in spells]


def test_an_outage_begins_with_its_first_no_and_ends_with_the_first_yes_that_lasted() -> None:
    line, noted = followed(
        (0, Look.YES), (5, Look.NO), (6, Look.NO), (10, Look.YES), (10.2, Look.NO), (12, Look.YES), (13, Look.YES), (20, Look.YES)
    )
    assert told(line, noted, 0, 25) == [("up", 0, 5), ("down", 5, 12), ("up", 12, 25)]


def test_a_doubt_that_was_nothing_is_time_up() -> None:
    line, noted = followed((0, Look.YES), (5, Look.NO), (5.5, Look.YES), (10, Look.YES))
    assert told(line, noted, 0, 12) == [("up", 0, 12)]


@pytest.mark.parametrize(("last", "then"), [(Look.NO, "unknown"), (Look.YES, "up")])
def test_a_doubt_that_goes_on_is_neither(last: Look, then: str) -> None:
    line, noted = followed((0, Look.YES), (5, last))
    assert told(line, noted, 0, 6)[-1][0] == then


def test_time_without_answers_is_neither_up_nor_down() -> None:
    line, noted = followed((0, Look.YES), (5, Look.YES), (10, Look.UNKNOWN), (40, Look.YES), (41, Look.YES))
    assert told(line, noted, 0, 45) == [("up", 0, 5), ("unknown", 5, 40), ("up", 40, 45)]
    down, noted = followed((0, Look.YES), (1, Look.NO), (2, Look.NO), (60, Look.NO), (61, Look.YES), (62, Look.YES))
    assert told(down, noted, 0, 65) == [("up", 0, 1), ("down", 1, 2), ("unknown", 2, 60), ("down", 60, 61), ("up", 61, 65)]


def test_time_since_the_last_answer_is_unknown_once_it_is_too_long() -> None:
    line, noted = followed((0, Look.YES), (5, Look.YES))
    assert told(line, noted, 0, 20) == [("up", 0, 20)]
    assert told(line, noted, 0, 21) == [("up", 0, 5), ("unknown", 5, 21)]


def test_who_was_never_seen_or_is_deleted_is_neither() -> None:
    never, noted = followed((0, Look.NO), (30, Look.NO), (60, Look.NO))
    assert told(never, noted, 0, 100) == [("aside", 0, 100)]
    gone, noted = followed((0, Look.YES), (5, Look.ABSENT), (15, Look.ABSENT))
    assert told(gone, noted, -10, 60) == [("aside", -10, 0), ("up", 0, 15), ("aside", 15, 60)]


def test_a_window_that_begins_later_knows_what_was_before_it() -> None:
    line, noted = followed((0, Look.YES), (5, Look.NO), (6, Look.NO), (10, Look.NO), (14, Look.YES), (15, Look.YES))
    assert told(line, noted, 8, 16) == [("down", 8, 14), ("up", 14, 16)]
    assert told(line, noted, 14.5, 16) == [("up", 14.5, 16)]


def test_nothing_noted_is_nothing_known() -> None:
    assert told(Line(account="100000_desk"), [], 0, 5) == [("aside", 0, 5)]


def test_the_sum_knows_what_share_of_the_known_time_was_up() -> None:
    def spell(was: Was, begins: int, ends: int) -> Spell:
        return Spell(was=was, begins=NOON + begins * MINUTE, ends=NOON + ends * MINUTE)

    spells = [
        spell(Was.UP, 0, 90),
        spell(Was.DOWN, 90, 100),
        spell(Was.UNKNOWN, 100, 200),
        spell(Was.DOWN, 200, 210),
        spell(Was.ASIDE, 210, 999),
    ]
    total = uptime(spells)
    assert total == Uptime(up=90 * MINUTE, down=20 * MINUTE, unknown=100 * MINUTE, outages=2)
    assert total.share == pytest.approx(90 / 110)
    assert uptime(spells[2:3]).share is None


def test_a_sum_knows_when_the_phone_was_first_seen_if_that_is_later_than_it_begins() -> None:
    line, noted = followed((0, Look.NO), (10, Look.YES), (15, Look.NO), (16, Look.NO), (20, Look.YES))

    def since(minutes: float) -> Uptime:
        kept = [at for at in noted if at.at > NOON + minutes * MINUTE]
        before = [at for at in noted if at.at <= NOON + minutes * MINUTE][-1:]
        return uptime(timeline([*before, *kept], line, NOON + minutes * MINUTE, NOON + 21 * MINUTE, SILENT))

    first = NOON + 10 * MINUTE
    assert since(-60).since == since(5).since == first
    assert since(10).since is None and since(17).since is None
    assert uptime(timeline([], Line(account="100000_desk"), NOON, NOON + MINUTE, SILENT)).since is None, "it was never seen"
    later = replace(since(5), since=first + MINUTE)
    assert altogether([later, since(5), Uptime()]).since == first
    assert altogether([since(5), since(17)]).since is None, "one of them was seen all the time"
    assert altogether([Uptime()]).since is None


@pytest.mark.parametrize("seed", range(30))
def test_spells_leave_no_gap_and_agree_with_the_state_at_each_instant(seed: int) -> None:
    """Wherever a line was ok or missing between two answers that were near each other, the spell says so."""
    chance = random.Random(seed)
    minutes, looks = 0.0, []
    for _ in range(60):
        minutes += chance.choice([0.3, 1, 1, 2, 5, 40])
        looks.append((minutes, chance.choice([Look.YES, Look.YES, Look.NO, Look.NO, Look.UNKNOWN, Look.ABSENT])))
    line, noted = followed(*looks)
    since, now = NOON + chance.uniform(-10, minutes) * MINUTE, NOON + (minutes + chance.uniform(0, 30)) * MINUTE
    before = [at for at in noted if at.at <= since][-1:]
    spells = timeline([*before, *(at for at in noted if at.at > since)], line, since, now, SILENT)
    assert [spells[0].begins, *(spell.ends for spell in spells)] == [*(spell.begins for spell in spells), now]
    assert spells[0].begins == since
    for at, look in looks:
        so_far, _ = followed(*[one for one in looks if one[0] <= at])
        instant = NOON + at * MINUTE
        if look is not Look.UNKNOWN and since <= instant < now and so_far.state in (State.OK, State.MISSING):
            spell = next(spell for spell in spells if spell.begins <= instant < spell.ends)
            answered_next = next((later for later, other in looks if later > at and other is not Look.UNKNOWN), None)
            if answered_next is not None and (answered_next - at) * MINUTE <= SILENT:
                assert spell.was is (Was.UP if so_far.state is State.OK else Was.DOWN)


def test_what_was_blind_is_noted_when_it_ends() -> None:
    _, noted = followed((0, Look.YES), (30, Look.NO))
    assert [(one.at, one.before, one.after, one.cause) for one in noted] == [
        (NOON, "unseen", "ok", "yes"),
        (NOON, "ok", BLIND, "no answer"),
        (NOON + 30 * MINUTE, BLIND, "suspect", "no"),
    ]


# Advice


def line_of(expiry: int) -> Line:
    return Line(account="100000_desk", state=State.OK, expiry=expiry)


@pytest.mark.parametrize(
    ("expiry", "max_expiry", "known"),
    [(1800, 3600, 30 * MINUTE), (0, 600, 10 * MINUTE), (0, None, DEFAULT_EXPIRY)],
)
def test_registrations_last_as_long_as_was_seen_or_else_as_is_allowed(expiry: int, max_expiry: int | None, known: timedelta) -> None:
    assert detection(line_of(expiry), max_expiry, MINUTE, TIMING).expiry == known


def test_a_shorter_registration_is_advised_where_it_gains_minutes() -> None:
    long = detection(line_of(3600), None, MINUTE, TIMING)
    assert long.worst.silent == 61 * MINUTE + 35 * SECOND
    assert long.better is not None and long.better.silent == 6 * MINUTE + 35 * SECOND
    assert long.better.drop == long.worst.drop == 2 * MINUTE
    assert detection(line_of(590), None, MINUTE, TIMING).better is None
    assert detection(line_of(300), None, MINUTE, TIMING).better is None
