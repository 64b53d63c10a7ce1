"""The set-up checks as a picture, faults first. Pure."""

from collections.abc import Sequence

from blocks.frame import BlockDict, code, header, plural, render, safe, section, small
from rules.doctor import Check


def headline(checks: Sequence[Check]) -> str:
    """The lock-screen line."""
    faults = sum(check.ok is False for check in checks)
    if faults:
        return f"Set-up: {plural(faults, 'thing')} to mend"
    if any(check.ok is None for check in checks):
        return "Set-up: could not be checked in full"
    advice = sum(bool(check.mend) for check in checks)
    return f"Set-up: works, {plural(advice, 'thing')} to look at" if advice else "Set-up: everything works"


def card(checks: Sequence[Check], slash_commands: Sequence[str] = ()) -> list[BlockDict]:
    """What has to be mended and how, what could not be looked at, what works and could be better, and what works.

    Args:
        slash_commands: What the app should have in Slack, which does not tell what it has.
    """
    faults = [check for check in checks if check.ok is False]
    unclear = [check for check in checks if check.ok is None]
    advice = [check for check in checks if check.ok and check.mend]
    well = [check for check in checks if check.ok and not check.mend]
    blocks = [header(headline(checks))]
    # so that all of them fit
    most = min(700, 3_200 // max(1, len(faults)))
    for check in faults:
        blocks.append(section(f"🔴  *{safe(check.name, 60)}*: {safe(check.found, most)}\n*To mend:* {safe(check.mend, most)}"))
    for words, some in (("⚪  *Not checked*", unclear), ("🟡  *To look at*", advice), ("🟢  *Works*", well)):
        if some:
            blocks.append(section("\n".join((words, *(_line(check) for check in some)))))
    if slash_commands:
        listed = ", ".join(map(code, slash_commands))
        blocks.append(small(f"Slash commands that the app should have; where one is missing, update it from manifest.yml: {listed}"))
    blocks.append(small("The same checks on the bot's own machine: `python bot.py doctor`"))
    return render(blocks)


def _line(check: Check) -> str:
    return f"{safe(check.name, 60)}: {safe(check.found, 120)}" + (f". {safe(check.mend, 160)}" if check.mend else "")
