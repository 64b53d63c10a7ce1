"""Who may ask VoIP.ms next, and how often: on a clock that is moved by hand."""

import math
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voipms import MemoryBudget, Pace, Priority, Refused, Unreachable
from voipms.pace import PATIENCE_SECONDS, Line, Ticket

PERSON, RECHECK, SWEEP = Priority.PERSON, Priority.RECHECK, Priority.SWEEP


@dataclass
class Hands:
    """A clock that is moved by hand, and by who waits on it alone."""

    now: float = 1_000.0
    waits: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def wait(self, condition: threading.Condition, seconds: float | None) -> None:
        assert seconds is not None, "nobody else is here who could move first"
        self.waits.append(seconds)
        self.now += seconds


def pace(hands: Hands, per_minute: float | None = None) -> Pace:
    return Pace(per_minute, clock=hands, wait=hands.wait)


def take_all(budget: MemoryBudget, ahead: bool) -> int:
    """How many requests may be spent at this instant."""
    spent = 0
    while budget.take(ahead) == 0:
        spent += 1
    return spent


# The budget


def test_a_budget_starts_at_sixty_and_spaces_polling_evenly() -> None:
    hands = Hands()
    one = pace(hands)
    began = hands.now
    for _ in range(121):
        with one.turn(SWEEP):
            pass
    assert one.rate == 60
    assert hands.now - began == pytest.approx(120)


def test_people_may_overdraw_a_third_of_a_minute_and_polling_makes_up_for_it() -> None:
    hands = Hands()
    budget = MemoryBudget(60, hands)
    assert take_all(budget, ahead=True) == 21
    assert budget.take(ahead=True) == pytest.approx(1)
    assert budget.take(ahead=False) == pytest.approx(21)


@given(
    rate=st.sampled_from((0.5, 1.0, 7.0, 60.0, 120.0, 60_000.0)),
    steps=st.lists(st.tuples(st.booleans(), st.floats(0, 40)), min_size=1, max_size=60),
)
def test_no_minute_ever_has_more_than_the_rate_and_what_people_may_overdraw(rate: float, steps: list[tuple[bool, float]]) -> None:
    hands = Hands()
    budget = MemoryBudget(rate, hands)
    spent: list[tuple[float, bool]] = []
    for ahead, pause in steps:
        # at most a few at each instant, since a big budget has many
        for _ in range(30):
            if budget.take(ahead) == 0:
                spent.append((hands.now, ahead))
        hands.now += pause
    for at, _ in spent:
        window = [ahead for when, ahead in spent if at <= when < at + 60]
        assert len(window) <= rate + budget.overdraft + 1
        if not any(ahead for _, ahead in spent):
            assert len(window) <= rate + 1


@given(rate=st.floats(0.1, 60_000), ahead=st.booleans())
def test_who_waits_as_long_as_told_is_let_through(rate: float, ahead: bool) -> None:
    hands = Hands()
    budget = MemoryBudget(rate, hands)
    for _ in range(50):
        seconds = budget.take(ahead)
        if seconds:
            hands.now += seconds
            assert budget.take(ahead) == 0


def test_ten_clean_minutes_raise_a_learned_budget_by_five_up_to_a_hundred_and_twenty() -> None:
    hands = Hands()
    budget = MemoryBudget(None, hands)
    rates = []
    for _ in range(15):
        hands.now += 600
        budget.take(ahead=False)
        rates.append(budget.rate)
    assert rates == [65, 70, 75, 80, 85, 90, 95, 100, 105, 110, 115, 120, 120, 120, 120]


def test_a_set_budget_is_the_ceiling_and_comes_back_to_it() -> None:
    hands = Hands()
    budget = MemoryBudget(30, hands)
    hands.now += 6_000
    budget.take(ahead=False)
    assert budget.rate == 30
    budget.limited()
    assert budget.rate == 15
    for _ in range(10):
        hands.now += 660
        budget.take(ahead=False)
    assert budget.rate == 30


def test_the_limit_halves_the_rate_once_and_stops_everybody_for_a_minute() -> None:
    hands = Hands()
    budget = MemoryBudget(None, hands)
    for _ in range(4):  # what was under way together comes back with the same answer
        budget.limited()
        hands.now += 1
    assert budget.rate == 30
    assert budget.pause() == 56
    assert budget.take(ahead=True) == budget.take(ahead=False) == 56
    hands.now += 56
    assert budget.pause() == 0
    assert budget.take(ahead=False) == 0
    assert budget.take(ahead=False) == pytest.approx(2)


@pytest.mark.parametrize(("rate", "least"), [(None, 1), (0.5, 0.5), (2, 1), (60_000, 1)])
def test_a_rate_is_never_halved_to_nothing(rate: float | None, least: float) -> None:
    hands = Hands()
    budget = MemoryBudget(rate, hands)
    for _ in range(60):
        budget.limited()
        hands.now += 61
    assert budget.rate == least


# The line


@dataclass
class Street:
    """A line that is walked through step by step: who waits, who is under way, what happened."""

    line: Line
    waiting: list[Ticket] = field(default_factory=list)
    under_way: list[Ticket] = field(default_factory=list)

    def let_go(self) -> list[Ticket]:
        """Start whoever may, until nobody may; whatever the order in which they are asked."""
        started: list[Ticket] = []
        moved = True
        while moved:
            moved = False
            for ticket in reversed(list(self.waiting)):
                if self.line.start(ticket) == 0:
                    assert not [other for other in self.waiting if other.priority < ticket.priority], "somebody else comes first"
                    assert self.waiting.index(ticket) == min(
                        place for place, other in enumerate(self.waiting) if other.priority == ticket.priority
                    ), "first come, first served"
                    self.waiting.remove(ticket)
                    self.under_way.append(ticket)
                    started.append(ticket)
                    moved = True
        return started


EVENTS = st.lists(
    st.one_of(st.sampled_from(Priority), st.sampled_from(("come back", "leave")), st.floats(0.1, 20)), min_size=1, max_size=80
)


@given(events=EVENTS, rate=st.sampled_from((1.0, 20.0, 60.0, 60_000.0)))
def test_a_person_never_waits_behind_polling(events: list[Priority | str | float], rate: float) -> None:
    hands = Hands()
    street = Street(Line(MemoryBudget(rate, hands), people_at_once=4))
    for event in events:
        match event:
            case Priority():
                street.waiting.append(street.line.join(event))
            case "come back" if street.under_way:
                street.line.done(street.under_way.pop(0))
            case "leave" if street.waiting:
                street.line.leave(street.waiting.pop())
            case float():
                hands.now += event
        street.let_go()
        people = sum(ticket.person for ticket in street.under_way)
        assert people <= 4
        assert len(street.under_way) - people <= 1


@given(st.lists(st.sampled_from(Priority), min_size=1, max_size=30))
def test_everybody_gets_a_turn_in_the_end(priorities: list[Priority]) -> None:
    hands = Hands()
    street = Street(Line(MemoryBudget(60, hands), people_at_once=2))
    street.waiting = [street.line.join(priority) for priority in priorities]
    order: list[Ticket] = []
    for _ in range(3 * len(priorities)):
        order += street.let_go()
        for ticket in street.under_way:
            street.line.done(ticket)
        street.under_way.clear()
        hands.now += 1
    assert [ticket.priority for ticket in order] == sorted(priorities)


def test_a_person_goes_while_a_sweep_is_under_way_and_its_budget_is_spent() -> None:
    hands = Hands()
    line = Line(MemoryBudget(60, hands), people_at_once=4)
    assert line.start(line.join(SWEEP)) == 0
    assert line.start(line.join(SWEEP)) == math.inf
    assert line.start(line.join(PERSON)) == 0


# Threads


def test_a_person_passes_waiting_sweeps_without_waiting() -> None:
    """One sweep is under way and ten wait on a budget of one a minute: a person is let through at once."""
    one = Pace(1)
    gate, inside = threading.Event(), threading.Event()

    def sweep() -> None:
        with one.turn(SWEEP):
            inside.set()
            gate.wait(10)

    with ThreadPoolExecutor(12) as pool:
        sweeps = [pool.submit(sweep) for _ in range(10)]
        assert inside.wait(10)
        passed = pool.submit(lambda: one.turn(PERSON).__enter__())
        passed.result(10)
        one.close()
        gate.set()
        assert sum(isinstance(future.exception(10), Unreachable) for future in sweeps) == 9


def test_closing_ends_a_rest_and_every_later_turn() -> None:
    one = Pace(60)
    with ThreadPoolExecutor(1) as pool:
        resting = pool.submit(one.rest, 600)
        one.close()
        assert isinstance(resting.exception(10), Unreachable)
    with pytest.raises(Unreachable, match="closed"), one.turn(SWEEP):
        pass


def test_a_turn_is_given_back_when_the_request_fails() -> None:
    hands = Hands()
    one = pace(hands, 60_000)
    for _ in range(20):
        with pytest.raises(OSError), one.turn(SWEEP):
            raise OSError
    with one.turn(SWEEP):
        pass


def test_a_person_is_told_of_the_limit_at_once_and_polling_waits() -> None:
    hands = Hands()
    one = pace(hands)
    one.limited()
    with pytest.raises(Refused) as raised, one.turn(PERSON):
        pass
    assert (raised.value.status, hands.waits) == ("api_limit_exceeded", [])
    with one.turn(SWEEP):
        assert hands.waits == [60]


def test_a_person_waits_the_last_seconds_of_the_limit() -> None:
    hands = Hands()
    one = pace(hands)
    one.limited()
    hands.now += 58
    with one.turn(PERSON):
        assert sum(hands.waits) == 2


def test_a_person_is_not_made_to_wait_for_ever() -> None:
    hands = Hands()
    one = pace(hands, 0.5)
    for _ in range(5):
        with one.turn(PERSON):
            pass
    began = hands.now
    with pytest.raises(Unreachable) as raised, one.turn(PERSON):
        pass
    assert raised.value.tell_user == "Too many questions are waiting for VoIP.ms."
    assert hands.now - began == PATIENCE_SECONDS


def test_thirty_two_people_at_once_are_all_answered_within_a_minute() -> None:
    """VoIP.ms takes four seconds for each, four at a time: the line, and not the budget, is what they wait for."""
    hands = Hands()
    street = Street(Line(MemoryBudget(None, hands), people_at_once=4))
    street.waiting = [street.line.join(PERSON) for _ in range(32)]
    while street.waiting:
        street.let_go()
        hands.now += 4
        for ticket in street.under_way:
            street.line.done(ticket)
        street.under_way.clear()
    assert hands.now - 1_000 <= 32


def test_another_budget_can_be_given() -> None:
    class Shared:
        rate = 6.0
        left = 2

        def take(self, ahead: bool) -> float:
            self.left -= self.left > 0
            return 0.0 if self.left else 10.0

        def pause(self) -> float:
            return 0.0

        def limited(self) -> None:
            self.rate = 3.0

    one = Pace(budget=Shared())
    with one.turn(SWEEP):
        pass
    one.limited()
    assert one.rate == 3
