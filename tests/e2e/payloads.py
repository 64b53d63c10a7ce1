"""What has to hold for every payload that the bot ever sends to Slack."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from playground.slack import ApiCall, SlackServer
from playground.slack_limits import message_problems, view_problems
from playground.slack_words import alive, alive_in
from tests.reference import reference

POSTS = frozenset(("chat.postMessage", "chat.postEphemeral", "chat.update", "response_url"))
OWN_MENTIONS = frozenset(
    (
        *("@U0ALICE", "@U0VICTOR", "@U0GUEST", "@U0STRANGE", *(f"@U0OPER{n}" for n in range(5))),
        *("#C0PHONES", "#C0BIRCH", "#C0ALERTS", "#C0REPORTS", "#C0QUIET", "#C0OLD", "#C0SHARED"),
    )
)
"""People and channels that the bot itself names: who shared an answer, who can give more rights, what is limited, where reports go."""


def problems(slack: SlackServer) -> list[str]:
    """Everything wrong with anything that was sent: broken blocks, no text, a word from outside that mentions or links."""
    return [f"{call.method}: {problem}" for call in slack.calls for problem in _of(call)]


def _of(call: ApiCall) -> Iterator[str]:
    payload = call.payload
    if call.method in POSTS and not payload.get("delete_original"):
        yield from message_problems(payload.get("blocks") or [])
        if not payload.get("text"):
            yield "has no text"
        yield from _independent(payload.get("blocks") or [])
        spoken = [*alive(str(payload.get("text", "")), parsed=True), *alive_in(payload.get("blocks") or [])]
        yield from (f"is alive: {word}" for word in spoken if word not in OWN_MENTIONS)
    elif call.method.startswith("views."):
        view = payload.get("view") or {}
        yield from view_problems(view)
        yield from _independent(view.get("blocks") or [])
        yield from (f"is alive: {word}" for word in alive_in(view.get("blocks") or []) if word not in OWN_MENTIONS)


def _independent(blocks: list[dict[str, Any]]) -> Iterator[str]:
    """What a schema says that others made: where it is there."""
    for place, block in enumerate(blocks):
        yield from (f"blocks[{place}]{fault}" for fault in _faults(json.dumps(block)))


@cache
def _faults(block: str) -> tuple[str, ...]:
    """The same blocks are sent many times, and a schema takes its time."""
    if not (schemas := _schemas()):
        return ()
    read = json.loads(block)
    schema = schemas.get(read.get("type"))
    return tuple(f"{error.json_path[1:]}: {error.message[:200]}" for error in schema.iter_errors(read)) if schema else (": no such type",)


@cache
def _schemas() -> dict[str, Draft202012Validator]:
    """By the type of a block: to try them all takes ten times as long, and says less of what is wrong."""
    if (path := reference("slack/block-kit.schema.json")) is None:
        return {}
    whole = json.loads(path.read_text())
    parts = whole["$defs"]
    names = [one["$ref"].rpartition("/")[2] for one in parts["block"]["oneOf"]]
    return {parts[name]["properties"]["type"]["const"]: Draft202012Validator({"$defs": parts, **parts[name]}) for name in names}
