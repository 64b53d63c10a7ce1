"""Live looks at many accounts: one that fails stops no other, time that is up stops them all, and progress is told."""

import itertools
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

import pytest

from handlers.looking import SAY_EVERY, Looks
from handlers.registry import Request
from rules.access import Role
from rules.registrations import State
from voipms import Refused, Registration, SubAccount, Unreachable, VoipMs, VoipMsError

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
PHONES = [SubAccount(account=f"100001_{name}", description=name.title()) for name in ("desk", "maya", "spare")]


class Answers:
    """What VoIP.ms says of each account: yes, no, or what is raised."""

    def __init__(self, said: Mapping[str, bool | VoipMsError], wait_for: threading.Event | None = None) -> None:
        self._said = said
        self._wait_for = wait_for

    def registration(self, account: str) -> Registration:
        if self._wait_for is not None:
            self._wait_for.wait(10)
        said = self._said[account]
        if isinstance(said, VoipMsError):
            raise said
        return Registration(account=account, registered=said)


def asking(clock: Callable[[], datetime] = lambda: NOON, said: list[str] | None = None) -> Request:
    return Request(
        person="U0ANA",
        role=Role.VIEWER,
        words=(),
        now=NOON,
        zone=ZoneInfo("America/Toronto"),
        clock=clock,
        give_up_at=NOON + timedelta(seconds=60),
        say=(said if said is not None else []).append,
    )


def looks(asked: Request, answers: Answers) -> list[tuple[str, State, str]]:
    return [(look.account, look.state, look.problem) for look in Looks().at(asked, cast(VoipMs, answers), PHONES)]


def times(*first: timedelta, then: timedelta) -> Callable[[], datetime]:
    """A clock that says each of these once, and from then on the last."""
    left = itertools.chain(first, itertools.repeat(then))
    return lambda: NOON + next(left)


def test_a_look_that_fails_is_unknown_and_stops_no_other() -> None:
    time_out = Unreachable("time-out", "VoIP.ms did not answer within 30 seconds.")
    answers = Answers({"100001_desk": True, "100001_maya": time_out, "100001_spare": False})
    assert looks(asking(), answers) == [
        ("100001_desk", State.REGISTERED, ""),
        ("100001_maya", State.UNKNOWN, "VoIP.ms did not answer within 30 seconds."),
        ("100001_spare", State.MISSING, ""),
    ]


@pytest.mark.parametrize("word", ["invalid_credentials", "ip_not_enabled", "method_maintenance"])
def test_what_all_accounts_would_be_answered_is_told_once_instead_of_for_each(word: str) -> None:
    with pytest.raises(Refused, match=word):
        looks(asking(), Answers({one.account: Refused(word) for one in PHONES}))


def test_after_the_first_real_answer_a_refusal_is_that_accounts_own() -> None:
    heard = threading.Event()

    class Later(Answers):
        def registration(self, account: str) -> Registration:
            if account != "100001_desk":
                heard.wait(10)
            return super().registration(account)

    def clock() -> datetime:
        # asked when an answer is kept: from then on the others may come
        heard.set()
        return NOON

    first = times(timedelta(), timedelta(), then=timedelta())
    calls = itertools.count()
    answers = Later({"100001_desk": True, "100001_maya": Refused("invalid_credentials"), "100001_spare": True})
    found = looks(asking(lambda: first() if next(calls) < 2 else clock()), answers)
    assert [state for _, state, _ in found] == [State.REGISTERED, State.UNKNOWN, State.REGISTERED]


def test_how_far_a_look_has_come_is_told_from_time_to_time() -> None:
    said: list[str] = []
    clock = times(timedelta(), SAY_EVERY, then=SAY_EVERY)
    looks(asking(clock, said), Answers(dict.fromkeys((one.account for one in PHONES), True)))
    assert said == ["Looking … 0 of 3"]


def test_when_the_time_is_up_what_was_not_looked_at_is_told_as_such() -> None:
    never = threading.Event()
    try:
        found = looks(asking(times(timedelta(), then=timedelta(seconds=60))), Answers({}, wait_for=never))
    finally:
        never.set()
    assert [state for _, state, _ in found] == [State.NOT_LOOKED_AT] * 3


# Several people


class Counting(Answers):
    """Keeps what it was asked; all are registered."""

    def __init__(self, gate: threading.Event | None = None, fails: VoipMsError | None = None) -> None:
        super().__init__(dict.fromkeys((one.account for one in PHONES), fails or True), gate)
        self.asked: list[str] = []
        self.begun = threading.Semaphore(0)

    def registration(self, account: str) -> Registration:
        self.asked.append(account)
        self.begun.release()
        return super().registration(account)


class Office:
    """People who share their looks."""

    def __init__(self) -> None:
        self.looks = Looks()

    def look(self, answers: Counting) -> list[State]:
        return [look.state for look in self.looks.at(asking(), cast(VoipMs, answers), PHONES)]


def waiting_for_another() -> int:
    """Threads that wait for what another one has asked for."""
    stacks = [traceback.extract_stack(frame) for frame in sys._current_frames().values()]
    calls = [[call.name for call in stack if call.name in ("_registration", "result")] for stack in stacks]
    return sum(names[-2:] == ["_registration", "result"] for names in calls)


def test_whoever_looks_at_the_same_time_waits_for_the_same_answer() -> None:
    gate, office, found = threading.Event(), Office(), list[list[State]]()
    answers = Counting(gate)
    everybody = [threading.Thread(target=lambda: found.append(office.look(answers))) for _ in range(20)]
    for one in everybody:
        one.start()
    ends = time.monotonic() + 10
    while time.monotonic() < ends and waiting_for_another() < 19 * len(PHONES):
        threading.Event().wait(0.01)
    gate.set()
    for one in everybody:
        one.join(10)
    assert found == [[State.REGISTERED] * 3] * 20
    assert sorted(answers.asked) == sorted(one.account for one in PHONES)


def test_an_answer_that_has_come_is_asked_for_again_by_the_next_and_so_is_a_failure() -> None:
    office, answers = Office(), Counting()
    office.look(answers), office.look(answers)
    assert len(answers.asked) == 6
    other = Counting(fails=Unreachable("time-out", "VoIP.ms did not answer within 30 seconds."))
    assert office.look(other) == office.look(other) == [State.UNKNOWN] * 3
    assert len(other.asked) == 6
