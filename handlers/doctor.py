"""``doctor``: looks at every part of the set-up, and says what to mend.

It works when everything else does not: each look says what it found, whatever happened, and no look stops the others.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table
from rich.text import Text
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from blocks import doctor as view
from blocks.frame import clean, plural
from config import Settings
from handlers.choosing import nothing_after
from handlers.manifest import SCOPES, slash_commands
from handlers.people import profile_of
from handlers.registry import Command, Registry, Reply, Request
from handlers.signin import MEND
from handlers.vigil import channels_check
from logs import Redaction
from rules.access import Profile, Role
from rules.doctor import Check, admins, clock_skew, scopes
from store import NotThereYet, Store, StoreError, destinations, shared_now
from store.outbox import DeadLetter
from voipms import Priority, Refused, Unreachable, VoipMs, VoipMsError
from voipms.errors import PORTAL_PAGE

NOT_ASKED = "could not be asked"
OWN_ID = "your profile > Copy member ID"

_GATES = ("VoIP.ms login", "VoIP.ms API", "VoIP.ms allow-list")
"""In the order in which VoIP.ms looks at them: it names the first that is shut, and says nothing of those behind it."""
_SHUT = {
    "invalid_credentials": "VoIP.ms login",
    "missing_credentials": "VoIP.ms login",
    "api_not_enabled": "VoIP.ms API",
    "ip_not_enabled": "VoIP.ms allow-list",
}


def diagnose(
    settings: Settings,
    slack: WebClient,
    phones: VoipMs,
    clock: Callable[[], datetime],
    database: Callable[[], AbstractContextManager[Store]],
) -> list[Check]:
    """Every check, in the order in which one would mend them. Raises nothing; holds no secret.

    Args:
        clock: This machine's clock, aware.
        database: Gives the store to look at: the running bot's own, or one opened beside it only to look.
    """
    checks = [
        settings_check(settings),
        *database_checks(database),
        *voipms_checks(settings, phones),
        *slack_checks(settings, slack, clock),
        *places_checks(settings, database, slack, clock),
    ]
    # what VoIP.ms or Slack says is quoted: should they ever quote us, it stays in the family
    redact = Redaction(settings.secrets)
    return [Check(check.name, check.ok, redact(clean(check.found)).rstrip("."), redact(clean(check.mend)).rstrip(".")) for check in checks]


def settings_check(settings: Settings) -> Check:
    """What the settings amount to."""
    way = "Socket Mode" if settings.socket_mode else "HTTP mode"
    found = f"{way}, times in {settings.timezone.key}, {plural(len(settings.admins), 'admin')}, everyone else: {settings.default_role}"
    if settings.admins:
        return Check("Settings", True, found)
    mend = f"Set ADMINS to your own Slack member id ({OWN_ID}), and restart the bot"
    if settings.default_role == "none":
        return Check("Settings", False, f"{found}. Nobody may ask anything", mend)
    return Check("Settings", True, f"{found}. Nobody may ask for what operators and admins may", mend)


def database_checks(database: Callable[[], AbstractContextManager[Store]]) -> list[Check]:
    """Whether the database works, and whether Slack takes what is to be posted."""
    try:
        with database() as store:
            well, words = store.how_it_is()
            if not well:
                return [Check("Database", False, words, "See DATABASE_URL, the disk, and who may write there")]
            with store.reading() as transaction:
                dead = destinations.untaken(transaction, shared_now(transaction))
    except NotThereYet as fresh:
        return [Check("Database", None, str(fresh))]
    except StoreError as error:
        return [Check("Database", False, str(error), "See DATABASE_URL, the disk, and who may write there")]
    return [Check("Database", True, words), _posts(dead)]


def _posts(dead: Sequence[DeadLetter]) -> Check:
    name = "Posts to Slack"
    if not dead:
        return Check(name, True, "Slack takes them")
    last = dead[0]
    found = f"{plural(len(dead), 'message')} could not be posted, the last for {last.channel} ({last.error})"
    return Check(name, False, found, "Invite the bot with /invite @Dialtone, or choose another channel; Slack's word says why")


def voipms_checks(settings: Settings, phones: VoipMs) -> list[Check]:
    """Whether VoIP.ms is there, which address it sees, and whether it lets us in: one call that needs nothing, one that needs all."""
    once = phones.patient(Priority.PERSON, 1)
    address = ""
    try:
        address = once.ip()
        there: VoipMsError | None = None
    except VoipMsError as error:
        there = error
    host = urlsplit(settings.voipms_api_url).hostname or "VoIP.ms"
    if there is not None and not isinstance(there, Refused):
        mend = there.next_step.rstrip(".") or "Try again in a minute"
        if isinstance(there, Unreachable) and not there.answered:
            mend += f". On this machine, see that its name server knows {host} and that HTTPS to it gets out"
        return [
            Check("VoIP.ms reachable", False, there.tell_user, mend),
            *(Check(name, None, NOT_ASKED) for name in ("VoIP.ms sees us as", *_GATES)),
        ]
    seen = Check("VoIP.ms sees us as", True, address) if address else Check("VoIP.ms sees us as", None, "it did not tell")
    let_in = _let_in(once, address, there)
    main = [_main_account(once, settings.voipms_main_account)] if settings.voipms_main_account and all(gate.ok for gate in let_in) else []
    return [Check("VoIP.ms reachable", True, f"{host} answers"), seen, *let_in, *main]


def _let_in(phones: VoipMs, address: str, earlier: VoipMsError | None) -> list[Check]:
    """The three gates."""
    try:
        phones.balance(advanced=False)
    except VoipMsError as error:
        why = error
    else:
        return [Check(gate, True, words) for gate, words in zip(_GATES, ("accepted", "switched on", "this machine is on it"), strict=True)]
    if isinstance(why, Refused) and why.status in _SHUT:
        shut = _SHUT[why.status]
        mend = f"Add {address} to the allow-list under {PORTAL_PAGE}" if why.status == "ip_not_enabled" and address else why.next_step
        return [
            Check(gate, False, why.tell_user, mend) if gate == shut else Check(gate, None, f"not known until {shut} is mended")
            for gate in _GATES
        ]
    mend = why.next_step or (earlier.next_step if earlier is not None else "") or "Try again in a minute"
    return [Check(_GATES[0], None, why.tell_user, mend), *(Check(gate, None, NOT_ASKED) for gate in _GATES[1:])]


def _main_account(phones: VoipMs, account: str) -> Check:
    """Whether the main login is one."""
    name = "Main account"
    try:
        phones.registration(account)
    except Refused as refused:
        if refused.status == "invalid_account":
            return Check(
                name,
                False,
                f"VoIP.ms does not know {account}",
                "Set VOIPMS_MAIN_ACCOUNT to the login of the main account, six digits as a rule, or leave it out",
            )
        return Check(name, None, refused.tell_user, refused.next_step)
    except VoipMsError as error:
        return Check(name, None, error.tell_user, error.next_step)
    return Check(name, True, f"VoIP.ms knows {account}")


def slack_checks(settings: Settings, slack: WebClient, clock: Callable[[], datetime]) -> list[Check]:
    """Whether Slack knows our tokens, what it granted, and whether its clock and ours agree."""
    before = clock()
    answer, fault = _ask_slack("SLACK_BOT_TOKEN", slack.auth_test)
    after = clock()
    headers = {name.lower(): value for name, value in answer.headers.items()} if answer is not None else {}
    if fault is None and answer is not None:
        token = Check("Slack bot token", True, f"{answer.get('user') or 'the bot'} in {answer.get('team') or 'a workspace'}")
        granted = _words(headers.get("x-oauth-scopes"))
        scope_check = scopes(granted, SCOPES)
        named = _admins(settings, slack, str(answer.get("team_id") or ""))
    else:
        found, mend = fault or ("", "")
        token = Check("Slack bot token", False, found, mend)
        scope_check = Check("Slack scopes", None, NOT_ASKED)
        named = Check("Admins", None, NOT_ASKED)
    date = headers.get("date")
    skew = clock_skew(_first(date), before, after) if date else Check("Clock", None, "nothing to compare with")
    return [token, _door(settings, slack), scope_check, *([named] if settings.admins else []), skew]


def places_checks(
    settings: Settings, database: Callable[[], AbstractContextManager[Store]], slack: WebClient, clock: Callable[[], datetime]
) -> list[Check]:
    """Whether messages can be posted where people want them; nothing where the database cannot say where that is."""
    own: dict[str, tuple[str, ...]] = {settings.alert_channel: ("alerts",)} if settings.alert_channel else {}
    try:
        with database() as store, store.reading() as transaction:
            uses = destinations.channels(transaction, clock())
    except NotThereYet:
        uses = own
    except StoreError:
        return []
    return [channels_check(slack, uses or own)]


def _admins(settings: Settings, slack: WebClient, team: str) -> Check:
    """Whether those who are named as admins are people who may be."""
    people: dict[str, Profile | None] = {}
    for person in sorted(settings.admins):
        answer, fault = _ask_slack("SLACK_BOT_TOKEN", partial(slack.users_info, user=person))
        nobody = answer is not None and answer.get("error") in ("user_not_found", "user_not_visible")
        if fault is not None and not nobody:
            return Check("Admins", None, fault[0])
        people[person] = None if nobody or answer is None else profile_of(answer.get("user") or {}, person, team)
    return admins(people)


def _door(settings: Settings, slack: WebClient) -> Check:
    """How Slack's questions get to us."""
    app_token = settings.slack_app_token
    if app_token is None:
        return Check("Slack signing secret", None, "is set; only a request of Slack can prove it right")
    name = "Slack app token"
    _, fault = _ask_slack("SLACK_APP_TOKEN", lambda: slack.apps_connections_open(app_token=app_token.get_secret_value()))
    return Check(name, True, "Socket Mode may be opened") if fault is None else Check(name, False, *fault)


def _ask_slack(setting: str, ask: Callable[[], SlackResponse]) -> tuple[SlackResponse | None, tuple[str, str] | None]:
    """Slack's answer, be it a refusal, and what was found and how to mend it if it is none."""
    try:
        return ask(), None
    except SlackApiError as refused:
        answer: Any = refused.response
        word = str(answer.get("error") or "")
        if not re.fullmatch(r"[a-z_]{1,60}", word):
            return answer, (
                "Slack's answer could not be read",
                "Try again in a minute; see status.slack.com, and SLACK_API_URL if it is set",
            )
        mend = MEND.get(word, "look the word up at docs.slack.dev")
        return answer, (f"Slack says {word}", f"{setting}: {mend}")
    except Exception as error:  # noqa: BLE001 - the SDK lets through whatever its HTTP library raises, and the doctor tells all of it
        return None, (
            f"Slack did not answer ({type(error).__name__})",
            "See that HTTPS to slack.com gets out of this machine, and SLACK_API_URL if it is set",
        )


def _words(header: object) -> list[str] | None:
    return None if header is None else [word.strip() for word in _first(header).split(",") if word.strip()]


def _first(header: object) -> str:
    """The SDK hands a header over as text or as a list of texts."""
    return str(header[0] if isinstance(header, list | tuple) and header else header)


def doctor_command(run_checks: Callable[[], list[Check]], registry: Callable[[], Registry]) -> Command:
    """``doctor``, with the very checks of the command line."""

    def run(asked: Request, phones: VoipMs) -> Reply:
        """What works, and what to mend."""
        nothing_after(asked, "doctor", asked.words)
        asked.say("Looking at the settings, VoIP.ms and Slack …")
        checks = run_checks()
        return Reply(headline=view.headline(checks), blocks=view.card(checks, slash_commands(registry())))

    return Command(name="doctor", usage="", summary="Checks the set-up and says what to mend", role=Role.ADMIN, examples=("",), run=run)


_SIGNS: Mapping[bool | None, tuple[str, str]] = {True: ("works", "green"), False: ("mend", "bold red"), None: ("not checked", "dim")}


def print_checks(checks: Sequence[Check], console: Console) -> bool:
    """The checks as a table in the terminal; whether nothing has to be mended."""
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    for column in ("", "", ""):
        table.add_column(column, overflow="fold")
    for check in checks:
        word, style = _SIGNS[check.ok]
        table.add_row(Text(word, style=style), Text(check.name, style="bold"), Text(check.found))
        if check.mend:
            table.add_row("", "", Text(f"→ {check.mend}", style="yellow"))
    console.print(table)
    return all(check.ok is not False for check in checks)
