"""The typed client of the VoIP.ms API: one method per question, one private door to the network."""

import copy
import time
from collections.abc import Callable, Hashable, Iterator, Mapping
from datetime import date, timedelta
from functools import partial
from http.cookiejar import DefaultCookiePolicy
from ipaddress import ip_address
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec
import requests
import structlog
import urllib3
from requests.adapters import HTTPAdapter

from voipms import decoding
from voipms.connections import POOLS
from voipms.decoding import Body
from voipms.door import Door
from voipms.errors import Unreachable, http_error, timed_out
from voipms.pace import Pace, Priority
from voipms.records import (
    Balance,
    Cdr,
    Choice,
    Client,
    Did,
    Package,
    Registration,
    Rows,
    Server,
    SubAccount,
    Target,
    Transaction,
    Voicemail,
    VoicemailMessage,
)
from voipms.slices import SLOW_DAYS, Busy, Slice, TooMuch, bytes_a_day, in_slices, windows
from voipms.targets import LISTINGS, Queue, StaticMember, members_of

log = structlog.get_logger(__name__)

T = TypeVar("T", bound=msgspec.Struct)
DISPOSITIONS = {"ANSWERED": "answered", "NO ANSWER": "noanswer", "BUSY": "busy", "FAILED": "failed"}
"""What a call record says, and the parameter that asks for such records."""
NEW_YORK_OFFSET = -5
"""The ``timezone`` with which rows have the wall clock by which VoIP.ms selects days."""
CONNECT_SECONDS = 10.0
LONGEST_DAYS = 256 * 1024 * 1024
"""Two days are the least that is asked of a busy account, and are read whole: half a million calls fit."""
PIECE = 64 * 1024
MOST_QUEUES = 25
"""Queues whose members are asked for, with a request each: more than any one company has, and half a minute at the usual pace."""


class VoipMs:
    """One VoIP.ms account, asked over HTTPS. Thread-safe.

    Every question raises ``Unreachable``, ``Unreadable`` or ``Refused``. Nothing that is raised, logged or printed holds the
    password: it goes out in the body of a POST and is kept nowhere else.

    Args:
        username, password: The account's e-mail and its API password.
        session: Used for this account alone: its adapters and cookies are set here. Proxies and certificates of the environment
            are honoured.
        pace: Shared by everybody who asks for this account.
        timeout: Seconds for one whole answer.
        timezone_offset: What is sent as ``timezone`` with questions on calls.
        wire_zone: The zone in which the answers to them are read.
        clock: Seconds that only grow.
    """

    def __init__(
        self,
        username: str,
        password: str,
        *,
        session: requests.Session | None = None,
        pace: Pace | None = None,
        url: str = "https://voip.ms/api/v1/rest.php",
        timeout: float = 30.0,
        user_agent: str = "Dialtone",
        timezone_offset: float = NEW_YORK_OFFSET,
        wire_zone: ZoneInfo = ZoneInfo("America/New_York"),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        pace = Pace() if pace is None else pace
        self.wire_zone = wire_zone
        self._offset = timezone_offset
        self._wire = _Wire(requests.Session() if session is None else session, url, username, password, timeout, user_agent, pace.at_once)
        self._door = Door(self._wire.post, pace, password, clock)
        self._busy = Busy(clock)

    def __repr__(self) -> str:
        return "VoipMs(…)"

    def patient(self, priority: Priority, tries: int) -> "VoipMs":
        """The same account asked with another patience: jobs wait and retry more, people go first."""
        other = copy.copy(self)
        other._door = self._door.patient(priority, tries)
        return other

    def close(self) -> None:
        """Send away who waits for a turn, and drop the connections that are not in use."""
        self._door.close()
        self._wire.close()

    @property
    def rate(self) -> float:
        """Requests a minute that the pace allows, as of now."""
        return self._door.rate

    def how_it_is(self) -> tuple[bool, str]:
        """Whether VoIP.ms answered the last question, and a few words on it; asks nobody."""
        return self._door.how_it_is()

    # Accounts

    def registration(self, account: str) -> Registration:
        """Whether this main account or sub-account is signed in, and from where. Unreadable unless VoIP.ms says yes or no."""
        method = "getRegistrationStatus"
        found = self._door.ask(method, {"account": account}, partial(decoding.registration, account))
        self._note_unread(method, found.devices)
        return found

    def sub_accounts(self, account: str = "") -> Rows[SubAccount]:
        """All sub-accounts, the one of this full login, or those of this reseller client's id."""
        return self._rows(SubAccount, "accounts", "getSubAccounts", account=account)

    def servers(self, pop: str = "") -> Rows[Server]:
        """All POPs, or one."""
        return self._rows(Server, "servers", "getServersInfo", server_pop=pop)

    def ip(self) -> str:
        """The address that VoIP.ms sees us come from, ``""`` when it does not say. Works without being on the allow-list."""
        said = self._door.ask("getIP", {}, partial(decoding.word, "ip")).strip()
        try:
            return str(ip_address(said))
        except ValueError:
            return ""

    # Voicemail

    def voicemails(self, mailbox: str = "", client: str = "") -> Rows[Voicemail]:
        """All mailboxes, one, or those of a reseller client."""
        return self._rows(Voicemail, "voicemails", "getVoicemails", mailbox=mailbox, client=client)

    def voicemail_messages(
        self, mailbox: str, folder: str = "", first: date | None = None, last: date | None = None
    ) -> Rows[VoicemailMessage]:
        """The messages of a mailbox, of all folders and days unless given."""
        days = {name: day.isoformat() for name, day in (("date_from", first), ("date_to", last)) if day is not None}
        return self._rows(VoicemailMessage, "messages", "getVoicemailMessages", mailbox=mailbox, folder=folder, **days)

    # Reseller

    def packages(self, package: str = "") -> Rows[Package]:
        """All packages, or one."""
        return self._rows(Package, "packages", "getPackages", package=package)

    def clients(self, client: str = "") -> Rows[Client]:
        """All clients, or one by id or e-mail."""
        return self._rows(Client, "clients", "getClients", client=client)

    def check_login(self, email: str, password: str) -> Client | None:
        """The client of this e-mail, its case aside, if this is their portal password. Nothing of it is kept."""
        if not email or not password:
            return None
        return self._door.ask("getClients", {"client": email}, partial(decoding.login, email, password))

    def reseller_balance(self, client: str) -> Balance:
        """A client's balance, and what was spent in the last 30 days and today."""
        return self._door.ask("getResellerBalance", {"client": client}, partial(decoding.one, Balance, "balance"))

    # Money

    def balance(self, advanced: bool = True) -> Balance:
        """The account's balance; ``advanced`` with what was spent."""
        return self._door.ask("getBalance", {"advanced": "1" if advanced else ""}, partial(decoding.one, Balance, "balance"))

    def transactions(self, first: date, last: date) -> Rows[Transaction]:
        """The ledger from the first to the last day, both included.

        Raises:
            ValueError: The first day is after the last.
        """
        _in_order(first, last)
        found = [
            self._rows(Transaction, "transactions", "getTransactionHistory", date_from=begin.isoformat(), date_to=end.isoformat())
            for begin, end in windows(first, last)
        ]
        return Rows((row for rows in found for row in rows), sum(rows.unreadable for rows in found), sum(rows.gaps for rows in found))

    # Calls

    def cdrs(
        self,
        first: date,
        last: date,
        *,
        account: str = "all",
        calltype: str = "all",
        callbilling: str = "all",
        dispositions: frozenset[str] = frozenset(DISPOSITIONS),
    ) -> Iterator[Rows[Cdr]]:
        """The account's call records, in pieces of some 50,000 so that memory stays flat.

        Args:
            first, last: Days of the wire's calendar (New York), both included; any number of them.
            account, calltype, callbilling: Values of ``call_accounts``, ``call_types``, ``call_billing``.
            dispositions: Which calls, by how they ended.

        Raises:
            ValueError: The first day is after the last, or there is no such disposition, or none is wanted.
        """
        return self._cdrs("getCDR", first, last, dispositions, account=account, calltype=calltype, callbilling=callbilling)

    def reseller_cdrs(
        self,
        client: str,
        first: date,
        last: date,
        *,
        account: str = "all",
        calltype: str = "all",
        callbilling: str = "all",
        dispositions: frozenset[str] = frozenset(DISPOSITIONS),
    ) -> Iterator[Rows[Cdr]]:
        """A reseller client's call records, at the client's prices and without rates; otherwise as ``cdrs``."""
        filters = {"account": account, "calltype": calltype, "callbilling": callbilling}
        return self._cdrs("getResellerCDR", first, last, dispositions, client=client, **filters)

    def call_accounts(self, client: str = "") -> Rows[Choice]:
        """What ``cdrs`` takes as ``account``."""
        return self._rows(Choice, "accounts", "getCallAccounts", client=client)

    def call_types(self, client: str = "") -> Rows[Choice]:
        """What ``cdrs`` takes as ``calltype``."""
        return self._rows(Choice, "call_types", "getCallTypes", client=client)

    def call_billing(self) -> Rows[Choice]:
        """What ``cdrs`` takes as ``callbilling``."""
        return self._rows(Choice, "call_billing", "getCallBilling")

    # Numbers

    def dids(self, client: str = "", did: str = "") -> Rows[Did]:
        """All numbers, one, or those of a reseller client's id or a sub-account's login."""
        return self._rows(Did, "dids", "getDIDsInfo", client=client, did=did)

    def targets(self, kind: str) -> Rows[Target]:
        """What the routing strings of one kind (``fwd``, ``grp``, ``queue``, ``ivr``, ``tc``, ``sip``, …) lead to.

        One request, and one more for each of the first ``MOST_QUEUES`` queues: the members of the others are gaps. None for kinds that
        VoIP.ms keeps no list of (``sys``, ``phone``).
        """
        listing = LISTINGS.get(kind)
        if listing is None:
            return Rows()
        rows = self._rows(listing.record, listing.key, listing.method)
        made = [
            listing.target(kind, row, self._members(row) if isinstance(row, Queue) and place < MOST_QUEUES else ())
            for place, row in enumerate(rows)
        ]
        unasked = max(0, len(rows) - MOST_QUEUES) if listing.record is Queue else 0
        return Rows(made, rows.unreadable, rows.gaps + unasked)

    def _members(self, queue: Queue) -> list[str]:
        return members_of(self._rows(StaticMember, "members", "getStaticMembers", queue=queue.queue))

    # How they are asked

    def _rows(self, record: type[T], key: str, method: str, **params: str) -> Rows[T]:
        found = self._door.ask(method, params, partial(decoding.rows, record, key))
        self._note_unread(method, found)
        return found

    def _cdrs(self, method: str, first: date, last: date, dispositions: frozenset[str], **params: str) -> Iterator[Rows[Cdr]]:
        _in_order(first, last)  # here and not in the generator, so that a wrong question is found out where it is asked
        params |= {"timezone": f"{self._offset:g}", **_wanted(dispositions)}
        margin = timedelta(0 if self._offset == NEW_YORK_OFFSET else 1)
        key = (method, *sorted(params.items()))
        ask = partial(self._slice, method, params, key)
        return self._noting(method, in_slices(ask, key, first, last, self._busy, margin))

    def _slice(self, method: str, params: dict[str, str], key: Hashable, begin: date, end: date, room: int | None) -> Slice | TooMuch:
        """One answer. A long range that is not answered in time is left like one that is too long: it is asked for in weeks, once."""

        def read(body: Body) -> Slice | TooMuch:
            return Slice(decoding.cdrs(body), len(body))

        def leave(start: Body) -> Slice | TooMuch:
            return TooMuch(bytes_a_day(start))

        question = {"date_from": begin.isoformat(), "date_to": end.isoformat(), **params}
        if room is None:
            return self._door.ask(method, question, read, room=LONGEST_DAYS)
        days = (end - begin).days + 1
        slow = self._busy.is_slow(key)
        try:
            return self._door.ask(method, question, read, room=room, leave=leave, waits_once=slow or days > SLOW_DAYS)
        except Unreachable as error:
            if slow or days <= SLOW_DAYS or not error.slow:
                raise
        self._busy.was_slow(key)
        return TooMuch(0)

    def _noting(self, method: str, pieces: Iterator[Rows[Cdr]]) -> Iterator[Rows[Cdr]]:
        lost = gaps = 0
        try:
            for rows in pieces:
                lost, gaps = lost + rows.unreadable, gaps + rows.gaps
                yield rows
                del rows  # else two pieces are in memory while the next is read
        finally:
            self._note_unread(method, Rows((), lost, gaps))

    @staticmethod
    def _note_unread(method: str, rows: Rows[Any]) -> None:
        if rows.unreadable or rows.gaps:
            log.warning("not all could be read", method=method, rows=rows.unreadable, settings=rows.gaps)


class _Wire:
    """HTTPS to VoIP.ms."""

    def __init__(
        self, session: requests.Session, url: str, username: str, password: str, timeout: float, user_agent: str, at_once: int
    ) -> None:
        self._session = session
        self._url = url
        self._timeout = timeout
        self._headers = {"User-Agent": user_agent, "Accept": "application/json"}
        # a byte of the environment that is no UTF-8 goes out as it came in
        self._login = {
            "api_username": (None, username.encode("utf-8", "surrogateescape")),
            "api_password": (None, password.encode("utf-8", "surrogateescape")),
        }
        for scheme in ("http://", "https://"):
            session.mount(scheme, _Adapter(pool_maxsize=at_once))
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # nothing that threads would share

    def close(self) -> None:
        """Drop the connections that are not in use."""
        self._session.close()

    def post(self, question: Mapping[str, str], room: int) -> Body:
        """The body of the answer: all of it, or the beginning as soon as it is longer than ``room``.

        Source: POST works as multipart only; a redirect would lose the question; the API itself always answers 200.
        """
        fields = {name: (None, value.encode("utf-8", "replace")) for name, value in question.items()}
        timeout = (min(self._timeout, CONNECT_SECONDS), self._timeout)
        try:
            with self._session.post(
                self._url,
                files=self._login | fields,
                headers=self._headers,
                auth=_no_netrc,
                timeout=timeout,
                allow_redirects=False,
                stream=True,
            ) as response:
                if response.status_code == 200:
                    return _read(response, room)
                failed = http_error(response.status_code)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            failed = self._in_words(error)
        raise failed  # not from within the except: the error there holds the request, and the request the password

    def _in_words(self, error: Exception) -> Unreachable:
        reason = getattr(error.args[0], "reason", error.args[0]) if error.args else None
        match error, reason:
            case requests.ConnectTimeout(), _:
                return timed_out(min(self._timeout, CONNECT_SECONDS), arrived=False)
            case ((requests.Timeout() | urllib3.exceptions.TimeoutError() | TimeoutError()), _):
                return timed_out(self._timeout, arrived=True)
            case requests.exceptions.SSLError(), _:
                told = "The secure connection to VoIP.ms failed."
                step = "See that the clock and the certificates of the bot's machine are right."
                return Unreachable("TLS", told, step, again=False, for_admin=True)
            case requests.exceptions.ProxyError(), _:
                told = "This machine's proxy did not let us through to VoIP.ms."
                return Unreachable("proxy", told, "See what HTTPS_PROXY and HTTP_PROXY are set to.", for_admin=True)
            case _, urllib3.exceptions.NameResolutionError():
                return Unreachable("DNS", "The address of VoIP.ms could not be looked up.")
            case _, urllib3.exceptions.NewConnectionError():
                return Unreachable("not connected", "VoIP.ms could not be connected to.")
            case ValueError(), _:  # requests' way to say that this is no URL
                step = "See what VOIPMS_API_URL is set to."
                return Unreachable("no URL", "The address of VoIP.ms is not one.", step, again=False, for_admin=True)
        return Unreachable(f"broken off: {type(error).__name__}", "VoIP.ms broke off the connection.")


class _Adapter(HTTPAdapter):
    """Connections whose answers have to be complete in time, straight or through a proxy."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, *args: Any, **options: Any) -> Any:
        manager = super().proxy_manager_for(*args, **options)
        manager.pool_classes_by_scheme = POOLS
        return manager


def _no_netrc(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """An ``auth`` that does nothing: without one, ``requests`` sends along what a ``.netrc`` holds for the host."""
    return request


def _read(response: requests.Response, room: int) -> bytearray:
    body = bytearray()
    while len(body) <= room and (piece := response.raw.read1(PIECE, decode_content=True)):
        body += piece
    return body


def _in_order(first: date, last: date) -> None:
    if first > last:
        raise ValueError(f"the first day ({first}) is after the last ({last})")


def _wanted(dispositions: frozenset[str]) -> dict[str, str]:
    names = {" ".join(name.upper().split()) for name in dispositions}
    if not names or not names <= DISPOSITIONS.keys():
        raise ValueError(f"dispositions are {', '.join(DISPOSITIONS)}, at least one of them")
    return {DISPOSITIONS[name]: "1" for name in names}
