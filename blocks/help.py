"""Help and *who am I*. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from blocks.frame import BlockDict, code, header, render, section, small
from blocks.rights import people


@dataclass(frozen=True)
class Line:
    """One command as help shows it."""

    name: str
    usage: str
    summary: str
    examples: tuple[str, ...]
    details: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Me:
    """Who somebody is to the bot.

    Attributes:
        source: Where the role comes from, our own mrkdwn.
        by_settings: ADMINS names them, and no grant changes that.
        sees: What the channel sees of the account, our own mrkdwn; ``""``: everything.
        may, not_here, may_not: Names of commands.
        admins: Who can change it.
        slash: What precedes a command where the reader is.
    """

    person: str
    role: str
    source: str
    by_settings: bool
    sees: str
    may: Sequence[str]
    not_here: Sequence[str]
    may_not: Sequence[str]
    zone: str
    admins: Sequence[str]
    slash: str


def help_headline() -> str:
    """The lock-screen line."""
    return "What Dialtone can do for you"


def help_card(groups: Sequence[tuple[str, Sequence[Line]]], role: str, admins: Sequence[str], slash: str) -> list[BlockDict]:
    """Everything this role may ask, by topic, each with words that work as they stand, or how they are made."""
    blocks = [header("What you can ask")]
    for topic, lines in groups:
        if lines:
            blocks.append(section(f"*{topic}*\n" + "\n".join(f"{code(f'{slash}{_first(line)}')}  {line.summary}" for line in lines)))
    blocks.append(small(_your_role(role, admins)))
    names = [line.name for _, lines in groups for line in lines if line.name != "help"]
    one = next((name for name in names if name == "calls"), next(iter(names), "help"))
    blocks.append(small(f"The same words work in a direct message or after @Dialtone  ·  `{slash}help {one}` shows one command in full"))
    return render(blocks)


def _first(line: Line) -> str:
    return f"{line.name} {line.examples[0] if line.examples else line.usage.partition('[')[0]}".rstrip()


def one_card(line: Line, needs: str, slash: str) -> list[BlockDict]:
    """One command in full."""

    def typed(words: str) -> str:
        return code(f"{slash}{line.name} {words}".rstrip(), 200)

    blocks = [header(line.name), section(f"{line.summary}\n{typed(line.usage)}")]
    if any(line.examples):
        blocks.append(section("\n".join(("*Examples*", *map(typed, line.examples)))))
    if line.details:
        blocks.append(section("\n".join(line.details)))
    blocks.append(small(f"Needs the role {needs}" if needs != "none" else "Anyone may ask this"))
    return render(blocks)


def _your_role(role: str, admins: Sequence[str]) -> str:
    ask = f"; ask {' or '.join(f'<@{admin}>' for admin in admins[:3])} for more" if admins else ""
    return f"You are: *{role}*{ask if role != 'admin' else ''}."


def whoami_headline(role: str) -> str:
    """The lock-screen line."""
    return f"Your role: {role}"


def whoami_card(me: Me) -> list[BlockDict]:
    """Your role, where it comes from, what it lets you do, and who can change it."""
    blocks = [header(f"Your role: {me.role}"), section(me.source)]
    if me.sees:
        blocks.append(section(f"*This channel sees*  {me.sees}"))
    for title, names in (("You may ask", me.may), ("Not in this channel", me.not_here), ("Not with this role", me.may_not)):
        if names:
            blocks.append(section(f"*{title}*  {', '.join(f'`{name}`' for name in names)}"))
    blocks.append(section(_who_can_change(me)))
    blocks.append(small(f"Your Slack id is {code(me.person)}  ·  times are shown in {me.zone}"))
    return render(blocks)


def _who_can_change(me: Me) -> str:
    if me.by_settings:
        return "It is changed in the settings, by whoever runs the bot."
    who = people(me.admins)
    return f"{who} can change it: {code(f'{me.slash}access grant')}" if who else "Nobody is admin yet: set ADMINS."
