"""What the tests of delivery share: an outbox and a workspace, and delivery between them on a clock that a test moves."""

import logging
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from slack_sdk import WebClient
from sqlalchemy import select

from jobs.delivery import Delivery, Minder
from jobs.painting import Painter
from playground.slack import Message, SlackServer
from store import Store, outbox
from store.outbox import Kind
from store.refusals import Refusals
from store.tables import outbox as rows

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SETTLE = timedelta(seconds=30)
CHANNEL, OTHER = "C0ALERTS", "C0REPORTS"


def client_of(api_url: str, token: str) -> WebClient:
    """As the bot makes it: it asks once."""
    quiet = logging.getLogger("tests.slack")
    quiet.setLevel(logging.CRITICAL)
    return WebClient(token, base_url=api_url, timeout=10, retry_handlers=[], logger=quiet)


class Bench:
    """Delivery at work, step by step.

    Attributes:
        now: The time, for the outbox, for delivery and for Slack.
        skew: How far Slack's clock is from it.
    """

    def __init__(
        self,
        store: Store,
        admins: Collection[str] = (),
        painters: Mapping[str, Painter] | None = None,
        minders: Mapping[str, Minder] | None = None,
    ) -> None:
        self.store = store
        self.now = NOON
        self.skew = timedelta()
        self.slack = SlackServer(clock=lambda: (self.now + self.skew).timestamp())
        self.refusals = Refusals(store, lambda: self.now)
        self.admins = admins
        self.painters = painters or {}
        self.minders = minders or {}
        self.delivery = self.worker()

    def worker(self) -> Delivery:
        """Another one, as after a restart or in another process."""
        return Delivery(
            self.store,
            client_of(self.slack.api_url, self.slack.bot_token),
            self.painters,
            self.refusals,
            settle=SETTLE,
            admins=self.admins,
            minders=self.minders,
            clock=lambda transaction: self.now,
            monotonic=self.now_in_seconds,
        )

    def now_in_seconds(self) -> float:
        return self.now.timestamp()

    def restart(self) -> None:
        self.delivery.close()
        self.delivery = self.worker()

    def put(self, key: str, kind: Kind = "post", thing: str = "", channel: str = CHANNEL, **payload: Any) -> None:
        """A message whose text is its key, unless the payload is given."""
        words = payload.get("payload") or payload or {"text": key}
        self.store.write(lambda transaction: outbox.put(transaction, key, channel, kind, thing or key, words, self.now))

    def tick(self, seconds: float = 0) -> None:
        """Some time passes, and then all is sent that may be."""
        self.now += timedelta(seconds=seconds)
        self.delivery.tick()

    def ticks(self, seconds: int) -> None:
        """So many seconds pass, with a tick in each."""
        for _ in range(seconds):
            self.tick(1)

    def messages(self, channel: str = CHANNEL) -> list[Message]:
        return self.slack.messages(channel)

    def texts(self, channel: str = CHANNEL) -> list[str]:
        return [message.text for message in self.messages(channel)]

    def statuses(self) -> dict[str, str]:
        with self.store.reading() as transaction:
            return {row.key: row.status for row in transaction.execute(select(rows).order_by(rows.c.id))}

    def asked(self, method: str) -> int:
        """How often Slack was asked for something."""
        return sum(call.method == method for call in self.slack.calls)

    def delete(self, message: Message) -> None:
        """Somebody takes it away in Slack."""
        self.slack.workspace.delete(message)


@contextmanager
def bench(
    store: Store,
    admins: Collection[str] = (),
    painters: Mapping[str, Painter] | None = None,
    minders: Mapping[str, Minder] | None = None,
) -> Iterator[Bench]:
    made = Bench(store, admins, painters, minders)
    try:
        yield made
    finally:
        made.delivery.close()
        made.slack.close()
