"""What the pictures of outages need to know beside them, asked in one transaction."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import ColumnElement, case, func, select, true

from rules.calendar import Quiet
from rules.health import Sight
from rules.incidents import Incident, Kind
from rules.limits import Limits
from rules.notes import Note
from rules.scene import Crowd, Mute, to_expire
from rules.surroundings import PAST, Surroundings, Who, renewed, silencing
from rules.timeline import uptime
from rules.timing import Timing, timing
from rules.watch import Line, silence
from store import access, history, incidents, lines, settings, steering, watch
from store.lines import COUNTED, Account
from store.scenes import QUIET
from store.tables import line as table
from store.transactions import Transaction


def spans(transaction: Transaction, confirm_seconds: float) -> Timing:
    """The spans that the watch lives by now.

    Args:
        confirm_seconds: ``CONFIRM_SECONDS``, unless people have set another one.
    """
    return timing(steering.thresholds(transaction).confirm_seconds or confirm_seconds)


def who_is(account: Account) -> Who:
    """The account as people know it."""
    return Who(
        account=account.account,
        name=account.name,
        extension=account.extension,
        client=account.client,
        line=account.line,
        looked_at=account.looked_at,
        max_expiry=account.max_expiry,
    )


def who(transaction: Transaction, accounts: Iterable[str]) -> dict[str, Who]:
    """Those of the accounts that are known, as people know them."""
    return {account: who_is(one) for account, one in lines.of(transaction, accounts).items()}


def told_in(transaction: Transaction, note: Note, told: Collection[Incident]) -> tuple[Note, list[Incident]]:
    """The note and the incidents it is about, with what its channel may hear of now; those of which that is nothing are left out."""
    limits = access.limits(transaction, note.channel)
    own = [replace(one, members=tuple(member for member in one.members if member.channel == note.channel)) for one in told]
    if limits is None:
        return note, [one for one, whole in zip(own, told, strict=True) if one.members or not whole.members]
    began_at = {member.account: member.site for one in own for member in one.members}
    known = who(transaction, {*note.accounts, *began_at})
    seen = {account for account, one in known.items() if limits.holds(account, one.client, began_at.get(account, ""))}
    own = [replace(one, members=tuple(member for member in one.members if member.account in seen)) for one in own]
    kept = [place for place, account in enumerate(note.accounts) if account in seen]
    note = replace(
        note,
        accounts=tuple(note.accounts[place] for place in kept),
        details=tuple(note.details[place] for place in kept if note.details),
        count=len(kept),
    )
    return note, [one for one in own if one.members]


class Survey:
    """Looks around incidents within one transaction; what is the same for all of them is read once.

    Args:
        zone: For channels that have none of their own.
        limits: What may be seen, where that is less than the channel of an incident sees.
    """

    def __init__(self, transaction: Transaction, now: datetime, zone: ZoneInfo, timing: Timing, limits: Limits | None = None) -> None:
        self._transaction = transaction
        self._now = now
        self._zone = zone
        self._timing = timing
        self._limits = limits
        self._counted: dict[Limits | None, tuple[Crowd, int]] = {}

    def around(self, incident: Incident, channel: str) -> Surroundings:
        """What is true around the incident, as that channel is told of it."""
        members = [member.account for member in incident.members if member.channel == channel]
        limits = self._limits if self._limits is not None else access.limits(self._transaction, channel)
        everywhere, here = self._everybody(limits), self._crowd(incident, limits)
        made = replace(
            self.common,
            zone=self.zone_of(channel),
            who=who(self._transaction, members),
            crowd=here[0],
            well=here[1],
            elsewhere=(everywhere[0].phones - here[0].phones, everywhere[1] - here[1]) if here[0].phones else (0, 0),
            mute=silencing(self._mutes, incident, channel, self._now),
            wider=incidents.one(self._transaction, incident.absorbed_by) if incident.absorbed_by else None,
        )
        return self._while_running(incident, made, limits) if incident.running else self._when_over(incident, members, made, limits)

    def _while_running(self, incident: Incident, made: Surroundings, limits: Limits | None) -> Surroundings:
        if incident.kind is not Kind.SITE:
            return made
        query = select(table.c.value).where(*COUNTED, table.c.site == incident.key, _seen(limits))
        silent: list[Line] = [line for line in self._transaction.scalars(query) if not renewed(line, incident.since)]
        expiring, by = to_expire(silent, incident, self._now)
        return replace(made, expiring=expiring, expire_by=by)

    def _when_over(self, incident: Incident, members: list[str], made: Surroundings, limits: Limits | None) -> Surroundings:
        same = [
            one
            for one in self._past(incident.kind, incident.key)
            if not one.absorbed_by and (limits is None or any(limits.holds(member.account, member.client) for member in one.members))
        ]
        since = self._now - PAST
        if len(members) != 1:
            began = self._began
            return replace(made, past=max(1, len(same)), seen_since=began if began is not None and began > since else None)
        fared = uptime(history.spells(self._transaction, members[0], since, self._now, silence(self._timing, made.sweep)))
        return replace(made, past=max(1, len(same)), up=fared.share, seen_since=fared.since)

    # The same for all

    @cached_property
    def common(self) -> Surroundings:
        """What is true around everything."""
        health, purse = watch.health(self._transaction), watch.purse(self._transaction)
        return Surroundings(
            now=self._now,
            zone=self._zone,
            sites=steering.sites(self._transaction),
            timing=self._timing,
            balance=purse.balance,
            days_left=purse.days_left,
            blind_since=health.since if health.sight is Sight.DOWN else None,
            sweep=watch.sweep(self._transaction),
        )

    @cached_property
    def _began(self) -> datetime | None:
        return history.began(self._transaction)

    @cached_property
    def _mutes(self) -> list[Mute]:
        return steering.mutes(self._transaction, self._now)

    @cached_property
    def _past(self) -> Callable[[Kind, str], list[Incident]]:
        """Who knows the outages of a kind and a key in the last weeks."""
        return incidents.same(self._transaction, self._now - PAST)

    def _crowd(self, incident: Incident, limits: Limits | None) -> tuple[Crowd, int]:
        match incident.kind:
            case Kind.SITE:
                return self._count(table.c.site == incident.key, limits)
            case Kind.POP:
                return self._count(table.c.pop == incident.key, limits)
            case Kind.ALL:
                return self._everybody(limits)
        return Crowd(), 0

    def _everybody(self, limits: Limits | None) -> tuple[Crowd, int]:
        """All phones that may be seen; the same for most outages, so counted once."""
        if limits not in self._counted:
            self._counted[limits] = self._count(true(), limits)
        return self._counted[limits]

    def _count(self, which: ColumnElement[bool], limits: Limits | None) -> tuple[Crowd, int]:
        """The phones that may be seen, and how many of them are registered for all that is known."""
        well = func.sum(case((table.c.trouble, 0), else_=1))
        row = self._transaction.execute(select(func.count(), func.max(table.c.expiry), well).where(*COUNTED, which, _seen(limits))).one()
        return Crowd(phones=row[0], expiry=row[1] or 0), row[2] or 0

    def zone_of(self, channel: str) -> ZoneInfo:
        """The zone of the channel's quiet hours: the only word there is about where its people are."""
        quiet = settings.get(self._transaction, QUIET + channel)
        return self._zone if quiet is None else ZoneInfo(msgspec.convert(quiet.value, Quiet).zone)


def _seen(limits: Limits | None) -> ColumnElement[bool]:
    return true() if limits is None else access.within(limits)
