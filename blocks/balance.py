"""Money left, and how long it lasts. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from blocks import words
from blocks.frame import BlockDict, as_length, facts, header, money, plural, render, safe, section, small
from blocks.settings import NOTHING, Lost, noted, unread
from rules.balance import PACE_DAYS, Outlook
from voipms import Balance

PACE = f"at the pace of the last {PACE_DAYS} days"


def headline(balance: Balance, ahead: Outlook | None) -> str:
    """``Balance $112.19, about 12 days at the pace of the last 30 days``."""
    left = f"Balance {money(balance.current_balance)}"
    if _is_empty(balance):
        return f"{left}: nothing is left"
    return left if ahead is None or ahead.days_left is None else f"{left}, {lasts(ahead.days_left)} {PACE}"


def lasts(days: int) -> str:
    """``less than a day``, ``about 12 days``, ``more than a year``."""
    return "less than a day" if days < 1 else f"about {plural(days, 'day')}" if days <= 366 else "more than a year"


def card(balance: Balance, ahead: Outlook | None, lost: Lost = NOTHING, notes: Sequence[str] = ()) -> list[BlockDict]:
    """The balance, what today cost, and how long it lasts.

    Args:
        ahead: ``None`` where the ledger could not be asked for.
        lost: What could not be read.
        notes: What is missing, a plain sentence each.
    """
    pairs = [
        ("Balance", money(balance.current_balance)),
        ("Spent today", "" if balance.spent_today is None else money(balance.spent_today)),
        ("Calls today", _calls(words.count(balance.calls_today), balance.time_today)),
    ]
    if ahead is not None:
        pairs.insert(1, ("Lasts", _estimate(balance, ahead)))
        pairs += [
            (f"Spent in the last {PACE_DAYS} days", money(ahead.spent)),
            ("A day, on average", money(ahead.spent / PACE_DAYS)),
        ]
        lost = replace(lost, rows=lost.rows + ahead.without_amount)
    told = [(name, safe(value)) for name, value in pairs if value]
    untold = [name.lower() for name, value in pairs if not value]
    return render(
        [
            header(f"Balance {money(balance.current_balance)}"),
            *(
                [section("🔴  *Nothing is left.* VoIP.ms stops calls that cost money until the account is topped up.")]
                if _is_empty(balance)
                else []
            ),
            *facts(told),
            *unread(lost),
            *noted(notes),
            *([small(f"Not told by VoIP.ms: {', '.join(untold)}")] if untold else []),
            *([small(below)] if (below := _rests_on(balance, ahead)) else []),
        ]
    )


def _is_empty(balance: Balance) -> bool:
    return balance.current_balance <= 0


def _estimate(balance: Balance, ahead: Outlook) -> str:
    if ahead.days_left is None:
        return "no telling: nothing was spent"
    return "nothing is left" if _is_empty(balance) else f"{lasts(ahead.days_left)} {PACE}"


def _calls(count: str, time: str) -> str:
    return f"{count}, {as_length(time)} talk time" if count and time else count


def _rests_on(balance: Balance, ahead: Outlook | None) -> str:
    """What the numbers are made of, in small print."""
    days = f"The last {PACE_DAYS} days are the whole days before today, New York time; what was spent includes the monthly fees of numbers"
    ledger = "" if ahead is None else days
    totals = [
        "" if balance.spent_total is None else f"{money(balance.spent_total)} spent",
        f"{safe(words.count(balance.calls_total))} calls" if balance.calls_total is not None else "",
        f"{safe(as_length(balance.time_total))} talk time" if balance.time_total else "",
    ]
    told = ", ".join(filter(None, totals))
    return "\n".join(filter(None, (ledger, f"VoIP.ms's own totals (it does not say since when): {told}" if told else "")))
