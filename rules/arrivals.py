"""Phones that registered from where they never did before: somebody took one home, or somebody has its password. Pure.

It is no alert: those of some minutes are told in one quiet message.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from rules.incidents import Member
from rules.notes import About, Act, Note
from rules.scene import Scene, channel_of, ears
from rules.timing import Timing
from rules.watch import Line
from voipms import Device

UNSEEN_FOR = timedelta(days=90)
"""What was not seen for so long is new again."""
LEARNING = timedelta(days=1)
"""What an account shows in its first day is how it is."""
PREFIXES = {4: 24, 6: 48}
"""Addresses of one network: a provider gives its customers others of the same."""
KEPT = timedelta(days=1)
"""How long it waits for a channel that may hear it."""


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """An account registered from a new network, or with a new device.

    Attributes:
        address: ``register_ip``.
        agent: ``register_useragent``.
    """

    account: str
    at: datetime
    address: str = ""
    agent: str = ""


def network_of(address: str) -> str:
    """The network that an address belongs to, ``203.0.113.0/24``; what is no address is its own."""
    try:
        version = ip_address(address).version
    except ValueError:
        return address
    return str(ip_network(f"{address}/{PREFIXES[version]}", strict=False))


def marks(devices: Iterable[Device]) -> dict[tuple[str, str], Device]:
    """What tells where an account is registered and with what, each with a device that shows it."""
    found: dict[tuple[str, str], Device] = {}
    for device in devices:
        if device.register_ip:
            found.setdefault(("network", network_of(device.register_ip)), device)
        if device.register_useragent:
            found.setdefault(("agent", device.register_useragent), device)
    return found


def arrivals_told(
    arrivals: Sequence[Arrival], lines: dict[str, Line], scene: Scene, now: datetime, timing: Timing
) -> tuple[tuple[Arrival, ...], tuple[Note, ...]]:
    """The arrivals that still wait, and one message for each channel whose first has waited long enough for others.

    In quiet hours they wait until the morning; those of who is muted or excused are not told.

    Args:
        lines: Of the accounts that arrived.
    """
    heard_by = ears(scene, now)
    by_channel: dict[str, list[Arrival]] = {}
    for arrival in arrivals:
        line = lines.get(arrival.account)
        if line is None or now - arrival.at >= KEPT or scene.phone(arrival.account).excused:
            continue
        channel = channel_of(scene, line)
        if not heard_by.closed_to(channel) and heard_by.hear_of(_as_member(line, scene, channel, arrival.at)):
            by_channel.setdefault(channel, []).append(arrival)
    waiting: list[Arrival] = []
    notes: list[Note] = []
    for channel, some in by_channel.items():
        if not channel or channel in heard_by.quiet or now - some[0].at < timing.together:
            waiting.extend(some)
        else:
            notes.append(_note(channel, some, now))
    return tuple(waiting), tuple(notes)


def _as_member(line: Line, scene: Scene, channel: str, at: datetime) -> Member:
    client = scene.phone(line.account).client
    return Member(account=line.account, channel=channel, client=client, site=line.site_key, pop=line.pop, since=at, confirmed_at=at)


def _note(channel: str, some: Sequence[Arrival], now: datetime) -> Note:
    latest = {arrival.account: arrival for arrival in some}
    return Note(
        key=f"arrival:{channel}:{some[0].at.isoformat()}:{some[0].account}",
        act=Act.POST,
        about=About.ARRIVAL,
        channel=channel,
        at=now,
        accounts=tuple(latest),
        details=tuple(", ".join(word for word in (one.address, one.agent) if word) for one in latest.values()),
        count=len(latest),
    )
