"""How fast a command is acknowledged while VoIP.ms is slow, beside a bare Bolt app in the same run.

Both apps run in a process of their own, over real Socket Mode. In turns, 32 commands are sent to each at once; every
question to VoIP.ms takes four seconds, so that all 32 are still in flight while the next are acknowledged.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from playground.company import founded
from playground.slack import Asked, Person, SlackServer
from playground.voipms import VoipMsServer

AT_ONCE = 32
ROUNDS = 8
VOIPMS_SECONDS = 4.0
SLOWEST_SECONDS = 0.5
RATIO = 1.3
ROOT = Path(__file__).parents[1]


@contextmanager
def app(command: list[str], slack: SlackServer, environ: dict[str, str]) -> Iterator[None]:
    """A process with an app in it, connected to its own Slack."""
    known = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    given = {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_APP_TOKEN": slack.app_token, "SLACK_API_URL": slack.api_url}
    process = subprocess.Popen([sys.executable, *command], cwd=ROOT, env={**known, **given, **environ}, stderr=subprocess.DEVNULL)
    try:
        slack.wait_connected(timeout=30)
        yield
    finally:
        process.kill()
        process.wait()


def burst(person: Person, words: str) -> list[float]:
    """Seconds to each acknowledgement of commands sent at once."""
    asked: list[Asked] = [person.slash("/voip", words) for _ in range(AT_ONCE)]
    return [one.wait_acked(30).ack_seconds or 0.0 for one in asked]


def slowest_but(share: float, seconds: list[float]) -> float:
    """The percentile: ``share`` of all took at most so long."""
    return sorted(seconds)[min(len(seconds) - 1, int(share * len(seconds)))]


def main() -> int:
    """Measure, print, and hold the bars."""
    ours: list[float] = []
    bare: list[float] = []
    with ExitStack() as parts:
        our_slack, bare_slack = parts.enter_context(SlackServer()), parts.enter_context(SlackServer())
        phones = parts.enter_context(VoipMsServer(founded(seed=1, now=datetime.now(UTC))))
        folder = parts.enter_context(TemporaryDirectory())
        phones.delay = VOIPMS_SECONDS
        settings = {
            "VOIPMS_API_URL": phones.url,
            "VOIPMS_USERNAME": phones.username,
            "VOIPMS_PASSWORD": phones.password,
            "ADMINS": "U0ALICE",
            "PORT": "0",
            "DATABASE_URL": f"sqlite:///{folder}/dialtone.db",
        }
        parts.enter_context(app(["bot.py"], our_slack, settings))
        parts.enter_context(app(["-m", "benchmarks._bare"], bare_slack, {}))
        ours_person, bare_person = our_slack.person("U0ALICE"), bare_slack.person("U0ALICE")
        burst(ours_person, "help"), burst(bare_person, "help")
        for _ in range(ROUNDS):
            ours += burst(ours_person, "packages")
            bare += burst(bare_person, "packages")
    ratio = slowest_but(0.99, ours) / slowest_but(0.99, bare)
    for name, seconds in (("Dialtone", ours), ("bare Bolt", bare)):
        figures = ", ".join(
            f"{label} {1000 * slowest_but(share, seconds):.0f} ms" for label, share in (("p50", 0.5), ("p99", 0.99), ("max", 1.0))
        )
        print(f"{name:10} {len(seconds)} acknowledgements: {figures}")
    print(f"p99 ratio {ratio:.2f} (bar {RATIO}); slowest {1000 * max(ours):.0f} ms (bar {1000 * SLOWEST_SECONDS:.0f})")
    return 0 if ratio <= RATIO and max(ours) < SLOWEST_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
