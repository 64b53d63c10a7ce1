"""What is normal for a period, and how far one is from it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from statistics import median

from rules.calls import Totals

NEAR = Decimal("0.1")
"""What differs by less than a tenth from the median is as usual."""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What one period came to, for comparison with others of its kind.

    Attributes:
        seconds: Talk time.
        cost: US dollars.
    """

    calls: int
    missed: int
    seconds: int
    cost: Decimal


def figures_of(totals: Totals) -> Figures:
    """The figures of what was added up."""
    return Figures(calls=totals.calls, missed=totals.missed, seconds=totals.seconds, cost=totals.cost)


@dataclass(frozen=True, kw_only=True)
class Usual:
    """One figure of the earlier periods: their median, the least and the most of them."""

    middle: Decimal
    least: Decimal
    most: Decimal


@dataclass(frozen=True, kw_only=True)
class Normal:
    """What the earlier periods say is normal.

    Attributes:
        periods: How many there are: fewer than four say less.
        seconds: Talk time.
    """

    periods: int
    calls: Usual
    missed: Usual
    seconds: Usual
    cost: Usual


def since_first_calls(earlier: Sequence[Figures]) -> Sequence[Figures]:
    """The earlier periods without those before the first calls, where there are calls: what was not there yet is not normal.

    Args:
        earlier: Latest first, as ``schedule.compared`` gives them.
    """
    until = max((place for place, one in enumerate(earlier, 1) if one.calls), default=len(earlier))
    return earlier[:until]


def normal_of(earlier: Sequence[Figures]) -> Normal | None:
    """What is normal after the earlier periods (``schedule.compared``); ``None`` when there is none to go by."""
    if not earlier:
        return None
    return Normal(
        periods=len(earlier),
        calls=_usual([one.calls for one in earlier]),
        missed=_usual([one.missed for one in earlier]),
        seconds=_usual([one.seconds for one in earlier]),
        cost=_usual([one.cost for one in earlier]),
    )


def _usual(values: Sequence[int | Decimal]) -> Usual:
    exact = [Decimal(value) for value in values]
    return Usual(middle=median(exact), least=min(exact), most=max(exact))


class Trend(Enum):
    """Where a value stands beside what is usual."""

    USUAL = "as usual"
    MORE = "more"
    LESS = "less"


@dataclass(frozen=True, kw_only=True)
class Beside:
    """A value beside what is usual.

    Attributes:
        percent: By how much it differs from the median, rounded, never negative; ``None`` where the median is zero.
    """

    trend: Trend
    percent: int | None


def beside(value: int | Decimal, usual: Usual) -> Beside:
    """How a value compares: usual is what lies within the earlier values, or near their median."""
    middle = usual.middle
    percent = round(abs(value - middle) * 100 / middle) if middle else None
    if usual.least <= value <= usual.most or abs(value - middle) < NEAR * middle:
        return Beside(trend=Trend.USUAL, percent=percent)
    return Beside(trend=Trend.MORE if value > middle else Trend.LESS, percent=percent)
