"""What was asked once is done once."""

from datetime import UTC, datetime, timedelta

from handlers.once import KEPT, Once


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def test_a_second_delivery_is_not_the_first() -> None:
    once = Once(Clock())
    assert once.first(("event", "C1", "1.0"))
    assert not once.first(("event", "C1", "1.0"))
    assert once.first(("event", "C2", "1.0"))


def test_slack_redelivers_for_minutes_and_is_still_recognised() -> None:
    clock = Clock()
    once = Once(clock)
    once.first("a")
    clock.now += timedelta(minutes=6)
    assert not once.first("a")


def test_what_is_long_gone_is_forgotten() -> None:
    clock = Clock()
    once = Once(clock)
    once.first("a")
    clock.now += KEPT + timedelta(seconds=1)
    assert once.first("b")
    assert once.first("a")
