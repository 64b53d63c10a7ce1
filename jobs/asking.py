"""How a report asks VoIP.ms: each list once, and what could not be read noted."""

from collections.abc import Callable, Hashable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar, cast

from blocks.frame import safe
from rules.balance import outlook, pace_period
from voipms import Cdr, Client, Did, Rows, SubAccount, Unreachable, VoipMs, VoipMsError, to_wall

T = TypeVar("T")
E = TypeVar("E")


class Lists:
    """Lists of the account that several reports need, each asked for once. For one tick: they grow old."""

    def __init__(self, phones: VoipMs) -> None:
        self.phones = phones
        self._kept: dict[Hashable, Any] = {}

    def sub_accounts(self, client: str = "") -> Rows[SubAccount]:
        return self._once(("sub-accounts", client), lambda: self.phones.sub_accounts(client))

    def dids(self, client: str = "") -> Rows[Did]:
        return self._once(("dids", client), lambda: self.phones.dids(client=client))

    def clients(self) -> Rows[Client]:
        return self._once("clients", self.phones.clients)

    def balance(self, now: datetime) -> tuple[Decimal, int | None]:
        """What is left, and for how many days."""

        def ask() -> tuple[Decimal, int | None]:
            balance = self.phones.balance().current_balance
            ledger = self.phones.transactions(*pace_period(to_wall(now, self.phones.wire_zone).date()))
            return balance, outlook(balance, ledger).days_left

        return self._once("balance", ask)

    def client_balance(self, client: str) -> tuple[Decimal, int | None]:
        """What a client has left; nobody knows how fast it spends."""
        return self._once(("balance", client), lambda: (self.phones.reseller_balance(client).current_balance, None))

    def _once(self, key: Hashable, ask: Callable[[], T]) -> T:
        if key not in self._kept:
            self._kept[key] = ask()
        return cast(T, self._kept[key])


class Asking:
    """Asks VoIP.ms one thing after the other, and notes what could not be read.

    Args:
        last: What is needed may be missing now: there was patience enough.
        keep: Called after each answer; may raise to end it all.

    Attributes:
        failed: Why what is needed could not be read, and what of it, in a few words each.
        unread: What else could not be read, a few words each.
    """

    def __init__(self, last: bool, keep: Callable[[], None]) -> None:
        self.failed: dict[str, list[str]] = {}
        self.unread: list[str] = []
        self._last = last
        self._keep = keep
        self._gone: Unreachable | None = None

    def need(self, what: str, ask: Callable[[], T], otherwise: E) -> T | E:
        """What the calls need.

        Raises:
            VoipMsError: It cannot be read, and there is still time.
        """
        try:
            return self._ask(ask)
        except VoipMsError as error:
            if not self._last:
                raise
            self._missing(what, error)
            return otherwise

    def like(self, what: str, ask: Callable[[], T], otherwise: E) -> T | E:
        """What stands beside them."""
        try:
            return self._ask(ask)
        except VoipMsError:
            self.unread.append(what)
            return otherwise

    def pieces(self, source: Callable[[], Iterator[Rows[Cdr]]]) -> Iterator[Rows[Cdr]]:
        """Call records as they come.

        Raises:
            VoipMsError: They cannot be read to the end.
        """
        self._refuse_when_gone()
        try:
            for piece in source():
                yield piece
                del piece  # else two are in memory while the next is read
                self._keep()
        except Unreachable as error:
            self._note(error)
            raise

    def needed_pieces(self, source: Callable[[], Iterator[Rows[Cdr]]]) -> Iterator[Rows[Cdr]]:
        """The same for those that the report is about: at last those have to do that can be read.

        Raises:
            VoipMsError: They cannot be read to the end, and there is still time.
        """
        try:
            yield from self.pieces(source)
        except VoipMsError as error:
            if not self._last:
                raise
            self._missing("the call records", error)

    def _ask(self, ask: Callable[[], T]) -> T:
        self._refuse_when_gone()
        try:
            found = ask()
        except Unreachable as error:
            self._note(error)
            raise
        self._keep()
        return found

    def _note(self, error: Unreachable) -> None:
        """At last every question would wait as long for the same."""
        if self._last:
            self._gone = error

    def _missing(self, what: str, error: VoipMsError) -> None:
        self.failed.setdefault(error.tell_user, []).append(what)

    @property
    def missing(self) -> str:
        """What is needed and could not be read, in sentences fit for mrkdwn; ``""`` when nothing is missing."""
        return " ".join(f"I could not read {_listed(what)}: {safe(why)}" for why, what in self.failed.items())

    def _refuse_when_gone(self) -> None:
        if self._gone is not None:
            raise self._gone


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
