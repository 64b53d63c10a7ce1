"""Rows as text that a spreadsheet opens and never runs. Pure."""

import csv
import io
import re
from collections.abc import Iterable

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_STARTS_A_FORMULA = re.compile(r"[\s\x00-\x1f\u200b-\u200f\u202a-\u202e\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")


def as_csv(rows: Iterable[Iterable[object]]) -> str:
    """The rows as one text, for a file that is small."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([harmless(cell) for cell in row] for row in rows)
    return text.getvalue()


def harmless(cell: object) -> str:
    """The cell as text that no spreadsheet takes for a formula: a caller id may begin with ``=``.

    Plain numbers, ``-0.05`` and ``+15145550134`` included, stay as they are.
    """
    text = str(cell)
    return f"'{text}" if _STARTS_A_FORMULA.match(text) and not _NUMBER.fullmatch(text) else text
