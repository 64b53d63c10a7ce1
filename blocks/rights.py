"""Roles and limits in words: where a role comes from, what a channel sees. Pure."""

from collections.abc import Iterable

from blocks.frame import code, listing, plural, safe
from rules.access import Grant, Standing, Subject, Why
from rules.limits import Limits


def source(standing: Standing, group: str = "") -> str:
    """Where a role comes from, one sentence to the person who has it; our own mrkdwn.

    Args:
        group: The handle of the user group that it was given to, plain, from outside; ``""`` where nobody knows it.
    """
    match standing.why:
        case Why.SETTING:
            return "The setting ADMINS names you."
        case Why.GRANT if standing.grant is not None:
            return f"It was given to {_to_you(standing.grant, group)} by {mention(standing.grant.by)}."
        case Why.OUTSIDER:
            return "Guests and people of other organisations have to be named by an admin."
        case Why.SHUT_OUT:
            return "Bots and deactivated people may not ask anything."
    return "It is what everyone in this workspace has who is not named (the setting DEFAULT_ROLE)."


def _to_you(grant: Grant, group: str) -> str:
    match grant.subject:
        case Subject.GROUP:
            return f"your user group {safe(f'@{group}', 60) if group else code(grant.id)}"
        case Subject.CHANNEL:
            return "whoever asks in this channel"
    return "you"


def mention(person: str) -> str:
    """A person, as Slack shows them; what is no Slack id stays a word."""
    return f"<@{person}>" if person.isalnum() else code(person) if person else "nobody"


def part(limits: Limits) -> str:
    """What a channel sees, in a few words; our own mrkdwn."""
    clients = [f"client {code(one)}" for one in sorted(limits.clients)]
    accounts = [code(one) for one in sorted(limits.accounts)]
    pieces = [listing(clients, 4)] if clients else []
    if accounts:
        pieces.append(f"{plural(len(accounts), 'account')}: {listing(accounts, 4)}")
    return "; ".join(pieces) or "nothing"


def people(ids: Iterable[str], most: int = 5) -> str:
    """``@ana or @ben``."""
    return " or ".join(mention(one) for one in list(ids)[:most])
