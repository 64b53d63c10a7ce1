"""Facts of others that some tests also hold us against, where they are: a plain clone has none, and needs none."""

from pathlib import Path

FOLDER = Path(__file__).parents[2] / "shared"
"""The API's documentation as data, and Slack's schemas."""


def reference(path: str) -> Path | None:
    """A file of the reference, or ``None``; the summary of a run says what was left out for want of it."""
    found = FOLDER / path
    return found if found.is_file() else None
