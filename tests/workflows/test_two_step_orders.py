"""Replenishment orders at the Order service are created, then released: once, when they are there and as asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from replenisher.database.models import Order
from replenisher.services import build
from replenisher.workflows.approve import accept_order
from tests.e2e.services_shop import FULL, HEADER_FIRST, HEADER_ONLY, company_at, opened, orders_at, purchases
from tests.workflows.conftest import OpenShop
from tests.workflows.shop import Shop

DESKS = (FULL, HEADER_FIRST)


@pytest.fixture
def shop(open_shop: OpenShop) -> Iterator[Shop]:
    made = opened(open_shop, "--creation-delay", "0")
    yield made
    made.services.close()


def ordered(shop: Shop, place: int) -> Order:
    """Plan the company and do what workers do until its order has come to rest."""
    shop.plan(company=place)
    shop.work(lambda: {one.state for one in orders_at(shop, place)} <= {"confirmed", "needs_person"})
    (order,) = orders_at(shop, place)
    return order


def there(shop: Shop, place: int) -> dict[str, Any]:
    ((found,),) = purchases(shop, place).values()
    return found


@pytest.mark.parametrize("place", DESKS)
def test_an_order_is_released_once_it_is_there_and_equal(shop: Shop, place: int) -> None:
    order = ordered(shop, place)
    assert (order.state, there(shop, place)["State"]) == ("confirmed", "Processed")
    wanted = {line.sku: line.quantity for line in shop.lines(order)}
    assert {item["SKU"]: item["Quantity"] for item in there(shop, place)["Items"]} == wanted
    assert (shop.calls("orders.process"), shop.attempts(order)) == (1, 1)
    shop.world.admin.advance(4)
    shop.work(lambda: orders_at(shop, place)[0].state == "received")
    assert shop.matters() == []


@pytest.mark.parametrize("place", DESKS)
@pytest.mark.parametrize("fault", ["accepted_then_reset", "error_500_after"])
def test_a_release_whose_answer_is_lost_is_settled_by_reading_and_not_sent_again(
    shop: Shop, place: int, fault: str
) -> None:
    shop.fault("orders.process", fault)
    order = ordered(shop, place)
    assert (order.state, there(shop, place)["State"]) == ("confirmed", "Processed")
    assert (shop.calls("orders.process"), len(purchases(shop, place)[order.vendor_invoice_number])) == (1, 1)


@pytest.mark.parametrize("place", DESKS)
def test_a_release_that_never_arrived_is_sent_again_for_released_twice_is_released_once(shop: Shop, place: int) -> None:
    shop.fault("orders.process", "error_500_before")
    order = ordered(shop, place)
    assert (order.state, there(shop, place)["State"]) == ("confirmed", "Processed")
    assert shop.calls("orders.process") == 2
    assert [shop.calls(operation) for operation in ("orders.create_full", "orders.create")] == [
        int(place == FULL),
        int(place == HEADER_FIRST),
    ]


def test_a_refused_release_asks_a_person_in_the_platforms_words_and_follows_only_a_look(open_shop: OpenShop) -> None:
    made = opened(open_shop, "--creation-delay", "0")
    try:
        unknown = "11111111-2222-3333-4444-555555555555"
        companies = made.world.changes["companies"]
        companies[FULL] |= {"orders": {"billing_customer_id": unknown}}
        made.services.close()
        made.services = build(made.world.settings())
        order = ordered(made, FULL)
        assert (order.state, there(made, FULL)["State"]) == ("needs_person", "Pending")
        (matter,) = made.matters("order_needs_person")
        assert "the platform does not process it" in matter.message
        assert order.vendor_invoice_number in matter.message
        # A look finds out whether the retailer has mended it, and only what waits as it was read is released again.
        made.time_passes()
        made.work(lambda: made.calls("orders.read_full") > 2)
        assert made.calls("orders.process") <= made.calls("orders.read_full")
        assert (orders_at(made, FULL)[0].state, there(made, FULL)["State"]) == ("needs_person", "Pending")
        assert made.calls("orders.create_full") == 1
        assert len(made.matters("order_needs_person")) == 1
    finally:
        made.services.close()


def test_a_header_without_lines_waits_for_a_person_and_counts_as_ordered_until_then(shop: Shop) -> None:
    order = ordered(shop, HEADER_ONLY)
    assert order.state == "needs_person"
    again = shop.plan(company=HEADER_ONLY)
    assert shop.orders(again) == [], "what a person has still to type in is on its way all the same"
    accept_order(shop.services, str(order.id), actor="person:ann", reason="they typed it in")
    assert orders_at(shop, HEADER_ONLY)[0].state == "confirmed"
    assert shop.calls("purchase_orders.create") == 1
    assert shop.matters("order_needs_person", company=company_at(shop, HEADER_ONLY)) == []
