"""Door 1 without Bolt: questions go straight to the desk, with a real database, a real Slack and a real VoIP.ms on the other side.

What VoIP.ms answers is remembered, so that thousands of questions can be asked of a company that does not change.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from slack_sdk import WebClient

from config import load
from handlers.answering import Answering, Message, Workspace
from handlers.desk import Question
from handlers.front import Front
from handlers.registry import Submitted, Way
from handlers.signin import Identity
from playground.company import Company, founded
from playground.slack import SlackServer
from playground.voipms import VoipMsServer
from rules.health import Health
from rules.incidents import Incident, Kind, Member
from rules.timing import Timing
from rules.watch import Line, Look, Spot, step
from store import Store, audit, incidents, lines, memos
from store.audit import Entry, Search
from store.refusals import Refusals
from store.scenes import HEALTH
from voipms import Pace, SubAccount, VoipMs, VoipMsError

NOW = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)
ADMIN = "U0ALICE"
OPEN, BIRCH, GRANTED, SHARED = "C0PHONES", "C0BIRCH", "C0GRANTED", "C0SHARED"
CLIENT = "561115"
"""Whose channel ``BIRCH`` is in the tests that limit it."""
LATE = frozenset(("cdrs", "reseller_cdrs"))


class Remembering:
    """Asks the real client each question once."""

    def __init__(self, phones: VoipMs) -> None:
        self._phones = phones
        self._known: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        asked = getattr(self._phones, name)
        if not callable(asked):
            return asked
        if name == "patient":
            return lambda *args: self

        def ask(*args: Any, **more: Any) -> Any:
            key = repr((name, args, sorted(more.items())))
            if key not in self._known:
                try:
                    answer = asked(*args, **more)
                    self._known[key] = list(answer) if name in LATE else answer
                except VoipMsError as error:
                    self._known[key] = error
            found = self._known[key]
            if isinstance(found, VoipMsError):
                raise found
            return iter(found) if name in LATE else found

        return ask


class Kept(Answering):
    """Keeps the answer."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self.message: Message | None = None

    def say(self, text: str) -> None:
        """Nobody waits."""

    def _final(self, message: Message) -> None:
        self.message = message


@dataclass
class Answer:
    """What came of one question.

    Attributes:
        entry: Its entry in the audit.
        message: What the person alone was told.
        public: What others were told.
        form: The view that was opened.
        file: The file that was sent.
    """

    entry: Entry
    message: Message | None
    public: Message | None = None
    form: dict[str, Any] | None = None
    file: bytes = b""

    @property
    def allowed(self) -> bool:
        """Whether it was not refused."""
        return self.entry.result != audit.REFUSED

    @property
    def everything(self) -> str:
        """All that anybody was told, as text."""
        told = [message.headline + json.dumps(message.blocks, ensure_ascii=False) for message in (self.message, self.public) if message]
        shown = "\n".join((*told, json.dumps(self.form, ensure_ascii=False) if self.form else ""))
        # a new line as JSON writes it would hide the word after it
        return f"{shown.replace(chr(92) + 'n', ' ')}\n{self.file.decode('utf-8-sig')}"


@dataclass
class Door:
    """Door 1 and its surroundings."""

    company: Company
    slack: SlackServer
    server: VoipMsServer
    store: Store
    front: Front
    kept: list[Entry] = field(default_factory=list)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text("Door(…)")  # else hypothesis prints the whole company

    def question(self, line: str, person: str, channel: str | None, way: Way = Way.SLASH, trigger: str = "") -> tuple[Question, Kept]:
        answering = Kept(self.front.workspace)
        return Question(person=person, channel=channel, way=way, line=line, answering=answering, trigger_id=trigger), answering

    def ask(self, line: str, person: str = ADMIN, channel: str | None = OPEN, way: Way = Way.SLASH) -> Answer:
        """One line."""
        question, kept = self.question(line, person, channel, way)
        self.front.desk.answer(question)
        return Answer(self.entry(), kept.message)

    def share(self, line: str, person: str = ADMIN, channel: str = OPEN) -> Answer:
        """*Share to channel* under an answer."""
        question, kept = self.question(line, person, channel, Way.BUTTON)
        public = Kept(self.front.workspace)
        self.front.desk.share(question, public)
        return Answer(self.entry(), kept.message, public.message)

    def csv(self, line: str, person: str = ADMIN, channel: str = OPEN) -> Answer:
        """*CSV* under an answer."""
        question, kept = self.question(line, person, channel, Way.BUTTON)
        before = len(self.slack.files)
        self.front.desk.send_csv(question)
        return Answer(self.entry(), kept.message, file=b"".join(one.content for one in self.slack.files[before:]))

    def submit(self, command: str, submitted: Submitted, person: str = ADMIN, channel: str | None = OPEN) -> Answer:
        """A form that was sent."""
        question, kept = self.question(command, person, channel, Way.FORM)
        self.front.desk.submitted(question, submitted)
        return Answer(self.entry(), kept.message)

    def entry(self) -> Entry:
        """The latest entry of the audit."""
        with self.store.reading() as transaction:
            return audit.entries(transaction, Search(), 1)[0]


@contextmanager
def opened(company: Company | None = None, **environ: str) -> Iterator[Door]:
    """The door, open until the block ends: a company whose phones were all seen, and workspace and channels to ask in."""
    company = company or founded(seed=1, now=NOW)
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None  # thousands of entries of the audit, each written through to the disk
    with SlackServer() as slack, VoipMsServer(company, clock=NOW.timestamp) as server, TemporaryDirectory(dir=memory) as folder:
        slack.rules.rate_limits = False
        slack.person(ADMIN, name="Alice")
        for channel, name in ((BIRCH, "birch"), (GRANTED, "granted")):
            slack.channel(channel, name)
        slack.channel(SHARED, "shared", shared=True)
        settings = load(
            env_file=os.devnull,
            environ={
                "SLACK_BOT_TOKEN": slack.bot_token,
                "SLACK_APP_TOKEN": slack.app_token,
                "SLACK_API_URL": slack.api_url,
                "VOIPMS_API_URL": server.url,
                "VOIPMS_USERNAME": server.username,
                "VOIPMS_PASSWORD": server.password,
                "VOIPMS_MAIN_ACCOUNT": company.main,
                "TIMEZONE": "America/Toronto",
                "ADMINS": ADMIN,
                "DATABASE_URL": f"sqlite:///{folder}/dialtone.db",
                **environ,
            },
        )
        phones = VoipMs(server.username, server.password, url=server.url, pace=Pace(per_minute=60_000), timeout=5)
        client = WebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])
        with Store(settings.database_url.get_secret_value()) as store:
            remember(store, company)
            me = Identity(user=slack.bot_user, team=slack.team)
            remembering = cast(VoipMs, Remembering(phones))
            front = Front(
                settings, client, remembering, store, Refusals(store), me, list, lambda: NOW, lambda command, result, seconds: None
            )
            with front:
                yield Door(company, slack, server, store, front)
        phones.close()


def remember(store: Store, company: Company) -> None:
    """What the watch knows of the company: every phone was seen, and an outage has one of each owner in it."""
    at = NOW - timedelta(minutes=5)
    with store.writing() as transaction:
        some = [
            SubAccount(
                account=one.login,
                description=one.description,
                username=one.username,
                internal_extension=one.extension,
                auth_type="2" if one.by_ip else "1",
                reseller_client=one.client,
            )
            for one in company.sub_accounts.values()
        ]
        lines.listed(transaction, some, at, complete=True)
        for one in company.sub_accounts.values():
            if not one.by_ip:
                spot = Spot(address=one.site.ip, pop=one.site.pop, pop_name=f"pop{one.site.pop}", agent=one.agent, expires_at=NOW)
                lines.save(transaction, step(Line(account=one.login), Look.YES, at, Timing(), spot), 1, looked_at=at)
        members = tuple(
            Member(
                account=one.login,
                channel="C0ALERTS",
                client="" if one.client == "0" else one.client,
                site=one.site.ip,
                pop=one.site.pop,
                since=at,
                confirmed_at=at,
            )
            for one in company.sub_accounts.values()
            if one.extension.endswith("1") and not one.by_ip
        )
        wide = Incident(id="2026-1125-01", kind=Kind.ALL, opened_at=at, since=at, joined_at=at, members=members)
        theirs = Incident(id="2026-1125-02", kind=Kind.SITE, key=members[0].site, opened_at=at, since=at, joined_at=at, members=members[:1])
        incidents.save(transaction, [wide, theirs], {})
        memos.put(transaction, HEALTH, Health(last_valid=at))
