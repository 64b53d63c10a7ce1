"""A process that watches, for tests and benchmarks to kill and freeze. What it logs says when it begins to look."""

import threading
from datetime import timedelta

from jobs import timetable
from jobs.watch import Watch
from playground.voipms import VoipMsServer
from store import Store
from store.budget import SharedBudget
from tests.children import Child
from voipms import Pace, VoipMs


def main(database: str, url: str, username: str, password: str, words: str, ttl_words: str) -> None:
    """Watch until killed; ``words`` are the seconds that stand for the minute of the watch."""
    seconds, ttl = float(words), timedelta(seconds=float(ttl_words))
    with Store(database) as store:
        pace = Pace(60_000, budget=SharedBudget(store, username, 60_000) if store.shared else None)
        phones = VoipMs(username, password, url=url, pace=pace, timeout=5, user_agent="Dialtone/1")
        watch = Watch(store, phones, confirm_seconds=seconds, interval=seconds, channel="C0OFFICE", ttl=ttl)
        with watch, timetable([watch.job]):
            threading.Event().wait()


class Watcher(Child):
    """Such a process.

    Args:
        seconds: Stand for the minute of the watch.
        ttl: Seconds of its lease.

    Attributes:
        begun: How often it has begun to look.
    """

    def __init__(self, database: str, server: VoipMsServer, seconds: float, ttl: float) -> None:
        super().__init__(main, database, server.url, server.username, server.password, str(seconds), str(ttl))
        self.begun = 0
        self._reader = threading.Thread(target=self._listen)
        self._reader.start()

    def _listen(self) -> None:
        while line := self.hear():
            self.begun += "watch begins" in line

    def close(self) -> None:
        """Kill it, and hear it out."""
        self.kill()
        self._reader.join()
        super().close()
