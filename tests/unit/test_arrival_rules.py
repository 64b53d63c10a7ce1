"""Phones that registered from elsewhere: one quiet message, for who may be told."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rules.arrivals import Arrival, arrivals_told, marks, network_of
from rules.calendar import Quiet
from rules.notes import About, Act
from rules.scene import Mute, Phone, Scene, Scope
from rules.timing import Timing
from rules.watch import Line, State
from tests.watching import NOON, OFFICE, SUPPORT
from voipms import Device

TIMING = Timing()
SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
LINES = {f"100000_{n}": Line(account=f"100000_{n}", state=State.OK, site="203.0.113.7", pop="4") for n in range(3)}
SCENE = Scene(channel=OFFICE)


def arrival(n: int = 0, seconds: float = 0, address: str = "198.51.100.9", agent: str = "Softphone 3") -> Arrival:
    return Arrival(account=f"100000_{n}", at=NOON + seconds * SECOND, address=address, agent=agent)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2::5", "2001:db8:1::/48"),
        ("not an address", "not an address"),
        ("", ""),
    ],
)
def test_an_address_belongs_to_its_providers_network(address: str, network: str) -> None:
    assert network_of(address) == network


def test_what_tells_a_place_is_its_network_and_its_device() -> None:
    devices = [
        Device(register_ip="203.0.113.7", register_useragent="Desk phone"),
        Device(register_ip="203.0.113.9", register_useragent=""),
        Device(register_useragent="Desk phone"),
    ]
    assert list(marks(devices)) == [("network", "203.0.113.0/24"), ("agent", "Desk phone")]


def test_those_of_ten_minutes_are_one_message_in_each_channel() -> None:
    scene = replace(SCENE, routes={(Scope.CLIENT, "77"): SUPPORT}, phones={"100000_2": Phone(account="100000_2", client="77")})
    some = [arrival(0), arrival(1, 60, agent=""), arrival(0, 90, address="192.0.2.5"), arrival(2, 120)]
    waiting, notes = arrivals_told(some, LINES, scene, NOON + 10 * MINUTE - SECOND, TIMING)
    assert (waiting, notes) == ((some[0], some[1], some[2], some[3]), ())
    waiting, notes = arrivals_told(some, LINES, scene, NOON + 10 * MINUTE, TIMING)
    assert waiting == (some[3],)
    (note,) = notes
    assert (note.act, note.about, note.channel, note.count) == (Act.POST, About.ARRIVAL, OFFICE, 2)
    assert note.accounts == ("100000_0", "100000_1")
    assert note.details == ("192.0.2.5, Softphone 3", "198.51.100.9")
    _, later = arrivals_told(waiting, LINES, scene, NOON + 12 * MINUTE, TIMING)
    assert [one.channel for one in later] == [SUPPORT]
    assert later[0].key != note.key


def test_quiet_hours_and_a_missing_channel_are_waited_for_but_not_for_ever() -> None:
    quiet = replace(SCENE, quiet={OFFICE: Quiet(begins=NOON.time(), ends=(NOON + 60 * MINUTE).time(), zone="UTC")})
    for scene in (quiet, Scene()):
        assert arrivals_told([arrival()], LINES, scene, NOON + 30 * MINUTE, TIMING) == ((arrival(),), ())
        assert arrivals_told([arrival()], LINES, scene, NOON + DAY, TIMING) == ((), ())
    assert len(arrivals_told([arrival()], LINES, quiet, NOON + 60 * MINUTE, TIMING)[1]) == 1


@pytest.mark.parametrize(
    "scene",
    [
        replace(SCENE, mutes=(Mute(scope=Scope.SITE, key="203.0.113.7", begins=NOON),)),
        replace(SCENE, mutes=(Mute(scope=Scope.CHANNEL, key=OFFICE, begins=NOON),)),
        replace(SCENE, phones={"100000_0": Phone(account="100000_0", expect_offline=True)}),
    ],
)
def test_who_is_muted_or_excused_is_not_told(scene: Scene) -> None:
    assert arrivals_told([arrival()], LINES, scene, NOON + 30 * MINUTE, TIMING) == ((), ())


def test_an_account_that_is_no_longer_watched_is_not_told() -> None:
    assert arrivals_told([arrival()], {}, SCENE, NOON + 30 * MINUTE, TIMING) == ((), ())
