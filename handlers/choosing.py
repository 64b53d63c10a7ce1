"""From a person's words to the one thing they mean, or a question back."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from blocks.frame import code, safe
from blocks.settings import quoted
from handlers.help import slash_for
from handlers.registry import Misunderstood, Request
from rules.finding import find

T = TypeVar("T")
MOST_NEAR = 5


def one_of(
    asked: Request,
    command: str,
    kind: str,
    things: Sequence[T],
    names: Callable[[T], Sequence[str]],
) -> T:
    """The thing the person asked for.

    Args:
        command: The command that was asked, for the words to type instead.
        kind: ``mailbox``, ``client``.
        names: A thing's names, its identity first and what people call it last.

    Raises:
        Misunderstood: Nothing is called so, or several things are; with the nearest.
    """
    found = find(" ".join(asked.words), things, names)
    if found.one is not None:
        return found.one
    raise which(asked, command, kind, [(names(thing)[0], names(thing)[-1]) for thing in found.near])


def which(asked: Request, command: str, kind: str, near: Sequence[tuple[str, str]]) -> Misunderstood:
    """The question back: ``near`` are identities and names that it could have been."""
    slash = slash_for(asked.way)
    if not near:
        return Misunderstood(f"I know no {kind} of that name.", f"{code(f'{slash}{command}')} lists them all.")
    ideas = [f"{code(f'{slash}{command} {quoted(word)}')} {safe(name, 60)}".rstrip() for word, name in near[:MOST_NEAR]]
    more = f" and {len(near) - MOST_NEAR:,} more" if len(near) > MOST_NEAR else ""
    return Misunderstood(
        f"Several could be meant by that {kind}." if len(near) > 1 else f"I know no {kind} of that name.",
        f"Did you mean {' or '.join(ideas)}{more}?",
    )
