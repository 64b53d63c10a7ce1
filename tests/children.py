"""Other processes for the tests to kill and to freeze. They are forked from one that has the program loaded: a start takes milliseconds."""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Self

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["jobs.delivery", "jobs.reports", "jobs.watch", "tests.delivering", "tests.reports_bench"])


class Child:
    """A process that runs ``run(*words)``; it is dead when the block has ended.

    Attributes:
        pid: Its process id.
    """

    def __init__(self, run: Callable[..., None], *words: str) -> None:
        self._mine, its = _FORKS.Pipe()
        self._process = _FORKS.Process(target=_at_work, args=(its, run, words), daemon=True)
        self._process.start()
        its.close()
        self._said = open(self._mine.fileno(), encoding="utf-8", closefd=False)  # noqa: SIM115 - closed with the process
        assert self._process.pid is not None
        self.pid = self._process.pid

    def hear(self) -> str:
        """The next line that it writes to its standard output, its log among them; empty when it is dead."""
        return self._said.readline()

    def hear_all(self) -> list[str]:
        """What it still writes until it is dead."""
        return self._said.read().splitlines()

    def wait_for(self, words: str) -> None:
        """Wait until it writes a line with these words."""
        while words not in (line := self.hear()):
            assert line, f"it died before it wrote {words!r}"

    def tell(self) -> None:
        """Send it an empty line."""
        os.write(self._mine.fileno(), b"\n")

    def send(self, number: signal.Signals) -> None:
        """Freeze it, thaw it or kill it."""
        os.kill(self.pid, number)

    def kill(self) -> None:
        """SIGKILL, if it lives; it is gone when this returns."""
        self._process.kill()
        self._process.join()

    def ended(self, seconds: float = 30) -> int | None:
        """Its exit status, the signal as a negative number; ``None`` when it is still alive after so many seconds."""
        self._process.join(seconds)
        return self._process.exitcode

    def close(self) -> None:
        """Kill it, and hear no more of it."""
        self.kill()
        self._said.close()
        self._mine.close()
        self._process.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _at_work(its: Connection, run: Callable[..., None], words: tuple[str, ...]) -> None:
    os.dup2(its.fileno(), 0)
    os.dup2(its.fileno(), 1)
    its.close()
    sys.stdin, sys.stdout = open(0, encoding="utf-8"), open(1, "w", encoding="utf-8", buffering=1)  # noqa: SIM115 - as long as it lives
    run(*words)
