"""What the Order service answers, on saved replies: its documents' samples, repaired."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from replenisher.errors import UnavailableError
from replenisher.gateways.orders.reading import items_of, lines_of, order_of, orders_of, whole_order
from replenisher.gateways.rest.documents import single
from replenisher.planning.frames import LARGEST_QUANTITY
from replenisher.purchasing.customer_orders import (
    CustomerOrder,
    CustomerOrderKind,
    CustomerOrderState,
    ItemKind,
    ItemState,
    OrderItem,
    Parcel,
)
from replenisher.purchasing.platform import PlatformLine
from tests.gateways.saved import answer, saved

ORDER = "cdd26b8f-4ed1-409d-9984-982e081c425e"
BATTERY = OrderItem(
    item_id="8592718e-bcca-468c-8009-38678929b693",
    sku="00001",
    quantity=2,
    kind=ItemKind.DROP_SHIP,
    state=ItemState.NEW,
    catalog_id="a183f1a9-c58f-426a-930a-9a6357db52ed",
    supplier="14107",
    description="Samsung Galaxy S4 Standard Battery",
    notes="Dented corner",
    supplier_reference="10",
    parcels=(Parcel("1TTTTN4421", 1),),
    serial_numbers=("abc321",),
)
PROTECTOR = OrderItem(
    item_id="1c1f5a58-3f0a-4f5c-9a76-0d1a3d3f7a10",
    sku="00002",
    quantity=1,
    kind=ItemKind.IN_STOCK,
    state=ItemState.BACK_ORDER,
    description="Screen protector",
)


def told(document: object) -> Any:
    return answer(json.dumps(document).encode())


def document(**changes: object) -> dict[str, Any]:
    return {**json.loads(saved("customer_order_full.json")), **changes}


def item(**changes: object) -> dict[str, Any]:
    return {**document()["Items"][0], **changes}


def test_an_order_with_its_items_is_read_whole() -> None:
    assert whole_order(answer(saved("customer_order_full.json"))) == CustomerOrder(
        order_id=ORDER,
        location="14202",
        kind=CustomerOrderKind.SALES,
        state=CustomerOrderState.PENDING,
        raw_state="Pending",
        name="iPhone 5 Order",
        printable_id="8765-1234-987",
        tender_id="INV112",
        created_at=datetime(2015, 3, 27, 18, 47, 29, 901240, UTC),
        expires_at=datetime(2035, 5, 5, 14, 32, 5, 914018, UTC),
        items=(BATTERY, PROTECTOR),
    )


def test_a_list_is_read_with_the_type_by_its_id_and_unset_dates_as_none() -> None:
    first, second = orders_of(answer(saved("customer_orders.json")))
    # The sample calls type 3 Sales; the table says that 3 is a purchase.
    assert (first.order_id, first.kind, first.state) == (ORDER, CustomerOrderKind.PURCHASE, CustomerOrderState.CREATED)
    assert first.items is None
    assert (second.order_id, second.location) == ("2f0c2b1e-7a1d-4f0e-8e51-94d7c5b6a001", "14203")
    assert (second.kind, second.state, second.raw_state) == (
        CustomerOrderKind.SALES,
        CustomerOrderState.PENDING,
        "pending",
    )
    assert second.created_at == datetime(2019, 5, 29, 9, 51, 39, 730000, UTC)
    assert (second.expires_at, second.tender_id) == (None, "")


def test_a_list_as_hal_is_the_same_list() -> None:
    plain = orders_of(answer(saved("customer_orders.json")))
    hal = orders_of(answer(saved("customer_orders_hal.json"), 200, "application/hal+json; charset=utf-8"))
    assert hal == plain[:1]


def test_names_of_fields_are_read_without_case() -> None:
    def small(value: Any) -> Any:
        if isinstance(value, list):
            return [small(one) for one in value]
        return {name.lower(): small(one) for name, one in value.items()} if isinstance(value, dict) else value

    assert whole_order(told(small(document()))) == whole_order(told(document()))


def test_no_items_told_is_not_no_items() -> None:
    bare = document()
    del bare["Items"]
    assert whole_order(told(bare)).items is None
    assert whole_order(told(document(Items=None))).items is None
    assert whole_order(told(document(Items=[]))).items == ()


def test_items_alone_are_read_as_in_their_order() -> None:
    assert items_of(told(document()["Items"])) == (BATTERY, PROTECTOR)
    assert items_of(told(item())) == (BATTERY,)
    assert items_of(told([])) == ()


STATES = [
    (1, 1, ItemState.NEW),
    (1, 2, ItemState.CANCELLED),
    (1, 3, ItemState.PROCESSED),
    (1, 4, ItemState.ORDERED),
    (1, 5, ItemState.ERROR),
    (1, 6, ItemState.NOT_AVAILABLE),
    (1, 7, ItemState.SHIPPED),
    (1, 8, ItemState.RECEIVED),
    (2, 9, ItemState.NEW),
    (2, 10, ItemState.PROCESSED),
    (2, 11, ItemState.ERROR),
    (2, 12, ItemState.BACK_ORDER),
    (2, 16, ItemState.CANCELLED),
    (3, 13, ItemState.NEW),
    (3, 14, ItemState.PROCESSED),
    (3, 17, ItemState.CANCELLED),
    (4, 15, ItemState.SHIPPING),
    (1, 9, ItemState.UNKNOWN),
    (2, 1, ItemState.UNKNOWN),
    (9, 1, ItemState.UNKNOWN),
    (1, 99, ItemState.UNKNOWN),
    (1, None, ItemState.UNKNOWN),
    (None, 1, ItemState.UNKNOWN),
]
KINDS = {1: ItemKind.DROP_SHIP, 2: ItemKind.IN_STOCK, 3: ItemKind.ECOMMERCE, 4: ItemKind.SHIPPING}


@pytest.mark.parametrize(("kind", "status", "state"), STATES)
@pytest.mark.parametrize("write", [lambda value: value, lambda value: value if value is None else str(value)])
def test_the_state_of_an_item_is_by_its_kind_numbers_or_text_and_never_by_its_name(
    kind: int | None, status: int | None, state: ItemState, write: Any
) -> None:
    (found,) = items_of(told(item(ItemTypeId=write(kind), ItemStatusId=write(status), ItemStatus="Shipped")))
    assert (found.kind, found.state) == (KINDS.get(kind or 0, ItemKind.UNKNOWN), state)


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("Created", CustomerOrderState.CREATED),
        (" PENDING ", CustomerOrderState.PENDING),
        ("Processed", CustomerOrderState.PROCESSED),
        ("Cancelled", CustomerOrderState.CANCELLED),
        ("Completed", CustomerOrderState.COMPLETED),
        ("Canceled", CustomerOrderState.UNKNOWN),
        ("", CustomerOrderState.UNKNOWN),
        (None, CustomerOrderState.UNKNOWN),
        (1, CustomerOrderState.UNKNOWN),
    ],
)
def test_a_state_that_no_document_lists_is_unknown_and_its_word_is_kept(
    word: object, state: CustomerOrderState
) -> None:
    found = whole_order(told(document(State=word)))
    assert (found.state, found.raw_state) == (state, "" if word is None else str(word))


@pytest.mark.parametrize("order_id", [None, "", 7, "cdd26b8f", "00000000-0000-0000-0000-000000000000"])
def test_one_order_without_an_id_makes_a_whole_list_unusable(order_id: object) -> None:
    with pytest.raises(UnavailableError, match=r"an order without an id \(8765-1234-987\)"):
        orders_of(told([document(), document(Id=order_id)]))


@pytest.mark.parametrize(
    "changes",
    [
        {"Id": None},
        {"Id": "8592718e"},
        {"Quantity": None},
        {"Quantity": "two"},
        {"Quantity": 1.5},
        {"Quantity": True},
        {"Quantity": LARGEST_QUANTITY + 1},
        {"Quantity": -LARGEST_QUANTITY - 1},
    ],
)
def test_an_item_without_an_id_or_a_quantity_makes_the_order_unusable(changes: dict[str, Any]) -> None:
    for read, shape in ((items_of, [item(**changes)]), (whole_order, document(Items=[item(**changes)]))):
        with pytest.raises(UnavailableError, match=r"an item without an id or a quantity \(SKU 00001\)"):
            read(told(shape))


def test_a_quantity_may_be_text_the_largest_or_left_out() -> None:
    assert items_of(told(item(Quantity="2.0")))[0].quantity == 2
    assert items_of(told(item(Quantity=LARGEST_QUANTITY)))[0].quantity == LARGEST_QUANTITY
    bare = item()
    del bare["Quantity"]
    assert items_of(told(bare))[0].quantity == 0  # the documents: defaults to 0


def test_what_no_database_keeps_is_replaced() -> None:
    found = whole_order(told(document(Name="a\0b", Items=[item(SKU="x\0", Notes="\ud800", SerialNumbers=["s\0"])])))
    assert found.items is not None
    assert (found.name, found.items[0].sku) == ("a\ufffdb", "x\ufffd")
    assert (found.items[0].notes, found.items[0].serial_numbers) == ("?", ("s\ufffd",))


def test_odd_parcels_and_serials_are_read_as_what_they_tell() -> None:
    odd = item(TrackingInformation=[{"trackingnumber": "T1", "quantity": "3"}, {}, 7], SerialNumbers="abc")
    (found,) = items_of(told(odd))
    assert found.parcels == (Parcel("T1", 3), Parcel("", 0), Parcel("", 0))
    assert found.serial_numbers == ()
    (none,) = items_of(told(item(TrackingInformation=None, SerialNumbers=None)))
    assert (none.parcels, none.serial_numbers, none.shipped) == ((), (), 0)


def lines(**changes: object) -> tuple[PlatformLine, ...]:
    fields = single(told(document(**changes)), "read")
    return lines_of(order_of(fields), fields, "14107")


def test_the_lines_of_a_replenishment_order_are_the_items_of_ours_and_those_of_nobody() -> None:
    others = item(SupplierEntityId=1), item(ItemTypeId=4, ItemStatusId=15)
    assert lines(Items=[item(), item(SKU="00009", SupplierEntityId=None, Cost=None), *others]) == (
        PlatformLine("00001", 2, 0, Decimal("5.99"), ("abc321",)),
        PlatformLine("00009", 2, 0, None, ("abc321",)),
    )


@pytest.mark.parametrize(
    ("state", "status", "received"),
    [("Processed", 1, 0), ("Processed", 7, 0), ("Processed", 8, 2), ("Completed", 1, 2), ("Completed", 2, 0)],
)
def test_an_item_has_come_whole_when_it_is_received_or_its_order_is_completed_and_it_is_not_cancelled(
    state: str, status: int, received: int
) -> None:
    (line,) = lines(State=state, Items=[item(ItemStatusId=status)])
    assert (line.quantity_ordered, line.quantity_received) == (2, received)


@pytest.mark.parametrize("changes", [{"SKU": ""}, {"SKU": None}, {"SKU": "  "}, {"Quantity": -1}])
def test_a_line_without_a_sku_or_of_less_than_nothing_makes_the_order_unusable(changes: dict[str, Any]) -> None:
    with pytest.raises(UnavailableError, match="an item without a SKU or with less than nothing"):
        lines(Items=[item(), item(**changes)])
    assert len(lines(Items=[item(**changes, SupplierEntityId=1)])) == 0  # another supplier's is not ours to judge
