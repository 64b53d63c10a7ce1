"""What a message says: words that were put with it, or words that are drawn when its turn comes.

A payload is one of

- ``{"text": "Missing: front desk", "blocks": […]}``: said as it stands;
- ``{"text": "Every part of it", "file": {"name": "report.csv", "content": "…"}}``: a file with a few words. Its name is nobody else's
  in its thread: by it the file is looked for when it is unclear whether Slack has it;
- ``{"draw": NAME, …}``: ``painters[NAME]`` draws it from whatever is true at the moment it is sent, so an edit that has waited shows
  the state as it is now, and a report that its channel may no longer see is not said. What was put as an edit is drawn as a post when
  the message it should edit is gone.

The first and the last may also say ``"broadcast": true``: a reply that the whole channel sees. A text is Slack's ``text``, already
escaped.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from blocks.frame import BlockDict
from store.outbox import Message


@dataclass(frozen=True, kw_only=True)
class Words:
    """What is said.

    Attributes:
        text: For the lock screen and for readers that show no blocks.
        about: Of a reply: what it belongs to, in a few words for when that message has been deleted.
        anew: Of an edit: worth a message of its own when the one it should edit has been deleted.
        unfurl: Slack may show previews of links.
    """

    text: str
    blocks: Sequence[BlockDict] = ()
    about: str = ""
    anew: bool = True
    unfurl: bool = False


Painter: TypeAlias = Callable[[Message], Words | None]
"""Draws a message when it is sent, outside of any transaction. ``None``: it is no longer worth saying."""


class CannotDraw(Exception):
    """The words of a message cannot be made: a mistake of ours. The text says which."""


def words_of(message: Message, painters: Mapping[str, Painter]) -> Words | None:
    """What a message says now; ``None`` when it is no longer worth saying.

    Raises:
        CannotDraw: Nothing is known that draws it, or there is no text.
    """
    payload = message.payload
    if "draw" in payload:
        painter = painters.get(payload["draw"])
        if painter is None:
            raise CannotDraw(f"nothing draws {payload['draw']!r}")
        return painter(message)
    if not payload.get("text"):
        raise CannotDraw("there is no text")
    return as_it_stands(payload)


def as_it_stands(payload: Mapping[str, Any]) -> Words:
    """The words that were put with a message."""
    return Words(**{name: payload[name] for name in Words.__dataclass_fields__ if name in payload})
