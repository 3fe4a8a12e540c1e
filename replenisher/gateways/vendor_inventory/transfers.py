"""Transfers between locations, whose documents spell the sending location's name for both ends."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

import msgspec
import pandas as pd

from replenisher.gateways.reports import TRANSFERS
from replenisher.gateways.vendor_inventory.inventory import Sku, Units
from replenisher.gateways.vendor_inventory.movements import DocumentId, frame_of, moment, text
from replenisher.gateways.vendor_inventory.rows import Pairs, Place, convert_rows, load

FROM, TO = "ShipFromLocationId", "ShipToLocationId"


class Shipped(msgspec.Struct, rename="pascal"):
    """When a unit was shipped and received; the latter is spelled in two ways."""

    serial_number: str | None = None
    date_shipped: str | None = None
    date_received: str | None = None
    date_recieved: str | None = None


class TransferLine(msgspec.Struct, rename="pascal"):
    """A transferred product."""

    vendor_sku: Sku
    quantity: Units
    shipping_info: list[Shipped] | None = None


class Transfer(msgspec.Struct, rename="pascal"):
    """Products moved from one location to another."""

    transfer_id: DocumentId
    ship_from_location_id: int | str
    transfer_products: list[TransferLine]
    ship_to_location_id: int | str | None = None
    transfer_committed: bool | None = None


def second_from_is_to(pairs: Pairs) -> dict[str, Any]:
    """Build an object, taking a repeated `ShipFromLocationId` for the missing `ShipToLocationId`."""
    built = dict(pairs)
    ends = [value for name, value in pairs if name == FROM]
    if len(ends) > 1 and TO not in built:
        built[FROM], built[TO] = ends[0], ends[1]
    return built


def parse_transfers(body: bytes, location: str) -> pd.DataFrame:
    """Read transfers into a frame of the `TRANSFERS` contract; a single object counts as an array of one."""
    place = Place(location, "transfers")
    document = load(body, place, second_from_is_to)
    transfers = convert_rows([document] if isinstance(document, dict) else document, Transfer, place)
    seen: defaultdict[tuple[str, str], list[Transfer]] = defaultdict(list)
    rows: list[dict[str, Any]] = []
    for transfer in transfers:
        earlier = seen[text(transfer.transfer_id), text(transfer.ship_from_location_id)]
        if transfer not in earlier:
            first = 1 + sum(len(one.transfer_products) for one in earlier)
            rows += [_row(transfer, line, one, place) for line, one in enumerate(transfer.transfer_products, first)]
            earlier.append(transfer)
    return frame_of(rows, TRANSFERS, place)


def _row(transfer: Transfer, line: int, product: TransferLine, place: Place) -> dict[str, Any]:
    units = product.shipping_info or []
    shipped = _moments([unit.date_shipped for unit in units], "DateShipped", place)
    received = _moments([unit.date_received or unit.date_recieved for unit in units], "DateReceived", place)
    return {
        "transfer_id": text(transfer.transfer_id),
        "from_location": text(transfer.ship_from_location_id),
        "to_location": text(transfer.ship_to_location_id),
        "line": line,
        "sku": product.vendor_sku,
        "quantity": product.quantity,
        "shipped": len(shipped),
        "shipped_at": max(shipped, default=None),
        "received": len(received),
        "received_at": max(received, default=None),
        "committed": bool(transfer.transfer_committed),
        "serial_numbers": " ".join(unit.serial_number for unit in units if unit.serial_number),
    }


def _moments(written: list[str | None], field: str, place: Place) -> list[datetime]:
    read = (moment(one, field, place) for one in written if one)
    return [one for one in read if one is not None]
