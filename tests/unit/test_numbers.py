"""Phone numbers: the list, one with all its settings, and whether it rings where its phones are."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from blocks.numbers import SETTINGS, Number, card, card_of, csv, headline, headline_of, pop_words
from blocks.settings import Lost
from rules.registrations import Look, passed_over, saw, saw_nothing
from rules.routing import follow
from tests.unit.pictures import EVIL, faults, values_of, words_of
from voipms import Device, Did, Registration, Rows, Server, SubAccount, Target

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
ROUTES = ("routing", "failover_busy", "failover_unreachable", "failover_noanswer")
# What getDIDsInfo is documented to answer and what live clients report, the secrets excepted.
_DOCUMENTED = (
    "did description routing failover_busy failover_unreachable failover_noanswer voicemail pop dialtime cnam e911 callerid_prefix"
    " note billing_type next_billing order_date reseller_account reseller_next_billing reseller_monthly reseller_minute"
    " reseller_setup sms_available sms_enabled sms_email sms_email_enabled sms_forward sms_forward_enabled sms_url_callback_enabled"
    " sms_url_callback_retry smpp_enabled smpp_user transcribe transcription_locale transcription_redaction transcription_summary"
    " transcription_sentiment transcription_email voicemail_threshold webhook_enabled dialmode sms_sipaccount"
    " sms_sipaccount_enabled mms_available"
)
DOCUMENTED = _DOCUMENTED.split()
TARGETS = {
    target.routing: target
    for target in (
        Target(routing="account:100001_ana", name="Ana (ext. 101)"),
        Target(routing="fwd:1521", name="Ana's mobile", number="5145550199"),
    )
}
SERVERS = {
    "16": Server(server_pop="16", server_name="Miami, FL", server_hostname="miami.voip.ms"),
    "15": Server(server_pop="15", server_name="Atlanta, GA", server_hostname="atlanta.voip.ms"),
}
MIAMI = Did(
    did="5145550100",
    description="MIAMI, FL",
    routing="account:100001_ana",
    failover_busy="none:",
    failover_unreachable="fwd:1521",
    failover_noanswer="none:",
    voicemail="1001",
    pop="16",
    dialtime=60,
    cnam=True,
    e911=False,
    callerid_prefix="MIA [555]",
    note="ask Ana",
    billing_type="2",
    next_billing=date(2026, 12, 30),
    order_date=datetime(2014, 7, 30, 15, 9, 4),
    reseller_minute=Decimal("0.01000000"),
    sms_forward="5145550177",
    sms_forward_enabled=True,
    transcription_locale="en-US",
    dialmode="2",
)


def ana(*pops: str) -> Look:
    one = SubAccount(account="100001_ana", description="Ana")
    found = Rows(Device(server_pop=pop, server_name=SERVERS[pop].server_name if pop in SERVERS else "") for pop in pops)
    return saw(one, Registration(account=one.account, registered=bool(pops), devices=found), NOW)


def number(did: Did, targets: Mapping[str, Target] = TARGETS) -> Number:
    return Number(did=did, way=follow(did.routing, targets), pop=pop_words(did.pop, SERVERS))


def drawn(did: Did, looks: Sequence[Look] = (), targets: Mapping[str, Target] = TARGETS, **more: Any) -> list[dict[str, Any]]:
    return card_of(did, {route: follow(getattr(did, route), targets) for route in ROUTES}, looks, SERVERS, **more)


def test_each_documented_setting_is_declared_once_under_a_name_of_its_own() -> None:
    lines = [line for group in SETTINGS for line in group.lines]
    assert sorted(line.field for line in lines) == sorted(DOCUMENTED)
    assert set(Did.__struct_fields__) == set(DOCUMENTED)
    assert len({line.name for line in lines}) == len(lines)


def test_the_list_says_where_each_number_really_rings() -> None:
    numbers = [number(MIAMI), number(Did(did="5145550101", routing="none:", pop="99")), number(Did(did="5145550102", routing="fwd:1521"))]
    blocks = card(numbers, Lost(1), slash="/voip ", hide=True)
    (table,) = (block for block in blocks if block["type"] == "table")
    assert [[cell["text"] for cell in row] for row in table["rows"][1:]] == [
        ["(514) 555-0100", "MIAMI, FL", "Miami, FL (16)", "Ana (ext. 101)"],
        ["(514) 555-0101", "–", "99", "nowhere"],
        ["(514) 555-0102", "–", "–", "Forwarding Ana's mobile 514 555-••99"],
    ]
    assert headline(numbers) == "3 numbers, 1 leads nowhere"
    shown = words_of(blocks)
    assert "`/voip numbers 5145550100` shows one, and whether its POP is the one its phone uses" in shown
    assert "1 row of VoIP.ms's answer could not be read" in shown


def test_a_number_that_can_send_callers_in_a_circle_is_told() -> None:
    menu = Target(routing="ivr:1", name="Menu", leads_to=("1=ivr:1", "2=account:100001_ana"))
    shown = words_of(card([number(Did(did="5145550100", routing="ivr:1"), {**TARGETS, "ivr:1": menu})]))
    assert "🟠  1 number can send a caller in a circle: (514) 555-0100" in shown


def test_a_place_whose_list_could_not_be_asked_for_is_not_called_unlisted() -> None:
    blocks = drawn(
        msgspec.structs.replace(MIAMI, routing="queue:9"), notes=["Queues could not be looked up: an outage."], unasked={"queue"}
    )
    shown = words_of(blocks)
    assert "queue:9  ⚪ could not be looked up" in shown
    assert "Queues could not be looked up: an outage." in shown
    assert "VoIP.ms does not list it" not in shown
    assert "VoIP.ms does not list it" in words_of(drawn(msgspec.structs.replace(MIAMI, routing="queue:9")))


@pytest.mark.parametrize(("count", "said"), [(0, "No numbers"), (1, "1 number"), (2000, "2,000 numbers")])
def test_the_headline_counts(count: int, said: str) -> None:
    assert headline([number(MIAMI)] * count) == said


def test_one_number_in_plain_words() -> None:
    assert headline_of(MIAMI, follow(MIAMI.routing, TARGETS)) == "MIAMI, FL, (514) 555-0100: Ana (ext. 101)"
    blocks = drawn(MIAMI, [ana("16")], prices=True)
    shown = words_of(blocks)
    for words in (
        "`5145550100`  ·  POP Miami, FL (16)",
        "Where it rings\nAna (ext. 101)",
        "If unreachable\nForwarding Ana's mobile (514) 555-0199",
        "No other way is set if busy, if nobody answers",
        "🟢  *Ana* is registered at Miami, FL, the number's POP",
        "Routing: `account:100001_ana`",
        "Rings for: 1 minute (60 s)",
        "Billing: flat rate",
        "Ordered on: 30 Jul 2014",
        "Next billing: 30 Dec 2026",
        "Callers' numbers are given: with + and country code (E.164)",
        "Put before the caller's name: MIA [555]",
        "Client's price a minute: $0.01",
        "Phone for SMS: (514) 555-0177",
        "Spoken language: English, United States (en-US)",
        "Incoming calls: If busy, If nobody answers, Mailbox answers after",
    ):
        assert words in shown
    assert "To mend it" not in shown
    assert values_of(blocks) == ["calls number:5145550100", "status 100001_ana"]


def test_a_viewer_does_not_read_other_peoples_numbers() -> None:
    everything = words_of(drawn(MIAMI, hide=True)) + str(list(csv([number(MIAMI), number(Did(did="1", routing="fwd:1521"))], hide=True)))
    assert "0199" not in everything
    assert "0177" not in everything
    assert "514 555-••77" in everything
    assert "0177" in str(list(csv([number(MIAMI)])))


@pytest.mark.parametrize(
    "change",
    [
        {"note": "Bob's cell 647-555-0199"},
        {"description": "to 647/555/0199"},
        {"callerid_prefix": "6475550199"},
        {"sms_email": "6475550199@sms.example.com"},
        {"smpp_user": "6475550199"},
        {"sms_forward": "647 555 0199"},
        {"transcription_email": "6475550199@sms.example.com"},
        {"routing": "phone:6475550199"},
        {"failover_noanswer": "phone:6475550199"},
        {"routing": "sip:6475550199@sip.example.com"},
        {"routing": "fwd:6475550199"},
        {"routing": "never-seen:6475550199"},
    ],
    ids=str,
)
def test_no_setting_shows_a_viewer_a_whole_number(change: dict[str, str]) -> None:
    did = msgspec.structs.replace(MIAMI, **change)
    one, found = number(did), words_of(drawn(did, hide=True))
    found += words_of(card([one], hide=True)) + headline_of(did, one.way, hide=True) + str(list(csv([one], hide=True)))
    assert not re.search(r"647\W?555\W?0199", found)
    assert "5145550100" in found, "our own number is no secret"
    assert "0199" in words_of(drawn(did))


def test_what_clients_pay_is_for_those_who_may_see_prices() -> None:
    shown = words_of(drawn(MIAMI)) + str(list(csv([number(MIAMI)])))
    assert "0.01" not in shown and "Client's price" not in shown and "Client's monthly fee" not in shown


def test_a_pop_mismatch_says_what_to_mend() -> None:
    shown = words_of(drawn(MIAMI, [ana("15")]))
    assert "🟠  *Ana* is registered at Atlanta, GA, which is not the number's POP: calls may not ring" in shown
    assert "*To mend it:* set the number's POP to Atlanta, GA (15) in the VoIP.ms portal" in shown
    assert "or let this phone register at `miami.voip.ms`" in shown


def test_where_some_phones_are_at_the_right_pop_the_number_stays() -> None:
    other = replace(ana("16"), account="100001_ben", name="Ben")
    shown = words_of(drawn(MIAMI, [ana("15"), other]))
    assert "*To mend it:* let this phone register at `miami.voip.ms`." in shown
    assert "set the number's POP" not in shown


@pytest.mark.parametrize(
    ("look", "said"),
    [
        (ana("15", "16"), "🟢  *Ana* is registered at Atlanta, GA, Miami, FL, the number's POP"),
        (ana(""), "🟢  *Ana* is registered; its POP cannot be compared with the number's"),
        (ana(), "🔴  *Ana* is not registered: nothing rings there"),
        (
            saw_nothing(SubAccount(account="1", description="Ana"), "VoIP.ms had an outage.", NOW),
            "⚪  *Ana* is not known: VoIP.ms had an outage.",
        ),
        (passed_over(SubAccount(account="1", description="Ana")), "⚪  *Ana* is not known: there was no time left"),
    ],
)
def test_what_is_no_mismatch_is_not_called_one(look: Look, said: str) -> None:
    shown = words_of(drawn(MIAMI, [look]))
    assert said in shown
    assert "To mend it" not in shown


def test_phones_nobody_looked_at_are_told() -> None:
    assert "Not looked at: 3 more phones." in words_of(drawn(MIAMI, [ana("16")], not_checked=3))


def test_a_number_without_a_name_a_route_or_a_pop_is_shown_all_the_same() -> None:
    bare = Did(did="5145550100")
    assert headline_of(bare, follow("", {})) == "(514) 555-0100 leads nowhere"
    shown = words_of(drawn(bare))
    assert "no POP" in shown
    assert "Where it rings\nnowhere" in shown


def test_the_file_has_every_setting_the_pops_name_and_where_it_rings() -> None:
    head, row = csv([number(MIAMI)], prices=True)
    assert len(set(head)) == len(head) == len(row) == len(DOCUMENTED) + 2
    named = dict(zip(head, row, strict=True))
    assert (named["POP"], named["POP name"], named["Where it rings"]) == ("16", "Miami, FL (16)", "Ana (ext. 101)")
    assert named["If busy"] == ""
    assert list(csv([], prices=True)) == [head]


def hostile() -> Did:
    """A number with hostile words wherever it takes words, and everything else set."""
    made: dict[str, Any] = {}
    kinds = (("str", EVIL), ("date", datetime(2026, 12, 31)), ("bool", True), ("Decimal", Decimal("9" * 12)), ("int", 10**9))
    for field in msgspec.structs.fields(Did):
        made[field.name] = next(value for kind, value in kinds if kind in str(field.type))
    return Did(**made)


@pytest.mark.parametrize(
    "draw",
    [
        lambda: card([]),
        lambda: card([], Lost(3, 3)),
        lambda: card([number(MIAMI)] * 5000, slash="/voip "),
        lambda: card(
            [number(hostile(), {EVIL: Target(routing=EVIL, name=EVIL, leads_to=(EVIL,))})] * 40, Lost(1), slash="/voip ", hide=True
        ),
        lambda: drawn(hostile(), [ana("15")] * 10, {EVIL: Target(routing=EVIL, name=EVIL, number=EVIL)}, not_checked=9000),
        lambda: drawn(hostile(), [saw_nothing(SubAccount(account=EVIL, description=EVIL), EVIL, NOW)] * 10, hide=True),
        lambda: drawn(
            msgspec.structs.replace(MIAMI, **dict.fromkeys(ROUTES, "grp:1"), description=EVIL),
            [ana("15", "16", "17", "18")] * 10,
            {"grp:1": Target(routing="grp:1", name=EVIL, leads_to=tuple(f"account:{n}{EVIL}" for n in range(500)))},
        ),
    ],
)
def test_every_picture_keeps_slacks_limits_and_no_hostile_word_does_harm(draw: Callable[[], list[dict[str, Any]]]) -> None:
    blocks = draw()
    assert faults(blocks) == []
    assert len(blocks) <= 40
