"""What Slack delivers, listener by listener: acknowledge at once, drop duplicates, hand the question to the desk.

An exception soon after ``ack()`` would undo it, and Bolt's own threads are shared by all acks: so a listener here
acknowledges, submits to a bounded pool of our own, and nothing else.
"""

import re
from collections.abc import Callable
from typing import Any, TypeAlias

import structlog

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
from handlers.desk import LINE_FORM, Question
from handlers.front import Front
from handlers.parsing import addressed, command_line
from handlers.payloads import Used, metadata, numbers_in, opened_from, used, values
from handlers.picking import ANYTHING
from handlers.registry import FormErrors, Submitted, Way
from store import StoreError
from store.once import Once

log = structlog.get_logger(__name__)

Payload: TypeAlias = dict[str, Any]
Ack: TypeAlias = Callable[..., object]
"""What tells Slack that a delivery has come, and what a form shall show then."""

QUIET_SUBTYPES = {None, "file_share", "thread_broadcast"}
"""Subtypes of a person's own new message; edits, joins and the bot's own posts have others."""
NAME = "Dialtone"


class Listeners:
    """One method for each kind of delivery; Bolt passes what their parameters are called."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._desk, self._registry, self._workspace, self._pool = front.desk, front.registry, front.workspace, front.pool
        self._own_mention = re.compile(rf"<@{re.escape(front.me.user)}(\|[^>]*)?>")

    # Lines

    def command(self, ack: Ack, body: Payload) -> None:
        """``/voip``, and ``/voip-calls`` and its like."""
        ack()
        alias = body["command"].removeprefix("/voip").removeprefix("-")
        person, channel = body["user_id"], body["channel_id"]
        self._ask(
            ("command", body["trigger_id"]),
            Question(
                person=person,
                channel=channel,
                way=Way.SLASH,
                line=f"{alias} {body.get('text') or ''}".strip(),
                answering=ByResponseUrl(self._workspace, body["response_url"], person=person, channel=channel),
                trigger_id=body["trigger_id"],
            ),
        )

    def mention(self, event: Payload) -> None:
        """``@Dialtone`` in a channel."""
        if event.get("bot_id") or not event.get("user"):
            return
        person, channel = event["user"], event["channel"]
        answering = ByEphemeral(self._workspace, person=person, channel=channel, thread_ts=event.get("thread_ts", ""))
        self._ask_event(event, Way.MENTION, answering)

    def message(self, event: Payload) -> None:
        """A direct message; others are nobody's business here."""
        if event.get("channel_type") != "im" or event.get("subtype") not in QUIET_SUBTYPES:
            return
        if event.get("bot_id") or not event.get("user"):
            return
        answering = ByDirectMessage(self._workspace, channel=event["channel"], thread_ts=event.get("thread_ts", ""))
        self._ask_event(event, Way.DIRECT, answering)

    def _ask_event(self, event: Payload, way: Way, answering: Answering) -> None:
        line = addressed(event.get("text") or "", self._own_mention, lambda line: self._registry.get(command_line(line)[0]) is not None)
        question = Question(person=event["user"], channel=event["channel"], way=way, line=line, answering=answering)
        self._ask(("event", event["channel"], event["ts"]), question)

    # The Home tab

    def home_opened(self, event: Payload) -> None:
        """Somebody looks at the Home tab, or at the messages beside it."""
        if event.get("tab") != "home" or not event.get("user"):
            return
        _check_texts(event["user"])
        home, once = self._front.home, self._front.once
        key = ("home", event["user"], str(event.get("event_ts")))
        self._pool.run(event["user"], lambda: home.opened(event["user"]) if _is_first(once, key) else None, lambda words: None)

    # Buttons and menus

    def action(self, ack: Ack, body: Payload) -> None:
        """A control that was used. One of ours asks the command line in its value; another may change its form."""
        ack()
        one, sent = used(body), body.get("view") or {}
        name, _, form = str(sent.get("callback_id") or "").partition(":")
        filled = self._registry.get(name) if one.view else None
        if filled is not None and filled.redraw is not None:
            quiet = Silent(self._workspace)
            about = Question(person=one.person, channel=one.channel, way=Way.FORM, line=filled.name, answering=quiet)
            submitted = Submitted(values=values(sent), form=form, metadata=metadata(sent))
            self._take(one.key, about, lambda: self._desk.redraw(about, submitted, one.view, str(sent.get("hash") or "")))
        elif one.value:
            self._clicked(one)

    def _clicked(self, one: Used) -> None:
        asked = _asked(one, self._way(one))
        match one.name:
            case "csv":
                self._take(one.key, asked, lambda: self._desk.send_csv(asked))
            case "share" if one.url:
                private = _asked(one, self._way(one, shown_at=()))
                self._take(one.key, private, lambda: self._desk.share(private, self._way(one, in_channel=True, shown_at=())))
            case _:
                self._ask(one.key, asked)

    def _way(self, one: Used, *, in_channel: bool = False, shown_at: tuple[float, ...] = (0.0,)) -> Answering:
        """How the answer to what was used goes back: to the message, the form, or a form of its own."""
        if one.url:
            return ByResponseUrl(
                self._workspace,
                one.url,
                person=one.person,
                channel=one.channel or "",
                clicked=True,
                in_channel=in_channel,
                thread_ts=one.thread,
                shown_at=shown_at,
            )
        if one.view:
            return InModal(self._workspace, view_id=one.view, title=NAME, channel=one.channel or "")
        return ByModal(self._workspace, trigger_id=one.trigger, title=NAME)

    # Shortcuts

    def ask_anything(self, ack: Ack, body: Payload) -> None:
        """A form with one line, from anywhere in Slack."""
        ack()
        person, trigger = body["user"]["id"], body["trigger_id"]
        answering = ByModal(self._workspace, trigger_id=trigger, title=NAME)
        question = Question(person=person, channel="", way=Way.SHORTCUT, line="", answering=answering, trigger_id=trigger)
        self._take(("shortcut", trigger), question, lambda: self._desk.offer_line(question))

    def look_up(self, ack: Ack, body: Payload) -> None:
        """The calls with the number that a message names."""
        ack()
        person, trigger = body["user"]["id"], body["trigger_id"]
        channel = (body.get("channel") or {}).get("id") or ""
        answering = ByModal(self._workspace, trigger_id=trigger, title=NAME, channel=channel)
        question = Question(person=person, channel=channel, way=Way.SHORTCUT, line="calls", answering=answering)
        self._take(("shortcut", trigger), question, lambda: self._desk.look_up(question, numbers_in(body.get("message") or {})))

    # Forms

    def suggestion(self, ack: Ack, body: Payload) -> None:
        """What is offered while somebody types into a form. Slack waits for it, so it is looked up at once."""
        view, person, typed = body.get("view") or {}, body["user"]["id"], body.get("value") or ""
        what, channel = body["action_id"].removeprefix(PICK), opened_from(view)
        if what == ANYTHING:
            ack(options=self._front.picks.lines(person, channel, self._registry, typed))
            return
        command = self._registry.get(str(view.get("callback_id")).partition(":")[0])
        ack(options=self._front.picks.options(person, channel, command, what, typed))

    def submission(self, ack: Ack, body: Payload) -> None:
        """A form that was sent; what is wrong in it is told at once, in it."""
        sent = body["view"]
        name, _, form = sent["callback_id"].partition(":")
        if name == LINE_FORM:
            self._line(ack, body)
            return
        chosen = self._registry.get(name)
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
        answering = InModal(self._workspace, view_id=sent["id"], title=title, channel=channel or "", after=AFTER_ACK_SECONDS)
        question = Question(person=person, channel=channel, way=Way.FORM, line=chosen.name, answering=answering)
        self._take(("view", sent["id"], sent.get("hash") or ""), question, lambda: self._desk.submitted(question, submitted))

    def _line(self, ack: Ack, body: Payload) -> None:
        """What was typed into the form with one line, or chosen below it, is asked like any other line."""
        sent, person = body["view"], body["user"]["id"]
        filled = values(sent)
        typed = filled.get(LINE_FORM, "").strip() or filled.get(LOOK_UP, "")
        if not typed:
            ack(response_action="errors", errors={LINE_FORM: "Type a question, or choose something below."})
            return
        ack(response_action="update", view=modal(NAME, render([section("Looking …")])))
        answering = InModal(self._workspace, view_id=sent["id"], title=NAME, after=AFTER_ACK_SECONDS)
        question = Question(person=person, channel=opened_from(sent), way=Way.SHORTCUT, line=typed, answering=answering)
        self._ask(("view", sent["id"], sent.get("hash") or ""), question)

    def closed(self, ack: Ack) -> None:
        """A form that was closed without being sent."""
        ack()

    # To the desk

    def _ask(self, key: tuple[str, ...], question: Question) -> None:
        self._take(key, question, lambda: self._desk.answer(question))

    def _take(self, key: tuple[str, ...], question: Question, work: Callable[[], None]) -> None:
        """Do it once, on a thread of the pool: what Slack delivers again is dropped there, where the database may take its time."""
        _check_texts(*key, question.person, question.channel or "", question.line, question.trigger_id)

        def begin() -> Callable[[], None] | None:
            if not _is_first(self._front.once, key):
                return None
            if self._desk.asks_voipms(question):
                return work
            work()
            return None

        self._pool.run(question.person, begin, lambda words: _apologise(question.answering, words))


def _asked(one: Used, answering: Answering) -> Question:
    where = Way.BUTTON if one.url else Way.HOME
    trigger = "" if one.view else one.trigger
    return Question(person=one.person, channel=one.channel, way=where, line=one.value, answering=answering, trigger_id=trigger)


def _check_texts(*found: object) -> None:
    """Raise where a payload has something else than text: in the pool nobody could answer to that."""
    if not all(isinstance(one, str) for one in found):
        raise TypeError("not a text")


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
