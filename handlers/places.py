"""Channels, people and user groups by the names that people type: Slack itself puts ids in their place only where it is sure."""

import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from blocks import obstacles
from handlers.people import NO_GROUP
from handlers.unanswered import UNANSWERED

log = structlog.get_logger(__name__)

KEPT = timedelta(minutes=5)
PAGES_MOST = 10
PAGE = 1000
OBSTACLES = {word: obstacles.OBSTACLES[word].told() for word in ("not_in_channel", "channel_not_found", "is_archived", obstacles.SHARED)}
"""What keeps the bot from posting in a channel and can be seen before it tries; why, and what to do."""
_CHANNEL = re.compile(r"#([^\s#<>@]{1,80})")
_NAME = re.compile(r"@([\w.-]{1,80})")


class Places:
    """The names of one workspace. Thread-safe; asked for only when a name was typed, and kept for five minutes.

    Args:
        clock: The time, aware.
    """

    def __init__(self, slack: WebClient, clock: Callable[[], datetime]) -> None:
        self._slack = slack
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[dict[str, set[str]], datetime]] = {}

    def resolved(self, words: Sequence[str]) -> tuple[str, ...]:
        """The words, with ``#phones`` as ``<#C…>``, and ``@ana`` as ``<@U…>`` or ``<!subteam^S…>``.

        What Slack does not tell stays as it is, and so does a name that several have: it could be anybody's.
        """
        return tuple(map(self._resolved, words))

    def _resolved(self, word: str) -> str:
        try:
            found = self._called(word)
        except UNANSWERED as error:
            log.info("names not known", error=type(error).__name__)
            return word
        return found[0] if len(found) == 1 else word

    def _called(self, word: str) -> list[str]:
        """All that have the name, as Slack writes them."""
        if found := _CHANNEL.fullmatch(word):
            return [f"<#{one}>" for one in self._all("channels").get(found[1].lower(), ())]
        if found := _NAME.fullmatch(word):
            name = found[1].lower()
            groups, people = self._all("groups").get(name, ()), self._all("people").get(name, ())
            return [*(f"<!subteam^{one}>" for one in groups), *(f"<@{one}>" for one in people)]
        return []

    def groups(self) -> dict[str, str]:
        """The ids of the user groups, by handle; none where Slack does not tell."""
        try:
            return {handle: group for handle, some in self._all("groups").items() for group in some}
        except UNANSWERED as error:
            log.info("groups not known", error=type(error).__name__)
            return {}

    def public(self, channel: str) -> bool:
        """Whether anybody of the workspace can join a channel; not where Slack does not tell."""
        try:
            about = self._slack.conversations_info(channel=channel)["channel"]
        except UNANSWERED:
            return False
        return not about.get("is_private", True)

    def obstacle(self, channel: str) -> str:
        """Which of ``OBSTACLES`` keeps the bot from posting in a channel; ``""``: none."""
        return seen(self._slack, channel)[1]

    def _all(self, what: str) -> dict[str, set[str]]:
        """The ids by name, in small letters.

        Raises:
            UNANSWERED: Slack did not tell; it is asked again the next time.
        """
        now = self._clock()
        with self._lock:
            kept = self._kept.get(what)
        if kept is not None and now - kept[1] < KEPT:
            return kept[0]
        found: dict[str, set[str]] = {}
        for identity, name in self._ask(what):
            if name:
                found.setdefault(name.lower(), set()).add(identity)
        with self._lock:
            self._kept[what] = (found, now)
        return found

    def _ask(self, what: str) -> Iterator[tuple[str, str]]:
        match what:
            case "channels":
                pages = self._pages(
                    "channels", self._slack.conversations_list, types="public_channel,private_channel", exclude_archived=True
                )
                yield from ((str(one["id"]), str(one.get("name") or "")) for one in pages)
            case "groups":
                yield from ((str(one["id"]), str(one.get("handle") or "")) for one in self._groups())
            case "people":
                for one in self._pages("members", self._slack.users_list):
                    if one.get("deleted"):
                        continue
                    profile = one.get("profile") or {}
                    for name in (one.get("real_name"), profile.get("display_name"), one.get("name")):
                        yield str(one["id"]), str(name or "").replace(" ", ".")

    def _groups(self) -> Sequence[dict[str, Any]]:
        """The user groups; none where the workspace can have none."""
        try:
            return self._slack.usergroups_list().get("usergroups") or ()
        except SlackApiError as error:
            if error.response["error"] not in NO_GROUP:
                raise
            return ()

    @staticmethod
    def _pages(key: str, ask: Callable[..., Any], **more: Any) -> Iterator[dict[str, Any]]:
        cursor = ""
        for _ in range(PAGES_MOST):
            answer = ask(limit=PAGE, cursor=cursor, **more)
            yield from answer.get(key) or ()
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return


def obstacle_in(places: Places | None, channel: str) -> str:
    """The same; ``""`` also where nothing is ever asked, or no channel is meant."""
    return places.obstacle(channel) if places is not None and channel else ""


def shared_outside(about: Mapping[str, Any]) -> bool | None:
    """Whether another organisation is in a channel, or invited to it; ``None``: that cannot be told from what Slack says of it.

    Args:
        about: Slack's conversation object. Of its flags ``is_ext_shared`` is about other organisations, and ``is_pending_ext_shared``
            about their invitations; ``is_org_shared`` is about workspaces of one organisation; ``is_shared`` goes with either.
    """
    if about.get("is_ext_shared") or about.get("is_pending_ext_shared"):
        return True
    if about.get("is_shared"):
        return False if about.get("is_ext_shared") is False and about.get("is_org_shared") else None
    return None if about.get("is_shared") is None and about.get("is_ext_shared") is None else False


def seen(slack: WebClient, channel: str) -> tuple[str, str]:
    """What a channel is called, ``#phones`` or its id; and what keeps the bot from posting there.

    That is one of ``OBSTACLES``; ``""``: nothing, or Slack does not tell now.
    """
    try:
        about = slack.conversations_info(channel=channel)["channel"]
    except SlackApiError as error:
        word = str(error.response.get("error") or "")
        return channel, word if word in OBSTACLES else ""
    except UNANSWERED:
        return channel, ""
    name = f"#{about.get('name') or channel}"
    if about.get("is_archived"):
        return name, "is_archived"
    if shared_outside(about):
        return name, obstacles.SHARED
    return name, "" if about.get("is_member", True) else "not_in_channel"


def is_shared(slack: WebClient, channel: str) -> bool:
    """Whether another organisation is in a channel, or invited to it; not if Slack does not tell."""
    return seen(slack, channel)[1] == obstacles.SHARED
