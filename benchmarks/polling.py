"""How soon failures are seen and told, beside a round robin in the same worlds, on a clock that is moved by hand.

The poller is the real one, with the real agenda, pace and database; only the answers of VoIP.ms are made up here: phones that
register again shortly before their registration ends, after half of it or at nine tenths; two in a thousand times late; eight in a
hundred die without a word, four in a hundred sign off. A delay counts from the instant at which VoIP.ms could say "no".

*Round robin* asks about one account after the other with every request there is, and tells after the second "no": two sweeps.

``python -m benchmarks.polling`` measures the world that the bars are for, ``python -m benchmarks.polling all`` some others too.
"""

import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from math import ceil
from pathlib import Path
from random import Random
from statistics import mean, median

from sqlalchemy import select

from jobs.poller import Poller
from store import Store, incidents, leases, watch
from store.leases import Lease
from store.tables import transition
from voipms import Balance, Device, Pace, Priority, Registration, Rows, SubAccount, Transaction, VoipMs, to_wall

BEGIN = datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp()
LEAST_WARM_UP, FAILING = 1500.0, 2 * 3600.0
"""Seconds until the first failure, a sweep and a half at least; and from then on until the last."""
LATE, LATENESS = 0.002, 20.0
SILENT, DROPPED = 0.08, 0.04
PER_SITE, POPS = 4, 8
RHYTHMS: dict[Callable[[int], float], float] = {
    lambda expiry: expiry - 10: 0.4,
    lambda expiry: expiry / 2: 0.4,
    lambda expiry: expiry * 0.9: 0.2,
}
"""When a phone registers again, and how many do."""
SILENT_BAR, TICK_BAR = 15.0, 0.020
"""Seconds until a silent death is seen, and of one tick of the clock."""
ALERT_BAR, DROP_BAR = 0.25, 0.5
"""The time to the alert as a share of two sweeps, over all failures and for drops alone."""
MANY = 5000
NEVER = float("inf")


# The world


@dataclass
class Phone:
    """One phone, and what becomes of it. All instants are seconds since 1970.

    Attributes:
        rhythm: Seconds from one registration to the next.
        dies_at: It falls silent.
        drops_at: It signs off.
    """

    account: str
    expiry: int
    rhythm: float
    registered_at: float
    chance: Random
    site: int
    dies_at: float = NEVER
    drops_at: float = NEVER
    next_at: float = field(init=False)

    def __post_init__(self) -> None:
        self.next_at = self.registered_at + self.rhythm

    @property
    def fails_at(self) -> float:
        """When VoIP.ms can first say that it is gone, if it fails."""
        return self.ends(self.dies_at) if self.dies_at < NEVER else self.drops_at

    def ends(self, now: float) -> float:
        """When the registration ends that it has now; in the past when it has none."""
        while self.next_at <= min(now, self.dies_at):
            self.registered_at = self.next_at
            late = self.chance.expovariate(1 / LATENESS) if self.chance.random() < LATE else 0.0
            self.next_at += self.rhythm + late
        return self.registered_at + self.expiry if now < self.drops_at else self.drops_at


def phones(count: int, rate: float, expiries: Sequence[int], seed: int = 1) -> list[Phone]:
    """So many phones; who fails, and when, is drawn by lot."""
    lot = Random(seed)
    warm_up = max(LEAST_WARM_UP, 1.5 * count * 60 / (0.9 * rate))
    made = []
    for n in range(count):
        expiry = lot.choice(expiries)
        (rhythm,) = lot.choices(list(RHYTHMS), list(RHYTHMS.values()))
        every = rhythm(expiry)
        made.append(Phone(f"100000_{n:04}", expiry, every, BEGIN - lot.random() * every, Random(f"{seed} {n}"), n // PER_SITE))
    failing = lot.sample(made, ceil((SILENT + DROPPED) * count))
    for n, phone in enumerate(failing):
        at = BEGIN + warm_up + lot.random() * FAILING
        if n < len(failing) * SILENT / (SILENT + DROPPED):
            phone.dies_at = at
        else:
            phone.drops_at = at
    return made


class Hand:
    """The clock; it moves when somebody waits."""

    def __init__(self) -> None:
        self.at = BEGIN

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.at, UTC)

    def seconds(self) -> float:
        return self.at

    def wait(self, _: threading.Condition, seconds: float | None) -> None:
        assert seconds is not None
        self.at += seconds


class World(VoipMs):
    """What VoIP.ms says of these phones. Questions wait for their turn as they always do, and are answered at once."""

    def __init__(self, some: Sequence[Phone], hand: Hand, rate: float) -> None:
        self.pace = Pace(rate, clock=hand.seconds, wait=hand.wait)
        super().__init__("owner@example.com", "not-real", pace=self.pace)
        self.phones = {phone.account: phone for phone in some}
        self.hand = hand
        self.asked_at: list[float] = []

    def _turn(self) -> None:
        with self.pace.turn(Priority.SWEEP):
            self.asked_at.append(self.hand.at)

    def registration(self, account: str) -> Registration:
        self._turn()
        phone, now = self.phones[account], self.hand.at
        ends = phone.ends(now)
        if ends <= now:
            return Registration(account=account, registered=False)
        device = Device(
            register_ip=f"203.0.{phone.site // 250}.{phone.site % 250}",
            server_pop=str(phone.site % POPS),
            register_next=to_wall(datetime.fromtimestamp(int(ends), UTC), self.wire_zone),
        )
        return Registration(account=account, registered=True, devices=Rows([device]))

    def sub_accounts(self, account: str = "") -> Rows[SubAccount]:
        self._turn()
        return Rows(SubAccount(account=phone.account, auth_type="1", max_expiry=phone.expiry) for phone in self.phones.values())

    def balance(self, advanced: bool = True) -> Balance:
        self._turn()
        return Balance(current_balance=Decimal(100))

    def transactions(self, first: object, last: object) -> Rows[Transaction]:
        self._turn()
        return Rows()


# A run


@dataclass(frozen=True, kw_only=True)
class Delays:
    """Seconds after VoIP.ms could say it, one for each failure."""

    seen: list[float]
    told: list[float]

    def __add__(self, other: "Delays") -> "Delays":
        return Delays(seen=self.seen + other.seen, told=self.told + other.told)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of one world.

    Attributes:
        busiest: Most requests in any minute.
        wrong: Phones that were called missing and had not failed.
        seconds: What it took on this machine.
    """

    silent: Delays
    drops: Delays
    robin_silent: Delays
    robin_drops: Delays
    busiest: int
    looks: int
    wrong: int
    seconds: float


def replay(count: int, rate: float, expiries: Sequence[int]) -> Outcome:
    """Let the poller work until all that fails has been told, and a round robin beside it."""
    some, hand = phones(count, rate, expiries), Hand()
    last = max(phone.fails_at for phone in some if phone.fails_at < NEVER)
    some = phones(count, rate, expiries)  # as they were: asking for the end let them live to it
    world = World(some, hand, rate)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(dir=_fast_folder()) as folder, Store(f"sqlite:///{folder}/dialtone.db") as store:
        poller, lease = _poller(store, world, hand)
        while hand.at < last + 3 * count * 60 / rate + 300:
            hand.at += poller.step(lease)
        noted = _noted(store)
    seconds = time.perf_counter() - began
    silent = [phone for phone in some if phone.dies_at < NEVER]
    drops = [phone for phone in some if phone.drops_at < NEVER]
    robin = partial(_robin, places={phone.account: n for n, phone in enumerate(some)}, gap=60 / rate)
    fails = {phone.account: phone.fails_at for phone in some}
    return Outcome(
        silent=_ours(silent, noted),
        drops=_ours(drops, noted),
        robin_silent=robin(silent),
        robin_drops=robin(drops),
        busiest=_busiest(world.asked_at),
        looks=len(world.asked_at),
        wrong=sum(after == "missing" and at < fails[account] for account, after, at in noted),
        seconds=seconds,
    )


def _fast_folder() -> str | None:
    """In memory, where the machine has such a folder: how fast the disk is, is not what is measured."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def _poller(store: Store, world: VoipMs, hand: Hand) -> tuple[Poller, Lease]:
    poller = Poller(
        store,
        world,
        confirm_seconds=60,
        interval=timedelta(minutes=1),
        main_account="",
        low_balance=Decimal(10),
        clock=hand.now,
    )
    with store.writing() as transaction:
        lease = leases.take(transaction, "watch", "benchmark", hand.now(), timedelta(days=100))
    assert lease is not None
    return poller, lease


def _noted(store: Store) -> list[tuple[str, str, float]]:
    """Account, state and instant of every change."""
    with store.reading() as transaction:
        rows = transaction.execute(select(transition).order_by(transition.c.id))
        return [(row.account, row.after, row.at.timestamp()) for row in rows]


def _ours(failed: Sequence[Phone], noted: Sequence[tuple[str, str, float]]) -> Delays:
    first: dict[tuple[str, str], list[float]] = {}
    for account, after, at in noted:
        first.setdefault((account, after), []).append(at)

    def delays(after: str) -> list[float]:
        # VoIP.ms spells whole seconds, and so does this clock not
        return [min(at for at in first[phone.account, after] if at >= phone.fails_at - 1) - phone.fails_at for phone in failed]

    return Delays(seen=delays("suspect"), told=delays("missing"))


def _robin(failed: Sequence[Phone], places: dict[str, int], gap: float) -> Delays:
    """One after the other, round and round; told with the second "no"."""
    sweep = len(places) * gap
    seen = [(BEGIN + places[phone.account] * gap - phone.fails_at) % sweep for phone in failed]
    return Delays(seen=seen, told=[delay + sweep for delay in seen])


def _busiest(asked_at: Sequence[float]) -> int:
    most, first = 0, 0
    for n, at in enumerate(asked_at):
        while asked_at[first] <= at - 60 + 1e-6:
            first += 1
        most = max(most, n - first + 1)
    return most


# The cost of a tick


def measure_tick() -> bool:
    """Print what one tick of the clock costs with many accounts; whether the bar is met."""
    hand = Hand()
    world = World(phones(MANY, 60_000, [3600]), hand, 60_000)
    with tempfile.TemporaryDirectory(dir=_fast_folder()) as folder, Store(f"sqlite:///{folder}/dialtone.db") as store:
        poller, lease = _poller(store, world, hand)
        while len(world.asked_at) < MANY + 100:
            hand.at += poller.step(lease)
        calm = _tick(store, poller, lease, hand)
        world.phones["100000_0007"].drops_at = hand.at
        while not _open(store):
            hand.at += poller.step(lease)
        busy = _tick(store, poller, lease, hand)
    print(f"a tick with {MANY:,} accounts: {calm * 1e3:.1f} ms, with an open outage {busy * 1e3:.1f} ms (bar {TICK_BAR * 1e3:.0f} ms)")
    return max(calm, busy) < TICK_BAR


def _open(store: Store) -> bool:
    with store.reading() as transaction:
        return incidents.are_open(transaction)


def _tick(store: Store, poller: Poller, lease: Lease, hand: Hand) -> float:
    """Seconds, the median of many."""

    def once() -> float:
        hand.at += 2
        began = time.perf_counter()
        doing = poller.tally()
        store.write(lambda transaction: watch.tick(transaction, lease, hand.now(), poller.timing, doing))
        return time.perf_counter() - began

    return median(once() for _ in range(30))


# Printing


def told(name: str, count: int, rate: float, expiries: Sequence[int]) -> Outcome:
    """Replay one world and print what came of it."""
    out = replay(count, rate, expiries)
    all_ours, all_robin = out.silent + out.drops, out.robin_silent + out.robin_drops
    print(f"{name}: {count:,} phones, {rate:g} requests a minute, {out.looks:,} requests replayed in {out.seconds:.0f} s")
    for words, ours, robin in (
        ("silent deaths", out.silent, out.robin_silent),
        ("drops", out.drops, out.robin_drops),
        ("all failures", all_ours, all_robin),
    ):
        share = mean(ours.told) / mean(robin.told)
        print(
            f"  {words:14} seen after {mean(ours.seen):6.0f} s (round robin {mean(robin.seen):5.0f}), "
            f"told after {mean(ours.told):6.0f} s (two sweeps {mean(robin.told):5.0f}): {share:.2f}"
        )
    print(f"  most requests in a minute {out.busiest}, wrongly called missing {out.wrong}")
    return out


def held() -> bool:
    """Measure the world that the bars are for; whether they are met."""
    count, rate = 1000, 60.0
    out = told("an hour's registrations", count, rate, [3600])
    mix = mean((out.silent + out.drops).told) / mean((out.robin_silent + out.robin_drops).told)
    drops = mean(out.drops.told) / mean(out.robin_drops.told)
    print(f"bars: silent deaths seen within {SILENT_BAR:g} s, told at {ALERT_BAR} of two sweeps, drops at {DROP_BAR}")
    return mean(out.silent.seen) <= SILENT_BAR and mix <= ALERT_BAR and drops <= DROP_BAR and out.busiest <= rate


def main(words: Sequence[str]) -> int:
    """Measure, print, and hold the bars."""
    if words == ["all"]:
        for name, count, rate, expiries in (
            ("an hour's registrations", 100, 60.0, [3600]),
            ("an hour's registrations", 1000, 120.0, [3600]),
            ("five minutes' registrations", 1000, 60.0, [300]),
            ("mixed registrations", 1000, 60.0, [3600, 300, 120]),
            ("an hour's registrations", 5000, 120.0, [3600]),
        ):
            told(name, count, rate, expiries)
    return 0 if all([measure_tick(), held()]) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
