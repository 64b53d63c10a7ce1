"""What both stand-ins need of an HTTP server: on this machine alone, stopped at once, and with connections that break when they shall."""

import contextlib
import http.client
import socket
import struct
import sys
import threading
from collections.abc import Callable, Mapping
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Broken(Exception):
    """A fault of the stand-in itself, not one that was asked for."""


class Server:
    """Listens on ``127.0.0.1``, on any free port, from its making until ``close()``.

    Args:
        handler: Reads requests and writes answers.
        answer: What the handler asks for an answer.
    """

    def __init__(self, handler: type["Handler"], answer: Callable[..., Any], name: str) -> None:
        self._server = _Server(handler, answer)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name=name, daemon=True)
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

    def __init__(self, handler: type["Handler"], answer: Callable[..., Any]) -> None:
        self.answer = answer
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), handler)

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
        """A caller that went away is nothing to write home about; a fault of ours ends the thread, and is seen."""
        error = sys.exception()
        if error is not None and not isinstance(error, OSError):
            raise error


class Handler(BaseHTTPRequestHandler):
    """One connection: a subclass reads what was asked, and writes the answer."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        self.respond(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def do_POST(self) -> None:
        self.do_GET()

    def respond(self, body: bytes) -> None:
        """Answer one request."""
        raise NotImplementedError

    def asked(self, *what: Any) -> Any:
        """The answer to what was asked.

        Raises:
            Broken: There is none because of a mistake of ours; the caller was told.
        """
        try:
            return self.server.answer(*what)
        except Exception as error:
            # else it would look like a broken connection
            self.close_connection = True
            self.send(500, {"content-type": "text/plain"}, b"the stand-in has a fault of its own")
            raise Broken(type(error).__name__) from error

    def send(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """A whole answer."""
        self.wfile.write(self.head(status, {**headers, "content-length": headers.get("content-length", str(len(body)))}) + body)

    def head(self, status: int, headers: Mapping[str, str]) -> bytes:
        """What stands before a body. Header names go out as they are given: a client has to find them in any case."""
        lines = [f"HTTP/1.1 {status} {http.client.responses.get(status, 'Status')}", f"date: {formatdate(usegmt=True)}"]
        return "\r\n".join([*lines, *(f"{name}: {value}" for name, value in headers.items()), "", ""]).encode()

    def reset(self) -> None:
        """Break the connection: without lingering, closing is a reset, and the caller sees no proper end."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Nothing on standard error."""
