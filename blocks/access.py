"""Roles and limits: what was granted to whom, what each channel sees, and the forms to change it. Pure."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

from blocks import inputs
from blocks.frame import BlockDict, actions, button, code, header, listing, plural, render, safe, section, small, when
from blocks.rights import mention
from rules.access import Grant, Role, Subject
from rules.limits import Fence

MOST = 30
"""Lines of each kind that are shown."""
LETTERS_MOST = 2800
"""Of the three thousand that Slack takes in one text."""
GRANT_FORM, LIMIT_FORM = "grant", "channel"
WHO, CHANNEL, GROUPS, ROLE, OUTSIDERS = "people", "channel", "groups", "role", "outsiders"
CLIENTS, SITES, ACCOUNTS, FREE = "clients", "sites", "accounts", "free"
ROLES = {
    str(Role.VIEWER): "Viewer: status, calls, settings",
    str(Role.OPERATOR): "Operator: clients, balance, outages as well",
    str(Role.ADMIN): "Admin: everything, and who may do what",
    str(Role.NONE): "None: nothing, whatever else is set",
}


@dataclass(frozen=True, kw_only=True)
class Names:
    """What things are called; plain, from outside.

    Attributes:
        groups: Handles of user groups, by id.
        clients, sites, accounts: By number, key and login.
    """

    groups: Mapping[str, str]
    clients: Mapping[str, str]
    sites: Mapping[str, str]
    accounts: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Limited:
    """A channel that sees a part of the account."""

    channel: str
    fence: Fence
    by: str
    at: datetime


# The list


def headline(grants: Sequence[Grant], limited: Sequence[Limited]) -> str:
    """``5 roles granted, 2 channels limited``."""
    roles = f"{plural(len(grants), 'role')} granted" if grants else "No role granted"
    return f"{roles}, {plural(len(limited), 'channel')} limited" if limited else roles


def card(
    grants: Sequence[Grant], limited: Sequence[Limited], admins: Sequence[str], default: Role, names: Names, zone: ZoneInfo, slash: str
) -> list[BlockDict]:
    """All that decides who may do what.

    Args:
        admins: ``ADMINS``.
        default: ``DEFAULT_ROLE``.
        slash: What precedes a command where the reader is.
    """
    named = listing([mention(one) for one in sorted(admins)]) or "nobody"
    blocks = [
        header(headline(grants, limited)),
        section(f"*From the settings*\nADMINS: {named}  ·  everyone else in the workspace: *{default}*"),
    ]
    if grants:
        lines = [f"{subject(one.subject, one.id, names)}: *{one.role}*{_outsiders(one)}{_since(one.by, one.at, zone)}" for one in grants]
        blocks.append(section("\n".join(("*Granted*", *_cut(lines)))))
    if limited:
        lines = [f"<#{one.channel}> sees {part(one.fence, names)}{_since(one.by, one.at, zone)}" for one in limited]
        blocks.append(section("\n".join(("*Limited channels*", *_cut(lines)))))
    blocks.append(actions(button("Grant a role", "form:grant", "access grant"), button("Limit a channel", "form:limit", "access channel")))
    blocks.append(
        small(
            f"{code(f'{slash}access grant @ben operator')}  ·  {code(f'{slash}access revoke @ben')}"
            f"  ·  {code(f'{slash}access channel #birch to client 561115')}",
            "A role granted by name decides; else the highest of a person's groups and the channel they ask in",
        )
    )
    return render(blocks)


def _cut(lines: Sequence[str]) -> list[str]:
    """As many as Slack takes in one text, and how many more there are."""
    reached = list(accumulate(len(line) + 1 for line in lines[:MOST]))
    shown = lines[: bisect_right(reached, LETTERS_MOST)]
    return [*shown, *([f"and {len(lines) - len(shown):,} more in the CSV"] if len(shown) < len(lines) else [])]


def _outsiders(one: Grant) -> str:
    return ", guests and other organisations too" if one.outsiders else ""


def _since(by: str, at: datetime, zone: ZoneInfo) -> str:
    return f"  ·  by {mention(by)}, {when(at, zone, '{date_short_pretty}')}"


def subject(kind: Subject, identity: str, names: Names) -> str:
    """To whom a role is granted, our own mrkdwn."""
    match kind:
        case Subject.GROUP:
            return safe(f"@{names.groups[identity]}", 60) if identity in names.groups else f"the group {code(identity)}"
        case Subject.CHANNEL:
            return f"whoever asks in <#{identity}>"
    return mention(identity)


def part(fence: Fence, names: Names) -> str:
    """What a channel sees, our own mrkdwn."""
    pieces = [
        *(f"client {_called(one, names.clients)}" for one in sorted(fence.clients)),
        *(f"site {_called(one, names.sites)}" for one in sorted(fence.sites)),
        *(f"account {_called(one, names.accounts)}" for one in sorted(fence.accounts)),
    ]
    return listing(pieces) or "nothing"


def _called(identity: str, names: Mapping[str, str]) -> str:
    name = names.get(identity, "")
    return f"{safe(name, 60)} ({code(identity)})" if name and name != identity else code(identity)


CSV_COLUMNS = ("What", "Slack id", "Name", "Role", "Guests too", "Sees", "By", "Since")


def csv_row(one: Grant | Limited, names: Names, zone: ZoneInfo) -> tuple[object, ...]:
    """A role or a limit as a row of the file."""
    since = (one.by, one.at.astimezone(zone).isoformat(sep=" ", timespec="minutes"))
    if isinstance(one, Limited):
        kinds = (("client", one.fence.clients), ("site", one.fence.sites), ("account", one.fence.accounts))
        return ("limit", one.channel, "", "", "", ", ".join(f"{kind} {each}" for kind, some in kinds for each in sorted(some)), *since)
    name = names.groups.get(one.id, "") if one.subject is Subject.GROUP else ""
    return (one.subject.value, one.id, name, str(one.role), "yes" if one.outsiders else "", "", *since)


# What was done


def done(what: str, *notes: str) -> list[BlockDict]:
    """What was changed, one thing a line; our own mrkdwn."""
    lines = "\n".join(f"🟢  {line[:1].upper()}{line[1:]}" for line in what.splitlines())
    return render([section(lines), *([small(*notes)] if notes else [])])


# Forms


def grant_form() -> dict[str, Any]:
    """The form that grants roles."""
    fields = [
        inputs.field(WHO, "People", inputs.people(), optional=True),
        inputs.field(GROUPS, "User groups", inputs.pick("groups"), optional=True),
        inputs.field(CHANNEL, "Whoever asks in a channel", inputs.channel(), optional=True),
        inputs.field(ROLE, "Role", inputs.choice(ROLES, str(Role.VIEWER))),
        inputs.field(
            OUTSIDERS,
            "Guests",
            inputs.ticks({"yes": "Guests and people of other organisations in the group or channel too"}),
            optional=True,
            hint="People chosen by name are meant whoever they are.",
        ),
    ]
    return inputs.form(f"access:{GRANT_FORM}", "Grant a role", "Grant", fields)


def limit_form() -> dict[str, Any]:
    """The form that limits a channel."""
    fields = [
        inputs.field(CHANNEL, "Channel", inputs.channel()),
        inputs.field(CLIENTS, "Reseller clients", inputs.pick("clients"), optional=True),
        inputs.field(SITES, "Sites", inputs.pick("sites"), optional=True),
        inputs.field(ACCOUNTS, "Sub-accounts", inputs.pick("accounts"), optional=True),
    ]
    note = small("The channel then sees only these: in every answer, report and alert.")
    free = inputs.field(FREE, "Or", inputs.ticks({"yes": "No limit: it sees everything again"}), optional=True)
    return inputs.form(f"access:{LIMIT_FORM}", "Limit a channel", "Limit", [*fields, *render([note]), free])
