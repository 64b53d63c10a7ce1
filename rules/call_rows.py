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
from datetime import date, datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from rules.periods import Period
from rules.routing import id_of, is_set, kind_of
from voipms import Cdr, Did, to_utc, to_wall

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


def outcome_of(disposition: str) -> Outcome:
    """The outcome, whatever the case and spaces of the disposition."""
    return _OUTCOMES.get("".join(disposition.split()).upper(), Outcome.OTHER)


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
    """

    start: datetime
    end: datetime
    first_day: date
    last_day: date


def cut_of(period: Period, zone: ZoneInfo, wire_zone: ZoneInfo, now: datetime) -> Cut:
    """The cut of a period of days of ``zone``; ``now`` is aware.

    In the hour that the wire's clock repeats each autumn nothing tells the passes apart: such rows are taken to be of the first
    one, as ``voipms.to_utc`` does, and keep the order in which they arrive.
    """
    start, end = (_wall(at, wire_zone) for at in period.bounds(zone))
    latest = max(to_wall(now, wire_zone).date(), start.date())
    last_day = (end - timedelta(microseconds=1)).date() + timedelta(days=1)
    return Cut(start=start, end=end, first_day=start.date() - timedelta(days=1), last_day=min(last_day, latest))


def _wall(at: datetime, wire_zone: ZoneInfo) -> datetime:
    """The earliest wall clock that is read as this instant or later."""
    wall = to_wall(at, wire_zone).replace(fold=0)
    while to_utc(wall, wire_zone) < at:  # the second pass of a repeated hour
        wall += timedelta(minutes=1)
    return wall


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Which calls are meant; nothing set means all. Fees have only an account: any other filter leaves them out.

    Attributes:
        outcomes: Of ``answered missed busy failed``; a call that fits any of them is meant.
        number: Digits, without the leading 1: what a caller id or a destination ends with.
        over, under: Seconds of talk, not included.
        account: A login, or the main account.
    """

    directions: frozenset[Direction] = frozenset()
    outcomes: frozenset[str] = frozenset()
    number: str = ""
    over: int | None = None
    under: int | None = None
    account: str = ""

    @property
    def about_calls(self) -> bool:
        """Whether anything but the account is asked for."""
        return bool(self.directions or self.outcomes or self.number) or self.over is not None or self.under is not None

    @property
    def words(self) -> tuple[str, ...]:
        """The words that set the same filters, but for the account."""
        by_length = [f"{name}:{limit}s" for name, limit in (("over", self.over), ("under", self.under)) if limit is not None]
        number = [f"number:{self.number}"] if self.number else []
        return (*sorted(direction.value for direction in self.directions), *sorted(self.outcomes), *number, *by_length)

    def takes(self, direction: Direction, outcome: Outcome, owner: str) -> bool:
        """Whether rows of this kind can be meant."""
        if self.account and not _belongs(owner, self.account):
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


def is_main(login: str) -> bool:
    """``100000`` and not ``100000_desk``."""
    return "_" not in login


def _called(words: str, number: str) -> bool:
    """Whether the number in ``"Name" <number>``, or the only number there is, ends so."""
    inside = words.rpartition("<")[2] if "<" in words else words
    return re.sub(r"\D", "", inside).endswith(number)


class Owners:
    """Whose a row is: the attribution of inbound rows, by the routing of the numbers we rent."""

    def __init__(self, dids: Iterable[Did] = ()) -> None:
        self._routing = {_national(did.did): did.routing for did in dids if is_set(did.routing)}

    def of(self, account: str, destination: str) -> str:
        """The owner of an inbound row: a login, or a routing string that is no sub-account's."""
        routing = self._routing.get(_national(destination), "")
        if not routing or not is_main(account):
            return account
        return id_of(routing) if kind_of(routing) == "account" else routing


def _national(number: str) -> str:
    digits = re.sub(r"\D", "", number)
    return digits[1:] if len(digits) == 11 and digits.startswith("1") else digits
