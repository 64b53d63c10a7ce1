"""From what a person typed to words, and from words to values. Pure.

Slack sends what was typed in its own wrapping: ``<@U024BE7LH|ana>``, ``<mailto:ana@example.com|ana@example.com>``,
``<tel:5145550134|514-555-0134>``, ``&amp;``; phones and word processors make quotes curly. All of it is undone here, once.
"""

import re

_WRAPPED = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_CURLY = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "\u00a0": " ", "\u202f": " "})
_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|([^\s"]\S*)|"')


def unwrap(text: str) -> str:
    """The text as the person sees it; a person or a channel stays ``<@U…>`` or ``<#C…>``, without its label.

    Entities are undone last: what a person typed as ``<@U024BE7LH>`` in letters never becomes a mention.
    """
    shown = _WRAPPED.sub(_without_wrapping, text)
    for entity, sign in _ENTITIES:
        shown = shown.replace(entity, sign)
    return shown.translate(_CURLY)


def _without_wrapping(found: re.Match[str]) -> str:
    inside, label = found[1], found[2]
    match inside[0]:
        case "@" | "#":
            return f"<{inside}>"
        case "!":
            return label or f"@{inside[1:].split('^')[0]}"
    for scheme in ("mailto:", "tel:"):
        if inside.startswith(scheme):
            return inside.removeprefix(scheme)
    return label if label and "://" not in label else inside


def split(text: str) -> tuple[str, ...]:
    """Words; what stands in straight quotes is one. A quote that is never closed is only a sign."""
    return tuple(word for found in _WORD.finditer(text) if (word := _unquoted(found)))


def _unquoted(found: re.Match[str]) -> str:
    if found[1] is not None:
        return re.sub(r"\\(.)", r"\1", found[1]).strip()
    return found[2] or ""
