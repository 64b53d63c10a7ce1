"""The HTTP side of the stand-in for Slack: ``/api/METHOD``, ``response_url``s and file uploads; and posts to an app's own URL."""

import contextlib
import hashlib
import hmac
import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from playground.faults import Faults
from playground.local_http import Handler, Server
from playground.slack_api import WebApi
from playground.slack_faults import ApiError, Dropped, Fault, RateLimited, Slow, Status
from playground.slack_private import sees
from playground.slack_rules import Refusal, Rules, decoded
from playground.slack_things import ApiCall, Json
from playground.slack_workspace import Workspace

JSON_ARGUMENTS = frozenset({"blocks", "attachments", "metadata", "view", "files"})
Headers = dict[str, str]


class Answer:
    """What goes back over HTTP; ``None`` in its place drops the connection."""

    def __init__(self, status: int, body: bytes, kind: str = "application/json; charset=utf-8", headers: Headers | None = None) -> None:
        self.status = status
        self.body = body
        self.headers = {"content-type": kind, **(headers or {})}


def as_json(body: Json, status: int = 200, headers: Headers | None = None) -> Answer:
    """A JSON answer."""
    return Answer(status, json.dumps(body).encode(), headers=headers)


class Web:
    """The HTTP server. Faults that were asked for happen here."""

    def __init__(self, workspace: Workspace, rules: Rules) -> None:
        self._space = workspace
        self._rules = rules
        self.faults: Faults[Fault] = Faults()
        self.api: WebApi | None = None
        self._closing = threading.Event()
        self._server = Server(_Handler, self._answer, "slack-web")
        self.url = self._server.url

    def close(self) -> None:
        """Stop answering; what is being answered is cut off."""
        self._closing.set()
        self._server.close()

    # Requests

    def _answer(self, verb: str, path: str, headers: Any, body: bytes) -> Answer | None:
        parts = urlsplit(path)
        args = dict(parse_qsl(parts.query, keep_blank_values=True))
        where = parts.path
        if where.startswith("/api/"):
            return self._method(where.removeprefix("/api/"), args, headers, body)
        if where.startswith(("/commands/", "/actions/")) and verb == "POST":
            said = _loaded(body)
            url = self._space.urls.get(where[1:])
            to = url.user if url and said.get("response_type") != "in_channel" else ""
            return self._carried_out("response_url", lambda: self._respond(where[1:], body), said, to=to)
        if where.startswith("/upload/v1/") and verb == "POST":
            key = where.rsplit("/", 1)[1]
            return self._carried_out("upload", lambda: self._receive(key, body), {"file_id": key, "length": len(body)})
        return Answer(404, b"not found", "text/plain")

    def _method(self, method: str, args: Json, headers: Any, body: bytes) -> Answer | None:
        kind = (headers.get("Content-Type") or "").split(";")[0].strip()
        sent_json = kind == "application/json"
        if sent_json:
            loaded = _loaded(body)
            args |= loaded
        elif body:
            args |= dict(parse_qsl(body.decode(), keep_blank_values=True))
        token = str(args.pop("token", "") or "")
        bearer = headers.get("Authorization") or ""
        token = bearer.removeprefix("Bearer ").strip() if bearer.startswith("Bearer ") else token
        shown = {key: _shown(value) if key in JSON_ARGUMENTS else value for key, value in args.items()}
        scopes = {
            "x-oauth-scopes": ",".join(sorted(self._rules.scopes)),
            "x-accepted-oauth-scopes": self._api.accepted_scopes(method),
            "x-slack-req-id": self._space.new_id("req"),
        }

        def carry_out() -> Answer:
            return as_json(self._api.call(method, token, args, sent_json), headers=scopes)

        with self._space.changed:
            to = sees(self._space, method, args)
        return self._carried_out(method, carry_out, shown, scopes, to)

    @property
    def _api(self) -> WebApi:
        assert self.api is not None
        return self.api

    def _carried_out(
        self, method: str, work: Callable[[], Answer], payload: Json, headers: Headers | None = None, to: str = ""
    ) -> Answer | None:
        self._space.tell("arrived", method)
        fault = self.faults.next(method)
        at = self._space.now()
        me = object()

        def carry_out() -> Answer:
            with self._space.changed:
                self._space.under_way.add(me)
            return work()

        try:
            answer, error = self._faulted(fault, method, carry_out, headers or {})
        except BaseException:
            self._space.under_way.discard(me)
            raise
        status = answer.status if answer is not None else 0
        with self._space.changed:
            self._space.under_way.discard(me)
            call = ApiCall(method=method, payload=payload, at=at, ok=not error and status == 200, error=error, status=status, to=to)
            self._space.calls.append(call)
        self._space.tell("call", call)
        return answer

    def _faulted(self, fault: Fault | None, method: str, work: Callable[[], Answer], headers: Headers) -> tuple[Answer | None, str]:
        plain = method in ("response_url", "upload")
        if isinstance(fault, ApiError | Status) and fault.carried_out:
            with contextlib.suppress(Refusal):
                work()
        match fault:
            case RateLimited(seconds, error):
                retry = {"retry-after": str(seconds)}
                if plain:
                    return Answer(429, b"rate_limited", "text/plain", retry), "ratelimited"
                return as_json({"ok": False, "error": error}, 429, {**headers, **retry}), error
            case Status(code):
                return Answer(code, b"<html><body>Something went wrong.</body></html>", "text/html"), f"http_{code}"
            case Dropped(before=True):
                return None, "dropped"
            case ApiError(error):
                return (Answer(500 if error == "internal_error" else 400, error.encode(), "text/plain") if plain else as_json(
                    {"ok": False, "error": error}, headers=headers
                )), error  # fmt: skip
            case Slow(seconds):
                self._closing.wait(seconds)
        try:
            answer = work()
        except Refusal as refusal:
            error = str(refusal)
            if plain:
                return Answer(refusal.status if refusal.status != 200 else 400, error.encode(), "text/plain"), error
            return as_json({"ok": False, "error": error, **refusal.more}, refusal.status, {**headers, **refusal.headers}), error
        if isinstance(fault, Dropped):
            return None, "dropped"
        return answer, ""

    def _respond(self, key: str, body: bytes) -> Answer:
        url = self._space.urls.get(key)
        if url is None:
            raise Refusal("expired_url", status=404)
        loaded = _loaded(body)
        if not loaded:
            raise Refusal("invalid_payload")
        self._api.messages.respond(url, loaded)
        return Answer(200, b"ok", "text/html")

    def _receive(self, key: str, body: bytes) -> Answer:
        if not self._api.uploads.receive(key, body):
            raise Refusal("file_not_found", status=404)
        return Answer(200, f"OK - {len(body)}".encode(), "text/plain")


def _loaded(body: bytes) -> Json:
    try:
        loaded = json.loads(body)
    except ValueError:
        return {}
    return loaded if isinstance(loaded, dict) else {}


def _shown(value: Any) -> Any:
    try:
        return decoded(value, "")
    except Refusal:
        return value


class _Handler(Handler):
    timeout = 30

    def respond(self, body: bytes) -> None:
        answer: Answer | None = self.asked(self.command, self.path, self.headers, body)
        if answer is None:
            self.reset()
            return
        self.close_connection = True
        self.send(answer.status, {"server": "Apache", "connection": "close", **answer.headers}, answer.body)


# To the app


class Posted:
    """What the app answered to a signed post."""

    def __init__(self, status: int, body: bytes, kind: str, seconds: float, problem: str = "") -> None:
        self.status = status
        self.kind = kind
        self.raw = body
        self.seconds = seconds
        self.problem = problem

    @property
    def ok(self) -> bool:
        return not self.problem and 200 <= self.status < 300

    @property
    def body(self) -> Any:
        """The JSON of it, or its text, or ``None``."""
        text = self.raw.decode(errors="replace")
        if not text:
            return None
        if "json" in self.kind:
            with contextlib.suppress(ValueError):
                return json.loads(text)
        return text


def signed(secret: str, body: str, at: float) -> Headers:
    """Slack's two headers that prove where a post comes from."""
    stamp = str(int(at))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


class Poster:
    """Posts to the app's own URL, as Slack does without Socket Mode."""

    def __init__(self, rules: Rules, clock: Callable[[], float]) -> None:
        self._rules = rules
        self._clock = clock
        self._open: set[http.client.HTTPConnection] = set()
        self._lock = threading.Lock()

    def post(self, url: str, kind: str, payload: Json, limit: float, retry: tuple[int, str] | None = None) -> Posted:
        """One signed post; commands and interactivity as a form, events as JSON. Never raises."""
        if kind == "events_api":
            body, content_type = json.dumps(payload), "application/json"
        elif kind == "slash_commands":
            body, content_type = urlencode(payload), "application/x-www-form-urlencoded"
        else:
            body, content_type = urlencode({"payload": json.dumps(payload)}), "application/x-www-form-urlencoded"
        headers = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "Accept": "application/json,*/*",
        }
        headers |= signed(self._rules.signing_secret, body, self._clock())
        if retry:
            headers |= {"X-Slack-Retry-Num": str(retry[0]), "X-Slack-Retry-Reason": retry[1]}
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 80, timeout=limit)
        begun = time.monotonic()
        with self._lock:
            self._open.add(connection)
        try:
            connection.request("POST", parts.path or "/", body.encode(), headers)
            answer = connection.getresponse()
            read = answer.read()
            return Posted(answer.status, read, answer.headers.get("Content-Type") or "", time.monotonic() - begun)
        except TimeoutError:
            return Posted(0, b"", "", time.monotonic() - begun, "http_timeout")
        except (OSError, http.client.HTTPException):
            return Posted(0, b"", "", time.monotonic() - begun, "connection_failed")
        finally:
            with self._lock:
                self._open.discard(connection)
            connection.close()

    def cut_off(self) -> None:
        """End what is being waited for."""
        with self._lock:
            connections: Iterable[http.client.HTTPConnection] = list(self._open)
        for connection in connections:
            if connection.sock is not None:
                with contextlib.suppress(OSError):
                    connection.sock.shutdown(socket.SHUT_RDWR)
