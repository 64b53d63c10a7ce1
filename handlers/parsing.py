"""From what a person typed to words, and from words to values. Pure.

Slack sends what was typed in its own wrapping: ``<@U024BE7LH|ana>``, ``<mailto:ana@example.com|ana@example.com>``,
``<tel:5145550134|514-555-0134>``, ``&amp;``; phones and word processors make quotes curly. All of it is undone here, once.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from blocks.frame import code, digits
from handlers.registry import Misunderstood
from rules.call_rows import Direction, Filters
from rules.periods import LONGEST_PHRASE, BadPeriod, Period
from rules.periods import WORDS as PERIOD_WORDS
from rules.periods import read as read_period

_WRAPPED = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_CURLY = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "\u00a0": " ", "\u202f": " "})
_WORD = re.compile(r'([A-Za-z]+:)?"((?:[^"\\]|\\.)*)"|([^\s"]\S*)|"')


def unwrap(text: str) -> str:
    """The text as the person sees it; a person or a channel stays ``<@U…>`` or ``<#C…>``, without its label.

    Entities are undone last: what a person typed as ``<@U024BE7LH>`` in letters never becomes a mention.
    """
    shown = _WRAPPED.sub(_without_wrapping, text)
    for entity, sign in _ENTITIES:
        shown = shown.replace(entity, sign)
    return shown.translate(_CURLY)


def _without_wrapping(found: re.Match[str]) -> str:
    inside, label = found[1], found[2]
    match inside[0]:
        case "@" | "#":
            return f"<{inside}>"
        case "!":
            return label or f"@{inside[1:].split('^')[0]}"
    for scheme in ("mailto:", "tel:"):
        if inside.startswith(scheme):
            return inside.removeprefix(scheme)
    return label if label and "://" not in label else inside


def split(text: str) -> tuple[str, ...]:
    """Words; what stands in straight quotes is one, ``number:"(514) 555-0134"`` too. A quote that is never closed is only a sign."""
    return tuple(word for found in _WORD.finditer(text) if (word := _unquoted(found)))


def _unquoted(found: re.Match[str]) -> str:
    if found[2] is not None:
        return (found[1] or "") + re.sub(r"\\(.)", r"\1", found[2]).strip()
    return found[3] or ""


# The words of ``calls`` and ``client-calls``

KEYS = ("number:", "over:", "under:")
FILTERS = ("in", "out", "answered", "missed", "busy", "failed")
_DIRECTIONS = {"in": Direction.IN, "out": Direction.OUT}
_LENGTH = re.compile(r"(?=.)(?:([0-9]{1,4})h)?(?:([0-9]{1,6})m(?:in)?)?(?:([0-9]{1,8})s?(?:ec)?)?")
_PHONE = re.compile(r"\+?1?[-. ]?\(?[2-9][0-9]{2}\)?[-. ]?[0-9]{3}[-. ]?[0-9]{4}")


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What the words of a question about calls say.

    Attributes:
        rest: Words that are neither a period nor a filter: a name.
    """

    period: Period | None
    filters: Filters
    rest: tuple[str, ...]


def read_calls(words: Sequence[str], today: date) -> Typed:
    """Period, filters and a name, in any order.

    Raises:
        Misunderstood: A word is meant as a period or a filter but makes none, or two contradict each other.
    """
    periods: list[Period] = []
    directions: set[Direction] = set()
    outcomes: set[str] = set()
    values: dict[str, str] = {}
    rest: list[str] = []
    left = list(words)
    while left:
        period, taken = _period(left, today)
        word = left[0].lower()
        key, colon, value = left[0].partition(":")
        if period is not None:
            periods.append(period)
        elif word in _DIRECTIONS:
            directions.add(_DIRECTIONS[word])
        elif word in FILTERS:
            outcomes.add(word)
        elif f"{key.lower()}:" in KEYS and colon:
            values[key.lower()] = value
        elif _PHONE.fullmatch(word):
            values["number"] = word
        else:
            rest.append(left[0])
        del left[:taken]
    if len(periods) > 1:
        first, last = min(one.first for one in periods), max(one.last for one in periods)
        raise Misunderstood("I can look at one period at a time.", f"For both: {code(f'{first}..{last}')}")
    filters = Filters(
        directions=frozenset(directions),
        outcomes=frozenset(outcomes),
        number=_number(values["number"]) if "number" in values else "",
        over=_seconds("over", values["over"]) if "over" in values else None,
        under=_seconds("under", values["under"]) if "under" in values else None,
    )
    _consistent(filters)
    return Typed(period=periods[0] if periods else None, filters=filters, rest=tuple(rest))


def _period(words: Sequence[str], today: date) -> tuple[Period | None, int]:
    """The period that the first words name, and how many words it takes; none takes one."""
    for count in range(min(LONGEST_PHRASE, len(words)), 0, -1):
        try:
            period = read_period(" ".join(words[:count]), today)
        except BadPeriod as bad:
            if count > 1 and not _begins_period(words[0], today):
                continue  # a name stands before it: 561115 2026-11-01..2026-11-15
            raise Misunderstood(str(bad), f"For example {code(bad.example)}") from None
        if period is not None:
            return period, count
    return None, 1


def _begins_period(word: str, today: date) -> bool:
    try:
        return read_period(word, today) is not None
    except BadPeriod:
        return True


def _number(value: str) -> str:
    found = digits(value)
    if not 4 <= len(found) <= 15 or re.search(r"[^0-9+\-.() ]", value):
        raise Misunderstood(
            "A number has 4 to 15 digits; fewer than all are taken as its end.", "For example `number:5145550134` or `number:0134`"
        )
    return found


def _seconds(key: str, value: str) -> int:
    found = _LENGTH.fullmatch(value.lower().replace(" ", ""))
    if found is None:
        raise Misunderstood(f"After {key}: comes a length.", f"For example `{key}:60s`, `{key}:2m` or `{key}:1h`")
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds


def _consistent(filters: Filters) -> None:
    """Raises:
    Misunderstood: No call at all can fit.
    """
    if filters.outcomes == {"missed"} and filters.directions == {Direction.OUT}:
        raise Misunderstood("Missed calls are calls that came in, so none went out.", "Ask for `missed` alone, or for `out busy failed`")
    if filters.over is not None and filters.under is not None and filters.under - filters.over < 2:
        raise Misunderstood("No call is both that long and that short.", "For example `over:60s under:10m`")


def nearest(word: str) -> str:
    """The period or filter that the word was probably meant to be; nothing when none looks like it."""
    key, colon, value = word.lower().partition(":")
    if colon:
        near = get_close_matches(f"{key}:", KEYS, n=1, cutoff=0.5)
        return f"{near[0]}{value}" if near else ""
    near = get_close_matches(key, (*FILTERS, *PERIOD_WORDS), n=1, cutoff=0.7)
    return near[0] if near else ""
