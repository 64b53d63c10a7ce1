"""What was probably meant by a line that begins with no command: lines that begin with one. Pure.

The first of these that gives any line: a command whose name is nearly the first word (or, where it takes no words, the whole line:
*who am i*); one of which the first word is a verb (*mute 101 2h*); one that another word names (*who missed calls yesterday*), or is about
(*who is down*), with the words that it understands; one that understands every word (*yesterday missed*); one of which the first word is
another word for a verb (*silence 101 2h*); and one whose name is a little like the first word.
"""

import re
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher, get_close_matches

from handlers.registry import Command, Registry
from rules.access import Role
from rules.limits import Limits

MOST = 3
LIKELY = 0.5
"""How alike a name may be that a password follows."""
LISTS = "list"
"""The verb that is said of anything, and takes no words."""
NEARLY = 0.8
"""How alike a name is that was mistyped."""
GREETINGS = frozenset(("hi", "hello", "hey", "hiya", "hallo", "greetings"))
QUESTIONS = frozenset(("who", "what", "when", "where", "which", "why", "how", "is", "are", "can", "please", "show", "the"))
"""No command is meant by these, however alike its name is."""
ABOUT = {
    **dict.fromkeys(("down", "offline", "online", "registered", "unregistered", "phone", "phones"), "status"),
    **dict.fromkeys(("outage", "outages", "incident", "incidents"), "alerts"),
    **dict.fromkeys(("missed", "called", "callers", "answered"), "calls"),
    **dict.fromkeys(("money", "credit"), "balance"),
    **dict.fromkeys(("role", "permissions"), "whoami"),
}
"""Words that people use for what a command tells: it is offered for them, and never run."""
_NAME = re.compile(r"(?=.*\d)[\w.@+-]{3,}")
"""What an extension, a login or a number looks like, and no word does."""


@dataclass(frozen=True)
class Guess:
    """A line that may have been meant."""

    command: Command
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Guessing:
    """What is known of one line.

    Attributes:
        line: Its words, of which the first names no command.
        today: The person's calendar day.
    """

    registry: Registry
    line: tuple[str, ...]
    role: Role
    limits: Limits | None
    today: date

    def guesses(self) -> list[Guess]:
        """The lines that may have been meant, the likeliest first, of what the person may ask there."""
        if self._holds_a_password():
            return [Guess(one) for one in self._called(self.line[0])]
        for way in (self._mistyped, self._by_verb, self._named, self._about, self._heard, self._by_other_verb, self._alike):
            found = [one for one in way() if one.command.open_to(self.role, self.limits)]
            if found:
                return [one for place, one in enumerate(found) if one not in found[:place]][:MOST]
        return []

    # The ways

    def _mistyped(self) -> list[Guess]:
        return [one for one, likeness in self._near() if likeness >= NEARLY]

    def _alike(self) -> list[Guess]:
        return [one for one, _ in self._near()]

    def _by_verb(self) -> list[Guess]:
        """Commands that know the first word, as another word of the line names one or as it is their own; alone it is asked about."""
        verb, helps = self.line[0], self.registry.get("help")
        known = [one for one in self.registry if verb in one.verbs and one.open_to(self.role, self.limits)]
        if len(self.line) == 1:
            return [Guess(helps, (one.name,)) for one in known if one.verbs[verb] == verb] if helps is not None else []
        named = [one for one in known if any(self.registry.get(word) is one for word in self.line)]
        return [self._with_verb(one) for one in named] or [
            self._with_verb(one) for one in known if one.verbs[verb] == verb and verb != LISTS
        ]

    def _by_other_verb(self) -> list[Guess]:
        known = [one for one in self.registry if one.verbs.get(self.line[0], LISTS) != LISTS and one.open_to(self.role, self.limits)]
        return [self._with_verb(one) for one in known] if len(known) == 1 and len(self.line) > 1 else []

    def _named(self) -> list[Guess]:
        return [self._with_words(one, word) for word in self.line if (one := self.registry.get(word)) is not None]

    def _about(self) -> list[Guess]:
        names = [(word, ABOUT.get(word.lower(), "")) for word in self.line]
        return [self._with_words(one) for _, name in names if (one := self.registry.get(name)) is not None]

    def _heard(self) -> list[Guess]:
        found = [Guess(one, tuple(one.hears(self.line, self.today))) for one in self.registry]
        return [one for one in found if len(one.words) == len(self.line)]

    # Their parts

    def _called(self, word: str) -> list[Command]:
        return self.registry.meant(word, self.role, self.limits)

    def _near(self) -> list[tuple[Guess, float]]:
        """Commands that are called alike; those that take no words by all that was typed."""
        first, whole = self.line[0], "".join(self.line).lower()
        called = [] if first in GREETINGS | QUESTIONS else self._called(first)
        return [
            *((Guess(one, self.line[1:]), _likeness(one, first)) for one in called if one.usage),
            *((Guess(one), _likeness(one, whole)) for one in self._called(whole) if not one.usage),
        ]

    def _with_words(self, command: Command, named: str = "") -> Guess:
        """The command with those of the other words that it understands; of names only one that has a digit in it."""
        if command.verbs or not command.usage:
            return Guess(command)
        others = [word for word in self.line if word is not named]
        understood = tuple(command.hears(others, self.today))
        names = [word for word in others if word not in understood and _NAME.fullmatch(word)]
        return Guess(command, (*understood, *(names if len(names) == 1 else ())))

    def _with_verb(self, command: Command) -> Guess:
        """The command with its own word for what the first one says, and the others but for its name."""
        verb = command.verbs[self.line[0]]
        rest = tuple(word for word in self.line[1:] if self.registry.get(word) is not command)
        return Guess(command, (verb,) if verb == LISTS else (verb, *rest))

    def _holds_a_password(self) -> bool:
        """Whether a command may be meant whose words are never shown again."""
        private = [one.name for one in self.registry if one.private]
        return any(get_close_matches(word.lower(), private, cutoff=NEARLY if at else LIKELY) for at, word in enumerate(self.line))


def _likeness(command: Command, word: str) -> float:
    return SequenceMatcher(None, command.name, word.lower()).ratio()
