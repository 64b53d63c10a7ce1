"""Who a person is to the bot, and what a role may do. Default is deny."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import IntEnum
from zoneinfo import ZoneInfo


class Role(IntEnum):
    """Ordered: whoever may do more may also do less."""

    NONE = 0
    VIEWER = 1
    OPERATOR = 2
    ADMIN = 3

    def __str__(self) -> str:
        return self.name.lower()


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


def role_of(person: Profile, admins: Collection[str], default: Role) -> Role:
    """The person's role: ``ADMINS`` by id, everybody else the default.

    A guest, a stranger, a bot or a deactivated person never gets the default: they have to be named.
    """
    if person.gone or person.bot:
        return Role.NONE
    if person.id in admins:
        return Role.ADMIN
    if person.guest or person.stranger:
        return Role.NONE
    return default
