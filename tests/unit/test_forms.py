"""The forms in which a message can be sent."""

from blocks.forms import Form, forms
from blocks.frame import render, section, table, without_tables

WORDS = render([section("Calls yesterday")])
TABLE = render([table(["Account", "Calls"], [["desk", "3"]])[0]])
CARD = [*WORDS, *TABLE, *WORDS]


def test_words_are_tried_as_they_are_and_then_alone() -> None:
    assert list(forms(WORDS)) == [Form(WORDS), Form([])]
    assert list(forms([])) == [Form([])]


def test_a_table_is_tried_then_written_as_text_then_left_out() -> None:
    assert list(forms(CARD)) == [Form(CARD), Form(without_tables(CARD), frozenset(("table",))), Form([])]


def test_what_the_workspace_refuses_is_not_tried() -> None:
    assert list(forms(CARD, {"table", "data_table"})) == [Form(without_tables(CARD)), Form([])]
    assert list(forms(CARD, {"data_visualization"})) == list(forms(CARD))
