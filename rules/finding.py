"""Which of many things a person means by the words they typed. Pure."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Found(Generic[T]):
    """The thing that was meant, or those it could have been.

    Attributes:
        one: ``None`` when nothing or more than one thing fits.
        near: What fits as well as anything else, or looks alike; empty when ``one`` was found.
    """

    one: T | None = None
    near: tuple[T, ...] = ()


def find(words: str, things: Iterable[T], names: Callable[[T], Sequence[str]]) -> Found[T]:
    """The thing of that name.

    A whole name wins over the beginning of one, that over a part, and a name that only looks alike is never taken for
    granted. Case and repeated spaces do not matter.

    Args:
        names: A thing's names, its identity first: ``1001`` is the mailbox 1001 before it is one that is called so.
    """
    wanted = _plain(words)
    if not wanted:
        return Found()
    known = [(thing, [_plain(name) for name in names(thing)]) for thing in things]
    for place in range(max((len(called) for _, called in known), default=0)):
        if fits := [thing for thing, called in known if place < len(called) and called[place] == wanted]:
            return _found(fits)
    for fit in (str.startswith, str.__contains__):
        if fits := [thing for thing, called in known if any(fit(name, wanted) for name in called)]:
            return _found(fits)
    alike = set(get_close_matches(wanted, {name for _, called in known for name in called if name}, n=5, cutoff=0.6))
    return Found(near=tuple(thing for thing, called in known if alike.intersection(called)))


def exactly(words: str, things: Iterable[T], names: Callable[[T], Sequence[str]]) -> tuple[T, ...]:
    """The things one of whose whole names was typed."""
    wanted = _plain(words)
    return tuple(thing for thing in things if wanted and wanted in map(_plain, names(thing)))


def _found(fits: list[T]) -> Found[T]:
    return Found(one=fits[0]) if len(fits) == 1 else Found(near=tuple(fits))


def _plain(words: str) -> str:
    return " ".join(words.casefold().split())


def by_name(things: Iterable[T], name: Callable[[T], str]) -> list[T]:
    """In the order in which people look for names: case does not matter, and *Warehouse 2* comes before *Warehouse 10*."""

    def key(thing: T) -> list[tuple[int, int, str]]:
        parts = re.split(r"(\d+)", _plain(name(thing)))
        return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part]

    return sorted(things, key=key)
