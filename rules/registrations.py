"""Registrations: what a look at an account saw, and what many looks say together. Pure.

A look is ``registered``, ``not registered`` or ``unknown``. Only VoIP.ms's own "no" makes ``not registered``: a time-out, an
HTML page or a refusal is ``unknown``, and an account nobody has asked about is ``not looked at``. Among many looks, one of
which the watch has never heard anything but "no" is ``never seen``.
"""

from collections import Counter
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from rules.accounts import name_of
from rules.finding import by_name
from voipms import Device, Kind, Refused, Registration, SubAccount, VoipMsError

MAIN = "Main account"
WITH_PASSWORD, BY_ADDRESS = "1", "2"
"""Values of ``auth_type``. Source: ``getAuthTypes``."""


class State(Enum):
    """What is known of an account's registration."""

    REGISTERED = "registered"
    MISSING = "not registered"
    NEVER_SEEN = "never seen"
    UNKNOWN = "unknown"
    NOT_LOOKED_AT = "not looked at"


@dataclass(frozen=True, kw_only=True)
class Look:
    """What one look at one account saw, live or remembered.

    Attributes:
        account: The full login.
        looked_at: Aware; ``None`` when nobody has looked.
        registration: VoIP.ms's answer, when there was one.
        problem: Why nothing is known: one plain sentence.
    """

    account: str
    name: str
    extension: str = ""
    state: State
    looked_at: datetime | None = None
    registration: Registration | None = None
    problem: str = ""


def saw(one: SubAccount, registration: Registration, at: datetime) -> Look:
    """The look that was answered."""
    state = State.REGISTERED if registration.registered else State.MISSING
    return Look(
        account=one.account,
        name=name_of(one),
        extension=one.internal_extension,
        state=state,
        looked_at=at,
        registration=registration,
    )


def saw_nothing(one: SubAccount, problem: str, at: datetime) -> Look:
    """The look that failed: the phone may be fine."""
    return Look(
        account=one.account, name=name_of(one), extension=one.internal_extension, state=State.UNKNOWN, looked_at=at, problem=problem
    )


def passed_over(one: SubAccount) -> Look:
    """The account that nobody has looked at."""
    return Look(account=one.account, name=name_of(one), extension=one.internal_extension, state=State.NOT_LOOKED_AT)


def told_apart(looks: Iterable[Look], never: Container[str]) -> list[Look]:
    """The looks, with those that are not registered and never were as ``never seen``.

    Args:
        never: Logins that the watch has never seen registered.
    """
    return [replace(one, state=State.NEVER_SEEN) if one.state is State.MISSING and one.account in never else one for one in looks]


def same_for_all(error: VoipMsError) -> bool:
    """Whether every account would be answered with this error: wrong password, address not allowed, maintenance."""
    return isinstance(error, Refused) and error.kind in (Kind.CREDENTIALS, Kind.ALLOW_LIST, Kind.MAINTENANCE)


# Accounts


def registers(one: SubAccount) -> bool:
    """Whether the account signs in with a password: all others have nothing to register, and "no" is their normal state."""
    return one.auth_type == WITH_PASSWORD


def with_main(sub_accounts: Iterable[SubAccount], main_account: str) -> list[SubAccount]:
    """The sub-accounts and, where it is named, the main account, which VoIP.ms does not list."""
    known = list(sub_accounts)
    if main_account and all(one.account != main_account for one in known):
        known.append(SubAccount(account=main_account, description=MAIN, auth_type=WITH_PASSWORD))
    return known


# Many looks


@dataclass(frozen=True, kw_only=True)
class Board:
    """Looks by what they saw, each in the order in which people look for names."""

    missing: tuple[Look, ...]
    unknown: tuple[Look, ...]
    not_looked_at: tuple[Look, ...]
    registered: tuple[Look, ...]
    never_seen: tuple[Look, ...]


def board(looks: Sequence[Look]) -> Board:
    """Sorts looks by what they saw."""
    named = by_name(looks, lambda look: look.name)

    def of(state: State) -> tuple[Look, ...]:
        return tuple(look for look in named if look.state is state)

    return Board(
        missing=of(State.MISSING),
        unknown=of(State.UNKNOWN),
        not_looked_at=of(State.NOT_LOOKED_AT),
        registered=of(State.REGISTERED),
        never_seen=of(State.NEVER_SEEN),
    )


@dataclass(frozen=True, kw_only=True)
class Place:
    """An address from which phones are registered.

    Attributes:
        address: ``""`` where VoIP.ms did not tell.
        pops: Names of the POPs they use, without repeats.
    """

    address: str
    phones: int
    pops: tuple[str, ...]


def places(registered: Sequence[Look]) -> list[Place]:
    """Registered phones by the address they come from, most phones first; each account counts once.

    An account with devices at several addresses counts where most others are: a desk phone at the office wins over the
    same person's softphone at home.
    """
    addresses = {look.account: sorted({device.register_ip for device in devices(look)}) or [""] for look in registered}
    crowd = Counter(address for several in addresses.values() for address in several)
    phones: Counter[str] = Counter()
    pops: dict[str, set[str]] = {}
    for look in registered:
        place = max(addresses[look.account], key=lambda address: (bool(address), crowd[address]))
        phones[place] += 1
        pops.setdefault(place, set()).update(pop_name(device) for device in devices(look) if device.register_ip == place)
    ranked = sorted(phones, key=lambda address: (-phones[address], address))
    return [Place(address=address, phones=phones[address], pops=tuple(sorted(pops[address] - {""}))) for address in ranked]


def devices(look: Look) -> tuple[Device, ...]:
    """The phones signed in with this account, in an order that does not depend on the answer's."""
    found = look.registration.devices if look.registration is not None else ()
    return tuple(sorted(found, key=lambda one: (one.register_ip, one.register_port, one.server_pop)))


def pop_name(device: Device) -> str:
    """What people call the device's POP, else its number."""
    return device.server_name or device.server_shortname or (f"POP {device.server_pop}" if device.server_pop else "")


# A number's POP


def reaches(look: Look, pop: str) -> bool | None:
    """Whether a call that comes in at this POP finds the phone; ``None`` when it cannot be told.

    A number rings a phone only where the phone is registered: on the number's own POP.
    """
    pops = {device.server_pop for device in devices(look)} - {""}
    return pop in pops if pop and pops else None
