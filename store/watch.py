"""What the process that polls does with the memory of the watch. Every change proves the lease, in the transaction that writes.

    looked     one look at one account          → the line after it, and if it is news, the scene settled
    tick       what time alone brings           → mutes, nights, silence and escalations ending; reminders
    listed     all accounts as VoIP.ms lists them
    weighed    the balance
    began      this process has the lease now

What people do is in ``store.steering``; questions are in ``store.lines``, ``store.incidents``, ``store.history``.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from rules import lowbalance
from rules.arrivals import Arrival, arrivals_told
from rules.health import Answer, Health, absence_told, changes_news, heard, ticked, woken
from rules.lowbalance import Purse
from rules.notes import Note
from rules.reminders import lapsed, remind
from rules.saving import from_json
from rules.timeline import passages_of
from rules.timing import Timing
from rules.watch import Line, Look, Spot, State, needs_settle, silence, step
from store import history, incidents, leases, lines, memos, scenes
from store.leases import Lease
from store.scenes import FIGURES, HEALTH, HELD, PURSE, Doing, alone
from store.transactions import Transaction
from voipms import Device, SubAccount

ARRIVALS = "arrivals"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What one look saw.

    Attributes:
        answer: What asking VoIP.ms came to.
        spot: Where the phone is registered, with a "yes".
        devices: All of its devices, with a "yes".
        reason: Why there was no answer, in a word or two.
        problem: The same in one plain sentence.
    """

    look: Look
    answer: Answer = Answer.VALID
    spot: Spot | None = None
    devices: Collection[Device] = ()
    reason: str = ""
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What a look came to.

    Attributes:
        line: After it.
        watched: Whether the account is still to be looked at.
        notes: What is said because of it.
    """

    line: Line
    watched: bool
    health: Health
    notes: tuple[Note, ...] = ()


def looked(
    transaction: Transaction, lease: Lease, account: str, seen: Seen, now: datetime, timing: Timing, *, watched: int, sweep: timedelta
) -> Looked:
    """Store one look, and whatever follows from it.

    Args:
        watched: How many accounts are watched.
        sweep: The time in which every account has its turn.

    Raises:
        LeaseLost: Another process polls now; nothing is stored.
    """
    alone(transaction)
    leases.check(transaction, lease)
    row, version = lines.locked(transaction, account)
    before = row.line
    # another replica's clock may have been ahead
    now = max(now, before.answered_at or now)
    after = step(before, seen.look, now, timing, seen.spot)
    gone = {"deleted_at": now} if after.state is State.GONE is not before.state else {}
    lines.save(transaction, after, version, looked_at=now, problem=seen.problem, wanted_at=None, **gone)
    if seen.look is not Look.UNKNOWN:
        history.append(transaction, account, passages_of(before, after, now, silence(timing, sweep), seen.look.value))
        _arrived(transaction, history.met(transaction, account, seen.devices, now))
    health, news = _heard(transaction, seen.answer, now, timing, account, seen.reason, watched)
    notes: tuple[Note, ...] = ()
    if news or needs_settle(before, after):
        _, notes = scenes.settled(transaction, now, timing)
    return Looked(line=after, watched=row.watched and not gone, health=health, notes=notes)


def asked(transaction: Transaction, lease: Lease, answer: Answer, reason: str, now: datetime, timing: Timing, *, watched: int) -> Health:
    """Store what a question about no single account came to, that is not stored otherwise.

    Raises:
        LeaseLost: Another process polls now; nothing is stored.
    """
    alone(transaction)
    leases.check(transaction, lease)
    health, news = _heard(transaction, answer, now, timing, "", reason, watched)
    if news:
        scenes.settled(transaction, now, timing)
    return health


def _heard(
    transaction: Transaction, answer: Answer, now: datetime, timing: Timing, account: str, reason: str, watched: int
) -> tuple[Health, bool]:
    """Store the health after one more answer; and whether it is news."""
    before = memos.get(transaction, HEALTH, Health())
    health = heard(before, answer, now, timing, account=account, reason=reason, watched=watched)
    if health != before:
        memos.put(transaction, HEALTH, health)
    return health, changes_news(before, health)


def listed(
    transaction: Transaction, lease: Lease, accounts: Iterable[SubAccount], now: datetime, timing: Timing, *, complete: bool
) -> lines.Listing:
    """Store the accounts as VoIP.ms lists them: see ``store.lines.listed``.

    Raises:
        LeaseLost: Another process polls now; nothing is stored.
    """
    alone(transaction)
    leases.check(transaction, lease)
    listing = lines.listed(transaction, accounts, now, complete=complete)
    if listing.left:
        scenes.settled(transaction, now, timing)
    return listing


def weighed(
    transaction: Transaction, lease: Lease, balance: Decimal, days_left: int | None, limit: Decimal, now: datetime, timing: Timing
) -> Purse:
    """Store the balance.

    Args:
        limit: US dollars under which it is low.

    Raises:
        LeaseLost: Another process polls now; nothing is stored.
    """
    alone(transaction)
    leases.check(transaction, lease)
    before = memos.get(transaction, PURSE, Purse())
    purse = lowbalance.weighed(before, balance, days_left, limit, now)
    memos.put(transaction, PURSE, purse)
    if purse.low_since is not None or before.low_since is not None:
        scenes.settled(transaction, now, timing)
    return purse


# The process that polls, and the clock


def began(transaction: Transaction, lease: Lease, now: datetime, timing: Timing) -> list[lines.Account]:
    """All accounts that are to be looked at. A long absence is remembered until it is told.

    Raises:
        LeaseLost: Another process polls already.
    """
    alone(transaction)
    leases.check(transaction, lease)
    before = memos.get(transaction, HEALTH, Health())
    health = woken(before, now, timing)
    if health != before:
        memos.put(transaction, HEALTH, health)
    return [one for one in lines.every(transaction) if one.watched]


def tick(transaction: Transaction, lease: Lease, now: datetime, timing: Timing, doing: Doing | None = None) -> tuple[Note, ...]:
    """Settle and remind for what time alone brings. Little work while nothing is open.

    Args:
        doing: How the watch is doing, for any replica to tell.

    Returns:
        What is said.

    Raises:
        LeaseLost: Another process polls now; nothing is stored.
    """
    alone(transaction)
    leases.check(transaction, lease)
    if doing is not None:
        memos.put(transaction, FIGURES, doing)
    before = memos.get(transaction, HEALTH, Health())
    health = ticked(before, now, timing)
    if health != before:
        memos.put(transaction, HEALTH, health)
    notes: tuple[Note, ...] = ()
    held = memos.texts(transaction, (HELD,)).get(HELD, "[]") != "[]"
    if changes_news(before, health) or held or incidents.are_open(transaction):
        _, notes = scenes.settled(
            transaction, now, timing, lambda scene: lapsed(scene, now, timing), lambda scene: remind(scene, now, timing)
        )
    return (*notes, *_absence(transaction, health, now, timing), *_arrivals(transaction, now, timing))


def _absence(transaction: Transaction, health: Health, now: datetime, timing: Timing) -> tuple[Note, ...]:
    """Tell that the bot was not running, once all has been looked at again."""
    if health.absence is None:
        return ()
    scene = scenes.load(transaction, now).scene
    watched = [one.line for one in lines.every(transaction) if one.watched] if scene.channel else []
    after, note = absence_told(health, watched, scene.whole, now, scene.sweep, timing)
    if after != health:
        memos.put(transaction, HEALTH, after)
    if note is None:
        return ()
    scenes.say(transaction, [note], now)
    return (note,)


# Phones that registered from elsewhere


def _arrived(transaction: Transaction, arrival: Arrival | None) -> None:
    if arrival is not None:
        memos.put(transaction, ARRIVALS, (*_waiting(transaction), arrival))


def _waiting(transaction: Transaction) -> tuple[Arrival, ...]:
    return from_json(tuple[Arrival, ...], memos.texts(transaction, (ARRIVALS,)).get(ARRIVALS, "[]"))


def _arrivals(transaction: Transaction, now: datetime, timing: Timing) -> tuple[Note, ...]:
    waiting = _waiting(transaction)
    if not waiting:
        return ()
    scene = scenes.load(transaction, now).scene
    known = lines.of(transaction, {arrival.account for arrival in waiting})
    phones = {**scene.phones, **{account: one.phone for account, one in known.items()}}
    here = {account: one.line for account, one in known.items() if one.watched}
    kept, notes = arrivals_told(waiting, here, replace(scene, phones=phones), now, timing)
    if kept != waiting:
        memos.put(transaction, ARRIVALS, kept)
    scenes.say(transaction, notes, now)
    return notes


# Questions


def health(transaction: Transaction) -> Health:
    """Whether VoIP.ms can be seen."""
    return memos.get(transaction, HEALTH, Health())


def purse(transaction: Transaction) -> Purse:
    """The last balance that was seen."""
    return memos.get(transaction, PURSE, Purse())


def doing(transaction: Transaction) -> Doing | None:
    """How the watch was doing when the process that polls last said so; ``None`` before it ever did."""
    text = memos.texts(transaction, (FIGURES,)).get(FIGURES)
    return None if text is None else from_json(Doing, text)


def sweep(transaction: Transaction) -> timedelta:
    """The time in which every account has its turn, as the process that polls said last; zero before it ever did."""
    said = doing(transaction)
    return timedelta() if said is None else said.figures.sweep
