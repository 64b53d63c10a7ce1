"""What a person means when they mute or set something: a phone, a site, a POP, a client, a channel, an outage, everything."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import ip_address

from blocks.frame import code
from handlers.choosing import none_called, one_of, short, which
from handlers.help import slash_for
from handlers.memory import Memory
from handlers.optional import if_told
from handlers.parsing import channel_in
from handlers.places import Places
from handlers.registry import Misunderstood, Request
from rules.clients import name_of as client_name
from rules.finding import exactly, find_called
from rules.incidents import Incident, Kind
from rules.scene import Scope
from rules.watch import NO_ADDRESS
from store import Transaction, lines, steering
from store.lines import Account
from voipms import Client, Rows, VoipMs

OUTAGE = re.compile(r"\d{4}-\d{4}-\d{2,}")
GROUP = re.compile(r"<!subteam\^([SW][A-Z0-9]+)>|([SW][A-Z0-9]{5,})")
KINDS = {
    "account": Scope.ACCOUNT,
    "phone": Scope.ACCOUNT,
    "ext": Scope.ACCOUNT,
    "site": Scope.SITE,
    "pop": Scope.POP,
    "server": Scope.POP,
    "client": Scope.CLIENT,
    "channel": Scope.CHANNEL,
}
EVERYTHING = ("all", "everything")


@dataclass(frozen=True, kw_only=True)
class Target:
    """One thing that was meant.

    Attributes:
        name: What people call it; plain, from outside.
        names: Everything it may be asked for by.
        word: What to type for it again.
    """

    scope: Scope
    key: str
    name: str
    names: tuple[str, ...] = ()
    word: str = ""


@dataclass(frozen=True, kw_only=True)
class Known:
    """What there is to be meant.

    Attributes:
        sites: What people call a site, by its key.
        clients: Names of the reseller's clients, by number; asked for when a client is meant.
    """

    accounts: Sequence[Account]
    sites: Mapping[str, str] = field(default_factory=dict)
    clients: Callable[[], Mapping[str, str]] = dict

    @cached_property
    def targets(self) -> Mapping[Scope, Sequence[Target]]:
        """Everything but clients, by its scope."""
        return {Scope.ACCOUNT: [_account(one) for one in self.accounts], Scope.SITE: self._sites(), Scope.POP: self._pops()}

    def _sites(self) -> list[Target]:
        keys = dict.fromkeys([*(one.line.site for one in self.accounts if one.line.site), *self.sites])
        return [self.site(key) for key in keys if not key.startswith(NO_ADDRESS)]

    def site(self, key: str) -> Target:
        """The site of that key."""
        name = self.sites.get(key, "")
        return Target(scope=Scope.SITE, key=key, name=name or key, names=tuple(filter(None, (key, name))), word=f"site {key}")

    def _pops(self) -> list[Target]:
        names = {one.line.pop: one.line.pop_name for one in self.accounts if one.line.pop}
        return [self.pop(key, name) for key, name in names.items()]

    def pop(self, key: str, name: str = "") -> Target:
        """The POP of that number."""
        called = name or next((one.line.pop_name for one in self.accounts if one.line.pop == key), "")
        return Target(scope=Scope.POP, key=key, name=f"POP {called or key}", names=tuple(filter(None, (key, called))), word=f"pop {key}")

    def client(self, key: str, name: str = "") -> Target:
        """The client of that number."""
        return Target(scope=Scope.CLIENT, key=key, name=name or f"client {key}", names=(key, name or key), word=f"client {key}")

    def every_client(self) -> list[Target]:
        """The clients that have accounts, and those that VoIP.ms names."""
        named = self.clients()
        keys = dict.fromkeys([*(one.client for one in self.accounts if one.client), *named])
        return [self.client(key, named.get(key, "")) for key in keys]

    def accounts_of(self, target: Target) -> list[Account]:
        """The phones that belong to it now."""
        match target.scope:
            case Scope.ACCOUNT:
                return [one for one in self.accounts if one.account == target.key]
            case Scope.SITE:
                return [one for one in self.accounts if one.line.site_key == target.key]
            case Scope.POP:
                return [one for one in self.accounts if one.line.pop == target.key]
            case Scope.CLIENT:
                return [one for one in self.accounts if one.client == target.key]
        return list(self.accounts)

    def example(self) -> str:
        """What one of the phones may be typed as."""
        phones = self.targets[Scope.ACCOUNT]
        return phones[0].word if phones else "101"

    def named(self, scope: Scope, key: str) -> Target:
        """What a stored key stands for; what is no longer there goes by its key."""
        match scope:
            case Scope.ACCOUNT:
                return next((one for one in self.targets[scope] if one.key == key), Target(scope=scope, key=key, name=key, word=key))
            case Scope.SITE:
                return self.site(key)
            case Scope.POP:
                return self.pop(key)
            case Scope.CLIENT:
                return self.client(key)
            case Scope.CHANNEL:
                return channel_target(key)
        return Target(scope=Scope.ALL, key="", name="everything", word="all")


def _account(one: Account) -> Target:
    return Target(scope=Scope.ACCOUNT, key=one.account, name=one.name, names=one.names, word=one.extension or one.account)


@dataclass(frozen=True)
class Change:
    """One thing that somebody sets.

    Attributes:
        words: What follows the verb.
        places: Tells where the bot can post; ``None`` where nothing is ever asked.
    """

    asked: Request
    memory: Memory
    phones: VoipMs
    words: tuple[str, ...]
    places: Places | None

    @property
    def slash(self) -> str:
        """What precedes a command where the person is."""
        return slash_for(self.asked.way)

    def again(self, words: str, channel: str = "") -> str:
        """A line to be typed, in code style; a channel at its end stands after that, since Slack shows no name within."""
        line = code(f"{self.slash}watch {words}")
        return f"{line} <#{channel}>" if channel else line

    def known(self, transaction: Transaction) -> Known:
        """What can be meant."""
        return Known(accounts=lines.every(transaction), sites=steering.sites(transaction), clients=self._clients)

    def _clients(self) -> Mapping[str, str]:
        return {one.client: client_name(one) for one in if_told(self.phones.clients, Rows[Client]()).value}

    def one_phone(self) -> str:
        """What a phone that there is may be typed as: for examples."""
        with self.memory.opened.reading() as transaction:
            return self.known(transaction).example()

    def meant(self, verb: str, words: Sequence[str], *scopes: Scope) -> tuple[Target, list[Account]]:
        """What the words mean, and the phones that belong to it.

        Raises:
            Misunderstood: Nothing, or several things.
        """
        with self.memory.opened.reading() as transaction:
            known = self.known(transaction)
        target = meant(self.asked, f"watch {verb}", words, known, *scopes)
        return target, known.accounts_of(target)

    def address(self, word: str) -> tuple[Target, list[Account]] | None:
        """The site at that address, also one where no phone has been seen yet; ``None`` when it is no address."""
        try:
            key = str(ip_address(word))
        except ValueError:
            return None
        with self.memory.opened.reading() as transaction:
            known = self.known(transaction)
        target = known.site(key)
        return target, known.accounts_of(target)


def channel_target(channel: str) -> Target:
    """A channel; its name is Slack's to tell."""
    return Target(scope=Scope.CHANNEL, key=channel, name=f"<#{channel}>", word=f"channel {channel}")


def channel_of(asked: Request, word: str) -> str:
    """The id of a channel that was typed.

    Raises:
        Misunderstood: It is none that Slack knows.
    """
    if channel := channel_in(word, bare=True):
        return channel
    if word.lower() in ("here", "this"):
        return asked.channel
    raise Misunderstood(f"Slack does not tell me which channel “{short(word)}” is.", "Choose it from the list that Slack offers after #")


def group_of(word: str) -> str:
    """The id of a user group that was typed.

    Raises:
        Misunderstood: It is none that Slack knows.
    """
    found = GROUP.fullmatch(word)
    if found is None:
        raise Misunderstood(
            f"Slack does not tell me which user group “{short(word)}” is.", "Choose it from the list that Slack offers after @"
        )
    return found[1] or found[2]


def meant(asked: Request, command: str, words: Sequence[str], known: Known, *scopes: Scope) -> Target:
    """What the words mean, out of these scopes.

    Args:
        command: What precedes them in a command line, for the words to type instead.

    Raises:
        Misunderstood: Nothing, or several things.
    """
    if not words:
        raise Misunderstood("Which one?", f"For example {code(f'{slash_for(asked.way)}{command} {known.example()}')}")
    # a suggestion of ours may have been quoted as one word
    words = " ".join(words).split()
    first, rest = words[0].lower().rstrip(":"), words[1:]
    if Scope.ALL in scopes and first in EVERYTHING and not rest:
        return known.named(Scope.ALL, "")
    # a bare id is looked at last: what a phone is called may look like one
    if Scope.CHANNEL in scopes and (words[0].startswith("<#") or (first == "channel" and len(rest) == 1)):
        return channel_target(channel_of(asked, words[-1]))
    everything = [one for scope in scopes for one in known.targets.get(scope, ())]
    exact = exactly(" ".join(words), everything, lambda one: one.names)
    if len(exact) == 1:
        return exact[0]
    if exact:
        raise which(asked, command, "thing", words, [(one.word, one.name) for one in exact])
    if first in KINDS and rest and KINDS[first] in scopes:
        return _of_kind(asked, command, rest, known, KINDS[first])
    return _of_any(asked, command, words, known, scopes)


def _of_kind(asked: Request, command: str, words: Sequence[str], known: Known, scope: Scope) -> Target:
    things = known.every_client() if scope is Scope.CLIENT else known.targets[scope]
    kind = "POP" if scope is Scope.POP else scope.value
    lists = {Scope.CLIENT: "clients", Scope.ACCOUNT: "accounts"}.get(scope, "watch")
    return one_of(asked, f"{command} {scope.value}", kind, things, lambda one: one.names, words=words, lists=lists)


def _of_any(asked: Request, command: str, words: Sequence[str], known: Known, scopes: Sequence[Scope]) -> Target:
    """Phones come first, since they are what is asked for most."""
    text = " ".join(words)
    for scope in scopes:
        found = find_called(text, known.targets.get(scope, ()), lambda one: one.names)
        if found.one is not None:
            return found.one
        if found.several:
            raise which(asked, command, scope.value, words, [(one.word, one.name) for one in found.several])
    if Scope.CHANNEL in scopes and channel_in(text, bare=True):
        return channel_target(text)
    everything = [one for scope in scopes for one in known.targets.get(scope, ())]
    near = find_called(text, everything, lambda one: one.names).near
    raise none_called(asked, command, "phone or site", words, [(one.word, one.name) for one in near], "watch")


def of_outage(incident: Incident, known: Known) -> Target:
    """What has to be muted for an outage to be silent: its only phone, else what its phones share."""
    accounts = [member.account for member in incident.members]
    if len(accounts) == 1:
        return known.named(Scope.ACCOUNT, accounts[0])
    scope = {Kind.SITE: Scope.SITE, Kind.POP: Scope.POP}.get(incident.kind, Scope.ALL)
    return known.named(scope, incident.key if scope is not Scope.ALL else "")
