"""Answers arrive: when Slack takes no more for a moment, when one way is shut, while one has to wait; or the log says that they did not."""

from collections.abc import Callable, Iterator

import pytest

from playground.slack import ApiError, Asked, Dropped, RateLimited, Status
from tests.e2e.conftest import Stage


@pytest.fixture(autouse=True)
def healed(stage: Stage) -> Iterator[None]:
    yield
    stage.slack.heal()
    stage.phones.heal()


TOO_MUCH: dict[str, tuple[str, Callable[[Stage], Asked]]] = {
    "first post": ("chat.postMessage", lambda stage: stage.admin.direct("whoami")),
    "edit": ("chat.update", lambda stage: stage.admin.direct("whoami")),
    "mention": ("chat.postEphemeral", lambda stage: stage.admin.mention("whoami")),
    "slash command": ("response_url", lambda stage: stage.admin.slash("/voip", "whoami")),
}


@pytest.mark.parametrize("way", TOO_MUCH)
def test_what_slack_takes_no_more_of_for_now_comes_when_it_says(stage: Stage, way: str) -> None:
    method, ask = TOO_MUCH[way]
    stage.slack.fail(RateLimited(0), method=method, times=3)
    asked = ask(stage)
    assert "Your role" in asked.answer().words
    assert sum(not message.interim for message in asked.messages) == 1


def test_eight_direct_messages_at_once_are_all_answered(stage: Stage) -> None:
    asked = [stage.viewer.direct("whoami") for _ in range(8)]
    assert all("Your role" in one.answer(20).words for one in asked)
    assert [sum(not message.interim for message in one.messages) for one in asked] == [1] * 8


@pytest.mark.parametrize("fault", [ApiError("channel_not_found"), Dropped(), RateLimited(3600)])
def test_an_answer_that_reaches_nobody_is_in_the_log_and_the_metrics(stage: Stage, fault: ApiError) -> None:
    stage.slack.fail(fault, method="chat.postEphemeral", times=None)
    before = len(stage.log.getvalue().splitlines())
    stage.admin.mention("balance")
    stage.log.wait_for(lambda lines: any("asked" in line and "balance" in line for line in lines[before:]))
    lines = stage.log.getvalue().splitlines()[before:]
    assert sum("answer not delivered" in line for line in lines) == 1
    assert "not delivered" in next(line for line in lines if "asked" in line and "balance" in line)
    assert not any("Traceback" in line for line in lines)


@pytest.mark.parametrize("fault", [Status(503), Dropped()])
def test_an_answer_that_slack_did_not_take_at_first_arrives_all_the_same(stage: Stage, fault: Status | Dropped) -> None:
    for ask, method in ((stage.viewer.mention, "chat.postEphemeral"), (stage.viewer.direct, "chat.postMessage")):
        stage.slack.heal()
        stage.slack.fail(fault, method=method, times=1)
        assert "viewer" in ask("whoami").answer().words


def test_a_form_whose_outcome_is_there_at_once_does_not_stay_as_it_was(stage: Stage) -> None:
    form = stage.admin.slash("/voip", "client-login").wait_view()
    stage.admin.submit(form, {"E-mail": "nobody@example.com", "Password": "example"}).wait_acked()
    stage.slack.wait_for(lambda: [view for view in stage.slack.views if view.id == form.id and "Looking" not in view.words])


def test_where_an_answer_cannot_be_shared_the_person_is_told(stage: Stage) -> None:
    answer = stage.admin.slash("/voip", "calls yesterday").answer()
    stage.slack.fail(ApiError("internal_error"), method="response_url")
    shared = stage.admin.click(answer, "Share to channel").answer()
    assert shared.ephemeral and "Slack did not do its part" in shared.words


def test_a_click_that_takes_long_leaves_what_was_clicked_where_it_is(stage: Stage) -> None:
    answer = stage.viewer.slash("/voip", "calls yesterday").answer()
    stage.phones.delay = 0.5
    try:
        clicked = stage.viewer.click(answer, "Day before")
        assert "Calls on" in clicked.answer().words
    finally:
        stage.phones.delay = 0.0
    assert [message.interim for message in clicked.messages] == [True, False]
    assert answer in stage.slack.ephemerals(stage.viewer.id)
