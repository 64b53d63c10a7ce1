"""The server of the playground page: who may speak with it, and what it tells to whom."""

import http.client
import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from urllib.request import ProxyHandler, Request, build_opener

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from playground.company import Company, founded
from playground.page import Page, listen
from playground.page_company import CompanyPanel
from playground.page_slack import Persona
from playground.page_traffic import MASK, masked, short
from playground.slack import Message, SlackServer, Upload, View
from playground.slack_things import BOT_USER
from playground.voipms import VoipMsServer
from tests.e2e.gallery import MANIFEST

Json = dict[str, Any]
AT_ONCE = 5.0
"""Seconds until a test gives up on what should come at once."""


class Stage:
    """The page between its two stand-ins, with nobody at work behind them."""

    def __init__(self, slack: SlackServer, phones: VoipMsServer) -> None:
        self.slack, self.phones = slack, phones
        self.alice = slack.person("U0ALICE", name="Alice")
        self.victor = slack.person("U0VICTOR", name="Victor")
        self.stan = slack.person("U0STAN", name="Stan", stranger=True, channels=["C0PARTNER"])
        personas = [Persona(self.alice, "admin"), Persona(self.victor, "viewer"), Persona(self.stan, "stranger")]
        self.page = Page(slack, phones, personas, MANIFEST, port=0)

    def post(self, text: str, channel: str = "C0PHONES", to: str = "", **more: Any) -> Message:
        """A message of the app; ``to``: only this person sees it."""
        space = self.slack.workspace
        return space.post(Message(channel=channel, ts=space.next_ts(), user=BOT_USER, text=text, ephemeral=bool(to), to=to, **more))

    def get(self, path: str, **headers: str) -> "Got":
        connection = http.client.HTTPConnection("127.0.0.1", self.page.port, timeout=AT_ONCE)
        connection.putrequest("GET", path, skip_host="Host" in headers, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        answer = connection.getresponse()
        got = Got(answer.status, answer.headers, answer.read())
        connection.close()
        return got


@dataclass(frozen=True)
class Got:
    """An HTTP answer."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


class Window:
    """A browser window as the server sees it."""

    def __init__(self, opened: ClientConnection, person: str) -> None:
        self._socket = opened
        self.heard: list[Json] = []
        self.say(do="be", person=person)
        self.world = self.hear(lambda said: said["kind"] == "world")

    def say(self, **said: Any) -> None:
        self._socket.send(json.dumps(said))

    def hear(self, wanted: Callable[[Json], bool]) -> Json:
        """The next thing that is wanted; the others are remembered."""
        while True:
            said: Json = json.loads(self._socket.recv(timeout=AT_ONCE))
            self.heard.append(said)
            if wanted(said):
                return said

    def told(self, number: int) -> Json:
        """What came of something that was asked with this number."""
        return self.hear(lambda said: said["kind"] == "settled" and said["id"] == number)

    def all_heard(self) -> str:
        """Everything so far, as text: an answer to a last question proves that nothing else is on its way."""
        self.say(do="lever", id=9999, lever="none")
        self.told(9999)
        return json.dumps(self.heard, ensure_ascii=False)


@pytest.fixture(scope="module")
def company() -> Company:
    return founded(seed=1, now=datetime.now(UTC), days=2)


@pytest.fixture
def stage(company: Company) -> Iterator[Stage]:
    with SlackServer() as slack, VoipMsServer(company) as phones:
        made = Stage(slack, phones)
        try:
            yield made
        finally:
            made.page.close()


@pytest.fixture
def window(stage: Stage) -> Iterator[Callable[[str], Window]]:
    url = f"ws://127.0.0.1:{stage.page.port}/socket"
    with ExitStack() as opened:

        def open_one(person: str) -> Window:
            return Window(opened.enter_context(connect(url, origin=Origin(stage.page.url), max_size=None, proxy=None)), person)

        yield open_one


# Who may speak with it


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:1", "null", None])
def test_a_page_of_somebody_else_may_not_open_a_socket(stage: Stage, origin: str | None) -> None:
    url = f"ws://127.0.0.1:{stage.page.port}/socket"
    with pytest.raises(InvalidStatus) as refused, connect(url, origin=Origin(origin) if origin else None, proxy=None):
        pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("path", ["/", "/page.js", "/socket", "/files/F1/x.csv"])
def test_a_foreign_name_that_points_here_is_turned_away(stage: Stage, path: str) -> None:
    assert stage.get(path, Host=f"evil.example:{stage.page.port}").status == 403
    assert stage.get(path, Host="127.0.0.1").status == 403


def test_the_page_is_given_out_with_a_strict_policy(stage: Stage) -> None:
    answer = stage.get("/", Accept_Encoding="gzip")
    assert answer.status == 200 and answer.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    assert stage.get("/", If_None_Match=answer.headers["ETag"]).status == 304
    assert stage.get("/page.js", Accept_Encoding="gzip").headers["Content-Encoding"] == "gzip"


@pytest.mark.parametrize("path", ["/../page.py", "/%2e%2e/page.py", "/nothing", "/static/index.html"])
def test_nothing_else_is_given_out(stage: Stage, path: str) -> None:
    assert stage.get(path).status == 404


def test_it_listens_on_the_loopback_address_alone_and_takes_the_next_port_when_one_is_taken() -> None:
    first, none_taken = listen(0)
    port = first.getsockname()[1]
    second, taken = listen(port)
    assert none_taken == [] and port in taken
    assert second.getsockname() == ("127.0.0.1", second.getsockname()[1]) and second.getsockname()[1] != port
    first.close()
    second.close()


def test_closing_waits_for_no_browser(stage: Stage, window: Callable[[str], Window]) -> None:
    window("U0ALICE")
    begun = time.monotonic()
    with socket.create_connection(("127.0.0.1", stage.page.port)):  # one that says nothing, as browsers open in advance
        stage.page.close()
    assert time.monotonic() - begun < AT_ONCE


# What a window is told


def test_what_is_private_goes_to_one_person_alone(stage: Stage, window: Callable[[str], Window]) -> None:
    stage.post("before, for Alice", to="U0ALICE")
    alice, victor = window("U0ALICE"), window("U0VICTOR")
    private = stage.post("after, for Alice", to="U0ALICE")
    stage.slack.workspace.edit(private, text="changed, for Alice")
    stage.post("in her direct messages", channel=stage.alice.dm)
    stage.post("for everybody")
    alice.hear(lambda said: said["kind"] == "message" and said["message"]["text"] == "for everybody")
    victor.hear(lambda said: said["kind"] == "message" and said["message"]["text"] == "for everybody")
    for words in ("before, for Alice", "changed, for Alice", "in her direct messages"):
        assert words in alice.all_heard()
        assert words not in victor.all_heard()


def test_somebody_who_is_not_in_a_channel_hears_nothing_of_it(stage: Stage, window: Callable[[str], Window]) -> None:
    stan = window("U0STAN")
    assert [channel["name"] for channel in stan.world["channels"]] == ["with-partner", "directmessage"]
    message = stage.post("of the company")
    stage.slack.workspace.delete(message)
    stage.post("of both", channel="C0PARTNER")
    stan.hear(lambda said: said["kind"] == "message" and said["message"]["text"] == "of both")
    assert "of the company" not in stan.all_heard() and message.ts not in stan.all_heard()
    stan.say(do="type", id=1, channel="C0PHONES", text="let me in")
    assert "not in this channel" in stan.told(1)["failed"]


def test_edits_and_deletions_arrive(stage: Stage, window: Callable[[str], Window]) -> None:
    victor = window("U0VICTOR")
    message = stage.post("one")
    stage.slack.workspace.edit(message, text="two")
    assert victor.hear(lambda said: said["kind"] == "message" and said["message"]["text"] == "two")["message"]["ts"] == message.ts
    stage.slack.workspace.delete(message)
    assert victor.hear(lambda said: said["kind"] == "gone")["ts"] == message.ts


def test_a_form_is_seen_and_used_by_its_person_alone(stage: Stage, window: Callable[[str], Window]) -> None:
    alice, victor = window("U0ALICE"), window("U0VICTOR")
    content = {"type": "modal", "title": {"type": "plain_text", "text": "Mine"}, "blocks": []}
    stage.slack.workspace.show(View(id="V1", hash="h1", user="U0ALICE", content=content))
    assert alice.hear(lambda said: said["kind"] == "view")["view"]["id"] == "V1"
    victor.say(do="close", id=1, view="V1")
    assert "somebody else's" in victor.told(1)["failed"]
    assert '"V1"' not in victor.all_heard().replace("V1'", "")
    assert not stage.slack.views[0].closed


def test_a_button_of_somebody_elses_private_message_cannot_be_clicked(stage: Stage, window: Callable[[str], Window]) -> None:
    button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    private = stage.post("private", to="U0ALICE", blocks=[{"type": "actions", "block_id": "b", "elements": [button]}])
    victor = window("U0VICTOR")
    victor.say(do="use", id=1, channel=private.channel, ts=private.ts, block="b", action="go")
    assert "not there" in victor.told(1)["failed"]


def test_a_file_goes_to_who_sees_its_message(stage: Stage) -> None:
    file = Upload(id="F1", name="calls é.csv", title="Calls", content=b"a,b\r\n")
    stage.post("", channel=stage.alice.dm, files=(file,))
    answer = stage.get("/files/F1/calls.csv?as=U0ALICE")
    assert answer.status == 200 and answer.body == b"a,b\r\n"
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''calls%20%C3%A9.csv"
    assert stage.get("/files/F1/calls.csv?as=U0VICTOR").status == 404
    assert stage.get("/files/F1/calls.csv").status == 404
    assert stage.get("/files/F1/calls.csv?as=U0ALICE", Sec_Fetch_Site="cross-site").status == 403


@pytest.mark.parametrize(
    "said",
    [
        {"do": "nothing"},
        {"do": "be", "person": "U0NOBODY"},
        {"do": "type"},
        {"do": "use", "channel": "C0PHONES", "ts": "1.0", "block": "b", "action": "a"},
        {"do": "submit", "view": "V0", "held": [["a"]]},
        {"do": "exchange", "exchange": "first"},
        {"do": "lever", "lever": "unplug", "login": "nobody"},
        {"do": "lever", "lever": "balance", "amount": "NaN"},
    ],
)
def test_what_cannot_be_done_is_said_and_the_window_goes_on(stage: Stage, window: Callable[[str], Window], said: Json) -> None:
    alice = window("U0ALICE")
    alice.say(id=1, **said)
    assert alice.told(1)["failed"]
    alice.say(do="lever", id=2, lever="balance", amount="4.20")
    assert alice.told(2)["words"] == "The balance is $4.20"


def test_a_command_that_the_app_does_not_have_never_reaches_it(stage: Stage, window: Callable[[str], Window]) -> None:
    alice = window("U0ALICE")
    alice.say(do="type", id=1, channel="C0PHONES", text="/nonsense now")
    assert alice.told(1)["notice"].startswith("/nonsense is not a valid command")
    assert stage.slack.asked == []
    alice.say(do="type", id=2, channel="C0PHONES", text="/voip help", thread="1.0")
    assert "not supported in threads" in alice.told(2)["notice"]


def test_a_command_that_nobody_takes_is_told_as_slackbot_does(stage: Stage, window: Callable[[str], Window]) -> None:
    alice = window("U0ALICE")
    alice.say(do="type", id=1, channel="C0PHONES", text="/voip help")
    told = alice.told(1)
    assert told["failed"] == "dispatch_failed" and told["notice"] == "/voip failed because the app did not respond"


# The traffic


def test_the_traffic_shows_requests_and_answers_without_a_secret(stage: Stage, window: Callable[[str], Window]) -> None:
    alice = window("U0ALICE")
    alice.say(do="traffic")
    alice.hear(lambda said: said["kind"] == "traffic" and said["whole"])
    stage_url = f"{stage.phones.url}?method=getSubAccounts&api_username={stage.phones.username}&api_password="
    ask(stage_url, stage.phones.password)
    line = alice.hear(lambda said: said["kind"] == "traffic" and not said["whole"])["lines"][0]
    assert (line["way"], line["name"], line["ended"]) == ("bot-voipms", "getSubAccounts", "success")
    alice.say(do="exchange", exchange=line["id"])
    heard = json.dumps(alice.hear(lambda said: said["kind"] == "exchange")["exchange"], ensure_ascii=False)
    assert "100001_frontdesk" in heard and MASK in heard
    assert not [secret for secret in stage.phones.secrets if secret in heard]


def ask(url: str, password: str) -> None:
    """One question to the simulated VoIP.ms, as a program with a decent name would put it."""
    request = Request(url + quote(password, safe=""), headers={"User-Agent": "A program for tests/1.0"})
    with build_opener(ProxyHandler({})).open(request, timeout=AT_ONCE) as answer:
        answer.read()


def test_what_somebody_was_told_in_private_is_not_opened_for_others(stage: Stage, window: Callable[[str], Window]) -> None:
    alice, victor = window("U0ALICE"), window("U0VICTOR")
    alice.say(do="type", id=1, channel="C0PHONES", text="/voip secret plans")
    alice.told(1)
    victor.say(do="traffic")
    lines = victor.hear(lambda said: said["kind"] == "traffic" and said["whole"])["lines"]
    line = next(each for each in lines if each["name"] == "/voip")
    assert line["to"] == "U0ALICE"
    victor.say(do="exchange", exchange=line["id"])
    assert victor.hear(lambda said: said["kind"] == "exchange")["exchange"] == {"id": line["id"], "private": "U0ALICE"}
    assert "secret plans" not in victor.all_heard()
    alice.say(do="exchange", exchange=line["id"])
    assert alice.hear(lambda said: said["kind"] == "exchange")["exchange"]["request"]["text"] == "secret plans"


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ({"password": "x", "mailbox_password": "1", "pin": 12345678}, {"password": MASK, "mailbox_password": MASK, "pin": MASK}),
        ({"password": {"type": "plain_text_input", "value": "typed"}}, {"password": {"type": "plain_text_input", "value": MASK}}),
        ({"skip_password": "", "shipping": "x", "passed": True}, {"skip_password": "", "shipping": "x", "passed": True}),
        ([{"note": "it is sip-abc!"}], [{"note": f"it is {MASK}"}]),
        ("plain sip-abc! text", f"plain {MASK} text"),
    ],
)
def test_secrets_are_masked_by_their_name_and_by_their_value(body: Any, shown: Any) -> None:
    assert masked(body, {"sip-abc!"}) == shown


def test_a_very_long_body_is_cut() -> None:
    assert str(short(["x" * 100] * 2_000)).endswith("more characters")


# The phone company


def test_levers_change_lamps_and_words() -> None:
    phones = VoipMsServer(founded(seed=1, now=datetime.now(UTC), days=2))
    with phones:
        panel = CompanyPanel(phones)

        def desk() -> Json:
            lines = [line for site in panel.as_json()["sites"] for line in site["lines"]]
            return next(line for line in lines if line["login"] == "100001_frontdesk")

        assert (desk()["lamp"], desk()["word"], desk()["plugged"]) == ("on", "Registered", True)
        panel.pull("unplug", {"login": "100001_frontdesk"})
        assert (desk()["lamp"], desk()["word"], desk()["plugged"]) == ("off", "Unplugged", False)
        panel.pull("plug", {"site": "Head office"})
        panel.pull("cut", {"site": "Head office"})
        assert desk()["plugged"] is False
        assert "is down" in panel.pull("pop", {"pop": "67"}) and "is back" in panel.pull("pop", {"pop": "67"})


def test_calls_are_made_and_paid() -> None:
    with VoipMsServer(founded(seed=1, now=datetime.now(UTC), days=2)) as phones:
        panel = CompanyPanel(phones)
        calls, balance = len(phones.company.ledger), phones.company.balance
        panel.pull("call", {"direction": "out"})
        panel.pull("call", {"direction": "in", "disposition": "NO ANSWER"})
        panel.pull("busy", {})
        panel.pull("attack", {})
        assert len(phones.company.ledger) == calls + 2 + 120 + 45
        assert phones.company.balance < balance - 100


@pytest.mark.parametrize(
    ("trouble", "status"), [("password", "invalid_credentials"), ("limited", "api_limit_exceeded"), ("down", "html 503")]
)
def test_the_api_breaks_and_heals(trouble: str, status: str) -> None:
    with VoipMsServer(founded(seed=1, now=datetime.now(UTC), days=2)) as phones:
        panel = CompanyPanel(phones)
        panel.pull("api", {"trouble": trouble})
        url = f"{phones.url}?method=getBalance&api_username={phones.username}&api_password="
        try:
            ask(url, phones.password)
        except OSError:
            assert trouble == "down"
        panel.pull("api", {"trouble": ""})
        ask(url, phones.password)
        assert [asked.answered for asked in phones.asked] == [status, "success"]
