"""The memory of the watch, on both engines: one look, one transaction; people and the clock in between; nothing lost, nothing twice."""

import random
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from rules.health import Answer, Sight
from rules.incidents import Kind, Stand
from rules.notes import About, Note
from rules.watch import Look, State
from store import Store, incidents, lines, steering, watch
from store.leases import LeaseLost
from store.watch import Seen
from tests.contract.watched_fleet import DAY, HOUR, MINUTE, SECOND, SWEEP, TIMING, Fleet, every_row, sub_account
from tests.watching import NOON, OFFICE, World, census

HEAD, BRANCH = "203.0.113.7", "198.51.100.9"
DESK, HALL, SHOP = "100000_desk", "100000_hall", "100000_shop"
OPENED, CHANGED = ("post", About.OPENED), ("update", About.CHANGED)


@pytest.fixture
def fleet(store: Store) -> Fleet:
    """Two phones at the head office and one in a branch."""
    return Fleet(store, {DESK: HEAD, HALL: HEAD, SHOP: BRANCH})


# Looks


def test_a_look_that_changes_nothing_says_nothing_and_is_remembered(fleet: Fleet) -> None:
    before = fleet.account(DESK)
    fleet.wait(MINUTE)
    assert fleet.look(DESK, Look.YES).notes == ()
    after = fleet.account(DESK)
    assert (after.looked_at, after.line.answered_at) == (fleet.now, fleet.now)
    assert (after.line.state, after.line.up_since) == (State.OK, before.line.up_since)
    assert (fleet.said(), fleet.open()) == ([], [])


def test_a_look_that_failed_is_remembered_with_its_reason_and_moves_nothing(fleet: Fleet) -> None:
    before = fleet.account(DESK)
    fleet.wait(MINUTE)
    fleet.look(DESK, Look.UNKNOWN, Answer.ERROR)
    after = fleet.account(DESK)
    assert (after.line, after.looked_at) == (before.line, fleet.now)
    assert after.problem == "VoIP.ms did not answer within 30 seconds."
    fleet.look(DESK, Look.YES)
    assert fleet.account(DESK).problem == ""


def test_a_phone_that_is_confirmed_missing_is_one_message_and_its_return_an_edit(fleet: Fleet) -> None:
    fleet.drop(DESK)
    (incident,) = fleet.open()
    (queued,) = fleet.queued()
    assert queued[0] == "post"
    assert (queued[1].incident, queued[1].channel, queued[1].accounts) == (incident.id, OFFICE, (DESK,))
    fleet.restore(DESK)
    assert fleet.said() == [OPENED, CHANGED]
    assert fleet.open()[0].recovered_at == fleet.now
    fleet.tick(TIMING.reopen)
    assert fleet.open() == []
    with fleet.store.reading() as transaction:
        (closed,) = incidents.history(transaction, NOON)
        assert incidents.one(transaction, incident.id) == closed
    assert closed.closed_at == fleet.now


def test_a_look_and_what_it_says_are_stored_together_or_not_at_all(fleet: Fleet) -> None:
    fleet.look(DESK, Look.NO)
    fleet.wait(MINUTE)
    before = fleet.everything()

    class Crash(Exception):
        pass

    with pytest.raises(Crash), fleet.store.writing() as transaction:
        seen = Seen(look=Look.NO)
        said = watch.looked(transaction, fleet.lease, DESK, seen, fleet.now, TIMING, watched=3, sweep=SWEEP)
        assert [note.about for note in said.notes] == [About.OPENED]
        assert every_row(transaction) != before
        raise Crash
    assert fleet.everything() == before
    fleet.look(DESK, Look.NO)
    assert fleet.said() == [OPENED]


def test_whoever_has_lost_the_lease_changes_nothing(fleet: Fleet) -> None:
    fleet.drop(DESK)
    old, fleet.now = fleet.lease, fleet.now + 2000 * DAY
    fleet.lease = fleet.take("another")
    before = fleet.everything()
    ways = (
        lambda transaction: watch.looked(transaction, old, HALL, Seen(look=Look.NO), fleet.now, TIMING, watched=3, sweep=SWEEP),
        lambda transaction: watch.asked(transaction, old, Answer.ERROR, "time-out", fleet.now, TIMING, watched=3),
        lambda transaction: watch.listed(transaction, old, [], fleet.now, TIMING, complete=True),
        lambda transaction: watch.weighed(transaction, old, Decimal(1), 1, Decimal(10), fleet.now, TIMING),
        lambda transaction: watch.began(transaction, old, fleet.now, TIMING),
        lambda transaction: watch.tick(transaction, old, fleet.now, TIMING, fleet.doing()),
    )
    for way in ways:
        with pytest.raises(LeaseLost):
            fleet.store.write(way)
    assert fleet.everything() == before


def test_a_clock_that_is_behind_does_not_turn_time_back(fleet: Fleet) -> None:
    fleet.now -= 10 * SECOND
    fleet.look(DESK, Look.YES)
    assert fleet.account(DESK).line.answered_at == fleet.now + 10 * SECOND


@pytest.mark.parametrize("seed", range(3))
def test_what_is_stored_is_what_the_rules_alone_say(store: Store, seed: int) -> None:
    """A random history through the database and through the rules in memory: the same words in the same order."""
    sites = {f"100000_{n}": f"203.0.113.{n % 3}" for n in range(6)}
    fleet = Fleet(store, sites)
    world = World(places={account: (site, "1") for account, site in sites.items()}, now=fleet.now)
    world.register()
    chance = random.Random(seed)
    said: list[Note] = []
    for _ in range(60):
        span = chance.choice([5, 20, 30, 60, 300, 1000]) * SECOND
        fleet.wait(span)
        world.wait(span.total_seconds())
        account = chance.choice(list(sites))
        match chance.randrange(8):
            case 0 | 1 | 2:
                said += fleet.look(account, Look.NO).notes
                world.look(account, Look.NO)
            case 3 | 4 | 5:
                said += fleet.look(account, Look.YES).notes
                world.look(account, Look.YES)
            case 6:
                said += fleet.tick(timedelta())
                world.tick()
            case _:
                for incident in fleet.open():
                    with store.writing() as transaction:
                        steering.take(transaction, incident.id, "U0DANA", fleet.now, TIMING)
                world.take()
        assert [one.state for one in world.scene.lines.values()] == [fleet.account(one).line.state for one in world.scene.lines]
    # edits that wait for the same message have become one
    told = [note for note in world.notes if note.about is not About.CHANGED]
    assert [note for _, note in fleet.queued() if note.about is not About.CHANGED] == told
    assert [note for note in said if note.about is not About.CHANGED] == [note for note in told if note in said]


# A whole site


@pytest.mark.parametrize("phones", [200, pytest.param(500, marks=pytest.mark.soak)])
def test_all_phones_of_one_site_that_fall_at_once_are_one_message(tmp_path: Path, phones: int) -> None:
    with Store(f"sqlite:///{tmp_path}/dialtone.db") as store:
        fleet = Fleet(store, {f"100000_{n:03}": HEAD for n in range(phones)})
        fleet.drop(*fleet.sites)
        (incident,) = fleet.open()
        assert (incident.kind, incident.key, len(incident.members)) == (Kind.SITE, HEAD, phones)
        # nothing was sent yet, so the edits have become one
        assert fleet.said() == [OPENED, CHANGED]


def test_phones_of_one_site_that_fall_as_their_registrations_run_out_are_one_message(store: Store) -> None:
    fleet = Fleet(store, {f"100000_{n:03}": HEAD for n in range(50)})
    phones = list(fleet.sites)
    for start in range(0, len(phones), 5):
        fleet.wait(5 * MINUTE)
        fleet.drop(*phones[start : start + 5])
        fleet.tick()
    (incident,) = fleet.open()
    assert len(incident.members) == 50
    kinds = Counter(kind for kind, _ in fleet.queued())
    assert (kinds["post"], kinds["update"]) == (1, 1)
    broadcast = [note.at for kind, note in fleet.queued() if note.broadcast]
    assert all(later - earlier >= TIMING.broadcast for earlier, later in pairwise(broadcast))
    assert kinds["reply"] == len(broadcast) <= 4
    fleet.restore(*phones)
    (incident,) = fleet.open()
    assert {member.stand for member in incident.members} == {Stand.BACK}
    assert Counter(kind for kind, _ in fleet.queued())["post"] == 1


# VoIP.ms itself


def test_that_voipms_cannot_be_seen_is_said_once_and_no_phone_is_called_missing(fleet: Fleet) -> None:
    fleet.fail(20)
    assert fleet.said() == [OPENED]
    (incident,) = fleet.open()
    assert (incident.kind, incident.reason) == (Kind.API, "error")
    assert {one.line.state for one in map(fleet.account, fleet.sites)} == {State.OK}
    for account in fleet.sites:
        fleet.look(account, Look.YES)
    assert fleet.said() == [OPENED, CHANGED]
    with fleet.store.reading() as transaction:
        assert watch.health(transaction).sight is Sight.UP


def test_silence_is_told_by_the_clock_alone(fleet: Fleet) -> None:
    fleet.look(DESK, Look.UNKNOWN, Answer.RATE_LIMIT)
    assert fleet.tick(14 * MINUTE) == []
    (note,) = fleet.tick(2 * MINUTE)
    assert note.about is About.OPENED
    assert fleet.open()[0].kind is Kind.API


def test_other_questions_count_for_what_can_be_seen(fleet: Fleet) -> None:
    def asked(answer: Answer) -> Sight:
        fleet.wait(MINUTE)
        with fleet.store.writing() as transaction:
            return watch.asked(transaction, fleet.lease, answer, "ip_not_enabled", fleet.now, TIMING, watched=3).sight

    assert [asked(Answer.REFUSED), asked(Answer.REFUSED)] == [Sight.SUSPECT, Sight.DOWN]
    assert fleet.open()[0].critical
    assert [asked(Answer.VALID) for _ in range(3)] == [Sight.DOWN, Sight.DOWN, Sight.UP]


def test_an_absence_of_the_bot_is_told_once_when_all_has_been_looked_at_again(fleet: Fleet) -> None:
    gone_at = fleet.now
    fleet.wait(2 * HOUR)
    with fleet.store.writing() as transaction:
        accounts = watch.began(transaction, fleet.lease, fleet.now, TIMING)
    assert sorted(one.account for one in accounts) == [DESK, HALL, SHOP]
    back_at = fleet.now
    for account in (DESK, HALL):
        fleet.look(account, Look.YES)
    assert fleet.tick() == []
    fleet.drop(SHOP)
    (note,) = fleet.tick()
    assert (note.about, note.since, note.until, note.accounts) == (About.ABSENCE, gone_at, back_at, (SHOP,))
    assert fleet.tick() == []
    assert fleet.said() == [OPENED, ("post", About.ABSENCE)]


def test_an_old_absence_is_forgotten_untold(fleet: Fleet) -> None:
    fleet.wait(2 * HOUR)
    with fleet.store.writing() as transaction:
        watch.began(transaction, fleet.lease, fleet.now, TIMING)
    with fleet.store.reading() as transaction:
        assert watch.health(transaction).absence is not None
    fleet.wait(30 * HOUR)
    assert fleet.tick() == []
    with fleet.store.reading() as transaction:
        assert watch.health(transaction).absence is None


def test_another_process_that_takes_over_at_once_was_not_absent(fleet: Fleet) -> None:
    fleet.wait(MINUTE)
    with fleet.store.writing() as transaction:
        watch.began(transaction, fleet.lease, fleet.now, TIMING)
    assert fleet.tick() == []


# Accounts come and go


def test_accounts_are_what_voipms_calls_them(store: Store) -> None:
    fleet = Fleet(store, {DESK: HEAD})
    fleet.listed(
        [
            sub_account(DESK, username="desk", description="Front desk", internal_extension="101", reseller_client="0", max_expiry=600),
            sub_account("100000_trunk", auth_type="2", reseller_client="4711"),
        ]
    )
    with store.reading() as transaction:
        desk, trunk = lines.every(transaction)
    assert (desk.name, desk.extension, desk.client, desk.max_expiry, desk.watched) == ("Front desk", "101", "", 600, True)
    assert desk.names == (DESK, "desk", "desk", "101", "Front desk")
    assert desk.line.state is State.OK
    assert (trunk.client, trunk.watched, trunk.looked_at) == ("4711", False, None)


def test_a_deleted_account_is_told_once_and_watched_again_when_it_is_back(fleet: Fleet) -> None:
    listing = fleet.listed([DESK, HALL])
    assert (listing.unlisted, listing.left) == ((SHOP,), ())
    fleet.look(SHOP, Look.ABSENT)
    fleet.wait(10 * MINUTE)
    assert not fleet.look(SHOP, Look.ABSENT).watched
    assert fleet.said() == [OPENED]
    assert fleet.open()[0].kind is Kind.DELETED
    assert not fleet.account(SHOP).watched
    for _ in range(5):
        fleet.listed([DESK, HALL])
        fleet.tick(6 * HOUR)
    assert fleet.said() == [OPENED]
    assert fleet.open() == []
    fleet.listed([DESK, HALL, SHOP])
    assert fleet.account(SHOP).watched
    fleet.look(SHOP, Look.YES)
    assert fleet.account(SHOP).line.state is State.OK


def test_a_list_that_could_not_be_read_whole_says_nothing_of_who_is_not_on_it(fleet: Fleet) -> None:
    assert fleet.listed([DESK], complete=False) == lines.Listing()


def test_an_account_that_leaves_the_watch_leaves_its_outage(fleet: Fleet) -> None:
    """It is known by its address from now on, so there is nothing to register."""
    fleet.drop(SHOP)
    listing = fleet.listed([DESK, HALL, sub_account(SHOP, auth_type="2")])
    assert listing.left == (SHOP,)
    assert fleet.open() == []
    assert fleet.said() == [OPENED, CHANGED]


def test_the_main_account_is_watched_as_long_as_it_is_named(fleet: Fleet) -> None:
    fleet.listed([*fleet.sites, "100000"])
    assert fleet.account("100000").watched
    listing = fleet.listed(fleet.sites)
    assert (listing.left, listing.unlisted) == (("100000",), ())
    assert not fleet.account("100000").watched


def test_phones_are_counted_as_the_rules_count_them(store: Store) -> None:
    fleet = Fleet(store, {f"100000_{n}": f"203.0.113.{n % 4}" for n in range(12)})
    fleet.listed([*fleet.sites, "100000_never", sub_account("100000_trunk", auth_type="2")])
    for account, what in (("100000_0", "ignored"), ("100000_1", "expect_offline"), ("100000_2", "required")):
        with store.writing() as transaction:
            steering.set_phones(transaction, [account], fleet.now, TIMING, **{what: True})
    fleet.look("100000_3", Look.ABSENT)
    fleet.wait(TIMING.gone)
    fleet.look("100000_3", Look.ABSENT)
    with store.reading() as transaction:
        known = [one for one in lines.every(transaction) if one.auth_type == "1"]
        counted = lines.census(transaction, {one.line.site_key for one in known})
    assert counted == census([one.line for one in known], {one.account: one.phone for one in known})
    assert counted.all.phones == 9


# Money


def test_a_low_balance_is_told_once_and_ends_when_there_is_enough(fleet: Fleet) -> None:
    def weigh(balance: str) -> None:
        fleet.wait(10 * MINUTE)
        with fleet.store.writing() as transaction:
            watch.weighed(transaction, fleet.lease, Decimal(balance), 3, Decimal(10), fleet.now, TIMING)

    weigh("12.50")
    assert fleet.said() == []
    for balance in ("9.99", "9.10", "11.00"):
        weigh(balance)
    assert fleet.said() == [OPENED, CHANGED]
    (incident,) = fleet.open()
    assert (incident.kind, incident.reason) == (Kind.BALANCE, "11.00")
    with fleet.store.reading() as transaction:
        assert (watch.purse(transaction).balance, watch.purse(transaction).days_left) == ("11.00", 3)
    weigh("40")
    assert fleet.open()[0].recovered_at == fleet.now


# The clock


def test_an_outage_that_nobody_takes_is_reminded_of(fleet: Fleet) -> None:
    fleet.drop(DESK)
    assert fleet.tick(59 * MINUTE) == []
    assert [note.about for note in fleet.tick(MINUTE)] == [About.REMINDER]
    assert fleet.tick(MINUTE) == []
    assert [note.about for note in fleet.tick(3 * HOUR)] == [About.REMINDER]


def test_a_tick_with_nothing_open_writes_nothing(fleet: Fleet) -> None:
    before = fleet.everything()
    fleet.tick(30 * DAY)
    assert fleet.everything() == before


def test_how_the_watch_is_doing_can_be_told_by_any_process(fleet: Fleet) -> None:
    with fleet.store.reading() as transaction:
        assert watch.doing(transaction) is None
    doing = fleet.doing()
    fleet.tick(doing=doing)
    with fleet.store.reading() as transaction:
        assert watch.doing(transaction) == doing


def test_a_tick_reads_no_row_of_a_phone_that_is_well(tmp_path: Path) -> None:
    with Store(f"sqlite:///{tmp_path}/dialtone.db") as store:
        fleet = Fleet(store, {DESK: HEAD, HALL: HEAD, SHOP: BRANCH})
        fleet.drop(DESK)
        asked: list[tuple[str, Any]] = []

        def note(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
            asked.append((statement, parameters))

        with store.writing() as transaction:
            event.listen(transaction, "before_cursor_execute", note)
            watch.tick(transaction, fleet.lease, fleet.now, TIMING, fleet.doing())
            event.remove(transaction, "before_cursor_execute", note)
            plans = [
                step.detail
                for statement, parameters in asked
                if "FROM line" in statement
                for step in transaction.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            ]
    # a partial index holds only who is in trouble; a covering one answers without the rows
    scans = [plan for plan in plans if "line" in plan and not plan.startswith("SEARCH")]
    assert scans == ["SCAN line USING INDEX ix_line_trouble", "SCAN line USING COVERING INDEX ix_line_pop"]
