"""Whether VoIP.ms can be seen, and whether the bot itself was there."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.health import Answer, Health, Sight, absence_told, changes_news, heard, pause, sort_of, ticked, woken
from rules.lowbalance import Purse, weighed
from rules.notes import About, Act
from rules.saving import as_json, from_json
from rules.timing import Timing, timing
from rules.watch import Line, Look, step
from tests.watching import NOON, OFFICE
from voipms import Kind, Refused, Unreachable, Unreadable, VoipMsError

TIMING = Timing()
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
LETTERS = {"v": Answer.VALID, "e": Answer.ERROR, "l": Answer.RATE_LIMIT, "r": Answer.REFUSED}


def after(story: str, *, watched: int = 3, accounts: int = 3, spans: Timing = TIMING) -> Health:
    """The health after ``v 60 e 60 e``: letters are answers about one account after the other, numbers seconds between them."""
    health, at, turn = Health(), NOON, 0
    for word in story.split():
        if word in LETTERS:
            account = f"100000_{turn % accounts}"
            health = heard(health, LETTERS[word], at, spans, account=account, reason="time-out", watched=watched)
            turn += 1
        else:
            at += float(word) * SECOND
            health = ticked(health, at, spans)
    return health


@pytest.mark.parametrize(
    ("story", "sight"),
    [
        ("", Sight.UP),
        ("v", Sight.UP),
        ("v 9999", Sight.UP),
        ("v 60 e", Sight.SUSPECT),
        ("v 60 e 60 e", Sight.SUSPECT),
        ("v 60 e 30 e 30 e 30 e", Sight.SUSPECT),
        ("v 60 e 60 e 60 e", Sight.DOWN),
        ("v 60 e 1 v", Sight.UP),
        ("v 60 e 60 e 1 v 60 e", Sight.SUSPECT),
        ("v 60 l 10 l 10 l 10 l", Sight.SUSPECT),
        ("v 60 e 60 l 60 e 60 l 60 e", Sight.DOWN),
        ("v 60 e 60 l 60 e", Sight.SUSPECT),
        ("v 60 l 899", Sight.SUSPECT),
        ("v 60 l 900", Sight.DOWN),
        ("v 60 r", Sight.SUSPECT),
        ("v 60 r 1 r", Sight.DOWN),
        ("v 60 r 1 e 1 r", Sight.SUSPECT),
        ("v 60 r 1 v 1 r", Sight.SUSPECT),
        ("v 60 r 1 l 1 r", Sight.DOWN),
        ("v 60 r 1 r 1 v 1 v", Sight.DOWN),
        ("v 60 r 1 r 1 v 1 v 1 v", Sight.UP),
        ("v 60 r 1 r 1 v 1 v 1 e 1 v", Sight.DOWN),
        ("v 60 r 1 r 1 v 1 v 1 l 1 v", Sight.UP),
    ],
)
def test_a_story_leads_to_a_sight(story: str, sight: Sight) -> None:
    assert after(story).sight is sight


def test_one_account_that_always_fails_is_no_outage_of_voip_ms_unless_it_is_the_only_one() -> None:
    assert after("v 60 e 60 e 60 e", accounts=1).sight is Sight.SUSPECT
    assert after("v 60 e 60 e 60 e", accounts=1, watched=1).sight is Sight.DOWN
    assert after("e 60 e 60 e", accounts=1, watched=0).sight is Sight.DOWN, "before anybody knows of an account"


def test_blind_since_the_first_failure_and_no_longer_than_until_the_third_valid_answer() -> None:
    assert after("v 60 e 60 e 60 e").since == NOON + MINUTE
    assert after("v 60 e 60 e 60 e 60 v").since == NOON + MINUTE
    healed = after("v 60 e 60 e 60 e 60 v 1 v 1 v")
    assert (healed.since, healed.reason, healed.errors) == (None, "", 0)


def test_a_refused_login_is_remembered_until_it_works_again() -> None:
    assert after("v 60 r 1 r 60 e").refused
    assert not after("v 60 r 1 r 1 v 1 v 1 v").refused
    assert not after("v 60 e 60 e 60 e").refused


def test_the_limits_follow_the_time_to_confirm() -> None:
    quick = timing(3)
    assert after("v 3 e 3 e 2 e", spans=quick).sight is Sight.SUSPECT
    assert after("v 3 e 3 e 3 e", spans=quick).sight is Sight.DOWN
    assert after("v 3 l 45", spans=quick).sight is Sight.DOWN


def test_while_it_cannot_be_seen_voip_ms_is_asked_less_often() -> None:
    assert pause(after("v 60 e 60 e"), TIMING) == timedelta()
    assert pause(after("v 60 e 60 e 60 e"), TIMING) == 20 * SECOND
    assert pause(after("v 60 r 1 r"), TIMING) == MINUTE
    assert pause(after("v 60 r 1 r 60 v"), TIMING) == timedelta(), "once it answers again, quickly on"


def test_most_answers_are_no_news() -> None:
    assert not changes_news(after("v"), after("v 60 v"))
    assert not changes_news(after("v 60 e 60 e 60 e"), after("v 60 e 60 e 60 e 60 e"))
    assert changes_news(after("v 60 e 60 e"), after("v 60 e 60 e 60 e"))


def refused(kind: Kind) -> Refused:
    error = Refused("some_status")
    error.kind = kind
    return error


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        (Unreachable(), Answer.ERROR),
        (Unreadable(), Answer.ERROR),
        (refused(Kind.UNKNOWN), Answer.ERROR),
        (refused(Kind.MAINTENANCE), Answer.ERROR),
        (refused(Kind.RATE_LIMIT), Answer.RATE_LIMIT),
        (refused(Kind.CREDENTIALS), Answer.REFUSED),
        (refused(Kind.ALLOW_LIST), Answer.REFUSED),
    ],
)
def test_every_failure_has_its_sort(error: VoipMsError, answer: Answer) -> None:
    assert sort_of(error) is answer


@settings(max_examples=300)
@given(st.lists(st.tuples(st.sampled_from(list(Answer)), st.sampled_from([1, 30, 60, 130, 900]), st.integers(0, 2)), max_size=60))
def test_down_and_up_always_have_their_reasons(history: list[tuple[Answer, int, int]]) -> None:
    health, at = Health(), NOON
    heard_so_far: list[tuple[Answer, int]] = []
    silent_since = None
    for answer, seconds, account in history:
        at += seconds * SECOND
        before = health
        health = heard(health, answer, at, TIMING, account=str(account))
        assert from_json(Health, as_json(health)) == health
        heard_so_far.append((answer, account))
        silent_since = None if answer is Answer.VALID else silent_since or at
        counted = [one for one in heard_so_far if one[0] is not Answer.RATE_LIMIT]
        if before.sight is not Sight.DOWN and health.sight is Sight.DOWN:
            row = []
            for one in reversed(counted):
                if one[0] is Answer.VALID:
                    break
                row.append(one)
            refusals = [one[0] for one in counted[-2:]] == [Answer.REFUSED] * 2
            errors = len(row) >= 3 and len({who for _, who in row}) >= 2
            silent = silent_since is not None and at - silent_since >= TIMING.silence
            assert refusals or errors or silent
        if before.sight is Sight.DOWN and health.sight is not Sight.DOWN:
            assert [one[0] for one in counted[-3:]] == [Answer.VALID] * 3
            assert health.sight is Sight.UP


# The bot's own absence


def lines(*looks: Look) -> list[Line]:
    """Accounts that were ok at noon."""
    return [step(Line(account=f"100000_{n}"), look, NOON, TIMING) for n, look in enumerate(looks)]


def test_a_short_absence_is_not_worth_a_word() -> None:
    health = after("v 60 e")
    assert woken(health, NOON + 15 * MINUTE, TIMING) == health
    assert woken(Health(), NOON, TIMING) == Health()


def test_a_long_absence_is_told_once_everything_was_looked_at_again() -> None:
    back = NOON + timedelta(hours=3)
    health = woken(after("v"), back, TIMING)
    assert health.absence is not None
    assert (health.absence.since, health.absence.until) == (NOON, back)
    watched = lines(Look.YES, Look.YES)
    assert absence_told(health, watched, OFFICE, back, MINUTE, TIMING) == (health, None)
    watched[0] = step(watched[0], Look.YES, back + MINUTE, TIMING)
    watched[1] = step(watched[1], Look.NO, back + MINUTE, TIMING)
    assert absence_told(health, watched, OFFICE, back + MINUTE, MINUTE, TIMING)[1] is None, "one is in doubt"
    watched[1] = step(watched[1], Look.NO, back + 2 * MINUTE, TIMING)
    told, note = absence_told(health, watched, OFFICE, back + 2 * MINUTE, MINUTE, TIMING)
    assert note is not None
    assert (note.act, note.about, note.since, note.until) == (Act.POST, About.ABSENCE, NOON, back)
    assert (note.count, note.accounts) == (1, ("100000_1",))
    assert told.absence is None
    assert absence_told(told, watched, OFFICE, back + 3 * MINUTE, MINUTE, TIMING) == (told, None)


def test_what_cannot_be_cleared_up_holds_the_word_up_for_a_while_only() -> None:
    back = NOON + timedelta(hours=3)
    health = woken(after("v"), back, TIMING)
    watched = lines(Look.YES)
    assert absence_told(health, watched, OFFICE, back + 18 * MINUTE, MINUTE, TIMING)[1] is None
    note = absence_told(health, watched, OFFICE, back + 19 * MINUTE, MINUTE, TIMING)[1]
    assert note is not None
    assert note.count == 0


def test_an_absence_is_not_told_without_a_channel_or_while_voip_ms_cannot_be_seen() -> None:
    back = NOON + timedelta(hours=3)
    health = woken(after("v"), back, TIMING)
    late = back + timedelta(hours=1)
    assert absence_told(health, [], "", late, MINUTE, TIMING) == (health, None)
    down = replace(health, sight=Sight.DOWN)
    assert absence_told(down, [], OFFICE, late, MINUTE, TIMING) == (down, None)


def test_an_absence_survives_valid_answers_and_a_second_start() -> None:
    back = NOON + timedelta(hours=3)
    health = heard(woken(after("v"), back, TIMING), Answer.VALID, back, TIMING)
    assert health.absence is not None
    again = woken(health, back + timedelta(hours=5), TIMING).absence
    assert again is not None and (again.since, again.until) == (NOON, back + timedelta(hours=5)), "told as one"


def test_an_absence_that_could_not_be_told_for_a_day_is_no_news_and_hides_none_that_is() -> None:
    back = NOON + timedelta(hours=3)
    health = heard(woken(after("v"), back, TIMING), Answer.VALID, back, TIMING)
    for channel in ("", OFFICE):
        assert absence_told(health, [], channel, back + timedelta(days=2), MINUTE, TIMING) == (replace(health, absence=None), None)
    last = back + timedelta(days=50)
    again = woken(replace(health, last_valid=last), last + timedelta(hours=2), TIMING)
    note = absence_told(again, [], OFFICE, last + timedelta(hours=3), MINUTE, TIMING)[1]
    assert note is not None and (note.since, note.until) == (last, last + timedelta(hours=2))


def test_what_could_not_be_seen_before_is_no_absence() -> None:
    down = after("v 60 e 60 e 60 e")
    assert woken(down, NOON + timedelta(days=1), TIMING) == down


# The balance


def test_a_balance_is_low_under_the_limit_and_well_a_fifth_above_it() -> None:
    purse = Purse()
    low = []
    for balance in ("10.00", "9.99999999", "11.99", "12.00", "11.00", "-3.10"):
        purse = weighed(purse, Decimal(balance), 4, Decimal(10), NOON)
        low.append(purse.low_since is not None)
    assert low == [False, True, True, False, False, True]
    assert (purse.balance, purse.days_left) == ("-3.10", 4)
