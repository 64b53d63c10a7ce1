"""The invented company: its phones are arithmetic, its calls are believable, and the same seed makes the same one."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.calls import Call, charge, price, tariff
from playground.company import Company, founded
from playground.company_parts import Package
from playground.company_words import HOSTILE, digits_of
from playground.crowd import Crowd
from playground.phones import Kind, Phone

NOON = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
"""Noon in New York, a Tuesday."""
NEW_YORK = ZoneInfo("America/New_York")


class Hands:
    """A clock that is moved by hand."""

    def __init__(self, at: datetime = NOON) -> None:
        self.seconds = at.timestamp()

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture(scope="module")
def harbour() -> Company:
    """A company that nobody changes."""
    return founded(seed=1, now=NOON)


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def company(clock: Hands) -> Company:
    made = founded(seed=1, now=NOON)
    made.clock = clock
    return made


def registered(company: Company, login: str) -> bool:
    return bool(company.registrations(login))


# What it is


def test_the_same_seed_and_moment_make_the_same_company(harbour: Company) -> None:
    again = founded(seed=1, now=NOON)
    for part in ("password", "sub_accounts", "phones", "mailboxes", "messages", "clients", "dids", "targets", "transactions"):
        assert getattr(again, part) == getattr(harbour, part), part
    assert list(again.ledger) == list(harbour.ledger)
    assert founded(seed=2, now=NOON).secrets.isdisjoint(harbour.secrets)


def test_a_company_founded_a_day_later_has_the_same_past(harbour: Company) -> None:
    later = founded(seed=1, now=NOON + timedelta(days=1))
    start, end = NOON - timedelta(days=30), NOON - timedelta(days=1)
    assert list(later.ledger.between(start, end)) == list(harbour.ledger.between(start, end))


def test_it_has_the_phones_of_a_company_with_three_sites(harbour: Company) -> None:
    own = [account for account in harbour.sub_accounts.values() if account.client == "0"]
    assert len(own) == 43
    places = Counter(account.site.name for account in own if account.site.name)
    assert places["Head office"] > places["Laval branch"] > places["Warehouse"] > 1
    assert sorted(places.values())[:4] == [1, 1, 1, 1], "four work from home"
    assert sum(account.by_ip for account in own) == 4
    devices = Counter(len(harbour.phones[account.login]) for account in own if not account.by_ip)
    assert devices == {1: 34, 2: 2, 0: 3}


def test_phones_of_a_site_share_its_address(harbour: Company) -> None:
    for place in ("Head office", "Laval branch", "Warehouse"):
        addresses = {harbour.phones[login][0].ip for login in harbour.site(place) if harbour.phones[login]}
        assert len(addresses) == 1


def test_every_number_is_made_up(harbour: Company) -> None:
    numbers = {call.number[-10:] for call in harbour.ledger if call.number} | set(harbour.dids)
    assert not {digits for digits in numbers if "55501" not in digits}


def test_every_routing_leads_to_something_that_is_there(harbour: Company) -> None:
    names = {"fwd": "forwardings", "grp": "ring_groups", "queue": "queues", "ivr": "ivrs", "tc": "timecondition", "sip": "sipuris"}
    names |= {"cb": "callbacks", "disa": "disa", "recording": "recordings"}
    there = {f"{header}:{next(iter(row.values()))}" for header, key in names.items() for row in harbour.targets[key]}
    there |= {f"account:{login}" for login in harbour.phones} | {f"vm:{box}" for box in harbour.mailboxes} | {"none:"}
    there |= {f"did:{did}" for did in harbour.dids} | {"sys:hangup", "sys:echo"}
    named = {did.routing for did in harbour.dids.values()} | {
        did.settings.get("failover_noanswer", "none:") for did in harbour.dids.values()
    }
    for rows in harbour.targets.values():
        for row in rows:
            for key in ("members", "choices", "routing_match", "routing_nomatch", "fail_over_routing_timeout", "fail_over_routing_full"):
                named |= {part.partition("=")[2] or part for part in row.get(key, "").split(";") if part}
    assert named <= there
    headers = {did.routing.partition(":")[0] for did in harbour.dids.values()}
    assert headers == {"account", "fwd", "grp", "queue", "ivr", "tc", "vm", "sip", "sys", "cb", "disa", "recording"}


def test_one_direct_number_is_at_another_server_than_its_phone(harbour: Company) -> None:
    wrong = []
    for did in harbour.dids.values():
        header, _, login = did.routing.partition(":")
        if header == "account" and did.pop not in {phone.pop for phone in harbour.phones[login]}:
            wrong.append(login)
    assert "100001_nadia" in wrong


def test_no_secret_hides_in_plain_sight(harbour: Company) -> None:
    """Finding one anywhere is proof of a leak: none is short, none is part of something that may be shown."""
    assert len(harbour.secrets) > 120
    assert min(map(len, harbour.secrets)) >= 8
    shown = " ".join(str(call) for call in harbour.ledger) + str(harbour.messages) + str(harbour.transactions) + str(harbour.phones)
    assert not [secret for secret in harbour.secrets if secret in shown]


# Its calls


def test_ninety_days_of_calls_lie_behind_it(harbour: Company) -> None:
    days = Counter(call.start.astimezone(NEW_YORK).date() for call in harbour.ledger if call.direction != "fee")
    assert (min(days), max(days)) == (date(2026, 8, 27), date(2026, 11, 24))
    working = [count for day, count in days.items() if day.weekday() < 5 and day != date(2026, 11, 24)]
    assert 150 <= min(working) <= max(working) <= 250
    assert max(count for day, count in days.items() if day.weekday() >= 5) < 40
    assert 12_000 < len(harbour.ledger) < 15_000
    assert all(call.end <= NOON for call in harbour.ledger)


def test_calls_are_many_by_day_and_few_by_night(harbour: Company) -> None:
    hours = Counter(call.start.astimezone(NEW_YORK).hour for call in harbour.ledger)
    assert hours[10] > 10 * hours[19] > 0
    assert hours[2] < 60


def test_calls_end_in_every_way(harbour: Company) -> None:
    ways = Counter(call.disposition for call in harbour.ledger)
    assert set(ways) == {"ANSWERED", "NO ANSWER", "BUSY", "FAILED"}
    assert min(ways.values()) > 200
    assert all(call.seconds > 0 for call in harbour.ledger if call.disposition == "ANSWERED" and call.direction != "fee")
    assert not any(call.seconds or call.cost for call in harbour.ledger if call.disposition != "ANSWERED")


def test_some_calls_last_over_midnight(harbour: Company) -> None:
    over = [call for call in harbour.ledger if call.start.astimezone(NEW_YORK).date() != call.end.astimezone(NEW_YORK).date()]
    assert len(over) >= 20


def test_the_repeated_hour_of_autumn_has_a_call_in_each_pass(harbour: Company) -> None:
    passes = [harbour.ledger.between(*(datetime(2026, 11, 1, hour, tzinfo=UTC) for hour in (start, start + 1))) for start in (5, 6)]
    assert [{call.start.astimezone(NEW_YORK).strftime("%H:%M") for call in calls} >= {"01:30"} for calls in passes] == [True, True]


def test_every_hostile_caller_calls(harbour: Company) -> None:
    assert set(HOSTILE) <= {call.callerid for call in harbour.ledger}


def test_some_rows_have_no_id_of_their_own(harbour: Company) -> None:
    ids = Counter(call.uniqueid for call in harbour.ledger)
    assert ids.pop("n/a") > 50
    assert set(ids.values()) == {1}
    assert any("x" in unique for unique in ids)


def test_a_call_is_added_when_it_has_ended(company: Company, clock: Hands) -> None:
    before = len(company.ledger)
    made = company.call("100001_sales1", "01125255550101", seconds=600)
    assert len(company.ledger) == before + 1
    assert made.end == NOON
    assert made.cost == Decimal("8.50000000"), "ten minutes at 85 cents"
    assert made in company.ledger.between(NOON - timedelta(minutes=10), NOON)


def test_a_call_that_comes_in_belongs_to_the_account_its_number_rings(company: Company) -> None:
    made = company.call(direction="in", did="4505550121", callerid='"Amélie" <5145550160>', seconds=0, disposition="NO ANSWER")
    assert (made.account, made.number, made.cost, made.client) == ("100001_nadia", "5145550160", Decimal(0), "0")
    assert company.call(direction="in", did="5145550100").account == "100001"


def test_a_clients_call_has_the_clients_price(company: Company) -> None:
    made = company.call("100001_birchdental1", "5145550160", seconds=61)
    assert (made.client, made.cost) == ("561115", Decimal("0.00572000"))
    assert made.price == Decimal("0.03560000"), "two minutes at 0.0052 and half, and a cent"


@pytest.mark.parametrize(
    ("seconds", "rate", "pulse", "cost"),
    [(0, "0.01", 6, "0"), (1, "0.01", 6, "0.001"), (6, "0.01", 6, "0.001"), (7, "0.01", 6, "0.002"), (61, "0.0052", 60, "0.0104")],
)
def test_begun_pulses_are_charged(seconds: int, rate: str, pulse: int, cost: str) -> None:
    assert charge(seconds, Decimal(rate), pulse) == Decimal(cost)


def test_a_package_without_markup_costs_what_it_costs() -> None:
    plain = Package("1", "", Decimal(0), 0, 6, "", "", Decimal(0), Decimal(0), 0)
    assert price(61, Decimal("0.01"), plain) == charge(61, Decimal("0.01"))


def test_the_tariff_knows_where_a_number_is() -> None:
    assert [tariff(number)[1] for number in ("5145550160", "2125550160", "01144205550104", "01125255550101")] == [
        "OUT:CAN", "OUT:USA", "OUT:INTL", "OUT:INTL",
    ]  # fmt: skip
    assert tariff("01125255550101")[2] > 10 * tariff("01144205550104")[2]


@pytest.mark.parametrize(
    ("callerid", "digits"),
    [
        ('"John Doe" <5145550160>', "5145550160"),
        ("JOHN <5145550160>", "5145550160"),
        ("5145550160", "5145550160"),
        ("anonymous", ""),
        ("", ""),
    ],
)
def test_the_number_of_a_caller_is_found(callerid: str, digits: str) -> None:
    assert digits_of(callerid) == digits


# Its phones


def test_a_phone_that_says_goodbye_is_gone_at_once_and_back_within_seconds(company: Company, clock: Hands) -> None:
    assert registered(company, "100001_frontdesk")
    company.unplug("100001_frontdesk")
    assert not registered(company, "100001_frontdesk")
    clock.seconds += 3600
    company.plug_in("100001_frontdesk")
    assert not registered(company, "100001_frontdesk")
    clock.seconds += 5
    assert registered(company, "100001_frontdesk")


def test_a_power_cut_shows_only_as_registrations_expire(company: Company, clock: Hands) -> None:
    phones = [login for login in company.site("Head office") if company.phones[login]]
    company.power_cut("Head office")
    assert all(registered(company, login) for login in phones)
    counts = []
    while any(registered(company, login) for login in phones):
        clock.seconds += 30
        counts.append(sum(registered(company, login) for login in phones))
    assert len(set(counts)) > 5, "a trickle, not a drop"
    assert clock.seconds - NOON.timestamp() <= 1830
    company.plug_in_site("Head office")
    clock.seconds += 5
    assert all(registered(company, login) for login in phones)


def test_power_that_comes_back_before_the_expiry_is_never_seen(company: Company, clock: Hands) -> None:
    company.power_cut("100001_dock")
    for _ in range(30):
        clock.seconds += 1
        assert registered(company, "100001_dock")
    company.plug_in("100001_dock")
    for _ in range(4000):
        clock.seconds += 1
        assert registered(company, "100001_dock")


def test_an_unplugged_site_leaves_the_others_alone(company: Company) -> None:
    company.unplug_site("Warehouse")
    assert not any(registered(company, login) for login in company.site("Warehouse"))
    assert registered(company, "100001_frontdesk")


def test_a_server_takes_all_its_phones_with_it_and_nobody_else(company: Company, clock: Hands) -> None:
    company.unplug("100001_packing")
    company.pop_down("80")
    assert not registered(company, "100001_dock")
    assert [phone.pop for phone, _ in company.registrations("100001_sam")] == ["65"], "the other device of the account"
    company.unplug("100001_kiosk")
    company.plug_in("100001_kiosk")
    clock.seconds += 60
    assert not registered(company, "100001_kiosk"), "there is no server to register at"
    company.pop_up("80")
    clock.seconds += 5
    assert registered(company, "100001_dock")
    assert registered(company, "100001_kiosk")
    assert not registered(company, "100001_packing"), "it has no power"


def test_a_lagging_registrar_tells_late(company: Company, clock: Hands) -> None:
    company.registrar_delay = 90
    company.unplug("100001_frontdesk")
    clock.seconds += 89
    assert registered(company, "100001_frontdesk")
    clock.seconds += 2
    assert not registered(company, "100001_frontdesk")


@pytest.mark.parametrize("act", [Company.unplug, Company.plug_in, Company.unplug_site, Company.power_cut, Company.pop_down])
def test_a_name_that_is_not_there_is_told(company: Company, act: Callable[[Company, str], None]) -> None:
    with pytest.raises(KeyError):
        act(company, "100001_nobody")


PHONES = st.builds(
    Phone,
    account=st.just("a"), ip=st.just("192.0.2.1"), port=st.just(5060), pop=st.just("1"), agent=st.just(""),
    expiry=st.just(300), refresh=st.integers(100, 299), offset=st.integers(0, 99), boot=st.integers(1, 5),
)  # fmt: skip
KINDS: list[Kind] = ["on", "cut", "dropped"]
HISTORIES = st.lists(st.tuples(st.integers(1, 900), st.sampled_from(KINDS)), max_size=8)


@given(PHONES, HISTORIES)
def test_what_the_registrar_believes_is_what_ticking_would_give(phone: Phone, history: list[tuple[int, Kind]]) -> None:
    """The arithmetic against a registrar and a phone that live through every second."""
    at = 10_000
    until = phone.registered_until(at)
    next_refresh = (until or 0) - phone.expiry + phone.refresh
    powered = True
    for wait, kind in history:
        for second in range(at, at + wait):
            if powered and second >= next_refresh:
                until, next_refresh = next_refresh + phone.expiry, next_refresh + phone.refresh
            assert phone.registered_until(second) == (until if until is not None and second < until else None)
        at += wait
        if powered and at >= next_refresh:
            until, next_refresh = next_refresh + phone.expiry, next_refresh + phone.refresh
        phone.switch(at, kind)
        if kind == "on" and not powered:
            powered, next_refresh = True, at + phone.boot
        elif kind != "on":
            powered = False
            until = None if kind == "dropped" else until


# A really big account


def test_a_big_account_has_exactly_as_many_rows_as_asked_for(company: Company) -> None:
    first, last = company.busy(rows=10_007, days=92)
    assert (last - first).days == 91
    crowd = company.crowd
    assert crowd is not None
    calls = list(crowd.between(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)))
    assert len({call.uniqueid for call in calls}) == len(calls) == crowd.rows == 10_007


def test_a_big_account_costs_what_its_rows_say(harbour: Company) -> None:
    crowd = Crowd(list(harbour.ledger)[:50], 1_000, 10, date(2026, 11, 20))

    def row(call: Call) -> dict[str, str]:
        return {"date": "", "total": str(call.cost)}

    text = ",".join(crowd.json_rows(date(2026, 11, 12), date(2026, 11, 13), lambda call: call.direction == "out", row, timedelta(0)))
    start, end = datetime(2026, 11, 12, 5, tzinfo=UTC), datetime(2026, 11, 14, 5, tzinfo=UTC)
    out = [call for call in crowd.between(start, end) if call.direction == "out"]
    assert 0 < len(out) < 200
    assert text.count('"date":"2026-11-1') == len(out)
    assert [part.split('"')[0] for part in text.split('"uniqueid":"')[1:]] == [call.uniqueid for call in out]
