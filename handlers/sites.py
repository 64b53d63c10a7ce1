"""A site or a POP, where a phone could be meant as well: ``status head office``, ``alerts pop montreal5``."""

from collections.abc import Callable, Sequence

from blocks.frame import mask_within
from handlers import masking
from handlers.choosing import none_called, one_of, which
from handlers.registry import Request
from handlers.watch_targets import Known, Target
from rules.finding import exactly, find_called
from rules.scene import Scope
from store import Transaction, lines, steering
from store.lines import Account

WORDS = {"site": Scope.SITE, "pop": Scope.POP, "server": Scope.POP}
"""What may stand before the name, and has to where a phone is called the same."""


def seen_by(asked: Request, transaction: Transaction) -> Known:
    """The phones that one may see, and the sites at which they are; where nothing is limited, also sites without a phone."""
    within = (one for one in lines.every(transaction) if asked.limits is None or asked.limits.holds(one.account, one.client))
    accounts = [masking.account(one, asked.masked) for one in within]
    here = {one.line.site_key for one in accounts}
    names = {key: name for key, name in steering.sites(transaction).items() if asked.limits is None or key in here}
    return Known(accounts=accounts, sites={key: mask_within(name) for key, name in names.items()} if asked.masked else names)


def names_of_places(known: Known) -> list[str]:
    """Everything that a site or a POP may be asked for by alone."""
    return [name for one in _places(known) for name in _called(one)]


def place_of(asked: Request, command: str, words: Sequence[str], known: Known) -> Target | None:
    """The site or POP that the words mean; ``None`` where a phone is called so, or nothing is.

    A whole name wins over the beginning of one, and a phone over a site of the same name.

    Args:
        command: What precedes the words in a command line, for the words to type instead.

    Raises:
        Misunderstood: Several places are called so, or none is and one is near.
    """
    # a suggestion of ours may have been quoted as one word
    apart = " ".join(words).split()
    text = " ".join(apart)
    if not apart or exactly(text, known.accounts, _names):
        return None
    if exact := exactly(text, _places(known), _called):
        return _only(asked, command, apart, exact)
    phone = find_called(text, known.accounts, _names)
    if phone.one is not None or phone.several:
        return None
    scope = WORDS.get(apart[0].lower().rstrip(":"))
    if scope is not None and apart[1:]:
        kind = "POP" if scope is Scope.POP else "site"
        return one_of(asked, f"{command} {scope.value}", kind, known.targets[scope], lambda one: one.names, words=apart[1:], lists="status")
    if text.isdecimal():  # an extension that is not there is no piece of an address
        return None
    found = find_called(text, _places(known), _called)
    if found.one is not None or found.several:
        return _only(asked, command, apart, found.several or [found.one])
    if found.near and not phone.near:
        raise none_called(asked, command, "phone or site", apart, [_offered(one) for one in found.near], "status")
    return None


def is_at(place: Target) -> Callable[[Account], bool]:
    """Whether a phone belongs to the place now."""
    return lambda one: place.key == (one.line.site_key if place.scope is Scope.SITE else one.line.pop)


def _only(asked: Request, command: str, typed: Sequence[str], some: Sequence[Target | None]) -> Target:
    several = [one for one in some if one is not None]
    if len(several) > 1:
        raise which(asked, command, "place", typed, [_offered(one) for one in several])
    return several[0]


def _offered(place: Target) -> tuple[str, str]:
    return place.word, place.name


def _places(known: Known) -> list[Target]:
    return [one for scope in (Scope.SITE, Scope.POP) for one in known.targets[scope]]


def _names(phone: Account) -> Sequence[str]:
    return (*phone.names, phone.name)


def _called(place: Target) -> Sequence[str]:
    """What a place may be asked for by alone. A POP's number is no name: extensions are numbers, too."""
    return place.names if place.scope is Scope.SITE else place.names[1:]
