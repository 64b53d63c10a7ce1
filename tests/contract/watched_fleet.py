"""A fleet whose looks go into a real database: what the tests of the watch's memory share."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from rules.health import Answer
from rules.notes import About, Note
from rules.polling import Figures, Offset
from rules.saving import as_json, from_json
from rules.timing import Timing
from rules.watch import Look
from store import Store, Transaction, incidents, leases, lines, steering, watch
from store.leases import Lease
from store.lines import Account
from store.scenes import Doing
from store.tables import metadata
from store.tables import outbox as rows
from store.watch import Looked, Seen
from tests.watching import NOON, OFFICE, spot
from voipms import Device, SubAccount

TIMING = Timing()
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SWEEP = MINUTE


def sub_account(account: str, **more: Any) -> SubAccount:
    return SubAccount(**{"account": account, "description": f"Phone {account}", "auth_type": "1", **more})


def figures(sweep: timedelta = SWEEP) -> Figures:
    return Figures(accounts=3, rate=60, used=0.5, sweep=sweep, oldest=MINUTE, by_deadline=0)


@dataclass
class Fleet:
    """Phones that this process watches; all were registered an hour ago.

    Attributes:
        sites: The address of each account.
    """

    store: Store
    sites: dict[str, str]
    now: datetime = NOON - HOUR
    channel: str = OFFICE
    lease: Lease = field(init=False)

    def __post_init__(self) -> None:
        self.lease = self.take("me")
        with self.store.writing() as transaction:
            steering.default_channel(transaction, self.channel)
        self.listed(self.sites)
        for account in self.sites:
            self.look(account, Look.YES)
        self.wait(HOUR)
        for account in self.sites:
            self.look(account, Look.YES)

    def take(self, holder: str) -> Lease:
        with self.store.writing() as transaction:
            lease = leases.take(transaction, "watch", holder, self.now, 1000 * DAY)
        assert lease is not None
        return lease

    def wait(self, span: timedelta) -> None:
        self.now += span

    # What VoIP.ms says

    def look(self, account: str, look: Look, answer: Answer = Answer.VALID, devices: Iterable[Device] = ()) -> Looked:
        where = spot(self.sites[account], expires_at=self.now + HOUR) if look is Look.YES else None
        problem = "" if answer is Answer.VALID else "VoIP.ms did not answer within 30 seconds."
        seen = Seen(look=look, answer=answer, spot=where, devices=tuple(devices), reason=answer.value, problem=problem)
        with self.store.writing() as transaction:
            return watch.looked(transaction, self.lease, account, seen, self.now, TIMING, watched=len(self.sites), sweep=SWEEP)

    def drop(self, *accounts: str) -> list[Note]:
        """These phones fail, and are confirmed missing."""
        said = [note for account in accounts for note in self.look(account, Look.NO).notes]
        self.wait(MINUTE)
        return said + [note for account in accounts for note in self.look(account, Look.NO).notes]

    def restore(self, *accounts: str) -> list[Note]:
        """These phones are back, confirmed."""
        said = [note for account in accounts for note in self.look(account, Look.YES).notes]
        self.wait(MINUTE / 2)
        return said + [note for account in accounts for note in self.look(account, Look.YES).notes]

    def fail(self, times: int = 10, span: timedelta = MINUTE) -> None:
        """VoIP.ms cannot be seen for a while."""
        accounts = list(self.sites)
        for n in range(times):
            self.look(accounts[n % len(accounts)], Look.UNKNOWN, Answer.ERROR)
            self.wait(span)

    def listed(self, accounts: Iterable[str | SubAccount], *, complete: bool = True) -> lines.Listing:
        found = [sub_account(one) if isinstance(one, str) else one for one in accounts]
        with self.store.writing() as transaction:
            return watch.listed(transaction, self.lease, found, self.now, TIMING, complete=complete)

    def tick(self, span: timedelta = SECOND, doing: Doing | None = None) -> list[Note]:
        """Time passes, and the clock looks at everything."""
        self.wait(span)
        with self.store.writing() as transaction:
            return list(watch.tick(transaction, self.lease, self.now, TIMING, doing))

    def doing(self) -> Doing:
        return Doing(at=self.now, figures=figures(), offset=Offset())

    # What is stored

    def account(self, account: str) -> Account:
        with self.store.reading() as transaction:
            found = lines.one(transaction, account)
        assert found is not None
        return found

    def open(self) -> list[Any]:
        with self.store.reading() as transaction:
            return list(incidents.open_ones(transaction))

    def queued(self) -> list[tuple[str, Note]]:
        """All that was ever put into the outbox and not replaced before it could be sent, in order."""
        with self.store.reading() as transaction:
            found = transaction.execute(select(rows).where(rows.c.status != "replaced").order_by(rows.c.id))
            return [(row.kind, note_of(row.payload)) for row in found]

    def said(self) -> list[tuple[str, About]]:
        return [(kind, note.about) for kind, note in self.queued()]

    def everything(self) -> list[Any]:
        """Each row of each table that the watch has, to see that nothing has changed."""
        with self.store.reading() as transaction:
            return every_row(transaction)


def note_of(payload: dict[str, Any]) -> Note:
    assert payload["draw"] == "note"
    return from_json(Note, as_json(payload["note"]))


def every_row(transaction: Transaction) -> list[Any]:
    return [
        [tuple(row) for row in transaction.execute(select(table))]
        for name, table in sorted(metadata.tables.items())
        if name in ("line", "incident", "mute", "memo", "transition", "seen", "setting", "outbox")
    ]
