"""More questions than there is room for, over a real socket: who is turned away is told at once, and nobody else waits for it."""

import threading
from types import SimpleNamespace
from typing import cast

from slack_sdk import WebClient

from blocks.frame import render, section
from handlers import bolt
from handlers.answering import Message, Workspace
from handlers.desk import Question
from handlers.front import Front
from handlers.pool import Pool, Room
from handlers.registry import Registry
from handlers.signin import Identity
from playground.slack import SlackServer
from store.refusals import Refusals

PATIENCE = 10


class Slow:
    """A desk that answers when it is let."""

    def __init__(self) -> None:
        self.begun = threading.Semaphore(0)
        self.go_on = threading.Event()

    def asks_voipms(self, question: Question) -> bool:
        return True

    def answer(self, question: Question) -> None:
        self.begun.release()
        assert self.go_on.wait(PATIENCE)
        question.answering.answer(Message("Done", render([section("Done")])))


def test_who_does_not_fit_is_told_at_once_while_others_are_answered() -> None:
    desk = Slow()
    with SlackServer(ping_interval=0.2) as slack:
        alice = slack.person("U0ALICE", name="Alice")
        client = WebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])
        pool = Pool(slow=Room(workers=1, running_each=1, most_each=1, most=1))
        front = SimpleNamespace(
            slack=client,
            me=Identity(user=slack.bot_user, team=slack.team),
            desk=desk,
            registry=Registry([]),
            workspace=Workspace(client, Refusals()),
            once=SimpleNamespace(first=lambda key: True),
            pool=pool,
        )
        socket = bolt.Socket(bolt.build(cast(Front, front), ""), slack.app_token, client)
        socket.open()
        try:
            slack.wait_connected()
            assert socket.how_it_is() == (True, "connected")
            first = alice.slash("/voip", "calls")
            assert desk.begun.acquire(timeout=PATIENCE)
            turned_away = [alice.slash("/voip", "calls"), alice.direct("calls"), alice.mention("calls")]
            assert all("too many questions" in one.answer().words for one in turned_away)
            assert not first.messages
            desk.go_on.set()
            assert first.answer().words == "Done"
        finally:
            desk.go_on.set()
            socket.close()
            pool.close()
