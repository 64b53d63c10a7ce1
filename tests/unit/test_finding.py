"""Finding the one thing that is meant."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.finding import by_name, exactly, find, find_called, plain_names, run_of, taken_apart

NOTE = "Loaner that waits in its box because nobody took it out"
BOXES = [
    ("1001", "Reception"),
    ("1002", "Sales"),
    ("1003", "Sales Laval"),
    ("1004", "1001"),
    ("1005", "Warehouse 2"),
    ("1006", "Élan"),
    ("1007", NOTE),
]


def names(box: tuple[str, str]) -> Sequence[str]:
    return box


@pytest.mark.parametrize(
    ("words", "box"),
    [
        ("1002", "1002"),
        ("sales", "1002"),
        ("  SALES   laval ", "1003"),
        ("rec", "1001"),
        ("laval", "1003"),
        ("élan", "1006"),
        ("elan", "1006"),
        ("1001", "1001"),
        ("loaner", "1007"),
    ],
)
def test_the_best_fit_is_found(words: str, box: str) -> None:
    found = find(words, BOXES, names)
    assert found.one is not None
    assert found.one[0] == box
    assert found.several == found.near == ()


def test_several_fits_are_all_told_and_none_is_taken() -> None:
    found = find("100", BOXES, names)
    assert found.one is None
    assert found.several == tuple(BOXES)


@pytest.mark.parametrize(("words", "box"), [("Recpetion", "1001"), ("house", "1005"), ("nobody", "1007"), ("1008", "1001")])
def test_what_only_looks_alike_or_holds_the_words_is_near_and_never_taken(words: str, box: str) -> None:
    found = find(words, BOXES, names)
    assert found.one is None
    assert found.several == ()
    assert found.near[0][0] == box


def test_the_nearest_comes_first_and_there_are_few() -> None:
    things = [("Frontier desk 9",), ("Front desk",), ("Front task",)]
    assert find("Front dsk", things, lambda one: one).near == (("Front desk",), ("Front task",))
    assert find("brch", [("561115", "Birch Dental"), ("561116", "Perch & Co Ltd Sons of Anna")], names).near == (
        ("561115", "Birch Dental"),
    )
    assert len(find("phonex", [(f"phone{n}",) for n in range(20)], lambda one: one).near) == 5


@pytest.mark.parametrize("words", ["", "   ", "zzzzzz"])
def test_nothing_fits_nothing(words: str) -> None:
    assert find(words, BOXES, names) == find(words, [], names)


@pytest.mark.parametrize(
    ("words", "box"),
    [
        ("ext 1002", "1002"),
        ("Ext. 1002", "1002"),
        ("extension 1002", "1002"),
        ("ext.1002", "1002"),
        ("x1002", "1002"),
        ("mailbox 1003", "1003"),
        ("mailbox: 1003", "1003"),
        ("Warehouse 2 (1005)", "1005"),
        ("Sales (ext. 1002)", "1002"),
        ("Sales (123)", "1002"),
    ],
)
def test_a_thing_is_found_however_it_is_introduced(words: str, box: str) -> None:
    found = find_called(words, BOXES, names)
    assert found.one is not None and found.one[0] == box


def test_what_is_called_so_wins_over_what_is_introduced_so() -> None:
    clients = [("1", "Client 2"), ("2", "Acme")]
    assert find_called("Client 2", clients, names).one == clients[0]
    assert find_called("client 1", clients, names).one == clients[0]
    assert find_called("mailbox 1008", BOXES, names).near[0][0] == "1001"


def test_two_of_the_same_name_are_ambiguous_though_whole() -> None:
    twins = [("1", "Acme"), ("2", "acme")]
    assert find("Acme", twins, names).several == tuple(twins)
    assert exactly("ACME", twins, names) == tuple(twins)
    assert exactly("", [("1", "")], names) == ()


def test_whole_names_are_taken_out_of_other_words_the_longest_first() -> None:
    assert taken_apart(("1001", "sales", "Laval", "foo", "sales laval"), BOXES, names) == ([BOXES[0], BOXES[2]], ["foo"])
    assert run_of(("Sales", "laval", "today"), plain_names(["sales", "Sales Laval"])) == 2
    assert run_of(("today",), plain_names(["", "sales"])) == 0


def test_names_are_ordered_as_people_look_for_them() -> None:
    assert by_name(["Warehouse 10", "warehouse 2", "Ana", "2nd floor", "", "10th floor"], str) == [
        "",
        "2nd floor",
        "10th floor",
        "Ana",
        "warehouse 2",
        "Warehouse 10",
    ]


def test_a_name_of_thousands_of_digits_is_ordered_like_any_other() -> None:
    endless = "⑳" * 4_000
    assert by_name([endless, "Ana", "9"], str) == ["9", endless, "Ana"]


@given(st.text(max_size=20), st.lists(st.text(max_size=20), max_size=10))
def test_any_words_and_any_names_give_an_answer(words: str, called: list[str]) -> None:
    found = find_called(words, called, lambda name: (name,))
    assert found.one is None or found.several == found.near == ()
    assert sorted(by_name(called, str)) == sorted(called)
    meant, left = taken_apart(words.split(), called, lambda name: (name,))
    assert len(meant) + len(left) <= len(words.split())
