"""Long ranges of call records in slices of whole days, so that memory stays flat. Pure but for what it is given to ask with.

A range is asked whole, and read only up to ``ROOM`` bytes. Where there are more, the account is busy: what was read so far tells
how much a day is, and from then on slices are asked that fit. Neighbouring slices share a day, so that nothing is lost at
midnight; what both have counts once.

Source: at most 92 days in one question; no paging; days are selected by the wire's calendar; ``uniqueid`` may be ``n/a``.
"""

import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as wall_time

from voipms.records import Cdr, Rows

MOST_DAYS = 92
ROW_BYTES = 450
"""A call record with a short log of its routing is about this long."""
ROOM = 50_000 * ROW_BYTES
SLOW_DAYS = 7
"""Days that are asked for at once where more were not answered in time."""
SLOW_SECONDS = 3600.0
"""How long that is remembered: it may have been a bad hour."""
BUSY_MOST = 1_000
"""Questions that are remembered to have long answers."""
ONE_DAY = timedelta(days=1)

_DAY_OF_ROW = re.compile(rb'"date"\s*:\s*"(\d{4}-\d{2}-\d{2})')


@dataclass(frozen=True)
class Slice:
    """An answer that was read.

    Attributes:
        size: Bytes.
    """

    rows: Rows[Cdr]
    size: int


@dataclass(frozen=True)
class TooMuch:
    """An answer that was left when it was found too long, and how much it said of each day until then."""

    bytes_a_day: float


Ask = Callable[[date, date, int | None], Slice | TooMuch]
"""Asks from the first to the last day, both included, and reads at most so many bytes; all of them for ``None``."""


class Busy:
    """Which questions have long answers, and how long: bytes a day; and which were not answered in time. Thread-safe.

    The oldest are forgotten.

    Args:
        clock: Seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[Hashable, float] = {}
        self._slow: dict[Hashable, float] = {}
        self._lock = threading.Lock()

    def bytes_a_day(self, question: Hashable) -> float | None:
        """``None``: not known to be long."""
        slow = self.is_slow(question)
        with self._lock:
            known = self._known.get(question)
        return max(known or 0.0, ROOM / SLOW_DAYS) if slow else known

    def is_slow(self, question: Hashable) -> bool:
        """Whether a long range was not answered in time."""
        with self._lock:
            return self._slow.get(question, self._clock()) > self._clock()

    def was_slow(self, question: Hashable) -> None:
        """Remember it for a while."""
        with self._lock:
            self._slow.pop(question, None)
            self._slow[question] = self._clock() + SLOW_SECONDS
            while len(self._slow) > BUSY_MOST:
                del self._slow[next(iter(self._slow))]

    def learn(self, question: Hashable, bytes_a_day: float) -> None:
        """Remember it, or forget it when the longest range would fit."""
        with self._lock:
            self._known.pop(question, None)
            if bytes_a_day * MOST_DAYS > ROOM:
                self._known[question] = bytes_a_day
            while len(self._known) > BUSY_MOST:
                del self._known[next(iter(self._known))]


def in_slices(ask: Ask, question: Hashable, first: date, last: date, busy: Busy, margin: timedelta) -> Iterator[Rows[Cdr]]:
    """The records of a range, in as few answers as fit.

    Args:
        question: What is asked, apart from the days.
        margin: How far a row's wall clock may be from the calendar by which the wire selects days.
    """
    seam = Seam(margin)
    begin, size, days = first, 0, 0
    while True:
        known = busy.bytes_a_day(question)
        end = slice_end(begin, last, known)
        # two days are the least that goes on and shares a day; slices that were made to fit may be off by half
        room = None if end - begin <= ONE_DAY else ROOM if known is None else ROOM * 3 // 2
        answer = ask(begin, end, room)
        if isinstance(answer, TooMuch):
            # so that the next slice is at most half as long, whatever was seen; what was slow is asked for by the week
            busy.learn(question, max(answer.bytes_a_day, 2 * ROOM / ((end - begin).days + 1)))
            continue
        size += answer.size
        days += (end - begin).days + 1
        rows = seam.fresh(answer.rows, end if end < last else None)
        del answer
        yield rows
        del rows
        if end == last:
            break
        begin = end
    if busy.bytes_a_day(question) is not None:
        busy.learn(question, size / days)


def slice_end(begin: date, last: date, bytes_a_day: float | None) -> date:
    """The last day of a slice that begins there: as many days as fit, and at least two where there are two.

    Args:
        bytes_a_day: ``None`` when the question is not known to have a long answer.
    """
    fitting = int(ROOM / bytes_a_day) if bytes_a_day else MOST_DAYS
    return min(begin + ONE_DAY * (min(max(fitting, 2), MOST_DAYS) - 1), last)


def bytes_a_day(start_of_answer: bytes | bytearray) -> float:
    """How much an answer says of each day that occurs in its beginning."""
    return len(start_of_answer) / (len(set(_DAY_OF_ROW.findall(start_of_answer))) or 1)


class Seam:
    """What one slice and the next have in common."""

    def __init__(self, margin: timedelta) -> None:
        self._margin = margin
        self._told: Counter[Cdr] = Counter()
        self._told_until = datetime(1, 1, 1)

    def fresh(self, rows: Rows[Cdr], shared: date | None) -> Rows[Cdr]:
        """The rows that the slice before did not have: of equal rows, as many as there are more of.

        Args:
            shared: The slice's last day, when there is a next one that begins with it.
        """
        told, until = self._told, self._told_until
        if shared is not None:
            since = datetime.combine(shared, wall_time.min) - self._margin
            self._told = Counter(row for row in rows if row.date >= since)
            self._told_until = since + ONE_DAY + 2 * self._margin
        if not told:
            return rows
        fresh = []
        for row in rows:
            if row.date < until and told[row] > 0:
                told[row] -= 1
            else:
                fresh.append(row)
        return Rows(fresh, rows.unreadable, rows.gaps)


def windows(first: date, last: date) -> Iterator[tuple[date, date]]:
    """A range in pieces that may each be asked at once; none share a day."""
    while first <= last:
        end = min(first + ONE_DAY * (MOST_DAYS - 1), last)
        yield first, end
        first = end + ONE_DAY
