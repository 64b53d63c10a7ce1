"""Who may ask VoIP.ms next: people before re-checks before sweeps."""

from enum import IntEnum


class Priority(IntEnum):
    """Lower goes first."""

    PERSON = 0
    RECHECK = 1
    SWEEP = 2


class Pace:
    """One queue in front of the network."""
