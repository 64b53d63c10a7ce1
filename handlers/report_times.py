"""Weekdays, times of day and time zones as people type them. Pure."""

import re
from datetime import time
from functools import cache
from zoneinfo import available_timezones

from rules.periods import WEEKDAYS

SETS = {"weekdays": frozenset(range(5)), "workdays": frozenset(range(5)), "weekends": frozenset((5, 6))}
HALVES = frozenset(("am", "pm", "a.m", "p.m", "a.m.", "p.m.", "o'clock"))
"""What may stand after an hour, as a word of its own."""
_CLOCK = re.compile(r"(\d{1,2})(?:[:.h](\d{2})|h)?(am|pm|a\.m\.?|p\.m\.?)?|(\d{2})(\d{2})(?:h|hrs)?", re.IGNORECASE)
_RANGE = re.compile(r"([a-z]+)(?:-|–|\.\.)([a-z]+)")


def weekday(word: str) -> int | None:
    """``mon``, ``monday``, ``Mondays``, ``tues``."""
    name = word.removesuffix("s") if word.endswith("days") else word
    found = [place for place, day in enumerate(WEEKDAYS) if len(name) >= 3 and day.startswith(name)]
    return found[0] if len(found) == 1 else None


def span(first: int, last: int) -> frozenset[int]:
    """From one weekday to another, both included, over the weekend where it has to be."""
    return frozenset((first + step) % 7 for step in range((last - first) % 7 + 1))


@cache
def zones() -> dict[str, str]:
    """The zones that people name, by their names in small letters; those that are only an abbreviation have no summer time."""
    return {name.lower(): name for name in available_timezones() if name == "UTC" or ("/" in name and not name.startswith("Etc/"))}


def city(name: str) -> str:
    """The one zone of that city."""
    found = [zone for low, zone in zones().items() if low.rpartition("/")[2] == name and not low.startswith(("us/", "canada/"))]
    return found[0] if len(found) == 1 else ""


def weekdays_in(word: str) -> frozenset[int]:
    """The weekdays of one word, ``monday``, ``mon,wed,fri``, ``mon-fri``, ``weekdays``; none where it is something else."""
    if word in SETS:
        return SETS[word]
    if ends := _RANGE.fullmatch(word):
        first, last = weekday(ends[1]), weekday(ends[2])
        return span(first, last) if first is not None and last is not None else frozenset()
    listed = [weekday(part) for part in re.split(r"[,&+/]", word)]
    return frozenset(day for day in listed if day is not None) if None not in listed else frozenset()


def time_of(word: str) -> time | None:
    """The time of day that is typed as one word, ``8:00``, ``08.00``, ``8h30``, ``0800``, ``7:30pm``, ``noon``; ``None`` for others.

    Raises:
        ValueError: It is written as a time, but no clock shows it.
    """
    if word in ("noon", "midnight"):
        return time(12 if word == "noon" else 0)
    found = _CLOCK.fullmatch(word)
    if found is None:
        return None
    hour, minute = int(found[1] or found[4]), int(found[2] or found[5] or 0)
    half = (found[3] or "").replace(".", "").lower()
    if half and not 1 <= hour <= 12:
        raise ValueError(word)
    return time(hour % 12 + (12 if half == "pm" else 0) if half else hour, minute)


def looks_like_time(word: str) -> bool:
    """Whether the word cannot be anything but a time: ``8:00``, ``8am``."""
    return bool(_CLOCK.fullmatch(word)) and not word.isdecimal()
