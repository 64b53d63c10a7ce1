"""The phones and mailboxes of Harbour & Finch Ltd: who sits where, and what is on the desk."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zlib import crc32

from playground.company_parts import MAIN, Mailbox, Message, Pop, Site, SubAccount
from playground.company_words import HOSTILE, callers
from playground.phones import Phone

POPS = (
    Pop("15", "Atlanta, GA", "Atlanta1", "atlanta1.voip.ms", "198.51.100.15", "USA", "No"),
    Pop("41", "Chicago, IL", "Chicago3", "chicago3.voip.ms", "198.51.100.41", "USA", "No"),
    Pop("52", "London, UK", "London2", "london2.voip.ms", "198.51.100.52", "United Kingdom", "No"),
    Pop("65", "Montreal 3, QC", "Montreal3", "montreal3.voip.ms", "198.51.100.65", "Canada", 1),
    Pop("67", "Montreal 5, QC", "Montreal5", "montreal5.voip.ms", "198.51.100.67", "Canada", "Yes"),
    Pop("72", "New York 4, NY", "NewYork4", "newyork4.voip.ms", "198.51.100.72", "USA", True),
    Pop("80", "Toronto 6, ON", "Toronto6", "toronto6.voip.ms", "198.51.100.80", "Canada", "Yes"),
    Pop("91", "Vancouver 2, BC", "Vancouver2", "vancouver2.voip.ms", "198.51.100.91", "Canada", "No"),
)

HEAD_OFFICE = Site("Head office", "203.0.113.7", "67")
BRANCH = Site("Laval branch", "198.51.100.130", "67")
WAREHOUSE = Site("Warehouse", "192.0.2.61", "80")

YEALINK = "Yealink SIP-T46U 108.86.0.45"
POLY = "PolycomVVX-VVX_411-UA/6.4.6.2453"
GRANDSTREAM = "Grandstream HT802 1.0.55.5"
LINPHONE = "LinphoneAndroid/5.2.5 (belle-sip)"
ZOIPER = "Zoiper rv2.10.20.4"

# login | extension | description | mailbox | what it is: a device, "address" (known by its address), "never" (never registered)
DESKS: dict[Site, str] = {
    HEAD_OFFICE: """
        frontdesk   | 101 | Front desk              | 1001 | yealink
        frontdesk2  | 102 | Front desk 2            | 1001 | yealink
        boardroom   | 110 | Boardroom               |      | poly
        kitchen     | 111 | Kitchen                 |      | poly
        ana         | 121 | Ana Ribeiro             | 1002 | yealink
        ben         | 122 | Ben Kowalski            | 1003 | yealink
        chloe       | 123 | Chloé Tremblay          | 1004 | yealink
        dev         | 124 | Dev Patel               | 1005 | yealink
        emma        | 125 | Emma Larsson            |      | yealink
        farid       | 126 | Farid Aziz              |      | yealink
        grace       | 127 | Grace Liu               |      | yealink
        hugo        | 128 | Hugo Lefebvre           |      | yealink
        ines        | 129 | Inès Marchand           |      | poly
        jonas       | 131 | Jonas Weber             |      | poly
        keiko       | 132 | Keiko Tanaka            |      | poly
        liam        | 133 | Liam O'Neill            |      | poly
        maya        | 134 | Maya Singh              | 1006 | yealink twice
        sales1      | 135 | Sales 1                 | 1007 | yealink recorded
        sales2      | 136 | Sales 2                 | 1007 | yealink recorded
        billing     | 137 | Accounts & billing      | 1008 | yealink
        fax         | 140 | Fax line                |      | grandstream
        door        | 141 | Door phone              |      | grandstream
        pbx         |     | PBX trunk               |      | address
        elevator    |     | Lift emergency phone    |      | address
    """,
    BRANCH: """
        laval       | 201 | Laval reception         | 1009 | yealink
        lavalroom   | 210 | Laval meeting room      |      | poly
        nadia       | 211 | Nadia Cherif            |      | yealink
        omar        | 212 | Omar Diallo             |      | yealink
        paula       | 213 | Paula Gomes             |      | yealink
        rosa        | 214 | Rosa Bianchi            |      | yealink
        lavalfax    | 240 | Laval fax (not yet up)  |      | never
        alarm       |     | Alarm panel             |      | address
    """,
    WAREHOUSE: """
        dock        | 301 | Warehouse dock          | 1010 | grandstream
        packing     | 302 | 📦 Packing bench 🚚     |      | grandstream
        kiosk       | 303 | *bold* & <https://evil.example|click> | | grandstream
        scale       | 304 | =cmd|' /C calc'!A0      |      | grandstream
        gate        |     | Gate intercom           |      | address
    """,
    Site("Noor's home", "203.0.113.101", "72"): "noor | 401 | Noor Hakimi (home) | 1011 | zoiper",
    Site("Sam's home", "203.0.113.114", "80"): "sam | 402 | Sam Whitfield (home) | 1012 | zoiper twice",
    Site("Tess's home", "192.0.2.177", "91"): "tess | 403 | Tess van Dijk (home) | | zoiper",
    Site("Victor's home", "198.51.100.201", "41"): "victor | 404 | \u202erotciV\u202c (home) | | zoiper",
    Site("", "", "67"): """
        spare       | 190 | Spare handset in a drawer | | never
        loaner      | 191 | Loaner that was ordered for the trade fair in spring and has been waiting in its box since then, because \
nobody remembered to take it out, to plug it in, or to tell anybody that it is there at all | | never
    """,
}
AGENTS = {"yealink": YEALINK, "poly": POLY, "grandstream": GRANDSTREAM, "zoiper": ZOIPER}
EXPIRIES = {"yealink": 300, "poly": 600, "grandstream": 1800, "zoiper": 120, "never": 3600, "address": 3600}

MAILBOXES = {
    "1001": ("Front desk", "desk"),
    "1002": ("Ana Ribeiro", "ana"),
    "1003": ("Ben Kowalski", "ben"),
    "1004": ("Chloé Tremblay", "chloe"),
    "1005": ("Dev Patel", "dev"),
    "1006": ("Maya Singh", "maya"),
    "1007": ("Sales <!here> @channel", "sales"),
    "1008": ("Accounts & billing", "billing"),
    "1009": ("Laval reception", "laval"),
    "1010": ("=HYPERLINK(1)", "dock"),
    "1011": ("Noor Hakimi", "noor"),
    "1012": ("Sam Whitfield", "sam"),
}


def password(rng: Random, prefix: str) -> str:
    """An invented secret of one kind, with signs that have to be escaped somewhere."""
    return f"{prefix}-{rng.getrandbits(40):010x}{rng.choice('!&%+=')}"


def pin(rng: Random) -> str:
    """Eight digits, the first of them 0."""
    return f"0{rng.randrange(10**7):07}"


def staff(rng: Random) -> Iterator[tuple[SubAccount, list[Phone]]]:
    """The company's own sub-accounts, each with its devices."""
    index = 0
    for site, lines in DESKS.items():
        for line in filter(str.strip, lines.splitlines()):
            login, extension, rest = (part.strip() for part in line.split("|", 2))
            description, mailbox, kind = (part.strip() for part in rest.rsplit("|", 2))
            words = kind.split()
            index += 1
            made = SubAccount(
                id=str(99780 + index),
                login=f"{MAIN}_{login}",
                description=description,
                extension=extension,
                site=site,
                password=password(rng, "sip"),
                by_ip=words[0] == "address",
                expiry=EXPIRIES[words[0]],
                agent=AGENTS.get(words[0], ""),
                mailbox=mailbox,
                recorded="recorded" in words,
                settings=settings(index, login),
            )
            yield made, devices(rng, made, twice="twice" in words)


def settings(index: int, login: str) -> dict[str, Any]:
    """The wire fields in which sub-accounts differ, in the several spellings that are seen live."""
    found: dict[str, Any] = {"sip_traffic": (0, "0", "0", "1")[index % 4], "canada_routing": ("2", -1, "1")[index % 3]}
    if login in ("fax", "lavalfax"):
        found |= {"dtmf_mode": "inband", "allowed_codecs": "ulaw", "callerid_number": "5145550105"}
    if login in ("kitchen", "door", "gate", "elevator"):
        found |= {"lock_international": "1", "callerid_number": ("-1", "")[index % 2]}
    if login == "boardroom":
        found |= {"transcribe": "1", "transcription_email": "minutes@harbourfinch.example", "transcription_summary": "yes"}
    if login == "pbx":
        found |= {"device_type": "1", "enable_ip_restriction": "1", "ip_restriction": "203.0.113.0/25"}
    if login == "noor":
        found |= {"enable_pop_restriction": "1", "pop_restriction": "72,67,80", "default_e911": "5145550100"}
    return found


def main_phone(rng: Random) -> Phone:
    """The one device that is signed in with the main account itself."""
    main = SubAccount("0", MAIN, "Main account", "", HEAD_OFFICE, "", expiry=600)
    return device(rng, main, HEAD_OFFICE.ip, HEAD_OFFICE.pop, GRANDSTREAM)


def devices(rng: Random, account: SubAccount, twice: bool = False) -> list[Phone]:
    """The phones of an account: none for one that is known by its address or never registered."""
    if not account.agent:
        return []
    phones = [device(rng, account, account.site.ip, account.site.pop, account.agent)]
    if twice:
        phones.append(device(rng, account, f"192.0.2.{rng.randrange(201, 250)}", "65", LINPHONE))
    return phones


def device(rng: Random, account: SubAccount, ip: str, pop: str, agent: str) -> Phone:
    """One phone with a rhythm of its own."""
    refresh = round(account.expiry * rng.uniform(0.5, 0.95), 1)
    return Phone(
        account=account.login,
        ip=ip,
        port=rng.randrange(1024, 65535),
        pop=pop,
        expiry=account.expiry,
        refresh=refresh,
        offset=round(rng.uniform(0, refresh), 1),
        boot=1.0 + crc32(account.login.encode()) % 3,
        agent=agent,
        transport="TLS" if agent == ZOIPER else "UDP",
        rerouted_from=65 if account.username == "dev" else 0,
    )


def mailboxes(rng: Random) -> Iterator[Mailbox]:
    """The mailboxes and their settings."""
    for index, (number, (name, user)) in enumerate(MAILBOXES.items()):
        differs: dict[str, Any] = {"skip_password": str(int(index % 5 == 4)), "play_instructions": ("u", "su")[index % 2]}
        if index % 4 == 1:
            differs |= {
                "transcription": "yes",
                "transcription_format": "html",
                "transcription_delay": "5",
                "email_attachment_format": "wav",
            }
        if index % 4 == 3:
            differs |= {"attach_message": "no", "say_time": "no", "language": "fr", "unavailable_message_recording": "7567"}
        zone = "America/Vancouver" if user == "sam" else "America/Toronto"
        yield Mailbox(number, name, pin(rng), f"{user}@harbourfinch.example", zone=zone, settings=differs)


def messages(rng: Random, boxes: list[Mailbox], now: datetime) -> Iterator[Message]:
    """What has been left in the mailboxes, in the last forty days; the last mailbox is empty."""
    people = [*callers(rng, 12), *HOSTILE[:6], "anonymous", ""]
    for box in boxes[:-1]:
        for folder, most, listened in (("INBOX", 5, False), ("Urgent", 2, False), ("Old", 6, True), ("Work", 2, True)):
            times = sorted(now - timedelta(minutes=rng.randrange(20, 57_600)) for _ in range(rng.randrange(most + 1)))
            for number, at in enumerate(times, start=1):
                caller = rng.choice(people)
                yield Message(box.mailbox, folder, number, at, caller, rng.randrange(3, 180), folder == "Urgent", listened)
