"""``help`` and ``whoami``: what you may ask, and who you are to the bot."""

from collections.abc import Callable, Mapping

from blocks import errors, rights
from blocks import help as view
from blocks.frame import clean, cut
from handlers.registry import Command, Misunderstood, Registry, Reply, Request, Way
from rules.access import Role, Standing, Subject, Why
from voipms import VoipMs

TOPICS = (
    ("Right now", ("status", "alerts", "watch", "balance")),
    ("Calls", ("calls", "client-calls", "report")),
    ("Set-up of the account", ("accounts", "voicemail", "numbers")),
    ("Resellers", ("clients", "packages", "client-login")),
    ("The bot", ("help", "whoami", "access", "audit", "doctor")),
)


def slash_for(way: Way) -> str:
    """What precedes a command where the person is: nothing in a direct message."""
    return {Way.DIRECT: "", Way.MENTION: "@Dialtone "}.get(way, "/voip ")


def help_command(registry: Callable[[], Registry]) -> Command:
    """``help [command]``."""

    def run(asked: Request, phones: VoipMs) -> Reply:
        """What you may run, with examples."""
        if not asked.words:
            return Reply(headline=view.help_headline(), blocks=_all(asked, registry()))
        name = asked.words[0].removeprefix("/").removeprefix("voip-")
        slash = slash_for(asked.way)
        command = registry().get(name) or _of_verb(asked, name, registry())
        if command is None:
            near = registry().near(name, asked.role, asked.limits)
            hint = f"Did you mean `{slash}help {near[0].name}`?" if near else f"`{slash}help` lists what you can ask."
            raise Misunderstood(f"There is no command “{cut(clean(name), 40)}”.", hint)
        if command.role > asked.role:
            blocks = errors.refused(command.summary, str(command.role), str(asked.role), asked.person, asked.admins)
            return Reply(headline=f"“{command.name}” needs the role {command.role}", blocks=blocks)
        return Reply(headline=f"{command.name}: {command.summary}", blocks=view.one_card(_line(command), str(command.role), slash))

    return Command(
        name="help",
        usage="[command]",
        summary="What you may ask, with examples",
        role=Role.NONE,
        examples=("", "whoami"),
        run=run,
        in_part=True,
        by_itself=True,
    )


def _of_verb(asked: Request, word: str, registry: Registry) -> Command | None:
    """The command whose verb it is, as ``mute`` is of ``watch``; ``None`` where that is none that the person may ask, here.

    Raises:
        Misunderstood: It is a verb of several.
    """
    known = [command for command in registry if word.lower() in command.verbs and command.open_to(asked.role, asked.limits)]
    if len(known) > 1:
        lines = " or ".join(f"`{slash_for(asked.way)}help {command.name}`" for command in known)
        raise Misunderstood(f"Several commands know the word “{cut(clean(word), 40)}”.", f"Ask {lines}")
    return known[0] if known else None


def _all(asked: Request, registry: Registry) -> list[dict[str, object]]:
    mine = {command.name: _line(command) for command in registry if command.open_to(asked.role, asked.limits)}
    placed = {name for _, names in TOPICS for name in names}
    groups = [(topic, [mine[name] for name in names if name in mine]) for topic, names in TOPICS]
    groups.append(("More", [line for name, line in mine.items() if name not in placed]))
    return view.help_card(groups, str(asked.role), asked.admins, slash_for(asked.way))


def _line(command: Command) -> view.Line:
    return view.Line(command.name, command.usage, command.summary, command.examples, command.details)


def whoami_command(registry: Callable[[], Registry], groups: Callable[[], Mapping[str, str]] = dict) -> Command:
    """``whoami``.

    Args:
        groups: Gives the ids of the workspace's user groups, by handle.
    """

    def run(asked: Request, phones: VoipMs) -> Reply:
        """Your role, where it comes from, what it lets you do, and who can change it."""
        if asked.words:
            raise _only_oneself(asked, registry())
        known = list(registry())
        me = view.Me(
            person=asked.person,
            role=str(asked.role),
            source=rights.source(asked.standing, _group(asked.standing, groups)),
            by_settings=asked.standing.why is Why.SETTING,
            sees="" if asked.limits is None else rights.part(asked.limits),
            may=[one.name for one in known if one.open_to(asked.role, asked.limits)],
            not_here=[one.name for one in known if one.role <= asked.role and not one.open_to(asked.role, asked.limits)],
            may_not=[one.name for one in known if one.role > asked.role],
            zone=asked.zone.key,
            admins=asked.admins,
            slash=slash_for(asked.way),
        )
        return Reply(headline=view.whoami_headline(me.role), blocks=view.whoami_card(me))

    return Command(
        name="whoami",
        usage="",
        summary="Your role, where it comes from, and who can change it",
        role=Role.NONE,
        examples=("",),
        run=run,
        in_part=True,
        by_itself=True,
    )


def _only_oneself(asked: Request, registry: Registry) -> Misunderstood:
    """The answer to ``whoami @ben``: who else may do what is told by ``access``, to those who may ask it."""
    slash, access = slash_for(asked.way), registry.get("access")
    others = access is not None and access.open_to(asked.role, asked.limits)
    more = f"; `{slash}access list` shows who else may do what" if others else ""
    return Misunderstood("That tells only who you are yourself.", f"`{slash}whoami` does, alone{more}")


def _group(standing: Standing, groups: Callable[[], Mapping[str, str]]) -> str:
    """The handle of the user group that a role comes from; asked for only where it comes from one."""
    if standing.grant is None or standing.grant.subject is not Subject.GROUP:
        return ""
    return next((handle for handle, group in groups().items() if group == standing.grant.id), "")
