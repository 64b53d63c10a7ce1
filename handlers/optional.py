"""Questions to VoIP.ms that an answer can do without: names, a client's balance, one of many lists."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from voipms import Kind, Refused, VoipMsError

T = TypeVar("T")


@dataclass(frozen=True)
class Told(Generic[T]):
    """What VoIP.ms said, or what stands for it.

    Attributes:
        failed: Why nothing is known.
    """

    value: T
    failed: VoipMsError | None = None

    def needed(self) -> T:
        """What VoIP.ms said.

        Raises:
            VoipMsError: It said nothing.
        """
        if self.failed is not None:
            raise self.failed
        return self.value

    def note(self, missing: str) -> str:
        """One plain sentence on what is missing and why; empty where nothing is."""
        return f"{missing}: {self.failed.tell_user}" if self.failed is not None else ""


def if_told(ask: Callable[[], T], otherwise: T) -> Told[T]:
    """The answer, or what stands for it where the question fails.

    Raises:
        VoipMsError: Every other question would fail with it too: wrong password, address not allowed.
    """
    try:
        return Told(ask())
    except VoipMsError as error:
        if isinstance(error, Refused) and error.kind in (Kind.CREDENTIALS, Kind.ALLOW_LIST):
            raise
        return Told(otherwise, error)
