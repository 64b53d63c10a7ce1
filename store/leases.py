"""Who does what only one of several processes may do: a lease that ends by itself, and a number that proves it.

The *epoch* grows each time a lease goes to somebody else. Whoever wakes up after its lease has gone still believes to be the
holder; ``check``, called in the transaction that writes, sees that the epoch has moved on, and nothing is written.
"""

import secrets
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, update

from store.engine import Store
from store.errors import StoreError
from store.tables import lease as leases
from store.transactions import Transaction, insert, shared_now


class LeaseLost(StoreError):
    """Somebody else has the lease now; what was about to be written must not be."""


@dataclass(frozen=True)
class Lease:
    """A lease that was taken.

    Attributes:
        epoch: Proves in ``check`` that nobody has taken it since.
        until: It ends then, unless it is renewed.
    """

    name: str
    holder: str
    epoch: int
    until: datetime


def take(transaction: Transaction, name: str, holder: str, now: datetime, ttl: timedelta) -> Lease | None:
    """The lease, if it is free, has ended, or is the holder's own without its knowing; else ``None``.

    Args:
        holder: Unique to this process and this start of it.
        now: On the shared clock.
    """
    wanted = insert(transaction, leases).values(name=name, holder=holder, epoch=1, until=now + ttl)
    taken = wanted.on_conflict_do_update(
        index_elements=["name"],
        set_={"holder": holder, "epoch": leases.c.epoch + 1, "until": now + ttl},
        where=or_(leases.c.until <= now, leases.c.holder == holder),
    ).returning(leases.c.epoch)
    epoch = transaction.scalar(taken)
    return None if epoch is None else Lease(name, holder, epoch, now + ttl)


def renew(transaction: Transaction, lease: Lease, now: datetime, ttl: timedelta) -> Lease | None:
    """The lease until later; ``None`` when somebody else has taken it. A lease that ended untaken can be renewed."""
    renewed = transaction.execute(update(leases).where(*_same(lease)).values(until=now + ttl)).rowcount
    return Lease(lease.name, lease.holder, lease.epoch, now + ttl) if renewed else None


def release(transaction: Transaction, lease: Lease, now: datetime) -> None:
    """Let the next one in at once. What somebody else has taken stays theirs."""
    transaction.execute(update(leases).where(*_same(lease)).values(until=now))


def free(transaction: Transaction, name: str, now: datetime) -> None:
    """Nobody holds it any more: where the database can be open in one process only, whoever held it before is gone."""
    transaction.execute(update(leases).where(leases.c.name == name).values(until=now))


def check(transaction: Transaction, lease: Lease) -> None:
    """See that the lease is still ours, and keep it from being taken until this transaction has ended.

    Raises:
        LeaseLost: It is not: let the transaction fail.
    """
    held = transaction.execute(select(leases.c.epoch).where(*_same(lease)).with_for_update(read=True)).first()
    if held is None:
        raise LeaseLost(f"{lease.name} is done by another process now")


class Holder:
    """One process's side of one lease: takes it when it is free, and keeps it. Thread-safe.

    Args:
        ttl: How long the others wait when this process dies or freezes. Call ``keep`` several times in it.
    """

    def __init__(self, store: Store, name: str, ttl: timedelta) -> None:
        self._store = store
        self._name = name
        self._ttl = ttl
        self._me = secrets.token_hex(8)
        self._lease: Lease | None = None
        self._lock = threading.Lock()

    def keep(self, now: datetime | None = None) -> Lease | None:
        """The lease if it is ours, renewed or just taken; else ``None``.

        Args:
            now: The shared clock's unless given.

        Raises:
            Unavailable: The database cannot be asked. Who holds the lease is then unknown: do nothing that only one may do.
        """

        def body(transaction: Transaction) -> Lease | None:
            moment = now or shared_now(transaction)
            mine = renew(transaction, self._lease, moment, self._ttl) if self._lease else None
            return mine or take(transaction, self._name, self._me, moment, self._ttl)

        with self._lock:
            self._lease = self._store.write(body)
            return self._lease

    def release(self) -> None:
        """Let the next one in at once."""
        with self._lock:
            lease, self._lease = self._lease, None
            if lease is not None:
                self._store.write(lambda transaction: release(transaction, lease, shared_now(transaction)))


def _same(lease: Lease) -> tuple[ColumnElement[bool], ...]:
    return leases.c.name == lease.name, leases.c.epoch == lease.epoch, leases.c.holder == lease.holder
