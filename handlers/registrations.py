"""``status``: which phones are signed in, and everything VoIP.ms tells of one."""

import re
from datetime import timedelta

from blocks import board
from blocks import registrations as view
from blocks.frame import code, digits, phone
from blocks.settings import lost_in, quoted
from handlers import masking
from handlers.choosing import one_of
from handlers.help import slash_for
from handlers.looking import Looks
from handlers.memory import Memory
from handlers.parsing import is_phone
from handlers.registry import Command, Csv, Misunderstood, Reply, Request
from rules.access import Role
from rules.accounts import name_of, names_of
from rules.finding import Found, by_name, exactly, find
from rules.registrations import BY_ADDRESS, WITH_PASSWORD, Look, registers, saw, told_apart, with_main
from rules.timeline import Uptime, uptime
from rules.watch import State, silence
from store import history, lines, watch
from store.survey import Survey, who_is
from voipms import Rows, SubAccount, VoipMs

_LOGIN = re.compile(r"\d{5,9}(_\S+)?")


NOW = "now"
"""After ``status``: all phones, looked at while the asker waits."""
PAST = timedelta(days=view.PAST_DAYS)


def status_command(main_account: str, memory: Memory, live: Looks) -> Command:
    """``status``, with the main account on the board where its login is known."""

    def _known(asked: Request, sub_accounts: Rows[SubAccount]) -> list[SubAccount]:
        sees_main = asked.limits is None or asked.limits.holds(main_account)
        return with_main(sub_accounts, main_account if sees_main else "")

    def status(asked: Request, phones: VoipMs) -> Reply:
        """All phones that sign in as they were last seen, problems first; or a live look at one, with every field."""
        if not asked.words and (seen := last_seen(asked, memory)) is not None:
            slash = slash_for(asked.way)
            return Reply(headline=board.headline(seen), blocks=board.card(seen, slash), again="", share=True, csv=True)
        sub_accounts = phones.sub_accounts()
        known = _known(asked, sub_accounts)
        if asked.words and not _is_now(asked):
            return _one(asked, phones, _chosen(asked, known), memory)
        looks = told_apart(live.at(asked, phones, _that_register(known)), never_seen(memory))
        aside = [one for one in known if not registers(one)]
        card = view.card(looks, aside, lost_in(sub_accounts), now=asked.clock(), zone=asked.zone, slash=slash_for(asked.way))
        return Reply(headline=view.headline(looks), blocks=card, again=NOW, share=True, csv=True)

    def status_csv(asked: Request, phones: VoipMs) -> Csv:
        """The phones as they were last seen; or a new look at them, one row for each device, with every field."""
        if not asked.words and (seen := last_seen(asked, memory)) is not None:
            return Csv("status.csv", board.rows(seen, asked.zone))
        known = _known(asked, phones.sub_accounts())
        if asked.words and not _is_now(asked):
            looks = live.at(asked, phones, [_chosen(asked, known)])
        else:
            looks = told_apart(live.at(asked, phones, _that_register(known)), never_seen(memory))
        return Csv("status.csv", view.rows(looks, zone=asked.zone, wire_zone=phones.wire_zone))

    return Command(
        name="status",
        usage="[account | now]",
        summary="Which phones are registered, and from where",
        role=Role.VIEWER,
        examples=("", "now"),
        run=status,
        csv=status_csv,
        details=(
            "Without a word: all phones as they were last seen, at once. `now`: looked at while you wait, up to a minute.",
            "An account is its login, the part after the underscore, its extension or its name.",
        ),
        in_part=True,
    )


def _is_now(asked: Request) -> bool:
    return [word.lower() for word in asked.words] == [NOW]


def last_seen(asked: Request, memory: Memory) -> board.Board | None:
    """All phones that one may see, as they were last seen; ``None`` while nobody has looked at any."""
    with memory.opened.reading() as transaction:
        seen = (one for one in lines.every(transaction) if asked.limits is None or asked.limits.holds(one.account, one.client))
        known = [masking.account(one, asked.masked) for one in seen]
        around = masking.around(Survey(transaction, asked.clock(), asked.zone, memory.timing(transaction)).common, asked.masked)
    if all(one.looked_at is None for one in known):
        return None
    watched = [board.Watched(who=who_is(one), problem=one.problem, offline=one.expect_offline) for one in known if one.watched]
    return board.Board(
        watched,
        around,
        by_address=sum(one.auth_type != WITH_PASSWORD for one in known),
        ignored=sum(one.ignored and one.auth_type == WITH_PASSWORD for one in known),
    )


def never_seen(memory: Memory) -> frozenset[str]:
    """Logins that were looked at, and never seen registered."""
    with memory.opened.reading() as transaction:
        return frozenset(one.account for one in lines.every(transaction) if one.line.state is State.UNSEEN and one.looked_at is not None)


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


def _one(asked: Request, phones: VoipMs, one: SubAccount, memory: Memory) -> Reply:
    again = quoted(one.account)
    if one.auth_type == BY_ADDRESS:
        return Reply(headline=view.headline_by_address(one), blocks=view.card_by_address(one), again=again, share=True)
    look: Look = saw(one, phones.registration(one.account), asked.clock())
    past, slash = _past(asked, memory, one), slash_for(asked.way)
    card = view.card_of(look, past, now=asked.clock(), zone=asked.zone, wire_zone=phones.wire_zone, slash=slash)
    return Reply(headline=view.headline_of(look), blocks=card, again=again, share=True)


def _past(asked: Request, memory: Memory, one: SubAccount) -> Uptime | None:
    """How the phone fared in ``PAST``; ``None`` when nobody watches it."""
    now = asked.clock()
    with memory.opened.reading() as transaction:
        account = lines.one(transaction, one.account)
        if account is None or not account.watched:
            return None
        silent = silence(memory.timing(transaction), watch.sweep(transaction))
        return uptime(history.spells(transaction, one.account, now - PAST, now, silent))
