"""The pieces of every picture: nothing from outside mentions, links or breaks them."""

import html
import json
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.frame import (
    TABLE_CHARS,
    TABLE_ROWS,
    ago,
    as_length,
    caller,
    clean,
    code,
    escape,
    facts,
    header,
    length,
    line,
    listing,
    mask_within,
    money,
    phone,
    price,
    render,
    safe,
    section,
    table,
    when,
    without_tables,
)
from blocks.settings import pairs_below
from playground.slack_words import alive

HOSTILE = [
    "<!channel>",
    "<@U0ADMIN>",
    "@everyone",
    "#general",
    "<https://evil.example|bank>",
    "`*_~",
    "\u202eabc",
    "a\nb",
    "x" * 5000,
    "\x00",
    "",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_become_harmless_in_mrkdwn(words: str) -> None:
    made = safe(words)
    assert not re.search(r"<[!@#h]", made)
    assert "\n" not in made
    assert "\u202e" not in made
    assert len(made) < 1200


@given(st.text(max_size=400))
def test_safe_words_hold_no_raw_sign_that_slack_parses(words: str) -> None:
    made = safe(words)
    assert "<" not in made
    assert ">" not in made
    assert not re.search(r"&(?!amp;|lt;|gt;)", made)


@given(st.text(max_size=400))
def test_code_cannot_be_ended_from_inside(words: str) -> None:
    made = code(words)
    assert made.startswith("`")
    assert made.endswith("`")
    assert "`" not in made[1:-1]
    assert "<" not in made


@given(st.lists(st.one_of(st.sampled_from(("<@U0BEN>", "<#C0PHONES>", "`<@U0BEN>`", "<!here>")), st.text(max_size=9))).map(" ".join))
def test_what_stands_outside_of_the_code_of_a_line_is_a_person_or_a_channel(words: str) -> None:
    outside = re.sub(r"`[^`]*`", "", line(words))
    assert set(outside.split()) <= {"<@U0BEN>", "<#C0PHONES>"}
    assert line("/voip status", words) == code(f"/voip status {words}")


def test_a_line_is_copied_with_the_names_in_it() -> None:
    assert line("/voip access grant <@U0BEN> operator") == "`/voip access grant` <@U0BEN> `operator`"
    assert line("/voip access channel <#C0PHONES> to", "site <@U0BEN>") == "`/voip access channel` <#C0PHONES> `to site &lt;@U0BEN&gt;`"


@given(st.text(max_size=400))
def test_a_headline_mentions_nobody(words: str) -> None:
    made = escape(words)
    assert "<" not in made
    assert not re.search(r"@\w|://", made)


@given(st.text())
def test_clean_words_are_one_printable_line(words: str) -> None:
    assert all(c.isprintable() for c in clean(words))


def test_an_email_stays_readable() -> None:
    assert safe("john_doe@example.com") == "john_doe@example.com"


@pytest.mark.parametrize(
    "words", ["Call https://evil.example now", "ann@example.com", "a.b+c@example.com", "@here", "#general", "HTTP://evil.example", "x:///y"]
)
def test_nothing_in_a_headline_comes_alive(words: str) -> None:
    made = escape(words)
    assert list(alive(made, parsed=True)) == []
    assert made.replace("\u2060", "") == words


@pytest.mark.parametrize(
    ("amount", "expected"), [("6.415", "$6.42"), ("0", "$0.00"), ("-3.2", "-$3.20"), ("1234567.891", "$1,234,567.89"), ("0.004", "$0.00")]
)
def test_sums_are_rounded_to_the_cent(amount: str, expected: str) -> None:
    assert money(Decimal(amount)) == expected


@pytest.mark.parametrize(
    ("amount", "expected"),
    [("0.03770000", "$0.0377"), ("2", "$2.00"), ("0.00000000", "$0.00"), ("0.5", "$0.50"), ("1E+3", "$1,000.00"), ("-0.009", "-$0.009")],
)
def test_a_price_is_exact_with_at_least_two_decimals(amount: str, expected: str) -> None:
    assert price(Decimal(amount)) == expected


@pytest.mark.parametrize(
    ("spelled", "expected"),
    [("46:50", "0:46:50"), ("10:17:48", "10:17:48"), ("95:03", "1:35:03"), ("", ""), ("2 h", "2 h"), ("1:2:3:4", "1:2:3:4"), (":", ":")],
)
def test_a_length_that_voipms_spells_is_written_like_the_others(spelled: str, expected: str) -> None:
    assert as_length(spelled) == expected


@pytest.mark.parametrize(
    ("callerid", "shown"),
    [
        ('"John Doe" <5551112222>', "John Doe (555) 111-2222"),
        ("JOHN DOE <5551112222>", "JOHN DOE (555) 111-2222"),
        ("5551112222", "(555) 111-2222"),
        ("anonymous", "anonymous"),
        ('"<b>Bob</b>" <5551112222>', "<b>Bob</b> (555) 111-2222"),
        ('"A < B" <5551112222>', "A < B (555) 111-2222"),
        ("<5551112222>", "(555) 111-2222"),
        ("John <5551112222", "John <5551112222"),
        ("", ""),
    ],
)
def test_a_caller_is_a_name_and_a_number(callerid: str, shown: str) -> None:
    assert caller(callerid) == shown


@given(st.text(max_size=200), st.booleans())
def test_the_number_of_a_caller_is_there_however_long_the_name(name: str, masked: bool) -> None:
    assert caller(f'"{name}" <5551112222>', masked).endswith("555 111-••22" if masked else "(555) 111-2222")


@pytest.mark.parametrize(("seconds", "expected"), [(0, "0:00:00"), (11, "0:00:11"), (40024, "11:07:04"), (360000, "100:00:00")])
def test_talk_time_is_hours_minutes_seconds(seconds: int, expected: str) -> None:
    assert length(seconds) == expected


def test_ages_are_words() -> None:
    spans = [timedelta(seconds=-5), timedelta(seconds=12), timedelta(minutes=4), timedelta(hours=3, minutes=10), timedelta(days=2)]
    assert [ago(span) for span in spans] == ["0 s", "12 s", "4 min", "3 h 10 min", "2 days"]


def test_an_instant_is_shown_in_the_readers_zone_and_names_a_zone_elsewhere() -> None:
    made = when(datetime(2026, 11, 23, 14, 14, tzinfo=UTC), ZoneInfo("America/Toronto"))
    assert made == "<!date^1795443240^{date_short_pretty} {time}|Mon 23 Nov 2026 09:14 EST>"


@pytest.mark.parametrize(
    ("number", "whole", "masked"),
    [
        ("5145550134", "(514) 555-0134", "514 555-••34"),
        ("15145550134", "(514) 555-0134", "514 555-••34"),
        ("+15145550134", "(514) 555-0134", "514 555-••34"),
        ("514.555.0134", "(514) 555-0134", "514 555-••34"),
        ("442079460123", "442079460123", "442••23"),
        ("911", "911", "911"),
        ("anonymous", "anonymous", "anonymous"),
        ("4443", "4443", "••••"),
    ],
)
def test_numbers_are_readable_or_masked(number: str, whole: str, masked: str) -> None:
    assert phone(number) == whole
    assert phone(number, masked=True) == masked


def test_numbers_inside_free_text_are_masked() -> None:
    assert mask_within('"John Doe" <5145550134>') == '"John Doe" <514 555-••34>'
    assert mask_within("line 4, 2 devices") == "line 4, 2 devices"
    assert mask_within("from 100001_101 to 100001_desk") == "from 100001_101 to 100001_desk"


SPELLINGS = (
    *("6475550199", "647-555-0199", "(647) 555-0199", "647/555/0199", "647.555.0199", "647,555,0199", "647:555:0199", "647_555_0199"),
    *("647\u00a0555\u00a00199", "647\u2011555\u20110199", "647–555–0199", "647·555·0199", "647\u200b555\u200b0199", "6 4 7 5 5 5 0 1 9 9"),
    *("+1 647 555 0199", "tel:+16475550199", "CELL6475550199X", "6475550199@example.com", "６４７５５５０１９９", "6475550199 5145550134"),
)


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("show", [mask_within, lambda words: caller(words, True), lambda words: phone(words, True)])
def test_no_spelling_of_a_number_is_shown_whole(spelling: str, show: Callable[[str], str]) -> None:
    for words in (spelling, f"Bob {spelling}", f'"Bob {spelling}" <{spelling}>'):
        digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", show(words)))
        assert "6475550199" not in digits and "0199" not in digits


@pytest.mark.parametrize("words", ["&" * 5_000, "<" * 5_000, "a&b<" * 2_000])
@pytest.mark.parametrize("shift", range(6))
def test_words_that_were_escaped_are_not_cut_within_a_sign(words: str, shift: int) -> None:
    escaped = "x" * shift + html.escape(words, quote=False)
    for block in (*render([section(escaped)]), *render(facts([("name", escaped)])), *render(pairs_below("Title", [("name", escaped)]))):
        text, most = (block["fields"][0]["text"], 2_000) if "fields" in block else (block["text"]["text"], 3_000)
        assert re.search(r"(?:&amp;|&lt;|a|b)…$", text) and len(text) <= most


def test_long_lists_are_cut_with_the_rest_counted() -> None:
    assert listing(["a", "b"], most=2) == "a, b"
    assert listing([str(i) for i in range(1300)], most=2) == "0, 1 and 1,298 more"


def test_equal_values_make_equal_blocks() -> None:
    def made() -> list[dict[str, object]]:
        return render([header("Calls"), section("*x*"), *facts([("a", "b")])])

    assert made() == made()
    assert "block_id" not in json.dumps(made())


def test_a_table_takes_what_slack_takes_and_says_how_much() -> None:
    _, shown = table(["A", "B"], [["x" * 200, "y"]] * 500)
    block, few = table(["A"], [["1"]] * 500)
    assert shown < TABLE_ROWS
    assert few == TABLE_ROWS
    cells = json.loads(repr(block))["rows"]
    assert len(cells) == TABLE_ROWS + 1
    assert sum(len(cell["text"]) for row in cells for cell in row) <= TABLE_CHARS


def test_an_empty_cell_is_a_dash() -> None:
    block, _ = table(["A"], [["\u200b"]])
    assert json.loads(repr(block))["rows"][1][0]["text"] == "–"


def test_where_tables_are_refused_the_same_rows_come_as_lines() -> None:
    block, _ = table(["Name", "Cost"], [["Front desk", "$1.00"], ["<!channel>", "$12.00"]], right=[1])
    lines = without_tables(render([block]))[0]["elements"][0]["elements"][0]["text"].splitlines()
    assert lines == ["Name          Cost", "Front desk   $1.00", "<!channel>  $12.00"]


def test_lines_that_would_be_broken_within_words_come_as_a_list() -> None:
    block, _ = table(["Name", "Note"], [["Front desk", "x" * 60]])
    title, listed = without_tables(render([block]))[0]["elements"]
    assert title["elements"][0]["text"] == "Name  ·  Note" and listed["type"] == "rich_text_list"
    assert listed["elements"][0]["elements"][0]["text"] == f"Front desk  ·  {'x' * 60}"
