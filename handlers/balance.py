"""``balance``: the money left, what today cost, and how long it lasts."""

from blocks import balance as view
from blocks.settings import lost_in
from handlers.choosing import nothing_after
from handlers.optional import if_told
from handlers.registry import Command, Reply, Request
from rules.access import Role
from rules.balance import outlook, pace_period
from voipms import Rows, Transaction, VoipMs, to_wall


def balance(asked: Request, phones: VoipMs) -> Reply:
    """The balance, and the days it lasts at the pace of the ledger.

    The pace is the ledger's, not ``spent_total``: the period of that is documented for reseller clients only, and the
    ledger holds fees as well as calls. Days are the wire zone's, as VoIP.ms selects them.
    """
    nothing_after(asked, "balance", asked.words)
    money = phones.balance(advanced=True)
    days = pace_period(to_wall(asked.now, phones.wire_zone).date())
    ledger = if_told(lambda: phones.transactions(*days), Rows[Transaction]())
    ahead = None if ledger.failed else outlook(money.current_balance, ledger.value)
    card = view.card(money, ahead, lost_in(ledger.value), [ledger.note("How long it lasts is not known")])
    return Reply(headline=view.headline(money, ahead), blocks=card, again="", share=True)


BALANCE = Command(
    name="balance",
    usage="",
    summary="Balance, spent today, days left",
    role=Role.OPERATOR,
    examples=("",),
    run=balance,
)
