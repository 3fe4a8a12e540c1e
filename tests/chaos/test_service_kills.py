"""Kill -9 of a worker between sending and recording, for each kind of document of the further services.

A fulfilment update, a sale order, and a replenishment order at each other order desk: all on their way when the worker
dies. Exactly one of each is at the platform afterwards, found by reading, and none was sent a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.chaos.test_kill_worker import LONG_CALLS, names
from tests.e2e.daemon import Daemon, started_daemon
from tests.e2e.services_shop import (
    COUNTER,
    FULL,
    HEADER_FIRST,
    HEADER_ONLY,
    approve_all,
    counter_of,
    opened,
    orders_at,
    purchases,
    web_shop_of,
)
from tests.workflows.shop import HELD, Shop
from tests.workflows.test_fulfilments import row

HANGS = {"fault": "accepted_then_timeout", "seconds": 30}
DESKS = (FULL, HEADER_FIRST, HEADER_ONLY)


@pytest.fixture(scope="module")
def shop(open_shop: Callable[..., Shop]) -> Iterator[Shop]:
    """Every call that hangs has a worker process of its own; a person lets orders go together."""
    made = opened(open_shop, "--creation-delay", "0", company=HELD, work={"worker_processes": 6}, **LONG_CALLS)
    yield made
    made.services.close()


@pytest.fixture(scope="module")
def daemon(shop: Shop) -> Iterator[Daemon]:
    """A beat without a worker: each test starts its own to kill it."""
    with started_daemon(shop, workers=0) as running:
        yield running


def test_a_parcel_and_a_sale_whose_worker_was_killed_are_found_and_not_sent_again(daemon: Daemon, shop: Shop) -> None:
    counter, web, admin = counter_of(shop), web_shop_of(shop), shop.world.admin
    sku = counter.skus()[0]
    order = counter.order((sku, 2, "DropShip"))
    worker = daemon.worker()
    daemon.wait(lambda: [one.state for one in counter.fulfilments(order)] == ["ordered"])
    before = shop.calls("orders.replace_full")
    admin.add_faults({"operation": "orders.replace_full", **HANGS}, {"operation": "sales_orders.create", **HANGS})
    counter.ship(row(order, sku, 2, "1Z-KILLED"))
    web.sell(web.row("KILLED-1", sku))
    daemon.wait(lambda: bool(counter.parcels(order)) and bool(web.there("KILLED-1")))
    daemon.kill(worker)
    admin.clear_faults()
    (ordered, parcel) = counter.updates(order)
    assert [ordered.state, parcel.state, web.sold("KILLED-1").state] == ["sent", "submitting", "submitting"]

    last = daemon.worker()
    daemon.wait(lambda: [one.state for one in counter.fulfilments(order)] == ["shipped"])
    daemon.wait(lambda: web.sold("KILLED-1").state == "succeeded")
    assert counter.names(parcel) == ["entered", "claimed", "lease_expired", "found"]
    assert counter.parcels(order) == [("1Z-KILLED", 2)]
    assert (counter.updates(order)[1].attempts, shop.calls("orders.replace_full")) == (1, before + 1)
    assert web.names("KILLED-1")[:4] == ["imported", "claimed", "lease_expired", "found"]
    assert (web.sold("KILLED-1").attempts, len(web.there("KILLED-1")), shop.calls("sales_orders.create")) == (1, 1, 1)
    daemon.kill(last)


def test_an_order_at_each_desk_whose_worker_was_killed_is_found_and_not_created_again(
    daemon: Daemon, shop: Shop
) -> None:
    admin = shop.world.admin
    creates = ("orders.create_full", "orders.create", "purchase_orders.create")
    for place in DESKS:
        shop.plan(company=place)
    admin.add_faults(*({"operation": operation, **HANGS} for operation in creates))
    worker = daemon.worker()
    approve_all(shop)
    daemon.wait(lambda: [shop.calls(operation) for operation in creates] == [1, 1, 1] and arrived(shop))
    daemon.kill(worker)
    admin.clear_faults()
    ours = [orders_at(shop, place)[0] for place in DESKS]
    assert [order.state for order in ours] == ["submitting"] * 3

    daemon.worker()
    daemon.wait(lambda: orders_at(shop, FULL)[0].state == "confirmed")
    daemon.wait(lambda: all(orders_at(shop, place)[0].state == "needs_person" for place in (HEADER_FIRST, HEADER_ONLY)))
    for order in ours:
        # A further attempt follows only one that surely did not get out, as on a machine too busy to connect in time.
        tries = 1 + names(shop, order).count("not_sent")
        assert names(shop, order).count("claimed") == shop.attempts(order) == tries
        assert "lease_expired" in names(shop, order)
    assert [shop.calls(operation) for operation in creates] == [1, 1, 1]
    # A whole order is released by whoever finds it; a header without its lines is never filled by guess.
    assert [len(found) for found in purchases(shop, FULL, HEADER_FIRST).values()] == [1, 1]
    assert len(shop.accepted(ours[2])) == 1
    (whole,) = purchases(shop, FULL)[ours[0].vendor_invoice_number]
    assert whole["State"] == "Processed"
    wanted = {line.sku: line.quantity for line in shop.lines(ours[0])}
    assert {item["SKU"]: item["Quantity"] for item in whole["Items"]} == wanted
    told = {matter.subject for matter in shop.matters("order_needs_person")}
    assert told == {ours[1].vendor_invoice_number, ours[2].vendor_invoice_number}
    assert orders_at(shop, COUNTER) == []


def arrived(shop: Shop) -> bool:
    """Whether the platform has something under the reference of every order."""
    (header_only,) = orders_at(shop, HEADER_ONLY)
    return bool(shop.accepted(header_only)) and all(purchases(shop, FULL, HEADER_FIRST).values())
