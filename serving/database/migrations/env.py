"""What Alembic runs: the steps, on the connection that `serving.database.migrating` hands over."""

from alembic import context

from serving.database.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
