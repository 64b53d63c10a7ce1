"""The seven screens: every documented field is in the answer, and the sums agree with the company's own books."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from playground.calls import Call
from playground.company import Company, founded
from playground.slack import ApiError
from tests.e2e.conftest import Stage, Start

TORONTO, VANCOUVER = ZoneInfo("America/Toronto"), ZoneInfo("America/Vancouver")

# What the wire's codes mean, by the API's value lists. Everything else has to be found as VoIP.ms spells it.
WORDS: Mapping[str, Mapping[str, str]] = {
    "protocol": {"1": "SIP"},
    "auth_type": {"1": "user and password"},
    "device_type": {"2": "phone, adapter or softphone"},
    "lock_international": {"1": "not allowed"},
    "international_route": {"1": "value (cheaper)", "2": "premium"},
    "canada_routing": {"2": "premium"},
    "canada_route": {"1": "value (cheaper)", "2": "premium"},
    "language": {"fr": "French", "en": "English"},
    "allowed_codecs": {"ulaw;g722": "G.711U, G.722"},
    "dtmf_mode": {"rfc2833": "RFC 2833"},
    "tfcarrier": {"2": "Canadian carrier"},
    "call_pickup_behavior": {"4": "Call pickup: off"},
    "max_expiry": {"3600": "1 hour (3,600 s)"},
    "rtp_timeout": {"90": "90 seconds"},
    "rtp_hold_timeout": {"720": "12 minutes (720 s)"},
    "internal_dialtime": {"25": "25 seconds"},
    "transcription_start_delay": {"5": "5 seconds"},
    "transcription_delay": {"7": "7 seconds"},
    "transcription_locale": {"fr-CA": "French, Canada (fr-CA)"},
    "transcription_format": {"html": "HTML"},
    "play_instructions": {"su": "skipped"},
    "email_attachment_format": {"wavmp3": "WAV and MP3"},
    "balance_management": {"1": "suspended (hard)"},
    "reseller_nextbilling": {"2026-12-31": "31 Dec 2026"},
    "callerid_number": {"5145550100": "(514) 555-0100"},
    "default_e911": {"5145550102": "(514) 555-0102"},
    "phone_number": {"4505550170": "(450) 555-0170"},
    "markup_fixed": {"0.0125": "$0.0125"},
    "markup_percentage": {"50": "50 %"},
    "pulse": {"60": "rounded up to 60 s"},
    "monthly_fee": {"2.50": "$2.50"},
    "setup_fee": {"1.25": "$1.25"},
    "free_minutes": {"1500": "1,500"},
}
FLAGS: Mapping[str, str] = {
    "sip_traffic": "Encrypted",
    "enable_ip_restriction": "Only from listed addresses",
    "enable_pop_restriction": "Only through listed POPs",
    "send_bye": "Hangs up after a transfer",
    "record_calls": "Calls are recorded",
    "transcribe": "Calls are transcribed",
    "transcription_redaction": "Private details blacked out",
    "transcription_summary": "With a summary",
    "transcription_sentiment": "With the mood",
    "enable_internal_cnam": "Shows its own name",
    "skip_password": "Opens without the PIN",
    "attach_message": "With the message attached",
    "delete_message": "Deleted here once sent",
    "say_time": "Says the time",
    "say_callerid": "Says the caller's number",
    "transcription": "Messages are transcribed",
    "nat": "NAT",
}
LISTS = frozenset(("ip_restriction", "pop_restriction", "email", "transcription_email"))
SECRET = "password"


def lacking(wire: Mapping[str, Any], words: str) -> list[str]:
    """The fields of a wire row whose value the answer does not say."""
    return [f"{field}: {value}" for field, value in wire.items() if field != SECRET and said(field, str(value)) not in words]


def said(field: str, value: str) -> str:
    """How an answer has to say a value."""
    if field in FLAGS:
        return f"{FLAGS[field]}: {'yes' if value in ('1', 'yes') else 'no'}"
    if field in WORDS:
        return WORDS[field][value]
    return ", ".join(value.split(",")) if field in LISTS else value


@pytest.fixture(scope="module")
def full() -> Company:
    """A company with one item of each kind that has every setting set, each to a value of its own."""
    company = founded(seed=2, now=datetime.now(UTC))
    desk = company.sub_accounts["100001_frontdesk"]
    company.sub_accounts["100001_frontdesk"] = replace(
        desk,
        client="561115",
        package="8378",
        expiry=3600,
        recorded=True,
        settings={
            "ip": "203.0.113.77",
            "callerid_number": "5145550100",
            "canada_routing": "2",
            "lock_international": "1",
            "international_route": "2",
            "music_on_hold": "classical",
            "language": "fr",
            "allowed_codecs": "ulaw;g722",
            "dtmf_mode": "rfc2833",
            "nat": "yes",
            "sip_traffic": "1",
            "rtp_timeout": "90",
            "rtp_hold_timeout": "720",
            "ip_restriction": "203.0.113.0/25,198.51.100.0/22",
            "enable_ip_restriction": "1",
            "pop_restriction": "67,82",
            "enable_pop_restriction": "1",
            "send_bye": "0",
            "internal_extension_location": "17",
            "internal_dialtime": "25",
            "reseller_nextbilling": "2026-12-31",
            "transcribe": "1",
            "transcription_locale": "fr-CA",
            "transcription_redaction": "yes",
            "transcription_summary": "yes",
            "transcription_sentiment": "yes",
            "transcription_email": "minutes@harbourfinch.example",
            "transcription_start_delay": "5",
            "internal_cnam": "Reception",
            "tfcarrier": "2",
            "default_e911": "5145550102",
            "call_pickup_behavior": "4",
        },
    )
    number, box = next(iter(company.mailboxes.items()))
    company.mailboxes[number] = replace(
        box,
        language="fr",
        settings={
            "skip_password": "1",
            "attach_message": "no",
            "delete_message": "yes",
            "say_time": "no",
            "play_instructions": "su",
            "email_attachment_format": "wavmp3",
            "unavailable_message_recording": "4417",
            "transcription": "yes",
            "transcription_locale": "fr-CA",
            "transcription_redaction": "yes",
            "transcription_sentiment": "yes",
            "transcription_summary": "yes",
            "transcription_format": "html",
            "transcription_delay": "7",
        },
    )
    package = company.packages["8378"]
    company.packages["8378"] = replace(
        package, markup_fixed=Decimal("0.0125"), free_minutes=1500, monthly_fee=Decimal("2.50"), setup_fee=Decimal("1.25")
    )
    return company


@pytest.fixture(scope="module")
def bot(full: Company, start: Start) -> Iterable[Stage]:
    with start(company=full) as stage:
        yield stage


def test_one_sub_account_shows_every_setting(bot: Stage) -> None:
    (wire,) = bot.phones.answer("getSubAccounts", account="100001_frontdesk")["accounts"]
    assert lacking(wire, bot.admin.slash("/voip", "accounts frontdesk").answer().words) == []


def test_one_mailbox_shows_every_setting(bot: Stage) -> None:
    wire = bot.phones.answer("getVoicemails")["voicemails"][0]
    assert lacking(wire, bot.admin.slash("/voip", f"voicemail {wire['mailbox']}").answer().words) == []


def test_one_client_shows_every_setting(bot: Stage) -> None:
    wire = bot.phones.answer("getClients", client="561115")["clients"][0]
    assert lacking(wire, bot.admin.slash("/voip", "clients 561115").answer().words) == []


def test_one_package_shows_every_setting(bot: Stage) -> None:
    wire = bot.phones.answer("getPackages", package="8378")["packages"][0]
    assert lacking(wire, bot.admin.slash("/voip", "packages 8378").answer().words) == []


def test_one_registration_shows_every_field_of_every_device(bot: Stage) -> None:
    wire = bot.phones.answer("getRegistrationStatus", account="100001_maya")
    assert len(wire["registrations"]) == 2
    words = bot.admin.slash("/voip", "status maya").answer().words
    for row in wire["registrations"]:
        again = datetime.fromisoformat(row["register_next"]).replace(tzinfo=ZoneInfo("America/New_York"))
        rerouted = "no" if str(row["rerouted"]) in ("0", "") else "yes"
        plain = {key: value for key, value in row.items() if key not in ("register_next", "rerouted")}
        assert [value for value in plain.values() if str(value) not in words] == []
        assert f"{again.astimezone(TORONTO):%a %d %b %Y %H:%M}" in words and rerouted in words
    assert "Registered" in words


def test_a_phone_that_is_not_registered_says_so_and_what_to_look_at(bot: Stage) -> None:
    words = bot.admin.slash("/voip", "status spare").answer().words
    assert "Not registered" in words or "not registered" in words


def own_sum(rows: Iterable[Call]) -> tuple[int, int, Decimal]:
    """Calls, seconds and dollars; fees cost, and are no calls."""
    kept = list(rows)
    calls = [row for row in kept if row.direction != "fee"]
    return len(calls), sum(row.seconds for row in calls), sum((row.cost for row in kept), Decimal())


def of_days(company: Company, first: date, last: date, zone: ZoneInfo) -> list[Call]:
    """The books' rows of calendar days of a zone."""
    start, end = datetime.combine(first, datetime.min.time(), zone), datetime.combine(last + timedelta(days=1), datetime.min.time(), zone)
    return list(company.ledger.between(start, end))


def totals_line(calls: int, seconds: int, cost: Decimal) -> str:
    return (
        f"{calls:,} calls  ·  {seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02} talk time  ·  ${cost.quantize(Decimal('0.01')):,}"
    )


@pytest.mark.parametrize("days", [(1, 1), (7, 1), (40, 10), (89, 1)])
@pytest.mark.parametrize("who", ["admin", "viewer"])
def test_totals_equal_the_books_in_the_readers_own_days(stage: Stage, who: str, days: tuple[int, int]) -> None:
    zone = {"admin": TORONTO, "viewer": VANCOUVER}[who]
    today = datetime.now(zone).date()
    first, last = (today - timedelta(days=back) for back in days)
    expected = totals_line(*own_sum(of_days(stage.company, first, last, zone)))
    assert expected in stage.people[who].slash("/voip", f"calls {first}..{last}").answer().words


def test_one_phones_calls_are_those_it_made_and_those_its_number_rang(stage: Stage) -> None:
    today = datetime.now(TORONTO).date()
    first, last = today - timedelta(days=30), today - timedelta(days=1)
    rows = [row for row in of_days(stage.company, first, last, TORONTO) if row.account == "100001_frontdesk"]
    assert {row.direction for row in rows} >= {"in", "out"}
    assert totals_line(*own_sum(rows)) in stage.admin.slash("/voip", f"calls {first}..{last} frontdesk").answer().words


def test_missed_calls_are_those_that_came_in_and_nobody_answered(stage: Stage) -> None:
    today = datetime.now(TORONTO).date()
    first, last = today - timedelta(days=14), today - timedelta(days=1)
    rows = [row for row in of_days(stage.company, first, last, TORONTO) if row.direction == "in" and row.disposition != "ANSWERED"]
    assert f"{len(rows)} calls" in stage.admin.slash("/voip", f"calls {first}..{last} missed").answer().words


def test_a_clients_calls_are_priced_as_the_client_pays(stage: Stage) -> None:
    today = datetime.now(TORONTO).date()
    first, last = today - timedelta(days=60), today - timedelta(days=1)
    rows = [row for row in of_days(stage.company, first, last, TORONTO) if row.client == "561115"]
    calls, seconds, _ = own_sum(rows)
    price = sum((row.price for row in rows), Decimal())
    assert totals_line(calls, seconds, price) in stage.admin.slash("/voip", f"client-calls 561115 {first}..{last}").answer().words


def test_the_csv_holds_every_row_and_the_same_sum(stage: Stage) -> None:
    today = datetime.now(TORONTO).date()
    first, last = today - timedelta(days=20), today - timedelta(days=1)
    rows = of_days(stage.company, first, last, TORONTO)
    answer = stage.admin.slash("/voip", f"calls {first}..{last}").answer()
    stage.admin.click(answer, "CSV")
    (upload,) = stage.slack.wait_for(lambda: [file for file in stage.slack.files if file.channel == stage.admin.dm])
    assert upload.content.startswith(b"\xef\xbb\xbf") and upload.name == f"calls-{first}-to-{last}.csv"
    table = list(csv.DictReader(io.StringIO(upload.content.decode("utf-8-sig"))))
    assert len(table) == len(rows)
    assert sum(Decimal(row["Cost"]) for row in table) == sum(row.cost for row in rows)
    assert not [cell for row in table for cell in row.values() if cell[:1] in ("=", "@")]


def test_sharing_posts_the_answer_for_all_with_numbers_masked(stage: Stage) -> None:
    answer = stage.admin.slash("/voip", "calls yesterday").answer()
    shared = stage.admin.click(answer, "Share to channel").answer()
    assert not shared.ephemeral and shared.channel == "C0PHONES" and "555-••" in shared.words and ") 555-0" not in shared.words


def test_nothing_is_shared_where_another_organisation_listens(stage: Stage) -> None:
    before = len(stage.slack.messages("C0PARTNER"))
    answer = stage.viewer.slash("/voip", "calls yesterday", channel="C0PARTNER").answer()
    refused = stage.viewer.click(answer, "Share to channel").answer()
    assert refused.ephemeral and "another organisation" in refused.words
    assert len(stage.slack.messages("C0PARTNER")) == before


def test_nothing_is_shared_in_a_talk_between_people_but_in_ones_own_with_the_bot(stage: Stage) -> None:
    stage.slack.channel("D0CONNECT", "dm", [stage.admin.id, "U0STRANGE"], private=True, shared=True, bot=False)
    answer = stage.admin.slash("/voip", "calls yesterday", channel="D0CONNECT").answer()
    assert stage.admin.click(answer, "Share to channel").answer().ephemeral
    assert stage.slack.messages("D0CONNECT") == []
    answer = stage.admin.slash("/voip", "calls yesterday", channel=stage.admin.dm).answer()
    assert not stage.admin.click(answer, "Share to channel").answer().ephemeral


def test_viewers_see_masked_numbers_unless_the_setting_says_otherwise(stage: Stage, start: Start) -> None:
    masked = stage.viewer.slash("/voip", "calls yesterday").answer().words
    assert "555-••" in masked and ") 555-0" not in masked
    with start(MASK_NUMBERS="off") as open_stage:
        assert ") 555-0" in open_stage.viewer.slash("/voip", "calls yesterday").answer().words


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("status", "of 53 phones"),
        ("status now", "of 53 phones"),
        ("accounts", "57 sub-accounts"),
        ("accounts 561115", "2 sub-accounts of Birch Dental"),
        ("voicemail", "of 12 mailboxes"),
        ("packages", "5 packages"),
        ("clients", "10 clients"),
        ("numbers", "26 numbers"),
        ("balance", "Balance"),
        ("whoami", "Your role: admin"),
        ("help calls", "Periods"),
        ("doctor", "Set-up: works, 1 thing to look at"),
    ],
)
def test_every_list_says_how_many_and_what_matters(stage: Stage, words: str, says: str) -> None:
    assert says in stage.admin.slash("/voip", words).answer().words


def test_tables_become_lines_of_text_where_slack_refuses_them(start: Start) -> None:
    with start() as stage:
        stage.slack.fail(ApiError("invalid_blocks"), method="response_url")
        first = stage.admin.slash("/voip", "calls yesterday").answer()
        assert "Description" in first.words and not any(block["type"] == "table" for block in first.blocks)
        before = len(stage.slack.calls)
        stage.admin.slash("/voip", "packages").answer()
        assert [call.error for call in stage.slack.calls[before:] if call.error] == [], "it is remembered"


def test_what_slack_refuses_is_remembered_after_a_restart(start: Start, tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/dialtone.db"
    with start(DATABASE_URL=database) as stage:
        stage.slack.fail(ApiError("invalid_blocks"), method="response_url")
        stage.admin.slash("/voip", "packages").answer()
    with start(DATABASE_URL=database) as stage:
        answer = stage.admin.slash("/voip", "packages").answer()
        assert "5 packages" in answer.words and not any(block["type"] == "table" for block in answer.blocks)
