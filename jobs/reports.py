"""Reports: each period that is due is made once and put into the outbox, whoever tries and however often.

    owe ─► claim, committed ─► VoIP.ms asked, report made, without any lock ─► row done + message, one transaction

A tick asks the clock of the database what is due. What cannot be read waits and is tried again; what was read is read once more
some hours later, since records come late.
"""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog

from blocks import report_notes as notes
from blocks.frame import escape
from blocks.obstacles import SHARED
from jobs import Job, worker
from jobs.asking import Asking, Lists
from jobs.outcomes import understood
from jobs.painting import Words, as_it_stands
from jobs.report_making import Made, Making, known_of
from rules.limits import Limits, Part
from rules.periods import Period
from rules.plans import Patience
from rules.registrations import same_for_all
from store import Clock, Store, StoreError, Transaction, access, outbox, report_runs, reports, shared_now
from store.outbox import Kind, Message
from store.report_runs import Run
from store.reports import Standing
from voipms import Limited, OutOfSight, Priority, Unreachable, VoipMs, VoipMsError

log = structlog.get_logger(__name__)

NAME = "reports"
"""Of the job, and of the painter that ``Reports.draw`` is."""
EVERY = timedelta(seconds=1)
LONGEST = timedelta(minutes=30)
"""A tick may take so long: the month of a busy account is read at the pace that VoIP.ms allows."""
TRIES = 2
"""How often one question is asked before it counts as failed: the report is tried again anyhow."""
TRIES_OF_OURS = 5
"""How often a report is tried when something is wrong in the bot itself: waiting for VoIP.ms would mend nothing."""
LIMITED_AT = "limited_at"
"""In the payload of a report: when the limits of its channel were set that it keeps to."""
PERIOD = "period"
"""In the payload of a message that a period has to be told by: when Slack refuses it, that period is not told."""


class NotOurs(Exception):
    """The report is somebody else's by now, or we are to stop: nothing may be stored."""


class Reports:
    """Makes reports. Several of them, in several processes, share the work.

    Args:
        phones: Asked with patience: people always go first.
        mask_numbers: Channels see masked phone numbers.
        may_have: Whether a person may still have a digest, by their Slack id; raises what Slack's library does.
        shared: Whether another organisation is in a channel, as far as Slack tells.
        admins: Slack ids of those who are told, beside whoever made it, that a report is paused.
        clock: The time in a transaction.
    """

    def __init__(
        self,
        store: Store,
        phones: VoipMs,
        *,
        mask_numbers: bool = True,
        may_have: Callable[[str], bool] = lambda person: True,
        shared: Callable[[str], bool] = lambda channel: False,
        admins: frozenset[str] = frozenset(),
        patience: Patience | None = None,
        clock: Clock = shared_now,
    ) -> None:
        self._store = store
        self._phones = phones.patient(Priority.SWEEP, TRIES)
        self._mask_numbers = mask_numbers
        self._may_have = may_have
        self._shared = shared
        self._admins = admins
        self._patience = patience or Patience()
        self._clock = clock
        self._me = worker()
        self._stopping = threading.Event()
        if not store.shared:  # whoever held a claim is gone
            store.write(report_runs.free)

    @property
    def job(self) -> Job:
        """What the timetable has to do for it."""
        return Job(name=NAME, tick=self.tick, every=EVERY, patience=LONGEST, stop=self.stop)

    def stop(self) -> None:
        """Begin no other report; the one that is being made is left, and made by whoever comes next."""
        self._stopping.set()

    def tick(self) -> None:
        """Make all that is due.

        Raises:
            StoreError: The database cannot say what that is.
        """
        lists: dict[Limits | None, Lists] = {}
        trouble: VoipMsError | None = None
        while not self._stopping.is_set() and (claimed := self._next()):
            run, now = claimed
            try:
                trouble = self._do(run, now, lists, trouble)
            except NotOurs:
                log.info("report left", report=run.standing.id, period=run.period)

    def _next(self) -> tuple[Run, datetime] | None:
        def body(transaction: Transaction) -> tuple[Run, datetime] | None:
            now = self._clock(transaction)
            report_runs.owe(transaction, now)
            run = report_runs.claim(transaction, now, self._me)
            return (run, now) if run else None

        return self._store.write(body)

    def _do(self, run: Run, now: datetime, lists: dict[Limits | None, Lists], trouble: VoipMsError | None) -> VoipMsError | None:
        """One report; why VoIP.ms could not be read for it.

        Args:
            lists: What this tick has asked, by what was to be seen of it.
            trouble: Why it could not be read a moment ago: the others need not wait as long to hear the same.
        """
        plan = run.standing.plan
        if plan.is_personal and not self._may_have_it(run):
            return trouble
        if not plan.is_personal and run.told is None and self._shared(plan.channel):
            self._write(lambda transaction: self._may_not(transaction, run, SHARED))
            return trouble
        last = self._is_last(run, now)
        try:
            if trouble is not None and not last:
                raise trouble
            made = self._made(run, now, lists, last)
        except OutOfSight:
            self._write(lambda transaction: self._may_not(transaction, run, notes.OUT_OF_SIGHT))
            return trouble
        except VoipMsError as error:
            log.warning("report waits", report=run.standing.id, period=run.period, error=str(error))
            why = error.tell_user
            self._write(lambda transaction: self._waits(transaction, run, why))
            return error if isinstance(error, Unreachable) or same_for_all(error) else trouble
        except (NotOurs, StoreError):
            raise
        except Exception:
            log.exception("report failed", report=run.standing.id, period=run.period)
            self._write(lambda transaction: self._fails(transaction, run))
            return trouble
        self._write(lambda transaction: self._tell(transaction, run, made))
        log.info("report made", report=run.standing.id, period=run.period, complete=made.told.complete, again=run.told is not None)
        return trouble

    def _may_have_it(self, run: Run) -> bool:
        """Whether the person of a digest may have it now; if not, what comes of that is stored."""
        person = run.standing.plan.channel
        try:
            word = "" if self._may_have(person) else notes.NOT_ALLOWED
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever comes out of Slack's library
            word = understood(error, "users_info").word
            if word not in notes.PLACE_GONE:
                log.warning("nobody can tell who may have a digest", report=run.standing.id, period=run.period, error=word)
                self._write(lambda transaction: self._asks_again(transaction, run))
                return False
        if word:
            self._write(lambda transaction: self._may_not(transaction, run, word))
        return not word

    def _is_last(self, run: Run, now: datetime) -> bool:
        """Whether it is sent now with whatever can be read."""
        return run.told is None and run.failing_since is not None and now - run.failing_since >= self._patience.most

    def _made(self, run: Run, now: datetime, lists: dict[Limits | None, Lists], last: bool) -> Made:
        def keep() -> None:
            if self._stopping.is_set():
                self._store.write(lambda transaction: report_runs.let_go(transaction, run, self._clock(transaction)))
                raise NotOurs
            if not self._store.write(lambda transaction: report_runs.keep(transaction, run, self._clock(transaction))):
                raise NotOurs

        with self._store.reading() as transaction:
            known = known_of(transaction, run, now)
        if known.limits not in lists:
            phones = self._phones if known.limits is None else Limited(self._phones, partial(Part, known.limits))
            lists[known.limits] = Lists(phones)
        masked = self._mask_numbers and not run.standing.plan.is_personal
        return Making(run, lists[known.limits], known, Asking(last, keep), now, masked=masked).made()

    def _write(self, body: Callable[[Transaction], bool]) -> None:
        """All of it if the report is still ours, which the body tells, else nothing.

        Raises:
            NotOurs: It is not.
        """

        def all_or_nothing(transaction: Transaction) -> None:
            if not body(transaction):
                raise NotOurs

        self._store.write(all_or_nothing)

    # How it ended

    def _tell(self, transaction: Transaction, run: Run, made: Made) -> bool:
        now, before = self._clock(transaction), run.told
        if made.told.limited_at != access.limited_at(transaction, run.standing.plan.channel):
            return report_runs.let_go(transaction, run, now)  # its channel has other limits by now: it is made anew, within these
        completed = made.told.complete and not (before and before.complete)
        if before is None:
            said, news = made.told, True
        else:
            said = replace(made.told, at=before.at)
            news = completed or (said.figures, said.limited_at) != (before.figures, before.limited_at)
        if not report_runs.told(transaction, run, said, self._again_at(run, made, completed, now)):
            return False
        report_runs.note_figures(transaction, run.standing.id, made.figures, now)
        if news:
            self._put(transaction, run, made, now)
        return True

    def _again_at(self, run: Run, made: Made, completed: bool, now: datetime) -> datetime | None:
        """When its records are read again; a reply in another report's thread stays as it is."""
        if run.below is not None:
            return None
        if not made.told.complete:
            return now + self._patience.tries[1]
        return now + self._patience.again if completed else None

    def _put(self, transaction: Transaction, run: Run, made: Made, now: datetime) -> None:
        plan, first = run.standing.plan, run.told is None
        kind: Kind = "update" if not first else "post" if run.below is None else "reply"
        thing = run.thing if run.below is None else report_runs.thing_of(run.standing.id, run.below)
        key = run.key if first else f"{run.key}:again:{run.attempt}"
        drawn = {"draw": NAME, LIMITED_AT: _stamp(made.told.limited_at)}
        payload: dict[str, Any] = {**drawn, "text": made.text, "blocks": made.blocks}
        if first:
            payload[PERIOD] = run.period
        else:
            # whoever deleted it does not want it back for what came late; but if it was not complete, nobody has seen it yet
            payload["anew"] = not (run.told and run.told.complete)
        outbox.put(transaction, key, plan.channel, kind, thing, payload, now)
        if plan.csv and made.told.complete:
            name = f"report-{run.standing.id}-{run.covers.words.replace('..', '-to-')}{'' if first else f'-{run.attempt}'}.csv"
            file = {**drawn, "text": "Every part of it", "file": {"name": name, "content": made.csv}}
            outbox.put(transaction, f"{key}:csv", plan.channel, "reply", thing, file, now)

    def _waits(self, transaction: Transaction, run: Run, why: str) -> bool:
        """VoIP.ms could not be read."""
        now = self._clock(transaction)
        since = run.failing_since or now
        again_at: datetime | None = self._patience.next_try(since, now)
        if run.told is not None and now - run.told.at >= self._patience.last:
            again_at = None
        says = run.told is None and not run.said_waiting and now - since >= self._patience.quiet
        if not report_runs.waits(transaction, run, again_at, since, said=run.said_waiting or says):
            return False
        if says:
            plan, latest = run.standing.plan, since + self._patience.most
            blocks = notes.waits(run.standing.id, plan, run.covers, why, since, latest)
            payload = {"text": escape(notes.waits_headline(run.covers)), "blocks": blocks, PERIOD: run.period}
            outbox.put(transaction, f"{run.key}:waits", plan.channel, "post", f"{run.thing}:waits", payload, now)
        return True

    def _asks_again(self, transaction: Transaction, run: Run) -> bool:
        """Slack does not tell who somebody is: it would take no message either, so there is nobody to tell."""
        again_at = self._clock(transaction) + self._patience.tries[1]
        return report_runs.waits(transaction, run, again_at, run.failing_since, said=run.said_waiting)

    def _fails(self, transaction: Transaction, run: Run) -> bool:
        """Something is wrong in the bot itself: it is tried some times more, then given up, and that is told."""
        now, told = self._clock(transaction), run.told
        if run.attempt < TRIES_OF_OURS:
            return report_runs.waits(transaction, run, now + self._patience.tries[1], run.failing_since, said=run.said_waiting)
        if not report_runs.give_up(transaction, run):
            return False
        if told is None or not told.complete:
            plan, key = run.standing.plan, f"{run.key}:given up"
            text, blocks = notes.given_up_headline(run.covers, told), notes.given_up(run.standing.id, plan, run.covers, told)
            payload: dict[str, Any] = {"text": escape(text), "blocks": blocks}
            if told is None:
                outbox.put(transaction, key, plan.channel, "post", f"{run.thing}:given up", payload | {PERIOD: run.period}, now)
            else:
                outbox.put(transaction, key, plan.channel, "reply", run.thing, payload, now)
        return True

    # On its way

    def draw(self, message: Message) -> Words | None:
        """A report as it was made: see ``jobs.painting``. If its channel has other limits by now it is made anew within these instead."""

        def body(transaction: Transaction) -> bool:
            if message.payload[LIMITED_AT] == _stamp(access.limited_at(transaction, message.channel)):
                return True
            number, period = report_runs.number_of(message.thing), message.payload.get(PERIOD)
            # whoever was frozen meanwhile does not know whether another has posted it
            if outbox.skipped(transaction, message) and number is not None and period:
                report_runs.renew(transaction, number, period, self._clock(transaction))
            return False

        return as_it_stands(message.payload) if self._store.write(body) else None

    # Slack refuses it

    def refused(self, transaction: Transaction, message: Message, error: str) -> bool:
        """A message of a report was refused: see ``jobs.delivery.Minder``. A place that takes none pauses it, and that is told once."""
        number = report_runs.number_of(message.thing)
        standing = reports.one(transaction, number) if number is not None else None
        if standing is None or error not in notes.PLACE_GONE or standing.plan.channel != message.channel:
            return False
        period = message.payload.get(PERIOD)
        covers = report_runs.refuse(transaction, standing.id, period) if period else None
        return self._paused(transaction, standing, covers, error)

    def _may_not(self, transaction: Transaction, run: Run, word: str) -> bool:
        """Its place may not have it: it pauses as if Slack had refused it."""
        if not report_runs.keep(transaction, run, self._clock(transaction)):
            return False
        covers = None
        if run.told is None:
            covers = report_runs.refuse(transaction, run.standing.id, run.period)
        else:  # it was sent before: only what came late is not added
            report_runs.give_up(transaction, run)
        self._paused(transaction, run.standing, covers, word)
        return True

    def _paused(self, transaction: Transaction, standing: Standing, covers: Period | None, word: str) -> bool:
        """Pause it and tell whoever made it, and the admins; whether they know."""
        now = self._clock(transaction)
        if not reports.pause(transaction, standing.id, "", now, word):
            return bool(standing.trouble)
        thing = f"paused report {standing.id}, version {standing.version}"
        payload = {
            "text": escape(notes.paused_headline(standing.id, standing.plan, word)),
            "blocks": notes.paused(standing.id, standing.plan, covers, word),
        }
        for person in sorted({standing.made_by, *self._admins} - {standing.plan.channel}):
            outbox.put(transaction, f"{thing} to {person}", person, "post", thing, payload, now)
        log.warning("report paused", report=standing.id, error=word)
        return True


def _stamp(at: datetime | None) -> str:
    return at.isoformat() if at else ""
