"""Harbour & Finch Ltd, an invented company with a VoIP.ms account: what it has, what happens to it, what is known of it.

It has forty-three sub-accounts at three sites and in four homes, resells to ten clients, and has ninety days of calls behind it::

    company = founded(seed=1, now=datetime.now(UTC))
    company.unplug("100001_frontdesk")     # it says goodbye and is gone at once
    company.power_cut("Head office")       # nobody says goodbye: its phones stay registered until they expire
    company.plug_in("100001_frontdesk")    # it is back within seconds
    company.call("100001_sales1", number="01125255550101", seconds=600)
    company.ledger.between(start, end)     # all calls as plain values, for independent sums

The same seed and day make the same company, down to the last password.
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Literal
from urllib.parse import quote, quote_plus

from playground import company_clients, company_numbers, company_staff
from playground.calls import NEW_YORK, Call, Cast, Ledger, Line, Ringing
from playground.company_books import books
from playground.company_parts import MAIN, Client, Did, Mailbox, Message, Package, Pop, SubAccount, Transaction
from playground.crowd import Crowd
from playground.phones import Kind, Phone

DAYS = 90
"""Days of calls behind the company, today included."""


@dataclass
class Company:
    """An account and everything in it. Thread-safe where it changes.

    Attributes:
        username, password: The API's login.
        main: The main account's login.
        phones: The devices of each login, the main account's own included; none: it never registers.
        targets: What routing strings name, as rows of the wire, by the key of their list.
        members: Who answers each queue.
        balance: US dollars left. Set it by hand.
        ledger: All calls.
        crowd: Calls in place of the ledger's, after ``busy()``.
        clock: Seconds since the epoch; a server gives it its own.
        registrar_delay: Seconds after which VoIP.ms tells of a phone that came or went.
    """

    name: str
    username: str
    password: str
    founded_at: datetime
    pops: tuple[Pop, ...]
    sub_accounts: dict[str, SubAccount]
    phones: dict[str, list[Phone]]
    mailboxes: dict[str, Mailbox]
    messages: list[Message]
    clients: dict[str, Client]
    packages: dict[str, Package]
    dids: dict[str, Did]
    targets: dict[str, list[dict[str, Any]]]
    members: dict[str, list[dict[str, Any]]]
    ledger: Ledger
    transactions: list[Transaction]
    balance: Decimal
    clock: Callable[[], float]
    main: str = MAIN
    registrar_delay: float = 0.0
    crowd: Crowd | None = None
    _down: set[str] = field(default_factory=set)
    _dark: set[str] = field(default_factory=set)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def now(self) -> datetime:
        """Aware, in UTC."""
        return datetime.fromtimestamp(self.clock(), UTC)

    @property
    def today(self) -> date:
        """The day in New York, by which VoIP.ms counts."""
        return self.now().astimezone(NEW_YORK).date()

    @property
    def secrets(self) -> frozenset[str]:
        """Every value that nobody may ever be shown; the API password in its escaped spellings too."""
        found = {self.password, quote(self.password), quote(self.password, safe=""), quote_plus(self.password)}
        found |= {account.password for account in self.sub_accounts.values()}
        found |= {box.password for box in self.mailboxes.values()}
        found |= {client.password for client in self.clients.values()}
        found |= {secret for did in self.dids.values() for secret in did.secrets.values()}
        found |= {row[key] for rows in self.targets.values() for row in rows for key in ("pin", "queue_password") if key in row}
        return frozenset(found)

    # Phones come and go

    def site(self, name: str) -> list[str]:
        """The logins at a site."""
        found = [login for login, account in self.sub_accounts.items() if account.site.name == name]
        if not found:
            raise KeyError(name)
        return found

    def unplug(self, login: str) -> None:
        """The phones of one account say goodbye: they are gone at once."""
        self._switch([login], "dropped")

    def unplug_site(self, name: str) -> None:
        """All phones of a site say goodbye: they are gone at once."""
        self._switch(self.site(name), "dropped")

    def power_cut(self, name: str) -> None:
        """All phones of a site, or of one account, fall silent: each stays registered until its registration expires."""
        self._switch([name] if name in self.phones else self.site(name), "cut")

    def plug_in(self, login: str) -> None:
        """The phones of one account come on, and register within seconds."""
        self._switch([login], "on")

    def plug_in_site(self, name: str) -> None:
        """All phones of a site come on, and register within seconds."""
        self._switch(self.site(name), "on")

    def pop_down(self, pop: str) -> None:
        """A server goes: all its registrations end at once, and it takes no new ones."""
        with self._lock:
            self._down.add(pop)
            for phone in self._at(pop):
                phone.switch(self.clock(), "dropped")

    def pop_up(self, pop: str) -> None:
        """A server is back: the phones that have power register within seconds."""
        with self._lock:
            self._down.discard(pop)
            for phone in self._at(pop):
                if phone.account not in self._dark:
                    phone.switch(self.clock(), "on")

    def _at(self, pop: str) -> list[Phone]:
        known = {place.pop for place in self.pops}
        if pop not in known:
            raise KeyError(pop)
        return [phone for phones in self.phones.values() for phone in phones if phone.pop == pop]

    def _switch(self, logins: Iterable[str], kind: Kind) -> None:
        with self._lock:
            for login in logins:
                (self._dark.discard if kind == "on" else self._dark.add)(login)
                for phone in self.phones[login]:
                    if kind != "on" or phone.pop not in self._down:
                        phone.switch(self.clock(), kind)

    def registrations(self, login: str) -> list[tuple[Phone, float]]:
        """The phones that VoIP.ms believes to be registered, each with the end of its registration, in seconds since the epoch."""
        at = self.clock() - self.registrar_delay
        with self._lock:
            ends = [(phone, phone.registered_until(at)) for phone in self.phones[login]]
        return [(phone, end) for phone, end in ends if end is not None]

    # Calls

    def call(
        self,
        account: str = f"{MAIN}_frontdesk",
        number: str = "5145550165",
        *,
        direction: Literal["in", "out"] = "out",
        did: str = "5145550101",
        seconds: int = 60,
        disposition: str = "ANSWERED",
        callerid: str | None = None,
        rate: Decimal | None = None,
        at: datetime | None = None,
    ) -> Call:
        """A call more in the ledger.

        Args:
            account: Who makes it, if it goes out.
            number: The other side; a number abroad costs as such.
            did: The number of ours that is called, if it comes in.
            callerid: What the caller shows, if it comes in.
            rate: US dollars a minute; ``None``: as usual for such a call.
            at: When it began, aware; ``None``: so that it ends now.
        """
        start = (at or self.now() - timedelta(seconds=seconds)).astimezone(UTC)
        with self._lock:
            uniqueid = f"{start.toordinal()}x{len(self.ledger)}"
            if direction == "out":
                made = self._line(self.sub_accounts[account]).out(start, number, seconds, disposition, uniqueid, rate)
            else:
                made = self._ringing(self.dids[did]).call(start, callerid or number, seconds, disposition, uniqueid, rate)
            self.ledger.add(made)
        return made

    def busy(self, rows: int = 1_000_000, days: int = 92) -> tuple[date, date]:
        """Become a really big account: the calls of the last days, today included, are so many from now on; its first and last day."""
        pattern = [call for call in self.ledger if call.direction != "fee"][-997:]
        self.crowd = Crowd(pattern, rows, days, self.today)
        return self.crowd.first, self.crowd.last

    def _package(self, client: str) -> Package | None:
        packages = (account.package for account in self.sub_accounts.values() if account.client == client)
        return self.packages.get(next(packages, ""))

    def _line(self, account: SubAccount) -> Line:
        client = self.clients.get(account.client)
        shown = f'"{client.company}" <{client.phone_number}>' if client else f'"{self.name}" <5145550100>'
        return Line(account, self.packages.get(account.package), shown)

    def _ringing(self, did: Did) -> Ringing:
        return Ringing(did, self._package(did.client) if did.client in self.clients else None)

    def _live(self, seed: int, days: int) -> None:
        """So many days of calls and books, up to now."""
        lines = [self._line(account) for account in self.sub_accounts.values()]
        cast = Cast(seed, lines, [self._ringing(did) for did in self.dids.values()])
        first = self.today - timedelta(days=days - 1)
        calls = (call for past in range(days) for call in cast.day(first + timedelta(days=past)))
        self.ledger = Ledger(call for call in calls if call.end <= self.founded_at)
        self.transactions = books(Random(f"{seed} books"), self.dids.values(), self.ledger, first, self.today)


def founded(seed: int = 1, now: datetime | None = None, days: int = DAYS) -> Company:
    """The company as it stands at ``now`` (aware; this moment if left out), the same for the same seed and moment.

    Args:
        days: So many days of calls and books it has behind it, today included.
    """
    at = (now or datetime.now(UTC)).astimezone(UTC)
    rng = Random(f"{seed} founded")
    accounts = [*company_staff.staff(rng), *company_clients.client_phones(rng, at.date())]
    boxes = list(company_staff.mailboxes(rng))
    company = Company(
        name="Harbour & Finch Ltd",
        username="api@harbourfinch.example",
        password=f"not-real p&ss+w%rd/é?#={rng.getrandbits(32):08x}",
        founded_at=at,
        pops=company_staff.POPS,
        sub_accounts={account.login: account for account, _ in accounts},
        phones={account.login: phones for account, phones in accounts},
        mailboxes={box.mailbox: box for box in boxes},
        messages=list(company_staff.messages(Random(f"{seed} {at.date()} messages"), boxes, at)),
        clients={client.client: client for client in company_clients.clients(rng)},
        packages={package.package: package for package in company_clients.PACKAGES},
        dids={did.did: did for did in company_numbers.dids(rng, at)},
        targets=company_numbers.targets(rng),
        members=company_numbers.static_members(),
        ledger=Ledger(),
        transactions=[],
        balance=Decimal("112.192790"),
        clock=at.timestamp,
    )
    company.phones[MAIN] = [company_staff.main_phone(rng)]
    company._live(seed, days)
    return company
