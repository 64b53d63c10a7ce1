"""Signing in to Slack at start: who we are, or one clear line on why not."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from rules.tokens import NEEDS_ANOTHER

FOR_GOOD = NEEDS_ANOTHER | {"missing_scope"}
"""Trying again with that token would not help."""
MEND = {
    "invalid_auth": "copy the token again from api.slack.com/apps",
    "not_authed": "copy the token again from api.slack.com/apps",
    "token_revoked": "install the app again, and copy the new token",
    "token_expired": "install the app again, and copy the new token",
    "account_inactive": "install the app again, and copy the new token",
    "not_allowed_token_type": "this is another kind of token: the bot token begins with xoxb-, the app token with xapp-",
    "missing_scope": "make the app token again with the scope connections:write",
    "ratelimited": "wait a minute, then try again",
}
"""Slack's words for what is wrong with a token, and what to do."""


class NotLetIn(Exception):
    """Slack does not let us in; the text is one clear line.

    Attributes:
        for_good: Trying again would not help: a token has to be mended.
    """

    def __init__(self, words: str, for_good: bool) -> None:
        super().__init__(words)
        self.for_good = for_good


@dataclass(frozen=True)
class Identity:
    """Who the bot is.

    Attributes:
        user: Its own Slack id, which mentions carry.
        team: Its workspace: people of others are strangers.
    """

    user: str
    team: str


def sign_in(slack: WebClient) -> Identity:
    """Who Slack says the bot token belongs to.

    Raises:
        NotLetIn: The token is wrong, or Slack does not answer.
    """
    with in_one_line("SLACK_BOT_TOKEN"):
        answer = slack.auth_test()
    return Identity(user=str(answer["user_id"]), team=str(answer["team_id"]))


@contextmanager
def in_one_line(setting: str) -> Iterator[None]:
    """What goes wrong while Slack is asked with the token of that setting, as ``NotLetIn``."""
    try:
        yield
    except SlackApiError as refused:
        word = str(refused.response.get("error") or "nothing readable")
        for_good = word in FOR_GOOD
        words = f"{setting} is not accepted by Slack ({word}): {MEND.get(word, 'look the word up at docs.slack.dev')}"
    except Exception as error:  # noqa: BLE001 - the SDK lets through whatever its HTTP library raises
        for_good = False
        words = f"Slack does not answer ({type(error).__name__}): see that HTTPS to slack.com gets out, and SLACK_API_URL if it is set"
    else:
        return
    raise NotLetIn(words, for_good)
