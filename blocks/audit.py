"""The audit: who asked what, and how it ended. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from blocks.frame import BlockDict, clock_time, code, csv_time, header, plural, render, section, small, table
from blocks.settings import WHOLE, Page, turning

HEAD = ("When", "Who", "What", "About", "Ended", "From")
CSV_HEAD = ("Who", "Slack id", "Way", "Channel", "Command", "About", "Ended", "Error id")
SHOWN = 99


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One question, click or form, as it is shown.

    Attributes:
        name: What the person is called; plain, from outside.
        person, channel: Slack's ids; ``""`` where there is no channel.
    """

    at: datetime
    name: str
    person: str
    way: str
    channel: str
    command: str
    about: str
    result: str
    error_id: str


def headline(count: int, refused: bool) -> str:
    """``214 entries, 3 refused``."""
    return f"{plural(count, 'refusal' if refused else 'entry', '' if refused else 'entries')}" if count else "Nothing in the audit"


def card(
    entries: Sequence[Entry], count: int, what: str, zone: ZoneInfo, kept_days: int, slash: str, page: Page = WHOLE
) -> list[BlockDict]:
    """Some of those that were looked for.

    Args:
        count: How many there are in all.
        what: What was looked for, our own mrkdwn.
        slash: What precedes a command where the reader is.
        page: Which of them the entries begin with.
    """
    blocks = [header(headline(count, refused=False)), section(what)]
    foot = [f"Times in {zone.key}, kept for {plural(kept_days, 'day')}", f"{code(f'{slash}audit @ben last-week refused')} looks for some"]
    if entries:
        made, shown = table(HEAD, [_row(one, zone) for one in entries[:SHOWN]])
        which, turns = turning(page, shown, count)
        blocks.extend((made, *turns))
        foot = [*([which] if which else []), *foot]
    return render([*blocks, small(*foot)])


def _row(one: Entry, zone: ZoneInfo) -> list[str]:
    ended = f"{one.result} ({one.error_id})" if one.error_id else one.result
    where = f"{one.way}, {one.channel}" if one.channel else one.way
    return [clock_time(one.at, zone), one.name, one.command or "(no command)", one.about, ended, where]


def rows(entries: Iterable[Entry], zone: ZoneInfo) -> Iterator[Sequence[object]]:
    """All of them as a file, names first."""
    yield (f"When ({zone.key})", *CSV_HEAD)
    for one in entries:
        yield (csv_time(one.at, zone), one.name, one.person, one.way, one.channel, one.command, one.about, one.result, one.error_id)


def looked_for(parts: Mapping[str, str]) -> str:
    """What was looked for, in a line; the values are already safe."""
    named = [f"{name}: *{value}*" for name, value in parts.items() if value]
    return "  ·  ".join(named) or "Everything, the newest first"
