"""Processes that watch, killed and frozen: another one goes on, nobody is asked twice, nothing is lost and nothing said twice."""

import random
import signal
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from sqlalchemy import select

from playground.company import founded
from playground.voipms import VoipMsServer
from rules.timeline import BLIND
from rules.watch import State
from store import Store, incidents, lines
from store.tables import outbox, transition
from tests.contract.watch_child import Watcher
from tests.databases import PostgresServer

FEW = ("100001_ana", "100001_fax", "100001_frontdesk")
BRANCH = "Laval branch"


def until(true: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait until it is true."""
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, "it never came to that"
        time.sleep(0.02)


@pytest.fixture
def server() -> Iterator[VoipMsServer]:
    """A dozen phones."""
    company = founded(seed=1, now=datetime.now(UTC), days=2)
    company.sub_accounts = {login: one for login, one in company.sub_accounts.items() if login in FEW or one.site.name == BRANCH}
    with VoipMsServer(company) as made:
        yield made


def looks(server: VoipMsServer) -> dict[str, list[float]]:
    """When each account was asked about."""
    times: dict[str, list[float]] = defaultdict(list)
    for one in server.asked:
        if one.method == "getRegistrationStatus":
            times[one.params["account"]].append(one.at)
    return times


def first_look_after(server: VoipMsServer, at: float) -> float:
    def later() -> list[float]:
        return [look for times in looks(server).values() for look in times if look > at]

    until(later)
    return min(later())


def test_of_two_processes_one_looks_and_the_other_takes_over_when_that_one_is_frozen_or_killed(
    postgres: PostgresServer, server: VoipMsServer
) -> None:
    url, seconds, ttl = postgres.database(), 1.0, 1.0
    with Watcher(url, server, seconds, ttl) as one, Watcher(url, server, seconds, ttl) as two:
        until(lambda: one.begun or two.begun)
        looks_now, waits = (one, two) if one.begun else (two, one)
        until(lambda: max(map(len, looks(server).values()), default=0) >= 3)
        assert not waits.begun
        frozen_at = time.time()
        looks_now.send(signal.SIGSTOP)
        until(lambda: waits.begun)
        first_look_after(server, frozen_at + 0.1)
        looks_now.send(signal.SIGCONT)
        so_far = len(server.asked)
        until(lambda: len(server.asked) > so_far + 20)
        assert (looks_now.begun, waits.begun) == (1, 1), "the one that was frozen waits"
        killed_at = time.time()
        waits.kill()
        until(lambda: looks_now.begun == 2)
        first_look_after(server, killed_at + 0.1)
        so_far = len(server.asked)
        until(lambda: len(server.asked) > so_far + 20)
    at_rest = [times for account, times in looks(server).items() if server.company.registrations(account)]
    hasty = [later - earlier for times in at_rest for earlier, later in pairwise(times) if later - earlier < 0.9 * seconds]
    # a look that was on the wire when its process was frozen or killed is taken again
    assert len(hasty) <= 2


@pytest.mark.parametrize("kills", [2, pytest.param(60, marks=pytest.mark.soak)])
def test_a_process_that_is_killed_at_any_instant_loses_nothing_and_says_nothing_twice(
    database_url: str, server: VoipMsServer, kills: int
) -> None:
    chance, company = random.Random(kills), server.company

    def watcher() -> Watcher:
        return Watcher(database_url, server, 0.3, 0.5)

    def found(state: State) -> Callable[[], bool]:
        """Whether all phones of the branch are so."""

        def all_are() -> bool:
            with Store.peek(database_url) as store, store.reading() as transaction:
                known = [one.line.state for one in lines.every(transaction) if company.phones[one.account] and one.account in branch]
            return set(known) == {state}

        return all_are

    branch = company.site(BRANCH)
    with watcher() as first:
        until(lambda: first.begun)
        until(found(State.OK))
    for n in range(kills):
        with watcher() as one:
            until(lambda: one.begun)
            (company.plug_in_site if n % 2 else company.unplug_site)(BRANCH)
            time.sleep(chance.uniform(0.1, 1.5))
            one.kill()
    with watcher():
        company.unplug_site(BRANCH)
        until(found(State.MISSING))
        company.plug_in_site(BRANCH)
        until(found(State.OK))
    with Store(database_url) as store, store.reading() as transaction:
        accounts = [one for one in lines.every(transaction) if one.watched]
        happened = incidents.history(transaction, company.founded_at)
        keys = Counter(key.partition(":")[2] for (key,) in transaction.execute(select(outbox.c.key)))
        posts = [row.thing for row in transaction.execute(select(outbox).where(outbox.c.kind == "post"))]
        passages = list(transaction.execute(select(transition).order_by(transition.c.id)))
    assert {one.line.state for one in accounts} == {State.OK, State.UNSEEN}
    assert happened and not any(one.running for one in happened)
    # each note of each outage was put into the outbox, and each outage was told once
    for incident in happened:
        assert {key for key in keys if key.startswith(f"{incident.id}:")} == {f"{incident.id}:{n}" for n in range(1, incident.seq + 1)}
    assert len(posts) == len(set(posts))
    # what each account went through has no hole in it
    for account in accounts:
        mine = [(row.before, row.after) for row in passages if row.account == account.account]
        assert all(after == before for (_, after), (before, _) in pairwise(mine))
        if mine:
            assert (mine[0][0], mine[-1][1]) == (State.UNSEEN.value, account.line.state.value)
            assert BLIND not in (mine[0][0], mine[-1][1])
