"""The messages of outages: what each stage says, what can be clicked, and that nothing hostile or huge breaks one."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from blocks import alert_lists as lists
from blocks import alert_notes as notes
from blocks.alert_words import Outage, trouble
from blocks.alerts import card, headline
from rules.health import Answer
from rules.incidents import Kind
from rules.lowbalance import weighed
from rules.notes import About, Act, Note
from rules.scene import Phone, Scope
from rules.watch import Look
from tests.outages import HEAD, HOME, LAVAL, TORONTO, around, blinded, fleet, outage, who_is
from tests.unit.pictures import EVIL, faults, words_of
from tests.watching import NOON, OFFICE, World

SITES = {HEAD: 12, LAVAL: 18, HOME: 1}


def labels(blocks: list[dict[str, Any]]) -> list[str]:
    """Buttons and options, in order."""
    elements = [one for block in blocks for one in [*block.get("elements", []), block.get("accessory", {})] if isinstance(one, dict)]
    return [text for one in elements for text in _labels(one)]


def _labels(element: dict[str, Any]) -> Iterator[str]:
    if element.get("type") == "button":
        yield element["text"]["text"]
    for option in element.get("options", []):
        yield option["text"]["text"]


def values(blocks: list[dict[str, Any]]) -> dict[str, str]:
    """What each button and option asks, by its label."""
    elements = [one for block in blocks for one in [*block.get("elements", []), block.get("accessory", {})] if isinstance(one, dict)]
    clickable = [one for element in elements for one in [element, *element.get("options", [])] if "value" in one]
    return {one["text"]["text"]: one["value"] for one in clickable}


def missing(count: int = 1, **sites: int) -> World:
    world = fleet(sites or SITES)
    world.drop(list(world.places)[:count])
    return world


# One phone


def test_a_missing_phone_says_who_where_since_when_and_what_to_look_at() -> None:
    one = outage(missing())
    assert headline(one) == "Missing: Front desk (ext. 101) since 07:00 EST"
    words = words_of(card(one))
    assert "🔴  *Missing: Front desk*  ·  ext. 101\nNot registered since *Mon 23 Nov 2026 07:00 EST*. Calls to it do not ring." in words
    assert "Head office · 203.0.113.7" in words and "city5 · Desk phone" in words
    assert "It alone is missing: the other 11 phones at Head office are registered, so look at this phone, its cable" in words
    assert "VoIP.ms said no twice, 1 min apart  ·  elsewhere all 19 phones are registered" in words
    assert "a sign-off is told within 2 min, a silent failure within 1 h 2 min" in words and "outage 2026-1123-01" in words


def test_since_when_grows_old_by_itself_in_each_readers_zone() -> None:
    assert re.search(r"<!date\^[0-9]+\^\{time\} \{date_short_pretty\} \(\{ago\}\)\|", card(outage(missing()))[0]["text"]["text"])


def test_a_clients_phone_names_the_client() -> None:
    world = fleet(SITES, client="561115")
    world.drop(list(world.places)[:1])
    assert "ext. 101  ·  client 561115" in words_of(card(outage(world)))


def test_a_phone_alone_at_its_address_may_be_its_connection() -> None:
    world = fleet(SITES)
    world.drop([list(world.places)[-1]])
    assert "It is the only phone at 192.0.2.9: look at the phone and its cable, then at the internet connection" in words_of(
        card(outage(world))
    )


def test_buttons_are_command_lines_and_go_as_they_stop_making_sense() -> None:
    world = missing()
    clicks = values(card(outage(world)))
    assert clicks == {
        "Acknowledge": "watch take 2026-1123-01",
        "Look now": "alerts look 2026-1123-01",
        "Details": "alerts details 2026-1123-01",
        "Mute 1 hour": "watch mute 2026-1123-01 1h",
        "Mute until 08:00": "watch mute 2026-1123-01 until 08:00",
        "Mute 7 days": "watch mute 2026-1123-01 7d",
        "Mute for good": "watch mute 2026-1123-01 for good",
    }
    assert max(map(len, clicks.values())) <= 75
    world.take()
    assert labels(card(outage(world)))[0] == "Give it back" and "Acknowledge" not in labels(card(outage(world)))
    world.mute(Scope.ACCOUNT, next(iter(world.places)), 3600)
    assert labels(card(outage(world))) == ["Give it back", "Unmute", "Look now", "Details"]
    world.restore(list(world.places)[:1])
    assert labels(card(outage(world))) == ["Details"]
    world.tick(2000)
    assert labels(card(outage(world))) == []


def test_who_has_it_and_who_muted_it_is_in_the_message() -> None:
    world = missing()
    world.take("U02DANA")
    world.mute(Scope.SITE, HEAD, 3600)
    one = outage(world)
    assert headline(one).endswith(", taken, muted")
    words = words_of(card(one))
    assert "Taken by @U02DANA at Mon 23 Nov 2026 07:01 EST" in words and "Muted until Mon 23 Nov 2026 08:01 EST by @U0DANA" in words


def test_a_phone_that_comes_back_is_not_yet_back() -> None:
    world = missing()
    world.look(next(iter(world.places)), Look.YES)
    one = outage(world)
    assert headline(one) == "Missing: Front desk (ext. 101), coming back" and "wait a moment to see whether it lasts" in words_of(card(one))


def test_a_phone_that_is_back_says_for_how_long_it_was_gone_and_how_that_compares() -> None:
    world = missing()
    world.take("U02DANA")
    world.wait(660)
    world.restore(list(world.places)[:1])
    one = outage(world, past=2, up=0.9972)
    assert headline(one) == "Back: Front desk (ext. 101) after 12 min"
    words = words_of(card(one))
    assert "🟢  *Back: Front desk*" in words and ": *12 min*." in words
    assert "Taken by @U02DANA after 1 min  ·  2nd outage in 30 days  ·  99.7 % up  ·  outage 2026-1123-01" in words
    new = outage(world, past=1, up=0.25, seen_since=NOON - timedelta(minutes=5))
    assert "first outage since it was first seen (Mon 23 Nov 2026 06:55 EST)  ·  25.0 % up" in words_of(card(new))


def test_a_site_that_is_back_claims_no_more_days_than_were_watched() -> None:
    world = fleet({HEAD: 2})
    world.drop(list(world.places))
    world.restore(list(world.places))
    one = outage(world, seen_since=NOON - timedelta(minutes=5))
    assert "first outage since the watch began (Mon 23 Nov 2026 06:55 EST)" in words_of(card(one))


def test_a_phone_that_comes_and_goes_says_how_often() -> None:
    world = fleet({HEAD: 3})
    for _ in range(3):
        world.drop(list(world.places)[:1])
        world.restore(list(world.places)[:1])
    one = outage(world)
    assert headline(one) == "Missing: Front desk (ext. 101) comes and goes"
    assert "It comes and goes, 3 times in 1 h, since" in words_of(card(one)) and "3rd time" in words_of(card(one))


def test_an_outage_of_yesterday_names_its_day() -> None:
    world = missing()
    world.wait(90_000)
    assert headline(outage(world)) == "Missing: Front desk (ext. 101) since Mon 23 Nov 07:00 EST"


# Many phones


def test_a_whole_site_is_its_internet_or_router() -> None:
    one = outage(missing(12))
    assert headline(one) == "Missing: all 12 phones at Head office since 07:00 EST"
    assert "All 12 phones at Head office, behind 203.0.113.7: most likely that site's internet or router." in words_of(card(one))


def test_a_site_without_a_name_goes_by_its_address() -> None:
    one = outage(missing(3, **{"192.0.2.77": 3}))
    assert headline(one) == "Missing: all 3 phones at 192.0.2.77 since 07:00 EST"
    assert "All three phones behind 192.0.2.77: most likely that site's internet or router." in words_of(card(one))


def test_a_part_of_a_site_tells_how_many_will_follow_if_it_is_the_site() -> None:
    world = fleet(SITES)
    world.drop(list(world.places)[:3])
    told = words_of(card(outage(world, expiring=9, expire_by=NOON + timedelta(minutes=95))))
    assert "3 of 12 phones" in told and "9 more will expire by Mon 23 Nov 2026 08:35 EST" in told
    assert "The other 9 there are registered: look for what these 3 share" in words_of(card(outage(world)))


def test_names_are_twenty_at_most() -> None:
    words = words_of(card(outage(missing(500, **{HEAD: 500}))))
    assert "and 480 more" in words and words.count("Phone ") < 30


def test_who_is_back_is_named_apart_and_nearly_all_is_said_first() -> None:
    world = missing(12)
    world.restore(list(world.places)[:2])
    assert headline(outage(world)) == "Missing: 10 of 12 phones at Head office since 07:00 EST"
    assert "*Back:* Boardroom (102), Front desk (101)" in words_of(card(outage(world)))
    world.restore(list(world.places)[2:11])
    assert headline(outage(world)) == "Missing: HR (ext. 112), 11 of 12 at Head office are back"
    assert "Calls to it do not ring." in words_of(card(outage(world)))
    world.wait(200)
    world.restore(list(world.places)[11:12])
    assert headline(outage(world)) == "Back: all 12 phones at Head office after 5 min"
    assert "First back: Boardroom; last: HR, 4 min later." in words_of(card(outage(world)))


def wide(pop: Callable[[str], str], sites: int, phones: int, down: int) -> tuple[World, Outage]:
    world = fleet({f"203.0.113.{n}": phones for n in range(sites)}, pop=pop, client="561115")
    world.drop(list(world.places)[:down])
    kinds = [one.kind for one in world.open]
    return world, outage(world, next(n for n, kind in enumerate(kinds) if kind in (Kind.POP, Kind.ALL)))


def test_a_pop_is_a_server_of_voipms_and_nothing_to_mend_at_the_sites() -> None:
    world, one = wide(lambda _: "5", 40, 8, 112)
    assert headline(one) == "Missing: 112 of 320 phones on POP city5 since 07:00 EST"
    words = words_of(card(one))
    assert "203.0.113.0 (8)" in words and "and 8 more sites" in words and "561115 (112)" in words
    assert "most likely that server of VoIP.ms, and nothing to mend at the sites" in words
    absorbed = next(incident for incident in world.closed.values() if incident.absorbed_by == one.incident.id)
    pointing = Outage(absorbed, OFFICE, around(world, absorbed))
    assert headline(pointing).endswith(f"see outage {one.incident.id}") and labels(card(pointing)) == []
    assert f"part of the outage of *POP city5*: see outage {one.incident.id}" in words_of(card(pointing))


def test_the_whole_account_is_voipms_itself_or_the_account() -> None:
    _, one = wide(lambda site: site[-1], 5, 8, 30)
    assert headline(one) == "Missing: 30 of 40 phones of the whole account since 07:00 EST"
    assert "most likely VoIP.ms itself, or the account" in words_of(card(one))


def test_a_channel_hears_of_its_own_phones_alone() -> None:
    world = missing(3)
    [incident] = world.open
    moved = tuple(replace(member, channel="C0OTHER") if n else member for n, member in enumerate(incident.members))
    one = Outage(replace(incident, members=moved), OFFICE, around(world, incident))
    assert "Boardroom" not in words_of(card(one)) and headline(one).startswith("Missing: Front desk")


def test_what_is_no_longer_watched_ends_without_a_word_of_back() -> None:
    world = missing()
    world.settings(Phone(account=next(iter(world.places)), ignored=True))
    one = outage(world)
    assert headline(one) == "No longer watched: Front desk (ext. 101)" and "it is ignored, or may be offline" in words_of(card(one))


def gone(count: int) -> World:
    """So many accounts are no longer there."""
    world = fleet({HEAD: 3})
    for _ in range(2):
        for account in list(world.places)[:count]:
            world.look(account, Look.ABSENT)
        world.wait(700)
    return world


def ignored(count: int) -> World:
    """So many missing phones that nobody looks at any more."""
    world = missing(count)
    world.settings(*(Phone(account=account, ignored=True) for account in list(world.places)[:count]))
    return world


def back_but_one() -> World:
    """Of three missing phones two are back, and the third is ignored."""
    world = missing(3)
    world.settings(Phone(account=list(world.places)[2], ignored=True))
    world.restore(list(world.places)[:2])
    return world


@pytest.mark.parametrize(
    ("world", "says"),
    [
        (lambda: missing(1), "Front desk (ext. 101) is missing"),
        (lambda: missing(3), "Head office: 3 of 12 phones are missing"),
        (lambda: missing(12), "Head office: 12 of 12 phones are missing"),
        (back_but_one, "Head office: 2 of 3 phones are back"),
        (lambda: ignored(3), "Head office: no longer watched"),
        (lambda: gone(1), "Front desk (ext. 101) is deleted"),
        (lambda: gone(2), "2 deleted accounts"),
    ],
)
def test_details_say_of_how_many_and_that_only_those_are_back_that_are(world: Callable[[], World], says: str) -> None:
    assert lists.details_headline(outage(world())) == says


# VoIP.ms itself, the money, accounts


@pytest.mark.parametrize(
    ("reason", "answer", "says"),
    [
        ("ip_not_enabled", Answer.REFUSED, "Add the address under Main Menu › SOAP and REST/JSON API in the VoIP.ms portal".lower()),
        ("invalid_credentials", Answer.REFUSED, "set voipms_username to the account's e-mail"),
        ("time-out", Answer.ERROR, "most often nothing, voip.ms comes back by itself"),
        ("HTTP 503", Answer.ERROR, "voip.ms has an outage (http 503)."),
        ("HTTP 403", Answer.ERROR, "set voipms_user_agent to something plain"),
        ("is a web page", Answer.ERROR, "voip.ms's answer is a web page."),
    ],
)
def test_not_seeing_voipms_says_why_and_what_to_do(reason: str, answer: Answer, says: str) -> None:
    one = outage(blinded(fleet({HEAD: 3}), reason, answer))
    assert headline(one).startswith("Cannot see VoIP.ms since 07:00 EST: ") and not headline(one).endswith(".")
    words = words_of(card(one))
    assert "⚫  *Cannot see VoIP.ms* since" in words and "Phones may be fine: nobody is looking." in words
    assert says in words.lower() and reason in words and labels(card(one)) == ["Acknowledge", "Look now"]


def test_the_address_to_allow_is_named_where_it_is_known() -> None:
    one = outage(blinded(fleet({HEAD: 3}), "ip_not_enabled", Answer.REFUSED), address="198.51.100.23")
    assert "add *198.51.100.23* under _Main Menu › SOAP and REST/JSON API_ in the VoIP.ms portal." in words_of(card(one))


def test_seeing_again_is_the_same_message() -> None:
    world = blinded(fleet({HEAD: 3}), "time-out")
    world.wait(360)
    for _ in range(3):
        world.api(Answer.VALID)
    assert headline(outage(world)) == "Back: VoIP.ms can be seen again after 12 min" and labels(card(outage(world))) == []


def test_a_phones_message_says_that_nobody_can_see() -> None:
    world = blinded(missing(), "time-out")
    one = outage(world, [incident.kind for incident in world.open].index(Kind.SITE))
    assert "VoIP.ms cannot be seen since Mon 23 Nov 2026 07:01 EST: this is how it was then" in words_of(card(one))


def test_a_low_balance_says_what_is_left_and_for_how_long() -> None:
    world = fleet({HEAD: 3})
    for balance, days, says in (
        ("3.2", 2, "Low balance: $3.20, about 2 days left"),
        ("-0.4", 0, "Low balance: -$0.40, nothing is left"),
        ("53.2", 40, "Back: the balance is $53.20 again"),
    ):
        world.wait(60)
        world.scene = replace(world.scene, purse=weighed(world.scene.purse, Decimal(balance), days, Decimal(10), world.now))
        world.settle()
        assert headline(outage(world)) == says and says.partition(",")[0] in words_of(card(outage(world)))


def test_a_deleted_account_is_told_by_its_name() -> None:
    world = fleet({HEAD: 3})
    for _ in range(2):
        world.look(next(iter(world.places)), Look.ABSENT)
        world.wait(700)
    one = outage(world)
    assert headline(one) == "Deleted: Front desk (ext. 101) is no longer in the VoIP.ms account" and labels(card(one)) == []
    assert "If nobody meant to delete it, look into the VoIP.ms portal  ·  outage 2026-1123-01" in words_of(card(one))
    assert "If nobody meant to delete them, " in words_of(card(outage(gone(2))))


def test_trouble_without_a_word_is_still_a_sentence() -> None:
    assert trouble("") == ("The last try ended with: no answer.", "")
    assert trouble("api_limit_exceeded")[0].endswith("from this account.")


# Replies, and words about several outages


def a_note(about: About, accounts: list[str], **more: Any) -> Note:
    made = Note(
        key="k", act=Act.REPLY, about=about, channel=OFFICE, at=NOON + timedelta(hours=1), accounts=tuple(accounts), count=len(accounts)
    )
    return replace(made, **more)


@pytest.mark.parametrize(
    ("about", "count", "says"),
    [
        (About.GREW, 7, "More are missing: 7 of 12 phones at Head office"),
        (About.REOPENED, 1, "Missing again: Front desk (ext. 101)"),
        (About.FLAPPING, 1, "Comes and goes: Front desk (ext. 101)"),
        (About.FLAPPING, 3, "Come and go: 3 of 12 phones at Head office"),
        (About.REMINDER, 1, "Still missing: Front desk (ext. 101), for 1 h"),
        (About.ESCALATION, 1, "Nobody has taken it for 1 h: Front desk (ext. 101) is missing"),
        (About.ESCALATION, 7, "Nobody has taken it for 1 h: 7 of 12 phones at Head office are missing"),
    ],
)
def test_a_reply_says_what_changed_and_never_begins_like_the_message(about: About, count: int, says: str) -> None:
    world = missing(count)
    note = a_note(about, list(world.places)[:count], mention="S0DESK")
    one = outage(world)
    assert notes.reply_headline(note, one) == says
    blocks = notes.reply_card(note, one)
    assert ("subteam^S0DESK" in words_of(blocks)) is (about is About.ESCALATION)
    assert [fault for fault in faults(blocks) if "subteam" not in fault] == []


@pytest.mark.parametrize(
    ("episodes", "says"), [(1, "missing again."), (2, "again, for the 2nd time in a row."), (21, "the 21st time in a row.")]
)
def test_a_phone_that_is_missing_again_says_how_often_it_was(episodes: int, says: str) -> None:
    world = missing(1)
    one = outage(world)
    one = replace(one, incident=replace(one.incident, episodes=episodes))
    assert says in words_of(notes.reply_card(a_note(About.REOPENED, list(world.places)[:1]), one))


@pytest.mark.parametrize(("count", "says"), [(1, "*Front desk (ext. 101)* comes and goes. "), (3, "at Head office* come and go. ")])
def test_one_phone_comes_and_goes_and_several_come_and_go(count: int, says: str) -> None:
    world = missing(count)
    assert says in words_of(notes.reply_card(a_note(About.FLAPPING, list(world.places)[:count]), outage(world)))


def test_who_is_called_is_told_what_is_wrong() -> None:
    world = fleet({HEAD: 3})
    for _ in range(3):
        world.drop(list(world.places)[:1])
        world.restore(list(world.places)[:1])
    assert notes.reply_headline(a_note(About.ESCALATION, list(world.places)[:1]), outage(world)).endswith("(ext. 101) comes and goes")
    blind = outage(blinded(fleet({HEAD: 3}), "time-out"))
    assert notes.reply_headline(a_note(About.ESCALATION, []), blind).endswith(": VoIP.ms cannot be seen")
    away = missing(3)
    assert "at Head office* are missing." in words_of(notes.reply_card(a_note(About.ESCALATION, list(away.places)[:3]), outage(away)))


def test_a_group_that_is_none_is_not_called() -> None:
    assert notes.mention("S0DESK") == "<!subteam^S0DESK>" and notes.mention("!channel") == "" and notes.mention("") == ""


def test_a_night_lists_what_is_over_and_what_goes_on() -> None:
    world = fleet({f"203.0.113.{n}": 1 for n in range(9)}, pop=lambda site: site)
    for account in list(world.places)[:3]:
        world.drop([account])
        world.wait(900)
    world.restore(list(world.places)[:2])
    outages = [outage(world, n) for n in range(3)]
    assert notes.night_headline(outages, 1) == "3 outages overnight, 1 still open"
    words = words_of(notes.night_card(outages, 1))
    assert words.count("🟢") == 2 and words.count("🔴") == 2
    assert "🟢  *Front desk (ext. 101)*  ·  back after 48 min, began " in words, "no lamp stands without its word"
    assert "🔴  *Ana Roy (ext. 103)*  ·  missing for 16 min, since " in words


def test_an_outage_in_a_list_says_what_it_is_where_its_name_does_not() -> None:
    world = fleet({HEAD: 3})
    for _ in range(3):
        world.drop(list(world.places)[:1])
        world.restore(list(world.places)[:1])
    assert "  ·  comes and goes for " in words_of(notes.digest_card([outage(world)]))
    blind = blinded(fleet({HEAD: 3}), "time-out")
    assert "⚫  *VoIP.ms cannot be seen*  ·  for " in words_of(notes.digest_card([outage(blind)]))
    blind.wait(360)
    for _ in range(3):
        blind.api(Answer.VALID)
    assert "🟢  *VoIP.ms cannot be seen*  ·  over after 12 min, began " in words_of(notes.digest_card([outage(blind)]))


def test_an_absence_says_from_when_to_when_and_what_has_changed() -> None:
    world = missing()
    note = a_note(About.ABSENCE, list(world.places)[:2], since=NOON - timedelta(hours=9), until=NOON)
    blind = "I was blind from 22:00 to 07:00 EST"
    assert notes.absence_headline(note, who_is(world), TORONTO) == f"{blind}: 2 changes found, Front desk (ext. 101) is missing"
    assert notes.absence_headline(replace(note, accounts=note.accounts[1:], count=1), who_is(world), TORONTO) == f"{blind}: 1 change found"
    words = words_of(notes.absence_card(note, who_is(world), TORONTO))
    assert "*Missing:* Front desk (101)" in words and "*Registered:* Boardroom (102)" in words
    assert notes.absence_headline(replace(note, accounts=(), count=0), {}, TORONTO).endswith("nothing has changed")


def test_a_phone_from_a_new_network_is_a_quiet_word() -> None:
    world = missing()
    note = a_note(About.ARRIVAL, list(world.places)[:1], details=("198.51.100.77, Linphone/5.2",))
    assert notes.arrival_headline(note, who_is(world)) == "Front desk (ext. 101) registered from a new network or device"
    assert "198.51.100.77, Linphone/5.2" in words_of(notes.arrival_card(note, who_is(world)))


# Nothing breaks a picture


def every_outage(name: Callable[[int], str], count: int) -> Iterator[Outage]:
    """An outage at each of its stages."""
    world = fleet({HEAD: count, LAVAL: 2})
    accounts = [account for account, (site, _) in world.places.items() if site == HEAD]
    world.drop(accounts)
    yield outage(world, name=name)
    world.mute(Scope.SITE, HEAD, 3600)
    world.scene = replace(world.scene, mutes=tuple(replace(one, reason=EVIL) for one in world.scene.mutes))
    world.take()
    yield outage(world, name=name, sites={HEAD: EVIL})
    for account in accounts[: max(1, count // 2)]:
        world.look(account, Look.YES)
    yield outage(world, name=name, sites={HEAD: EVIL})
    world.wait(60)
    world.restore(accounts)
    yield outage(world, name=name, sites={HEAD: EVIL})
    world.tick(4000)
    yield outage(world, name=name, past=300, up=0.5)


@pytest.mark.parametrize("count", [1, 2, 150, pytest.param(500, marks=pytest.mark.soak)])
@pytest.mark.parametrize("name", [lambda _: EVIL, lambda _: "", lambda n: "*" * n], ids=["hostile", "empty", "stars"])
def test_hostile_names_and_many_phones_break_no_message(name: Callable[[int], str], count: int) -> None:
    for one in every_outage(name, count):
        own = {f"@{person}" for person in ("U0DANA",)}
        assert [fault for fault in faults(card(one)) if not any(mention in fault for mention in own)] == []
        assert "\n" not in headline(one)
        note = a_note(About.REMINDER, [member.account for member in one.members])
        assert faults(notes.reply_card(note, one)) == []


def test_equal_outages_make_equal_pictures() -> None:
    assert card(outage(missing(3))) == card(outage(missing(3)))
