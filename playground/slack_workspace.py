"""The state of the stand-in for Slack, and what happened to each question.

Everything is guarded by one condition, ``Workspace.changed``; whoever waits for something waits on it.
"""

import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from playground.slack_limits import texts
from playground.slack_things import BOT_USER, TEAM, ApiCall, Channel, Json, Message, Profile, Upload, View
from playground.slack_words import all_shown, readable

T = TypeVar("T")

BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
TRIGGER_SECONDS = 3.0
URL_SECONDS = 30 * 60
URL_USES = 5


class NoAnswer(AssertionError):
    """Nobody answered in time; the text tells what did happen."""


class Asked:
    """A question of a person, and what came of it.

    Attributes:
        kind: ``slash``, ``mention``, ``direct``, ``words``, ``click``, ``select``, ``suggest``, ``submit``, ``close``, ``home``,
            ``shortcut``.
        acked: The app acknowledged it.
        ack_seconds: How long that took.
        ack_body: What it said with it; ``None`` for nothing.
        timed_out: It did not within three seconds: the person saw an error.
        failed: What the person was told instead of an answer: ``operation_timeout``, ``dispatch_failed``, ``http_error``, …
        errors: What is wrong with a form, by block id (the app's) or label (Slack's own checks).
        tries: How often it was delivered, for events.
        mistakes: What Slack would refuse in the app's answer to the delivery.
    """

    def __init__(self, workspace: "Workspace", kind: str, person: str, channel: str = "", words: str = "", thread_ts: str = "") -> None:
        self._workspace = workspace
        self.kind = kind
        self.person = person
        self.channel = channel
        self.words = words
        self.thread_ts = thread_ts
        self.ts = ""
        self.payload: Json = {}
        self.delivered_as = ("", False)
        self.sent_at: float | None = None
        self.acked = False
        self.ack_seconds: float | None = None
        self.ack_body: Any = None
        self.timed_out = False
        self.failed = ""
        self.errors: dict[str, str] = {}
        self.tries = 0
        self.mistakes: list[str] = []
        self.view_id = ""
        self._messages: list[Message] = []

    def __repr__(self) -> str:
        seen = f"acked={self.acked}, failed={self.failed!r}, messages={len(self._messages)}"
        return f"Asked({self.kind} {self.words!r} by {self.person}, {seen})"

    @property
    def messages(self) -> list[Message]:
        """All that came of it so far, each edit by itself, oldest first."""
        with self._workspace.changed:
            return list(self._messages)

    @property
    def view(self) -> View | None:
        """The modal it opened or changed, as it stands now."""
        with self._workspace.changed:
            return self._workspace.views.get(self.view_id)

    def answer(self, timeout: float = 10) -> Message:
        """The first message (or modal) that is no progress report.

        Raises:
            NoAnswer: none came in time.
        """

        def found() -> Message | None:
            return next((message for message in self._messages if not message.interim), None)

        answer = self._workspace.wait(found, timeout)
        if answer is None:
            raise NoAnswer(f"no answer within {timeout} s: {self!r}; {readable(self._workspace.calls[-3:])}")
        return answer

    def wait_acked(self, timeout: float = 10) -> "Asked":
        """Wait until it is acknowledged, or the person has seen an error (``failed``)."""
        if not self._workspace.wait(lambda: self.acked or self.failed, timeout):
            raise NoAnswer(f"neither acknowledged nor failed within {timeout} s: {self!r}")
        return self

    def wait_view(self, timeout: float = 10, where: Callable[[View], object] = lambda view: True) -> View:
        """The modal, once there is one for which ``where`` holds."""

        def found() -> View | None:
            view = self._workspace.views.get(self.view_id)
            return view if view is not None and where(view) else None

        view = self._workspace.wait(found, timeout)
        if view is None:
            raise NoAnswer(f"no such view within {timeout} s: {self!r}; {readable(self._workspace.calls[-3:])}")
        return view

    def take(self, message: Message) -> None:
        """Count a message as one of its answers; called with the workspace locked."""
        self._messages.append(message)


@dataclass(kw_only=True)
class Trigger:
    """Lets an app open one modal, for three seconds."""

    id: str
    user: str
    asked: Asked
    until: float
    used: bool = False
    view: str = ""


@dataclass(kw_only=True)
class ResponseUrl:
    """Takes up to five messages within half an hour."""

    key: str
    user: str
    channel: str
    asked: Asked
    until: float
    thread_ts: str = ""
    original: Message | None = None
    clicked: bool = False
    uses: int = 0


class Workspace:
    """One Slack workspace with one app installed. Thread-safe."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.changed = threading.Condition()
        self.people: dict[str, Profile] = {}
        self.channels: dict[str, Channel] = {}
        self.groups: dict[str, tuple[str, list[str]]] = {}
        self.views: dict[str, View] = {}
        self.files: list[Upload] = []
        self.ephemerals: list[Message] = []
        self.calls: list[ApiCall] = []
        self.under_way: set[object] = set()  # calls that are being carried out, whose messages may stand there already
        self.triggers: dict[str, Trigger] = {}
        self.urls: dict[str, ResponseUrl] = {}
        self.asked: list[Asked] = []
        self.sending: dict[str, Asked] = {}
        self.on_direct: Callable[[Channel, Json], None] = lambda channel, event: None
        self._owners: dict[tuple[str, str], Asked] = {}
        self._view_owners: dict[str, Asked] = {}
        self._watchers: list[Callable[[str, Any], None]] = []
        self._numbers = itertools.count(1)
        self._last_ts = 0
        self.people[BOT_USER] = Profile(id=BOT_USER, name="Dialtone", tz="America/Los_Angeles", bot=True)
        for channel in (
            Channel(id="C0PHONES", name="phones"),
            Channel(id="C0ALERTS", name="alerts"),
            Channel(id="C0REPORTS", name="reports"),
            Channel(id="C0PARTNER", name="with-partner", shared=True),
            Channel(id="C0OLD", name="old-office", archived=True),
        ):
            channel.members.add(BOT_USER)
            self.channels[channel.id] = channel

    # Waiting and watching

    def wait(self, ready: Callable[[], T], timeout: float) -> T:
        """The first true value of ``ready``, or its last one when time is up."""
        with self.changed:
            return self.changed.wait_for(ready, timeout)

    def watch(self, watcher: Callable[[str, Any], None]) -> None:
        """Call ``watcher(kind, value)`` at each change; it must return at once."""
        self._watchers.append(watcher)

    def tell(self, kind: str, value: Any) -> None:
        """Wake whoever waits, and tell the watchers."""
        with self.changed:
            self.changed.notify_all()
        for watcher in self._watchers:
            watcher(kind, value)

    # Numbers

    def new_id(self, prefix: str) -> str:
        """An id as Slack makes them: ``V0000000A1``."""
        number, digits = next(self._numbers), ""
        while number:
            number, rest = divmod(number, 36)
            digits = BASE36[rest] + digits
        return f"{prefix}{digits:0>9}"

    def next_ts(self) -> str:
        """A message's time stamp, unlike any other."""
        with self.changed:
            self._last_ts = max(int(self.clock() * 1_000_000), self._last_ts + 1)
            return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06}"

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.clock(), UTC)

    # Places

    def direct_with(self, user: str) -> Channel:
        """The direct-message channel of the app and somebody; made when needed."""
        with self.changed:
            found = next((channel for channel in self.channels.values() if channel.direct == user), None)
            if found is None:
                found = Channel(id=f"D{user[1:]}", name="directmessage", members={user, BOT_USER}, direct=user)
                self.channels[found.id] = found
            return found

    def channel_named(self, name: str) -> Channel | None:
        """A channel by id or by name with or without ``#``."""
        return self.channels.get(name) or next(
            (channel for channel in self.channels.values() if not channel.direct and channel.name == name.removeprefix("#")), None
        )

    # Messages

    def post(self, message: Message, asked: Asked | None = None) -> Message:
        """Show a message, and count it as an answer of ``asked``, or of the question it most likely answers."""
        with self.changed:
            channel = self.channels[message.channel]
            if message.ephemeral:
                self.ephemerals.append(message)
            else:
                channel.messages[message.ts] = message
            if message.user == BOT_USER:
                # what an app posts by itself it marks, to find it again
                owner = asked or (self._answered_by(message, channel) if not message.metadata else None)
                if owner is not None:
                    self._owners[(message.channel, message.ts)] = owner
                    owner.take(message)
        self.tell("message", message)
        if channel.direct and not message.ephemeral and message.user == BOT_USER:
            self.on_direct(channel, {**message.as_slack(), "channel": channel.id, "channel_type": "im", "event_ts": message.ts})
        return message

    def edit(self, old: Message, asked: Asked | None = None, **changes: Any) -> Message:
        """Put a changed message in the place of ``old``."""
        new = replace(old, edited=True, **changes)
        with self.changed:
            channel = self.channels[old.channel]
            if old.ephemeral:
                self.ephemerals = [new if kept.ts == old.ts and kept.channel == old.channel else kept for kept in self.ephemerals]
            else:
                channel.messages[old.ts] = new
            owner = asked or self._owners.get((old.channel, old.ts))
            if owner is not None:
                owner.take(new)
        self.tell("edit", new)
        if channel.direct and not old.ephemeral:
            self.on_direct(channel, self._about("message_changed", old, {"message": new.as_slack(), "previous_message": old.as_slack()}))
        return new

    def delete(self, old: Message) -> None:
        """Take a message away."""
        with self.changed:
            channel = self.channels[old.channel]
            self.ephemerals = [kept for kept in self.ephemerals if (kept.ts, kept.channel) != (old.ts, old.channel)]
            channel.messages.pop(old.ts, None)
        self.tell("delete", old)
        if channel.direct and not old.ephemeral:
            self.on_direct(channel, self._about("message_deleted", old, {"deleted_ts": old.ts, "previous_message": old.as_slack()}))

    def _about(self, subtype: str, message: Message, more: Json) -> Json:
        ts = self.next_ts()
        about: Json = {"type": "message", "subtype": subtype, "channel": message.channel, "ts": ts, "event_ts": ts}
        return {**about, "hidden": True, "channel_type": "im", **more}

    def _answered_by(self, message: Message, channel: Channel) -> Asked | None:
        """The question a message answers that names none: the oldest unanswered one of that person and place."""
        person = message.to or channel.direct

        def fits(asked: Asked) -> bool:
            if person and asked.person != person:
                return False
            here = asked.channel == channel.id and (not message.thread_ts or message.thread_ts in (asked.thread_ts, asked.ts))
            return here and asked.kind in ("mention", "direct")

        def elsewhere(asked: Asked) -> bool:  # a file or a note in the direct message, asked for by a button
            private = bool(channel.direct or message.ephemeral)
            return private and asked.person == person and asked.kind in ("click", "slash", "select", "submit")

        order = (elsewhere, fits) if message.files else (fits, elsewhere)
        for suits in order:
            waiting = next((asked for asked in self.asked if suits(asked) and not asked.messages and not asked.failed), None)
            if waiting is not None:
                return waiting
        return next((asked for asked in reversed(self.asked) if fits(asked)), None)

    # Views, triggers, response urls

    def show(self, view: View, asked: Asked | None = None) -> View:
        """Show a view or a new version of it."""
        with self.changed:
            self.views[view.id] = view
            owner = asked or self._view_owners.get(view.id)
            if owner is not None and not view.home:
                self._view_owners[view.id] = owner
                owner.view_id = view.id
                text = all_shown([view.title, *texts(view.blocks)])
                owner.take(
                    Message(
                        channel=owner.channel, ts=self.next_ts(), user=BOT_USER, text=text, blocks=view.blocks, ephemeral=True,
                        to=owner.person, view=view,
                    )
                )  # fmt: skip
        self.tell("view", view)
        return view

    def wait_sent(self, view_id: str, seconds: float) -> None:
        """Wait until a form that was sent is acknowledged, so that what the acknowledgement shows does not cover what came after it."""
        self.changed.wait_for(lambda: view_id not in self.sending, seconds)

    def sent(self, asked: Asked) -> None:
        """A form that was sent was acknowledged, or never will be."""
        with self.changed:
            self.sending = {view_id: waiting for view_id, waiting in self.sending.items() if waiting is not asked}
            self.changed.notify_all()

    def own_view(self, view_id: str, asked: Asked) -> None:
        """From now on, changes of the view are answers of ``asked``."""
        with self.changed:
            self._view_owners[view_id] = asked
            asked.view_id = view_id

    def close_view(self, view: View) -> None:
        """Take a view off the screen; what is beneath it is seen again."""
        with self.changed:
            self.views[view.id] = replace(self.views[view.id], closed=True)
        self.tell("closed", view)

    def new_trigger(self, asked: Asked, view: str = "") -> str:
        """A ``trigger_id``, good once and for three seconds."""
        with self.changed:
            key = f"{next(self._numbers)}.{int(self.clock())}.{asked.person.lower()}"
            self.triggers[key] = Trigger(id=key, user=asked.person, asked=asked, until=self.clock() + TRIGGER_SECONDS, view=view)
            return key

    def new_url(self, asked: Asked, original: Message | None = None) -> str:
        """The path of a ``response_url``."""
        with self.changed:
            key = f"{'actions' if original else 'commands'}/{TEAM}/{next(self._numbers)}/{self.new_id('r')}"
            self.urls[key] = ResponseUrl(
                key=key,
                user=asked.person,
                channel=asked.channel,
                asked=asked,
                until=self.clock() + URL_SECONDS,
                thread_ts=original.thread_ts if original else "",
                original=original,
                clicked=original is not None,
            )
            return key
