"""The kinds of column we use, the same on both engines: what goes in comes out equal, or is refused at the door."""

import json
import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, String, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

from rules.saving import as_json, from_json

INSTANT_LENGTH = len("2026-11-23T12:00:00.000000Z")
UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")


class Instant(TypeDecorator[datetime]):
    """An aware instant, in UTC when it is read.

    ``timestamptz`` on PostgreSQL. On SQLite text of one fixed length, ``2026-11-23T12:00:00.000000Z``, so that the order of the
    text is the order of time.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text where there is no type for instants."""
        return dialect.type_descriptor(String(INSTANT_LENGTH) if dialect.name == "sqlite" else DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Refuses a naive datetime: it would be read as another instant on another machine."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its zone")
        moment = value.astimezone(UTC)
        return moment.isoformat(timespec="microseconds").replace("+00:00", "Z") if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """In UTC, whatever the zone of the session is."""
        if value is None:
            return None
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        assert isinstance(moment, datetime)
        return moment.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text from anywhere. What PostgreSQL cannot hold (NUL, a lone surrogate) becomes the replacement character on both engines."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Text that both engines can hold."""
        return None if value is None else kept(value)


def kept(text: str) -> str:
    """The text as it comes back from a column of ``Words``."""
    return UNKEEPABLE.sub("\N{REPLACEMENT CHARACTER}", text)


class Json(TypeDecorator[Any]):
    """A JSON value as ASCII text, in the order in which it was given. PostgreSQL's own types refuse NUL or reorder keys."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        """Refuses what JSON cannot say; ``None`` is JSON's null."""
        return json.dumps(value, separators=(",", ":"), allow_nan=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """The value again; tuples come back as lists."""
        return None if value is None else json.loads(value)


class Saved(TypeDecorator[Any]):
    """A frozen value of the rules as JSON text: see ``rules.saving``.

    Args:
        kind: Its class.
    """

    impl = Text
    cache_ok = True

    def __init__(self, kind: type) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """JSON escapes NUL, so that PostgreSQL takes it."""
        return None if value is None else as_json(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """The value again."""
        return None if value is None else from_json(self.kind, value)
