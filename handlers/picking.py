"""What forms suggest while somebody types: accounts, clients, mailboxes, sites, user groups and time zones, as far as they may be seen."""

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog

from blocks.frame import BlockDict
from blocks.inputs import OPTIONS_MOST, option
from handlers.places import Places
from handlers.registry import Command
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
"""Seconds that a list is waited for: Slack waits three for all."""
KEPT = timedelta(minutes=2)


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
        self._lists: dict[tuple[str, Limits | None], tuple[Future[list[Choice]], datetime]] = {}
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="picks")

    def close(self) -> None:
        """Wait for nothing any more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def options(self, person: str, channel: str | None, command: Command | None, what: str, typed: str) -> list[BlockDict]:
        """What to offer; nothing to whoever may not send the form, and nothing where the list cannot be had in time."""
        if channel is None or command is None:
            return []
        try:
            asker = self._rights.asker(person, channel)
            if not command.open_to(asker.role, asker.limits):
                return []
            known = self._known(what, asker)
        except (*UNANSWERED, StoreError, VoipMsError, OutOfSight, TimeoutError) as error:
            log.info("nothing to suggest", what=what, error=type(error).__name__)
            return []
        found = holding(typed, known, lambda one: (one.words, *one.names))
        return [option(one.words, one.value) for one in found[:OPTIONS_MOST]]

    def _known(self, what: str, asker: Asker) -> Sequence[Choice]:
        match what:
            case "accounts":
                return self._accounts(asker.limits)
            case "sites":
                return self._sites() if asker.limits is None else []
            case "groups":
                return [Choice(group, f"@{handle}") for handle, group in self._places.groups().items()]
            case "zones":
                return [Choice(zone, zone.replace("_", " "), (zone,)) for zone in sorted(zones().values())]
            case "clients" | "mailboxes":
                return self._listed(what, asker.limits)
        return []

    def _accounts(self, limits: Limits | None) -> list[Choice]:
        with self._store.reading() as transaction:
            accounts = [one for one in lines.every(transaction) if limits is None or limits.holds(one.account, one.client)]
        return by_name((Choice(one.account, _titled(one.name, one.account), one.names) for one in accounts), lambda one: one.words)

    def _sites(self) -> list[Choice]:
        with self._store.reading() as transaction:
            keys = {one.line.site for one in lines.every(transaction) if one.line.site}
            names = steering.sites(transaction)
        sites = (Choice(key, _titled(names.get(key, key), key)) for key in keys | names.keys())
        return by_name(sites, lambda one: one.words)

    def _listed(self, what: str, limits: Limits | None) -> list[Choice]:
        """A list of VoIP.ms's.

        Raises:
            TimeoutError: It is not there yet; it will be when more is typed.
            VoipMsError: It cannot be had.
        """
        now = self._clock()
        with self._lock:
            kept = self._lists.get((what, limits))
            if kept is None or now - kept[1] > KEPT:
                kept = self._pool.submit(self._ask, what, limits), now
                self._lists[what, limits] = kept
        try:
            return kept[0].result(PATIENCE)
        except VoipMsError:
            with self._lock:
                self._lists.pop((what, limits), None)
            raise

    def _ask(self, what: str, limits: Limits | None) -> list[Choice]:
        phones = self._phones if limits is None else Limited(self._phones, partial(Part, limits))
        found: Iterable[Choice]
        if what == "clients":
            found = (Choice(one.client, _titled(client_name(one), one.client), (one.email,)) for one in phones.clients())
        else:
            found = (Choice(box.mailbox, _titled(box.name or box.mailbox, box.mailbox), (box.email,)) for box in phones.voicemails())
        return by_name(found, lambda one: one.words)


def _titled(name: str, identity: str) -> str:
    return name if name == identity else f"{name} ({identity})"
