"""Reports with the whole bot: made in words and in the form, run, seen in the channel with their file, and taken care of."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from playground.company import Company
from playground.slack import ApiError, Message, View
from tests.e2e.conftest import Stage, Start

TORONTO = ZoneInfo("America/Toronto")
CALLS = "C0REPORTS"


@pytest.fixture
def bot(start: Start) -> Iterator[Stage]:
    with start() as stage:
        yield stage


def ask(bot: Stage, line: str) -> str:
    """What an admin is answered in a channel."""
    return bot.admin.slash("/voip", line).answer().words.replace("*", "")


def posts(bot: Stage, channel: str = CALLS) -> list[Message]:
    return bot.slack.messages(channel)


def yesterday(company: Company) -> tuple[date, int, int]:
    """The day, its calls and how many of them were missed, from the company's books."""
    day = datetime.now(UTC).astimezone(TORONTO).date() - timedelta(days=1)
    calls = [call for call in company.ledger if call.start.astimezone(TORONTO).date() == day and call.direction != "fee"]
    return day, len(calls), sum(call.direction == "in" and call.disposition != "ANSWERED" for call in calls)


def test_a_report_is_made_in_words_run_and_seen_with_its_file(bot: Stage, books: Company) -> None:
    words = ask(bot, "report daily 08:00 in #reports csv")
    assert "Report 1 made: every day at 08:00, America/Toronto" in words and "Next: " in words and "covering " in words
    assert "in a moment" in ask(bot, "report run")
    bot.slack.wait_for(lambda: len(posts(bot)) == 2)
    post, file = posts(bot)
    day, calls, missed = yesterday(books)
    assert post.text.startswith(f"{day:%a} {day.day} {day:%b}: {calls} calls, {missed} missed, $")
    assert {"header", "data_visualization", "table"} <= {block["type"] for block in post.blocks}
    assert file.thread_ts == post.ts and file.files[0].name == f"report-1-{day}.csv"
    rows = file.files[0].content.decode("utf-8-sig").splitlines()
    assert rows[1].split(",")[3] == str(calls)
    assert "sent" in ask(bot, "report list")


def test_a_report_that_there_is_already_is_made_and_said_to_be_the_second(bot: Stage) -> None:
    assert "says the same" not in ask(bot, "report daily 08:00 in #reports")
    assert "says the same" not in ask(bot, "report daily 09:00 in #reports")
    assert "Report 1 says the same: /voip report remove 3 takes" in ask(bot, "report every day at 8am in #reports csv").replace("`", "")


def form_of(bot: Stage, line: str = "report", channel: str = CALLS) -> View:
    return bot.admin.slash("/voip", line, channel=channel).wait_view()


def now(bot: Stage, view: View) -> View:
    """The form as it is drawn now."""
    return next(one for one in bot.slack.views if one.id == view.id)


def choose(bot: Stage, view: View, menu: str, choice: str, seen: str) -> View:
    """Choose something, and see what the form makes of it."""
    bot.admin.select(now(bot, view), menu, choice).wait_acked()
    bot.slack.wait_for(lambda: seen in now(bot, view).words)
    return now(bot, view)


def test_a_report_is_made_in_the_form_which_says_when_the_next_one_comes(bot: Stage) -> None:
    view = form_of(bot)
    assert "Next: " in view.words and " 08:00 E" in view.words
    view = choose(bot, view, "How often", "Every week", "Monday")
    view = choose(bot, view, "On", "Friday", "Next: Fri")
    view = choose(bot, view, "Time", "17:30", " 17:30 E")
    zones = bot.admin.suggest(view, ("zone", "pick:zones"), "vancou").wait_acked().ack_body["options"]
    assert [option["value"] for option in zones] == ["America/Vancouver"]
    view = choose(bot, view, "Type a name or a number", zones[0], " 17:30 P")
    made = bot.admin.submit(view, {"File": ["csv"]}).answer().words.replace("*", "")
    assert "Report 1 made: every Friday at 17:30, America/Vancouver" in made and "the whole account, with a CSV" in made
    assert "every Friday at 17:30" in ask(bot, "report list")


def test_the_form_asks_whose_calls_and_takes_several_accounts(bot: Stage) -> None:
    view = choose(bot, form_of(bot), "Calls of", "Some accounts", "Which accounts")

    def suggested() -> list[dict[str, Any]]:
        """The phones at the front desk, once the watch has listed all."""
        found = bot.admin.suggest(view, ("accounts", "pick:accounts"), "front desk").wait_acked().ack_body["options"]
        return [option for option in found if option["value"] in ("100001_frontdesk", "100001_frontdesk2")]

    both = next(found for found in iter(suggested, None) if found)
    assert bot.admin.submit(view).wait_acked().errors == {"Which accounts": "Please complete this required field."}
    made = bot.admin.submit(view, {"Which accounts": both}).answer().words
    assert "Front desk, Front desk 2" in made or "Front desk 2, Front desk" in made
    assert "Front desk, Front desk 2, Sales 1" in ask(bot, 'report daily 09:00 for accounts 101, "Front desk 2" and sales1')


def test_where_the_bot_cannot_post_is_said_at_once_and_how_to_invite_it(bot: Stage) -> None:
    bot.slack.channel("C0QUIET", "quiet", bot=False)
    bot.slack.channel("C0OLD", "old", archived=True)
    bot.slack.channel("C0SHARED", "shared", shared=True)
    assert "I am not in that channel" in (refused := ask(bot, "report daily 08:00 in #quiet")) and "/invite @Dialtone" in refused
    assert "archived" in ask(bot, "report daily 08:00 in #old")
    assert "another organisation" in ask(bot, "report daily 08:00 in #shared")
    view = choose(bot, form_of(bot), "Channel", "C0QUIET", "I am not in that channel")
    asked = bot.admin.submit(view).wait_acked()
    assert "Invite me there with /invite @Dialtone, or choose another channel." in asked.errors["channel"]
    assert ask(bot, "report list").startswith("No reports yet")


def test_a_digest_comes_by_direct_message_with_whole_numbers(bot: Stage) -> None:
    assert "every day at 08:00, America/Toronto, to @U0ALICE" in ask(bot, "report digest 08:00")
    ask(bot, "report run")
    (post,) = bot.slack.wait_for(lambda: posts(bot, bot.admin.dm)[1:])  # after the greeting
    assert "••" not in post.words and "calls" in post.text


def test_a_report_is_changed_paused_resumed_and_removed(bot: Stage) -> None:
    ask(bot, "report daily 08:00 in #reports")
    ask(bot, "report monthly 1 08:00 to me for client 561115")
    assert "Which report?" in ask(bot, "report pause")
    assert "every day at 09:15" in ask(bot, "report change 1 09:15 csv policy all")
    assert "Paused" in ask(bot, "report pause 1") and "paused already" in ask(bot, "report pause 1")
    listed = bot.admin.slash("/voip", "report list").answer()
    assert "2 reports" in listed.words and "Paused" in listed.words and "on the 1st of each month" in listed.words
    assert "goes on" in bot.admin.select(listed, "ask:report:menu:1", "Resume").answer().words
    sure = bot.admin.slash("/voip", "report remove 1").answer()
    assert "Remove report 1?" in sure.words and "2 reports" in ask(bot, "report list")
    assert "Report 1 is removed" in bot.admin.click(sure, "Remove it").answer().words
    assert "1 report" in ask(bot, "report list") and "There is no report 1" in ask(bot, "report run 1")


def test_a_form_that_changes_a_report_begins_with_what_it_is_and_knows_whether_others_changed_it(bot: Stage) -> None:
    ask(bot, "report weekly friday 17:00 in #reports for account 101 csv policy skip")
    first, second = (form_of(bot, "report change") for _ in range(2))
    assert "Change report 1" in first.words and "Next: Fri" in first.words
    made = bot.admin.submit(first, {"Time": "07:00"}).answer().words
    assert "every Friday at 07:00" in made and "Front desk" in made and "CSV" in made and "twelve hours late" in made
    assert "Somebody else has just changed it" in bot.admin.submit(second, {"Time": "09:00"}).answer().words


def test_only_admins_make_reports(bot: Stage) -> None:
    assert "You may not do that" in bot.viewer.slash("/voip", "report daily 08:00 in #reports").answer().words
    view = form_of(bot)
    assert bot.viewer.suggest(view, ("zone", "pick:zones"), "tor").wait_acked().ack_body["options"] == []


def test_words_that_are_no_report_get_help(bot: Stage) -> None:
    assert "Did you mean" in ask(bot, "report dialy 08:00")
    assert "Did you mean" in ask(bot, "report lst")
    assert "There are no reports yet" in ask(bot, "report run")
    assert "At what time?" in ask(bot, "report daily in #reports")
    assert "I know no account" in ask(bot, "report daily 08:00 in #reports for account nobody")


def test_charts_that_the_workspace_refuses_become_words_and_are_not_tried_again(bot: Stage) -> None:
    ask(bot, "report daily 08:00 in #reports")
    bot.slack.fail(ApiError("invalid_blocks"), method="chat.postMessage")
    for count in (1, 2):
        ask(bot, "report run")
        bot.slack.wait_for(lambda count=count: len(posts(bot)) == count)  # type: ignore[misc]
    tried = [call for call in bot.slack.calls if call.method == "chat.postMessage" and call.payload["channel"] != bot.admin.dm]
    assert [call.ok for call in tried] == [False, True, True]
    assert all({"data_visualization", "table"}.isdisjoint(block["type"] for block in post.blocks) for post in posts(bot))
