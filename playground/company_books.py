"""The books of Harbour & Finch Ltd: payments, monthly fees, and what calls cost, month by month."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from playground.calls import NEW_YORK, Ledger
from playground.company_parts import Did, Transaction


def books(rng: Random, dids: Iterable[Did], ledger: Ledger, first: date, today: date) -> list[Transaction]:
    """All lines from the first day to today, by day."""
    lines = [*monthly_fees(rng, dids, first, today), *payments(rng, first, today), *call_charges(ledger, first, today)]
    return sorted(lines, key=lambda line: (line.day, line.text, line.uniqueid))


def monthly_fees(rng: Random, dids: Iterable[Did], first: date, today: date) -> Iterator[Transaction]:
    """What each number costs, on its day of the month."""
    for did in dids:
        for day in days(first, today):
            if day.day == did.next_billing.day:
                fee = Decimal("-4.25") if did.flat else Decimal("-0.99")
                yield line(rng, day, f"DID{did.did}", f"DID Monthly Fee: {did.did}", fee)


def payments(rng: Random, first: date, today: date) -> Iterator[Transaction]:
    """A hundred dollars on the first Monday of each month."""
    for day in days(first, today):
        if day.weekday() == 0 and day.day <= 7:
            yield line(rng, day, "Payment", "Payment - Credit Card ending in 0000", Decimal("100.00"))


def call_charges(ledger: Ledger, first: date, today: date) -> Iterator[Transaction]:
    """One line a month for all calls: its date is two dates, and it has no id."""
    start = first
    while start <= today:
        end = min(today, (start.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1))
        spent = sum((call.cost for call in ledger.between(midnight(start), midnight(end + timedelta(days=1)))), Decimal(0))
        yield Transaction(start, f"{start} to {end}", "n/a", "Calls", "Call charges", -spent)
        start = end + timedelta(days=1)


def line(rng: Random, day: date, kind: str, description: str, amount: Decimal) -> Transaction:
    at = datetime.combine(day, time(0, rng.randrange(60), rng.randrange(60)))
    return Transaction(day, str(at), f"{day.toordinal()}x{rng.randrange(10**5):05}i8c", kind, description, amount)


def midnight(day: date) -> datetime:
    """When a New York day begins."""
    return datetime.combine(day, time(), NEW_YORK)


def days(first: date, last: date) -> Iterator[date]:
    yield from (first + timedelta(days=past) for past in range((last - first).days + 1))
