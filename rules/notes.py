"""What the watch wants to be said: values that the store puts into the outbox, in the transaction of the state that caused them. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class Act(Enum):
    """What is done in the channel."""

    POST = "post"
    """A message of its own."""
    EDIT = "edit"
    """The incident's message is drawn anew; edits that wait for the same message may become one."""
    REPLY = "reply"
    """In the thread of the incident's message."""


class About(Enum):
    """Why it is said."""

    OPENED = "opened"
    CHANGED = "changed"
    GREW = "grew"
    """Twice as many, more than half of the site, or one more after a while."""
    REOPENED = "reopened"
    FLAPPING = "flapping"
    REMINDER = "reminder"
    ESCALATION = "escalation"
    DIGEST = "digest"
    """One message for the reminders of many incidents."""
    NIGHT = "night"
    """What happened in the quiet hours."""
    ABSENCE = "absence"
    """The bot itself was not running."""
    ARRIVAL = "arrival"
    """Phones registered from a new network, or with a new device: no alert."""


@dataclass(frozen=True, kw_only=True)
class Note:
    """One thing to say. An edit is drawn from the incident as it is when it is sent; the others from what stands here.

    Attributes:
        key: Never used twice: it is how a message is found again after a crash.
        incident: Id of the incident whose message this is, opens or belongs to; ``""`` for ``DIGEST``, ``NIGHT``, ``ABSENCE``, ``ARRIVAL``.
        channel: Slack's id.
        at: When it was decided.
        broadcast: A reply that the whole channel sees.
        accounts: Whom it is about, in order.
        details: Of an arrival, for each of the accounts: the address and the device, in VoIP.ms's words.
        incidents: Ids of the incidents that a digest or a night sums up.
        count: Phones away in this channel; for a night, outages that are still open; for an absence, changes found.
        mention: Slack's id of the group that an escalation calls.
        since, until: The absence.
    """

    key: str
    act: Act
    about: About
    channel: str
    at: datetime
    incident: str = ""
    broadcast: bool = False
    accounts: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    incidents: tuple[str, ...] = ()
    count: int = 0
    mention: str = ""
    since: datetime | None = None
    until: datetime | None = None
