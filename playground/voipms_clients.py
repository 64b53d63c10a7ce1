"""The reseller's clients and packages, as the API tells them."""

from playground.company import Company
from playground.company_parts import Client, Package
from playground.voipms_words import Args, Json, Refusal, answered, one_of, places


def clients(company: Company, args: Args) -> Json:
    """``getClients``: all, or one by its id or its e-mail."""
    asked = args.get("client", "").strip()
    rows = [client(found) for found in company.clients.values() if asked in ("", found.client) or asked.lower() == found.email.lower()]
    if asked and not rows:
        raise Refusal("invalid_client")
    return answered("clients", rows, "no_client")


def client(found: Client) -> Json:
    """All fields, the portal's password too: the real API sends it."""
    return {
        "client": found.client,
        "email": found.email,
        "password": found.password,
        "company": found.company,
        "firstname": found.firstname,
        "lastname": found.lastname,
        "address": found.address,
        "city": found.city,
        "state": found.state,
        "country": found.country,
        "zip": found.zip,
        "phone_number": found.phone_number,
        "balance_management": found.balance_management,
    }


def packages(company: Company, args: Args) -> Json:
    """``getPackages``: all, or one."""
    asked = one_of(args, "package", company.packages, "invalid_package")
    return answered("packages", (package(found) for found in company.packages.values() if asked in ("", found.package)), "no_package")


def package(found: Package) -> Json:
    return {
        "package": found.package,
        "name": found.name,
        "markup_fixed": places(found.markup_fixed, 4),
        "markup_percentage": str(found.markup_percentage),
        "pulse": str(found.pulse),
        "international_route": found.international_route,
        "canada_route": found.canada_route,
        "monthly_fee": places(found.monthly_fee, 2),
        "setup_fee": places(found.setup_fee, 2),
        "free_minutes": str(found.free_minutes),
    }


METHODS = {"getClients": clients, "getPackages": packages}
