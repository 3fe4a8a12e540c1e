"""From the lines of sales and transfers reports to what of them is demand.

1. A line gets its business date: the date of the location's own wall clock, as the report writes it. One without a date
   belongs to no day and is left out.
2. It gets a kind by its action and the sign of its quantity (`LineKind`).
3. It gets a key that it has every time its document is read, in whatever order and window: no report numbers lines in
   a way that would stay the same. A line is known by its document, its day and its SKU, by what it says, and by its
   place among lines that say the same.
4. What was sold is demand. Returns, exchanges and transfers are not, unless `DemandRules` say so.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt
import pandas as pd

Whole = npt.NDArray[np.int64]

COLUMNS = ("business_date", "document", "sku", "key", "kind", "units")
LEAST_LINES = 20
"""Lines of a window below which nobody can tell a halved report from a quiet week."""


class LineKind(Enum):
    """What became of the units of a line."""

    SOLD = "sold"
    RETURNED = "returned"
    """They came back: a refund, or any line with a negative quantity."""
    EXCHANGED = "exchanged"
    """They were handed out for others that came back."""
    TRANSFERRED = "transferred"
    """They were shipped to another location."""
    OTHER = "other"
    """The report says a word that no document lists; never demand."""


SALES_KINDS = (LineKind.SOLD, LineKind.RETURNED, LineKind.EXCHANGED, LineKind.OTHER)
TRANSFER_KINDS = (LineKind.TRANSFERRED,)
"""The kinds that each report tells; a new reading of it replaces lines of these."""

_BY_ACTION = {"sold": LineKind.SOLD, "refunded": LineKind.RETURNED, "exchanged": LineKind.EXCHANGED}


@dataclass(frozen=True)
class DemandRules:
    """What counts besides what was sold; what is subtracted never takes a day below 0."""

    subtract_returns: bool = False
    count_exchanges: bool = False
    count_transfers: bool = False


def sales_lines(sales: pd.DataFrame) -> pd.DataFrame:
    """Turn a sales report into history lines, one for each row with a date and a quantity other than 0.

    `sales` has text `invoice_id`, `sku`, `action`, `serial_number`, int64 `quantity` in units as the platform signs
    them, and the moments `sold_at`. Gives COLUMNS: `business_date` at midnight, texts, and `units` above 0 (int64).

    Worked example: invoice 7 has SKU A sold twice, 1 unit each, and once returned. Its lines are `sold/1/1/`,
    `sold/1/2/` and `returned/1/1/`; read again in any order they are the same three.
    """
    back = (sales["quantity"] < 0).to_numpy()
    kind = sales["action"].astype("str").map({word: one.value for word, one in _BY_ACTION.items()})
    kind = kind.where(kind.notna(), LineKind.OTHER.value)
    kind = kind.where(~(back & (kind != LineKind.OTHER.value)), LineKind.RETURNED.value)
    return _lines(
        sales["sold_at"], sales["invoice_id"], sales["sku"], sales["serial_number"], kind, sales["quantity"].abs()
    )


def transfer_lines(transfers: pd.DataFrame, location: str) -> pd.DataFrame:
    """Turn a transfers report into history lines of what the location shipped to others, by the day it left.

    `transfers` has text `transfer_id`, `from_location`, `sku`, `serial_numbers`, int64 `shipped` in units, and the
    moments `shipped_at`. Gives COLUMNS as `sales_lines` does; an interface that tells no moments gives no line.

    Worked example: transfer 9 ships 4 of SKU A from here on 2 March and brings 2 of B here: one line, 4 of A.
    """
    ours = transfers[(transfers["from_location"] == location).to_numpy()]
    kind = pd.Series(LineKind.TRANSFERRED.value, index=ours.index, dtype="str")
    return _lines(ours["shipped_at"], ours["transfer_id"], ours["sku"], ours["serial_numbers"], kind, ours["shipped"])


def _lines(  # noqa: PLR0917 - the columns of a line, in the order of COLUMNS
    moment: pd.Series, document: pd.Series, sku: pd.Series, serial: pd.Series, kind: pd.Series, units: pd.Series
) -> pd.DataFrame:
    texts = {"document": document, "sku": sku, "serial": serial, "kind": kind}
    columns = {name: one.astype("str") for name, one in texts.items()}
    rows = pd.DataFrame({"business_date": moment.dt.normalize(), **columns, "units": units.astype("int64")})
    kept = rows[(rows["business_date"].notna() & (rows["units"] > 0)).to_numpy()]
    place = kept.groupby(list(kept.columns), sort=False).cumcount() + 1
    # The serial number last: it may hold any character, and what stands before it tells where it begins.
    said = kept["kind"] + "/" + kept["units"].astype("str") + "/" + place.astype("str") + "/" + kept["serial"]
    return kept.assign(key=said)[list(COLUMNS)].reset_index(drop=True)


def has_shrunk(known: int, told: int, least_share: float) -> bool:
    """Tell whether a report tells too few of the lines that are known of the same days to be believed.

    Few lines (below LEAST_LINES known) shrink by chance and are believed.

    Worked example: 20 known and a share of 0.6: 12 are believed, 11 are not. Of 19 known none need come again.
    """
    return known >= LEAST_LINES and told < least_share * known


def demand(sold: Whole, returned: Whole, exchanged: Whole, transferred: Whole, rules: DemandRules) -> Whole:
    """Give the units of demand, int64 arrays of one shape, from a day's units by what became of them.

    Worked example: 5 sold, 2 returned, 1 exchanged, 3 transferred: 5; with returns subtracted and exchanges counted
    5 + 1 - 2 = 4. 1 sold and 2 returned is 0, not -1.
    """
    units = sold.copy()
    if rules.count_exchanges:
        units += exchanged
    if rules.count_transfers:
        units += transferred
    if rules.subtract_returns:
        units -= returned
    return np.maximum(units, 0)
