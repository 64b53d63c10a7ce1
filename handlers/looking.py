"""Live looks at many accounts at once, within the time a person is made to wait."""

import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from queue import Empty, SimpleQueue

from handlers.registry import Request
from rules.registrations import Look, State, passed_over, same_for_all, saw, saw_nothing
from voipms import Registration, SubAccount, VoipMs, VoipMsError

AT_ONCE = 4
"""Looks in flight. How many VoIP.ms takes in a minute is the client's own affair."""
SAY_EVERY = timedelta(seconds=5)
"""How often a look that still goes on tells how far it is: the way back shows what it can of it."""


class Looks:
    """The live looks of everybody who asks. Thread-safe.

    Whoever looks at a phone that somebody else is looking at waits for the same answer: a whole office that asks after an outage
    costs VoIP.ms little more than one person. An answer that has come is never given again: who looks again wants to know anew.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._awaited: dict[tuple[VoipMs, str], Future[Registration]] = {}
        """By who is asked, too: not everybody sees the whole account."""

    def at(self, asked: Request, phones: VoipMs, sub_accounts: Sequence[SubAccount]) -> list[Look]:
        """One look at each account, in the order given; those that time did not allow are ``not looked at``.

        A look that fails is ``unknown`` and stops no other.

        Raises:
            VoipMsError: The first answers say what all others would: wrong password, address not allowed, maintenance.
        """
        finished: SimpleQueue[Future[Registration]] = SimpleQueue()
        looks: dict[str, Look] = {}
        say_at = asked.clock() + SAY_EVERY
        pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="look")
        try:
            of = {pool.submit(self._registration, phones, one.account): one for one in sub_accounts}
            for future in of:
                future.add_done_callback(finished.put)
            while len(looks) < len(of) and (now := asked.clock()) < asked.give_up_at:
                if now >= say_at:
                    say_at = now + SAY_EVERY
                    asked.say(f"Looking … {len(looks)} of {len(of)}")
                try:
                    future = finished.get(timeout=(min(asked.give_up_at, say_at) - now).total_seconds())
                except Empty:
                    continue
                one = of[future]
                looks[one.account] = _seen(asked, one, future, first=all(look.state is State.UNKNOWN for look in looks.values()))
        finally:
            # what is still on the wire at the end of a person's patience ends by itself
            pool.shutdown(wait=False, cancel_futures=True)
        return [looks.get(one.account) or passed_over(one) for one in sub_accounts]

    def _registration(self, phones: VoipMs, account: str) -> Registration:
        """What VoIP.ms says, asked by the first who wants to know."""
        with self._lock:
            awaited = self._awaited.get((phones, account))
            if awaited is None:
                answer = self._awaited[phones, account] = Future()
        if awaited is not None:
            return awaited.result()
        try:
            answer.set_result(phones.registration(account))
        except BaseException as error:  # noqa: BLE001 - whatever it is, all who wait for it have to hear of it
            answer.set_exception(error)
        finally:
            with self._lock:
                del self._awaited[phones, account]
        return answer.result()


def _seen(asked: Request, one: SubAccount, future: Future[Registration], *, first: bool) -> Look:
    try:
        return saw(one, future.result(), asked.clock())
    except VoipMsError as error:
        if first and same_for_all(error):
            raise
        return saw_nothing(one, error.tell_user, asked.clock())
