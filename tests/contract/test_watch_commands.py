"""``watch`` and ``alerts`` from the words to what is stored and what is answered, with a real database behind them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from slack_sdk import WebClient

from handlers.alerts import MOST_PAST, alerts_command
from handlers.looking import Looks
from handlers.memory import Memory
from handlers.parsing import split, unwrap
from handlers.places import Places
from handlers.registry import Misunderstood, Reply, Request
from handlers.watch import watch_command
from playground.slack import SlackServer
from rules.access import Role
from rules.incidents import Incident, Kind
from rules.limits import Limits
from rules.scene import Scope
from rules.watch import Look
from store import Store, incidents, steering
from store.survey import Survey
from tests.contract.watched_fleet import DAY, HOUR, MINUTE, TIMING, Fleet, sub_account
from tests.unit.pictures import faults, values_of, words_of
from tests.watching import NOON, OFFICE, SUPPORT
from voipms import Pace, VoipMs

HEAD, BRANCH = "203.0.113.7", "198.51.100.9"
DESK, HALL, SHOP = "100000_desk", "100000_hall", "100000_shop"
DANA, BEN = "U0DANA", "U0BEN"
TORONTO = ZoneInfo("America/Toronto")


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    """Two phones at the head office and a client's one in a branch."""
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


@pytest.fixture
def nobody() -> Iterator[VoipMs]:
    """A VoIP.ms that cannot be reached."""
    phones = VoipMs("ops@example.com", "no-password", pace=Pace(60_000), url="http://127.0.0.1:9/rest.php")
    yield phones
    phones.close()


def ask(
    fleet: Fleet,
    words: str,
    phones: VoipMs,
    *,
    by: str = DANA,
    channel: str = OFFICE,
    limits: Limits | None = None,
    places: Places | None = None,
) -> Reply:
    """The answer to ``watch …`` or ``alerts …``."""
    memory = Memory(store=fleet.store, zone=TORONTO)
    command = watch_command(memory, places) if words.split()[0] == "watch" else alerts_command(memory, Looks())
    asked = Request(
        person=by,
        role=Role.OPERATOR,
        words=split(unwrap(words))[1:],
        now=fleet.now,
        zone=TORONTO,
        channel=channel,
        limits=limits,
        clock=lambda: fleet.now,
        give_up_at=fleet.now + MINUTE,
    )
    reply = command.run(asked, phones)
    assert [fault for fault in faults(reply.blocks) if not fault.startswith(("@", "#", "!subteam")) and "is alive" not in fault] == []
    return reply


def mutes(fleet: Fleet) -> list[tuple[Scope, str]]:
    with fleet.store.reading() as transaction:
        return [(one.scope, one.key) for one in steering.mutes(transaction, fleet.now)]


# Silence


@pytest.mark.parametrize(
    ("words", "scope", "key"),
    [
        ("101 2h painters are in", Scope.ACCOUNT, DESK),
        ("front desk until 08:00", Scope.ACCOUNT, DESK),
        ("100000_hall 7d", Scope.ACCOUNT, HALL),
        ("site 203.0.113.7 for good", Scope.SITE, HEAD),
        ("203.0.113.7 90 min", Scope.SITE, HEAD),
        ('site "head office" 1h', Scope.SITE, HEAD),
        ("pop city1 2h", Scope.POP, "1"),
        ("client 561115 2h", Scope.CLIENT, "561115"),
        ("<#C0OFFICE|office> until tomorrow", Scope.CHANNEL, OFFICE),
        ("all 30 min", Scope.ALL, ""),
        ("2h 101", Scope.ACCOUNT, DESK),
    ],
)
def test_what_is_muted_and_for_how_long_is_read_from_words(fleet: Fleet, nobody: VoipMs, words: str, scope: Scope, key: str) -> None:
    ask(fleet, f'watch site {HEAD} "Head office"', nobody)
    said = ask(fleet, f"watch mute {words}", nobody)
    assert mutes(fleet) == [(scope, key)] and "is muted" in said.headline and said.did.startswith("mute ")
    undo = str(said.blocks).rpartition("`/voip ")[2].partition(" ends it")[0].replace("`", "")
    assert "is heard again" in ask(fleet, undo, nobody).headline and mutes(fleet) == []


@pytest.mark.parametrize(
    ("words", "scope", "key"),
    [
        ("GARAGE", Scope.ACCOUNT, SHOP),
        ("COURTYARD", Scope.ACCOUNT, HALL),
        ("C0GARAGE", Scope.CHANNEL, "C0GARAGE"),
        ("<#GARAGE>", Scope.CHANNEL, "GARAGE"),
        ("channel COURTYARD", Scope.CHANNEL, "COURTYARD"),
    ],
)
def test_a_phone_whose_name_looks_like_a_channel_is_a_phone(fleet: Fleet, nobody: VoipMs, words: str, scope: Scope, key: str) -> None:
    fleet.listed([sub_account(SHOP, description="GARAGE"), sub_account(HALL, description="COURTYARD GATE"), sub_account(DESK)])
    ask(fleet, f"watch mute {words} 2h", nobody)
    assert mutes(fleet) == [(scope, key)]


def test_a_reason_is_kept_and_shown(fleet: Fleet, nobody: VoipMs) -> None:
    ask(fleet, "watch mute 101 2h painters are in", nobody)
    words = words_of(ask(fleet, "watch", nobody).blocks)
    assert "Front desk" in words and "painters are in" in words and "/voip watch unmute 101" in words


@pytest.mark.parametrize(
    ("words", "says", "hint"),
    [
        ("watch mute 101", "For how long?", "watch mute 101 2h"),
        ("watch mute 101 until yesterday", "Until when?", "until monday"),
        ("watch mute 101 until 2026-01-01", "That is over already.", "until tomorrow"),
        ("watch mute 101 9999d", "That is no time to mute for.", "7d"),
        ("watch mute desc 2h", "I know no phone or site “desc”.", "watch mute"),
        ("watch mute", "For how long?", "watch mute 101 2h"),
        ("watch unmute", "Which one?", "watch unmute 101"),
        ("watch mut 101 2h", "I cannot “mut” anything.", "Did you mean `/voip watch mute 101 2h`?"),
        ("watch fly", "I cannot “fly” anything.", "help watch"),
        ("watch channel office", "Slack does not tell me which channel “office” is.", "list that Slack offers"),
        ("watch escalate ben", "Slack does not tell me which user group “ben” is.", "list that Slack offers"),
        ("watch quiet 22:00", "Quiet hours have a beginning and an end.", "22:00-07:00"),
        ("watch confirm never", "How long does a “no” have to last before it is told?", "90s"),
        ("watch low-balance lots", "Under how many dollars is the balance low?", "25"),
        ("watch site 203.0.113.7", "A site has an address and a name.", "Head office"),
        ("watch take 2026-0101-01", "I know no outage of that number.", "alerts"),
        ("alerts details", "Which outage?", "alerts"),
        ("alerts 2026-0101-01", "I know no outage of that number.", "alerts history"),
        ("alerts history desk", "After history comes a site, a period, or both.", "last-month"),
    ],
)
def test_words_that_make_no_sense_get_a_way_out(fleet: Fleet, nobody: VoipMs, words: str, says: str, hint: str) -> None:
    with pytest.raises(Misunderstood) as wrong:
        ask(fleet, words, nobody)
    assert str(wrong.value) == says and hint in wrong.value.hint


# Outages


def test_one_of_two_has_an_outage_and_the_other_is_told_who(fleet: Fleet, nobody: VoipMs) -> None:
    fleet.drop(DESK)
    [incident] = fleet.open()
    assert ask(fleet, f"watch take {incident.id}", nobody).headline == "Front desk (ext. 101) is yours"
    other = ask(fleet, f"watch take {incident.id}", nobody, by=BEN)
    assert "is taken already" in other.headline and f"@{DANA}" in words_of(other.blocks) and other.did == ""
    assert "You have" in ask(fleet, f"watch ack {incident.id}", nobody).headline
    assert "nobody's again" in ask(fleet, f"watch give-back {incident.id}", nobody, by=BEN).headline
    fleet.restore(DESK)
    assert "over already" in ask(fleet, f"watch take {incident.id}", nobody).headline


def test_muting_an_outage_mutes_its_phone_or_what_its_phones_share(fleet: Fleet, nobody: VoipMs) -> None:
    fleet.drop(DESK, HALL)
    fleet.wait(11 * MINUTE)
    fleet.drop(SHOP)
    site, one = fleet.open()
    ask(fleet, f"watch mute {one.id} until 08:00", nobody)
    ask(fleet, f"watch mute {site.id} 1h", nobody)
    assert set(mutes(fleet)) == {(Scope.ACCOUNT, SHOP), (Scope.SITE, HEAD)}
    ask(fleet, f"watch unmute {site.id}", nobody)
    assert mutes(fleet) == [(Scope.ACCOUNT, SHOP)]


def test_that_voipms_cannot_be_seen_is_not_muted_but_taken(fleet: Fleet, nobody: VoipMs) -> None:
    fleet.fail()
    [incident] = fleet.open()
    with pytest.raises(Misunderstood) as wrong:
        ask(fleet, f"watch mute {incident.id} 1h", nobody)
    assert f"watch take {incident.id}" in wrong.value.hint
    assert ask(fleet, f"watch take {incident.id}", nobody).headline == "VoIP.ms cannot be seen is yours"


def test_open_outages_are_listed_the_longest_first_with_their_details(fleet: Fleet, nobody: VoipMs) -> None:
    assert ask(fleet, "alerts", nobody).headline == "No open outage"
    fleet.drop(SHOP)
    fleet.wait(HOUR)
    fleet.drop(DESK, HALL)
    said = ask(fleet, "alerts", nobody)
    assert said.headline == "2 open outages: Shop (ext. 103), 203.0.113.7"
    first, second = fleet.open()
    assert values_of(said.blocks) == [f"alerts details {first.id}", f"alerts details {second.id}"]


def test_details_are_every_phone_with_its_last_registration(fleet: Fleet, nobody: VoipMs) -> None:
    fleet.drop(DESK, HALL)
    [incident] = fleet.open()
    said = ask(fleet, f"alerts {incident.id}", nobody)
    words = words_of(said.blocks)
    assert said.headline == "203.0.113.7: 2 of 2 phones are missing" and said.csv and said.again == f"details {incident.id}"
    assert all(word in words for word in ("Front desk", "Hall", HEAD, "city1"))


def api_outages(fleet: Fleet, count: int, at: datetime) -> None:
    """Outages of VoIP.ms itself that are over."""
    with fleet.store.writing() as transaction:
        some = [
            Incident(
                id=f"{at:%Y-%m%d}-{number:02}", kind=Kind.API, opened_at=at, since=at, joined_at=at, recovered_at=at, closed_at=at + MINUTE
            )
            for number in range(101, count + 101)
        ]
        incidents.save(transaction, some, {})


def test_history_looks_at_the_period_alone_and_says_when_it_is_cut(fleet: Fleet, nobody: VoipMs) -> None:
    api_outages(fleet, 2, fleet.now - 50 * DAY)
    api_outages(fleet, MOST_PAST, fleet.now - DAY)
    assert ask(fleet, "alerts history last-month", nobody).headline == "2 outages last month"
    assert ask(fleet, "alerts history yesterday", nobody).headline == "1,000 outages yesterday"
    api_outages(fleet, 1, fleet.now - 2 * DAY)
    whole = ask(fleet, "alerts history 60d", nobody)
    assert "among the latest 1,000" in whole.headline and "among the latest 1,000" in words_of(whole.blocks)


def test_earlier_outages_of_a_phone_are_counted_whatever_else_there_was(fleet: Fleet) -> None:
    for count in range(2):
        api_outages(fleet, 501, fleet.now)
        fleet.drop(SHOP)
        fleet.restore(SHOP)
        fleet.tick(DAY)
        with fleet.store.reading() as transaction:
            latest = next(one for one in incidents.history(transaction, NOON) if one.members)
            around = Survey(transaction, fleet.now, TORONTO, TIMING).around(latest, OFFICE)
        assert (around.past, latest.running) == (count + 1, False)


def test_history_and_one_phone_say_how_it_was(fleet: Fleet, nobody: VoipMs) -> None:
    fleet.drop(DESK)
    fleet.wait(11 * MINUTE)
    fleet.restore(DESK)
    fleet.wait(DAY)
    history = ask(fleet, "alerts history", nobody)
    assert history.headline == "1 outage in the last 30 days" and "12 min" in words_of(history.blocks)
    assert ask(fleet, "alerts history yesterday", nobody).headline == "1 outage yesterday"
    assert ask(fleet, "alerts history today", nobody).headline == "No outage today"
    fared = ask(fleet, "alerts front desk", nobody)
    assert fared.headline.startswith("Front desk (ext. 101): ") and "1 outage" in fared.headline and fared.again == DESK
    assert "missing" in words_of(fared.blocks)


def test_a_period_alone_asks_for_what_was_in_it_unless_a_phone_is_called_so(fleet: Fleet, nobody: VoipMs) -> None:
    fleet.drop(DESK)
    fleet.restore(DESK)
    fleet.wait(DAY)
    assert ask(fleet, "alerts yesterday", nobody).again == "history 2026-11-23"
    assert ask(fleet, "alerts yesterday", nobody).headline == "1 outage yesterday"
    assert ask(fleet, "alerts last week", nobody).headline == "Nothing was watched last week"
    fleet.listed([DESK, sub_account(HALL, description="Last week")])
    assert ask(fleet, "alerts last week", nobody).headline.startswith("Last week: ")


# What a place may see


def test_a_channel_with_limits_sees_its_own_phones_of_an_outage(fleet: Fleet, nobody: VoipMs) -> None:
    fleet.drop(DESK, SHOP)
    theirs = Limits(clients=frozenset({"561115"}))
    said = ask(fleet, "alerts", nobody, limits=theirs)
    assert said.headline == "1 open outage: Shop (ext. 103)" and "Front desk" not in words_of(said.blocks)
    with fleet.store.reading() as transaction:
        other = next(one for one in incidents.open_ones(transaction) if one.members[0].account == DESK)
    for words in (f"alerts {other.id}", "alerts 101"):
        with pytest.raises(Misunderstood) as hidden:
            ask(fleet, words, nobody, limits=theirs)
        assert "Front desk" not in f"{hidden.value} {hidden.value.hint}"


def test_details_asked_in_a_channel_are_of_the_phones_told_there(fleet: Fleet, nobody: VoipMs) -> None:
    with fleet.store.writing() as transaction:
        steering.route(transaction, Scope.CLIENT, "561115", SUPPORT, DANA, fleet.now, TIMING)
    for account in (DESK, SHOP):
        fleet.sites[account] = HEAD
    fleet.look(SHOP, Look.YES)
    fleet.drop(DESK, SHOP)
    [incident] = fleet.open()
    assert "Front desk" not in words_of(ask(fleet, f"alerts {incident.id}", nobody, channel=SUPPORT).blocks)
    assert "Front desk" in words_of(ask(fleet, f"alerts {incident.id}", nobody, channel="D0DIRECT").blocks)


# Settings


def test_a_phone_or_a_whole_client_is_set_aside_and_back(fleet: Fleet, nobody: VoipMs) -> None:
    assert ask(fleet, "watch expect-offline client 561115", nobody).headline.startswith("Shop (ext. 103): looked at, and may be offline")
    assert fleet.account(SHOP).expect_offline
    assert "undoes it" in words_of(ask(fleet, "watch ignore site 203.0.113.7", nobody).blocks)
    assert fleet.account(DESK).ignored and fleet.account(HALL).ignored
    words = words_of(ask(fleet, "watch list", nobody).blocks)
    assert "Ignored, nobody looks: Front desk (101), Hall (102)" in words and "Shop (103)" in words
    ask(fleet, "watch ignore 101 off", nobody)
    assert not fleet.account(DESK).ignored and fleet.account(HALL).ignored
    ask(fleet, "watch require 102", nobody)
    assert fleet.account(HALL).required


def test_sites_channels_quiet_hours_and_groups_are_set_and_listed(fleet: Fleet, nobody: VoipMs) -> None:
    ask(fleet, f'watch site {HEAD} "Head office"', nobody)
    ask(fleet, "watch channel site head office <#C0SUPPORT|support>", nobody)
    ask(fleet, "watch quiet 22:00-07:00 <#C0SUPPORT|support> europe/paris", nobody)
    ask(fleet, "watch escalate S0DESK1 <#C0SUPPORT|support>", nobody)
    ask(fleet, "watch confirm 90s", nobody)
    ask(fleet, "watch low-balance $25", nobody)
    words = words_of(ask(fleet, "watch", nobody).blocks)
    for said in (
        "Head office is 203.0.113.7, 2 phones",
        "Head office in #C0SUPPORT",
        "22:00 to 07:00, Europe/Paris",
        "1 min 30 s",
        "under $25.00 (set here)",
    ):
        assert said in words
    with fleet.store.reading() as transaction:
        chosen = steering.chosen(transaction, fleet.now)
    assert chosen.routes == {(Scope.SITE, HEAD): SUPPORT} and chosen.escalations == {SUPPORT: "S0DESK1"}
    assert chosen.thresholds.confirm_seconds == 90
    for undo in (
        "channel site head office default",
        "quiet off <#C0SUPPORT>",
        "escalate off <#C0SUPPORT>",
        "confirm default",
        "low-balance default",
    ):
        ask(fleet, f"watch {undo}", nobody)
    with fleet.store.reading() as transaction:
        chosen = steering.chosen(transaction, fleet.now)
    assert (chosen.routes, chosen.quiet, chosen.escalations, chosen.thresholds) == ({}, {}, {}, steering.Thresholds())


def test_everything_is_told_where_that_is_set(fleet: Fleet, nobody: VoipMs) -> None:
    ask(fleet, "watch channel <#C0SUPPORT|support>", nobody)
    fleet.drop(DESK)
    assert [note.channel for kind, note in fleet.queued() if kind == "post"] == [SUPPORT]


@pytest.mark.parametrize(
    ("channel", "problem"),
    [
        ("C0SHARED", "That channel is shared with another organisation."),
        ("C0AWAY", "I am not in that channel."),
        ("C0NOWHERE", "I cannot see that channel."),
    ],
)
@pytest.mark.parametrize("what", ["", "client 561115 "])
def test_alerts_go_nowhere_where_the_bot_may_not_post(fleet: Fleet, nobody: VoipMs, channel: str, problem: str, what: str) -> None:
    with SlackServer() as slack:
        slack.channel("C0SHARED", "shared", shared=True)
        slack.channel("C0AWAY", "away", bot=False)
        slack.channel(SUPPORT, "support")
        places = Places(WebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[]), lambda: fleet.now)
        with pytest.raises(Misunderstood, match=problem):
            ask(fleet, f"watch channel {what}<#{channel}>", nobody, places=places)
        with fleet.store.reading() as transaction:
            chosen = steering.chosen(transaction, fleet.now)
        assert (chosen.channel, chosen.routes) == (OFFICE, {})
        ask(fleet, f"watch channel {what}<#{SUPPORT}>", nobody, places=places)


def test_advice_says_what_a_shorter_registration_gains(fleet: Fleet, nobody: VoipMs) -> None:
    fleet.tick(timedelta(seconds=1), fleet.doing())
    words = words_of(ask(fleet, "watch", nobody).blocks)
    assert "3 phones register for up to 1 h at a time" in words
    assert "told after up to 1 h 2 min" in words and "With 5 min it would be *7 min*" in words
