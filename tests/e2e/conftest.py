"""The whole bot on real sockets: real Bolt and ``requests``, with the playground's Slack and VoIP.ms on the other side."""

import io
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from tempfile import TemporaryDirectory

import pytest

import logs
from bot import running
from config import Settings, load
from playground.company import Company, founded
from playground.slack import Person, SlackServer
from playground.voipms import VoipMsServer
from tests.e2e.payloads import problems


class Log(io.StringIO):
    """What is logged, as it would stand in the terminal."""

    def __init__(self) -> None:
        super().__init__()
        self._written = threading.Condition()

    def write(self, text: str) -> int:
        with self._written:
            self._written.notify_all()
            return super().write(text)

    def wait_for(self, found: Callable[[list[str]], bool]) -> None:
        """Wait until something holds of the lines."""
        with self._written:
            assert self._written.wait_for(lambda: found(self.getvalue().splitlines()), 10), self.getvalue()[-3000:]


@dataclass
class Stage:
    """One bot between its two sides.

    Attributes:
        port: Where the bot's own web server listens.
        log: Everything the bot logged.
    """

    slack: SlackServer
    phones: VoipMsServer
    company: Company
    settings: Settings
    port: int
    log: Log
    people: dict[str, Person] = field(default_factory=dict)

    @property
    def admin(self) -> Person:
        """Named in ``ADMINS``."""
        return self.people["admin"]

    @property
    def viewer(self) -> Person:
        """Somebody with the default role, in another time zone."""
        return self.people["viewer"]


WATCHED = frozenset(("getRegistrationStatus", "getSubAccounts", "getBalance", "getTransactionHistory"))
"""What the watch asks by itself, at any time."""


def asked_by_people(phones: VoipMsServer, since: int) -> list[str]:
    """The methods of the requests from that one on, without those that the watch makes too."""
    return [one.method for one in phones.asked[since:] if one.method not in WATCHED]


Start = Callable[..., AbstractContextManager[Stage]]


@pytest.fixture(scope="session")
def books() -> Company:
    """A company nobody changes; a test that changes one founds its own."""
    return founded(seed=1, now=datetime.now(UTC))


@contextmanager
def started(company: Company, mode: str = "socket", **environ: str) -> Iterator[Stage]:
    """The bot at work in one of its two modes, until the block ends; what it sent is then held against Slack's rules."""
    log = Log()
    before = (logging.root.handlers[:], logging.root.level, sys.excepthook, threading.excepthook, logging.raiseExceptions)
    with ExitStack() as parts:
        slack = parts.enter_context(SlackServer(ping_interval=0.2))
        phones = parts.enter_context(VoipMsServer(company))
        people = {
            "admin": slack.person("U0ALICE", name="Alice"),
            "viewer": slack.person("U0VICTOR", name="Victor", tz="America/Vancouver"),
            "guest": slack.person("U0GUEST", name="Gus", guest=True, channels=["C0PHONES"]),
            "stranger": slack.person("U0STRANGE", name="Stan", stranger=True, channels=["C0PARTNER"]),
        }
        given = {
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_API_URL": slack.api_url,
            "VOIPMS_API_URL": phones.url,
            "VOIPMS_USERNAME": phones.username,
            "VOIPMS_PASSWORD": phones.password,
            "VOIPMS_REQUESTS_PER_MINUTE": "60000",
            "VOIPMS_TIMEOUT": "5",
            "TIMEZONE": "America/Toronto",
            "ADMINS": "U0ALICE",
            "DEFAULT_ROLE": "viewer",
            "PORT": "0",
            "DATABASE_URL": f"sqlite:///{parts.enter_context(TemporaryDirectory())}/dialtone.db",
            "LOG_LEVEL": "DEBUG",
            **({"SLACK_APP_TOKEN": slack.app_token} if mode == "socket" else {"SLACK_SIGNING_SECRET": slack.signing_secret}),
            **environ,
        }
        settings = load(env_file=os.devnull, environ=given)
        try:
            logs.configure(settings, log)
            with running(settings) as port:
                if mode == "socket":
                    slack.wait_connected()
                else:
                    slack.events_url = f"http://127.0.0.1:{port}/slack/events"
                if people["admin"].id in settings.admins and "DATABASE_URL" not in environ:
                    # the first message to an admin is nothing that a test has asked for
                    slack.wait_for(lambda: slack.messages(people["admin"].dm))
                yield Stage(slack, phones, company, settings, port, log, people)
        finally:
            logging.root.handlers[:], logging.root.level, sys.excepthook, threading.excepthook, logging.raiseExceptions = before
        assert problems(slack) == []


@pytest.fixture(scope="session")
def start(books: Company) -> Start:
    """Starts a bot: ``with start(mode="http", MASK_NUMBERS="off") as stage``."""

    def with_books(mode: str = "socket", company: Company | None = None, **environ: str) -> AbstractContextManager[Stage]:
        return started(company or books, mode, **environ)

    return with_books


@pytest.fixture(scope="module")
def stage(books: Company) -> Iterator[Stage]:
    """One bot in Socket Mode for all tests of a file that break nothing."""
    with started(books) as made:
        yield made
