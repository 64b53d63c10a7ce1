"""Four ways to ask, in both modes, over real sockets; and what is delivered twice is done once."""

from collections.abc import Callable, Iterator

import pytest

from playground.slack import Asked
from tests.e2e.conftest import Stage, Start, asked_by_people

Ask = Callable[[Stage], Asked]

WAYS: dict[str, Ask] = {
    "slash command": lambda stage: stage.viewer.slash("/voip", "calls yesterday"),
    "alias": lambda stage: stage.viewer.slash("/voip-calls", "yesterday"),
    "mention": lambda stage: stage.viewer.mention("calls yesterday"),
    "direct message": lambda stage: stage.viewer.direct("calls yesterday"),
}


@pytest.fixture(scope="module", params=["socket", "http"])
def bot(request: pytest.FixtureRequest, start: Start) -> Iterator[Stage]:
    with start(mode=request.param) as stage:
        yield stage


@pytest.mark.parametrize("way", WAYS)
def test_a_question_is_answered_whichever_way_it_is_asked(bot: Stage, way: str) -> None:
    answer = WAYS[way](bot).answer()
    assert "Calls yesterday" in answer.words
    assert answer.ephemeral == (way != "direct message")


@pytest.mark.parametrize("text", ["{bot}: whoami", "{bot}, whoami!", "hey {bot} whoami", "{bot} *whoami*", "`whoami`", "*whoami*"])
def test_a_question_is_read_as_people_write_it(bot: Stage, text: str) -> None:
    written = text.format(bot=f"<@{bot.slack.bot_user}>")
    asked = bot.viewer.direct(written) if written == text else bot.viewer.mention(written)
    assert "Your role" in asked.answer().words


def test_a_name_that_is_no_command_keeps_the_rest_of_the_line_unless_it_may_be_a_password(bot: Stage) -> None:
    assert "`/voip calls yesterday missed`" in bot.viewer.slash("/voip", "cals yesterday missed").answer().words
    for person in (bot.admin, bot.viewer):
        words = person.slash("/voip", "client-logn office@birchdental.example hunter2").answer().words
        assert "hunter2" not in words and "There is no command" in words
    assert "Calls yesterday" in bot.viewer.slash("/voip", "call yesterday").answer().words


def test_a_mention_in_a_thread_is_answered_in_that_thread(bot: Stage) -> None:
    first = bot.viewer.mention("whoami")
    assert first.answer().thread_ts == ""
    assert bot.viewer.mention("whoami", thread_ts=first.ts).answer().thread_ts == first.ts


def test_a_direct_message_is_first_acknowledged_and_then_edited_into_the_answer(bot: Stage) -> None:
    asked = bot.viewer.direct("accounts")
    answer = asked.answer()
    first = asked.messages[0]
    assert first.interim and first.ts == answer.ts and answer.edited


def test_a_button_asks_again_and_leaves_the_first_answer_where_it_is(bot: Stage) -> None:
    answer = bot.viewer.slash("/voip", "calls yesterday").answer()
    assert "Calls on" in bot.viewer.click(answer, "Day before").answer().words
    assert answer in bot.slack.ephemerals(bot.viewer.id)


def test_the_form_opens_and_its_answer_takes_its_place(bot: Stage) -> None:
    client = next(iter(bot.company.clients.values()))
    form = bot.admin.slash("/voip", "client-login").wait_view()
    sent = bot.admin.submit(form, {"E-mail": client.email, "Password": client.password})
    answer = sent.answer()
    assert "Valid" in answer.words and client.company in answer.words and client.password not in answer.words


@pytest.mark.parametrize("way", ["mention", "direct message"])
def test_where_no_form_can_open_a_button_opens_it(bot: Stage, way: str) -> None:
    asked = bot.admin.mention("client-login") if way == "mention" else bot.admin.direct("client-login")
    clicked = bot.admin.click(asked.answer(), "Open form")
    assert clicked.wait_view().title == "Client login"


def test_what_slack_delivers_twice_is_answered_once(bot: Stage) -> None:
    bot.slack.deliver_twice = True
    try:
        before = len(bot.phones.asked)
        asked = [bot.admin.slash("/voip", "packages"), bot.admin.mention("packages"), bot.admin.direct("packages")]
        for one in asked:
            one.answer()
        clicked = bot.admin.click(asked[0].answer(), "CSV")
        bot.slack.wait_for(lambda: any("in your direct messages" in message.words for message in clicked.messages))
    finally:
        bot.slack.deliver_twice = False
    assert asked_by_people(bot.phones, before) == ["getPackages"] * 4
    assert [sum(not message.interim for message in one.messages) for one in asked] == [1, 1, 1]


def test_what_there_is_no_answer_to_is_acknowledged_quietly(bot: Stage) -> None:
    for asked in (bot.viewer.open_home(), bot.viewer.open_home("messages"), bot.viewer.slash("/weather", "in Montréal")):
        assert asked.wait_acked().acked
    bot.log.wait_for(lambda lines: any("nothing listens to this" in line for line in lines))
    log = bot.log.getvalue()
    assert "Unhandled request" not in log and "[Suggestion]" not in log and "Montréal" not in log
    assert [line for line in log.splitlines() if "/weather" in line] == [line for line in log.splitlines() if "nothing listens" in line]


def test_people_without_a_role_are_told_who_can_give_them_one(bot: Stage) -> None:
    for person, channel in (("guest", "C0PHONES"), ("stranger", "C0PARTNER")):
        before = len(bot.phones.asked)
        answer = bot.people[person].slash("/voip", "packages", channel=channel).answer()
        assert "You may not do that" in answer.words and bot.people[person].id in answer.words and "U0ALICE" in answer.words
        assert "getPackages" not in asked_by_people(bot.phones, before)


def test_everybody_may_ask_for_help_and_sees_only_what_is_theirs(bot: Stage) -> None:
    assert "packages" not in bot.viewer.slash("/voip", "help").answer().words
    assert "packages" in bot.admin.slash("/voip", "").answer().words
    assert "Did you mean" in bot.viewer.slash("/voip", "cals yesterday").answer().words


@pytest.mark.parametrize(
    "words", ['status "', "calls 2026-02-31", "accounts <!channel>", "numbers " + "9" * 2000, "\u202e", "help help help"]
)
def test_odd_words_get_a_helpful_answer(bot: Stage, words: str) -> None:
    answer = bot.admin.slash("/voip", words).answer()
    assert answer.words.strip() and "wrong in the bot" not in answer.words


def test_the_slash_command_works_where_the_bot_is_not_a_member(bot: Stage) -> None:
    bot.slack.channel("C0QUIET", "quiet", bot=False)
    assert bot.viewer.slash("/voip", "whoami", channel="C0QUIET").answer().ephemeral
