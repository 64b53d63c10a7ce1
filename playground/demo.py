"""The demonstration: a company, its VoIP.ms, its Slack, and a conversation with the bot that checks every answer.

What an answer has to say is worked out from the company's own books, never from what the bot made of them.
"""

import os
import sys
import threading
import webbrowser
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from tempfile import TemporaryDirectory
from types import TracebackType
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.text import Text

from playground import terminal
from playground.calls import Call
from playground.company import Company, founded
from playground.page import Page
from playground.page_slack import Persona
from playground.slack import Asked, Message, NoAnswer, Person, SlackServer
from playground.slack_things import Json
from playground.voipms import VoipMsServer

ZONE = ZoneInfo("America/Toronto")
ALICE, OLGA, VICTOR = "U0ALICE", "U0OLGA", "U0VICTOR"
PATIENCE_SECONDS = 70
"""A long look ends after sixty."""


@dataclass(frozen=True)
class Step:
    """One question, and what its answer has to say.

    Attributes:
        ask: Asks it.
        says: Words that the answer has to hold.
        never: Words that it may not hold.
    """

    ask: Callable[[], Asked]
    says: Collection[str]
    never: Collection[str] = ()


class Stage:
    """Both stand-ins, and the people who talk to the bot; a context manager.

    Attributes:
        environ: Settings with which the bot comes here.
        nowhere: A settings file that holds nothing.
    """

    nowhere = os.devnull

    def __init__(self, console: Console) -> None:
        self._console = console
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
            # all is on this machine, and Slack's SDK would ask a proxy even for that
            os.environ.pop(name, None)
        self._folder = TemporaryDirectory(prefix="dialtone-demo-")
        self._slack = SlackServer()
        self._phones = VoipMsServer(founded(seed=1, now=datetime.now(UTC)))
        self._alice = self._slack.person(ALICE, name="Alice", tz=ZONE.key)
        self._victor = self._slack.person(VICTOR, name="Victor", tz="Europe/London")
        self._olga = self._slack.person(OLGA, name="Olga", tz=ZONE.key)
        self._stan = self._slack.person("U0STAN", name="Stan", tz="America/New_York", stranger=True, channels=["C0PARTNER"])
        self._page: Page | None = None
        self.environ = {
            "SLACK_BOT_TOKEN": self._slack.bot_token,
            "SLACK_APP_TOKEN": self._slack.app_token,
            "SLACK_API_URL": self._slack.api_url,
            "VOIPMS_USERNAME": self._phones.username,
            "VOIPMS_PASSWORD": self._phones.password,
            "VOIPMS_API_URL": self._phones.url,
            "VOIPMS_MAIN_ACCOUNT": self._company.main,
            # a simulated phone company has no limit to learn
            "VOIPMS_REQUESTS_PER_MINUTE": "60000",
            "ADMINS": ALICE,
            "DEFAULT_ROLE": "viewer",
            "TIMEZONE": ZONE.key,
            # what is unplugged on the page is told within seconds
            "ALERT_CHANNEL": "C0ALERTS",
            "WATCH_INTERVAL": "2",
            "CONFIRM_SECONDS": "5",
            "SETTLE_SECONDS": "2",
            "PORT": "0",
            "DATABASE_URL": f"sqlite:///{self._folder.name}/dialtone.db",
            "LOG_LEVEL": "WARNING",
        }

    @property
    def _company(self) -> Company:
        return self._phones.company

    @property
    def _names(self) -> dict[str, str]:
        """What people and channels are called, by id."""
        space = self._slack.workspace
        people = {person.id: f"@{person.name}" for person in space.people.values()}
        return people | {channel.id: f"#{channel.name}" for channel in space.channels.values() if not channel.direct}

    def __enter__(self) -> "Stage":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._page is not None:
            self._page.close()
        self._slack.close()
        self._phones.close()
        self._folder.cleanup()

    def open_page(self, manifest: Json) -> None:
        """Serve the page on which everything can be tried, and say where.

        Args:
            manifest: The app's, for the commands that the page offers.
        """
        personas = [
            Persona(self._alice, "admin"),
            Persona(self._olga, "operator"),
            Persona(self._victor, "viewer"),
            Persona(self._stan, "of another organisation"),
        ]
        self._page = Page(self._slack, self._phones, personas, manifest)
        if self._page.taken:
            self._console.print(f"Port {', '.join(map(str, self._page.taken))} is taken.", style="yellow")
        self._say_where()
        if sys.stdout.isatty() and sees_a_screen():
            webbrowser.open(self._page.url)

    def _say_where(self) -> None:
        if self._page is not None:
            self._console.print(f"Try it yourself in a browser: [bold]{self._page.url}[/]\n")

    # The conversation

    def converse(self) -> int:
        """Ask everything, print what was answered; how many answers were wrong."""
        company = self._company
        self._console.print(f"[bold]{company.name}[/]: {len(company.sub_accounts)} sub-accounts, {len(company.clients)} reseller clients,")
        self._console.print(f"{len(company.ledger):,} call records of 90 days. Alice is an admin, Olga an operator, Victor may look.\n")
        wrong = 0
        self._slack.wait_connected(PATIENCE_SECONDS)
        for step in self._steps():
            asked = step.ask()
            problem = self._problem(step, asked)
            if asked.view is not None:
                self._alice.close(asked.view)
            if problem:
                wrong += 1
                self._console.print(Text(f"WRONG: {problem}", style="bold red"))
            self._console.print()
        self._console.print(
            f"[bold red]{wrong} answers were wrong[/]" if wrong else "[bold green]Every answer agrees with the company's books.[/]"
        )
        return wrong

    def _problem(self, step: Step, asked: Asked) -> str:
        try:
            answer = asked.answer(timeout=PATIENCE_SECONDS)
        except NoAnswer as nothing:
            return str(nothing)
        # a CSV is two messages: the file, and the words that it was sent
        answer = self._slack.workspace.wait(lambda: next((one for one in asked.messages if not _lacks(one, step)), None), 3) or answer
        self._show(asked, answer)
        missing = _lacks(answer, step)
        leaked = [word for word in (*step.never, *self._company.secrets) if word in answer.words]
        return "; ".join(
            [*(f"“{word}” is not in the answer" for word in missing), *(f"“{word}” may not be in the answer" for word in leaked)]
        )

    def _show(self, asked: Asked, answer: Message) -> None:
        name = {ALICE: "Alice", OLGA: "Olga", VICTOR: "Victor"}[asked.person]
        how = {"direct": "to Dialtone", "mention": "in #phones", "click": "clicks", "submit": "sends the form"}.get(asked.kind, "")
        self._console.print(
            Text.assemble((f"{name} {how}".strip(), "bold green"), "  ", (terminal.named(_told(asked), self._names), "bold"))
        )
        who = (
            "only visible to you"
            if answer.ephemeral
            else "form"
            if answer.view
            else "direct message"
            if asked.kind == "direct"
            else "in the channel"
        )
        self._console.print(terminal.panel(answer, f"Dialtone · {who}", self._names))

    def _steps(self) -> Iterator[Step]:
        company, alice, olga, victor = self._company, self._alice, self._olga, self._victor
        desk = company.sub_accounts["100001_frontdesk"]
        box = next(iter(company.mailboxes.values()))
        package = next(iter(company.packages.values()))
        client = next(iter(company.clients.values()))
        did = next(iter(company.dids.values()))
        yesterday = self._sum(1)
        yield self._slash(alice, "help", "status", "client-login", "You are:", "admin")
        yield self._slash(alice, "status", str(sum(not one.by_ip for one in company.sub_accounts.values()) + 1))
        yield self._slash(alice, f"status {desk.extension}", desk.description, desk.site.ip)
        yield self._alias(alice, "accounts", "", f"{len(company.sub_accounts)} sub-accounts")
        yield self._mention(alice, "accounts frontdesk", desk.login, desk.description, "never shown")
        yield self._direct(alice, "voicemail", f"{len(company.mailboxes)} mailboxes")
        yield self._direct(alice, f"voicemail {box.mailbox}", box.name, box.email, "The PIN is never shown")
        yield self._slash(alice, "calls yesterday", *yesterday)
        yield self._slash(victor, "calls 7d missed", "missed")
        yield self._click(alice, "calls yesterday", "CSV", "in your direct messages")
        yield self._click(alice, "calls yesterday", "Share to channel", *yesterday, "Shared by")
        yield self._slash(alice, "numbers", f"{len(company.dids)} numbers")
        yield self._slash(alice, f"numbers {did.did}", did.description)
        yield self._alias(alice, "balance", "", _dollars(company.balance))
        yield self._slash(alice, "packages", f"{len(company.packages)} packages")
        yield self._slash(alice, f"packages {package.package}", package.name)
        yield self._slash(alice, "clients", f"{len(company.clients)} clients")
        yield self._slash(alice, f"clients {client.client}", client.company, client.email)
        yield self._slash(alice, f"client-calls {client.client} month", client.company)
        yield self._login(client.email, "not-the-password", "Not valid")
        yield self._login(client.email, client.password, "Valid", client.company)
        yield self._slash(victor, "whoami", "viewer", VICTOR)
        yield self._slash(victor, "packages", "operator", VICTOR)
        yield self._slash(alice, "access grant @olga operator", OLGA, "operator")
        yield self._slash(olga, "packages", f"{len(company.packages)} packages")
        yield self._direct(victor, "cals yesterday", "calls")
        yield self._slash(alice, "doctor", "everything works")

    # Ways to ask

    @staticmethod
    def _slash(person: Person, words: str, *says: str) -> Step:
        return Step(lambda: person.slash("/voip", words), says)

    @staticmethod
    def _alias(person: Person, name: str, words: str, *says: str) -> Step:
        return Step(lambda: person.slash(f"/voip-{name}", words), says)

    @staticmethod
    def _mention(person: Person, words: str, *says: str) -> Step:
        return Step(lambda: person.mention(words), says)

    @staticmethod
    def _direct(person: Person, words: str, *says: str) -> Step:
        return Step(lambda: person.direct(words), says)

    @staticmethod
    def _click(person: Person, words: str, button: str, *says: str) -> Step:
        return Step(lambda: person.click(person.slash("/voip", words).answer(PATIENCE_SECONDS), button), says)

    def _login(self, email: str, password: str, *says: str) -> Step:
        def ask() -> Asked:
            form = self._alice.slash("/voip-client-login").wait_view(PATIENCE_SECONDS)
            return self._alice.submit(form, {"E-mail": email, "Password": password})

        return Step(ask, says, never=[password])

    # The company's own books

    def _sum(self, days_ago: int) -> list[str]:
        """Calls, talk time and cost of a day in Toronto, as an answer has to say them."""
        today = datetime.now(ZONE).date()
        day = today - timedelta(days=days_ago)
        start, end = (datetime(each.year, each.month, each.day, tzinfo=ZONE) for each in (day, day + timedelta(days=1)))
        rows: list[Call] = list(self._company.ledger.between(start, end))
        calls, seconds = sum(row.direction != "fee" for row in rows), sum(row.seconds for row in rows if row.direction != "fee")
        talk = f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        return [f"{calls:,} calls", talk, _dollars(sum((row.cost for row in rows), Decimal()))]

    # After the conversation

    def stay(self, port: int, stop: threading.Event) -> None:
        """Say where everything listens; in a terminal, answer what is typed; until told to stop."""
        self._console.print(
            f"\nStill running. The bot: http://127.0.0.1:{port}/healthz and /metrics"
            f"\nSlack's stand-in: {self._slack.url}   simulated VoIP.ms: {self._phones.url}"
        )
        self._say_where()
        if sys.stdin.isatty():
            self._console.print(
                "Type to the bot as Alice: [bold]calls yesterday missed[/], [bold]status 101[/], [bold]help[/].  Ctrl-C ends it.\n"
            )
            threading.Thread(target=self._typed, args=(stop,), name="terminal", daemon=True).start()
        else:
            self._console.print("Ctrl-C ends it.")
        stop.wait()

    def _typed(self, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                words = input("> ").strip()
            except (EOFError, KeyboardInterrupt):
                stop.set()
                return
            if words:
                try:
                    self._console.print(terminal.panel(self._alice.direct(words).answer(PATIENCE_SECONDS), "Dialtone", self._names))
                except NoAnswer as nothing:
                    self._console.print(str(nothing))


def sees_a_screen() -> bool:
    """Whether a browser can be shown: without this, Python starts one that takes the terminal."""
    return sys.platform in ("darwin", "win32") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _lacks(answer: Message, step: Step) -> list[str]:
    """What the answer should say and does not."""
    words = " ".join(answer.words.split())
    return [word for word in step.says if word not in words]


def _told(asked: Asked) -> str:
    """What was asked as the person sees it."""
    return f"[ {asked.words} ]" if asked.kind == "click" else asked.words


def _dollars(amount: Decimal) -> str:
    return f"${amount.quantize(Decimal('0.01'), ROUND_HALF_UP):,}"
