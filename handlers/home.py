"""The Home tab: made for each person from what is stored, when it is opened and when something changes. Nobody is asked for it."""

import json
import threading
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from blocks import home as view
from blocks.alert_words import Outage, site_name
from blocks.forms import forms
from handlers import masking
from handlers.memory import Memory
from handlers.registry import Block, Registry, Way
from handlers.rights import Asker, Rights
from handlers.today import TodaysCalls
from handlers.unanswered import UNANSWERED
from rules.access import Role
from rules.incidents import Incident, Kind
from rules.scene import Mute
from rules.surroundings import Surroundings
from store import StoreError, Transaction, home
from store.audit import REFUSED, Entry
from store.home import Scenery, Site
from store.refusals import Refusals
from store.reports import Standing
from store.survey import Survey

log = structlog.get_logger(__name__)

LEAST = 30.0
"""Seconds between two refreshes for one person."""
REMEMBERED = 12 * 3600.0
"""Seconds after which nobody is taken to look at it any more."""
FEW = 2
"""Phones that tell whether an outage is of one or of several."""
AT_ONCE = 8
"""Refreshes of one tick: Slack takes a hundred a minute."""
QUICK = (
    ("Status", "status"),
    ("Missed calls", "calls today missed"),
    ("Accounts", "accounts"),
    ("Numbers", "numbers"),
    ("Voicemail", "voicemail"),
    ("Clients", "clients"),
    ("Watch", "watch"),
    ("Reports", "report list"),
    ("Access", "access"),
    ("Audit", "audit today"),
    ("Doctor", "doctor"),
    ("Help", "help"),
)
NOT_TAKEN = frozenset(("invalid_arguments", "invalid_blocks", "view_too_large"))
"""Slack's words for a tab that it would take in a simpler form."""


@dataclass
class Looker:
    """Somebody who has opened it.

    Attributes:
        opened_at, shown_at: In seconds that only grow; when the tab was last opened and refreshed.
        shown: What it showed, but for the time; ``""`` before it showed anything.
        waits: It is to be refreshed.
    """

    opened_at: float
    shown_at: float = float("-inf")
    shown: str = ""
    waits: bool = True


class Home:
    """The Home tabs of a workspace. Thread-safe.

    Args:
        registry: What can be asked.
        refusals: What the workspace is known to refuse.
        clock: The time, aware.
        monotonic: Seconds that only grow.
    """

    def __init__(
        self,
        slack: WebClient,
        memory: Memory,
        rights: Rights,
        registry: Registry,
        today: TodaysCalls,
        refusals: Refusals,
        audit: Callable[[Entry], None],
        clock: Callable[[], datetime],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._slack = slack
        self._memory = memory
        self._rights = rights
        self._registry = registry
        self._today = today
        self._refusals = refusals
        self._audit = audit
        self._clock = clock
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._lookers: dict[str, Looker] = {}
        self._seen: object = None

    def opened(self, person: str) -> None:
        """Somebody looks at it: show them how it is, unless it was shown a moment ago; then it follows."""
        now = self._monotonic()
        with self._lock:
            looker = self._lookers.setdefault(person, Looker(now))
            looker.opened_at = now
            looker.waits = True
            due = now - looker.shown_at >= LEAST
        if due:
            self._refresh(person, looker, audited=True)
            if self._today.read():
                with self._lock:
                    looker.waits = True

    def tick(self) -> None:
        """Refresh what has changed, for those who look at it.

        Raises:
            StoreError: The database cannot say what there is.
        """
        now = self._monotonic()
        with self._lock:
            self._lookers = {person: one for person, one in self._lookers.items() if now - one.opened_at < REMEMBERED}
            if not self._lookers:
                return
        with self._memory.opened.reading() as transaction:
            seen = home.fingerprint(transaction)
        with self._lock:
            if seen != self._seen:
                for one in self._lookers.values():
                    one.waits = True
            self._seen = seen
            due = [(person, one) for person, one in self._lookers.items() if one.waits and now - one.shown_at >= LEAST]
        for person, looker in sorted(due, key=lambda pair: pair[1].shown_at)[:AT_ONCE]:
            self._refresh(person, looker)

    def blocks(self, person: str) -> tuple[list[Block], Role]:
        """What that person may see, as of now; and their role.

        Raises:
            UNANSWERED: Slack did not tell who it is.
            StoreError: The database does not tell.
        """
        asker = self._rights.asker(person, "")
        now = self._clock()
        with self._memory.opened.reading() as transaction:
            made = self._made(transaction, asker, now)
        return view.card(made), asker.role

    # Refreshing

    def _refresh(self, person: str, looker: Looker, audited: bool = False) -> None:
        with self._lock:
            if self._monotonic() - looker.shown_at < LEAST:
                return
            before, looker.shown_at, looker.waits = looker.shown_at, self._monotonic(), False
        result = "answered"
        try:
            blocks, role = self.blocks(person)
            result = REFUSED if role is Role.NONE else result
            shown = json.dumps([block for block in blocks if block.get("block_id") != view.AS_OF])
            if shown == looker.shown and not audited:
                looker.shown_at = before  # nothing has changed that anybody would see
                return
            self._publish(person, blocks)
            looker.shown = shown
        except (*UNANSWERED, StoreError) as error:
            result = "slack"
            with self._lock:
                looker.waits = True
            log.warning("home not refreshed", error=type(error).__name__, person=person)
        if audited:
            self._note(person, result)

    def _publish(self, person: str, blocks: list[Block]) -> None:
        for form in forms(blocks, self._refusals.kinds()):
            if not form.blocks:
                return
            try:
                self._slack.views_publish(user_id=person, view={"type": "home", "blocks": form.blocks})
            except SlackApiError as error:
                if error.response["error"] not in NOT_TAKEN:
                    raise
                log.warning("home refused", error=error.response["error"], blocks=len(form.blocks))
            else:
                return

    def _note(self, person: str, result: str) -> None:
        entry = Entry(at=self._clock(), person=person, channel="", way=Way.HOME.value, command="home", about="", result=result)
        self._audit(entry)

    # What it shows

    def _made(self, transaction: Transaction, asker: Asker, now: datetime) -> view.Home:
        zone = asker.profile.zone or self._rights.zone
        day_zone = self._today.zone
        day = now.astimezone(day_zone).date()
        bare = view.Home(role=asker.role, admins=asker.admins, now=now, zone=zone, day=day, day_zone=day_zone)
        if asker.role is Role.NONE:
            return bare
        around = Survey(transaction, now, zone, self._memory.timing(transaction))
        found = _as_seen(home.scenery(transaction, around), asker.role, self._rights.masks(asker.role))
        places, more = _places(found.sites, found.around)
        money = found.around if asker.role >= Role.OPERATOR and found.around.balance else None
        return replace(
            bare,
            outages=[_trouble(one, found) for one in found.outages],
            places=places,
            more=more,
            unseen=found.unseen,
            blind_since=found.around.blind_since,
            today=self._today.known(transaction),
            balance=Decimal(money.balance) if money is not None else None,
            days_left=money.days_left if money is not None else None,
            own=[*_reports(found.reports, asker, self._registry), *_mutes(found.mutes, asker, found.around)],
            quick=[(words, line) for words, line in QUICK if self._may_ask(line, asker)],
        )

    def _may_ask(self, line: str, asker: Asker) -> bool:
        command = self._registry.get(line.split()[0])
        return command is not None and command.open_to(asker.role)


def _as_seen(found: Scenery, role: Role, masked: bool) -> Scenery:
    """The scenery without what only operators are told, and with phone numbers masked for whoever sees them so."""
    around = masking.around(replace(found.around, who=found.who), masked)
    outages = tuple(one for one in found.outages if one.kind is not Kind.BALANCE or role >= Role.OPERATOR)
    return replace(found, around=around, who=dict(around.who), outages=outages)


def _trouble(incident: Incident, found: Scenery) -> view.Trouble:
    """The incident as if it were told here."""
    away = [member for member in incident.members if member.away]
    named = [*away, *(member for member in incident.members if not member.away)][:FEW]
    told = replace(incident, members=tuple(replace(member, channel="") for member in named))
    here = sum(site.phones for site in found.sites if not incident.key or site.key == incident.key)
    phones = max(here, len(incident.members)) if incident.kind is not Kind.POP else len(incident.members)
    return view.Trouble(outage=Outage(told, "", replace(found.around, who=found.who)), away=len(away), phones=phones)


def _places(sites: Collection[Site], around: Surroundings) -> tuple[list[view.Place], view.Place | None]:
    """The sites that matter most, and the others in one; single phones are none."""
    crowds = [site for site in sites if site.key and site.phones > 1]
    ranked = sorted(crowds, key=lambda site: (-site.troubled, -site.phones, site.key))
    shown = ranked[: view.SITES]
    rest = [site for site in sites if site not in shown]
    places = [view.Place(name=site_name(around, site.key), phones=site.phones, troubled=site.troubled) for site in shown]
    if not rest:
        return places, None
    others = len(ranked) - len(shown)
    name = f"{others:,} more sites and single phones" if others else "Elsewhere" if places else "Each at its own address"
    return places, view.Place(name=name, phones=sum(one.phones for one in rest), troubled=sum(one.troubled for one in rest))


def _reports(reports: Collection[Standing], asker: Asker, registry: Registry) -> Iterator[view.Own]:
    """The reports that the person made or gets."""
    command = registry.get("report")
    may_pause = command is not None and command.open_to(asker.role)
    for one in reports:
        if asker.profile.id not in (one.made_by, one.plan.channel):
            continue
        yield view.own_report(one.id, one.plan, is_paused=one.paused_at is not None, may_pause=may_pause)


def _mutes(mutes: Collection[Mute], asker: Asker, around: Surroundings) -> Iterator[view.Own]:
    """The mutes that the person set."""
    return (view.own_mute(one, around, may_unmute=asker.role >= Role.OPERATOR) for one in mutes if one.by == asker.profile.id)
