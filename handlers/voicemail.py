"""``voicemail``: mailboxes, what is new in them, and their settings."""

from datetime import UTC, datetime

from blocks import voicemail as view
from blocks.settings import Page, lost_in, quoted, rows
from handlers.choosing import one_of
from handlers.help import slash_for
from handlers.optional import if_told
from handlers.registry import Command, Csv, Reply, Request
from rules.access import Role
from rules.finding import by_name
from voipms import Rows, Voicemail, VoicemailMessage, VoipMs, to_utc


def voicemail(asked: Request, phones: VoipMs) -> Reply:
    """All mailboxes, most new first, or one with all its settings and latest messages."""
    known = phones.voicemails()
    if asked.words:
        one = one_of(asked, "voicemail", "mailbox", known, lambda box: (box.mailbox, box.email, box.name))
        messages = if_told(lambda: phones.voicemail_messages(one.mailbox), None)
        latest = None if messages.value is None else _latest(messages.value, phones)
        lost = lost_in(known, messages.value or Rows())
        notes = [messages.note("The messages are missing")]
        card = view.card_of(one, latest, lost, notes, now=asked.now, zone=asked.zone, masked=asked.masked)
        return Reply(headline=view.headline_of(one), blocks=card, again=quoted(one.mailbox), share=True)
    listed = _listed(known)
    card = view.card(listed, lost_in(known), slash=slash_for(asked.way), page=Page("voicemail", asked.first))
    return Reply(headline=view.headline(listed), blocks=card, again=asked.from_here(), share=True, csv=True)


def voicemail_csv(asked: Request, phones: VoipMs) -> Csv:
    """The list with every setting."""
    return Csv("voicemail.csv", rows(view.SETTINGS, _listed(phones.voicemails())))


def _listed(mailboxes: Rows[Voicemail]) -> list[Voicemail]:
    named = by_name(mailboxes, view.name_of)
    return sorted(named, key=lambda box: (view.amount(box.new), view.amount(box.urgent)), reverse=True)


def _latest(messages: Rows[VoicemailMessage], phones: VoipMs) -> list[view.Message]:
    dated = [
        view.Message(left_at=None if message.date is None else to_utc(message.date, phones.wire_zone), message=message)
        for message in messages
    ]
    return sorted(dated, key=lambda one: one.left_at or datetime.min.replace(tzinfo=UTC), reverse=True)


VOICEMAIL = Command(
    name="voicemail",
    usage="[mailbox]",
    summary="Mailboxes, new messages and settings",
    role=Role.VIEWER,
    examples=("",),
    run=voicemail,
    csv=voicemail_csv,
    pages=True,
    in_part=True,
)
