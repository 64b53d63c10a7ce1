"""A limited channel is told of its own phones and of nothing else, however wide an outage is and whatever is routed to it."""

from dataclasses import replace

import pytest

from rules.health import Answer
from rules.incidents import Kind, Phase, truth
from rules.limits import Fence, Limits
from rules.lowbalance import Purse
from rules.notes import Act
from rules.scene import Phone, Scope, channel_of
from rules.watch import Look
from tests.watching import OFFICE, SUPPORT, World

BIRCH = "C0BIRCH"
THEIRS, OTHERS = "100000_birch_0", "100000_head_0"


def routed(scope: Scope, key: str, channel: str = BIRCH, default: str = OFFICE) -> World:
    """Two sites: a client's and the company's own; the client's channel sees the client alone."""
    made = World.of({"birch": 3, "head": 3})
    phones = {account: Phone(account=account, client="561115") for account in made.places if "birch" in account}
    limits = {BIRCH: Limits(clients=frozenset({"561115"}))}
    made.scene = replace(made.scene, phones=phones, limits=limits, routes={(scope, key): channel}, channel=default)
    return made


@pytest.mark.parametrize(("scope", "key"), [(Scope.SITE, "head"), (Scope.POP, "1"), (Scope.CLIENT, "561115")])
def test_a_route_to_a_limited_channel_leads_only_its_own_there(scope: Scope, key: str) -> None:
    made = routed(scope, key)
    lines = made.scene.lines
    assert channel_of(made.scene, lines[OTHERS]) == OFFICE
    assert channel_of(made.scene, lines[THEIRS]) == (OFFICE if scope is Scope.SITE else BIRCH)


def test_where_everything_goes_to_a_limited_channel_what_it_may_not_see_is_told_nowhere() -> None:
    made = routed(Scope.CLIENT, "nobody", default=BIRCH)
    made.drop([THEIRS, OTHERS])
    assert {note.channel for note in made.notes} == {BIRCH}
    assert {account for incident in made.open for account in truth(incident, BIRCH).down} == {THEIRS}


def test_a_wide_outage_shows_the_limited_channel_its_own_phones() -> None:
    made = routed(Scope.CLIENT, "561115")
    made.drop(made.places)
    shown = {account for incident in made.open for account in truth(incident, BIRCH).down}
    assert shown == {account for account in made.places if "birch" in account}


def test_that_voipms_cannot_be_seen_is_the_whole_accounts_affair() -> None:
    made = routed(Scope.CLIENT, "nobody", default=BIRCH)
    for second in range(0, 600, 60):
        made.api(Answer.ERROR, account=f"100000_head_{second // 60 % 3}")
        made.tick(60)
    assert made.open and made.notes == []


# A channel that is limited while an outage is told in it


def limited_meanwhile(made: World, channel: str = OFFICE) -> None:
    limits = {**made.scene.limits, channel: Limits(clients=frozenset({"561115"}))}
    made.scene = replace(made.scene, limits=limits)
    made.tick()


def test_an_outage_of_others_ends_in_a_channel_that_is_limited_meanwhile() -> None:
    made = routed(Scope.CLIENT, "nobody")
    made.drop([OTHERS])
    before = len(made.notes)
    limited_meanwhile(made)
    assert [(note.act, note.channel) for note in made.notes[before:]] == [(Act.EDIT, OFFICE)]
    [message] = made.slack.values()
    assert message.phase is Phase.GONE and not message.members
    for _ in range(6):
        made.tick(4 * 3600)
    made.restore([OTHERS])
    made.drop([OTHERS])
    assert len(made.notes) == before + 1, "neither a reminder nor its end nor the next one"


def test_what_a_channel_may_see_of_an_outage_goes_on_in_it() -> None:
    made = routed(Scope.CLIENT, "nobody")
    made.places[THEIRS] = made.places[OTHERS]
    made.look(THEIRS, Look.YES)
    made.drop([OTHERS, THEIRS])
    limited_meanwhile(made)
    made.tick(3600)
    assert [note.accounts for note in made.replies] == [(THEIRS,)]
    made.restore([OTHERS, THEIRS])
    [message] = made.slack.values()
    assert message.phase is Phase.BACK and message.members == 1


def test_an_outage_goes_on_in_a_channel_that_may_still_see_it() -> None:
    made = routed(Scope.SITE, "head", SUPPORT)
    made.drop([OTHERS])
    limited_meanwhile(made, SUPPORT)
    assert {note.channel for note in made.posts} == {SUPPORT, OFFICE}
    assert {(channel, told.down) for (_, channel), told in made.slack.items()} == {(SUPPORT, ()), (OFFICE, (OTHERS,))}


def test_a_phone_that_comes_back_elsewhere_is_told_as_back_where_it_went_missing() -> None:
    made, fence = routed(Scope.SITE, "head"), Fence(sites=frozenset({"head"}))
    made.scene = replace(made.scene, limits={BIRCH: fence.limits([OTHERS])})
    made.drop([OTHERS])
    made.places[OTHERS] = ("birch", "1")
    made.scene = replace(made.scene, limits={BIRCH: fence.limits([])})
    made.restore([OTHERS])
    assert {channel for _, channel in made.slack} == {BIRCH}
    [message] = made.slack.values()
    assert message.phase is Phase.BACK and message.members == 1
    made.drop([OTHERS])
    assert made.posts[-1].channel == OFFICE, "its next outage is the other site's"


@pytest.mark.parametrize("kind", [Kind.BALANCE, Kind.API])
def test_what_is_about_the_whole_account_ends_in_a_channel_that_is_limited_meanwhile(kind: Kind) -> None:
    made = routed(Scope.CLIENT, "nobody")
    if kind is Kind.BALANCE:
        weighed(made, "9.99")
    else:
        for minute in range(10):
            made.api(Answer.ERROR, account=f"100000_head_{minute % 3}")
            made.tick(60)
    [incident] = made.open
    assert incident.kind is kind and len(made.posts) == 1
    before = len(made.notes)
    limited_meanwhile(made)
    if kind is Kind.BALANCE:
        weighed(made, "1.00")
    for _ in range(6):
        made.tick(4 * 3600)
    assert [(note.act, note.channel) for note in made.notes[before:]] == [(Act.EDIT, OFFICE)]
    made.scene = replace(made.scene, limits={})
    made.tick()
    assert made.notes[-1].channel == OFFICE and made.notes[-1].act is Act.REPLY, "it goes on where it may be told again"


def weighed(made: World, balance: str) -> None:
    low_since = made.scene.purse.low_since or made.now
    made.scene = replace(made.scene, purse=Purse(balance=balance, low_since=low_since))
    made.tick(60)
