"""What can keep a question from its answer, and what the asker reads then: what happened, what to do, and an id that is also in the log."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from slack_sdk.errors import SlackApiError

from blocks import errors as view
from blocks.frame import code, safe
from handlers.answering import Message, NotDelivered, reason
from handlers.registry import Block, Command, Misunderstood
from handlers.rights import Asker
from handlers.unanswered import UNANSWERED
from store import StoreError
from voipms import OutOfSight, VoipMsError

log = structlog.get_logger(__name__)


class Refusal(Exception):
    """The person's role does not allow it."""

    def __init__(self, command: Command, asker: Asker) -> None:
        super().__init__(f"{command.name} needs {command.role}, has {asker.role}")
        self.command = command
        self.asker = asker


class Unknown(Exception):
    """No command of that name.

    Attributes:
        near: Command lines that may have been meant.
    """

    def __init__(self, name: str, near: list[str]) -> None:
        super().__init__("no such command")
        self.name = name
        self.near = near


class NotHere(Exception):
    """It may not be asked or shared in this channel; the text says why, in our words."""


class TooWide(NotHere):
    """The channel sees only a part of the account, and it is about more."""

    def __init__(self, command: Command) -> None:
        super().__init__(f"“{command.name}” is about more than this channel sees.")


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Who reads it.

    Attributes:
        asked: What they asked, as it may be shown again.
        slash: What precedes a command where they are.
        admins: Whom they may turn to; ``None`` for who is an admin.
    """

    person: str
    asked: str
    slash: str
    admins: Sequence[str] | None


@dataclass(frozen=True)
class Ending:
    """How the question ended.

    Attributes:
        result: In a word, for the log, the metrics and the audit.
    """

    result: str
    message: Message
    error_id: str = ""


def in_words(error: Exception, reader: Reader) -> Ending:
    """What the reader sees in place of the answer."""
    match error:
        case Refusal():
            needs, has, admins = str(error.command.role), str(error.asker.role), error.asker.admins
            blocks = view.refused(error.command.summary, needs, has, reader.person, admins)
            return _plain("refused", f"You may not ask “{error.command.name}”", blocks)
        case Unknown():
            return _plain("unknown", "There is no such command", view.unknown(error.name, error.near, reader.slash))
        case Misunderstood():
            return _plain("misunderstood", str(error), view.error(safe(str(error)), error.hint, reader.asked))
        case TooWide():
            return _plain("refused", str(error), view.error(safe(str(error)), view.elsewhere(reader.slash)))
        case NotHere():
            return _plain("refused", str(error), view.error(safe(str(error))))
        case OutOfSight():
            return _plain("refused", view.OUT_OF_SIGHT, view.error(view.OUT_OF_SIGHT, view.elsewhere(reader.slash), reader.asked))
    return _logged(error, reader, f"{secrets.token_hex(2)}-{secrets.token_hex(1)}".upper())


def _plain(result: str, headline: str, blocks: list[Block]) -> Ending:
    return Ending(result, Message(headline, blocks))


def _logged(error: Exception, reader: Reader, error_id: str) -> Ending:
    """What somebody has to look at: the log has more of it, under the same id."""
    match error:
        case VoipMsError():
            log.warning("voipms", error=str(error), kind=type(error).__name__, error_id=error_id)
            result, what, step = "voipms", error.tell_user, safe(error.next_step)
            step = view.told_to(reader.admins, step) if error.for_admin else step
        case StoreError():
            log.error("database", error=str(error), error_id=error_id)
            result, what = "database", "The bot cannot use its database right now."
            step = view.told_to(reader.admins, f"{code('python bot.py doctor')} says what is wrong with the database.")
        case _ if isinstance(error, (NotDelivered, *UNANSWERED)):
            why = reason(error)
            log.warning("slack", error=why, error_id=error_id)
            lacks = str(error.response.get("needed") or "") if isinstance(error, SlackApiError) else ""
            result, what, step = "slack", "Slack did not do its part.", view.slack_step(why, lacks, reader.admins, reader.slash)
        case _:
            log.error("fault", error_id=error_id, exc_info=error)
            result, what = "fault", "Something went wrong in the bot."
            step = "It is a fault in the bot, not in what you asked. Nothing was changed. The id below is in its log."
    return Ending(result, Message(what.rstrip("."), view.error(safe(what), step, reader.asked, error_id)), error_id)
