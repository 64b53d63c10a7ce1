"""The scene that the rules of the watch settle: gathered from its rows, and stored again with what has to be said.

Whoever changes anything of the watch first takes ``alone``: the poller, the clock and people then come one after the other, whichever
replica they are in, and each sees all that the others did.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import delete, select

from rules.calendar import Quiet
from rules.health import Health
from rules.incidents import Kind
from rules.lowbalance import Purse
from rules.notes import Act, Note
from rules.outages import REMEMBERED, settle
from rules.polling import Figures, Offset
from rules.saving import from_json
from rules.scene import Held, Mute, Scene, Scope, Serial
from rules.timing import Timing
from store import access, incidents, lines, memos, outbox, settings
from store.tables import mute as mutes
from store.transactions import Transaction, insert

T = TypeVar("T")
Change = Callable[[Scene], Scene]

LOCK = 0x0D1A170E
"""Our number among PostgreSQL's advisory locks: the watch."""
KINDS: dict[Act, outbox.Kind] = {Act.POST: "post", Act.EDIT: "update", Act.REPLY: "reply"}

HEALTH, PURSE, HELD, SERIAL, FIGURES, CHANNEL, ZONE = "health", "purse", "held", "serial", "figures", "alert_channel", "zone"
"""Keys of the memos that belong to the scene."""
PREFIX = "watch/"
ROUTE, QUIET, ESCALATION, SITE, THRESHOLD = (f"{PREFIX}{topic}/" for topic in ("route", "quiet", "escalation", "site", "threshold"))
"""How the keys of what people set begin: see ``store.steering``."""


@dataclass(frozen=True, kw_only=True)
class Doing:
    """How the watch was doing a moment ago.

    Attributes:
        at: When the process that polls said so.
        figures: Of its rounds.
        offset: How it reads ``register_next``.
    """

    at: datetime
    figures: Figures
    offset: Offset


@dataclass(frozen=True)
class Loaded:
    """A scene, and the versions of its incidents."""

    scene: Scene
    versions: dict[str, int]


def alone(transaction: Transaction) -> None:
    """Nobody else changes anything of the watch until this transaction has ended. On SQLite that is so from its beginning."""
    if transaction.dialect.name == "postgresql":
        transaction.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")


def load(transaction: Transaction, now: datetime) -> Loaded:
    """The scene as it is stored."""
    found = incidents.with_versions(transaction)
    members = {member.account for incident, _ in found for member in incident.members}
    known, phones = lines.for_scene(transaction, members, gone_since=now - REMEMBERED)
    sites = {line.site_key for line in known.values()} | {incident.key for incident, _ in found if incident.kind is Kind.SITE}
    said = memos.texts(transaction, (HEALTH, PURSE, HELD, SERIAL, FIGURES, CHANNEL, ZONE))

    def memo(key: str, default: T) -> T:
        return from_json(type(default), said[key]) if key in said else default

    scene = Scene(
        lines=known,
        census=lines.census(transaction, sites),
        phones=phones,
        incidents=tuple(incident for incident, _ in found),
        mutes=tuple(all_mutes(transaction)),
        channel=memo(CHANNEL, ""),
        health=memo(HEALTH, Health()),
        purse=memo(PURSE, Purse()),
        held=from_json(tuple[Held, ...], said[HELD]) if HELD in said else (),
        serial=memo(SERIAL, Serial()),
        zone=ZoneInfo(memo(ZONE, "UTC")),
        sweep=from_json(Doing, said[FIGURES]).figures.sweep if FIGURES in said else timedelta(),
    )
    scene = replace(scene, limits=access.all_limits(transaction))
    return Loaded(scene=_as_set(scene, settings.under(transaction, PREFIX)), versions={one.id: version for one, version in found})


def _as_set(scene: Scene, chosen: Iterable[settings.Setting]) -> Scene:
    """The scene with what people have set: keys like ``watch/route/site/203.0.113.7``."""
    routes: dict[tuple[Scope, str], str] = {}
    quiet: dict[str, Quiet] = {}
    escalations: dict[str, str] = {}
    for one in chosen:
        if one.key.startswith(ROUTE):
            scope, _, key = one.key.removeprefix(ROUTE).partition("/")
            routes[Scope(scope), key] = one.value
        elif one.key.startswith(QUIET):
            quiet[one.key.removeprefix(QUIET)] = msgspec.convert(one.value, Quiet)
        elif one.key.startswith(ESCALATION):
            escalations[one.key.removeprefix(ESCALATION)] = one.value
    channel = routes.pop((Scope.ALL, ""), scene.channel)
    return replace(scene, routes=routes, quiet=quiet, escalations=escalations, channel=channel)


def settled(
    transaction: Transaction,
    now: datetime,
    timing: Timing,
    change: Change | None = None,
    then: Callable[[Scene], tuple[Scene, tuple[Note, ...]]] | None = None,
) -> tuple[Scene, tuple[Note, ...]]:
    """Settle the stored scene, store what comes of it, and put what has to be said into the outbox. Call ``alone`` first.

    Args:
        change: What somebody does with the scene before it is settled.
        then: What the clock does with it afterwards.

    Returns:
        The scene as it is stored now, with what has just been closed; and what is said.
    """
    loaded = load(transaction, now)
    scene, notes = settle(change(loaded.scene) if change else loaded.scene, now, timing)
    if then:
        scene, more = then(scene)
        notes = (*notes, *more)
    _store(transaction, loaded, scene)
    say(transaction, notes, now)
    return scene, notes


def _store(transaction: Transaction, loaded: Loaded, after: Scene) -> None:
    before = {incident.id: incident for incident in loaded.scene.incidents}
    incidents.save(transaction, (one for one in after.incidents if before.get(one.id) != one), loaded.versions)
    for key, was, is_now in ((HELD, loaded.scene.held, after.held), (SERIAL, loaded.scene.serial, after.serial)):
        if was != is_now:
            memos.put(transaction, key, is_now)


def say(transaction: Transaction, notes: Iterable[Note], now: datetime) -> None:
    """Put notes into the outbox, in order. A painter turns them into messages when they are sent: ``{"draw": "note", "note": …}``."""
    install = None
    for note in notes:
        install = install or memos.install_id(transaction)
        payload = {"draw": "note", "note": msgspec.to_builtins(note), "broadcast": note.broadcast}
        outbox.put(transaction, f"{install}:{note.key}", note.channel, KINDS[note.act], note.incident or note.key, payload, now)


# Mutes


def all_mutes(transaction: Transaction) -> list[Mute]:
    """All mutes, the latest last; those that are over may be among them."""
    rows = transaction.execute(select(mutes).order_by(mutes.c.begins, mutes.c.scope, mutes.c.key))
    return [Mute(scope=Scope(row.scope), key=row.key, begins=row.begins, until=row.until, by=row.by, reason=row.reason) for row in rows]


def put_mute(transaction: Transaction, one: Mute) -> None:
    """Store a mute, in place of another one of the same."""
    row = {"begins": one.begins, "until": one.until, "by": one.by, "reason": one.reason}
    made = insert(transaction, mutes).values(scope=one.scope.value, key=one.key, **row)
    transaction.execute(made.on_conflict_do_update(index_elements=["scope", "key"], set_=row))


def drop_mute(transaction: Transaction, scope: Scope, key: str) -> bool:
    """Remove a mute; whether there was one."""
    return transaction.execute(delete(mutes).where(mutes.c.scope == scope.value, mutes.c.key == key)).rowcount == 1


def drop_ended(transaction: Transaction, now: datetime) -> None:
    """Remove the mutes that are over."""
    transaction.execute(delete(mutes).where(mutes.c.until <= now))
