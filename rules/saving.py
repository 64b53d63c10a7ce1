"""The one way in which frozen values become JSON and come back the same. Pure.

Every state of the watch is a frozen dataclass of texts, numbers, enums, aware UTC instants and tuples or frozensets of those,
so that what is stored and loaded again goes on exactly as if nothing had happened.
"""

from typing import TypeVar

import msgspec

T = TypeVar("T")


def as_json(value: object) -> bytes:
    """The value as JSON; instants keep their microseconds, enums are their values, sets are in order."""
    return msgspec.json.encode(value, order="deterministic")


def from_json(kind: type[T], text: bytes | str) -> T:
    """The value that ``as_json`` wrote.

    Raises:
        msgspec.ValidationError: The text is JSON but not such a value.
        msgspec.DecodeError: It is no JSON.
    """
    return msgspec.json.decode(text, type=kind)
