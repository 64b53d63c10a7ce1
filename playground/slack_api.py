"""The Web API of the stand-in for Slack: the methods, what they need, and how they say no.

Source: docs.slack.dev, reference of the methods: arguments, scopes, errors, rate tiers.
"""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from playground.slack_limits import message_problems, too_long, view_problems, view_too_large
from playground.slack_things import APP, BOT, BOT_NAME, BOT_USER, TEAM, TEAM_DOMAIN, TEAM_NAME, Channel, Json, Message, Upload, View
from playground.slack_workspace import URL_USES, ResponseUrl, Trigger, Workspace

SCOPES = (
    "commands",
    "chat:write",
    "app_mentions:read",
    "im:history",
    "im:write",
    "users:read",
    "usergroups:read",
    "files:write",
    "channels:read",
    "groups:read",
    "channels:history",
    "groups:history",
)
NEEDS = {
    "users.info": "users:read",
    "users.list": "users:read",
    "bots.info": "users:read",
    "team.info": "team:read",
    "conversations.open": "im:write",
    "chat.postMessage": "chat:write",
    "chat.postEphemeral": "chat:write",
    "chat.update": "chat:write",
    "chat.delete": "chat:write",
    "files.getUploadURLExternal": "files:write",
    "files.completeUploadExternal": "files:write",
    "usergroups.list": "usergroups:read",
    "usergroups.users.list": "usergroups:read",
}
BY_KIND = {"conversations.info": "read", "conversations.history": "history", "conversations.replies": "history"}
"""Methods whose scope depends on the kind of channel."""
FORM_ONLY = frozenset(
    {"users.info", "conversations.info", "conversations.replies", "files.getUploadURLExternal", "usergroups.list", "team.info"}
)
"""Methods that do not read JSON bodies: arguments sent so are ignored, as Slack does."""
PER_MINUTE = {
    **dict.fromkeys(("conversations.open", "conversations.info", "conversations.history", "conversations.replies"), 50),
    **dict.fromkeys(("chat.update", "chat.delete", "apps.connections.open", "team.info"), 50),
    **dict.fromkeys(("users.info", "chat.postEphemeral", "views.open", "views.push", "views.update", "views.publish"), 100),
    **dict.fromkeys(("files.getUploadURLExternal", "files.completeUploadExternal"), 100),
    **dict.fromkeys(("usergroups.list", "usergroups.users.list", "users.list", "conversations.list"), 20),
}
POST_BURST = 5
"""``chat.postMessage``: one a second in each channel, after a burst of this many."""
TEXT_MOST, EDIT_TEXT_MOST = 40_000, 4_000
ACK_SECONDS = 3.0
STACK = 3
"""How many modals may lie on each other."""


class Refusal(Exception):
    """The API says no: ``error``, further keys of the answer, HTTP status and headers."""

    def __init__(self, error: str, *, status: int = 200, headers: dict[str, str] | None = None, **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.status = status
        self.headers = headers or {}
        self.more = more


def invalid(error: str, problems: list[str]) -> Refusal:
    """A refusal that tells each problem, in both places where Slack tells them."""
    return Refusal(error, errors=problems, response_metadata={"messages": [f"[ERROR] {problem}" for problem in problems]})


class Bucket:
    """Takes so many at once and then so many a second."""

    def __init__(self, clock: Callable[[], float], size: float, per_second: float) -> None:
        self._clock, self._size, self._rate = clock, size, per_second
        self._left, self._at = size, clock()

    def take(self) -> int:
        """Zero, or the seconds to wait."""
        now = self._clock()
        self._left = min(self._size, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left >= 1:
            self._left -= 1
            return 0
        return max(1, math.ceil((1 - self._left) / self._rate))


@dataclass(kw_only=True)
class Rules:
    """What this workspace grants and enforces; tests change it as they please.

    Attributes:
        scopes: The scopes of the bot token.
        rate_limits: Whether the rate limits hold.
        token_error: What every call is told instead of being carried out, ``token_revoked``.
        refuse_connections: No Socket Mode connection is opened.
    """

    bot_token: str = "xoxb-playground-not-a-real-token"
    app_token: str = "xapp-playground-not-a-real-token"
    signing_secret: str = "playground-not-a-real-signing-secret"
    scopes: set[str] = field(default_factory=lambda: set(SCOPES))
    rate_limits: bool = True
    token_error: str = ""
    refuse_connections: bool = False


class WebApi:
    """Carries out the methods. ``call`` raises ``Refusal`` for whatever Slack would not do."""

    def __init__(self, workspace: Workspace, rules: Rules, base_url: Callable[[], str], socket_url: Callable[[], str]) -> None:
        self._space = workspace
        self._rules = rules
        self._base_url = base_url
        self._socket_url = socket_url
        self._buckets: dict[str, Bucket] = {}
        self._pending: dict[str, tuple[str, int, bytes | None]] = {}
        self._methods: dict[str, Callable[[Json], Json]] = {
            "api.test": self._api_test,
            "auth.test": self._auth_test,
            "apps.connections.open": self._connections_open,
            "team.info": self._team_info,
            "users.info": self._users_info,
            "users.list": self._users_list,
            "bots.info": self._bots_info,
            "conversations.info": self._conversations_info,
            "conversations.list": self._conversations_list,
            "conversations.open": self._conversations_open,
            "conversations.history": self._history,
            "conversations.replies": self._replies,
            "chat.postMessage": self._post_message,
            "chat.postEphemeral": self._post_ephemeral,
            "chat.update": self._update,
            "chat.delete": self._delete,
            "views.open": self._views_open,
            "views.push": self._views_push,
            "views.update": self._views_update,
            "views.publish": self._views_publish,
            "files.getUploadURLExternal": self._upload_url,
            "files.completeUploadExternal": self._upload_complete,
            "usergroups.list": self._usergroups,
            "usergroups.users.list": self._usergroup_users,
        }

    def accepted_scopes(self, method: str) -> str:
        """What the header ``x-accepted-oauth-scopes`` says."""
        if method in BY_KIND:
            return ",".join(f"{kind}:{BY_KIND[method]}" for kind in ("channels", "groups", "mpim", "im"))
        return NEEDS.get(method, "")

    def call(self, method: str, token: str, args: Json, as_json: bool = False) -> Json:
        """Carry out one method."""
        if method not in self._methods:
            raise Refusal("unknown_method", req_method=method)
        if method != "api.test":
            self._authorise(method, token)
        self._pace(method, args)
        if method in NEEDS:
            self._need(NEEDS[method])
        given = {} if as_json and method in FORM_ONLY else {key: value for key, value in args.items() if value is not None}
        with self._space.changed:
            return {"ok": True, **self._methods[method](given)}

    def _authorise(self, method: str, token: str) -> None:
        if not token:
            raise Refusal("not_authed")
        wanted = self._rules.app_token if method == "apps.connections.open" else self._rules.bot_token
        if token != wanted:
            known = token in (self._rules.app_token, self._rules.bot_token)
            raise Refusal("not_allowed_token_type" if known else "invalid_auth")
        if self._rules.token_error:
            raise Refusal(self._rules.token_error)

    def _pace(self, method: str, args: Json) -> None:
        if not self._rules.rate_limits:
            return
        with self._space.changed:
            if method == "chat.postMessage":
                name, size, rate = f"post {args.get('channel')}", float(POST_BURST), 1.0
            elif method in PER_MINUTE:
                name, size, rate = method, float(PER_MINUTE[method]), PER_MINUTE[method] / 60
            else:
                return
            wait = self._buckets.setdefault(name, Bucket(self._space.clock, size, rate)).take()
        if wait:
            error = "rate_limited" if method == "chat.postMessage" else "ratelimited"
            raise Refusal(error, status=429, headers={"retry-after": str(wait)})

    def _need(self, scope: str) -> None:
        if scope not in self._rules.scopes:
            raise Refusal("missing_scope", needed=scope, provided=",".join(sorted(self._rules.scopes)))

    # Who and where

    def _api_test(self, args: Json) -> Json:
        if args.get("error"):
            raise Refusal(str(args["error"]))
        return {"args": args} if args else {}

    def _auth_test(self, args: Json) -> Json:
        return {
            "url": f"https://{TEAM_DOMAIN}.slack.com/",
            "team": TEAM_NAME,
            "user": BOT_NAME,
            "team_id": TEAM,
            "user_id": BOT_USER,
            "bot_id": BOT,
            "is_enterprise_install": False,
        }

    def _connections_open(self, args: Json) -> Json:
        if self._rules.refuse_connections:
            raise Refusal("internal_error", status=503)
        return {"url": self._socket_url()}

    def _team_info(self, args: Json) -> Json:
        return {"team": {"id": TEAM, "name": TEAM_NAME, "domain": TEAM_DOMAIN, "email_domain": "", "icon": {}}}

    def _users_info(self, args: Json) -> Json:
        profile = self._space.people.get(str(args.get("user")))
        if profile is None:
            raise Refusal("user_not_found")
        return {"user": profile.as_slack(self._space.clock())}

    def _users_list(self, args: Json) -> Json:
        return self._listed("members", [profile.as_slack(self._space.clock()) for profile in self._space.people.values()], args)

    def _bots_info(self, args: Json) -> Json:
        if args.get("bot", BOT) != BOT:
            raise Refusal("bot_not_found")
        return {"bot": {"id": BOT, "deleted": False, "name": BOT_NAME, "app_id": APP, "user_id": BOT_USER}}

    def _channel(self, args: Json, method: str = "") -> Channel:
        """The channel of the arguments, if the bot may know of it; and the scope that its kind needs."""
        name = str(args.get("channel") or "")
        if name.startswith(("U", "W")) and not method:
            return self._direct(name)
        channel = self._space.channels.get(name) or (None if method else self._space.channel_named(name))
        if channel is None or ((channel.private or channel.direct) and BOT_USER not in channel.members):
            raise Refusal("channel_not_found")
        if method:
            kind = "im" if channel.direct else "groups" if channel.private else "channels"
            self._need(f"{kind}:{BY_KIND[method]}")
        return channel

    def _direct(self, user: str) -> Channel:
        profile = self._space.people.get(user)
        if profile is None:
            raise Refusal("user_not_found")
        if profile.gone:
            raise Refusal("user_disabled")
        if profile.bot:
            raise Refusal("cannot_dm_bot")
        return self._space.direct_with(user)

    def _conversations_info(self, args: Json) -> Json:
        return {"channel": self._channel(args, "conversations.info").as_slack()}

    def _conversations_list(self, args: Json) -> Json:
        kinds = set(str(args.get("types") or "public_channel").split(","))
        for kind, scope in (("public_channel", "channels:read"), ("private_channel", "groups:read")):
            if kind in kinds:
                self._need(scope)
        found = [
            channel.as_slack()
            for channel in self._space.channels.values()
            if not channel.direct
            and ("private_channel" if channel.private else "public_channel") in kinds
            and (not channel.private or BOT_USER in channel.members)
            and not (channel.archived and flag(args.get("exclude_archived")))
        ]
        return self._listed("channels", found, args)

    def _listed(self, key: str, rows: list[Json], args: Json) -> Json:
        """One page of a list."""
        start, limit = int(args.get("cursor") or 0), min(int(args.get("limit") or 100), 1000)
        more = start + limit < len(rows)
        return {key: rows[start : start + limit], "response_metadata": {"next_cursor": str(start + limit) if more else ""}}

    def _conversations_open(self, args: Json) -> Json:
        if args.get("channel"):
            channel = self._channel({"channel": args["channel"]})
        else:
            users = [user for user in str(args.get("users") or "").split(",") if user]
            if not users:
                raise Refusal("users_list_not_supplied")
            if len(users) > 1:
                self._need("mpim:write")
            channel = self._direct(users[0])
        return {"channel": channel.as_slack() if flag(args.get("return_im")) else {"id": channel.id}, "no_op": True, "already_open": True}

    def _history(self, args: Json) -> Json:
        channel = self._readable(args, "conversations.history")
        chosen = [
            message
            for message in channel.messages.values()
            if not message.thread_ts or message.broadcast or message.thread_ts == message.ts
        ]
        return self._page(sorted(chosen, key=lambda message: message.ts, reverse=True), args)

    def _replies(self, args: Json) -> Json:
        channel = self._readable(args, "conversations.replies")
        parent = channel.messages.get(str(args.get("ts")))
        if parent is None:
            raise Refusal("thread_not_found")
        top = parent.thread_ts or parent.ts
        chosen = [message for message in channel.messages.values() if top in (message.ts, message.thread_ts)]
        return self._page(sorted(chosen, key=lambda message: message.ts), args)

    def _readable(self, args: Json, method: str) -> Channel:
        channel = self._channel(args, method)
        if BOT_USER not in channel.members:
            raise Refusal("not_in_channel")
        return channel

    def _page(self, messages: list[Message], args: Json) -> Json:
        oldest, latest = str(args.get("oldest") or "0"), str(args.get("latest") or "9999999999.999999")
        if not (oldest.replace(".", "", 1).isdigit() and latest.replace(".", "", 1).isdigit()):
            raise Refusal("invalid_ts_oldest")
        inclusive = flag(args.get("inclusive"))
        low, high = stamp(oldest), stamp(latest)
        inside = [m for m in messages if low < stamp(m.ts) < high or (inclusive and stamp(m.ts) in (low, high))]
        start, limit = int(args.get("cursor") or 0), min(int(args.get("limit") or 100), 999)
        page = inside[start : start + limit]
        more = start + limit < len(inside)
        with_metadata = flag(args.get("include_all_metadata"))
        return {
            "messages": [message.as_slack(with_metadata) for message in page],
            "has_more": more,
            "response_metadata": {"next_cursor": str(start + limit) if more else ""},
        }

    # Messages

    def content(self, args: Json, text_most: int = TEXT_MOST, posted: bool = True) -> Json:
        """The checked parts of a message: text, blocks, metadata.

        Raises:
            Refusal: ``no_text``, ``msg_too_long``, ``invalid_blocks``, ``msg_blocks_too_long``, …
        """
        blocks = decoded(args.get("blocks"), "invalid_blocks_format")
        text = str(args.get("text") or args.get("markdown_text") or "")
        if not text and not blocks and not args.get("attachments"):
            raise Refusal("no_text")
        if len(text) > text_most:
            raise Refusal("msg_too_long")
        if blocks:
            problems = message_problems(blocks)
            if problems:
                raise invalid("invalid_blocks", problems)
            if posted and too_long(blocks):
                raise Refusal("msg_blocks_too_long")
        metadata = decoded(args.get("metadata"), "invalid_metadata_format")
        if metadata is not None and metadata != {}:
            if not isinstance(metadata, dict) or not {"event_type", "event_payload"} <= metadata.keys():
                raise Refusal("invalid_metadata_schema")
            if len(json.dumps(metadata)) > 8_000:
                raise Refusal("metadata_too_large")
        return {"text": text, "blocks": blocks or [], "metadata": metadata}

    def _place(self, args: Json) -> Channel:
        channel = self._channel(args)
        if channel.archived:
            raise Refusal("is_archived")
        if BOT_USER not in channel.members:
            raise Refusal("not_in_channel")
        return channel

    def _thread(self, args: Json, channel: Channel) -> str:
        ts = str(args.get("thread_ts") or "")
        parent = channel.messages.get(ts)
        return parent.thread_ts or ts if parent else ts

    def _post_message(self, args: Json) -> Json:
        channel = self._place(args)
        made = self.content(args)
        thread = self._thread(args, channel)
        message = Message(
            channel=channel.id,
            ts=self._space.next_ts(),
            user=BOT_USER,
            thread_ts=thread,
            broadcast=bool(thread and flag(args.get("reply_broadcast"))),
            **made,
        )
        self._space.post(message)
        return {"channel": channel.id, "ts": message.ts, "message": message.as_slack(with_metadata=True)}

    def _post_ephemeral(self, args: Json) -> Json:
        channel = self._place(args)
        user = str(args.get("user") or "")
        if user not in channel.members:
            raise Refusal("user_not_in_channel")
        made = self.content(args)
        made.pop("metadata")
        ts = self._space.next_ts()
        thread = self._thread(args, channel)
        self._space.post(Message(channel=channel.id, ts=ts, user=BOT_USER, ephemeral=True, to=user, thread_ts=thread, **made))
        return {"message_ts": ts}

    def _own(self, args: Json, error: str) -> Message:
        channel = self._channel(args, "") if not str(args.get("channel", "")).startswith(("U", "W")) else None
        message = channel.messages.get(str(args.get("ts"))) if channel else None
        if message is None:
            raise Refusal("message_not_found" if channel else "channel_not_found")
        if message.user != BOT_USER:
            raise Refusal(error)
        return message

    def _update(self, args: Json) -> Json:
        old = self._own(args, "cant_update_message")
        given = args if "blocks" in args or "text" in args else {**args, "text": old.text}
        made = self.content(given, EDIT_TEXT_MOST)
        if "blocks" not in args and "text" not in args:
            made["blocks"] = old.blocks
        if "text" not in args:
            made["text"] = old.text
        if "metadata" not in args:
            made["metadata"] = old.metadata
        new = self._space.edit(old, **made)
        return {"channel": new.channel, "ts": new.ts, "text": new.text, "message": new.as_slack(with_metadata=True)}

    def _delete(self, args: Json) -> Json:
        old = self._own(args, "cant_delete_message")
        self._space.delete(old)
        return {"channel": old.channel, "ts": old.ts}

    def respond(self, url: ResponseUrl, body: Json) -> None:
        """A message through a ``response_url``.

        Raises:
            Refusal: ``used_url``, ``expired_url``, ``no_text``, ``invalid_blocks``.
        """
        space = self._space
        with space.changed:
            if url.uses >= URL_USES:
                raise Refusal("used_url", status=404)
            if space.clock() > url.until:
                raise Refusal("expired_url", status=404)
            if flag(body.get("delete_original")):
                url.uses += 1
                if url.original is not None:
                    space.delete(url.original)
                    url.original = None
                return
            made = self.content(body, posted=False)
            made.pop("metadata")
            url.uses += 1
            in_channel = body.get("response_type") == "in_channel"
            # The original of a click is the message with the button, of a command what was last said through this URL.
            original = url.original
            if flag(body.get("replace_original")) and original is not None and not (in_channel and original.ephemeral):
                edited = space.edit(original, url.asked, text=made["text"], blocks=made["blocks"])
                url.original = edited
                return
            posted = space.post(
                Message(
                    channel=url.channel,
                    ts=space.next_ts(),
                    user=BOT_USER,
                    ephemeral=not in_channel,
                    to="" if in_channel else url.user,
                    thread_ts=str(body.get("thread_ts") or ""),
                    text=made["text"],
                    blocks=made["blocks"],
                ),
                url.asked,
            )
            if not url.clicked:
                url.original = posted

    # Views

    def view(self, args: Json, home: bool = False) -> Json:
        """The checked view of the arguments."""
        view = decoded(args.get("view"), "invalid_arguments")
        if view is None:
            raise invalid("invalid_arguments", ["missing required field: view"])
        problems = view_problems(view)
        if not problems and (view["type"] == "home") != home:
            problems = [f"unsupported type: {view['type']} [json-pointer:/view/type]"]
        if problems:
            raise invalid("invalid_arguments", problems)
        if view_too_large(view):
            raise Refusal("view_too_large")
        outside = view.get("external_id")
        if outside and any(v.content.get("external_id") == outside and not v.closed for v in self._space.views.values()):
            known = self._space.views.get(str(args.get("view_id"))) or self._outside(args)
            if known is None or known.content.get("external_id") != outside:
                raise Refusal("duplicate_external_id")
        return dict(view)

    def _trigger(self, args: Json) -> Trigger:
        trigger = self._space.triggers.get(str(args.get("trigger_id") or ""))
        if trigger is None:
            raise Refusal("invalid_trigger_id")
        if trigger.used:
            raise Refusal("exchanged_trigger_id")
        if self._space.clock() > trigger.until:
            raise Refusal("expired_trigger_id")
        return trigger

    def _views_open(self, args: Json) -> Json:
        trigger = self._trigger(args)
        content = self.view(args)
        trigger.used = True
        return self._shown(self._new_view(trigger.user, content), trigger)

    def _views_push(self, args: Json) -> Json:
        trigger = self._trigger(args)
        content = self.view(args)
        below = self._space.views.get(trigger.view)
        if below is None:
            raise Refusal("not_found")
        pushed = self.push(below, content)
        trigger.used = True
        return self._shown(pushed, trigger)

    def push(self, below: View, content: Json) -> View:
        """A new view on top of another.

        Raises:
            Refusal: ``push_limit_reached``.
        """
        root = below.root or below.id
        if sum(view.root == root or view.id == root for view in self._space.views.values() if not view.closed) >= STACK:
            raise Refusal("push_limit_reached")
        return replace(self._new_view(below.user, content), root=root, previous=below.id)

    def _new_view(self, user: str, content: Json) -> View:
        return View(id=self._space.new_id("V"), hash=self._space.new_id("h"), user=user, content=content)

    def _shown(self, view: View, trigger: Trigger | None = None) -> Json:
        self._space.show(view, trigger.asked if trigger else None)
        return {"view": view.as_slack()}

    def _outside(self, args: Json) -> View | None:
        outside = args.get("external_id")
        return next((v for v in self._space.views.values() if outside and v.content.get("external_id") == outside), None)

    def _views_update(self, args: Json) -> Json:
        old = self._space.views.get(str(args.get("view_id"))) or self._outside(args)
        if old is None or old.closed:
            raise Refusal("not_found")
        self._space.wait_sent(old.id, ACK_SECONDS)
        old = self._space.views[old.id]
        content = self.view(args, home=old.home)
        if args.get("hash") and args["hash"] != old.hash:
            raise Refusal("hash_conflict")
        return self._shown(replace(old, content=content, hash=self._space.new_id("h")))

    def _views_publish(self, args: Json) -> Json:
        user = str(args.get("user_id") or "")
        if user not in self._space.people:
            raise invalid("invalid_arguments", ["invalid user_id"])
        content = self.view(args, home=True)
        old = next((view for view in self._space.views.values() if view.home and view.user == user), None)
        if args.get("hash") and old is not None and args["hash"] != old.hash:
            raise Refusal("hash_conflict")
        new = replace(old, content=content, hash=self._space.new_id("h")) if old else replace(self._new_view(user, content), home=True)
        return self._shown(new)

    # Files

    def _upload_url(self, args: Json) -> Json:
        name, length = str(args.get("filename") or ""), int(args.get("length") or 0)
        if not name or length < 1:
            raise invalid("invalid_arguments", [f"missing required field: {'length' if name else 'filename'}"])
        key = self._space.new_id("F")
        self._pending[key] = (name, length, None)
        return {"upload_url": f"{self._base_url()}/upload/v1/{key}", "file_id": key}

    def receive(self, key: str, content: bytes) -> bool:
        """The bytes of a file, for an upload URL that was given out."""
        with self._space.changed:
            if key not in self._pending:
                return False
            name, length, _ = self._pending[key]
            self._pending[key] = (name, length, content)
            return True

    def _upload_complete(self, args: Json) -> Json:
        wanted = decoded(args.get("files"), "invalid_arguments")
        if not isinstance(wanted, list) or not wanted:
            raise invalid("invalid_arguments", ["missing required field: files"])
        places = [place for place in str(args.get("channel_id") or args.get("channels") or "").split(",") if place]
        channels = [self._place({"channel": place}) for place in places]
        made = []
        for entry in wanted:
            name, length, content = self._pending.get(str(entry.get("id")), ("", 0, None))
            if content is None:
                raise Refusal("file_not_found")
            if len(content) != length:
                raise Refusal("file_update_failed")
            made.append(Upload(id=entry["id"], name=name, title=str(entry.get("title") or name), content=content))
        for upload in made:
            del self._pending[upload.id]
        comment, thread = str(args.get("initial_comment") or ""), str(args.get("thread_ts") or "")
        targets: list[Channel | None] = [*channels] or [None]
        for channel in targets:
            ts = self._space.next_ts() if channel else ""
            shared = [replace(u, channel=channel.id if channel else "", thread_ts=thread, comment=comment, ts=ts) for u in made]
            self._space.files.extend(shared)
            if channel:
                message = Message(channel=channel.id, ts=ts, user=BOT_USER, text=comment, thread_ts=thread, files=tuple(shared))
                self._space.post(message)
        self._space.tell("files", made)
        return {"files": [{"id": u.id, "title": u.title, "name": u.name, "size": len(u.content)} for u in made]}

    # Groups

    def _usergroups(self, args: Json) -> Json:
        groups = [
            {"id": key, "team_id": TEAM, "is_usergroup": True, "name": handle, "handle": handle, "date_delete": 0, "user_count": len(users)}
            | ({"users": users} if flag(args.get("include_users")) else {})
            for key, (handle, users) in self._space.groups.items()
        ]
        return {"usergroups": groups}

    def _usergroup_users(self, args: Json) -> Json:
        if str(args.get("usergroup")) not in self._space.groups:
            raise Refusal("no_such_subteam")
        return {"users": self._space.groups[str(args["usergroup"])][1]}


def flag(value: object) -> bool:
    """A boolean argument as forms and JSON send it."""
    return str(value).lower() in ("1", "true")


def stamp(ts: str) -> tuple[int, int]:
    """A time stamp that can be compared."""
    seconds, _, rest = ts.partition(".")
    return int(seconds or 0), int(f"{rest:0<6}"[:6])


def decoded(value: Any, error: str) -> Any:
    """An argument that is JSON, which forms send as text."""
    if not isinstance(value, str):
        return value
    if not value:
        return None
    try:
        return json.loads(value)
    except ValueError:
        raise Refusal(error) from None
