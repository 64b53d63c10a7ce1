"""``alerts`` about a time that was not watched, or not wholly: what is said of it, with a real database behind it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from blocks.alert_words import Outage
from blocks.alerts import card
from handlers.alerts import alerts_command
from handlers.looking import Looks
from handlers.memory import Memory
from handlers.parsing import split
from handlers.registry import Command, Reply, Request
from rules.access import Role
from rules.limits import Limits
from rules.watch import Look
from store import Store, incidents
from store.survey import Survey
from tests.contract.watched_fleet import DAY, MINUTE, TIMING, Fleet, sub_account
from tests.unit.pictures import faults, words_of
from tests.watching import OFFICE
from voipms import Pace, VoipMs

HEAD, BRANCH = "203.0.113.7", "198.51.100.9"
DESK, HALL, SHOP = "100000_desk", "100000_hall", "100000_shop"
NEW = "100000_new"
TORONTO = ZoneInfo("America/Toronto")
BEGAN = "Mon 23 Nov 2026 06:00 EST"


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    """Two phones at the head office and a client's one in a branch, which are watched since an hour ago."""
    with Store(f"sqlite:///{tmp_path}/dialtone.db") as store:
        made = Fleet(store, {DESK: HEAD, HALL: HEAD, SHOP: BRANCH})
        made.listed(
            [
                sub_account(DESK, description="Front desk", internal_extension="101"),
                sub_account(HALL, description="Hall", internal_extension="102"),
                sub_account(SHOP, description="Shop", internal_extension="103", reseller_client="561115"),
            ]
        )
        yield made


def asked_of(fleet: Fleet, words: str, limits: Limits | None = None) -> Request:
    return Request(
        person="U0DANA",
        role=Role.OPERATOR,
        words=split(words),
        now=fleet.now,
        zone=TORONTO,
        channel=OFFICE,
        limits=limits,
        clock=lambda: fleet.now,
        give_up_at=fleet.now + MINUTE,
    )


@contextmanager
def alerts(fleet: Fleet) -> Iterator[tuple[Command, VoipMs]]:
    """The command, and a VoipMs that nobody asks."""
    with closing(VoipMs("ops@example.com", "no-password", pace=Pace(60_000), url="http://127.0.0.1:9/rest.php")) as phones:
        yield alerts_command(Memory(store=fleet.store, zone=TORONTO), Looks()), phones


def ask(fleet: Fleet, words: str, limits: Limits | None = None) -> Reply:
    """The answer to ``alerts …``."""
    with alerts(fleet) as (command, phones):
        reply = command.run(asked_of(fleet, words, limits), phones)
    assert faults(reply.blocks) == []
    return reply


def rows(fleet: Fleet, words: str) -> list[list[object]]:
    """The same as a file, without its head."""
    with alerts(fleet) as (command, phones):
        assert command.csv is not None
        return [list(row) for row in command.csv(asked_of(fleet, words), phones).rows][1:]


def said(fleet: Fleet, words: str) -> str:
    return words_of(ask(fleet, words).blocks)


def happened(fleet: Fleet) -> None:
    """The desk phone was missing for three minutes."""
    fleet.drop(DESK)
    fleet.wait(2 * MINUTE)
    fleet.restore(DESK)


# One phone


def test_a_phone_that_was_first_seen_lately_is_not_said_to_be_known_for_longer(fleet: Fleet) -> None:
    happened(fleet)
    assert ask(fleet, "101").headline == "Front desk (ext. 101): 14.28 % up in the 1 h 3 min since it was first seen, 1 outage"
    words = said(fleet, "101")
    assert f"*Since it was first seen ({BEGAN}: 1 h 3 min)*  14.28 % up, 1 outage, 3 min in all" in words
    assert words.count("% up, ") == 1 and "days*" not in words, "once, not for each window"
    assert f"first seen {BEGAN}" in words.partition("In the last 30 days")[2]
    assert "Nothing is known of it on Sun 1 Nov 2026." in said(fleet, "101 2026-11-01")


def test_a_new_phone_had_no_outage_since_it_was_first_seen(fleet: Fleet) -> None:
    fleet.sites[NEW] = BRANCH
    fleet.listed([*fleet.sites])
    assert "Nothing is known of it in the last 30 days." in said(fleet, "new")
    fleet.look(NEW, Look.YES)
    fleet.wait(MINUTE)
    assert "*Since it was first seen (Mon 23 Nov 2026 07:00 EST: 1 min)*  100 % up, no outage" in said(fleet, "new")
    assert "No outage in the last 30 days (first seen Mon 23 Nov 2026 07:00 EST)." in said(fleet, "new")
    assert "No outage today (first seen Mon 23 Nov 2026 07:00 EST)." in said(fleet, "new today")
    assert rows(fleet, "new today") == [
        ["2026-11-23 00:00:00", "2026-11-23 07:00:00", "25200", "not seen"],
        ["2026-11-23 07:00:00", "2026-11-23 07:01:00", "60", "up"],
    ]


def test_a_window_that_was_watched_from_its_beginning_is_shown_as_it_is(fleet: Fleet) -> None:
    fleet.wait(10 * DAY)
    fleet.look(HALL, Look.YES)
    words = said(fleet, "102")
    assert "*7 days*" in words and "30 days*" not in words and f"*Since it was first seen ({BEGAN}: 10 days)*" in words
    fleet.wait(90 * DAY)
    fleet.look(HALL, Look.YES)
    words = said(fleet, "102")
    assert "*7 days*" in words and "*30 days*" in words and "*90 days*" in words and "first seen" not in words


# A period


def test_of_a_day_before_the_watch_began_no_outage_is_denied(fleet: Fleet) -> None:
    happened(fleet)
    assert ask(fleet, "2026-11-01").headline == "Nothing was watched on Sun 1 Nov 2026"
    assert f"The watch began {BEGAN}: nothing is known of the time before" in said(fleet, "2026-11-01")
    limited = ask(fleet, "2026-11-01", Limits(clients=frozenset({"561115"})))
    assert limited.headline == "Nothing was watched on Sun 1 Nov 2026"


def test_a_period_that_was_watched_in_part_says_from_when(fleet: Fleet) -> None:
    assert ask(fleet, "today").headline == "No outage today" and f"The watch began {BEGAN}" in said(fleet, "today")
    happened(fleet)
    assert ask(fleet, "history").headline == "1 outage in the last 30 days" and f"The watch began {BEGAN}" in said(fleet, "history")
    fleet.wait(DAY)
    assert ask(fleet, "today").headline == "No outage today" and "The watch began" not in said(fleet, "today")


# The message of an outage


def test_the_message_of_an_outage_counts_from_when_the_phone_was_first_seen(fleet: Fleet) -> None:
    def message() -> str:
        with fleet.store.reading() as transaction:
            latest = incidents.history(transaction, fleet.now - DAY)[0]
            around = Survey(transaction, fleet.now, TORONTO, TIMING).around(latest, OFFICE)
        return words_of(card(Outage(latest, OFFICE, around)))

    happened(fleet)
    assert f"first outage since it was first seen ({BEGAN})  ·  14.3 % up" in message()
    fleet.drop(DESK, HALL)
    fleet.restore(DESK, HALL)
    assert f"first outage since the watch began ({BEGAN})" in message()
    fleet.wait(40 * DAY)
    for accounts in ((SHOP,), (DESK, HALL)):
        fleet.drop(*accounts)
        fleet.restore(*accounts)
        assert "first outage in 30 days" in message()
