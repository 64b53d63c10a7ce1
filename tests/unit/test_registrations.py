"""What a look at an account saw, and one account in full: never a phone called missing that VoIP.ms did not say "no" of."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from blocks.registrations import (
    MOST_DEVICES,
    card_by_address,
    card_of,
    headline_by_address,
    headline_of,
)
from rules.registrations import (
    MAIN,
    Look,
    as_seen,
    devices,
    passed_over,
    reaches,
    registers,
    same_for_all,
    saw,
    saw_nothing,
    with_main,
)
from rules.timeline import Uptime
from rules.watch import Line, State
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


def test_the_order_of_devices_does_not_depend_on_the_answers_order() -> None:
    one, other = at("192.0.2.1"), at("203.0.113.7")
    assert devices(answered(account(1), other, one)) == devices(answered(account(1), one, other)) == (one, other)


WELL = Line(
    account="100001_phone1", state=State.OK, changed_at=NOW - timedelta(days=3), up_since=NOW - timedelta(days=3), site="203.0.113.7"
)
AWAY = Line(account="100001_phone1", state=State.MISSING, down_since=NOW - timedelta(minutes=4), site="203.0.113.7")
NEVER = Line(account="100001_phone1", answered_at=NOW - timedelta(minutes=4))
NEW = Line(account="100001_phone1")


@pytest.mark.parametrize(
    ("line", "look", "state", "since", "site"),
    [
        (WELL, answered(account(1), at("192.0.2.9"), at("203.0.113.7")), State.OK, WELL.up_since, "203.0.113.7"),
        (WELL, answered(account(1), at("192.0.2.9")), State.OK, WELL.up_since, "192.0.2.9"),
        (WELL, answered(account(1)), State.MISSING, None, "203.0.113.7"),
        (AWAY, answered(account(1)), State.MISSING, AWAY.down_since, "203.0.113.7"),
        (AWAY, answered(account(1), at("")), State.OK, None, "203.0.113.7"),
        (NEVER, answered(account(1)), State.UNSEEN, None, ""),
        (NEW, answered(account(1)), State.MISSING, None, ""),
        (NEW, answered(account(1), at("192.0.2.9")), State.OK, None, "192.0.2.9"),
    ],
)
def test_a_look_says_how_a_phone_is_and_the_line_where_and_since_when(
    line: Line, look: Look, state: State, since: datetime | None, site: str
) -> None:
    seen = as_seen(line, look)
    assert (seen.state, seen.up_since or seen.down_since or seen.changed_at, seen.site, seen.answered_at) == (state, since, site, NOW)


@pytest.mark.parametrize("look", [saw_nothing(account(1), TIME_OUT, NOW), passed_over(account(1))])
@pytest.mark.parametrize("line", [WELL, AWAY, NEVER, NEW])
def test_of_a_look_that_was_not_answered_nothing_is_known_but_where_the_phone_was(line: Line, look: Look) -> None:
    seen = as_seen(line, look)
    assert (seen.answered_at, seen.up_since, seen.down_since, seen.changed_at, seen.site) == (None, None, None, None, line.site)


@pytest.mark.parametrize(("pop", "expected"), [("15", True), ("27", False), ("", None)])
def test_a_number_reaches_a_phone_at_its_own_pop_only(pop: str, expected: bool | None) -> None:
    assert reaches(answered(account(1), ATLANTA), pop) is expected
    assert reaches(answered(account(1)), pop) is None


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


def test_how_a_phone_fared_is_said_of_no_longer_than_it_was_seen() -> None:
    def words(since: datetime | None) -> str:
        past = Uptime(up=timedelta(minutes=15), down=timedelta(minutes=5), outages=1, since=since)
        return words_of(card_of(answered(account(1)), past, now=NOW, zone=TORONTO, wire_zone=NEW_YORK))

    assert "30 days: 75.00 % up, 1 outage, 5 min in all" in words(None)
    assert "Since it was first seen (Mon 23 Nov 2026 12:40 EST: 20 min): 75.00 % up" in words(NOW - timedelta(minutes=20))


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


# Every picture


HOSTILE = SubAccount(account=EVIL, description=EVIL, internal_extension=EVIL, auth_type="1", ip=EVIL)
HOSTILE_DEVICE = device(**{field: datetime(2026, 1, 1) if field == "register_next" else EVIL for field in DOCUMENTED})


@pytest.mark.parametrize(
    "draw",
    [
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
