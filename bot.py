"""Dialtone: VoIP.ms in Slack. The composition root and the command line: reads settings, builds the parts, starts them."""

import argparse
import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from rich.console import Console
from slack_bolt.adapter.wsgi import SlackRequestHandler
from slack_sdk import WebClient

import logs
from config import VERSION, Settings, SettingsError, load
from handlers import bolt, commands, web
from handlers.doctor import diagnose, print_checks
from handlers.front import Front
from handlers.manifest import WrongAddress, as_yaml, manifest
from handlers.places import is_shared
from handlers.rights import Rights
from handlers.signin import NotLetIn, sign_in
from handlers.vigil import EVERY, Vigil, greet
from handlers.vitals import Vitals
from jobs import Job, notes, tidying, timetable
from jobs.delivery import Delivery
from jobs.heartbeat import Heartbeat
from jobs.reports import NAME as REPORTS
from jobs.reports import Reports
from jobs.watch import Watch
from store import CannotOpen, Store
from store.budget import SharedBudget
from store.refusals import Refusals
from voipms import Budget, Pace, Priority, VoipMs, VoipMsError

log = structlog.get_logger("dialtone")

SET_UP_WRONG = 2
"""Exit status: a setting, a token or the port has to be mended; starting again would not help."""
DELIVER_EVERY = timedelta(seconds=0.25)
HOME_EVERY = timedelta(seconds=5)


def now() -> datetime:
    """The time, aware."""
    return datetime.now(UTC)


def slack_client(settings: Settings) -> WebClient:
    """Asks Slack once: its own retries would post twice what Slack took before the connection dropped."""
    token, logger = settings.slack_bot_token.get_secret_value(), logging.getLogger(logs.SLACK_CLIENT)
    return WebClient(token, base_url=settings.slack_api_url, timeout=10, retry_handlers=[], logger=logger)


def voipms_client(settings: Settings, budget: Budget | None = None) -> VoipMs:
    """The account, with one pace in front of the network.

    Args:
        budget: Shared with other processes; one in memory unless given.
    """
    return VoipMs(
        settings.voipms_username,
        settings.voipms_password.get_secret_value(),
        pace=Pace(settings.voipms_requests_per_minute, budget=budget),
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
    slack, vitals = slack_client(settings), Vitals()
    with ExitStack() as open_parts:
        store = open_parts.enter_context(Store(settings.database_url.get_secret_value()))
        budget = SharedBudget(store, settings.voipms_username, settings.voipms_requests_per_minute) if store.shared else None
        phones = voipms_client(settings, budget)
        open_parts.callback(phones.close)
        me = sign_in(slack)
        refusals = Refusals(store, now)
        checks = partial(diagnose, settings, slack, phones, now, lambda: nullcontext(store))
        front = open_parts.enter_context(Front(settings, slack, phones, store, refusals, me, checks, now, vitals.note))
        secret = settings.slack_signing_secret.get_secret_value() if settings.slack_signing_secret else ""
        app = bolt.build(front, secret)
        vigil = Vigil(store, slack, settings.admins, now)
        watch, reports = watch_of(settings, store, phones), reports_of(settings, store, slack, phones, front.rights)
        delivery = delivery_of(settings, store, slack, phones, refusals, reports)
        open_parts.callback(delivery.close)
        socket = bolt.Socket(app, settings.slack_app_token.get_secret_value(), slack) if settings.slack_app_token else None
        parts: dict[str, web.Part] = {
            "slack": socket.how_it_is if socket else lambda: (True, "waits for Slack's requests"),
            "token": vigil.token,
            "database": store.how_it_is,
            "watch": watch.how_it_is,
            "delivery": delivery.how_it_is,
        }
        pages = web.Web(
            parts,
            vitals.metrics,
            outside={"voipms": phones.how_it_is, "channels": vigil.channels},
            events=None if socket else SlackRequestHandler(app),
            signing_secret=secret,
        )
        port = open_parts.enter_context(web.serve(pages, settings.host, settings.port))
        if socket:
            open_parts.callback(socket.close)
            socket.open()
        # last, when everything else is known to work
        greet(store, settings.admins, settings.default_role, now())
        open_parts.enter_context(watch)
        parts["clock"] = open_parts.enter_context(timetable(jobs_of(settings, store, front, vigil, watch, reports, delivery))).how_it_is
        yield port


def watch_of(settings: Settings, store: Store, phones: VoipMs) -> Watch:
    """Who looks at the phones."""
    return Watch(
        store,
        phones,
        confirm_seconds=settings.confirm_seconds,
        interval=settings.watch_interval,
        main_account=settings.voipms_main_account,
        low_balance=settings.low_balance,
        channel=settings.alert_channel,
        zone=settings.timezone,
    )


def reports_of(settings: Settings, store: Store, slack: WebClient, phones: VoipMs, rights: Rights) -> Reports:
    """Who makes the reports that are due."""
    return Reports(
        store,
        phones,
        mask_numbers=settings.mask_numbers,
        may_have=rights.is_admin,
        shared=partial(is_shared, slack),
        admins=settings.admins,
    )


def delivery_of(settings: Settings, store: Store, slack: WebClient, phones: VoipMs, refusals: Refusals, reports: Reports) -> Delivery:
    """Who says to Slack what there is to say."""
    draw = notes.note_painter(store, settings.timezone, now, settings.confirm_seconds, partial(own_address, phones))
    settle = timedelta(seconds=settings.settle_seconds)
    minders = {"report": reports.refused}
    painters = {notes.NAME: draw, REPORTS: reports.draw}
    return Delivery(store, slack, painters, refusals, settle=settle, admins=settings.admins, minders=minders)


def jobs_of(settings: Settings, store: Store, front: Front, vigil: Vigil, watch: Watch, reports: Reports, delivery: Delivery) -> list[Job]:
    """What the clock has to do."""
    url = settings.heartbeat_url
    audit_kept = timedelta(days=settings.audit_retention_days)
    return [
        watch.job,
        reports.job,
        Job(name="delivery", tick=delivery.tick, every=DELIVER_EVERY, stop=delivery.stop),
        Job(name="home", tick=front.home.tick, every=HOME_EVERY),
        Job(name="vigil", tick=vigil.tick, every=EVERY),
        Job(name="tidying", tick=partial(tidying.tidy, store, audit_kept=audit_kept), every=tidying.EVERY),
        *([Heartbeat(url.get_secret_value(), lambda: watch.rounds).job] if url is not None else []),
    ]


def own_address(phones: VoipMs) -> str:
    """This host's address as VoIP.ms sees it; ``""`` when it does not say."""
    try:
        return phones.patient(Priority.RECHECK, 1).ip()
    except VoipMsError:
        return ""


def run(settings: Settings) -> None:
    """Work until told to stop: SIGTERM or Ctrl-C. Questions being answered are answered to their end."""
    stop = stop_event()
    with running(settings) as port:
        log.info("started", version=VERSION, slack="Socket Mode" if settings.socket_mode else "HTTP mode", host=settings.host, port=port)
        stop.wait()
        log.info("stopping")


def stop_event() -> threading.Event:
    """Set by SIGTERM and Ctrl-C, at whatever instant and in whichever thread they arrive.

    What Python does on a signal it does in its main thread, and only when that one runs: a signal that comes just before it begins to
    wait is heard when the next one comes. The byte in the pipe is written at once.
    """
    stop, (heard, signalled) = threading.Event(), os.pipe()
    os.set_blocking(signalled, False)
    signal.set_wakeup_fd(signalled, warn_on_full_buffer=False)

    def listen() -> None:
        os.read(heard, 1)
        stop.set()

    threading.Thread(target=listen, name="signals", daemon=True).start()
    for number in (signal.SIGTERM, signal.SIGINT):
        # without a handler nothing is written
        signal.signal(number, lambda *_: None)
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
