"""The part of ``watch`` that is about outages and silence: who has one, who must not be disturbed. Buttons say the same words."""

from collections.abc import Callable
from contextlib import suppress

from blocks import watch as view
from blocks.alert_words import Outage, moment, subject
from blocks.frame import code, safe
from blocks.settings import quoted
from handlers.choosing import nothing_after
from handlers.registry import Misunderstood, Reply
from handlers.watch_targets import OUTAGE, Change, Target, of_outage
from handlers.watch_words import HOW_LONG, Lasting, ended, lasting
from rules.finding import LONGEST_RUN
from rules.incidents import OF_PHONES, Incident
from rules.scene import Mute, Scope
from rules.surroundings import reduced
from rules.timing import Timing
from store import Transaction, incidents, steering
from store.steering import Claim
from store.survey import Survey

MUTABLE = (Scope.ACCOUNT, Scope.SITE, Scope.CLIENT, Scope.POP, Scope.CHANNEL, Scope.ALL)


# Who has it


def take(change: Change) -> Reply:
    """``take 2026-1123-02``: whoever comes first has it, the others are told who that is."""
    claim, name = _claimed(
        change, "take", lambda transaction, one, timing: steering.take(transaction, one, change.asked.person, change.asked.clock(), timing)
    )
    incident, me = claim.incident, change.asked.person
    if claim.new:
        undo = f"{change.again(f'give-back {incident.id}')} gives it back"
        said = f"👤  *{safe(name, 80)}* is yours: no reminders until it changes, and the message says so."
        return Reply(headline=f"{name} is yours", blocks=view.done_card(said, undo), did=f"take {incident.id}")
    if not incident.running:
        return _over(name)
    if incident.taken_by == me:
        return Reply(headline=f"You have {name} already", blocks=view.done_card(f"👤  You have *{safe(name, 80)}* already."))
    if not incident.taken_by:
        return Reply(headline=f"{name} cannot be taken", blocks=view.done_card(f"*{safe(name, 80)}* is nothing that somebody could take."))
    return Reply(headline=f"{name} is taken already", blocks=view.done_card(f"👤  <@{incident.taken_by}> has *{safe(name, 80)}* already."))


def give_back(change: Change) -> Reply:
    """``give-back 2026-1123-02``."""
    claim, name = _claimed(
        change, "give-back", lambda transaction, one, timing: steering.give_back(transaction, one, change.asked.clock(), timing)
    )
    if claim.new:
        said = f"*{safe(name, 80)}* is nobody's again: reminders go on."
        return Reply(headline=f"{name} is nobody's again", blocks=view.done_card(said), did=f"give-back {claim.incident.id}")
    if not claim.incident.running:
        return _over(name)
    return Reply(headline=f"Nobody has {name}", blocks=view.done_card(f"Nobody has *{safe(name, 80)}*."))


def _over(name: str) -> Reply:
    return Reply(
        headline=f"{name}: over already", blocks=view.done_card(f"🟢  *{safe(name, 80)}* is over already: there is nothing to take.")
    )


def _claimed(change: Change, verb: str, ask: Callable[[Transaction, str, Timing], Claim | None]) -> tuple[Claim, str]:
    """How it went, and what the outage is called.

    Raises:
        Misunderstood: There is no such outage, or something is said after it.
    """
    outage_id = change.words[0] if change.words else ""
    nothing_after(change.asked, f"watch {verb} {outage_id}", change.words[1:])

    def body(transaction: Transaction) -> tuple[Claim, str] | None:
        timing = change.memory.timing(transaction)
        claim = ask(transaction, outage_id, timing)
        return None if claim is None else (claim, _name(change, transaction, claim.incident, timing))

    found = change.memory.opened.write(body)
    if found is None:
        raise _no_such(change)
    return found


def _name(change: Change, transaction: Transaction, incident: Incident, timing: Timing) -> str:
    """What the outage is called, with all its phones."""
    whole = reduced(incident, lambda _: True) or incident
    return subject(Outage(whole, "", Survey(transaction, change.asked.clock(), change.asked.zone, timing).around(whole, "")))


def _no_such(change: Change) -> Misunderstood:
    return Misunderstood("I know no outage of that number.", f"{code(f'{change.slash}alerts')} lists those that are open")


# Who must not be disturbed


def mute(change: Change) -> Reply:
    """``mute 101 2h painters``, ``mute 2026-1123-02 until 08:00``."""
    target, how_long, reason = _read_mute(change)
    now, person = change.asked.clock(), change.asked.person

    def body(transaction: Transaction) -> None:
        silence = Mute(scope=target.scope, key=target.key, begins=now, until=how_long.until, by=person, reason=reason)
        steering.mute(transaction, silence, now, change.memory.timing(transaction))

    change.memory.opened.write(body)
    until = "for good" if how_long.until is None else f"until {moment(how_long.until, change.asked.zone)}"
    said = f"🔕  {_shown(target)} is muted {until}. Messages that are there are kept up to date, nothing else is said."
    is_channel = target.scope is Scope.CHANNEL
    again = change.again("unmute", target.key) if is_channel else change.again(f"unmute {target.word}")
    return Reply(
        headline=f"{_plain(target)} is muted",
        blocks=view.done_card(said, f"{again} ends it"),
        did=f"mute {target.word}: {reason or 'no reason'}",
    )


def unmute(change: Change) -> Reply:
    """``unmute 101``."""
    target = _target(change, "unmute", change.words)
    now = change.asked.clock()
    was = change.memory.opened.write(
        lambda transaction: steering.unmute(transaction, target.scope, target.key, now, change.memory.timing(transaction))
    )
    if not was:
        said = f"{_shown(target)} was not muted. {code(f'{change.slash}watch')} lists what is."
        return Reply(headline=f"{_plain(target)} was not muted", blocks=view.done_card(said))
    said = f"🔔  {_shown(target)} is heard again: what was held back and is still true is said now."
    return Reply(headline=f"{_plain(target)} is heard again", blocks=view.done_card(said), did=f"unmute {target.word}")


def _read_mute(change: Change) -> tuple[Target, Lasting, str]:
    """What is muted, for how long and why: the reason stands after the time."""
    found = lasting(change.words, change.asked.now, change.asked.zone)
    if found is None:
        raise Misunderstood("For how long?", f"{HOW_LONG}: for example {change.again(f'mute {_to_mute(change)} 2h')}")
    how_long, at, count = found
    before, after = change.words[:at], change.words[at + count :]
    # the time stands first in what is offered, so that it can be asked as it stands
    target = _target(change, f"mute {ended(change.words[at : at + count], change.asked.today)}", before or after)
    return target, how_long, " ".join(after)[:200] if before else ""


def _to_mute(change: Change) -> str:
    """As many of the first words as mean something.

    Raises:
        Misunderstood: None do.
    """
    for count in range(min(len(change.words), LONGEST_RUN), 0, -1):
        with suppress(Misunderstood):
            _target(change, "mute 2h", change.words[:count])
            return " ".join(map(quoted, change.words[:count]))
    return _target(change, "mute 2h", change.words).word if change.words else change.one_phone()


def _target(change: Change, verb: str, words: tuple[str, ...]) -> Target:
    if len(words) == 1 and OUTAGE.fullmatch(words[0]):
        return _of_outage(change, words[0])
    return change.meant(verb, words, *MUTABLE)[0]


def _of_outage(change: Change, outage_id: str) -> Target:
    with change.memory.opened.reading() as transaction:
        incident, known = incidents.one(transaction, outage_id), change.known(transaction)
    if incident is None:
        raise _no_such(change)
    if incident.kind not in OF_PHONES:
        raise Misunderstood("That cannot be muted.", f"{change.again(f'take {outage_id}')} ends its reminders")
    return of_outage(incident, known)


def _shown(target: Target) -> str:
    """The target in mrkdwn."""
    return target.name if target.scope is Scope.CHANNEL else f"*{safe(target.name[0].upper() + target.name[1:], 80)}*"


def _plain(target: Target) -> str:
    return "The channel" if target.scope is Scope.CHANNEL else target.name[0].upper() + target.name[1:]
