"""What admins are told by themselves: at the first start, and when Slack does not grant what the bot needs. Pure."""

from collections.abc import Mapping, Sequence

from blocks.frame import BlockDict, actions, button, code, plural, render, section, small


def scopes_headline(lacking: Sequence[str]) -> str:
    """``The Slack app lacks 2 permissions: files:write, im:write``."""
    return f"The Slack app lacks {plural(len(lacking), 'permission')}: {', '.join(lacking)}"


def scopes_card(lacking: Mapping[str, str]) -> list[BlockDict]:
    """Which scopes are lacking, what for, and where to add them; by scope."""
    lines = [f"{code(scope)}  {why}" for scope, why in lacking.items()]
    where = "At api.slack.com/apps, under _OAuth &amp; Permissions › Bot Token Scopes_, add them, then install the app again."
    return render(
        [
            section("\n".join((f"🟠  *The Slack app lacks {plural(len(lacking), 'permission')}*", *lines))),
            section(where),
            actions(button("Check the set-up", "ask:doctor", "doctor")),
            small("Told once, until something else is lacking"),
        ]
    )


WELCOME = "Dialtone is here: your VoIP.ms account in Slack"


def welcome_card(default: str) -> list[BlockDict]:
    """The first message to an admin: three lines, two buttons.

    Args:
        default: ``DEFAULT_ROLE``.
    """
    others = "may not ask anything" if default == "none" else f"has the role {default}"
    lines = (
        f"*{WELCOME}.* You are an admin: ask me here, or with `/voip` anywhere, like `status` or `calls yesterday`.",
        "Say where alerts go: `watch channel #phones`. Then invite me there.",
        f"Everyone else {others} until you say so: `access grant @ben viewer`.",
    )
    row = actions(button("Check the set-up", "ask:doctor", "doctor", primary=True), button("What you can ask", "ask:help", "help"))
    return render([section("\n".join(lines)), row])
