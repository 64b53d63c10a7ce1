"""A process that watches, for the tests to kill and freeze. What it logs says when it begins to look."""

import threading
from datetime import timedelta

from jobs import timetable
from jobs.watch import Watch
from store import Store
from store.budget import SharedBudget
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
