"""What a person sees when something did not work: what happened, what to do, and an id that is also in the log. Pure."""

from blocks.frame import BlockDict, code, header, render, safe, section, small

SIGN = "⚠️"


def error(what: str, next_step: str = "", asked: str = "", error_id: str = "") -> list[BlockDict]:
    """``what`` and ``next_step`` are our own sentences (mrkdwn); ``asked`` are the person's words, or empty."""
    text = f"{SIGN}  *{what}*" + (f"\n{next_step}" if next_step else "")
    print_below = [part for part in (code(asked) if asked else "", f"error {error_id}" if error_id else "") if part]
    return render([section(text), *([small("  ·  ".join(print_below))] if print_below else [])])


def refused(summary: str, needs: str, role: str, person: str, admins: list[str]) -> list[BlockDict]:
    """Somebody asked for what their role does not allow: says what they are, what it needs and who can change it."""
    who = f"Ask {' or '.join(f'<@{admin}>' for admin in admins[:3])} for more." if admins else "No admin is named yet: set ADMINS."
    return render(
        [
            section(f"🔒  *You may not do that.*\n“{safe(summary)}” needs the role *{needs}*; you are: *{role}*. {who}"),
            small(f"Your Slack id is {code(person)}"),
        ]
    )


def unknown(name: str, near: list[str], slash: str) -> list[BlockDict]:
    """No command of that name."""
    ideas = "Did you mean " + " or ".join(f"`{slash}{guess}`" for guess in near) + "?" if near else f"`{slash}help` lists what you can ask."
    return render([section(f"{SIGN}  *There is no command {code(name, 40)}.*\n{ideas}")])


def open_form(title: str) -> list[BlockDict]:
    """Where a form cannot be opened at once: a button that does."""
    return render([header(title), section("This is asked in a form, so that nothing typed is kept in the conversation.")])
