"""A report of calls: the lock-screen line and the picture. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from slackblocks import Block, Button

from blocks.balance import lasts
from blocks.comparing import beside_usual, compared, usual_words
from blocks.frame import (
    WARNING,
    BlockDict,
    actions,
    button,
    caller,
    chart,
    clean,
    cut,
    facts,
    header,
    length,
    listing,
    money,
    phone,
    plural,
    price,
    render,
    safe,
    section,
    small,
    table,
    talk,
    when,
)
from blocks.owners import owner_name
from blocks.resale import resale, unmatched
from blocks.settings import quoted
from rules.call_rows import Direction
from rules.calls import Call
from rules.parts import Part, together, width_of
from rules.periods import Period, Unit
from rules.reports import About, Report, Unreturned
from rules.resale import Sold
from rules.usual import Figures, Normal, figures_of
from voipms import to_utc

ACCOUNTS = 10
DESTINATIONS = 5
CALLBACKS = 8
SKIPPED = 7
HEAD = ("Account", "Calls", "Missed", "Talk", "Cost")


@dataclass(frozen=True, kw_only=True)
class Registered:
    """How the phones fared in the period.

    Attributes:
        percent: Of the time that phones should have been registered, how much they were; 0 to 100.
        since: When the first of them was first seen, where that is within the period.
    """

    percent: Decimal
    outages: int
    since: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Around:
    """What stands beside the calls in a report; whatever is not known is left out.

    Attributes:
        names: What people call logins, our numbers and the places they lead to; see ``blocks.owners.names_of``.
        read_at: When the records were read, aware.
        missing: What of the calls could not be read, in our own words; ``""`` when the report is complete.
        unread: What else could not be read, a few of our own words each.
        partly: Its readers may see only a part of the account.
        masked: Whether numbers are masked.
        csv: Whether a file comes with the report.
        normal: What the earlier periods say is normal.
        told: What the report said at first, where it was read again since.
        completed: At first it was not complete.
        balance: US dollars left.
        days_left: For how many days that lasts.
        sold: What reselling came to, by client, with their names.
        skipped: Periods before this one that no report was made of.
    """

    names: Mapping[str, str]
    read_at: datetime
    missing: str = ""
    unread: Sequence[str] = ()
    partly: bool = False
    masked: bool = False
    csv: bool = False
    normal: Normal | None = None
    told: Figures | None = None
    completed: bool = False
    balance: Decimal | None = None
    days_left: int | None = None
    registered: Registered | None = None
    sold: Sequence[Sold] = ()
    clients: Mapping[str, str] = field(default_factory=dict)
    skipped: Sequence[Period] = ()


# Words


def headline(report: Report, around: Around) -> str:
    """``Mon 23 Nov: 214 calls, 9 missed, $6.42``; a scope stands after the days: ``Mon 23 Nov, Head office: …``."""
    scope = cut(clean(report.subject.scope.name), 60)
    begins = f"{days(report.period)}{f', {scope}' if scope else ''}{' (not complete)' if around.missing else ''}"
    totals = report.totals
    if around.missing and not totals.in_period:
        return f"{begins}: the call records could not be read"
    if not totals.calls:
        return f"{begins}: no calls" + (f", {money(totals.cost)}" if totals.cost else "")
    return f"{begins}: {plural(totals.calls, 'call')}, {totals.missed:,} missed, {money(totals.cost)}"


def title(report: Report, around: Around) -> str:
    """``Calls on Monday 23 November``, ``Calls of Head office in October 2026``; from outside."""
    scope = cut(clean(report.subject.scope.name), 60)
    return f"Calls{f' of {scope}' if scope else ''} {_when(report, around)}"


def days(period: Period) -> str:
    """``Mon 23 Nov``, ``Mon 16 – Sun 22 Nov``, ``October 2026``."""
    return f"{period.first:%B %Y}" if period.unit is Unit.MONTH else period.days


def _when(report: Report, around: Around) -> str:
    """The days in words; with their years where these differ, or are not the one in which it is read."""
    first, last, now = report.period.first, report.period.last, around.read_at.astimezone(report.subject.zone)
    if report.period.unit is Unit.MONTH:
        return f"in {first:%B %Y}"
    month = f" {first:%B}" if (first.year, first.month) != (last.year, last.month) else ""
    began = f"{month} {first.year}" if first.year != last.year else month
    ended = f"{last:%A} {last.day} {last:%B}{f' {last.year}' if first.year != now.year or last.year != now.year else ''}"
    return f"on {ended}" if first == last else f"from {first:%A} {first.day}{began} to {ended}"


# The picture


def card(report: Report, around: Around) -> list[BlockDict]:
    """The whole first, then what is normal, when, whose, who waits, where to, what stands out, and what was read.

    Where something is missing nothing is compared: fewer calls would only be those that were not read.
    """
    if around.missing:
        around = replace(around, normal=None)
    nothing = [] if around.missing and not report.totals.in_period else [section(_no_calls(report, around))]
    body = _calls(report, around) if report.totals.calls else nothing
    return render(
        [
            header(title(report, around)),
            *([section(f"{WARNING}  *Not complete.* {around.missing}")] if around.missing else []),
            *body,
            *_buttons(report),
            *_beside(around, report.subject.zone),
            _footer(report, around),
        ]
    )


def _calls(report: Report, around: Around) -> list[Block]:
    return [
        section(_line(report, around)),
        *facts(_facts(report, around)),
        *_chart(report),
        *_shares(report, around),
        *_callbacks(report, around),
        *_destinations(report),
        *_standing_out(report, around),
    ]


def _line(report: Report, around: Around) -> str:
    totals = report.totals
    missed = f"{totals.missed:,} of them missed" if totals.missed else "none missed"
    lines = [f"*{plural(totals.calls, 'call')}*, {missed}, *{money(totals.cost)}*"]
    if around.normal is not None:
        lines.append(compared(report, around.normal))
    if totals.fees:
        lines.append(f"{_small_money(totals.fee_cost)} of it for {plural(totals.fees, 'fee')}, such as call recording")
    return "\n".join(lines)


def _small_money(amount: Decimal) -> str:
    return "Less than a cent" if 0 < amount < Decimal("0.005") else money(amount)


def _no_calls(report: Report, around: Around) -> str:
    """No calls, and whether that is normal."""
    totals = report.totals
    said = f"*No calls* {_when(report, around)}."
    if totals.fees:
        said += f" {plural(totals.fees, 'fee')} came to {money(totals.cost)}."
    if around.normal is None:
        return said
    usually = f"A {usual_words(report.period, around.normal)}"
    check = " Look whether your numbers still ring: call one of them." if around.normal.calls.least else ""
    return f"{said}\n{usually}{check}"


def _facts(report: Report, around: Around) -> list[tuple[str, str]]:
    totals, normal = report.totals, around.normal
    average, busiest = report.average_seconds, report.busiest
    pairs = [
        ("In / out", f"{report.incoming:,} / {report.outgoing:,}"),
        ("Missed", f"{totals.missed:,} of {report.incoming:,} in" if report.incoming else "none came in"),
        (
            "Answered (ASR)",
            "all calls, in and out" if report.answered == totals.calls else f"{report.answered_percent} of 100 calls, in and out",
        ),
        ("Average call (ACD)", f"{talk(average)} of talk" if average is not None else "none was answered"),
        ("Talk time", talk(totals.seconds)),
        ("Cost", money(totals.cost)),
    ]
    usually: dict[str, str] = {}
    if normal is not None:
        usually["Missed"] = beside_usual(totals.missed, normal.missed, lambda many: f"{many:,.0f}")
        usually["Talk time"] = beside_usual(totals.seconds, normal.seconds, lambda many: talk(int(many)))
        usually["Cost"] = beside_usual(totals.cost, normal.cost, money)
    pairs = [(name, value + usually.get(name, "")) for name, value in pairs]
    if report.subject.scope.about is About.CLIENT:
        pairs[-1] = ("Charged to the client", pairs[-1][1])
        pairs += [("It cost us", f"{money(one.cost)}, margin {money(one.margin)}") for one in around.sold]
    if busiest is not None:
        pairs.append(("Busiest hour", f"{busiest.name}, {plural(busiest.calls, 'call')}"))
    return pairs


def _chart(report: Report) -> list[Block]:
    columns = report.columns
    series = {
        "Answered": [one.answered for one in columns],
        "Missed": [one.missed for one in columns],
        "Outgoing": [one.outgoing for one in columns],
    }
    return chart(f"Calls by {width_of(report.period).value}", [one.name for one in columns], series, "Calls")


def _shares(report: Report, around: Around) -> list[Block]:
    """Who had the calls; a message has one table, so where there are clients they have it."""
    rows = _accounts(report.accounts, around)
    of_client = report.subject.scope.about is About.CLIENT
    if around.sold and not of_client:
        lines = "\n".join(f"{safe(name, 40)}  ·  {calls} calls  ·  {talked}  ·  {cost}" for name, calls, _, talked, cost in rows[:-1])
        return [*resale(around.sold, around.clients), *([section(f"*By account*\n{lines}")] if rows else [])]
    return [*([table(HEAD, rows, right=(1, 2, 3, 4))[0]] if rows else []), *unmatched(around.sold)]


def _accounts(parts: Sequence[Part], around: Around) -> list[list[str]]:
    """The ten with the most calls, the others as one, and all together; nothing where there is only one."""
    if len(parts) < 2:
        return []
    rows = [_cells(one, owner_name(one.name, around.names, around.masked)) for one in parts[:ACCOUNTS]]
    if others := parts[ACCOUNTS:]:
        rows.append(_cells(together("", others), f"{len(others):,} more{' → CSV' if around.csv else ''}"))
    return [*rows, _cells(together("", parts), "All")]


def _cells(part: Part, name: str) -> list[str]:
    return [name, f"{part.calls:,}", f"{part.missed:,}", length(part.seconds), money(part.cost)]


def _destinations(report: Report) -> list[Block]:
    parts = report.destinations
    if len(parts) < 2:
        return []
    lines = [_destination(one, safe(one.name, 60)) for one in parts[:DESTINATIONS]]
    if others := parts[DESTINATIONS:]:
        lines.append(_destination(together("", others), f"{len(others):,} more"))
    return [section("*By destination*\n" + "\n".join(lines))]


def _destination(part: Part, name: str) -> str:
    calls = f"  ·  {plural(part.calls, 'call')}  ·  {length(part.seconds)}" if part.calls else ""
    return f"{name}{calls}  ·  {money(part.cost)}"


def _standing_out(report: Report, around: Around) -> list[Block]:
    told = [
        ("Longest calls", [f"{length(call.row.seconds)}  {_who(call, report, around)}" for call in report.longest]),
        ("Costliest calls", [f"{price(call.row.total)}  {_who(call, report, around)}" for call in report.costliest]),
    ]
    return [section(f"*{name}*\n" + "\n".join(lines)) for name, lines in told if lines]


def _who(call: Call, report: Report, around: Around) -> str:
    """``Ana R. → (212) 555-0199 at 14:05``; our side by its name."""
    row, ours = call.row, safe(owner_name(call.owner, around.names, around.masked), 60)
    at = _at(to_utc(row.date, report.subject.wire_zone), report)
    if call.direction is Direction.IN:
        return f"{_caller(row.callerid, around)} → {ours} at {at}"
    return f"{ours} → {safe(phone(row.destination, around.masked), 60)} at {at}"


def _caller(callerid: str, around: Around) -> str:
    return safe(caller(callerid, around.masked), 60) or "no number"


def _at(at: datetime, report: Report) -> str:
    return when(at, report.subject.zone, "{time}" if report.period.length == 1 else "{date_short_pretty} {time}")


def _callbacks(report: Report, around: Around) -> list[Block]:
    """Who is still waiting; whoever showed no number cannot be."""
    if not report.totals.missed:
        return []
    withheld = f"{plural(report.withheld, 'missed call')} showed no number to call back." if report.withheld else ""
    if report.unreturned:
        shown = [f"{_caller(one.caller, around)} at {_at(one.at, report)}{_tries(one)}" for one in report.unreturned[:CALLBACKS]]
        more = len(report.unreturned) - CALLBACKS
        lines = ["*Nobody has called back*", *shown, f"and {more:,} more" if more > 0 else "", withheld]
    else:
        spoken = "Everybody whose call was missed has been spoken with since." if report.withheld < report.totals.missed else ""
        lines = [spoken, withheld]
    return [section("\n".join(filter(None, lines)))]


def _tries(one: Unreturned) -> str:
    return f", {one.tries:,} times" if one.tries > 1 else ""


def _buttons(report: Report) -> list[Block]:
    """What a reader asks next; each reader gets the answer alone, and only as far as they may."""
    scope, period = report.subject.scope, report.period
    if scope.about is About.SITE or len(scope.keys) > 1:
        return []
    command = "client-calls" if scope.about is About.CLIENT else "calls"
    words = " ".join((command, *map(quoted, scope.keys), period.words))
    made: list[Button] = [button("All calls", "ask:calls:1", words)]
    if report.totals.missed:
        made.append(button("Only missed", "ask:calls:2", f"{words} missed"))
    return [actions(*made)] if report.totals.rows else []


def _beside(around: Around, zone: ZoneInfo) -> list[Block]:
    """Money and phones."""
    parts = []
    if around.balance is not None:
        left = "" if around.days_left is None else f", {lasts(around.days_left)} left"
        parts.append(f"Balance {money(around.balance)}{left}")
    if around.registered is not None:
        up = around.registered
        of_what = "of the time" if up.since is None else f"since they were first seen ({when(up.since, zone)})"
        parts.append(f"phones registered {up.percent:.1f} % {of_what}, {plural(up.outages, 'outage')}")
    said = "  ·  ".join(parts)
    return [small(said[:1].upper() + said[1:])] if said else []


def _footer(report: Report, around: Around) -> Block:
    totals, subject = report.totals, report.subject
    begins, ends = report.period.bounds(subject.zone)
    odd = report.period.length == 1 and ends - begins != timedelta(days=1)
    hours = f" ({(ends - begins) / timedelta(hours=1):g} hours)" if odd else ""
    parts = [
        f"{report.period.days}, 00:00–24:00 {subject.zone.key}{hours}",
        f"{plural(totals.in_period, 'record')} read, {'not complete' if around.missing or totals.unreadable else 'complete'}",
        f"read at {when(around.read_at, subject.zone, '{time}, {date_short}')}",
    ]
    lines = ["  ·  ".join(parts), *_caveats(report, around), *_again(report, around), *_gap(around)]
    return small("\n".join(lines))


def _caveats(report: Report, around: Around) -> Iterator[str]:
    totals = report.totals
    if around.partly:
        yield "This channel sees only a part of the account: no other calls are in these numbers"
    if around.unread:
        yield f"Could not be read: {', '.join(around.unread)}"
    if totals.unreadable:
        are = "is" if totals.unreadable == 1 else "are"
        yield f"{WARNING} {plural(totals.unreadable, 'record')} could not be read and {are} missing here"
    if totals.gaps:
        yield f"{plural(totals.gaps, 'value')} could not be read"
    if report.doubtful:
        seam = report.subject.cut.seams[0]
        clocks = f"{seam.start:%H:%M} to {seam.end:%H:%M} on {seam.start.day} {seam.start:%b}"
        yield (
            f"VoIP.ms's clock ran from {clocks} twice, and the day of {report.subject.zone.key} changes in between: which of the"
            f" {plural(report.doubtful, 'record')} of that time are in this report is told only by the order in which they came"
        )


def _again(report: Report, around: Around) -> Iterator[str]:
    """What changed since the report was first told."""
    now, first = figures_of(report.totals), around.told
    if around.completed:
        yield "Complete now: at first not all of it could be read"
    if first is None or first == now:
        return
    pairs = [
        ("calls", f"{now.calls:,}", f"{first.calls:,}"),
        ("missed", f"{now.missed:,}", f"{first.missed:,}"),
        ("talk time", talk(now.seconds), talk(first.seconds)),
        ("cost", money(now.cost), money(first.cost)),
    ]
    changed = [f"{name} {new} instead of {old}" for name, new, old in pairs if new != old]
    yield f"Read again, since late records came in: {', '.join(changed) or 'the sums differ by less than a cent'}"


def _gap(around: Around) -> Iterator[str]:
    if around.skipped:
        yield f"No report was made of {listing([days(one) for one in around.skipped], SKIPPED)}: the time for it went by while I could not"
