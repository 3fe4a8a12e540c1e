"""A worker that stops between its claim and its call, and goes on much later: it sends nothing, and tells the truth."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from replenisher.errors import AmbiguousError, NotSentError
from replenisher.purchasing.platform import OrderAccepted, OrderRequest
from replenisher.workflows.approve import decline_order
from replenisher.workflows.reconcile import reconcile_order
from replenisher.workflows.submit import request_of, submit_order
from tests.patience import HURRY_SECONDS, PATIENCE_SECONDS
from tests.workflows.altered import Raised, alter, real_channel
from tests.workflows.conftest import OpenShop
from tests.workflows.shop import Shop

HASTY = {"send_guard": 0.3, "look_ups": [0.1], "settle_window": 0.2}


def looked_up_until(shop: Shop, order_id: int, state: str) -> None:
    """Let other workers look for the order until it is in this state."""
    for _ in range(100):
        if shop.orders()[0].state == state:
            return
        shop.time_passes()
        reconcile_order(shop.services, order_id)
        time.sleep(0.05)
    raise AssertionError(shop.orders()[0].state)


def test_an_order_is_not_sent_after_its_time(shop: Shop) -> None:
    (order,) = shop.orders(shop.plan(shop.locations[:1]))
    with shop.services.database.transaction() as session:
        request = request_of(session, order)
    with pytest.raises(NotSentError):
        real_channel(shop).create(request, send_before=time.monotonic() - 0.001)
    assert shop.calls("create_purchase_order") == 0
    assert real_channel(shop).create(request, send_before=time.monotonic() + PATIENCE_SECONDS).platform_order_id
    assert len(shop.accepted(order)) == 1


def test_a_worker_frozen_after_its_claim_does_not_send_when_it_wakes_up(open_shop: OpenShop) -> None:
    shop = open_shop("--locations", "1", times={"send_guard": HURRY_SECONDS})
    (order,) = shop.orders(shop.plan())
    freezes = iter((True, False))

    def create(request: OrderRequest, **when: Any) -> OrderAccepted:
        if next(freezes):
            time.sleep(HURRY_SECONDS + 0.05)
        return real.create(request, **when)

    real = alter(shop, create=create)
    submit_order(shop.services, order.id)
    assert (shop.orders()[0].state, shop.accepted(order)) == ("approved", [])
    assert [event.name for event in shop.events(order)][-2:] == ["claimed", "not_sent"]
    shop.world.changes |= {"times": {"send_guard": PATIENCE_SECONDS, "lease": 2 * PATIENCE_SECONDS}}
    shop.services.settings = shop.world.settings()
    shop.work_until_states("confirmed")
    assert (shop.attempts(order), len(shop.accepted(order))) == (2, 1)


def test_an_order_released_by_a_person_is_not_sent_by_a_worker_that_wakes_up_then(open_shop: OpenShop) -> None:
    shop = open_shop("--locations", "1", times=HASTY)
    (order,) = shop.orders(shop.plan())

    def frozen(request: OrderRequest, **when: Any) -> OrderAccepted:
        looked_up_until(shop, order.id, "needs_person")
        decline_order(shop.services, str(order.id), actor="person:ann", reason="the retailer has no such order")
        time.sleep(0.3)
        return real.create(request, **when)

    real = alter(shop, create=frozen)
    submit_order(shop.services, order.id)
    assert (shop.orders()[0].state, shop.accepted(order)) == ("cancelled", [])
    assert shop.events(order)[-1].name == "late_not_sent"
    assert shop.matters() == []


def test_an_acceptance_that_comes_after_the_lease_is_told_and_settled_by_a_look_up(open_shop: OpenShop) -> None:
    shop = open_shop("--locations", "1", times={"settle_window": 60})
    (order,) = shop.orders(shop.plan())

    def slow_to_record(request: OrderRequest, **when: Any) -> OrderAccepted:
        answer = real.create(request, **when)
        shop.time_passes()
        reconcile_order(shop.services, order.id)
        assert shop.orders()[0].state == "unknown"
        return answer

    real = alter(shop, create=slow_to_record)
    submit_order(shop.services, order.id)
    (late,) = shop.matters()
    assert (late.kind, late.order_id) == ("order_accepted_late", order.id)
    assert shop.accepted(order)[0]["purchase_order_id"] in late.message
    shop.work_until_states("confirmed")
    assert shop.matters() == []
    shop.check_nothing_doubled()


def test_an_ambiguous_answer_that_comes_late_is_nothing_to_tell(open_shop: OpenShop) -> None:
    shop = open_shop("--locations", "1", times={"settle_window": 60})
    (order,) = shop.orders(shop.plan())

    def slow(*_: Any, **__: Any) -> OrderAccepted:
        shop.time_passes()
        reconcile_order(shop.services, order.id)
        return Raised(AmbiguousError("no answer"))()

    alter(shop, create=slow)
    submit_order(shop.services, order.id)
    assert (shop.orders()[0].state, shop.matters()) == ("unknown", [])


@pytest.mark.parametrize("limit", [1, 3])
def test_never_more_orders_of_a_company_are_under_way_than_it_allows(open_shop: OpenShop, limit: int) -> None:
    work = {"submissions_in_flight": limit, "batch_locations": 8}
    shop = open_shop("--locations", "6", work=work, times={"rehint": 0.2})
    lock, now, most, full = threading.Lock(), 0, 0, threading.Event()

    def create(request: OrderRequest, **when: Any) -> OrderAccepted:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
            if now == limit:
                full.set()
        # The first ones wait for each other, however slowly they come; a moment more lets one too many be seen.
        full.wait(1.0)
        time.sleep(0.1)
        answer = real.create(request, **when)
        with lock:
            now -= 1
        return answer

    found = shop.orders(shop.plan())
    real = alter(shop, create=create)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda order: submit_order(shop.services, order.id), found))
    assert most == limit
    shop.workers = 8
    shop.work_until_states("confirmed")
    assert most == limit
    shop.check_nothing_doubled()
