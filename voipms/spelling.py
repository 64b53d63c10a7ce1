"""One value of the wire, in each of the spellings that are seen there. Pure.

Each function takes what JSON made of a value (``None`` when it was missing; numbers with a point are ``Decimal``) and returns it
in the record's own type, ``None`` (``""`` for text) where it is not set. What is no spelling of that type is a ``ValueError``.

Source: samples of the API, and the fields that live clients report: ``"server_pop": "15"`` beside ``"rerouted": 1``,
``"sms_forward": "-1"``, ``"reseller_nextbilling": "0000-00-00"``, ``"server_recommended"`` as ``"Yes"``, ``true`` and ``1``.
"""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import NoReturn

_WHOLE = re.compile(r"[+-]?[0-9]{1,15}(?:\.0*)?", re.ASCII)
_AMOUNT = re.compile(r"[+-]?(?:[0-9]{1,15}(?:\.[0-9]{0,18})?|\.[0-9]{1,18})(?:[eE][+-]?[0-9]{1,2})?", re.ASCII)
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[ T].*)?", re.ASCII)
_WALL_CLOCK = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?", re.ASCII)
_YES = frozenset(("1", "yes", "y", "true", "on"))
_NO = frozenset(("0", "no", "n", "false", "off"))
_NO_NUMBER = frozenset(("none", "unlimited", "never", "n/a", "no"))
LONGEST_TEXT = 4_096
"""Characters of a text that are taken: no name and no note is as long, and what works on texts is not made for megabytes."""
MOST_DIGITS = 15
"""Digits before the point: no sum of money or seconds has more, and a number that needs a screen of zeros is none."""
MOST_DECIMALS = 18
"""Digits behind the point, for the same reason."""
EARLIEST = datetime(1990, 1, 1)
LATEST = datetime(2100, 12, 31, 23, 59, 59, 999_999)
"""Between these, a date is one that something happened at. Beyond, it is a fault of the wire, and too near to where calendars end."""


def as_spelled(value: object) -> str:
    """Text and identifiers, ``-1`` included, the beginning of what is longer than any of them."""
    if value is None or value == [] or value == {}:
        return ""
    match value:
        case str():
            return value[:LONGEST_TEXT]
        case bool():
            return "1" if value else "0"
        case int():
            return str(value) if abs(value) < 10**40 else _none_of("text", value)
        case Decimal() if value.is_finite() and abs(value.adjusted()) < 40:
            return str(int(value)) if value == value.to_integral_value() else str(value)
    return _none_of("text", value)


def text(value: object) -> str:
    """Text where ``-1`` stands for unset."""
    spelled = as_spelled(value)
    return "" if spelled.strip() == "-1" else spelled


def flag(value: object) -> bool | None:
    """``1``/``0``, ``yes``/``no``, ``Y``/``N``, ``true``/``false``, in any case, as text, number or boolean."""
    word = text(value).strip().lower()
    return True if word in _YES else False if word in _NO else None if not word else _none_of("flag", value)


def whole(value: object) -> int | None:
    """A whole number; a word for having none (``unlimited``) counts as unset."""
    word = text(value).strip()
    if not word or word.lower() in _NO_NUMBER:
        return None
    return int(word.partition(".")[0]) if _WHOLE.fullmatch(word) else _none_of("number", value)


def count(value: object) -> int | str | None:
    """A number of things, or VoIP.ms's own word for it."""
    word = text(value).strip()
    return int(word.partition(".")[0]) if _WHOLE.fullmatch(word) else word or None


def amount(value: object) -> Decimal | None:
    """Money, exactly. ``-1`` is a debit here."""
    word = as_spelled(value).strip() if not isinstance(value, Decimal | bool) else str(value)
    if not word:
        return None
    if not _AMOUNT.fullmatch(word):
        return _none_of("amount", value)
    made = Decimal(word)
    return made if is_amount(made) else _none_of("amount", value)


def is_amount(number: Decimal) -> bool:
    """Whether it can be written out without a screen of zeros."""
    exponent = number.as_tuple().exponent  # a letter in what is no number
    return isinstance(exponent, int) and exponent >= -MOST_DECIMALS and number.adjusted() < MOST_DIGITS


def day(value: object) -> date | None:
    """A calendar day; a time behind it is left out. ``0000-00-00`` is unset."""
    word = _unless_zero(value)
    if not word:
        return None
    found = _DAY.fullmatch(word)
    made = date.fromisoformat(found[1]) if found else None
    return made if made and EARLIEST.date() <= made <= LATEST.date() else _none_of("date", value)


def wall_clock(value: object) -> datetime | None:
    """A wall clock without a zone. ``0000-00-00 00:00:00`` is unset; with a zone it is not what we know how to read."""
    word = _unless_zero(value)
    if not word:
        return None
    made = datetime.fromisoformat(word) if _WALL_CLOCK.fullmatch(word) else None
    return made if made and EARLIEST <= made <= LATEST else _none_of("time", value)


def _unless_zero(value: object) -> str:
    word = "" if value is False else text(value).strip()
    return "" if word == "0" or word.startswith("0000-") else word


def _none_of(kind: str, value: object) -> NoReturn:
    raise ValueError(f"no {kind}: {type(value).__name__}")
