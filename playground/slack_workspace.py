"""The state of the stand-in for Slack: people, channels, messages, views, files, and what happened to each question.

Everything is guarded by one condition, ``Workspace.changed``; whoever waits for something waits on it.
"""

import itertools
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from playground.slack_limits import texts
from playground.slack_words import alive, alive_in, all_shown, readable

Json: TypeAlias = dict[str, Any]
T = TypeVar("T")

TEAM, TEAM_NAME, TEAM_DOMAIN = "T0PLAYGROUND", "Playground", "playground"
PARTNER_TEAM = "T0PARTNER"
APP, BOT, BOT_USER, BOT_NAME = "A0DIALTONE", "B0DIALTONE", "U0DIALTONE", "dialtone"
BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

TRIGGER_SECONDS = 3.0
URL_SECONDS = 30 * 60
URL_USES = 5
INTERIM = "Looking"
"""An answer whose text begins with this is only progress."""


class NoAnswer(AssertionError):
    """Nobody answered in time; the text tells what did happen."""


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file that was uploaded and shared."""

    id: str
    name: str
    title: str
    content: bytes
    channel: str = ""
    thread_ts: str = ""
    comment: str = ""
    ts: str = ""


@dataclass(frozen=True, kw_only=True)
class View:
    """A modal or a Home tab as it stands. Every change makes a new one with another ``hash``.

    Attributes:
        content: The view as the app sent it.
        user: Who sees it.
    """

    id: str
    hash: str
    user: str
    content: Mapping[str, Any]
    root: str = ""
    previous: str = ""
    closed: bool = False
    home: bool = False

    @property
    def title(self) -> str:
        return str((self.content.get("title") or {}).get("text", ""))

    @property
    def blocks(self) -> list[Json]:
        return list(self.content.get("blocks") or [])

    @property
    def words(self) -> str:
        """Every word a person reads in it."""
        return all_shown(list(texts(self.content)))

    def as_slack(self, values: Json | None = None) -> Json:
        """The view object of answers and payloads."""
        keep = {key: deepcopy(value) for key, value in self.content.items()}
        defaults: Json = {"private_metadata": "", "callback_id": "", "clear_on_close": False, "notify_on_close": False, "external_id": ""}
        return {
            **defaults,
            "close": None,
            "submit": None,
            **keep,
            "blocks": with_ids(self.blocks, self.id),
            "id": self.id,
            "team_id": TEAM,
            "state": {"values": values or {}},
            "hash": self.hash,
            "previous_view_id": self.previous or None,
            "root_view_id": self.root or self.id,
            "app_id": APP,
            "app_installed_team_id": TEAM,
            "bot_id": BOT,
        }


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message as a person sees it at one moment; an edit makes a new one with the same ``ts``.

    Attributes:
        ephemeral: Only ``to`` sees it.
        blocks: As the app sent them.
        view: Set when this is no message but a modal; ``text`` is then its words.
    """

    channel: str
    ts: str
    user: str
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    ephemeral: bool = False
    to: str = ""
    thread_ts: str = ""
    metadata: Json | None = None
    files: tuple[Upload, ...] = ()
    edited: bool = False
    broadcast: bool = False
    view: View | None = None

    @property
    def words(self) -> str:
        """Every word a person reads in it: the blocks', and the text where there are no blocks."""
        return all_shown(list(texts(self.blocks)) if self.blocks else [self.text])

    @property
    def alive(self) -> list[str]:
        """What in it mentions somebody or links somewhere, as Slack reads it."""
        return [*alive(self.text, parsed=not self.blocks), *alive_in(self.blocks)]

    @property
    def interim(self) -> bool:
        """Whether it only shows progress."""
        return (self.text if self.view is None else self.view.words.removeprefix(self.view.title)).lstrip().startswith(INTERIM)

    def as_slack(self, with_metadata: bool = False) -> Json:
        """The message object of ``conversations.history`` and of payloads."""
        made: Json = {"type": "message", "user": self.user, "ts": self.ts, "text": self.text, "team": TEAM}
        if self.user == BOT_USER:
            made |= {"bot_id": BOT, "app_id": APP}
        if self.blocks:
            made["blocks"] = with_ids(self.blocks, self.ts)
        if self.thread_ts:
            made["thread_ts"] = self.thread_ts
        if self.broadcast:
            made["subtype"] = "thread_broadcast"
        if self.edited:
            made["edited"] = {"user": self.user, "ts": self.ts}
        if self.files:
            made |= {"files": [{"id": f.id, "name": f.name, "title": f.title, "size": len(f.content)} for f in self.files], "upload": False}
        if with_metadata and self.metadata:
            made["metadata"] = self.metadata
        return made


def with_ids(blocks: Sequence[Json], seed: str) -> list[Json]:
    """The blocks as Slack keeps them: each with a ``block_id``, each interactive part with an ``action_id``."""
    kept: list[Json] = deepcopy(list(blocks))
    for i, block in enumerate(kept):
        block.setdefault("block_id", f"b{seed[-4:]}{i}")
        parts = [*(block.get("elements") or ()), block.get("accessory"), block.get("element")]
        if block["type"] in ("actions", "section", "input"):
            for j, part in enumerate(part for part in parts if isinstance(part, dict) and part.get("type") != "image"):
                part.setdefault("action_id", f"a{seed[-4:]}{i}{j}")
    return kept


@dataclass(frozen=True, kw_only=True)
class ApiCall:
    """One call of the app: a Web API method, or ``response_url``, or ``upload``.

    Attributes:
        payload: The decoded arguments, without the token.
        at: Aware, UTC.
        error: Slack's word for what was wrong; empty when ``ok``.
        status: HTTP status; 0 when the connection was dropped.
        to: Who alone sees what it says; empty: others too.
    """

    method: str
    payload: Json
    at: datetime
    ok: bool
    error: str = ""
    status: int = 200
    to: str = ""


@dataclass(kw_only=True)
class Channel:
    """A channel or a direct message (``direct``: with whom)."""

    id: str
    name: str
    members: set[str] = field(default_factory=set)
    private: bool = False
    shared: bool = False
    archived: bool = False
    direct: str = ""
    messages: dict[str, Message] = field(default_factory=dict)

    def as_slack(self) -> Json:
        """The channel object of ``conversations.info``."""
        if self.direct:
            return {"id": self.id, "created": 1700000000, "is_im": True, "is_org_shared": False, "user": self.direct, "is_archived": False}
        return {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": not self.private,
            "is_group": self.private,
            "is_im": False,
            "is_mpim": False,
            "is_private": self.private,
            "is_archived": self.archived,
            "is_general": False,
            "is_shared": self.shared,
            "is_ext_shared": self.shared,
            "is_org_shared": False,
            "is_pending_ext_shared": False,
            "is_member": BOT_USER in self.members,
            "created": 1700000000,
            "creator": BOT_USER,
            "context_team_id": TEAM,
            "topic": {"value": "", "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
        }


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What ``users.info`` tells of somebody."""

    id: str
    name: str
    tz: str | None = "America/Toronto"
    admin: bool = False
    guest: bool = False
    stranger: bool = False
    bot: bool = False
    gone: bool = False

    @property
    def handle(self) -> str:
        return self.name.lower().replace(" ", ".")

    @property
    def team(self) -> str:
        return PARTNER_TEAM if self.stranger else TEAM

    def as_slack(self, now: float) -> Json:
        """The user object."""
        made: Json = {
            "id": self.id,
            "team_id": self.team,
            "name": self.handle,
            "deleted": self.gone,
            "color": "9f69e7",
            "real_name": self.name,
            "profile": {
                "real_name": self.name,
                "display_name": self.name,
                "real_name_normalized": self.name,
                "display_name_normalized": self.name,
                "team": self.team,
            },
            "is_bot": self.bot,
            "is_app_user": False,
            "updated": int(now),
        }
        if self.gone:
            return made
        if self.tz:
            offset = datetime.fromtimestamp(now, ZoneInfo(self.tz)).utcoffset()
            made |= {"tz": self.tz, "tz_label": self.tz, "tz_offset": int(offset.total_seconds()) if offset else 0}
        made |= {
            "is_admin": self.admin,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": self.guest,
            "is_ultra_restricted": False,
        }
        if self.stranger:
            made["is_stranger"] = True
        return made


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
