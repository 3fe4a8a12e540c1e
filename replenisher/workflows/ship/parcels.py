"""Shipments of customers' orders: a parcel for each product, told to the Order service instead of a shipment notice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from replenisher.database import fulfilments
from replenisher.database.fulfilment_models import Fulfilment
from replenisher.database.session import Session
from replenisher.purchasing.customer_orders import ItemState
from replenisher.purchasing.fulfilments import FulfilmentState, check_parcel
from replenisher.purchasing.platform import NoticeLine
from replenisher.purchasing.shipments import OrderReference, Shipment
from replenisher.workflows.fulfil.matters import enter_update
from replenisher.workflows.ship.entering import Entry


@dataclass(frozen=True)
class CustomerOrderKey:
    """Which customer's order a reference of a file means."""

    company: str
    platform_order_id: str
    printable_id: str


def customer_orders_of(
    session: Session, references: Sequence[OrderReference]
) -> dict[OrderReference, CustomerOrderKey]:
    """Find the customer's order of each reference that names one, by its printed number, its id, or our number."""
    found = {}
    for reference in references:
        ours = fulfilments.named(session, str(reference))
        orders = {(one.company, one.platform_order_id): one for one in ours}
        if len(orders) == 1:
            (one,) = orders.values()
            found[reference] = CustomerOrderKey(one.company, one.platform_order_id, one.printable_id)
    return found


def enter_parcels(session: Session, shipment: Shipment, key: CustomerOrderKey, *, file: str, actor: str) -> Entry:
    """Write an update for each product of a shipment, due at once; the same shipment again changes nothing."""
    ids = [one.id for one in fulfilments.of_order(session, key.company, key.platform_order_id)]
    by_sku = {one.sku: one for one in fulfilments.locked(session, ids)}

    def entry(outcome: str, state: str = "", faults: tuple[str, ...] = ()) -> Entry:
        return Entry(key.printable_id, shipment.reference, shipment.file_lines, outcome, "", state, faults)

    there = {line.sku: _there(session, by_sku, line, shipment) for line in shipment.lines}
    if all(there.values()):
        return entry("already_there", "told")
    faults = [
        fault for line in shipment.lines if not there[line.sku] for fault in _faults(session, by_sku, line, shipment)
    ]
    if faults:
        return entry("refused", faults=tuple(faults))
    for line in shipment.lines:
        if there[line.sku]:
            continue
        parcel = {
            "tracking_number": shipment.tracking_number,
            "quantity": line.quantity,
            "carrier": shipment.carrier,
            "serial_numbers": list(line.serial_numbers),
        }
        made = enter_update(session, by_sku[line.sku], ItemState.SHIPPED, actor=actor, source=file, parcel=parcel)
        if made is None:
            text = f"{line.sku}: tracking number {shipment.tracking_number} was told already, with another quantity"
            return entry("refused", faults=(text,))
    return entry("imported", "ready")


def _there(session: Session, by_sku: Mapping[str, Fulfilment], line: NoticeLine, shipment: Shipment) -> bool:
    """Whether this product of the shipment was entered before, as it is now."""
    fulfilment = by_sku.get(line.sku)
    if fulfilment is None:
        return False
    key = f"shipped:{shipment.tracking_number.casefold()}"
    known = fulfilments.standing_update(session, fulfilment.id, key)
    return known is not None and (known.quantity, tuple(known.serial_numbers)) == (line.quantity, line.serial_numbers)


def _faults(
    session: Session, by_sku: Mapping[str, Fulfilment], line: NoticeLine, shipment: Shipment
) -> tuple[str, ...]:
    fulfilment = by_sku.get(line.sku)
    if fulfilment is None:
        return (f"{line.sku}: the customer's order has no item of it that we ship",)
    return check_parcel(
        line.sku,
        shipment.tracking_number,
        line.quantity,
        state=FulfilmentState(fulfilment.state),
        ordered=fulfilment.quantity,
        under_way=fulfilments.units_under_way(session, fulfilment.id),
    )
