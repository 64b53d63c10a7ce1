"""Slack messages as a person in a terminal reads them: the same blocks, drawn with ``rich``."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from playground.slack_things import Json, Message
from playground.slack_words import shown

_SIGNS = re.compile(r"((?<!\w)[*_`](?=[^\s\u200b])|(?<=[^\s\u200b])[*_`](?![\w\u200b]))")
"""A sign at the edge of a word begins or ends a format; one that is followed by a zero-width space was defused."""
_NAMED = re.compile(r"<[@#]([A-Z0-9]+)(?:\|[^<>]*)?>")
"""A person or a channel by id: Slack shows the name."""
_STYLES = {"*": "bold", "_": "italic", "`": "cyan"}
ROWS = 12
"""Rows of a table that are drawn; the others are counted."""


def panel(message: Message, title: str = "", names: Mapping[str, str] | None = None) -> Panel:
    """One message in a frame; ``title`` says who sees it, ``names`` what people and channels are called, by id."""
    content = named([*(message.view.blocks if message.view else message.blocks)], names or {})
    parts = [*blocks(content)] or [mrkdwn(named(message.text, names or {}))]
    return Panel(Group(*parts), title=title or None, title_align="left", border_style="dim", padding=(0, 1))


def named(part: Any, names: Mapping[str, str]) -> Any:
    """A text, or the texts of blocks, with names in the place of ids: ``<@U0ALICE>`` becomes ``@Alice``."""
    if isinstance(part, str):
        return _NAMED.sub(lambda found: names.get(found[1], found[0]), part)
    if isinstance(part, dict):
        return {key: named(value, names) for key, value in part.items()}
    return [named(each, names) for each in part] if isinstance(part, list) else part


def blocks(some: list[Json]) -> Iterator[RenderableType]:
    """Each block in turn."""
    for block in some:
        yield from _drawn(block)


def _drawn(block: Json) -> Iterator[RenderableType]:
    match block["type"]:
        case "header":
            yield Text(shown(block["text"]["text"]), style="bold underline")
        case "section":
            if block.get("text"):
                yield mrkdwn(block["text"]["text"])
            if block.get("fields"):
                yield _pairs([field["text"] for field in block["fields"]])
            if block.get("accessory"):
                yield _control(block["accessory"])
        case "context":
            for part in block["elements"]:
                words = mrkdwn(part.get("text", part.get("alt_text", "")))
                words.stylize("dim")
                yield words
        case "table":
            yield table(block)
        case "actions":
            yield Text("  ").join(_control(element) for element in block["elements"])
        case "input":
            yield Text(f"{block['label']['text']}: [{block['element']['type'].removesuffix('_input').replace('_', ' ')}]", style="blue")
        case "rich_text":
            for element in block["elements"]:
                indent = 2 * element.get("indent", 0)
                for line in element["elements"] if element["type"] == "rich_text_list" else [element]:
                    bullet = "• " if element["type"] == "rich_text_list" else ""
                    yield Padding(Text(bullet + "".join(_texts(line))), (0, 0, 0, indent))
        case "divider":
            yield Text("─" * 40, style="dim")


def mrkdwn(text: str) -> Text:
    """Bold, italics and code; links by their labels, dates by their words in other readers' form."""
    made, styles = Text(), dict.fromkeys(_STYLES, False)
    for piece in _SIGNS.split(shown(text)):
        if piece in _STYLES and not (styles["`"] and piece != "`"):
            styles[piece] = not styles[piece]
        else:
            style = " ".join(_STYLES[sign] for sign, on in styles.items() if on)
            made.append(piece.replace("\u200b", "").replace("\u2060", ""), style=style)
    return made


def _pairs(fields: list[str]) -> Table:
    grid = Table.grid(padding=(0, 4), expand=False)
    for at in range(0, len(fields), 2):
        grid.add_row(*(mrkdwn(field) for field in fields[at : at + 2]))
    return grid


def table(block: Json) -> RenderableType:
    """A table block: its head, the first rows, and how many more there are."""
    head, *rows = [["".join(_texts(cell)) for cell in row] for row in block["rows"]]
    settings = block.get("column_settings") or []
    grid = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", expand=False)
    for at, name in enumerate(head):
        right = at < len(settings) and (settings[at] or {}).get("align") == "right"
        # a column that may wrap is narrowed when it is the widest; one that may not, in the same proportion as all others
        grid.add_column(_cell(name), justify="right" if right else "left")
    for row in rows[:ROWS]:
        grid.add_row(*map(_cell, row))
    more = len(rows) - ROWS
    return Group(grid, Padding(Text(f"… {more} more rows", style="dim"), (0, 0, 0, 1))) if more > 0 else grid


def _cell(words: str) -> Text:
    """One line, whatever room there is."""
    return Text(words, no_wrap=True, overflow="ellipsis")


def _control(element: Json) -> Text:
    words = element.get("text") or element.get("placeholder") or {"text": "⋯"}
    return Text(f"[ {shown(words['text'])} ]", style="blue")


def _texts(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("text"), str):
            yield part["text"]
        for value in part.values():
            if isinstance(value, dict | list):
                yield from _texts(value)
    elif isinstance(part, list):
        for each in part:
            yield from _texts(each)
