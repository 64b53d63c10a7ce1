"""Processes that make reports, killed at random: each period that was due stands in its channel exactly once.

Everything is real but the speed of time: SIGKILL, both databases, two workers, HTTP to VoIP.ms and to Slack.
"""

import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest

from playground.slack import SlackServer
from playground.voipms import VoipMsServer
from rules.schedule import Policy
from store import Store, outbox, reports
from store.tables import report_run
from tests.children import Child
from tests.contract.reports_child import main, now
from tests.reports_bench import ALICE, MORNING, company, plan

DAY = timedelta(days=1)
LAST = 5.0
"""Seconds of ours that the last ones are left alive, unless all is told before."""


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer() as made:
        made.rules.rate_limits = False
        yield made


class Office:
    """Processes at work, and what has come of it."""

    def __init__(self, database_url: str, slack: SlackServer, phones: VoipMsServer, t0: float, speed: float) -> None:
        self._url = database_url
        self._words = [phones.url, phones.username, phones.password, slack.api_url, slack.bot_token, str(t0), str(speed)]
        # a SQLite file is one process's: there the two workers are threads
        self._workers, self.processes = ("2", 1) if database_url.startswith("sqlite") else ("1", 2)

    def start(self) -> Child:
        """One more process, at work already."""
        process = Child(main, self._url, *self._words, self._workers)
        process.wait_for("ready")
        return process


def all_is_done(database_url: str) -> bool:
    """Whether every period is told, as far as the database says; asked of it while nobody works."""
    with Store(database_url) as store, store.reading() as transaction:
        left = outbox.counts(transaction)
        rows = transaction.execute(report_run.select()).all()
    return bool(rows) and all(row.status == "done" for row in rows) and not left["new"] + left["sending"]


def killed_until_done(database_url: str, slack: SlackServer, reports_made: int, days: int, kills: int, seed: int, speed: float) -> int:
    """Make so many reports of so many days due, kill whoever works on them, and let them come to an end; how many kills there were.

    Args:
        speed: Seconds of theirs in one of ours. All has to be done before their next day begins.
    """
    chance, done = random.Random(seed), 0
    for number in range(reports_made):
        slack.channel(f"C0REPORT{number}", f"report-{number}")
    with Store(database_url) as store, store.writing() as transaction:
        for number in range(reports_made):
            wanted = plan(channel=f"C0REPORT{number}", policy=Policy.ALL)
            reports.make(transaction, wanted, ALICE, MORNING - days * DAY + timedelta(hours=1))
    with VoipMsServer(company(), clock=lambda: now(t0, speed).timestamp()) as phones, ExitStack() as left:
        t0 = time.time()
        office = Office(database_url, slack, phones, t0, speed)
        while done < kills or not all_is_done(database_url):
            assert now(t0, speed) < MORNING + DAY, "it takes too long"
            some = [office.start() for _ in range(office.processes)]
            for one in some:
                left.callback(one.close)
            for one in chance.sample(some, len(some)):
                if done < kills:
                    time.sleep(chance.uniform(0.1, 0.9))
                else:
                    slack.workspace.wait(lambda: keys_of(slack, reports_made).total() >= reports_made * days, LAST)
                    time.sleep(1)  # so that it is marked as told, too
                one.kill()
                done += 1
    return done


def keys_of(slack: SlackServer, reports_made: int) -> Counter[str]:
    """How often each message stands in the channels."""
    return Counter(
        str((message.metadata or {}).get("event_payload", {}).get("key"))
        for number in range(reports_made)
        for message in slack.messages(f"C0REPORT{number}")
    )


def each_once(database_url: str, slack: SlackServer, reports_made: int, days: int) -> None:
    keys = keys_of(slack, reports_made)
    assert set(keys.values()) == {1}, keys.most_common(3)
    with Store(database_url) as store, store.reading() as transaction:
        numbers = [one.id for one in reports.every(transaction)]
    expected = {f"report:{number}:{(MORNING - day * DAY).date()}" for number in numbers for day in range(1, days + 1)}
    assert set(keys) == expected


def test_every_period_is_told_once_by_workers_that_are_killed(database_url: str, slack: SlackServer) -> None:
    assert killed_until_done(database_url, slack, reports_made=4, days=3, kills=2, seed=1, speed=600) >= 2
    each_once(database_url, slack, 4, 3)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(3))
def test_two_hundred_periods_are_told_once_by_workers_that_are_killed_all_the_time(
    database_url: str, slack: SlackServer, seed: int
) -> None:
    assert killed_until_done(database_url, slack, reports_made=40, days=5, kills=60, seed=seed, speed=60) >= 60
    each_once(database_url, slack, 40, 5)
