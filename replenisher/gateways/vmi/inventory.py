"""Inventory reports, of one store or of an area, as a frame of the `INVENTORY` contract for each location.

`do_not_order` is also true for a product whose end of life (`DateEOL`) is today or past, by the platform's UTC date. A
minimum or maximum of -1 means that the location has set none: 0 and 0, as over REST. The units on loan and on their way
back to the vendor stand in columns of their own, `on_loan` and `on_return`: they are not in stock and in no position.

A row whose quantities were not computed has -1 in all of them, and the open quantities, which are never negative,
refuse it. So a -1 that stands in `QuantityInStock` alone is a location that sold one more than it had.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd
from lxml import etree

from replenisher.errors import ReportRefusedError
from replenisher.gateways.soap.cells import flag, moment, money, number, signed, stock, text, units
from replenisher.gateways.soap.movements import to_ten_thousandths
from replenisher.gateways.soap.replies import Reply
from replenisher.gateways.soap.rows import Cell, Columns, Rows, UnreadableRowError, needed
from replenisher.gateways.soap.service import ReportSubject, refused
from replenisher.logs import get_logger
from replenisher.planning.frames import INVENTORY, empty

logger = get_logger(__name__)

CELLS = {
    "sku": needed("VendorSKU", text),
    "category": Cell("CategoryPath", text),
    "reorder_point": Cell("MinimumLevel", units),
    "order_up_to_level": Cell("MaximumLevel", units),
    "levels_locked": Cell("MinMaxLocked", flag),
    "do_not_order": needed("DoNotOrder", flag),
    "end_of_life": Cell("DateEOL", moment),
    "on_hand": needed("QuantityInStock", signed),
    "on_order": needed("QuantityOnOrder", units),
    "on_uncommitted_order": needed("QuantityOnUncommittedOrder", units),
    "backordered": needed("QuantityOnBackOrder", units),
    "transfer_in": needed("QuantityTransferIn", units),
    "transfer_out": needed("QuantityTransferOut", units),
    "allocated": needed("QuantityCommittedOnOrderEntry", units),
    "sold": Cell("QuantitySold", stock),
    "retail_price": Cell("RetailPrice", money),
    "on_loan": Cell("QuantityOnLoan", units),
    "on_return": Cell("QuantityOnRMA", units),
}
PRODUCTS = Rows("ProductInformation", CELLS, "sku")
PRODUCTS_AND_STORES = Rows("ProductAndStoreInformation", CELLS, "sku")
STORE_OF_ROW = Rows("ProductAndStoreInformation", {"location": needed("StoreID", number)}, "location")
ANY_STORE = Rows("ProductAndStoreInformation", {"location": Cell("StoreID", number)}, "location")

WHOLE = (
    "reorder_point",
    "order_up_to_level",
    "on_hand",
    "on_order",
    "on_uncommitted_order",
    "backordered",
    "transfer_in",
    "transfer_out",
    "allocated",
    "sold",
    "on_loan",
    "on_return",
)


def store_report(reply: Reply, location: str, today: date) -> pd.DataFrame:
    """Read a store's own report; UnreadableRowError names the element and the SKU."""
    return _frame(PRODUCTS.read(reply.result), location, today)


def product_report(reply: Reply, location: str, today: date) -> pd.DataFrame:
    """Read one product's report, whose rows may name their store; those of other stores are left out."""
    rows = [] if reply.result is None else list(reply.result)
    stores = ANY_STORE.read_all(rows)["location"]
    here = [row for row, store in zip(rows, stores, strict=True) if store in {None, location}]
    return _frame(PRODUCTS.read_all(here), location, today)


def area_report(
    reply: Reply, company: str, locations: Sequence[str], today: date
) -> dict[str, pd.DataFrame | ReportRefusedError]:
    """Read a report of many stores and take the wanted ones from it.

    A store whose rows cannot be read is refused alone; a row without a store refuses them all (UnreadableRowError).
    """
    rows: Sequence[etree._Element] = [] if reply.result is None else PRODUCTS_AND_STORES.elements(reply.result)
    by_store: defaultdict[str, list[etree._Element]] = defaultdict(list)
    for row, store in zip(rows, STORE_OF_ROW.read(reply.result)["location"], strict=True):
        by_store[store].append(row)
    read: dict[str, pd.DataFrame | ReportRefusedError] = {}
    for location in locations:
        try:
            read[location] = _frame(PRODUCTS_AND_STORES.read_all(by_store[location]), location, today)
        except UnreadableRowError as error:
            read[location] = refused(ReportSubject.of("inventory", company, location), error, reply.operation)
    return read


def _frame(read: Columns, location: str, today: date) -> pd.DataFrame:
    columns = _without_repeats(read, location)
    skus = columns["sku"]
    if not skus:
        return empty(INVENTORY).assign(on_loan=np.array([], np.int64), on_return=np.array([], np.int64))
    whole = {name: np.array([value or 0 for value in columns[name]], dtype=np.int64) for name in WHOLE}
    ended = [end is not None and end.date() <= today for end in columns["end_of_life"]]
    others = {
        "location": pd.Series([location] * len(skus), dtype="str"),
        "sku": pd.Series(skus, dtype="str"),
        "category": pd.Series([value or "" for value in columns["category"]], dtype="str"),
        "levels_locked": np.array([bool(value) for value in columns["levels_locked"]]),
        "do_not_order": np.array(columns["do_not_order"], dtype=np.bool_) | np.array(ended, dtype=np.bool_),
        "retail_price": np.array(
            [to_ten_thousandths(price, "RetailPrice") for price in columns["retail_price"]], dtype=np.int64
        ),
    }
    made = {**whole, **others}
    return pd.DataFrame({name: made[name] for name in [*INVENTORY.columns, "on_loan", "on_return"]}, copy=False)


def _without_repeats(columns: Columns, location: str) -> Columns:
    """Drop rows that repeat another one exactly; refuse two of one SKU that differ."""
    skus = columns["sku"]
    if len(set(skus)) == len(skus):
        return columns
    rows = list(zip(*columns.values(), strict=True))
    first: dict[str, tuple[object, ...]] = {}
    for sku, row in zip(skus, rows, strict=True):
        if first.setdefault(sku, row) != row:
            raise UnreadableRowError("VendorSKU", "two rows that differ", f"VendorSKU {sku}")
    logger.warning("gateway.repeated_rows", location=location, rows=len(rows) - len(first))
    return {name: list(values) for name, values in zip(columns, zip(*first.values(), strict=True), strict=True)}
