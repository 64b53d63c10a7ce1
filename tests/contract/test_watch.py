"""The poller and the simulated VoIP.ms over HTTP, on a clock that is moved by hand: what it asks, when, and what becomes of the answers."""

import random
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from sqlalchemy import select

from jobs.poller import Poller
from playground.company import Company, founded
from playground.voipms import (
    BadStatus,
    Dropped,
    Empty,
    Fault,
    Hang,
    Html,
    NoStatus,
    Null,
    Slow,
    Soap,
    Truncated,
    VoipMsServer,
)
from rules.incidents import Kind
from rules.notes import About, Note
from rules.watch import State, worst_case
from store import Store, incidents, leases, lines, steering, watch
from store.leases import Lease
from store.steering import Thresholds
from store.tables import outbox as rows
from store.tables import transition
from tests.contract.watched_fleet import note_of
from tests.databases import PostgresServer
from tests.watching import NOON, OFFICE
from voipms import Pace, VoipMs

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
DESK, TRUNK, SPARE = "100001_frontdesk", "100001_pbx", "100001_spare"
FEW = ("100001_ana", "100001_fax", DESK, SPARE, TRUNK)
"""Beside those of the branch, the phones that are left to the company: enough for these tests, and quick."""
BRANCH = "Laval branch"

FAULTS: tuple[Fault, ...] = (
    *(Html(status) for status in (200, 302, 403, 404, 429, 500, 502, 503, 520, 522, 530)),
    *(Soap(), Empty(), Null(), NoStatus(), Dropped(), Truncated(), Truncated(announced=False), Slow(0.3), Hang()),
    *(
        BadStatus(word)
        for word in (
            "invalid_credentials",
            "missing_credentials",
            "api_not_enabled",
            "ip_not_enabled",
            "api_limit_exceeded",
            "method_maintenance",
            "missing_account",
            "no_account",
            "unavailable_info",
            "a_word_nobody_has_seen",
            "no",
            "",
        )
    ),
)
"""Everything that can go wrong; ``invalid_account`` is none of it, for it is an answer."""

TAKES_TIME = (Html(429), BadStatus("api_limit_exceeded"), Slow(0.3), Hang())
"""Those that have to be sat out: once each is enough."""


class Hand:
    """A clock that is moved by hand, and moves when somebody waits."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at.timestamp()

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.at, UTC)

    def seconds(self) -> float:
        return self.at

    def wait(self, _: threading.Condition, seconds: float | None) -> None:
        assert seconds is not None, "nobody else is there who could move"
        self.at += seconds


class Room:
    """One poller, its database, and the simulated VoIP.ms, in one thread."""

    def __init__(self, store: Store, server: VoipMsServer, hand: Hand, confirm_seconds: float) -> None:
        self.store, self.server, self.hand, self.confirm_seconds = store, server, hand, confirm_seconds
        pace = Pace(3600 / confirm_seconds, clock=hand.seconds, wait=hand.wait)
        self.phones = VoipMs(server.username, server.password, url=server.url, pace=pace, timeout=0.2, user_agent="Dialtone/1")
        with store.writing() as transaction:
            steering.default_channel(transaction, OFFICE)
        self.ticked_at = 0.0
        self.start()

    @property
    def company(self) -> Company:
        return self.server.company

    def start(self) -> None:
        """A new process: it knows nothing but what is stored."""
        self.poller = Poller(
            self.store,
            self.phones,
            confirm_seconds=self.confirm_seconds,
            interval=timedelta(seconds=self.confirm_seconds),
            main_account="100001",
            low_balance=Decimal(10),
            clock=self.hand.now,
        )
        with self.store.writing() as transaction:
            leases.free(transaction, "watch", self.hand.now())
            lease = leases.take(transaction, "watch", f"process {self.hand.at}", self.hand.now(), timedelta(days=1000))
        assert lease is not None
        self.lease: Lease = lease

    def run(self, minutes: float) -> None:
        """Let it work for so long; a minute is ``confirm_seconds``."""
        end = self.hand.at + minutes * self.confirm_seconds
        while self.hand.at < end:
            self.step()

    def step(self) -> None:
        """One step, and a tick where one is due."""
        self.hand.at += self.poller.step(self.lease)
        if self.hand.at - self.ticked_at >= self.confirm_seconds / 12:
            self.ticked_at = self.hand.at
            doing = self.poller.tally()
            self.store.write(lambda transaction: watch.tick(transaction, self.lease, self.hand.now(), self.poller.timing, doing))

    # What came of it

    def asked(self, method: str = "getRegistrationStatus", since: float = 0) -> list[tuple[float, str]]:
        """When which account was asked about."""
        return [(one.at, one.params.get("account", "")) for one in self.server.asked if one.method == method and one.at >= since]

    def state(self, account: str) -> State:
        with self.store.reading() as transaction:
            found = lines.one(transaction, account)
        assert found is not None
        return found.line.state

    def notes(self, about: About | None = None) -> list[Note]:
        with self.store.reading() as transaction:
            found = transaction.execute(select(rows.c.payload).where(rows.c.status != "replaced").order_by(rows.c.id))
            notes = [note_of(payload) for (payload,) in found]
        return [note for note in notes if about in (None, note.about)]

    def kinds(self, *, are_open: bool = False) -> list[Kind]:
        with self.store.reading() as transaction:
            found = incidents.open_ones(transaction) if are_open else incidents.history(transaction, NOON - HOUR)
        return [one.kind for one in found]


@pytest.fixture
def store(postgres: PostgresServer) -> Iterator[Store]:
    """The tests' PostgreSQL writes nothing through to the disk, and these tests look thousands of times."""
    with Store(postgres.database()) as opened:
        yield opened


@pytest.fixture
def room(store: Store) -> Iterator[Room]:
    """A dozen phones, watched for two minutes of three seconds each; 60 requests in such a minute."""
    yield from opened(store, 3)


@pytest.fixture
def slow_room(store: Store) -> Iterator[Room]:
    """The same where a minute is one."""
    yield from opened(store, 60)


def opened(store: Store, confirm_seconds: float) -> Iterator[Room]:
    hand, company = Hand(), founded(seed=1, now=NOON, days=2)
    company.sub_accounts = {login: one for login, one in company.sub_accounts.items() if login in FEW or one.site.name == BRANCH}
    with VoipMsServer(company, clock=hand.seconds) as server:
        made = Room(store, server, hand, confirm_seconds)
        made.run(2)
        yield made
        made.phones.close()


# Nothing wrong with the phones


@pytest.mark.parametrize("faults", [80, pytest.param(10_000, marks=pytest.mark.soak)])
def test_whatever_goes_wrong_with_voipms_no_phone_is_called_missing_and_blindness_is_told_once(room: Room, faults: int) -> None:
    chance = random.Random(faults)
    often = [fault for fault in FAULTS if fault not in TAKES_TIME]
    plan = [*FAULTS, *chance.choices(often, k=faults - len(FAULTS))]
    chance.shuffle(plan)
    for fault in plan:
        room.server.fail(fault)
    left = set(range(len(plan)))
    room.server.on_answer(lambda *_: left.discard(len(left) - 1))
    while left:
        room.step()
    assert [note.about for note in room.notes() if note.act.value == "post"] == [About.OPENED]
    assert room.kinds() == [Kind.API]
    room.run(2)
    with room.store.reading() as transaction:
        (incident,) = incidents.history(transaction, NOON)
    assert (incident.kind, incident.running) == (Kind.API, False)
    # and with every second answer right
    for fault in plan[: faults // 2]:
        if chance.random() < 0.5:
            room.step()
        room.server.fail(fault)
        room.step()
    room.server.heal()
    room.run(2)
    with room.store.reading() as transaction:
        doubted = [row.account for row in transaction.execute(select(transition).where(transition.c.after.in_(("suspect", "missing"))))]
    assert doubted == []
    assert set(room.kinds()) == {Kind.API}


def test_while_voipms_cannot_be_seen_it_is_asked_less_often(room: Room) -> None:
    room.server.fail(Html(503), times=None)
    room.run(3)
    begun = room.hand.at
    room.run(10)
    times = [one.at for one in room.server.asked if one.at > begun]
    assert min(later - earlier for earlier, later in pairwise(times)) >= room.poller.timing.recheck.total_seconds()
    room.server.heal()
    room.run(1)
    assert room.notes()[-1].about is About.CHANGED


def test_a_rate_limit_is_no_outage(slow_room: Room) -> None:
    room = slow_room
    room.server.limit_per_minute = 8
    room.run(10)
    assert room.notes() == []
    assert {State.UNSEEN, State.OK} == {room.state(account) for account in room.company.sub_accounts if account != TRUNK}


# Phones that fail


def test_a_phone_that_signs_off_is_told_within_the_worst_case_and_its_return_too(room: Room) -> None:
    room.company.unplug(DESK)
    begun = room.hand.now()
    room.run(3)
    (note,) = room.notes()
    assert (note.about, note.accounts) == (About.OPENED, (DESK,))
    assert note.at - begun <= worst_case(HOUR, room.poller.timing.confirm, room.poller.timing).drop + SECOND
    room.company.plug_in(DESK)
    room.run(5)
    assert room.state(DESK) is State.OK
    assert room.notes()[-1].about is About.CHANGED


def test_a_phone_that_dies_without_a_word_is_seen_seconds_after_its_registration_ran_out(slow_room: Room) -> None:
    room, fax = slow_room, "100001_fax"
    room.company.power_cut(fax)
    ((_, ends),) = room.company.registrations(fax)
    room.run((ends + 30 - room.hand.at) / 60)
    with room.store.reading() as transaction:
        found = lines.one(transaction, fax)
    assert found is not None and found.line.down_since is not None
    assert 0 <= found.line.down_since.timestamp() - ends <= 15


def test_a_site_that_goes_dark_is_one_message(room: Room) -> None:
    room.company.unplug_site(BRANCH)
    room.run(6)
    assert len(room.notes(About.OPENED)) == 1
    assert room.kinds(are_open=True) == [Kind.SITE]


# What is asked


def test_only_accounts_that_sign_in_are_asked_about_and_the_main_account_where_it_is_named(room: Room) -> None:
    asked = {account for _, account in room.asked()}
    by_address = {login for login, account in room.company.sub_accounts.items() if account.by_ip}
    assert by_address
    assert asked == room.company.sub_accounts.keys() - by_address | {"100001"}


def test_nobody_at_rest_is_asked_about_more_often_than_the_interval_not_even_after_a_restart(room: Room) -> None:
    for _ in range(3):
        room.run(5)
        room.start()
    room.run(5)
    times: dict[str, list[float]] = {}
    for at, account in room.asked():
        times.setdefault(account, []).append(at)
    gaps = [later - earlier for account, each in times.items() if room.state(account) is State.OK for earlier, later in pairwise(each)]
    # those that are: a registration ran out, and it is seen whether it was renewed
    assert sum(gap < 0.99 * room.confirm_seconds for gap in gaps) <= 0.1 * len(gaps)


def test_a_clock_that_is_put_back_is_not_waited_for(room: Room) -> None:
    room.hand.at -= 3600
    begun = room.hand.at
    room.run(2)
    assert len({account for at, account in room.asked(since=begun) if at < begun + 3600}) >= 10
    assert room.notes() == []


def test_a_new_account_is_watched_by_itself_and_a_deleted_one_told_once(room: Room) -> None:
    company = room.company
    company.sub_accounts["100001_new"] = replace(company.sub_accounts[DESK], login="100001_new", description="New phone")
    company.phones["100001_new"] = company.phones[DESK]
    room.run(11)
    assert room.state("100001_new") is State.OK
    del company.sub_accounts["100001_new"], company.phones["100001_new"]
    room.run(14)
    assert room.state("100001_new") is State.GONE
    assert [note.accounts for note in room.notes()] == [("100001_new",)]
    begun = room.hand.at
    room.run(11)
    assert "100001_new" not in {account for _, account in room.asked(since=begun)}
    assert len(room.notes()) == 1


def test_an_account_that_is_ignored_is_asked_about_no_more_until_it_is_watched_again(room: Room) -> None:
    def ignore(ignored: bool) -> float:
        with room.store.writing() as transaction:
            steering.set_phones(transaction, [DESK], room.hand.now(), room.poller.timing, ignored=ignored)
        return room.hand.at

    begun = ignore(True)
    room.run(10)
    assert DESK not in {account for _, account in room.asked(since=begun + 2)}
    begun = ignore(False)
    room.run(1)
    assert DESK in {account for _, account in room.asked(since=begun)}


def test_what_somebody_wants_looked_at_is_next(room: Room) -> None:
    begun = room.hand.at
    with room.store.writing() as transaction:
        steering.look_now(transaction, [DESK, SPARE], room.hand.now())
    room.run(1)
    assert {DESK, SPARE} <= {account for _, account in room.asked(since=begun)}
    with room.store.reading() as transaction:
        assert lines.wanted(transaction) == []


def test_thresholds_that_people_set_are_followed_within_seconds(room: Room) -> None:
    with room.store.writing() as transaction:
        steering.set_thresholds(transaction, Thresholds(confirm_seconds=15, low_balance=Decimal(500)), "U0DANA", room.hand.now())
    room.company.unplug(DESK)
    room.run(4)
    assert room.poller.timing.confirm == 15 * SECOND
    assert room.state(DESK) is State.SUSPECT
    room.run(8)
    assert set(room.kinds()) == {Kind.SITE, Kind.BALANCE}


def test_a_balance_that_runs_low_is_told(room: Room) -> None:
    room.company.balance = Decimal("4.20")
    room.run(11)
    (note,) = room.notes()
    assert (note.about, room.kinds()) == (About.OPENED, [Kind.BALANCE])
    with room.store.reading() as transaction:
        purse = watch.purse(transaction)
    assert Decimal(purse.balance) == Decimal("4.20")
    assert purse.days_left is not None


def test_how_it_is_doing_is_there_for_all(room: Room) -> None:
    rounds = room.poller.rounds
    room.run(3)
    assert rounds + 2 <= room.poller.rounds <= rounds + 4
    with room.store.reading() as transaction:
        doing = watch.doing(transaction)
    assert doing is not None
    assert doing.figures.accounts == len({account for _, account in room.asked()})
    assert doing.figures.oldest is not None and doing.figures.oldest <= 2 * doing.figures.sweep
    assert doing.figures.by_deadline > 5


def test_a_round_is_no_good_one_while_voipms_cannot_be_seen(room: Room) -> None:
    room.server.fail(Html(503), times=None)
    room.run(5)
    rounds = room.poller.rounds
    room.run(15)
    assert room.poller.rounds == rounds
