"""What people read when something did not work: what to do, if they can do it, and else whom to tell."""

import pytest

from blocks import errors as view
from tests.unit.pictures import EVIL, faults, words_of

ALICE = ["U0ALICE", "U0ALAN"]


def test_advice_goes_to_who_can_follow_it() -> None:
    assert view.told_to(None, "Set ADMINS.") == "Set ADMINS."
    assert view.told_to(ALICE, "Set ADMINS.") == "Tell <@U0ALICE> or <@U0ALAN>: Set ADMINS."
    assert view.told_to([], "Set ADMINS.") == "Tell who runs this bot: Set ADMINS."


@pytest.mark.parametrize(
    ("word", "lacks", "admins", "says"),
    [
        ("missing_scope", "files:write", None, "The Slack app lacks `files:write`. Add it at api.slack.com/apps"),
        ("missing_scope", "files:write", ALICE, "Tell <@U0ALICE> or <@U0ALAN>: The Slack app lacks `files:write`."),
        ("missing_scope", "", None, "lacks a permission"),
        ("token_revoked", "", None, "Set SLACK_BOT_TOKEN anew"),
        ("not_allowed_token_type", "", None, "Set SLACK_BOT_TOKEN anew"),
        ("access_denied", "", None, "Slack answered `access_denied`. Try again in a minute"),
        ("not_in_channel", "", ALICE, "Invite me there with `/invite @Dialtone`"),
        ("internal_error", "", None, "Slack answered `internal_error`. Try again in a minute; `/voip doctor` shows what is missing."),
        ("internal_error", "", ALICE, "Try again in a minute; if it stays, tell <@U0ALICE> or <@U0ALAN>."),
    ],
)
def test_what_slack_refuses_is_told_with_what_mends_it(word: str, lacks: str, admins: list[str] | None, says: str) -> None:
    assert says in view.slack_step(word, lacks, admins, "/voip ")


def test_a_command_that_may_have_been_meant_keeps_its_words() -> None:
    assert "Did you mean `/voip calls yesterday`?" in words_of(view.unknown("cals", ["calls yesterday"], "/voip "))
    assert "`/voip help` lists what you can ask." in words_of(view.unknown("zzz", [], "/voip "))


@pytest.mark.parametrize(
    "blocks",
    [
        view.unknown(EVIL, [f"calls {EVIL}"], "/voip "),
        view.error("It failed.", view.slack_step(EVIL, EVIL, ["U0ALICE"]), EVIL, "AB12-CD"),
        view.refused(EVIL, "operator", "viewer", "U0VICTOR", []),
        view.open_form("Client login"),
    ],
)
def test_every_picture_keeps_slacks_limits_and_no_hostile_word_does_harm(blocks: list[dict[str, object]]) -> None:
    assert [fault for fault in faults(blocks) if fault != "@U0ALICE"] == []
