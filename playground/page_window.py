"""One window of the playground page: one person, who is told what that person sees, and does what that person can do.

What the browser sends and is sent is JSON with a ``do`` or a ``kind``; ``playground/page/src/wire.ts`` has the same in types.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

from playground.page_company import CompanyPanel, NoLever
from playground.page_slack import Persona, messages, outcome, told, told_view, world
from playground.page_traffic import Traffic
from playground.slack_controls import Held
from playground.slack_people import Person
from playground.slack_things import Json, Message, View
from playground.slack_workspace import Asked, Workspace

NOT_SENT = {
    "operation_timeout": "{command} failed with the error “operation_timeout”",
    "not_in_channel": "You mentioned Dialtone, but it is not in this channel.",
}
NO_ANSWER = "{command} failed because the app did not respond"


@dataclass(frozen=True)
class Scene:
    """What all windows share.

    Attributes:
        title: What the workspace is called.
        personas: Who may be played, by id.
        commands, shortcuts: As the app's manifest has them.
        home: Whether the app has a Home tab.
    """

    space: Workspace
    title: str
    personas: Mapping[str, Persona]
    commands: list[Json]
    shortcuts: list[Json]
    home: bool
    company: CompanyPanel
    traffic: Traffic


class Window:
    """A window that is open; ``send`` is called by one thread of its own, one JSON at a time, and may block."""

    def __init__(self, scene: Scene, send: Callable[[Json], None]) -> None:
        self._scene = scene
        self._send = send
        self._me: Person | None = None
        self._shown: Person | None = None
        self._waiting: dict[Asked, int] = {}
        self._queue: SimpleQueue[Callable[[], Json | None] | None] = SimpleQueue()
        self.wants_traffic = False
        self._doing: dict[str, Callable[[Json], Json | None]] = {
            "be": self._be,
            "type": self._type,
            "use": self._use,
            "suggest": self._suggest,
            "submit": self._submit,
            "close": self._close,
            "home": self._home,
            "shortcut": self._shortcut,
            "lever": self._lever,
            "traffic": self._traffic,
            "exchange": self._exchange,
        }
        self._thread = threading.Thread(target=self._tell, name="page-window", daemon=True)
        self._thread.start()
        self.say(self._hello())

    def close(self) -> None:
        """Send nothing more."""
        self._queue.put(None)

    # From the stand-ins to the browser

    def say(self, said: Json) -> None:
        """Send something soon."""
        self._queue.put(lambda: said)

    def changed(self, kind: str, value: Any) -> None:
        """Something happened in the workspace; returns at once. What it means for this person is worked out when it is sent."""
        if isinstance(value, Message):
            self._queue.put(lambda: told(self._scene.space, self._shown.id, value) if self._shown else None)
        elif isinstance(value, View):
            self._queue.put(lambda: told_view(self._scene.space, self._shown.id, value) if self._shown else None)
        elif isinstance(value, Asked) and kind in ("acked", "failed"):
            self._queue.put(lambda: self._settled(value))

    def _tell(self) -> None:
        while (work := self._queue.get()) is not None:
            said = work()
            if said is None:
                continue
            try:
                self._send(said)
            except Exception:  # noqa: BLE001 - whatever the reason, nobody is there any more, and the reader ends the window
                return

    def _hello(self) -> Json:
        scene = self._scene
        return {
            "kind": "hello",
            "title": scene.title,
            "personas": [persona.as_json() for persona in scene.personas.values()],
            "commands": scene.commands,
            "shortcuts": scene.shortcuts,
            "home": scene.home,
        }

    def _settled(self, asked: Asked) -> Json | None:
        """What came of something that was done in this window."""
        number = self._waiting.pop(asked, None)
        if number is None:
            return None
        notice = ""
        if asked.failed and asked.kind in ("slash", "mention"):
            notice = NOT_SENT.get(asked.failed, NO_ANSWER).format(command=asked.words.partition(" ")[0])
        return {"kind": "settled", "id": number, "notice": notice, "channel": asked.channel, **outcome(asked)}

    # From the browser to the stand-ins

    def take(self, said: Json) -> None:
        """Do what the browser asks; a question that cannot be carried out is answered in words."""
        number = said.get("id")
        try:
            answer = self._doing[str(said.get("do"))](said)
        except NoLever as wrong:
            answer = {"kind": "settled", "id": number, "failed": str(wrong)}
        except (LookupError, TypeError, ValueError) as wrong:
            answer = {"kind": "settled", "id": number, "failed": f"that cannot be done: {wrong}"}
        if answer is not None:
            self.say(answer)

    @property
    def _person(self) -> Person:
        if self._me is None:
            raise LookupError("nobody was chosen")
        return self._me

    def _wait_for(self, said: Json, asked: Asked) -> None:
        """Tell the browser when this is acknowledged or has failed."""
        self._waiting[asked] = int(said.get("id") or 0)
        if asked.acked or asked.failed:
            self._queue.put(lambda: self._settled(asked))

    def _be(self, said: Json) -> None:
        person = self._scene.personas[str(said["person"])].person
        self._me = person

        def show() -> Json:
            self._shown = person
            return world(self._scene.space, person)

        self._queue.put(show)

    def _type(self, said: Json) -> Json | None:
        text, channel, thread = str(said["text"]).strip(), str(said["channel"]), str(said.get("thread") or "")
        if person_is_not_in(self._scene.space, channel, self._person.id):
            raise LookupError("not in this channel")
        if not text.startswith("/"):
            self._wait_for(said, self._person.say(text, channel, thread or None))
            return None
        command, _, words = text.partition(" ")
        if thread:
            return self._notice(said, channel, f"{command} is not supported in threads. Sorry!")
        if command not in {known["command"] for known in self._scene.commands}:
            return self._notice(said, channel, f"{command} is not a valid command. In Slack it would not reach the bot.")
        self._wait_for(said, self._person.slash(command, words.strip(), channel))
        return None

    @staticmethod
    def _notice(said: Json, channel: str, words: str) -> Json:
        return {"kind": "settled", "id": said.get("id"), "failed": "not_sent", "notice": words, "channel": channel}

    def _use(self, said: Json) -> None:
        key = (str(said["block"]), str(said["action"]))
        self._wait_for(said, self._person.use(self._place(said), key, said.get("choice"), held(said)))

    def _suggest(self, said: Json) -> None:
        key = (str(said["block"]), str(said["action"]))
        self._wait_for(said, self._person.suggest(self._place(said), key, str(said["words"])))

    def _submit(self, said: Json) -> None:
        self._wait_for(said, self._person.send(self._view(said), held(said)))

    def _close(self, said: Json) -> None:
        self._person.close(self._view(said))

    def _home(self, said: Json) -> None:
        self._person.open_home(str(said.get("tab") or "home"))

    def _shortcut(self, said: Json) -> None:
        """A shortcut of the app, from anywhere or from a message's menu."""
        name = str(said["name"])
        if name not in {known["callback_id"] for known in self._scene.shortcuts}:
            raise LookupError(f"no shortcut {name}")
        if "ts" not in said:
            self._wait_for(said, self._person.shortcut(name))
            return
        message = self._place(said)
        if isinstance(message, View) or message.ephemeral:
            raise LookupError("not from here")
        self._wait_for(said, self._person.message_shortcut(message, name))

    def _place(self, said: Json) -> Message | View:
        """Where something is clicked: only what this person sees."""
        if said.get("view"):
            return self._view(said)
        with self._scene.space.changed:
            for message in messages(self._scene.space, self._person.id):
                if (message.channel, message.ts) == (said["channel"], said["ts"]):
                    return message
        raise LookupError("the message is not there any more")

    def _view(self, said: Json) -> View:
        with self._scene.space.changed:
            view = self._scene.space.views[str(said["view"])]
        if view.user != self._person.id:
            raise LookupError("the form is somebody else's")
        return view

    # The panels

    def _lever(self, said: Json) -> Json:
        words = self._scene.company.pull(str(said["lever"]), said)
        return {"kind": "settled", "id": said.get("id"), "failed": "", "words": words}

    def _traffic(self, said: Json) -> Json:
        self.wants_traffic = True
        return {"kind": "traffic", "lines": self._scene.traffic.lines(), "whole": True}

    def _exchange(self, said: Json) -> Json:
        return {"kind": "exchange", "exchange": self._scene.traffic.opened(int(said["exchange"]), self._person.id)}


def held(said: Json) -> Held:
    """What the controls around hold, as the browser sends it: ``[block id, action id, choice]`` of each."""
    return {(str(block), str(action)): choice for block, action, choice in said.get("held") or ()}


def person_is_not_in(space: Workspace, channel: str, person: str) -> bool:
    """Whether a place is none of this person's."""
    with space.changed:
        place = space.channels.get(channel)
        return place is None or person not in place.members
