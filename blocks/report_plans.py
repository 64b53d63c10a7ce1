"""Reports that come again and again: what each is about, when the next one comes, and what to do with it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from slackblocks import Block, Button

from blocks.frame import (
    BlockDict,
    actions,
    button,
    clean,
    code,
    cut,
    header,
    nth,
    place_of,
    plain,
    plural,
    render,
    safe,
    section,
    small,
    when,
)
from blocks.report_notes import reason
from blocks.reports import days
from rules.periods import WEEKDAYS, Period
from rules.plans import Plan
from rules.reports import Scope
from rules.schedule import Due, Policy, Rhythm, Schedule, in_words

MOST = 40
"""Reports that are listed; a message has fifty blocks."""
POLICIES = {
    Policy.LATEST: "the latest one comes, and says which are missing",
    Policy.ALL: "all come, seven at most, the earlier ones in the thread of the latest",
    Policy.SKIP: "what is more than twelve hours late is left out",
}
"""What becomes of reports that were due while the bot was down."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A report as it is listed.

    Attributes:
        next: What comes next; ``None`` while it is paused.
        paused_at: Since when it is, aware.
        paused_by: A Slack user id; ``""``: nobody.
        trouble: Why it is paused, then, in Slack's word.
        latest: The days that were due last, and what became of them, in a word or two; ``None`` before the first.
    """

    number: int
    plan: Plan
    made_by: str
    next: Due | None
    paused_at: datetime | None = None
    paused_by: str = ""
    trouble: str = ""
    latest: tuple[Period, str] | None = None


# Words


def often(schedule: Schedule) -> str:
    """``every day at 08:00``, ``every Monday at 08:00``, ``on the 1st of each month at 08:00``, ``on Mon, Wed and Fri at 07:30``."""
    match schedule.rhythm:
        case Rhythm.DAILY:
            said = "every day"
        case Rhythm.WEEKLY:
            said = f"every {WEEKDAYS[schedule.weekdays[0]].capitalize()}"
        case Rhythm.MONTHLY:
            said = "on the last day of each month" if schedule.day == 31 else f"on the {nth(schedule.day)} of each month"
        case Rhythm.WEEKDAYS:
            names = [WEEKDAYS[day][:3].capitalize() for day in schedule.weekdays]
            said = f"on {' and '.join(filter(None, (', '.join(names[:-1]), names[-1])))}"
    return f"{said} at {schedule.at:%H:%M}"


def about(scope: Scope) -> str:
    """Whose calls, plain; from outside."""
    return cut(clean(scope.name), 100) or "the whole account"


def headline(plan: Plan, number: int, what: str) -> str:
    """``Report 3 made: every day at 08:00``."""
    return f"Report {number} {what}: {often(plan.schedule)}"


def next_line(due: Due, schedule: Schedule) -> str:
    """``Next: Tue 24 Nov 08:00 EST, covering Mon 23 Nov``."""
    return f"Next: {in_words(due, ZoneInfo(schedule.zone))}"


def _what(plan: Plan) -> str:
    file = ", with a CSV in its thread" if plan.csv else ""
    return f"{often(plan.schedule)}, {plan.schedule.zone}, to {place_of(plan.channel)}  ·  {safe(about(plan.scope))}{file}"


# One report


def card(one: Shown, what: str, *notes: str) -> list[BlockDict]:
    """What it is, when the next comes, and what can be done with it.

    Args:
        what: What was just done: ``made``, ``changed``; ``""`` for nothing.
        notes: Small print below; our own mrkdwn.
    """
    title = f"*Report {one.number}*{f' {what}' if what else ''}: {_what(one.plan)}"
    return render(
        [
            section(f"{title}\n{_state(one)}"),
            actions(*_buttons(one)),
            small("  ·  ".join((f"After down time {POLICIES[one.plan.policy]}", *notes))),
        ]
    )


def _state(one: Shown) -> str:
    if one.next is not None:
        return f"*{next_line(one.next, one.plan.schedule)}*"
    since = f" since {when(one.paused_at, ZoneInfo(one.plan.schedule.zone))}" if one.paused_at else ""
    by = f" by <@{one.paused_by}>" if one.paused_by else f": {reason(one.trouble, one.plan)}" if one.trouble else ""
    return f"*Paused*{since}{by}"


def _buttons(one: Shown) -> list[Button]:
    ask = [("Run now", "run"), ("Change", "change"), ("Resume", "resume") if one.next is None else ("Pause", "pause"), ("Remove", "remove")]
    return [button(label, f"ask:report:{verb}", f"report {verb} {one.number}") for label, verb in ask]


def confirm_removal(one: Shown) -> list[BlockDict]:
    """Whether it is really to be removed."""
    sure = Button(plain("Remove it", 75), action_id="ask:report:sure", value=f"report remove {one.number} yes", style="danger")
    keep = button("Keep it", "ask:report:list", "report list")
    return render(
        [
            section(f"*Remove report {one.number}?* {_what(one.plan)}"),
            actions(sure, keep),
            small("What it has posted stays. To stop it for a while, pause it"),
        ]
    )


def done(words: str, *notes: str) -> list[BlockDict]:
    """Something was done; our own mrkdwn."""
    return render([section(words), *([small("  ·  ".join(notes))] if notes else [])])


# All of them


def list_headline(reports: Sequence[Shown]) -> str:
    """``3 reports``."""
    return plural(len(reports), "report") if reports else "No reports yet"


def listing_card(reports: Sequence[Shown], slash: str) -> list[BlockDict]:
    """Each with its next one, and what became of the last."""
    if not reports:
        ways = "\n".join(code(f"{slash}report {words}") for words in ("daily 08:00 in #calls", "digest 08:00"))
        return render([header("No reports yet"), section(f"Make one in words, or with {code(f'{slash}report')} in a form:\n{ways}")])
    blocks = render([header(list_headline(reports))])
    for one in reports[:MOST]:
        block: dict[str, Any] = render([section(f"*{one.number}*  {_what(one.plan)}\n{_state(one)}{_latest(one)}")])[0]
        blocks.append({**block, "accessory": _menu(one)})
    more = [f"and {len(reports) - MOST:,} more"] if len(reports) > MOST else []
    return [*blocks, *render([_foot(reports, slash, more)])]


def _latest(one: Shown) -> str:
    if one.latest is None:
        return ""
    period, became = one.latest
    return f"  ·  {days(period)}: {became}"


def _menu(one: Shown) -> Mapping[str, Any]:
    verbs = [
        ("Run now", "run"),
        ("Change", "change"),
        ("Resume", "resume") if one.next is None else ("Pause", "pause"),
        ("Remove", "remove"),
    ]
    options = [{"text": {"type": "plain_text", "text": label}, "value": f"report {verb} {one.number}"} for label, verb in verbs]
    return {"type": "overflow", "action_id": f"ask:report:menu:{one.number}", "options": options}


def _foot(reports: Sequence[Shown], slash: str, more: Sequence[str]) -> Block:
    first = reports[0].number
    ways = ", ".join(code(f"{slash}report {words}") for words in (f"run {first}", f"change {first} 09:00 csv", f"pause {first}"))
    return small("  ·  ".join((*more, f"In words: {ways}")))
