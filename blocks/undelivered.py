"""What an admin is told of a message that Slack did not take."""

from blocks.frame import BlockDict, clean, code, cut, place_of, render, section, small

REMEDIES = {
    "channel_not_found": "The channel is gone, or it is private and I am not in it. Invite me there, or choose another channel.",
    "not_in_channel": "I am not in that channel. Invite me there with /invite, or choose another channel.",
    "is_archived": "The channel is archived. Bring it back, or choose another channel.",
    "restricted_action": "The workspace's settings do not let me post there. Allow it, or choose another channel.",
    "restricted_action_read_only_channel": "Only some people may post there. Allow me, or choose another channel.",
    "restricted_action_thread_only_channel": "Only replies are allowed there. Choose another channel.",
    "user_disabled": "That person's account is deactivated. Choose somebody else.",
    "user_not_found": "Slack does not know that person. Choose somebody else.",
    "messages_tab_disabled": "Messages to this app are switched off: App Home, Messages Tab in the app's settings.",
}
OTHERWISE = "The log has more."


def headline(channel: str, error: str, said: str) -> str:
    """``Not delivered to #alerts (is_archived): Missing: front desk``, as Slack's ``text``: Slack puts the name for the id.

    Args:
        channel: Slack's id of a channel or a person.
        said: The text of the message, as it was to be posted.
    """
    return cut(f"Not delivered to {place_of(channel)} ({clean(error)}): {said}", 2900)


def card(channel: str, error: str, said: str) -> list[BlockDict]:
    """The same with what to do about it."""
    return render(
        [
            section(f"*Not delivered* to {place_of(channel)}:\n>{cut(said, 2000)}"),
            section(f"{REMEDIES.get(error, OTHERWISE)} It is not sent again."),
            small(f"Slack said {code(error)}"),
        ]
    )
