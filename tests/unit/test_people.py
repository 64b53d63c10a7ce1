"""What Slack tells of a person. Shapes after Slack's documentation of ``users.info``."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from handlers.people import profile_of

MEMBER: dict[str, Any] = {
    "id": "U0ANA",
    "team_id": "T0OURS",
    "name": "ana",
    "deleted": False,
    "real_name": "Ana Roy",
    "tz": "America/Toronto",
    "tz_label": "Eastern Standard Time",
    "tz_offset": -18000,
    "profile": {"real_name": "Ana Roy", "display_name": "ana.r"},
    "is_admin": False,
    "is_restricted": False,
    "is_ultra_restricted": False,
    "is_bot": False,
    "is_app_user": False,
}


def test_a_member_is_nobody_special_and_has_a_zone() -> None:
    profile = profile_of(MEMBER, "U0ANA", "T0OURS")
    assert (profile.name, profile.zone) == ("ana.r", ZoneInfo("America/Toronto"))
    assert not (profile.guest or profile.stranger or profile.bot or profile.gone)


@pytest.mark.parametrize(
    ("change", "flag"),
    [
        ({"is_restricted": True}, "guest"),
        ({"is_ultra_restricted": True}, "guest"),
        ({"is_stranger": True}, "stranger"),
        ({"team_id": "T0THEIRS"}, "stranger"),
        ({"team_id": ""}, "stranger"),
        ({"team_id": None, "enterprise_user": {"id": "W1", "teams": []}}, "stranger"),
        ({"is_bot": True}, "bot"),
        ({"deleted": True}, "gone"),
    ],
)
def test_guests_strangers_bots_and_the_departed_are_recognised(change: dict[str, Any], flag: str) -> None:
    assert getattr(profile_of({**MEMBER, **change}, "U0ANA", "T0OURS"), flag)


def test_slackbot_is_a_bot_though_slack_does_not_say_so() -> None:
    assert profile_of(MEMBER, "USLACKBOT", "T0OURS").bot


def test_a_colleague_of_the_same_enterprise_is_no_stranger() -> None:
    user = {**MEMBER, "team_id": "T0OTHER", "enterprise_user": {"id": "W1", "enterprise_id": "E1", "teams": ["T0OTHER", "T0OURS"]}}
    assert not profile_of(user, "U0ANA", "T0OURS").stranger


@pytest.mark.parametrize("zone", ["", None, "Mars/Olympus", "../etc/passwd"])
def test_a_zone_nobody_knows_is_no_zone(zone: object) -> None:
    assert profile_of({**MEMBER, "tz": zone}, "U0ANA", "T0OURS").zone is None


@pytest.mark.parametrize("own_team", ["T0OURS", ""])
def test_an_empty_answer_makes_a_nameless_stranger(own_team: str) -> None:
    profile = profile_of({}, "U0ANA", own_team)
    assert (profile.name, profile.stranger) == ("U0ANA", True)
