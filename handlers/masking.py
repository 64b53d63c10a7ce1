"""Names that have a phone number in them, for people who see numbers masked: what somebody called a phone, a mailbox or a site."""

from dataclasses import replace
from typing import Any

from msgspec.structs import replace as with_fields

from blocks.frame import mask_within
from rules.surroundings import Surroundings
from store.lines import Account
from voipms import Rows, SubAccount, Voicemail, VoipMs
from voipms.pace import Priority


class Masked(VoipMs):
    """The account, or a part of it, with the numbers in names masked. Thread-safe."""

    def __init__(self, seen: VoipMs) -> None:
        self._seen = seen

    def __getattribute__(self, name: str) -> Any:
        return super().__getattribute__(name) if name.startswith("_") or name in Masked.__dict__ else getattr(self._seen, name)

    def __repr__(self) -> str:
        return f"Masked({self._seen!r})"

    def patient(self, priority: Priority, tries: int) -> "Masked":
        """The same, asked with another patience."""
        return Masked(self._seen.patient(priority, tries))

    def sub_accounts(self, account: str = "") -> Rows[SubAccount]:
        """Sub-accounts, their descriptions masked."""
        rows = self._seen.sub_accounts(account)
        return Rows((with_fields(one, description=mask_within(one.description)) for one in rows), rows.unreadable, rows.gaps)

    def voicemails(self, mailbox: str = "", client: str = "") -> Rows[Voicemail]:
        """Mailboxes, their names masked."""
        rows = self._seen.voicemails(mailbox, client)
        return Rows((with_fields(one, name=mask_within(one.name)) for one in rows), rows.unreadable, rows.gaps)


def account(one: Account, masked: bool) -> Account:
    """A phone that is watched, as it is called to somebody."""
    return replace(one, description=mask_within(one.description)) if masked else one


def around(seen: Surroundings, masked: bool) -> Surroundings:
    """What is around an outage: the phones, the sites, and why somebody muted them."""
    if not masked:
        return seen
    return replace(
        seen,
        who={login: replace(one, name=mask_within(one.name)) for login, one in seen.who.items()},
        sites={key: mask_within(name) for key, name in seen.sites.items()},
        mute=None if seen.mute is None else replace(seen.mute, reason=mask_within(seen.mute.reason)),
    )
