"""Sale orders: what the vendor's own shop sold for pickup at a location, and how each stands at the platform."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# The moves as this revision knew them; a test compares the table after all revisions with purchasing's own.
MOVES = {
    "ready": ("submitting", "cancelled"),
    "submitting": ("accepted", "ready", "refused", "unknown", "needs_person"),
    "unknown": ("accepted", "needs_person"),
    "needs_person": ("accepted", "ready", "cancelled"),
    "refused": ("ready", "cancelled"),
    "accepted": ("succeeded", "failed", "completed", "cancelled"),
    "succeeded": ("completed", "cancelled", "failed"),
    "failed": ("succeeded", "completed", "cancelled"),
}
STATES = (
    "'ready', 'submitting', 'unknown', 'needs_person', 'refused', 'accepted', 'succeeded', 'failed', 'completed',"
    " 'cancelled'"
)
STANDS = "(state <> 'refused'::text) AND ((state <> 'cancelled'::text) OR (platform_sale_id IS NOT NULL))"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    _create_sales()
    op.create_table(
        "sale_order_lines",
        sa.Column("sale_order_id", sa.BigInteger(), nullable=False),
        sa.Column("line_number", sa.Integer(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("catalog_id", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("drop_ship", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["sale_order_id"], ["sale_orders.id"], name=op.f("fk_sale_order_lines_sale_order_id")),
        sa.PrimaryKeyConstraint("sale_order_id", "line_number", name=op.f("pk_sale_order_lines")),
    )
    _create_histories()


def _create_sales() -> None:
    op.create_table(
        "sale_orders",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("printable_id", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("invoice", sa.Boolean(), nullable=False),
        sa.Column("platform_sale_id", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("content_sha256", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("log_status", sa.Text(), server_default="", nullable=False),
        sa.Column("polls", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failed_looks", sa.Integer(), server_default="0", nullable=False),
        sa.Column("standing", sa.Boolean(), sa.Computed(STANDS, persisted=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("first_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hinted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_sale_orders_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sale_orders")),
    )
    op.create_index(
        "uq_sale_orders_standing",
        "sale_orders",
        ["company", "printable_id"],
        unique=True,
        postgresql_where=sa.text("standing"),
    )
    op.create_index(
        "ix_sale_orders_next_at",
        "sale_orders",
        ["next_at"],
        unique=False,
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_index("ix_sale_orders_company_state", "sale_orders", ["company", "state"], unique=False)
    op.create_index("ix_sale_orders_printable_id", "sale_orders", ["printable_id"], unique=False)
    op.create_index(
        "ix_sale_orders_platform_sale_id",
        "sale_orders",
        ["platform_sale_id"],
        unique=False,
        postgresql_where=sa.text("platform_sale_id IS NOT NULL"),
    )


def _create_histories() -> None:
    """Attempts and events are only ever added to; a sale order's move must stand in the table of moves."""
    op.create_table(
        "sale_attempts",
        sa.Column("sale_order_id", sa.BigInteger(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("request_sha256", sa.Text(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["sale_order_id"], ["sale_orders.id"], name=op.f("fk_sale_attempts_sale_order_id")),
        sa.PrimaryKeyConstraint("sale_order_id", "attempt", name=op.f("pk_sale_attempts")),
    )
    op.create_table(
        "sale_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("sale_order_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=True),
        sa.Column("to_state", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=True),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(["sale_order_id"], ["sale_orders.id"], name=op.f("fk_sale_events_sale_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sale_events")),
    )
    op.create_index("ix_sale_events_sale_order_id", "sale_events", ["sale_order_id"], unique=False)
    for table in ("sale_attempts", "sale_events"):
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.create_table(
        "sale_moves",
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("from_state", "to_state", name=op.f("pk_sale_moves")),
    )
    op.execute("""
        CREATE FUNCTION check_sale_move() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.state IS DISTINCT FROM OLD.state AND NOT EXISTS (
                SELECT 1 FROM sale_moves WHERE from_state = OLD.state AND to_state = NEW.state
            ) THEN
                RAISE EXCEPTION 'sale order % cannot go from % to %', OLD.id, OLD.state, NEW.state
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        END $$
    """)
    op.execute(
        "CREATE TRIGGER sale_orders_move BEFORE UPDATE OF state ON sale_orders "
        "FOR EACH ROW EXECUTE FUNCTION check_sale_move()"
    )
    moves = sa.table("sale_moves", sa.column("from_state", sa.Text), sa.column("to_state", sa.Text))
    op.bulk_insert(moves, [{"from_state": start, "to_state": end} for start, ends in MOVES.items() for end in ends])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_table("sale_events")
    op.drop_table("sale_attempts")
    op.drop_table("sale_order_lines")
    op.drop_index(
        "ix_sale_orders_platform_sale_id",
        table_name="sale_orders",
        postgresql_where=sa.text("platform_sale_id IS NOT NULL"),
    )
    op.drop_index("ix_sale_orders_printable_id", table_name="sale_orders")
    op.drop_index("ix_sale_orders_company_state", table_name="sale_orders")
    op.drop_index("ix_sale_orders_next_at", table_name="sale_orders", postgresql_where=sa.text("next_at IS NOT NULL"))
    op.drop_index("uq_sale_orders_standing", table_name="sale_orders", postgresql_where=sa.text("standing"))
    op.drop_table("sale_orders")
    op.drop_table("sale_moves")
    op.execute("DROP FUNCTION check_sale_move()")
