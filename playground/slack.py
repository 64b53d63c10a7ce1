"""A local stand-in for Slack: real HTTP, a real WebSocket, one workspace with one app installed.

An app cannot tell it from Slack: it speaks the Web API, Socket Mode or signed posts, ``response_url`` and file uploads, and
enforces scopes, membership, Block Kit's limits, three-second acknowledgements, rate limits and single-use triggers::

    with SlackServer() as slack:
        app = App(client=WebClient(slack.bot_token, base_url=slack.api_url))
        ...
        alice = slack.person("U0ALICE", name="Alice")
        answer = alice.slash("/voip", "calls yesterday").answer(timeout=10)
        alice.click(answer, "CSV")

The demo and the tests use the same code.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import Any, TypeVar

from playground.slack_api import WebApi
from playground.slack_delivery import Delivery
from playground.slack_faults import ApiError, Dropped, Fault, RateLimited, Slow, Status
from playground.slack_people import Person
from playground.slack_rules import SCOPES, Rules
from playground.slack_socket import Links
from playground.slack_things import BOT_USER, TEAM, ApiCall, Channel, Message, Profile, Upload, View
from playground.slack_web import Web
from playground.slack_workspace import Asked, NoAnswer, Workspace

__all__ = [
    "SCOPES",
    "ApiCall",
    "ApiError",
    "Asked",
    "Dropped",
    "Message",
    "NoAnswer",
    "Person",
    "RateLimited",
    "SlackServer",
    "Slow",
    "Status",
    "Upload",
    "View",
]

T = TypeVar("T")


class SlackServer:
    """The stand-in, listening on ``127.0.0.1`` from its making until ``close()``; also a context manager. Thread-safe.

    Attributes:
        workspace: People, channels, messages: the state itself.
        rules: Tokens, granted scopes, rate limits; may be changed at any time.
        team, bot_user: The ids of the workspace and of the app's bot.
    """

    def __init__(self, clock: Callable[[], float] = time.time, ping_interval: float = 20) -> None:
        """Begin to listen.

        Args:
            clock: Seconds since the epoch, by which triggers and ``response_url``s expire and messages are stamped.
            ping_interval: Seconds between pings to each Socket Mode connection. The SDK's client notices that it was
                closed only when something arrives or after three seconds: small intervals make tests stop fast.
        """
        self.team, self.bot_user = TEAM, BOT_USER
        self.workspace = Workspace(clock)
        self.rules = Rules()
        self._web = Web(self.workspace, self.rules)
        self._links = Links(self.workspace.tell, lambda: self.rules.refuse_connections, ping_interval)
        self._api = WebApi(self.workspace, self.rules, lambda: self._web.url, self._links.new_url)
        self._web.api = self._api
        self._delivery = Delivery(self.workspace, self.rules, self._api, self._links)
        self.workspace.on_direct = self._own_message

    def close(self) -> None:
        """Stop at once: connections are cut, nothing is waited for."""
        self._links.close()
        self._delivery.close()
        self._web.close()

    def __enter__(self) -> "SlackServer":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    # Where it is, and with what to come in

    @property
    def url(self) -> str:
        """``http://127.0.0.1:PORT``"""
        return self._web.url

    @property
    def api_url(self) -> str:
        """The base URL for ``WebClient``, with its slash."""
        return f"{self._web.url}/api/"

    @property
    def bot_token(self) -> str:
        return self.rules.bot_token

    @property
    def app_token(self) -> str:
        return self.rules.app_token

    @property
    def signing_secret(self) -> str:
        return self.rules.signing_secret

    # People and places

    def person(
        self,
        id: str,  # noqa: A002 - Slack's word
        name: str = "",
        tz: str | None = "America/Toronto",
        *,
        admin: bool = False,
        guest: bool = False,
        stranger: bool = False,
        bot: bool = False,
        gone: bool = False,
        channels: Iterable[str] | None = None,
    ) -> Person:
        """Somebody in the workspace, a member of all public channels (or of ``channels``).

        Args:
            tz: As ``users.info`` tells it; ``None``: it does not.
            guest: A restricted account.
            stranger: Of another organisation, here through a shared channel.
            gone: Deactivated.
        """
        profile = Profile(
            id=id, name=name or id.removeprefix("U0").title(), tz=tz, admin=admin, guest=guest, stranger=stranger, bot=bot, gone=gone
        )
        with self.workspace.changed:
            self.workspace.people[id] = profile
            for channel in self.workspace.channels.values():
                if not channel.direct and (channel.id in channels if channels is not None else not channel.private):
                    channel.members.add(id)
        return Person(self.workspace, self._delivery, profile, lambda path: f"{self.url}/{path}")

    def channel(
        self,
        id: str,  # noqa: A002 - Slack's word
        name: str,
        members: Iterable[str] | None = None,
        *,
        private: bool = False,
        shared: bool = False,
        archived: bool = False,
        bot: bool = True,
    ) -> Channel:
        """A channel, made or changed; ``members``: ids of people (all there are, if left out); ``bot``: whether the app is in it."""
        with self.workspace.changed:
            inside = set(members) if members is not None else set(self.workspace.people) - {BOT_USER}
            made = Channel(id=id, name=name, private=private, shared=shared, archived=archived, members=inside)
            if bot:
                made.members.add(BOT_USER)
            self.workspace.channels[id] = made
        return made

    def group(self, id: str, handle: str, users: Sequence[str]) -> None:  # noqa: A002 - Slack's word
        """A user group."""
        with self.workspace.changed:
            self.workspace.groups[id] = (handle, list(users))

    # How it reaches the app

    @property
    def events_url(self) -> str | None:
        """Where commands, events and clicks are posted, signed; ``None``: Socket Mode."""
        return self._delivery.events_url

    @events_url.setter
    def events_url(self, url: str | None) -> None:
        self._delivery.events_url = url

    def verify_url(self) -> bool:
        """Whether the app's URL answers Slack's ``url_verification``."""
        return self._delivery.verify_url()

    @property
    def connections(self) -> int:
        """Socket Mode connections that are open."""
        return self._links.count

    def wait_connected(self, timeout: float = 10, count: int = 1) -> None:
        """Wait until at least ``count`` Socket Mode connections are open."""
        self.wait_for(lambda: self._links.count >= count, timeout)

    @property
    def ack_limit(self) -> float:
        """Seconds an app has to acknowledge: three."""
        return self._delivery.ack_limit

    @ack_limit.setter
    def ack_limit(self, seconds: float) -> None:
        self._delivery.ack_limit = seconds

    @property
    def retry_delays(self) -> Sequence[float]:
        """Seconds before each new try of an event that was not acknowledged."""
        return self._delivery.retry_delays

    @retry_delays.setter
    def retry_delays(self, seconds: Sequence[float]) -> None:
        self._delivery.retry_delays = seconds

    @property
    def subscribed(self) -> set[str]:
        """The events the app listens to: ``app_mention``, ``message.im``, ``app_home_opened``, ``message.channels``."""
        return self._delivery.subscribed

    # What happened

    @property
    def calls(self) -> list[ApiCall]:
        """Every call of the app so far, oldest first: also one whose message stands there already while it is being answered."""
        with self.workspace.changed:
            self.workspace.changed.wait_for(lambda: not self.workspace.under_way, 5)
            return list(self.workspace.calls)

    def messages(self, channel: str) -> list[Message]:
        """What stands in a channel now, oldest first."""
        with self.workspace.changed:
            place = self.workspace.channel_named(channel)
            return sorted(place.messages.values(), key=lambda message: message.ts) if place else []

    def ephemerals(self, user: str) -> list[Message]:
        """What only this person sees, oldest first."""
        with self.workspace.changed:
            return [message for message in self.workspace.ephemerals if message.to == user]

    @property
    def files(self) -> list[Upload]:
        """Files that were uploaded and shared."""
        with self.workspace.changed:
            return list(self.workspace.files)

    @property
    def views(self) -> list[View]:
        """Modals as they stand, closed ones too."""
        with self.workspace.changed:
            return [view for view in self.workspace.views.values() if not view.home]

    def home(self, user: str) -> View | None:
        """A person's Home tab."""
        with self.workspace.changed:
            return next((view for view in self.workspace.views.values() if view.home and view.user == user), None)

    @property
    def asked(self) -> list[Asked]:
        """Everything people did, oldest first."""
        with self.workspace.changed:
            return list(self.workspace.asked)

    def wait_for(self, predicate: Callable[[], T], timeout: float = 10) -> T:
        """Wait until something holds; the first true value.

        Raises:
            NoAnswer: it did not in time.
        """
        value = self.workspace.wait(predicate, timeout)
        if not value:
            raise NoAnswer(f"it did not come true within {timeout} s; the last calls: {self.calls[-5:]!r}"[:2000])
        return value

    def on_change(self, callback: Callable[[str, Any], None]) -> None:
        """Call ``callback(kind, value)`` at each change: message, edit, delete, view, closed, arrived, call, delivered, asked, acked, …

        It must return at once. ``arrived`` comes with a method before that is carried out, ``call`` before its answer leaves.
        """
        self.workspace.watch(callback)

    # What goes wrong

    def fail(self, fault: Fault, method: str | None = None, times: int | None = 1) -> None:
        """Let calls go wrong.

        Args:
            method: A Web API method, ``response_url`` or ``upload``; ``None``: whichever comes next.
            times: How often; ``None``: until ``heal()``.
        """
        self._web.faults.fail(fault, method, times)

    def heal(self) -> None:
        """End all planned faults, accept connections and the token, deliver once."""
        self._web.faults.heal()
        self.rules.refuse_connections = False
        self.rules.token_error = ""
        self.deliver_twice = False

    @property
    def deliver_twice(self) -> bool:
        """Whether commands, events and clicks are delivered twice."""
        return self._delivery.twice

    @deliver_twice.setter
    def deliver_twice(self, twice: bool) -> None:
        self._delivery.twice = twice

    def deliver_again(self, asked: Asked) -> bool:
        """Deliver one question once more, as when its acknowledgement was lost; whether it was acknowledged this time."""
        return self._delivery.again(asked)

    @property
    def refuse_connections(self) -> bool:
        """Whether Socket Mode connections are turned away."""
        return self.rules.refuse_connections

    @refuse_connections.setter
    def refuse_connections(self, refuse: bool) -> None:
        self.rules.refuse_connections = refuse

    def revoke_token(self, error: str = "token_revoked") -> None:
        """Take the app's tokens away."""
        self.rules.token_error = error

    def drop_sockets(self) -> int:
        """Reset all Socket Mode connections; how many there were."""
        return self._links.drop()

    def refresh_sockets(self, reason: str = "refresh_requested", close_after: float = 10) -> None:
        """Announce the end of all Socket Mode connections (``warning``, ``refresh_requested``), then close them."""
        self._links.say_goodbye(reason, close_after)

    def _own_message(self, channel: Channel, event: dict[str, Any]) -> None:
        self._delivery.event(None, "message.im", event, channel)
