"""How a request to Slack can end, against a server that answers anything at all; and how long Slack is left alone afterwards."""

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from jobs.outcomes import EVERYTHING, Later, Refused, Trouble, Unclear
from jobs.posting import LONGEST_PAUSE, Slack
from tests.delivering import client_of

HEADERS = "Content-Type: application/json; charset=utf-8\r\nConnection: close\r\n"


def answer(body: str, status: str = "200 OK", more: str = "", length: int | None = None) -> bytes:
    return f"HTTP/1.1 {status}\r\n{HEADERS}{more}Content-Length: {len(body) if length is None else length}\r\n\r\n{body}".encode()


GOOD = answer('{"ok": true, "ts": "1.5"}')
HTML = "<html><body>Something went wrong.</body></html>"


class Anything:
    """Gives each connection the answer that is set."""

    def __init__(self) -> None:
        self.answer = GOOD
        self.asked = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}/api/"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            connection, _ = self._listening.accept()
            with connection, connection.makefile("rb") as request:
                if not request.readline():
                    return
                headers = dict(line.decode().lower().split(": ", 1) for line in iter(request.readline, b"\r\n"))
                request.read(int(headers["content-length"]))
                self.asked += 1
                connection.sendall(self.answer)

    def close(self) -> None:
        """An empty request ends it."""
        socket.create_connection(self._listening.getsockname()).close()
        self._thread.join()
        self._listening.close()


@pytest.fixture
def server() -> Iterator[Anything]:
    made = Anything()
    yield made
    made.close()


class Watch:
    """Seconds, moved by hand."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def post(slack: Slack) -> str:
    return slack.post("C0ALERTS", "key", "words", [], unfurl=False, thread="", broadcast=False)


def trouble(ask: Callable[[], object]) -> Trouble:
    with pytest.raises(Trouble) as raised:
        ask()
    return raised.value


def slack_of(server: Anything, watch: Callable[[], float]) -> Slack:
    return Slack(client_of(server.url, "xoxb-not-a-real-token"), watch)


@pytest.mark.parametrize(
    ("said", "word"),
    [
        (answer('{"ok": false, "error": "internal_error"}'), "internal_error"),
        (answer('{"ok": false, "error": "service_unavailable"}'), "service_unavailable"),
        (answer('{"ok": false, "error": "channel_not_found"}', "500 Internal Server Error"), "HTTP 500"),
        (answer(HTML, "502 Bad Gateway"), "HTTP 502"),
        (answer(HTML), "not an answer of Slack's"),
        (answer('{"ok": false}'), "not an answer of Slack's"),
        (answer("null"), "not an answer of Slack's"),
        (answer(""), "not an answer of Slack's"),
        (answer("[]"), "not an answer of Slack's"),
        (answer("[1]"), "AttributeError"),
        (answer('{"ok": true', length=100), "IncompleteRead"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "BadStatusLine"),
        (b"", "RemoteDisconnected"),
    ],
)
def test_what_says_nothing_certain_is_unclear(server: Anything, said: bytes, word: str) -> None:
    server.answer = said
    unclear = trouble(lambda: post(slack_of(server, Watch())))
    assert isinstance(unclear, Unclear) and unclear.word == word


@pytest.mark.parametrize("word", ["channel_not_found", "is_archived", "a_word_that_nobody_knows_yet"])
def test_a_word_of_slack_is_a_refusal(server: Anything, word: str) -> None:
    server.answer = answer(f'{{"ok": false, "error": "{word}"}}')
    refused = trouble(lambda: post(slack_of(server, Watch())))
    assert isinstance(refused, Refused) and refused.word == word


@pytest.mark.parametrize(
    ("said", "method", "seconds"),
    [
        (answer('{"ok": false, "error": "ratelimited"}', "429 Too Many Requests", "Retry-After: 7\r\n"), "chat_postMessage", 7),
        (answer('{"ok": false, "error": "rate_limited"}', "429 Too Many Requests", "retry-after: 7\r\n"), None, 7),
        (answer('{"ok": false, "error": "rate_limited"}'), None, 1),
        (answer(HTML, "429 Too Many Requests", "Retry-After: Mon, 23 Nov 2026 12:00:00 GMT\r\n"), "chat_postMessage", 1),
        (answer('{"ok": false, "error": "invalid_auth"}'), EVERYTHING, 2),
        (answer('{"ok": false, "error": "missing_scope"}'), "chat_postMessage", 30),
        (answer('{"ok": false, "error": "message_limit_exceeded"}'), None, 30),
    ],
)
def test_what_slack_takes_later_is_not_asked_before(server: Anything, said: bytes, method: str | None, seconds: float) -> None:
    watch = Watch()
    slack = slack_of(server, watch)
    server.answer = said
    later = trouble(lambda: post(slack))
    assert isinstance(later, Later) and (later.method, later.seconds) == (method, seconds)
    server.answer = GOOD
    watch.seconds += seconds - 0.5
    assert slack.pause() == (0.5 if method == EVERYTHING else 0)
    if method is not None:
        again = trouble(lambda: post(slack))
        assert isinstance(again, Later) and again.seconds == 0.5 and server.asked == 1
        watch.seconds += 0.5
    assert post(slack) == "1.5" and slack.trouble() == (True, "")


def test_a_token_that_is_never_mended_is_tried_less_and_less_often(server: Anything) -> None:
    watch = Watch()
    slack = slack_of(server, watch)
    server.answer = answer('{"ok": false, "error": "token_revoked"}')
    waits = []
    for _ in range(8):
        later = trouble(lambda: post(slack))
        assert isinstance(later, Later) and later.seconds is not None
        waits.append(later.seconds)
        watch.seconds += later.seconds
    assert waits == [2, 4, 8, 16, 32, LONGEST_PAUSE, LONGEST_PAUSE, LONGEST_PAUSE]
    assert slack.trouble() == (False, "token_revoked")


def test_a_slack_that_nobody_answers_for_certainly_has_nothing(server: Anything) -> None:
    closed = socket.create_server(("127.0.0.1", 0))
    port = closed.getsockname()[1]
    closed.close()
    slack = Slack(client_of(f"http://127.0.0.1:{port}/api/", "xoxb-not-a-real-token"))
    later = trouble(lambda: post(slack))
    assert isinstance(later, Later) and later.method == EVERYTHING and not later.shut
    nowhere = Slack(client_of("http://slack.invalid/api/", "xoxb-not-a-real-token"))
    assert isinstance(trouble(lambda: post(nowhere)), Later)
