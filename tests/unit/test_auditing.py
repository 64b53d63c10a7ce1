"""What is kept of a person's words: enough to know what was looked at, without whose number it was."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.auditing import ABOUT_MOST, about


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (("yesterday", "missed"), "yesterday missed"),
        (("front desk",), '"front desk"'),
        (("100001_ana", "2026-11-03"), "100001_ana 2026-11-03"),
        (("2026-11-01..2026-11-15", "561115", "203.0.113.7", "101"), "2026-11-01..2026-11-15 561115 203.0.113.7 101"),
        (("number:5145550134",), "number:514 555-••34"),
        (("5145550134",), "514 555-••34"),
        (("2026-1125-01",), "2026-1125-01"),
        (("101", "2026-11-01", "2026-11-15"), "101 2026-11-01 2026-11-15"),
        (("2026-10", "2026-11", "561115", "100001_5145"), "2026-10 2026-11 561115 100001_5145"),
        (("101", "514", "555", "01", "34"), "101••34"),
    ],
)
def test_words_are_kept_with_numbers_masked(words: tuple[str, ...], kept: str) -> None:
    assert about(words) == kept


@pytest.mark.parametrize(
    "number",
    [
        *("5145550134", "+15145550134", "1-514-555-0134", "(514) 555-0134", "514.555.0134", "514 555 0134", "514 555 01 34"),
        *("514/555/0134", "514–555–0134", "514_555_0134", "5 1 4 5 5 5 0 1 3 4", "011 44 20 5550 0134", "x5145550134", ".5145550134"),
    ],
)
@pytest.mark.parametrize("typed", ["{}", "number:{}", "calls {} yesterday", "of:{}"])
def test_no_way_to_write_a_number_keeps_it(number: str, typed: str) -> None:
    kept = about((typed.format(number),))
    assert "0134" not in re.sub(r"\D", "", kept) and "5550" not in re.sub(r"\D", "", kept)


@given(st.lists(st.text()))
def test_what_is_kept_is_short_and_one_line(words: list[str]) -> None:
    kept = about(words)
    assert len(kept) <= ABOUT_MOST and len(kept.splitlines()) <= 1
