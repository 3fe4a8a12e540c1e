"""Queries on fulfilments, the updates that say what becomes of them, and what is promised on customers' orders."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError

from replenisher.database.documents import Ledger
from replenisher.database.fulfilment_models import (
    Fulfilment,
    FulfilmentUpdate,
    PromisedItem,
    UpdateAttempt,
    UpdateEvent,
)
from replenisher.database.session import Session
from replenisher.errors import DatabaseError
from replenisher.purchasing.fulfilment_updates import UpdateState, check_update_move
from replenisher.purchasing.fulfilments import OPEN, FulfilmentState, check_fulfilment_move

UPDATES = Ledger(
    table=FulfilmentUpdate,
    attempts=UpdateAttempt,
    events=UpdateEvent,
    key="update_id",
    states=UpdateState,
    ready=UpdateState.READY,
    sending=UpdateState.SUBMITTING,
    unknown=UpdateState.UNKNOWN,
    needs_person=UpdateState.NEEDS_PERSON,
    check_move=check_update_move,
    # Each update replaces its whole order, as it was read a moment before: two at once would undo each other.
    one_by_one=("platform_order_id",),
    undecided=frozenset({UpdateState.UNKNOWN}),
)
ROWS_AT_ONCE = 5000
"""Rows of one statement: PostgreSQL takes 65,535 values in one."""
BY_HAND = replace(UPDATES, check_move=partial(check_update_move, by_person=True))
"""The same updates in the hands of a person, who may send or cancel what the program may not."""


@dataclass(frozen=True)
class Seen:
    """A drop-ship item as it was just read; `state` is that of a fulfilment that is met for the first time."""

    number: str
    location: str
    platform_order_id: str
    item_id: str
    printable_id: str
    sku: str
    catalog_id: str
    description: str
    quantity: int
    expires_at: datetime | None
    state: FulfilmentState


def meet(session: Session, company: str, seen: Seen) -> tuple[Fulfilment, bool]:
    """Write a fulfilment that was seen, or note that it was seen again; tells also whether it is new.

    Quantity and expiry follow the retailer as long as something is to be shipped.
    """
    values = {**vars(seen), "company": company, "state": seen.state.value}
    known = _seen_again(session, company, seen)
    if known is not None:
        return known, False
    made = session.execute(
        upsert(Fulfilment).values(values).on_conflict_do_nothing().returning(Fulfilment)
    ).scalar_one_or_none()
    if made is not None:
        return made, True
    known = _seen_again(session, company, seen)  # another look has just met it
    if known is None:
        raise DatabaseError(f"fulfilment {seen.number} of order {seen.printable_id} is another item's number too")
    return known, False


def _seen_again(session: Session, company: str, seen: Seen) -> Fulfilment | None:
    return session.execute(
        update(Fulfilment)
        .where(
            Fulfilment.company == company,
            Fulfilment.platform_order_id == seen.platform_order_id,
            Fulfilment.item_id == seen.item_id,
        )
        .values(last_seen_at=func.now(), quantity=seen.quantity, expires_at=seen.expires_at, location=seen.location)
        .returning(Fulfilment)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


def locked(session: Session, fulfilment_ids: Collection[int]) -> Sequence[Fulfilment]:
    """Lock these fulfilments until the transaction ends, lowest id first, and read them."""
    query = select(Fulfilment).where(Fulfilment.id.in_(fulfilment_ids)).order_by(Fulfilment.id).with_for_update()
    return session.execute(query.execution_options(populate_existing=True)).scalars().all()


def move(session: Session, fulfilment: Fulfilment, to_state: FulfilmentState, **values: Any) -> bool:
    """Move a fulfilment from the state it was read with; False when somebody else has moved it meanwhile."""
    if fulfilment.state != to_state.value:
        check_fulfilment_move(FulfilmentState(fulfilment.state), to_state)
    moved = session.execute(
        update(Fulfilment)
        .where(Fulfilment.id == fulfilment.id, Fulfilment.state == fulfilment.state)
        .values(state=to_state.value, state_since=func.now(), **values)
        .returning(Fulfilment.id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    return moved is not None


def open_orders(session: Session, company: str) -> dict[str, dict[str, str]]:
    """Give the orders of which something is still to be shipped, by location: printed numbers by id."""
    query = select(Fulfilment.location, Fulfilment.platform_order_id, Fulfilment.printable_id).where(
        Fulfilment.company == company, Fulfilment.state.in_([state.value for state in OPEN])
    )
    found: dict[str, dict[str, str]] = {}
    for location, order, printable_id in session.execute(query):
        found.setdefault(str(location), {})[str(order)] = str(printable_id)
    return found


def of_order(session: Session, company: str, platform_order_id: str) -> Sequence[Fulfilment]:
    """List the fulfilments of a customer's order."""
    query = select(Fulfilment).where(Fulfilment.company == company, Fulfilment.platform_order_id == platform_order_id)
    return session.execute(query.order_by(Fulfilment.id)).scalars().all()


def named(session: Session, text: str, *, company: str | None = None) -> Sequence[Fulfilment]:
    """Find fulfilments by the order's printed number or id at the platform, by our number, or by our id."""
    wanted = text.strip()
    query = select(Fulfilment).where(
        or_(
            func.lower(Fulfilment.printable_id) == wanted.casefold(),
            Fulfilment.platform_order_id == wanted.casefold(),
            Fulfilment.number == wanted.upper(),
        )
    )
    if company is not None:
        query = query.where(Fulfilment.company == company)
    found = session.execute(query.order_by(Fulfilment.id)).scalars().all()
    if not found and wanted.isdecimal() and int(wanted) < 2**63:
        one = session.get(Fulfilment, int(wanted))
        return [] if one is None or company not in (None, one.company) else [one]
    return found


def listed(
    session: Session,
    *,
    company: str | None = None,
    location: str | None = None,
    states: Sequence[str] = (),
    limit: int = 200,
) -> Sequence[Fulfilment]:
    """List fulfilments, newest first."""
    query = select(Fulfilment).order_by(Fulfilment.id.desc()).limit(limit)
    if company is not None:
        query = query.where(Fulfilment.company == company)
    if location is not None:
        query = query.where(Fulfilment.location == location)
    if states:
        query = query.where(Fulfilment.state.in_(states))
    return session.execute(query).scalars().all()


def counts_by_state(session: Session, company: str) -> dict[str, int]:
    """Count a company's fulfilments by state."""
    query = select(Fulfilment.state, func.count()).where(Fulfilment.company == company)
    rows = session.execute(query.group_by(Fulfilment.state).order_by(Fulfilment.state))
    return {str(state): int(count) for state, count in rows}


def add_update(session: Session, values: dict[str, Any], *, actor: str) -> FulfilmentUpdate | None:
    """Write an update; None, with nothing written, when one with its key stands already."""
    try:
        with session.begin_nested():
            made = session.execute(insert(FulfilmentUpdate).values(values).returning(FulfilmentUpdate)).scalar_one()
            event = {"update_id": made.id, "name": "entered", "to_state": made.state, "actor": actor}
            session.execute(insert(UpdateEvent).values(**event, evidence={"source": made.source}))
    except IntegrityError:
        return None
    return made


def move_by_hand(session: Session, row: FulfilmentUpdate, to_state: UpdateState, **how: Any) -> bool:
    """Move an update as `Ledger.move` does; False, with nothing written, also when its step is under way anew."""
    try:
        with session.begin_nested():
            return BY_HAND.move(session, row, to_state, **how)
    except IntegrityError:
        return False


def retire(session: Session, row: FulfilmentUpdate) -> None:
    """Let a step that was made be made again later: its key gets the update's own id."""
    session.execute(
        update(FulfilmentUpdate)
        .where(FulfilmentUpdate.id == row.id)
        .values(update_key=f"{row.update_key}/{row.id}")
        .execution_options(synchronize_session=False)
    )


def standing_update(session: Session, fulfilment_id: int, update_key: str) -> FulfilmentUpdate | None:
    """Find the update of a fulfilment that stands under this key."""
    query = select(FulfilmentUpdate).where(
        FulfilmentUpdate.fulfilment_id == fulfilment_id,
        FulfilmentUpdate.update_key == update_key,
        FulfilmentUpdate.standing,
    )
    return session.execute(query).scalar_one_or_none()


def units_under_way(session: Session, fulfilment_id: int, *, only_sent: bool = False) -> int:
    """Sum the units of standing updates of a fulfilment: shipped, or about to be said to be."""
    query = select(func.coalesce(func.sum(FulfilmentUpdate.quantity), 0)).where(
        FulfilmentUpdate.fulfilment_id == fulfilment_id, FulfilmentUpdate.standing
    )
    if only_sent:
        query = query.where(FulfilmentUpdate.state == UpdateState.SENT.value)
    return int(session.execute(query).scalar_one())


def fulfilment_of(session: Session, fulfilment_id: int) -> Fulfilment:
    """Read a fulfilment."""
    return session.execute(select(Fulfilment).where(Fulfilment.id == fulfilment_id)).scalar_one()


def updates_of(session: Session, fulfilment_id: int) -> Sequence[FulfilmentUpdate]:
    """List the updates of a fulfilment, oldest first."""
    query = select(FulfilmentUpdate).where(FulfilmentUpdate.fulfilment_id == fulfilment_id)
    return session.execute(query.order_by(FulfilmentUpdate.id)).scalars().all()


def lock_update(session: Session, update_id: int) -> FulfilmentUpdate:
    """Lock an update until the transaction ends, and read it as it is now."""
    query = select(FulfilmentUpdate).where(FulfilmentUpdate.id == update_id).with_for_update()
    return session.execute(query.execution_options(populate_existing=True)).scalar_one()


def events_of(session: Session, update_ids: Collection[int]) -> Sequence[UpdateEvent]:
    """List everything that happened to these updates, oldest first."""
    query = select(UpdateEvent).where(UpdateEvent.update_id.in_(update_ids)).order_by(UpdateEvent.id)
    return session.execute(query).scalars().all()


def replace_promised(
    session: Session, company: str, location: str, items: Sequence[dict[str, Any]], *, unread: Collection[str] = ()
) -> None:
    """Store the in-stock items of a location's pending orders, instead of what was seen there before.

    What the orders `unread` had promised stays.
    """
    session.execute(
        delete(PromisedItem).where(
            PromisedItem.company == company,
            PromisedItem.location == location,
            PromisedItem.platform_order_id.not_in(unread),
        )
    )
    keys = ["company", "platform_order_id", "item_id"]
    rows = [{"company": company, "location": location, **item} for item in items]
    for start in range(0, len(rows), ROWS_AT_ONCE):
        statement = upsert(PromisedItem).values(rows[start : start + ROWS_AT_ONCE])
        changed = {name: getattr(statement.excluded, name) for name in ("location", "sku", "quantity")}
        session.execute(statement.on_conflict_do_update(index_elements=keys, set_={**changed, "seen_at": func.now()}))


def promised(session: Session, company: str, locations: Sequence[str]) -> list[tuple[str, str, int]]:
    """Sum the promised in-stock units by location and SKU."""
    query = (
        select(PromisedItem.location, PromisedItem.sku, func.sum(PromisedItem.quantity))
        .where(PromisedItem.company == company, PromisedItem.location.in_(locations), PromisedItem.sku != "")
        .group_by(PromisedItem.location, PromisedItem.sku)
        .order_by(PromisedItem.location, PromisedItem.sku)
    )
    return [(str(location), str(sku), int(units)) for location, sku, units in session.execute(query)]
