"""What the Purchase Order service answers, in our words; the audit columns (who changed what) are left out."""

from __future__ import annotations

from dataclasses import replace

from replenisher.errors import UnreadableError
from replenisher.gateways.http.answers import Answer
from replenisher.gateways.http.paths import as_guid
from replenisher.gateways.rest.documents import Fields, entries, objects_in, unreadable
from replenisher.gateways.rest.values import amount_of, moment_of, text_of, whole_of
from replenisher.purchasing.order_details import DetailedOrder, OrderedProduct, ReceivedProduct


def detailed_orders(answer: Answer) -> list[DetailedOrder]:
    """Read purchase orders, be it one object or a list, with or without their products.

    One whose products cannot be read comes without them, and with its fault. UnreadableError when an entry has no id,
    for the list decides what is absent.
    """
    return [_listed(fields) for fields in entries(answer, "orders in full")]


def _listed(fields: Fields) -> DetailedOrder:
    header = detailed_order({**fields, "orderedproducts": None, "receivedproducts": None})
    try:
        return detailed_order(fields)
    except UnreadableError as error:
        return replace(header, fault=str(error))


def detailed_order(fields: Fields) -> DetailedOrder:
    """Turn the fields of a purchase order into ours."""
    order_id = as_guid(fields.get("id"))
    if order_id is None:
        number = text_of(fields.get("supplierinvoicenumber"))
        raise unreadable("orders in full", f"an entry without an order id ({number})")
    ordered, received = objects_in(fields, "OrderedProducts"), objects_in(fields, "ReceivedProducts")
    return DetailedOrder(
        platform_order_id=order_id,
        vendor_invoice_number=text_of(fields.get("supplierinvoicenumber")),
        location=text_of(fields.get("shiptolocationid")),
        supplier=text_of(fields.get("supplierid")),
        state=text_of(fields.get("state")),
        fully_received=fields.get("fullyreceived") is True,
        order_number=text_of(fields.get("purchaseordernumber")),
        notes=text_of(fields.get("notes")),
        created_at=moment_of(fields.get("createddateutc")),
        arrives=moment_of(fields.get("etadate")),
        deleted=moment_of(fields.get("deleteddateutc")) is not None,
        ordered=None if ordered is None else tuple(_ordered(one) for one in ordered),
        received=None if received is None else tuple(_received(one) for one in received),
    )


def _ordered(fields: Fields) -> OrderedProduct:
    return OrderedProduct(
        sku=text_of(fields.get("suppliersku")).strip(),
        quantity=_units(fields),
        unit_cost=amount_of(fields.get("unitcost")),
        catalog_id=as_guid(fields.get("productid")) or "",
        name=text_of(fields.get("productname")),
    )


def _received(fields: Fields) -> ReceivedProduct:
    return ReceivedProduct(
        sku=text_of(fields.get("suppliersku")).strip(),
        quantity=_units(fields),
        unit_cost=amount_of(fields.get("unitcost")),
        catalog_id=as_guid(fields.get("productid")) or "",
        serial_number=text_of(fields.get("serialnumber")),
        vendor_invoice_number=text_of(fields.get("supplierinvoicenumber")),
        received_at=moment_of(fields.get("receiveddateutc")),
    )


def _units(fields: Fields) -> int:
    units = whole_of(fields.get("quantity"))
    if units is None:
        raise unreadable("orders in full", f"the quantity of {text_of(fields.get('productname'))} is no whole number")
    return units
