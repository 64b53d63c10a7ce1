"""Live looks at many accounts at once, within the time a person is made to wait."""

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


def look_at(asked: Request, phones: VoipMs, sub_accounts: Sequence[SubAccount]) -> list[Look]:
    """One live look at each account, in the order given; those that time did not allow are ``not looked at``.

    A look that fails is ``unknown`` and stops no other.

    Raises:
        VoipMsError: The first answers say what all others would: wrong password, address not allowed, maintenance.
    """
    finished: SimpleQueue[Future[Registration]] = SimpleQueue()
    looks: dict[str, Look] = {}
    say_at = asked.clock() + SAY_EVERY
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="look")
    try:
        of = {pool.submit(phones.registration, one.account): one for one in sub_accounts}
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


def _seen(asked: Request, one: SubAccount, future: Future[Registration], *, first: bool) -> Look:
    try:
        return saw(one, future.result(), asked.clock())
    except VoipMsError as error:
        if first and same_for_all(error):
            raise
        return saw_nothing(one, error.tell_user, asked.clock())
