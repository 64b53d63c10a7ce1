"""The stand-in for Slack, held against the real SDK and the real Bolt: what the whole suite trusts is tested here."""

import gc
import json
import logging
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest
from slack_bolt import Ack, App, BoltRequest, Respond
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.webhook import WebhookClient

from playground.slack import ApiError, Asked, Dropped, NoAnswer, RateLimited, SlackServer, Slow, Status, View
from playground.slack_limits import message_problems, view_problems
from playground.slack_web import signed
from playground.slack_words import alive, alive_in, shown, typed

QUIET = logging.getLogger("tests.playground.slack")
QUIET.setLevel(logging.CRITICAL + 1)


class Hands:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1_795_000_000.0

    def __call__(self) -> float:
        return self.now


def text(words: str, kind: str = "mrkdwn") -> dict[str, Any]:
    return {"type": kind, "text": words}


def plain(words: str) -> dict[str, Any]:
    return text(words, "plain_text")


def section(words: str) -> dict[str, Any]:
    return {"type": "section", "text": text(words)}


def button(label: str, action_id: str, value: str = "v") -> dict[str, Any]:
    return {"type": "button", "text": plain(label), "action_id": action_id, "value": value}


BUTTONS = {"type": "actions", "elements": [button("CSV", "csv", "calls 2026-11-22"), button("Share to channel", "share")]}
LOGIN = {
    "type": "modal",
    "callback_id": "client-login",
    "title": plain("Client login"),
    "submit": plain("Check"),
    "blocks": [
        {"type": "input", "block_id": "email", "label": plain("E-mail"), "element": {"type": "email_text_input", "action_id": "email"}},
        {"type": "input", "block_id": "pass", "label": plain("Password"), "element": {"type": "plain_text_input", "action_id": "pass"}},
        {"type": "actions", "elements": [button("Forgot", "forgot")]},
    ],
}
DONE = {"type": "modal", "title": plain("Client login"), "blocks": [section("*Valid*: Harbour Dental")]}


def bolt(slack: SlackServer) -> App:
    """A small app that does a bit of everything."""
    app = App(
        client=WebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[], logger=QUIET),
        signing_secret=slack.signing_secret,
        token_verification_enabled=False,
        logger=QUIET,
    )

    @app.command("/voip")
    def command(ack: Ack, body: dict[str, Any], respond: Respond, client: WebClient) -> None:
        match body["text"].split()[0] if body["text"] else "":
            case "now":
                ack("at once")
            case "blocks":
                ack(text="no header", blocks=[{"type": "header", "text": plain("")}])
            case "form":
                ack()
                client.views_open(trigger_id=body["trigger_id"], view=LOGIN)
            case _:
                ack()
                respond("Looking … 12 of 43", replace_original=False)
                respond(text=f"answer to {body['text']}", blocks=[section("*Calls*"), BUTTONS], replace_original=True)

    @app.event("app_mention")
    def mention(event: dict[str, Any], client: WebClient) -> None:
        thread = event.get("thread_ts")
        client.chat_postEphemeral(channel=event["channel"], user=event["user"], thread_ts=thread, text=f"heard {event['text']}")

    @app.event("message")
    def message(event: dict[str, Any], client: WebClient) -> None:
        if event.get("subtype") or event.get("bot_id"):
            return
        first = client.chat_postMessage(channel=event["channel"], text="Looking …")
        client.chat_update(channel=event["channel"], ts=first["ts"], text=f"told {event['text']}")

    @app.event("app_home_opened")
    def home(event: dict[str, Any], client: WebClient) -> None:
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [section("Welcome"), BUTTONS]})

    @app.action("csv")
    def csv(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        direct = client.conversations_open(users=body["user"]["id"])["channel"]["id"]
        client.files_upload_v2(channel=direct, content="date,cost\n2026-11-22,0.0377\n", filename="calls.csv", title="Calls")

    @app.action("share")
    def share(ack: Ack, respond: Respond) -> None:
        ack()
        respond(response_type="in_channel", replace_original=False, text="shared")

    @app.action("forgot")
    def forgot(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        ack()
        client.views_push(trigger_id=body["trigger_id"], view=DONE)

    @app.action("period")
    def period(ack: Ack, body: dict[str, Any], respond: Respond) -> None:
        ack()
        respond(replace_original=False, text=f"chose {body['actions'][0]['selected_option']['value']}")

    @app.view("client-login")
    def login(ack: Ack, view: dict[str, Any]) -> None:
        values = view["state"]["values"]
        if values["pass"]["pass"]["value"] == "wrong":
            ack(response_action="errors", errors={"pass": "Not valid."})
        else:
            ack(response_action="update", view=DONE)

    return app


@contextmanager
def connected(slack: SlackServer, ping_interval: float = 5) -> Iterator[SocketModeHandler]:
    handler = SocketModeHandler(bolt(slack), slack.app_token, logger=QUIET, ping_interval=ping_interval)
    handler.connect()
    try:
        slack.wait_connected()
        yield handler
    finally:
        handler.close()


class BoltHttp:
    """The same app behind a real HTTP server, as in HTTP mode."""

    def __init__(self, app: App) -> None:
        outer = self
        self.status = 0
        self.seen: list[dict[str, str]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                outer.seen.append(dict(self.headers))
                answer = app.dispatch(BoltRequest(body=body, headers={key: [value] for key, value in self.headers.items()}))
                self.send_response(outer.status or answer.status)
                for key, values in answer.headers.items():
                    self.send_header(key, values[0])
                self.end_headers()
                self.wfile.write((answer.body or "").encode())

            def handle(self) -> None:
                with suppress(OSError):  # Slack hung up
                    super().handle()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/slack/events"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer(ping_interval=0.1) as server:
        yield server


@pytest.fixture
def client(slack: SlackServer) -> WebClient:
    return WebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[], logger=QUIET)


@pytest.fixture(scope="module", params=["socket", "http"])
def running(request: pytest.FixtureRequest) -> Iterator[SlackServer]:
    """The stand-in with the app running, in either mode; shared, since nothing below leaves anything behind."""
    with SlackServer(ping_interval=0.1) as server:
        server.rules.rate_limits = False
        if request.param == "socket":
            with connected(server):
                yield server
        else:
            behind = BoltHttp(bolt(server))
            server.events_url = behind.url
            try:
                yield server
            finally:
                behind.close()


def refused(call: Callable[[], Any]) -> SlackApiError:
    with pytest.raises(SlackApiError) as caught:
        call()
    return caught.value


def why(call: Callable[[], Any]) -> str:
    return str(refused(call).response["error"])


# The ways to ask


def test_a_slash_command_is_acknowledged_and_answered_through_its_url(running: SlackServer) -> None:
    alice = running.person("U0ALICE", name="Alice")
    asked = alice.slash("/voip", "calls yesterday")
    answer = asked.answer()
    assert answer.text == "answer to calls yesterday"
    assert answer.ephemeral and answer.to == "U0ALICE" and answer.channel == "C0PHONES"
    assert asked.wait_acked().acked and asked.ack_seconds is not None and asked.ack_seconds < 1
    assert [message.text for message in asked.messages] == ["Looking … 12 of 43", "answer to calls yesterday"]
    assert asked.messages[0].ts == answer.ts and answer.edited


def test_a_command_may_be_answered_in_its_acknowledgement(running: SlackServer) -> None:
    alice = running.person("U0ALICE", name="Alice")
    asked = alice.slash("/voip", "now")
    assert asked.answer().text == "at once"
    assert asked.answer().ephemeral


def test_names_addresses_and_numbers_of_a_command_arrive_escaped(running: SlackServer) -> None:
    alice = running.person("U0ALICE", name="Alice")
    asked = alice.slash("/voip", "x @alice #phones ana@example.com 5145550134 <b> 2026-11-01..2026-11-15")
    wrapped = "<@U0ALICE|alice> <#C0PHONES|phones> <mailto:ana@example.com|ana@example.com> <tel:5145550134|5145550134> &lt;b&gt;"
    assert asked.answer().text == f"answer to x {wrapped} 2026-11-01..2026-11-15"


def test_a_mention_is_answered_in_its_thread(running: SlackServer) -> None:
    alice = running.person("U0ALICE", name="Alice")
    asked = alice.mention("calls yesterday", channel="C0ALERTS", thread_ts="1795000000.000100")
    answer = asked.answer()
    assert answer.text == "heard <@U0DIALTONE> calls yesterday"
    assert (answer.ephemeral, answer.to, answer.thread_ts) == (True, "U0ALICE", "1795000000.000100")


def test_a_direct_message_is_answered_by_a_post_that_is_updated(running: SlackServer) -> None:
    alice = running.person("U0ALICE", name="Alice")
    asked = alice.direct("balance & more")
    assert asked.answer().text == "told balance &amp; more"
    assert [message.interim for message in asked.messages] == [True, False]
    assert running.messages(alice.dm)[-1].text == "told balance &amp; more"


def test_the_home_tab_is_published_for_whoever_opens_it(running: SlackServer) -> None:
    ben = running.person("U0BEN", name="Ben")
    ben.open_home()
    view = running.wait_for(lambda: running.home("U0BEN"))
    assert view is not None and "Welcome" in view.words


def test_a_click_brings_a_file_by_direct_message(running: SlackServer) -> None:
    carol = running.person("U0CAROL", name="Carol")
    asked = carol.click(carol.slash("/voip", "calls").answer(), "CSV")
    answer = asked.answer()
    assert answer.channel == carol.dm
    (upload,) = answer.files
    assert (upload.name, upload.title, upload.content) == ("calls.csv", "Calls", b"date,cost\n2026-11-22,0.0377\n")
    assert upload in running.files
    assert asked.payload["actions"][0]["value"] == "calls 2026-11-22"
    assert asked.payload["container"]["is_ephemeral"] is True and "message" not in asked.payload


def test_a_click_may_answer_where_everybody_sees_it(running: SlackServer) -> None:
    alice = running.person("U0ALICE", name="Alice")
    answer = alice.click(alice.slash("/voip", "calls").answer(), "share").answer()
    assert answer.text == "shared" and not answer.ephemeral
    assert answer in running.messages("#phones")


def test_a_choice_in_a_menu_reaches_the_app(running: SlackServer) -> None:
    alice = running.person("U0ALICE", name="Alice")
    options = [{"text": plain(words), "value": words.lower()} for words in ("Today", "Yesterday")]
    menu = {
        "type": "actions",
        "elements": [{"type": "static_select", "action_id": "period", "placeholder": plain("When"), "options": options}],
    }
    client = WebClient(running.bot_token, base_url=running.api_url)
    client.chat_postMessage(channel="C0REPORTS", text="Which day?", blocks=[menu])
    asked = alice.select(running.messages("C0REPORTS")[-1], "When", "Yesterday")
    assert asked.answer().text == "chose yesterday"
    with pytest.raises(LookupError, match="Today"):
        alice.select(running.messages("C0REPORTS")[-1], "When", "Tomorrow")


def test_a_modal_is_filled_in_by_its_labels_and_answered_in_place(running: SlackServer) -> None:
    alice = running.person("U0ALICE", name="Alice")
    view = alice.slash("/voip", "form").wait_view()
    assert view.title == "Client login"
    wrong = alice.submit(view, {"E-mail": "ana@example.com", "Password": "wrong"}).wait_acked()
    assert wrong.errors == {"pass": "Not valid."}
    right = alice.submit(view, {"E-mail": "ana@example.com", "Password": "fake-pass"})
    assert "Valid: Harbour Dental" in right.answer().words.replace("*", "")
    current = right.view
    assert current is not None and current.id == view.id and current.hash != view.hash


def test_what_slack_itself_checks_in_a_form_is_not_sent(running: SlackServer) -> None:
    alice = running.person("U0ALICE", name="Alice")
    view = alice.slash("/voip", "form").wait_view()
    asked = alice.submit(view, {"E-mail": "no address"})
    assert asked.errors.keys() == {"E-mail", "Password"}
    assert asked.failed == "not_sent" and not asked.payload


def test_a_button_in_a_modal_may_push_another(running: SlackServer) -> None:
    alice = running.person("U0ALICE", name="Alice")
    view = alice.slash("/voip", "form").wait_view()
    pushed = alice.click(view, "Forgot").wait_view(where=lambda shown: shown.id != view.id)
    assert pushed.previous == view.id and pushed.root == view.id


def test_blocks_that_slack_refuses_in_an_acknowledgement_are_told(running: SlackServer) -> None:
    asked = running.person("U0ALICE", name="Alice").slash("/voip", "blocks").wait_acked()
    assert not asked.messages
    assert "must be more than 0 characters" in asked.mistakes[0]


def test_everything_may_be_delivered_twice(running: SlackServer) -> None:
    alice = running.person("U0ALICE", name="Alice")
    before = len(running.calls)
    running.deliver_twice = True
    try:
        asked = alice.slash("/voip", "twice")
        running.wait_for(lambda: sum(call.payload.get("text") == "answer to twice" for call in running.calls[before:]) == 2)
        assert asked.answer().text == "answer to twice"
    finally:
        running.heal()


def test_the_app_hears_its_own_posts_and_edits_in_direct_messages(running: SlackServer) -> None:
    # Bolt leaves these out before they reach a listener, so what was sent is looked at where it leaves.
    heard: list[Any] = []
    running.workspace.on_direct, before = lambda channel, event: heard.append(event), running.workspace.on_direct
    try:
        client = WebClient(running.bot_token, base_url=running.api_url)
        dana = running.person("U0DANA", name="Dana")
        posted = client.chat_postMessage(channel=dana.dm, text="one")
        client.chat_update(channel=dana.dm, ts=posted["ts"], text="two")
    finally:
        running.workspace.on_direct = before
    assert [(event.get("subtype"), event["channel_type"]) for event in heard] == [(None, "im"), ("message_changed", "im")]
    assert heard[0]["bot_id"] and heard[1]["previous_message"]["text"] == "one" and heard[1]["message"]["text"] == "two"


# Acknowledgements


def test_a_person_sees_an_error_when_nobody_acknowledges_and_a_late_one_changes_nothing(slack: SlackServer) -> None:
    slack.ack_limit = 0.1
    got: list[SocketModeRequest] = []
    bare = SocketModeClient(slack.app_token, web_client=WebClient(base_url=slack.api_url, logger=QUIET), logger=QUIET)
    bare.socket_mode_request_listeners.append(lambda client, request: got.append(request))
    bare.connect()
    slack.wait_connected()
    try:
        asked = slack.person("U0ALICE").slash("/voip", "x").wait_acked()
        assert (asked.acked, asked.timed_out, asked.failed) == (False, True, "operation_timeout")
        bare.send_socket_mode_response(SocketModeResponse(envelope_id=got[0].envelope_id))
        slack.ack_limit, bare.socket_mode_request_listeners[0] = 3.0, acknowledge
        assert slack.person("U0ALICE").slash("/voip", "y").wait_acked().acked
        assert not asked.acked and asked.ack_seconds is None
    finally:
        bare.close()


def acknowledge(client: Any, request: SocketModeRequest) -> None:
    client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))


def test_an_event_on_a_socket_is_sent_again_until_it_is_acknowledged(slack: SlackServer) -> None:
    slack.ack_limit, slack.retry_delays = 0.05, (0.0, 0.01, 0.01)
    got: list[SocketModeRequest] = []

    def third_time(client: Any, request: SocketModeRequest) -> None:
        got.append(request)
        if request.retry_attempt == 2:
            acknowledge(client, request)

    bare = SocketModeClient(slack.app_token, web_client=WebClient(base_url=slack.api_url, logger=QUIET), logger=QUIET)
    bare.socket_mode_request_listeners.append(third_time)
    bare.connect()
    slack.wait_connected()
    try:
        asked = slack.person("U0ALICE").mention("x").wait_acked()
    finally:
        bare.close()
    assert asked.acked and asked.tries == 3
    assert [(request.retry_attempt, request.retry_reason) for request in got] == [(0, ""), (1, "timeout"), (2, "timeout")]
    assert len({request.payload["event_id"] for request in got}) == 1


def test_a_command_fails_when_there_is_nobody_to_take_it(slack: SlackServer) -> None:
    asked = slack.person("U0ALICE").slash("/voip", "help").wait_acked()
    assert asked.failed == "dispatch_failed"
    with pytest.raises(NoAnswer, match="dispatch_failed"):
        asked.answer(timeout=0.01)


def test_an_app_that_answers_too_late_by_http_has_timed_out(slack: SlackServer) -> None:
    hold = threading.Event()
    app = bolt(slack)

    @app.middleware
    def slow(next: Callable[[], Any]) -> Any:  # noqa: A002 - Bolt goes by the name
        hold.wait(5)
        return next()

    behind = BoltHttp(app)
    slack.events_url, slack.ack_limit = behind.url, 0.2
    try:
        asked = slack.person("U0ALICE").slash("/voip", "help").wait_acked()
        assert asked.timed_out and asked.failed == "operation_timeout"
    finally:
        hold.set()
        behind.close()


def test_an_event_that_is_not_acknowledged_is_delivered_again_with_its_number_and_reason(slack: SlackServer) -> None:
    behind = BoltHttp(bolt(slack))
    behind.status = 500
    slack.events_url, slack.retry_delays = behind.url, (0.0, 0.01, 0.01)
    try:
        asked = slack.person("U0ALICE").direct("balance").wait_acked()
    finally:
        behind.close()
    assert asked.tries == 4
    tries = [headers for headers in behind.seen if "X-Slack-Signature" in headers]
    assert sorted(headers.get("X-Slack-Retry-Num", "0") for headers in tries)[-1] == "3"
    assert {headers.get("X-Slack-Retry-Reason") for headers in tries} == {None, "http_error"}


def test_the_url_of_an_app_is_verified_and_posts_are_signed(slack: SlackServer) -> None:
    behind = BoltHttp(bolt(slack))
    slack.events_url = behind.url
    try:
        assert slack.verify_url()
        slack.rules.signing_secret = "another-not-a-real-secret"
        assert not slack.verify_url()
        asked = slack.person("U0ALICE").slash("/voip", "now").wait_acked()
        assert asked.failed == "http_error"
    finally:
        behind.close()
    assert signed("s", "body", 1.0)["X-Slack-Signature"].startswith("v0=")


# Socket Mode


def test_a_reset_socket_comes_back_and_answers_again(slack: SlackServer) -> None:
    with connected(slack, ping_interval=0.1):
        alice = slack.person("U0ALICE")
        assert alice.slash("/voip", "one").answer().text == "answer to one"
        assert slack.drop_sockets() == 1
        slack.wait_for(lambda: slack.connections == 0)
        slack.wait_connected()
        assert alice.slash("/voip", "two").answer().text == "answer to two"


def test_a_refused_connection_is_tried_again(slack: SlackServer) -> None:
    with connected(slack, ping_interval=0.1):
        slack.refuse_connections = True
        slack.drop_sockets()
        slack.wait_for(lambda: any(call.method == "apps.connections.open" and call.status == 503 for call in slack.calls))
        slack.refuse_connections = False
        slack.wait_connected()
        assert slack.person("U0ALICE").slash("/voip", "one").answer()


def test_a_connection_is_announced_to_end_and_replaced(slack: SlackServer) -> None:
    with connected(slack):
        slack.refresh_sockets(close_after=0.3)
        slack.wait_for(lambda: sum(call.method == "apps.connections.open" for call in slack.calls) == 2)
        slack.wait_connected()
        assert slack.person("U0ALICE").slash("/voip", "one").answer()


def test_several_connections_take_turns(slack: SlackServer) -> None:
    with connected(slack), connected(slack):
        slack.wait_connected(count=2)
        alice = slack.person("U0ALICE")
        asked = [alice.slash("/voip", f"n{i}") for i in range(6)]
        assert [each.answer().text for each in asked] == [f"answer to n{i}" for i in range(6)]


# response_url


def hook(asked: Asked) -> WebhookClient:
    return WebhookClient(asked.payload["response_url"], retry_handlers=[])


def test_a_response_url_takes_five_messages_and_no_more(slack: SlackServer) -> None:
    asked = slack.person("U0ALICE").slash("/voip", "x")
    assert [hook(asked).send(text=str(i)).status_code for i in range(5)] == [200] * 5
    sixth = hook(asked).send(text="6")
    assert (sixth.status_code, sixth.body) == (404, "used_url")
    assert [message.text for message in slack.ephemerals("U0ALICE")] == ["0", "1", "2", "3", "4"]


def test_a_response_url_lasts_half_an_hour() -> None:
    clock = Hands()
    with SlackServer(clock) as slack:
        asked = slack.person("U0ALICE").slash("/voip", "x")
        clock.now += 30 * 60
        assert hook(asked).send(text="in time").status_code == 200
        clock.now += 1
        late = hook(asked).send(text="late")
        assert (late.status_code, late.body) == (404, "expired_url")


def test_a_response_url_refuses_what_a_message_may_not_be(slack: SlackServer) -> None:
    asked = slack.person("U0ALICE").slash("/voip", "x")
    bad = hook(asked).send(text="t", blocks=[section("")])
    assert (bad.status_code, bad.body) == (400, "invalid_blocks")
    assert hook(asked).send_dict({}).body == "invalid_payload"
    assert hook(asked).send(response_type="ephemeral").body == "no_text"
    assert not asked.messages


def test_what_a_response_url_said_can_be_replaced_and_deleted(slack: SlackServer) -> None:
    asked = slack.person("U0ALICE").slash("/voip", "x")
    hook(asked).send(text="Looking …", replace_original=True)
    hook(asked).send(text="done", replace_original=True)
    assert [message.text for message in slack.ephemerals("U0ALICE")] == ["done"]
    hook(asked).send(delete_original=True)
    assert slack.ephemerals("U0ALICE") == []


def test_a_clicked_message_is_replaced_or_kept(slack: SlackServer, client: WebClient) -> None:
    alice = slack.person("U0ALICE")
    client.chat_postMessage(channel="C0PHONES", text="board", blocks=[BUTTONS])
    clicked = alice.click(slack.messages("C0PHONES")[0], "CSV")
    hook(clicked).send(text="beside it")
    hook(clicked).send(text="in its place", replace_original=True)
    assert [message.text for message in slack.messages("C0PHONES")] == ["in its place"]
    assert [message.text for message in slack.ephemerals("U0ALICE")] == ["beside it"]
    assert [message.text for message in clicked.messages] == ["beside it", "in its place"]


# Triggers and views


def test_a_trigger_opens_one_modal_within_three_seconds() -> None:
    clock = Hands()
    with SlackServer(clock) as slack:
        client = WebClient(slack.bot_token, base_url=slack.api_url, logger=QUIET)
        alice = slack.person("U0ALICE")
        first = alice.slash("/voip", "x").payload["trigger_id"]
        assert why(lambda: client.views_open(trigger_id="1.2.x", view=LOGIN)) == "invalid_trigger_id"
        assert client.views_open(trigger_id=first, view=LOGIN)["view"]["state"] == {"values": {}}
        assert why(lambda: client.views_open(trigger_id=first, view=LOGIN)) == "exchanged_trigger_id"
        second = alice.slash("/voip", "x").payload["trigger_id"]
        clock.now += 3.1
        assert why(lambda: client.views_open(trigger_id=second, view=LOGIN)) == "expired_trigger_id"


def test_a_view_is_updated_only_from_what_it_is_now(slack: SlackServer, client: WebClient) -> None:
    trigger = slack.person("U0ALICE").slash("/voip", "x").payload["trigger_id"]
    opened = client.views_open(trigger_id=trigger, view=LOGIN)["view"]
    updated = client.views_update(view_id=opened["id"], hash=opened["hash"], view=DONE)["view"]
    assert updated["hash"] != opened["hash"]
    assert why(lambda: client.views_update(view_id=opened["id"], hash=opened["hash"], view=LOGIN)) == "hash_conflict"
    assert why(lambda: client.views_update(view_id="V0NONE", view=LOGIN)) == "not_found"
    assert slack.views[0].words.endswith("*Valid*: Harbour Dental")


def test_a_form_that_is_closed_tells_the_app_if_it_wants_to_know(slack: SlackServer, client: WebClient) -> None:
    alice = slack.person("U0ALICE")
    for wants in (True, False):
        trigger = alice.slash("/voip", "x").payload["trigger_id"]
        opened = client.views_open(trigger_id=trigger, view={**LOGIN, "notify_on_close": wants})["view"]
        view: View = next(view for view in slack.views if view.id == opened["id"])
        asked = alice.close(view)
        assert asked.payload.get("type") == ("view_closed" if wants else None)
        assert why(lambda found=opened: client.views_update(view_id=found["id"], view=DONE)) == "not_found"  # type: ignore[misc]


def test_a_view_that_breaks_the_limits_is_refused_and_leaves_the_trigger_whole(slack: SlackServer, client: WebClient) -> None:
    trigger = slack.person("U0ALICE").slash("/voip", "x").payload["trigger_id"]
    bad = {**LOGIN, "title": plain("A title of twenty-five ch")}
    error = refused(lambda: client.views_open(trigger_id=trigger, view=bad))
    assert error.response["error"] == "invalid_arguments"
    assert error.response["response_metadata"]["messages"] == ["[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"]
    large = {**DONE, "blocks": [section("é" * 2900)] * 60}
    assert why(lambda: client.views_open(trigger_id=trigger, view=large)) == "view_too_large"
    assert client.views_open(trigger_id=trigger, view=LOGIN)["ok"]


# What the Web API refuses


def test_a_missing_scope_says_what_is_needed_and_what_there_is(slack: SlackServer, client: WebClient) -> None:
    error = refused(lambda: client.team_info())
    assert error.response["error"] == "missing_scope"
    assert error.response["needed"] == "team:read" and "chat:write" in error.response["provided"]
    slack.rules.scopes.discard("chat:write")
    assert why(lambda: client.chat_postMessage(channel="C0PHONES", text="x")) == "missing_scope"
    alice = slack.person("U0ALICE")
    assert why(lambda: client.conversations_info(channel=alice.dm)) == "missing_scope"  # im:read is not among the scopes
    answer = client.auth_test()
    assert "chat:write" not in answer.headers["x-oauth-scopes"] and answer["user_id"] == slack.bot_user
    assert "date" in answer.headers


def test_tokens_are_checked_and_kept_out_of_what_is_recorded(slack: SlackServer, client: WebClient) -> None:
    assert why(lambda: WebClient("xoxb-wrong", base_url=slack.api_url).auth_test()) == "invalid_auth"
    assert why(lambda: WebClient(base_url=slack.api_url).auth_test()) == "not_authed"
    assert why(lambda: client.apps_connections_open(app_token=slack.bot_token)) == "not_allowed_token_type"
    assert why(lambda: client.api_call("users.profile.polish")) == "unknown_method"
    client.users_info(user=slack.bot_user)
    slack.revoke_token()
    assert why(lambda: client.auth_test()) == "token_revoked"
    slack.heal()
    assert client.auth_test()["ok"]
    assert slack.bot_token not in repr(slack.calls) and slack.app_token not in repr(slack.calls)


def test_the_bot_posts_only_where_it_is(slack: SlackServer, client: WebClient) -> None:
    slack.channel("C0ELSEWHERE", "elsewhere", bot=False)
    slack.channel("C0SECRET", "secret", private=True, bot=False)
    alice = slack.person("U0ALICE")
    for channel, error in {
        "C0ELSEWHERE": "not_in_channel",
        "C0SECRET": "channel_not_found",
        "C0OLD": "is_archived",
        "C0NONE": "channel_not_found",
    }.items():
        assert why(lambda to=channel: client.chat_postMessage(channel=to, text="x")) == error  # type: ignore[misc]
    assert why(lambda: client.chat_postEphemeral(channel="C0PHONES", user="U0NOBODY", text="x")) == "user_not_in_channel"
    assert why(lambda: client.conversations_history(channel="C0ELSEWHERE")) == "not_in_channel"
    assert alice.mention("help", channel="C0ELSEWHERE").failed == "not_in_channel"
    info = client.conversations_info(channel="C0PARTNER")["channel"]
    assert info["is_ext_shared"] and info["is_member"] and not info["is_private"]


def test_people_are_described_as_slack_does(slack: SlackServer, client: WebClient) -> None:
    slack.person("U0GUEST", guest=True, tz=None)
    slack.person("U0OUT", stranger=True)
    slack.person("U0GONE", gone=True)
    slack.person("U0BOSS", name="The Boss", admin=True, tz="Europe/Berlin")
    users = {key: client.users_info(user=key)["user"] for key in ("U0GUEST", "U0OUT", "U0GONE", "U0BOSS")}
    assert users["U0GUEST"]["is_restricted"] and "tz" not in users["U0GUEST"]
    assert users["U0OUT"]["is_stranger"] and users["U0OUT"]["team_id"] != slack.team
    assert users["U0GONE"]["deleted"] and "is_admin" not in users["U0GONE"]
    assert users["U0BOSS"]["is_admin"] and users["U0BOSS"]["tz"] == "Europe/Berlin" and users["U0BOSS"]["real_name"] == "The Boss"
    assert why(lambda: client.users_info(user="U0NOBODY")) == "user_not_found"
    assert why(lambda: client.conversations_open(users="U0GONE")) == "user_disabled"


def test_messages_have_their_limits(slack: SlackServer, client: WebClient) -> None:
    slack.rules.rate_limits = False
    assert why(lambda: client.api_call("chat.postMessage", json={"channel": "C0PHONES", "blocks": []})) == "no_text"
    assert why(lambda: client.chat_postMessage(channel="C0PHONES", text="x" * 40_001)) == "msg_too_long"
    error = refused(lambda: client.chat_postMessage(channel="C0PHONES", text="x", blocks=[section("x" * 3001)]))
    assert error.response["error"] == "invalid_blocks"
    assert error.response["response_metadata"]["messages"] == [
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    ]
    assert why(lambda: client.chat_postMessage(channel="C0PHONES", text="x", blocks=[section("x" * 3000)] * 5)) == "msg_blocks_too_long"
    posted = client.chat_postMessage(channel="C0PHONES", text="mine")
    assert why(lambda: client.chat_update(channel="C0PHONES", ts=posted["ts"], text="x" * 4_001)) == "msg_too_long"


def test_only_own_messages_are_changed(slack: SlackServer, client: WebClient) -> None:
    alice = slack.person("U0ALICE")
    theirs = alice.mention("hello").ts
    assert why(lambda: client.chat_update(channel="C0PHONES", ts=theirs, text="x")) == "cant_update_message"
    assert why(lambda: client.chat_delete(channel="C0PHONES", ts=theirs)) == "cant_delete_message"
    assert why(lambda: client.chat_update(channel="C0PHONES", ts="1.2", text="x")) == "message_not_found"
    mine = client.chat_postMessage(channel="C0PHONES", text="mine")["ts"]
    client.chat_delete(channel="C0PHONES", ts=mine)
    assert [message.ts for message in slack.messages("C0PHONES")] == [theirs]


def test_history_finds_a_message_by_its_metadata(slack: SlackServer, client: WebClient) -> None:
    metadata = {"event_type": "outage", "event_payload": {"id": 7}}
    first = client.chat_postMessage(channel="C0ALERTS", text="one", metadata=metadata)
    client.chat_update(channel="C0ALERTS", ts=first["ts"], text="one, edited")
    second = client.chat_postMessage(channel="C0ALERTS", text="two", thread_ts=first["ts"])
    history = client.conversations_history(channel="C0ALERTS", include_all_metadata=True, limit=10)["messages"]
    assert [(message["text"], message.get("metadata")) for message in history] == [("one, edited", metadata)]
    assert "metadata" not in client.conversations_history(channel="C0ALERTS")["messages"][0]
    replies = client.conversations_replies(channel="C0ALERTS", ts=first["ts"])["messages"]
    assert [message["ts"] for message in replies] == [first["ts"], second["ts"]]
    assert client.conversations_history(channel="C0ALERTS", oldest=first["ts"])["messages"] == []
    assert len(client.conversations_history(channel="C0ALERTS", oldest=first["ts"], inclusive=True)["messages"]) == 1
    wrong = {"event_type": "no payload"}
    assert why(lambda: client.chat_postMessage(channel="C0ALERTS", text="x", metadata=wrong)) == "invalid_metadata_schema"


def test_history_comes_in_pages(slack: SlackServer, client: WebClient) -> None:
    slack.rules.rate_limits = False
    for i in range(5):
        client.chat_postMessage(channel="C0ALERTS", text=str(i))
    seen = [message["text"] for page in client.conversations_history(channel="C0ALERTS", limit=2) for message in page["messages"]]
    assert seen == ["4", "3", "2", "1", "0"]


def test_a_channel_takes_one_message_a_second_after_a_burst() -> None:
    clock = Hands()
    with SlackServer(clock) as slack:
        client = WebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[], logger=QUIET)
        for i in range(5):
            client.chat_postMessage(channel="C0ALERTS", text=str(i))
        error = refused(lambda: client.chat_postMessage(channel="C0ALERTS", text="6"))
        assert (error.response.status_code, error.response["error"], error.response.headers["retry-after"]) == (429, "rate_limited", "1")
        assert client.chat_postMessage(channel="C0REPORTS", text="another channel")["ok"]
        clock.now += 1
        assert client.chat_postMessage(channel="C0ALERTS", text="6")["ok"]
        slack.rules.rate_limits = False
        for i in range(10):
            client.chat_postMessage(channel="C0ALERTS", text=str(i))


def test_user_groups_are_listed(slack: SlackServer, client: WebClient) -> None:
    slack.group("S0DESK", "front-desk", ["U0ALICE"])
    assert client.usergroups_list()["usergroups"][0]["handle"] == "front-desk"
    assert client.usergroups_users_list(usergroup="S0DESK")["users"] == ["U0ALICE"]


def test_a_file_is_uploaded_only_as_announced(slack: SlackServer, client: WebClient) -> None:
    wanted = client.files_getUploadURLExternal(filename="a.csv", length=3)
    assert why(lambda: client.files_completeUploadExternal(files=[{"id": wanted["file_id"]}])) == "file_not_found"
    with urlopen(Request(wanted["upload_url"], data=b"four", method="POST")) as answer:
        assert answer.read() == b"OK - 4"
    assert why(lambda: client.files_completeUploadExternal(files=[{"id": wanted["file_id"]}])) == "file_update_failed"
    assert slack.files == []


# Faults


def test_faults_happen_as_often_as_planned(slack: SlackServer, client: WebClient) -> None:
    slack.fail(RateLimited(7), method="chat.postMessage")
    error = refused(lambda: client.chat_postMessage(channel="C0PHONES", text="x"))
    assert (error.response.status_code, error.response.headers["retry-after"]) == (429, "7")
    slack.fail(ApiError("invalid_blocks"), method="chat.postMessage", times=2)
    assert [why(lambda: client.chat_postMessage(channel="C0PHONES", text="x")) for _ in range(2)] == ["invalid_blocks"] * 2
    slack.fail(Status(502), method="auth.test")
    assert refused(lambda: client.auth_test()).response.status_code == 502
    assert slack.messages("C0PHONES") == []
    assert client.auth_test()["ok"]
    slack.fail(Status(500), times=None)
    slack.heal()
    assert client.auth_test()["ok"]
    assert [(call.error, call.status) for call in slack.calls][:2] == [("ratelimited", 429), ("invalid_blocks", 200)]


def test_a_connection_drops_before_or_after_the_work(slack: SlackServer, client: WebClient) -> None:
    for before in (True, False):
        slack.fail(Dropped(before=before), method="chat.postMessage")
        with pytest.raises((URLError, ConnectionError)):
            client.chat_postMessage(channel="C0PHONES", text=f"before={before}")
    assert [message.text for message in slack.messages("C0PHONES")] == ["before=False"]
    asked = slack.person("U0ALICE").slash("/voip", "x")
    slack.fail(Dropped(before=False), method="response_url")
    with pytest.raises((URLError, ConnectionError)):
        hook(asked).send(text="arrived all the same")
    assert asked.answer().text == "arrived all the same"


@pytest.mark.parametrize("fault", [ApiError("internal_error", carried_out=True), Status(503, carried_out=True)])
def test_what_slack_did_may_be_told_as_a_failure(slack: SlackServer, client: WebClient, fault: ApiError | Status) -> None:
    slack.fail(fault, method="chat.postMessage")
    refused(lambda: client.chat_postMessage(channel="C0PHONES", text="x"))
    assert [message.text for message in slack.messages("C0PHONES")] == ["x"]
    slack.fail(fault, method="chat.postMessage")
    refused(lambda: client.chat_postMessage(channel="C0NOWHERE", text="x"))


def test_a_slow_answer_is_slow_and_right(slack: SlackServer, client: WebClient) -> None:
    slack.fail(Slow(0.2), method="auth.test")
    begun = time.monotonic()
    assert client.auth_test()["ok"]
    assert time.monotonic() - begun >= 0.2


# Block Kit


TOO_MUCH: dict[str, tuple[list[Any], str]] = {
    "an unknown block": ([{"type": "fancy"}], "unsupported type: fancy"),
    "a block of modals": ([{"type": "alert", "text": text("x")}], "not allowed on this surface"),
    "51 blocks": ([{"type": "divider"}] * 51, "no more than 50 items allowed"),
    "an empty section": ([{"type": "section"}], "must define either `fields` or `text`"),
    "an empty text": ([section("")], "must be more than 0 characters"),
    "a long header": ([{"type": "header", "text": plain("x" * 151)}], "must be less than 151 characters"),
    "a header in mrkdwn": ([{"type": "header", "text": text("x")}], "unsupported type: mrkdwn"),
    "eleven fields": ([{"type": "section", "fields": [text("x")] * 11}], "no more than 10 items allowed"),
    "a long field": ([{"type": "section", "fields": [text("x" * 2001)]}], "must be less than 2001 characters"),
    "no fields": ([{"type": "section", "fields": []}], "no less than 1 items allowed"),
    "eleven context texts": ([{"type": "context", "elements": [text("x")] * 11}], "no more than 10 items allowed"),
    "26 buttons": ([{"type": "actions", "elements": [button("x", f"a{i}") for i in range(26)]}], "no more than 25 items allowed"),
    "no buttons": ([{"type": "actions", "elements": []}], "no less than 1 items allowed"),
    "a long button": ([{"type": "actions", "elements": [button("x" * 76, "a")]}], "must be less than 76 characters"),
    "a long value": ([{"type": "actions", "elements": [button("x", "a", "v" * 2001)]}], "must be less than 2001 characters"),
    "equal action ids": ([{"type": "actions", "elements": [button("x", "a"), button("y", "a")]}], "duplicate action_id: a"),
    "equal block ids": ([{**section("x"), "block_id": "b"}, {**section("y"), "block_id": "b"}], "duplicate block_id: b"),
    "a key that is none": ([{**section("x"), "accesory": {}}], "invalid additional property: accesory"),
    "emoji in mrkdwn": ([{"type": "section", "text": text("x") | {"emoji": True}}], "invalid additional property: emoji"),
    "an input as accessory": ([{**section("x"), "accessory": {"type": "plain_text_input"}}], "unsupported type: plain_text_input"),
    "six overflow options": (
        [{**section("x"), "accessory": {"type": "overflow", "options": [{"text": plain("x"), "value": str(i)} for i in range(6)]}}],
        "no more than 5 items allowed",
    ),
    "two tables": ([{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}] * 2, "only_one_table_allowed"),
    "101 rows": ([{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]] * 101}], "no more than 100 items allowed"),
    "21 columns": ([{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * 21]}], "no more than 20 items allowed"),
    "a long table": ([{"type": "table", "rows": [[{"type": "raw_text", "text": "x" * 101}]] * 100}], "10001 characters in all cells"),
    "an empty rich text leaf": (
        [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": ""}]}]}],
        "must be more than 0 characters",
    ),
    "a link to nowhere": ([{"type": "actions", "elements": [{**button("x", "a"), "url": "no url"}]}], "invalid_url"),
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_block_kit_refuses(name: str) -> None:
    blocks, problem = TOO_MUCH[name]
    assert any(problem in found for found in message_problems(blocks)), message_problems(blocks)


def test_block_kit_takes_what_is_just_allowed() -> None:
    rows = [[{"type": "raw_text", "text": "x" * 100}]] * 100
    chart = {
        "type": "bar",
        "series": [{"name": "Answered", "data": [{"label": "Mon", "value": 3}]}],
        "axis_config": {"categories": ["Mon"]},
    }
    blocks = [
        {"type": "header", "text": plain("x" * 150) | {"emoji": True}},
        {"type": "section", "text": text("x" * 3000) | {"verbatim": True}, "fields": [text("x" * 2000)] * 10},
        {"type": "context", "elements": [text("x")] * 10},
        {"type": "actions", "elements": [button("x" * 75, f"a{i}", "v" * 2000) for i in range(25)]},
        {"type": "table", "rows": rows, "column_settings": [{"align": "right", "is_wrapped": False}]},
        {"type": "data_visualization", "title": "Calls", "chart": chart},
        *[{"type": "divider"}] * 44,
    ]
    assert message_problems(blocks) == []
    assert view_problems({**LOGIN, "private_metadata": "x" * 3000, "callback_id": "x" * 255}) == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"private_metadata": "x" * 3001}, "must be less than 3001 characters"),
        ({"callback_id": "x" * 256}, "must be less than 256 characters"),
        ({"blocks": []}, "must have at least 1 item"),
        ({"blocks": [{"type": "divider"}] * 101}, "no more than 100 items allowed"),
        ({"blocks": [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}]}, "not allowed on this surface (modal)"),
        ({"submit": None}, "missing required field: submit"),
        ({"colour": "red"}, "invalid additional property: colour"),
        ({"type": "drawer"}, "unsupported type: drawer"),
    ],
)
def test_a_view_refuses(change: dict[str, Any], problem: str) -> None:
    assert any(problem in found for found in view_problems({**LOGIN, **change}))


# Words


def test_what_is_typed_is_wrapped_as_slack_does() -> None:
    def wrap(words: str) -> str:
        return typed(words, {"ana": "<@U0ANA>"}.get, {"phones": "<#C0PHONES|phones>"}.get)

    assert wrap("(514) 555-0134 and +1 514-555-0134") == "<tel:5145550134|(514) 555-0134> and <tel:+15145550134|+1 514-555-0134>"
    assert wrap("number:5145550134") == "number:<tel:5145550134|5145550134>"
    assert wrap("100001_frontdesk 2026-11-03 7d 203.0.113.7") == "100001_frontdesk 2026-11-03 7d 203.0.113.7"
    assert wrap("see https://example.com/a?b=1&c=2.") == "see <https://example.com/a?b=1&amp;c=2>."
    assert wrap("@ana @nobody #phones #none") == "<@U0ANA> @nobody <#C0PHONES|phones> #none"
    assert wrap("<@U0BOT> a < b & c") == "<@U0BOT> a &lt; b &amp; c"


def test_what_comes_alive_in_a_message_is_found() -> None:
    assert list(alive("<!channel> <https://evil.example|x> <!date^1|{date}|then>")) == ["!channel", "https://evil.example|x"]
    assert list(alive("hi @everyone in #general", parsed=True)) == ["@everyone", "#general"]
    assert list(alive("&lt;!channel&gt; #1 a@b", parsed=True)) == []
    quiet = {"type": "section", "text": {"type": "mrkdwn", "text": "hi @everyone", "verbatim": True}}
    assert list(alive_in([quiet, section("hi @everyone"), {"type": "header", "text": plain("@everyone")}])) == ["@everyone"]
    assert shown("<!date^1795000000^{time}|16:52 EST> <@U0ANA|ana> a &amp; b") == "16:52 EST ana a & b"


# Manners


def test_changes_are_told_to_whoever_watches(slack: SlackServer, client: WebClient) -> None:
    seen: list[str] = []
    slack.on_change(lambda kind, value: seen.append(kind))
    client.chat_postMessage(channel="C0PHONES", text="x")
    slack.person("U0ALICE").slash("/voip", "x").wait_acked()
    assert {"arrived", "message", "call", "asked", "failed"} <= set(seen)
    assert seen.index("arrived") < seen.index("message") < seen.index("call")


def test_it_stops_at_once_and_leaves_nothing_open() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        slack = SlackServer(ping_interval=0.1)
        slack.retry_delays = (30.0,)
        with connected(slack):
            slack.fail(Slow(30), method="auth.test")
            caller = threading.Thread(target=lambda: _ignored(WebClient(slack.bot_token, base_url=slack.api_url, logger=QUIET).auth_test))
            caller.start()
            slack.person("U0ALICE").slash("/voip", "never")
            begun = time.monotonic()
            slack.close()
            took = time.monotonic() - begun
            caller.join(5)
        gc.collect()
    assert took < 15, "it waits for none of the thirty seconds"
    assert [str(warning.message) for warning in caught] == []


def _ignored(call: Callable[[], Any]) -> None:
    try:
        call()
    except (URLError, OSError, SlackApiError):
        return


def test_a_caller_that_goes_away_is_not_written_about(slack: SlackServer, capfd: pytest.CaptureFixture[str]) -> None:
    import socket

    port = int(slack.url.rsplit(":", 1)[1])
    for sent in (b"", b"POST /api/auth.test HTTP/1.1\r\nContent-Length: 100\r\n\r\nhalf", b"\x00\x01nonsense\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", port)) as raw:
            raw.sendall(sent)
    assert WebClient(slack.bot_token, base_url=slack.api_url).auth_test()["ok"]
    assert capfd.readouterr().err == ""


def test_recorded_calls_hold_decoded_payloads(slack: SlackServer, client: WebClient) -> None:
    client.chat_postMessage(channel="C0PHONES", text="x", blocks=[section("y")])
    call = slack.calls[-1]
    assert (call.method, call.ok, call.payload["blocks"]) == ("chat.postMessage", True, [section("y")])
    assert json.dumps(call.payload)
    assert call.at.tzinfo is not None
