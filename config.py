"""Every setting, checked once at start; secrets are hidden from repr.

A setting comes from the environment or from ``.env``; the environment wins. What is missing or wrong is told in one
line that names it and what is expected. A value is never quoted back: people paste tokens into the wrong place.
"""

import math
import os
import re
import warnings
from collections.abc import Iterable, Mapping
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

import tzlocal
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError, ValidationInfo, field_validator

VERSION = "0.1.0"

MISSING = {
    "slack_bot_token": 'the bot token that begins with xoxb-, from Slack\'s "OAuth & Permissions" page',
    "voipms_username": "the e-mail address of the VoIP.ms account",
    "voipms_password": "the API password, set in the VoIP.ms portal under Main Menu › SOAP and REST/JSON API",
}
"""What to say of a required setting that is not there."""
LEAST = 0.001
DAY = 24 * 60 * 60
DAYS_MOST = 36_500
SHORTEST_SIGNING_SECRET = 16
"""Slack's have 32 letters and digits. What is far shorter is a mistake, and could be guessed."""
ALMOST = 0.9
"""How like a setting's name a name has to be to be taken for it misspelt: one letter of ten, or two that changed places."""
SHORTEST_KEY = 8
"""What is shorter, like ``/ping``, is no secret, and stands in too many other lines."""


class SettingsError(Exception):
    """What is missing or wrong in the settings: one line, without any value."""


def _zone(name: object) -> ZoneInfo:
    if isinstance(name, ZoneInfo):
        return name
    try:
        return ZoneInfo(str(name))
    except (KeyError, ValueError, OSError):  # unknown; not a name at all; a folder of the zone database
        raise ValueError("must be the name of a time zone, like America/Toronto or UTC") from None


def _number(text: object) -> float:
    try:
        number = float(str(text))
    except ValueError:
        raise ValueError("must be a number") from None
    if not math.isfinite(number):
        raise ValueError("must be a number")
    return number


def _more_than_zero(most: int) -> BeforeValidator:
    """A number that may be small, as demonstrations and tests have it, but not so large that clocks and waits cannot hold it."""

    def read(text: object) -> float:
        number = _number(text)
        if number <= 0:
            raise ValueError("must be more than zero")
        if not LEAST <= number <= most:
            raise ValueError(f"must be from {LEAST} to {most:,}")
        return number

    return BeforeValidator(read)


def _days(text: object) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", str(text)) or not 1 <= int(str(text)) <= DAYS_MOST:
        raise ValueError(f"must be a whole number of days from 1 to {DAYS_MOST:,}")
    return int(str(text))


def _money(text: object) -> Decimal:
    if _number(text) < 0:
        raise ValueError("must not be less than zero")
    return Decimal(str(text))


def _switch(text: object) -> bool:
    match str(text).lower():
        case "on" | "true" | "yes" | "1":
            return True
        case "off" | "false" | "no" | "0":
            return False
    raise ValueError("must be on or off")


def _one_of(*words: str) -> BeforeValidator:
    """One of these words, in whatever case it is typed."""

    def spelled(text: object) -> str:
        for word in words:
            if str(text).casefold() == word.casefold():
                return word
        raise ValueError(f"must be {', '.join(words[:-1])} or {words[-1]}")

    return BeforeValidator(spelled)


def _web_address(text: object) -> str:
    address = str(text)
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:  # a port that is no number, a bracket that is not closed
        usable = False
    if not usable or re.search(r"\s", address):
        raise ValueError("must be a web address that begins with https:// or http://")
    return address


def _api_address(*hosts: str) -> BeforeValidator:
    """Where an API is: an address alone, over TLS where it is the real one of those hosts."""

    def read(text: object) -> str:
        address = _web_address(text)
        parts = urlsplit(address)
        if parts.scheme == "http" and any(f".{_host(address)}".endswith(f".{host}") for host in hosts):
            raise ValueError("must begin with https://: over http:// the password or the token travels readable")
        if "@" in parts.netloc or parts.query or parts.fragment:
            raise ValueError("must be an address alone, without a login or a question mark")
        return address

    return BeforeValidator(read)


def _host(address: str) -> str:
    return (urlsplit(address).hostname or "").rstrip(".")


def host_zone() -> ZoneInfo:
    """The time zone of this host, or UTC where it has none that the zone database knows."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ZoneInfo(tzlocal.get_localzone_name())
    except Exception:  # noqa: BLE001 - a host's zone can be broken in many ways, and none of them is worth not starting for
        return ZoneInfo("UTC")


class Settings(BaseModel):
    """All settings. Made by ``load``; a field is the environment's name in lower case.

    Attributes:
        slack_app_token: Present: Socket Mode. Absent: HTTP mode, and the signing secret is there.
        voipms_main_account: The main SIP login, or empty.
        voipms_requests_per_minute: ``None``: the pace is learned.
        voipms_timeout: Seconds.
        voipms_timezone_offset: What is sent as ``timezone``.
        voipms_wire_zone: The zone in which VoIP.ms's wall clocks are read.
        database_url: Secret, because PostgreSQL's holds a password.
        timezone: For people whose own zone Slack does not tell.
        admins: Slack user ids.
        audit_retention_days: How long it is kept who asked what.
        alert_channel: A channel id, or empty.
        confirm_seconds: How long a "no" has to last before it is told; nearly all other spans of the watch are multiples of it.
        watch_interval: Least seconds between two looks at one account at rest.
        low_balance: US dollars.
        heartbeat_url: Secret, because who knows it can pretend that the bot lives.
        settle_seconds: How long an unclear post is left before Slack is asked whether it has it.
        port: 0 asks the system for any free one.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, arbitrary_types_allowed=True)

    slack_bot_token: SecretStr
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = Field(None, validate_default=True)
    slack_api_url: Annotated[str, _api_address("slack.com", "slack-gov.com")] = "https://slack.com/api/"
    voipms_username: str
    voipms_password: SecretStr
    voipms_main_account: str = ""
    voipms_api_url: Annotated[str, _api_address("voip.ms")] = "https://voip.ms/api/v1/rest.php"
    voipms_requests_per_minute: Annotated[float, _more_than_zero(1_000_000)] | None = None
    voipms_timeout: Annotated[float, _more_than_zero(600)] = 30.0
    voipms_user_agent: str = f"Dialtone/{VERSION}"
    voipms_timezone_offset: Annotated[float, BeforeValidator(_number)] = -5.0
    voipms_wire_zone: Annotated[ZoneInfo, BeforeValidator(_zone)] = ZoneInfo("America/New_York")
    database_url: SecretStr = SecretStr("sqlite:///data/dialtone.db")
    timezone: Annotated[ZoneInfo, BeforeValidator(_zone)] = Field(default_factory=host_zone)
    admins: frozenset[str] = frozenset()
    default_role: Annotated[str, _one_of("none", "viewer")] = "none"
    mask_numbers: Annotated[bool, BeforeValidator(_switch)] = True
    audit_retention_days: Annotated[int, BeforeValidator(_days)] = 365
    alert_channel: str = ""
    confirm_seconds: Annotated[float, _more_than_zero(DAY)] = 60.0
    watch_interval: Annotated[float, _more_than_zero(DAY)] = 60.0
    low_balance: Annotated[Decimal, BeforeValidator(_money)] = Decimal(10)
    heartbeat_url: SecretStr | None = None
    settle_seconds: Annotated[float, _more_than_zero(DAY)] = 30.0
    host: str = "127.0.0.1"
    port: int = 3000
    log_format: Annotated[str, _one_of("console", "json")] = "console"
    log_level: Annotated[str, _one_of("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")] = "INFO"

    @property
    def socket_mode(self) -> bool:
        """Whether Slack is reached by dialling out; otherwise Slack calls ``/slack/events``."""
        return self.slack_app_token is not None

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that may appear nowhere."""
        held = (self.slack_bot_token, self.slack_app_token, self.slack_signing_secret, self.voipms_password)
        return (
            *(secret.get_secret_value() for secret in held if secret is not None),
            *_passwords(self.database_url.get_secret_value()),
            *(_keys_of(self.heartbeat_url.get_secret_value()) if self.heartbeat_url is not None else ()),
        )

    @field_validator("slack_bot_token", "slack_app_token")
    @classmethod
    def _right_token(cls, token: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        prefix = "xoxb-" if info.field_name == "slack_bot_token" else "xapp-"
        if token is not None and not re.fullmatch(re.escape(prefix) + r"[\x21-\x7e]+", token.get_secret_value()):
            raise ValueError(f"must be a token that begins with {prefix}")
        return token

    @field_validator("slack_signing_secret")
    @classmethod
    def _whole_secret(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and not re.fullmatch(rf"[\x21-\x7e]{{{SHORTEST_SIGNING_SECRET},}}", secret.get_secret_value()):
            raise ValueError('must be the whole signing secret from Slack\'s "Basic Information" page')
        return secret

    @field_validator("slack_signing_secret")
    @classmethod
    def _one_way_in(cls, secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        # an app token that is there but wrong is not in info.data, and is complaint enough
        if secret is None and "slack_app_token" in info.data and info.data["slack_app_token"] is None:
            raise ValueError(
                "is missing, and so is SLACK_APP_TOKEN: give the app token that begins with xapp- (Socket Mode) "
                'or the signing secret from Slack\'s "Basic Information" page (HTTP mode)'
            )
        return secret

    @field_validator("slack_api_url")
    @classmethod
    def _as_base(cls, address: str) -> str:
        return address if address.endswith("/") else address + "/"

    @field_validator("voipms_main_account")
    @classmethod
    def _a_login(cls, account: str) -> str:
        if account and not re.fullmatch(r"[0-9]+", account):
            raise ValueError("must be the main SIP login, digits like 100001")
        return account

    @field_validator("voipms_api_url")
    @classmethod
    def _not_the_redirect(cls, address: str) -> str:
        if _host(address).startswith("www."):
            raise ValueError("must not name a www. host: it redirects and loses the question; use https://voip.ms/api/v1/rest.php")
        return address

    @field_validator("voipms_user_agent")
    @classmethod
    def _one_header(cls, agent: str) -> str:
        if not re.fullmatch(r"[\x20-\x7e]+", agent):
            raise ValueError("must be plain letters, digits and signs")
        return agent

    @field_validator("voipms_timezone_offset")
    @classmethod
    def _an_offset(cls, hours: float) -> float:
        if not -12 <= hours <= 13:
            raise ValueError("must be a number from -12 to 13")
        return hours

    @field_validator("database_url")
    @classmethod
    def _a_database(cls, address: SecretStr) -> SecretStr:
        if not re.fullmatch(r"sqlite:///[^?:]+|(?:postgresql(?:\+psycopg)?|postgres)://\S*/\S+", address.get_secret_value()):
            raise ValueError("must be like sqlite:///data/dialtone.db or postgresql://user:password@host/database")
        return address

    @field_validator("admins", mode="before")
    @classmethod
    def _ids(cls, text: object) -> object:
        if not isinstance(text, str):
            return text
        ids = [word for word in re.split(r"[\s,]+", text) if word]
        if not all(re.fullmatch(r"[UW][A-Z0-9]{2,}", word) for word in ids):
            raise ValueError('must be Slack member ids like U024BE7LH, separated by commas (your profile > "Copy member ID")')
        return frozenset(ids)

    @field_validator("alert_channel")
    @classmethod
    def _a_channel(cls, channel: str) -> str:
        if channel and not re.fullmatch(r"[CG][A-Z0-9]{2,}", channel):
            raise ValueError("must be a channel's id like C024BE91L (at the end of the channel's details)")
        return channel

    @field_validator("heartbeat_url")
    @classmethod
    def _an_address_to_call(cls, address: SecretStr | None) -> SecretStr | None:
        if address is not None:
            _web_address(address.get_secret_value())
        return address

    @field_validator("host")
    @classmethod
    def _an_address(cls, host: str) -> str:
        if not re.fullmatch(r"[\w.:-]+", host):
            raise ValueError("must be the address to listen on, like 127.0.0.1 or 0.0.0.0")
        return host

    @field_validator("port", mode="before")
    @classmethod
    def _a_port(cls, text: object) -> int:
        if not re.fullmatch(r"[0-9]{1,5}", str(text)) or int(str(text)) > 65535:
            raise ValueError("must be a whole number from 1 to 65535")
        return int(str(text))


def _passwords(database_url: str) -> tuple[str, ...]:
    """What of a database's address is secret: as it is written there, and as it is meant."""
    # a bare @ in a password is wrong, and must be no reason to print the half of it
    patterns = (r"://[^:/]*:([^@]*)@", r"://[^:/]*:(.*)@", r"[?&]password=([^&]*)")
    written = [found[1] for found in (re.search(pattern, database_url) for pattern in patterns) if found and found[1]]
    return tuple(dict.fromkeys(spelling for password in written for spelling in (password, unquote(password))))


def _keys_of(address: str) -> tuple[str, ...]:
    """What of an address is the key to it: the whole, and what follows the host, which libraries log by itself."""
    parts = urlsplit(address)
    return (address, *(part for part in (parts.path, parts.query) if len(part) > SHORTEST_KEY))


def load(env_file: str | Path = ".env", environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this run. What is empty counts as not set, and what we do not know is not looked at.

    Args:
        environ: Wins over the file; the process's own environment unless given.

    Raises:
        SettingsError: Everything that is missing, wrong, or misspelt in the file, in one line.
    """
    around = {name: stripped for name, value in (os.environ if environ is None else environ).items() if (stripped := value.strip())}
    path = Path(env_file)
    written = _of_file(path)
    given = {**written, **around}
    values: dict[str, Any] = {name: given.get(name.upper(), "") for name in Settings.model_fields}
    problems = _misspelt(written, path)
    try:
        settings = Settings(**{name: value for name, value in values.items() if value})
    except ValidationError as error:
        problems += [_problem(str(found["loc"][0]), found["type"], found["msg"]) for found in error.errors(include_input=False)]
        if not any(values.values()) and not path.exists():
            problems.append(f"there is no file {path} here: copy .env.example to it and fill it in")
    # raised out here so that not even a debugger finds the values on the chain
    if problems:
        raise SettingsError("; ".join(problems))
    return settings


def _misspelt(written: Iterable[str], path: Path) -> list[str]:
    """What is said of names that are nearly those of a setting: nobody would notice that they are not looked at."""
    known = [name.upper() for name in Settings.model_fields]
    near = {name: get_close_matches(name.upper(), known, n=1, cutoff=ALMOST) for name in written if name not in known}
    return [f"{name} in {path} is no setting: did you mean {meant[0]}?" for name, meant in near.items() if meant]


def _of_file(path: Path) -> Mapping[str, str]:
    """What the file holds, and nothing where there is none: ``NAME=value``, one a line, and comments on lines of their own.

    A value stands as it is to the end of its line. Only the spaces around it are taken off, and then one pair of quotes.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n") if path.is_file() else []
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {type(error).__name__}") from None
    found = {}
    for number, line in enumerate(map(str.strip, lines), 1):
        if not line or line.startswith("#"):
            continue
        name, equals, value = line.removeprefix("export ").partition("=")
        if not equals or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name.strip()):
            raise SettingsError(f"line {number} of {path} must be NAME=value, or a comment that begins with #")
        found[name.strip()] = _unquoted(value.strip())
    return found


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"" else value


def _problem(name: str, kind: str, words: str) -> str:
    if kind == "missing":
        return f"{name.upper()} is missing: {MISSING[name]}"
    return f"{name.upper()} {words.removeprefix('Value error, ')}"
