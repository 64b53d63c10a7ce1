"""How what people do reaches the app: through a socket or a signed post, acknowledged within three seconds or not."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from playground.slack_api import WebApi
from playground.slack_rules import Refusal, Rules
from playground.slack_socket import Links
from playground.slack_things import APP, BOT_USER, TEAM, Channel, Json, Message, View
from playground.slack_web import Poster
from playground.slack_workspace import Asked, Workspace

EVENT_SCOPES = {
    "app_mention": "app_mentions:read",
    "message.im": "im:history",
    "message.channels": "channels:history",
    "app_home_opened": "",
}
AT_ONCE = 96
"""Deliveries that wait for their acknowledgement at the same time."""


@dataclass(frozen=True)
class Outcome:
    """What became of one delivery."""

    acked: bool
    seconds: float = 0.0
    body: Any = None
    problem: str = ""


@dataclass(frozen=True)
class Delivered:
    """One delivery and what became of it, as the watchers are told.

    Attributes:
        kind: ``slash_commands``, ``events_api`` or ``interactive``.
        at: When it was sent; aware, UTC.
        retry: The number of the new try and why it was made.
    """

    kind: str
    payload: Json
    at: datetime
    retry: tuple[int, str] | None
    outcome: Outcome


class Delivery:
    """Delivers payloads to the app. Thread-safe.

    Attributes:
        events_url: Where to post; ``None``: Socket Mode.
        ack_limit: Seconds until a person sees an error, and an event counts as not delivered.
        retry_delays: Seconds before each new try of an event. Slack's own: at once, a minute, five minutes.
        twice: Deliver everything twice, as happens when an acknowledgement is lost.
        subscribed: The events the app listens to.
    """

    def __init__(self, space: Workspace, rules: Rules, api: WebApi, links: Links) -> None:
        self._space = space
        self._rules = rules
        self._api = api
        self._links = links
        self._poster = Poster(rules, space.clock)
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="slack-delivery")
        self._closing = threading.Event()
        self.events_url: str | None = None
        self.ack_limit = 3.0
        self.retry_delays: Sequence[float] = (0.0, 60.0, 300.0)
        self.twice = False
        self.subscribed = {"app_mention", "message.im", "app_home_opened"}

    def close(self) -> None:
        """Wait for nothing any more."""
        self._closing.set()
        self._poster.cut_off()
        self._pool.shutdown(wait=True, cancel_futures=True)

    # Kinds of delivery

    def command(self, asked: Asked, payload: Json) -> None:
        """A slash command."""
        self._send("slash_commands", asked, payload, True, self._immediate)

    def interaction(self, asked: Asked, payload: Json, view: View | None = None) -> None:
        """A click, a selection, or a form that was sent or closed."""
        submitted = payload["type"] == "view_submission"
        after = (lambda asked, body: self._taken(asked, body, view)) if submitted and view else None
        if submitted and view:
            self._space.sending[view.id] = asked
        self._send("interactive", asked, payload, submitted, after)

    def suggestion(self, asked: Asked, payload: Json) -> None:
        """What was typed into a menu whose options the app makes."""
        self._send("interactive", asked, payload, True, self._suggested)

    def event(self, asked: Asked | None, name: str, event: Json, channel: Channel) -> bool:
        """An event, if the app listens to it and may; whether it is on its way."""
        scope = EVENT_SCOPES[name]
        if name not in self.subscribed or (scope and scope not in self._rules.scopes):
            if asked is not None:
                self._fail(asked, "not_subscribed")
            return False
        payload: Json = {
            "token": "playground-verification",
            "team_id": TEAM,
            "context_team_id": TEAM,
            "api_app_id": APP,
            "event": event,
            "type": "event_callback",
            "event_id": self._space.new_id("Ev"),
            "event_time": int(self._space.clock()),
            "authorizations": [
                {"enterprise_id": None, "team_id": TEAM, "user_id": BOT_USER, "is_bot": True, "is_enterprise_install": False}
            ],
            "is_ext_shared_channel": channel.shared,
            "event_context": self._space.new_id("EC"),
        }
        self._send("events_api", asked, payload, False, None)
        return True

    def again(self, asked: Asked) -> bool:
        """Deliver a question once more, as when its acknowledgement was lost; whether it was acknowledged this time."""
        kind, accepts = asked.delivered_as
        return self._once(kind, asked.payload, accepts, (1, "http_timeout") if kind == "events_api" else None).acked

    def verify_url(self) -> bool:
        """Ask the app's URL for the challenge, as Slack does when it is entered."""
        challenge = self._space.new_id("challenge")
        body = {"token": "playground-verification", "challenge": challenge, "type": "url_verification"}
        posted = self._poster.post(self.events_url or "", "events_api", body, self.ack_limit)
        answer = posted.body
        return posted.ok and challenge == (answer.get("challenge") if isinstance(answer, dict) else answer)

    # Sending

    def _send(self, kind: str, asked: Asked | None, payload: Json, accepts: bool, after: Callable[[Asked, Any], None] | None) -> None:
        if asked is not None:
            asked.payload, asked.delivered_as = payload, (kind, accepts)
        if self._closing.is_set():
            return
        self._pool.submit(self._deliver, kind, asked, payload, accepts, after)
        if self.twice:
            self._pool.submit(self._once, kind, payload, accepts, (1, "http_timeout") if kind == "events_api" else None)

    def _deliver(self, kind: str, asked: Asked | None, payload: Json, accepts: bool, after: Callable[[Asked, Any], None] | None) -> None:
        outcome = self._once(kind, payload, accepts, None)
        if asked is not None:
            asked.tries += 1
        if kind == "events_api" and asked is not None:
            for number, delay in enumerate(self.retry_delays, 1):
                if outcome.acked or self._closing.wait(delay):
                    break
                outcome = self._once(kind, payload, accepts, (number, outcome.problem))
                asked.tries += 1
        if asked is None or self._closing.is_set():
            return
        try:
            self._settle(asked, outcome, after)
        finally:
            self._space.sent(asked)

    def _settle(self, asked: Asked, outcome: Outcome, after: Callable[[Asked, Any], None] | None) -> None:
        if not outcome.acked:
            asked.timed_out = "timeout" in outcome.problem
            self._fail(asked, "operation_timeout" if asked.timed_out else outcome.problem)
            return
        if after is not None:
            after(asked, outcome.body)
        asked.ack_seconds, asked.ack_body = outcome.seconds, outcome.body
        asked.acked = True
        self._space.tell("acked", asked)

    def _once(self, kind: str, payload: Json, accepts: bool, retry: tuple[int, str] | None) -> Outcome:
        at = self._space.now()
        outcome = self._sent(kind, payload, accepts, retry)
        self._space.tell("delivered", Delivered(kind, payload, at, retry, outcome))
        return outcome

    def _sent(self, kind: str, payload: Json, accepts: bool, retry: tuple[int, str] | None) -> Outcome:
        if self.events_url is not None:
            posted = self._poster.post(self.events_url, kind, payload, self.ack_limit, retry)
            problem = posted.problem or ("" if posted.ok else "http_error")
            return Outcome(posted.ok, posted.seconds, posted.body, "dispatch_failed" if problem == "connection_failed" else problem)
        envelope = self._links.send(kind, payload, accepts, retry)
        if envelope is None:
            return Outcome(False, problem="dispatch_failed")
        acked = envelope.wait(self.ack_limit)
        self._links.forget(envelope)
        if not acked or envelope.acked_at is None:
            return Outcome(False, problem="timeout")
        return Outcome(True, envelope.acked_at - envelope.sent_at, envelope.body or None)

    def _fail(self, asked: Asked, problem: str) -> None:
        asked.failed = problem
        self._space.tell("failed", asked)

    # What comes with an acknowledgement

    def _immediate(self, asked: Asked, body: Any) -> None:
        """A command may be answered in the acknowledgement itself."""
        if not body:
            return
        given: Json = {"text": body} if isinstance(body, str) else body
        try:
            made = self._api.messages.content(given, posted=False)
        except Refusal as refusal:
            asked.mistakes.append(f"{refusal}: {refusal.more.get('errors', '')}")
            return
        seen_by_all = given.get("response_type") == "in_channel"
        to = "" if seen_by_all else asked.person
        self._space.post(
            Message(
                channel=asked.channel, ts=self._space.next_ts(), user=BOT_USER, ephemeral=not seen_by_all, to=to,
                text=made["text"], blocks=made["blocks"],
            ),
            asked,
        )  # fmt: skip

    def _taken(self, asked: Asked, body: Any, view: View) -> None:
        """A form that was sent is closed, unless the acknowledgement says something else."""
        action = body.get("response_action") if isinstance(body, dict) else None
        try:
            with self._space.changed:
                current = self._space.views.get(view.id, view)
                match action:
                    case None:
                        self._space.close_view(current)
                    case "errors":
                        self._errors(asked, body.get("errors"), view)
                    case "update":
                        content = self._api.views.checked({**body, "view_id": view.id})
                        self._space.show(replace(current, content=content, hash=self._space.new_id("h")), asked)
                    case "push":
                        self._space.show(self._api.views.push(current, self._api.views.checked(body)), asked)
                    case "clear":
                        root = current.root or current.id
                        for each in list(self._space.views.values()):
                            if root in (each.id, each.root):
                                self._space.close_view(each)
                    case _:
                        asked.mistakes.append(f"unknown response_action: {action}")
        except Refusal as refusal:
            asked.mistakes.append(f"{refusal}: {refusal.more.get('errors', '')}")

    def _suggested(self, asked: Asked, body: Any) -> None:
        if not isinstance(body, dict) or not isinstance(body.get("options", body.get("option_groups")), list):
            asked.mistakes.append("no options in the answer to block_suggestion")

    def _errors(self, asked: Asked, errors: Any, view: View) -> None:
        inputs = {block["block_id"] for block in view.as_slack()["blocks"] if block["type"] == "input"}
        if not isinstance(errors, dict) or not errors:
            asked.mistakes.append("response_action errors without errors")
            return
        asked.mistakes += [f"an error for {name}, which is no input block of the view" for name in errors if name not in inputs]
        asked.errors = {str(name): str(words) for name, words in errors.items()}
