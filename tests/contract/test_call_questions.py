"""``calls`` and ``client-calls`` from the words to the reply: the real client asks a simulated VoIP.ms; sums are made from its books."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from handlers.calls import CALLS, CLIENT_CALLS
from handlers.parsing import split
from handlers.registry import Command, Misunderstood, Reply, Request
from playground.calls import Call
from playground.company import Company, founded
from playground.voipms import VoipMsServer
from rules.access import Role
from tests.unit.pictures import faults, words_of
from voipms import Pace, VoipMs

NOW = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)
TORONTO = ZoneInfo("America/Toronto")
ZONES = ("America/Toronto", "America/Vancouver", "Asia/Kolkata", "Pacific/Auckland")


@pytest.fixture(scope="module")
def company() -> Company:
    return founded(seed=1, now=NOW)


@pytest.fixture(scope="module")
def server(company: Company) -> Iterator[VoipMsServer]:
    with VoipMsServer(company, clock=NOW.timestamp) as made:
        yield made


@pytest.fixture(scope="module")
def phones(server: VoipMsServer) -> VoipMs:
    return VoipMs(server.username, server.password, url=server.url, pace=Pace(per_minute=60_000))


def request(words: str, *, zone: ZoneInfo = TORONTO, role: Role = Role.ADMIN, clock: Callable[[], datetime] = lambda: NOW) -> Request:
    return Request(person="U0ANA", role=role, words=split(words), now=NOW, zone=zone, clock=clock, give_up_at=NOW + timedelta(seconds=60))


def ask(phones: VoipMs, words: str, command: Command = CALLS, **more: object) -> Reply:
    reply = command.run(request(words, **more), phones)  # type: ignore[arg-type]
    assert faults(reply.blocks) == []
    return reply


def file_of(phones: VoipMs, words: str, command: Command = CALLS, **more: object) -> list[dict[str, object]]:
    assert command.csv is not None
    head, *rows = command.csv(request(words, **more), phones).rows  # type: ignore[arg-type]
    return [dict(zip(map(str, head), row, strict=True)) for row in rows]


def booked(company: Company, first: date, last: date, zone: ZoneInfo) -> list[Call]:
    """What the company's own books have of days of a zone."""
    start, end = (datetime.combine(day, time(), zone) for day in (first, last + timedelta(days=1)))
    return [call for call in company.ledger if start <= call.start < end]


def totals_line(calls: list[Call], cost: Decimal) -> str:
    """The totals as a person would write them."""
    seconds = sum(call.seconds for call in calls if call.direction != "fee")
    count = sum(call.direction != "fee" for call in calls)
    if not seconds and not cost:
        return f"*{count:,} call{'s' * (count != 1)}*"
    return f"{count:,} call{'s' * (count != 1)}  ·  {seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02} talk time  ·  ${cost:,.2f}"


def cents(calls: list[Call]) -> Decimal:
    return sum((call.cost for call in calls), Decimal()).quantize(Decimal("0.01"), "ROUND_HALF_UP")


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("", lambda today: (today, today)),
        ("yesterday", lambda today: (today - timedelta(days=1),) * 2),
        ("2026-11-01", lambda today: (date(2026, 11, 1),) * 2),
        ("last-month", lambda today: (date(2026, 10, 1), date(2026, 10, 31))),
    ],
)
def test_the_totals_are_those_of_the_books(
    company: Company, phones: VoipMs, zone: str, words: str, days: Callable[[date], tuple[date, date]]
) -> None:
    reader = ZoneInfo(zone)
    expected = booked(company, *days(NOW.astimezone(reader).date()), reader)
    shown = words_of(ask(phones, words, zone=reader).blocks)
    assert totals_line(expected, cents(expected)) in shown
    missed = sum(call.direction == "in" and call.disposition != "ANSWERED" for call in expected)
    assert f"*Missed*\n{missed:,} of {sum(call.direction == 'in' for call in expected):,} in" in shown


def test_each_account_has_its_own_calls_and_those_to_its_numbers(company: Company, phones: VoipMs) -> None:
    expected = booked(company, date(2026, 11, 16), date(2026, 11, 22), TORONTO)
    for login in sorted({call.account for call in expected}):
        own = [call for call in expected if call.account == login]
        assert totals_line(own, cents(own)) in words_of(ask(phones, f"last-week {login}").blocks), login
        out = [call for call in own if call.direction == "out"]
        if out:
            assert totals_line(out, cents(out)) in words_of(ask(phones, f"last-week out {login}").blocks), login


def test_a_client_sees_its_own_prices_and_no_rate(company: Company, phones: VoipMs) -> None:
    client = next(iter(company.clients.values()))
    expected = [call for call in booked(company, date(2026, 10, 1), date(2026, 10, 31), TORONTO) if call.client == client.client]
    cost = sum((call.price for call in expected), Decimal()).quantize(Decimal("0.01"), "ROUND_HALF_UP")
    reply = ask(phones, f"{client.client} last-month", CLIENT_CALLS)
    assert totals_line(expected, cost) in words_of(reply.blocks)
    assert reply.again == f"{client.client} 2026-10"
    assert reply.csv
    assert not reply.share
    heads = next([cell["text"] for cell in block["rows"][0]] for block in reply.blocks if block["type"] == "table")
    assert "Rate" not in heads
    for name in (client.email, f'"{client.company}"'):
        assert ask(phones, f"{name} last-month", CLIENT_CALLS).headline == reply.headline


def test_the_same_again_is_the_same_answer_on_any_day(phones: VoipMs) -> None:
    reply = ask(phones, "last-week missed over:0s")
    assert reply.again == "2026-11-16..2026-11-22 missed over:0s"
    assert reply.share
    assert ask(phones, reply.again).headline.partition(":")[2] == reply.headline.partition(":")[2]


def test_the_file_has_all_rows_and_their_exact_sum(company: Company, phones: VoipMs) -> None:
    expected = booked(company, date(2026, 11, 16), date(2026, 11, 22), TORONTO)
    rows = file_of(phones, "last-week")
    assert len(rows) == len(expected) > 99
    assert sum(Decimal(str(row["Cost"])) for row in rows) == sum(call.cost for call in expected)
    assert [row["Direction"] for row in rows] == [call.direction for call in sorted(expected, key=lambda call: call.start)]


def test_files_are_named_for_their_days(phones: VoipMs) -> None:
    assert CALLS.csv is not None
    assert CLIENT_CALLS.csv is not None
    assert CALLS.csv(request("yesterday"), phones).name == "calls-2026-11-24.csv"
    assert CALLS.csv(request("last-week"), phones).name == "calls-2026-11-16-to-2026-11-22.csv"
    client = phones.clients()[0].client
    assert CLIENT_CALLS.csv(request(f"{client} last-month"), phones).name == "client-calls-2026-10.csv"


def test_a_viewer_sees_no_whole_number(company: Company, phones: VoipMs) -> None:
    numbers = {call.number[-4:] for call in booked(company, date(2026, 11, 24), date(2026, 11, 24), TORONTO) if len(call.number) >= 10}
    shown = words_of(ask(phones, "yesterday", role=Role.VIEWER).blocks)
    told = "\n".join(
        f"{row['Caller id']} {row['Destination']} {row['Call logs']}" for row in file_of(phones, "yesterday", role=Role.VIEWER)
    )
    assert numbers
    for text in (shown, told):
        assert not [number for number in numbers if f"555-{number}" in text or f"555{number}" in text]


@pytest.mark.parametrize(
    ("command", "words", "problem", "hint"),
    [
        (CALLS, "yesterdy", "I do not know the word “yesterdy”.", "`/voip calls yesterday`"),
        (CALLS, "yesterday mised", "I do not know the word “mised”.", "`/voip calls yesterday missed`"),
        (CALLS, "yesterday missed zzz", "“zzz” is no account, period or filter that I know.", "`/voip accounts`"),
        (CALLS, "yesterday 100001_", "Several accounts could be meant by “100001_”.", "`/voip calls yesterday 100001_"),
        (CALLS, "2026-02-30", "February 2026 has no day 30.", "`2026-02-28`"),
        (CLIENT_CALLS, "", "Whose calls? Name a client by id, e-mail, company or person.", "`/voip client-calls &lt;client&gt; yesterday`"),
        (CLIENT_CALLS, "last-month missed", "Whose calls?", "`/voip clients`"),
        (CLIENT_CALLS, "zzz", "“zzz” is no client, period or filter that I know.", "`/voip clients` lists the clients"),
        (CLIENT_CALLS, "561115 lst-month", "I do not know the word “lst-month”.", "`/voip client-calls 561115 last-month`"),
    ],
)
def test_what_makes_no_question_says_what_to_type_instead(phones: VoipMs, command: Command, words: str, problem: str, hint: str) -> None:
    with pytest.raises(Misunderstood) as raised:
        command.run(request(words), phones)
    assert problem in str(raised.value)
    assert hint in raised.value.hint


def test_every_example_of_help_works(phones: VoipMs) -> None:
    for example in CALLS.examples:
        assert ask(phones, example).headline


def test_a_look_that_takes_too_long_stops_and_says_so(phones: VoipMs) -> None:
    whole = ask(phones, "200d")
    instants = iter([NOW, NOW + timedelta(seconds=61)])
    stopped = ask(phones, "200d", clock=lambda: next(instants))
    assert "(not complete)" in stopped.headline
    assert "*Not complete.*" in words_of(stopped.blocks)
    assert "(not complete)" not in whole.headline


def test_a_long_look_tells_how_far_it_has_come(phones: VoipMs) -> None:
    instants = (NOW + timedelta(seconds=6 * step) for step in range(9))
    told: list[str] = []
    CALLS.run(replace(request("200d", clock=lambda: next(instants)), say=told.append), phones)
    assert told
    assert all(text.startswith("Looking … ") and " records so far, at " in text for text in told)
