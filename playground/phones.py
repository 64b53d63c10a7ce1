"""Phones that register, refresh, expire and drop.

What the registrar believes at any instant follows from a phone's expiry, its refresh time and what was done to it, by arithmetic:
nothing ticks, so a clock may jump::

    phone.registered_until(at)   # None: not registered

A phone whose power is cut stays registered until its last registration expires; one that says goodbye is gone at once.
"""

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["on", "cut", "dropped"]


@dataclass(frozen=True)
class Change:
    """What happened to a phone: it came on, lost its power in silence, or was dropped by the registrar."""

    at: float
    kind: Kind


@dataclass
class Phone:
    """One device of one account, registered since ever unless ``changes`` say otherwise.

    Attributes:
        pop: The server it registers to.
        expiry: Seconds a registration lasts.
        refresh: Seconds between its registrations, shorter than ``expiry``.
        offset: Where in this rhythm it stands, seconds.
        boot: Seconds from power to its first registration.
        rerouted_from: The POP it was meant for, if VoIP.ms moved it; ``0``: none.
        changes: Oldest first.
    """

    account: str
    ip: str
    port: int
    pop: str
    expiry: int
    refresh: float
    offset: float
    boot: float
    agent: str
    transport: str = "UDP"
    rerouted_from: int = 0
    changes: list[Change] = field(default_factory=list)

    def switch(self, at: float, kind: Kind) -> None:
        """Note what happens now; switching on what is on changes nothing."""
        last = self.changes[-1].kind if self.changes else "on"
        if last != kind and not (last == "dropped" and kind == "cut"):
            self.changes.append(Change(at, kind))

    def last_register(self, at: float) -> float | None:
        """When it last registered, as of ``at``; ``None``: not since it was dropped."""
        until = at
        for change in reversed(self.changes):
            if change.at > at:
                continue
            if change.kind == "dropped":
                return None
            if change.kind == "cut":
                until = change.at
            elif change.at + self.boot <= until:
                return self._rhythm(change.at + self.boot, until)
        return self._rhythm(self.offset, until)

    def registered_until(self, at: float) -> float | None:
        """When the registration that holds at ``at`` ends; ``None``: it holds none."""
        last = self.last_register(at)
        return last + self.expiry if last is not None and at < last + self.expiry else None

    def _rhythm(self, first: float, at: float) -> float:
        return first + (at - first) // self.refresh * self.refresh
