"""The one gate for what must not be ordered: asked first when planning, and usable again right before submission.

A row is excluded for what it is, whatever its position: do-not-order, discontinued, not in the products file, past its
last order date, snoozed, not mapped to the platform's catalog; and by min/max levels that are missing, set to 0 or
inverted, and stock that was never counted. First, so that nothing later can bring a forbidden row back; and before an
order goes out, because a product may have been stopped since it was planned.

Dates are business dates of the location, never a clock's: whole columns of `date.toordinal()`, where 0 is no date.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from replenisher.errors import PlanningInputError
from replenisher.planning.reasons import Reason

Columns = Mapping[str, npt.NDArray[Any]]
Marks = list[tuple[npt.NDArray[np.bool_], Reason]]

BY_FLAG = {
    "do_not_order": (True, Reason.DO_NOT_ORDER),
    "discontinued": (True, Reason.DISCONTINUED),
    "listed": (False, Reason.NOT_LISTED),
    "mapped": (False, Reason.NOT_MAPPED),
    "order_day": (False, Reason.NOT_AN_ORDER_DAY),
    "level_beyond": (True, Reason.LEVEL_BEYOND),
}
"""The flags that exclude, with the value that does and the reason."""


def excluded(
    columns: Columns, of_policy: Marks | None = None, *, unlisted_excluded: bool = True, unmapped_excluded: bool = True
) -> npt.NDArray[np.int64]:
    """Mark every reason that keeps a row from being ordered whatever its position is, as reason bits; 0 lets it pass.

    `columns` are int64 and bool arrays of one length; `do_not_order` must be there, and of the others what is not
    there excludes nothing. `of_policy` are the marks that only the policy at hand makes. Raises PlanningInputError
    when there are dates to keep and no `business_date`.

    Worked example: on 27 November a product whose last order date is the 27th passes, and one snoozed until the 27th
    passes too; on the 28th the first is past its date, and on the 26th the second was snoozed.
    """
    ignored = {name for name, on in (("listed", unlisted_excluded), ("mapped", unmapped_excluded)) if not on}
    bits = np.zeros(columns["do_not_order"].size, dtype=np.int64)
    marks = [
        (columns[name] if value else ~columns[name], reason)
        for name, (value, reason) in BY_FLAG.items()
        if name in columns and name not in ignored
    ]
    for where, reason in [*marks, *_by_date(columns), *(of_policy or [])]:
        bits[np.flatnonzero(where)] |= reason.bit
    return bits


def _by_date(columns: Columns) -> Iterator[tuple[npt.NDArray[np.bool_], Reason]]:
    last, until = columns.get("last_order_date"), columns.get("snoozed_until")
    if last is None and until is None:
        return
    today = columns.get("business_date")
    if today is None:
        raise PlanningInputError("last_order_date and snoozed_until need the column business_date beside them")
    if last is not None:
        yield (last > 0) & (today > last), Reason.PAST_LAST_ORDER_DATE
    if until is not None:
        yield today < until, Reason.SNOOZED


def without_levels(columns: Columns, from_planner: npt.NDArray[np.bool_], not_counted: npt.NDArray[np.bool_]) -> Marks:
    """Mark the rows that cannot be planned against a minimum and a maximum.

    `from_planner` is true where the levels are the planners' own. Levels of 0 and less mean that none are set, except
    where `levels_by_policy` is true: a policy's level of 0 says that nothing is to be kept.
    """
    reorder_point, order_up_to_level = columns["reorder_point"], columns["order_up_to_level"]
    no_levels = (order_up_to_level <= 0) & (reorder_point <= 0)
    if "levels_by_policy" in columns:
        no_levels &= ~columns["levels_by_policy"]
    return [
        (no_levels & ~from_planner, Reason.LEVELS_MISSING),
        (no_levels & from_planner, Reason.LEVELS_SET_TO_ZERO),
        ((order_up_to_level < reorder_point) & ~no_levels, Reason.LEVELS_INVERTED),
        (not_counted, Reason.NOT_COUNTED),
    ]
