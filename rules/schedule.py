"""When a report is due, which days it covers, and what is made up for after down time. Pure.

==================  ==========================  ===================================================
Rhythm              Due                         Covers
==================  ==========================  ===================================================
daily               each day                    the day before
weekly              one weekday                 the last whole week before, Monday to Sunday
monthly             one day of the month        the calendar month before
chosen weekdays     each of them                the days from the last of them until the day before
==================  ==========================  ===================================================

So the days of chosen weekdays follow each other without gap or overlap: of ``mon,wed,fri`` the report of Wednesday covers Monday and
Tuesday, the one of Monday covers Friday to Sunday. A month that has no 31st has its report on its last day.

All days are local dates of the schedule's zone, and a report is known by the days that it covers, never by when it was made:
a clock set back, a restart or another due time cannot ask for the same days twice.
"""

import calendar
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from rules.calendar import DAY, due_instant
from rules.periods import WEEKDAYS, Period, Unit, absolute

MOST_AT_ONCE = 7
"""Periods that are caught up on, where all of them are wanted."""
TOO_OLD = timedelta(hours=12)
"""A report that is later than this is left out, where late ones are."""
WEEKS_COMPARED = 4
LONGEST_WAIT = 63 * DAY
"""Within it every schedule is due at least once."""


class Rhythm(Enum):
    """How often a report comes."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    WEEKDAYS = "weekdays"


class Policy(Enum):
    """What becomes of the periods that were due while nobody could make their reports."""

    LATEST = "latest"
    ALL = "all"
    SKIP = "skip"


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """When a report comes.

    Attributes:
        at: Wall clock of the zone, without a zone of its own.
        zone: Name of a time zone.
        weekdays: Monday is 0, ascending; exactly one where it is weekly, at least one where weekdays are chosen, else none.
        day: Of the month, where it is monthly.

    Raises:
        ValueError: A value that no schedule has.
    """

    rhythm: Rhythm
    at: time
    zone: str
    weekdays: tuple[int, ...] = ()
    day: int = 1

    def __post_init__(self) -> None:
        chosen = {Rhythm.WEEKLY: (1, 1), Rhythm.WEEKDAYS: (1, 7)}.get(self.rhythm, (0, 0))
        in_order = tuple(sorted(set(self.weekdays) & set(range(7))))
        if not (chosen[0] <= len(self.weekdays) <= chosen[1] and self.weekdays == in_order):
            raise ValueError(f"weekdays of a {self.rhythm.value} schedule: {self.weekdays}")
        if not 1 <= self.day <= 31 or self.at.tzinfo is not None:
            raise ValueError(f"day {self.day} of a month, at {self.at}")

    @property
    def words(self) -> str:
        """The words that ask for it: ``daily 08:00``, ``weekly monday 08:00``, ``monthly 1 08:00``, ``mon,wed,fri 07:30``."""
        match self.rhythm:
            case Rhythm.DAILY:
                when = "daily"
            case Rhythm.WEEKLY:
                when = f"weekly {WEEKDAYS[self.weekdays[0]]}"
            case Rhythm.MONTHLY:
                when = f"monthly {self.day}"
            case Rhythm.WEEKDAYS:
                when = ",".join(WEEKDAYS[one][:3] for one in self.weekdays)
        return f"{when} {self.at:%H:%M}"


@dataclass(frozen=True, kw_only=True)
class Due:
    """One report that a schedule asks for.

    Attributes:
        at: When, in UTC.
        period: The days it covers.
    """

    at: datetime
    period: Period

    @property
    def key(self) -> str:
        """What makes it that report: the local dates it covers, ``2026-11-23`` or ``2026-11-16..2026-11-22`` or ``2026-10``."""
        return self.period.words


def due_on(schedule: Schedule, day: date) -> Due | None:
    """The report that is due on that local date; ``None`` where none is."""
    period = _covered(schedule, day)
    return Due(at=due_instant(day, schedule.at, ZoneInfo(schedule.zone)), period=period) if period else None


def _covered(schedule: Schedule, day: date) -> Period | None:
    match schedule.rhythm:
        case Rhythm.DAILY:
            return absolute(day - DAY, day - DAY, Unit.DAY)
        case Rhythm.WEEKLY if day.weekday() in schedule.weekdays:
            monday = day - day.weekday() * DAY
            return absolute(monday - 7 * DAY, monday - DAY, Unit.WEEK)
        case Rhythm.MONTHLY if day.day == min(schedule.day, calendar.monthrange(day.year, day.month)[1]):
            last = day.replace(day=1) - DAY
            return absolute(last.replace(day=1), last, Unit.MONTH)
        case Rhythm.WEEKDAYS if day.weekday() in schedule.weekdays:
            back = next(back for back in range(1, 8) if (day - back * DAY).weekday() in schedule.weekdays)
            return absolute(day - back * DAY, day - DAY, Unit.DAY if back == 1 else Unit.DAYS)
    return None


def dues(schedule: Schedule, after: datetime, until: datetime) -> Iterator[Due]:
    """What is due after the one instant and not later than the other, in order."""
    zone = ZoneInfo(schedule.zone)
    # the day before: where clocks skip the end of a date, its times are due on the next one
    day, last = after.astimezone(zone).date() - DAY, until.astimezone(zone).date()
    while day <= last:
        due = due_on(schedule, day)
        if due is not None and after < due.at <= until:
            yield due
        day += DAY


def next_due(schedule: Schedule, after: datetime) -> Due:
    """The first that is due after the instant."""
    return next(dues(schedule, after, after + LONGEST_WAIT))


def last_due(schedule: Schedule, until: datetime) -> Due:
    """The last that was due, not later than the instant."""
    return max(dues(schedule, until - LONGEST_WAIT, until), key=lambda due: due.at)


def missing(schedule: Schedule, since: datetime, now: datetime, known: Collection[str]) -> tuple[Due, ...]:
    """What has become due since, and has no run yet, in order.

    Args:
        since: When the report was made or changed: what was due before is nobody's.
        known: The keys of the periods that have a run, whatever became of it.
    """
    return tuple(due for due in dues(schedule, since, now) if due.key not in known)


@dataclass(frozen=True, kw_only=True)
class CatchUp:
    """What is to be made of the periods that are due.

    Attributes:
        run: To be made now, oldest first.
        skipped: Never to be made, oldest first; the next report says so.
    """

    run: tuple[Due, ...]
    skipped: tuple[Due, ...]


def catch_up(due: Sequence[Due], policy: Policy, now: datetime) -> CatchUp:
    """Which of the periods are made: the newest one, the newest seven, or those that are less than twelve hours late.

    Args:
        due: In order, oldest first. A single one that is due just now is made under any policy.
    """
    match policy:
        case Policy.LATEST:
            run = due[-1:]
        case Policy.ALL:
            run = due[-MOST_AT_ONCE:]
        case Policy.SKIP:
            run = [one for one in due if now - one.at <= TOO_OLD]
    return CatchUp(run=tuple(run), skipped=tuple(due[: len(due) - len(run)]))


def compared(period: Period) -> tuple[Period, ...]:
    """The periods that say what is normal for this one, latest first: the same weekdays of the four weeks before it, the four weeks,
    or the four months."""
    if period.unit in (Unit.WEEK, Unit.MONTH):
        found: list[Period] = []
        before: Period | None = period
        while len(found) < WEEKS_COMPARED and before is not None:
            before = before.before()
            found += [before] if before else []
        return tuple(found)
    weeks = range(1, WEEKS_COMPARED + 1)
    return tuple(absolute(period.first - 7 * week * DAY, period.last - 7 * week * DAY, period.unit) for week in weeks)


def in_words(due: Due, zone: ZoneInfo) -> str:
    """``Tue 24 Nov 08:00 EST, covering Mon 23 Nov``."""
    at = due.at.astimezone(zone)
    return f"{at:%a} {at.day} {at:%b %H:%M} {zone_name(at)}, covering {due.period.days}"


def zone_name(at: datetime) -> str:
    """What people call the zone at that time: ``EST``, ``UTC-03:00`` where it has no name."""
    name = at.tzname() or ""
    return name if name.isalpha() else f"UTC{at.isoformat()[-6:]}"
