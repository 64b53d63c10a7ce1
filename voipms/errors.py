"""What can go wrong between us and VoIP.ms, and what a person is told.

VoipMsError
├── Unreachable     no usable HTTP answer: time-out, refused, DNS, HTTP 3xx/4xx/5xx, Cloudflare 52x
├── Unreadable      an answer, but not in the shape we know: HTML, SOAP, empty, null, truncated, no status
└── Refused         VoIP.ms said no, with a status word (``.status``, ``.kind``)

``str(error)`` is for the log, ``tell_user`` and ``next_step`` are for Slack: plain text, to be escaped like any other. None of
them ever holds a URL, a form or a password.

Source: VoIP.ms's table of status codes, and what live clients report of its front end.
"""

import re
import unicodedata
from enum import Enum

PORTAL_PAGE = "Main Menu › SOAP and REST/JSON API in the VoIP.ms portal"
LONGEST_MESSAGE = 200
MESSAGE_READ = 2_000
"""How much of a message is looked at: what is shown of it is far shorter, and a search takes longer than its text grows."""


class Kind(Enum):
    """The class of a status word."""

    EMPTY = "empty"
    CREDENTIALS = "credentials"
    ALLOW_LIST = "allow-list"
    RATE_LIMIT = "rate limit"
    MAINTENANCE = "maintenance"
    BAD_INPUT = "bad input"
    UNKNOWN = "unknown"


class VoipMsError(Exception):
    """Something between us and VoIP.ms failed.

    Attributes:
        tell_user: One plain sentence on what happened.
        next_step: One plain sentence on what to do; may be empty.
        for_admin: Only who runs the bot or the VoIP.ms account can do that.
        again: Asking again may help.
        method: The API method that was asked; empty until the client fills it in.
    """

    tell_user = "VoIP.ms could not be asked."
    next_step = "Try again in a minute."
    again = True
    method = ""

    def __init__(self, what: str = "", tell_user: str = "", next_step: str = "", *, again: bool = True, for_admin: bool = False) -> None:
        super().__init__(what)
        self.tell_user = tell_user or self.tell_user
        self.next_step = next_step or self.next_step
        self.again = again
        self.for_admin = for_admin

    def __str__(self) -> str:
        return ": ".join(part for part in (self.method, super().__str__()) if part)


class Unreachable(VoipMsError):
    """No usable HTTP answer.

    Attributes:
        limits: It says that we ask too often.
        slow: It may have begun to answer, but was not done in the time that is allowed.
        answered: Something there speaks HTTP, so this machine gets out.
    """

    limits = False
    slow = False
    answered = False
    tell_user = "VoIP.ms could not be reached."


class Unreadable(VoipMsError):
    """An answer, but not in the shape we know."""

    tell_user = "VoIP.ms's answer could not be read."


class Refused(VoipMsError):
    """VoIP.ms said no, with a status word.

    Attributes:
        status: The word, lower case.
        kind: Its class.
        message: What else it said, as it said it: for those who look for secrets in it, not for people.
    """

    def __init__(self, status: str = "", message: str = "") -> None:
        self.status = status.lower()
        self.message = message
        self.kind = kind_of(self.status)
        tell_user, next_step = _SENTENCES.get(self.status) or (_in_words(self.status, self.kind, message), _NEXT_STEPS[self.kind])
        for_admin = self.kind in (Kind.CREDENTIALS, Kind.ALLOW_LIST) or self.status in _FOR_ADMINS
        super().__init__(self.status, tell_user, next_step, again=self.kind in _PASSES, for_admin=for_admin)
        self.next_step = next_step


# Status words

_KINDS = {
    "invalid_credentials": Kind.CREDENTIALS,
    "missing_credentials": Kind.CREDENTIALS,
    "api_not_enabled": Kind.CREDENTIALS,
    "ip_not_enabled": Kind.ALLOW_LIST,
    "api_limit_exceeded": Kind.RATE_LIMIT,
    "sms_wait_message": Kind.MAINTENANCE,
    "tls_error": Kind.MAINTENANCE,
    # the six that begin with no_ and do not say that a list is empty
    "no_callstatus": Kind.BAD_INPUT,
    "no_base64file": Kind.BAD_INPUT,
    "no_change_billingtype": Kind.UNKNOWN,
    "no_provision": Kind.UNKNOWN,
    "no_provision_update": Kind.UNKNOWN,
    "no_sequences": Kind.UNKNOWN,
}
_PATTERNS = (
    (re.compile(r"no_.+"), Kind.EMPTY),
    (re.compile(r"unavailable_.+|.+_(?:maintenance|outofservice)"), Kind.MAINTENANCE),
    (re.compile(r"(?:invalid|missing|mismatch|weak|exceeds)_.+|.+_(?:empty|toolong|exceeded)|.+_greater_than_.+"), Kind.BAD_INPUT),
)


def kind_of(status: str) -> Kind:
    """The class of a status word, lower case. One that nobody has seen yet goes by the way it is made, else it is unknown."""
    if status in _KINDS:
        return _KINDS[status]
    return next((kind for pattern, kind in _PATTERNS if pattern.fullmatch(status)), Kind.UNKNOWN)


_PASSES = frozenset((Kind.RATE_LIMIT, Kind.MAINTENANCE))
_NEXT_STEPS = {
    Kind.EMPTY: "",
    Kind.CREDENTIALS: "",
    Kind.ALLOW_LIST: "",
    Kind.RATE_LIMIT: "",
    Kind.MAINTENANCE: "Try again in a few minutes.",
    Kind.BAD_INPUT: "Look at what you asked for, then try again.",
    Kind.UNKNOWN: "Try again in a few minutes; if it stays, VoIP.ms's support can tell why.",
}
_FOR_ADMINS = frozenset(("missing_method", "invalid_method", "invalid_timezone", "limit_reached", "non_sufficient_funds"))
_SENTENCES = {
    "invalid_credentials": (
        "VoIP.ms does not know this e-mail with this API password.",
        "Set VOIPMS_USERNAME to the account's e-mail, and VOIPMS_PASSWORD to the API password (not the one you log in with)"
        f" of {PORTAL_PAGE}.",
    ),
    "missing_credentials": (
        "VoIP.ms got no e-mail or no API password.",
        f"Set VOIPMS_USERNAME to the account's e-mail, and VOIPMS_PASSWORD to the API password of {PORTAL_PAGE}.",
    ),
    "api_not_enabled": ("The API of this VoIP.ms account is switched off.", f"Switch it on under {PORTAL_PAGE}."),
    "ip_not_enabled": (
        "VoIP.ms does not let this machine in: its address is not on the account's allow-list.",
        f"Add the address under {PORTAL_PAGE}; the doctor command says which address VoIP.ms sees.",
    ),
    "api_limit_exceeded": ("VoIP.ms takes no more questions from this account for now.", "Try again in a minute."),
    "method_maintenance": ("VoIP.ms has this part of its API under maintenance.", "Try again later."),
    "provider_outofservice": ("One of VoIP.ms's own providers is out of service.", "Try again later."),
    "unavailable_info": ("VoIP.ms cannot tell this at the moment.", "Try again in a few minutes."),
    "missing_method": (
        "VoIP.ms did not get the question.",
        "If VOIPMS_API_URL is set, see that it is right and names no www host.",
    ),
    "invalid_method": ("VoIP.ms does not know this question.", "It may have been withdrawn; look for a newer version of this bot."),
    "limit_reached": ("The daily limit of this VoIP.ms account is used up.", "Wait a day, or ask VoIP.ms's support to raise it."),
    "non_sufficient_funds": ("There is not enough money on the VoIP.ms account for this.", "Add funds in the VoIP.ms portal."),
    "invalid_account": ("VoIP.ms knows no such account.", "The accounts command lists them all."),
    "invalid_client": ("VoIP.ms knows no such client.", "The clients command lists them all."),
    "invalid_mailbox": ("VoIP.ms knows no such mailbox.", "The voicemail command lists them all."),
    "invalid_package": ("VoIP.ms knows no such package.", "The packages command lists them all."),
    "invalid_did": ("VoIP.ms knows no such number on this account.", "The numbers command lists them all."),
    "invalid_date": ("VoIP.ms did not take these dates.", "Look at the dates, then try again."),
    "invalid_date_from": ("VoIP.ms did not take these dates: the first has to be before the last.", "Look at the dates, then try again."),
    "invalid_daterange": ("VoIP.ms did not take these dates: they are too far apart.", "Ask for fewer days."),
    "invalid_timezone": (
        "VoIP.ms did not take the time zone it was given.",
        "Set VOIPMS_TIMEZONE_OFFSET to a whole number from -12 to 13, or leave it out.",
    ),
}
"""The words that an operator or a reader of the seven screens meets: what happened, what to do."""


def _in_words(status: str, kind: Kind, message: str) -> str:
    """VoIP.ms's own message, or the status word in words."""
    words = without_markup(message)
    if words:
        return f"VoIP.ms says: {words}" if words[-1] in ".!?…" else f"VoIP.ms says: {words}."
    plain = status.replace("_", " ").strip() or "no reason given"
    return f"VoIP.ms found nothing: {plain}." if kind is Kind.EMPTY else f"VoIP.ms refused this: {plain}."


def without_markup(message: str) -> str:
    """Words from VoIP.ms as one short line: no tags, no addresses, no control characters."""
    text = re.sub(r"<[^>]*>?", " ", message[:MESSAGE_READ])
    text = re.sub(r"\S*(?:://|www\.)\S*", " ", text)
    text = "".join(" " if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp") else sign for sign in text)
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_MESSAGE else f"{text[: LONGEST_MESSAGE - 1].rstrip()}…"


# Transport

_FRONT_ENDS_REFUSAL = "This is neither the password nor the allow-list. Set VOIPMS_USER_AGENT to something plain, or ask VoIP.ms's support."
_WRONG_ADDRESS = "If VOIPMS_API_URL is set, see that it is right and names no www host."
_HTTP_STATUSES = {
    403: ("VoIP.ms's firewall turned the question away (HTTP 403).", _FRONT_ENDS_REFUSAL),
    408: ("VoIP.ms did not wait for the question (HTTP 408).", "Try again in a minute."),
    429: ("VoIP.ms takes no more questions from this machine for now (HTTP 429).", "Try again in a minute."),
}


def http_error(code: int) -> Unreachable:
    """What an HTTP status other than 200 means: the API itself always answers 200, so it comes from what stands before it."""
    error = _of_http_status(code)
    error.answered = True
    return error


def _of_http_status(code: int) -> Unreachable:
    what = f"HTTP {code}"
    if code in _HTTP_STATUSES:
        told, step = _HTTP_STATUSES[code]
        error = Unreachable(what, told, step, again=code != 403, for_admin=code == 403)
        error.limits = code == 429
        return error
    if 300 <= code < 400:
        return Unreachable(
            what, f"VoIP.ms sends us elsewhere, which we do not follow (HTTP {code}).", _WRONG_ADDRESS, again=False, for_admin=True
        )
    if 400 <= code < 500:
        return Unreachable(what, f"VoIP.ms did not take the question (HTTP {code}).", _WRONG_ADDRESS, again=False, for_admin=True)
    if 520 <= code <= 530:
        return Unreachable(what, f"VoIP.ms's API is down behind its front end (HTTP {code}).", "Try again in a few minutes.")
    if code < 300:
        return Unreachable(what, f"VoIP.ms gave no answer (HTTP {code}).")
    return Unreachable(what, f"VoIP.ms has an outage (HTTP {code}).", "Try again in a few minutes.")


def timed_out(seconds: float, *, arrived: bool) -> Unreachable:
    """No answer, or none that ended, in the time that is allowed."""
    waited = f"{seconds:g} second{'' if seconds == 1 else 's'}"
    error = Unreachable("time-out", f"VoIP.ms did not answer within {waited}.")
    error.slow = arrived
    return error


def unreadable(what: str, *, again: bool = True) -> Unreadable:
    """An answer that is no answer.

    Args:
        what: A predicate, for the log and for people: ``is a web page``.
    """
    return Unreadable(what, f"VoIP.ms's answer {what}.", again=again)
