"""The Web API's methods that bring files: an address to send the bytes to, then the file is shown where it belongs.

Source: docs.slack.dev, "Working with files".
"""

from collections.abc import Callable
from dataclasses import replace

from playground.slack_places import Places
from playground.slack_rules import Method, Refusal, decoded, invalid
from playground.slack_things import BOT_USER, Channel, Json, Message, Upload
from playground.slack_workspace import Workspace


class Uploads:
    """Files on their way.

    Args:
        base_url: Of the server that ``receive``s their bytes.
    """

    def __init__(self, workspace: Workspace, places: Places, base_url: Callable[[], str]) -> None:
        self._space = workspace
        self._places = places
        self._base_url = base_url
        self._pending: dict[str, tuple[str, int, bytes | None]] = {}

    @property
    def methods(self) -> dict[str, Method]:
        """The methods by their names."""
        return {"files.getUploadURLExternal": self._upload_url, "files.completeUploadExternal": self._complete}

    def _upload_url(self, args: Json) -> Json:
        name, length = str(args.get("filename") or ""), int(args.get("length") or 0)
        if not name or length < 1:
            raise invalid("invalid_arguments", [f"missing required field: {'length' if name else 'filename'}"])
        key = self._space.new_id("F")
        self._pending[key] = (name, length, None)
        return {"upload_url": f"{self._base_url()}/upload/v1/{key}", "file_id": key}

    def receive(self, key: str, content: bytes) -> bool:
        """The bytes of a file, for an upload URL that was given out."""
        with self._space.changed:
            if key not in self._pending:
                return False
            name, length, _ = self._pending[key]
            self._pending[key] = (name, length, content)
            return True

    def _complete(self, args: Json) -> Json:
        wanted = decoded(args.get("files"), "invalid_arguments")
        if not isinstance(wanted, list) or not wanted:
            raise invalid("invalid_arguments", ["missing required field: files"])
        places = [place for place in str(args.get("channel_id") or args.get("channels") or "").split(",") if place]
        channels = [self._places.writable({"channel": place}) for place in places]
        made = []
        for entry in wanted:
            name, length, content = self._pending.get(str(entry.get("id")), ("", 0, None))
            if content is None:
                raise Refusal("file_not_found")
            if len(content) != length:
                raise Refusal("file_update_failed")
            made.append(Upload(id=entry["id"], name=name, title=str(entry.get("title") or name), content=content))
        for upload in made:
            del self._pending[upload.id]
        comment, thread = str(args.get("initial_comment") or ""), str(args.get("thread_ts") or "")
        targets: list[Channel | None] = [*channels] or [None]
        for channel in targets:
            ts = self._space.next_ts() if channel else ""
            shared = [replace(u, channel=channel.id if channel else "", thread_ts=thread, comment=comment, ts=ts) for u in made]
            self._space.files.extend(shared)
            if channel:
                message = Message(channel=channel.id, ts=ts, user=BOT_USER, text=comment, thread_ts=thread, files=tuple(shared))
                self._space.post(message)
        self._space.tell("files", made)
        return {"files": [{"id": u.id, "title": u.title, "name": u.name, "size": len(u.content)} for u in made]}
