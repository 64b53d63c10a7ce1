"""Who may do what, as it is shown: Slack takes it however much there is, and words from outside stay words."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from blocks import access, audit, home, rights, setup
from playground.slack_limits import view_problems
from rules.access import Grant, Role, Standing, Subject, Why
from rules.limits import Fence, Limits
from rules.today import Day, Today, before
from rules.usual import Figures
from tests.outages import HEAD, blinded, fleet, outage
from tests.unit.pictures import EVIL, faults, values_of, words_of
from tests.watching import World

NOON = datetime(2026, 11, 23, 17, tzinfo=UTC)
TORONTO = ZoneInfo("America/Toronto")
ADMIN = "U0ALICE"
NAMES = access.Names(groups={"S0OPS": EVIL}, clients={"561115": EVIL}, sites={"203.0.113.7": EVIL}, accounts={"100001_ana": EVIL})
FENCE = Fence(accounts=frozenset(("100001_ana",)), sites=frozenset(("203.0.113.7",)), clients=frozenset(("561115", "561116")))


def grant(subject: Subject = Subject.PERSON, identity: str = "U0BEN", role: Role = Role.VIEWER) -> Grant:
    return Grant(subject=subject, id=identity, role=role, outsiders=subject is not Subject.PERSON, by=ADMIN, at=NOON)


def strange(blocks: list[dict[str, object]]) -> list[str]:
    """What is wrong with a picture beside that it names people and channels, which nobody is told of by."""
    return [one for one in faults(blocks) if not one.startswith(("@U0", "#C0"))]


@pytest.mark.parametrize("count", [0, 1, 200])
def test_what_is_granted_and_limited_is_shown_however_much_it_is(count: int) -> None:
    grants = [grant(Subject.GROUP, "S0OPS"), grant(Subject.CHANNEL, "C0PHONES"), *(grant(identity=f"U0{n}") for n in range(count))]
    limited = [access.Limited(channel=f"C0{n}", fence=FENCE, by=ADMIN, at=NOON) for n in range(count)]
    blocks = access.card(grants, limited, [ADMIN], Role.NONE, NAMES, TORONTO, "/voip ")
    assert strange(blocks) == []
    assert ("more in the CSV" in words_of(blocks)) is (count > access.MOST)
    every: list[Grant | access.Limited] = [*grants, *limited]
    rows = [access.csv_row(one, NAMES, TORONTO) for one in every]
    assert {len(row) for row in rows} == {len(access.CSV_COLUMNS)}


def test_with_nobody_named_it_says_so() -> None:
    blocks = access.card([], [], [], Role.NONE, NAMES, TORONTO, "")
    assert access.headline([], []) == "No role granted" and "ADMINS: nobody" in words_of(blocks) and strange(blocks) == []


@pytest.mark.parametrize("form", [access.grant_form(), access.limit_form()])
def test_slack_takes_the_forms(form: dict[str, object]) -> None:
    assert view_problems(form) == []


@pytest.mark.parametrize(
    ("standing", "says"),
    [
        (Standing(role=Role.ADMIN, why=Why.SETTING), "ADMINS"),
        (Standing(role=Role.VIEWER, why=Why.GRANT, grant=grant()), "given to you by <@U0ALICE>"),
        (Standing(role=Role.VIEWER, why=Why.GRANT, grant=grant(Subject.GROUP, "S0OPS")), "your user group `S0OPS`"),
        (Standing(role=Role.VIEWER, why=Why.GRANT, grant=grant(Subject.CHANNEL, "C0PHONES")), "whoever asks in this channel"),
        (Standing(role=Role.NONE, why=Why.OUTSIDER), "Guests"),
        (Standing(role=Role.NONE, why=Why.SHUT_OUT), "Bots"),
        (Standing(role=Role.NONE, why=Why.DEFAULT), "DEFAULT_ROLE"),
    ],
)
def test_where_a_role_comes_from(standing: Standing, says: str) -> None:
    assert says in rights.source(standing)


def test_a_group_is_called_by_its_name_and_mentions_nobody() -> None:
    standing = Standing(role=Role.VIEWER, why=Why.GRANT, grant=grant(Subject.GROUP, "S0OPS"))
    assert "your user group @phone-ops by" in rights.source(standing, "phone-ops")
    assert "<!" not in rights.source(standing, EVIL)


def test_what_a_channel_sees_is_a_few_words_however_much_it_is() -> None:
    assert rights.part(Limits()) == "nothing"
    assert rights.part(Limits(clients=frozenset(("561115",)))) == "client `561115`"
    assert len(rights.part(Limits(accounts=frozenset(f"100001_phone{n}" for n in range(5000))))) < 300


@pytest.mark.parametrize("count", [0, 1, 500])
def test_the_audit_is_shown_with_hostile_words_in_it(count: int) -> None:
    one = audit.Entry(
        at=NOON,
        name=EVIL,
        person="U0BEN",
        way="slash command",
        channel="C0PHONES",
        command="calls",
        about=EVIL,
        result="answered",
        error_id="",
    )
    blocks = audit.card([one] * min(count, 100), count, audit.looked_for({}), TORONTO, 365, "/voip ")
    assert faults(blocks) == []
    assert ("of 500, all in the CSV" in words_of(blocks)) is (count > 99)


def own_home(role: Role = Role.ADMIN, sites: int = 3, mine: int = 2, troubled: int = 0, today: Today | None = None) -> home.Home:
    return home.Home(
        role=role,
        admins=[ADMIN],
        now=NOON,
        zone=TORONTO,
        places=[home.Place(name=EVIL, phones=3, troubled=troubled) for _ in range(sites)],
        more=home.Place(name="Elsewhere", phones=4000, troubled=0) if sites else None,
        today=today if today is not None else Today(),
        day=date(2026, 11, 23),
        day_zone=TORONTO,
        balance=Decimal("112.19"),
        days_left=2,
        own=[home.Own(words="A report", undo="report remove 1", label="Remove") for _ in range(mine)],
        quick=[("Status", "status"), ("Help", "help")],
    )


@pytest.mark.parametrize("role", [Role.NONE, Role.VIEWER, Role.OPERATOR, Role.ADMIN])
@pytest.mark.parametrize(("sites", "mine"), [(0, 0), (12, 40)])
def test_slack_takes_home_with_hostile_names_in_it(role: Role, sites: int, mine: int) -> None:
    blocks = home.card(own_home(role, sites, mine))
    assert view_problems({"type": "home", "blocks": blocks}) == [] and strange(blocks) == []


def dropped() -> World:
    """A fleet in which one phone is missing."""
    world = fleet({HEAD: 12})
    world.drop(list(world.places)[:1])
    return world


def test_home_begins_with_what_is_wrong() -> None:
    assert home.title(own_home()) == "All 4,009 phones are registered"
    assert home.title(own_home(troubled=1)) == "4,006 of 4,009 phones are registered, 3 being checked"
    assert home.title(own_home(sites=0)) == "Nothing is watched yet"


def test_home_says_first_that_nobody_can_see_and_counts_the_other_outages() -> None:
    world = blinded(dropped(), "time-out")
    troubles = [home.Trouble(outage=outage(world, n), away=1, phones=12) for n in range(2)]
    assert home.title(replace(own_home(), blind_since=NOON)) == "Cannot see VoIP.ms"
    assert home.title(replace(own_home(), outages=troubles, blind_since=NOON)) == "Cannot see VoIP.ms, 1 open outage"
    assert home.title(replace(own_home(), outages=troubles)) == "2 open outages"


def test_home_shows_today_beside_a_normal_day() -> None:
    def day(of: date, calls: int) -> Day:
        return Day(day=of, figures=Figures(calls=calls, missed=2, seconds=7200, cost=Decimal("1.5")), read_at=NOON)

    monday = date(2026, 11, 23)
    known = Today(so_far=day(monday, 60), earlier=tuple(day(one, 20) for one in before(monday)))
    words = words_of(home.card(own_home(today=known))).replace("*", "")
    assert "60  ·  more than normal 20" in words and "2 h 00 min" in words and "the median of 4 weeks before" in words
    assert "Being read" in words_of(home.card(own_home()))


@pytest.mark.parametrize(
    ("balance", "days", "says"),
    [
        ("112.19", 37, "🟢  $112.19, about 37 days at the pace of the last 30 days"),
        ("3.20", 2, "🟠  $3.20, about 2 days at"),
        ("0.40", 0, "🟠  $0.40, less than a day at"),
        ("-0.40", 0, "🔴  -$0.40, nothing is left"),
        ("0", None, "🔴  $0.00, nothing is left"),
        ("50", None, "🟢  $50.00"),
    ],
)
def test_home_says_how_long_the_money_lasts_and_when_nothing_is_left(balance: str, days: int | None, says: str) -> None:
    assert f"Balance*\n{says}" in words_of(home.card(replace(own_home(), balance=Decimal(balance), days_left=days)))


def test_admins_are_told_what_is_lacking_and_how_to_begin() -> None:
    blocks = setup.scopes_card({"files:write": "CSV files", "im:write": "to open the direct message"})
    assert faults(blocks) == [] and "files:write" in words_of(blocks) and "doctor" in values_of(blocks)
    welcome = setup.welcome_card("none")
    assert faults(welcome) == [] and len(welcome) == 2 and len(values_of(welcome)) == 2
    assert len(words_of(welcome[:1]).splitlines()) == 3
