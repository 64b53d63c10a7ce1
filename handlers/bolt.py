"""The only file of the handlers that knows Bolt: which listener hears what, what no listener is for, and Socket Mode."""

import logging
import os
import re
import traceback
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http import HTTPStatus
from pathlib import Path

import structlog
from slack_bolt import App, BoltResponse
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.error import BoltUnhandledRequestError
from slack_sdk import WebClient

from blocks.inputs import PICK
from handlers.connection import Drain, Watchdog
from handlers.front import Front
from handlers.listeners import Listeners
from handlers.manifest import ASK_SHORTCUT, LOOK_UP_SHORTCUT
from handlers.payloads import kind
from handlers.signin import in_one_line

log = structlog.get_logger(__name__)

MISREAD = (AttributeError, LookupError, TypeError, ValueError)
"""What is raised where a payload has another shape than Slack's have."""


def build(front: Front, signing_secret: str) -> App:
    """The Bolt app with all its listeners.

    Args:
        signing_secret: Empty in Socket Mode, where nothing is signed.
    """
    # Bolt looks for these by itself, and turns to OAuth when it finds the last two; everything it needs is passed here.
    for name in ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"):
        os.environ.pop(name, None)
    app = App(
        name="dialtone",
        logger=logging.getLogger("slack_bolt.dialtone"),
        client=front.slack,
        # without any, Bolt warns
        signing_secret=signing_secret or "unused",
        token_verification_enabled=False,
        # else it logs the whole payload, with a suggestion of several lines
        raise_error_for_unhandled_request=True,
        listener_executor=ThreadPoolExecutor(8, thread_name_prefix="ack"),
    )
    listeners, anything = Listeners(front), re.compile(r".+")
    app.command(re.compile(r"^/voip(-[a-z-]+)?$"))(listeners.command)
    app.event("app_mention")(listeners.mention)
    app.event("message")(listeners.message)
    app.event("app_home_opened")(listeners.home_opened)
    app.action(anything)(listeners.action)
    app.shortcut(ASK_SHORTCUT)(listeners.ask_anything)
    app.shortcut(LOOK_UP_SHORTCUT)(listeners.look_up)
    app.options(re.compile(rf"^{PICK}"))(listeners.suggestion)
    app.view(anything)(listeners.submission)
    app.view_closed(anything)(listeners.closed)
    app.error(_failed)
    return app


def _failed(error: Exception, response: BoltResponse | None) -> BoltResponse | None:
    """What no listener is for is acknowledged all the same: Slack would show it as a failure, or send it again."""
    if isinstance(error, BoltUnhandledRequestError):
        log.info("nothing listens to this", kind=kind(error.request.body))
        return BoltResponse(status=HTTPStatus.OK)
    if isinstance(error, MISREAD):
        log.warning("payload cannot be read", error=type(error).__name__, at=_raised_at(error))
    else:
        log.error("listener failed", exc_info=error)
    if response is None:
        raise error  # it was acknowledged, which Bolt would undo; this ends on its thread, unseen
    return None if response.status == HTTPStatus.OK else BoltResponse(status=HTTPStatus.BAD_REQUEST)


def _raised_at(error: Exception) -> str:
    """The file and line, which is what can be told of an error without the payload."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""


class Socket:
    """Socket Mode with a watchdog: reconnects when the SDK has not, and reports the gap."""

    PING_SECONDS = 2
    """At the SDK's default of ten, a reset connection took a minute to come back; at two, and with the watchdog, some five seconds."""
    PATIENCE_SECONDS = 2
    AT_ONCE = 16
    """Deliveries that are acknowledged at the same time."""

    def __init__(self, app: App, app_token: str, slack: WebClient) -> None:
        self._handler = SocketModeHandler(
            app,
            app_token,
            logger=logging.getLogger("slack_sdk.socket_mode"),
            web_client=slack,
            ping_interval=self.PING_SECONDS,
            concurrency=self.AT_ONCE,
        )
        self._at_work = Drain(self._handler.handle)
        self._handler.client.socket_mode_request_listeners[:] = [self._at_work]
        connect = partial(self._handler.client.connect_to_new_endpoint, force=True)
        self._watchdog = Watchdog(self._connected, connect, self.PATIENCE_SECONDS)

    def open(self) -> None:
        """Connect.

        Raises:
            NotLetIn: The app token is wrong, or Slack does not answer.
        """
        with in_one_line("SLACK_APP_TOKEN"):
            # asked once here, since the SDK logs a refusal in lines of its own
            self._handler.client.wss_uri = self._handler.client.web_client.apps_connections_open(app_token=self._handler.app_token)["url"]
            self._handler.connect()
        self._watchdog.start()

    def how_it_is(self) -> tuple[bool, str]:
        """Whether Slack can reach us, and since when not."""
        return self._watchdog.how_it_is()

    def _connected(self) -> bool:
        """Whether it can be heard and spoken to; the SDK itself waits for five pings that cannot be sent, and spins meanwhile."""
        session = self._handler.client.current_session
        return session is not None and session.is_active() and session.consecutive_check_state_error_count == 0

    def close(self) -> None:
        """Take no more questions."""
        # first, or it would connect anew what is being closed
        self._watchdog.close()
        self._at_work.close()
        self._handler.close()
