"""The one place where VoIP.ms's wall clocks become instants.

What the API calls ``timezone`` shifts New York's wall clock, so with ``-5`` every time is New York's, summer and winter; it
comes without an offset. Source: reports of live clients; the documentation says nothing.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def to_utc(wall: datetime, wire_zone: ZoneInfo) -> datetime:
    """The instant of a naive wall clock of the wire zone, aware, in UTC.

    The hour that is repeated each autumn is read as its first pass: nothing on the wire tells the two apart. A time that
    the clocks skip in spring is read as if they had not been changed yet.
    """
    return wall.replace(tzinfo=wire_zone, fold=0).astimezone(UTC)


def to_wall(at: datetime, wire_zone: ZoneInfo) -> datetime:
    """The naive wall clock of the wire zone at an aware instant; ``fold`` tells the second pass of a repeated hour."""
    return at.astimezone(wire_zone).replace(tzinfo=None)
