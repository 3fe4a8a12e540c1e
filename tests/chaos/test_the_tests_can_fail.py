"""The law that the other tests rest on can fail: a careless sender breaks it, and the database stops one."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from replenisher.errors import AmbiguousError, ReplenisherError
from replenisher.gateways.orders import Orders, bodies, routes
from replenisher.purchasing.customer_orders import ItemChange, ItemState, Parcel
from replenisher.workflows.sell.matters import sale_request
from replenisher.workflows.submit import request_of
from tests.e2e.services_shop import (
    FULL,
    HEADER_FIRST,
    HEADER_ONLY,
    counter_of,
    opened,
    orders_at,
    purchases,
)
from tests.workflows.shop import Shop
from tests.workflows.test_sale_orders import SELLING, WebShop


@pytest.fixture(scope="module")
def shop(open_shop: Callable[..., Shop]) -> Shop:
    return open_shop("--locations", "2", times={"look_ups": [60], "settle_window": 90})


def test_a_sender_that_tries_again_after_an_error_is_caught_by_the_audit(shop: Shop) -> None:
    here = shop.locations[0]
    (order,) = shop.orders(shop.plan([here]))
    shop.check_nothing_doubled()
    with shop.services.database.transaction() as session:
        request = request_of(session, order)
    channel = shop.services.channel(shop.services.settings.companies[0])
    shop.fault("create_purchase_order", "accepted_then_reset", here)
    with pytest.raises(AmbiguousError):
        channel.create(request)
    channel.create(request)
    assert shop.world.admin.audit()["repeated"] == [order.vendor_invoice_number]
    with pytest.raises(AssertionError):
        shop.check_nothing_doubled()


def test_the_database_refuses_to_take_an_order_that_may_have_arrived_back_to_be_sent(shop: Shop) -> None:
    here = shop.locations[1]
    shop.fault("create_purchase_order", "accepted_then_reset", here)
    run = shop.plan([here])
    shop.work_until_states("unknown", run=run)
    back = text("UPDATE purchase_orders SET state = 'approved' WHERE run_id = :run")
    with pytest.raises((DBAPIError, ReplenisherError)), shop.services.database.transaction() as session:
        session.execute(back, {"run": run})
    assert [order.state for order in shop.orders(run)] == ["unknown"]


@pytest.fixture(scope="module")
def web(open_shop: Callable[..., Shop], tmp_path_factory: pytest.TempPathFactory) -> WebShop:
    shop = open_shop("--locations", "1", company=SELLING, times={"look_ups": [60], "settle_window": 90})
    return WebShop(shop, tmp_path_factory.mktemp("web"))


def test_a_shop_that_sends_its_sale_again_after_an_error_is_seen_at_the_platform_and_the_database_stops_one(
    web: WebShop,
) -> None:
    web.shop.world.admin.add_faults({"operation": "sales_orders.create", "fault": "accepted_then_reset"})
    web.sell(web.row("TWICE", web.skus()[0]))
    web.until("TWICE", "unknown")
    assert len(web.there("TWICE")) == 1
    back = text("UPDATE sale_orders SET state = 'ready' WHERE printable_id = 'TWICE'")
    with pytest.raises((DBAPIError, ReplenisherError)), web.shop.services.database.transaction() as session:
        session.execute(back)
    assert web.sold("TWICE").state == "unknown"
    desk = web.shop.services.sale_desk(web.shop.services.settings.companies[0])
    desk.submit(sale_request(web.sold("TWICE")))
    assert len(web.there("TWICE")) == 2, "the chaos tests count what is there, and this is what they would have found"


@pytest.fixture(scope="module")
def desks(open_shop: Callable[..., Shop]) -> Iterator[Shop]:
    made = opened(open_shop, "--creation-delay", "0", times={"look_ups": [60], "settle_window": 90})
    yield made
    made.services.close()


@pytest.mark.parametrize(
    ("place", "operation"),
    [(FULL, "orders.create_full"), (HEADER_FIRST, "orders.create"), (HEADER_ONLY, "purchase_orders.create")],
)
def test_a_sender_that_tries_again_at_another_order_desk_is_seen_at_the_platform(
    desks: Shop, place: int, operation: str
) -> None:
    desks.plan(company=place)
    (order,) = orders_at(desks, place)
    with desks.services.database.transaction() as session:
        request = request_of(session, order)
    channel = desks.services.channel(desks.services.settings.companies[place])
    desks.fault(operation, "accepted_then_reset")
    with pytest.raises(AmbiguousError):
        channel.create(request)
    channel.create(request)
    found = desks.accepted(order) if place == HEADER_ONLY else purchases(desks, place)[order.vendor_invoice_number]
    assert (len(found), desks.calls(operation)) == (2, 2), "what the chaos tests count, and would have found"


def test_a_dock_that_sends_its_parcel_again_is_seen_and_one_that_reads_first_sends_nothing(desks: Shop) -> None:
    counter = counter_of(desks)
    order = counter.order((counter.skus()[0], 2, "DropShip"))
    (item,) = order["Items"]
    parcel = ItemChange(str(item["Id"]).lower(), ItemState.SHIPPED, (Parcel("1Z-TWICE", 2),))
    desk = desks.services.customer_orders(desks.services.settings.companies[0])
    assert isinstance(desk, Orders)
    whole = desk._http.read(routes.whole(desks.company, order["Id"]), lambda answer: answer)
    body = bodies.encoded(bodies.with_changes(bodies.as_read(whole), [parcel]))
    careless = routes.replace_whole(desks.company, order["Id"], body, "change items")
    desks.fault("orders.replace_full", "accepted_then_reset")
    with pytest.raises(AmbiguousError):
        desk._http.write(careless)
    assert desk.change_items(desks.company, order["Id"], [parcel]).order.order_id == str(order["Id"]).lower()
    assert (desks.calls("orders.replace_full"), counter.there(order)["replaced"]) == (1, 1)
    desk._http.write(careless)
    assert (desks.calls("orders.replace_full"), counter.there(order)["replaced"]) == (2, 2)


def test_the_database_refuses_to_take_a_parcel_that_is_there_back_to_be_sent(desks: Shop) -> None:
    counter = counter_of(desks)
    sku = counter.skus()[0]
    order = counter.order((sku, 1, "DropShip"))
    counter.look()
    counter.until(order, "ordered")
    back = text("UPDATE fulfilment_updates SET state = 'ready' WHERE id = :id")
    (ordered,) = counter.updates(order)
    with pytest.raises((DBAPIError, ReplenisherError)), desks.services.database.transaction() as session:
        session.execute(back, {"id": ordered.id})
    assert [one.state for one in counter.updates(order)] == ["sent"]
