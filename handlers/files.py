"""Tables as files that a spreadsheet opens and never runs."""

import csv
import re
from pathlib import Path

from handlers.registry import Csv

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_STARTS_A_FORMULA = re.compile(r"[\s\x00-\x1f\u200b-\u200f\u202a-\u202e\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")


def write(table: Csv, path: Path) -> None:
    """Write the table, row by row as it is read. The byte order mark at its start makes Excel read accents."""
    with path.open("w", encoding="utf-8-sig", errors="replace", newline="") as file:
        csv.writer(file).writerows([harmless(cell) for cell in row] for row in table.rows)


def harmless(cell: object) -> str:
    """The cell as text that no spreadsheet takes for a formula: a caller id may begin with ``=``.

    Plain numbers, ``-0.05`` and ``+15145550134`` included, stay as they are.
    """
    text = str(cell)
    return f"'{text}" if _STARTS_A_FORMULA.match(text) and not _NUMBER.fullmatch(text) else text
