"""Where messages go: the channels that people have chosen, and for what; and what did not arrive there."""

from datetime import datetime

from store import outbox, reports, steering
from store.outbox import DeadLetter
from store.transactions import Transaction

CHANNELS = ("C", "G")
"""How Slack's ids of channels begin; a person is always in use."""


def channels(transaction: Transaction, now: datetime) -> dict[str, tuple[str, ...]]:
    """Slack's ids of the channels in use, each with what it is used for in a word or two."""
    found: dict[str, dict[str, None]] = {}

    def use(channel: str, what: str) -> None:
        if channel:
            found.setdefault(channel, {})[what] = None

    chosen = steering.chosen(transaction, now)
    use(chosen.channel, "alerts")
    for (scope, key), channel in chosen.routes.items():
        use(channel, f"alerts of {scope.value} {key}")
    for one in reports.every(transaction):
        if one.paused_at is None and not one.plan.is_personal:
            use(one.plan.channel, f"report {one.id}")
    return {channel: tuple(what) for channel, what in found.items()}


def untaken(transaction: Transaction, now: datetime) -> list[DeadLetter]:
    """What Slack did not take and somebody has to see to, newest first: its place is still in use, and has taken nothing since."""
    paused = (one.plan.channel for one in reports.every(transaction) if one.trouble)
    used = {*channels(transaction, now), *paused}
    return [letter for letter in outbox.dead_letters(transaction) if letter.channel in used or not letter.channel.startswith(CHANNELS)]
