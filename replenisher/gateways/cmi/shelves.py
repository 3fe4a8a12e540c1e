"""What is on a location's shelves, put together from its book and from the open orders of its company."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from replenisher.gateways.soap.orders import OrderHead, lines_of
from replenisher.planning.frames import FLAG, INVENTORY, STOCK_BOOK, TEXT, empty
from replenisher.purchasing.stock import Standing

Units = defaultdict[str, int]


@dataclass
class OpenUnits:
    """Units by SKU that are ordered for a location and not received: on committed orders, and on others."""

    committed: Units = field(default_factory=lambda: defaultdict(int))
    uncommitted: Units = field(default_factory=lambda: defaultdict(int))


def open_units(heads: Iterable[tuple[OrderHead, bool]]) -> dict[str, OpenUnits]:
    """Add up what open orders still bring, by location; each order comes with whether it is committed."""
    found: defaultdict[str, OpenUnits] = defaultdict(OpenUnits)
    for head, committed in heads:
        here = found[head.ship_to]
        units = here.committed if committed else here.uncommitted
        for line in lines_of(head):
            units[line.sku] += max(0, line.quantity_ordered - line.quantity_received)
    return dict(found)


def shelves(location: str, standings: Sequence[Standing], open_orders: OpenUnits) -> pd.DataFrame:
    """Make the frame of the contracts INVENTORY and STOCK_BOOK: a row for every SKU that is known or on its way.

    There are no levels on this wire; they come from the planners' file.
    """
    known: Mapping[str, Standing] = {one.sku: one for one in standings}
    skus = sorted(known.keys() | open_orders.committed.keys() | open_orders.uncommitted.keys())
    contract = {**INVENTORY.columns, **STOCK_BOOK.columns}
    if not skus:
        return empty(INVENTORY).assign(**{name: empty(STOCK_BOOK)[name] for name in STOCK_BOOK.columns})
    rows = [known.get(sku) or Standing(sku, None, 0) for sku in skus]
    told: dict[str, list[object]] = {
        "location": [location] * len(skus),
        "sku": list(skus),
        "on_hand": [row.on_hand or 0 for row in rows],
        "on_order": [open_orders.committed.get(sku, 0) for sku in skus],
        "on_uncommitted_order": [open_orders.uncommitted.get(sku, 0) for sku in skus],
        "on_hand_source": ["not_counted" if row.on_hand is None else "derived" for row in rows],
        "sold_not_reordered": [row.sold_not_reordered for row in rows],
        "counted": [row.counted or 0 for row in rows],
        "received_since_count": [row.received for row in rows],
        "sold_since_count": [row.sold for row in rows],
        "returned_since_count": [row.returned for row in rows],
    }
    blank = {TEXT: "", FLAG: False}
    dtypes = {TEXT: "str", FLAG: "bool"}
    return pd.DataFrame(
        {
            name: pd.Series(told.get(name, [blank.get(kind, 0)] * len(skus)), dtype=dtypes.get(kind, "int64"))
            for name, kind in contract.items()
        }
    )
