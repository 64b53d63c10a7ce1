"""One line, from look to look."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.saving import as_json, from_json
from rules.timing import Timing, timing
from rules.watch import Line, Look, Standing, State, in_trouble, needs_settle, recheck_at, standing, step, unknown, worst_case
from tests.watching import NOON, spot

TIMING = Timing()
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)

# One letter is one look; a number is how many seconds later the next one comes.
LETTERS = {"y": Look.YES, "n": Look.NO, "?": Look.UNKNOWN, "x": Look.ABSENT}


def after(story: str, line: Line | None = None, at: datetime = NOON) -> Line:
    """The line after a story such as ``y 60 n 60 n``."""
    line = line or Line(account="100000_desk")
    for word in story.split():
        if word in LETTERS:
            line = step(line, LETTERS[word], at, TIMING)
        else:
            at += float(word) * SECOND
    return line


@pytest.mark.parametrize(
    ("story", "state"),
    [
        ("", State.UNSEEN),
        ("n 60 n 60 n", State.UNSEEN),
        ("n 60 y", State.OK),
        ("y 60 n", State.SUSPECT),
        ("y 60 n 20 n", State.SUSPECT),
        ("y 60 n 59 n", State.SUSPECT),
        ("y 60 n 60 n", State.MISSING),
        ("y 60 n 20 n 40 n", State.MISSING),
        ("y 60 n 30 y", State.OK),
        ("y 60 n 30 y 30 n", State.SUSPECT),
        ("y 60 n 60 n 5 y", State.RECOVERING),
        ("y 60 n 60 n 5 y 29 y", State.RECOVERING),
        ("y 60 n 60 n 5 y 30 y", State.OK),
        ("y 60 n 60 n 5 y 10 n", State.MISSING),
        ("y 60 n 60 n 5 y 10 n 10 y 25 y", State.RECOVERING),
        ("y 60 ? 60 ? 60 ?", State.OK),
        ("y 60 n 30 ? 30 n", State.MISSING),
        ("y 60 n 901 n", State.SUSPECT),
        ("y 60 n 901 n 60 n", State.MISSING),
        ("y 60 n 60 n 901 n", State.MISSING),
        ("y 60 n 60 n 5 y 901 y", State.RECOVERING),
        ("y 60 n 60 n 5 y 901 y 30 y", State.OK),
        ("y 60 x", State.OK),
        ("y 60 x 599 x", State.OK),
        ("y 60 x 600 x", State.GONE),
        ("y 60 x 300 y 300 x", State.OK),
        ("y 60 x 901 x", State.OK),
        ("y 60 x 600 x 60 y", State.OK),
        ("y 60 x 600 x 60 n", State.UNSEEN),
        ("y 60 n 60 n 60 x 600 x", State.GONE),
    ],
)
def test_a_story_leads_to_a_state(story: str, state: State) -> None:
    assert after(story).state is state


def test_a_look_that_saw_nothing_returns_the_very_same_line() -> None:
    line = after("y 60 n 60 n")
    assert step(line, Look.UNKNOWN, NOON + timedelta(days=9), TIMING) is line


def test_an_outage_remembers_its_first_no_and_what_confirmed_it() -> None:
    line = after("y 60 n 20 n 40 n 300 n")
    assert (line.down_since, line.confirmed_at, line.nos) == (NOON + MINUTE, NOON + 2 * MINUTE, 3)


def test_a_phone_is_back_since_its_first_yes() -> None:
    assert after("y 60 n 60 n 60 y 30 y").up_since == NOON + 3 * MINUTE


def test_three_outages_in_an_hour_are_flapping_until_it_is_steady() -> None:
    outage = "60 n 60 n 60 y 30 y "
    flaps = after("y " + 3 * outage)
    assert flaps.flapping
    assert flaps.state is State.OK
    assert not after("y " + 2 * outage).flapping
    at = NOON + 3 * 210 * SECOND
    assert after("1700 y", flaps, at).flapping
    assert not after("1770 y", flaps, at).flapping, "half an hour ok ends it"
    again = "60 n 60 n "
    assert after(again + "590 n", flaps, at).flapping
    assert not after(again + "600 n", flaps, at).flapping, "ten minutes missing end it"


def test_three_outages_in_more_than_an_hour_are_three_outages() -> None:
    outage = "1500 n 60 n 60 y 400 y 30 y "
    assert not after("y " + 4 * outage).flapping


def test_an_account_that_is_gone_does_not_flap() -> None:
    line = after("y " + 3 * "60 n 60 n 60 y 30 y " + "60 x 600 x")
    assert standing(line) is Standing.GONE


def test_where_a_phone_is_changes_only_while_it_is_ok() -> None:
    line = step(Line(account="100000_desk"), Look.YES, NOON, TIMING, spot("203.0.113.7"))
    line = after("60 n 60 n", line)
    line = step(line, Look.YES, NOON + 3 * MINUTE, TIMING, spot("198.51.100.4"))
    assert line.site == "203.0.113.7"
    line = step(line, Look.YES, NOON + 4 * MINUTE, TIMING, spot("198.51.100.4"))
    assert line.site == "198.51.100.4"
    line = step(line, Look.YES, NOON + 5 * MINUTE, TIMING, spot(""))
    assert line.site == "198.51.100.4", "an answer without an address is no move"


def test_the_longest_time_to_expiry_is_remembered() -> None:
    line = Line(account="100000_desk")
    for n, left in enumerate((100, 290, 20)):
        at = NOON + n * MINUTE
        line = step(line, Look.YES, at, TIMING, spot("203.0.113.7", expires_at=at + left * SECOND))
    assert line.expiry == 290
    assert line.expires_at == NOON + 2 * MINUTE + 20 * SECOND


def test_an_account_without_an_address_is_a_site_of_its_own() -> None:
    assert after("y").site_key == "account:100000_desk"
    assert step(after("y"), Look.YES, NOON, TIMING, spot("203.0.113.7")).site_key == "203.0.113.7"


def test_only_a_doubt_has_to_be_looked_at_again() -> None:
    assert recheck_at(after("y"), TIMING) is None
    assert recheck_at(after("y 60 n"), TIMING) == NOON + MINUTE + 20 * SECOND
    assert recheck_at(after("y 60 n 20 n"), TIMING) == NOON + 2 * MINUTE
    assert recheck_at(after("y 60 n 60 n"), TIMING) is None
    assert recheck_at(after("y 60 n 60 n 60 y"), TIMING) == NOON + 3 * MINUTE + 30 * SECOND
    assert recheck_at(after("y 60 x"), TIMING) == NOON + 11 * MINUTE
    assert recheck_at(after("n"), TIMING) == NOON + 20 * SECOND
    assert recheck_at(after("n 60 n"), TIMING) is None, "an account that never was there is asked as all others"


def test_what_is_not_news_needs_no_scene() -> None:
    quiet = ["y", "y 60 y", "y 60 n", "y 60 n 20 n", "y 60 n 30 y", "n", "y 60 x"]
    for story in quiet:
        *before, last = story.split()
        assert not needs_settle(after(" ".join(before)), after(story)), (story, last)
    for story in ("y 60 n 60 n", "y 60 n 60 n 60 y", "y 60 n 60 n 60 y 30 y", "y 60 x 600 x", "n 60 n"):
        assert needs_settle(after(story.rsplit(" ", 1)[0]), after(story)), story
    assert [in_trouble(after(story)) for story in ("y", "y 60 n", "y 60 n 60 n", "n 60 n")] == [False, True, True, True]


def test_nothing_is_known_after_twice_the_time_between_looks_and_a_quarter_of_an_hour() -> None:
    line = after("y")
    assert unknown(Line(account="100000_desk"), NOON, MINUTE, TIMING)
    assert not unknown(line, NOON + 15 * MINUTE, MINUTE, TIMING)
    assert unknown(line, NOON + 16 * MINUTE, MINUTE, TIMING)
    assert not unknown(line, NOON + 19 * MINUTE, 10 * MINUTE, TIMING)


def test_the_worst_case_is_the_sum_of_what_has_to_pass() -> None:
    hour = timedelta(hours=1)
    small = worst_case(expiry=hour, sweep=MINUTE, timing=TIMING)
    assert (small.drop, small.silent) == (2 * MINUTE, hour + 35 * SECOND + MINUTE)
    large = worst_case(expiry=5 * MINUTE, sweep=20 * MINUTE, timing=TIMING)
    assert (large.drop, large.silent) == (21 * MINUTE, 26 * MINUTE)


# Timing


def test_the_default_timing_is_the_one_of_sixty_seconds() -> None:
    assert timing(60) == Timing()


def test_small_times_to_confirm_make_small_windows_and_large_ones_leave_them() -> None:
    quick, slow = timing(3), timing(120)
    assert (quick.recheck, quick.back, quick.api_down, quick.silence) == (SECOND, 1.5 * SECOND, 6 * SECOND, 45 * SECOND)
    assert (quick.gap, quick.together, quick.reopen, quick.flap_window) == (45 * SECOND, 30 * SECOND, 90 * SECOND, 180 * SECOND)
    assert (slow.api_down, slow.silence, slow.gap, slow.reopen) == (4 * MINUTE, 30 * MINUTE, 15 * MINUTE, 30 * MINUTE)
    assert timing(0.1).gap == 15 * SECOND, "they shrink no further than for one second"
    assert quick.reminders == slow.reminders


# Histories

LOOKS = st.sampled_from([*Look, Look.NO, Look.NO, Look.YES])
GAPS = st.sampled_from([1, 5, 20, 30, 40, 60, 61, 90, 300, 600, 899, 901, 1800, 4000])
HISTORIES = st.lists(st.tuples(LOOKS, GAPS), max_size=60)
History = list[tuple[Look, int]]


def run(history: History, *, forgetful: bool = False, skip_unknown: bool = False) -> list[Line]:
    line, at, lines = Line(account="100000_desk"), NOON, [Line(account="100000_desk")]
    for look, seconds in history:
        at += seconds * SECOND
        if look is Look.UNKNOWN and skip_unknown:
            continue
        line = step(line, look, at, TIMING, spot("203.0.113.7", "4", at + 300 * SECOND) if look is Look.YES else None)
        lines.append(from_json(Line, as_json(line)) if forgetful else line)
        line = lines[-1]
    return lines


def holds(history: History) -> None:
    lines = run(history)
    assert run(history, forgetful=True) == lines, "a crash and a reload at any step change nothing"
    assert run(history, skip_unknown=True)[-1] == lines[-1], "a failed look is as good as none"
    _rests_on_answers(history)


def _rests_on_answers(history: History) -> None:
    """Each outage rests on two "no", a minute apart, without a "yes" between; only an answer ends it."""
    line, at = Line(account="100000_desk"), NOON
    answers: list[tuple[datetime, Look]] = []
    for look, seconds in history:
        at += seconds * SECOND
        before, line = line, step(line, look, at, TIMING)
        if look is not Look.UNKNOWN:
            answers.append((at, look))
        if before.state is State.SUSPECT and line.state is State.MISSING:
            last_yes = max((when for when, what in answers if what is Look.YES), default=NOON - MINUTE)
            nos = [when for when, what in answers if what is Look.NO and when > last_yes]
            assert len(nos) >= 2
            assert nos[-1] - nos[0] >= TIMING.confirm
            assert line.down_since is not None
            assert line.down_since in nos
            assert all(later - earlier <= TIMING.gap for earlier, later in _pairs(answers, line.down_since))
        elif line.state is State.MISSING:
            assert before.state in (State.MISSING, State.RECOVERING)
        if before.state is State.MISSING and line.state is not State.MISSING:
            assert look in (Look.YES, Look.ABSENT)


def _pairs(answers: list[tuple[datetime, Look]], since: datetime) -> list[tuple[datetime, datetime]]:
    times = [at for at, _ in answers if at >= since]
    return list(pairwise(times))


@settings(max_examples=300)
@given(HISTORIES)
def test_every_history_of_a_line_holds_its_promises(history: History) -> None:
    holds(history)


@pytest.mark.soak
@given(HISTORIES)
def test_ten_thousand_histories_of_a_line_hold_its_promises(history: History) -> None:
    holds(history)


def test_a_line_of_another_kind_is_not_read() -> None:
    with pytest.raises(ValueError, match="nonsense"):
        from_json(Line, as_json(Line(account="100000_desk")).replace(b'"unseen"', b'"nonsense"'))
    assert from_json(Line, as_json(replace(after("y"), agent="Téléphone"))).agent == "Téléphone"
