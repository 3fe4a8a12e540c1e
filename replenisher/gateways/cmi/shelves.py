"""What is on a location's shelves, put together from its book and from the open orders of its company."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from replenisher.gateways.soap.orders import QUANTITIES, OrderHead
from replenisher.gateways.soap.orders import Standing as OrderStanding
from replenisher.gateways.soap.rows import UnreadableRowError, child_of
from replenisher.logs import get_logger
from replenisher.planning.frames import FLAG, INVENTORY, STOCK_BOOK, TEXT, empty
from replenisher.purchasing.stock import Standing

logger = get_logger(__name__)
Units = defaultdict[str, int]


@dataclass
class OpenUnits:
    """Units by SKU that are ordered for a location and not received: on committed orders, and on others."""

    committed: Units = field(default_factory=lambda: defaultdict(int))
    uncommitted: Units = field(default_factory=lambda: defaultdict(int))


@dataclass(frozen=True)
class OpenOrder:
    """What an open order still brings of each SKU, where to, and whether it is committed."""

    id: str
    location: str
    committed: bool
    units: Mapping[str, int]


def open_order(head: OrderHead, standing: OrderStanding) -> OpenOrder:
    """Read what an order still brings; lines without a VendorSKU belong to products that are not ours.

    The list holds every order of the retailer, also those that its people made, with a product on several lines.
    UnreadableRowError for a line of ours without a quantity.
    """
    units: Units = defaultdict(int)
    for part, column, sign in (("ProductsOrdered", "ordered", 1), ("ProductsReceived", "received", -1)):
        told = QUANTITIES.read(child_of(head.element, part))
        for sku, quantity in zip(told["sku"], told[column], strict=True):
            if sku is None:
                continue
            if quantity is None:
                raise UnreadableRowError(f"Quantity{column.capitalize()}", "was not supplied", f"VendorSKU {sku}")
            units[sku] += sign * quantity
    return OpenOrder(head.id, head.ship_to, standing.committed, {sku: left for sku, left in units.items() if left > 0})


def open_units(orders: Iterable[OpenOrder]) -> dict[str, OpenUnits]:
    """Add up what open orders still bring, by location.

    An order that was committed between the two lists stands in both and counts once, as the later list says.
    """
    found: defaultdict[str, OpenUnits] = defaultdict(OpenUnits)
    for order in {order.id: order for order in orders}.values():
        if not order.location:
            logger.warning("gateway.open_order_without_location", platform_order_id=order.id)
        units = found[order.location].committed if order.committed else found[order.location].uncommitted
        for sku, left in order.units.items():
            units[sku] += left
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
        "sold_since_opening": [row.sold_since_opening for row in rows],
        "ordered_since_opening": [row.ordered_since_opening for row in rows],
        "counted_at": ["" if row.counted_at is None else row.counted_at.isoformat(timespec="minutes") for row in rows],
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
