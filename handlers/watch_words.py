"""The words of ``watch``: for how long, from when to when. Pure.

======================================  ====================================================
``2h``, ``90 min``, ``1h30m``, ``7d``   so long from now, with or without *for*
``until 08:00``, ``8am``, ``noon``      the next time the asker's clock reads so; ``morning`` is 08:00
``until tomorrow``, ``until monday``    the beginning of that day; a time may follow
``until 2026-12-01``                    likewise
``til``, ``till``                       as ``until``
``for good``, ``forever``               no end
``22:00-07:00``, ``from 22:00 to 7``    quiet hours
======================================  ====================================================
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from handlers.registry import Misunderstood
from handlers.report_times import HALVES, time_of, weekday
from rules.calendar import due_instant, next_at

SHORTEST, LONGEST = timedelta(seconds=1), timedelta(days=366)
HOW_LONG = "`2h`, `until 08:00`, `7d` or `for good`"
DAY = timedelta(days=1)
UNTIL = ("until", "till", "til", "'til")
MORNING = time(8)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_LENGTH = re.compile(r"(?:[0-9]{1,6}(?:s(?:ec(?:ond)?s?)?|m(?:in(?:ute)?s?)?|h(?:(?:ou)?rs?)?|d(?:ays?)?|w(?:eeks?)?))+")
_PART = re.compile(r"([0-9]+)([smhdw])[a-z]*")
_FOR_EVER = (("for", "good"), ("for", "ever"), ("forever",), ("always",), ("permanently",))


@dataclass(frozen=True)
class Lasting:
    """For how long something is wanted.

    Attributes:
        until: Aware, in UTC; ``None``: for good.
    """

    until: datetime | None


def lasting(words: Sequence[str], now: datetime, zone: ZoneInfo) -> tuple[Lasting, int, int] | None:
    """The first span of time among the words, where it begins and how many words it takes; ``None`` when there is none.

    Raises:
        Misunderstood: It is over already, or hardly a span or longer than anybody means.
    """
    for at in range(len(words)):
        found = _lasting_at([word.lower() for word in words[at:]], now, zone)
        if found is not None:
            return found[0], at, found[1]
    return None


def _lasting_at(words: Sequence[str], now: datetime, zone: ZoneInfo) -> tuple[Lasting, int] | None:
    for ever in _FOR_EVER:
        if tuple(words[: len(ever)]) == ever:
            return Lasting(None), len(ever)
    if words[0] in UNTIL:
        return _until(words, now, zone)
    skipped = 1 if words[0] == "for" else 0
    for count in (2, 1):
        some = words[skipped : skipped + count]
        text = "".join(some)
        # 101 2h is a phone and a span
        if len(some) == count and (count == 1 or some[1].isalpha()) and _LENGTH.fullmatch(text):
            length = sum((timedelta(**{_UNITS[unit]: int(number)}) for number, unit in _PART.findall(text)), timedelta())
            if not SHORTEST <= length <= LONGEST:
                raise Misunderstood("That is no time to mute for.", f"From a second to a year, like {HOW_LONG}")
            return Lasting(now + length), skipped + count
    return None


def _until(words: Sequence[str], now: datetime, zone: ZoneInfo) -> tuple[Lasting, int]:
    """*until* is always meant as a span: what follows is one, or is not understood."""
    today = now.astimezone(zone).date()
    day = _day(words[1], today) if len(words) > 1 else None
    clock, taken = _clock(words[1:] if day is None else words[2:])
    if day is None and clock is None:
        raise Misunderstood("Until when?", "For example `until 08:00`, `until monday` or `until 2026-12-01 08:00`")
    at = next_at(now, clock, zone) if day is None and clock is not None else due_instant(day or today, clock or time(), zone)
    if at <= now:
        raise Misunderstood("That is over already.", "For example `until 08:00` or `until tomorrow`")
    if at - now > LONGEST:
        raise Misunderstood("That is more than a year away.", f"`for good` has no end; or {HOW_LONG}")
    return Lasting(at), 1 + (day is not None) + taken


def ended(words: Sequence[str], today: date) -> str:
    """The words of a span, with the hour of a day that has none: ``1010`` after them is a phone then, and no time of day."""
    return " ".join((*words, "00:00") if _day(words[-1].lower(), today) is not None else words)


def _day(word: str, today: date) -> date | None:
    if word in ("today", "tomorrow"):
        return today + DAY * (word == "tomorrow")
    if (named := weekday(word)) is not None:
        return today + DAY * ((named - today.weekday() - 1) % 7 + 1)
    try:
        return date.fromisoformat(word) if len(word) == 10 else None
    except ValueError:
        return None


def _clock(words: Sequence[str]) -> tuple[time | None, int]:
    """The time of day that the first word or two say, and how many words it takes."""
    if words and words[0] == "morning":
        return MORNING, 1
    for count in (2, 1) if len(words) > 1 and words[1] in HALVES else (1,):
        if (at := clock_of("".join(words[:count]))) is not None:
            return at, count
    return None, 0


def clock_of(word: str) -> time | None:
    """``08:00``, ``8am``, ``22``, ``noon``; ``None`` when it is none, or one that no clock shows."""
    try:
        return time_of(word.lower())
    except ValueError:
        return None


def hours(words: Sequence[str]) -> tuple[time, time]:
    """Two times of day: ``22:00-07:00``, ``22:00 to 07:00``, ``from 10pm to 7am``.

    Raises:
        Misunderstood: There are none.
    """
    text = " ".join(words).lower().removeprefix("from ")
    parts = re.split(r"\s*(?:-|–|\bto\b|\b(?:until|till?)\b)\s*", text)
    ends = [clock_of(part.replace(" ", "")) for part in parts]
    if len(ends) != 2 or ends[0] is None or ends[1] is None:
        raise Misunderstood("Quiet hours have a beginning and an end.", "For example `watch quiet 22:00-07:00`")
    if ends[0] == ends[1]:
        raise Misunderstood("Quiet hours that begin when they end are none.", "`watch quiet off` ends them; to hear nothing at all, mute")
    return ends[0], ends[1]
