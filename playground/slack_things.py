"""What there is in the workspace of the stand-in for Slack, and how Slack spells each: people, channels, messages, views, files, calls."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from playground.slack_limits import texts
from playground.slack_words import alive, alive_in, all_shown

Json: TypeAlias = dict[str, Any]

TEAM, TEAM_NAME, TEAM_DOMAIN = "T0PLAYGROUND", "Playground", "playground"
PARTNER_TEAM = "T0PARTNER"
APP, BOT, BOT_USER, BOT_NAME = "A0DIALTONE", "B0DIALTONE", "U0DIALTONE", "dialtone"
INTERIM = "Looking"
"""An answer whose text begins with this is only progress."""


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
