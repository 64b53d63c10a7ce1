"""The playground page: the whole bot in a browser, without Slack and without VoIP.ms.

One server on the loopback address gives out the built page (``static/``) and talks to it over a WebSocket. A window of the page is one
person of the simulated workspace; what that person types and clicks goes through the stand-in for Slack, as if in Slack itself.

Only a page that came from here may speak with it: the ``Host`` has to be ours (a foreign name that was pointed at 127.0.0.1 is turned
away) and the ``Origin`` of a WebSocket too (every website in the same browser could open one otherwise).
"""

import contextlib
import errno
import json
import socket
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from urllib.parse import parse_qs, quote, urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import Server, ServerConnection, serve

from playground.page_company import CompanyPanel
from playground.page_files import Shelf, answer, header, plain
from playground.page_slack import Persona, file_of
from playground.page_traffic import Exchange, Traffic
from playground.page_window import Scene, Window
from playground.slack import SlackServer
from playground.slack_socket import QUIET
from playground.slack_things import Json
from playground.voipms import VoipMsServer

PORT = 8080
TRIES = 20
"""Ports that are tried, one after the other, before any free one is taken."""
TICK_SECONDS = 0.3
HANDSHAKE_SECONDS = 2.0
STATIC = Path(__file__).parent / "static"


class Page:
    """The page, served from its making until ``close()``; also a context manager.

    Attributes:
        url: ``http://127.0.0.1:8080``
        taken: The ports that were wanted first and were taken.
    """

    def __init__(
        self, slack: SlackServer, phones: VoipMsServer, personas: Sequence[Persona], manifest: Json, port: int = PORT, static: Path = STATIC
    ) -> None:
        """Begin to serve.

        Args:
            manifest: The app's manifest: its commands and whether it has a Home tab.
            port: Where to listen; if it is taken, the next.
        """
        self._shelf = Shelf(static)
        self._lock = threading.Lock()
        self._windows: set[Window] = set()
        self._lines: list[Json] = []
        self._closing = threading.Event()
        features = manifest.get("features", {})
        self._scene = Scene(
            space=slack.workspace,
            title=phones.company.name,
            personas={persona.person.id: persona for persona in personas},
            commands=[{key: each.get(key, "") for key in ("command", "description", "usage_hint")} for each in features["slash_commands"]],
            shortcuts=[dict(each) for each in features.get("shortcuts", ())],
            home=bool(features.get("app_home", {}).get("home_tab_enabled")),
            company=CompanyPanel(phones),
            traffic=Traffic(slack, phones, self._exchanged),
        )
        listening, self.taken = listen(port)
        self.port: int = listening.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._hosts = {f"{name}:{self.port}" for name in ("127.0.0.1", "localhost")}
        self._server: Server = serve(
            self._serve,
            sock=listening,
            process_request=self._answer,
            # browsers open connections in advance and say nothing on them: to close would wait for these
            open_timeout=HANDSHAKE_SECONDS,
            close_timeout=0.2,
            compression=None,
            server_header=None,
            logger=QUIET,
        )
        slack.on_change(self._changed)
        self._threads = [
            threading.Thread(target=self._server.serve_forever, name="page-web", daemon=True),
            threading.Thread(target=self._tick, name="page-tick", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Stop; windows see that the connection ended."""
        self._closing.set()
        with self._server.lock:
            for connection in self._server.all_connections:
                with contextlib.suppress(OSError):
                    connection.socket.shutdown(socket.SHUT_RDWR)
        self._server.shutdown()
        for thread in self._threads:
            thread.join()

    def __enter__(self) -> "Page":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    # HTTP

    def _answer(self, connection: ServerConnection, request: Request) -> Response | None:
        """What is not a WebSocket of our own page; ``None``: it is."""
        host = header(request.headers, "Host")
        parts = urlsplit(request.path)
        if host not in self._hosts:
            return plain(403, f"This page is at {self.url} and answers to no other name.")
        if parts.path == "/socket":
            ours = header(request.headers, "Origin") in {f"http://{name}" for name in self._hosts}
            return None if ours else plain(403, "Only the page itself may open this.")
        if parts.path.startswith("/files/"):
            return self._file(request, parts.path, parts.query)
        return self._shelf.answer(parts.path, request.headers, host)

    def _file(self, request: Request, path: str, query: str) -> Response:
        """A file of a message, for the person who sees it."""
        if header(request.headers, "Sec-Fetch-Site") not in ("", "same-origin", "none"):
            return plain(403, "Only the page itself may ask for this.")
        person = parse_qs(query).get("as", [""])[0]
        found = file_of(self._scene.space, person, path.split("/")[2]) if person in self._scene.personas else None
        if found is None:
            return plain(404, "There is no such file.")
        headers = {"Content-Type": "application/octet-stream", "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.name)}"}
        return answer(200, found.content, headers)

    # Windows

    def _serve(self, connection: ServerConnection) -> None:
        window = Window(self._scene, lambda said: connection.send(json.dumps(said)))
        with self._lock:
            self._windows.add(window)
        window.say({"kind": "company", **self._scene.company.as_json()})
        try:
            for message in connection:
                said = json.loads(message)
                if isinstance(said, dict):
                    window.take(said)
        except (ConnectionClosed, OSError, ValueError):
            pass
        finally:
            with self._lock:
                self._windows.discard(window)
            window.close()

    @property
    def windows(self) -> list[Window]:
        """Those that are open."""
        with self._lock:
            return list(self._windows)

    def _changed(self, kind: str, value: object) -> None:
        for window in self.windows:
            window.changed(kind, value)

    def _exchanged(self, exchange: Exchange) -> None:
        with self._lock:
            self._lines.append(exchange.as_line())

    def _tick(self) -> None:
        """Tell all windows what changed at the phone company, and the traffic in bundles."""
        before = ""
        while not self._closing.wait(TICK_SECONDS):
            with self._lock:
                lines, self._lines = self._lines, []
            windows = self.windows
            if not windows:
                continue
            company = {"kind": "company", **self._scene.company.as_json()}
            now = json.dumps(company)
            for window in windows:
                if now != before:
                    window.say(company)
                if lines and window.wants_traffic:
                    window.say({"kind": "traffic", "lines": lines, "whole": False})
            before = now


def listen(port: int) -> tuple[socket.socket, list[int]]:
    """A listening socket on the loopback address, and the ports that were taken before one was free; port 0: any."""
    taken = []
    for wanted in [*range(port, port + TRIES), 0] if port else [0]:
        made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            made.bind(("127.0.0.1", wanted))
            made.listen(64)
        except OSError as error:
            made.close()
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            taken.append(wanted)
            continue
        return made, taken
    raise OSError(errno.EADDRINUSE, "no port is free")
