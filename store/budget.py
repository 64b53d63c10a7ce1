"""The requests a minute of one VoIP.ms login, shared by several replicas: the sums of ``MemoryBudget`` on a row of the database.

VoIP.ms counts requests per login, whoever sends them. With one process the budget in memory is enough.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Row, select, update

from store.engine import Store
from store.tables import budget as budgets
from store.transactions import Clock, Transaction, insert, shared_now
from voipms.budget import MemoryBudget

T = TypeVar("T")


class _Sums(MemoryBudget):
    """The sums of a budget on one look at its row; seconds are those of the shared clock since 1970."""

    def __init__(self, per_minute: float | None, now: datetime, row: Row[Any] | None) -> None:
        super().__init__(per_minute, clock=now.timestamp)
        if row is not None:
            self._rate = min(row.rate, self._ceiling)
            self._due = row.due.timestamp()
            self._paused_until = row.paused_until.timestamp()
            self._clean_since = row.clean_since.timestamp()

    def columns(self) -> dict[str, Any]:
        """The row to keep."""
        return {
            "rate": self._rate,
            "due": datetime.fromtimestamp(self._due, UTC),
            "paused_until": datetime.fromtimestamp(self._paused_until, UTC),
            "clean_since": datetime.fromtimestamp(self._clean_since, UTC),
        }


class SharedBudget:
    """A ``voipms.budget.Budget`` in the database. Give it to ``Pace(budget=…)``.

    Args:
        credential: Names the login; not its password.
        per_minute: Start and ceiling, the same in every replica. ``None``: start at 60 and learn.
        clock: The time, aware; the shared clock's unless given.
    """

    def __init__(self, store: Store, credential: str, per_minute: float | None = None, clock: Clock = shared_now) -> None:
        self._store = store
        self._credential = credential
        self._per_minute = per_minute
        self._clock = clock
        self._rate = self._ask(lambda sums: sums.rate)

    @property
    def rate(self) -> float:
        """Requests a minute, as this process last saw it."""
        return self._rate

    def take(self, ahead: bool) -> float:
        """Spend one request of all replicas', or say how many seconds to wait.

        Raises:
            Unavailable: The database cannot say. Nothing is asked then: two replicas by themselves would ask too much.
        """
        return self._ask(lambda sums: sums.take(ahead))

    def pause(self) -> float:
        """Seconds until VoIP.ms may be asked at all, whichever replica it told."""
        return self._ask(lambda sums: sums.pause())

    def limited(self) -> None:
        """VoIP.ms said that its limit is reached, to whichever replica: all go slower."""
        self._ask(lambda sums: sums.limited())

    def _ask(self, question: Callable[[_Sums], T]) -> T:
        """Ask the sums, and keep what that changed; the replicas wait for each other at the row."""

        def body(transaction: Transaction) -> tuple[T, float]:
            now = self._clock(transaction)
            same = budgets.c.credential == self._credential
            row = transaction.execute(select(budgets).where(same).with_for_update()).first()
            if row is None:
                first = insert(transaction, budgets).values(credential=self._credential, **_Sums(self._per_minute, now, None).columns())
                transaction.execute(first.on_conflict_do_nothing())
                row = transaction.execute(select(budgets).where(same).with_for_update()).one()
            sums = _Sums(self._per_minute, now, row)
            before = sums.columns()
            answer = question(sums)
            if sums.columns() != before:
                transaction.execute(update(budgets).where(same).values(sums.columns()))
            return answer, sums.rate

        answer, self._rate = self._store.write(body)
        return answer
