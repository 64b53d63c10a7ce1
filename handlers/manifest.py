"""The Slack app manifest that matches the code: made of the registry, so that no command is forgotten."""

from typing import Any
from urllib.parse import urlsplit

import yaml

from handlers.registry import Registry

EVENTS_PATH = "/slack/events"
SCOPES: dict[str, str] = {
    "commands": "/voip and its aliases",
    "chat:write": "answers to mentions and direct messages",
    "app_mentions:read": "@Dialtone …",
    "im:history": "direct messages to the bot",
    "im:write": "to open the direct message that a CSV goes to",
    "users:read": "the asker's time zone, and whether they are a guest",
    "usergroups:read": "roles for user groups",
    "files:write": "CSV files",
    "channels:read": "whether a public channel is shared with another organisation, and whether the bot can post its reports there",
    "groups:read": "the same of a private channel",
    "channels:history": "only to find one's own message again after a crash",
    "groups:history": "the same in a private channel",
}
"""Bot scopes, and why each is needed."""
ASK_SHORTCUT, LOOK_UP_SHORTCUT = "ask_dialtone", "look_up_number"
SHORTCUTS = (
    {
        "name": "Ask Dialtone",
        "type": "global",
        "callback_id": ASK_SHORTCUT,
        "description": "Any question about your phones, from anywhere in Slack",
    },
    {
        "name": "Look this number up",
        "type": "message",
        "callback_id": LOOK_UP_SHORTCUT,
        "description": "The calls of the last 30 days with the number in a message",
    },
)
"""Global and message shortcuts, as the manifest names them."""
EVENTS = ("app_mention", "message.im", "app_home_opened")
DESCRIPTION = "Your VoIP.ms phone account in Slack"
LONG_DESCRIPTION = (
    "Ask who is registered, what was called and what it cost, how a sub-account or a mailbox is set up, and where a number really rings. "
    "Answers are private to whoever asked, in their own time zone, with a CSV one click away. Type /voip help to see what you may ask."
)


class WrongAddress(Exception):
    """Where Slack should reach the bot is no address that it would call; the text is one clear line."""


def manifest(registry: Registry, http_url: str | None = None) -> dict[str, Any]:
    """The manifest as Slack reads it.

    Args:
        http_url: Where Slack reaches the bot, ``https://bot.example.com``; without it the manifest is for Socket Mode.

    Raises:
        WrongAddress: It is none that Slack would call.
    """
    url = {} if http_url is None else {"url": _events_url(http_url)}
    request_url = {"request_url": url["url"]} if url else {}
    commands = [
        {"command": "/voip", "description": DESCRIPTION, "usage_hint": "help | status | calls yesterday | …", "should_escape": True, **url},
        *(
            {
                "command": f"/voip-{command.name}",
                "description": command.summary,
                **({"usage_hint": command.usage} if command.usage else {}),
                "should_escape": True,
                **url,
            }
            for command in registry
        ),
    ]
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {
            "name": "Dialtone",
            "description": DESCRIPTION,
            "long_description": LONG_DESCRIPTION,
            "background_color": "#1f3a5f",
        },
        "features": {
            "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True, "messages_tab_read_only_enabled": False},
            "bot_user": {"display_name": "Dialtone", "always_online": True},
            "shortcuts": [dict(one) for one in SHORTCUTS],
            "slash_commands": commands,
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {**request_url, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **request_url},
            "org_deploy_enabled": False,
            "socket_mode_enabled": http_url is None,
            "token_rotation_enabled": False,
        },
    }


def slash_commands(registry: Registry) -> list[str]:
    """The slash commands that the manifest holds."""
    return ["/voip", *(f"/voip-{command.name}" for command in registry)]


def as_yaml(made: dict[str, Any]) -> str:
    """The manifest as text, ready to be pasted at Slack's *From a manifest*."""
    return yaml.safe_dump(made, sort_keys=False, allow_unicode=True, width=1000)


def _events_url(http_url: str) -> str:
    try:
        parts = urlsplit(http_url)
        good = parts.scheme == "https" and bool(parts.hostname) and not (parts.query or parts.fragment or parts.username)
    except ValueError:
        good = False
    if not good:
        raise WrongAddress("--http needs the address at which Slack reaches the bot, like https://bot.example.com")
    return http_url.rstrip("/").removesuffix(EVENTS_PATH) + EVENTS_PATH
