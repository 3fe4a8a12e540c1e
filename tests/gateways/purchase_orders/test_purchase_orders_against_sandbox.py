"""The Purchase Order service over real HTTP against the sandbox: orders in full, and headers without lines."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from replenisher.errors import AbsentError, AmbiguousError, RefusedError
from replenisher.gateways.purchase_orders import PurchaseOrders
from replenisher.gateways.vendor_inventory import VendorInventory
from replenisher.purchasing.order_details import DetailedOrder
from replenisher.purchasing.platform import OrderRequest, PlatformStatus, ReportWindow, RequestLine
from tests.gateways.sandbox_process import Platform, an_order, skus_of

WINDOW = ReportWindow(date(2020, 1, 1), date(2040, 1, 1))
FOREIGN = "0f2c7d1e-93ab-4c55-8e21-5b7a64d0c9f3"


@pytest.fixture
def desk(platform: Platform) -> Iterator[PurchaseOrders]:
    platform.admin.switch(purchase_detail_shape="array", purchase_detail_products="yes")
    connection = platform.connection(base_url=platform.ready["purchase_orders_url"])
    with PurchaseOrders(connection, str(platform.ready["vendor_id"])) as made:
        yield made


def a_header(platform: Platform) -> OrderRequest:
    location = str(platform.ready["companies"][0]["locations"][0])
    return OrderRequest(
        company=platform.company,
        location=location,
        bill_to=location,
        ship_to=location,
        vendor_invoice_number=f"R{uuid.uuid4().hex[:12].upper()}",
        committed=True,
        estimated_arrival_date=date(2026, 12, 1),
        lines=(RequestLine("A1", 3, Decimal("4.10")), RequestLine("B2", 5, None)),
        comments="Automatic replenishment",
    )


def detail(desk: PurchaseOrders, platform: Platform, order_id: str) -> DetailedOrder:
    (found,) = [one for one in desk.detailed_orders(platform.company) if one.platform_order_id == order_id]
    return found


def test_an_order_of_another_interface_is_told_in_full_with_what_was_received(
    platform: Platform, desk: PurchaseOrders, gateway: VendorInventory
) -> None:
    (location, *_) = gateway.locations(platform.company)
    request = an_order(gateway, location, skus_of(gateway, location)[:2])
    order_id = gateway.create(request).platform_order_id
    platform.admin.advance(1)
    before = detail(desk, platform, order_id)
    assert (before.vendor_invoice_number, before.location) == (request.vendor_invoice_number, location.id)
    assert before.ordered is not None
    assert {one.sku: (one.quantity, one.unit_cost) for one in before.ordered} == {
        line.sku: (line.quantity, line.unit_cost) for line in request.lines
    }
    assert (before.received, before.fully_received, before.deleted) == ((), False, False)
    platform.admin.change_order(order_id, "receive")
    after = detail(desk, platform, order_id)
    assert after.received is not None
    assert after.fully_received
    assert sum(one.quantity for one in after.received) == sum(line.quantity for line in request.lines)
    platform.admin.change_detail(order_id, "recost", {request.lines[0].sku: 12.5})
    assert Decimal("12.5") in {one.unit_cost for one in detail(desk, platform, order_id).ordered or ()}


def test_one_object_instead_of_a_list_and_no_products_at_all_are_understood(
    platform: Platform, desk: PurchaseOrders
) -> None:
    request = a_header(platform)
    order_id = desk.create(request).platform_order_id
    platform.admin.switch(purchase_detail_shape="object", purchase_detail_products="no")
    (only,) = desk.detailed_orders(platform.company)
    assert only.platform_order_id == order_id
    assert (only.ordered, only.received) == (None, None)


def test_only_a_header_is_created_and_its_lines_stand_in_the_notes(platform: Platform, desk: PurchaseOrders) -> None:
    request = a_header(platform)
    order_id = desk.create(request).platform_order_id
    assert detail(desk, platform, order_id).notes == "Automatic replenishment\nA1 x 3; B2 x 5"
    read = desk.read(platform.company, order_id, request.vendor_invoice_number)
    assert (read.header_only, read.lines, read.status) == (True, (), PlatformStatus.PENDING)
    (listed,) = [
        one for one in desk.find(platform.company, WINDOW) if one.vendor_invoice_number == request.vendor_invoice_number
    ]
    assert listed.platform_order_id == order_id
    sku = next(iter(platform.admin.state(int(request.location))["locations"][0]["rows"]))
    platform.admin.change_detail(order_id, "enter_lines", {sku: 4})
    read = desk.read(platform.company, order_id, request.vendor_invoice_number)
    assert [(line.sku, line.quantity_ordered) for line in read.lines] == [(sku, 4)]
    assert desk.creation_status(platform.company, request.location, order_id) is PlatformStatus.COMMITTED


def test_what_the_service_does_not_take_is_a_no_in_its_words(platform: Platform) -> None:
    connection = platform.connection(base_url=platform.ready["purchase_orders_url"])
    with (
        PurchaseOrders(connection, "1") as other,
        pytest.raises(RefusedError, match="following errors occured: Supplier"),
    ):
        other.create(a_header(platform))


def test_a_header_whose_answer_is_lost_is_ambiguous_and_there_once(platform: Platform, desk: PurchaseOrders) -> None:
    request = a_header(platform)
    platform.admin.add_faults({"operation": "purchase_orders.create", "fault": "accepted_then_reset"})
    with pytest.raises(AmbiguousError):
        desk.create(request)
    numbers = [one.vendor_invoice_number for one in desk.find(platform.company, WINDOW)]
    assert numbers.count(request.vendor_invoice_number) == 1


def test_what_is_not_listed_is_absent_and_other_suppliers_orders_are_not_ours(
    platform: Platform, desk: PurchaseOrders
) -> None:
    with pytest.raises(AbsentError):
        desk.read(platform.company, FOREIGN, "R1")
    desk.create(a_header(platform))
    with PurchaseOrders(platform.connection(base_url=platform.ready["purchase_orders_url"]), "1") as other:
        assert other.detailed_orders(platform.company) == []


def test_lines_cannot_be_changed_and_nothing_is_released_or_cancelled(desk: PurchaseOrders) -> None:
    for refused in (
        lambda: desk.add_lines("1", FOREIGN, []),
        lambda: desk.cancel("1", FOREIGN),
        lambda: desk.release("1", FOREIGN),
    ):
        with pytest.raises(RefusedError, match="PurchaseOrders interface has no way"):
            refused()
