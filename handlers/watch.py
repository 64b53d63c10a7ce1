"""``watch``: what is watched, and everything people can set about it."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from difflib import get_close_matches

from blocks import watch as view
from blocks.frame import code, safe
from handlers import watch_settings as settings
from handlers.choosing import nothing_after
from handlers.memory import Memory
from handlers.places import Places
from handlers.registry import Command, Misunderstood, Reply, Request
from handlers.watch_outages import give_back, mute, take, unmute
from handlers.watch_targets import Change, Known
from rules.access import Role
from rules.advice import ADVISED, detection
from rules.registrations import WITH_PASSWORD
from rules.scene import Scope
from rules.timing import Timing
from rules.watch import State, worst_case
from store import steering, watch
from store.lines import Account
from store.steering import Chosen
from store.survey import who_is
from voipms import VoipMs

# The list


def _list(change: Change) -> Reply:
    nothing_after(change.asked, "watch list", change.words)
    now = change.asked.clock()
    with change.memory.opened.reading() as transaction:
        known, chosen = change.known(transaction), steering.chosen(transaction, now)
        mutes, doing, timing = steering.mutes(transaction, now), watch.doing(transaction), change.memory.timing(transaction)
    figures = doing.figures if doing is not None else None
    sweep = figures.sweep if figures is not None else timedelta()
    watched = [one for one in known.accounts if one.watched]
    expiry = max((timedelta(seconds=one.line.expiry or one.max_expiry or 0) for one in watched), default=timedelta()) or timedelta(hours=1)
    setup = view.Setup(
        watched=len(watched),
        ignored=tuple(who_is(one) for one in known.accounts if one.ignored),
        offline=tuple(who_is(one) for one in watched if one.expect_offline),
        required=tuple(who_is(one) for one in watched if one.required),
        unseen=tuple(who_is(one) for one in watched if one.line.state is State.UNSEEN and not one.required and one.looked_at is not None),
        by_address=sum(one.auth_type != WITH_PASSWORD for one in known.accounts),
        channel=f"<#{chosen.channel}>" if chosen.channel else "",
        routes=tuple((_safe_name(known, scope, key), f"<#{channel}>") for (scope, key), channel in chosen.routes.items()),
        quiet=tuple((f"<#{channel}>", quiet) for channel, quiet in chosen.quiet.items()),
        escalations=tuple((f"<#{channel}>", group) for channel, group in chosen.escalations.items()),
        sites=tuple((name, key, len(known.accounts_of(known.site(key)))) for key, name in chosen.sites.items()),
        mutes=tuple(
            view.Silence(
                what=f"*{_safe_name(known, one.scope, one.key)}*",
                until=one.until,
                by=one.by,
                reason=one.reason,
                unmute=known.named(one.scope, one.key).word,
                channel=one.key if one.scope is Scope.CHANNEL else "",
            )
            for one in mutes
        ),
        confirm=timing.confirm,
        low_balance=change.memory.low_balance if chosen.thresholds.low_balance is None else chosen.thresholds.low_balance,
        chosen=_set_here(chosen),
        sweep=sweep,
        rate=figures.rate if figures is not None else 0.0,
        worst=worst_case(expiry, sweep, timing),
        advice=_advice(watched, sweep, timing),
    )
    return Reply(headline=view.headline(setup), blocks=view.card(setup, change.asked.zone, change.slash))


def _safe_name(known: Known, scope: Scope, key: str) -> str:
    """What a stored key stands for; a channel's name is Slack's to show."""
    name = known.named(scope, key).name
    return name if scope is Scope.CHANNEL else safe(name, 60)


def _set_here(chosen: Chosen) -> frozenset[str]:
    named = {"confirm": chosen.thresholds.confirm_seconds, "low-balance": chosen.thresholds.low_balance}
    return frozenset(name for name, value in named.items() if value is not None)


def _advice(watched: list[Account], sweep: timedelta, timing: Timing) -> view.Advice | None:
    """The phones for which a shorter registration would help."""
    found = [(detection(one.line, one.max_expiry, sweep, timing), one) for one in watched if one.line.expiry and not one.expect_offline]
    helped = [(how, how.better, one) for how, one in found if how.better is not None]
    if not helped:
        return None
    helped.sort(key=lambda entry: (not entry[2].required, -entry[0].expiry))
    longest, better, _ = max(helped, key=lambda entry: entry[0].expiry)
    who = tuple(who_is(one) for _, _, one in helped)
    return view.Advice(who=who, expiry=longest.expiry, now=longest.worst.silent, then=better.silent, advised=ADVISED)


# The command

VERBS: Mapping[str, Callable[[Change], Reply]] = {
    "list": _list,
    "mute": mute,
    "unmute": unmute,
    "take": take,
    "give-back": give_back,
    "ignore": settings.ignore,
    "expect-offline": settings.expect_offline,
    "require": settings.require,
    "site": settings.site,
    "channel": settings.channel,
    "quiet": settings.quiet,
    "escalate": settings.escalate,
    "confirm": settings.confirm,
    "low-balance": settings.low_balance,
}
SYNONYMS = {"acknowledge": "take", "ack": "take", "offline": "expect-offline", "silence": "mute", "name": "site", "route": "channel"}


def watch_command(memory: Memory, places: Places | None) -> Command:
    """``watch``.

    Args:
        places: Tells where the bot can post; ``None`` where nothing is ever asked.
    """

    def run(asked: Request, phones: VoipMs) -> Reply:
        """What is watched; or one thing set."""
        verb = asked.words[0].lower() if asked.words else "list"
        chosen = VERBS.get(SYNONYMS.get(verb, verb))
        change = Change(asked, memory, phones, asked.words[1:], places)
        if chosen is None:
            raise _no_such(change, verb)
        return chosen(change)

    return Command(
        name="watch",
        usage="[mute <what> <how long> | unmute | ignore | expect-offline | require | site | channel | quiet | escalate]",
        summary="What is watched, and who hears of it",
        role=Role.OPERATOR,
        examples=("", "mute 101 2h", 'site 203.0.113.7 "Head office"'),
        run=run,
        verbs={**{verb: verb for verb in VERBS}, **SYNONYMS},
        details=(
            "`mute 101 2h painters`, `mute site 203.0.113.7 until 08:00`, `mute all 7d`, `mute client 561115 for good`; `unmute 101`.",
            "`ignore 101`: nobody looks. `expect-offline 101`: it may be away. `require 101`: told even if never seen. `off` undoes it.",
            '`site 203.0.113.7 "Head office"` names a site. `channel #phones` is for all, `channel site 203.0.113.7 #office` for one.',
            "`quiet 22:00-07:00 #phones`, `escalate @phones-on-call #phones`; `off` ends them.",
            "`confirm 90s`: how long a “no” has to last. `low-balance 25`: dollars. `default` goes back to the settings.",
            "What: a phone, or site, pop or client and its name or number; a channel; the number of an outage; all.",
        ),
    )


def _no_such(change: Change, verb: str) -> Misunderstood:
    near = get_close_matches(verb, [*VERBS, *SYNONYMS], n=1, cutoff=0.6)
    if near and (change.words or near[0] == "list"):
        line = " ".join((near[0], *change.words))
        return Misunderstood(f"I cannot “{verb[:40]}” anything.", f"Did you mean {change.again(line)}?")
    return Misunderstood(f"I cannot “{verb[:40]}” anything.", f"{code(f'{change.slash}help watch')} shows what can be set")
