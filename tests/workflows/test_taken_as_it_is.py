"""A person takes an order as the platform has it, after settling with the retailer why it is not what we asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from replenisher.database.models import Order
from replenisher.errors import AbsentError, IllegalMoveError, NotFoundError, UnavailableError
from replenisher.workflows.approve import accept_order, decline_order
from replenisher.workflows.submit import submit_order
from tests.workflows.altered import Raised, alter, order_three_more
from tests.workflows.conftest import OpenShop
from tests.workflows.shop import HELD, Shop

HASTY = {"look_ups": [0.1], "settle_window": 0.2, "track_every": 0.1}
WHY = "their buyer wanted three more"


def changed_order(open_shop: OpenShop, *, fault: str | None = None) -> tuple[Shop, Order]:
    """An order of which the retailer changed a quantity before we could see it."""
    shop = open_shop("--locations", "1", "--creation-delay", "0", times=HASTY)
    if fault is not None:
        shop.fault("create_purchase_order", fault)
    (order,) = shop.orders(shop.plan())
    submit_order(shop.services, order.id)
    order_three_more(shop, order)
    shop.work_until_states("needs_person")
    return shop, shop.orders()[0]


def taken(shop: Shop, order: Order) -> Order:
    return accept_order(shop.services, str(order.id), actor="person:ann", reason=WHY)


@pytest.mark.parametrize("fault", [None, "accepted_then_reset"])
def test_an_order_with_other_lines_is_confirmed_as_it_is_and_followed_until_received(
    open_shop: OpenShop, fault: str | None
) -> None:
    shop, order = changed_order(open_shop, fault=fault)
    assert shop.in_flight(order.location) == order.units
    confirmed = taken(shop, order)
    assert (confirmed.state, shop.in_flight(order.location)) == ("confirmed", 0)
    assert confirmed.confirmed_at is not None
    decision = shop.events(order)[-1]
    assert (decision.actor, decision.evidence["reason"]) == ("person:ann", WHY)
    assert sum(decision.evidence["lines"].values()) == order.units + 3
    shop.work(lambda: [matter.kind for matter in shop.matters()] == ["order_changed"])
    shop.world.admin.change_order(str(confirmed.platform_order_id), "receive")
    shop.work_until_states("received")
    assert all(line.received >= line.quantity for line in shop.lines(order))
    assert len(shop.accepted(order)) == 1


def test_what_a_person_took_as_it_is_is_not_ordered_again(open_shop: OpenShop) -> None:
    shop, order = changed_order(open_shop)
    taken(shop, order)
    assert shop.orders(shop.plan()) == []


def test_an_order_that_turned_up_late_and_different_can_be_taken_as_it_is(open_shop: OpenShop) -> None:
    shop = open_shop("--locations", "1", "--creation-delay", "0", times=HASTY)
    shop.fault("create_purchase_order", "accepted_then_reset")
    shop.fault("list_purchase_orders", "empty", count=None)
    (order,) = shop.orders(shop.plan())
    shop.work_until_states("needs_person")
    with pytest.raises(IllegalMoveError, match="was never seen at the platform"):
        taken(shop, order)
    (theirs,) = shop.accepted(order)
    order_three_more(shop, order)
    shop.world.admin.clear_faults()
    shop.work(lambda: shop.orders()[0].platform_order_id == theirs["purchase_order_id"])
    assert shop.orders()[0].state == "needs_person"
    assert (taken(shop, order).state, shop.in_flight(order.location)) == ("confirmed", 0)


def test_an_order_that_cannot_be_read_now_stays_with_the_person(open_shop: OpenShop) -> None:
    shop, order = changed_order(open_shop)
    for error in (UnavailableError("no answer"), AbsentError("no such order", explained=True)):
        alter(shop, read=Raised(error))
        with pytest.raises(type(error)):
            taken(shop, order)
    assert shop.orders()[0].state == "needs_person"
    assert [matter.kind for matter in shop.matters()] == ["order_needs_person"]
    alter(shop)
    assert taken(shop, order).state == "confirmed"


def test_only_an_order_that_needs_a_person_is_taken_as_it_is(open_shop: OpenShop) -> None:
    shop = open_shop("--locations", "1", company=HELD)
    (held,) = shop.orders(shop.plan())
    with pytest.raises(IllegalMoveError, match="is held and was never seen at the platform; only one that needs"):
        taken(shop, held)
    with pytest.raises(NotFoundError, match="R0000"):
        accept_order(shop.services, "R0000", actor="person:ann", reason=WHY)
    assert shop.moves(held) == ["held"]


def test_two_people_who_take_the_same_order_are_told_the_truth(open_shop: OpenShop) -> None:
    shop, order = changed_order(open_shop)

    def read_meanwhile(company: str, platform_order_id: str, vendor_invoice_number: str) -> object:
        alter(shop)
        taken(shop, order)
        return real.read(company, platform_order_id, vendor_invoice_number)

    real = alter(shop, read=read_meanwhile)
    with pytest.raises(IllegalMoveError):
        taken(shop, order)
    assert shop.moves(order).count("confirmed") == 1


def test_an_order_that_carries_somebody_elses_reference_is_never_taken(open_shop: OpenShop) -> None:
    shop, order = changed_order(open_shop)
    real = shop.services.channel(shop.services.settings.companies[0])
    foreign = replace(
        real.read(shop.company, str(order.platform_order_id), order.vendor_invoice_number),
        vendor_invoice_number="SOMEBODY-ELSES",
    )
    alter(shop, read=lambda *_: foreign)
    with pytest.raises(IllegalMoveError, match="it is not ours"):
        taken(shop, order)
    assert shop.orders()[0].state == "needs_person"


def test_a_released_order_gives_its_id_at_the_platform_free(open_shop: OpenShop) -> None:
    shop, order = changed_order(open_shop)
    released = decline_order(shop.services, str(order.id), actor="person:ann", reason="cancelled there")
    assert (released.state, released.platform_order_id) == ("cancelled", None)
    assert shop.events(order)[-1].evidence["platform_order_id"] == order.platform_order_id
