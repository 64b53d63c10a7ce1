"""One question to VoIP.ms that fails takes no answer down that can do without it: what is missing is said."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest

from handlers import commands
from handlers.parsing import split
from handlers.registry import Reply, Request
from playground.company import Company, founded
from playground.voipms import BadStatus, Html, VoipMsServer
from rules.access import Role
from tests.unit.pictures import faults, words_of
from voipms import Pace, Priority, Refused, Unreachable, VoipMs

NOW = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)
REGISTRY = commands("100001")
OUTAGE = Html(503)


@pytest.fixture(scope="module")
def company() -> Company:
    return founded(seed=1, now=NOW)


@pytest.fixture
def server(company: Company) -> Iterator[VoipMsServer]:
    with VoipMsServer(company, clock=NOW.timestamp) as made:
        yield made


@pytest.fixture
def phones(server: VoipMsServer) -> VoipMs:
    return VoipMs(server.username, server.password, url=server.url, pace=Pace(per_minute=60_000)).patient(Priority.PERSON, 1)


def ask(phones: VoipMs, line: str, clock: Callable[[], datetime] = lambda: NOW) -> Reply:
    name, *words = split(line)
    command = REGISTRY.get(name)
    assert command is not None
    request = Request(
        person="U0ANA",
        role=Role.ADMIN,
        words=tuple(words),
        now=NOW,
        zone=ZoneInfo("America/Toronto"),
        clock=clock,
        give_up_at=NOW + timedelta(seconds=60),
    )
    reply = command.run(request, phones)
    assert faults(reply.blocks) == []
    return reply


@pytest.mark.parametrize(
    ("line", "method", "headline", "says"),
    [
        (
            "calls yesterday",
            "getDIDsInfo",
            "Yesterday: 166 calls",
            "The names of numbers are missing, and incoming calls stand under the main",
        ),
        (
            "calls yesterday",
            "getSubAccounts",
            "Yesterday: 166 calls",
            "The names of accounts are missing: VoIP.ms has an outage (HTTP 503).",
        ),
        ("client-calls 561115 7d", "getSubAccounts", "In the last 7 days: 6 calls of Birch", "The names of accounts are missing"),
        ("client-calls 561115 7d", "getDIDsInfo", "In the last 7 days: 6 calls of Birch", "The names of numbers are missing"),
        ("numbers", "getRingGroups", "26 numbers", "Ring groups could not be looked up: VoIP.ms has an outage"),
        ("numbers", "getVoicemails", "26 numbers", "Mailboxes could not be looked up"),
        ("numbers", "getSubAccounts", "26 numbers", "Sub-accounts could not be looked up"),
        ("numbers", "getServersInfo", "26 numbers", "The names of POPs are missing"),
        ("numbers 5145550103", "getRingGroups", "Support, (514) 555-0103", "⚪ could not be looked up"),
        ("clients 561115", "getResellerBalance", "Birch Dental (561115)", "The balance is missing"),
        ("clients 561115", "getSubAccounts", "Birch Dental (561115): $", "The sub-accounts are missing"),
        ("voicemail 1001", "getVoicemailMessages", "Front desk (1001)", "The messages are missing"),
        ("balance", "getTransactionHistory", "Balance $", "How long it lasts is not known"),
        ("accounts", "getClients", "57 sub-accounts", "The names of clients are missing"),
        ("accounts kitch", "getClients", "Kitchen (100001_kitchen)", "Kitchen"),
    ],
)
def test_an_answer_does_without_what_only_adds_to_it(
    server: VoipMsServer, phones: VoipMs, line: str, method: str, headline: str, says: str
) -> None:
    server.fail(OUTAGE, method=method, times=None)
    reply = ask(phones, line)
    assert reply.headline.startswith(headline)
    assert says in words_of(reply.blocks)


@pytest.mark.parametrize(
    ("line", "method"),
    [
        ("calls yesterday front desk", "getSubAccounts"),
        ("calls yesterday front desk", "getDIDsInfo"),
        ("calls yesterday", "getCDR"),
        ("accounts Nobody Inc", "getClients"),
        ("clients 561115", "getClients"),
    ],
)
def test_what_an_answer_rests_on_is_not_left_out(server: VoipMsServer, phones: VoipMs, line: str, method: str) -> None:
    server.fail(OUTAGE, method=method, times=None)
    with pytest.raises(Unreachable):
        ask(phones, line)


def test_what_would_fail_for_every_question_is_told_at_once(server: VoipMsServer, phones: VoipMs) -> None:
    server.fail(BadStatus("invalid_credentials"), times=None)
    with pytest.raises(Refused) as refused:
        ask(phones, "calls yesterday")
    assert refused.value.status == "invalid_credentials"
    assert len(server.asked) == 1


def test_where_numbers_ring_is_looked_up_no_longer_than_a_person_waits(server: VoipMsServer, phones: VoipMs) -> None:
    seconds = count(step=25)
    reply = ask(phones, "numbers", lambda: NOW + timedelta(seconds=next(seconds)))
    assert reply.headline.startswith("26 numbers") and "could not be looked up: There was no time left." in words_of(reply.blocks)
    assert len(server.asked) == 5, "the numbers, the POPs, and three kinds of what they lead to"


def test_a_number_that_sends_callers_in_a_circle_stands_first_and_is_named(phones: VoipMs) -> None:
    reply = ask(phones, "numbers")
    (table,) = (block for block in reply.blocks if block["type"] == "table")
    shown = words_of(reply.blocks)
    first = table["rows"][1][0]["text"]
    assert "can send a caller in a circle: " in shown
    assert first in shown.partition("in a circle: ")[2].partition("\n")[0]
