"""What asking Slack raises when no answer came that its client can make something of."""

from http.client import HTTPException

from slack_sdk.errors import SlackClientError

UNANSWERED = (OSError, SlackClientError, HTTPException, UnicodeDecodeError)
"""A dropped connection; Slack's refusal, or a page in place of one; half an answer; one that is no text."""
