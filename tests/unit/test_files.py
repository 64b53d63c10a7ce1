"""Tables as files: whatever a stranger puts into a caller id, a spreadsheet shows it and runs nothing."""

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.spreadsheet import harmless
from handlers.files import write
from handlers.registry import Csv

TAKEN_OUT = "\x00\x08\x0b\x1b\x7f\x85\x9f\u202a\u202e\u2066\u2069"
UNSEEN = "\xa0\u00ad\u0301\u180e\u200b\u2028\u2060\ufe0f\ufeff\U000e0001"
SEPARATORS = ";\t\r\n"


@pytest.mark.parametrize(
    "cell",
    [
        *("=1+1", "+1+1", "-2+3", "@SUM(A1)", " =1", '"=1', "=cmd|' /C calc'!A0", "-"),
        *("\uff1d1+1", "\uff0b1", "\uff0d1+1", "\uff20x", "\ufe661", "\ufe621+1", "\ufe631+1", "\ufe6bx", "\u22121+1"),
        *(f"{sign}=1" for sign in UNSEEN),
    ],
)
def test_what_a_spreadsheet_would_run_is_quoted(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("Bob;=1+1", "Bob;'=1+1"),
        ("Bob; \u200b=1+1", "Bob;' \u200b=1+1"),
        ('Bob;"=1+1&"', 'Bob;\'"=1+1&"'),
        ("Ann\t=cmd|' /C calc'!A0", "Ann\t'=cmd|' /C calc'!A0"),
        ("=1;=2\r\n@3", "'=1;'=2\r\n'@3"),
        ("\t=1", "'\t'=1"),
        ("\r1", "'\r1"),
        ("1=sip:5096;2=fwd:20222", "1=sip:5096;2=fwd:20222"),
    ],
)
def test_what_begins_a_cell_where_other_signs_part_them_is_quoted_too(cell: str, shown: str) -> None:
    assert harmless(cell) == shown


@pytest.mark.parametrize("cell", ["", "5145550134", "+15145550134", "-0.05", "0.00370000", "Ana", "a=b", "2026-11-23T08:00:00-05:00", "$1"])
def test_ordinary_cells_stay_as_they_are(cell: str) -> None:
    assert harmless(cell) == cell


@pytest.mark.parametrize("sign", TAKEN_OUT)
def test_controls_are_taken_out_before_the_cell_is_looked_at(sign: str) -> None:
    assert harmless(f"Ann{sign}a\tDesk\r\n2") == "Anna\tDesk\r\n2"
    assert harmless(f"{sign}={sign}1") == "'=1"
    assert harmless(f"-{sign}5") == "-5"


@given(st.text(alphabet=st.sampled_from(f"=+-@\uff1d\ufe66a1. \"'{SEPARATORS}{UNSEEN}{TAKEN_OUT}") | st.characters()))
def test_no_text_at_all_begins_a_formula_in_any_cell(cell: str) -> None:
    for piece in re.split(f"[{SEPARATORS}]", harmless(cell)):
        first = piece.strip(UNSEEN + '" ')[:1]
        assert first not in tuple("=+-@\uff1d\ufe66") or re.fullmatch(r"[+-][0-9]+(\.[0-9]+)?", cell)


def test_a_file_holds_the_rows_and_accents_are_marked_for_excel(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    write(Csv("calls.csv", [["From", "Cost"], ['"Zoë" <5145550134>', 5], ["=1+1", "-0.05"], ["line\nbreak", "\ud800"]]), path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [["From", "Cost"], ['"Zoë" <5145550134>', "5"], ["'=1+1", "-0.05"], ["line\nbreak", "?"]]
