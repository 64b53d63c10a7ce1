"""Whose calls a person means: a sub-account's, the main account's, a client's, those of a number or of the place it leads to."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from blocks.frame import code, digits
from blocks.owners import owner_name
from blocks.settings import quoted
from handlers.choosing import one_of, short
from handlers.help import slash_for
from handlers.parsing import JOINING, Typed, nearest, read_calls
from handlers.registry import Misunderstood, Request
from rules.accounts import name_of, names_of
from rules.call_rows import Direction, Filters
from rules.finding import Found, find_called, taken_apart
from rules.registrations import MAIN
from voipms import Did, SubAccount

T = TypeVar("T")
Names = Callable[[T], Sequence[str]]
_NOT_FIRST = ("",) * 5
"""What a sub-account is called in any of its ways comes before what a number is called."""


@dataclass(frozen=True, kw_only=True)
class Whose:
    """Something that has calls.

    Attributes:
        names: What it may be asked for by, its identity first and what people call it last.
        account: A login or a routing string, as ``Filters.account`` has it; ``""`` for a number.
        number: The digits of one of our numbers.
    """

    names: tuple[str, ...]
    account: str = ""
    number: str = ""


def all_whose(sub_accounts: Sequence[SubAccount], dids: Sequence[Did], names: Mapping[str, str]) -> list[Whose]:
    """Everything that has calls.

    Args:
        names: See ``blocks.owners.names_of``.
    """
    mains = dict.fromkeys(one.account.partition("_")[0] for one in sub_accounts)
    places = dict.fromkeys(did.routing for did in dids if ":" in did.routing and not did.routing.startswith(("account:", "none:")))
    return [
        *(Whose(names=(*names_of(one), name_of(one)), account=one.account) for one in sub_accounts),
        *(Whose(names=(login, *_NOT_FIRST, MAIN), account=login) for login in mains),
        *(Whose(names=(routing, *_NOT_FIRST, owner_name(routing, names)), account=routing) for routing in places),
        *(Whose(names=(did.did, *_NOT_FIRST, did.description), number=digits(did.did)) for did in dids if did.description),
    ]


def every_name(things: Iterable[T], names: Names[T]) -> list[str]:
    """What ``read_calls`` has to keep together."""
    return [name for thing in things for name in names(thing)]


def with_whose(asked: Request, typed: Typed, known: Sequence[Whose]) -> Filters:
    """The filters with the account or the number that the other words name.

    Raises:
        Misunderstood: They name none, or several; or one of them was meant as a period or a filter.
    """
    one = named(asked, "calls", "account", typed, known, lambda one: one.names)
    if one is None:
        return typed.filters
    if not one.number:
        return replace(typed.filters, account=one.account)
    if typed.filters.number not in ("", one.number):
        raise Misunderstood("I can look for one number at a time.", f"For example {code(f'number:{one.number}')}")
    # calls that went out carry its number too, whoever made them: a number's own are those that rang it
    return replace(typed.filters, number=one.number, directions=typed.filters.directions or frozenset((Direction.IN,)))


def named(asked: Request, command: str, kind: str, typed: Typed, things: Sequence[T], names: Names[T]) -> T | None:
    """What the words beside period and filters name; ``None`` where there are none.

    Raises:
        Misunderstood: They name nothing, or several things; or one of them was meant as a period or a filter.
    """
    found, words = _found(typed.rest, things, names)
    if not words:
        return None
    meant, left = taken_apart(words, things, names)
    if found.one is None and not found.several:
        _correct(asked, command, left, things, names)
    if found == Found() and not meant:
        slash = slash_for(asked.way)
        lists = "clients" if kind == "client" else "accounts"
        raise Misunderstood(
            f"“{short(' '.join(words))}” is no {kind}, period or filter that I know.",
            f"{code(f'{slash}{lists}')} lists the {kind}s, {code(f'{slash}help {command}')} the periods and filters.",
        )
    kept = [quoted(word) for word in typed.understood]
    return one_of(asked, " ".join((command, *kept)), kind, things, names, words=words)


def _found(rest: Sequence[str], things: Sequence[T], names: Names[T]) -> tuple[Found[T], tuple[str, ...]]:
    """What the words name, first with and then without those that say nothing by themselves; and the words that were taken."""
    found = find_called(" ".join(rest), things, names)
    telling = tuple(word for word in rest if word.lower() not in JOINING)
    if found.one is not None or telling == tuple(rest):
        return found, tuple(rest)
    return find_called(" ".join(telling), things, names), telling


def _correct(asked: Request, command: str, unknown: Sequence[str], things: Sequence[T], names: Names[T]) -> None:
    """Raises:
    Misunderstood: With other periods or filters for the unknown words it would be a question.
    """
    meant = {word: near for word in unknown if (near := nearest(word))}
    line = [meant.get(word, word) for word in asked.words]
    if not meant:
        return
    try:
        again = read_calls(line, asked.today, every_name(things, names))
    except Misunderstood:
        return
    found, words = _found(again.rest, things, names)
    if found.one is not None or not words:
        typed = " ".join(quoted(word) for word in line)
        problem = f"I do not know the word{'s' * (len(meant) > 1)} {' and '.join(f'“{short(word)}”' for word in meant)}."
        raise Misunderstood(problem, f"Did you mean {code(f'{slash_for(asked.way)}{command} {typed}')}?")
