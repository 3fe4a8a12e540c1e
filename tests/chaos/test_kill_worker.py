"""Kill -9 of a worker with an order on its way: what arrived is found, what did not is shown, nothing goes twice."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select

from replenisher.database.models import Order
from tests.e2e.daemon import Daemon, started_daemon
from tests.workflows.shop import Shop
from tests.world import HASTY_CALLS

LONG_CALLS = {
    "platforms": {"retail": dict.fromkeys(HASTY_CALLS, 4.0)},
    "times": {"lease": 5.2, "send_guard": 1.0, "track_every": 60},
}


@pytest.fixture(scope="module")
def daemon(open_shop: Callable[..., Shop]) -> Iterator[Daemon]:
    """A beat without a worker: each test starts its own to kill it."""
    with started_daemon(open_shop(**LONG_CALLS), workers=0) as running:
        yield running


def names(shop: Shop, order: Order) -> list[str]:
    return [event.name for event in shop.events(order)]


def test_an_order_that_arrived_before_its_worker_was_killed_is_found_and_not_sent_again(daemon: Daemon) -> None:
    shop = daemon.shop
    unanswered, unrecorded = shop.locations[:2]
    shop.fault("create_purchase_order", "accepted_then_timeout", unanswered, seconds=30)
    shop.fault("create_purchase_order", "drip_body", unrecorded, seconds=0.005)
    run = shop.plan([unanswered, unrecorded])
    worker = daemon.worker()
    daemon.wait(lambda: all(shop.accepted(order) for order in shop.orders(run)))
    with shop.services.database.transaction() as session:
        # The answer comes, and cannot be written: the worker dies between the two.
        session.execute(select(Order).where(Order.location == unrecorded).with_for_update())
        time.sleep(1.5)
        daemon.kill(worker)
    assert {order.state for order in shop.orders(run)} == {"submitting"}
    daemon.worker()
    daemon.wait_for_states("confirmed", run=run)
    for order in shop.orders(run):
        assert shop.moves(order) == ["approved", "submitting", "unknown", "confirmed"]
        assert "lease_expired" in names(shop, order)
        assert shop.attempts(order) == len(shop.accepted(order)) == 1
    shop.check_nothing_doubled()
    daemon.kill(daemon.processes[-1])


def test_an_order_whose_worker_was_killed_before_sending_needs_a_person_and_is_not_sent_again(daemon: Daemon) -> None:
    shop = daemon.shop
    here = shop.locations[2]
    run = shop.plan([here])
    (order,) = shop.orders(run)
    sent, asked = shop.calls("create_purchase_order"), shop.calls("token")
    # A new worker has no token yet: it claims the order, commits, and waits for one.
    shop.fault("token", "accepted_then_timeout", seconds=30, count=None)
    worker = daemon.worker()
    daemon.wait(lambda: shop.calls("token") > asked and shop.orders(run)[0].state == "submitting")
    daemon.kill(worker)
    shop.world.admin.clear_faults()
    daemon.worker()
    daemon.wait_for_states("needs_person", run=run)
    assert shop.calls("create_purchase_order") == sent
    assert shop.accepted(order) == []
    assert shop.attempts(order) == 1
    assert order.vendor_invoice_number in shop.matter("order_needs_person", here).message
    assert names(shop, order).count("looked_up_absent") >= 2
    again = shop.open([here])
    daemon.wait(lambda: shop.run(again).state == "closed")
    assert shop.orders(again) == []
    assert shop.calls("create_purchase_order") == sent
