"""Orders that a person has settled with the retailer, at the keyboard: taken as they are, or released."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from replenisher.database.models import Order
from replenisher.embedded import EmbeddedServers
from replenisher.workflows.submit import submit_order
from tests.cli.conftest import Typed
from tests.workflows.altered import order_three_more
from tests.workflows.shop import HELD, Shop, opened_shop


@pytest.fixture
def shop(tmp_path: Path, database_url: str, servers: EmbeddedServers) -> Iterator[Shop]:
    """Two locations; the platform creates orders as soon as they are sent."""
    sandbox = ("--locations", "2", "--creation-delay", "0")
    with opened_shop(tmp_path, database_url, servers.broker_url, *sandbox, company=HELD) as opened:
        yield opened


@pytest.fixture
def changed(typed: Typed, shop: Shop) -> list[Order]:
    """Two orders that the retailer changed before we could see them."""
    held = shop.orders(shop.plan())
    assert typed(f"orders approve {held[0].id} {held[1].id}").out.count(": approved") == 2
    for order in held:
        submit_order(shop.services, order.id)
        order_three_more(shop, order)
    return shop.work_until_states("needs_person")


def test_an_order_is_taken_as_it_is_with_the_name_of_the_person_and_the_reason(
    typed: Typed, shop: Shop, changed: list[Order], me: str
) -> None:
    order = changed[0]
    ended = typed(f"orders accept {order.vendor_invoice_number} --reason 'they wanted three more'")
    assert ended.code == 0
    assert ended.said == (f"{order.vendor_invoice_number} (order {order.id}, location {order.location}): confirmed")
    told = shop.events(order)[-1]
    assert (told.actor, told.evidence["reason"]) == (me, "they wanted three more")
    assert "three more" in typed(f"orders show {order.id}").out
    assert (shop.in_flight(order.location), shop.in_flight(changed[1].location)) == (0, changed[1].units)


def test_accepting_needs_a_reason(typed: Typed, shop: Shop, changed: list[Order]) -> None:
    assert typed(f"orders accept {changed[0].id}").code == 2
    empty = typed(f"orders accept {changed[0].id} --reason ' '")
    assert (empty.code, "should not be empty" in empty.said) == (2, True)
    assert shop.order(changed[0].location).state == "needs_person"


def test_what_cannot_be_accepted_is_told_and_does_not_stop_the_others(
    typed: Typed, shop: Shop, changed: list[Order]
) -> None:
    first, second = changed
    ended = typed(f"orders accept 424242 {first.id} {first.id} {second.id} --reason settled")
    assert ended.code == 6
    assert ended.out.count(": confirmed") == 2
    assert "424242: not accepted: no order has the id" in ended.err
    assert f"{first.id}: not accepted: order {first.vendor_invoice_number} is confirmed; only one that" in ended.err


def test_an_order_that_the_platform_does_not_show_now_is_not_accepted(
    typed: Typed, shop: Shop, changed: list[Order]
) -> None:
    shop.world.admin.change_order(str(changed[0].platform_order_id), "vanish")
    ended = typed(f"orders accept {changed[0].id} --reason settled")
    assert (ended.code, ended.out) == (5, "")
    assert f"{changed[0].id}: not accepted: " in ended.err
    assert shop.order(changed[0].location).state == "needs_person"


def test_declining_tells_what_became_of_the_order(typed: Typed, shop: Shop) -> None:
    held, approved = shop.orders(shop.plan())
    assert typed(f"orders approve {approved.id}").code == 0
    ended = typed(f"orders decline {held.id} {approved.id} --reason 'the shop closes'")
    assert ended.code == 0
    assert [line.rsplit(": ", 1)[1] for line in ended.out.splitlines()] == ["declined", "cancelled"]
    assert [shop.order(order.location).state for order in (held, approved)] == ["declined", "cancelled"]
