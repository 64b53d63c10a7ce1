"""The desk: whatever goes wrong, the asker reads words, the log has the id, and how it ended is counted."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from tempfile import mkdtemp
from types import MappingProxyType
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from handlers.answering import Answering, Message, Workspace
from handlers.desk import Desk, Question
from handlers.payloads import opened_from
from handlers.people import Groups, People
from handlers.places import Places, is_shared, shared_outside
from handlers.registry import Command, Registry, Reply, Request, Submitted, Way
from handlers.rights import Rights
from rules.access import Role
from store import Store
from store.audit import Entry
from store.refusals import Refusals
from tests.unit.pictures import faults, values_of, words_of
from voipms import VoipMs

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def refused(word: str) -> SlackApiError:
    answer = SlackResponse(
        client=None, http_verb="POST", api_url="", req_args={}, data={"ok": False, "error": word}, headers={}, status_code=200
    )
    return SlackApiError("refused", answer)


class OneSlack:
    """As much of Slack as the desk asks; ``refuses``: methods and the word they are refused with."""

    def __init__(self, refuses: Mapping[str, str]) -> None:
        self._refuses = refuses
        self.opened: list[Any] = []
        self.flags: dict[str, bool | None] = {"is_ext_shared": False}

    def _may(self, method: str) -> None:
        if method in self._refuses:
            raise refused(self._refuses[method])

    def users_info(self, user: str) -> dict[str, Any]:
        self._may("users_info")
        return {"user": {"id": user, "team_id": "T0OURS", "tz": "America/Toronto"}}

    def conversations_info(self, channel: str) -> dict[str, Any]:
        self._may("conversations_info")
        return {"channel": {"id": channel, **self.flags}}

    def views_open(self, trigger_id: str, view: dict[str, Any]) -> None:
        self._may("views_open")
        self.opened.append(view)


class Told(Answering):
    """Keeps the answer, or breaks."""

    def __init__(self, workspace: Workspace, breaks: Exception | None = None) -> None:
        super().__init__(workspace)
        self.tries = 0
        self.answers: list[Message] = []
        self._breaks = breaks

    def _final(self, message: Message) -> None:
        self.tries += 1
        if self._breaks is not None:
            raise self._breaks
        self.answers.append(message)

    @property
    def words(self) -> str:
        """The one answer, as a person reads it."""
        (answer,) = self.answers
        assert [fault for fault in faults(answer.blocks) if fault != "@U0ALICE"] == []
        return words_of(answer.blocks)


def command(run: Callable[[Request, VoipMs], Reply], name: str = "calls", **more: Any) -> Command:
    return Command(name=name, usage="", summary="Call records", role=Role.VIEWER, examples=("",), run=run, **more)


@cache
def nothing_granted() -> Store:
    """A database that no test changes."""
    return Store(f"sqlite:///{mkdtemp()}/dialtone.db")


class At:
    """A desk with one command."""

    def __init__(self, one: Command, refuses: Mapping[str, str] = MappingProxyType({}), default: Role = Role.VIEWER) -> None:
        self.slack = OneSlack(refuses)
        self.noted: list[tuple[str, str]] = []
        self.workspace = Workspace(cast(WebClient, self.slack), Refusals(), lambda seconds: None)
        self.kept: list[Entry] = []
        client = cast(WebClient, self.slack)
        rights = Rights(
            nothing_granted(),
            People(client, "T0OURS", lambda: NOON),
            Groups(client, lambda: NOON),
            admins=("U0ALICE",),
            default_role=default,
            zone=ZoneInfo("America/Toronto"),
        )
        self.desk = Desk(
            Registry([one]),
            cast(VoipMs, None),
            self.workspace,
            rights,
            Places(client, lambda: NOON),
            lambda: NOON,
            self.kept.append,
            lambda name, result, seconds: self.noted.append((name, result)),
        )

    def question(self, line: str = "calls", breaks: Exception | None = None, **more: Any) -> tuple[Question, Told]:
        told = Told(self.workspace, breaks)
        given: dict[str, Any] = {"person": "U0VICTOR", "channel": "C0PHONES", "way": Way.SLASH, "line": line, "answering": told, **more}
        return Question(**given), told

    def ask(self, line: str = "calls", breaks: Exception | None = None, **more: Any) -> Told:
        question, told = self.question(line, breaks, **more)
        self.desk.answer(question)
        return told


def broken(asked: Request, phones: VoipMs) -> Reply:
    raise ZeroDivisionError("not-for-anybodys-eyes")


def fine(asked: Request, phones: VoipMs) -> Reply:
    return Reply(headline="Three calls", blocks=[{"type": "divider"}], again="2026-11-22", share=True)


def test_a_fault_of_ours_is_told_with_an_id_and_without_what_it_is() -> None:
    at = At(command(broken))
    words = at.ask("calls yesterday").words
    assert "fault in the bot" in words and "calls yesterday" in words and re.search(r"error [0-9A-F]{4}-[0-9A-F]{2}", words)
    assert "ZeroDivision" not in words and "not-for" not in words
    assert at.noted == [("calls", "fault")]


def test_the_words_of_a_command_with_a_form_are_not_repeated_in_its_fault() -> None:
    def submit(asked: Request, submitted: Submitted, phones: VoipMs) -> Reply:
        raise ZeroDivisionError

    words = At(command(broken, "client-login", submit=submit, private=True)).ask("client-login hunter2-typed-by-hand").words
    assert "hunter2" not in words and "client-login" in words


@pytest.mark.parametrize(("breaks", "tries"), [(ConnectionResetError(), 4), (refused("channel_not_found"), 2), (ZeroDivisionError(), 2)])
def test_an_answer_that_reaches_nobody_is_told_in_other_words_and_counted_as_such(breaks: Exception, tries: int) -> None:
    at = At(command(fine))
    told = at.ask(breaks=breaks)
    assert told.tries == tries and at.noted == [("calls", "not delivered")]


def test_where_the_public_way_fails_the_asker_is_told_in_private() -> None:
    at = At(command(fine))
    question, private = at.question()
    at.desk.share(question, Told(at.workspace, ConnectionResetError()))
    assert "Slack did not do its part" in private.words and "ConnectionResetError" in private.words
    assert at.noted == [("calls", "slack")]


def test_nothing_is_shared_in_a_channel_that_the_bot_cannot_see() -> None:
    at = At(command(fine), {"conversations_info": "channel_not_found"})
    question, private = at.question()
    public = Told(at.workspace)
    at.desk.share(question, public)
    assert "Invite me" in private.words and public.answers == []
    assert at.noted == [("calls", "refused")]


def test_nothing_is_shared_in_a_channel_that_others_joined_while_it_was_looked_at() -> None:
    def joined(asked: Request, phones: VoipMs) -> Reply:
        at.slack.flags = {"is_ext_shared": True}
        return fine(asked, phones)

    at = At(command(joined))
    question, private = at.question()
    public = Told(at.workspace)
    at.desk.share(question, public)
    assert "another organisation" in private.words and public.answers == []


SHARED, EXT, ORG, PENDING = "is_shared", "is_ext_shared", "is_org_shared", "is_pending_ext_shared"


@pytest.mark.parametrize(
    ("flags", "outside"),
    [
        ({SHARED: False, EXT: False, ORG: False, PENDING: False}, False),
        ({SHARED: True, EXT: True, ORG: False, PENDING: False}, True),
        ({SHARED: True, EXT: True, ORG: True, PENDING: False}, True),
        ({SHARED: False, EXT: False, ORG: False, PENDING: True}, True),
        ({SHARED: True, EXT: False, ORG: True, PENDING: True}, True),
        # workspaces of one organisation
        ({SHARED: True, EXT: False, ORG: True, PENDING: False}, False),
        # shared, and not said with whom
        ({SHARED: True, EXT: False, ORG: False, PENDING: False}, None),
        ({SHARED: True, EXT: False}, None),
        ({SHARED: True, ORG: True}, None),
        ({SHARED: True}, None),
        # a part of the flags, or none
        ({EXT: True}, True),
        ({PENDING: True}, True),
        ({EXT: False}, False),
        ({SHARED: False, ORG: False}, False),
        ({ORG: False}, None),
        ({ORG: True}, None),
        ({SHARED: None, EXT: None}, None),
        ({}, None),
    ],
)
def test_a_channel_is_shared_with_another_organisation_or_not_or_nobody_can_tell(
    flags: dict[str, bool | None], outside: bool | None
) -> None:
    at = At(command(fine))
    at.slack.flags = flags
    assert shared_outside(flags) is outside
    assert is_shared(cast(WebClient, at.slack), "C0PHONES") is (outside is True), "a report is due: what is not known does not hold it up"
    question, private = at.question()
    public = Told(at.workspace)
    at.desk.share(question, public)
    if outside is False:
        assert [message.headline for message in public.answers] == ["Three calls"] and private.answers == []
    else:
        assert public.answers == []
        assert ("is shared with another organisation" if outside else "cannot tell whether another organisation") in private.words


def with_form(asked: Request, phones: VoipMs) -> Reply:
    return Reply(headline="Client login", form={"type": "modal", "callback_id": "client-login"})


def test_a_form_opens_where_there_is_a_trigger() -> None:
    at = At(command(with_form, "client-login"))
    assert "open in front of you" in at.ask("client-login", trigger_id="1.2").words
    (form,) = at.slack.opened
    assert form["callback_id"] == "client-login" and opened_from(form) == "C0PHONES"


@pytest.mark.parametrize("word", ["", "expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id", "trigger_expired"])
def test_where_a_form_cannot_open_a_button_offers_it(word: str) -> None:
    at = At(command(with_form, "client-login"), {"views_open": word} if word else {})
    told = at.ask("client-login", trigger_id="1.2" if word else "")
    assert values_of(told.answers[0].blocks) == ["client-login"] and "Open form" in told.words


def test_a_form_that_slack_refuses_for_another_reason_is_told() -> None:
    at = At(command(with_form, "client-login"), {"views_open": "invalid_arguments"})
    assert "invalid_arguments" in at.ask("client-login", trigger_id="1.2").words
    assert at.noted == [("client-login", "slack")]


def test_when_slack_does_not_tell_who_asks_only_those_named_by_id_are_answered() -> None:
    at = At(command(fine), {"users_info": "internal_error"})
    assert "internal_error" in at.ask().words
    assert at.ask(person="U0ALICE").answers[0].headline == "Three calls"
    assert at.noted == [("unknown", "slack"), ("calls", "answered")]


def test_without_a_role_one_reads_who_can_give_one() -> None:
    words = At(command(fine), default=Role.NONE).ask().words
    assert "You may not do that" in words and "U0VICTOR" in words and "@U0ALICE" in words
