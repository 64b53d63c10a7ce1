"""The reseller's side of Harbour & Finch Ltd: its clients, what they pay, and their phones."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from random import Random

from playground.company_numbers import next_month_day
from playground.company_parts import MAIN, Client, Package, Site, SubAccount
from playground.company_staff import POLY, YEALINK, devices, password
from playground.phones import Phone

PACKAGES = (
    Package("8378", "Per minute", Decimal("0.01"), 50, 60, "1", "1", Decimal("2.00"), Decimal("1.00"), 0),
    Package("8379", "Small office", Decimal("0.005"), 25, 6, "1", "2", Decimal("14.95"), Decimal("0.00"), 500),
    Package("8380", "Clinic <b>24/7</b> & nights", Decimal("0.00"), 100, 30, "2", "1", Decimal("29.50"), Decimal("25.00"), 1500),
    Package("8381", "Wholesale", Decimal("0.001"), 0, 1, "1", "1", Decimal("0.00"), Decimal("0.00"), 0),
    Package("8382", "Trial (nobody has it)", Decimal("0.02"), 200, 60, "2", "2", Decimal("0.00"), Decimal("0.00"), 60),
)

# client | e-mail | company | first | last | street | city | zip | phone | balance | package | its phones
CLIENTS = """
    561115 | office@birchdental.example | Birch Dental | Joanne | Birch | 12 Lake Road | Laval | H7A 0A1 | 4505550170 | 8.0588 | 8378 | 2
    561116 | Ops@Delta-Freight.example | Delta Freight | Marc | Delorme | 400 Quay St | Montréal | H2Y 0B2 | 5145550171 | 45.12 | 8379 | 2
    561117 | hello@quillco.example | Quill & Co | Ana | Quill | 9 Mill Lane | Ottawa | K1A 0C3 | 6135550172 | 0.35 | 8379 | 1
    561118 | frontdesk@rosewood.example | Rosewood Clinic | Dr. Lee | Rosewood | 7 Hill St | Québec | G1R 0D4 | 4185550173 | 19.9 | 8380 | 3
    561119 | owner@heronbooks.example | Blue Heron Books | Ivy | Heron | 3 Park Avenue | Boston | 02101 | 6175550174 | 61 | 8378 | 1
    561120 | it@maplelegal.example | Maple Legal LLP | Sunil | Rao | 1 Court Square | Toronto | M5H 0E5 | 4165550175 | 210.5 | 8381 | 2
    561121 | anna@evil.example | <!channel> *Free* & <https://evil.example> | =1+1 | @here | 1 Nowhere | X | 00000 | | -2.5 | 8378 | 1
    561122 | chef@oliveandfig.example | Olive & Fig | Léa | Fournier | 55 Rue du Port | Montréal | H2Y 0F6 | 5145550176 | 5 | 8378 | 1
    561123 | info@northgate.example | Northgate Supplies | Tom | Archer | 8 North Gate | New York | 10001 | 2125550177 | 33.33 | 8379 | 1
    561124 | new@startingup.example | Starting Up Inc. | Vera | Nguyen | 2 First Street | Vancouver | V5K 0G7 | 6045550178 | 0 | 8382 | 0
"""
STATES = {"Boston": ("MASSACHUSETTS", "UNITED STATES"), "New York": ("NEW YORK", "UNITED STATES"), "Toronto": ("ONTARIO", "CANADA")}


def lines() -> Iterator[list[str]]:
    """The table above, cell by cell."""
    for line in filter(str.strip, CLIENTS.splitlines()):
        yield [cell.strip() for cell in line.split("|")]


def clients(rng: Random) -> Iterator[Client]:
    """The clients, with the passwords of their portal."""
    for number, email, company, first, last, street, city, code, phone, balance, *_ in lines():
        state, country = STATES.get(city, ("QUEBEC", "CANADA"))
        yield Client(
            number, email, password(rng, "portal"), company, first, last, street, city, state, country, code, phone,
            "1" if Decimal(balance) > 1 else "2", Decimal(balance),
        )  # fmt: skip


def client_phones(rng: Random, today: date) -> Iterator[tuple[SubAccount, list[Phone]]]:
    """The clients' sub-accounts; each client has one address."""
    for index, (number, email, company, *_, package, count) in enumerate(lines()):
        site = Site(company, f"192.0.2.{101 + index}", "67" if index % 2 else "80")
        name = email.split("@")[1].split(".")[0].replace("-", "").lower()
        for place in range(1, int(count) + 1):
            made = SubAccount(
                id=str(99900 + index * 10 + place),
                login=f"{MAIN}_{name}{place}",
                description=f"{company} {place}",
                extension=str(600 + index * 10 + place),
                site=site,
                password=password(rng, "sip"),
                expiry=600,
                agent=YEALINK if place % 2 else POLY,
                client=number,
                package=package,
                settings={"reseller_nextbilling": str(next_month_day(today, 1))},
            )
            yield made, devices(rng, made)
