"""VoIP.ms and Slack misbehave in every way: the person gets a clear private answer, without a trace, an address or a password."""

import json
import re
import time

import pytest

from playground import slack as slack_faults
from playground.voipms import BadStatus, Dropped, Empty, Fault, Hang, Html, NoStatus, Null, Slow, Soap, Truncated
from tests.e2e.conftest import Stage, Start
from tests.reference import reference

TRANSPORT: dict[str, Fault] = {
    "reset": Dropped(),
    "challenge page": Html(200),
    "firewall": Html(403),
    "outage page": Html(503),
    "cloudflare": Html(522),
    "soap": Soap(),
    "empty": Empty(),
    "null": Null(),
    "no status": NoStatus(),
    "broken off": Truncated(),
    "half the json": Truncated(announced=False),
}
MET = {
    "invalid_credentials": "API password",
    "missing_credentials": "API password",
    "ip_not_enabled": "allow-list",
    "api_not_enabled": "switched",
    "method_maintenance": "maintenance",
    "invalid_method": "",
    "missing_params": "",
    "invalid_account": "",
    "no_callstatus": "",
    "no_base64file": "",
    "no_change_billingtype": "",
    "no_provision": "",
    "no_provision_update": "",
    "no_sequences": "",
    "Invalid_threshold": "",
    "a_word_that_nobody_has_seen": "",
}
"""Status words that an operator meets, and what the answer has to speak of; then the ``no_`` words that are errors, and odd ones."""
UNFIT = re.compile(r"Traceback|File \"|https?://|rest\.php|<html|<!DOCTYPE|SOAP-ENV|Guru Meditation", re.IGNORECASE)


@pytest.fixture(autouse=True)
def healed(stage: Stage) -> None:
    stage.phones.heal()
    stage.slack.heal()


def fit(stage: Stage, words: str) -> bool:
    """Whether an error may be shown."""
    return bool(words.strip()) and not UNFIT.search(words) and not [secret for secret in stage.company.secrets if secret in words]


@pytest.mark.parametrize("fault", TRANSPORT)
@pytest.mark.parametrize("command", ["packages", "calls yesterday"])
def test_a_broken_answer_is_told_in_plain_words(stage: Stage, fault: str, command: str) -> None:
    stage.phones.fail(TRANSPORT[fault], times=None)
    answer = stage.admin.slash("/voip", command).answer()
    assert answer.ephemeral and fit(stage, answer.words), answer.words
    assert "VoIP.ms" in answer.words and re.search(r"error [0-9A-F]{4}-[0-9A-F]{2}", answer.words), answer.words
    assert answer.words.split("error ")[1][:7] in stage.log.getvalue(), "the id is in the log too"


def test_an_answer_that_was_broken_once_is_asked_for_again(stage: Stage) -> None:
    for fault in TRANSPORT.values():
        stage.phones.fail(fault, times=1)
        answer = stage.admin.slash("/voip", "packages").answer()
        if fault != Html(403):
            assert "5 packages" in answer.words, fault


def test_a_hang_is_told_when_its_time_is_over(start: Start) -> None:
    with start(VOIPMS_TIMEOUT="0.3") as stage:
        stage.phones.fail(Hang(), times=None)
        answer = stage.admin.slash("/voip", "packages").answer()
        assert answer.ephemeral and fit(stage, answer.words) and "did not answer within 0.3 seconds" in answer.words


def test_a_slow_answer_is_waited_for_and_its_progress_shown(stage: Stage) -> None:
    stage.phones.fail(Slow(1.2), method="getPackages")
    asked = stage.admin.slash("/voip", "packages")
    assert "5 packages" in asked.answer().words
    assert asked.messages[0].interim


def test_one_person_with_many_slow_questions_holds_up_nobody_else(stage: Stage) -> None:
    stage.phones.fail(Slow(2.0), method="getDIDsInfo", times=None)
    flood = [stage.viewer.slash("/voip", "numbers") for _ in range(25)]

    def ended(words: str) -> int:
        return sum(words in one.messages[-1].words for one in flood if one.messages)

    assert "admin" in stage.admin.slash("/voip", "whoami").answer().words
    assert "viewer" in stage.viewer.slash("/voip", "whoami").answer().words
    assert ended("26 numbers") == 0
    stage.slack.wait_for(lambda: ended("too many questions"))
    stage.phones.heal()
    stage.slack.wait_for(lambda: ended("26 numbers") >= 7)


def test_who_waits_when_the_bot_stops_is_told_to_ask_again(start: Start) -> None:
    with start() as stage:
        stage.phones.fail(Slow(0.5), method="getDIDsInfo", times=None)
        asked = [stage.viewer.slash("/voip", "numbers") for _ in range(7)]
        stage.slack.wait_for(lambda: [one for one in asked if one.messages])
    ends = [one.answer().words for one in asked]
    assert len([words for words in ends if "26 numbers" in words]) >= 2
    assert [words for words in ends if "I am restarting" in words]


@pytest.mark.parametrize("status", MET)
def test_a_refusal_is_told_with_what_to_do(stage: Stage, status: str) -> None:
    stage.phones.fail(BadStatus(status), times=None)
    answer = stage.admin.slash("/voip", "packages").answer()
    assert answer.ephemeral and fit(stage, answer.words) and MET[status] in answer.words, answer.words


def test_who_cannot_mend_it_is_told_whom_to_turn_to(stage: Stage) -> None:
    stage.phones.fail(BadStatus("invalid_credentials"), times=None)
    assert "Tell @U0ALICE: Set VOIPMS_USERNAME" in stage.viewer.slash("/voip", "numbers").answer().words
    assert "Tell" not in stage.admin.slash("/voip", "numbers").answer().words
    stage.phones.heal()
    stage.phones.fail(Html(503), times=None)
    assert "Tell" not in stage.viewer.slash("/voip", "numbers").answer().words


def test_every_documented_status_word_is_told(start: Start) -> None:
    """An extra check: the table of status words is beside the checkout or it is not."""
    table = reference("voipms-api/statuses.json")
    words = json.loads(table.read_text())["statuses"] if table else MET
    with start() as stage:
        # the last one: everybody waits a minute after it
        for status in sorted({*words, "api_limit_exceeded"}, key=lambda word: (word == "api_limit_exceeded", word)):
            stage.phones.heal()
            stage.phones.fail(BadStatus(status), times=None)
            answer = stage.admin.slash("/voip", "packages").answer()
            assert answer.ephemeral and fit(stage, answer.words), (status, answer.words)
        assert "minute" in answer.words
        asked = len(stage.phones.asked)
        stage.phones.heal()
        assert "minute" in stage.admin.slash("/voip", "packages").answer().words and len(stage.phones.asked) == asked


def test_a_wrong_address_is_told_as_such(start: Start) -> None:
    with start(VOIPMS_API_URL="http://127.0.0.1:9/api/v1/rest.php") as stage:
        before = time.monotonic()
        answer = stage.admin.slash("/voip", "calls").answer()
        assert answer.ephemeral and fit(stage, answer.words) and "VoIP.ms" in answer.words
        assert time.monotonic() - before < 25


def test_an_account_that_cannot_be_asked_is_unknown_and_never_missing(start: Start) -> None:
    with start() as stage:
        stage.phones.fail(Html(503), method="getRegistrationStatus", times=None)
        words = stage.admin.slash("/voip", "status now").answer(30).words
    assert "53 phones: 53 could not be asked" in words and "missing" not in words and "🔴" not in words, words
    assert "these phones may be fine" in words and "HTTP 503" in words


# Slack misbehaves


@pytest.mark.parametrize("fault", [slack_faults.ApiError("internal_error"), slack_faults.Status(503), slack_faults.Dropped()])
def test_an_answer_that_slack_refuses_at_the_url_comes_as_a_private_message(stage: Stage, fault: slack_faults.ApiError) -> None:
    stage.slack.fail(fault, method="response_url")
    assert "Your role" in stage.admin.slash("/voip", "whoami").answer().words


def test_an_answer_whose_blocks_slack_refuses_comes_as_words(stage: Stage) -> None:
    stage.slack.fail(slack_faults.ApiError("invalid_blocks"), method="chat.update", times=1)
    assert "packages" in stage.admin.direct("packages").answer().text


def test_when_slack_does_not_tell_who_asks_nobody_gets_a_default_role(start: Start) -> None:
    with start() as stage:
        stage.slack.fail(slack_faults.ApiError("internal_error"), method="users.info", times=None)
        refused = stage.viewer.slash("/voip", "calls").answer()
        assert "Slack did not do its part" in refused.words and "internal_error" in refused.words
        assert "Calls" in stage.admin.slash("/voip", "calls").answer().words, "an admin is named by id"


def test_a_permission_that_the_app_lacks_is_named_with_the_place_to_add_it(start: Start) -> None:
    with start() as stage:
        stage.slack.rules.scopes -= {"files:write"}
        for person, begins in ((stage.viewer, "Tell @U0ALICE: The Slack app lacks `files:write`"), (stage.admin, "The Slack app lacks")):
            answer = person.slash("/voip", "accounts").answer()
            said = person.click(answer, "CSV").answer().words
            assert begins in said and "install the app again" in said and "minute" not in said


def test_the_bot_is_back_a_few_seconds_after_its_socket_was_cut(start: Start) -> None:
    with start() as stage:
        stage.slack.drop_sockets()
        stage.slack.wait_for(lambda: stage.slack.connections == 0)
        stage.slack.wait_connected(timeout=15)
        assert "Your role" in stage.admin.slash("/voip", "whoami").answer().words
