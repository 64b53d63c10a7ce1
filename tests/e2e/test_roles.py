"""Roles, limited channels, forms, shortcuts and the Home tab with the whole bot; and what is forged or delivered twice."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from playground.company import Company, founded
from playground.slack import Message, Person, View
from tests.e2e.conftest import Stage, Start
from tests.foreign import Foreign

BIRCH, CLIENT = "C0BIRCH", "561115"
OPS = "S0OPS12345"
PATIENCE = 20


@pytest.fixture(scope="module")
def bot(start: Start) -> Iterator[Stage]:
    with start(DEFAULT_ROLE="none", VOIPMS_REQUESTS_PER_MINUTE="60000") as stage:
        stage.people["ana"] = stage.slack.person("U0ANA", name="Ana", channels=["C0PHONES"])
        stage.slack.group(OPS, "phone-ops", ["U0ANA"])
        stage.slack.channel(BIRCH, "birch")
        yield stage


def ask(person: Person, line: str, channel: str = "C0PHONES") -> str:
    return person.slash("/voip", line, channel=channel).answer().words.replace("*", "")


def test_a_user_group_has_what_it_was_granted_from_the_next_question_on(bot: Stage) -> None:
    ana = bot.people["ana"]
    refused = ask(ana, "accounts")
    assert "You may not do that" in refused and bot.admin.id in refused
    assert "@phone-ops: viewer from now on" in ask(bot.admin, f"access grant <!subteam^{OPS}|@phone-ops> viewer")
    assert "sub-accounts" in ask(ana, "accounts") and "your user group @phone-ops" in ask(ana, "whoami")
    old = ana.slash("/voip", "calls yesterday").answer()
    ask(bot.admin, "access revoke @phone-ops")
    assert "You may not do that" in ana.click(old, "Day before").answer().words, "an old button has no rights of its own"
    assert "You may not do that" in ana.click(old, "CSV").answer().words


def suggested(bot: Stage, view: View, block: str, typed: str) -> list[dict[str, Any]]:
    """What a list offers, asked for again and again as a person types: the first answers come before VoIP.ms's."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if options := bot.admin.suggest(view, (block, f"pick:{block}"), typed).wait_acked().ack_body["options"]:
            return list(options)
    raise AssertionError(f"nothing is offered for {typed}")


def test_a_channel_is_limited_in_the_form_which_suggests_clients(bot: Stage) -> None:
    view = bot.admin.slash("/voip", "access channel").wait_view()
    found = suggested(bot, view, "clients", "bir")
    assert [option["value"] for option in found] == [CLIENT] and "Birch Dental" in found[0]["text"]["text"]
    accounts = suggested(bot, view, "accounts", "frontdesk2")
    assert [option["value"] for option in accounts] == ["100001_frontdesk2"]
    nothing = bot.admin.submit(view, {"Channel": BIRCH}).wait_acked()
    assert nothing.errors == {"free": "Choose either what it sees, or this."}
    sent = bot.admin.submit(view, {"Channel": BIRCH, "Reseller clients": found})
    assert "sees only client Birch Dental" in sent.answer().words
    told = ask(bot.admin, "accounts", channel=BIRCH)
    assert "Birch Dental 1" in told and "Front desk" not in told
    assert "sees only a part" in ask(bot.admin, "balance", channel=BIRCH)
    ask(bot.admin, f"access channel <#{BIRCH}> free")


def test_a_role_is_granted_in_the_form_once_though_slack_delivers_it_twice(bot: Stage) -> None:
    bot.slack.deliver_twice = True
    try:
        view = bot.admin.slash("/voip", "access grant").wait_view()
        sent = bot.admin.submit(view, {"People": [bot.people["guest"].id], "Role": "viewer"})
        assert f"<@{bot.people['guest'].id}>: *viewer* from now on" in json.dumps(sent.answer().blocks)
    finally:
        bot.slack.deliver_twice = False
    assert "sub-accounts" in ask(bot.people["guest"], "accounts"), "a guest who is named"
    assert ask(bot.admin, "audit access today").count("granted viewer to person U0GUEST") == 1
    ask(bot.admin, "access revoke <@U0GUEST>")


def test_a_form_that_does_not_say_where_it_was_opened_does_nothing(bot: Stage) -> None:
    view = bot.admin.slash("/voip", "access grant").wait_view()
    for kept in ("", "{}", '{"seen_from": null}', '["C0PHONES"]'):
        view = replace(view, content={**view.content, "private_metadata": kept})
        bot.slack.workspace.views[view.id] = view
        assert bot.admin.suggest(view, ("groups", "pick:groups"), "").wait_acked().ack_body["options"] == []
    sent = bot.admin.submit(view, {"People": ["U0STRANGE"], "Role": "admin"})
    assert "Please open it again" in sent.answer().words
    assert "You may not do that" in ask(bot.people["stranger"], "accounts", channel="C0PARTNER")


def test_anything_can_be_asked_from_anywhere_by_a_shortcut(bot: Stage) -> None:
    view = bot.admin.shortcut("ask_dialtone").wait_view()
    sent = bot.admin.submit(view, {"What would you like to know?": "calls yesterday"})
    assert "Calls yesterday" in sent.answer().words
    answered = next(one for one in bot.slack.views if one.id == view.id)
    assert "Calls on" in bot.admin.click(answered, "Day before").answer().words


def test_what_is_looked_up_is_suggested_and_a_form_without_a_question_stays_open(bot: Stage) -> None:
    view = bot.admin.shortcut("ask_dialtone").wait_view()
    assert "Type a question" in str(bot.admin.submit(view).wait_acked().errors)
    found = bot.slack.wait_for(
        lambda: bot.admin.suggest(view, ("look_up", "pick:anything"), "bir").wait_acked().ack_body["options"], PATIENCE
    )
    assert {"text": "Client: Birch Dental (561115)", "value": "clients 561115"} in [
        {"text": one["text"]["text"], "value": one["value"]} for one in found
    ]
    sent = bot.admin.submit(view, {"Or look something up": next(one for one in found if one["value"] == "clients 561115")})
    assert "office@birchdental.example" in sent.answer().words


def written(bot: Stage, text: str) -> Message:
    """What somebody wrote to others."""
    return bot.slack.workspace.channels["C0PHONES"].messages[bot.admin.say(text, "C0PHONES").ts]


def test_a_number_in_a_message_is_looked_up_once_though_slack_delivers_it_twice(bot: Stage, books: Company) -> None:
    lately = datetime.now(UTC) - timedelta(days=20)
    number = next(one.number for one in books.ledger if one.direction == "in" and len(one.number) == 10 and one.start > lately)
    before = ask(bot.admin, "audit calls today").count("shortcut")
    message = written(bot, f"who is ({number[:3]}) {number[3:6]}-{number[6:]}? Rang again")
    bot.slack.deliver_twice = True
    try:
        answer = bot.admin.message_shortcut(message, "look_up_number").answer()
    finally:
        bot.slack.deliver_twice = False
    assert number[-4:] in answer.words and "Calls" in answer.words
    assert ask(bot.admin, "audit calls today").count("shortcut") == before + 1
    refused = bot.people["ana"].message_shortcut(message, "look_up_number").answer()
    assert "You may not do that" in refused.words and number[-4:] not in refused.words


def test_of_several_numbers_in_a_message_one_is_chosen(bot: Stage) -> None:
    several = bot.admin.message_shortcut(written(bot, "514 555-0134 or 450-555-0152"), "look_up_number").answer()
    assert "Which number" in several.words and several.view is not None
    assert "0152" in bot.admin.click(several.view, "(450) 555-0152").answer().words
    none = bot.admin.message_shortcut(written(bot, "no number here"), "look_up_number").answer()
    assert "no phone number" in none.words


def home(bot: Stage, person: Person) -> View:
    person.open_home().wait_acked()
    shown = bot.slack.wait_for(lambda: bot.slack.home(person.id), PATIENCE)
    assert shown is not None
    return shown


def test_home_shows_what_one_may_see_and_its_buttons_answer(bot: Stage) -> None:
    admin, nobody = home(bot, bot.admin), home(bot, bot.people["ana"])
    assert "You may not ask anything yet" in nobody.words and "Audit" not in nobody.words
    assert "Your role" in bot.people["ana"].click(nobody, "Who am I").answer().words
    assert "Access" in admin.words and "Audit" in admin.words
    assert "role" in bot.admin.click(admin, "Access").answer().words


def test_admins_are_greeted_when_the_bot_first_starts_and_nobody_else_is(bot: Stage) -> None:
    greeting = bot.slack.messages(bot.admin.dm)[0]
    assert "Dialtone" in greeting.words and sum(block["type"] == "actions" for block in greeting.blocks) == 1
    assert not bot.slack.messages(bot.viewer.dm), "only admins are"


def test_a_limited_channel_hears_of_its_own_phones_and_calls_alone(start: Start) -> None:
    company = founded(seed=1, now=datetime.now(UTC))
    foreign = Foreign(company, CLIENT, datetime.now(UTC) - timedelta(days=92))
    theirs = next(one.login for one in company.sub_accounts.values() if one.client == CLIENT and not one.by_ip)
    with start(company=company, CONFIRM_SECONDS="1", WATCH_INTERVAL="1", ALERT_CHANNEL=BIRCH, LOG_LEVEL="INFO") as stage:
        stage.slack.channel(BIRCH, "birch")
        ask(stage.admin, f"access channel <#{BIRCH}> to client {CLIENT}")
        ask(stage.admin, f"report daily 08:00 in <#{BIRCH}> csv")
        ask(stage.admin, "report run 1")
        stage.slack.wait_for(lambda: "of 53 phones are registered" in ask(stage.admin, "status"), PATIENCE)
        company.unplug("100001_frontdesk")
        company.unplug(theirs)
        stage.slack.wait_for(lambda: len(told(stage)) >= 3 and any("Missing: Birch Dental" in one.text for one in told(stage)), PATIENCE)
        said = "\n".join(f"{one.text}{json.dumps(one.blocks, ensure_ascii=False)}" for one in told(stage))
        files = "\n".join(one.content.decode("utf-8-sig") for one in stage.slack.files)
        assert foreign.found(said) == foreign.found(files) == frozenset()
        assert "Front desk" not in said and "Birch Dental 1" in files


def told(stage: Stage) -> list[Message]:
    return stage.slack.messages(BIRCH)
