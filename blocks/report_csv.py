"""A report of calls as a file: every part of it, however many there are. Pure."""

from collections.abc import Iterator, Sequence

from blocks.frame import caller, phone
from blocks.owners import owner_name
from blocks.reports import Around, days
from rules.parts import Part, together
from rules.reports import Report

CSV_HEAD = (
    "Part",
    "Name",
    "Id",
    "Calls",
    "Answered",
    "Missed",
    "Outgoing",
    "Fees",
    "Talk seconds",
    "Cost",
    "Price",
    "Margin",
    "Last try",
)


def rows(report: Report, around: Around) -> Iterator[Sequence[object]]:
    """Every part of the report, however many there are: those of one kind come to the whole. Times are the report's."""
    yield CSV_HEAD
    everything = together("", report.accounts)
    yield _row("Whole", days(report.period), "", everything)
    for kind, parts in (("Destination", report.destinations), ("Hour", report.hours), ("Column", report.columns)):
        yield from (_row(kind, one.name, "", one) for one in parts)
    yield from (_row("Account", owner_name(one.name, around.names, around.masked), one.name, one) for one in report.accounts)
    yield from _sold_rows(around)
    for one in report.unreturned:
        who, number = caller(one.caller, around.masked), phone(one.number, around.masked)
        at = one.at.astimezone(report.subject.zone).isoformat()
        yield ("Not called back", who, number, "", "", one.tries, "", "", "", "", "", "", at)


def _row(kind: str, name: str, key: str, part: Part) -> Sequence[object]:
    counted = (part.calls, part.answered, part.missed, part.outgoing, part.fees, part.seconds)
    return (kind, name, key, *counted, f"{part.cost:f}", "", "", "")


def _sold_rows(around: Around) -> Iterator[Sequence[object]]:
    for one in around.sold:
        name = around.clients.get(one.client, one.client)
        yield ("Client", name, one.client, one.rows, "", "", "", "", one.seconds, f"{one.cost:f}", f"{one.price:f}", f"{one.margin:f}", "")
        if one.only_price.rows:
            yield ("Only the client's side", name, one.client, one.only_price.rows, *[""] * 6, f"{one.only_price.amount:f}", "", "")
        if one.only_cost.rows:
            yield ("Only our side", name, one.client, one.only_cost.rows, *[""] * 5, f"{one.only_cost.amount:f}", "", "", "")
