"""Whether the money runs out: a prepaid balance at zero is the commonest outage of all. Pure."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

ENOUGH = Decimal("1.2")
"""The balance is well again at this many times the limit, so that it does not come and go around it."""


@dataclass(frozen=True, kw_only=True)
class Purse:
    """The last balance that was seen.

    Attributes:
        balance: US dollars, as VoIP.ms spells them.
        low_since: When it was first seen under the limit; ``None`` while it is well.
        days_left: At the pace of the last days; ``None`` when nothing is spent.
    """

    balance: str = ""
    low_since: datetime | None = None
    days_left: int | None = None


def weighed(purse: Purse, balance: Decimal, days_left: int | None, limit: Decimal, now: datetime) -> Purse:
    """The purse after the balance was read once more."""
    low = balance < limit * (ENOUGH if purse.low_since is not None else 1)
    return Purse(balance=str(balance), low_since=(purse.low_since or now) if low else None, days_left=days_left)
