"""From what a person typed to words, and from words to values. Pure.

Slack sends what was typed in its own wrapping: ``<@U024BE7LH|ana>``, ``<mailto:ana@example.com|ana@example.com>``,
``<tel:5145550134|514-555-0134>``, ``&amp;``; phones and word processors make quotes curly. All of it is undone here, once.
"""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches

from blocks.frame import code, digits
from handlers.registry import Misunderstood
from rules.call_rows import Direction, Filters
from rules.finding import plain_names, run_of
from rules.periods import LONGEST_PHRASE, BadPeriod, Period
from rules.periods import WORDS as PERIOD_WORDS
from rules.periods import read as read_period

_WRAPPED = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_CURLY = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "\u00a0": " ", "\u202f": " "})
_WORD = re.compile(r'([A-Za-z]+:)?"((?:[^"\\]|\\.)*)"|([^\s"]\S*)|"')
_CHANNEL, _BARE_CHANNEL = re.compile(r"<#([CG][A-Z0-9]{2,})>"), re.compile(r"[CG][A-Z0-9]{6,}")
_FRAMES = "*_~`"
LONGEST_LINE = 2_000
"""Characters of a command line that are read: nothing that can be asked is as long, and one line must not keep the bot busy."""
_SENTENCE = ",;!?`"
"""Signs at the end of a word that belong to the sentence and not to the word; a backtick never is part of one."""


def unwrap(text: str) -> str:
    """The text as the person sees it; a person, channel or user group stays ``<@U…>``, ``<#C…>`` or ``<!subteam^S…>``, without its label.

    Entities are undone last: what a person typed as ``<@U024BE7LH>`` in letters never becomes a mention.
    """
    shown = _WRAPPED.sub(_without_wrapping, text)
    for entity, sign in _ENTITIES:
        shown = shown.replace(entity, sign)
    return shown.translate(_CURLY)


def _without_wrapping(found: re.Match[str]) -> str:
    inside, label = found[1], found[2]
    match inside[0]:
        case "@" | "#":
            return f"<{inside}>"
        case "!" if inside.startswith("!subteam^"):
            return f"<{inside}>"
        case "!":
            return label or f"@{inside[1:].split('^')[0]}"
    for scheme in ("mailto:", "tel:"):
        if inside.startswith(scheme):
            return inside.removeprefix(scheme)
    return label if label and "://" not in label else inside


def channel_in(word: str, *, bare: bool = False) -> str:
    """The id of the channel that Slack put in the place of its name, ``<#C024BE91L>``; ``""`` for any other word.

    Args:
        bare: Also ``C024BE91L`` alone, where no name can be meant.
    """
    if found := _CHANNEL.fullmatch(word):
        return found[1]
    return word if bare and _BARE_CHANNEL.fullmatch(word) else ""


def split(text: str) -> tuple[str, ...]:
    """Words; what stands in straight quotes is one, ``number:"(514) 555-0134"`` too. A quote that is never closed is only a sign.

    Formats around the whole and signs of a sentence are none of the words: ``*calls yesterday, missed!*``.
    """
    words = [word for found in _WORD.finditer(_unframed(text)) if (word := _unquoted(found))]
    if words and not words[-1].endswith(".."):
        words[-1] = words[-1].rstrip(".") or words[-1]
    return tuple(words)


def _unframed(text: str) -> str:
    """What stands within formats around the whole; the text itself where there are none."""
    inside = text.strip().rstrip(".,;!?").rstrip()
    framed = False
    while len(inside) > 2 and inside[0] in _FRAMES and inside[-1] == inside[0]:
        framed, inside = True, inside[1:-1].strip()
    return inside if framed else text


def _unquoted(found: re.Match[str]) -> str:
    if found[2] is not None:
        return (found[1] or "") + re.sub(r"\\(.)", r"\1", found[2]).strip()
    return (found[3] or "").rstrip(_SENTENCE).lstrip("`")


_FROM = re.compile(r"from:(\d{1,6})", re.IGNORECASE | re.ASCII)


def command_line(line: str) -> tuple[str, tuple[str, ...]]:
    """The command's name, in small letters, and the words after it. No words at all ask for help."""
    words = split(unwrap(line[:LONGEST_LINE]))
    if words and words[0].lower().lstrip("/") == "voip":
        words = words[1:]
    if not words:
        return "help", ()
    return words[0].lower().strip("*_~:").removeprefix("/").removeprefix("voip-"), words[1:]


def part_of(words: Sequence[str]) -> tuple[tuple[str, ...], int]:
    """The words without ``from:100``, and the row that it names, from 0."""
    named = [found for found in map(_FROM.fullmatch, words) if found]
    return tuple(word for word in words if not _FROM.fullmatch(word)), max(int(named[-1][1]) - 1, 0) if named else 0


def addressed(text: str, mention: re.Pattern[str], is_command: Callable[[str], bool]) -> str:
    """The command line of a message that mentions the bot: what follows the mention, ``hey @Dialtone, status 101``.

    Where that is no command, but what stands before the mention is, it is all of it.
    """
    found = mention.search(text)
    if found is None:
        return text
    before, after = text[: found.start()], mention.sub(" ", text[found.end() :]).lstrip(" \t\r\n:,;.!-–—")
    return f"{before} {after}" if before.strip() and is_command(before) and not is_command(after) else after


# The words of ``calls`` and ``client-calls``

KEYS = ("number:", "over:", "under:")
FILTERS = ("in", "out", "answered", "missed", "no-answer", "busy", "failed", "unanswered", "incoming", "outgoing", "inbound", "outbound")
JOINING = frozenset(("calls", "call", "for", "of", "and", "or", "with", "from", "the", "on", "that", "were", "&"))
"""Words between others that say nothing by themselves, unless they are part of a name."""
_DIRECTIONS = {
    **dict.fromkeys(("in", "inbound", "incoming"), Direction.IN),
    **dict.fromkeys(("out", "outbound", "outgoing"), Direction.OUT),
}
_OUTCOMES = {
    **{word: (word,) for word in ("answered", "missed", "busy", "failed")},
    **dict.fromkeys(("no answer", "no-answer", "noanswer"), ("no answer",)),
    **dict.fromkeys(("unanswered", "not answered", "not-answered"), ("no answer", "busy", "failed")),
}
_MEANT_KEYS = {
    **dict.fromkeys(("to", "from", "with", "phone", "tel", "num", "caller", "callee", "did", "dst", "src"), "number:"),
    **dict.fromkeys(("longer", "min", "more", "above"), "over:"),
    **dict.fromkeys(("shorter", "max", "less", "below"), "under:"),
}
_RESERVED = frozenset((*FILTERS, *PERIOD_WORDS))
"""Words that mean themselves, though something may be called so."""
_LENGTH = re.compile(r"(?=.)(?:([0-9]{1,4})h)?(?:([0-9]{1,6})m(?:in)?)?(?:([0-9]{1,8})s?(?:ec)?)?")
_PHONE = re.compile(r"\+?1?[-. ]?\(?[2-9][0-9]{2}\)?[-. ]?[0-9]{3}[-. ]?[0-9]{4}")
_ABROAD = re.compile(r"(?:\+|011[-. ]?)[1-9](?:[-. ()]{0,2}[0-9])*")
_LONGEST_NUMBER = 6
"""Words in which people write a number, ``+44 20 7946 09 58``."""
MOST_DIGITS = 15


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What the words of a question about calls say.

    Attributes:
        rest: Words that are neither a period nor a filter: a name. One that is known stands in one piece.
        understood: The words of the period, then those of the filters, as they were typed.
    """

    period: Period | None
    filters: Filters
    rest: tuple[str, ...]
    understood: tuple[str, ...] = ()


def is_phone(words: str) -> bool:
    """Whether it is a whole phone number, of North America or with what leads abroad."""
    return bool(_PHONE.fullmatch(words) or (_ABROAD.fullmatch(words) and 8 <= len(_number_in(words)) <= MOST_DIGITS))


def read_calls(words: Sequence[str], today: date, names: Collection[str] = ()) -> Typed:
    """Period, filters and a name, in any order.

    Args:
        names: What something is called: such words are kept together, whatever they mean by themselves (*Closed today*).

    Raises:
        Misunderstood: A word is meant as a period or a filter but makes none, or two contradict each other.
    """
    apart = [part for word in words for part in ([word] if " " in word or ":" in word else filter(None, word.split(",")))]
    read = _Reading(apart, today, plain_names(names))
    filters = read.filters()
    _consistent(filters)
    return Typed(period=read.period(), filters=filters, rest=tuple(read.rest), understood=(*read.dated, *read.understood))


@dataclass
class _Reading:
    """What was read so far."""

    left: list[str]
    today: date
    names: frozenset[str]
    periods: list[Period] = field(default_factory=list)
    directions: set[Direction] = field(default_factory=set)
    outcomes: set[str] = field(default_factory=set)
    values: dict[str, str] = field(default_factory=dict)
    rest: list[str] = field(default_factory=list)
    dated: list[str] = field(default_factory=list)
    understood: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        while self.left:
            named = self._name()
            dated = 0 if named else self._period()
            count = named or dated or self._filter() or self._number()
            if count and not named:
                (self.dated if dated else self.understood).extend(self.left[:count])
            del self.left[: count or self._other()]

    def _name(self) -> int:
        """How many words a known name takes; none where the word means something by itself."""
        count = run_of(self.left, self.names)
        if count == 1 and self.left[0].lower() in _RESERVED:
            return 0
        if count:
            self.rest.append(" ".join(self.left[:count]))
        return count

    def _period(self) -> int:
        """The period that the first words name."""
        for count in range(min(LONGEST_PHRASE, len(self.left)), 0, -1):
            try:
                period = read_period(" ".join(self.left[:count]), self.today)
            except BadPeriod as bad:
                raise Misunderstood(str(bad), f"For example {code(bad.example)}") from None
            if period is not None:
                self.periods.append(period)
                return count
        return 0

    def _filter(self) -> int:
        for count in (2, 1):
            word = " ".join(self.left[:count]).lower()
            if word in _DIRECTIONS:
                self.directions.add(_DIRECTIONS[word])
                return count
            if word in _OUTCOMES:
                self.outcomes.update(_OUTCOMES[word])
                return count
        key, colon, value = self.left[0].partition(":")
        if colon and f"{key.lower()}:" in KEYS:
            self._set(key.lower(), value)
            return 1
        return 0

    def _number(self) -> int:
        for count in range(min(_LONGEST_NUMBER, len(self.left)), 0, -1):
            written = " ".join(self.left[:count])
            if is_phone(written):
                self._set("number", written)
                return count
        return 0

    def _other(self) -> int:
        if "•" in self.left[0]:
            raise Misunderstood(
                "The dots stand for digits that are hidden from you.", "Ask with the whole number or its last four digits: `number:0134`"
            )
        self.rest.append(self.left[0])
        return 1

    def _set(self, key: str, value: str) -> None:
        same = digits if key == "number" else str.lower
        if key in self.values and same(self.values[key]) != same(value):
            example = "number:5145550134" if key == "number" else f"{key}:60s"
            what = "look for one number" if key == "number" else f"use one {key}:"
            raise Misunderstood(f"I can {what} at a time.", f"For example {code(example)}")
        self.values[key] = value

    def period(self) -> Period | None:
        """The one that was named.

        Raises:
            Misunderstood: Several were.
        """
        first, last = (pick((one.first, one.last) for one in self.periods) if self.periods else None for pick in (min, max))
        if first != last:
            both = f"{min(one.first for one in self.periods)}..{max(one.last for one in self.periods)}"
            raise Misunderstood("I can look at one period at a time.", f"For both: {code(both)}")
        return self.periods[0] if self.periods else None

    def filters(self) -> Filters:
        """The filters that were set."""
        return Filters(
            directions=frozenset(self.directions),
            outcomes=frozenset(self.outcomes),
            number=_digits_of(self.values["number"]) if "number" in self.values else "",
            over=_seconds("over", self.values["over"]) if "over" in self.values else None,
            under=_seconds("under", self.values["under"]) if "under" in self.values else None,
        )


def _digits_of(value: str) -> str:
    """The digits of a number, or of its end; neither the 1 nor the 011 before it is part of it."""
    found = _number_in(value)
    if not 4 <= len(found) <= MOST_DIGITS or re.search(r"[^0-9+\-.() ]", value):
        raise Misunderstood(
            "A number has 4 to 15 digits; fewer than all are taken as its end.", "For example `number:5145550134` or `number:0134`"
        )
    return found


def _number_in(words: str) -> str:
    found = digits(words)
    return found[3:] if len(found) > 11 and found.startswith("011") else found


def _seconds(key: str, value: str) -> int:
    found = _LENGTH.fullmatch(value.lower().replace(" ", ""))
    if found is None:
        raise Misunderstood(f"After {key}: comes a length.", f"For example `{key}:60s`, `{key}:2m` or `{key}:1h`")
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds


def _consistent(filters: Filters) -> None:
    """Raises:
    Misunderstood: No call at all can fit.
    """
    if filters.outcomes == {"missed"} and filters.directions == {Direction.OUT}:
        raise Misunderstood("Missed calls are calls that came in, so none went out.", "Ask for `missed` alone, or for `out unanswered`")
    if filters.over is not None and filters.under is not None and filters.under - filters.over < 2:
        raise Misunderstood("No call is both that long and that short.", "For example `over:60s under:10m`")


def nearest(word: str) -> str:
    """The period or filter that the word was probably meant to be; nothing when none looks like it."""
    key, colon, value = word.lower().partition(":")
    if colon:
        near = [_MEANT_KEYS[key]] if key in _MEANT_KEYS else get_close_matches(f"{key}:", KEYS, n=1, cutoff=0.6)
        return f"{near[0]}{value}" if near else ""
    near = get_close_matches(key, (*FILTERS, *PERIOD_WORDS), n=1, cutoff=0.7)
    return near[0] if near else ""
