"""One need, one order, followed until its goods are on the shelf."""

from __future__ import annotations

from tests.workflows.conftest import OpenShop
from tests.workflows.shop import Shop


def test_a_run_plans_every_location_and_its_orders_are_confirmed_at_the_platform(shop: Shop) -> None:
    run = shop.plan()
    assert shop.places(run) == dict.fromkeys(shop.locations, "planned")
    orders = shop.work_until_states("confirmed", run=run)
    assert sorted(order.location for order in orders) == shop.locations
    for order in orders:
        assert shop.moves(order) == ["approved", "submitting", "accepted", "confirmed"]
        assert [entry["stage"] for entry in shop.accepted(order)] == ["open"]
        assert order.platform_order_id == shop.accepted(order)[0]["purchase_order_id"]
    shop.check_nothing_doubled()


def test_skus_reach_the_platform_exactly_as_the_retailer_writes_them(shop: Shop) -> None:
    awkward = ["00123", "NA", "Folio Black for Samsung Galaxy S8", "Étui cuir brûlé 5,8″", "=AV100778"]
    here = shop.locations[0]
    for sku in awkward:
        shop.world.admin.set_stock(int(here), sku, in_stock=0, minimum=5, maximum=9, do_not_order=False)
    run = shop.plan([here])
    shop.work_until_states("confirmed", run=run)
    (sent,) = shop.accepted(shop.order(here))
    assert set(awkward) <= {line["VendorSku"] for line in sent["request"]["Products"]}
    shop.check_nothing_doubled()


def test_goods_that_arrive_in_parts_are_followed_until_the_last_of_them(open_shop: OpenShop) -> None:
    shop = open_shop("--partial-share", "1", "--lead-time-days", "1", "--remainder-days", "3")
    here = shop.locations[0]
    shop.world.admin.set_stock(int(here), "00123", in_stock=0, minimum=20, maximum=40, do_not_order=False)
    run = shop.plan([here])
    (order,) = shop.work_until_states("confirmed", run=run)
    shop.world.admin.advance(2)
    (order,) = shop.work_until_states("partly_received", run=run)
    assert 0 < sum(line.received for line in shop.lines(order)) < order.units
    shop.world.admin.advance(5)
    (order,) = shop.work_until_states("received", run=run)
    assert all(line.received == line.quantity for line in shop.lines(order))
    assert order.received_at is not None
    assert order.next_at is None


def test_an_order_closed_short_releases_its_remainder_and_says_so(shop: Shop) -> None:
    here = shop.locations[0]
    run = shop.plan([here])
    (order,) = shop.work_until_states("confirmed", run=run)
    shop.world.admin.change_order(str(order.platform_order_id), "close_short")
    shop.work_until_states("received", run=run)
    matter = shop.matter("closed_short", here)
    assert matter.message.count("released") == len(shop.lines(order)), "every short line is named"
    assert matter.order_id == order.id
    again = shop.plan([here])
    wanted = {line.sku: line.quantity for line in shop.lines(shop.order(here, again))}
    assert wanted == {line.sku: line.quantity for line in shop.lines(order)}


def test_a_confirmed_order_that_vanishes_needs_a_person_and_keeps_counting(shop: Shop) -> None:
    here = shop.locations[0]
    run = shop.plan([here])
    (order,) = shop.work_until_states("confirmed", run=run)
    assert shop.in_flight(here) == 0
    shop.world.admin.change_order(str(order.platform_order_id), "vanish")
    shop.work_until_states("needs_person", run=run)
    assert shop.in_flight(here) == order.units
    assert order.vendor_invoice_number in shop.matter("order_needs_person", here).message
    assert shop.orders(shop.plan([here])) == []
    assert len(shop.accepted(order)) == 1


def test_an_order_that_the_platform_fails_to_create_has_failed_and_its_need_is_planned_again(
    open_shop: OpenShop,
) -> None:
    shop = open_shop("--creation-delay", "60")
    here = shop.locations[0]
    run = shop.plan([here])
    (order,) = shop.work_until_states("accepted", run=run)
    shop.world.admin.change_order(str(order.platform_order_id), "fail")
    shop.work_until_states("failed", run=run)
    assert "failed to create" in shop.matter("order_failed", here).message
    assert shop.in_flight(here) == 0
    assert shop.order(here, shop.plan([here])).units == order.units
