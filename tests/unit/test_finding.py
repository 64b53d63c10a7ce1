"""Finding the one thing that is meant."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.finding import by_name, exactly, find

BOXES = [("1001", "Reception"), ("1002", "Sales"), ("1003", "Sales Laval"), ("1004", "1001"), ("1005", "Warehouse 2"), ("1006", "Élan")]


def names(box: tuple[str, str]) -> Sequence[str]:
    return box


@pytest.mark.parametrize(
    ("words", "box"),
    [
        ("1002", "1002"),
        ("sales", "1002"),
        ("  SALES   laval ", "1003"),
        ("rec", "1001"),
        ("house", "1005"),
        ("élan", "1006"),
        ("1001", "1001"),
    ],
)
def test_the_best_fit_is_found(words: str, box: str) -> None:
    found = find(words, BOXES, names)
    assert found.one is not None
    assert found.one[0] == box
    assert found.near == ()


def test_several_fits_are_all_told_and_none_is_taken() -> None:
    found = find("100", BOXES, names)
    assert found.one is None
    assert found.near == tuple(BOXES)


def test_a_name_that_only_looks_alike_is_never_taken() -> None:
    found = find("Recpetion", BOXES, names)
    assert found.one is None
    assert found.near == (BOXES[0],)


@pytest.mark.parametrize("words", ["", "   ", "zzzzzz"])
def test_nothing_fits_nothing(words: str) -> None:
    assert find(words, BOXES, names) == find(words, [], names)


def test_two_of_the_same_name_are_ambiguous_though_whole() -> None:
    twins = [("1", "Acme"), ("2", "acme")]
    assert find("Acme", twins, names).near == tuple(twins)
    assert exactly("ACME", twins, names) == tuple(twins)
    assert exactly("", [("1", "")], names) == ()


def test_names_are_ordered_as_people_look_for_them() -> None:
    assert by_name(["Warehouse 10", "warehouse 2", "Ana", "2nd floor", "", "10th floor"], str) == [
        "",
        "2nd floor",
        "10th floor",
        "Ana",
        "warehouse 2",
        "Warehouse 10",
    ]


@given(st.text(max_size=20), st.lists(st.text(max_size=20), max_size=10))
def test_any_words_and_any_names_give_an_answer(words: str, called: list[str]) -> None:
    found = find(words, called, lambda name: (name,))
    assert found.one is None or found.near == ()
    assert sorted(by_name(called, str)) == sorted(called)
