"""What can go wrong between us and VoIP.ms, and what a person is told.

VoipMsError
├── Unreachable     no usable HTTP answer: time-out, refused, DNS, HTTP 4xx/5xx, Cloudflare 52x
├── Unreadable      an answer, but not in the shape we know: HTML, SOAP, empty, null, truncated, no status
└── Refused         VoIP.ms said no, with a status word (``.status``, ``.kind``)

``str(error)`` is for the log, ``tell_user`` and ``next_step`` are for Slack. Neither ever holds a URL, a form or a password.
"""

from enum import Enum


class Kind(Enum):
    """The class of a status word."""

    EMPTY = "empty"
    CREDENTIALS = "credentials"
    ALLOW_LIST = "allow-list"
    RATE_LIMIT = "rate limit"
    MAINTENANCE = "maintenance"
    BAD_INPUT = "bad input"
    UNKNOWN = "unknown"


class VoipMsError(Exception):
    """Something between us and VoIP.ms failed.

    Attributes:
        tell_user: One plain sentence on what happened.
        next_step: One plain sentence on what to do; may be empty.
    """

    tell_user = "VoIP.ms could not be asked."
    next_step = ""


class Unreachable(VoipMsError):
    """No usable HTTP answer."""


class Unreadable(VoipMsError):
    """An answer, but not in the shape we know."""


class Refused(VoipMsError):
    """VoIP.ms said no, with a status word.

    Attributes:
        status: The word, lower case.
        kind: Its class.
    """

    status: str = ""
    kind: Kind = Kind.UNKNOWN
