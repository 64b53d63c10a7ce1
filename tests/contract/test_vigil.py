"""What is noticed of Slack by itself: a token taken away, a scope that is lacking, channels that cannot be posted to. And greetings."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from prometheus_client import CollectorRegistry
from slack_sdk import WebClient

from blocks.setup import welcome_card
from handlers.places import Places
from handlers.vigil import CHANNELS_ASKED, CHANNELS_AT_ONCE, EVERY, Vigil, channels_check, greet
from handlers.web import Web, serve
from playground import slack as slack_faults
from playground.slack import SlackServer
from playground.slack_limits import message_problems
from rules.scene import Scope
from rules.timing import Timing
from rules.tokens import NOT_TAKEN
from store import Store, destinations, outbox, steering
from store.outbox import Message

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass
class Watched:
    """A workspace that is watched over."""

    slack: SlackServer
    store: Store
    client: WebClient
    vigil: Vigil
    now: datetime = NOON

    def told(self) -> list[Message]:
        """What is on its way to people, which is then done."""
        found: list[Message] = []
        self.now += timedelta(minutes=1)
        with self.store.writing() as transaction:
            while message := outbox.claim(transaction, self.now, "test"):
                outbox.settled(transaction, message, f"{len(found)}.0", self.now)
                found.append(message)
        return found

    def alerts_go_to(self, channel: str, site: str = "") -> None:
        scope, key = (Scope.SITE, site) if site else (Scope.ALL, "")
        with self.store.writing() as transaction:
            steering.route(transaction, scope, key, channel, "U0ALICE", NOON, Timing())


@contextmanager
def watching(folder: Path) -> Iterator[Watched]:
    with SlackServer() as slack, Store(f"sqlite:///{folder}/dialtone.db") as store:
        client = WebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])
        yield Watched(slack, store, client, Vigil(store, client, ("U0ALICE", "U0BOB"), lambda: NOON))


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Watched]:
    with watching(tmp_path) as made:
        yield made


def test_it_looks_often_enough_to_tell_within_a_minute() -> None:
    assert EVERY.total_seconds() * 2 < 60


def test_a_workspace_as_it_should_be_is_told_to_nobody(at: Watched) -> None:
    at.vigil.tick()
    assert at.vigil.token() == (True, "accepted, with every scope") and at.vigil.channels() == (True, "0 in use")
    assert at.told() == []


@pytest.mark.parametrize("word", sorted(NOT_TAKEN))
def test_a_token_that_is_taken_away_is_noticed_and_so_is_a_new_one(at: Watched, word: str) -> None:
    at.slack.revoke_token(word)
    at.vigil.tick()
    assert at.vigil.token() == (False, f"Slack says {word}")
    at.slack.heal()
    at.vigil.tick()
    assert at.vigil.token()[0]


@pytest.mark.parametrize(
    "word",
    [
        "token_revoked",
        "access_denied",
        "accesslimited",
        "org_login_required",
        "two_factor_setup_required",
        "team_access_not_granted",
        "enterprise_is_restricted",
        "app_access_restricted",
    ],
)
def test_health_is_503_while_slack_does_not_take_the_token_and_names_its_word(at: Watched, word: str) -> None:
    at.slack.revoke_token(word)
    at.vigil.tick()
    with serve(Web({"token": at.vigil.token}, CollectorRegistry()), "127.0.0.1", 0) as port, pytest.raises(HTTPError) as unwell:
        urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10)
    with unwell.value as answer:
        assert answer.code == 503 and json.load(answer)["parts"]["token"] == {"ok": False, "detail": f"Slack says {word}"}


@pytest.mark.parametrize("fault", [slack_faults.Dropped(), slack_faults.Status(503), slack_faults.ApiError("internal_error")])
def test_an_answer_that_fails_does_not_say_that_the_token_is_bad(at: Watched, fault: slack_faults.ApiError) -> None:
    at.slack.fail(fault, times=None)
    at.vigil.tick()
    assert at.vigil.token()[0]


def test_each_admin_is_told_once_what_is_lacking_and_again_when_something_else_is(at: Watched) -> None:
    at.slack.rules.scopes -= {"files:write", "usergroups:read"}
    for _ in range(3):
        at.vigil.tick()
    told = at.told()
    assert [message.channel for message in told] == ["U0ALICE", "U0BOB"]
    for message in told:
        assert message_problems(message.payload["blocks"]) == []
        assert "files:write, usergroups:read" in message.payload["text"] and "CSV files" in str(message.payload["blocks"])
    assert at.vigil.token() == (True, "lacks files:write, usergroups:read")
    at.slack.rules.scopes |= {"files:write"}
    at.vigil.tick()
    assert ["usergroups:read" in message.payload["text"] for message in at.told()] == [True, True]
    at.slack.rules.scopes |= {"usergroups:read"}
    at.vigil.tick()
    assert at.told() == [] and at.vigil.token()[1] == "accepted, with every scope"


def test_what_was_told_is_not_told_again_after_a_restart(at: Watched) -> None:
    at.slack.rules.scopes -= {"files:write"}
    at.vigil.tick()
    assert len(at.told()) == 2
    Vigil(at.store, at.client, ("U0ALICE", "U0BOB"), lambda: NOON).tick()
    assert at.told() == []


def test_channels_that_cannot_be_posted_to_are_told_with_what_to_do(at: Watched) -> None:
    at.slack.channel("C0OLD", "old", archived=True)
    at.slack.channel("C0AWAY", "away", bot=False)
    at.slack.channel("C0SECRET", "secret", private=True, bot=False)
    at.alerts_go_to("C0ALERTS")
    for number, channel in enumerate(("C0OLD", "C0AWAY", "C0SECRET")):
        at.alerts_go_to(channel, f"203.0.113.{number}")
    at.vigil.tick()
    well, words = at.vigil.channels()
    assert not well and words == (
        "#old is archived; I am not in #away; I cannot see C0SECRET: it is gone, or it is private and I am not in it"
    )
    with at.store.reading() as transaction:
        check = channels_check(at.client, destinations.channels(transaction, NOON))
    assert check.ok is False and "I am not in #away (alerts of site 203.0.113.1)" in check.found
    assert (
        "#old: bring it back, or choose another channel" in check.mend and "#away: invite me there with /invite @Dialtone, or" in check.mend
    )
    for number in range(3):
        at.alerts_go_to("", f"203.0.113.{number}")
    at.vigil.tick()
    assert at.vigil.channels() == (True, "1 in use")


def test_a_channel_that_another_organisation_has_joined_is_told(at: Watched) -> None:
    at.slack.channel("C0PARTNER", "partner", shared=True)
    at.alerts_go_to("C0PARTNER")
    at.vigil.tick()
    assert at.vigil.channels() == (False, "#partner is shared with another organisation")
    with at.store.reading() as transaction:
        check = channels_check(at.client, destinations.channels(transaction, NOON))
    assert (check.ok, check.mend) == (False, "#partner: choose another channel")
    assert Places(at.client, lambda: NOON).obstacle("C0PARTNER") == "shared", "as a report is told"


def test_many_channels_are_looked_at_in_turn(at: Watched) -> None:
    for number in range(CHANNELS_AT_ONCE + 3):
        at.slack.channel(f"C0SITE{number:02}", f"site{number}", archived=number == CHANNELS_AT_ONCE + 2)
        at.alerts_go_to(f"C0SITE{number:02}", f"203.0.113.{100 + number}")
    at.vigil.tick()
    assert at.vigil.channels() == (True, f"{CHANNELS_AT_ONCE} in use")
    at.vigil.tick()
    assert at.vigil.channels() == (False, f"#site{CHANNELS_AT_ONCE + 2} is archived")


@pytest.mark.parametrize(("how_many", "ok"), [(11, False), (CHANNELS_ASKED, False), (CHANNELS_ASKED + 1, None)])
def test_the_doctor_does_not_call_channels_well_that_it_did_not_look_at(at: Watched, how_many: int, ok: bool | None) -> None:
    for number in range(how_many):
        at.slack.channel(f"C0SITE{number:02}", f"site{number}", archived=number == how_many - 1)
        at.alerts_go_to(f"C0SITE{number:02}", f"203.0.113.{100 + number}")
    with at.store.reading() as transaction:
        check = channels_check(at.client, destinations.channels(transaction, NOON))
    assert check.ok is ok
    assert (f"#site{how_many - 1}" in check.found) is (ok is False)


def test_without_the_scope_to_look_nothing_is_said_of_channels(at: Watched) -> None:
    at.slack.rules.scopes -= {"channels:read"}
    at.alerts_go_to("C0ALERTS")
    at.vigil.tick()
    assert at.vigil.channels()[0]


def test_each_admin_is_greeted_once_in_three_lines_with_two_buttons(at: Watched) -> None:
    greet(at.store, ("U0ALICE",), "none", NOON)
    greet(at.store, ("U0ALICE",), "none", NOON)
    (message,) = at.told()
    assert message.channel == "U0ALICE" and message_problems(message.payload["blocks"]) == []
    said, row = message.payload["blocks"]
    assert len(said["text"]["text"].splitlines()) == 3 and len(row["elements"]) == 2
    greet(at.store, ("U0ALICE", "U0BOB"), "none", NOON)
    assert [message.channel for message in at.told()] == ["U0BOB"]
    assert "may not ask anything" in str(welcome_card("none")) and "viewer" in str(welcome_card("viewer"))


def test_who_has_been_greeted_is_known_when_the_message_has_long_been_forgotten(at: Watched) -> None:
    greet(at.store, ("U0ALICE",), "none", NOON)
    at.told()
    with at.store.writing() as transaction:
        outbox.prune(transaction, datetime(2030, 1, 1, tzinfo=UTC))
    greet(at.store, ("U0ALICE",), "none", NOON)
    assert at.told() == []
