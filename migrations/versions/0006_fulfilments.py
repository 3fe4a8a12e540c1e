"""Fulfilments: items of customers' orders that we ship, and the updates that say so."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# The moves as this revision knew them; a test compares the table after all revisions with purchasing's own.
MOVES = {
    "ready": ("submitting", "cancelled"),
    "submitting": ("sent", "ready", "refused", "unknown", "needs_person"),
    "unknown": ("sent", "ready", "refused", "needs_person"),
    "needs_person": ("sent", "ready", "refused", "cancelled"),
    "refused": ("ready", "cancelled"),
}
STATES = "'new', 'ordered', 'part_shipped', 'shipped', 'not_available', 'error', 'withdrawn'"
UPDATE_STATES = "'ready', 'submitting', 'sent', 'unknown', 'needs_person', 'refused', 'cancelled'"
STANDS = "state <> ALL (ARRAY['refused'::text, 'cancelled'::text])"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    _create_fulfilments()
    op.create_table(
        "promised_items",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("platform_order_id", sa.Text(), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_promised_items_quantity")),
        sa.PrimaryKeyConstraint("company", "platform_order_id", "item_id", name=op.f("pk_promised_items")),
    )
    op.create_index("ix_promised_items_company_location", "promised_items", ["company", "location"], unique=False)
    _create_updates()
    _create_histories()


def _create_fulfilments() -> None:
    op.create_table(
        "fulfilments",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("platform_order_id", sa.Text(), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("printable_id", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("catalog_id", sa.Text(), server_default="", nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("shipped", sa.Integer(), server_default="0", nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_fulfilments_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fulfilments")),
        sa.UniqueConstraint(
            "company", "platform_order_id", "item_id", name=op.f("uq_fulfilments_company_platform_order_id_item_id")
        ),
        sa.UniqueConstraint("number", name=op.f("uq_fulfilments_number")),
    )
    op.create_index("ix_fulfilments_company_state", "fulfilments", ["company", "state"], unique=False)
    op.create_index("ix_fulfilments_printable_id", "fulfilments", [sa.text("lower(printable_id)")], unique=False)
    op.create_index("ix_fulfilments_platform_order_id", "fulfilments", ["platform_order_id"], unique=False)


def _create_updates() -> None:
    op.create_table(
        "fulfilment_updates",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("fulfilment_id", sa.BigInteger(), nullable=False),
        sa.Column("platform_order_id", sa.Text(), nullable=False),
        sa.Column("update_key", sa.Text(), nullable=False),
        sa.Column("item_state", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tracking_number", sa.Text(), server_default="", nullable=False),
        sa.Column("carrier", sa.Text(), server_default="", nullable=False),
        sa.Column("serial_numbers", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("content_sha256", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("standing", sa.Boolean(), sa.Computed(STANDS, persisted=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("first_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hinted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint(f"state IN ({UPDATE_STATES})", name=op.f("ck_fulfilment_updates_state")),
        sa.ForeignKeyConstraint(
            ["fulfilment_id"], ["fulfilments.id"], name=op.f("fk_fulfilment_updates_fulfilment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fulfilment_updates")),
    )
    op.create_index(
        "uq_fulfilment_updates_standing",
        "fulfilment_updates",
        ["fulfilment_id", "update_key"],
        unique=True,
        postgresql_where=sa.text("standing"),
    )
    op.create_index(
        "ix_fulfilment_updates_next_at",
        "fulfilment_updates",
        ["next_at"],
        unique=False,
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_index(
        "ix_fulfilment_updates_platform_order_id", "fulfilment_updates", ["company", "platform_order_id"], unique=False
    )


def _create_histories() -> None:
    """Attempts and events are only ever added to; an update's move must stand in the table of moves."""
    op.create_table(
        "fulfilment_attempts",
        sa.Column("update_id", sa.BigInteger(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("request_sha256", sa.Text(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["update_id"], ["fulfilment_updates.id"], name=op.f("fk_fulfilment_attempts_update_id")
        ),
        sa.PrimaryKeyConstraint("update_id", "attempt", name=op.f("pk_fulfilment_attempts")),
    )
    op.create_table(
        "fulfilment_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("update_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=True),
        sa.Column("to_state", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=True),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(["update_id"], ["fulfilment_updates.id"], name=op.f("fk_fulfilment_events_update_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fulfilment_events")),
    )
    op.create_index("ix_fulfilment_events_update_id", "fulfilment_events", ["update_id"], unique=False)
    for table in ("fulfilment_attempts", "fulfilment_events"):
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.create_table(
        "fulfilment_update_moves",
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("from_state", "to_state", name=op.f("pk_fulfilment_update_moves")),
    )
    op.execute("""
        CREATE FUNCTION check_fulfilment_update_move() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.state IS DISTINCT FROM OLD.state AND NOT EXISTS (
                SELECT 1 FROM fulfilment_update_moves WHERE from_state = OLD.state AND to_state = NEW.state
            ) THEN
                RAISE EXCEPTION 'fulfilment update % cannot go from % to %', OLD.id, OLD.state, NEW.state
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        END $$
    """)
    op.execute(
        "CREATE TRIGGER fulfilment_updates_move BEFORE UPDATE OF state ON fulfilment_updates "
        "FOR EACH ROW EXECUTE FUNCTION check_fulfilment_update_move()"
    )
    moves = sa.table("fulfilment_update_moves", sa.column("from_state", sa.Text), sa.column("to_state", sa.Text))
    op.bulk_insert(moves, [{"from_state": start, "to_state": end} for start, ends in MOVES.items() for end in ends])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_table("fulfilment_events")
    op.drop_table("fulfilment_attempts")
    op.drop_index("ix_fulfilment_updates_platform_order_id", table_name="fulfilment_updates")
    op.drop_index(
        "ix_fulfilment_updates_next_at",
        table_name="fulfilment_updates",
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.drop_index(
        "uq_fulfilment_updates_standing", table_name="fulfilment_updates", postgresql_where=sa.text("standing")
    )
    op.drop_table("fulfilment_updates")
    op.drop_table("fulfilment_update_moves")
    op.execute("DROP FUNCTION check_fulfilment_update_move()")
    op.drop_index("ix_promised_items_company_location", table_name="promised_items")
    op.drop_table("promised_items")
    op.drop_index("ix_fulfilments_platform_order_id", table_name="fulfilments")
    op.drop_index("ix_fulfilments_printable_id", table_name="fulfilments")
    op.drop_index("ix_fulfilments_company_state", table_name="fulfilments")
    op.drop_table("fulfilments")
