"""How a request to Slack can end, and what that means for the message.

Trouble
├── Refused      Slack said no, and will say it again
├── Later        Slack does not have it, and may take it later: too many requests, a token that does not work, no network
└── Unclear      Slack may have it or not: a dropped connection, a time-out, 5xx, ``internal_error``

Source: docs.slack.dev, errors of ``chat.postMessage``, ``chat.update`` and ``conversations.*``. ``internal_error`` and ``fatal_error`` are
documented as "some aspect of the operation may have succeeded".
"""

import errno
import socket
import ssl
from urllib.error import URLError

from slack_sdk.errors import SlackApiError

from rules.tokens import NOT_TAKEN

EVERYTHING = ""
"""In ``Later.method``: no request at all would be answered."""
UNREACHED = "Slack cannot be reached"

UNCLEAR = frozenset(("internal_error", "fatal_error", "request_timeout", "service_unavailable", "update_failed"))
TOO_MANY = frozenset(("ratelimited", "rate_limited"))
FOR_A_WHILE = frozenset(("message_limit_exceeded", "external_channel_migrating", "team_added_to_org", "invalid_cursor"))
"""It passes by itself."""
SCOPE = frozenset(("missing_scope", "no_permission"))
"""Slack knows us and does not allow this method."""
GONE = frozenset(("message_not_found", "cant_update_message", "edit_window_closed", "block_mismatch"))
"""An edit is refused, and the same words as a new message would not be."""
NO_THREAD = frozenset(
    (
        "thread_not_found",
        "message_not_found",
        "cannot_reply_to_message",
        "cant_broadcast_message",
        "restricted_action_thread_locked",
        "restricted_action_non_threadable_channel",
    )
)
"""A reply is refused, and the same words in the channel would not be."""
SOME_TIME = 30.0
"""Seconds until it is worth another try when Slack does not say."""
_NEVER_LEFT = frozenset((errno.ECONNREFUSED, errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL))


class Trouble(Exception):
    """A request did not end well.

    Attributes:
        word: Slack's for it, or ours for what never became an answer.
    """

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


class Refused(Trouble):
    """Slack said no, and will say it again."""


class Later(Trouble):
    """Slack certainly does not have it.

    Attributes:
        method: What need not be tried until then: ``chat_postMessage``, ``EVERYTHING``, or ``None``: only this message.
        seconds: Until then; ``None``: longer each time.
        shut: Nothing but a person mends it.
    """

    def __init__(self, word: str, method: str | None, seconds: float | None = None, shut: bool = False) -> None:
        super().__init__(word)
        self.method = method
        self.seconds = seconds
        self.shut = shut


class Unclear(Trouble):
    """Slack may have it or not."""


def understood(error: Exception, method: str) -> Trouble:
    """What a failed request means. Whatever the library may make of a broken answer: Slack may have the message.

    Args:
        method: As the SDK names it: ``chat_postMessage``.
    """
    if isinstance(error, SlackApiError):
        return _answered(error, method)
    if isinstance(error, URLError):
        cause = error.reason
        return Later(UNREACHED, EVERYTHING) if _never_left(cause) else Unclear(type(cause).__name__)
    return Unclear(type(error).__name__)


def _answered(error: SlackApiError, method: str) -> Trouble:
    answer = error.response
    body = answer.data if isinstance(answer.data, dict) else {}
    word = str(body.get("error", ""))
    if answer.status_code == 429 or word in TOO_MANY:
        # rate_limited is about the channel, ratelimited about the method in the whole workspace
        return Later(word, None if word == "rate_limited" else method, _retry_after(answer.headers))
    if answer.status_code != 200:
        return Unclear(f"HTTP {answer.status_code}")
    if word in NOT_TAKEN:  # a person has to mend it, and then everything goes on
        return Later(word, EVERYTHING, shut=True)
    if word in SCOPE:
        return Later(word, method, SOME_TIME, shut=True)
    if word in FOR_A_WHILE:
        return Later(word, None, SOME_TIME)
    if word in UNCLEAR:
        return Unclear(word)
    # what is no word is the library's own text about an answer that is no JSON
    return Refused(word) if word.replace("_", "").isalnum() else Unclear("not an answer of Slack's")


def _retry_after(headers: dict[str, str]) -> float:
    """Seconds; one when Slack, or a proxy before it, does not say."""
    try:
        return max(0.0, float(headers.get("Retry-After", "1")))
    except ValueError:
        return 1.0


def _never_left(cause: object) -> bool:
    """Whether there was no connection that a request could have gone through."""
    if isinstance(cause, socket.gaierror | ssl.SSLCertVerificationError):
        return True
    return isinstance(cause, OSError) and cause.errno in _NEVER_LEFT
