"""What belongs to one reseller client, and what to others: how a leak is found in any answer."""

import re
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path

from playground.company import Company
from playground.voipms_accounts import sub_account
from playground.voipms_numbers import did as did_row

_TOKEN = re.compile(r"[\w@.+-]+")
_NUMBER = re.compile(r"\+?1?[\s(.-]*\d{3}[\s).-]*\d{3}[\s.-]*\d{4}(?!\d)")
_CUT = re.compile(r"(\S+)…")
PRODUCT = ("blocks", "handlers", "rules", "voipms")


@cache
def own_words() -> frozenset[str]:
    """Words that the product itself may say, read from its source; letters alone, since its examples name logins and numbers."""
    root = Path(__file__).parents[1]
    sources = (path.read_text() for package in PRODUCT for path in (root / package).glob("*.py"))
    return frozenset(word for source in sources for word in re.findall(r"[a-z]+", source.lower()))


class Foreign:
    """Everything of the company that one client's channel must not be told.

    Args:
        client: The client's number.
        since: Calls before are not looked at.
    """

    def __init__(self, company: Company, client: str, since: datetime) -> None:
        own_calls = [call for call in company.ledger if call.client == client]
        own = {token for text in _texts_of(company, client, True) for token in tokens(text)}
        own |= {token for call in own_calls for token in tokens(f"{call.callerid} {call.number} {call.did} {call.uniqueid} {call.account}")}
        # what VoIP.ms says of the client's own phones and numbers is the client's, even where others have the same
        own |= tokens(str([sub_account(one) for one in company.sub_accounts.values() if one.client == client]))
        own |= tokens(str([did_row(one) for one in company.dids.values() if one.client == client]))
        others = {token for text in _texts_of(company, client, False) for token in tokens(text)}
        others |= {call.uniqueid.lower() for call in company.ledger if call.client != client and call.start >= since}
        self.tokens = frozenset(
            token
            for token in others - own
            if len(token) > 3 and not _is_common(token) and not token.startswith("@") and not _is_a_word(token)
        )

    def __repr__(self) -> str:
        return f"Foreign({len(self.tokens)} tokens)"  # else hypothesis prints them all

    def found(self, told: str, typed: str = "") -> frozenset[str]:
        """What of it was told, beside what the person typed, be it cut."""
        own = tokens(typed)
        leaked = (self.tokens & tokens(told)) - own
        cut = _CUT.findall(told.lower())
        return leaked - {token for token in leaked if _ends(token, cut) and any(one.startswith(token) for one in own)}


def _ends(token: str, words: list[str]) -> bool:
    return any(word.endswith(token) for word in words)


def tokens(text: str) -> set[str]:
    """Words, logins and addresses in small letters, and phone numbers as ten digits however they are written."""
    low = text.lower()
    found = {token.strip(".-+") for token in _TOKEN.findall(low)}
    return found | {re.sub(r"\D", "", number)[-10:] for number in _NUMBER.findall(low)}


def _is_a_word(token: str) -> bool:
    return own_words().issuperset(token.split("-"))


def _is_common(token: str) -> bool:
    """Figures that may be anybody's: counts, years, amounts."""
    return bool(re.fullmatch(r"[\d.,]{1,5}", token))


def _texts_of(company: Company, client: str, own: bool) -> Iterator[str]:
    """Names, logins, numbers and addresses of the client, or of all others."""
    for one in company.sub_accounts.values():
        if (one.client == client) is own:
            yield f"{one.login} {one.description} {one.site.ip}"
    for person in company.clients.values():
        if (person.client == client) is own:
            yield f"{person.client} {person.email} {person.company} {person.firstname} {person.lastname}"
            yield f"{person.address} {person.phone_number}"
    for did in company.dids.values():
        if (did.client == client) is own:
            yield f"{did.did} {did.description if did.client == '0' else ''} {did.routing.replace(':', ' ')}"
    for box in company.mailboxes.values():
        if (box.client == client) is own:
            yield f"{box.name} {box.email}"
    for rows in company.targets.values() if not own else ():
        for row in rows:
            yield " ".join(str(row.get(key) or "") for key in ("name", "description", "phone_number", "uri", "queue_name"))
