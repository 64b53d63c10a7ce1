"""What the messages of all kinds of outages share: who has it, who muted it, what can be clicked. Pure."""

from slackblocks import Block, Button, Option, OverflowMenu

from blocks.alert_words import Outage, moment
from blocks.frame import button, plain, safe, small
from rules.incidents import Incident, Kind
from rules.surroundings import Surroundings

MUTES = (("Mute 1 hour", "1h"), ("Mute until 08:00", "until 08:00"), ("Mute 7 days", "7d"), ("Mute for good", "for good"))
GIVE_BACK, UNMUTE = "Give it back", "Unmute"


def added(outage: Outage) -> str:
    """What else the line has to say of a message that may be read long after its time."""
    return f"{', taken' if outage.truth.taken_by else ''}{', muted' if outage.truth.muted else ''}"


def overlays(outage: Outage) -> list[Block]:
    """Who has it, who muted it, and whether anybody can see."""
    around, incident = outage.around, outage.incident
    said = []
    if incident.taken_by and incident.taken_at is not None:
        said.append(
            f"👤  Taken by <@{incident.taken_by}> at {moment(incident.taken_at, around.zone)}  ·  no more reminders until it changes"
        )
    if around.mute is not None:
        said.append(_muted(around))
    if around.blind_since is not None and incident.kind is not Kind.API:
        said.append(f"⚫  VoIP.ms cannot be seen since {moment(around.blind_since, around.zone)}: this is how it was then")
    return [small(*said)] if said else []


def _muted(around: Surroundings) -> str:
    mute = around.mute
    assert mute is not None
    until = "for good" if mute.until is None else f"until {moment(mute.until, around.zone)}"
    by = f" by <@{mute.by}>" if mute.by else ""
    reason = f": {safe(mute.reason, 100)}" if mute.reason else ""
    return f"🔕  Muted {until}{by}{reason}  ·  this message is kept up to date, nothing else is said"


# What can be clicked


def acknowledge(incident: Incident) -> list[Button]:
    """Nothing once somebody has it."""
    return [] if incident.taken_by else [button("Acknowledge", "ack", f"watch take {incident.id}", primary=True)]


def give_back(incident: Incident) -> list[Button]:
    """For messages without a menu."""
    return [button(GIVE_BACK, "give-back", f"watch give-back {incident.id}")] if incident.taken_by else []


def look_now(incident: Incident) -> Button:
    """A live look, for whoever clicks alone."""
    return button("Look now", "look", f"alerts look {incident.id}")


def details(incident: Incident) -> Button:
    """Every phone, for whoever clicks alone."""
    return button("Details", "details", f"alerts details {incident.id}")


def menu(outage: Outage) -> OverflowMenu:
    """*Mute*, and what undoes what was done."""
    incident = outage.incident
    back = [(GIVE_BACK, f"watch give-back {incident.id}")] if incident.taken_by else []
    mutes = [(words, f"watch mute {incident.id} {how_long}") for words, how_long in MUTES]
    chosen = [*back, *([(UNMUTE, f"watch unmute {incident.id}")] if outage.truth.muted else mutes)]
    return OverflowMenu("mute", [Option(plain(words), value) for words, value in chosen])
