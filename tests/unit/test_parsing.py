"""From Slack's wrapping to words, and from words to a question about calls."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.parsing import FILTERS, KEYS, LONGEST_LINE, Typed, addressed, command_line, nearest, part_of, read_calls, split, unwrap
from handlers.registry import Misunderstood
from rules.call_rows import Direction, Filters

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<@U024BE7LH|ana> daily", "<@U024BE7LH> daily"),
        ("in <#C024BE7LR|alerts>", "in <#C024BE7LR>"),
        ("<mailto:ana@example.com|ana@example.com>", "ana@example.com"),
        ("number:<tel:5145550134|514-555-0134>", "number:5145550134"),
        ("<http://acme.example|acme.example>", "acme.example"),
        ("<https://acme.example/a>", "https://acme.example/a"),
        ("<!channel>", "@channel"),
        ("Smith &amp; Sons &lt;x&gt;", "Smith & Sons <x>"),
        ("&lt;@U024BE7LH&gt;", "<@U024BE7LH>"),
        ("“front desk”", '"front desk"'),
        ("«front\u00a0desk»", '"front desk"'),
    ],
)
def test_slacks_wrapping_is_undone(text: str, shown: str) -> None:
    assert unwrap(text) == shown


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ()),
        ("  last-week   missed ", ("last-week", "missed")),
        ('yesterday "front desk" missed', ("yesterday", "front desk", "missed")),
        ('number:"(514) 555-0134"', ("number:(514) 555-0134",)),
        (r'"the \"big\" desk"', ('the "big" desk',)),
        ('5" desk', ('5"', "desk")),
        ('"never closed', ("never", "closed")),
        ('""', ()),
        ("calls yesterday, missed!", ("calls", "yesterday", "missed")),
        ("calls yesterday , missed ?", ("calls", "yesterday", "missed")),
        ("status 101.", ("status", "101")),
        ("*status 101*", ("status", "101")),
        ("_calls yesterday_!", ("calls", "yesterday")),
        ("`status 101`", ("status", "101")),
        ("```status 101```", ("status", "101")),
        ("status `101`", ("status", "101")),
        ("mon,wed,fri", ("mon,wed,fri",)),
        ("2026-11-01 .. 2026-11-15", ("2026-11-01", "..", "2026-11-15")),
        ("over:60s; in", ("over:60s", "in")),
    ],
)
def test_quotes_keep_words_together(text: str, words: tuple[str, ...]) -> None:
    assert split(text) == words


@given(st.text())
def test_no_text_breaks_unwrapping_and_splitting(text: str) -> None:
    assert all(split(unwrap(text)))


@pytest.mark.parametrize("piece", ["*", "_~", "* ", "<", '"', '\\"', " ", "a:", "1"])
def test_a_line_of_any_length_is_read_at_once(piece: str) -> None:
    for line in (piece * 200_000, f"{piece * 100_000}x"):
        assert len(command_line(line)[0]) <= LONGEST_LINE


@pytest.mark.parametrize(
    ("line", "name", "words"),
    [
        ("", "help", ()),
        ("/voip", "help", ()),
        ("/voip calls yesterday", "calls", ("yesterday",)),
        ("/voip-calls yesterday", "calls", ("yesterday",)),
        ("VOIP Calls yesterday!", "calls", ("yesterday",)),
        ("*status* 101", "status", ("101",)),
        ("status: 101", "status", ("101",)),
    ],
)
def test_a_command_line_is_a_name_and_words(line: str, name: str, words: tuple[str, ...]) -> None:
    assert command_line(line) == (name, words)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("<@U0BOT> status 101", "status 101"),
        ("<@U0BOT>: status 101", "status 101"),
        ("<@U0BOT|dialtone>, status 101", "status 101"),
        ("hey <@U0BOT> status 101", "status 101"),
        ("status 101 <@U0BOT>", "status 101"),
        ("status <@U0BOT> 101", "status  101"),
        ("status <@U0BOT> calls 101", "calls 101"),
        ("<@U0BOT> <@U0BOT> calls", "calls"),
        ("hey <@U0BOT>", ""),
        ("<@U0BOT>", ""),
        ("calls yesterday", "calls yesterday"),
        ("calls <@U0ELSE>", "calls <@U0ELSE>"),
    ],
)
def test_a_message_that_mentions_the_bot_is_read_from_the_mention_on(text: str, line: str) -> None:
    mention = re.compile(r"<@U0BOT(\|[^>]*)?>")
    assert addressed(text, mention, lambda words: command_line(words)[0] in ("status", "calls")).strip() == line


def asked(text: str) -> Typed:
    return read_calls(split(text), TODAY)


@pytest.mark.parametrize(
    ("text", "period", "filters", "rest"),
    [
        ("", None, Filters(), ()),
        ("yesterday", "2026-11-24", Filters(), ()),
        ("since 20 nov missed", "2026-11-20..2026-11-25", Filters(outcomes=frozenset(("missed",))), ()),
        ("front desk since yesterday", "2026-11-24..2026-11-25", Filters(), ("front", "desk")),
        ("missed last friday", "2026-11-20", Filters(outcomes=frozenset(("missed",))), ()),
        ("last 7 days front desk out", "2026-11-19..2026-11-25", Filters(directions=frozenset((Direction.OUT,))), ("front", "desk")),
        ('"Front desk" 2026-10 IN Busy failed', "2026-10", Filters(
            directions=frozenset((Direction.IN,)), outcomes=frozenset(("busy", "failed"))), ("Front desk",)),
        ("number:+1-514-555-0134", None, Filters(number="5145550134"), ()),
        ('number:"(514) 555-0134"', None, Filters(number="5145550134"), ()),
        ("number:0134", None, Filters(number="0134"), ()),
        ("number:442055501234", None, Filters(number="442055501234"), ()),
        ("514-555-0134", None, Filters(number="5145550134"), ()),
        ("15145550134 today", "2026-11-25", Filters(number="5145550134"), ()),
        ("number:01125255550101", None, Filters(number="25255550101"), ()),
        ("01125255550101 yesterday", "2026-11-24", Filters(number="25255550101"), ()),
        ("+44 20 7946 0958 yesterday", "2026-11-24", Filters(number="442079460958"), ()),
        ("with (514) 555-0134", None, Filters(number="5145550134"), ("with",)),
        ("514 555 0134 today", "2026-11-25", Filters(number="5145550134"), ()),
        ("514-555-0134 number:5145550134", None, Filters(number="5145550134"), ()),
        ("yesterday,missed", "2026-11-24", Filters(outcomes=frozenset(("missed",))), ()),
        ("101,201", None, Filters(), ("101", "201")),
        ("unanswered", None, Filters(outcomes=frozenset(("no answer", "busy", "failed"))), ()),
        ("not answered", None, Filters(outcomes=frozenset(("no answer", "busy", "failed"))), ()),
        ("out no answer", None, Filters(directions=frozenset((Direction.OUT,)), outcomes=frozenset(("no answer",))), ()),
        ("no-answer", None, Filters(outcomes=frozenset(("no answer",))), ()),
        ("incoming inbound", None, Filters(directions=frozenset((Direction.IN,))), ()),
        ("outbound outgoing", None, Filters(directions=frozenset((Direction.OUT,))), ()),
        ("in the last 7 days", "2026-11-19..2026-11-25", Filters(), ()),
        ("yesterday on Tue 24 Nov 2026", "2026-11-24", Filters(), ()),
        ("2026-11-01 .. 2026-11-15 101", "2026-11-01..2026-11-15", Filters(), ("101",)),
        ("101 2026-11-01..2026-11-15", "2026-11-01..2026-11-15", Filters(), ("101",)),
        ("over:60s", None, Filters(over=60), ()),
        ("over:60", None, Filters(over=60), ()),
        ("OVER:2m under:1h", None, Filters(over=120, under=3600), ()),
        ("over:1h30m5s", None, Filters(over=5405), ()),
        ("over:90sec", None, Filters(over=90), ()),
        ("100001_frontdesk", None, Filters(), ("100001_frontdesk",)),
        ("101", None, Filters(), ("101",)),
        ("ana@example.com week", "2026-11-23..2026-11-25", Filters(), ("ana@example.com",)),
    ],
)  # fmt: skip
def test_period_filters_and_a_name_in_any_order(text: str, period: str | None, filters: Filters, rest: tuple[str, ...]) -> None:
    typed = asked(text)
    assert (typed.period.words if typed.period else None, typed.filters, typed.rest) == (period, filters, rest)


@pytest.mark.parametrize(
    ("text", "problem", "hint"),
    [
        ("last 2 hours missed", "A period has whole days", "`today`"),
        ("yesterday 2026-11-03", "one period at a time", "`2026-11-03..2026-11-24`"),
        ("2026-02-31", "February 2026 has no day 31", "`2026-02-28`"),
        ("2026-12-24", "in the future", "`2026-11-24`"),
        ("number:", "4 to 15 digits", "`number:5145550134`"),
        ("number:514", "4 to 15 digits", "`number:0134`"),
        ("number:ana", "4 to 15 digits", "`number:"),
        ("number:1234567890123456", "4 to 15 digits", "`number:"),
        ("over:", "After over: comes a length", "`over:60s`"),
        ("under:soon", "After under: comes a length", "`under:2m`"),
        ("over:-5", "After over: comes a length", "`over:"),
        ("over:60s under:61s", "both that long and that short", "`over:60s under:10m`"),
        ("out missed", "calls that came in", "`missed`"),
        ("number:5145550134 number:5145550199", "one number at a time", "`number:5145550134`"),
        ("514-555-0134 (514) 555-0199", "one number at a time", "`number:5145550134`"),
        ("over:60s over:2m", "one over: at a time", "`over:60s`"),
        ("under:60s under:2m", "one under: at a time", "`under:60s`"),
        ("514 555-••34", "digits that are hidden", "`number:0134`"),
    ],
)
def test_what_makes_no_question_says_why_and_what_to_type(text: str, problem: str, hint: str) -> None:
    with pytest.raises(Misunderstood) as raised:
        asked(text)
    assert problem in str(raised.value)
    assert hint in raised.value.hint


@given(st.text(alphabet="0123456789-.:hmsoverunbtia \"'<>@é٣", max_size=40))
def test_no_words_break_the_question(text: str) -> None:
    try:
        typed = asked(text)
    except Misunderstood as misunderstood:
        assert misunderstood.hint
    else:
        assert set(typed.filters.number) <= set("0123456789")


FILTER = st.fixed_dictionaries(
    {},
    optional={
        "directions": st.sampled_from((frozenset((Direction.IN,)), frozenset((Direction.OUT,)))),
        "outcomes": st.frozensets(st.sampled_from(("answered", "no answer", "busy", "failed"))),
        "number": st.from_regex(r"[2-9][0-9]{3,9}", fullmatch=True),
        "over": st.integers(0, 5000),
        "under": st.integers(6000, 90000),
    },
)


@given(FILTER)
def test_the_words_of_filters_set_the_same_filters_again(fields: dict[str, object]) -> None:
    filters = Filters(**fields)  # type: ignore[arg-type]
    assert asked(" ".join(filters.words)).filters == filters


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("mised", "missed"),
        ("anwsered", "answered"),
        ("yesterdy", "yesterday"),
        ("lastweek", "last-week"),
        ("nubmer:5145550134", "number:5145550134"),
        ("ovr:60s", "over:60s"),
        ("to:5145550165", "number:5145550165"),
        ("incomming", "incoming"),
        ("unansewred", "unanswered"),
        ("frontdesk", ""),
        ("x:y", ""),
        ("", ""),
    ],
)
def test_a_mistyped_word_is_guessed(word: str, meant: str) -> None:
    assert nearest(word) == meant


def test_every_filter_is_its_own_nearest() -> None:
    assert [nearest(word) for word in (*FILTERS, *KEYS)] == [*FILTERS, *KEYS]


NAMES = ("Main line", "Dial in and out", "Closed today", "April", "today")


@pytest.mark.parametrize(
    ("text", "period", "rest"),
    [
        ("yesterday main line", "2026-11-24", ("main line",)),
        ("yesterday Closed Today", "2026-11-24", ("Closed Today",)),
        ("Dial in and out", None, ("Dial in and out",)),
        ("april", None, ("april",)),
        ("may", "2026-05", ()),
        ("today", "2026-11-25", ()),
        ("main line closed today", None, ("main line", "closed today")),
    ],
)
def test_what_something_is_called_is_kept_together_whatever_its_words_mean(text: str, period: str | None, rest: tuple[str, ...]) -> None:
    typed = read_calls(split(text), TODAY, NAMES)
    assert (typed.period.words if typed.period else None, typed.filters, typed.rest) == (period, Filters(), rest)


def test_the_words_that_were_understood_can_be_said_again() -> None:
    typed = read_calls(split('yesterday zzz number:"(514) 555-0134" in no answer'), TODAY)
    assert typed.understood == ("yesterday", "number:(514) 555-0134", "in", "no", "answer")


def test_a_name_of_digits_stands_before_a_period() -> None:
    typed = read_calls(("561115", "2026-11-01..2026-11-15"), date(2026, 11, 24))
    assert typed.rest == ("561115",) and typed.period is not None and typed.period.last == date(2026, 11, 15)


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ((), ((), 0)),
        (("from:100",), ((), 99)),
        (("561115", "FROM:1"), (("561115",), 0)),
        (("from:0", "from:7"), ((), 6)),
        (("from:", "from:x", "from:-3", "from:1234567", "from:٣"), (("from:", "from:x", "from:-3", "from:1234567", "from:٣"), 0)),
    ],
)
def test_the_row_that_a_list_goes_on_from(words: tuple[str, ...], part: tuple[tuple[str, ...], int]) -> None:
    assert part_of(words) == part
