"""What reselling came to, as a table: what each client's calls cost, what it paid, and what is left. Pure."""

from collections.abc import Mapping, Sequence

from slackblocks import Block

from blocks.frame import money, plural, small, table
from rules.resale import Sold, whole

CLIENTS = 20
HEAD = ("Client", "Calls", "Cost", "Price", "Margin", "Unmatched")


def resale(sold: Sequence[Sold], names: Mapping[str, str]) -> list[Block]:
    """The clients that paid most, the others as one, and all together; below it what only one side knows.

    Args:
        names: What people call clients, by their id; from outside.
    """
    if not sold:
        return []
    first, others = sold[:CLIENTS], sold[CLIENTS:]
    rows = [_cells(one, names.get(one.client, one.client)) for one in first]
    if others:
        rows.append(_cells(whole(others), f"{len(others):,} more"))
    if len(sold) > 1:
        rows.append(_cells(whole(sold), "All"))
    return [table(HEAD, rows, right=(1, 2, 3, 4, 5))[0], *unmatched(sold)]


def unmatched(sold: Sequence[Sold]) -> list[Block]:
    """What only one side has, in small print; nothing where everything has its counterpart."""
    everything = whole(sold)
    theirs, ours = everything.only_price, everything.only_cost
    told = [
        f"{plural(theirs.rows, 'record')} only in the clients' books, {money(theirs.amount)} charged" if theirs.rows else "",
        f"{plural(ours.rows, 'record')} only in ours, {money(ours.amount)} spent" if ours.rows else "",
    ]
    said = "  ·  ".join(filter(None, told))
    return [small(f"Unmatched, and in no margin: {said}")] if said else []


def _cells(one: Sold, name: str) -> list[str]:
    unmatched = one.only_price.rows + one.only_cost.rows
    return [name, f"{one.rows:,}", money(one.cost), money(one.price), money(one.margin), f"{unmatched:,}" if unmatched else "–"]
