"""VoIP.ms may quote our own password back at us: no spelling of it gets any further."""

import html
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voipms import Pace, Refused, decoding
from voipms.door import Door
from voipms.quoting import quotes

PASSWORD = "fake&Pass  7Q/it's"
SPELLINGS = (
    PASSWORD,
    PASSWORD.upper(),
    html.escape(PASSWORD),
    "fake&amp;Pass 7Q/it&#039;s",
    quote(PASSWORD, safe=""),
    quote_plus(PASSWORD),
    html.escape(quote_plus(PASSWORD)),
    "fake&Pass 7Q\\/it\\'s",
    "fa\u200bke&Pass\n7Q/it's",
)


def refusal(status: str, message: str, password: str) -> Refused:
    """What a question comes to when VoIP.ms refuses it so."""
    body = json.dumps({"status": status, "message": message}).encode()
    door = Door(lambda question, room: body, Pace(60_000), password)
    with pytest.raises(Refused) as raised:
        door.ask("getBalance", {}, decoding.opened)
    return raised.value


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_password_is_found_in_every_spelling(spelling: str) -> None:
    refused = refusal("login_failed", f"Password {spelling} is not right", PASSWORD)
    assert (refused.message, refused.tell_user) == ("", "VoIP.ms refused this: login failed.")


def test_a_password_that_shortening_would_cut_is_found_too() -> None:
    refused = refusal("login_failed", f"{'x' * 190} {PASSWORD}", PASSWORD)
    assert refused.tell_user == "VoIP.ms refused this: login failed."


@pytest.mark.parametrize("password", ["fake<b>Pass", "fake/www.Pass", "fake://Pass"])
def test_a_password_that_looks_like_markup_is_not_shown_in_part(password: str) -> None:
    assert refusal("login_failed", f"Password {password} is not right", password).tell_user == "VoIP.ms refused this: login failed."


@pytest.mark.parametrize("password", ["hunter2fake", "fake_pass", "HUNTER2fake"])
def test_a_status_word_that_is_made_of_the_password_is_dropped(password: str) -> None:
    refused = refusal(f"invalid_{password}", "Not right", password)
    assert (refused.status, str(refused)) == ("", "getBalance")
    assert refused.tell_user == "VoIP.ms refused this: no reason given."


def test_words_that_quote_nothing_are_told() -> None:
    assert refusal("login_failed", "The SMS was not sent", PASSWORD).tell_user == "VoIP.ms says: The SMS was not sent."


def test_a_password_of_nothing_visible_is_no_reason_to_say_nothing() -> None:
    assert not quotes("a message", " ")


@given(st.text(), st.text(min_size=1).filter(str.isprintable), st.text())
def test_words_around_a_password_hide_nothing(before: str, password: str, after: str) -> None:
    assert quotes(before + password + after, password) or not password.strip(" \\")
