"""What an admin is told of a message that Slack did not take."""

from blocks.frame import BlockDict, clean, code, cut, place_of, render, section, small
from blocks.obstacles import OBSTACLES
from rules.access import is_person

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
    place, other = ("that person", "somebody else or a channel") if is_person(channel) else ("that channel", "another channel")
    told = " ".join(OBSTACLES[error].told(place, other)) if error in OBSTACLES else OTHERWISE
    return render(
        [
            section(f"*Not delivered* to {place_of(channel)}:\n>{cut(said, 2000)}"),
            section(f"{told} It is not sent again."),
            small(f"Slack said {code(error)}"),
        ]
    )
