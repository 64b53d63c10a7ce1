"""A VoIP.ms that says, byte for byte, what a test wants it to say; and a clock that is moved by hand."""

import gzip
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from voipms import Pace, VoipMs

USERNAME = "ops@example.com"
PASSWORD = "fake-api-password-7Q"


@dataclass(frozen=True)
class Asked:
    """One request as it arrived.

    Attributes:
        head: Request line and headers, as text.
        fields: Of the multipart body.
    """

    head: str
    fields: Mapping[str, bytes]

    @property
    def line(self) -> str:
        return self.head.split("\r\n")[0]

    @property
    def headers(self) -> dict[str, str]:
        return {name.lower(): value for name, _, value in (line.partition(": ") for line in self.head.split("\r\n")[1:] if line)}

    def __getitem__(self, name: str) -> str:
        return self.fields[name].decode()


Say = bytes | Callable[[socket.socket], object]
"""The bytes of an answer, head and all; or what is done with the connection, which is closed then unless that returns ``True``."""


def http(body: bytes, status: int = 200, *headers: str) -> bytes:
    """An answer."""
    lines = (f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", *headers)
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def said(status: str = "success", /, **fields: Any) -> bytes:
    """An answer of the API."""
    return http(json.dumps({"status": status, **fields}).encode(), 200, "Content-Type: application/json")


def zipped(body: bytes) -> bytes:
    return http(gzip.compress(body, 1), 200, "Content-Encoding: gzip")


class Wire:
    """Listens on 127.0.0.1. ``answers`` are given one by one, the last one again and again.

    Attributes:
        asked: Every request, in order.
        connections: How many were opened.
        at_once: The most requests that were under way together.
    """

    def __init__(self, *answers: Say | Callable[[Asked], Say]) -> None:
        self.answers = list(answers)
        self.asked: list[Asked] = []
        self.connections = self.at_once = self._under_way = 0
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}/api/v1/rest.php"
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    @property
    def methods(self) -> list[str]:
        return [asked["method"] for asked in self.asked]

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                self._open.append(connection)
                thread = threading.Thread(target=self._serve, args=(connection,))
                self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError), connection.makefile("rb") as stream:
            while asked := _request(stream):
                with self._lock:
                    self.asked.append(asked)
                    answer: Any = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                    self._under_way += 1
                    self.at_once = max(self.at_once, self._under_way)
                if getattr(answer, "__name__", "") == "by_question":
                    answer = answer(asked)
                try:
                    if isinstance(answer, bytes):
                        connection.sendall(answer)
                    elif answer(connection) is not True:
                        return
                finally:
                    with self._lock:
                        self._under_way -= 1


def _request(stream: Any) -> Asked | None:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = stream.readline()
        if not line:
            return None
        head += line
    text = head.decode()
    length = re.search(r"(?i)^content-length: (\d+)", text, re.MULTILINE)
    body = stream.read(int(length[1])) if length else b""
    boundary = re.search(r"(?i)^content-type: multipart/form-data; boundary=(\S+)", text, re.MULTILINE)
    fields = {}
    for part in body.split(b"--" + boundary[1].encode())[1:-1] if boundary else ():
        about, _, value = part.partition(b"\r\n\r\n")
        name = re.search(rb'name="([^"]*)"', about)
        assert name and b"filename" not in about
        fields[name[1].decode()] = value.removesuffix(b"\r\n")
    return Asked(text, fields)


class Hands:
    """A clock that is moved by hand, and by who waits on it."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.now

    def wait(self, condition: threading.Condition, seconds: float | None) -> None:
        assert seconds is not None, "nobody else is here who could move first"
        self.waits.append(seconds)
        self.now += seconds


@contextmanager
def account(wire: Wire, hands: Hands | None = None, **settings: Any) -> Iterator[VoipMs]:
    """The client of a wire, on a clock of its own so that no test waits."""
    hands = Hands() if hands is None else hands
    settings = {"pace": Pace(60_000, clock=hands, wait=hands.wait), "url": wire.url, "timeout": 5.0, "clock": hands, **settings}
    phones = VoipMs(USERNAME, PASSWORD, **settings)
    try:
        yield phones
    finally:
        phones.close()
