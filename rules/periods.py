"""Periods of calendar days: what people type for them, and the instants between which they lie. Pure.

==========================  ==============================================================
``today``, ``yesterday``    one day
``monday``, ``last fri``    the latest such day; with *last*, before today
``week``, ``last week``     Monday to Sunday; the running week until today
``month``, ``last month``   calendar months; the running month until today
``7d``, ``last 7 days``     today and the six days before
``2w``, ``2 weeks``         today and the thirteen days before
``since monday``            from that day, or the first one of a week or month, until today
``2026-11-03``, ``nov 3``   one day; without a year, the latest
``2026-10``, ``october``    one month; without a year, the latest
``2026-11-01..2026-11-15``  from one of these days, weekdays or months to another, both included
==========================  ==============================================================

Words may be joined with a hyphen or a space; between two days ``..``, ``to`` and ``-`` are the same. All days are those of one
person's zone, whatever their length in hours.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from rules.calendar import day_bounds

MOST_DAYS = 366
EARLIEST = date(2000, 1, 1)
"""VoIP.ms is younger."""
LONGEST_PHRASE = 10
"""Words in the longest way to say a period, ``from Sun 15 Nov 2026 to Fri 20 Nov 2026``."""
WEEKDAYS = tuple(day.lower() for day in calendar.day_name)
MONTHS = tuple(month.lower() for month in calendar.month_name[1:])
WORDS = ("today", "yesterday", "week", "last-week", "this-week", "month", "last-month", "this-month", "7d", *WEEKDAYS)
"""What can be typed as it stands: for suggestions."""
DAY = timedelta(days=1)

_SHORT_WEEKDAYS = {"mon": 0, "tue": 1, "tues": 1, "wed": 2, "thu": 3, "thur": 3, "thurs": 3, "fri": 4, "sat": 5, "sun": 6}
_SHORT_MONTHS = {**{month[:3]: place for place, month in enumerate(MONTHS, 1)}, "sept": 9}
_WEEKDAY_OF = {**{day: place for place, day in enumerate(WEEKDAYS)}, **_SHORT_WEEKDAYS}
_MONTH_OF = {**{month: place for place, month in enumerate(MONTHS, 1)}, **_SHORT_MONTHS}

_NAMES_OF_MONTHS = "|".join(sorted(_MONTH_OF, key=len, reverse=True))
_NAMES_OF_WEEKDAYS = "|".join(sorted(_WEEKDAY_OF, key=len, reverse=True))
_SAID_BEFORE = re.compile(r"(?:on|from) (?=.)")
_COUNT = re.compile(r"(?:(?:in )?(?:the )?(?:last|past)[- ])?([0-9]{1,9})[- ]?(d|days?|w|weeks?)")
_HOURS = re.compile(
    r"(?:(?:in )?(?:the )?(?:last|past)[- ])?[0-9]{1,9}[- ]?(?:h|hrs?|hours?)"
    r"|(?:in )?(?:the )?(?:last|past)[- ](?:[0-9]{1,9}[- ]?)?(?:hours?|min(?:ute)?s?)"
)
_SINCE = re.compile(r"since[- ](.+)")
_WEEKDAY = re.compile(rf"(last[- ])?({_NAMES_OF_WEEKDAYS})")
_BETWEEN = re.compile(r"\s*(?:\.{2,3}|…)\s*|\s+(?:to|until|through|-|–)\s+")
_HYPHEN_BETWEEN = re.compile(r"([0-9]{4}-[0-9]{1,2}-[0-9]{1,2})[-–]([0-9]{4}-[0-9]{1,2}-[0-9]{1,2})|([a-z]+)[-–]([a-z]+)")
_DAY_OR_MONTH = re.compile(r"([0-9]{4})-([0-9]{1,2})(?:-([0-9]{1,2}))?")
_NAMED_MONTH = re.compile(rf"(?:in )?({_NAMES_OF_MONTHS})(?:[- ]([0-9]{{4}}))?")
_DAY_OF_MONTH = re.compile(
    rf"(?:(?:{_NAMES_OF_WEEKDAYS}),? )?(?:({_NAMES_OF_MONTHS})[- ]([0-9]{{1,2}})(?:st|nd|rd|th)?(?:,?[- ]([0-9]{{4}}))?"
    rf"|([0-9]{{1,2}})(?:st|nd|rd|th)?[- ]({_NAMES_OF_MONTHS})(?:,?[- ]([0-9]{{4}}))?)"
)
_OTHER_DATE = re.compile(r"[0-9]{1,4}([-/.])[0-9]{1,2}\1[0-9]{1,4}")
_OTHER_RANGE = re.compile(r"[0-9-]+(?:\.{2,3}|…)[0-9-]+")


class BadPeriod(ValueError):
    """It is meant as a period but is none; the text says why, in our words.

    Attributes:
        example: What could be typed instead.
    """

    def __init__(self, problem: str, example: str) -> None:
        super().__init__(problem)
        self.example = example


class Unit(Enum):
    """What a period is one of, for the one before it."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    DAYS = "days"


@dataclass(frozen=True, kw_only=True)
class Period:
    """Whole calendar days.

    Attributes:
        first, last: Both included.
        when: As it stands in a sentence: ``yesterday``, ``in the last 7 days``, ``on Tue 3 Nov 2026``.
    """

    first: date
    last: date
    when: str
    unit: Unit = Unit.DAYS

    @property
    def words(self) -> str:
        """The absolute words that ask for the same days on any later day: ``2026-11-22``, ``2026-10``, ``2026-11-01..2026-11-15``."""
        if self.first == self.last:
            return self.first.isoformat()
        if (self.first, self.last) == _month(self.first.year, self.first.month):
            return f"{self.first:%Y-%m}"
        return f"{self.first.isoformat()}..{self.last.isoformat()}"

    @property
    def days(self) -> str:
        """``Sun 22 Nov``, ``Mon 16 – Sun 22 Nov``, ``Thu 29 Oct – Wed 4 Nov``; with years where they differ."""
        if self.first == self.last:
            return _in_words(self.first)
        if self.first.year != self.last.year:
            return f"{_in_words(self.first)} {self.first.year} – {_in_words(self.last)} {self.last.year}"
        if self.first.month != self.last.month:
            return f"{_in_words(self.first)} – {_in_words(self.last)}"
        return f"{self.first:%a} {self.first.day} – {_in_words(self.last)}"

    @property
    def length(self) -> int:
        """Days in it."""
        return (self.last - self.first).days + 1

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """The instants, in UTC, at which the first day begins and the day after the last one does.

        A day begins at its first moment: where clocks skip midnight that is the moment after, where midnight is repeated the
        first of the two. So the days of a zone follow each other without gap or overlap, with 23 or 25 hours where they have them.
        """
        return day_bounds(self.first, zone)[0], day_bounds(self.last, zone)[1]

    def before(self) -> "Period | None":
        """The period of the same kind right before this one; ``None`` when that is further back than anybody looks."""
        match self.unit:
            case Unit.WEEK:
                first, last = self.first - 7 * DAY, self.first - DAY
            case Unit.MONTH:
                last = self.first - DAY
                first = last.replace(day=1)
            case _:
                first, last = self.first - self.length * DAY, self.first - DAY
        return absolute(first, last, self.unit) if first >= EARLIEST else None


def read(words: str, today: date) -> Period | None:
    """The period that the words name, ``None`` when they name none.

    Raises:
        BadPeriod: They are meant as one, but there is no such day, it is still to come, or it is too long.
    """
    text = _SAID_BEFORE.sub("", " ".join(words.lower().split()), count=1)
    return _running(text.replace(" ", "-"), today) or _counted(text, today) or _since(text, today) or _calendar(text, today)


def _running(text: str, today: date) -> Period | None:
    """Periods that are told from today, their words joined with hyphens."""
    monday = today - today.weekday() * DAY
    this_month = today.replace(day=1)
    match text:
        case "today":
            return Period(first=today, last=today, when="today", unit=Unit.DAY)
        case "yesterday":
            return Period(first=today - DAY, last=today - DAY, when="yesterday", unit=Unit.DAY)
        case "week" | "this-week":
            return Period(first=monday, last=today, when="this week so far", unit=Unit.WEEK)
        case "last-week":
            return Period(first=monday - 7 * DAY, last=monday - DAY, when="last week", unit=Unit.WEEK)
        case "month" | "this-month":
            return Period(first=this_month, last=today, when="this month so far", unit=Unit.MONTH)
        case "last-month":
            last = this_month - DAY
            return Period(first=last.replace(day=1), last=last, when="last month", unit=Unit.MONTH)
    return None


def _counted(text: str, today: date) -> Period | None:
    """So many days or weeks until today.

    Raises:
        BadPeriod: They are hours or minutes, or too many.
    """
    if _HOURS.fullmatch(text):
        raise BadPeriod("A period has whole days: I do not look at hours.", "today")
    found = _COUNT.fullmatch(text)
    return None if found is None else _last_days(int(found[1]) * (7 if found[2][0] == "w" else 1), today)


def _last_days(count: int, today: date) -> Period:
    if not 1 <= count <= MOST_DAYS:
        raise BadPeriod(f"A period has between 1 and {MOST_DAYS} days.", "7d")
    when = f"in the last {count} days" if count > 1 else "today"
    return Period(first=today - (count - 1) * DAY, last=today, when=when, unit=Unit.DAYS if count > 1 else Unit.DAY)


def _since(text: str, today: date) -> Period | None:
    """From a day until today, both included; from the first one of a week or a month."""
    found = _SINCE.fullmatch(text)
    if found is None:
        return None
    running = _running(found[1].replace(" ", "-"), today)
    days = (running.first, running.last) if running is not None else _days_of(found[1], today)
    if days is None:
        return None
    first = days[0]
    return _running("today", today) if first == today else _checked(first, max(first, today), today)


def _calendar(text: str, today: date) -> Period | None:
    """Periods that are told by dates, weekdays and months."""
    ends = _ends(text)
    if ends is not None:
        last = _days_of(ends[1], today)
        first = None if last is None else _days_of(ends[0], min(last[1], today))
        if first is not None and last is not None:
            return _checked(first[0], last[1], today)
    days = _days_of(text, today)
    if days is not None:
        return _checked(*days, today, Unit.MONTH if _is_month(text) else Unit.DAY)
    if _OTHER_DATE.fullmatch(text) or _OTHER_RANGE.fullmatch(text):
        raise BadPeriod("Days are written year-month-day.", _example(today))
    return None


def _ends(text: str) -> tuple[str, str] | None:
    """The words for the first and the last of several days."""
    parts = _BETWEEN.split(text)
    if len(parts) == 2:
        return parts[0].removeprefix("since "), parts[1]
    if found := _HYPHEN_BETWEEN.fullmatch(text):
        return (found[1], found[2]) if found[1] else (found[3], found[4])
    return None


def _days_of(text: str, today: date) -> tuple[date, date] | None:
    """First and last of the days of one word for them; those without a year are the latest until today.

    Raises:
        BadPeriod: There is no such month or day.
    """
    if text in ("today", "yesterday"):
        day = today - (text == "yesterday") * DAY
        return day, day
    if found := _WEEKDAY.fullmatch(text):
        back = (today.weekday() - _WEEKDAY_OF[found[2]]) % 7
        day = today - (back or (7 if found[1] else 0)) * DAY
        return day, day
    return _named_day(text, today) or _day_or_month(text, today)


def _named_day(text: str, today: date) -> tuple[date, date] | None:
    """``november``, ``nov 2025``, ``nov 15``, ``15 nov 2025``; a running month ends today.

    Raises:
        BadPeriod: The month has no such day.
    """
    if found := _NAMED_MONTH.fullmatch(text):
        month = _MONTH_OF[found[1]]
        year = found[2] or str(today.year - (month > today.month))
        return _day_or_month(f"{year}-{month}", today)
    if found := _DAY_OF_MONTH.fullmatch(text):
        month, day = _MONTH_OF[found[1] or found[5]], int(found[2] or found[4])
        year = found[3] or found[6] or str(today.year - ((month, day) > (today.month, today.day)))
        return _day_or_month(f"{year}-{month}-{day}", today)
    return None


def _day_or_month(text: str, today: date) -> tuple[date, date] | None:
    """First and last day of ``2026-11-03`` or ``2026-10``; the running month ends today.

    Raises:
        BadPeriod: There is no such month or day.
    """
    found = _DAY_OR_MONTH.fullmatch(text)
    if found is None:
        return None
    year, month = int(found[1]), int(found[2])
    if not EARLIEST.year <= year <= today.year + 100:
        raise BadPeriod(f"The year {found[1]} is not one I can look at.", _example(today))
    if not 1 <= month <= 12:
        raise BadPeriod(f"A year has no month {month}.", _example(today))
    first, last = _month(year, month)
    if found[3] is None:
        return first, today if first <= today <= last else last
    if not 1 <= int(found[3]) <= last.day:
        raise BadPeriod(f"{first:%B} {year} has no day {int(found[3])}.", last.isoformat() if last <= today else _example(today))
    day = first.replace(day=int(found[3]))
    return day, day


def _is_month(text: str) -> bool:
    found = _DAY_OR_MONTH.fullmatch(text)
    return found[3] is None if found else bool(_NAMED_MONTH.fullmatch(text))


def _checked(first: date, last: date, today: date, unit: Unit = Unit.DAYS) -> Period:
    """The period, if people can have called in it.

    Raises:
        BadPeriod: It is reversed, still to come, or too long.
    """
    if last < first:
        raise BadPeriod("The period ends before it begins.", f"{last.isoformat()}..{min(first, today).isoformat()}")
    if last > today:
        what = "begins" if first > today else "ends"
        raise BadPeriod(f"The period {what} in the future: today is {_in_words(today)} {today.year}.", _example(today))
    if (last - first).days >= MOST_DAYS:
        raise BadPeriod(f"A period has at most {MOST_DAYS} days.", f"{(last - 30 * DAY).isoformat()}..{last.isoformat()}")
    return absolute(first, last, unit)


def absolute(first: date, last: date, unit: Unit) -> Period:
    """The days from the first to the last, in words that mean them on any later day."""
    if first == last:
        return Period(first=first, last=last, when=f"on {_in_words(first)} {first.year}", unit=unit)
    if (first, last) == _month(first.year, first.month):
        return Period(first=first, last=last, when=f"in {first:%B %Y}", unit=Unit.MONTH)
    begins = f"{_in_words(first)} {first.year}" if first.year != last.year else _in_words(first)
    return Period(first=first, last=last, when=f"from {begins} to {_in_words(last)} {last.year}", unit=unit)


def _example(today: date) -> str:
    return (today - DAY).isoformat()


def _month(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def _in_words(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"
