"""How the API speaks: its status words, and values as the wire spells them."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from playground.calls import NEW_YORK

Json = dict[str, Any]
Args = Mapping[str, str]

MESSAGES = {
    "api_limit_exceeded": "API requests limit per minute has been reached",
    "api_not_enabled": "API has not been enabled or has been disabled",
    "invalid_account": "This is not a valid account",
    "invalid_client": "This is not a valid Client",
    "invalid_credentials": "Username or Password is incorrect",
    "invalid_date": "This is not a valid date Format is: yyyy-mm-dd",
    "invalid_date_from": 'The "From" date should be prior to the "To" date.',
    "invalid_daterange": "Date Range should be 92 days or less",
    "invalid_did": "This is not a valid DID",
    "invalid_folder": "This is not a valid Folder",
    "invalid_mailbox": "This is not a valid mailbox",
    "invalid_member": "This is not a valid Member",
    "invalid_method": "This is not a valid Method",
    "invalid_package": "This is not a valid Package",
    "invalid_queue": "This is not a valid Queue",
    "invalid_serverpop": "This is not a valid Server POP",
    "invalid_timezone": "This is not a valid Timezone; CDR and resellerCDR: Must be numeric Voicemail: Values from getTimezone",
    "ip_not_enabled": "This IP is not enabled for API use",
    "method_maintenance": "This API method is under maintenance",
    "missing_account": "Account was not provided",
    "missing_client": "Client was not provided",
    "missing_credentials": "Username or Password was not provided",
    "missing_mailbox": "Mailbox was not provided",
    "missing_method": "Method must be provided when using the REST/JSON API",
    "missing_params": "Required parameters were not provided",
    "missing_timezone": "Timezone was not provided",
    "no_account": "There are no accounts",
    "no_callstatus": "None of answered, noanswer, busy, failed was set to 1",
    "no_cdr": "There are no CDR entries for the filter",
    "no_client": "There are no Clients",
    "no_did": "There are no DIDs",
    "no_mailbox": "There are no Mailboxes",
    "no_messages": "There are no Voicemail Message(s)",
    "no_package": "there are no Packages",
    "no_subaccount": "There are no sub-accounts",
    "no_transactions": "There are no transactions",
    "provider_outofservice": "One of our providers is out of service",
    "unavailable_info": "The information you requested is unavailable at this moment",
}
LONGEST = timedelta(days=92)
FOLDERS = ("INBOX", "Old", "Urgent", "Work", "Friends", "Family", "Cust1", "Cust2", "Cust3", "Cust4", "Cust5")


class Refusal(Exception):
    """The API says no; ``str()`` is its status word."""


def refused(status: str, message: str | None = None) -> Json:
    """The answer that says no."""
    return {"status": status, "message": MESSAGES.get(status, status.replace("_", " ").capitalize()) if message is None else message}


def answered(key: str, rows: Iterable[Json], empty: str) -> Json:
    """A list; without rows it is a refusal, as the API has no empty lists."""
    listed = list(rows)
    if not listed:
        raise Refusal(empty)
    return {"status": "success", key: listed}


def wanted(args: Args, name: str, missing: str = "missing_params") -> str:
    """A parameter that has to be there."""
    value = args.get(name, "").strip()
    if not value:
        raise Refusal(missing)
    return value


def one_of(args: Args, name: str, known: Iterable[str], invalid: str) -> str:
    """A parameter that may be left out (``""``) but has to name something that exists."""
    value = args.get(name, "").strip()
    if value and value not in known:
        raise Refusal(invalid)
    return value


def period(args: Args) -> tuple[date, date]:
    """``date_from`` and ``date_to``: New York days, both included, 92 at most."""
    first, last = (day(wanted(args, name)) for name in ("date_from", "date_to"))
    if first > last:
        raise Refusal("invalid_date_from")
    if last - first >= LONGEST:
        raise Refusal("invalid_daterange")
    return first, last


def day(text: str) -> date:
    """``YYYY-MM-DD`` and nothing else."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise Refusal("invalid_date") from None


def wall(at: datetime, shift: timedelta = timedelta(0)) -> str:
    """An instant as New York's wall clock, shifted if asked."""
    return str(at.astimezone(NEW_YORK).replace(tzinfo=None, microsecond=0) + shift)


def places(amount: Decimal, count: int = 8) -> str:
    """Money with so many decimals: ``0.00850000``."""
    return f"{amount:.{count}f}"


def clock(seconds: int) -> str:
    """``00:00:11``"""
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
