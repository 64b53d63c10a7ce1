"""Numbers, and everything that a routing string can name, as the API tells them."""

from collections.abc import Callable

from playground.company import Company
from playground.company_parts import Did
from playground.voipms_words import Args, Json, Refusal, answered, one_of, wall, wanted


def dids(company: Company, args: Args) -> Json:
    """``getDIDsInfo``: all, one number, or those of a client or of a sub-account."""
    owner = one_of(args, "client", {*company.clients, *company.sub_accounts}, "invalid_client")
    number = one_of(args, "did", company.dids, "invalid_did")
    rows = (
        did(found)
        for found in company.dids.values()
        if owner in ("", found.client, found.reseller_account, found.routing.removeprefix("account:")) and number in ("", found.did)
    )
    return answered("dids", rows, "no_did")


def did(found: Did) -> Json:
    """All fields that are documented or seen live, the secret ones too: the real API sends them."""
    row: Json = {
        "did": found.did,
        "description": found.description,
        "routing": found.routing,
        "failover_busy": "none:",
        "failover_unreachable": "none:",
        "failover_noanswer": "none:",
        "voicemail": "0",
        "pop": found.pop,
        "dialtime": "60",
        "cnam": "1",
        "e911": "0",
        "callerid_prefix": "",
        "note": "",
        "port_out_pin": "",
        "billing_type": "2" if found.flat else "1",
        "next_billing": str(found.next_billing),
        "order_date": wall(found.ordered),
        "reseller_account": found.reseller_account,
        "reseller_next_billing": str(found.next_billing) if found.reseller_account else "0000-00-00",
        "reseller_monthly": "0.00000000",
        "reseller_minute": "0.00000000",
        "reseller_setup": "0.00000000",
        "sms_available": int(not found.did.startswith("8")),
        "sms_enabled": "0",
        "sms_email": "",
        "sms_email_enabled": "0",
        "sms_forward": "-1" if found.flat else "",
        "sms_forward_enabled": "0",
        "sms_url_callback": "",
        "sms_url_callback_enabled": str(int("sms_url_callback" in found.secrets)),
        "sms_url_callback_retry": "0",
        "sms_sipaccount": "",
        "sms_sipaccount_enabled": "0",
        "mms_available": 1,
        "webhook": "",
        "webhook_enabled": str(int("webhook" in found.secrets)),
        "smpp_enabled": str(int("smpp_pass" in found.secrets)),
        "smpp_url": "",
        "smpp_user": "harbour" if "smpp_pass" in found.secrets else "",
        "smpp_pass": "",
        "transcribe": "0",
        "transcription_locale": "en-US",
        "transcription_redaction": "no",
        "transcription_summary": "no",
        "transcription_sentiment": "no",
        "transcription_email": "",
        "voicemail_threshold": "0",
        "dialmode": "1",
    }
    return row | found.settings | found.secrets


def listing(key: str, parameter: str, identity: str, empty: str) -> Callable[[Company, Args], Json]:
    """A method that lists things a routing string can name, all or one."""

    def method(company: Company, args: Args) -> Json:
        rows = company.targets[key]
        asked = one_of(args, parameter, {row[identity] for row in rows}, f"invalid_{parameter.replace('_', '')}")
        return answered(key, (row for row in rows if asked in ("", row[identity])), empty)

    return method


def static_members(company: Company, args: Args) -> Json:
    """``getStaticMembers``: who answers one queue."""
    queue = wanted(args, "queue")
    if queue not in company.members:
        raise Refusal("invalid_queue")
    rows = company.members[queue]
    asked = one_of(args, "member", {row["member"] for row in rows}, "invalid_member")
    return answered("members", (row for row in rows if asked in ("", row["member"])), "no_member")


METHODS: dict[str, Callable[[Company, Args], Json]] = {
    "getDIDsInfo": dids,
    "getForwardings": listing("forwardings", "forwarding", "forwarding", "no_forwarding"),
    "getRingGroups": listing("ring_groups", "ring_group", "ring_group", "no_ringgroup"),
    "getQueues": listing("queues", "queue", "queue", "no_queue"),
    "getStaticMembers": static_members,
    "getIVRs": listing("ivrs", "ivr", "ivr", "no_ivr"),
    "getTimeConditions": listing("timecondition", "timecondition", "timecondition", "no_timecondition"),
    "getCallHuntings": listing("call_hunting", "callhunting", "callhunting", "no_callhunting"),
    "getSIPURIs": listing("sipuris", "sipuri", "sipuri", "no_sipuri"),
    "getCallbacks": listing("callbacks", "callback", "callback", "no_callback"),
    "getDISAs": listing("disa", "disa", "disa", "no_disa"),
    "getRecordings": listing("recordings", "recording", "value", "no_recording"),
}
