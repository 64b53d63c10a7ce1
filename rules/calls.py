"""Call records added up in one pass, however many there are. Pure."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, localcontext
from operator import attrgetter

from rules.call_rows import Cut, Direction, Filters, Outcome, Owners, direction_of, outcome_of
from voipms import Cdr, Rows

NEWEST = 99
"""Rows that are kept whole: as many as a table shows."""
OLDEST = datetime(1, 1, 1)
_KEPT_MEANWHILE = 4_096
"""The newest rows are picked out when so many have come together."""
DIGITS = 60
"""Precision of sums: more than any real one has, so that they are exact."""
_MOST_KEYS = 20_000
"""What is worked out once is remembered for so many combinations."""


class Group:
    """Rows that are alike in owner, direction and outcome, added up.

    Attributes:
        owner: A login, or a routing string such as ``grp:4768``.
        cost: US dollars, exact.
    """

    __slots__ = ("cost", "direction", "outcome", "owner", "rows", "seconds")

    def __init__(self, owner: str, direction: Direction, outcome: Outcome) -> None:
        self.owner = owner
        self.direction = direction
        self.outcome = outcome
        self.rows = 0
        self.seconds = 0
        self.cost = Decimal()


class _ByNumber(dict[str, Group | None]):
    """The groups of inbound rows that are alike but for the number that was called."""

    def __init__(self, groups: "Groups", account: str, outcome: Outcome) -> None:
        super().__init__()
        self._groups = groups
        self._account = account
        self._outcome = outcome

    def __missing__(self, destination: str) -> Group | None:
        group = self._groups.shared(self._groups.owners.of(self._account, destination), Direction.IN, self._outcome)
        if len(self) < _MOST_KEYS:
            self[destination] = group
        return group


class Groups(dict[tuple[str, str, str, str], Group | _ByNumber | None]):
    """The group of a row by ``(account, disposition, destination_type, description)``; ``None`` where the filters leave it out.

    Direction, outcome and owner are decided once for each combination that occurs, not for each row.
    """

    def __init__(self, filters: Filters, owners: Owners) -> None:
        super().__init__()
        self.owners = owners
        self._filters = filters
        self._shared: dict[tuple[str, Direction, Outcome], Group] = {}

    def __missing__(self, key: tuple[str, str, str, str]) -> Group | _ByNumber | None:
        account, disposition, destination_type, description = key
        direction, outcome = direction_of(destination_type, description), outcome_of(disposition)
        inbound = direction is Direction.IN
        group = _ByNumber(self, account, outcome) if inbound else self.shared(account, direction, outcome)
        if len(self) < _MOST_KEYS:
            self[key] = group
        return group

    def shared(self, owner: str, direction: Direction, outcome: Outcome) -> Group | None:
        """The one group of that kind, ``None`` where the filters leave it out."""
        if not self._filters.takes(direction, outcome, owner):
            return None
        return self._shared.setdefault((owner, direction, outcome), Group(owner, direction, outcome))

    def of(self, row: Cdr) -> Group | None:
        """The group of one row."""
        group = self[row.account, row.disposition, row.destination_type, row.description]
        return group[row.destination] if isinstance(group, _ByNumber) else group

    @property
    def found(self) -> tuple[Group, ...]:
        """The groups that have rows."""
        return tuple(group for group in self._shared.values() if group.rows)


@dataclass(frozen=True, kw_only=True)
class Call:
    """One row that is meant, with what was worked out about it."""

    row: Cdr
    owner: str
    direction: Direction
    outcome: Outcome

    @property
    def missed(self) -> bool:
        """Inbound, and nobody answered."""
        return self.direction is Direction.IN and self.outcome is not Outcome.ANSWERED


@dataclass(frozen=True, kw_only=True)
class Owned:
    """What belongs to one owner: calls and their talk time, and the cost with fees."""

    owner: str
    calls: int
    seconds: int
    cost: Decimal


@dataclass(frozen=True, kw_only=True)
class Totals:
    """What the rows that are meant come to.

    Attributes:
        newest: At most 99, newest first.
        in_period: Rows of the period that were read, meant or not.
        unreadable: Rows of VoIP.ms's answers that could not be read: they are in no sum.
        gaps: Values in the others that could not be read.
    """

    groups: tuple[Group, ...] = ()
    newest: tuple[Call, ...] = ()
    in_period: int = 0
    unreadable: int = 0
    gaps: int = 0

    @property
    def rows(self) -> int:
        """Rows that are meant, fees included."""
        return sum(group.rows for group in self.groups)

    @property
    def calls(self) -> int:
        """Calls that are meant, answered or not."""
        return self.count(lambda group: True)

    @property
    def seconds(self) -> int:
        """Talk time of the calls."""
        return sum(group.seconds for group in self.groups if group.direction is not Direction.NONE)

    @property
    def cost(self) -> Decimal:
        """US dollars, fees included, exact."""
        return _sum(self.groups)

    @property
    def fees(self) -> int:
        """Fee rows."""
        return self.rows - self.calls

    @property
    def fee_cost(self) -> Decimal:
        """US dollars of the cost that are fees."""
        return _sum(group for group in self.groups if group.direction is Direction.NONE)

    @property
    def missed(self) -> int:
        """Inbound calls that nobody answered."""
        return self.count(lambda group: group.direction is Direction.IN and group.outcome is not Outcome.ANSWERED)

    def by_outcome(self, outcome: Outcome) -> int:
        """Calls that ended so, in and out."""
        return self.count(lambda group: group.outcome is outcome)

    def by_direction(self, direction: Direction) -> int:
        """Calls in one direction."""
        return self.count(lambda group: group.direction is direction)

    def count(self, which: Callable[[Group], bool]) -> int:
        """Calls in the groups that are meant."""
        return sum(group.rows for group in self.groups if group.direction is not Direction.NONE and which(group))

    def by_owner(self) -> list[Owned]:
        """Each owner's share, most calls first."""
        shares: dict[str, list[Group]] = {}
        for group in self.groups:
            shares.setdefault(group.owner, []).append(group)
        made = [
            Owned(owner=owner, calls=share.calls, seconds=share.seconds, cost=share.cost)
            for owner, groups in shares.items()
            for share in (Totals(groups=tuple(groups)),)
        ]
        return sorted(made, key=lambda one: (-one.calls, -one.cost, one.owner))


def _sum(groups: Iterable[Group]) -> Decimal:
    with localcontext(prec=DIGITS):
        return sum((group.cost for group in groups), Decimal())


def add_up(
    pieces: Iterable[Rows[Cdr]], cut: Cut, filters: Filters, owners: Owners, each: Callable[[Cdr, Group], None] | None = None
) -> Totals:
    """Add up the rows of a period in one pass. Memory does not grow with their number.

    Args:
        pieces: As VoIP.ms answers them, in any order.
        each: Is given every row that is meant with its group, for sums of another kind.
    """
    groups = Groups(filters, owners)
    fits = filters.row_test
    start, end = cut.start, cut.end
    newest: list[Cdr] = []
    floor = OLDEST  # nothing older is among the newest
    in_period = unreadable = gaps = 0
    with localcontext(prec=DIGITS):
        for piece in pieces:
            unreadable += piece.unreadable
            gaps += piece.gaps
            for row in cut.settled(piece):
                date = row.date
                if date < start or date >= end:
                    continue
                in_period += 1
                group = groups[row.account, row.disposition, row.destination_type, row.description]
                if isinstance(group, _ByNumber):
                    group = group[row.destination]
                if group is None or (fits is not None and not fits(row)):
                    continue
                group.rows += 1
                group.seconds += row.seconds
                group.cost += row.total
                if each is not None:
                    each(row, group)
                if date > floor:
                    newest.append(row)
                    if len(newest) == _KEPT_MEANWHILE:
                        floor = _keep_newest(newest)
            del piece  # else two are in memory while the next is read
    _keep_newest(newest)
    shown = tuple(_calls(newest, groups))
    return Totals(groups=groups.found, newest=shown, in_period=in_period, unreadable=unreadable, gaps=gaps)


def matching(pieces: Iterable[Rows[Cdr]], cut: Cut, filters: Filters, owners: Owners) -> Iterator[Call]:
    """The rows that ``add_up`` adds up, one by one, in the order in which they arrive."""
    groups = Groups(filters, owners)
    fits = filters.row_test
    for piece in pieces:
        within = (row for row in cut.settled(piece) if cut.start <= row.date < cut.end and (fits is None or fits(row)))
        yield from _calls(within, groups)
        del piece, within  # else two are in memory while the next is read


def _calls(rows: Iterable[Cdr], groups: Groups) -> Iterator[Call]:
    for row in rows:
        group = groups.of(row)
        if group is not None:
            yield Call(row=row, owner=group.owner, direction=group.direction, outcome=group.outcome)


def _keep_newest(rows: list[Cdr]) -> datetime:
    """Leave the newest, newest first; of rows of one second those that came first. Returns the date of the oldest that is left."""
    rows.sort(key=attrgetter("date"), reverse=True)
    del rows[NEWEST:]
    return rows[-1].date if rows else OLDEST
