"""The form in which a report is made or changed: its inputs follow from what is chosen so far, and so does what comes next. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from blocks import inputs
from blocks.frame import WARNING, BlockDict, render, section
from blocks.report_plans import next_line
from rules.periods import WEEKDAYS
from rules.plans import Plan
from rules.reports import About
from rules.schedule import Due, Policy, Rhythm

COMMAND = "report"
CHANNEL, RHYTHM, WEEKDAY, CHOSEN_DAYS, DAY, TIME, ZONE = "channel", "rhythm", "weekday", "weekdays", "day", "time", "zone"
ABOUT, ACCOUNTS, SITE, CLIENT, POLICY, CSV = "about", "accounts", "site", "client", "policy", "csv"
OF = {About.ACCOUNTS: ACCOUNTS, About.SITE: SITE, About.CLIENT: CLIENT}
"""The input that says which."""
RHYTHMS = {
    Rhythm.DAILY.value: "Every day",
    Rhythm.WEEKDAYS.value: "On some weekdays",
    Rhythm.WEEKLY.value: "Every week",
    Rhythm.MONTHLY.value: "Every month",
}
_ABOUT = {
    About.EVERYTHING.value: "The whole account",
    About.ACCOUNTS.value: "Some accounts",
    About.SITE.value: "A site",
    About.CLIENT.value: "A reseller client",
}
_POLICIES = {
    Policy.LATEST.value: "The latest report, which says what is missing",
    Policy.ALL.value: "All of them, seven at most",
    Policy.SKIP.value: "Nothing that is 12 hours late",
}


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What the form holds, and what it tells of it.

    Attributes:
        plan: As it would be; its channel is empty for the person who asks.
        names: What the keys of its scope are called, by key.
        next: What would come next.
        notes: What keeps it from being posted; our own mrkdwn.
        number, version: Of the report that is changed; 0 of a new one.
    """

    plan: Plan
    next: Due
    names: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[str] = ()
    number: int = 0
    version: int = 0


def form(draft: Draft) -> dict[str, Any]:
    """The modal, with the inputs that what is chosen so far asks for."""
    plan = draft.plan
    personal = "Leave it empty to get the report yourself, by direct message."
    blocks = [
        inputs.field(CHANNEL, "Channel", _channel(plan.channel), optional=True, hint=personal),
        inputs.field(RHYTHM, "How often", inputs.choice(RHYTHMS, plan.schedule.rhythm.value)),
        *_days(plan),
        inputs.field(TIME, "Time", {"type": "timepicker", "initial_time": f"{plan.schedule.at:%H:%M}"}),
        inputs.field(ZONE, "Time zone", _picked("zones", {plan.schedule.zone: plan.schedule.zone.replace("_", " ")}, many=False)),
        inputs.field(ABOUT, "Calls of", inputs.choice(_ABOUT, plan.scope.about.value)),
        *_of(draft),
        inputs.field(POLICY, "After the bot was down", inputs.choice(_POLICIES, plan.policy.value)),
        inputs.field(CSV, "File", _csv(plan.csv), optional=True),
    ]
    telling = [{**block, "dispatch_action": True} if block["block_id"] not in (POLICY, CSV) else block for block in blocks]
    title, submit = (f"Change report {draft.number}", "Change") if draft.number else ("A new report", "Make it")
    view = inputs.form(COMMAND, title, submit, [*telling, *_preview(draft)])
    return {**view, "private_metadata": f"{draft.number} {draft.version}"}


def _channel(channel: str) -> BlockDict:
    return {**inputs.channel(), **({"initial_conversation": channel} if channel else {})}


def _days(plan: Plan) -> list[BlockDict]:
    names = {str(place): day.capitalize() for place, day in enumerate(WEEKDAYS)}
    match plan.schedule.rhythm:
        case Rhythm.WEEKLY:
            return [inputs.field(WEEKDAY, "On", inputs.choice(names, str(plan.schedule.weekdays[0])))]
        case Rhythm.WEEKDAYS:
            ticked = [inputs.option(names[str(day)], str(day)) for day in plan.schedule.weekdays]
            return [inputs.field(CHOSEN_DAYS, "On", {**inputs.ticks(names), "initial_options": ticked})]
        case Rhythm.MONTHLY:
            days = {str(day): str(day) for day in range(1, 31)} | {"31": "The last day"}
            return [inputs.field(DAY, "On day", inputs.choice(days, str(plan.schedule.day)))]
    return []


def _of(draft: Draft) -> list[BlockDict]:
    """Which accounts, which site, which client."""
    scope = draft.plan.scope
    chosen = {key: draft.names.get(key, key) for key in scope.keys}
    match scope.about:
        case About.ACCOUNTS:
            return [inputs.field(ACCOUNTS, "Which accounts", _picked("accounts", chosen))]
        case About.SITE:
            return [inputs.field(SITE, "Which site", _picked("sites", chosen, many=False))]
        case About.CLIENT:
            return [inputs.field(CLIENT, "Which client", _picked("clients", chosen, many=False))]
    return []


def _picked(what: str, chosen: Mapping[str, str], many: bool = True) -> BlockDict:
    options = [inputs.option(words, value) for value, words in chosen.items()]
    if not options:
        return inputs.pick(what, many)
    return {**inputs.pick(what, many), **({"initial_options": options} if many else {"initial_option": options[0]})}


def _csv(ticked: bool) -> BlockDict:
    element = inputs.ticks({CSV: "A CSV with every part, in the report's thread"})
    return {**element, "initial_options": element["options"]} if ticked else element


def _preview(draft: Draft) -> list[BlockDict]:
    """What would come next, and what is in its way."""
    said = f"*{next_line(draft.next, draft.plan.schedule)}*"
    return render([*(section(f"{WARNING}  {note}") for note in draft.notes), section(said)])
