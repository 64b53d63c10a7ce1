"""Phones that go and come, from the registrar to the channel: one message for each outage, through to its end."""

import csv
import io
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from bot import running
from config import load
from playground.company import Company, founded
from playground.slack import Message, Person, SlackServer
from playground.voipms import BadStatus, Html, VoipMsServer
from tests.e2e.conftest import Stage, Start

DESK, FAX = "100001_frontdesk", "100001_fax"
BRANCH = "Laval branch"
ALL_WELL = "8 of 9 phones are registered, 1 never seen"
ALERTS = "C0ALERTS"
FAST = {"CONFIRM_SECONDS": "1", "WATCH_INTERVAL": "1", "ALERT_CHANNEL": ALERTS, "LOG_LEVEL": "INFO"}
FIVE = [f"U0OPER{n}" for n in range(5)]
PATIENCE = 20.0


@pytest.fixture
def company() -> Company:
    """Nine phones, so that a second is enough to look at them all: two of the office, and a branch with one that never came."""
    made = founded(seed=1, now=datetime.now(UTC), days=2)
    made.sub_accounts = {login: one for login, one in made.sub_accounts.items() if login in (DESK, FAX) or one.site.name == BRANCH}
    return made


@contextmanager
def watched(start: Start, company: Company, **environ: str) -> Iterator[Stage]:
    """A bot that has looked at every phone once."""
    with start(company=company, **{**FAST, **environ}) as stage:
        asked_until(stage.admin, "status", ALL_WELL)
        yield stage


def asked_until(person: Person, words: str, says: str) -> Message:
    """The answer, asked for again and again until it says so."""
    until = time.monotonic() + PATIENCE
    while True:
        answer = person.slash("/voip", words).answer()
        if says in answer.words or says in answer.text:
            return answer
        assert time.monotonic() < until, answer.words


def posts(slack: SlackServer) -> list[Message]:
    """The channel's messages, as they stand now; replies in threads are none."""
    return [one for one in slack.workspace.channels[ALERTS].messages.values() if not one.thread_ts or one.thread_ts == one.ts]


def wait_post(slack: SlackServer, begins: str, where: Callable[[Message], bool] = lambda message: True) -> Message:
    """The message in the channel that begins so, once it is there."""

    def found() -> Message | None:
        return next((one for one in posts(slack) if one.text.startswith(begins) and where(one)), None)

    there = slack.wait_for(found, PATIENCE)
    assert there is not None
    return there


def test_a_phone_is_missing_taken_and_back_in_one_message(start: Start, company: Company) -> None:
    with watched(start, company) as stage:
        company.unplug(DESK)
        missing = wait_post(stage.slack, "Missing: Front desk")
        assert "203.0.113.7" in missing.words and "It alone is missing" in missing.words
        assert "is yours" in stage.admin.click(missing, "Acknowledge").answer().words
        taken = wait_post(stage.slack, "Missing: Front desk", lambda one: "Taken by" in one.words)
        assert taken.ts == missing.ts and "Acknowledge" not in taken.words
        company.plug_in(DESK)
        back = wait_post(stage.slack, "Back: Front desk (ext. 101) after")
        assert back.ts == missing.ts and len(posts(stage.slack)) == 1
        stale = stage.admin.slash("/voip", f"watch take {back.words.rpartition('outage ')[2].strip()}")
        assert "over already" in stale.answer().words


def test_a_site_that_goes_down_is_one_message(start: Start, company: Company) -> None:
    with watched(start, company) as stage:
        count = sum(not company.sub_accounts[login].by_ip for login in company.site(BRANCH))
        company.unplug_site(BRANCH)
        wait_post(stage.slack, "Missing: all", lambda one: "that site's internet or router" in one.words)
        company.plug_in_site(BRANCH)
        back = wait_post(stage.slack, "Back: ")
        assert len(posts(stage.slack)) == 1 and f"{count - 1} phones" in back.words, back.words


def test_when_voipms_cannot_be_seen_it_is_said_once_and_no_phone_is_called_missing(start: Start, company: Company) -> None:
    with watched(start, company) as stage:
        stage.phones.fail(Html(503), times=None)
        company.unplug(DESK)
        blind = wait_post(stage.slack, "Cannot see VoIP.ms since")
        assert "HTTP 503" in blind.text and "Phones may be fine" in blind.words
        assert "Cannot see VoIP.ms" in stage.viewer.slash("/voip", "status").answer().words
        company.plug_in(DESK)
        stage.phones.heal()
        back = wait_post(stage.slack, "Back: VoIP.ms can be seen again")
        assert back.ts == blind.ts and [one.text[:5] for one in posts(stage.slack)] == ["Back:"]


def test_an_address_that_is_not_allowed_is_named(start: Start, company: Company) -> None:
    with watched(start, company) as stage:
        stage.phones.fail(BadStatus("ip_not_enabled"), times=None)
        blind = wait_post(stage.slack, "Cannot see VoIP.ms since")
        assert "To mend it:" in blind.words and "Main Menu" in blind.words
        stage.log.wait_for(lambda lines: any("VoIP.ms cannot be seen" in line and "ip_not_enabled" in line for line in lines))


def test_of_five_who_acknowledge_at_once_one_has_it_and_the_others_are_told_who(start: Start, company: Company) -> None:
    with watched(start, company, ADMINS=",".join(["U0ALICE", *FIVE])) as stage:
        people = [stage.slack.person(one, name=one) for one in FIVE]
        company.unplug(DESK)
        missing = wait_post(stage.slack, "Missing: Front desk")
        stage.slack.deliver_twice = True
        clicks = [person.click(missing, "Acknowledge") for person in people]
        said = [click.answer(PATIENCE).words for click in clicks]
        stage.slack.deliver_twice = False
        winner = next(person.id for person, words in zip(people, said, strict=True) if "is yours" in words)
        assert sum("is yours" in words for words in said) == 1
        assert sum(f"@{winner} has *Front desk" in words for words in said) == 4, said
        taken = wait_post(stage.slack, "Missing: Front desk", lambda one: f"Taken by @{winner}" in one.words)
        assert taken.ts == missing.ts and all(sum(not one.interim for one in click.messages) == 1 for click in clicks)


def test_a_mute_from_the_menu_is_shown_and_ends_when_it_is_taken_back(start: Start, company: Company) -> None:
    with watched(start, company) as stage:
        company.unplug(DESK)
        missing = wait_post(stage.slack, "Missing: Front desk")
        assert "*Front desk* is muted until" in stage.admin.select(missing, "mute", "Mute 1 hour").answer().words
        muted = wait_post(stage.slack, "Missing: Front desk", lambda one: "Muted until" in one.words)
        assert "Front desk" in stage.admin.slash("/voip", "watch").answer().words
        assert "is heard again" in stage.admin.select(muted, "mute", "Unmute").answer().words
        wait_post(stage.slack, "Missing: Front desk", lambda one: "Muted until" not in one.words)


def test_a_viewer_may_look_and_see_details_but_not_acknowledge_nor_mute(start: Start, company: Company) -> None:
    with watched(start, company) as stage:
        company.unplug(DESK)
        missing = wait_post(stage.slack, "Missing: Front desk")
        refused = [stage.viewer.click(missing, "Acknowledge"), stage.viewer.select(missing, "mute", "Mute for good")]
        assert all("You may not do that" in click.answer().words for click in refused)
        details = stage.viewer.click(missing, "Details").answer()
        assert details.ephemeral and DESK in details.words and "203.0.113.7" in details.words
        asked = len(stage.phones.asked)
        live = stage.viewer.click(missing, "Look now").answer()
        assert live.ephemeral and "The only phone is missing: Front desk" in live.text and "203.0.113.7" in live.words
        assert DESK in [one.params.get("account") for one in stage.phones.asked[asked:]]


def test_status_comes_from_the_last_looks_however_slow_voipms_is(start: Start, company: Company) -> None:
    with watched(start, company) as stage:
        company.unplug(DESK)
        wait_post(stage.slack, "Missing: Front desk")
        asked_until(stage.viewer, "status", "a dropped registration is seen within")
        stage.phones.delay = 8.0
        began = time.monotonic()
        answer = stage.viewer.slash("/voip", "status").answer()
        assert time.monotonic() - began < stage.phones.delay
        assert "1 of 9 phones is missing: Front desk" in answer.words and "Missing for" in answer.words
        assert "Look now" in answer.words
        stage.phones.delay = 0.0
        here = stage.viewer.slash("/voip", "status 203.0.113.7 now").answer().words
        assert "203.0.113.7: 1 of " in here and "phones is missing: Front desk" in here and "looked at just now" in here
        assert "Front desk (ext. 101)" in stage.viewer.slash("/voip", "alerts").answer().words
        assert "since it was first seen, 1 outage" in stage.viewer.slash("/voip", "alerts 101").answer().words


def test_what_is_expected_to_be_offline_is_not_told(start: Start, company: Company) -> None:
    with watched(start, company) as stage:
        assert "may be offline without a word" in stage.admin.slash("/voip", "watch expect-offline 101").answer().words
        company.unplug(DESK)
        asked_until(stage.admin, "status", "1 may be offline")
        company.unplug(FAX)
        wait_post(stage.slack, "Missing: ")
        assert not [one for one in posts(stage.slack) if "Front desk" in one.text]


def test_a_low_balance_is_told(start: Start, company: Company) -> None:
    company.balance = Decimal("3.20")
    with watched(start, company) as stage:
        low = wait_post(stage.slack, "Low balance: $3.20")
        assert "left" in low.text and "Add funds" in low.words


def test_a_site_is_told_in_the_channel_that_was_set_for_it(start: Start, company: Company) -> None:
    with watched(start, company, ALERT_CHANNEL="C0PHONES") as stage:
        assert "has a name" in stage.admin.slash("/voip", 'watch site 203.0.113.7 "Head office"').answer().text
        assert "is told in" in stage.admin.slash("/voip", "watch channel site head office #alerts").answer().words
        company.unplug(DESK)
        missing = wait_post(stage.slack, "Missing: Front desk")
        assert "Head office" in missing.words


def test_who_is_looked_at_now_is_told_as_who_was_seen_last(start: Start, company: Company) -> None:
    with watched(start, company) as stage:
        assert "has a name" in stage.admin.slash("/voip", 'watch site 203.0.113.7 "Head office"').answer().text
        company.unplug(DESK)
        wait_post(stage.slack, "Missing: Front desk")
        seen, now = (stage.admin.slash("/voip", words).answer(PATIENCE) for words in ("status", "status now"))
        assert now.text == seen.text == "1 of 9 phones is missing: Front desk, 1 never seen"
        assert "Head office" in now.words and "203.0.113.7" not in now.words, now.words
        for told in (seen, now):
            stage.admin.click(told, "CSV")
        stage.slack.wait_for(lambda: len(stage.slack.files) == 2, PATIENCE)
        first, second = (list(csv.DictReader(io.StringIO(one.content.decode("utf-8-sig")))) for one in stage.slack.files)
        shared = ("Name", "Extension", "Login", "State", "Site", "Address", "POP", "Device")
        assert [[row[name] for name in shared] for row in first] == [[row[name] for name in shared] for row in second]
        assert [row["Site"] for row in second if row["Login"] == DESK] == ["Head office"]


def test_an_outage_outlives_a_restart(company: Company, tmp_path: Path) -> None:
    with SlackServer(ping_interval=0.2) as slack, VoipMsServer(company) as phones:
        alice = slack.person("U0ALICE", name="Alice")
        environ = {
            **FAST,
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_API_URL": slack.api_url,
            "VOIPMS_API_URL": phones.url,
            "VOIPMS_USERNAME": phones.username,
            "VOIPMS_PASSWORD": phones.password,
            "VOIPMS_REQUESTS_PER_MINUTE": "60000",
            "ADMINS": "U0ALICE",
            "PORT": "0",
            "DATABASE_URL": f"sqlite:///{tmp_path / 'dialtone.db'}",
        }
        settings = load(env_file=os.devnull, environ=environ)
        with running(settings):
            slack.wait_connected()
            asked_until(alice, "status", ALL_WELL)
            company.unplug(DESK)
            missing = wait_post(slack, "Missing: Front desk")
            assert "is yours" in alice.click(missing, "Acknowledge").answer().words
        slack.wait_for(lambda: slack.connections == 0, PATIENCE)
        with running(settings):
            slack.wait_connected()
            wait_post(slack, "Missing: Front desk", lambda one: "Taken by @U0ALICE" in one.words)
            company.plug_in(DESK)
            back = wait_post(slack, "Back: Front desk")
            assert back.ts == missing.ts and "Taken by @U0ALICE" in back.words
            assert [one.text[:5] for one in posts(slack)] == ["Back:"]
