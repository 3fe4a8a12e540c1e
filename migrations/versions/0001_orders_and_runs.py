"""Orders, planning runs, exceptions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


# The moves as this revision knew them; a test compares the table after all revisions with purchasing's own.
MOVES = {
    "proposed": ("held", "approved", "superseded"),
    "held": ("approved", "declined", "superseded"),
    "approved": ("submitting", "cancelled"),
    "submitting": ("accepted", "approved", "refused", "unknown", "needs_person"),
    "accepted": ("confirmed", "failed", "unknown", "needs_person"),
    "unknown": ("confirmed", "duplicate", "needs_person"),
    "confirmed": ("partly_received", "received", "needs_person"),
    "partly_received": ("received", "needs_person"),
    "needs_person": ("confirmed", "duplicate", "cancelled"),
    "duplicate": ("cancelled",),
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.create_table(
        "company_states",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("scheduled_since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pause_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("company", name=op.f("pk_company_states")),
    )
    op.create_table(
        "exceptions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("sku", sa.Text(), nullable=True),
        sa.Column("report", sa.Text(), nullable=True),
        sa.Column("run_id", sa.BigInteger(), nullable=True),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("times_seen", sa.Integer(), server_default="1", nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exceptions")),
    )
    op.create_index(
        "uq_exceptions_open",
        "exceptions",
        ["company", "kind", "subject"],
        unique=True,
        postgresql_where=sa.text("resolved_at IS NULL"),
    )
    op.create_table(
        "heartbeats",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeats")),
    )
    op.create_table(
        "locations",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("bill_to", sa.Text(), nullable=False),
        sa.Column("ship_to", sa.Text(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("gone_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("report_rows", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("company", "location", name=op.f("pk_locations")),
    )
    op.create_table(
        "order_moves",
        sa.Column("from_state", sa.Text(), nullable=False),
        sa.Column("to_state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("from_state", "to_state", name=op.f("pk_order_moves")),
    )
    op.create_table(
        "planning_runs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("slot", sa.DateTime(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("only_locations", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("cut_off_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("inputs", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("engine_version", sa.Text(), nullable=False),
        sa.Column("close_frame", sa.Text(), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hinted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("kind IN ('scheduled', 'manual')", name=op.f("ck_planning_runs_kind")),
        sa.CheckConstraint(
            "state IN ('open', 'reading', 'closing', 'closed', 'skipped', 'failed')",
            name=op.f("ck_planning_runs_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planning_runs")),
        sa.UniqueConstraint("company", "kind", "slot", name=op.f("uq_planning_runs_company_kind_slot")),
    )
    op.create_index(
        "ix_planning_runs_next_at",
        "planning_runs",
        ["next_at"],
        unique=False,
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_index(
        "uq_planning_runs_one_open",
        "planning_runs",
        ["company"],
        unique=True,
        postgresql_where=sa.text("state IN ('open', 'reading', 'closing')"),
    )
    op.create_table(
        "purchase_orders",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("slot", sa.DateTime(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("vendor_invoice_number", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("hold_reasons", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("committed", sa.Boolean(), nullable=False),
        sa.Column("bill_to", sa.Text(), nullable=False),
        sa.Column("ship_to", sa.Text(), nullable=False),
        sa.Column("estimated_arrival_date", sa.Date(), nullable=False),
        sa.Column("comments", sa.Text(), server_default="", nullable=False),
        sa.Column("shipping_method", sa.Text(), server_default="", nullable=False),
        sa.Column("value", sa.Numeric(precision=18, scale=4), nullable=True),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("platform_order_id", sa.Text(), nullable=True),
        sa.Column("platform_status", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("first_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("polls", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hinted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["planning_runs.id"], name=op.f("fk_purchase_orders_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_orders")),
        sa.UniqueConstraint(
            "company",
            "location",
            "slot",
            "kind",
            "sequence",
            name=op.f("uq_purchase_orders_company_location_slot_kind_sequence"),
        ),
        sa.UniqueConstraint("company", "platform_order_id", name=op.f("uq_purchase_orders_company_platform_order_id")),
        sa.UniqueConstraint("vendor_invoice_number", name=op.f("uq_purchase_orders_vendor_invoice_number")),
        sa.CheckConstraint(
            "state IN ('proposed', 'held', 'approved', 'submitting', 'accepted', 'confirmed', 'partly_received', "
            "'received', 'unknown', 'needs_person', 'duplicate', 'refused', 'failed', 'declined', 'superseded', "
            "'cancelled')",
            name=op.f("ck_purchase_orders_state"),
        ),
    )
    op.create_index(
        "ix_purchase_orders_company_location_state", "purchase_orders", ["company", "location", "state"], unique=False
    )
    op.create_index(
        "ix_purchase_orders_next_at",
        "purchase_orders",
        ["next_at"],
        unique=False,
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_index("ix_purchase_orders_run_id", "purchase_orders", ["run_id"], unique=False)
    op.create_table(
        "run_batches",
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("frame", sa.Text(), nullable=True),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("older_proposals", postgresql.ARRAY(sa.BigInteger()), nullable=True),
        sa.Column("other_reports", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hinted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("state IN ('pending', 'planned', 'failed')", name=op.f("ck_run_batches_state")),
        sa.ForeignKeyConstraint(["run_id"], ["planning_runs.id"], name=op.f("fk_run_batches_run_id")),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("pk_run_batches")),
    )
    op.create_index(
        "ix_run_batches_next_at",
        "run_batches",
        ["next_at"],
        unique=False,
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_table(
        "run_locations",
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("size_bytes", sa.Integer(), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=True),
        sa.Column("ordering_rows", sa.Integer(), nullable=True),
        sa.Column("units", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state IN ('pending', 'planned', 'refused', 'missing')", name=op.f("ck_run_locations_state")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["planning_runs.id"], name=op.f("fk_run_locations_run_id")),
        sa.PrimaryKeyConstraint("run_id", "location", name=op.f("pk_run_locations")),
    )
    op.create_table(
        "order_attempts",
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("request_sha256", sa.Text(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["purchase_orders.id"], name=op.f("fk_order_attempts_order_id")),
        sa.PrimaryKeyConstraint("order_id", "attempt", name=op.f("pk_order_attempts")),
    )
    op.create_table(
        "order_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=True),
        sa.Column("to_state", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=True),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["purchase_orders.id"], name=op.f("fk_order_events_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_events")),
    )
    op.create_index("ix_order_events_order_id", "order_events", ["order_id"], unique=False)
    op.create_table(
        "purchase_order_lines",
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("unit_cost", sa.Numeric(precision=18, scale=4), nullable=True),
        sa.Column("received", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_purchase_order_lines_quantity")),
        sa.CheckConstraint("received >= 0", name=op.f("ck_purchase_order_lines_received")),
        sa.ForeignKeyConstraint(["order_id"], ["purchase_orders.id"], name=op.f("fk_purchase_order_lines_order_id")),
        sa.PrimaryKeyConstraint("order_id", "sku", name=op.f("pk_purchase_order_lines")),
    )
    _keep_histories()


def _keep_histories() -> None:
    """Attempts and events are only ever added to; an event's move must stand in the table of moves."""
    op.execute("""
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% rows are never changed or deleted', TG_TABLE_NAME USING ERRCODE = '23000';
        END $$
    """)
    for table in ("order_attempts", "order_events"):
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute("""
        CREATE FUNCTION check_order_move() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.state IS DISTINCT FROM OLD.state AND NOT EXISTS (
                SELECT 1 FROM order_moves WHERE from_state = OLD.state AND to_state = NEW.state
            ) THEN
                RAISE EXCEPTION 'purchase order % cannot go from % to %', OLD.id, OLD.state, NEW.state
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        END $$
    """)
    op.execute(
        "CREATE TRIGGER purchase_orders_move BEFORE UPDATE OF state ON purchase_orders "
        "FOR EACH ROW EXECUTE FUNCTION check_order_move()"
    )
    moves = sa.table("order_moves", sa.column("from_state", sa.Text), sa.column("to_state", sa.Text))
    op.bulk_insert(moves, [{"from_state": start, "to_state": end} for start, ends in MOVES.items() for end in ends])


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_table("purchase_order_lines")
    op.drop_index("ix_order_events_order_id", table_name="order_events")
    op.drop_table("order_events")
    op.drop_table("order_attempts")
    op.drop_table("run_locations")
    op.drop_index("ix_run_batches_next_at", table_name="run_batches", postgresql_where=sa.text("next_at IS NOT NULL"))
    op.drop_table("run_batches")
    op.drop_index("ix_purchase_orders_run_id", table_name="purchase_orders")
    op.drop_index(
        "ix_purchase_orders_next_at", table_name="purchase_orders", postgresql_where=sa.text("next_at IS NOT NULL")
    )
    op.drop_index("ix_purchase_orders_company_location_state", table_name="purchase_orders")
    op.drop_table("purchase_orders")
    op.drop_index(
        "uq_planning_runs_one_open",
        table_name="planning_runs",
        postgresql_where=sa.text("state IN ('open', 'reading', 'closing')"),
    )
    op.drop_index(
        "ix_planning_runs_next_at", table_name="planning_runs", postgresql_where=sa.text("next_at IS NOT NULL")
    )
    op.drop_table("planning_runs")
    op.drop_table("order_moves")
    op.drop_table("locations")
    op.drop_table("heartbeats")
    op.drop_index("uq_exceptions_open", table_name="exceptions", postgresql_where=sa.text("resolved_at IS NULL"))
    op.drop_table("exceptions")
    op.drop_table("company_states")
    op.execute("DROP FUNCTION check_order_move()")
    op.execute("DROP FUNCTION refuse_change()")
