"""``access``: who may do what, and what each channel sees."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from blocks import access as view
from blocks.frame import clean, code
from config import Settings
from handlers.access_words import Part, Who, read_grant, read_part, read_revoke
from handlers.choosing import nothing_after, one_of
from handlers.help import slash_for
from handlers.memory import Memory
from handlers.optional import if_told
from handlers.people import People
from handlers.places import Places
from handlers.registry import Command, Csv, FormErrors, Misunderstood, Reply, Request, Submitted
from handlers.unanswered import UNANSWERED
from handlers.watch_targets import Known, Target
from rules.access import Grant, Role, Subject, named_admins
from rules.clients import name_of as client_name
from rules.finding import apart
from rules.limits import Fence
from rules.scene import Scope
from store import Transaction, access, lines, steering
from voipms import Client, Rows, VoipMs

T = TypeVar("T")

ALL = "all"
SCOPES = {"client": Scope.CLIENT, "site": Scope.SITE, "account": Scope.ACCOUNT}


@dataclass(frozen=True, kw_only=True)
class Keys:
    """What giving and taking needs to know of the workspace.

    Attributes:
        admins: ``ADMINS``.
        default: ``DEFAULT_ROLE``.
        people: Who is still there; ``None`` where nothing is ever asked: for the manifest.
        places: What user groups are called, and which channels anybody can join.
    """

    admins: frozenset[str] = frozenset()
    default: Role = Role.NONE
    people: People | None = None
    places: Places | None = None

    @classmethod
    def of(cls, settings: Settings, people: People, places: Places) -> "Keys":
        """As the settings say."""
        return cls(admins=settings.admins, default=Role[settings.default_role.upper()], people=people, places=places)


NO_KEYS = Keys()


def access_command(memory: Memory, keys: Keys) -> Command:
    """``access``."""

    def run(asked: Request, phones: VoipMs) -> Reply:
        """What is granted and limited; or one thing granted, taken back or limited."""
        verb, words = (asked.words[0].lower(), asked.words[1:]) if asked.words else ("list", ())
        at = _Desk(asked, memory, keys, phones)
        if does := VERBS.get(SYNONYMS.get(verb, verb)):
            return does(at, words)
        examples = ("grant @ben operator", "revoke @ben", "channel #birch to client 561115")
        hint = ", ".join(code(f"{at.slash} {example}") for example in examples)
        raise Misunderstood(f"I do not know “access {clean(verb)[:40]}”.", hint)

    def submit(asked: Request, submitted: Submitted, phones: VoipMs) -> Reply:
        """The same as in words."""
        return _Desk(asked, memory, keys, phones).take(submitted)

    def table(asked: Request, phones: VoipMs) -> Csv:
        """Everything granted and limited."""
        return _Desk(asked, memory, keys, phones).table()

    return Command(
        name="access",
        usage="[grant @person|#channel role | revoke @person | channel #channel to client|site|account …]",
        summary="Who may do what, and what each channel sees",
        role=Role.ADMIN,
        examples=("", "list"),
        run=run,
        csv=table,
        check=_check,
        submit=submit,
        verbs={**{verb: verb for verb in VERBS}, **SYNONYMS},
        details=(
            "`grant @ben operator`, `grant @phones-team viewer`, `grant #phones viewer guests`: roles are viewer, operator, admin, and none"
            " for a person. *Guests* and people of other organisations are meant only where you say so.",
            "`revoke @ben` takes back what was granted.",
            '`channel #birch to client 561115`, `channel #laval to site "Laval branch", account 101`: the channel sees only these, in every'
            " answer, report and alert. `channel #birch free` lets it see everything again.",
        ),
        names_places=True,
    )


_FIELDS = {"client": view.CLIENTS, "site": view.SITES, "account": view.ACCOUNTS}
_WHOM = {Subject.PERSON: view.WHO, Subject.GROUP: view.GROUPS, Subject.CHANNEL: view.CHANNEL}
"""The inputs of the forms, by what they name."""


def _check(submitted: Submitted) -> None:
    """Somebody has to be chosen; and nobody lifts limits by forgetting to choose.

    Raises:
        FormErrors: Nobody is, or nothing.
    """
    if submitted.form == view.LIMIT_FORM:
        some, free = any(submitted.values.get(name) for name in _FIELDS.values()), bool(submitted.values.get(view.FREE))
        if some is free:
            raise FormErrors({view.FREE: "Choose either what it sees, or this."})
    if submitted.form == view.GRANT_FORM and not any(submitted.values.get(name) for name in _WHOM.values()):
        raise FormErrors({view.WHO: "Choose people, a group or a channel."})


class _Desk:
    """One question of an admin."""

    def __init__(self, asked: Request, memory: Memory, keys: Keys, phones: VoipMs) -> None:
        self._asked = asked
        self._store = memory.opened
        self._keys = keys
        self._phones = phones
        self.slash = f"{slash_for(asked.way)}access"

    def take(self, submitted: Submitted) -> Reply:
        """A form that was sent."""
        chosen = {name: value.splitlines() for name, value in submitted.values.items()}
        if submitted.form == view.LIMIT_FORM:
            named = [(kind, value) for kind, name in _FIELDS.items() for value in chosen.get(name, ())]
            return self.limit(Part(submitted.values[view.CHANNEL], tuple(named)))
        whom = [Who(subject, identity) for subject, name in _WHOM.items() for identity in chosen.get(name, ())]
        return self.grant(whom, Role[submitted.values[view.ROLE].upper()], bool(chosen.get(view.OUTSIDERS)))

    # In words

    def list_all(self, words: Sequence[str]) -> Reply:
        """``access list``."""
        nothing_after(self._asked, "access list", words)
        return self.listed()

    def grant_said(self, words: Sequence[str]) -> Reply:
        """``access grant @ben operator``; without words the form."""
        if not words:
            return Reply(headline="Grant a role", form=view.grant_form())
        wish = read_grant(words, self._asked.channel, f"{self.slash} grant")
        return self.grant([wish.who], wish.role, wish.outsiders)

    def revoke_said(self, words: Sequence[str]) -> Reply:
        """``access revoke @ben``."""
        return self.revoke(read_revoke(words, self._asked.channel, f"{self.slash} revoke"))

    def limit_said(self, words: Sequence[str]) -> Reply:
        """``access channel #birch to client 561115``; without words the form."""
        if not words:
            return Reply(headline="Limit a channel", form=view.limit_form())
        return self.limit(read_part(words, self._asked.channel, f"{self.slash} channel"))

    # The list

    def listed(self) -> Reply:
        """All that decides who may do what."""
        grants, limited = self._known()
        names = self._names([one.fence for one in limited])
        slash = slash_for(self._asked.way)
        blocks = view.card(grants, limited, sorted(self._keys.admins), self._keys.default, names, self._asked.zone, slash)
        return Reply(headline=view.headline(grants, limited), blocks=blocks, again="list", csv=bool(grants or limited))

    def table(self) -> Csv:
        """The same, all of it."""
        grants, limited = self._known()
        names = self._names(())
        every: list[Grant | view.Limited] = [*grants, *limited]
        rows = (view.csv_row(one, names, self._asked.zone) for one in every)
        return Csv(f"access-{self._asked.today}.csv", (view.CSV_COLUMNS, *rows))

    def _known(self) -> tuple[list[Grant], list[view.Limited]]:
        with self._store.reading() as transaction:
            grants = access.every(transaction)
            limited = [view.Limited(channel=one.channel, fence=one.fence, by=one.by, at=one.at) for one in access.fenced(transaction)]
        return grants, limited

    def _names(self, fences: Collection[Fence]) -> view.Names:
        """What is named in these limits; asked of VoIP.ms only where a client is."""
        with self._store.reading() as transaction:
            accounts = lines.of(transaction, {one for fence in fences for one in fence.accounts})
            sites = steering.sites(transaction)
        groups = self._keys.places.groups() if self._keys.places is not None else {}
        return view.Names(
            groups={identity: handle for handle, identity in groups.items()},
            clients=self._clients() if any(fence.clients for fence in fences) else {},
            sites=sites,
            accounts={login: one.name for login, one in accounts.items()},
        )

    def _clients(self) -> Mapping[str, str]:
        return {one.client: client_name(one) for one in if_told(self._phones.clients, Rows[Client]()).value}

    # Roles

    def grant(self, whom: Iterable[Who], role: Role, outsiders: bool) -> Reply:
        """Give a role."""
        now = self._asked.clock()
        given = [self._grant(who, role, outsiders, now) for who in whom]
        gone = self._gone()

        def body(transaction: Transaction) -> None:
            for one in given:
                access.give(transaction, one, self._keys.admins, gone)

        self._change(body)
        names = self._names(())
        said = [f"{view.subject(one.subject, one.id, names)}: *{role}* from now on." for one in given]
        did = f"granted {role} to {', '.join(f'{one.subject.value} {one.id}' for one in given)}{' with guests' if outsiders else ''}"
        return Reply(headline=f"Role granted: {role}", blocks=view.done("\n".join(said), *self._notes(given)), did=did)

    def _grant(self, who: Who, role: Role, outsiders: bool, now: datetime) -> Grant:
        if role is not Role.ADMIN:
            self._see_that_no_setting_says_otherwise(who)
        outsiders = outsiders and who.subject is not Subject.PERSON
        return Grant(subject=who.subject, id=who.id, role=role, outsiders=outsiders, by=self._asked.person, at=now)

    def _notes(self, given: Iterable[Grant]) -> list[str]:
        notes = []
        for one in given:
            if one.subject is Subject.CHANNEL and self._keys.places is not None and self._keys.places.public(one.id):
                notes.append(f"Anybody in the workspace can join <#{one.id}>, and has the role there then")
            if one.subject is not Subject.PERSON and not one.outsiders:
                notes.append("Guests and people of other organisations are not meant; the word *guests* at the end means them too")
        return notes

    def revoke(self, who: Who) -> Reply:
        """Take back what was granted."""
        self._see_that_no_setting_says_otherwise(who)
        gone = self._gone()
        was = self._change(lambda transaction: access.take(transaction, who.subject, who.id, self._keys.admins, gone))
        names = self._names(())
        name = view.subject(who.subject, who.id, names)
        if not was:
            raise Misunderstood("Nothing was granted to them.", f"{code(f'{self.slash} list')} shows what is granted to whom.")
        said = f"What was granted to {name} is taken back."
        rest = "What groups, channels and DEFAULT_ROLE give stays" if who.subject is Subject.PERSON else ""
        return Reply(
            headline="Role taken back",
            blocks=view.done(said, *filter(None, [rest])),
            did=f"revoked what {who.subject.value} {who.id} had",
        )

    def _see_that_no_setting_says_otherwise(self, who: Who) -> None:
        if who.subject is Subject.PERSON and who.id in self._keys.admins:
            raise Misunderstood("They are admin by the setting ADMINS.", "Take them out of ADMINS and start the bot again.")

    def _change(self, body: Callable[[Transaction], T]) -> T:
        try:
            return self._store.write(body)
        except access.LastAdmin:
            raise Misunderstood(
                "That would leave no admin.", f"Make somebody else admin first: {code(f'{self.slash} grant @ana admin')}"
            ) from None

    def _gone(self) -> frozenset[str]:
        """Admins by name who have left; whoever Slack does not tell of counts as left, so that one who is there stays."""
        with self._store.reading() as transaction:
            named = named_admins(access.every(transaction), self._keys.admins) - {self._asked.person}
        return frozenset(one for one in named if not self._is_there(one))

    def _is_there(self, person: str) -> bool:
        try:
            return self._keys.people is not None and not self._keys.people.profile(person).gone
        except UNANSWERED:
            return False

    # Limits

    def limit(self, part: Part) -> Reply:
        """Limit a channel, or set it free."""
        channel = part.channel
        if not part.named:
            was = self._store.write(lambda transaction: access.set_free(transaction, channel))
            said = f"<#{channel}> sees everything {'again' if was else 'already'}."
            return Reply(headline="The channel sees everything", blocks=view.done(said), did=f"limits of {channel} lifted")
        fence = self._fence(part)
        now = self._asked.clock()
        self._store.write(lambda transaction: access.fence_in(transaction, channel, fence, self._asked.person, now))
        names = self._names([fence])
        said = f"<#{channel}> sees only {view.part(fence, names)} from now on: in every answer, report and alert."
        slash = slash_for(self._asked.way)
        notes = [f"Who may ask there is another matter: {code(f'{self.slash} grant #channel viewer guests')}"]
        if fence.clients:
            line = f"{slash}watch channel client {min(fence.clients)} #channel"
            notes.append(f"{code(line)} tells outages there; costs are the client's own prices")
        return Reply(headline="The channel is limited", blocks=view.done(said, *notes), did=f"limited {channel} to {_in_words(fence)}")

    def _fence(self, part: Part) -> Fence:
        with self._store.reading() as transaction:
            known = Known(accounts=lines.every(transaction), sites=steering.sites(transaction), clients=self._clients)
        found: dict[str, set[str]] = {kind: set() for kind in SCOPES}
        for kind, named in part.named:
            things = known.every_client() if kind == "client" else known.targets[SCOPES[kind]]
            lists = {"client": "clients", "account": "accounts"}.get(kind, "watch")
            command = f"access channel <#{part.channel}> to {kind}"
            for name in apart(named, things, _names):
                found[kind].add(one_of(self._asked, command, kind, things, _names, words=[name], lists=lists).key)
        return Fence(accounts=frozenset(found["account"]), sites=frozenset(found["site"]), clients=frozenset(found["client"]))


VERBS: Mapping[str, Callable[[_Desk, Sequence[str]], Reply]] = {
    "list": _Desk.list_all,
    "grant": _Desk.grant_said,
    "revoke": _Desk.revoke_said,
    "channel": _Desk.limit_said,
}
SYNONYMS = {
    "show": "list", "give": "grant", "add": "grant", "set": "grant", "remove": "revoke", "take": "revoke",
    "limit": "channel", "channels": "channel",
}  # fmt: skip


def _names(one: Target) -> tuple[str, ...]:
    return one.names


def _in_words(fence: Fence) -> str:
    kinds = (("client", fence.clients), ("site", fence.sites), ("account", fence.accounts))
    return ", ".join(f"{kind} {one}" for kind, some in kinds for one in sorted(some))
