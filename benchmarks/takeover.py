"""How soon another process looks at phones when the one that did is frozen or killed: two on one PostgreSQL, with the lease of the product.

Told is the time from the end of the lease, as the database has it, to the first look that VoIP.ms is asked for after it. Each trial
freezes or kills at a random instant, so that some fall into an open transaction, whose locks have to go first.
"""

import random
import signal
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime

from sqlalchemy import select

from jobs.watch import NAME, TTL
from playground.company import founded
from playground.voipms import VoipMsServer
from store import Store
from store.tables import lease
from tests.contract.watch_child import Watcher
from tests.databases import PostgresServer

TRIALS = 6
"""Of each kind."""
LOOK_SECONDS = 1.0
"""Between two looks at one phone."""
PATIENCE = 60.0
SECONDS = 5.0


def until(true: Callable[[], object]) -> None:
    """Wait until it is so."""
    ends = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < ends, "it never came to that"
        time.sleep(0.005)


class Trials:
    """Two processes that watch the same phones, one after the other."""

    def __init__(self, database: str, server: VoipMsServer, parts: ExitStack) -> None:
        self._database = database
        self._server = server
        self._parts = parts
        self._chance = random.Random(1)
        self._store = parts.enter_context(Store.peek(database))
        self._looks, self._waits = self._watcher(), self._watcher()
        until(lambda: self._looks.begun or self._waits.begun)
        if self._waits.begun:
            self._looks, self._waits = self._waits, self._looks

    def _watcher(self) -> Watcher:
        return self._parts.enter_context(Watcher(self._database, self._server, LOOK_SECONDS, TTL.total_seconds()))

    def _lease_ends(self) -> float:
        with self._store.reading() as transaction:
            ends = transaction.scalar(select(lease.c.until).where(lease.c.name == NAME))
        assert isinstance(ends, datetime)
        return ends.timestamp()

    def seconds(self, stopped_by: signal.Signals) -> float:
        """From the end of the lease of the one that looks, which is stopped, to the first look of the other."""
        time.sleep(self._chance.uniform(1, 3))
        begun = self._waits.begun
        self._looks.send(stopped_by)
        # what its last commit was on its way to say is stored by now
        time.sleep(0.5)
        ends, so_far = self._lease_ends(), len(self._server.asked)
        until(lambda: self._waits.begun > begun)
        until(lambda: any(one.method == "getRegistrationStatus" for one in self._server.asked[so_far:]))
        first = next(one.at for one in self._server.asked[so_far:] if one.method == "getRegistrationStatus")
        if stopped_by == signal.SIGSTOP:
            self._looks.send(signal.SIGCONT)
            stopped = self._looks
        else:
            stopped = self._watcher()
        self._looks, self._waits = self._waits, stopped
        return first - ends


def main() -> int:
    """Measure, print, and hold the bar."""
    company = founded(seed=1, now=datetime.now(UTC), days=2)
    longest = 0.0
    with ExitStack() as parts:
        postgres = PostgresServer()
        parts.callback(postgres.close)
        trials = Trials(postgres.database(), parts.enter_context(VoipMsServer(company)), parts)
        for name, stopped_by in (("frozen", signal.SIGSTOP), ("killed", signal.SIGKILL)):
            found = sorted(trials.seconds(stopped_by) for _ in range(TRIALS))
            longest = max(longest, found[-1])
            print(f"{name}: the other looks {', '.join(f'{one:.1f}' for one in found)} s after the end of the lease of {TTL.seconds} s")
    print(f"at most {longest:.1f} s (bar {SECONDS:.0f} s)")
    return 0 if longest <= SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
