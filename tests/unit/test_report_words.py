"""What people type for a report, in any order and most spellings, and what they are told when it makes none."""

from datetime import time
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.parsing import split, unwrap
from handlers.registry import Misunderstood
from handlers.report_times import time_of, weekdays_in, zones
from handlers.report_words import EXAMPLES, Wish, read_report
from rules.reports import About
from rules.schedule import Policy, Rhythm, Schedule

ZONE = "America/Toronto"


def read(text: str, base: Wish | None = None) -> Wish:
    return read_report(split(unwrap(text)), ZONE, base=base)


def refused(text: str) -> Misunderstood:
    with pytest.raises(Misunderstood) as raised:
        read(text)
    return raised.value


# When


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("daily 08:00", "daily 08:00"),
        ("8am daily", "daily 08:00"),
        ("Daily at 8:00", "daily 08:00"),
        ("every day at 8 am", "daily 08:00"),
        ("each morning 8 o'clock", "daily 08:00"),
        ("daily 0800", "daily 08:00"),
        ("daily 8h30", "daily 08:30"),
        ("daily 8.30", "daily 08:30"),
        ("daily 7:30PM", "daily 19:30"),
        ("daily 7:30 p.m.", "daily 19:30"),
        ("daily 12am", "daily 00:00"),
        ("daily 12pm", "daily 12:00"),
        ("daily noon", "daily 12:00"),
        ("daily at midnight", "daily 00:00"),
        ("daily 23:59", "daily 23:59"),
        ("weekly monday 08:00", "weekly monday 08:00"),
        ("weekly 08:00", "weekly monday 08:00"),
        ("every week on Friday at 17:00", "weekly friday 17:00"),
        ("mon,wed,fri 7:30am", "mon,wed,fri 07:30"),
        ("fri, mon and wed 7:30am", "mon,wed,fri 07:30"),
        ("mondays & thursdays 9:00", "mon,thu 09:00"),
        ("tues thurs 9:00", "tue,thu 09:00"),
        ("monday to friday 9:00", "mon,tue,wed,thu,fri 09:00"),
        ("mon-fri 9:00", "mon,tue,wed,thu,fri 09:00"),
        ("fri-mon 9:00", "mon,fri,sat,sun 09:00"),
        ("weekdays 9", "mon,tue,wed,thu,fri 09:00"),
        ("weekends noon", "sat,sun 12:00"),
        ("saturday 10:00", "sat 10:00"),
        ("monthly 1 08:00", "monthly 1 08:00"),
        ("monthly 08:00", "monthly 1 08:00"),
        ("monthly on the 15th at 8pm", "monthly 15 20:00"),
        ("on the 3rd of every month at 9:15", "monthly 3 09:15"),
        ("monthly 2 8", "monthly 2 08:00"),
        ("last day of the month 08:00", "monthly 31 08:00"),
    ],
)
def test_the_schedule_that_is_meant(text: str, words: str) -> None:
    assert read(text).schedule.words == words
    assert read(text).schedule.zone == ZONE


@given(
    st.one_of(
        st.builds(Schedule, rhythm=st.just(Rhythm.DAILY), at=st.times(), zone=st.just(ZONE)),
        st.builds(Schedule, rhythm=st.just(Rhythm.WEEKLY), at=st.times(), zone=st.just(ZONE), weekdays=st.tuples(st.integers(0, 6))),
        st.builds(Schedule, rhythm=st.just(Rhythm.MONTHLY), at=st.times(), zone=st.just(ZONE), day=st.integers(1, 31)),
        st.builds(
            Schedule,
            rhythm=st.just(Rhythm.WEEKDAYS),
            at=st.times(),
            zone=st.just(ZONE),
            weekdays=st.sets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
        ),
    )
)
def test_a_schedule_is_read_back_from_its_own_words(schedule: Schedule) -> None:
    assert read(schedule.words).schedule.words == schedule.words


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("zone America/Vancouver", "America/Vancouver"),
        ("zone america/vancouver", "America/Vancouver"),
        ("zone America/New York", "America/New_York"),
        ("timezone kolkata", "Asia/Kolkata"),
        ("Europe/Berlin", "Europe/Berlin"),
        ("zone UTC", "UTC"),
    ],
)
def test_the_zone_that_is_meant(text: str, zone: str) -> None:
    assert read(f"daily 08:00 {text}").schedule.zone == zone


# Where, whose, how


@pytest.mark.parametrize(
    ("text", "channel", "to_me"),
    [
        ("daily 08:00", "", False),
        ("daily 08:00 in <#C0ABC123|calls>", "C0ABC123", False),
        ("daily 08:00 <#C0ABC123>", "C0ABC123", False),
        ("daily 08:00 in <#G0ABC123|private>", "G0ABC123", False),
        ("daily 08:00 to #Front-Desk", "#front-desk", False),
        ("daily 08:00 to me", "", True),
        ("daily 08:00 by direct message", "", True),
        ("digest daily 08:00", "", True),
        ("daily 08:00 dm", "", True),
    ],
)
def test_the_place_that_is_meant(text: str, channel: str, to_me: bool) -> None:
    wish = read(text)
    assert (wish.channel, wish.to_me) == (channel, to_me)


@pytest.mark.parametrize(
    ("text", "about", "names"),
    [
        ("for account 101 <#G0ABC123>", About.ACCOUNTS, ("101",)),
        ("", About.EVERYTHING, ()),
        ("for everything", About.EVERYTHING, ()),
        ("for the whole account", About.EVERYTHING, ()),
        ("for all", About.EVERYTHING, ()),
        ("for account 100001_desk", About.ACCOUNTS, ("100001_desk",)),
        # a comma that a space follows is only a sign of a sentence: names that stand together are told apart by what they name
        ("for accounts desk, ana and 102", About.ACCOUNTS, ("desk ana", "102")),
        ("for accounts desk,ana", About.ACCOUNTS, ("desk", "ana")),
        ('for account "Sales and support, Laval"', About.ACCOUNTS, ("Sales and support, Laval",)),
        ("for account desk for account ana", About.ACCOUNTS, ("desk", "ana")),
        ("for phone Front desk", About.ACCOUNTS, ("Front desk",)),
        ('for site "Head office"', About.SITE, ("Head office",)),
        ("for site Head office at 9:00", About.SITE, ("Head office",)),
        ("for site 203.0.113.7", About.SITE, ("203.0.113.7",)),
        ("for client 561115", About.CLIENT, ("561115",)),
        ("for client Salt and Pepper Ltd", About.CLIENT, ("Salt and Pepper Ltd",)),
        ("for client ana@example.com", About.CLIENT, ("ana@example.com",)),
    ],
)
def test_the_calls_that_are_meant(text: str, about: About, names: tuple[str, ...]) -> None:
    wish = read(f"daily {'' if '9:00' in text else '08:00'} {text} csv")
    assert (wish.about, wish.names, wish.csv) == (about, names, True)


@pytest.mark.parametrize(
    ("text", "policy", "csv"),
    [
        ("", Policy.LATEST, False),
        ("policy all", Policy.ALL, False),
        ("policy LATEST with csv", Policy.LATEST, True),
        ("catch-up skip csv", Policy.SKIP, True),
        ("skip no csv", Policy.SKIP, False),
        ("without csv", Policy.LATEST, False),
    ],
)
def test_policy_and_file(text: str, policy: Policy, csv: bool) -> None:
    wish = read(f"daily 08:00 {text}")
    assert (wish.policy, wish.csv) == (policy, csv)


def test_the_order_of_the_words_does_not_matter() -> None:
    parts = ("weekly monday", "08:00", "in #calls", 'for site "Head office"', "policy all", "zone America/Vancouver")
    wishes = {repr(read(" ".join(order))) for order in permutations(parts)}
    assert len(wishes) == 1


@pytest.mark.parametrize("line", EXAMPLES)
def test_every_example_works_as_it_stands(line: str) -> None:
    assert read(line)


# A report that is changed


def test_a_change_keeps_what_it_does_not_mention() -> None:
    was = read("mon,wed 07:30 in #calls for client 561115 policy all csv zone America/Vancouver")
    assert read("", was) == was
    later = read("9:00", was)
    assert later.schedule.words == "mon,wed 09:00"
    assert later.schedule.zone == "America/Vancouver"
    assert (later.channel, later.names, later.policy, later.csv) == ("#calls", ("561115",), Policy.ALL, True)
    assert read("daily", was).schedule.words == "daily 07:30"
    assert read("weekly", was).schedule.words == "weekly monday 07:30"
    assert read("thu", was).schedule.words == "thu 07:30"
    assert read("to me", was).to_me
    assert read("in #other", read("to me", was)).channel == "#other"
    assert not read("in #other", read("to me", was)).to_me
    assert read("for everything", was).names == ()
    assert not read("no csv", was).csv


# What makes no report


@pytest.mark.parametrize(
    ("text", "problem", "hint"),
    [
        ("", "How often?", "`report daily 08:00 in #calls`"),
        ("08:00", "How often?", "`report daily 08:00"),
        ("daily", "At what time?", "`report daily 08:00`"),
        ("weekly friday", "At what time?", "`report weekly friday 08:00`"),
        ("dialy 08:00", "I do not know the word “dialy”.", "Did you mean `report daily 08:00`?"),
        ("weekly wendesday 08:00", "I do not know the word “wendesday”.", "Did you mean `report weekly wednesday 08:00`?"),
        ("daily 08:00 frobnicate", "I do not know the word “frobnicate”.", "`report daily 08:00 in #calls`"),
        ("daily 25:00", "“25:00” is no time of day.", "`7:30pm`"),
        ("daily 24:00", "“24:00” is no time of day.", "`7:30pm`"),
        ("daily 8:60", "“8:60” is no time of day.", "`7:30pm`"),
        ("daily 13pm", "“13pm” is no time of day.", "`7:30pm`"),
        ("daily 8:00 9:00", "A report comes at one time of day.", "`report daily 08:00`"),
        ("daily 40", "A report comes at one time of day.", "`report daily 08:00`"),
        ("monthly 40 08:00", "A month has no day 40.", "`report monthly 1 08:00`"),
        ("daily weekly 08:00", "A report has one rhythm", "Make one report for each."),
        ("daily monday 08:00", "A daily report comes on no weekday of its own.", "for some weekdays"),
        ("weekly mon fri 08:00", "A weekly report covers a whole week", "`report mon,fri 08:00`"),
        ("daily 08:00 #a #b", "A report goes to one place.", "Make one report for each channel."),
        ("daily 08:00 #a to me", "A report goes to one place.", "Make one report for each channel."),
        ("daily 08:00 for desk", "For what: an account, a site, or a client?", "`report daily 08:00 for account desk`"),
        ("daily 08:00 for", "For what: an account, a site, or a client?", "for account"),
        ("daily 08:00 for site", "Which site?", 'for site "Head office"'),
        ("daily 08:00 for site a for client b", "A report is about one thing", "Make one report for each."),
        ("daily 08:00 for site a for site b", "A report is about one thing", "Make one report for each."),
        ("daily 08:00 policy never", "After down time I can send", "`report daily 08:00 policy latest`"),
        ("daily 08:00 policy", "After down time I can send", "`report daily 08:00 policy latest`"),
        ("daily 08:00 zone EST", "I know no time zone “EST”.", "zone America/Toronto"),
        ("daily 08:00 zone America/Torronto", "I know no time zone “America/Torronto”.", "`zone America/Toronto`"),
        ("daily 08:00 zone", "Which time zone?", "`zone America/Toronto`"),
        ("daily 08:00 <@U024BE7LH>", "I do not know the word", "For example"),
    ],
)
def test_what_makes_no_report_says_why_and_what_to_type_instead(text: str, problem: str, hint: str) -> None:
    said = refused(text)
    assert problem in str(said)
    assert hint in said.hint


@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                (
                    "daily",
                    "weekly",
                    "monthly",
                    "mon,fri",
                    "8:00",
                    "1",
                    "for",
                    "account",
                    "site",
                    "zone",
                    "policy",
                    "#x",
                    "to",
                    "me",
                    "am",
                    "csv",
                    "no",
                )
            ),
            st.text(max_size=12),
        ),
        max_size=9,
    )
)
def test_no_words_break_the_reading_and_hints_hold_no_words_of_the_person(words: list[str]) -> None:
    try:
        wish = read_report(words, ZONE)
    except Misunderstood as said:
        assert str(said)
        assert said.hint
        outside_code = said.hint.split("`")[::2]
        assert not any("<" in part or "@" in part for part in outside_code)
    else:
        assert wish.schedule.words


@given(st.text(max_size=12))
def test_no_word_breaks_weekdays_and_times(word: str) -> None:
    assert all(0 <= day <= 6 for day in weekdays_in(word))
    try:
        at = time_of(word)
    except ValueError:
        return
    assert at is None or isinstance(at, time)


def test_zones_that_know_no_summer_time_are_not_offered() -> None:
    assert "est" not in zones()
    assert "etc/gmt+5" not in zones()
    assert zones()["america/toronto"] == "America/Toronto"
