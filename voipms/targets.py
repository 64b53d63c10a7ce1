"""What routing strings lead to: forwardings, ring groups, queues, menus and the other parts that a call can pass. Pure.

A routing string is ``header:id`` (``grp:4768``). For each header that points into a list: the question that lists it, the few
fields that matter (no PIN of a DISA, no password of a queue), and the strings that a call goes on to.

Source: the answers of ``getForwardings``, ``getRingGroups``, ``getQueues``, ``getStaticMembers``, ``getIVRs``,
``getTimeConditions``, ``getCallHuntings``, ``getSIPURIs``, ``getCallbacks``, ``getDISAs``, ``getRecordings``, ``getVoicemails``,
``getSubAccounts``.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import msgspec

from voipms.records import SubAccount, Target, Voicemail


class Forwarding(msgspec.Struct, frozen=True, kw_only=True):
    forwarding: str
    phone_number: str = ""
    description: str = ""


class RingGroup(msgspec.Struct, frozen=True, kw_only=True):
    """``members``: ``account:100001;fwd:16006``. ``voicemail``: a mailbox, for when nobody answers."""

    ring_group: str
    name: str = ""
    members: str = ""
    voicemail: str = ""


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    queue: str
    queue_name: str = ""
    fail_over_routing_timeout: str = ""
    fail_over_routing_full: str = ""
    fail_over_routing_join_empty: str = ""
    fail_over_routing_leave_empty: str = ""
    fail_over_routing_join_unavail: str = ""
    fail_over_routing_leave_unavail: str = ""


class StaticMember(msgspec.Struct, frozen=True, kw_only=True):
    """``account``: ``SIP/100000_johnsmith``. ``priority``: 0 rings first."""

    member: str
    account: str = ""
    priority: int = 0


class Ivr(msgspec.Struct, frozen=True, kw_only=True):
    """``choices``: ``1=sip:5096;2=fwd:20222``."""

    ivr: str
    name: str = ""
    choices: str = ""


class TimeCondition(msgspec.Struct, frozen=True, kw_only=True):
    timecondition: str
    name: str = ""
    routing_match: str = ""
    routing_nomatch: str = ""


class CallHunting(msgspec.Struct, frozen=True, kw_only=True):
    """``members``: ``account:11111;none:;none:``."""

    callhunting: str
    description: str = ""
    members: str = ""


class SipUri(msgspec.Struct, frozen=True, kw_only=True):
    sipuri: str
    uri: str = ""
    description: str = ""


class Callback(msgspec.Struct, frozen=True, kw_only=True):
    callback: str
    description: str = ""
    number: str = ""


class Disa(msgspec.Struct, frozen=True, kw_only=True):
    disa: str
    name: str = ""


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    value: str
    description: str = ""


@dataclass(frozen=True)
class Listing:
    """How the parts of one header are asked for.

    Attributes:
        method, key: The question, and the key of the list in its answer.
        record: What is read of a row.
        identity: The record's field behind the header's colon.
        name: The record's field that people know it by.
        number: The record's field with what rings in the end.
        leads_to: The record's routing strings, in order.
    """

    method: str
    key: str
    record: type[msgspec.Struct]
    identity: str
    name: str
    number: str = ""
    leads_to: Callable[[Any], Iterable[str]] = lambda row: ()

    def target(self, header: str, row: msgspec.Struct, before: Iterable[str] = ()) -> Target:
        """What the routing string of a row leads to; ``before`` comes before what the row itself names."""
        steps = (step.partition(",")[0].strip() for step in (*before, *self.leads_to(row)))
        return Target(
            routing=f"{header}:{getattr(row, self.identity)}",
            name=getattr(row, self.name),
            leads_to=tuple(dict.fromkeys(step for step in steps if step.partition(":")[2])),
            number=getattr(row, self.number) if self.number else "",
        )


def _ring_group_steps(group: RingGroup) -> list[str]:
    return [*group.members.split(";"), f"vm:{group.voicemail}" if group.voicemail not in ("", "0") else ""]


def _queue_steps(queue: Queue) -> list[str]:
    return [getattr(queue, name) for name in Queue.__struct_fields__ if name.startswith("fail_over_")]


def members_of(queue: Iterable[StaticMember]) -> list[str]:
    """The routing strings of a queue's own members, those that ring first before the others."""
    named = sorted(queue, key=lambda member: member.priority)
    return [f"account:{member.account.rpartition('/')[2]}" for member in named if member.account]


LISTINGS = {
    "account": Listing("getSubAccounts", "accounts", SubAccount, "account", "description"),
    "vm": Listing("getVoicemails", "voicemails", Voicemail, "mailbox", "name"),
    "fwd": Listing("getForwardings", "forwardings", Forwarding, "forwarding", "description", "phone_number"),
    "grp": Listing("getRingGroups", "ring_groups", RingGroup, "ring_group", "name", leads_to=_ring_group_steps),
    "queue": Listing("getQueues", "queues", Queue, "queue", "queue_name", leads_to=_queue_steps),
    "ivr": Listing("getIVRs", "ivrs", Ivr, "ivr", "name", leads_to=lambda menu: menu.choices.split(";")),
    "tc": Listing(
        "getTimeConditions",
        "timecondition",
        TimeCondition,
        "timecondition",
        "name",
        leads_to=lambda condition: (condition.routing_match, condition.routing_nomatch),
    ),
    "ch": Listing(
        "getCallHuntings", "call_hunting", CallHunting, "callhunting", "description", leads_to=lambda hunt: hunt.members.split(";")
    ),
    "sip": Listing("getSIPURIs", "sipuris", SipUri, "sipuri", "description", "uri"),
    "cb": Listing("getCallbacks", "callbacks", Callback, "callback", "description", "number"),
    "disa": Listing("getDISAs", "disa", Disa, "disa", "name"),
    "recording": Listing("getRecordings", "recordings", Recording, "value", "description"),
}
"""By header. ``did``, ``phone``, ``sys`` and ``none`` point into no list."""
