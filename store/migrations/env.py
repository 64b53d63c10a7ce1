"""Runs the migrations inside the transaction that ``store.migrating`` holds."""

from alembic import context

from store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite can change few things about a table: it is copied instead
    render_as_batch=True,
    # with our listeners it is, on SQLite too
    transactional_ddl=True,
)
context.run_migrations()
