"""The one door to the network: asks when it is our turn, and asks again where that may help and can do no harm."""

import copy
import threading
import time
from collections.abc import Callable, Mapping
from typing import NoReturn, TypeVar

from voipms.decoding import Body
from voipms.errors import Kind, Refused, Unreachable, VoipMsError, unreadable
from voipms.pace import Pace, Priority
from voipms.quoting import quotes

T = TypeVar("T")
Post = Callable[[Mapping[str, str], int], Body]
"""Sends the fields of a question, and gives the body of the answer: all of it, or as much as goes past so many bytes. Raises
``Unreachable``, with nothing chained to it."""

LONGEST_BODY = 8 * 1024 * 1024
"""Six thousand accounts fit, and more numbers than that. Call records have a room of their own."""
PERSON_TRIES = 2
PERSON_RESTS = 0.5
LONGEST_REST = 30.0


class Door:
    """Where every question to one account goes through. Thread-safe.

    Args:
        password: Is taken out of what VoIP.ms says, should it ever quote it.
        clock: Seconds that only grow.
    """

    def __init__(self, post: Post, pace: Pace, password: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._post = post
        self._pace = pace
        self._quotes_us: Callable[[str], bool] = lambda words: quotes(words, password)  # a closure, since attributes get printed
        self._last = _Last(clock)
        self._priority = Priority.PERSON
        self._tries = PERSON_TRIES

    def patient(self, priority: Priority, tries: int) -> "Door":
        """The same door, gone through with another patience."""
        other = copy.copy(self)
        other._priority = priority
        other._tries = tries
        return other

    @property
    def rate(self) -> float:
        """Requests a minute that the pace allows, as of now."""
        return self._pace.rate

    def close(self) -> None:
        """Send everybody away who waits."""
        self._pace.close()

    def how_it_is(self) -> tuple[bool, str]:
        """Whether VoIP.ms answered the last question of anybody, and a few words on it."""
        return self._last.told()

    def ask(
        self,
        method: str,
        params: Mapping[str, str],
        read: Callable[[Body], T],
        *,
        room: int = LONGEST_BODY,
        leave: Callable[[Body], T] | None = None,
        waits_once: bool = False,
    ) -> T:
        """Ask, and make something of the answer.

        Args:
            params: Empty ones are not sent.
            read: Makes something of an answer; raises ``Unreadable`` or ``Refused``.
            room: The longest answer that is read, in bytes.
            leave: Makes something of the beginning of a longer one, which is an error otherwise.
            waits_once: It is not asked again when it was not answered in time.
        """
        failed = VoipMsError("not asked")
        question = {"method": method, **{name: value for name, value in params.items() if value}}
        for tried in range(1, self._tries + 1):
            outcome = self._once(question, read, leave or _too_long, room)
            if not isinstance(outcome, VoipMsError):
                return outcome
            failed = outcome
            slow = isinstance(failed, Unreachable) and failed.slow
            if tried == self._tries or not self._may_repeat(failed) or (slow and waits_once):
                break
            self._pace.rest(PERSON_RESTS if self._priority is Priority.PERSON else min(2.0 ** (tried - 1), LONGEST_REST))
        failed.method = method
        # raised here, outside of every except and without the frames below: no chain and no frame leads to the form that was sent
        raise failed.with_traceback(None)

    def _once(self, question: Mapping[str, str], read: Callable[[Body], T], leave: Callable[[Body], T], room: int) -> T | VoipMsError:
        try:
            with self._pace.turn(self._priority):
                body = self._post(question, room)
            made = self._understood(read if len(body) <= room else leave, body)
        except VoipMsError as error:
            if isinstance(error, Unreachable) and error.limits:
                self._pace.limited()
            self._last.note(error)
            return error
        self._last.note(None)
        return made

    def _understood(self, read: Callable[[Body], T], body: Body) -> T:
        try:
            return read(body)
        except Refused as error:
            refused = error
        if refused.kind is Kind.RATE_LIMIT:
            self._pace.limited()
        raise self._discreet(refused)

    def _discreet(self, refused: Refused) -> Refused:
        """The same without what quotes our password. Its whole words are looked at, before they are shortened for people."""
        status = "" if self._quotes_us(refused.status) else refused.status
        return Refused(status) if self._quotes_us(refused.message) or status != refused.status else refused

    def _may_repeat(self, error: VoipMsError) -> bool:
        if isinstance(error, Refused) and error.kind is Kind.RATE_LIMIT and self._priority is Priority.PERSON:
            return False  # a person is told at once; the pace makes jobs wait
        return error.again


def _too_long(start: Body) -> NoReturn:
    raise unreadable("is too long to be read", again=False)


class _Last:
    """How the last question went."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._at: float | None = None
        self._failed: VoipMsError | None = None

    def note(self, failed: VoipMsError | None) -> None:
        """Remember it. A no to one question is an answer like any other; a no to all of them is not."""
        one_question = isinstance(failed, Refused) and failed.kind in (Kind.EMPTY, Kind.BAD_INPUT, Kind.UNKNOWN)
        with self._lock:
            self._at, self._failed = self._clock(), None if one_question else failed

    def told(self) -> tuple[bool, str]:
        """Whether it went well, and a few words without secrets."""
        with self._lock:
            if self._at is None:
                return True, "not asked yet"
            ago = f"{max(0, round(self._clock() - self._at)):,} s ago"
            return self._failed is None, f"{'answered' if self._failed is None else str(self._failed)}, {ago}"
