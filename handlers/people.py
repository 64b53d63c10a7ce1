"""Who is asking: Slack's ``users.info`` and ``usergroups.users.list``, kept for five minutes."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from rules.access import Profile

KEPT = timedelta(minutes=5)
MOST = 5_000
SLACKBOT = "USLACKBOT"
"""Speaks for others, in reminders and its own replies; Slack calls it no bot."""
NO_GROUP = frozenset(
    (
        "plan_upgrade_required",
        "paid_teams_only",
        "no_such_subteam",
        "subteam_not_found",
        "missing_scope",
        "permission_denied",
        "team_not_found",
    )
)
"""Slack's words for a group that nobody is in: the plan has none, or it is gone, or we may not look."""


class People:
    """The people of one workspace. Thread-safe."""

    def __init__(self, slack: WebClient, own_team: str, clock: Callable[[], datetime]) -> None:
        self._slack = slack
        self._own_team = own_team
        self._clock = clock
        self._known: dict[str, tuple[Profile, datetime]] = {}
        self._lock = threading.Lock()

    def profile(self, person: str) -> Profile:
        """What Slack tells of a person.

        Raises:
            UNANSWERED: Slack did not tell; nobody gets a role by default then.
        """
        now = self._clock()
        with self._lock:
            known = self._known.get(person)
        if known and now - known[1] < KEPT:
            return known[0]
        answer = self._slack.users_info(user=person)
        user: dict[str, Any] = answer.get("user") or {}
        profile = profile_of(user, person, self._own_team)
        with self._lock:
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[person] = (profile, now)
        return profile


class Groups:
    """The user groups of one workspace. Thread-safe."""

    def __init__(self, slack: WebClient, clock: Callable[[], datetime]) -> None:
        self._slack = slack
        self._clock = clock
        self._known: dict[str, tuple[frozenset[str], datetime]] = {}
        self._lock = threading.Lock()

    def members(self, group: str) -> frozenset[str]:
        """The Slack ids of the people in a group; nobody where the workspace has no such group.

        Raises:
            UNANSWERED: Slack did not tell.
        """
        now = self._clock()
        with self._lock:
            known = self._known.get(group)
        if known and now - known[1] < KEPT:
            return known[0]
        try:
            found = frozenset(map(str, self._slack.usergroups_users_list(usergroup=group).get("users") or ()))
        except SlackApiError as error:
            if error.response["error"] not in NO_GROUP:
                raise
            found = frozenset()
        with self._lock:
            self._known[group] = (found, now)
        return found


def profile_of(user: dict[str, Any], person: str, own_team: str) -> Profile:
    """The parts of ``users.info`` → ``user`` that decide what somebody may do and how times are shown.

    Whoever is not known to be of our team, or of our Enterprise organisation with our team in it, is a stranger.
    """
    details = user.get("profile") or {}
    enterprise = user.get("enterprise_user") or {}
    teams = {user.get("team_id"), *(enterprise.get("teams") or ())} - {None, ""}
    return Profile(
        id=person,
        name=details.get("display_name") or user.get("real_name") or user.get("name") or person,
        zone=_zone(user.get("tz")),
        guest=bool(user.get("is_restricted") or user.get("is_ultra_restricted")),
        stranger=bool(user.get("is_stranger")) or own_team not in teams,
        bot=bool(user.get("is_bot")) or person == SLACKBOT,
        gone=bool(user.get("deleted")),
    )


def _zone(name: object) -> ZoneInfo | None:
    try:
        return ZoneInfo(str(name)) if name else None
    except (KeyError, ValueError, OSError):  # a zone this host does not know
        return None
