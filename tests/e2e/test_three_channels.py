"""One daemon serves three companies over three channels: planned, ordered, shipped with serial numbers, received."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from replenisher.cli.demo_shipments import write_shipments
from replenisher.database.models import Order
from replenisher.intake.products import read_serial_kinds
from replenisher.workflows.ship.importing import import_shipments
from tests.e2e.channels_shop import PHONE, ChannelsShop
from tests.e2e.daemon import Daemon, started_daemon

CHANNELS = ("vendor_inventory", "vmi", "cmi")
REST, _, CMI = range(3)
PROCESSES = 8
"""More than the daemon's workers have together."""
DAYS = 4
"""Longer than anything is on its way."""


@pytest.fixture(scope="module")
def shop(open_channels: Callable[..., ChannelsShop]) -> ChannelsShop:
    """Three companies whose planners have counted the shelves where the platform does not tell; no phone is left."""
    shop = open_channels(CHANNELS)
    for location in shop.world.admin.ids()["locations"]:
        shop.world.admin.set_stock(location["id"], PHONE, in_stock=0, minimum=6, maximum=9, do_not_order=False)
    shop.count_shelves()
    return shop


@pytest.fixture(scope="module")
def daemon(shop: ChannelsShop) -> Iterator[Daemon]:
    with started_daemon(shop) as running:
        yield running


def plan(daemon: Daemon) -> list[int]:
    """Let the daemon run a plan of each company."""
    runs = [daemon.shop.open(company=place) for place in range(len(CHANNELS))]
    daemon.wait_for_runs(*runs)
    return runs


def ship_everything(shop: ChannelsShop) -> None:
    """Import a file with the shipment of every confirmed order, as a warehouse would export it."""
    folder = shop.world.folder
    path = write_shipments(shop.services, folder, read_serial_kinds(folder / "products.csv"))
    imported = import_shipments(shop.services, path, keep_good=False, actor="person:ann")
    assert imported.faults == ()
    assert imported.counts()["imported"] == len(shop.orders())


def with_phones(shop: ChannelsShop, place: int) -> list[Order]:
    """Orders of the company with a product whose units have serial numbers."""
    return [order for order in shop.orders_at(place) if PHONE in {line.sku for line in shop.lines(order)}]


def check_notices(shop: ChannelsShop) -> None:
    """Every product of every sent notice is at the platform with its serial numbers, and of a recorded one none is."""
    there = {(one["shipment_number"], one["sku"]): one["serial_numbers"] for one in shop.world.admin.audit()["notices"]}
    for notice in shop.dock().notices():
        for line in shop.dock().notice_lines(notice):
            assert len(line.serial_numbers) == (line.quantity if line.sku == PHONE else 0)
            held = there.get((notice.shipment_number, line.sku))
            assert held == (list(line.serial_numbers) if notice.state == "sent" else None)


def test_three_channels_plan_order_ship_and_receive_and_nothing_is_at_the_platform_twice(
    daemon: Daemon, shop: ChannelsShop
) -> None:
    first = plan(daemon)
    daemon.wait_for_states("confirmed")
    for place in range(len(CHANNELS)):
        ordered = shop.orders_at(place, first[place])
        assert sorted(order.location for order in ordered) == sorted(shop.stores(place))
        assert with_phones(shop, place)
    assert [shop.orders(run) for run in plan(daemon)] == [[], [], []], "nothing has changed since"

    ship_everything(shop)
    ends = {shop.company_at(place): end for place, end in enumerate(("recorded", "sent", "sent"))}
    daemon.wait(lambda: all(notice.state == ends[notice.company] for notice in shop.dock().notices()))
    check_notices(shop)

    shop.world.admin.advance(DAYS)
    daemon.wait_for_states("received")
    assert all(line.received == line.quantity for order in shop.orders() for line in shop.lines(order))
    later = plan(daemon)
    # Each process learns the platform's clock from its own calls: one that has made none since the days passed reads
    # papers up to the day before them, and knows better after its first plan.
    for _ in range(PROCESSES):
        if all(shop.book(CMI, store) == shop.shelves(store) for store in shop.stores(CMI)):
            break
        later.append(shop.open(company=CMI))
        daemon.wait_for_runs(later[-1])
    daemon.wait_for_states("confirmed", "received")
    assert any(shop.orders(run) for run in later), "customers have bought since"
    for store in shop.stores(CMI):
        assert shop.book(CMI, store) == shop.shelves(store)
    # A further attempt follows only an answer by which nothing had happened, such as 401 once days have passed.
    for order in shop.orders():
        harmless = [event for event in shop.events(order) if event.name in ("not_sent", "unauthorised", "throttled")]
        assert shop.attempts(order) == 1 + len(harmless)
    assert [(one.kind, one.message) for one in shop.matters()] == []
    assert len(shop.world.admin.audit()["accepted"]) == len(shop.orders())
    shop.check_nothing_doubled()
