"""Wall clocks as instants: when something is due, where a day begins, how long a night is quiet. Pure.

Local times are not instants: in spring some do not exist, in autumn some exist twice. One function decides for all of them.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


def due_instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The first instant of that local date at or after the wall time, in UTC.

    A time that the clocks skip is due when they have been changed; a time that comes twice is due the first time. Where
    the clocks skip the end of a date, the rest of it is due when the next date begins.
    """
    wall = datetime.combine(day, at.replace(tzinfo=None, fold=0))
    after = wall.replace(tzinfo=zone).astimezone(UTC)
    if _wall(after, zone) == wall:
        return after
    # Skipped: read with the offset from before the change the time lies after it, with the new offset before it.
    low = int(wall.replace(tzinfo=zone, fold=1).timestamp())
    high = int(after.timestamp()) + 1
    while high - low > 1:
        middle = (low + high) // 2
        if _wall(datetime.fromtimestamp(middle, UTC), zone) >= wall:
            high = middle
        else:
            low = middle
    return datetime.fromtimestamp(high, UTC)


def day_bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants at which the local date and the one after it begin, in UTC: 23, 24 or 25 hours apart as a rule."""
    return due_instant(day, time(), zone), due_instant(day + DAY, time(), zone)


def next_at(now: datetime, at: time, zone: ZoneInfo) -> datetime:
    """The next instant after now at which the local clock reads that time, in UTC: *mute until 08:00*."""
    today = now.astimezone(zone).date()
    # the day before: where clocks skip the end of a date, its times are due on the next one
    return min(due for day in (today - DAY, today, today + DAY) if (due := due_instant(day, at, zone)) > now)


@dataclass(frozen=True, kw_only=True)
class Quiet:
    """The hours in which a channel hears only what cannot wait.

    Attributes:
        begins, ends: Wall clock of the zone. An end that is not after the beginning lies on the next day; the same time
            twice is no hour at all.
        zone: Name of a time zone.
    """

    begins: time
    ends: time
    zone: str


def quiet_until(quiet: Quiet, now: datetime) -> datetime | None:
    """When the quiet hours end that are running now, in UTC; ``None`` when none are."""
    if quiet.begins == quiet.ends:
        return None
    zone = ZoneInfo(quiet.zone)
    today = now.astimezone(zone).date()
    over_midnight = DAY if quiet.ends < quiet.begins else timedelta()
    for day in (today - DAY, today):
        ends = due_instant(day + over_midnight, quiet.ends, zone)
        if due_instant(day, quiet.begins, zone) <= now < ends:
            return ends
    return None


def _wall(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None, fold=0)
