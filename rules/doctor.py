"""What the set-up checks conclude from what was seen. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from rules.access import Profile

SKEW_MOST = timedelta(seconds=60)
"""Slack's signatures are refused at five minutes; a clock a minute off is on its way there."""


@dataclass(frozen=True)
class Check:
    """One part of the set-up.

    Attributes:
        ok: ``None``: could not be looked at, because of another fault.
        found: What was seen, in plain words. Words from outside in it are not escaped yet.
        mend: What to do; empty when nothing has to be done. Of something that works: what one had better do.
    """

    name: str
    ok: bool | None
    found: str
    mend: str = ""


def scopes(granted: Iterable[str] | None, needed: Mapping[str, str]) -> Check:
    """Whether the bot may do what it needs to.

    Args:
        granted: From Slack's ``x-oauth-scopes`` header; ``None`` when it was not there.
        needed: Scope to reason.
    """
    name = "Slack scopes"
    if granted is None:
        return Check(name, None, "Slack did not say what was granted")
    missing = [scope for scope in needed if scope not in set(granted)]
    if not missing:
        return Check(name, True, f"all {len(needed)} granted")
    why = "; ".join(f"{scope} ({needed[scope]})" for scope in missing)
    return Check(
        name,
        False,
        f"not granted: {why}",
        f"At api.slack.com/apps add {', '.join(missing)} under OAuth & Permissions > Bot Token Scopes, then reinstall the app",
    )


def admins(people: Mapping[str, Profile | None]) -> Check:
    """Whether the admins are people who may be.

    Args:
        people: By the id in the settings; ``None``: Slack knows nobody of that id.
    """
    name = "Admins"
    faults = {person: "is not known to Slack" if profile is None else _unfit(profile) for person, profile in people.items()}
    if wrong := [f"{person} {fault}" for person, fault in faults.items() if fault]:
        return Check(name, False, "; ".join(wrong), "Set ADMINS to the member ids of people who work here now, and restart the bot")
    return Check(name, True, ", ".join(profile.name for profile in people.values() if profile is not None))


def _unfit(profile: Profile) -> str:
    if profile.gone:
        return f"({profile.name}) is deactivated"
    if profile.bot:
        return f"({profile.name}) is a program"
    if profile.stranger:
        return f"({profile.name}) is of another organisation"
    return f"({profile.name}) is a guest" if profile.guest else ""


def clock_skew(date_header: str, before: datetime, after: datetime) -> Check:
    """How far this machine's clock is from Slack's.

    Args:
        date_header: HTTP ``Date`` of Slack's answer.
        before, after: Our clock when we asked and when the answer was there, aware.
    """
    name = "Clock"
    try:
        theirs = parsedate_to_datetime(date_header)
        if theirs.tzinfo is None:
            raise ValueError
    except ValueError:
        return Check(name, None, "Slack's answer had no date to compare with")
    # the header has whole seconds, and was written at some instant between asking and hearing
    ahead, behind = before - theirs - timedelta(seconds=1), theirs - after
    off = max(ahead, behind, timedelta())
    seconds = round(off.total_seconds())
    if off <= SKEW_MOST:
        return Check(name, True, f"within {max(seconds, 1)} s of Slack's")
    which = "ahead of" if ahead > behind else "behind"
    return Check(
        name,
        False,
        f"{seconds:,} s {which} Slack's",
        "Set this machine's clock (switch on NTP): requests are refused when it is five minutes off",
    )
