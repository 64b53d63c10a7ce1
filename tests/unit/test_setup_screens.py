"""The set-up screens: every documented setting is there, in words, and nothing from outside does harm."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from blocks import accounts, clients, packages, voicemail
from blocks.frame import BlockDict
from blocks.settings import Group, Lost, Page, lost_in, quoted, rows, titled
from tests.unit.pictures import EVIL, faults, values_of, words_of
from voipms import Balance, Client, Package, Rows, SubAccount, Voicemail, VoicemailMessage

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
TORONTO = ZoneInfo("America/Toronto")
MONEY = Balance(current_balance=Decimal("8.0588"))

# What getSubAccounts, getVoicemails, getPackages and getClients are documented to answer, the secrets excepted.
DOCUMENTED: list[tuple[Sequence[Group], type[msgspec.Struct], str]] = [
    (
        accounts.SETTINGS,
        SubAccount,
        "id account username description protocol auth_type ip device_type callerid_number canada_routing lock_international"
        " international_route music_on_hold language allowed_codecs dtmf_mode nat sip_traffic max_expiry rtp_timeout rtp_hold_timeout"
        " ip_restriction enable_ip_restriction pop_restriction enable_pop_restriction send_bye record_calls internal_extension"
        " internal_extension_location internal_voicemail internal_dialtime reseller_client reseller_package reseller_nextbilling"
        " transcribe transcription_locale transcription_redaction transcription_summary transcription_sentiment transcription_email"
        " transcription_start_delay parking_lot enable_internal_cnam internal_cnam tfcarrier default_e911 call_pickup_behavior",
    ),
    (
        voicemail.SETTINGS,
        Voicemail,
        "mailbox name skip_password email attach_message delete_message say_time timezone say_callerid play_instructions language"
        " email_attachment_format unavailable_message_recording new urgent transcription transcription_locale transcription_redaction"
        " transcription_sentiment transcription_summary transcription_format transcription_delay",
    ),
    (
        packages.SETTINGS,
        Package,
        "package name markup_fixed markup_percentage pulse international_route canada_route monthly_fee setup_fee free_minutes",
    ),
    (
        clients.SETTINGS,
        Client,
        "client email company firstname lastname address city state country zip phone_number balance_management",
    ),
]


@pytest.mark.parametrize(("groups", "record", "documented"), DOCUMENTED)
def test_each_documented_setting_is_declared_once_under_a_name_of_its_own(
    groups: Sequence[Group], record: type[msgspec.Struct], documented: str
) -> None:
    lines = [line for group in groups for line in group.lines]
    assert sorted(line.field for line in lines) == sorted(documented.split())
    assert {line.field for line in lines} == set(record.__struct_fields__)
    assert len({(group.title, line.name) for group in groups for line in group.lines}) == len(lines)


@pytest.mark.parametrize(("groups", "record", "documented"), DOCUMENTED)
def test_a_file_has_every_setting_and_empty_cells_for_unset_ones(
    groups: Sequence[Group], record: type[msgspec.Struct], documented: str
) -> None:
    identity = documented.split()[1 if record is SubAccount else 0]
    head, row = rows(groups, [record(**{identity: "42"})])
    assert len(head) == len(row) == len(documented.split())
    assert len(set(head)) == len(head), "the columns of a file need names of their own"
    assert [cell for cell in row if cell] == ["42"]
    assert list(rows(groups, [])) == [head]


def hostile(record: type[msgspec.Struct]) -> Any:
    """A record with hostile words wherever it takes words."""
    made: dict[str, Any] = {}
    for field in msgspec.structs.fields(record):
        made[field.name] = next(
            value
            for kind, value in (("str", EVIL), ("date", date(2026, 12, 31)), ("bool", True), ("Decimal", Decimal("9" * 12)), ("int", 10**9))
            if kind in str(field.type)
        )
    return record(**made)


def messages(count: int, callerid: str = '"John Doe" <5145550177>') -> list[voicemail.Message]:
    return [
        voicemail.Message(
            left_at=NOW - timedelta(hours=30 * n),
            message=VoicemailMessage(mailbox="1001", folder="INBOX", callerid=callerid, duration="00:01:07", urgent=n == 0, listened=n > 1),
        )
        for n in range(count)
    ]


def mailbox_card(box: Voicemail, kept: Sequence[voicemail.Message], masked: bool = True) -> list[BlockDict]:
    return voicemail.card_of(box, kept, now=NOW, zone=TORONTO, masked=masked)


def account(n: int, **more: Any) -> SubAccount:
    return SubAccount(account=f"100001_phone{n}", description=f"Phone {n}", auth_type="1", **more)


PICTURES: list[tuple[str, Callable[[], tuple[str, list[BlockDict]]]]] = [
    ("accounts, none", lambda: (accounts.headline([]), accounts.card([], Lost(3, 1)))),
    ("accounts, many", lambda: (accounts.headline([account(n) for n in range(400)]), accounts.card([account(n) for n in range(400)]))),
    (
        "accounts, hostile",
        lambda: (
            accounts.headline([hostile(SubAccount)] * 120, EVIL),
            accounts.card([hostile(SubAccount)] * 120, Lost(1), client=EVIL, client_name=lambda client: EVIL, slash="/voip "),
        ),
    ),
    (
        "accounts of clients, hostile",
        lambda: (accounts.headline([hostile(SubAccount)]), accounts.card([hostile(SubAccount)] * 99, client_name=lambda client: EVIL)),
    ),
    ("account, bare", lambda: (accounts.headline_of(SubAccount(account="1")), accounts.card_of(SubAccount(account="1")))),
    ("account, hostile", lambda: (accounts.headline_of(hostile(SubAccount)), accounts.card_of(hostile(SubAccount), EVIL))),
    ("mailboxes, none", lambda: (voicemail.headline([]), voicemail.card([], Lost(3, 1)))),
    (
        "mailboxes, hostile",
        lambda: (voicemail.headline([hostile(Voicemail)] * 120), voicemail.card([hostile(Voicemail)] * 120, Lost(2, 5))),
    ),
    ("mailbox, bare", lambda: (voicemail.headline_of(Voicemail(mailbox="1")), mailbox_card(Voicemail(mailbox="1"), []))),
    (
        "mailbox, hostile",
        lambda: (voicemail.headline_of(hostile(Voicemail)), mailbox_card(hostile(Voicemail), messages(500, EVIL), masked=False)),
    ),
    ("packages, none", lambda: (packages.headline([]), packages.card([]))),
    ("packages, hostile", lambda: (packages.headline([hostile(Package)] * 120), packages.card([hostile(Package)] * 120, Lost(2, 5)))),
    ("package, bare", lambda: (packages.headline_of(Package(package="1")), packages.card_of(Package(package="1")))),
    ("package, hostile", lambda: (packages.headline_of(hostile(Package)), packages.card_of(hostile(Package)))),
    ("clients, none", lambda: (clients.headline([]), clients.card([]))),
    ("clients, hostile", lambda: (clients.headline([hostile(Client)] * 120), clients.card([hostile(Client)] * 120, Lost(2, 5)))),
    ("client, bare", lambda: (clients.headline_of(Client(client="1"), MONEY), clients.card_of(Client(client="1"), MONEY, []))),
    (
        "client, hostile",
        lambda: (
            clients.headline_of(hostile(Client), hostile(Balance)),
            clients.card_of(hostile(Client), hostile(Balance), [EVIL] * 500, Lost(7), [EVIL]),
        ),
    ),
    ("client, unasked", lambda: (clients.headline_of(hostile(Client), None), clients.card_of(hostile(Client), None, None, notes=[EVIL]))),
    (
        "account, hostile and lost",
        lambda: (accounts.headline_of(hostile(SubAccount)), accounts.card_of(hostile(SubAccount), EVIL, Lost(1, 1), [EVIL])),
    ),
    ("login, hostile", lambda: (clients.login_headline(hostile(Client)), clients.login_card(hostile(Client), 5, 10))),
    ("login, wrong", lambda: (clients.login_headline(None), clients.login_card(None, 0, 10))),
]


@pytest.mark.parametrize(("name", "picture"), PICTURES)
def test_every_picture_keeps_slacks_limits_and_no_hostile_word_does_harm(
    name: str, picture: Callable[[], tuple[str, list[BlockDict]]]
) -> None:
    headline, blocks = picture()
    assert headline and (len(headline) < 300 or "hostile" in name)
    assert 1 <= len(blocks) <= 40
    assert faults(blocks) == []


@pytest.mark.parametrize(("name", "picture"), PICTURES)
def test_equal_values_make_equal_pictures(name: str, picture: Callable[[], tuple[str, list[BlockDict]]]) -> None:
    assert picture() == picture()


def test_what_is_not_set_is_named_under_its_group() -> None:
    shown = words_of(accounts.card_of(SubAccount(account="100001_lobby", transcribe=False)))
    assert "Calls are transcribed: no" in shown
    assert "*Not set*" in shown
    assert "Reseller: Client, Package, Next billing" in shown
    assert "Calls are transcribed," not in shown


def test_an_unknown_code_is_shown_as_it_is() -> None:
    one = SubAccount(account="100001_lobby", auth_type="7", nat="maybe")
    shown = words_of(accounts.card_of(one))
    assert "Signs in with: type 7 (no name known)" in shown
    assert "NAT: mode maybe (no name known)" in shown
    assert "type 7 (no name known)" in words_of(accounts.card([one]))


def test_the_list_of_accounts_names_people_first_and_sums_up() -> None:
    listed = [
        SubAccount(account="100001_a", description="Ana", internal_extension="101", auth_type="1", callerid_number="5145550134"),
        SubAccount(account="100001_pbx", description="PBX", auth_type="2", reseller_client="561115"),
    ]
    blocks = accounts.card(listed, client_name=lambda client: "Acme" if client else "", slash="/voip ")
    table = next(block for block in blocks if block["type"] == "table")
    cells = [[cell["text"] for cell in row] for row in table["rows"]]
    assert cells[1] == ["Ana", "101", "100001_a", "user and password", "(514) 555-0134", "–"]
    assert cells[2] == ["PBX", "–", "100001_pbx", "fixed address", "–", "Acme"]
    assert "1 sign in with a password  ·  1 by a fixed address  ·  1 of reseller clients" in words_of(blocks)
    assert "`/voip accounts 100001_a`" in words_of(blocks)


def listed(blocks: list[BlockDict]) -> list[str]:
    """The logins of a list."""
    return re.findall(r"100001_phone\d+$", words_of(blocks), re.MULTILINE)


def test_a_long_list_is_cut_and_says_what_is_shown() -> None:
    blocks = accounts.card([account(n) for n in range(400)])
    shown = listed(blocks)
    assert 40 <= len(shown) <= 99
    assert f"1 to {len(shown)} of 400, all in the CSV" in words_of(blocks)


def test_a_long_list_is_turned_to_its_end() -> None:
    every = [account(n) for n in range(400)]
    line, seen = "accounts", list[str]()
    while line:
        name, _, first = line.partition(" from:")
        blocks = accounts.card(every, page=Page(name, int(first or 1) - 1))
        assert faults(blocks) == [] and ("accounts" in values_of(blocks)) is bool(first)
        seen += listed(blocks)
        line = next((value for value in values_of(blocks) if "from:" in value), "")
    assert seen == [one.account for one in every]


@pytest.mark.parametrize("count", [0, 1, 30])
def test_a_list_that_is_shown_whole_has_no_pages_wherever_one_begins(count: int) -> None:
    blocks = accounts.card([account(n) for n in range(count)], page=Page("accounts", 30))
    assert len(listed(blocks)) == count and values_of(blocks) == [] and faults(blocks) == []


def test_unreadable_rows_are_told() -> None:
    assert "1 row of VoIP.ms's answer could not be read" in words_of(accounts.card([], Lost(1)))
    assert "2 rows of VoIP.ms's answer could not be read" in words_of(clients.card([], Lost(2)))
    assert "1 setting could not be read and shows as not set" in words_of(clients.card([], Lost(0, 1)))
    both = words_of(packages.card([], lost_in(Rows((), 1, 2), Rows((), 3, 4))))
    assert "4 rows of VoIP.ms's answer could not be read  ·  6 settings could not be read and show as not set" in both


def test_mailboxes_say_what_is_new() -> None:
    boxes = [Voicemail(mailbox="1", new=3, urgent=2), Voicemail(mailbox="2", new="unlimited"), Voicemail(mailbox="3")]
    assert voicemail.headline(boxes) == "3 new messages in 1 of 3 mailboxes"
    assert "2 urgent messages" in words_of(voicemail.card(boxes))
    assert voicemail.headline(boxes[2:]) == "No new messages in 1 mailbox"
    assert voicemail.headline_of(boxes[0]) == "Mailbox 1 (1): 3 new messages, 2 urgent"
    assert voicemail.headline_of(boxes[2]) == "Mailbox 3 (3): no new messages"


def test_messages_are_shown_in_the_readers_zone_and_masked_for_viewers() -> None:
    box = Voicemail(mailbox="1001", name="Reception")
    shown = words_of(mailbox_card(box, messages(13)))
    assert "Mon 23 Nov 13:00\nJohn Doe 514 555-••77\n0:01:07\nurgent, new\nINBOX" in shown
    assert "5550177" not in shown
    assert "555-0177" not in shown
    assert "The latest 10 of 13  ·  times in America/Toronto" in shown
    assert "John Doe (514) 555-0177" in words_of(mailbox_card(box, messages(1), masked=False))


@pytest.mark.parametrize(
    "callerid", ["anonymous", "", "5145550177", "+33155501234", '"5145550177" <5145550177>', "<<>> 5145550177 <", '"A']
)
def test_no_spelling_of_a_caller_shows_a_viewer_the_number(callerid: str) -> None:
    shown = words_of(mailbox_card(Voicemail(mailbox="1"), messages(1, callerid)))
    assert not re.search(r"\d{3}\D?0177|\d{3}\D?01234", shown)


def test_a_message_of_another_year_says_its_year_and_one_without_a_date_none() -> None:
    old = voicemail.Message(left_at=datetime(2024, 1, 2, 12, tzinfo=UTC), message=VoicemailMessage(mailbox="1"))
    undated = voicemail.Message(left_at=None, message=VoicemailMessage(mailbox="1"))
    shown = words_of(mailbox_card(Voicemail(mailbox="1"), [old, undated]))
    assert "Tue 02 Jan 2024 07:00" in shown


def test_a_package_in_words() -> None:
    one = Package(
        package="8378",
        name="Office",
        markup_fixed=Decimal("0.0105"),
        markup_percentage=Decimal(50),
        pulse=60,
        international_route="1",
        canada_route="2",
        monthly_fee=Decimal("2.00"),
        setup_fee=Decimal("1"),
        free_minutes="unlimited",
    )
    shown = words_of(packages.card_of(one))
    for words in (
        "Fixed markup: $0.0105",
        "Markup in percent: 50 %",
        "Length of a call: rounded up to 60 s",
        "International route: value",
        "Route within Canada: premium",
        "Monthly fee: $2.00",
        "Set-up fee: $1.00",
        "Free minutes: unlimited",
    ):
        assert words in shown
    assert "$0.0105 + 50 %" in words_of(packages.card([one]))


def test_a_client_with_its_balance_and_its_sub_accounts() -> None:
    balance = Balance(
        current_balance=Decimal("8.0588"),
        spent_total=Decimal("1.9012"),
        calls_total=56,
        time_total="51:35",
        spent_today=Decimal("0.045"),
        calls_today=2,
    )
    one = Client(client="561115", company="Acme", firstname="Ana", lastname="R.", balance_management="1")
    blocks = clients.card_of(one, balance, ["Lobby", "*Bar*"])
    shown = words_of(blocks)
    for words in (
        "Balance: $8.06",
        "Spent in 30 days: $1.90",
        "Calls in 30 days: 56, 0:51:35 talk time",
        "Spent today: $0.05",
        "Calls today: 2",
        "At zero balance: suspended (hard)",
        "2 sub-accounts",
        "Lobby, ",
    ):
        assert words in shown
    assert clients.headline_of(one, balance) == "Acme (561115): $8.06 left"
    values = [element["value"] for block in blocks if block["type"] == "actions" for element in block["elements"]]
    assert values == ["client-calls 561115", "accounts 561115"]


def test_the_login_form_is_fixed_and_says_what_happens_to_the_words() -> None:
    form = clients.login_form()
    assert form == clients.login_form()
    assert form["callback_id"] == "client-login"
    email, password, note = form["blocks"]
    assert (email["label"]["text"], email["block_id"], email["element"]["action_id"], email["element"]["type"]) == (
        "E-mail",
        "email",
        "email",
        "email_text_input",
    )
    assert (password["label"]["text"], password["block_id"], password["element"]["action_id"]) == ("Password", "password", "password")
    assert "stored, logged or shown again" in words_of([note])
    assert len(form["title"]["text"]) <= 24


def test_the_result_of_a_login_names_the_client_only() -> None:
    one = Client(client="561115", company="Acme", firstname="Ana", lastname="R.", email="ana@example.com", phone_number="5145550100")
    shown = words_of(clients.login_card(one, 5, 10))
    assert "*Valid*\nAcme  ·  Ana R.  ·  `561115`" in shown
    assert "example.com" not in shown
    wrong = words_of(clients.login_card(None, 1, 10))
    assert "*Not valid*" in wrong
    assert "1 wrong try left within 10 minutes" in wrong
    assert "That was the last try" in words_of(clients.login_card(None, 0, 10))


@pytest.mark.parametrize(
    ("word", "expected"),
    [("100001_a", "100001_a"), ("front desk", '"front desk"'), ('a "b" c', '"a b c"'), ("", '""'), ("x" * 300, "x" * 199 + "…")],
)
def test_a_name_is_one_word_of_a_command_line(word: str, expected: str) -> None:
    assert quoted(word) == expected


def test_a_headline_names_the_thing_and_stays_short() -> None:
    assert titled("Front desk", "100001_frontdesk") == "Front desk (100001_frontdesk)"
    assert len(titled(EVIL, EVIL)) < 130
