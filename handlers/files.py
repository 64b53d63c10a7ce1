"""Tables as files that a spreadsheet opens and never runs."""

import csv
from pathlib import Path

from blocks.spreadsheet import harmless
from handlers.registry import Csv


def write(table: Csv, path: Path) -> None:
    """Write the table, row by row as it is read. The byte order mark at its start makes Excel read accents."""
    with path.open("w", encoding="utf-8-sig", errors="replace", newline="") as file:
        csv.writer(file).writerows([harmless(cell) for cell in row] for row in table.rows)
