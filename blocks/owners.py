"""What people call the owners of calls: sub-accounts, our numbers, and the places that numbers lead to. Pure."""

from collections.abc import Iterable, Mapping

from blocks.frame import digits, listing, mask_within
from blocks.routing import masked as masked_routing
from rules.accounts import name_of
from rules.call_rows import is_main
from rules.routing import id_of, kind_of
from voipms import Did, SubAccount

_ROUTED = {
    "grp": "Ring group",
    "queue": "Queue",
    "ivr": "Menu",
    "vm": "Mailbox",
    "fwd": "Forwarding",
    "tc": "Time condition",
    "sip": "SIP address",
    "cb": "Callback",
    "disa": "DISA",
    "recording": "Recording",
    "sys": "System",
}


def names_of(sub_accounts: Iterable[SubAccount], dids: Iterable[Did], masked: bool = False) -> dict[str, str]:
    """What people call logins, our numbers (by their digits), and the places that numbers lead to; from outside.

    A ring group or a time condition goes by the names of its numbers: *Main line (ring group)*.
    """
    names = {one.account: name_of(one) for one in sub_accounts}
    led: dict[str, list[str]] = {}
    for did in dids:
        if did.description:
            names[digits(did.did)] = did.description
            led.setdefault(did.routing, []).append(did.description)
    names |= {routing: f"{listing(called, 2)} ({_place(routing).lower()})" for routing, called in led.items() if ":" in routing}
    return {key: mask_within(name) for key, name in names.items()} if masked else names


def owner_name(owner: str, names: Mapping[str, str], masked: bool = False) -> str:
    """What people call an owner: a sub-account's name, *Main line (ring group)*, *Main account*; from outside."""
    if owner in names:
        return names[owner]
    if ":" in owner:
        return f"{_place(owner)} {id_of(masked_routing(owner) if masked else owner)}".strip()
    return "Main account" if owner and is_main(owner) else owner or "No account"


def _place(routing: str) -> str:
    return _ROUTED.get(kind_of(routing), kind_of(routing))
