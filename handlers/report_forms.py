"""The form of a report: what its values mean, and how it looks when something in it was chosen. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any

from blocks import report_form as view
from handlers.registry import FormErrors
from handlers.report_times import zones
from handlers.report_words import Wish
from rules.plans import Plan
from rules.reports import About, Scope
from rules.schedule import Policy, Rhythm, Schedule, next_due

EIGHT = time(8)
WORKDAYS = (0, 1, 2, 3, 4)


def new_plan(channel: str, zone: str) -> Plan:
    """What the form of a new report begins with."""
    return Plan(schedule=Schedule(rhythm=Rhythm.DAILY, at=EIGHT, zone=zone), channel=channel)


def draft_of(
    plan: Plan, now: datetime, notes: Sequence[str] = (), names: Mapping[str, str] | None = None, of: tuple[int, int] = (0, 0)
) -> view.Draft:
    """What the form shows of a plan.

    Args:
        notes: What keeps it from being posted; our own mrkdwn.
        names: What the keys of its scope are called.
        of: Number and version of the report that is changed.
    """
    number, version = of
    return view.Draft(plan=plan, next=next_due(plan.schedule, now), names=names or {}, notes=notes, number=number, version=version)


def plan_so_far(values: Mapping[str, str], zone: str) -> Plan:
    """What is chosen so far; what is not yet is as in a new one. Which accounts, site or client: Slack keeps what is chosen there."""
    rhythm = _known(Rhythm, values.get(view.RHYTHM), Rhythm.DAILY)
    return Plan(
        schedule=Schedule(
            rhythm=rhythm,
            at=_time(values.get(view.TIME, "")),
            zone=zones().get(values.get(view.ZONE, "").lower(), zone),
            weekdays=_weekdays(rhythm, values),
            day=int(values.get(view.DAY) or 1),
        ),
        channel=values.get(view.CHANNEL, ""),
        scope=Scope(about=_known(About, values.get(view.ABOUT), About.EVERYTHING)),
        policy=_known(Policy, values.get(view.POLICY), Policy.LATEST),
        csv=bool(values.get(view.CSV)),
    )


def wish_of(values: Mapping[str, str], zone: str) -> Wish:
    """What a form that was sent wishes for.

    Raises:
        FormErrors: Something that is needed is not chosen.
    """
    plan = plan_so_far(values, zone)
    if plan.schedule.rhythm is Rhythm.WEEKDAYS and view.CHOSEN_DAYS in values and not values[view.CHOSEN_DAYS]:
        raise FormErrors({view.CHOSEN_DAYS: "Choose at least one day."})
    about = plan.scope.about
    names: tuple[str, ...] = ()
    if about is not About.EVERYTHING:
        of = view.OF[about]
        names = tuple(values.get(of, "").splitlines())
        if not names:
            raise FormErrors({of if of in values else view.ABOUT: "Choose which."})
    return Wish(
        schedule=plan.schedule,
        channel=plan.channel,
        to_me=not plan.channel,
        about=about,
        names=names,
        policy=plan.policy,
        csv=plan.csv,
    )


def of_which(metadata: str) -> tuple[int, int]:
    """Number and version of the report that a form changes; zeros of a new one."""
    number, _, version = metadata.partition(" ")
    return (int(number), int(version)) if number.isdecimal() and version.isdecimal() else (0, 0)


def _weekdays(rhythm: Rhythm, values: Mapping[str, str]) -> tuple[int, ...]:
    match rhythm:
        case Rhythm.WEEKLY:
            return (int(values.get(view.WEEKDAY) or 0),)
        case Rhythm.WEEKDAYS:
            return tuple(sorted(int(day) for day in values.get(view.CHOSEN_DAYS, "").splitlines())) or WORKDAYS
    return ()


def _time(text: str) -> time:
    return time.fromisoformat(text) if text else EIGHT


def _known(kind: Any, value: str | None, otherwise: Any) -> Any:
    return kind(value) if value else otherwise
