"""Call records, what they may be filtered by, and the money, as the API tells them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from playground.calls import NEW_YORK, Call
from playground.company import Company
from playground.crowd import Crowd
from playground.voipms_words import Args, Json, Refusal, answered, clock, one_of, period, places, wall, wanted

FLAGS = {"answered": "ANSWERED", "noanswer": "NO ANSWER", "busy": "BUSY", "failed": "FAILED"}


class Stream:
    """An answer too large to be held: its text, part by part."""

    def __init__(self, parts: Iterator[str]) -> None:
        self.parts = parts


def cdr(company: Company, args: Args) -> Json | Stream:
    """``getCDR``: rows by wall clock; the days are New York's whatever ``timezone`` says."""
    return records(company, args, lambda call, shift: record(company, call, shift), lambda call: call.cost)


def reseller_cdr(company: Company, args: Args) -> Json | Stream:
    """``getResellerCDR``: the rows of one client, at the client's price, without a rate."""
    client = client_of(company, args)

    def row(call: Call, shift: timedelta) -> Json:
        found = record(company, call, shift) | {"total": places(call.price)}
        return {key: value for key, value in found.items() if key not in ("rate", "ip", "useragent")}

    return records(company, args, row, lambda call: call.price, client)


def records(
    company: Company, args: Args, row: Callable[[Call, timedelta], Json], total: Callable[[Call], Decimal], client: str = ""
) -> Json | Stream:
    """The rows of a period that pass all filters."""
    first, last = period(args)
    shift = zone_shift(args)
    asked = filters(company, args, total, client)
    if company.crowd:
        return Stream(streamed(company.crowd, first, last, asked, lambda call: row(call, timedelta(0)), shift))
    calls = [call for call in days(company, first, last) if asked(call)]
    return answered("cdr", sorted((row(call, shift) for call in calls), key=lambda found: str(found["date"])), "no_cdr")


def streamed(
    crowd: Crowd, first: date, last: date, asked: Callable[[Call], bool], row: Callable[[Call], Json], shift: timedelta
) -> Iterator[str]:
    """The answer of a really big account; without rows it is a refusal like any other."""
    before = '{"status":"success","cdr":['
    for part in crowd.json_rows(first, last, asked, row, shift):
        yield before + part
        before = ","
    yield "]}" if before == "," else '{"status":"no_cdr","message":"There are no CDR entries for the filter"}'


def days(company: Company, first: date, last: date) -> Sequence[Call]:
    """The calls of some New York days, both included."""
    start, end = (datetime.combine(day, time(), NEW_YORK) for day in (first, last + timedelta(days=1)))
    return company.ledger.between(start, end)


def zone_shift(args: Args) -> timedelta:
    """What ``timezone`` adds to New York's wall clock: -5 adds nothing."""
    try:
        hours = float(wanted(args, "timezone", "missing_timezone"))
    except ValueError:
        raise Refusal("invalid_timezone") from None
    if not -12 <= hours <= 13:
        raise Refusal("invalid_timezone")
    return timedelta(hours=hours + 5)


def filters(company: Company, args: Args, total: Callable[[Call], Decimal], client: str) -> Callable[[Call], bool]:
    """Whether a call is asked for."""
    dispositions = {name for flag, name in FLAGS.items() if args.get(flag) == "1"}
    if not dispositions:
        raise Refusal("no_callstatus")
    account = one_of(args, "account", {"all", company.main, *company.sub_accounts}, "invalid_account") or "all"
    kind = args.get("calltype") or "all"
    billing = args.get("callbilling") or "all"

    def asked(call: Call) -> bool:
        return (
            call.disposition in dispositions
            and client in ("", call.client)
            and account in ("all", shown_account(company, call))
            and (kind == "all" or kind in (("incoming", call.did) if call.direction == "in" else ("outgoing",)))
            and (billing == "all" or (total(call) > 0) == (billing == "billed"))
        )

    return asked


def shown_account(company: Company, call: Call) -> str:
    """The account in a row: whoever rang, inbound calls carry the main account."""
    return company.main if call.direction == "in" else call.account


def record(company: Company, call: Call, shift: timedelta) -> Json:
    """One row."""
    return {
        "date": wall(call.start, shift),
        "callerid": call.callerid,
        "destination": call.did or call.number,
        "description": call.description,
        "account": shown_account(company, call),
        "disposition": call.disposition,
        "duration": clock(call.seconds),
        "seconds": str(call.seconds),
        "rate": places(call.rate),
        "total": places(call.cost),
        "uniqueid": call.uniqueid,
        "destination_type": call.destination_type,
        "call_logs": call.logs,
        "ip": call.ip,
        "useragent": call.agent,
    }


def client_of(company: Company, args: Args) -> str:
    """The parameter ``client``, which has to be there and right."""
    wanted(args, "client", "missing_client")
    return one_of(args, "client", company.clients, "invalid_client")


# What may be filtered by


def call_accounts(company: Company, args: Args) -> Json:
    """``getCallAccounts``: everything, the main account, each sub-account."""
    client = one_of(args, "client", company.clients, "invalid_client")
    logins = [account.login for account in company.sub_accounts.values() if client in ("", account.client)]
    return answered(
        "accounts", choices({"all": "All Accounts"} | {login: login for login in ([] if client else [company.main]) + logins}), "no_account"
    )


def call_types(company: Company, args: Args) -> Json:
    """``getCallTypes``: everything, a direction, or one number."""
    client = one_of(args, "client", company.clients, "invalid_client")
    numbers = {did.did: f"Incoming Calls - {did.did}" for did in company.dids.values() if client in ("", did.client)}
    return answered("call_types", choices({"all": "All Calls", "incoming": "Incoming Calls", "outgoing": "Outgoing Calls"} | numbers), "")


def call_billing(company: Company, args: Args) -> Json:
    """``getCallBilling``"""
    return answered("call_billing", choices({"all": "All Calls", "free": "Free Calls", "billed": "Billed Calls"}), "")


def choices(words: dict[str, str]) -> list[Json]:
    return [{"value": value, "description": description} for value, description in words.items()]


# Money


def balance(company: Company, args: Args) -> Json:
    """``getBalance``: what is left; with ``advanced`` what was spent, today's being ``""`` before the first call."""
    found: Json = {"current_balance": f"{company.balance:f}"}
    if args.get("advanced") in ("1", "true", "True"):
        found |= statistics(company, list(company.ledger), lambda call: call.cost)
    return {"status": "success", "balance": found}


def reseller_balance(company: Company, args: Args) -> Json:
    """``getResellerBalance``: one client's, with its last thirty days."""
    client = client_of(company, args)
    since = days(company, company.today - timedelta(days=30), company.today)
    calls = [call for call in since if call.client == client]
    left = {"current_balance": f"{company.clients[client].balance:f}"}
    return {"status": "success", "balance": left | statistics(company, calls, lambda call: call.price)}


def statistics(company: Company, calls: Iterable[Call], total: Callable[[Call], Decimal]) -> Json:
    """Sums over some calls, and over those of today."""
    kept = list(calls)
    midnight = datetime.combine(company.today, time(), NEW_YORK).astimezone(UTC)
    today = [call for call in kept if call.start >= midnight]
    return sums(kept, total, "total") | (sums(today, total, "today") if today else dict.fromkeys(TODAY, ""))


TODAY = ("spent_today", "calls_today", "time_today")


def sums(calls: list[Call], total: Callable[[Call], Decimal], when: str) -> Json:
    seconds = sum(call.seconds for call in calls)
    spent = sum(map(total, calls), Decimal(0))
    return {
        f"spent_{when}": f"{spent.normalize():f}",
        f"calls_{when}": str(sum(call.direction != "fee" for call in calls)),
        f"time_{when}": f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        if seconds >= 3600
        else f"{seconds // 60}:{seconds % 60:02}",
    }


def transactions(company: Company, args: Args) -> Json:
    """``getTransactionHistory``: lines of the books; the wire spells ``ammount``."""
    first, last = period(args)
    rows = (
        {"date": line.text, "uniqueid": line.uniqueid, "type": line.type, "description": line.description, "ammount": f"{line.amount:f}"}
        for line in company.transactions
        if first <= line.day <= last
    )
    return answered("transactions", rows, "no_transactions")


METHODS = {
    "getCDR": cdr,
    "getResellerCDR": reseller_cdr,
    "getCallAccounts": call_accounts,
    "getCallTypes": call_types,
    "getCallBilling": call_billing,
    "getBalance": balance,
    "getResellerBalance": reseller_balance,
    "getTransactionHistory": transactions,
}
