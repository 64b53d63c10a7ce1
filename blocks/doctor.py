"""The set-up checks as a picture, faults first. Pure."""

from collections.abc import Sequence

from blocks.frame import BlockDict, header, plural, render, safe, section, small
from rules.doctor import Check


def headline(checks: Sequence[Check]) -> str:
    """The lock-screen line."""
    faults = sum(check.ok is False for check in checks)
    if faults:
        return f"Set-up: {plural(faults, 'thing')} to mend"
    return "Set-up: could not be checked in full" if any(check.ok is None for check in checks) else "Set-up: everything works"


def card(checks: Sequence[Check]) -> list[BlockDict]:
    """What has to be mended and how, what could not be looked at, and what works."""
    faults = [check for check in checks if check.ok is False]
    unclear = [check for check in checks if check.ok is None]
    well = [check for check in checks if check.ok]
    blocks = [header(headline(checks))]
    for check in faults[:20]:
        blocks.append(section(f"🔴  *{safe(check.name)}*: {safe(check.found, 700)}\n*To mend:* {safe(check.mend, 700)}"))
    for words, some in (("⚪  *Not checked*", unclear), ("🟢  *Works*", well)):
        if some:
            blocks.append(section("\n".join((words, *(_line(check) for check in some[:12])))))
    blocks.append(small("The same checks on the bot's own machine: `python bot.py doctor`"))
    return render(blocks)


def _line(check: Check) -> str:
    return f"{safe(check.name, 60)}: {safe(check.found, 120)}" + (f". {safe(check.mend, 160)}" if check.mend else "")
