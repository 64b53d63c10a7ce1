"""Incidents: which there are, and what each channel is told of them."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

from rules.health import Answer
from rules.incidents import Kind, Phase, Stand
from rules.lowbalance import weighed
from rules.notes import About, Act, Note
from rules.outages import settle
from rules.scene import Phone, Scope, to_expire
from rules.watch import Look, State, in_trouble
from tests.watching import OFFICE, SUPPORT, World

HOME, HEAD, WAREHOUSE = "198.51.100.4", "203.0.113.7", "192.0.2.9"


def said(notes: list[Note]) -> list[tuple[Act, About]]:
    return [(note.act, note.about) for note in notes]


POSTED = [(Act.POST, About.OPENED)]
EDITED = [(Act.EDIT, About.CHANGED)]


# One phone


def test_one_phone_is_one_message_through_its_whole_life() -> None:
    world = World.of({HEAD: 1})
    [desk] = world.places
    assert said(world.look(desk, Look.NO)) == []
    world.wait(60)
    [post] = world.look(desk, Look.NO)
    assert (post.act, post.channel, post.accounts, post.count) == (Act.POST, OFFICE, (desk,), 1)
    assert said(world.take("U0DANA")) == EDITED
    world.wait(600)
    assert said(world.look(desk, Look.YES)) == EDITED, "coming back"
    world.wait(30)
    assert said(world.look(desk, Look.YES)) == EDITED
    [incident] = world.open
    assert world.slack[incident.id, OFFICE].phase is Phase.BACK
    assert (incident.taken_by, incident.members[0].back_at) == ("U0DANA", world.now - timedelta(seconds=30))
    assert world.tick(1799) == []
    assert said(world.tick(1)) == EDITED, "half an hour later the buttons go"
    assert world.slack[incident.id, OFFICE].closed
    assert world.open == []
    assert world.tick(9999) == []


def test_an_incident_is_numbered_within_its_day_and_the_clock_may_go_back() -> None:
    world = World.of({HEAD: 1, HOME: 1, WAREHOUSE: 1, "192.0.2.1": 5}, pop=lambda site: site)
    desk, sofa, gate, *_ = world.places
    world.drop([desk])
    world.wait(12 * 3600)
    world.drop([sofa])
    world.wait(-12 * 3600)
    world.drop([gate])
    assert [one.id for one in world.open] == ["2026-1123-01", "2026-1124-01", "2026-1124-02"]


def test_the_day_of_a_number_is_the_zones_and_another_zone_does_not_put_it_back() -> None:
    world = World.of({HEAD: 1, HOME: 1, WAREHOUSE: 1, "192.0.2.1": 5}, pop=lambda site: site)
    desk, sofa, gate, hall, *_ = world.places
    world.scene = replace(world.scene, zone=ZoneInfo("America/Toronto"))
    world.wait(12.5 * 3600)
    world.drop([desk])
    world.scene = replace(world.scene, zone=ZoneInfo("UTC"))
    world.drop([sofa])
    world.scene = replace(world.scene, zone=ZoneInfo("America/Toronto"))
    world.drop([gate])
    world.wait(6 * 3600)
    world.drop([hall])
    assert [one.id for one in world.open] == ["2026-1123-01", "2026-1124-01", "2026-1124-02", "2026-1124-03"]


def test_a_phone_that_drops_again_within_half_an_hour_opens_the_same_incident_again() -> None:
    world = World.of({HEAD: 1})
    [desk] = world.places
    world.drop([desk])
    world.take()
    world.restore([desk])
    world.wait(300)
    again = world.drop([desk])
    assert said(again) == [*EDITED, (Act.REPLY, About.REOPENED)]
    assert not again[1].broadcast, "the channel heard of it less than a quarter of an hour ago"
    [incident] = world.open
    assert (incident.episodes, incident.taken_by) == (2, ""), "whoever had the first outage has not taken this one"
    assert incident.since == world.now - timedelta(seconds=60)


def test_another_phone_of_the_site_opens_it_again_as_well() -> None:
    world = World.of({HEAD: 20})
    desk, boardroom, *_ = world.places
    world.drop([desk])
    world.restore([desk])
    assert said(world.drop([boardroom])) == [*EDITED, (Act.REPLY, About.REOPENED)]
    assert [one.episodes for one in world.open] == [2]


def test_a_phone_that_came_back_elsewhere_and_drops_there_is_that_sites() -> None:
    world = World.of({HEAD: 20, HOME: 20})
    desk = next(iter(world.places))
    world.drop([desk])
    world.places[desk] = (HOME, "1")
    world.restore([desk])
    assert said(world.drop([desk])) == POSTED
    assert {one.key: one.running for one in world.open} == {HEAD: False, HOME: True}


def test_the_channel_hears_of_a_second_outage_after_a_quarter_of_an_hour() -> None:
    world = World.of({HEAD: 1})
    [desk] = world.places
    world.drop([desk])
    world.restore([desk])
    world.wait(1200)
    again = world.drop([desk])
    assert [(note.act, note.broadcast) for note in again] == [(Act.EDIT, False), (Act.REPLY, True)]
    world.restore([desk])
    world.tick(1800)
    assert said(world.drop([desk])) == POSTED, "after half an hour it is another one"


def test_a_phone_that_comes_and_goes_is_told_once_and_edited_from_then_on() -> None:
    world = World.of({HEAD: 1})
    [desk] = world.places
    notes = [note for _ in range(3) for note in (*world.drop([desk]), *world.restore([desk]))]
    assert [note.about for note in notes if note.act is not Act.EDIT] == [About.OPENED, About.REOPENED, About.FLAPPING]
    assert world.slack[world.open[0].id, OFFICE].phase is Phase.FLAPPING
    for _ in range(3):
        world.wait(60)
        assert said([*world.drop([desk]), *world.restore([desk])]) == []
    world.wait(1800)
    assert said(world.look(desk, Look.YES)) == EDITED
    assert world.slack[world.open[0].id, OFFICE].phase is Phase.BACK
    world.tick(1800)
    assert world.open == []


def test_of_three_that_are_away_only_the_one_that_comes_and_goes_is_said_to() -> None:
    world = World.of({HEAD: 20})
    desk, boardroom, lobby, *_ = world.places
    world.drop([boardroom, lobby])
    notes = [note for _ in range(3) for note in (*world.drop([desk]), *world.restore([desk]))]
    [told] = [note for note in notes if note.about is About.FLAPPING]
    assert (told.act, told.accounts, told.count) == (Act.REPLY, (desk,), 1)
    assert set(world.slack[world.open[0].id, OFFICE].away) == {desk, boardroom, lobby}


def test_a_deleted_account_is_told_once_and_its_incident_ends() -> None:
    world = World.of({HEAD: 2})
    desk, boardroom = world.places
    world.drop([desk])
    world.look(desk, Look.ABSENT)
    world.wait(600)
    assert said(world.look(desk, Look.ABSENT)) == [*EDITED, *POSTED]
    assert [one.kind for one in world.open] == [Kind.DELETED]
    world.look(boardroom, Look.ABSENT)
    world.wait(600)
    assert said(world.look(boardroom, Look.ABSENT)) == EDITED, "those of ten minutes are one message"
    assert world.slack[world.open[0].id, OFFICE].down == (desk, boardroom)
    assert world.tick(3600) == []
    assert world.tick(86400) == []
    assert world.open == []


def test_an_account_that_never_was_there_is_told_only_if_it_is_required() -> None:
    for required in (False, True):
        world = World.of({HEAD: 2})
        desk = next(iter(world.places))
        world.scene = replace(
            world.scene, lines={**world.scene.lines, desk: replace(world.scene.lines[desk], state=State.UNSEEN, up_since=None)}
        )
        world.settings(Phone(account=desk, required=required))
        assert said(world.drop([desk])) == (POSTED if required else [])
        assert said(world.look(desk, Look.YES)) == (EDITED if required else [])


def test_ignored_and_excused_accounts_open_nothing_and_leave_what_is_open() -> None:
    world = World.of({HEAD: 3})
    desk, boardroom, fax = world.places
    world.settings(Phone(account=desk, expect_offline=True))
    assert said(world.drop([desk])) == []
    assert said(world.drop([boardroom, fax])) == [*POSTED, *EDITED]
    assert said(world.settings(Phone(account=fax, ignored=True))) == EDITED
    assert world.slack[world.open[0].id, OFFICE].down == (boardroom,)
    assert said(world.settings(Phone(account=desk))) == EDITED, "an excuse that is withdrawn makes it missing"
    assert world.slack[world.open[0].id, OFFICE].down == (desk, boardroom)
    world.settings(Phone(account=desk, ignored=True), Phone(account=boardroom, ignored=True))
    assert world.open == [], "an incident that nobody is interested in is over"


def test_an_account_that_is_no_longer_watched_leaves_its_incident() -> None:
    world = World.of({HEAD: 2})
    desk, boardroom = world.places
    world.drop([desk, boardroom])
    world.scene = replace(world.scene, lines={boardroom: world.scene.lines[boardroom]})
    assert said(world.settle()) == EDITED
    assert [one.stand for one in world.open[0].members] == [Stand.EXCUSED, Stand.DOWN]


# One site


def test_five_hundred_phones_that_drop_at_once_are_one_message() -> None:
    world = World.of({HEAD: 500, HOME: 3})
    site = [account for account, (address, _) in world.places.items() if address == HEAD]
    world.drop(site)
    assert said(world.posts) == POSTED
    assert world.replies == [], "the channel has just heard of it"
    assert {note.act for note in world.notes[1:]} == {Act.EDIT}
    [incident] = world.open
    assert len(world.slack[incident.id, OFFICE].down) == 500
    assert said(world.tick(900)) == [(Act.REPLY, About.GREW)], "a quarter of an hour later the channel hears how many they are"
    world.restore(site)
    assert len(world.posts) == 1
    assert world.slack[incident.id, OFFICE].phase is Phase.BACK
    world.tick(1800)
    assert world.open == []


def test_five_hundred_phones_that_trickle_over_an_hour_are_one_message() -> None:
    world = World.of({HEAD: 500})
    for account in world.places:
        world.look(account, Look.NO)
        world.wait(7.2)
        world.tick()
        # the clocks of all phones run on while one after the other is confirmed
        for one in list(world.places):
            line = world.scene.lines[one]
            if line.nos == 1 and line.down_since is not None and world.now - line.down_since >= world.timing.confirm:
                world.look(one, Look.NO)
    world.drop([one for one in world.places if world.scene.lines[one].confirmed_at is None])
    assert len(world.posts) == 1
    [incident] = world.open
    assert len(world.slack[incident.id, OFFICE].down) == 500
    shouted = [note.at for note in world.replies if note.about is About.GREW]
    assert 1 <= len(shouted) <= 4
    assert all(later - earlier >= world.timing.broadcast for earlier, later in pairwise(shouted))


def test_half_of_a_site_is_worth_a_word_and_so_is_twice_as_many() -> None:
    world = World.of({HEAD: 10})
    phones = list(world.places)
    world.drop(phones[:3])
    assert world.tick(900) == [] or world.notes[-1].about is About.GREW
    before = len(world.replies)
    world.drop(phones[3:5])
    assert world.tick(900) == [], "five are neither twice three nor more than half of ten"
    world.drop(phones[5:6])
    world.tick(900)
    assert len(world.replies) == before + 1
    assert all(note.broadcast for note in world.replies)


def test_a_phone_that_fails_long_after_the_others_is_worth_a_word() -> None:
    world = World.of({HEAD: 50}, expiry=300)
    phones = list(world.places)
    world.drop(phones[:8])
    world.tick(900)
    heard = len(world.replies)
    world.drop(phones[8:9])
    assert len(world.replies) == heard, "less than a quarter of an hour after the last word"
    [late] = world.tick(900)
    assert (late.about, late.broadcast, late.count) == (About.GREW, True, 9)
    assert world.tick(900) == []


def test_what_is_still_to_expire_at_a_site_is_known() -> None:
    world = World.of({HEAD: 4, HOME: 2}, expiry=7200)
    phones = list(world.places)
    world.drop(phones[:1])
    [incident] = world.open
    ends = world.scene.lines[phones[1]].expires_at
    assert to_expire(world.scene.lines.values(), incident, world.now) == (3, ends)
    assert to_expire(world.scene.lines.values(), incident, world.now + timedelta(hours=2)) == (0, None)


def test_two_sites_are_two_incidents_and_one_site_never_has_two() -> None:
    world = World.of({HEAD: 2, HOME: 1})
    desk, boardroom, sofa = world.places
    world.drop([desk, sofa])
    world.tick(7200)
    world.drop([boardroom])
    assert [one.key for one in world.open] == [HEAD, HOME]
    assert len(world.posts) == 2


# Channels


def test_each_channel_is_told_of_its_own_phones_only() -> None:
    world = World.of({HEAD: 2, HOME: 2})
    desk, boardroom, *_ = world.places
    world.scene = replace(world.scene, routes={(Scope.CLIENT, "7"): SUPPORT}, phones={boardroom: Phone(account=boardroom, client="7")})
    world.drop([desk, boardroom])
    [incident] = world.open
    assert world.slack[incident.id, OFFICE].down == (desk,)
    assert world.slack[incident.id, SUPPORT].down == (boardroom,)
    world.restore([boardroom])
    assert world.slack[incident.id, OFFICE].phase is Phase.MISSING
    assert world.slack[incident.id, SUPPORT].phase is Phase.BACK
    assert len(world.posts) == 2


def test_the_nearest_route_wins() -> None:
    world = World.of({HEAD: 1})
    [desk] = world.places
    routes = {(Scope.POP, "1"): "C0POP", (Scope.CLIENT, "7"): "C0CLIENT", (Scope.SITE, HEAD): "C0SITE"}
    expected = []
    for most in range(4):
        trial = World.of({HEAD: 1})
        trial.scene = replace(trial.scene, routes=dict(list(routes.items())[:most]), phones={desk: Phone(account=desk, client="7")})
        expected += [note.channel for note in trial.drop([desk])]
    assert expected == [OFFICE, "C0POP", "C0CLIENT", "C0SITE"]


def test_without_a_channel_nothing_is_said_until_there_is_one() -> None:
    world = World.of({HEAD: 1})
    world.scene = replace(world.scene, channel="")
    world.drop(world.places)
    assert world.notes == []
    world.scene = replace(world.scene, channel=OFFICE)
    assert [note.channel for note in world.settle()] == [OFFICE]


# Mutes


def test_a_muted_phone_is_told_when_the_mute_ends_if_it_is_still_away() -> None:
    world = World.of({HEAD: 1, HOME: 1})
    desk, sofa = world.places
    world.mute(Scope.ACCOUNT, desk, 3600)
    world.mute(Scope.SITE, HOME, 3600)
    world.drop([desk, sofa])
    assert world.notes == []
    world.restore([sofa])
    assert said(world.tick(3600)) == POSTED
    assert world.notes[0].accounts == (desk,)


def test_a_muted_phone_joins_by_edit_and_is_not_counted_aloud() -> None:
    world = World.of({HEAD: 3})
    desk, boardroom, fax = world.places
    world.mute(Scope.ACCOUNT, boardroom, 36_000)
    world.mute(Scope.ACCOUNT, fax, 36_000)
    assert said(world.drop([desk, boardroom, fax])) == [*POSTED, *EDITED, *EDITED]
    assert world.tick(1000) == []


def test_what_happened_again_under_a_mute_is_said_at_its_end() -> None:
    world = World.of({HEAD: 1})
    [desk] = world.places
    world.drop([desk])
    world.mute(Scope.CHANNEL, OFFICE, 1200)
    world.restore([desk])
    world.drop([desk])
    assert {note.act for note in world.notes[1:]} == {Act.EDIT}
    edit, again = world.tick(1200)
    assert (edit.act, again.act, again.about, again.broadcast) == (Act.EDIT, Act.REPLY, About.REOPENED, True)


def test_a_message_says_that_it_is_muted_as_long_as_it_is() -> None:
    world = World.of({HEAD: 2})
    world.drop(world.places)
    desk, boardroom = world.places

    def muted() -> bool:
        [telling] = world.open[0].tellings
        assert telling.announced is not None
        return telling.announced.muted

    assert world.mute(Scope.ACCOUNT, desk, 600) == [] and not muted()
    assert said(world.mute(Scope.ACCOUNT, boardroom, 600)) == EDITED and muted()
    assert said(world.tick(600)) == EDITED and not muted()


# VoIP.ms cannot be seen, and the money


def blind(world: World) -> list[Note]:
    accounts = list(world.places)
    notes = []
    for n in range(4):
        notes += world.api(Answer.ERROR, accounts[n % len(accounts)])
        world.wait(60)
    return notes


def test_while_voip_ms_cannot_be_seen_only_that_is_told() -> None:
    world = World.of({HEAD: 4})
    desk, boardroom, *_ = world.places
    world.drop([desk, boardroom])
    [note] = blind(world)
    assert (note.act, note.channel) == (Act.POST, OFFICE)
    assert world.open[-1].kind is Kind.API
    assert world.drop(list(world.places)[2:]) == []
    assert [(note.incident, note.about) for note in world.tick(4000)] == [(world.open[-1].id, About.REMINDER)]
    assert said(world.take()) == [*EDITED, *EDITED], "what people do is shown"
    for _ in range(3):
        notes = world.api(Answer.VALID)
    assert said(notes) == [*EDITED, *EDITED, (Act.REPLY, About.GREW)], "then it is said that it can see, and what it sees"
    assert world.slack[world.open[-1].id, OFFICE].phase is Phase.BACK
    assert world.slack[world.open[0].id, OFFICE].down == tuple(world.places)


def test_voip_ms_that_comes_and_goes_is_one_message() -> None:
    world = World.of({HEAD: 3})
    for _ in range(5):
        blind(world)
        world.wait(200)
        for _ in range(3):
            world.api(Answer.VALID)
        world.wait(300)
    assert len(world.posts) == 1
    assert [note.about for note in world.replies] == [About.REOPENED] * 4


def test_a_low_balance_is_an_incident_like_any_other() -> None:
    world = World.of({HEAD: 1})
    story = [("25.00", []), ("9.99", POSTED), ("9.50", EDITED), ("11.99", EDITED), ("12.00", EDITED), ("11.00", [])]
    for balance, notes in story:
        purse = weighed(world.scene.purse, Decimal(balance), 3, Decimal(10), world.now)
        world.scene = replace(world.scene, purse=purse)
        assert said(world.settle()) == notes, balance
    assert world.slack[world.open[0].id, OFFICE].phase is Phase.BACK
    assert world.slack[world.open[0].id, OFFICE].reason == "11.99"


# How fast


def test_a_scene_of_lines_in_trouble_says_the_same_as_one_of_all_lines() -> None:
    world = World.of({HEAD: 40, HOME: 40})
    whole = world.scene
    for account in list(world.places)[:30]:
        world.drop([account])
        kept = {member.account for one in world.open for member in one.members}
        lines = {name: line for name, line in world.scene.lines.items() if in_trouble(line) or name in kept}
        small, said_of_small = settle(replace(world.scene, lines=lines), world.now, world.timing)
        all_of_it, said_of_all = settle(world.scene, world.now, world.timing)
        assert said_of_small == said_of_all == ()
        assert small.incidents == all_of_it.incidents
    assert len(whole.lines) == 80
