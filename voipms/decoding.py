"""From the bytes of an answer to records. Pure.

An answer is ``{"status": "success", KEY: [rows]}`` or ``{"status": "<code>", "message": "<text>"}``. Around that the wire does
what it likes: numbers as text and the reverse, flags in many spellings, a lone object for a list, ``null``, ``""`` or nothing
for an empty one. Here all of it becomes the records of ``records.py``:

    bytes ──► fields, still bytes ──► rows, still bytes ──► the declared fields ──spelling.py──► record

Call records skip that: a body as it should be is decoded in one typed pass, many times faster.

A field that no record declares is skipped over and never built, so that no secret of an answer gets any further. The one
exception is ``login``.

Every function that takes a body raises ``Unreadable`` when it is no answer of the API, and ``Refused`` when it says no.
"""

import hmac
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow, localcontext
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

import msgspec

from voipms import spelling
from voipms.errors import Kind, Refused, unreadable
from voipms.records import Cdr, Client, Count, Device, Registration, Rows, WallClock, Words

T = TypeVar("T", bound=msgspec.Struct)
FEW_FIELDS = 100_000
SHORTEST_FIELD = 16
"""Bytes that a field has, name and signs included, on the average of an answer with more than a few of them."""
Body = bytes | bytearray
Fields = Mapping[str, msgspec.Raw]
"""The top of an answer: names, and bytes that nobody has looked into yet."""

BROKEN = (ValueError, RecursionError)
"""What msgspec raises on bytes that it cannot read; its own errors are ``ValueError``."""
VALUE = msgspec.json.Decoder(Any, float_hook=Decimal)


# Answers


def rows(record: type[T], key: str, body: Body) -> Rows[T]:
    """The rows of a list; none where VoIP.ms says that there are none."""
    try:
        fields = opened(body)
    except Refused as refused:
        if refused.kind is Kind.EMPTY:
            return Rows()
        raise
    return _rows(record, fields.get(key))


def one(record: type[T], key: str, body: Body) -> T:
    """The one object of an answer."""
    found = _rows(record, opened(body).get(key))
    if len(found) != 1:
        raise unreadable(f"has no {key} that can be read")
    return found[0]


def word(key: str, body: Body) -> str:
    """One word of an answer, ``""`` when it is not there."""
    return _text(opened(body), key)


def registration(account: str, body: Body) -> Registration:
    """Whether an account is signed in, and from where. ``Unreadable`` also when VoIP.ms says neither yes nor no."""
    fields = opened(body)
    said = None
    with suppress(ValueError):
        said = spelling.flag(_value(fields, "registered"))
    if said is None:
        raise unreadable("says neither yes nor no")
    return Registration(
        account=account,
        registered=said,
        rerouted=_text(fields, "rerouted"),
        from_server_pop=_text(fields, "from_server_pop"),
        devices=_rows(Device, fields.get("registrations")),
    )


def cdrs(body: Body) -> Rows[Cdr]:
    """Call records; none where VoIP.ms says that there are none."""
    answer = None
    with suppress(*BROKEN):
        answer = _CDR_ANSWER.decode(body)
    if answer is not None and answer.status == "success" and _can_be_summed(answer.cdr):
        return Rows(answer.cdr)
    return rows(Cdr, "cdr", body)


class _CdrAnswer(msgspec.Struct):
    status: str
    cdr: list[Cdr]


_CDR_ANSWER = msgspec.json.Decoder(_CdrAnswer, strict=False)
_CDR = msgspec.json.Decoder(Cdr, strict=False)
_TOTAL, _RATE, _SECONDS, _DATE = attrgetter("total"), attrgetter("rate"), attrgetter("seconds"), attrgetter("date")
_EXACTLY = Context(prec=60, traps=[Inexact, InvalidOperation, Overflow])
"""So many digits hold every sum of sane amounts; what they do not hold is an error."""


def _can_be_summed(calls: list[Cdr]) -> bool:
    """Whether all amounts and times are sane: one ``NaN``, or one number of a thousand digits, shows in the sum of all of them."""
    try:
        with localcontext(_EXACTLY):
            sums = [sum(map(_TOTAL, calls), Decimal()), sum(filter(None, map(_RATE, calls)), Decimal())]
        sane = all(map(spelling.is_amount, sums)) and abs(sum(map(_SECONDS, calls))) < 10**spelling.MOST_DIGITS
    except ArithmeticError:
        return False
    ends = (min(map(_DATE, calls)), max(map(_DATE, calls))) if calls else ()
    return sane and all(spelling.EARLIEST <= end <= spelling.LATEST for end in ends)


class _Login(msgspec.Struct):
    """What is compared, and forgotten."""

    email: Any = None
    password: Any = None


def login(email: str, password: str, body: Body) -> Client | None:
    """The client of this e-mail, its case aside, if this is their password. The only place that ever decodes one."""
    try:
        fields = opened(body)
    except Refused as refused:
        if refused.kind is Kind.EMPTY or refused.status == "invalid_client":
            return None
        raise
    typed = password.encode("utf-8", "surrogatepass")
    right = None
    for row in _each(fields.get("clients")):
        with suppress(*BROKEN):
            kept = msgspec.json.decode(row, type=_Login)
            known = b"" if isinstance(kept.password, bool) else spelling.as_spelled(kept.password).encode("utf-8", "surrogatepass")
            if spelling.as_spelled(kept.email).casefold() == email.casefold() and known and hmac.compare_digest(known, typed):
                right, _ = _record(Client, row)
    return right


# The top of an answer


def opened(body: Body) -> Fields:
    """The fields of an answer that says success."""
    if body.count(b",") > max(FEW_FIELDS, len(body) // SHORTEST_FIELD):
        raise unreadable("has too many rows", again=False)  # each would take ten times its bytes, to be told that it is none
    fields = None
    with suppress(*BROKEN):
        body.decode()  # what is skipped over is not looked at, and a body with bytes that are no text is garbled as a whole
        fields = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    if fields is None:
        raise unreadable(_instead_of_json(bytes(body[:400])) or _broken_json(body))
    status = _text(fields, "status")
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,79}", status):
        raise unreadable("has no status")
    if status.lower() == "success":
        return fields
    raise Refused(status, _text(fields, "message"))


def _instead_of_json(start: bytes) -> str:
    """What it is that begins like this; ``""`` for JSON."""
    head = start.removeprefix(b"\xef\xbb\xbf").strip().lower()
    if head in (b"", b"null"):
        return "is empty"
    if head.startswith(b"<"):
        return "is in another format (SOAP)" if b"<?xml" in head or b"soap" in head else "is a web page"
    return "" if head.startswith((b"{", b"[", b"\xff", b"\xfe")) else "is not in the format of its API"


def _broken_json(body: Body) -> str:
    try:
        body.decode()
    except UnicodeDecodeError:
        return "is garbled"
    whole = bytes(body[-40:]).rstrip().endswith((b"}", b"]"))
    return "is not in the format of its API" if whole else "breaks off in the middle"


def _value(fields: Fields, key: str) -> object:
    """One field's value; ``None`` when it is missing or broken."""
    with suppress(*BROKEN):
        return VALUE.decode(fields[key]) if key in fields else None
    return None


def _text(fields: Fields, key: str) -> str:
    with suppress(ValueError):
        return spelling.text(_value(fields, key))
    return ""


# Rows


def _rows(record: type[T], found: msgspec.Raw | None) -> Rows[T]:
    read: list[T] = []
    unreadable_rows = gaps = 0
    for row in _each(found):
        try:
            made, missing = _record(record, row)
        except BROKEN:
            unreadable_rows += 1
        else:
            read.append(made)
            gaps += missing
    return Rows(read, unreadable_rows, gaps)


def _each(found: msgspec.Raw | None) -> list[msgspec.Raw]:
    """The rows of a list, or a lone object as the only row; none in place of nothing."""
    if found is None:
        return []
    start = bytes(memoryview(found)[:1])
    with suppress(*BROKEN):
        if start == b"[":
            return msgspec.json.decode(found, type=list[msgspec.Raw])
        if start == b"{":
            return [found] if msgspec.json.decode(found, type=dict[str, msgspec.Raw]) else []
        if not VALUE.decode(found):
            return []
    raise unreadable("has something else where a list belongs")


def _record(record: type[T], row: msgspec.Raw) -> tuple[T, int]:
    """The record of one row, and how many of its fields are said but could not be read, and so count as not set.

    Raises:
        ValueError: The row is no object, or lacks what makes it that row.
    """
    if record is Cdr:
        with suppress(*BROKEN):
            call = _CDR.decode(row)
            if _can_be_summed([call]):
                return call, 0  # type: ignore[return-value]
    wire, fields = _plan(record)
    said = wire.decode(row)
    values: dict[str, Any] = {}
    gaps = 0
    for field in fields:
        try:
            value = field.read(getattr(said, field.name))
        except ValueError:
            if field.must_be_read:
                raise
            gaps += 1
            continue
        if value is not None:
            values[field.name] = value
        if field.must_be_there and value in (None, ""):
            raise ValueError(f"no {field.name}")
    return record(**values), gaps


@dataclass(frozen=True)
class _Field:
    """How one field of a record is read.

    Attributes:
        must_be_there: It is the row's identity.
        must_be_read: It is that, or sums are made of it: nothing may stand in for what it says.
    """

    name: str
    read: Callable[[object], object]
    must_be_there: bool
    must_be_read: bool


_READERS: Mapping[object, Callable[[object], object]] = {
    str: spelling.text,
    Words: spelling.text,
    int: spelling.whole,
    int | None: spelling.whole,
    bool | None: spelling.flag,
    Count: spelling.count,
    Decimal: spelling.amount,
    Decimal | None: spelling.amount,
    date | None: spelling.day,
    datetime | None: spelling.wall_clock,
    WallClock: spelling.wall_clock,
}
_AS_SPELLED = frozenset(("tfcarrier", "canada_routing", "canada_route", "international_route"))
"""Where ``-1`` means "as the main account"."""


@cache
def _plan(record: type[msgspec.Struct]) -> tuple[msgspec.json.Decoder[Any], tuple[_Field, ...]]:
    """A decoder that builds the declared fields whatever they are, and how to read each of them."""
    declared = msgspec.structs.fields(record)
    wire = msgspec.defstruct(f"{record.__name__}OnTheWire", [(field.name, Any, None) for field in declared])
    return msgspec.json.Decoder(wire, float_hook=Decimal), tuple(
        _Field(
            name=field.name,
            read=spelling.as_spelled if field.name in _AS_SPELLED else _READERS[field.type],
            must_be_there=field.required,
            must_be_read=field.required or field.type is int,
        )
        for field in declared
    )
