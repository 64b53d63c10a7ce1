"""What people see of a report: the lock screen, the picture, the file; in a workspace without charts too."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from blocks import report_csv, reports
from blocks.frame import BlockDict, without_tables
from blocks.owners import names_of
from handlers.parsing import read_calls, split
from rules.reports import About, Report, Scope
from rules.resale import Side, Sold
from rules.usual import Figures, normal_of
from tests.reporting import DIDS, NEW_YORK, NOW, SUB_ACCOUNTS, TORONTO, at, fee, incoming, outgoing, period, report, subject
from tests.unit.pictures import EVIL, faults, values_of, words_of
from voipms import Cdr

NAMES = names_of(SUB_ACCOUNTS, DIDS)
DAY = (
    *[incoming(date=at(f"09:{minute:02}"), number="2125550199") for minute in range(10)],
    incoming("NO ANSWER", date=at("09:30")),
    incoming("BUSY", did="5145550101", date=at("13:20"), number="4385550188"),
    incoming("NO ANSWER", date=at("13:45"), callerid="anonymous"),
    *[outgoing(date=at("14:00"), number="2125550199", seconds=100, total=Decimal("0.02"))] * 2,
    outgoing("FAILED", date=at("15:00"), description="Outbound - USA", total=Decimal()),
    fee(date=at("14:02")),
)


def around(**more: Any) -> reports.Around:
    return reports.Around(**{"names": NAMES, "read_at": NOW, **more})


def shown(made: Report, **more: Any) -> str:
    return words_of(reports.card(made, around(**more)))


def headline(made: Report, **more: Any) -> str:
    return reports.headline(made, around(**more))


def table_of(blocks: Sequence[BlockDict]) -> list[list[str]]:
    return [[cell["text"] for cell in row] for block in blocks if block["type"] == "table" for row in block["rows"]]


def figures(*calls: int, cost: str = "0.16") -> list[Figures]:
    return [Figures(calls=count, missed=3, seconds=800, cost=Decimal(cost)) for count in calls]


# The lock screen


@pytest.mark.parametrize(
    ("words", "scope", "more", "line"),
    [
        ("2026-11-23", Scope(), {}, "Mon 23 Nov: 16 calls, 3 missed, $0.13"),
        ("2026-11-23", Scope(about=About.SITE, keys=("x",), name="Head office"), {}, "Mon 23 Nov, Head office: no calls"),
        ("2026-11-23", Scope(), {"missing": "The afternoon."}, "Mon 23 Nov (not complete): 16 calls, 3 missed, $0.13"),
        ("2026-11-22", Scope(), {}, "Sun 22 Nov: no calls"),
        ("2026-11-16..2026-11-22", Scope(), {}, "Mon 16 – Sun 22 Nov: no calls"),
        ("2026-10", Scope(), {}, "October 2026: no calls"),
    ],
)
def test_the_headline_says_days_calls_missed_and_cost(words: str, scope: Scope, more: dict[str, Any], line: str) -> None:
    assert headline(report(DAY, subject(words, scope=scope)), **more) == line


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("2026-11-23", "on Monday 23 November"),
        ("2025-11-23", "on Sunday 23 November 2025"),
        ("2026-11-16..2026-11-22", "from Monday 16 to Sunday 22 November"),
        ("2026-10-29..2026-11-04", "from Thursday 29 October to Wednesday 4 November"),
        ("2025-11-17..2025-11-23", "from Monday 17 to Sunday 23 November 2025"),
        ("2025-11-22..2026-11-22", "from Saturday 22 November 2025 to Sunday 22 November 2026"),
        ("2025-12-30..2026-01-02", "from Tuesday 30 December 2025 to Friday 2 January 2026"),
        ("2025-10", "in October 2025"),
    ],
)
def test_the_title_says_the_days_with_their_years_where_they_are_not_this_one(words: str, days: str) -> None:
    made = report([], subject(words))
    assert reports.title(made, around()) == f"Calls {days}"
    assert f"*No calls* {days}." in shown(made)


def test_only_fees_are_no_calls_but_a_cost() -> None:
    made = report([fee("1.50")])
    assert headline(made) == "Mon 23 Nov: no calls, $1.50"
    assert "*No calls* on Monday 23 November. 1 fee came to $1.50." in shown(made)


# The picture


def test_a_report_says_the_whole_first_and_ends_with_what_was_read() -> None:
    words = shown(report(DAY), normal=normal_of(figures(15, 16, 18, 17)), balance=Decimal("41.80"), days_left=6)
    for text in (
        "Calls on Monday 23 November",
        "*16 calls*, 3 of them missed, *$0.13*\nA normal Monday: 15 to 18 calls, about $0.16.",
        "\nLess than a cent of it for 1 fee, such as call recording",
        "*In / out*\n13 / 3",
        "*Missed*\n3 of 13 in  ·  as usual",
        "*Answered (ASR)*\n75 of 100 calls, in and out",
        "*Average call (ACD)*\n1 min 07 s of talk",
        "*Talk time*\n13 min 20 s  ·  as usual",
        "*Cost*\n$0.13  ·  ▼ usually $0.16",
        "*Busiest hour*\n9–10, 11 calls",
        "Answered / Missed / Outgoing  ·  8–10: 10 / 1 / 0  ·  10–12: 0 / 0 / 0  ·  12–14: 0 / 2 / 0  ·  14–16: 0 / 0 / 3",
        "*By destination*\nIncoming, Local Caller  ·  13 calls  ·  0:10:00  ·  $0.09",
        "*Longest calls*\n0:01:40  Ana R. → (212) 555-0199 at ",
        "*Costliest calls*\n$0.02  Ana R. → (212) 555-0199 at ",
        "*Nobody has called back*\nAcme Ltd (438) 555-0177 at ",
        "Acme Ltd (438) 555-0188 at ",
        "1 missed call showed no number to call back.",
        "Balance $41.80, about 6 days left",
        "Mon 23 Nov, 00:00–24:00 America/Toronto  ·  17 records read, complete  ·  read at ",
    ):
        assert text in words, text
    places = [words.index(text) for text in ("*16 calls*", "In / out", "Answered / Missed", "Account", "Nobody has", "records read")]
    assert places == sorted(places)


def test_accounts_go_by_name_and_come_to_the_whole() -> None:
    assert table_of(reports.card(report(DAY), around())) == [
        ["Account", "Calls", "Missed", "Talk", "Cost"],
        ["Front desk", "12", "2", "0:10:00", "$0.09"],
        ["Ana R.", "3", "0", "0:03:20", "$0.04"],
        ["Sales line (ring group)", "1", "1", "0:00:00", "$0.00"],
        ["All", "16", "3", "0:13:20", "$0.13"],
    ]


@pytest.mark.parametrize(("csv", "others"), [(True, "290 more → CSV"), (False, "290 more")])
def test_ten_accounts_are_named_and_the_others_are_one(csv: bool, others: str) -> None:
    rows = [outgoing(account=f"100001_{place:03}") for place in range(300)]
    found = table_of(reports.card(report(rows), around(csv=csv)))
    assert len(found) == 13
    assert found[11][:2] == [others, "290"]
    assert found[12][:2] == ["All", "300"]


def test_one_account_needs_no_table() -> None:
    assert table_of(reports.card(report([outgoing()]), around())) == []


def test_who_rang_often_says_so_and_a_long_list_is_cut() -> None:
    rows = [
        incoming("NO ANSWER", date=at(f"{hour:02}:{place:02}"), number=f"43855501{place:02}") for place in range(20) for hour in (9, 10)
    ]
    words = shown(report(rows))
    assert len(re.findall(r", 2 times$", words, re.MULTILINE)) == 8
    assert "and 12 more" in words


def test_nobody_waiting_is_good_news() -> None:
    made = report([incoming("NO ANSWER", date=at("09:00")), incoming(date=at("09:05"))])
    assert "Everybody whose call was missed has been spoken with since." in shown(made)
    assert "Everybody" not in shown(report([incoming()]))
    assert "Everybody" not in shown(report([incoming("BUSY", callerid="anonymous")]))


@pytest.mark.parametrize(
    ("calls", "words"),
    [
        ((16, 16, 16, 16), "A normal Monday: 16 calls, about $0.16."),
        ((10, 11, 12, 13), "▲ 39 % more calls than on a normal Monday: 10 to 13 calls, about $0.16."),
        ((4, 4, 5, 4), "▲ 4.0 times as many calls as on a normal Monday: 4 to 5 calls, about $0.16."),
        ((30, 40, 40, 50), "▼ 60 % fewer calls than on a normal Monday: 30 to 50 calls, about $0.16."),
        ((0, 0), "▲ More calls than on a normal Monday: 0 calls, about $0.16, going by 2 so far."),
    ],
)
def test_a_day_is_compared_in_words_as_well_as_an_arrow(calls: tuple[int, ...], words: str) -> None:
    assert words in shown(report(DAY), normal=normal_of(figures(*calls)))


@pytest.mark.parametrize(
    ("words", "such"), [("last-week", "in a normal week"), ("2026-10", "in a normal month"), ("3d", "on a normal Sunday to Tuesday")]
)
def test_weeks_and_months_are_compared_with_their_like(words: str, such: str) -> None:
    about = subject(words)
    rows = [outgoing(date=datetime.combine(about.period.first, time(12)))] * 9
    assert such in shown(report(rows, about), normal=normal_of(figures(2, 2, 2, 2)))


def test_no_calls_is_said_with_what_is_normal_and_what_to_do() -> None:
    nothing = report([])
    assert "*No calls* on Monday 23 November." in shown(nothing)
    words = shown(nothing, normal=normal_of(figures(15, 16)))
    assert (
        "A normal Monday: 15 to 16 calls, about $0.16, going by 2 so far. Look whether your numbers still ring: call one of them." in words
    )
    assert "Look whether" not in shown(nothing, normal=normal_of(figures(0, 16)))
    assert "Look whether" not in shown(nothing, normal=normal_of(figures(15, 16)), missing="Everything.")
    assert "0 records read, complete" in words


def test_what_is_missing_is_said_first_and_in_the_footer() -> None:
    words = shown(report(DAY), missing="VoIP.ms did not answer for the afternoon.")
    assert "*Not complete.* VoIP.ms did not answer for the afternoon." in words
    assert words.index("Not complete") < words.index("16 calls")
    assert "17 records read, not complete" in words


def test_what_is_not_complete_is_compared_with_nothing() -> None:
    normal = normal_of(figures(40, 40, 40, 40))
    assert "▼ 60 % fewer calls" in shown(report(DAY), normal=normal)
    words = shown(report(DAY), normal=normal, missing="The afternoon.")
    assert not any(word in words for word in ("▼", "▲", "normal", "usual"))


def test_records_that_could_not_be_read_are_told() -> None:
    made = report(DAY)
    words = shown(replace(made, totals=replace(made.totals, unreadable=2, gaps=1)))
    assert "17 records read, not complete" in words
    assert "2 records could not be read and are missing here" in words
    assert "1 value could not be read" in words


def test_a_report_that_was_read_again_says_what_changed() -> None:
    words = shown(report(DAY), told=Figures(calls=14, missed=3, seconds=800, cost=Decimal("0.13")))
    assert "Read again, since late records came in: calls 16 instead of 14" in words
    assert "missed" not in words.partition("Read again")[2]
    now = Figures(calls=16, missed=3, seconds=800, cost=Decimal("0.127"))
    assert "Read again" not in shown(report(DAY), told=now)
    assert "differ by less than a cent" in shown(report(DAY), told=replace(now, cost=Decimal("0.1271")))


def test_periods_without_a_report_are_named() -> None:
    assert "No report was made of Sat 21 Nov, Sun 22 Nov" in shown(report(DAY), skipped=(period("2026-11-21"), period("2026-11-22")))


def test_phones_and_money_stand_beside_the_calls() -> None:
    up = reports.Registered(percent=Decimal("99.84"), outages=2)
    assert "Phones registered 99.8 % of the time, 2 outages" in shown(report(DAY), registered=up)
    begun = replace(up, since=datetime(2026, 11, 23, 23, 42, tzinfo=UTC))
    since = "99.8 % since they were first seen (Mon 23 Nov 2026 18:42 EST), 2 outages"
    assert f"Phones registered {since}" in shown(report(DAY), registered=begun)
    assert "Balance $0.40, less than a day left" in shown(report(DAY), balance=Decimal("0.40"), days_left=0)


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-11-01", " (25 hours)"), ("2026-03-08", " (23 hours)"), ("2026-11-02", ""), ("2026-11-01..2026-11-15", "")]
)
def test_a_day_of_odd_length_says_so(day: str, hours: str) -> None:
    assert f"00:00–24:00 America/Toronto{hours}  ·" in shown(report([], subject(day)))


def test_the_footer_says_where_the_order_of_arrival_decided() -> None:
    rows = [outgoing(date=datetime(2026, 11, 1, 1, 30))] * 2
    denver = subject("2026-11-01", ZoneInfo("America/Denver"))
    words = shown(report(rows, denver))
    assert "VoIP.ms's clock ran from 01:00 to 02:00 on 1 Nov twice, and the day of America/Denver changes in between" in words
    assert "which of the 2 records of that time are in this report is told only by the order in which they came" in words
    assert "twice" not in shown(report([], denver))
    assert "twice" not in shown(report(rows, subject("2026-11-01")))


def test_viewers_see_numbers_masked() -> None:
    made = report(DAY)
    text = shown(made, masked=True) + str(list(report_csv.rows(made, around(masked=True))))
    assert not re.search(r"555\D?01(77|88|99)", text)
    assert "438 555-••77" in text


# Clients


SOLD = (
    Sold(
        client="561115",
        rows=71,
        seconds=7806,
        cost=Decimal("1.06"),
        price=Decimal("3.65"),
        only_price=Side(rows=2, amount=Decimal("0.02")),
        only_cost=Side(rows=1, amount=Decimal("0.01")),
    ),
    Sold(client="561116", rows=0, seconds=0, cost=Decimal(), price=Decimal(), only_price=Side(), only_cost=Side()),
)


def test_a_resellers_report_has_each_clients_cost_price_and_margin() -> None:
    blocks = reports.card(report(DAY), around(sold=SOLD, clients={"561115": "Acme Ltd"}))
    assert table_of(blocks) == [
        ["Client", "Calls", "Cost", "Price", "Margin", "Unmatched"],
        ["Acme Ltd", "71", "$1.06", "$3.65", "$2.59", "3"],
        ["561116", "0", "$0.00", "$0.00", "$0.00", "–"],
        ["All", "71", "$1.06", "$3.65", "$2.59", "3"],
    ]
    words = words_of(blocks)
    assert (
        "Unmatched, and in no margin: 2 records only in the clients' books, $0.02 charged  ·  1 record only in ours, $0.01 spent" in words
    )
    assert "*By account*\nFront desk  ·  12 calls  ·  0:10:00  ·  $0.09" in words


def test_one_clients_report_says_what_was_charged_and_what_it_cost_us() -> None:
    made = report(DAY, subject(scope=Scope(about=About.CLIENT, keys=("561115",), name="Acme Ltd")))
    blocks = reports.card(made, around(sold=SOLD[:1], clients={"561115": "Acme Ltd"}))
    words = words_of(blocks)
    assert "Calls of Acme Ltd on Monday 23 November" in words
    assert "*Charged to the client*\n$0.13" in words
    assert "*It cost us*\n$1.06, margin $2.59" in words
    assert table_of(blocks)[0][0] == "Account"
    assert "Unmatched, and in no margin" in words


# What comes next


@pytest.mark.parametrize(
    ("words", "scope", "questions"),
    [
        ("2026-11-23", Scope(), ["calls 2026-11-23", "calls 2026-11-23 missed"]),
        (
            "2026-11-23",
            Scope(about=About.ACCOUNTS, keys=("100001_desk",), name="Front desk"),
            ["calls 100001_desk 2026-11-23", "calls 100001_desk 2026-11-23 missed"],
        ),
        (
            "2026-11-23",
            Scope(about=About.CLIENT, keys=("561115",), name="Acme"),
            ["client-calls 561115 2026-11-23", "client-calls 561115 2026-11-23 missed"],
        ),
        ("2026-11-23", Scope(about=About.ACCOUNTS, keys=("100001_desk", "100001_ana"), name="two"), []),
        ("2026-11-22", Scope(), []),
    ],
)
def test_buttons_ask_for_the_calls_in_words_that_can_be_read(words: str, scope: Scope, questions: list[str]) -> None:
    found = values_of(reports.card(report(DAY, subject(words, scope=scope)), around()))
    assert found == questions
    for line in found:
        assert read_calls(split(line)[1:], NOW.date()).period is not None


# Without charts and tables


def test_where_charts_and_tables_are_refused_lines_have_the_same_numbers() -> None:
    blocks = without_tables(reports.card(report(DAY), around()))
    assert faults(blocks) == []
    assert not {"table", "data_visualization", "data_table"} & {block["type"] for block in blocks}
    words = words_of(blocks)
    assert "Calls by time of day  Answered  Missed  Outgoing\n8–10" in words
    assert re.search(r"^8–10 +10 +1 +0$", words, re.MULTILINE)
    assert re.search(r"^Front desk +12 +2 +0:10:00 +\$0.09$", words, re.MULTILINE)
    assert "Answered / Missed / Outgoing" not in words, "the numbers stand there once"


@pytest.mark.parametrize(("words", "title"), [("2026-07-13..2026-11-23", "Calls by week"), ("2025-11-23..2026-11-23", "Calls by month")])
def test_the_chart_of_a_long_period_is_one_that_slack_draws(words: str, title: str) -> None:
    blocks = reports.card(report(DAY, subject(words)), around())
    assert faults(blocks) == []
    assert title in words_of(without_tables(blocks))


def test_the_chart_and_the_text_below_it_have_the_same_numbers() -> None:
    made = report(DAY)
    blocks = reports.card(made, around())
    place = [block["type"] for block in blocks].index("data_visualization")
    block, text = blocks[place : place + 2]
    series = {one["name"]: [point["value"] for point in one["data"]] for one in block["chart"]["series"]}
    assert {name: sum(values) for name, values in series.items()} == {"Answered": 10, "Missed": 3, "Outgoing": 3}
    for place, label in enumerate(block["chart"]["axis_config"]["categories"]):
        assert f"{label}: {' / '.join(str(values[place]) for values in series.values())}" in text["elements"][0]["text"]


# The file


def test_the_file_has_every_part_and_each_kind_comes_to_the_whole() -> None:
    rows = [outgoing(account=f"100001_{place}", seconds=place, number="2125550199") for place in range(300)]
    head, *lines = report_csv.rows(report([*DAY, *rows]), around(sold=SOLD, clients={"561115": "Acme Ltd"}))
    made = [dict(zip(map(str, head), line, strict=True)) for line in lines]
    whole = next(one for one in made if one["Part"] == "Whole")
    assert whole["Name"] == "Mon 23 Nov"
    for kind in ("Account", "Destination", "Hour", "Column"):
        parts = [one for one in made if one["Part"] == kind]
        for column in ("Calls", "Answered", "Missed", "Outgoing", "Fees", "Talk seconds"):
            assert sum(int(str(one[column])) for one in parts) == whole[column], (kind, column)
        assert sum(Decimal(str(one["Cost"])) for one in parts) == Decimal(str(whole["Cost"]))
    assert len([one for one in made if one["Part"] == "Account"]) == 303
    assert [(one["Name"], one["Id"], one["Missed"], one["Last try"]) for one in made if one["Part"] == "Not called back"] == [
        ("Acme Ltd (438) 555-0177", "(438) 555-0177", 1, "2026-11-23T09:30:00-05:00"),
        ("Acme Ltd (438) 555-0188", "(438) 555-0188", 1, "2026-11-23T13:20:00-05:00"),
    ]
    assert [(one["Part"], one["Cost"], one["Price"], one["Margin"]) for one in made if one["Id"] == "561115"] == [
        ("Client", "1.06", "3.65", "2.59"),
        ("Only the client's side", "", "0.02", ""),
        ("Only our side", "0.01", "", ""),
    ]


# Slack's limits, and strangers' words


def hostile(count: int, accounts: int = 1) -> list[Cdr]:
    words = dict.fromkeys(("callerid", "disposition", "uniqueid", "call_logs"), EVIL)
    return [
        row
        for place in range(count)
        for row in (
            incoming(
                **words,
                did=EVIL,
                account=f"{EVIL}{place % accounts}",
                description=f"Inbound {EVIL}",
                seconds=10**9,
                total=Decimal("9" * 20),
            ),
            outgoing(**words, number=EVIL, account=f"{EVIL}{place % accounts}", description=f"{place} {EVIL}", destination_type=EVIL),
            incoming(**{**words, "callerid": f'"{EVIL}" <4385550{place:03}>'}, did=EVIL, date=at(f"{place % 24:02}:00")),
            fee("9" * 15, account=EVIL),
        )
    ]


EVERYTHING: dict[str, Any] = {
    "normal": normal_of([Figures(calls=10**9, missed=10**9, seconds=10**9, cost=Decimal("9" * 20))]),
    "told": Figures(calls=1, missed=1, seconds=1, cost=Decimal(1)),
    "balance": Decimal("-9" + "9" * 15),
    "days_left": 10**6,
    "registered": reports.Registered(percent=Decimal(0), outages=10**6),
    "skipped": tuple(period(f"2026-10-{day:02}") for day in range(1, 31)),
    "missing": "VoIP.ms did not answer.",
    "csv": True,
}
MANY_SOLD = tuple(replace(SOLD[0], client=str(place)) for place in range(900))
PICTURES: list[tuple[Callable[[], Report], dict[str, Any]]] = [
    (lambda: report([]), {}),
    (lambda: report([]), EVERYTHING),
    (lambda: report(DAY), {}),
    (lambda: report([outgoing(account=f"100001_{place}") for place in range(5_000)]), EVERYTHING),
    (lambda: report(hostile(200), subject(scope=Scope(about=About.SITE, keys=(EVIL,), name=EVIL), sites={})), EVERYTHING),
    (
        lambda: report(hostile(200, 200), subject(scope=Scope(about=About.CLIENT, keys=("5",), name=EVIL))),
        {**EVERYTHING, "sold": SOLD[:1]},
    ),
    (
        lambda: report(hostile(200, 200)),
        {**EVERYTHING, "sold": MANY_SOLD, "clients": {str(place): EVIL for place in range(900)}},
    ),
    (
        lambda: report(hostile(200, 200), subject("2026-11-01..2026-11-23")),
        {**EVERYTHING, "masked": True, "names": {EVIL: EVIL}},
    ),
]


@pytest.mark.parametrize(("drawn", "more"), PICTURES)
def test_every_picture_keeps_slacks_limits_and_no_word_does_harm(drawn: Callable[[], Report], more: dict[str, Any]) -> None:
    made = drawn()
    blocks = reports.card(made, around(**more))
    assert faults(blocks) == []
    assert faults(without_tables(blocks)) == []
    assert len(blocks) <= 20
    assert 0 < len(reports.headline(made, around(**more))) < 250
    assert all(len(block["fields"]) <= 8 for block in blocks if "fields" in block)
    assert list(report_csv.rows(made, around(**more)))


def test_equal_values_make_equal_pictures() -> None:
    assert reports.card(report(DAY), around()) == reports.card(report(DAY), around())


def test_a_report_of_the_first_day_of_winter_time_is_drawn_whole() -> None:
    day = subject("2026-11-01", TORONTO)
    begins, ends = day.period.bounds(TORONTO)
    walls = [
        (begins + timedelta(minutes=30 * step)).astimezone(NEW_YORK).replace(tzinfo=None)
        for step in range((ends - begins) // timedelta(minutes=30))
    ]
    made = report([outgoing(date=wall) for wall in walls], day)
    assert made.totals.calls == 50
    assert "Answered / Missed / Outgoing  ·  0–2: 0 / 0 / 6  ·  2–4: 0 / 0 / 4" in shown(made)
    assert datetime(2026, 11, 1, 4, tzinfo=UTC) == begins
