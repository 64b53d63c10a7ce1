"""Call records: totals first, then who, then the newest rows; the same rows as a file. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from slackblocks import Block, Button

from blocks.frame import (
    WARNING,
    BlockDict,
    actions,
    button,
    caller,
    clean,
    code,
    cut,
    digits,
    facts,
    header,
    length,
    mask_within,
    money,
    phone,
    plural,
    price,
    render,
    safe,
    section,
    small,
    table,
)
from blocks.owners import owner_name
from blocks.routing import masked as masked_routing
from blocks.settings import quoted
from rules.call_rows import Direction, Filters, Outcome
from rules.calls import Call, Owned, Totals
from rules.periods import Period, Unit
from voipms import Cdr, to_utc

HEAD = ("When", "From", "To", "Description", "Length", "Rate", "Cost")
RIGHT = (4, 5, 6)
LEFT_OUT_WHEN_EMPTY = frozenset(("Length", "Rate", "Cost"))
"""Columns that missed calls have nothing in."""
OWNERS = 10
TALK = "talk time"
UNANSWERED = frozenset(("no answer", "busy", "failed"))
STOPPED = f"{WARNING}  *Not complete.* I stopped after a minute of reading; these are the totals so far. Ask for a shorter period."
RUNG_DIRECTLY = (
    "Incoming calls are counted where the number that was called rings this account directly;"
    " those that came through a ring group, a queue or a menu are counted there"
)
_ENDED = {Outcome.NO_ANSWER: "No answer", Outcome.BUSY: "Busy", Outcome.FAILED: "Failed"}
CSV_HEAD = (
    "Date",
    "Caller id",
    "Destination",
    "Description",
    "Direction",
    "Missed",
    "Account",
    "Account name",
    "VoIP.ms account",
    "Disposition",
    "Duration",
    "Seconds",
    "Rate",
    "Cost",
    "Unique id",
    "Destination type",
    "Call logs",
    "IP address",
    "User agent",
)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What was asked, for the pictures.

    Attributes:
        client: The id of the reseller client whose calls these are, and its name; empty for the account's own.
        names: What people call logins, our numbers and the places they lead to; see ``blocks.owners.names_of``.
        zone: The reader's, whose days and times are shown.
        resold: Whether rows of reseller clients are at the clients' prices.
        masked: Whether numbers are masked.
        notes: What is missing, one plain sentence each.
    """

    period: Period
    filters: Filters
    zone: ZoneInfo
    wire_zone: ZoneInfo
    names: Mapping[str, str]
    client: str = ""
    client_name: str = ""
    resold: bool = False
    masked: bool = False
    notes: tuple[str, ...] = ()

    @property
    def command(self) -> str:
        """The command that asks for these calls."""
        return "client-calls" if self.client else "calls"

    @property
    def again(self) -> str:
        """The words after the command that ask exactly this again."""
        return self.words(self.period, self.filters)

    def words(self, period: Period, filters: Filters) -> str:
        """The words after the command that ask for this period and these filters."""
        names = [quoted(name) for name in (self.client, filters.account) if name]
        return " ".join((*names, period.words, *filters.words))


# Words


def what(asked: Asked, count: int = 0) -> str:
    """``214 calls``, ``missed calls with (514) 555-0134 for Front desk`` (no count); from outside."""
    filters = asked.filters
    sides = [{Direction.IN: "incoming", Direction.OUT: "outgoing"}[one] for one in Direction if one in filters.directions]
    kind = " ".join(filter(None, (" or ".join(sides), _ended(filters), "call")))
    phrases = [plural(count, kind) if count else f"{kind}s"]
    if filters.number:
        own = cut(clean(asked.names.get(filters.number, "")), 60)
        number = phone(filters.number, asked.masked) if len(filters.number) > 6 else _end(filters.number, asked.masked)
        phrases.append(f"with {own} {number}" if own else f"with {number}")
    lengths = ((word, limit) for word, limit in (("longer", filters.over), ("shorter", filters.under)) if limit is not None)
    phrases.append(" and ".join(f"{word} than {length(limit)}" for word, limit in lengths))
    if filters.account:
        phrases.append(f"for {cut(clean(owner_name(filters.account, asked.names, asked.masked)), 60)}")
    if asked.client:
        phrases.append(f"of {cut(clean(asked.client_name), 60)}")
    return " ".join(filter(None, phrases))


def _end(number: str, masked: bool) -> str:
    """The end of a number: ``…550134``; masked, no more of it than of a whole one."""
    return f"…••{number[-2:]}" if masked and len(number) > 2 else f"…{number}"


def _ended(filters: Filters) -> str:
    """How the calls that are meant ended: ``missed``, ``busy or failed``, ``unanswered``."""
    left = set(filters.outcomes)
    words = []
    if left >= UNANSWERED:
        words.append("unanswered")
        left -= UNANSWERED
    words += [word for word in ("answered", "missed", "no answer", "busy", "failed") if word in left]
    return " or ".join(words).replace("no answer", "no-answer")


def sums(counted: str, summed: Totals | Owned, unit: str = "") -> list[str]:
    """``214 calls``, ``11:07:04 talk time``, ``$6.42``; calls on which nobody talked and that cost nothing are only counted."""
    parts = [counted]
    if summed.seconds or (summed.cost and summed.calls):
        parts.append(f"{length(summed.seconds)} {unit}".rstrip())
    if summed.seconds or summed.cost:
        parts.append(money(summed.cost))
    return parts


def headline(asked: Asked, totals: Totals, complete: bool = True) -> str:
    """``Yesterday: 214 calls, 11:07:04 talk time, $6.42``."""
    begins = asked.period.when[:1].upper() + asked.period.when[1:]
    if not complete:
        begins += " (not complete)"
    if not totals.rows:
        return f"{begins}: no {what(asked)}"
    found = what(asked, totals.calls) if totals.calls else f"no {what(asked)}"
    return f"{begins}: {', '.join(sums(found, totals, TALK))}"


# The picture


def card(asked: Asked, totals: Totals, complete: bool = True) -> list[BlockDict]:
    """Totals, how the calls ended, whose they were, the newest of them, and what was read.

    Args:
        complete: Whether the period was read to its end.
    """
    subject = what(asked)
    title = header(f"{subject[:1].upper()}{subject[1:]} {asked.period.when}")
    stopped = [] if complete else [section(STOPPED)]
    if not totals.rows:
        return render([title, *stopped, section(_nothing(asked, totals)), *_buttons(asked, totals), _footer(asked, totals, complete)])
    return render(
        [
            title,
            *stopped,
            section(_line(totals)),
            *_outcomes(asked, totals),
            *_owners(asked, totals),
            *_newest(asked, totals),
            *_buttons(asked, totals),
            _footer(asked, totals, complete),
        ]
    )


def _line(totals: Totals) -> str:
    return f"*{'  ·  '.join(sums(plural(totals.calls, 'call'), totals, TALK))}*" + (
        f"\n{money(totals.fee_cost)} of it for {plural(totals.fees, 'fee')}, such as call recording" if totals.fees else ""
    )


def _nothing(asked: Asked, totals: Totals) -> str:
    """A sentence that repeats what was looked for."""
    sentence = f"There were no {safe(what(asked))} {asked.period.when}."
    if totals.in_period:
        return f"{sentence}\n{plural(totals.in_period, 'other record')} of that time {'does' if totals.in_period == 1 else 'do'} not fit."
    return f"{sentence}\nCalls appear here some minutes after they end." if asked.period.when == "today" else sentence


def _outcomes(asked: Asked, totals: Totals) -> list[Block]:
    incoming, outgoing = totals.by_direction(Direction.IN), totals.by_direction(Direction.OUT)
    no_answer, busy, failed, other = map(totals.by_outcome, (Outcome.NO_ANSWER, Outcome.BUSY, Outcome.FAILED, Outcome.OTHER))
    unanswered = f"{no_answer:,} / {busy:,} / {failed:,}" + (f" / other {other:,}" if other else "")
    pairs = [("No answer / busy / failed", unanswered), ("In / out", f"{incoming:,} / {outgoing:,}")]
    if not asked.filters.outcomes:
        missed = f"{totals.missed:,} of {incoming:,} in" if incoming else "0"
        pairs = [("Answered", f"{totals.by_outcome(Outcome.ANSWERED):,}"), ("Missed", missed), *pairs]
    return facts(pairs)


def _owners(asked: Asked, totals: Totals) -> list[Block]:
    owned = totals.by_owner()
    if asked.filters.account or len(owned) < 2:
        return []
    lines = [_owner_line(one, asked) for one in owned[:OWNERS]]
    if len(owned) > OWNERS:
        lines.append(f"and {plural(len(owned) - OWNERS, 'more account')}: in the CSV each record names its own")
    return [section("*By account*\n" + "\n".join(lines))]


def _owner_line(one: Owned, asked: Asked) -> str:
    name = owner_name(one.owner, asked.names, asked.masked)
    login = f"  {code(one.owner, 40)}" if ":" not in one.owner and name != one.owner else ""
    parts = sums(plural(one.calls, "call") if one.calls else "fees", one)
    return "  ·  ".join((f"{safe(name, 40)}{login}", *parts))


def _newest(asked: Asked, totals: Totals) -> list[Block]:
    cells = [_cells(call, asked) for call in totals.newest]
    empty = {name for i, name in enumerate(HEAD) if name in LEFT_OUT_WHEN_EMPTY and not any(row[i] for row in cells)}
    columns = [i for i, name in enumerate(HEAD) if name not in empty and not (asked.client and name == "Rate")]
    rows = [[row[i] for i in columns] for row in cells]
    right = [place for place, column in enumerate(columns) if column in RIGHT]
    made, shown = table([HEAD[i] for i in columns], rows, right)
    more = [small(f"and {totals.rows - shown:,} more, all in the CSV")] if shown < totals.rows else []
    return [made, *more]


def _cells(call: Call, asked: Asked) -> list[str]:
    row = call.row
    at = _at(call, asked)
    when = f"{at:%H:%M}" if asked.period.length == 1 else f"{at.day} {at:%b %H:%M}"
    nothing = not row.seconds and not row.total
    is_fee = call.direction is Direction.NONE
    came_from, went_to = _ends(call, asked)
    return [
        when,
        came_from,
        went_to,
        _description(call, asked.masked),
        "" if nothing or is_fee else length(row.seconds),
        "" if nothing or is_fee or row.rate is None else price(row.rate),
        "" if nothing else price(row.total),
    ]


def _ends(call: Call, asked: Asked) -> tuple[str, str]:
    """Who called and who was called: strangers as VoIP.ms names them, ours by the names we know."""
    row = call.row
    known = call.owner if ":" not in call.owner else digits(row.destination)
    name = cut(clean(asked.names.get(known, "")), 30)
    number = phone(row.destination, asked.masked)
    if call.direction is Direction.IN:
        return caller(row.callerid, asked.masked), f"{name} {number}".strip()
    own_number = row.callerid.rpartition("<")[2].rstrip("> ")
    return f"{name} {phone(own_number, asked.masked)}".strip() if name else caller(row.callerid, asked.masked), number


def _at(call: Call, asked: Asked) -> datetime:
    return to_utc(call.row.date, asked.wire_zone).astimezone(asked.zone)


def _description(call: Call, masked: bool) -> str:
    """``Missed: Inbound - Local Caller``; VoIP.ms's words alone where the call was answered."""
    words = mask_within(call.row.description) if masked else call.row.description
    ended = "Missed" if call.missed else "" if call.direction is Direction.NONE else _ENDED.get(call.outcome, "")
    return ": ".join(filter(None, (ended, words)))


def _buttons(asked: Asked, totals: Totals) -> list[Block]:
    """At most three questions that come next."""
    filters = asked.filters
    made: list[Button] = []

    def ask(label: str, period: Period, narrowed: Filters) -> None:
        made.append(button(label, f"ask:calls:{len(made) + 1}", f"{asked.command} {asked.words(period, narrowed)}"))

    if totals.missed and totals.missed < totals.rows:
        ask("Only missed", asked.period, replace(filters, directions=frozenset(), outcomes=frozenset(("missed",))))
    before, unit = asked.period.before(), asked.period.unit
    if before is not None:
        ask(f"{before.length} days before" if unit is Unit.DAYS else f"{unit.value.capitalize()} before", before, filters)
    if filters.about_calls:
        ask("All calls", asked.period, Filters(account=filters.account))
    return [actions(*made)] if made else []


def _footer(asked: Asked, totals: Totals, complete: bool) -> Block:
    days, year = asked.period.days, str(asked.period.last.year)
    parts = [
        f"{days if year in days else f'{days} {year}'}, {asked.zone.key}",
        "" if what(asked) == "calls" else f"only {safe(what(asked))}",
        f"{plural(totals.in_period, 'record')} read" + ("" if complete else ", not to the end"),
    ]
    if totals.unreadable:
        are = "is" if totals.unreadable == 1 else "are"
        parts.append(f"{WARNING} {plural(totals.unreadable, 'record')} could not be read and {are} missing here")
    if totals.gaps:
        parts.append(
            f"{WARNING} {plural(totals.gaps, 'value')} could not be read and {'counts' if totals.gaps == 1 else 'count'} as not set"
        )
    if totals.cost:
        resold = "costs of reseller clients are what they pay" if asked.resold else "costs are what VoIP.ms charges you"
        parts.append("costs are what the client pays" if asked.client else resold)
    below = ["  ·  ".join(part for part in parts if part), *(f"{WARNING} {safe(note)}" for note in asked.notes)]
    if "_" in asked.filters.account and asked.filters.directions != {Direction.OUT}:
        below.append(RUNG_DIRECTLY)
    return small("\n".join(below))


# The file


def rows(calls: Iterable[Call], asked: Asked) -> Iterator[Sequence[object]]:
    """All rows with all that VoIP.ms tells of them, names first; times are the reader's, amounts exact."""
    yield CSV_HEAD
    hide = mask_within if asked.masked else str
    for call in calls:
        row, masked = call.row, asked.masked
        yield (
            _at(call, asked).isoformat(),
            caller(row.callerid, True) if masked else row.callerid,
            phone(row.destination, True) if masked else row.destination,
            hide(row.description),
            call.direction.value,
            "yes" if call.missed else "",
            masked_routing(call.owner) if masked and ":" in call.owner else call.owner,
            owner_name(call.owner, asked.names, masked),
            row.account,
            row.disposition,
            row.duration,
            row.seconds,
            "" if row.rate is None else _exact(row.rate),
            _exact(row.total),
            row.uniqueid,
            hide(row.destination_type),
            _masked_log(row) if masked else row.call_logs,
            row.ip,
            hide(row.useragent),
        )


def _masked_log(row: Cdr) -> str:
    """The call log without phone numbers; the record's own id, which it may quote, is none."""
    quoted = re.split(f"( ?{re.escape(row.uniqueid)} ?)", row.call_logs) if row.uniqueid else [row.call_logs]
    return "".join(piece if place % 2 else mask_within(piece) for place, piece in enumerate(quoted))


def _exact(amount: Decimal) -> str:
    return f"{amount:f}"
