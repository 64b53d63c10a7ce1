"""A really big account, for measurements: as many call records as wanted, made while they are sent and never kept.

The same few hundred calls come round and round, spread evenly over each New York day, so that a million rows cost a second or two and
no memory; sums can still be done independently, from ``between()``.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from playground.calls import NEW_YORK, Call

CHUNK = 2_000
"""Rows that are sent at once."""

Row = dict[str, Any]


class Crowd:
    """Call records of ``days`` New York days that end with ``last``.

    Attributes:
        first, last: The days.
        rows: How many there are in all.
    """

    def __init__(self, pattern: Sequence[Call], rows: int, days: int, last: date) -> None:
        self.first, self.last, self.rows = last - timedelta(days=days - 1), last, rows
        self._pattern = [call._replace(uniqueid="", logs="") for call in pattern]
        self._share, self._spare = divmod(rows, days)

    def between(self, start: datetime, end: datetime) -> Iterator[Call]:
        """The calls that began from ``start`` (aware) until before ``end``, as values, one after the other."""
        for day, count, serial in self._days():
            for place in range(count):
                at = datetime.combine(day, time(), NEW_YORK) + timedelta(seconds=place * 86_400 // count)
                call = self._pattern[(serial + place) % len(self._pattern)]
                if start <= at < end:
                    yield call._replace(start=at.astimezone(UTC), uniqueid=str(serial + place))

    def json_rows(
        self, first: date, last: date, wanted: Callable[[Call], bool], row: Callable[[Call], Row], shift: timedelta
    ) -> Iterator[str]:
        """The rows of some days as JSON text, comma-separated, a chunk at a time.

        Args:
            wanted: Whether a call is asked for.
            row: A call as the wire tells it; its ``date`` and ``uniqueid`` are filled in here.
            shift: Added to New York's wall clock.
        """
        tails = [self._tail(row(call)) if wanted(call) else None for call in self._pattern]
        chunk: list[str] = []
        for day, count, serial in self._days():
            if not first <= day <= last:
                continue
            for place in range(count):
                tail = tails[(serial + place) % len(tails)]
                if tail is None:
                    continue
                seconds = place * 86_400 // count
                chunk.append(f'{{"date":"{self._clock(day, seconds, shift)}","uniqueid":"{serial + place}",{tail}')
                if len(chunk) == CHUNK:
                    yield ",".join(chunk)
                    chunk.clear()
        if chunk:
            yield ",".join(chunk)

    def _days(self) -> Iterator[tuple[date, int, int]]:
        """Each day with how many rows it has and the number of the first."""
        serial = 0
        for past in range((self.last - self.first).days + 1):
            count = self._share + (past < self._spare)
            yield self.first + timedelta(days=past), count, serial
            serial += count

    @staticmethod
    def _tail(row: Row) -> str:
        return json.dumps({key: value for key, value in row.items() if key not in ("date", "uniqueid")}, separators=(",", ":"))[1:]

    @staticmethod
    def _clock(day: date, seconds: int, shift: timedelta) -> str:
        if shift:
            return str(datetime.combine(day, time()) + timedelta(seconds=seconds) + shift)
        return f"{day} {seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
