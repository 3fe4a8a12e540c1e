"""What is on its way is never ordered again, whatever its state; what nobody approved makes way for a newer plan."""

from __future__ import annotations

from replenisher.workflows.approve import approve_order, decline_order
from replenisher.workflows.plan.batch import plan_batch
from replenisher.workflows.plan.close import close_run
from replenisher.workflows.plan.start import start_run
from tests.workflows.conftest import OpenShop
from tests.workflows.shop import HELD, Shop


def test_a_second_run_on_unchanged_shelves_orders_nothing(shop: Shop) -> None:
    first = shop.plan()
    shop.work_until_states("confirmed", run=first)
    second = shop.plan()
    assert shop.places(second) == dict.fromkeys(shop.locations, "planned")
    assert shop.orders(second) == []


def test_a_second_run_orders_nothing_while_the_first_orders_wait_to_be_sent(shop: Shop) -> None:
    first = shop.plan()
    second = shop.open()
    plan_now(shop, second)
    assert {order.state for order in shop.orders(first)} == {"approved"}
    assert shop.orders(second) == []


def test_a_second_run_orders_nothing_while_the_first_orders_are_on_their_way(open_shop: OpenShop) -> None:
    slow = {"poll_limit": 60, "look_ups": [60], "settle_window": 90}
    shop = open_shop("--locations", "4", times=slow)
    faults = {
        "throttled_429": "approved",
        "accepted_never_created": "accepted",
        "accepted_then_reset": "unknown",
        "reset_before": "unknown",
    }
    for fault, location in zip(faults, shop.locations, strict=True):
        shop.fault("create_purchase_order", fault, location)
    first = shop.plan()
    wanted = dict(zip(shop.locations, faults.values(), strict=True))
    shop.work(lambda: {one.location: one.state for one in shop.orders() if one.attempts} == wanted)
    second = shop.open()
    plan_now(shop, second)
    assert {order.location: order.state for order in shop.orders(first)} == wanted
    assert {order.location: order.units for order in shop.orders(first)} == {
        location: shop.in_flight(location) for location in shop.locations
    }
    assert shop.orders(second) == []


def test_a_second_run_orders_nothing_while_a_person_is_needed_for_the_first(open_shop: OpenShop) -> None:
    shop = open_shop("--locations", "1", times={"look_ups": [0.1], "settle_window": 0.2})
    shop.fault("create_purchase_order", "reset_before")
    shop.plan()
    shop.work_until_states("needs_person")
    assert shop.orders(shop.plan()) == []


def plan_now(shop: Shop, run: int) -> None:
    """Take a run through its steps without letting anything else happen."""
    start_run(shop.services, run)
    read_shelves(shop, run)
    close_run(shop.services, run)
    assert shop.run(run).state == "closed"


def read_shelves(shop: Shop, run: int) -> None:
    """Plan every batch of a started run."""
    for number in range(len(shop.locations)):
        plan_batch(shop.services, run, number)


def test_a_newer_run_supersedes_what_nobody_approved(open_shop: OpenShop) -> None:
    shop = open_shop(company=HELD)
    first, second = shop.plan(), shop.plan()
    assert {order.state for order in shop.orders(first)} == {"superseded"}
    assert {order.state for order in shop.orders(second)} == {"held"}
    assert {order.location: order.units for order in shop.orders(first)} == {
        order.location: order.units for order in shop.orders(second)
    }
    held = {matter.order_id for matter in shop.matters("order_held")}
    assert held == {order.id for order in shop.orders(second)}


def test_a_run_of_one_location_leaves_the_proposals_of_the_others(open_shop: OpenShop) -> None:
    shop = open_shop(company=HELD)
    first = shop.plan()
    shop.plan(shop.locations[:1])
    states = {order.location: order.state for order in shop.orders(first)}
    assert states == {shop.locations[0]: "superseded", shop.locations[1]: "held", shop.locations[2]: "held"}


def test_a_proposal_approved_while_a_newer_run_is_planning_blocks_its_location_there(open_shop: OpenShop) -> None:
    shop = open_shop(company=HELD)
    first = shop.plan()
    here = shop.locations[0]
    second = shop.open()
    start_run(shop.services, second)
    read_shelves(shop, second)
    approve_order(shop.services, shop.order(here, first).vendor_invoice_number, actor="person:ann")
    close_run(shop.services, second)
    assert {order.location for order in shop.orders(second)} == set(shop.locations) - {here}
    assert f"run {second}" in shop.matter("overtaken", here).message
    shop.work(lambda: shop.order(here, first).state == "confirmed")
    assert len(shop.accepted(shop.order(here, first))) == 1
    third = shop.plan([here])
    assert shop.orders(third) == []


def test_a_proposal_approved_and_confirmed_while_a_newer_run_is_planning_blocks_its_location_too(
    open_shop: OpenShop,
) -> None:
    shop = open_shop("--locations", "1", company=HELD)
    first = shop.plan()
    second = shop.open()
    start_run(shop.services, second)
    read_shelves(shop, second)
    (order,) = shop.orders(first)
    approve_order(shop.services, str(order.id), actor="person:ann")
    shop.work(lambda: shop.orders(first)[0].state == "confirmed" and shop.run(second).state == "closed")
    assert shop.orders(second) == []
    shop.check_nothing_doubled()


def test_a_declined_proposal_does_not_block_a_newer_run(open_shop: OpenShop) -> None:
    shop = open_shop("--locations", "1", company=HELD)
    first = shop.plan()
    second = shop.open()
    start_run(shop.services, second)
    read_shelves(shop, second)
    decline_order(shop.services, str(shop.orders(first)[0].id), actor="person:ann", reason="too much")
    close_run(shop.services, second)
    assert [order.state for order in shop.orders(second)] == ["held"]


def test_an_order_released_by_a_person_is_planned_again_once(open_shop: OpenShop) -> None:
    shop = open_shop("--locations", "1", times={"look_ups": [0.1], "settle_window": 0.2})
    shop.fault("create_purchase_order", "reset_before")
    (order,) = shop.orders(shop.plan())
    shop.work_until_states("needs_person")
    decline_order(
        shop.services, order.vendor_invoice_number, actor="person:ann", reason="the retailer has no such order"
    )
    assert shop.order(order.location).state == "cancelled"
    assert shop.matters("order_needs_person") == []
    again = shop.plan()
    (replacement,) = shop.work_until_states("confirmed", run=again)
    assert replacement.units == order.units
    assert replacement.vendor_invoice_number != order.vendor_invoice_number
    shop.check_nothing_doubled()
