"""What in blocks can be clicked, chosen or filled in, and the values it then holds, as Slack writes them.

Pure. Source: docs.slack.dev, reference of block elements and of interaction payloads.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from playground.slack_things import Json
from playground.slack_words import shown

CLICKED = frozenset({"button", "workflow_button"})
CHOOSERS = ("overflow", "checkboxes", "radio_buttons", "datepicker", "timepicker", "datetimepicker")
STATELESS = CLICKED | {"overflow", "image"}
"""What holds no value: it is not in ``state.values``."""
REQUIRED = "Please complete this required field."
NO_EMAIL = "Please enter a valid email address."
NO_URL = "Please enter a valid URL."
NO_NUMBER = "Please enter a valid number."

Key: TypeAlias = tuple[str, str]
"""Block id and action id."""
Held: TypeAlias = Mapping[Key, Any]
"""What a person typed or chose, by where; what is not in it was left as the app sent it."""


@dataclass(frozen=True)
class Control:
    """Something in blocks that can be clicked, chosen or filled in."""

    element: Json
    block: Json

    @property
    def kind(self) -> str:
        return str(self.element["type"])

    @property
    def key(self) -> Key:
        return str(self.block["block_id"]), str(self.element.get("action_id", ""))

    @property
    def names(self) -> list[str]:
        """What a person or a test calls it: label, placeholder, ids."""
        parts = (self.element.get("text"), self.element.get("placeholder"), self.block.get("label"))
        words = [shown(str(part["text"])) for part in parts if isinstance(part, dict)]
        ids = [str(self.element.get("action_id", "")), str(self.block["block_id"]) if self.block["type"] == "input" else ""]
        return [name for name in (*words, *ids) if name]

    @property
    def label(self) -> str:
        """Its label in a form."""
        return shown(str(self.block["label"]["text"])) if self.block.get("label") else self.names[0]

    @property
    def options(self) -> list[Json]:
        """All its options, groups flattened."""
        groups = [group["options"] for group in self.element.get("option_groups") or ()]
        return [*(self.element.get("options") or ()), *(option for group in groups for option in group)]

    @property
    def many(self) -> bool:
        """Whether it takes several choices."""
        return self.kind.startswith("multi_") or self.kind == "checkboxes"


def controls(blocks: list[Json]) -> Iterator[Control]:
    """Everything interactive in blocks that have their ids."""
    for block in blocks:
        for element in (*(block.get("elements") or ()), block.get("accessory"), block.get("element"), *(block.get("actions") or ())):
            if isinstance(element, dict) and ("action_id" in element or element.get("type") in (*CHOOSERS, "button")):
                yield Control(element, block)


def state_of(blocks: list[Json], held: Held) -> Json:
    """``state.values``: what every control holds."""
    state: Json = {}
    for control in controls(blocks):
        if control.kind not in STATELESS:
            value = chosen(control, held[control.key]) if control.key in held else initial(control)
            block_id, action_id = control.key
            state.setdefault(block_id, {})[action_id] = {"type": control.kind, **value}
    return state


def chosen(control: Control, choice: Any) -> Json:
    """A person's choice as ``state.values`` and actions hold it.

    Args:
        choice: An option by its words or value, a list of them, an id, a day, a number of seconds, words; an option itself
            where the app suggests them; ``None``: nothing.
    """
    kind = control.kind
    if control.options or kind.endswith(("static_select", "external_select")):
        wanted = [] if choice is None else list(choice) if isinstance(choice, list | tuple) else [choice]
        found = [_option(control, each) for each in wanted]
        return {"selected_options": found} if control.many else {"selected_option": found[0] if found else None}
    for what in ("user", "conversation", "channel"):
        if kind == f"{what}s_select":
            return {f"selected_{what}": choice or None}
        if kind == f"multi_{what}s_select":
            return {f"selected_{what}s": [choice] if isinstance(choice, str) else list(choice or ())}
    match kind:
        case "datepicker":
            return {"selected_date": choice or None}
        case "timepicker":
            return {"selected_time": choice or None}
        case "datetimepicker":
            return {"selected_date_time": choice or None}
        case "rich_text_input":
            return {"rich_text_value": _rich(str(choice)) if choice else None}
        case "file_input":
            return {"files": []}
        case _:
            return {"value": choice or None}


def _option(control: Control, choice: Any) -> Json:
    if isinstance(choice, dict) and "external" in control.kind:
        return choice
    wanted = choice["value"] if isinstance(choice, dict) else choice
    found = next((option for option in control.options if wanted in (option["value"], shown(option["text"]["text"]))), None)
    if found is None:
        raise LookupError(f"no option {wanted!r}; there are {[shown(option['text']['text']) for option in control.options]}")
    return found


def _rich(words: str) -> Json:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": words}]}]}


def initial(control: Control) -> Json:
    """What a control holds that nobody touched."""
    element = control.element
    for key in ("option", "user", "conversation", "channel", "date", "time", "date_time"):
        for many in ("", "s"):
            if element.get(f"initial_{key}{many}") is not None:
                return {f"selected_{key}{many}": element[f"initial_{key}{many}"]}
    empty = chosen(control, None)
    initially = element.get("initial_value")
    return dict.fromkeys(empty, initially) if initially is not None else empty


def refused(control: Control, value: Json) -> str:
    """Why Slack itself would not send this input; empty when it would."""
    filled = [each for each in value.values() if each not in (None, "", [])]
    if not filled:
        return "" if control.block.get("optional") else REQUIRED
    words = value.get("value")
    return _refused_words(control, words) if isinstance(words, str) else ""


def _refused_words(control: Control, words: str) -> str:
    most, least = control.element.get("max_length", 3000), control.element.get("min_length", 0)
    if control.kind == "email_text_input" and not re.fullmatch(r"[^\s@]+@[^\s@]+\.[^\s@]*", words):
        return NO_EMAIL
    if control.kind == "url_text_input" and not re.match(r"[a-z][a-z0-9+.-]*:\S+$", words, re.IGNORECASE):
        return NO_URL
    if control.kind == "number_input":
        return _refused_number(control.element, words)
    if len(words) > most:
        return f"Please enter at most {most} characters."
    if len(words) < least:
        return f"Please enter at least {least} characters."
    return ""


def _refused_number(element: Json, words: str) -> str:
    form = r"[+-]?\d+(\.\d+)?" if element.get("is_decimal_allowed") else r"[+-]?\d+"
    if not re.fullmatch(form, words):
        return NO_NUMBER
    least, most = element.get("min_value"), element.get("max_value")
    if least is not None and Decimal(words) < Decimal(least):
        return f"Please enter a number of at least {least}."
    if most is not None and Decimal(words) > Decimal(most):
        return f"Please enter a number of at most {most}."
    return ""
