"""``clients`` and ``client-login``: who the reseller's clients are, and whether one knows their password."""

import hashlib
import re
import secrets
from datetime import timedelta
from unicodedata import normalize

from blocks import clients as view
from blocks.frame import code, when
from blocks.settings import Lost, Page, lost_in, rows
from handlers.choosing import one_of
from handlers.help import slash_for
from handlers.optional import if_told
from handlers.registry import Command, Csv, FormErrors, Misunderstood, Reply, Request, Submitted
from handlers.tries import Tries
from rules.access import Role
from rules.accounts import name_of as account_name
from rules.clients import name_of, names_of
from rules.finding import by_name
from voipms import Client, VoipMs

EMAIL_MOST = 254
PASSWORD_MOST = 256
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@.]+")


def clients(asked: Request, phones: VoipMs) -> Reply:
    """All clients, or one with all its settings, its balance and its sub-accounts."""
    known = phones.clients()
    if asked.words:
        one = one_of(asked, "clients", "client", known, lambda client: (*names_of(client), name_of(client)))
        return _one(one, phones, lost_in(known))
    listed = by_name(known, name_of)
    card = view.card(listed, lost_in(known), slash=slash_for(asked.way), page=Page("clients", asked.first))
    return Reply(headline=view.headline(listed), blocks=card, again=asked.from_here(), csv=True)


def _one(one: Client, phones: VoipMs, lost: Lost) -> Reply:
    balance = if_told(lambda: phones.reseller_balance(one.client), None)
    sub_accounts = if_told(lambda: phones.sub_accounts(one.client), None)
    names = None
    if sub_accounts.value is not None:
        names = [account_name(sub_account) for sub_account in by_name(sub_accounts.value, account_name)]
        lost = lost + lost_in(sub_accounts.value)
    notes = (balance.note("The balance is missing"), sub_accounts.note("The sub-accounts are missing"))
    return Reply(headline=view.headline_of(one, balance.value), blocks=view.card_of(one, balance.value, names, lost, notes))


def clients_csv(asked: Request, phones: VoipMs) -> Csv:
    """The list with every setting."""
    return Csv("clients.csv", rows(view.SETTINGS, by_name(phones.clients(), name_of)))


CLIENTS = Command(
    name="clients",
    usage="[client]",
    summary="Reseller clients, their settings and balance",
    role=Role.OPERATOR,
    examples=("",),
    run=clients,
    csv=clients_csv,
    pages=True,
    details=("A client is its id, its e-mail or its company.",),
    in_part=True,
)


def client_login_command(tries: Tries) -> Command:
    """``client-login``: a form that says whether an e-mail and a password belong to a client.

    Nothing of what is typed is stored, logged or shown again: the tries are counted under a keyed hash of the e-mail.
    """
    pepper = secrets.token_bytes(32)

    def run(asked: Request, phones: VoipMs) -> Reply:
        """Opens the form. Words after the command are refused and never repeated: they may be a password."""
        if asked.words:
            command = code(f"{slash_for(asked.way)}{view.LOGIN}")
            raise Misunderstood(
                "For safety this is asked in a form.",
                f"Send {command} alone. If you typed a password where others can read it, delete that message and change it.",
            )
        return Reply(headline="Client login", form=view.login_form())

    def check(submitted: Submitted) -> None:
        """Looks at what was typed before anybody is asked.

        Raises:
            FormErrors: Something is missing, too long, or no e-mail address.
        """
        errors = {}
        email, password = _typed(submitted)
        if not email:
            errors[view.EMAIL] = "Please type the client's e-mail."
        elif len(email) > EMAIL_MOST or not _EMAIL.fullmatch(email):
            errors[view.EMAIL] = "This is not an e-mail address."
        if not password:
            errors[view.PASSWORD] = "Please type the client's password."
        elif len(password) > PASSWORD_MOST:
            errors[view.PASSWORD] = f"A password has at most {PASSWORD_MOST} characters."
        if errors:
            raise FormErrors(errors)

    def submit(asked: Request, submitted: Submitted, phones: VoipMs) -> Reply:
        """Whether they belong together, and to whom.

        Raises:
            Misunderstood: Too many wrong tries.
        """
        check(submitted)
        email, password = _typed(submitted)
        address = normalize("NFKC", email).casefold().encode()
        keys = (f"person {asked.person}", f"e-mail {hashlib.blake2b(address, key=pepper).hexdigest()}")
        again_at = tries.take(keys, asked.now)
        if again_at is not None:
            # In whole minutes rounded up: trying at that minute must work.
            at = (again_at + timedelta(seconds=59)).replace(second=0, microsecond=0)
            raise Misunderstood("Too many wrong tries.", f"Try again at {when(at, asked.zone, '{time}')}.")
        wrong = False
        try:
            client = phones.check_login(email, password)
            wrong = client is None
        finally:
            if not wrong:  # right, or VoIP.ms could not say
                tries.give_back(keys, asked.now)
        left = tries.left(keys, asked.now)
        return Reply(headline=view.login_headline(client), blocks=view.login_card(client, left, tries.minutes))

    return Command(
        name=view.LOGIN,
        usage="",
        summary="Check a client's e-mail and password",
        role=Role.OPERATOR,
        examples=("",),
        run=run,
        check=check,
        submit=submit,
        private=True,
    )


def _typed(submitted: Submitted) -> tuple[str, str]:
    return submitted.values.get(view.EMAIL, "").strip(), submitted.values.get(view.PASSWORD, "")
