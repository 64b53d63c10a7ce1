"""Processes killed at each point between a transition and its message: after a restart it stands in the channel exactly once.

Everything is real: SIGKILL, both databases, HTTP, and the clock. Slack takes its time with a request, and goes on with it when whoever
asked is gone; the settle time is longer than that.
"""

import random
import signal
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from playground.slack import Dropped, RateLimited, SlackServer, Slow, Status
from store import Store, outbox, settings, shared_now
from tests.children import Child
from tests.contract.delivery_child import ASLEEP, BEFORE_REQUEST, NOWHERE, THINGS, delivery, drawn, main
from tests.databases import PostgresServer

PROCESSING = 0.12
POINTS = {
    "before the transaction": "before write 1 of main",
    "in the middle of the transaction": "inside write 1 of main",
    "after its commit": "after write 1 of main",
    "in the middle of the claim": "inside write 2 of main",
    "after the claim": "after write 2 of main",
    "before the request": BEFORE_REQUEST,
    "before the mark": "before write 1 of delivery",
    "in the middle of the mark": "inside write 1 of delivery",
    "after the mark": "after write 1 of delivery",
}
"""Where a process kills itself."""


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer() as made:
        made.rules.rate_limits = False
        for thing in range(THINGS):
            made.channel(f"C0THING{thing}", f"thing-{thing}")
        yield made


def child(point: str, database_url: str, slack: SlackServer, *more: str) -> Child:
    return Child(main, point, database_url, slack.api_url, slack.bot_token, *more)


def died(process: Child) -> bool:
    return process.ended() == -signal.SIGKILL


def live_on(database_url: str, slack: SlackServer, seconds: float = 20) -> None:
    """The restart: whatever is left in the outbox is delivered."""
    until = time.monotonic() + seconds
    with Store(database_url) as store:
        worker = delivery(store, slack.api_url, slack.bot_token, {"number": drawn})
        while time.monotonic() < until:
            worker.tick()
            with store.reading() as transaction:
                left = outbox.counts(transaction)
            if not left["new"] + left["sending"]:
                break
            time.sleep(0.02)
        worker.close()
        assert left == {"new": 0, "sending": 0, "dead": 0}


def agreed(database_url: str, slack: SlackServer) -> list[int]:
    """How far each thing has come, as its channel shows it: every number once, in order, and as far as the state says."""
    with Store(database_url) as store, store.reading() as transaction:
        states = [settings.get(transaction, f"state {thing}") for thing in range(THINGS)]
    numbers = [int(state.value) if state else 0 for state in states]
    for thing, number in enumerate(numbers):
        said = [message.text for message in slack.messages(f"C0THING{thing}")]
        assert said == [str(one) for one in range(1, number + 1)], f"thing {thing}"
    return numbers


@pytest.mark.parametrize("point", POINTS.values(), ids=POINTS.keys())
def test_a_transition_is_told_once_wherever_its_process_dies(database_url: str, slack: SlackServer, point: str) -> None:
    with child(point, database_url, slack) as process:
        assert died(process)
    live_on(database_url, slack)
    stored = point.split()[:2] != ["before", "write"] or point.endswith("delivery")
    assert sum(agreed(database_url, slack)) == (1 if stored and point != "inside write 1 of main" else 0)


KILLED_BY_SLACK: dict[str, tuple[str, str, Any]] = {
    "while Slack works on it": ("arrived", "chat.postMessage", Slow(PROCESSING)),
    "before it reads the answer": ("call", "chat.postMessage", None),
    "when it was told to come later": ("call", "chat.postMessage", RateLimited(1)),
    "when the connection dropped after the work": ("call", "chat.postMessage", Dropped(before=False)),
    "when the connection dropped before the work": ("call", "chat.postMessage", Dropped(before=True)),
    "in the middle of a look": ("arrived", "conversations.history", Slow(PROCESSING)),
    "when a look failed": ("call", "conversations.history", Status(503)),
}


@pytest.mark.parametrize(("when", "method", "fault"), KILLED_BY_SLACK.values(), ids=KILLED_BY_SLACK.keys())
def test_a_transition_is_told_once_when_its_process_dies(database_url: str, slack: SlackServer, when: str, method: str, fault: Any) -> None:
    killed = threading.Event()
    processes: list[Child] = []

    def kill(kind: str, value: Any) -> None:
        if kind == when and method == (value if kind == "arrived" else value.method) and not killed.is_set():
            killed.set()
            processes[0].send(signal.SIGKILL)

    if method == "conversations.history":
        slack.fail(Dropped(before=False), method="chat.postMessage")
    if fault is not None:
        slack.fail(fault, method=method)
    with child(NOWHERE, database_url, slack) as process:
        processes.append(process)
        slack.on_change(kill)
        assert died(process) and killed.is_set()
    live_on(database_url, slack)
    assert sum(agreed(database_url, slack)) == 1


def test_a_process_that_was_frozen_in_its_request_says_nothing_twice_when_it_wakes_up(postgres: PostgresServer, slack: SlackServer) -> None:
    url = postgres.database()
    frozen = threading.Event()
    processes: list[Child] = []

    def freeze(kind: str, value: Any) -> None:
        if kind == "arrived" and value == "chat.postMessage" and not frozen.is_set():
            processes[0].send(signal.SIGSTOP)
            frozen.set()

    slack.fail(Slow(PROCESSING), method="chat.postMessage")
    with child(NOWHERE, url, slack) as process:
        processes.append(process)
        slack.on_change(freeze)
        assert frozen.wait(30)
        live_on(url, slack)
        wakes_up_and_works(process, url, slack)
    assert sum(agreed(url, slack)) == 1


def test_a_process_that_was_frozen_before_its_request_does_not_make_it_any_more(postgres: PostgresServer, slack: SlackServer) -> None:
    url = postgres.database()
    with child(ASLEEP, url, slack) as process:
        process.wait_for("asleep")
        live_on(url, slack)
        wakes_up_and_works(process, url, slack)
    assert sum(agreed(url, slack)) == 1
    assert sum(call.method == "chat.postMessage" for call in slack.calls) == 2, "its own, and the one that shows that it works"


def wakes_up_and_works(process: Child, url: str, slack: SlackServer) -> None:
    """The process goes on where it was, and delivers what comes next."""
    process.send(signal.SIGCONT)
    with Store(url) as store, store.writing() as transaction:
        outbox.put(transaction, "last", "C0ALERTS", "post", "last", {"text": "last"}, shared_now(transaction))
    slack.wait_for(lambda: slack.messages("C0ALERTS"))


@pytest.mark.soak
@pytest.mark.parametrize("kills", [100])
def test_nothing_is_lost_or_told_twice_by_processes_that_die_all_the_time(database_url: str, slack: SlackServer, kills: int) -> None:
    chance = random.Random(kills)
    for _ in range(kills):
        slack.heal()
        fault = chance.choice([None, Slow(PROCESSING), Dropped(before=False), Dropped(before=True), RateLimited(1), Status(503)])
        if fault is not None:
            slack.fail(fault, method=chance.choice(["chat.postMessage", "conversations.history"]), times=chance.randint(1, 3))
        with child(NOWHERE, database_url, slack, "endless") as process:
            process.wait_for("ready")
            time.sleep(chance.uniform(0, 2))
    slack.heal()
    live_on(database_url, slack, seconds=120)
    assert sum(agreed(database_url, slack)) > kills
