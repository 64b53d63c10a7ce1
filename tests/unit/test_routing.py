"""Where a number really rings: every way ends, and is drawn so that people can follow it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.frame import render
from blocks.routing import MOST_LINES, in_short, place, tree
from rules.routing import DEEPEST, Step, Stop, accounts_of, ends, follow, id_of, is_set, kind_of, kinds, loops
from tests.unit.pictures import EVIL, faults, words_of
from voipms import Target

MENU = {
    target.routing: target
    for target in (
        Target(routing="ivr:4636", name="Main menu", leads_to=("1=grp:4768", "2=tc:1830", "0=ivr:4636", "9=fwd:404")),
        Target(routing="grp:4768", name="Sales", leads_to=("account:100001_ana,25,0", "account:100001_ben", "fwd:16006")),
        Target(routing="tc:1830", name="Office hours", leads_to=("grp:4768", "vm:1001")),
        Target(routing="account:100001_ana", name="Ana (ext. 101)"),
        Target(routing="account:100001_ben", name="Ben (ext. 102)"),
        Target(routing="fwd:16006", name="Ben's mobile", number="5145550199"),
        Target(routing="vm:1001", name="1001 Reception"),
    )
}


def lines(step: Step, hide: bool = False) -> list[str]:
    return words_of(render([tree("Where it rings", step, hide)])).splitlines()


@pytest.mark.parametrize(
    ("routing", "kind", "identity", "leads"),
    [
        ("account:100001_desk", "account", "100001_desk", True),
        ("GRP: 4768 ", "grp", "4768", True),
        ("sip:ana@sip.example.com:5060", "sip", "ana@sip.example.com:5060", True),
        ("sys:hangup", "sys", "hangup", True),
        ("none:", "none", "", False),
        ("", "", "", False),
        ("account", "account", "", True),
    ],
)
def test_a_routing_string_has_a_kind_and_an_id(routing: str, kind: str, identity: str, leads: bool) -> None:
    assert (kind_of(routing), id_of(routing), is_set(routing)) == (kind, identity, leads)


def test_a_menu_is_followed_to_the_phones_and_a_circle_is_named() -> None:
    way = follow("ivr:4636", MENU)
    assert lines(way) == [
        "Where it rings",
        "IVR Main menu",
        "1: Ring group Sales",
        "Ana (ext. 101)",
        "Ben (ext. 102)",
        "Forwarding Ben's mobile (514) 555-0199",
        "2: Time condition Office hours",
        "in these hours: Ring group Sales  shown above",
        "at other times: Mailbox 1001 Reception",
        "0: IVR Main menu  🟠 comes back to this: a circle",
        "9: fwd:404  ⚪ unknown: VoIP.ms does not list it",
    ]
    assert loops(way)
    assert accounts_of(way) == ("100001_ana", "100001_ben")
    assert [end.routing for end in ends(way)] == ["account:100001_ana", "account:100001_ben", "fwd:16006", "vm:1001", "fwd:404"]
    assert in_short(way) == "IVR Main menu → Ana (ext. 101), Ben (ext. 102), Forwarding Ben's mobile (514) 555-0199 and 2 more"


def test_each_place_is_deeper_than_the_one_that_leads_there() -> None:
    (block,) = render([tree("Where it rings", follow("ivr:4636", MENU))])
    indents = [part["indent"] for part in block["elements"] if part["type"] == "rich_text_list"]
    assert indents == [0, 1, 2, 1, 2, 1]


def test_a_group_reached_twice_in_a_row_is_still_followed_once_only() -> None:
    way = follow("tc:1", {**MENU, "tc:1": Target(routing="tc:1", leads_to=("grp:4768", "grp:4768"))})
    assert [step.stop for step in way.then] == [None, Stop.AGAIN]
    assert not loops(way)
    assert accounts_of(way) == ("100001_ana", "100001_ben")


@pytest.mark.parametrize(
    ("routing", "said"),
    [
        ("none:", "nowhere"),
        ("", "nowhere"),
        ("sys:hangup", "hangs up"),
        ("sys:noservice", "says that the number is not in service"),
        ("sys:new-thing", "sys:new-thing"),
        ("phone:5145550199", "Phone (514) 555-0199"),
        ("did:5145550199", "Number (514) 555-0199"),
        ("fwd:16006", "Forwarding Ben's mobile (514) 555-0199"),
        ("account:100001_gone", "account:100001_gone"),
        ("hunt:12", "hunt:12"),
    ],
)
def test_every_place_has_words_and_an_unknown_one_keeps_its_routing_string(routing: str, said: str) -> None:
    assert place(follow(routing, MENU)) == said


def test_other_peoples_numbers_are_masked_for_viewers_and_ours_are_not() -> None:
    ours = Target(routing="did:5145550100", name="(514) 555-0100 Main line", leads_to=("fwd:1",))
    named = Target(routing="fwd:1", name="RESELLER| 5145550199", number="5145550199")
    shown = lines(follow("did:5145550100", {ours.routing: ours, named.routing: named}), hide=True)
    assert shown[1] == "Number (514) 555-0100 Main line"
    assert "514 555-••99" in shown[2]
    assert "0199" not in "".join(shown)
    assert place(follow("phone:5145550199", {}), hide=True) == "Phone 514 555-••99"


def test_a_chain_is_followed_only_so_deep() -> None:
    chain = {f"did:{n}": Target(routing=f"did:{n}", name=str(n), leads_to=(f"did:{n + 1}",)) for n in range(50)}
    shown = lines(follow("did:0", chain))
    assert len(shown) == DEEPEST + 2
    assert shown[-1] == f"Number {DEEPEST}  goes on from here"


def test_a_long_way_is_cut_and_says_by_how_much() -> None:
    group = Target(routing="grp:1", name="All", leads_to=tuple(f"account:100001_{n}" for n in range(300)))
    shown = lines(follow("grp:1", {"grp:1": group}))
    assert len(shown) == MOST_LINES + 2
    assert shown[-1] == f"and {301 - MOST_LINES} places more"


def test_the_kinds_that_are_asked_are_those_that_can_be_reached() -> None:
    assert kinds(["ivr:4636"], {}) == {"ivr"}
    assert kinds(["ivr:4636", "none:"], MENU) == {"ivr", "none", "grp", "tc", "account", "fwd", "vm"}
    assert kinds([], MENU) == frozenset()


def test_hostile_names_do_no_harm() -> None:
    evil = Target(routing="grp:1", name=EVIL, leads_to=(f"{EVIL}=account:1", EVIL, "account:2"), number=EVIL)
    blocks = render([tree("Where it rings", follow("grp:1", {"grp:1": evil}), hide) for hide in (False, True)])
    assert faults(blocks) == []


ROUTINGS = st.sampled_from([f"{kind}:{n}" for kind in ("grp", "ivr", "did", "account") for n in range(4)] + ["none:", "", "sys:hangup"])
ENTRIES = st.one_of(
    ROUTINGS, ROUTINGS.map(lambda routing: f"7={routing}"), ROUTINGS.map(lambda routing: f"{routing},20,1"), st.text(max_size=9)
)
GRAPHS = st.dictionaries(ROUTINGS, st.lists(ENTRIES, max_size=4))


@given(GRAPHS, ENTRIES)
def test_every_way_through_any_graph_ends(graph: dict[str, list[str]], start: str) -> None:
    targets = {routing: Target(routing=routing, leads_to=tuple(leads_to)) for routing, leads_to in graph.items()}
    way = follow(start, targets)
    steps = 0
    waiting = [(way, 0)]
    while waiting:
        step, depth = waiting.pop()
        steps += 1
        assert depth <= DEEPEST
        assert bool(step.then) == (step.stop is None)
        waiting.extend((one, depth + 1) for one in step.then)
    assert steps <= 1 + sum(map(len, graph.values())), "no target is followed twice"
    assert {kind_of(end.routing) for end in ends(way)} <= kinds([start], targets)
    assert faults(render([tree("Where it rings", way)])) == []
    assert in_short(way)
