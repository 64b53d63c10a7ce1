"""The doctor against real sockets: every fault of the set-up is seen, named, and told with what to do."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from slack_sdk import WebClient

from config import Settings, load
from handlers.doctor import diagnose
from playground.company import Company, founded
from playground.slack import ApiError, Dropped, RateLimited, SlackServer, Status
from playground.slack_faults import Fault
from playground.voipms import BadStatus, Html, VoipMsServer
from playground.voipms_faults import Fault as VoipMsFault
from rules.doctor import Check
from rules.scene import Scope
from rules.timing import Timing
from store import Store, Transaction, outbox, reports, steering
from tests.reports_bench import plan
from voipms import Pace, VoipMs


@pytest.fixture(scope="module")
def company() -> Company:
    return founded(seed=1, now=datetime.now(UTC), days=2)


@pytest.fixture
def phones(company: Company) -> Iterator[VoipMsServer]:
    with VoipMsServer(company) as made:
        yield made


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer() as made:
        made.person("U0ALICE", name="Alice")
        made.person("U0GONE", name="Gil", gone=True)
        made.person("U0GUEST", name="Gus", guest=True)
        yield made


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(f"sqlite:///{tmp_path}/dialtone.db") as made:
        yield made


Diagnose = Callable[..., dict[str, Check]]


@pytest.fixture
def doctor(slack: SlackServer, phones: VoipMsServer, store: Store) -> Diagnose:
    """Asks the doctor, with settings that are right but for those that are given."""

    def ask(database: Callable[[], AbstractContextManager[Store]] = lambda: nullcontext(store), **environ: str) -> dict[str, Check]:
        settings = settings_with(slack, phones, **environ)
        client = WebClient(settings.slack_bot_token.get_secret_value(), base_url=settings.slack_api_url, retry_handlers=[])
        account = VoipMs(
            settings.voipms_username, settings.voipms_password.get_secret_value(), pace=Pace(60_000), url=settings.voipms_api_url, timeout=5
        )
        try:
            checks = diagnose(settings, client, account, lambda: datetime.now(UTC), database)
        finally:
            account.close()
        assert len({check.name for check in checks}) == len(checks)
        assert not [check for check in checks if check.ok is False and not check.mend], "a fault without what to do"
        return {check.name: check for check in checks}

    return ask


def settings_with(slack: SlackServer, phones: VoipMsServer, **environ: str) -> Settings:
    right = {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": slack.api_url,
        "VOIPMS_USERNAME": phones.username,
        "VOIPMS_PASSWORD": phones.password,
        "VOIPMS_API_URL": phones.url,
        "ADMINS": "U0ALICE",
        "TIMEZONE": "America/Toronto",
    }
    return load(env_file=os.devnull, environ={**right, **environ})


def faulty(checks: dict[str, Check]) -> set[str]:
    return {name for name, check in checks.items() if check.ok is False}


def test_where_all_is_well_everything_is_said_to_work(doctor: Diagnose, company: Company) -> None:
    checks = doctor(VOIPMS_MAIN_ACCOUNT=company.main, ALERT_CHANNEL="C0ALERTS")
    assert [check.name for check in checks.values() if not check.ok or check.mend] == []
    assert checks["Admins"].found == "Alice" and company.main in checks["Main account"].found


@pytest.mark.parametrize(
    ("status", "gate", "says"),
    [
        ("invalid_credentials", "VoIP.ms login", "VOIPMS_PASSWORD"),
        ("missing_credentials", "VoIP.ms login", "VOIPMS_USERNAME"),
        ("api_not_enabled", "VoIP.ms API", "Switch it on"),
        ("ip_not_enabled", "VoIP.ms allow-list", "Add 203.0.113.50 to the allow-list"),
    ],
)
def test_the_gate_that_is_shut_is_named_and_those_behind_it_are_not_known(
    doctor: Diagnose, phones: VoipMsServer, status: str, gate: str, says: str
) -> None:
    phones.fail(BadStatus(status), method="getBalance", times=None)
    checks = doctor(VOIPMS_MAIN_ACCOUNT="100001")
    assert faulty(checks) == {gate} and says in checks[gate].mend
    assert "Main account" not in checks, "it could not be asked"
    assert all(checks[name].ok is None for name in ("VoIP.ms login", "VoIP.ms API", "VoIP.ms allow-list") if name != gate)


@pytest.mark.parametrize("fault", [Html(503), Html(200), BadStatus("method_maintenance")])
def test_a_voipms_that_cannot_be_asked_shuts_no_gate(doctor: Diagnose, phones: VoipMsServer, fault: VoipMsFault) -> None:
    phones.fail(fault, times=None)
    checks = doctor()
    assert faulty(checks) <= {"VoIP.ms reachable"}
    assert checks["VoIP.ms login"].ok is None


def alerts_go_to(store: Store, channel: str) -> None:
    now = datetime.now(UTC)
    store.write(lambda transaction: steering.route(transaction, Scope.ALL, "", channel, "U0ALICE", now, Timing()))


def post(store: Store, key: str, place: str, error: str = "") -> None:
    """A message on its way, and what Slack makes of it."""
    now = datetime.now(UTC) + timedelta(hours=1)

    def body(transaction: Transaction) -> None:
        outbox.put(transaction, key, place, "post", key, {}, now)
        message = outbox.claim(transaction, now, "a", timedelta())
        assert message is not None and message.key == key
        assert outbox.refused(transaction, message, error) if error else outbox.settled(transaction, message, "1.0", now)

    store.write(body)


def test_a_message_that_slack_refused_is_told_until_its_place_takes_one_again(doctor: Diagnose, store: Store) -> None:
    alerts_go_to(store, "C0ALERTS")
    for place in ("C0ALERTS", "U0ALICE"):
        post(store, f"before {place}", place)
        post(store, f"refused {place}", place, "is_archived")
        posts = doctor()["Posts to Slack"]
        assert posts.ok is False and place in posts.found and "is_archived" in posts.found
        post(store, f"after {place}", place)
        assert doctor()["Posts to Slack"] == Check("Posts to Slack", True, "Slack takes them")


def test_a_message_that_slack_refused_where_nothing_goes_any_more_is_not_told(doctor: Diagnose, store: Store) -> None:
    alerts_go_to(store, "C0ALERTS")
    post(store, "refused", "C0ALERTS", "is_archived")
    assert doctor()["Posts to Slack"].ok is False
    alerts_go_to(store, "C0OTHER")
    assert doctor()["Posts to Slack"].ok is True


def test_a_report_that_is_paused_since_slack_refuses_it_is_still_told(doctor: Diagnose, store: Store) -> None:
    now = datetime.now(UTC)
    one = store.write(lambda transaction: reports.make(transaction, plan(channel="C0OLD"), "U0ALICE", now))
    post(store, "refused", "C0OLD", "is_archived")
    store.write(lambda transaction: reports.pause(transaction, one.id, "", now, "is_archived"))
    assert doctor()["Posts to Slack"].ok is False
    store.write(lambda transaction: reports.remove(transaction, one.id))
    assert doctor()["Posts to Slack"].ok is True


def test_a_main_account_that_voipms_does_not_know_is_told(doctor: Diagnose) -> None:
    checks = doctor(VOIPMS_MAIN_ACCOUNT="999999")
    assert faulty(checks) == {"Main account"} and "999999" in checks["Main account"].found


def test_a_main_account_that_could_not_be_asked_about_is_no_fault(doctor: Diagnose, phones: VoipMsServer) -> None:
    phones.fail(Html(503), method="getRegistrationStatus", times=None)
    assert doctor(VOIPMS_MAIN_ACCOUNT="100001")["Main account"].ok is None


def test_admins_who_are_none_are_told(doctor: Diagnose) -> None:
    checks = doctor(ADMINS="U0ALICE,U0GONE,U0NOBODY,U0GUEST")
    assert faulty(checks) == {"Admins"}
    assert checks["Admins"].found == "U0GONE (Gil) is deactivated; U0GUEST (Gus) is a guest; U0NOBODY is not known to Slack"


def test_without_admins_it_is_told_what_nobody_may_ask(doctor: Diagnose) -> None:
    assert faulty(doctor(ADMINS="")) == {"Settings"}
    checks = doctor(ADMINS="", DEFAULT_ROLE="viewer")
    assert faulty(checks) == set() and "ADMINS" in checks["Settings"].mend
    assert "Admins" not in checks


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (ApiError("invalid_auth"), "invalid_auth"),
        (ApiError("token_revoked"), "token_revoked"),
        (RateLimited(1), "ratelimited"),
        (Status(503), "could not be read"),
        (Dropped(), "did not answer"),
    ],
)
def test_a_slack_that_refuses_us_is_told_in_its_own_word_and_what_hangs_on_it_is_not_known(
    doctor: Diagnose, slack: SlackServer, fault: Fault, says: str
) -> None:
    slack.fail(fault, method="auth.test", times=None)
    checks = doctor()
    assert faulty(checks) == {"Slack bot token"} and says in checks["Slack bot token"].found
    assert checks["Slack scopes"].ok is None and checks["Admins"].ok is None


def test_a_scope_that_was_not_granted_is_named_with_its_reason(doctor: Diagnose, slack: SlackServer) -> None:
    slack.rules.scopes.discard("files:write")
    checks = doctor()
    assert faulty(checks) == {"Slack scopes"} and "files:write (CSV files)" in checks["Slack scopes"].found


def test_an_app_token_that_is_refused_and_people_that_cannot_be_asked_about_are_told(doctor: Diagnose, slack: SlackServer) -> None:
    slack.fail(ApiError("not_allowed_token_type"), method="apps.connections.open", times=None)
    slack.fail(ApiError("internal_error"), method="users.info", times=None)
    checks = doctor()
    assert faulty(checks) == {"Slack app token"} and "xapp-" in checks["Slack app token"].mend
    assert checks["Admins"].ok is None and "internal_error" in checks["Admins"].found


def test_a_database_that_cannot_be_looked_at_is_told_without_its_password(doctor: Diagnose) -> None:
    checks = doctor(lambda: Store.peek("postgresql://bot:not-for-anybody@127.0.0.1:9/dialtone"))
    assert faulty(checks) == {"Database"} and "127.0.0.1" in checks["Database"].found
    assert "not-for-anybody" not in repr(checks)
