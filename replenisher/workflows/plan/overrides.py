"""The overrides of a run: read when it starts, bound to it by the batches that plan their locations.

1. `overrides_now` reads what is in force; it goes into the archive with the planners' files (`inputs`), so that every
   batch and every replay sees the same.
2. `settle_overrides`, in the transaction that records a batch, marks the quantities of its locations as used, so that
   no later run brings one back, and tells a person of overrides that met no row.

A quantity whose location was refused, or whose calendar has no order on the date, is not used: it waits for the next
run that plans the location.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from replenisher.config import CompanySettings
from replenisher.database import exceptions, overrides
from replenisher.database.exceptions import Matter
from replenisher.database.models import PlanningRun
from replenisher.database.override_models import Override
from replenisher.database.session import Session
from replenisher.planning.frames import empty
from replenisher.planning.overrides import OVERRIDES
from replenisher.planning.snapshot import orphans
from replenisher.services import Services
from replenisher.workflows.plan.findings import SHOWN


def overrides_now(
    services: Services, company: CompanySettings, business_date: date, run_id: int | None = None
) -> pd.DataFrame | None:
    """Read the overrides that a run of this business date takes up, as a frame of OVERRIDES; None without any."""
    with services.database.transaction() as session:
        found = overrides.active(session, company.id, on=business_date, run_id=run_id)
    return _frame(found) if found else None


def _frame(rows: Sequence[Override]) -> pd.DataFrame:
    columns = {
        "id": [row.id for row in rows],
        "location": [row.location for row in rows],
        "sku": [row.sku for row in rows],
        "kind": [row.kind for row in rows],
        "reorder_point": [row.reorder_point or 0 for row in rows],
        "order_up_to_level": [row.order_up_to_level or 0 for row in rows],
        "quantity": [row.quantity or 0 for row in rows],
        "until": [row.until.toordinal() for row in rows],
        "reason": [row.reason for row in rows],
        "set_by": [row.set_by for row in rows],
    }
    return pd.DataFrame(columns).astype(empty(OVERRIDES).dtypes.to_dict())


def settle_overrides(
    session: Session,
    run: PlanningRun,
    planned: Sequence[str],
    frozen: pd.DataFrame | None,
    frame: pd.DataFrame | None,
) -> None:
    """Mark the quantities of the planned locations as used, and raise those overrides that met no row of the frame."""
    told: set[str] = set()
    if frozen is not None and frame is not None:
        here = frozen[frozen["location"].isin(list(planned))]
        overrides.mark_used(session, run.id, here["id"].tolist(), _ordering(frame, planned))
        unmet = orphans(frame, here)
        for place, rows in unmet.groupby("location"):
            location = str(place)
            text = f"location {location}: the inventory report lacks the SKU of {_named(rows)}"
            matter = Matter(run.company, "overrides_unmatched", location, text, location, None, "inventory", run.id)
            exceptions.raise_matter(session, matter)
            told.add(location)
    exceptions.resolve(session, run.company, [one for one in planned if one not in told], ["overrides_unmatched"])


def _ordering(frame: pd.DataFrame, planned: Sequence[str]) -> list[str]:
    """List the planned locations that may order on the date of the run."""
    if "order_day" not in frame:
        return list(planned)
    closed = set(frame.loc[~frame["order_day"], "location"].astype("str"))
    return [location for location in planned if location not in closed]


def _named(rows: pd.DataFrame) -> str:
    first = rows.head(SHOWN)
    named = [f"override {one} ({sku})" for one, sku in zip(first["id"], first["sku"], strict=True)]
    more = len(rows) - len(named)
    return ", ".join(named) + (f" and {more} more" if more else "")
