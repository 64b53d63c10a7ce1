"""Where a line is not understood, the lines that are offered in its place are: asked as they stand, they are answered."""

import html
import re
from collections.abc import Iterator

import pytest

from handlers.registry import Way
from tests.front_door import ADMIN, BIRCH, CLIENT, OPEN, Door, opened
from tests.unit.pictures import words_of

VICTOR = "U0VICTOR"


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    with opened() as made:
        made.slack.person(VICTOR, name="Victor")
        yield made


def told(door: Door, line: str, person: str = ADMIN, channel: str = OPEN, way: Way = Way.SLASH) -> str:
    """What the person reads who is not understood, without their own line under it."""
    answer = door.ask(line, person, channel, way)
    assert answer.entry.result in ("misunderstood", "unknown") and answer.message is not None, (line, answer.entry.result)
    words = html.unescape(words_of(answer.message.blocks))
    return words.rpartition("\n")[0] if answer.entry.result == "misunderstood" else words


def offered(door: Door, line: str, person: str = ADMIN, channel: str = OPEN) -> list[str]:
    """The lines that are offered in its place."""
    words = re.sub(r"` #([CG][A-Z0-9]+)", r" <#\1>`", told(door, line, person, channel))
    return re.findall(r"`/voip ([^`]+)`", words)


# Words of watch


@pytest.mark.parametrize(
    "line",
    [
        "watch mute",
        "watch mute 101",
        "watch mute front desk for a while",
        "watch mute 101 tomorrow",
        "watch mute frontdsk",
        "watch mute frontdsk 2h",
        "watch mute sales until tomorrow painters",
        "watch mute sales for good",
        "watch mute site 203.0.113.99 until 8 pm",
        "watch unmute",
        "watch unmute frontdsk",
        "watch ignore",
        "watch require frontdsk",
        "watch mut 101 til morning",
        "watch mut",
        "watch lst",
        "watch site",
        "watch confirm 1s",
        "watch confirm 99999999999m",
        "watch low-balance NaN",
    ],
)
def test_what_watch_offers_is_understood(door: Door, line: str) -> None:
    lines = offered(door, line)
    assert lines
    for one in lines:
        assert door.ask(one).entry.result == "answered", one


@pytest.mark.parametrize("until", ["morning", "tomorrow morning"])
@pytest.mark.parametrize("word", ["until", "till", "til"])
def test_until_is_said_in_several_ways(door: Door, word: str, until: str) -> None:
    answer = door.ask(f"watch mute 101 {word} {until}")
    assert answer.message is not None and "until Thu 26 Nov 2026 08:00 EST" in words_of(answer.message.blocks)


# Words that would be dropped


@pytest.mark.parametrize(
    "line",
    [
        "alerts open",
        "alerts details 2026-1125-01",
        "alerts look 2026-1125-01",
        "alerts 2026-1125-01",
        "balance",
        "doctor",
        "whoami",
        "watch list",
        "watch take 2026-1125-01",
        "watch give-back 2026-1125-01",
        "watch quiet off <#C0BIRCH>",
        "watch escalate off <#C0BIRCH>",
        "access list",
        "report list",
    ],
)
def test_no_word_is_dropped_without_a_word(door: Door, line: str) -> None:
    lines = offered(door, f"{line} zzz")
    assert lines
    for one in (line, *lines):
        assert door.ask(one).entry.result == "answered", one


def test_a_setting_is_for_one_channel_in_one_zone(door: Door) -> None:
    assert "one channel at a time" in told(door, "watch quiet 22:00-07:00 <#C0BIRCH> <#C0PHONES>")
    assert "I do not know “now”" in told(door, "watch escalate <!subteam^S0OPS1234> now <#C0BIRCH>")
    assert "one time zone" in told(door, "watch quiet 22:00-07:00 <#C0BIRCH> Europe/Paris Asia/Tokyo")


def test_who_asks_who_another_is_hears_that_it_is_about_oneself(door: Door) -> None:
    assert "That tells only who you are yourself." in told(door, "whoami <@U0VICTOR>")
    assert offered(door, "whoami <@U0VICTOR>") == ["whoami", "access list"]
    assert offered(door, "whoami <@U0ALICE>", VICTOR) == ["whoami"]


# Lines that begin with no command


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        ("who missed calls yesterday", ["calls yesterday missed"]),
        ("missed calls yesterday", ["calls yesterday missed"]),
        ("yesterday missed", ["calls yesterday missed"]),
        ("how many calls to 101 last week", ["calls last week 101"]),
        ("who called 5145550134 in the last 2 hours", ["calls 5145550134"]),
        ("who is down", ["status"]),
        ("hi, is 101 down?", ["status 101"]),
        ("statsu 101", ["status 101"]),
        ("what is the balance today", ["balance"]),
        ("who am i", ["whoami"]),
        ("show outages", ["alerts"]),
        ("mute 101 until 8am", ["watch mute 101 until 8am"]),
        ("silence 101 til morning", ["watch mute 101 til morning"]),
        ("unmute 101", ["watch unmute 101"]),
        ("ignore 101", ["watch ignore 101"]),
        ("mute", ["help watch"]),
        ("channel", ["help watch", "help access"]),
        ("list phones", ["status"]),
        ("pause 1", ["report pause 1"]),
        ("delete report 1", ["report remove 1"]),
        ("show report", ["report list"]),
        ("bal", ["balance"]),
    ],
)
def test_what_may_have_been_meant_is_offered(door: Door, line: str, lines: list[str]) -> None:
    assert offered(door, line) == lines
    door.ask("report daily 08:00")
    for one in lines:
        assert door.ask(one).entry.result == "answered", one


@pytest.mark.parametrize("line", ["who has the fax", "what now", "foo", "please client-lgn ana hunter2", "list everything", "🙂"])
def test_where_nothing_is_meant_only_help_is_offered(door: Door, line: str) -> None:
    assert offered(door, line) == ["help"]


@pytest.mark.parametrize("line", ["mute 101 2h", "grant @olga operator", "pause 1", "what is the balance", "help mute", "silence 101 2h"])
def test_only_what_one_may_ask_there_is_offered(door: Door, line: str) -> None:
    door.ask(f"access grant <@{VICTOR}> viewer")
    door.ask(f"access channel <#{BIRCH}> to client {CLIENT}")
    assert offered(door, line, VICTOR) == offered(door, line, ADMIN, BIRCH) == ["help"]


def test_help_of_a_verb_is_that_of_its_command(door: Door) -> None:
    answer = door.ask("help mute")
    assert answer.message is not None and answer.message.headline.startswith("watch:")
    assert offered(door, "help channel") == ["help watch", "help access"]


@pytest.mark.parametrize("line", ["hi", "Hello!", "hey dialtone"])
def test_a_greeting_gets_the_help(door: Door, line: str) -> None:
    answer, helped = door.ask(line), door.ask("help")
    assert answer.message == helped.message is not None


# Names in lines


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("grant <@U0OLGA> operator", "`/voip access grant` <@U0OLGA> `operator`"),
        ("access grant <@U0OLGA> superuser", "`/voip access grant` <@U0OLGA> `superuser`"),
        ("access channel <#C0BIRCH> to client brch", "`/voip access channel` <#C0BIRCH> `to client 561115`"),
        ("audit <@U0OLGA> refusd", "`/voip audit` <@U0OLGA> `refused`"),
        ("report dialy 08:00 in <#C0BIRCH>", "`/voip report daily 08:00 in` <#C0BIRCH>?"),
        ("watch quiet 22:00-07:00 <#C0BIRCH>", "`/voip watch quiet off` <#C0BIRCH> undoes it"),
        ("watch escalate <!subteam^S0OPS1234> <#C0BIRCH>", "`/voip watch escalate off` <#C0BIRCH> undoes it"),
        ("watch mute <#C0BIRCH> 2h", "`/voip watch unmute` <#C0BIRCH> ends it"),
        ("watch", "`/voip watch unmute` <#C0BIRCH>"),
        ("watch unmute <#C0BIRCH", "`/voip watch unmute &lt;#C0BIRCH`"),
    ],
)
def test_a_person_or_channel_stands_outside_of_the_code(door: Door, asked: str, shown: str) -> None:
    answer = door.ask(asked)
    assert answer.message is not None and shown in str(answer.message.blocks)
