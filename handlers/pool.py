"""The threads on which questions are answered: bounded, and apart from those that acknowledge."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import structlog

log = structlog.get_logger(__name__)

WORKERS = 16
QUEUED_MOST = 200


class Pool:
    """A bounded pool: what does not fit is turned away at once, not queued for ever."""

    def __init__(self, workers: int = WORKERS, queued: int = QUEUED_MOST) -> None:
        self._workers = ThreadPoolExecutor(workers, thread_name_prefix="desk")
        self._apologies = ThreadPoolExecutor(2, thread_name_prefix="busy")
        self._room = threading.BoundedSemaphore(workers + queued)

    def run(self, work: Callable[[], None], otherwise: Callable[[], None]) -> None:
        """Run it soon on a thread of the pool; ``otherwise`` when there is no room. Never raises, never blocks."""
        if not self._room.acquire(blocking=False):
            log.error("too many questions waiting")
            with suppress(RuntimeError):  # the bot is stopping
                self._apologies.submit(otherwise)
            return

        def and_leave() -> None:
            try:
                work()
            except Exception:
                log.exception("a question broke off")
            finally:
                self._room.release()

        try:
            self._workers.submit(and_leave)
        except RuntimeError:  # the bot is stopping
            self._room.release()

    def close(self) -> None:
        """Let what runs come to its end; what has not begun is dropped."""
        self._workers.shutdown(wait=True, cancel_futures=True)
        self._apologies.shutdown(wait=True, cancel_futures=True)
