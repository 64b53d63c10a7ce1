"""What people do with the watch, on both engines: at the same time as others, and as the poller."""

from concurrent.futures import ThreadPoolExecutor
from datetime import time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from rules.calendar import Quiet
from rules.incidents import Incident
from rules.notes import About
from rules.scene import Mute, Scope
from rules.watch import Look, State
from store import Store, lines, steering
from store.steering import Thresholds
from store.tables import outbox as rows
from tests.contract.watched_fleet import DAY, HOUR, MINUTE, SECOND, TIMING, Fleet, sub_account
from tests.watching import NOON, OFFICE, SUPPORT

HEAD, BRANCH = "203.0.113.7", "198.51.100.9"
DESK, HALL, SHOP = "100000_desk", "100000_hall", "100000_shop"
DANA = "U0DANA"
OPENED, CHANGED = ("post", About.OPENED), ("update", About.CHANGED)


@pytest.fixture
def fleet(store: Store) -> Fleet:
    """Two phones at the head office and one in a branch."""
    return Fleet(store, {DESK: HEAD, HALL: HEAD, SHOP: BRANCH})


# Taking an outage


def take(fleet: Fleet, incident: Incident, by: str) -> steering.Claim:
    claim = fleet.store.write(lambda transaction: steering.take(transaction, incident.id, by, fleet.now, TIMING))
    assert claim is not None
    return claim


def test_five_people_who_take_an_outage_at_once_twice_each_are_one_acknowledgement(fleet: Fleet) -> None:
    fleet.drop(DESK)
    (incident,) = fleet.open()
    people = [f"U0PERSON{n}" for n in range(5)]
    with ThreadPoolExecutor(10) as threads:
        claims = list(threads.map(lambda by: take(fleet, incident, by), [*people, *people]))
    (first,) = [claim for claim in claims if claim.new]
    assert {claim.incident.taken_by for claim in claims} == {first.incident.taken_by} <= set(people)
    assert fleet.open()[0].taken_by == first.incident.taken_by
    with fleet.store.reading() as transaction:
        keys = [key for (key,) in transaction.execute(select(rows.c.key).order_by(rows.c.id))]
    assert [key.partition(":")[2] for key in keys] == [f"{incident.id}:1", f"{incident.id}:2"]


def test_an_outage_is_given_back_and_taken_by_another(fleet: Fleet) -> None:
    fleet.drop(DESK)
    (incident,) = fleet.open()
    assert take(fleet, incident, DANA).new
    with fleet.store.writing() as transaction:
        given = steering.give_back(transaction, incident.id, fleet.now, TIMING)
        assert given is not None and given.incident.taken_by == ""
    assert take(fleet, incident, "U0ERIN").incident.taken_by == "U0ERIN"
    assert fleet.tick(HOUR) == [], "whoever has it is not reminded"


def test_an_outage_that_is_over_cannot_be_taken(fleet: Fleet) -> None:
    fleet.drop(DESK)
    (incident,) = fleet.open()
    fleet.restore(DESK)
    claim = take(fleet, incident, DANA)
    assert (claim.new, claim.incident.running, claim.incident.taken_by) == (False, False, "")
    fleet.tick(TIMING.reopen)
    assert take(fleet, incident, DANA).incident.closed_at == fleet.now
    with fleet.store.writing() as transaction:
        assert steering.take(transaction, "2026-0101-01", DANA, fleet.now, TIMING) is None


def test_people_and_the_poller_at_the_same_time_lose_nothing_of_each_other(fleet: Fleet) -> None:
    """Ten looks that are news, while people take the outage and mute another one."""
    fleet.drop(DESK)
    (incident,) = fleet.open()

    def look(n: int) -> None:
        fleet.look(HALL, Look.NO if n % 2 else Look.YES)

    def people(n: int) -> None:
        if n % 2:
            take(fleet, incident, DANA)
        else:
            mute = Mute(scope=Scope.SITE, key=BRANCH, begins=fleet.now, by=DANA)
            fleet.store.write(lambda transaction: steering.mute(transaction, mute, fleet.now, TIMING))

    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(what, n) for n in range(10) for what in (look, people)]:
            done.result()
    assert fleet.open()[0].taken_by == DANA
    with fleet.store.reading() as transaction:
        assert [one.key for one in steering.mutes(transaction, fleet.now)] == [BRANCH]


# Silence


def test_what_is_muted_is_told_when_the_silence_ends(fleet: Fleet) -> None:
    def silence(until: object) -> None:
        mute = Mute(scope=Scope.SITE, key=HEAD, begins=fleet.now, until=until, by=DANA, reason="new router")  # type: ignore[arg-type]
        with fleet.store.writing() as transaction:
            steering.mute(transaction, mute, fleet.now, TIMING)

    silence(fleet.now + 2 * HOUR)
    fleet.drop(DESK)
    assert fleet.said() == []
    silence(fleet.now + HOUR)
    with fleet.store.reading() as transaction:
        (mute,) = steering.mutes(transaction, fleet.now)
        assert (mute.until, mute.by, mute.reason) == (fleet.now + HOUR, DANA, "new router")
        assert steering.mutes(transaction, fleet.now + HOUR) == []
    assert fleet.tick(HOUR - SECOND) == []
    assert [note.about for note in fleet.tick(SECOND)] == [About.OPENED]


def test_silence_can_be_ended_by_hand(fleet: Fleet) -> None:
    with fleet.store.writing() as transaction:
        steering.mute(transaction, Mute(scope=Scope.ACCOUNT, key=DESK, begins=fleet.now), fleet.now, TIMING)
    fleet.drop(DESK)
    assert fleet.said() == []

    def unmute() -> bool:
        return fleet.store.write(lambda transaction: steering.unmute(transaction, Scope.ACCOUNT, DESK, fleet.now, TIMING))

    assert (unmute(), unmute()) == (True, False)
    assert fleet.said() == [OPENED]


# Accounts


def set_phone(fleet: Fleet, account: str, **what: bool) -> lines.Account:
    with fleet.store.writing() as transaction:
        (after,) = steering.set_phones(transaction, [account, "100000_nobody"], fleet.now, TIMING, **what)
    return after


def test_an_account_that_may_be_away_is_told_no_more_and_its_outage_ends(fleet: Fleet) -> None:
    fleet.drop(DESK)
    assert set_phone(fleet, DESK, expect_offline=True).phone.expect_offline
    assert fleet.open() == []
    assert fleet.said() == [OPENED, CHANGED]
    set_phone(fleet, DESK, expect_offline=False)
    assert fleet.said()[-1] == OPENED


def test_an_account_that_is_no_longer_ignored_has_to_be_missing_anew(fleet: Fleet) -> None:
    fleet.drop(DESK)
    assert not set_phone(fleet, DESK, ignored=True).watched
    assert fleet.open() == []
    fleet.wait(30 * DAY)
    back = set_phone(fleet, DESK, ignored=False)
    assert (back.watched, back.line.state) == (True, State.SUSPECT)
    assert fleet.open() == []
    fleet.drop(DESK)
    assert len(fleet.open()) == 1


def test_a_required_account_that_was_never_seen_is_an_outage(fleet: Fleet) -> None:
    fleet.sites["100000_new"] = HEAD
    fleet.listed(fleet.sites)
    fleet.drop("100000_new")
    assert fleet.said() == []
    set_phone(fleet, "100000_new", required=True)
    assert fleet.said() == [OPENED]


def test_what_is_set_is_kept_when_an_account_is_listed_anew(fleet: Fleet) -> None:
    set_phone(fleet, DESK, required=True)
    fleet.listed([sub_account(DESK, description="Another name"), HALL, SHOP])
    assert (fleet.account(DESK).required, fleet.account(DESK).name) == (True, "Another name")


def test_an_account_that_somebody_wants_looked_at_is_wanted_until_the_next_look(fleet: Fleet) -> None:
    with fleet.store.writing() as transaction:
        assert steering.look_now(transaction, [DESK, HALL, "100000_nobody"], fleet.now) == 2
        assert sorted(one.account for one in lines.wanted(transaction)) == [DESK, HALL]
    fleet.look(DESK, Look.UNKNOWN)
    with fleet.store.reading() as transaction:
        assert [one.account for one in lines.wanted(transaction)] == [HALL]


# Where, when, about what


def test_an_outage_without_a_channel_is_told_where_one_is_set(store: Store) -> None:
    fleet = Fleet(store, {DESK: HEAD}, channel="")
    fleet.drop(DESK)
    assert fleet.said() == []
    with store.writing() as transaction:
        steering.route(transaction, Scope.ALL, "", OFFICE, DANA, fleet.now, TIMING)
    ((_, note),) = fleet.queued()
    assert note.channel == OFFICE
    assert fleet.tick() == []


def test_the_day_of_an_outages_number_is_that_of_the_bots_zone(fleet: Fleet) -> None:
    with fleet.store.writing() as transaction:
        steering.default_zone(transaction, ZoneInfo("America/Toronto"))
    fleet.wait(12.5 * HOUR)
    fleet.drop(DESK)
    assert [one.id for one in fleet.open()] == ["2026-1123-01"]


def test_sites_pops_and_clients_have_channels_of_their_own(fleet: Fleet) -> None:
    with fleet.store.writing() as transaction:
        steering.route(transaction, Scope.SITE, BRANCH, SUPPORT, DANA, fleet.now, TIMING)
        steering.route(transaction, Scope.POP, "1", "C0POP", DANA, fleet.now, TIMING)
    fleet.drop(SHOP, DESK)
    assert [note.channel for _, note in fleet.queued()] == [SUPPORT, "C0POP"]
    with fleet.store.writing() as transaction:
        steering.route(transaction, Scope.POP, "1", "", DANA, fleet.now, TIMING)
        chosen = steering.chosen(transaction, fleet.now)
    assert (chosen.channel, chosen.routes) == (OFFICE, {(Scope.SITE, BRANCH): SUPPORT})


def test_the_night_is_summed_up_in_the_morning(fleet: Fleet) -> None:
    hours = Quiet(begins=time(12), ends=time(14), zone="UTC")
    with fleet.store.writing() as transaction:
        steering.set_quiet(transaction, OFFICE, hours, DANA, fleet.now, TIMING)
        assert steering.chosen(transaction, fleet.now).quiet == {OFFICE: hours}
    fleet.drop(DESK)
    fleet.restore(DESK)
    assert fleet.tick(HOUR) == []
    assert [note.about for note in fleet.tick(NOON + 2 * HOUR - fleet.now)] == [About.NIGHT]
    assert fleet.tick(HOUR) == []
    with fleet.store.writing() as transaction:
        steering.set_quiet(transaction, OFFICE, None, DANA, fleet.now, TIMING)
        assert steering.chosen(transaction, fleet.now).quiet == {}


def test_a_group_is_called_when_nobody_takes_an_outage(fleet: Fleet) -> None:
    with fleet.store.writing() as transaction:
        steering.set_escalation(transaction, OFFICE, "S0GROUP", DANA, fleet.now, TIMING)
        assert steering.chosen(transaction, fleet.now).escalations == {OFFICE: "S0GROUP"}
    fleet.drop(DESK)
    (note,) = fleet.tick(10 * MINUTE)
    assert (note.about, note.mention, note.broadcast) == (About.ESCALATION, "S0GROUP", True)


def test_names_and_thresholds_are_kept_until_they_are_taken_away(store: Store) -> None:
    with store.writing() as transaction:
        steering.name_site(transaction, HEAD, "Head office / Montréal", DANA, NOON)
        steering.name_site(transaction, "account:100000_shop", "Shop", DANA, NOON)
        steering.set_thresholds(transaction, Thresholds(confirm_seconds=120, low_balance=Decimal("25.50")), DANA, NOON)
    with store.reading() as transaction:
        assert steering.sites(transaction) == {HEAD: "Head office / Montréal", "account:100000_shop": "Shop"}
        assert steering.thresholds(transaction) == Thresholds(confirm_seconds=120, low_balance=Decimal("25.50"))
    with store.writing() as transaction:
        steering.name_site(transaction, HEAD, "", DANA, NOON)
        steering.set_thresholds(transaction, Thresholds(low_balance=Decimal(5)), DANA, NOON)
        chosen = steering.chosen(transaction, NOON)
    assert (chosen.sites, chosen.thresholds) == ({"account:100000_shop": "Shop"}, Thresholds(low_balance=Decimal(5)))
