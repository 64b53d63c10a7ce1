"""Faults that the simulated VoIP.ms shows on demand: ``phones.fail(Html(503), method="getCDR", times=2)``."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Slow:
    """The right answer, but it takes so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Hang:
    """No answer, and the connection stays open."""


@dataclass(frozen=True)
class Dropped:
    """The connection is reset without an answer."""


@dataclass(frozen=True)
class Html:
    """A page from what stands before the API: a challenge on a 200, the firewall's 403, Varnish's 503, Cloudflare's ``error code: 522``."""

    status: int = 200


@dataclass(frozen=True)
class Soap:
    """The other side of the API: a SOAP fault, in XML, on a 200."""


@dataclass(frozen=True)
class Empty:
    """A 200 with nothing in it."""


@dataclass(frozen=True)
class Null:
    """JSON ``null`` on a 200."""


@dataclass(frozen=True)
class NoStatus:
    """The right answer without its ``status``."""


@dataclass(frozen=True)
class Truncated:
    """Half of the right answer.

    Attributes:
        announced: ``Content-Length`` tells the whole length, so that the connection seems to break; else only the JSON is cut.
    """

    announced: bool = True


@dataclass(frozen=True)
class BadStatus:
    """The API says no: any status word, with its usual message or another."""

    status: str
    message: str | None = None


Fault = Slow | Hang | Dropped | Html | Soap | Empty | Null | NoStatus | Truncated | BadStatus
