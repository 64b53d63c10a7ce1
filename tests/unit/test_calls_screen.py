"""What people see of call records: totals, owners, the newest rows, the file; masked, cut and harmless."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from blocks import calls as view
from blocks.owners import names_of, owner_name
from handlers.parsing import read_calls, split
from rules.call_rows import Cut, Direction, Filters, Owners, cut_of
from rules.calls import Totals, add_up, matching
from rules.periods import Period
from tests.unit.pictures import EVIL, faults, values_of, words_of
from voipms import Cdr, Did, Rows, SubAccount

NEW_YORK = ZoneInfo("America/New_York")
VANCOUVER = ZoneInfo("America/Vancouver")
NOW = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)
NOON = datetime(2026, 11, 24, 12, 0)
DIDS = (Did(did="5145550100", routing="account:100001_desk"), Did(did="5145550101", routing="grp:4768", description="Sales line"))
NAMES = names_of((SubAccount(account="100001_desk", description="Front desk"), SubAccount(account="100001_ana", username="Ana R.")), DIDS)
OWNERS = Owners(DIDS)


def incoming(disposition: str = "ANSWERED", did: str = "5145550100", **differs: Any) -> Cdr:
    talked = disposition == "ANSWERED"
    fields: dict[str, Any] = {
        "date": NOON,
        "callerid": '"Acme Ltd" <5145550134>',
        "destination": did,
        "description": "Inbound - Local Caller",
        "account": "100001",
        "disposition": disposition,
        "duration": "00:04:11" if talked else "00:00:00",
        "seconds": 251 if talked else 0,
        "rate": Decimal("0.00900000"),
        "total": Decimal("0.03770000") if talked else Decimal("0.00000000"),
        "uniqueid": "128238059",
        "destination_type": "IN:CAN",
        "call_logs": "Routing to 5145550199 Status is 'Busy'",
    }
    return Cdr(**{**fields, **differs})


def outgoing(disposition: str = "ANSWERED", account: str = "100001_ana", **differs: Any) -> Cdr:
    words = {"callerid": "5145550100", "destination": "2125550199", "description": "USA - New York", "destination_type": "USA"}
    return incoming(disposition, **{**words, "account": account, **differs})


FEE = incoming(description="Call Recording Fee", destination_type="", seconds=0, total=Decimal("0.002"), rate=None)
DAY = (incoming(), incoming("NO ANSWER"), incoming("BUSY", did="5145550101"), outgoing(), outgoing("FAILED"), FEE)


def asked(words: str = "yesterday", **more: Any) -> view.Asked:
    typed = read_calls(split(words), date(2026, 11, 25))
    assert typed.period is not None
    filters = replace(typed.filters, account=more.pop("account", ""))
    return view.Asked(**{"period": typed.period, "filters": filters, "zone": NEW_YORK, "wire_zone": NEW_YORK, "names": NAMES, **more})


def cut(question: view.Asked) -> Cut:
    return cut_of(question.period, question.zone, NEW_YORK, NOW)


def summed(question: view.Asked, rows: Sequence[Cdr] = DAY, unreadable: int = 0, gaps: int = 0) -> Totals:
    return add_up([Rows(rows, unreadable, gaps)], cut(question), question.filters, OWNERS)


def seen(question: view.Asked, rows: Sequence[Cdr] = DAY, complete: bool = True) -> str:
    return words_of(view.card(question, summed(question, rows), complete))


def table_of(question: view.Asked, rows: Sequence[Cdr] = DAY) -> list[list[str]]:
    blocks = view.card(question, summed(question, rows))
    return [[cell["text"] for cell in row] for block in blocks if block["type"] == "table" for row in block["rows"]]


def file_of(question: view.Asked, rows: Sequence[Cdr] = DAY) -> list[Mapping[str, object]]:
    head, *made = view.rows(matching([Rows(rows)], cut(question), question.filters, OWNERS), question)
    return [dict(zip(map(str, head), one, strict=True)) for one in made]


# The lock screen


@pytest.mark.parametrize(
    ("words", "more", "headline"),
    [
        ("yesterday", {}, "Yesterday: 5 calls, 0:08:22 talk time, $0.08"),
        ("2026-11-24", {}, "On Tue 24 Nov 2026: 5 calls, 0:08:22 talk time, $0.08"),
        ("last 7 days", {}, "In the last 7 days: 5 calls, 0:08:22 talk time, $0.08"),
        ("yesterday missed", {}, "Yesterday: 2 missed calls"),
        ("yesterday missed", {"account": "100001_desk"}, "Yesterday: 1 missed call for Front desk"),
        ("yesterday in busy failed", {}, "Yesterday: 1 incoming busy or failed call"),
        ("yesterday number:5145550134 over:60s", {}, "Yesterday: 1 call with (514) 555-0134 longer than 0:01:00, 0:04:11 talk time, $0.04"),
        ("yesterday number:0199", {}, "Yesterday: 2 calls with …0199, 0:04:11 talk time, $0.04"),
        ("today", {}, "Today: no calls"),
        ("yesterday under:1s answered", {}, "Yesterday: no answered calls shorter than 0:00:01"),
        ("yesterday", {"client": "561115", "client_name": "Acme Ltd"}, "Yesterday: 5 calls of Acme Ltd, 0:08:22 talk time, $0.08"),
    ],
)
def test_the_headline_says_subject_and_totals(words: str, more: dict[str, Any], headline: str) -> None:
    question = asked(words, **more)
    assert view.headline(question, summed(question)) == headline


def test_an_unfinished_look_is_told_first_of_all() -> None:
    question = asked()
    assert view.headline(question, summed(question), complete=False) == "Yesterday (not complete): 5 calls, 0:08:22 talk time, $0.08"
    shown = seen(question, complete=False)
    assert "*Not complete.*" in shown
    assert "not to the end" in shown
    assert "Not complete" in seen(question, (), complete=False)
    assert "Not complete" not in seen(question)


def test_only_fees_are_no_calls_but_a_cost() -> None:
    question = asked()
    assert view.headline(question, summed(question, [FEE])) == "Yesterday: no calls, $0.00"
    assert "$0.00 of it for 1 fee" in seen(question, [FEE])


# The picture


def test_totals_come_first_then_how_calls_ended_and_whose_they_were() -> None:
    shown = seen(asked())
    for words in (
        "Calls yesterday",
        "*5 calls  ·  0:08:22 talk time  ·  $0.08*\n$0.00 of it for 1 fee, such as call recording",
        "*Answered*\n2",
        "*Missed*\n2 of 3 in",
        "*No answer / busy / failed*\n1 / 1 / 1",
        "*In / out*\n3 / 2",
        "*By account*",
        "Front desk  `100001_desk`  ·  2 calls  ·  0:04:11  ·  $0.04",
        "Ana R.  `100001_ana`  ·  2 calls  ·  0:04:11  ·  $0.04",
        "Sales line (ring group)  ·  1 call\n",
        "Main account  `100001`  ·  fees  ·  $0.00",
        "Tue 24 Nov 2026, America/New_York  ·  6 records read  ·  costs are what VoIP.ms charges you",
    ):
        assert words in shown
    assert shown.index("5 calls") < shown.index("Answered") < shown.index("By account") < shown.index("When") < shown.index("records read")


def test_each_row_says_when_who_where_what_how_long_and_how_much() -> None:
    assert table_of(asked()) == [
        ["When", "From", "To", "Description", "Length", "Rate", "Cost"],
        ["12:00", "Acme Ltd (514) 555-0134", "Front desk (514) 555-0100", "Inbound - Local Caller", "0:04:11", "$0.009", "$0.0377"],
        ["12:00", "Acme Ltd (514) 555-0134", "Front desk (514) 555-0100", "Missed: Inbound - Local Caller", "–", "–", "–"],
        ["12:00", "Acme Ltd (514) 555-0134", "Sales line (514) 555-0101", "Missed: Inbound - Local Caller", "–", "–", "–"],
        ["12:00", "Ana R. (514) 555-0100", "(212) 555-0199", "USA - New York", "0:04:11", "$0.009", "$0.0377"],
        ["12:00", "Ana R. (514) 555-0100", "(212) 555-0199", "Failed: USA - New York", "–", "–", "–"],
        ["12:00", "Acme Ltd (514) 555-0134", "(514) 555-0100", "Call Recording Fee", "–", "–", "$0.002"],
    ]


def test_times_are_the_readers_and_say_the_day_where_there_are_several() -> None:
    assert table_of(asked(zone=VANCOUVER))[1][0] == "09:00"
    assert table_of(asked("7d", zone=VANCOUVER))[1][0] == "24 Nov 09:00"
    assert "Tue 24 Nov 2026, America/Vancouver" in seen(asked(zone=VANCOUVER))


def test_a_clients_calls_have_no_rate_and_the_clients_name() -> None:
    question = asked(client="561115", client_name="Acme Ltd")
    assert table_of(question)[0] == ["When", "From", "To", "Description", "Length", "Cost"]
    assert "Calls of Acme Ltd yesterday" in seen(question)
    blocks = view.card(question, summed(question))
    aligned = next([one["align"] for one in block["column_settings"]] for block in blocks if block["type"] == "table")
    assert aligned == ["left"] * 4 + ["right"] * 2
    assert all(value.startswith("client-calls 561115 2026-11-2") for value in values_of(blocks))


def test_missed_calls_have_no_columns_of_zeros() -> None:
    assert table_of(asked("yesterday missed"))[0] == ["When", "From", "To", "Description"]
    assert "*2 calls*\n" in f"{seen(asked('yesterday missed'))}\n"
    assert "0:00:00" not in seen(asked("yesterday missed"))


def test_a_long_name_leaves_room_for_the_number() -> None:
    long = incoming(callerid=f'"{"Very long name " * 20}" <5145550134>')
    odd = incoming(callerid='"<b>Bob</b> & "Sons"" <5145550134>', destination="5145550109")
    cells = [row[1] for row in table_of(asked(), [long, odd])[1:]]
    assert all(cell.endswith(" (514) 555-0134") for cell in cells)
    assert cells[0].startswith("Very long name Very") and len(cells[0]) < 60
    assert cells[1].startswith('<b>Bob</b> & "Sons')
    assert all("••" in row[1] for row in table_of(asked(masked=True), [long, odd])[1:])


def test_the_small_print_says_who_pays_the_cost_and_what_counts_as_an_accounts_own() -> None:
    assert "costs are what the client pays" in seen(asked(client="561115", client_name="Acme Ltd"))
    assert "rings this account directly" in seen(asked(account="100001_desk"))
    for question in (asked(), asked(account="100001"), asked("yesterday out", account="100001_desk")):
        assert "rings this account directly" not in seen(question)
    assert "VoIP.ms did not answer." in seen(asked(notes=("The names of accounts are missing: VoIP.ms did not answer.",)))
    last_year = asked("2025-11-03")
    assert "Mon 3 Nov 2025, America/New_York" in words_of(view.card(last_year, summed(last_year, ())))


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("yesterday unanswered", "Unanswered calls yesterday"),
        ("yesterday out no answer", "Outgoing no-answer calls yesterday"),
        ("yesterday unanswered answered", "Unanswered or answered calls yesterday"),
        ("yesterday number:5145550101", "Calls with Sales line (514) 555-0101 yesterday"),
    ],
)
def test_the_title_repeats_what_was_asked(words: str, title: str) -> None:
    assert title in seen(asked(words))


def test_the_calls_of_a_ring_group_can_be_asked_for() -> None:
    question = asked(account="grp:4768")
    assert summed(question).calls == 1
    assert "Calls for Sales line (ring group) yesterday" in seen(question)
    assert question.again == "grp:4768 2026-11-24"


def test_a_long_list_is_cut_and_says_by_how_much() -> None:
    rows = [incoming(date=NOON + timedelta(seconds=place)) for place in range(500)]
    shown = len(table_of(asked(), rows)) - 1
    assert 60 <= shown <= 99
    assert f"and {500 - shown} more, all in the CSV" in seen(asked(), rows)
    assert table_of(asked(), rows)[1][0] == "12:08"


def test_more_owners_than_ten_are_in_the_file() -> None:
    shown = seen(asked(), [outgoing(account=f"100001_{place}") for place in range(25)])
    assert "and 15 more accounts: in the CSV each record names its own" in shown
    assert len(re.findall(r"^100001_\d+  ·", shown, re.MULTILINE)) == 10


def test_owners_are_left_out_where_one_was_asked_for_or_there_is_only_one() -> None:
    assert "By account" not in seen(asked(account="100001_desk"))
    assert "By account" not in seen(asked(), [incoming()])


def test_rows_that_could_not_be_read_are_told() -> None:
    question = asked()
    shown = words_of(view.card(question, summed(question, unreadable=2, gaps=3)))
    assert "2 records could not be read and are missing here" in shown
    assert "3 values could not be read and count as not set" in shown
    assert "1 record could not be read and is missing here" in words_of(view.card(question, summed(question, (), unreadable=1)))


@pytest.mark.parametrize(
    ("words", "more", "rows", "sentence"),
    [
        ("yesterday", {}, (), "There were no calls yesterday."),
        ("today", {}, (), "There were no calls today.\nCalls appear here some minutes after they end."),
        (
            "yesterday missed number:5145550134",
            {"account": "100001_ana"},
            DAY,
            "There were no missed calls with (514) 555-0134 for Ana R. yesterday.\n6 other records of that time do not fit.",
        ),
        ("2026-10 out", {"client": "561115", "client_name": "Acme Ltd"}, (), "There were no outgoing calls of Acme Ltd in October 2026."),
    ],
)
def test_nothing_found_repeats_what_was_looked_for(words: str, more: dict[str, Any], rows: Sequence[Cdr], sentence: str) -> None:
    assert sentence in seen(asked(words, **more), rows)


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        ("100001_desk", "Front desk"),
        ("100001_gone", "100001_gone"),
        ("100001", "Main account"),
        ("", "No account"),
        ("grp:4768", "Sales line (ring group)"),
        ("tc:1830", "Main line, Toll free and 1 more (time condition)"),
        ("ivr:7", "Menu 7"),
        ("new:7", "new 7"),
        ("sys:hangup", "System hangup"),
    ],
)
def test_an_owner_goes_by_the_name_that_people_know(owner: str, name: str) -> None:
    more = [
        Did(did=f"514555011{place}", routing="tc:1830", description=called) for place, called in enumerate(("Main line", "Toll free", "X"))
    ]
    assert owner_name(owner, {**NAMES, **names_of((), more)}) == name


def test_who_called_out_is_named_even_where_the_caller_id_names_the_company() -> None:
    rows = [outgoing(callerid='"Harbour &amp; Finch" <5145550100>'), outgoing(callerid='"Stranger" <5145550134>', account="100001_gone")]
    assert [row[1] for row in table_of(asked(), rows)[1:]] == ["Ana R. (514) 555-0100", "Stranger (514) 555-0134"]


# What comes next


@pytest.mark.parametrize(
    ("words", "more", "rows", "next_questions"),
    [
        ("yesterday", {}, DAY, ["calls 2026-11-24 missed", "calls 2026-11-23"]),
        ("last-week", {}, (), ["calls 2026-11-09..2026-11-15"]),
        ("last-month", {}, (), ["calls 2026-09"]),
        ("yesterday missed", {}, DAY, ["calls 2026-11-23 missed", "calls 2026-11-24"]),
        (
            "yesterday in over:0s",
            {"account": "100001_desk"},
            [incoming("NO ANSWER", seconds=3), incoming()],
            ["calls 100001_desk 2026-11-24 missed over:0s", "calls 100001_desk 2026-11-23 in over:0s", "calls 100001_desk 2026-11-24"],
        ),
    ],
)
def test_buttons_ask_the_next_question_in_words_that_can_be_read(
    words: str, more: dict[str, Any], rows: Sequence[Cdr], next_questions: list[str]
) -> None:
    question = asked(words, **more)
    blocks = view.card(question, summed(question, rows))
    assert values_of(blocks) == next_questions
    actions = [element["action_id"] for block in blocks if block["type"] == "actions" for element in block["elements"]]
    assert actions == [f"ask:calls:{place + 1}" for place in range(len(next_questions))]
    for line in next_questions:
        assert read_calls(split(line.removeprefix("calls ")), date(2026, 11, 25)).period is not None


def test_the_same_question_again_has_absolute_days_and_the_same_filters() -> None:
    question = asked("last-week missed number:5145550134 over:2m", account="100001_front desk")
    assert question.again == '"100001_front desk" 2026-11-16..2026-11-22 missed number:5145550134 over:120s'
    typed = read_calls(split(question.again), date(2027, 3, 1))
    assert typed.filters == replace(question.filters, account="")
    assert typed.rest == ("100001_front desk",)


# The file


def test_the_file_has_every_documented_field_of_every_row() -> None:
    rows = [incoming(date=NOON + timedelta(seconds=place), uniqueid=str(place)) for place in range(300)]
    made = file_of(asked(zone=VANCOUVER), rows)
    assert len(made) == 300
    assert made[7] == {
        "Date": "2026-11-24T09:00:07-08:00",
        "Caller id": '"Acme Ltd" <5145550134>',
        "Destination": "5145550100",
        "Description": "Inbound - Local Caller",
        "Direction": "in",
        "Missed": "",
        "Account": "100001_desk",
        "Account name": "Front desk",
        "VoIP.ms account": "100001",
        "Disposition": "ANSWERED",
        "Duration": "00:04:11",
        "Seconds": 251,
        "Rate": "0.00900000",
        "Cost": "0.03770000",
        "Unique id": "7",
        "Destination type": "IN:CAN",
        "Call logs": "Routing to 5145550199 Status is 'Busy'",
        "IP address": "",
        "User agent": "",
    }


def test_a_masked_file_hides_phone_numbers_and_no_ids() -> None:
    log = "Call logs for UniqueID: 128238059 Routing to 5145550199 Status is 'Busy'"
    (row,) = file_of(asked(masked=True), [incoming(call_logs=log)])
    assert row["Unique id"] == "128238059"
    assert row["Call logs"] == "Call logs for UniqueID: 128238059 Routing to 514 555-••99 Status is 'Busy'"


def test_the_file_tells_direction_fees_missed_calls_and_exact_amounts() -> None:
    made = file_of(asked(), [*DAY, outgoing(total=Decimal("1E-8"))])
    assert [(row["Direction"], row["Missed"], row["Account"]) for row in made] == [
        ("in", "", "100001_desk"),
        ("in", "yes", "100001_desk"),
        ("in", "yes", "grp:4768"),
        ("out", "", "100001_ana"),
        ("out", "", "100001_ana"),
        ("fee", "", "100001"),
        ("out", "", "100001_ana"),
    ]
    assert [row["Cost"] for row in made[-2:]] == ["0.002", "0.00000001"]
    assert made[5]["Rate"] == ""


def test_the_file_is_made_as_rows_come_in() -> None:
    def pieces() -> Any:
        yield Rows([incoming()])
        raise AssertionError("read ahead")

    question = asked()
    made = iter(view.rows(matching(pieces(), cut(question), question.filters, OWNERS), question))
    next(made), next(made)


def test_a_file_of_nothing_has_its_names() -> None:
    assert file_of(asked(), ()) == []


# Numbers of viewers


@pytest.mark.parametrize(
    "callerid",
    [
        '"Acme Ltd" <5145550134>',
        "5145550134",
        '"5145550134" <5145550134>',
        "Acme 514-555-0134",
        "<<>> 5145550134 <",
        "+1 (514) 555-0134",
        '"x',
    ],
)
@pytest.mark.parametrize("destination", ["5145550134", "15145550134", "+15145550134", "sip:5145550134@pbx.example.com"])
def test_no_spelling_shows_a_viewer_a_whole_number(callerid: str, destination: str) -> None:
    row = outgoing(callerid=callerid, destination=destination, description=f"to {destination}", call_logs=f"Routing to {destination}")
    question = asked("yesterday", masked=True, names={})
    shown = seen(question, [row, replace_direction(row)])
    rows = "\n".join(str(value) for one in file_of(question, [row, replace_direction(row)]) for value in one.values())
    for text in (shown, rows):
        assert not re.search(r"5\D?0134", text), text


def replace_direction(row: Cdr) -> Cdr:
    """The same row as one that came in."""
    return incoming(callerid=row.callerid, destination=row.destination, description=f"Inbound {row.description}", call_logs=row.call_logs)


def test_where_a_call_was_routed_to_shows_a_viewer_no_whole_number_either() -> None:
    dids = [
        Did(did="5145550100", description="For Bob 647 555 0199", routing="phone:6475550199"),
        Did(did="5145550101", routing="xx:6475550199"),
    ]
    question = asked("yesterday", masked=True, names=names_of([], dids, masked=True))
    calls = [incoming(destination=did.did, account="100001", useragent="6475550199", destination_type="IN:6475550199") for did in dids]
    totals = add_up([Rows(calls)], cut(question), question.filters, Owners(dids))
    rows = list(view.rows(matching([Rows(calls)], cut(question), question.filters, Owners(dids)), question))
    for text in (words_of(view.card(question, totals)), str(rows)):
        assert "647" in text and not re.search(r"647\W?555\W?0199", text)


def test_the_end_of_a_number_that_was_looked_for_is_told_as_far_as_numbers_are() -> None:
    assert "with …••65" in view.headline(asked("yesterday number:550165", masked=True), Totals())
    assert "with …550165" in view.headline(asked("yesterday number:550165"), Totals())


def test_a_masked_number_still_tells_callers_apart() -> None:
    cells = table_of(asked(masked=True))[1]
    assert cells[1:3] == ["Acme Ltd 514 555-••34", "Front desk 514 555-••00"]
    assert "with 514 555-••34" in view.headline(asked("yesterday number:5145550134", masked=True), Totals())


# Slack's limits, and strangers' words


def hostile(count: int) -> list[Cdr]:
    words = dict.fromkeys(("callerid", "destination", "description", "disposition", "duration", "uniqueid", "call_logs"), EVIL)
    return [
        incoming(**words, account=f"{EVIL}{place}", destination_type=EVIL, seconds=10**9, total=Decimal("9" * 20), rate=Decimal("9" * 20))
        for place in range(count)
    ]


PICTURES: list[tuple[view.Asked, Sequence[Cdr]]] = [
    (asked(), ()),
    (asked(), DAY),
    (asked(), [incoming(date=NOON + timedelta(seconds=place)) for place in range(2_000)]),
    (asked(), hostile(150)),
    (
        asked("yesterday number:5145550134 over:1s under:9999h answered missed busy failed in out",
              account=EVIL, client=EVIL, client_name=EVIL, names={EVIL: EVIL}, masked=True),
        hostile(150),
    ),
    (asked(names={f"{EVIL}{place}": EVIL for place in range(150)}), hostile(150)),
]  # fmt: skip


@pytest.mark.parametrize("place", range(len(PICTURES)))
@pytest.mark.parametrize("complete", [True, False])
def test_every_picture_keeps_slacks_limits_and_no_word_does_harm(place: int, complete: bool) -> None:
    question, rows = PICTURES[place]
    totals = summed(question, rows, unreadable=1)
    blocks = view.card(question, totals, complete)
    assert faults(blocks) == []
    assert len(blocks) <= 12
    assert 0 < len(view.headline(question, totals, complete)) < 300
    for block in blocks:
        if block["type"] == "table":
            assert len(block["rows"]) <= 100
            assert sum(len(cell["text"]) for row in block["rows"] for cell in row) <= 10_000


def test_equal_values_make_equal_pictures() -> None:
    question = asked()
    assert view.card(question, summed(question)) == view.card(question, summed(question))


def test_directions_are_named_in_the_order_of_the_words() -> None:
    both = replace(asked(), filters=Filters(directions=frozenset((Direction.OUT, Direction.IN))))
    assert view.what(both) == "incoming or outgoing calls"
    period = Period(first=date(2026, 11, 24), last=date(2026, 11, 24), when="yesterday")
    assert view.what(replace(both, period=period), 2) == "2 incoming or outgoing calls"
