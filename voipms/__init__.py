"""The outside: the only code that speaks to VoIP.ms."""

from voipms.budget import Budget, MemoryBudget
from voipms.client import VoipMs
from voipms.errors import Kind, Refused, Unreachable, Unreadable, VoipMsError
from voipms.limited import Limited, OutOfSight
from voipms.pace import Pace, Priority
from voipms.records import (
    Balance,
    Cdr,
    Choice,
    Client,
    Count,
    Device,
    Did,
    Package,
    Registration,
    Rows,
    Server,
    SubAccount,
    Target,
    Transaction,
    Voicemail,
    VoicemailMessage,
)
from voipms.zones import to_utc, to_wall

__all__ = [
    "Balance",
    "Budget",
    "Cdr",
    "Choice",
    "Client",
    "Count",
    "Device",
    "Did",
    "Kind",
    "Limited",
    "MemoryBudget",
    "OutOfSight",
    "Pace",
    "Package",
    "Priority",
    "Refused",
    "Registration",
    "Rows",
    "Server",
    "SubAccount",
    "Target",
    "Transaction",
    "Unreachable",
    "Unreadable",
    "Voicemail",
    "VoicemailMessage",
    "VoipMs",
    "VoipMsError",
    "to_utc",
    "to_wall",
]
