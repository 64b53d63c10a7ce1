"""Which account to look at next. No I/O, and time is a value; unlike its neighbours it changes in place, for it is asked often.

It holds nothing that must survive: at start it is made anew from the stored lines.

========  ============  ====================================================================================
priority  why           due
========  ============  ====================================================================================
1         ``SUSPECT``   what is in doubt, at ⅓ and at the whole of the time to confirm; and what somebody wants looked at
2         ``SIBLING``   three of one site or POP fell, or came back, within ten minutes: the rest of them, oldest look
                        first; at most every second look while there is anything else to do
3         ``RECOVERY``  what is missing, after 60, 120, 240 … seconds, never longer than a round
4         ``DEADLINE``  registrations that ran out five seconds ago, where a round takes longer than they last
5         ``SWEEP``     everybody, the oldest look first, not more often than the interval
========  ============  ====================================================================================
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from heapq import heappop, heappush
from itertools import count

from rules.polling import Figures, back_off, by_deadline, sweep
from rules.timing import Timing
from rules.watch import Line, Look, State, recheck_at

SIBLINGS = 3
LAG_RETRIES = 2
"""Looks at a registration that ran out but is still shown, before its hint is given up."""
MINUTE = timedelta(minutes=1)


class Why(Enum):
    """Why an account is looked at."""

    SUSPECT = "suspect"
    SIBLING = "sibling"
    RECOVERY = "recovery"
    DEADLINE = "deadline"
    SWEEP = "sweep"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One look to take."""

    account: str
    why: Why


@dataclass
class _Entry:
    """What the agenda knows of one account.

    Attributes:
        turn: Changes whenever the account is planned anew: what a queue still holds of earlier plans is void.
        looked_at: Last try, answered or not.
        under_way: It was chosen, and nobody has told yet how that went.
        misses: Looks that did not find it since it is missing.
        lagged: Looks at the registration ``lag_of`` after it had run out.
    """

    line: Line
    looked_at: datetime | None = None
    under_way: bool = False
    turn: int = 0
    misses: int = 0
    lagged: int = 0
    lag_of: datetime | None = None


class _Queue:
    """Accounts by the instant at which they are due; plans that are void are dropped when they come up."""

    def __init__(self, entries: dict[str, _Entry]) -> None:
        self._entries = entries
        self._heap: list[tuple[datetime, int, str, int]] = []
        self._order = count()

    def put(self, entry: _Entry, due: datetime) -> None:
        heappush(self._heap, (due, next(self._order), entry.line.account, entry.turn))

    def pop(self, now: datetime) -> _Entry | None:
        """The account that has been due longest."""
        while self._heap and self._heap[0][0] <= now:
            _, _, account, turn = heappop(self._heap)
            entry = self._entries.get(account)
            if entry is not None and entry.turn == turn:
                return entry
        return None


@dataclass
class _Burst:
    """Siblings that are waiting to be looked at, because of what happened at ``since``."""

    since: datetime
    waiting: deque[str] = field(default_factory=deque)


class Agenda:
    """The plan of all looks.

    Args:
        rate: Requests a minute that the budget grants; may be changed at any time.
        interval: Least time between two looks at one account at rest.
    """

    def __init__(self, timing: Timing, interval: timedelta, rate: float) -> None:
        self.rate = rate
        self._timing = timing
        self._interval = interval
        self._entries: dict[str, _Entry] = {}
        self._suspects = _Queue(self._entries)
        self._recovery = _Queue(self._entries)
        self._deadlines = _Queue(self._entries)
        self._round = _Queue(self._entries)
        self._by_deadline: set[str] = set()
        self._groups: dict[tuple[str, str], set[str]] = {}
        self._events: dict[tuple[str, str, bool], deque[tuple[datetime, str]]] = {}
        self._bursts: dict[tuple[str, str, bool], _Burst] = {}
        self._sibling_last = False
        self._looks: deque[datetime] = deque()

    # Who is watched

    def start(self, lines: Iterable[tuple[Line, datetime | None]], now: datetime) -> None:
        """Takes in the stored lines with the times of their last looks, and spreads the first round.

        Accounts that nobody has ever looked at come at once; the others over one round, the oldest look first, so that a
        restart neither hurries nor bunches them for good.
        """
        known = sorted(lines, key=lambda one: (one[1] is not None, one[1] or now))
        for line, looked_at in known:
            self._enter(line, looked_at)
        step = self.sweep / max(len(known), 1)
        for n, (line, looked_at) in enumerate(known):
            entry = self._entries[line.account]
            spread = now if looked_at is None else now + n * step
            self._plan(entry, now, rest=spread)

    def watch(self, line: Line, now: datetime) -> None:
        """Takes in a new account: its turn is now."""
        self._enter(line, None)
        self._plan(self._entries[line.account], now)

    def forget(self, account: str) -> None:
        """Nobody looks at it any more."""
        entry = self._entries.pop(account, None)
        if entry is not None:
            self._by_deadline.discard(account)
            self._regroup(entry.line, None)

    def hurry(self, account: str, now: datetime) -> None:
        """Somebody wants it looked at: it is the next one."""
        entry = self._entries.get(account)
        if entry is not None and not entry.under_way:
            entry.turn += 1
            self._suspects.put(entry, now)

    def _enter(self, line: Line, looked_at: datetime | None) -> None:
        self.forget(line.account)
        self._entries[line.account] = _Entry(line=line, looked_at=looked_at)
        self._regroup(None, line)

    def _regroup(self, before: Line | None, after: Line | None) -> None:
        for key in _keys(after):
            self._groups.setdefault(key, set()).add(after.account if after else "")
        for key in set(_keys(before)).difference(_keys(after)):
            group = self._groups[key]
            group.discard(before.account if before else "")
            if not group:  # addresses change daily: nobody comes back to most of them
                del self._groups[key]
                for up in (True, False):
                    self._events.pop((*key, up), None)

    # What is next

    @property
    def sweep(self) -> timedelta:
        """The time in which every account has its turn."""
        return sweep(len(self._entries), self.rate, self._interval)

    def next(self, now: datetime) -> Choice | None:
        """The look to take now, or ``None``. It is under way until ``looked`` tells how it went; until then it is not chosen again."""
        if found := self._suspects.pop(now):
            return self._chosen(found, Why.SUSPECT)
        if not self._sibling_last and (found := self._sibling()):
            self._sibling_last = True
            return self._chosen(found, Why.SIBLING)
        self._sibling_last = False
        for queue, why in ((self._recovery, Why.RECOVERY), (self._deadlines, Why.DEADLINE), (self._round, Why.SWEEP)):
            if found := queue.pop(now):
                return self._chosen(found, why)
        # nobody else wants this look
        return self._chosen(found, Why.SIBLING) if (found := self._sibling()) else None

    def _chosen(self, entry: _Entry, why: Why) -> Choice:
        entry.turn += 1
        entry.under_way = True
        return Choice(account=entry.line.account, why=why)

    def _sibling(self) -> _Entry | None:
        for key in list(self._bursts):
            burst = self._bursts.pop(key)
            state = State.MISSING if key[2] else State.OK
            while burst.waiting:
                entry = self._entries.get(burst.waiting.popleft())
                if entry is None or entry.under_way or entry.line.state is not state:
                    continue
                if entry.looked_at is None or entry.looked_at < burst.since:
                    self._bursts[key] = burst  # behind the others: each has its turn
                    return entry
        return None

    # What came of it

    def looked(self, line: Line, look: Look, now: datetime) -> None:
        """Plans the account's next look.

        Args:
            line: As it is after the look.
        """
        self._looks.append(now)
        self._trim(now)
        entry = self._entries.get(line.account)
        if entry is None:
            return
        before, entry.line, entry.looked_at, entry.under_way = entry.line, line, now, False
        if _keys(before) != _keys(line):
            self._regroup(before, line)
        if before.state is not line.state:
            self._happened(line, now)
        if line.state is not State.MISSING or before.state is not State.MISSING:
            entry.misses = 0
        elif look is Look.NO:
            entry.misses += 1
        if line.state is State.GONE:
            self.forget(line.account)
        else:
            self._plan(entry, now, retry=now + self._timing.recheck if look is Look.UNKNOWN else now)

    def _plan(self, entry: _Entry, now: datetime, *, retry: datetime | None = None, rest: datetime | None = None) -> None:
        """Puts the account where it belongs.

        Args:
            retry: Nothing before this: a look has just failed.
            rest: No ordinary look before this.
        """
        entry.turn += 1
        retry = retry or now
        rest = max(retry, rest or now)
        line = entry.line
        self._by_deadline.discard(line.account)
        if (due := recheck_at(line, self._timing)) is not None:
            self._suspects.put(entry, max(due, retry))
            return
        if line.state is State.MISSING:
            wait = back_off(entry.misses, self._timing.confirm, self.sweep)
            self._recovery.put(entry, max(rest, (entry.looked_at or now) + wait))
            return
        self._round.put(entry, rest if entry.looked_at is None else max(rest, entry.looked_at + self._interval))
        if (deadline := self._deadline(entry, now)) is not None:
            self._deadlines.put(entry, max(deadline, retry))
            self._by_deadline.add(line.account)

    def _deadline(self, entry: _Entry, now: datetime) -> datetime | None:
        """When to see whether the registration was renewed; once it has run out, VoIP.ms gets a little time to notice."""
        ends = entry.line.expires_at
        if ends is None or entry.line.state is not State.OK or not by_deadline(entry.line, self.sweep):
            return None
        if ends + self._timing.deadline > now:
            return ends + self._timing.deadline
        if entry.lag_of != ends:
            entry.lag_of, entry.lagged = ends, 0
        entry.lagged += 1
        return now + self._timing.lag if entry.lagged <= LAG_RETRIES else None

    def _happened(self, line: Line, now: datetime) -> None:
        """Counts what fell and what came back, by site and POP."""
        if line.state not in (State.SUSPECT, State.RECOVERING):
            return
        for key in _keys(line):
            up = (*key, line.state is State.RECOVERING)
            events = self._events.setdefault(up, deque())
            events.append((now, line.account))
            while now - events[0][0] > self._timing.together:
                events.popleft()
            if len({account for _, account in events}) >= SIBLINGS and up not in self._bursts:
                self._burst(up, events[0][0])
                events.clear()

    def _burst(self, up: tuple[str, str, bool], since: datetime) -> None:
        state = State.MISSING if up[2] else State.OK
        siblings = [entry for name in self._groups.get(up[:2], ()) if (entry := self._entries[name]).line.state is state]
        siblings.sort(key=lambda entry: (entry.looked_at is not None, entry.looked_at or since))
        self._bursts[up] = _Burst(since=since, waiting=deque(entry.line.account for entry in siblings))

    # Figures

    def figures(self, now: datetime) -> Figures:
        """How the watch is doing."""
        self._trim(now)
        looked = [entry.looked_at for entry in self._entries.values()]
        seen = [at for at in looked if at is not None]
        return Figures(
            accounts=len(looked),
            rate=self.rate,
            used=len(self._looks) / self.rate,
            sweep=self.sweep,
            oldest=now - min(seen) if seen and len(seen) == len(looked) else None,
            by_deadline=len(self._by_deadline),
        )

    def _trim(self, now: datetime) -> None:
        while self._looks and now - self._looks[0] > MINUTE:
            self._looks.popleft()


def _keys(line: Line | None) -> tuple[tuple[str, str], ...]:
    if line is None:
        return ()
    return tuple((kind, key) for kind, key in (("site", line.site), ("pop", line.pop)) if key)
