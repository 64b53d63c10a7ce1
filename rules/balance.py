"""How long the money lasts. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from voipms import Transaction

PACE_DAYS = 30
"""Days whose spending says how fast the money goes: monthly fees of numbers weigh as much as they should."""


def pace_period(today: date) -> tuple[date, date]:
    """The first and the last of the whole days before today that the pace rests on."""
    return today - timedelta(days=PACE_DAYS), today - timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What the ledger says of the days to come.

    Attributes:
        spent: US dollars booked out in ``PACE_DAYS`` days.
        days_left: Whole days the balance lasts at that pace; ``None`` when nothing was spent.
        without_amount: Lines of the ledger that could not be counted.
    """

    spent: Decimal
    days_left: int | None
    without_amount: int


def outlook(balance: Decimal, ledger: Iterable[Transaction]) -> Outlook:
    """How long the balance lasts if the next days are like the ledger's. Payments and credits do not count: only what went out."""
    amounts = [line.ammount for line in ledger]
    spent = -sum((amount for amount in amounts if amount is not None and amount < 0), Decimal(0))
    days_left = max(0, int(balance * PACE_DAYS / spent)) if spent else None
    return Outlook(spent=spent, days_left=days_left, without_amount=amounts.count(None))
