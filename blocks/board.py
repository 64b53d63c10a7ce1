"""The board from the last looks: problems first, everything with its age, and how late a problem can be seen. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
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
    plural,
    render,
    safe,
    section,
    small,
    table,
)
from blocks.settings import quoted
from rules.finding import by_name
from rules.surroundings import Surroundings, Who
from rules.watch import State, unknown

MOST_CARDS = 8
MOST_PLACES = 9
SECONDS = timedelta(seconds=2)
HEAD = ("Phone", "Ext.", "State", "For", "Site", "Looked")
CSV_HEAD = (
    *("Name", "Extension", "Login", "State", "Since", "Looked at", "Reason", "Site", "Address", "POP", "Device", "Runs out"),
    *("Registers for, seconds",),
)


@dataclass(frozen=True, kw_only=True)
class Watched:
    """One phone as it was last seen.

    Attributes:
        problem: Why the last look saw nothing, in one plain sentence.
        offline: It may be away.
    """

    who: Who
    problem: str = ""
    offline: bool = False


@dataclass(frozen=True)
class Board:
    """All phones as they were last seen.

    Attributes:
        around: The time, the names of the sites, how long a round takes, whether VoIP.ms can be seen.
        by_address, ignored: Accounts that nobody looks at.
    """

    watched: Sequence[Watched]
    around: Surroundings
    by_address: int = 0
    ignored: int = 0

    @cached_property
    def known(self) -> dict[str, list[Watched]]:
        """The phones by how they are, in the order of names."""
        sorted_out: dict[str, list[Watched]] = {}
        for one in by_name(self.watched, lambda one: one.who.name):
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

    @cached_property
    def told(self) -> list[Watched]:
        """Those that should be registered."""
        return [one for how, some in self.known.items() if how not in ("may be offline", "never seen") for one in some]

    @property
    def slash_word(self) -> str:
        """What to type to see one in full."""
        who = self.watched[0].who
        return quoted(who.extension or who.account)


NEVER_SEEN = "Never seen registered, silent until they are"
OTHERS = ("coming back", "suspect", "unknown", "not looked at", "never seen", "may be offline")
TROUBLE = ("missing", "comes and goes", "coming back", "suspect")
LAMPS = {"missing": "🔴", "comes and goes": "🟠", "coming back": "🟠", "suspect": "🟠"}


def headline(board: Board) -> str:
    """``2 of 43 phones are missing: Front desk, Warehouse``, ``All 43 phones are registered``."""
    if not board.watched:
        return "No phone is watched"
    missing, well, count = board.of("missing", "comes and goes"), len(board.of("registered")), len(board.watched)
    if missing:
        few = ", ".join(cut(clean(one.who.name), 40) for one in missing[:3])
        more = f" and {len(missing) - 3:,} more" if len(missing) > 3 else ""
        said = f"{len(missing):,} of {count:,} phones {'is' if len(missing) == 1 else 'are'} missing: {few}{more}"
    elif well == count:
        said = f"All {count:,} phones are registered" if count > 1 else "The only phone is registered"
    else:
        said = f"{well:,} of {count:,} phones {'is' if well == 1 else 'are'} registered"
    others = [f"{len(board.of(how)):,} {how}" for how in OTHERS if board.of(how)]
    return ", ".join((said, *others))


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
            *_quiet_ones(board),
            actions(button("Look now", "look", "status now")),
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
    cells = [
        [
            one.who.name,
            one.who.extension,
            how,
            _for_how_long(board, one),
            site_name(board.around, one.who.line.site_key),
            _looked(board, one),
        ]
        for how, one in found
    ]
    made, shown = table(HEAD, cells)
    more = [small(f"and {len(cells) - shown:,} more, all in the CSV")] if shown < len(cells) else []
    counts = "  ·  ".join(f"{LAMPS[how]}  *{how}* {len(board.of(how)):,}" for how in TROUBLE if board.of(how))
    return [section(counts), made, *more]


def _trouble(board: Board, how: str, one: Watched) -> str:
    who = one.who
    site = site_name(board.around, who.line.site_key)
    parts = (f"*{safe(who.name, 80)}*", f"ext. {safe(who.extension, 20)}" if who.extension else "", safe(site, 60))
    line = who.line
    since = line.down_since or line.changed_at
    words = {
        "missing": f"Missing for {_for_how_long(board, one)}",
        "comes and goes": f"Comes and goes, {len(line.downs)} times in {span(board.around.timing.flap_window)}",
        "coming back": "Registered again a moment ago, being checked",
        "suspect": f"Suspect: {'one look' if line.nos < 2 else f'{line.nos} looks'} said no, being checked",
    }[how]
    age = f", since {moment(since, board.around.zone)}" if how == "missing" and since is not None else ""
    return f"{LAMPS[how]}  {'  ·  '.join(filter(None, parts))}\n{words}{age}, looked {_looked(board, one)}"


def _for_how_long(board: Board, one: Watched) -> str:
    since = one.who.line.down_since or one.who.line.changed_at
    return span(board.around.now - since) if since is not None else ""


def _looked(board: Board, one: Watched) -> str:
    if one.who.looked_at is None:
        return ""
    age = board.around.now - one.who.looked_at
    return "just now" if age < SECONDS else f"{ago(age)} ago"


def _unclear(board: Board) -> list[Block]:
    """Those of which nothing is known, under each reason once."""
    made: list[Block] = []
    by_reason: dict[str, list[Watched]] = {}
    for one in board.of("unknown"):
        by_reason.setdefault(one.problem or "Nobody has looked for a while.", []).append(one)
    for problem, some in sorted(by_reason.items(), key=lambda entry: -len(entry[1]))[:4]:
        known = names([one.who for one in some], len(some), 12)
        made.append(section(f"⚪  *Unknown* ({len(some):,}): these phones may be fine\n{safe(problem)}\n{known}"))
    if failed := [one for one in board.watched if one.problem and board.how(one) != "unknown"]:
        reason = Counter(one.problem for one in failed).most_common(1)[0][0]
        oldest = max((board.around.now - at for one in failed if (at := one.who.line.answered_at) is not None), default=timedelta())
        known = f"What is said of them is up to {ago(oldest)} old." if oldest else "Nothing is known of them yet."
        made.append(section(f"⚪  *The last look at {plural(len(failed), 'phone')} was not answered*\n{safe(reason)} {known}"))
    if never := board.of("not looked at"):
        made.append(section(f"⚪  *Not looked at yet* ({len(never):,})\n{names([one.who for one in never], len(never), 12)}"))
    return made


def _sites(board: Board) -> list[Block]:
    """How each site is; single phones together."""
    count: Counter[str] = Counter()
    well: Counter[str] = Counter()
    pops: dict[str, set[str]] = {}
    for one in board.told:
        key = one.who.line.site
        count[key] += 1
        if board.how(one) == "registered":
            well[key] += 1
            pops.setdefault(key, set()).add(one.who.line.pop_name or one.who.line.pop)
    crowds = [key for key, phones in count.most_common() if key and phones > 1][:MOST_PLACES]
    rest = [key for key in count if key not in crowds]
    pairs = [_site(site_name(board.around, key), [key], count, well, pops) for key in crowds]
    if rest and sum(well[key] for key in rest):
        pairs.append(_site("Elsewhere" if crowds else "Each at its own address", rest, count, well, pops))
    return facts(pairs)


def _site(name: str, keys: Sequence[str], count: Counter[str], well: Counter[str], pops: dict[str, set[str]]) -> tuple[str, str]:
    all_phones, up = sum(count[key] for key in keys), sum(well[key] for key in keys)
    used = sorted({pop for key in keys for pop in pops.get(key, ())} - {""})
    lamp = "🟢" if up == all_phones else "🔴" if not up else "🟠"
    said = f"{up:,} of {all_phones:,}" if up < all_phones else f"all {up:,}" if up > 1 else "1"
    where = safe(used[0], 40) if len(used) == 1 else f"{len(used)} POPs" if used else ""
    return f"{lamp}  {safe(name, 60)}", "  ·  ".join(filter(None, (f"{said} registered", where)))


def _quiet_ones(board: Board) -> list[Block]:
    """Who is no problem, though not registered; who is not looked at."""
    told = []
    for word, title in (("never seen", NEVER_SEEN), ("may be offline", "May be offline")):
        if some := board.of(word):
            told.append(f"{title}: {names([one.who for one in some], len(some), 6)}")
    aside = [
        f"{board.by_address:,} known by a fixed address" if board.by_address else "",
        f"{board.ignored:,} ignored" if board.ignored else "",
    ]
    if any(aside):
        told.append(f"Not watched: {', '.join(filter(None, aside))}")
    return [small(*told)] if told else []


def _footer(board: Board, slash: str) -> list[Block]:
    around = board.around
    ages = sorted(around.now - one.who.looked_at for one in board.watched if one.who.looked_at is not None)
    if not ages:
        return [small("Nobody has looked yet: the first round has just begun")] if board.watched else []
    old = f"{ago(ages[0])} old" if ago(ages[0]) == ago(ages[-1]) else f"between {ago(ages[0])} and {ago(ages[-1])} old"
    seen = (
        f"a dropped registration is seen within {within(around.sweep)} and told {exact(around.timing.confirm)} later"
        if around.sweep
        else ""
    )
    example = f"{code(f'{slash}status {board.slash_word}')} looks at one now"
    return [small("  ·  ".join(filter(None, (f"From looks {old}", seen, example))))]


# The file


def rows(board: Board, zone: ZoneInfo) -> Iterator[list[str]]:
    """One row for each phone, names first; times are the reader's wall clock."""
    timed = ("Since", "Looked at", "Runs out")
    yield [f"{name} ({zone.key})" if name in timed else name for name in CSV_HEAD]
    for how, some in board.known.items():
        for one in some:
            yield _row(board, how, one, zone)


def _row(board: Board, how: str, one: Watched, zone: ZoneInfo) -> list[str]:
    who, line = one.who, one.who.line
    since = line.up_since if how == "registered" else line.down_since or line.changed_at
    site = board.around.sites.get(line.site_key, "")
    return [
        *(who.name, who.extension, who.account, how, csv_time(since, zone), csv_time(who.looked_at, zone), one.problem),
        *(site, line.site, line.pop_name or line.pop, line.agent, csv_time(line.expires_at, zone), str(line.expiry or "")),
    ]
