"""The watch: lines, incidents, mutes, what the bot remembers, what happened."""

import sqlalchemy as sa
from alembic import op

from store.columns import Instant, Words
from store.tables import ROW_ID

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables of the watch."""
    op.create_table(
        "line",
        sa.Column("account", Words, nullable=False),
        sa.Column("value", Words, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("looked_at", Instant),
        sa.Column("problem", Words, nullable=False),
        sa.Column("wanted_at", Instant),
        sa.Column("trouble", sa.Boolean, nullable=False),
        sa.Column("counted", sa.Boolean, nullable=False),
        sa.Column("site", Words, nullable=False),
        sa.Column("pop", Words, nullable=False),
        sa.Column("expiry", sa.Integer, nullable=False),
        sa.Column("description", Words, nullable=False),
        sa.Column("username", Words, nullable=False),
        sa.Column("extension", Words, nullable=False),
        sa.Column("client", Words, nullable=False),
        sa.Column("auth_type", Words, nullable=False),
        sa.Column("max_expiry", sa.Integer),
        sa.Column("deleted_at", Instant),
        sa.Column("required", sa.Boolean, nullable=False),
        sa.Column("ignored", sa.Boolean, nullable=False),
        sa.Column("expect_offline", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("account", name="pk_line"),
    )
    trouble, wanted = sa.text("trouble"), sa.text("wanted_at IS NOT NULL")
    op.create_index("ix_line_trouble", "line", ["account"], sqlite_where=trouble, postgresql_where=trouble)
    op.create_index("ix_line_wanted", "line", ["account"], sqlite_where=wanted, postgresql_where=wanted)
    op.create_table(
        "incident",
        sa.Column("id", Words, nullable=False),
        sa.Column("kind", Words, nullable=False),
        sa.Column("value", Words, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("opened_at", Instant, nullable=False),
        sa.Column("closed_at", Instant),
        sa.PrimaryKeyConstraint("id", name="pk_incident"),
    )
    is_open = sa.text("closed_at IS NULL")
    op.create_index("ix_incident_open", "incident", ["id"], sqlite_where=is_open, postgresql_where=is_open)
    op.create_index("ix_incident_opened_at", "incident", ["opened_at"])
    op.create_table(
        "mute",
        sa.Column("scope", Words, nullable=False),
        sa.Column("key", Words, nullable=False),
        sa.Column("begins", Instant, nullable=False),
        sa.Column("until", Instant),
        sa.Column("by", Words, nullable=False),
        sa.Column("reason", Words, nullable=False),
        sa.PrimaryKeyConstraint("scope", "key", name="pk_mute"),
    )
    op.create_table(
        "memo",
        sa.Column("key", Words, nullable=False),
        sa.Column("value", Words, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_memo"),
    )
    op.create_table(
        "transition",
        sa.Column("id", ROW_ID, autoincrement=True),
        sa.Column("account", Words, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("before", Words, nullable=False),
        sa.Column("after", Words, nullable=False),
        sa.Column("cause", Words, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_transition"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_transition_account_at", "transition", ["account", "at"])
    op.create_index("ix_transition_at", "transition", ["at"])
    op.create_table(
        "seen",
        sa.Column("account", Words, nullable=False),
        sa.Column("kind", Words, nullable=False),
        sa.Column("word", Words, nullable=False),
        sa.Column("first_at", Instant, nullable=False),
        sa.Column("last_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("account", "kind", "word", name="pk_seen"),
    )
