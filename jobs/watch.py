"""The watch at work: one of several processes looks at phones, and lets the clock do its part.

Two threads share one lease. The timetable's keeps it, settles what time alone brings and says how the watch is doing; ours looks at
phones, and may wait for VoIP.ms as long as it takes. A process that was frozen has lost the lease when it wakes up, and writes nothing.
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

import structlog

from blocks.frame import ago
from jobs import Job
from jobs.poller import IDLE, Poller
from store import Store, StoreError, leases, shared_now, steering, watch
from store.leases import Holder, Lease, LeaseLost
from store.scenes import Doing
from voipms import VoipMs

log = structlog.get_logger(__name__)

NAME = "watch"
TTL = timedelta(seconds=10)
"""How long the other processes wait when the one that polls dies or freezes."""
KEEP_EVERY = timedelta(seconds=2)
TELL_EVERY = timedelta(seconds=5)
"""How often it is stored how the watch is doing."""
STUCK = timedelta(minutes=5)
"""A look may wait that long: for its turn after a rate limit, and for an answer that never comes."""
AFTER_TROUBLE = 2.0
"""Seconds until the next try after something failed that is none of VoIP.ms's failures."""
FAREWELL = 2.0
"""Seconds that a look on the wire is waited for at the end."""


def _now() -> datetime:
    return datetime.now(UTC)


class Watch:
    """Looks at phones until the block ends, whenever this process has the lease; its ``job`` belongs into the timetable.

    Args:
        phones: Asked with patience: people always go first.
        confirm_seconds, main_account, low_balance: See ``Poller``.
        interval: Least seconds between two looks at one account at rest.
        channel: ``ALERT_CHANNEL``.
        zone: ``TIMEZONE``.
        ttl: How long the other processes wait when this one dies or freezes.
        clock: The time, aware.
    """

    def __init__(
        self,
        store: Store,
        phones: VoipMs,
        *,
        confirm_seconds: float = 60.0,
        interval: float = 60.0,
        main_account: str = "",
        low_balance: Decimal = Decimal(10),
        channel: str = "",
        zone: ZoneInfo = ZoneInfo("UTC"),
        ttl: timedelta = TTL,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self._store = store
        self._channel = channel
        self._zone = zone
        self._ttl = ttl
        self._clock = clock
        self._holder = Holder(store, NAME, ttl)
        self._poller = Poller(
            store,
            phones,
            confirm_seconds=confirm_seconds,
            interval=timedelta(seconds=interval),
            main_account=main_account,
            low_balance=low_balance,
            clock=clock,
        )
        self._lease: Lease | None = None
        self._kept_at = self._stepped_at = time.monotonic()
        self._told_at: datetime | None = None
        self._doing: Doing | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._look, name="watch", daemon=True)

    @property
    def job(self) -> Job:
        """What the timetable has to do for it."""
        return Job(name=NAME, tick=self.keep, every=min(KEEP_EVERY, self._ttl / 4))

    def __enter__(self) -> Self:
        with self._store.writing() as transaction:
            steering.default_channel(transaction, self._channel)
            steering.default_zone(transaction, self._zone)
            if not self._store.shared:
                leases.free(transaction, NAME, shared_now(transaction))
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Take no further look, and let the next process in at once. A look on the wire is given up: it will be taken again."""
        self._stopping.set()
        self._poller.stopping = True
        self._thread.join(FAREWELL)
        self._lease = None
        try:
            self._holder.release()
        except StoreError as lost:
            log.warning("lease not released", error=str(lost))

    # One thread: the lease and the clock

    def keep(self) -> None:
        """Keep the lease or get it; with it, settle and remind for what time alone brings.

        Raises:
            Unavailable: The database cannot be asked. Nobody is looked at meanwhile.
        """
        if self._stopping.is_set():
            return
        try:
            lease, self._kept_at = self._holder.keep(), time.monotonic()
        except StoreError:
            self._lease = None
            raise
        if (self._lease is None) is not (lease is None):
            log.info("watch begins" if lease else "watch waits: another process looks")
        self._lease = lease
        if lease is not None:
            self._tick(lease)

    def _tick(self, lease: Lease) -> None:
        now = self._clock()
        self._doing = self._poller.tally()
        due = self._told_at is None or now - self._told_at >= TELL_EVERY
        try:
            self._store.write(lambda transaction: watch.tick(transaction, lease, now, self._poller.timing, self._doing if due else None))
        except LeaseLost:
            self._lease = None
        else:
            self._told_at = now if due and self._doing is not None else self._told_at

    # The other: looks

    def _look(self) -> None:
        while not self._stopping.is_set():
            self._stopping.wait(self._step())
            self._stepped_at = time.monotonic()

    def _step(self) -> float:
        lease = self._lease
        # a process that was frozen does not ask before it knows that the lease is still its own
        if lease is None or time.monotonic() - self._kept_at > self._ttl.total_seconds():
            return IDLE
        try:
            return self._poller.step(lease)
        except LeaseLost:
            self._lease = None
            return IDLE
        except Exception as error:
            if self._stopping.is_set():
                return IDLE
            log.error("look failed", error=str(error), exc_info=None if isinstance(error, StoreError) else error)
            return AFTER_TROUBLE

    # How it is

    @property
    def rounds(self) -> int:
        """How often every account has had its turn here, while VoIP.ms could be seen."""
        return self._poller.rounds

    @property
    def doing(self) -> Doing | None:
        """How it is doing in this process; ``None`` when another one looks, or before the beginning."""
        return self._doing if self._lease is not None else None

    def how_it_is(self) -> tuple[bool, str]:
        """Whether looks are being attempted, by this process if it has to; and in words. VoIP.ms's failures are none of it."""
        quiet = timedelta(seconds=time.monotonic() - self._stepped_at)
        if quiet > STUCK:
            return False, f"no look has been tried for {ago(quiet)}"
        if self._lease is None:
            return True, "waits: another process looks, or the database cannot be asked"
        doing = self._doing
        if doing is None:
            return True, "begins"
        figures = doing.figures
        return True, f"{figures.accounts} accounts, a round takes {ago(figures.sweep)}, {figures.rate:g} requests a minute"
