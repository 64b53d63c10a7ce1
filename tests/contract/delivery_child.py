"""A process that is killed between the outbox and Slack.

It stores a change with its message, and delivers what there is until it is killed: by itself at a point, or by whoever watches it.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from threading import current_thread, get_ident
from typing import TypeVar

from jobs.delivery import Delivery
from jobs.painting import Painter, Words
from store import Store, Transaction, outbox, settings, shared_now
from store.outbox import Message
from store.refusals import Refusals
from tests.delivering import client_of

T = TypeVar("T")

SETTLE = timedelta(seconds=0.5)
NOWHERE = "nowhere"
"""A point at which nobody dies."""
BEFORE_REQUEST = "before the request"
ASLEEP = "asleep before the request"
THINGS = 40


def die() -> None:
    """As a process dies that nobody asks."""
    os.kill(os.getpid(), signal.SIGKILL)


class Dying(Store):
    """A store whose process dies before, inside or after one of its writes: ``after write 2 of main``.

    Writes are counted by thread: those of delivery's own threads store how a message ended.
    """

    def __init__(self, database_url: str, point: str) -> None:
        super().__init__(database_url)
        self._point = point
        self._writes: dict[str, int] = {}

    def write(self, body: Callable[[Transaction], T]) -> T:
        """As ever, unless this is the one."""
        thread = "main" if current_thread().name == "MainThread" else "delivery"
        self._writes[thread] = self._writes.get(thread, 0) + 1
        what = f"write {self._writes[thread]} of {thread}"

        def inside(transaction: Transaction) -> T:
            done = body(transaction)
            self._die_at(f"inside {what}")
            return done

        self._die_at(f"before {what}")
        done = super().write(inside)
        self._die_at(f"after {what}")
        return done

    def _die_at(self, point: str) -> None:
        if point == self._point:
            die()


def change(transaction: Transaction, number: int, thing: int) -> None:
    """A transition: the state, and the message about it, which is drawn from its number. Each thing has a channel of its own."""
    settings.put(transaction, f"state {thing}", number, "U0ALICE", shared_now(transaction))
    payload = {"draw": "number", "number": number}
    kind: outbox.Kind = "post" if number == 1 else "reply"
    outbox.put(transaction, f"{thing}:{number}", f"C0THING{thing}", kind, str(thing), payload, shared_now(transaction))


def delivery(store: Store, api_url: str, token: str, painters: dict[str, Painter], between: timedelta = timedelta()) -> Delivery:
    """As the bot makes it, but for the times."""
    client = client_of(api_url, token)
    return Delivery(store, client, painters, Refusals(store), settle=SETTLE, between=between, edits=timedelta())


def drawn(message: Message) -> Words:
    """The number of the transition."""
    return Words(text=str(message.payload["number"]))


def dying(message: Message) -> Words:
    """Nobody hears the number."""
    die()
    raise AssertionError


def sleeping(message: Message) -> Words:
    """The process is stopped, as by a machine that sleeps; whoever wakes it up gets the number."""
    say("asleep")
    # sent to this very thread: one that is sent to the process may be taken by another, while this one goes on for a moment
    signal.pthread_kill(get_ident(), signal.SIGSTOP)
    return drawn(message)


PAINTERS: dict[str, Painter] = {BEFORE_REQUEST: dying, ASLEEP: sleeping}


def say(words: str) -> None:
    """One line to the test, at once."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def next_change(store: Store) -> None:
    """The thing that has had the fewest goes on by one."""

    def body(transaction: Transaction) -> None:
        had = {thing: settings.get(transaction, f"state {thing}") for thing in range(THINGS)}
        numbers = {thing: int(state.value) if state else 0 for thing, state in had.items()}
        thing = min(numbers, key=lambda thing: numbers[thing])
        change(transaction, numbers[thing] + 1, thing)

    store.write(body)


def main(point: str, database_url: str, api_url: str, token: str, endless: str = "") -> None:
    """One life of it."""
    with Dying(database_url, point) as store:
        worker = delivery(store, api_url, token, {"number": PAINTERS.get(point, drawn)})
        say("ready")
        if not endless:
            store.write(lambda transaction: change(transaction, 1, 0))
        while True:
            if endless:
                next_change(store)
            worker.tick()
            time.sleep(0.01)
