"""Whose calls a report is about: accounts, a site, what a limited channel may see; and how their phones fared."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from rules.limits import Fence
from rules.registrations import WITH_PASSWORD
from rules.reports import About, Scope
from rules.schedule import Rhythm
from rules.timeline import BLIND, Passage, Uptime
from rules.watch import State
from store import Store, access, history, lines
from store.uptimes import uptimes
from tests.reports_bench import ALICE, CHANNEL, HOUR, MORNING, Office, company, office, schedule
from voipms import SubAccount

TORONTO = ZoneInfo("America/Toronto")
DAY = timedelta(days=1)
MIDNIGHT = MORNING - 8 * HOUR
"""When Tuesday began in Toronto."""
DESK, SALES, AWAY = "100001_frontdesk", "100001_sales1", "100001_sales2"
OFFICE = "203.0.113.7"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Office]:
    with Store(f"sqlite:///{tmp_path}/dialtone.db") as store, office(store) as opened:
        yield opened


def watched(store: Store, account: str, *happened: tuple[datetime, State | str], offline: bool = False) -> None:
    """An account that is registered at the office now, with what happened to it before."""
    states = [State.UNSEEN, *(state for _, state in happened)]
    words = [state.value if isinstance(state, State) else state for state in states]
    passages = [Passage(at=at, before=before, after=after) for (at, _), before, after in zip(happened, words, words[1:], strict=False)]
    with store.writing() as transaction:
        lines.listed(transaction, [SubAccount(account=account, auth_type=WITH_PASSWORD)], MORNING, complete=False)
        row, version = lines.locked(transaction, account)
        line = replace(row.line, state=State.OK, answered_at=MORNING, site=OFFICE)
        lines.save(transaction, line, version, expect_offline=offline)
        history.append(transaction, account, passages)


def test_a_report_says_how_the_phones_fared(made: Office) -> None:
    watched(made.store, DESK, (MIDNIGHT - 3 * DAY, State.OK))
    watched(made.store, SALES, (MIDNIGHT - 3 * DAY, State.OK), (MIDNIGHT - 5 * HOUR, State.MISSING), (MIDNIGHT - 3 * HOUR, State.OK))
    watched(made.store, AWAY, (MIDNIGHT - 3 * DAY, State.OK), (MIDNIGHT - 9 * HOUR, State.MISSING), offline=True)
    made.make()
    made.make(scope=Scope(about=About.ACCOUNTS, keys=(DESK,), name="Front desk"))
    made.at(MORNING)
    everybody, desk = (message.words for message in made.messages())
    assert "phones registered 95.8 % of the time, 1 outage" in everybody
    assert "hones registered 100.0 % of the time, 0 outages" in desk


def test_a_report_says_since_when_its_phones_were_seen_where_that_is_within_its_period(made: Office) -> None:
    watched(made.store, DESK, (MIDNIGHT - 9 * HOUR, State.OK), (MIDNIGHT - 5 * HOUR, State.MISSING), (MIDNIGHT - 2 * HOUR, State.OK))
    watched(made.store, SALES, (MIDNIGHT - 3 * HOUR, State.OK))
    made.make()
    made.at(MORNING)
    (said,) = (message.words for message in made.messages())
    assert "phones registered 75.0 % since they were first seen (Mon 23 Nov 2026 15:00 EST), 1 outage" in said


def test_what_nobody_knew_is_neither_up_nor_down(store: Store) -> None:
    watched(store, DESK, (MIDNIGHT - 30 * HOUR, State.OK), (MIDNIGHT - 12 * HOUR, BLIND), (MIDNIGHT - 6 * HOUR, State.OK))
    watched(store, SALES, (MIDNIGHT - 2 * HOUR, State.OK), (MIDNIGHT - HOUR, State.MISSING), (MIDNIGHT + HOUR, State.OK))
    with store.reading() as transaction:
        found = uptimes(transaction, MIDNIGHT - DAY, MIDNIGHT, MORNING)
        assert uptimes(transaction, MIDNIGHT - DAY, MIDNIGHT, MORNING, {"100001_nobody"}) == Uptime()
    assert found == Uptime(up=19 * HOUR, down=HOUR, unknown=6 * HOUR, outages=1)


def test_a_sites_report_is_about_the_phones_that_are_there(made: Office) -> None:
    for account in (DESK, SALES):
        watched(made.store, account, (MIDNIGHT - 3 * DAY, State.OK))
    made.make(scope=Scope(about=About.SITE, keys=(OFFICE,), name="Head office"))
    made.at(MORNING)
    calls = [call for call in company().ledger if call.start.astimezone(TORONTO).date() == (MORNING - DAY).date()]
    theirs = sum(call.account in (DESK, SALES) and call.direction != "fee" for call in calls)
    assert made.posts()[0].startswith(f"Mon 23 Nov, Head office: {theirs} calls")


def fence(made: Office, channel: str, some: Fence | None) -> None:
    with made.store.writing() as transaction:
        if some is None:
            access.set_free(transaction, channel)
        else:
            access.fence_in(transaction, channel, some, ALICE, made.now)


def test_a_limited_channel_hears_of_its_part_alone(made: Office) -> None:
    client = next(iter(company().clients))
    made.make(csv=True)
    fence(made, CHANNEL, Fence(clients=frozenset((client,))))
    made.at(MORNING)
    post, file = made.messages()
    theirs = [
        call
        for call in company().ledger
        if call.start.astimezone(TORONTO).date() == (MORNING - DAY).date() and call.client == client and call.direction != "fee"
    ]
    assert post.text.startswith(f"Mon 23 Nov: {len(theirs)} call")
    assert "This channel sees only a part of the account" in post.words and "Balance" not in post.words
    others = {name for one in company().sub_accounts.values() if one.client != client and (name := one.description) and len(name) > 3}
    said = post.words + file.files[0].content.decode()
    assert not [name for name in others if name in said]
    fence(made, CHANNEL, None)
    made.ask()
    made.at(MORNING + HOUR)
    again = made.posts()[-1]
    assert again.startswith("Mon 23 Nov: 192 calls") and "usual" in made.messages()[-2].words


def of_others(made: Office) -> list[str]:
    """The names of other clients' phones, and what else is not the channel's, in anything that stands in it."""
    client = next(iter(company().clients))
    names = {name for one in company().sub_accounts.values() if one.client != client and (name := one.description) and len(name) > 3}
    said = " ".join(message.words + "".join(file.content.decode() for file in message.files) for message in made.messages())
    return [name for name in (*names, "Balance", "192 calls") if name in said]


def test_a_report_that_waits_when_its_channel_is_limited_is_made_anew(made: Office) -> None:
    made.make(csv=True)
    made.now = MORNING
    made.job.tick()
    made.now = MORNING + timedelta(minutes=10)
    fence(made, CHANNEL, Fence(clients=frozenset((next(iter(company().clients)),))))
    made.at(MORNING + timedelta(minutes=11))
    assert made.messages() == [] and made.runs() == {"2026-11-23": "due"}
    made.at(MORNING + timedelta(minutes=12))
    post, file = made.messages()
    assert "This channel sees only a part of the account" in post.words and file.thread_ts == post.ts
    assert of_others(made) == [] and made.runs() == {"2026-11-23": "done"}
    made.at(MORNING + 3 * HOUR)
    assert len(made.messages()) == 2, "told once"


def test_a_report_whose_channel_is_limited_while_it_is_made_keeps_to_that(made: Office) -> None:
    limits = Fence(clients=frozenset((next(iter(company().clients)),)))
    made.make(csv=True)
    made.now = MORNING
    made.phones.on_answer(lambda asked, body: fence(made, CHANNEL, limits))
    made.at(MORNING)
    assert len(made.messages()) == 2 and of_others(made) == []


def test_what_is_read_again_in_a_channel_that_was_limited_since_is_not_compared(made: Office) -> None:
    made.make(csv=True)
    made.at(MORNING)
    assert "192 calls" in made.posts()[0]
    fence(made, CHANNEL, Fence(clients=frozenset((next(iter(company().clients)),))))
    made.at(MORNING + 2 * HOUR + timedelta(minutes=1))
    post = made.messages()[0]
    assert "This channel sees only a part of the account" in post.words and "192" not in post.words


def test_a_limited_channel_hears_no_margin_in_a_clients_report(made: Office) -> None:
    first, second = list(company().clients)[:2]
    made.make(scope=Scope(about=About.CLIENT, keys=(first,), name="First"), schedule=schedule(Rhythm.DAILY))
    fence(made, CHANNEL, Fence(clients=frozenset((first,))))
    made.at(MORNING)
    (post,) = made.messages()
    assert "First" in post.text and "It cost us" not in post.words
    fence(made, CHANNEL, Fence(clients=frozenset((second,))))
    made.at(MORNING + DAY)
    (told,) = made.messages(made.alice.dm)
    assert "is limited to another part of the account" in told.words and made.standing.trouble == "out_of_sight"
    assert len(made.messages()) == 1
