"""Queries on companies and their locations: known, paused, gone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from replenisher.database.fulfilment_models import FulfilmentUpdate
from replenisher.database.job_models import CompanyJob
from replenisher.database.models import CompanyState, Heartbeat, KnownLocation, Order, PlanningRun
from replenisher.database.notice_models import ShipmentNotice
from replenisher.database.sale_models import SaleOrder
from replenisher.database.session import Session
from replenisher.database.unnested import unnested
from replenisher.purchasing.platform import Location


def now(session: Session) -> datetime:
    """Tell PostgreSQL's time, the only clock for leases and due times."""
    answered: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return answered


def introduce(session: Session, companies: Iterable[str]) -> dict[str, CompanyState]:
    """Make sure each configured company has its row; gives the rows by company."""
    wanted = list(companies)
    if wanted:
        rows = [{"company": company} for company in wanted]
        session.execute(insert(CompanyState).values(rows).on_conflict_do_nothing())
    found = session.execute(select(CompanyState).where(CompanyState.company.in_(wanted))).scalars()
    return {state.company: state for state in found}


def pause(session: Session, company: str, reason: str) -> None:
    """Stop asking anything for a company until a person resumes it; an earlier pause keeps its time and reason."""
    introduce(session, [company])
    session.execute(
        update(CompanyState)
        .where(CompanyState.company == company, CompanyState.paused_at.is_(None))
        .values(paused_at=func.now(), pause_reason=reason)
    )


def resume(session: Session, company: str) -> bool:
    """Lift a pause, and make its work due at once; False when the company was not paused."""
    # Documents before the company, as a claim locks them: the other way round the two could wait for each other.
    for table in (Order, ShipmentNotice, SaleOrder, FulfilmentUpdate, PlanningRun, CompanyJob):
        session.execute(
            update(table).where(table.company == company, table.next_at.is_not(None)).values(hinted_at=None)
        )
    lifted = session.execute(
        update(CompanyState)
        .where(CompanyState.company == company, CompanyState.paused_at.is_not(None))
        .values(paused_at=None, pause_reason=None)
        .returning(CompanyState.company)
    ).all()
    return bool(lifted)


def pause_reason(session: Session, company: str) -> str | None:
    """Tell why a company is paused; None when it is not."""
    return session.execute(
        select(CompanyState.pause_reason).where(CompanyState.company == company, CompanyState.paused_at.is_not(None))
    ).scalar_one_or_none()


def states(session: Session) -> Sequence[CompanyState]:
    """List every company the daemon has seen."""
    return session.execute(select(CompanyState).order_by(CompanyState.company)).scalars().all()


def record_locations(session: Session, company: str, locations: Sequence[Location]) -> list[str]:
    """Store the listed locations; gives the ones that were there before and are gone now."""
    if locations:
        details = ("name", "bill_to", "ship_to")
        # Keyed by id: one statement may not write the same row twice, and a platform may list a location twice.
        rows = {
            location.id: {
                "company": company,
                "location": location.id,
                **{one: getattr(location, one) for one in details},
            }
            for location in locations
        }
        statement = insert(KnownLocation).values(list(rows.values()))
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["company", "location"],
                set_={
                    **{one: getattr(statement.excluded, one) for one in details},
                    "last_seen_at": func.now(),
                    "gone_since": None,
                },
            )
        )
    gone = session.execute(
        update(KnownLocation)
        .where(
            KnownLocation.company == company,
            KnownLocation.location.not_in([location.id for location in locations]),
            KnownLocation.gone_since.is_(None),
        )
        .values(gone_since=func.now())
        .returning(KnownLocation.location)
    ).scalars()
    return sorted(gone)


def known_locations(session: Session, company: str) -> dict[str, KnownLocation]:
    """Give every location ever listed for the company, by id."""
    found = session.execute(select(KnownLocation).where(KnownLocation.company == company)).scalars()
    return {location.location: location for location in found}


def remember_report_rows(session: Session, company: str, rows: dict[str, int]) -> None:
    """Keep how many rows each location's last good report had, to notice a halved one."""
    counted = unnested({KnownLocation.location: list(rows), KnownLocation.report_rows: list(rows.values())})
    session.execute(
        update(KnownLocation)
        .where(KnownLocation.company == company, KnownLocation.location == counted.c.location)
        .values(report_rows=counted.c.report_rows)
        .execution_options(synchronize_session=False)
    )


def beat(session: Session, name: str) -> None:
    """Note that a part of the daemon did its work now."""
    session.execute(
        insert(Heartbeat).values(name=name).on_conflict_do_update(index_elements=["name"], set_={"at": func.now()})
    )


def heartbeats(session: Session) -> dict[str, float]:
    """Tell for each part of the daemon how many seconds ago it last did its work."""
    age = func.extract("epoch", func.clock_timestamp() - Heartbeat.at)
    return {name: float(seconds) for name, seconds in session.execute(select(Heartbeat.name, age))}
