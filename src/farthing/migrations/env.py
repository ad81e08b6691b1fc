"""How Alembic runs a migration: on the connection that `farthing.migrations.upgrade` hands over."""

from alembic import context

from farthing.migrations import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata.everything(),
    render_as_batch=True,
    compare_type=True,
    include_object=metadata.is_ours,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
