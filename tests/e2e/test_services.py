"""One daemon serves customers' orders, the vendor's own sales, receipts and other order desks, with real processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from replenisher.purchasing.sale_orders import PlatformSaleState
from replenisher.workflows.sell.by_hand import cancel_sale
from tests.e2e.daemon import Daemon, started_daemon
from tests.e2e.services_shop import (
    COUNTER,
    FULL,
    HEADER_FIRST,
    HEADER_ONLY,
    company_at,
    counter_of,
    make_due,
    opened,
    orders_at,
    purchases,
    web_shop_of,
)
from tests.workflows.shop import Shop
from tests.workflows.test_fulfilments import row
from tests.workflows.test_sale_orders import HEADER


@pytest.fixture(scope="module")
def shop(open_shop: Callable[..., Shop]) -> Iterator[Shop]:
    made = opened(open_shop)
    yield made
    made.services.close()


@pytest.fixture(scope="module")
def daemon(shop: Shop) -> Iterator[Daemon]:
    with started_daemon(shop) as running:
        yield running


def test_a_customers_drop_ship_order_appears_is_shipped_with_tracking_and_is_shipped_there(
    daemon: Daemon, shop: Shop
) -> None:
    counter = counter_of(shop)
    sku = counter.skus()[0]
    order = counter.order((sku, 2, "DropShip"), ("NO-SUCH-SKU", 1, "DropShip"))
    daemon.wait(lambda: sorted(one.state for one in counter.fulfilments(order)) == ["error", "ordered"])
    assert [item["ItemStatus"] for item in counter.there(order)["Items"]] == ["Ordered", "Error"]
    assert "NO-SUCH-SKU is not one of the vendor's products" in counter.there(order)["Items"][1]["Notes"]
    assert counter.ship(row(order, sku, 2, "1Z-E2E-1")).faults == ()
    daemon.wait(lambda: {one.state for one in counter.fulfilments(order)} == {"shipped", "error"})
    assert counter.there(order)["Items"][0]["ItemStatus"] == "Shipped"
    assert counter.parcels(order) == [("1Z-E2E-1", 2)]
    assert [one.attempts for one in counter.updates(order)] == [1, 1, 1]
    (matter,) = shop.matters("fulfilment_not_possible")
    assert order["PrintableId"] in matter.message


def drop(folder: Path, name: str, *rows: str) -> Path:
    """Put a file into the drop folder as a careful shop does: written beside it, then moved."""
    folder.mkdir(exist_ok=True)
    path = folder.parent / name
    path.write_text("\n".join((HEADER, *rows)) + "\n")
    return path.rename(folder / name)


def test_a_sale_whose_log_says_failure_is_an_exception_in_its_words_and_another_succeeds(
    daemon: Daemon, shop: Shop
) -> None:
    web, admin = web_shop_of(shop), shop.world.admin
    sku, folder = web.skus()[0], shop.world.folder / "sales"
    admin.switch(sale_outcome="failure", sale_failure_text="Customer is inactive in the point of sale.")
    dropped = drop(folder, "bad.csv", web.row("E2E-BAD", sku, 2))
    daemon.wait(lambda: bool(shop.matters("sale_order_failed")))
    (matter,) = shop.matters("sale_order_failed")
    assert "E2E-BAD" in matter.message
    assert "Customer is inactive in the point of sale." in matter.message
    assert not dropped.exists(), "an imported file leaves the drop folder"
    assert (web.sold("E2E-BAD").state, web.promised()) == ("failed", {sku: 2}), "the customer still waits"
    cancel_sale(shop.services, "E2E-BAD", actor="person:ann", reason="the customer got her money back")
    assert web.promised() == {}

    admin.switch(sale_outcome="success", sale_log_delay=2.0)
    drop(folder, "good.csv", web.row("E2E-GOOD", sku, 3))
    daemon.wait(lambda: bool(web.there("E2E-GOOD")))
    assert web.promised() == {sku: 3}, "until the point of sale has it, only we know of the promise"
    daemon.wait(lambda: web.sold("E2E-GOOD").state == "succeeded")
    assert web.promised() == {}, "from now on the report carries it"
    assert web.promised(instead=True) == {sku: 3}, "where planning does not believe the report, until it is handed over"
    desk = shop.services.sale_desk(shop.services.settings.companies[COUNTER])
    desk.set_state(shop.company, web.there("E2E-GOOD")[0]["id"], PlatformSaleState.COMPLETED)
    daemon.wait(lambda: web.sold("E2E-GOOD").state == "completed")
    assert web.promised(instead=True) == {}
    assert [len(web.there(number)) for number in ("E2E-BAD", "E2E-GOOD")] == [1, 1]


def test_orders_go_to_each_desk_once_are_released_confirmed_and_received(daemon: Daemon, shop: Shop) -> None:
    runs = [shop.open(company=place) for place in (COUNTER, FULL, HEADER_FIRST, HEADER_ONLY)]
    daemon.wait_for_runs(*runs)
    daemon.wait(lambda: all(one.state == "confirmed" for one in shop.orders() if one.company != header_only(shop)))
    daemon.wait(lambda: [one.state for one in orders_at(shop, HEADER_ONLY)] == ["needs_person"])
    there = purchases(shop, FULL, HEADER_FIRST)
    assert [[one["State"] for one in found] for found in there.values()] == [["Processed"], ["Processed"]]
    for place in (FULL, HEADER_FIRST):
        (order,) = orders_at(shop, place)
        (found,) = there[order.vendor_invoice_number]
        wanted = {line.sku: line.quantity for line in shop.lines(order)}
        assert {item["SKU"]: item["Quantity"] for item in found["Items"]} == wanted
    assert shop.calls("purchase_orders.create") == 1
    (matter,) = shop.matters("order_needs_person")
    assert orders_at(shop, HEADER_ONLY)[0].vendor_invoice_number in matter.message
    shop.world.admin.advance(4)
    received = {company_at(shop, place): "received" for place in (COUNTER, FULL, HEADER_FIRST)}
    states = {**received, header_only(shop): "needs_person"}
    daemon.wait(lambda: {one.company: one.state for one in shop.orders()} == states)
    assert len(shop.orders()) == 4
    assert shop.world.admin.audit()["repeated"] == []


def header_only(shop: Shop) -> str:
    return company_at(shop, HEADER_ONLY)


def test_a_receipt_that_differs_is_found_by_the_nightly_audit_with_its_amount(daemon: Daemon, shop: Shop) -> None:
    (order,) = orders_at(shop, COUNTER)
    assert order.state == "received"
    line = max(shop.lines(order), key=lambda one: (one.quantity, one.sku))
    assert line.unit_cost is not None
    shop.world.admin.change_detail(str(order.platform_order_id), "recount", {line.sku: -1})
    assert make_due(shop, "receipt_audit")
    daemon.wait(lambda: bool(shop.matters("audit_received")))
    (matter,) = shop.matters("audit_received")
    assert matter.subject == order.vendor_invoice_number
    assert line.sku in matter.message
    assert f"Amount: {line.unit_cost:,.2f}" in matter.message
