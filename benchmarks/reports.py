"""A daily report over 50,000 calls of 300 accounts, from the records to what Slack is sent.

The records are those of a simulated company's season put into one day, over and over, and spread over three hundred phones.
Measured is everything that happens after they are there: sums, parts, callbacks, the picture, its plain form, and the file with
every part.
"""

import json
import sys
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import cycle, islice
from zoneinfo import ZoneInfo

import msgspec

from blocks import report_csv, reports
from blocks.frame import without_tables
from blocks.owners import names_of
from playground.company import Company, founded
from playground.slack_limits import message_problems, too_long
from playground.voipms_calls import Stream, cdr
from rules.call_rows import Direction, Filters, Owners, cut_of, direction_of
from rules.periods import Period
from rules.reports import Report, Scope, Subject, report_of
from rules.usual import figures_of, normal_of
from voipms import Cdr, Did, Rows, SubAccount, decoding

CALLS = 50_000
ACCOUNTS = 300
ROUNDS = 5
SECONDS = 2.0
NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
DAY = date(2026, 11, 23)


def records(company: Company) -> Rows[Cdr]:
    """So many calls on one day, of so many accounts; the simulated ones come round and round with numbers of their own."""
    wanted = {"date_from": "2026-09-01", "date_to": "2026-11-23", "timezone": "-5"} | dict.fromkeys(
        ("answered", "noanswer", "busy", "failed"), "1"
    )
    answer = cdr(company, wanted)
    assert not isinstance(answer, Stream)
    real = [
        row
        for row in decoding.cdrs(json.dumps(answer).encode())
        if direction_of(row.destination_type, row.description) is not Direction.NONE
    ]
    began = datetime.combine(DAY, datetime.min.time())
    made = (
        msgspec.structs.replace(
            row,
            date=began + timedelta(seconds=place * 86_400 // CALLS),
            account=f"100001_{place % ACCOUNTS:03}"
            if direction_of(row.destination_type, row.description) is Direction.OUT
            else row.account,
            callerid=f'"{place % 4_000}" <{201 + place // 100 % 40}555{100 + place % 100:04}>',
            uniqueid=str(place),
        )
        for place, row in enumerate(islice(cycle(real), CALLS))
    )
    return Rows(made)


def build(subject: Subject, rows: Rows[Cdr], names: dict[str, str]) -> tuple[Report, list[dict[str, object]], int]:
    """The report, what Slack is sent, and the lines of the file."""
    made = report_of(subject, [rows])
    around = reports.Around(names=names, read_at=NOW, csv=True, normal=normal_of([figures_of(made.totals)] * 4))
    blocks = reports.card(made, around)
    reports.headline(made, around)
    without_tables(blocks)
    return made, blocks, sum(1 for _ in report_csv.rows(made, around))


def main(words: Sequence[str]) -> int:
    """Measure, print, and hold the bar. The best of the rounds counts: others use the machine too."""
    company = founded(seed=1, now=NOW)
    dids = [Did(did=did.did, routing=did.routing, description=did.description) for did in company.dids.values()]
    rows = records(company)
    period = Period(first=DAY, last=DAY, when="")
    subject = Subject(
        period=period,
        scope=Scope(),
        zone=ZoneInfo("America/Toronto"),
        wire_zone=NEW_YORK,
        cut=cut_of(period, ZoneInfo("America/Toronto"), NEW_YORK, NOW),
        filters=Filters(),
        owners=Owners(dids),
    )
    phones = [SubAccount(account=f"100001_{place:03}", description=f"Phone {place}") for place in range(ACCOUNTS)]
    best, names = float("inf"), names_of(phones, dids)
    for _ in range(ROUNDS):
        started = time.perf_counter()
        made, blocks, lines = build(subject, rows, names)
        best = min(best, time.perf_counter() - started)
    assert made.totals.calls == CALLS
    assert len(made.accounts) >= ACCOUNTS
    assert not message_problems(blocks) and not too_long(blocks)
    print(f"a daily report over {CALLS:,} calls and {len(made.accounts):,} accounts: {len(blocks)} blocks, {lines:,} lines in the file")
    print(f"built in {best:.2f} s (bar {SECONDS}), {best / CALLS * 1e6:.1f} µs a call")
    return 0 if best <= SECONDS else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
