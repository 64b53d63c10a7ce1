"""Wrong tries: five in ten minutes, counted per key, parallel guesses included."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from handlers.tries import Tries

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_five_tries_go_ahead_and_the_sixth_is_told_when() -> None:
    tries = Tries()
    assert [tries.take(["ana"], NOON + n * MINUTE) for n in range(5)] == [None] * 5
    assert tries.take(["ana"], NOON + 5 * MINUTE) == NOON + 10 * MINUTE


def test_at_the_instant_that_was_told_one_more_try_goes_ahead() -> None:
    tries = Tries()
    for n in range(5):
        tries.take(["ana"], NOON + n * MINUTE)
    again_at = tries.take(["ana"], NOON + 9 * MINUTE)
    assert again_at is not None
    assert tries.take(["ana"], again_at - timedelta(microseconds=1)) is not None
    assert tries.take(["ana"], again_at) is None
    assert tries.take(["ana"], again_at) == NOON + 11 * MINUTE


def test_a_try_given_back_does_not_count() -> None:
    tries = Tries()
    for n in range(50):
        at = NOON + timedelta(seconds=n)
        assert tries.take(["ana"], at) is None
        tries.give_back(["ana"], at)
    assert tries.left(["ana"], NOON) == 5


def test_giving_back_takes_back_one_try_only() -> None:
    tries = Tries()
    tries.take(["ana"], NOON)
    tries.take(["ana"], NOON)
    tries.give_back(["ana"], NOON)
    assert tries.left(["ana"], NOON) == 4
    tries.give_back(["ben"], NOON)
    assert tries.left(["ben"], NOON) == 5


def test_each_key_counts_alone_and_one_full_key_is_enough_to_refuse() -> None:
    tries = Tries()
    for n in range(5):
        assert tries.take([f"person {n}", "one e-mail"], NOON) is None
    assert tries.take(["person 9", "one e-mail"], NOON) == NOON + 10 * MINUTE
    assert tries.left(["person 9"], NOON) == 5, "a refused try must not count for the other key"
    assert tries.take(["person 9", "another e-mail"], NOON) is None


def test_the_later_of_two_full_keys_decides_when() -> None:
    tries = Tries()
    for _ in range(5):
        tries.take(["ana"], NOON)
        tries.take(["mail"], NOON + MINUTE)
    assert tries.take(["ana", "mail"], NOON + 2 * MINUTE) == NOON + 11 * MINUTE


def test_a_hundred_guesses_at_once_are_five() -> None:
    tries = Tries()
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda n: tries.take([f"person {n}", "one e-mail"], NOON), range(100)))
    assert answers.count(None) == 5


def test_memory_stays_bounded_and_a_full_memory_refuses() -> None:
    tries = Tries(room=100)
    for n in range(100):
        assert tries.take([f"guess {n}"], NOON) is None
    assert tries.take(["one more"], NOON) is not None
    assert tries.take(["guess 5"], NOON) is None, "a key that is known needs no room"
    assert tries.take(["one more"], NOON + 10 * MINUTE) is None, "old keys make room"


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 3600), st.booleans()), max_size=60))
def test_no_ten_minutes_ever_hold_more_than_five_wrong_tries(asked: list[tuple[str, int, bool]]) -> None:
    tries = Tries()
    wrong: dict[str, list[int]] = {"a": [], "b": []}
    for key, second, right in sorted(asked, key=lambda one: one[1]):
        at = NOON + timedelta(seconds=second)
        if tries.take([key], at) is None:
            if right:
                tries.give_back([key], at)
            else:
                wrong[key].append(second)
    for seconds in wrong.values():
        assert all(later - earlier >= 600 for earlier, later in zip(seconds, seconds[5:], strict=False))
