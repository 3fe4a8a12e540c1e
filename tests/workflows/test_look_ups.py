"""An order that may have arrived is looked for by its reference until the platform's own list settles it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from replenisher.database.models import Order
from replenisher.database.orders import requested_lines
from replenisher.workflows.approve import decline_order
from replenisher.workflows.pauses import resume_company
from replenisher.workflows.reconcile import reconcile_order
from replenisher.workflows.submit import submit_order
from tests.workflows.conftest import OpenShop
from tests.workflows.shop import Shop
from tests.world import HASTY_CALLS

PATIENT = {"look_ups": [0.5, 1.0], "settle_window": 60}


def unknown_order(shop: Shop, fault: str = "accepted_then_reset") -> Order:
    """The order of the first location, sent, with an answer that tells nothing."""
    shop.fault("create_purchase_order", fault, shop.locations[0])
    run = shop.plan(shop.locations[:1])
    (order,) = shop.work_until_states("unknown", run=run)
    return order


def test_an_order_found_twice_is_a_duplicate_and_its_company_sends_nothing_more(open_shop: OpenShop) -> None:
    shop = open_shop("--creation-delay", "0")
    shop.fault("create_purchase_order", "throttled_429", shop.locations[1])
    shop.plan(shop.locations[1:2])
    order = unknown_order(shop)
    (theirs,) = shop.accepted(order)
    shop.world.admin.change_order(theirs["purchase_order_id"], "duplicate")
    shop.work(lambda: shop.order(order.location).state == "duplicate")
    message = shop.matter("order_duplicate", order.location).message
    assert all(entry["purchase_order_id"] in message for entry in shop.accepted(order))
    assert shop.in_flight(order.location) == order.units
    waiting = shop.order(shop.locations[1])
    shop.time_passes()
    submit_order(shop.services, waiting.id)
    assert shop.accepted(waiting) == []
    decline_order(shop.services, order.vendor_invoice_number, actor="person:ann", reason="both are cancelled there")
    resume_company(shop.services, shop.company)
    shop.work(lambda: shop.order(waiting.location).state == "confirmed")
    assert shop.in_flight(order.location) == 0


def test_an_order_whose_content_differs_at_the_platform_needs_a_person(open_shop: OpenShop) -> None:
    shop = open_shop("--creation-delay", "0", times=PATIENT)
    order = unknown_order(shop)
    (theirs,) = shop.accepted(order)
    channel = shop.services.channel(shop.services.settings.companies[0])
    with shop.services.database.transaction() as session:
        line = requested_lines(session, order.id)[0]
    channel.update_lines(shop.company, theirs["purchase_order_id"], [replace(line, quantity=line.quantity + 3)])
    shop.work_until_states("needs_person")
    message = shop.matter("order_needs_person", order.location).message
    assert f"{line.sku}: asked for {line.quantity}, the platform's order says {line.quantity + 3}" in message
    assert shop.in_flight(order.location) == order.units
    channel.update_lines(shop.company, theirs["purchase_order_id"], [line])
    shop.work_until_states("confirmed")
    assert shop.matters("order_needs_person") == []


def test_a_list_that_was_not_answered_says_nothing_about_absence(open_shop: OpenShop) -> None:
    times = {"look_ups": [0.1], "settle_window": 0.3}
    shop = open_shop("--locations", "1", times=times, platforms={"retail": HASTY_CALLS})
    shop.fault("list_purchase_orders", "error_503", count=None)
    order = unknown_order(shop)
    for fault in ("error_503", "html_200", "truncated_json", "reset_before", "throttled_429"):
        shop.world.admin.clear_faults()
        shop.fault("list_purchase_orders", fault, count=None)
        asked = shop.calls("list_purchase_orders")
        shop.work_until_asked("list_purchase_orders", asked + 2)
        assert shop.order(order.location).state == "unknown", fault
    shop.world.admin.clear_faults()
    shop.work_until_states("confirmed")
    assert shop.attempts(order) == 1


def test_an_order_that_the_list_hides_while_it_is_uncommitted_is_not_sent_again(open_shop: OpenShop) -> None:
    shop = open_shop("--list-uncommitted", "no", "--commit-after-days", "-1", company={"committed": False})
    order = unknown_order(shop)
    shop.work_until_states("needs_person")
    assert len(shop.accepted(order)) == 1
    assert shop.orders(shop.plan([order.location])) == []
    shop.world.admin.change_order(shop.accepted(order)[0]["purchase_order_id"], "commit")
    shop.work_until_states("confirmed")


def test_an_order_is_found_on_a_later_page_of_the_list(open_shop: OpenShop) -> None:
    shop = open_shop("--page-size", "1", "--retailer-orders", "4", "--locations", "1")
    unknown_order(shop)
    shop.work_until_states("confirmed")
    shop.check_nothing_doubled()


def test_the_same_hint_given_many_times_sends_the_order_once(shop: Shop) -> None:
    run = shop.plan(shop.locations[:1])
    (order,) = shop.orders(run)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: submit_order(shop.services, order.id), range(12)))
    assert shop.calls("create_purchase_order") == 1
    assert shop.attempts(order) == 1


def test_an_answer_that_comes_after_the_lease_is_kept_as_news_and_moves_nothing(open_shop: OpenShop) -> None:
    shop = open_shop("--locations", "1", times=PATIENT, platforms={"retail": HASTY_CALLS})
    shop.fault("create_purchase_order", "late_acceptance", seconds=0)
    (order,) = shop.orders(shop.plan())
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(submit_order, shop.services, order.id)
        shop_waits_for_claim(shop, order)
        shop.time_passes()
        reconcile_order(shop.services, order.id)
        assert shop.order(order.location).state == "unknown"
        sending.result()
    assert [event.name for event in shop.events(order)][-2:] == ["lease_expired", "late_ambiguous"]
    shop.time_passes()
    shop.work_until_states("confirmed")
    assert shop.moves(order) == ["approved", "submitting", "unknown", "confirmed"]
    shop.check_nothing_doubled()


def shop_waits_for_claim(shop: Shop, order: Order) -> None:
    """Wait until another thread has the order on its way."""
    while shop.calls("create_purchase_order") == 0:
        assert shop.order(order.location).state in ("approved", "submitting")
