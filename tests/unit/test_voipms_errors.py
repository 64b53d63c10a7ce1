"""What each status word and each HTTP status means, and what a person reads."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reference import reference
from voipms import Kind, Refused, Unreachable
from voipms.errors import LONGEST_MESSAGE, http_error, kind_of, timed_out, without_markup

FITTING = {
    "empty": {Kind.EMPTY},
    "auth": {Kind.CREDENTIALS, Kind.ALLOW_LIST},
    "rate_limit": {Kind.RATE_LIMIT},
    "temporary": {Kind.MAINTENANCE},
    "invalid_parameter": {Kind.BAD_INPUT},
    "missing_parameter": {Kind.BAD_INPUT},
    "client_bug": {Kind.BAD_INPUT},
    "limit": {Kind.BAD_INPUT, Kind.UNKNOWN},
    "conflict": {Kind.BAD_INPUT, Kind.UNKNOWN},
    "not_found": {Kind.BAD_INPUT, Kind.UNKNOWN},
    "failed": {Kind.UNKNOWN},
    "daily_limit": {Kind.UNKNOWN},
    "funds": {Kind.UNKNOWN},
    "success": {Kind.UNKNOWN},
}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("no_cdr", Kind.EMPTY),
        ("no_subaccount", Kind.EMPTY),
        ("no_something_new", Kind.EMPTY),
        ("no_callstatus", Kind.BAD_INPUT),
        ("no_base64file", Kind.BAD_INPUT),
        ("no_change_billingtype", Kind.UNKNOWN),
        ("no_provision", Kind.UNKNOWN),
        ("no_provision_update", Kind.UNKNOWN),
        ("no_sequences", Kind.UNKNOWN),
        ("invalid_credentials", Kind.CREDENTIALS),
        ("missing_credentials", Kind.CREDENTIALS),
        ("api_not_enabled", Kind.CREDENTIALS),
        ("ip_not_enabled", Kind.ALLOW_LIST),
        ("api_limit_exceeded", Kind.RATE_LIMIT),
        ("method_maintenance", Kind.MAINTENANCE),
        ("provider_outofservice", Kind.MAINTENANCE),
        ("unavailable_info", Kind.MAINTENANCE),
        ("invalid_account", Kind.BAD_INPUT),
        ("missing_params", Kind.BAD_INPUT),
        ("sms_toolong", Kind.BAD_INPUT),
        ("limit_reached", Kind.UNKNOWN),
        ("used_name", Kind.UNKNOWN),
        ("order_failed", Kind.UNKNOWN),
        ("", Kind.UNKNOWN),
    ],
)
def test_a_status_word_has_a_class(status: str, kind: Kind) -> None:
    assert kind_of(status) is kind
    assert Refused(status.upper()).kind is kind


def test_every_status_of_voipms_own_table_has_a_fitting_class_and_a_sentence() -> None:
    """An extra check where the documentation lies beside the repository."""
    table = reference("voipms-api/statuses.json")
    if table is None:
        return
    known = json.loads(table.read_text())["statuses"]
    assert len(known) == 483
    for status, about in known.items():
        error = Refused(status)
        assert error.kind in FITTING[about["kind"]], status
        assert clear(error.tell_user), status
        assert Refused(status, about["meaning"]).tell_user.endswith((".", "…")), status
        assert error.again == (error.kind in (Kind.RATE_LIMIT, Kind.MAINTENANCE)), status
        assert error.next_step or error.kind is Kind.EMPTY, status


def clear(words: str) -> bool:
    """One sentence that a person can read."""
    return words[:1].isupper() and words[-1:] in tuple(".!?…") and "_" not in words and "<" not in words


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("", "VoIP.ms refused this: sms failed."),
        ("The SMS was not sent", "VoIP.ms says: The SMS was not sent."),
        ("Why not?", "VoIP.ms says: Why not?"),
        ("<b>No</b>\n<script>x()</script> see https://voip.ms/m/x?key=1 now", "VoIP.ms says: No x() see now."),
        ("<p>", "VoIP.ms refused this: sms failed."),
        ("\u202etxet", "VoIP.ms says: txet."),
    ],
)
def test_voipms_own_message_is_shown_without_what_is_not_words(message: str, told: str) -> None:
    assert Refused("sms_failed", message).tell_user == told


def test_what_an_operator_meets_says_what_to_mend_whatever_the_message_is() -> None:
    wrong = Refused("invalid_credentials", "Username or Password is incorrect")
    assert wrong.tell_user == "VoIP.ms does not know this e-mail with this API password."
    assert "VOIPMS_PASSWORD" in wrong.next_step
    assert "allow-list" in Refused("ip_not_enabled").tell_user
    assert "Main Menu › SOAP and REST/JSON API" in Refused("api_not_enabled").next_step


def test_nothing_found_where_one_thing_was_asked_for_is_told_as_that() -> None:
    assert Refused("no_client").tell_user == "VoIP.ms found nothing: no client."


@given(st.text(max_size=600))
def test_any_message_becomes_one_short_line(message: str) -> None:
    line = without_markup(message)
    assert len(line) <= LONGEST_MESSAGE
    assert "<" not in line and "://" not in line
    assert line == " ".join(line.split())
    assert not re.search(r"[\x00-\x1f\u202a-\u202e]", line)


@pytest.mark.parametrize("piece", ["a", "<", "www", "a:/", " "])
def test_a_message_of_megabytes_is_read_as_quickly_as_a_short_one(piece: str) -> None:
    assert len(without_markup(piece * 2_000_000)) <= LONGEST_MESSAGE


@given(st.text(max_size=80))
def test_any_status_word_is_an_error_with_a_sentence(status: str) -> None:
    error = Refused(status)
    assert error.tell_user
    assert error.status == status.lower()


def test_every_http_status_but_200_is_unreachable_with_its_number() -> None:
    for code in range(201, 600):
        error = http_error(code)
        assert isinstance(error, Unreachable)
        assert f"HTTP {code}" in error.tell_user
        assert clear(error.tell_user)
        assert error.next_step.endswith(".")
        assert error.again != (300 <= code < 500 and code not in (408, 429))
        assert error.limits == (code == 429)


def test_a_time_out_says_how_long_was_waited() -> None:
    assert timed_out(30, arrived=True).tell_user == "VoIP.ms did not answer within 30 seconds."
    assert timed_out(1, arrived=True).tell_user == "VoIP.ms did not answer within 1 second."
    assert timed_out(1, arrived=False).again and not timed_out(1, arrived=False).slow


def test_an_error_names_the_question_once_it_is_known() -> None:
    error = Refused("no_client")
    assert str(error) == "no_client"
    error.method = "getBalance"
    assert str(error) == "getBalance: no_client"


@pytest.mark.parametrize(
    ("error", "for_admin"),
    [
        (Refused("invalid_credentials"), True),
        (Refused("ip_not_enabled"), True),
        (Refused("invalid_timezone"), True),
        (Refused("non_sufficient_funds"), True),
        (Refused("invalid_account"), False),
        (Refused("api_limit_exceeded"), False),
        (Refused("method_maintenance"), False),
        (http_error(403), True),
        (http_error(301), True),
        (http_error(503), False),
        (timed_out(30, arrived=True), False),
    ],
)
def test_what_only_an_admin_can_mend_says_so(error: Refused | Unreachable, for_admin: bool) -> None:
    assert error.for_admin is for_admin
    assert for_admin or not re.search(r"\b[A-Z]{3,}_[A-Z]|portal", error.next_step), "what everybody reads names no setting"
