"""Reports: what is wanted, what became of each period, what periods came to."""

import sqlalchemy as sa
from alembic import op

from store.columns import Instant, Words
from store.tables import ROW_ID

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables of the reports."""
    op.create_table(
        "report",
        sa.Column("id", ROW_ID, autoincrement=True),
        sa.Column("plan", Words, nullable=False),
        sa.Column("made_by", Words, nullable=False),
        sa.Column("since", Instant, nullable=False),
        sa.Column("next_at", Instant, nullable=False),
        sa.Column("paused_at", Instant),
        sa.Column("paused_by", Words, nullable=False),
        sa.Column("trouble", Words, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_report"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "report_run",
        sa.Column("report", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("period", Words, nullable=False),
        sa.Column("covers", Words, nullable=False),
        sa.Column("due_at", Instant, nullable=False),
        sa.Column("status", Words, nullable=False),
        sa.Column("work_at", Instant),
        sa.Column("lease_until", Instant),
        sa.Column("worker", Words),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("edition", sa.Integer, nullable=False),
        sa.Column("below", Words),
        sa.Column("failing_since", Instant),
        sa.Column("said_waiting", sa.Boolean, nullable=False),
        sa.Column("told", Words),
        sa.PrimaryKeyConstraint("report", "period", name="pk_report_run"),
    )
    to_be_done = sa.text("work_at IS NOT NULL")
    op.create_index("ix_report_run_work", "report_run", ["work_at"], sqlite_where=to_be_done, postgresql_where=to_be_done)
    op.create_index("ix_report_run_report_due_at", "report_run", ["report", "due_at"])
    op.create_table(
        "report_figures",
        sa.Column("report", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("period", Words, nullable=False),
        sa.Column("value", Words, nullable=False),
        sa.Column("noted_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("report", "period", name="pk_report_figures"),
    )
