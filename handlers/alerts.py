"""``alerts``: outages that are open, those that were, every phone of one, and how one phone fared."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from blocks import alert_lists as view
from blocks import board
from blocks.alert_words import Outage
from blocks.frame import clean, code, cut
from blocks.settings import quoted
from handlers import masking
from handlers.choosing import nothing_after, one_of, short
from handlers.help import slash_for
from handlers.looking import Looks
from handlers.memory import Memory
from handlers.parsing import Typed, read_calls
from handlers.registrations import looked_now
from handlers.registry import Command, Csv, Misunderstood, Reply, Request
from handlers.sites import names_of_places, place_of, seen_by
from handlers.watch_targets import Known, Target
from rules.access import Role
from rules.call_rows import Filters
from rules.finding import exactly
from rules.incidents import OF_PHONES, Incident, Kind, Member
from rules.periods import Period
from rules.scene import Scope
from rules.surroundings import reduced
from rules.timeline import uptime
from rules.watch import silence
from store import Transaction, history, incidents, lines, steering, survey, watch
from store.lines import Account
from store.survey import Survey
from voipms import SubAccount, VoipMs

ID = re.compile(r"\d{4}-\d{4}-\d{2,}")
MOST_PAST = 1000
AMONG = f", among the latest {MOST_PAST:,}"
"""What is added to a period in which there were more."""
PAST = timedelta(days=30)
DAYS = (7, 30, 90)


def alerts_command(memory: Memory, live: Looks) -> Command:
    """``alerts``."""

    def alerts(asked: Request, phones: VoipMs) -> Reply:
        """What is asked of outages, by the first word."""
        match [word.lower() for word in asked.words[:1]]:
            case [] | ["open"]:
                nothing_after(asked, "alerts open", asked.words[1:])
                return _open(asked, memory)
            case ["history"]:
                return _history(asked, memory)
            case ["details"]:
                return _details(asked, memory, _id(asked, 1))
            case ["look"]:
                return _look(asked, memory, phones, live, _id(asked, 1))
            case [word] if ID.fullmatch(word):
                return _details(asked, memory, _id(asked, 0))
        if _is_period(asked, memory) or _is_place(asked, memory):
            return _history(replace(asked, words=("history", *asked.words)), memory)
        return _fared(asked, memory)

    def alerts_csv(asked: Request, phones: VoipMs) -> Csv:
        """The same as a file."""
        match [word.lower() for word in asked.words[:1]]:
            case ["history"]:
                past, _ = _past(asked, memory)
                return Csv(f"outages{'-latest' if past.period.endswith(AMONG) else ''}.csv", view.history_rows(past.outages, asked.zone))
            case ["details"]:
                outage = _one(asked, memory, _id(asked, 1))
                return Csv(f"outage-{outage.incident.id}.csv", view.details_rows(outage, asked.zone))
        fared, account = _how_it_fared(asked, memory)
        return Csv(f"timeline-{account}.csv", view.fared_rows(fared, asked.zone))

    return Command(
        name="alerts",
        usage="[[history] [site] [period] | <account> [period] | <outage>]",
        summary="Open outages, and what was",
        role=Role.VIEWER,
        examples=("", "history", "101"),
        run=alerts,
        csv=alerts_csv,
        details=(
            "Without a word: what is open now.",
            "`history`, a period, or both: what was, the last 30 days unless you name others.",
            "With a site, by its address or what people call it, or with `pop` and a POP's name: the outages there.",
            "With an account: how much of the last 7, 30 and 90 days it was registered, and each time it was not.",
            "With the number of an outage, like 2026-1123-02: every phone of it with its last registration.",
        ),
        in_part=True,
    )


# Which outages one may see


def _seen_from(asked: Request, incident: Incident, *, here: bool = False) -> Incident | None:
    """The incident with the phones that this place may see; ``None`` where it may see none of them.

    Args:
        here: Only those that are told in this channel, if any are.
    """
    if not incident.members and asked.limits is not None:
        return None
    if incident.kind is Kind.BALANCE and asked.role < Role.OPERATOR:
        return None  # as with ``balance``
    own = here and any(member.channel == asked.channel for member in incident.members)

    def keep(member: Member) -> bool:
        within = asked.limits is None or asked.limits.holds(member.account, member.client)
        return within and (not own or member.channel == asked.channel)

    return reduced(incident, keep)


def _outages(asked: Request, memory: Memory, transaction: Transaction, some: Sequence[Incident], *, here: bool = False) -> list[Outage]:
    around = Survey(transaction, asked.clock(), asked.zone, memory.timing(transaction), asked.limits)
    seen = [one for incident in some if (one := _seen_from(asked, incident, here=here)) is not None]
    return [Outage(one, "", masking.around(around.around(one, ""), asked.masked)) for one in seen]


def _id(asked: Request, place: int) -> str:
    """The number of an outage, typed there as the last word.

    Raises:
        Misunderstood: There is none, or there is more.
    """
    if len(asked.words) <= place:
        raise Misunderstood("Which outage?", f"{code(f'{slash_for(asked.way)}alerts')} lists those that are open")
    nothing_after(asked, " ".join(("alerts", *map(short, asked.words[: place + 1]))), asked.words[place + 1 :])
    return asked.words[place]


def _one(asked: Request, memory: Memory, incident_id: str) -> Outage:
    """The outage of that id, as one may see it here.

    Raises:
        Misunderstood: There is none, or it is told elsewhere: it says the same of both.
    """
    with memory.opened.reading() as transaction:
        found = incidents.one(transaction, incident_id)
        outages = _outages(asked, memory, transaction, [found], here=True) if found is not None else []
    if not outages:
        slash = slash_for(asked.way)
        raise Misunderstood("I know no outage of that number.", f"{code(f'{slash}alerts history')} lists them with their numbers")
    return outages[0]


# Open and past


def _open(asked: Request, memory: Memory) -> Reply:
    with memory.opened.reading() as transaction:
        outages = _outages(asked, memory, transaction, incidents.open_ones(transaction))
        watched = sum(_is_within(asked, one) and one.watched for one in lines.every(transaction))
    shown = [outage for outage in outages if outage.running or outage.incident.kind in (*OF_PHONES, Kind.API)]
    return Reply(headline=view.open_headline(shown), blocks=view.open_card(shown, watched, slash_for(asked.way)), again="", share=True)


def _is_within(asked: Request, account: Account) -> bool:
    return asked.limits is None or asked.limits.holds(account.account, account.client)


def _history(asked: Request, memory: Memory) -> Reply:
    past, again = _past(asked, memory)
    card = view.history_card(past, asked.zone, slash_for(asked.way))
    return Reply(headline=view.history_headline(past), blocks=card, again=again, share=True, csv=bool(past.outages))


def _past(asked: Request, memory: Memory) -> tuple[view.History, str]:
    """What was in the period that is typed, at the place that is; and the words that ask for it again."""
    with memory.opened.reading() as transaction:
        typed, place = _typed(asked, asked.words[1:], seen_by(asked, transaction))
        if (typed.rest and place is None) or typed.filters != Filters():
            example = code(f"{slash_for(asked.way)}alerts history last-month")
            raise Misunderstood("After history comes a site, a period, or both.", f"For example {example}")
        since, until, in_words = _between(asked, typed.period)
        found = incidents.history(transaction, since, until, MOST_PAST + 1)
        in_words += AMONG if len(found) > MOST_PAST else ""
        began, outages = history.began(transaction), _outages(asked, memory, transaction, found[:MOST_PAST])
    again = " ".join(filter(None, ("history", place.word if place else "", typed.period.words if typed.period else "")))
    if place is not None:
        outages = [one for one in outages if _was_at(place, one.incident)]
        in_words = f"{'at' if place.scope is Scope.SITE else 'on'} {cut(clean(place.name), 60)} {in_words}"
    if began is None or began <= since:
        return view.History(outages=outages, period=in_words), again
    return view.History(outages=outages, period=in_words, began=began, before=began >= until), again


def _typed(asked: Request, words: Sequence[str], known: Known) -> tuple[Typed, Target | None]:
    """What is typed, and the place that is meant where it is no phone."""
    names = [name for one in known.accounts for name in one.names]
    typed = read_calls(words, asked.today, [*names, *names_of_places(known)])
    return typed, place_of(asked, "alerts", typed.rest, known)


def _is_place(asked: Request, memory: Memory) -> bool:
    """Whether a site or a POP is typed, with or without a period."""
    with memory.opened.reading() as transaction:
        return _typed(asked, asked.words, seen_by(asked, transaction))[1] is not None


def _was_at(place: Target, incident: Incident) -> bool:
    """Whether a phone of the place was away in it."""
    if place.scope is Scope.SITE:
        return any(member.site == place.key for member in incident.members)
    return any(member.pop == place.key for member in incident.members)


def _is_period(asked: Request, memory: Memory) -> bool:
    """Whether all that is typed is a period, and no phone is called so."""
    with memory.opened.reading() as transaction:
        known = [one for one in lines.every(transaction) if _is_within(asked, one)]
    typed = read_calls(asked.words, asked.today, [name for one in known for name in one.names])
    if typed.period is None or typed.rest or typed.filters != Filters():
        return False
    return not exactly(" ".join(asked.words), known, lambda one: one.names)


def _between(asked: Request, period: Period | None) -> tuple[datetime, datetime, str]:
    """The instants of a period, and what it is called after a number of outages."""
    if period is None:
        return asked.now - PAST, asked.clock(), f"in the last {PAST.days} days"
    return *period.bounds(asked.zone), period.when


# One outage


def _details(asked: Request, memory: Memory, incident_id: str) -> Reply:
    outage = _one(asked, memory, incident_id)
    return Reply(
        headline=view.details_headline(outage),
        blocks=view.details_card(outage, asked.zone),
        again=f"details {incident_id}",
        share=True,
        csv=len(outage.members) > 1,
    )


def _look(asked: Request, memory: Memory, phones: VoipMs, live: Looks, incident_id: str) -> Reply:
    """A live look at the phones of an outage, for who asked; and the watch looks again at once."""
    outage = _one(asked, memory, incident_id)
    if not outage.members:
        return _look_at_voipms(phones)
    accounts = [member.account for member in (outage.away or outage.members)]
    with memory.opened.writing() as transaction:
        steering.look_now(transaction, accounts, asked.clock())
        known = {login: masking.account(one, asked.masked) for login, one in lines.of(transaction, accounts).items()}
    chosen = [as_sub_account(known[account]) for account in accounts if account in known]
    found = looked_now(asked, memory, live.at(asked, phones, chosen))
    return Reply(headline=board.headline(found), blocks=board.card(found, slash_for(asked.way)))


def as_sub_account(account: Account) -> SubAccount:
    """The account in the shape in which looks are asked for."""
    return SubAccount(
        account=account.account,
        username=account.username,
        description=account.description,
        internal_extension=account.extension,
        auth_type=account.auth_type,
    )


def _look_at_voipms(phones: VoipMs) -> Reply:
    """Whether VoIP.ms answers now; what it says instead is told like any other failure."""
    phones.sub_accounts()
    return Reply(headline=view.ANSWERS, blocks=view.answers_card())


# One phone


def _fared(asked: Request, memory: Memory) -> Reply:
    fared, again = _how_it_fared(asked, memory)
    card = view.fared_card(fared, asked.zone)
    return Reply(headline=view.fared_headline(fared), blocks=card, again=again, share=True, csv=bool(fared.spells))


def _how_it_fared(asked: Request, memory: Memory) -> tuple[view.Fared, str]:
    """How the phone that is named fared; and the words that ask for it again."""
    now = asked.clock()
    with memory.opened.reading() as transaction:
        known = [masking.account(one, asked.masked) for one in lines.every(transaction) if _is_within(asked, one)]
        typed = read_calls(asked.words, asked.today, [name for one in known for name in one.names])
        if typed.filters != Filters():
            raise Misunderstood("An account and a period are all I can take here.", f"For example {code('alerts 101 last-month')}")
        account = one_of(asked, "alerts", "account", known, lambda one: (*one.names, one.name), words=typed.rest, lists="accounts")
        silent = silence(memory.timing(transaction), watch.sweep(transaction))
        uptimes = {days: uptime(history.spells(transaction, account.account, now - timedelta(days=days), now, silent)) for days in DAYS}
        since, until, in_words = _between(asked, typed.period)
        spells = history.spells(transaction, account.account, since, min(until, now), silent)
        who = survey.who_is(account)
    again = " ".join(filter(None, (quoted(account.account), typed.period.words if typed.period else "")))
    return view.Fared(who=who, now=now, uptimes=uptimes, spells=spells, period=in_words), again
