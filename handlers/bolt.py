"""The only file of the handlers that knows Bolt: acknowledge at once, drop duplicates, hand the question to the desk.

An exception soon after ``ack()`` would undo it, and Bolt's own threads are shared by all acks: so a listener here
acknowledges, submits to a bounded pool of our own, and nothing else.
"""

import logging
import os
import re
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

import structlog
from slack_bolt import Ack, App, BoltResponse
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.error import BoltUnhandledRequestError
from slack_sdk import WebClient

from blocks.errors import LOOK_UP
from blocks.frame import render, section
from blocks.inputs import PICK
from handlers.answering import (
    AFTER_ACK_SECONDS,
    Answering,
    ByDirectMessage,
    ByEphemeral,
    ByModal,
    ByResponseUrl,
    InModal,
    Message,
    NotDelivered,
    Silent,
    modal,
)
from handlers.connection import Drain, Watchdog
from handlers.desk import LINE_FORM, Question
from handlers.front import Front
from handlers.manifest import ASK_SHORTCUT, LOOK_UP_SHORTCUT
from handlers.parsing import addressed, command_line
from handlers.payloads import kind, metadata, numbers_in, opened_from, used, values
from handlers.picking import ANYTHING
from handlers.registry import FormErrors, Submitted, Way
from handlers.signin import in_one_line
from store import StoreError
from store.once import Once

log = structlog.get_logger(__name__)

QUIET_SUBTYPES = {None, "file_share", "thread_broadcast"}
"""Subtypes of a person's own new message; edits, joins and the bot's own posts have others."""
NAME = "Dialtone"
MISREAD = (AttributeError, LookupError, TypeError, ValueError)
"""What is raised where a payload has another shape than Slack's have."""


def build(front: Front, signing_secret: str) -> App:
    """The Bolt app with all its listeners.

    Args:
        signing_secret: Empty in Socket Mode, where nothing is signed.
    """
    desk, registry, workspace, pool = front.desk, front.registry, front.workspace, front.pool
    # Bolt looks for these by itself, and turns to OAuth when it finds the last two; everything it needs is passed here.
    for name in ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"):
        os.environ.pop(name, None)
    app = App(
        name="dialtone",
        logger=logging.getLogger("slack_bolt.dialtone"),
        client=front.slack,
        # without any, Bolt warns
        signing_secret=signing_secret or "unused",
        token_verification_enabled=False,
        # else it logs the whole payload, with a suggestion of several lines
        raise_error_for_unhandled_request=True,
        listener_executor=ThreadPoolExecutor(8, thread_name_prefix="ack"),
    )
    own_mention = re.compile(rf"<@{re.escape(front.me.user)}(\|[^>]*)?>")

    def line_of(event: dict[str, Any]) -> str:
        return addressed(event.get("text") or "", own_mention, lambda line: registry.get(command_line(line)[0]) is not None)

    def take(key: tuple[str, ...], question: Question, work: Callable[[], None]) -> None:
        """Do it once, on a thread of the pool: what Slack delivers again is dropped there, where the database may take its time."""
        _check_texts(*key, question.person, question.channel or "", question.line, question.trigger_id)

        def begin() -> Callable[[], None] | None:
            if not _is_first(front.once, key):
                return None
            if desk.asks_voipms(question):
                return work
            work()
            return None

        pool.run(question.person, begin, lambda words: _apologise(question.answering, words))

    def ask(key: tuple[str, ...], question: Question) -> None:
        take(key, question, lambda: desk.answer(question))

    @app.command(re.compile(r"^/voip(-[a-z-]+)?$"))
    def command(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        alias = body["command"].removeprefix("/voip").removeprefix("-")
        person, channel = body["user_id"], body["channel_id"]
        ask(
            ("command", body["trigger_id"]),
            Question(
                person=person,
                channel=channel,
                way=Way.SLASH,
                line=f"{alias} {body.get('text') or ''}".strip(),
                answering=ByResponseUrl(workspace, body["response_url"], person=person, channel=channel),
                trigger_id=body["trigger_id"],
            ),
        )

    @app.event("app_mention")
    def mention(event: dict[str, Any]) -> None:
        if event.get("bot_id") or not event.get("user"):
            return
        person, channel = event["user"], event["channel"]
        answering = ByEphemeral(workspace, person=person, channel=channel, thread_ts=event.get("thread_ts", ""))
        line = line_of(event)
        ask(
            ("event", channel, event["ts"]),
            Question(person=person, channel=channel, way=Way.MENTION, line=line, answering=answering),
        )

    @app.event("message")
    def message(event: dict[str, Any]) -> None:
        if event.get("channel_type") != "im" or event.get("subtype") not in QUIET_SUBTYPES:
            return
        if event.get("bot_id") or not event.get("user"):
            return
        person, channel = event["user"], event["channel"]
        answering = ByDirectMessage(workspace, channel=channel, thread_ts=event.get("thread_ts", ""))
        line = line_of(event)
        ask(
            ("event", channel, event["ts"]),
            Question(person=person, channel=channel, way=Way.DIRECT, line=line, answering=answering),
        )

    @app.event("app_home_opened")
    def home_opened(event: dict[str, Any]) -> None:
        """Somebody looks at the Home tab, or at the messages beside it."""
        if event.get("tab") == "home" and event.get("user"):
            _check_texts(event["user"])
            key = ("home", event["user"], str(event.get("event_ts")))
            pool.run(event["user"], lambda: front.home.opened(event["user"]) if _is_first(front.once, key) else None, lambda words: None)

    @app.action(re.compile(r".+"))
    def action(ack: Ack, body: dict[str, Any]) -> None:
        ack()
        one, sent = used(body), body.get("view") or {}
        name, _, form = str(sent.get("callback_id") or "").partition(":")
        filled = registry.get(name) if one.view else None
        if filled is not None and filled.redraw is not None:
            quiet = Silent(workspace)
            about = Question(person=one.person, channel=one.channel, way=Way.FORM, line=filled.name, answering=quiet)
            submitted = Submitted(values=values(sent), form=form, metadata=metadata(sent))
            take(one.key, about, lambda: desk.redraw(about, submitted, one.view, str(sent.get("hash") or "")))
            return
        if not one.value:  # a control of ours asks the command line in its value
            return

        def way(in_channel: bool = False, shown_at: tuple[float, ...] = (0.0,)) -> Answering:
            if one.url:
                return ByResponseUrl(
                    workspace,
                    one.url,
                    person=one.person,
                    channel=one.channel or "",
                    clicked=True,
                    in_channel=in_channel,
                    thread_ts=one.thread,
                    shown_at=shown_at,
                )
            if one.view:
                return InModal(workspace, view_id=one.view, title=NAME, channel=one.channel or "")
            return ByModal(workspace, trigger_id=one.trigger, title=NAME)

        def question(answering: Answering) -> Question:
            where = Way.BUTTON if one.url else Way.HOME
            trigger = "" if one.view else one.trigger
            return Question(person=one.person, channel=one.channel, way=where, line=one.value, answering=answering, trigger_id=trigger)

        asked = question(way())
        match one.name:
            case "csv":
                take(one.key, asked, lambda: desk.send_csv(asked))
            case "share" if one.url:
                private = question(way(shown_at=()))
                take(one.key, private, lambda: desk.share(private, way(in_channel=True, shown_at=())))
            case _:
                ask(one.key, asked)

    @app.shortcut(ASK_SHORTCUT)
    def ask_anything(ack: Ack, body: dict[str, Any]) -> None:
        """A form with one line, from anywhere in Slack."""
        ack()
        person, trigger = body["user"]["id"], body["trigger_id"]
        answering = ByModal(workspace, trigger_id=trigger, title=NAME)
        question = Question(person=person, channel="", way=Way.SHORTCUT, line="", answering=answering, trigger_id=trigger)
        take(("shortcut", trigger), question, lambda: desk.offer_line(question))

    @app.shortcut(LOOK_UP_SHORTCUT)
    def look_up(ack: Ack, body: dict[str, Any]) -> None:
        """The calls with the number that a message names."""
        ack()
        person, trigger = body["user"]["id"], body["trigger_id"]
        channel = (body.get("channel") or {}).get("id") or ""
        answering = ByModal(workspace, trigger_id=trigger, title=NAME, channel=channel)
        question = Question(person=person, channel=channel, way=Way.SHORTCUT, line="calls", answering=answering)
        take(("shortcut", trigger), question, lambda: desk.look_up(question, numbers_in(body.get("message") or {})))

    @app.options(re.compile(rf"^{PICK}"))
    def suggestion(ack: Ack, body: dict[str, Any]) -> None:
        """What is offered while somebody types into a form. Slack waits for it, so it is looked up at once."""
        view, person, typed = body.get("view") or {}, body["user"]["id"], body.get("value") or ""
        what, channel = body["action_id"].removeprefix(PICK), opened_from(view)
        if what == ANYTHING:
            ack(options=front.picks.lines(person, channel, registry, typed))
            return
        command = registry.get(str(view.get("callback_id")).partition(":")[0])
        ack(options=front.picks.options(person, channel, command, what, typed))

    @app.view(re.compile(r".+"))
    def submission(ack: Ack, body: dict[str, Any]) -> None:
        sent = body["view"]
        name, _, form = sent["callback_id"].partition(":")
        if name == LINE_FORM:
            line(ack, body)
            return
        chosen = registry.get(name)
        if chosen is None or chosen.submit is None:
            ack()
            return
        submitted = Submitted(values=values(sent), form=form, metadata=metadata(sent))
        try:
            if chosen.check is not None:
                chosen.check(submitted)
        except FormErrors as wrong:
            ack(response_action="errors", errors=wrong.errors)
            return
        title = (sent.get("title") or {}).get("text") or chosen.name
        channel = opened_from(sent)
        ack(response_action="update", view=modal(title, render([section("Looking …")]), channel or ""))
        person = body["user"]["id"]
        answering = InModal(workspace, view_id=sent["id"], title=title, channel=channel or "", after=AFTER_ACK_SECONDS)
        question = Question(person=person, channel=channel, way=Way.FORM, line=chosen.name, answering=answering)
        take(("view", sent["id"], sent.get("hash") or ""), question, lambda: desk.submitted(question, submitted))

    def line(ack: Ack, body: dict[str, Any]) -> None:
        """What was typed into the form with one line, or chosen below it, is asked like any other line."""
        sent, person = body["view"], body["user"]["id"]
        filled = values(sent)
        typed = filled.get(LINE_FORM, "").strip() or filled.get(LOOK_UP, "")
        if not typed:
            ack(response_action="errors", errors={LINE_FORM: "Type a question, or choose something below."})
            return
        ack(response_action="update", view=modal(NAME, render([section("Looking …")])))
        answering = InModal(workspace, view_id=sent["id"], title=NAME, after=AFTER_ACK_SECONDS)
        question = Question(person=person, channel=opened_from(sent), way=Way.SHORTCUT, line=typed, answering=answering)
        ask(("view", sent["id"], sent.get("hash") or ""), question)

    @app.view_closed(re.compile(r".+"))
    def closed(ack: Ack) -> None:
        ack()

    @app.error
    def failed(error: Exception, response: BoltResponse | None) -> BoltResponse | None:
        """What no listener is for is acknowledged all the same: Slack would show it as a failure, or send it again."""
        if isinstance(error, BoltUnhandledRequestError):
            log.info("nothing listens to this", kind=kind(error.request.body))
            return BoltResponse(status=HTTPStatus.OK)
        if isinstance(error, MISREAD):
            log.warning("payload cannot be read", error=type(error).__name__, at=_raised_at(error))
        else:
            log.error("listener failed", exc_info=error)
        if response is None:
            raise error  # it was acknowledged, which Bolt would undo; this ends on its thread, unseen
        return None if response.status == HTTPStatus.OK else BoltResponse(status=HTTPStatus.BAD_REQUEST)

    return app


def _check_texts(*found: object) -> None:
    """Raise where a payload has something else than text: in the pool nobody could answer to that."""
    if not all(isinstance(one, str) for one in found):
        raise TypeError("not a text")


def _raised_at(error: Exception) -> str:
    """The file and line, which is what can be told of an error without the payload."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""


def _is_first(once: Once, key: tuple[str, ...]) -> bool:
    try:
        return once.first(key)
    except StoreError as error:
        # a question answered twice is better than one that is not answered
        log.error("cannot tell whether this was done before", error=str(error))
        return True


def _apologise(answering: Answering, words: str) -> None:
    try:
        answering.answer(Message(words, render([section(words)])))
    except NotDelivered as lost:
        log.warning("apology not delivered", reason=str(lost))


class Socket:
    """Socket Mode with a watchdog: reconnects when the SDK has not, and reports the gap."""

    PING_SECONDS = 2
    """At the SDK's default of ten, a reset connection took a minute to come back; at two, and with the watchdog, some five seconds."""
    PATIENCE_SECONDS = 2
    AT_ONCE = 16
    """Deliveries that are acknowledged at the same time."""

    def __init__(self, app: App, app_token: str, slack: WebClient) -> None:
        self._handler = SocketModeHandler(
            app,
            app_token,
            logger=logging.getLogger("slack_sdk.socket_mode"),
            web_client=slack,
            ping_interval=self.PING_SECONDS,
            concurrency=self.AT_ONCE,
        )
        self._at_work = Drain(self._handler.handle)
        self._handler.client.socket_mode_request_listeners[:] = [self._at_work]
        connect = partial(self._handler.client.connect_to_new_endpoint, force=True)
        self._watchdog = Watchdog(self._connected, connect, self.PATIENCE_SECONDS)

    def open(self) -> None:
        """Connect.

        Raises:
            NotLetIn: The app token is wrong, or Slack does not answer.
        """
        with in_one_line("SLACK_APP_TOKEN"):
            # asked once here, since the SDK logs a refusal in lines of its own
            self._handler.client.wss_uri = self._handler.client.web_client.apps_connections_open(app_token=self._handler.app_token)["url"]
            self._handler.connect()
        self._watchdog.start()

    def how_it_is(self) -> tuple[bool, str]:
        """Whether Slack can reach us, and since when not."""
        return self._watchdog.how_it_is()

    def _connected(self) -> bool:
        """Whether it can be heard and spoken to; the SDK itself waits for five pings that cannot be sent, and spins meanwhile."""
        session = self._handler.client.current_session
        return session is not None and session.is_active() and session.consecutive_check_state_error_count == 0

    def close(self) -> None:
        """Take no more questions."""
        # first, or it would connect anew what is being closed
        self._watchdog.close()
        self._at_work.close()
        self._handler.close()
