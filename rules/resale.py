"""What reselling came to: for each client what its calls cost us, what it paid, and the difference. Pure.

VoIP.ms tells of the same call twice: ``getCDR`` with what we pay, ``getResellerCDR`` with what the client pays. ``uniqueid`` joins the
two, where there is one: it may be ``n/a`` or missing, and such rows, like those that only one side has, are told apart, not guessed.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, localcontext

from rules.call_rows import Cut, Direction, direction_of, national
from rules.calls import DIGITS
from voipms import Cdr, Did, Rows, SubAccount

NO_ID = frozenset(("", "n/a", "0", "none", "null"))
"""What stands for no ``uniqueid``, whatever its case."""
NOBODY = frozenset(("", "0"))
"""What stands for no client and for no mailbox."""


@dataclass(frozen=True, kw_only=True)
class Side:
    """Rows that only one side has: how many, and what they come to in US dollars."""

    rows: int = 0
    amount: Decimal = Decimal()


@dataclass(frozen=True, kw_only=True)
class Sold:
    """One client's calls, from both sides.

    Attributes:
        client: Its id.
        rows: That both sides have.
        seconds: Talk time of these.
        cost, price: What these cost us, and what the client paid for them; US dollars, exact.
        only_price: Rows that only the client's side has: what they cost us is not known.
        only_cost: The client's rows that only our side has: what the client paid for them is not known.
    """

    client: str
    rows: int
    seconds: int
    cost: Decimal
    price: Decimal
    only_price: Side
    only_cost: Side

    @property
    def margin(self) -> Decimal:
        """What is left of the rows that both sides have."""
        return self.price - self.cost


class Belongings:
    """Which client a row of ours is for, by its sub-account or by the number that was called; ``""`` is nobody."""

    def __init__(self, sub_accounts: Iterable[SubAccount] = (), dids: Iterable[Did] = ()) -> None:
        self._of_login = {one.account: one.reseller_client for one in sub_accounts if one.reseller_client not in NOBODY}
        owners = ((national(one.did), self._owner(one.reseller_account)) for one in dids)
        self._of_number = {did: client for did, client in owners if client}

    def _owner(self, billed_to: str) -> str:
        """The client whose number it is: VoIP.ms names the sub-account that it is billed to."""
        return self._of_login.get(billed_to, billed_to if billed_to.isdigit() and billed_to not in NOBODY else "")

    def of_login(self, login: str) -> str:
        """The client whose sub-account it is."""
        return self._of_login.get(login, "")

    def of_number(self, number: str) -> str:
        """The client whose number it is, however it is written."""
        return self._of_number.get(national(number), "")

    def client_of(self, row: Cdr) -> str:
        """The client's id."""
        if direction_of(row.destination_type, row.description) is Direction.IN:
            return self.of_number(row.destination) or self.of_login(row.account)
        return self.of_login(row.account)


class _Sums:
    """What a client's rows come to so far."""

    __slots__ = ("cost", "only_cost", "only_price", "paid", "price", "rows", "seconds", "spent")

    def __init__(self) -> None:
        self.rows = self.seconds = self.only_price = self.only_cost = 0
        self.cost = self.price = self.paid = self.spent = Decimal()


class Join:
    """Both sides of the same calls. First every client's side, then ours."""

    def __init__(self, cut: Cut, belongings: Belongings) -> None:
        self._cut = cut
        self._belongings = belongings
        self._clients: dict[str, _Sums] = {}
        self._waiting: dict[tuple[str, bool], deque[tuple[str, Decimal]]] = {}

    def sell(self, client: str, pieces: Iterable[Rows[Cdr]]) -> None:
        """Takes the client's side: the rows of ``getResellerCDR``."""
        sums = self._clients.setdefault(client, _Sums())
        with localcontext(prec=DIGITS):
            for piece in pieces:
                for row in _within(self._cut, piece):
                    sums.only_price += 1
                    sums.paid += row.total
                    if row.uniqueid.lower() not in NO_ID:
                        self._waiting.setdefault(_identity(row), deque()).append((client, row.total))

    def spend(self, pieces: Iterable[Rows[Cdr]]) -> None:
        """Takes our side: the rows of ``getCDR``."""
        with localcontext(prec=DIGITS):
            for piece in pieces:
                for row in _within(self._cut, piece):
                    self.take(row)

    def take(self, row: Cdr) -> None:
        """Takes one row of our side."""
        same = self._waiting.get(_identity(row))
        if same:
            client, price = same.popleft()
            sums = self._clients[client]
            sums.only_price -= 1
            sums.paid -= price
            sums.rows += 1
            sums.seconds += row.seconds
            sums.cost += row.total
            sums.price += price
            return
        client = self._belongings.client_of(row)
        if client in self._clients:
            sums = self._clients[client]
            sums.only_cost += 1
            sums.spent += row.total

    @property
    def sold(self) -> tuple[Sold, ...]:
        """Each client that was asked for, the one that paid most first."""
        made = [
            Sold(
                client=client,
                rows=sums.rows,
                seconds=sums.seconds,
                cost=sums.cost,
                price=sums.price,
                only_price=Side(rows=sums.only_price, amount=sums.paid),
                only_cost=Side(rows=sums.only_cost, amount=sums.spent),
            )
            for client, sums in self._clients.items()
        ]
        return tuple(sorted(made, key=lambda one: (-one.price - one.only_price.amount, one.client)))


def _identity(row: Cdr) -> tuple[str, bool]:
    """A fee may carry the ``uniqueid`` of its call."""
    return row.uniqueid, direction_of(row.destination_type, row.description) is Direction.NONE


def _within(cut: Cut, piece: Rows[Cdr]) -> Iterable[Cdr]:
    return (row for row in cut.settled(piece) if cut.start <= row.date < cut.end)


def whole(sold: Iterable[Sold]) -> Sold:
    """All clients together."""
    parts = tuple(sold)
    with localcontext(prec=DIGITS):
        return Sold(
            client="",
            rows=sum(one.rows for one in parts),
            seconds=sum(one.seconds for one in parts),
            cost=sum((one.cost for one in parts), Decimal()),
            price=sum((one.price for one in parts), Decimal()),
            only_price=_both([one.only_price for one in parts]),
            only_cost=_both([one.only_cost for one in parts]),
        )


def _both(sides: Iterable[Side]) -> Side:
    made = tuple(sides)
    return Side(rows=sum(one.rows for one in made), amount=sum((one.amount for one in made), Decimal()))
