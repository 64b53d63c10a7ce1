"""Every question: what is sent, and what the documented answer becomes. The answers are the samples of the API's documentation."""

import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.contract.voipms_wire import Asked, Say, Wire, account, http, said
from voipms import (
    Balance,
    Choice,
    Client,
    Device,
    Did,
    Package,
    Refused,
    Registration,
    Rows,
    Server,
    SubAccount,
    Target,
    Transaction,
    Unreadable,
    Voicemail,
    VoicemailMessage,
    VoipMs,
)
from voipms.client import MOST_QUEUES

SECRETS = ("example-client-password", "example-sip-password", "1234-example-pin", "http://myurl.example", "smpp-example", "9911-pin")

REGISTERED = {
    "registered": "yes",
    "rerouted": 1,
    "from_server_pop": 65,
    "registrations": [
        {
            "server_name": "Atlanta, GA",
            "server_shortname": "Atlanta",
            "server_hostname": "atlanta.voip.ms",
            "server_ip": "198.51.100.15",
            "server_country": "USA",
            "server_pop": "15",
            "register_ip": "203.0.113.25",
            "register_port": "59870",
            "register_next": "2010-11-30 16:48:30",
            "register_protocol": "SIP",
            "register_transport": "UDP",
        }
    ],
}
ATLANTA = Device(
    server_name="Atlanta, GA",
    server_shortname="Atlanta",
    server_hostname="atlanta.voip.ms",
    server_ip="198.51.100.15",
    server_country="USA",
    server_pop="15",
    register_ip="203.0.113.25",
    register_port="59870",
    register_next=datetime(2010, 11, 30, 16, 48, 30),
    register_protocol="SIP",
    register_transport="UDP",
)
CLIENT = {
    "client": "561115",
    "email": "user@example.com",
    "password": "example-client-password",
    "company": "Consulting",
    "firstname": "John",
    "lastname": "Doe",
    "address": "1 Example Street",
    "city": "OPA LOCKA",
    "state": "FLORIDA",
    "country": "UNITED STATES",
    "zip": "03305",
    "phone_number": "5551112222",
    "balance_management": "1",
}
JOHN = Client(
    client="561115",
    email="user@example.com",
    company="Consulting",
    firstname="John",
    lastname="Doe",
    address="1 Example Street",
    city="OPA LOCKA",
    state="FLORIDA",
    country="UNITED STATES",
    zip="03305",
    phone_number="5551112222",
    balance_management="1",
)
SUB_ACCOUNT = {
    "id": "99785",
    "account": "100000_VoIP",
    "username": "VoIP",
    "description": "My VoIP Account",
    "protocol": "1",
    "auth_type": "1",
    "password": "example-sip-password",
    "ip": "",
    "device_type": "2",
    "callerid_number": "-1",
    "canada_routing": -1,
    "lock_international": "0",
    "international_route": "1",
    "music_on_hold": "jazz",
    "language": "en",
    "allowed_codecs": "ulaw;gsm",
    "dtmf_mode": "auto",
    "nat": "yes",
    "sip_traffic": 0.0,
    "max_expiry": "3600",
    "rtp_timeout": "60",
    "rtp_hold_timeout": "600",
    "ip_restriction": "203.0.113.0/25,198.51.100.0/22",
    "enable_ip_restriction": "1",
    "pop_restriction": "82,83,84",
    "enable_pop_restriction": "0",
    "send_bye": "1",
    "record_calls": "1",
    "internal_extension": "0",
    "internal_voicemail": "100",
    "internal_dialtime": "30",
    "reseller_client": "561115",
    "reseller_package": "92364",
    "reseller_nextbilling": "0000-00-00",
    "transcribe": "1",
    "transcription_locale": "en-US",
    "transcription_redaction": "no",
    "transcription_summary": "no",
    "transcription_sentiment": "yes",
    "transcription_email": "user@example.com",
    "parking_lot": "323",
    "enable_internal_cnam": "1",
    "internal_cnam": "office",
    "tfcarrier": "-1",
    "default_e911": None,
    "call_pickup_behavior": "1",
}
VOIP = SubAccount(
    id="99785",
    account="100000_VoIP",
    username="VoIP",
    description="My VoIP Account",
    protocol="1",
    auth_type="1",
    device_type="2",
    canada_routing="-1",
    lock_international="0",
    international_route="1",
    music_on_hold="jazz",
    language="en",
    allowed_codecs="ulaw;gsm",
    dtmf_mode="auto",
    nat="yes",
    sip_traffic=False,
    max_expiry=3600,
    rtp_timeout=60,
    rtp_hold_timeout=600,
    ip_restriction="203.0.113.0/25,198.51.100.0/22",
    enable_ip_restriction=True,
    pop_restriction="82,83,84",
    enable_pop_restriction=False,
    send_bye=True,
    record_calls=True,
    internal_extension="0",
    internal_voicemail="100",
    internal_dialtime=30,
    reseller_client="561115",
    reseller_package="92364",
    transcribe=True,
    transcription_locale="en-US",
    transcription_redaction=False,
    transcription_summary=False,
    transcription_sentiment=True,
    transcription_email="user@example.com",
    parking_lot="323",
    enable_internal_cnam=True,
    internal_cnam="office",
    tfcarrier="-1",
    call_pickup_behavior="1",
)
MAILBOX = {
    "mailbox": "1001",
    "name": "VoIP",
    "password": "1234-example-pin",
    "skip_password": "1",
    "email": "user@example.com",
    "attach_message": "yes",
    "delete_message": "N",
    "say_time": "Yes",
    "timezone": "America/Chicago",
    "say_callerid": True,
    "play_instructions": "su",
    "language": "en",
    "email_attachment_format": "wav49",
    "unavailable_message_recording": "19183",
    "new": "3",
    "urgent": 2,
    "transcription": "yes",
    "transcription_delay": "0",
}
VOICEMAIL = Voicemail(
    mailbox="1001",
    name="VoIP",
    skip_password=True,
    email="user@example.com",
    attach_message=True,
    delete_message=False,
    say_time=True,
    timezone="America/Chicago",
    say_callerid=True,
    play_instructions="su",
    language="en",
    email_attachment_format="wav49",
    unavailable_message_recording="19183",
    new=3,
    urgent=2,
    transcription=True,
    transcription_delay=0,
)
DID = {
    "did": "5551234567",
    "description": "MIAMI, FL",
    "routing": "account:100001_VoIP",
    "failover_busy": "none:",
    "voicemail": "1001",
    "pop": 16,
    "dialtime": "60",
    "cnam": "1",
    "e911": "0",
    "port_out_pin": "9911-pin",
    "next_billing": "2014-08-30",
    "order_date": "2014-07-30 15:09:04",
    "reseller_next_billing": "0000-00-00",
    "reseller_minute": "0.01000000",
    "sms_available": 1,
    "sms_enabled": "1",
    "sms_forward": "-1",
    "sms_url_callback": "http://myurl.example",
    "smpp_url": "http://myurl.example",
    "smpp_user": "",
    "smpp_pass": "smpp-example",
    "webhook": "http://myurl.example",
}
MIAMI = Did(
    did="5551234567",
    description="MIAMI, FL",
    routing="account:100001_VoIP",
    failover_busy="none:",
    voicemail="1001",
    pop="16",
    dialtime=60,
    cnam=True,
    e911=False,
    next_billing=date(2014, 8, 30),
    order_date=datetime(2014, 7, 30, 15, 9, 4),
    reseller_minute=Decimal("0.01000000"),
    sms_available=True,
    sms_enabled=True,
)
FIGURES = {
    "current_balance": "112.192790",
    "spent_total": "21.05321",
    "calls_total": "2788",
    "time_total": "10:17:48",
    "spent_today": "",
    "calls_today": 5,
    "time_today": "",
}
SPENT = Balance(
    current_balance=Decimal("112.192790"), spent_total=Decimal("21.05321"), calls_total=2788, time_total="10:17:48", calls_today=5
)
HOUSTON = {
    "server_name": "Houston, TX",
    "server_shortname": "Houston",
    "server_hostname": "houston.voip.ms",
    "server_ip": "198.51.100.1",
    "server_country": "USA",
    "server_pop": "1",
    "server_recommended": "Yes",
}
SERVER = Server(
    server_name="Houston, TX",
    server_shortname="Houston",
    server_hostname="houston.voip.ms",
    server_ip="198.51.100.1",
    server_country="USA",
    server_pop="1",
    server_recommended=True,
)
PACKAGE = {
    "package": "8378",
    "name": "VoIP",
    "markup_fixed": "0.01",
    "markup_percentage": "50",
    "pulse": "60",
    "international_route": "1",
    "canada_route": "1",
    "monthly_fee": "2.00",
    "setup_fee": 1.50,
    "free_minutes": "Unlimited",
}
PACKED = Package(
    package="8378",
    name="VoIP",
    markup_fixed=Decimal("0.01"),
    markup_percentage=Decimal(50),
    pulse=60,
    international_route="1",
    canada_route="1",
    monthly_fee=Decimal("2.00"),
    setup_fee=Decimal("1.5"),
    free_minutes="Unlimited",
)
MESSAGE = {
    "mailbox": "1001",
    "folder": "INBOX",
    "message_num": "1",
    "date": "2016-01-30 09:15:42",
    "callerid": "John Doe <5551234567>",
    "duration": "00:00:06",
    "urgent": "yes",
    "listened": "no",
}
LEFT = VoicemailMessage(
    mailbox="1001",
    folder="INBOX",
    message_num="1",
    date=datetime(2016, 1, 30, 9, 15, 42),
    callerid="John Doe <5551234567>",
    duration="00:00:06",
    urgent=True,
    listened=False,
)
FEE = {
    "date": "2026-08-01 to 2026-08-31",
    "uniqueid": "n/a",
    "type": "DID8555555555",
    "description": "DID Monthly Fee: 8555555555",
    "ammount": "-0.99",
}
DEBIT = Transaction(
    date="2026-08-01 to 2026-08-31",
    uniqueid="n/a",
    type="DID8555555555",
    description="DID Monthly Fee: 8555555555",
    ammount=Decimal("-0.99"),
)
ALL = {"value": "all", "description": "All Calls"}
EVERYTHING = Choice(value="all", description="All Calls")

QUESTIONS: list[tuple[str, Callable[[VoipMs], Any], Say, dict[str, str], Any]] = [
    (
        "getRegistrationStatus",
        lambda phones: phones.registration("100000_VoIP"),
        said(**REGISTERED),
        {"account": "100000_VoIP"},
        Registration(account="100000_VoIP", registered=True, rerouted="1", from_server_pop="65", devices=Rows([ATLANTA])),
    ),
    ("getClients", lambda phones: phones.clients(), said(clients=[CLIENT]), {}, (JOHN,)),
    ("getClients", lambda phones: phones.clients("561115"), said(clients=[CLIENT]), {"client": "561115"}, (JOHN,)),
    ("getSubAccounts", lambda phones: phones.sub_accounts(), said(accounts=[SUB_ACCOUNT]), {}, (VOIP,)),
    ("getSubAccounts", lambda phones: phones.sub_accounts("561115"), said(accounts=[SUB_ACCOUNT]), {"account": "561115"}, (VOIP,)),
    ("getVoicemails", lambda phones: phones.voicemails(), said(voicemails=[MAILBOX]), {}, (VOICEMAIL,)),
    (
        "getVoicemails",
        lambda phones: phones.voicemails("1001", client="561115"),
        said(voicemails=[MAILBOX]),
        {"mailbox": "1001", "client": "561115"},
        (VOICEMAIL,),
    ),
    ("getVoicemailMessages", lambda phones: phones.voicemail_messages("1001"), said(messages=[MESSAGE]), {"mailbox": "1001"}, (LEFT,)),
    (
        "getVoicemailMessages",
        lambda phones: phones.voicemail_messages("1001", "INBOX", date(2016, 1, 30), date(2016, 1, 31)),
        said(messages=[MESSAGE]),
        {"mailbox": "1001", "folder": "INBOX", "date_from": "2016-01-30", "date_to": "2016-01-31"},
        (LEFT,),
    ),
    ("getPackages", lambda phones: phones.packages("8378"), said(packages=[PACKAGE]), {"package": "8378"}, (PACKED,)),
    ("getBalance", lambda phones: phones.balance(), said(balance=FIGURES), {"advanced": "1"}, SPENT),
    (
        "getBalance",
        lambda phones: phones.balance(advanced=False),
        said(balance={"current_balance": 112.19279}),
        {},
        Balance(current_balance=Decimal("112.19279")),
    ),
    ("getResellerBalance", lambda phones: phones.reseller_balance("561115"), said(balance=[FIGURES]), {"client": "561115"}, SPENT),
    ("getServersInfo", lambda phones: phones.servers(), said(servers=[HOUSTON]), {}, (SERVER,)),
    ("getServersInfo", lambda phones: phones.servers("1"), said(servers=HOUSTON), {"server_pop": "1"}, (SERVER,)),
    ("getDIDsInfo", lambda phones: phones.dids(did="5551234567"), said(dids=[DID]), {"did": "5551234567"}, (MIAMI,)),
    ("getDIDsInfo", lambda phones: phones.dids("561115"), said(dids=[DID]), {"client": "561115"}, (MIAMI,)),
    ("getIP", lambda phones: phones.ip(), said(ip="203.0.113.10"), {}, "203.0.113.10"),
    ("getCallAccounts", lambda phones: phones.call_accounts("561115"), said(accounts=[ALL]), {"client": "561115"}, (EVERYTHING,)),
    ("getCallTypes", lambda phones: phones.call_types(), said(call_types=[ALL]), {}, (EVERYTHING,)),
    ("getCallBilling", lambda phones: phones.call_billing(), said(call_billing=[ALL]), {}, (EVERYTHING,)),
    (
        "getTransactionHistory",
        lambda phones: phones.transactions(date(2026, 8, 1), date(2026, 8, 31)),
        said(transactions=[FEE]),
        {"date_from": "2026-08-01", "date_to": "2026-08-31"},
        (DEBIT,),
    ),
]


@pytest.mark.parametrize(("method", "ask", "answer", "sent", "expected"), QUESTIONS, ids=[f"{q[0]} {q[3]}" for q in QUESTIONS])
def test_a_question_is_sent_as_documented_and_its_answer_becomes_a_record(
    method: str, ask: Callable[[VoipMs], Any], answer: Say, sent: dict[str, str], expected: Any
) -> None:
    with Wire(answer) as wire, account(wire) as phones:
        found = ask(phones)
    fields = {name: value.decode() for name, value in wire.asked[0].fields.items() if not name.startswith("api_")}
    assert fields == {"method": method, **sent}
    assert found == expected
    assert len(wire.asked) == 1


@pytest.mark.parametrize(("method", "ask", "answer", "sent", "expected"), QUESTIONS, ids=[f"{q[0]} {q[3]}" for q in QUESTIONS])
def test_no_secret_of_an_answer_gets_into_a_record(
    method: str, ask: Callable[[VoipMs], Any], answer: Say, sent: dict[str, str], expected: Any
) -> None:
    with Wire(answer) as wire, account(wire) as phones:
        found = repr(ask(phones))
    assert not [secret for secret in SECRETS if secret in found]


LISTS: list[tuple[str, Callable[[VoipMs], Rows[Any]], str]] = [
    ("no_account", lambda phones: phones.sub_accounts(), "accounts"),
    ("no_subaccount", lambda phones: phones.sub_accounts("561115"), "accounts"),
    ("no_mailbox", lambda phones: phones.voicemails(), "voicemails"),
    ("no_messages", lambda phones: phones.voicemail_messages("1001"), "messages"),
    ("no_client", lambda phones: phones.clients(), "clients"),
    ("no_package", lambda phones: phones.packages(), "packages"),
    ("no_did", lambda phones: phones.dids(), "dids"),
    ("no_transactions", lambda phones: phones.transactions(date(2026, 8, 1), date(2026, 8, 1)), "transactions"),
    ("no_ringgroup", lambda phones: phones.targets("grp"), "ring_groups"),
    ("no_cdr", lambda phones: next(phones.cdrs(date(2026, 8, 1), date(2026, 8, 1))), "cdr"),
]


@pytest.mark.parametrize(("status", "ask", "key"), LISTS)
def test_each_way_to_say_that_a_list_is_empty_is_understood(status: str, ask: Callable[[VoipMs], Rows[Any]], key: str) -> None:
    nothings: list[Any] = [[], None, "", {}, False, 0]
    answers = [said(status, message="Nothing here"), said(), *(said(**{key: nothing}) for nothing in nothings)]
    with Wire(*answers) as wire, account(wire) as phones:
        found = [ask(phones) for _ in answers]
    assert [(rows, rows.unreadable) for rows in found] == [((), 0)] * len(answers)


@pytest.mark.parametrize(
    "status", ["no_callstatus", "no_base64file", "no_change_billingtype", "no_provision", "no_provision_update", "no_sequences"]
)
def test_the_six_that_only_sound_empty_are_errors(status: str) -> None:
    with Wire(said(status)) as wire, account(wire) as phones, pytest.raises(Refused) as raised:
        phones.sub_accounts()
    assert raised.value.status == status


def test_rows_that_cannot_be_read_are_counted_and_told_once() -> None:
    rows = [SUB_ACCOUNT, {"description": "no login"}, "text", None, {"account": ""}, {"account": "100000_b", "max_expiry": "soon"}]
    with Wire(said(accounts=rows)) as wire, account(wire) as phones, capture_logs() as logged:
        found = phones.sub_accounts()
    assert [one.account for one in found] == ["100000_VoIP", "100000_b"]
    assert (found.unreadable, found.gaps, found[1].max_expiry) == (4, 1, None)
    assert logged == [{"event": "not all could be read", "method": "getSubAccounts", "rows": 4, "settings": 1, "log_level": "warning"}]


def test_a_list_that_is_something_else_is_no_empty_list() -> None:
    with Wire(said(accounts="see the portal")) as wire, account(wire) as phones, pytest.raises(Unreadable):
        phones.sub_accounts()


@pytest.mark.parametrize(
    ("said_so", "expected"),
    [
        ("yes", True),
        ("no", False),
        ("Yes", True),
        ("NO", False),
        ("1", True),
        ("0", False),
        (1, True),
        (0, False),
        (True, True),
        (False, False),
    ],
)
def test_a_phone_is_registered_or_it_is_not(said_so: Any, expected: bool) -> None:
    with Wire(said(registered=said_so, registrations=None)) as wire, account(wire) as phones:
        assert phones.registration("100000_VoIP") == Registration(account="100000_VoIP", registered=expected)


@pytest.mark.parametrize("said_so", ["", "unknown", "yesno", None, 2, [], {"yes": 1}])
def test_a_phone_of_which_neither_is_said_is_not_taken_for_missing(said_so: Any) -> None:
    with Wire(said(registered=said_so)) as wire, account(wire) as phones, pytest.raises(Unreadable):
        phones.registration("100000_VoIP")


def test_an_answer_without_the_word_is_not_taken_for_missing() -> None:
    with Wire(said(registrations=[])) as wire, account(wire) as phones, pytest.raises(Unreadable) as raised:
        phones.registration("100000_VoIP")
    assert raised.value.tell_user == "VoIP.ms's answer says neither yes nor no."


@pytest.mark.parametrize("address", ["", None, "<b>", "203.0.113.256", 7])
def test_an_address_that_is_none_is_not_told(address: Any) -> None:
    with Wire(said(ip=address)) as wire, account(wire) as phones:
        assert phones.ip() == ""


def test_a_long_ledger_is_asked_in_pieces_that_do_not_overlap() -> None:
    with Wire(said(transactions=[FEE])) as wire, account(wire) as phones:
        assert len(phones.transactions(date(2026, 1, 1), date(2026, 7, 20))) == 3
    days = [(date.fromisoformat(asked["date_from"]), date.fromisoformat(asked["date_to"])) for asked in wire.asked]
    assert (days[0][0], days[-1][1]) == (date(2026, 1, 1), date(2026, 7, 20))
    assert all((end - begin).days < 92 for begin, end in days)
    assert all((after[0] - before[1]).days == 1 for before, after in pairwise(days))


def test_a_ledger_that_ends_before_it_begins_is_not_asked_for() -> None:
    with Wire(said()) as wire, account(wire) as phones, pytest.raises(ValueError, match="after the last"):
        phones.transactions(date(2026, 8, 2), date(2026, 8, 1))
    assert not wire.asked


# Where calls go


TARGETS: list[tuple[str, str, dict[str, Any], Target]] = [
    ("account", "accounts", SUB_ACCOUNT, Target(routing="account:100000_VoIP", name="My VoIP Account")),
    ("vm", "voicemails", MAILBOX, Target(routing="vm:1001", name="VoIP")),
    (
        "fwd",
        "forwardings",
        {"forwarding": "18635", "phone_number": "5553334444", "callerid_override": "5551234567", "description": "RESELLER| 5553334444"},
        Target(routing="fwd:18635", name="RESELLER| 5553334444", number="5553334444"),
    ),
    (
        "grp",
        "ring_groups",
        {"ring_group": "4768", "name": "Account & Mobile", "members": "account:100001,25,0;fwd:16006", "voicemail": "101"},
        Target(routing="grp:4768", name="Account & Mobile", leads_to=("account:100001", "fwd:16006", "vm:101")),
    ),
    (
        "ivr",
        "ivrs",
        {"ivr": 4636, "name": "Johns IVR", "recording": "7696", "choices": "1=sip:5096;2=fwd:20222;3=none:"},
        Target(routing="ivr:4636", name="Johns IVR", leads_to=("1=sip:5096", "2=fwd:20222")),
    ),
    (
        "tc",
        "timecondition",
        {"timecondition": "1830", "name": "Johns Work", "routing_match": "account:100001", "routing_nomatch": "vm:101"},
        Target(routing="tc:1830", name="Johns Work", leads_to=("account:100001", "vm:101")),
    ),
    (
        "ch",
        "call_hunting",
        {"callhunting": "13", "description": "test", "members": "account:11111;none:;none:;none:"},
        Target(routing="ch:13", name="test", leads_to=("account:11111",)),
    ),
    (
        "sip",
        "sipuris",
        {"sipuri": "6199", "uri": "5552223333@sip.example.com", "description": "Jonh Smith"},
        Target(routing="sip:6199", name="Jonh Smith", number="5552223333@sip.example.com"),
    ),
    (
        "cb",
        "callbacks",
        {"callback": "2359", "description": "John Smith", "number": "5551234567"},
        Target(routing="cb:2359", name="John Smith", number="5551234567"),
    ),
    ("disa", "disa", {"disa": "2114", "name": "Jonhs DISA", "pin": "1234-example-pin"}, Target(routing="disa:2114", name="Jonhs DISA")),
    ("recording", "recordings", {"value": "7567", "description": "IVR Recording"}, Target(routing="recording:7567", name="IVR Recording")),
]


@pytest.mark.parametrize(("kind", "key", "row", "target"), TARGETS, ids=[target[0] for target in TARGETS])
def test_a_routing_string_leads_where_its_row_says(kind: str, key: str, row: dict[str, Any], target: Target) -> None:
    with Wire(said(**{key: [row]})) as wire, account(wire) as phones:
        found = phones.targets(kind)
    assert found == (target,)
    assert "1234-example-pin" not in repr(found)
    assert len(wire.asked) == 1


def test_a_queue_leads_to_its_members_in_their_order_and_then_to_where_it_gives_up() -> None:
    queue = {
        "queue": "3008",
        "queue_name": "call_center5",
        "queue_password": "1234-example-pin",
        "maximum_callers": "unlimited",
        "fail_over_routing_timeout": "fwd:19999",
        "fail_over_routing_full": "vm:149601",
        "fail_over_routing_join_empty": "fwd:19999",
        "fail_over_routing_leave_empty": "none:",
    }
    members = [
        {"member": "164", "queue_number": "3008", "account": "SIP/100000_second", "priority": "1"},
        {"member": "163", "queue_number": "3008", "account": "SIP/100000_first", "priority": "0"},
    ]
    with Wire(said(queues=[queue]), said(members=members)) as wire, account(wire) as phones:
        found = phones.targets("queue")
    leads_to = ("account:100000_first", "account:100000_second", "fwd:19999", "vm:149601")
    assert found == (Target(routing="queue:3008", name="call_center5", leads_to=leads_to),)
    assert (wire.methods, wire.asked[1]["queue"]) == (["getQueues", "getStaticMembers"], "3008")


def test_of_more_queues_than_any_company_has_the_members_are_gaps() -> None:
    queues = [{"queue": str(number), "queue_name": f"Queue {number}"} for number in range(300)]
    with Wire(said(queues=queues), said("no_member")) as wire, account(wire) as phones:
        found = phones.targets("queue")
    assert (len(found), found.gaps) == (300, 300 - MOST_QUEUES)
    assert len(wire.asked) == 1 + MOST_QUEUES


@pytest.mark.parametrize("kind", ["sys", "did", "phone", "none", "", "never-seen"])
def test_what_has_no_list_is_not_asked_for(kind: str) -> None:
    with Wire(said()) as wire, account(wire) as phones:
        assert phones.targets(kind) == ()
    assert not wire.asked


# A client's login


def login(answer: Say, email: str = "user@example.com", password: str = "example-client-password") -> tuple[Client | None, list[Asked]]:
    with Wire(answer) as wire, account(wire) as phones:
        return phones.check_login(email, password), wire.asked


def test_the_right_password_gives_the_client_and_is_not_sent() -> None:
    found, asked = login(said(clients=[CLIENT]))
    assert found == JOHN
    assert (asked[0]["method"], asked[0]["client"]) == ("getClients", "user@example.com")
    assert not [value for value in asked[0].fields.values() if b"example-client-password" in value]


@pytest.mark.parametrize("password", ["", "example-client-passwor", "example-client-password ", "Example-client-password", "\ud800", "é"])
def test_any_other_password_gives_nobody(password: str) -> None:
    assert login(said(clients=[CLIENT]), password=password)[0] is None


@pytest.mark.parametrize("email", ["other@example.com", "561115", "user@example.com ", "user@example.co", ""])
def test_only_the_client_of_this_e_mail_counts(email: str) -> None:
    assert login(said(clients=[CLIENT]), email=email)[0] is None


@pytest.mark.parametrize(("typed", "kept"), [("User@Example.com", "user@example.com"), ("user@example.com", "USER@example.com")])
def test_the_case_of_an_e_mail_does_not_matter(typed: str, kept: str) -> None:
    found, _ = login(said(clients=[{**CLIENT, "email": kept}]), email=typed)
    assert found is not None and found.client == "561115"


def test_it_is_not_the_first_row_that_counts() -> None:
    other = {**CLIENT, "client": "1", "email": "other@example.com", "password": "another-example"}
    assert login(said(clients=[other, CLIENT]))[0] == JOHN
    assert login(said(clients=[other, CLIENT]), password="another-example")[0] is None


@pytest.mark.parametrize("wire_password", ["", None, [], {}, False])
def test_a_client_without_a_password_is_never_let_in(wire_password: Any) -> None:
    for typed in ("", "None", "null", "0", "[]", "{}"):
        assert login(said(clients=[{**CLIENT, "password": wire_password}]), password=typed)[0] is None


@pytest.mark.parametrize("wire_password", ["-1", 4711, "pässwörd"])
def test_every_spelling_of_a_password_is_compared_as_it_is(wire_password: Any) -> None:
    assert login(said(clients=[{**CLIENT, "password": wire_password}]), password=str(wire_password))[0] == JOHN


@pytest.mark.parametrize("status", ["no_client", "invalid_client"])
def test_a_client_that_voipms_does_not_know_is_nobody(status: str) -> None:
    assert login(said(status))[0] is None


def test_not_being_able_to_ask_is_not_a_wrong_password() -> None:
    with pytest.raises(Refused):
        login(said("ip_not_enabled"))
    with pytest.raises(Unreadable):
        login(http(json.dumps({"clients": [CLIENT]}).encode()))
