"""Words that come from outside: the people who call, friendly and hostile."""

from random import Random

AREA_CODES = ("514", "438", "450", "418", "819", "613", "416", "647", "905", "604", "212", "646", "617", "312", "415")
CANADA = frozenset(("514", "438", "450", "418", "819", "613", "416", "647", "905", "604"))

FIRST = (
    "Amélie", "Bruno", "Camille", "Dalia", "Éric", "Fatima", "Georges", "Hana", "Ivan", "Julia", "Karim", "Léa", "Marc", "Nora", "Olivier",
    "Priya", "Quinn", "Rita", "Serge", "Thu", "Ursula", "Vera",
)  # fmt: skip
LAST = (
    "Archer", "Bélanger", "Costa", "Dubois", "Evans", "Fournier", "Gagnon", "Haddad", "Ito", "Jensen", "Kaur", "Lavoie", "Moreau", "Nguyen",
    "Okafor", "Pelletier", "Roy", "Silva",
)  # fmt: skip
FIRMS = ("Northgate Supplies", "ROSEWOOD CLINIC", "Delta Freight", "CITY OF LAVAL", "Quill & Co", "Maple Legal LLP", "BLUE HERON BOOKS")

LONG = "Very long caller name that a cheap gateway forgot to cut off and that goes on for quite some time " * 3
HOSTILE = (
    '"<!channel> @everyone" <5145550199>',
    '"*bold* & <https://evil.example|click>" <4385550198>',
    "\"=cmd|' /C calc'!A0\" <4505550197>",
    '"\u202eerif no si eciffo eht\u202c" <6135550196>',
    '"☎️ Zoé 🎉👩‍👩‍👧" <8195550195>',
    f'"{LONG.strip()}" <4165550194>',
    '"<@U0ALICE> `code` ```block``` ~gone~ _it_" <5145550193>',
    '"@SUM(1+1)*cmd" <6475550192>',
    '"line one\r\nline two\tend" <9055550191>',
    '"&lt;b&gt; #general" <4185550190>',
    "+15145550189",
)
"""Caller ids that break what shows them carelessly."""

EXPENSIVE = ("01125255550101", "01188255550102", "01137155550103")
"""Numbers that people who steal telephone calls ring."""


def made_up(rng: Random) -> str:
    """A number in 555-01xx, between those of the company (00 to 59) and those of hostile callers (89 to 99)."""
    return f"{rng.choice(AREA_CODES)}55501{rng.randrange(60, 89):02}"


def callers(rng: Random, count: int) -> list[str]:
    """Caller ids of people and firms, in all the forms that gateways send."""
    found = []
    for index in range(count):
        name = rng.choice(FIRMS) if index % 4 == 3 else f"{rng.choice(FIRST)} {rng.choice(LAST)}"
        digits = made_up(rng)
        found.append((f'"{name}" <{digits}>', f'"{name}" <{digits}>', f"{name.upper()} <{digits}>", digits)[index % 7 % 4])
    return found


def digits_of(callerid: str) -> str:
    """The number in a caller id, ``""`` if there is none."""
    return "".join(sign for sign in callerid.rpartition("<")[2] if sign.isdigit())
