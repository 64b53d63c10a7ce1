"""The account as somebody sees it who may see only a part of it. Default is deny."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from itertools import chain
from typing import Any, Protocol

from voipms.client import DISPOSITIONS, VoipMs
from voipms.pace import Priority
from voipms.records import Balance, Cdr, Client, Did, Registration, Rows, Server, SubAccount, Target, Voicemail, VoicemailMessage


class OutOfSight(Exception):
    """It is asked for something outside the part that may be seen, or for something that only the whole account has.

    It says the same of what there is and of what there is not.
    """


class Sieve(Protocol):
    """Which rows of the whole account are within the part."""

    @property
    def clients(self) -> frozenset[str]:
        """Numbers of the reseller clients that are within as a whole."""

    @property
    def sub_accounts(self) -> Rows[SubAccount]: ...

    @property
    def logins(self) -> frozenset[str]:
        """Everything that signs in and is within."""

    @property
    def own(self) -> frozenset[str]:
        """Those of the logins that are of no reseller client."""

    @property
    def resold(self) -> Mapping[str, frozenset[str]]:
        """The others, by reseller client."""

    @property
    def dids(self) -> Rows[Did]: ...

    def targets(self, ask: Callable[[str], Iterable[Target]]) -> Mapping[str, Target]: ...

    def mailboxes(self, every: Rows[Voicemail], of_clients: Iterable[Voicemail]) -> Rows[Voicemail]: ...

    def has_call(self, row: Cdr) -> bool: ...

    def is_resold(self, row: Cdr) -> bool:
        """Whether a row within is a reseller client's."""

    def shown(self, row: Cdr) -> Cdr:
        """The row without what of it lies outside."""


class Limited(VoipMs):
    """``VoipMs``, with the rows of one part alone. Only what is written out here can be asked; everything else raises ``OutOfSight``.

    What belongs to a reseller client is told at the client's prices: whoever sees only a client's part must not see what its calls
    cost the reseller. Thread-safe; meant for one question, so the lists that the part rests on are asked for at most once.

    Args:
        whole: The account.
        part: Makes the sieve from all sub-accounts, and from what gives all numbers.
    """

    def __init__(self, whole: VoipMs, part: Callable[[Rows[SubAccount], Callable[[], Rows[Did]]], Sieve]) -> None:
        self._whole = whole
        self._make = part
        self._lock = threading.RLock()
        self.wire_zone = whole.wire_zone

    def __getattribute__(self, name: str) -> Any:
        # nothing of the parent is reached by being forgotten here
        if not name.startswith("_") and name != "wire_zone" and name not in Limited.__dict__:
            raise OutOfSight(f"{name} is of the whole account")
        return super().__getattribute__(name)

    def __repr__(self) -> str:
        return "Limited(…)"

    @cached_property
    def _sieve(self) -> Sieve:
        return self._make(self._whole.sub_accounts(), self._whole.dids)

    @property
    def _part(self) -> Sieve:
        with self._lock:
            return self._sieve

    def patient(self, priority: Priority, tries: int) -> "Limited":
        """The same part, asked with another patience."""
        return Limited(self._whole.patient(priority, tries), self._make)

    # Accounts

    def registration(self, account: str) -> Registration:
        """Whether this account of the part is signed in."""
        return self._whole.registration(_within(account, self._part.logins))

    def sub_accounts(self, account: str = "") -> Rows[SubAccount]:
        """The part's sub-accounts: all, the one of this login, or those of this client."""
        rows = self._part.sub_accounts
        chosen = (one for one in rows if account in ("", one.account, one.reseller_client))
        return Rows(chosen, rows.unreadable, rows.gaps)

    def servers(self, pop: str = "") -> Rows[Server]:
        """All POPs, or one: they are VoIP.ms's own."""
        return self._whole.servers(pop)

    # Voicemail

    def voicemails(self, mailbox: str = "", client: str = "") -> Rows[Voicemail]:
        """The part's mailboxes: all, one, or those of a client."""
        with self._lock:
            rows = self._mailboxes
        if client:
            of_client = {box.mailbox for box in self._whole.voicemails(client=_within(client, self._part.clients))}
            return Rows((box for box in rows if box.mailbox in of_client), rows.unreadable, rows.gaps)
        return Rows((box for box in rows if mailbox in ("", box.mailbox)), rows.unreadable, rows.gaps)

    @cached_property
    def _mailboxes(self) -> Rows[Voicemail]:
        part = self._part
        of_clients = [box for client in sorted(part.clients) for box in self._whole.voicemails(client=client)]
        return part.mailboxes(self._whole.voicemails(), of_clients)

    def voicemail_messages(
        self, mailbox: str, folder: str = "", first: date | None = None, last: date | None = None
    ) -> Rows[VoicemailMessage]:
        """The messages of a mailbox of the part."""
        return self._whole.voicemail_messages(_within(mailbox, {box.mailbox for box in self.voicemails()}), folder, first, last)

    # Reseller

    def clients(self, client: str = "") -> Rows[Client]:
        """The part's clients, or one by id or e-mail."""
        rows = self._whole.clients()
        chosen = (one for one in rows if one.client in self._part.clients and client in ("", one.client, one.email))
        return Rows(chosen, rows.unreadable, rows.gaps)

    def reseller_balance(self, client: str) -> Balance:
        """The balance of a client of the part."""
        return self._whole.reseller_balance(_within(client, self._part.clients))

    # Calls

    def cdrs(
        self,
        first: date,
        last: date,
        *,
        account: str = "all",
        calltype: str = "all",
        callbilling: str = "all",
        dispositions: frozenset[str] = frozenset(DISPOSITIONS),
    ) -> Iterator[Rows[Cdr]]:
        """The part's call records: those of reseller clients at their prices, then the others."""
        part = self._part
        wanted = part.logins if account == "all" else frozenset((_within(account, part.logins),))
        filters: dict[str, Any] = {"account": account, "calltype": calltype, "callbilling": callbilling, "dispositions": dispositions}
        asked = [
            self._resold(client, self._whole.reseller_cdrs(client, first, last, **filters))
            for client, logins in sorted(part.resold.items())
            if account == "all" or wanted & logins
        ]
        if part.own & wanted:
            asked.append(self._own(self._whole.cdrs(first, last, **filters)))
        return chain.from_iterable(asked)

    def reseller_cdrs(
        self,
        client: str,
        first: date,
        last: date,
        *,
        account: str = "all",
        calltype: str = "all",
        callbilling: str = "all",
        dispositions: frozenset[str] = frozenset(DISPOSITIONS),
    ) -> Iterator[Rows[Cdr]]:
        """The call records of a client of the part."""
        filters: dict[str, Any] = {"account": account, "calltype": calltype, "callbilling": callbilling, "dispositions": dispositions}
        return self._resold(client, self._whole.reseller_cdrs(_within(client, self._part.clients), first, last, **filters))

    def _resold(self, client: str, pieces: Iterator[Rows[Cdr]]) -> Iterator[Rows[Cdr]]:
        """A client's records as VoIP.ms lists them; where only some of its accounts are within, theirs."""
        part = self._part
        for rows in pieces:
            within = rows if client in part.clients else filter(part.has_call, rows)
            yield Rows(map(part.shown, within), rows.unreadable, rows.gaps)
            del rows, within  # else two pieces are in memory while the next is read

    def _own(self, pieces: Iterator[Rows[Cdr]]) -> Iterator[Rows[Cdr]]:
        """The whole account's records without the others', and without those that were told at a client's prices."""
        part = self._part
        for rows in pieces:
            within = (part.shown(row) for row in rows if part.has_call(row) and not part.is_resold(row))
            yield Rows(within, rows.unreadable, rows.gaps)
            del rows, within

    # Numbers

    def dids(self, client: str = "", did: str = "") -> Rows[Did]:
        """The part's numbers: all, one, or those of a client of it."""
        with self._lock:
            rows = self._part.dids
        if client:
            of_client = {one.did for one in self._whole.dids(client=_within(client, self._part.clients | self._part.logins))}
            return Rows((one for one in rows if one.did in of_client), rows.unreadable, rows.gaps)
        return Rows((one for one in rows if did in ("", one.did)), rows.unreadable, rows.gaps)

    def targets(self, kind: str) -> Rows[Target]:
        """What the part's numbers lead to, of one kind."""
        with self._lock:
            places = self._places
        return Rows(one for routing, one in places.items() if routing.partition(":")[0] == kind)

    @cached_property
    def _places(self) -> Mapping[str, Target]:
        return self._part.targets(self._whole.targets)


def _within(asked: str, part: Iterable[str]) -> str:
    """What was asked for, if it is in the part.

    Raises:
        OutOfSight: It is not, whether or not there is any such thing.
    """
    if asked not in part:
        raise OutOfSight("not within the part")
    return asked
