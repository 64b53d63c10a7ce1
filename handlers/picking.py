"""What forms suggest while somebody types: accounts, clients, mailboxes, sites, user groups and time zones, as far as they may be seen."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog

from blocks.frame import BlockDict
from blocks.inputs import OPTIONS_MOST, option
from blocks.settings import quoted
from handlers import masking
from handlers.masking import Masked
from handlers.places import Places
from handlers.registry import Command, Registry
from handlers.report_times import zones
from handlers.rights import Asker, Rights
from handlers.unanswered import UNANSWERED
from rules.clients import name_of as client_name
from rules.finding import by_name, holding
from rules.limits import Limits, Part
from store import Store, StoreError, lines, steering
from voipms import Limited, OutOfSight, VoipMs, VoipMsError

log = structlog.get_logger(__name__)

PATIENCE = 2.0
"""Seconds that lists are waited for: Slack waits three for all."""
ANYTHING = "anything"
"""What can be looked up: see ``Picks.lines``."""
LOOKED_UP = (("accounts", "accounts", ""), ("voicemail", "mailboxes", "Mailbox: "), ("clients", "clients", "Client: "))
"""Commands that show one thing, the list of such things, and what precedes it among others."""
KEPT = timedelta(minutes=2)
LISTED = frozenset(("clients", "mailboxes"))
"""Lists that are VoIP.ms's."""


@dataclass(frozen=True)
class Choice:
    """One thing that can be chosen.

    Attributes:
        names: Everything it may be found by.
    """

    value: str
    words: str
    names: tuple[str, ...] = ()


class Picks:
    """The lists behind the inputs that suggest. Thread-safe; what VoIP.ms lists is kept for two minutes.

    Args:
        clock: The time, aware.
    """

    def __init__(self, store: Store, phones: VoipMs, places: Places, rights: Rights, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._phones = phones
        self._places = places
        self._rights = rights
        self._clock = clock
        self._lock = threading.Lock()
        self._lists: dict[tuple[str, Limits | None, bool], tuple[Future[list[Choice]], datetime]] = {}
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="picks")

    def close(self) -> None:
        """Wait for nothing any more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def options(self, person: str, channel: str | None, command: Command | None, what: str, typed: str) -> list[BlockDict]:
        """What to offer; nothing to whoever may not send the form, and nothing where the list cannot be had in time."""
        if command is None:
            return []
        found = self._offered(person, channel, [(command, what)], typed)[0]
        return [option(one.words, one.value) for one in found[:OPTIONS_MOST]]

    def lines(self, person: str, channel: str | None, registry: Registry, typed: str) -> list[BlockDict]:
        """Whatever can be looked up that is called so, each as the command line that does."""
        wanted = [(command, what) for name, what, _ in LOOKED_UP if (command := registry.get(name)) is not None]
        each = zip(LOOKED_UP, self._offered(person, channel, wanted, typed), strict=True)
        most = OPTIONS_MOST // len(LOOKED_UP)
        return [option(f"{kind}{one.words}", f"{name} {quoted(one.value)}") for (name, _, kind), found in each for one in found[:most]]

    def _offered(self, person: str, channel: str | None, wanted: Sequence[tuple[Command, str]], typed: str) -> list[list[Choice]]:
        """For each command that takes a choice from a list: what fits what was typed."""
        if channel is None:
            return [[] for _ in wanted]
        try:
            asker = self._rights.asker(person, channel)
        except (*UNANSWERED, StoreError) as error:
            log.info("nothing to suggest", error=type(error).__name__)
            return [[] for _ in wanted]
        open_to = [what if command.open_to(asker.role, asker.limits) else "" for command, what in wanted]
        until = time.monotonic() + PATIENCE
        for what in set(open_to) & LISTED:  # VoIP.ms is asked for all of them at once
            self._listing(what, asker)
        return [holding(typed, self._known(what, asker, until), lambda one: (one.words, *one.names)) for what in open_to]

    def _known(self, what: str, asker: Asker, until: float) -> Sequence[Choice]:
        try:
            return self._all(what, asker, until)
        except (*UNANSWERED, StoreError, VoipMsError, OutOfSight, TimeoutError) as error:
            log.info("nothing to suggest", what=what, error=type(error).__name__)
            return []

    def _all(self, what: str, asker: Asker, until: float) -> Sequence[Choice]:
        match what:
            case "accounts":
                return self._accounts(asker)
            case "sites":
                return self._sites() if asker.limits is None else []
            case "groups":
                return [Choice(group, f"@{handle}") for handle, group in self._places.groups().items()]
            case "zones":
                return [Choice(zone, zone.replace("_", " "), (zone,)) for zone in sorted(zones().values())]
        return self._listed(what, asker, until) if what in LISTED else []

    def _accounts(self, asker: Asker) -> list[Choice]:
        limits, masked = asker.limits, self._rights.masks(asker.role)
        with self._store.reading() as transaction:
            within = (one for one in lines.every(transaction) if limits is None or limits.holds(one.account, one.client))
            accounts = [masking.account(one, masked) for one in within]
        return by_name((Choice(one.account, _titled(one.name, one.account), one.names) for one in accounts), lambda one: one.words)

    def _sites(self) -> list[Choice]:
        with self._store.reading() as transaction:
            keys = {one.line.site for one in lines.every(transaction) if one.line.site}
            names = steering.sites(transaction)
        sites = (Choice(key, _titled(names.get(key, key), key)) for key in keys | names.keys())
        return by_name(sites, lambda one: one.words)

    def _listing(self, what: str, asker: Asker) -> Future[list[Choice]]:
        """A list of VoIP.ms's that is asked for, unless it was a moment ago."""
        now, key = self._clock(), self._key(what, asker)
        with self._lock:
            kept = self._lists.get(key)
            if kept is None or now - kept[1] > KEPT:
                kept = self._pool.submit(self._ask, *key), now
                self._lists[key] = kept
        return kept[0]

    def _listed(self, what: str, asker: Asker, until: float) -> list[Choice]:
        """A list of VoIP.ms's.

        Raises:
            TimeoutError: It is not there yet; it will be when more is typed.
            VoipMsError: It cannot be had.
        """
        listing = self._listing(what, asker)
        try:
            return listing.result(max(until - time.monotonic(), 0))
        except VoipMsError:
            with self._lock:
                self._lists.pop(self._key(what, asker), None)
            raise

    def _key(self, what: str, asker: Asker) -> tuple[str, Limits | None, bool]:
        return what, asker.limits, self._rights.masks(asker.role)

    def _ask(self, what: str, limits: Limits | None, masked: bool) -> list[Choice]:
        seen = self._phones if limits is None else Limited(self._phones, partial(Part, limits))
        phones = Masked(seen) if masked else seen
        found: Iterable[Choice]
        if what == "clients":
            found = (Choice(one.client, _titled(client_name(one), one.client), (one.email,)) for one in phones.clients())
        else:
            found = (Choice(box.mailbox, _titled(box.name or box.mailbox, box.mailbox), (box.email,)) for box in phones.voicemails())
        return by_name(found, lambda one: one.words)


def _titled(name: str, identity: str) -> str:
    return name if name == identity else f"{name} ({identity})"
