"""What sale orders do to the stock that the other interfaces report."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from replenisher.sandbox.rest.names import catalog_id
from tests.sandbox.running import Vendor, vendor
from tests.sandbox.sales import SKU, drop_shipped, end, item, logged, made
from tests.sandbox.service_orders import QUIET

OTHER = "NA"


@pytest.fixture(scope="module")
def quiet() -> Iterator[Vendor]:
    with vendor(*QUIET, "--sale-log-delay=0", "--skus=40") as speaking:
        yield speaking


@pytest.fixture
def store(quiet: Vendor) -> Vendor:
    """A sandbox in which nothing but the test's own sale orders moves, with 20 units of two products."""
    quiet.sign_in()
    quiet.admin.switch(sale_outcome="success", sale_log_delay=0.0)
    for sku in (SKU, OTHER):
        quiet.admin.set_stock(quiet.location, sku, in_stock=20, allocated=0)
    return quiet


def row(shop: Vendor, sku: str = SKU) -> dict[str, Any]:
    (place,) = shop.admin.state(shop.location)["locations"]
    entry: dict[str, Any] = place["rows"][sku]
    return entry


def stock(shop: Vendor, sku: str = SKU) -> tuple[int, int]:
    """Units in stock and units promised, as the inventory report tells them."""
    told = shop.inventory()[sku]
    return told["QuantityInStock"], told["QuantityCommittedOnOrderEntry"]


def invoices(shop: Vendor) -> list[dict[str, Any]]:
    sold: list[dict[str, Any]] = shop.report("productSales").json()
    return sold


def test_an_invoice_is_sold_in_every_report(store: Vendor) -> None:
    before, sold = len(invoices(store)), store.inventory()[SKU]["QuantitySold"]
    logged(store, made(store, item(Quantity=3), item(LineNumber=2), drop_shipped(LineNumber=3, Quantity=5))["Id"])
    assert stock(store) == (16, 0)
    assert store.inventory()[SKU]["QuantitySold"] == sold + 4
    (invoice,) = invoices(store)[before:]
    told = [(line["VendorSku"], line["Quantity"], line["InvoiceAction"]) for line in invoice["InvoiceProducts"]]
    assert told == [(SKU, 3, "Sold"), (SKU, 1, "Sold")]


def test_an_invoice_is_sold_once_whatever_its_state_and_log_say_afterwards(store: Vendor) -> None:
    sale_id = made(store, item(Quantity=3))["Id"]
    logged(store, sale_id)
    store.admin.tell_sale(sale_id, "succeed", "Again")
    end(store, sale_id, "Cancelled")
    assert stock(store) == (17, 0)


@pytest.mark.parametrize(("state", "left"), [("Completed", (17, 0)), ("Cancelled", (20, 0))])
def test_an_order_without_invoice_is_promised_until_it_is_sold_or_released(
    store: Vendor, state: str, left: tuple[int, int]
) -> None:
    sale_id = made(store, item(Quantity=3), resource="SaleOrder")["Id"]
    logged(store, sale_id)
    assert stock(store) == (20, 3)
    store.admin.advance(3)
    store.sign_in()
    assert stock(store) == (20, 3)
    end(store, sale_id, state)
    assert stock(store) == left


@pytest.mark.parametrize(("state", "left"), [("Completed", (17, 0)), ("Cancelled", (20, 0))])
def test_an_order_that_a_person_ends_before_the_pos_has_it_is_sold_or_never_promised(
    store: Vendor, state: str, left: tuple[int, int]
) -> None:
    store.admin.switch(sale_log_delay=60.0)
    sale_id = made(store, item(Quantity=3), resource="SaleOrder")["Id"]
    end(store, sale_id, state)
    assert stock(store) == (20, 0)
    store.admin.tell_sale(sale_id, "succeed", "Sent to POS")
    assert stock(store) == left


@pytest.mark.parametrize("outcome", ["failure", "silent"])
@pytest.mark.parametrize("resource", ["SaleInvoice", "SaleOrder"])
def test_what_never_reaches_the_pos_moves_nothing_until_somebody_mends_it(
    store: Vendor, outcome: str, resource: str
) -> None:
    store.admin.switch(sale_outcome=outcome)
    sale_id = made(store, item(Quantity=3), resource=resource)["Id"]
    assert stock(store) == (20, 0)
    store.admin.tell_sale(sale_id, "succeed", "Manually convert to invoice")
    assert stock(store) == ((17, 0) if resource == "SaleInvoice" else (20, 3))
    end(store, sale_id, "Completed")
    assert stock(store) == (17, 0)


def test_what_is_promised_is_released_once_though_somebody_set_the_promise_to_nothing(store: Vendor) -> None:
    first, second = (made(store, item(Quantity=2), resource="SaleOrder")["Id"] for _ in range(2))
    logged(store, second)
    store.admin.set_stock(store.location, SKU, allocated=0)
    end(store, first, "Cancelled")
    end(store, second, "Cancelled")
    assert stock(store) == (20, 0)


def test_units_below_zero_come_back_and_are_never_promised(store: Vendor) -> None:
    before = len(invoices(store))
    logged(store, made(store, item(Quantity=-2))["Id"])
    (invoice,) = invoices(store)[before:]
    assert (invoice["InvoiceProducts"][0]["InvoiceAction"], invoice["InvoiceProducts"][0]["Quantity"]) == (
        "Refunded",
        2,
    )
    order = made(store, item(Quantity=-2), resource="SaleOrder")["Id"]
    logged(store, order)
    assert stock(store) == (22, 0)
    end(store, order, "Cancelled")
    assert stock(store) == (22, 0)


def test_a_drop_shipped_item_touches_no_stock(store: Vendor) -> None:
    for resource in ("SaleInvoice", "SaleOrder"):
        logged(store, made(store, drop_shipped(Quantity=4), resource=resource)["Id"])
    assert stock(store) == (20, 0)


def test_more_than_there_is_may_be_sold_of_what_has_no_serial_number(store: Vendor) -> None:
    logged(store, made(store, item(Quantity=25))["Id"])
    assert stock(store) == (-5, 0)


def test_a_serialised_product_is_sold_by_the_serial_number_that_was_named(store: Vendor) -> None:
    sku = next(sku for sku in sorted(store.inventory()) if sku.startswith("PH"))
    store.admin.set_stock(store.location, sku, in_stock=3)
    before = len(invoices(store))
    product = catalog_id(sku)
    logged(store, made(store, item(ProductCatalogId=product, Quantity=1))["Id"])
    (sold,) = _serials(store, before)
    # it comes back, and is sold again by its number although others are before it
    logged(store, made(store, item(ProductCatalogId=product, Quantity=-1, SerialNumber=sold))["Id"])
    logged(store, made(store, item(ProductCatalogId=product, Quantity=1, SerialNumber=sold))["Id"])
    assert _serials(store, before) == [sold, sold, sold]
    logged(store, made(store, item(ProductCatalogId=product, Quantity=7))["Id"])
    assert len(set(_serials(store, before))) == 3
    assert (row(store, sku)["in_stock"], row(store, sku)["serial_numbers"]) == (0, 0)


def _serials(shop: Vendor, before: int) -> list[str]:
    return [line["SerialNumber"] for one in invoices(shop)[before:] for line in one["InvoiceProducts"]]


def test_a_sale_is_dated_when_the_platform_booked_it(store: Vendor) -> None:
    before = len(invoices(store))
    logged(store, made(store)["Id"])
    (invoice,) = invoices(store)[before:]
    assert abs(store.now().replace(tzinfo=None) - _moment(invoice["InvoiceDate"])) < timedelta(seconds=5)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
