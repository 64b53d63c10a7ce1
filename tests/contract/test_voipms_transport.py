"""The client and the network: what goes out, every way in which it can fail, and that the password stays in the body."""

import logging
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from tests.contract.voipms_wire import PASSWORD, USERNAME, Asked, Hands, Say, Wire, account, http, said, zipped
from voipms import Kind, Pace, Priority, Refused, Unreachable, Unreadable, VoipMs, VoipMsError

BALANCE = said(balance={"current_balance": "112.192790"})
HTML = b"<!DOCTYPE html><html><head><title>503 Backend fetch failed</title></head><body>Guru Meditation https://voip.ms/x</body></html>"
SOAP = b'<?xml version="1.0" encoding="UTF-8"?><SOAP-ENV:Envelope><SOAP-ENV:Fault>Bad Request</SOAP-ENV:Fault></SOAP-ENV:Envelope>'


# What goes out


def test_a_question_is_a_multipart_post_without_files_and_with_a_plain_agent() -> None:
    with Wire(BALANCE) as wire, account(wire, user_agent="Dialtone/9.9") as phones:
        phones.balance()
    (asked,) = wire.asked
    assert asked.line == "POST /api/v1/rest.php HTTP/1.1"
    assert asked.headers["user-agent"] == "Dialtone/9.9"
    assert asked.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert {name: value.decode() for name, value in asked.fields.items()} == {
        "api_username": USERNAME,
        "api_password": PASSWORD,
        "method": "getBalance",
        "advanced": "1",
    }


def test_the_password_travels_in_the_body_alone() -> None:
    with Wire(BALANCE) as wire, account(wire) as phones:
        phones.balance()
    assert PASSWORD not in wire.asked[0].head
    assert USERNAME not in wire.asked[0].head


@pytest.mark.parametrize("password", ["pässwörd €", "a&b=c%20+d", '"quoted"\r\n--x', "$HOME"])
def test_every_character_of_a_password_arrives(password: str) -> None:
    with Wire(BALANCE) as wire:
        phones = VoipMs(USERNAME, password, url=wire.url)
        phones.balance()
        phones.close()
    assert wire.asked[0]["api_password"] == password


def test_a_password_with_a_byte_that_is_no_utf8_goes_out_as_it_stands_in_the_environment() -> None:
    with Wire(BALANCE) as wire:
        phones = VoipMs(USERNAME, b"caf\xe9-fake".decode("utf-8", "surrogateescape"), url=wire.url)
        phones.balance()
        phones.close()
    assert wire.asked[0].fields["api_password"] == b"caf\xe9-fake"


def test_one_connection_carries_many_questions() -> None:
    with Wire(BALANCE) as wire, account(wire) as phones:
        for _ in range(5):
            phones.balance()
    assert (len(wire.asked), wire.connections) == (5, 1)


def test_a_netrc_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password fake-netrc-password\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with Wire(BALANCE) as wire, account(wire) as phones:
        phones.balance()
    assert "authorization" not in wire.asked[0].headers
    assert wire.asked[0]["api_password"] == PASSWORD


def test_cookies_are_not_kept() -> None:
    with (
        Wire(http(b'{"status": "success", "ip": "203.0.113.10"}', 200, "Set-Cookie: __cf_bm=abc; path=/")) as wire,
        account(wire) as phones,
    ):
        phones.ip()
        phones.ip()
    assert "cookie" not in wire.asked[1].headers


# Every way to fail


def hang(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.recv(1)  # until the other side goes


def hang_up(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_RDWR)


def sending(*parts: bytes) -> Callable[[socket.socket], None]:
    """Sends some bytes and hangs up."""

    def send(connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)

    return send


def dripping(start: bytes, drop: bytes) -> Callable[[socket.socket], None]:
    """Sends a start at once, then a drop again and again, faster than any single read would time out."""

    def drip(connection: socket.socket) -> None:
        connection.sendall(start)
        stopped = threading.Event()
        with suppress(OSError):
            while not stopped.wait(0.02):
                connection.sendall(drop)

    return drip


FAILURES: list[tuple[str, Say, type[VoipMsError], str, int]] = [
    ("a web page", http(HTML), Unreadable, "VoIP.ms's answer is a web page.", 2),
    ("SOAP", http(SOAP), Unreadable, "VoIP.ms's answer is in another format (SOAP).", 2),
    ("nothing", http(b""), Unreadable, "VoIP.ms's answer is empty.", 2),
    ("blanks", http(b" \r\n"), Unreadable, "VoIP.ms's answer is empty.", 2),
    ("null", http(b"null"), Unreadable, "VoIP.ms's answer is empty.", 2),
    ("words", http(b"error code: 522"), Unreadable, "VoIP.ms's answer is not in the format of its API.", 2),
    ("a list", http(b"[]"), Unreadable, "VoIP.ms's answer is not in the format of its API.", 2),
    ("a text", http(b'"success"'), Unreadable, "VoIP.ms's answer is not in the format of its API.", 2),
    ("no status", http(b'{"balance": {"current_balance": "1.00"}}'), Unreadable, "VoIP.ms's answer has no status.", 2),
    ("an empty object", http(b"{}"), Unreadable, "VoIP.ms's answer has no status.", 2),
    ("a number for a status", http(b'{"status": 200}'), Unreadable, "VoIP.ms's answer has no status.", 2),
    ("markup for a status", http(b'{"status": "<b>no</b>"}'), Unreadable, "VoIP.ms's answer has no status.", 2),
    ("a cut body", http(b'{"status": "success", "balance": {"curr'), Unreadable, "VoIP.ms's answer breaks off in the middle.", 2),
    ("bytes that are no text", http(b'{"status": "success", "x": "\xff\xfe"}'), Unreadable, "VoIP.ms's answer is garbled.", 2),
    ("deep brackets", http(b'{"status": "success", "x": ' + b"[" * 90_000 + b"]" * 90_000 + b"}"), Unreadable, "not in the format", 2),
    ("no balance", said(), Unreadable, "VoIP.ms's answer has no balance that can be read.", 2),
    ("broken gzip", http(b"not zipped", 200, "Content-Encoding: gzip"), Unreachable, "VoIP.ms broke off the connection.", 2),
    ("a bomb", zipped(b" " * (9 * 1024 * 1024)), Unreadable, "VoIP.ms's answer is too long to be read.", 1),
    ("a firewall", http(HTML, 403), Unreachable, "VoIP.ms's firewall turned the question away (HTTP 403).", 1),
    ("an empty 403", http(b"", 403), Unreachable, "VoIP.ms's firewall turned the question away (HTTP 403).", 1),
    ("a redirect", http(b"", 301, "Location: https://www.example.com/"), Unreachable, "sends us elsewhere, which we do not follow", 1),
    ("not found", http(HTML, 404), Unreachable, "VoIP.ms did not take the question (HTTP 404).", 1),
    ("too slow for it", http(b"", 408), Unreachable, "VoIP.ms did not wait for the question (HTTP 408).", 2),
    ("no content", http(b"", 204), Unreachable, "VoIP.ms gave no answer (HTTP 204).", 2),
    ("an outage", http(HTML, 503), Unreachable, "VoIP.ms has an outage (HTTP 503).", 2),
    ("a fault", http(b"", 500), Unreachable, "VoIP.ms has an outage (HTTP 500).", 2),
    ("Cloudflare", http(b"error code: 522", 522), Unreachable, "VoIP.ms's API is down behind its front end (HTTP 522).", 2),
    ("a short body", sending(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", b'{"status": "succ'), Unreachable, "broke off", 2),
    (
        "a short chunk",
        sending(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b'20\r\n{"status": "succ'),
        Unreachable,
        "broke off",
        2,
    ),
    ("no HTTP", sending(b"220 mail.example.com ESMTP\r\n"), Unreachable, "broke off", 2),
    ("hung up", hang_up, Unreachable, "broke off", 2),
    ("wrong password", said("invalid_credentials"), Refused, "VoIP.ms does not know this e-mail with this API password.", 1),
    ("not on the list", said("ip_not_enabled"), Refused, "its address is not on the account's allow-list", 1),
    ("switched off", said("api_not_enabled"), Refused, "The API of this VoIP.ms account is switched off.", 1),
    ("too many", said("api_limit_exceeded"), Refused, "takes no more questions from this account for now", 1),
    ("maintenance", said("method_maintenance"), Refused, "under maintenance", 2),
    ("bad input", said("invalid_foo", message="This is not a valid Foo"), Refused, "VoIP.ms says: This is not a valid Foo.", 1),
    ("never seen", said("moon_in_the_way"), Refused, "VoIP.ms refused this: moon in the way.", 1),
    ("in capitals", said("Invalid_Credentials"), Refused, "VoIP.ms does not know this e-mail with this API password.", 1),
]


@pytest.mark.parametrize(("answer", "kind", "told", "asked"), [case[1:] for case in FAILURES], ids=[case[0] for case in FAILURES])
def test_every_failure_is_told_in_a_clear_sentence(answer: Say, kind: type[VoipMsError], told: str, asked: int) -> None:
    with Wire(answer) as wire, account(wire) as phones, pytest.raises(kind) as raised:
        phones.balance()
    error = raised.value
    assert type(error) is kind
    assert told in error.tell_user
    assert len(wire.asked) == asked, "how often a person's question is tried"
    for words in (error.tell_user, error.next_step, str(error)):
        assert not [sign for sign in ("<", "http://", "www.example", PASSWORD, USERNAME, "127.0.0.1") if sign in words]
    assert str(error).startswith("getBalance: ")


@pytest.mark.parametrize(
    "answer",
    [
        hang,
        dripping(b"", b"H"),
        dripping(b"HTTP/1.1 200 OK\r\n", b"X-Drop: 1\r\n"),
        dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", b" "),
        dripping(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        dripping(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5000\r\n", b" "),
    ],
    ids=["silence", "a status line by letters", "headers without end", "a body by letters", "chunks without end", "a chunk by letters"],
)
def test_a_hang_and_a_drip_are_told_as_a_time_out_in_time(answer: Say) -> None:
    with Wire(answer) as wire, account(wire, timeout=0.3) as phones, pytest.raises(Unreachable) as raised:
        began = time.monotonic()
        phones.patient(Priority.PERSON, 1).balance()
    assert raised.value.tell_user == "VoIP.ms did not answer within 0.3 seconds."
    assert time.monotonic() - began < 10


def test_a_connection_that_had_a_slow_answer_is_used_again_with_the_whole_time() -> None:
    def slow(connection: socket.socket) -> bool:
        connection.sendall(BALANCE[:20])
        threading.Event().wait(0.3)
        connection.sendall(BALANCE[20:])
        return True

    with Wire(slow) as wire, account(wire, timeout=0.5) as phones:
        for _ in range(3):
            assert phones.patient(Priority.PERSON, 1).balance().current_balance
    assert wire.connections == 1


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://127.0.0.1:{free}/", "VoIP.ms could not be connected to."),
        ("http://voipms.invalid/", "The address of VoIP.ms could not be looked up."),
        ("http://[::1/", "The address of VoIP.ms is not one."),
        ("voip.ms", "The address of VoIP.ms is not one."),
    ],
)
def test_what_does_not_even_connect_is_told_apart(url: str, told: str) -> None:
    with Wire(BALANCE) as wire, account(wire, url=url.format(free=free_port())) as phones, pytest.raises(Unreachable) as raised:
        phones.balance()
    assert raised.value.tell_user == told
    assert raised.value.next_step
    assert not wire.asked


def free_port() -> int:
    """One where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def test_an_answer_without_tls_where_it_belongs_is_told_and_not_asked_again() -> None:
    greeted = []

    def greet(listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                with connection:
                    greeted.append(connection.recv(1000)[:1])
                    connection.sendall(b"220 this is no TLS\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        greeter = threading.Thread(target=greet, args=(listening,))
        greeter.start()
        phones = VoipMs(USERNAME, PASSWORD, url=f"https://127.0.0.1:{listening.getsockname()[1]}/")
        with pytest.raises(Unreachable) as raised:
            phones.balance()
        phones.close()
        listening.shutdown(socket.SHUT_RDWR)
    greeter.join(5)
    assert raised.value.tell_user == "The secure connection to VoIP.ms failed."
    assert greeted == [b"\x16"], "a TLS greeting, and nothing else"


def test_a_zipped_answer_is_read() -> None:
    with Wire(zipped(BALANCE.partition(b"\r\n\r\n")[2])) as wire, account(wire) as phones:
        assert str(phones.balance().current_balance) == "112.192790"
    assert "gzip" in wire.asked[0].headers["accept-encoding"]


def test_an_answer_in_chunks_is_read_and_its_connection_kept() -> None:
    body = BALANCE.partition(b"\r\n\r\n")[2]
    chunks = b"".join(b"%x\r\n%s\r\n" % (1, body[i : i + 1]) for i in range(len(body)))
    with Wire(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n") as wire, account(wire) as phones:
        phones.balance()
        phones.balance()
    assert wire.connections == 1


# Asking again


def test_a_person_is_tried_twice_half_a_second_apart() -> None:
    hands = Hands()
    with Wire(http(HTML, 503), BALANCE) as wire, account(wire, hands) as phones:
        assert phones.balance().current_balance
    assert (len(wire.asked), [wait for wait in hands.waits if wait > 0.1]) == (2, [0.5])


def test_a_job_is_tried_as_often_as_it_says_with_more_and_more_time_between() -> None:
    hands = Hands()
    with Wire(http(HTML, 503)) as wire, account(wire, hands) as phones, pytest.raises(Unreachable):
        phones.patient(Priority.SWEEP, 8).balance()
    assert (len(wire.asked), hands.waits) == (8, [1, 2, 4, 8, 16, 30, 30])


@pytest.mark.parametrize("status", ["invalid_credentials", "ip_not_enabled", "api_not_enabled", "invalid_account", "never_seen_before"])
def test_what_would_be_refused_again_is_not_asked_again(status: str) -> None:
    with Wire(said(status)) as wire, account(wire) as phones, pytest.raises(Refused) as raised:
        phones.patient(Priority.SWEEP, 5).balance()
    assert (len(wire.asked), raised.value.status) == (1, status)


def test_a_person_is_told_of_the_limit_at_once_and_the_next_one_without_asking() -> None:
    hands = Hands()
    with Wire(said("api_limit_exceeded"), BALANCE) as wire, account(wire, hands) as phones:
        for _ in range(2):
            with pytest.raises(Refused) as raised:
                phones.balance()
            assert raised.value.kind is Kind.RATE_LIMIT
            assert raised.value.next_step == "Try again in a minute."
        assert (len(wire.asked), hands.waits) == (1, [])
        hands.now += 60
        assert phones.balance().current_balance


@pytest.mark.parametrize("limit", [said("api_limit_exceeded"), http(b"", 429)])
def test_a_job_waits_a_minute_for_the_limit(limit: bytes) -> None:
    hands = Hands()
    with Wire(limit, BALANCE) as wire, account(wire, hands) as phones:
        began = hands.now
        assert phones.patient(Priority.SWEEP, 3).balance().current_balance
    assert len(wire.asked) == 2
    assert 60 <= hands.now - began < 61


# Together


def test_four_people_are_answered_at_once_and_polling_one_by_one() -> None:
    gate = threading.Event()

    def by_question(asked: Asked) -> Say:
        gate.wait(0.1)
        return BALANCE

    with Wire(by_question) as wire:
        phones = VoipMs(USERNAME, PASSWORD, url=wire.url, pace=Pace(60_000))
        with ThreadPoolExecutor(12) as pool:
            list(pool.map(lambda _: phones.balance(), range(12)))
        people = wire.at_once
        wire.at_once = 0
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: phones.patient(Priority.SWEEP, 1).balance(), range(4)))
        phones.close()
    assert (people, wire.at_once) == (4, 1)
    assert wire.connections <= 5, "each place has its own kept connection"


def test_who_waits_is_sent_away_when_the_bot_stops() -> None:
    with Wire(hang) as wire:
        phones = VoipMs(USERNAME, PASSWORD, url=wire.url, timeout=1.0, pace=Pace(60_000, people_at_once=1))
        with ThreadPoolExecutor(3) as pool:
            asking = [pool.submit(phones.balance) for _ in range(3)]
            while not wire.asked:
                threading.Event().wait(0.01)
            phones.close()
            errors = [future.exception(5) for future in asking]
    assert all(isinstance(error, Unreachable) for error in errors)
    assert [error.tell_user for error in errors if isinstance(error, VoipMsError)].count(
        "The bot is stopping, so VoIP.ms was not asked."
    ) >= 2
    assert len(wire.asked) == 1


def test_how_it_is_tells_of_the_last_question_of_anybody() -> None:
    hands = Hands()
    with Wire(http(HTML, 503), said("no_did"), said("ip_not_enabled"), BALANCE) as wire, account(wire, hands) as phones:
        job = phones.patient(Priority.SWEEP, 1)
        told = [phones.how_it_is()]
        for ask in (job.balance, job.dids, job.balance, job.balance):
            with suppress(VoipMsError):
                ask()
            hands.now += 5
            told.append(phones.how_it_is())
    assert told == [
        (True, "not asked yet"),
        (False, "getBalance: HTTP 503, 5 s ago"),
        (True, "answered, 5 s ago"),
        (False, "getBalance: ip_not_enabled, 5 s ago"),
        (True, "answered, 5 s ago"),
    ]


# The password


def everything_on(error: BaseException | None) -> Iterator[str]:
    """What an error shows to whoever prints it, its chain and its frames included."""
    while error is not None:
        yield repr(error)
        yield repr(vars(error))
        yield "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
        assert error.__cause__ is None
        error = error.__context__


@pytest.mark.parametrize("answer", [case[1] for case in FAILURES], ids=[case[0] for case in FAILURES])
def test_no_error_and_no_log_line_holds_the_password(answer: Say, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with Wire(answer) as wire, account(wire) as phones, pytest.raises(VoipMsError) as raised:
        phones.balance()
    shown = [*everything_on(raised.value), repr(phones), caplog.text, *(repr(vars(record)) for record in caplog.records)]
    assert not [words for words in shown if PASSWORD in words or "api_password" in words]
    assert raised.value.__context__ is None


def test_a_time_out_and_a_lost_connection_hold_no_password_either(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with Wire(hang) as wire:
        for settings in ({"timeout": 0.1}, {"url": f"http://127.0.0.1:{free_port()}/"}, {"url": "http://[::1/"}):
            with account(wire, **settings) as phones, pytest.raises(Unreachable) as raised:
                phones.balance()
            assert not [words for words in (*everything_on(raised.value), caplog.text) if PASSWORD in words]
            assert raised.value.__context__ is None


QUOTING_US = said("invalid_login", message=f"Password {PASSWORD} is not right")


def test_a_message_that_quotes_our_password_is_left_out() -> None:
    with Wire(QUOTING_US) as wire, account(wire) as phones, pytest.raises(Refused) as raised:
        phones.balance()
    assert raised.value.tell_user == "VoIP.ms refused this: invalid login."
    assert not [words for words in everything_on(raised.value) if PASSWORD in words]
