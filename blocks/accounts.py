"""Sub-accounts: the list, and one with all its settings (the SIP password is never known here). Pure."""

from collections.abc import Callable, Sequence

from blocks import words
from blocks.frame import BlockDict, actions, button, code, header, plural, render, safe, section, small
from blocks.settings import NOTHING, WHOLE, Group, Line, Lost, Page, noted, overview, quoted, settings, titled, unread
from rules.accounts import name_of
from voipms import SubAccount

SETTINGS = (
    Group(
        "Identity",
        (
            Line("description", "Name", words.as_is),
            Line("account", "Login", words.as_is, is_code=True),
            Line("username", "User name", words.as_is, is_code=True),
            Line("id", "VoIP.ms id", words.as_is, is_code=True),
            Line("device_type", "Device", words.device),
        ),
    ),
    Group(
        "Sign-in",
        (
            Line("auth_type", "Signs in with", words.sign_in),
            Line("protocol", "Protocol", words.protocol),
            Line("ip", "Fixed address", words.as_is),
            Line("max_expiry", "Registration lasts", words.seconds),
            Line("nat", "NAT", words.nat),
            Line("sip_traffic", "Encrypted", words.flag),
            Line("enable_ip_restriction", "Only from listed addresses", words.flag),
            Line("ip_restriction", "Listed addresses", words.each),
            Line("enable_pop_restriction", "Only through listed POPs", words.flag),
            Line("pop_restriction", "Listed POPs", words.each),
        ),
    ),
    Group(
        "Calling",
        (
            Line("callerid_number", "Caller id", words.number),
            Line("default_e911", "Caller id for 911", words.number),
            Line("lock_international", "International calls", words.international),
            Line("international_route", "International route", words.route),
            Line("canada_routing", "Route within Canada", words.route),
            Line("tfcarrier", "Toll-free calls", words.toll_free_carrier),
            Line("record_calls", "Calls are recorded", words.flag),
            Line("send_bye", "Hangs up after a transfer", words.flag),
        ),
    ),
    Group(
        "Sound",
        (
            Line("allowed_codecs", "Codecs", words.codecs),
            Line("dtmf_mode", "Keypad tones", words.dtmf),
            Line("music_on_hold", "Music on hold", words.as_is),
            Line("language", "Language", words.language),
            Line("rtp_timeout", "Ends when silent for", words.seconds),
            Line("rtp_hold_timeout", "Ends when silent on hold for", words.seconds),
        ),
    ),
    Group(
        "Within the company",
        (
            Line("internal_extension", "Extension", words.as_is),
            Line("internal_extension_location", "Location group", words.reference),
            Line("internal_dialtime", "Rings for", words.seconds),
            Line("internal_voicemail", "Mailbox", words.reference),
            Line("enable_internal_cnam", "Shows its own name", words.flag),
            Line("internal_cnam", "Name it shows", words.as_is),
            Line("call_pickup_behavior", "Call pickup", words.pick_up),
            Line("parking_lot", "Parking lot", words.reference),
        ),
    ),
    Group(
        "Reseller",
        (
            Line("reseller_client", "Client", words.reference),
            Line("reseller_package", "Package", words.reference),
            Line("reseller_nextbilling", "Next billing", words.day),
        ),
    ),
    Group(
        "Transcription of calls",
        (
            Line("transcribe", "Calls are transcribed", words.flag),
            Line("transcription_locale", "Spoken language", words.language),
            Line("transcription_email", "Sent to", words.each),
            Line("transcription_start_delay", "Starts after", words.seconds),
            Line("transcription_redaction", "Private details blacked out", words.flag),
            Line("transcription_summary", "With a summary", words.flag),
            Line("transcription_sentiment", "With the mood", words.flag),
        ),
    ),
)
HEAD = ("Name", "Ext.", "Login", "Signs in with", "Caller id")


def client_of(one: SubAccount) -> str:
    """The id of its reseller client, or nothing."""
    return words.reference(one.reseller_client)


def headline(sub_accounts: Sequence[SubAccount], client: str = "") -> str:
    """``43 sub-accounts``; ``client`` is the name of the client they belong to."""
    return f"{plural(len(sub_accounts), 'sub-account') if sub_accounts else 'No sub-accounts'}{f' of {client}' if client else ''}"


def card(
    sub_accounts: Sequence[SubAccount],
    lost: Lost = NOTHING,
    notes: Sequence[str] = (),
    *,
    client: str = "",
    client_name: Callable[[str], str] = str,
    slash: str = "",
    page: Page = WHOLE,
) -> list[BlockDict]:
    """The list, in the order given.

    Args:
        lost: What could not be read.
        notes: What is missing, a plain sentence each.
        client: Whose sub-accounts they are, when one client's were asked for.
        client_name: What the reader may see of a client's id.
        slash: What precedes a command where the reader is.
    """
    fixed = sum(one.auth_type == "2" for one in sub_accounts)
    resold = 0 if client else sum(bool(client_of(one)) for one in sub_accounts)
    summary = [
        f"{len(sub_accounts) - fixed:,} sign in with a password" if sub_accounts else "VoIP.ms lists no sub-account here.",
        f"{fixed:,} by a fixed address" if fixed else "",
        f"{resold:,} of reseller clients" if resold else "",
    ]
    cells = [[*_row(one), *([client_name(client_of(one))] if resold else [])] for one in sub_accounts]
    hint = f"{code(f'{slash}accounts {sub_accounts[0].account}')} shows all settings of one" if sub_accounts else ""
    blocks = overview(headline(sub_accounts, client), summary, (*HEAD, "Client") if resold else HEAD, cells, hint=hint, page=page)
    return render([*blocks, *noted(notes), *unread(lost)])


def _row(one: SubAccount) -> list[str]:
    return [name_of(one), one.internal_extension, one.account, words.sign_in(one.auth_type), words.number(one.callerid_number)]


def headline_of(one: SubAccount) -> str:
    """``Front desk (100001_frontdesk): all settings``."""
    return f"{titled(name_of(one), one.account)}: all settings"


def card_of(one: SubAccount, client: str = "", lost: Lost = NOTHING, notes: Sequence[str] = ()) -> list[BlockDict]:
    """One sub-account with all its settings.

    Args:
        client: The name of its reseller client, where the reader may see it.
        lost: What could not be read of the list it is from.
        notes: What is missing, a plain sentence each.
    """
    facts = [code(one.account), f"ext. {safe(one.internal_extension, 20)}" if one.internal_extension else "", safe(client, 60)]
    buttons = [
        button("Registration", "ask:status:1", f"status {quoted(one.account)}"),
        button("Calls", "ask:calls:1", f"calls {quoted(one.account)}"),
    ]
    return render(
        [
            header(name_of(one)),
            section("  ·  ".join(part for part in facts if part)),
            *settings(SETTINGS, one),
            *noted(notes),
            *unread(lost),
            actions(*buttons),
            small("The SIP password is never shown"),
        ]
    )
