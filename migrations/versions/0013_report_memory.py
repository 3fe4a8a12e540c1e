"""What is remembered of each location's last reports, which the guards judge the next one by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.create_table(
        "judged_reports",
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("on_hand", sa.BigInteger(), nullable=False),
        sa.Column("sold", sa.BigInteger(), nullable=False),
        sa.Column("report_days", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("first_read_on", sa.Date(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_by", sa.Text(), nullable=True),
        sa.Column("accept_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("verdict IN ('planned', 'refused', 'accepted')", name=op.f("ck_judged_reports_verdict")),
        sa.CheckConstraint(
            "CASE verdict WHEN 'accepted' THEN accepted_at IS NOT NULL AND accepted_by IS NOT NULL"
            " AND accept_reason IS NOT NULL ELSE accepted_at IS NULL END",
            name=op.f("ck_judged_reports_accepted"),
        ),
        sa.ForeignKeyConstraint(["run_id"], ["planning_runs.id"], name=op.f("fk_judged_reports_run_id")),
        sa.PrimaryKeyConstraint("company", "location", "run_id", name=op.f("pk_judged_reports")),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("SET LOCAL statement_timeout = '60s'")
    op.drop_table("judged_reports")
