"""Messages on their way to Slack: each is stored with the change that caused it, and leaves exactly once.

    new ──claim──► sending ──settled──► sent
     ▲                │ ├────refused──► dead        Slack said no: a person has to look
     ▲                │ └────skipped──► skipped     no longer worth saying when its turn came
     └──postponed─────┤
     └──not_found─────┘ sending for longer than the settle time: unclear, Slack has to be asked
    new update ──a newer one of the same thing──► replaced

A *thing* is what a message is about, an outage say. It has one message in a channel, the ``post``; ``reply`` goes into its thread
and ``update`` edits it. Within a channel messages leave in the order in which they were put, one at a time; channels do not wait
for each other. Only an update that comes too soon after the last one of its thing lets other things pass while it rests. Every
function runs in the transaction that it is given; delivery lives elsewhere and knows Slack.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, FromClause, Row, Select, and_, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from store.tables import IS_OPEN, outbox, posted
from store.transactions import Transaction, insert

Kind = Literal["post", "reply", "update"]

BETWEEN_MESSAGES = timedelta(seconds=1)
"""Slack takes about one message a second in a channel."""
BETWEEN_EDITS = timedelta(seconds=5)
"""A message that changes all the time is edited no more often."""
KEPT = timedelta(days=30)
"""How long a message that has ended can still be looked up, dead letters included."""
POSTED_KEPT = timedelta(days=400)
"""How long after its last message a thing's place in Slack is remembered."""
ORPHAN = "the message it belongs to was never posted"
POSSIBLE_REPEAT = "possible_repeat"
"""Set in the payload of a message that Slack may have already, when Slack cannot be asked whether it has."""


@dataclass(frozen=True)
class Message:
    """A message that was claimed, for one try.

    Attributes:
        key: Unique for ever; what is looked for in Slack when a try ended unclear.
        channel: Slack's id.
        thing: What it is about; a message that nothing follows can be its own.
        payload: What was put: enough to render it at the time it is sent.
        attempt: Counts the claims of this row. Whoever holds an older number has lost it.
        claimed_at: When the try began that may have reached Slack, on the shared clock.
        parent_ts: The message of the thing in that channel, which an update needs and a reply should have; ``None`` before it is
            posted.
    """

    id: int
    key: str
    channel: str
    kind: Kind
    thing: str
    payload: Any
    attempt: int
    claimed_at: datetime
    parent_ts: str | None


@dataclass(frozen=True)
class DeadLetter:
    """A message that Slack will not take.

    Attributes:
        error: Slack's word for it.
    """

    id: int
    key: str
    channel: str
    kind: Kind
    thing: str
    error: str
    created_at: datetime


def put(transaction: Transaction, key: str, channel: str, kind: Kind, thing: str, payload: Mapping[str, Any], now: datetime) -> bool:
    """Add a message to the queue of its channel. An update that still waits is overwritten in its place by a newer one.

    Args:
        key: Unique for ever; the same key twice is one message.
        payload: A JSON object.

    Returns:
        Whether it is new: not when the key is known.
    """
    row = {
        "key": key,
        "channel": channel,
        "kind": kind,
        "thing": thing,
        "payload": dict(payload),
        "status": "new",
        "attempt": 0,
        "created_at": now,
    }
    while True:
        added = insert(transaction, outbox).values(row).on_conflict_do_nothing().returning(outbox.c.id)
        if transaction.scalar(added) is not None:
            return True
        if transaction.scalar(select(outbox.c.id).where(outbox.c.key == key)) is not None:
            return False
        waiting = transaction.execute(
            select(outbox).where(*_about(thing, channel), outbox.c.kind == "update", outbox.c.status == "new").with_for_update()
        ).first()
        if waiting is None:
            continue  # it was claimed in between, so there is room now
        in_place = update(outbox).where(outbox.c.id == waiting.id)
        if _is_posted_anew(transaction, waiting):
            transaction.execute(in_place.values(status="replaced"))
            continue
        transaction.execute(in_place.values(key=key, payload=row["payload"], created_at=now))
        # the older key stays known
        older = {**row, "key": waiting.key, "payload": {}, "status": "replaced", "created_at": waiting.created_at}
        transaction.execute(insert(transaction, outbox).values(older))
        return True


def claim(
    transaction: Transaction,
    now: datetime,
    worker: str,
    between: timedelta = BETWEEN_MESSAGES,
    edits: timedelta = BETWEEN_EDITS,
) -> Message | None:
    """Take the next message that may be sent now. Commit before Slack is asked.

    A reply or an update whose post Slack refused, or that was put before its post, becomes a dead letter when its turn comes. One
    whose post was skipped stands for itself: the update becomes the post, the reply has no ``parent_ts``.

    Args:
        between: The least time from one message of a channel to its next.
        edits: The least time from one update of a thing to its next.
    """
    while row := transaction.execute(_next(now, between, edits)).first():
        if row.kind == "post" or parent_ts(transaction, row.thing, row.channel) is not None or _was_skipped(transaction, row):
            return _claimed(transaction, row, now, worker)
        transaction.execute(update(outbox).where(outbox.c.id == row.id).values(status="dead", error=ORPHAN))
    return None


def may_be_sent(transaction: Transaction, message: Message, now: datetime, within: timedelta) -> bool:
    """Whether a claimed message is still ours, and was claimed less than ``within`` ago.

    Ask right before the request: a process that was frozen meanwhile must not post what another may have posted for it.
    """
    young = outbox.c.claimed_at > now - within
    return transaction.scalar(select(outbox.c.id).where(*_mine(message), young)) is not None


def claim_unclear(transaction: Transaction, now: datetime, worker: str, settle: timedelta) -> Message | None:
    """Take over a message whose sender said nothing for as long as ``settle``: Slack may have it or not.

    It is for a post or a reply: look for its key in Slack, from some minutes before ``claimed_at`` on, then call ``settled`` or
    ``not_found``. An update can be sent twice, so one that is unclear just waits again. A look that says nothing either is taken
    over after the same time.
    """
    unclear = and_(
        outbox.c.status == "sending",
        outbox.c.claimed_at <= now - settle,
        or_(outbox.c.not_before.is_(None), outbox.c.not_before <= now),
    )
    query = select(outbox).where(unclear).order_by(outbox.c.id).limit(1).with_for_update(skip_locked=True)
    while row := transaction.execute(query).first():
        if row.kind == "update":
            _wait_again(transaction, row.id, None, row.error)
            continue
        transaction.execute(update(outbox).where(outbox.c.id == row.id).values(not_before=now + settle))
        return _claimed(transaction, row, row.claimed_at, worker)
    return None


def settled(transaction: Transaction, message: Message, ts: str, now: datetime) -> bool:
    """Slack has it.

    Args:
        ts: Of the message in Slack; for an update that of the message it edited, for a file the file's id.

    Returns:
        Whether it was still ours; when not, somebody else has taken it over and nothing is changed.
    """
    if not _end_try(transaction, message, status="sent", ts=ts, sent_at=now, error=None, not_before=None):
        return False
    if message.kind == "post":
        place = insert(transaction, posted).values(thing=message.thing, channel=message.channel, ts=ts, used_at=now)
        transaction.execute(place.on_conflict_do_update(index_elements=["thing", "channel"], set_={"ts": ts, "used_at": now}))
    else:
        transaction.execute(update(posted).where(*_place_of(message.thing, message.channel)).values(used_at=now))
    return True


def not_found(transaction: Transaction, message: Message, *, unsure: bool = False) -> bool:
    """Slack does not have it: it waits again, in its place. Whether it was still ours.

    Args:
        unsure: Slack may have it after all; then its payload says ``POSSIBLE_REPEAT``.
    """
    if unsure and isinstance(message.payload, dict):
        marked = {**message.payload, POSSIBLE_REPEAT: True}
        transaction.execute(update(outbox).where(*_mine(message)).values(payload=marked))
    return _let_wait(transaction, message, None, None)


def postponed(transaction: Transaction, message: Message, until: datetime, error: str) -> bool:
    """Slack certainly does not have it and may take it later. Its channel waits with it. Whether it was still ours."""
    return _let_wait(transaction, message, until, error)


def refused(transaction: Transaction, message: Message, error: str) -> bool:
    """Slack will never take it. Whether it was still ours."""
    return _end_try(transaction, message, status="dead", error=error, not_before=None)


def skipped(transaction: Transaction, message: Message) -> bool:
    """It is no longer worth saying. Whether it was still ours."""
    return _end_try(transaction, message, status="skipped", error=None, not_before=None)


def post_anew(transaction: Transaction, message: Message) -> bool:
    """The message that this update should edit is gone from Slack: the update becomes the post. Whether it was still ours."""
    return _end_try(transaction, message, status="new", kind="post", error=None, not_before=None)


def parent_ts(transaction: Transaction, thing: str, channel: str) -> str | None:
    """Where the message of a thing is in a channel; ``None`` before it is posted."""
    ts: str | None = transaction.scalar(select(posted.c.ts).where(*_place_of(thing, channel)))
    return ts


def dead_letters(transaction: Transaction) -> list[DeadLetter]:
    """What Slack did not take, newest first, where it has taken nothing since."""
    later = outbox.alias("later")
    taken = select(later.c.channel, func.max(later.c.id).label("id")).where(later.c.status == "sent").group_by(later.c.channel).subquery()
    columns = (outbox.c[name] for name in DeadLetter.__dataclass_fields__)
    query = (
        select(*columns)
        .join_from(outbox, taken, taken.c.channel == outbox.c.channel, isouter=True)
        .where(outbox.c.status == "dead", or_(taken.c.id.is_(None), taken.c.id < outbox.c.id))
        .order_by(outbox.c.id.desc())
    )
    return [DeadLetter(**row._mapping) for row in transaction.execute(query)]


def counts(transaction: Transaction) -> dict[str, int]:
    """How many messages are ``new``, ``sending`` and ``dead``."""
    query = (
        select(outbox.c.status, func.count().label("how_many"))
        .where(outbox.c.status.in_(("new", "sending", "dead")))
        .group_by(outbox.c.status)
    )
    return {"new": 0, "sending": 0, "dead": 0, **{row.status: row.how_many for row in transaction.execute(query)}}


def oldest_waiting(transaction: Transaction) -> datetime | None:
    """When the message was put that has waited longest; ``None`` when nothing waits."""
    oldest: datetime | None = transaction.scalar(select(func.min(outbox.c.created_at)).where(outbox.c.status.in_(("new", "sending"))))
    return oldest


def prune(transaction: Transaction, now: datetime) -> int:
    """Forget what was put long ago and is no longer on its way; how many rows.

    A key is forgotten with its row. Where things are in Slack is remembered for much longer: an outage may be open for months.
    """
    ended = outbox.c.status.in_(("sent", "replaced", "skipped", "dead"))
    gone = transaction.execute(delete(outbox).where(ended, outbox.c.created_at < now - KEPT)).rowcount
    transaction.execute(delete(posted).where(posted.c.used_at < now - POSTED_KEPT))
    return gone


def _next(now: datetime, between: timedelta, edits: timedelta) -> Select[Any]:
    """The oldest message that is the first of its channel, where nothing is being sent nor was a moment ago."""
    queued, sent = outbox.alias("queued"), outbox.alias("sent")
    first_of_each = (
        # the index of the open rows is used only if this stands here word for word
        select(func.min(queued.c.id).filter(~_rests(queued, now, edits)))
        .where(IS_OPEN)
        .group_by(queued.c.channel)
        .having(func.count().filter(queued.c.status == "sending") == 0)
    )
    # an instant to come was written before the clock was put back
    a_moment_ago = select(sent.c.id).where(sent.c.channel == outbox.c.channel, sent.c.sent_at > now - between, sent.c.sent_at <= now)
    return (
        select(outbox)
        .where(
            outbox.c.id.in_(first_of_each),
            outbox.c.status == "new",
            or_(outbox.c.not_before.is_(None), outbox.c.not_before <= now),
            ~a_moment_ago.exists(),
        )
        .order_by(outbox.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def _rests(queued: FromClause, now: datetime, edits: timedelta) -> ColumnElement[bool]:
    """Whether the row is, or stands behind, an update that comes too soon after the last one of the same thing."""
    resting, edited = outbox.alias("resting"), outbox.alias("edited")
    same_thing = (resting.c.thing == queued.c.thing, resting.c.channel == queued.c.channel, resting.c.id <= queued.c.id)
    too_soon = select(edited.c.id).where(
        edited.c.thing == resting.c.thing,
        edited.c.channel == resting.c.channel,
        edited.c.kind == "update",
        edited.c.sent_at > now - edits,
        edited.c.sent_at <= now,
    )
    waits = (resting.c.kind == "update", resting.c.status == "new")
    return select(resting.c.id).where(*same_thing, *waits, too_soon.exists()).exists()


def _was_skipped(transaction: Transaction, row: Row[Any]) -> bool:
    """Whether the post that it follows was found not worth saying."""
    before = (*_about(row.thing, row.channel), outbox.c.kind == "post", outbox.c.id < row.id)
    return transaction.scalar(select(outbox.c.status).where(*before).order_by(outbox.c.id.desc()).limit(1)) == "skipped"


def _is_posted_anew(transaction: Transaction, waiting: Row[Any]) -> bool:
    """Whether the thing gets another message after that update: what is newer than both belongs behind it."""
    later = select(outbox.c.id).where(*_about(waiting.thing, waiting.channel), outbox.c.kind == "post", outbox.c.id > waiting.id)
    return transaction.scalar(later.limit(1)) is not None


def _claimed(transaction: Transaction, row: Row[Any], claimed_at: datetime, worker: str) -> Message:
    attempt = row.attempt + 1
    parent = parent_ts(transaction, row.thing, row.channel)
    kind: Kind = "post" if row.kind == "update" and parent is None else row.kind
    mine = {"kind": kind, "status": "sending", "claimed_at": claimed_at, "claimed_by": worker, "attempt": attempt}
    transaction.execute(update(outbox).where(outbox.c.id == row.id).values(mine))
    return Message(row.id, row.key, row.channel, kind, row.thing, row.payload, attempt, claimed_at, parent)


def _mine(message: Message) -> tuple[ColumnElement[bool], ...]:
    return outbox.c.id == message.id, outbox.c.status == "sending", outbox.c.attempt == message.attempt


def _end_try(transaction: Transaction, message: Message, **values: Any) -> bool:
    return transaction.execute(update(outbox).where(*_mine(message)).values(**values)).rowcount == 1


def _let_wait(transaction: Transaction, message: Message, until: datetime | None, error: str | None) -> bool:
    mine = transaction.scalar(select(outbox.c.id).where(*_mine(message)).with_for_update())
    if mine is None:
        return False
    _wait_again(transaction, message.id, until, error)
    return True


def _wait_again(transaction: Transaction, row_id: int, until: datetime | None, error: str | None) -> None:
    """Back into the queue; an update only if no newer one waits, which the index knows."""
    change = update(outbox).where(outbox.c.id == row_id)
    try:
        with transaction.begin_nested():
            transaction.execute(change.values(status="new", not_before=until, error=error))
    except IntegrityError:
        transaction.execute(change.values(status="replaced", error=error))


def _about(thing: str, channel: str) -> tuple[ColumnElement[bool], ...]:
    return outbox.c.thing == thing, outbox.c.channel == channel


def _place_of(thing: str, channel: str) -> tuple[ColumnElement[bool], ...]:
    return posted.c.thing == thing, posted.c.channel == channel
