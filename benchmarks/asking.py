"""How long a person waits for ``status ACCOUNT`` while the bot looks at 5,000 phones in turn, beside a bot with nothing else to do.

Both bots run in a process of their own, over real Socket Mode and HTTP, with the same list of accounts and the same 60 requests a
minute; for one of them all accounts but the one asked about are known by their address, so that there is nothing to look at.
"""

import sys
import time
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from tempfile import TemporaryDirectory

from benchmarks.acks import app, slowest_but
from playground.company import Company, founded
from playground.slack import Person, SlackServer
from playground.voipms import VoipMsServer

ACCOUNTS = 5_000
QUESTIONS = 30
EVERY_SECONDS = 2.5
VOIPMS_SECONDS = 0.2
RATIO = 1.2
DESK = "100001_frontdesk"


def big(busy: bool) -> Company:
    """A company of that many accounts; all of them register, or only the one that is asked about."""
    made = founded(seed=1, now=datetime.now(UTC), days=2)
    desk, phones = made.sub_accounts[DESK], made.phones[DESK]
    logins = [DESK, *(f"100001_phone{number:04}" for number in range(1, ACCOUNTS))]
    made.sub_accounts = {
        login: replace(desk, id=str(number), login=login, by_ip=not busy and login != DESK) for number, login in enumerate(logins, 1)
    }
    made.phones |= dict.fromkeys(logins, phones)
    return made


def ask(person: Person) -> float:
    """Seconds to the answer."""
    begun = time.monotonic()
    answer = person.slash("/voip", f"status {DESK}").answer(30)
    assert "is registered" in answer.text, answer.text
    return time.monotonic() - begun


def main() -> int:
    """Measure, print, and hold the bar."""
    seconds: dict[str, list[float]] = {"idle": [], "sweeping": []}
    looks: dict[str, int] = {}
    with ExitStack() as parts:
        servers: dict[str, VoipMsServer] = {}
        people: dict[str, Person] = {}
        for name in seconds:
            slack = parts.enter_context(SlackServer())
            servers[name] = parts.enter_context(VoipMsServer(big(busy=name == "sweeping")))
            servers[name].delay = VOIPMS_SECONDS
            settings = {
                "VOIPMS_API_URL": servers[name].url,
                "VOIPMS_USERNAME": servers[name].username,
                "VOIPMS_PASSWORD": servers[name].password,
                "VOIPMS_REQUESTS_PER_MINUTE": "60",
                "ADMINS": "U0ALICE",
                "PORT": "0",
                "DATABASE_URL": f"sqlite:///{parts.enter_context(TemporaryDirectory())}/dialtone.db",
            }
            parts.enter_context(app(["bot.py"], slack, settings))
            people[name] = slack.person("U0ALICE")
            ask(people[name])
        before = {name: len(server.asked) for name, server in servers.items()}
        for _ in range(QUESTIONS):
            for name, person in people.items():
                seconds[name].append(ask(person))
            time.sleep(EVERY_SECONDS)
        looks = {name: len(server.asked) - before[name] for name, server in servers.items()}
    for name, found in seconds.items():
        print(
            f"{name:9} p50 {1000 * slowest_but(0.5, found):.0f} ms, p95 {1000 * slowest_but(0.95, found):.0f} ms, "
            f"max {1000 * max(found):.0f} ms; {looks[name]} requests meanwhile"
        )
    ratio = slowest_but(0.95, seconds["sweeping"]) / slowest_but(0.95, seconds["idle"])
    print(f"p95 ratio {ratio:.2f} (bar {RATIO})")
    return 0 if ratio <= RATIO else 1


if __name__ == "__main__":
    sys.exit(main())
