"""What has to hold for every picture, and how to read one."""

import json
from collections.abc import Sequence
from typing import Any

from playground.slack_limits import message_problems, too_long
from playground.slack_words import alive_in, shown

EVIL = "<!channel> @everyone <https://evil.example|x> *_~` \u202eabc\nnew " + "x" * 5000


def faults(blocks: Sequence[dict[str, Any]]) -> list[str]:
    """What Slack would refuse, what in the words mentions or links, and what turns the line round."""
    made = list(blocks)
    turned = ["turns the line"] if "\u202e" in json.dumps(made, ensure_ascii=False) else []
    return [*message_problems(made), *alive_in(made), *turned, *(["too long to be posted"] if too_long(made) else [])]


def words_of(blocks: Sequence[dict[str, Any]]) -> str:
    """All that is shown, as a person reads it: one text a line, a line of rich text in one."""

    def texts(part: Any) -> list[str]:
        if isinstance(part, list):
            return [text for one in part for text in texts(one)]
        if not isinstance(part, dict):
            return []
        if part.get("type") == "rich_text_section":
            return ["".join(one.get("text", "") for one in part["elements"])]
        own = [shown(part["text"])] if isinstance(part.get("text"), str) else []
        return own + [text for value in part.values() for text in texts(value)]

    return "\n".join(texts(list(blocks)))


def values_of(blocks: Sequence[dict[str, Any]]) -> list[str]:
    """What the buttons ask."""
    elements = [one for block in blocks for one in [*block.get("elements", []), block.get("accessory", {})] if isinstance(one, dict)]
    return [one["value"] for one in elements if one.get("type") == "button"]
