"""The messages about what all phones share: that VoIP.ms cannot be seen, that the money runs out, that accounts are gone. Pure."""

from decimal import Decimal

from slackblocks import Block

from blocks.alert_parts import acknowledge, added, give_back, look_now, overlays
from blocks.alert_words import Outage, called, clock, moment, named, since_when, span, subject, trouble
from blocks.balance import lasts
from blocks.frame import actions, button, code, money, plural, safe, section, small
from rules.incidents import Phase

# VoIP.ms itself


def headline_of_sight(outage: Outage) -> str:
    if outage.truth.phase is Phase.BACK:
        return f"Back: VoIP.ms can be seen again after {span(outage.lasted)}"
    told, _ = trouble(outage.incident.reason)
    since = clock(outage.incident.since, outage.around.now, outage.around.zone)
    return f"Cannot see VoIP.ms since {since}: {told.rstrip('.')}{added(outage)}"


def sight(outage: Outage) -> list[Block]:
    incident, around = outage.incident, outage.around
    zone = around.zone
    if outage.truth.phase is Phase.BACK:
        ended = f"It could not be seen from {moment(incident.since, zone)} to {moment(outage.ended_at, zone)}: *{span(outage.lasted)}*."
        return [section(f"🟢  *Back: VoIP.ms can be seen again*\n{ended} Every phone is looked at anew."), small(_record_of_own(outage))]
    told, mend = trouble(incident.reason)
    # settings are read once, at the start
    then = "Then start the bot again." if "VOIPMS_" in mend else "The bot notices by itself."
    what = f"⚫  *Cannot see VoIP.ms* since *{since_when(incident.since, zone)}*\n{safe(told)} Phones may be fine: nobody is looking."
    return [
        section(what),
        section(f"*To mend it:* {_remedy(mend, around.address, incident.reason)} {then}"),
        *overlays(outage),
        actions(*acknowledge(incident), look_now(incident), *give_back(incident)),
        small(f"Registration alerts wait until it can see again  ·  {code(incident.reason or 'no answer')}  ·  outage {incident.id}"),
    ]


def _remedy(mend: str, address: str, reason: str) -> str:
    if address and reason == "ip_not_enabled":
        return f"add *{safe(address, 60)}* under _Main Menu › SOAP and REST/JSON API_ in the VoIP.ms portal."
    if mend:
        return safe(mend[0].lower() + mend[1:] if mend.startswith(("Add", "Set ", "Switch")) else mend)
    return (
        "most often nothing, VoIP.ms comes back by itself. If it lasts, `doctor` looks at every part, and VoIP.ms's status page may"
        " know more."
    )


def _record_of_own(outage: Outage) -> str:
    incident = outage.incident
    taken = f"👤  Taken by <@{incident.taken_by}>" if incident.taken_by else ""
    episodes = f"{incident.episodes} times in a row" if incident.episodes > 1 else ""
    return "  ·  ".join(filter(None, (taken, episodes, f"outage {incident.id}")))


# The money


def headline_of_balance(outage: Outage) -> str:
    balance = money(_amount(outage))
    if outage.truth.phase is Phase.BACK:
        return f"Back: the balance is {balance} again"
    return f"Low balance: {balance}{_for_how_long(outage)}{added(outage)}"


def _for_how_long(outage: Outage) -> str:
    if _amount(outage) <= 0:
        return ", nothing is left"
    days_left = outage.around.days_left
    return f", {lasts(days_left)} left" if days_left is not None else ""


def _amount(outage: Outage) -> Decimal:
    return Decimal(outage.around.balance or outage.incident.reason)


def balance(outage: Outage) -> list[Block]:
    incident, zone = outage.incident, outage.around.zone
    balance = money(_amount(outage))
    if outage.truth.phase is Phase.BACK:
        low = f"It was low from {moment(incident.since, zone)} to {moment(outage.ended_at, zone)}."
        return [section(f"🟢  *Back: the balance is {balance} again*\n{low}"), small(_record_of_own(outage))]
    empty = _amount(outage) <= 0
    means = "Calls that cost money do not go through." if empty else "At zero, calls that cost money do not go through."
    return [
        section(f"{'🔴' if empty else '🟠'}  *Low balance: {balance}*{_for_how_long(outage)}\n{means} Add funds in the VoIP.ms portal."),
        *overlays(outage),
        actions(*acknowledge(incident), button("Balance", "ask:balance", "balance"), *give_back(incident)),
        small(f"Under the limit since {moment(incident.since, zone)}  ·  outage {incident.id}"),
    ]


# Deleted accounts


def headline_of_deleted(outage: Outage) -> str:
    if outage.alone is not None:
        who = outage.around.whose(outage.alone.account)
        return f"Deleted: {called(who)} is no longer in the VoIP.ms account"
    return f"Deleted: {plural(len(outage.members), 'phone')} are no longer in the VoIP.ms account"


def deleted(outage: Outage) -> list[Block]:
    title = (
        f"⚪  *{'Deleted: ' + safe(subject(outage), 80) if outage.alone is not None else plural(len(outage.members), 'deleted account')}*"
    )
    these, them = ("this account", "it") if outage.alone is not None else ("these accounts", "them")
    known = f"VoIP.ms no longer knows {these}, so nobody looks at {them} any more."
    who = code(outage.alone.account) if outage.alone is not None else named(outage, outage.members)
    return [
        section(f"{title}\n{known}\n{who}"),
        small(f"If nobody meant to delete {them}, look into the VoIP.ms portal  ·  outage {outage.incident.id}"),
    ]
