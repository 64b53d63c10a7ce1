"""Reseller packages: the list, and one with all its settings. Pure."""

from collections.abc import Sequence

from blocks import words
from blocks.frame import BlockDict, code, header, plural, render, section
from blocks.settings import NOTHING, WHOLE, Group, Line, Lost, Page, overview, quoted, settings, titled, unread
from voipms import Package

SETTINGS = (
    Group(
        "Package",
        (
            Line("name", "Name", words.as_is),
            Line("package", "Package id", words.as_is, is_code=True),
        ),
    ),
    Group(
        "Fees",
        (
            Line("monthly_fee", "Monthly fee", words.dollars),
            Line("setup_fee", "Set-up fee", words.dollars),
            Line("free_minutes", "Free minutes", words.count),
        ),
    ),
    Group(
        "Price of a call",
        (
            Line("markup_fixed", "Fixed markup", words.dollars),
            Line("markup_percentage", "Markup in percent", words.percent),
            Line("pulse", "Length of a call", words.pulse),
            Line("international_route", "International route", words.route),
            Line("canada_route", "Route within Canada", words.route),
        ),
    ),
)
HEAD = ("Name", "Package", "Monthly fee", "Set-up fee", "Markup", "Free minutes", "Length of a call")
RIGHT = (2, 3, 4, 5)


def name_of(package: Package) -> str:
    """What people call it."""
    return package.name or f"Package {package.package}"


def headline(packages: Sequence[Package]) -> str:
    """``4 packages``."""
    return plural(len(packages), "package") if packages else "No packages"


def card(packages: Sequence[Package], lost: Lost = NOTHING, *, slash: str = "", page: Page = WHOLE) -> list[BlockDict]:
    """The list, in the order given."""
    hint = f"{code(f'{slash}packages {quoted(packages[0].package)}')} shows all settings of one" if packages else ""
    summary = [] if packages else ["VoIP.ms lists no reseller package."]
    blocks = overview(headline(packages), summary, HEAD, [_row(one) for one in packages], right=RIGHT, hint=hint, page=page)
    return render([*blocks, *unread(lost)])


def _row(one: Package) -> list[str]:
    return [
        name_of(one),
        one.package,
        words.dollars(one.monthly_fee),
        words.dollars(one.setup_fee),
        " + ".join(filter(None, (words.dollars(one.markup_fixed), words.percent(one.markup_percentage)))),
        words.count(one.free_minutes),
        words.pulse(one.pulse),
    ]


def headline_of(one: Package) -> str:
    """``Office (8378): all settings``."""
    return f"{titled(name_of(one), one.package)}: all settings"


def card_of(one: Package) -> list[BlockDict]:
    """One package with all its settings."""
    price = f"{words.dollars(one.monthly_fee)} a month" if one.monthly_fee is not None else ""
    return render([header(name_of(one)), section("  ·  ".join(filter(None, (code(one.package), price)))), *settings(SETTINGS, one)])
