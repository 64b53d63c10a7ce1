"""What Slack's payloads say: where something was clicked, what a form holds, which numbers a message names. Pure."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from blocks.frame import digits

Payload: TypeAlias = Mapping[str, Any]

NUMBERS_MOST = 5
STAMP = "seen_from"
_PHONE = re.compile(
    r"(?<![\w.])(?:\+\d[\d\s().-]{6,20}\d|\(?\d{3}\)?[\s.-]?\d{3}[\s.-]?\d{4}|1[\s.-]?\(?\d{3}\)?[\s.-]?\d{3}[\s.-]?\d{4})(?!\w)"
)
_TEL = re.compile(r"<tel:([^|>]+)(?:\|[^>]*)?>")


@dataclass(frozen=True, kw_only=True)
class Used:
    """A control that somebody used.

    Attributes:
        name: Its action id.
        value: What it stands for; of a menu, what was chosen in it.
        channel: Where it is; in a form, where that was opened. ``""`` on the Home tab, ``None`` in a form that is none of ours.
        view: Id of the form it is in; ``""`` in a message and on the Home tab.
        home: It is on the Home tab.
        key: Slack delivers the same use under the same key.
    """

    person: str
    name: str
    value: str
    channel: str | None
    thread: str
    view: str
    home: bool
    url: str
    trigger: str
    key: tuple[str, ...]


def used(body: Payload) -> Used:
    """What a ``block_actions`` payload says."""
    clicked = body["actions"][0]
    container = body.get("container") or {}
    view = body.get("view") or {}
    person = body["user"]["id"]
    home = view.get("type") == "home"
    inside = "" if home or not view else str(view.get("id"))
    channel = (body.get("channel") or {}).get("id") or container.get("channel_id") or ""
    return Used(
        person=person,
        name=clicked["action_id"],
        value=chosen(clicked),
        channel=opened_from(view) if inside else channel,
        thread=container.get("thread_ts") or "",
        view=inside,
        home=home,
        url=body.get("response_url") or "",
        trigger=body.get("trigger_id") or "",
        key=("action", clicked["action_ts"], person),
    )


# Forms


def stamped(view: Payload, channel: str) -> dict[str, Any]:
    """The form, which now remembers where it was opened: what it may show and do is what may be seen there."""
    return {**view, "private_metadata": json.dumps({STAMP: channel, "own": view.get("private_metadata") or ""})}


def opened_from(view: Payload) -> str | None:
    """The channel in which a form was opened, ``""`` where it was none; ``None`` of a form that does not say."""
    found = _stamp(view).get(STAMP)
    return found if isinstance(found, str) else None


def metadata(view: Payload) -> str:
    """What the form itself keeps as ``private_metadata``."""
    return str(_stamp(view).get("own") or "")


def _stamp(view: Payload) -> Payload:
    try:
        found = json.loads(view.get("private_metadata") or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def values(view: Payload) -> dict[str, str]:
    """What was typed or chosen, by the name of the input; of several choices one in a line."""
    inputs = ((view.get("state") or {}).get("values") or {}).items()
    return {name: chosen(element) for name, elements in inputs for element in elements.values()}


def chosen(element: Payload) -> str:
    """What an element holds."""
    if isinstance(element.get("selected_option"), Mapping):
        return str(element["selected_option"].get("value") or "")
    if "selected_options" in element:
        return "\n".join(str(option.get("value")) for option in element["selected_options"] or ())
    for what in ("user", "conversation", "channel"):
        if f"selected_{what}s" in element:
            return "\n".join(map(str, element[f"selected_{what}s"] or ()))
        if f"selected_{what}" in element:
            return str(element[f"selected_{what}"] or "")
    for what in ("value", "selected_date", "selected_time", "selected_date_time"):
        if element.get(what) is not None:
            return str(element[what])
    return ""


# Messages


def numbers_in(message: Payload) -> list[str]:
    """The phone numbers that a message names, as digits, each once, in the order in which they stand there."""
    found: dict[str, None] = {}
    for text in _texts(message):
        plain = _TEL.sub(lambda link: f" {link[1]} ", text)
        found.update((digits(number[0]), None) for number in _PHONE.finditer(plain))
    return list(found)[:NUMBERS_MOST]


def _texts(part: object) -> Iterator[str]:
    """Every text in a message, its blocks and attachments."""
    if isinstance(part, Mapping):
        for name, value in part.items():
            if isinstance(value, str):
                if name in ("text", "fallback", "title", "pretext"):
                    yield value
            else:
                yield from _texts(value)
    elif isinstance(part, list):
        for one in part:
            yield from _texts(one)


def kind(body: Payload) -> str:
    """What sort of payload it is, in Slack's words."""
    event = body.get("event")
    return str((event.get("type") if isinstance(event, Mapping) else "") or body.get("type") or body.get("command") or "unknown")
