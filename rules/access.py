"""Who a person is to the bot, and what a role may do. Default is deny. Pure.

A role comes from the first of these that says anything:

1. ``ADMINS``: admin, whatever else is set;
2. what was granted to the person by name, *none* included;
3. the highest of what was granted to their user groups and to the channel they ask in;
4. ``DEFAULT_ROLE``, for full members of the workspace.

Guests and people of other organisations have only what names them: 1, 2, and a grant of 3 that says so. Bots and deactivated people
have nothing.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, IntEnum
from zoneinfo import ZoneInfo


class Role(IntEnum):
    """Ordered: whoever may do more may also do less."""

    NONE = 0
    VIEWER = 1
    OPERATOR = 2
    ADMIN = 3

    def __str__(self) -> str:
        return self.name.lower()


def is_person(place: str) -> bool:
    """Whether Slack's id is that of a person, who gets direct messages, and not of a channel."""
    return place.startswith(("U", "W"))


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What Slack tells of a person (``users.info``).

    Attributes:
        zone: The person's own time zone; ``None`` when Slack did not say.
        guest: A single- or multi-channel guest.
        stranger: Somebody from another organisation (Slack Connect).
        bot, gone: A program; a deactivated person.
    """

    id: str
    name: str = ""
    zone: ZoneInfo | None = None
    guest: bool = False
    stranger: bool = False
    bot: bool = False
    gone: bool = False

    @property
    def outsider(self) -> bool:
        """Whether somebody has to be named to be let in."""
        return self.guest or self.stranger


class Subject(Enum):
    """To whom a role can be granted."""

    PERSON = "person"
    GROUP = "group"
    """A Slack user group."""
    CHANNEL = "channel"
    """Whoever asks in that channel."""


@dataclass(frozen=True, kw_only=True)
class Grant:
    """A role that an admin gave.

    Attributes:
        id: Slack's: a person's, a user group's or a channel's.
        outsiders: Guests and people of other organisations are meant as well; a person is named anyway.
        by: Slack's id of the admin.
    """

    subject: Subject
    id: str
    role: Role
    outsiders: bool = False
    by: str = ""
    at: datetime


class Why(Enum):
    """Where a role comes from."""

    SETTING = "ADMINS"
    GRANT = "grant"
    DEFAULT = "DEFAULT_ROLE"
    OUTSIDER = "outsider"
    """A guest or somebody of another organisation whom nothing names."""
    SHUT_OUT = "shut out"
    """A bot or a deactivated person."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What a person may do in one place, and why.

    Attributes:
        grant: What it comes from, with ``Why.GRANT``.
    """

    role: Role
    why: Why
    grant: Grant | None = None


UNNAMED = Standing(role=Role.NONE, why=Why.DEFAULT)


def standing_of(
    person: Profile, channel: str, grants: Iterable[Grant], groups: Collection[str], admins: Collection[str], default: Role
) -> Standing:
    """What a person may do in a channel.

    Args:
        channel: Where they ask; ``""`` where it is no channel.
        grants: At least those to the person, to their groups and to the channel; others do no harm.
        groups: The user groups that the person is in.
        admins: ``ADMINS``.
        default: ``DEFAULT_ROLE``.
    """
    if person.gone or person.bot:
        return Standing(role=Role.NONE, why=Why.SHUT_OUT)
    if person.id in admins:
        return Standing(role=Role.ADMIN, why=Why.SETTING)
    given = list(grants)
    by_name = next((one for one in given if one.subject is Subject.PERSON and one.id == person.id), None)
    if by_name is not None:
        return Standing(role=by_name.role, why=Why.GRANT, grant=by_name)
    shared = [one for one in given if _covers(one, channel, groups) and (one.outsiders or not person.outsider)]
    best = max(shared, key=lambda one: one.role, default=None)
    if person.outsider:
        return Standing(role=best.role, why=Why.GRANT, grant=best) if best else Standing(role=Role.NONE, why=Why.OUTSIDER)
    if best is not None and best.role > default:
        return Standing(role=best.role, why=Why.GRANT, grant=best)
    return Standing(role=default, why=Why.DEFAULT)


def _covers(one: Grant, channel: str, groups: Collection[str]) -> bool:
    match one.subject:
        case Subject.GROUP:
            return one.id in groups
        case Subject.CHANNEL:
            return bool(channel) and one.id == channel
    return False


def named_admins(grants: Iterable[Grant], admins: Collection[str]) -> frozenset[str]:
    """Everybody who is admin by name. Groups do not count: one may be empty tomorrow."""
    return frozenset((*admins, *(one.id for one in grants if one.subject is Subject.PERSON and one.role is Role.ADMIN)))
