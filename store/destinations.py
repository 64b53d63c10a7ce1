"""Where messages go: the channels that people have chosen, and for what."""

from datetime import datetime

from store import reports, steering
from store.transactions import Transaction


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
