"""Faults that were asked for and wait for their call, in either stand-in."""

import threading
from dataclasses import dataclass
from typing import Generic, TypeVar

F = TypeVar("F")


@dataclass(kw_only=True)
class Planned(Generic[F]):
    """A fault that waits for its call.

    Attributes:
        method: Which call; ``None``: any.
        times: How often; ``None``: until healed.
    """

    fault: F
    method: str | None
    times: int | None


class Faults(Generic[F]):
    """The faults to come, the first that fits first. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._planned: list[Planned[F]] = []

    def fail(self, fault: F, method: str | None, times: int | None) -> None:
        """Let calls go wrong.

        Args:
            method: Which; ``None``: whichever comes next.
            times: How often; ``None``: until ``heal()``.
        """
        with self._lock:
            self._planned.append(Planned(fault=fault, method=method, times=times))

    def heal(self) -> None:
        """Forget all of them."""
        with self._lock:
            self._planned.clear()

    def next(self, method: str) -> F | None:
        """The fault of this call, which is used up with it; ``None``: it goes well."""
        with self._lock:
            for planned in self._planned:
                if planned.method in (None, method):
                    if planned.times is not None:
                        planned.times -= 1
                        if planned.times <= 0:
                            self._planned.remove(planned)
                    return planned.fault
        return None
