"""A Bolt app that acknowledges and does nothing else: what ours is measured against. Run by ``benchmarks.acks`` in a process of its own."""

import os
import re
import threading

from slack_bolt import Ack, App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient


def main() -> None:
    """Acknowledge every command until killed."""
    client = WebClient(os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["SLACK_API_URL"])
    app = App(client=client, signing_secret="unused", token_verification_enabled=False)

    @app.command(re.compile(".*"))
    def command(ack: Ack) -> None:
        ack()

    SocketModeHandler(app, os.environ["SLACK_APP_TOKEN"], web_client=client).connect()
    threading.Event().wait()


if __name__ == "__main__":
    main()
