"""The forms in which a message can be sent, the best first: not every workspace takes every kind of block. Pure."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from blocks.frame import BlockDict, without_tables

RICH = frozenset(("table", "data_table", "data_visualization"))
"""Kinds of block that some workspaces refuse."""
TOO_MUCH = frozenset(("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"))
"""Slack's words for a message that it would take in a simpler form."""
NOT_UNDERSTOOD = "invalid_blocks"
"""The one of them that says something about the workspace."""


@dataclass(frozen=True)
class Form:
    """A message's blocks in one form.

    Attributes:
        blocks: Empty: the text alone.
        without: Kinds that stand in it as text, which the workspace is not yet known to refuse.
    """

    blocks: list[BlockDict]
    without: frozenset[str] = frozenset()


def forms(blocks: Sequence[BlockDict], refused: Collection[str] = ()) -> Iterator[Form]:
    """Each form simpler than the one before: as it is but for what the workspace refuses; without any table or chart; words alone.

    Args:
        refused: Kinds of block that need not be tried.
    """
    rich = frozenset(str(block.get("type")) for block in blocks) & RICH
    yield Form(as_text(blocks, rich.intersection(refused)))
    if untried := rich.difference(refused):
        yield Form(as_text(blocks, rich), untried)
    if blocks:
        yield Form([])


def as_text(blocks: Sequence[BlockDict], kinds: Collection[str]) -> list[BlockDict]:
    """The blocks, with those of these kinds as text."""
    # the small print that repeats a chart's numbers goes with the chart
    written = {*kinds, "context"} if "data_visualization" in kinds else kinds
    return [form for block in blocks for form in (without_tables([block]) if block.get("type") in written else [block])]
