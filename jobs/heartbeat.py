"""The dead man's switch: an address that is called after each good round of looks, so that someone is told if the bot itself dies."""

from collections.abc import Callable
from datetime import timedelta

import requests
import structlog

from config import VERSION
from jobs import Job

log = structlog.get_logger(__name__)

EVERY = timedelta(seconds=2)
SECONDS = 10.0
"""How long an answer is waited for. A beat that is lost is followed by the next round's."""


class Heartbeat:
    """Calls an address when there has been a good round. The address is a key: it is neither logged nor told.

    Args:
        rounds: How many good rounds there were in this process.
    """

    def __init__(self, url: str, rounds: Callable[[], int]) -> None:
        self._url = url
        self._rounds = rounds
        self._told = rounds()
        self._trouble = ""

    @property
    def job(self) -> Job:
        """What the timetable has to do for it."""
        return Job(name="heartbeat", tick=self.tick, every=EVERY)

    def tick(self) -> None:
        """Call the address if there was a good round since the last time. Never fails: it is no part of how the bot is."""
        rounds = self._rounds()
        if rounds == self._told:
            return
        self._told = rounds
        trouble = _called(self._url)
        if trouble != self._trouble:
            if trouble:
                log.warning("heartbeat failed", why=trouble)
            else:
                log.info("heartbeat works again")
        self._trouble = trouble


def _called(url: str) -> str:
    """Why it did not work, in a word or two that do not hold the address; ``""`` when it did."""
    try:
        answer = requests.get(url, timeout=SECONDS, headers={"User-Agent": f"Dialtone/{VERSION}"})
    except requests.RequestException as error:
        return type(error).__name__
    return "" if answer.ok else f"HTTP {answer.status_code}"
