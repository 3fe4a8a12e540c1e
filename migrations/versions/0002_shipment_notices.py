"""Shipment notices; an order that is not committed may be cancelled at the platform."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


# The moves as this revision knew them; a test compares the table after all revisions with purchasing's own.
MOVES = {
    "recorded": ("ready", "cancelled"),
    "ready": ("submitting", "cancelled"),
    "submitting": ("sent", "ready", "refused", "unknown", "needs_person"),
    "unknown": ("sent", "needs_person"),
    "needs_person": ("sent", "ready", "cancelled"),
    "refused": ("ready", "cancelled"),
}
STATES = "'ready', 'submitting', 'sent', 'unknown', 'needs_person', 'refused', 'recorded', 'cancelled'"  # fmt: skip


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    _create_notices()
    op.create_table(
        "shipment_notice_lines",
        sa.Column("notice_id", sa.BigInteger(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_shipment_notice_lines_quantity")),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["shipment_notices.id"], name=op.f("fk_shipment_notice_lines_notice_id")
        ),
        sa.PrimaryKeyConstraint("notice_id", "sku", name=op.f("pk_shipment_notice_lines")),
    )
    op.create_table(
        "shipment_serials",
        sa.Column("notice_id", sa.BigInteger(), nullable=False),
        sa.Column("serial_key", sa.Text(), nullable=False),
        sa.Column("serial_number", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("standing", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id", "standing"],
            ["shipment_notices.id", "shipment_notices.standing"],
            name=op.f("fk_shipment_serials_notice_id_standing"),
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("notice_id", "serial_key", name=op.f("pk_shipment_serials")),
    )
    op.create_index(
        "uq_shipment_serials_standing",
        "shipment_serials",
        ["serial_key"],
        unique=True,
        postgresql_where=sa.text("standing"),
    )
    _create_histories()
    op.add_column("purchase_orders", sa.Column("platform_order_number", sa.Text(), nullable=True))
    op.execute("INSERT INTO order_moves (from_state, to_state) VALUES ('confirmed', 'cancelled')")


def _create_notices() -> None:
    op.create_table(
        "shipment_notices",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("shipment_key", sa.Text(), nullable=False),
        sa.Column("shipment_number", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("shipped_at", sa.DateTime(), nullable=False),
        sa.Column("tracking_number", sa.Text(), server_default="", nullable=False),
        sa.Column("carrier", sa.Text(), server_default="", nullable=False),
        sa.Column("content_sha256", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("outlet", sa.Text(), nullable=False),
        sa.Column(
            "standing",
            sa.Boolean(),
            sa.Computed("state <> ALL (ARRAY['refused'::text, 'cancelled'::text])", persisted=True),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("first_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hinted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_shipment_notices_state")),
        sa.ForeignKeyConstraint(["order_id"], ["purchase_orders.id"], name=op.f("fk_shipment_notices_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipment_notices")),
        sa.UniqueConstraint("order_id", "shipment_key", name=op.f("uq_shipment_notices_order_id_shipment_key")),
        sa.UniqueConstraint("shipment_number", name=op.f("uq_shipment_notices_shipment_number")),
        # What the serial numbers' foreign key refers to.
        sa.UniqueConstraint("id", "standing", name=op.f("uq_shipment_notices_id_standing")),
    )
    op.create_index(
        "ix_shipment_notices_next_at",
        "shipment_notices",
        ["next_at"],
        unique=False,
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_index("ix_shipment_notices_company_state", "shipment_notices", ["company", "state"], unique=False)


def _create_histories() -> None:
    """Attempts and events are only ever added to; a notice's move must stand in the table of moves."""
    op.create_table(
        "notice_attempts",
        sa.Column("notice_id", sa.BigInteger(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("request_sha256", sa.Text(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["shipment_notices.id"], name=op.f("fk_notice_attempts_notice_id")),
        sa.PrimaryKeyConstraint("notice_id", "attempt", name=op.f("pk_notice_attempts")),
    )
    op.create_table(
        "notice_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("notice_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=True),
        sa.Column("to_state", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=True),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["shipment_notices.id"], name=op.f("fk_notice_events_notice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_events")),
    )
    op.create_index("ix_notice_events_notice_id", "notice_events", ["notice_id"], unique=False)
    for table in ("notice_attempts", "notice_events"):
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.create_table(
        "notice_moves",
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("from_state", "to_state", name=op.f("pk_notice_moves")),
    )
    op.execute("""
        CREATE FUNCTION check_notice_move() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.state IS DISTINCT FROM OLD.state AND NOT EXISTS (
                SELECT 1 FROM notice_moves WHERE from_state = OLD.state AND to_state = NEW.state
            ) THEN
                RAISE EXCEPTION 'shipment notice % cannot go from % to %', OLD.id, OLD.state, NEW.state
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        END $$
    """)
    op.execute(
        "CREATE TRIGGER shipment_notices_move BEFORE UPDATE OF state ON shipment_notices "
        "FOR EACH ROW EXECUTE FUNCTION check_notice_move()"
    )
    moves = sa.table("notice_moves", sa.column("from_state", sa.Text), sa.column("to_state", sa.Text))
    op.bulk_insert(moves, [{"from_state": start, "to_state": end} for start, ends in MOVES.items() for end in ends])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.execute("DELETE FROM order_moves WHERE from_state = 'confirmed' AND to_state = 'cancelled'")
    op.drop_column("purchase_orders", "platform_order_number")
    op.drop_table("notice_events")
    op.drop_table("notice_attempts")
    op.drop_index("uq_shipment_serials_standing", table_name="shipment_serials", postgresql_where=sa.text("standing"))
    op.drop_table("shipment_serials")
    op.drop_table("shipment_notice_lines")
    op.drop_index("ix_shipment_notices_company_state", table_name="shipment_notices")
    op.drop_index(
        "ix_shipment_notices_next_at", table_name="shipment_notices", postgresql_where=sa.text("next_at IS NOT NULL")
    )
    op.drop_table("shipment_notices")
    op.drop_table("notice_moves")
    op.execute("DROP FUNCTION check_notice_move()")
