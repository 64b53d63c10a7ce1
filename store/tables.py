"""Every table, in one place: what the migrations have to arrive at (a test compares them on both engines)."""

from sqlalchemy import BigInteger, Boolean, Column, Double, Index, Integer, MetaData, Table, text

from rules.incidents import Incident
from rules.limits import Fence
from rules.periods import Period
from rules.plans import Plan, Told
from rules.usual import Figures
from rules.watch import Line
from store.columns import Instant, Json, Saved, Words

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Constraints have names that a later migration can rely on."""

metadata = MetaData(naming_convention=NAMING)

ROW_ID = BigInteger().with_variant(Integer(), "sqlite")
"""Numbers rows in the order in which they were put. SQLite counts only a plain INTEGER by itself."""

IS_OPEN = text("status IN ('new', 'sending')")
IS_WAITING_UPDATE = text("kind = 'update' AND status = 'new'")

outbox = Table(
    "outbox",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("key", Words, nullable=False, unique=True),
    Column("channel", Words, nullable=False),
    Column("kind", Words, nullable=False),
    Column("thing", Words, nullable=False),
    Column("payload", Json, nullable=False),
    Column("status", Words, nullable=False),
    Column("not_before", Instant),
    Column("claimed_at", Instant),
    Column("claimed_by", Words),
    Column("attempt", Integer, nullable=False, default=0),
    Column("ts", Words),
    Column("error", Words),
    Column("created_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Index("ix_outbox_open", "channel", "id", sqlite_where=IS_OPEN, postgresql_where=IS_OPEN),
    Index(
        "uq_outbox_waiting_update",
        "thing",
        "channel",
        unique=True,
        sqlite_where=IS_WAITING_UPDATE,
        postgresql_where=IS_WAITING_UPDATE,
    ),
    Index(None, "channel", "sent_at"),
    Index(None, "status", "created_at"),
    sqlite_autoincrement=True,
)
"""Messages for Slack: see ``store.outbox``."""

posted = Table(
    "posted",
    metadata,
    Column("thing", Words, primary_key=True),
    Column("channel", Words, primary_key=True),
    Column("ts", Words, nullable=False),
    Column("used_at", Instant, nullable=False),
)
"""Where the message of a thing is in Slack: what its replies and edits need, long after its row in the outbox is gone."""

lease = Table(
    "lease",
    metadata,
    Column("name", Words, primary_key=True),
    Column("holder", Words, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("until", Instant, nullable=False),
)
"""Who does what only one may do: see ``store.leases``."""

done = Table(
    "done",
    metadata,
    Column("key", Words, primary_key=True),
    Column("forget_at", Instant, nullable=False),
    Index(None, "forget_at"),
)
"""What was done once: see ``store.once``."""

budget = Table(
    "budget",
    metadata,
    Column("credential", Words, primary_key=True),
    Column("rate", Double, nullable=False),
    Column("due", Instant, nullable=False),
    Column("paused_until", Instant, nullable=False),
    Column("clean_since", Instant, nullable=False),
)
"""The request budget of a VoIP.ms credential: see ``store.budget``."""

setting = Table(
    "setting",
    metadata,
    Column("key", Words, primary_key=True),
    Column("value", Json, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("changed_by", Words, nullable=False),
)
"""What people set in Slack: see ``store.settings``."""

pulse = Table(
    "pulse",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("beats", BigInteger, nullable=False),
)
"""One row, written to see that the database can be written."""

IS_WANTED = text("wanted_at IS NOT NULL")
IS_NOT_CLOSED = text("closed_at IS NULL")
CENSUS = ("counted", "ignored", "expect_offline", "auth_type", "deleted_at", "expiry")
"""All that a census of a site or POP reads: the index alone answers it, at each tick of the clock while an outage is open."""

line = Table(
    "line",
    metadata,
    Column("account", Words, primary_key=True),
    Column("value", Saved(Line), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("looked_at", Instant),
    Column("problem", Words, nullable=False),
    Column("wanted_at", Instant),
    Column("trouble", Boolean, nullable=False),
    Column("counted", Boolean, nullable=False),
    Column("site", Words, nullable=False),
    Column("pop", Words, nullable=False),
    Column("expiry", Integer, nullable=False),
    Column("description", Words, nullable=False),
    Column("username", Words, nullable=False),
    Column("extension", Words, nullable=False),
    Column("client", Words, nullable=False),
    Column("auth_type", Words, nullable=False),
    Column("max_expiry", Integer),
    Column("deleted_at", Instant),
    Column("required", Boolean, nullable=False),
    Column("ignored", Boolean, nullable=False),
    Column("expect_offline", Boolean, nullable=False),
    # a partial index is used only for the very words in which SQLAlchemy asks the engine
    Index("ix_line_trouble", "account", sqlite_where=text("trouble = 1"), postgresql_where=text("trouble")),
    Index("ix_line_wanted", "account", sqlite_where=IS_WANTED, postgresql_where=IS_WANTED),
    *(Index(f"ix_line_{place}", place, *CENSUS) for place in ("pop", "site")),
)
"""One row for each account: what is known of its registration, what VoIP.ms calls it, what people have set. See ``store.lines``."""

incident = Table(
    "incident",
    metadata,
    Column("id", Words, primary_key=True),
    Column("kind", Words, nullable=False),
    Column("value", Saved(Incident), nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Index("ix_incident_open", "id", sqlite_where=IS_NOT_CLOSED, postgresql_where=IS_NOT_CLOSED),
    Index(None, "opened_at"),
)
"""Outages, open and closed: see ``store.incidents``."""

mute = Table(
    "mute",
    metadata,
    Column("scope", Words, primary_key=True),
    Column("key", Words, primary_key=True),
    Column("begins", Instant, nullable=False),
    Column("until", Instant),
    Column("by", Words, nullable=False),
    Column("reason", Words, nullable=False),
)
"""Who must not be disturbed: see ``store.steering``."""

memo = Table(
    "memo",
    metadata,
    Column("key", Words, primary_key=True),
    Column("value", Words, nullable=False),
)
"""What the bot itself has to remember, one JSON value each: see ``store.memos``."""

transition = Table(
    "transition",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("account", Words, nullable=False),
    Column("at", Instant, nullable=False),
    Column("before", Words, nullable=False),
    Column("after", Words, nullable=False),
    Column("cause", Words, nullable=False),
    Index(None, "account", "at"),
    Index(None, "at"),
    sqlite_autoincrement=True,
)
"""Every change of what is known of an account, never changed itself: see ``store.history``."""

seen = Table(
    "seen",
    metadata,
    Column("account", Words, primary_key=True),
    Column("kind", Words, primary_key=True),
    Column("word", Words, primary_key=True),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
)
"""From which networks, and with which devices, an account was registered: see ``store.history``."""

IS_TO_BE_DONE = text("work_at IS NOT NULL")

report = Table(
    "report",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("plan", Saved(Plan), nullable=False),
    Column("made_by", Words, nullable=False),
    Column("since", Instant, nullable=False),
    Column("next_at", Instant, nullable=False),
    Column("paused_at", Instant),
    Column("paused_by", Words, nullable=False),
    Column("trouble", Words, nullable=False),
    Column("version", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)
"""Reports that people want again and again: see ``store.reports``. Numbers are never used twice."""

report_run = Table(
    "report_run",
    metadata,
    Column("report", BigInteger, primary_key=True, autoincrement=False),
    Column("period", Words, primary_key=True),
    Column("covers", Saved(Period), nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("status", Words, nullable=False),
    Column("work_at", Instant),
    Column("lease_until", Instant),
    Column("worker", Words),
    Column("attempt", Integer, nullable=False),
    Column("edition", Integer, nullable=False),
    Column("below", Words),
    Column("failing_since", Instant),
    Column("said_waiting", Boolean, nullable=False),
    Column("told", Saved(Told)),
    Index("ix_report_run_work", "work_at", sqlite_where=IS_TO_BE_DONE, postgresql_where=IS_TO_BE_DONE),
    Index(None, "report", "due_at"),
)
"""One row for each report and period that was ever due: see ``store.report_runs``."""

report_figures = Table(
    "report_figures",
    metadata,
    Column("report", BigInteger, primary_key=True, autoincrement=False),
    Column("period", Words, primary_key=True),
    Column("value", Saved(Figures), nullable=False),
    Column("noted_at", Instant, nullable=False),
)
"""What the periods of a report came to, so that later ones can be compared with them: see ``store.report_runs``."""

grants = Table(
    "grants",
    metadata,
    Column("subject", Words, primary_key=True),
    Column("id", Words, primary_key=True),
    Column("role", Integer, nullable=False),
    Column("outsiders", Boolean, nullable=False),
    Column("by", Words, nullable=False),
    Column("at", Instant, nullable=False),
)
"""Roles that admins gave to people, user groups and channels: see ``store.access``."""

fence = Table(
    "fence",
    metadata,
    Column("channel", Words, primary_key=True),
    Column("value", Saved(Fence), nullable=False),
    Column("by", Words, nullable=False),
    Column("at", Instant, nullable=False),
)
"""What channels are limited to: see ``store.access``."""

audit = Table(
    "audit",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("person", Words, nullable=False),
    Column("channel", Words, nullable=False),
    Column("way", Words, nullable=False),
    Column("command", Words, nullable=False),
    Column("about", Words, nullable=False),
    Column("result", Words, nullable=False),
    Column("error_id", Words, nullable=False),
    Index(None, "at"),
    sqlite_autoincrement=True,
)
"""Who asked what, and how it ended; rows are never changed: see ``store.audit``."""
