"""A process that makes reports until it is killed.

Time runs fast in it, so that a lease of some minutes is over in seconds.
"""

import sys
import threading
import time
from datetime import datetime, timedelta

from jobs.delivery import Delivery
from jobs.reports import NAME, Reports
from store import Store, Transaction
from store.refusals import Refusals
from tests.delivering import client_of
from tests.reports_bench import MORNING
from voipms import Pace, VoipMs

SETTLE = timedelta(seconds=0.5)


def now(t0: float, speed: float) -> datetime:
    """The time that all processes share.

    Args:
        t0: When it began to run, seconds since the epoch.
        speed: Seconds of theirs in one of ours.
    """
    return MORNING + timedelta(seconds=(time.time() - t0) * speed)


def main(
    database_url: str, voipms_url: str, username: str, password: str, slack_url: str, token: str, t0: str, speed: str, workers: str
) -> None:
    """One life of it."""

    def clock(transaction: Transaction) -> datetime:
        return now(float(t0), float(speed))

    with Store(database_url) as store:
        phones = VoipMs(username, password, url=voipms_url, pace=Pace(per_minute=60_000))
        jobs = [Reports(store, phones, clock=clock) for _ in range(int(workers))]
        delivery = Delivery(
            store, client_of(slack_url, token), {NAME: jobs[0].draw}, Refusals(store), settle=SETTLE, between=timedelta(), edits=timedelta()
        )

        def work(job: Reports) -> None:
            while True:
                job.tick()
                time.sleep(0.02)

        for job in jobs:
            threading.Thread(target=work, args=(job,), daemon=True).start()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            delivery.tick()
            time.sleep(0.02)
