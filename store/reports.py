"""Reports that people want again and again. What became of each of their periods is in ``store.report_runs``."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, func, select, update

from rules.plans import Plan, since_after_change
from rules.schedule import next_due
from store.errors import Stale
from store.tables import report as reports
from store.tables import report_figures, report_run
from store.transactions import Transaction, insert

MANUAL = "manual:"
"""How the periods of runs begin that somebody asked for."""
_A_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A report that comes again and again.

    Attributes:
        id: Short, and never used twice.
        made_by: A Slack user id.
        since: From when on it owes reports: what was due until then is nobody's, or has its row.
        next_at: When the next one is due; in the past: it is to be made now.
        paused_at: ``None`` while it runs.
        paused_by: A Slack user id; ``""``: nobody, Slack refused a message.
        trouble: Slack's word for why, then.
        version: 1 when it was made, and one more with each change.
    """

    id: int
    plan: Plan
    made_by: str
    since: datetime
    next_at: datetime
    paused_at: datetime | None = None
    paused_by: str = ""
    trouble: str = ""
    version: int = 1


# Questions


def one(transaction: Transaction, number: int) -> Standing | None:
    """The report of that number."""
    row = transaction.execute(select(reports).where(reports.c.id == number)).first()
    return None if row is None else standing(row)


def every(transaction: Transaction) -> list[Standing]:
    """All of them, in the order in which they were made."""
    return [standing(row) for row in transaction.execute(select(reports).order_by(reports.c.id))]


def standing(row: Row[Any]) -> Standing:
    """A row of the table, or of a join with it whose other columns have other names."""
    return Standing(**{name: row._mapping[name] for name in Standing.__dataclass_fields__})


# Changes


def make(transaction: Transaction, plan: Plan, by: str, now: datetime) -> Standing:
    """A new report; its first period is the next that becomes due."""
    next_at = next_due(plan.schedule, now).at
    row = {"plan": plan, "made_by": by, "since": now, "next_at": next_at, "paused_by": "", "trouble": "", "version": 1}
    number = transaction.scalar(insert(transaction, reports).values(row).returning(reports.c.id))
    assert number is not None
    return Standing(id=number, plan=plan, made_by=by, since=now, next_at=next_at)


def change(transaction: Transaction, before: Standing, plan: Plan, now: datetime) -> Standing:
    """Another plan for the report. Periods that were sent stay sent; one that Slack refused for its old place goes to the new one.

    Args:
        before: As the person saw it.

    Raises:
        Stale: Somebody else has changed or removed it since.
    """
    since = since_after_change(before.plan, plan, before.since, now)
    columns: dict[str, Any] = {"plan": plan, "version": before.version + 1}
    if before.trouble and plan.channel != before.plan.channel:
        since = min(since, _since_refused(transaction, before.id, since))
        columns |= _RUNNING
    columns |= {"since": since, "next_at": next_due(plan.schedule, since).at}
    same = (reports.c.id == before.id, reports.c.version == before.version)
    if not transaction.execute(update(reports).where(*same).values(columns)).rowcount:
        raise Stale(f"report {before.id} has been changed in the meantime")
    if (plan.scope, plan.schedule.zone) != (before.plan.scope, before.plan.schedule.zone):
        transaction.execute(delete(report_figures).where(report_figures.c.report == before.id))
    after = one(transaction, before.id)
    assert after is not None
    return after


def pause(transaction: Transaction, number: int, by: str, now: datetime, trouble: str = "") -> bool:
    """No reports from now on; whether there were any until now. What somebody paused owes nothing for that time,
    and what is being made is not sent.

    Args:
        by: A Slack user id; ``""`` with ``trouble``, Slack's word for why nothing can be posted.
    """
    running = (reports.c.id == number, reports.c.paused_at.is_(None))
    paused = update(reports).where(*running).values(paused_at=now, paused_by=by, trouble=trouble, version=reports.c.version + 1)
    if not transaction.execute(paused).rowcount:
        return False
    if not trouble:
        open_ones = (report_run.c.report == number, report_run.c.status == "due", ~report_run.c.period.startswith(MANUAL))
        transaction.execute(update(report_run).where(*open_ones).values(status="skipped", work_at=None, lease_until=None))
    return True


def resume(transaction: Transaction, before: Standing, now: datetime) -> bool:
    """Reports again from now on, or, where Slack refused one, from that one on; whether it was paused."""
    since = _since_refused(transaction, before.id, now) if before.trouble else now
    paused = (reports.c.id == before.id, reports.c.paused_at.is_not(None))
    columns = {**_RUNNING, "since": since, "next_at": next_due(before.plan.schedule, since).at, "version": reports.c.version + 1}
    return transaction.execute(update(reports).where(*paused).values(columns)).rowcount == 1


def remove(transaction: Transaction, number: int) -> bool:
    """Forget it, and all that is known of its periods; whether there was one. What is on its way to Slack arrives."""
    for table in (report_run, report_figures):
        transaction.execute(delete(table).where(table.c.report == number))
    return transaction.execute(delete(reports).where(reports.c.id == number)).rowcount == 1


_RUNNING: dict[str, Any] = {"paused_at": None, "paused_by": "", "trouble": ""}


def _since_refused(transaction: Transaction, number: int, otherwise: datetime) -> datetime:
    """The instant before the first of its periods was due that Slack refused and nobody has seen."""
    oldest: datetime | None = transaction.scalar(
        select(func.min(report_run.c.due_at)).where(report_run.c.report == number, report_run.c.status == "refused")
    )
    return otherwise if oldest is None else min(otherwise, oldest - _A_MOMENT)
