"""The ways an answer travels back to the person who asked.

================  =====================================================================================
slash command     ``response_url``: at most three interim posts out of its five uses, then the answer
button            ``response_url``: one interim post, then the answer
mention           one ``chat.postEphemeral`` in that thread
direct message    post, then updates
================  =====================================================================================

Interim texts begin with *Looking*. A workspace that refuses tables gets them as lines of text, and that is remembered.
What Slack refuses as too much at once is sent again when it says.
"""

import itertools
import re
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse
from slack_sdk.webhook import WebhookClient, WebhookResponse

from blocks.forms import NOT_UNDERSTOOD, TOO_MUCH, forms
from blocks.frame import cut, escape, render, section, without_tables
from handlers.payloads import stamped
from handlers.registry import Block
from handlers.unanswered import UNANSWERED
from store.refusals import Refusals

log = structlog.get_logger(__name__)

SHOWN_AT = (0.0, 15.0, 35.0)
"""Seconds after a question from which its progress may be shown through a ``response_url``."""
EDIT_SECONDS = 5.0
"""Seconds between two edits that show progress."""
POST_TIMEOUT = 10
WAIT_MOST = 20.0
"""Seconds that one answer waits in all when Slack takes no more at once."""
UNCLEAR = (*UNANSWERED, LookupError)
"""What a failed post raises: no answer, or one in no known spelling or without what it has to hold."""
AGAIN_SECONDS = 1.0
"""After which an answer is sent again of which Slack did not say that it has it."""
PASSING = frozenset(("internal_error", "fatal_error", "request_timeout", "service_unavailable"))
"""Slack's words for trouble of its own."""
AFTER_ACK_SECONDS = 0.5
"""How long what takes a form's place waits for the acknowledgement to be drawn, which would take its place in turn."""


class NotDelivered(Exception):
    """No way of reaching the person was left. The text names the reason; it holds no URL."""


@dataclass(frozen=True)
class Message:
    """What is posted: plain words for the lock screen, and the blocks."""

    headline: str
    blocks: list[Block]

    @property
    def text(self) -> str:
        """The headline as Slack's ``text``: escaped, and never a mention."""
        return escape(self.headline)


class Workspace:
    """The workspace that all answers go to.

    Args:
        refusals: What it is known to refuse, shared with whoever else posts.
        pause: Waits so many seconds.
    """

    def __init__(self, slack: WebClient, refusals: Refusals, pause: Callable[[float], None] = time.sleep) -> None:
        self.slack = slack
        self._refusals = refusals
        self.pause = pause

    def post(self, send: Callable[[Message], Any], message: Message) -> Any:
        """Send it, once more in simpler form for each time that Slack cannot take the blocks, and again when it asks to wait."""
        word = ""
        for form in forms(message.blocks, self._refusals.kinds()):
            try:
                answer = self._patiently(send, replace(message, blocks=form.blocks))
            except SlackApiError as error:
                word = error.response["error"]
                if word not in TOO_MUCH:
                    raise
                log.warning("blocks refused", headline_length=len(message.headline), blocks=len(form.blocks), detail=_why(error))
                continue
            if word == NOT_UNDERSTOOD:
                self._refusals.learn(form.without)
            return answer
        raise NotDelivered("Slack refuses the answer in every form")

    def _patiently(self, send: Callable[[Message], Any], message: Message) -> Any:
        """Send it when Slack takes it: what was refused as too much at once has certainly not been posted."""
        waited = 0.0
        while True:
            try:
                return send(message)
            except SlackApiError as error:
                seconds = _too_much_for(error)
                if seconds is None or waited + seconds > WAIT_MOST:
                    raise
            self.pause(seconds)
            waited += seconds


def _too_much_for(error: SlackApiError) -> float | None:
    """Seconds until Slack takes what it refused as too much at once; ``None``: that was not why."""
    if error.response.status_code != 429:
        return None
    said = str(error.response.headers.get("Retry-After"))
    # a proxy may say nothing, or a date
    return max(0.1, float(said)) if said.isdecimal() else 1.0


def _why(error: SlackApiError) -> object:
    return (error.response.get("response_metadata") or {}).get("messages")


class Answering:
    """One way back to one person. Thread-safe: nothing is said after the answer.

    Args:
        shown_at: Seconds from now after which progress may be shown, once for each.
        clock: Seconds that only grow.

    Attributes:
        answered: The answer was given. One that reached nobody was not: there may be another that does.
    """

    repeats = True
    """Whether a second answer is better than none."""

    def __init__(self, workspace: Workspace, shown_at: Iterable[float] = (), clock: Callable[[], float] = time.monotonic) -> None:
        self._workspace = workspace
        self._lock = threading.Lock()
        self._clock = clock
        self._began = clock()
        self._shown_at = iter(shown_at)
        self._next_at = next(self._shown_at, None)
        self._ending = False
        self.answered = False

    def say(self, text: str) -> None:
        """Show how far a long look has come; dropped where that cannot be shown, and when it was shown a moment ago."""
        with self._lock:
            if self._ending or self._next_at is None or self._clock() - self._began < self._next_at:
                return
            self._next_at = next(self._shown_at, None)
            try:
                self._interim(text if text.startswith("Looking") else f"Looking … {text}")
            except UNCLEAR as error:  # the answer matters, not the progress
                log.info("progress not shown", error=type(error).__name__)

    def answer(self, message: Message) -> None:
        """Give the answer, once.

        Raises:
            NotDelivered: nothing reached the person.
        """
        with self._lock:
            if self.answered:
                return
            self._ending = True
        self._deliver(message)
        self.answered = True

    def _deliver(self, message: Message) -> None:
        """Send the answer, and once more where Slack may not have got it."""
        for first in (True, False):
            try:
                return self._final(message)
            except UNCLEAR as error:
                if not (first and self.repeats and _may_pass(error)):
                    raise NotDelivered(reason(error)) from None
            self._workspace.pause(AGAIN_SECONDS)
        return None

    def leave(self, message: Message) -> None:
        """Nothing more is to be said, since what was asked for is in front of the person; a message where silence would look like nothing.

        Raises:
            NotDelivered: nothing reached the person.
        """
        self.answer(message)

    def _interim(self, text: str) -> None:
        """Nowhere to show progress."""

    def _final(self, message: Message) -> None:
        raise NotImplementedError


def _may_pass(error: Exception) -> bool:
    """Whether it is worth another try: Slack did not answer, or had trouble of its own."""
    return not isinstance(error, SlackApiError) or error.response.status_code >= 500 or error.response.get("error") in PASSING


def reason(error: Exception) -> str:
    """The failure in a word or a few: without the URL that a socket error may quote, and without a page that came instead of an answer."""
    if isinstance(error, SlackApiError):
        word = str(error.response.get("error"))
        return word if re.fullmatch(r"[a-z][a-z0-9_]{0,59}", word) else f"HTTP {error.response.status_code}"
    return str(error) if isinstance(error, NotDelivered) else type(error).__name__


class Silent(Answering):
    """Nobody waits for words: a form is drawn anew, or stays as it is."""

    def _final(self, message: Message) -> None:
        """Nowhere to say it."""


class ByResponseUrl(Answering):
    """Slash commands and buttons.

    Args:
        clicked: The URL is a click's: what it would replace is the message with the button, so nothing is replaced.
    """

    def __init__(
        self,
        workspace: Workspace,
        url: str,
        *,
        person: str,
        channel: str,
        clicked: bool = False,
        in_channel: bool = False,
        thread_ts: str = "",
        shown_at: Iterable[float] = SHOWN_AT,
    ) -> None:
        super().__init__(workspace, shown_at)
        self._hook = WebhookClient(url, timeout=POST_TIMEOUT, retry_handlers=[])
        self._person = person
        self._channel = channel
        self._clicked = clicked
        self._in_channel = in_channel
        self.repeats = not in_channel  # nothing is posted twice for all to see
        self._said = False
        self._thread: dict[str, Any] = {"thread_ts": thread_ts} if thread_ts else {}

    def _interim(self, text: str) -> None:
        self._send({"text": escape(text), "replace_original": self._replaces})
        self._said = True

    def _final(self, message: Message) -> None:
        def send(fit: Message) -> None:
            self._send(
                {
                    "text": fit.text,
                    "blocks": fit.blocks,
                    "response_type": "in_channel" if self._in_channel else "ephemeral",
                    "replace_original": self._replaces,
                }
            )

        try:
            self._workspace.post(send, message)
        except UNCLEAR as error:
            if self._in_channel:
                raise
            log.warning("response_url refused the answer, posting it instead", error=reason(error))
            self._workspace.post(
                lambda fit: self._workspace.slack.chat_postEphemeral(
                    channel=self._channel, user=self._person, text=fit.text, blocks=fit.blocks, **self._thread
                ),
                message,
            )

    @property
    def _replaces(self) -> bool:
        """Whether there are words of ours that the next ones take the place of."""
        return self._said and not self._clicked

    def _send(self, body: dict[str, Any]) -> None:
        answer = self._hook.send_dict({**body, **self._thread, "unfurl_links": False, "unfurl_media": False})
        if answer.status_code != 200:
            raise SlackApiError("response_url", _as_of_the_api(answer))


def _as_of_the_api(answer: WebhookResponse) -> SlackResponse:
    """What a ``response_url`` said, in the shape of the other refusals: its body is a word, or an error's page."""
    word = answer.body.strip()[:60]
    error = "invalid_blocks" if "invalid_blocks" in word else word
    return SlackResponse(
        client=None,
        http_verb="POST",
        api_url="response_url",
        req_args={},
        data={"ok": False, "error": error},
        headers=answer.headers,
        status_code=answer.status_code,
    )


class ByEphemeral(Answering):
    """A mention: one private message in the thread it came from."""

    def __init__(self, workspace: Workspace, *, person: str, channel: str, thread_ts: str = "") -> None:
        super().__init__(workspace)
        self._to: dict[str, Any] = {"channel": channel, "user": person, **({"thread_ts": thread_ts} if thread_ts else {})}

    def _final(self, message: Message) -> None:
        self._workspace.post(
            lambda fit: self._workspace.slack.chat_postEphemeral(text=fit.text, blocks=fit.blocks, **self._to),
            message,
        )


class ByDirectMessage(Answering):
    """A direct message: a first post at once, then its updates."""

    def __init__(self, workspace: Workspace, *, channel: str, thread_ts: str = "") -> None:
        super().__init__(workspace, itertools.count(0.0, EDIT_SECONDS))
        self._channel = channel
        self._thread = thread_ts or None
        self._ts = ""

    def _interim(self, text: str) -> None:
        if self._ts:
            self._workspace.slack.chat_update(channel=self._channel, ts=self._ts, text=escape(text))
        else:
            self._ts = str(
                self._workspace.slack.chat_postMessage(
                    channel=self._channel, text=escape(text), thread_ts=self._thread, unfurl_links=False, unfurl_media=False
                )["ts"]
            )

    def _final(self, message: Message) -> None:
        slack = self._workspace.slack
        if self._ts:
            try:
                self._workspace.post(
                    lambda fit: slack.chat_update(channel=self._channel, ts=self._ts, text=fit.text, blocks=fit.blocks), message
                )
                return
            except SlackApiError as error:  # the person may have deleted it meanwhile
                log.info("first post gone, posting anew", error=reason(error))
        self._workspace.post(
            lambda fit: slack.chat_postMessage(
                channel=self._channel, text=fit.text, blocks=fit.blocks, thread_ts=self._thread, unfurl_links=False, unfurl_media=False
            ),
            message,
        )


class InModal(Answering):
    """A submitted form, or a control in a modal: the result takes its place.

    Args:
        after: Seconds from now before which it would be drawn over.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        view_id: str,
        title: str,
        channel: str = "",
        after: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(workspace, (), clock)
        self._after = after
        self._view_id = view_id
        self._title = title
        self._channel = channel

    def _final(self, message: Message) -> None:
        if (early := self._began + self._after - self._clock()) > 0:
            self._workspace.pause(early)
        self._workspace.post(
            lambda fit: self._workspace.slack.views_update(view_id=self._view_id, view=modal(self._title, fit.blocks, self._channel)),
            message,
        )


class ByModal(Answering):
    """The Home tab and shortcuts: a modal that shows first that it is looked at, then the answer."""

    def __init__(self, workspace: Workspace, *, trigger_id: str, title: str, channel: str = "") -> None:
        super().__init__(workspace, (0.0,))
        self._trigger_id = trigger_id
        self._title = title
        self._channel = channel
        self._view_id = ""

    def leave(self, message: Message) -> None:
        """Another modal is there already."""
        with self._lock:
            self._ending = self.answered = True

    def _interim(self, text: str) -> None:
        self._open(render([section(escape(text))]))

    def _final(self, message: Message) -> None:
        def send(fit: Message) -> None:
            if self._view_id:
                self._workspace.slack.views_update(view_id=self._view_id, view=modal(self._title, fit.blocks, self._channel))
            else:
                self._open(fit.blocks)

        self._workspace.post(send, message)

    def _open(self, blocks: list[Block]) -> None:
        answer = self._workspace.slack.views_open(trigger_id=self._trigger_id, view=modal(self._title, blocks, self._channel))
        self._view_id = str(answer["view"]["id"])


def modal(title: str, blocks: list[Block], channel: str = "") -> dict[str, Any]:
    """A modal that only tells something; no modal takes a table.

    Args:
        channel: Where it was asked for.
    """
    view = {
        "type": "modal",
        "title": {"type": "plain_text", "text": cut(title, 24)},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": without_tables(blocks),
    }
    return stamped(view, channel)
