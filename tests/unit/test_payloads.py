"""What Slack's payloads say, and that what they do not say is nothing."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.payloads import NUMBERS_MOST, chosen, metadata, numbers_in, opened_from, stamped, used, values

JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda some: st.lists(some) | st.dictionaries(st.text(), some))


@pytest.mark.parametrize("channel", ["C0PHONES", ""])
@pytest.mark.parametrize("own", ["", "what the form keeps", '{"seen_from": "C0OTHER"}'])
def test_a_form_remembers_where_it_was_opened_beside_what_it_keeps_itself(channel: str, own: str) -> None:
    view = stamped({"type": "modal", "private_metadata": own}, channel)
    assert (opened_from(view), metadata(view)) == (channel, own)


@pytest.mark.parametrize("kept", [None, "", "{", "[]", "7", '"C0PHONES"', "{}", '{"seen_from": 7}', '{"seen_from": null}', '{"own": "x"}'])
def test_a_form_that_does_not_say_where_it_was_opened_was_opened_nowhere(kept: str | None) -> None:
    assert opened_from({"private_metadata": kept}) is None


@given(JSON)
def test_whatever_a_form_keeps_is_read(kept: Any) -> None:
    view = {"private_metadata": json.dumps(kept)}
    assert isinstance(metadata(view), str) and opened_from(view) in (None, kept.get("seen_from") if isinstance(kept, dict) else None)


CLICK = {"action_id": "ask:1", "action_ts": "17.5", "value": "status"}
ANA = {"user": {"id": "U0ANA"}, "trigger_id": "t", "actions": [CLICK]}


def test_a_click_under_a_message_says_where_it_is() -> None:
    one = used({**ANA, "channel": {"id": "C0PHONES"}, "response_url": "u", "container": {"thread_ts": "1.2"}})
    assert (one.person, one.name, one.value, one.channel, one.thread, one.view, one.url) == (
        "U0ANA",
        "ask:1",
        "status",
        "C0PHONES",
        "1.2",
        "",
        "u",
    )


def test_a_click_on_home_is_in_no_channel() -> None:
    one = used({**ANA, "view": {"type": "home", "id": "V1"}})
    assert (one.channel, one.view) == ("", "")


def test_a_click_in_a_form_is_where_that_was_opened_whatever_else_the_payload_says() -> None:
    form = stamped({"type": "modal", "id": "V1"}, "C0BIRCH")
    assert used({**ANA, "view": form, "channel": {"id": "C0PHONES"}}).channel == "C0BIRCH"
    assert used({**ANA, "view": {"type": "modal", "id": "V1"}, "channel": {"id": "C0PHONES"}}).channel is None


@pytest.mark.parametrize(
    ("element", "value"),
    [
        ({"value": "hunter2"}, "hunter2"),
        ({"value": None}, ""),
        ({"selected_option": {"value": "viewer"}}, "viewer"),
        ({"selected_option": None}, ""),
        ({"selected_options": [{"value": "1"}, {"value": "2"}]}, "1\n2"),
        ({"selected_options": []}, ""),
        ({"selected_users": ["U1", "U2"]}, "U1\nU2"),
        ({"selected_conversation": "C1"}, "C1"),
        ({"selected_conversation": None}, ""),
        ({"selected_channels": None}, ""),
        ({"selected_date": "2026-11-23"}, "2026-11-23"),
        ({"selected_time": "08:00"}, "08:00"),
        ({}, ""),
    ],
)
def test_what_an_element_holds(element: dict[str, Any], value: str) -> None:
    assert chosen(element) == value
    assert values({"state": {"values": {"name": {"any": element}}}}) == {"name": value}


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("call me at 514 555-0134, or (450) 555.0152", ["5145550134", "4505550152"]),
        ("<tel:+15145550134|+1 514-555-0134> rang", ["5145550134"]),
        ("1-514-555-0134 and again 514.555.0134", ["5145550134"]),
        ("+44 20 7946 0018", ["442079460018"]),
        ("ticket 20261123-02, 203.0.113.7, 100001_ana, $1,234.56, 2026-11-23", []),
        ("nothing", []),
    ],
)
def test_the_numbers_that_a_message_names(text: str, numbers: list[str]) -> None:
    assert numbers_in({"text": text}) == numbers
    assert numbers_in({"blocks": [{"type": "rich_text", "elements": [{"type": "text", "text": text}]}]}) == numbers
    assert numbers_in({"attachments": [{"fallback": text}]}) == numbers


def test_many_numbers_are_a_few_of_them() -> None:
    assert len(numbers_in({"text": ", ".join(f"514555{number:04}" for number in range(100, 150))})) == NUMBERS_MOST


@given(st.dictionaries(st.sampled_from(("text", "blocks", "attachments", "x")), JSON | st.text(alphabet="0123456789-+() ")))
def test_any_message_is_read(message: dict[str, Any]) -> None:
    assert all(number.isdigit() for number in numbers_in(message))
