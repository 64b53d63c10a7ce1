"""Where a line is not understood, the lines that are offered in its place are: asked as they stand, they are answered."""

import html
import re
from collections.abc import Iterator

import pytest

from handlers.registry import Way
from tests.front_door import ADMIN, OPEN, Door, opened
from tests.unit.pictures import words_of

VICTOR = "U0VICTOR"


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    with opened() as made:
        made.slack.person(VICTOR, name="Victor")
        yield made


def told(door: Door, line: str, person: str = ADMIN, channel: str = OPEN, way: Way = Way.SLASH) -> str:
    """What the person reads who is not understood."""
    answer = door.ask(line, person, channel, way)
    assert answer.entry.result in ("misunderstood", "unknown") and answer.message is not None, (line, answer.entry.result)
    return html.unescape(words_of(answer.message.blocks))


def offered(door: Door, line: str, person: str = ADMIN, channel: str = OPEN) -> list[str]:
    """The lines that are offered in its place, without the person's own under them."""
    words = re.sub(r"` #([CG][A-Z0-9]+)", r" <#\1>`", told(door, line, person, channel))
    lines = re.findall(r"`/voip ([^`]+)`", words)
    return [one for one in lines if one != line]


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
