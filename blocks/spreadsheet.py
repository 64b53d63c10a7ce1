"""Rows as text that a spreadsheet opens and never runs. Pure."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_TAKEN_OUT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Controls but for tabs and line ends, and direction overrides: they steer a terminal, end a text for some readers, and show nothing."""
_BEGINS_A_CELL = re.compile(r"([;\t\r\n])")
"""Where commas mean decimals (French Canada, most of Europe), a spreadsheet begins a new cell there, whatever is quoted."""
_BEGINS_A_FORMULA = frozenset("=+-@\N{MINUS SIGN}")
_UNSEEN = frozenset("ZCM")
"""Unicode's classes of blanks, controls and marks: a spreadsheet may pass over them, as it does over quotation marks."""


def as_csv(rows: Iterable[Iterable[object]]) -> str:
    """The rows as one text, for a file that is small."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue()


def harmless(cell: object) -> str:
    """The cell as text that no spreadsheet takes for a formula, without controls: a caller id may begin with ``=``.

    Plain numbers, ``-0.05`` and ``+15145550134`` included, stay as they are.
    """
    text = _TAKEN_OUT.sub("", str(cell))
    if _NUMBER.fullmatch(text):
        return text
    pieces = "".join(f"'{piece}" if _runs(piece) else piece for piece in _BEGINS_A_CELL.split(text))
    return f"'{pieces}" if pieces.startswith(("\t", "\r", "\n")) else pieces


def _runs(piece: str) -> bool:
    """Whether the first sign that a spreadsheet does not pass over makes it a formula, in any of its widths."""
    for sign in piece:
        if sign != '"' and unicodedata.category(sign)[0] not in _UNSEEN:
            return unicodedata.normalize("NFKC", sign) in _BEGINS_A_FORMULA
    return False
