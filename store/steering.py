"""What people do with the watch: take an outage, mute, set where and when and about what they are told.

Each change is settled in the transaction that it is given, after whatever others did before it: what it sets free or makes true is
said at once. Who may do what, and in which words it is asked for, is decided elsewhere.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from rules.calendar import Quiet
from rules.incidents import Incident
from rules.reminders import given_back, taken
from rules.scene import Mute, Scene, Scope
from rules.timeline import passages_of
from rules.timing import Timing
from rules.watch import unconfirmed
from store import history, incidents, lines, memos, scenes, settings
from store.lines import Account
from store.scenes import CHANNEL, ESCALATION, QUIET, ROUTE, SITE, THRESHOLD, ZONE, Change, alone
from store.transactions import Transaction

# Outages


@dataclass(frozen=True)
class Claim:
    """How it went when somebody asked for an outage.

    Attributes:
        incident: As it is now; ``taken_by`` says who has it, ``running`` whether there is anything to take.
        new: It is theirs since just now.
    """

    incident: Incident
    new: bool


def take(transaction: Transaction, incident_id: str, by: str, now: datetime, timing: Timing) -> Claim | None:
    """Somebody takes an outage. Whoever comes first has it; ``None`` when there is none of that id.

    Args:
        by: A Slack user id.
    """
    return _with(transaction, incident_id, lambda one: taken(one, by, now), now, timing)


def give_back(transaction: Transaction, incident_id: str, now: datetime, timing: Timing) -> Claim | None:
    """Nobody has that outage any more; ``None`` when there is none of that id."""
    return _with(transaction, incident_id, given_back, now, timing)


def _with(
    transaction: Transaction, incident_id: str, change: Callable[[Incident], Incident], now: datetime, timing: Timing
) -> Claim | None:
    alone(transaction)
    before = incidents.one(transaction, incident_id)
    if before is None or before.closed_at is not None or change(before) == before:
        return None if before is None else Claim(before, new=False)
    scene, _ = scenes.settled(transaction, now, timing, _each(incident_id, change))
    after = next(one for one in scene.incidents if one.id == incident_id)
    return Claim(after, new=after.taken_by != before.taken_by)


def _each(incident_id: str, change: Callable[[Incident], Incident]) -> Change:
    def changed(scene: Scene) -> Scene:
        return replace(scene, incidents=tuple(change(one) if one.id == incident_id else one for one in scene.incidents))

    return changed


# Silence


def mute(transaction: Transaction, one: Mute, now: datetime, timing: Timing) -> None:
    """Silence, in place of an earlier one for the same."""
    alone(transaction)
    scenes.drop_ended(transaction, now)
    scenes.put_mute(transaction, one)
    scenes.settled(transaction, now, timing)


def unmute(transaction: Transaction, scope: Scope, key: str, now: datetime, timing: Timing) -> bool:
    """An end to it; whether there was silence. What was held back and is still true is said."""
    alone(transaction)
    was = any((one.scope, one.key) == (scope, key) for one in mutes(transaction, now))
    scenes.drop_mute(transaction, scope, key)
    scenes.settled(transaction, now, timing)
    return was


def mutes(transaction: Transaction, now: datetime) -> list[Mute]:
    """Those that are not over."""
    return [one for one in scenes.all_mutes(transaction) if one.until is None or now < one.until]


# Accounts


def set_phones(
    transaction: Transaction,
    accounts: Iterable[str],
    now: datetime,
    timing: Timing,
    *,
    required: bool | None = None,
    ignored: bool | None = None,
    expect_offline: bool | None = None,
) -> list[Account]:
    """Set what is not ``None`` for these accounts; those of them that are known, as they are now.

    An account that is no longer ignored is looked at as soon as may be, and its outage has to be confirmed anew.
    """
    alone(transaction)
    chosen = {"required": required, "ignored": ignored, "expect_offline": expect_offline}
    columns = {name: value for name, value in chosen.items() if value is not None}
    known = lines.of(transaction, accounts)
    for account in known if ignored is False else ():
        row, version = lines.locked(transaction, account)
        if row.ignored:
            before = row.line
            after = unconfirmed(before, now)
            lines.save(transaction, after, version)
            history.append(transaction, account, passages_of(before, after, now, timing.gap, "watched again"))
    lines.mark(transaction, known, wanted_at=now, **columns)
    scenes.settled(transaction, now, timing)
    return list(lines.of(transaction, known).values())


def look_now(transaction: Transaction, accounts: Iterable[str], now: datetime) -> int:
    """Ask the process that polls to look at these accounts next; how many of them are known.

    It does so within a second or two, before everything else that waits. Whoever asks for the answer looks by themselves as well.
    """
    return lines.mark(transaction, accounts, wanted_at=now)


# Where, when and about what


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What people have set.

    Attributes:
        channel: For everything that has none of its own; ``""`` while none is set.
        routes: Channel for a site, POP or client.
        quiet: Quiet hours by channel.
        escalations: By channel, the group that is called when nobody takes an outage.
        sites: What people call a site, by its key.
        thresholds: See ``Thresholds``.
    """

    channel: str
    routes: dict[tuple[Scope, str], str]
    quiet: dict[str, Quiet]
    escalations: dict[str, str]
    sites: dict[str, str]
    thresholds: "Thresholds"


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """What people have set in place of the environment; ``None``: nothing.

    Attributes:
        confirm_seconds: ``CONFIRM_SECONDS``.
        low_balance: ``LOW_BALANCE``, US dollars.
    """

    confirm_seconds: float | None = None
    low_balance: Decimal | None = None


def chosen(transaction: Transaction, now: datetime) -> Chosen:
    """All that people have set, but for mutes and single accounts."""
    scene = scenes.load(transaction, now).scene
    return Chosen(
        channel=scene.channel,
        routes=dict(scene.routes),
        quiet=dict(scene.quiet),
        escalations=dict(scene.escalations),
        sites=sites(transaction),
        thresholds=thresholds(transaction),
    )


def sites(transaction: Transaction) -> dict[str, str]:
    """What people call a site, by its key."""
    return {one.key.removeprefix(SITE): str(one.value) for one in settings.under(transaction, SITE)}


def thresholds(transaction: Transaction) -> Thresholds:
    """What people have set in place of the environment."""
    values: dict[str, Any] = {one.key.removeprefix(THRESHOLD): one.value for one in settings.under(transaction, THRESHOLD)}
    return msgspec.convert(values, Thresholds)


def set_thresholds(transaction: Transaction, some: Thresholds, by: str, now: datetime) -> None:
    """Set them; what is ``None`` is the environment's again. The process that polls follows within seconds."""
    for name, value in msgspec.to_builtins(some).items():
        _set(transaction, THRESHOLD + name, value, by, now)


def name_site(transaction: Transaction, key: str, name: str, by: str, now: datetime) -> None:
    """Call a site that; ``""``: by its address again."""
    _set(transaction, SITE + key, name or None, by, now)


def route(transaction: Transaction, scope: Scope, key: str, channel: str, by: str, now: datetime, timing: Timing) -> None:
    """Tell of a site, POP or client in that channel, ``Scope.ALL`` of everything else; ``""``: where all else is told again."""
    _settling(transaction, f"{ROUTE}{scope.value}/{key}", channel or None, by, now, timing)


def set_quiet(transaction: Transaction, channel: str, hours: Quiet | None, by: str, now: datetime, timing: Timing) -> None:
    """Give a channel quiet hours, or none."""
    _settling(transaction, QUIET + channel, None if hours is None else msgspec.to_builtins(hours), by, now, timing)


def set_escalation(transaction: Transaction, channel: str, group: str, by: str, now: datetime, timing: Timing) -> None:
    """Call that group when nobody takes an outage in the channel; ``""``: nobody."""
    _settling(transaction, ESCALATION + channel, group or None, by, now, timing)


def default_channel(transaction: Transaction, channel: str) -> None:
    """Where everything is told until people set a channel: ``ALERT_CHANNEL``."""
    memos.put(transaction, CHANNEL, channel)


def default_zone(transaction: Transaction, zone: ZoneInfo) -> None:
    """Whose day is in the numbers of outages: ``TIMEZONE``."""
    memos.put(transaction, ZONE, zone.key)


def _settling(transaction: Transaction, key: str, value: Any, by: str, now: datetime, timing: Timing) -> None:
    alone(transaction)
    _set(transaction, key, value, by, now)
    scenes.settled(transaction, now, timing)


def _set(transaction: Transaction, key: str, value: Any, by: str, now: datetime) -> None:
    if value is None:
        settings.remove(transaction, key)
    else:
        settings.put(transaction, key, value, by, now)
