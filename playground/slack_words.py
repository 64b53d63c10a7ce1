"""Words on their way through Slack: what a person types becomes what an app receives, and what an app posts comes alive.

Pure. Source: docs.slack.dev, "Formatting message text".
"""

import html
import re
from collections.abc import Callable, Iterator
from typing import Any

_TOKEN = re.compile(
    r"""(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)
      | (?P<url>https?://[^\s<>|]+[^\s<>|.,;:!?)'"])
      | (?P<tel>(?<![\w.\-/+(])(?:\+?1[-. ]?)?(?:\(\d{3}\)[ ]?|\d{3}[-. ]?)\d{3}[-. ]?\d{4}(?![\w\-/]))
      | (?P<who>(?<![\w.])@[\w.-]*\w)
      | (?P<where>(?<![\w.&])\#[\w-]+)
    """,
    re.VERBOSE,
)
_LIVE = re.compile(r"<(?P<in>[^<>]*)>")
_AUTO = re.compile(r"(?<![\w.])(?P<auto>@(?:everyone|channel|here)\b|\#[a-z0-9_-]*[a-z][a-z0-9_-]*|https?://\S+|[\w.+-]+@[\w-]+\.[\w.-]+)")


def typed(words: str, person: Callable[[str], str | None], channel: Callable[[str], str | None]) -> str:
    """What an app receives when somebody types these words.

    ``& < >`` are escaped; addresses, links and phone numbers are wrapped; ``@name`` and ``#name`` become what
    ``person`` and ``channel`` make of the name (``<@U…|name>``), or stay as typed where they know none. What is
    already wrapped (``<@U0ALICE>``) stays as it is.
    """
    out: list[str] = []
    for piece in re.split(r"(<[@#!][^<>\s]*>)", words):
        if piece.startswith(("<@", "<#", "<!")) and piece.endswith(">"):
            out.append(piece)
        else:
            out.append(_TOKEN.sub(lambda found: _wrapped(found, person, channel), html.escape(piece, quote=False)))
    return "".join(out)


def _wrapped(found: re.Match[str], person: Callable[[str], str | None], channel: Callable[[str], str | None]) -> str:
    word = found[0]
    match found.lastgroup:
        case "mail":
            return f"<mailto:{word}|{word}>"
        case "url":
            return f"<{word}>"
        case "tel":
            return f"<tel:{re.sub(r'[^0-9+]', '', word)}|{word}>"
        case "who":
            return person(word[1:]) or word
        case _:
            return channel(word[1:]) or word


def alive(text: str, parsed: bool = False) -> Iterator[str]:
    """What in a message's mrkdwn mentions, links or names a channel: ``!channel``, ``@U0ALICE``, ``https://…``.

    ``parsed``: the text is not ``verbatim``, so that Slack also looks for bare ``@everyone``, ``#general`` and addresses.
    """
    for found in _LIVE.finditer(text):
        if not found["in"].startswith("!date^"):
            yield found["in"]
    if parsed:
        for found in _AUTO.finditer(_LIVE.sub(" ", text)):
            yield found["auto"]


def alive_in(blocks: object) -> Iterator[str]:
    """The same for every text of blocks: mrkdwn objects, and rich text's links and mentions."""
    if isinstance(blocks, list | tuple):
        for block in blocks:
            yield from alive_in(block)
    elif isinstance(blocks, dict):
        kind = blocks.get("type")
        if kind == "mrkdwn":
            yield from alive(str(blocks.get("text", "")), parsed=not blocks.get("verbatim"))
        elif kind == "markdown":
            yield from alive(str(blocks.get("text", "")), parsed=True)
        elif kind in ("link", "user", "usergroup", "channel", "broadcast", "team") and "elements" not in blocks:
            yield str(blocks.get("url") or blocks.get("user_id") or blocks.get("range") or kind)
        for value in blocks.values():
            if isinstance(value, list | dict):
                yield from alive_in(value)


def shown(text: str) -> str:
    """Mrkdwn as a person reads it: labels for links, fall-back words for dates, entities resolved."""

    def label(found: re.Match[str]) -> str:
        inside = found["in"]
        target, bar, words = inside.partition("|")
        if bar:
            return words
        return target if target.startswith(("@", "#")) else target.removeprefix("!")

    return html.unescape(_LIVE.sub(label, text))


def all_shown(parts: Iterator[str] | list[str]) -> str:
    """Several texts as a person reads them, one a line."""
    return "\n".join(shown(part) for part in parts)


def readable(value: Any) -> str:
    """A short repr for error messages."""
    words = repr(value)
    return words if len(words) <= 200 else words[:199] + "…"
