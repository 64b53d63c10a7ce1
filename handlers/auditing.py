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
_OTHER = r"\d{4}-\d\d-\d\d(?!\d)|\d{4}-\d{4}-\d{2,}|\d{4}-\d\d(?![\d-])|\d{5,9}_\w+|\d{1,3}(?:\.\d{1,3}){3}(?![\d.])"
"""A day, an outage, a month, a login, an address."""
_NUMBER = re.compile(
    rf"""
    (?P<other>(?<![\w-])(?:{_OTHER}))
    | (?<![\w.-])(?:number:)?(?:\+\d[\d ().-]{{5,}}\d|(?:1[-. ]?)?(?:\(\d{{3}}\)|\d{{3}})[-. ]?\d{{3}}[-. ]?\d{{4}}|\d{{7,15}})(?![\w-])
    # in pairs, with strokes, dashes or underscores; what follows an hour is none of it
    | (?:number:)?(?<!\d)(?<!\d:)\+?\(?(?!{_OTHER})\d(?:[ ()./_\-\u2010-\u2015]{{0,2}}(?!{_OTHER})\d){{9,}}
    | number:\S+
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""A phone number as people type it, or what looks like one and is none."""


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
    return cut(_NUMBER.sub(lambda found: found[0] if found["other"] else _masked(found[0]), line), ABOUT_MOST)


def _masked(found: str) -> str:
    key, colon, number = found.rpartition(":")
    return f"{key}{colon}{phone(number, masked=True)}"
