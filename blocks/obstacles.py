"""Why a channel or a person gets no message, in Slack's word or ours, and what to do: said here, and nowhere else. Pure."""

from dataclasses import dataclass

SHARED = "shared"
"""In place of Slack's word: another organisation is in the channel."""


@dataclass(frozen=True)
class Obstacle:
    """Why no message gets there.

    Attributes:
        reason: A sentence without its capital and its full stop, ``{place}`` for the channel or the person, in mrkdwn.
        remedy: What opens the way, likewise; ``""``: nothing does.
    """

    reason: str
    remedy: str = ""

    def why(self, place: str) -> str:
        """``#phones is archived``."""
        return self.reason.format(place=place)

    def step(self, other: str = "another channel") -> str:
        """``bring it back, or choose another channel``."""
        return f"{self.remedy}, or choose {other}" if self.remedy else f"choose {other}"

    def told(self, place: str = "that channel", other: str = "another channel") -> tuple[str, str]:
        """The same in two sentences."""
        return sentence(self.why(place)), sentence(self.step(other))


_INVITE = "invite me there with `/invite @Dialtone`"
OBSTACLES = {
    "is_archived": Obstacle("{place} is archived", "bring it back"),
    "not_in_channel": Obstacle("I am not in {place}", _INVITE),
    "channel_not_found": Obstacle("I cannot see {place}: it is gone, or it is private and I am not in it", _INVITE),
    "restricted_action": Obstacle("the workspace's settings do not let me post in {place}", "let me post there"),
    "restricted_action_read_only_channel": Obstacle("only some people may post in {place}", "let me post there"),
    "restricted_action_thread_only_channel": Obstacle("only replies are allowed in {place}", "allow messages there"),
    "user_not_found": Obstacle("Slack does not know {place}"),
    "user_disabled": Obstacle("the account of {place} is deactivated"),
    "user_not_visible": Obstacle("I cannot reach {place}"),
    "cannot_dm_bot": Obstacle("{place} is a bot"),
    "messages_tab_disabled": Obstacle(
        "messages to this app are switched off", "switch them on under App Home, Messages Tab, in the app's settings"
    ),
    SHARED: Obstacle("{place} is shared with another organisation"),
}


def sentence(words: str) -> str:
    """With a capital and a full stop."""
    return f"{capital(words)}."


def capital(words: str) -> str:
    """``Bring it back``."""
    return words[:1].upper() + words[1:]
