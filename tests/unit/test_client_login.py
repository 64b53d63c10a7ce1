"""The form that checks a client's password: what is wrong with it, how often one may try, and what is never said."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

import pytest

from handlers.clients import EMAIL_MOST, PASSWORD_MOST, client_login_command
from handlers.registry import Command, FormErrors, Misunderstood, Reply, Request, Submitted
from handlers.tries import Tries
from rules.access import Role
from tests.unit.pictures import faults, words_of
from voipms import Client, Unreachable, VoipMs

NOON = datetime(2026, 11, 23, 17, 0, 20, tzinfo=UTC)
TORONTO = ZoneInfo("America/Toronto")
RIGHT = ("office@birchdental.example", "hunter2-typed-by-hand")


class Door:
    """As much of VoIP.ms as the form asks: one client, and how often it was asked."""

    def __init__(self, breaks: Exception | None = None) -> None:
        self.asked = 0
        self._breaks = breaks

    def check_login(self, email: str, password: str) -> Client | None:
        self.asked += 1
        if self._breaks is not None:
            raise self._breaks
        return Client(client="561115", email=RIGHT[0], company="Birch Dental") if (email, password) == RIGHT else None


def asking(person: str = "U0ANA", now: datetime = NOON) -> Request:
    return Request(
        person=person, role=Role.OPERATOR, words=(), now=now, zone=TORONTO, clock=lambda: now, give_up_at=now + timedelta(seconds=60)
    )


@pytest.fixture
def login() -> Command:
    return client_login_command(Tries())


@pytest.fixture
def send(login: Command) -> Callable[..., Reply]:
    """Sends the form."""

    def sent(door: Door, email: str, password: str, person: str = "U0ANA", now: datetime = NOON) -> Reply:
        assert login.submit is not None
        form = Submitted(values={"email": email, "password": password})
        reply = login.submit(asking(person, now), form, cast(VoipMs, door))
        assert faults(reply.blocks) == [] and password not in reply.headline + words_of(reply.blocks)
        return reply

    return sent


@pytest.mark.parametrize(
    ("email", "password", "wrong"),
    [
        ("", "", {"email", "password"}),
        ("office@birchdental.example", "", {"password"}),
        ("office at birchdental", "x", {"email"}),
        ("office@birchdental", "x", {"email"}),
        ("a@b@c.example", "x", {"email"}),
        (f"{'a' * EMAIL_MOST}@birchdental.example", "x", {"email"}),
        ("office@birchdental.example", "x" * (PASSWORD_MOST + 1), {"password"}),
    ],
)
def test_what_is_wrong_with_the_form_is_told_beside_each_input_and_nobody_is_asked(
    login: Command, email: str, password: str, wrong: set[str]
) -> None:
    assert login.check is not None and login.submit is not None
    form, door = Submitted(values={"email": email, "password": password}), Door()
    with pytest.raises(FormErrors) as told:
        login.check(form)
    assert set(told.value.errors) == wrong
    assert not [words for words in told.value.errors.values() if len(password) > 1 and password in words]
    with pytest.raises(FormErrors):
        login.submit(asking(), form, cast(VoipMs, door))
    assert door.asked == 0


def test_a_right_login_names_the_client_and_costs_no_try(send: Callable[..., Reply]) -> None:
    door = Door()
    for _ in range(20):
        assert "Birch Dental" in words_of(send(door, *RIGHT).blocks)
    assert "4 wrong tries left" in words_of(send(door, RIGHT[0], "wrong-password").blocks)


def test_after_five_wrong_tries_nobody_is_asked_until_the_minute_that_is_told(send: Callable[..., Reply]) -> None:
    door = Door()
    for _ in range(5):
        send(door, RIGHT[0], "wrong-password")
    with pytest.raises(Misunderstood, match="Too many wrong tries") as told:
        send(door, *RIGHT)
    assert door.asked == 5
    at = datetime.fromtimestamp(int(told.value.hint.split("^")[1]), UTC)
    assert at == NOON.replace(minute=11, second=0) and "12:11 EST" in told.value.hint
    assert "Birch Dental" in words_of(send(door, *RIGHT, now=at).blocks), "at the minute that was told it works"


def test_the_same_e_mail_is_counted_for_all_who_try_however_it_is_written(send: Callable[..., Reply]) -> None:
    door = Door()
    spellings = (RIGHT[0], RIGHT[0].upper(), f" {RIGHT[0]} ", RIGHT[0].title(), f"\uff4f{RIGHT[0][1:]}")
    for number, email in enumerate(spellings):
        send(door, email, "wrong-password", person=f"U0PERSON{number}")
    with pytest.raises(Misunderstood):
        send(door, *RIGHT, person="U0SIXTH")


def test_what_voipms_could_not_say_is_no_try(send: Callable[..., Reply]) -> None:
    for _ in range(20):
        with pytest.raises(Unreachable):
            send(Door(breaks=Unreachable("time-out")), RIGHT[0], "wrong-password")
    assert "4 wrong tries left" in words_of(send(Door(), RIGHT[0], "wrong-password").blocks)
