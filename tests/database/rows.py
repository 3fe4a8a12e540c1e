"""Rows to test queries with: runs and orders in any state, written straight into the tables."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import func, insert, text, update

from replenisher.database import due, orders
from replenisher.database.models import Order, PlanningRun
from replenisher.database.session import Database, Session
from replenisher.purchasing.platform import RequestLine
from replenisher.purchasing.states import OrderState
from tests.patience import PATIENCE_SECONDS

COMPANY = "1102"
LOCATION = "11412"
SLOT = datetime.fromisoformat("2026-03-02T06:00")
LINES = (RequestLine("00123", 12, Decimal("2.50")), RequestLine("NA", 6, None))
Result = TypeVar("Result")

_numbers = itertools.count(1)


def add_run(session: Session, *, company: str = COMPANY, state: str = "closed", **values: Any) -> int:
    """Write a run, each for a minute of its own unless `slot` is given."""
    slot = SLOT.replace(year=2026 + next(_numbers))
    row = {"company": company, "kind": "scheduled", "slot": slot, "state": state, "engine_version": "0"}
    statement = insert(PlanningRun).values(row | {"cut_off_at": func.now()} | values).returning(PlanningRun.id)
    return int(session.execute(statement).scalar_one())


def order_row(run_id: int, **values: Any) -> dict[str, Any]:
    """A proposed order, with a sequence and a reference of its own."""
    number = next(_numbers)
    return {
        "company": COMPANY,
        "location": LOCATION,
        "run_id": run_id,
        "kind": "scheduled",
        "slot": SLOT,
        "sequence": number,
        "vendor_invoice_number": f"R{number:017d}",
        "state": OrderState.PROPOSED.value,
        "committed": True,
        "bill_to": LOCATION,
        "ship_to": LOCATION,
        "estimated_arrival_date": date(2026, 3, 9),
        "value": Decimal("30.0000"),
        "units": 18,
    } | values


def add_order(
    session: Session,
    run_id: int,
    *,
    state: OrderState = OrderState.PROPOSED,
    lines: Sequence[RequestLine] = LINES,
    is_due: bool = True,
    **values: Any,
) -> int:
    """Write an order in any state, due now unless told otherwise."""
    (order_id,) = orders.add_orders(session, [order_row(run_id, state=state.value, **values)], [lines])
    if is_due:
        make_due(session, Order, order_id)
    return order_id


def make_due(session: Session, table: type[Order] | type[PlanningRun], row_id: int) -> None:
    """Let the row's time have come a moment ago, and forget that anybody was told."""
    session.execute(update(table).where(table.id == row_id).values(next_at=due.after(-1), hinted_at=None))


def stored_order(database: Database, order_id: int) -> Order:
    """The order as it is in the database now."""
    with database.transaction() as session:
        return session.get_one(Order, order_id)


def at_once(database: Database, workers: int, work: Callable[[Session, int], Result]) -> list[Result]:
    """Let so many threads start a transaction of their own at the same moment; gives what each found."""
    start = threading.Barrier(workers)

    def one(number: int) -> Result:
        with database.transaction() as session:
            session.execute(text("SELECT 1"))  # the connection is there before the race begins
            start.wait(PATIENCE_SECONDS)
            return work(session, number)

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(one, range(workers)))
