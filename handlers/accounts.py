"""``accounts``: sub-accounts and all their settings."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import rules.clients
from blocks import accounts as view
from blocks.settings import Page, lost_in, quoted, rows
from handlers.choosing import one_of, which
from handlers.help import slash_for
from handlers.optional import Told, if_told
from handlers.registry import Command, Csv, Reply, Request
from rules.access import Role
from rules.accounts import name_of, names_of
from rules.finding import by_name, exactly, find_called, spellings
from voipms import Client, Rows, SubAccount, VoipMs

Clients: TypeAlias = Callable[[], Told[Rows[Client]]]


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What the words mean: one sub-account, or the list (of one client, when ``client`` is its id)."""

    one: SubAccount | None = None
    listed: tuple[SubAccount, ...] = ()
    client: str = ""


def accounts(asked: Request, phones: VoipMs) -> Reply:
    """All sub-accounts, those of one reseller client, or one with all its settings."""
    known = phones.sub_accounts()
    clients = _once_told(phones)
    chosen = _chosen(asked, known, clients)
    client_name, notes = _client_names(asked, chosen, clients)
    if chosen.one is not None:
        one = chosen.one
        card = view.card_of(one, client_name(view.client_of(one)), lost_in(known), notes)
        return Reply(headline=view.headline_of(one), blocks=card, again=quoted(one.account), share=True)
    client = client_name(chosen.client)
    again = quoted(chosen.client) if chosen.client else ""
    page = Page(f"accounts {again}".strip(), asked.first)
    card = view.card(chosen.listed, lost_in(known), notes, client=client, client_name=client_name, slash=slash_for(asked.way), page=page)
    return Reply(headline=view.headline(chosen.listed, client), blocks=card, again=asked.from_here(again), share=True, csv=True)


def accounts_csv(asked: Request, phones: VoipMs) -> Csv:
    """The same list with every setting."""
    chosen = _chosen(asked, phones.sub_accounts(), _once_told(phones))
    return Csv("accounts.csv", rows(view.SETTINGS, [chosen.one] if chosen.one is not None else chosen.listed))


def _once_told(phones: VoipMs) -> Clients:
    return cache(lambda: if_told(phones.clients, Rows[Client]()))


def _chosen(asked: Request, known: Rows[SubAccount], clients: Clients) -> Chosen:
    """Whole names first, a sub-account's before a client's; then what a sub-account's name begins with or holds."""
    if not asked.words:
        return Chosen(listed=tuple(by_name(known, name_of)))
    words = " ".join(asked.words)

    def names(one: SubAccount) -> tuple[str, ...]:
        return *names_of(one), name_of(one)

    if not exactly(words, known, names_of):
        # Which client is behind an id is for operators to see: others have to type a client's name in full, and are
        # told no name that they did not type.
        meant = next((found for spelled in spellings(words) if (found := _clients_called(spelled, known, clients))), [])
        if len(meant) == 1:
            theirs = [one for one in known if view.client_of(one) == meant[0]]
            return Chosen(listed=tuple(by_name(theirs, name_of)), client=meant[0])
        if meant:
            raise which(asked, "accounts", "client", asked.words, [(client, "") for client in meant])
        if find_called(words, known, names).one is None:
            clients().needed()  # it may be a client's name
    return Chosen(one=one_of(asked, "accounts", "sub-account", known, names))


def _clients_called(words: str, known: Rows[SubAccount], clients: Clients) -> list[str]:
    """The ids of the clients of exactly that id or name."""
    if any(words == view.client_of(one) for one in known):
        return [words]
    return [client.client for client in exactly(words, clients().value, rules.clients.names_of)]


def _client_names(asked: Request, chosen: Chosen, clients: Clients) -> tuple[Callable[[str], str], list[str]]:
    """What this person may see of a client's id, operators its name, others the id alone; and what is missing."""
    shown = [chosen.one] if chosen.one is not None else chosen.listed
    names: dict[str, str] = {}
    notes = []
    if asked.role >= Role.OPERATOR and (chosen.client or any(map(view.client_of, shown))):
        names = {client.client: rules.clients.name_of(client) for client in clients().value}
        notes.append(clients().note("The names of clients are missing"))
    return lambda client: names.get(client, f"client {client}") if client else "", notes


ACCOUNTS = Command(
    name="accounts",
    usage="[account|client]",
    summary="Sub-accounts and all their settings",
    role=Role.VIEWER,
    examples=("",),
    run=accounts,
    csv=accounts_csv,
    pages=True,
    details=(
        "A sub-account is its login, the part after the underscore, its extension or its name.",
        "A reseller client is its id, its e-mail or its company.",
    ),
    in_part=True,
)
