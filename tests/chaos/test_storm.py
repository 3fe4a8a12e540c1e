"""Workers are killed again and again while the platform misbehaves: nothing is doubled and nothing is lost."""

from __future__ import annotations

import contextlib
import os
import random
import signal
from collections.abc import Callable
from typing import Any

import pytest

from replenisher.database import orders
from replenisher.database.models import Order
from tests.e2e.daemon import Daemon, children_of, started_daemon
from tests.workflows.shop import Shop
from tests.world import HASTY_CALLS

SEED = 20260105
LOCATIONS = 42
KILLS = 8
OFTEN = {"count": None}
SOON = {"headers": {"X-RateLimit-ResetSeconds": "1"}}
CREATE_FAULTS: tuple[tuple[str, float, dict[str, Any]], ...] = (
    ("accepted_then_reset", 0.10, {}),
    ("accepted_then_timeout", 0.05, {"seconds": 3}),
    ("late_acceptance", 0.05, {"seconds": 0.5}),
    ("reset_before", 0.05, {}),
    ("error_500_after", 0.08, {}),
    ("error_500_before", 0.05, {}),
    ("html_202", 0.05, {}),
    ("truncated_json", 0.05, {}),
    ("throttled_429", 0.08, SOON),
    ("expired_token", 0.05, {}),
    ("drip_body", 0.5, {"seconds": 0.003}),
)
READ_FAULTS = (
    ("get_purchase_order", "error_503", 0.05),
    ("get_purchase_order", "truncated_json", 0.03),
    ("list_purchase_orders", "error_503", 0.10),
    ("list_purchase_orders", "truncated_json", 0.05),
    ("inventory_report", "error_503", 0.03),
)


@pytest.fixture(scope="module")
def shop(open_shop: Callable[..., Shop]) -> Shop:
    """Many small orders to be made, and faults by a seed of the sandbox."""
    shop = open_shop(
        *("--locations", str(LOCATIONS), "--skus", "8", "--seed", "11", "--history-days", "1"),
        work={"batch_locations": 10, "submissions_in_flight": 30, "worker_processes": 3},
        platforms={"retail": HASTY_CALLS},
        times={"lease": 8.0, "send_guard": 4.0},
    )
    for location in shop.locations:
        shop.world.admin.set_stock(int(location), "00123", in_stock=0, minimum=20, maximum=40, do_not_order=False)
    for fault, probability, values in CREATE_FAULTS:
        shop.fault("create_purchase_order", fault, probability=probability, **OFTEN, **values)
    for operation, fault, probability in READ_FAULTS:
        shop.fault(operation, fault, probability=probability, **OFTEN)
    return shop


def test_kill_9_of_random_workers_under_faults_doubles_nothing_and_loses_nothing(shop: Shop) -> None:
    chance = random.Random(SEED)  # noqa: S311 - the same choices for the same seed
    with started_daemon(shop, workers=2) as daemon:
        run = shop.open()
        daemon.wait(lambda: len(shop.orders(run)) == LOCATIONS)
        hit: set[int] = set()
        while len(hit) < KILLS and any(order.state in ("approved", "submitting") for order in shop.orders(run)):
            found = [one for one in shop.orders(run) if one.state == "submitting" and one.id not in hit]
            if found:
                order = chance.choice(found)
                hit.add(order.id)
                kill_sender(daemon, order, whole=len(hit) == KILLS // 2)
        daemon.wait(lambda: all(at_rest(shop, order) for order in shop.orders(run)))
    lost_their_worker = [order for order in shop.orders(run) if "lease_expired" in names(shop, order)]
    assert len(lost_their_worker) >= KILLS / 2
    for order in shop.orders(run):
        accepted = len(shop.accepted(order))
        assert (order.state, accepted) in {("confirmed", 1), ("needs_person", 0)}, shop.moves(order)
        if order.state == "needs_person":
            assert order.vendor_invoice_number in shop.matter("order_needs_person", order.location).message
    assert sum(order.state == "confirmed" for order in shop.orders(run)) > LOCATIONS / 2
    shop.check_nothing_doubled()


def names(shop: Shop, order: Order) -> list[str]:
    return [event.name for event in shop.events(order)]


def kill_sender(daemon: Daemon, order: Order, *, whole: bool) -> None:
    """Kill the process that has this order on its way; `whole`: its worker with all children, and start another."""
    with daemon.shop.services.database.transaction() as session:
        pid = int(orders.attempts_of(session, order.id)[-1].worker.rpartition(":")[2])
    worker = next((one for one in daemon.processes if pid in children_of(one.pid)), None)
    if whole and worker is not None:
        daemon.kill(worker)
        daemon.worker()
    elif worker is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def at_rest(shop: Shop, order: Order) -> bool:
    """Confirmed, or shown to a person while the platform has nothing of it."""
    return order.state == "confirmed" or (order.state == "needs_person" and not shop.accepted(order))
