"""What a location received, beside what we announced: short, over, damaged and unknown serial numbers are told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from replenisher.database.models import Order
from replenisher.errors import AmbiguousError, IllegalMoveError, RefusedError
from replenisher.purchasing.platform import PlatformLine, PlatformOrder, PlatformStatus
from replenisher.workflows.cancel import cancel_order
from replenisher.workflows.track import track_order
from tests.workflows.altered import real_channel
from tests.workflows.conftest import OpenShop
from tests.workflows.dock import Dock, opened_dock

WHY = {"actor": "person:ann", "reason": "the store closes"}


@pytest.fixture
def dock(open_shop: OpenShop, tmp_path: Path) -> Dock:
    """One location with a confirmed order."""
    return opened_dock(open_shop("--locations", "1"), tmp_path)


def reads(dock: Dock, order: Order, status: PlatformStatus, change: Callable[[PlatformLine], PlatformLine]) -> None:
    """Let the platform show the order with its first line changed, and read it once."""
    sku = next(iter(dock.lines(order)))
    theirs = real_channel(dock.shop).read(order.company, order.platform_order_id or "", order.vendor_invoice_number)
    lines = tuple(change(line) if line.sku == sku else line for line in theirs.lines)
    shown = replace(theirs, lines=lines, status=status, platform_order_number="4711")

    def read(*_: str) -> PlatformOrder:
        return shown

    replaced = dock.shop.services.channel(dock.shop.services.settings.companies[0])._replaced  # type: ignore[attr-defined]
    replaced["read"] = read
    dock.shop.time_passes()
    track_order(dock.shop.services, order.id)
    del replaced["read"]


def told(dock: Dock) -> dict[str, str]:
    return {one.kind: one.message for one in dock.shop.matters() if one.kind.startswith("receipt_")}


def received(*serials: str, damaged: tuple[str, ...] = ()) -> Callable[[PlatformLine], PlatformLine]:
    return lambda line: replace(
        line, quantity_received=len(serials), serial_numbers=serials, damaged_serial_numbers=damaged
    )


def test_what_was_announced_and_received_says_nothing(dock: Dock) -> None:
    order = dock.order()
    dock.import_one(order, units=2, serials=("p", "q"))
    reads(dock, order, PlatformStatus.PARTLY_RECEIVED, received("P", "q"))
    assert told(dock) == {}


def test_receipts_that_differ_are_told_until_they_no_longer_do(dock: Dock) -> None:
    order = dock.order()
    dock.import_one(order, units=2, serials=("p", "q"))
    reads(dock, order, PlatformStatus.PARTLY_RECEIVED, received("p", "x", "y", damaged=("p",)))
    assert set(told(dock)) == {"receipt_over", "receipt_damaged", "receipt_unknown_serial"}
    assert "announced 2, received 3" in told(dock)["receipt_over"]
    assert told(dock)["receipt_damaged"].endswith("received but cannot be sold: p")
    assert "no notice holds: x, y" in told(dock)["receipt_unknown_serial"]
    dock.import_one(order, units=2, serials=("x", "y"))
    reads(dock, order, PlatformStatus.PARTLY_RECEIVED, received("p", "x", "y"))
    assert told(dock) == {}


def test_less_than_announced_is_told_when_the_order_is_closed_and_not_before(dock: Dock) -> None:
    order = dock.order()
    dock.import_one(order, units=2, serials=("p", "q"))
    reads(dock, order, PlatformStatus.PARTLY_RECEIVED, received("p"))
    assert told(dock) == {}
    reads(dock, order, PlatformStatus.COMPLETE, received("p"))
    assert set(told(dock)) == {"receipt_short"}
    assert dock.shop.orders()[0].state == "received"


def test_the_number_that_the_platform_prints_goes_with_later_notices(dock: Dock) -> None:
    order = dock.order()
    reads(dock, order, PlatformStatus.COMMITTED, lambda line: line)
    dock.work_until(dock.import_one(order), "sent")
    assert dock.desk.held[0].platform_order_number == "4711"


@pytest.fixture
def uncommitted(open_shop: OpenShop, tmp_path: Path) -> Dock:
    """One location with a confirmed order that is not committed."""
    return opened_dock(open_shop("--locations", "1", company={"committed": False}), tmp_path)


def cancels(dock: Dock, error: Exception | None = None) -> list[tuple[str, str]]:
    """Let the platform's cancelling answer so; gives the calls that it gets."""
    asked: list[tuple[str, str]] = []

    def cancel(company: str, platform_order_id: str) -> None:
        asked.append((company, platform_order_id))
        if error is not None:
            raise error

    replaced = dock.shop.services.channel(dock.shop.services.settings.companies[0])._replaced  # type: ignore[attr-defined]
    replaced["cancel"] = cancel
    return asked


def test_an_uncommitted_order_is_cancelled_at_the_platform_and_then_here(uncommitted: Dock) -> None:
    order = uncommitted.order()
    asked = cancels(uncommitted)
    cancelled = cancel_order(uncommitted.shop.services, str(order.id), **WHY)
    assert (cancelled.state, cancelled.next_at) == ("cancelled", None)
    assert asked == [(order.company, order.platform_order_id)]
    assert uncommitted.shop.events(order)[-1].evidence["reason"] == "the store closes"
    assert uncommitted.shop.in_flight(order.location) == 0


@pytest.mark.parametrize("error", [RefusedError("it is committed by now"), AmbiguousError("time-out")])
def test_when_the_platform_does_not_agree_nothing_moves_and_the_order_is_read_again(
    uncommitted: Dock, error: Exception
) -> None:
    order = uncommitted.order()
    asked = cancels(uncommitted, error)
    with pytest.raises(type(error)):
        cancel_order(uncommitted.shop.services, order.vendor_invoice_number, **WHY)
    assert (len(asked), uncommitted.shop.orders()[0].state) == (1, "confirmed")
    assert [event.name for event in uncommitted.shop.events(order)][-2:] == ["cancel_asked", "cancel_not_done"]
    before = uncommitted.shop.calls("get_purchase_order")
    uncommitted.shop.work(lambda: uncommitted.shop.calls("get_purchase_order") > before)


def test_an_order_with_a_shipment_on_its_way_is_not_cancelled(uncommitted: Dock) -> None:
    order = uncommitted.order()
    asked = cancels(uncommitted)
    uncommitted.import_one(order)
    with pytest.raises(IllegalMoveError, match="has shipment notices"):
        cancel_order(uncommitted.shop.services, str(order.id), **WHY)
    assert asked == []


def test_a_committed_order_is_not_cancelled(dock: Dock) -> None:
    asked = cancels(dock)
    with pytest.raises(IllegalMoveError, match="only the retailer can cancel it"):
        cancel_order(dock.shop.services, str(dock.order().id), **WHY)
    assert asked == []
