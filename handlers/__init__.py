"""Door 1, Slack: everything a person can ask, in the order of help."""

from collections.abc import Callable

from handlers.access import NO_KEYS, Keys, access_command
from handlers.accounts import ACCOUNTS
from handlers.alerts import alerts_command
from handlers.audit import audit_command
from handlers.balance import BALANCE
from handlers.calls import CALLS, CLIENT_CALLS
from handlers.clients import CLIENTS, client_login_command
from handlers.doctor import doctor_command
from handlers.help import help_command, whoami_command
from handlers.looking import Looks
from handlers.memory import NONE, Memory
from handlers.numbers import numbers_command
from handlers.packages import PACKAGES
from handlers.registrations import status_command
from handlers.registry import Registry
from handlers.reports import report_command
from handlers.tries import Tries
from handlers.voicemail import VOICEMAIL
from handlers.watch import watch_command
from rules.doctor import Check


def commands(
    main_account: str = "",
    diagnose: Callable[[], list[Check]] = list,
    memory: Memory = NONE,
    keys: Keys = NO_KEYS,
    audit_days: int = 365,
) -> Registry:
    """The table of contents of the bot.

    Args:
        main_account: The main SIP login, watched beside the sub-accounts; empty when it does not register.
        diagnose: Runs the checks of ``doctor``.
        memory: What the bot remembers; none is needed where nothing is asked.
        keys: What ``access`` needs to know of the workspace; likewise.
        audit_days: How long the audit is kept.
    """

    def registry() -> Registry:
        return made

    live = Looks()
    made = Registry(
        [
            help_command(registry),
            status_command(main_account, memory, live),
            alerts_command(memory, live),
            watch_command(memory, keys.places),
            ACCOUNTS,
            VOICEMAIL,
            CALLS,
            numbers_command(live),
            BALANCE,
            PACKAGES,
            CLIENTS,
            CLIENT_CALLS,
            client_login_command(Tries()),
            report_command(memory, keys.places),
            whoami_command(registry, keys.places.groups if keys.places is not None else dict),
            access_command(memory, keys),
            audit_command(memory, keys.people, audit_days, registry),
            doctor_command(diagnose, registry),
        ]
    )
    return made
