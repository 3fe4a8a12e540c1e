"""Stock reports of both kinds of row, drawn from the ledger behind the REST reports."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from replenisher.sandbox.ledger import Location, StockRow
from replenisher.sandbox.reports import units_returned, units_sold
from replenisher.sandbox.soap.calls import Call
from replenisher.sandbox.soap.dates import report_window
from replenisher.sandbox.soap.identities import VENDOR_NAME, guid
from replenisher.sandbox.soap.places import above, chosen_stores
from replenisher.sandbox.soap.refusals import server_fault
from replenisher.sandbox.soap.schema import TYPES, ZERO_GUID
from replenisher.sandbox.windows import Window
from replenisher.sandbox.world import World

Rows = list[dict[str, Any]]
_END_OF_LIFE = datetime(2024, 12, 31)  # noqa: DTZ001  # local, as every date of a report
_SENTINELS = {"int": -1, "decimal": 0, "boolean": False, "guid": ZERO_GUID}
_BLANK: dict[str, Any] = {
    field.name: None if field.nillable else _SENTINELS.get(field.kind) for field in TYPES["ProductInformation"]
} | {"ProductItemID": 0}


def blank_product(**known: Any) -> dict[str, Any]:
    """ProductInformation with the platform's sentinels wherever nothing is known: -1, 0, the zero guid, nil."""
    return {**_BLANK, **known}


def product_names(world: World, sku: str) -> dict[str, Any]:
    """The elements that name a product."""
    product = world.catalog[sku]
    item = world.identities.item(sku)
    return {
        "ProductID": guid("product", sku),
        "ProductSKU": product_sku(item),
        "VendorSKU": sku,
        "ProductItemID": item,
        "CategoryPath": product.category_path,
        "ProductName": product.description,
    }


def product_sku(item: int) -> str:
    """The retailer's own SKU of a product."""
    return f"RQSK{item:08d}"


def inventory_list(call: Call) -> Rows:
    """GetInventoryList: ProductInformation[] of the identity's store, without sales."""
    return _remembered(call, only_changed=False)


def updated_inventory_list(call: Call) -> Rows:
    """GetUpdatedInventoryList: the rows that changed since the last call of it or of GetInventoryList."""
    return _remembered(call, only_changed=True)


def _remembered(call: Call, *, only_changed: bool) -> Rows:
    store = call.one_store
    key = (store.company, store.id)
    before = call.world.inventory_last_told.get(key, {}) if only_changed else {}
    rows = _rows(call, store, None)
    call.world.inventory_last_told[key] = {row["VendorSKU"]: tuple(row.values()) for row in rows}
    return [row for row in rows if before.get(row["VendorSKU"]) != tuple(row.values())]


def inventory_report(call: Call) -> Rows:
    """GetInventoryReport: ProductInformation[] of the identity's store, sales of the dates included."""
    return _rows(call, call.one_store, _window(call))


def inventory_report_by_vendor_sku(call: Call) -> Rows:
    """GetInventoryReportByVendorSku: ProductAndStoreInformation[], the one product of that name, or none."""
    wanted = call.arguments["vendorSku"]
    place = _place(call, call.one_store)
    return [{**row, **place} for row in inventory_report(call) if row["VendorSKU"] == wanted]


def geographic_inventory_report(call: Call) -> Rows:
    """GetGeographicInventoryReport: ProductAndStoreInformation[] of a channel, region, district or store."""
    window = _window(call)
    rows: Rows = []
    for store in chosen_stores(call):
        place = _place(call, store)
        rows += [{**row, **place} for row in _rows(call, store, window)]
    return rows


def _place(call: Call, store: Location) -> dict[str, Any]:
    return {**above(call.world, call.company, store), "StoreName": store.name}


def _window(call: Call) -> Window:
    return report_window(call.world, call.arguments["StartDate"], call.arguments["EndDate"])


def _rows(call: Call, store: Location, window: Window | None) -> Rows:
    world = call.world
    supply = world.orders.supply(store.id, back_order=world.switches.back_order)
    returning = _units_on_rma(world, store)
    rows = []
    for sku, row in store.rows.items():
        on_order, uncommitted, backordered = supply.get(sku, (0, 0, 0))
        rows.append(
            {
                **_stock(row),
                **product_names(world, sku),
                "QuantityOnOrder": on_order,
                "QuantityOnUncommittedOrder": uncommitted,
                "QuantityOnBackOrder": backordered,
                "QuantityOnRMA": returning[sku],
            }
        )
    if window is not None:
        _add_sales(world, store, window, rows)
    return rows


def _stock(row: StockRow) -> dict[str, Any]:
    product = row.product
    return blank_product(
        MaximumLevel=row.maximum,
        MinimumLevel=row.minimum,
        ProductCost=-1 if product.unit_cost is None else product.unit_cost,
        QuantityInStock=row.in_stock,
        QuantityInTransfer=row.transfer_in + row.transfer_out,
        QuantityTransferIn=row.transfer_in,
        QuantityTransferOut=row.transfer_out,
        QuantityOnLoan=0,
        QuantityCommittedOnOrderEntry=row.allocated,
        Enabled=True,
        MinMaxLocked=row.min_max_locked,
        DoNotOrder=row.do_not_order,
        DateEOL=_END_OF_LIFE if product.discontinued else None,
        RetailPrice=product.retail_price,
    )


def _add_sales(world: World, store: Location, window: Window, rows: Rows) -> None:
    gross = units_sold(store, window, gross=True)
    returned = units_returned(store, window)
    net = world.switches.quantity_sold == "net"
    for row in rows:
        sku = row["VendorSKU"]
        row["QuantitySold"] = gross[sku] - (returned[sku] if net else 0)
        row["GrossQuantitySold"] = gross[sku]
        row["GrossQuantityReturned"] = returned[sku]


def _units_on_rma(world: World, store: Location) -> Counter[str]:
    units: Counter[str] = Counter()
    for one in world.returns.values():
        if one.location == store.id and one.committed and not one.completed:
            for line in one.lines:
                units[line.sku] += line.quantity
    return units


def inventory_listing(call: Call) -> Rows:
    """GetInventoryListingReport: InventoryListingData[], one row per serial number, else one per product in stock."""
    rows: Rows = []
    for store in chosen_stores(call):
        for row in store.rows.values():
            listed = [(number, 1) for number in row.serial_numbers] if row.product.serialised else [("", row.in_stock)]
            rows += [_listed(call, store, row, number, units) for number, units in listed if units > 0]
    return rows


def _listed(call: Call, store: Location, row: StockRow, number: str, units: int) -> dict[str, Any]:
    names = product_names(call.world, row.product.sku)
    place = above(call.world, call.company, store)
    return {
        "Location": store.name,
        "ProductSKU": names["ProductSKU"],
        "Description": names["ProductName"],
        "TrackingNumber": number,
        "Quantity": units,
        "VendorName": VENDOR_NAME,
        "VendorSKU": names["VendorSKU"],
        "CategoryPath": names["CategoryPath"],
        **{name: value for name, value in place.items() if name != "StoreID"},
    }


def serial_numbers(call: Call) -> Rows:
    """GetProductSerialNumbers: ProductSerialNumber[] of the units of a product in the identity's stores."""
    item = call.arguments["RQProductID"]
    sku = call.world.identities.sku(item)
    if sku is None:
        raise server_fault(f"Product [{item}] could not be found")
    unknown = datetime(1, 1, 1)  # noqa: DTZ001  # .NET's MinValue: not supplied
    return [
        {"ProductItemID": item, "SerialNumber": number, "NonSellable": False, "DateReceived": unknown}
        for store in call.stores
        for number in store.rows[sku].serial_numbers
    ]


def update_levels(call: Call) -> bool:
    """UpdateMinAndMaxProductQuantities: false when the row is locked; true when the levels are changed.

    Raises:
        FaultError: no such product, a negative level, or a minimum above the maximum.
    """
    item, least, most = (call.arguments[name] for name in ("productItemID", "minQuantity", "maxQuantity"))
    sku = call.world.identities.sku(item)
    if sku is None:
        raise server_fault(f"Product [{item}] could not be found")
    if least < 0 or most < least:
        raise server_fault("The minimum quantity must not be negative or above the maximum quantity")
    row = call.one_store.rows[sku]
    if row.min_max_locked:
        return False
    row.minimum, row.maximum = least, most
    return True
