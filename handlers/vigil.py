"""Watches over what Slack lets the bot do: its token, its scopes, and the channels that messages go to.

The doctor finds out when somebody asks; this finds out by itself, within a minute. A token that is taken away is told by ``/healthz``,
which is then 503; a channel that cannot be posted to is told there as well, and a scope that is lacking is told to the admins, once.
"""

import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from blocks import setup as view
from blocks.obstacles import OBSTACLES
from handlers.manifest import SCOPES
from handlers.places import seen
from handlers.unanswered import UNANSWERED
from rules.doctor import Check
from rules.tokens import NOT_TAKEN
from store import Store, destinations, memos, outbox

log = structlog.get_logger(__name__)

EVERY = timedelta(seconds=20)
TOLD, WELCOMED = "told/scopes", "told/welcome"
CHANNELS_AT_ONCE = 10
"""Channels that are looked at in one tick: Slack takes fifty such questions a minute."""
CHANNELS_ASKED = 20
"""Channels that the doctor looks at: what Slack takes beside that."""


def greet(store: Store, admins: Collection[str], default: str, now: datetime) -> None:
    """Put a first message to each admin who has not had one yet: at the first start, and never again.

    Args:
        default: ``DEFAULT_ROLE``.

    Raises:
        StoreError: The database cannot say who has.
    """
    with store.writing() as transaction:
        before = memos.get(transaction, WELCOMED, ())
        new = sorted(set(admins).difference(before))
        if not new:
            return
        memos.put(transaction, WELCOMED, (*before, *new))
        install = memos.install_id(transaction)
        payload = {"text": view.WELCOME, "blocks": view.welcome_card(default)}
        for admin in new:
            key = f"{install}:welcome:{admin}"
            outbox.put(transaction, key, admin, "post", key, payload, now)


@dataclass(frozen=True)
class Place:
    """A channel as it was last seen.

    Attributes:
        name: ``#phones``, or its id.
        uses: What it is used for.
        obstacle: One of ``OBSTACLES``; ``""``: nothing, or nobody knows.
    """

    name: str
    uses: tuple[str, ...]
    obstacle: str


class Vigil:
    """Looks again and again. Thread-safe.

    Args:
        admins: Who is told of scopes that are lacking.
        clock: The time, aware.
    """

    def __init__(self, store: Store, slack: WebClient, admins: Collection[str], clock: Callable[[], datetime]) -> None:
        self._store = store
        self._slack = slack
        self._admins = sorted(admins)
        self._clock = clock
        self._lock = threading.Lock()
        self._fault = ""
        self._lacking: tuple[str, ...] = ()
        self._places: dict[str, Place] = {}

    def tick(self) -> None:
        """Look at the token, the scopes and some of the channels.

        Raises:
            StoreError: The database cannot say which channels there are.
        """
        if self._look_at_token():
            self._look_at_channels()

    def token(self) -> tuple[bool, str]:
        """Whether Slack knows the bot token, and which scopes it lacks."""
        with self._lock:
            if self._fault:
                return False, f"Slack says {self._fault}"
            return True, f"lacks {', '.join(self._lacking)}" if self._lacking else "accepted, with every scope"

    def channels(self) -> tuple[bool, str]:
        """Whether all channels in use can be posted to, as they were last seen."""
        with self._lock:
            wrong = [place for place in self._places.values() if place.obstacle]
            count = len(self._places)
        return not wrong, "; ".join(OBSTACLES[one.obstacle].why(one.name) for one in wrong) or f"{count} in use"

    # The token and its scopes

    def _look_at_token(self) -> bool:
        """Whether Slack knows us."""
        try:
            answer = self._slack.auth_test()
        except SlackApiError as error:
            word = str(error.response.get("error") or "")
            if word in NOT_TAKEN:
                self._note(word)
            return False
        except UNANSWERED:  # what is on the way does not say that the token is bad
            return False
        self._note("")
        granted = _scopes(answer.headers)
        if granted is not None:
            self._compare(granted)
        return True

    def _note(self, fault: str) -> None:
        with self._lock:
            before, self._fault = self._fault, fault
        if fault and fault != before:
            log.error("Slack does not take the bot token", error=fault)

    def _compare(self, granted: Collection[str]) -> None:
        """Tell the admins what is lacking, once for each time that something else is."""
        lacking = tuple(sorted(SCOPES.keys() - set(granted)))
        with self._lock:
            before, self._lacking = self._lacking, lacking
        if lacking and lacking != before:
            log.warning("scopes are lacking", scopes=lacking)
        with self._store.writing() as transaction:
            if memos.get(transaction, TOLD, ()) == lacking:
                return
            memos.put(transaction, TOLD, lacking)
            if lacking:
                now = self._clock()
                payload = {"text": view.scopes_headline(lacking), "blocks": view.scopes_card({one: SCOPES[one] for one in lacking})}
                install = memos.install_id(transaction)
                for admin in self._admins:
                    key = f"{install}:scopes:{','.join(lacking)}:{now.isoformat()}:{admin}"
                    outbox.put(transaction, key, admin, "post", key, payload, now)

    # Channels

    def _look_at_channels(self) -> None:
        with self._store.reading() as transaction:
            uses = destinations.channels(transaction, self._clock())
        with self._lock:
            known = {channel: place for channel, place in self._places.items() if channel in uses}
        # those that nobody has looked at for the longest come first
        waiting = [channel for channel in uses if channel not in known] + list(known)
        for channel in islice(waiting, CHANNELS_AT_ONCE):
            known.pop(channel, None)
            known[channel] = look_at(self._slack, channel, uses[channel])
        with self._lock:
            self._places = known


def _scopes(headers: Mapping[str, object]) -> list[str] | None:
    said = {name.lower(): value for name, value in headers.items()}.get("x-oauth-scopes")
    if said is None:
        return None
    text = str(said[0] if isinstance(said, list | tuple) and said else said)
    return [word.strip() for word in text.split(",") if word.strip()]


def look_at(slack: WebClient, channel: str, uses: tuple[str, ...]) -> Place:
    """How one channel is."""
    name, obstacle = seen(slack, channel)
    return Place(name, uses, obstacle)


def channels_check(slack: WebClient, uses: Mapping[str, tuple[str, ...]]) -> Check:
    """Whether messages reach the channels that people have chosen, looked at now."""
    name = "Channels"
    if not uses:
        return Check(name, True, "none is chosen yet", "Say where alerts go: /voip watch channel #phones, or set ALERT_CHANNEL")
    places = [look_at(slack, channel, used) for channel, used in islice(uses.items(), CHANNELS_ASKED)]
    wrong = [place for place in places if place.obstacle]
    if not wrong and len(places) < len(uses):
        found = f"{len(places)} of {len(uses)} were looked at, and can be posted to"
        return Check(name, None, found, "The running bot looks at all of them: see /healthz")
    if not wrong:
        return Check(name, True, f"{_names(places)} can be posted to")
    found = "; ".join(OBSTACLES[one.obstacle].why(f"{one.name} ({', '.join(one.uses)})") for one in wrong)
    mends = dict.fromkeys(f"{one.name}: {OBSTACLES[one.obstacle].step()}".replace("`", "") for one in wrong)
    return Check(name, False, found, "; ".join(mends))


def _names(places: Iterable[Place]) -> str:
    return ", ".join(place.name for place in places)
