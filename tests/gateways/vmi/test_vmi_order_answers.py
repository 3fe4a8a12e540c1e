"""Orders and notices as the platform answers them, in our words."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from replenisher.errors import RefusedError
from replenisher.gateways.soap.notices import notice_accepted, notice_body, notice_rows, notice_summaries
from replenisher.gateways.soap.order_bodies import order_body, our_order_id
from replenisher.gateways.soap.orders import (
    NOT_TOLD,
    Standing,
    accepted_of,
    heads_of,
    order_of,
    single_head,
    status_of,
    summary_of,
)
from replenisher.gateways.soap.rows import UnreadableRowError
from replenisher.purchasing.platform import (
    NoticeLine,
    NoticeRequest,
    OrderRequest,
    PlatformOrder,
    PlatformStatus,
    RequestLine,
)
from tests.gateways.soap.envelopes_of import reply, saved_reply

COMPANY = "C46CCB4D-2D44-4289-950A-B9CB51D58AC4"
REFERENCE = "GetPurchaseOrderByReferenceNumber"


def the_order(standing: Standing = NOT_TOLD) -> PlatformOrder:
    head = single_head(saved_reply("order.xml", REFERENCE))
    assert head is not None
    return order_of(head, standing)


def test_an_order_is_read_with_receipts_serials_and_those_that_cannot_be_sold() -> None:
    order = the_order(Standing(committed=True))
    assert (order.platform_order_id, order.vendor_invoice_number) == (
        "28890f70-6fc9-4a9b-9458-410a8d08502d",
        "11412512",
    )
    assert (order.platform_order_number, order.status) == ("22140", PlatformStatus.PARTLY_RECEIVED)
    first, second, extra = order.lines
    assert (first.sku, first.quantity_ordered, first.quantity_received) == ("WMGCMSSL12", 4, 3)
    assert (first.serial_numbers, first.damaged_serial_numbers) == (("97000012", "97000013"), ("97000013",))
    assert (second.sku, second.quantity_received, second.unit_cost) == ("00123", 0, Decimal("90.01"))
    assert (extra.sku, extra.quantity_ordered, extra.quantity_received) == ("EXTRA", 0, 1)


@pytest.mark.parametrize(
    ("ordered", "received", "standing", "status"),
    [
        (5, 0, Standing(), PlatformStatus.PENDING),
        (5, 0, NOT_TOLD, PlatformStatus.PENDING),
        (5, 0, Standing(committed=True), PlatformStatus.COMMITTED),
        (5, 4, Standing(committed=True), PlatformStatus.PARTLY_RECEIVED),
        (5, 5, Standing(committed=True), PlatformStatus.COMPLETE),
        (5, 2, Standing(committed=True, completed=True), PlatformStatus.COMPLETE),
        (0, 0, Standing(committed=True), PlatformStatus.COMMITTED),
    ],
)
def test_the_state_follows_from_the_list_and_from_what_was_received(
    ordered: int, received: int, standing: Standing, status: PlatformStatus
) -> None:
    assert status_of(ordered, received, standing) is status


def test_the_documented_echo_of_a_create_is_read() -> None:
    accepted = accepted_of(saved_reply("created.xml", "CreatePurchaseOrder"), True)
    assert accepted.platform_order_id == "28890f70-6fc9-4a9b-9458-410a8d08502d"
    assert accepted.echo is not None
    (line,) = accepted.echo.lines
    assert (line.sku, line.quantity_ordered, line.unit_cost) == ("WMGCMSSL12", 4, Decimal("90.01"))
    assert accepted.echo.platform_order_number == "22140"


def test_an_echo_without_an_id_or_with_a_line_without_quantity_is_not_believed() -> None:
    text = "<PurchaseOrderID>00000000-0000-0000-0000-000000000000</PurchaseOrderID><PurchaseOrderData/>"
    with pytest.raises(UnreadableRowError):
        accepted_of(reply("CreatePurchaseOrder", text), True)
    line = "<ProductInformation><VendorSKU>A</VendorSKU><QuantityOrdered>-1</QuantityOrdered></ProductInformation>"
    text = (
        "<PurchaseOrderID>28890f70-6fc9-4a9b-9458-410a8d08502d</PurchaseOrderID><PurchaseOrderData/>"
        f"<ProductsOrdered>{line}</ProductsOrdered>"
    )
    with pytest.raises(UnreadableRowError, match="QuantityOrdered"):
        accepted_of(reply("CreatePurchaseOrder", text), True)


def test_no_order_is_none_and_an_empty_list_has_none() -> None:
    assert (
        single_head(reply(REFERENCE, "<PurchaseOrderID>00000000-0000-0000-0000-000000000000</PurchaseOrderID>")) is None
    )
    assert heads_of(reply("GetPurchaseOrderList", "")) == []


def test_a_foreign_order_without_our_skus_can_still_be_listed() -> None:
    data = "<PurchaseOrderData><VendorInvoiceNumber>X</VendorInvoiceNumber></PurchaseOrderData>"
    lines = "<ProductsOrdered><ProductInformation><VendorSKU/></ProductInformation></ProductsOrdered>"
    one = f"<PurchaseOrderID>28890f70-6fc9-4a9b-9458-410a8d08502d</PurchaseOrderID>{data}{lines}"
    (head,) = heads_of(reply("GetPurchaseOrderList", f"<PurchaseOrderInformation>{one}</PurchaseOrderInformation>"))
    assert summary_of(head, Standing()).vendor_invoice_number == "X"


def test_one_entry_without_an_id_makes_the_list_unusable() -> None:
    content = "<PurchaseOrderInformation><PurchaseOrderData/></PurchaseOrderInformation>"
    with pytest.raises(UnreadableRowError, match="PurchaseOrderID"):
        heads_of(reply("GetPurchaseOrderList", content))


def an_order(**changes: object) -> OrderRequest:
    values: dict[str, object] = {
        "company": COMPANY,
        "location": "36",
        "bill_to": "55",
        "ship_to": "36",
        "vendor_invoice_number": "R1",
        "committed": True,
        "estimated_arrival_date": date(2027, 1, 9),
        "lines": (RequestLine("00123", 3, None), RequestLine("B", 1, Decimal("9.90"))),
    }
    return OrderRequest(**(values | changes))  # type: ignore[arg-type]


def test_the_same_order_has_the_same_id_on_every_try_and_no_other_order_has_it() -> None:
    first = order_body(an_order())["PurchaseOrderID"]
    assert first == order_body(an_order(comments="later"))["PurchaseOrderID"] == our_order_id(COMPANY.lower(), "R1")
    assert first == "f753a8c0-5dc3-5685-96b1-90b9302b16b8"  # of orders that exist: never to be changed
    others = {our_order_id(COMPANY, "R2"), our_order_id("9dc6aa95-856b-42c9-8aaf-392a2a02ac77", "R1"), str(first)}
    assert len(others) == 3


def test_an_order_is_written_with_american_dates_and_without_a_cost_where_none_is_known() -> None:
    body = order_body(an_order(shipping_cost=Decimal("12.5"), comments="handle with care"))
    data, products = body["PurchaseOrderData"], body["ProductsOrdered"]
    assert isinstance(data, dict)
    assert isinstance(products, dict)
    assert (data["EstimatedArrivalDate"], data["ShipToStoreID"], data["BillToStoreID"]) == ("01/09/2027", 36, 55)
    assert (data["ShippingTotal"], data["Comments"]) == (Decimal("12.5"), "handle with care")
    assert [line["ProductCost"] for line in products["ProductInformation"]] == [None, Decimal("9.90")]


@pytest.mark.parametrize(
    "changes",
    [{"ship_to": "36; DROP"}, {"bill_to": "-1"}, {"shipping_cost": Decimal("NaN")}, {"shipping_cost": Decimal(-1)}],
)
def test_an_order_that_names_no_store_or_no_amount_is_not_sent(changes: dict[str, object]) -> None:
    with pytest.raises(RefusedError, match="nothing was sent"):
        order_body(an_order(**changes))


def a_notice(*lines: NoticeLine) -> NoticeRequest:
    return NoticeRequest(COMPANY, "36", "28890f70-6fc9-4a9b-9458-410a8d08502d", "22073", "R1", "SHIP1", lines)


def test_a_notice_names_order_and_products_by_every_name_that_is_known() -> None:
    first, second = notice_body(a_notice(NoticeLine("A", 2, ("1", "2")), NoticeLine("B", 5)))[
        "PurchaseOrderShipmentNotice"
    ]
    assert (first["RQPurchaseOrderID"], first["VendorInvoiceNumber"], first["ShipmentNumber"]) == (22073, "R1", "SHIP1")
    assert first["SerialNumbers"] == {"string": ["1", "2"]}
    assert (second["VendorSKU"], second["SerialNumbers"]) == ("B", None)


def test_the_documented_echo_of_a_notice_is_read_by_the_place_of_its_products() -> None:
    answer = saved_reply("announced.xml", "CreatePurchaseOrderShipmentNotice")
    accepted = notice_accepted(answer, a_notice(NoticeLine("WMGCMSSL12", 1, ("97000012",))))
    assert accepted.shipment_number == "JUMHO22073-10"
    assert accepted.echo == (NoticeLine("WMGCMSSL12", 1, ("97000012",)),)
    with pytest.raises(UnreadableRowError, match="VendorSKU"):
        notice_accepted(answer, a_notice(NoticeLine("A", 1), NoticeLine("B", 1)))


def test_notices_are_grouped_by_shipment_and_named_by_the_orders_products() -> None:
    def row(shipment: str, item: int, sku: str = "") -> str:
        return (
            f"<PurchaseOrderShipmentNotice><ShipmentNumber>{shipment}</ShipmentNumber><ProductItemID>{item}</ProductItemID>"
            f"<Quantity>1</Quantity><VendorSKU>{sku}</VendorSKU></PurchaseOrderShipmentNotice>"
        )

    rows = notice_rows(reply("GetPurchaseOrderShipmentNotices", row("S1", 7) + row("S2", 8, "B") + row("S1", 8, "B")))
    first, second = notice_summaries(rows, {"7": "A"})
    assert (first.shipment_number, [line.sku for line in first.lines]) == ("S1", ["A", "B"])
    assert (second.shipment_number, [line.sku for line in second.lines]) == ("S2", ["B"])
    with pytest.raises(UnreadableRowError, match="product 7"):
        notice_summaries(rows, {})
