"""What a shortage and a budget cut at the close of a run; nothing where neither limits the company."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.add_column("planning_runs", sa.Column("shortage_asked", sa.BigInteger(), nullable=True))
    op.add_column("planning_runs", sa.Column("shortage_given", sa.BigInteger(), nullable=True))
    op.add_column("planning_runs", sa.Column("budget_cut", sa.Numeric(20, 4), nullable=True))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_column("planning_runs", "budget_cut")
    op.drop_column("planning_runs", "shortage_given")
    op.drop_column("planning_runs", "shortage_asked")
