"""The platform answers with the id of another order: our reference decides whose it is, and nothing is sent again."""

from __future__ import annotations

import time

import pytest

from replenisher.database.models import Order
from replenisher.purchasing.platform import OrderAccepted, OrderRequest
from replenisher.workflows.reconcile import reconcile_order
from replenisher.workflows.submit import submit_order
from replenisher.workflows.track import track_order
from tests.workflows.altered import alter
from tests.workflows.conftest import OpenShop
from tests.workflows.shop import Shop

HASTY = {"look_ups": [0.1], "settle_window": 0.3, "track_every": 0.05}


@pytest.fixture
def shop(open_shop: OpenShop) -> Shop:
    return open_shop("--locations", "2", "--creation-delay", "0", times=HASTY)


def two_orders(shop: Shop) -> tuple[Order, Order]:
    first, second = sorted(shop.orders(shop.plan()), key=lambda order: order.location)
    return first, second


def crossed(shop: Shop, order: Order, other: Order, *, arrives: bool) -> str:
    """Send an order, and be answered with the id of the other one; gives that id."""
    (theirs,) = shop.accepted(other)

    def create(request: OrderRequest, *, send_before: float | None = None) -> OrderAccepted:
        if arrives:
            real.create(request, send_before=send_before)
        return OrderAccepted(theirs["purchase_order_id"], "the answer to another request")

    real = alter(shop, create=create)
    submit_order(shop.services, order.id)
    alter(shop)
    return str(theirs["purchase_order_id"])


def test_an_answer_with_the_id_of_another_order_is_looked_up_instead(shop: Shop) -> None:
    ours, other = two_orders(shop)
    submit_order(shop.services, other.id)
    foreign = crossed(shop, ours, other, arrives=True)
    assert shop.moves(ours)[-1] == "unknown"
    told = shop.events(ours)[-1]
    assert told.name == "foreign_id"
    assert f"{foreign}, which is {other.vendor_invoice_number}; it is looked up instead" in told.evidence["message"]
    shop.work_until_states("confirmed")
    assert [order.platform_order_id for order in (shop.order(ours.location), shop.order(other.location))] == [
        shop.accepted(ours)[0]["purchase_order_id"],
        foreign,
    ]
    assert shop.matters() == []
    shop.check_nothing_doubled()


def test_an_order_that_never_arrived_needs_a_person_whatever_id_was_answered(shop: Shop) -> None:
    ours, other = two_orders(shop)
    submit_order(shop.services, other.id)
    crossed(shop, ours, other, arrives=False)
    shop.work(lambda: shop.order(ours.location).state == "needs_person")
    assert (shop.order(ours.location).platform_order_id, shop.attempts(ours)) == (None, 1)
    assert "the platform does not list it" in shop.matter("order_needs_person", ours.location).message
    shop.work(lambda: shop.order(other.location).state == "confirmed")


def test_an_id_that_another_order_took_by_mistake_comes_back_to_its_own(shop: Shop) -> None:
    ours, other = two_orders(shop)
    shop.fault("create_purchase_order", "accepted_then_reset", other.location)
    submit_order(shop.services, other.id)
    foreign = crossed(shop, ours, other, arrives=True)
    assert shop.order(ours.location).platform_order_id == foreign
    shop.time_passes()
    track_order(shop.services, ours.id)
    wrong = shop.matter("order_needs_person", ours.location).message
    assert f"the platform's order carries the reference {other.vendor_invoice_number!r}, not ours" in wrong
    shop.time_passes()
    reconcile_order(shop.services, other.id)
    taken = shop.matter("order_needs_person", other.location).message
    assert f"belongs to {ours.vendor_invoice_number} already" in taken
    shop.work_until_states("confirmed")
    assert shop.order(other.location).platform_order_id == foreign
    assert shop.order(ours.location).platform_order_id == shop.accepted(ours)[0]["purchase_order_id"]
    assert shop.matters() == []
    shop.check_nothing_doubled()


def test_an_order_whose_id_is_taken_stays_with_a_person_and_is_asked_about_in_peace(shop: Shop) -> None:
    ours, other = two_orders(shop)
    shop.fault("create_purchase_order", "accepted_then_reset", other.location)
    submit_order(shop.services, other.id)
    crossed(shop, ours, other, arrives=False)
    shop.time_passes()
    track_order(shop.services, ours.id)
    for _ in range(6):
        shop.time_passes()
        reconcile_order(shop.services, other.id)
        time.sleep(0.06)
    assert {order.state for order in shop.orders()} == {"needs_person"}
    assert len(shop.matters("order_needs_person")) == 2
    assert len(shop.events(other)) < 6
    assert shop.in_flight(other.location) == other.units
