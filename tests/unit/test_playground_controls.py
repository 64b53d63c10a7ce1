"""What controls of the stand-in for Slack hold, and what Slack itself would not send."""

from typing import Any

import pytest

from playground.slack_controls import NO_EMAIL, NO_NUMBER, NO_URL, REQUIRED, Control, chosen, controls, initial, refused, state_of

Json = dict[str, Any]


def option(name: str) -> Json:
    return {"text": {"type": "plain_text", "text": name}, "value": name.lower()}


RED, GREEN = option("Red"), option("Green")


def control(kind: str, optional: bool = False, **more: Any) -> Control:
    return Control({"type": kind, "action_id": "a", **more}, {"type": "input", "block_id": "b", "optional": optional})


@pytest.mark.parametrize(
    ("kind", "more", "choice", "held"),
    [
        ("static_select", {"options": [RED, GREEN]}, "green", {"selected_option": GREEN}),
        ("static_select", {"options": [RED, GREEN]}, "Green", {"selected_option": GREEN}),
        ("static_select", {"option_groups": [{"options": [RED]}, {"options": [GREEN]}]}, "green", {"selected_option": GREEN}),
        ("static_select", {"options": [RED]}, None, {"selected_option": None}),
        ("multi_static_select", {"options": [RED, GREEN]}, ["red", "green"], {"selected_options": [RED, GREEN]}),
        ("checkboxes", {"options": [RED, GREEN]}, [], {"selected_options": []}),
        ("radio_buttons", {"options": [RED, GREEN]}, "red", {"selected_option": RED}),
        ("external_select", {}, GREEN, {"selected_option": GREEN}),
        ("multi_external_select", {}, [RED, GREEN], {"selected_options": [RED, GREEN]}),
        ("users_select", {}, "U0ALICE", {"selected_user": "U0ALICE"}),
        ("multi_users_select", {}, ["U0ALICE"], {"selected_users": ["U0ALICE"]}),
        ("conversations_select", {}, "C0PHONES", {"selected_conversation": "C0PHONES"}),
        ("channels_select", {}, None, {"selected_channel": None}),
        ("datepicker", {}, "2026-11-24", {"selected_date": "2026-11-24"}),
        ("timepicker", {}, "08:00", {"selected_time": "08:00"}),
        ("datetimepicker", {}, 1_795_539_600, {"selected_date_time": 1_795_539_600}),
        ("plain_text_input", {}, "", {"value": None}),
        ("email_text_input", {}, "ana@example.com", {"value": "ana@example.com"}),
        ("file_input", {}, None, {"files": []}),
    ],
)
def test_a_choice_is_held_as_slack_writes_it(kind: str, more: Json, choice: Any, held: Json) -> None:
    assert chosen(control(kind, **more), choice) == held


def test_an_option_that_is_not_offered_cannot_be_chosen() -> None:
    with pytest.raises(LookupError):
        chosen(control("static_select", options=[RED]), "blue")


@pytest.mark.parametrize(
    ("kind", "more", "held"),
    [
        ("static_select", {"options": [RED], "initial_option": RED}, {"selected_option": RED}),
        ("multi_static_select", {"options": [RED], "initial_options": [RED]}, {"selected_options": [RED]}),
        ("multi_users_select", {"initial_users": ["U0ALICE"]}, {"selected_users": ["U0ALICE"]}),
        ("datepicker", {"initial_date": "2026-11-24"}, {"selected_date": "2026-11-24"}),
        ("plain_text_input", {"initial_value": "hello"}, {"value": "hello"}),
        ("plain_text_input", {}, {"value": None}),
        ("checkboxes", {"options": [RED]}, {"selected_options": []}),
    ],
)
def test_what_nobody_touched_holds_what_the_app_put_there(kind: str, more: Json, held: Json) -> None:
    assert initial(control(kind, **more)) == held


@pytest.mark.parametrize(
    ("kind", "more", "value", "why"),
    [
        ("plain_text_input", {}, None, REQUIRED),
        ("plain_text_input", {"max_length": 3}, "four", "Please enter at most 3 characters."),
        ("plain_text_input", {"min_length": 5}, "four", "Please enter at least 5 characters."),
        ("email_text_input", {}, "nobody", NO_EMAIL),
        ("email_text_input", {}, "ana@example.com", ""),
        ("url_text_input", {}, "example.com", NO_URL),
        ("url_text_input", {}, "https://example.com", ""),
        ("number_input", {"is_decimal_allowed": False}, "1.5", NO_NUMBER),
        ("number_input", {"is_decimal_allowed": True, "max_value": "2"}, "1.5", ""),
        ("number_input", {"min_value": "2"}, "1", "Please enter a number of at least 2."),
        ("number_input", {"max_value": "2"}, "3", "Please enter a number of at most 2."),
    ],
)
def test_what_slack_itself_refuses_is_said(kind: str, more: Json, value: str | None, why: str) -> None:
    assert refused(control(kind, **more), {"value": value}) == why


def test_an_optional_input_may_be_empty() -> None:
    assert refused(control("plain_text_input", optional=True), {"value": None}) == ""


def test_the_state_tells_of_everything_that_holds_a_value() -> None:
    blocks: list[Json] = [
        {
            "type": "actions",
            "block_id": "one",
            "elements": [
                {"type": "button", "action_id": "go"},
                {"type": "overflow", "action_id": "more", "options": [RED]},
                {"type": "static_select", "action_id": "lamp", "options": [RED, GREEN], "initial_option": RED},
            ],
        },
        {"type": "input", "block_id": "two", "element": {"type": "plain_text_input", "action_id": "name"}},
    ]
    assert [each.key for each in controls(blocks)] == [("one", "go"), ("one", "more"), ("one", "lamp"), ("two", "name")]
    assert state_of(blocks, {("two", "name"): "Front desk"}) == {
        "one": {"lamp": {"type": "static_select", "selected_option": RED}},
        "two": {"name": {"type": "plain_text_input", "value": "Front desk"}},
    }
