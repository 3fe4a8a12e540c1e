"""What planners set by hand for one SKU at one location: its levels until a date, or the quantity of one run.

1. `with_overrides` lays them over a snapshot, after every other source of levels: an override of levels wins, and 0 is
   a value; a quantity becomes the column `override_quantity`, -1 where there is none, since 0 is a value there too.
2. `take_by_hand` puts that quantity in the place of the one that was worked out, after packs, line, shelf and damping
   and before what weighs the rows of an order against each other.

What holds against a planner's quantity is what the row *is*: do-not-order, discontinued, not listed, past its last
order date, snoozed, not mapped. Levels that are missing, 0 or inverted and stock that was never counted only say that
nothing can be worked out, and such a quantity needs no working out. Everything else gives way, and a note says to what.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from replenisher.planning.constraints import Whole, line_room, shelf_room
from replenisher.planning.frames import LARGEST_QUANTITY, LAST_DATE, TEXT, WHOLE, Contract, check
from replenisher.planning.reasons import Effect, Reason
from replenisher.planning.snapshot import LEVELS_SOURCE_DTYPE

OVERRIDES = Contract(
    "overrides",
    {
        "id": WHOLE,
        "location": TEXT,
        "sku": TEXT,
        "kind": TEXT,
        "reorder_point": WHOLE,
        "order_up_to_level": WHOLE,
        "quantity": WHOLE,
        "until": WHOLE,
        "reason": TEXT,
        "set_by": TEXT,
    },
    ("location", "sku", "kind"),
    {
        **dict.fromkeys(("reorder_point", "order_up_to_level", "quantity"), (0, LARGEST_QUANTITY)),
        "until": (1, LAST_DATE),
    },
)
"""What planners set by hand, as it stood when a run began: `kind` is `levels` (reorder_point and order_up_to_level
count) or `quantity` (quantity counts); `until` is the last business date, as `date.toordinal()`."""

NONE = -1
"""The `override_quantity` of a row that nobody set one for."""

LEVELS, QUANTITY = "levels", "quantity"
OVERRIDE = LEVELS_SOURCE_DTYPE.categories.get_loc("override")

NOT_WORKED_OUT = (
    Reason.LEVELS_MISSING.bit
    | Reason.LEVELS_SET_TO_ZERO.bit
    | Reason.LEVELS_INVERTED.bit
    | Reason.NOT_COUNTED.bit
    | Reason.LEVEL_BEYOND.bit
)
"""The exclusions that a planner's quantity lifts: they say that nothing can be worked out, not that nothing may be."""

_NOTES = sum(reason.bit for reason in Reason if reason.effect is Effect.NOTES)


def with_overrides(snapshot: pd.DataFrame, overrides: pd.DataFrame | None) -> pd.DataFrame:
    """Lay overrides over a snapshot; without any that meets one of its rows the snapshot comes back as it is.

    Takes frames of the contracts SNAPSHOT and OVERRIDES. `override_quantity` is there only where a quantity meets a
    row. Raises PlanningInputError when the overrides break their contract.
    """
    if overrides is None or overrides.empty:
        return snapshot
    check(overrides, OVERRIDES)
    changed: dict[str, pd.Categorical | npt.NDArray[Any]] = {}
    some, rows = _met(snapshot, overrides[overrides["kind"] == LEVELS])
    if rows.size:
        for name in ("reorder_point", "order_up_to_level"):
            changed[name] = _put(snapshot[name].to_numpy(), rows, some[name])
        source = snapshot["levels_source"].astype(LEVELS_SOURCE_DTYPE).cat.codes.to_numpy()
        codes = _put(source, rows, np.full(rows.size, OVERRIDE))
        changed["levels_source"] = pd.Categorical.from_codes(codes, dtype=LEVELS_SOURCE_DTYPE)
    some, rows = _met(snapshot, overrides[overrides["kind"] == QUANTITY])
    if rows.size:
        changed["override_quantity"] = _put(np.full(len(snapshot), NONE, dtype=np.int64), rows, some["quantity"])
    return snapshot.assign(**changed) if changed else snapshot


def _met(snapshot: pd.DataFrame, some: pd.DataFrame) -> tuple[pd.DataFrame, npt.NDArray[np.intp]]:
    """Give the overrides that meet a row of the snapshot, and the row that each meets."""
    wanted, have = np.zeros(len(some), dtype=np.int64), np.zeros(len(snapshot), dtype=np.int64)
    known = np.ones(len(some), dtype=np.bool_)
    for name in ("location", "sku"):
        texts = snapshot[name].cat.categories
        places = texts.get_indexer(pd.Index(some[name].astype("str")))
        wanted = wanted * len(texts) + places
        have = have * len(texts) + snapshot[name].cat.codes.to_numpy()
        known &= places >= 0
    found = np.flatnonzero(np.isin(have, wanted[known]))
    ordered = found[np.argsort(have[found])]
    at = np.searchsorted(have[ordered], wanted)
    met = known & np.isin(wanted, have[ordered])
    return some[met], ordered[at[met]]


def _put(values: npt.NDArray[Any], rows: npt.NDArray[np.intp], new: pd.Series | npt.NDArray[Any]) -> npt.NDArray[Any]:
    result = values.copy()
    result[rows] = np.asarray(new)
    return result


def by_hand(columns: Mapping[str, npt.NDArray[Any]], reasons: Whole) -> npt.NDArray[np.bool_] | None:
    """Tell which rows order what a planner set, given their exclusions as reason bits; None where none can."""
    if "override_quantity" not in columns:
        return None
    chosen: npt.NDArray[np.bool_] = (columns["override_quantity"] != NONE) & (reasons & ~NOT_WORKED_OUT == 0)
    return chosen


def take_by_hand(columns: Mapping[str, npt.NDArray[Any]], quantity: Whole) -> Whole:
    """Put the planners' quantity of each row that has one in the place of the one that was worked out.

    Worked example: 24 worked out and 7 set: 7, whatever the pack; 24 and 0 set: 0; 0 and 5 set: 5.
    """
    chosen = columns["override_quantity"]
    return np.where(chosen == NONE, quantity, chosen)


def reasons_by_hand(
    columns: Mapping[str, npt.NDArray[Any]], bits: Whole, within: Whole, maximum_line: int | None
) -> Whole:
    """Give the reason bits of every row, with those of the rows that a planner set a quantity for made anew.

    `within` are the quantities that the maximums of an order would leave. Of the steps before, a row set by hand keeps
    the notes alone: what they cut or raised is not ordered.
    """
    rows = np.flatnonzero(columns["override_quantity"] != NONE)
    some = {name: values[rows] for name, values in columns.items()}
    units = some["override_quantity"]
    beyond = (units < some["minimum_order_quantity"]) | (units > line_room(some, maximum_line))
    beyond |= within[rows] < units
    if "shelf_capacity" in some:
        beyond |= units > shelf_room(some)
    made = (bits[rows] & _NOTES) | np.where(units > 0, Reason.SET_BY_PLANNER.bit, Reason.SET_TO_ZERO_BY_PLANNER.bit)
    made[(units > 0) & beyond] |= Reason.BEYOND_A_LIMIT.bit
    made[units % some["case_pack"] != 0] |= Reason.BREAKS_CASE_PACK.bit
    result = bits.copy()
    result[rows] = made
    return result
