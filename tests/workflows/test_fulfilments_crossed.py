"""Customers' orders on which the retailer, a person and we act at the same time: nobody undoes what another did."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from replenisher.database import fulfilments
from replenisher.errors import IllegalMoveError
from replenisher.purchasing.customer_orders import ItemChange, ItemState
from replenisher.workflows.fulfil.by_hand import accept, drop, refuse
from replenisher.workflows.fulfil.look import look_for_fulfilments
from tests.workflows.shop import Shop
from tests.workflows.test_fulfilments import FULFILLING, Counter, row

OpenShop = Callable[..., Shop]


@pytest.fixture
def counter(open_shop: OpenShop, tmp_path: Path) -> Counter:
    return Counter(open_shop("--locations", "1", company=FULFILLING), tmp_path)


def retailer_sets(counter: Counter, order: dict[str, Any], state: ItemState, place: int = 0) -> None:
    """The retailer sets an item of an order, with the same calls as we."""
    desk = counter.shop.services.customer_orders(counter.shop.services.settings.companies[0])
    desk.change_items(counter.shop.company, order["Id"], [ItemChange(order["Items"][place]["Id"].lower(), state)])


@pytest.mark.parametrize("parcel", [False, True])
def test_an_item_that_the_retailer_cancelled_meanwhile_stays_cancelled(counter: Counter, parcel: bool) -> None:
    sku = counter.skus()[0]
    order = counter.order((sku, 1, "DropShip"))
    counter.look()
    if parcel:
        counter.until(order, "ordered")
        counter.ship(row(order, sku, 1, "1Z-100001"))
    retailer_sets(counter, order, ItemState.CANCELLED)
    counter.until_updates(order, "refused", "sent")
    assert counter.there(order)["Items"][0]["ItemStatus"] == "Cancelled"
    assert counter.parcels(order) == []
    (matter,) = counter.shop.matters("fulfilment_refused")
    assert "is cancelled" in matter.message
    assert order["PrintableId"] in matter.message
    assert counter.look().withdrawn == 1
    # Nobody waits for our answer any more; a parcel that has left stays with a person.
    counter.until_updates(order, *(["refused", "sent"] if parcel else ["cancelled"]))
    assert len(counter.shop.matters("fulfilment_refused")) == parcel


def test_an_item_that_the_customer_has_got_stays_received_when_its_parcel_is_told(counter: Counter) -> None:
    sku = counter.skus()[0]
    order = counter.order((sku, 2, "DropShip"))
    counter.look()
    counter.until(order, "ordered")
    retailer_sets(counter, order, ItemState.RECEIVED)
    counter.ship(row(order, sku, 2, "1Z-100001"))
    counter.until(order, "shipped")
    assert counter.there(order)["Items"][0]["ItemStatus"] == "Received"
    assert counter.parcels(order) == [("1Z-100001", 2)]


def test_what_has_a_parcel_under_way_is_not_refused_before_the_parcel_is_dropped(counter: Counter) -> None:
    sku = counter.skus()[0]
    order = counter.order((sku, 1, "DropShip"))
    counter.look()
    counter.until(order, "ordered")
    counter.ship(row(order, sku, 1, "no"))
    with pytest.raises(IllegalMoveError, match="parcel no of 1"):
        refuse(counter.shop.services, counter.only(order).number, actor="person:ann", reason="sold out")
    counter.until_updates(order, "sent", "refused")
    drop(counter.shop.services, counter.only(order).number, actor="person:ann", reason="a slip of the pen")
    refuse(counter.shop.services, counter.only(order).number, actor="person:ann", reason="sold out")
    counter.until(order, "not_available")


def test_a_number_that_names_orders_of_two_companies_is_answered_for_neither(
    open_shop: OpenShop, tmp_path: Path
) -> None:
    by_hand = {"fulfilments": {"enabled": True, "automatic": False}}
    counter = Counter(open_shop("--companies", "2", "--locations", "1", company=by_hand), tmp_path)
    shop = counter.shop
    first, second = shop.services.settings.companies
    places = [int(one["locations"][0]) for one in shop.world.sandbox["companies"]]
    item = {"sku": counter.skus()[0], "quantity": 1, "type": "DropShip"}
    for place in places:
        shop.world.admin.place_order(place, item)
    for company in (first, second):
        look_for_fulfilments(shop.services, company.id)
    with shop.services.database.transaction() as session:
        found = fulfilments.listed(session)
        assert len(found) == 2
        for one in found:
            one.printable_id = "SAME-1"
    for answer in (accept, refuse):
        with pytest.raises(IllegalMoveError, match=f"same-1 names 2 customers' orders.*{first.id}.*{second.id}"):
            answer(shop.services, "same-1", actor="person:ann", reason="in stock")
    (one,) = accept(shop.services, found[0].number, actor="person:ann", reason="in stock")
    assert one.number == found[0].number
