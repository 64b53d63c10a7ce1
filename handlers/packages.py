"""``packages``: reseller packages and their prices."""

from blocks import packages as view
from blocks.settings import Page, lost_in, rows
from handlers.choosing import one_of
from handlers.help import slash_for
from handlers.registry import Command, Csv, Reply, Request
from rules.access import Role
from rules.finding import by_name
from voipms import VoipMs


def packages(asked: Request, phones: VoipMs) -> Reply:
    """All packages, or one with all its settings."""
    known = phones.packages()
    if asked.words:
        one = one_of(asked, "packages", "package", known, lambda package: (package.package, package.name))
        return Reply(headline=view.headline_of(one), blocks=view.card_of(one))
    listed = by_name(known, view.name_of)
    card = view.card(listed, lost_in(known), slash=slash_for(asked.way), page=Page("packages", asked.first))
    return Reply(headline=view.headline(listed), blocks=card, again=asked.from_here(), csv=True)


def packages_csv(asked: Request, phones: VoipMs) -> Csv:
    """The list with every setting."""
    return Csv("packages.csv", rows(view.SETTINGS, by_name(phones.packages(), view.name_of)))


PACKAGES = Command(
    name="packages",
    usage="[package]",
    summary="Reseller packages: fees, markup, rounding",
    role=Role.OPERATOR,
    examples=("",),
    run=packages,
    csv=packages_csv,
    pages=True,
)
