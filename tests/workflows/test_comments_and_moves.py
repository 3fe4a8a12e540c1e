"""A person gives an order another comment or another location over CMI, and finds it by its printed number."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from replenisher.database.models import Order
from replenisher.embedded import EmbeddedServers
from replenisher.errors import AbsentError, AmbiguousError, IllegalMoveError, NotFoundError, RefusedError
from replenisher.purchasing.platform import OrderRequest, RequestLine
from replenisher.workflows.comment import comment_order
from replenisher.workflows.find_number import find_number
from replenisher.workflows.move_order import move_order
from replenisher.workflows.ship.importing import import_shipments
from tests.workflows.altered import alter, real_channel
from tests.workflows.conftest import OpenShop
from tests.workflows.counted_shop import CountedShop, opened_counted_shop
from tests.workflows.dock import HEADER, row
from tests.workflows.shop import Shop

COMMENT, MOVE = "cmi.UpdatePurchaseOrderComments", "cmi.UpdateSalesAndPurchaseOrderLocation"


@pytest.fixture
def counted(tmp_path: Path, database_url: str, servers: EmbeddedServers) -> Iterator[CountedShop]:
    """A shop over CMI whose orders are confirmed: one at each of its locations but the last."""
    with ExitStack() as stack:
        shop = stack.enter_context(opened_counted_shop(tmp_path, database_url, servers.broker_url))
        shop.count_shelves()
        shop.plan(shop.locations[:2])
        assert len(shop.work_until_states("confirmed")) == 2
        yield shop


def first(shop: Shop) -> Order:
    return shop.order(shop.locations[0])


def commented(shop: Shop, order: Order, text: str = "leave it at the back door") -> Order:
    return comment_order(shop.services, str(order.id), text, actor="person:ann")


def moved(shop: Shop, order: Order, location: str) -> Order:
    return move_order(shop.services, order.vendor_invoice_number, location, actor="person:ann", reason="shop is closed")


def there(shop: Shop, order: Order) -> Any:
    return real_channel(shop).read(order.company, str(order.platform_order_id), order.vendor_invoice_number)


def events(shop: Shop, order: Order) -> list[str]:
    return [event.name for event in shop.events(order)]


def test_a_comment_is_written_there_and_then_here(counted: CountedShop) -> None:
    order = first(counted)
    assert commented(counted, order).comments == "leave it at the back door"
    assert there(counted, order).comments == "leave it at the back door"
    assert (events(counted, order)[-2:], counted.calls(COMMENT)) == (["comment_asked", "commented"], 1)
    assert first(counted).lease_until is None
    counted.time_passes()
    counted.work_until_states("confirmed")
    assert counted.matters() == []


@pytest.mark.parametrize("fault", ["accepted_then_reset", "error_500_after", "unknown_fault"])
def test_a_comment_whose_answer_is_lost_is_decided_by_what_is_there(counted: CountedShop, fault: str) -> None:
    order = first(counted)
    counted.fault(COMMENT, fault)
    assert commented(counted, order).comments == "leave it at the back door"
    assert counted.calls(COMMENT) == 1


@pytest.mark.parametrize("fault", ["reset_before", "error_500_before"])
def test_a_comment_that_is_not_shown_is_told_to_who_wrote_it(counted: CountedShop, fault: str) -> None:
    order = first(counted)
    counted.fault(COMMENT, fault)
    with pytest.raises(AmbiguousError, match="the same comment may be sent again"):
        commented(counted, order)
    assert (first(counted).comments, first(counted).state) == (order.comments, "confirmed")
    assert (events(counted, order)[-1], counted.calls(COMMENT)) == ("comment_not_known", 1)
    assert commented(counted, order).comments == "leave it at the back door"


def test_a_comment_that_is_refused_or_cannot_be_read_back_changes_nothing_here(counted: CountedShop) -> None:
    order = first(counted)
    with pytest.raises(RefusedError, match="nothing was sent"):
        commented(counted, order, "a\x00b")
    assert events(counted, order)[-1] == "comment_refused"
    counted.fault("cmi.GetPurchaseOrderByReferenceNumber", "error_503", count=20)
    with pytest.raises(AmbiguousError, match="cannot be read now"):
        commented(counted, order)
    assert first(counted).comments == order.comments
    assert first(counted).lease_until is None


def test_an_order_goes_to_another_location_there_and_then_here(counted: CountedShop) -> None:
    order, target = first(counted), counted.locations[2]
    now = moved(counted, order, target)
    assert (now.location, now.ship_to, now.state) == (target, target, "confirmed")
    assert there(counted, order).ship_to == target
    assert (events(counted, order)[-2:], counted.calls(MOVE)) == (["move_asked", "moved"], 1)
    counted.time_passes()
    counted.work_until_states("confirmed")
    assert counted.matters() == []


def test_an_order_that_joins_another_of_its_run_keeps_a_number_of_its_own(counted: CountedShop) -> None:
    order, target = first(counted), counted.locations[1]
    now = moved(counted, order, target)
    assert [(one.location, one.sequence) for one in counted.orders()] == [(target, 1), (target, 2)]
    assert now.vendor_invoice_number == order.vendor_invoice_number
    back = moved(counted, order, counted.locations[0])
    assert (back.location, back.sequence) == (counted.locations[0], 2)


@pytest.mark.parametrize("fault", ["accepted_then_reset", "error_500_after"])
def test_a_move_whose_answer_is_lost_is_decided_by_what_is_there(counted: CountedShop, fault: str) -> None:
    order, target = first(counted), counted.locations[2]
    counted.fault(MOVE, fault)
    assert moved(counted, order, target).location == target
    assert counted.calls(MOVE) == 1


def test_a_move_that_may_have_arrived_and_shows_nothing_needs_a_person(counted: CountedShop) -> None:
    order, target = first(counted), counted.locations[2]
    counted.fault(MOVE, "reset_before")
    with pytest.raises(AmbiguousError, match=f"ships it to location {order.location}, not to {target}"):
        moved(counted, order, target)
    now = counted.orders()[-1]
    assert (now.id, now.location, now.ship_to, now.state) == (order.id, order.location, order.ship_to, "needs_person")
    assert counted.calls(MOVE) == 1


def test_after_a_crash_between_move_and_record_the_same_command_settles_it(counted: CountedShop) -> None:
    order, target = first(counted), counted.locations[2]
    real_channel(counted).move_to_location(order.company, str(order.platform_order_id), target)  # type: ignore[attr-defined]
    assert moved(counted, order, target).location == target
    assert counted.calls(MOVE) == 1


def test_a_refused_move_changes_nothing(counted: CountedShop) -> None:
    order, target = first(counted), counted.locations[2]

    def no(*_: Any) -> None:
        raise RefusedError("marked as complete", operation="move to location", status=500)

    alter(counted, move_to_location=no)
    with pytest.raises(RefusedError, match="marked as complete"):
        moved(counted, order, target)
    assert (first(counted).location, events(counted, order)[-1]) == (order.location, "move_refused")


def test_what_may_not_be_moved_is_not_sent(counted: CountedShop) -> None:
    order, other = first(counted), counted.order(counted.locations[1])
    with pytest.raises(NotFoundError, match="has no enabled location 999"):
        moved(counted, order, "999")
    with pytest.raises(IllegalMoveError, match=f"is for location {order.location} already"):
        moved(counted, order, order.location)
    announce(counted, order)
    with pytest.raises(IllegalMoveError, match="has shipment notices"):
        moved(counted, order, counted.locations[2])
    counted.world.admin.change_order(str(other.platform_order_id), "receive")
    with pytest.raises(IllegalMoveError, match="received already"):
        moved(counted, other, counted.locations[2])
    assert counted.calls(MOVE) == 0


def announce(shop: Shop, order: Order) -> None:
    file = shop.world.folder / "shipment.csv"
    file.write_text(f"{HEADER}\n{row(order, shop.lines(order)[0].sku, 1)}\n")
    assert not import_shipments(shop.services, file, keep_good=False, actor="test").faults


def test_an_order_is_found_by_its_printed_number(counted: CountedShop) -> None:
    order = first(counted)
    (answer,) = [one.evidence["answer"] for one in counted.events(order) if one.evidence.get("answer")]
    found = find_number(counted.services, order.company, answer.split()[0])
    assert found.theirs.vendor_invoice_number == order.vendor_invoice_number
    assert found.ours is not None
    assert found.ours.id == order.id
    with pytest.raises(AbsentError):
        find_number(counted.services, order.company, "NOPO1")


def test_an_order_that_we_did_not_write_is_none_of_ours(counted: CountedShop) -> None:
    place = counted.locations[0]
    order = first(counted)
    lines = (RequestLine(counted.lines(order)[0].sku, 1, None),)
    request = OrderRequest(
        order.company, place, place, place, "BY-PHONE-1", True, order.estimated_arrival_date, lines, "", ""
    )
    accepted = real_channel(counted).create(request)
    found = find_number(counted.services, counted.company, accepted.answer.split()[0])
    assert (found.theirs.platform_order_id, found.ours) == (accepted.platform_order_id, None)


def test_a_channel_that_cannot_says_which_can(shop: Shop) -> None:
    shop.plan(shop.locations[:1])
    (order,) = shop.work_until_states("confirmed")
    refusals: dict[str, Callable[[], object]] = {
        "give an order another comment (cmi can)": lambda: commented(shop, order),
        "ship an order to another location (cmi can)": lambda: moved(shop, order, shop.locations[1]),
        "find an order by its printed number (cmi and vmi can)": lambda: find_number(shop.services, shop.company, "P1"),
    }
    for words, attempt in refusals.items():
        with pytest.raises(RefusedError) as told:
            attempt()
        assert f"channel vendor_inventory of company {shop.company} has no way to {words}" in str(told.value)


def test_orders_that_are_not_at_the_platform_are_not_commented(open_shop: OpenShop) -> None:
    shop = open_shop()
    (order, *_) = shop.orders(shop.plan())
    with pytest.raises(IllegalMoveError, match="is approved"):
        commented(shop, order)


@pytest.mark.parametrize("operation", [COMMENT, MOVE])
def test_a_refusal_in_the_platforms_own_words_changes_nothing(counted: CountedShop, operation: str) -> None:
    order = first(counted)
    words = "Cannot update Purchase Order [x] because it has received products or is marked as complete"
    counted.fault(operation, "soap_fault", text=words)
    attempt = (
        partial(commented, counted, order)
        if operation == COMMENT
        else partial(moved, counted, order, counted.locations[2])
    )
    with pytest.raises(RefusedError, match="because it has received products"):
        attempt()
    now = first(counted)
    assert (now.comments, now.location, now.state, now.lease_until) == (
        order.comments,
        order.location,
        "confirmed",
        None,
    )
    assert events(counted, order)[-1] in ("comment_refused", "move_refused")
    assert counted.calls(operation) == 1
