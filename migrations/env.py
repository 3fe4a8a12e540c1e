"""How Alembic reaches our database: always through the connection that `replenisher migrate` hands over."""

from __future__ import annotations

from alembic import context

from replenisher.database.models import Table


def run() -> None:
    """Run the migrations on the connection in the configuration's attributes, each in a transaction of its own."""
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=Table.metadata,
        transaction_per_migration=True,
        compare_server_default=False,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
