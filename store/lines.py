"""Accounts: what VoIP.ms calls them, what is known of their registration, what people have set for them.

There is a row for each account that VoIP.ms ever listed, and for the main account where it is watched. A row is never removed.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, func, or_, select, update

from rules.registrations import WITH_PASSWORD
from rules.scene import Census, Crowd, Phone
from rules.watch import Line, State, in_trouble
from store.errors import Stale
from store.tables import line as lines
from store.transactions import Transaction
from voipms import SubAccount

AT_ONCE = 500
"""Accounts that are named in one statement."""
EXPECTED = (~lines.c.ignored, ~lines.c.expect_offline, lines.c.auth_type == WITH_PASSWORD, lines.c.deleted_at.is_(None))
"""Phones that are looked at and may not be away."""
COUNTED = (lines.c.counted, *EXPECTED)
"""Those of them that were ever seen: by their number an outage is measured."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """One account.

    Attributes:
        line: What is known of its registration.
        looked_at: The last look, answered or not; ``None`` when nobody has looked.
        problem: Why the last look saw nothing, in one plain sentence; ``""`` when it was answered.
        wanted_at: Somebody wants it looked at, or has changed what is set for it, since the last look.
        extension: Internal.
        client: The reseller client's number, ``""`` without.
        auth_type: ``"1"`` signs in with a password, all others have nothing to register.
        max_expiry: The longest time its registrations may last, in seconds.
        deleted_at: When VoIP.ms was found to know it no more.
        required, ignored, expect_offline: See ``rules.scene.Phone``.
    """

    account: str
    line: Line
    looked_at: datetime | None = None
    problem: str = ""
    wanted_at: datetime | None = None
    description: str = ""
    username: str = ""
    extension: str = ""
    client: str = ""
    auth_type: str = WITH_PASSWORD
    max_expiry: int | None = None
    deleted_at: datetime | None = None
    required: bool = False
    ignored: bool = False
    expect_offline: bool = False

    @property
    def name(self) -> str:
        """What people call it: the description, else the login's part after the underscore, else the login."""
        return self.description or self.username or self.account

    @property
    def names(self) -> tuple[str, ...]:
        """Everything it may be asked for by, its identity first."""
        return self.account, self.account.partition("_")[2], self.username, self.extension, self.description

    @property
    def phone(self) -> Phone:
        """What is set for it, and whose it is."""
        return Phone(
            account=self.account,
            client=self.client,
            required=self.required,
            ignored=self.ignored,
            expect_offline=self.expect_offline,
        )

    @property
    def watched(self) -> bool:
        """Whether it is looked at."""
        return self.auth_type == WITH_PASSWORD and not self.ignored and self.deleted_at is None


# Questions


def every(transaction: Transaction) -> list[Account]:
    """All accounts that are not deleted, by login."""
    query = select(*_COLUMNS).where(lines.c.deleted_at.is_(None)).order_by(lines.c.account)
    return [_account(row._mapping) for row in transaction.execute(query)]


def of(transaction: Transaction, accounts: Iterable[str]) -> dict[str, Account]:
    """Those of the accounts that are known, the deleted ones too, by login."""
    found: dict[str, Account] = {}
    for some in _pieces(accounts):
        rows = transaction.execute(select(*_COLUMNS).where(lines.c.account.in_(some)))
        found.update((row.account, _account(row._mapping)) for row in rows)
    return found


def one(transaction: Transaction, account: str) -> Account | None:
    """The account of that login, or ``None``."""
    return of(transaction, [account]).get(account)


def wanted(transaction: Transaction) -> list[Account]:
    """Accounts that somebody wants to be looked at, or has set something for, since the last look."""
    return [_account(row._mapping) for row in transaction.execute(select(*_COLUMNS).where(lines.c.wanted_at.is_not(None)))]


def census(transaction: Transaction, sites: Iterable[str]) -> Census:
    """How many phones there are at these sites, at each POP, and in all: those that were ever seen and may not be away."""
    at_pops = _crowds(transaction, lines.c.pop)
    at_sites: dict[str, Crowd] = {}
    for some in _pieces(sites):
        at_sites.update(_crowds(transaction, lines.c.site, lines.c.site.in_(some)))
    everybody = Crowd(
        phones=sum(crowd.phones for crowd in at_pops.values()), expiry=max((crowd.expiry for crowd in at_pops.values()), default=0)
    )
    at_pops.pop("", None)
    return Census(sites=at_sites, pops=at_pops, all=everybody)


def _crowds(transaction: Transaction, key: ColumnElement[str], *which: ColumnElement[bool]) -> dict[str, Crowd]:
    rows = transaction.execute(select(key, func.count(), func.max(lines.c.expiry)).where(*COUNTED, *which).group_by(key))
    return {name: Crowd(phones=phones, expiry=expiry) for name, phones, expiry in rows}


def for_scene(transaction: Transaction, members: Collection[str], gone_since: datetime) -> tuple[dict[str, Line], dict[str, Phone]]:
    """The lines that an outage can be about, and what is set for some of them: those in trouble, and the members of open incidents.

    Args:
        gone_since: Accounts that were deleted before that are nothing to tell.
    """
    known: dict[str, Line] = {}
    phones: dict[str, Phone] = {}
    _add_to_scene(transaction, lines.c.trouble, gone_since, known, phones)
    for some in _pieces(account for account in members if account not in known):
        _add_to_scene(transaction, lines.c.account.in_(some), gone_since, known, phones)
    return known, phones


def _add_to_scene(
    transaction: Transaction, which: ColumnElement[bool], gone_since: datetime, known: dict[str, Line], phones: dict[str, Phone]
) -> None:
    recent = or_(lines.c.deleted_at.is_(None), lines.c.deleted_at > gone_since)
    columns = (lines.c[name] for name in ("account", "value", "deleted_at", "client", "required", "ignored", "expect_offline"))
    rows = transaction.execute(select(*columns).where(which, lines.c.auth_type == WITH_PASSWORD, recent))
    for account, line, deleted_at, client, required, ignored, offline in rows:
        if deleted_at is not None and line.state is not State.GONE:
            continue  # what left the watch in another way than by VoIP.ms's word is simply not there any more
        known[account] = line
        if client or required or ignored or offline:
            phones[account] = Phone(account=account, client=client, required=required, ignored=ignored, expect_offline=offline)


# Changes


def locked(transaction: Transaction, account: str) -> tuple[Account, int]:
    """A known account and the version of its line, kept from others until the transaction ends."""
    row = transaction.execute(select(*_COLUMNS, lines.c.version).where(lines.c.account == account).with_for_update()).one()
    return _account(row._mapping), row.version


def save(transaction: Transaction, line: Line, version: int, **more: Any) -> None:
    """Store the line that was of that version.

    Args:
        more: Other columns of the row.

    Raises:
        Stale: It has been changed since.
    """
    same = and_(lines.c.account == line.account, lines.c.version == version)
    if not transaction.execute(update(lines).where(same).values(**_known(line), version=version + 1, **more)).rowcount:
        raise Stale(f"{line.account} has been changed in the meantime")


def mark(transaction: Transaction, accounts: Iterable[str], **columns: Any) -> int:
    """Set other columns than the line for some accounts; how many of them there are."""
    return sum(transaction.execute(update(lines).where(lines.c.account.in_(some)).values(**columns)).rowcount for some in _pieces(accounts))


@dataclass(frozen=True, kw_only=True)
class Listing:
    """What a list of all accounts has changed.

    Attributes:
        left: Accounts that are no longer watched since.
        unlisted: Watched accounts that it does not name: whether they are deleted, the next look tells.
    """

    left: tuple[str, ...] = ()
    unlisted: tuple[str, ...] = ()


def listed(transaction: Transaction, sub_accounts: Iterable[SubAccount], now: datetime, *, complete: bool) -> Listing:
    """Take in the accounts as VoIP.ms lists them, and the main account where it is to be watched.

    Args:
        complete: Whether the whole list could be read: only then does it say something of those it does not name.
    """
    known = {row.account: row for row in transaction.execute(select(*(lines.c[name] for name in (*_FACTS, "deleted_at", "ignored"))))}
    left, unlisted, new = [], [], []
    for found in sub_accounts:
        row, facts = known.pop(found.account, None), _facts(found)
        if row is None:
            new.append({**_known(Line(account=found.account)), **_NOTHING_SET, **facts})
        elif row.deleted_at is not None or any(row._mapping[name] != value for name, value in facts.items()):
            transaction.execute(update(lines).where(lines.c.account == found.account).values(**facts, deleted_at=None))
            if row.auth_type == WITH_PASSWORD != found.auth_type:
                left.append(found.account)
    if new:
        transaction.execute(lines.insert(), new)
    for row in known.values() if complete else ():
        if row.deleted_at is not None:
            continue
        if row.auth_type == WITH_PASSWORD and not row.ignored and not _is_main(row.account):
            unlisted.append(row.account)
        else:
            left.append(row.account)
            mark(transaction, [row.account], deleted_at=now)
    return Listing(left=tuple(left), unlisted=tuple(unlisted))


def _is_main(account: str) -> bool:
    """VoIP.ms never lists the main account."""
    return "_" not in account


# Columns

_FACTS = ("account", "description", "username", "extension", "client", "auth_type", "max_expiry")
_COLUMNS = tuple(lines.c[name] for name in ("value", *(name for name in Account.__dataclass_fields__ if name != "line")))
_NOTHING_SET = {"version": 1, "problem": "", "required": False, "ignored": False, "expect_offline": False}


def _facts(found: SubAccount) -> dict[str, Any]:
    return {
        "account": found.account,
        "description": found.description,
        "username": found.username,
        "extension": found.internal_extension,
        "client": "" if found.reseller_client == "0" else found.reseller_client,
        "auth_type": found.auth_type,
        "max_expiry": found.max_expiry,
    }


def _known(line: Line) -> dict[str, Any]:
    """The columns that the line itself fills."""
    return {
        "account": line.account,
        "value": line,
        "trouble": in_trouble(line),
        "counted": line.state not in (State.UNSEEN, State.GONE),
        "site": line.site_key,
        "pop": line.pop,
        "expiry": line.expiry,
    }


def _account(fields: RowMapping) -> Account:
    return Account(line=fields["value"], **{name: fields[name] for name in Account.__dataclass_fields__ if name != "line"})


def _pieces(accounts: Iterable[str]) -> Iterable[list[str]]:
    whole = list(accounts)
    return (whole[start : start + AT_ONCE] for start in range(0, len(whole), AT_ONCE))
