"""Kill -9 of a worker with a SOAP order or shipment notice on its way: one at the platform, and never a second try."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from subprocess import Popen

import pytest
from sqlalchemy import select, text

from replenisher.database.models import Order
from tests.chaos.test_kill_worker import LONG_CALLS, names
from tests.e2e.channels_shop import ChannelsShop
from tests.e2e.daemon import Daemon, started_daemon
from tests.workflows.shop import HELD

VMI, CMI, TRUSTING = range(3)
CHANNELS = ("vmi", "cmi", "cmi")
NOTICE = "CreatePurchaseOrderShipmentNotice"
SETTINGS = {VMI: HELD, CMI: HELD, TRUSTING: {**HELD, "notices": {"unanswered": "sent"}}}
"""The last company takes a notice whose fate nobody can be asked for as sent; a person lets orders go together."""


@pytest.fixture(scope="module")
def shop(open_channels: Callable[..., ChannelsShop]) -> ChannelsShop:
    """Every document that hangs needs a worker process of its own: SOAP calls of a process go out one by one."""
    shop = open_channels(CHANNELS, settings_of=SETTINGS, work={"worker_processes": 3}, **LONG_CALLS)
    shop.count_shelves()
    return shop


@pytest.fixture(scope="module")
def daemon(shop: ChannelsShop) -> Iterator[Daemon]:
    """A beat without a worker: the tests start workers and kill them."""
    with started_daemon(shop, workers=0) as running:
        yield running


def running_worker(daemon: Daemon) -> Popen[str]:
    """The worker that an earlier test has left running, or a new one."""
    _, *workers = daemon.processes
    return workers[0] if workers else daemon.worker()


def somebody_waits_for_a_lock(shop: ChannelsShop) -> bool:
    waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with shop.services.database.transaction() as session:
        return session.execute(text(waiting)).first() is not None


def test_an_order_whose_worker_was_killed_before_its_soap_answer_was_recorded_is_found_and_not_sent_again(
    daemon: Daemon, shop: ChannelsShop
) -> None:
    (unanswered, unrecorded), (other, _) = shop.stores(VMI), shop.stores(CMI)
    worker = running_worker(daemon)
    # Planned here while the worker starts.
    shop.plan(company=VMI)
    shop.plan([other], company=CMI)
    shop.fault("vmi.CreatePurchaseOrder", "accepted_then_timeout", unanswered, seconds=30)
    shop.fault("vmi.CreatePurchaseOrder", "drip_headers", unrecorded, seconds=0.01)
    shop.fault("cmi.CreatePurchaseOrder", "accepted_then_timeout", other, seconds=30)
    shop.approve(shop.orders())
    assert len(shop.orders()) == 3
    daemon.wait(lambda: all(shop.accepted(order) for order in shop.orders()))
    with shop.services.database.transaction() as session:
        # The answer comes, and cannot be written: the worker dies between the two.
        session.execute(select(Order).where(Order.location == unrecorded).with_for_update())
        daemon.wait(lambda: somebody_waits_for_a_lock(shop))
        daemon.kill(worker)
    assert {order.state for order in shop.orders()} == {"submitting"}
    daemon.worker()
    daemon.wait_for_states("confirmed")
    for order in shop.orders():
        (theirs,) = shop.accepted(order)
        assert order.platform_order_id == theirs["purchase_order_id"]
        assert shop.moves(order) == ["held", "approved", "submitting", "unknown", "confirmed"]
        assert "lease_expired" in names(shop, order)
        assert shop.attempts(order) == 1
    assert (shop.calls("vmi.CreatePurchaseOrder"), shop.calls("cmi.CreatePurchaseOrder")) == (2, 1)
    shop.check_nothing_doubled()


def test_a_notice_whose_worker_was_killed_is_looked_up_over_vmi_and_settled_as_the_company_says_over_cmi(
    daemon: Daemon, shop: ChannelsShop
) -> None:
    worker = running_worker(daemon)
    runs = [shop.open(company=place) for place in (VMI, CMI, TRUSTING)]
    daemon.wait_for_runs(*runs)
    shop.approve(order for order in shop.orders() if order.state == "held")
    daemon.wait_for_states("confirmed")
    shop.fault(f"vmi.{NOTICE}", "accepted_then_timeout", seconds=30)
    shop.fault(f"cmi.{NOTICE}", "accepted_then_timeout", seconds=30, count=2)
    dock = shop.dock()
    numbers = [dock.import_one(shop.orders_at(place)[0]).shipment_number for place in (VMI, CMI, TRUSTING)]
    daemon.wait(lambda: announced(shop) == sorted(numbers))
    daemon.kill(worker)
    assert [dock.notice(number).state for number in numbers] == ["submitting"] * 3
    daemon.worker()
    daemon.wait(lambda: [dock.notice(number).state for number in numbers] == ["sent", "needs_person", "sent"])
    ways = [dock.names(dock.notice(number))[-2:] for number in numbers]
    assert ways == [["lease_expired", name] for name in ("found", "needs_person", "taken_as_sent")]
    (matter,) = shop.matters("notice_needs_person")
    assert matter.subject == numbers[CMI]
    assert {dock.notice(number).attempts for number in numbers} == {1}
    assert announced(shop) == sorted(numbers)
    assert (shop.calls(f"vmi.{NOTICE}"), shop.calls(f"cmi.{NOTICE}")) == (1, 2)
    shop.check_nothing_doubled()


def announced(shop: ChannelsShop) -> list[str]:
    """Numbers of the shipments that the platform knows, one for each product of each."""
    return sorted(one["shipment_number"] for one in shop.world.admin.audit()["notices"])
