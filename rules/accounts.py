"""Sub-accounts: what people call them, and which one is meant. Pure."""

from collections.abc import Sequence

from voipms import SubAccount


def name_of(sub_account: SubAccount) -> str:
    """The description, else the login's part after the underscore, else the login."""
    return sub_account.description or sub_account.username or sub_account.account


def names_of(sub_account: SubAccount) -> Sequence[str]:
    """Everything a sub-account may be asked for by, its identity first."""
    after = sub_account.account.partition("_")[2]
    return sub_account.account, after, sub_account.username, sub_account.internal_extension, sub_account.description
