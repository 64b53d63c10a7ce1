"""Which of many things a person means by the words they typed. Pure."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Generic, TypeVar

T = TypeVar("T")
MOST_ALIKE = 5
ALIKE = 0.6
WORD_ALIKE = 0.75
"""How alike a single word of a name has to be."""
AS_ALIKE = 0.15
"""How much less alike than the nearest may be told beside it."""
LONGEST_NAME = 6
"""Words of a name. What has more is a note, and a word within it is not what the thing is called."""
LONGEST_RUN = 8
LONGEST_NUMBER = 19
"""Digits of what is a number in a name. What has more is ordered as a word: Python makes no number of thousands of digits."""
_NOUN = re.compile(
    r"(?:ext(?:ension)?\.?|x|(?:sub-?)?account|phone|mailbox|client|package|number|did|login)[ :]+(.+)|(?:ext\.?|x)(\d+)",
    re.IGNORECASE,
)
_TITLED = re.compile(r"(.+?) \((?:ext\. ?)?([^()]+)\)")


@dataclass(frozen=True)
class Found(Generic[T]):
    """The thing that was meant, or those it could have been.

    Attributes:
        one: ``None`` when nothing or more than one thing fits.
        several: What fits, each as well as the others.
        near: Where nothing fits: what holds the words somewhere, or looks alike; nearest first.
    """

    one: T | None = None
    several: tuple[T, ...] = ()
    near: tuple[T, ...] = ()


def find(words: str, things: Iterable[T], names: Callable[[T], Sequence[str]]) -> Found[T]:
    """The thing of that name.

    A whole name wins over the beginning of one, that over the beginning of a word in one. A name that only holds the words or looks
    alike is never taken for granted. Case, accents, repeated spaces and signs at its end do not matter.

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
    begins_word = re.compile(rf"(?<!\w){re.escape(wanted)}")
    for fit in (lambda name: name.startswith(wanted), lambda name: _is_name(name) and begins_word.search(name)):
        if fits := [thing for thing, called in known if any(map(fit, called))]:
            return _found(fits)
    return Found(near=_near(wanted, known))


def find_called(words: str, things: Sequence[T], names: Callable[[T], Sequence[str]]) -> Found[T]:
    """The same, however it is introduced: ``ext. 101``, ``mailbox 1001``, ``Front desk (100001_frontdesk)``."""
    found = [find(spelled, things, names) for spelled in spellings(words)]
    fits = (one for one in found if one.one is not None or one.several)
    return next(fits, next((one for one in found[1:] if one.near), found[0]))


def spellings(words: str) -> Iterator[str]:
    """The words, and what is left of them without what only says of which kind the thing is, or its other name in brackets."""
    whole = " ".join(words.split())
    yield whole
    if noun := _NOUN.fullmatch(whole):
        yield noun[1] or noun[2]
    if titled := _TITLED.fullmatch(whole):
        yield titled[2]
        yield titled[1]


def exactly(words: str, things: Iterable[T], names: Callable[[T], Sequence[str]]) -> tuple[T, ...]:
    """The things one of whose whole names was typed."""
    wanted = _plain(words)
    return tuple(thing for thing in things if wanted and wanted in map(_plain, names(thing)))


def holding(words: str, things: Iterable[T], names: Callable[[T], Sequence[str]]) -> list[T]:
    """The things with a name that holds the words, those that begin so first; all where there are no words."""
    wanted = _plain(words)
    ranked = [(_rank(wanted, map(_plain, names(thing))), thing) for thing in things]
    return [thing for rank in (0, 1) for found, thing in ranked if found == rank]


def _rank(wanted: str, called: Iterable[str]) -> int:
    """0 where a name begins so, 1 where one holds it, 2 where none does."""
    return min((0 if name.startswith(wanted) else 1 if wanted in name else 2 for name in called), default=2)


def taken_apart(words: Sequence[str], things: Iterable[T], names: Callable[[T], Sequence[str]]) -> tuple[list[T], list[str]]:
    """The things whose whole names stand among the words, each once, and the words that are left."""
    by_name: dict[str, T] = {}
    for thing in things:
        for name in filter(None, map(_plain, names(thing))):
            by_name.setdefault(name, thing)
    meant: list[T] = []
    left: list[str] = []
    at = 0
    while at < len(words):
        run = run_of(words[at:], by_name)
        if not run:
            left.append(words[at])
        elif (thing := by_name[_plain(" ".join(words[at : at + run]))]) not in meant:
            meant.append(thing)
        at += run or 1
    return meant, left


def apart(words: str, things: Sequence[T], names: Callable[[T], Sequence[str]]) -> list[str]:
    """The names of several things that were typed one after the other, each by its identity; what is one name stays as it is."""
    if find_called(words, things, names).one is not None:
        return [words]
    several, left = taken_apart(words.split(), things, names)
    return [names(one)[0] for one in several] if len(several) > 1 and not left else [words]


def run_of(words: Sequence[str], names: Iterable[str]) -> int:
    """How many of the first words make one of the names (as ``plain_names`` gives them): the longest run, 0 where none does."""
    for count in range(min(LONGEST_RUN, len(words)), 0, -1):
        if _plain(" ".join(words[:count])) in names:
            return count
    return 0


def plain_names(names: Iterable[str]) -> frozenset[str]:
    """Names as they are compared."""
    return frozenset(filter(None, map(_plain, names)))


def _found(fits: list[T]) -> Found[T]:
    return Found(one=fits[0]) if len(fits) == 1 else Found(several=tuple(fits))


def _near(wanted: str, known: Sequence[tuple[T, list[str]]]) -> tuple[T, ...]:
    """Things that hold the words, then those with a name that looks alike, the nearest first."""
    holding = [thing for thing, called in known if any(wanted in name for name in called)]
    if holding:
        return tuple(holding)
    scored = []
    matcher = SequenceMatcher(b=wanted)
    for place, (_, called) in enumerate(known):
        whole = max((_likeness(matcher, name, ALIKE) for name in called if name), default=0.0)
        words = (word for name in called if " " in name and _is_name(name) for word in name.split())
        best = max(whole, *(_likeness(matcher, word, WORD_ALIKE) for word in words), 0.0)
        if best:
            scored.append((-best, place))
    scored.sort()
    return tuple(known[place][0] for score, place in scored[:MOST_ALIKE] if score <= scored[0][0] + AS_ALIKE)


def _likeness(matcher: "SequenceMatcher[str]", name: str, least: float) -> float:
    """How alike the name is, 0 where that is less than the least."""
    matcher.set_seq1(name)
    if matcher.real_quick_ratio() < least or matcher.quick_ratio() < least:
        return 0.0
    ratio = matcher.ratio()
    return ratio if ratio >= least else 0.0


def _is_name(name: str) -> bool:
    return name.count(" ") < LONGEST_NAME


def _plain(words: str) -> str:
    spelled = words.casefold()
    if not spelled.isascii():
        spelled = "".join(sign for sign in unicodedata.normalize("NFKD", spelled) if not unicodedata.combining(sign))
    return " ".join(spelled.split()).rstrip(" .,;!?")


def by_name(things: Iterable[T], name: Callable[[T], str]) -> list[T]:
    """In the order in which people look for names: case does not matter, and *Warehouse 2* comes before *Warehouse 10*."""

    def key(thing: T) -> list[tuple[int, int, str]]:
        parts = re.split(r"(\d+)", _plain(name(thing)))
        return [(0, int(part), "") if part.isdecimal() and len(part) < LONGEST_NUMBER else (1, 0, part) for part in parts if part]

    return sorted(things, key=key)
