"""Rows of call records: which are meant, which way they went, and whose they are. Pure.

A row of VoIP.ms has no direction and, inbound, carries the main account whoever rang. Both are worked out here:

- *inbound*: ``destination_type`` begins with ``IN:`` or ``description`` with ``Inbound``; everything else that is no fee is outbound;
- *fee* (call recording, transcription, a caller name look-up): ``description`` or ``destination_type`` has a word for one, and
  the description does not begin with ``Inbound``. It counts in cost, not in calls, and has neither direction nor outcome;
- an inbound row belongs to the sub-account that its ``destination`` routes to directly, else to the number's routing
  (``grp:4768``), else to the account it carries. A row that names a sub-account itself is left with it;
- *missed*: inbound and not ``ANSWERED``.

Source: reports of live clients; the documentation has no direction field.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import lru_cache
from zoneinfo import ZoneInfo

from rules.periods import Period
from rules.routing import id_of, is_set, kind_of
from voipms import Cdr, Did, Rows, to_utc, to_wall

_MINUTE = timedelta(minutes=1)
_LEAST_DIGITS = 3
_MOST_REMEMBERED = 20_000
"""Rows repeat each other: what was worked out is remembered for so many."""
_FEE = re.compile(r"\b(?:fees?|recordings?|transcri(?:pts?|ptions?)|(?:sur)?charges?|cnam|lookups?)\b", re.IGNORECASE)


class Direction(Enum):
    """Who called whom."""

    IN = "in"
    OUT = "out"
    NONE = "fee"


class Outcome(Enum):
    """How a call ended, as VoIP.ms says it. ``OTHER`` is a disposition without a name here."""

    ANSWERED = "answered"
    NO_ANSWER = "no answer"
    BUSY = "busy"
    FAILED = "failed"
    OTHER = "other"


_OUTCOMES = {"ANSWERED": Outcome.ANSWERED, "NOANSWER": Outcome.NO_ANSWER, "BUSY": Outcome.BUSY, "FAILED": Outcome.FAILED}


@lru_cache(_MOST_REMEMBERED)
def outcome_of(disposition: str) -> Outcome:
    """The outcome, whatever the case and spaces of the disposition."""
    return _OUTCOMES.get("".join(disposition.split()).upper(), Outcome.OTHER)


@lru_cache(_MOST_REMEMBERED)
def direction_of(destination_type: str, description: str) -> Direction:
    """In, out or a fee; see the head of this file."""
    says_inbound = description.lstrip()[:7].lower() == "inbound"
    if not says_inbound and (_FEE.search(description) or _FEE.search(destination_type)):
        return Direction.NONE
    return Direction.IN if says_inbound or destination_type.lstrip()[:3].upper() == "IN:" else Direction.OUT


# Which rows


@dataclass(frozen=True, kw_only=True)
class Cut:
    """A period as the wire's wall clock has it, worked out once: a million rows are compared, none is converted.

    Attributes:
        start, end: Naive wall clocks of the wire zone; ``start`` is in the period, ``end`` is not.
        first_day, last_day: The days to ask VoIP.ms for, both included. It cuts days by a clock of its own, so a day
            more is asked for on each side, as far as there can be calls.
        seams: Where the period begins or ends within the hour that the wire's clock repeats. There ``start`` and ``end`` take
            that hour in whole, and ``settled`` takes out of it what belongs to the neighbour.
    """

    start: datetime
    end: datetime
    first_day: date
    last_day: date
    seams: tuple["Seam", ...] = ()

    def settled(self, piece: Rows[Cdr]) -> Rows[Cdr]:
        """The rows of an answer without those that a seam gives to the period before or after."""
        for seam in self.seams:
            piece = seam.settled(piece)
        return piece


@dataclass(frozen=True, kw_only=True)
class Seam:
    """The repeated hour of the wire's clock, and the period that has only a part of it.

    Attributes:
        start, end: Naive wall clocks of the wire zone, between which each comes twice.
        begins, ends: The instants of the period, in UTC.
    """

    start: datetime
    end: datetime
    begins: datetime
    ends: datetime
    wire_zone: ZoneInfo

    def doubtful(self, piece: Rows[Cdr]) -> list[Cdr]:
        """The rows of that hour, in the order in which they arrived."""
        return [row for row in piece if self.start <= row.date < self.end]

    def settled(self, piece: Rows[Cdr]) -> Rows[Cdr]:
        """The rows without those of the hour that lie outside the period.

        Nothing on the wire tells the two passes apart but the order in which rows arrive: where the clock goes back, once, the
        second pass begins. Where it never does, or more than once, all are taken to be of the first.
        """
        rows = self.doubtful(piece)
        if piece and piece[0].date > piece[-1].date:  # newest first
            rows.reverse()
        back = [place for place in range(1, len(rows)) if rows[place].date < rows[place - 1].date]
        second = back[0] if len(back) == 1 else len(rows)
        outside = {id(row) for place, row in enumerate(rows) if not self._holds(row.date, place >= second)}
        return Rows((row for row in piece if id(row) not in outside), piece.unreadable, piece.gaps) if outside else piece

    def _holds(self, wall: datetime, second: bool) -> bool:
        return self.begins <= wall.replace(tzinfo=self.wire_zone, fold=int(second)).astimezone(UTC) < self.ends


def cut_of(period: Period, zone: ZoneInfo, wire_zone: ZoneInfo, now: datetime) -> Cut:
    """The cut of a period of days of ``zone``; ``now`` is aware.

    In the hour that the wire's clock repeats each autumn nothing on a row tells the passes apart: such rows are taken to be of the
    first one, as ``voipms.to_utc`` does. Only where the period begins or ends within that hour does it matter; see ``Seam``.
    """
    begins, ends = period.bounds(zone)
    start, end = wall_from(begins, wire_zone), wall_from(ends, wire_zone)
    seams = []
    if hour := _cut_hour(begins, wire_zone):
        start = hour[0]
        seams.append(hour)
    if hour := _cut_hour(ends, wire_zone):
        end = hour[1]
        seams.append(hour)
    latest = max(to_wall(now, wire_zone).date(), start.date())
    last_day = (end - timedelta(microseconds=1)).date() + timedelta(days=1)
    return Cut(
        start=start,
        end=end,
        first_day=start.date() - timedelta(days=1),
        last_day=min(last_day, latest),
        seams=tuple(Seam(start=first, end=last, begins=begins, ends=ends, wire_zone=wire_zone) for first, last in seams),
    )


def wall_from(at: datetime, wire_zone: ZoneInfo) -> datetime:
    """The earliest wall clock that ``voipms.to_utc`` reads as this instant or later."""
    wall = to_wall(at, wire_zone).replace(fold=0)
    while to_utc(wall, wire_zone) < at:  # the second pass of a repeated hour
        wall += timedelta(minutes=1)
    return wall


def _cut_hour(at: datetime, wire_zone: ZoneInfo) -> tuple[datetime, datetime] | None:
    """The walls between which the wire's clock runs twice, if the instant lies after the first of these moments and before the last."""
    first = last = to_wall(at, wire_zone).replace(fold=0, second=0, microsecond=0)
    while _comes_twice(first - _MINUTE, wire_zone):
        first -= _MINUTE
    while _comes_twice(last, wire_zone):
        last += _MINUTE
    return (first, last) if to_utc(first, wire_zone) < at < to_utc(last, wire_zone) else None


def _comes_twice(wall: datetime, wire_zone: ZoneInfo) -> bool:
    once, again = (wall.replace(tzinfo=wire_zone, fold=fold).utcoffset() or timedelta() for fold in (0, 1))
    return again < once


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Which calls are meant; nothing set means all. Fees have only an account: any other filter leaves them out.

    Attributes:
        outcomes: Of ``answered missed busy failed`` and ``no answer``; a call that fits any of them is meant.
        number: Digits, without the leading 1: what a caller id or a destination ends with.
        over, under: Seconds of talk, not included.
        account: A login, the main account's too, or the routing string of a place that numbers lead to.
        accounts: Logins, the main account among them or not; ``None`` is all, and an empty set is none.
    """

    directions: frozenset[Direction] = frozenset()
    outcomes: frozenset[str] = frozenset()
    number: str = ""
    over: int | None = None
    under: int | None = None
    account: str = ""
    accounts: frozenset[str] | None = None

    @property
    def about_calls(self) -> bool:
        """Whether anything but the account is asked for."""
        return bool(self.directions or self.outcomes or self.number) or self.over is not None or self.under is not None

    @property
    def words(self) -> tuple[str, ...]:
        """The words that set the same filters, but for the account."""
        by_length = [f"{name}:{limit}s" for name, limit in (("over", self.over), ("under", self.under)) if limit is not None]
        number = [f"number:{self.number}"] if self.number else []
        outcomes = sorted(outcome.replace(" ", "-") for outcome in self.outcomes)
        return (*sorted(direction.value for direction in self.directions), *outcomes, *number, *by_length)

    def takes(self, direction: Direction, outcome: Outcome, owner: str) -> bool:
        """Whether rows of this kind can be meant."""
        if self.account and not _belongs(owner, self.account):
            return False
        if self.accounts is not None and not _one_of(owner, self.accounts):
            return False
        if direction is Direction.NONE:
            return not self.about_calls
        if self.directions and direction not in self.directions:
            return False
        missed = direction is Direction.IN and outcome is not Outcome.ANSWERED
        return not self.outcomes or outcome.value in self.outcomes or (missed and "missed" in self.outcomes)

    @property
    def row_test(self) -> Callable[[Cdr], bool] | None:
        """What has to be looked at row by row, ``None`` when nothing has."""
        if not self.number and self.over is None and self.under is None:
            return None
        over, under = -1 if self.over is None else self.over, float("inf") if self.under is None else self.under
        number = self.number

        def fits(row: Cdr) -> bool:
            return over < row.seconds < under and (not number or _called(row.callerid, number) or _called(row.destination, number))

        return fits


def _belongs(owner: str, account: str) -> bool:
    """Whether the owner is that login. What no sub-account owns (a ring group's calls) is the main account's."""
    return owner == account or (is_main(account) and ":" in owner)


def _one_of(owner: str, accounts: frozenset[str]) -> bool:
    return owner in accounts or (":" in owner and any(map(is_main, accounts)))


def is_main(login: str) -> bool:
    """``100000``, and neither ``100000_desk`` nor ``grp:4768``."""
    return "_" not in login and ":" not in login


def _called(words: str, number: str) -> bool:
    """Whether the number in ``"Name" <number>``, or the only number there is, ends so."""
    return _digits(words).endswith(number)


def _digits(words: str) -> str:
    inside = words.rpartition("<")[2] if "<" in words else words
    return re.sub(r"\D", "", inside)


@lru_cache(_MOST_REMEMBERED)
def number_of(words: str) -> str:
    """The number in a caller id or a destination as digits that are the same whichever way it was dialled; ``""`` where it has none.

    Neither the 1 of North America nor the 011 that leads abroad is part of it.
    """
    number = _digits(words)
    if len(number) > 11 and number.startswith("011"):
        return number[3:]
    return national(number) if len(number) >= _LEAST_DIGITS else ""


class Owners:
    """Whose a row is: the attribution of inbound rows, by the routing of the numbers we rent."""

    def __init__(self, dids: Iterable[Did] = ()) -> None:
        self._routing = {national(did.did): did.routing for did in dids if is_set(did.routing)}

    def of(self, account: str, destination: str) -> str:
        """The owner of an inbound row: a login, or a routing string that is no sub-account's."""
        routing = self._routing.get(national(destination), "")
        if not routing or not is_main(account):
            return account
        return id_of(routing) if kind_of(routing) == "account" else routing


def national(number: str) -> str:
    """A number's digits without the 1 of North America: how numbers are compared."""
    digits = number if number.isdecimal() else re.sub(r"\D", "", number)
    return digits[1:] if len(digits) == 11 and digits.startswith("1") else digits
