"""Bad answers of the SOAP services, met by the daemon: every order ends in the right state, and none goes twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from replenisher.database.models import Order
from replenisher.errors import AmbiguousError
from replenisher.purchasing.platform import RequestLine
from replenisher.workflows.submit import request_of
from tests.e2e.channels_shop import ChannelsShop
from tests.e2e.daemon import Daemon, started_daemon
from tests.workflows.shop import HELD

VMI, CMI = range(2)
CREATES = ("vmi.CreatePurchaseOrder", "cmi.CreatePurchaseOrder")


@pytest.fixture(scope="module")
def shop(open_channels: Callable[..., ChannelsShop]) -> ChannelsShop:
    """Every order waits for a person, so that a test may do something before it is sent."""
    shop = open_channels(("vmi", "cmi"), locations=5, settings_of={VMI: HELD, CMI: HELD})
    shop.count_shelves()
    return shop


@pytest.fixture(scope="module")
def daemon(shop: ChannelsShop) -> Iterator[Daemon]:
    with started_daemon(shop) as running:
        yield running


def held(daemon: Daemon, shop: ChannelsShop, *wanted: tuple[int, str]) -> list[Order]:
    """Let the daemon plan these locations of companies; gives their held orders."""
    runs = [shop.open([store], company=place) for place, store in wanted]
    daemon.wait_for_runs(*runs)
    return [order for run in runs for order in shop.orders(run)]


def names(shop: ChannelsShop, order: Order) -> list[str]:
    return [event.name for event in shop.events(order)]


def wait_for(daemon: Daemon, shop: ChannelsShop, order: Order, *states: str) -> None:
    daemon.wait(lambda: shop.order(order.location).state in states)


def arrived_already(shop: ChannelsShop, order: Order, place: int) -> None:
    """Let the platform have the order by a try of which our database knows nothing."""
    with shop.services.database.transaction() as session:
        request = request_of(session, order)
    shop.fault(CREATES[place], "accepted_then_reset", order.location)
    with pytest.raises(AmbiguousError):
        shop.services.channel(shop.services.settings.companies[place]).create(request)


def test_an_order_that_the_platform_says_it_has_is_looked_up_and_confirmed(daemon: Daemon, shop: ChannelsShop) -> None:
    orders = held(daemon, shop, (VMI, shop.stores(VMI)[0]), (CMI, shop.stores(CMI)[0]))
    for place, order in enumerate(orders):
        arrived_already(shop, order, place)
    # The first is refused in the platform's own words, which tell the id; the other by its number.
    text = f"Found Purchase orders for StoreID [{orders[CMI].location}] by VendorInvoiceNumber"
    shop.fault(CREATES[CMI], "soap_fault", orders[CMI].location, text=f"{text} [{orders[CMI].vendor_invoice_number}]")
    shop.approve(orders)
    for order, words in zip(orders, ("Existing Purchase order has been found", text), strict=True):
        wait_for(daemon, shop, order, "confirmed")
        assert shop.moves(order) == ["held", "approved", "submitting", "unknown", "confirmed"]
        (refusal,) = [event for event in shop.events(order) if event.name == "exists"]
        assert words in refusal.evidence["message"]
        (theirs,) = shop.accepted(order)
        assert shop.order(order.location).platform_order_id == theirs["purchase_order_id"]
        assert shop.attempts(order) == 1


def test_an_order_with_a_field_that_the_platform_refuses_is_refused_and_counts_no_more(
    daemon: Daemon, shop: ChannelsShop
) -> None:
    here = shop.stores(VMI)[1]
    (order,) = held(daemon, shop, (VMI, here))
    text = "The estimated arrival date is not in the MM/dd/yyyy format"
    shop.fault(CREATES[VMI], "soap_fault", here, text=text)
    shop.approve([order])
    wait_for(daemon, shop, order, "refused")
    assert text in shop.matter("order_refused", here).message
    assert (shop.accepted(order), shop.attempts(order), shop.in_flight(here)) == ([], 1, 0)


def test_an_order_answered_by_a_web_page_is_looked_up_and_shown_to_a_person_when_it_is_not_there(
    daemon: Daemon, shop: ChannelsShop
) -> None:
    absent, present = held(daemon, shop, (VMI, shop.stores(VMI)[2]), (CMI, shop.stores(CMI)[1]))
    shop.fault(CREATES[VMI], "error_503", absent.location)
    shop.fault(CREATES[CMI], "error_500_after", present.location)
    shop.approve([absent, present])
    wait_for(daemon, shop, present, "confirmed")
    wait_for(daemon, shop, absent, "needs_person")
    assert shop.moves(present)[-2:] == ["unknown", "confirmed"]
    assert shop.moves(absent)[-2:] == ["unknown", "needs_person"]
    assert names(shop, absent).count("looked_up_absent") >= 2
    assert absent.vendor_invoice_number in shop.matter("order_needs_person", absent.location).message
    assert (len(shop.accepted(present)), shop.accepted(absent)) == (1, [])
    assert (shop.attempts(present), shop.attempts(absent)) == (1, 1)
    assert shop.in_flight(absent.location) == absent.units


def test_an_answer_that_repeats_another_quantity_is_told_and_the_order_itself_decides(
    daemon: Daemon, shop: ChannelsShop
) -> None:
    equal, other = held(daemon, shop, (CMI, shop.stores(CMI)[2]), (VMI, shop.stores(VMI)[3]))
    # The order over VMI cannot be read until the retailer has changed it.
    shop.fault("vmi.GetPurchaseOrderByReferenceNumber", "error_503", count=None)
    shop.world.admin.switch(echo_quantity=777)
    shop.approve([equal, other])
    wait_for(daemon, shop, equal, "confirmed")
    wait_for(daemon, shop, other, "accepted")
    line = shop.lines(other)[0]
    desk = shop.services.channel(shop.services.settings.companies[VMI])
    changed = RequestLine(line.sku, line.quantity + 1, None)
    desk.update_lines(other.company, shop.order(other.location).platform_order_id or "", [changed])
    shop.world.admin.clear_faults()
    shop.world.admin.switch(echo_quantity=0)
    wait_for(daemon, shop, other, "needs_person")
    assert f"says {line.quantity + 1}" in shop.matter("order_needs_person", other.location).message
    for order in (equal, other):
        assert "says 777" in shop.matter("order_echo", order.location).message
        assert len(shop.accepted(order)) == shop.attempts(order) == 1
    assert shop.in_flight(other.location) == other.units
