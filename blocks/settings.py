"""The set-up screens: a list of things, one thing with all its settings in plain words, and the list as a file.

Each topic (sub-accounts, mailboxes, packages, clients) declares its settings once as groups of ``Line``; the picture
and the CSV are made from them. A test holds each declaration against the fields of its record. Pure.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from slackblocks import Block, SectionBlock, Text

from blocks.frame import WARNING, actions, button, clean, code, cut, header, mrkdwn, plural, safe, section, small, table
from voipms import Rows

PAIRS = 10
"""Pairs in one section."""
LONGEST = 300
FIELD_MOST = 2_000
"""Slack's limit for one of a section's fields."""


@dataclass(frozen=True)
class Line:
    """One setting.

    Attributes:
        field: The record's field, as the API spells it.
        name: What people call it.
        in_words: The field's value in plain words, ``""`` when it is not set.
        is_code: A login or an id, shown in code style.
    """

    field: str
    name: str
    in_words: Callable[[Any], str]
    is_code: bool = False


@dataclass(frozen=True)
class Group:
    """Settings that belong together."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Page:
    """Which part of a long list is looked at.

    Attributes:
        line: The command line that asks for the list.
        first: The row that the part begins with, from 0.
    """

    line: str = ""
    first: int = 0


WHOLE = Page()


def turning(page: Page, shown: int, count: int) -> tuple[str, list[Block]]:
    """Which rows of how many are shown, and the buttons that show others; nothing where all of them are."""
    last = page.first + shown
    if shown == count:
        return "", []
    turns = [button("First", "page:first", page.line)] if page.first else []
    turns += [button("Next", "page:next", f"{page.line} from:{last + 1}")] if page.line and last < count else []
    return f"{page.first + 1:,} to {last:,} of {count:,}, all in the CSV", [actions(*turns)] if turns else []


def overview(
    title: str,
    summary: Sequence[str],
    head: Sequence[str],
    cells: Sequence[Sequence[str]],
    *,
    right: Iterable[int] = (),
    hint: str = "",
    page: Page = WHOLE,
) -> list[Block]:
    """A list of things.

    Args:
        title: The header, plain.
        summary: Facts about all of them, our own mrkdwn; empty ones are left out.
        head, cells, right: The table: column names, one row for each thing, the columns that are aligned right.
        hint: What to ask next, our own mrkdwn.
        page: Which of the rows.
    """
    blocks = [header(title)]
    facts = [fact for fact in summary if fact]
    if facts:
        blocks.append(section("  ·  ".join(facts)))
    below = [hint] if hint else []
    if cells:
        page = page if page.first < len(cells) else replace(page, first=0)
        made, shown = table(head, cells[page.first :], right)
        which, turns = turning(page, shown, len(cells))
        blocks.extend((made, *turns))
        below = [*([which] if which else []), *below]
    if below:
        blocks.append(small("  ·  ".join(below)))
    return blocks


def titled(name: str, identity: str) -> str:
    """``Front desk (100001_frontdesk)``, for a headline."""
    return f"{cut(clean(name), 80)} ({cut(clean(identity), 40)})"


def quoted(word: str) -> str:
    """A name as one word of a command line, for a button's value."""
    one = cut(clean(word).replace('"', ""), 200)
    return f'"{one}"' if " " in one or not one else one


@dataclass(frozen=True)
class Lost:
    """What of VoIP.ms's answers could not be read.

    Attributes:
        rows: Things that are missing in the answer.
        settings: Settings of the others that show as not set.
    """

    rows: int = 0
    settings: int = 0

    def __add__(self, other: "Lost") -> "Lost":
        return Lost(self.rows + other.rows, self.settings + other.settings)


NOTHING = Lost()


def lost_in(*answers: Rows[Any]) -> Lost:
    """What of these could not be read."""
    return Lost(sum(rows.unreadable for rows in answers), sum(rows.gaps for rows in answers))


def unread(what: Lost) -> list[Block]:
    """Tells of what could not be read; nothing when all could."""
    said = [
        f"{plural(what.rows, 'row')} of VoIP.ms's answer could not be read" if what.rows else "",
        f"{plural(what.settings, 'setting')} could not be read and {'shows' if what.settings == 1 else 'show'} as not set"
        if what.settings
        else "",
    ]
    text = "  ·  ".join(filter(None, said))
    return [small(f"{WARNING}  {text}")] if text else []


def noted(notes: Iterable[str]) -> list[Block]:
    """What is missing because VoIP.ms could not be asked for it: a plain sentence each."""
    return [small("\n".join(f"{WARNING}  {safe(note)}" for note in notes if note))] if any(notes) else []


def settings(groups: Sequence[Group], record: object) -> list[Block]:
    """Every setting of the record: those that are set in pairs under their group's title, the others named at the end."""
    blocks: list[Block] = []
    missing = []
    for group in groups:
        pairs, unset = [], []
        for line in group.lines:
            value = _value(line, record)
            if value:
                pairs.append((line.name, code(value) if line.is_code else safe(value, LONGEST)))
            else:
                unset.append(line.name)
        blocks.extend(pairs_below(group.title, pairs))
        if unset:
            missing.append(f"{group.title}: {', '.join(unset)}")
    if missing:
        blocks.append(small("\n".join(("*Not set*", *missing))))
    return blocks


def pairs_below(title: str, pairs: Sequence[tuple[str, str]]) -> Iterator[Block]:
    """Names and values (already safe) under a title; nothing when there are none."""
    for start in range(0, len(pairs), PAIRS):
        fields: list[str | Text] = [mrkdwn(f"{name}: {value}", FIELD_MOST) for name, value in pairs[start : start + PAIRS]]
        yield SectionBlock(mrkdwn(f"*{title}*") if start == 0 else None, fields=fields)


def rows(groups: Sequence[Group], records: Iterable[Any]) -> Iterator[list[str]]:
    """The records as rows of a file, names first; a setting that is not set is an empty cell."""
    lines = [line for group in groups for line in group.lines]
    yield [line.name for line in lines]
    for record in records:
        yield [_value(line, record) for line in lines]


def _value(line: Line, record: object) -> str:
    return line.in_words(getattr(record, line.field)).strip()
