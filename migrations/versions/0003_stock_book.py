"""Stock that no report tells: counts, movements, and how far each location's book reaches."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.create_table(
        "stock_counts",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("counted_at", sa.DateTime(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("drift", sa.Integer(), nullable=True),
        sa.Column("imported_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("imported_by", sa.Text(), nullable=False),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_stock_counts_quantity")),
        sa.PrimaryKeyConstraint("company", "location", "sku", "counted_at", name=op.f("pk_stock_counts")),
    )
    op.create_table(
        "stock_movements",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("moved_at", sa.DateTime(), nullable=False),
        sa.Column("opening", sa.Boolean(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('sale', 'return', 'receipt')", name=op.f("ck_stock_movements_kind")),
        sa.CheckConstraint("units >= 0", name=op.f("ck_stock_movements_units")),
        sa.PrimaryKeyConstraint("company", "location", "kind", "document", "key", name=op.f("pk_stock_movements")),
    )
    op.create_index("ix_stock_movements_company_location_sku", "stock_movements", ["company", "location", "sku"])
    op.create_table(
        "stock_books",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("known_from", sa.Date(), nullable=False),
        sa.Column("known_until", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("company", "location", name=op.f("pk_stock_books")),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_table("stock_books")
    op.drop_index("ix_stock_movements_company_location_sku", table_name="stock_movements")
    op.drop_table("stock_movements")
    op.drop_table("stock_counts")
