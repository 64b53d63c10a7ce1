"""The budget that replicas share, on both engines: the sums of the one in memory, on one row."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from store import Store, Transaction
from store.budget import SharedBudget
from store.tables import budget as rows
from voipms.budget import CLEAN_SECONDS, PAUSE_SECONDS, Budget, MemoryBudget
from voipms.pace import Pace, Priority

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LOGIN = "owner@example.com"


class Clock:
    """A clock that a test moves: instants for the database, seconds for the memory."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def shared(self, transaction: Transaction) -> datetime:
        return NOON + timedelta(seconds=self.seconds)

    def growing(self) -> float:
        return NOON.timestamp() + self.seconds


def shared(store: Store, clock: Clock, per_minute: float | None = None) -> SharedBudget:
    return SharedBudget(store, LOGIN, per_minute, clock.shared)


def test_two_replicas_spend_from_one_budget(store: Store) -> None:
    clock = Clock()
    one, two = shared(store, clock, 60), shared(store, clock, 60)
    assert one.take(ahead=False) == 0
    assert two.take(ahead=False) == pytest.approx(1)
    clock.seconds += 1
    assert two.take(ahead=False) == 0
    assert one.take(ahead=False) == pytest.approx(1)


def test_many_at_once_spend_no_more_than_there_is(store: Store) -> None:
    clock = Clock()
    replicas = [shared(store, clock, 60) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        waits = [wait for replica in threads.map(lambda replica: [replica.take(True) for _ in range(10)], replicas) for wait in replica]
    assert waits.count(0) == 21  # one that is due, and a third of a minute's that people may spend before


def test_what_one_replica_learns_all_know(store: Store) -> None:
    clock = Clock()
    one, two = shared(store, clock), shared(store, clock)
    assert one.rate == two.rate == 60
    one.limited()
    assert one.rate == 30
    assert two.pause() == pytest.approx(PAUSE_SECONDS)
    assert two.take(ahead=True) == pytest.approx(PAUSE_SECONDS)
    assert two.rate == 30
    two.limited()  # what was under way when the first one heard of it says nothing new
    assert two.rate == 30
    clock.seconds += PAUSE_SECONDS
    assert (two.pause(), two.take(ahead=False)) == (0, 0)
    clock.seconds += CLEAN_SECONDS
    assert one.take(ahead=False) == 0
    assert one.rate == 35


def test_what_was_learned_outlives_a_restart_within_the_ceiling(database_url: str) -> None:
    clock = Clock()
    with Store(database_url) as store:
        shared(store, clock, 100).limited()
    with Store(database_url) as store:
        assert shared(store, clock, 100).rate == 50
        assert shared(store, clock, 20).rate == 20
        assert SharedBudget(store, "other@example.com", 100, clock.shared).rate == 100


def test_it_takes_the_place_of_the_one_in_memory(store: Store) -> None:
    budget: Budget = SharedBudget(store, LOGIN, 60_000)
    pace = Pace(budget=budget)
    with pace.turn(Priority.PERSON):
        assert pace.rate == 60_000
    with pace.turn(Priority.SWEEP):
        pass


steps = st.lists(
    st.tuples(st.sampled_from(["take", "ahead", "limited", "pause"]), st.floats(0, 700).map(lambda seconds: round(seconds, 3))), max_size=30
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.sampled_from([None, 6.0, 60.0, 1000.0]), steps)
def test_it_says_what_the_one_in_memory_would_say(store: Store, per_minute: float | None, steps: list[tuple[str, float]]) -> None:
    store.write(lambda transaction: transaction.execute(delete(rows)))
    clock = Clock()
    replicas = [shared(store, clock, per_minute) for _ in range(2)]
    alone = MemoryBudget(per_minute, clock.growing)
    for number, (step, seconds) in enumerate(steps):
        replica = replicas[number % 2]
        match step:
            case "limited":
                replica.limited()
                alone.limited()
            case "pause":
                assert replica.pause() == pytest.approx(alone.pause(), abs=1e-4)
            case _:
                assert replica.take(step == "ahead") == pytest.approx(alone.take(step == "ahead"), abs=1e-4)
                assert replica.rate == pytest.approx(alone.rate)
        clock.seconds += seconds
