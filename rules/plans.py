"""A report that somebody wants again and again: what, when, where; and how long one of it waits for VoIP.ms. Pure."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from rules.access import is_person
from rules.reports import Scope
from rules.schedule import Policy, Schedule, last_due
from rules.usual import Figures


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is reported, when and where.

    Attributes:
        channel: Slack's id of a channel, or of a person: then it is that person's digest.
        csv: Every part of it comes as a file, in its thread.
    """

    schedule: Schedule
    channel: str
    scope: Scope = field(default_factory=Scope)
    policy: Policy = Policy.LATEST
    csv: bool = False

    @property
    def is_personal(self) -> bool:
        """Whether one person alone gets it."""
        return is_person(self.channel)


def since_after_change(before: Plan, after: Plan, since: datetime, now: datetime) -> datetime:
    """From when on a changed plan owes reports.

    Another rhythm begins anew. Where only the time, the zone or something else was changed, the next report takes the place of the
    one that would have come next, also when its new time went by a moment ago.

    Args:
        since: From when on it did before.
    """
    same_days = replace(after.schedule, at=before.schedule.at, zone=before.schedule.zone) == before.schedule
    if not same_days:
        return now
    return max(since, last_due(before.schedule, now).at)


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a report that was sent said.

    Attributes:
        figures: What it came to.
        complete: Whether everything was read that it needs.
        at: When the records were read.
        limited_at: When the limits were set that it keeps to; ``None``: it tells of everything.
    """

    figures: Figures
    complete: bool
    at: datetime
    limited_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long one report waits for VoIP.ms, and when its records are read again.

    Attributes:
        tries: The least and the most time between two tries.
        quiet: After so long without success the channel is told that it waits.
        most: After so long it is sent with what there is.
        again: How long after it was sent complete its records are read again, for those that come late.
        last: How long after it was first sent it may still be changed.
    """

    tries: tuple[timedelta, timedelta] = (timedelta(minutes=1), timedelta(minutes=5))
    quiet: timedelta = timedelta(minutes=30)
    most: timedelta = timedelta(hours=2)
    again: timedelta = timedelta(hours=2)
    last: timedelta = timedelta(days=1)

    def next_try(self, since: datetime, now: datetime) -> datetime:
        """When to try again: later the longer it has failed, but in time for what is to be told.

        Args:
            since: When it failed first.
        """
        least, most = self.tries
        marks = (since + self.quiet, since + self.most)
        return min([now + min(most, max(least, (now - since) / 6)), *(mark for mark in marks if mark > now)])
