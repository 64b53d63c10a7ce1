"""What the tests of scheduled reports share: a company, its VoIP.ms, an outbox, Slack, and a clock that a test moves."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, partial
from typing import Any

from handlers.places import is_shared
from jobs.painting import Painter
from jobs.reports import NAME, Reports
from playground.company import Company, founded
from playground.slack import Message
from playground.voipms import VoipMsServer
from rules.periods import Unit, absolute
from rules.plans import Plan, Told
from rules.schedule import Rhythm, Schedule
from store import Store, Transaction, outbox, report_runs, reports
from store.reports import Standing
from store.tables import report_run
from tests.delivering import Bench, client_of
from voipms import Pace, VoipMs

EVENING = datetime(2026, 11, 23, 23, tzinfo=UTC)
"""Monday, 18:00 in Toronto."""
MORNING = datetime(2026, 11, 24, 13, tzinfo=UTC)
"""Tuesday, 08:00 in Toronto."""
ALICE, BOB = "U0ALICE", "U0BOB"
CHANNEL = "C0PHONES"
HOUR = timedelta(hours=1)


@cache
def company() -> Company:
    """One that nobody changes."""
    return founded(seed=1, now=MORNING)


def schedule(rhythm: Rhythm = Rhythm.DAILY, at: str = "08:00", zone: str = "America/Toronto", **more: Any) -> Schedule:
    return Schedule(rhythm=rhythm, at=time.fromisoformat(at), zone=zone, **more)


def plan(**differs: Any) -> Plan:
    """Daily at eight in Toronto, unless it differs."""
    return Plan(**{"schedule": schedule(), "channel": CHANNEL, **differs})


class Office:
    """Reports and their delivery at work, step by step, on one clock.

    Attributes:
        bench: The outbox, delivery and Slack.
        phones: The company's VoIP.ms.
    """

    def __init__(self, store: Store, of: Company | None = None) -> None:
        self.store = store
        painters: dict[str, Painter] = {NAME: lambda message: self.job.draw(message)}
        self.bench = Bench(store, admins=[ALICE], painters=painters, minders={"report": lambda *given: self.job.refused(*given)})
        self.bench.now = EVENING
        self.slack = self.bench.slack
        self.slack.rules.rate_limits = False
        self.alice, self.bob = self.slack.person(ALICE), self.slack.person(BOB)
        self.phones = VoipMsServer(of or company(), clock=lambda: self.now.timestamp())
        self._number = 0
        self._waited = 0.0
        pace = Pace(per_minute=60_000, clock=lambda: self._waited, wait=self._wait)
        self.client = VoipMs(self.phones.username, self.phones.password, url=self.phones.url, timeout=5, pace=pace)
        self.may_have: Callable[[str], bool] = lambda person: True
        self.job = self.worker()

    def _wait(self, condition: object, seconds: float | None) -> None:
        """Nobody else asks VoIP.ms: a pause before another try is over at once."""
        self._waited += seconds or 0

    def worker(self) -> Reports:
        """Another one, as after a restart or in another process."""
        return Reports(
            self.store,
            self.client,
            may_have=lambda person: self.may_have(person),
            shared=partial(is_shared, client_of(self.slack.api_url, self.slack.bot_token)),
            admins=frozenset([ALICE]),
            clock=lambda transaction: self.now,
        )

    @property
    def now(self) -> datetime:
        return self.bench.now

    @now.setter
    def now(self, at: datetime) -> None:
        self.bench.now = at

    def make(self, by: str = ALICE, **differs: Any) -> Standing:
        made = self.store.write(lambda transaction: reports.make(transaction, plan(**differs), by, self.now))
        self._number = made.id
        return made

    def ask(self, day: date = date(2026, 11, 23)) -> None:
        """Somebody wants a report of that day now."""
        one = self.standing
        self.write(lambda transaction: report_runs.ask_for(transaction, one, absolute(day, day, Unit.DAY), self.now))

    def change(self, **differs: Any) -> None:
        """Somebody changes the report that was made last."""
        before = self.standing
        self.write(lambda transaction: reports.change(transaction, before, replace(before.plan, **differs), self.now))

    @property
    def standing(self) -> Standing:
        """The report that was made last, as it is now."""
        with self.store.reading() as transaction:
            found = reports.one(transaction, self._number)
        assert found is not None
        return found

    def write(self, body: Callable[[Transaction], Any]) -> Any:
        return self.store.write(body)

    def at(self, when: datetime) -> None:
        """The clock is set, and everybody does what is due."""
        self.now = when
        self.job.tick()
        while self._on_the_way():
            self.bench.tick()
            self.bench.now += timedelta(seconds=2)

    def _on_the_way(self) -> int:
        with self.store.reading() as transaction:
            counts = outbox.counts(transaction)
        return counts["new"] + counts["sending"]

    def restart(self) -> None:
        self.bench.restart()
        self.job = self.worker()

    def messages(self, channel: str = CHANNEL) -> list[Message]:
        """What stands in a channel, files and replies too."""
        return self.slack.messages(channel)

    def posts(self, channel: str = CHANNEL) -> list[str]:
        """The first line of each message that is no reply."""
        return [one.text for one in self.messages(channel) if not one.thread_ts or one.thread_ts == one.ts]

    def runs(self) -> dict[str, str]:
        """The status of each period, in the order in which they were due."""
        with self.store.reading() as transaction:
            return {row.period: row.status for row in transaction.execute(report_run.select().order_by(report_run.c.due_at))}

    def told(self, period: str) -> Told:
        """What the report of that period said."""
        with self.store.reading() as transaction:
            row = transaction.execute(report_run.select().where(report_run.c.period == period)).one()
        assert isinstance(row.told, Told)
        return row.told

    def states(self) -> dict[int, report_runs.State]:
        with self.store.reading() as transaction:
            return report_runs.latest(transaction)

    def close(self) -> None:
        self.client.close()
        self.phones.close()
        self.bench.delivery.close()
        self.slack.close()


@contextmanager
def office(store: Store, of: Company | None = None) -> Iterator[Office]:
    made = Office(store, of)
    try:
        yield made
    finally:
        made.close()
