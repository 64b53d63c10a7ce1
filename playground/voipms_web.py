"""The HTTP side of the simulated VoIP.ms: connections that stay open, and the odd ways in which the real one reads a request."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from urllib.parse import parse_qsl, urlsplit

from playground.local_http import Broken, Handler, Server

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


class Web(Server):
    """The server: listens on ``127.0.0.1`` from its making until ``close()``."""

    def __init__(self, answer: Callable[[Request], Answer | None]) -> None:
        super().__init__(_Handler, answer, "voipms-web")
        self.url += PATH


class _Handler(Handler):
    def respond(self, body: bytes) -> None:
        answer: Answer | None = self.asked(self._request(body))
        if answer is None:
            self.reset()
        else:
            self._send(answer)

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
        headers = {"Server": "cloudflare", "Content-Type": answer.kind}
        if answer.missing:
            self.close_connection = True
        if isinstance(answer.body, bytes):
            self.send(answer.status, {**headers, "content-length": str(len(answer.body) + answer.missing)}, answer.body)
            return
        self.wfile.write(self.head(answer.status, {**headers, "Transfer-Encoding": "chunked"}))
        for part in _unbroken(answer.body):
            self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
        self.wfile.write(b"0\r\n\r\n")


def _unbroken(parts: Iterator[bytes]) -> Iterator[bytes]:
    """The parts; a mistake of ours between them is no broken connection."""
    try:
        yield from parts
    except Exception as error:
        raise Broken(type(error).__name__) from error


def fields(kind: str, body: bytes) -> dict[str, str]:
    """The fields of a multipart form."""
    # with the newer policy of email each request takes eight times as long to read
    form = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    found = {}
    for part in form.walk() if form.is_multipart() else ():
        name = part.get_param("name", header="content-disposition")
        payload = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(payload, bytes):
            found[name] = payload.decode(errors="replace")
    return found
