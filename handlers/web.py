"""The bot's own small web server: ``/healthz``, ``/metrics``, and in HTTP mode ``/slack/events``.

``/healthz`` is 200 while the bot itself can work. Trouble at VoIP.ms is reported there and is never a 503: a restart
would not mend it.
"""

import errno
import io
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeAlias

import structlog
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, generate_latest
from slack_sdk.signature import SignatureVerifier
from waitress import wasyncore
from waitress.server import create_server

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

log = structlog.get_logger(__name__)

Part: TypeAlias = Callable[[], tuple[bool, str]]
"""How one part of the bot is: whether it works, and a few words without secrets. Quick: it asks nobody."""

BODY_MOST = 1024 * 1024
HEADERS_MOST = 64 * 1024
THREADS = 8
CONNECTIONS_MOST = 500
"""Half of the files that a process may commonly have open; far more than Slack has, or a proxy that reads requests whole."""
IDLE_SECONDS = 15
REQUEST_SECONDS = 10.0
"""In which a request has to arrive whole, however steadily it drips. Slack waits three seconds for its answer."""
_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}", re.ASCII)


class CannotListen(Exception):
    """The web server cannot be opened where the settings say; the text is one clear line."""


class PortTaken(CannotListen):
    """Another program listens there already."""


class Web:
    """The pages, as a WSGI application.

    Args:
        parts: What has to work for the bot to work, by name; one that does not makes ``/healthz`` 503. While the bot
            starts, others are still added.
        outside: What is only reported.
        metrics: What ``/metrics`` shows.
        events: Takes Slack's requests in HTTP mode, once their signature is found right; ``None`` in Socket Mode.
        signing_secret: Needed with ``events``.
    """

    def __init__(
        self,
        parts: Mapping[str, Part],
        metrics: CollectorRegistry,
        *,
        outside: Mapping[str, Part] | None = None,
        events: "WSGIApplication | None" = None,
        signing_secret: str = "",
    ) -> None:
        self._parts = parts
        self._outside = outside or {}
        self._metrics = metrics
        self._events = events
        self._verifier = SignatureVerifier(signing_secret) if events is not None else None

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        match environ["PATH_INFO"], environ["REQUEST_METHOD"]:
            case "/healthz", "GET" | "HEAD":
                well, found = self._health()
                status = HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE
                return _answer(environ, start_response, status, json.dumps(found, indent=2).encode() + b"\n", "application/json")
            case "/metrics", "GET" | "HEAD":
                return _answer(environ, start_response, HTTPStatus.OK, generate_latest(self._metrics), CONTENT_TYPE_PLAIN_0_0_4)
            case "/slack/events", "POST" if self._events is not None:
                return self._from_slack(environ, start_response)
            case (("/healthz" | "/metrics"), _):
                return _answer(environ, start_response, HTTPStatus.METHOD_NOT_ALLOWED)
            case "/slack/events", _ if self._events is not None:
                return _answer(environ, start_response, HTTPStatus.METHOD_NOT_ALLOWED)
        return _answer(environ, start_response, HTTPStatus.NOT_FOUND)

    def _health(self) -> tuple[bool, dict[str, Any]]:
        own = {name: _look(name, part) for name, part in list(self._parts.items())}
        around = {name: _look(name, part) for name, part in self._outside.items()}
        well = all(part["ok"] for part in own.values())
        return well, {"ok": well, "parts": own, "outside": around}

    def _from_slack(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Hand on what Slack signed; everything else is 401 before anybody reads it. What is signed and still cannot be read is 400.

        The SDK raises on a time stamp that is no number, and Bolt parses a body before it looks at the signature and
        logs it afterwards; so the check stands here, and Bolt's own is a second one.
        """
        assert self._events is not None and self._verifier is not None
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if not _signed(self._verifier, environ, body):
            log.warning("request with a wrong signature", bytes=len(body))
            return _answer(environ, start_response, HTTPStatus.UNAUTHORIZED)
        try:
            return self._events({**environ, "wsgi.input": io.BytesIO(body)}, start_response)
        except Exception as error:  # noqa: BLE001 - Bolt raises here what it stumbles over in a payload; what a listener raises it keeps
            log.warning("request cannot be read", bytes=len(body), error=type(error).__name__)
            return _answer(environ, start_response, HTTPStatus.BAD_REQUEST)


def _signed(verifier: SignatureVerifier, environ: "WSGIEnvironment", body: bytes) -> bool:
    timestamp = environ.get("HTTP_X_SLACK_REQUEST_TIMESTAMP", "")
    signature = environ.get("HTTP_X_SLACK_SIGNATURE", "")
    if not (_TIMESTAMP.fullmatch(timestamp) and _SIGNATURE.fullmatch(signature)):
        return False
    try:
        return verifier.is_valid(body, timestamp, signature)
    except UnicodeDecodeError:  # Slack sends UTF-8
        return False


def _look(name: str, part: Part) -> dict[str, Any]:
    try:
        well, words = part()
    except Exception as error:  # noqa: BLE001 - a part that cannot even say how it is does not work, and the page has to tell
        log.warning("part cannot tell how it is", part=name, error=type(error).__name__)
        well, words = False, "cannot tell"
    return {"ok": well, "detail": words}


def _answer(
    environ: "WSGIEnvironment",
    start_response: "StartResponse",
    status: HTTPStatus,
    body: bytes | None = None,
    content_type: str = "text/plain; charset=utf-8",
) -> Iterable[bytes]:
    whole = f"{status.phrase}\n".encode() if body is None else body
    headers = [("Content-Type", content_type), ("Content-Length", str(len(whole))), ("Cache-Control", "no-store")]
    start_response(f"{status.value} {status.phrase}", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [whole]


@contextmanager
def serve(app: "WSGIApplication", host: str, port: int, request_seconds: float = REQUEST_SECONDS) -> Iterator[int]:
    """Serve ``app`` until the block ends; gives the real port. What is being answered then is answered to its end (5 s).

    A request that has not arrived whole after ``request_seconds`` is not waited for.

    Raises:
        PortTaken: Another program listens there.
        CannotListen: The address is not ours, or may not be used.
    """
    listening = _listen(host, port)
    channels: dict[int, wasyncore.dispatcher] = {}
    server = create_server(
        app,
        map=channels,
        sockets=[listening],
        threads=THREADS,
        connection_limit=CONNECTIONS_MOST,
        channel_timeout=IDLE_SECONDS,
        cleanup_interval=5,
        inbuf_overflow=2 * BODY_MOST,  # bodies stay in memory: each file would be one more that is open
        ident=None,
        max_request_body_size=BODY_MOST,
        max_request_header_size=HEADERS_MOST,
        clear_untrusted_proxy_headers=True,
    )
    stop = threading.Event()

    arriving = _Arriving(server.active_channels, request_seconds)

    def run() -> None:
        while not stop.is_set():
            wasyncore.loop(timeout=1, use_poll=True, map=channels, count=1)
            arriving.give_up(time.monotonic())
        server.task_dispatcher.shutdown(timeout=5)
        deadline = time.monotonic() + 1
        while time.monotonic() < deadline and any(channel.total_outbufs_len for channel in server.active_channels.values()):
            wasyncore.loop(timeout=0.05, use_poll=True, map=channels, count=1)
        server.close()
        wasyncore.close_all(channels, ignore_all=True)

    thread = threading.Thread(target=run, name="web", daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        stop.set()
        server.pull_trigger()
        thread.join(timeout=10)


class _Arriving:
    """The requests that are being received: waitress itself waits for them as long as a byte comes now and then."""

    def __init__(self, channels: Mapping[int, Any], patience: float) -> None:
        self._channels = channels
        self._patience = patience
        self._since: dict[object, float] = {}
        self._look_at = 0.0

    def give_up(self, now: float) -> None:
        """Close the connections of those that have taken too long; looks once a second."""
        if now < self._look_at:
            return
        self._look_at = now + 1
        halves = {channel.request: channel for channel in list(self._channels.values()) if channel.request is not None}
        self._since = {request: self._since.get(request, now) for request in halves}
        for request, channel in halves.items():
            if now - self._since[request] > self._patience:
                channel.will_close = True


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listening = socket.create_server(address[:2], family=family, backlog=1024)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(f"PORT {port} on {host} is taken by another program: stop that one, or set another PORT") from None
        if error.errno == errno.EACCES:
            raise CannotListen(f"PORT {port} may not be opened by this user: set a PORT of 1024 or more") from None
        raise CannotListen(f"HOST {host} is not an address of this machine: set HOST to 127.0.0.1 or 0.0.0.0") from None
    listening.setblocking(False)
    return listening
