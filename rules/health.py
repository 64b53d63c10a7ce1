"""Whether VoIP.ms can be seen at all: one machine per VoIP.ms login. Pure.

::

        1 error              ≥ 3 errors in a row, over ≥ 2 accounts where there are two, and ≥ 2 × the time to confirm;
    up ─────────► suspect ──► or 2 wrong logins in a row; or no valid answer for 15 × the time to confirm  ──► down
     ▲               │                                                                                           │
     └── 1 valid ────┘◄───────────────────────── 3 valid answers in a row ──────────────────────────────────────┘

A rate limit is no error: it neither adds to a row of errors nor ends one, nor a row of valid answers. But it is no valid answer
either, so that a login which hears nothing else goes down by silence. "No such account" is a valid answer.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from rules.notes import About, Act, Note
from rules.timing import Timing
from rules.watch import Line, State
from voipms import Kind, Refused, Unreachable, VoipMsError

ERRORS_FOR_DOWN = 3
REFUSALS_FOR_DOWN = 2
VALID_FOR_UP = 3
ACCOUNTS_FOR_DOWN = 2
ABSENCE_IS_NEWS = timedelta(days=1)
"""An absence that could not be told for so long, without a channel say, is told no more."""


class Sight(Enum):
    """Whether VoIP.ms answers."""

    UP = "up"
    SUSPECT = "suspect"
    DOWN = "down"


class Answer(Enum):
    """What asking VoIP.ms came to."""

    VALID = "valid"
    ERROR = "error"
    RATE_LIMIT = "rate limit"
    REFUSED = "refused"
    """Wrong login, or this host's address is not allowed: it never heals alone."""


@dataclass(frozen=True, kw_only=True)
class Absence:
    """The bot itself was not running.

    Attributes:
        since: The last valid answer before.
        until: When it looked again.
    """

    since: datetime
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Health:
    """One VoIP.ms login. All instants are aware, in UTC.

    Attributes:
        last_valid: The last valid answer.
        since: The first failure after it: *cannot see VoIP.ms since*.
        errors: Errors in a row.
        first_error: The first of that row.
        accounts: Two of the accounts it met; more are not needed.
        refusals: Refusals in a row.
        valid: Valid answers in a row while down.
        refused: Down because VoIP.ms refuses the login: a person has to act.
        reason: The last failure in a word or two of ours or VoIP.ms's: ``ip_not_enabled``, ``time-out``.
        absence: An absence of the bot that has not been told yet.
    """

    sight: Sight = Sight.UP
    last_valid: datetime | None = None
    since: datetime | None = None
    errors: int = 0
    first_error: datetime | None = None
    accounts: tuple[str, ...] = ()
    refusals: int = 0
    valid: int = 0
    refused: bool = False
    reason: str = ""
    absence: Absence | None = None


def sort_of(error: VoipMsError) -> Answer:
    """What kind of failure it is. ``invalid_account`` is none: that is ``Look.ABSENT``, and ``Answer.VALID``."""
    if isinstance(error, Refused):
        match error.kind:
            case Kind.RATE_LIMIT:
                return Answer.RATE_LIMIT
            case Kind.CREDENTIALS | Kind.ALLOW_LIST:
                return Answer.REFUSED
    if isinstance(error, Unreachable) and error.limits:
        return Answer.RATE_LIMIT
    return Answer.ERROR


def reason_of(error: VoipMsError) -> str:
    """The failure in a word or two: ``ip_not_enabled``, ``time-out``, ``HTTP 503``."""
    return error.status if isinstance(error, Refused) else str(error.args[0])


def heard(
    health: Health, answer: Answer, now: datetime, timing: Timing, *, account: str = "", reason: str = "", watched: int = 2
) -> Health:
    """The health after one more answer, or none.

    Args:
        account: Whom it was about; ``""`` for a question about no single one.
        reason: Why it failed.
        watched: How many accounts there are: where there is only one, its errors alone are enough.
    """
    if answer is Answer.VALID:
        return _valid(health, now)
    health = replace(health, since=health.since or now, reason=reason or health.reason)
    if answer is not Answer.RATE_LIMIT:
        accounts = health.accounts if account in ("", *health.accounts) else (*health.accounts, account)[-ACCOUNTS_FOR_DOWN:]
        refusals = health.refusals + 1 if answer is Answer.REFUSED else 0
        first = health.first_error or now
        health = replace(health, errors=health.errors + 1, first_error=first, accounts=accounts, refusals=refusals, valid=0)
    return _judged(health, now, timing, watched)


def ticked(health: Health, now: datetime, timing: Timing) -> Health:
    """The health when time has passed and nothing else: silence goes down by itself."""
    silent = health.sight is not Sight.DOWN and health.since is not None and now - health.since >= timing.silence
    return replace(health, sight=Sight.DOWN) if silent else health


def _valid(health: Health, now: datetime) -> Health:
    if health.sight is Sight.DOWN and health.valid + 1 < VALID_FOR_UP:
        return replace(health, last_valid=now, valid=health.valid + 1, errors=0, first_error=None, accounts=(), refusals=0)
    return Health(last_valid=now, absence=health.absence)


def _judged(health: Health, now: datetime, timing: Timing, watched: int) -> Health:
    refused = health.refused or health.refusals >= REFUSALS_FOR_DOWN
    lasted = health.first_error is not None and now - health.first_error >= timing.api_down
    errors = health.errors >= ERRORS_FOR_DOWN and len(health.accounts) >= min(ACCOUNTS_FOR_DOWN, watched) and lasted
    if health.sight is Sight.DOWN or refused or errors:
        return replace(health, sight=Sight.DOWN, refused=refused)
    return ticked(replace(health, sight=Sight.SUSPECT), now, timing)


def changes_news(before: Health, after: Health) -> bool:
    """Whether what is told of VoIP.ms itself can change: most answers need no scene."""
    return _told(before) != _told(after)


def _told(health: Health) -> tuple[bool, str] | None:
    return (health.refused, health.reason) if health.sight is Sight.DOWN else None


def pause(health: Health, timing: Timing) -> timedelta:
    """Least time between two questions: while VoIP.ms cannot be seen, asking at full speed mends nothing."""
    if health.sight is not Sight.DOWN or health.valid:
        return timedelta()
    return timing.confirm if health.refused else timing.recheck


# The bot's own absence


def woken(health: Health, now: datetime, timing: Timing) -> Health:
    """The health when the bot starts: a long absence is remembered until it is told, and rows of errors begin anew after it.

    Two that follow each other are told as one. While VoIP.ms could not be seen before, its own incident covers the time.
    """
    if health.sight is Sight.DOWN or health.last_valid is None or now - health.last_valid <= timing.gap:
        return health
    since, before = health.last_valid, health.absence
    if before is not None and now - before.until <= ABSENCE_IS_NEWS:
        since = before.since
    return Health(last_valid=health.last_valid, absence=Absence(since=since, until=now))


def absence_told(
    health: Health, lines: Collection[Line], channel: str, now: datetime, period: timedelta, timing: Timing
) -> tuple[Health, Note | None]:
    """Tells an absence once everything has been looked at again and nothing is in doubt, or after long enough; not when it is old.

    Args:
        lines: All watched lines.
        period: The time in which every account has its turn.
    """
    absence = health.absence
    if absence is None:
        return health, None
    patience = 3 * period + timing.gap
    waited = now - absence.until
    if waited > patience + ABSENCE_IS_NEWS:
        return replace(health, absence=None), None
    if not channel or health.sight is Sight.DOWN:
        return health, None
    if waited <= patience and any(_in_doubt(line, absence) for line in lines):
        return health, None
    changed = tuple(sorted(line.account for line in lines if _changed(line, absence)))
    note = Note(
        key=f"absence:{absence.until.isoformat()}",
        act=Act.POST,
        about=About.ABSENCE,
        channel=channel,
        at=now,
        accounts=changed,
        count=len(changed),
        since=absence.since,
        until=absence.until,
    )
    return replace(health, absence=None), note


def _in_doubt(line: Line, absence: Absence) -> bool:
    unasked = line.answered_at is None or line.answered_at < absence.until
    return line.state in (State.SUSPECT, State.RECOVERING) or (line.state is not State.GONE and unasked)


def _changed(line: Line, absence: Absence) -> bool:
    """Whether it is not what it was before: found missing, back, gone, or seen for the first time."""
    match line.state:
        case State.MISSING:
            at = line.confirmed_at
        case State.OK:
            at = line.up_since
        case State.GONE:
            at = line.changed_at
        case _:
            at = None
    return at is not None and at >= absence.until
