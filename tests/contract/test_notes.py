"""What the watch put into the outbox becomes words when its turn comes: from what is true then."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from blocks.alert_notes import NOTHING_MORE
from jobs.notes import note_painter
from jobs.painting import Words
from rules.health import Answer
from rules.limits import Fence
from rules.notes import About
from rules.watch import Look
from store import Store, access, steering, watch
from store.outbox import Message
from store.tables import outbox as rows
from tests.contract.watched_fleet import HOUR, MINUTE, TIMING, Fleet, note_of
from tests.unit.pictures import words_of
from tests.watching import OFFICE
from voipms import Device

HEAD, BRANCH = "203.0.113.7", "198.51.100.9"
DESK, HALL, SHOP = "100000_desk", "100000_hall", "100000_shop"
DANA = "U0DANA"


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    with Store(f"sqlite:///{tmp_path}/dialtone.db") as store:
        yield Fleet(store, {DESK: HEAD, HALL: HEAD, SHOP: BRANCH})


def drawn(fleet: Fleet, about: About, address: str = "") -> list[tuple[Words | None, bool]]:
    """The words of all notes about that, as they would be said now; and whether the whole channel sees them."""
    paint = note_painter(fleet.store, ZoneInfo("America/Toronto"), lambda: fleet.now, 60.0, lambda: address)
    with fleet.store.reading() as transaction:
        found = [row for row in transaction.execute(select(rows).order_by(rows.c.id)) if row.payload.get("note")]
    messages = [
        Message(row.id, row.key, row.channel, row.kind, row.thing, row.payload, 1, datetime.now(UTC), None)
        for row in found
        if note_of(row.payload).about is about
    ]
    return [(paint(message), message.payload["broadcast"]) for message in messages]


def texts(fleet: Fleet, about: About) -> list[str]:
    return [words.text for words, _ in drawn(fleet, about) if words is not None]


def test_a_message_is_drawn_from_what_is_true_when_it_is_sent(fleet: Fleet) -> None:
    fleet.drop(DESK)
    [text] = texts(fleet, About.OPENED)
    assert text.startswith("Missing: Phone 100000_desk since ")
    fleet.restore(DESK)
    [text] = texts(fleet, About.OPENED)
    assert text == "Back: Phone 100000_desk after 1 min"


def test_a_message_that_was_deleted_is_worth_another_only_while_it_goes_on(fleet: Fleet) -> None:
    fleet.drop(DESK)
    fleet.drop(HALL)
    assert [words.anew for words, _ in drawn(fleet, About.CHANGED) if words] == [True]
    fleet.restore(DESK, HALL)
    assert {words.anew for words, _ in drawn(fleet, About.CHANGED) if words} == {False}


def test_a_reminder_that_comes_too_late_is_not_said(fleet: Fleet) -> None:
    fleet.drop(DESK)
    fleet.tick(HOUR)
    assert texts(fleet, About.REMINDER) == ["Still missing: Phone 100000_desk, for 1 h 1 min"]
    [incident] = fleet.open()
    fleet.store.write(lambda transaction: steering.take(transaction, incident.id, DANA, fleet.now, TIMING))
    assert drawn(fleet, About.REMINDER) == [(None, False)]


def test_an_escalation_calls_the_group_where_the_channel_sees_it(fleet: Fleet) -> None:
    fleet.store.write(lambda transaction: steering.set_escalation(transaction, OFFICE, "S0DESK1", DANA, fleet.now, TIMING))
    fleet.drop(DESK)
    fleet.tick(10 * MINUTE)
    [(words, broadcast)] = drawn(fleet, About.ESCALATION)
    assert words is not None and broadcast
    assert words.text == "<!subteam^S0DESK1> Nobody has taken it for 11 min: Phone 100000_desk is missing"
    assert words.about == "Phone 100000_desk"


def test_the_address_is_asked_for_only_when_it_is_what_has_to_be_mended(fleet: Fleet) -> None:
    fleet.fail()
    [(words, _), *_] = drawn(fleet, About.OPENED, address="198.51.100.23")
    assert words is not None and words.text.startswith("Cannot see VoIP.ms since") and "198.51.100.23" not in words_of(words.blocks)


def test_a_phone_from_elsewhere_is_told_with_where_and_what(fleet: Fleet) -> None:
    fleet.look(DESK, Look.YES, devices=[Device(register_ip=HEAD, register_useragent="Yealink")])
    fleet.wait(timedelta(days=2))
    fleet.look(DESK, Look.YES, Answer.VALID, [Device(register_ip="192.0.2.77", register_useragent="Linphone/5.2")])
    fleet.tick(11 * MINUTE)
    [(words, _)] = drawn(fleet, About.ARRIVAL)
    assert words is not None and words.text == "Phone 100000_desk registered from a new network or device"
    assert "192.0.2.77, Linphone/5.2" in words_of(words.blocks)


def test_an_absence_names_what_has_changed(fleet: Fleet) -> None:
    fleet.wait(8 * HOUR)
    with fleet.store.writing() as transaction:
        watch.began(transaction, fleet.lease, fleet.now, TIMING)
    for account in (HALL, SHOP):
        fleet.look(account, Look.YES)
    fleet.drop(DESK)
    fleet.tick()
    [text] = texts(fleet, About.ABSENCE)
    assert text.startswith("I was blind from ") and text.endswith(": 1 change found, Phone 100000_desk is missing")


def test_a_back_message_compares_with_what_was_seen_of_the_last_thirty_days(fleet: Fleet) -> None:
    for _ in range(2):
        fleet.drop(DESK)
        fleet.restore(DESK)
        fleet.tick(2 * HOUR)
        fleet.look(DESK, Look.YES)
    words = [words_of(one.blocks) for one, _ in drawn(fleet, About.OPENED) if one is not None]
    assert len(words) == 2 and all("2nd outage since it was first seen (" in text and " % up" in text for text in words)


# A channel that is limited between a note and its turn


def limited_to(fleet: Fleet, *accounts: str) -> None:
    with fleet.store.writing() as transaction:
        access.fence_in(transaction, OFFICE, Fence(accounts=frozenset(accounts)), DANA, fleet.now)


def test_what_waits_for_slack_says_no_more_than_the_channel_may_see_by_then(fleet: Fleet) -> None:
    fleet.drop(DESK, HALL)
    fleet.tick(HOUR)
    limited_to(fleet, HALL)
    said = [words for about in (About.OPENED, About.CHANGED, About.REMINDER) for words, _ in drawn(fleet, about) if words is not None]
    assert len(said) == 3
    assert all(HALL in words.text and DESK not in words.text + words_of(words.blocks) for words in said)


def test_of_what_a_channel_may_no_longer_see_nothing_is_posted_and_the_message_says_no_more(fleet: Fleet) -> None:
    fleet.drop(DESK, HALL)
    fleet.tick(HOUR)
    limited_to(fleet, SHOP)
    assert texts(fleet, About.CHANGED) == [NOTHING_MORE]
    assert {words for about in (About.OPENED, About.REMINDER) for words, _ in drawn(fleet, about)} == {None}
    with fleet.store.writing() as transaction:
        transaction.execute(rows.update().where(rows.c.kind == "update").values(kind="post"))
    assert drawn(fleet, About.CHANGED) == [(None, False)], "there is no message that could say less"


def test_a_phone_that_comes_back_elsewhere_is_told_as_back_without_where(fleet: Fleet) -> None:
    began_at, elsewhere = fleet.sites[DESK], "192.0.2.77"
    with fleet.store.writing() as transaction:
        access.fence_in(transaction, OFFICE, Fence(sites=frozenset({began_at})), DANA, fleet.now)
    fleet.drop(DESK)
    fleet.sites[DESK] = elsewhere
    fleet.restore(DESK)
    back = [words for words, _ in drawn(fleet, About.CHANGED) if words is not None]
    assert {words.text for words in back} == {"Back: Phone 100000_desk after 1 min"}
    assert all(elsewhere not in words_of(words.blocks) for words in back)


def test_a_phone_that_comes_and_goes_elsewhere_is_told_so_without_where(fleet: Fleet) -> None:
    began_at, elsewhere = fleet.sites[DESK], "192.0.2.77"
    with fleet.store.writing() as transaction:
        access.fence_in(transaction, OFFICE, Fence(sites=frozenset({began_at})), DANA, fleet.now)
    for _ in range(2):
        fleet.drop(DESK)
        fleet.restore(DESK)
    fleet.drop(DESK)
    fleet.sites[DESK] = elsewhere
    fleet.restore(DESK)
    told = [words for words, _ in drawn(fleet, About.CHANGED) if words is not None]
    assert told and all("comes and goes" in words.text for words in told)
    assert all(began_at in words_of(words.blocks) and elsewhere not in words_of(words.blocks) for words in told)


def test_that_the_bot_was_blind_or_a_phone_came_from_elsewhere_is_not_told_where_it_may_not_be_seen(fleet: Fleet) -> None:
    fleet.look(DESK, Look.YES, devices=[Device(register_ip=HEAD, register_useragent="Yealink")])
    fleet.wait(timedelta(days=2))
    with fleet.store.writing() as transaction:
        watch.began(transaction, fleet.lease, fleet.now, TIMING)
    for account in (HALL, SHOP):
        fleet.look(account, Look.YES)
    fleet.look(DESK, Look.YES, Answer.VALID, [Device(register_ip="192.0.2.77", register_useragent="Linphone/5.2")])
    fleet.tick(11 * MINUTE)
    assert texts(fleet, About.ABSENCE) and texts(fleet, About.ARRIVAL)
    limited_to(fleet, HALL)
    assert drawn(fleet, About.ABSENCE) == drawn(fleet, About.ARRIVAL) == [(None, False)]
