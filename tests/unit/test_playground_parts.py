"""What both stand-ins stand on: faults that wait for their call, and a server whose own mistakes are seen."""

import http.client
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from playground.faults import Faults
from playground.local_http import Handler, Server


def test_a_fault_waits_for_its_call_and_is_used_up_by_it() -> None:
    faults: Faults[str] = Faults()
    faults.fail("slow", "getCDR", times=2)
    faults.fail("dropped", None, times=1)
    assert [faults.next(method) for method in ("getCDR", "getIP", "getIP", "getCDR", "getCDR")] == ["slow", "dropped", None, "slow", None]


def test_a_fault_without_an_end_stays_until_it_is_healed() -> None:
    faults: Faults[str] = Faults()
    faults.fail("slow", None, times=None)
    assert [faults.next("getIP") for _ in range(3)] == ["slow"] * 3
    faults.heal()
    assert faults.next("getIP") is None


class Echo(Handler):
    def respond(self, body: bytes) -> None:
        answer = self.asked(self.path)
        if answer is None:
            self.reset()
        else:
            self.send(200, {"Content-Type": "text/plain"}, answer)


@contextmanager
def serving(answer: Callable[[str], bytes | None]) -> Iterator[str]:
    server = Server(Echo, answer, "echo")
    try:
        yield server.url
    finally:
        server.close()


def test_an_answer_comes_whole() -> None:
    with serving(lambda path: path.encode()) as url, urlopen(f"{url}/here", timeout=10) as answer:
        assert answer.read() == b"/here" and answer.headers["Content-Length"] == "5" and answer.headers["Date"]


def test_a_connection_that_shall_break_breaks() -> None:
    with serving(lambda path: None) as url, pytest.raises((ConnectionResetError, http.client.RemoteDisconnected)):
        urlopen(url, timeout=10)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("mistake", [ZeroDivisionError, FileNotFoundError])
def test_a_mistake_of_the_stand_in_does_not_look_like_a_broken_connection(mistake: type[Exception]) -> None:
    def answer(path: str) -> bytes:
        raise mistake

    with serving(answer) as url:
        with pytest.raises(HTTPError) as told:
            urlopen(url, timeout=10)
        assert told.value.code == 500 and b"fault of its own" in told.value.read()
        told.value.close()
