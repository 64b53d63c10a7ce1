"""Reseller clients: what people call them, and which one is meant. Pure."""

from collections.abc import Sequence

from voipms import Client


def person_of(client: Client) -> str:
    """First and last name."""
    return f"{client.firstname} {client.lastname}".strip()


def name_of(client: Client) -> str:
    """The company, else the person, else the e-mail address, else the id."""
    return client.company or person_of(client) or client.email or client.client


def names_of(client: Client) -> Sequence[str]:
    """Everything a client may be asked for by, its identity first."""
    return client.client, client.email, client.company, person_of(client)
