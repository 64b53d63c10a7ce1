"""What a report says of a period's calls: the whole, its parts, and what deserves a look. Pure.

Everything comes out of one pass over the answers, by the zone, the cut and the attribution of ``rules.calls``.

*Nobody has called back* is said of a number that rang, was missed, and has not been spoken with since: no later call from it was
answered, none to it was. What is spoken in the same second counts as later: a call that rings several phones may leave a missed row
and an answered one. Calls after the period count, as far as they were read, so whoever was called back before the report was made
is not in it; and any of our phones may have called back, those outside the report's scope too.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from zoneinfo import ZoneInfo

from rules.call_rows import Cut, Direction, Filters, Outcome, Owners, direction_of, number_of, outcome_of
from rules.calls import OLDEST, Call, Group, Totals, add_up
from rules.parts import ByDestination, ByHour, Kind, Part, by_hour, by_owner, columns, kind_of, most_first
from rules.periods import Period
from rules.resale import Join
from voipms import Cdr, Rows, to_utc

STANDING_OUT = 3
"""Calls that are named as the longest and as the costliest."""


# What it is about


class About(Enum):
    """Whose calls a report is about."""

    EVERYTHING = "everything"
    ACCOUNTS = "accounts"
    SITE = "site"
    CLIENT = "client"


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Whose calls a report is about.

    Attributes:
        keys: Logins, the site's key, or the client's id; empty for everything.
        name: What people call it, ``""`` for everything; from outside.
    """

    about: About = About.EVERYTHING
    keys: tuple[str, ...] = ()
    name: str = ""


def filters_of(scope: Scope, sites: Mapping[str, str]) -> Filters:
    """The rows that belong to a scope. A client's are asked for as such (``getResellerCDR``), so there all are meant.

    What no sub-account owns (a ring group's calls) is the main account's, and at a site only where that is.

    Args:
        sites: The key of each login's site.
    """
    match scope.about:
        case About.ACCOUNTS:
            return Filters(accounts=frozenset(scope.keys))
        case About.SITE:
            return Filters(accounts=frozenset(login for login, site in sites.items() if site in scope.keys))
        case About.EVERYTHING | About.CLIENT:
            return Filters()


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What a report is made of.

    Attributes:
        zone: The report's, whose days and hours these are.
        cut: Of the period, by ``cut_of``; VoIP.ms is asked for its days.
    """

    period: Period
    scope: Scope
    zone: ZoneInfo
    wire_zone: ZoneInfo
    cut: Cut
    filters: Filters
    owners: Owners


# What it says


@dataclass(frozen=True, kw_only=True)
class Unreturned:
    """A number that was missed and not spoken with since.

    Attributes:
        number: Its digits.
        caller: The caller id of its last try; from outside.
        at: When it last tried, in UTC.
        tries: How often it was missed since anybody spoke with it.
        owner: Whose phone it rang last.
    """

    number: str
    caller: str
    at: datetime
    tries: int
    owner: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a period's calls come to.

    Attributes:
        accounts, destinations, hours, columns: The whole, parted in four ways.
        longest, costliest: At most three each.
        unreturned: Who is still waiting, in the order of their last tries.
        withheld: Missed calls without a number that could be called back.
        doubtful: Rows in the repeated hour of the wire's clock, where the period begins or ends within it: the order in which they
            arrived decided whether they are in it.
    """

    subject: Subject
    totals: Totals
    accounts: tuple[Part, ...]
    destinations: tuple[Part, ...]
    hours: tuple[Part, ...]
    columns: tuple[Part, ...]
    longest: tuple[Call, ...]
    costliest: tuple[Call, ...]
    unreturned: tuple[Unreturned, ...]
    withheld: int
    doubtful: int

    @property
    def period(self) -> Period:
        """The days it covers."""
        return self.subject.period

    @property
    def incoming(self) -> int:
        """Calls that came in."""
        return self.totals.by_direction(Direction.IN)

    @property
    def outgoing(self) -> int:
        """Calls that went out."""
        return self.totals.by_direction(Direction.OUT)

    @property
    def answered(self) -> int:
        """Calls that were answered, whichever way they went."""
        return self.totals.by_outcome(Outcome.ANSWERED)

    @property
    def answered_percent(self) -> int | None:
        """The answer-seizure ratio: how many of a hundred calls were answered; ``None`` without calls."""
        return percent(self.answered, self.totals.calls)

    @property
    def average_seconds(self) -> int | None:
        """The average call duration: seconds of talk in an answered call; ``None`` without one."""
        return round(self.totals.seconds / self.answered) if self.answered else None

    @property
    def busiest(self) -> Part | None:
        """The hour of the day with the most calls, the first of several; ``None`` without calls."""
        return max((hour for hour in self.hours if hour.calls), key=lambda hour: hour.calls, default=None)


def percent(part: int, whole: int) -> int | None:
    """A share of a hundred, rounded, but never to all or nothing where it is neither; ``None`` of nothing."""
    if not whole:
        return None
    return min(99, max(1, round(100 * part / whole))) if 0 < part < whole else 100 * part // whole


def report_of(subject: Subject, pieces: Iterable[Rows[Cdr]], join: Join | None = None) -> Report:
    """Everything a report says, in one pass.

    Args:
        pieces: The rows of the cut's days, those after the period too, as VoIP.ms answers them, in any order.
        join: Is given the same rows as our side of what was resold.
    """
    hours = ByHour(subject.period, subject.zone, subject.wire_zone, subject.cut)
    destinations = ByDestination()
    longest, costliest = _Top(lambda row: row.seconds), _Top(lambda row: row.total)
    missed = _Missed(subject.cut)
    kinds: dict[Group, Kind] = {}
    doubtful = 0

    def read() -> Iterator[Rows[Cdr]]:
        nonlocal doubtful
        for piece in pieces:
            missed.heard(piece)
            doubtful += sum(len(seam.doubtful(piece)) for seam in subject.cut.seams)
            yield piece
            del piece  # else two are in memory while the next is read

    def each(row: Cdr, group: Group) -> None:
        kind = kinds.get(group)
        if kind is None:
            kind = kinds[group] = kind_of(group)
        hours.of(row).add(kind, 1, row.seconds, row.total)
        destinations.of(row).add(kind, 1, row.seconds, row.total)
        if kind is Kind.MISSED:
            missed.missed(row, group.owner)
        if kind is not Kind.FEE:
            longest.take(row, group)
            costliest.take(row, group)
        if join is not None:
            join.take(row)

    totals = add_up(read(), subject.cut, subject.filters, subject.owners, each)
    return Report(
        subject=subject,
        totals=totals,
        accounts=by_owner(totals),
        destinations=most_first(destinations.named.values()),
        hours=by_hour(hours),
        columns=columns(subject.period, hours),
        longest=longest.calls,
        costliest=costliest.calls,
        unreturned=missed.unreturned(subject.wire_zone),
        withheld=missed.withheld,
        doubtful=doubtful,
    )


# What deserves a look


class _Missed:
    """Who was missed, and who was spoken with when."""

    def __init__(self, cut: Cut) -> None:
        self.withheld = 0
        self._start = cut.start
        self._spoken: dict[str, datetime] = {}
        self._tries: dict[str, list[tuple[datetime, str, str]]] = {}

    def heard(self, piece: Rows[Cdr]) -> None:
        """Notes with whom was spoken, in the period and after it."""
        start, spoken = self._start, self._spoken
        for row in piece:
            if row.date < start or outcome_of(row.disposition) is not Outcome.ANSWERED:
                continue
            direction = direction_of(row.destination_type, row.description)
            if direction is Direction.NONE:
                continue
            number = number_of(row.callerid if direction is Direction.IN else row.destination)
            spoken[number] = max(row.date, spoken.get(number, row.date))

    def missed(self, row: Cdr, owner: str) -> None:
        """Notes one missed call."""
        number = number_of(row.callerid)
        if number:
            self._tries.setdefault(number, []).append((row.date, row.callerid, owner))
        else:
            self.withheld += 1

    def unreturned(self, wire_zone: ZoneInfo) -> tuple[Unreturned, ...]:
        """Who is still waiting, in the order of their last tries."""
        found = []
        for number, tries in self._tries.items():
            spoken = self._spoken.get(number, OLDEST)
            since = [one for one in tries if one[0] > spoken]
            if since:
                at, caller, owner = max(since)
                found.append(Unreturned(number=number, caller=caller, at=to_utc(at, wire_zone), tries=len(since), owner=owner))
        return tuple(sorted(found, key=lambda one: (one.at, one.number)))


class _Top:
    """The calls with the most of something; of equal ones the first."""

    _KEPT_MEANWHILE = 256

    def __init__(self, much: Callable[[Cdr], int | Decimal]) -> None:
        self._much = much
        self._least: int | Decimal = 0
        self._kept: list[tuple[Cdr, Group]] = []

    def take(self, row: Cdr, group: Group) -> None:
        """Keeps the call if it may be among them."""
        much = self._much(row)
        if much > 0 and much >= self._least:
            self._kept.append((row, group))
            if len(self._kept) == self._KEPT_MEANWHILE:
                self._keep_most()
                self._least = self._much(self._kept[-1][0])

    def _keep_most(self) -> None:
        self._kept.sort(key=lambda kept: (-self._much(kept[0]), kept[0].date))
        del self._kept[STANDING_OUT:]

    @property
    def calls(self) -> tuple[Call, ...]:
        """The most first."""
        self._keep_most()
        return tuple(Call(row=row, owner=group.owner, direction=group.direction, outcome=group.outcome) for row, group in self._kept)
