"""Access: roles that were granted, what channels are limited to, and the audit."""

import sqlalchemy as sa
from alembic import op

from store.columns import Instant, Words
from store.tables import ROW_ID

revision = "0004"
down_revision = "0003"

NEVER_CHANGED = {
    "sqlite": ("CREATE TRIGGER audit_never_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END",),
    "postgresql": (
        "CREATE FUNCTION audit_never_changed() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$",
        "CREATE TRIGGER audit_never_changed BEFORE UPDATE ON audit FOR EACH ROW EXECUTE FUNCTION audit_never_changed()",
    ),
}
"""The database itself refuses to change a row of the audit."""


def upgrade() -> None:
    """Make the tables of access and audit."""
    op.create_table(
        "grants",
        sa.Column("subject", Words, nullable=False),
        sa.Column("id", Words, nullable=False),
        sa.Column("role", sa.Integer, nullable=False),
        sa.Column("outsiders", sa.Boolean, nullable=False),
        sa.Column("by", Words, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("subject", "id", name="pk_grants"),
    )
    op.create_table(
        "fence",
        sa.Column("channel", Words, nullable=False),
        sa.Column("value", Words, nullable=False),
        sa.Column("by", Words, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("channel", name="pk_fence"),
    )
    op.create_table(
        "audit",
        sa.Column("id", ROW_ID, autoincrement=True),
        sa.Column("at", Instant, nullable=False),
        sa.Column("person", Words, nullable=False),
        sa.Column("channel", Words, nullable=False),
        sa.Column("way", Words, nullable=False),
        sa.Column("command", Words, nullable=False),
        sa.Column("about", Words, nullable=False),
        sa.Column("result", Words, nullable=False),
        sa.Column("error_id", Words, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    for statement in NEVER_CHANGED[op.get_bind().dialect.name]:
        op.execute(statement)
