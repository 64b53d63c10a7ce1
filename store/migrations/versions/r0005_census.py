"""Indexes for each tick of the clock while an outage is open: who is in trouble, and how many phones a site or POP has."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the index of phones in trouble one that SQLite uses, and add those of the census."""
    op.drop_index("ix_line_trouble", "line")
    op.create_index("ix_line_trouble", "line", ["account"], sqlite_where=sa.text("trouble = 1"), postgresql_where=sa.text("trouble"))
    for place in ("pop", "site"):
        op.create_index(f"ix_line_{place}", "line", [place, "counted", "ignored", "expect_offline", "auth_type", "deleted_at", "expiry"])
