"""The table of contents of the bot: what can be asked, by whom, and which function answers.

A handler is a function from a ``Request`` (who, where, words, zone) to a ``Reply`` (headline, blocks, file). It knows
nothing of Bolt, so the slash command, the mention, the direct message and the button are one path. Whatever goes
wrong is raised: ``handlers/desk.py`` puts errors into words.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import SequenceMatcher, get_close_matches
from enum import Enum
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from rules.access import UNNAMED, Role, Standing
from rules.finding import ALIKE, AS_ALIKE
from rules.limits import Limits
from voipms import VoipMs

Block: TypeAlias = dict[str, Any]
"""One Block Kit block, as Slack reads it."""


class Way(Enum):
    """How the question reached us; only the glue and the wording of hints care."""

    SLASH = "slash command"
    MENTION = "mention"
    DIRECT = "direct message"
    BUTTON = "button"
    FORM = "form"
    HOME = "home"
    SHORTCUT = "shortcut"


class Misunderstood(Exception):
    """The person's words do not make a question.

    Attributes:
        hint: What to type instead: one line of mrkdwn made by us, never of the person's words.
    """

    def __init__(self, problem: str, hint: str = "") -> None:
        super().__init__(problem)
        self.hint = hint


@dataclass(frozen=True, kw_only=True)
class Request:
    """One question of one person.

    Attributes:
        words: What followed the command's name, unwrapped (``handlers.parsing.unwrap``) and split; quotes kept together.
        standing: Where the role comes from.
        limits: What the channel sees of the account, where it sees only a part: whatever is not asked of ``VoipMs`` has to keep to it.
            ``None``: everything.
        admins: Slack ids of those who can change what one may do.
        first: The row that a list begins with, from 0.
        now: The instant of asking, aware.
        zone: The asker's time zone: days are calendar days of it, and times are shown in it.
        say: Tells the asker how far a long look has come; the text begins with *Looking*. The glue drops what Slack would refuse.
        give_up_at: When a long look has to stop and tell what it has not looked at, aware.
    """

    person: str
    role: Role
    words: tuple[str, ...]
    now: datetime
    zone: ZoneInfo
    way: Way = Way.SLASH
    channel: str = ""
    standing: Standing = UNNAMED
    limits: Limits | None = None
    admins: tuple[str, ...] = ()
    first: int = 0
    mask_numbers: bool = True
    clock: Callable[[], datetime]
    give_up_at: datetime
    say: Callable[[str], None] = lambda text: None

    @property
    def today(self) -> date:
        """The asker's calendar day."""
        return self.now.astimezone(self.zone).date()

    def from_here(self, words: str = "") -> str:
        """The words that ask for the same part of a list again."""
        return f"{words} from:{self.first + 1}".strip() if self.first else words

    @property
    def masked(self) -> bool:
        """Whether phone numbers are shown as ``514 555-••34`` to this person."""
        return self.mask_numbers and self.role < Role.OPERATOR


@dataclass(frozen=True)
class Csv:
    """A table as a file.

    Attributes:
        name: File name, ``calls-2026-11-22.csv``.
        rows: Header first. Lazy: a long period is written as it is read.
    """

    name: str
    rows: Iterable[Iterable[object]]


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What the asker gets.

    Attributes:
        headline: The lock-screen line: subject, state, number. Plain text.
        blocks: Block Kit, at most 50, without the *CSV* and *Share to channel* buttons: the glue adds those.
        again: The words that ask exactly this again, dates absolute; ``None`` when it makes no sense.
        share: Whether the content may be shared in a channel.
        csv: Whether the command has a table to give (it has a ``csv`` function).
        did: What it has done, in a few plain words, for the audit; what only looks has done nothing.
        form: A modal to open, whose ``callback_id`` is the command's name, and, after a colon, ``Submitted.form`` (where the way of asking
            has a trigger; elsewhere *Open form* is offered).
    """

    headline: str
    blocks: list[Block] = field(default_factory=list)
    again: str | None = None
    share: bool = False
    csv: bool = False
    did: str = ""
    form: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class Submitted:
    """What was typed or chosen in a modal. Never logged: it may hold a password.

    Attributes:
        values: By the name (the block's id) of the input; of several choices one in a line.
        form: What tells the forms of a command from each other, ``""`` for its only one.
        metadata: What the form kept as ``private_metadata``.
    """

    values: Mapping[str, str] = field(repr=False)
    form: str = ""
    metadata: str = ""


class FormErrors(Exception):
    """What is wrong with a form, per input: ``{block_id: sentence}``. The modal stays open."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("form refused")
        self.errors = dict(errors)


@dataclass(frozen=True, kw_only=True)
class Command:
    """One thing that can be asked.

    Attributes:
        usage: What follows the name, ``[period] [account] [filters]``.
        summary: One line for help, the manifest and the docs.
        examples: Words that work as they stand.
        run: Answers the question.
        csv: The same question as a file; ``None`` where there is no table.
        check: Looks at a form before it is taken: quick, since Slack waits for it; raises ``FormErrors``.
        submit: Takes the command's form.
        redraw: The form anew, when something in it was chosen that other inputs follow from (those with ``dispatch_action``).
        details: Further lines of help: filters, periods.
        verbs: First words that say what to do, as ``mute`` in ``watch mute 101 2h``: its own, and those that are read as one of its own.
        hears: Picks those words out of a sentence that it understands wherever they stand.
        in_part: Whether it may be asked in a channel that sees only a part of the account: it tells nothing but what ``VoipMs`` and
            ``Request.limits`` let through.
        pages: Its list may be asked for from a row on: ``from:100``.
        names_places: Its words may name channels, people and user groups: ``#phones`` reaches it as ``<#C…>``.
        private: What is typed after it may be a password: it is never shown again, logged or kept.
        by_itself: It asks VoIP.ms nothing, so it is answered beside what others wait for.
    """

    name: str
    usage: str
    summary: str
    role: Role
    examples: tuple[str, ...]
    run: Callable[[Request, VoipMs], Reply]
    csv: Callable[[Request, VoipMs], Csv] | None = None
    check: Callable[[Submitted], None] | None = None
    submit: Callable[[Request, Submitted, VoipMs], Reply] | None = None
    redraw: Callable[[Request, Submitted, VoipMs], Mapping[str, Any]] | None = None
    details: tuple[str, ...] = ()
    verbs: Mapping[str, str] = field(default_factory=dict)
    hears: Callable[[Sequence[str], date], Sequence[str]] = lambda words, today: ()
    in_part: bool = False
    pages: bool = False
    names_places: bool = False
    private: bool = False
    by_itself: bool = False

    def open_to(self, role: Role, limits: Limits | None = None) -> bool:
        """Whether somebody of that role may ask it, in a channel with those limits."""
        return self.role <= role and (self.in_part or limits is None)


LEAST_BEGUN = 3
"""Letters by which the name of a command is known."""
ALIASES = {"mailbox": "voicemail", "mailboxes": "voicemail", "voicemails": "voicemail"}
"""Names of commands that are not listed, beside the singular of each."""


class Registry:
    """All commands by name, in the order of help."""

    def __init__(self, commands: Iterable[Command]) -> None:
        self._commands = {command.name: command for command in commands}

    def __iter__(self) -> Iterator[Command]:
        return iter(self._commands.values())

    def get(self, name: str) -> Command | None:
        """The command of that name, whatever its case; one thing of many is meant as well (``call``, ``mailbox``)."""
        low = name.lower()
        return self._commands.get(low) or self._commands.get(ALIASES.get(low, f"{low}s"))

    def near(self, name: str, role: Role, limits: Limits | None = None) -> list[Command]:
        """Commands this role may run there whose names look like what was typed, nearest first, or begin so."""
        low, allowed = name.lower(), [command.name for command in self if command.open_to(role, limits)]
        begun = [one for one in allowed if len(low) >= LEAST_BEGUN and one.startswith(low)]
        return [self._commands[found] for found in dict.fromkeys((*get_close_matches(low, allowed, n=3, cutoff=ALIKE), *begun))]

    def meant(self, name: str, role: Role, limits: Limits | None = None) -> list[Command]:
        """Those of them that look nearly as much like it as the nearest does."""
        near = self.near(name, role, limits)
        alike = [SequenceMatcher(None, command.name, name.lower()).ratio() for command in near]
        return [command for command, ratio in zip(near, alike, strict=True) if ratio >= alike[0] - AS_ALIKE]
