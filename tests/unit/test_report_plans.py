"""Reports that come again and again: from when on a changed one owes, how long one waits, how they are listed, and the form."""

from dataclasses import replace
from datetime import time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks import report_form as form
from blocks import report_notes as notes
from blocks import report_plans as view
from handlers.registry import FormErrors
from handlers.report_forms import draft_of, new_plan, of_which, plan_so_far, wish_of
from playground.slack_limits import view_problems
from rules.periods import Unit, absolute
from rules.plans import Patience, Plan, Told, since_after_change
from rules.reports import About, Scope
from rules.schedule import Policy, Rhythm, Schedule, next_due
from rules.usual import Figures, since_first_calls
from tests.reports_bench import EVENING, MORNING, plan, schedule
from tests.unit.pictures import EVIL, faults, values_of, words_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONDAY = absolute(EVENING.date(), EVENING.date(), Unit.DAY)
HOSTILE = Scope(about=About.ACCOUNTS, keys=("100001_desk",), name=EVIL)
"""A name that somebody typed in a portal."""
OWN = {"#C0PHONES", "@U0ALICE", "@U0BOB"}
"""Places and people that the bot itself names."""


def hold(blocks: list[dict[str, Any]]) -> None:
    """Slack takes it, and nothing in it is alive but what is ours."""
    assert [fault for fault in faults(blocks) if fault not in OWN] == []


# From when on


@pytest.mark.parametrize(
    ("change", "owes"),
    [
        ({"at": time(7)}, True),
        ({"zone": "Europe/Berlin"}, True),
        ({"rhythm": Rhythm.WEEKLY, "weekdays": (0,)}, False),
        ({"rhythm": Rhythm.MONTHLY}, False),
    ],
)
def test_another_time_takes_the_place_of_the_next_and_another_rhythm_begins_anew(change: dict[str, Any], owes: bool) -> None:
    before = plan(schedule=schedule(at="09:00"))
    after = replace(before, schedule=replace(before.schedule, **change))
    since = since_after_change(before, after, MORNING - 9 * DAY, MORNING)
    assert since == (MORNING - 23 * HOUR if owes else MORNING)


def test_what_was_due_before_it_was_made_is_never_owed() -> None:
    assert since_after_change(plan(), plan(csv=True), MORNING - HOUR, MORNING - HOUR / 2) == MORNING - HOUR


# How long


def test_tries_come_later_and_later_but_in_time_for_what_is_told() -> None:
    patience, now, tries = Patience(), MORNING, []
    while now < MORNING + patience.most:
        now = patience.next_try(MORNING, now)
        tries.append(now - MORNING)
    apart = [after - before for before, after in zip([timedelta(), *tries], tries, strict=False)]
    assert patience.quiet in tries and patience.most in tries and max(apart) <= patience.tries[1] and len(tries) < 45


# What is normal


@given(st.lists(st.integers(0, 3), max_size=6))
def test_only_what_lies_before_the_first_calls_says_nothing(calls: list[int]) -> None:
    earlier = [Figures(calls=count, missed=0, seconds=0, cost=Decimal()) for count in calls]
    kept = [one.calls for one in since_first_calls(earlier)]
    assert kept == calls[: len(kept)] and (not any(calls) or (kept[-1] > 0 and not any(calls[len(kept) :])))


# Lists and cards


def shown(number: int = 3, **differs: Any) -> view.Shown:
    one = differs.pop("plan", plan())
    return view.Shown(**{"number": number, "plan": one, "made_by": "U0ALICE", "next": next_due(one.schedule, MORNING), **differs})


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (schedule(), "every day at 08:00"),
        (schedule(Rhythm.WEEKLY, weekdays=(4,)), "every Friday at 08:00"),
        (schedule(Rhythm.MONTHLY, day=1), "on the 1st of each month at 08:00"),
        (schedule(Rhythm.MONTHLY, day=22), "on the 22nd of each month at 08:00"),
        (schedule(Rhythm.MONTHLY, day=13), "on the 13th of each month at 08:00"),
        (schedule(Rhythm.MONTHLY, day=31), "on the last day of each month at 08:00"),
        (schedule(Rhythm.WEEKDAYS, weekdays=(2,), at="07:30"), "on Wed at 07:30"),
        (schedule(Rhythm.WEEKDAYS, weekdays=(0, 2, 4)), "on Mon, Wed and Fri at 08:00"),
    ],
)
def test_a_schedule_is_told_in_plain_words(when: Schedule, words: str) -> None:
    assert view.often(when) == words


def test_a_report_says_what_comes_next_and_offers_what_can_be_done() -> None:
    blocks = view.card(shown(plan=plan(csv=True)), "made")
    hold(blocks)
    words = words_of(blocks)
    assert "*Report 3* made: every day at 08:00, America/Toronto, to #C0PHONES  ·  the whole account, with a CSV in its thread" in words
    assert "*Next: Wed 25 Nov 08:00 EST, covering Tue 24 Nov*" in words
    assert values_of(blocks) == ["report run 3", "report change 3", "report pause 3", "report remove 3"]


@pytest.mark.parametrize(
    ("paused", "words"),
    [
        ({"paused_by": "U0BOB"}, "*Paused* since Tue 24 Nov 2026 08:00 EST by @U0BOB"),
        ({"trouble": "is_archived"}, "*Paused* since Tue 24 Nov 2026 08:00 EST: #C0PHONES is archived"),
        ({"trouble": "brand_new_word"}, "*Paused* since Tue 24 Nov 2026 08:00 EST: `brand_new_word`"),
    ],
)
def test_a_paused_report_says_since_when_and_why(paused: dict[str, Any], words: str) -> None:
    blocks = view.card(shown(next=None, paused_at=MORNING, **paused), "")
    assert words in words_of(blocks) and "report resume 3" in values_of(blocks)


@pytest.mark.parametrize("count", [0, 1, 40, 41, 500])
def test_a_list_is_one_message_however_many_there_are(count: int) -> None:
    reports = [shown(number, plan=plan(scope=HOSTILE), latest=(MONDAY, "sent")) for number in range(1, count + 1)]
    blocks = view.listing_card(reports, "/voip ")
    hold(blocks)
    assert (f"and {count - 40:,} more" in words_of(blocks)) is (count > 40)
    assert view.list_headline(reports) == (f"{count} report{'s' if count > 1 else ''}" if count else "No reports yet")


def test_a_removal_is_asked_for_once_more() -> None:
    blocks = view.confirm_removal(shown())
    hold(blocks)
    assert values_of(blocks) == ["report remove 3 yes", "report list"]


# Notes


@pytest.mark.parametrize("word", sorted(notes.PLACE_GONE))
@pytest.mark.parametrize("channel", ["C0PHONES", "U0BOB"])
def test_a_paused_report_says_why_and_what_makes_it_go_on(word: str, channel: str) -> None:
    blocks = notes.paused(3, plan(channel=channel), MONDAY, word)
    hold(blocks)
    words = words_of(blocks)
    assert "*Report 3 is paused:*" in words and "/voip report change 3 in #channel" in words and "Mon 23 Nov was not posted" in words
    assert "{" not in words + notes.paused_headline(3, plan(channel=channel), word)


def test_a_report_that_waits_says_why_since_when_and_until_when() -> None:
    blocks = notes.waits(3, plan(), MONDAY, "VoIP.ms says: <!channel> down", MORNING, MORNING + 2 * HOUR)
    hold(blocks)
    assert "&lt;!channel&gt;" in str(blocks)
    assert "Report 3, daily 08:00 America/Toronto  ·" in words_of(blocks)
    assert "Tue 24 Nov 2026 10:00 EST" in words_of(blocks) and "tried since Tue 24 Nov 2026 08:00 EST" in words_of(blocks)


def test_a_report_that_is_given_up_says_whose_fault_it_is_and_what_brings_it() -> None:
    told = Told(figures=Figures(calls=1, missed=0, seconds=0, cost=Decimal()), complete=False, at=MORNING)
    for before, became in ((None, "made"), (told, "completed")):
        blocks = notes.given_up(3, plan(), MONDAY, before)
        hold(blocks)
        words = words_of(blocks)
        assert words.startswith(f"*{notes.given_up_headline(MONDAY, before)}.* Something is wrong in the bot itself, not at VoIP.ms")
        assert f"could not be {became}" in words and "/voip report run 3 2026-11-23" in words


# The form


PLANS = st.builds(
    Plan,
    schedule=st.one_of(
        st.builds(schedule, st.just(Rhythm.DAILY), st.sampled_from(("00:00", "08:00", "23:59"))),
        st.builds(lambda day: schedule(Rhythm.WEEKLY, weekdays=(day,)), st.integers(0, 6)),
        st.builds(lambda days: schedule(Rhythm.WEEKDAYS, weekdays=tuple(sorted(days))), st.sets(st.integers(0, 6), min_size=1)),
        st.builds(lambda day: schedule(Rhythm.MONTHLY, day=day), st.integers(1, 31)),
    ),
    channel=st.sampled_from(("", "C0PHONES")),
    scope=st.sampled_from((Scope(), HOSTILE, Scope(about=About.SITE), Scope(about=About.CLIENT, keys=("561115",), name="Acme"))),
    policy=st.sampled_from(Policy),
    csv=st.booleans(),
)


def held(made: dict[str, Any]) -> dict[str, str]:
    """What the inputs of a form hold before anybody touches them."""
    found = {}
    for block in made["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            options = element.get("initial_options") or ([element["initial_option"]] if "initial_option" in element else [])
            text = element.get("initial_time") or element.get("initial_conversation") or ""
            found[block["block_id"]] = "\n".join(option["value"] for option in options) or text
    return found


@given(PLANS)
def test_a_form_holds_the_plan_it_was_made_of(one: Plan) -> None:
    names = dict.fromkeys(one.scope.keys, one.scope.name)
    made = form.form(draft_of(one, MORNING, ["Careful."], names, (3, 7)))
    assert view_problems(made) == [] and of_which(made["private_metadata"]) == (3, 7)
    values = held(made)
    assert plan_so_far(values, "UTC") == replace(one, scope=Scope(about=one.scope.about))
    if one.scope.about is About.EVERYTHING or one.scope.keys:
        wish = wish_of(values, "UTC")
        assert (wish.schedule, wish.channel, wish.to_me) == (one.schedule, one.channel, not one.channel)
        assert (wish.about, wish.names, wish.policy, wish.csv) == (one.scope.about, one.scope.keys, one.policy, one.csv)


def test_a_form_begins_with_every_morning_at_eight() -> None:
    made = form.form(draft_of(new_plan("C0PHONES", "America/Toronto"), MORNING))
    assert "Next: Wed 25 Nov 08:00 EST, covering Tue 24 Nov" in words_of(made["blocks"])
    assert of_which(made["private_metadata"]) == (0, 0) == of_which("")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({form.RHYTHM: "weekdays", form.CHOSEN_DAYS: ""}, form.CHOSEN_DAYS),
        ({form.ABOUT: "accounts", form.ACCOUNTS: ""}, form.ACCOUNTS),
        ({form.ABOUT: "client"}, form.ABOUT),
    ],
)
def test_what_is_missing_is_told_at_an_input_that_is_there(values: dict[str, str], field: str) -> None:
    with pytest.raises(FormErrors) as wrong:
        wish_of(values, "UTC")
    assert list(wrong.value.errors) == [field]


def test_a_form_of_which_nothing_is_chosen_is_read_all_the_same() -> None:
    assert plan_so_far({}, "UTC") == new_plan("", "UTC")
