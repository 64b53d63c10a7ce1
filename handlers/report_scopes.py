"""Whose calls a report is about: from the names that were typed or chosen to the things they mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from blocks.frame import listing
from handlers.choosing import one_of
from handlers.registry import Request
from rules.accounts import name_of, names_of
from rules.call_rows import is_main
from rules.clients import name_of as client_name
from rules.clients import names_of as client_names
from rules.finding import apart
from rules.reports import About, Scope
from store import Store, lines, steering
from voipms import SubAccount, VoipMs

MAIN = "Main account"
NAMED_MOST = 3
LISTS = {"account": "accounts", "site": "watch", "client": "clients"}
"""The command that lists such things."""


@dataclass(frozen=True)
class Thing:
    """What can be meant.

    Attributes:
        names: Its key first, what people call it last.
    """

    names: tuple[str, ...]

    @property
    def key(self) -> str:
        return self.names[0]

    @property
    def name(self) -> str:
        return self.names[-1]


def scope_of(
    asked: Request, about: About, names: Sequence[str], store: Store, phones: VoipMs, command: str
) -> tuple[Scope, dict[str, str]]:
    """The scope, and what its keys are called.

    Args:
        names: As they were typed, or keys.
        command: What precedes the name in a command line, for the words to type instead.

    Raises:
        Misunderstood: One of them means nothing, or several things.
    """
    if about is About.EVERYTHING:
        return Scope(), {}
    kind = about.value.removesuffix("s")
    things = _things(about, store, phones)
    line = f"{command} for {kind}"
    each = [one for name in names for one in (apart(name, things, _names) if about is About.ACCOUNTS else [name])]
    meant = [one_of(asked, line, kind, things, _names, words=[name], lists=LISTS[kind]) for name in each]
    found = {thing.key: thing.name for thing in meant}
    return Scope(about=about, keys=tuple(found), name=listing(list(found.values()), NAMED_MOST)), found


def _names(one: Thing) -> tuple[str, ...]:
    return one.names


def _things(about: About, store: Store, phones: VoipMs) -> Sequence[Thing]:
    match about:
        case About.ACCOUNTS:
            known = phones.sub_accounts()
            return [*map(_account, known), *(Thing((main, MAIN)) for main in _mains(known))]
        case About.CLIENT:
            return [Thing((*client_names(one), client_name(one))) for one in phones.clients()]
    with store.reading() as transaction:
        names = steering.sites(transaction)
        keys = dict.fromkeys([*(one.line.site for one in lines.every(transaction) if one.line.site), *names])
    return [Thing((key, names.get(key, key))) for key in keys]


def _account(one: SubAccount) -> Thing:
    return Thing((*names_of(one), name_of(one)))


def _mains(known: Sequence[SubAccount]) -> list[str]:
    return sorted({main for one in known if is_main(main := one.account.partition("_")[0])})


def names_in(scope: Scope, found: Mapping[str, str]) -> dict[str, str]:
    """What the keys of a scope are called, as far as that is known without asking: the only one has the scope's own name."""
    return dict(found) or ({scope.keys[0]: scope.name} if len(scope.keys) == 1 else {})
