"""The Home tab: what each person sees of what is stored, when it is refreshed, and that Slack takes it whatever there is."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from slack_sdk import WebClient

from benchmarks.home import ADMIN, BYTES, DAY, NOW, break_down, fill
from handlers import commands
from handlers.home import LEAST, Home
from handlers.memory import Memory
from handlers.people import Groups, People
from handlers.rights import Rights
from handlers.today import TodaysCalls
from playground import slack as slack_faults
from playground.company import founded
from playground.slack import SlackServer
from playground.slack_limits import view_problems
from playground.slack_words import alive_in
from playground.voipms import Html, VoipMsServer
from rules.access import Grant, Role, Subject
from rules.health import Health, Sight
from rules.plans import Plan
from rules.scene import Mute, Scope
from rules.schedule import Rhythm, Schedule
from rules.timing import Timing
from store import Store, access, memos, reports, steering
from store.audit import Entry
from store.refusals import Refusals
from store.scenes import HEALTH
from voipms import Pace, VoipMs

TORONTO = ZoneInfo("America/Toronto")


@dataclass
class Tabs:
    """The Home tabs of a workspace over a store.

    Attributes:
        seconds: What the clock that only grows says.
        now: The time for those who remember people.
    """

    slack: SlackServer
    phones: VoipMsServer
    store: Store
    home: Home = field(init=False)
    seconds: float = 1000.0
    now: datetime = NOW
    kept: list[Entry] = field(default_factory=list)

    def wait(self, seconds: float) -> None:
        self.seconds += seconds
        self.home.tick()

    @property
    def published(self) -> int:
        return sum(call.method == "views.publish" for call in self.slack.calls)

    def words(self, person: str) -> str:
        shown = self.slack.home(person)
        assert shown is not None
        return shown.words


@contextmanager
def tabs(store: Store) -> Iterator[Tabs]:
    with SlackServer() as slack, VoipMsServer(founded(seed=1, now=NOW), clock=NOW.timestamp) as phones:
        for person, name in ((ADMIN, "Alice"), ("U0OSCAR", "Oscar"), ("U0VICTOR", "Victor"), ("U0NOBODY", "Nora")):
            slack.person(person, name=name)
        client = WebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])
        rights = Rights(store, People(client, slack.team, lambda: made.now), Groups(client, lambda: NOW), admins=(ADMIN,), zone=TORONTO)
        with store.writing() as transaction:
            for person, role in (("U0OSCAR", Role.OPERATOR), ("U0VICTOR", Role.VIEWER)):
                access.give(transaction, Grant(subject=Subject.PERSON, id=person, role=role, by=ADMIN, at=NOW), (ADMIN,))
        memory = replace(Memory(), store=store)
        voipms = VoipMs(phones.username, phones.password, url=phones.url, pace=Pace(60_000), timeout=5)
        made = Tabs(slack, phones, store)
        made.home = Home(
            client,
            memory,
            rights,
            commands(memory=memory),
            TodaysCalls(store, voipms, TORONTO, lambda: NOW),
            Refusals(),
            made.kept.append,
            lambda: NOW,
            lambda: made.seconds,
        )
        yield made


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(f"sqlite:///{tmp_path}/dialtone.db") as opened:
        yield opened


def muted(store: Store, by: str = "U0OSCAR", account: str = "100001_phone1") -> None:
    with store.writing() as transaction:
        steering.mute(transaction, Mute(scope=Scope.ACCOUNT, key=account, begins=NOW, until=None, by=by), NOW, Timing())


# What is seen


def test_a_report_is_shown_with_the_zone_of_its_time(store: Store) -> None:
    schedule = Schedule(rhythm=Rhythm.DAILY, at=time(15), zone="America/Toronto")
    with store.writing() as transaction:
        one = reports.make(transaction, Plan(channel="C0PHONES", schedule=schedule), ADMIN, NOW)
    with tabs(store) as at:
        at.home.opened(ADMIN)
        assert "every day at 15:00, America/Toronto, in #C0PHONES" in at.words(ADMIN)
        with store.writing() as transaction:
            reports.pause(transaction, one.id, ADMIN, NOW)
        at.wait(LEAST)
        at.home.opened(ADMIN)
        assert "paused in #C0PHONES" in at.words(ADMIN)


def test_each_person_sees_what_they_may(store: Store) -> None:
    fill(store, 5)
    muted(store)
    break_down(store, 1, 1)
    with tabs(store) as at:
        for person in (ADMIN, "U0OSCAR", "U0VICTOR", "U0NOBODY"):
            at.home.opened(person)
        admin, operator, viewer, nobody = map(at.words, (ADMIN, "U0OSCAR", "U0VICTOR", "U0NOBODY"))
        words = ("1 open outage", "missing since", "178", "Details")
        assert all(word in seen for seen in (admin, operator, viewer) for word in words)
        assert "$112.19" in admin and "Audit" in admin and "Report 20" not in admin and "and 31 more" in admin
        assert "$112.19" in operator and "Acknowledge" in operator and "Muted account 100001_phone1" in operator and "Audit" not in operator
        assert "$112.19" not in viewer and "Acknowledge" not in viewer and "Muted" not in viewer and "Clients" not in viewer
        assert "You may not ask anything yet" in nobody and ADMIN in nobody
        assert not any(word in nobody for word in ("outage", "phone0", "178", "Office", "198.51"))
        assert [(one.person, one.command, one.result) for one in at.kept][2:] == [
            ("U0VICTOR", "home", "answered"),
            ("U0NOBODY", "home", "refused"),
        ]


def test_before_anything_is_known_it_says_so(store: Store) -> None:
    with tabs(store) as at:
        at.home.opened(ADMIN)
        assert "Nothing is watched yet" in at.words(ADMIN) and "Being read" in at.words(ADMIN)
        assert [one.method for one in at.phones.asked] == ["getCDR"] * 5, "today, and the same weekday of four weeks"
        at.wait(LEAST)
        today = sum(call.direction != "fee" for call in at.phones.company.ledger if call.start.astimezone(TORONTO).date() == DAY)
        assert f"{today} " in at.words(ADMIN) and "normal" in at.words(ADMIN)
        asked = len(at.phones.asked)
        at.seconds += LEAST
        at.home.opened(ADMIN)
        assert len(at.phones.asked) == asked, "what was read a moment ago is not asked for again"


def test_while_voipms_cannot_be_seen_it_says_so_and_shows_how_it_was(store: Store) -> None:
    fill(store, 5)
    with store.writing() as transaction:
        memos.put(transaction, HEALTH, Health(sight=Sight.DOWN, since=NOW - timedelta(minutes=5)))
    with tabs(store) as at:
        at.phones.fail(Html(503), times=None)
        at.home.opened("U0VICTOR")
        seen = at.words("U0VICTOR")
        assert seen.startswith("Cannot see VoIP.ms\n") and "what follows is how it was then" in seen and "5 of 5" in seen
        assert "All 5 phones are registered" not in seen, "nobody knows"


@pytest.mark.parametrize(("accounts", "missing", "outages"), [(5, 0, 0), (5, 5, 1), (600, 600, 300)])
def test_slack_takes_it_whatever_there_is(store: Store, accounts: int, missing: int, outages: int) -> None:
    fill(store, accounts)
    if outages:
        break_down(store, missing, outages)
    with tabs(store) as at:
        for person in (ADMIN, "U0VICTOR"):
            blocks, _ = at.home.blocks(person)
            sent = {"type": "home", "blocks": blocks}
            assert view_problems(sent) == [] and len(json.dumps(sent).encode()) < BYTES
            assert [word for word in alive_in(blocks) if word not in ("#C0CALLS", f"@{ADMIN}")] == []


# When it is refreshed


def test_it_is_refreshed_when_something_changes_and_never_more_than_once_in_thirty_seconds(store: Store) -> None:
    fill(store, 5)
    with tabs(store) as at:
        for person in ("U0OSCAR", "U0VICTOR"):
            at.home.opened(person)
        at.wait(LEAST)
        before = at.published
        at.wait(LEAST)
        assert at.published == before, "nothing has changed"
        muted(store)
        at.wait(1)
        assert at.published == before + 1 and "Muted" in at.words("U0OSCAR"), "the other one sees no difference"
        muted(store, account="100001_phone2")
        for _ in range(29):
            at.wait(1)
            at.home.opened("U0OSCAR")
        assert at.published == before + 1
        at.wait(1)
        assert at.published == before + 2 and "phone2" in at.words("U0OSCAR")


def test_who_does_not_look_any_more_is_left_alone(store: Store) -> None:
    fill(store, 5)
    with tabs(store) as at:
        at.home.opened("U0OSCAR")
        before = at.published
        at.wait(13 * 3600)
        muted(store)
        at.wait(60)
        assert at.published == before


def test_rights_are_looked_up_at_each_refresh(store: Store) -> None:
    fill(store, 5)
    with tabs(store) as at:
        at.home.opened("U0VICTOR")
        assert "All 5 phones" in at.words("U0VICTOR")
        with store.writing() as transaction:
            access.take(transaction, Subject.PERSON, "U0VICTOR", (ADMIN,))
        at.wait(LEAST)
        assert "You may not ask anything yet" in at.words("U0VICTOR")


@pytest.mark.parametrize("fault", [slack_faults.ApiError("internal_error"), slack_faults.Status(503), slack_faults.Dropped()])
def test_what_slack_does_not_take_breaks_nothing(store: Store, fault: Any) -> None:
    fill(store, 5)
    with tabs(store) as at:
        at.slack.fail(fault, method="views.publish")
        at.home.opened("U0VICTOR")
        assert at.slack.home("U0VICTOR") is None and at.kept[-1].result == "slack"
        at.wait(LEAST)
        at.home.opened("U0VICTOR")
        assert "All 5 phones" in at.words("U0VICTOR")


@pytest.mark.parametrize("method", ["views.publish", "users.info"])
def test_what_could_not_be_shown_is_shown_as_soon_as_slack_takes_it(store: Store, method: str) -> None:
    fill(store, 5)
    with tabs(store) as at:
        at.home.opened("U0OSCAR")
        at.wait(LEAST)
        muted(store)
        at.slack.fail(slack_faults.Dropped(), method=method, times=None)
        at.now += timedelta(minutes=6)
        at.wait(LEAST)
        assert "Muted" not in at.words("U0OSCAR")
        at.slack.heal()
        before = len(at.slack.calls)
        at.wait(LEAST - 1)
        assert len(at.slack.calls) == before, "no sooner than any other refresh"
        at.wait(1)
        assert "Muted" in at.words("U0OSCAR")


def test_a_workspace_that_refuses_tables_gets_lines(store: Store) -> None:
    fill(store, 40)
    with tabs(store) as at:
        at.slack.fail(slack_faults.ApiError("invalid_arguments"), method="views.publish")
        at.home.opened("U0VICTOR")
        shown = at.slack.home("U0VICTOR")
        assert shown is not None and "table" not in {block["type"] for block in shown.blocks} and "Registered" in shown.words
