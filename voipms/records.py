"""What VoIP.ms tells us, as typed frozen records.

A record is the whole list of what may be shown: a field that is not declared here (a SIP password, a
voicemail PIN, a client's password, a callback URL with a token in it) is skipped by the decoder and never built.

Conventions on every record, whatever the wire did:

- text is ``str``, ``""`` when the wire had ``null``, nothing, or (where that means unset) ``"-1"``;
- ``int | None``, ``Decimal | None``, ``bool | None``, ``date | None``: ``None`` is "not set", zero dates included;
- a count that VoIP.ms may spell as a word (``unlimited``) keeps the word: ``int | str | None``;
- money is US dollars; identifiers, ZIP codes and phone numbers stay text, as VoIP.ms spells them;
- the fields without a default are the row's identity: a row that lacks one cannot be read, and is counted.

Source: the API's parameter and answer lists, and the fields that live clients report on top of them.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, TypeVar

import msgspec

from voipms.spelling import LONGEST_TEXT

T = TypeVar("T")

Count = int | str | None
"""A number of things, or VoIP.ms's word for it (``unlimited``)."""

WallClock = Annotated[datetime, msgspec.Meta(tz=False)]
"""A time without a zone. One that comes with a zone is not what the API says it sends, and is not taken for one without."""

Words = Annotated[str, msgspec.Meta(max_length=LONGEST_TEXT)]
"""Text of a record that is decoded in one pass; what is longer is read the patient way, which takes its beginning."""


class Rows(tuple[T, ...]):
    """The rows of a list answer that could be read.

    Attributes:
        unreadable: How many could not be read.
        gaps: How many settings, in the rows that could be, said something unreadable and so count as not set.
    """

    unreadable: int
    gaps: int

    def __new__(cls, rows: Iterable[T] = (), unreadable: int = 0, gaps: int = 0) -> "Rows[T]":
        made = super().__new__(cls, rows)
        made.unreadable = unreadable
        made.gaps = gaps
        return made


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """One phone signed in to one POP: a row of ``getRegistrationStatus`` → ``registrations[]``.

    Attributes:
        register_next: When the device should register again, wall clock of the wire zone (New York by analogy;
            not documented). ``None`` when missing or unreadable: it is a hint, never proof.
        register_useragent: Undocumented, seen live.
    """

    server_name: str = ""
    server_shortname: str = ""
    server_hostname: str = ""
    server_ip: str = ""
    server_country: str = ""
    server_pop: str = ""
    register_ip: str = ""
    register_port: str = ""
    register_next: datetime | None = None
    register_protocol: str = ""
    register_transport: str = ""
    register_useragent: str = ""
    rerouted: str = ""
    from_server_pop: str = ""


class Registration(msgspec.Struct, frozen=True, kw_only=True):
    """Is this account signed in, and from where. ``getRegistrationStatus``, one account a call.

    Attributes:
        registered: VoIP.ms's own "yes" or "no"; anything else raised ``Unreadable`` before this was built.
        devices: One per signed-in device, in no stable order; empty when not registered.
    """

    account: str
    registered: bool
    rerouted: str = ""
    from_server_pop: str = ""
    devices: Rows[Device] = Rows()


class SubAccount(msgspec.Struct, frozen=True, kw_only=True):
    """One SIP login and its settings (the SIP password excepted). ``getSubAccounts`` → ``accounts[]``."""

    account: str
    id: str = ""
    username: str = ""
    description: str = ""
    protocol: str = ""
    auth_type: str = ""
    ip: str = ""
    device_type: str = ""
    callerid_number: str = ""
    canada_routing: str = ""
    lock_international: str = ""
    international_route: str = ""
    music_on_hold: str = ""
    language: str = ""
    allowed_codecs: str = ""
    dtmf_mode: str = ""
    nat: str = ""
    sip_traffic: bool | None = None
    max_expiry: int | None = None
    rtp_timeout: int | None = None
    rtp_hold_timeout: int | None = None
    ip_restriction: str = ""
    enable_ip_restriction: bool | None = None
    pop_restriction: str = ""
    enable_pop_restriction: bool | None = None
    send_bye: bool | None = None
    record_calls: bool | None = None
    internal_extension: str = ""
    internal_extension_location: str = ""
    internal_voicemail: str = ""
    internal_dialtime: int | None = None
    reseller_client: str = ""
    reseller_package: str = ""
    reseller_nextbilling: date | None = None
    transcribe: bool | None = None
    transcription_locale: str = ""
    transcription_redaction: bool | None = None
    transcription_summary: bool | None = None
    transcription_sentiment: bool | None = None
    transcription_email: str = ""
    transcription_start_delay: int | None = None
    parking_lot: str = ""
    enable_internal_cnam: bool | None = None
    internal_cnam: str = ""
    tfcarrier: str = ""
    default_e911: str = ""
    call_pickup_behavior: str = ""


class Voicemail(msgspec.Struct, frozen=True, kw_only=True):
    """One mailbox and its settings (the PIN excepted). ``getVoicemails`` → ``voicemails[]``.

    Attributes:
        new, urgent: Message counts.
        skip_password: The owner need not type the PIN.
    """

    mailbox: str
    name: str = ""
    skip_password: bool | None = None
    email: str = ""
    attach_message: bool | None = None
    delete_message: bool | None = None
    say_time: bool | None = None
    timezone: str = ""
    say_callerid: bool | None = None
    play_instructions: str = ""
    language: str = ""
    email_attachment_format: str = ""
    unavailable_message_recording: str = ""
    new: Count = None
    urgent: Count = None
    transcription: bool | None = None
    transcription_locale: str = ""
    transcription_redaction: bool | None = None
    transcription_sentiment: bool | None = None
    transcription_summary: bool | None = None
    transcription_format: str = ""
    transcription_delay: int | None = None


class VoicemailMessage(msgspec.Struct, frozen=True, kw_only=True):
    """One message in a mailbox. ``getVoicemailMessages`` → ``messages[]``.

    Attributes:
        message_num: Its place in the folder: it changes when messages move, so it is no identity.
        date: Wall clock of the wire zone.
    """

    mailbox: str
    folder: str = ""
    message_num: str = ""
    date: datetime | None = None
    callerid: str = ""
    duration: str = ""
    urgent: bool | None = None
    listened: bool | None = None


class Package(msgspec.Struct, frozen=True, kw_only=True):
    """One reseller package. ``getPackages`` → ``packages[]``.

    Attributes:
        markup_fixed, monthly_fee, setup_fee: US dollars.
        pulse: Seconds that a call is rounded up to.
    """

    package: str
    name: str = ""
    markup_fixed: Decimal | None = None
    markup_percentage: Decimal | None = None
    pulse: Count = None
    international_route: str = ""
    canada_route: str = ""
    monthly_fee: Decimal | None = None
    setup_fee: Decimal | None = None
    free_minutes: Count = None


class Client(msgspec.Struct, frozen=True, kw_only=True):
    """One reseller client (the portal password excepted). ``getClients`` → ``clients[]``."""

    client: str
    email: str = ""
    company: str = ""
    firstname: str = ""
    lastname: str = ""
    address: str = ""
    city: str = ""
    state: str = ""
    country: str = ""
    zip: str = ""
    phone_number: str = ""
    balance_management: str = ""


class Cdr(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One call detail record. ``getCDR`` and ``getResellerCDR`` → ``cdr[]``.

    There can be a million of them: they hold nothing that could refer back to them, so the garbage collector leaves them alone.

    Attributes:
        date: When the call began, wall clock of the wire zone (naive); ``voipms.to_utc`` makes it an instant.
        account: As the wire says it: inbound rows carry the *main* account whoever rang.
        disposition: ``ANSWERED``, ``NO ANSWER``, ``BUSY`` or ``FAILED``; case and spaces vary.
        seconds: Talk time.
        rate: US dollars a minute; ``None`` in ``getResellerCDR``, which has none.
        total: What the row cost, US dollars.
        uniqueid: May be ``n/a``: whole equal rows are what counts once, not this.
        ip, useragent: Undocumented, seen live, often empty.
    """

    date: WallClock
    total: Decimal
    seconds: int = 0
    callerid: Words = ""
    destination: Words = ""
    description: Words = ""
    account: Words = ""
    disposition: Words = ""
    duration: Words = ""
    rate: Decimal | None = None
    uniqueid: Words = ""
    destination_type: Words = ""
    call_logs: Words = ""
    ip: Words = ""
    useragent: Words = ""


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """Money left, and with ``advanced=1`` what was spent. ``getBalance``, ``getResellerBalance`` → ``balance``.

    Attributes:
        time_total, time_today: As the wire spells them, ``10:17:48`` or ``10:50``; ``""`` when not told.
    """

    current_balance: Decimal
    spent_total: Decimal | None = None
    calls_total: Count = None
    time_total: str = ""
    spent_today: Decimal | None = None
    calls_today: Count = None
    time_today: str = ""


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """One POP. ``getServersInfo`` → ``servers[]``."""

    server_pop: str
    server_name: str = ""
    server_shortname: str = ""
    server_hostname: str = ""
    server_ip: str = ""
    server_country: str = ""
    server_recommended: bool | None = None


class Did(msgspec.Struct, frozen=True, kw_only=True):
    """One phone number we rent (PINs, callback URLs and SMPP secrets excepted). ``getDIDsInfo`` → ``dids[]``.

    Attributes:
        routing, failover_busy, failover_unreachable, failover_noanswer: Routing strings, ``header:id``.
        reseller_monthly, reseller_minute, reseller_setup: US dollars.
    """

    did: str
    description: str = ""
    routing: str = ""
    failover_busy: str = ""
    failover_unreachable: str = ""
    failover_noanswer: str = ""
    voicemail: str = ""
    pop: str = ""
    dialtime: int | None = None
    cnam: bool | None = None
    e911: bool | None = None
    callerid_prefix: str = ""
    note: str = ""
    billing_type: str = ""
    next_billing: date | None = None
    order_date: datetime | None = None
    reseller_account: str = ""
    reseller_next_billing: date | None = None
    reseller_monthly: Decimal | None = None
    reseller_minute: Decimal | None = None
    reseller_setup: Decimal | None = None
    sms_available: bool | None = None
    sms_enabled: bool | None = None
    sms_email: str = ""
    sms_email_enabled: bool | None = None
    sms_forward: str = ""
    sms_forward_enabled: bool | None = None
    sms_url_callback_enabled: bool | None = None
    sms_url_callback_retry: bool | None = None
    sms_sipaccount: str = ""
    sms_sipaccount_enabled: bool | None = None
    mms_available: bool | None = None
    webhook_enabled: bool | None = None
    smpp_enabled: bool | None = None
    smpp_user: str = ""
    transcribe: bool | None = None
    transcription_locale: str = ""
    transcription_redaction: bool | None = None
    transcription_summary: bool | None = None
    transcription_sentiment: bool | None = None
    transcription_email: str = ""
    voicemail_threshold: int | None = None
    dialmode: str = ""


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One value that a parameter accepts. ``getCallAccounts``, ``getCallTypes``, ``getCallBilling``."""

    value: str
    description: str = ""


class Transaction(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the ledger. ``getTransactionHistory`` → ``transactions[]``.

    Attributes:
        date: Text, since an aggregated line spans days: ``2026-08-01 to 2026-08-31``.
        ammount: US dollars, negative is a debit. The wire's own spelling.
    """

    date: str
    uniqueid: str = ""
    type: str = ""
    description: str = ""
    ammount: Decimal | None = None


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """Where a routing string leads: a forwarding, a ring group, a menu, …

    Attributes:
        routing: The string that leads here, ``grp:4768``.
        name: What the portal calls it.
        leads_to: The routing strings it goes on to, in order, each once, those to nowhere left out; in a menu behind the key that leads
            there (``1=grp:4768``). Empty at the end of the road.
        number: The phone number that rings (forwardings, callbacks), or the SIP address.
    """

    routing: str
    name: str = ""
    leads_to: tuple[str, ...] = ()
    number: str = ""
