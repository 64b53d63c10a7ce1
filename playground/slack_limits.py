"""Slack's documented limits of Block Kit, as checks: what Slack would refuse, and where.

Pure. A problem reads as Slack writes it: ``must be less than 3001 characters [json-pointer:/blocks/0/text/text]``.

Source: docs.slack.dev, reference of blocks, block elements, composition objects and views.
"""

import json
import re
from collections.abc import Collection, Iterator
from typing import Any, TypeAlias

from playground.slack_kinds import (
    BLOCK_KEYS,
    ELEMENT_KEYS,
    IN_ACTIONS,
    IN_INPUT,
    IN_SECTION,
    LEAVES,
    RICH,
    SELECT_KEYS,
    SELECTS,
    SURFACES,
    VIEW_KEYS,
)

Json: TypeAlias = dict[str, Any]

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
VIEW_BYTES = 250_000
MESSAGE_BLOCK_CHARS = 12_000
"""``chat.postMessage`` and ``chat.update`` refuse more text than about this in all blocks together (``msg_blocks_too_long``)."""
TABLE_ROWS, TABLE_COLUMNS, TABLE_CHARS = 100, 20, 10_000
CHARTS = 2


def message_problems(blocks: object) -> list[str]:
    """What Slack would refuse in the blocks of a message; empty when it would take them."""
    return _Checker("message").blocks(blocks, MESSAGE_BLOCKS)


def too_long(blocks: list[Json]) -> bool:
    """Whether the text of all blocks together is more than a posted message may hold; tables have a limit of their own."""
    return sum(len(text) for block in blocks if block.get("type") not in ("table", "data_table") for text in texts(block)) > (
        MESSAGE_BLOCK_CHARS
    )


def view_problems(view: object) -> list[str]:
    """What Slack would refuse in a modal or a Home tab."""
    if not isinstance(view, dict):
        return ["must be an object [json-pointer:/view]"]
    kind = view.get("type")
    if kind not in ("modal", "home"):
        return [f"unsupported type: {kind} [json-pointer:/view/type]"]
    check = _Checker(kind)
    check.only(view, VIEW_KEYS[kind], "/view")
    if kind == "modal":
        if "title" not in view:
            check.say("missing required field: title", "/view")
        for name in ("title", "submit", "close"):
            if view.get(name) is not None:
                check.text(view[name], f"/view/{name}", 24, kinds={"plain_text"})
        if any(isinstance(block, dict) and block.get("type") == "input" for block in view.get("blocks") or ()) and not view.get("submit"):
            check.say("missing required field: submit (there are input blocks)", "/view")
    for name, most in (("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)):
        if len(view.get(name) or "") > most:
            check.say(f"must be less than {most + 1} characters", f"/view/{name}")
    if not view.get("blocks") and kind == "modal":
        check.say("must have at least 1 item", "/view/blocks")
    check.blocks(view.get("blocks", []), VIEW_BLOCKS, "/view/blocks")
    return check.problems


def view_too_large(view: Json) -> bool:
    """Whether the view is over 250 kB."""
    return len(json.dumps(view, separators=(",", ":")).encode()) > VIEW_BYTES


def texts(part: object) -> Iterator[str]:
    """Every text a person would see in blocks, elements, cells and views, in reading order."""
    if isinstance(part, list | tuple):
        for piece in part:
            yield from texts(piece)
    elif isinstance(part, dict):
        for key in ("title", "label", "text", "caption", "fields", "elements", "rows", "blocks", "element", "accessory", "hint", "chart"):
            value = part.get(key)
            if isinstance(value, str):
                yield value
            elif value is not None:
                yield from texts(value)
        if part.get("type") == "date" and isinstance(part.get("fallback"), str):
            yield part["fallback"]
        for key in ("options", "placeholder", "submit", "close", "series", "segments", "child_blocks"):
            yield from texts(part.get(key))


class _Checker:
    """Collects the problems of one message or view."""

    def __init__(self, surface: str) -> None:
        self.surface = surface
        self.problems: list[str] = []
        self._tables = 0
        self._charts = 0

    def say(self, problem: str, at: str) -> None:
        self.problems.append(f"{problem} [json-pointer:{at}]")

    def only(self, part: Json, keys: Collection[str], at: str) -> None:
        for key in part:
            if key not in keys:
                self.say(f"invalid additional property: {key}", at)

    def text(
        self, value: object, at: str, most: int = 3000, kinds: Collection[str] = ("plain_text", "mrkdwn"), required: bool = True
    ) -> None:
        if value is None:
            if required:
                self.say("missing required field", at)
            return
        if not isinstance(value, dict):
            self.say("must be an object", at)
            return
        kind = value.get("type")
        if kind not in kinds:
            self.say(f"unsupported type: {kind}", f"{at}/type")
            return
        self.only(value, {"type", "text", "emoji"} if kind == "plain_text" else {"type", "text", "verbatim"}, at)
        self.string(value.get("text"), f"{at}/text", most)

    def string(self, value: object, at: str, most: int, least: int = 1) -> None:
        if not isinstance(value, str):
            self.say("must be a string", at)
        elif len(value) < least:
            self.say(f"must be more than {least - 1} characters", at)
        elif len(value) > most:
            self.say(f"must be less than {most + 1} characters", at)

    def count(self, value: object, at: str, most: int, least: int = 1) -> list[Any]:
        """The list, empty when it is none; told when it has too few or too many items."""
        if not isinstance(value, list):
            self.say("must be an array", at)
            return []
        if len(value) < least:
            self.say(f"no less than {least} items allowed", at)
        if len(value) > most:
            self.say(f"no more than {most} items allowed", at)
        return value

    # Blocks

    def blocks(self, blocks: object, most: int, at: str = "/blocks") -> list[str]:
        ids: set[str] = set()
        for i, block in enumerate(self.count(blocks, at, most, least=0)):
            here = f"{at}/{i}"
            if not isinstance(block, dict):
                self.say("must be an object", here)
                continue
            self._block(block, here)
            name = block.get("block_id")
            if name is not None:
                self.string(name, f"{here}/block_id", 255)
                if name in ids:
                    self.say(f"duplicate block_id: {name}", f"{here}/block_id")
                ids.add(str(name))
        return self.problems

    def _block(self, block: Json, at: str) -> None:
        kind = str(block.get("type"))
        if kind not in SURFACES:
            self.say(f"unsupported type: {kind}", f"{at}/type")
            return
        if self.surface not in SURFACES[kind]:
            self.say(f"block type not allowed on this surface ({self.surface}): {kind}", f"{at}/type")
            return
        if kind in BLOCK_KEYS:
            self.only(block, BLOCK_KEYS[kind] | {"type", "block_id"}, at)
        check = getattr(self, f"_{kind}", None)
        if check is not None:
            check(block, at)

    def _section(self, block: Json, at: str) -> None:
        if block.get("text") is None and block.get("fields") is None:
            self.say("must define either `fields` or `text`", at)
        self.text(block.get("text"), f"{at}/text", 3000, required=False)
        if block.get("fields") is not None:
            for i, field in enumerate(self.count(block["fields"], f"{at}/fields", 10)):
                self.text(field, f"{at}/fields/{i}", 2000)
        if block.get("accessory") is not None:
            self._elements([block["accessory"]], f"{at}/accessory", IN_SECTION)

    def _header(self, block: Json, at: str) -> None:
        self.text(block.get("text"), f"{at}/text", 150, kinds={"plain_text"})

    def _context(self, block: Json, at: str) -> None:
        for i, piece in enumerate(self.count(block.get("elements"), f"{at}/elements", 10)):
            here = f"{at}/elements/{i}"
            if isinstance(piece, dict) and piece.get("type") == "image":
                self._image(piece, here)
            else:
                self.text(piece, here)

    def _actions(self, block: Json, at: str) -> None:
        self._elements(self.count(block.get("elements"), f"{at}/elements", 25), f"{at}/elements", IN_ACTIONS)

    def _input(self, block: Json, at: str) -> None:
        self.text(block.get("label"), f"{at}/label", 2000, kinds={"plain_text"})
        self.text(block.get("hint"), f"{at}/hint", 2000, kinds={"plain_text"}, required=False)
        self._elements([block.get("element")], f"{at}/element", IN_INPUT)

    def _image(self, block: Json, at: str) -> None:
        if ("image_url" in block) == ("slack_file" in block):
            self.say("must define either `image_url` or `slack_file`", at)
        if "image_url" in block:
            self._url(block["image_url"], f"{at}/image_url")
        self.string(block.get("alt_text"), f"{at}/alt_text", 2000)
        self.text(block.get("title"), f"{at}/title", 2000, kinds={"plain_text"}, required=False)

    def _markdown(self, block: Json, at: str) -> None:
        self.string(block.get("text"), f"{at}/text", 12_000)

    def _alert(self, block: Json, at: str) -> None:
        self.text(block.get("text"), f"{at}/text", 200)

    def _video(self, block: Json, at: str) -> None:
        self.string(block.get("alt_text"), f"{at}/alt_text", 200)
        self.text(block.get("title"), f"{at}/title", 199, kinds={"plain_text"})

    def _rich_text(self, block: Json, at: str) -> None:
        for i, element in enumerate(self.count(block.get("elements"), f"{at}/elements", 10_000, least=0)):
            self._rich(element, f"{at}/elements/{i}")

    def _rich(self, element: object, at: str) -> None:
        if not isinstance(element, dict) or element.get("type") not in RICH:
            self.say(f"unsupported type: {element.get('type') if isinstance(element, dict) else element}", f"{at}/type")
            return
        is_list = element["type"] == "rich_text_list"
        if is_list and element.get("style") not in ("bullet", "ordered"):
            self.say("must be one of bullet, ordered", f"{at}/style")
        for i, piece in enumerate(self.count(element.get("elements"), f"{at}/elements", 10_000, least=1 if is_list else 0)):
            here = f"{at}/elements/{i}"
            if is_list:
                self._rich(piece, here)
            elif not isinstance(piece, dict) or piece.get("type") not in LEAVES:
                self.say("unsupported type", f"{here}/type")
            elif piece["type"] == "text":
                self.string(piece.get("text"), f"{here}/text", 1_000_000)
            elif piece["type"] == "link":
                self._url(piece.get("url"), f"{here}/url")

    def _table(self, block: Json, at: str) -> None:
        self._one_table(at)
        chars = 0
        for i, row in enumerate(self.count(block.get("rows"), f"{at}/rows", TABLE_ROWS)):
            for j, cell in enumerate(self.count(row, f"{at}/rows/{i}", TABLE_COLUMNS)):
                chars += self._cell(cell, f"{at}/rows/{i}/{j}", {"raw_text", "rich_text"}, least=0)
        if chars > TABLE_CHARS:
            self.say(f"must be less than {TABLE_CHARS + 1} characters in all cells", f"{at}/rows")
        for i, setting in enumerate(self.count(block.get("column_settings", []), f"{at}/column_settings", TABLE_COLUMNS, least=0)):
            if isinstance(setting, dict):
                self.only(setting, {"align", "is_wrapped"}, f"{at}/column_settings/{i}")
                if setting.get("align", "left") not in ("left", "center", "right"):
                    self.say("must be one of left, center, right", f"{at}/column_settings/{i}/align")

    def _data_table(self, block: Json, at: str) -> None:
        self._one_table(at)
        self.string(block.get("caption"), f"{at}/caption", 3000)
        chars = 0
        for i, row in enumerate(self.count(block.get("rows"), f"{at}/rows", TABLE_ROWS + 1, least=2)):
            kinds = {"raw_text", "raw_number", "rich_text"} if i else {"raw_text", "raw_number"}
            for j, cell in enumerate(self.count(row, f"{at}/rows/{i}", TABLE_COLUMNS)):
                chars += self._cell(cell, f"{at}/rows/{i}/{j}", kinds, least=1)
        if chars > TABLE_CHARS:
            self.say(f"must be less than {TABLE_CHARS + 1} characters in all cells", f"{at}/rows")

    def _one_table(self, at: str) -> None:
        self._tables += 1
        if self._tables > 1:
            self.say("only_one_table_allowed", at)

    def _cell(self, cell: object, at: str, kinds: set[str], least: int) -> int:
        if not isinstance(cell, dict) or cell.get("type") not in kinds:
            self.say(f"unsupported type: {cell.get('type') if isinstance(cell, dict) else cell}", f"{at}/type")
            return 0
        if cell["type"] == "rich_text":
            self._rich_text(cell, at)
            return sum(map(len, texts(cell)))
        if cell["type"] == "raw_number":
            if not isinstance(cell.get("value"), int | float):
                self.say("must be a number", f"{at}/value")
            return len(str(cell.get("text", cell.get("value"))))
        self.only(cell, {"type", "text"}, at)
        self.string(cell.get("text"), f"{at}/text", TABLE_CHARS, least)
        return len(cell["text"]) if isinstance(cell.get("text"), str) else 0

    def _data_visualization(self, block: Json, at: str) -> None:
        self._charts += 1
        if self._charts > CHARTS:
            self.say(f"no more than {CHARTS} charts allowed", at)
        self.string(block.get("title"), f"{at}/title", 50)
        chart = block.get("chart")
        if not isinstance(chart, dict):
            self.say("must be an object", f"{at}/chart")
            return
        here = f"{at}/chart"
        if chart.get("type") == "pie":
            for i, segment in enumerate(self.count(chart.get("segments"), f"{here}/segments", 6)):
                self.string(segment.get("label"), f"{here}/segments/{i}/label", 20)
                if not (isinstance(segment.get("value"), int | float) and segment["value"] > 0):
                    self.say("must be more than 0", f"{here}/segments/{i}/value")
        elif chart.get("type") in ("line", "bar", "area"):
            axis = chart.get("axis_config") or {}
            categories = self.count(axis.get("categories"), f"{here}/axis_config/categories", 20)
            for i, category in enumerate(categories):
                self.string(category, f"{here}/axis_config/categories/{i}", 20)
            names = []
            for i, series in enumerate(self.count(chart.get("series"), f"{here}/series", 6)):
                names.append(series.get("name"))
                self.string(series.get("name"), f"{here}/series/{i}/name", 20)
                points = self.count(series.get("data"), f"{here}/series/{i}/data", 20)
                if [point.get("label") for point in points] != categories and {p.get("label") for p in points} != set(categories):
                    self.say("must have one data point per category", f"{here}/series/{i}/data")
            if len(set(names)) != len(names):
                self.say("series names must be unique", f"{here}/series")
        else:
            self.say(f"unsupported type: {chart.get('type')}", f"{here}/type")

    # Elements

    def _elements(self, elements: list[Any], at: str, allowed: Collection[str]) -> None:
        seen: set[str] = set()
        for i, element in enumerate(elements):
            here = at if at.endswith(("/accessory", "/element")) else f"{at}/{i}"
            kind = element.get("type") if isinstance(element, dict) else None
            if kind not in allowed:
                self.say(f"unsupported type: {kind}", f"{here}/type")
                continue
            name = element.get("action_id")
            if name is not None:
                self.string(name, f"{here}/action_id", 255)
                if name in seen:
                    self.say(f"duplicate action_id: {name}", f"{here}/action_id")
                seen.add(str(name))
            self._element(element, here)

    def _element(self, element: Json, at: str) -> None:
        kind = element["type"]
        self.only(element, SELECT_KEYS if kind in SELECTS else ELEMENT_KEYS[kind], at)
        self.text(element.get("placeholder"), f"{at}/placeholder", 150, kinds={"plain_text"}, required=False)
        if element.get("confirm") is not None:
            confirm = element["confirm"]
            self.text(confirm.get("title"), f"{at}/confirm/title", 100, kinds={"plain_text"})
            self.text(confirm.get("text"), f"{at}/confirm/text", 300)
            self.text(confirm.get("confirm"), f"{at}/confirm/confirm", 30, kinds={"plain_text"})
            self.text(confirm.get("deny"), f"{at}/confirm/deny", 30, kinds={"plain_text"})
        if kind in ("button", "workflow_button"):
            self.text(element.get("text"), f"{at}/text", 75, kinds={"plain_text"})
            if element.get("value") is not None:
                self.string(element["value"], f"{at}/value", 2000, least=0)
            if element.get("url") is not None:
                self._url(element["url"], f"{at}/url")
            if element.get("style", "primary") not in ("primary", "danger"):
                self.say("must be one of primary, danger", f"{at}/style")
        elif kind == "image":
            self._image(element, at)
        elif kind == "overflow":
            self._options(element, at, 5)
        elif kind in ("checkboxes", "radio_buttons"):
            self._options(element, at, 10)
        elif kind in ("static_select", "multi_static_select"):
            if ("options" in element) == ("option_groups" in element):
                self.say("must define either `options` or `option_groups`", at)
            elif "options" in element:
                self._options(element, at, 100)
            else:
                for i, group in enumerate(self.count(element["option_groups"], f"{at}/option_groups", 100)):
                    self.text(group.get("label"), f"{at}/option_groups/{i}/label", 75, kinds={"plain_text"})
                    self._options(group, f"{at}/option_groups/{i}", 100)
        elif kind == "plain_text_input":
            for name in ("min_length", "max_length"):
                if not 0 <= element.get(name, 1) <= 3000:
                    self.say("must be at most 3000", f"{at}/{name}")

    def _options(self, element: Json, at: str, most: int) -> None:
        options = self.count(element.get("options"), f"{at}/options", most)
        for i, option in enumerate(options):
            here = f"{at}/options/{i}"
            self.only(option, {"text", "value", "description", "url"}, here)
            self.text(option.get("text"), f"{here}/text", 75)
            self.string(option.get("value"), f"{here}/value", 150)
            self.text(option.get("description"), f"{here}/description", 75, required=False)
        values = [option.get("value") for option in options]
        chosen = [element["initial_option"]] if element.get("initial_option") else element.get("initial_options") or []
        for option in chosen:
            if option.get("value") not in values:
                self.say("initial option is not among the options", at)

    def _url(self, value: object, at: str) -> None:
        self.string(value, at, 3000)
        if isinstance(value, str) and not re.match(r"[a-z][a-z0-9+.-]*:\S+$", value, re.IGNORECASE):
            self.say("invalid_url", at)
