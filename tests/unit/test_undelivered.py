"""What an admin is told of a message that Slack did not take."""

import pytest

from blocks.obstacles import OBSTACLES
from blocks.undelivered import card, headline
from playground.slack_limits import message_problems, texts
from playground.slack_words import alive_in


@pytest.mark.parametrize("error", [*OBSTACLES, "something_new"])
@pytest.mark.parametrize(("channel", "place"), [("C0ALERTS", "<#C0ALERTS>"), ("U0ALICE", "<@U0ALICE>")])
@pytest.mark.parametrize("said", ["Missing: front desk", "x" * 3000, "&lt;!channel&gt; *bold* `code"])
def test_it_names_the_place_the_reason_and_what_to_do_within_slacks_limits(channel: str, place: str, error: str, said: str) -> None:
    blocks = card(channel, error, said)
    words = " ".join(texts(blocks))
    assert message_problems(blocks) == []
    assert channel in words and error in words and said[:100] in words
    assert ("hoose " in words) is (error in OBSTACLES) is ("The log has more." not in words) and "{" not in words
    assert headline(channel, error, said).startswith(f"Not delivered to {place} ({error}): {said[:100]}")
    assert len(headline(channel, error, said)) <= 2900


def test_nothing_in_it_is_alive_but_the_place() -> None:
    assert [word for word in alive_in(card("C0ALERTS", "is_archived", "@everyone &lt;!channel&gt;")) if "C0ALERTS" not in word] == []
