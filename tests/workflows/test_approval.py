"""Which orders go out by themselves, and what a person can do with the others."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from replenisher.database.models import Order
from replenisher.errors import IllegalMoveError, NotFoundError
from replenisher.workflows.approve import approve_order, decline_order
from tests.workflows.conftest import OpenShop
from tests.workflows.shop import HELD, Shop


def empty_shelf(shop: Shop, location: str, **values: Any) -> None:
    """Let one product of a location be wanted, and nothing else."""
    for sku in shop.world.admin.state(int(location))["locations"][0]["rows"]:
        shop.world.admin.set_stock(int(location), sku, minimum=0, maximum=0)
    shop.world.admin.set_stock(int(location), "00123", do_not_order=False, **values)


def products(shop: Shop, cost: str) -> None:
    """The planners' file: one product, singly, at this cost."""
    text = f"sku,case_pack,minimum_order_quantity,unit_cost,lead_time_days,status\n00123,1,1,{cost},3,active\n"
    (shop.world.folder / "products.csv").write_text(text)


def test_an_order_at_the_value_limit_goes_out_and_one_above_it_is_held(open_shop: OpenShop) -> None:
    shop = open_shop("--locations", "2", "--retailer-orders", "0", company={"approval": {"value_limit": "100.00"}})
    products(shop, "10.00")
    usual, large = shop.locations
    empty_shelf(shop, usual, in_stock=0, minimum=10, maximum=10)
    empty_shelf(shop, large, in_stock=0, minimum=11, maximum=11)
    run = shop.plan()
    assert (shop.order(usual, run).value, shop.order(usual, run).state) == (Decimal("100.00"), "approved")
    held = shop.order(large, run)
    assert held.state == "held"
    assert held.hold_reasons == ["value 110.00 is above the limit of 100.00"]
    assert held.hold_reasons[0] in shop.matter("order_held", large).message
    shop.work(lambda: shop.order(usual, run).state == "confirmed")
    assert shop.accepted(held) == []


def test_a_line_without_cost_holds_its_order_and_is_never_worth_nothing(open_shop: OpenShop) -> None:
    shop = open_shop("--locations", "1")
    products(shop, "")
    empty_shelf(shop, shop.locations[0], in_stock=0, minimum=5, maximum=9)
    (order,) = shop.orders(shop.plan())
    assert (order.state, order.value) == ("held", None)
    assert "without a cost: 00123" in order.hold_reasons[0]


def test_an_order_of_many_times_the_usual_value_is_held(open_shop: OpenShop) -> None:
    shop = open_shop("--locations", "1", "--retailer-orders", "0")
    products(shop, "1.00")
    (here,) = shop.locations
    for _ in range(3):
        empty_shelf(shop, here, in_stock=0, minimum=10, maximum=10)
        run = shop.plan()
        shop.work_until_states("confirmed", "received", run=run)
        shop.world.admin.change_order(str(shop.order(here, run).platform_order_id), "close_short")
        # Only once that is known is a report without the order no report that stands still.
        shop.work_until_states("received", run=run)
    empty_shelf(shop, here, in_stock=0, minimum=31, maximum=31)
    (order,) = shop.orders(shop.plan())
    assert order.state == "held"
    assert "more than 3.0 times the median 10.00" in order.hold_reasons[0]


def test_an_order_below_the_companys_minimum_is_held_and_one_that_reaches_it_goes_out(open_shop: OpenShop) -> None:
    shop = open_shop("--locations", "2", "--retailer-orders", "0", company={"planning": {"minimum_order_units": 10}})
    products(shop, "1.00")
    enough, little = shop.locations
    empty_shelf(shop, enough, in_stock=0, minimum=10, maximum=10)
    empty_shelf(shop, little, in_stock=1, minimum=10, maximum=10)
    run = shop.plan()
    assert shop.order(enough, run).state == "approved"
    held = shop.order(little, run)
    assert (held.state, held.units) == ("held", 9)
    assert held.hold_reasons == ["it is below the company's minimum per order"]


def held_order(open_shop: OpenShop) -> tuple[Shop, Order]:
    shop = open_shop("--locations", "1", company=HELD)
    (order,) = shop.orders(shop.plan())
    return shop, order


def test_a_held_order_goes_out_when_a_person_approves_it_and_only_once(open_shop: OpenShop) -> None:
    shop, order = held_order(open_shop)
    approve_order(shop.services, order.vendor_invoice_number.lower(), actor="person:ann")
    with pytest.raises(IllegalMoveError, match="only a held one is approved"):
        approve_order(shop.services, str(order.id), actor="person:bob")
    shop.work_until_states("confirmed")
    assert shop.matters("order_held") == []
    assert [event.actor for event in shop.events(order) if event.name == "approved"] == ["person:ann"]
    shop.check_nothing_doubled()


def test_a_declined_order_is_never_sent(open_shop: OpenShop) -> None:
    shop, order = held_order(open_shop)
    decline_order(shop.services, str(order.id), actor="person:ann", reason="too much")
    with pytest.raises(IllegalMoveError, match="is declined"):
        approve_order(shop.services, str(order.id), actor="person:bob")
    assert shop.events(order)[-1].evidence == {"reason": "too much"}
    assert shop.matters("order_held") == []
    shop.time_passes()
    shop.plan()
    assert shop.accepted(order) == []


def test_an_order_on_its_way_cannot_be_declined(shop: Shop) -> None:
    run = shop.plan(shop.locations[:1])
    (order,) = shop.work_until_states("confirmed", run=run)
    with pytest.raises(IllegalMoveError, match="is confirmed; only one of these can be declined"):
        decline_order(shop.services, str(order.id), actor="person:ann", reason="late")


def test_an_order_nobody_knows_is_named_in_the_error(shop: Shop) -> None:
    with pytest.raises(NotFoundError, match="R0000"):
        approve_order(shop.services, "R0000", actor="person:ann")
