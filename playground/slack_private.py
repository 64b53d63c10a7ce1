"""Who alone sees what a call of the app, or a delivery to it, says."""

from playground.slack_things import Json
from playground.slack_workspace import Workspace


def sees(space: Workspace, method: str, args: Json) -> str:
    """The person whom a Web API call concerns alone; empty when others see what it says too."""
    match method:
        case "chat.postEphemeral":
            return str(args.get("user") or "")
        case "views.publish":
            return str(args.get("user_id") or "")
        case "views.open" | "views.push":
            trigger = space.triggers.get(str(args.get("trigger_id")))
            return trigger.user if trigger else ""
        case "views.update":
            view = space.views.get(str(args.get("view_id")))
            return view.user if view else ""
        case "conversations.open":
            return str(args.get("users") or "")
        case _:
            return _direct(space, str(args.get("channel") or args.get("channel_id") or ""))


def asks(space: Workspace, payload: Json) -> str:
    """The person whom a delivery concerns alone; empty for what is written where others read it."""
    event = payload.get("event")
    if isinstance(event, dict):
        where = event.get("channel")
        return str(event.get("user", "")) if event.get("type") == "app_home_opened" else _direct(space, str(where))
    user = payload.get("user")
    return str(user["id"] if isinstance(user, dict) else payload.get("user_id") or "")


def _direct(space: Workspace, place: str) -> str:
    if place.startswith(("U", "W")):
        return place
    channel = space.channels.get(place)
    return channel.direct if channel else ""
