"""What the bot remembers, as the commands that need it are given it."""

from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from config import Settings
from rules.timing import DEFAULT_CONFIRM, Timing
from store import Store, Transaction, survey

UTC = ZoneInfo("UTC")


@dataclass(frozen=True, kw_only=True)
class Memory:
    """The memory, and the settings that people may overrule in it.

    Attributes:
        store: ``None`` where nothing is ever asked: for the manifest.
        confirm_seconds: ``CONFIRM_SECONDS``.
        low_balance: ``LOW_BALANCE``, US dollars.
        zone: Of messages for nobody in particular.
    """

    store: Store | None = None
    confirm_seconds: float = DEFAULT_CONFIRM
    low_balance: Decimal = Decimal(10)
    zone: ZoneInfo = UTC

    @classmethod
    def of(cls, settings: Settings, store: Store) -> "Memory":
        """As the settings say."""
        return cls(store=store, confirm_seconds=settings.confirm_seconds, low_balance=settings.low_balance, zone=settings.timezone)

    @property
    def opened(self) -> Store:
        """The store, which is there whenever a command runs."""
        assert self.store is not None
        return self.store

    def timing(self, transaction: Transaction) -> Timing:
        """The spans that the watch lives by now."""
        return survey.spans(transaction, self.confirm_seconds)


NONE = Memory()
"""Where nothing is ever asked."""
