"""How long the money lasts, and on what the estimate rests."""

from datetime import date
from decimal import Decimal

import pytest

from blocks.balance import card, headline
from blocks.settings import Lost
from rules.balance import Outlook, outlook, pace_period
from tests.unit.pictures import EVIL, faults, words_of
from voipms import Balance, Transaction

DOCUMENTED = Balance(
    current_balance=Decimal("112.192790"),
    spent_total=Decimal("21.05321"),
    calls_total=2788,
    time_total="10:17:48",
    spent_today=Decimal("0.1205"),
    calls_today=5,
    time_today="10:50",
)


def line(ammount: str | None) -> Transaction:
    return Transaction(date="2026-11-01 00:03:46", ammount=None if ammount is None else Decimal(ammount))


def test_the_pace_rests_on_the_thirty_whole_days_before_today() -> None:
    assert pace_period(date(2026, 3, 15)) == (date(2026, 2, 13), date(2026, 3, 14))


@pytest.mark.parametrize(
    ("balance", "ledger", "spent", "days_left"),
    [
        ("112.19", [], "0", None),
        ("112.19", ["25.00"], "0", None),
        ("112.19", ["-30.00"], "30.00", 112),
        ("112.19", ["-0.99", "-59.01", "100.00"], "60.00", 56),
        ("1.99", ["-60.00"], "60.00", 0),
        ("0", ["-60.00"], "60.00", 0),
        ("-5.00", ["-60.00"], "60.00", 0),
    ],
)
def test_only_what_went_out_says_how_fast_the_money_goes(balance: str, ledger: list[str], spent: str, days_left: int | None) -> None:
    ahead = outlook(Decimal(balance), [line(ammount) for ammount in ledger])
    assert ahead == Outlook(spent=Decimal(spent), days_left=days_left, without_amount=0)


def test_a_line_without_an_amount_is_counted_and_told() -> None:
    ahead = outlook(Decimal(10), [line(None), line("-1.00")])
    assert ahead.without_amount == 1
    assert "3 rows of VoIP.ms's answer could not be read" in words_of(card(DOCUMENTED, ahead, Lost(2)))


@pytest.mark.parametrize(
    ("balance", "days_left", "said"),
    [
        ("112.19279", 12, "Balance $112.19, about 12 days at the pace of the last 30 days"),
        ("112.19279", 1, "Balance $112.19, about 1 day at the pace of the last 30 days"),
        ("0.40", 0, "Balance $0.40, less than a day at the pace of the last 30 days"),
        ("90000", 4000, "Balance $90,000.00, more than a year at the pace of the last 30 days"),
        ("112.19279", None, "Balance $112.19"),
        ("0", 0, "Balance $0.00: nothing is left"),
        ("-0.20", None, "Balance -$0.20: nothing is left"),
    ],
)
def test_the_headline_says_what_is_left_and_for_how_long(balance: str, days_left: int | None, said: str) -> None:
    assert headline(Balance(current_balance=Decimal(balance)), Outlook(spent=Decimal(1), days_left=days_left, without_amount=0)) == said


def test_every_documented_field_is_told() -> None:
    shown = words_of(card(DOCUMENTED, Outlook(spent=Decimal("84.20"), days_left=39, without_amount=0)))
    for words in (
        "*Balance*\n$112.19",
        "*Lasts*\nabout 39 days at the pace of the last 30 days",
        "*Spent today*\n$0.12",
        "*Calls today*\n5, 0:10:50 talk time",
        "*Spent in the last 30 days*\n$84.20",
        "*A day, on average*\n$2.81",
        "$21.05 spent, 2,788 calls, 10:17:48 talk time",
    ):
        assert words in shown
    assert "Not told" not in shown


def test_what_is_not_told_is_named_and_nothing_is_made_up() -> None:
    shown = words_of(card(Balance(current_balance=Decimal(5)), Outlook(spent=Decimal(0), days_left=None, without_amount=0)))
    assert "Not told by VoIP.ms: spent today, calls today" in shown
    assert "no telling: nothing was spent" in shown
    assert "own totals" not in shown


def test_an_empty_account_says_what_that_means() -> None:
    assert "Nothing is left" in words_of(card(Balance(current_balance=Decimal("-0.2")), outlook(Decimal("-0.2"), [line("-1")])))


def test_without_the_ledger_the_balance_is_told_all_the_same() -> None:
    assert headline(DOCUMENTED, None) == "Balance $112.19"
    shown = words_of(card(DOCUMENTED, None, notes=["How long it lasts is not known: VoIP.ms did not answer."]))
    assert "*Spent today*\n$0.12" in shown and "How long it lasts is not known: VoIP.ms did not answer." in shown
    assert "Lasts" not in shown and "pace" not in shown


def test_hostile_words_do_no_harm() -> None:
    huge = Decimal("9" * 20)
    evil = Balance(
        current_balance=huge, spent_total=huge, calls_total=EVIL, time_total=EVIL, spent_today=huge, calls_today=EVIL, time_today=EVIL
    )
    assert faults(card(evil, outlook(huge, [line("-0.01")]), Lost(7))) == []
    assert len(headline(evil, outlook(huge, [line("-0.01")]))) < 200
