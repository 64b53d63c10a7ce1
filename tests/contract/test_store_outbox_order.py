"""The order of the outbox, on both engines and whatever happens: histories of puts, sends, failures and crashes.

Edits do not rest here: while one rests, other things of its channel pass, which has tests of its own.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from store import Store, Transaction, outbox
from store.outbox import BETWEEN_MESSAGES, Message
from store.tables import outbox as rows
from store.tables import posted

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SETTLE = timedelta(seconds=30)
CHANNELS = ("C0ONE", "C0TWO")
THINGS = ("outage 1", "outage 2")

puts = st.tuples(
    st.just("put"), st.sampled_from(["post", "reply", "reply", "update", "update"]), st.sampled_from(THINGS), st.sampled_from(CHANNELS)
)
sends = st.tuples(
    st.sampled_from(["sent", "sent", "sent", "postponed", "refused", "crash before Slack", "crash after Slack", "crash twice"])
)
histories = st.lists(puts | puts | sends, max_size=40)


@dataclass
class World:
    """The outbox, and a Slack that keeps what it got.

    Attributes:
        put: The keys in the order in which they were put, by channel.
        got: The messages Slack took, by channel; an edit each time.
        refused: The keys of those it refused.
    """

    store: Store
    now: datetime = NOON
    put: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    got: dict[str, list[tuple[str, Message]]] = field(default_factory=lambda: defaultdict(list))
    refused: set[str] = field(default_factory=set)

    def do(self, question: Any, *words: object) -> Any:
        return self.store.write(lambda transaction: question(transaction, *words))

    def slack_takes(self, message: Message) -> str:
        ts = f"{sum(map(len, self.got.values())) + 1}.0"
        self.got[message.channel].append((ts, message))
        return ts if message.kind != "update" else str(message.parent_ts)

    def slack_has(self, message: Message) -> str | None:
        return next((ts for ts, taken in self.got[message.channel] if taken.key == message.key), None)

    def step(self, step: tuple[str, ...]) -> None:
        self.now += timedelta(seconds=1)
        if step[0] == "put":
            _, kind, thing, channel = step
            key = f"{sum(map(len, self.put.values())) + 1} {kind} {thing} {channel}"
            assert self.do(outbox.put, key, channel, kind, thing, {"key": key}, self.now)
            self.put[channel].append(key)
            assert not self.do(outbox.put, key, channel, kind, thing, {"key": key}, self.now)
            return
        message = self.do(outbox.claim, self.now, "a", BETWEEN_MESSAGES, timedelta())
        if message is not None:
            self.send(message, step[0])

    def send(self, message: Message, how: str) -> None:
        assert message.kind == "post" or message.parent_ts is not None
        match how:
            case "sent":
                assert self.do(outbox.settled, message, self.slack_takes(message), self.now)
            case "postponed":
                assert self.do(outbox.postponed, message, self.now + timedelta(seconds=3), "ratelimited")
            case "refused":
                assert self.do(outbox.refused, message, "is_archived")
                self.refused.add(message.key)
            case _:
                if how != "crash before Slack":
                    self.slack_takes(message)
                self.restart(2 if how == "crash twice" else 1)
                # it was only slow, and comes back
                assert not self.do(outbox.settled, message, "0.0", self.now)

    def restart(self, times: int) -> None:
        """After a crash: ask Slack for what is unclear; the last of so many tries gets that far."""
        for number in range(1, times + 1):
            self.now += SETTLE
            while unclear := self.do(outbox.claim_unclear, self.now, "b", SETTLE):
                if number < times:
                    continue
                ts = self.slack_has(unclear)
                assert self.do(outbox.settled, unclear, ts, self.now) if ts else self.do(outbox.not_found, unclear)

    def drain(self) -> None:
        """Send all that is left."""
        for _ in range(200):
            self.now += timedelta(seconds=2)
            message = self.do(outbox.claim, self.now, "a", BETWEEN_MESSAGES, timedelta())
            if message is None and self.do(outbox.counts) == {"new": 0, "sending": 0, "dead": self.do(outbox.counts)["dead"]}:
                return
            if message is not None:
                self.send(message, "sent")
        raise AssertionError("something waits for ever")


def number_of(key: str) -> int:
    """Its place among all that was put."""
    return int(key.split()[0])


def empty(transaction: Transaction) -> None:
    transaction.execute(delete(rows))
    transaction.execute(delete(posted))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(histories)
def test_every_message_reaches_slack_once_in_order_after_its_parent(store: Store, history: list[tuple[str, ...]]) -> None:
    store.write(empty)
    world = World(store)
    for step in history:
        world.step(step)
    world.drain()
    with store.reading() as transaction:
        ended = {row.key: row for row in transaction.execute(select(rows))}
    assert {row.status for row in ended.values()} <= {"sent", "replaced", "dead"}
    for channel in CHANNELS:
        taken = [message for _, message in world.got[channel]]
        once = [message.key for message in taken if message.kind != "update"]
        # each post and reply that was put reached Slack once, or is a dead letter
        assert len(set(once)) == len(once)
        wanted = [key for key in world.put[channel] if " update " not in key]
        assert once == [key for key in wanted if ended[key].status == "sent"]
        assert all(ended[key].status in ("sent", "dead") for key in wanted)
        # what follows a post goes to the newest one that Slack took before it
        place: dict[str, str] = {}
        for ts, message in world.got[channel]:
            if message.kind == "post":
                place[message.thing] = ts
            else:
                assert message.parent_ts == place[message.thing]
        # the edit that was put last is the one that Slack shows, unless it was refused
        for thing in THINGS:
            edits = [key for key in world.put[channel] if f" update {thing} " in key]
            shown = [message.key for message in taken if message.kind == "update" and message.thing == thing]
            assert shown == sorted(shown, key=number_of)
            if edits and ended[edits[-1]].status == "sent":
                assert shown[-1] == edits[-1]
            assert all(ended[key].status != "replaced" for key in edits[-1:])
            # and no message of the thing that was put before an edit comes after it
            of_thing = [message for message in taken if message.thing == thing]
            for place_in, message in enumerate(of_thing):
                if message.kind == "update":
                    late = [other.key for other in of_thing[place_in:] if other.kind == "post"]
                    assert all(number_of(key) > number_of(message.key) for key in late)
        # what died was refused, or had no message to follow
        posts = [(number_of(message.key), message.thing) for message in taken if message.kind == "post"]
        for key in world.put[channel]:
            followed = any(number < number_of(key) and thing == ended[key].thing for number, thing in posts)
            if ended[key].status == "dead" and key not in world.refused:
                assert not followed and ended[key].error == outbox.ORPHAN
