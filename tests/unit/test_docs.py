"""The documents against the code: tables of commands and scopes, and links that lead somewhere."""

import re
from pathlib import Path

import pytest

from blocks import help as view
from handlers import commands, guide
from handlers.manifest import SCOPES
from handlers.registry import Command
from rules.access import Role
from tests.unit.pictures import words_of

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def table_below(document: str, title: str) -> list[list[str]]:
    """The cells of the first table under a heading, its own heading left out."""
    text = (ROOT / document).read_text().split(f"## {title}\n", 1)[1]
    lines = re.search(r"(?:^\|.*\n)+", text, re.MULTILINE)
    assert lines is not None
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines[0].splitlines()[2:]]


def test_the_readme_lists_every_command_with_its_usage_and_its_role() -> None:
    written = {(command, role) for command, _, role in table_below("README.md", "Commands")}
    assert written == set(map(as_written, commands()))


def as_written(command: Command) -> tuple[str, str]:
    """The first and the last cell of a command's row."""
    line = f"{command.name} {command.usage}".strip().replace("|", "\\|")
    return f"`{line}`", "anyone" if command.role is Role.NONE else str(command.role)


def test_the_page_of_commands_is_what_the_code_says() -> None:
    assert (ROOT / "docs/commands.md").read_text() == guide.page(commands()), "python -m handlers.guide > docs/commands.md"


@pytest.mark.parametrize("command", list(commands()), ids=lambda command: command.name)
def test_help_shows_the_whole_usage_of_every_command(command: Command) -> None:
    line = view.Line(command.name, command.usage, command.summary, command.examples, command.details)
    shown = words_of(view.one_card(line, str(command.role), "@Dialtone "))
    assert f"`@Dialtone {command.name} {command.usage}".rstrip() + "`" in shown


def test_the_page_of_commands_has_all_of_them() -> None:
    written = re.findall(r"^## (\S+)$", guide.page(commands()), re.MULTILINE)
    assert sorted(written) == sorted(["Shortcuts", *(command.name for command in commands())])


def test_every_scope_has_its_reason_in_the_docs() -> None:
    written = table_below("docs/security.md", "Slack scopes, and why each is needed")
    assert [(scope.strip("`"), why.replace("`", "")) for scope, why in written] == list(SCOPES.items())


def anchors(document: Path) -> set[str]:
    """What the headings of a document are called in a link."""
    titles = re.findall(r"^#+ (.+)$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_within_leads_somewhere(document: str) -> None:
    here = ROOT / document
    for target in re.findall(r"\]\(([^)\s]+)\)", here.read_text()):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        there = (here.parent / path).resolve() if path else here
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), target
