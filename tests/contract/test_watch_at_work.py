"""The watch with its threads and its timetable: begins, goes on through trouble, stops at once; and the heartbeat."""

import io
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from zoneinfo import ZoneInfo

import pytest

import logs
from config import load
from jobs import timetable
from jobs.heartbeat import Heartbeat
from jobs.watch import Watch
from playground.company import founded
from playground.voipms import Hang, Html, VoipMsServer
from rules.health import Sight
from store import Store, scenes, watch
from tests.databases import PostgresServer
from voipms import Pace, VoipMs

KEY = "/0a1b2c3d-not-real"
TORONTO = ZoneInfo("America/Toronto")


def until(true: Callable[[], object], seconds: float = 30.0) -> None:
    """Wait until it is true."""
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, "it never came to that"
        time.sleep(0.01)


@pytest.fixture
def server() -> Iterator[VoipMsServer]:
    company = founded(seed=1, now=datetime.now(UTC), days=2)
    company.sub_accounts = {login: company.sub_accounts[login] for login in company.site("Laval branch")}
    with VoipMsServer(company) as made:
        yield made


@contextmanager
def at_work(store: Store, server: VoipMsServer, ttl: float = 1.0) -> Iterator[Watch]:
    """A watch whose minute is a second."""
    phones = VoipMs(server.username, server.password, url=server.url, pace=Pace(60_000), timeout=20, user_agent="Dialtone/1")
    with (
        Watch(store, phones, confirm_seconds=1, interval=1, zone=TORONTO, ttl=timedelta(seconds=ttl)) as made,
        timetable([made.job]) as jobs,
    ):
        yield made
        assert jobs.how_it_is()[0]
    phones.close()


def test_it_says_how_it_is(store: Store, server: VoipMsServer) -> None:
    with at_work(store, server) as one:
        until(lambda: one.rounds >= 2)
        well, words = one.how_it_is()
        assert well and words == "7 accounts, a round takes 1 s, 60000 requests a minute"
        assert one.doing is not None and one.doing.figures.accounts == 7
    with store.reading() as transaction:
        assert scenes.load(transaction, datetime.now(UTC)).scene.zone == TORONTO


def test_only_one_of_two_is_at_work_and_the_next_begins_at_once_when_that_one_stops(postgres: PostgresServer, server: VoipMsServer) -> None:
    url = postgres.database()
    with Store(url) as here, Store(url) as there, at_work(here, server, ttl=4) as one:
        until(lambda: one.rounds)
        begun = time.monotonic()
        with at_work(there, server, ttl=4) as two:
            until(lambda: two.how_it_is()[1].startswith("waits"))
            assert two.doing is None and two.how_it_is()[0]
            one.close()
            until(lambda: two.doing is not None)
            assert time.monotonic() - begun < 20


def test_a_stop_does_not_wait_for_voipms_and_leaves_no_mark_of_the_look_that_was_on_the_wire(store: Store, server: VoipMsServer) -> None:
    with at_work(store, server) as one:
        until(lambda: one.rounds)
        server.fail(Hang(), times=None)
        so_far = len(server.asked)
        until(lambda: len(server.asked) > so_far)
        stopping = time.monotonic()
    assert time.monotonic() - stopping < 10
    with store.reading() as transaction:
        assert watch.health(transaction).sight is Sight.UP
    server.heal()
    with at_work(store, server) as again:
        until(lambda: again.rounds)


def test_it_goes_on_when_the_database_was_away(postgres: PostgresServer, server: VoipMsServer) -> None:
    url = postgres.database()
    with Store(url) as store, at_work(store, server) as one:
        until(lambda: one.rounds)
        for _ in range(3):
            postgres.cut(url)
            time.sleep(0.1)
        rounds = one.rounds
        until(lambda: one.rounds > rounds + 1)


def test_a_failure_of_voipms_is_no_failure_of_the_watch(store: Store, server: VoipMsServer) -> None:
    with at_work(store, server) as one:
        until(lambda: one.rounds)
        server.fail(Html(503), times=None)

        def sight() -> Sight:
            with store.reading() as transaction:
                return watch.health(transaction).sight

        until(lambda: sight() is Sight.DOWN)
        assert one.how_it_is()[0]
        rounds = one.rounds
        server.heal()
        until(lambda: sight() is Sight.UP and one.rounds > rounds)


# The heartbeat


class Listener:
    """Somebody who is told as long as the bot lives."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.status = 200
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                listener.paths.append(self.path)
                self.send_response(listener.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
                """Nothing on stderr."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}{KEY}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    yield made
    made.close()


def test_the_heartbeat_follows_good_rounds_and_nothing_else(listener: Listener) -> None:
    rounds = 0
    heart = Heartbeat(listener.url, lambda: rounds)
    heart.tick()
    assert listener.paths == []
    for rounds in (1, 1, 2, 5):  # noqa: B007 - the heart looks at it
        heart.tick()
    assert listener.paths == [KEY] * 3


def test_a_heartbeat_that_fails_is_told_once_and_its_address_never(listener: Listener) -> None:
    rounds = iter(range(20))
    environ = {
        "SLACK_BOT_TOKEN": "xoxb-not-real",
        "SLACK_APP_TOKEN": "xapp-not-real",
        "VOIPMS_USERNAME": "owner@example.com",
        "VOIPMS_PASSWORD": "not-real-either",
        "HEARTBEAT_URL": listener.url,
        "LOG_LEVEL": "DEBUG",
    }
    heart, log = Heartbeat(listener.url, lambda: next(rounds)), io.StringIO()
    before = logging.root.handlers[:], logging.root.level
    try:
        logs.configure(load(os.devnull, environ), log)
        for status in (500, 500, 404, 200, 200):
            listener.status = status
            heart.tick()
        listener.close()
        heart.tick()
    finally:
        logging.root.handlers[:], logging.root.level = before
    lines = [line for line in log.getvalue().splitlines() if "heartbeat" in line]
    assert [line.partition("heartbeat ")[2].split()[0] for line in lines] == ["failed", "failed", "works", "failed"]
    assert "HTTP 500" in lines[0] and "HTTP 404" in lines[1] and "ConnectionError" in lines[3]
    assert KEY not in log.getvalue()


def test_the_watch_feeds_the_heartbeat(store: Store, server: VoipMsServer, listener: Listener) -> None:
    with at_work(store, server) as one:
        heart = Heartbeat(listener.url, lambda: one.rounds)
        with timetable([heart.job]):
            until(lambda: listener.paths)
