"""What a phone company's customer is made of: sites, POPs, sub-accounts, mailboxes, clients, packages, numbers.

A part holds the facts that matter for how it behaves; how it looks on the wire is told in the ``voipms_*`` files.
Everything secret in here is invented, and long enough that finding it anywhere else is proof of a leak: PINs have eight digits.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

MAIN = "100001"
"""The main account."""

NO_CLIENT = "0"
"""What a sub-account's or a mailbox's ``client`` is when no reseller client owns it."""


@dataclass(frozen=True)
class Site:
    """A place with one public address."""

    name: str
    ip: str
    pop: str


@dataclass(frozen=True)
class Pop:
    """A VoIP.ms server.

    Attributes:
        pop: Its number, as text.
        recommended: As this row of the wire spells it: ``"Yes"``, ``"No"``, ``True``, ``1``.
    """

    pop: str
    name: str
    shortname: str
    hostname: str
    ip: str
    country: str
    recommended: str | bool | int


@dataclass(frozen=True)
class SubAccount:
    """One SIP login.

    Attributes:
        login: In full, ``100001_frontdesk``.
        by_ip: It is known by its address and registers nowhere.
        expiry: Seconds a registration lasts.
        extension: Internal, ``101``; ``""`` without.
        client, package: Of the reseller, ``"0"`` without.
        settings: Wire fields that differ from what is usual.
    """

    id: str
    login: str
    description: str
    extension: str
    site: Site
    password: str
    by_ip: bool = False
    expiry: int = 300
    agent: str = ""
    mailbox: str = ""
    recorded: bool = False
    client: str = NO_CLIENT
    package: str = "0"
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def username(self) -> str:
        return self.login.removeprefix(f"{MAIN}_")


@dataclass(frozen=True)
class Mailbox:
    """One voicemail box."""

    mailbox: str
    name: str
    password: str
    email: str
    zone: str = "America/Toronto"
    language: str = "en"
    client: str = NO_CLIENT
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Message:
    """One message in a mailbox; ``number`` is its place in the folder."""

    mailbox: str
    folder: str
    number: int
    at: datetime
    callerid: str
    seconds: int
    urgent: bool
    listened: bool


@dataclass(frozen=True)
class Client:
    """One customer of the reseller."""

    client: str
    email: str
    password: str
    company: str
    firstname: str
    lastname: str
    address: str
    city: str
    state: str
    country: str
    zip: str
    phone_number: str
    balance_management: str
    balance: Decimal


@dataclass(frozen=True)
class Package:
    """What a client pays: ``markup_*`` on each minute, rounded up to ``pulse`` seconds."""

    package: str
    name: str
    markup_fixed: Decimal
    markup_percentage: int
    pulse: int
    international_route: str
    canada_route: str
    monthly_fee: Decimal
    setup_fee: Decimal
    free_minutes: int


@dataclass(frozen=True)
class Did:
    """One rented number.

    Attributes:
        flat: Inbound calls cost nothing.
        client: The reseller client who uses it, ``"0"`` without; ``reseller_account`` is the login it is billed to.
        settings: Wire fields that differ from what is usual; the secrets among them are in ``secrets``.
    """

    did: str
    description: str
    routing: str
    pop: str
    ordered: datetime
    next_billing: date
    flat: bool = False
    client: str = NO_CLIENT
    reseller_account: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Transaction:
    """One line of the books; ``text`` is the date as the wire tells it (``2026-10-01 to 2026-10-31`` on lines added up)."""

    day: date
    text: str
    uniqueid: str
    type: str
    description: str
    amount: Decimal
