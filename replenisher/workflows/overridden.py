"""What planners had set by hand for a row of a run, as sentences: who, why, until when, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from replenisher.database.models import PlanningRun
from replenisher.planning.explain_quantities import is_set_by_hand
from replenisher.planning.overrides import LEVELS
from replenisher.planning.reasons import reasons_in
from replenisher.services import Services


def overrides_told(services: Services, run: PlanningRun, row: Mapping[str, Any]) -> list[str]:
    """Tell the overrides that a run had for a planned row; they were frozen when it started.

    Raises ArchiveError when the archive lacks them.
    """
    if "overrides" not in run.inputs:
        return []
    only = [("location", "==", str(row["location"])), ("sku", "==", str(row["sku"]))]
    found = services.archive.get_frame(run.inputs["overrides"], only=only)
    return [_told(run, row, one) for one in found.sort_values("kind").to_dict("records")]


def _told(run: PlanningRun, row: Mapping[str, Any], one: Mapping[Any, Any]) -> str:
    until = date.fromordinal(one["until"])
    if one["kind"] == LEVELS:
        what = f"minimum {one['reorder_point']} and maximum {one['order_up_to_level']} until {until}"
        kept = ""
    else:
        what = f"quantity {one['quantity']} for run {run.id} and no other, valid until {until}"
        kept = "" if is_set_by_hand(reasons_in(row["reasons"])) else " (not ordered: the row is excluded)"
    return f"override {one['id']}: {what}{kept}, set by {one['set_by']}: {one['reason']}"
