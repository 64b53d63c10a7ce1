"""Door 1, Slack: everything a person can ask, in the order of help."""

from collections.abc import Callable

from handlers.accounts import ACCOUNTS
from handlers.balance import BALANCE
from handlers.calls import CALLS, CLIENT_CALLS
from handlers.clients import CLIENTS, client_login_command
from handlers.doctor import doctor_command
from handlers.help import help_command, whoami_command
from handlers.numbers import NUMBERS
from handlers.packages import PACKAGES
from handlers.registrations import status_command
from handlers.registry import Registry
from handlers.tries import Tries
from handlers.voicemail import VOICEMAIL
from rules.doctor import Check


def commands(main_account: str = "", diagnose: Callable[[], list[Check]] = list) -> Registry:
    """The table of contents of the bot.

    Args:
        main_account: The main SIP login, watched beside the sub-accounts; empty when it does not register.
        diagnose: Runs the checks of ``doctor``.
    """

    def registry() -> Registry:
        return made

    made = Registry(
        [
            help_command(registry),
            status_command(main_account),
            ACCOUNTS,
            VOICEMAIL,
            CALLS,
            NUMBERS,
            BALANCE,
            PACKAGES,
            CLIENTS,
            CLIENT_CALLS,
            client_login_command(Tries()),
            whoami_command(registry),
            doctor_command(diagnose),
        ]
    )
    return made
