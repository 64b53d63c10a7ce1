"""The simulated VoIP.ms over real HTTP, held against the API's documentation: what the whole suite trusts is tested here."""

import json
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote, urlencode, urlsplit
from zoneinfo import ZoneInfo

import pytest
import requests

from playground.calls import Call
from playground.company import founded
from playground.voipms import (
    METHODS,
    BadStatus,
    Dropped,
    Empty,
    Fault,
    Hang,
    Html,
    NoStatus,
    Null,
    Slow,
    Soap,
    Truncated,
    VoipMsServer,
)
from tests.reference import reference

NOON = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
"""Noon in New York, a Tuesday."""
NEW_YORK = ZoneInfo("America/New_York")
AGENT = {"User-Agent": "Dialtone/0.1.0"}
ALL = {"answered": "1", "noanswer": "1", "busy": "1", "failed": "1", "timezone": "-5"}


class Hands:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.seconds = NOON.timestamp()

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def phones(clock: Hands) -> Iterator[VoipMsServer]:
    with VoipMsServer(founded(seed=1, now=NOON, days=2), clock) as server:
        yield server


@pytest.fixture(scope="module")
def quiet() -> Iterator[VoipMsServer]:
    """One that nobody changes."""
    with VoipMsServer(founded(seed=1, now=NOON), Hands()) as server:
        yield server


def form(phones: VoipMsServer, method: str, **params: str) -> dict[str, str]:
    return {"api_username": phones.username, "api_password": phones.password, "method": method, **params}


def post(phones: VoipMsServer, fields: dict[str, str], timeout: float = 10) -> requests.Response:
    return requests.post(phones.url, files={name: (None, value) for name, value in fields.items()}, headers=AGENT, timeout=timeout)


def ask(phones: VoipMsServer, method: str, **params: str) -> Any:
    """A multipart POST, as a careful client sends it; its JSON."""
    answer = post(phones, form(phones, method, **params))
    assert answer.status_code == 200
    return answer.json()


def said(phones: VoipMsServer, method: str, **params: str) -> str:
    return str(ask(phones, method, **params)["status"])


def rows(phones: VoipMsServer, method: str = "getCDR", first: str = "2026-11-23", last: str = "2026-11-23", **params: str) -> list[Any]:
    return list(ask(phones, method, date_from=first, date_to=last, **(ALL | params))["cdr"])


def on(phones: VoipMsServer, first: date, last: date) -> list[Call]:
    """The ledger's calls of some New York days."""
    begin, end = (datetime(day.year, day.month, day.day, tzinfo=NEW_YORK) for day in (first, last + timedelta(days=1)))
    return list(phones.company.ledger.between(begin, end))


MONDAY = date(2026, 11, 23)


# How it is spoken to


def test_a_multipart_post_and_a_get_are_answered_alike(quiet: VoipMsServer) -> None:
    got = requests.get(quiet.url, params=form(quiet, "getBalance"), headers=AGENT, timeout=10)
    assert got.json() == ask(quiet, "getBalance") == {"status": "success", "balance": {"current_balance": "112.192790"}}


@pytest.mark.parametrize("sent", [{"data": {"method": "getIP"}}, {"json": {"method": "getIP"}}, {"data": b"x"}])
def test_a_post_of_another_kind_meets_the_soap_side(quiet: VoipMsServer, sent: dict[str, Any]) -> None:
    answer = requests.post(quiet.url, headers=AGENT, timeout=10, **sent)
    assert (answer.status_code, "SOAP-ENV:Fault" in answer.text) == (200, True)


@pytest.mark.parametrize("agent", ["", "-", "Python-urllib/3.12", "curl/8.5", "Java/17.0", "123"])
def test_an_odd_user_agent_meets_the_firewall(quiet: VoipMsServer, agent: str) -> None:
    answer = requests.get(quiet.url, params=form(quiet, "getIP"), headers={"User-Agent": agent}, timeout=10)
    assert (answer.status_code, answer.content) == (403, b"")


@pytest.mark.parametrize("agent", ["Dialtone", "Dialtone/0.1.0 (+https://example.com)", "python-requests/2.34", "Mozilla/5.0 (X11)"])
def test_a_plain_user_agent_passes(quiet: VoipMsServer, agent: str) -> None:
    assert requests.get(quiet.url, params=form(quiet, "getIP"), headers={"User-Agent": agent}, timeout=10).json()["status"] == "success"


def test_a_request_line_may_be_only_so_long(quiet: VoipMsServer) -> None:
    answer = requests.get(quiet.url, params=form(quiet, "getIP", note="x" * 8_190), headers=AGENT, timeout=10)
    assert answer.status_code == 414


def test_another_path_is_not_the_api(quiet: VoipMsServer) -> None:
    assert requests.get(quiet.url.replace("rest.php", "soap.php"), headers=AGENT, timeout=10).status_code == 404


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"api_username": ""}, "missing_credentials"),
        ({"api_password": ""}, "missing_credentials"),
        ({"api_username": "other@example.com"}, "invalid_credentials"),
        ({"api_password": "portal-password"}, "invalid_credentials"),
        ({"method": ""}, "missing_method"),
        ({"method": "getEverything"}, "invalid_method"),
    ],
)
def test_a_wrong_login_or_method_is_an_error_on_a_200(quiet: VoipMsServer, change: dict[str, str], status: str) -> None:
    answer = post(quiet, form(quiet, "getBalance") | change)
    assert answer.status_code == 200
    assert answer.json()["status"] == status
    assert answer.json()["message"].endswith(("provided", "incorrect", "API", "Method"))


def test_it_may_be_switched_off_in_the_portal(phones: VoipMsServer) -> None:
    phones.api_enabled = False
    assert said(phones, "getBalance") == "api_not_enabled"


@pytest.mark.parametrize("entry", ["203.0.113.50", "203.0.113.0/24", "203.0.113.*", "0.0.0.0"])
def test_only_addresses_on_the_list_may_ask_but_anybody_may_ask_for_its_own(phones: VoipMsServer, entry: str) -> None:
    phones.allow_list = {"198.51.100.1", entry}
    assert said(phones, "getBalance") == "success"
    phones.caller = "192.0.2.9"
    if entry != "0.0.0.0":
        assert said(phones, "getBalance") == "ip_not_enabled"
    assert ask(phones, "getIP") == {"status": "success", "ip": "192.0.2.9"}


def test_so_many_requests_a_minute_and_no_more(phones: VoipMsServer, clock: Hands) -> None:
    phones.limit_per_minute = 3
    assert [said(phones, "getBalance") for _ in range(5)] == ["success"] * 3 + ["api_limit_exceeded"] * 2
    clock.seconds += 59
    assert said(phones, "getBalance") == "api_limit_exceeded"
    clock.seconds += 1
    assert said(phones, "getBalance") == "success"


def test_what_was_asked_is_known_and_the_password_is_not(phones: VoipMsServer, clock: Hands) -> None:
    said(phones, "getRegistrationStatus", account="100001_frontdesk")
    said(phones, "getRegistrationStatus", account="100001_nobody")
    requests.get(phones.url, params=form(phones, "getIP"), headers=AGENT, timeout=10)
    first, second, third = phones.asked
    assert (first.method, first.params, first.http, first.at) == (
        "getRegistrationStatus", {"account": "100001_frontdesk"}, "POST", clock.seconds,
    )  # fmt: skip
    assert [asked.answered for asked in (first, second, third)] == ["success", "invalid_account", "success"]
    assert third.http == "GET"
    assert phones.password not in repr(phones.asked)


def test_a_connection_serves_many_requests(quiet: VoipMsServer) -> None:
    parts = urlsplit(quiet.url)
    with closing(HTTPConnection(parts.netloc, timeout=10)) as connection:
        connection.connect()
        connection.auto_open = 0
        for _ in range(3):
            connection.request("GET", f"{parts.path}?{urlencode(form(quiet, 'getIP'))}", headers=AGENT)
            assert json.loads(connection.getresponse().read())["status"] == "success"


def test_many_may_ask_at_once(phones: VoipMsServer) -> None:
    phones.delay = 0.2
    begun = time.monotonic()
    threads = [threading.Thread(target=said, args=(phones, "getBalance")) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 0.2 <= time.monotonic() - begun < 3
    assert [asked.answered for asked in phones.asked] == ["success"] * 20


# What goes wrong


@pytest.mark.parametrize(
    ("fault", "status", "body", "word"),
    [
        (Html(), 200, "<!DOCTYPE html>", "html 200"),
        (Html(403), 403, "", "html 403"),
        (Html(503), 503, "Backend fetch failed", "html 503"),
        (Html(522), 522, "error code: 522", "html 522"),
        (Soap(), 200, "SOAP-ENV:Fault", "soap"),
        (Empty(), 200, "", "empty"),
        (Null(), 200, "null", "null"),
        (NoStatus(), 200, '{"ip": "203.0.113.50"}', "no status"),
        (Truncated(announced=False), 200, '{"status": "success"', "truncated"),
        (BadStatus("method_maintenance"), 200, "under maintenance", "method_maintenance"),
        (BadStatus("brand_new_status"), 200, '"message": "Brand new status"', "brand_new_status"),
        (BadStatus("sip_failed", "It <b>failed</b>"), 200, "It <b>failed</b>", "sip_failed"),
    ],
)
def test_each_fault_looks_as_it_is_seen_live(phones: VoipMsServer, fault: Fault, status: int, body: str, word: str) -> None:
    phones.fail(fault)
    answer = post(phones, form(phones, "getIP"))
    assert answer.status_code == status
    assert body in answer.text
    assert said(phones, "getIP") == "success", "once was enough"
    assert [asked.answered for asked in phones.asked] == [word, "success"]


@pytest.mark.parametrize("fault", [Dropped(), Truncated()])
def test_a_broken_connection_is_one(phones: VoipMsServer, fault: Fault) -> None:
    phones.fail(fault)
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        post(phones, form(phones, "getIP"))


def test_a_hang_never_answers(phones: VoipMsServer) -> None:
    phones.fail(Hang())
    with pytest.raises(requests.ReadTimeout):
        post(phones, form(phones, "getIP"), timeout=0.2)
    assert phones.asked[0].answered == ""


def test_closing_cuts_what_hangs(phones: VoipMsServer) -> None:
    phones.fail(Hang())
    closer = threading.Timer(0.2, phones.close)
    closer.start()
    with pytest.raises(requests.ConnectionError):
        post(phones, form(phones, "getIP"), timeout=10)
    closer.join()


def test_a_slow_answer_is_right(phones: VoipMsServer) -> None:
    phones.fail(Slow(0.2))
    begun = time.monotonic()
    assert said(phones, "getIP") == "success"
    assert time.monotonic() - begun >= 0.2


def test_a_fault_waits_for_its_method_and_lasts_as_long_as_asked(phones: VoipMsServer) -> None:
    phones.fail(BadStatus("unavailable_info"), method="getBalance", times=2)
    phones.fail(BadStatus("provider_outofservice"), method="getPackages", times=None)
    assert said(phones, "getIP") == "success"
    assert [said(phones, "getBalance") for _ in range(3)] == ["unavailable_info"] * 2 + ["success"]
    assert [said(phones, "getPackages") for _ in range(3)] == ["provider_outofservice"] * 3
    phones.heal()
    assert said(phones, "getPackages") == "success"


# Registrations


def test_a_registered_phone_shows_where_it_is(quiet: VoipMsServer) -> None:
    answer = ask(quiet, "getRegistrationStatus", account="100001_frontdesk")
    (row,) = answer["registrations"]
    assert (answer["registered"], answer["rerouted"], answer["from_server_pop"]) == ("yes", 0, 0)
    assert (row["server_hostname"], row["server_pop"], row["register_ip"]) == ("montreal5.voip.ms", "67", "203.0.113.7")
    again = datetime.fromisoformat(row["register_next"])
    assert datetime(2026, 11, 24, 12, 0) < again <= datetime(2026, 11, 24, 12, 5), "wall clock of New York"


def test_one_phone_was_moved_to_another_server(quiet: VoipMsServer) -> None:
    answer = ask(quiet, "getRegistrationStatus", account="100001_dev")
    assert (answer["rerouted"], answer["from_server_pop"]) == (1, 65)


def test_two_devices_come_in_no_stable_order(phones: VoipMsServer, clock: Hands) -> None:
    orders = set()
    for _ in range(2):
        orders.add(tuple(row["register_ip"] for row in ask(phones, "getRegistrationStatus", account="100001_maya")["registrations"]))
        clock.seconds += 60
    assert len(orders) == 2
    assert len({frozenset(order) for order in orders}) == 1


def test_not_being_registered_is_a_success_told_in_three_ways(quiet: VoipMsServer) -> None:
    away = [login for login, devices in quiet.company.phones.items() if not devices]
    answers = [ask(quiet, "getRegistrationStatus", account=login) for login in away]
    assert {(answer["status"], answer["registered"]) for answer in answers} == {("success", "no")}
    assert {json.dumps(answer.get("registrations", "missing")) for answer in answers} == {"[]", "null", '"missing"'}


def test_the_main_account_is_registered_too(quiet: VoipMsServer) -> None:
    assert ask(quiet, "getRegistrationStatus", account="100001")["registered"] == "yes"


def test_an_account_has_to_be_named_and_known(quiet: VoipMsServer) -> None:
    assert said(quiet, "getRegistrationStatus") == "missing_account"
    assert said(quiet, "getRegistrationStatus", account="100001_nobody") == "invalid_account"


def test_a_phone_that_comes_and_goes_is_seen(phones: VoipMsServer, clock: Hands) -> None:
    phones.registration_delay = 60
    phones.company.unplug("100001_frontdesk")
    seen = []
    for _ in range(2):
        clock.seconds += 31
        seen.append(ask(phones, "getRegistrationStatus", account="100001_frontdesk")["registered"])
    assert seen == ["yes", "no"]


# Call records


def test_rows_add_up_to_the_ledger(quiet: VoipMsServer) -> None:
    found = rows(quiet, first="2026-08-27", last="2026-11-24")
    calls = list(quiet.company.ledger)
    assert len(found) == len(calls)
    assert sum(Decimal(row["total"]) for row in found) == sum(call.cost for call in calls)
    assert sum(int(row["seconds"]) for row in found) == sum(call.seconds for call in calls)


def test_inbound_rows_carry_the_main_account_and_outbound_rows_their_own(quiet: VoipMsServer) -> None:
    calls = on(quiet, MONDAY, MONDAY)
    found = rows(quiet)
    inbound = [row for row in found if row["destination_type"].startswith("IN:")]
    assert len(inbound) == sum(call.direction == "in" for call in calls)
    assert {row["account"] for row in inbound} == {"100001"}
    assert {row["destination"] for row in inbound} <= set(quiet.company.dids)
    outbound = Counter(row["account"] for row in found if row["destination_type"].startswith("OUT:"))
    assert outbound == Counter(call.account for call in calls if call.direction == "out")


def test_money_has_eight_places_and_some_rows_are_fees(quiet: VoipMsServer) -> None:
    found = rows(quiet)
    assert all(re.fullmatch(r"\d+\.\d{8}", row[key]) for row in found for key in ("rate", "total"))
    fees = [row for row in found if "Fee" in row["description"]]
    assert {(row["seconds"], row["total"], row["uniqueid"], row["destination_type"]) for row in fees} == {("0", "0.00200000", "n/a", "")}


def test_rows_come_by_date(quiet: VoipMsServer) -> None:
    dates = [row["date"] for row in rows(quiet, first="2026-10-30", last="2026-11-03")]
    assert dates == sorted(dates)


@pytest.mark.parametrize(("offset", "hours"), [("-5", 0), ("0", 5), ("-12", -7), ("13", 18), ("-5.0", 0), ("0.5", 5.5)])
def test_the_zone_shifts_new_yorks_clock_but_not_the_days(quiet: VoipMsServer, offset: str, hours: float) -> None:
    """In summer as in winter: VoIP.ms adds (timezone + 5) hours to the wall clock, and picks by New York's day."""
    for day in ("2026-09-15", "2026-11-23"):
        plain = [datetime.fromisoformat(row["date"]) for row in rows(quiet, first=day, last=day)]
        shifted = [datetime.fromisoformat(row["date"]) for row in rows(quiet, first=day, last=day, timezone=offset)]
        assert shifted == [at + timedelta(hours=hours) for at in plain]
        assert {str(at.date()) for at in plain} == {day}


def test_the_repeated_hour_is_on_the_wire_twice(quiet: VoipMsServer) -> None:
    dates = Counter(row["date"] for row in rows(quiet, first="2026-11-01", last="2026-11-01"))
    assert dates["2026-11-01 01:30:00"] == 2


@pytest.mark.parametrize(
    ("params", "kept"),
    [
        ({"answered": "0"}, lambda call: call.disposition != "ANSWERED"),
        ({"noanswer": "0", "busy": "0", "failed": "yes"}, lambda call: call.disposition == "ANSWERED"),
        ({"calltype": "incoming"}, lambda call: call.direction == "in"),
        ({"calltype": "outgoing"}, lambda call: call.direction != "in"),
        ({"calltype": "5145550102"}, lambda call: call.did == "5145550102"),
        ({"callbilling": "free"}, lambda call: not call.cost),
        ({"callbilling": "billed"}, lambda call: bool(call.cost)),
        ({"account": "100001"}, lambda call: call.direction == "in"),
        ({"account": "100001_sales1"}, lambda call: call.account == "100001_sales1"),
        ({"account": "all", "calltype": "all", "callbilling": "all"}, lambda call: True),
    ],
)
def test_filters_keep_what_they_say(quiet: VoipMsServer, params: dict[str, str], kept: Any) -> None:
    expected = [call for call in on(quiet, MONDAY, MONDAY) if kept(call)]
    assert Counter(row["uniqueid"] for row in rows(quiet, **params)) == Counter(call.uniqueid for call in expected)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"date_from": "2026-08-24"}, "invalid_daterange"),
        ({"date_from": "2026-08-25"}, "success"),
        ({"date_to": "2026-08-24"}, "invalid_date_from"),
        ({"date_from": "24/11/2026"}, "invalid_date"),
        ({"date_from": ""}, "missing_params"),
        ({"timezone": ""}, "missing_timezone"),
        ({"timezone": "America/New_York"}, "invalid_timezone"),
        ({"timezone": "14"}, "invalid_timezone"),
        ({"answered": "0", "noanswer": "no", "busy": "", "failed": "true"}, "no_callstatus"),
        ({"account": "100001_nobody"}, "invalid_account"),
        ({"date_from": "2025-01-01", "date_to": "2025-01-31"}, "no_cdr"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(quiet: VoipMsServer, change: dict[str, str], status: str) -> None:
    assert said(quiet, "getCDR", **({"date_from": "2026-11-24", "date_to": "2026-11-24"} | ALL | change)) == status


def test_a_clients_rows_have_its_price_and_no_rate(quiet: VoipMsServer) -> None:
    found = rows(quiet, "getResellerCDR", client="561115", first="2026-08-27", last="2026-11-24")
    calls = [call for call in quiet.company.ledger if call.client == "561115"]
    assert len(found) == len(calls) > 20
    assert not any("rate" in row for row in found)
    assert sum(Decimal(row["total"]) for row in found) == sum(call.price for call in calls) > sum(call.cost for call in calls)


@pytest.mark.parametrize(("client", "status"), [("", "missing_client"), ("999999", "invalid_client"), ("561124", "no_cdr")])
def test_a_client_has_to_be_named_and_known(quiet: VoipMsServer, client: str, status: str) -> None:
    assert said(quiet, "getResellerCDR", date_from="2026-11-24", date_to="2026-11-24", client=client, **ALL) == status


def test_a_call_just_made_is_told(phones: VoipMsServer) -> None:
    before = len(rows(phones, first="2026-11-24", last="2026-11-24"))
    made = phones.company.call("100001_sales1", "01125255550101", seconds=3600)
    found = rows(phones, first="2026-11-24", last="2026-11-24")
    assert len(found) == before + 1
    (row,) = [row for row in found if row["uniqueid"] == made.uniqueid]
    assert (row["date"], row["duration"], row["total"]) == ("2026-11-24 11:00:00", "01:00:00", "51.00000000")


def test_ninety_days_are_answered_whole(quiet: VoipMsServer) -> None:
    assert len(quiet.answer("getCDR", date_from="2026-08-27", date_to="2026-11-24", **ALL)["cdr"]) > 12_000


def test_a_big_account_answers_in_parts(phones: VoipMsServer) -> None:
    first, last = phones.company.busy(rows=20_000, days=92)
    crowd = phones.company.crowd
    assert crowd
    found = rows(phones, first=str(first), last=str(last))
    calls = list(crowd.between(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)))
    assert [row["uniqueid"] for row in found] == [call.uniqueid for call in calls]
    assert sum(Decimal(row["total"]) for row in found) == sum(call.cost for call in calls)
    few = rows(phones, account="100001_sales1", timezone="0")
    assert few[0].keys() == found[0].keys()
    assert {row["account"] for row in few} == {"100001_sales1"}
    assert said(phones, "getCDR", date_from="2025-01-01", date_to="2025-01-01", **ALL) == "no_cdr"


# Money


def test_the_balance_is_told_with_what_was_spent(phones: VoipMsServer) -> None:
    phones.company.balance = Decimal("4.20")
    balance = ask(phones, "getBalance", advanced="1")["balance"]
    calls = list(phones.company.ledger)
    today = on(phones, date(2026, 11, 24), date(2026, 11, 24))
    assert balance["current_balance"] == "4.20"
    assert Decimal(balance["spent_total"]) == sum(call.cost for call in calls)
    assert Decimal(balance["spent_today"]) == sum(call.cost for call in today)
    assert int(balance["calls_today"]) == sum(call.direction != "fee" for call in today)
    assert re.fullmatch(r"\d+:\d\d:\d\d", balance["time_total"])


def test_before_the_first_call_of_a_day_todays_figures_are_empty(phones: VoipMsServer, clock: Hands) -> None:
    clock.seconds += 86_400
    balance = ask(phones, "getBalance", advanced="1")["balance"]
    assert (balance["spent_today"], balance["calls_today"], balance["time_today"]) == ("", "", "")


def test_a_client_has_a_balance_of_its_own(quiet: VoipMsServer) -> None:
    balance = ask(quiet, "getResellerBalance", client="561115")["balance"]
    month = [call for call in on(quiet, date(2026, 10, 25), date(2026, 11, 24)) if call.client == "561115"]
    assert balance["current_balance"] == "8.0588"
    assert (Decimal(balance["spent_total"]), int(balance["calls_total"])) == (sum(call.price for call in month), len(month))
    assert said(quiet, "getResellerBalance") == "missing_client"


def test_the_books_tell_single_lines_and_whole_months(quiet: VoipMsServer) -> None:
    lines = ask(quiet, "getTransactionHistory", date_from="2026-10-01", date_to="2026-10-31")["transactions"]
    (calls,) = [line for line in lines if line["type"] == "Calls"]
    assert (calls["date"], calls["uniqueid"]) == ("2026-10-01 to 2026-10-31", "n/a")
    assert -Decimal(calls["ammount"]) == sum(call.cost for call in on(quiet, date(2026, 10, 1), date(2026, 10, 31)))
    assert any(Decimal(line["ammount"]) > 0 for line in lines)
    assert said(quiet, "getTransactionHistory", date_from="2026-08-20", date_to="2026-08-21") == "no_transactions"


# Lists


@pytest.mark.parametrize(
    ("method", "params", "status"),
    [
        ("getSubAccounts", {"account": "100001_nobody"}, "invalid_account"),
        ("getSubAccounts", {"account": "999999"}, "invalid_account"),
        ("getSubAccounts", {"account": "front desk"}, "no_subaccount"),
        ("getSubAccounts", {"account": "561124"}, "no_account"),
        ("getVoicemails", {"mailbox": "9"}, "invalid_mailbox"),
        ("getVoicemails", {"client": "561115"}, "no_mailbox"),
        ("getVoicemailMessages", {}, "missing_mailbox"),
        ("getVoicemailMessages", {"mailbox": "9"}, "invalid_mailbox"),
        ("getVoicemailMessages", {"mailbox": "1012"}, "no_messages"),
        ("getVoicemailMessages", {"mailbox": "1001", "folder": "Nowhere"}, "invalid_folder"),
        ("getPackages", {"package": "9"}, "invalid_package"),
        ("getClients", {"client": "9"}, "invalid_client"),
        ("getDIDsInfo", {"did": "5145550199"}, "invalid_did"),
        ("getDIDsInfo", {"client": "9"}, "invalid_client"),
        ("getDIDsInfo", {"client": "561124"}, "no_did"),
        ("getServersInfo", {"server_pop": "9"}, "invalid_serverpop"),
        ("getRingGroups", {"ring_group": "9"}, "invalid_ringgroup"),
        ("getIVRs", {"ivr": "9"}, "invalid_ivr"),
        ("getStaticMembers", {}, "missing_params"),
        ("getStaticMembers", {"queue": "9"}, "invalid_queue"),
        ("getStaticMembers", {"queue": "3008", "member": "9"}, "invalid_member"),
        ("getCallAccounts", {"client": "9"}, "invalid_client"),
        ("getCallAccounts", {"client": "561124"}, "success"),
    ],
)
def test_nothing_found_and_not_there_are_told_apart(quiet: VoipMsServer, method: str, params: dict[str, str], status: str) -> None:
    assert said(quiet, method, **params) == status


@pytest.mark.parametrize(
    ("method", "key", "params", "identity", "found"),
    [
        ("getSubAccounts", "accounts", {"account": "100001_ana"}, "account", ["100001_ana"]),
        ("getSubAccounts", "accounts", {"account": "561117"}, "account", ["100001_quillco1"]),
        ("getVoicemails", "voicemails", {"mailbox": "1003"}, "mailbox", ["1003"]),
        ("getClients", "clients", {"client": "ops@delta-freight.example"}, "client", ["561116"]),
        ("getPackages", "packages", {"package": "8380"}, "package", ["8380"]),
        ("getDIDsInfo", "dids", {"did": "5145550100"}, "did", ["5145550100"]),
        ("getDIDsInfo", "dids", {"client": "561118"}, "did", ["4185550154"]),
        ("getDIDsInfo", "dids", {"client": "100001_nadia"}, "did", ["4505550121"]),
        ("getForwardings", "forwardings", {"forwarding": "18636"}, "forwarding", ["18636"]),
        ("getStaticMembers", "members", {"queue": "3008", "member": "164"}, "name", ["sales2"]),
        ("getServersInfo", "servers", {"server_pop": "67"}, "server_shortname", ["Montreal5"]),
    ],
)
def test_one_of_a_list_can_be_asked_for(
    quiet: VoipMsServer, method: str, key: str, params: dict[str, str], identity: str, found: list[str]
) -> None:
    assert [row[identity] for row in ask(quiet, method, **params)[key]] == found


def test_messages_are_counted_where_they_lie(quiet: VoipMsServer) -> None:
    for box in ask(quiet, "getVoicemails")["voicemails"]:
        for folder, count in (("INBOX", box["new"]), ("Urgent", box["urgent"])):
            answer = ask(quiet, "getVoicemailMessages", mailbox=box["mailbox"], folder=folder)
            assert len(answer.get("messages", ())) == int(count)


def test_messages_can_be_asked_for_by_day(quiet: VoipMsServer) -> None:
    everything = ask(quiet, "getVoicemailMessages", mailbox="1001")["messages"]
    day = everything[0]["date"][:10]
    found = ask(quiet, "getVoicemailMessages", mailbox="1001", date_from=day, date_to=day)["messages"]
    assert found == [message for message in everything if message["date"].startswith(day)]


def test_every_account_and_number_is_a_choice_for_call_records(quiet: VoipMsServer) -> None:
    accounts = [choice["value"] for choice in ask(quiet, "getCallAccounts")["accounts"]]
    assert accounts == ["all", "100001", *quiet.company.sub_accounts]
    types = [choice["value"] for choice in ask(quiet, "getCallTypes")["call_types"]]
    assert types == ["all", "incoming", "outgoing", *quiet.company.dids]
    assert [choice["value"] for choice in ask(quiet, "getCallBilling")["call_billing"]] == ["all", "free", "billed"]


# The wire


EXAMPLES: dict[str, dict[str, str]] = {
    "getRegistrationStatus": {"account": "100001_frontdesk"},
    "getCDR": {"date_from": "2026-11-20", "date_to": "2026-11-24", **ALL},
    "getResellerCDR": {"date_from": "2026-09-01", "date_to": "2026-11-24", "client": "561115", **ALL},
    "getBalance": {"advanced": "1"},
    "getResellerBalance": {"client": "561115"},
    "getVoicemailMessages": {"mailbox": "1001"},
    "getTransactionHistory": {"date_from": "2026-10-01", "date_to": "2026-11-24"},
    "getStaticMembers": {"queue": "3008"},
}
"""What to ask each method that needs to be told something."""

SECRET_KEYS = frozenset(("password", "pin", "queue_password", "port_out_pin", "smpp_pass", "smpp_url", "sms_url_callback", "webhook"))


def whole(phones: VoipMsServer) -> dict[str, Any]:
    """The answer of every method."""
    return {method: phones.answer(method, **EXAMPLES.get(method, {})) for method in (*METHODS, "getIP")}


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every scalar with its path, as the documentation writes it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, f"{path}[]")
    else:
        yield path, value


def test_the_real_api_sends_secrets_and_so_does_this_one_but_only_where_they_belong(quiet: VoipMsServer) -> None:
    seen, elsewhere = set(), []
    for path, value in (leaf for answer in whole(quiet).values() for leaf in leaves(answer)):
        if path.rpartition(".")[2] in SECRET_KEYS:
            seen.add(value)
        else:
            elsewhere.append(str(value))
    password = {quiet.password, quote(quiet.password), quote(quiet.password, safe=""), quote(quiet.password, safe="").replace("%20", "+")}
    assert seen - {""} == quiet.secrets - password
    text = "\n".join(elsewhere)
    assert not [secret for secret in quiet.secrets if secret in text]


def test_numbers_and_booleans_are_the_documented_minority(quiet: VoipMsServer) -> None:
    bare = {path.rpartition(".")[2] for answer in whole(quiet).values() for path, value in leaves(answer) if not isinstance(value, str)}
    assert bare == {
        "rerouted", "from_server_pop", "sip_traffic", "canada_routing", "sms_available", "mms_available", "server_recommended",
    }  # fmt: skip
    traffic = [row["sip_traffic"] for row in quiet.answer("getSubAccounts")["accounts"]]
    assert {repr(value) for value in traffic} >= {"0", "'0'", "'1'"}


VARIES = frozenset(
    (
        "accounts[].sip_traffic",
        "accounts[].canada_routing",
        "servers[].server_recommended",
        "queues[].maximum_wait_time",
        "transactions[].date",
        "messages[].folder",
    )
)
"""Fields that the documentation itself says are spelled in several ways."""

SPELLINGS = (
    (r"integer \(JSON number.*", None),
    (r"integer as string", r"-?\d+"),
    (r"decimal as string", r"-?\d+(\.\d+)?"),
    (r"phone string", r"-1|\+?\d+"),
    (r'flag "0"/"1"', r"[01]"),
    (r'flag "yes"/"no"', r"yes|no"),
    (r"date YYYY-MM-DD", r"\d{4}-\d\d-\d\d"),
    (r"datetime YYYY-MM-DD HH:MM:SS", r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"),
    (r"string", r".*"),
)


def spelled(kind: str, value: Any) -> bool:
    """Whether a value is of a documented type; empty means unset everywhere."""
    if kind.startswith("enum "):
        return value in kind.removeprefix("enum ").split("|")
    pattern = next(pattern for name, pattern in SPELLINGS if re.fullmatch(name, kind))
    if pattern is None:
        return type(value) is int
    return isinstance(value, str) and (not value or bool(re.fullmatch(pattern, value, re.DOTALL)))


def problems(method: str, answer: Any, documented: Any) -> Iterator[str]:
    """Where an answer departs from the documentation of its method."""
    fields, extra = documented["fields"], documented.get("undocumented_or_extra_fields", {})
    found = [(path, value) for path, value in leaves(answer) if path not in ("status", "message")]
    for path in sorted(fields.keys() - {path for path, _ in found}):
        yield f"{method}: {path} is missing"
    for path, value in found:
        if path not in fields and path not in extra:
            yield f"{method}: {path} is not documented"
        elif path in fields and path not in VARIES and not spelled(fields[path], value):
            yield f"{method}: {path} is {value!r}, not {fields[path]}"


def test_every_answer_has_the_documented_fields_and_types(quiet: VoipMsServer) -> None:
    """An extra check where the documentation lies beside the repository."""
    documented = reference("voipms-api/methods.json")
    if documented is None:
        return
    methods = json.loads(documented.read_text())["methods"]
    for method, answer in whole(quiet).items():
        assert answer["status"] == "success", method
        assert [*problems(method, answer, methods[method]["response"])][:5] == []
        rows_of = answer.get(methods[method]["response"].get("list_key", ""), ())
        assert len({frozenset(row) for row in rows_of}) <= 1, f"{method}: every row has every field"


def test_a_departure_from_the_documentation_is_found() -> None:
    documented = {"fields": {"rows[].id": "integer as string", "rows[].on": 'flag "0"/"1"', "rows[].name": "string"}}
    answer = {"status": "success", "rows": [{"id": 1, "on": "1", "more": ""}]}
    assert list(problems("getRows", answer, documented)) == [
        "getRows: rows[].name is missing",
        "getRows: rows[].id is 1, not integer as string",
        "getRows: rows[].more is not documented",
    ]
