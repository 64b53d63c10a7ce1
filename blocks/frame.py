"""The few pieces every picture is made of: safe words, times, money, fields, tables.

Pure. Words from outside (a caller id, a name typed in a portal) reach Slack only through ``safe()``, ``plain()`` or
a table cell: never bare in mrkdwn. Every mrkdwn text is ``verbatim``, so that ``@everyone`` and ``#general`` stay words.
"""

import html
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from slackblocks import (
    ActionsBlock,
    AxisConfig,
    BarChart,
    Block,
    Button,
    ColumnSettings,
    ContextBlock,
    DataPoint,
    DataSeries,
    DataVisualizationBlock,
    DividerBlock,
    HeaderBlock,
    RawText,
    RichTextObject,
    SectionBlock,
    TableBlock,
    Text,
    TextType,
)

from rules.access import is_person

BlockDict: TypeAlias = dict[str, Any]

UNSET = "not set"
CUT = "…"
WARNING = "⚠️"
_MENTION = re.compile(r"(?<!\S)(<[@#][A-Z0-9]{3,}>)(?!\S)")
_COMES_ALIVE = re.compile(r"@(?=\w)|(?<![\w.])#(?=\w)|:(?=//)")
"""In a text that Slack parses by itself: mentions, channels, web addresses and e-mails."""
_FORMAT_AT_WORD_EDGE = re.compile(r"(?<!\w)[*_~`]|[*_~`](?!\w)")
_CALLER = re.compile(r"(.*)<([^<>]*)>", re.DOTALL)
_NUMBER_WITHIN = re.compile(r"\+?\d(?:[\W_]{0,3}\d){6,}")
_LOGIN = re.compile(r"\d{5,9}_\d{1,6}")
_HALF_AN_ENTITY = re.compile(f"&[a-z]*{CUT}$")
CALLER_NAME = 40
NUMBERS = "numbers:"
"""How the id of the block begins that repeats a chart's numbers."""
TABLE_ROWS = 99
"""Rows of a Slack table beside its header."""
TABLE_CHARS = 9_500
"""Slack refuses a table with more than 10,000 characters in its cells."""
WIDEST_LINE = 70
"""Characters of preformatted text for which a form has room; it breaks longer lines within words."""


def render(blocks: Iterable[Block]) -> list[BlockDict]:
    """Plain dicts as Slack reads them. Equal values make equal dicts: the library's random block ids are taken out."""
    return [_without_ids(json.loads(repr(block))) for block in blocks]


def _without_ids(block: BlockDict) -> BlockDict:
    if re.fullmatch(r"[0-9a-f]{8}-[0-9a-f-]{27}", block.get("block_id", "")):
        del block["block_id"]
    return block


# Words


def clean(words: str) -> str:
    """One line of printable characters: controls and direction overrides (a hostile caller id) are taken out."""
    if not words.isprintable():
        words = "".join(c if c.isprintable() else " " if c.isspace() else "" for c in words)
    return " ".join(words.split())


def cut(words: str, most: int) -> str:
    """At most ``most`` characters, with an ellipsis where something is missing."""
    return words if len(words) <= most else words[: most - 1].rstrip() + CUT


def cut_escaped(words: str, most: int) -> str:
    """The same for words that were escaped before: what stands for ``&`` or ``<`` is not left in half."""
    return _HALF_AN_ENTITY.sub(CUT, cut(words, most))


def escape(words: str) -> str:
    """A headline as Slack's top-level ``text``: one line, escaped, and nothing in it mentions or links by itself."""
    short = html.escape(cut(clean(words), 2900), quote=False)
    return _COMES_ALIVE.sub("\\g<0>\u2060", short)


def safe(words: str, most: int = 300) -> str:
    """Words from outside, fit for mrkdwn with ``verbatim``: they cannot mention, link or start a format."""
    short = html.escape(cut(clean(words), most), quote=False)
    return _FORMAT_AT_WORD_EDGE.sub("\\g<0>\u200b", short)


def code(words: str, most: int = 100) -> str:
    """A login or an id in code style; a backtick in it cannot end the style."""
    return "`" + html.escape(cut(clean(words), most).replace("`", "'"), quote=False) + "`"


def line(words: str, rest: str = "", most: int = 100) -> str:
    """A command line in code style; a person or channel in it stands outside of the code, since Slack shows no name within.

    Args:
        words: Ours and the reader's own.
        rest: Words from outside at its end, in which nobody is mentioned.
    """
    parts = _MENTION.split(cut(clean(words), most))
    parts[-1] = f"{parts[-1]} {rest}"
    return " ".join(part if place % 2 else code(part, most) for place, part in enumerate(parts) if part.strip())


def plain(words: str, most: int = 150) -> Text:
    """Words from outside as ``plain_text``."""
    return Text(cut(clean(words), most) or "–", type_=TextType.PLAINTEXT)


def mrkdwn(text: str, most: int = 3000) -> Text:
    """Our own words in mrkdwn; whatever came from outside in them went through ``safe`` or ``code`` first."""
    return Text(cut_escaped(text, most), verbatim=True)


def place_of(channel: str) -> str:
    """The channel, or the person whose direct messages are meant, in mrkdwn.

    Args:
        channel: Slack's id of either.
    """
    return f"<@{channel}>" if is_person(channel) else f"<#{channel}>"


def nth(count: int) -> str:
    """``1st``, ``22nd``, ``113th``."""
    ending = "th" if 10 <= count % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
    return f"{count}{ending}"


def plural(count: int, one: str, many: str = "") -> str:
    """``1 call``, ``1,214 calls``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def listing(words: Sequence[str], most: int = 6) -> str:
    """``Ana, Ben, Warehouse and 6 more``; the words are already safe."""
    if len(words) <= most:
        return ", ".join(words)
    return f"{', '.join(words[:most])} and {len(words) - most:,} more"


# Values


def money(amount: Decimal) -> str:
    """``$6.42``: US dollars rounded to the cent, half away from zero; for sums."""
    return _dollars(amount.quantize(Decimal("0.01"), ROUND_HALF_UP))


def price(amount: Decimal) -> str:
    """``$0.0377``: exact, with at least two decimals; for a rate or a single call."""
    exact = amount.normalize()
    exponent = exact.as_tuple().exponent
    return _dollars(exact if isinstance(exponent, int) and exponent < -2 else amount.quantize(Decimal("0.01")))


def _dollars(amount: Decimal) -> str:
    return f"{'-' if amount < 0 else ''}${abs(amount):,f}"


def talk(seconds: int) -> str:
    """Talk time in words: ``11 h 07 min``, ``3 min 22 s``, ``45 s``."""
    if seconds >= 3600:
        return f"{seconds // 3600:,} h {seconds // 60 % 60:02} min"
    return f"{seconds // 60} min {seconds % 60:02} s" if seconds >= 60 else f"{seconds} s"


def length(seconds: int) -> str:
    """Talk time as ``h:mm:ss``."""
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def as_length(spelled: str) -> str:
    """A length as VoIP.ms spells it, ``46:50`` or ``10:17:48``, as ``h:mm:ss``; what has another shape is returned as it is."""
    parts = spelled.strip().split(":")
    if not 2 <= len(parts) <= 3 or not all(part.isdecimal() for part in parts):
        return spelled.strip()
    hours, minutes, seconds = (0, *map(int, parts))[-3:]
    return length(hours * 3600 + minutes * 60 + seconds)


def ago(span: timedelta) -> str:
    """``12 s``, ``4 min``, ``3 h 10 min``, ``2 days``: an age in words."""
    seconds = max(0, int(span.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min"
    if seconds < 86400:
        return f"{seconds // 3600} h {seconds // 60 % 60} min"
    return plural(seconds // 86400, "day")


def when(at: datetime, zone: ZoneInfo, form: str = "{date_short_pretty} {time}") -> str:
    """An instant that Slack shows in each reader's own zone; the text for other readers names the zone."""
    return f"<!date^{int(at.timestamp())}^{form}|{at.astimezone(zone):%a %d %b %Y %H:%M %Z}>"


def clock_time(at: datetime, zone: ZoneInfo) -> str:
    """``Mon 23 Nov 16:52``: for table cells, where Slack cannot convert; say the zone beside the table."""
    return f"{at.astimezone(zone):%a %d %b %H:%M}"


def csv_time(at: datetime | None, zone: ZoneInfo) -> str:
    """``2026-11-23 16:52:08`` on the zone's wall clock: for files, where a spreadsheet reads it; ``""`` for no instant."""
    return "" if at is None else f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def digits(number: str) -> str:
    """A phone number's digits without the leading 1 of North America."""
    only = re.sub(r"\D", "", number)
    return only[1:] if len(only) == 11 and only.startswith("1") else only


def phone(number: str, masked: bool = False) -> str:
    """``(514) 555-0134``; masked for viewers, ``514 555-••34``. What is no number is returned cleaned.

    A number of another shape keeps its spelling; masked, all but its last two digits and the country or area are dots.
    """
    text = clean(number)
    only = digits(text)
    if len(only) < 4 or re.search(r"[A-Za-z]", text):
        return mask_within(text) if masked else text
    if masked:
        return f"{only[:3]} {only[3:6]}-••{only[-2:]}" if len(only) == 10 else f"{only[:3]}••{only[-2:]}" if len(only) > 6 else "••••"
    return f"({only[:3]}) {only[3:6]}-{only[6:]}" if len(only) == 10 else text


def mask_within(words: str) -> str:
    """Free text (a caller id with a name, a call log) with each run of seven or more digits masked, whatever signs stand between them.

    A login (``100001_101``) is no phone number.
    """
    return _NUMBER_WITHIN.sub(lambda found: found[0] if _LOGIN.fullmatch(found[0]) else phone(found[0], masked=True), clean(words))


def caller(callerid: str, masked: bool = False) -> str:
    """``"John Doe" <5551112222>`` as *John Doe (555) 111-2222*, a long name cut so that the number is always there.

    What has another shape keeps it, masked where it is a number.
    """
    shaped = _CALLER.fullmatch(callerid.strip())
    name, number = (shaped[1].strip().strip('"'), shaped[2]) if shaped else ("", callerid)
    return f"{cut(clean(mask_within(name) if masked else name), CALLER_NAME)} {phone(number, masked)}".strip()


# Blocks


def header(words: str) -> Block:
    """The title: plain text, so words from outside are harmless."""
    return HeaderBlock(plain(words))


def section(text: str, button: Button | None = None) -> Block:
    """A paragraph of our own mrkdwn, with at most one button."""
    return SectionBlock(mrkdwn(text), accessory=button)


def fact(name: str, value: str) -> Text:
    """A name over its value; the value is already safe."""
    return Text(f"*{name}*\n{cut_escaped(value, 1900) or UNSET}", verbatim=True)


def facts(pairs: Iterable[tuple[str, str]]) -> list[Block]:
    """Names and values in pairs, ten to a section (Slack's limit); the values are already safe."""
    made = [fact(name, value) for name, value in pairs]
    return [SectionBlock(fields=list(made[i : i + 10])) for i in range(0, len(made), 10)]


def small(*texts: str) -> Block:
    """Small print: our own mrkdwn, ten pieces at most."""
    return ContextBlock([mrkdwn(text) for text in texts[:10]])


def divider() -> Block:
    """A thin line."""
    return DividerBlock()


def button(words: str, action: str, value: str = "", primary: bool = False) -> Button:
    """A button; ``action`` is what the glue is asked for, ``value`` at most 2,000 characters."""
    return Button(plain(words, 75), action_id=action, value=value or None, style="primary" if primary else None)


def actions(*buttons: Button) -> Block:
    """A row of buttons."""
    return ActionsBlock(list(buttons))


def table(head: Sequence[str], rows: Sequence[Sequence[str]], right: Iterable[int] = ()) -> tuple[Block, int]:
    """A table, and how many of the rows it shows: as many as Slack takes (99, and 9,500 characters in all).

    ``right`` names the columns that are aligned right: numbers, lengths, money. Cells are raw text: nothing in them is parsed.
    """
    width = len(head)
    used = sum(map(len, head))
    shown: list[list[RawText | RichTextObject]] = []
    for row in rows[:TABLE_ROWS]:
        cells = [cut(clean(cell), 120) or "–" for cell in row]
        used += sum(map(len, cells))
        if used > TABLE_CHARS:
            break
        shown.append([RawText(cell) for cell in cells])
    aligned = set(right)
    settings = [ColumnSettings(align="right" if i in aligned else "left", is_wrapped=False) for i in range(width)]
    first: list[RawText | RichTextObject] = [RawText(name) for name in head]
    return TableBlock([first, *shown], settings), len(shown)


def chart(title: str, categories: Sequence[str], series: Mapping[str, Sequence[int]], unit: str) -> list[Block]:
    """A bar chart, and below it the same numbers in small print: a search or a screen reader finds nothing in a picture.

    Args:
        title: At most 50 characters.
        categories: At most 20, each once and at most 20 characters long.
        series: At most six, by name; one number for each category.
        unit: What is counted, along the side.
    """
    named = [DataSeries(name, [DataPoint(*point) for point in zip(categories, values, strict=True)]) for name, values in series.items()]
    numbers = (f"{category}: {' / '.join(f'{values[place]:,}' for values in series.values())}" for place, category in enumerate(categories))
    axes = AxisConfig(list(categories), y_label=unit)
    return [
        DataVisualizationBlock(title, BarChart(named, axes), block_id=f"chart:{title}"),
        ContextBlock([mrkdwn(f"{' / '.join(series)}  ·  {'  ·  '.join(numbers)}")], block_id=f"{NUMBERS}{title}"),
    ]


def without_tables(blocks: Iterable[BlockDict]) -> list[BlockDict]:
    """The same message for a workspace that refuses tables and charts: each becomes lines of preformatted text."""
    return [_as_lines(block) for block in blocks if not str(block.get("block_id", "")).startswith(NUMBERS)]


def _as_lines(block: BlockDict) -> BlockDict:
    match block.get("type"):
        case "table":
            return _table_as_lines(block)
        case "data_visualization":
            return _chart_as_lines(block)
    return block


def _table_as_lines(block: BlockDict) -> BlockDict:
    right = [setting.get("align") == "right" for setting in block.get("column_settings", [])]
    return _lines([[cell.get("text", "") for cell in row] for row in block["rows"]], right)


def _chart_as_lines(block: BlockDict) -> BlockDict:
    series = block["chart"]["series"]
    points = [[f"{point['value']:,}" for point in one["data"]] for one in series]
    rows = zip(block["chart"]["axis_config"]["categories"], *points, strict=True)
    return _lines([[block["title"], *(one["name"] for one in series)], *rows], [False, *[True] * len(series)])


def _lines(rows: Sequence[Sequence[str]], right: Sequence[bool]) -> BlockDict:
    """Rows as lines of preformatted text, below each other in columns; as a list where they would not fit."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    if sum(widths) + 2 * (len(widths) - 1) > WIDEST_LINE:
        return _as_list(cut("\n".join("  ·  ".join(row) for row in rows), 2900).split("\n"))
    lines = []
    for row in rows:
        cells = (
            cell.rjust(w) if i < len(right) and right[i] else cell.ljust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        lines.append("  ".join(cells).rstrip())
    text = cut("\n".join(lines), 2900)
    return {"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": [{"type": "text", "text": text}]}]}


def _as_list(lines: Sequence[str]) -> BlockDict:
    """A title, and what is below it."""
    title, *items = [{"type": "rich_text_section", "elements": [{"type": "text", "text": line}]} for line in lines]
    return {"type": "rich_text", "elements": [title, {"type": "rich_text_list", "style": "bullet", "elements": items}]}
