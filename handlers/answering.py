"""The ways an answer travels back to the person who asked.

======================  =====================================================================================
slash command, button   ``response_url``: at most three interim posts out of its five uses, then the answer
mention                 one ``chat.postEphemeral`` in that thread
direct message          post, then update
======================  =====================================================================================

Interim texts begin with *Looking*. A workspace that refuses tables gets them as lines of text, and that is remembered.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from blocks.forms import NOT_UNDERSTOOD, TOO_MUCH, forms
from blocks.frame import cut, escape
from handlers.registry import Block
from store.refusals import Refusals

log = structlog.get_logger(__name__)

INTERIM_MOST = 3
POST_TIMEOUT = 10
UNCLEAR = (OSError, SlackApiError)
"""What a failed post raises: a dropped connection or Slack's refusal."""


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
        refusals: What it is known to refuse, shared with whoever else posts; without them it is learnt anew.
    """

    def __init__(self, slack: WebClient, refusals: Refusals | None = None) -> None:
        self.slack = slack
        self._refusals = refusals or Refusals()

    def post(self, send: Callable[[Message], Any], message: Message) -> Any:
        """Send it, and once more in simpler form for each time that Slack cannot take the blocks."""
        word = ""
        for form in forms(message.blocks, self._refusals.kinds()):
            try:
                answer = send(replace(message, blocks=form.blocks))
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


def _why(error: SlackApiError) -> object:
    return (error.response.get("response_metadata") or {}).get("messages")


class Answering:
    """One way back to one person. Thread-safe: nothing is said after the answer."""

    def __init__(self, workspace: Workspace, interims: int = INTERIM_MOST) -> None:
        self._workspace = workspace
        self._lock = threading.Lock()
        self._interims_most = interims
        self._interims = 0
        self._answered = False

    def say(self, text: str) -> None:
        """Show how far a long look has come; dropped where it cannot be shown, and after the third."""
        with self._lock:
            if self._answered or self._interims >= self._interims_most:
                return
            self._interims += 1
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
            if self._answered:
                return
            self._answered = True
        try:
            self._final(message)
        except UNCLEAR as error:
            raise NotDelivered(reason(error)) from None

    def _interim(self, text: str) -> None:
        """Nowhere to show progress."""

    def _final(self, message: Message) -> None:
        raise NotImplementedError


def reason(error: Exception) -> str:
    """The failure without the URL that a socket error may quote."""
    if isinstance(error, SlackApiError):
        return str(error.response["error"])
    return str(error) if isinstance(error, NotDelivered) else type(error).__name__


class ByResponseUrl(Answering):
    """Slash commands and buttons."""

    def __init__(
        self,
        workspace: Workspace,
        url: str,
        *,
        person: str,
        channel: str,
        in_channel: bool = False,
        thread_ts: str = "",
        interims: int = INTERIM_MOST,
    ) -> None:
        super().__init__(workspace, interims)
        self._hook = WebhookClient(url, timeout=POST_TIMEOUT, retry_handlers=[])
        self._person = person
        self._channel = channel
        self._in_channel = in_channel
        self._thread: dict[str, Any] = {"thread_ts": thread_ts} if thread_ts else {}

    def _interim(self, text: str) -> None:
        self._send({"text": escape(text), "replace_original": self._interims > 1})

    def _final(self, message: Message) -> None:
        def send(fit: Message) -> None:
            self._send(
                {
                    "text": fit.text,
                    "blocks": fit.blocks,
                    "response_type": "in_channel" if self._in_channel else "ephemeral",
                    # an interim text is edited into the answer; without one there is nothing of ours to replace
                    "replace_original": self._interims > 0 and not self._in_channel,
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

    def _send(self, body: dict[str, Any]) -> None:
        answer = self._hook.send_dict({**body, **self._thread, "unfurl_links": False, "unfurl_media": False})
        if answer.status_code != 200:
            words = answer.body.strip()[:60]
            raise SlackApiError(
                "response_url", {"error": "invalid_blocks" if "invalid_blocks" in words else words or str(answer.status_code)}
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
    """A direct message: a first post at once, then its update."""

    def __init__(self, workspace: Workspace, *, channel: str, thread_ts: str = "") -> None:
        super().__init__(workspace)
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
    """A submitted form: the result takes the form's place."""

    def __init__(self, workspace: Workspace, *, view_id: str, title: str) -> None:
        super().__init__(workspace, interims=0)
        self._view_id = view_id
        self._title = title

    def _final(self, message: Message) -> None:
        self._workspace.post(
            lambda fit: self._workspace.slack.views_update(view_id=self._view_id, view=modal(self._title, fit.blocks)), message
        )


def modal(title: str, blocks: list[Block]) -> dict[str, Any]:
    """A modal that only tells something."""
    return {
        "type": "modal",
        "title": {"type": "plain_text", "text": cut(title, 24)},
        "close": {"type": "plain_text", "text": "Close"},
        "blocks": blocks,
    }
