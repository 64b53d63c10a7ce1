"""The bot's own web server, over real HTTP."""

import hashlib
import hmac
import http.client
import io
import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter
from slack_bolt import App
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_sdk import WebClient
from structlog.testing import capture_logs

from handlers.bolt import build
from handlers.front import Front
from handlers.manifest import ASK_SHORTCUT
from handlers.web import BODY_MOST, CannotListen, Part, PortTaken, Web, serve
from tests.front_door import opened

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

SECRET = "0123456789abcdef-not-real"
FORM, JSON = "application/x-www-form-urlencoded", "application/json"


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str]


def ask(port: int, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, body=body, headers=dict(headers or {}))
        got = connection.getresponse()
        return Answer(got.status, got.read(), {name.lower(): value for name, value in got.getheaders()})
    finally:
        connection.close()


def signed(body: bytes, at: float | None = None, secret: str = SECRET) -> dict[str, str]:
    stamp = str(int(time.time() if at is None else at))
    signature = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={signature}", "Content-Type": "application/json"}


class Events:
    """Stands where Bolt's adapter does, and keeps what it got."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        self.bodies.append(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"acknowledged"]


def web(parts: Mapping[str, Part] | None = None, outside: Mapping[str, Part] | None = None, events: "WSGIApplication | None" = None) -> Web:
    return Web(parts or {}, CollectorRegistry(), outside=outside, events=events, signing_secret=SECRET)


@pytest.fixture(scope="module")
def events() -> Events:
    return Events()


@pytest.fixture(scope="module")
def port(events: Events) -> Iterator[int]:
    """A server in HTTP mode that all tests of a kind share."""
    with serve(web({"slack": lambda: (True, "connected")}, events=events), "127.0.0.1", 0) as real:
        yield real


def test_health_tells_how_each_part_is() -> None:
    parts: dict[str, Part] = {"slack": lambda: (True, "connected"), "pool": lambda: (True, "2 of 16 busy")}
    with serve(web(parts), "127.0.0.1", 0) as port:
        answer = ask(port, "GET", "/healthz")
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert json.loads(answer.body) == {
        "ok": True,
        "parts": {"slack": {"ok": True, "detail": "connected"}, "pool": {"ok": True, "detail": "2 of 16 busy"}},
        "outside": {},
    }


def test_health_is_503_when_the_bot_itself_cannot_work() -> None:
    parts: dict[str, Part] = {"slack": lambda: (False, "not connected for 42 s"), "pool": lambda: (True, "")}
    with serve(web(parts), "127.0.0.1", 0) as port:
        answer = ask(port, "GET", "/healthz")
    assert answer.status == 503
    assert json.loads(answer.body)["parts"]["slack"] == {"ok": False, "detail": "not connected for 42 s"}


def test_trouble_at_voipms_is_reported_and_never_a_503() -> None:
    def trouble() -> tuple[bool, str]:
        return False, "no answer since 12:00"

    with serve(web({"slack": lambda: (True, "")}, outside={"voipms": trouble}), "127.0.0.1", 0) as port:
        answer = ask(port, "GET", "/healthz")
    assert answer.status == 200
    assert json.loads(answer.body)["outside"] == {"voipms": {"ok": False, "detail": "no answer since 12:00"}}


def test_a_part_that_cannot_tell_how_it_is_does_not_work_and_tells_no_secret() -> None:
    def broken() -> tuple[bool, str]:
        raise RuntimeError("not-a-real-password")

    with serve(web({"slack": broken}), "127.0.0.1", 0) as port:
        answer = ask(port, "GET", "/healthz")
    assert (answer.status, json.loads(answer.body)["parts"]["slack"]["detail"]) == (503, "cannot tell")
    assert b"not-a-real-password" not in answer.body


def test_a_part_that_is_added_while_health_is_being_told_is_told_the_next_time() -> None:
    def added() -> tuple[bool, str]:
        parts["clock"] = lambda: (True, "ticks")
        return True, "well"

    parts: dict[str, Part] = {"database": added, "token": lambda: (True, "accepted")}
    with serve(web(parts), "127.0.0.1", 0) as port:
        first, second = (ask(port, "GET", "/healthz") for _ in range(2))
    assert first.status == second.status == 200
    assert [list(json.loads(one.body)["parts"]) for one in (first, second)] == [["database", "token"], ["database", "token", "clock"]]


def test_health_is_asked_anew_every_time() -> None:
    well = [True]
    with serve(web({"slack": lambda: (well[0], "")}), "127.0.0.1", 0) as port:
        first = ask(port, "GET", "/healthz").status
        well[0] = False
        assert (first, ask(port, "GET", "/healthz").status) == (200, 503)


def test_metrics_are_prometheus_text_of_the_registry_that_was_given() -> None:
    metrics = CollectorRegistry()
    Counter("dialtone_answers", "Answers given", ["command"], registry=metrics).labels("calls").inc(3)
    with serve(Web({}, metrics), "127.0.0.1", 0) as port:
        answer = ask(port, "GET", "/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert b'dialtone_answers_total{command="calls"} 3.0' in answer.body
    assert b"python_gc" not in answer.body


@pytest.mark.parametrize("path", ["/", "/healthz/", "/metrics/x", "/slack", "/slack/events/x", "/.env", "/slack/install"])
def test_everything_else_is_404(port: int, path: str) -> None:
    assert ask(port, "GET", path).status == 404


def test_in_socket_mode_there_is_no_place_for_slacks_requests() -> None:
    with serve(web(), "127.0.0.1", 0) as port:
        assert ask(port, "POST", "/slack/events", b"{}", signed(b"{}")).status == 404


@pytest.mark.parametrize(("method", "path"), [("GET", "/slack/events"), ("POST", "/healthz"), ("DELETE", "/metrics")])
def test_the_wrong_method_is_405(port: int, method: str, path: str) -> None:
    assert ask(port, method, path).status == 405


def test_head_has_the_headers_and_no_body(port: int) -> None:
    answer = ask(port, "HEAD", "/healthz")
    assert (answer.status, answer.body) == (200, b"")
    assert int(answer.headers["content-length"]) > 2


def test_nothing_tells_which_server_this_is(port: int) -> None:
    assert "server" not in ask(port, "GET", "/healthz").headers


def test_what_slack_signed_is_handed_on_whole(port: int, events: Events) -> None:
    body = '{"text":"é \\u2603 \N{SNOWMAN}"}'.encode()
    answer = ask(port, "POST", "/slack/events", body, signed(body))
    assert (answer.status, answer.body) == (200, b"acknowledged")
    assert events.bodies[-1] == body


BODY = b'{"type":"url_verification"}'


FORGED: dict[str, Callable[[], dict[str, str]]] = {
    "nothing": dict,
    "empty": lambda: {"X-Slack-Request-Timestamp": "", "X-Slack-Signature": ""},
    "a day in words": lambda: {**signed(BODY), "X-Slack-Request-Timestamp": "yesterday"},
    "a very long time": lambda: {**signed(BODY), "X-Slack-Request-Timestamp": "9" * 6000},
    "before the epoch": lambda: {**signed(BODY), "X-Slack-Request-Timestamp": "-1"},
    "half a second": lambda: {**signed(BODY), "X-Slack-Request-Timestamp": "1.5"},
    "no digits": lambda: {**signed(BODY), "X-Slack-Signature": "v0="},
    "odd letters": lambda: {**signed(BODY), "X-Slack-Signature": "v0=" + "é" * 32},
    "another version": lambda: {**signed(BODY), "X-Slack-Signature": "v1=" + "0" * 64},
    "zeros": lambda: {**signed(BODY), "X-Slack-Signature": "v0=" + "0" * 64},
    "another secret": lambda: signed(BODY, secret="another"),
    "another body": lambda: signed(BODY + b" "),
    "too old": lambda: signed(BODY, at=time.time() - 301),
    "from the future": lambda: signed(BODY, at=time.time() + 330),
}


@pytest.mark.parametrize("forged", FORGED)
def test_a_request_that_slack_did_not_sign_is_401_and_goes_no_further(port: int, events: Events, forged: str) -> None:
    headers = FORGED[forged]()
    before = len(events.bodies)
    encoded = {name: value.encode("latin-1").decode("latin-1") for name, value in headers.items()}
    assert ask(port, "POST", "/slack/events", BODY, encoded).status == 401
    assert len(events.bodies) == before


@given(
    body=st.binary(max_size=200), stamp=st.text("0123456789+-.eE_ ٣", max_size=20), signature=st.text("v0=abcdef123456789é ", max_size=80)
)
@profile(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_forged_request_is_ever_an_error_of_the_server(port: int, body: bytes, stamp: str, signature: str) -> None:
    headers = {"X-Slack-Request-Timestamp": stamp.encode().decode("latin-1"), "X-Slack-Signature": signature.encode().decode("latin-1")}
    assert ask(port, "POST", "/slack/events", body, headers).status == 401


def test_a_body_that_is_no_text_is_401_even_when_its_age_is_right(port: int) -> None:
    headers = {"X-Slack-Request-Timestamp": str(int(time.time())), "X-Slack-Signature": "v0=" + "0" * 64}
    assert ask(port, "POST", "/slack/events", b"\xff\xfe", headers).status == 401


def test_a_body_over_a_megabyte_is_refused(port: int, events: Events) -> None:
    before = len(events.bodies)
    with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
        raw.sendall(f"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: {BODY_MOST + 1}\r\n\r\n".encode())
        assert raw.recv(200).split(b"\r\n")[0].split(b" ", 2)[1] == b"413"
    assert len(events.bodies) == before


def test_a_body_just_under_a_megabyte_is_read(port: int, events: Events) -> None:
    body = b" " * (BODY_MOST - 1)
    assert ask(port, "POST", "/slack/events", body, signed(body)).status == 200
    assert len(events.bodies[-1]) == BODY_MOST - 1


def test_a_chunked_body_is_read_too(port: int, events: Events) -> None:
    headers = "".join(f"{name}: {value}\r\n" for name, value in signed(b"chunked").items())
    with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
        raw.sendall(f"POST /slack/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n{headers}\r\n".encode())
        raw.sendall(b"3\r\nchu\r\n4\r\nnked\r\n0\r\n\r\n")
        assert b" 200 " in raw.recv(200)
    assert events.bodies[-1] == b"chunked"


def bolt() -> SlackRequestHandler:
    app = App(
        name="dialtone",
        logger=logging.getLogger("slack_bolt.test"),
        client=WebClient("xoxb-1-not-a-real-token", base_url="http://127.0.0.1:9/"),
        signing_secret=SECRET,
        token_verification_enabled=False,
    )
    return SlackRequestHandler(app)


def test_bolt_itself_answers_slacks_challenge_behind_it() -> None:
    body = json.dumps({"type": "url_verification", "challenge": "3eZbrw1a"}).encode()
    with serve(web(events=bolt()), "127.0.0.1", 0) as port:
        assert b"3eZbrw1a" in ask(port, "POST", "/slack/events", body, signed(body)).body
        assert ask(port, "POST", "/slack/events", b"{not json", {"Content-Type": "application/json"}).status == 401


def form(payload: object) -> bytes:
    return b"payload=" + quote(json.dumps(payload)).encode()


MALFORMED = {
    "half a payload": (b"payload=%7B", FORM),
    "a list": (form([]), FORM),
    "no action": (form({"type": "block_actions", "actions": [], "user": {"id": "U0ALICE"}}), FORM),
    "no view": (form({"type": "view_submission", "view": None, "user": {"id": "U0ALICE"}}), FORM),
    "nothing": (b"null", JSON),
    "lists without end": (b"[" * 900_000, JSON),
    "a number for a person": (json.dumps({"type": "event_callback", "event": {"type": "app_mention", "user": 5}}).encode(), JSON),
}


def event(**more: object) -> bytes:
    return json.dumps(
        {"type": "event_callback", "event": {"type": "app_mention", "user": "U0ALICE", "channel": "C0PHONES", "ts": "1.2"} | more}
    ).encode()


def click(**more: object) -> bytes:
    action = {"type": "button", "action_id": "ask", "block_id": "b", "action_ts": "1.5", "value": "help"}
    return form({"type": "block_actions", "user": {"id": "U0ALICE"}, "actions": [action | more]})


STRANGE = {
    "a list for the event": (b'{"event":[]}', JSON),
    "a list with something in it": (b'{"event":[1]}', JSON),
    "a word for the event": (b'{"event":"x"}', JSON),
    "an object and no more": (b"{}", JSON),
    "an event of no channel": (b'{"type":"event_callback","event":{"type":"app_mention","user":"U0ALICE"}}', JSON),
    "a number for a text": (event(text=7), JSON),
    "an object for a time": (event(ts={}), JSON),
    "a list for a person": (event(user=["U0ALICE"]), JSON),
    "a person on the Home tab who is a list": (event(type="app_home_opened", tab="home", user=["U0ALICE"]), JSON),
    "a name for the action": (form({"type": "block_actions", "user": {"id": "U0ALICE"}, "actions": "ask"}), FORM),
    "a number for the action's name": (click(action_id=7), FORM),
    "an action at no time": (click(action_ts=None), FORM),
    "a form of lists": (form({"type": "view_submission", "user": {"id": "U0ALICE"}, "view": {"type": "modal", "callback_id": []}}), FORM),
    "a command of nobody": (b"command=%2Fvoip&text=help", FORM),
    "a shortcut of nobody": (form({"type": "shortcut", "callback_id": ASK_SHORTCUT}), FORM),
}


@pytest.fixture(scope="module")
def front() -> Iterator[Front]:
    """What is behind all listeners of the bot."""
    with opened() as door:
        yield door.front


@pytest.fixture(scope="module")
def whole(front: Front) -> Iterator[int]:
    """A server with all listeners of the bot behind it."""
    with serve(web(events=SlackRequestHandler(build(front, SECRET))), "127.0.0.1", 0) as real:
        yield real


@pytest.mark.parametrize("body", STRANGE)
def test_what_is_signed_and_of_a_strange_shape_is_one_line_in_the_log_and_no_error_of_the_server(
    front: Front, caplog: pytest.LogCaptureFixture, body: str
) -> None:
    sent, content_type = STRANGE[body]
    app = build(front, SECRET)
    with capture_logs() as logged, serve(web(events=SlackRequestHandler(app)), "127.0.0.1", 0) as port:
        answer = ask(port, "POST", "/slack/events", sent, {**signed(sent), "Content-Type": content_type})
        app.listener_runner.listener_executor.shutdown(wait=True)
    assert answer.status in (200, 400)
    assert len(logged) == 1 and logged[0]["log_level"] in ("info", "warning") and "exc_info" not in logged[0]
    # that a request waited for a thread is so wherever the machine is slow
    loud = [record for record in caplog.records if record.levelname not in ("DEBUG", "INFO") and record.name != "waitress.queue"]
    assert loud == []


@pytest.mark.parametrize("body", MALFORMED)
def test_what_is_signed_and_cannot_be_read_is_400_and_one_line_in_the_log(whole: int, body: str) -> None:
    sent, content_type = MALFORMED[body]
    with capture_logs() as logged:
        answer = ask(whole, "POST", "/slack/events", sent, {**signed(sent), "Content-Type": content_type})
    assert (answer.status, answer.body) == (400, b"Bad Request\n")
    assert [(line["event"], line["bytes"]) for line in logged] == [("request cannot be read", len(sent))]


def test_a_port_that_is_taken_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        with pytest.raises(PortTaken) as refused, serve(web(), "127.0.0.1", taken):
            pass
    assert str(refused.value) == f"PORT {taken} on 127.0.0.1 is taken by another program: stop that one, or set another PORT"


@pytest.mark.parametrize("host", ["203.0.113.9", "nowhere.invalid"])
def test_an_address_that_is_not_ours_is_one_clear_line(host: str) -> None:
    with pytest.raises(CannotListen) as refused, serve(web(), host, 0):
        pass
    assert str(refused.value) == f"HOST {host} is not an address of this machine: set HOST to 127.0.0.1 or 0.0.0.0"


def test_the_port_is_free_again_at_once_and_can_be_named() -> None:
    with serve(web(), "127.0.0.1", 0) as port:
        assert ask(port, "GET", "/healthz").status == 200
    with pytest.raises(ConnectionRefusedError):
        ask(port, "GET", "/healthz")
    with serve(web(), "127.0.0.1", port) as again:
        assert again == port
        assert ask(port, "GET", "/healthz").status == 200


def test_what_is_being_answered_at_the_end_is_answered() -> None:
    asked, may_answer = threading.Event(), threading.Event()
    answers: list[Answer] = []

    def slow(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        asked.set()
        may_answer.wait(10)
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"x" * 300_000]

    with serve(slow, "127.0.0.1", 0) as port:
        asker = threading.Thread(target=lambda: answers.append(ask(port, "GET", "/")))
        asker.start()
        assert asked.wait(10)
        threading.Timer(0.2, may_answer.set).start()
    asker.join(10)
    assert [(answer.status, len(answer.body)) for answer in answers] == [(200, 300_000)]


def test_eight_slow_requests_do_not_hold_up_each_other() -> None:
    together = threading.Barrier(8)

    def wait_for_the_others(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        together.wait(10)
        start_response("200 OK", [])
        return [b""]

    with serve(wait_for_the_others, "127.0.0.1", 0) as port:
        statuses: list[int] = []
        askers = [threading.Thread(target=lambda: statuses.append(ask(port, "GET", "/").status)) for _ in range(8)]
        for asker in askers:
            asker.start()
        for asker in askers:
            asker.join(15)
    assert statuses == [200] * 8


def test_many_connections_that_say_nothing_leave_room_for_others(port: int) -> None:
    silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(250)]
    try:
        for connection in silent:
            connection.sendall(b"POST /slack/events HTTP/1.1\r\nContent-Length: 900000\r\n\r\n")
        assert ask(port, "GET", "/healthz").status == 200
    finally:
        for connection in silent:
            connection.close()


def test_a_request_that_drips_is_not_waited_for() -> None:
    with serve(web(), "127.0.0.1", 0, request_seconds=0.2) as port, socket.create_connection(("127.0.0.1", port)) as connection:
        connection.settimeout(0.05)
        connection.sendall(b"POST /slack/events HTTP/1.1\r\nContent-Length: 2000\r\n\r\n")
        assert any(hung_up(connection) for _ in range(1_900))


def hung_up(connection: socket.socket) -> bool:
    """Whether the other side has gone; sends one more byte."""
    try:
        connection.sendall(b"x")
        return connection.recv(1) == b""
    except TimeoutError:
        return False
    except ConnectionError:
        return True


def test_a_request_is_not_logged_with_its_body(port: int) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logging.root.addHandler(handler)
    try:
        ask(port, "POST", "/slack/events", b"payload=what-was-typed", {})
    finally:
        logging.root.removeHandler(handler)
    assert "what-was-typed" not in stream.getvalue()
