"""What happened to accounts, on both engines: from where they registered, and how long they were up."""

import pytest

from rules.notes import About
from rules.timeline import Was, uptime
from rules.watch import Look, silence
from store import Store, history, incidents
from tests.contract.watched_fleet import DAY, HOUR, MINUTE, SECOND, SWEEP, TIMING, Fleet
from tests.watching import NOON
from voipms import Device

HEAD = "203.0.113.7"
DESK = "100000_desk"


@pytest.fixture
def fleet(store: Store) -> Fleet:
    """One phone at the head office."""
    return Fleet(store, {DESK: HEAD})


# From elsewhere


def at(address: str, agent: str = "Desk phone") -> list[Device]:
    return [Device(register_ip=address, register_useragent=agent)]


def test_a_phone_that_registers_from_a_new_network_is_told_quietly_once(fleet: Fleet) -> None:
    fleet.look(DESK, Look.YES, devices=at(HEAD))
    fleet.wait(2 * DAY)
    fleet.look(DESK, Look.YES, devices=at("203.0.113.200"))
    fleet.look(DESK, Look.YES, devices=[*at(HEAD), *at("192.0.2.77", "Softphone")])
    assert fleet.tick(9 * MINUTE) == []
    (note,) = fleet.tick(MINUTE)
    assert (note.about, note.accounts, note.details) == (About.ARRIVAL, (DESK,), ("192.0.2.77, Softphone",))
    for days in (1, 80):
        fleet.wait(days * DAY)
        fleet.look(DESK, Look.YES, devices=at("192.0.2.78", "Softphone"))
    assert fleet.tick(HOUR) == []
    assert fleet.said() == [("post", About.ARRIVAL)]
    fleet.wait(91 * DAY)
    fleet.look(DESK, Look.YES, devices=at(HEAD))
    assert [note.about for note in fleet.tick(HOUR)] == [About.ARRIVAL]


def test_what_an_account_shows_in_its_first_day_is_how_it_is(fleet: Fleet) -> None:
    fleet.look(DESK, Look.YES, devices=at(HEAD))
    fleet.wait(23 * HOUR)
    fleet.look(DESK, Look.YES, devices=at("192.0.2.77", "Soft\x00phone"))
    fleet.wait(2 * DAY)
    fleet.look(DESK, Look.YES, devices=at("192.0.2.77", "Soft\x00phone"))
    assert fleet.tick(HOUR) == []


# What happened


def test_the_time_up_of_an_account_is_exact(fleet: Fleet) -> None:
    begin = fleet.now
    fleet.wait(10 * MINUTE)
    fleet.drop(DESK)
    fleet.wait(5 * MINUTE)
    fleet.restore(DESK)
    fleet.wait(10 * MINUTE)
    fleet.look(DESK, Look.YES)
    silent_from = fleet.now
    fleet.wait(HOUR)
    fleet.look(DESK, Look.YES)
    silent = silence(TIMING, SWEEP)
    with fleet.store.reading() as transaction:
        spells = history.spells(transaction, DESK, begin, fleet.now, silent)
        assert history.spells(transaction, "100000_nobody", begin, fleet.now, silent) == ()
        noted = history.passages(transaction, DESK, begin)
    assert [(spell.was, spell.lasted) for spell in spells] == [
        (Was.UP, 10 * MINUTE),
        (Was.DOWN, 6 * MINUTE),
        (Was.UP, silent_from - begin - 16 * MINUTE),
        (Was.UNKNOWN, HOUR),
    ]
    assert uptime(spells).share == pytest.approx(20.5 / 26.5)
    assert [(one.before, one.after) for one in noted] == [
        ("blind", "ok"),
        ("ok", "suspect"),
        ("suspect", "missing"),
        ("missing", "recovering"),
        ("recovering", "ok"),
        ("ok", "blind"),
        ("blind", "ok"),
    ]


def test_old_transitions_are_forgotten_but_for_the_last_of_each_account(fleet: Fleet) -> None:
    fleet.drop(DESK)
    fleet.restore(DESK)
    fleet.tick(401 * DAY)
    with fleet.store.writing() as transaction:
        history.prune(transaction, fleet.now)
        assert [one.after for one in history.passages(transaction, DESK, NOON)] == ["ok"]
        assert incidents.prune(transaction, fleet.now) == 0, "it was closed just now"
        assert incidents.prune(transaction, fleet.now + SECOND) == 1
