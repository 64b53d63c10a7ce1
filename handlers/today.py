"""Reads what today came to so far, for those who look at the Home tab; and once a day, what such a day usually comes to."""

import threading
from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

import structlog

from rules.call_rows import Filters, Owners, cut_of
from rules.calls import add_up
from rules.periods import read as read_period
from rules.today import Day, Today
from rules.usual import figures_of
from store import Store, Transaction, memos
from voipms import Priority, VoipMs, VoipMsError

log = structlog.get_logger(__name__)

MEMO = "home/today"


class TodaysCalls:
    """The figures of today, kept in the database for all processes. Thread-safe.

    Args:
        zone: Whose calendar day today is.
        clock: The time, aware.
    """

    def __init__(self, store: Store, phones: VoipMs, zone: ZoneInfo, clock: Callable[[], datetime]) -> None:
        self._store = store
        # after every person's question, and without a second try: the next opening asks again
        self._phones = phones.patient(Priority.SWEEP, 1)
        self._clock = clock
        self._reading = threading.Lock()
        self.zone = zone

    def known(self, transaction: Transaction) -> Today:
        """What is known of today, without asking anybody."""
        return memos.get(transaction, MEMO, Today()).of(self._day())

    def read(self) -> bool:
        """Read what is missing or too old, unless somebody does already; whether there is anything new."""
        if not self._reading.acquire(blocking=False):
            return False
        try:
            return self._read()
        except VoipMsError as error:
            log.info("today's calls not read", error=str(error))
            return False
        finally:
            self._reading.release()

    def _read(self) -> bool:
        day, now = self._day(), self._clock()
        with self._store.reading() as transaction:
            known = self.known(transaction)
        missing = known.missing(day)
        if not known.is_stale(now) and not missing:
            return False
        if known.is_stale(now):
            known = Today(so_far=self._figures(day), earlier=known.earlier)
            self._keep(known)
        for earlier in missing:
            known = known.with_earlier(self._figures(earlier))
            self._keep(known)
        return True

    def _figures(self, day: date) -> Day:
        now = self._clock()
        period = read_period(day.isoformat(), now.astimezone(self.zone).date())
        assert period is not None
        cut = cut_of(period, self.zone, self._phones.wire_zone, now)
        totals = add_up(self._phones.cdrs(cut.first_day, cut.last_day), cut, Filters(), Owners())
        return Day(day=day, figures=figures_of(totals), read_at=now)

    def _keep(self, known: Today) -> None:
        self._store.write(lambda transaction: memos.put(transaction, MEMO, known))

    def _day(self) -> date:
        return self._clock().astimezone(self.zone).date()
