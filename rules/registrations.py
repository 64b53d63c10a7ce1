"""Registrations: what a look at an account saw. Pure.

A look is ``registered``, ``not registered`` or ``unknown``. Only VoIP.ms's own "no" makes ``not registered``: a time-out, an
HTML page or a refusal is ``unknown``, and an account nobody has asked about is ``not looked at``.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from rules import watch
from rules.accounts import name_of
from rules.polling import spot_of
from voipms import Device, Kind, Refused, Registration, SubAccount, VoipMsError

MAIN = "Main account"
WITH_PASSWORD, BY_ADDRESS = "1", "2"
"""Values of ``auth_type``. Source: ``getAuthTypes``."""


class State(Enum):
    """What is known of an account's registration."""

    REGISTERED = "registered"
    MISSING = "not registered"
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


def as_seen(line: watch.Line, look: Look) -> watch.Line:
    """The line as that one look shows it: a look confirms nothing. Since when it is so and where it was last, the line has to know."""
    is_up, spot = look.state is State.REGISTERED, spot_of(line, devices(look))
    never = line.state is watch.State.UNSEEN and line.answered_at is not None
    if spot is not None:
        line = replace(line, site=spot.address or line.site, pop=spot.pop, pop_name=spot.pop_name, agent=spot.agent or line.agent)
    return replace(
        line,
        state=watch.State.OK if is_up else watch.State.UNSEEN if never else watch.State.MISSING,
        changed_at=None,
        answered_at=look.looked_at if look.registration is not None else None,
        down_since=line.down_since if look.state is State.MISSING else None,
        up_since=line.up_since if is_up else None,
        flapping=False,
    )


def same_for_all(error: VoipMsError) -> bool:
    """Whether every account would be answered with this error: wrong password, address not allowed, maintenance."""
    return isinstance(error, Refused) and error.kind in (Kind.CREDENTIALS, Kind.ALLOW_LIST, Kind.MAINTENANCE)


def devices(look: Look) -> tuple[Device, ...]:
    """The phones signed in with this account, in an order that does not depend on the answer's."""
    found = look.registration.devices if look.registration is not None else ()
    return tuple(sorted(found, key=lambda one: (one.register_ip, one.register_port, one.server_pop)))


def pop_name(device: Device) -> str:
    """What people call the device's POP, else its number."""
    return device.server_name or device.server_shortname or (f"POP {device.server_pop}" if device.server_pop else "")


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


# A number's POP


def reaches(look: Look, pop: str) -> bool | None:
    """Whether a call that comes in at this POP finds the phone; ``None`` when it cannot be told.

    A number rings a phone only where the phone is registered: on the number's own POP.
    """
    pops = {device.server_pop for device in devices(look)} - {""}
    return pop in pops if pop and pops else None
