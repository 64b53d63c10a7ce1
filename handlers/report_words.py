"""From the words after ``report`` to a schedule, a place and a scope; any order, most spellings. Pure.

``daily 08:00 in #calls``, ``weekly monday 8am for site "Head office" csv``, ``mon,wed,fri 7:30am to me``,
``monthly 1 08:00 for client 561115 policy all zone America/Toronto``.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import time
from difflib import get_close_matches

from blocks.frame import clean, code, cut, line
from blocks.settings import quoted
from handlers.parsing import channel_in
from handlers.registry import Misunderstood
from handlers.report_times import HALVES, SETS, city, looks_like_time, span, time_of, weekday, weekdays_in, zones
from rules.periods import WEEKDAYS
from rules.reports import About
from rules.schedule import Policy, Rhythm, Schedule

EXAMPLES = (
    "daily 08:00 in #calls",
    'weekly monday 08:00 for site "Head office" csv',
    "mon,wed,fri 7:30am to me",
    "monthly 1 08:00 for client 561115 policy all",
)
LONGEST_WORD = 40

_RHYTHMS = {
    "daily": Rhythm.DAILY,
    "everyday": Rhythm.DAILY,
    "nightly": Rhythm.DAILY,
    "day": Rhythm.DAILY,
    "days": Rhythm.DAILY,
    "morning": Rhythm.DAILY,
    "weekly": Rhythm.WEEKLY,
    "week": Rhythm.WEEKLY,
    "monthly": Rhythm.MONTHLY,
    "month": Rhythm.MONTHLY,
}
_TO_ME = frozenset(("me", "myself", "dm", "digest", "direct"))
_FILLING = frozenset(
    ("at", "on", "every", "each", "the", "and", "&", "a", "an", "of", "in", "to", "by", "with", "please", "here", "report", "reports")
)
_ABOUT = {
    "account": About.ACCOUNTS,
    "accounts": About.ACCOUNTS,
    "phone": About.ACCOUNTS,
    "phones": About.ACCOUNTS,
    "site": About.SITE,
    "client": About.CLIENT,
}
_EVERYTHING = frozenset(("everything", "everyone", "everybody", "all"))
_POLICY = frozenset(("policy", "catch-up", "catchup"))
_ZONE = frozenset(("zone", "timezone", "tz"))
_THROUGH = frozenset(("to", "through", "thru", "until", "till", "-", "–"))
_KEYWORDS = frozenset((*_RHYTHMS, *SETS, *_POLICY, *_ZONE, "for", "csv", "without", "no", "in", "to", "at", "on", "every"))
_CHANNEL_NAME = re.compile(r"#[^\s#<>@]{1,80}")
_NUMBER = re.compile(r"(\d{1,2})(st|nd|rd|th)?", re.IGNORECASE)
_SUGGESTED = (
    *_RHYTHMS,
    *SETS,
    *WEEKDAYS,
    "policy",
    "zone",
    "account",
    "site",
    "client",
    "everything",
    "latest",
    "skip",
    "noon",
    "midnight",
)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a person wants to get, when and where.

    Attributes:
        channel: A channel's id, or ``#name``; ``""`` is where the person asked.
        to_me: By direct message instead.
        names: The accounts, the site or the client, as they were typed; empty for everything.
    """

    schedule: Schedule
    channel: str = ""
    to_me: bool = False
    about: About = About.EVERYTHING
    names: tuple[str, ...] = ()
    policy: Policy = Policy.LATEST
    csv: bool = False


def read_report(words: Sequence[str], zone: str, command: str = "report", base: Wish | None = None) -> Wish:
    """The wish that the words make.

    Args:
        words: Unwrapped and split, see ``handlers.parsing``.
        zone: The name of the asker's time zone, where the words name none.
        command: What precedes the words in an example.
        base: What stays as it is where the words say nothing, when a report is changed.

    Raises:
        Misunderstood: A word is not known, something is missing, or two words contradict each other.
    """
    return _Reading(list(words), command).wish(zone, base)


@dataclass
class _Reading:
    """What was read so far."""

    left: list[str]
    command: str
    rhythms: list[Rhythm] = field(default_factory=list)
    weekdays: set[int] = field(default_factory=set)
    numbers: list[int] = field(default_factory=list)
    times: list[time] = field(default_factory=list)
    last_day: bool = False
    places: list[str] = field(default_factory=list)
    about: About | None = None
    names: tuple[str, ...] = ()
    policy: Policy | None = None
    csv: bool | None = None
    zone: str = ""

    def __post_init__(self) -> None:
        self.words = tuple(self.left)

    # Word by word

    def wish(self, zone: str, base: Wish | None) -> Wish:
        while self.left:
            typed = self.left.pop(0)
            word = typed.strip(",;.").lower()
            if word and not (self._what(word) or self._when(word) or self._where(typed, word) or word in _FILLING):
                raise self._unknown(typed)
        return self._made(zone, base)

    def _what(self, word: str) -> bool:
        """Scope, policy, file and zone."""
        following = self._next()
        if word in _POLICY:
            self.policy = self._policy()
        elif word in ("latest", "skip"):
            self.policy = Policy(word)
        elif word == "csv" or (word in ("no", "without") and following == "csv"):
            self.csv = word == "csv"
            if not self.csv:
                self.left.pop(0)
        elif word == "for":
            self._scope()
        elif word in _EVERYTHING:
            self._about(About.EVERYTHING, ())
        elif word in _ZONE:
            self.zone = self._zone()
        elif "/" in word and zones().get(word):
            self.zone = zones()[word]
        else:
            return False
        return True

    def _when(self, word: str) -> bool:
        """Rhythm, weekdays, day of the month and time."""
        if word in _RHYTHMS:
            self.rhythms.append(_RHYTHMS[word])
        elif word == "last":
            self.last_day = True
            if self._next() == "day":
                self.left.pop(0)
        elif days := self._days(word):
            self.weekdays |= days
        elif (number := _NUMBER.fullmatch(word)) and self._next() not in HALVES:
            self.numbers.append(int(number[1]))
        elif at := self._time(word):
            self.times.append(at)
        else:
            return False
        return True

    def _where(self, typed: str, word: str) -> bool:
        """A channel, or a direct message."""
        if channel := _channel(typed.rstrip(",;.")):
            self.places.append(channel)
        elif word in _TO_ME:
            self.places.append("")
            if word == "direct" and self._next() == "message":
                self.left.pop(0)
        else:
            return False
        return True

    def _next(self) -> str:
        return self.left[0].strip(",;").lower() if self.left else ""

    def _days(self, word: str) -> frozenset[int]:
        """The weekdays of the word, with the next two where they say up to which."""
        first = weekday(word)
        if first is not None and self._next() in _THROUGH and len(self.left) > 1:
            last = weekday(self.left[1].strip(",;.").lower())
            if last is not None:
                del self.left[:2]
                return span(first, last)
        return weekdays_in(word)

    def _time(self, word: str) -> time | None:
        if self._next() in HALVES:
            half = self.left.pop(0).strip(",;").lower()
            word += half if half != "o'clock" else "" if ":" in word else ":00"
        try:
            return time_of(word)
        except ValueError:
            raise Misunderstood(f"“{_short(word)}” is no time of day.", f"For example {self._example('daily 08:00')} or `7:30pm`") from None

    def _policy(self) -> Policy:
        word = self._next()
        if word not in {one.value for one in Policy}:
            raise Misunderstood(
                "After down time I can send the latest report, all of them (up to seven), or skip those more than 12 hours late.",
                f"For example {self._example('daily 08:00 policy latest')}",
            )
        self.left.pop(0)
        return Policy(word)

    def _zone(self) -> str:
        """The time zone that the next word names, or the next two where its name has a space."""
        for count in (2, 1):
            name = "_".join(self.left[:count]).strip(",;").lower()
            found = zones().get(name) or city(name)
            if found and len(self.left) >= count:
                del self.left[:count]
                return found
        name = self.left[0] if self.left else ""
        near = get_close_matches(name.lower(), zones(), n=2, cutoff=0.6)
        ideas = " or ".join(code(f"zone {zones()[one]}") for one in near) or "`zone America/Toronto`"
        problem = f"I know no time zone “{_short(name)}”." if name else "Which time zone?"
        raise Misunderstood(problem, f"Did you mean {ideas}?" if name else f"For example {ideas}")

    def _scope(self) -> None:
        word = self._next()
        if word == "the":
            self.left.pop(0)
            word = self._next()
        if word == "whole":
            del self.left[:2]
            self._about(About.EVERYTHING, ())
        elif word in _EVERYTHING:
            self.left.pop(0)
            self._about(About.EVERYTHING, ())
        elif word in _ABOUT:
            self.left.pop(0)
            self._about(_ABOUT[word], self._names(_ABOUT[word]))
        else:
            named = f"for account {quoted(cut(clean(self.left[0]), LONGEST_WORD))}" if self.left else "for account 100001_desk"
            raise Misunderstood("For what: an account, a site, or a client?", f"For example {self._example(f'daily 08:00 {named}')}")

    def _about(self, about: About, names: tuple[str, ...]) -> None:
        if self.about not in (None, about) or (self.about is about and about not in (About.ACCOUNTS, About.EVERYTHING)):
            raise Misunderstood("A report is about one thing: some accounts, a site, a client, or everything.", "Make one report for each.")
        self.about, self.names = about, (*self.names, *names)

    def _names(self, about: About) -> tuple[str, ...]:
        """The words up to the next one that means something else. Only accounts may be several, with commas or *and* between them."""
        names: list[list[str]] = [[]]
        while self.left and (names == [[]] or not self._ends_name(self.left[0])):
            word = self.left.pop(0)
            if about is not About.ACCOUNTS:
                names[-1].append(word)
                continue
            if word.lower() != "and":
                first, *others = [word] if " " in word else word.split(",")
                names[-1].append(first)
                names += [[other] for other in others]
            else:
                names.append([])
        found = tuple(" ".join(filter(None, parts)) for parts in names if any(parts))
        if not found:
            raise Misunderstood(f"Which {about.value.rstrip('s')}?", f"For example {self._example(EXAMPLES[1])}")
        return found

    def _ends_name(self, word: str) -> bool:
        low = word.lower().strip(",;.")
        return low in _KEYWORDS or bool(_channel(word)) or bool(weekdays_in(low)) or looks_like_time(low)

    # All together

    def _made(self, zone: str, base: Wish | None) -> Wish:
        schedule = self._schedule(zone, base.schedule if base else None)
        if len(set(self.places)) > 1:
            raise Misunderstood("A report goes to one place.", "Make one report for each channel.")
        was = base or Wish(schedule=schedule)
        return Wish(
            schedule=schedule,
            channel=self.places[0] if self.places else was.channel,
            to_me="" in self.places if self.places else was.to_me,
            about=self.about or was.about,
            names=self.names if self.about else was.names,
            policy=self.policy or was.policy,
            csv=was.csv if self.csv is None else self.csv,
        )

    def _schedule(self, zone: str, was: Schedule | None) -> Schedule:
        rhythm = self._rhythm(was)
        day, at = self._day_and_time(rhythm, was)
        weekdays = tuple(sorted(self.weekdays)) or (was.weekdays if was and was.rhythm is rhythm else ())
        if rhythm is Rhythm.WEEKLY:
            weekdays = weekdays or (0,)
        if rhythm in (Rhythm.DAILY, Rhythm.MONTHLY):
            weekdays = ()
        return Schedule(rhythm=rhythm, at=at, zone=self.zone or (was.zone if was else zone), weekdays=weekdays, day=day)

    def _rhythm(self, was: Schedule | None) -> Rhythm:
        rhythms = set(self.rhythms)
        if not rhythms and self.last_day:
            rhythms = {Rhythm.MONTHLY}
        if len(rhythms) > 1:
            raise Misunderstood("A report has one rhythm: daily, weekly, monthly, or some weekdays.", "Make one report for each.")
        if self.weekdays and rhythms & {Rhythm.DAILY, Rhythm.MONTHLY}:
            raise Misunderstood(
                f"A {rhythms.pop().value} report comes on no weekday of its own.",
                f"For example {self._example(EXAMPLES[2])} for some weekdays",
            )
        if Rhythm.WEEKLY in rhythms and len(self.weekdays) > 1:
            raise Misunderstood(
                "A weekly report covers a whole week and comes on one weekday.",
                f"On several, each covers the days since the one before: {self._example('mon,fri 08:00')}",
            )
        if rhythms:
            return rhythms.pop()
        if self.weekdays:
            return Rhythm.WEEKDAYS
        if was is None and "digest" in map(str.lower, self.words):
            return Rhythm.DAILY
        if was is None:
            raise Misunderstood("How often?", f"For example {self._example(EXAMPLES[0])} or {self._example(EXAMPLES[1])}")
        return was.rhythm

    def _day_and_time(self, rhythm: Rhythm, was: Schedule | None) -> tuple[int, time]:
        """The day of the month and the time; a bare number is the day where there is one to say, else the hour."""
        numbers, times = list(self.numbers), list(self.times)
        day = was.day if was else 1
        if rhythm is Rhythm.MONTHLY:
            day = 31 if self.last_day else numbers.pop(0) if numbers else day
        if not 1 <= day <= 31:
            raise Misunderstood(f"A month has no day {day}.", f"For example {self._example('monthly 1 08:00')}")
        times += [time(number) for number in numbers if number < 24]
        if len(times) > 1 or any(number > 23 for number in numbers):
            raise Misunderstood("A report comes at one time of day.", f"For example {self._example('daily 08:00')}")
        if times:
            return day, times[0]
        if was is None:
            raise Misunderstood("At what time?", f"For example {self._example(' '.join((*map(quoted, self.words), '08:00')))}")
        return day, was.at

    def _unknown(self, typed: str) -> Misunderstood:
        near = get_close_matches(typed.lower().strip(",;."), _SUGGESTED, n=1, cutoff=0.7)
        line = " ".join(quoted(near[0] if one == typed else one) for one in self.words) if near else ""
        hint = f"Did you mean {self._example(line)}?" if near else f"For example {' or '.join(map(self._example, EXAMPLES[:3]))}"
        return Misunderstood(f"I do not know the word “{_short(typed)}”.", hint)

    def _example(self, words: str) -> str:
        return line(f"{self.command} {words}", most=200)


def _channel(word: str) -> str:
    """The id of a channel, or its name as ``#name``; ``""`` for any other word."""
    return channel_in(word) or (word.lower() if _CHANNEL_NAME.fullmatch(word) else "")


def _short(word: str) -> str:
    return cut(clean(word), LONGEST_WORD)
