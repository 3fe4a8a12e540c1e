"""What the close of a past run did, read from the archive: for `explain`, `why-not` and `replay`.

Runs that an older version closed have a frame of locations and reasons alone: there whole locations ordered nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from replenisher.archive import Archive
from replenisher.database.models import PlanningRun
from replenisher.planning.close_explained import BudgetOfRun, ClosedRow, SupplyOfSku, close_steps
from replenisher.planning.closing import CLOSE_FRAME, CloseReason, CloseRules, close_rows, describe_close
from replenisher.planning.comparison import differing_columns
from replenisher.planning.explain_quantities import ExplainStep
from replenisher.workflows.plan.gather import ordering_rows
from replenisher.workflows.plan.limiting import CLOSE, CLOSE_SUPPLY, limits_again

OVERTAKEN = CloseReason.OLDER_ORDER_APPROVED.value
STOPPING = (OVERTAKEN, CloseReason.NO_SUPPLY.value, CloseReason.NO_BUDGET.value)
"""The reasons of the close by which a row orders nothing."""


@dataclass(frozen=True)
class ClosedRun:
    """The close of one run: the rows that it touched (CLOSE_FRAME), and by what it went.

    `overtaken` are the locations that ordered nothing at all. `document` and `supply` are None for a run that an older
    version closed, or that is not closed.
    """

    frame: pd.DataFrame
    overtaken: frozenset[str] = frozenset()
    document: dict[str, Any] | None = None
    supply: pd.DataFrame | None = None
    stopped: dict[tuple[str, str], str] = field(default_factory=dict)

    def as_closed(self, planned: pd.DataFrame) -> pd.DataFrame:
        """Give a planned frame as the close left it: rows that it stopped order nothing, and say why."""
        if not self.overtaken and not self.stopped:
            return planned
        location, sku = planned["location"].astype("str"), planned["sku"].astype("str")
        why = pd.Series(list(zip(location, sku, strict=True)), index=planned.index).map(self.stopped.get)
        why = why.where(~location.isin(self.overtaken), OVERTAKEN).where(planned["order_quantity"] > 0)
        stopped = why.notna()
        return planned.assign(
            order_quantity=planned["order_quantity"].where(~stopped, 0),
            reason=planned["reason"].astype("str").where(~stopped, why),
        )

    def steps(self, row: dict[str, Any], rules: CloseRules) -> list[ExplainStep]:
        """Explain what the close did to a planned row; nothing for one that ordered nothing anyway."""
        planned = int(row["order_quantity"])
        if planned == 0:
            return []
        location, sku = str(row["location"]), str(row["sku"])
        after = self._after(location, sku)
        closed = ClosedRow(
            location=location,
            planned=planned,
            after_shortage=after[0] if after else planned,
            after_budget=after[1] if after else planned,
            unit_cost=int(row["unit_cost"]) if row["cost_known"] else 0,
            reason=after[2] if after else None,
        )
        budget = self.document["budget"] if self.document else None
        return close_steps(closed, self._supply_of(sku), None if budget is None else BudgetOfRun(**budget), rules)

    def changes(self, location: str, sku: str) -> list[str]:
        """Say in sentences what the close did to a row."""
        if location in self.overtaken:
            return [describe_close(CloseReason.OLDER_ORDER_APPROVED)]
        after = self._after(location, sku)
        return [describe_close(after[2])] if after else []

    def ordered(self, row: dict[str, Any]) -> int:
        """Count the units of a planned row that the close left."""
        if str(row["location"]) in self.overtaken:
            return 0
        after = self._after(str(row["location"]), str(row["sku"]))
        return after[1] if after else int(row["order_quantity"])

    def _after(self, location: str, sku: str) -> tuple[int, int, CloseReason] | None:
        here = self.frame[(self.frame["location"] == location) & (self.frame["sku"] == sku)]
        for shared, paid, reason in zip(
            *(here[name].tolist() for name in ("after_shortage", "after_budget", "reason")), strict=True
        ):
            return int(shared), int(paid), CloseReason(reason)
        return (0, 0, CloseReason.OLDER_ORDER_APPROVED) if location in self.overtaken else None

    def _supply_of(self, sku: str) -> SupplyOfSku | None:
        if self.supply is None:
            return None
        here = self.supply[self.supply["sku"] == sku]
        columns = (here[name].tolist() for name in ("units", "claimed", "asked", "given"))
        return next((SupplyOfSku(*figures) for figures in zip(*columns, strict=True)), None)


def closed_run(archive: Archive, run: PlanningRun) -> ClosedRun:
    """Read the close of a run; one that is not closed has touched nothing."""
    empty = pd.DataFrame({name: [] for name in CLOSE_FRAME})
    if not run.close_frame:
        return ClosedRun(empty)
    frame = archive.get_frame(run.close_frame)
    late = frozenset(str(location) for location in frame.loc[frame["reason"] == OVERTAKEN, "location"])
    if "sku" not in frame.columns:
        return ClosedRun(empty, late)
    columns = (frame[name].tolist() for name in ("location", "sku", "reason"))
    stopped = {(place, sku): reason for place, sku, reason in zip(*columns, strict=True) if reason in STOPPING}
    document = archive.get_document(run.inputs[CLOSE]) if CLOSE in run.inputs else None
    supply = archive.get_frame(run.inputs[CLOSE_SUPPLY]) if CLOSE_SUPPLY in run.inputs else None
    return ClosedRun(frame, late, document, supply, stopped)


def close_again(archive: Archive, run: PlanningRun, frames: list[str], rules: CloseRules) -> list[str]:
    """Work the close of a run out once more from what is archived; names what differs from what was recorded.

    There is nothing to compare where the run is not closed, or an older version closed it.
    """
    kept = closed_run(archive, run)
    if kept.document is None:
        return []
    again = close_rows(ordering_rows(archive, frames), limits_again(kept.document, kept.supply), rules)
    # Nothing at all comes back from the archive without its categories.
    both_empty = kept.frame.empty and again.frame.empty
    differing = [] if both_empty else [f"close: {name}" for name in differing_columns(kept.frame, again.frame)]
    if kept.supply is not None and again.supply is not None:
        differing += [f"supply: {name}" for name in differing_columns(kept.supply, again.supply)]
    budget = kept.document["budget"]
    if budget is not None and (budget["asked"], budget["given"]) != (again.asked_value, again.given_value):
        differing.append("budget")
    return differing
