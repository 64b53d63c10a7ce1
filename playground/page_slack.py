"""The workspace as one person sees it, in the JSON of the playground page. Nothing in here goes to anybody else."""

from collections.abc import Iterator
from dataclasses import dataclass

from playground.slack_people import Person
from playground.slack_things import BOT_USER, Channel, Json, Message, Profile, Upload, View
from playground.slack_workspace import Asked, Workspace


@dataclass(frozen=True)
class Persona:
    """Somebody who may be played in a window of the page.

    Attributes:
        role: What they are in this demonstration, ``operator``.
    """

    person: Person
    role: str

    def as_json(self) -> Json:
        return {"id": self.person.id, "name": self.person.name, "role": self.role}


def sees(space: Workspace, person: str, message: Message) -> bool:
    """Whether a person sees this message."""
    channel = space.channels.get(message.channel)
    return channel is not None and person in channel.members and (not message.ephemeral or message.to == person)


def current(space: Workspace, message: Message) -> Message | None:
    """The message as it stands now; ``None``: it is gone."""
    if message.ephemeral:
        return next((kept for kept in space.ephemerals if (kept.channel, kept.ts) == (message.channel, message.ts)), None)
    channel = space.channels.get(message.channel)
    return channel.messages.get(message.ts) if channel else None


def told(space: Workspace, person: str, message: Message) -> Json | None:
    """What a window says of a message that changed; ``None``: it is none of this person's business."""
    with space.changed:
        if not sees(space, person, message):
            return None
        now = current(space, message)
    if now is None:
        return {"kind": "gone", "channel": message.channel, "ts": message.ts}
    return {"kind": "message", "message": message_json(now)}


def told_view(space: Workspace, person: str, view: View) -> Json | None:
    """What a window says of a view that changed."""
    with space.changed:
        now = space.views.get(view.id, view)
    if now.user != person:
        return None
    return {"kind": "view", "view": view_json(now), "home": now.home, "closed": now.closed}


def message_json(message: Message) -> Json:
    """A message as the page draws it."""
    return {
        **message.as_slack(),
        "channel": message.channel,
        "ephemeral": message.ephemeral,
        "broadcast": message.broadcast,
        "edited": message.edited,
        "files": [file_json(file) for file in message.files],
    }


def file_json(file: Upload) -> Json:
    return {"id": file.id, "name": file.name, "title": file.title, "size": len(file.content)}


def view_json(view: View) -> Json:
    """A modal or a Home tab as the page draws it."""
    return view.as_slack()


def file_of(space: Workspace, person: str, file_id: str) -> Upload | None:
    """A file, if it stands in a message that this person sees."""
    with space.changed:
        for message in messages(space, person):
            for file in message.files:
                if file.id == file_id:
                    return file
    return None


def messages(space: Workspace, person: str) -> Iterator[Message]:
    """All that a person sees in every place; called with the workspace locked."""
    for channel in space.channels.values():
        if person in channel.members:
            yield from channel.messages.values()
    yield from (message for message in space.ephemerals if sees(space, person, message))


def world(space: Workspace, person: Person) -> Json:
    """All that a person sees, at once."""
    with space.changed:
        channels = [channel_json(channel) for channel in space.channels.values() if shown(channel, person.id)]
        people = [profile_json(profile) for profile in space.people.values() if not profile.gone]
        views = [view for view in space.views.values() if view.user == person.id and not view.closed]
        return {
            "kind": "world",
            "me": person.id,
            "dm": person.dm,
            "people": people,
            "channels": channels,
            "groups": [{"id": key, "handle": handle} for key, (handle, _) in space.groups.items()],
            "messages": [message_json(message) for message in sorted(messages(space, person.id), key=lambda message: message.ts)],
            "views": [view_json(view) for view in views if not view.home],
            "home": next((view_json(view) for view in views if view.home), None),
        }


def shown(channel: Channel, person: str) -> bool:
    """Whether a place stands in a person's sidebar: theirs, and not archived."""
    return person in channel.members and not channel.archived


def channel_json(channel: Channel) -> Json:
    return {
        "id": channel.id,
        "name": channel.name,
        "private": channel.private,
        "shared": channel.shared,
        "direct": bool(channel.direct),
        "bot": BOT_USER in channel.members,
        "members": len(channel.members),
    }


def profile_json(profile: Profile) -> Json:
    return {"id": profile.id, "name": profile.name, "handle": profile.handle, "tz": profile.tz, "bot": profile.bot}


def outcome(asked: Asked) -> Json:
    """How a question of a person fared: what a form or a menu has to know."""
    return {
        "acked": asked.acked,
        "failed": asked.failed,
        "errors": asked.errors,
        "mistakes": asked.mistakes,
        **({"suggested": asked.ack_body} if asked.kind == "suggest" and asked.acked else {}),
    }
