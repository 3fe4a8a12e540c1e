"""Gather what the batches of a run want to order into one frame: the close weighs rows of all locations together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from replenisher.archive import Archive
from replenisher.planning.closing import CLOSE_INPUT
from replenisher.planning.frames import from_money
from replenisher.purchasing.platform import RequestLine

USUAL_LEAD_TIME_DAYS = 7
COLUMNS = ("location", "sku", "after_budget", "unit_cost", "cost_known", "lead_time_days")

_TEXTS = ("location", "sku")
_FLAGS = ("cost_known",)


@dataclass(frozen=True)
class LocationLines:
    """What one location orders: its lines by SKU, and the longest lead time among them."""

    lines: tuple[RequestLine, ...]
    lead_time_days: int


def ordering_rows(archive: Archive, frames: Sequence[str]) -> pd.DataFrame:
    """Read the rows that order something from the planned frames of these names: columns CLOSE_INPUT, ids as text."""
    read = [
        archive.get_frame(name, columns=CLOSE_INPUT, only=[("order_quantity", ">", 0)]).astype(
            dict.fromkeys(_TEXTS, "str")
        )
        for name in frames
    ]
    kinds = {name: "str" if name in _TEXTS else "bool" if name in _FLAGS else "int64" for name in CLOSE_INPUT}
    none = pd.DataFrame({name: pd.Series([], dtype=kind) for name, kind in kinds.items()})
    return pd.concat(read, ignore_index=True) if read else none


def lines_by_location(rows: pd.DataFrame) -> dict[str, LocationLines]:
    """Put closed rows into lines of orders; a location that orders nothing is left out."""
    wanted = rows[rows["after_budget"] > 0]
    lines: dict[str, list[RequestLine]] = {}
    lead_times: dict[str, int] = {}
    # Plain lists: a frame of its own for each of hundreds of locations costs more than all their lines.
    columns = (wanted[name].tolist() for name in COLUMNS)
    for location, sku, quantity, cost, known, lead_time_days in zip(*columns, strict=True):
        lines.setdefault(location, []).append(RequestLine(sku, quantity, from_money(cost) if known else None))
        lead_times[location] = max(lead_time_days, lead_times.get(location, 0))
    return {
        location: LocationLines(
            tuple(sorted(ours, key=lambda line: line.sku)), lead_times[location] or USUAL_LEAD_TIME_DAYS
        )
        for location, ours in sorted(lines.items())
    }
