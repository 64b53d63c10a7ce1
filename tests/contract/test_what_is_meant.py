"""From what a person typed to the one thing they mean: the real handlers ask a simulated VoIP.ms; what is told works as it stands."""

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from handlers import commands
from handlers.memory import Memory
from handlers.parsing import split
from handlers.registry import Misunderstood, Registry, Reply, Request
from playground.company import Company, founded
from playground.voipms import VoipMsServer
from rules.access import Role
from rules.timing import Timing
from rules.watch import Line, Look, step
from store import Store, lines
from tests.unit.pictures import faults
from voipms import Pace, Refused, VoipMs

NOW = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def company() -> Company:
    return founded(seed=1, now=NOW)


@pytest.fixture(scope="module")
def phones(company: Company) -> Iterator[VoipMs]:
    with VoipMsServer(company, clock=NOW.timestamp) as server:
        yield VoipMs(server.username, server.password, url=server.url, pace=Pace(per_minute=60_000))


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with Store(f"sqlite:///{tmp_path_factory.mktemp('meant')}/dialtone.db") as store:
        yield commands("100001", memory=Memory(store=store))


def ask(registry: Registry, phones: VoipMs, line: str, role: Role = Role.ADMIN) -> Reply:
    name, *words = split(line)
    command = registry.get(name)
    assert command is not None
    request = Request(
        person="U0ANA",
        role=role,
        words=tuple(words),
        now=NOW,
        zone=ZoneInfo("America/Toronto"),
        clock=lambda: NOW,
        give_up_at=NOW + timedelta(seconds=60),
    )
    reply = command.run(request, phones)
    assert faults(reply.blocks) == []
    return reply


def hinted(hint: str) -> list[str]:
    """The command lines that a hint offers, but for those that only show how one is made."""
    lines = [html.unescape(line) for line in re.findall(r"`/voip ([^`]+)`", hint)]
    return [line for line in lines if "<" not in line]


@pytest.mark.parametrize(
    ("line", "headline"),
    [
        ("status 101", "Front desk (100001_frontdesk) is registered"),
        ("status ext 101", "Front desk (100001_frontdesk) is registered"),
        ("status extension 101", "Front desk (100001_frontdesk) is registered"),
        ("status Ext. 101", "Front desk (100001_frontdesk) is registered"),
        ("status Front desk (100001_frontdesk)", "Front desk (100001_frontdesk) is registered"),
        ("status chloe tremblay", "Chloé Tremblay (100001_chloe)"),
        ("status tremblay", "Chloé Tremblay (100001_chloe)"),
        ("status 100001", "Main account (100001)"),
        ("accounts client 561115", "2 sub-accounts of Birch Dental"),
        ("accounts Birch Dental (561115)", "2 sub-accounts of Birch Dental"),
        ("voicemail mailbox 1001", "Front desk (1001)"),
        ("numbers 0101", "Front desk direct, (514) 555-0101"),
        ("numbers +1 (514) 555-0101", "Front desk direct, (514) 555-0101"),
        ("numbers main line", "Main line, (514) 555-0100"),
        ("clients Starting Up Inc.", "Starting Up Inc. (561124)"),
        ("calls yesterday main line", "Yesterday: 24 incoming calls with Main line (514) 555-0100"),
        ("calls yesterday Main line (time condition)", "Yesterday: 24 calls for Main line (time condition)"),
        ("calls out yesterday main line", "Yesterday: 66 outgoing calls with Main line (514) 555-0100"),
        ("calls yesterday Main account", "Yesterday: 75 calls for Main account"),
        ("calls yesterday front desk", "Yesterday: 18 calls for Front desk"),
        ("calls missed calls for Front desk on Tue 24 Nov 2026", "On Tue 24 Nov 2026: 2 missed calls for Front desk"),
        ("calls yesterday Dial in and out", "Yesterday: no incoming calls with Dial in and out (514) 555-0110"),
        ("calls yesterday Sales", "Yesterday: 14 incoming calls with Sales (514) 555-0102"),
        ("calls yesterday fax", "Yesterday: 3 calls for Fax line"),
        ("client-calls Birch Dental 7d", "In the last 7 days: 6 calls of Birch Dental"),
        ("client-calls client 561115 7d", "In the last 7 days: 6 calls of Birch Dental"),
    ],
)
def test_what_people_call_things_is_understood(registry: Registry, phones: VoipMs, line: str, headline: str) -> None:
    assert ask(registry, phones, line).headline.startswith(headline)


def test_what_an_answer_calls_the_owner_of_calls_asks_for_those_calls(registry: Registry, phones: VoipMs) -> None:
    reply = ask(registry, phones, "calls last-week")
    (owners,) = (block["text"]["text"] for block in reply.blocks if "*By account*" in str(block))
    for line in owners.splitlines()[1:6]:
        name, count = re.split(r"  (?:`|·)", html.unescape(line).replace("\u200b", ""))[0], re.search(r"([\d,]+) calls?", line)
        assert count is not None
        assert f"{count[0]} for {name}" in ask(registry, phones, f"calls last-week {name}").headline


@pytest.mark.parametrize(
    ("line", "problem", "hint"),
    [
        ("status 999", "I know no account “999”.", "`/voip accounts` lists them all."),
        ("status frontdsk", "I know no account “frontdsk”.", "Did you mean `/voip status 100001_frontdesk` Front desk or"),
        ("status 100001_frontdsk", "I know no account “100001_frontdsk”.", "Did you mean `/voip status 100001_frontdesk` Front desk or"),
        ("status 5145550100", "(514) 555-0100 is a phone number, not an account.", "`/voip numbers 5145550100` shows where it rings."),
        ("status nobody", "I know no account “nobody”.", "Did you mean `/voip status 100001_loaner` Loaner that was"),
        (
            "status 101 201",
            "I can look at one account at a time.",
            "`/voip status 100001_frontdesk` Front desk or `/voip status 100001_laval`",
        ),
        ("status 101,201", "I can look at one account at a time.", "`/voip status 100001_laval` Laval reception"),
        ("status 101 foo", "I do not know “foo”.", "Without it: `/voip status 100001_frontdesk`"),
        (
            "status sale",
            "Several accounts could be meant by “sale”.",
            "`/voip status 100001_sales1` Sales 1 or `/voip status 100001_sales2`",
        ),
        ("numbers (514) 555-0150", "(514) 555-0150 is not one of your numbers.", "Nearest:\n• `/voip numbers 51455501"),
        ("clients 561114", "561114 is not one of your clients.", "Nearest:\n• `/voip clients 561115` Birch Dental\n• "),
        ("clients brch", "I know no client “brch”.", "Did you mean `/voip clients 561115` Birch Dental?"),
        ("clients zzz", "I know no client “zzz”.", "`/voip clients` lists them all."),
        ("voicemail 1099", "1099 is not one of your mailboxes.", "Nearest: `/voip voicemail 1009` Laval reception"),
        ("client-calls 561114 yesterday", "561114 is not one of your clients.", "• `/voip client-calls yesterday 561115` Birch Dental"),
        ("client-calls 561115 foo", "I do not know “foo”.", "Without it: `/voip client-calls 561115`"),
        ("client-calls 561115 lst-month", "I do not know the word “lst-month”.", "Did you mean `/voip client-calls 561115 last-month`?"),
        ("calls 101 201 yesterday", "I can look at one account at a time.", "`/voip calls yesterday 100001_frontdesk` Front desk or"),
        ("calls frontdsk yesterday in", "I know no account “frontdsk”.", "Did you mean `/voip calls yesterday in 100001_frontdesk`"),
        ("calls yesterdy mised", "I do not know the words “yesterdy” and “mised”.", "Did you mean `/voip calls yesterday missed`?"),
        ("calls to:5145550165", "I do not know the word “to:5145550165”.", "Did you mean `/voip calls number:5145550165`?"),
        ("calls main line number:5145550199", "I can look for one number at a time.", "`number:5145550100`"),
    ],
)
def test_what_is_not_understood_says_why_and_offers_only_what_works(
    registry: Registry, phones: VoipMs, line: str, problem: str, hint: str
) -> None:
    with pytest.raises(Misunderstood) as raised:
        ask(registry, phones, line)
    assert str(raised.value) == problem
    assert hint in raised.value.hint
    for offered in hinted(raised.value.hint):
        if not offered.startswith("help"):
            assert ask(registry, phones, offered).headline


@pytest.mark.parametrize("line", ["calls 2 months", "calls yesterday zzz", "calls yesterdy zzz", "calls over:60s over60s"])
def test_where_no_other_words_would_do_none_are_offered(registry: Registry, phones: VoipMs, line: str) -> None:
    with pytest.raises(Misunderstood) as raised:
        ask(registry, phones, line)
    assert "is no account, period or filter that I know." in str(raised.value)
    assert raised.value.hint == "`/voip accounts` lists the accounts, `/voip help calls` the periods and filters."


def test_a_full_login_that_is_like_no_other_is_asked_for(registry: Registry, phones: VoipMs) -> None:
    with pytest.raises(Refused) as refused:
        ask(registry, phones, "status 100001_zzz")
    assert refused.value.status == "invalid_account"


def test_a_viewer_names_a_client_in_full_or_learns_of_none(registry: Registry, phones: VoipMs) -> None:
    assert ask(registry, phones, "accounts client 561115", Role.VIEWER).headline == "2 sub-accounts of client 561115"
    with pytest.raises(Misunderstood) as raised:
        ask(registry, phones, "accounts Birch Dentl", Role.VIEWER)
    assert "561115" not in raised.value.hint


def test_who_was_never_seen_is_called_so_where_everybody_is_looked_at_now(phones: VoipMs, tmp_path: Path) -> None:
    with Store(f"sqlite:///{tmp_path}/dialtone.db") as store:
        registry = commands(memory=Memory(store=store))
        assert ask(registry, phones, "status now").headline.startswith("3 of 53 phones are missing: ")
        with store.writing() as transaction:
            lines.listed(transaction, list(phones.sub_accounts()), NOW, complete=True)
            for one in phones.sub_accounts():
                lines.save(transaction, step(Line(account=one.account), Look.NO, NOW, Timing()), 1, looked_at=NOW)
        assert ask(registry, phones, "status now").headline == "50 of 53 phones are registered, 3 never seen"
