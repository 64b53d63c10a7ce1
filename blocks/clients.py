"""Reseller clients: the list, one with everything that is known of it, and the form that checks a client's login. Pure."""

from collections.abc import Sequence
from typing import Any

from blocks import words
from blocks.frame import BlockDict, actions, as_length, button, code, header, listing, money, plural, render, safe, section, small
from blocks.settings import NOTHING, WHOLE, Group, Line, Lost, Page, noted, overview, pairs_below, quoted, settings, titled, unread
from rules.clients import name_of, person_of
from voipms import Balance, Client

SETTINGS = (
    Group(
        "Client",
        (
            Line("company", "Company", words.as_is),
            Line("client", "Client id", words.as_is, is_code=True),
            Line("firstname", "First name", words.as_is),
            Line("lastname", "Last name", words.as_is),
            Line("balance_management", "At zero balance", words.balance_management),
        ),
    ),
    Group(
        "Contact",
        (
            Line("email", "E-mail", words.as_is),
            Line("phone_number", "Phone", words.number),
            Line("address", "Address", words.as_is),
            Line("city", "City", words.as_is),
            Line("state", "State or province", words.as_is),
            Line("zip", "Postal code", words.as_is),
            Line("country", "Country", words.as_is),
        ),
    ),
)
HEAD = ("Company", "Name", "Client", "At zero balance", "Phone")
MOST_NAMES = 40


def headline(clients: Sequence[Client]) -> str:
    """``12 clients``."""
    return plural(len(clients), "client") if clients else "No clients"


def card(clients: Sequence[Client], lost: Lost = NOTHING, *, slash: str = "", page: Page = WHOLE) -> list[BlockDict]:
    """The list, in the order given."""
    hint = f"{code(f'{slash}clients {quoted(clients[0].client)}')} shows everything of one" if clients else ""
    summary = [] if clients else ["VoIP.ms lists no reseller client."]
    return render([*overview(headline(clients), summary, HEAD, [_row(one) for one in clients], hint=hint, page=page), *unread(lost)])


def _row(one: Client) -> list[str]:
    return [one.company, person_of(one), one.client, words.balance_management(one.balance_management), words.number(one.phone_number)]


def headline_of(one: Client, balance: Balance | None) -> str:
    """``Acme Ltd (561115): $8.06 left``."""
    left = f": {money(balance.current_balance)} left" if balance is not None else ""
    return f"{titled(name_of(one), one.client)}{left}"


def card_of(
    one: Client, balance: Balance | None, sub_accounts: Sequence[str] | None, lost: Lost = NOTHING, notes: Sequence[str] = ()
) -> list[BlockDict]:
    """One client with all its settings, its balance and its sub-accounts.

    Args:
        balance, sub_accounts: ``None`` where they could not be asked for. Sub-accounts as people call them.
        lost: What could not be read.
        notes: What is missing, a plain sentence each.
    """
    facts = [code(one.client)]
    if balance is not None:
        facts.append(f"{money(balance.current_balance)} left")
    if sub_accounts is not None:
        facts.append(plural(len(sub_accounts), "sub-account"))
    buttons = [
        button("Calls", "ask:client-calls:1", f"client-calls {quoted(one.client)}"),
        button("Sub-accounts", "ask:accounts:1", f"accounts {quoted(one.client)}"),
    ]
    return render(
        [
            header(name_of(one)),
            section("  ·  ".join(facts)),
            *settings(SETTINGS, one),
            *(pairs_below("Money and calls", _spent(balance)) if balance is not None else ()),
            *([section(f"*Sub-accounts*\n{_names(sub_accounts)}")] if sub_accounts is not None else []),
            *noted(notes),
            *unread(lost),
            actions(*buttons),
            small("The client's password is never shown"),
        ]
    )


def _names(sub_accounts: Sequence[str]) -> str:
    return listing([safe(name, 60) for name in sub_accounts], MOST_NAMES) or "none"


def _spent(balance: Balance) -> list[tuple[str, str]]:
    pairs = [
        ("Balance", money(balance.current_balance)),
        ("Spent in 30 days", "" if balance.spent_total is None else money(balance.spent_total)),
        ("Calls in 30 days", _calls(words.count(balance.calls_total), balance.time_total)),
        ("Spent today", "" if balance.spent_today is None else money(balance.spent_today)),
        ("Calls today", _calls(words.count(balance.calls_today), balance.time_today)),
    ]
    return [(name, safe(value)) for name, value in pairs if value]


def _calls(count: str, time: str) -> str:
    return f"{count}, {as_length(time)} talk time" if count and time else count


# The login form

LOGIN = "client-login"
EMAIL, PASSWORD = "email", "password"


def login_form() -> dict[str, Any]:
    """The modal that asks for a client's e-mail and password. Slack has no input that hides what is typed."""
    note = "Nothing you type here is stored, logged or shown again. Slack does not hide the password while you type it."
    return {
        "type": "modal",
        "callback_id": LOGIN,
        "title": {"type": "plain_text", "text": "Client login"},
        "submit": {"type": "plain_text", "text": "Check"},
        "close": {"type": "plain_text", "text": "Cancel"},
        "blocks": [
            _input(EMAIL, "E-mail", {"type": "email_text_input", "focus_on_load": True}),
            _input(PASSWORD, "Password", {"type": "plain_text_input"}),
            *render([small(note)]),
        ],
    }


def _input(name: str, label: str, element: BlockDict) -> BlockDict:
    return {
        "type": "input",
        "block_id": name,
        "label": {"type": "plain_text", "text": label},
        "element": {**element, "action_id": name},
    }


def login_headline(client: Client | None) -> str:
    """``Valid: Acme Ltd`` or ``Not valid``."""
    return f"Valid: {titled(name_of(client), client.client)}" if client else "Not valid"


def login_card(client: Client | None, tries_left: int, minutes: int) -> list[BlockDict]:
    """What came of the check; the e-mail that was typed is not repeated."""
    if client is None:
        left = f"{plural(tries_left, 'wrong try', 'wrong tries')} left" if tries_left else "That was the last try"
        return render(
            [
                section("🔴  *Not valid*\nNo client has this e-mail with this password."),
                small(f"{left} within {minutes} minutes  ·  a right one does not count"),
            ]
        )
    about = [safe(client.company, 100), safe(person_of(client), 100), code(client.client)]
    return render([section(f"🟢  *Valid*\n{'  ·  '.join(filter(None, about))}"), small("Nothing of what you typed was kept")])
