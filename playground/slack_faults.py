"""Faults that the stand-in for Slack shows on demand: ``slack.fail(RateLimited(2), method="chat.postMessage", times=1)``."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RateLimited:
    """429 with ``Retry-After`` in seconds; the call is not carried out. ``rate_limited`` is about one channel."""

    retry_after: int = 1
    error: str = "ratelimited"


@dataclass(frozen=True)
class Status:
    """An HTTP status that is no answer of the API: 500, 502, 503; the call is carried out or not."""

    code: int = 503
    carried_out: bool = False


@dataclass(frozen=True)
class Dropped:
    """The connection is reset without an answer: before the call is carried out, or after."""

    before: bool = True


@dataclass(frozen=True)
class ApiError:
    """The API says no: ``invalid_blocks``, ``internal_error``, …; the call is carried out all the same, or not."""

    error: str
    carried_out: bool = False


@dataclass(frozen=True)
class Slow:
    """The answer takes so many seconds; the call is carried out."""

    seconds: float


Fault = RateLimited | Status | Dropped | ApiError | Slow
