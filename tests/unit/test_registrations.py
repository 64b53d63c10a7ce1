"""The status board and one account: never a phone called missing that VoIP.ms did not say "no" of."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from blocks.registrations import (
    COLUMNS,
    MOST_CARDS,
    MOST_DEVICES,
    card,
    card_by_address,
    card_of,
    headline,
    headline_by_address,
    headline_of,
    rows,
)
from blocks.settings import Lost
from rules.registrations import (
    MAIN,
    Look,
    board,
    devices,
    passed_over,
    places,
    reaches,
    registers,
    same_for_all,
    saw,
    saw_nothing,
    told_apart,
    with_main,
)
from tests.unit.pictures import EVIL, faults, values_of, words_of
from voipms import Device, Refused, Registration, Rows, SubAccount, Unreachable, Unreadable

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
TORONTO = ZoneInfo("America/Toronto")
NEW_YORK = ZoneInfo("America/New_York")
TIME_OUT = "VoIP.ms did not answer within 30 seconds."

# What getRegistrationStatus is documented to answer in each row, and what live clients report there.
_DOCUMENTED = (
    "server_name server_shortname server_hostname server_ip server_country server_pop register_ip register_port register_next"
    " register_protocol register_transport register_useragent rerouted from_server_pop"
)
DOCUMENTED = _DOCUMENTED.split()
ATLANTA = Device(
    server_name="Atlanta, GA",
    server_shortname="Atlanta",
    server_hostname="atlanta.voip.ms",
    server_ip="198.51.100.15",
    server_country="USA",
    server_pop="15",
    register_ip="203.0.113.25",
    register_port="59870",
    register_next=datetime(2026, 11, 23, 13, 20),
    register_protocol="SIP",
    register_transport="UDP",
    register_useragent="Yealink SIP-T46U",
)


def account(n: int, **more: Any) -> SubAccount:
    return SubAccount(
        **{"account": f"100001_phone{n}", "description": f"Phone {n}", "internal_extension": str(100 + n), "auth_type": "1"} | more
    )


def answered(one: SubAccount, *found: Device, seconds_ago: int = 0) -> Look:
    registration = Registration(account=one.account, registered=bool(found), devices=Rows(found))
    return saw(one, registration, NOW - timedelta(seconds=seconds_ago))


def device(**fields: Any) -> Device:
    return Device(**fields)


def at(address: str, pop: str = "Atlanta, GA") -> Device:
    return msgspec.structs.replace(ATLANTA, register_ip=address, server_name=pop)


def a_board(registered: int = 0, missing: int = 0, unknown: int = 0, not_looked_at: int = 0) -> list[Look]:
    accounts = iter([account(n) for n in range(registered + missing + unknown + not_looked_at)])
    return [
        *(answered(next(accounts), ATLANTA) for _ in range(registered)),
        *(answered(next(accounts), seconds_ago=4) for _ in range(missing)),
        *(saw_nothing(next(accounts), TIME_OUT, NOW) for _ in range(unknown)),
        *(passed_over(next(accounts)) for _ in range(not_looked_at)),
    ]


def drawn(looks: Sequence[Look], aside: Sequence[SubAccount] = (), unreadable: int = 0) -> list[dict[str, Any]]:
    return card(looks, aside, Lost(unreadable), now=NOW, zone=TORONTO, slash="/voip ")


def drawn_one(look: Look) -> list[dict[str, Any]]:
    return card_of(look, now=NOW, zone=TORONTO, wire_zone=NEW_YORK)


# Rules


@pytest.mark.parametrize(
    ("error", "same"),
    [
        (Refused("invalid_credentials"), True),
        (Refused("ip_not_enabled"), True),
        (Refused("method_maintenance"), True),
        (Refused("invalid_account"), False),
        (Refused("api_limit_exceeded"), False),
        (Refused("new_word"), False),
        (Unreachable("time-out"), False),
        (Unreadable("HTML"), False),
    ],
)
def test_only_what_is_the_same_for_all_accounts_stops_a_round(error: Exception, same: bool) -> None:
    assert same_for_all(error) is same  # type: ignore[arg-type]


@pytest.mark.parametrize(("auth_type", "expected"), [("1", True), ("2", False), ("", False), ("7", False)])
def test_only_accounts_with_a_password_register(auth_type: str, expected: bool) -> None:
    assert registers(account(1, auth_type=auth_type)) is expected


def test_the_main_account_is_added_once_where_it_is_named() -> None:
    known = [account(1)]
    assert with_main(known, "") == known
    added = with_main(known, "100001")[-1]
    assert (added.account, added.description, registers(added)) == ("100001", MAIN, True)
    assert with_main([added], "100001") == [added]


def test_looks_are_sorted_by_what_they_saw_and_by_name() -> None:
    looks = [answered(account(n)) for n in (10, 9, 1)] + a_board(registered=1, unknown=1, not_looked_at=1)
    seen = board(looks)
    assert [look.name for look in seen.missing] == ["Phone 1", "Phone 9", "Phone 10"]
    assert [len(some) for some in (seen.registered, seen.unknown, seen.not_looked_at)] == [1, 1, 1]


def test_phones_are_grouped_by_their_address_and_each_counts_once() -> None:
    office, home = "203.0.113.7", "192.0.2.9"
    looks = [
        answered(account(1), at(home, "Toronto"), at(office)),  # a softphone at home beside the desk phone
        answered(account(2), at(office)),
        answered(account(3), at("192.0.2.1", "Toronto")),
        answered(account(4), at("")),
        saw(account(5), Registration(account="x", registered=True), NOW),
    ]
    assert [(place.address, place.phones, place.pops) for place in places(looks)] == [
        ("", 2, ("Atlanta, GA",)),
        (office, 2, ("Atlanta, GA",)),
        ("192.0.2.1", 1, ("Toronto",)),
    ]


def test_the_order_of_devices_does_not_depend_on_the_answers_order() -> None:
    one, other = at("192.0.2.1"), at("203.0.113.7")
    assert devices(answered(account(1), other, one)) == devices(answered(account(1), one, other)) == (one, other)


@pytest.mark.parametrize(("pop", "expected"), [("15", True), ("27", False), ("", None)])
def test_a_number_reaches_a_phone_at_its_own_pop_only(pop: str, expected: bool | None) -> None:
    assert reaches(answered(account(1), ATLANTA), pop) is expected
    assert reaches(answered(account(1)), pop) is None


# The board


@pytest.mark.parametrize(
    ("looks", "said"),
    [
        (a_board(), "No phone signs in with a password"),
        (a_board(registered=43), "All 43 phones are registered"),
        (a_board(registered=1), "The only phone is registered"),
        (a_board(missing=1), "The only phone is not registered"),
        (a_board(registered=40, missing=3), "3 of 43 phones are not registered"),
        (a_board(registered=42, missing=1), "1 of 43 phones is not registered"),
        (a_board(missing=43), "43 of 43 phones are not registered"),
        (a_board(registered=41, unknown=2), "41 of 43 phones are registered, 2 could not be asked"),
        (
            a_board(registered=38, missing=3, unknown=2, not_looked_at=1200),
            "3 of 1,243 phones are not registered, 2 could not be asked, 1,200 not looked at",
        ),
        (a_board(unknown=43), "43 phones: 43 could not be asked"),
        (a_board(unknown=4, not_looked_at=1), "5 phones: 4 could not be asked, 1 not looked at"),
    ],
)
def test_the_headline_says_what_is_known_and_what_is_not(looks: list[Look], said: str) -> None:
    assert headline(looks) == said


def test_problems_come_first_each_with_its_age_and_a_button() -> None:
    blocks = drawn(a_board(registered=3, missing=2, unknown=1))
    shown = words_of(blocks)
    assert "🔴  *Phone 3*  ·  ext. 103  ·  `100001_phone3`\nNot registered, looked 4 s ago" in shown
    assert shown.index("Phone 3") < shown.index("Phone 5") < shown.index("203.0.113.25")
    assert values_of(blocks) == ["status 100001_phone3", "status 100001_phone4"]


def test_a_phone_that_could_not_be_asked_is_never_shown_as_missing_and_the_reason_is_said_once() -> None:
    shown = words_of(drawn(a_board(registered=3, unknown=4)))
    assert "not registered" not in shown.lower()
    assert shown.count(TIME_OUT) == 1
    assert "⚪  *Could not be asked* (4): these phones may be fine" in shown
    assert "Phone 3 (103), Phone 4 (104)" in shown


def test_who_was_never_seen_registered_is_no_problem_and_called_as_on_the_board() -> None:
    looks = told_apart(a_board(registered=1, missing=2), {"100001_phone0", "100001_phone2"})
    assert headline(looks) == "1 of 3 phones is not registered, 1 never seen"
    blocks = drawn(looks)
    assert values_of(blocks) == ["status 100001_phone1"]
    assert "Never seen registered, silent until they are: Phone 2 (102)" in words_of(blocks)
    assert [row[3] for row in rows(looks, zone=TORONTO, wire_zone=NEW_YORK)][1:] == ["registered", "not registered", "never seen"]
    assert headline(told_apart(a_board(missing=1), {"100001_phone0"})) == "1 phone: 1 never seen"


def test_registered_phones_are_summed_up_by_place() -> None:
    looks = [answered(account(n), at("203.0.113.7")) for n in range(5)]
    looks += [answered(account(n), at(f"192.0.2.{n}", f"Town {n}")) for n in range(5, 9)]
    shown = words_of(drawn(looks))
    assert "🟢  203.0.113.7*\n5 registered  ·  Atlanta, GA" in shown
    assert "🟢  Elsewhere*\n4 registered  ·  4 POPs" in shown


def test_accounts_that_never_register_are_named_in_small_print() -> None:
    shown = words_of(drawn(a_board(registered=1), [account(90, auth_type="2", description="Old PBX"), account(91, auth_type="7")], 2))
    assert "Never looked at: 1 account known by a fixed address, with nothing to register: Old PBX" in shown
    assert "1 account with a sign-in of unknown type: Phone 91" in shown
    assert "2 rows of VoIP.ms's answer could not be read" in shown


def test_the_board_says_how_old_its_looks_are() -> None:
    looks = [answered(account(1), ATLANTA, seconds_ago=58), answered(account(2), ATLANTA, seconds_ago=12)]
    assert "looks between 12 s and 58 s old" in words_of(drawn(looks))
    assert "looks 12 s old" in words_of(drawn(looks[1:]))
    assert "looks up to 58 s old" in words_of(drawn([*looks, answered(account(9), ATLANTA)]))
    assert "looked at just now" in words_of(drawn([answered(account(9), ATLANTA)]))
    assert "`/voip status 102`" in words_of(drawn(looks[1:]))


def test_many_missing_phones_are_a_table() -> None:
    blocks = drawn(a_board(registered=2, missing=MOST_CARDS + 1))
    (table,) = (block for block in blocks if block["type"] == "table")
    assert [cell["text"] for cell in table["rows"][1]] == ["Phone 2", "102", "100001_phone2", "4 s ago"]
    assert values_of(blocks) == []
    assert f"🔴  *Not registered* ({MOST_CARDS + 1})" in words_of(blocks)


def test_a_very_long_list_is_cut_and_says_by_how_much() -> None:
    shown = words_of(drawn(a_board(missing=300, not_looked_at=300)))
    assert "more, all in the CSV" in shown
    assert "*Not looked at* (300): there was no time left" in shown
    assert " more\n" in shown[shown.index("Not looked at") :]


# One account


def test_every_documented_field_of_every_row_is_shown() -> None:
    assert set(Device.__struct_fields__) == set(DOCUMENTED)
    for field in DOCUMENTED:
        value = datetime(2031, 7, 8, 9, 10) if field == "register_next" else f"seen-{field.replace('_', '-')}"
        said = "Tue 08 Jul 2031 09:10 EDT" if field == "register_next" else str(value)
        for found in ((device(**{field: value}),), (ATLANTA, device(**{field: value}))):
            assert said in words_of(drawn_one(answered(account(1), *found))), field


def test_a_registered_phone_in_plain_words() -> None:
    look = answered(account(1, description="Front desk"), ATLANTA)
    assert headline_of(look) == "Front desk (100001_phone1) is registered from 203.0.113.25"
    blocks = drawn_one(look)
    shown = words_of(blocks)
    for words in (
        "Front desk is registered",
        "🟢  *Registered*  ·  `100001_phone1`  ·  ext. 101  ·  1 device",
        "*Server*\nAtlanta, GA (Atlanta)",
        "*Country, POP*\nUSA, 15",
        "*Registered from*\n203.0.113.25 port 59870",
        "*Next registration*\nMon 23 Nov 2026 13:20 EST",
        "*Protocol, transport*\nSIP, UDP",
        "*Device*\nYealink SIP-T46U",
        "Not told by VoIP.ms: Rerouted",
        "Looked just now",
    ):
        assert words in shown
    assert values_of(blocks) == ["status 100001_phone1", "accounts 100001_phone1", "calls 100001_phone1"]


def test_the_next_registration_is_an_instant_that_slack_shows_in_the_readers_zone() -> None:
    instant = int(datetime(2026, 11, 23, 18, 20, tzinfo=UTC).timestamp())
    assert any(
        f"<!date^{instant}^" in field["text"] for block in drawn_one(answered(account(1), ATLANTA)) for field in block.get("fields", [])
    )


def test_several_devices_are_shown_one_by_one() -> None:
    look = answered(account(1), ATLANTA, msgspec.structs.replace(ATLANTA, register_ip="192.0.2.1", rerouted="1", from_server_pop="65"))
    shown = words_of(drawn_one(look))
    assert "Device 1 of 2" in shown
    assert "Device 2 of 2" in shown
    assert "*Rerouted*\nyes, from POP 65" in shown
    assert headline_of(look).endswith("is registered from 2 addresses")


def test_a_rerouting_told_for_the_whole_account_is_shown_with_each_device() -> None:
    registration = Registration(account="100001", registered=True, rerouted="0", from_server_pop="65", devices=Rows([ATLANTA]))
    assert "*Rerouted*\nno, from POP 65" in words_of(drawn_one(saw(account(1), registration, NOW)))


def test_many_devices_are_cut_and_rows_that_could_not_be_read_are_told() -> None:
    found = Rows([at(f"192.0.2.{n}") for n in range(60)], unreadable=3)
    shown = words_of(drawn_one(saw(account(1), Registration(account="100001", registered=True, devices=found), NOW)))
    assert f"Device {MOST_DEVICES} of 60" in shown
    assert f"and {60 - MOST_DEVICES} more devices" in shown
    assert "3 rows of VoIP.ms's answer could not be read" in shown


def test_a_missing_phone_says_what_it_means_and_what_to_look_at() -> None:
    look = answered(account(1, description="Front desk"))
    assert headline_of(look) == "Front desk (100001_phone1) is not registered"
    shown = words_of(drawn_one(look))
    assert "🔴  *Not registered*" in shown
    assert "Calls to this phone do not ring" in shown
    assert "What to look at" in shown


def test_registered_without_a_device_is_said_as_it_is() -> None:
    look = saw(account(1), Registration(account="100001", registered=True), NOW)
    assert headline_of(look) == "Phone 1 (100001_phone1) is registered"
    assert "lists no device" in words_of(drawn_one(look))


def test_an_unknown_state_is_not_a_missing_phone() -> None:
    shown = words_of(drawn_one(saw_nothing(account(1), TIME_OUT, NOW)))
    assert "⚪  *Unknown*" in shown
    assert f"{TIME_OUT} The phone may be fine." in shown
    assert "not registered" not in shown.lower()


def test_a_login_nobody_named_is_said_once_and_has_no_settings() -> None:
    look = answered(SubAccount(account="100001"), ATLANTA)
    assert headline_of(look) == "100001 is registered from 203.0.113.25"
    assert values_of(drawn_one(look)) == ["status 100001", "calls 100001"]


def test_an_account_with_a_fixed_address_is_told_to_be_fine() -> None:
    one = account(1, description="Old PBX", auth_type="2", ip="198.51.100.9")
    assert headline_by_address(one) == "Old PBX (100001_phone1) never registers, and that is normal"
    shown = words_of(card_by_address(one))
    assert "fixed address `198.51.100.9`" in shown
    assert "normal state" in shown


# The file


def test_the_file_has_a_row_for_each_device_and_one_for_a_phone_without() -> None:
    looks = [answered(account(1), ATLANTA, at("192.0.2.1")), answered(account(2), seconds_ago=60), *a_board(unknown=1, not_looked_at=1)]
    head, *body = rows(looks, zone=TORONTO, wire_zone=NEW_YORK)
    assert [field for field, _ in COLUMNS] == DOCUMENTED
    assert len(set(head)) == len(head) == 6 + len(DOCUMENTED)
    assert all(len(row) == len(head) for row in body)
    named = [dict(zip(head, row, strict=True)) for row in body]
    assert [row["State"] for row in named] == ["registered", "registered", "not registered", "unknown", "not looked at"]
    assert named[1]["Next registration (America/Toronto)"] == "2026-11-23 13:20:00"
    assert named[2]["Looked at (America/Toronto)"] == "2026-11-23 12:59:00"
    assert named[3]["Reason"] == TIME_OUT
    assert named[4]["Looked at (America/Toronto)"] == ""


# Every picture


HOSTILE = SubAccount(account=EVIL, description=EVIL, internal_extension=EVIL, auth_type="1", ip=EVIL)
HOSTILE_DEVICE = device(**{field: datetime(2026, 1, 1) if field == "register_next" else EVIL for field in DOCUMENTED})
HOSTILE_LOOKS = [
    *(answered(HOSTILE) for _ in range(MOST_CARDS)),
    *(saw_nothing(HOSTILE, f"{n} {EVIL}", NOW) for n in range(30)),
    *(passed_over(HOSTILE) for _ in range(90)),
    *(answered(msgspec.structs.replace(HOSTILE, account=f"{n}{EVIL}"), HOSTILE_DEVICE) for n in range(30)),
]


@pytest.mark.parametrize(
    "draw",
    [
        lambda: drawn([]),
        lambda: drawn([], [account(1, auth_type="2")], 3),
        lambda: drawn(a_board(registered=43)),
        lambda: drawn(a_board(registered=200, missing=3, unknown=2, not_looked_at=95)),
        lambda: drawn(a_board(registered=5000)),
        lambda: drawn(a_board(missing=5000)),
        lambda: drawn(a_board(unknown=5000), [account(n, auth_type="2") for n in range(5000)]),
        lambda: drawn(a_board(registered=1000, missing=1000, unknown=1000, not_looked_at=2000)),
        lambda: drawn([answered(account(n), at(f"192.0.2.{n // 3}", f"Town {n}")) for n in range(700)]),
        lambda: drawn(HOSTILE_LOOKS, [HOSTILE] * 90, 1),
        lambda: drawn(HOSTILE_LOOKS * 5, [HOSTILE] * 90, 1),
        lambda: drawn_one(answered(HOSTILE, *[HOSTILE_DEVICE] * 20)),
        lambda: drawn_one(answered(HOSTILE)),
        lambda: drawn_one(saw_nothing(HOSTILE, EVIL, NOW)),
        lambda: drawn_one(passed_over(HOSTILE)),
        lambda: drawn_one(answered(account(1), Device())),
        lambda: card_by_address(HOSTILE),
    ],
)
def test_every_picture_keeps_slacks_limits_and_no_hostile_word_does_harm(draw: Callable[[], list[dict[str, Any]]]) -> None:
    blocks = draw()
    assert faults(blocks) == []
    assert len(blocks) <= 40
