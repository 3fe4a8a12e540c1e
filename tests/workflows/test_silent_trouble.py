"""Trouble that would go on silently for ever: after a while a person hears of it, and hears when it is over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from replenisher.database import companies
from replenisher.database.models import Order
from replenisher.errors import NotSentError, RefusedError, UnavailableError
from replenisher.workflows.pauses import resume_company
from replenisher.workflows.reconcile import reconcile_order
from replenisher.workflows.submit import submit_order
from replenisher.workflows.track import track_order
from tests.workflows.altered import Raised, alter
from tests.workflows.conftest import OpenShop
from tests.workflows.shop import Shop

WINDOW = 60.0
TIMES = {"look_ups": [0.1], "settle_window": WINDOW, "poll_limit": WINDOW, "polls": [0.05], "track_every": 120.0}


@pytest.fixture
def shop(open_shop: OpenShop) -> Shop:
    """One location, and windows that end when a test says so."""
    return open_shop("--locations", "1", "--creation-delay", "0", times=TIMES)


def waiting_order(shop: Shop) -> Order:
    (order,) = shop.orders(shop.plan())
    return order


def sent(shop: Shop, order: Order, times: int = 1) -> Order:
    """Try to send the order so often; gives it as it is then."""
    for _ in range(times):
        shop.time_passes()
        submit_order(shop.services, order.id)
    return shop.orders()[0]


def waits(shop: Shop) -> timedelta:
    """How long the order is left in peace from now."""
    (order,) = shop.orders()
    assert order.next_at is not None
    with shop.services.database.transaction() as session:
        return order.next_at - companies.now(session)


def window_ends(shop: Shop) -> None:
    """Let the order have been in its state for longer than any window, and be due now."""
    with shop.services.database.transaction() as session:
        session.execute(update(Order).values(state_since=Order.state_since - timedelta(seconds=WINDOW + 1)))
    shop.time_passes()


def kinds(shop: Shop) -> list[str]:
    return [matter.kind for matter in shop.matters()]


@pytest.mark.parametrize("operation", ["list_purchase_orders", "get_purchase_order"])
def test_an_unknown_order_whose_look_ups_are_never_answered_is_told_and_asked_about_less_often(
    shop: Shop, operation: str
) -> None:
    order = waiting_order(shop)
    shop.fault("create_purchase_order", "accepted_then_reset")
    shop.fault(operation, "error_503", count=None)
    assert sent(shop, order).state == "unknown"
    shop.time_passes()
    reconcile_order(shop.services, order.id)
    assert (kinds(shop), waits(shop) < timedelta(seconds=1)) == ([], True)
    window_ends(shop)
    reconcile_order(shop.services, order.id)
    assert (shop.orders()[0].state, kinds(shop)) == ("unknown", ["order_unknown"])
    assert waits(shop) > timedelta(seconds=WINDOW)
    assert "the platform does not tell" in shop.matters()[0].message
    shop.world.admin.clear_faults()
    shop.time_passes()
    shop.work_until_states("confirmed")
    assert (kinds(shop), shop.attempts(order)) == ([], 1)


def test_an_accepted_order_that_never_can_be_read_is_told_and_settles_when_it_can(shop: Shop) -> None:
    order = waiting_order(shop)
    sent(shop, order)
    alter(shop, read=Raised(UnavailableError("SKU 00123, field Quantity: is missing")))
    track_now(shop, order)
    assert kinds(shop) == []
    window_ends(shop)
    track_order(shop.services, order.id)
    assert (shop.orders()[0].state, kinds(shop)) == ("accepted", ["order_unknown"])
    assert "field Quantity: is missing" in shop.matters()[0].message
    alter(shop)
    shop.work_until_states("confirmed")
    assert kinds(shop) == []


def test_an_accepted_order_that_failed_at_last_is_told_as_failed_and_not_as_unknown_any_more(shop: Shop) -> None:
    order = waiting_order(shop)
    sent(shop, order)
    alter(shop, read=Raised(UnavailableError("no answer")))
    window_ends(shop)
    track_order(shop.services, order.id)
    assert kinds(shop) == ["order_unknown"]
    alter(shop)
    shop.world.admin.change_order(str(shop.orders()[0].platform_order_id), "fail")
    shop.world.admin.switch(
        failed_orders_visible="no"
    ) if "failed_orders_visible" in shop.world.admin.switch() else None
    track_now(shop, order)
    assert (shop.orders()[0].state, kinds(shop)) == ("failed", ["order_failed"])


def track_now(shop: Shop, order: Order) -> None:
    shop.time_passes()
    track_order(shop.services, order.id)


def test_an_order_that_does_not_get_out_is_told_after_five_attempts_until_it_does(shop: Shop) -> None:
    order = waiting_order(shop)
    alter(shop, create=Raised(NotSentError("the certificate of the platform has expired")))
    assert (sent(shop, order, 4).state, kinds(shop)) == ("approved", [])
    assert (sent(shop, order, 1).state, kinds(shop)) == ("approved", ["order_not_sent"])
    assert "tried 5 times and not one got out: the certificate" in shop.matters()[0].message
    sent(shop, order, 2)
    assert [matter.times_seen for matter in shop.matters()] == [3]
    alter(shop)
    assert (sent(shop, order, 1).state, kinds(shop)) == ("accepted", [])
    shop.check_nothing_doubled()


def test_an_order_that_gets_out_at_last_and_is_refused_is_told_as_refused_only(shop: Shop) -> None:
    order = waiting_order(shop)
    alter(shop, create=Raised(NotSentError("the certificate of the platform has expired")))
    sent(shop, order, 5)
    alter(shop, create=Raised(RefusedError("answered 400: closed for stocktaking", status=400)))
    assert (sent(shop, order).state, kinds(shop)) == ("refused", ["order_refused"])


def test_a_nul_in_the_platforms_words_does_not_hide_what_it_answered(shop: Shop) -> None:
    order = waiting_order(shop)
    alter(shop, create=Raised(RefusedError("answered 400: no SKU \0", status=400, answer='{"sku":"\0"}')))
    assert (sent(shop, order).state, kinds(shop)) == ("refused", ["order_refused"])
    assert shop.matters()[0].message.endswith("no SKU \N{REPLACEMENT CHARACTER}")
    assert shop.events(order)[-1].evidence["answer"] == '{"sku":"\N{REPLACEMENT CHARACTER}"}'
    assert shop.in_flight(order.location) == 0


def test_an_order_that_we_may_not_send_is_looked_for_again_once_the_retailer_has_enabled_us(shop: Shop) -> None:
    order = waiting_order(shop)
    shop.world.admin.call("POST", "access", {"company": int(shop.company), "enabled": False})
    assert sent(shop, order).state == "needs_person"
    assert sorted(kinds(shop)) == ["company_paused", "order_needs_person"]
    assert waits(shop) > timedelta(seconds=WINDOW)
    shop.world.admin.call("POST", "access", {"company": int(shop.company), "enabled": True})
    resume_company(shop.services, shop.company)
    asked = shop.calls("list_purchase_orders")
    shop.time_passes()
    shop.work_until_asked("list_purchase_orders", asked + 1)
    assert (shop.orders()[0].state, kinds(shop)) == ("needs_person", ["order_needs_person"])
    assert shop.accepted(order) == []


def test_a_confirmed_order_that_cannot_be_read_for_hours_is_told_until_it_can(shop: Shop) -> None:
    order = waiting_order(shop)
    assert sent(shop, order).state == "accepted"
    shop.time_passes()
    track_order(shop.services, order.id)
    assert shop.orders()[0].state == "confirmed"
    shop.fault("get_purchase_order", "error_503", count=None)
    for failed in range(8):
        assert kinds(shop) == [], f"{failed} failed reads are no matter yet"
        shop.time_passes()
        track_order(shop.services, order.id)
    assert kinds(shop) == ["order_not_read"]
    assert shop.orders()[0].state == "confirmed"
    shop.world.admin.clear_faults()
    shop.time_passes()
    track_order(shop.services, order.id)
    assert kinds(shop) == []
