"""Where a line is not understood, the lines that are offered in its place are: asked as they stand, they are answered."""

import html
import re
from collections.abc import Iterator

import pytest

from handlers.registry import Way
from tests.front_door import ADMIN, OPEN, Door, opened
from tests.unit.pictures import words_of


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    with opened() as made:
        yield made


def told(door: Door, line: str, person: str = ADMIN, channel: str = OPEN, way: Way = Way.SLASH) -> str:
    """What the person reads who is not understood."""
    answer = door.ask(line, person, channel, way)
    assert answer.entry.result in ("misunderstood", "unknown") and answer.message is not None, (line, answer.entry.result)
    return html.unescape(words_of(answer.message.blocks))


def offered(door: Door, line: str, person: str = ADMIN, channel: str = OPEN) -> list[str]:
    """The lines that are offered in its place, without the person's own under them."""
    lines = re.findall(r"`/voip ([^`]+)`", told(door, line, person, channel))
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
