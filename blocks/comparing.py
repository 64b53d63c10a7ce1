"""How a report's figures compare with what is normal, in words. Pure."""

from collections.abc import Callable
from decimal import Decimal

from blocks.frame import money
from rules.periods import Period, Unit
from rules.reports import Report
from rules.schedule import WEEKS_COMPARED
from rules.usual import Beside, Normal, Trend, Usual, beside

UP, DOWN = "▲", "▼"


def compared(report: Report, normal: Normal) -> str:
    """``A normal Monday: 205 to 230 calls, about $6.10.``, ``▲ 24 % more calls than on a normal Monday: 160 to 190 calls, about $6.10.``"""
    found = beside(report.totals.calls, normal.calls)
    usually = usual_words(report.period, normal)
    return f"A {usually}" if found.trend is Trend.USUAL else f"{_by(found)} {_on(report.period)} a {usually}"


def usual_words(period: Period, normal: Normal) -> str:
    """``normal Monday: 205 to 230 calls, about $6.10.``"""
    calls = "call" if normal.calls.least == normal.calls.most == 1 else "calls"
    going_by = "" if normal.periods >= WEEKS_COMPARED else f", going by {normal.periods:,} so far"
    return f"normal {_such(period)}: {_range(normal.calls)} {calls}, about {money(normal.cost.middle)}{going_by}."


def beside_usual(value: int | Decimal, usual: Usual, in_words: Callable[[Decimal], str]) -> str:
    """What stands after a value: `` · as usual``, `` · ▲ usually 4``."""
    found = beside(value, usual)
    if found.trend is Trend.USUAL:
        return "  ·  as usual"
    return f"  ·  {UP if found.trend is Trend.MORE else DOWN} usually {in_words(usual.middle)}"


def _by(found: Beside) -> str:
    """By how much the calls differ, up to the word before what they are compared with."""
    if found.trend is Trend.LESS:
        return f"{DOWN} {found.percent} % fewer calls than"
    if found.percent is None:
        return f"{UP} More calls than"
    if found.percent < 100:
        return f"{UP} {found.percent} % more calls than"
    return f"{UP} {(100 + found.percent) / 100:.1f} times as many calls as"


def _range(usual: Usual) -> str:
    return f"{usual.least:,}" if usual.least == usual.most else f"{usual.least:,} to {usual.most:,}"


def _such(period: Period) -> str:
    match period.unit:
        case Unit.DAY:
            return f"{period.first:%A}"
        case Unit.WEEK:
            return "week"
        case Unit.MONTH:
            return "month"
    return f"{period.first:%A} to {period.last:%A}"


def _on(period: Period) -> str:
    return "in" if period.unit in (Unit.WEEK, Unit.MONTH) else "on"
