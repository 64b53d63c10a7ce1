"""A million call records through the very functions that ``calls`` runs, beside a bare typed decode of the same rows.

Three ways take turns over the same answers, decoding included in each:

- *bare*: ``msgspec`` decodes the list of records, and nothing is done with them;
- *ours*: the client's own decoding, then ``rules.calls.add_up``: zone, cut, direction, owners, breakdowns, totals, newest rows;
- *json*: ``json.loads``, records made of its dicts, and then the same ``add_up``.

Before that, 92 days with the same million rows are asked over HTTP from a simulated VoIP.ms in another process, by a process
that does nothing else, for the memory that it takes.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec

from playground.company import Company, founded
from playground.voipms import VoipMsServer
from playground.voipms_calls import Stream, cdr
from rules.call_rows import Filters, Owners, cut_of
from rules.calls import Totals, add_up
from rules.periods import Period
from voipms import Cdr, Did, Pace, Rows, VoipMs, decoding

ROWS = 1_000_000
DAYS = 92
DAYS_AT_ONCE = 4
ROUNDS = 3
BARE_RATIO = 2.5
JSON_RATIO = 2.0
MEGABYTES = 200
NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


class Answer(msgspec.Struct):
    """An answer of ``getCDR``, as bare as it can be typed."""

    cdr: list[Cdr]


BARE = msgspec.json.Decoder(Answer, strict=False)


def busy_company() -> Company:
    """An account with all those calls."""
    company = founded(seed=1, now=NOW)
    company.clock = NOW.timestamp
    company.busy(ROWS, DAYS)
    return company


# Time


def answers(company: Company) -> Iterator[bytes]:
    """All its call records as VoIP.ms would send them, some days in each answer."""
    last = company.today
    for past in range(DAYS - 1, -1, -DAYS_AT_ONCE):
        first = last - timedelta(days=past)
        end = min(first + timedelta(days=DAYS_AT_ONCE - 1), last)
        wanted = {"answered": "1", "noanswer": "1", "busy": "1", "failed": "1", "timezone": "-5"}
        answer = cdr(company, {"date_from": first.isoformat(), "date_to": end.isoformat(), **wanted})
        assert isinstance(answer, Stream)
        yield "".join(answer.parts).encode()


def bare(bodies: Sequence[bytes]) -> int:
    """How many rows there are."""
    return sum(len(BARE.decode(body).cdr) for body in bodies)


def with_json(body: bytes) -> Rows[Cdr]:
    """The records of an answer without a typed decoder."""
    return Rows(
        Cdr(
            date=datetime.fromisoformat(row["date"]),
            total=Decimal(row["total"]),
            seconds=int(row["seconds"]),
            callerid=row["callerid"],
            destination=row["destination"],
            description=row["description"],
            account=row["account"],
            disposition=row["disposition"],
            rate=Decimal(row["rate"]),
            destination_type=row["destination_type"],
        )
        for row in json.loads(body)["cdr"]
    )


def totals_of(pieces: Iterator[Rows[Cdr]], company: Company) -> Totals:
    """What ``calls 92d`` does with the pieces it gets."""
    period = Period(first=company.today - timedelta(days=DAYS - 1), last=company.today, when="in the last 92 days")
    owners = Owners(Did(did=did.did, routing=did.routing) for did in company.dids.values())
    return add_up(pieces, cut_of(period, NEW_YORK, NEW_YORK, NOW), Filters(), owners)


def timed(run: Callable[[], object]) -> tuple[float, object]:
    """Seconds, and the outcome."""
    started = time.perf_counter()
    outcome = run()
    return time.perf_counter() - started, outcome


def measure_time(company: Company) -> bool:
    """Print how long each way takes; whether the bars are met. The best of the rounds counts: others use the machine too."""
    bodies = list(answers(company))
    print(f"{ROWS:,} call records in {len(bodies)} answers, {sum(map(len, bodies)) / 1e6:,.0f} MB")
    ways: dict[str, Callable[[], object]] = {
        "bare": lambda: bare(bodies),
        "ours": lambda: totals_of(map(decoding.cdrs, bodies), company),
        "json": lambda: totals_of(map(with_json, bodies), company),
    }
    best = dict.fromkeys(ways, float("inf"))
    outcomes: dict[str, object] = {}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            seconds, outcomes[name] = timed(way)
            best[name] = min(best[name], seconds)
    ours, other = outcomes["ours"], outcomes["json"]
    assert isinstance(ours, Totals)
    assert isinstance(other, Totals)
    assert outcomes["bare"] == ours.in_period == other.in_period == ROWS
    assert (ours.calls, ours.seconds, ours.cost) == (other.calls, other.seconds, other.cost)
    for name, words in (("bare", "typed decode alone"), ("ours", "decode and add up"), ("json", "json.loads and the same sums")):
        print(f"{words:30} {best[name]:6.2f} s  {best[name] / ROWS * 1e6:5.2f} µs a row")
    ratio, faster = best["ours"] / best["bare"], best["json"] / best["ours"]
    print(f"ours is {ratio:.2f} times the bare decode (bar {BARE_RATIO}), and {faster:.2f} times as fast as json (bar {JSON_RATIO})")
    return ratio <= BARE_RATIO and faster >= JSON_RATIO


# Memory


def peak_megabytes() -> float:
    """The most memory this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def serve() -> None:
    """Be VoIP.ms until standard input ends."""
    company = busy_company()
    with VoipMsServer(company, clock=NOW.timestamp) as server:
        print(json.dumps([server.url, server.username, server.password]), flush=True)
        sys.stdin.read()


def look(url: str, username: str, password: str) -> None:
    """Ask for everything once, and print rows, seconds and megabytes."""
    phones = VoipMs(username, password, url=url, pace=Pace(per_minute=60_000), timeout=120)
    last = NOW.astimezone(NEW_YORK).date()
    phones.sub_accounts()  # what any first question needs is no part of the measure
    before = peak_megabytes()
    period = Period(first=last - timedelta(days=DAYS - 1), last=last, when="")
    owners = Owners(phones.dids())
    cut = cut_of(period, NEW_YORK, phones.wire_zone, NOW)
    seconds, totals = timed(lambda: add_up(phones.cdrs(cut.first_day, cut.last_day), cut, Filters(), owners))
    assert isinstance(totals, Totals)
    print(json.dumps([totals.in_period, seconds, peak_megabytes() - before]))


def measure_memory() -> bool:
    """Print what the client takes; whether the bar is met."""
    me = [sys.executable, "-m", "benchmarks.cdr"]
    with subprocess.Popen([*me, "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        where = json.loads(server.stdout.readline())
        looked = subprocess.run([*me, "look", *where], capture_output=True, text=True, check=True)
        server.communicate()
    rows, seconds, megabytes = json.loads(looked.stdout)
    assert rows == ROWS, f"{rows:,} rows of {ROWS:,}"
    print(f"{DAYS} days with {rows:,} rows over HTTP: {seconds:.1f} s, peak memory {megabytes:+.0f} MB (bar {MEGABYTES})")
    return bool(megabytes <= MEGABYTES)


def main(words: Sequence[str]) -> int:
    """Measure, print, and hold the bars."""
    match words:
        case ["serve"]:
            serve()
        case ["look", url, username, password]:
            look(url, username, password)
        case _:
            met = [measure_memory(), measure_time(busy_company())]
            return 0 if all(met) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
