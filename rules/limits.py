"""The part of an account that a channel sees, when it is limited to some accounts, sites or reseller clients. Pure.

``Limits`` answers for what we store ourselves: every row there says whose account it is. ``Part`` answers for what VoIP.ms lists, where
it has to be worked out:

- a *sub-account* is within when it is named, or its reseller client is;
- a *number* is within when it is billed to a client or an account that is; one that is billed to nobody, when it rings such an account
  directly. What rings no account directly is the main account's;
- a *mailbox* is within when it belongs to such a client, or when accounts and numbers within use it and no others do;
- a *call record* is within when the account it carries is; what came in and carries the main account, when the number called is;
- a *place of a call's way* (menu, ring group, …) is within when the way of a number within leads there; what it leads to outside is hidden.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import msgspec

from rules.call_rows import Direction, direction_of, is_main, national
from rules.resale import NOBODY, Belongings
from rules.routing import bare, hidden, id_of, kind_of, kinds
from voipms import Cdr, Did, Rows, SubAccount, Target, Voicemail

T = TypeVar("T")

_LOGIN = re.compile(r"\b\d{5,9}_[\w.-]+\b")
ROUTES = ("routing", "failover_busy", "failover_unreachable", "failover_noanswer")


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a channel sees: each of these accounts, and all accounts of each of these clients.

    Attributes:
        accounts: Logins, those at the sites it is limited to among them.
        clients: Numbers of reseller clients.
        sites: Keys of the sites: an outage that began there is told to its end, wherever the phone comes back.
    """

    accounts: frozenset[str] = frozenset()
    clients: frozenset[str] = frozenset()
    sites: frozenset[str] = frozenset()

    def holds(self, account: str, client: str = "", site: str = "") -> bool:
        """Whether the account, of that reseller client, is within.

        Args:
            site: Key of the site where it went missing, if this is about an outage.
        """
        return account in self.accounts or (client not in NOBODY and client in self.clients) or site in self.sites


@dataclass(frozen=True, kw_only=True)
class Fence:
    """What an admin limited a channel to; it sees whatever any of these names.

    Attributes:
        accounts: Logins.
        sites: Their keys, see ``rules.watch.Line.site_key``.
        clients: Numbers of reseller clients.
    """

    accounts: frozenset[str] = frozenset()
    sites: frozenset[str] = frozenset()
    clients: frozenset[str] = frozenset()

    def limits(self, at_sites: Iterable[str]) -> Limits:
        """The same with the accounts that are at its sites now."""
        return Limits(accounts=self.accounts.union(at_sites), clients=self.clients, sites=self.sites)


NOTHING = Limits()
"""Where nobody can say what a channel may see."""


class Part:
    """What of VoIP.ms's lists is within limits.

    Args:
        sub_accounts: All of them.
        dids: Gives all numbers; asked for when they are first needed.
    """

    def __init__(self, limits: Limits, sub_accounts: Rows[SubAccount], dids: Callable[[], Rows[Did]]) -> None:
        self._limits = limits
        self._sub_accounts = sub_accounts
        self._all_dids = dids
        self._client_of = {one.account: one.reseller_client for one in sub_accounts}

    @property
    def clients(self) -> frozenset[str]:
        """Numbers of the clients that are within as a whole."""
        return self._limits.clients

    @cached_property
    def sub_accounts(self) -> Rows[SubAccount]:
        """Those within."""
        return _those(self._sub_accounts, lambda one: self._limits.holds(one.account, one.reseller_client))

    @cached_property
    def logins(self) -> frozenset[str]:
        """Everything that signs in and is within, the main account too where it is named."""
        return frozenset((*(one.account for one in self.sub_accounts), *self._limits.accounts))

    @cached_property
    def resold(self) -> Mapping[str, frozenset[str]]:
        """By reseller client, its accounts within. Their calls are told at the client's prices."""
        found: dict[str, frozenset[str]] = {client: frozenset() for client in self.clients}
        for one in self.sub_accounts:
            if one.reseller_client not in NOBODY:
                found[one.reseller_client] = found.get(one.reseller_client, frozenset()) | {one.account}
        return found

    @cached_property
    def own(self) -> frozenset[str]:
        """The logins within that are of no reseller client."""
        return frozenset(login for login in self.logins if self._client_of.get(login, "") in NOBODY)

    # Numbers

    @cached_property
    def dids(self) -> Rows[Did]:
        """Those within; what lies outside is hidden in them."""
        return Rows((self._shown(one) for one in self._dids_within), self._every_did.unreadable, self._every_did.gaps)

    @cached_property
    def _every_did(self) -> Rows[Did]:
        return self._all_dids()

    @cached_property
    def _dids_within(self) -> tuple[Did, ...]:
        return tuple(one for one in self._every_did if self._has_did(one))

    @cached_property
    def _numbers(self) -> frozenset[str]:
        return frozenset(national(one.did) for one in self._dids_within)

    @cached_property
    def _every_number(self) -> frozenset[str]:
        return frozenset(national(one.did) for one in self._every_did)

    @cached_property
    def _belongings(self) -> Belongings:
        return Belongings(self._sub_accounts, self._every_did)

    def _has_did(self, did: Did) -> bool:
        owner = did.reseller_account
        if owner not in NOBODY:
            return owner in self.logins or self._client_of.get(owner, owner) in self.clients
        if kind_of(did.routing) == "account":
            return id_of(did.routing) in self.logins
        return any(map(is_main, self.logins))

    def _shown(self, did: Did) -> Did:
        ways = {route: self._seen(getattr(did, route)) for route in ROUTES}
        account = did.sms_sipaccount
        outside = bool(account) and account.rpartition("/")[2] not in self.logins
        return msgspec.structs.replace(did, **ways, sms_sipaccount="" if outside else account)

    def _seen(self, entry: str) -> str:
        """The routing string as it stands, or that it leads outside."""
        routing = bare(entry)
        match kind_of(routing):
            case "account":
                within = id_of(routing) in self.logins
            case "did":
                within = national(id_of(routing)) in self._numbers
            case "vm":
                within = id_of(routing) in self._used_mailboxes
            case _:
                within = True
        return entry if within else hidden(entry)

    def targets(self, ask: Callable[[str], Iterable[Target]]) -> Mapping[str, Target]:
        """The places that the ways of the numbers within lead to, by routing string.

        Args:
            ask: Gives all places of one kind (``grp``); asked once for each that is needed.
        """
        starts = [bare(getattr(did, route)) for did in self.dids for route in ROUTES]
        known: dict[str, Target] = {}
        asked = {"account", "vm", "did"}
        while new := kinds(starts, known) - asked:
            asked |= new
            known |= {one.routing: self._place(one) for kind in sorted(new) for one in ask(kind)}
        found: dict[str, Target] = {}
        while starts:
            routing = starts.pop()
            if routing in known and routing not in found:
                found[routing] = known[routing]
                starts.extend(map(bare, known[routing].leads_to))
        return found

    def _place(self, target: Target) -> Target:
        """The place with what it leads to outside hidden; where it rings others' accounts alone, its name and number as well."""
        leads_to = tuple(map(self._seen, target.leads_to))
        rings = [kept == entry for kept, entry in zip(leads_to, target.leads_to, strict=True) if kind_of(bare(entry)) == "account"]
        if rings and not any(rings):
            return Target(routing=target.routing, leads_to=leads_to)
        return msgspec.structs.replace(target, leads_to=leads_to)

    # Mailboxes

    def mailboxes(self, every: Rows[Voicemail], of_clients: Iterable[Voicemail]) -> Rows[Voicemail]:
        """Those within.

        Args:
            every: All there are.
            of_clients: Those that VoIP.ms lists under the clients within.
        """
        within = self._used_mailboxes | {box.mailbox for box in of_clients}
        return _those(every, lambda box: box.mailbox in within)

    @cached_property
    def _used_mailboxes(self) -> frozenset[str]:
        """What accounts and numbers within use and no others do."""
        own: set[str] = set()
        others: set[str] = set()
        for account in self._sub_accounts:
            (own if account.account in self.logins else others).add(account.internal_voicemail)
        for did in self._every_did:
            routed = (id_of(getattr(did, route)) for route in ROUTES if kind_of(getattr(did, route)) == "vm")
            (own if national(did.did) in self._numbers else others).update((did.voicemail, *routed))
        return frozenset(own - others - NOBODY)

    # Calls

    def has_call(self, row: Cdr) -> bool:
        """Whether a row of the whole account's records is within; see the head of this file."""
        if is_main(row.account) and direction_of(row.destination_type, row.description) is not Direction.OUT:
            number = national(row.destination)
            if number in self._every_number or direction_of(row.destination_type, row.description) is Direction.IN:
                return number in self._numbers
        return row.account in self.logins

    def is_resold(self, row: Cdr) -> bool:
        """Whether a row is a reseller client's, who pays another price for it."""
        if not is_main(row.account):
            return self._client_of.get(row.account, "") not in NOBODY
        came_in = direction_of(row.destination_type, row.description) is not Direction.OUT
        return came_in and bool(self._belongings.of_number(row.destination))

    def shown(self, row: Cdr) -> Cdr:
        """The row without the log of the call's way where that names an account outside."""
        named = _LOGIN.findall(row.call_logs) if row.call_logs else ()
        return row if self.logins.issuperset(named) else msgspec.structs.replace(row, call_logs="")


def _those(rows: Rows[T], within: Callable[[T], bool]) -> Rows[T]:
    return Rows(filter(within, rows), rows.unreadable, rows.gaps)
