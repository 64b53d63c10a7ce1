"""Sub-accounts, whether they are registered, and the servers they register to, as the API tells them."""

from datetime import UTC, datetime
from typing import Any
from zlib import crc32

from playground.company import Company
from playground.company_parts import Pop, SubAccount
from playground.phones import Phone
from playground.voipms_words import Args, Json, Refusal, answered, one_of, wall, wanted

NOT_REGISTERED: tuple[Json, ...] = ({"registrations": []}, {}, {"registrations": None})
"""The three ways in which the API tells that there are none; each account keeps to its own."""


def registration_status(company: Company, args: Args) -> Json:
    """``getRegistrationStatus``: one account; not being registered is a success."""
    login = wanted(args, "account", "missing_account")
    if login not in company.phones:
        raise Refusal("invalid_account")
    rows = [device(company, phone, end) for phone, end in company.registrations(login)]
    found: Json = {"status": "success", "account": login, "registered": "yes" if rows else "no", "rerouted": 0, "from_server_pop": 0}
    if not rows:
        return found | NOT_REGISTERED[crc32(login.encode()) % 3]
    found |= {key: rows[0][key] for key in ("rerouted", "from_server_pop")}
    # Their order is not to be relied on: it changes from minute to minute.
    turn = int(company.clock() // 60) % len(rows)
    return found | {"registrations": rows[turn:] + rows[:turn]}


def device(company: Company, phone: Phone, end: float) -> Json:
    pop = next(pop for pop in company.pops if pop.pop == phone.pop)
    row = server(pop)
    del row["server_recommended"]
    return row | {
        "register_ip": phone.ip,
        "register_port": str(phone.port),
        "register_next": wall(datetime.fromtimestamp(end, UTC)),
        "register_protocol": "SIP",
        "register_transport": phone.transport,
        "register_useragent": phone.agent,
        "rerouted": int(bool(phone.rerouted_from)),
        "from_server_pop": phone.rerouted_from,
    }


def sub_accounts(company: Company, args: Args) -> Json:
    """``getSubAccounts``: all, one login, or those of a reseller client."""
    asked = args.get("account", "").strip()
    accounts = list(company.sub_accounts.values())
    if not asked:
        return answered("accounts", map(sub_account, accounts), "no_subaccount")
    if asked in company.sub_accounts:
        return answered("accounts", [sub_account(company.sub_accounts[asked])], "no_subaccount")
    if asked in company.clients:
        return answered("accounts", (sub_account(account) for account in accounts if account.client == asked), "no_account")
    raise Refusal("invalid_account" if asked.isdigit() or "_" in asked else "no_subaccount")


def sub_account(account: SubAccount) -> Json:
    """All fields that are documented, the password too: the real API sends it."""
    row: Json = {
        "id": account.id,
        "account": account.login,
        "username": account.username,
        "description": account.description,
        "protocol": "1",
        "auth_type": "2" if account.by_ip else "1",
        "password": account.password,
        "ip": account.site.ip if account.by_ip else "",
        "device_type": "2",
        "callerid_number": "5145550100",
        "canada_routing": "1",
        "lock_international": "0",
        "international_route": "1",
        "music_on_hold": "jazz",
        "language": "en",
        "allowed_codecs": "ulaw;g729;gsm",
        "dtmf_mode": "auto",
        "nat": "no" if account.by_ip else "yes",
        "sip_traffic": "0",
        "max_expiry": str(account.expiry),
        "rtp_timeout": "60",
        "rtp_hold_timeout": "600",
        "ip_restriction": "",
        "enable_ip_restriction": "0",
        "pop_restriction": "",
        "enable_pop_restriction": "0",
        "send_bye": "1",
        "record_calls": str(int(account.recorded)),
        "internal_extension": account.extension,
        "internal_extension_location": "0",
        "internal_voicemail": account.mailbox,
        "internal_dialtime": "30",
        "reseller_client": account.client,
        "reseller_package": account.package,
        "reseller_nextbilling": "0000-00-00",
        "transcribe": "0",
        "transcription_locale": "en-US",
        "transcription_redaction": "no",
        "transcription_summary": "no",
        "transcription_sentiment": "no",
        "transcription_email": "",
        "transcription_start_delay": "0",
        "parking_lot": "323",
        "enable_internal_cnam": "1",
        "internal_cnam": account.description[:15],
        "tfcarrier": "-1",
        "default_e911": "",
        "call_pickup_behavior": "1",
    }
    return row | account.settings


def servers(company: Company, args: Args) -> Json:
    """``getServersInfo``: all, or one POP."""
    asked = one_of(args, "server_pop", {pop.pop for pop in company.pops}, "invalid_serverpop")
    return answered("servers", (server(pop) for pop in company.pops if asked in ("", pop.pop)), "invalid_serverpop")


def server(pop: Pop) -> dict[str, Any]:
    return {
        "server_name": pop.name,
        "server_shortname": pop.shortname,
        "server_hostname": pop.hostname,
        "server_ip": pop.ip,
        "server_country": pop.country,
        "server_pop": pop.pop,
        "server_recommended": pop.recommended,
    }


METHODS = {"getRegistrationStatus": registration_status, "getSubAccounts": sub_accounts, "getServersInfo": servers}
