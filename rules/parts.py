"""A period's calls parted in several ways: by owner, by destination, by hour, by the columns of a chart. Pure.

Each way has every row exactly once, so its parts come to the whole.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, localcontext
from enum import Enum, IntEnum
from zoneinfo import ZoneInfo

from rules.call_rows import Cut, Direction, Outcome, direction_of, wall_from
from rules.calls import DIGITS, Group, Totals
from rules.periods import Period
from voipms import Cdr

FEES, INCOMING, ELSEWHERE = "Fees", "Incoming", "Elsewhere"
MOST_DESTINATIONS = 200
"""Destinations that are told apart; what comes after is *Elsewhere*."""
WHOLE_DAYS, WHOLE_WEEKS = 14, 20
"""The most columns of a day each, and of a week each: Slack draws twenty, and the longest period lies in thirteen months."""
OFFICE = (8, 18)
"""The columns of a day reach at least from the one hour to the other."""
_MOST_KEYS = 20_000
_STEP = timedelta(minutes=15)
"""Zones lie quarters of an hour apart."""
_COUNTRIES = {"CAN": "Canada", "USA": "USA", "INTL": "International"}


@dataclass(frozen=True, kw_only=True)
class Part:
    """One share of the whole.

    Attributes:
        name: An owner, a destination, an hour, a column.
        answered, missed: Calls that came in.
        outgoing: Calls that went out, answered or not.
        seconds: Talk time.
        cost: US dollars, fees included, exact.
    """

    name: str
    answered: int = 0
    missed: int = 0
    outgoing: int = 0
    fees: int = 0
    seconds: int = 0
    cost: Decimal = Decimal()

    @property
    def calls(self) -> int:
        """All of them."""
        return self.answered + self.missed + self.outgoing

    @property
    def empty(self) -> bool:
        """Whether there is no row at all."""
        return not self.calls and not self.fees


def together(name: str, parts: Iterable[Part]) -> Part:
    """Several parts as one."""
    made = tuple(parts)
    with localcontext(prec=DIGITS):
        return Part(
            name=name,
            answered=sum(one.answered for one in made),
            missed=sum(one.missed for one in made),
            outgoing=sum(one.outgoing for one in made),
            fees=sum(one.fees for one in made),
            seconds=sum(one.seconds for one in made),
            cost=sum((one.cost for one in made), Decimal()),
        )


class Kind(IntEnum):
    """What a row counts as."""

    ANSWERED = 0
    MISSED = 1
    OUTGOING = 2
    FEE = 3


def kind_of(group: Group) -> Kind:
    """What the rows of a group count as."""
    match group.direction:
        case Direction.NONE:
            return Kind.FEE
        case Direction.OUT:
            return Kind.OUTGOING
        case Direction.IN:
            return Kind.ANSWERED if group.outcome is Outcome.ANSWERED else Kind.MISSED


class Tally:
    """A part while it is added up, in a context of ``DIGITS`` digits."""

    __slots__ = ("cost", "name", "rows", "seconds")

    def __init__(self, name: str) -> None:
        self.name = name
        self.rows = [0, 0, 0, 0]
        self.seconds = 0
        self.cost = Decimal()

    def add(self, kind: Kind, rows: int, seconds: int, cost: Decimal) -> None:
        """Counts rows of one kind."""
        self.rows[kind] += rows
        self.cost += cost
        if kind is not Kind.FEE:
            self.seconds += seconds

    @property
    def part(self) -> Part:
        """What has come together."""
        answered, missed, outgoing, fees = self.rows
        return Part(name=self.name, answered=answered, missed=missed, outgoing=outgoing, fees=fees, seconds=self.seconds, cost=self.cost)


def most_first(tallies: Iterable[Tally]) -> tuple[Part, ...]:
    """The parts, most calls first, then the dearest."""
    return tuple(sorted((one.part for one in tallies), key=lambda one: (-one.calls, -one.cost, one.name)))


# By owner


def by_owner(totals: Totals) -> tuple[Part, ...]:
    """Each owner's share, most calls first; their names are logins and routing strings."""
    tallies: dict[str, Tally] = {}
    with localcontext(prec=DIGITS):
        for group in totals.groups:
            tallies.setdefault(group.owner, Tally(group.owner)).add(kind_of(group), group.rows, group.seconds, group.cost)
    return most_first(tallies.values())


# By destination


def destination_of(destination_type: str, description: str) -> str:
    """Where a call went, as far as VoIP.ms says: the country or kind that begins its description, else the code of its type.

    ``Canada - Quebec`` and ``Outbound - Canada`` are *Canada*. Calls that came in are *Incoming*, with what VoIP.ms says of them;
    fees are one kind. From outside.
    """
    direction = direction_of(destination_type, description)
    if direction is Direction.NONE:
        return FEES
    words = description.split()
    if words and words[0].lower() in ("inbound", "outbound"):
        del words[0]
        while words and words[0] == "-":
            del words[0]
    said = " ".join(words).partition(" - ")[0]
    if direction is Direction.IN:
        return f"{INCOMING}, {said}" if said and said.upper() != "DID" else INCOMING
    code = destination_type.rpartition(":")[2].strip()
    return said or _COUNTRIES.get(code.upper(), code) or ELSEWHERE


class ByDestination(dict[tuple[str, str], Tally]):
    """The tally of a row by ``(destination_type, description)``.

    Attributes:
        named: The tallies by destination.
    """

    def __init__(self) -> None:
        super().__init__()
        self.named: dict[str, Tally] = {}

    def __missing__(self, key: tuple[str, str]) -> Tally:
        name = destination_of(*key)
        if name not in self.named and len(self.named) >= MOST_DESTINATIONS:
            name = ELSEWHERE
        tally = self.named.setdefault(name, Tally(name))
        if len(self) < _MOST_KEYS:
            self[key] = tally
        return tally

    def of(self, row: Cdr) -> Tally:
        """The tally of one row."""
        return self[row.destination_type, row.description]


# By time


class ByHour:
    """The local hours of a period, laid out on the wire's clock: rows are compared, none is converted."""

    def __init__(self, period: Period, zone: ZoneInfo, wire_zone: ZoneInfo, cut: Cut) -> None:
        self._starts: list[datetime] = []
        self._tallies: list[Tally] = []
        self._hours: dict[tuple[date, int], Tally] = {}
        at, end = period.bounds(zone)
        before: tuple[date, int] | None = None
        while at < end:
            local = at.astimezone(zone)
            hour = (local.date(), local.hour)
            if hour != before:
                self._starts.append(wall_from(at, wire_zone) if before else cut.start)
                self._tallies.append(self._hours.setdefault(hour, Tally("")))
                before = hour
            at += _STEP

    def of(self, row: Cdr) -> Tally:
        """The tally of the hour in which a row of the period begins."""
        return self._tallies[bisect_right(self._starts, row.date) - 1]

    def grouped(self, name: Callable[[date, int], str]) -> tuple[Part, ...]:
        """The hours put together by what their day and hour are called, in order of time."""
        found: dict[str, list[Part]] = {}
        for (day, hour), tally in sorted(self._hours.items()):
            found.setdefault(name(day, hour), []).append(tally.part)
        return tuple(together(called, parts) for called, parts in found.items())


def by_hour(hours: ByHour) -> tuple[Part, ...]:
    """The hours of the day, those of all days together: ``10–11``."""
    return tuple(sorted(hours.grouped(lambda day, hour: f"{hour}–{hour + 1}"), key=lambda part: int(part.name.partition("–")[0])))


class Width(Enum):
    """How much time one column of a chart stands for."""

    HOURS = "time of day"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


def width_of(period: Period) -> Width:
    """The narrowest of which a chart of the period takes all."""
    if period.length == 1:
        return Width.HOURS
    if period.length <= WHOLE_DAYS:
        return Width.DAY
    weeks = (_monday(period.last) - _monday(period.first)).days // 7 + 1
    return Width.WEEK if weeks <= WHOLE_WEEKS else Width.MONTH


def columns(period: Period, hours: ByHour) -> tuple[Part, ...]:
    """The columns of a chart: pairs of hours (``8–10``), days (``Mon 16``), weeks (``2–8 Nov``), months (``Nov 2026``)."""
    width = width_of(period)
    if width is Width.HOURS:
        pairs = hours.grouped(lambda day, hour: f"{hour // 2 * 2}–{hour // 2 * 2 + 2}")
        starts = [int(part.name.partition("–")[0]) for part in pairs]
        shown = [OFFICE[0], OFFICE[1] - 2, *(start for start, part in zip(starts, pairs, strict=True) if not part.empty)]
        return tuple(part for start, part in zip(starts, pairs, strict=True) if min(shown) <= start <= max(shown))
    if width is Width.DAY:
        return hours.grouped(lambda day, hour: f"{day:%a} {day.day}")
    if width is Width.WEEK:
        return hours.grouped(lambda day, hour: _week(period, day))
    return hours.grouped(lambda day, hour: f"{day:%b %Y}")


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _week(period: Period, day: date) -> str:
    """The days of the period that lie in the day's week."""
    first = max(period.first, _monday(day))
    last = min(period.last, _monday(day) + timedelta(days=6))
    return f"{last.day} {last:%b}" if first == last else f"{first.day}–{last.day} {last:%b}"
