"""Who asks, what they may do where they ask, and what that place may see."""

from collections.abc import Collection
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import structlog

from config import Settings
from handlers.people import Groups, People
from handlers.unanswered import UNANSWERED
from rules.access import Grant, Profile, Role, Standing, Subject, named_admins, standing_of
from rules.limits import NOTHING, Limits
from store import Store, StoreError, access

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Asker:
    """A person in one place.

    Attributes:
        limits: What the place sees of the account; ``None``: everything.
        admins: Slack ids of those who can change that.
    """

    profile: Profile
    standing: Standing
    limits: Limits | None = None
    admins: tuple[str, ...] = ()

    @property
    def role(self) -> Role:
        """What the person may do here."""
        return self.standing.role


class Rights:
    """Looks it up anew for each question and each click. Thread-safe.

    Args:
        admins: ``ADMINS``.
        default_role: ``DEFAULT_ROLE``.
        mask_numbers: ``MASK_NUMBERS``.
        zone: For people whose own zone Slack does not tell.
    """

    def __init__(
        self,
        store: Store,
        people: People,
        groups: Groups,
        *,
        admins: Collection[str] = (),
        default_role: Role = Role.NONE,
        mask_numbers: bool = True,
        zone: ZoneInfo = ZoneInfo("UTC"),
    ) -> None:
        self._store = store
        self._people = people
        self._groups = groups
        self._admins = frozenset(admins)
        self._default = default_role
        self.mask_numbers = mask_numbers
        self.zone = zone

    @classmethod
    def of(cls, settings: Settings, store: Store, people: People, groups: Groups) -> "Rights":
        """As the settings say."""
        return cls(
            store,
            people,
            groups,
            admins=settings.admins,
            default_role=Role[settings.default_role.upper()],
            mask_numbers=settings.mask_numbers,
            zone=settings.timezone,
        )

    def asker(self, person: str, channel: str) -> Asker:
        """The person, asking in that channel (``""``: nowhere in particular).

        Raises:
            UNANSWERED: Slack did not tell who it is: nobody gets a role by default then.
            StoreError: The database did not tell what was granted: likewise.
        """
        profile = self._profile(person)
        try:
            with self._store.reading() as transaction:
                grants = access.concerning(transaction, person, channel)
                limits = access.limits(transaction, channel)
                admins = named_admins(access.every(transaction), self._admins)
        except StoreError as error:
            if person not in self._admins:
                raise
            log.error("cannot tell what was granted", error=str(error))
            grants, admins = [], self._admins
            limits = NOTHING if channel and not channel.startswith("D") else None
        groups = () if person in self._admins else self._groups_of(person, grants)
        standing = standing_of(profile, channel, grants, groups, self._admins, self._default)
        return Asker(profile=profile, standing=standing, limits=limits, admins=tuple(sorted(admins)))

    def masks(self, role: Role) -> bool:
        """Whether people with that role see phone numbers as ``514 555-••34``."""
        return self.mask_numbers and role < Role.OPERATOR

    def is_admin(self, person: str) -> bool:
        """Whether the person may do everything, wherever they ask.

        Raises:
            UNANSWERED, StoreError: Nobody can tell now.
        """
        return self.asker(person, "").role is Role.ADMIN

    def _profile(self, person: str) -> Profile:
        try:
            return self._people.profile(person)
        except UNANSWERED:
            if person in self._admins:  # named by id: nothing Slack could tell would change the role
                return Profile(id=person)
            raise

    def _groups_of(self, person: str, grants: Collection[Grant]) -> frozenset[str]:
        """Those of the groups that something was granted to which the person is in."""
        named = (one.id for one in grants if one.subject is Subject.GROUP)
        return frozenset(group for group in named if person in self._groups.members(group))
