"""A confirmed order answers 404: whether it is gone or only hidden, and who decides."""

from __future__ import annotations

import pytest

from replenisher.database.models import Order
from replenisher.errors import AbsentError
from replenisher.workflows.track import track_order
from tests.workflows.altered import Raised, alter
from tests.workflows.conftest import OpenShop
from tests.workflows.shop import Shop

BARE = AbsentError("order: answered 404 without a word", explained=False)


@pytest.fixture
def shop(open_shop: OpenShop) -> Shop:
    """A confirmed order that is looked at when a test says so."""
    shop = open_shop("--locations", "1", "--creation-delay", "0", times={"track_every": 60})
    shop.plan()
    shop.work_until_states("confirmed")
    return shop


def looked_at(shop: Shop) -> Order:
    """Look at the order once more; gives it as it is then."""
    shop.time_passes()
    (order,) = shop.orders()
    track_order(shop.services, order.id)
    return shop.orders()[0]


def test_a_bare_404_changes_nothing_while_the_list_still_shows_the_order(shop: Shop) -> None:
    alter(shop, read=Raised(BARE))
    asked = shop.calls("list_purchase_orders")
    for _ in range(3):
        order = looked_at(shop)
        assert order.state == "confirmed"
        assert order.next_at is not None
    assert shop.calls("list_purchase_orders") >= asked + 3
    assert (shop.matters(), shop.in_flight(order.location)) == ([], 0)
    alter(shop)
    shop.world.admin.change_order(str(order.platform_order_id), "receive")
    assert looked_at(shop).state == "received"


@pytest.mark.parametrize("fault", ["error_503", "html_200"])
def test_a_bare_404_changes_nothing_while_the_list_does_not_answer(shop: Shop, fault: str) -> None:
    alter(shop, read=Raised(BARE))
    shop.fault("list_purchase_orders", fault, count=None)
    assert looked_at(shop).state == "confirmed"
    assert shop.matters() == []


def test_a_bare_404_of_an_order_that_the_list_lacks_too_needs_a_person(shop: Shop) -> None:
    (order,) = shop.orders()
    shop.world.admin.change_order(str(order.platform_order_id), "vanish")
    alter(shop, read=Raised(BARE))
    assert looked_at(shop).state == "needs_person"
    assert "now the platform does not know it" in shop.matter("order_needs_person", order.location).message
    assert shop.in_flight(order.location) == order.units


def test_a_404_with_a_page_says_nothing_about_the_order(shop: Shop) -> None:
    shop.fault("get_purchase_order", "not_found_html", count=None)
    shop.fault("list_purchase_orders", "empty", count=None)
    assert looked_at(shop).state == "confirmed"
    assert shop.matters() == []


def test_a_404_in_the_platforms_own_words_needs_a_person_without_asking_for_the_list(shop: Shop) -> None:
    (order,) = shop.orders()
    shop.world.admin.change_order(str(order.platform_order_id), "vanish")
    asked = shop.calls("list_purchase_orders")
    assert looked_at(shop).state == "needs_person"
    assert shop.calls("list_purchase_orders") == asked
    assert shop.in_flight(order.location) == order.units
