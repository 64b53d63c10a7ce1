"""The Home tab of an admin, for 5 and for 5,000 accounts, from the store to what Slack is sent: how long it takes and how large it is.

Measured on a calm day, with some outages, and with every phone missing at once.
"""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from slack_sdk import WebClient

from handlers import commands
from handlers.home import Home
from handlers.memory import Memory
from handlers.people import Groups, People
from handlers.rights import Rights
from handlers.today import MEMO, TodaysCalls
from playground.slack import SlackServer
from playground.slack_limits import view_problems
from rules.incidents import Incident, Kind, Member
from rules.lowbalance import Purse
from rules.plans import Plan
from rules.scene import Mute, Scope
from rules.schedule import Rhythm, Schedule
from rules.timing import Timing
from rules.today import Day, Today, before
from rules.usual import Figures
from rules.watch import Line, Look, Spot, step
from store import Store, incidents, lines, memos, reports, settings, steering
from store.refusals import Refusals
from store.scenes import PURSE, SITE
from voipms import SubAccount, VoipMs

NOW = datetime(2026, 11, 24, 16, tzinfo=UTC)
DAY = date(2026, 11, 24)
ADMIN = "U0ALICE"
SIZES = (5, 5_000)
SITES = 400
ROUNDS = 9
SECONDS = 0.1
BYTES = 250_000
TIMING = Timing()


def fill(store: Store, accounts: int) -> None:
    """So many phones at up to 400 sites, all registered an hour ago; names for the sites, mutes, reports, the money and today's calls."""
    some = [
        SubAccount(account=f"100001_phone{n}", description=f"Phone {n} <!channel> & *{n}*", internal_extension=str(1000 + n), auth_type="1")
        for n in range(accounts)
    ]
    at = NOW - timedelta(hours=1)
    with store.writing() as transaction:
        lines.listed(transaction, some, NOW, complete=True)
        for n, one in enumerate(some):
            spot = Spot(address=address(n % SITES), pop="67", pop_name="Montreal5", agent="Desk phone", expires_at=NOW)
            lines.save(transaction, step(Line(account=one.account), Look.YES, at, TIMING, spot), 1, looked_at=at)
        for site in range(0, min(accounts, SITES), 2):
            settings.put(transaction, SITE + address(site), f"Office {site} <@U0BOB> _of_ `them`", ADMIN, at)
        memos.put(transaction, PURSE, Purse(balance="112.192790", days_left=37))
        figures = Figures(calls=178, missed=20, seconds=24_000, cost=Decimal("2.9912"))
        days = tuple(Day(day=day, figures=figures, read_at=at) for day in before(DAY))
        memos.put(transaction, MEMO, Today(so_far=Day(day=DAY, figures=figures, read_at=at), earlier=days))
        for n in range(20):
            reports.make(transaction, Plan(schedule=Schedule(rhythm=Rhythm.DAILY, at=at.time(), zone="UTC"), channel="C0CALLS"), ADMIN, at)
            steering.mute(transaction, Mute(scope=Scope.ACCOUNT, key=f"100001_phone{n}", begins=at, until=None, by=ADMIN), NOW, TIMING)


def address(site: int) -> str:
    """The address of a site."""
    return f"198.51.{site // 250}.{site % 250}"


def break_down(store: Store, phones: int, outages: int) -> None:
    """So many outages, with so many missing phones among them."""
    with store.writing() as transaction:
        names = [f"100001_phone{n}" for n in range(phones)]
        for number in range(outages):
            members = tuple(
                Member(account=name, channel="C0ALERTS", site=address(n % SITES), pop="67", since=NOW, confirmed_at=NOW)
                for n, name in enumerate(names)
                if n % outages == number
            )
            made = Incident(
                id=f"2026-1124-{number:02}",
                kind=Kind.SITE if outages > 1 else Kind.ALL,
                key=address(number) if outages > 1 else "",
                opened_at=NOW,
                since=NOW,
                joined_at=NOW,
                members=members,
            )
            incidents.save(transaction, [made], {})
        lines.mark(transaction, names, trouble=True)


@contextmanager
def home_of(store: Store) -> Iterator[Home]:
    """The Home tabs over a store, with a workspace on the other side."""
    with SlackServer() as server:
        server.person(ADMIN, name="Alice")
        slack = WebClient(server.bot_token, base_url=server.api_url)
        rights = Rights(
            store,
            People(slack, server.team, lambda: NOW),
            Groups(slack, lambda: NOW),
            admins=(ADMIN,),
            zone=ZoneInfo("America/Toronto"),
        )
        memory = replace(Memory(), store=store)
        phones = VoipMs("nobody", "not-real", url=f"{server.url}/nowhere")
        today = TodaysCalls(store, phones, ZoneInfo("America/Toronto"), lambda: NOW)
        yield Home(slack, memory, rights, commands(memory=memory), today, Refusals(store), lambda entry: None, lambda: NOW)


def measured(accounts: int, missing: int, outages: int) -> tuple[float, list[dict[str, Any]]]:
    """Seconds that it takes, and the blocks."""
    with TemporaryDirectory() as folder, Store(f"sqlite:///{folder}/dialtone.db") as store:
        fill(store, accounts)
        if outages:
            break_down(store, missing, outages)
        with home_of(store) as home:
            home.blocks(ADMIN)
            took = []
            for _ in range(ROUNDS):
                began = time.perf_counter()
                blocks, _ = home.blocks(ADMIN)
                took.append(time.perf_counter() - began)
    return median(took), blocks


def main() -> int:
    """Measure; 1 when a bar is not met."""
    failed = False
    for accounts in SIZES:
        days = {"calm": (0, 0), "12 outages": (-(-accounts // 5), min(12, accounts // 5)), "all missing": (accounts, 1)}
        for what, (missing, outages) in days.items():
            seconds, blocks = measured(accounts, missing, outages)
            sent = {"type": "home", "blocks": blocks}
            size, problems = len(json.dumps(sent).encode()), view_problems(sent)
            wrong = bool(problems) or size >= BYTES or seconds >= SECONDS
            failed |= wrong
            print(
                f"{accounts:>5,} accounts, {what:<11}  {seconds * 1000:6.1f} ms (bar {SECONDS * 1000:.0f})  "
                f"{size / 1000:6.1f} kB (bar {BYTES / 1000:.0f})  {len(blocks)} blocks{'  NOT MET' if wrong else ''}",
                *problems,
                sep="\n    ",
            )
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
