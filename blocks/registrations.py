"""One account: a live look with every field of every device. Pure."""

from datetime import datetime
from zoneinfo import ZoneInfo

from slackblocks import Block, Button

from blocks.alert_words import added_up, window
from blocks.board import how_long_ago
from blocks.frame import (
    BlockDict,
    actions,
    button,
    clean,
    code,
    cut,
    facts,
    header,
    plural,
    render,
    safe,
    section,
    small,
    when,
)
from blocks.settings import lost_in, quoted, titled, unread
from rules.accounts import name_of
from rules.registrations import Look, State, devices
from rules.timeline import Uptime
from voipms import Device, Registration, SubAccount, to_utc

PAST_DAYS = 30
MOST_DEVICES = 6
VALUE_CHARS = 120
LAMPS = {State.REGISTERED: "🟢", State.MISSING: "🔴", State.UNKNOWN: "⚪", State.NOT_LOOKED_AT: "⚪"}


def headline_of(look: Look) -> str:
    """``Front desk (100001_frontdesk) is registered from 203.0.113.7``."""
    who = titled(look.name, look.account) if look.name != look.account else cut(clean(look.account), 80)
    addresses = list(dict.fromkeys(device.register_ip for device in devices(look) if device.register_ip))
    match look.state, addresses:
        case State.REGISTERED, [one]:
            return f"{who} is registered from {cut(clean(one), 60)}"
        case State.REGISTERED, [_, *_]:
            return f"{who} is registered from {len(addresses):,} addresses"
    return f"{who} is {_said(look.state)}"


def _said(state: State) -> str:
    return {State.UNKNOWN: "not known: it could not be asked"}.get(state, state.value)


def card_of(
    look: Look, past: Uptime | None = None, *, now: datetime, zone: ZoneInfo, wire_zone: ZoneInfo, slash: str = ""
) -> list[BlockDict]:
    """One account with every field of every device.

    Args:
        past: How it fared in the last ``PAST_DAYS``, where it is watched.
        wire_zone: The zone of the wall clocks in VoIP.ms's answer.
    """
    found = devices(look)
    about = [
        f"{LAMPS[look.state]}  *{look.state.value.capitalize()}*",
        code(look.account),
        f"ext. {safe(look.extension, 20)}" if look.extension else "",
        plural(len(found), "device") if found else "",
    ]
    blocks = [header(f"{cut(clean(look.name), 80)} is {_said(look.state)}"), section("  ·  ".join(filter(None, about)))]
    for n, device in enumerate(found[:MOST_DEVICES], 1):
        title = f"*Device {n} of {len(found):,}*" if len(found) > 1 else ""
        blocks.extend(_device(title, device, look.registration, zone, wire_zone))
    if len(found) > MOST_DEVICES:
        blocks.append(small(f"and {len(found) - MOST_DEVICES:,} more devices"))
    blocks.extend(_meaning(look))
    blocks.extend(unread(lost_in(look.registration.devices)) if look.registration is not None else [])
    if past is not None and past.share is not None:
        fared = f"{window(PAST_DAYS, past, now, zone)}: {added_up(past)}"
        blocks.append(small(f"{fared}  ·  {code(f'{slash}alerts {quoted(look.extension or look.account)}')} shows when"))
    blocks.append(actions(*_buttons(look)))
    ago = how_long_ago(look.looked_at, now)
    looked = f"Looked {ago}, {when(look.looked_at, zone)}" if look.looked_at is not None else "Nobody has looked yet"
    return render([*blocks, small(looked)])


def _buttons(look: Look) -> list[Button]:
    """What to ask next; only sub-accounts have settings to show."""
    value = quoted(look.account)
    settings = [button("Settings", "ask:accounts:1", f"accounts {value}")] if "_" in look.account else []
    return [button("Look now", "ask:status:1", f"status {value}"), *settings, button("Calls", "ask:calls:1", f"calls {value}")]


def _device(title: str, device: Device, whole: Registration | None, zone: ZoneInfo, wire_zone: ZoneInfo) -> list[Block]:
    """Every field of one row; what VoIP.ms did not tell is named at the end."""
    port = f" port {device.register_port}" if device.register_port else ""
    told = [
        ("Server", _with(device.server_name, device.server_shortname)),
        ("Host name", device.server_hostname),
        ("Server address", device.server_ip),
        ("Country, POP", ", ".join(filter(None, (device.server_country, device.server_pop)))),
        ("Registered from", f"{device.register_ip}{port}".strip()),
        ("Protocol, transport", ", ".join(filter(None, (device.register_protocol, device.register_transport)))),
        ("Device", device.register_useragent),
        ("Rerouted", _rerouted(device, whole)),
    ]
    pairs = [(name, safe(value, VALUE_CHARS)) for name, value in told]
    pairs.insert(5, ("Next registration", "" if device.register_next is None else when(to_utc(device.register_next, wire_zone), zone)))
    blocks: list[Block] = [section(title)] if title else []
    blocks.extend(facts([pair for pair in pairs if pair[1]]))
    untold = [name for name, value in pairs if not value]
    return [*blocks, *([small(f"Not told by VoIP.ms: {', '.join(untold)}")] if untold else [])]


def _rerouted(device: Device, whole: Registration | None) -> str:
    """``yes, from POP 65``; VoIP.ms tells it in the row or for the whole account."""
    flag = device.rerouted or (whole.rerouted if whole is not None else "")
    pop = device.from_server_pop or (whole.from_server_pop if whole is not None else "")
    said = {"0": "no", "1": "yes"}.get(flag, flag)
    return ", ".join(filter(None, (said, f"from POP {pop}" if pop not in ("", "0") else "")))


def _with(name: str, short: str) -> str:
    """``Montreal 5 (montreal5)``."""
    return f"{name} ({short})" if name and short and name != short else name or short


def _meaning(look: Look) -> list[Block]:
    """What the state means and what to do about it."""
    match look.state:
        case State.MISSING:
            return [
                section("*What it means*\nCalls to this phone do not ring, and it cannot call out."),
                section(
                    "*What to look at*\n"
                    "1. The phone: is it on, and does its display say it is registered?\n"
                    "2. Its cable or switch port, then the site's internet connection: are its neighbours on the board too?\n"
                    "3. Its settings: server, login and password, if they were changed lately."
                ),
                small("A phone that has just signed in shows here after a minute or two"),
            ]
        case State.REGISTERED if not devices(look):
            return [section("VoIP.ms says that it is registered, but lists no device.")]
        case State.UNKNOWN:
            return [section(f"{safe(look.problem)} The phone may be fine.")]
    return []


def headline_by_address(one: SubAccount) -> str:
    """``Door phone (100001_door) never registers, and that is normal``."""
    return f"{titled(name_of(one), one.account)} never registers, and that is normal"


def card_by_address(one: SubAccount) -> list[BlockDict]:
    """An account that VoIP.ms knows by its fixed address."""
    address = f" {code(one.ip)}" if one.ip else ""
    value = quoted(one.account)
    return render(
        [
            header(f"{cut(clean(name_of(one)), 80)} never registers"),
            section(f"⚪  *Known by its address*  ·  {code(one.account)}"),
            section(
                f"VoIP.ms knows this account by its fixed address{address}, not by a password. It has nothing to register, so"
                " “not registered” is its normal state and says nothing about the phone."
            ),
            actions(button("Settings", "ask:accounts:1", f"accounts {value}"), button("Calls", "ask:calls:1", f"calls {value}")),
        ]
    )
