"""Between the outbox and Slack: every message reaches its channel once, in order, whatever breaks on the way.

    outbox ─claim, committed─► drawn ─still ours?─► Slack ─► settled
                                                      │─ later ──► waits in its place, and its channel with it
                                                      │─ refused ► dead letter, told to the admins
                                                      └─ unclear ► stays claimed for the settle time, then it is looked for by its
                                                                   key: found ► settled; not found ► waits in its place

A process may be killed at any point of it, or Slack may say nothing: the row then stays claimed, and is looked for like an unclear one.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta
from typing import Any, TypeAlias

import structlog
from slack_sdk import WebClient

from blocks import undelivered
from blocks.forms import NOT_UNDERSTOOD, TOO_MUCH, Form, forms
from blocks.frame import ago, cut, plural, render, safe, small
from jobs import worker
from jobs.outcomes import GONE, NO_THREAD, Later, Refused, Unclear
from jobs.painting import CannotDraw, Painter, Words, words_of
from jobs.posting import CannotLook, Slack
from store import Clock, Store, StoreError, Transaction, outbox, shared_now
from store.outbox import POSSIBLE_REPEAT, Message
from store.refusals import Refusals

log = structlog.get_logger(__name__)

WORKERS = 8
"""Requests at a time: a channel that Slack is slow with holds up none of the others."""
TICK_MOST = 20.0
"""Seconds after which a tick claims nothing more: then the next one goes on."""
LOOK_AGAIN = 0.2
"""Seconds until the outbox is looked at again while a request takes long."""
SKEW = timedelta(minutes=5)
"""How far Slack's clock may be from ours."""
STUCK = timedelta(minutes=15)
"""A message that has waited so long is worth a word from those who run the bot."""
TRIES_WITH_BLOCKS = 3
"""After so many unclear ends of one message in a row its blocks may be the reason: it is tried with words alone."""
TEXT_MOST = 3000
"""Characters; an update takes 4,000."""
UNDELIVERED = "undelivered "
"""How the things begin that dead letters are told about under; nobody is told of theirs."""

Minder: TypeAlias = Callable[[Transaction, Message, str], bool]
"""Is told, in the transaction that stores it, that Slack refuses a message of its topic, and in which word; whether it sees to it itself
that people hear of that."""


class NotOurs(Exception):
    """The claim is too old or somebody else's: nothing may be posted for it any more."""


class Delivery:
    """Sends what is in the outbox. Thread-safe; several of them, in several processes, share the work.

    Args:
        client: Asks once (``retry_handlers=[]``) and gives up after ten seconds.
        painters: Draw messages that are put as ``{"draw": NAME}``.
        refusals: What the workspace refuses, shared with whoever else posts.
        settle: Longer than Slack may go on with a request after its connection is gone.
        admins: Slack ids of those who are told of dead letters.
        minders: Who is told first, by how the thing of the message begins: ``report`` for ``report:3:2026-11-23``.
        clock: The time in a transaction.
        monotonic: Seconds that only grow, by which Slack is left alone for a while.
        between, edits: See ``outbox.claim``.
    """

    def __init__(
        self,
        store: Store,
        client: WebClient,
        painters: Mapping[str, Painter],
        refusals: Refusals,
        *,
        settle: timedelta,
        admins: Collection[str] = (),
        minders: Mapping[str, Minder] | None = None,
        clock: Clock = shared_now,
        monotonic: Callable[[], float] = time.monotonic,
        between: timedelta = outbox.BETWEEN_MESSAGES,
        edits: timedelta = outbox.BETWEEN_EDITS,
    ) -> None:
        self._store = store
        self._slack = Slack(client, monotonic)
        self._painters = painters
        self._refusals = refusals
        self._settle = settle
        self._admins = sorted(admins)
        self._minders = minders or {}
        self._clock = clock
        self._between = between
        self._edits = edits
        self._me = worker()
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="delivery")
        self._claiming = threading.Lock()
        self._stopped = False
        self._unclear: Counter[str] = Counter()

    def tick(self) -> None:
        """Send all that may be sent now, several channels at a time.

        Raises:
            StoreError: The database cannot say what there is.
        """
        until = time.monotonic() + TICK_MOST
        under_way: set[Future[None]] = set()
        try:
            while True:
                while len(under_way) < WORKERS and time.monotonic() < until and (work := self._next()):
                    under_way.add(self._pool.submit(self._do, *work))
                if not under_way:
                    return
                _, under_way = wait(under_way, LOOK_AGAIN, FIRST_COMPLETED)
        finally:
            wait(under_way)

    def stop(self) -> None:
        """Claim nothing more; what is being sent comes to its end."""
        with self._claiming:
            self._stopped = True

    def close(self) -> None:
        """Stop, and wait for what is being sent."""
        self.stop()
        self._pool.shutdown(wait=True)

    def how_it_is(self) -> tuple[bool, str]:
        """Whether messages get through; and in words, what waits and what did not arrive.

        Raises:
            StoreError: The database cannot say.
        """
        with self._store.reading() as transaction:
            counts, oldest, now = outbox.counts(transaction), outbox.oldest_waiting(transaction), self._clock(transaction)
        may, trouble = self._slack.trouble()
        age = now - oldest if oldest else timedelta()
        words = [f"Slack says {trouble}"] if trouble else []
        if waiting := counts["new"] + counts["sending"]:
            words.append(f"{plural(waiting, 'message')} on the way, the oldest for {ago(age)}")
        if counts["dead"]:
            words.append(f"{plural(counts['dead'], 'message')} not taken by Slack")
        return may and age < STUCK, "; ".join(words) or "nothing waits"

    def _next(self) -> tuple[Callable[[Message], None], Message] | None:
        """The next message and what is to be done with it."""

        def body(transaction: Transaction) -> tuple[Callable[[Message], None], Message] | None:
            now = self._clock(transaction)
            if unclear := outbox.claim_unclear(transaction, now, self._me, self._settle):
                return self._look_for, unclear
            message = outbox.claim(transaction, now, self._me, self._between, self._edits)
            return (self._send, message) if message else None

        with self._claiming:
            return None if self._stopped or self._slack.pause() else self._store.write(body)

    def _do(self, what: Callable[[Message], None], message: Message) -> None:
        """One message. Whatever goes wrong here, its row stays claimed and is looked for later."""
        try:
            what(message)
        except StoreError as error:
            log.warning("how a message ended could not be stored", key=message.key, error=str(error))
        except Exception:
            log.exception("message failed", key=message.key)

    # Sending

    def _send(self, message: Message) -> None:
        words: Words | None = None
        try:
            words = self._drawn(message)
            if words is None:
                self._end(outbox.skipped, message)
                return
            ts = self._say(message, words)
        except NotOurs:
            log.warning("a claim grew old before its message was posted", key=message.key)
            self._end(outbox.not_found, message)
        except CannotDraw as error:
            self._give_up(message, str(error), "")
        except Later as later:
            self._postpone(message, later)
        except Unclear as unclear:
            self._unclear[message.key] += 1
            log.warning("it is unclear whether Slack took a message", key=message.key, error=unclear.word)
        except Refused as refused:
            if message.kind == "update" and refused.word in GONE and words:
                self._end(outbox.post_anew if words.anew else outbox.skipped, message)
            else:
                self._give_up(message, refused.word, words.text if words else "")
        else:
            self._settled(message, ts)

    def _drawn(self, message: Message) -> Words | None:
        try:
            return words_of(message, self._painters)
        except (CannotDraw, StoreError):
            raise
        except Exception as error:
            log.exception("painter failed", key=message.key)
            raise CannotDraw(f"cannot be drawn: {type(error).__name__}") from None

    def _say(self, message: Message, words: Words) -> str:
        """Post or edit it, in the best form that Slack takes; its time stamp."""
        place = self._slack.place(message.channel)
        if message.kind != "reply":
            return self._in_some_form(message, words, place, thread="")
        thread = message.parent_ts or ""
        if thread and self._slack.has(place, thread):
            try:
                return self._in_some_form(message, words, place, thread)
            except Refused as refused:
                if refused.word not in NO_THREAD:
                    raise
        return self._in_some_form(message, _alone(words, message.thing), place, thread="")

    def _in_some_form(self, message: Message, words: Words, place: str, thread: str) -> str:
        if "file" in message.payload:
            return self._upload(message, words.text, place, thread)
        blocks = [] if self._unclear[message.key] >= TRIES_WITH_BLOCKS else words.blocks
        refused: Refused | None = None
        for form in forms(blocks, self._refusals.kinds()):
            try:
                ts = self._request(message, words, form, place, thread)
            except Refused as error:
                if error.word not in TOO_MUCH:
                    raise
                log.warning("blocks refused", key=message.key, error=error.word, blocks=len(form.blocks))
                refused = error
                continue
            if refused and refused.word == NOT_UNDERSTOOD:
                self._refusals.learn(form.without)
            return ts
        assert refused is not None
        raise refused

    def _request(self, message: Message, words: Words, form: Form, place: str, thread: str) -> str:
        text, blocks = cut(words.text, TEXT_MOST), form.blocks
        if message.kind == "update":
            assert message.parent_ts is not None
            self._see_that_it_is_ours(message)
            self._slack.edit(place, message.parent_ts, text, blocks)
            return message.parent_ts
        if message.payload.get(POSSIBLE_REPEAT):
            text, blocks = f"{text} (possible repeat)", [*blocks, *_possible_repeat(blocks)]
        broadcast = bool(message.payload.get("broadcast"))
        self._see_that_it_is_ours(message)
        return self._slack.post(place, message.key, text, blocks, unfurl=words.unfurl, thread=thread, broadcast=broadcast)

    def _upload(self, message: Message, text: str, place: str, thread: str) -> str:
        """Nobody sees anything of a file before its last request. Returns its id: Slack does not tell the message's time stamp."""
        name, content = message.payload["file"]["name"], message.payload["file"]["content"]
        # the byte order mark makes Excel read accents
        file_id = self._slack.bring(name, content.encode("utf-8-sig", errors="replace"))
        self._see_that_it_is_ours(message)
        self._slack.share(place, file_id, name, cut(text, TEXT_MOST), thread)
        return file_id

    def _see_that_it_is_ours(self, message: Message) -> None:
        """Right before the request: after a freeze another may have sent it, or be about to."""
        with self._store.reading() as transaction:
            ours = outbox.may_be_sent(transaction, message, self._clock(transaction), self._settle / 2)
        if not ours:
            raise NotOurs

    # Looking

    def _look_for(self, message: Message) -> None:
        """Ask Slack whether it has a message whose sending ended unclear. A look that says nothing is made again later."""
        try:
            place = self._slack.place(message.channel)
            thread = (message.parent_ts or "") if message.kind == "reply" else ""
            since = message.claimed_at - SKEW
            if "file" in message.payload:
                ts = self._slack.find_file(place, message.payload["file"]["name"], since, thread)
            else:
                ts = self._slack.find(place, message.key, since, thread)
        except (CannotLook, Refused) as error:
            log.warning("Slack does not let us look for a message: it is posted again", key=message.key, error=str(error))
            self._store.write(lambda transaction: outbox.not_found(transaction, message, unsure=True))
        except (Later, Unclear) as trouble:
            log.warning("looking for a message said nothing", key=message.key, error=trouble.word)
        else:
            log.info("looked for a message", key=message.key, found=ts is not None)
            if ts is None:
                self._end(outbox.not_found, message)
            else:
                self._settled(message, ts)

    # How it ended

    def _end(self, how: Callable[[Transaction, Message], bool], message: Message) -> None:
        self._store.write(lambda transaction: how(transaction, message))

    def _settled(self, message: Message, ts: str) -> None:
        self._unclear.pop(message.key, None)
        if not self._store.write(lambda transaction: outbox.settled(transaction, message, ts, self._clock(transaction))):
            log.warning("a message was taken over while it was being sent", key=message.key)

    def _postpone(self, message: Message, later: Later) -> None:
        span = timedelta(seconds=later.seconds or 0)
        log.warning("Slack takes a message later", key=message.key, error=later.word, seconds=span.total_seconds())
        self._store.write(lambda transaction: outbox.postponed(transaction, message, self._clock(transaction) + span, later.word))

    def _give_up(self, message: Message, error: str, said: str) -> None:
        """A dead letter; and, stored with it, a word to its minder or to each admin: once for each thing and reason."""
        thing = f"{UNDELIVERED}{message.kind} of {message.thing} in {message.channel}: {error}"
        said = said or safe(message.thing)
        payload: dict[str, Any] = {
            "text": undelivered.headline(message.channel, error, said),
            "blocks": undelivered.card(message.channel, error, said),
        }

        def body(transaction: Transaction) -> None:
            if not outbox.refused(transaction, message, error) or message.thing.startswith(UNDELIVERED):
                return
            minder = self._minders.get(message.thing.partition(":")[0])
            if minder is None or not minder(transaction, message, error):
                now = self._clock(transaction)
                for admin in self._admins:
                    outbox.put(transaction, f"{thing} to {admin}", admin, "post", thing, payload, now)

        self._unclear.pop(message.key, None)
        self._store.write(body)
        log.error("message not delivered", key=message.key, channel=message.channel, error=error)


def _alone(words: Words, thing: str) -> Words:
    """A reply as a message of the channel: it has to say what it belongs to."""
    about = words.about or safe(thing)
    note = render([small(f"This belongs to {about}, whose message is gone.")])
    return Words(text=f"{words.text} ({about})", blocks=[*words.blocks, *note] if words.blocks else (), unfurl=words.unfurl)


def _possible_repeat(blocks: Collection[Any]) -> list[dict[str, Any]]:
    """What to put under blocks that may stand in the channel already."""
    return render([small("Possible repeat: Slack did not say whether it took this before, and does not let me look.")]) if blocks else []
