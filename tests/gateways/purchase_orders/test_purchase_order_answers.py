"""What the Purchase Order service answers, on saved replies: its documents' samples, repaired."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from replenisher.errors import (
    AbsentError,
    AmbiguousError,
    ExistsError,
    ForbiddenError,
    GatewayError,
    RefusedError,
    ThrottledError,
    UnavailableError,
)
from replenisher.gateways.purchase_orders import PurchaseOrders
from replenisher.gateways.purchase_orders.reading import detailed_orders
from replenisher.purchasing.order_details import DetailedOrder, OrderedProduct, ReceivedProduct
from replenisher.purchasing.platform import OrderRequest, PlatformLine, PlatformStatus, ReportWindow, RequestLine
from tests.gateways.saved import answer, saved
from tests.gateways.stage import Play, Stage, json_reply, reply, says
from tests.gateways.test_create_is_sent_once import accepted_then_reset, silence, truncated
from tests.patience import HURRY_SECONDS

ORDER = "9790afea-e611-4d53-9247-abfcf6c94279"
PHONE, CASE = "a183f1a9-c58f-426a-930a-9a6357db52ed", "55c8b270-63b9-a095-d975-9a730b3dacb4"
MOMENT = datetime(2015, 3, 27, 18, 47, 29, 901240, UTC)
LIST = "/OrderWithDetail"
PAGE = b"<!DOCTYPE html><html><body>Please sign in</body></html>"
WHOLE = DetailedOrder(
    platform_order_id=ORDER,
    vendor_invoice_number="R7K2M9",
    location="14202",
    supplier="14107",
    state="Created",
    fully_received=True,
    order_number="ANLOCPO6",
    created_at=MOMENT,
    arrives=datetime(2015, 3, 30, tzinfo=UTC),
    ordered=(
        OrderedProduct("", 2, Decimal("9.99"), PHONE, "Galaxy S6 edge+ 32GB - Black Sapphire"),
        OrderedProduct("00123", 3, None, CASE, "Case"),
    ),
    received=(
        ReceivedProduct("", 1, Decimal("9.99"), PHONE, "359367059548016", "ORD1152", MOMENT),
        ReceivedProduct(
            "00123", 3, Decimal("4.5"), CASE, received_at=datetime(2019, 5, 29, 9, 51, 39, 730000, tzinfo=UTC)
        ),
    ),
)


def told(document: object) -> Any:
    return answer(json.dumps(document).encode())


def document(**changes: object) -> dict[str, Any]:
    return {**json.loads(saved("purchase_order_detail.json"))[0], **changes}


def product(**changes: object) -> dict[str, Any]:
    return {**document()["OrderedProducts"][1], **changes}


def test_an_order_in_a_list_is_read_with_what_was_ordered_and_received() -> None:
    assert detailed_orders(answer(saved("purchase_order_detail.json"))) == [WHOLE]


def test_one_object_without_its_products_is_an_order_of_which_nothing_of_them_is_told() -> None:
    (found,) = detailed_orders(answer(saved("purchase_order_object.json")))
    assert (found.platform_order_id, found.location, found.supplier) == (ORDER, "14202", "14107")
    assert (found.ordered, found.received) == (None, None)
    assert (found.deleted, found.fully_received, found.created_at) == (True, True, MOMENT)


def test_hal_is_the_same_list() -> None:
    links = {"self": {"href": "v1/Companies(14146)/OrderWithDetail"}, "prev": "null"}
    hal = {"_links": links, "_embedded": {"self": [{**document(), "_links": links}]}}
    assert detailed_orders(told(hal)) == [WHOLE]
    assert detailed_orders(told({**document(), "_links": links})) == [WHOLE]


def test_a_list_may_be_empty_and_names_are_read_without_case() -> None:
    assert detailed_orders(told([])) == []

    def small(value: Any) -> Any:
        if isinstance(value, list):
            return [small(one) for one in value]
        return {name.lower(): small(one) for name, one in value.items()} if isinstance(value, dict) else value

    assert detailed_orders(told(small([document()]))) == [WHOLE]


def test_no_products_told_is_not_no_products() -> None:
    (nulls,) = detailed_orders(told(document(OrderedProducts=None, ReceivedProducts=None)))
    assert (nulls.ordered, nulls.received) == (None, None)
    (empty,) = detailed_orders(told(document(OrderedProducts=[], ReceivedProducts=[])))
    assert (empty.ordered, empty.received) == ((), ())


@pytest.mark.parametrize("order_id", [None, "", 7, "9790afea", "00000000-0000-0000-0000-000000000000"])
def test_one_order_without_an_id_makes_the_whole_list_unusable(order_id: object) -> None:
    with pytest.raises(UnavailableError, match=r"an entry without an order id \(R7K2M9\)"):
        detailed_orders(told([document(), document(Id=order_id)]))


@pytest.mark.parametrize("name", ["OrderedProducts", "ReceivedProducts"])
@pytest.mark.parametrize("quantity", [None, "", "two", 1.5, True, [], 1e300])
def test_an_order_with_a_quantity_that_is_no_whole_number_is_told_without_its_products_and_why(
    name: str, quantity: object
) -> None:
    bad = document(Id=PHONE, **{name: [product(Quantity=quantity)]})
    found, whole = detailed_orders(told([bad, document()]))
    assert (found.platform_order_id, found.vendor_invoice_number) == (PHONE, "R7K2M9")
    assert (found.ordered, found.received) == (None, None)
    assert "the quantity of Case is no whole number" in found.fault
    assert whole == WHOLE


@pytest.mark.parametrize("supplier", [1, 14107])
def test_an_order_that_cannot_be_read_keeps_no_other_from_being_read_and_found(stage: Stage, supplier: int) -> None:
    bad = document(Id=PHONE, SupplierId=supplier, OrderedProducts=[product(Quantity=1.5)])
    stage.plays[LIST] = says(json_reply([bad, document()]))
    with desk(stage) as made:
        assert made.read("14146", ORDER, "R7K2M9").lines[1].quantity_ordered == 3
        listed = made.find("14146", ReportWindow(date(2015, 3, 1), date(2015, 4, 1)))
        assert (listed[-1].platform_order_id, len(listed)) == (ORDER, 2 if supplier == 14107 else 1)
        with pytest.raises((UnavailableError, AbsentError), match=r"no whole number|the list has no such order"):
            made.read("14146", PHONE, "R7K2M9")


def test_what_no_database_keeps_is_replaced_everywhere() -> None:
    odd = document(
        Notes="a\0b",
        State="\0",
        SupplierInvoiceNumber="R\0",
        PurchaseOrderNumber="\ud800",
        OrderedProducts=[product(SupplierSKU="x\0", ProductName="\0")],
        ReceivedProducts=[product(SupplierSKU="x\0", SerialNumber="s\0", SupplierInvoiceNumber="\0")],
    )
    (found,) = detailed_orders(told(odd))
    assert "\0" not in repr(found)
    assert (found.notes, found.state, found.vendor_invoice_number) == ("a\ufffdb", "\ufffd", "R\ufffd")
    assert found.order_number == "?"
    assert found.ordered is not None
    assert found.received is not None
    assert (found.ordered[0].sku, found.ordered[0].name) == ("x\ufffd", "\ufffd")
    assert (found.received[0].sku, found.received[0].serial_number) == ("x\ufffd", "s\ufffd")


@pytest.mark.parametrize("value", [None, "true", "True", 1, "yes", False, []])
def test_only_a_true_is_fully_received(value: object) -> None:
    (found,) = detailed_orders(told(document(FullyReceived=value)))
    assert found.fully_received is False


@pytest.mark.parametrize("body", [b"", b"null", b"7", b"[7]", b'{"_embedded": {}}', b'{"Id": "9790', b"{}", PAGE])
def test_an_answer_that_is_no_order_is_a_failed_read(body: bytes) -> None:
    with pytest.raises(UnavailableError, match="nothing of it is used"):
        detailed_orders(answer(body))


def desk(stage: Stage, **connection: Any) -> PurchaseOrders:
    return PurchaseOrders(stage.connection(**connection), "14107")


def test_ours_are_those_that_name_us_and_are_not_deleted(stage: Stage) -> None:
    ids = [f"{number:08x}-e611-4d53-9247-abfcf6c94279" for number in range(1, 4)]
    others = [
        document(Id=ids[0], SupplierId=1),
        document(Id=ids[1], DeletedDateUTC="2015-03-27T18:47:29.9012402+00:00"),
    ]
    stage.plays[LIST] = says(json_reply([document(), *others, document(Id=ids[2], SupplierId="14107")]), json_reply([]))
    with desk(stage) as made:
        found = made.detailed_orders("14146")
    assert [one.platform_order_id for one in found] == [ORDER, ids[2]]
    assert stage.requests[0].target == "/vendorinventory/v1/Companies(14146)/OrderWithDetail"


@pytest.mark.parametrize("after", [reply(400), json_reply({"Message": "what?"}, 405), reply(200, b"[]")])
def test_a_service_that_knows_no_pages_gives_its_list_at_once(stage: Stage, after: bytes) -> None:
    stage.plays[LIST] = says(json_reply(document()), after)
    with desk(stage) as made:
        assert made.detailed_orders("14146") == [WHOLE]
    assert len(stage.requests) == 2
    assert stage.requests[1].target.endswith("?%24skip=1&%24top=100")


@pytest.mark.parametrize("after", [reply(404), json_reply({"Message": "Not Found"}, 404), reply(503), reply(200, PAGE)])
def test_that_an_order_is_not_on_a_list_that_broke_off_is_not_told(stage: Stage, after: bytes) -> None:
    stage.plays[LIST] = says(json_reply(document()), after)
    with desk(stage) as made, pytest.raises(UnavailableError):
        made.read("14146", PHONE, "R1")


def test_that_an_order_is_not_on_a_whole_list_is_told(stage: Stage) -> None:
    stage.plays[LIST] = says(json_reply(document()), json_reply([]))
    with desk(stage) as made, pytest.raises(AbsentError, match="the list has no such order") as caught:
        made.read("14146", PHONE, "R1")
    assert caught.value.explained


STATES = [
    ({"FullyReceived": True}, PlatformStatus.COMPLETE),
    ({"FullyReceived": False}, PlatformStatus.PARTLY_RECEIVED),
    ({"FullyReceived": False, "ReceivedProducts": []}, PlatformStatus.COMMITTED),
    ({"FullyReceived": False, "ReceivedProducts": None}, PlatformStatus.COMMITTED),
    ({"FullyReceived": False, "ReceivedProducts": [], "OrderedProducts": []}, PlatformStatus.PENDING),
    ({"FullyReceived": True, "ReceivedProducts": None, "OrderedProducts": None}, PlatformStatus.PENDING),
]


@pytest.mark.parametrize(("changes", "status"), STATES)
def test_how_far_an_order_is_is_worked_out_from_its_products_and_never_from_its_word(
    stage: Stage, changes: dict[str, Any], status: PlatformStatus
) -> None:
    stage.plays[LIST] = says(json_reply(document(State="Whatever", **changes)), json_reply([]))
    with desk(stage) as made:
        found = made.read("14146", ORDER.upper(), "R7K2M9")
    assert (found.status, found.raw_status, found.header_only) == (status, "Whatever", True)


def test_the_lines_of_an_order_add_up_what_was_received_of_each_sku(stage: Stage) -> None:
    received = [product(Quantity=2, SerialNumber="S-1"), product(Quantity=1, SerialNumber="S-2"), product(Quantity=1)]
    order = document(OrderedProducts=[product(), product(SupplierSKU="B")], ReceivedProducts=received)
    stage.plays[LIST] = says(json_reply(order), json_reply([]))
    with desk(stage) as made:
        lines = made.read("14146", ORDER, "R7K2M9").lines
    assert lines == (PlatformLine("00123", 3, 4, None, ("S-1", "S-2")), PlatformLine("B", 3, 0, None))


def test_products_without_a_sku_are_told_apart_by_the_catalogue(stage: Stage) -> None:
    phone, case = product(SupplierSKU="", ProductId=PHONE), product(SupplierSKU="", ProductId=CASE)
    order = document(OrderedProducts=[phone, case], ReceivedProducts=[{**phone, "Quantity": 2, "SerialNumber": "S-1"}])
    stage.plays[LIST] = says(json_reply(order), json_reply([]))
    with desk(stage) as made:
        lines = made.read("14146", ORDER, "R7K2M9").lines
    assert [(line.quantity_ordered, line.quantity_received) for line in lines] == [(3, 2), (3, 0)]
    assert [line.serial_numbers for line in lines] == [("S-1",), ()]


def a_header(**changes: Any) -> OrderRequest:
    values: dict[str, Any] = {
        "company": "14146",
        "location": "14202",
        "bill_to": "14202",
        "ship_to": "14203",
        "vendor_invoice_number": "R7K2M9",
        "committed": True,
        "estimated_arrival_date": date(2026, 12, 1),
        "lines": (RequestLine("A1", 3, Decimal("4.10")), RequestLine("B2", 5, None)),
        "shipping_cost": Decimal("1E+1"),
    }
    return OrderRequest(**(values | changes))


def test_a_header_is_sent_as_documented_with_its_lines_as_notes(stage: Stage) -> None:
    stage.plays["/OrderCreation"] = says(reply(201, saved("purchase_order_object.json")))
    with desk(stage) as made:
        assert made.create(a_header()).platform_order_id == ORDER
    (seen,) = stage.requests
    assert (seen.method, seen.target) == ("POST", "/vendorinventory/v1/Companies(14146)/OrderCreation")
    assert b'"ShippingCost":10,' in seen.body
    assert seen.json() == {
        "BillToLocationId": 14202,
        "CompanyId": 14146,
        "ETADate": "2026-12-01T00:00:00Z",
        "FullyReceived": False,
        "Notes": "A1 x 3; B2 x 5",
        "PurchaseOrderNumber": "",
        "ShippingCost": 10,
        "ShippingInfo": [],
        "ShipToLocationId": 14203,
        "SupplierId": 14107,
        "SupplierInvoiceNumber": "R7K2M9",
    }


@pytest.mark.parametrize(
    ("play", "expected"),
    [
        (says(json_reply({"Message": "The following errors occured: Supplier"}, 400)), RefusedError),
        (says(reply(400)), AmbiguousError),
        (says(json_reply({"Message": "Conflict"}, 409)), ExistsError),
        (says(reply(403)), ForbiddenError),
        (says(reply(429, b"", "text/plain", X_RateLimit_ResetSeconds="59")), ThrottledError),
        (says(json_reply({"Message": "An error has occurred."}, 500)), AmbiguousError),
        (says(reply(201, PAGE, "text/html")), AmbiguousError),
        (says(reply(201)), AmbiguousError),
        (says(json_reply({"Id": None}, 201)), AmbiguousError),
        (says(json_reply([document(), document()], 201)), AmbiguousError),
        (says(json_reply(document(OrderedProducts=[product(Quantity="x")]), 201)), AmbiguousError),
        (accepted_then_reset, AmbiguousError),
        (silence, AmbiguousError),
        (truncated, AmbiguousError),
    ],
)
def test_each_answer_to_a_header_has_one_meaning_and_none_makes_us_send_again(
    stage: Stage, play: Play, expected: type[GatewayError]
) -> None:
    stage.plays["/OrderCreation"] = play
    with desk(stage, deadline_seconds=HURRY_SECONDS, read_attempts=5) as made, pytest.raises(GatewayError) as caught:
        made.create(a_header())
    assert type(caught.value) is expected
    assert "R7K2M9" in str(caught.value)
    assert len(stage.requests) == 1


def test_a_list_for_a_look_up_is_every_order_of_ours(stage: Stage) -> None:
    stage.plays[LIST] = says(json_reply([document(), document(Id=PHONE, SupplierId=1)]), json_reply([]))
    with desk(stage) as made:
        (found,) = made.find("14146", ReportWindow(date(2024, 5, 1), date(2024, 5, 2)))
    assert (found.platform_order_id, found.vendor_invoice_number) == (ORDER, "R7K2M9")
    assert found.status is PlatformStatus.COMPLETE
