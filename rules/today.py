"""Today's calls beside those of a normal day. Pure values, and which days they rest on."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from rules.usual import Figures, Normal, normal_of

WEEKS = 4
"""A normal day is what the same weekday came to in so many weeks before."""
FRESH = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class Day:
    """What one calendar day came to.

    Attributes:
        read_at: When its call records were read, aware.
    """

    day: date
    figures: Figures
    read_at: datetime


@dataclass(frozen=True, kw_only=True)
class Today:
    """What is known of today, and of the same weekday in the weeks before.

    Attributes:
        so_far: ``None`` before it was ever read.
    """

    so_far: Day | None = None
    earlier: tuple[Day, ...] = ()

    def of(self, day: date) -> "Today":
        """What of it is still of use on that day."""
        so_far = self.so_far if self.so_far is not None and self.so_far.day == day else None
        wanted = before(day)
        return Today(so_far=so_far, earlier=tuple(one for one in self.earlier if one.day in wanted))

    def missing(self, day: date) -> tuple[date, ...]:
        """The days before that have not been read yet."""
        read = {one.day for one in self.earlier}
        return tuple(one for one in before(day) if one not in read)

    def is_stale(self, now: datetime) -> bool:
        """Whether it is worth reading today's records again."""
        return self.so_far is None or now - self.so_far.read_at >= FRESH

    def with_earlier(self, day: Day) -> "Today":
        """The same with one more day before."""
        return replace(self, earlier=(*self.earlier, day))

    @property
    def normal(self) -> Normal | None:
        """What is normal for such a day; ``None`` while none of the earlier ones is known."""
        return normal_of([one.figures for one in self.earlier])


def before(day: date) -> tuple[date, ...]:
    """The same weekday in the weeks before, the latest first."""
    return tuple(day - timedelta(weeks=weeks) for weeks in range(1, WEEKS + 1))
