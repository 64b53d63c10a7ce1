"""What is said of a report that does not come: it waits, or Slack does not take it. Pure."""

from datetime import datetime
from zoneinfo import ZoneInfo

from blocks.frame import BlockDict, code, place_of, render, safe, section, small, when
from blocks.obstacles import OBSTACLES, SHARED, Obstacle, capital
from blocks.reports import days
from rules.periods import Period
from rules.plans import Plan, Told

NOT_ALLOWED, OUT_OF_SIGHT = "not_allowed", "out_of_sight"
"""In place of Slack's word: the person of a digest may not have it any more; the channel may not see what the report is about."""
OURS = (NOT_ALLOWED, OUT_OF_SIGHT, SHARED)
_OBSTACLES = {
    **OBSTACLES,
    NOT_ALLOWED: Obstacle("{place} is not an admin any more", "make them one"),
    OUT_OF_SIGHT: Obstacle("{place} is limited to another part of the account", "let it see this part as well"),
}
PLACE_GONE = frozenset(_OBSTACLES)
"""Words with which Slack says that a place takes no message, this one and the next."""


def reason(word: str, plan: Plan) -> str:
    """Why the place takes none, in mrkdwn; what is no word of ours or Slack's stays one."""
    return _OBSTACLES[word].why(place_of(plan.channel)) if word in _OBSTACLES else code(word)


def _due(plan: Plan) -> str:
    return f"{plan.schedule.words} {plan.schedule.zone}"


# Waiting for VoIP.ms


def waits_headline(period: Period) -> str:
    """``The report of Mon 23 Nov waits for VoIP.ms``."""
    return f"The report of {days(period)} waits for VoIP.ms"


def waits(number: int, plan: Plan, period: Period, why: str, since: datetime, latest: datetime) -> list[BlockDict]:
    """It is late, why, and until when at the latest.

    Args:
        why: One plain sentence; may hold words of VoIP.ms's.
        latest: When it is sent with what there is.
    """
    zone = ZoneInfo(plan.schedule.zone)
    return render(
        [
            section(
                f"*The report of {days(period)} waits.* {safe(why)}\nIt comes complete as soon as VoIP.ms can be read; at"
                f" {when(latest, zone, '{time}')} with what there is by then."
            ),
            small(f"Report {number}, {_due(plan)}  ·  tried since {when(since, zone, '{time}')}"),
        ]
    )


# Given up, since something is wrong in the bot


def given_up_headline(period: Period, told: Told | None) -> str:
    """``The report of Mon 23 Nov could not be made``, or where it was told in part, ``… be completed``."""
    return f"The report of {days(period)} could not be {'made' if told is None else 'completed'}"


def given_up(number: int, plan: Plan, period: Period, told: Told | None) -> list[BlockDict]:
    """That it is not tried any more, whose fault it is, and what brings it."""
    again = code(f"/voip report run {number} {period.words}")
    return render(
        [
            section(
                f"*{given_up_headline(period, told)}.* Something is wrong in the bot itself, not at VoIP.ms; its log says what.\n"
                f"I do not try it again: once that is mended, {again} makes it."
            ),
            small(f"Report {number}, {_due(plan)}"),
        ]
    )


# Paused, since Slack refuses it


def paused_headline(number: int, plan: Plan, word: str) -> str:
    """``Report 3 is paused: the channel is archived``."""
    return f"Report {number} is paused: {_OBSTACLES[word].why('that person' if plan.is_personal else 'the channel')}"


def paused(number: int, plan: Plan, period: Period | None, word: str) -> list[BlockDict]:
    """Why it is paused, and what makes it go on.

    Args:
        period: The days whose report was refused.
        word: Of ``PLACE_GONE``.
    """
    remedy = capital(_OBSTACLES[word].remedy)
    elsewhere = code(f"/voip report change {number} in #channel")
    go_on = f"{remedy}, then {code(f'/voip report resume {number}')}; or send it elsewhere: " if remedy else "Send it elsewhere: "
    told = [_due(plan)]
    if period is not None:
        told.append(f"the report of {days(period)} was not posted; it is made up for when this one goes on")
    if word not in OURS:
        told.append(f"Slack said {code(word)}")
    return render(
        [
            section(f"*Report {number} is paused:* {reason(word, plan)}.\n{go_on}{elsewhere}."),
            small("  ·  ".join(told)),
        ]
    )
