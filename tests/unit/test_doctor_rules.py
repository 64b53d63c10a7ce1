"""What the set-up checks conclude: clocks, scopes, admins, and how it is told."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.doctor import card, headline
from rules.access import Profile
from rules.doctor import SKEW_MOST, Check, admins, clock_skew, scopes
from tests.unit.pictures import EVIL, faults, words_of

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def slacks(at: datetime) -> str:
    """The ``Date`` header that Slack writes at an instant: whole seconds."""
    return format_datetime(at.replace(microsecond=0), usegmt=True)


@pytest.mark.parametrize("seconds", [0, 1, 59, -59])
def test_a_clock_that_is_nearly_right_is_right(seconds: int) -> None:
    assert clock_skew(slacks(NOON), NOON + seconds * SECOND, NOON + (seconds + 1) * SECOND).ok


@pytest.mark.parametrize(("off", "says"), [(timedelta(minutes=6), "359 s ahead of"), (timedelta(minutes=-6), "360 s behind")])
def test_a_clock_that_is_off_is_told_by_how_much_and_which_way(off: timedelta, says: str) -> None:
    check = clock_skew(slacks(NOON), NOON + off, NOON + off)
    assert check.ok is False and says in check.found and "NTP" in check.mend


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)), st.floats(0, 20), st.floats(0, 20))
def test_however_long_slack_takes_a_right_clock_is_never_called_wrong(asked: datetime, there: float, back: float) -> None:
    before = asked.replace(tzinfo=UTC)
    written, after = before + timedelta(seconds=there), before + timedelta(seconds=there + back)
    assert clock_skew(slacks(written), before, after).ok


@given(st.floats(61, 1e6), st.booleans())
def test_a_clock_more_than_a_minute_off_is_always_called_wrong(seconds: float, ahead: bool) -> None:
    off = SKEW_MOST + timedelta(seconds=seconds - 59)
    ours = NOON + off if ahead else NOON - off
    assert clock_skew(slacks(NOON), ours, ours).ok is False


@pytest.mark.parametrize("header", ["", "yesterday", "2026-11-23", "Mon, 23 Nov 2026 12:00:00 -0000"])
def test_a_date_that_cannot_be_read_is_nothing_to_compare_with(header: str) -> None:
    assert clock_skew(header, NOON, NOON).ok is None


def test_a_scope_that_is_missing_is_named_with_its_reason() -> None:
    needed = {"commands": "/voip", "files:write": "CSV files"}
    assert scopes(["files:write", "commands", "more"], needed).ok
    check = scopes(["commands"], needed)
    assert check.ok is False and "files:write (CSV files)" in check.found and "add files:write" in check.mend
    assert scopes(None, needed).ok is None


def test_admins_have_to_be_people_who_work_here_now() -> None:
    fine = Profile(id="U0ALICE", name="Alice")
    assert admins({"U0ALICE": fine}) == Check("Admins", True, "Alice")
    check = admins(
        {
            "U0ALICE": fine,
            "U0NOBODY": None,
            "U0GONE": Profile(id="U0GONE", name="Gil", gone=True),
            "U0GUEST": Profile(id="U0GUEST", name="Gus", guest=True),
            "U0OTHER": Profile(id="U0OTHER", name="Stan", stranger=True, guest=True),
            "U0BOT": Profile(id="U0BOT", name="Deployer", bot=True),
        }
    )
    assert check.ok is False and check.found == (
        "U0NOBODY is not known to Slack; U0GONE (Gil) is deactivated; U0GUEST (Gus) is a guest; "
        "U0OTHER (Stan) is of another organisation; U0BOT (Deployer) is a program"
    )


FAULT, UNCLEAR = Check("Clock", False, "360 s behind Slack's", "Set this clock"), Check("Slack scopes", None, "could not be asked")
ADVICE, WELL = Check("Settings", True, "0 admins", "Set ADMINS"), Check("VoIP.ms API", True, "switched on")


@pytest.mark.parametrize(
    ("checks", "says"),
    [
        ([WELL], "Set-up: everything works"),
        ([WELL, ADVICE], "Set-up: works, 1 thing to look at"),
        ([WELL, ADVICE, UNCLEAR], "Set-up: could not be checked in full"),
        ([WELL, ADVICE, UNCLEAR, FAULT], "Set-up: 1 thing to mend"),
    ],
)
def test_the_worst_is_the_headline_and_every_check_is_told(checks: list[Check], says: str) -> None:
    assert headline(checks) == says
    words = words_of(card(checks))
    assert all(check.name in words and check.found in words and check.mend in words for check in checks)


@pytest.mark.parametrize("states", [(False,) * 16, (None,) * 16, (True,) * 16, (False,) * 8 + (None,) * 4 + (True,) * 4])
def test_whatever_was_found_does_no_harm_and_fits(states: Sequence[bool | None]) -> None:
    assert faults(card([Check(EVIL, ok, EVIL, EVIL) for ok in states])) == []
