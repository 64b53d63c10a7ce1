"""The part of ``watch`` that people set: phones, names of sites, channels, quiet hours, who is called, thresholds."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from zoneinfo import available_timezones

from blocks import watch as view
from blocks.alert_words import called, exact, span
from blocks.frame import code, money, plural, safe
from handlers.choosing import short
from handlers.parsing import channel_in
from handlers.places import OBSTACLES, obstacle_in
from handlers.registry import Misunderstood, Reply
from handlers.watch_targets import Change, Target, channel_of, group_of
from handlers.watch_words import hours
from rules.calendar import Quiet
from rules.scene import Scope
from rules.timing import Timing
from store import Transaction, steering
from store.lines import Account
from store.steering import Thresholds
from store.survey import who_is

PHONES = (Scope.ACCOUNT, Scope.SITE, Scope.CLIENT, Scope.POP)
OFF = ("off", "no", "none", "default")
CONFIRM = (timedelta(seconds=15), timedelta(hours=1))
"""A shorter time would tell of every phone that starts anew, and remind of it every few seconds."""
MOST_BALANCE = Decimal(100_000)


# Phones


def ignore(change: Change) -> Reply:
    return _phones(
        change, "ignore", "ignored", "nobody looks any more, and nothing is told.", "looked at again; an outage is confirmed anew."
    )


def expect_offline(change: Change) -> Reply:
    return _phones(change, "expect-offline", "expect_offline", "looked at, and may be offline without a word.", "told again when missing.")


def require(change: Change) -> Reply:
    return _phones(change, "require", "required", "told when missing, even if never seen before.", "silent until seen registered once.")


def _phones(change: Change, verb: str, column: str, on: str, off: str) -> Reply:
    """Set one thing for a phone, or for all of a site, a client or a POP."""
    ends = bool(change.words) and change.words[-1].lower() in OFF
    target, accounts = change.meant(verb, change.words[:-1] if ends else change.words, *PHONES)
    now, names = change.asked.clock(), [one.account for one in accounts]

    def body(transaction: Transaction) -> list[Account]:
        return steering.set_phones(transaction, names, now, change.memory.timing(transaction), **{column: not ends})

    changed = change.memory.opened.write(body)
    if not changed:
        raise Misunderstood("There is no phone there.", f"{code(f'{change.slash}accounts')} lists them all")
    said = off if ends else on
    line = f"{verb} {target.word}"
    undo = f"{change.again(line if ends else f'{line} off')} undoes it"
    who = [who_is(one) for one in changed]
    headline = f"{called(who[0]) if len(who) == 1 else plural(len(who), 'phone')}: {said.rstrip('.')}"
    return Reply(headline=headline, blocks=view.done_card(f"{view.phones_named(who)}: {said}", undo), did=f"{line} off" if ends else line)


# Names and places


def site(change: Change) -> Reply:
    """``site 203.0.113.7 "Head office"``."""
    if len(change.words) < 2:
        example = change.again('site 203.0.113.7 "Head office"')
        raise Misunderstood("A site has an address and a name.", f"For example {example}")
    target, accounts = change.address(change.words[0]) or change.meant("site", change.words[:1], Scope.SITE)
    name = " ".join(change.words[1:]).strip()
    gone = name.lower() in OFF
    now = change.asked.clock()
    with change.memory.opened.writing() as transaction:
        steering.name_site(transaction, target.key, "" if gone else name[:60], change.asked.person, now)
    called = safe(target.key, 60) if gone else f"*{safe(name, 60)}*"
    said = f"{safe(target.key, 60)} is called {called} from now on: {plural(len(accounts), 'phone')}."
    undo = "" if gone else f"{change.again(f'site {target.key} off')} undoes it"
    return Reply(headline=f"{target.key} has a name", blocks=view.done_card(said, undo), did=f"site {target.key} {name}")


def channel(change: Change) -> Reply:
    """``channel #phones``, ``channel site "Head office" #office``, ``channel client 561115 default``."""
    words = change.words
    if not words:
        raise Misunderstood("Which channel?", f"{change.again('channel #phones')}, or {change.again('channel site 203.0.113.7 #office')}")
    back = words[-1].lower() in OFF
    channel = "" if back else channel_of(change.asked, words[-1])
    if obstacle := obstacle_in(change.places, channel):
        raise Misunderstood(*OBSTACLES[obstacle])
    target = change.meant("channel", words[:-1], Scope.SITE, Scope.CLIENT, Scope.POP)[0] if words[:-1] else _EVERYTHING
    now = change.asked.clock()

    def body(transaction: Transaction) -> None:
        timing = change.memory.timing(transaction)
        steering.route(transaction, target.scope, target.key, channel, change.asked.person, now, timing)

    change.memory.opened.write(body)
    what = "Everything that has no place of its own" if target is _EVERYTHING else f"*{safe(target.name, 60)}*"
    where = f"<#{channel}>" if channel else "where everything else is told"
    undo = "A running outage stays where it is" if channel else ""
    return Reply(
        headline=f"The channel for {'everything' if target is _EVERYTHING else target.name} is set",
        blocks=view.done_card(f"{what} is told in {where} from now on.", undo),
        did=f"channel {target.word} {channel or 'default'}",
    )


_EVERYTHING = Target(scope=Scope.ALL, key="", name="everything", word="all")


def quiet(change: Change) -> Reply:
    """``quiet 22:00-07:00 [#channel] [zone]``, ``quiet off``."""
    channel, rest = _with_channel(change)
    _see_that_off_is_all(change, "quiet", rest, channel)
    zones = {zone.lower(): zone for zone in available_timezones()}
    named = {zones[word.lower()] for word in rest if word.lower() in zones}
    if len(named) > 1:
        raise Misunderstood("Quiet hours are those of one time zone.", f"For example {change.again('quiet 22:00-07:00 America/Toronto')}")
    zone = next(iter(named), change.asked.zone.key)
    told = [word for word in rest if word.lower() not in zones]
    quiet = None if told and told[0].lower() in OFF else _hours(told, zone)
    now = change.asked.clock()

    def body(transaction: Transaction) -> None:
        steering.set_quiet(transaction, channel, quiet, change.asked.person, now, change.memory.timing(transaction))

    change.memory.opened.write(body)
    if quiet is None:
        return Reply(
            headline="No quiet hours", blocks=view.done_card(f"<#{channel}> has no quiet hours any more."), did=f"quiet off in {channel}"
        )
    said = f"<#{channel}> is quiet from *{quiet.begins:%H:%M}* to *{quiet.ends:%H:%M}*, {quiet.zone}."
    more = (
        "Only what cannot wait is told then: that VoIP.ms refuses the bot, or that the whole account is out."
        " In the morning there is one summary."
    )
    undo = f"{change.again('quiet off', channel)} undoes it"
    did = f"quiet {quiet.begins:%H:%M}-{quiet.ends:%H:%M} {quiet.zone} in {channel}"
    return Reply(headline="Quiet hours are set", blocks=view.done_card(f"{said} {more}", undo), did=did)


def _hours(words: Sequence[str], zone: str) -> Quiet:
    begins, ends = hours(words)
    return Quiet(begins=begins, ends=ends, zone=zone)


def escalate(change: Change) -> Reply:
    """``escalate @phones-on-call [#channel]``, ``escalate off``."""
    channel, rest = _with_channel(change)
    if not rest:
        raise Misunderstood("Which user group is to be called?", f"For example {change.again('escalate @phones-on-call')}")
    _see_that_off_is_all(change, "escalate", rest, channel)
    group = "" if rest[0].lower() in OFF else group_of(rest[0])
    if len(rest) > 1:
        raise Misunderstood(
            f"I do not know “{short(' '.join(rest[1:]))}”.", f"For example {change.again('escalate @phones-on-call', channel)}"
        )
    now = change.asked.clock()

    def body(transaction: Transaction) -> Timing:
        timing = change.memory.timing(transaction)
        steering.set_escalation(transaction, channel, group, change.asked.person, now, timing)
        return timing

    timing = change.memory.opened.write(body)
    if not group:
        return Reply(
            headline="Nobody is called",
            blocks=view.done_card(f"Nobody is called in <#{channel}> any more."),
            did=f"escalate off in {channel}",
        )
    said = f"<!subteam^{group}> is called in <#{channel}> when nobody has taken an outage for {span(timing.escalate)}."
    undo = f"{change.again('escalate off', channel)} undoes it"
    return Reply(headline="Who is called is set", blocks=view.done_card(said, undo), did=f"escalate {group} in {channel}")


def _with_channel(change: Change) -> tuple[str, list[str]]:
    """The channel that is named, else the one for everything; and the other words."""
    named = [word for word in change.words if channel_in(word, bare=True)]
    if len({channel_in(word, bare=True) for word in named}) > 1:
        raise Misunderstood("I can set this for one channel at a time.", "Name one channel, or none for that of everything")
    rest = [word for word in change.words if not channel_in(word, bare=True) and word.lower() not in ("in", "for")]
    with change.memory.opened.reading() as transaction:
        everything = steering.chosen(transaction, change.asked.clock()).channel
    channel = channel_of(change.asked, named[0]) if named else everything
    if not channel:
        raise Misunderstood("There is no channel for alerts yet.", f"{change.again('channel #phones')} sets one")
    return channel, rest


def _see_that_off_is_all(change: Change, verb: str, words: Sequence[str], channel: str) -> None:
    if len(words) > 1 and words[0].lower() in OFF:
        without = change.again(f"{verb} off", channel)
        raise Misunderstood(f"I do not know “{short(' '.join(words[1:]))}”.", f"Without it: {without}")


# Thresholds


def confirm(change: Change) -> Reply:
    """``confirm 90s``, ``confirm default``."""
    word = "".join(change.words).lower()
    seconds = None if word in OFF else _seconds(word)
    if seconds is not None and not CONFIRM[0] <= timedelta(seconds=seconds) <= CONFIRM[1]:
        examples = f"{change.again('confirm 90s')}, {change.again('confirm 2m')}"
        raise Misunderstood("How long does a “no” have to last before it is told?", f"From 15 seconds to an hour: {examples}")

    def body(transaction: Transaction) -> Timing:
        before = steering.thresholds(transaction)
        wanted = Thresholds(confirm_seconds=seconds, low_balance=before.low_balance)
        steering.set_thresholds(transaction, wanted, change.asked.person, change.asked.clock())
        return change.memory.timing(transaction)

    timing = change.memory.opened.write(body)
    said = f"A “no” has to last *{exact(timing.confirm)}* before it is told. Re-checks and “back” follow it."
    undo = f"{change.again('confirm default')} goes back to the setting CONFIRM_SECONDS" if seconds is not None else ""
    return Reply(headline=f"A “no” has to last {exact(timing.confirm)}", blocks=view.done_card(said, undo), did=f"confirm {word}")


def _seconds(word: str) -> float:
    """``90s``, ``2m``, ``90``; -1 for what is no time."""
    number, unit = (word[:-3], "m") if word.endswith("min") else (word[:-1], word[-1:]) if word[-1:] in ("s", "m") else (word, "s")
    if number.isascii() and number.isdecimal():
        return min(int(number[:6]), 100_000) * {"s": 1, "m": 60}[unit]
    return -1


def low_balance(change: Change) -> Reply:
    """``low-balance 25``, ``low-balance default``."""
    word = "".join(change.words).lower().removeprefix("$")
    amount = None if word in OFF else _dollars(word)
    if amount is not None and not 0 <= amount <= MOST_BALANCE:
        raise Misunderstood("Under how many dollars is the balance low?", f"For example {change.again('low-balance 25')}")

    def body(transaction: Transaction) -> None:
        before = steering.thresholds(transaction)
        wanted = Thresholds(confirm_seconds=before.confirm_seconds, low_balance=amount)
        steering.set_thresholds(transaction, wanted, change.asked.person, change.asked.clock())

    change.memory.opened.write(body)
    limit = change.memory.low_balance if amount is None else amount
    undo = f"{change.again('low-balance default')} goes back to the setting LOW_BALANCE" if amount is not None else ""
    said = f"A balance under *{money(limit)}* is told."
    return Reply(headline=f"A balance under {money(limit)} is told", blocks=view.done_card(said, undo), did=f"low-balance {word}")


def _dollars(word: str) -> Decimal:
    """``25``, ``12.50``; -1 for what is no amount."""
    try:
        amount = Decimal(word)
    except InvalidOperation:
        return Decimal(-1)
    return amount if amount.is_finite() else Decimal(-1)
