"""What delivery says to Slack: one request at a time, each to one clear end."""

import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from slack_sdk import WebClient

from jobs.outcomes import EVERYTHING, Later, Refused, Trouble, Unclear, understood
from rules.access import is_person

EVENT_TYPE = "dialtone"
"""Of the metadata that carries a message's key."""
PAGE = 200
"""Messages of one look: Slack recommends no more."""
LONGEST_PAUSE = 60.0
UPLOAD_SECONDS = 10
NEEDED = frozenset((EVERYTHING, "chat_postMessage", "chat_update"))
"""What delivery cannot do without."""


class CannotLook(Exception):
    """Slack does not let us read that conversation. The text is Slack's word."""


class Slack:
    """The workspace as delivery needs it. Thread-safe; each method raises a ``Trouble`` when it could not be done.

    After a refusal that concerns more than one message (too many requests, a token that does not work, no network) nothing that
    would be refused too is asked until the time is over.

    Args:
        client: Tries once, and gives up after ten seconds.
        clock: Seconds that only grow.
    """

    def __init__(self, client: WebClient, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._clock = clock
        self._lock = threading.Lock()
        self._paused: dict[str, tuple[float, Later]] = {}
        self._failures = 0
        self._directs: dict[str, str] = {}

    def pause(self) -> float:
        """Seconds for which nothing at all need be asked."""
        with self._lock:
            until, _ = self._paused.get(EVERYTHING, (0.0, None))
        return max(0.0, until - self._clock())

    def trouble(self) -> tuple[bool, str]:
        """Whether messages can be sent as far as our rights go; and what a person has to mend, in Slack's words."""
        with self._lock:
            shut = {method: why.word for method, (_, why) in self._paused.items() if why.shut}
        told = ", ".join(f"{word} ({method})" if method else word for method, word in shut.items())
        return not shut.keys() & NEEDED, told

    def place(self, channel: str) -> str:
        """The conversation behind a channel of the outbox: a person's id stands for the direct messages with them."""
        if not is_person(channel):
            return channel
        if channel not in self._directs:
            self._directs[channel] = str(self._ask(self._client.conversations_open, users=channel)["channel"]["id"])
        return self._directs[channel]

    def post(self, place: str, key: str, text: str, blocks: list[dict[str, Any]], *, unfurl: bool, thread: str, broadcast: bool) -> str:
        """Post it; its time stamp.

        Args:
            key: Travels in the metadata, by which ``find`` finds it.
            thread: Time stamp of the message it replies to, or empty.
            broadcast: The whole channel sees the reply.
        """
        in_thread = {"thread_ts": thread, "reply_broadcast": broadcast} if thread else {}
        answer = self._ask(
            self._client.chat_postMessage,
            channel=place,
            text=text,
            blocks=blocks,
            metadata={"event_type": EVENT_TYPE, "event_payload": {"key": key}},
            unfurl_links=unfurl,
            unfurl_media=unfurl,
            **in_thread,
        )
        return str(answer["ts"])

    def edit(self, place: str, ts: str, text: str, blocks: list[dict[str, Any]]) -> None:
        """Put other words into a message. Its metadata stays: Slack keeps what an update does not name."""
        # parse: an update would look for names and channels in the text, unlike a post
        self._ask(self._client.chat_update, channel=place, ts=ts, text=text, blocks=blocks, parse="none")

    def bring(self, name: str, content: bytes) -> str:
        """A file's content, brought to Slack where nobody sees it yet; its id, for ``share``.

        Raises:
            Refused, Later: Whatever went wrong, nobody has seen anything.
        """
        try:
            answer = self._ask(self._client.files_getUploadURLExternal, filename=name, length=len(content))
            request = urllib.request.Request(answer["upload_url"], content, method="POST")  # noqa: S310 - Slack's own address
            with urllib.request.urlopen(request, timeout=UPLOAD_SECONDS):  # noqa: S310
                pass
        except Unclear as unclear:
            raise Later(unclear.word, None) from None
        except OSError as error:
            raise Later(type(error).__name__, None) from None
        return str(answer["file_id"])

    def share(self, place: str, file_id: str, title: str, text: str, thread: str) -> None:
        """Show a file that was brought, with a few words.

        Args:
            thread: Time stamp of the message in whose thread it stands, or empty.
        """
        self._ask(
            self._client.files_completeUploadExternal,
            files=[{"id": file_id, "title": title}],
            channel_id=place,
            initial_comment=text,
            thread_ts=thread or None,
        )

    def has(self, place: str, ts: str) -> bool:
        """Whether a message is still there, also when that cannot be found out: replies to one that was deleted would be seen by nobody."""
        try:
            there = self._ask(self._client.conversations_replies, channel=place, ts=ts, limit=1)["messages"]
        except Refused as refused:
            return refused.word != "thread_not_found"
        except Trouble:
            return True
        return bool(there) and there[0].get("subtype") != "tombstone"

    def find(self, place: str, key: str, since: datetime, thread: str) -> str | None:
        """The time stamp of the message that carries a key; ``None``: Slack does not have it.

        Args:
            since: Where to begin.
            thread: Where a reply should be; it is looked for in the channel too.

        Raises:
            CannotLook: Slack does not let us.
            Later, Unclear: The look said nothing.
        """
        for said in self._said_since(place, since, thread):
            metadata = said.get("metadata") or {}
            if metadata.get("event_type") == EVENT_TYPE and (metadata.get("event_payload") or {}).get("key") == key:
                return str(said["ts"])
        return None

    def find_file(self, place: str, name: str, since: datetime, thread: str) -> str | None:
        """The same for a file, by its name: a message with a file carries no key."""
        for said in self._said_since(place, since, thread):
            if any(name == one.get("name") for one in said.get("files") or ()):
                return str(said["ts"])
        return None

    def _said_since(self, place: str, since: datetime, thread: str) -> Iterator[dict[str, Any]]:
        what = {"channel": place, "oldest": f"{since.timestamp():.6f}", "include_all_metadata": True, "limit": PAGE}
        try:
            if thread:
                try:
                    yield from self._pages(self._client.conversations_replies, {**what, "ts": thread})
                except Refused as refused:
                    if refused.word != "thread_not_found":
                        raise
            yield from self._pages(self._client.conversations_history, what)
        except Refused as refused:
            raise CannotLook(refused.word) from None
        except Later as later:
            if later.shut and later.method != EVERYTHING:
                raise CannotLook(later.word) from None
            raise

    def _pages(self, call: Callable[..., Any], what: dict[str, Any]) -> Iterator[dict[str, Any]]:
        cursor = None
        while True:
            answer = self._ask(call, **what, cursor=cursor)
            yield from answer["messages"]
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return

    def _ask(self, call: Callable[..., Any], **arguments: Any) -> Mapping[str, Any]:
        """One request."""
        method = call.__name__
        self._refuse_if_paused(method)
        try:
            answer: Mapping[str, Any] = call(**arguments).data
        except Exception as error:  # noqa: BLE001 - whatever comes out of the library, it has to be known whether Slack may have it
            trouble = understood(error, method)
        else:
            with self._lock:
                self._failures = 0
                self._paused.pop(EVERYTHING, None)
                self._paused.pop(method, None)
            return answer
        if isinstance(trouble, Later):
            self._pause(trouble)
        raise trouble

    def _refuse_if_paused(self, method: str) -> None:
        with self._lock:
            pauses = [self._paused[name] for name in (EVERYTHING, method) if name in self._paused]
        for until, why in pauses:
            if (left := until - self._clock()) > 0:
                raise Later(why.word, why.method, left, why.shut)

    def _pause(self, why: Later) -> None:
        with self._lock:
            if why.seconds is None:
                self._failures += 1
                why.seconds = min(LONGEST_PAUSE, 2.0**self._failures)
            if why.method is not None:
                self._paused[why.method] = self._clock() + why.seconds, why
