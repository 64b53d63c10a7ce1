"""The connection over which Slack delivers: made anew when it stays away, and let come to its end before it is closed."""

import threading
import time
from collections.abc import Callable
from typing import Any

import structlog
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

log = structlog.get_logger(__name__)


class Drain:
    """Lets what Slack delivered be acknowledged before the connection is closed; what comes later Slack delivers again."""

    SECONDS = 3.0
    """Slack waits no longer for an acknowledgement."""

    def __init__(self, handle: Callable[[Any, SocketModeRequest], None]) -> None:
        self._handle = handle
        self._changed = threading.Condition()
        self._under_way = 0
        self._closed = False

    def __call__(self, client: BaseSocketModeClient, request: SocketModeRequest) -> None:
        """One delivery."""
        with self._changed:
            if self._closed:
                return
            self._under_way += 1
        try:
            self._handle(client, request)
        except Exception as error:  # noqa: BLE001 - Bolt raises here what it stumbles over in a payload; the SDK would log a traceback
            log.warning("request cannot be read", error=type(error).__name__)
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    def close(self) -> None:
        """Take no more, and wait for what is under way."""
        with self._changed:
            self._closed = True
            self._changed.wait_for(lambda: self._under_way == 0, self.SECONDS)


class Watchdog:
    """Looks at a connection every second, and makes it anew when it stays away.

    Args:
        connected: Whether it is there.
        connect: Makes it anew; may raise whatever it likes.
        patience: Seconds that it may be away, and between two tries.
        beat: Seconds between two looks.
    """

    def __init__(self, connected: Callable[[], bool], connect: Callable[[], object], patience: float, beat: float = 1.0) -> None:
        self._connected = connected
        self._connect = connect
        self._patience = patience
        self._beat = beat
        self._lost_at: float | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="socket-watchdog", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def how_it_is(self) -> tuple[bool, str]:
        """Whether it is there, and since when not."""
        if self._connected():
            return True, "connected"
        lost_at = self._lost_at
        return False, "not connected" if lost_at is None else f"not connected for {time.monotonic() - lost_at:.0f} s"

    def close(self) -> None:
        """Look no more; a try under way ends first."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def _watch(self) -> None:
        while not self._stop.wait(self._beat):
            if self._connected():
                if self._lost_at is not None:
                    log.warning("socket back", gap_seconds=round(time.monotonic() - self._lost_at, 1))
                    self._lost_at = None
            elif self._lost_at is None:
                self._lost_at = time.monotonic()
                log.warning("socket lost")
            elif time.monotonic() - self._lost_at > self._patience:
                try:
                    self._connect()
                except Exception as error:  # noqa: BLE001 - whatever it is, the watchdog goes on trying
                    log.warning("socket still lost", error=type(error).__name__)
                    self._stop.wait(self._patience)
