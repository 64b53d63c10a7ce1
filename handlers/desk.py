"""The desk: takes a question, checks who asks, runs the command, answers. Knows no Bolt and no payloads.

Everything that can go wrong ends here as words for the asker and a line in the log: a handler catches only what it can mend
or say better.
"""

import re
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError

from blocks import errors as view
from blocks.frame import actions, button, code, cut, render, small
from blocks.settings import quoted
from handlers import auditing
from handlers.answering import Answering, Message, NotDelivered, Workspace
from handlers.files import write
from handlers.guessing import GREETINGS, Guess, Guessing
from handlers.help import slash_for
from handlers.masking import Masked
from handlers.parsing import command_line, part_of
from handlers.payloads import stamped
from handlers.places import Places, shared_outside
from handlers.registry import Block, Command, FormErrors, Misunderstood, Registry, Reply, Request, Submitted, Way
from handlers.rights import Asker, Rights
from handlers.troubles import NotHere, Reader, Refusal, TooWide, Unknown, in_words
from rules.access import Role
from rules.limits import Part
from store.audit import Entry
from voipms import Limited, VoipMs

log = structlog.get_logger(__name__)

LONGEST_LOOK = timedelta(seconds=60)
QUIET_SECONDS = 1.0
"""A question that takes longer shows that it is being looked at."""
_NUMBER_FILTER = re.compile(r'number:("[^"]*"|\S+)')
"""What a person looked for is theirs: it is not told to a whole channel."""
LINE_FORM = "line"
"""The form in which any line can be asked."""
LOOK_BACK = "30d"
"""How far the calls with a number are looked for that a message names."""
VALUE_MOST = 1_900
"""Slack's limit for a button's value is 2,000 characters."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What a person asked, however it reached us.

    Attributes:
        channel: Where it was asked; ``""`` where that is no channel, ``None`` where nobody can tell.
        line: Command name and words, as typed.
        trigger_id: Lets a modal be opened, within three seconds; empty for mentions and direct messages.
    """

    person: str
    channel: str | None
    way: Way
    line: str
    answering: Answering
    trigger_id: str = ""


@dataclass
class Outcome:
    """How one question ended, for the log, the metrics and the audit.

    Attributes:
        about: What it was about, as it may be kept.
        asker: Who asked, once that is known.
    """

    command: str = ""
    about: str = ""
    asker: Asker | None = None
    result: str = "answered"
    error_id: str = ""
    started: float = field(default_factory=time.monotonic)


class Desk:
    """One bot's desk. Thread-safe: each question is answered on a thread of its own."""

    def __init__(
        self,
        registry: Registry,
        phones: VoipMs,
        workspace: Workspace,
        rights: Rights,
        places: Places,
        clock: Callable[[], datetime],
        audit: Callable[[Entry], None],
        note: Callable[[str, str, float], None] = lambda command, result, seconds: None,
    ) -> None:
        self._registry = registry
        self._phones = phones
        self._masked = Masked(phones)
        self._workspace = workspace
        self._rights = rights
        self._places = places
        self._clock = clock
        self._audit = audit
        self._note = note

    # The questions

    def asks_voipms(self, question: Question) -> bool:
        """Whether its answer takes VoIP.ms: not where it is refused or not understood, nor where the bot knows it by itself."""
        try:
            command, _ = self._understand(question, Outcome())
        except Exception:  # noqa: BLE001 - raised again, and told, when it is answered
            return False
        return not command.by_itself

    def answer(self, question: Question) -> None:
        """Run the command line of a question and answer it."""
        with self._outcome(question) as outcome:
            command, asked = self._understand(question, outcome)
            reply = command.run(asked, self._seen_from(asked))
            outcome.about = reply.did or outcome.about
            if reply.form is not None and self._opened(question, reply.form):
                question.answering.leave(Message("The form is open", render([small("The form is open in front of you.")])))
                return
            question.answering.answer(self._with_buttons(question, command, self._offering(command, reply, asked)))

    def share(self, question: Question, public: Answering) -> None:
        """Post the answer of the command line where everybody in the channel sees it, numbers masked; refusals stay private."""
        with self._outcome(question) as outcome:
            command, asked = self._understand(question, outcome)
            self._may_share_in(asked.channel, question.person)
            outcome.about = f"shared: {outcome.about}"
            shown = replace(asked, role=min(asked.role, Role.VIEWER))
            reply = command.run(shown, self._seen_from(shown))
            if not reply.share:
                raise NotHere("This answer is for you alone.")
            blocks = [block for block in reply.blocks if block["type"] != "actions"]
            source = code(_NUMBER_FILTER.sub("number:…", f"/voip {command.name} {reply.again or ''}".strip()))
            # once more: it may have been limited, or shared with others, while VoIP.ms was asked
            self._see_that_nothing_changed(asked)
            self._may_share_in(asked.channel, question.person)
            public.answer(Message(reply.headline, [*blocks, *render([small(f"Shared by <@{question.person}>  ·  {source}")])]))

    def send_csv(self, question: Question) -> None:
        """Send the table of the command line as a file, to the asker's direct messages."""
        with self._outcome(question) as outcome:
            command, asked = self._understand(question, outcome)
            if command.csv is None:
                raise Misunderstood("This answer has no table.")
            outcome.about = f"CSV: {outcome.about}"
            table = command.csv(asked, self._seen_from(asked))
            slack = self._workspace.slack
            with tempfile.TemporaryDirectory(prefix="dialtone-") as folder:
                path = Path(folder) / table.name
                write(table, path)
                self._see_that_nothing_changed(asked)
                direct = slack.conversations_open(users=question.person)["channel"]["id"]
                slack.files_upload_v2(channel=direct, file=str(path), filename=table.name, title=table.name)
            words = "The CSV is in your direct messages with me."
            question.answering.answer(Message(words, render([small(f"{words}  ·  {code(table.name)}")])))

    def submitted(self, question: Question, submitted: Submitted) -> None:
        """Take a form; its result replaces the form, and nothing of it is kept."""
        with self._outcome(question) as outcome:
            command, asked = self._understand(question, outcome)
            assert command.submit is not None  # Bolt hands over only forms of commands that take one
            try:
                reply = command.submit(asked, submitted, self._seen_from(asked))
                outcome.about = reply.did
            except FormErrors as wrong:
                reply = Reply(headline="Please check the form", blocks=view.error(" ".join(wrong.errors.values())))
            question.answering.answer(Message(reply.headline, reply.blocks))

    def redraw(self, question: Question, submitted: Submitted, view_id: str, view_hash: str) -> None:
        """Draw a form anew, after something in it was chosen. What goes wrong leaves it as it is: whoever sends it is told."""
        try:
            command, asked = self._understand(question, Outcome())
            assert command.redraw is not None  # Bolt hands over only forms of commands that have one
            form = command.redraw(asked, submitted, self._seen_from(asked))
            self._workspace.slack.views_update(view_id=view_id, hash=view_hash, view=stamped(form, question.channel or ""))
        except Exception as error:  # noqa: BLE001 - a later choice has drawn it already, or Slack does not answer: nothing is lost
            log.info("form not drawn anew", command=question.line, error=type(error).__name__)

    def offer_line(self, question: Question) -> None:
        """Open the form in which any line can be asked."""
        with self._outcome(question) as outcome:
            outcome.command = "help"
            if self._opened(question, view.line_form(LINE_FORM)):
                question.answering.leave(Message("The form is open", []))
            else:
                raise Misunderstood("Slack took too long to open the form.", "Choose the shortcut again, or ask in a direct message to me.")

    def look_up(self, question: Question, numbers: Sequence[str]) -> None:
        """The calls with the number that was found in a message; of several, the person chooses.

        Args:
            question: Its line is the command that looks for calls.
        """
        if len(numbers) == 1:
            self.answer(replace(question, line=f"{question.line} {LOOK_BACK} number:{numbers[0]}"))
            return
        with self._outcome(question) as outcome:
            self._understand(question, outcome)
            if not numbers:
                raise Misunderstood("I find no phone number in that message.", f"Ask {code('/voip calls number:5145550134')} instead.")
            question.answering.answer(Message("Which number?", view.which_number(question.line, LOOK_BACK, numbers)))

    # Understanding

    def _understand(self, question: Question, outcome: Outcome) -> tuple[Command, Request]:
        if question.channel is None:
            raise NotHere("I cannot tell any more where this form was opened. Please open it again.")
        outcome.asker = asker = self._rights.asker(question.person, question.channel)
        name, words = command_line(question.line)
        command = self._registry.get(name)
        if command is None:
            guesses = self._guesses(name, words, asker)
            command = self._registry.get("help") if name in GREETINGS and not guesses else None
            if command is None:
                raise Unknown(name, [self._line(one.command, one.words) for one in guesses])
            words = ()
        outcome.command = command.name
        if command.names_places:
            words = self._places.resolved(words)
        outcome.about = "" if command.private else auditing.about(words)
        words, first = part_of(words) if command.pages else (words, 0)
        if asker.role < command.role:
            raise Refusal(command, asker)
        if not command.open_to(asker.role, asker.limits):
            raise TooWide(command)
        return command, self._request(question, asker, words, first)

    def _seen_from(self, asked: Request) -> VoipMs:
        """The account as it is seen where the question was asked."""
        if asked.limits is None:
            return self._masked if asked.masked else self._phones
        part = Limited(self._phones, partial(Part, asked.limits))
        return Masked(part) if asked.masked else part

    def _see_that_nothing_changed(self, asked: Request) -> None:
        """What took long must not reach somebody who was shut out meanwhile, nor a channel that was limited.

        Raises:
            NotHere: The person may do something else here than when they asked, or the channel sees something else.
        """
        now = self._rights.asker(asked.person, asked.channel)
        if (now.role, now.limits) != (asked.role, asked.limits):
            raise NotHere("What you may see here has changed while I looked. Please ask again.")

    def _guesses(self, name: str, words: Sequence[str], asker: Asker) -> list[Guess]:
        """Lines that may have been meant."""
        today = self._clock().astimezone(asker.profile.zone or self._rights.zone).date()
        return Guessing(self._registry, (name, *words), asker.role, asker.limits, today).guesses()

    @staticmethod
    def _line(command: Command, words: Sequence[str]) -> str:
        """The command line as it may be shown again."""
        return command.name if command.private else " ".join((command.name, *map(quoted, words)))

    def _request(self, question: Question, asker: Asker, words: tuple[str, ...], first: int) -> Request:
        now = self._clock()
        return Request(
            person=question.person,
            role=asker.role,
            words=words,
            now=now,
            zone=asker.profile.zone or self._rights.zone,
            way=question.way,
            channel=question.channel or "",
            standing=asker.standing,
            limits=asker.limits,
            admins=asker.admins,
            first=first,
            mask_numbers=self._rights.mask_numbers,
            clock=self._clock,
            give_up_at=now + LONGEST_LOOK,
            say=question.answering.say,
        )

    # Answering

    def _with_buttons(self, question: Question, command: Command, reply: Reply) -> Message:
        """The reply with *CSV* and *Share to channel* in its last row of buttons, where they make sense."""
        if reply.again is None or len(reply.again) > VALUE_MOST - len(command.name):
            return Message(reply.headline, reply.blocks)
        line = f"{command.name} {reply.again}".strip()
        wanted = []
        if reply.csv and command.csv is not None:
            wanted.append(button("CSV", "csv", line))
        if reply.share and question.channel and question.way is not Way.DIRECT:
            wanted.append(button("Share to channel", "share", line))
        if not wanted:
            return Message(reply.headline, reply.blocks)
        row: Block = render([actions(*wanted)])[0]
        blocks = list(reply.blocks)
        at = max((i for i, block in enumerate(blocks) if block["type"] == "actions"), default=None)
        if at is not None:
            blocks[at] = {**blocks[at], "elements": [*blocks[at]["elements"], *row["elements"]][:25]}
        else:
            footer = len(blocks) - 1 if blocks and blocks[-1]["type"] == "context" else len(blocks)
            blocks.insert(footer, row)
        return Message(reply.headline, blocks)

    def _opened(self, question: Question, form: Mapping[str, Any]) -> bool:
        """Open a form, if it still can be: a trigger lives three seconds, and not every way has one."""
        if not question.trigger_id:
            return False
        try:
            self._workspace.slack.views_open(trigger_id=question.trigger_id, view=stamped(form, question.channel or ""))
        except SlackApiError as error:
            if error.response["error"] not in ("expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id", "trigger_expired"):
                raise
            return False
        return True

    def _offering(self, command: Command, reply: Reply, asked: Request) -> Reply:
        """Where a form cannot be opened at once, a button that does."""
        if reply.form is None:
            return reply
        line = " ".join((command.name, *(() if command.private else map(quoted, asked.words))))
        offer = actions(button("Open form", "form", cut(line, VALUE_MOST), primary=True))
        return replace(reply, blocks=[*(reply.blocks or view.open_form(command.summary)), *render([offer])])

    def _may_share_in(self, channel: str, person: str) -> None:
        """Only channels of this workspace alone, and the person's own talk with the bot. Default is deny: what it cannot see is refused."""
        slack = self._workspace.slack
        # any other talk has somebody in it, maybe of another organisation
        if channel.startswith("D") and channel == slack.conversations_open(users=person)["channel"]["id"]:
            return
        try:
            about: Mapping[str, Any] = slack.conversations_info(channel=channel)["channel"]
        except SlackApiError:
            raise NotHere("I cannot see who is in this channel. Invite me with `/invite @Dialtone`, then share again.") from None
        shared = shared_outside(about)
        if shared:
            raise NotHere("This channel is shared with another organisation, so nothing of the phone account is posted here.")
        if shared is None or about.get("is_im"):
            raise NotHere("I cannot tell whether another organisation is in this channel, so nothing of the phone account is posted here.")

    @contextmanager
    def _outcome(self, question: Question) -> Iterator[Outcome]:
        """Answers with words whatever is raised, shows that a slow question is being looked at, notes how it ended."""
        outcome = Outcome()
        slow = threading.Timer(QUIET_SECONDS, question.answering.say, ("Looking …",))
        slow.daemon = True
        if question.way is Way.DIRECT:
            question.answering.say("Looking …")
        else:
            slow.start()
        try:
            try:
                yield outcome
            except Exception as error:
                if question.answering.answered:  # it was on its way, and there is no other
                    raise
                question.answering.answer(self._in_words(error, question, outcome))
        except NotDelivered as lost:
            outcome.result = "not delivered"
            log.error("answer not delivered", reason=str(lost), command=outcome.command, person=question.person)
        except Exception:
            outcome.result = "not delivered"
            log.exception("answer failed", command=outcome.command, person=question.person)
        finally:
            slow.cancel()
            seconds = time.monotonic() - outcome.started
            self._note(outcome.command or "unknown", outcome.result, seconds)
            log.info(
                "asked",
                command=outcome.command or "unknown",
                person=question.person,
                channel=question.channel or "",
                way=question.way.value,
                result=outcome.result,
                error_id=outcome.error_id or None,
                seconds=round(seconds, 3),
            )
            self._audit(
                Entry(
                    at=self._clock(),
                    person=question.person,
                    channel=question.channel or "",
                    way=question.way.value,
                    command=outcome.command,
                    about=outcome.about,
                    result=outcome.result,
                    error_id=outcome.error_id,
                )
            )

    def _in_words(self, error: Exception, question: Question, outcome: Outcome) -> Message:
        """What the asker reads in place of the answer."""
        slash = slash_for(question.way)
        asked = f"{slash}{self._typed(question, outcome)}"
        reader = Reader(person=question.person, asked=asked, slash=slash, admins=self._admins_beside(outcome))
        ending = in_words(error, reader)
        outcome.result, outcome.error_id = ending.result, ending.error_id
        return ending.message

    @staticmethod
    def _admins_beside(outcome: Outcome) -> tuple[str, ...] | None:
        """Whom the person may turn to; ``None`` for who is an admin."""
        if outcome.asker is None:
            return ()
        return None if outcome.asker.role is Role.ADMIN else outcome.asker.admins

    def _typed(self, question: Question, outcome: Outcome) -> str:
        """The person's words as they may be shown again."""
        command = self._registry.get(outcome.command) if outcome.command else None
        return "" if command is None else self._line(command, command_line(question.line)[1])
