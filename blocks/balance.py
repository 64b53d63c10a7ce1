"""Money left, and how long it lasts. Pure."""

from blocks import words
from blocks.frame import BlockDict, facts, header, money, plural, render, safe, section, small
from blocks.settings import unread
from rules.balance import PACE_DAYS, Outlook
from voipms import Balance

PACE = f"at the pace of the last {PACE_DAYS} days"


def headline(balance: Balance, ahead: Outlook) -> str:
    """``Balance $112.19, about 12 days at the pace of the last 30 days``."""
    left = f"Balance {money(balance.current_balance)}"
    if _is_empty(balance):
        return f"{left}: nothing is left"
    return left if ahead.days_left is None else f"{left}, {lasts(ahead.days_left)} {PACE}"


def lasts(days: int) -> str:
    """``less than a day``, ``about 12 days``, ``more than a year``."""
    return "less than a day" if days < 1 else f"about {plural(days, 'day')}" if days <= 366 else "more than a year"


def card(balance: Balance, ahead: Outlook, unreadable: int = 0) -> list[BlockDict]:
    """The balance, what today cost, and how long it lasts.

    Args:
        unreadable: Rows of the ledger that could not be read.
    """
    pairs = [
        ("Balance", money(balance.current_balance)),
        ("Lasts", _estimate(balance, ahead)),
        ("Spent today", "" if balance.spent_today is None else money(balance.spent_today)),
        ("Calls today", _calls(words.count(balance.calls_today), balance.time_today)),
        (f"Spent in the last {PACE_DAYS} days", money(ahead.spent)),
        ("A day, on average", money(ahead.spent / PACE_DAYS)),
    ]
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
            *unread(unreadable + ahead.without_amount),
            *([small(f"Not told by VoIP.ms: {', '.join(untold)}")] if untold else []),
            small(_rests_on(balance)),
        ]
    )


def _is_empty(balance: Balance) -> bool:
    return balance.current_balance <= 0


def _estimate(balance: Balance, ahead: Outlook) -> str:
    if ahead.days_left is None:
        return "no telling: nothing was spent"
    return "nothing is left" if _is_empty(balance) else f"{lasts(ahead.days_left)} {PACE}"


def _calls(count: str, time: str) -> str:
    return f"{count}, {time} of talk" if count and time else count


def _rests_on(balance: Balance) -> str:
    """What the numbers are made of, in small print."""
    ledger = f"The pace is what the ledger books out in the {PACE_DAYS} whole days before today, days of New York, fees of numbers included"
    totals = [
        "" if balance.spent_total is None else f"{money(balance.spent_total)} spent",
        f"{safe(words.count(balance.calls_total))} calls" if balance.calls_total is not None else "",
        f"{safe(balance.time_total)} of talk" if balance.time_total else "",
    ]
    told = ", ".join(filter(None, totals))
    return f"{ledger}\nVoIP.ms's own totals (it does not say since when): {told}" if told else ledger
