"""One account's registration, followed from look to look. Pure; the state machine of ``docs/alerts.md``.

::

             first yes                     no
    unseen ───────────► ok ◄──────────────────────── suspect
                        ▲ └────────────────────────►   │
                        │            yes               │ ≥ 2 no, spanning the time to confirm
         ≥ 2 yes,       │                              ▼
         spanning half  recovering ◄─────────────── missing       gone: VoIP.ms said twice that
         of it                     ────────────────►              there is no such account
                                yes, and no

Only VoIP.ms's own answer moves a line: ``step`` of a look that saw nothing returns the very same line, so a failed look is the
same as no look. A gap in the answers restarts every confirmation that was running. *Unknown*, *muted* and *acknowledged* are
no states of a line: the first is a question of age (``unknown``), the others belong to people and to the incident.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from rules.timing import Timing

NO_ADDRESS = "account:"
"""How the key of a site begins whose address nobody told: it is one phone's."""


class Look(Enum):
    """What one look at one account saw."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    """Anything that is no valid answer: time-out, HTML, refusal, a status nobody has seen."""
    ABSENT = "absent"
    """``invalid_account``: VoIP.ms knows no such account."""


class State(Enum):
    """What is known of a line."""

    UNSEEN = "unseen"
    """Never registered since it is watched."""
    OK = "ok"
    SUSPECT = "suspect"
    MISSING = "missing"
    RECOVERING = "recovering"
    GONE = "gone"


class Standing(Enum):
    """What a line says to the outages."""

    UP = "up"
    DOWN = "down"
    COMING = "coming back"
    FLAPPING = "flapping"
    NEVER = "never seen"
    """Confirmed not to be registered, and never was: an outage only where the account is required."""
    GONE = "gone"


@dataclass(frozen=True, kw_only=True)
class Spot:
    """Where a registered phone was seen: one of the devices of a "yes".

    Attributes:
        address: ``register_ip``.
        pop: ``server_pop``, a number as text.
        pop_name: What people call it.
        agent: ``register_useragent``.
        expires_at: When the account's last registration runs out, as far as ``register_next`` can be believed.
    """

    address: str = ""
    pop: str = ""
    pop_name: str = ""
    agent: str = ""
    expires_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Line:
    """One watched account. All instants are aware, in UTC.

    Attributes:
        changed_at: When ``state`` last changed.
        answered_at: VoIP.ms's last valid answer about it.
        down_since: The first "no" of the doubt or outage that is running.
        nos: "No" answers until it was confirmed.
        confirmed_at: When that outage was confirmed.
        up_since: The first "yes" of the registration or recovery that is running.
        yeses: "Yes" answers of a running recovery.
        absent_since: The first "no such account" of a row of them.
        downs: Confirmations of outages within the last hour.
        flapping: It comes and goes: told once, not each time.
        site: Address it had when it was last ok; ``""`` when that was never told.
        pop, pop_name, agent: Likewise.
        expires_at: When its registration runs out unless renewed; a hint.
        expiry: Longest time to expiry that was ever seen, in seconds; 0 when none was.
    """

    account: str
    state: State = State.UNSEEN
    changed_at: datetime | None = None
    answered_at: datetime | None = None
    down_since: datetime | None = None
    nos: int = 0
    confirmed_at: datetime | None = None
    up_since: datetime | None = None
    yeses: int = 0
    absent_since: datetime | None = None
    downs: tuple[datetime, ...] = ()
    flapping: bool = False
    site: str = ""
    pop: str = ""
    pop_name: str = ""
    agent: str = ""
    expires_at: datetime | None = None
    expiry: int = 0

    @property
    def site_key(self) -> str:
        """The site it belongs to: its address, or itself where none was ever told."""
        return self.site or f"{NO_ADDRESS}{self.account}"


# Stepping


def step(line: Line, look: Look, now: datetime, timing: Timing, spot: Spot | None = None) -> Line:
    """The line after one more look.

    Args:
        now: When the answer was there; never earlier than that of the step before.
        spot: Where the phone was seen, with a "yes".
    """
    if look is Look.UNKNOWN:
        return line
    if line.answered_at is not None and now - line.answered_at > timing.gap:
        line = _restarted(line)
    match look:
        case Look.YES:
            after = _yes(replace(line, absent_since=None), now, timing)
        case Look.NO:
            after = _no(replace(line, absent_since=None), now, timing)
        case _:
            after = _absent(line, now, timing)
    if after.state is not line.state:
        after = replace(after, changed_at=now)
    after = _flapped(replace(after, answered_at=now), now, timing)
    return _placed(after, spot, now) if spot is not None and after.state is State.OK else after


def _restarted(line: Line) -> Line:
    """Nobody knows what happened meanwhile: whatever was being confirmed begins anew with this answer."""
    line = replace(line, absent_since=None, yeses=0)
    if line.state is State.RECOVERING:
        return replace(line, up_since=None)
    if line.confirmed_at is None:
        return replace(line, down_since=None, nos=0)
    return line


def _yes(line: Line, now: datetime, timing: Timing) -> Line:
    match line.state:
        case State.UNSEEN | State.GONE:
            return _ok(line, since=now)
        case State.SUSPECT:
            return _ok(line, since=line.up_since or now)
        case State.MISSING:
            return replace(line, state=State.RECOVERING, up_since=now, yeses=1)
        case State.RECOVERING:
            since, yeses = line.up_since or now, line.yeses + 1
            if yeses >= 2 and now - since >= timing.back:
                return _ok(line, since=since)
            return replace(line, up_since=since, yeses=yeses)
    return line


def _ok(line: Line, since: datetime) -> Line:
    return replace(line, state=State.OK, up_since=since, yeses=0, down_since=None, nos=0, confirmed_at=None)


def _no(line: Line, now: datetime, timing: Timing) -> Line:
    match line.state:
        case State.GONE:
            return Line(account=line.account, down_since=now, nos=1)
        case State.OK:
            return replace(line, state=State.SUSPECT, down_since=now, nos=1)
        case State.RECOVERING:
            return replace(line, state=State.MISSING, up_since=None, yeses=0)
        case State.UNSEEN | State.SUSPECT if line.confirmed_at is None:
            since, nos = line.down_since or now, line.nos + 1
            line = replace(line, down_since=since, nos=nos)
            return _confirmed(line, now, timing) if nos >= 2 and now - since >= timing.confirm else line
    return line


def _confirmed(line: Line, now: datetime, timing: Timing) -> Line:
    if line.state is State.UNSEEN:
        return replace(line, confirmed_at=now)
    downs = (*(at for at in line.downs if now - at < timing.flap_window), now)
    return replace(line, state=State.MISSING, confirmed_at=now, up_since=None, downs=downs)


def _absent(line: Line, now: datetime, timing: Timing) -> Line:
    if line.state is State.GONE:
        return line
    since = line.absent_since or now
    if now - since < timing.gone:
        return replace(line, absent_since=since)
    return replace(line, state=State.GONE, absent_since=None, flapping=False, downs=())


def _flapped(line: Line, now: datetime, timing: Timing) -> Line:
    """Whether it comes and goes: three outages in an hour begin it; ten minutes missing or half an hour ok end it."""
    if not line.flapping:
        return replace(line, flapping=True) if len(line.downs) >= timing.flap_count and line.downs[-1] == now else line
    missing = line.state is State.MISSING and line.changed_at is not None and now - line.changed_at >= timing.flap_missing
    steady = line.state is State.OK and line.up_since is not None and now - line.up_since >= timing.flap_ok
    return replace(line, flapping=False, downs=()) if missing or steady else line


def _placed(line: Line, spot: Spot, now: datetime) -> Line:
    left = int((spot.expires_at - now).total_seconds()) if spot.expires_at is not None else 0
    return replace(
        line,
        site=spot.address or line.site,
        pop=spot.pop or line.pop,
        pop_name=spot.pop_name or line.pop_name,
        agent=spot.agent or line.agent,
        expires_at=spot.expires_at,
        expiry=max(line.expiry, left),
    )


def unconfirmed(line: Line, now: datetime) -> Line:
    """The line of an account that nobody has looked at for a while: an outage of before has to be confirmed anew."""
    if line.state not in (State.MISSING, State.RECOVERING):
        return line
    line = replace(line, state=State.SUSPECT, changed_at=now, down_since=None, nos=0, confirmed_at=None, up_since=None, yeses=0)
    return replace(line, flapping=False, downs=())


# Questions


def standing(line: Line) -> Standing:
    """What the line says to the outages. A doubt that is not confirmed is nothing to tell."""
    if line.flapping:
        return Standing.FLAPPING
    match line.state:
        case State.MISSING:
            return Standing.DOWN
        case State.RECOVERING:
            return Standing.COMING
        case State.GONE:
            return Standing.GONE
        case State.UNSEEN if line.confirmed_at is not None:
            return Standing.NEVER
    return Standing.UP


def needs_settle(before: Line, after: Line) -> bool:
    """Whether a step can change what is told: of all looks only the few that do need the whole scene."""
    return standing(before) is not standing(after)


def in_trouble(line: Line) -> bool:
    """Whether the scene has to hold the line even if no open incident names it."""
    return line.state is State.SUSPECT or standing(line) is not Standing.UP


def silence(timing: Timing, period: timedelta) -> timedelta:
    """After how long without a valid answer nobody knows how a phone is: twice the time between looks, and never less than the gap.

    Args:
        period: Expected time between two looks at one account.
    """
    return max(timing.gap, 2 * period)


def unknown(line: Line, now: datetime, period: timedelta, timing: Timing) -> bool:
    """Whether too much time has passed to say anything.

    Args:
        period: See ``silence``.
    """
    return line.answered_at is None or now - line.answered_at > silence(timing, period)


def recheck_at(line: Line, timing: Timing) -> datetime | None:
    """When the line has to be looked at again to confirm what is in doubt; ``None`` when nothing is."""
    if line.absent_since is not None:
        return line.absent_since + timing.gone
    if line.state is State.RECOVERING:
        return line.up_since + timing.back if line.up_since is not None else line.answered_at
    if line.state in (State.UNSEEN, State.SUSPECT) and line.confirmed_at is None and line.down_since is not None:
        return line.down_since + (timing.recheck if line.nos < 2 else timing.confirm)
    return None


# How long it takes


@dataclass(frozen=True, kw_only=True)
class WorstCase:
    """The longest time from a failure to its alert.

    Attributes:
        drop: The phone signed off, or its POP restarted: VoIP.ms knows at once.
        silent: The phone died without a word: VoIP.ms believes in it until its registration runs out.
    """

    drop: timedelta
    silent: timedelta


def worst_case(expiry: timedelta, sweep: timedelta, timing: Timing) -> WorstCase:
    """The honest line of the status: how late an alert can be while VoIP.ms answers and the requests suffice.

    ``drop = sweep + confirm``: it is seen when its turn comes, and told when it has lasted.
    ``silent = expiry + seen + confirm``, where ``seen`` is ``deadline + lag`` for an account that is looked at when its
    registration runs out (``expiry > sweep``), and ``sweep`` for all others.

    Args:
        expiry: How long the account's registrations last.
        sweep: The time in which every account has its turn.
    """
    seen = min(sweep, timing.deadline + timing.lag) if expiry > sweep else sweep
    return WorstCase(drop=sweep + timing.confirm, silent=expiry + seen + timing.confirm)
