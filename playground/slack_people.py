"""The people of the stand-in for Slack: they type, mention, click, fill in forms, and see what came of it."""

from collections.abc import Callable, Mapping
from typing import Any

from playground.slack_controls import CHOOSERS, CLICKED, Control, Held, Key, chosen, controls, refused, state_of
from playground.slack_delivery import Delivery
from playground.slack_things import APP, BOT_USER, TEAM, TEAM_DOMAIN, Channel, Json, Message, Profile, View
from playground.slack_words import typed
from playground.slack_workspace import Asked, Workspace

KEPT = ("type", "action_id", "text", "value", "style", "url")
"""What of a button its click tells."""


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

    def say(self, text: str, channel: str, thread_ts: str | None = None) -> Asked:
        """Write as in Slack's composer: to the app in private, to it where others read it, or only to others."""
        place = self._place(channel)
        if place.direct:
            return self.direct(text, thread_ts)
        if f"<@{BOT_USER}>" in self._typed(text, False):
            return self.mention(text, channel, thread_ts)
        asked, event = self._write("words", place, text, thread_ts)
        if BOT_USER in place.members and "message.channels" in self._delivery.subscribed:
            self._delivery.event(None, "message.channels", {**event, "channel_type": "channel"}, place)
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

    def shortcut(self, name: str) -> Asked:
        """Choose a global shortcut of the app, by its ``callback_id``."""
        asked = self._new("shortcut", None, name)
        payload = {**self._interactive("shortcut", asked, None), "callback_id": name, "action_ts": self._space.next_ts()}
        self._delivery.interaction(asked, payload)
        return asked

    def message_shortcut(self, message: Message, name: str) -> Asked:
        """Choose a shortcut from a message's menu, by its ``callback_id``."""
        place = self._space.channels[message.channel]
        asked = self._new("shortcut", place, name, message.thread_ts)
        payload = {
            **self._interactive("message_action", asked, None),
            "callback_id": name,
            "action_ts": self._space.next_ts(),
            "message_ts": message.ts,
            "channel": {"id": place.id, "name": "directmessage" if place.direct else place.name},
            "message": message.as_slack(),
            "response_url": self._url(self._space.new_url(asked)),
        }
        self._delivery.interaction(asked, payload)
        return asked

    # Using what was answered

    def click(self, place: Message | View, button: str) -> Asked:
        """Click a button, found by its label or its ``action_id``."""
        found = self._find(place, button, lambda control: control.kind in CLICKED)
        return self._use(place, found, None, button)

    def select(self, place: Message | View, menu: str, choice: str) -> Asked:
        """Choose in a menu (found by label, placeholder or ``action_id``): an option by its words or value, or a day, an id, …"""
        found = self._find(place, menu, lambda control: control.kind in CHOOSERS or control.kind.endswith("_select"))
        return self._use(place, found, choice, f"{menu}: {choice}")

    def use(self, place: Message | View, key: Key, choice: Any = None, held: Held | None = None) -> Asked:
        """Click or choose in exactly one control; ``held``: what the others hold meanwhile."""
        found = self._at(place, key)
        return self._use(place, found, choice, found.names[0], held)

    def suggest(self, place: Message | View, key: Key, words: str) -> Asked:
        """Type into a menu whose options the app makes; its acknowledgement holds them."""
        self._at(place, key)
        current = self._current(place)
        asked = self._new("suggest", None, words)
        block_id, action_id = key
        payload: Json = {
            **self._interactive("block_suggestion", asked, current if isinstance(current, View) else None),
            **self._contained(current, {}),
            "block_id": block_id,
            "action_id": action_id,
            "value": words,
        }
        self._delivery.suggestion(asked, payload)
        return asked

    def submit(self, view: View, values: Mapping[str, Any] | None = None) -> Asked:
        """Fill in a form by its labels and send it. What Slack itself would not send is told in ``errors``."""
        inputs = _inputs(self._space.views[view.id])
        given, held = dict(values or {}), {}
        for control in inputs:
            name = next((name for name in given if name in control.names or name.lower() == control.label.lower()), None)
            if name is not None:
                held[control.key] = given.pop(name)
        if given:
            raise LookupError(f"no input called {', '.join(given)}; there are {[control.names for control in inputs]}")
        return self.send(view, held)

    def send(self, view: View, held: Held) -> Asked:
        """Send a form with what its inputs hold."""
        current = self._space.views[view.id]
        if current.closed:
            raise LookupError("the form is closed")
        asked = self._new("submit", None, current.title)
        state = state_of(current.as_slack()["blocks"], held)
        for control in _inputs(current):
            block_id, action_id = control.key
            value = {name: each for name, each in state[block_id][action_id].items() if name != "type"}
            problem = refused(control, value)
            if problem:
                asked.errors[control.label] = problem
        if asked.errors:
            asked.failed = "not_sent"
            self._space.tell("failed", asked)
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

    def _at(self, place: Message | View, key: Key) -> Control:
        found = next((control for control in controls(self._current(place).as_slack()["blocks"]) if control.key == key), None)
        if found is None:
            raise LookupError("it is not there any more")
        return found

    def _use(self, place: Message | View, control: Control, choice: Any, words: str, held: Held | None = None) -> Asked:
        current = self._current(place)
        clicked = control.kind in CLICKED
        action: Json = {name: control.element[name] for name in KEPT if name in control.element} if clicked else {
            "type": control.kind, "action_id": control.key[1], **chosen(control, choice)
        }  # fmt: skip
        channel = self._space.channels[current.channel] if isinstance(current, Message) else None
        asked = self._new("click" if clicked else "select", channel, words, current.thread_ts if isinstance(current, Message) else "")
        state = state_of(current.as_slack()["blocks"], {**(held or {}), **({} if clicked else {control.key: choice})})
        payload: Json = {
            **self._interactive("block_actions", asked, current if isinstance(current, View) else None),
            **self._contained(current, state),
            "actions": [{**action, "block_id": control.key[0], "action_ts": self._space.next_ts()}],
        }
        if isinstance(current, View):
            self._space.own_view(current.id, asked)
        else:
            payload["response_url"] = self._url(self._space.new_url(asked, current))
        self._delivery.interaction(asked, payload)
        return asked

    def _contained(self, current: Message | View, state: Json) -> Json:
        """The part of a payload that tells where something was clicked, chosen or typed."""
        if isinstance(current, View):
            return {"container": {"type": "view", "view_id": current.id}, "view": current.as_slack(state)}
        channel = self._space.channels[current.channel]
        container: Json = {"type": "message", "message_ts": current.ts, "channel_id": channel.id, "is_ephemeral": current.ephemeral}
        return {
            "container": container | ({"thread_ts": current.thread_ts} if current.thread_ts else {}),
            "channel": {"id": channel.id, "name": "directmessage" if channel.direct else channel.name},
            "state": {"values": state},
            **({} if current.ephemeral else {"message": current.as_slack()}),
        }

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


def _inputs(view: View) -> list[Control]:
    """The inputs of a form."""
    return [control for control in controls(view.as_slack()["blocks"]) if control.block["type"] == "input"]
