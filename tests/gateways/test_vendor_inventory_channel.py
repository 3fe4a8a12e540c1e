"""The channel over real sockets: overlapping reads, both spellings of a route, and changes of lines."""

from __future__ import annotations

import inspect
import json
import threading
import uuid
from datetime import date
from decimal import Decimal

import pytest
import structlog
from structlog.testing import capture_logs

from replenisher.errors import (
    AbsentError,
    AmbiguousError,
    GatewayError,
    RefusedError,
    ReportRefusedError,
    UnauthorisedError,
    UnavailableError,
)
from replenisher.gateways.channel import Channel
from replenisher.gateways.vendor_inventory import VendorInventory
from replenisher.logs import context
from replenisher.planning.frames import INVENTORY, check
from replenisher.purchasing.platform import ReportWindow, RequestLine
from tests.gateways.saved import saved
from tests.gateways.stage import Conversation, Seen, Stage, json_reply, reply, says
from tests.gateways.test_create_is_sent_once import silence
from tests.patience import HURRY_SECONDS, PATIENCE_SECONDS

ORDER = "9b2e1c70-6e5d-4d52-8b39-6a1f0e2d7c11"
WINDOW = ReportWindow(date(2024, 5, 1), date(2024, 5, 30))
LINES = (RequestLine("00123", 6, Decimal("9.99")),)
PAGE = reply(404, saved("page.html"), "text/html")


def test_the_channel_fills_the_protocol_with_the_same_parameters() -> None:
    wanted = [name for name, _ in inspect.getmembers(Channel, inspect.isfunction) if not name.startswith("_")]
    assert len(wanted) == 22
    for name in wanted:
        promised, given = getattr(Channel, name), getattr(VendorInventory, name)
        assert list(inspect.signature(promised).parameters) == list(inspect.signature(given).parameters), name


def test_reports_of_many_locations_are_read_at_the_same_time_over_kept_connections(stage: Stage) -> None:
    eight = threading.Barrier(8)
    under_way, most, lock = 0, 0, threading.Lock()

    def in_eights(seen: Seen, conversation: Conversation) -> None:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        eight.wait(PATIENCE_SECONDS)
        with lock:
            under_way -= 1
        row = json.loads(saved("inventory.json"))[0] | {"LocationId": int(seen.path.split("/")[-3])}
        conversation.send(json_reply([row]))

    stage.plays["/reports/inventory"] = in_eights
    wanted = [str(location) for location in range(100, 140)]
    with VendorInventory(stage.connection(threads=8)) as gateway:
        found = gateway.inventory("20417", wanted, WINDOW)
    assert most == 8
    assert list(found) == wanted
    assert len({seen.connection for seen in stage.requests}) == 8
    for location, read in found.items():
        assert not isinstance(read, Exception)
        frame, stamp = read
        assert check(frame, INVENTORY)["location"].tolist() == [location]
        assert stamp.requested_at <= stamp.answered_at
        assert stamp.size_bytes > 100


def test_one_bad_location_never_stops_its_neighbours(stage: Stage) -> None:
    def play(seen: Seen, conversation: Conversation) -> None:
        location = seen.path.split("/")[-3]
        good = saved("inventory.json").replace(b"31007", location.encode())
        answers = {
            "31007": reply(200, good),
            "31008": reply(200, good.replace(b'"QuantityInStock": -2', b'"QuantityInStock": NaN')),
            "31009": reply(200, saved("page.html"), "text/html"),
            "31010": json_reply({"Message": "not enabled"}, 403),
            "31011": reply(200, b"[]"),
        }
        conversation.send(answers[location])

    stage.plays["/reports/inventory"] = play
    wanted = ["31007", "31008", "31009", "31010", "31011", "31007"]
    with VendorInventory(stage.connection()) as gateway:
        found = gateway.inventory("20417", wanted, WINDOW)
    kinds = {location: type(read).__name__ for location, read in found.items()}
    assert kinds == {
        "31007": "tuple",
        "31008": "ReportRefusedError",
        "31009": "UnavailableError",
        "31010": "ForbiddenError",
        "31011": "tuple",
    }
    for location in ("31008", "31009", "31010"):
        assert location in str(found[location])
        assert "inventory" in str(found[location])
    refused = found["31008"]
    assert isinstance(refused, ReportRefusedError)
    assert (refused.field, "00123" in refused.reason) == ("QuantityInStock", True)


def test_a_programs_error_is_not_taken_for_a_bad_location(stage: Stage) -> None:
    with VendorInventory(stage.connection()) as gateway, pytest.raises(TypeError):
        gateway.inventory("20417", [31007], WINDOW)  # type: ignore[list-item]  # the mistake that is meant


@pytest.mark.parametrize("unknown", [reply(404), PAGE, reply(404, b"{}")])
def test_the_other_spelling_of_the_inventory_report_is_tried_once_and_remembered(stage: Stage, unknown: bytes) -> None:
    stage.plays["/reports/inventory"] = says(unknown)
    stage.plays["/inventoryReport"] = says(reply(200, saved("inventory.json")))
    with VendorInventory(stage.connection(read_attempts=3)) as gateway, capture_logs() as logs:
        for _ in range(2):
            assert not isinstance(gateway.inventory("20417", ["31007"], WINDOW)["31007"], Exception)
    assert [seen.path.rpartition("/")[2] for seen in stage.requests] == ["inventory", *["inventoryReport"] * 2]
    assert [line["spelling"] for line in logs] == ["inventoryReport"]
    assert all(seen.target.endswith("?StartDate=2024-05-01&EndDate=2024-05-30") for seen in stage.requests)


def test_a_missing_location_is_not_asked_for_by_the_other_spelling(stage: Stage) -> None:
    stage.plays["/reports/inventory"] = says(json_reply({"Message": "no such location"}, 404))
    with VendorInventory(stage.connection()) as gateway:
        assert isinstance(gateway.inventory("20417", ["31007"], WINDOW)["31007"], AbsentError)
    assert len(stage.requests) == 1


def test_a_report_missing_under_both_spellings_is_absent_and_nothing_is_remembered(stage: Stage) -> None:
    with VendorInventory(stage.connection()) as gateway:
        for _ in range(2):
            assert isinstance(gateway.inventory("20417", ["31007"], WINDOW)["31007"], AbsentError)
    spelled = [seen.path.rpartition("/")[2] for seen in stage.requests]
    assert spelled == ["inventory", "inventoryReport"] * 2


def test_repeated_rows_are_logged_with_the_callers_context(stage: Stage) -> None:
    rows = json.loads(saved("inventory.json"))
    stage.plays["/reports/inventory"] = says(json_reply(rows + rows[:1]))
    merge = structlog.contextvars.merge_contextvars
    with VendorInventory(stage.connection()) as gateway, capture_logs([merge]) as logs, context(run_id=7):
        gateway.inventory("20417", ["31007"], WINDOW)
    (line,) = logs
    assert (line["event"], line["rows"], line["location"]) == ("gateway.repeated_rows", 1, "31007")
    assert line["run_id"] == 7


def test_the_movement_reports_are_read_by_their_documented_routes(stage: Stage) -> None:
    stage.plays["/productSales"] = says(reply(200, saved("sales.json")))
    for name in ("receiving", "transfers", "adjustments"):
        stage.plays[f"/reports/{name}"] = says(reply(200, saved(f"{name}.json")))
    with VendorInventory(stage.connection()) as gateway:
        for read in (gateway.sales, gateway.receiving, gateway.transfers, gateway.adjustments):
            assert len(read("20417", "31007", WINDOW)) > 0
    assert {seen.target.partition("?")[2] for seen in stage.requests} == {"StartDate=2024-05-01&EndDate=2024-05-30"}


def test_a_movement_report_that_is_a_page_names_report_and_location(stage: Stage) -> None:
    stage.plays["/productSales"] = says(reply(200, saved("page.html"), "text/html"))
    with (
        VendorInventory(stage.connection()) as gateway,
        pytest.raises(UnavailableError, match="sales of location 31007"),
    ):
        gateway.sales("20417", "31007", WINDOW)


def test_every_page_of_the_list_of_orders_is_read(stage: Stage) -> None:
    every = [{"PurchaseOrderGuid": f"{n:08d}-6e5d-4d52-8b39-6a1f0e2d7c11", "Status": "x"} for n in range(1, 8)]

    def play(seen: Seen, conversation: Conversation) -> None:
        skip = int(seen.target.partition("skip=")[2] or 0)
        conversation.send(json_reply(every[skip : skip + 3]))

    stage.plays["/purchaseOrders"] = play
    with VendorInventory(stage.connection()) as gateway:
        assert len(gateway.find("20417", WINDOW)) == 7
    assert stage.requests[0].target.endswith("/purchaseOrders?StartDate=2024-05-01&EndDate=2024-05-30")


@pytest.mark.parametrize("next_page", [reply(200, saved("order_list.json")), reply(400, b"what?", "text/plain")])
def test_a_platform_that_knows_no_pages_is_asked_once_more_and_no_further(stage: Stage, next_page: bytes) -> None:
    stage.plays["/purchaseOrders"] = says(reply(200, saved("order_list.json")), next_page)
    with VendorInventory(stage.connection()) as gateway:
        assert len(gateway.find("20417", WINDOW)) == 3
    assert len(stage.requests) == 2


def test_an_empty_list_of_orders_is_an_answer_and_a_failed_second_page_is_none(stage: Stage) -> None:
    stage.plays["/purchaseOrders"] = says(reply(200, b"[]"), reply(200, saved("order_list.json")), reply(503))
    with VendorInventory(stage.connection()) as gateway:
        assert gateway.find("20417", WINDOW) == []
        with pytest.raises(UnavailableError):
            gateway.find("20417", WINDOW)


def test_a_list_of_orders_without_an_end_is_not_used(stage: Stage) -> None:
    def play(_seen: Seen, conversation: Conversation) -> None:
        conversation.send(json_reply([{"PurchaseOrderGuid": str(uuid.uuid4())}]))

    stage.plays["/purchaseOrders"] = play
    with VendorInventory(stage.connection()) as gateway, pytest.raises(UnavailableError, match="no end"):
        gateway.find("20417", WINDOW)


def test_a_refused_list_of_orders_is_told(stage: Stage) -> None:
    stage.plays["/purchaseOrders"] = says(reply(400, b"bad dates", "text/plain"))
    with VendorInventory(stage.connection()) as gateway, pytest.raises(RefusedError, match="bad dates"):
        gateway.find("20417", WINDOW)


def test_lines_are_updated_added_and_removed_as_documented(stage: Stage) -> None:
    stage.plays["/products"] = says(reply(204, kind=""))
    with VendorInventory(stage.connection()) as gateway:
        gateway.update_lines("20417", ORDER, LINES)
        gateway.add_lines("20417", ORDER, LINES)
        gateway.remove_lines("20417", ORDER, ["00123", "NA"])
    line = [{"VendorSku": "00123", "Quantity": 6, "Cost": 9.99}]
    told = [(seen.method, seen.json(), seen.headers["content-type"]) for seen in stage.requests]
    kind = "application/json"
    assert told == [("PUT", line, kind), ("POST", line, kind), ("DELETE", ["00123", "NA"], kind)]
    assert len({seen.connection for seen in stage.requests}) == 3


@pytest.mark.parametrize("unknown", [reply(404), reply(405), PAGE])
def test_lines_are_added_by_the_other_spelling_when_there_is_no_such_route(stage: Stage, unknown: bytes) -> None:
    stage.plays["/products"] = says(unknown)
    stage.plays["/addProducts"] = says(reply(204))
    with VendorInventory(stage.connection()) as gateway:
        gateway.add_lines("20417", ORDER, LINES)
        gateway.add_lines("20417", ORDER, LINES)
    spelled = [seen.path.rpartition("/")[2] for seen in stage.requests]
    assert spelled == ["products", "addProducts", "addProducts"]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (json_reply({"Message": "no such order"}, 404), RefusedError),
        (json_reply({"Message": "the line has received units"}, 409), RefusedError),
        (reply(401, b"expired", "text/plain"), UnauthorisedError),
        (reply(500), AmbiguousError),
        (reply(200, saved("page.html"), "text/html"), AmbiguousError),
    ],
)
def test_lines_are_sent_once_whatever_else_is_answered(
    stage: Stage, answer: bytes, expected: type[GatewayError]
) -> None:
    stage.plays["/products"] = says(answer)
    for method in ("update_lines", "add_lines"):
        with VendorInventory(stage.connection()) as gateway, pytest.raises(GatewayError) as caught:
            getattr(gateway, method)("20417", ORDER, LINES)
        assert type(caught.value) is expected
    assert len(stage.requests) == 2


def test_lines_are_not_sent_again_after_a_time_out(stage: Stage) -> None:
    stage.plays["/products"] = silence
    with VendorInventory(stage.connection(deadline_seconds=HURRY_SECONDS)) as gateway, pytest.raises(AmbiguousError):
        gateway.add_lines("20417", ORDER, LINES)
    assert len(stage.requests) == 1


def test_the_status_of_a_creation_and_the_order_itself_are_read_by_id(stage: Stage) -> None:
    stage.plays["/status"] = says(reply(404), json_reply({"Status": "pending"}, 202))
    stage.plays[f"/purchaseOrders/{ORDER}"] = says(reply(200, saved("order.json")))
    with VendorInventory(stage.connection()) as gateway:
        with pytest.raises(AbsentError):
            gateway.creation_status("20417", "31007", ORDER)
        assert gateway.creation_status("20417", "31007", ORDER).value == "pending"
        assert gateway.read("20417", ORDER, "R7K2M9").vendor_invoice_number == "R7K2M9"
