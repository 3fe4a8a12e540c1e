"""Whether a shipment may be announced: what is wrong with it, in sentences for the planner."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from replenisher.purchasing.platform import NoticeLine, RequestLine
from replenisher.purchasing.serials import SerialKind, imei_fault, serial_key
from replenisher.purchasing.shipments import Shipment
from replenisher.purchasing.states import AT_PLATFORM, OrderState


@dataclass(frozen=True)
class ShippableOrder:
    """What the rules need to know of an order of ours.

    `announced` holds the units by SKU on its other notices that stand (`notice_states.STANDING`).
    """

    vendor_invoice_number: str
    state: OrderState
    lines: tuple[RequestLine, ...]
    announced: Mapping[str, int]


_S = OrderState

_NOT_SHIPPABLE = {
    _S.PROPOSED: "is only proposed; nothing may be shipped before it is approved and ordered",
    _S.HELD: "waits for a person's approval; nothing may be shipped before it is ordered",
    _S.APPROVED: "has not been sent to the platform yet; import the shipment again later",
    _S.SUBMITTING: "is being sent to the platform just now; import the shipment again later",
    _S.ACCEPTED: "is not confirmed yet; import the shipment again later",
    _S.UNKNOWN: "may or may not be at the platform and is being looked up; import the shipment again later",
    _S.NEEDS_PERSON: "needs a person: settle it first, see `replenisher exceptions`",
    _S.DUPLICATE: "is at the platform more than once: settle it first, see `replenisher exceptions`",
    _S.RECEIVED: "has been received or closed; nothing of it is open",
    _S.REFUSED: "was refused by the platform; there is nothing to ship for",
    _S.FAILED: "failed at the platform; there is nothing to ship for",
    _S.DECLINED: "was declined; there is nothing to ship for",
    _S.SUPERSEDED: "was replaced by a newer run before it was ordered; there is nothing to ship for",
    _S.CANCELLED: "was cancelled; there is nothing to ship for",
}
"""Why an order in this state ships nothing; the states that are missing here may ship."""


def check_shipment(
    shipment: Shipment,
    order: ShippableOrder | None,
    kinds: Mapping[str, SerialKind],
    serials_elsewhere: Mapping[str, str],
) -> tuple[str, ...]:
    """Say in sentences why a shipment may not be announced; none means that it may.

    `order` is None when there is no such order; a SKU missing from `kinds` carries no serial numbers;
    `serials_elsewhere` maps each serial number on another standing notice, of whatever SKU, to that notice's number.

    Worked example: 10 of A ordered, 6 announced, A carries serials. 4 of A with 4 new serials may go; 5 of A with 5 may
    not (4 are open); 4 of A with 3 may not; 4 with one that stands on another notice may not.
    """
    if order is None:
        return (f"no order of ours has the number {shipment.order}; see `replenisher orders list`",)
    sentences = []
    if order.state not in AT_PLATFORM:
        sentences.append(f"order {order.vendor_invoice_number} {_NOT_SHIPPABLE[order.state]}")
    for line in shipment.lines:
        sentences.extend(_quantity_faults(line, order))
        sentences.extend(_serial_faults(line, kinds.get(line.sku, SerialKind.NONE)))
    sentences.extend(_repeated_serials(shipment, serials_elsewhere))
    return tuple(sentences)


def _quantity_faults(line: NoticeLine, order: ShippableOrder) -> Iterator[str]:
    ordered = [asked.quantity for asked in order.lines if asked.sku == line.sku]
    if not ordered:
        yield f"{line.sku}: is not on order {order.vendor_invoice_number}"
        return
    if line.quantity < 1:
        yield f"{line.sku}: the quantity is {line.quantity}; a shipment has at least one unit"
    announced = order.announced.get(line.sku, 0)
    still_open = max(sum(ordered) - announced, 0)
    if line.quantity > still_open:
        yield (
            f"{line.sku}: {line.quantity} shipped, but only {still_open} may still be announced"
            f" (ordered {sum(ordered)}, announced {announced})"
        )


def _serial_faults(line: NoticeLine, kind: SerialKind) -> Iterator[str]:
    given = len(line.serial_numbers)
    if kind is not SerialKind.NONE and given != line.quantity:
        yield f"{line.sku}: every unit carries a serial number, but {given} are given for {line.quantity} units"
    elif given not in (0, line.quantity):
        yield f"{line.sku}: {given} serial numbers for {line.quantity} units; give one for each unit, or none at all"
    if kind is SerialKind.IMEI:
        for serial in line.serial_numbers:
            fault = imei_fault(serial)
            if fault:
                yield f"{line.sku}: {serial} is not an IMEI: {fault}"


def _repeated_serials(shipment: Shipment, serials_elsewhere: Mapping[str, str]) -> Iterator[str]:
    elsewhere = {serial_key(serial): notice for serial, notice in serials_elsewhere.items()}
    written: dict[str, str] = {}
    times: Counter[str] = Counter()
    for line in shipment.lines:
        for serial in line.serial_numbers:
            written.setdefault(serial_key(serial), f"{line.sku}: {serial}")
            times[serial_key(serial)] += 1
    for key, name in written.items():
        if times[key] > 1:
            yield f"{name} is given {times[key]} times in this shipment; a serial number belongs to one unit"
        if key in elsewhere:
            yield f"{name} is on shipment notice {elsewhere[key]} already; a serial number belongs to one unit"
