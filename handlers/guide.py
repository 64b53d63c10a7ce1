"""``docs/commands.md``, made of the registry: ``python -m handlers.guide > docs/commands.md``."""

import re
import sys
from collections.abc import Iterator

from handlers import commands
from handlers.help import TOPICS
from handlers.manifest import SHORTCUTS
from handlers.registry import Command, Registry
from rules.access import Role

TOP = """\
# Commands

Made of the code by `python -m handlers.guide > docs/commands.md`.

Every command can be asked as `/voip calls yesterday`, as `/voip-calls yesterday`, after a mention (`@Dialtone calls yesterday`), in a
direct message to the bot (`calls yesterday`), and from its *Home* tab. The answer is the same, and only the asker sees it until it is
shared. What has spaces goes in quotes: `accounts "front desk"`. A misspelt name gets a suggestion. *Next* turns the page of a long list
(`accounts from:100`).

A *limited channel* is one that sees only a part of the account, as a reseller's customer's does: an admin says which, with
`/voip access channel`. What a role is, and where it comes from, is in [security.md](security.md#roles).

`/voip help` lists what *you* may ask, `/voip whoami` says why.
"""


def page(registry: Registry) -> str:
    """The whole page, Markdown."""
    lines = (TOP, *_overview(registry), "", *_shortcuts(), *(line for command in in_order(registry) for line in _entry(command)))
    return "\n".join(lines).rstrip() + "\n"


def in_order(registry: Registry) -> list[Command]:
    """The commands by topic, as help has them, and then all others."""
    placed = [name for _, names in TOPICS for name in names]
    found = [command for command in map(registry.get, placed) if command is not None]
    return found + [command for command in registry if command not in found]


def _overview(registry: Registry) -> Iterator[str]:
    yield "| Command | Does | Role | CSV | In a limited channel |"
    yield "|---|---|---|---|---|"
    for one in in_order(registry):
        yield f"| [`{one.name}`](#{one.name}) | {_text(one.summary)} | {_role(one)} | {_yes(one.csv)} | {_yes(one.in_part)} |"


def _shortcuts() -> Iterator[str]:
    yield "## Shortcuts"
    yield ""
    for one in SHORTCUTS:
        where = "at a message's *More actions*" if one["type"] == "message" else "in the search bar, or under +"
        yield f"- *{one['name']}*, {where}: {one['description'][0].lower()}{one['description'][1:]}."
    yield ""


def _entry(command: Command) -> Iterator[str]:
    yield f"## {command.name}"
    yield ""
    yield f"`/voip {command.name} {command.usage}".rstrip() + "`"
    yield ""
    yield f"{_text(command.summary)}. {_who(command)}"
    yield ""
    if any(command.examples):
        yield "Examples: " + ", ".join(f"`/voip {command.name} {words}".rstrip() + "`" for words in command.examples)
        yield ""
    for line in command.details:
        yield f"- {_text(line)}"
    if command.details:
        yield ""


def _who(command: Command) -> str:
    may = "Anyone may ask it." if command.role is Role.NONE else f"Needs the role *{command.role}*."
    more = (
        " It opens a form." if command.submit is not None and not command.usage else " It has a form too." if command.submit else "",
        " In a limited channel it tells of that part alone." if command.in_part and command.role > Role.NONE else "",
        " A limited channel refuses it." if not command.in_part else "",
    )
    return may + "".join(more)


def _role(command: Command) -> str:
    return "anyone" if command.role is Role.NONE else str(command.role)


def _yes(what: object) -> str:
    return "yes" if what else ""


def _text(mrkdwn: str) -> str:
    """Our own mrkdwn as Markdown: the same, but for what would be a tag or part a cell."""
    pieces = re.split(r"(`[^`]*`)", mrkdwn)
    return "".join(piece if piece.startswith("`") else piece.replace("<", "&lt;") for piece in pieces).replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(page(commands()))
