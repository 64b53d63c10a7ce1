"""The arrows between the parts, read from the imports of every file."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PRODUCT = ("bot", "config", "logs", "handlers", "jobs", "blocks", "rules", "voipms", "store")
OURS = frozenset((*PRODUCT, "playground", "benchmarks", "tests"))

MAY_IMPORT: dict[str, frozenset[str]] = {
    "bot": frozenset((*PRODUCT, "playground")) - {"bot"},
    "handlers": frozenset(("handlers", "blocks", "rules", "voipms", "store", "config", "logs")),
    "jobs": frozenset(("jobs", "blocks", "rules", "voipms", "store", "config", "logs")),
    "blocks": frozenset(("blocks", "rules", "voipms")),
    "store": frozenset(("store", "rules", "voipms")),
    "rules": frozenset(("rules", "voipms")),
    "voipms": frozenset(("voipms",)),
    "logs": frozenset(("config",)),
    "config": frozenset(),
    "playground": frozenset(("playground",)),
    "benchmarks": frozenset((*PRODUCT, "playground", "benchmarks")) - {"bot"},
}
ONLY_IN: dict[str, tuple[str, ...]] = {
    "requests": ("voipms/client.py", "jobs/heartbeat.py"),
    "slack_bolt": ("handlers/bolt.py", "bot.py"),
    "apscheduler": ("jobs/__init__.py",),
    "sqlalchemy": ("store/",),
    "alembic": ("store/",),
    "waitress": ("handlers/web.py",),
    "slackblocks": ("blocks/",),
    "pydantic": ("config.py",),
}
"""Where in the product a part of others may be imported."""
DOES_IO = frozenset(
    ("http", "logging", "os", "pathlib", "requests", "slack_sdk", "socket", "sqlite3", "structlog", "subprocess", "urllib.request")
)
HOLDS_STATE = frozenset(("asyncio", "concurrent.futures", "multiprocessing", "queue", "threading"))
"""What is only needed by something that changes."""


def files() -> list[Path]:
    """Every Python file of ours but the tests."""
    found = [ROOT / f"{name}.py" for name in OURS] + [path for name in OURS - {"tests"} for path in (ROOT / name).rglob("*.py")]
    # sorted: every worker of a parallel run has to collect the same tests in the same order
    return sorted(path for path in found if path.is_file())


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def package(path: str) -> str:
    return path.split("/")[0].removesuffix(".py")


def imported(source: str, of: str) -> Iterator[str]:
    """The full names of what a file imports, wherever in the file, type checking included."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join((*of.split("/")[: -node.level], node.module or "")).rstrip(".") if node.level else node.module or ""
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def wrong_arrows(source: str, path: str) -> list[str]:
    """The imports of ours that point the wrong way."""
    tops = {name.split(".")[0] for name in imported(source, path)}
    return sorted((tops & OURS) - MAY_IMPORT[package(path)])


def misplaced(source: str, path: str) -> list[str]:
    """Parts of others imported where they do not belong."""
    tops = {name.split(".")[0] for name in imported(source, path)}
    return sorted(part for part in tops & ONLY_IN.keys() if not path.startswith(ONLY_IN[part]))


def every_file() -> list[str]:
    return [relative(path) for path in files()]


@pytest.mark.parametrize("path", every_file())
def test_arrows_go_one_way(path: str) -> None:
    assert wrong_arrows((ROOT / path).read_text(), path) == []


@pytest.mark.parametrize("path", [path for path in every_file() if package(path) in PRODUCT])
def test_every_part_of_others_stays_in_its_place(path: str) -> None:
    assert misplaced((ROOT / path).read_text(), path) == []


@pytest.mark.parametrize("path", [path for path in every_file() if package(path) in ("rules", "blocks")])
def test_the_middle_does_no_input_or_output_and_holds_no_state(path: str) -> None:
    assert sorted(set(imported((ROOT / path).read_text(), path)) & (DOES_IO | HOLDS_STATE)) == []


@pytest.mark.parametrize("path", [path for path in every_file() if package(path) in ("rules", "blocks")])
def test_the_middle_takes_time_as_a_value(path: str) -> None:
    calls = (node.func for node in ast.walk(ast.parse((ROOT / path).read_text())) if isinstance(node, ast.Call))
    assert [
        ast.unparse(call) for call in calls if isinstance(call, ast.Attribute) and call.attr in ("now", "utcnow", "today", "monotonic")
    ] == []


def test_the_playground_is_asked_for_only_when_the_demo_runs() -> None:
    """A machine that runs the bot needs no playground: nothing imports it while ``bot.py`` is read."""
    bot = ROOT / "bot.py"
    at_once = [node for node in ast.parse(bot.read_text()).body if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {name for node in at_once for name in imported(ast.unparse(node), "bot.py")}
    assert not {name for name in names if name.split(".")[0] == "playground"}


def test_there_is_no_place_for_things_without_a_topic() -> None:
    assert {path.name for path in ROOT.iterdir() if path.is_dir()} & {
        "utils",
        "services",
        "core",
        "models",
        "common",
        "helpers",
        "lib",
    } == set()


@pytest.mark.parametrize(
    ("path", "source", "wrong"),
    [
        ("rules/calls.py", "from blocks.calls import card", ["blocks"]),
        ("rules/calls.py", "def f():\n    import handlers.bolt", ["handlers"]),
        ("handlers/calls.py", "from jobs import watch", ["jobs"]),
        ("jobs/watch.py", "import handlers", ["handlers"]),
        ("handlers/calls.py", "from playground.company import Company", ["playground"]),
        ("playground/voipms.py", "from voipms.records import Cdr", ["voipms"]),
        ("voipms/client.py", "import config", ["config"]),
        ("voipms/client.py", "from .records import Cdr\nfrom voipms import pace", []),
        ("voipms/client.py", "from ..rules import calls", ["rules"]),
        ("handlers/calls.py", "import bot", ["bot"]),
        ("blocks/calls.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from handlers.registry import Reply", ["handlers"]),
        ("handlers/calls.py", "from rules.calls import add_up\nimport voipms.records", []),
    ],
)
def test_a_wrong_arrow_is_found(path: str, source: str, wrong: list[str]) -> None:
    assert wrong_arrows(source, path) == wrong


@pytest.mark.parametrize(
    ("path", "source", "wrong"),
    [
        ("handlers/calls.py", "import requests", ["requests"]),
        ("handlers/calls.py", "from slack_bolt.adapter import wsgi", ["slack_bolt"]),
        ("voipms/client.py", "import requests", []),
        ("voipms/pace.py", "import requests.adapters", ["requests"]),
        ("handlers/bolt.py", "from slack_bolt import App", []),
    ],
)
def test_a_misplaced_part_is_found(path: str, source: str, wrong: list[str]) -> None:
    assert misplaced(source, path) == wrong
