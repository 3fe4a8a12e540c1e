"""Queries on overrides: set, in force, used by a run, withdrawn. No row is ever deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import ColumnElement

from replenisher.database import companies
from replenisher.database.models import CompanyState, PlanningRun
from replenisher.database.override_models import Override
from replenisher.database.session import Session
from replenisher.purchasing.overrides import NewOverride, OverrideState

ENDED = ("closed", "failed", "skipped")
"""States of a run in which it plans no location any more."""

_Named = aliased(PlanningRun)
_OPEN = and_(Override.withdrawn_at.is_(None), Override.used_by_run.is_(None))
_LAPSED = and_(Override.for_run.is_not(None), _Named.state.in_(ENDED))


@dataclass(frozen=True)
class Listed:
    """An override and where it stands."""

    override: Override
    state: OverrideState


def add(
    session: Session, company: str, new: Sequence[NewOverride], *, actor: str, for_run: int | None = None
) -> list[Override]:
    """Write overrides; one of the same kind that was in force before is withdrawn and names its successor."""
    companies.introduce(session, [company])
    # One person of a company at a time: two could each find nothing to replace.
    session.execute(select(CompanyState.company).where(CompanyState.company == company).with_for_update())
    made = []
    for one in new:
        row = Override(
            company=company,
            location=one.location,
            sku=one.sku,
            kind=one.kind.value,
            reorder_point=one.minimum,
            order_up_to_level=one.maximum,
            quantity=one.quantity,
            until=one.until,
            reason=one.reason.strip(),
            set_by=actor,
            for_run=for_run,
        )
        before = _in_force(session, row)
        if before is not None:
            before.withdrawn_at, before.withdrawn_by = companies.now(session), actor
            session.flush()
        session.add(row)
        session.flush()
        if before is not None:
            before.replaced_by = row.id
        session.refresh(row)
        made.append(row)
    return made


def _in_force(session: Session, like: Override) -> Override | None:
    query = select(Override).where(
        Override.company == like.company,
        Override.location == like.location,
        Override.sku == like.sku,
        Override.kind == like.kind,
        _OPEN,
    )
    return session.execute(query).scalar_one_or_none()


def active(session: Session, company: str, *, on: date, run_id: int | None) -> Sequence[Override]:
    """List what a run takes up that begins now: in force on this business date, and bound to no other run."""
    query = select(Override).where(
        Override.company == company,
        _OPEN,
        Override.until >= on,
        or_(Override.for_run.is_(None), Override.for_run == run_id),
    )
    return session.execute(query.order_by(Override.location, Override.sku, Override.kind)).scalars().all()


def mark_used(session: Session, run_id: int, ids: Sequence[int], locations: Sequence[str]) -> int:
    """Bind quantities to the run that planned their location; no other run takes them up again. Gives how many."""
    if not ids:
        return 0
    used = session.execute(
        update(Override)
        .where(
            Override.id.in_(ids),
            Override.location.in_(locations),
            Override.kind == "quantity",
            Override.used_by_run.is_(None),
        )
        .values(used_by_run=run_id)
        .returning(Override.id)
        .execution_options(synchronize_session=False)
    ).all()
    return len(used)


def withdraw(session: Session, override_id: int, *, actor: str) -> bool:
    """Withdraw an override that is in force, or that ran out without being used; False when it is neither."""
    done = session.execute(
        update(Override)
        .where(Override.id == override_id, _OPEN)
        .values(withdrawn_at=func.now(), withdrawn_by=actor)
        .returning(Override.id)
        .execution_options(synchronize_session=False)
    ).all()
    return bool(done)


def of_id(session: Session, override_id: int, today: date) -> Listed | None:
    """Read one override, and where it stands on this date."""
    found = _listed(session, Override.id == override_id, today, limit=1)
    return found[0] if found else None


def listed(
    session: Session,
    company: str,
    today: date,
    *,
    location: str | None = None,
    expired: bool = False,
    everything: bool = False,
    limit: int = 200,
) -> list[Listed]:
    """List overrides, newest first: those in force; or those that ran out unused; or all there ever were."""
    over = or_(Override.until < today, _LAPSED)
    wanted: ColumnElement[bool] = Override.company == company
    if location is not None:
        wanted &= Override.location == location
    if not everything:
        wanted &= _OPEN & (over if expired else ~func.coalesce(over, False))
    return _listed(session, wanted, today, limit=limit)


def _listed(session: Session, wanted: ColumnElement[bool], today: date, *, limit: int) -> list[Listed]:
    query = (
        select(Override, _Named.state)
        .outerjoin(_Named, _Named.id == Override.for_run)
        .where(wanted)
        .order_by(Override.id.desc())
        .limit(limit)
    )
    return [Listed(row, _state(row, run_state, today)) for row, run_state in session.execute(query)]


def _state(row: Override, run_state: str | None, today: date) -> OverrideState:
    if row.used_by_run is not None:
        return OverrideState.USED
    if row.withdrawn_at is not None:
        return OverrideState.WITHDRAWN if row.replaced_by is None else OverrideState.REPLACED
    if row.until < today:
        return OverrideState.EXPIRED
    return OverrideState.LAPSED if run_state in ENDED else OverrideState.IN_FORCE
