"""What the process that polls does, one thing at a time: a look, the list of accounts, the balance.

Which account is looked at next is the agenda's affair (``rules/agenda.py``), how fast is the client's; what a look means is decided
and stored in one transaction (``store/watch.py``). Nothing here has to survive: all of it is made anew from the rows.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeVar

import structlog

from rules.agenda import Agenda, Choice, Why
from rules.balance import outlook, pace_period
from rules.health import Answer, Health, Sight, pause, reason_of, sort_of
from rules.polling import DEFAULT_EXPIRY, Offset, learned, spotted
from rules.registrations import with_main
from rules.timing import Timing, timing
from rules.watch import Look
from store import Store, lines, steering, watch
from store.leases import Lease
from store.lines import Account
from store.scenes import Doing
from store.steering import Thresholds
from store.watch import Seen
from voipms import Priority, Refused, Registration, Transaction, VoipMs, VoipMsError, to_wall

log = structlog.get_logger(__name__)

T = TypeVar("T")

IDLE = 0.25
"""Seconds until it is worth another try when nothing is due."""
SETBACK = timedelta(seconds=30)
"""When the clock is put back by more than that, all is planned anew: it would be waited for otherwise."""
READ_EVERY = timedelta(seconds=1)
"""How often the wishes of people are read."""
LEDGER_EVERY = timedelta(hours=1)
ABSENT = "invalid_account"
"""VoIP.ms's word for an account that it does not know."""


@dataclass
class _Run:
    """What is known while one lease is held, all of it from the rows.

    Attributes:
        epoch: The lease's.
        accounts: All that are watched.
        offset: How ``register_next`` is to be read.
        stepped_at: The last step.
        ask_at: VoIP.ms is not asked before that.
        read_at, list_at, weigh_at, ledger_at: When these are due.
        listed_at: When all accounts were last listed.
        ledger: What was spent lately.
        down: VoIP.ms cannot be seen.
        round_began: Since then not every account has had its turn.
    """

    epoch: int
    timing: Timing
    agenda: Agenda
    accounts: dict[str, Account]
    offset: Offset
    stepped_at: datetime
    ask_at: datetime
    read_at: datetime
    list_at: datetime
    weigh_at: datetime
    ledger_at: datetime
    round_began: datetime
    listed_at: datetime | None = None
    ledger: tuple[Transaction, ...] = ()
    down: bool = False


class Poller:
    """Looks at phones with a lease that it is given. ``step`` is for one thread, what else is public for any.

    Args:
        confirm_seconds: ``CONFIRM_SECONDS``, unless people have set another one.
        interval: Least time between two looks at one account at rest.
        main_account: The main SIP login, where it is watched too.
        low_balance: ``LOW_BALANCE``, unless people have set another one.
        clock: The time, aware.

    Attributes:
        timing: The spans that the watch lives by.
        rounds: How often every account has had its turn while VoIP.ms could be seen.
        stopping: What is still on the wire is not stored any more.
    """

    def __init__(
        self,
        store: Store,
        phones: VoipMs,
        *,
        confirm_seconds: float,
        interval: timedelta,
        main_account: str,
        low_balance: Decimal,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._sweeps, self._rechecks = (phones.patient(priority, 1) for priority in (Priority.SWEEP, Priority.RECHECK))
        self._confirm_seconds = confirm_seconds
        self._interval = interval
        self._main_account = main_account
        self._low_balance = low_balance
        self._clock = clock
        self._chosen = Thresholds()
        self._run: _Run | None = None
        self._lock = threading.Lock()
        self.timing = timing(confirm_seconds)
        self.rounds = 0
        self.stopping = False

    def step(self, lease: Lease) -> float:
        """Do what is most urgent.

        Returns:
            Seconds until the next step is worth taking.

        Raises:
            LeaseLost: Another process polls now.
            Unavailable: The database cannot be asked.
        """
        now = self._clock()
        if self._run is None or self._run.epoch != lease.epoch or self._run.stepped_at - now > SETBACK:
            self._run = self._begin(lease)
        run = self._run
        run.stepped_at = now
        if now >= run.read_at:
            self._read(run, now)
            if self._run is not run:
                return 0.0
        if now < run.ask_at:
            return min(READ_EVERY, run.ask_at - now).total_seconds()
        if now >= run.list_at:
            self._list(run, lease)
        elif now >= run.weigh_at:
            self._weigh(run, lease)
        else:
            with self._lock:
                run.agenda.rate = self._sweeps.rate
                choice = run.agenda.next(now)
            if choice is None:
                return IDLE
            self._look(run, lease, choice)
        return 0.0

    def tally(self) -> Doing | None:
        """How the watch is doing; ``None`` before it has begun. Counts the rounds."""
        run, now = self._run, self._clock()
        if run is None:
            return None
        with self._lock:
            figures = run.agenda.figures(now)
        since = run.listed_at if not figures.accounts else None if figures.oldest is None else now - figures.oldest
        if since is not None and since >= run.round_began and not run.down:
            self.rounds += 1
            run.round_began = now
        return Doing(at=now, figures=figures, offset=run.offset)

    def _begin(self, lease: Lease) -> _Run:
        now = self._clock()
        accounts = self._store.write(lambda transaction: watch.began(transaction, lease, now, self.timing))
        with self._store.reading() as transaction:
            before, health = watch.doing(transaction), watch.health(transaction)
        agenda = Agenda(self.timing, self._interval, self._sweeps.rate)
        # a look in the future was before the clock was put back
        agenda.start([(one.line, one.looked_at and min(one.looked_at, now)) for one in accounts], now)
        # who takes over has phones to look at: that goes before asking which others there are
        rest_at = now + self.timing.recheck if accounts else now
        return _Run(
            epoch=lease.epoch,
            timing=self.timing,
            agenda=agenda,
            accounts={one.account: one for one in accounts},
            offset=before.offset if before is not None else Offset(),
            stepped_at=now,
            ask_at=now,
            read_at=now,
            list_at=rest_at,
            weigh_at=rest_at,
            ledger_at=now,
            round_began=now,
            down=health.sight is Sight.DOWN,
        )

    # What people want

    def _read(self, run: _Run, now: datetime) -> None:
        run.read_at = now + READ_EVERY
        with self._store.reading() as transaction:
            wanted, chosen = lines.wanted(transaction), steering.thresholds(transaction)
        if chosen != self._chosen:
            self._chosen = chosen
            self.timing = timing(chosen.confirm_seconds or self._confirm_seconds)
            self._run = None  # everything is planned anew
            return
        left = [one.account for one in wanted if not self._planned(run, one, now)]
        if left:
            self._store.write(lambda transaction: lines.mark(transaction, left, wanted_at=None))

    def _planned(self, run: _Run, one: Account, now: datetime) -> bool:
        """Plans an account as it is now; whether it is watched at all."""
        with self._lock:
            if not one.watched:
                run.agenda.forget(one.account)
                run.accounts.pop(one.account, None)
            elif one.account not in run.accounts:
                run.accounts[one.account] = one
                run.agenda.watch(one.line, now)
            elif one.wanted_at is not None:
                run.agenda.hurry(one.account, now)
        return one.watched

    # Looks

    def _look(self, run: _Run, lease: Lease, choice: Choice) -> None:
        account = run.accounts[choice.account]
        line, look = account.line, Look.UNKNOWN
        try:
            seen = self._seen(run, account, self._rechecks if choice.why is Why.SUSPECT else self._sweeps)
            if self.stopping:
                return
            now = self._clock()
            sweep = run.agenda.sweep
            found = self._store.write(
                lambda transaction: watch.looked(
                    transaction, lease, account.account, seen, now, run.timing, watched=len(run.accounts), sweep=sweep
                )
            )
            line, look = found.line, seen.look
            run.accounts[line.account] = replace(account, line=line, looked_at=now)
            self._heard(run, found.health, now)
        finally:
            with self._lock:
                run.agenda.looked(line, look, self._clock())
        if not found.watched:
            self._planned(run, replace(account, ignored=True), now)
        if look is Look.ABSENT and run.listed_at is not None and now - run.listed_at > run.timing.recheck:
            run.list_at = now

    def _seen(self, run: _Run, account: Account, phones: VoipMs) -> Seen:
        try:
            registration = phones.registration(account.account)
        except VoipMsError as error:
            if isinstance(error, Refused) and error.status == ABSENT:
                return Seen(look=Look.ABSENT)
            return Seen(look=Look.UNKNOWN, answer=sort_of(error), reason=reason_of(error), problem=error.tell_user)
        return self._registered(run, account, registration) if registration.registered else Seen(look=Look.NO)

    def _registered(self, run: _Run, account: Account, registration: Registration) -> Seen:
        now, zone, devices = self._clock(), self._sweeps.wire_zone, tuple(registration.devices)
        longest = _longest(account)
        if (hint := next((one.register_next for one in devices if one.register_next is not None), None)) is not None:
            run.offset = learned(run.offset, hint, now, zone, longest)
        spot = spotted(account.line, devices, now, zone, run.offset, longest)
        return Seen(look=Look.YES, spot=spot, devices=devices)

    # The rest

    def _list(self, run: _Run, lease: Lease) -> None:
        found = self._ask(run, lease, lambda phones: phones.sub_accounts())
        now = self._clock()
        if found is None:
            run.list_at = now + run.timing.recheck
            return
        accounts = with_main(found, self._main_account)
        listing = self._store.write(
            lambda transaction: watch.listed(transaction, lease, accounts, now, run.timing, complete=not found.unreadable)
        )
        with self._store.reading() as transaction:
            known = {one.account: one for one in lines.every(transaction)}
        for account in run.accounts.keys() - known.keys():
            self._planned(run, replace(run.accounts[account], ignored=True), now)
        for one in known.values():
            self._planned(run, replace(one, wanted_at=now if one.account in listing.unlisted else one.wanted_at), now)
            if one.account in run.accounts:
                run.accounts[one.account] = one
        run.listed_at, run.list_at = now, now + _rarely(run.timing)

    def _weigh(self, run: _Run, lease: Lease) -> None:
        if (now := self._clock()) >= run.ledger_at:
            today = to_wall(now, self._sweeps.wire_zone).date()
            ledger = self._ask(run, lease, lambda phones: phones.transactions(*pace_period(today)))
            if ledger is not None:
                run.ledger, run.ledger_at = ledger, now + LEDGER_EVERY
        money = self._ask(run, lease, lambda phones: phones.balance(advanced=False))
        now = self._clock()
        run.weigh_at = now + (_rarely(run.timing) if money is not None else run.timing.recheck)
        if money is None:
            return
        balance, limit = money.current_balance, self._chosen.low_balance
        days_left = outlook(balance, run.ledger).days_left
        low = self._low_balance if limit is None else limit
        self._store.write(lambda transaction: watch.weighed(transaction, lease, balance, days_left, low, now, run.timing))

    def _ask(self, run: _Run, lease: Lease, question: Callable[[VoipMs], T]) -> T | None:
        """What VoIP.ms says to a question about no single phone, or ``None``; either is stored."""
        found, answer, reason = None, Answer.VALID, ""
        try:
            found = question(self._sweeps)
        except VoipMsError as error:
            answer, reason = sort_of(error), reason_of(error)
        if self.stopping:
            return None
        now, watched = self._clock(), len(run.accounts)
        health = self._store.write(lambda transaction: watch.asked(transaction, lease, answer, reason, now, run.timing, watched=watched))
        self._heard(run, health, now)
        return found

    def _heard(self, run: _Run, health: Health, now: datetime) -> None:
        if (down := health.sight is Sight.DOWN) != run.down:
            if down:
                log.warning("VoIP.ms cannot be seen", error=health.reason, since=health.since)
            else:
                log.info("VoIP.ms can be seen again")
        run.down = down
        run.ask_at = now + pause(health, run.timing)


def _rarely(spans: Timing) -> timedelta:
    """How often the accounts are listed and the balance is read: every ten minutes, unless everything goes faster."""
    return spans.gone


def _longest(account: Account) -> timedelta:
    """The longest time its registrations may last."""
    return timedelta(seconds=account.max_expiry) if account.max_expiry else DEFAULT_EXPIRY
