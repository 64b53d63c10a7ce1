"""Draws what the watch has to say, when its turn comes: the message of an outage from what is true then, all else from its note."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from blocks import alert_notes, alerts
from blocks.alert_words import Outage, subject
from blocks.frame import BlockDict, escape, safe
from jobs.painting import Painter, Words
from rules.incidents import Kind
from rules.notes import About, Act, Note
from store import Store, access, incidents, survey
from store.outbox import Message
from store.survey import Survey

NAME = "note"
"""How ``store.scenes.say`` calls this painter."""
ONLY_WHILE_TRUE = (About.REMINDER, About.ESCALATION)
"""Nobody has to be called any more for what has ended, or is taken."""
NOT_ALLOWED = "ip_not_enabled"


def note_painter(
    store: Store,
    zone: ZoneInfo,
    clock: Callable[[], datetime],
    confirm_seconds: float,
    own_address: Callable[[], str] = lambda: "",
) -> Painter:
    """Draws notes.

    Args:
        zone: Of channels that have none of their own.
        confirm_seconds: ``CONFIRM_SECONDS``.
        own_address: This host's address as VoIP.ms sees it, ``""`` where that cannot be found out.
    """

    def paint(message: Message) -> Words | None:
        note = msgspec.convert(message.payload["note"], Note)
        now = clock()
        with store.reading() as transaction:
            look = Survey(transaction, now, zone, survey.spans(transaction, confirm_seconds))
            known = incidents.of(transaction, [note.incident] if note.incident else note.incidents)
            note, told = survey.told_in(transaction, note, known)
            outages = [Outage(one, note.channel, look.around(one, note.channel)) for one in told]
            who = survey.who(transaction, note.accounts) if not told else {}
            here = look.zone_of(note.channel)
            whole = access.limits(transaction, note.channel) is None
        match note.about:
            case About.DIGEST:
                still = [one for one in outages if one.running and not one.incident.taken_by]
                return _words(alert_notes.digest_headline(still), alert_notes.digest_card(still)) if still else None
            case About.NIGHT:
                open_now = sum(one.running for one in outages)
                return _words(alert_notes.night_headline(outages, open_now), alert_notes.night_card(outages, open_now)) if outages else None
            case About.ABSENCE:
                return _words(alert_notes.absence_headline(note, who, here), alert_notes.absence_card(note, who, here)) if whole else None
            case About.ARRIVAL:
                return _words(alert_notes.arrival_headline(note, who), alert_notes.arrival_card(note, who)) if note.accounts else None
        if outages:
            return _of_outage(note, outages[0], own_address)
        # without ``known`` it is so old that it has been forgotten
        return _ended_here() if message.kind == "update" and known else None

    return paint


def _of_outage(note: Note, outage: Outage, own_address: Callable[[], str]) -> Words | None:
    if note.act is Act.REPLY:
        return _reply(note, outage)
    if outage.incident.kind is Kind.API and outage.incident.reason == NOT_ALLOWED and outage.running:
        # VoIP.ms tells it even to whom it does not let in
        outage = Outage(outage.incident, outage.channel, replace(outage.around, address=own_address()))
    text = escape(alerts.headline(outage))
    return Words(text=text, blocks=alerts.card(outage), about=safe(subject(outage)), anew=outage.running)


def _ended_here() -> Words:
    """In place of a message whose channel may hear nothing more of it."""
    return Words(text=escape(alert_notes.NOTHING_MORE), blocks=alert_notes.nothing_more_card(), anew=False)


def _reply(note: Note, outage: Outage) -> Words | None:
    if outage.members and not note.accounts:
        return None  # the channel may no longer see any of those it was about
    if note.about in ONLY_WHILE_TRUE and (not outage.running or outage.incident.taken_by):
        return None
    text = escape(alert_notes.reply_headline(note, outage))
    if note.about is About.ESCALATION:
        text = f"{alert_notes.mention(note.mention)} {text}".strip()
    return Words(text=text, blocks=alert_notes.reply_card(note, outage), about=safe(subject(outage)))


def _words(headline: str, blocks: list[BlockDict]) -> Words:
    return Words(text=escape(headline), blocks=blocks)
