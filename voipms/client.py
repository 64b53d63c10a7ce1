"""The typed client of the VoIP.ms API: one method per question, one private door to the network."""

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

import requests

from voipms.pace import Pace, Priority
from voipms.records import (
    Balance,
    Cdr,
    Choice,
    Client,
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


class VoipMs:
    """One VoIP.ms account, asked over HTTPS."""

    def __init__(
        self,
        username: str,
        password: str,
        *,
        session: requests.Session | None = None,
        pace: Pace | None = None,
        url: str = "https://voip.ms/api/v1/rest.php",
        timeout: float = 30.0,
        user_agent: str = "Dialtone",
        timezone_offset: float = -5,
        wire_zone: ZoneInfo = ZoneInfo("America/New_York"),
    ) -> None: ...

    wire_zone: ZoneInfo

    def patient(self, priority: Priority, tries: int) -> "VoipMs":
        """The same account asked with another patience: jobs wait and retry more, people go first."""
        raise NotImplementedError

    def registration(self, account: str) -> Registration:
        raise NotImplementedError

    def sub_accounts(self, account: str = "") -> Rows[SubAccount]:
        raise NotImplementedError

    def voicemails(self, mailbox: str = "", client: str = "") -> Rows[Voicemail]:
        raise NotImplementedError

    def voicemail_messages(
        self, mailbox: str, folder: str = "", first: date | None = None, last: date | None = None
    ) -> Rows[VoicemailMessage]:
        raise NotImplementedError

    def packages(self, package: str = "") -> Rows[Package]:
        raise NotImplementedError

    def clients(self, client: str = "") -> Rows[Client]:
        raise NotImplementedError

    def check_login(self, email: str, password: str) -> Client | None:
        raise NotImplementedError

    def cdrs(
        self,
        first: date,
        last: date,
        *,
        account: str = "all",
        calltype: str = "all",
        callbilling: str = "all",
        dispositions: frozenset[str] = frozenset(("ANSWERED", "NO ANSWER", "BUSY", "FAILED")),
    ) -> Iterator[Rows[Cdr]]:
        raise NotImplementedError

    def reseller_cdrs(
        self,
        client: str,
        first: date,
        last: date,
        *,
        account: str = "all",
        calltype: str = "all",
        callbilling: str = "all",
        dispositions: frozenset[str] = frozenset(("ANSWERED", "NO ANSWER", "BUSY", "FAILED")),
    ) -> Iterator[Rows[Cdr]]:
        raise NotImplementedError

    def balance(self, advanced: bool = True) -> Balance:
        raise NotImplementedError

    def reseller_balance(self, client: str) -> Balance:
        raise NotImplementedError

    def servers(self, pop: str = "") -> Rows[Server]:
        raise NotImplementedError

    def dids(self, client: str = "", did: str = "") -> Rows[Did]:
        raise NotImplementedError

    def ip(self) -> str:
        raise NotImplementedError

    def call_accounts(self, client: str = "") -> Rows[Choice]:
        raise NotImplementedError

    def call_types(self, client: str = "") -> Rows[Choice]:
        raise NotImplementedError

    def call_billing(self) -> Rows[Choice]:
        raise NotImplementedError

    def transactions(self, first: date, last: date) -> Rows[Transaction]:
        raise NotImplementedError

    def targets(self, kind: str) -> Rows[Target]:
        """What the routing strings of one kind (``fwd``, ``grp``, ``queue``, ``ivr``, ``tc``, ``sip``, …) lead to."""
        raise NotImplementedError
