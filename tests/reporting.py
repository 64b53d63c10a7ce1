"""Call records for the tests of reports, and the report that is made of them."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from rules.call_rows import Owners, cut_of
from rules.periods import Period, read
from rules.reports import Report, Scope, Subject, filters_of, report_of
from rules.resale import Join
from voipms import Cdr, Did, Rows, SubAccount

NEW_YORK = ZoneInfo("America/New_York")
TORONTO = ZoneInfo("America/Toronto")
NOW = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)  # Tuesday, 08:00 in Toronto
NOON = datetime(2026, 11, 23, 12, 0)
DIDS = (
    Did(did="5145550100", routing="account:100001_desk", description="Main line"),
    Did(did="5145550101", routing="grp:4768", description="Sales line"),
    Did(did="5145550102", routing="account:100001_acme1", reseller_account="561115"),
)
SUB_ACCOUNTS = (
    SubAccount(account="100001_desk", description="Front desk"),
    SubAccount(account="100001_ana", description="Ana R."),
    SubAccount(account="100001_acme1", description="Acme 1", reseller_client="561115"),
)
OWNERS = Owners(DIDS)


def incoming(disposition: str = "ANSWERED", did: str = "5145550100", number: str = "4385550177", **differs: Any) -> Cdr:
    """A call to one of our numbers."""
    talked = disposition == "ANSWERED"
    fields: dict[str, Any] = {
        "date": NOON,
        "callerid": f'"Acme Ltd" <{number}>',
        "destination": did,
        "description": "Inbound - Local Caller",
        "account": "100001",
        "disposition": disposition,
        "seconds": 60 if talked else 0,
        "total": Decimal("0.0085") if talked else Decimal(),
        "uniqueid": "128238059",
        "destination_type": "IN:CAN",
    }
    return Cdr(**{**fields, **differs})


def outgoing(disposition: str = "ANSWERED", number: str = "4385550177", account: str = "100001_ana", **differs: Any) -> Cdr:
    """A call that one of our phones made."""
    words = {
        "callerid": '"Harbour & Finch" <5145550100>',
        "destination": number,
        "description": "Canada - Quebec",
        "destination_type": "CAN",
        "account": account,
    }
    return incoming(disposition, **{**words, **differs})


def fee(total: str = "0.002", **differs: Any) -> Cdr:
    """A charge among the calls."""
    return outgoing(**{"description": "Call Recording Fee", "destination_type": "", "seconds": 0, "total": Decimal(total), **differs})


def at(clock: str, day: int = 23) -> datetime:
    """A wall clock of the wire in November 2026."""
    return datetime.fromisoformat(f"2026-11-{day:02}T{clock}")


def period(words: str = "2026-11-23", today: date = date(2026, 11, 24)) -> Period:
    """The days that the words mean."""
    found = read(words, today)
    assert found is not None
    return found


def subject(
    words: str = "2026-11-23",
    zone: ZoneInfo = TORONTO,
    scope: Scope = Scope(),  # noqa: B008 - a frozen value
    sites: dict[str, str] | None = None,
    now: datetime = NOW,
) -> Subject:
    """What a report is about."""
    days = period(words, now.astimezone(zone).date())
    cut = cut_of(days, zone, NEW_YORK, now)
    return Subject(period=days, scope=scope, zone=zone, wire_zone=NEW_YORK, cut=cut, filters=filters_of(scope, sites or {}), owners=OWNERS)


def report(rows: Iterable[Cdr], about: Subject | None = None, join: Join | None = None) -> Report:
    """The report of the rows, as one answer."""
    return report_of(about or subject(), [Rows(rows)], join)


NUMBERS = ("4385550177", "4385550188", "2125550199", "01144205550104", "1001", "")
ROWS = st.lists(
    st.builds(
        incoming,
        disposition=st.sampled_from(("ANSWERED", "NO ANSWER", "busy", "FAILED", "CONGESTION")),
        did=st.sampled_from(("5145550100", "5145550101", "4385550177", "")),
        number=st.sampled_from(NUMBERS),
        date=st.datetimes(datetime(2026, 11, 22), datetime(2026, 11, 25)).map(lambda when: when.replace(microsecond=0)),
        account=st.sampled_from(("100001", "100001_desk", "100001_ana", "")),
        destination_type=st.sampled_from(("IN:USA", "CAN", "OUT:INTL", "")),
        description=st.sampled_from(
            ("Inbound - Local Caller", "Inbound DID", "Canada - Quebec", "Outbound - USA", "Call Recording Fee", "", "India - Mobile")
        ),
        seconds=st.integers(0, 90_000),
        total=st.decimals(min_value=-5, max_value=99_999, places=8),
        uniqueid=st.sampled_from(("1", "2", "3", "n/a", "")),
    ),
    max_size=50,
)
"""Any set of records in and around the day of the report."""


def in_pieces(rows: Sequence[Cdr], size: int) -> list[Rows[Cdr]]:
    """The rows in answers of some each."""
    return [Rows(rows[start : start + size]) for start in range(0, len(rows), size)]
