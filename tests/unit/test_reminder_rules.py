"""Who has an outage, and who is reminded of it."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from rules.calendar import Quiet
from rules.health import Answer
from rules.notes import About, Act
from rules.reminders import given_back, taken
from rules.scene import Scope
from tests.watching import NOON, OFFICE, World

HEAD, HOME, WAREHOUSE, BARN = "203.0.113.7", "198.51.100.4", "192.0.2.9", "192.0.2.10"
HOUR = 3600


def one_missing() -> World:
    world = World.of({HEAD: 1})
    world.drop(world.places)
    world.notes.clear()
    return world


def hours_reminded(world: World, hours: int) -> list[int]:
    """After how many hours a reminder came."""
    return [hour for hour in range(1, hours + 1) if any(note.about is About.REMINDER for note in world.tick(HOUR))]


def test_reminders_come_after_one_hour_four_hours_and_each_day() -> None:
    world = one_missing()
    assert hours_reminded(world, 80) == [1, 4, 24, 48, 72]
    assert {(note.act, note.broadcast) for note in world.notes} == {(Act.REPLY, False)}
    world.restore(world.places)
    assert hours_reminded(world, 80) == []


def test_who_has_it_is_not_reminded_until_a_day_has_passed() -> None:
    world = one_missing()
    world.take()
    assert hours_reminded(world, 23) == []
    [given, reminded] = world.tick(HOUR)
    assert (given.act, reminded.about) == (Act.EDIT, About.REMINDER)
    assert world.open[0].taken_by == ""


def test_giving_it_back_brings_one_reminder_not_all_that_were_due() -> None:
    world = one_missing()
    world.take()
    world.tick(6 * HOUR)
    assert [note.act for note in world.give_back()] == [Act.EDIT]
    assert [note.about for note in world.tick()] == [About.REMINDER]
    assert hours_reminded(world, 24) == [18]


def test_nobody_is_reminded_while_it_is_muted_or_voip_ms_cannot_be_seen() -> None:
    muted = one_missing()
    muted.mute(Scope.SITE, HEAD, 5 * HOUR)
    assert hours_reminded(muted, 6) == [5], "one, when the mute has ended"
    blind = one_missing()
    for _ in range(4):
        blind.api(Answer.ERROR, next(iter(blind.places)), "time-out")
        blind.wait(60)
    reminded = [note.incident for _ in range(5) for note in blind.tick(HOUR) if note.about is About.REMINDER]
    api = blind.open[-1].id
    assert set(reminded) == {api}, "of VoIP.ms itself they are"


def test_a_night_is_not_disturbed_and_summed_up_in_the_morning() -> None:
    night = {OFFICE: Quiet(begins=time(22), ends=time(7), zone="UTC")}
    world = World.of({HEAD: 1, HOME: 1, WAREHOUSE: 1, BARN: 40}, pop=lambda site: site)
    world.scene = replace(world.scene, quiet=night)
    desk, sofa, gate, *_ = world.places
    world.wait(11 * HOUR)
    world.drop([desk])
    world.restore([desk])
    world.tick(2 * HOUR)
    world.drop([sofa])
    world.restore([sofa])
    world.drop([gate])
    assert hours_reminded(world, 4) == []
    assert world.notes == []
    world.now = datetime(2026, 11, 24, 7, tzinfo=UTC)
    summary, still = world.tick()
    assert (summary.act, summary.about, summary.count, len(summary.incidents)) == (Act.POST, About.NIGHT, 1, 3)
    assert (still.act, still.about, still.accounts) == (Act.POST, About.OPENED, (gate,))
    assert world.scene.held == ()
    assert world.tick(60) == []


def test_a_single_outage_of_the_night_that_goes_on_has_its_own_message_and_no_summary() -> None:
    world = World.of({HEAD: 1})
    world.scene = replace(world.scene, quiet={OFFICE: Quiet(begins=time(11), ends=time(13), zone="UTC")})
    world.drop(world.places)
    assert world.notes == []
    assert [note.about for note in world.tick(HOUR)] == [About.OPENED]


def test_what_is_opened_again_in_the_night_is_edited_and_said_in_the_morning() -> None:
    world = World.of({HEAD: 1})
    world.drop(world.places)
    world.scene = replace(world.scene, quiet={OFFICE: Quiet(begins=time(12, 1), ends=time(13), zone="UTC")})
    world.restore(world.places)
    world.drop(world.places)
    assert {note.act for note in world.notes[1:]} == {Act.EDIT}
    assert [note.about for note in world.tick(HOUR) if note.act is Act.REPLY] == [About.REOPENED]


def test_the_summary_of_the_night_waits_while_the_channel_is_muted() -> None:
    world = World.of({HEAD: 1})
    world.scene = replace(world.scene, quiet={OFFICE: Quiet(begins=time(11), ends=time(13), zone="UTC")})
    world.drop(world.places)
    world.restore(world.places)
    world.tick(1800)
    world.mute(Scope.CHANNEL, OFFICE, 3 * HOUR)
    assert world.tick(HOUR) == []
    assert [note.about for note in world.tick(2 * HOUR)] == [About.NIGHT]


def test_what_cannot_wait_passes_the_quiet_hours() -> None:
    world = World.of({HEAD: 4, HOME: 3}, pop=lambda site: site)
    world.scene = replace(world.scene, quiet={OFFICE: Quiet(begins=time(11), ends=time(13), zone="UTC")})
    world.drop(list(world.places)[:3])
    assert world.notes == []
    world.drop(world.places)
    assert [note.about for note in world.posts] == [About.OPENED], "the whole account"
    refused = World.of({HEAD: 1})
    refused.scene = replace(refused.scene, quiet=world.scene.quiet)
    refused.api(Answer.REFUSED, reason="ip_not_enabled")
    assert [note.about for note in refused.api(Answer.REFUSED, reason="ip_not_enabled")] == [About.OPENED]


def test_more_than_three_reminders_at_once_are_one_digest() -> None:
    world = World.of({HEAD: 1, HOME: 1, WAREHOUSE: 1, BARN: 1, "192.0.2.77": 40}, pop=lambda site: site)
    first = list(world.places)[:4]
    world.drop(first)
    [digest] = world.tick(HOUR)
    assert (digest.act, digest.about, digest.count) == (Act.POST, About.DIGEST, 4)
    assert set(digest.incidents) == {one.id for one in world.open}
    assert world.tick(60) == []
    world.restore(first[:1])
    assert [note.about for note in world.tick(3 * HOUR - 60) if note.act is Act.REPLY] == [About.REMINDER] * 3


def test_others_are_called_after_ten_minutes_once_where_a_group_is_set() -> None:
    world = one_missing()
    assert world.tick(600) == []
    world.scene = replace(world.scene, escalations={OFFICE: "S0PHONES"})
    [called] = world.tick()
    assert (called.about, called.act, called.broadcast, called.mention) == (About.ESCALATION, Act.REPLY, True, "S0PHONES")
    assert hours_reminded(world, 3) == [1]
    world.restore(world.places)
    world.wait(600)
    world.drop(world.places)
    assert [note.about for note in world.tick(600)] == [About.ESCALATION], "another outage calls them again"


def test_nobody_is_called_when_somebody_has_it() -> None:
    world = one_missing()
    world.scene = replace(world.scene, escalations={OFFICE: "S0PHONES"})
    world.take()
    assert world.tick(601) == []


def test_whoever_came_first_keeps_it_and_what_is_over_cannot_be_taken() -> None:
    world = one_missing()
    [incident] = world.open
    first = taken(incident, "U0DANA", NOON)
    assert (first.taken_by, first.taken_at) == ("U0DANA", NOON)
    assert taken(first, "U0BEN", NOON + timedelta(minutes=1)) == first
    assert given_back(first) == incident
    world.restore(world.places)
    [over] = world.open
    assert taken(over, "U0DANA", world.now) == over
    assert given_back(replace(over, taken_by="U0DANA")).taken_by == "U0DANA"
