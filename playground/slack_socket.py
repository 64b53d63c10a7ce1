"""The WebSocket side of the stand-in for Slack: Socket Mode.

An app asks ``apps.connections.open`` for a link with a ticket, connects, is greeted with ``hello`` and gets envelopes,
each of which it acknowledges with ``{"envelope_id": …, "payload": …}``. Several connections take turns.
"""

import contextlib
import itertools
import json
import logging
import socket
import struct
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import Server, ServerConnection, serve

from playground.slack_things import APP, Json

QUIET = logging.getLogger("playground.slack.socket")
QUIET.addHandler(logging.NullHandler())
QUIET.propagate = False


class Envelope:
    """Something sent that waits for its acknowledgement."""

    def __init__(self, envelope_id: str) -> None:
        self.id = envelope_id
        self.sent_at = time.monotonic()
        self.acked_at: float | None = None
        self.body: Any = None
        self._done = threading.Event()

    def acknowledge(self, body: Any) -> None:
        self.acked_at = time.monotonic()
        self.body = body
        self._done.set()

    def give_up(self) -> None:
        self._done.set()

    def wait(self, seconds: float) -> bool:
        """Whether it was acknowledged within so many seconds of being sent."""
        self._done.wait(max(0.0, self.sent_at + seconds - time.monotonic()))
        return self.acked_at is not None


class Links:
    """All Socket Mode connections. Thread-safe."""

    def __init__(self, on_change: Callable[[str, Any], None], refused: Callable[[], bool], ping_interval: float) -> None:
        self._on_change = on_change
        self._refused = refused
        self._lock = threading.Lock()
        self._connections: list[ServerConnection] = []
        self._turn = itertools.count()
        self._tickets: set[str] = set()
        self._numbers = itertools.count(1)
        self._envelopes: dict[str, Envelope] = {}
        self._later: list[threading.Timer] = []
        self._closed = False
        self._server: Server = serve(
            self._serve,
            "127.0.0.1",
            0,
            process_request=self._admit,
            compression=None,
            ping_interval=ping_interval,
            close_timeout=0.2,
            server_header=None,
            logger=QUIET,
        )
        self.port: int = self._server.socket.getsockname()[1]
        self._thread = threading.Thread(target=self._server.serve_forever, name="slack-socket", daemon=True)
        self._thread.start()

    @property
    def count(self) -> int:
        """Connections that are open now."""
        with self._lock:
            return len(self._connections)

    def new_url(self) -> str:
        """Where to connect, once."""
        with self._lock:
            ticket = f"ticket-{next(self._numbers)}"
            self._tickets.add(ticket)
        return f"ws://127.0.0.1:{self.port}/link/?ticket={ticket}&app_id={APP}"

    def send(self, kind: str, payload: Json, accepts: bool, retry: tuple[int, str] | None = None) -> Envelope | None:
        """Send an envelope through the connection whose turn it is; ``None`` when there is none."""
        with self._lock:
            waiting = list(self._connections)
            number = next(self._numbers)
        envelope = Envelope(f"00000000-0000-4000-8000-{number:012d}")
        frame: Json = {"envelope_id": envelope.id, "payload": payload, "type": kind, "accepts_response_payload": accepts}
        if kind == "events_api":
            frame |= {"retry_attempt": retry[0] if retry else 0, "retry_reason": retry[1] if retry else ""}
        turn = next(self._turn)
        for i in range(len(waiting)):
            connection = waiting[(turn + i) % len(waiting)]
            with self._lock:
                if self._closed:
                    return None
                self._envelopes[envelope.id] = envelope
            envelope.sent_at = time.monotonic()
            try:
                connection.send(json.dumps(frame))
            except (ConnectionClosed, OSError):
                continue
            return envelope
        return None

    def forget(self, envelope: Envelope) -> None:
        """Take no acknowledgement of it any more."""
        with self._lock:
            self._envelopes.pop(envelope.id, None)

    def say_goodbye(self, reason: str, close_after: float) -> None:
        """Tell every connection that it is about to be closed, as Slack does every few hours, and close it."""
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            with contextlib.suppress(ConnectionClosed, OSError):
                connection.send(json.dumps({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-playground"}}))
            timer = threading.Timer(close_after, connection.close)
            timer.daemon = True
            self._later.append(timer)
            timer.start()

    def drop(self) -> int:
        """Reset every connection (TCP RST, no close frame); returns how many."""
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            _reset(connection.socket)
        return len(connections)

    def close(self) -> None:
        """Close the server and all connections."""
        with self._lock:
            self._closed = True
            connections = list(self._connections)
            for envelope in self._envelopes.values():
                envelope.give_up()
        for timer in self._later:
            timer.cancel()
        for connection in connections:
            with contextlib.suppress(OSError):
                connection.socket.shutdown(socket.SHUT_RDWR)
        self._server.shutdown()
        self._thread.join()
        for timer in self._later:
            timer.join()

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        ticket = parse_qs(urlsplit(request.path).query).get("ticket", [""])[0]
        with self._lock:
            known = ticket in self._tickets
            self._tickets.discard(ticket)
        if self._refused():
            return connection.respond(503, "unavailable\n")
        return None if known else connection.respond(401, "invalid ticket\n")

    def _serve(self, connection: ServerConnection) -> None:
        with self._lock:
            self._connections.append(connection)
            count = len(self._connections)
        hello = {
            "type": "hello",
            "num_connections": count,
            "debug_info": {"host": "applink-playground", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": APP},
        }
        try:
            connection.send(json.dumps(hello))
            self._on_change("connected", count)
            for message in connection:
                self._receive(message)
        except (ConnectionClosed, OSError):
            pass
        finally:
            with self._lock:
                self._connections.remove(connection)
                count = len(self._connections)
            self._on_change("disconnected", count)

    def _receive(self, message: str | bytes) -> None:
        try:
            frame = json.loads(message)
            key = str(frame["envelope_id"])
        except (ValueError, KeyError, TypeError):
            return
        with self._lock:
            envelope = self._envelopes.pop(key, None)
        if envelope is not None:
            envelope.acknowledge(frame.get("payload"))


def _reset(sock: socket.socket) -> None:
    """Make closing the socket a reset; waking the reader makes it close."""
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.shutdown(socket.SHUT_RD)
