"""From a person's words to the one thing they mean, or a question back."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from blocks.frame import clean, code, cut, line, safe
from blocks.settings import quoted
from handlers.help import slash_for
from handlers.registry import Misunderstood, Request
from rules.finding import find_called, taken_apart

T = TypeVar("T")
MOST_NEAR = 5
LONGEST_WORD = 40
_JOINING = frozenset(("and", "or", "&", "+", ","))
_PLURALS = {"mailbox": "mailboxes"}


def one_of(
    asked: Request,
    command: str,
    kind: str,
    things: Sequence[T],
    names: Callable[[T], Sequence[str]],
    *,
    words: Sequence[str] = (),
    lists: str = "",
) -> T:
    """The thing the person asked for.

    Args:
        command: What precedes the thing's name in a command line, for the words to type instead.
        kind: ``mailbox``, ``client``.
        names: A thing's names, its identity first and what people call it last.
        words: Those that name it; all that were typed unless given.
        lists: The command that lists such things, where ``command`` does not.

    Raises:
        Misunderstood: Nothing is called so, or several things are; with the nearest.
    """
    typed = tuple(words) or asked.words
    found = find_called(" ".join(typed), things, names)
    if found.one is not None:
        return found.one
    if found.several:
        raise which(asked, command, kind, typed, [_of(thing, names) for thing in found.several])
    meant, left = taken_apart([one for word in typed for one in _without_commas(word)], things, names)
    unknown = [word for word in left if word.lower() not in _JOINING]
    if len(meant) > 1 or (meant and unknown):
        raise too_many(asked, command, kind, [_of(thing, names) for thing in meant], unknown)
    if meant:
        return meant[0]
    raise none_called(asked, command, kind, typed, [_of(thing, names) for thing in found.near], lists or command)


def which(asked: Request, command: str, kind: str, typed: Sequence[str], several: Sequence[tuple[str, str]]) -> Misunderstood:
    """The question back where several things fit: their identities, and what people call them."""
    return Misunderstood(f"Several {_plural(kind)} could be meant by “{short(' '.join(typed))}”.", _did_you_mean(asked, command, several))


def none_called(
    asked: Request, command: str, kind: str, typed: Sequence[str], near: Sequence[tuple[str, str]], lists: str
) -> Misunderstood:
    """The answer where nothing fits, with what is near."""
    word = " ".join(typed)
    # a whole number or id is no misspelled name: what is near is told, but not taken for what was meant
    whole = sum(sign.isdigit() for sign in word) >= len(word.replace(" ", "")) // 2 > 1
    problem = f"{short(word)} is not one of your {_plural(kind)}." if whole else f"I know no {kind} “{short(word)}”."
    if not near:
        return Misunderstood(problem, f"{code(f'{slash_for(asked.way)}{lists}')} lists them all.")
    if not whole:
        return Misunderstood(problem, _did_you_mean(asked, command, near))
    return Misunderstood(problem, _ideas(asked, command, near, "Nearest:", ""))


def too_many(asked: Request, command: str, kind: str, meant: Sequence[tuple[str, str]], unknown: Sequence[str] = ()) -> Misunderstood:
    """The answer where the words name several things, or one and something else."""
    if len(meant) > 1:
        return Misunderstood(f"I can look at one {kind} at a time.", _ideas(asked, command, meant, "Ask for one:", ""))
    (identity, _) = meant[0]
    without = line(f"{slash_for(asked.way)}{command}", quoted(identity))
    return Misunderstood(f"I do not know “{short(' '.join(unknown))}”.", f"Without it: {without}")


def nothing_after(asked: Request, after: str, words: Sequence[str]) -> None:
    """Nothing is said that would be dropped.

    Args:
        after: The command line after which no words are taken.

    Raises:
        Misunderstood: There are some.
    """
    if words:
        problem = f"After “{after}” comes nothing: I do not know “{short(' '.join(words))}”."
        raise Misunderstood(problem, f"Without it: {code(f'{slash_for(asked.way)}{after}')}")


def untold(word: str) -> Misunderstood:
    """The answer to an ``@name`` or ``#name`` that Slack did not put an id in the place of, and we could not."""
    problem = f"Slack does not tell me who or what “{short(word)}” is, or several are called so."
    return Misunderstood(problem, "Choose from the list that Slack offers as you type.")


def short(word: str) -> str:
    """A person's word in a sentence."""
    return cut(clean(word), LONGEST_WORD)


def _of(thing: T, names: Callable[[T], Sequence[str]]) -> tuple[str, str]:
    called = names(thing)
    return called[0], called[-1]


def _without_commas(word: str) -> list[str]:
    return [word] if " " in word else [part for part in word.split(",") if part]


def _did_you_mean(asked: Request, command: str, near: Sequence[tuple[str, str]]) -> str:
    return _ideas(asked, command, near, "Did you mean", "?")


def _ideas(asked: Request, command: str, near: Sequence[tuple[str, str]], begin: str, end: str) -> str:
    """One or two ideas in a sentence, more below each other."""
    lines = [_idea(asked, command, *one) for one in near[:MOST_NEAR]]
    if len(near) > MOST_NEAR:
        lines.append(f"and {len(near) - MOST_NEAR:,} more")
    return f"{begin} {' or '.join(lines)}{end}" if len(lines) <= 2 else "\n• ".join((begin, *lines))


def _idea(asked: Request, command: str, identity: str, name: str) -> str:
    called = "" if name == identity else safe(name, 60)
    return f"{line(f'{slash_for(asked.way)}{command}', quoted(identity))} {called}".rstrip()


def _plural(kind: str) -> str:
    return _PLURALS.get(kind, f"{kind}s")
