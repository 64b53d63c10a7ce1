"""Keeps the audit: one entry for each question, click and form, without numbers and secrets."""

import re
from collections.abc import Sequence

import structlog

from blocks.frame import clean, cut, phone
from blocks.settings import quoted
from store import Store, StoreError, audit
from store.audit import Entry

log = structlog.get_logger(__name__)

ABOUT_MOST = 200
_NUMBER = re.compile(
    r"(?<![\w.-])(?:number:)?(?:\+\d[\d ().-]{5,}\d|(?:1[-. ]?)?(?:\(\d{3}\)|\d{3})[-. ]?\d{3}[-. ]?\d{4}|\d{7,15})(?![\w-])|number:\S+",
    re.IGNORECASE,
)
"""A phone number as people type it. A day or a login is none."""


class Auditor:
    """Adds entries. An answer does not fail because its entry could not be stored: the log has it too.

    Args:
        store: Where they are kept.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def __call__(self, entry: Entry) -> None:
        """Store one."""
        try:
            self._store.write(lambda transaction: audit.append(transaction, entry))
        except StoreError as error:
            log.error("audit entry not stored", error=str(error), command=entry.command, person=entry.person, result=entry.result)


def about(words: Sequence[str]) -> str:
    """A person's words as they are kept: phone numbers masked."""
    line = clean(" ".join(map(quoted, words)))
    return cut(_NUMBER.sub(lambda found: _masked(found[0]), line), ABOUT_MOST)


def _masked(found: str) -> str:
    key, colon, number = found.rpartition(":")
    return f"{key}{colon}{phone(number, masked=True)}"
