"""Calls: what one is and costs, a believable day of them, and the ledger that keeps them.

A day's calls follow from the seed and the day alone, so that a company founded tomorrow has the same past.
"""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from playground.company_parts import MAIN, NO_CLIENT, Did, Package, SubAccount
from playground.company_words import CANADA, EXPENSIVE, HOSTILE, callers, digits_of, made_up

NEW_YORK = ZoneInfo("America/New_York")
EIGHT_PLACES = Decimal("0.00000001")
ZERO = Decimal(0)
DISPOSITIONS = ("ANSWERED", "NO ANSWER", "BUSY", "FAILED")

IN_RATE = Decimal("0.0085")
TOLL_FREE_RATE = Decimal("0.0268")
RECORDING_FEE = Decimal("0.002")

HOURS = (1, 1, 1, 0, 1, 2, 6, 20, 70, 110, 120, 105, 75, 95, 110, 100, 85, 50, 20, 10, 8, 5, 3, 2)
"""How busy each hour of a New York day is."""

LATE = timedelta(hours=23, minutes=45)
"""A call that comes in after this lasts over midnight."""

Direction = Literal["in", "out", "fee"]


class Call(NamedTuple):
    """One row of the call records.

    Attributes:
        start: Aware, in UTC.
        direction: ``fee``: not a call, but a charge among them.
        account: Who made it; inbound: the sub-account that the number rings directly, else the main account.
        did: The company's number that was called, ``""`` unless inbound.
        number: The other side, digits; ``""`` if withheld.
        rate, cost: US dollars a minute and in all, what VoIP.ms takes.
        client, price: The reseller client whose call it is, ``"0"`` if nobody's, and what it is charged.
        agent, ip: Of the phone that made it, often unknown.
    """

    start: datetime
    seconds: int
    direction: Direction
    account: str
    did: str
    number: str
    callerid: str
    description: str
    destination_type: str
    disposition: str
    rate: Decimal
    cost: Decimal
    uniqueid: str
    client: str = NO_CLIENT
    price: Decimal = ZERO
    agent: str = ""
    ip: str = ""
    logs: str = ""

    @property
    def end(self) -> datetime:
        return self.start + timedelta(seconds=self.seconds)


class Ledger:
    """All calls, by when they began."""

    def __init__(self, calls: Iterable[Call] = ()) -> None:
        self._calls = sorted(calls, key=lambda call: call.start)

    def add(self, call: Call) -> None:
        insort(self._calls, call, key=lambda kept: kept.start)

    def between(self, start: datetime, end: datetime) -> Sequence[Call]:
        """The calls that began from ``start`` (aware) until before ``end``, oldest first."""
        first, last = (bisect_left(self._calls, at, key=lambda call: call.start) for at in (start, end))
        return self._calls[first:last]

    def __iter__(self) -> Iterator[Call]:
        return iter(tuple(self._calls))

    def __len__(self) -> int:
        return len(self._calls)


def charge(seconds: int, rate: Decimal, pulse: int = 6) -> Decimal:
    """What a call costs: begun pulses, at a rate per minute."""
    return (rate * (-(-seconds // pulse) * pulse) / 60).quantize(EIGHT_PLACES, ROUND_HALF_UP)


def price(seconds: int, rate: Decimal, package: Package) -> Decimal:
    """What a client pays for a call that costs the reseller ``rate``."""
    marked_up = rate * (100 + package.markup_percentage) / 100 + package.markup_fixed
    return charge(seconds, marked_up, package.pulse)


def tariff(digits: str) -> tuple[str, str, Decimal]:
    """Description, destination type and rate of an outbound call."""
    if digits.startswith(EXPENSIVE):
        return "Outbound - Premium satellite & mobile", "OUT:INTL", Decimal("0.85")
    if digits.startswith("011"):
        return "Outbound - International", "OUT:INTL", Decimal("0.0399")
    if digits[:3] in CANADA:
        return "Outbound - Canada", "OUT:CAN", Decimal("0.0052")
    return "Outbound - USA", "OUT:USA", Decimal("0.01")


@dataclass(frozen=True)
class Line:
    """A sub-account with what its calls need."""

    account: SubAccount
    package: Package | None
    shown: str

    def out(self, start: datetime, digits: str, seconds: int, disposition: str, uniqueid: str, rate: Decimal | None = None) -> Call:
        """A call that this line makes."""
        description, kind, usual = tariff(digits)
        rate = usual if rate is None else rate
        return Call(
            start=start,
            seconds=seconds,
            direction="out",
            account=self.account.login,
            did="",
            number=digits,
            callerid=self.shown,
            description=description,
            destination_type=kind,
            disposition=disposition,
            rate=rate,
            cost=charge(seconds, rate),
            uniqueid=uniqueid,
            client=self.account.client,
            price=price(seconds, rate, self.package) if self.package else ZERO,
            agent=self.account.agent,
            ip=self.account.site.ip,
        )

    def fee(self, call: Call) -> Call:
        """The charge for recording it, booked when it ended."""
        return call._replace(
            start=call.end, seconds=0, direction="fee", callerid="", description="Call Recording Fee", destination_type="",
            disposition="ANSWERED", rate=ZERO, cost=RECORDING_FEE, price=ZERO, uniqueid="n/a", agent="", ip="",
        )  # fmt: skip


@dataclass(frozen=True)
class Ringing:
    """A number of ours with what its calls need."""

    did: Did
    package: Package | None

    def call(self, start: datetime, callerid: str, seconds: int, disposition: str, uniqueid: str, rate: Decimal | None = None) -> Call:
        """A call that comes in on this number."""
        if rate is None:
            rate = ZERO if self.did.flat else TOLL_FREE_RATE if self.did.did.startswith("8") else IN_RATE
        header, _, target = self.did.routing.partition(":")
        logs = ""
        if disposition != "ANSWERED":
            logs = f"Call logs for UniqueID: {uniqueid} Routing to {self.did.routing} Status is '{disposition.capitalize()}'"
        return Call(
            start=start,
            seconds=seconds,
            direction="in",
            account=target if header == "account" else MAIN,
            did=self.did.did,
            number=digits_of(callerid),
            callerid=callerid,
            description="Inbound DID",
            destination_type="IN:CAN" if self.did.did[:3] in CANADA else "IN:USA",
            disposition=disposition,
            rate=rate,
            cost=charge(seconds, rate),
            uniqueid=uniqueid,
            client=self.did.client,
            price=price(seconds, rate, self.package) if self.package else ZERO,
            logs=logs,
        )


class Cast:
    """Who calls whom: the lines that dial, the numbers that ring, and the people outside."""

    def __init__(self, seed: int, lines: Sequence[Line], ringing: Sequence[Ringing]) -> None:
        self.seed = seed
        self.lines = [line for line in lines if line.account.agent or line.account.by_ip]
        self.ringing = [number for number in ringing if number.did.routing != "sys:hangup"]
        self._line_weights = [WEIGHTS.get(line.account.username, 3 if line.account.client == NO_CLIENT else 1) for line in self.lines]
        self._number_weights = [WEIGHTS.get(number.did.did, 2) for number in self.ringing]
        rng = Random(f"{seed} people")
        self._people = [*callers(rng, 110) * 4, *["anonymous", ""] * 4, *HOSTILE]
        self._abroad = ("01144205550104", "01133155550105", "01149305550106")

    def day(self, day: date) -> list[Call]:
        """All calls of one New York day, oldest first."""
        rng = Random(f"{self.seed} {day}")
        moments = self._moments(rng, day)
        lines = rng.choices(self.lines, self._line_weights, k=len(moments))
        ringing = rng.choices(self.ringing, self._number_weights, k=len(moments))
        found: list[Call] = []
        for place, (at, line, number) in enumerate(zip(moments, lines, ringing, strict=True)):
            late = at >= LATE
            start = (datetime.combine(day, time(), NEW_YORK) + at).astimezone(UTC)
            uniqueid = self._uniqueid(rng, day, place)
            disposition, seconds = self._outcome(rng, late)
            if late or rng.random() < 0.58:
                found.append(number.call(start, rng.choice(self._people), seconds, disposition, uniqueid))
                continue
            call = line.out(start, self._dialled(rng), seconds, disposition, uniqueid)
            found.append(call if rng.random() < 0.7 else call._replace(agent="", ip=""))
            if line.account.recorded and seconds:
                found.append(line.fee(call))
        return sorted([*found, *self._repeated_hour(rng, day)], key=lambda call: call.start)

    def _moments(self, rng: Random, day: date) -> list[timedelta]:
        """When calls begin, after midnight: many on a working day, few at the weekend, some evenings one just before midnight."""
        count = (rng.randint(150, 245), rng.randint(12, 32), rng.randint(4, 11))[max(0, day.weekday() - 4)]
        moments = [timedelta(hours=hour, seconds=rng.randrange(3600)) for hour in rng.choices(range(24), HOURS, k=count)]
        if day.weekday() in (1, 4):
            moments.append(LATE + timedelta(seconds=rng.randrange(900)))
        return sorted(moments)

    def _outcome(self, rng: Random, late: bool) -> tuple[str, int]:
        """How a call ends, and how long it is; a late one lasts over midnight."""
        disposition = "ANSWERED" if late else rng.choices(DISPOSITIONS, (84, 10, 3, 3))[0]
        if disposition != "ANSWERED":
            return disposition, 0
        return disposition, min(5400, 3 + int(rng.expovariate(1 / 170))) + (900 if late else 0)

    def _dialled(self, rng: Random) -> str:
        chance = rng.random()
        if chance < 0.02:
            return rng.choice(self._abroad)
        return digits_of(rng.choice(self._people))[-10:] or made_up(rng) if chance < 0.6 else made_up(rng)

    def _repeated_hour(self, rng: Random, day: date) -> list[Call]:
        """On the night in autumn that is an hour longer, a call in each pass of the repeated hour."""
        passes = [datetime.combine(day, time(1, 30, fold=fold), NEW_YORK).astimezone(UTC) for fold in (0, 1)]
        if passes[1] - passes[0] != timedelta(hours=1):
            return []
        return [
            self.ringing[0].call(at, rng.choice(self._people), 61, "ANSWERED", self._uniqueid(rng, day, 990 + fold))
            for fold, at in enumerate(passes)
        ]

    def _uniqueid(self, rng: Random, day: date, place: int) -> str:
        """As the several systems behind VoIP.ms write it."""
        serial = day.toordinal() * 1000 + place
        chance = rng.random()
        return "n/a" if chance < 0.01 else f"{serial}x{place}i8c" if chance < 0.05 else str(serial)


WEIGHTS = {
    "frontdesk": 25, "frontdesk2": 14, "sales1": 20, "sales2": 16, "laval": 10, "dock": 6, "billing": 8, "fax": 1, "door": 0,
    "elevator": 0, "alarm": 0, "gate": 0, "kitchen": 1, "boardroom": 1,
    "5145550100": 34, "5145550101": 8, "5145550102": 18, "5145550103": 12, "4505550120": 12, "8005550130": 8, "4505550122": 5,
}  # fmt: skip
"""How often a line dials or a number rings, where that is not usual."""
