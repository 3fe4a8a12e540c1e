"""A location that carries nothing, where the company says that an empty report is believed."""

from __future__ import annotations

from tests.workflows.conftest import OpenShop


def test_a_believed_empty_report_is_planned_and_not_told_as_missing(open_shop: OpenShop) -> None:
    shop = open_shop(company={"guards": {"accept_empty": True}})
    empty, *others = shop.locations
    shop.fault("inventory_report", "empty", empty, count=None)
    run = shop.plan()
    assert shop.places(run) == dict.fromkeys([empty, *others], "planned")
    assert shop.matters("location_missing") == []


def test_a_batch_of_nothing_but_believed_empty_reports_orders_nothing(open_shop: OpenShop) -> None:
    shop = open_shop(company={"guards": {"accept_empty": True}})
    for location in shop.locations:
        shop.fault("inventory_report", "empty", location, count=None)
    run = shop.plan()
    assert shop.run(run).state == "closed"
    assert shop.places(run) == dict.fromkeys(shop.locations, "planned")
    assert shop.orders(run) == []


def test_a_location_that_was_believed_empty_is_planned_when_its_goods_come(open_shop: OpenShop) -> None:
    shop = open_shop(company={"guards": {"accept_empty": True}})
    location = shop.locations[0]
    shop.fault("inventory_report", "empty", location, count=1)
    shop.plan()
    run = shop.plan()
    assert shop.places(run)[location] == "planned"
    assert shop.order(location, run).units > 0
