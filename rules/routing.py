"""Where a number really rings: its routing followed through menus, groups and queues to the end. Pure.

A routing string is ``header:id``: ``account:100001_desk``, ``grp:4768``, ``vm:1001``, ``none:``. Inside a menu it may stand after the
key that leads there (``1=grp:4768``), inside a ring group before ring time and confirmation (``account:100001_desk,25,0``).
Source: the parameters of ``setDIDRouting``, ``setIVR``, ``setRingGroup``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from voipms import Target

DEEPEST = 8
"""Steps after which a call is not followed further."""
HIDDEN = "hidden:"
"""Stands in the place of a routing string that leads to what the reader may not see."""
_SPEAKS_FOR_ITSELF = frozenset(("sys", "none", "phone", "hidden"))


class Stop(Enum):
    """Why a step goes no further."""

    END = "end"
    LOOP = "comes back to where the call has been"
    AGAIN = "already shown"
    UNKNOWN = "unknown"
    TOO_DEEP = "too deep"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One place a call comes to.

    Attributes:
        routing: The routing string, without key and ring time.
        key: What the caller presses to get here; ``""`` elsewhere.
        target: What is known of the place.
        then: Where the call goes on to, in order; empty where it stops.
        stop: Why it stops; ``None`` where it goes on.
    """

    routing: str
    key: str = ""
    target: Target | None = None
    then: tuple["Step", ...] = ()
    stop: Stop | None = None


def kind_of(routing: str) -> str:
    """``grp`` of ``grp:4768``."""
    return routing.partition(":")[0].strip().lower()


def id_of(routing: str) -> str:
    """``4768`` of ``grp:4768``."""
    return routing.partition(":")[2].strip()


def is_set(routing: str) -> bool:
    """Whether the routing leads anywhere: ``none:`` and nothing do not."""
    return kind_of(routing) not in ("", "none")


def bare(entry: str) -> str:
    """``grp:4768`` of ``1=grp:4768`` and ``account:100001_desk`` of ``account:100001_desk,25,0``."""
    return _parts(entry)[1]


def hidden(entry: str) -> str:
    """The entry with ``HIDDEN`` in place of where it leads; the key that leads there stays."""
    key, _ = _parts(entry)
    return f"{key}={HIDDEN}" if key else HIDDEN


def follow(routing: str, targets: Mapping[str, Target]) -> Step:
    """The whole way of a call. It always ends: circles, repeats and long chains are cut and say so.

    Args:
        targets: What is known, by routing string.
    """
    return _step(routing, targets, (), set())


def _step(entry: str, targets: Mapping[str, Target], way: tuple[str, ...], shown: set[str]) -> Step:
    key, routing = _parts(entry)
    target = targets.get(routing)
    goes_on = target is not None and bool(target.leads_to)
    stop: Stop | None = None
    if routing in way:
        stop = Stop.LOOP
    elif target is None and kind_of(routing) not in _SPEAKS_FOR_ITSELF:
        stop = Stop.UNKNOWN
    elif not goes_on:
        stop = Stop.END
    elif routing in shown:
        stop = Stop.AGAIN
    elif len(way) >= DEEPEST:
        stop = Stop.TOO_DEEP
    if stop is not None or target is None:
        return Step(routing=routing, key=key, target=target, stop=stop)
    shown.add(routing)
    then = tuple(_step(one, targets, (*way, routing), shown) for one in target.leads_to)
    return Step(routing=routing, key=key, target=target, then=then)


def _parts(entry: str) -> tuple[str, str]:
    """The key that is pressed, and the bare routing string."""
    key, equals, rest = entry.partition("=")
    if not equals or ":" in key:
        key, rest = "", entry
    return key.strip(), rest.partition(",")[0].strip()


def ends(step: Step) -> tuple[Step, ...]:
    """Where the call may end, each place once, in order; ways that only repeat others and ways into nothing are left out."""
    found: dict[str, Step] = {}
    waiting = [step]
    while waiting:
        one = waiting.pop()
        waiting.extend(reversed(one.then))
        if one.stop not in (None, Stop.AGAIN, Stop.LOOP) and is_set(one.routing):
            found.setdefault(one.routing, one)
    return tuple(found.values())


def loops(step: Step) -> bool:
    """Whether a caller can be sent in a circle."""
    return step.stop is Stop.LOOP or any(map(loops, step.then))


def accounts_of(step: Step) -> tuple[str, ...]:
    """The logins that ring, each once, in order."""
    return tuple(id_of(end.routing) for end in ends(step) if kind_of(end.routing) == "account")


def kinds(starts: Iterable[str], targets: Mapping[str, Target]) -> frozenset[str]:
    """The kinds of everything that can be reached from these routing strings by what is known so far."""
    seen: set[str] = set()
    waiting = list(starts)
    while waiting:
        routing = _parts(waiting.pop())[1]
        if routing not in seen:
            seen.add(routing)
            target = targets.get(routing)
            waiting.extend(target.leads_to if target is not None else ())
    return frozenset(map(kind_of, seen))
