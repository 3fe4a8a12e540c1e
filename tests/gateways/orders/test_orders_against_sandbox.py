"""The Order service over real HTTP against the sandbox: customers' orders, and replenishment orders at its desk."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from replenisher.errors import AbsentError, AmbiguousError, RefusedError
from replenisher.gateways.orders import DeskOptions, Orders
from replenisher.purchasing.customer_orders import (
    CustomerOrderKind,
    CustomerOrderState,
    ItemChange,
    ItemKind,
    ItemState,
    Parcel,
)
from replenisher.purchasing.platform import OrderRequest, PlatformStatus, ReportWindow, RequestLine
from tests.gateways.sandbox_process import Platform

WINDOW = ReportWindow(date(2020, 1, 1), date(2040, 1, 1))
FOREIGN = "0f2c7d1e-93ab-4c55-8e21-5b7a64d0c9f3"


def options(platform: Platform, **changes: Any) -> DeskOptions:
    billed = {"billing_customer_id": platform.ready["companies"][0]["customers"][0]}
    return DeskOptions(**{**billed, **changes})


def connected(platform: Platform, **changes: Any) -> Orders:
    connection = platform.connection(base_url=platform.ready["orders_url"])
    return Orders(connection, str(platform.ready["vendor_id"]), options(platform, **changes))


@pytest.fixture
def orders(platform: Platform) -> Iterator[Orders]:
    with connected(platform) as made:
        yield made


@pytest.fixture
def location(platform: Platform) -> str:
    return str(platform.ready["companies"][0]["locations"][0])


def skus(platform: Platform, location: str) -> list[str]:
    (place,) = platform.admin.state(int(location))["locations"]
    return sorted(place["rows"])


def placed(platform: Platform, location: str, **values: Any) -> dict[str, Any]:
    first, second = skus(platform, location)[:2]
    items = ({"sku": first, "quantity": 2}, {"sku": second, "quantity": 1, "type": "InStock"})
    return platform.admin.place_order(int(location), *items, **values)


def a_request(platform: Platform, location: str) -> OrderRequest:
    first, second = skus(platform, location)[:2]
    return OrderRequest(
        company=platform.company,
        location=location,
        bill_to=location,
        ship_to=location,
        vendor_invoice_number=f"R{uuid.uuid4().hex[:12].upper()}",
        committed=True,
        estimated_arrival_date=date(2026, 12, 1),
        lines=(RequestLine(first, 3, Decimal("4.10")), RequestLine(second, 5, None)),
    )


def shown(platform: Platform, order_id: str) -> dict[str, Any]:
    (found,) = [one for one in platform.admin.retail_orders() if one["Id"] == order_id]
    return found


@pytest.mark.parametrize(
    "personality",
    [
        {},
        {"order_filters": "ignored"},
        {"order_paging": "ignored"},
        {"pending_filter": "loose"},
        {"order_page_size": 1},
    ],
    ids=str,
)
def test_pending_orders_of_a_location_are_found_whatever_the_service_makes_of_the_question(
    platform: Platform, orders: Orders, location: str, personality: dict[str, Any]
) -> None:
    platform.admin.switch(**personality)
    other = str(platform.ready["companies"][0]["locations"][1])
    ours, _elsewhere = placed(platform, location)["Id"], placed(platform, other)["Id"]
    created, cancelled = placed(platform, location, state="Created")["Id"], placed(platform, location)["Id"]
    platform.admin.change_retail_order(cancelled, "cancel")
    found = {order.order_id: order for order in orders.pending(platform.company, location)}
    assert ours in found
    assert not {created, cancelled} & set(found)
    assert {order.location for order in found.values()} == {location}
    assert {order.state for order in found.values()} == {CustomerOrderState.PENDING}
    platform.admin.switch(
        order_filters="supported", order_paging="supported", pending_filter="strict", order_page_size=50
    )


@pytest.mark.parametrize("item_type_id", ["string", "number"])
def test_items_are_read_with_their_kinds_and_states(
    platform: Platform, orders: Orders, location: str, item_type_id: str
) -> None:
    platform.admin.switch(item_type_id=item_type_id)
    order = placed(platform, location)
    drop_ship, in_stock = orders.items(platform.company, order["Id"])
    assert (drop_ship.kind, drop_ship.state, drop_ship.quantity) == (ItemKind.DROP_SHIP, ItemState.NEW, 2)
    assert (in_stock.kind, in_stock.state, in_stock.quantity) == (ItemKind.IN_STOCK, ItemState.NEW, 1)
    assert drop_ship.supplier == str(platform.ready["vendor_id"])
    assert orders.whole(platform.company, order["Id"]).items == (drop_ship, in_stock)
    assert orders.order(platform.company, order["Id"]).items is None


def test_an_order_is_found_by_its_printed_number_and_by_no_other(
    platform: Platform, orders: Orders, location: str
) -> None:
    order = placed(platform, location)
    (found,) = orders.by_printable_id(platform.company, order["PrintableId"])
    assert (found.order_id, found.kind) == (order["Id"], CustomerOrderKind.SALES)
    assert orders.by_printable_id(platform.company, "O'Hara") == []


def test_an_item_is_shipped_and_everything_else_stays_as_it_was(
    platform: Platform, orders: Orders, location: str
) -> None:
    order = placed(platform, location)
    (item, _) = orders.items(platform.company, order["Id"])
    parcel = Parcel("1Z999-12345", 2)
    change = ItemChange(item.item_id, ItemState.SHIPPED, (parcel,), ("SN1", "SN2"), supplier_reference="F1")
    changed = orders.change_items(platform.company, order["Id"], [change]).order
    assert changed.items is not None
    assert (changed.items[0].state, changed.items[0].parcels) == (ItemState.SHIPPED, (parcel,))
    after = shown(platform, order["Id"])
    assert after["replaced"] == 1
    touched = ("ItemStatusId", "ItemStatus", "TrackingInformation", "SerialNumbers", "SupplierReference")
    assert {name: one for name, one in after["Items"][0].items() if name not in touched} == {
        name: one for name, one in order["Items"][0].items() if name not in touched
    }
    assert after["Items"][1] == order["Items"][1]
    orders.change_items(platform.company, order["Id"], [change])
    assert shown(platform, order["Id"])["replaced"] == 1  # it was there already, so nothing was sent


def test_a_second_parcel_joins_the_first(platform: Platform, orders: Orders, location: str) -> None:
    order = placed(platform, location)
    (item, _) = orders.items(platform.company, order["Id"])
    for number, state in (("1Z-00001", ItemState.ORDERED), ("1Z-00002", ItemState.SHIPPED)):
        change = ItemChange(item.item_id, state, (Parcel(number, 1),))
        orders.change_items(platform.company, order["Id"], [change])
    (item, _) = orders.items(platform.company, order["Id"])
    assert [parcel.tracking_number for parcel in item.parcels] == ["1Z-00001", "1Z-00002"]
    assert item.shipped == 2


def test_a_tracking_number_that_is_not_taken_is_a_no_that_names_it(
    platform: Platform, orders: Orders, location: str
) -> None:
    order = placed(platform, location)
    (item, _) = orders.items(platform.company, order["Id"])
    with pytest.raises(RefusedError, match=r"tracking number that it does not take: \?\?\?"):
        orders.change_items(
            platform.company, order["Id"], [ItemChange(item.item_id, ItemState.SHIPPED, (Parcel("???", 2),))]
        )
    assert shown(platform, order["Id"])["replaced"] == 0


@pytest.mark.parametrize(
    ("action", "words"),
    [("expire", "expired at"), ("cancel", "is cancelled, and only a pending one"), ("process", "is processed")],
)
def test_an_order_that_can_no_longer_be_changed_is_a_no_before_anything_is_sent(
    platform: Platform, orders: Orders, location: str, action: str, words: str
) -> None:
    order = placed(platform, location)
    (item, _) = orders.items(platform.company, order["Id"])
    platform.admin.change_retail_order(order["Id"], action)
    calls = platform.admin.audit()["operation_calls"].get("orders.replace_full", 0)
    with pytest.raises(RefusedError, match=words):
        orders.change_items(platform.company, order["Id"], [ItemChange(item.item_id, ItemState.ORDERED)])
    assert platform.admin.audit()["operation_calls"].get("orders.replace_full", 0) == calls


def test_the_services_own_no_to_an_expired_order_is_a_no_too(platform: Platform, orders: Orders, location: str) -> None:
    order = placed(platform, location)
    (item, _) = orders.items(platform.company, order["Id"])
    platform.admin.change_retail_order(order["Id"], "expire")
    # As if it had expired between our look and our change.
    orders._check_changeable = lambda _order: None  # type: ignore[method-assign]
    with pytest.raises(RefusedError, match="Conflict: Order expired"):
        orders.change_items(platform.company, order["Id"], [ItemChange(item.item_id, ItemState.ORDERED)])


def test_an_item_that_is_gone_and_an_order_that_never_was_are_told(
    platform: Platform, orders: Orders, location: str
) -> None:
    order = placed(platform, location)
    with pytest.raises(RefusedError, match=f"item {FOREIGN} is no longer on the order"):
        orders.change_items(platform.company, order["Id"], [ItemChange(FOREIGN, ItemState.ORDERED)])
    with pytest.raises(RefusedError, match="the order is not there any more"):
        orders.change_items(platform.company, FOREIGN, [ItemChange(FOREIGN, ItemState.ORDERED)])
    with pytest.raises(AbsentError):
        orders.order(platform.company, FOREIGN)


@pytest.mark.parametrize("fault", ["accepted_then_reset", "error_500_after", "truncated_json"])
def test_a_change_whose_answer_is_lost_is_ambiguous_and_was_made_once(
    platform: Platform, orders: Orders, location: str, fault: str
) -> None:
    order = placed(platform, location)
    (item, _) = orders.items(platform.company, order["Id"])
    platform.admin.add_faults({"operation": "orders.replace_full", "fault": fault})
    with pytest.raises(AmbiguousError):
        orders.change_items(
            platform.company, order["Id"], [ItemChange(item.item_id, ItemState.SHIPPED, (Parcel("1Z-12345", 2),))]
        )
    assert shown(platform, order["Id"])["replaced"] == 1


@pytest.mark.parametrize("create_by", ["order_full", "header_then_items"])
def test_a_replenishment_order_is_created_found_released_and_received(
    platform: Platform, location: str, create_by: str
) -> None:
    with connected(platform, create_by=create_by) as desk:
        request = a_request(platform, location)
        accepted = desk.create(request)
        company, order_id = platform.company, accepted.platform_order_id
        (listed,) = [
            one for one in desk.find(company, WINDOW) if one.vendor_invoice_number == request.vendor_invoice_number
        ]
        assert (listed.platform_order_id, listed.status) == (order_id, PlatformStatus.PENDING)
        before = desk.read(company, order_id, request.vendor_invoice_number)
        assert before.awaits_release
        assert {line.sku: line.quantity_ordered for line in before.lines} == {
            line.sku: line.quantity for line in request.lines
        }
        assert before.lines[0].unit_cost == Decimal("4.1")
        desk.release(company, order_id)
        desk.release(company, order_id)  # twice is as good as once
        after = desk.read(company, order_id, request.vendor_invoice_number)
        assert (after.awaits_release, after.status) == (False, PlatformStatus.COMMITTED)
        assert desk.creation_status(company, location, order_id) is PlatformStatus.COMMITTED
        platform.admin.change_order(order_id, "receive")
        done = desk.read(company, order_id, request.vendor_invoice_number)
        assert done.status is PlatformStatus.COMPLETE
        assert all(line.quantity_received == line.quantity_ordered for line in done.lines)
        entry = platform.admin.audit()["accepted"][-1]
        assert (entry["channel"], entry["vendor_invoice_number"]) == ("orders", request.vendor_invoice_number)


def test_an_order_without_a_known_billing_customer_cannot_be_released(platform: Platform, location: str) -> None:
    with connected(platform, billing_customer_id=FOREIGN) as desk:
        accepted = desk.create(a_request(platform, location))
        with pytest.raises(RefusedError, match="Billing Customer"):
            desk.release(platform.company, accepted.platform_order_id)


def test_a_pending_order_is_cancelled_and_a_processed_one_is_not(
    platform: Platform, orders: Orders, location: str
) -> None:
    pending, processed = (orders.create(a_request(platform, location)).platform_order_id for _ in range(2))
    orders.release(platform.company, processed)
    orders.cancel(platform.company, pending)
    assert shown(platform, pending)["State"] == "Cancelled"
    closed = orders.read(platform.company, pending, "")
    assert closed.status is PlatformStatus.COMPLETE
    assert {line.quantity_received for line in closed.lines} == {0}
    with pytest.raises(RefusedError, match="from Processed to Cancelled is invalid"):
        orders.cancel(platform.company, processed)


def test_lines_are_added_changed_and_taken_off_while_an_order_is_pending(
    platform: Platform, orders: Orders, location: str
) -> None:
    request = a_request(platform, location)
    order_id = orders.create(request).platform_order_id
    first, second, third = skus(platform, location)[:3]
    orders.update_lines(platform.company, order_id, [RequestLine(first, 8, Decimal("4.20"))])
    orders.add_lines(platform.company, order_id, [RequestLine(third, 2, None)])
    orders.remove_lines(platform.company, order_id, [second])
    after = orders.read(platform.company, order_id, request.vendor_invoice_number)
    assert {line.sku: line.quantity_ordered for line in after.lines} == {first: 8, third: 2}
    assert after.lines[0].unit_cost == Decimal("4.2")
    with pytest.raises(RefusedError, match=f"has no item of SKU {second}"):
        orders.remove_lines(platform.company, order_id, [second])


def test_a_location_of_another_company_is_a_no(platform: Platform, orders: Orders, location: str) -> None:
    request = replace(a_request(platform, location), location="999999", ship_to="999999")
    with pytest.raises(RefusedError, match="Entity is not related to company"):
        orders.create(request)


@pytest.mark.parametrize(
    ("operation", "create_by"),
    [
        ("orders.create_full", "order_full"),
        ("orders.add_item", "header_then_items"),
        ("orders.replace", "header_then_items"),
    ],
)
def test_a_create_that_loses_an_answer_is_ambiguous_and_can_be_found(
    platform: Platform, location: str, operation: str, create_by: str
) -> None:
    with connected(platform, create_by=create_by) as desk:
        request = a_request(platform, location)
        platform.admin.add_faults({"operation": operation, "fault": "accepted_then_reset"})
        with pytest.raises(AmbiguousError):
            desk.create(request)
        found = [
            one
            for one in desk.find(platform.company, WINDOW)
            if one.vendor_invoice_number == request.vendor_invoice_number
        ]
        assert len(found) == 1


def test_a_type_that_is_named_wrongly_is_known_by_its_id(platform: Platform, orders: Orders, location: str) -> None:
    platform.admin.switch(order_type_name="sample")
    request = a_request(platform, location)
    orders.create(request)
    assert request.vendor_invoice_number in [one.vendor_invoice_number for one in orders.find(platform.company, WINDOW)]
    platform.admin.switch(order_type_name="table")
