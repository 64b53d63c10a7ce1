"""What the stand-in for Slack grants and enforces: scopes, rates, and how the API says no.

Source: docs.slack.dev, reference of the methods: arguments, scopes, errors, rate tiers.
"""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from playground.slack_things import Json

Method: TypeAlias = Callable[[Json], Json]
"""Arguments, without the token, to the answer, without ``ok``. Raises ``Refusal``; called with the workspace locked."""

SCOPES = (
    "commands",
    "chat:write",
    "app_mentions:read",
    "im:history",
    "im:write",
    "users:read",
    "usergroups:read",
    "files:write",
    "channels:read",
    "groups:read",
    "channels:history",
    "groups:history",
)
NEEDS = {
    "users.info": "users:read",
    "users.list": "users:read",
    "bots.info": "users:read",
    "team.info": "team:read",
    "conversations.open": "im:write",
    "chat.postMessage": "chat:write",
    "chat.postEphemeral": "chat:write",
    "chat.update": "chat:write",
    "chat.delete": "chat:write",
    "files.getUploadURLExternal": "files:write",
    "files.completeUploadExternal": "files:write",
    "usergroups.list": "usergroups:read",
    "usergroups.users.list": "usergroups:read",
}
BY_KIND = {"conversations.info": "read", "conversations.history": "history", "conversations.replies": "history"}
"""Methods whose scope depends on the kind of channel."""
FORM_ONLY = frozenset(
    {"users.info", "conversations.info", "conversations.replies", "files.getUploadURLExternal", "usergroups.list", "team.info"}
)
"""Methods that do not read JSON bodies: arguments sent so are ignored, as Slack does."""
PER_MINUTE = {
    **dict.fromkeys(("conversations.open", "conversations.info", "conversations.history", "conversations.replies"), 50),
    **dict.fromkeys(("chat.update", "chat.delete", "apps.connections.open", "team.info"), 50),
    **dict.fromkeys(("users.info", "chat.postEphemeral", "views.open", "views.push", "views.update", "views.publish"), 100),
    **dict.fromkeys(("files.getUploadURLExternal", "files.completeUploadExternal"), 100),
    **dict.fromkeys(("usergroups.list", "usergroups.users.list", "users.list", "conversations.list"), 20),
}
POST_BURST = 5
"""``chat.postMessage``: one a second in each channel, after a burst of this many."""


class Refusal(Exception):
    """The API says no: ``error``, further keys of the answer, HTTP status and headers."""

    def __init__(self, error: str, *, status: int = 200, headers: dict[str, str] | None = None, **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.status = status
        self.headers = headers or {}
        self.more = more


def invalid(error: str, problems: list[str]) -> Refusal:
    """A refusal that tells each problem, in both places where Slack tells them."""
    return Refusal(error, errors=problems, response_metadata={"messages": [f"[ERROR] {problem}" for problem in problems]})


class Bucket:
    """Takes so many at once and then so many a second."""

    def __init__(self, clock: Callable[[], float], size: float, per_second: float) -> None:
        self._clock, self._size, self._rate = clock, size, per_second
        self._left, self._at = size, clock()

    def take(self) -> int:
        """Zero, or the seconds to wait."""
        now = self._clock()
        self._left = min(self._size, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left >= 1:
            self._left -= 1
            return 0
        return max(1, math.ceil((1 - self._left) / self._rate))


@dataclass(kw_only=True)
class Rules:
    """What this workspace grants and enforces; tests change it as they please.

    Attributes:
        scopes: The scopes of the bot token.
        rate_limits: Whether the rate limits hold.
        token_error: What every call is told instead of being carried out, ``token_revoked``.
        refuse_connections: No Socket Mode connection is opened.
    """

    bot_token: str = "xoxb-playground-not-a-real-token"
    app_token: str = "xapp-playground-not-a-real-token"
    signing_secret: str = "playground-not-a-real-signing-secret"
    scopes: set[str] = field(default_factory=lambda: set(SCOPES))
    rate_limits: bool = True
    token_error: str = ""
    refuse_connections: bool = False

    def need(self, scope: str) -> None:
        """Go on if the app has that scope.

        Raises:
            Refusal: ``missing_scope``.
        """
        if scope not in self.scopes:
            raise Refusal("missing_scope", needed=scope, provided=",".join(sorted(self.scopes)))


# Arguments


def flag(value: object) -> bool:
    """A boolean argument as forms and JSON send it."""
    return str(value).lower() in ("1", "true")


def stamp(ts: str) -> tuple[int, int]:
    """A time stamp that can be compared."""
    seconds, _, rest = ts.partition(".")
    return int(seconds or 0), int(f"{rest:0<6}"[:6])


def decoded(value: Any, error: str) -> Any:
    """An argument that is JSON, which forms send as text."""
    if not isinstance(value, str):
        return value
    if not value:
        return None
    try:
        return json.loads(value)
    except ValueError:
        raise Refusal(error) from None
