"""What Alembic runs: on the connection that `core.store.database` hands it, or offline never."""

from alembic import context

from core.store.tables import Table

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Table.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
