"""Planners' overrides: levels until a date, or the quantity of one run, kept for ever."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.create_table(
        "overrides",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reorder_point", sa.Integer(), nullable=True),
        sa.Column("order_up_to_level", sa.Integer(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=True),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("for_run", sa.BigInteger(), nullable=True),
        sa.Column("used_by_run", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.Column("replaced_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("kind IN ('levels', 'quantity')", name=op.f("ck_overrides_kind")),
        sa.CheckConstraint(
            "CASE kind WHEN 'levels' THEN quantity IS NULL AND for_run IS NULL AND used_by_run IS NULL"
            " AND reorder_point IS NOT NULL AND order_up_to_level IS NOT NULL"
            " AND reorder_point >= 0 AND order_up_to_level >= reorder_point"
            " ELSE quantity IS NOT NULL AND quantity >= 0 AND reorder_point IS NULL AND order_up_to_level IS NULL END",
            name=op.f("ck_overrides_figures"),
        ),
        sa.CheckConstraint("btrim(reason) <> ''", name=op.f("ck_overrides_reason")),
        sa.ForeignKeyConstraint(["for_run"], ["planning_runs.id"], name=op.f("fk_overrides_for_run")),
        sa.ForeignKeyConstraint(["used_by_run"], ["planning_runs.id"], name=op.f("fk_overrides_used_by_run")),
        sa.ForeignKeyConstraint(["replaced_by"], ["overrides.id"], name=op.f("fk_overrides_replaced_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overrides")),
    )
    op.create_index(
        "uq_overrides_in_force",
        "overrides",
        ["company", "location", "sku", "kind"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL AND used_by_run IS NULL"),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_index("uq_overrides_in_force", table_name="overrides")
    op.drop_table("overrides")
