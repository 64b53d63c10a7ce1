"""What a person sees when something did not work: what happened, what to do, and an id that is also in the log. Pure."""

from collections.abc import Sequence
from typing import Any

from blocks.frame import WARNING, BlockDict, actions, button, code, header, line, phone, render, safe, section, small
from blocks.inputs import field, form, pick, text
from rules.tokens import NEEDS_ANOTHER

OUT_OF_SIGHT = "This channel does not see that."


def error(what: str, next_step: str = "", asked: str = "", error_id: str = "") -> list[BlockDict]:
    """``what`` and ``next_step`` are our own sentences (mrkdwn); ``asked`` are the person's words, or empty."""
    text = f"{WARNING}  *{what}*" + (f"\n{next_step}" if next_step else "")
    print_below = [part for part in (line(asked) if asked else "", f"error {error_id}" if error_id else "") if part]
    return render([section(text), *([small("  ·  ".join(print_below))] if print_below else [])])


def told_to(admins: Sequence[str] | None, step: str) -> str:
    """What to do, for those who can: the others are told whom to turn to.

    Args:
        admins: ``None`` where the reader is one.
        step: Our own mrkdwn.
    """
    return step if admins is None else f"Tell {_either(admins) or 'who runs this bot'}: {step}"


def slack_step(word: str, lacks: str, admins: Sequence[str] | None, slash: str = "") -> str:
    """What to do where Slack refused something.

    Args:
        word: Slack's word for why.
        lacks: The permission it says is lacking.
        admins: See ``told_to``.
    """
    match word:
        case "missing_scope":
            scope = code(lacks) if lacks else "a permission"
            where = "at api.slack.com/apps, under _OAuth &amp; Permissions_, then install the app again"
            return told_to(admins, f"The Slack app lacks {scope}. Add it {where}.")
        case _ if word in NEEDS_ANOTHER:
            return told_to(
                admins, f"Slack no longer takes the bot's token ({code(word)}). Set SLACK_BOT_TOKEN anew and start the bot again."
            )
        case "not_in_channel" | "channel_not_found":
            return "I am not in that channel. Invite me there with `/invite @Dialtone`, then ask again."
    said = f"Slack answered {code(word)}. Try again in a minute"
    if admins is None:
        return f"{said}; {code(f'{slash}doctor')} shows what is missing."
    return f"{said}; if it stays, tell {_either(admins) or 'who runs this bot'}."


def _either(people: Sequence[str]) -> str:
    return " or ".join(f"<@{person}>" for person in people[:3])


def elsewhere(slash: str) -> str:
    """What to do where a channel sees only a part of the account."""
    return f"It sees only a part of the phone account; {code(f'{slash}whoami')} says which. Ask in a direct message to me about the rest."


def refused(summary: str, needs: str, role: str, person: str, admins: Sequence[str]) -> list[BlockDict]:
    """Somebody asked for what their role does not allow: says what they are, what it needs and who can change it."""
    who = f"Ask {_either(admins)} for more." if admins else "No admin is named yet: set ADMINS."
    return render(
        [
            section(f"🔒  *You may not do that.*\n“{safe(summary)}” needs the role *{needs}*; you are: *{role}*. {who}"),
            small(f"Your Slack id is {code(person)}"),
        ]
    )


def unknown(name: str, near: list[str], slash: str) -> list[BlockDict]:
    """No command of that name; ``near`` are command lines that may have been meant."""
    ideas = (
        "Did you mean " + " or ".join(line(f"{slash}{guess}") for guess in near) + "?" if near else f"`{slash}help` lists what you can ask."
    )
    return render([section(f"{WARNING}  *There is no command {code(name, 40)}.*\n{ideas}")])


def open_form(title: str) -> list[BlockDict]:
    """Where a form cannot be opened at once: a button that does."""
    return render([header(title), section("This is asked in a form, so that nothing typed is kept in the conversation.")])


LOOK_UP = "look_up"


def line_form(name: str) -> dict[str, Any]:
    """The form in which any line can be asked."""
    hint = "As after /voip: status, calls yesterday missed, numbers 5145550100. help lists what you may ask."
    asked = field(name, "What would you like to know?", text("calls yesterday missed"), optional=True, hint=hint)
    found = field(LOOK_UP, "Or look something up", pick("anything", many=False), optional=True)
    return form(name, "Ask Dialtone", "Ask", [asked, found])


def which_number(command: str, period: str, numbers: Sequence[str]) -> list[BlockDict]:
    """Several numbers were found: a button for each."""
    choices = [
        button(phone(number), f"ask:{command}:{place}", f"{command} {period} number:{number}") for place, number in enumerate(numbers)
    ]
    return render([section("*Which number?* Several are in that message."), actions(*choices)])
