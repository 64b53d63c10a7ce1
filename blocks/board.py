"""The board: all phones as they were last seen, or as a look found them now; problems first, everything with its age. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from slackblocks import Block

from blocks.alert_words import exact, moment, names, site_name, span, within
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
from blocks.settings import NOTHING, Lost, quoted, unread
from rules.finding import by_name
from rules.surroundings import Surroundings, Who
from rules.watch import State, unknown
from voipms import Device, to_utc

MOST_CARDS = 8
"""Phones in trouble that get a paragraph and a button each; more are a table."""
MOST_REASONS = 5
MOST_PLACES = 9
SECONDS = timedelta(seconds=2)
HEAD = ("Phone", "Ext.", "State", "For", "Site", "Looked")
CSV_HEAD = ("Name", "Extension", "Login", "State", "Since", "Looked at", "Reason", "Site", "Address", "POP", "Device")
REMEMBERED = ("Runs out", "Registers for, seconds")
"""Columns of what only many looks tell."""
OF_DEVICES = {
    "server_name": "Server",
    "server_shortname": "Server short name",
    "server_hostname": "Host name",
    "server_ip": "Server address",
    "server_country": "Country",
    "server_pop": "POP number",
    "register_port": "Port",
    "register_next": "Next registration",
    "register_protocol": "Protocol",
    "register_transport": "Transport",
    "rerouted": "Rerouted",
    "from_server_pop": "From POP",
}
"""Columns of what only a look from now tells, by the field as the API spells it."""
TIMES = ("Since", "Looked at", "Runs out", "Next registration")


@dataclass(frozen=True, kw_only=True)
class Watched:
    """One phone as it was last seen.

    Attributes:
        problem: Why the last look saw nothing, in one plain sentence.
        offline: It may be away.
        devices: What is signed in, where that was asked now.
    """

    who: Who
    problem: str = ""
    offline: bool = False
    devices: tuple[Device, ...] = ()


@dataclass(frozen=True)
class Board:
    """All phones as they were last seen, or as they were found now.

    Attributes:
        around: The time, the names of the sites, how long a round takes, whether VoIP.ms can be seen.
        live: They were looked at now, for who asked.
        place: What the site or POP is called whose phones these are; ``""``: all phones.
        aside: Names of the accounts that nobody looks at, by what they are.
        lost: What could not be read.
    """

    watched: Sequence[Watched]
    around: Surroundings
    live: bool = False
    place: str = ""
    aside: Mapping[str, Sequence[str]] = field(default_factory=dict)
    lost: Lost = NOTHING

    @cached_property
    def named(self) -> list[Watched]:
        """The phones in the order in which people look for names."""
        return by_name(self.watched, lambda one: one.who.name)

    @cached_property
    def known(self) -> dict[str, list[Watched]]:
        """The phones by how they are, in the order of names."""
        sorted_out: dict[str, list[Watched]] = {}
        for one in self.named:
            sorted_out.setdefault(self.how(one), []).append(one)
        return sorted_out

    def of(self, *how: str) -> list[Watched]:
        """Those that are so."""
        return [one for word in how for one in self.known.get(word, ())]

    def how(self, one: Watched) -> str:
        """How a phone is, in a word or two."""
        line = one.who.line
        if one.who.looked_at is None:
            return "not looked at"
        if unknown(line, self.around.now, self.around.sweep, self.around.timing):
            return "unknown"
        if line.state is State.OK:
            return "registered"
        if one.offline:
            return "may be offline"
        if line.flapping:
            return "comes and goes"
        return {State.MISSING: "missing", State.RECOVERING: "coming back", State.SUSPECT: "suspect"}.get(line.state, "never seen")

    @property
    def slash_word(self) -> str:
        """What to type to see one in full."""
        who = self.named[0].who
        return quoted(who.extension or who.account)


SILENT = {"never seen": "Never seen registered, silent until they are", "may be offline": "May be offline"}
OTHERS = ("coming back", "suspect", "unknown", "not looked at", *SILENT)
UNCLEAR = ("unknown", "not looked at")
TROUBLE = ("missing", "comes and goes", "coming back", "suspect")
LAMPS = {"missing": "🔴", "comes and goes": "🟠", "coming back": "🟠", "suspect": "🟠"}


def headline(board: Board) -> str:
    """``2 of 43 phones are missing: Front desk, Warehouse``, ``All 43 phones are registered``, ``43 phones: 43 unknown``.

    Of a place, ``Head office: all 12 phones are registered``.
    """
    said = _headline(board)
    return f"{cut(clean(board.place), 60)}: {said[0].lower()}{said[1:]}" if board.place else said


def _headline(board: Board) -> str:
    if not board.watched:
        return "No phone is watched"
    count = len(board.watched)
    others = ", ".join(f"{len(board.of(how)):,} {_called(board, how)}" for how in OTHERS if board.of(how))
    missing = board.of("missing", "comes and goes")
    some, state = (missing, "missing") if missing else (board.of("registered"), "registered")
    if not some:
        return f"{plural(count, 'phone')}: {others}"
    few = ", ".join(cut(clean(one.who.name), 40) for one in missing[:3])
    more = f" and {len(missing) - 3:,} more" if len(missing) > 3 else ""
    if len(some) == count:
        said = f"All {count:,} phones are {state}" if count > 1 else f"The only phone is {state}"
    else:
        said = f"{len(some):,} of {count:,} phones {'is' if len(some) == 1 else 'are'} {state}"
    return ", ".join(filter(None, (f"{said}: {few}{more}" if few else said, others)))


def _called(board: Board, how: str) -> str:
    """The same where what is unknown was asked for now."""
    return "could not be asked" if board.live and how == "unknown" else how


def card(board: Board, slash: str) -> list[BlockDict]:
    """All phones, problems first.

    Args:
        slash: What precedes a command where the reader is.
    """
    problems = [*_blind(board), *_troubles(board), *_unclear(board)]
    return render(
        [
            header(cut(headline(board), 150)),
            *problems,
            *([divider()] if problems and board.of("registered") else []),
            *_sites(board),
            *_others(board),
            *_quiet_ones(board),
            *([] if board.live or board.place else [actions(button("Look now", "look", "status now"))]),
            *unread(board.lost),
            *_footer(board, slash),
        ]
    )


def _blind(board: Board) -> list[Block]:
    since = board.around.blind_since
    if since is None:
        return []
    return [section(f"⚫  *Cannot see VoIP.ms* since {moment(since, board.around.zone)}: what follows is how it was then.")]


def _troubles(board: Board) -> list[Block]:
    found = [(how, one) for how in TROUBLE for one in board.of(how)]
    if len(found) <= MOST_CARDS:
        return [
            section(_trouble(board, how, one), button("Look now", f"ask:status:{n}", f"status {quoted(one.who.account)}"))
            for n, (how, one) in enumerate(found)
        ]
    counts = "  ·  ".join(f"{LAMPS[how]}  *{how}* {len(board.of(how)):,}" for how in TROUBLE if board.of(how))
    return [section(counts), *_table(board, found)]


def _others(board: Board) -> list[Block]:
    """Of a place also the phones that are well, where the table is not taken by those that are not."""
    troubled = sum(len(board.of(how)) for how in TROUBLE)
    well = [(how, one) for how in ("registered",) for one in board.of(how)]
    return _table(board, well) if board.place and well and troubled <= MOST_CARDS else []


def _table(board: Board, found: Sequence[tuple[str, Watched]]) -> list[Block]:
    cells = [
        [
            one.who.name,
            one.who.extension,
            how,
            _for_how_long(board, one),
            site_name(board.around, one.who.line.site_key),
            how_long_ago(one.who.looked_at, board.around.now),
        ]
        for how, one in found
    ]
    made, shown = table(HEAD, cells)
    return [made, *([small(f"and {len(cells) - shown:,} more, all in the CSV")] if shown < len(cells) else [])]


def _trouble(board: Board, how: str, one: Watched) -> str:
    who = one.who
    site = site_name(board.around, who.line.site_key)
    parts = (f"*{safe(who.name, 80)}*", f"ext. {safe(who.extension, 20)}" if who.extension else "", safe(site, 60))
    line = who.line
    since = line.down_since or line.changed_at
    words = {
        "missing": f"Missing for {_for_how_long(board, one)}" if since is not None else "Missing",
        "comes and goes": f"Comes and goes, {len(line.downs)} times in {span(board.around.timing.flap_window)}",
        "coming back": "Registered again a moment ago, being checked",
        "suspect": f"Suspect: {'one look' if line.nos < 2 else f'{line.nos} looks'} said no, being checked",
    }[how]
    age = f", since {moment(since, board.around.zone)}" if how == "missing" and since is not None else ""
    return f"{LAMPS[how]}  {'  ·  '.join(filter(None, parts))}\n{words}{age}, looked {how_long_ago(one.who.looked_at, board.around.now)}"


def _for_how_long(board: Board, one: Watched) -> str:
    line = one.who.line
    since = line.up_since if line.state is State.OK else line.down_since or line.changed_at
    return span(board.around.now - since) if since is not None else ""


def how_long_ago(at: datetime | None, now: datetime) -> str:
    """``just now``, ``4 min ago``."""
    if at is None:
        return ""
    return "just now" if now - at < SECONDS else f"{ago(now - at)} ago"


def _unclear(board: Board) -> list[Block]:
    """Those of which nothing is known, under each reason once, the commonest reason first."""
    by_reason: dict[str, list[Watched]] = {}
    for one in board.of("unknown"):
        by_reason.setdefault(one.problem or "Nobody has looked for a while.", []).append(one)
    ranked = sorted(by_reason.items(), key=lambda entry: -len(entry[1]))
    title = f"⚪  *{_called(board, 'unknown').capitalize()}*"
    made = [
        section(f"{title} ({len(some):,}): these phones may be fine\n{safe(problem)}\n{_names(some)}")
        for problem, some in ranked[:MOST_REASONS]
    ]
    if rest := sum(len(some) for _, some in ranked[MOST_REASONS:]):
        made.append(section(f"{title} ({rest:,}), for other reasons: all in the CSV"))
    if failed := [one for one in board.watched if one.problem and board.how(one) != "unknown"]:
        reason = Counter(one.problem for one in failed).most_common(1)[0][0]
        oldest = max((board.around.now - at for one in failed if (at := one.who.line.answered_at) is not None), default=timedelta())
        known = f"What is said of them is up to {ago(oldest)} old." if oldest else "Nothing is known of them yet."
        made.append(section(f"⚪  *The last look at {plural(len(failed), 'phone')} was not answered*\n{safe(reason)} {known}"))
    if never := board.of("not looked at"):
        title, why = ("Not looked at", ": there was no time left") if board.live else ("Not looked at yet", "")
        made.append(section(f"⚪  *{title}* ({len(never):,}){why}\n{_names(never)}"))
    return made


def _names(some: Sequence[Watched], most: int = 12) -> str:
    return names([one.who for one in some], len(some), most)


def _sites(board: Board) -> list[Block]:
    """How each site is of which anything is known; single phones together."""
    at: dict[str, list[Watched]] = {}
    for one in board.named:
        if board.how(one) not in SILENT:
            at.setdefault(one.who.line.site, []).append(one)
    if board.place and len(at) < 2:
        return []
    ranked = sorted(at, key=lambda key: -len(at[key]))
    crowds = [key for key in ranked if key and len(at[key]) > 1][:MOST_PLACES]
    rest = [one for key in at if key not in crowds for one in at[key]]
    found = [(site_name(board.around, key), at[key]) for key in crowds]
    if any(board.how(one) == "registered" for one in rest):
        found.append(("Elsewhere" if crowds else "Each at its own address", rest))
    return facts([_site(board, name, some) for name, some in found if any(board.how(one) not in UNCLEAR for one in some)])


def _site(board: Board, name: str, some: Sequence[Watched]) -> tuple[str, str]:
    well = [one for one in some if board.how(one) == "registered"]
    count, up, dark = len(some), len(well), sum(board.how(one) in UNCLEAR for one in some)
    used = sorted({one.who.line.pop_name or one.who.line.pop for one in well} - {""})
    lamp = "🟢" if up + dark == count else "🔴" if not up else "🟠"
    said = f"{up:,} of {count:,}" if up < count else f"all {up:,}" if up > 1 else "1"
    where = safe(used[0], 40) if len(used) == 1 else f"{len(used)} POPs" if used else ""
    return f"{lamp}  {safe(name, 60)}", "  ·  ".join(filter(None, (f"{said} registered", f"{dark:,} not known" if dark else "", where)))


def _quiet_ones(board: Board) -> list[Block]:
    """Who is no problem, though not registered; who is not looked at."""
    told = [f"{title}: {_names(some, 6)}" for how, title in SILENT.items() if (some := board.of(how))]
    told += [
        f"Never looked at: {plural(len(some), 'account')} {what}: {listing([safe(name, 40) for name in some])}"
        for what, some in board.aside.items()
    ]
    return [small(*told)] if told else []


def _footer(board: Board, slash: str) -> list[Block]:
    around = board.around
    ages = sorted(around.now - one.who.looked_at for one in board.watched if one.who.looked_at is not None)
    if not ages:
        return [small("Nobody has looked yet: the first round has just begun")] if board.watched and not board.live else []
    newest, oldest = ago(ages[0]), ago(ages[-1])
    if ages[-1] < SECONDS:
        looked = "looked at just now"
    elif ages[0] < SECONDS:
        looked = f"looks up to {oldest} old"
    else:
        looked = f"looks {newest} old" if newest == oldest else f"looks between {newest} and {oldest} old"
    seen = (
        f"a dropped registration is seen within {within(around.sweep)} and told {exact(around.timing.confirm)} later"
        if around.sweep and not board.live
        else ""
    )
    example = f"{code(f'{slash}status {board.slash_word}')} {'shows one in full' if board.live else 'looks at one now'}"
    return [small("  ·  ".join(filter(None, (f"As of {when(around.now, around.zone)}, {looked}", seen, example))))]


# The file


def rows(board: Board, zone: ZoneInfo, wire_zone: ZoneInfo) -> Iterator[list[str]]:
    """One row for each phone, or for each device where they were asked for; by name. Times are the reader's wall clock.

    Args:
        wire_zone: The zone of the wall clocks in VoIP.ms's answers.
    """
    head = (*CSV_HEAD, *(OF_DEVICES.values() if board.live else REMEMBERED))
    yield [f"{name} ({zone.key})" if name in TIMES else name for name in head]
    for one in board.named:
        who, line, how = one.who, one.who.line, board.how(one)
        since = line.up_since if how == "registered" else line.down_since or line.changed_at
        about = [who.name, who.extension, who.account, how, csv_time(since, zone), csv_time(who.looked_at, zone), one.problem]
        place = [board.around.sites.get(line.site_key, ""), line.site, line.pop_name or line.pop, line.agent]
        if not board.live:
            yield [*about, *place, csv_time(line.expires_at, zone), str(line.expiry or "")]
            continue
        for device in one.devices or (Device(),):
            if one.devices:
                pop = device.server_shortname or device.server_name or device.server_pop
                place = [board.around.sites.get(device.register_ip, ""), device.register_ip, pop, device.register_useragent]
            yield [*about, *place, *(_cell(getattr(device, name), zone, wire_zone) for name in OF_DEVICES)]


def _cell(value: datetime | str | None, zone: ZoneInfo, wire_zone: ZoneInfo) -> str:
    return csv_time(to_utc(value, wire_zone), zone) if isinstance(value, datetime) else value or ""
