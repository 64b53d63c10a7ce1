"""No secret gets out: everything is asked, every fault happens, at DEBUG; then all that left the bot is searched."""

import logging
from collections.abc import Iterator

import pytest
from slack_sdk import WebClient

from playground.voipms import BadStatus, Dropped, Html, Soap, Truncated
from tests.e2e.conftest import Stage, Start

TYPED = "hunter2-typed-by-hand"
"""A password that somebody types into the form, and that is nobody's."""
COMMANDS = (
    "help",
    "status",
    "status frontdesk",
    "accounts",
    "accounts frontdesk",
    "accounts 561115",
    "voicemail",
    "voicemail 1001",
    "packages",
    "packages 8378",
    "calls 90d",
    "clients",
    "clients 561115",
    "client-calls 561115 month",
    "balance",
    "numbers",
    "numbers 5145550100",
    "whoami",
    "doctor",
)
FAULTS = (Dropped(), Html(503), Soap(), Truncated(), BadStatus("invalid_credentials"), BadStatus("ip_not_enabled", "password is wrong"))


@pytest.fixture(scope="module", params=["socket", "http"])
def bot(request: pytest.FixtureRequest, start: Start) -> Iterator[Stage]:
    with start(mode=request.param, LOG_LEVEL="DEBUG") as stage:
        yield stage


def everything(bot: Stage) -> str:
    """All that left the bot: what it sent to Slack, what stands there, files, and its log."""
    sent = [repr(call.payload) for call in bot.slack.calls]
    posted = [repr(message) for message in (*bot.slack.messages(bot.admin.dm), *bot.slack.ephemerals(bot.admin.id))]
    files = [upload.content.decode("utf-8-sig") for upload in bot.slack.files]
    views = [repr(view) for view in bot.slack.views]
    return "\n".join([*sent, *posted, *files, *views, bot.log.getvalue()])


def test_after_everything_was_asked_and_everything_failed_no_secret_is_anywhere(bot: Stage) -> None:
    for words in COMMANDS:
        answer = bot.admin.slash("/voip", words).answer(30)
        if "CSV" in answer.words:
            clicked = bot.admin.click(answer, "CSV")
            bot.slack.wait_for(lambda clicked=clicked: any("in your direct messages" in one.words for one in clicked.messages))  # type: ignore[misc]
    for fault in FAULTS:
        bot.phones.fail(fault, times=None)
        bot.admin.slash("/voip", "accounts").answer(30)
        bot.admin.slash("/voip", "doctor").answer(30)
        bot.phones.heal()
    client = next(iter(bot.company.clients.values()))
    for password in (TYPED, client.password):
        form = bot.admin.slash("/voip", "client-login").wait_view()
        bot.admin.submit(form, {"E-mail": client.email, "Password": password}).answer()
    bot.admin.slash("/voip", f"client-login {client.email} {TYPED}").answer()
    bot.admin.direct("client-login").answer()

    out = everything(bot)
    assert len(out) > 100_000
    tokens = (bot.slack.bot_token, bot.slack.app_token, bot.slack.signing_secret)
    # one's own words stand in one's own conversation, and the person's mistake is not the bot's
    assert [secret for secret in (*bot.company.secrets, *tokens, TYPED) if secret in out] == []


def test_the_sdks_own_logging_cannot_be_talked_into_telling_a_modals_password(bot: Stage) -> None:
    """At DEBUG the SDK logs whole payloads; somebody may set its loggers by hand."""
    names = ("slack_bolt", "slack_sdk", "slack_sdk.socket_mode", "slack_bolt.dialtone", "websockets", "urllib3")
    before = {name: logging.getLogger(name).level for name in names}
    try:
        for name in names:
            logging.getLogger(name).setLevel(logging.DEBUG)
        form = bot.admin.slash("/voip", "client-login").wait_view()
        bot.admin.submit(form, {"E-mail": "office@birchdental.example", "Password": TYPED}).answer()
        WebClient(bot.slack.bot_token, base_url=bot.slack.api_url).auth_test()
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)
    log = bot.log.getvalue()
    assert TYPED not in log and bot.slack.bot_token not in log
    assert "submitted" in log or "client-login" in log, "the submission itself is in the log"


def test_a_password_typed_as_words_is_refused_and_never_echoed(bot: Stage) -> None:
    for asked in (
        bot.admin.slash("/voip", f"client-login office@birchdental.example {TYPED}"),
        bot.admin.slash("/voip-client-login", f"office@birchdental.example {TYPED}"),
        bot.admin.direct(f"client-login office@birchdental.example {TYPED}"),
        bot.admin.mention(f"client-login office@birchdental.example {TYPED}"),
    ):
        answer = asked.answer()
        assert "form" in answer.words and TYPED not in answer.words
    assert TYPED not in bot.log.getvalue()
