"""One way out for every log line: what may not be said is taken out here, whoever says it.

Our own lines (structlog) and those of every library (logging) go through one handler. Two things happen there:

- What Slack's libraries say below INFO is dropped, whatever ``LOG_LEVEL`` is: at DEBUG they log what was typed into a
  modal, a password included. They are known by the file that speaks, because Bolt names loggers after the app's file.
- Every known secret, as it is or encoded, and every address that is a key by itself (``response_url``, the Socket
  Mode ticket) is masked in the finished line, tracebacks included.
"""

import json
import logging
import re
import sys
import threading
from collections.abc import Iterable
from functools import partial
from pathlib import PurePath
from types import TracebackType
from typing import TextIO
from urllib.parse import quote, quote_plus

import structlog
from structlog.typing import Processor

from config import Settings

MASK = "[secret]"
SLACK_CLIENT = "slack_sdk.web"
"""The logger of Slack's client: what it says of a failure it raises too, and then that is told once, in our words."""
TALKATIVE = frozenset(("slack_bolt", "slack_sdk", "websockets"))
"""Libraries that log whole messages below INFO."""

_KEYS_BY_THEMSELVES = re.compile(
    r"""
      (?P<token> \b(?:xox[a-z](?:\.xox[a-z])?|xapp|xoxe)-[\w-]{6,} )
    | (?P<ticket> (?<=ticket=)[^\s&"'<>]+ )
    | (?P<hook> (?:(?<=hooks\.slack\.com)|(?<=hooks\.slack-gov\.com))(?:\\*/[^\s"'<>\\/]+)+ )
    | (?P<answer> (?<=response_url)[\\"'\s:=]{1,12}https?:[^\s"'<>]+ )
    | (?P<bearer> (?<=Bearer\s)[\w.~+/=-]{6,} )
    | (?P<form> (?<=api_password=)[^\s&"'<>]+ )
    """,
    re.VERBOSE,
)


class Redaction:
    """Masks known secrets in a text, in every spelling in which a library may print them."""

    def __init__(self, secrets: Iterable[str]) -> None:
        spellings = {spelling for secret in secrets if secret for spelling in _spellings(secret)}
        longest_first = sorted(spellings, key=lambda spelling: (-len(spelling), spelling))
        # percent-encoding is written in either case
        self._known = re.compile("|".join(map(_either_case, longest_first))) if spellings else None

    def __call__(self, line: str) -> str:
        """The line without secrets."""
        if self._known is not None:
            line = self._known.sub(MASK, line)
        return _KEYS_BY_THEMSELVES.sub(MASK, line)


def _spellings(secret: str) -> set[str]:
    # a byte in the environment that is no UTF-8 arrives as a lone surrogate
    quoting = partial(quote, errors="surrogateescape")
    encoded = {secret, quoting(secret), quoting(secret, safe=""), quote_plus(secret, errors="surrogateescape")}
    quoted = {form(text) for text in encoded for form in (_in_json, _in_json_ascii, _in_repr)}
    twice = {form(text) for text in quoted for form in (_in_json, _in_json_ascii, _in_repr)}
    return encoded | quoted | twice


def _in_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _in_json_ascii(text: str) -> str:
    return json.dumps(text)[1:-1]


def _in_repr(text: str) -> str:
    return repr(text)[1:-1]


def _either_case(spelling: str) -> str:
    return re.sub(r"%[0-9A-F]{2}", lambda found: f"(?i:{found[0]})", re.escape(spelling))


class Discretion(logging.Filter):
    """Lets through what may be said."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Drop what talkative libraries say below INFO; take the body out of Bolt's line on a wrong signature."""
        if not self._talkative(record):
            return True
        if record.levelno < logging.INFO:
            return False
        if "request_verification" in PurePath(record.pathname).parts:
            # it quotes the body, which may be a modal with a password when only our signing secret is wrong
            record.msg, record.args = "a request with a wrong signature was turned away", None
        return True

    @staticmethod
    def _talkative(record: logging.LogRecord) -> bool:
        return record.name.split(".")[0] in TALKATIVE or not TALKATIVE.isdisjoint(PurePath(record.pathname).parts)


class _Formatter(structlog.stdlib.ProcessorFormatter):
    """The last step of every line: nothing is written that did not pass here."""

    def __init__(self, redact: Redaction, processors: list[Processor], foreign_pre_chain: list[Processor]) -> None:
        super().__init__(processors=processors, foreign_pre_chain=foreign_pre_chain)
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        return self._redact(super().format(record))


def configure(settings: Settings, stream: TextIO | None = None) -> logging.Handler:
    """Send every line to ``stream`` (standard error), in the format and from the level that the settings say.

    Exceptions nobody caught, in any thread, become lines too: Python itself would print them unmasked.

    Returns:
        The one handler of the root logger.
    """
    out = sys.stderr if stream is None else stream
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    drawn: list[Processor]
    if settings.log_format == "json":
        drawn = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    else:
        # the plain traceback: the fancy one shows local variables
        drawn = [structlog.dev.ConsoleRenderer(colors=out.isatty(), exception_formatter=structlog.dev.plain_traceback)]
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        _Formatter(
            Redaction(settings.secrets),
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *drawn],
            foreign_pre_chain=shared,
        )
    )
    handler.addFilter(Discretion())
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(settings.log_level)
    logging.getLogger(SLACK_CLIENT).setLevel(logging.CRITICAL)
    # a line that cannot be formatted must not be printed raw, with its arguments
    logging.raiseExceptions = False
    logging.captureWarnings(True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    return handler


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("dialtone").critical("uncaught", exc_info=(kind, error, trace))


def _uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is None or issubclass(args.exc_type, SystemExit):
        return
    name = args.thread.name if args.thread else "?"
    logging.getLogger("dialtone").critical("uncaught in thread %s", name, exc_info=(args.exc_type, args.exc_value, args.exc_traceback))
