"""Customers' drop-ship orders from the first look to the last parcel, against the platform's own service."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from replenisher.database import fulfilments
from replenisher.database.fulfilment_models import Fulfilment, FulfilmentUpdate
from replenisher.database.fulfilments import UPDATES
from replenisher.database.promises import promised
from replenisher.errors import IllegalMoveError, NotFoundError
from replenisher.intake.products import read_catalog
from replenisher.workflows.fulfil.by_hand import accept, drop, refuse, retry
from replenisher.workflows.fulfil.look import Looked, look_for_fulfilments
from replenisher.workflows.ship.importing import Imported, import_shipments
from tests.workflows.shop import Shop

OpenShop = Callable[..., Shop]
FULFILLING: dict[str, Any] = {"fulfilments": {"enabled": True}}
HEADER = "vendor_invoice_number,sku,quantity,shipped_at,tracking_number,carrier"


@dataclass
class Counter:
    """A retailer's counter where customers order, and the vendor's dock that ships to them."""

    shop: Shop
    folder: Path

    @property
    def location(self) -> str:
        return self.shop.locations[0]

    def skus(self) -> list[str]:
        """Products that are at the location, in the vendor's file and not discontinued."""
        (place,) = self.shop.world.admin.state(int(self.location))["locations"]
        known = read_catalog(self.shop.world.folder / "products.csv")
        return sorted(sku for sku in place["rows"] if sku in known and not known[sku].discontinued)

    def order(self, *items: tuple[str, int, str], **values: Any) -> dict[str, Any]:
        """A customer orders: SKU, units and kind of each item."""
        rows = [{"sku": sku, "quantity": units, "type": kind} for sku, units, kind in items]
        return self.shop.world.admin.place_order(int(self.location), *rows, **values)

    def look(self) -> Looked:
        return look_for_fulfilments(self.shop.services, self.shop.company)

    def fulfilments(self, order: dict[str, Any]) -> Sequence[Fulfilment]:
        with self.shop.services.database.transaction() as session:
            return fulfilments.named(session, order["PrintableId"])

    def only(self, order: dict[str, Any]) -> Fulfilment:
        (one,) = self.fulfilments(order)
        return one

    def updates(self, order: dict[str, Any]) -> list[FulfilmentUpdate]:
        with self.shop.services.database.transaction() as session:
            found = [fulfilments.updates_of(session, one.id) for one in self.fulfilments(order)]
        return [one for some in found for one in some]

    def names(self, row: FulfilmentUpdate) -> list[str]:
        with self.shop.services.database.transaction() as session:
            return [event.name for event in fulfilments.events_of(session, [row.id])]

    def until(self, order: dict[str, Any], *states: str) -> None:
        self.shop.work(lambda: {one.state for one in self.fulfilments(order)} <= set(states))

    def until_updates(self, order: dict[str, Any], *states: str) -> None:
        self.shop.work(lambda: {one.state for one in self.updates(order)} <= set(states))

    def ship(self, *rows: str, keep_good: bool = False, name: str = "shipments.csv") -> Imported:
        path = self.folder / name
        path.write_text("\n".join((HEADER, *rows)) + "\n")
        return import_shipments(self.shop.services, path, keep_good=keep_good, actor="person:ann")

    def there(self, order: dict[str, Any]) -> dict[str, Any]:
        """The order as the platform holds it."""
        (found,) = [one for one in self.shop.world.admin.retail_orders() if one["Id"] == order["Id"]]
        return found

    def parcels(self, order: dict[str, Any]) -> list[tuple[str, int]]:
        items = self.there(order)["Items"]
        return [(one["TrackingNumber"], one["Quantity"]) for item in items for one in item["TrackingInformation"]]

    def promised(self) -> dict[str, int]:
        with self.shop.services.database.transaction() as session:
            found = promised(session, self.shop.company, [self.location], instead_of_report=True)
        return dict(zip(found.sku, found.units, strict=True))


@pytest.fixture
def counter(open_shop: OpenShop, tmp_path: Path) -> Counter:
    return Counter(open_shop("--locations", "1", company=FULFILLING), tmp_path)


def row(order: dict[str, Any], sku: str, units: int, tracking: str) -> str:
    return f"{order['PrintableId']},{sku},{units},2026-11-20T10:00,{tracking},Parcel Post"


def test_a_drop_ship_order_is_seen_ordered_and_shipped_with_its_tracking_number(counter: Counter) -> None:
    sku = counter.skus()[0]
    order = counter.order((sku, 2, "DropShip"))
    looked = counter.look()
    assert (looked.orders, looked.new, looked.errors) == (1, 1, {})
    assert (counter.only(order).state, counter.only(order).quantity) == ("new", 2)
    counter.until(order, "ordered")
    (item,) = counter.there(order)["Items"]
    assert (item["ItemStatus"], item["SupplierReference"]) == ("Ordered", counter.only(order).number)
    imported = counter.ship(row(order, sku, 2, "1Z-100001"))
    assert imported.counts()["imported"] == 1
    counter.until(order, "shipped")
    (item,) = counter.there(order)["Items"]
    assert item["ItemStatus"] == "Shipped"
    assert counter.parcels(order) == [("1Z-100001", 2)]
    assert counter.only(order).shipped == 2


def test_looking_again_and_importing_again_change_nothing(counter: Counter) -> None:
    sku = counter.skus()[0]
    order = counter.order((sku, 2, "DropShip"))
    assert [counter.look().new, counter.look().new] == [1, 0]
    counter.until(order, "ordered")
    shipped = row(order, sku, 2, "1Z-100001")
    counter.ship(shipped)
    assert counter.ship(shipped).counts()["already_there"] == 1
    counter.until(order, "shipped")
    replaced = counter.there(order)["replaced"]
    assert counter.look().new == 0
    assert counter.ship(shipped).counts()["already_there"] == 1
    counter.shop.time_passes()
    assert (counter.there(order)["replaced"], len(counter.updates(order))) == (replaced, 2)


def test_parcels_add_up_until_all_of_an_item_has_left(counter: Counter) -> None:
    sku = counter.skus()[0]
    order = counter.order((sku, 3, "DropShip"))
    counter.look()
    counter.ship(row(order, sku, 1, "1Z-100001"))
    counter.until(order, "part_shipped")
    assert counter.there(order)["Items"][0]["ItemStatus"] == "Ordered"
    counter.ship(row(order, sku, 2, "1Z-100002"), name="second.csv")
    counter.until(order, "shipped")
    assert sorted(counter.parcels(order)) == [("1Z-100001", 1), ("1Z-100002", 2)]
    faults = counter.ship(row(order, sku, 1, "1Z-100003"), name="third.csv").faults
    assert "its fulfilment is shipped" in faults[0]


def test_updates_of_one_order_never_overlap(counter: Counter) -> None:
    """Each replaces the whole order as it was read: two at once would undo each other."""
    skus = counter.skus()[:4]
    order = counter.order(*((sku, 1, "DropShip") for sku in skus))
    counter.shop.world.admin.add_faults({"operation": "orders.replace_full", "fault": "drip_headers", "seconds": 0.002})
    counter.look()
    counter.ship(*(row(order, sku, 1, f"1Z-20000{n}") for n, sku in enumerate(skus)))
    counter.until(order, "shipped")
    assert sorted(counter.parcels(order)) == [(f"1Z-20000{n}", 1) for n in range(4)]
    assert {one.attempts for one in counter.updates(order)} == {1}
    assert {item["ItemStatus"] for item in counter.there(order)["Items"]} == {"Shipped"}


def test_of_two_updates_of_an_order_the_later_one_waits(counter: Counter) -> None:
    first, second = counter.skus()[:2]
    order = counter.order((first, 1, "DropShip"), (second, 1, "DropShip"))
    counter.look()
    earlier, later = counter.updates(order)
    with counter.shop.services.database.transaction() as session:
        assert UPDATES.claim_for_sending(session, later.id, lease=5, at_once=8) is None
        assert UPDATES.claim_for_sending(session, earlier.id, lease=5, at_once=8) is not None
        assert UPDATES.claim_for_sending(session, later.id, lease=5, at_once=8) is None
        session.execute(update(FulfilmentUpdate).where(FulfilmentUpdate.id == earlier.id).values(state="unknown"))
        assert UPDATES.claim_for_sending(session, later.id, lease=5, at_once=8) is None
        session.execute(update(FulfilmentUpdate).where(FulfilmentUpdate.id == earlier.id).values(state="sent"))
        assert UPDATES.claim_for_sending(session, later.id, lease=5, at_once=8) is not None


@pytest.mark.parametrize("fault", ["accepted_then_reset", "error_500_after", "truncated_json"])
def test_a_lost_answer_is_looked_up_and_leaves_one_parcel(counter: Counter, fault: str) -> None:
    sku = counter.skus()[0]
    order = counter.order((sku, 1, "DropShip"))
    counter.look()
    counter.until(order, "ordered")
    counter.shop.world.admin.add_faults({"operation": "orders.replace_full", "fault": fault})
    counter.ship(row(order, sku, 1, "1Z-100001"))
    counter.until(order, "shipped")
    shipping = counter.updates(order)[-1]
    assert counter.names(shipping) == ["entered", "claimed", "ambiguous", "found"]
    assert (shipping.attempts, counter.parcels(order)) == (1, [("1Z-100001", 1)])


def test_one_that_never_arrived_is_sent_again_only_after_the_platform_said_so(counter: Counter) -> None:
    order = counter.order((counter.skus()[0], 1, "DropShip"))
    counter.shop.world.admin.add_faults({"operation": "orders.replace_full", "fault": "error_500_before"})
    counter.look()
    counter.until(order, "ordered")
    names = counter.names(counter.updates(order)[0])
    assert names[:3] == ["entered", "claimed", "ambiguous"]
    assert names[-3:] == ["absent_sent_again", "claimed", "accepted"]
    assert "looked_up_absent" in names


def test_a_tracking_number_that_is_not_taken_is_told_and_may_be_corrected(counter: Counter) -> None:
    sku = counter.skus()[0]
    order = counter.order((sku, 1, "DropShip"))
    counter.look()
    counter.until(order, "ordered")
    counter.ship(row(order, sku, 1, "no"))
    counter.until_updates(order, "sent", "refused")
    (matter,) = counter.shop.matters("fulfilment_refused")
    assert "parcel no was refused" in matter.message
    assert "a tracking number that it does not take: no" in matter.message
    counter.shop.time_passes()
    assert counter.updates(order)[-1].attempts == 1
    drop(counter.shop.services, counter.only(order).number, actor="person:ann", reason="a slip of the pen")
    assert counter.shop.matters("fulfilment_refused") == []
    counter.ship(row(order, sku, 1, "1Z-100001"), name="again.csv")
    counter.until(order, "shipped")
    assert counter.parcels(order) == [("1Z-100001", 1)]


def test_an_order_that_expired_is_told_and_never_tried_blindly(counter: Counter) -> None:
    sku = counter.skus()[0]
    order = counter.order((sku, 1, "DropShip"))
    counter.look()
    counter.until(order, "ordered")
    counter.shop.world.admin.change_retail_order(order["Id"], "expire")
    counter.ship(row(order, sku, 1, "1Z-100001"))
    counter.until_updates(order, "sent", "refused")
    (matter,) = counter.shop.matters("fulfilment_refused")
    assert "expired at" in matter.message
    assert counter.parcels(order) == []
    assert counter.shop.calls("orders.replace_full") == 1


def test_an_order_that_the_retailer_cancels_is_withdrawn_and_packing_stops(counter: Counter) -> None:
    sku = counter.skus()[0]
    fresh, packed = counter.order((sku, 1, "DropShip")), counter.order((sku, 1, "DropShip"))
    counter.look()
    counter.until(packed, "ordered")
    counter.until(fresh, "ordered")
    for order in (fresh, packed):
        counter.shop.world.admin.change_retail_order(order["Id"], "cancel")
    assert counter.look().withdrawn == 2
    assert {counter.only(order).state for order in (fresh, packed)} == {"withdrawn"}
    matters = counter.shop.matters("fulfilment_withdrawn")
    assert len(matters) == 2
    assert "its order is cancelled, and 0 of 1 had been shipped" in matters[0].message
    (fault,) = counter.ship(row(packed, sku, 1, "1Z-100001")).faults
    assert "its fulfilment is withdrawn" in fault


def test_what_we_cannot_ship_is_answered_with_the_reason(counter: Counter) -> None:
    order = counter.order(("NOT-OURS", 1, "DropShip"))
    counter.look()
    counter.until(order, "error")
    (item,) = counter.there(order)["Items"]
    assert (item["ItemStatus"], item["Notes"]) == ("Error", "SKU NOT-OURS is not one of the vendor's products")
    (matter,) = counter.shop.matters("fulfilment_not_possible")
    assert "it was set to error: SKU NOT-OURS" in matter.message


def test_items_of_other_suppliers_and_other_kinds_are_left_alone(counter: Counter) -> None:
    first, second = counter.skus()[:2]
    rows = [{"sku": first, "quantity": 1, "supplier": 1}, {"sku": second, "quantity": 1, "type": "eCommerce"}]
    order = counter.shop.world.admin.place_order(int(counter.location), *rows)
    assert counter.look().new == 0
    assert counter.fulfilments(order) == []


def test_a_company_may_keep_the_answer_to_a_person(open_shop: OpenShop, tmp_path: Path) -> None:
    counter = Counter(
        open_shop("--locations", "1", company={"fulfilments": {"enabled": True, "automatic": False}}), tmp_path
    )
    first, second = counter.skus()[:2]
    order = counter.order((first, 1, "DropShip"), (second, 1, "DropShip"))
    counter.look()
    assert counter.updates(order) == []
    one, other = counter.fulfilments(order)
    accept(counter.shop.services, one.number, actor="person:ann", reason="in stock")
    refuse(counter.shop.services, str(other.id), actor="person:ann", reason="sold out")
    counter.until(order, "ordered", "not_available")
    states = {item["SKU"]: (item["ItemStatus"], item["Notes"]) for item in counter.there(order)["Items"]}
    assert states == {first: ("Ordered", None), second: ("NotAvailable", "sold out")}
    accept(counter.shop.services, other.number, actor="person:ann", reason="found some")
    counter.until(order, "ordered")
    with pytest.raises(IllegalMoveError, match="is ordered; only one of these is set to ordered"):
        accept(counter.shop.services, one.number, actor="person:ann", reason="again")
    with pytest.raises(NotFoundError, match="no fulfilment or customer order is known as 'NOPE'"):
        refuse(counter.shop.services, "NOPE", actor="person:ann", reason="x")
    with pytest.raises(IllegalMoveError, match="has no update that is refused, needs_person"):
        retry(counter.shop.services, one.number, actor="person:ann", reason="x")


def test_in_stock_items_of_pending_orders_are_promised_until_they_are_handed_out(counter: Counter) -> None:
    sku = counter.skus()[0]
    first, second = counter.order((sku, 2, "InStock")), counter.order((sku, 3, "InStock"))
    counter.look()
    assert counter.promised() == {sku: 5}
    counter.shop.world.admin.change_retail_order(first["Id"], "process")
    counter.look()
    assert counter.promised() == {sku: 3}
    counter.shop.world.admin.change_retail_order(second["Id"], "cancel")
    counter.look()
    assert counter.promised() == {}


def test_planning_counts_promises_from_the_orders_or_from_the_report_and_never_from_both(
    open_shop: OpenShop, tmp_path: Path
) -> None:
    for place, (allocated, counted) in enumerate({"report": 7, "orders": 3}.items()):
        settings = {**FULFILLING, "planning": {"allocated": allocated}}
        folder = tmp_path / str(place)
        folder.mkdir()
        counter = Counter(open_shop("--locations", "1", company=settings), folder)
        sku = counter.skus()[0]
        counter.shop.world.admin.set_stock(int(counter.location), sku, allocated=7)
        counter.order((sku, 3, "InStock"))
        counter.look()
        from replenisher.workflows.explain import explain

        told = explain(counter.shop.services, counter.location, sku, run_id=counter.shop.plan())
        assert int(told.row["allocated"]) == counted


def test_one_location_that_is_not_answered_stops_no_other_and_is_told_until_it_is(
    open_shop: OpenShop, tmp_path: Path
) -> None:
    counter = Counter(open_shop("--locations", "2", company=FULFILLING), tmp_path)
    sku = counter.skus()[0]
    order = counter.order((sku, 1, "DropShip"))
    counter.shop.world.admin.add_faults({"operation": "orders.items", "fault": "error_503", "count": 10})
    looked = counter.look()
    assert list(looked.errors) == [counter.location]
    (matter,) = counter.shop.matters("customer_orders_not_read")
    assert matter.location == counter.location
    counter.shop.world.admin.clear_faults()
    assert counter.look().new == 1
    assert counter.shop.matters("customer_orders_not_read") == []
    assert counter.only(order).location == counter.location


def test_an_order_that_is_about_to_expire_is_told(counter: Counter) -> None:
    sku = counter.skus()[0]
    soon, later = (
        counter.order((sku, 1, "DropShip"), expiry_hours=11),
        counter.order((sku, 1, "DropShip"), expiry_hours=13),
    )
    counter.look()
    (matter,) = counter.shop.matters("fulfilment_expiring")
    assert matter.subject == counter.only(soon).number
    counter.ship(row(soon, sku, 1, "1Z-100001"))
    counter.until(soon, "shipped")
    assert counter.shop.matters("fulfilment_expiring") == []
    assert counter.only(later).state in ("new", "ordered")


def test_a_shipment_of_a_product_that_was_not_ordered_or_too_much_of_one_is_refused(counter: Counter) -> None:
    sku, other = counter.skus()[:2]
    order = counter.order((sku, 2, "DropShip"))
    counter.look()
    bad = counter.ship(row(order, other, 1, "1Z-1"), row(order, sku, 3, "1Z-2"), row(order, sku, 1, ""))
    told = " ".join(bad.faults)
    assert "the customer's order has no item of it that we ship" in told
    assert "ordered 2, shipped already 0; 3 more are too many" in told
    assert "needs a tracking number" in told
    assert not bad.taken
    assert counter.parcels(order) == []
