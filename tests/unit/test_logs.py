"""The log: everything that must not be in it is logged here on purpose, and looked for."""

import io
import json
import logging
import re
import sys
import threading
import warnings
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from types import CodeType
from urllib.parse import quote, quote_plus

import pytest
import structlog
from hypothesis import example, given
from hypothesis import strategies as st
from slack_bolt import App, BoltRequest
from slack_sdk import WebClient
from slack_sdk.socket_mode.builtin.connection import Connection

import logs
from config import Settings, load
from logs import MASK, Redaction

PASSWORD = 'p"a/s s%w\\é'
SETTINGS = {
    "SLACK_BOT_TOKEN": "xoxb-1-not-a-real-token",
    "SLACK_APP_TOKEN": "xapp-1-not-a-real-token",
    "SLACK_SIGNING_SECRET": "0123456789abcdef-not-real",
    "VOIPMS_USERNAME": "owner@example.com",
    "VOIPMS_PASSWORD": PASSWORD,
    "TIMEZONE": "UTC",
}
WRONGLY_SIGNED: dict[str, str | Sequence[str]] = {
    "content-type": "application/x-www-form-urlencoded",
    "x-slack-request-timestamp": "1",
    "x-slack-signature": "v0=0",
}
TYPED = "what-was-typed-into-the-modal"


def settings(log_format: str, level: str = "DEBUG") -> Settings:
    return load("/nowhere/.env", {**SETTINGS, "LOG_FORMAT": log_format, "LOG_LEVEL": level})


@pytest.fixture(autouse=True)
def _put_back() -> Iterator[None]:
    """Logging is the process's own: every test leaves it as it was."""
    root = logging.root
    handlers, level, raising = root.handlers[:], root.level, logging.raiseExceptions
    hooks = sys.excepthook, threading.excepthook
    with warnings.catch_warnings():
        yield
        logging.captureWarnings(False)
    root.handlers[:], logging.raiseExceptions = handlers, raising
    root.setLevel(level)
    sys.excepthook, threading.excepthook = hooks
    structlog.reset_defaults()


@pytest.fixture(params=["console", "json"])
def out(request: pytest.FixtureRequest) -> io.StringIO:
    """What is logged at DEBUG, in both formats."""
    stream = io.StringIO()
    logs.configure(settings(request.param), stream)
    return stream


def spellings(secret: str) -> list[str]:
    return [
        secret,
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
        quote_plus(secret).replace("%2F", "%2f"),
        repr(secret),
        json.dumps(secret),
    ]


def clear_of_secrets(text: str) -> bool:
    held = settings("json").secrets
    bare = [spelling.strip("\"'") for secret in held for spelling in spellings(secret)]
    return not any(spelling.lower() in text.lower() for spelling in bare)


def test_a_secret_logged_on_purpose_is_masked_in_every_spelling(out: io.StringIO) -> None:
    library, ours = logging.getLogger("some.library"), structlog.get_logger("ours")
    for secret in settings("json").secrets:
        for spelling in spellings(secret):
            library.debug("connecting with %s now", spelling)
            library.warning({"nested": [spelling, {"deeper": spelling}]})
            ours.info("event", plain=spelling, nested={"x": [spelling]}, error=ValueError(spelling))
            ours.info(spelling)
    assert out.getvalue().count("\n") >= 100
    assert MASK in out.getvalue()
    assert clear_of_secrets(out.getvalue())


def test_a_secret_in_a_traceback_is_masked_and_local_variables_are_not_shown(out: io.StringIO) -> None:
    local_only = "seen-only-in-a-local-variable"

    def fail(with_what: str) -> None:
        kept_here = local_only + with_what
        try:
            raise KeyError(with_what)
        except KeyError as error:
            raise ValueError(f"https://voip.ms/?api_password={quote_plus(with_what)}&len={len(kept_here)}") from error

    for log in (logging.getLogger("some.library"), structlog.get_logger("ours")):
        try:
            fail(PASSWORD)
        except ValueError:
            log.exception("it failed")
    said = out.getvalue()
    assert said.count("Traceback") >= 4 and "KeyError" in said and f"api_password={MASK}" in said
    assert clear_of_secrets(said)
    assert local_only not in said


def test_an_exception_nobody_caught_is_a_masked_line(out: io.StringIO) -> None:
    def fail() -> None:
        raise RuntimeError(PASSWORD)

    thread = threading.Thread(target=fail, name="worker-3")
    thread.start()
    thread.join()
    try:
        fail()
    except RuntimeError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    assert "uncaught in thread worker-3" in out.getvalue()
    assert out.getvalue().count("Traceback") == 2
    assert clear_of_secrets(out.getvalue())


def test_a_line_that_cannot_be_formatted_is_not_printed_raw(out: io.StringIO, capfd: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("some.library").info("%d of %d", PASSWORD)  # noqa: PLE1206 - on purpose
    assert clear_of_secrets(out.getvalue() + "".join(capfd.readouterr()))


@pytest.mark.parametrize(
    ("said", "stays", "goes"),
    [
        ("POST https://hooks.slack.com/commands/T0/12/AbCd failed", "hooks.slack.com", "AbCd"),
        (r'{"response_url": "https:\/\/hooks.slack.com\/actions\/T0\/12\/AbCd"}', "response_url", "AbCd"),
        ("{'response_url': 'http://127.0.0.1:4000/answer/AbCd'}", "response_url", "AbCd"),
        ("to wss://wss-primary.slack.com/link/?ticket=AbCd-12&app_id=99", "app_id=99", "AbCd"),
        ("Authorization: Bearer abcdef123456", "Bearer", "abcdef"),
        ("https://voip.ms/api/v1/rest.php?api_username=a&api_password=AbCd&method=getIP", "method=getIP", "AbCd"),
        ("an older token, xoxp-12-34-abcdef, was given", "was given", "abcdef"),
    ],
)
def test_addresses_and_tokens_that_are_keys_by_themselves_are_masked(out: io.StringIO, said: str, stays: str, goes: str) -> None:
    logging.getLogger("some.library").info(said)
    assert stays in out.getvalue()
    assert goes not in out.getvalue()


@given(secret=st.text(min_size=4, max_size=40), before=st.text(max_size=10), after=st.text(max_size=10))
@example(secret="%2F%2f", before="", after="")
@example(secret="aaaa", before="a", after="a")
def test_whatever_the_secret_it_does_not_come_through(secret: str, before: str, after: str) -> None:
    redact = Redaction([secret])
    for spelling in (secret, quote(secret, errors="replace"), json.dumps(secret)[1:-1], repr(secret)[1:-1]):
        assert spelling not in redact(f"{before}{spelling}{after}").replace(MASK, "\0")


@given(st.text())
def test_without_a_secret_in_it_a_text_stays_as_it_is(text: str) -> None:
    assert Redaction(["not-a-real-secret"])(text) == text


def test_no_secrets_at_all_mask_nothing() -> None:
    assert Redaction([])("plain") == "plain"
    assert Redaction([""])("plain") == "plain"


def test_slacks_own_loggers_say_nothing_below_info(out: io.StringIO) -> None:
    for name in ("slack_sdk", "slack_sdk.web.base_client", "slack_bolt.App", "slack_bolt", "websockets.server"):
        log = logging.getLogger(name)
        log.setLevel(logging.DEBUG)
        log.debug("view values: %s", TYPED)
        log.info("%s speaks", name)
    assert TYPED not in out.getvalue()
    assert len(re.findall(r"speaks", out.getvalue())) == 5


def test_a_logger_of_another_name_in_slacks_code_says_nothing_below_info(out: io.StringIO) -> None:
    """Bolt names some of its loggers after the app's file: the file that speaks decides."""
    log = logging.getLogger("bot.py:App")
    speak: CodeType = compile("log.debug(typed)\nlog.info('at info')", "/srv/lib/python3/site-packages/slack_bolt/app/app.py", "exec")
    exec(speak, {"log": log, "typed": TYPED})
    log.debug("our own words at debug")
    assert TYPED not in out.getvalue()
    assert "at info" in out.getvalue() and "our own words at debug" in out.getvalue()


def bolt_app() -> App:
    slack = WebClient("xoxb-1-not-a-real-token", base_url="http://127.0.0.1:9/")
    return App(
        name="bot.py",
        client=slack,
        signing_secret="0123456789abcdef-not-real",
        token_verification_enabled=False,
        authorize=lambda: None,  # type: ignore[arg-type, return-value]
        request_verification_enabled=True,
    )


def modal() -> str:
    view = {
        "type": "modal",
        "callback_id": "client-login",
        "state": {"values": {"b": {"Password": {"type": "plain_text_input", "value": TYPED}}}},
    }
    return "payload=" + quote_plus(json.dumps({"type": "view_submission", "user": {"id": "U1"}, "team": {"id": "T1"}, "view": view}))


def test_bolt_at_debug_does_not_tell_what_was_typed_into_a_modal(out: io.StringIO) -> None:
    """The very libraries, asked to speak: a modal in Socket Mode that no listener takes, and one whose signature is wrong."""
    app = bolt_app()
    for name in ("slack_bolt", "slack_sdk", "bot.py"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    assert app.dispatch(BoltRequest(body=modal(), mode="socket_mode")).status in (200, 404)
    assert app.dispatch(BoltRequest(body=modal(), headers=WRONGLY_SIGNED)).status == 401
    assert "a request with a wrong signature was turned away" in out.getvalue()
    assert TYPED not in out.getvalue()


def test_without_our_filter_bolt_does_tell() -> None:
    """The test above would be worth nothing if Bolt were silent."""
    stream = io.StringIO()
    handler = logs.configure(settings("console"), stream)
    for one in handler.filters[:]:
        handler.removeFilter(one)
    bolt_app().dispatch(BoltRequest(body=modal(), headers=WRONGLY_SIGNED))
    assert TYPED in stream.getvalue()


def test_the_socket_mode_ticket_is_masked_where_the_sdk_names_it(out: io.StringIO) -> None:
    connection = Connection(
        url="ws://127.0.0.1:9/link/?ticket=AbCd-1234&app_id=1",
        logger=logging.getLogger("slack_sdk.socket_mode"),
        trace_enabled=True,
        all_message_trace_enabled=True,
    )
    connection.connect()
    logging.getLogger("slack_sdk.socket_mode").error("Failed to establish %s", connection.url)
    assert "Failed to establish a connection" in out.getvalue()
    assert "AbCd" not in out.getvalue()
    assert "app_id=1" in out.getvalue()


def test_json_lines_are_json_with_utc_times() -> None:
    stream = io.StringIO()
    logs.configure(settings("json"), stream)
    structlog.get_logger("handlers.desk").info("answered", command="calls", words='a "quoted" é', seconds=0.25)
    logging.getLogger("urllib3").warning("retrying %d", 3)
    ours, theirs = (json.loads(line) for line in stream.getvalue().splitlines())
    assert ours.items() >= {"event": "answered", "command": "calls", "level": "info", "logger": "handlers.desk", "seconds": 0.25}.items()
    assert ours["words"] == 'a "quoted" é'
    assert theirs.items() >= {"event": "retrying 3", "level": "warning", "logger": "urllib3"}.items()
    for line in (ours, theirs):
        assert line["timestamp"].endswith("Z")
        assert datetime.fromisoformat(line["timestamp"]).utcoffset() == timedelta()


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_the_level_of_the_settings_holds_for_everybody(log_format: str) -> None:
    stream = io.StringIO()
    logs.configure(settings(log_format, "WARNING"), stream)
    for log in (logging.getLogger("some.library"), structlog.get_logger("ours")):
        log.info("quiet")
        log.warning("loud")
    assert (stream.getvalue().count("quiet"), stream.getvalue().count("loud")) == (0, 2)


def test_configuring_twice_does_not_double_the_lines() -> None:
    stream = io.StringIO()
    logs.configure(settings("json"), io.StringIO())
    logs.configure(settings("json"), stream)
    structlog.get_logger("ours").info("once")
    assert stream.getvalue().count("once") == 1


def test_console_lines_have_no_colours_in_a_file(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w+") as stream:
        logs.configure(settings("console"), stream)
        structlog.get_logger("ours").error("plain", part="x")
        stream.seek(0)
        assert "\x1b" not in stream.read()
