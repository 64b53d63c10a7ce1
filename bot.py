"""Dialtone: VoIP.ms in Slack. The composition root and the command line: reads settings, builds the parts, starts them."""

import argparse
import logging
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from datetime import UTC, datetime
from functools import partial

import structlog
from rich.console import Console
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_sdk import WebClient

import logs
from config import VERSION, Settings, SettingsError, load
from handlers import bolt, commands, web
from handlers.answering import Workspace
from handlers.auditing import Auditor
from handlers.desk import Desk
from handlers.doctor import diagnose, print_checks
from handlers.manifest import WrongAddress, as_yaml, manifest
from handlers.people import Groups, People
from handlers.rights import Rights
from handlers.signin import NotLetIn, sign_in
from handlers.vitals import Vitals
from store import CannotOpen, Store
from store.once import Once
from store.refusals import Refusals
from voipms import Pace, VoipMs

log = structlog.get_logger("dialtone")

SET_UP_WRONG = 2
"""Exit status: a setting, a token or the port has to be mended; starting again would not help."""


def now() -> datetime:
    """The time, aware."""
    return datetime.now(UTC)


def slack_client(settings: Settings) -> WebClient:
    """Asks Slack once: its own retries would post twice what Slack took before the connection dropped."""
    token, logger = settings.slack_bot_token.get_secret_value(), logging.getLogger(logs.SLACK_CLIENT)
    return WebClient(token, base_url=settings.slack_api_url, timeout=10, retry_handlers=[], logger=logger)


def voipms_client(settings: Settings) -> VoipMs:
    """The account, with one pace in front of the network."""
    return VoipMs(
        settings.voipms_username,
        settings.voipms_password.get_secret_value(),
        pace=Pace(settings.voipms_requests_per_minute),
        url=settings.voipms_api_url,
        timeout=settings.voipms_timeout,
        user_agent=settings.voipms_user_agent,
        timezone_offset=settings.voipms_timezone_offset,
        wire_zone=settings.voipms_wire_zone,
    )


@contextmanager
def running(settings: Settings) -> Iterator[int]:
    """The bot at work until the block ends; gives the port of its web server.

    Raises:
        CannotOpen: The database cannot be used.
        NotLetIn: Slack does not take a token, or does not answer.
        CannotListen: The port is taken, or the address is not ours.
    """
    slack, phones, vitals = slack_client(settings), voipms_client(settings), Vitals()
    with ExitStack() as open_parts:
        open_parts.callback(phones.close)
        store = open_parts.enter_context(Store(settings.database_url.get_secret_value()))
        me = sign_in(slack)
        workspace = Workspace(slack, Refusals(store, now))
        checks = partial(diagnose, settings, slack, phones, now, lambda: nullcontext(store))
        registry = commands(settings.voipms_main_account, checks)
        rights = Rights.of(settings, store, People(slack, me.team, now), Groups(slack, now))
        desk = Desk(registry, phones, workspace, rights, now, Auditor(store), vitals.note)
        pool = bolt.Pool()
        secret = settings.slack_signing_secret.get_secret_value() if settings.slack_signing_secret else ""
        app = bolt.build(slack, secret, desk, registry, workspace, Once(store, now), pool, me.user)
        open_parts.callback(pool.close)
        socket = bolt.Socket(app, settings.slack_app_token.get_secret_value(), slack) if settings.slack_app_token else None
        pages = web.Web(
            {
                "slack": socket.how_it_is if socket else lambda: (True, "waits for Slack's requests"),
                "database": store.how_it_is,
            },
            vitals.metrics,
            outside={"voipms": phones.how_it_is},
            events=None if socket else SlackRequestHandler(app),
            signing_secret=secret,
        )
        port = open_parts.enter_context(web.serve(pages, settings.host, settings.port))
        if socket:
            open_parts.callback(socket.close)
            socket.open()
        yield port


def run(settings: Settings) -> None:
    """Work until told to stop: SIGTERM or Ctrl-C. Questions being answered are answered to their end."""
    stop = stop_event()
    with running(settings) as port:
        log.info("started", version=VERSION, slack="Socket Mode" if settings.socket_mode else "HTTP mode", host=settings.host, port=port)
        stop.wait()
        log.info("stopping")


def stop_event() -> threading.Event:
    """Set by SIGTERM and Ctrl-C."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def doctor(settings: Settings) -> int:
    """Check every part in the terminal; 1 when something has to be mended."""
    phones = voipms_client(settings)
    try:
        database = settings.database_url.get_secret_value()
        checks = diagnose(settings, slack_client(settings), phones, now, lambda: Store.peek(database))
    finally:
        phones.close()
    return 0 if print_checks(checks, Console()) else 1


def demo(once: bool) -> int:
    """The whole bot against simulated VoIP.ms and Slack; 1 when an answer was wrong."""
    try:
        from playground.demo import Stage
    except ModuleNotFoundError as missing:
        if missing.name != "playground":
            raise
        return complain("the demonstration needs the folder playground, which the image leaves out: run it in a clone", SET_UP_WRONG)

    stop = stop_event()
    with Stage(Console()) as stage:
        settings = load(env_file=stage.nowhere, environ=stage.environ)
        logs.configure(settings)
        with running(settings) as port:
            if not once:
                stage.open_page(manifest(commands()))
            wrong = stage.converse()
            if not once:
                stage.stay(port, stop)
    return 1 if wrong else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; the exit status."""
    parser = argparse.ArgumentParser(prog="bot.py", description="Your VoIP.ms phone account in Slack.", allow_abbrev=False)
    verbs = parser.add_subparsers(dest="verb", metavar="{run,doctor,manifest,demo}")
    verbs.add_parser("run", help="the bot, with the settings of the environment and .env (also without any word)")
    verbs.add_parser("doctor", help="checks the set-up and says what to mend")
    verbs.add_parser("manifest", help="prints the Slack app manifest").add_argument(
        "--http", metavar="https://bot.example.com", help="for HTTP mode: where Slack reaches the bot"
    )
    verbs.add_parser("demo", help="the whole bot against simulated VoIP.ms and Slack").add_argument(
        "--once", action="store_true", help="exit after the conversation: 1 if an answer was wrong"
    )
    chosen = parser.parse_args(arguments)
    try:
        match chosen.verb:
            case "manifest":
                sys.stdout.write(as_yaml(manifest(commands(), chosen.http)))
                return 0
            case "demo":
                return demo(chosen.once)
        settings = load()
        logs.configure(settings)
        if chosen.verb == "doctor":
            return doctor(settings)
        run(settings)
    except (SettingsError, WrongAddress, web.CannotListen) as wrong:
        return complain(str(wrong), SET_UP_WRONG)
    except (NotLetIn, CannotOpen) as wrong:
        return complain(str(wrong), SET_UP_WRONG if wrong.for_good else 1)
    return 0


def complain(line: str, status: int) -> int:
    """One clear line on standard error."""
    sys.stderr.write(f"{line}\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
