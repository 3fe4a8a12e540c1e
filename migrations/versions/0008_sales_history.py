"""The sales history by month: lines by natural key, sums a day, what was read of each day, and where stock was out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BY_MONTH = "RANGE (business_date)"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.create_table(
        "sales_lines",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('sold', 'returned', 'exchanged', 'transferred', 'other')", name=op.f("ck_sales_lines_kind")
        ),
        sa.CheckConstraint("units > 0", name=op.f("ck_sales_lines_units")),
        sa.PrimaryKeyConstraint(
            "company", "location", "document", "business_date", "sku", "key", name=op.f("pk_sales_lines")
        ),
        postgresql_partition_by=BY_MONTH,
    )
    op.create_table(
        "daily_sales",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("sold", sa.Integer(), nullable=False),
        sa.Column("returned", sa.Integer(), nullable=False),
        sa.Column("exchanged", sa.Integer(), nullable=False),
        sa.Column("transferred", sa.Integer(), nullable=False),
        sa.Column("other", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("company", "location", "sku", "business_date", name=op.f("pk_daily_sales")),
        postgresql_partition_by=BY_MONTH,
    )
    op.create_table(
        "history_days",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("sales_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sales_complete", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("transfers_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stock_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("company", "location", "business_date", name=op.f("pk_history_days")),
        postgresql_partition_by=BY_MONTH,
    )
    op.create_table(
        "stock_outs",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("company", "location", "sku", "business_date", name=op.f("pk_stock_outs")),
        postgresql_partition_by=BY_MONTH,
    )


def downgrade() -> None:
    """Drop the four tables; every month goes with its table."""
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_table("stock_outs")
    op.drop_table("history_days")
    op.drop_table("daily_sales")
    op.drop_table("sales_lines")
