"""How an answer travels: when progress is shown, and what is told of a post that failed."""

import itertools
from collections.abc import Iterable
from http.client import BadStatusLine, IncompleteRead
from typing import Any, cast
from urllib.error import URLError

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from handlers.answering import (
    AGAIN_SECONDS,
    EDIT_SECONDS,
    SHOWN_AT,
    WAIT_MOST,
    Answering,
    ByResponseUrl,
    InModal,
    Message,
    NotDelivered,
    Workspace,
    reason,
)
from store.refusals import Refusals

ANSWER = Message("Balance: $24.35", [{"type": "divider"}])


class Told(Answering):
    """Keeps what was said.

    Attributes:
        time: Seconds.
    """

    def __init__(self, shown_at: Iterable[float] = (), breaks: Exception | None = None) -> None:
        self.time = 100.0
        self.said: list[str] = []
        self.answers: list[Message] = []
        self._breaks = breaks
        super().__init__(workspace(), shown_at, lambda: self.time)

    def _interim(self, text: str) -> None:
        if self._breaks:
            raise self._breaks
        self.said.append(text)

    def _final(self, message: Message) -> None:
        if self._breaks:
            raise self._breaks
        self.answers.append(message)


def workspace(pauses: list[float] | None = None) -> Workspace:
    return Workspace(cast(WebClient, None), Refusals(), (pauses if pauses is not None else []).append)


def refused(word: str, status: int = 200, headers: dict[str, str] | None = None) -> SlackApiError:
    answer = SlackResponse(
        client=None, http_verb="POST", api_url="", req_args={}, data={"ok": False, "error": word}, headers=headers or {}, status_code=status
    )
    return SlackApiError("refused", answer)


@pytest.mark.parametrize(
    ("shown_at", "seconds"),
    [(SHOWN_AT, [1, 16, 36]), (itertools.count(0.0, EDIT_SECONDS), [1, 6, 11, 16, 21, 26, 31, 36, 41, 46]), ((0.0,), [1]), ((), [])],
)
def test_progress_is_shown_when_it_is_time_and_where_there_is_room(shown_at: Iterable[float], seconds: list[int]) -> None:
    told = Told(shown_at)
    for second in range(1, 50, 5):
        told.time = 100.0 + second
        told.say(f"Looking … {second}")
    assert told.said == [f"Looking … {second}" for second in seconds]


def test_every_interim_text_begins_so_that_it_is_known_as_one() -> None:
    told = Told((0.0,))
    told.say("12 of 57")
    assert told.said == ["Looking … 12 of 57"]


def test_after_the_answer_nothing_is_said_and_there_is_only_one() -> None:
    told = Told(SHOWN_AT)
    told.answer(ANSWER)
    told.say("Looking …")
    told.answer(ANSWER)
    assert told.said == [] and told.answers == [ANSWER] and told.answered


@pytest.mark.parametrize(
    "error", [URLError("https://hooks.slack.com/commands/secret"), ConnectionResetError(), refused("channel_not_found")]
)
def test_an_answer_that_fails_is_told_without_an_address_and_progress_that_fails_is_not(error: Exception) -> None:
    told = Told(SHOWN_AT, error)
    told.say("Looking …")
    with pytest.raises(NotDelivered) as lost:
        told.answer(ANSWER)
    assert "hooks" not in str(lost.value) and lost.value.__cause__ is None
    assert not told.answered, "there may be other words that reach the person"
    told.say("Looking …")
    assert told.said == []


class Stumbling(Told):
    """Breaks as often as there are errors, then tells."""

    def __init__(self, *errors: Exception) -> None:
        self.pauses: list[float] = []
        self._errors = list(errors)
        super().__init__()
        self._workspace = workspace(self.pauses)

    def _final(self, message: Message) -> None:
        if self._errors:
            raise self._errors.pop(0)
        super()._final(message)


PASSING = (
    ConnectionResetError(),
    BadStatusLine("nonsense"),
    IncompleteRead(b"half"),
    UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
    LookupError("unknown encoding: nope"),
)


@pytest.mark.parametrize("error", [*PASSING, refused("internal_error"), refused("<html>Service unavailable</html>", 503)], ids=repr)
def test_an_answer_that_slack_may_not_have_got_is_sent_once_more(error: Exception) -> None:
    told = Stumbling(error)
    told.answer(ANSWER)
    assert told.answers == [ANSWER] and told.answered and told.pauses == [AGAIN_SECONDS]
    lost = Stumbling(error, error)
    with pytest.raises(NotDelivered):
        lost.answer(ANSWER)
    assert not lost.answered
    lost.answer(ANSWER)
    assert lost.answers == [ANSWER], "other words may follow"


def test_what_slack_refused_is_not_sent_again() -> None:
    told = Stumbling(refused("channel_not_found"))
    with pytest.raises(NotDelivered):
        told.answer(ANSWER)
    assert told.answers == [] and told.pauses == []


def test_nothing_is_posted_twice_for_all_to_see() -> None:
    for in_channel in (True, False):
        way = ByResponseUrl(workspace(), "https://hooks.example.com/x", person="U0ANA", channel="C0PHONES", in_channel=in_channel)
        assert way.repeats is not in_channel


class Views:
    """Slack's views, and how long was waited before each was drawn."""

    def __init__(self) -> None:
        self.drawn: list[str] = []

    def views_update(self, view_id: str, view: dict[str, Any]) -> None:
        self.drawn.append(view_id)


@pytest.mark.parametrize(("after", "took", "waits"), [(0.5, 0.0, [0.5]), (0.5, 0.25, [0.25]), (0.5, 2.0, []), (0.0, 0.0, [])])
def test_what_takes_a_forms_place_waits_for_the_acknowledgement_to_be_drawn(after: float, took: float, waits: list[float]) -> None:
    time, pauses, views = [100.0], list[float](), Views()
    slack = Workspace(cast(WebClient, views), Refusals(), pauses.append)
    told = InModal(slack, view_id="V1", title="Client login", after=after, clock=lambda: time[0])
    time[0] += took
    told.answer(ANSWER)
    assert (views.drawn, pauses) == (["V1"], waits)


def test_what_is_no_word_of_slacks_is_told_by_its_status() -> None:
    assert reason(refused("channel_not_found")) == "channel_not_found"
    assert reason(refused("Received a response in a non-JSON format: <html>", 503)) == "HTTP 503"
    assert reason(refused("", 502)) == "HTTP 502"
    assert reason(refused("Überlastet", 503)) == "HTTP 503"


# Waiting


def send_after(refusals: list[SlackApiError], sent: list[Message]) -> Any:
    def send(message: Message) -> str:
        if refusals:
            raise refusals.pop(0)
        sent.append(message)
        return "1.0"

    return send


def too_much(seconds: str | None, status: int = 429) -> SlackApiError:
    return refused("ratelimited", status, {} if seconds is None else {"Retry-After": seconds})


def test_what_slack_takes_no_more_of_is_sent_again_when_it_says() -> None:
    pauses: list[float] = []
    sent: list[Message] = []
    asked = workspace(pauses)
    assert (
        asked.post(send_after([too_much("3"), too_much("1"), too_much(None), too_much("Wed, 21 Oct"), too_much("nan")], sent), ANSWER)
        == "1.0"
    )
    assert pauses == [3.0, 1.0, 1.0, 1.0, 1.0] and sent == [ANSWER]


@pytest.mark.parametrize("seconds", ["3600", str(int(WAIT_MOST) + 1)])
def test_nobody_is_made_to_wait_longer_than_a_person_would(seconds: str) -> None:
    pauses: list[float] = []
    with pytest.raises(SlackApiError):
        workspace(pauses).post(send_after([too_much(seconds)] * 100, []), ANSWER)
    assert sum(pauses) <= WAIT_MOST


def test_the_patience_ends_also_when_slack_always_says_a_moment() -> None:
    pauses: list[float] = []
    with pytest.raises(SlackApiError):
        workspace(pauses).post(send_after([too_much("1")] * 100, []), ANSWER)
    assert sum(pauses) == WAIT_MOST


def test_other_refusals_are_not_waited_out() -> None:
    pauses: list[float] = []
    with pytest.raises(SlackApiError):
        workspace(pauses).post(send_after([refused("channel_not_found", 200, {"Retry-After": "1"})], []), ANSWER)
    assert pauses == []
