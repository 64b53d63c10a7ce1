"""Settings: what is taken, what is refused, and in which words."""

import os
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import config
from config import Settings, SettingsError, load

ROOT = Path(__file__).parents[2]
NOWHERE = "/nowhere/.env"
GOOD = {
    "SLACK_BOT_TOKEN": "xoxb-1-not-a-real-token",
    "SLACK_APP_TOKEN": "xapp-1-not-a-real-token",
    "VOIPMS_USERNAME": "owner@example.com",
    "VOIPMS_PASSWORD": "not-a-real-password",
}


def refusal(**changes: str) -> str:
    with pytest.raises(SettingsError) as refused:
        load(NOWHERE, {**GOOD, **changes})
    return str(refused.value)


def test_defaults_are_those_of_the_documentation() -> None:
    settings = load(NOWHERE, GOOD)
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.voipms_api_url == "https://voip.ms/api/v1/rest.php"
    assert settings.voipms_requests_per_minute is None
    assert settings.settle_seconds == 30
    assert settings.audit_retention_days == 365
    assert (settings.confirm_seconds, settings.watch_interval, settings.low_balance) == (60, 60, Decimal(10))
    assert (settings.alert_channel, settings.heartbeat_url) == ("", None)
    assert (settings.voipms_timeout, settings.voipms_timezone_offset, settings.voipms_wire_zone.key) == (30, -5, "America/New_York")
    assert settings.voipms_user_agent == f"Dialtone/{config.VERSION}"
    assert (settings.admins, settings.default_role, settings.mask_numbers) == (frozenset(), "none", True)
    assert (settings.host, settings.port, settings.log_format, settings.log_level) == ("127.0.0.1", 3000, "console", "INFO")
    assert settings.database_url.get_secret_value() == "sqlite:///data/dialtone.db"
    assert settings.socket_mode


def test_the_version_is_that_of_the_project() -> None:
    assert f'version = "{config.VERSION}"' in (ROOT / "pyproject.toml").read_text()


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        (
            "SLACK_BOT_TOKEN",
            "",
            'SLACK_BOT_TOKEN is missing: the bot token that begins with xoxb-, from Slack\'s "OAuth & Permissions" page',
        ),
        ("SLACK_BOT_TOKEN", "xapp-1-swapped", "SLACK_BOT_TOKEN must be a token that begins with xoxb-"),
        ("SLACK_BOT_TOKEN", "xoxb-", "SLACK_BOT_TOKEN must be a token that begins with xoxb-"),
        ("SLACK_BOT_TOKEN", "xoxb-with space", "SLACK_BOT_TOKEN must be a token that begins with xoxb-"),
        ("SLACK_APP_TOKEN", "xoxb-1-swapped", "SLACK_APP_TOKEN must be a token that begins with xapp-"),
        (
            "SLACK_APP_TOKEN",
            "",
            "SLACK_SIGNING_SECRET is missing, and so is SLACK_APP_TOKEN: give the app token that begins with xapp- (Socket Mode) "
            'or the signing secret from Slack\'s "Basic Information" page (HTTP mode)',
        ),
        ("SLACK_API_URL", "slack.com/api", "SLACK_API_URL must be a web address that begins with https:// or http://"),
        ("VOIPMS_USERNAME", "  ", "VOIPMS_USERNAME is missing: the e-mail address of the VoIP.ms account"),
        (
            "VOIPMS_PASSWORD",
            "",
            "VOIPMS_PASSWORD is missing: the API password, set in the VoIP.ms portal under Main Menu › SOAP and REST/JSON API",
        ),
        ("VOIPMS_MAIN_ACCOUNT", "front desk", "VOIPMS_MAIN_ACCOUNT must be the main SIP login, digits like 100001"),
        (
            "VOIPMS_API_URL",
            "https://www.voip.ms/api/v1/rest.php",
            "VOIPMS_API_URL must not name a www. host: it redirects and loses the question; use https://voip.ms/api/v1/rest.php",
        ),
        ("VOIPMS_API_URL", "ftp://voip.ms/", "VOIPMS_API_URL must be a web address that begins with https:// or http://"),
        ("VOIPMS_API_URL", "https://voip.ms:port/", "VOIPMS_API_URL must be a web address that begins with https:// or http://"),
        *(
            (name, address, f"{name} must begin with https://: over http:// the password or the token travels readable")
            for name, address in (
                ("VOIPMS_API_URL", "http://voip.ms/api/v1/rest.php"),
                ("VOIPMS_API_URL", "http://VoIP.ms./api/v1/rest.php"),
                ("VOIPMS_API_URL", "http://api.voip.ms:8080/"),
                ("SLACK_API_URL", "http://slack.com/api/"),
                ("SLACK_API_URL", "http://www.slack-gov.com./api/"),
            )
        ),
        *(
            (name, address, f"{name} must be an address alone, without a login or a question mark")
            for name, address in (
                ("VOIPMS_API_URL", "https://voip.ms/?api_password=x"),
                ("VOIPMS_API_URL", "https://:x@voip.ms/"),
                ("SLACK_API_URL", "https://@slack.com/api/"),
                ("SLACK_API_URL", "https://slack.com/api/#x"),
            )
        ),
        ("VOIPMS_TIMEOUT", "1e308", "VOIPMS_TIMEOUT must be from 0.001 to 600"),
        ("VOIPMS_TIMEOUT", "1e-9", "VOIPMS_TIMEOUT must be from 0.001 to 600"),
        ("VOIPMS_REQUESTS_PER_MINUTE", "1e12", "VOIPMS_REQUESTS_PER_MINUTE must be from 0.001 to 1,000,000"),
        ("WATCH_INTERVAL", "1e12", "WATCH_INTERVAL must be from 0.001 to 86,400"),
        ("CONFIRM_SECONDS", "1e12", "CONFIRM_SECONDS must be from 0.001 to 86,400"),
        ("SETTLE_SECONDS", "1e12", "SETTLE_SECONDS must be from 0.001 to 86,400"),
        *(
            ("SLACK_SIGNING_SECRET", secret, 'SLACK_SIGNING_SECRET must be the whole signing secret from Slack\'s "Basic Information" page')
            for secret in ("x", "0123456789abcde", "0123456789 abcdef")
        ),
        ("VOIPMS_REQUESTS_PER_MINUTE", "0", "VOIPMS_REQUESTS_PER_MINUTE must be more than zero"),
        ("VOIPMS_REQUESTS_PER_MINUTE", "fast", "VOIPMS_REQUESTS_PER_MINUTE must be a number"),
        ("VOIPMS_TIMEOUT", "-1", "VOIPMS_TIMEOUT must be more than zero"),
        ("SETTLE_SECONDS", "0", "SETTLE_SECONDS must be more than zero"),
        ("CONFIRM_SECONDS", "0", "CONFIRM_SECONDS must be more than zero"),
        ("WATCH_INTERVAL", "-5", "WATCH_INTERVAL must be more than zero"),
        ("LOW_BALANCE", "-0.01", "LOW_BALANCE must not be less than zero"),
        ("LOW_BALANCE", "ten", "LOW_BALANCE must be a number"),
        ("ALERT_CHANNEL", "#alerts", "ALERT_CHANNEL must be a channel's id like C024BE91L (at the end of the channel's details)"),
        ("HEARTBEAT_URL", "hc.example.com/0a1b", "HEARTBEAT_URL must be a web address that begins with https:// or http://"),
        ("VOIPMS_TIMEOUT", "inf", "VOIPMS_TIMEOUT must be a number"),
        ("VOIPMS_USER_AGENT", "Telefon ☎", "VOIPMS_USER_AGENT must be plain letters, digits and signs"),
        ("VOIPMS_TIMEZONE_OFFSET", "14", "VOIPMS_TIMEZONE_OFFSET must be a number from -12 to 13"),
        ("VOIPMS_TIMEZONE_OFFSET", "EST", "VOIPMS_TIMEZONE_OFFSET must be a number"),
        ("VOIPMS_WIRE_ZONE", "New York", "VOIPMS_WIRE_ZONE must be the name of a time zone, like America/Toronto or UTC"),
        ("TIMEZONE", "../../etc/passwd", "TIMEZONE must be the name of a time zone, like America/Toronto or UTC"),
        ("TIMEZONE", "America", "TIMEZONE must be the name of a time zone, like America/Toronto or UTC"),
        *(
            ("DATABASE_URL", address, "DATABASE_URL must be like sqlite:///data/dialtone.db or postgresql://user:password@host/database")
            for address in (
                "data/dialtone.db",
                "sqlite://",
                "sqlite:///:memory:",
                "sqlite:///data/dialtone.db?timeout=1",
                "mysql://dialtone@db.example.com/dialtone",
                "postgresql://dialtone@db.example.com",
                "postgresql://dialtone@db.example.com/",
                "postgresql+psycopg2://dialtone@db.example.com/dialtone",
            )
        ),
        ("ADMINS", "dana", 'ADMINS must be Slack member ids like U024BE7LH, separated by commas (your profile > "Copy member ID")'),
        ("DEFAULT_ROLE", "admin", "DEFAULT_ROLE must be none or viewer"),
        ("MASK_NUMBERS", "maybe", "MASK_NUMBERS must be on or off"),
        ("HOST", "http://here", "HOST must be the address to listen on, like 127.0.0.1 or 0.0.0.0"),
        ("PORT", "65536", "PORT must be a whole number from 1 to 65535"),
        ("PORT", "-1", "PORT must be a whole number from 1 to 65535"),
        ("PORT", "http", "PORT must be a whole number from 1 to 65535"),
        ("PORT", "²", "PORT must be a whole number from 1 to 65535"),
        ("LOG_FORMAT", "xml", "LOG_FORMAT must be console or json"),
        ("LOG_LEVEL", "loud", "LOG_LEVEL must be DEBUG, INFO, WARNING, ERROR or CRITICAL"),
    ],
)
def test_a_bad_setting_is_one_clear_line_that_names_it(name: str, value: str, line: str) -> None:
    assert refusal(**{name: value}) == line


def test_several_problems_are_told_in_one_line() -> None:
    line = refusal(SLACK_BOT_TOKEN="", PORT="x", TIMEZONE="Mars/Olympus")
    assert "\n" not in line
    assert re.findall(r"[A-Z_]{4,}", line) == ["SLACK_BOT_TOKEN", "TIMEZONE", "PORT"]


def test_nothing_set_at_all_names_everything_that_is_needed() -> None:
    with pytest.raises(SettingsError) as refused:
        load(NOWHERE, {})
    for name in ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN", "VOIPMS_USERNAME", "VOIPMS_PASSWORD"):
        assert name in str(refused.value)


def test_a_wrong_app_token_is_not_called_missing() -> None:
    assert "SIGNING_SECRET" not in refusal(SLACK_APP_TOKEN="xoxb-oops")


@given(st.sampled_from(sorted(name.upper() for name in Settings.model_fields)))
def test_no_value_is_ever_quoted_back(name: str) -> None:
    secret = "hunter2 ☎ \N{RIGHT-TO-LEFT OVERRIDE}"
    try:
        settings = load(NOWHERE, {**GOOD, name: secret})
    except SettingsError as refused:
        assert "hunter2" not in str(refused)
        assert refused.__cause__ is None and refused.__context__ is None
    else:
        assert name in ("VOIPMS_USERNAME",) or "hunter2" not in repr(settings)


def test_secrets_are_in_neither_repr_nor_str_nor_dump() -> None:
    settings = load(NOWHERE, {**GOOD, "SLACK_SIGNING_SECRET": "0123456789abcdef-not-real"})
    assert set(settings.secrets) == {
        GOOD["SLACK_BOT_TOKEN"],
        GOOD["SLACK_APP_TOKEN"],
        GOOD["VOIPMS_PASSWORD"],
        "0123456789abcdef-not-real",
    }
    for secret in settings.secrets:
        assert (
            secret
            not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json(exclude={'timezone', 'voipms_wire_zone'})}"
        )


@pytest.mark.parametrize(
    ("address", "secrets"),
    [
        ("sqlite:////var/lib/dialtone/dialtone.db", set()),
        ("postgresql://db.example.com/dialtone", set()),
        ("postgresql:///dialtone?host=/run/postgresql", set()),
        ("postgres://dialtone:hunter2-not-real@db.example.com:5433/dialtone", {"hunter2-not-real"}),
        ("postgresql+psycopg://dialtone:not%2Freal@db.example.com/dialtone?sslmode=require", {"not%2Freal", "not/real"}),
        ("postgresql://dialtone:not@real@db.example.com/dialtone", {"not", "not@real"}),
        ("postgresql://dialtone:not/real@db.example.com/dialtone", {"not/real"}),
        ("postgresql://db.example.com/dialtone?user=dialtone&password=not-real", {"not-real"}),
    ],
)
def test_the_password_of_a_database_is_a_secret(address: str, secrets: set[str]) -> None:
    settings = load(NOWHERE, {**GOOD, "DATABASE_URL": address})
    assert settings.database_url.get_secret_value() == address
    assert set(settings.secrets) - set(GOOD.values()) == secrets
    assert address not in repr(settings)


@pytest.mark.parametrize(
    ("address", "secrets"),
    [
        ("https://hc.example.com/0a1b2c3d-not-real", {"https://hc.example.com/0a1b2c3d-not-real", "/0a1b2c3d-not-real"}),
        ("https://up.example.com/push?key=not-real", {"https://up.example.com/push?key=not-real", "key=not-real"}),
        ("http://203.0.113.7/ping", {"http://203.0.113.7/ping"}),
    ],
)
def test_the_address_of_the_heartbeat_is_a_secret(address: str, secrets: set[str]) -> None:
    settings = load(NOWHERE, {**GOOD, "HEARTBEAT_URL": address})
    assert settings.heartbeat_url is not None and settings.heartbeat_url.get_secret_value() == address
    assert set(settings.secrets) - set(GOOD.values()) == secrets
    assert address not in repr(settings)


def test_without_an_app_token_the_signing_secret_makes_http_mode() -> None:
    settings = load(NOWHERE, {**GOOD, "SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": "0123456789abcdef-not-real"})
    assert not settings.socket_mode


def test_unknown_variables_and_slacks_oauth_ones_do_not_matter() -> None:
    extra = {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "not-real", "PATH": "/bin", "REDIS_URL": "x"}
    assert load(NOWHERE, {**GOOD, "TIMEZONE": "UTC"}) == load(NOWHERE, {**GOOD, **extra, "TIMEZONE": "UTC"})


def test_values_are_read_as_people_write_them() -> None:
    settings = load(
        NOWHERE,
        {
            **GOOD,
            "ADMINS": " U02DANA, W0123ABC,,\tU9Z ",
            "DEFAULT_ROLE": "Viewer",
            "MASK_NUMBERS": "OFF",
            "LOG_LEVEL": "debug",
            "SLACK_API_URL": "http://127.0.0.1:4000/api",
            "VOIPMS_API_URL": "http://127.0.0.1:4001/api/v1/rest.php",
            "VOIPMS_REQUESTS_PER_MINUTE": "60000",
            "VOIPMS_TIMEOUT": "0.2",
            "VOIPMS_TIMEZONE_OFFSET": "-3.5",
            "PORT": "0",
            "TIMEZONE": "America/Toronto",
            "VOIPMS_MAIN_ACCOUNT": "100001",
            "CONFIRM_SECONDS": "0.5",
            "LOW_BALANCE": "12.50",
            "ALERT_CHANNEL": "C024BE91L",
        },
    )
    assert settings.admins == {"U02DANA", "W0123ABC", "U9Z"}
    assert (settings.default_role, settings.mask_numbers, settings.log_level, settings.port) == ("viewer", False, "DEBUG", 0)
    assert settings.slack_api_url == "http://127.0.0.1:4000/api/"
    assert (settings.voipms_requests_per_minute, settings.voipms_timeout, settings.voipms_timezone_offset) == (60000, 0.2, -3.5)
    assert settings.timezone.key == "America/Toronto"
    assert (settings.confirm_seconds, settings.low_balance, settings.alert_channel) == (0.5, Decimal("12.50"), "C024BE91L")


def test_the_environment_wins_over_the_file_and_an_empty_value_over_nothing(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(
        "# a comment\nSLACK_BOT_TOKEN=xoxb-of-the-file\nSLACK_APP_TOKEN=xapp-of-the-file\n\n"
        'VOIPMS_USERNAME=owner@example.com\nVOIPMS_PASSWORD="pa$HOME${HOME} ss"\nPORT=4000\nLOG_LEVEL=\n'
    )
    settings = load(file, {"PORT": "5000", "SLACK_BOT_TOKEN": "xoxb-of-the-environment"})
    assert settings.port == 5000
    assert settings.slack_bot_token.get_secret_value() == "xoxb-of-the-environment"
    assert settings.voipms_password.get_secret_value() == "pa$HOME${HOME} ss"
    assert settings.log_level == "INFO"


@pytest.mark.parametrize("empty", ["", "  "])
def test_what_is_empty_in_the_environment_leaves_the_file_as_it_is(tmp_path: Path, empty: str) -> None:
    file = tmp_path / ".env"
    file.write_text("".join(f"{name}={value}\n" for name, value in {**GOOD, "ADMINS": "U02DANA"}.items()))
    settings = load(file, {"ADMINS": empty, "SLACK_BOT_TOKEN": empty})
    assert settings.admins == {"U02DANA"} and settings.slack_bot_token.get_secret_value() == GOOD["SLACK_BOT_TOKEN"]


@pytest.mark.parametrize(
    ("written", "password"),
    [
        ("ab #cd", "ab #cd"),
        ("#abcd", "#abcd"),
        ("'ab", "'ab"),
        ("ab'", "ab'"),
        ("'ab\"", "'ab\""),
        ('"', '"'),
        ("'ab #cd'", "ab #cd"),
        ('" ab "', " ab "),
        ("''ab''", "'ab'"),
        ("a=b==", "a=b=="),
        ("a\\nb\\", "a\\nb\\"),
        ("$HOME${HOME}`x`", "$HOME${HOME}`x`"),
        ("  ab\t ", "ab"),
        ("zoë\x0bé\u2028x", "zoë\x0bé\u2028x"),
    ],
)
@pytest.mark.parametrize("line", ["VOIPMS_PASSWORD={}", "export VOIPMS_PASSWORD={}", " VOIPMS_PASSWORD = {}", "\ufeffVOIPMS_PASSWORD={}"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_value_in_the_file_stands_as_it_is_to_the_end_of_its_line(
    tmp_path: Path, written: str, password: str, line: str, end: str
) -> None:
    file = tmp_path / ".env"
    file.write_text(f"{line.format(written)}{end}{end}  # PORT=1{end}PORT=4000{end}", newline="")
    settings = load(file, {name: value for name, value in GOOD.items() if name != "VOIPMS_PASSWORD"})
    assert settings.voipms_password.get_secret_value() == password and settings.port == 4000


@pytest.mark.parametrize("odd", ["not-for-anybody", "VOIPMS_PASSWORD: not-for-anybody", "VOIPMS PASSWORD=not-for-anybody", "=not-for"])
def test_a_line_of_the_file_that_is_no_setting_is_told_by_its_number_and_not_quoted(tmp_path: Path, odd: str) -> None:
    file = tmp_path / ".env"
    file.write_text(f"# a comment\n\n{odd}\nPORT=4000\n")
    with pytest.raises(SettingsError) as refused:
        load(file, GOOD)
    assert str(refused.value) == f"line 3 of {file} must be NAME=value, or a comment that begins with #"
    assert refused.value.__context__ is None


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("CONFIRM_SECOND", "CONFIRM_SECONDS"),
        ("TIMEZNE", "TIMEZONE"),
        ("DATABSE_URL", "DATABASE_URL"),
        ("log_level", "LOG_LEVEL"),
        ("ADMIN", "ADMINS"),
    ],
)
def test_a_misspelt_name_in_the_file_is_told_and_its_value_is_not(tmp_path: Path, written: str, meant: str) -> None:
    file = tmp_path / ".env"
    file.write_text(f"{written}=not-for-anybody\nPOSTGRES_PASSWORD=x\nCOMPOSE_PROJECT_NAME=phones\nREDIS_URL=x\n")
    with pytest.raises(SettingsError) as refused:
        load(file, GOOD)
    assert str(refused.value) == f"{written} in {file} is no setting: did you mean {meant}?"


def test_who_has_no_file_yet_is_told_how_to_make_one(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    with pytest.raises(SettingsError, match=rf"; there is no file {re.escape(str(file))} here: copy \.env\.example to it and fill it in$"):
        load(file, {})
    with pytest.raises(SettingsError) as refused:
        load(file, {**GOOD, "PORT": "x"})
    assert ".env" not in str(refused.value)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_bytes(b"VOIPMS_PASSWORD=\xff\xfe")
    with pytest.raises(SettingsError, match=r"\.env cannot be read: UnicodeDecodeError$"):
        load(file, {})


@pytest.mark.parametrize(("zone", "read"), [("America/Halifax", "America/Halifax"), ("UTC", "UTC"), ("Nowhere/At-All", ".+")])
def test_the_process_environment_is_used_unless_another_is_given(zone: str, read: str) -> None:
    """The host's zone too; and a host whose zone is nonsense still starts."""
    code = "from config import load; s = load('/nowhere/.env'); print(s.voipms_username, s.timezone.key)"
    environ = {**GOOD, "PATH": os.environ["PATH"], "TZ": zone}
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environ, capture_output=True, text=True)
    assert ran.stderr == ""
    assert re.fullmatch(rf"owner@example\.com {read}\n", ran.stdout)


def test_every_setting_is_in_the_example_file_and_nothing_else() -> None:
    listed = re.findall(r"^#?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert sorted(listed) == sorted(name.upper() for name in Settings.model_fields)


def test_the_example_file_shows_the_real_defaults() -> None:
    shown = re.findall(r"^#([A-Z][A-Z_]+)=(.+)$", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert load(NOWHERE, {**GOOD, "TIMEZONE": "UTC"}) == load(NOWHERE, {**GOOD, **dict(shown), "TIMEZONE": "UTC"})
    assert len(shown) >= 10


def test_every_setting_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    assert [name.upper() for name in Settings.model_fields if f"`{name.upper()}`" not in readme] == []
