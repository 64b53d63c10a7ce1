"""A simulated VoIP.ms: real HTTP, the shapes of the API's documentation, one believable company behind it.

A client cannot tell it from VoIP.ms by what it answers: POST as multipart and GET work, a form or JSON in a POST meets the SOAP side,
odd User-Agents meet the firewall, API errors are a 200, empty lists are refusals, secrets come along in clear text::

    with VoipMsServer(founded(seed=1, now=NOON), clock=lambda: NOON.timestamp()) as phones:
        client = VoipMs(phones.username, phones.password, url=phones.url)
        phones.fail(Html(503), method="getCDR", times=2)
        phones.company.unplug("100001_frontdesk")

The demo and the tests use the same code.
"""

import json
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from ipaddress import ip_address, ip_network
from types import TracebackType
from typing import Any

from playground import voipms_accounts, voipms_calls, voipms_clients, voipms_numbers, voipms_voicemail
from playground.company import Company
from playground.faults import Faults
from playground.voipms_calls import Stream
from playground.voipms_faults import BadStatus, Dropped, Empty, Fault, Hang, Html, NoStatus, Null, Slow, Soap, Truncated
from playground.voipms_web import HTML, ODD_AGENT, PATH, Answer, Request, Web
from playground.voipms_words import Args, Json, Refusal, refused

__all__ = [
    "Asked",
    "BadStatus",
    "Dropped",
    "Empty",
    "Fault",
    "Hang",
    "Html",
    "NoStatus",
    "Null",
    "Slow",
    "Soap",
    "Truncated",
    "VoipMsServer",
]

METHODS: dict[str, Callable[[Company, Args], Json | Stream]] = {
    **voipms_accounts.METHODS,
    **voipms_calls.METHODS,
    **voipms_clients.METHODS,
    **voipms_numbers.METHODS,
    **voipms_voicemail.METHODS,
}
LOGIN = ("api_username", "api_password", "method")
SOAP_FAULT = b"""<?xml version="1.0" encoding="UTF-8"?>
<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"><SOAP-ENV:Body><SOAP-ENV:Fault>
<faultcode>SOAP-ENV:Client</faultcode><faultstring>Bad Request</faultstring>
</SOAP-ENV:Fault></SOAP-ENV:Body></SOAP-ENV:Envelope>
"""
PAGE = b"<!DOCTYPE html><html><head><title>%d</title></head><body><h1>%b</h1><p>Guru Meditation: XID 98304</p></body></html>"


@dataclass
class Asked:
    """One request.

    Attributes:
        params: What was asked, without login and method.
        at: Seconds since the epoch.
        http: ``POST`` or ``GET``.
        answered: The status word, or the name of the fault: ``success``, ``no_cdr``, ``hang``, ``html 503``; ``""`` until it is answered.
    """

    method: str
    params: dict[str, str]
    at: float
    http: str
    answered: str = ""


@dataclass
class Refused(Exception):
    """Turned away before the API was reached."""

    answer: Answer
    word: str = "firewall"


class VoipMsServer:
    """The simulation, listening on ``127.0.0.1`` from its making until ``close()``; also a context manager. Thread-safe.

    Attributes:
        company: Whose account it is; it may be changed at any time.
        url: Of the API.
        delay: Seconds every answer takes.
        limit_per_minute: Requests after which the API says ``api_limit_exceeded``; ``None``: no limit.
        allow_list: Addresses, networks (``203.0.113.0/24``) and patterns (``203.0.113.*``) that may ask; ``None``: all.
        caller: The public address from which requests seem to come.
        api_enabled: Whether the API is switched on in the portal.
    """

    def __init__(self, company: Company, clock: Callable[[], float] = time.time) -> None:
        """Begin to listen; ``clock``: seconds since the epoch, from now on the company's clock too."""
        self.company = company
        self.company.clock = clock
        self.delay = 0.0
        self.limit_per_minute: int | None = None
        self.allow_list: set[str] | None = None
        self.caller = "203.0.113.50"
        self.api_enabled = True
        self._faults: Faults[Fault] = Faults()
        self._asked: list[Asked] = []
        self._watchers: list[Callable[[Asked, bytes], None]] = []
        self._recent: deque[float] = deque()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._web = Web(self._answer)
        self.url = self._web.url

    def close(self) -> None:
        """Stop at once: connections are cut, nothing is waited for."""
        self._closing.set()
        self._web.close()

    def __enter__(self) -> "VoipMsServer":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    # With what to come in, and what must not get out

    @property
    def username(self) -> str:
        """The account's e-mail."""
        return self.company.username

    @property
    def password(self) -> str:
        """The API password."""
        return self.company.password

    @property
    def secrets(self) -> frozenset[str]:
        """Every value that must appear nowhere: passwords, PINs, tokens; the API password in its escaped spellings too."""
        return self.company.secrets

    @property
    def registration_delay(self) -> float:
        """Seconds after which the API tells of a phone that came or went."""
        return self.company.registrar_delay

    @registration_delay.setter
    def registration_delay(self, seconds: float) -> None:
        self.company.registrar_delay = seconds

    # What happened

    @property
    def asked(self) -> list[Asked]:
        """Every request so far, oldest first."""
        with self._lock:
            return [replace(asked, params=dict(asked.params)) for asked in self._asked]

    def on_answer(self, callback: Callable[[Asked, bytes], None]) -> None:
        """Call ``callback(asked, body)`` at each answer, the body empty where there is none at once; it must return at once."""
        self._watchers.append(callback)

    def answer(self, method: str, **params: str) -> Any:
        """What the API would answer to somebody who may ask, without HTTP; a very large answer comes whole too."""
        said, _ = self._said(method, params)
        return json.loads("".join(said.parts)) if isinstance(said, Stream) else said

    # What goes wrong

    def fail(self, fault: Fault, method: str | None = None, times: int | None = 1) -> None:
        """Let answers go wrong.

        Args:
            method: An API method; ``None``: whichever comes next.
            times: How often; ``None``: until ``heal()``.
        """
        self._faults.fail(fault, method, times)

    def heal(self) -> None:
        """End all planned faults."""
        self._faults.heal()

    # From a request to an answer

    def _answer(self, request: Request) -> Answer | None:
        method = request.args.get("method", "")
        params = {name: value for name, value in request.args.items() if name not in LOGIN}
        asked = Asked(method, params, self.company.clock(), request.http)
        with self._lock:
            self._asked.append(asked)
        self._closing.wait(self.delay)
        fault = self._faults.next(method)
        try:
            answer, word = self._faulted(fault, request) if fault else self._honest(request)
        except Refused as refusal:
            answer, word = refusal.answer, refusal.word
        with self._lock:
            asked.answered = word
        for watcher in self._watchers:
            watcher(replace(asked), answer.body if answer is not None and isinstance(answer.body, bytes) else b"")
        return answer

    def _honest(self, request: Request) -> tuple[Answer, str]:
        self._firewall(request)
        said, word = self._api(request)
        if isinstance(said, Stream):
            return Answer(part.encode() for part in said.parts), word
        return Answer(json.dumps(said).encode()), word

    def _faulted(self, fault: Fault, request: Request) -> tuple[Answer | None, str]:
        match fault:
            case Slow(seconds):
                self._closing.wait(seconds)
                return self._honest(request)
            case Hang():
                self._closing.wait()
                return None, "hang"
            case Dropped():
                return None, "dropped"
            case Html(status):
                return page(status), f"html {status}"
            case Soap():
                return Answer(SOAP_FAULT, kind="text/xml; charset=utf-8"), "soap"
            case Empty():
                return Answer(b"", kind=HTML), "empty"
            case Null():
                return Answer(b"null"), "null"
            case BadStatus(status, message):
                return Answer(json.dumps(refused(status, message)).encode()), status
        answer, _ = self._honest(request)
        body = answer.body if isinstance(answer.body, bytes) else b"".join(answer.body)
        if isinstance(fault, NoStatus):
            said = json.loads(body)
            return Answer(json.dumps({key: value for key, value in said.items() if key != "status"}).encode()), "no status"
        half = body[: len(body) // 2]
        return Answer(half, missing=len(body) - len(half) if fault.announced else 0), "truncated"

    def _firewall(self, request: Request) -> None:
        """What stands before the API."""
        if request.path != PATH:
            raise Refused(page(404))
        if request.too_long:
            raise Refused(page(414))
        if ODD_AGENT.fullmatch(request.agent):
            raise Refused(Answer(b"", 403, HTML))
        if request.soap:
            raise Refused(Answer(SOAP_FAULT, kind="text/xml; charset=utf-8"), "soap")

    def _api(self, request: Request) -> tuple[Json | Stream, str]:
        method = request.args.get("method", "")
        try:
            self._door(request.args, method)
        except Refusal as refusal:
            return refused(str(refusal)), str(refusal)
        return self._said(method, request.args)

    def _door(self, args: Args, method: str) -> None:
        """Whether this caller may ask this."""
        given = args.get("api_username", ""), args.get("api_password", "")
        if not all(given):
            raise Refusal("missing_credentials")
        if given != (self.username, self.password):
            raise Refusal("invalid_credentials")
        if not self.api_enabled:
            raise Refusal("api_not_enabled")
        if not method:
            raise Refusal("missing_method")
        if method != "getIP" and method not in METHODS:
            raise Refusal("invalid_method")
        if method != "getIP" and self.allow_list is not None and not any(allows(entry, self.caller) for entry in self.allow_list):
            raise Refusal("ip_not_enabled")
        if not self._within_limit():
            raise Refusal("api_limit_exceeded")

    def _within_limit(self) -> bool:
        """Count a request, if it may still be answered in this minute; those that are refused do not count."""
        if self.limit_per_minute is None:
            return True
        now = self.company.clock()
        with self._lock:
            while self._recent and self._recent[0] <= now - 60:
                self._recent.popleft()
            if len(self._recent) >= self.limit_per_minute:
                return False
            self._recent.append(now)
        return True

    def _said(self, method: str, args: Args) -> tuple[Json | Stream, str]:
        if method == "getIP":
            return {"status": "success", "ip": self.caller}, "success"
        try:
            return METHODS[method](self.company, args), "success"
        except Refusal as refusal:
            return refused(str(refusal)), str(refusal)


def page(status: int) -> Answer:
    """What stands before the API says no, as Varnish and Cloudflare word it."""
    if status == 403:
        return Answer(b"", 403, HTML)
    if 520 <= status <= 530:
        return Answer(f"error code: {status}".encode(), status, "text/plain; charset=UTF-8")
    words = b"Backend fetch failed" if status == 503 else b"Just a moment..."
    return Answer(PAGE % (status, words), status, HTML)


def allows(entry: str, address: str) -> bool:
    """Whether an entry of the allow-list is for an address: itself, a network, a pattern, or ``0.0.0.0`` for everybody."""
    if "/" in entry:
        return ip_address(address) in ip_network(entry, strict=False)
    return entry == "0.0.0.0" or fnmatchcase(address, entry)
