"""``calls`` and ``client-calls``: call records of a period, with totals."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import rules.clients
from blocks import calls as view
from blocks.frame import code
from blocks.owners import names_of
from handlers.help import slash_for
from handlers.optional import Told, if_told
from handlers.parsing import Typed, read_calls
from handlers.registry import Command, Csv, Misunderstood, Reply, Request
from handlers.whose import all_whose, every_name, named, with_whose
from rules.access import Role
from rules.call_rows import Cut, Direction, Filters, Owners, cut_of
from rules.calls import add_up, matching
from rules.clients import name_of
from rules.periods import Period
from rules.periods import read as read_period
from voipms import Cdr, Client, Did, Rows, SubAccount, VoipMs

SAY_AFTER = timedelta(seconds=5)
"""How long a look goes on before, and between, words on how far it has come."""

PERIODS = (
    "*Periods*: `today` (when none is given) `yesterday` `monday` `week` `last-week` `month` `last-month` `7d` `2w`"
    " `since monday`, or days: `2026-11-03` `nov 3` `2026-10` `2026-11-01..2026-11-15`. All have whole days."
)
FILTERS = (
    "*Filters*: `in` `out` `answered` `missed` `unanswered` `no-answer` `busy` `failed`"
    " `number:5145551234` (or its end, `number:1234`) `over:60s` `under:2m`."
)
ACCOUNTS = (
    "An *account* is its login, the part after the underscore, its extension or its name."
    " Incoming calls are its own where the number that was called rings it directly."
    " One of your numbers, or the ring group or menu it leads to, can be named in its place."
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
    sub_accounts = if_told(phones.sub_accounts, Rows[SubAccount]())
    dids = if_told(phones.dids, Rows[Did]())
    known = all_whose(sub_accounts.value, dids.value, names_of(sub_accounts.value, dids.value))
    typed = read_calls(asked.words, asked.today, every_name(known, lambda one: one.names))
    if typed.rest:
        # without the list no name can be known, and without the numbers no incoming call be told to be somebody's
        sub_accounts.needed()
        dids.needed()
    period = _period(typed, asked)
    filters = with_whose(asked, typed, known)
    cut = cut_of(period, asked.zone, phones.wire_zone, asked.now)
    # Inbound rows carry the main account, so a sub-account's are found among all.
    own = filters.directions == {Direction.OUT} and filters.account and ":" not in filters.account
    shown = _shown(asked, phones, period, filters, sub_accounts, dids)
    return Question(
        shown=shown,
        cut=cut,
        owners=Owners(dids.value),
        pieces=phones.cdrs(cut.first_day, cut.last_day, account=filters.account if own else "all"),
    )


def _of_client(asked: Request, phones: VoipMs) -> Question:
    clients = phones.clients()
    typed = read_calls(asked.words, asked.today, every_name(clients, _client_names))
    client = named(asked, "client-calls", "client", typed, clients, _client_names)
    if client is None:
        slash = slash_for(asked.way)
        raise Misunderstood(
            "Whose calls? Name a client by id, e-mail, company or person.",
            f"{code(f'{slash}client-calls <client> yesterday')}; {code(f'{slash}clients')} lists them.",
        )
    period = _period(typed, asked)
    cut = cut_of(period, asked.zone, phones.wire_zone, asked.now)
    sub_accounts = if_told(lambda: phones.sub_accounts(client.client), Rows[SubAccount]())
    dids = if_told(lambda: phones.dids(client=client.client), Rows[Did]())
    shown = _shown(asked, phones, period, typed.filters, sub_accounts, dids)
    return Question(
        shown=replace(shown, client=client.client, client_name=name_of(client)),
        cut=cut,
        owners=Owners(dids.value),
        pieces=phones.reseller_cdrs(client.client, cut.first_day, cut.last_day),
    )


def _shown(
    asked: Request, phones: VoipMs, period: Period, filters: Filters, sub_accounts: Told[Rows[SubAccount]], dids: Told[Rows[Did]]
) -> view.Asked:
    notes = (
        sub_accounts.note("The names of accounts are missing"),
        dids.note("The names of numbers are missing, and incoming calls stand under the main account"),
    )
    return view.Asked(
        period=period,
        filters=filters,
        zone=asked.zone,
        wire_zone=phones.wire_zone,
        names=names_of(sub_accounts.value, dids.value, asked.masked),
        # where only a part is seen, VoipMs tells a client's calls at the client's prices
        resold=asked.limits is not None and any(one.reseller_client not in ("", "0") for one in sub_accounts.value),
        masked=asked.masked,
        notes=tuple(filter(None, notes)),
    )


def _period(typed: Typed, asked: Request) -> Period:
    today = read_period("today", asked.today)
    assert today is not None
    return typed.period or today


def _client_names(client: Client) -> tuple[str, ...]:
    return *rules.clients.names_of(client), name_of(client)


def _heard(words: Sequence[str], today: date) -> Sequence[str]:
    """The words of a period and of filters; none where they contradict each other."""
    try:
        return read_calls(words, today).understood
    except Misunderstood:
        return ()


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
    examples=("yesterday", "last-week missed", "7d over:60s"),
    run=calls,
    csv=calls_csv,
    hears=_heard,
    details=(
        PERIODS,
        ACCOUNTS,
        FILTERS,
        "*Missed* are calls that came in and were not answered. Fees, such as call recording, count in the cost and not as calls.",
    ),
    in_part=True,
)
CLIENT_CALLS = Command(
    name="client-calls",
    usage="<client> [period] [filters]",
    summary="Call records of a reseller client",
    role=Role.OPERATOR,
    examples=(),
    run=client_calls,
    csv=client_calls_csv,
    details=("A client is its id, its e-mail, its company or its person's name.", PERIODS, FILTERS),
    in_part=True,
)
