"""The program as it is started: clear lines for what is wrong, a clean stop, pages for those who watch it."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from bot import main
from playground.company import Company
from playground.slack import SlackServer
from playground.voipms import BadStatus, VoipMsServer
from tests.e2e.conftest import Stage, asked_by_people

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def slack() -> Iterator[SlackServer]:
    with SlackServer(ping_interval=0.2) as made:
        made.person("U0ALICE", name="Alice")
        yield made


@pytest.fixture(scope="module")
def phones(books: Company) -> Iterator[VoipMsServer]:
    with VoipMsServer(books) as made:
        yield made


@pytest.fixture
def environ(slack: SlackServer, phones: VoipMsServer, tmp_path: Path) -> dict[str, str]:
    """Settings that are right; each test spoils what it is about."""
    slack.heal()
    phones.heal()
    return {
        "PATH": os.environ["PATH"],
        "PYTHONUNBUFFERED": "1",
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": slack.api_url,
        "VOIPMS_USERNAME": phones.username,
        "VOIPMS_PASSWORD": phones.password,
        "VOIPMS_API_URL": phones.url,
        "VOIPMS_REQUESTS_PER_MINUTE": "60000",
        "ADMINS": "U0ALICE",
        "PORT": "0",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'dialtone.db'}",
    }


def bot(environ: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    """Run it to its end."""
    return subprocess.run(
        [sys.executable, str(ROOT / "bot.py"), *words], env=environ, cwd=environ.get("CWD", "/"), capture_output=True, text=True, timeout=60
    )


@contextmanager
def at_work(environ: dict[str, str], slack: SlackServer) -> Iterator[subprocess.Popen[str]]:
    """Run it in the background, connected to Slack, which has noticed before that the last one is gone."""
    slack.wait_for(lambda: slack.connections == 0, 30)
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "bot.py")], env=environ, cwd="/", stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        slack.wait_connected(timeout=30)
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        ({"SLACK_BOT_TOKEN": ""}, "SLACK_BOT_TOKEN is missing"),
        ({"PORT": "seventy"}, "PORT must be a whole number"),
        ({"SLACK_BOT_TOKEN": "xoxb-another-token"}, "SLACK_BOT_TOKEN is not accepted by Slack (invalid_auth)"),
        ({"SLACK_APP_TOKEN": "xapp-1-another-token"}, "SLACK_APP_TOKEN is not accepted by Slack (invalid_auth)"),
        ({"DATABASE_URL": "sqlite:////dev/null/here/dialtone.db"}, "/dev/null"),
        ({"HOST": "192.0.2.1"}, "HOST 192.0.2.1 is not an address of this machine"),
    ],
)
def test_what_has_to_be_mended_is_one_line_and_status_2(environ: dict[str, str], spoil: dict[str, str], says: str) -> None:
    ended = bot({**environ, **spoil})
    assert ended.returncode == 2 and ended.stdout == ""
    lines = [line for line in ended.stderr.splitlines() if line.strip()]
    assert len(lines) == 1 and says in lines[0]
    assert not [value for name, value in spoil.items() if name.endswith("TOKEN") and value and value in ended.stderr]


def test_a_port_that_is_taken_is_one_line_and_status_2(environ: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = bot({**environ, "PORT": str(port)})
    assert ended.returncode == 2 and ended.stderr.strip().splitlines() == [
        f"PORT {port} on 127.0.0.1 is taken by another program: stop that one, or set another PORT"
    ]


def test_a_slack_that_does_not_answer_is_one_line_and_worth_another_try(environ: dict[str, str]) -> None:
    ended = bot({**environ, "SLACK_API_URL": "http://127.0.0.1:9/api/"})
    assert ended.returncode == 1 and len(ended.stderr.strip().splitlines()) == 1 and "Slack does not answer" in ended.stderr


def test_a_second_start_on_the_same_database_is_refused_and_the_doctor_works_beside_the_first(
    environ: dict[str, str], slack: SlackServer
) -> None:
    with at_work(environ, slack):
        second = bot(environ)
        assert second.returncode != 0 and len(second.stderr.strip().splitlines()) == 1 and "dialtone.db" in second.stderr
        assert bot(environ, "doctor").returncode == 0


def test_what_slack_delivers_again_after_a_restart_stays_done(environ: dict[str, str], slack: SlackServer, phones: VoipMsServer) -> None:
    alice = slack.person("U0ALICE", name="Alice")
    with at_work(environ, slack):
        asked = alice.slash("/voip", "packages")
        assert "5 packages" in asked.answer().words
    before = len(phones.asked)
    with at_work(environ, slack):
        slack.deliver_again(asked)
        assert "Your role" in alice.slash("/voip", "whoami").answer().words
    assert asked_by_people(phones, before) == []


def test_words_that_are_no_command_are_told_with_how_it_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["fly"])
    assert ended.value.code == 2 and "usage: bot.py" in capsys.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_told_to_and_what_is_being_answered_is_answered(
    environ: dict[str, str], slack: SlackServer, phones: VoipMsServer, number: signal.Signals
) -> None:
    phones.delay = 0.7
    try:
        with at_work(environ, slack) as process:
            asked = slack.person("U0ALICE", name="Alice").slash("/voip", "packages").wait_acked()
            process.send_signal(number)
            assert "5 packages" in asked.answer(20).words
            assert process.wait(20) == 0
            assert process.stderr is not None
            log = process.stderr.read()
            assert "Traceback" not in log and "stopping" in log
    finally:
        phones.delay = 0.0


@pytest.mark.parametrize(
    "comes",
    [
        "with stop._cond: signal.raise_signal(signal.SIGTERM)",  # while the main thread holds the event's lock
        "threading.Thread(target=elsewhere).start()",  # in another thread, while the main thread waits
    ],
)
def test_a_signal_stops_it_whatever_its_main_thread_is_about(comes: str) -> None:
    words = f"""
import signal, sys, threading, bot
def elsewhere():
    while sys._current_frames()[threading.main_thread().ident].f_code.co_name != "wait":
        pass
    signal.raise_signal(signal.SIGTERM)
stop = bot.stop_event()
{comes}
assert stop.wait(20)
"""
    subprocess.run([sys.executable, "-c", words], cwd=ROOT, check=True, timeout=60)


def test_the_manifest_file_is_what_the_code_prints_without_what_only_a_database_needs(environ: dict[str, str]) -> None:
    printed = bot({**environ, "PYTHONPROFILEIMPORTTIME": "1"}, "manifest")
    assert printed.stdout == (ROOT / "manifest.yml").read_text()
    assert "rules.access" in printed.stderr and "alembic" not in printed.stderr


def test_the_manifest_needs_no_settings_and_has_an_http_form(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["manifest", "--http", "https://bot.example.com"]) == 0
    assert capsys.readouterr().out.count("https://bot.example.com/slack/events") > 10
    assert main(["manifest", "--http", "http://bot.example.com"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_what_the_image_holds_is_enough_and_the_demonstration_says_that_it_is_not_in_it(tmp_path: Path) -> None:
    for line in (ROOT / "docs" / "Dockerfile").read_text().splitlines():
        match line.split():
            case ["COPY", *files, place] if not files[0].startswith(("-", "requirements")):
                for name in files:
                    if (ROOT / name).is_dir():
                        shutil.copytree(ROOT / name, tmp_path / place, ignore=shutil.ignore_patterns("__pycache__"))
                    else:
                        shutil.copy(ROOT / name, tmp_path)
    ended = subprocess.run([sys.executable, "bot.py", "demo"], env={"PATH": ""}, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 2 and ended.stdout == "" and len(ended.stderr.splitlines()) == 1 and "playground" in ended.stderr


def test_the_doctor_says_what_to_mend_and_which_address_to_allow(environ: dict[str, str], phones: VoipMsServer) -> None:
    phones.fail(BadStatus("ip_not_enabled"), method="getBalance", times=None)
    ended = bot(environ, "doctor")
    assert ended.returncode == 1 and f"Add {phones.caller} to the allow-list" in " ".join(ended.stdout.split())


def test_health_and_metrics_are_told(stage: Stage) -> None:
    stage.admin.slash("/voip", "packages").answer()
    health = json.load(urlopen(f"http://127.0.0.1:{stage.port}/healthz", timeout=10))
    assert health["ok"] and health["parts"]["slack"]["ok"] and health["outside"]["voipms"]["ok"]
    stage.slack.wait_for(lambda: "dialtone_questions_total" in _metrics(stage))
    assert 'dialtone_questions_total{command="packages",result="answered"}' in _metrics(stage)


def test_trouble_at_voipms_is_told_and_is_no_reason_to_restart(stage: Stage) -> None:
    stage.phones.fail(BadStatus("invalid_credentials"), times=None)
    try:
        stage.admin.slash("/voip", "packages").answer()
        health = json.load(urlopen(f"http://127.0.0.1:{stage.port}/healthz", timeout=10))
    finally:
        stage.phones.heal()
    assert health["ok"] and not health["outside"]["voipms"]["ok"]


def _metrics(stage: Stage) -> str:
    return str(urlopen(f"http://127.0.0.1:{stage.port}/metrics", timeout=10).read().decode())


def test_the_demonstration_asks_everything_and_every_answer_is_right() -> None:
    ended = bot({"PATH": os.environ["PATH"], "HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}, "demo", "--once")
    assert ended.returncode == 0, ended.stdout[-2000:] + ended.stderr[-2000:]
    assert "Every answer agrees with the company's books." in ended.stdout and "Traceback" not in ended.stderr
