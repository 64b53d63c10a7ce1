"""The ground: the outbox, leases, what was done once, the shared budget, what people set."""

import sqlalchemy as sa
from alembic import op

from store.columns import Instant, Json, Words
from store.tables import ROW_ID

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "outbox",
        sa.Column("id", ROW_ID, autoincrement=True),
        sa.Column("key", Words, nullable=False),
        sa.Column("channel", Words, nullable=False),
        sa.Column("kind", Words, nullable=False),
        sa.Column("thing", Words, nullable=False),
        sa.Column("payload", Json, nullable=False),
        sa.Column("status", Words, nullable=False),
        sa.Column("not_before", Instant),
        sa.Column("claimed_at", Instant),
        sa.Column("claimed_by", Words),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("ts", Words),
        sa.Column("error", Words),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("sent_at", Instant),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
        sqlite_autoincrement=True,
    )
    is_open = sa.text("status IN ('new', 'sending')")
    op.create_index("ix_outbox_open", "outbox", ["channel", "id"], sqlite_where=is_open, postgresql_where=is_open)
    waiting = sa.text("kind = 'update' AND status = 'new'")
    op.create_index("uq_outbox_waiting_update", "outbox", ["thing", "channel"], unique=True, sqlite_where=waiting, postgresql_where=waiting)
    op.create_index("ix_outbox_channel_sent_at", "outbox", ["channel", "sent_at"])
    op.create_index("ix_outbox_status_created_at", "outbox", ["status", "created_at"])
    op.create_table(
        "posted",
        sa.Column("thing", Words, nullable=False),
        sa.Column("channel", Words, nullable=False),
        sa.Column("ts", Words, nullable=False),
        sa.Column("used_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("thing", "channel", name="pk_posted"),
    )
    op.create_table(
        "lease",
        sa.Column("name", Words, nullable=False),
        sa.Column("holder", Words, nullable=False),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("until", Instant, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_lease"),
    )
    op.create_table(
        "done",
        sa.Column("key", Words, nullable=False),
        sa.Column("forget_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_done"),
    )
    op.create_index("ix_done_forget_at", "done", ["forget_at"])
    op.create_table(
        "budget",
        sa.Column("credential", Words, nullable=False),
        sa.Column("rate", sa.Double, nullable=False),
        sa.Column("due", Instant, nullable=False),
        sa.Column("paused_until", Instant, nullable=False),
        sa.Column("clean_since", Instant, nullable=False),
        sa.PrimaryKeyConstraint("credential", name="pk_budget"),
    )
    op.create_table(
        "setting",
        sa.Column("key", Words, nullable=False),
        sa.Column("value", Json, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("changed_at", Instant, nullable=False),
        sa.Column("changed_by", Words, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_setting"),
    )
    op.create_table(
        "pulse",
        sa.Column("id", sa.Integer, autoincrement=False),
        sa.Column("beats", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pulse"),
    )
