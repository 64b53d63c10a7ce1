"""The account as a limited channel sees it: the real client asks a simulated VoIP.ms, and only one part of it comes through."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

import msgspec
import pytest

from playground.calls import NEW_YORK, Call
from playground.company import Company, founded
from playground.company_parts import Mailbox
from playground.voipms import VoipMsServer
from rules.limits import NOTHING, Limits, Part
from rules.routing import HIDDEN
from voipms import Cdr, Limited, OutOfSight, Pace, Priority, Rows, VoipMs

NOW = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)
FIRST, LAST = date(2026, 10, 1), date(2026, 11, 25)
BIRCH, DELTA, ROSEWOOD = "561115", "561116", "561118"
BIRCH_PHONES = {"100001_birchdental1", "100001_birchdental2"}


@pytest.fixture(scope="module")
def company() -> Company:
    made = founded(seed=1, now=NOW)
    for number, client in (("2001", BIRCH), ("2002", DELTA)):
        made.mailboxes[number] = Mailbox(number, f"Mailbox of {client}", "12345678", f"box@{client}.example", client=client)
    # numbers of one client that also lead to others' phones and mailboxes
    direct = made.dids["4505550152"]
    direct = replace(direct, settings={**direct.settings, "failover_busy": "account:100001_deltafreight1"})
    menu = replace(direct, did="4505550199", routing="ivr:4700", description="Birch menu line")
    made.dids |= {direct.did: direct, menu.did: menu}
    choices = "1=account:100001_birchdental1;2=grp:4771;3=vm:2002;4=did:5145550100"
    made.targets["ivrs"].append({"ivr": "4700", "name": "Birch menu", "choices": choices})
    return made


@pytest.fixture(scope="module")
def server(company: Company) -> Iterator[VoipMsServer]:
    with VoipMsServer(company, clock=NOW.timestamp) as made:
        yield made


@pytest.fixture(scope="module")
def whole(server: VoipMsServer) -> VoipMs:
    return VoipMs(server.username, server.password, url=server.url, pace=Pace(per_minute=60_000))


def limited(whole: VoipMs, *, clients: Iterable[str] = (), accounts: Iterable[str] = ()) -> Limited:
    return Limited(whole, partial(Part, Limits(clients=frozenset(clients), accounts=frozenset(accounts))))


def rows(pieces: Iterator[Rows[Cdr]]) -> list[Cdr]:
    return [row for piece in pieces for row in piece]


def booked(company: Company, of: Callable[[Call], bool]) -> list[Call]:
    """What the company's own books have of these New York days."""
    return [call for call in company.ledger if FIRST <= call.start.astimezone(NEW_YORK).date() <= LAST and of(call)]


def sums(found: list[Cdr]) -> tuple[int, Decimal]:
    return len(found), sum((row.total for row in found), Decimal())


# What may be asked at all


def test_only_what_is_written_out_can_be_asked(whole: VoipMs) -> None:
    part = limited(whole, clients={BIRCH})
    public = {name for name in dir(whole) if not name.startswith("_")}
    refused = set()
    for name in public:
        try:
            getattr(part, name)
        except OutOfSight:
            refused.add(name)
    assert public - refused == {
        "cdrs",
        "clients",
        "dids",
        "patient",
        "registration",
        "reseller_balance",
        "reseller_cdrs",
        "servers",
        "sub_accounts",
        "targets",
        "voicemail_messages",
        "voicemails",
        "wire_zone",
    }
    assert {"balance", "transactions", "packages", "check_login", "ip", "call_accounts", "close"} <= refused


def test_what_is_not_written_out_has_no_door_to_go_through(whole: VoipMs) -> None:
    part = limited(whole, clients={BIRCH})
    with pytest.raises(AttributeError):
        part._rows(msgspec.Struct, "balance", "getBalance")
    assert repr(part) == "Limited(…)"


QUESTIONS: dict[str, Callable[[VoipMs], Any]] = {
    "a phone": lambda phones: phones.registration("100001_deltafreight1"),
    "a phone that is nobody's": lambda phones: phones.registration("100001_nobody"),
    "the main account": lambda phones: phones.registration("100001"),
    "a balance": lambda phones: phones.reseller_balance(DELTA),
    "the balance of nobody": lambda phones: phones.reseller_balance("999999"),
    "a client's calls": lambda phones: phones.reseller_cdrs(DELTA, FIRST, LAST),
    "an account's calls": lambda phones: phones.cdrs(FIRST, LAST, account="100001_deltafreight1"),
    "the main account's calls": lambda phones: phones.cdrs(FIRST, LAST, account="100001"),
    "a mailbox": lambda phones: phones.voicemail_messages("2002"),
    "a mailbox of the company": lambda phones: phones.voicemail_messages("1001"),
    "a client's mailboxes": lambda phones: phones.voicemails(client=DELTA),
    "a client's numbers": lambda phones: phones.dids(client=DELTA),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_lies_outside_is_refused_as_if_it_were_not_there(whole: VoipMs, server: VoipMsServer, question: str) -> None:
    part = limited(whole, clients={BIRCH})
    with pytest.raises(OutOfSight):
        QUESTIONS[question](part)
    with pytest.raises(OutOfSight):
        QUESTIONS[question](part.patient(Priority.PERSON, 1))


@pytest.mark.parametrize(
    ("ask", "there"),
    [
        (lambda phones: phones.sub_accounts("100001_deltafreight1"), False),
        (lambda phones: phones.sub_accounts(DELTA), False),
        (lambda phones: phones.sub_accounts("100001_birchdental1"), True),
        (lambda phones: phones.sub_accounts(BIRCH), True),
        (lambda phones: phones.clients(DELTA), False),
        (lambda phones: phones.clients("Ops@Delta-Freight.example"), False),
        (lambda phones: phones.clients("office@birchdental.example"), True),
        (lambda phones: phones.dids(did="5145550153"), False),
        (lambda phones: phones.dids(did="4505550152"), True),
        (lambda phones: phones.dids(client=BIRCH), True),
        (lambda phones: phones.voicemails("2002"), False),
        (lambda phones: phones.voicemails("2001"), True),
        (lambda phones: phones.voicemails(client=BIRCH), True),
    ],
)
def test_a_list_holds_what_is_within(whole: VoipMs, ask: Callable[[VoipMs], Rows[Any]], there: bool) -> None:
    assert bool(ask(limited(whole, clients={BIRCH}))) is there


def test_a_limit_to_nothing_sees_nothing(whole: VoipMs) -> None:
    part = Limited(whole, partial(Part, NOTHING))
    assert [*part.sub_accounts(), *part.clients(), *part.dids(), *part.voicemails(), *part.targets("grp")] == []
    assert rows(part.cdrs(FIRST, LAST)) == []
    with pytest.raises(OutOfSight):
        part.registration("100001_frontdesk")


# Lists


def test_a_client_has_its_phones_numbers_and_mailboxes(whole: VoipMs) -> None:
    part = limited(whole, clients={BIRCH})
    assert {one.account for one in part.sub_accounts()} == BIRCH_PHONES
    assert [one.client for one in part.clients()] == [BIRCH]
    assert {one.did for one in part.dids()} == {"4505550152", "4505550199"}
    assert [one.mailbox for one in part.voicemails()] == ["2001"]
    assert part.registration("100001_birchdental1").account == "100001_birchdental1"
    assert part.reseller_balance(BIRCH).current_balance == Decimal("8.0588")
    assert part.servers() == whole.servers()


def test_where_a_number_leads_outside_is_hidden(whole: VoipMs) -> None:
    part = limited(whole, clients={BIRCH})
    (direct,) = part.dids(did="4505550152")
    assert (direct.routing, direct.failover_busy) == ("account:100001_birchdental1", HIDDEN)
    (menu,) = part.targets("ivr")
    assert menu.name == "Birch menu" and menu.leads_to == ("1=account:100001_birchdental1", "2=grp:4771", f"3={HIDDEN}", f"4={HIDDEN}")
    (group,) = part.targets("grp")
    assert (group.routing, group.name, group.leads_to) == ("grp:4771", "", (HIDDEN,) * 3)
    assert part.targets("fwd") == part.targets("account") == part.targets("vm") == Rows()


def test_accounts_of_a_site_have_what_they_alone_use(whole: VoipMs, company: Company) -> None:
    laval = {login for login, one in company.sub_accounts.items() if one.site.name == "Laval branch"}
    part = limited(whole, accounts=laval)
    assert {one.account for one in part.sub_accounts()} == laval
    numbers = {one.did for one in company.dids.values() if one.routing.removeprefix("account:") in laval}
    assert {one.did for one in part.dids()} == numbers
    own = {company.sub_accounts[login].mailbox for login in laval}
    assert {box.mailbox for box in part.voicemails()} <= own
    assert part.clients() == Rows()
    shared = limited(whole, accounts={"100001_sales1"})
    assert company.sub_accounts["100001_sales1"].mailbox == company.sub_accounts["100001_sales2"].mailbox
    assert shared.voicemails() == Rows(), "the mailbox is another phone's as well"


# Calls


def test_a_clients_calls_are_those_of_the_books_at_its_own_prices(whole: VoipMs, company: Company) -> None:
    part = limited(whole, clients={BIRCH, ROSEWOOD})
    expected = booked(company, lambda call: call.client in (BIRCH, ROSEWOOD))
    assert sums(rows(part.cdrs(FIRST, LAST))) == (len(expected), sum(call.price for call in expected))
    mine = [call for call in expected if call.client == BIRCH]
    assert sums(rows(part.reseller_cdrs(BIRCH, FIRST, LAST))) == (len(mine), sum(call.price for call in mine))
    out = [call for call in mine if call.account == "100001_birchdental1" and call.direction == "out"]
    one = rows(part.cdrs(FIRST, LAST, account="100001_birchdental1"))
    assert sums(one) == (len(out), sum(call.price for call in out))


def test_some_phones_of_a_client_have_their_calls_at_its_prices(whole: VoipMs, company: Company) -> None:
    part = limited(whole, accounts={"100001_deltafreight1"})
    own = {did.did for did in company.dids.values() if did.reseller_account == "100001_deltafreight1"}
    expected = booked(company, lambda call: call.account == "100001_deltafreight1" or call.did in own)
    out = [call for call in expected if call.direction == "out"]
    found = rows(part.cdrs(FIRST, LAST))
    assert out and sums(found) == (len(expected), sum(call.price for call in expected))


def test_phones_of_nobody_have_their_calls_at_our_cost(whole: VoipMs, company: Company) -> None:
    logins = {"100001_nadia", "100001_frontdesk", "100001_sales1"}
    direct = {did.did for did in company.dids.values() if did.routing.removeprefix("account:") in logins}
    expected = booked(company, lambda call: call.did in direct if call.direction == "in" else call.account in logins)
    found = rows(limited(whole, accounts=logins).cdrs(FIRST, LAST))
    assert sums(found) == (len(expected), sum(call.cost for call in expected))
    assert {"fee", "in", "out"} == {call.direction for call in expected}


def test_both_kinds_together_count_every_call_once(whole: VoipMs, company: Company) -> None:
    everything = {one.account for one in whole.sub_accounts()} | {"100001"}
    part = limited(whole, accounts=everything, clients=set(company.clients))
    expected = booked(company, lambda call: True)
    found = rows(part.cdrs(FIRST, LAST))
    price = sum(call.price if call.client != "0" else call.cost for call in expected)
    assert sums(found) == (len(expected), price)


def test_the_main_account_has_what_is_nobody_elses(whole: VoipMs, company: Company) -> None:
    found = rows(limited(whole, accounts={"100001"}).cdrs(FIRST, LAST))
    theirs = {did.did for did in company.dids.values() if did.client != "0" or did.routing.startswith("account:")}
    assert found and not [row for row in found if row.destination in theirs and row.description.startswith("Inbound")]
    assert {row.account for row in found} == {"100001"}


def test_the_log_of_a_call_does_not_name_others() -> None:
    part = Part(Limits(accounts=frozenset({"100001_ana"})), Rows(), Rows)
    row = Cdr(date=datetime(2026, 11, 1), total=Decimal(0), account="100001_ana", call_logs="Routing to sub-account: 100001_ben Status is")
    assert part.shown(row).call_logs == ""
    mine = msgspec.structs.replace(row, call_logs="Routing to sub-account: 100001_ana Status is 'Answered'")
    assert part.shown(mine) is mine
