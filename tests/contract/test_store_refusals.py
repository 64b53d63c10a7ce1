"""What the workspace refuses, on both engines."""

from datetime import UTC, datetime, timedelta

from store import Store
from store.refusals import KEPT, Refusals

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_what_was_learnt_is_known_after_a_restart(store: Store) -> None:
    before = Refusals(store, lambda: NOON)
    assert before.kinds() == frozenset()
    before.learn(("table", "data_table"))
    before.learn(())
    assert before.kinds() == Refusals(store, lambda: NOON).kinds() == {"table", "data_table"}


def test_it_is_tried_again_after_a_month(store: Store) -> None:
    Refusals(store, lambda: NOON).learn(("table",))
    assert Refusals(store, lambda: NOON + KEPT - timedelta(seconds=1)).kinds() == {"table"}
    late = Refusals(store, lambda: NOON + KEPT)
    assert late.kinds() == frozenset()
    late.learn(("table",))
    assert Refusals(store, lambda: NOON + KEPT * 1.5).kinds() == {"table"}


def test_without_a_database_it_is_known_as_long_as_the_process_runs() -> None:
    alone = Refusals()
    alone.learn(("table",))
    assert alone.kinds() == {"table"} and Refusals().kinds() == frozenset()
