"""Tables as files: whatever a stranger puts into a caller id, a spreadsheet shows it and runs nothing."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.spreadsheet import harmless
from handlers.files import write
from handlers.registry import Csv


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1+1", "-2+3", "@SUM(A1)", "\t=1", " =1", "\r=1", "\u200b=1", "=cmd|' /C calc'!A0", "\uff1d1+1", "-"]
)
def test_what_a_spreadsheet_would_run_is_quoted(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "5145550134", "+15145550134", "-0.05", "0.00370000", "Ana", "a=b", "2026-11-23T08:00:00-05:00", "$1"])
def test_ordinary_cells_stay_as_they_are(cell: str) -> None:
    assert harmless(cell) == cell


@given(st.text())
def test_no_text_at_all_begins_a_formula(cell: str) -> None:
    first = harmless(cell).lstrip()[:1]
    assert first not in ("=", "@") and (first not in ("+", "-") or harmless(cell).strip().lstrip("+-").replace(".", "").isdecimal())


def test_a_file_holds_the_rows_and_accents_are_marked_for_excel(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    write(Csv("calls.csv", [["From", "Cost"], ['"Zoë" <5145550134>', 5], ["=1+1", "-0.05"], ["line\nbreak", "\ud800"]]), path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [["From", "Cost"], ['"Zoë" <5145550134>', "5"], ["'=1+1", "-0.05"], ["line\nbreak", "?"]]
