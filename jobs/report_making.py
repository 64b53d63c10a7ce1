"""One report put together: what it needs of VoIP.ms, beside what the database knows. Stores nothing and posts nothing.

What the calls need has to be there, or the report waits. What stands beside them (the balance, what is normal, what clients paid) is
left out where it cannot be read, and the report says so.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from functools import partial
from hashlib import sha256
from zoneinfo import ZoneInfo

from blocks import report_csv
from blocks import reports as view
from blocks.frame import BlockDict, escape
from blocks.owners import names_of
from blocks.spreadsheet import as_csv
from jobs.asking import Asking, Lists
from rules.call_rows import Cut, Filters, Owners, cut_of
from rules.calls import add_up
from rules.clients import name_of
from rules.limits import Limits
from rules.periods import Period, Unit
from rules.plans import Told
from rules.reports import About, Report, Scope, Subject, filters_of, report_of
from rules.resale import Belongings, Join, Sold
from rules.saving import as_json
from rules.schedule import compared
from rules.timeline import Uptime
from rules.usual import Figures, figures_of, normal_of, since_first_calls
from store import Transaction, access, lines
from store.lines import Account
from store.report_runs import Run, known_figures
from store.uptimes import uptimes
from voipms import Cdr, Client, Rows

GOES_ON = "I go on trying, and put it right here when I can."


@dataclass(frozen=True, kw_only=True)
class Known:
    """What the database knows.

    Attributes:
        limits: What the place that it goes to may see; ``None``: everything.
        limited_at: When that was set.
        sites: The key of each login's site.
        uptime: Of the phones that the report is about.
        figures: Of earlier periods, by ``figures_key``.
    """

    limits: Limits | None = None
    limited_at: datetime | None = None
    sites: Mapping[str, str] = field(default_factory=dict)
    uptime: Uptime = field(default_factory=Uptime)
    figures: Mapping[str, Figures] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Made:
    """A report, ready to be sent.

    Attributes:
        text: The lock-screen line, as Slack's ``text``.
        csv: Every part of it, as the text of a file.
        told: What it says.
        figures: What its period and earlier ones came to, by ``figures_key``, as far as that is known.
    """

    text: str
    blocks: list[BlockDict]
    csv: str
    told: Told
    figures: Mapping[str, Figures]


def known_of(transaction: Transaction, run: Run, now: datetime) -> Known:
    """What the database knows for the report."""
    plan = run.standing.plan
    limits = access.limits(transaction, plan.channel)
    known = lines.every(transaction)
    begins, ends = run.covers.bounds(ZoneInfo(plan.schedule.zone))
    earlier = [figures_key(period, limits) for period in compared(run.covers)]
    about = {one.account for one in known if _is_about(plan.scope, one) and (limits is None or limits.holds(one.account, one.client))}
    return Known(
        limits=limits,
        limited_at=access.limited_at(transaction, plan.channel),
        sites={one.account: one.line.site_key for one in known},
        uptime=uptimes(transaction, begins, ends, now, about),
        figures=known_figures(transaction, run.standing.id, earlier),
    )


def _is_about(scope: Scope, one: Account) -> bool:
    match scope.about:
        case About.EVERYTHING:
            return True
        case About.ACCOUNTS:
            return one.account in scope.keys
        case About.SITE:
            return one.line.site_key in scope.keys
        case About.CLIENT:
            return one.client in scope.keys


def figures_key(period: Period, limits: Limits | None) -> str:
    """Under what the figures of a period are remembered: what a channel sees a part of is compared with the same part."""
    return period.words if limits is None else f"{period.words} {sha256(as_json(limits)).hexdigest()[:12]}"


@dataclass(frozen=True)
class _Ground:
    """What the sums of the report rest on."""

    names: Mapping[str, str]
    owners: Owners
    filters: Filters


class Making:
    """One report while it is made.

    Args:
        now: The records are read as of then.
        masked: Whether its readers see phone numbers masked.
    """

    def __init__(self, run: Run, lists: Lists, known: Known, asking: Asking, now: datetime, *, masked: bool) -> None:
        self._run = run
        self._scope: Scope = run.standing.plan.scope
        self._zone = ZoneInfo(run.standing.plan.schedule.zone)
        self._lists = lists
        self._phones = lists.phones
        self._known = known
        self._asking = asking
        self._now = now
        self._masked = masked

    def made(self) -> Made:
        """The report.

        Raises:
            VoipMsError: What it needs cannot be read now.
        """
        ground, cut = self._ground(), self._cut(self._run.covers)
        report, sold, clients = self._report(ground, cut)
        complete = not self._asking.missing
        earlier = self._earlier(ground) if complete else {}
        balance, days_left = self._balance() if complete else (None, None)
        told = self._run.told
        before = told if told and told.limited_at == self._known.limited_at else None
        around = view.Around(
            names=ground.names,
            read_at=self._now,
            missing=" ".join(filter(None, (self._asking.missing, "" if complete or self._run.below else GOES_ON))),
            unread=tuple(self._asking.unread),
            partly=self._known.limits is not None,
            masked=self._masked,
            csv=self._run.standing.plan.csv,
            normal=normal_of(since_first_calls([earlier[key] for key in map(self._key, compared(self._run.covers)) if key in earlier])),
            told=before.figures if before and before.complete else None,
            completed=complete and before is not None and not before.complete,
            balance=balance,
            days_left=days_left,
            registered=_registered(self._known.uptime),
            sold=sold,
            clients=clients,
            skipped=self._run.skipped,
        )
        figures = figures_of(report.totals)
        return Made(
            text=escape(view.headline(report, around)),
            blocks=view.card(report, around),
            csv=as_csv(report_csv.rows(report, around)),
            told=Told(figures=figures, complete=complete, at=self._now, limited_at=self._known.limited_at),
            figures={**earlier, **({self._key(self._run.covers): figures} if complete else {})},
        )

    @property
    def _client(self) -> str:
        """Whose calls these are, ``""`` for our own."""
        return self._scope.keys[0] if self._scope.about is About.CLIENT else ""

    def _ground(self) -> _Ground:
        client, lists = self._client, self._lists
        sub_accounts = self._asking.need("the names of the accounts", lambda: lists.sub_accounts(client), ())
        dids = self._asking.need("the phone numbers", lambda: lists.dids(client), ())
        return _Ground(names_of(sub_accounts, dids, self._masked), Owners(dids), filters_of(self._scope, self._known.sites))

    def _key(self, period: Period) -> str:
        return figures_key(period, self._known.limits)

    def _cut(self, period: Period) -> Cut:
        return cut_of(period, self._zone, self._phones.wire_zone, self._now)

    def _source(self, cut: Cut) -> Iterator[Rows[Cdr]]:
        """The records of the account, or at the client's prices."""
        if self._client:
            return self._phones.reseller_cdrs(self._client, cut.first_day, cut.last_day)
        return self._phones.cdrs(cut.first_day, cut.last_day)

    # The calls, and who paid what for them

    def _report(self, ground: _Ground, cut: Cut) -> tuple[Report, Sequence[Sold], Mapping[str, str]]:
        subject = Subject(
            period=self._run.covers,
            scope=self._scope,
            zone=self._zone,
            wire_zone=self._phones.wire_zone,
            cut=cut,
            filters=ground.filters,
            owners=ground.owners,
        )
        pieces = self._asking.needed_pieces(partial(self._source, cut))
        if self._client:
            theirs = list(pieces)
            sold = () if self._known.limits else self._asking.like("what it cost us", lambda: self._cost(cut, theirs), ())
            return report_of(subject, theirs), sold, {}
        clients = self._resold()
        join = self._asking.like("what clients paid", lambda: self._sold(cut, clients), None) if clients else None
        report = report_of(subject, pieces, join)
        sold = [one for one in (join.sold if join else ()) if one.rows or one.only_price.rows or one.only_cost.rows]
        return report, sold, {one.client: name_of(one) for one in clients}

    def _resold(self) -> Sequence[Client]:
        """The clients whose payments are shown: in the report of a month, since each is a request and a day has few calls of theirs."""
        if self._scope.about is not About.EVERYTHING or self._run.covers.unit is not Unit.MONTH or self._known.limits:
            return ()
        return self._asking.like("the clients", self._lists.clients, ())

    def _sold(self, cut: Cut, clients: Sequence[Client]) -> Join:
        join = self._join(cut)
        for one in clients:
            ask = partial(self._phones.reseller_cdrs, one.client, cut.first_day, cut.last_day)
            join.sell(one.client, self._asking.pieces(ask))
        return join

    def _cost(self, cut: Cut, theirs: Sequence[Rows[Cdr]]) -> Sequence[Sold]:
        join = self._join(cut)
        join.sell(self._client, theirs)
        join.spend(self._asking.pieces(lambda: self._phones.cdrs(cut.first_day, cut.last_day)))
        return join.sold

    def _join(self, cut: Cut) -> Join:
        return Join(cut, Belongings(self._lists.sub_accounts(), self._lists.dids()))

    # What stands beside them

    def _earlier(self, ground: _Ground) -> dict[str, Figures]:
        """What the earlier periods came to, by their keys: those that are not known yet are read once."""
        found = dict(self._known.figures)
        unknown = [period for period in compared(self._run.covers) if self._key(period) not in found]

        def read() -> None:
            for period in unknown:
                cut = self._cut(period)
                totals = add_up(self._asking.pieces(partial(self._source, cut)), cut, ground.filters, ground.owners)
                found[self._key(period)] = figures_of(totals)

        self._asking.like("what is normal", read, None)
        return found

    def _balance(self) -> tuple[Decimal | None, int | None]:
        """Of the account, or the client's. A report on some accounts, or for a channel that sees only some, has none: it is not theirs."""
        if self._client:
            return self._asking.like("the client's balance", lambda: self._lists.client_balance(self._client), (None, None))
        if self._scope.about is About.EVERYTHING and self._known.limits is None:
            return self._asking.like("the balance", lambda: self._lists.balance(self._now), (None, None))
        return None, None


def _registered(uptime: Uptime) -> view.Registered | None:
    if uptime.share is None:
        return None
    # rounded down: 100.0 % beside an outage would be no truth
    percent = (Decimal(uptime.share) * 100).quantize(Decimal("0.1"), ROUND_DOWN)
    return view.Registered(percent=percent, outages=uptime.outages, since=uptime.since)
