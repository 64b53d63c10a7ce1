"""Mailboxes and the messages in them, as the API tells them."""

from playground.calls import NEW_YORK
from playground.company import Company
from playground.company_parts import Mailbox, Message
from playground.voipms_words import FOLDERS, Args, Json, Refusal, answered, clock, day, one_of, wall, wanted


def voicemails(company: Company, args: Args) -> Json:
    """``getVoicemails``: all, one mailbox, or those of a client."""
    number = one_of(args, "mailbox", company.mailboxes, "invalid_mailbox")
    client = one_of(args, "client", company.clients, "invalid_client")
    boxes = (box for box in company.mailboxes.values() if number in ("", box.mailbox) and client in ("", box.client))
    return answered("voicemails", (mailbox(company, box) for box in boxes), "no_mailbox")


def mailbox(company: Company, box: Mailbox) -> Json:
    """All fields, the PIN too: the real API sends it."""
    inside = [message for message in company.messages if message.mailbox == box.mailbox]
    row: Json = {
        "mailbox": box.mailbox,
        "name": box.name,
        "password": box.password,
        "skip_password": "0",
        "email": box.email,
        "attach_message": "yes",
        "delete_message": "no",
        "say_time": "yes",
        "timezone": box.zone,
        "say_callerid": "yes",
        "play_instructions": "u",
        "language": box.language,
        "email_attachment_format": "wav49",
        "unavailable_message_recording": "0",
        "new": str(sum(message.folder == "INBOX" for message in inside)),
        "urgent": str(sum(message.folder == "Urgent" for message in inside)),
        "transcription": "no",
        "transcription_locale": "en-US",
        "transcription_redaction": "no",
        "transcription_sentiment": "no",
        "transcription_summary": "no",
        "transcription_format": "text",
        "transcription_delay": "0",
    }
    return row | box.settings


def messages(company: Company, args: Args) -> Json:
    """``getVoicemailMessages``: those of one mailbox, of one folder, of some New York days."""
    wanted(args, "mailbox", "missing_mailbox")
    number = one_of(args, "mailbox", company.mailboxes, "invalid_mailbox")
    folder = one_of(args, "folder", FOLDERS, "invalid_folder")
    first, last = (day(args[name]) if args.get(name) else None for name in ("date_from", "date_to"))
    if first and last and first > last:
        raise Refusal("invalid_date_from")
    rows = [
        message(found)
        for found in company.messages
        if found.mailbox == number
        and folder in ("", found.folder)
        and (first or found.at.date().min) <= found.at.astimezone(NEW_YORK).date() <= (last or found.at.date().max)
    ]
    return answered("messages", rows, "no_messages")


def message(found: Message) -> Json:
    return {
        "mailbox": found.mailbox,
        "folder": found.folder,
        "message_num": str(found.number),
        "date": wall(found.at),
        "callerid": found.callerid,
        "duration": clock(found.seconds),
        "urgent": "yes" if found.urgent else "no",
        "listened": "yes" if found.listened else "no",
    }


METHODS = {"getVoicemails": voicemails, "getVoicemailMessages": messages}
