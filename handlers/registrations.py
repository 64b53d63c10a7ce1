"""``status``: which phones are signed in, and everything VoIP.ms tells of one."""

import re

from blocks import registrations as view
from blocks.frame import code, digits, phone
from blocks.settings import lost_in, quoted
from handlers.choosing import one_of
from handlers.help import slash_for
from handlers.looking import look_at
from handlers.parsing import is_phone
from handlers.registry import Command, Csv, Misunderstood, Reply, Request
from rules.access import Role
from rules.accounts import name_of, names_of
from rules.finding import Found, by_name, exactly, find
from rules.registrations import BY_ADDRESS, Look, registers, saw, with_main
from voipms import Rows, SubAccount, VoipMs

_LOGIN = re.compile(r"\d{5,9}(_\S+)?")


def status_command(main_account: str) -> Command:
    """``status``, with the main account on the board where its login is known."""

    def _known(asked: Request, sub_accounts: Rows[SubAccount]) -> list[SubAccount]:
        sees_main = asked.limits is None or asked.limits.holds(main_account)
        return with_main(sub_accounts, main_account if sees_main else "")

    def status(asked: Request, phones: VoipMs) -> Reply:
        """All phones that sign in, problems first; or a live look at one, with every field."""
        sub_accounts = phones.sub_accounts()
        known = _known(asked, sub_accounts)
        if asked.words:
            return _one(asked, phones, _chosen(asked, known))
        looks = look_at(asked, phones, _that_register(known))
        aside = [one for one in known if not registers(one)]
        card = view.card(looks, aside, lost_in(sub_accounts), now=asked.clock(), zone=asked.zone, slash=slash_for(asked.way))
        return Reply(headline=view.headline(looks), blocks=card, again="", share=True, csv=True)

    def status_csv(asked: Request, phones: VoipMs) -> Csv:
        """A new look at the same accounts: one row for each device, with every field."""
        known = _known(asked, phones.sub_accounts())
        wanted = [_chosen(asked, known)] if asked.words else _that_register(known)
        return Csv("status.csv", view.rows(look_at(asked, phones, wanted), zone=asked.zone, wire_zone=phones.wire_zone))

    return Command(
        name="status",
        usage="[account]",
        summary="Which phones are registered, and from where",
        role=Role.VIEWER,
        examples=("",),
        run=status,
        csv=status_csv,
        details=(
            "Without an account: all phones that sign in, looked at now; that may take up to a minute.",
            "An account is its login, the part after the underscore, its extension or its name.",
        ),
        in_part=True,
    )


def _that_register(known: list[SubAccount]) -> list[SubAccount]:
    return by_name([one for one in known if registers(one)], name_of)


def _chosen(asked: Request, known: list[SubAccount]) -> SubAccount:
    """The account that is meant; a full login that VoIP.ms does not list is taken at its word where none is like it.

    Raises:
        Misunderstood: No account is called so, or several are; or it is a phone number.
    """
    words = " ".join(asked.words)
    if not exactly(words, known, names_of):
        if is_phone(words):
            numbers = code(f"{slash_for(asked.way)}numbers {digits(words)}")
            raise Misunderstood(f"{phone(words)} is a phone number, not an account.", f"{numbers} shows where it rings.")
        if _LOGIN.fullmatch(words) and _may_exist(words, known):
            return SubAccount(account=words)
    return one_of(asked, "status", "account", known, lambda one: (*names_of(one), name_of(one)), lists="accounts")


def _may_exist(login: str, known: list[SubAccount]) -> bool:
    """Whether it is worth asking for a login that VoIP.ms does not list: the main account's, or one that is like no other."""
    main, _, part = login.partition("_")
    if not part:
        return not known or any(one.account.startswith(f"{main}_") for one in known)
    return find(part, known, names_of) == Found()


def _one(asked: Request, phones: VoipMs, one: SubAccount) -> Reply:
    again = quoted(one.account)
    if one.auth_type == BY_ADDRESS:
        return Reply(headline=view.headline_by_address(one), blocks=view.card_by_address(one), again=again, share=True)
    look: Look = saw(one, phones.registration(one.account), asked.clock())
    card = view.card_of(look, now=asked.clock(), zone=asked.zone, wire_zone=phones.wire_zone)
    return Reply(headline=view.headline_of(look), blocks=card, again=again, share=True)
