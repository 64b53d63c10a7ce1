"""The HTTP side of the simulated VoIP.ms: connections that stay open, and the odd ways in which the real one reads a request."""

import contextlib
import http.client
import re
import socket
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

PATH = "/api/v1/rest.php"
LONGEST_LINE = 8_190
"""Bytes of a request line."""

ODD_AGENT = re.compile(r"-?|.*\b(python-urllib|java|libwww-perl|go-http-client|wget|curl)\b.*|[^a-z]+", re.IGNORECASE | re.DOTALL)
"""What the firewall turns away: no User-Agent, the bare name of a library, no letters. Source: reports of live clients."""

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Request:
    """What arrived.

    Attributes:
        http: ``GET`` or ``POST``.
        args: From the query string and a multipart body.
        soap: It is a POST of another kind, which ends at the SOAP side.
    """

    http: str
    path: str
    agent: str
    too_long: bool
    args: dict[str, str]
    soap: bool


@dataclass(frozen=True)
class Answer:
    """What goes back; ``None`` in its place resets the connection.

    Attributes:
        body: Whole, or in parts, which are then sent in chunks.
        missing: Bytes that ``Content-Length`` promises beyond the body; the connection ends there.
    """

    body: bytes | Iterator[bytes]
    status: int = 200
    kind: str = JSON
    missing: int = 0


class Web:
    """The server: listens on ``127.0.0.1`` from its making until ``close()``."""

    def __init__(self, answer: Callable[[Request], Answer | None]) -> None:
        self._server = _Server(answer)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}{PATH}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="voipms-web", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop answering; what is open is cut off."""
        self._server.shutdown()
        self._server.cut_off()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = True
    request_queue_size = 128

    def __init__(self, answer: Callable[[Request], Answer | None]) -> None:
        self.answer = answer
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def cut_off(self) -> None:
        with self._lock:
            for request in self._open:
                with contextlib.suppress(OSError):
                    request.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that went away is nothing to write home about; a mistake of ours is."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answer = self.server.answer(self._request(body))
        if answer is None:
            # Without lingering, closing is a reset: the caller sees a broken connection, not an end.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
            return
        self._send(answer)

    def do_POST(self) -> None:
        self.do_GET()

    def _request(self, body: bytes) -> Request:
        parts = urlsplit(self.path)
        kind = self.headers.get("Content-Type") or ""
        multipart = kind.lower().startswith("multipart/form-data")
        args = dict(parse_qsl(parts.query, keep_blank_values=True))
        return Request(
            http=self.command,
            path=parts.path,
            agent=(self.headers.get("User-Agent") or "").strip(),
            too_long=len(self.requestline) > LONGEST_LINE,
            args=args | (fields(kind, body) if multipart else {}),
            soap=self.command == "POST" and not multipart,
        )

    def _send(self, answer: Answer) -> None:
        length = {"Transfer-Encoding": "chunked"}
        if isinstance(answer.body, bytes):
            length = {"Content-Length": str(len(answer.body) + answer.missing)}
        fixed = {"Date": formatdate(usegmt=True), "Server": "cloudflare", "Content-Type": answer.kind}
        lines = [f"HTTP/1.1 {answer.status} {http.client.responses.get(answer.status, 'Status')}"]
        lines += [f"{name}: {value}" for name, value in {**fixed, **length}.items()]
        head = "\r\n".join([*lines, "", ""]).encode()
        if isinstance(answer.body, bytes):
            self.wfile.write(head + answer.body)
        else:
            self.wfile.write(head)
            for part in answer.body:
                self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
            self.wfile.write(b"0\r\n\r\n")
        if answer.missing:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Nothing on stderr."""


def fields(kind: str, body: bytes) -> dict[str, str]:
    """The fields of a multipart form."""
    form = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body, policy=policy.HTTP)
    found = {}
    for part in form.iter_parts() if form.is_multipart() else ():
        name = part.get_param("name", header="content-disposition")
        payload = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(payload, bytes):
            found[name] = payload.decode(errors="replace")
    return found
