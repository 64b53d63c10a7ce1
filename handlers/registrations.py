"""``status``: which phones are signed in, and everything VoIP.ms tells of one."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
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
from handlers.sites import is_at, place_of, seen_by
from handlers.watch_targets import Target
from rules.access import Role
from rules.accounts import name_of, names_of
from rules.finding import Found, by_name, exactly, find
from rules.registrations import BY_ADDRESS, WITH_PASSWORD, Look, as_seen, devices, registers, saw, with_main
from rules.surroundings import Surroundings, Who
from rules.timeline import Uptime, uptime
from rules.watch import Line, silence
from store import history, lines, watch
from store.lines import Account
from store.survey import Survey, who_is
from voipms import Rows, SubAccount, VoipMs

_LOGIN = re.compile(r"\d{5,9}(_\S+)?")


NOW = "now"
"""After ``status``: all phones, looked at while the asker waits."""
PAST = timedelta(days=view.PAST_DAYS)
FIXED, STRANGE, IGNORED = "known by a fixed address, with nothing to register", "with a sign-in of unknown type", "set to be ignored"


def status_command(main_account: str, memory: Memory, live: Looks) -> Command:
    """``status``, with the main account on the board where its login is known."""

    def _known(asked: Request, sub_accounts: Rows[SubAccount]) -> list[SubAccount]:
        sees_main = asked.limits is None or asked.limits.holds(main_account)
        return with_main(sub_accounts, main_account if sees_main else "")

    def _board(asked: Request, phones: VoipMs, place: Target | None) -> board.Board:
        """All phones, or those of one place, as they were last seen; looked at now where that was asked, or nobody has looked yet."""
        remembered, around = _remembered(asked, memory)
        called = place.name if place is not None else ""
        if place is not None:
            remembered = {login: one for login, one in remembered.items() if is_at(place)(one)}
        if not _is_now(asked) and (place is not None or any(one.looked_at is not None for one in remembered.values())):
            return _last_seen(remembered, around, called)
        sub_accounts = phones.sub_accounts()
        known, ignored = _known(asked, sub_accounts), {login for login, one in remembered.items() if one.ignored}
        if place is not None:
            known = [one for one in known if one.account in remembered]
        looks = live.at(asked, phones, [one for one in known if registers(one) and one.account not in ignored])
        aside = _aside((name_of(one), one.auth_type, one.account in ignored) for one in known)
        return replace(looked_now(asked, memory, looks), place=called, aside=aside, lost=lost_in(sub_accounts))

    def status(asked: Request, phones: VoipMs) -> Reply:
        """All phones that sign in, or those of a site, problems first; or a live look at one, with every field."""
        place = _place(asked, memory)
        if asked.words and place is None and not _is_now(asked, alone=True):
            return _one(asked, phones, _chosen(asked, _known(asked, phones.sub_accounts())), memory)
        seen = _board(asked, phones, place)
        card = board.card(seen, slash_for(asked.way))
        again = " ".join(filter(None, (place.word if place is not None else "", NOW if seen.live else "")))
        return Reply(headline=board.headline(seen), blocks=card, again=again, share=True, csv=True)

    def status_csv(asked: Request, phones: VoipMs) -> Csv:
        """The phones as they were last seen; or a new look at them, one row for each device, with every field."""
        return Csv("status.csv", board.rows(_board(asked, phones, _place(asked, memory)), asked.zone, phones.wire_zone))

    return Command(
        name="status",
        usage="[account | site | now]",
        summary="Which phones are registered, and from where",
        role=Role.VIEWER,
        examples=("", "now"),
        run=status,
        csv=status_csv,
        details=(
            "Without a word: all phones as they were last seen, at once. `now`: looked at while you wait, up to a minute.",
            "An account is its login, the part after the underscore, its extension or its name: it is looked at now, with every field.",
            "A site is its address or what people call it: its phones, as they were last seen, or with `now` after it as they are.",
            "`pop` and a POP's name: the phones that use it.",
        ),
        in_part=True,
    )


def _is_now(asked: Request, *, alone: bool = False) -> bool:
    """Whether a look from now was asked for, of a place or, alone, of everything."""
    return [word.lower() for word in (asked.words if alone else asked.words[-1:])] == [NOW]


def _place(asked: Request, memory: Memory) -> Target | None:
    """The site or POP whose phones are asked for; ``None`` where it is a phone, or all of them."""
    words = asked.words[:-1] if _is_now(asked) else asked.words
    if not words:
        return None
    with memory.opened.reading() as transaction:
        known = seen_by(asked, transaction)
    return place_of(asked, "status", words, known)


def _remembered(asked: Request, memory: Memory) -> tuple[dict[str, Account], Surroundings]:
    """The accounts that one may see, by login, and what is around them."""
    with memory.opened.reading() as transaction:
        seen = (one for one in lines.every(transaction) if asked.limits is None or asked.limits.holds(one.account, one.client))
        known = {one.account: masking.account(one, asked.masked) for one in seen}
        return known, masking.around(Survey(transaction, asked.clock(), asked.zone, memory.timing(transaction)).common, asked.masked)


def _last_seen(known: Mapping[str, Account], around: Surroundings, place: str) -> board.Board:
    watched = [board.Watched(who=who_is(one), problem=one.problem, offline=one.expect_offline) for one in known.values() if one.watched]
    return board.Board(watched, around, place=place, aside=_aside((one.name, one.auth_type, one.ignored) for one in known.values()))


def looked_now(asked: Request, memory: Memory, looks: Iterable[Look]) -> board.Board:
    """The phones as they were found now: the rest, like the site at which a missing one was, is remembered."""
    remembered, around = _remembered(asked, memory)
    watched = []
    for look in looks:
        known = remembered.get(look.account)
        line = as_seen(known.line if known is not None else Line(account=look.account), look)
        who = Who(account=look.account, name=look.name, extension=look.extension, line=line, looked_at=look.looked_at)
        offline = known is not None and known.expect_offline
        watched.append(board.Watched(who=who, problem=look.problem, offline=offline, devices=devices(look)))
    return board.Board(watched, replace(around, blind_since=None), live=True)


def _aside(accounts: Iterable[tuple[str, str, bool]]) -> dict[str, list[str]]:
    """Names of the accounts nobody looks at, by what they are.

    Args:
        accounts: Of each its name, how it signs in, and whether it is ignored.
    """
    found: dict[str, list[str]] = {FIXED: [], STRANGE: [], IGNORED: []}
    for name, auth_type, ignored in accounts:
        if auth_type != WITH_PASSWORD:
            found[FIXED if auth_type == BY_ADDRESS else STRANGE].append(name)
        elif ignored:
            found[IGNORED].append(name)
    return {what: by_name(some, str) for what, some in found.items() if some}


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
    look = saw(one, phones.registration(one.account), asked.clock())
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
