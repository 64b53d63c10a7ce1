"""Registrations: the board with problems first, and one account with every field of every device. Pure.

The pictures do not care where the looks came from: live now, or remembered.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from slackblocks import Block, Button

from blocks.alert_words import added_up
from blocks.board import NEVER_SEEN
from blocks.frame import (
    BlockDict,
    actions,
    ago,
    button,
    clean,
    code,
    csv_time,
    cut,
    divider,
    facts,
    header,
    listing,
    plural,
    render,
    safe,
    section,
    small,
    table,
    when,
)
from blocks.settings import NOTHING, Lost, lost_in, quoted, titled, unread
from rules.accounts import name_of
from rules.registrations import BY_ADDRESS, Board, Look, Place, State, board, devices, places
from rules.timeline import Uptime
from voipms import Device, Registration, SubAccount, to_utc

PAST_DAYS = 30
MOST_CARDS = 8
"""Missing phones that get a paragraph and a button each; more are a table."""
MOST_REASONS = 5
JUST_NOW = timedelta(seconds=2)
MOST_PLACES = 9
MOST_DEVICES = 6
VALUE_CHARS = 120
NAMES_CHARS = 500
HEAD = ("Missing phone", "Ext.", "Login", "Looked")
CSV_HEAD = ("Name", "Extension", "Login", "State", "Looked at", "Reason")
COLUMNS: tuple[tuple[str, str], ...] = (
    ("server_name", "Server"),
    ("server_shortname", "Server short name"),
    ("server_hostname", "Host name"),
    ("server_ip", "Server address"),
    ("server_country", "Country"),
    ("server_pop", "POP"),
    ("register_ip", "Registered from"),
    ("register_port", "Port"),
    ("register_next", "Next registration"),
    ("register_protocol", "Protocol"),
    ("register_transport", "Transport"),
    ("register_useragent", "Device"),
    ("rerouted", "Rerouted"),
    ("from_server_pop", "From POP"),
)
"""A device's fields as the API spells them, and what they are called in a file."""
LAMPS = {State.REGISTERED: "🟢", State.MISSING: "🔴", State.NEVER_SEEN: "⚪", State.UNKNOWN: "⚪", State.NOT_LOOKED_AT: "⚪"}


# The board


def headline(looks: Sequence[Look]) -> str:
    """``3 of 43 phones are not registered, 2 could not be asked``."""
    if not looks:
        return "No phone signs in with a password"
    seen = board(looks)
    parts = [
        _known(seen, len(looks)),
        f"{len(seen.unknown):,} could not be asked" if seen.unknown else "",
        f"{len(seen.not_looked_at):,} not looked at" if seen.not_looked_at else "",
        f"{len(seen.never_seen):,} never seen" if seen.never_seen else "",
    ]
    said = ", ".join(filter(None, parts))
    return said if parts[0] else f"{plural(len(looks), 'phone')}: {said}"


def _known(seen: Board, count: int) -> str:
    """What is known for sure: the missing ones where there are any, else the registered ones."""
    some, state = (seen.missing, "not registered") if seen.missing else (seen.registered, "registered")
    if not some:
        return ""
    if count == 1:
        return f"The only phone is {state}"
    if len(some) == count and not seen.missing:
        return f"All {count:,} phones are registered"
    return f"{len(some):,} of {count:,} phones {'is' if len(some) == 1 else 'are'} {state}"


def card(
    looks: Sequence[Look],
    aside: Sequence[SubAccount] = (),
    lost: Lost = NOTHING,
    *,
    now: datetime,
    zone: ZoneInfo,
    slash: str = "",
) -> list[BlockDict]:
    """All looks, problems first.

    Args:
        aside: Accounts that never register, so nobody looks at them.
        lost: What could not be read.
        now: The instant of the picture: ages count from it.
        zone: The reader's.
        slash: What precedes a command where the reader is.
    """
    seen = board(looks)
    problems = [*_missing(seen.missing, now), *_unknown(seen.unknown), *_not_looked_at(seen.not_looked_at)]
    return render(
        [
            header(headline(looks)),
            *problems,
            *([divider()] if problems and seen.registered else []),
            *_registered(seen.registered),
            *([small(f"{NEVER_SEEN}: {_names(seen.never_seen)}")] if seen.never_seen else []),
            *_aside(aside),
            *unread(lost),
            *_footer(looks, now, zone, slash),
        ]
    )


def _missing(missing: Sequence[Look], now: datetime) -> list[Block]:
    if len(missing) <= MOST_CARDS:
        return [section(_missing_words(look, now), _look_now(look, n)) for n, look in enumerate(missing)]
    cells = [[look.name, look.extension, look.account, _age(look, now)] for look in missing]
    made, shown = table(HEAD, cells)
    more = [small(f"and {len(cells) - shown:,} more, all in the CSV")] if shown < len(cells) else []
    return [section(f"🔴  *Not registered* ({len(missing):,})"), made, *more]


def _missing_words(look: Look, now: datetime) -> str:
    return f"🔴  {_who(look)}\nNot registered, looked {_age(look, now)}"


def _who(look: Look) -> str:
    """Name, extension and login; a name that is the login is said once."""
    extension = f"ext. {safe(look.extension, 20)}" if look.extension else ""
    name = f"*{safe(look.name, 80)}*" if look.name != look.account else ""
    return "  ·  ".join(part for part in (name, extension, code(look.account)) if part)


def _look_now(look: Look, n: int) -> Button:
    return button("Look now", f"ask:status:{n}", f"status {quoted(look.account)}")


def _unknown(unknown: Sequence[Look]) -> list[Block]:
    """Those that could not be asked, under each reason once, the commonest reason first."""
    by_reason: dict[str, list[Look]] = {}
    for look in unknown:
        by_reason.setdefault(look.problem, []).append(look)
    ranked = sorted(by_reason.items(), key=lambda entry: -len(entry[1]))
    made = [
        section(f"⚪  *Could not be asked* ({len(looks):,}): these phones may be fine\n{safe(problem)}\n{_names(looks)}")
        for problem, looks in ranked[:MOST_REASONS]
    ]
    rest = sum(len(looks) for _, looks in ranked[MOST_REASONS:])
    return [*made, *([section(f"⚪  *Could not be asked* ({rest:,}), for other reasons: all in the CSV")] if rest else [])]


def _not_looked_at(looks: Sequence[Look]) -> list[Block]:
    if not looks:
        return []
    return [section(f"⚪  *Not looked at* ({len(looks):,}): there was no time left\n{_names(looks)}")]


def _names(looks: Sequence[Look]) -> str:
    """``Ana (101), Ben and 290 more``: as many names as fit."""
    made = [f"{safe(look.name, 40)}{f' ({safe(look.extension, 10)})' if look.extension else ''}" for look in looks]
    most, used = 0, 0
    while most < len(made) and used + len(made[most]) <= NAMES_CHARS:
        used += len(made[most]) + 2
        most += 1
    return listing(made, most)


def _registered(registered: Sequence[Look]) -> list[Block]:
    """The phones that are well, by the address they come from; single ones together."""
    if not registered:
        return []
    ranked = places(registered)
    crowds = [place for place in ranked if place.phones > 1 and place.address][:MOST_PLACES]
    others = [place for place in ranked if place not in crowds]
    pairs = [(place.address, place.phones, _pops([place])) for place in crowds]
    if others:
        addresses = len([place for place in others if place.address])
        name = "Elsewhere" if crowds else f"From {plural(addresses, 'address', 'addresses')}"
        pairs.append((name, sum(place.phones for place in others), _pops(others)))
    made = [(f"🟢  {safe(name, 60)}", "  ·  ".join(filter(None, (f"{phones:,} registered", pops)))) for name, phones, pops in pairs]
    return facts(made)


def _pops(some: Sequence[Place]) -> str:
    pops = sorted({pop for place in some for pop in place.pops})
    return listing([safe(pop, 40) for pop in pops], 2) if len(pops) <= 2 else f"{len(pops):,} POPs"


def _aside(aside: Sequence[SubAccount]) -> list[Block]:
    """Accounts nobody looks at, by how they sign in."""
    fixed = [name_of(one) for one in aside if one.auth_type == BY_ADDRESS]
    other = [name_of(one) for one in aside if one.auth_type != BY_ADDRESS]
    lines = [
        f"Never looked at: {plural(len(names), 'account')} {why}: {listing([safe(name, 40) for name in names])}"
        for names, why in ((fixed, "known by a fixed address, with nothing to register"), (other, "with a sign-in of unknown type"))
        if names
    ]
    return [small(line) for line in lines]


def _footer(looks: Sequence[Look], now: datetime, zone: ZoneInfo, slash: str) -> list[Block]:
    ages = sorted(now - look.looked_at for look in looks if look.looked_at is not None)
    if not ages:
        return []
    newest, oldest = ago(ages[0]), ago(ages[-1])
    if ages[-1] < JUST_NOW:
        looked = "looked at just now"
    elif ages[0] < JUST_NOW:
        looked = f"looks up to {oldest} old"
    else:
        looked = f"looks {newest} old" if newest == oldest else f"looks between {newest} and {oldest} old"
    example = quoted(looks[0].extension or looks[0].account)
    return [small(f"As of {when(now, zone)}, {looked}  ·  {code(f'{slash}status {example}')} shows one in full")]


def _age(look: Look, now: datetime) -> str:
    if look.looked_at is None:
        return ""
    span = now - look.looked_at
    return "just now" if span < JUST_NOW else f"{ago(span)} ago"


# One account


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
        blocks.append(
            small(f"{PAST_DAYS} days: {added_up(past)}  ·  {code(f'{slash}alerts {quoted(look.extension or look.account)}')} shows when")
        )
    blocks.append(actions(*_buttons(look)))
    return render(
        [*blocks, small(f"Looked {_age(look, now)}, {when(look.looked_at, zone)}" if look.looked_at else "Nobody has looked yet")]
    )


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


# The file


def rows(looks: Iterable[Look], *, zone: ZoneInfo, wire_zone: ZoneInfo) -> Iterator[list[str]]:
    """One row for each device, one for an account without any; names first. Times are the reader's wall clock."""
    timed = ("Looked at", "Next registration")
    yield [f"{name} ({zone.key})" if name in timed else name for name in (*CSV_HEAD, *(name for _, name in COLUMNS))]
    for look in looks:
        about = [look.name, look.extension, look.account, look.state.value, csv_time(look.looked_at, zone), look.problem]
        for device in devices(look) or (Device(),):
            yield [*about, *(_cell(device, field, zone, wire_zone) for field, _ in COLUMNS)]


def _cell(device: Device, field: str, zone: ZoneInfo, wire_zone: ZoneInfo) -> str:
    value = getattr(device, field)
    return csv_time(to_utc(value, wire_zone), zone) if isinstance(value, datetime) else str(value or "")
