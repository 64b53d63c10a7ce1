"""The API's coded values in plain words: protocol ``1`` is SIP, ``3600`` seconds are an hour.

Pure. Each function takes a value as the records hold it and returns plain text, ``""`` where nothing is set. A code
that has no name here is shown as it is (``type 7 (no name known)``): VoIP.ms adds codes before it documents them.
The text may hold words from outside: it still has to pass through ``frame.safe`` or a table cell.

Source: the value lists of the API (``getProtocols``, ``getAuthTypes``, ``getDeviceTypes``, ``getNAT``, ``getDTMFModes``,
``getRoutes``, ``getLockInternational``, ``getPlayInstructions``, ``getVoicemailAttachmentFormats``,
``getBalanceManagement``, ``getAllowedCodecs``, ``getLanguages``, ``getLocales``), and the notes at the parameters of
``setSubAccount``, ``setVoicemail``, ``setDIDInfo`` and ``setSMS``.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from blocks.frame import phone as phone_number
from blocks.frame import plural, price
from rules.routing import HIDDEN
from voipms.records import Count

InWords = Callable[[str], str]


def _named(kind: str, names: Mapping[str, str]) -> InWords:
    """Words for the codes of one list; ``kind`` stands before a code without a name."""

    def in_words(code: str) -> str:
        key = code.strip().lower()
        return names.get(key) or (f"{kind} {code.strip()} (no name known)" if key else "")

    return in_words


protocol = _named("protocol", {"1": "SIP", "3": "IAX2"})
sign_in = _named("type", {"1": "user and password", "2": "fixed address"})
device = _named("type", {"1": "PBX, gateway or VoIP switch", "2": "phone, adapter or softphone"})
nat = _named("mode", {"yes": "yes", "no": "no", "route": "route", "never": "never"})
dtmf = _named("mode", {"auto": "automatic", "rfc2833": "RFC 2833", "inband": "in the sound (in-band)", "info": "SIP INFO"})
route = _named("route", {"-1": "as the main account", "1": "value (cheaper)", "2": "premium"})
international = _named("lock", {"0": "allowed", "1": "not allowed"})
toll_free_carrier = _named(
    "carrier", {"-1": "as the main account", "0": "as the server decides", "1": "US carrier", "2": "Canadian carrier"}
)
pick_up = _named(
    "setting",
    {
        "1": "may pick up and be picked up",
        "2": "may pick up, cannot be picked up",
        "3": "can be picked up, may not pick up",
        "4": "off",
    },
)
instructions = _named("setting", {"u": "played", "su": "skipped"})
attachment = _named("format", {"wav49": "WAV49, the smallest file", "wav": "WAV", "wavmp3": "WAV and MP3"})
transcript_format = _named("format", {"text": "plain text", "html": "HTML"})
billing = _named("plan", {"1": "by the minute", "2": "flat rate"})
dial_mode = _named("mode", {"1": "10 digits (NANPA)", "2": "with + and country code (E.164)"})
balance_management = _named("setting", {"1": "suspended (hard)", "2": "not suspended (soft)"})

_CODECS = {"ulaw": "G.711U", "alaw": "G.711A", "g729": "G.729", "g722": "G.722", "gsm": "GSM", "ilbc": "iLBC", "opus": "Opus"}
_LANGUAGES = {
    "ar": "Arabic",
    "da": "Danish",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fi": "Finnish",
    "fr": "French",
    "he": "Hebrew",
    "hi": "Hindi",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "nb": "Norwegian",
    "nl": "Dutch",
    "pl": "Polish",
    "pt": "Portuguese",
    "ru": "Russian",
    "sv": "Swedish",
    "zh": "Chinese",
}
_PLACES = {
    "au": "Australia",
    "be": "Belgium",
    "br": "Brazil",
    "ca": "Canada",
    "ch": "Switzerland",
    "cn": "China",
    "de": "Germany",
    "eg": "Egypt",
    "es": "Spain",
    "fr": "France",
    "gb": "United Kingdom",
    "ie": "Ireland",
    "in": "India",
    "it": "Italy",
    "mx": "Mexico",
    "nz": "New Zealand",
    "pt": "Portugal",
    "us": "United States",
}


def language(code: str) -> str:
    """``en`` is English, ``fr-CA`` is French, Canada (fr-CA)."""
    spelled = code.strip()
    name, _, place = spelled.lower().replace("_", "-").partition("-")
    if name not in _LANGUAGES:
        return f"language {spelled} (no name known)" if spelled else ""
    if not place:
        return _LANGUAGES[name]
    return f"{_LANGUAGES[name]}, {_PLACES[place]} ({spelled})" if place in _PLACES else f"{_LANGUAGES[name]} ({spelled})"


def codecs(codes: str) -> str:
    """``ulaw;g729`` is G.711U, G.729; a codec without a name keeps its code."""
    return ", ".join(_CODECS.get(one.strip().lower(), one.strip()) for one in codes.split(";") if one.strip())


def each(codes: str) -> str:
    """A list that the wire writes with bare commas, with room to wrap."""
    return ", ".join(one.strip() for one in codes.split(",") if one.strip())


def flag(value: bool | None) -> str:
    """Yes or no."""
    return "" if value is None else "yes" if value else "no"


def seconds(value: int | None) -> str:
    """``30 seconds``, ``10 minutes (600 s)``, ``1 hour (3,600 s)``: words, and the exact count that a phone's menu asks for."""
    if value is None:
        return ""
    for size, unit in ((3600, "hour"), (60, "minute")):
        if value >= size and value % size == 0:
            return f"{plural(value // size, unit)} ({value:,} s)"
    return plural(value, "second")


def pulse(value: Count) -> str:
    """What a call's length is rounded up to."""
    return "" if value is None else f"rounded up to {value} s" if isinstance(value, int) else value


def count(value: Count) -> str:
    """A number of things, or VoIP.ms's own word for it."""
    return "" if value is None else f"{value:,}" if isinstance(value, int) else value


def dollars(value: Decimal | None) -> str:
    """An exact price."""
    return "" if value is None else price(value)


def percent(value: Decimal | None) -> str:
    """``50 %``, ``12.5 %``."""
    return "" if value is None else f"{value.normalize():f} %"


def day(value: date | None) -> str:
    """``31 Dec 2026``."""
    return "" if value is None else f"{value.day} {value:%b %Y}"


def number(value: str) -> str:
    """A phone number as people write it; one of our own, so it is never masked."""
    return phone_number(value)


def reference(value: str) -> str:
    """The id of something else; ``0`` points at nothing."""
    return "" if value.strip() == "0" else value


def routing(value: str) -> str:
    """A routing string as VoIP.ms spells it; ``none:`` leads nowhere."""
    return {"none:": "", HIDDEN: "elsewhere"}.get(value.strip().lower(), value)


def as_is(value: str) -> str:
    """VoIP.ms's own words."""
    return value
