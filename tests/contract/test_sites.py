"""``status`` and ``alerts`` of a site or a POP, by what people call it: the phones there and their outages, and no others."""

import html
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from handlers.alerts import alerts_command
from handlers.looking import Looks
from handlers.memory import Memory
from handlers.parsing import split
from handlers.registrations import status_command
from handlers.registry import Command, Misunderstood, Reply, Request
from rules.access import Role
from rules.limits import Limits
from rules.watch import Look
from store import Store, steering
from tests.contract.watched_fleet import DAY, MINUTE, Fleet, sub_account
from tests.unit.pictures import faults, words_of
from tests.watching import OFFICE
from voipms import Pace, VoipMs

HEAD, BRANCH, LAVAL = "203.0.113.7", "198.51.100.9", "198.51.100.20"
DESK, HALL, SHOP, BACK = "100000_desk", "100000_hall", "100000_shop", "100000_back"
CLIENT = Limits(clients=frozenset({"561115"}))


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    """Two phones at the head office, and two of a client's elsewhere."""
    with Store(f"sqlite:///{tmp_path}/dialtone.db") as store:
        made = Fleet(store, {DESK: HEAD, HALL: HEAD, SHOP: BRANCH, BACK: BRANCH})
        made.listed(
            [
                sub_account(DESK, description="Front desk", internal_extension="101"),
                sub_account(HALL, description="Hall", internal_extension="102"),
                sub_account(SHOP, description="Shop", internal_extension="103", reseller_client="561115"),
                sub_account(BACK, description="Back room", internal_extension="104", reseller_client="561115"),
            ]
        )
        call(made, HEAD, "Head office")
        call(made, BRANCH, "Shop in Laval")
        call(made, LAVAL, "Hall of fame")
        yield made


def call(fleet: Fleet, site: str, name: str) -> None:
    with fleet.store.writing() as transaction:
        steering.name_site(transaction, site, name, "U0DANA", fleet.now)


def asked_of(fleet: Fleet, words: str, limits: Limits | None, role: Role) -> Request:
    return Request(
        person="U0DANA",
        role=role,
        words=split(words)[1:],
        now=fleet.now,
        zone=ZoneInfo("America/Toronto"),
        channel=OFFICE,
        limits=limits,
        clock=lambda: fleet.now,
        give_up_at=fleet.now + MINUTE,
    )


@contextmanager
def command_of(fleet: Fleet, words: str) -> Iterator[tuple[Command, VoipMs]]:
    """The command, and a VoIP.ms that cannot be reached: all of it is remembered."""
    memory = Memory(store=fleet.store, zone=ZoneInfo("America/Toronto"))
    with closing(VoipMs("ops@example.com", "no-password", pace=Pace(60_000), url="http://127.0.0.1:9/rest.php")) as nobody:
        yield (alerts_command(memory, Looks()) if words.split()[0] == "alerts" else status_command("", memory, Looks())), nobody


def ask(fleet: Fleet, words: str, limits: Limits | None = None, role: Role = Role.OPERATOR) -> Reply:
    """The answer to ``status …`` or ``alerts …``."""
    with command_of(fleet, words) as (command, nobody):
        reply = command.run(asked_of(fleet, words, limits, role), nobody)
    assert faults(reply.blocks) == []
    return reply


def refused(fleet: Fleet, words: str, limits: Limits | None = None) -> str:
    with pytest.raises(Misunderstood) as wrong:
        ask(fleet, words, limits)
    return f"{wrong.value} {wrong.value.hint}"


def rows(fleet: Fleet, words: str) -> list[str]:
    """The lines of the same as a file, without its head."""
    with command_of(fleet, words) as (command, nobody):
        assert command.csv is not None
        return [" ".join(map(str, row)) for row in command.csv(asked_of(fleet, words, None, Role.OPERATOR), nobody).rows][1:]


# Its phones


@pytest.mark.parametrize(
    "words",
    ["head office", "Head Office", "head", "203.0.113.7", '"head office"', "site head office", "site: 203.0.113.7", '"site 203.0.113.7"'],
)
def test_the_status_of_a_site_is_that_of_its_phones(fleet: Fleet, words: str) -> None:
    said = ask(fleet, f"status {words}")
    assert said.headline == "Head office: all 2 phones are registered"
    shown = words_of(said.blocks)
    assert "Front desk" in shown and "Hall" in shown and "Shop" not in shown and "Back room" not in shown
    assert said.again == f"site {HEAD}"
    assert [line.partition(" 10")[0] for line in rows(fleet, f"status {said.again}")] == ["Front desk", "Hall"]


def test_a_phone_that_is_missing_at_a_site_stands_before_those_that_are_well(fleet: Fleet) -> None:
    fleet.drop(HALL, SHOP)
    said = ask(fleet, "status head office")
    assert said.headline == "Head office: 1 of 2 phones is missing: Hall"
    shown = words_of(said.blocks)
    assert shown.index("Missing for 1 min") < shown.index("Front desk") and "Shop" not in shown


def test_a_pop_is_asked_for_by_its_name_and_with_the_word_by_its_number(fleet: Fleet) -> None:
    for words in ("city1", "pop city1", "pop 1", "server 1"):
        assert ask(fleet, f"status {words}").headline == "POP city1: all 4 phones are registered"
    assert "I know no POP “9”." in refused(fleet, "status pop 9")


def test_a_site_where_no_phone_is_says_so(fleet: Fleet) -> None:
    assert ask(fleet, f"status {LAVAL}").headline == "Hall of fame: no phone is watched"


def test_a_phone_wins_over_a_site_of_the_same_name(fleet: Fleet) -> None:
    call(fleet, HEAD, "Hall")
    assert ask(fleet, "alerts hall").headline.startswith("Hall (ext. 102): ")
    assert ask(fleet, "alerts site hall").headline == "No outage at Hall in the last 30 days"
    assert ask(fleet, "alerts shop").headline.startswith("Shop (ext. 103): "), "the whole name, not the beginning of the site's"


def test_a_whole_name_of_a_site_wins_over_the_beginning_of_a_phones(fleet: Fleet) -> None:
    call(fleet, HEAD, "Back r")
    assert ask(fleet, "status back r").headline == "Back r: all 2 phones are registered"


def test_several_sites_are_offered(fleet: Fleet) -> None:
    call(fleet, LAVAL, "Head office")
    said = refused(fleet, "status head office")
    assert "Several places could be meant by “head office”." in said
    for site in (HEAD, LAVAL):
        assert f'status "site {site}"' in html.unescape(said)
        assert ask(fleet, f'status "site {site}"').headline.startswith("Head office: ")


def test_a_name_that_is_near_is_offered(fleet: Fleet) -> None:
    said = refused(fleet, "status hed ofice")
    assert "I know no phone or site “hed ofice”." in said and f"site {HEAD}" in said
    assert "site" not in refused(fleet, "alerts 113"), "a piece of an address is no extension"


# Its outages


def test_the_outages_of_a_site_are_those_in_which_its_phones_were_away(fleet: Fleet) -> None:
    fleet.drop(DESK, SHOP)
    fleet.restore(DESK, SHOP)
    said = ask(fleet, "alerts head office")
    assert said.headline == "1 outage at Head office in the last 30 days"
    assert "Front desk" in words_of(said.blocks) and "Shop" not in words_of(said.blocks)
    assert said.again == f"history site {HEAD}" and ask(fleet, f"alerts {said.again}").headline == said.headline
    (row,) = rows(fleet, f"alerts {said.again}")
    assert "Front desk" in row
    assert ask(fleet, "alerts pop city1").headline == "2 outages on POP city1 in the last 30 days"
    fleet.wait(DAY)
    for words in ("yesterday head office", "head office yesterday", "history head office yesterday"):
        found = ask(fleet, f"alerts {words}")
        assert (found.headline, found.again) == ("1 outage at Head office yesterday", f"history site {HEAD} 2026-11-23")
    assert ask(fleet, "alerts head office today").headline == "No outage at Head office today"


# What a place may see


def test_a_limited_channel_learns_of_its_own_sites_alone(fleet: Fleet) -> None:
    fleet.drop(DESK, SHOP)
    fleet.wait(MINUTE)
    assert ask(fleet, "status shop in laval", CLIENT).headline == "Shop in Laval: 1 of 2 phones is missing: Shop"
    assert ask(fleet, "alerts shop in laval", CLIENT).headline == "1 outage at Shop in Laval in the last 30 days"
    for theirs, nobodys in (("hall of fame", "quux of fame"), (HEAD, "203.0.113.8"), (f"site {LAVAL}", "site 198.51.100.21")):
        for command in ("alerts", "alerts history"):
            known, unknown = refused(fleet, f"{command} {theirs}", CLIENT), refused(fleet, f"{command} {nobodys}", CLIENT)
            assert known.replace(theirs.removeprefix("site "), "") == unknown.replace(nobodys.removeprefix("site "), "")


def test_what_the_phones_of_a_pop_are_depends_on_who_may_see_them(fleet: Fleet) -> None:
    assert ask(fleet, "status city1", CLIENT).headline == "POP city1: all 2 phones are registered"
    assert "Front desk" not in words_of(ask(fleet, "status city1", CLIENT).blocks)


def test_a_number_in_the_name_of_a_site_is_masked_for_a_viewer(fleet: Fleet) -> None:
    call(fleet, HEAD, "Office 514 555-0134")
    fleet.look(DESK, Look.YES)
    assert "555-0134" in ask(fleet, f"status {HEAD}").headline
    for command in ("status", "alerts"):
        said = ask(fleet, f"{command} {HEAD}", role=Role.VIEWER)
        assert "555-0134" not in said.headline + words_of(said.blocks) and "Office" in said.headline
