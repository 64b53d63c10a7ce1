"""How late an account's outage can be told, and whether a shorter registration would help. Pure."""

from dataclasses import dataclass
from datetime import timedelta

from rules.polling import DEFAULT_EXPIRY
from rules.timing import Timing
from rules.watch import Line, WorstCase, worst_case

ADVISED = timedelta(minutes=5)
"""A registration short enough to notice a dead phone soon, and long enough not to be a burden."""
WORTH = timedelta(minutes=5)
"""What is gained has to be that much for somebody to change a phone's settings."""


@dataclass(frozen=True, kw_only=True)
class Detection:
    """How late an account's outage can be told.

    Attributes:
        expiry: How long its registrations last, as far as that is known.
        worst: As it is.
        better: With registrations of ``ADVISED``; ``None`` where it would gain little.
    """

    expiry: timedelta
    worst: WorstCase
    better: WorstCase | None


def detection(line: Line, max_expiry: int | None, sweep: timedelta, timing: Timing) -> Detection:
    """How late this line's outage can be told.

    Args:
        max_expiry: The longest time its registrations may last, in seconds, as VoIP.ms has it.
        sweep: The time in which every account has its turn.
    """
    seconds = line.expiry or max_expiry
    expiry = timedelta(seconds=seconds) if seconds else DEFAULT_EXPIRY
    worst, better = worst_case(expiry, sweep, timing), worst_case(ADVISED, sweep, timing)
    return Detection(expiry=expiry, worst=worst, better=better if worst.silent - better.silent >= WORTH else None)
