"""Mailboxes: the list with what is new, and one with all its settings and latest messages (the PIN is never known here). Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from slackblocks import Block

from blocks import words
from blocks.frame import BlockDict, caller, clock_time, code, header, plural, render, section, small, table
from blocks.settings import NOTHING, WHOLE, Group, Line, Lost, Page, noted, overview, quoted, settings, titled, unread
from voipms import Count, Voicemail, VoicemailMessage

SETTINGS = (
    Group(
        "Mailbox",
        (
            Line("name", "Name", words.as_is),
            Line("mailbox", "Number", words.as_is, is_code=True),
            Line("new", "New messages", words.count),
            Line("urgent", "Urgent messages", words.count),
        ),
    ),
    Group(
        "E-mail",
        (
            Line("email", "Sent to", words.each),
            Line("attach_message", "With the message attached", words.flag),
            Line("email_attachment_format", "Attached as", words.attachment),
            Line("delete_message", "Deleted here once sent", words.flag),
        ),
    ),
    Group(
        "On the phone",
        (
            Line("skip_password", "Opens without the PIN", words.flag),
            Line("say_time", "Says the time", words.flag),
            Line("timezone", "Time zone", words.as_is),
            Line("say_callerid", "Says the caller's number", words.flag),
            Line("play_instructions", "Instructions for callers", words.instructions),
            Line("unavailable_message_recording", "Recording of the greeting", words.reference),
            Line("language", "Language", words.language),
        ),
    ),
    Group(
        "Transcription",
        (
            Line("transcription", "Messages are transcribed", words.flag),
            Line("transcription_locale", "Spoken language", words.language),
            Line("transcription_format", "Written as", words.transcript_format),
            Line("transcription_delay", "Starts after", words.seconds),
            Line("transcription_redaction", "Private details blacked out", words.flag),
            Line("transcription_summary", "With a summary", words.flag),
            Line("transcription_sentiment", "With the mood", words.flag),
        ),
    ),
)
HEAD = ("Name", "Mailbox", "New", "Urgent", "E-mail")
RIGHT = (2, 3)
MESSAGES_HEAD = ("When", "From", "Length", "State", "Folder")
LATEST = 10


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message as it is shown.

    Attributes:
        left_at: Aware; ``None`` when VoIP.ms does not say.
    """

    left_at: datetime | None
    message: VoicemailMessage


def name_of(mailbox: Voicemail) -> str:
    """What people call it."""
    return mailbox.name or f"Mailbox {mailbox.mailbox}"


def amount(count: Count) -> int:
    """A count as a number; a word for it counts as none."""
    return count if isinstance(count, int) else 0


def headline(mailboxes: Sequence[Voicemail]) -> str:
    """``5 new messages in 3 of 12 mailboxes``."""
    if not mailboxes:
        return "No mailboxes"
    new = sum(amount(one.new) for one in mailboxes)
    of = plural(len(mailboxes), "mailbox", "mailboxes")
    return (
        f"{plural(new, 'new message')} in {sum(amount(one.new) > 0 for one in mailboxes):,} of {of}" if new else f"No new messages in {of}"
    )


def card(mailboxes: Sequence[Voicemail], lost: Lost = NOTHING, *, slash: str = "", page: Page = WHOLE) -> list[BlockDict]:
    """The list, in the order given."""
    urgent = sum(amount(one.urgent) for one in mailboxes)
    summary = [f"🔴  {plural(urgent, 'urgent message')}" if urgent else "", "" if mailboxes else "VoIP.ms lists no mailbox."]
    hint = f"{code(f'{slash}voicemail {quoted(mailboxes[0].mailbox)}')} shows one with its messages" if mailboxes else ""
    cells = [[name_of(one), one.mailbox, words.count(one.new), words.count(one.urgent), words.each(one.email)] for one in mailboxes]
    return render([*overview(headline(mailboxes), summary, HEAD, cells, right=RIGHT, hint=hint, page=page), *unread(lost)])


def headline_of(one: Voicemail) -> str:
    """``Reception (1001): 3 new messages, 2 urgent``."""
    return f"{titled(name_of(one), one.mailbox)}: {_news(one)}"


def _news(one: Voicemail) -> str:
    new = plural(amount(one.new), "new message") if amount(one.new) else "no new messages"
    return f"{new}, {amount(one.urgent):,} urgent" if amount(one.urgent) else new


def card_of(
    one: Voicemail,
    messages: Sequence[Message] | None,
    lost: Lost = NOTHING,
    notes: Sequence[str] = (),
    *,
    now: datetime,
    zone: ZoneInfo,
    masked: bool,
) -> list[BlockDict]:
    """One mailbox with all its settings and its latest messages.

    Args:
        messages: Newest first; ``None`` where they could not be asked for.
        lost: What could not be read.
        notes: What is missing, a plain sentence each.
        zone: The reader's, for the times.
        masked: Whether callers' numbers are masked.
    """
    return render(
        [
            header(name_of(one)),
            section(f"{code(one.mailbox)}  ·  {'🔴  ' if amount(one.urgent) else ''}{_news(one)}"),
            *(_latest(messages, now, zone, masked) if messages is not None else ()),
            *noted(notes),
            *unread(lost),
            *settings(SETTINGS, one),
            small("The PIN is never shown"),
        ]
    )


def _latest(messages: Sequence[Message], now: datetime, zone: ZoneInfo, masked: bool) -> list[Block]:
    if not messages:
        return [section("No messages are kept in this mailbox.")]
    made, shown = table(MESSAGES_HEAD, [_row(one, now, zone, masked) for one in messages[:LATEST]], right=(2,))
    left = f"The latest {shown} of {len(messages):,}  ·  times" if shown < len(messages) else "Times"
    return [made, small(f"{left} in {zone.key}")]


def _row(one: Message, now: datetime, zone: ZoneInfo, masked: bool) -> list[str]:
    message = one.message
    return [
        _when(one.left_at, now, zone),
        caller(message.callerid, masked),
        re.sub(r"^0(?=\d:\d\d:\d\d$)", "", message.duration),
        _state(message),
        message.folder,
    ]


def _when(at: datetime | None, now: datetime, zone: ZoneInfo) -> str:
    """``Mon 23 Nov 16:52``, with the year where it is not this one."""
    if at is None:
        return ""
    here = at.astimezone(zone)
    return clock_time(at, zone) if here.year == now.astimezone(zone).year else f"{here:%a %d %b %Y %H:%M}"


def _state(message: VoicemailMessage) -> str:
    heard = {None: "", True: "listened to", False: "new"}[message.listened]
    return ", ".join(filter(None, ("urgent" if message.urgent else "", heard)))
