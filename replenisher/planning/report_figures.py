"""What is remembered of an inventory report: its rows, its totals, and a fingerprint of its content.

The fingerprint is the hash of every value that the contract of a report names, by SKU. So it does not depend on the
order in which a platform lists its rows, and a report is the last one again exactly when nothing in it has changed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import pandas as pd

from replenisher.planning.frames import INVENTORY, WHOLE


@dataclass(frozen=True)
class ReportFigures:
    """A report in four figures: rows, units on hand, units sold in its window, and the hash of its content."""

    rows: int
    on_hand: int
    sold: int
    fingerprint: str


def figures_of(report: pd.DataFrame) -> ReportFigures:
    """Sum up one location's report, a frame of the INVENTORY contract; totals in units.

    A row with less than nothing on hand, or with more returned than sold, adds nothing: it takes no units from others.

    Worked example: rows with 5, 7 and -2 on hand of which 1, 0 and 3 were sold make 3 rows, 12 on hand and 4 sold.
    """
    return ReportFigures(
        rows=len(report),
        on_hand=_units(report["on_hand"]),
        sold=_units(report["sold"]),
        fingerprint=_fingerprint(report),
    )


def _units(column: pd.Series) -> int:
    return int(np.maximum(column.to_numpy(dtype=np.int64), 0).sum())


def _fingerprint(report: pd.DataFrame) -> str:
    skus = report["sku"].tolist()
    order = sorted(range(len(skus)), key=skus.__getitem__)
    digest = sha256()
    for name, kind in INVENTORY.columns.items():
        if kind == WHOLE:
            content = report[name].to_numpy(dtype="<i8")[order].tobytes()
        else:
            values = report[name].tolist()
            # As JSON a text ends where it ends, whatever characters are in it.
            content = json.dumps([values[place] for place in order]).encode()
        digest.update(json.dumps([name, len(content)]).encode())
        digest.update(content)
    return digest.hexdigest()
