"""The words after ``access``: who gets which role, what a channel is limited to. Pure.

``grant @ben operator``, ``grant #phones viewer guests``, ``revoke @ben``, ``channel #birch to client 561115``,
``channel #laval to site "Laval branch", account 100001_ana``, ``channel #birch free``.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from blocks.frame import clean, code, cut, line
from handlers.choosing import untold
from handlers.parsing import channel_in
from handlers.registry import Misunderstood
from rules.access import Role, Subject

ROLES = {
    **{str(role): role for role in Role},
    **dict.fromkeys(("nobody", "nothing", "no", "no-role"), Role.NONE),
    **dict.fromkeys(("viewers", "view", "read", "reader", "read-only"), Role.VIEWER),
    **dict.fromkeys(("operators", "operate", "operation"), Role.OPERATOR),
    **dict.fromkeys(("admins", "administrator", "owner"), Role.ADMIN),
}
_ALL_ROLES = "viewer, operator, admin or none"
OUTSIDERS = frozenset(("guest", "guests", "outsiders", "everyone", "everybody", "all", "strangers", "externals"))
FREE = frozenset(("free", "off", "everything", "unlimited", "all", "none", "no-limit", "default"))
HERE = frozenset(("here", "this", "this-channel"))
KINDS = {
    **dict.fromkeys(("client", "clients", "customer"), "client"),
    **dict.fromkeys(("site", "sites", "place"), "site"),
    **dict.fromkeys(("account", "accounts", "sub-account", "phone", "phones", "ext", "extension"), "account"),
}
_FILLING = frozenset(("to", "as", "the", "role", "of", "with", "a", "an", "and", "&", "give", "for", "in", "on", "only", "limited", "from"))
_BETWEEN = frozenset(("and", "&", "|", ",", "or", "+"))
_SUBJECTS = (
    (Subject.PERSON, re.compile(r"<@([UW][A-Z0-9]{2,})>|([UW][A-Z0-9]{6,})")),
    (Subject.GROUP, re.compile(r"<!subteam\^(S[A-Z0-9]{2,})>|(S[A-Z0-9]{6,})")),
)


@dataclass(frozen=True)
class Who:
    """A person, a user group or a channel.

    Attributes:
        id: Slack's.
    """

    subject: Subject
    id: str

    @property
    def typed(self) -> str:
        """As it is typed in a command line."""
        return {Subject.PERSON: f"<@{self.id}>", Subject.GROUP: f"<!subteam^{self.id}>", Subject.CHANNEL: f"<#{self.id}>"}[self.subject]


@dataclass(frozen=True)
class Wish:
    """A role for somebody.

    Attributes:
        outsiders: Guests and people of other organisations are meant as well.
    """

    who: Who
    role: Role
    outsiders: bool


@dataclass(frozen=True)
class Part:
    """What a channel is to be limited to: kinds (``client``, ``site``, ``account``) and what was typed for each; empty: to nothing."""

    channel: str
    named: tuple[tuple[str, str], ...]


def read_grant(words: Sequence[str], here: str, command: str) -> Wish:
    """Who gets which role.

    Args:
        here: The channel it was asked in; ``""`` where it is none.
        command: What precedes the words in an example.

    Raises:
        Misunderstood: Nobody is named, or no role, or several of them, or a word is not known.
    """
    examples = f"For example {code(f'{command} @ben operator')} or {code(f'{command} #phones viewer guests')}"
    whom: list[Who] = []
    roles: list[Role] = []
    outsiders = False
    for typed in words:
        word = typed.strip(",;.").lower()
        if who := _who(typed.strip(",;."), here):
            whom.append(who)
        elif word in ROLES:
            roles.append(ROLES[word])
        elif word in OUTSIDERS:
            outsiders = True
        elif word and word not in _FILLING:
            raise _unknown(typed, word, f"Roles are {_ALL_ROLES}. {examples}")
    if len(set(whom)) != 1:
        raise Misunderstood("Who is it for?" if not whom else "I can grant a role to one at a time.", examples)
    if len(set(roles)) != 1:
        problem = f"Which role: {_ALL_ROLES}?" if not roles else "Only one role at a time."
        raise Misunderstood(problem, examples)
    who, role = whom[0], roles[0]
    if role is Role.NONE and who.subject is not Subject.PERSON:
        raise Misunderstood(
            "None is for people by name.", f"To take back what a group or a channel has: {line(f'{_of(command)} revoke {who.typed}')}"
        )
    return Wish(who, role, outsiders and who.subject is not Subject.PERSON)


def read_revoke(words: Sequence[str], here: str, command: str) -> Who:
    """Whose role is taken back.

    Raises:
        Misunderstood: Nobody is named, or several are, or a word is not known.
    """
    example = f"For example {code(f'{command} @ben')}"
    whom = []
    for typed in words:
        word = typed.strip(",;.").lower()
        if who := _who(typed.strip(",;."), here):
            whom.append(who)
        elif word and word not in _FILLING and word not in ROLES:
            raise _unknown(typed, word, example)
    if len(set(whom)) != 1:
        raise Misunderstood("Whose role?" if not whom else "I can take back one at a time.", example)
    return whom[0]


def read_part(words: Sequence[str], here: str, command: str) -> Part:
    """What a channel is to be limited to.

    Raises:
        Misunderstood: There is no channel, or it is not said to what.
    """
    examples = f"For example {code(f'{command} #birch to client 561115')}, or {code(f'{command} #birch free')}"
    left = list(words)
    channel = _channel(left, here) or (here if left and left[0].lower() in (*_FILLING, *KINDS) else "")
    if not channel and left and left[0].startswith("#"):
        raise _unknown(left[0], left[0], examples)
    if not channel:
        raise Misunderstood("Which channel?", examples)
    left = [word for word in _parted(left) if word.lower() not in _FILLING - _BETWEEN]
    if not left:
        raise Misunderstood("To what is it limited: a client, a site, an account?", examples)
    if len(left) == 1 and left[0].lower() in FREE:
        return Part(channel, ())
    return Part(channel, tuple(_named(left, examples)))


def _channel(words: list[str], here: str) -> str:
    """The channel among the first words, which are taken."""
    while words and words[0].lower() in ("channel", "limit"):
        words.pop(0)
    if words:
        who = _who(words[0], here)
        if who is not None and who.subject is Subject.CHANNEL:
            words.pop(0)
            return who.id
    return ""


def _parted(words: Sequence[str]) -> list[str]:
    """The words, with what parts them in words of its own: ``561115,`` is two."""
    parted: list[str] = []
    for word in words:
        bare = word.rstrip(",;")
        parted.extend(filter(None, (bare, "," if bare != word else "")))
    return parted


def _named(words: Sequence[str], examples: str) -> list[tuple[str, str]]:
    kind, name = "", list[str]()
    named: list[tuple[str, str]] = []

    def end() -> None:
        if name:
            named.append((kind, " ".join(name)))
            name.clear()

    for word in words:
        low = word.lower().rstrip(":")
        if low in KINDS:
            end()
            kind = KINDS[low]
        elif low in _BETWEEN:
            end()
        elif not kind:
            raise Misunderstood(f"Is “{cut(clean(word), 40)}” a client, a site or an account?", examples)
        else:
            name.append(word)
    end()
    if not named or kind not in {one for one, _ in named}:
        raise Misunderstood(f"Which {kind}?", examples)
    return named


def _who(word: str, here: str) -> Who | None:
    if here and word.lower() in HERE:
        return Who(Subject.CHANNEL, here)
    for subject, pattern in _SUBJECTS:
        if found := pattern.fullmatch(word):
            return Who(subject, found[1] or found[2])
    channel = channel_in(word, bare=True)
    return Who(Subject.CHANNEL, channel) if channel else None


def _unknown(typed: str, word: str, examples: str) -> Misunderstood:
    shown = cut(clean(typed), 40)
    if word.startswith(("@", "#")):
        return untold(typed)
    near = get_close_matches(word, (*ROLES, *OUTSIDERS), n=1, cutoff=0.7)
    return Misunderstood(f"I do not know the word “{shown}”.", f"Did you mean `{near[0]}`?" if near else examples)


def _of(command: str) -> str:
    """``/voip access`` of ``/voip access grant``."""
    return command.rpartition(" ")[0]
