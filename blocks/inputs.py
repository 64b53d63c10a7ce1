"""Forms: their inputs and the view around them. Pure.

The name of an input is its block's id, and the name under which ``Submitted.values`` has what was typed or chosen; of several choices
that is one in a line. A ``pick`` suggests while one types, and offers only what its reader may see where the form was opened.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from blocks.frame import BlockDict, clean, cut

PICK = "pick:"
"""How the action ids of inputs begin that suggest while one types; what they suggest follows: ``accounts``."""
OPTIONS_MOST = 100


def form(command: str, title: str, submit: str, blocks: Sequence[BlockDict]) -> dict[str, Any]:
    """A modal that is sent to a command.

    Args:
        command: Its name; what follows a colon tells its forms from each other: ``access:grant``.
        title, submit: At most 24 characters.
    """
    return {
        "type": "modal",
        "callback_id": command,
        "title": _plain(title, 24),
        "submit": _plain(submit, 24),
        "close": _plain("Cancel", 24),
        "blocks": list(blocks),
    }


def field(name: str, label: str, element: BlockDict, *, optional: bool = False, hint: str = "") -> BlockDict:
    """One input under its label."""
    return {
        "type": "input",
        "block_id": name,
        "label": _plain(label, 200),
        "element": {"action_id": name, **element},
        **({"optional": True} if optional else {}),
        **({"hint": _plain(hint, 200)} if hint else {}),
    }


def text(placeholder: str = "", initial: str = "") -> BlockDict:
    """One line of words."""
    return {
        "type": "plain_text_input",
        **({"placeholder": _plain(placeholder, 150)} if placeholder else {}),
        **({"initial_value": initial} if initial else {}),
    }


def choice(options: Mapping[str, str], initial: str = "") -> BlockDict:
    """One of a few things.

    Args:
        options: What is chosen, by value.
    """
    made = {value: option(words, value) for value, words in options.items()}
    return {"type": "static_select", "options": list(made.values()), **({"initial_option": made[initial]} if initial in made else {})}


def ticks(options: Mapping[str, str]) -> BlockDict:
    """Things to be ticked, by value."""
    return {"type": "checkboxes", "options": [option(words, value) for value, words in options.items()]}


def people() -> BlockDict:
    """People of the workspace."""
    return {"type": "multi_users_select", "placeholder": _plain("Choose people", 150)}


def channel() -> BlockDict:
    """A channel; what Slack makes of direct messages is none."""
    return {"type": "conversations_select", "placeholder": _plain("Choose a channel", 150), "filter": {"include": ["public", "private"]}}


def pick(what: str, many: bool = True) -> BlockDict:
    """Accounts, clients, mailboxes, sites or groups, suggested while one types.

    Args:
        what: ``accounts``, …
    """
    return {
        "type": "multi_external_select" if many else "external_select",
        "action_id": f"{PICK}{what}",
        "placeholder": _plain("Type a name or a number", 150),
        "min_query_length": 0,
    }


def option(words: str, value: str) -> BlockDict:
    """One thing that can be chosen; words from outside are harmless."""
    return {"text": _plain(words, 75), "value": value}


def _plain(words: str, most: int) -> BlockDict:
    return {"type": "plain_text", "text": cut(clean(words), most) or "–"}
