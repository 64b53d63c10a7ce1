"""The people of the stand-in for Slack: they type, mention, click, fill in forms, and see what came of it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from playground.slack_delivery import Delivery
from playground.slack_words import shown, typed
from playground.slack_workspace import APP, BOT_USER, TEAM, TEAM_DOMAIN, Asked, Channel, Json, Message, Profile, View, Workspace

CHOOSERS = ("overflow", "checkboxes", "radio_buttons", "datepicker", "timepicker", "datetimepicker")
REQUIRED = "Please complete this required field."
NO_EMAIL = "Please enter a valid email address."


@dataclass(frozen=True)
class Control:
    """Something in blocks that can be clicked, chosen or filled in."""

    element: Json
    block: Json

    @property
    def kind(self) -> str:
        return str(self.element["type"])

    @property
    def names(self) -> list[str]:
        """What a person or a test calls it: label, placeholder, ids."""
        parts = (self.element.get("text"), self.element.get("placeholder"), self.block.get("label"))
        words = [shown(str(part["text"])) for part in parts if isinstance(part, dict)]
        ids = [str(self.element.get("action_id", "")), str(self.block["block_id"]) if self.block["type"] == "input" else ""]
        return [name for name in (*words, *ids) if name]

    @property
    def options(self) -> list[Json]:
        """All its options, groups flattened."""
        groups = [group["options"] for group in self.element.get("option_groups") or ()]
        return [*(self.element.get("options") or ()), *(option for group in groups for option in group)]


def controls(blocks: list[Json]) -> Iterator[Control]:
    """Everything interactive in blocks that have their ids."""
    for block in blocks:
        for element in (*(block.get("elements") or ()), block.get("accessory"), block.get("element"), *(block.get("actions") or ())):
            if isinstance(element, dict) and ("action_id" in element or element.get("type") in (*CHOOSERS, "button")):
                yield Control(element, block)


class Person:
    """Somebody in the workspace.

    Attributes:
        dm: The id of the direct-message channel with the app.
    """

    def __init__(self, space: Workspace, delivery: Delivery, profile: Profile, url: Callable[[str], str]) -> None:
        self._space = space
        self._delivery = delivery
        self._profile = profile
        self._url = url
        self.id = profile.id
        self.name = profile.name
        self.dm = space.direct_with(profile.id).id

    # Asking

    def slash(self, command: str, text: str = "", channel: str = "C0PHONES") -> Asked:
        """Type a slash command; names, addresses and links arrive escaped."""
        place = self._place(channel)
        asked = self._new("slash", place, f"{command} {text}".strip())
        payload: Json = {
            "token": "playground-verification",
            "team_id": TEAM,
            "team_domain": TEAM_DOMAIN,
            "channel_id": place.id,
            "channel_name": "directmessage" if place.direct else "privategroup" if place.private else place.name,
            "user_id": self.id,
            "user_name": self._profile.handle,
            "command": command,
            "text": self._typed(text, with_names=True),
            "api_app_id": APP,
            "is_enterprise_install": "false",
            "response_url": self._url(self._space.new_url(asked)),
            "trigger_id": self._space.new_trigger(asked),
        }
        self._delivery.command(asked, payload)
        return asked

    def mention(self, text: str, channel: str = "C0PHONES", thread_ts: str | None = None) -> Asked:
        """Write to the app where others read it."""
        place = self._place(channel)
        words = text if f"<@{BOT_USER}>" in text or "@dialtone" in text.lower() else f"<@{BOT_USER}> {text}"
        asked, event = self._write("mention", place, words, thread_ts)
        if BOT_USER not in place.members:
            asked.failed = "not_in_channel"
            self._space.tell("failed", asked)
            return asked
        if "message.channels" in self._delivery.subscribed:
            self._delivery.event(None, "message.channels", {**event, "channel_type": "channel"}, place)
        self._delivery.event(asked, "app_mention", {**event, "type": "app_mention"}, place)
        return asked

    def direct(self, text: str, thread_ts: str | None = None) -> Asked:
        """Write to the app in private."""
        place = self._space.channels[self.dm]
        asked, event = self._write("direct", place, text, thread_ts)
        self._delivery.event(asked, "message.im", {**event, "channel_type": "im"}, place)
        return asked

    def open_home(self, tab: str = "home") -> Asked:
        """Look at the app's Home tab."""
        place = self._space.channels[self.dm]
        asked = self._new("home", place, tab)
        event: Json = {"type": "app_home_opened", "user": self.id, "channel": place.id, "tab": tab, "event_ts": self._space.next_ts()}
        home = next((view for view in self._space.views.values() if view.home and view.user == self.id), None)
        if home is not None:
            event["view"] = home.as_slack()
        self._delivery.event(asked, "app_home_opened", event, place)
        return asked

    # Using what was answered

    def click(self, place: Message | View, button: str) -> Asked:
        """Click a button, found by its label or its ``action_id``."""
        found = self._find(place, button, lambda control: control.kind in ("button", "workflow_button"))
        kept: Json = {key: found.element[key] for key in ("type", "action_id", "text", "value", "style", "url") if key in found.element}
        return self._act("click", place, found, kept, button)

    def select(self, place: Message | View, menu: str, choice: str) -> Asked:
        """Choose in a menu (found by label, placeholder or ``action_id``): an option by its words or value, or a day, an id, …"""
        found = self._find(place, menu, lambda control: control.kind in CHOOSERS or control.kind.endswith("_select"))
        kept = {"type": found.kind, "action_id": found.element["action_id"], **chosen(found, choice)}
        return self._act("select", place, found, kept, f"{menu}: {choice}")

    def submit(self, view: View, values: Mapping[str, Any] | None = None) -> Asked:
        """Fill in a form by its labels and send it. What Slack itself would not send is told in ``errors``."""
        current = self._space.views[view.id]
        asked = self._new("submit", None, current.title)
        inputs = [control for control in controls(current.as_slack()["blocks"]) if control.block["type"] == "input"]
        given = dict(values or {})
        state: Json = {}
        for control in inputs:
            label = control.names[0] if not control.block.get("label") else shown(control.block["label"]["text"])
            key = next((name for name in given if name in control.names or name.lower() == label.lower()), None)
            value = chosen(control, given.pop(key)) if key is not None else initial(control)
            problem = refused(control, value)
            if problem:
                asked.errors[label] = problem
            state.setdefault(control.block["block_id"], {})[control.element["action_id"]] = {"type": control.kind, **value}
        if given:
            raise LookupError(f"no input called {', '.join(given)}; there are {[control.names for control in inputs]}")
        if current.closed:
            raise LookupError("the form is closed")
        if asked.errors:
            asked.failed = "not_sent"
            return asked
        self._space.own_view(current.id, asked)
        payload = {**self._interactive("view_submission", asked, current), "view": current.as_slack(state), "response_urls": []}
        self._delivery.interaction(asked, payload, current)
        return asked

    def close(self, view: View) -> Asked:
        """Close a form; the app is told if it wants to know."""
        current = self._space.views[view.id]
        asked = self._new("close", None, current.title)
        self._space.close_view(current)
        if current.content.get("notify_on_close"):
            payload = {**self._interactive("view_closed", asked, current), "view": current.as_slack(), "is_cleared": False}
            self._delivery.interaction(asked, payload, current)
        return asked

    # Inside

    def _place(self, channel: str) -> Channel:
        place = self._space.channel_named(channel)
        if place is None:
            raise LookupError(f"no channel {channel}")
        return place

    def _new(self, kind: str, place: Channel | None, words: str, thread_ts: str = "") -> Asked:
        asked = Asked(self._space, kind, self.id, place.id if place else self.dm, words, thread_ts)
        with self._space.changed:
            self._space.asked.append(asked)
        self._space.tell("asked", asked)
        return asked

    def _typed(self, text: str, with_names: bool) -> str:
        def person(name: str) -> str | None:
            found = next((p for p in self._space.people.values() if name.lower() in (p.handle, p.id.lower())), None)
            if found is None:
                return None
            return f"<@{found.id}|{found.handle}>" if with_names else f"<@{found.id}>"

        def channel(name: str) -> str | None:
            found = self._space.channel_named(name)
            return f"<#{found.id}|{found.name}>" if found else None

        return typed(text, person, channel)

    def _write(self, kind: str, place: Channel, text: str, thread_ts: str | None) -> tuple[Asked, Json]:
        asked = self._new(kind, place, text, thread_ts or "")
        message = Message(
            channel=place.id, ts=self._space.next_ts(), user=self.id, text=self._typed(text, False), thread_ts=thread_ts or ""
        )
        asked.ts = message.ts
        self._space.post(message)
        event: Json = {
            "type": "message",
            "user": self.id,
            "ts": message.ts,
            "client_msg_id": self._space.new_id("msg"),
            "text": message.text,
            "team": self._profile.team,
            "channel": place.id,
            "event_ts": message.ts,
        }
        return asked, event | ({"thread_ts": thread_ts} if thread_ts else {})

    def _find(self, place: Message | View, name: str, suits: Callable[[Control], bool]) -> Control:
        there = [control for control in controls(self._current(place).as_slack()["blocks"]) if suits(control)]
        for control in there:
            if name in control.names:
                return control
        raise LookupError(f"no {name!r} here; there are {[control.names for control in there]}")

    def _current(self, place: Message | View) -> Message | View:
        if isinstance(place, Message) and place.view is not None:
            place = place.view
        if isinstance(place, View):
            return self._space.views[place.id]
        if place.ephemeral:
            return next((m for m in self._space.ephemerals if (m.channel, m.ts) == (place.channel, place.ts)), place)
        return self._space.channels[place.channel].messages.get(place.ts, place)

    def _act(self, kind: str, place: Message | View, control: Control, action: Json, words: str) -> Asked:
        current = self._current(place)
        channel = self._space.channels[current.channel] if isinstance(current, Message) else None
        asked = self._new(kind, channel, words, current.thread_ts if isinstance(current, Message) else "")
        action |= {"block_id": control.block["block_id"], "action_ts": self._space.next_ts()}
        payload: Json = {**self._interactive("block_actions", asked, current if isinstance(current, View) else None), "actions": [action]}
        own = {control.block["block_id"]: {control.element["action_id"]: action}} if kind == "select" else {}
        if isinstance(current, View):
            self._space.own_view(current.id, asked)
            payload |= {"container": {"type": "view", "view_id": current.id}, "view": current.as_slack(own)}
        else:
            assert channel is not None
            container: Json = {
                "type": "message",
                "message_ts": current.ts,
                "channel_id": channel.id,
                "is_ephemeral": current.ephemeral,
            }
            if current.thread_ts:
                container["thread_ts"] = current.thread_ts
            payload |= {
                "container": container,
                "channel": {"id": channel.id, "name": "directmessage" if channel.direct else channel.name},
                "state": {"values": own},
                "response_url": self._url(self._space.new_url(asked, current)),
            }
            if not current.ephemeral:
                payload["message"] = current.as_slack()
        self._delivery.interaction(asked, payload)
        return asked

    def _interactive(self, kind: str, asked: Asked, view: View | None) -> Json:
        return {
            "type": kind,
            "user": {"id": self.id, "username": self._profile.handle, "name": self._profile.handle, "team_id": self._profile.team},
            "api_app_id": APP,
            "token": "playground-verification",
            "trigger_id": self._space.new_trigger(asked, view.id if view else ""),
            "team": {"id": TEAM, "domain": TEAM_DOMAIN},
            "enterprise": None,
            "is_enterprise_install": False,
        }


# Values of inputs


def chosen(control: Control, choice: Any) -> Json:
    """A person's choice as ``state.values`` and actions hold it."""
    kind = control.kind
    many = kind.startswith("multi_") or kind == "checkboxes"
    if control.options:
        wanted = list(choice) if many and not isinstance(choice, str) else [choice]
        found = [next((o for o in control.options if each in (o["value"], shown(o["text"]["text"]))), None) for each in wanted]
        if None in found:
            raise LookupError(f"no option {choice!r}; there are {[shown(o['text']['text']) for o in control.options]}")
        return {"selected_options": found} if many else {"selected_option": found[0]}
    for what in ("user", "conversation", "channel"):
        if kind == f"{what}s_select":
            return {f"selected_{what}": choice}
        if kind == f"multi_{what}s_select":
            return {f"selected_{what}s": [choice] if isinstance(choice, str) else list(choice)}
    match kind:
        case "datepicker":
            return {"selected_date": choice}
        case "timepicker":
            return {"selected_time": choice}
        case "datetimepicker":
            return {"selected_date_time": choice}
        case _:
            return {"value": choice or None}


def initial(control: Control) -> Json:
    """What an input holds that nobody touched."""
    element = control.element
    if control.kind.startswith("multi_") or control.kind == "checkboxes":
        return {"selected_options": element.get("initial_options") or []}
    for key in ("option", "user", "conversation", "channel", "date", "time", "date_time"):
        if f"initial_{key}" in element:
            return {f"selected_{key}": element[f"initial_{key}"]}
    if control.options:
        return {"selected_option": None}
    empty = chosen(control, None)
    return {"value": element.get("initial_value")} if "value" in empty else empty


def refused(control: Control, value: Json) -> str:
    """Why Slack itself would not send this input; empty when it would."""
    filled = [each for each in value.values() if each not in (None, "", [])]
    if not filled:
        return "" if control.block.get("optional") else REQUIRED
    words = value.get("value")
    if isinstance(words, str):
        if control.kind == "email_text_input" and not ("@" in words and "." in words.rpartition("@")[2] and " " not in words):
            return NO_EMAIL
        if len(words) > control.element.get("max_length", 3000):
            return f"Please enter at most {control.element.get('max_length', 3000)} characters."
        if len(words) < control.element.get("min_length", 0):
            return f"Please enter at least {control.element['min_length']} characters."
    return ""
