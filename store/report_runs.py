"""What becomes of each period of each report: one row, so that it is made once, whoever tries and however often.

    owed ──► due ──claim, told──► done ──claim, told──► done     read again, for what came late
              │ ▲                  │
              │ └── claim, waits   ├── Slack refuses it ──► refused ──the report goes on──► due
              │                    └── its channel is limited before it is sent ──► due
              └── too late, given up ──► skipped

A claim is a lease: a row whose worker dies is claimed again when the lease has run out. A worker that was frozen meanwhile finds that
the row is no longer its own, in the transaction in which it would have put its message.
"""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, delete, exists, func, or_, select, update

from rules.periods import Period
from rules.plans import Told
from rules.schedule import Due, Policy, catch_up, missing, next_due
from rules.usual import Figures
from store.reports import MANUAL, Standing, standing
from store.tables import report as reports
from store.tables import report_figures as figures
from store.tables import report_run as runs
from store.transactions import Transaction, insert

LEASE = timedelta(minutes=5)
"""Longer than one answer of VoIP.ms takes with all its tries; each one that came renews it."""
KEPT = timedelta(days=400)
FIGURES_KEPT = timedelta(days=200)
"""Longer than the months reach back that a month is compared with."""
_A_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True)
class Run:
    """One period of a report, claimed for one try.

    Attributes:
        standing: The report, as it was when this was claimed.
        period: Its key: the days it covers, or ``manual:…``.
        due_at: When it should have been sent.
        worker, attempt: Whose claim it is; ``attempt`` counts all of them.
        edition: Counts how often it was refused, or made for other limits, and tried anew, from 1.
        below: The period in whose thread it is told; ``None`` when it is a message of its own.
        failing_since: Since when VoIP.ms cannot be read for it.
        said_waiting: Its readers know that it waits.
        told: What it said, when it was sent already: then its records are read again.
        skipped: Periods right before it that no report is made of.
    """

    standing: Standing
    period: str
    covers: Period
    due_at: datetime
    worker: str
    attempt: int
    edition: int
    below: str | None
    failing_since: datetime | None
    said_waiting: bool
    told: Told | None
    skipped: tuple[Period, ...] = ()

    @property
    def thing(self) -> str:
        """What its messages are about: see ``store.outbox``."""
        return thing_of(self.standing.id, self.period)

    @property
    def key(self) -> str:
        """Of its first message."""
        return self.thing if self.edition == 1 else f"{self.thing}:{self.edition}"


@dataclass(frozen=True, kw_only=True)
class State:
    """How the latest period of a report stands.

    Attributes:
        status: ``due``, ``done``, ``skipped`` or ``refused``.
        waiting: It was tried, and VoIP.ms could not be read.
    """

    covers: Period
    due_at: datetime
    status: str
    waiting: bool


def thing_of(number: int, period: str) -> str:
    """What the messages of one period of a report are about."""
    return f"report:{number}:{period}"


def number_of(thing: str) -> int | None:
    """The number of the report again; ``None``: it is about something else."""
    kind, _, rest = thing.partition(":")
    number = rest.partition(":")[0]
    return int(number) if kind == "report" and number.isdecimal() else None


# Owing


def owe(transaction: Transaction, now: datetime) -> int:
    """A row for each period that has become due, and what is made up for decided for them; how many rows are new."""
    due = (reports.c.paused_at.is_(None), reports.c.next_at <= now)
    query = select(reports).where(*due).order_by(reports.c.id).with_for_update(skip_locked=True)
    return sum(_owe(transaction, standing(row), now) for row in transaction.execute(query).all())


def _owe(transaction: Transaction, one: Standing, now: datetime) -> int:
    schedule, policy = one.plan.schedule, one.plan.policy
    rows = transaction.execute(select(runs.c.period, runs.c.status, runs.c.due_at, runs.c.lease_until).where(runs.c.report == one.id)).all()
    # what is due and not begun is decided on anew, together with what has become due since
    waiting = [row.due_at for row in rows if row.status == "due" and not row.period.startswith(MANUAL) and _is_free(row.lease_until, now)]
    open_ones = {row.period for row in rows if row.status == "refused" or (row.status == "due" and _is_free(row.lease_until, now))}
    known = {row.period for row in rows} - open_ones
    found = missing(schedule, min([one.since, *(at - _A_MOMENT for at in waiting)]), now, known)
    decided = catch_up(found, policy, now)
    for due in decided.skipped:
        _put(transaction, one.id, due, status="skipped", work_at=None)
    newest = decided.run[-1].key if decided.run else None
    for due in decided.run:
        below = newest if policy is Policy.ALL and due.key != newest else None
        _put(transaction, one.id, due, status="due", work_at=due.at, below=below)
    since = max([one.since, *(due.at for due in found)])
    transaction.execute(update(reports).where(reports.c.id == one.id).values(since=since, next_at=next_due(schedule, max(since, now)).at))
    return len(found)


def _put(transaction: Transaction, number: int, due: Due, **columns: Any) -> None:
    row = {"report": number, "period": due.key, "covers": due.period, "due_at": due.at, **_FRESH, **columns}
    made = insert(transaction, runs).values(row)
    again = {**columns, "edition": runs.c.edition + case((runs.c.status == "refused", 1), else_=0)}
    open_again = runs.c.status.in_(("refused", "due"))
    transaction.execute(made.on_conflict_do_update(index_elements=["report", "period"], set_=again, where=open_again))


def ask_for(transaction: Transaction, one: Standing, covers: Period, now: datetime) -> str:
    """A report of these days as soon as may be, whatever the schedule says; its period."""
    period = f"{MANUAL}{secrets.token_hex(4)}"
    row = {"report": one.id, "period": period, "covers": covers, "due_at": now, **_FRESH, "status": "due", "work_at": now}
    transaction.execute(runs.insert().values(row))
    return period


_FRESH: dict[str, Any] = {"attempt": 0, "edition": 1, "below": None, "said_waiting": False}


# Doing


def claim(transaction: Transaction, now: datetime, worker: str) -> Run | None:
    """Take what has waited longest: reports that nobody has seen before those that are read again. Commit before VoIP.ms is asked.

    Args:
        worker: Unique to this process and this start of it.
    """
    above = runs.alias("above")
    has_place = exists().where(above.c.report == runs.c.report, above.c.period == runs.c.below, above.c.status == "done")
    query: Select[Any] = (
        select(*_RUN, *reports.c)
        .join_from(runs, reports, reports.c.id == runs.c.report)
        .where(
            runs.c.work_at.is_not(None),
            runs.c.work_at <= now,
            _free(now),
            or_(reports.c.paused_at.is_(None), runs.c.period.startswith(MANUAL)),
            or_(runs.c.below.is_(None), has_place),
        )
        .order_by(runs.c.status.desc(), runs.c.due_at, runs.c.report)
        .limit(1)
        .with_for_update(of=runs, skip_locked=True)
    )
    row = transaction.execute(query).first()
    if row is None:
        return None
    mine = {"worker": worker, "attempt": row.attempt + 1}
    this = and_(runs.c.report == row.id, runs.c.period == row.period)
    transaction.execute(update(runs).where(this).values(**mine, lease_until=now + LEASE))
    fields = {column.name: row._mapping[column.name] for column in _RUN} | mine
    return Run(standing=standing(row), **fields, skipped=_skipped_before(transaction, row))


def keep(transaction: Transaction, run: Run, now: datetime) -> bool:
    """The claim lasts longer; whether it was still ours."""
    return _end(transaction, run, lease_until=now + LEASE)


def let_go(transaction: Transaction, run: Run, now: datetime) -> bool:
    """Somebody else may take it at once; whether it was still ours."""
    return _end(transaction, run, lease_until=None, work_at=now)


def told(transaction: Transaction, run: Run, said: Told, work_at: datetime | None) -> bool:
    """Its message is in the outbox; whether it was still ours: when not, nothing of the transaction may be stored.

    Args:
        work_at: When its records are read again; ``None``: never.
    """
    ended = {"lease_until": None, "failing_since": None}
    return _end(transaction, run, status="done", told=said, work_at=work_at, **ended)


def waits(transaction: Transaction, run: Run, work_at: datetime | None, failing_since: datetime | None, *, said: bool) -> bool:
    """It could not be made; whether it was still ours.

    Args:
        work_at: When to try again; ``None``: never.
        failing_since: Since when VoIP.ms cannot be read for it; ``None``: that is not the reason.
        said: Its readers know that it waits.
    """
    return _end(transaction, run, lease_until=None, work_at=work_at, failing_since=failing_since, said_waiting=said)


def give_up(transaction: Transaction, run: Run) -> bool:
    """Nothing more will come of it; whether it was still ours."""
    return _end(transaction, run, status="skipped" if run.told is None else "done", lease_until=None, work_at=None, failing_since=None)


def refuse(transaction: Transaction, number: int, period: str) -> Period | None:
    """Slack does not take its message where it should go; the days that nobody has heard of now."""
    this = (runs.c.report == number, runs.c.period == period)
    unseen = {"status": "refused", "work_at": None, "lease_until": None, "failing_since": None, "said_waiting": False, "told": None}
    covers: Period | None = transaction.scalar(update(runs).where(*this).values(unseen).returning(runs.c.covers))
    return covers


def renew(transaction: Transaction, number: int, period: str, now: datetime) -> None:
    """Its message will not be posted, and nobody has heard of these days: it is made anew as soon as may be."""
    this = (runs.c.report == number, runs.c.period == period, runs.c.status == "done")
    unseen = {"status": "due", "work_at": now, "lease_until": None, "said_waiting": False, "told": None, "edition": runs.c.edition + 1}
    transaction.execute(update(runs).where(*this).values(unseen))


def free(transaction: Transaction) -> None:
    """Nobody holds any claim: where the database can be open in one process only, whoever did is gone."""
    transaction.execute(update(runs).where(runs.c.lease_until.is_not(None)).values(lease_until=None))


def _end(transaction: Transaction, run: Run, **columns: Any) -> bool:
    mine = (runs.c.report == run.standing.id, runs.c.period == run.period, runs.c.worker == run.worker, runs.c.attempt == run.attempt)
    held = runs.c.lease_until.is_not(None)
    return transaction.execute(update(runs).where(*mine, held).values(**columns)).rowcount == 1


def _free(now: datetime) -> ColumnElement[bool]:
    # a lease that lasts longer than any was taken before the clock was put back
    return or_(runs.c.lease_until.is_(None), runs.c.lease_until <= now, runs.c.lease_until > now + LEASE)


def _is_free(lease_until: datetime | None, now: datetime) -> bool:
    return lease_until is None or not now < lease_until <= now + LEASE


def _skipped_before(transaction: Transaction, row: Row[Any]) -> tuple[Period, ...]:
    """The periods that were skipped since the report before that was made, oldest first."""
    if row.period.startswith(MANUAL) or row.below is not None:
        return ()
    earlier = and_(runs.c.report == row.id, runs.c.due_at < row.due_at, ~runs.c.period.startswith(MANUAL))
    last_made = select(func.max(runs.c.due_at)).where(earlier, runs.c.status == "done").scalar_subquery()
    since = or_(last_made.is_(None), runs.c.due_at > last_made)
    query = select(runs.c.covers).where(earlier, runs.c.status == "skipped", since).order_by(runs.c.due_at)
    return tuple(transaction.scalars(query))


_RUN = (
    runs.c.period,
    runs.c.covers,
    runs.c.due_at,
    runs.c.worker,
    runs.c.attempt,
    runs.c.edition,
    runs.c.below,
    runs.c.failing_since,
    runs.c.said_waiting,
    runs.c.told,
)


# Questions


def latest(transaction: Transaction) -> dict[int, State]:
    """How the latest period of each report stands."""
    newest = select(runs.c.report, func.max(runs.c.due_at).label("due_at")).group_by(runs.c.report).subquery()
    query = select(runs).join(newest, and_(runs.c.report == newest.c.report, runs.c.due_at == newest.c.due_at))
    return {
        row.report: State(covers=row.covers, due_at=row.due_at, status=row.status, waiting=row.failing_since is not None)
        for row in transaction.execute(query)
    }


# What periods came to


def known_figures(transaction: Transaction, number: int, periods: Collection[str]) -> dict[str, Figures]:
    """Those of the periods whose figures are known, by their keys."""
    query = select(figures.c.period, figures.c.value).where(figures.c.report == number, figures.c.period.in_(list(periods)))
    return {row.period: row.value for row in transaction.execute(query)}


def note_figures(transaction: Transaction, number: int, found: Mapping[str, Figures], now: datetime) -> None:
    """Remember them, in place of what was known."""
    for period, value in found.items():
        made = insert(transaction, figures).values(report=number, period=period, value=value, noted_at=now)
        transaction.execute(made.on_conflict_do_update(index_elements=["report", "period"], set_={"value": value, "noted_at": now}))


# Forgetting


def prune(transaction: Transaction, now: datetime) -> int:
    """Forget periods that nothing more will come of, and figures that are compared with nothing any more; how many rows."""
    over = (runs.c.due_at < now - KEPT, runs.c.work_at.is_(None))
    gone = transaction.execute(delete(runs).where(*over)).rowcount
    return gone + transaction.execute(delete(figures).where(figures.c.noted_at < now - FIGURES_KEPT)).rowcount
