"""Orders of desks that take two steps: created, then released; a header made, then its lines entered by a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest

from replenisher.database.models import Order
from replenisher.gateways.channel import Channel
from replenisher.services import build
from replenisher.workflows.approve import accept_order
from replenisher.workflows.submit import submit_order
from replenisher.workflows.track import track_order
from tests.e2e.services_shop import FULL, HEADER_FIRST, HEADER_ONLY, company_at, opened, orders_at, purchases
from tests.workflows.altered import AlteredChannel
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


class Killed(BaseException):
    """Ends a worker where it stands; no code of the program catches it."""


@pytest.mark.parametrize("place", DESKS)
@pytest.mark.parametrize("left", [False, True])
def test_a_worker_killed_before_or_after_a_release_leaves_it_to_the_next_look_which_releases_once(
    shop: Shop, place: int, left: bool
) -> None:
    shop.plan(company=place)
    (order,) = orders_at(shop, place)
    company = shop.services.settings.companies[place]
    real = shop.services.channel(company)

    def release(*order_at_the_platform: str) -> None:
        if left:
            real.release(*order_at_the_platform)
        raise Killed

    (key,) = [key for key, channel in shop.services._channels.items() if channel is real]
    shop.services._channels[key] = cast(Channel, AlteredChannel(real, {"release": release}))
    submit_order(shop.services, order.id)
    shop.time_passes()
    with pytest.raises(Killed):
        track_order(shop.services, order.id)
    assert orders_at(shop, place)[0].state == "accepted"
    assert there(shop, place)["State"] == ("Processed" if left else "Pending")

    shop.services._channels[key] = real
    shop.time_passes()
    shop.work(lambda: orders_at(shop, place)[0].state == "confirmed")
    assert (there(shop, place)["State"], shop.calls("orders.process"), shop.attempts(order)) == ("Processed", 1, 1)


def test_a_refused_release_asks_a_person_in_the_platforms_words_and_follows_once_it_is_mended_there(
    open_shop: OpenShop,
) -> None:
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
        # Looks go on and ask again; the answer is the same, and no person is told twice.
        refused = made.calls("orders.process")
        made.work(lambda: made.calls("orders.process") > refused)
        assert (orders_at(made, FULL)[0].state, there(made, FULL)["State"]) == ("needs_person", "Pending")
        assert len(made.matters("order_needs_person")) == 1
        made.world.admin.change_retail_order(there(made, FULL)["Id"], "process")
        made.work(lambda: orders_at(made, FULL)[0].state == "confirmed")
        assert made.matters("order_needs_person") == []
        assert (made.calls("orders.create_full"), made.attempts(order)) == (1, 1)
    finally:
        made.services.close()


def test_a_header_waits_for_a_person_until_its_lines_are_entered_and_is_followed_until_it_is_received(
    shop: Shop,
) -> None:
    order = ordered(shop, HEADER_ONLY)
    assert (order.state, order.platform_order_id is not None) == ("needs_person", True)
    again = shop.plan(company=HEADER_ONLY)
    assert shop.orders(again) == [], "what a person has still to type in is on its way all the same"
    wanted = {line.sku: line.quantity for line in shop.lines(order)}
    shop.world.admin.change_detail(str(order.platform_order_id), "enter_lines", wanted)
    shop.work(lambda: orders_at(shop, HEADER_ONLY)[0].state == "confirmed")
    assert shop.matters("order_needs_person", company=company_at(shop, HEADER_ONLY)) == []
    shop.world.admin.advance(4)
    shop.work(lambda: orders_at(shop, HEADER_ONLY)[0].state == "received")
    assert {line.sku: line.received for line in shop.lines(order)} == wanted
    assert (shop.calls("purchase_orders.create"), shop.attempts(order)) == (1, 1)


def test_a_header_that_gets_other_lines_waits_until_a_person_takes_it_as_it_is(shop: Shop) -> None:
    order = ordered(shop, HEADER_ONLY)
    line = shop.lines(order)[0]
    shop.world.admin.change_detail(str(order.platform_order_id), "enter_lines", {line.sku: line.quantity + 1})
    shop.work(lambda: line.sku in shop.matters("order_needs_person")[0].message)
    assert orders_at(shop, HEADER_ONLY)[0].state == "needs_person"
    accept_order(shop.services, str(order.id), actor="person:ann", reason="they have no more room")
    assert orders_at(shop, HEADER_ONLY)[0].state == "confirmed"
    assert shop.matters("order_needs_person") == []
    assert shop.calls("purchase_orders.create") == 1
