"""The inventory position of every row: a signed sum of terms whose weights a company may set.

Every term is a column of the snapshot and every weight is data, so that `explain` can print the sum term by term.
What the fields mean to the platform, and so where the default weights come from:

* `on_hand` is available for sale; units moving out, on loan or on return have left it already. Weight +1.
* `on_order` and `on_uncommitted_order` are on purchase orders and not received. Weight +1.
* `backordered` is what is left of partly received purchase orders: supply, not demand. Weight +1; 0 where the
  retailer's `on_order` holds it already, -1 where the retailer means customers' demand by it.
* `transfer_in` is on its way here. Weight +1.
* `transfer_out` has left `on_hand` already. Weight 0; -1 where a retailer still counts it in.
* `allocated` is promised to customers on sales orders. Weight -1.
* `in_flight` is on our own orders that the report does not show yet. Weight +1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from replenisher.errors import PlanningInputError

LARGEST_WEIGHT = 100
"""A weight beyond it is a slip of the pen, and would let the sum leave 64 bits."""


@dataclass(frozen=True)
class PositionWeights:
    """How often each term counts in the inventory position: a signed whole number, 0 leaves the term out."""

    on_hand: int = 1
    on_order: int = 1
    on_uncommitted_order: int = 1
    backordered: int = 1
    transfer_in: int = 1
    transfer_out: int = 0
    allocated: int = -1
    in_flight: int = 1

    def __post_init__(self) -> None:
        """Refuse weights that are not small whole numbers."""
        for name in TERMS:
            weight = getattr(self, name)
            if type(weight) is not int or abs(weight) > LARGEST_WEIGHT:
                raise PlanningInputError(f"position weight {name} should be a whole number from -100 to 100")


TERMS: tuple[str, ...] = tuple(field.name for field in fields(PositionWeights))
"""The terms in the order in which they are added and explained."""


def inventory_position(columns: Mapping[str, npt.NDArray[np.int64]], weights: PositionWeights) -> npt.NDArray[np.int64]:
    """Add up the weighted terms of every row, in units.

    `columns` maps each name of TERMS to an int64 array; none of them is written to.

    Worked example: on hand 4, on order 6, allocated 3, the rest 0 gives 4 + 6 - 3 = 7.
    """
    total = np.zeros_like(columns["on_hand"])
    for name in TERMS:
        weight = getattr(weights, name)
        if weight == 1:
            np.add(total, columns[name], out=total)
        elif weight == -1:
            np.subtract(total, columns[name], out=total)
        elif weight != 0:
            total += weight * columns[name]
    return total
