"""Runs the versions over the connection that `upgrade` has opened. Alembic loads this file; no import does."""

from alembic import context

from funnelkit.adapters.sql.schema import METADATA
from funnelkit.adapters.sql.version import VERSION

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=VERSION.name,
    transactional_ddl=True,  # on SQLite too: `upgrade` has begun a transaction, and a version comes wholly or not
)
with context.begin_transaction():
    context.run_migrations()
