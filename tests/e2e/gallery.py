"""A small app that shows everything that Slack can draw and tells what it was sent: for trying the playground page in a browser.

``python -m tests.e2e.gallery`` prints where the page is and stays up.
"""

import json
import logging
import re
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from slack_bolt import Ack, App, Respond
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from playground.company import founded
from playground.page import Page
from playground.page_slack import Persona
from playground.slack import SlackServer
from playground.voipms import VoipMsServer

Json = dict[str, Any]

NOON = 1_795_539_600
"""2026-11-24, noon in Toronto."""
MANIFEST: Json = {
    "features": {
        "app_home": {"home_tab_enabled": True},
        "shortcuts": [
            {"name": "Anything", "type": "global", "callback_id": "anything", "description": "From anywhere"},
            {"name": "This message", "type": "message", "callback_id": "this_message", "description": "What is in it"},
        ],
        "slash_commands": [
            {
                "command": "/voip",
                "description": "Everything that can be drawn",
                "usage_hint": "blocks | controls | form | stack | thread | slow",
            },
            {"command": "/voip-help", "description": "What there is", "usage_hint": ""},
        ],
    }
}


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": True}


def section(text: str, **more: Any) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}, **more}


def options(*names: str) -> list[Json]:
    return [{"text": plain(name), "value": name.lower()} for name in names]


def raw(*texts: str) -> list[Json]:
    return [{"type": "raw_text", "text": text} for text in texts]


LAMPS = options("Red", "Orange", "Green")
GROUPS = [{"label": plain("Sites"), "options": options("Head office", "Warehouse")}, {"label": plain("Homes"), "options": options("Noor")}]
SURE: Json = {
    "title": plain("Are you sure?"),
    "text": {"type": "mrkdwn", "text": "It *ends* everything."},
    "confirm": plain("End it"),
    "deny": plain("Keep it"),
    "style": "danger",
}

BLOCKS: list[Json] = [
    {"type": "header", "text": plain("Everything :wave: that can be *drawn*")},
    section("escaped: &lt;!channel&gt; &lt;@U0ALICE&gt; &lt;https://evil.example|click&gt; &amp;amp;"),
    section("alive: <@U0ALICE> <#C0ALERTS> <!here> <https://example.com|a link> *bold* _italic_ ~gone~ `code` 4:51:10"),
    section(f"noon: <!date^{NOON}^{{date_num}} {{time}}|never seen>"),
    section("&gt; a quote\nand ```a = 1\n  b = 2```"),
    {"type": "section", "fields": [{"type": "mrkdwn", "text": f"*Field {n}*\nits words", "verbatim": True} for n in range(4)]},
    {"type": "divider"},
    {"type": "context", "elements": [{"type": "mrkdwn", "text": "small *print*"}, {"type": "plain_text", "text": "and plain _print_"}]},
    {"type": "rich_text", "elements": [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": "rich &lt;!channel&gt; text", "style": {"bold": True}}]},
        {"type": "rich_text_list", "style": "bullet", "elements": [
            {"type": "rich_text_section", "elements": [{"type": "text", "text": f"point {n}"}]} for n in range(2)]}]},
    {"type": "table", "column_settings": [{"align": "left"}, {"align": "right"}],
     "rows": [raw("Name", "Calls"), raw("<!channel> &lt;b&gt;", "1,214"), raw("*Front* desk", "7")]},
    {"type": "image", "image_url": "https://example.com/cat.png", "alt_text": "a cat"},
]  # fmt: skip
HOURS = ("8", "9", "10")
CHART: Json = {
    "type": "bar",
    "axis_config": {"categories": list(HOURS)},
    "series": [{"name": "in", "data": [{"label": hour, "value": int(hour)} for hour in HOURS]}],
}
DATA: list[Json] = [
    {
        "type": "data_table",
        "caption": "Calls by line",
        "page_size": 3,
        "row_header_column_index": 0,
        "rows": [raw("Line", "Calls"), *[[*raw(f"Line {n}"), {"type": "raw_number", "value": n * 37 % 11}] for n in range(7)]],
    },
    {"type": "data_visualization", "title": "Calls an hour", "chart": CHART},
    {"type": "markdown", "text": "# Markdown\n\n| a | b |\n|---|---|\n| 1 | **2** |"},
]
CONTROLS: list[Json] = [
    section("An overflow", accessory={"type": "overflow", "action_id": "overflow", "options": options("Mute 1 hour", "Mute 7 days")}),
    section(
        "A select with groups",
        accessory={"type": "static_select", "action_id": "grouped", "placeholder": plain("A place"), "option_groups": GROUPS},
    ),
    section("Choices", accessory={"type": "radio_buttons", "action_id": "radio", "options": LAMPS}),
    {"type": "actions", "block_id": "a1", "elements": [
        {"type": "button", "action_id": "go", "text": plain("Go"), "style": "primary", "value": "1"},
        {"type": "button", "action_id": "end", "text": plain("End"), "style": "danger", "value": "2", "confirm": SURE},
        {"type": "static_select", "action_id": "lamp", "placeholder": plain("A lamp"), "options": LAMPS},
        {"type": "users_select", "action_id": "user", "placeholder": plain("A person")},
        {"type": "conversations_select", "action_id": "conversation", "placeholder": plain("A conversation")},
        {"type": "channels_select", "action_id": "channel", "placeholder": plain("A channel")},
        {"type": "external_select", "action_id": "phone", "placeholder": plain("A phone"), "min_query_length": 1},
        {"type": "multi_static_select", "action_id": "lamps", "placeholder": plain("Some lamps"), "options": LAMPS},
        {"type": "datepicker", "action_id": "day", "initial_date": "2026-11-24"},
        {"type": "timepicker", "action_id": "time", "initial_time": "08:00"},
        {"type": "datetimepicker", "action_id": "moment", "initial_date_time": NOON},
        {"type": "checkboxes", "action_id": "checks", "options": LAMPS},
    ]},
]  # fmt: skip


def asked(label: str, element: Json, **more: Any) -> Json:
    return {"type": "input", "block_id": element["action_id"], "label": plain(label), "element": element, **more}


STACK: Json = {
    "type": "modal",
    "callback_id": "under",
    "title": plain("Below"),
    "blocks": [{"type": "actions", "elements": [{"type": "button", "action_id": "push", "text": plain("One more"), "value": "1"}]}],
}
ABOVE: Json = {"type": "modal", "callback_id": "above", "title": plain("Above"), "blocks": [section("On top.")]}
FORM: Json = {
    "type": "modal",
    "callback_id": "form",
    "title": plain("A form"),
    "submit": plain("Send"),
    "close": plain("Never mind"),
    "notify_on_close": True,
    "blocks": [
        section("Say _wrong_ in the first to be refused."),
        asked("Name", {"type": "plain_text_input", "action_id": "name", "placeholder": plain("Front desk")}, hint=plain("As it is called")),
        asked("E-mail", {"type": "email_text_input", "action_id": "email"}),
        asked("Notes", {"type": "plain_text_input", "action_id": "notes", "multiline": True}, optional=True),
        asked("Number", {"type": "number_input", "action_id": "number", "is_decimal_allowed": False, "min_value": "1"}, optional=True),
        asked("Link", {"type": "url_text_input", "action_id": "link"}, optional=True),
        asked("Rich", {"type": "rich_text_input", "action_id": "rich"}, optional=True),
        asked("Lamp", {"type": "static_select", "action_id": "lamp", "options": LAMPS, "initial_option": LAMPS[2]}),
        asked("Lamps", {"type": "multi_static_select", "action_id": "lamps", "options": LAMPS}, optional=True),
        asked("Who", {"type": "multi_users_select", "action_id": "who"}, optional=True),
        asked("Phone", {"type": "external_select", "action_id": "phone", "min_query_length": 1}, optional=True),
        asked("Place", {"type": "conversations_select", "action_id": "place", "initial_conversation": "C0ALERTS"}, optional=True),
        asked("Day", {"type": "datepicker", "action_id": "day", "initial_date": "2026-11-24"}),
        asked("Time", {"type": "timepicker", "action_id": "time"}, optional=True),
        asked("Moment", {"type": "datetimepicker", "action_id": "moment"}, optional=True),
        asked("Way", {"type": "radio_buttons", "action_id": "way", "options": options("In", "Out")}, optional=True),
        asked("Days", {"type": "checkboxes", "action_id": "days", "options": options("Monday", "Tuesday")}, optional=True),
    ],
}
HOME: Json = {
    "type": "home",
    "blocks": [
        {"type": "header", "text": plain("Your Home")},
        section("Everything is registered.", accessory={"type": "overflow", "action_id": "overflow", "options": options("Mute 1 hour")}),
        {"type": "actions", "elements": [{"type": "button", "action_id": "refresh", "text": plain("Refresh"), "value": "1"}]},
    ],
}


def build(slack: WebClient) -> App:
    """The app."""
    app = App(client=slack, token_verification_enabled=False, signing_secret="unused", logger=logging.getLogger("gallery"))

    @app.command("/voip")
    def command(ack: Ack, body: Json, respond: Respond) -> None:
        words = body.get("text", "")
        if words == "slow":
            return
        ack()
        match words:
            case "blocks":
                respond(text="blocks", blocks=BLOCKS)
                respond(text="data", blocks=DATA)
            case "controls":
                respond(text="controls", blocks=CONTROLS)
            case "form":
                slack.views_open(trigger_id=body["trigger_id"], view=FORM)
            case "stack":
                slack.views_open(trigger_id=body["trigger_id"], view=STACK)
            case "thread":
                posted = slack.chat_postMessage(channel="C0ALERTS", text="Missing: Front desk")
                slack.chat_postMessage(channel="C0ALERTS", thread_ts=posted["ts"], text="It is back", reply_broadcast=True)
                slack.chat_update(channel="C0ALERTS", ts=posted["ts"], text="Back: Front desk")
            case _:
                respond(text=f"nothing for {words}")

    @app.shortcut("anything")
    def anything(ack: Ack, body: Json) -> None:
        ack()
        slack.views_open(trigger_id=body["trigger_id"], view=ABOVE)

    @app.shortcut("this_message")
    def this_message(ack: Ack, body: Json, respond: Respond) -> None:
        ack()
        respond(text=f"it says: {body['message']['text']}")

    @app.action("push")
    def push(ack: Ack, body: Json) -> None:
        ack()
        slack.views_push(trigger_id=body["trigger_id"], view=ABOVE)

    @app.action("refresh")
    def refresh(ack: Ack, body: Json) -> None:
        ack()
        slack.views_publish(user_id=body["user"]["id"], view={**HOME, "blocks": [*HOME["blocks"], section("Refreshed.")]})

    @app.action(re.compile(".+"))
    def action(ack: Ack, body: Json, respond: Respond) -> None:
        ack()
        clicked = body["actions"][0]
        chosen = {key: value for key, value in clicked.items() if key.startswith(("selected", "value"))}
        respond(text=f"used {clicked['action_id']}: `{json.dumps(chosen)}`", replace_original=False)

    @app.options("phone")
    def phones(ack: Ack, body: Json) -> None:
        ack(options=[option for option in options("Front desk", "Fax line", "Dock") if option["value"].startswith(body["value"].lower())])

    @app.view("form")
    def submitted(ack: Ack, body: Json) -> None:
        held = {block: next(iter(each.values())) for block, each in body["view"]["state"]["values"].items()}
        if held["name"]["value"] == "wrong":
            ack(response_action="errors", errors={"name": "That is no name."})
            return
        ack()
        shown = {block: {key: value for key, value in each.items() if key != "type"} for block, each in held.items()}
        slack.chat_postMessage(channel=body["user"]["id"], text=f"got ```{json.dumps(shown, indent=1)}```")

    @app.view_closed("form")
    def closed(ack: Ack, body: Json) -> None:
        ack()
        slack.chat_postMessage(channel=body["user"]["id"], text="the form was closed")

    @app.event("app_home_opened")
    def home(event: Json) -> None:
        slack.views_publish(user_id=event["user"], view=HOME)

    @app.event("message")
    def message(event: Json) -> None:
        if not event.get("bot_id") and not event.get("subtype"):
            slack.chat_postMessage(channel=event["channel"], text=f"you said: {event['text']}", thread_ts=event.get("thread_ts"))

    @app.event("app_mention")
    def mention(event: Json) -> None:
        slack.chat_postEphemeral(channel=event["channel"], user=event["user"], text="you called", thread_ts=event.get("thread_ts"))

    return app


@contextmanager
def shown(port: int = 0) -> Iterator[Page]:
    """The app at work, and the page; until the block ends."""
    with SlackServer(ping_interval=0.5) as slack, VoipMsServer(founded(seed=1, now=datetime.now(UTC))) as phones:
        people = [
            Persona(slack.person("U0ALICE", name="Alice"), "admin"),
            Persona(slack.person("U0VICTOR", name="Victor", tz="Europe/London"), "viewer"),
        ]
        client = WebClient(slack.bot_token, base_url=slack.api_url)
        handler = SocketModeHandler(build(client), slack.app_token, web_client=client)
        handler.connect()
        try:
            slack.wait_connected()
            with Page(slack, phones, people, MANIFEST, port=port) as page:
                yield page
        finally:
            handler.close()


def main() -> None:
    """Say where, and stay until told to stop."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with shown() as page:
        sys.stdout.write(f"{page.url}\n")
        sys.stdout.flush()
        stop.wait()


if __name__ == "__main__":
    main()
