"""``access``: what an admin types or chooses is what holds from then on, and what would lock everybody out is not done."""

import csv
import html
import io
from collections.abc import Iterator

import pytest

from blocks import access as view
from handlers.registry import FormErrors, Submitted
from playground.slack import ApiError, Dropped
from playground.slack_faults import Fault
from tests.front_door import ADMIN, BIRCH, CLIENT, GRANTED, OPEN, Answer, Door, opened
from tests.unit.pictures import faults, values_of, words_of

BEN, ANA, EVE = "U0BEN12345", "U0ANA12345", "U0EVE12345"
OPS = "S0OPS12345"


@pytest.fixture(scope="module")
def everywhere() -> Iterator[Door]:
    with opened() as made:
        for person, name in ((BEN, "ben"), (ANA, "ana"), (EVE, "eve")):
            made.slack.person(person, name=name, guest=person == EVE)
        made.slack.group(OPS, "phone-ops", [ANA, EVE])
        yield made


@pytest.fixture
def door(everywhere: Door) -> Iterator[Door]:
    yield everywhere
    for who in (f"<@{BEN}>", f"<@{ANA}>", f"<!subteam^{OPS}>", f"<#{GRANTED}>"):
        everywhere.ask(f"access revoke {who}")
    everywhere.ask(f"access channel <#{BIRCH}> free")


def said(answer: Answer) -> str:
    assert answer.message is not None
    return words_of(answer.message.blocks).replace("*", "").replace("`", "")


def role(door: Door, person: str, channel: str = OPEN) -> str:
    return str(door.front.rights.asker(person, channel).role)


def test_a_role_is_granted_by_the_name_that_was_typed_and_taken_back(door: Door) -> None:
    granted = door.ask("access grant @ben operator")
    assert "@U0BEN12345: operator from now on" in said(granted) and granted.entry.about == f"granted operator to person {BEN}"
    assert role(door, BEN) == "operator"
    assert "taken back" in said(door.ask("access revoke @ben")) and role(door, BEN) == "none"
    assert "Nothing was granted" in said(door.ask("access revoke @ben"))


def test_a_name_that_several_have_is_nobodys() -> None:
    with opened() as door:
        for person, guest in ((BEN, False), (EVE, True)):
            door.slack.person(person, name="ben" if person == BEN else "Ben", guest=guest)
        door.slack.person(ANA, name="ana")
        door.slack.group(OPS, "ana", [EVE])
        for line in ("access grant @ben admin", "access grant @ana admin", "access revoke @ana", "audit @ben"):
            assert "or several are called so" in said(door.ask(line)), line
        assert [role(door, person) for person in (BEN, EVE, ANA)] == ["none"] * 3


def test_a_name_is_not_that_of_somebody_who_has_left() -> None:
    with opened() as door:
        door.slack.person(EVE, name="eve", gone=True)
        door.slack.person(BEN, name="ben", gone=True)
        door.slack.person(ANA, name="ben")
        assert "Slack does not tell me who" in said(door.ask("access grant @eve viewer"))
        assert f"@{ANA}: viewer" in said(door.ask("access grant @ben viewer"))


@pytest.mark.parametrize("method", ["users.list", "usergroups.list"])
@pytest.mark.parametrize("fault", [Dropped(), ApiError("internal_error")])
def test_names_that_slack_did_not_tell_are_asked_for_again(method: str, fault: Fault) -> None:
    with opened() as door:
        door.slack.person(BEN, name="ben")
        door.slack.fail(fault, method=method)
        assert "Slack does not tell me who" in said(door.ask("access grant @ben viewer")) and role(door, BEN) == "none"
        assert "viewer from now on" in said(door.ask("access grant @ben viewer")) and role(door, BEN) == "viewer"


def test_a_workspace_without_user_groups_is_asked_for_them_once() -> None:
    with opened() as door:
        door.slack.person(BEN, name="ben")
        door.slack.fail(ApiError("paid_teams_only"), method="usergroups.list", times=None)
        for _ in range(2):
            assert "viewer from now on" in said(door.ask("access grant @ben viewer"))
        assert [call.method for call in door.slack.calls].count("usergroups.list") == 1


def test_a_group_has_a_role_without_its_guests_until_these_are_named_too(door: Door) -> None:
    granted = door.ask("access grant @phone-ops viewer")
    assert "@phone-ops: viewer" in said(granted) and "Guests and people of other organisations are not meant" in said(granted)
    assert (role(door, ANA), role(door, EVE), role(door, BEN)) == ("viewer", "none", "none")
    door.ask("access grant @phone-ops viewer guests")
    assert (role(door, ANA), role(door, EVE)) == ("viewer", "viewer")
    assert "It was given to your user group @phone-ops by" in said(door.ask("whoami", ANA)) and f"@{ADMIN} can change it" in said(
        door.ask("whoami", ANA)
    )


def test_a_channel_gives_a_role_where_it_is_and_that_anybody_can_join_it_is_said(door: Door) -> None:
    assert "Anybody in the workspace can join" in said(door.ask(f"access grant <#{GRANTED}> viewer"))
    assert (role(door, BEN, GRANTED), role(door, BEN, OPEN), role(door, BEN, "")) == ("viewer", "none", "none")


def test_the_last_admin_stays(door: Door) -> None:
    assert "admin by the setting ADMINS" in said(door.ask(f"access grant <@{ADMIN}> viewer"))
    assert "admin by the setting ADMINS" in said(door.ask(f"access revoke <@{ADMIN}>"))
    with opened(ADMINS="") as other:
        other.slack.person(BEN)
        assert not other.ask("access", BEN).allowed


def test_what_is_wrong_with_the_words_is_said_and_nothing_is_granted(door: Door) -> None:
    for words in (
        "grant @ben",
        "grant operator",
        "grant @ben operatr",
        "grant @nobody viewer",
        "grant @ben none admin",
        "give",
        "frobnicate",
    ):
        answer = door.ask(f"access {words}")
        assert answer.entry.result in ("misunderstood", "answered") and said(answer)
    assert role(door, BEN) == "none"


def test_the_form_grants_to_several_at_once(door: Door) -> None:
    chosen = {view.WHO: f"{BEN}\n{ANA}", view.CHANNEL: GRANTED, view.ROLE: "operator", view.OUTSIDERS: "yes"}
    answer = door.submit("access", Submitted(values=chosen, form=view.GRANT_FORM))
    assert said(answer).count("operator from now on") == 3
    assert answer.entry.about == f"granted operator to person {BEN}, person {ANA}, channel {GRANTED} with guests"
    assert (role(door, BEN), role(door, ANA), role(door, EVE, GRANTED)) == ("operator", "operator", "operator")


@pytest.mark.parametrize(
    ("form", "values", "wrong"),
    [
        (view.GRANT_FORM, {view.ROLE: "viewer"}, view.WHO),
        (view.LIMIT_FORM, {view.CHANNEL: BIRCH}, view.FREE),
        (view.LIMIT_FORM, {view.CHANNEL: BIRCH, view.CLIENTS: CLIENT, view.FREE: "yes"}, view.FREE),
    ],
)
def test_a_form_that_says_nothing_or_two_things_stays_open(door: Door, form: str, values: dict[str, str], wrong: str) -> None:
    command = door.front.registry.get("access")
    assert command is not None and command.check is not None
    with pytest.raises(FormErrors) as refused:
        command.check(Submitted(values=values, form=form))
    assert list(refused.value.errors) == [wrong]


def test_a_channel_is_limited_in_words_and_set_free_in_the_form(door: Door) -> None:
    answer = door.ask(f'access channel #birch to client {CLIENT}, site "203.0.113.7" and account 101')
    assert "sees only client Birch Dental (561115), site 203.0.113.7, account Front desk (100001_frontdesk)" in said(answer)
    assert f"watch channel client {CLIENT}" in said(answer)
    limits = door.front.rights.asker(ADMIN, BIRCH).limits
    assert limits is not None and limits.clients == {CLIENT} and "100001_frontdesk" in limits.accounts
    assert len(limits.accounts) > 5, "whatever registers from that site"
    assert "This channel sees" in said(door.ask("whoami", channel=BIRCH))
    freed = door.submit("access", Submitted(values={view.CHANNEL: BIRCH, view.FREE: "yes"}, form=view.LIMIT_FORM))
    assert "sees everything again" in said(freed) and freed.entry.about == f"limits of {BIRCH} lifted"
    assert door.front.rights.asker(ADMIN, BIRCH).limits is None


def test_two_clients_in_a_row_are_two_clients_and_a_name_that_is_none_limits_nothing(door: Door) -> None:
    assert "Did you mean" in said(door.ask(f"access channel <#{BIRCH}> to client 56111"))
    assert door.front.rights.asker(ADMIN, BIRCH).limits is None
    door.ask(f"access channel <#{BIRCH}> to client {CLIENT}, 561116")
    limits = door.front.rights.asker(ADMIN, BIRCH).limits
    assert limits is not None and limits.clients == {CLIENT, "561116"}


def test_all_that_is_granted_and_limited_is_listed_with_who_did_it_and_as_a_file(door: Door) -> None:
    door.ask(f"access grant <@{BEN}> operator")
    door.ask("access grant @phone-ops viewer guests")
    door.ask(f"access channel <#{BIRCH}> to client {CLIENT}")
    listed = door.ask("access list")
    assert listed.message is not None and listed.message.headline == "2 roles granted, 1 channel limited"
    words = said(listed)
    assert f"@{BEN}: operator" in words and "@phone-ops: viewer, guests" in words and f"#{BIRCH} sees client Birch Dental" in words
    assert words.count(f"  ·  by @{ADMIN}, ") == 3
    assert [one for one in faults(listed.message.blocks) if not one.startswith(("@U0", "#C0"))] == []
    assert {"access grant", "access channel"} <= set(values_of(listed.message.blocks))
    rows = list(csv.reader(io.StringIO(door.csv("access list").file.decode("utf-8-sig"))))
    assert [row[:6] for row in rows[1:]] == [
        ["group", OPS, "phone-ops", "viewer", "yes", ""],
        ["person", BEN, "", "operator", "", ""],
        ["limit", BIRCH, "", "", "", f"client {CLIENT}"],
    ]


def test_the_audit_finds_what_was_done_and_refused_by_person_command_and_period(door: Door) -> None:
    door.ask(f"access grant <@{BEN}> viewer")
    door.ask("balance", BEN)
    door.ask("calls today number:5145550134", BEN)
    refused = said(door.ask(f"audit <@{BEN}> refused"))
    assert "balance" in refused and "calls" not in refused
    own = said(door.ask(f"audit <@{BEN}> calls today"))
    assert "514 555-••34" in own and "0134" not in own
    rows = list(csv.DictReader(io.StringIO(door.csv("audit access today").file.decode("utf-8-sig"))))
    assert rows and {row["Command"] for row in rows} == {"access"}
    assert not door.ask("audit", BEN).allowed


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("yesterdy", "I do not know “yesterdy”.\nDid you mean /voip audit yesterday"),
        (f"<@{BEN}> refusd", f"Did you mean /voip audit @{BEN} refused"),
        ("cals today", "Did you mean /voip audit calls today"),
        ("frobnicate", "For example /voip audit @ben last-week refused"),
    ],
)
def test_what_is_no_command_is_not_looked_for_in_the_audit(door: Door, words: str, says: str) -> None:
    answer = door.ask(f"audit {words}")
    assert answer.entry.result == "misunderstood" and says in html.unescape(said(answer))


@pytest.mark.parametrize("words", ["mailbox today", "/voip-calls", "Home", "call"])
def test_every_name_of_a_command_is_looked_for_in_the_audit(door: Door, words: str) -> None:
    assert door.ask(f"audit {words}").entry.result == "answered"


def test_a_long_audit_is_turned_to_its_end(door: Door) -> None:
    for _ in range(250):
        door.ask("help", ANA)
    line, counts = f"audit <@{ANA}> help", list[int]()
    while line:
        answer = door.ask(line)
        assert answer.message is not None and set(faults(answer.message.blocks)) <= {f"@{ANA}"}
        counts.append(sum(len(block["rows"]) - 1 for block in answer.message.blocks if block["type"] == "table"))
        line = next((value for value in values_of(answer.message.blocks) if "from:" in value), "")
    assert counts == [99, 99, 52]
    assert "First" in said(answer) and "199 to 250 of 250" in said(answer)


def test_doctor_lists_the_slash_commands_that_the_app_should_have(door: Door) -> None:
    answer = door.ask("doctor")
    words = said(answer)
    assert all(f"/voip-{command.name}" in words for command in door.front.registry)
    assert answer.message is not None and faults(answer.message.blocks) == []
