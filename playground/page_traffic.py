"""The traffic of the playground page: every request in both directions, secrets masked.

    Slack → bot     commands, events, clicks and forms, with what the bot acknowledged
    bot → Slack     Web API, response_url, uploads
    bot → VoIP.ms   the question, and the answer as JSON

What one person alone may see in Slack only the windows of that person may open here.
"""

import itertools
import json
import re
import threading
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from playground.slack import ApiCall, SlackServer
from playground.slack_delivery import Delivered
from playground.slack_private import asks
from playground.slack_things import Json
from playground.voipms import Asked, VoipMsServer

KEPT = 300
"""Requests that are remembered of each way: the many looks at phones push nothing else out."""
LONGEST = 40_000
"""Characters of a body that are shown."""
LONGEST_WHOLE = 200_000
"""Bytes of a body that is kept as it is."""
WAYS = ("slack-bot", "bot-slack", "bot-voipms")
MASK = "••••••"
SECRET_NAME = re.compile(r"(^|_)(pass(word|wd)?|pin|secret|token)$", re.IGNORECASE)


@dataclass(frozen=True)
class Exchange:
    """One request and what became of it.

    Attributes:
        way: One of ``WAYS``: from whom to whom.
        name: The method, or the kind of delivery.
        at: Seconds since the epoch.
        ended: In a word: ``ok``, Slack's error, VoIP.ms's status.
        to: Who alone may see the bodies; empty: everybody.
    """

    id: int
    way: str
    name: str
    at: float
    ended: str
    well: bool
    to: str
    request: Any
    answer: Any

    def as_line(self) -> Json:
        """Without the bodies: for the list, which everybody sees."""
        return {"id": self.id, "way": self.way, "name": self.name, "at": self.at, "ended": self.ended, "well": self.well, "to": self.to}


class Traffic:
    """Remembers the last requests. Thread-safe.

    Args:
        changed: Called with each new one; it must return at once.
    """

    def __init__(self, slack: SlackServer, phones: VoipMsServer, changed: Callable[[Exchange], None]) -> None:
        self._slack = slack
        self._phones = phones
        self._changed = changed
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._kept: dict[str, deque[Exchange]] = {way: deque(maxlen=KEPT) for way in WAYS}
        slack.on_change(self._slack_told)
        phones.on_answer(self._voipms_answered)

    def lines(self) -> list[Json]:
        """All that is remembered, without bodies, oldest first."""
        with self._lock:
            found = [exchange for kept in self._kept.values() for exchange in kept]
        return [exchange.as_line() for exchange in sorted(found, key=lambda exchange: exchange.id)]

    def opened(self, number: int, person: str) -> Json:
        """One exchange with its bodies, for this person's eyes."""
        with self._lock:
            found = next((exchange for kept in self._kept.values() for exchange in kept if exchange.id == number), None)
        if found is None:
            return {"id": number, "gone": True}
        if found.to and found.to != person:
            return {"id": number, "private": found.to}
        secrets = self._secrets
        return {"id": number, "request": short(masked(found.request, secrets)), "answer": short(masked(found.answer, secrets))}

    @property
    def _secrets(self) -> frozenset[str]:
        rules = self._slack.rules
        return self._phones.secrets | {rules.bot_token, rules.app_token, rules.signing_secret}

    def _note(self, way: str, name: str, at: float, ended: str, well: bool, to: str, request: Any, answer: Any) -> None:
        with self._lock:
            made = Exchange(next(self._numbers), way, name, at, ended, well, to, request, answer)
            self._kept[way].append(made)
        self._changed(made)

    def _slack_told(self, kind: str, value: Any) -> None:
        if isinstance(value, ApiCall):
            answer = {"ok": True} if value.ok else {"ok": False, "error": value.error, "status": value.status}
            ended = "ok" if value.ok else value.error
            self._note("bot-slack", value.method, value.at.timestamp(), ended, value.ok, value.to, value.payload, answer)
        elif isinstance(value, Delivered):
            outcome = value.outcome
            ended = f"acknowledged in {outcome.seconds * 1000:.0f} ms" if outcome.acked else outcome.problem
            with self._slack.workspace.changed:
                to = asks(self._slack.workspace, value.payload)
            name = delivery_name(value.kind, value.payload)
            self._note("slack-bot", name, value.at.timestamp(), ended, outcome.acked, to, value.payload, outcome.body)

    def _voipms_answered(self, asked: Asked, body: bytes) -> None:
        request = {"method": asked.method, **asked.params}
        self._note("bot-voipms", asked.method, asked.at, asked.answered, asked.answered == "success", "", request, self._readable(body))

    def _readable(self, body: bytes) -> Any:
        """A body as JSON if it is, else as text; of a very long one the beginning, masked before it is cut."""
        text = body.decode(errors="replace")
        if len(text) > LONGEST_WHOLE:
            return short(masked(text, self._secrets))
        try:
            return json.loads(text)
        except ValueError:
            return text


def delivery_name(kind: str, payload: Json) -> str:
    """What a delivery is called in the list: the command, the event, or the kind of interaction."""
    if kind == "slash_commands":
        return str(payload.get("command"))
    event = payload.get("event")
    if isinstance(event, dict):
        return " ".join(str(event[key]) for key in ("type", "subtype") if key in event)
    return str(payload.get("type"))


def masked(value: Any, secrets: Collection[str]) -> Any:
    """A body without secrets: neither under a name that says so, nor any value of ``secrets`` anywhere in a text."""
    if isinstance(value, dict):
        return {key: _under(str(key), each, secrets) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [masked(each, secrets) for each in value]
    if isinstance(value, str):
        for secret in secrets:
            if secret and secret in value:
                value = value.replace(secret, MASK)
    return value


def _under(name: str, value: Any, secrets: Collection[str]) -> Any:
    if SECRET_NAME.search(name):
        if isinstance(value, dict) and "value" in value:  # what was typed into an input with such a name
            return {**masked(value, secrets), "value": MASK if value["value"] else value["value"]}
        if isinstance(value, str | int) and not isinstance(value, bool):
            return MASK if value != "" else value
    return masked(value, secrets)


def short(value: Any) -> Any:
    """A body that fits on a screen: a very long one becomes the beginning of its text."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
    return value if len(text) <= LONGEST else f"{text[:LONGEST]}\n… {len(text) - LONGEST:,} more characters"
