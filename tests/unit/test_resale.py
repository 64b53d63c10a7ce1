"""What reselling came to: both sides of the same calls, and what only one of them knows."""

from decimal import Decimal
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from rules.limits import Limits, Part
from rules.resale import Belongings, Join, Side, Sold, whole
from tests.reporting import DIDS, NOON, ROWS, SUB_ACCOUNTS, fee, incoming, outgoing, report, subject
from voipms import Cdr, Did, Rows, SubAccount

BELONGINGS = Belongings(SUB_ACCOUNTS, DIDS)


def ours(cost: str = "0.01", uniqueid: str = "1", **differs: Any) -> Cdr:
    """A call of the client's phone, as we pay for it."""
    return outgoing(**{"account": "100001_acme1", "total": Decimal(cost), "uniqueid": uniqueid, **differs})


def theirs(price: str = "0.03", uniqueid: str = "1", **differs: Any) -> Cdr:
    """The same, as the client pays for it."""
    return ours(price, uniqueid, rate=None, **differs)


def joined(sold: list[Cdr], own: list[Cdr], client: str = "561115") -> Sold:
    join = Join(subject().cut, BELONGINGS)
    join.sell(client, [Rows(sold)])
    join.spend([Rows(own)])
    return join.sold[0]


def test_a_call_that_both_sides_have_leaves_a_margin() -> None:
    found = joined([theirs(), theirs("0.05", "2")], [ours(), ours("0.02", "2", seconds=30)])
    assert (found.rows, found.seconds, found.cost, found.price, found.margin) == (2, 90, Decimal("0.03"), Decimal("0.08"), Decimal("0.05"))
    assert found.only_price == found.only_cost == Side()


def test_what_only_one_side_has_is_told_apart_and_in_no_margin() -> None:
    found = joined([theirs("0.03", "1"), theirs("0.07", "2")], [ours("0.01", "1"), ours("0.02", "3")])
    assert (found.rows, found.cost, found.price) == (1, Decimal("0.01"), Decimal("0.03"))
    assert found.only_price == Side(rows=1, amount=Decimal("0.07"))
    assert found.only_cost == Side(rows=1, amount=Decimal("0.02"))


def test_no_id_joins_nothing() -> None:
    for none in ("", "n/a", "N/A", "0", "None"):
        found = joined([theirs(uniqueid=none)], [ours(uniqueid=none)])
        assert (found.rows, found.only_price.rows, found.only_cost.rows) == (0, 1, 1)


def test_an_id_that_comes_twice_joins_as_often_as_both_sides_have_it() -> None:
    found = joined([theirs("0.03"), theirs("0.05")], [ours("0.01"), ours("0.02"), ours("0.04")])
    assert (found.rows, found.cost, found.price) == (2, Decimal("0.03"), Decimal("0.08"))
    assert found.only_cost == Side(rows=1, amount=Decimal("0.04"))


def test_a_fee_with_the_id_of_its_call_does_not_stand_for_it() -> None:
    charge = fee(account="100001_acme1", uniqueid="1")
    found = joined([theirs("0.03")], [charge, ours("0.01")])
    assert (found.rows, found.cost) == (1, Decimal("0.01"))
    assert found.only_cost == Side(rows=1, amount=Decimal("0.002"))


def test_calls_to_a_clients_number_are_the_clients() -> None:
    to_them = incoming(did="5145550102", total=Decimal("0.01"))
    assert joined([], [to_them]).only_cost.rows == 1
    assert joined([], [incoming(did="5145550100")]).only_cost.rows == 0
    assert BELONGINGS.client_of(to_them) == "561115"
    assert BELONGINGS.client_of(outgoing()) == ""
    assert Belongings((), [Did(did="5145550102", reseller_account="0")]).client_of(to_them) == ""


def test_a_clients_number_is_one_with_the_1_of_north_america_too() -> None:
    to_them = incoming(did="15145550102", total=Decimal("0.01"))
    assert BELONGINGS.client_of(to_them) == "561115" and joined([], [to_them]).only_cost.rows == 1
    part = Part(Limits(clients=frozenset(("561115",))), Rows(SUB_ACCOUNTS), lambda: Rows(DIDS))
    for number in ("5145550102", "15145550102", "5145550100", "15145550100"):
        row = incoming(did=number, account="100001")
        assert part.is_resold(row) is bool(BELONGINGS.client_of(row)), number


def test_a_number_is_the_clients_whose_sub_account_it_is_billed_to() -> None:
    """Source: VoIP.ms API, getDIDsInfo: ``reseller_account`` is ``100001_VoIPReseller``."""
    accounts = [SubAccount(account="100001_acme1", reseller_client="561115"), SubAccount(account="100001_desk", reseller_client="0")]
    for login, client in (("100001_acme1", "561115"), ("100001_desk", ""), ("100001_gone", "")):
        own = Belongings(accounts, [Did(did="5145550102", reseller_account=login)])
        assert own.client_of(incoming(did="5145550102")) == client


def test_our_own_calls_are_nobodys_loss() -> None:
    found = joined([theirs()], [ours(), outgoing(uniqueid="77"), incoming(uniqueid="78")])
    assert found.only_cost == Side()


def test_only_the_days_of_the_period_count_on_both_sides() -> None:
    early = NOON.replace(day=22)
    found = joined([theirs(), theirs("9", "2", date=early)], [ours(), ours("9", "2", date=early)])
    assert (found.rows, found.only_price, found.only_cost) == (1, Side(), Side())


def test_the_client_that_paid_most_comes_first_and_all_come_to_the_whole() -> None:
    join = Join(subject().cut, BELONGINGS)
    join.sell("1", [Rows([theirs("0.03", "1")])])
    join.sell("2", [Rows([theirs("0.50", "2"), theirs("0.10", "3")])])
    join.sell("3", [])
    join.spend([Rows([ours("0.01", "1"), ours("0.20", "2")])])
    assert [one.client for one in join.sold] == ["2", "1", "3"]
    everything = whole(join.sold)
    assert (everything.rows, everything.price, everything.margin) == (2, Decimal("0.53"), Decimal("0.32"))
    assert everything.only_price == Side(rows=1, amount=Decimal("0.10"))


def test_one_pass_over_our_side_makes_the_report_and_the_margins() -> None:
    join = Join(subject().cut, BELONGINGS)
    join.sell("561115", [Rows([theirs()])])
    made = report([ours(), outgoing()], join=join)
    assert made.totals.calls == 2
    assert (join.sold[0].rows, join.sold[0].cost) == (1, Decimal("0.01"))


@given(ROWS, ROWS, st.sets(st.integers(0, 49)))
def test_every_record_of_a_client_is_in_exactly_one_place(sold: list[Cdr], own: list[Cdr], shared: set[int]) -> None:
    """Some of ours are the client's too, at twice the cost."""
    own = [msgspec.structs.replace(row, account="100001_acme1", destination="5145550102") for row in own]
    sold = sold + [msgspec.structs.replace(row, total=2 * row.total) for place, row in enumerate(own) if place in shared]
    cut = subject().cut
    found = joined(sold, own)
    in_period = [[row for row in side if cut.start <= row.date < cut.end] for side in (sold, own)]
    assert found.rows + found.only_price.rows == len(in_period[0])
    assert found.rows + found.only_cost.rows == len(in_period[1])
    assert found.price + found.only_price.amount == sum((row.total for row in in_period[0]), Decimal())
    assert found.cost + found.only_cost.amount == sum((row.total for row in in_period[1]), Decimal())
