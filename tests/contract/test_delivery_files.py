"""Files on their way through the outbox: into their thread, once, whatever breaks; and whoever minds a message that Slack refuses."""

from collections.abc import Iterator
from typing import Any

import pytest

from playground.slack import ApiError, Dropped, RateLimited, Status, Upload
from playground.slack_faults import Fault
from store import Store, Transaction
from store.outbox import Message
from tests.delivering import CHANNEL, SETTLE, Bench, bench

FILE: dict[str, Any] = {"text": "Every part of it", "file": {"name": "report-3-2026-11-23.csv", "content": "Part,Calls\r\nZoë,5\r\n"}}
ALICE = "U0ALICE"


@pytest.fixture
def desk(store: Store) -> Iterator[Bench]:
    with bench(store, admins=[ALICE]) as made:
        made.slack.person(ALICE)
        yield made


def put_both(desk: Bench) -> None:
    desk.put("report", thing="report", text="Mon 23 Nov: 5 calls")
    desk.put("report:csv", kind="reply", thing="report", **FILE)


def files(desk: Bench) -> list[Upload]:
    return desk.slack.files


def test_a_file_stands_in_the_thread_of_its_message(desk: Bench) -> None:
    put_both(desk)
    desk.ticks(2)
    (post, _) = desk.messages()
    (file,) = files(desk)
    assert (file.name, file.channel, file.thread_ts, file.comment) == ("report-3-2026-11-23.csv", CHANNEL, post.ts, "Every part of it")
    assert file.content.decode("utf-8-sig") == "Part,Calls\r\nZoë,5\r\n" and file.content.startswith(b"\xef\xbb\xbf")
    assert set(desk.statuses().values()) == {"sent"}


FAULTS: dict[str, tuple[str, Fault]] = {
    "the address is not given": ("files.getUploadURLExternal", Status(503)),
    "the line is cut while the address is given": ("files.getUploadURLExternal", Dropped(before=False)),
    "too many files": ("files.getUploadURLExternal", RateLimited(2)),
    "the content does not arrive": ("upload", Dropped(before=True)),
    "it is unclear whether the content arrived": ("upload", Dropped(before=False)),
    "the content is refused for now": ("upload", Status(500)),
    "it is not shared": ("files.completeUploadExternal", Dropped(before=True)),
    "it is shared, and the line is cut": ("files.completeUploadExternal", Dropped(before=False)),
    "it is shared, and Slack says something else": ("files.completeUploadExternal", ApiError("internal_error", carried_out=True)),
}


@pytest.mark.parametrize(("method", "fault"), FAULTS.values(), ids=FAULTS.keys())
def test_a_file_is_there_once_whatever_breaks(desk: Bench, method: str, fault: Fault) -> None:
    put_both(desk)
    desk.ticks(1)
    desk.slack.fail(fault, method=method)
    desk.ticks(5)
    desk.tick(SETTLE.total_seconds() + 1)
    desk.ticks(70)
    assert [file.name for file in files(desk)] == ["report-3-2026-11-23.csv"]
    assert set(desk.statuses().values()) == {"sent"}


def test_a_file_whose_message_was_deleted_stands_in_the_channel_and_says_so(desk: Bench) -> None:
    put_both(desk)
    desk.tick()
    desk.delete(desk.messages()[0])
    desk.ticks(2)
    (file,) = files(desk)
    assert file.thread_ts == "" and file.comment == "Every part of it (report)"


def test_a_file_goes_to_a_person_too(desk: Bench) -> None:
    desk.put("digest", thing="digest", channel=ALICE, text="Mon 23 Nov: 5 calls")
    desk.put("digest:csv", kind="reply", thing="digest", channel=ALICE, **FILE)
    desk.ticks(2)
    (file,) = files(desk)
    assert file.channel.startswith("D") and file.thread_ts


def test_whoever_minds_a_topic_hears_first_that_slack_refuses_its_message(store: Store) -> None:
    heard: list[tuple[str, str]] = []

    def minds(transaction: Transaction, message: Message, error: str) -> bool:
        heard.append((message.thing, error))
        return error == "is_archived"

    with bench(store, admins=[ALICE], minders={"report": minds}) as desk:
        alice = desk.slack.person(ALICE)
        desk.slack.channel("C0OLD", "old", archived=True)
        desk.slack.channel("C0AWAY", "away", bot=False)
        for channel in ("C0OLD", "C0AWAY"):
            desk.put(f"report:1:{channel}", thing=f"report:1:{channel}", channel=channel)
            desk.put(f"other:{channel}", channel=channel)
        desk.ticks(5)
        assert sorted(heard) == [("report:1:C0AWAY", "not_in_channel"), ("report:1:C0OLD", "is_archived")]
        told = desk.texts(alice.dm)
        assert len(told) == 3 and not any("report:1:C0OLD" in text for text in told)
