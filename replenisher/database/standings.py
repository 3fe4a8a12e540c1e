"""Queries on how companies stand to the vendor at their platforms, as last told."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from replenisher.database.models import CompanyStanding
from replenisher.database.session import Session


def record_standings(session: Session, standings: Mapping[str, str]) -> None:
    """Keep how these companies stand now."""
    if not standings:
        return
    # In one order for everybody, so that two runs that start at once do not wait for each other.
    rows = [{"company": company, "standing": standing} for company, standing in sorted(standings.items())]
    statement = insert(CompanyStanding).values(rows)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["company"], set_={"standing": statement.excluded.standing, "seen_at": func.now()}
        )
    )


def standings(session: Session) -> dict[str, CompanyStanding]:
    """Give the last known standing of each company."""
    return {one.company: one for one in session.execute(select(CompanyStanding)).scalars()}
