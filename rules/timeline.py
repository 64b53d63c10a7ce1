"""When a phone was registered and when not: what its transitions say of a span of time, exactly. Pure.

Time about which VoIP.ms told nothing is neither up nor down. What was in doubt counts as what it turned out to be, and as unknown
while that is not known; an outage begins with its first "no", and ends with the first "yes" that lasted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from itertools import pairwise

from rules.watch import Line, State

BLIND = "blind"
"""In place of a state: nobody knows."""


class Was(Enum):
    """What a phone was for some time."""

    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"
    ASIDE = "aside"
    """Not watched, never seen, or deleted."""


@dataclass(frozen=True, kw_only=True)
class Passage:
    """What is known of an account changed.

    Attributes:
        before, after: Values of ``State``, or ``BLIND``.
        cause: A word or two: VoIP.ms's answer, or what else it was.
    """

    at: datetime
    before: str
    after: str
    cause: str = ""


@dataclass(frozen=True, kw_only=True)
class Spell:
    """A phone was the same from ``begins`` until before ``ends``."""

    was: Was
    begins: datetime
    ends: datetime

    @property
    def lasted(self) -> timedelta:
        """How long."""
        return self.ends - self.begins


@dataclass(frozen=True, kw_only=True)
class Uptime:
    """A span of time, added up.

    Attributes:
        since: When a phone was first seen, where that is later than the span begins: of the time before there is nothing to add up.
    """

    up: timedelta = timedelta()
    down: timedelta = timedelta()
    unknown: timedelta = timedelta()
    outages: int = 0
    since: datetime | None = None

    @property
    def share(self) -> float | None:
        """Up, as a share of what is known; ``None`` when nothing is."""
        known = self.up + self.down
        return self.up / known if known else None


def passages_of(before: Line, after: Line, now: datetime, silent: timedelta, cause: str) -> tuple[Passage, ...]:
    """What has to be noted when an answer made the one line of the other, for ``timeline``.

    Args:
        silent: After so long without an answer nobody knew.
    """
    blind = _silence(before, now, silent)
    if blind:
        return (*blind, Passage(at=now, before=BLIND, after=after.state.value, cause=cause))
    if before.state is after.state:
        return ()
    return (Passage(at=now, before=before.state.value, after=after.state.value, cause=cause),)


def _silence(line: Line, now: datetime, silent: timedelta) -> tuple[Passage, ...]:
    """That nobody has known for a while how a watched phone is."""
    if line.answered_at is None or line.state in (State.UNSEEN, State.GONE) or now - line.answered_at <= silent:
        return ()
    return (Passage(at=line.answered_at, before=line.state.value, after=BLIND, cause="no answer"),)


def timeline(passages: Sequence[Passage], line: Line, since: datetime, now: datetime, silent: timedelta) -> tuple[Spell, ...]:
    """What the phone was from ``since`` until now, without gaps.

    Args:
        passages: In order; at least all from the last one before ``since`` on.
        line: As it is now.
        silent: After so long without an answer nobody knows.
    """
    marks = [*passages, *_silence(line, now, silent)]
    first = Passage(at=since, before="", after=marks[0].before if marks else "")
    spells = []
    for one, following in pairwise([first, *marks, Passage(at=now, before="", after="")]):
        begins, ends = max(one.at, since), min(following.at, now)
        if begins < ends:
            spells.append(Spell(was=_was(one.after, following.after), begins=begins, ends=ends))
    return _joined(spells)


def _was(state: str, then: str) -> Was:
    match state, then:
        case State.OK.value, _:
            return Was.UP
        case State.MISSING.value, _:
            return Was.DOWN
        case ((State.SUSPECT.value | State.RECOVERING.value), State.OK.value):
            return Was.UP
        case ((State.SUSPECT.value | State.RECOVERING.value), State.MISSING.value):
            return Was.DOWN
        case (("" | State.UNSEEN.value | State.GONE.value), _):
            return Was.ASIDE
    return Was.UNKNOWN


def _joined(spells: Sequence[Spell]) -> tuple[Spell, ...]:
    joined: list[Spell] = []
    for spell in spells:
        if joined and joined[-1].was is spell.was:
            spell = Spell(was=spell.was, begins=joined.pop().begins, ends=spell.ends)  # noqa: PLW2901 - it grows
        joined.append(spell)
    return tuple(joined)


def until(spells: Sequence[Spell], ends: datetime) -> tuple[Spell, ...]:
    """What of them lies before that instant."""
    return tuple(replace(spell, ends=min(spell.ends, ends)) for spell in spells if spell.begins < ends)


def first_seen(spells: Sequence[Spell]) -> datetime | None:
    """When the phone was first seen, where that is later than they begin; ``None`` also where it never was."""
    return spells[0].ends if len(spells) > 1 and spells[0].was is Was.ASIDE else None


def uptime(spells: Sequence[Spell]) -> Uptime:
    """The spells, added up."""

    def lasted(was: Was) -> timedelta:
        return sum((spell.lasted for spell in spells if spell.was is was), timedelta())

    return Uptime(
        up=lasted(Was.UP),
        down=lasted(Was.DOWN),
        unknown=lasted(Was.UNKNOWN),
        outages=sum(spell.was is Was.DOWN for spell in spells),
        since=first_seen(spells),
    )


def altogether(some: Iterable[Uptime]) -> Uptime:
    """Those of several phones as one: first seen when the first of them was."""
    made = tuple(some)
    since = [one.since for one in made if one.up or one.down or one.unknown]
    return Uptime(
        up=sum((one.up for one in made), timedelta()),
        down=sum((one.down for one in made), timedelta()),
        unknown=sum((one.unknown for one in made), timedelta()),
        outages=sum(one.outages for one in made),
        since=None if None in since else min(filter(None, since), default=None),
    )
