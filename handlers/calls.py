"""``calls`` and ``client-calls``: call records of a period, with totals."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import rules.clients
from blocks import calls as view
from blocks.frame import clean, code, cut
from blocks.settings import quoted
from handlers.choosing import which
from handlers.help import slash_for
from handlers.parsing import Typed, nearest, read_calls
from handlers.registry import Command, Csv, Misunderstood, Reply, Request
from rules.access import Role
from rules.accounts import find_account, name_of
from rules.call_rows import Cut, Direction, Filters, Owners, cut_of
from rules.calls import add_up, matching
from rules.finding import find
from rules.periods import Period
from rules.periods import read as read_period
from voipms import Cdr, Client, Rows, SubAccount, VoipMs

SAY_AFTER = timedelta(seconds=5)
"""How long a look goes on before, and between, words on how far it has come."""
LONGEST_WORD = 40

PERIODS = (
    "*Periods*: `today` (when none is given) `yesterday` `monday` `week` `last-week` `month` `last-month` `7d`,"
    " or days: `2026-11-03` `2026-10` `2026-11-01..2026-11-15`."
)
FILTERS = "*Filters*: `in` `out` `answered` `missed` `busy` `failed` `number:5145551234` (or its end, `number:1234`) `over:60s` `under:2m`."
ACCOUNTS = (
    "An *account* is its login, the part after the underscore, its extension or its name."
    " Incoming calls are its own where the number that was called rings it directly."
)


def calls(asked: Request, phones: VoipMs) -> Reply:
    """The account's calls, or those of one sub-account."""
    return _answer(asked, _of_account(asked, phones), share=True)


def calls_csv(asked: Request, phones: VoipMs) -> Csv:
    """The same calls, all of them."""
    return _file(_of_account(asked, phones), "calls")


def client_calls(asked: Request, phones: VoipMs) -> Reply:
    """The calls of one reseller client."""
    return _answer(asked, _of_client(asked, phones), share=False)


def client_calls_csv(asked: Request, phones: VoipMs) -> Csv:
    """The same calls, all of them."""
    return _file(_of_client(asked, phones), "client-calls")


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is looked for, and where it comes from.

    Attributes:
        pieces: The rows as VoipMs answers them; asked for when they are read.
    """

    shown: view.Asked
    cut: Cut
    owners: Owners
    pieces: Iterator[Rows[Cdr]]


def _of_account(asked: Request, phones: VoipMs) -> Question:
    typed = read_calls(asked.words, asked.today)
    known = phones.sub_accounts()
    period = _period(typed, asked)
    filters = _with_account(asked, typed, known)
    dids = phones.dids()
    cut = cut_of(period, asked.zone, phones.wire_zone, asked.now)
    # Inbound rows carry the main account, so a sub-account's are found among all.
    account = filters.account if filters.directions == {Direction.OUT} and filters.account else "all"
    return Question(
        shown=_shown(asked, phones, period, filters, view.names_of(known, dids)),
        cut=cut,
        owners=Owners(dids),
        pieces=phones.cdrs(cut.first_day, cut.last_day, account=account),
    )


def _of_client(asked: Request, phones: VoipMs) -> Question:
    typed = read_calls(asked.words, asked.today)
    if not typed.rest:
        slash = slash_for(asked.way)
        raise Misunderstood(
            "Whose calls? Name a client by id, e-mail, company or person.",
            f"For example {code(f'{slash}client-calls 561115 yesterday')}; {code(f'{slash}clients')} lists them.",
        )
    period = _period(typed, asked)
    client = _client(asked, typed, phones.clients())
    cut = cut_of(period, asked.zone, phones.wire_zone, asked.now)
    dids = phones.dids(client=client.client)
    shown = _shown(asked, phones, period, typed.filters, view.names_of(phones.sub_accounts(client.client), dids))
    return Question(
        shown=replace(shown, client=client.client, client_name=rules.clients.name_of(client)),
        cut=cut,
        owners=Owners(dids),
        pieces=phones.reseller_cdrs(client.client, cut.first_day, cut.last_day),
    )


def _shown(asked: Request, phones: VoipMs, period: Period, filters: Filters, names: Mapping[str, str]) -> view.Asked:
    return view.Asked(
        period=period,
        filters=filters,
        zone=asked.zone,
        wire_zone=phones.wire_zone,
        names=names,
        masked=asked.masked,
    )


# Words


def _period(typed: Typed, asked: Request) -> Period:
    today = read_period("today", asked.today)
    assert today is not None
    return typed.period or today


def _with_account(asked: Request, typed: Typed, known: Sequence[SubAccount]) -> Filters:
    """The filters with the account that the other words name.

    Raises:
        Misunderstood: They name none, or several; or one of them was meant as a filter.
    """
    words = " ".join(typed.rest)
    if not words:
        return typed.filters
    main_accounts = {one.account.partition("_")[0] for one in known}
    if words in main_accounts:
        return replace(typed.filters, account=words)
    found = find_account(words, known)
    if found.one is not None:
        return replace(typed.filters, account=found.one.account)
    _look_for_typing_mistakes(asked, "calls", typed.rest, lambda word: find_account(word, known).one is not None)
    slash = slash_for(asked.way)
    if found.near:
        command = " ".join(("calls", *([typed.period.words] if typed.period else []), *typed.filters.words))
        raise which(asked, command, "account", [(one.account, name_of(one)) for one in found.near])
    raise Misunderstood(
        f"“{_short(words)}” is no account, period or filter that I know.",
        f"{code(f'{slash}accounts')} lists the accounts, {code(f'{slash}help calls')} the periods and filters.",
    )


def _client(asked: Request, typed: Typed, known: Sequence[Client]) -> Client:
    """The client that the other words name.

    Raises:
        Misunderstood: They name none, or several; or one of them was meant as a filter.
    """
    found = find(" ".join(typed.rest), known, rules.clients.names_of)
    if found.one is not None:
        return found.one
    _look_for_typing_mistakes(asked, "client-calls", typed.rest, lambda word: find(word, known, rules.clients.names_of).one is not None)
    if not found.near:
        raise which(asked, "clients", "client", ())
    raise which(asked, "client-calls", "client", [(one.client, rules.clients.name_of(one)) for one in found.near])


def _look_for_typing_mistakes(asked: Request, command: str, names: Sequence[str], is_name: Callable[[str], bool]) -> None:
    """Raises:
    Misunderstood: A word that is no name looks like a period or a filter.
    """
    for word in names:
        meant = nearest(word)
        if meant and not is_name(word):
            line = " ".join(quoted(meant if one == word else one) for one in asked.words)
            raise Misunderstood(
                f"I do not know the word “{_short(word)}”.", f"Did you mean {code(f'{slash_for(asked.way)}{command} {line}')}?"
            )


def _short(word: str) -> str:
    return cut(clean(word), LONGEST_WORD)


# Answers


@dataclass
class Reading:
    """The pieces as they come, until there is no more time; tells how far it has come.

    Attributes:
        complete: Whether there was time for all of them.
    """

    asked: Request
    question: Question
    complete: bool = True

    def __iter__(self) -> Iterator[Rows[Cdr]]:
        rows, told_at = 0, self.asked.clock()
        for piece in self.question.pieces:
            yield piece
            rows += len(piece)
            latest = piece[-1].date if piece else None
            del piece  # else two are in memory while the next is read
            now = self.asked.clock()
            if now >= self.asked.give_up_at:
                self.complete = False
                return
            if latest is not None and now - told_at >= SAY_AFTER:
                told_at = now
                period = self.question.shown.period.days
                self.asked.say(f"Looking … {rows:,} records so far, at {latest:%a} {latest.day} {latest:%b} of {period}")


def _answer(asked: Request, question: Question, share: bool) -> Reply:
    reading = Reading(asked, question)
    totals = add_up(reading, question.cut, question.shown.filters, question.owners)
    return Reply(
        headline=view.headline(question.shown, totals, reading.complete),
        blocks=view.card(question.shown, totals, reading.complete),
        again=question.shown.again,
        share=share,
        csv=True,
    )


def _file(question: Question, name: str) -> Csv:
    """All rows, as they are read: a file is never cut short by the clock."""
    found = matching(question.pieces, question.cut, question.shown.filters, question.owners)
    return Csv(f"{name}-{question.shown.period.words.replace('..', '-to-')}.csv", view.rows(found, question.shown))


CALLS = Command(
    name="calls",
    usage="[period] [account] [filters]",
    summary="Call records and what they come to",
    role=Role.VIEWER,
    examples=("yesterday", "last-week missed", "2026-11-01..2026-11-15 over:60s"),
    run=calls,
    csv=calls_csv,
    details=(
        PERIODS,
        ACCOUNTS,
        FILTERS,
        "*Missed* are calls that came in and were not answered. Fees, such as call recording, count in the cost and not as calls.",
    ),
)
CLIENT_CALLS = Command(
    name="client-calls",
    usage="<client> [period] [filters]",
    summary="Call records of a reseller client",
    role=Role.OPERATOR,
    examples=("561115 yesterday", "561115 last-month"),
    run=client_calls,
    csv=client_calls_csv,
    details=("A client is its id, its e-mail, its company or its person's name.", PERIODS, FILTERS),
)
