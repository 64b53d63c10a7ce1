"""Coded values in plain words: no code is hidden, no code fails."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks import words

CODED = [
    (words.protocol, {"1": "SIP", "3": "IAX2"}),
    (words.sign_in, {"1": "user and password", "2": "fixed address"}),
    (words.device, {"1": "PBX, gateway or VoIP switch", "2": "phone, adapter or softphone"}),
    (words.nat, {"yes": "yes", "no": "no", "route": "route", "never": "never"}),
    (words.dtmf, {"auto": "automatic", "rfc2833": "RFC 2833", "inband": "in the sound (in-band)", "info": "SIP INFO"}),
    (words.route, {"1": "value (cheaper)", "2": "premium", "-1": "as the main account"}),
    (words.international, {"0": "allowed", "1": "not allowed"}),
    (words.toll_free_carrier, {"-1": "as the main account", "0": "as the server decides", "1": "US carrier", "2": "Canadian carrier"}),
    (words.instructions, {"u": "played", "su": "skipped"}),
    (words.transcript_format, {"text": "plain text", "html": "HTML"}),
    (words.balance_management, {"1": "suspended (hard)", "2": "not suspended (soft)"}),
]


@pytest.mark.parametrize(("in_words", "names"), CODED)
def test_each_code_of_the_documentation_has_its_words(in_words: words.InWords, names: dict[str, str]) -> None:
    assert {code: in_words(code) for code in names} == names
    assert {code: in_words(f" {code.upper()} ") for code in names} == names


def test_every_way_of_picking_up_a_call_has_its_own_words() -> None:
    made = [words.pick_up(code) for code in "1234"]
    assert len(set(made)) == 4
    assert made[3] == "off"


def test_every_attachment_format_has_its_own_words() -> None:
    assert len({words.attachment(code) for code in ("wav49", "wav", "wavmp3")}) == 3


@pytest.mark.parametrize("in_words", [coded[0] for coded in CODED] + [words.pick_up, words.attachment, words.language])
def test_a_code_nobody_knows_is_shown_as_it_is_and_unset_stays_empty(in_words: words.InWords) -> None:
    assert in_words("7z").endswith(" 7z (no name known)")
    assert in_words("") == ""


def test_an_unknown_sign_in_reads_as_an_unknown_type() -> None:
    assert words.sign_in("7") == "type 7 (no name known)"


@given(st.text(max_size=40))
def test_no_code_makes_it_fail(code: str) -> None:
    for in_words in (words.protocol, words.sign_in, words.language, words.codecs, words.each, words.reference, words.number, words.as_is):
        assert isinstance(in_words(code), str)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("en", "English"),
        ("FR", "French"),
        ("en-US", "English, United States (en-US)"),
        ("fr_CA", "French, Canada (fr_CA)"),
        ("ar-XY", "Arabic (ar-XY)"),
        ("xx-US", "language xx-US (no name known)"),
    ],
)
def test_languages_are_named_and_keep_their_place(code: str, expected: str) -> None:
    assert words.language(code) == expected


def test_lists_of_the_wire_get_room_to_wrap() -> None:
    assert words.codecs("ulaw;g729;siren") == "G.711U, G.729, siren"
    assert words.codecs("") == ""
    assert words.each("82,83, 84,") == "82, 83, 84"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""),
        (0, "0 seconds"),
        (1, "1 second"),
        (45, "45 seconds"),
        (60, "1 minute (60 s)"),
        (90, "90 seconds"),
        (600, "10 minutes (600 s)"),
        (3600, "1 hour (3,600 s)"),
        (3660, "61 minutes (3,660 s)"),
        (7200, "2 hours (7,200 s)"),
    ],
)
def test_seconds_are_words_and_stay_exact(value: int | None, expected: str) -> None:
    assert words.seconds(value) == expected


def test_counts_and_prices_keep_what_the_wire_said() -> None:
    assert words.count(0) == "0"
    assert words.count(1214) == "1,214"
    assert words.count("unlimited") == "unlimited"
    assert words.count(None) == ""
    assert words.pulse(60) == "rounded up to 60 s"
    assert words.pulse(None) == ""
    assert words.dollars(Decimal("0.0052")) == "$0.0052"
    assert words.dollars(Decimal(2)) == "$2.00"
    assert words.dollars(Decimal(0)) == "$0.00"
    assert words.dollars(None) == ""
    assert words.percent(Decimal("50")) == "50 %"
    assert words.percent(Decimal("12.50")) == "12.5 %"
    assert words.percent(None) == ""


def test_days_flags_and_references() -> None:
    assert words.day(date(2026, 12, 3)) == "3 Dec 2026"
    assert words.day(None) == ""
    assert [words.flag(value) for value in (True, False, None)] == ["yes", "no", ""]
    assert words.reference("0") == ""
    assert words.reference("1001") == "1001"
    assert words.number("5145550134") == "(514) 555-0134"
