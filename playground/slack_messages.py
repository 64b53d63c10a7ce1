"""The Web API's methods that post, edit and delete messages, and what comes through a ``response_url``.

Source: docs.slack.dev, reference of ``chat.*``; "Handling user interaction".
"""

import json

from playground.slack_limits import message_problems, too_long
from playground.slack_places import Places
from playground.slack_rules import Method, Refusal, decoded, flag, invalid
from playground.slack_things import BOT_USER, Channel, Json, Message
from playground.slack_workspace import URL_USES, ResponseUrl, Workspace

TEXT_MOST, EDIT_TEXT_MOST = 40_000, 4_000


class Messages:
    """What the app says."""

    def __init__(self, workspace: Workspace, places: Places) -> None:
        self._space = workspace
        self._places = places

    @property
    def methods(self) -> dict[str, Method]:
        """The methods by their names."""
        return {
            "chat.postMessage": self._post_message,
            "chat.postEphemeral": self._post_ephemeral,
            "chat.update": self._update,
            "chat.delete": self._delete,
        }

    def content(self, args: Json, text_most: int = TEXT_MOST, posted: bool = True) -> Json:
        """The checked parts of a message: text, blocks, metadata.

        Raises:
            Refusal: ``no_text``, ``msg_too_long``, ``invalid_blocks``, ``msg_blocks_too_long``, …
        """
        blocks = decoded(args.get("blocks"), "invalid_blocks_format")
        text = str(args.get("text") or args.get("markdown_text") or "")
        if not text and not blocks and not args.get("attachments"):
            raise Refusal("no_text")
        if len(text) > text_most:
            raise Refusal("msg_too_long")
        if blocks:
            problems = message_problems(blocks)
            if problems:
                raise invalid("invalid_blocks", problems)
            if posted and too_long(blocks):
                raise Refusal("msg_blocks_too_long")
        metadata = decoded(args.get("metadata"), "invalid_metadata_format")
        if metadata is not None and metadata != {}:
            if not isinstance(metadata, dict) or not {"event_type", "event_payload"} <= metadata.keys():
                raise Refusal("invalid_metadata_schema")
            if len(json.dumps(metadata)) > 8_000:
                raise Refusal("metadata_too_large")
        return {"text": text, "blocks": blocks or [], "metadata": metadata}

    def _thread(self, args: Json, channel: Channel) -> str:
        ts = str(args.get("thread_ts") or "")
        parent = channel.messages.get(ts)
        return parent.thread_ts or ts if parent else ts

    def _post_message(self, args: Json) -> Json:
        channel = self._places.writable(args)
        made = self.content(args)
        thread = self._thread(args, channel)
        message = Message(
            channel=channel.id,
            ts=self._space.next_ts(),
            user=BOT_USER,
            thread_ts=thread,
            broadcast=bool(thread and flag(args.get("reply_broadcast"))),
            **made,
        )
        self._space.post(message)
        return {"channel": channel.id, "ts": message.ts, "message": message.as_slack(with_metadata=True)}

    def _post_ephemeral(self, args: Json) -> Json:
        channel = self._places.writable(args)
        user = str(args.get("user") or "")
        if user not in channel.members:
            raise Refusal("user_not_in_channel")
        made = self.content(args)
        made.pop("metadata")
        ts = self._space.next_ts()
        thread = self._thread(args, channel)
        self._space.post(Message(channel=channel.id, ts=ts, user=BOT_USER, ephemeral=True, to=user, thread_ts=thread, **made))
        return {"message_ts": ts}

    def _own(self, args: Json, error: str) -> Message:
        channel = self._places.channel(args) if not str(args.get("channel", "")).startswith(("U", "W")) else None
        message = channel.messages.get(str(args.get("ts"))) if channel else None
        if message is None:
            raise Refusal("message_not_found" if channel else "channel_not_found")
        if message.user != BOT_USER:
            raise Refusal(error)
        return message

    def _update(self, args: Json) -> Json:
        old = self._own(args, "cant_update_message")
        given = args if "blocks" in args or "text" in args else {**args, "text": old.text}
        made = self.content(given, EDIT_TEXT_MOST)
        if "blocks" not in args and "text" not in args:
            made["blocks"] = old.blocks
        if "text" not in args:
            made["text"] = old.text
        if "metadata" not in args:
            made["metadata"] = old.metadata
        new = self._space.edit(old, **made)
        return {"channel": new.channel, "ts": new.ts, "text": new.text, "message": new.as_slack(with_metadata=True)}

    def _delete(self, args: Json) -> Json:
        old = self._own(args, "cant_delete_message")
        self._space.delete(old)
        return {"channel": old.channel, "ts": old.ts}

    def respond(self, url: ResponseUrl, body: Json) -> None:
        """A message through a ``response_url``.

        Raises:
            Refusal: ``used_url``, ``expired_url``, ``no_text``, ``invalid_blocks``.
        """
        space = self._space
        with space.changed:
            if url.uses >= URL_USES:
                raise Refusal("used_url", status=404)
            if space.clock() > url.until:
                raise Refusal("expired_url", status=404)
            if flag(body.get("delete_original")):
                url.uses += 1
                if url.original is not None:
                    space.delete(url.original)
                    url.original = None
                return
            made = self.content(body, posted=False)
            made.pop("metadata")
            url.uses += 1
            in_channel = body.get("response_type") == "in_channel"
            # The original of a click is the message with the button, of a command what was last said through this URL.
            original = url.original
            if flag(body.get("replace_original")) and original is not None and not (in_channel and original.ephemeral):
                edited = space.edit(original, url.asked, text=made["text"], blocks=made["blocks"])
                url.original = edited
                return
            posted = space.post(
                Message(
                    channel=url.channel,
                    ts=space.next_ts(),
                    user=BOT_USER,
                    ephemeral=not in_channel,
                    to="" if in_channel else url.user,
                    thread_ts=str(body.get("thread_ts") or ""),
                    text=made["text"],
                    blocks=made["blocks"],
                ),
                url.asked,
            )
            if not url.clicked:
                url.original = posted
