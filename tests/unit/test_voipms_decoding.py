"""From bytes to records: every spelling of a value, every shape of an answer, and nothing that breaks it."""

import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reference import reference
from voipms import Balance, Cdr, Client, Did, Package, Refused, Rows, SubAccount, Unreadable, Voicemail, VoipMsError, decoding, spelling


def answer(**fields: Any) -> bytes:
    return json.dumps({"status": "success", **fields}).encode()


# One value


YES: tuple[object, ...] = ("1", "yes", "Yes", "YES", "Y", "y", "true", "True", "on", " 1", 1, True, Decimal("1.0"))
NO: tuple[object, ...] = ("0", "no", "No", "N", "false", "False", "off", 0, False, Decimal("0.0"))
UNSET: tuple[object, ...] = ("", None, "-1", -1, [])


@pytest.mark.parametrize(
    ("read", "said", "expected"),
    [
        (spelling.text, None, ""),
        (spelling.text, "-1", ""),
        (spelling.text, -1, ""),
        (spelling.text, " -1 ", ""),
        (spelling.text, "5551234567", "5551234567"),
        (spelling.text, 15, "15"),
        (spelling.text, Decimal("15.0"), "15"),
        (spelling.text, Decimal("0.0"), "0"),
        (spelling.text, Decimal("1.5"), "1.5"),
        (spelling.text, True, "1"),
        (spelling.text, [], ""),
        (spelling.text, {}, ""),
        (spelling.text, "0033055", "0033055"),
        (spelling.as_spelled, -1, "-1"),
        *((spelling.flag, word, True) for word in YES),
        *((spelling.flag, word, False) for word in NO),
        *((spelling.flag, word, None) for word in UNSET),
        (spelling.whole, "60", 60),
        (spelling.whole, 60, 60),
        (spelling.whole, Decimal("60.0"), 60),
        (spelling.whole, "060", 60),
        (spelling.whole, "-5", -5),
        *((spelling.whole, word, None) for word in ("", None, "-1", "none", "Unlimited", "n/a")),
        (spelling.count, "2788", 2788),
        (spelling.count, "unlimited", "unlimited"),
        (spelling.count, "Unlimited", "Unlimited"),
        *((spelling.count, word, None) for word in ("", None, "-1")),
        (spelling.amount, "112.192790", Decimal("112.192790")),
        (spelling.amount, "0.00000000", Decimal("0.00000000")),
        (spelling.amount, "-1", Decimal(-1)),
        (spelling.amount, 3, Decimal(3)),
        (spelling.amount, Decimal("0.1"), Decimal("0.1")),
        (spelling.amount, Decimal("1.0E-5"), Decimal("0.00001")),
        (spelling.amount, "1.0E-5", Decimal("0.00001")),
        *((spelling.amount, word, None) for word in ("", None, " ")),
        (spelling.day, "2012-12-31", date(2012, 12, 31)),
        (spelling.day, "2012-12-31 00:00:00", date(2012, 12, 31)),
        *((spelling.day, word, None) for word in ("0000-00-00", "0000-00-00 00:00:00", "", None, "0", 0, False)),
        (spelling.wall_clock, "2014-07-30 15:09:04", datetime(2014, 7, 30, 15, 9, 4)),
        (spelling.wall_clock, "2014-07-30T15:09:04", datetime(2014, 7, 30, 15, 9, 4)),
        *((spelling.wall_clock, word, None) for word in ("0000-00-00 00:00:00", "", None)),
    ],
)
def test_a_value_is_read_in_each_of_its_spellings(read: Callable[[object], object], said: object, expected: object) -> None:
    found = read(said)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("read", "said"),
    [
        *((spelling.text, value) for value in ([1], {"a": 1}, Decimal("NaN"), Decimal("1e999999"), 10**50)),
        *((spelling.flag, value) for value in ("2", "maybe", 2, "yes please", [1])),
        *((spelling.whole, value) for value in ("1.5", "a", "1e5", "9" * 400, "١٢", [1])),
        *(
            (spelling.amount, value)
            for value in (
                *("much", "NaN", "Infinity", "1e99", "1e-99", "1_000", "$1", "9" * 16, True, [1]),
                *map(Decimal, ("1e999999999", "1e-19", "1e-500000000", "0e-500000000", "NaN", "Infinity")),
            )
        ),
        *(
            (spelling.day, value)
            for value in ("yesterday", "2012-13-01", "31/12/2012", 20121231, [1], "9999-12-31", "0001-01-01", "1989-12-31")
        ),
        *(
            (spelling.wall_clock, value)
            for value in (
                *("2014-07-30", "2014-07-30 25:00:00", "2014-07-30T15:09:04Z", "2014-07-30 15:09:04+02:00"),
                *("9999-12-31 23:59:59", "0001-01-01 00:00:00", "2101-01-01 00:00:00"),
            )
        ),
    ],
)
def test_what_is_no_spelling_of_it_is_not_taken_for_one(read: Callable[[object], object], said: object) -> None:
    with pytest.raises(ValueError):
        read(said)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(JSON)
def test_no_value_whatever_does_more_harm_than_not_being_read(said: object) -> None:
    for read in (spelling.text, spelling.as_spelled, spelling.flag, spelling.whole, spelling.count, spelling.amount, spelling.day):
        try:
            found = read(said)
        except ValueError:
            continue
        assert len(str(found)) < 10_000 or found == said


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=8))
def test_money_is_exact_as_text_and_as_a_number(money: Decimal) -> None:
    for said in (f'"{money:f}"', f"{money:f}"):
        found = decoding.one(Balance, "balance", f'{{"status": "success", "balance": {{"current_balance": {said}}}}}'.encode())
        assert found.current_balance == money


@given(st.datetimes(min_value=spelling.EARLIEST, max_value=spelling.LATEST))
def test_a_wall_clock_comes_back_as_it_was_written(at: datetime) -> None:
    at = at.replace(microsecond=0)
    assert spelling.wall_clock(at.isoformat(" ")) == at


# Answers


@given(st.binary(max_size=400))
def test_any_bytes_are_an_answer_or_a_clear_error(body: bytes) -> None:
    for read in (decoding.opened, decoding.cdrs):
        try:
            read(body)
        except VoipMsError as error:
            assert error.tell_user.endswith(".")


@given(
    st.dictionaries(st.sampled_from(("status", "message", "cdr", "accounts", "balance", "registered", "registrations", "clients")), JSON)
)
def test_any_json_is_an_answer_or_a_clear_error(fields: dict[str, Any]) -> None:
    body = json.dumps({"status": "success", **fields}, default=str).encode()
    asks: list[Callable[[bytes], object]] = [
        decoding.cdrs,
        lambda body: decoding.rows(SubAccount, "accounts", body),
        lambda body: decoding.one(Balance, "balance", body),
        lambda body: decoding.registration("100000", body),
        lambda body: decoding.login("user@example.com", "example", body),
        lambda body: decoding.word("ip", body),
    ]
    for ask in asks:
        try:
            ask(body)
        except VoipMsError as error:
            assert error.tell_user


@pytest.mark.parametrize(("record", "key", "field"), [(SubAccount, "accounts", "description"), (Cdr, "cdr", "callerid")])
def test_of_a_text_without_end_the_beginning_is_taken(record: type[msgspec.Struct], key: str, field: str) -> None:
    row = {"account": "100000_a", "date": "2026-11-23 10:40:16", "total": "0.01", field: "Ann " + " " * 1_000_000}
    body = answer(**{key: [row]})
    (found,) = decoding.cdrs(body) if record is Cdr else decoding.rows(record, key, body)
    assert len(getattr(found, field)) == spelling.LONGEST_TEXT


@pytest.mark.parametrize("read", [decoding.cdrs, lambda body: decoding.rows(SubAccount, "accounts", body)])
@pytest.mark.parametrize("row", [b"1,", b"{},", b"0000000,"])
def test_a_list_of_a_million_nothings_is_not_built(read: Callable[[bytes], object], row: bytes) -> None:
    with pytest.raises(Unreadable, match="has too many rows"):
        read(b'{"status": "success", "cdr": [%b1], "accounts": [%b1]}' % (row * 500_000, row * 500_000))


def test_half_a_letter_makes_no_crash() -> None:
    with pytest.raises(Unreadable):
        decoding.rows(SubAccount, "accounts", b'{"status": "success", "accounts": [{"account": "\\ud800"}]}')


def test_a_number_without_end_beside_the_rows_does_no_harm() -> None:
    body = b'{"status": "success", "count": 1e999, "accounts": [{"account": "100000_a", "rtp_timeout": 1e999}]}'
    found = decoding.rows(SubAccount, "accounts", body)
    assert (found[0].account, found[0].rtp_timeout, found.gaps) == ("100000_a", None, 1)


def test_the_last_of_two_equal_fields_counts_as_everywhere() -> None:
    with pytest.raises(Refused):
        decoding.opened(b'{"status": "success", "status": "no_did"}')


@given(st.lists(st.sampled_from(("good", "bare", "text", "null", "nameless")), max_size=30))
def test_every_row_is_read_or_counted(kinds: list[str]) -> None:
    made: dict[str, Any] = {
        "good": {"mailbox": "1001", "name": "VoIP", "password": "1234", "new": "3"},
        "bare": {"mailbox": 1002},
        "text": "1003",
        "null": None,
        "nameless": {"name": "VoIP"},
    }
    found = decoding.rows(Voicemail, "voicemails", answer(voicemails=[made[kind] for kind in kinds]))
    assert len(found) == sum(kind in ("good", "bare") for kind in kinds)
    assert found.unreadable == len(kinds) - len(found)


def test_a_setting_that_cannot_be_read_leaves_a_gap_and_not_a_missing_account() -> None:
    found = decoding.rows(
        Package, "packages", answer(packages=[{"package": "1", "markup_fixed": "a lot", "pulse": [6, 60], "name": "VoIP"}])
    )
    assert (found, found.unreadable, found.gaps) == ((Package(package="1", name="VoIP"),), 0, 2)


# Call records: the quick way and the patient way


ROW = {
    "date": "2010-11-30 10:40:16",
    "callerid": '"John Doe" <5551112222>',
    "account": "100000_VoIP",
    "disposition": "ANSWERED",
    "duration": "00:00:11",
    "seconds": "11",
    "rate": "0.01000000",
    "total": "0.00180000",
    "uniqueid": "128238059",
}
_WRITTEN: dict[str, st.SearchStrategy[str]] = {
    "date": st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2099, 1, 1)).map(lambda at: f"{at:%Y-%m-%d %H:%M:%S}"),
    "total": st.decimals(min_value=-10, max_value=999, places=8).map(str),
    "seconds": st.integers(0, 90_000).map(str),
}
_MAYBE: dict[str, st.SearchStrategy[str]] = {
    "callerid": st.text(max_size=30).filter(lambda words: words.strip() != "-1"),
    "rate": st.decimals(min_value=0, max_value=9, places=8).map(str),
    "uniqueid": st.sampled_from(("n/a", "12964421x41098i8c")),
    "password": st.just("example-secret"),
}
CALLS = st.fixed_dictionaries(_WRITTEN, optional=_MAYBE)


@given(st.lists(CALLS, max_size=20))
def test_both_ways_to_read_calls_read_the_same(calls: list[dict[str, str]]) -> None:
    quick = decoding.cdrs(answer(cdr=calls))
    odd = [{**call, "seconds": int(call["seconds"]), "ip": None, "total": f" {call['total']}"} for call in calls]
    patient = decoding.cdrs(answer(cdr=odd))
    assert quick == patient
    assert quick.unreadable == patient.unreadable == 0
    assert "example-secret" not in repr(quick)


def test_a_call_is_a_value() -> None:
    one, other = decoding.cdrs(answer(cdr=[ROW, ROW]))
    assert one == other
    assert hash(one) == hash(other)
    assert one.rate == Decimal("0.01")
    with pytest.raises(AttributeError):
        one.total = Decimal(0)  # type: ignore[misc]


def test_rows_know_what_is_missing_from_them() -> None:
    assert (Rows(), Rows().unreadable, Rows().gaps) == ((), 0, 0)
    assert Rows([1, 2], 3, 4) == (1, 2)


# What is never built

SECRET_FIELDS = (
    "password",
    "pin",
    "smpp_pass",
    "smpp_url",
    "port_out_pin",
    "sms_url_callback",
    "webhook",
    "queue_password",
    "security_code",
)


def test_no_record_declares_a_secret() -> None:
    declared = {
        f"{record.__name__}.{field}"
        for record in (SubAccount, Voicemail, Client, Did, Package, Cdr, Balance)
        for field in record.__struct_fields__
    }
    assert not [name for name in declared if name.partition(".")[2] in SECRET_FIELDS]


def test_every_documented_field_is_declared_unless_it_is_secret() -> None:
    """An extra check where the documentation lies beside the repository."""
    documented = reference("voipms-api/methods.json")
    if documented is None:
        return
    methods = json.loads(documented.read_text())["methods"]
    records: dict[str, type[msgspec.Struct]] = {
        "getSubAccounts": SubAccount,
        "getVoicemails": Voicemail,
        "getClients": Client,
        "getDIDsInfo": Did,
        "getPackages": Package,
        "getCDR": Cdr,
        "getBalance": Balance,
    }
    for method, record in records.items():
        response = methods[method]["response"]
        named = {path.rpartition(".")[2] for path in (*response["fields"], *response.get("undocumented_or_extra_fields", {}))}
        secret = {path.rpartition(".")[2] for path in methods[method].get("secret_fields", ())}
        assert set(record.__struct_fields__) == named - secret, method
        example = json.dumps(response["example"]).encode()
        if method == "getBalance":
            decoding.one(record, "balance", example)
            continue
        found = decoding.rows(record, response["list_key"], example)
        assert (len(found), found.unreadable, found.gaps) == (1, 0, 0), method


def test_a_body_of_the_wrong_kind_is_named() -> None:
    for body, told in (
        (b"\xef\xbb\xbf<html>", "is a web page"),
        (b"\xff\xfe{", "is not"),
        (b'[{"status": "success"}]', "is not in the format of its API"),
        (b'{"status": "success"', "breaks off in the middle"),
    ):
        with pytest.raises(Unreadable) as raised:
            decoding.opened(body)
        assert told in raised.value.tell_user or "garbled" in raised.value.tell_user
