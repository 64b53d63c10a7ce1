"""The numbers of Harbour & Finch Ltd and its clients, and what they ring: every kind of routing there is."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from playground.company_parts import MAIN, NO_CLIENT, Did
from playground.company_staff import pin

NEW_YORK = ZoneInfo("America/New_York")

# number | what the portal calls it | routing | POP | failover when nobody answers
NUMBERS = """
    5145550100 | Main line              | tc:1830                    | 67 | none:
    5145550101 | Front desk direct      | account:100001_frontdesk   | 67 | vm:1001
    5145550102 | Sales                  | queue:3008                 | 67 | vm:1007
    5145550103 | Support                | grp:4768                   | 67 | vm:1001
    5145550104 | Menu                   | ivr:4636                   | 67 | none:
    5145550105 | Fax                    | account:100001_fax         | 67 | none:
    5145550106 | Harbour's mobile       | fwd:18635                  | 67 | none:
    5145550107 | Messages only          | vm:1002                    | 67 | none:
    5145550108 | Old number             | sys:hangup                 | 67 | none:
    5145550109 | Call me back           | cb:2359                    | 67 | none:
    5145550110 | Dial in and out        | disa:2114                  | 67 | none:
    5145550111 | Closed today           | recording:7567             | 67 | none:
    5145550112 | Partner's exchange     | sip:6199                   | 67 | fwd:18636
    5145550113 | Accounts & billing     | account:100001_billing     | 67 | grp:4768
    4505550120 | Laval main             | tc:1831                    | 67 | none:
    4505550121 | Nadia Cherif direct    | account:100001_nadia       | 80 | vm:1009
    4505550122 | Warehouse              | grp:4769                   | 80 | vm:1010
    8005550130 | Toll-free              | ivr:4637                   | 67 | none:
    6135550140 | Ottawa *bold* & <https://evil.example|click> | account:100001_noor | 72 | none:
    2125550150 | New York               | grp:4770                   | 72 | none:
    4385550151 | Echo test              | sys:echo                   | 67 | none:
"""

# number | the client | the login it is billed to | what it rings
CLIENT_NUMBERS = """
    4505550152 | 561115 | 100001_birchdental1   | account:100001_birchdental1
    5145550153 | 561116 | 100001_deltafreight1  | account:100001_deltafreight2
    4185550154 | 561118 | 100001_rosewood1      | grp:4771
    4165550155 | 561120 | 100001_maplelegal1    | account:100001_maplelegal1
    5145550156 | 561122 | 100001_oliveandfig1   | account:100001_oliveandfig1
"""
FLAT = frozenset(("5145550100", "4505550120", "4165550155"))


def dids(rng: Random, now: datetime) -> Iterator[Did]:
    """All numbers, the company's own first."""
    for line in filter(str.strip, NUMBERS.splitlines()):
        number, rest = (part.strip() for part in line.split("|", 1))
        description, routing, pop, failover = (part.strip() for part in rest.rsplit("|", 3))
        yield did(rng, now, number, description, routing, pop, {"failover_noanswer": failover})
    for line in filter(str.strip, CLIENT_NUMBERS.splitlines()):
        number, client, login, routing = (part.strip() for part in line.split("|"))
        differs = {"reseller_monthly": "1.50000000", "reseller_minute": "0.01200000", "reseller_setup": "0.50000000"}
        yield did(rng, now, number, f"Client {client}", routing, "67", differs, client, login)


def did(
    rng: Random,
    now: datetime,
    number: str,
    description: str,
    routing: str,
    pop: str,
    differs: dict[str, Any],
    client: str = NO_CLIENT,
    login: str = "",
) -> Did:
    """One number, some of them with SMS and its secrets."""
    token = f"{rng.getrandbits(64):016x}"
    secrets = {"port_out_pin": pin(rng)}
    if number.endswith(("1", "3")):
        differs = differs | {"sms_enabled": "1", "sms_email": "texts@harbourfinch.example", "sms_email_enabled": "1"}
        secrets |= {
            "sms_url_callback": f"https://hooks.example.com/sms/{token}?to={{TO}}&from={{FROM}}&message={{MESSAGE}}",
            "webhook": f"https://hooks.example.com/voip?token=wh-{token}",
        }
    if number.endswith("2"):
        secrets |= {"smpp_pass": f"smpp-{token[:10]}", "smpp_url": f"smpp://user:smpp-{token[:10]}@smpp.example.com:2775"}
    ordered = now.astimezone(NEW_YORK).date() - timedelta(days=rng.randrange(200, 2500))
    return Did(
        did=number,
        description=description,
        routing=routing,
        pop=pop,
        ordered=datetime.combine(ordered, time(rng.randrange(8, 18), rng.randrange(60), rng.randrange(60)), NEW_YORK),
        next_billing=next_month_day(now.astimezone(NEW_YORK).date(), min(ordered.day, 28)),
        flat=number in FLAT,
        client=client,
        reseller_account=login,
        settings=differs,
        secrets=secrets,
    )


def next_month_day(today: date, day: int) -> date:
    """The next day of the month with this number, after today."""
    if today.day < day:
        return today.replace(day=day)
    return (today.replace(day=28) + timedelta(days=4)).replace(day=day)


def targets(rng: Random) -> dict[str, list[dict[str, Any]]]:
    """Everything a routing string can name, by the key of its list on the wire."""
    return {
        "forwardings": [
            forwarding("18635", "5145550160", "Harbour's mobile"),
            forwarding("18636", "5145550161", "Answering service"),
            forwarding("18637", "2125550162", "New York agent", pause="1.5", dtmf_digits="123", callerid_override="2125550150"),
        ],
        "ring_groups": [
            ring_group("4768", "Support & service", "account:100001_frontdesk;account:100001_frontdesk2;fwd:18635", "1001"),
            ring_group("4769", "Warehouse", "account:100001_dock;account:100001_packing;account:100001_kiosk", "1010"),
            ring_group("4770", "New York <!here>", "fwd:18637;account:100001_noor", "0"),
            ring_group("4771", "Rosewood", "account:100001_rosewood1;account:100001_rosewood2;account:100001_rosewood3", "0"),
        ],
        "queues": [queue(rng, "3008", "Sales", "6"), queue(rng, "3009", "Billing", "7", maximum_wait_time="unlimited")],
        "ivrs": [
            ivr("4636", "Head office menu", "1=queue:3008;2=queue:3009;3=grp:4768;4=account:100001_boardroom;0=account:100001_frontdesk"),
            ivr("4637", "Toll-free menu, in circles", "1=ivr:4636;2=ivr:4637;3=did:5145550100;9=vm:1001"),
        ],
        "timecondition": [
            time_condition("1830", "Office hours", "ivr:4636", "vm:1001"),
            time_condition("1831", "Laval hours", "account:100001_laval", "tc:1830"),
        ],
        "call_hunting": [
            {
                "callhunting": "323",
                "description": "Managers, one after the other",
                "members": "account:100001_ana;account:100001_ben;fwd:18635;none:;none:;none:;none:;none:",
                "ring_time": "20;20;20;20;20;20;20;20",
                "order": "follow",
                "press": "1;1;1;1;1;1;1;1",
                "music": "default",
                "recording": "default",
                "language": "en",
            }
        ],
        "sipuris": [
            {
                "sipuri": "6199",
                "uri": "5145550163@sip.example.com",
                "description": "Partner's exchange",
                "callerid_override": "",
                "callerid_e164": "1",
            }
        ],
        "callbacks": [
            {
                "callback": "2359",
                "description": "Call me back",
                "number": "5145550164",
                "delay_before": "5",
                "response_timeout": "10",
                "digit_timeout": "5",
                "callerid_number": "5145550109",
            }
        ],
        "disa": [
            {
                "disa": "2114",
                "name": "Travellers",
                "pin": pin(rng),
                "digit_timeout": "10",
                "callerid_override": "5145550110",
                "language": "en",
            }
        ],
        "recordings": [
            {"value": "7567", "description": "Closed today"},
            {"value": "7696", "description": "Welcome"},
            {"value": "7697", "description": "Bienvenue"},
        ],
    }


def static_members() -> dict[str, list[dict[str, Any]]]:
    """Who answers a queue, by queue."""
    answering = {"3008": ("sales1", "sales2", "maya"), "3009": ("billing",)}
    return {
        queue: [
            {"member": str(163 + place), "queue_number": queue, "name": name, "account": f"SIP/{MAIN}_{name}", "priority": "0"}
            for place, name in enumerate(names)
        ]
        for queue, names in answering.items()
    }


def forwarding(number: str, phone: str, description: str, **differs: str) -> dict[str, Any]:
    usual = {"callerid_override": "", "description": description, "dtmf_digits": "", "pause": "0", "diversion_header": "0"}
    return {"forwarding": number, "phone_number": phone, **usual, **differs}


def ring_group(number: str, name: str, members: str, voicemail: str) -> dict[str, Any]:
    usual = {"caller_announcement": "7696", "music_on_hold": "jazz", "language": "en"}
    return {"ring_group": number, "name": name, **usual, "members": members, "voicemail": voicemail}


def ivr(number: str, name: str, choices: str) -> dict[str, Any]:
    return {"ivr": number, "name": name, "recording": "7696", "timeout": "5", "language": "en", "voicemailsetup": "1", "choices": choices}


def time_condition(number: str, name: str, match: str, nomatch: str) -> dict[str, Any]:
    """Monday to Friday from eight to six, Saturday until noon."""
    hours = {"starthour": "8;8", "startminute": "0;0", "endhour": "18;12", "endminute": "0;0"}
    days = {"weekdaystart": "mon;sat", "weekdayend": "fri;sat"}
    return {"timecondition": number, "name": name, "routing_match": match, "routing_nomatch": nomatch, **hours, **days}


def queue(rng: Random, number: str, name: str, extension: str, **differs: str) -> dict[str, Any]:
    """A queue with all its settings; counts are words where VoIP.ms writes words."""
    row = {
        "queue": number,
        "queue_name": name,
        "queue_number": extension,
        "queue_language": "en",
        "queue_password": f"queue-{rng.getrandbits(40):010x}",
        "callerid_prefix": f"{name}: ",
        "join_announcement": "none",
        "priority_weight": "1",
        "agent_announcement": "0",
        "report_hold_time_agent": "yes",
        "member_delay": "0",
        "music_on_hold": "jazz",
        "maximum_wait_time": "300",
        "maximum_callers": "10",
        "join_when_empty": "no",
        "leave_when_empty": "yes",
        "ring_strategy": "rrmemory",
        "ring_inuse": "no",
        "agent_ring_timeout": "15",
        "retry_timer": "5",
        "wrapup_time": "20",
        "voice_announcement": "0",
        "frequency_announcement": "none",
        "announce_position_frecuency": "none",
        "announce_round_seconds": "none",
        "if_announce_position_enabled_report_estimated_hold_time": "no",
        "thankyou_for_your_patience": "yes",
        "fail_over_routing_timeout": "vm:1007",
        "fail_over_routing_full": "fwd:18636",
        "fail_over_routing_join_empty": "vm:1007",
        "fail_over_routing_leave_empty": "none:",
        "fail_over_routing_join_unavail": "none:",
        "fail_over_routing_leave_unavail": "none:",
    }
    return row | differs
